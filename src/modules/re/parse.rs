//! The syntax of patterns.

use super::node::{At, Class, Greed, MANY, Node, Set, flag};
use super::parse_set;

/// Groups nested deeper are refused, as CPython's recursion limit does.
const MAX_DEPTH: usize = 240;

/// Why a pattern is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PatternError {
    /// `re.error` with a message and a position in characters.
    Syntax(String, Option<usize>),
    /// OverflowError: the repetition number is too large.
    TooManyRepeats,
    /// RecursionError.
    TooDeep,
    /// ValueError about flags.
    Flags(&'static str),
}

pub(super) type Parsed<T> = Result<T, PatternError>;

/// A pattern, parsed.
#[derive(Debug)]
pub(super) struct Pattern {
    pub node: Node,
    pub flags: u32,
    /// Names by group number.
    pub names: Vec<Option<String>>,
}

pub(super) struct Parser<'a> {
    pub chars: &'a [char],
    pub at: usize,
    pub is_bytes: bool,
    /// Flags of the whole pattern, which inline flags add to.
    pub(super) global: u32,
    pub(super) names: Vec<Option<String>>,
    /// Width of each closed group; None for an open one.
    pub(super) widths: Vec<Option<(u64, u64)>>,
    /// Groups opened inside of look-behinds may not be referred to there.
    pub(super) lookbehind: Option<usize>,
    pub(super) depth: usize,
    /// Conditions on groups that may come later.
    pub(super) conditions: Vec<(usize, usize)>,
    pub warnings: Vec<String>,
}

/// Parses a pattern; `warnings` are about what may come to mean something else.
///
/// # Errors
///
/// [`PatternError`] if it is none.
pub(super) fn parse(chars: &[char], flags: u32, is_bytes: bool, warnings: &mut Vec<String>) -> Parsed<Pattern> {
    let mut parser = Parser::new(chars, flags, is_bytes);
    let mut node = parser.alternatives(flags, true);
    // VERBOSE inside of the pattern is for all of it: begin again.
    if parser.global & flag::VERBOSE != 0 && flags & flag::VERBOSE == 0 {
        let flags = parser.global;
        parser = Parser::new(chars, flags, is_bytes);
        node = parser.alternatives(flags, true);
    }
    warnings.append(&mut parser.warnings);
    let node = node?;
    if parser.at < chars.len() {
        return Err(parser.error("unbalanced parenthesis", 0));
    }
    if let Some(&(group, position)) = parser.conditions.iter().find(|(group, _)| *group >= parser.names.len()) {
        return Err(PatternError::Syntax(format!("invalid group reference {group}"), Some(position)));
    }
    let mut flags = parser.global;
    if is_bytes {
        if flags & flag::UNICODE != 0 {
            return Err(PatternError::Flags("cannot use UNICODE flag with a bytes pattern"));
        }
    } else {
        if flags & flag::LOCALE != 0 {
            return Err(PatternError::Flags("cannot use LOCALE flag with a str pattern"));
        }
        if flags & flag::ASCII == 0 {
            flags |= flag::UNICODE;
        } else if flags & flag::UNICODE != 0 {
            return Err(PatternError::Flags("ASCII and UNICODE flags are incompatible"));
        }
    }
    Ok(Pattern { node, flags, names: parser.names })
}

impl<'a> Parser<'a> {
    fn new(chars: &'a [char], flags: u32, is_bytes: bool) -> Self {
        Parser {
            chars,
            at: 0,
            is_bytes,
            global: flags,
            names: vec![None],
            widths: vec![None],
            warnings: Vec::new(),
            lookbehind: None,
            depth: 0,
            conditions: Vec::new(),
        }
    }

    /// A syntax error `back` characters before the next one.
    pub fn error(&self, message: impl Into<String>, back: usize) -> PatternError {
        PatternError::Syntax(message.into(), Some(self.at.saturating_sub(back)))
    }

    pub fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    pub fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    pub fn take(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.at += usize::from(found);
        found
    }

    /// Whether classes and case go by ASCII.
    pub fn ascii(&self, flags: u32) -> bool {
        self.is_bytes || flags & flag::ASCII != 0 || self.global & flag::ASCII != 0 && flags & flag::UNICODE == 0
    }

    pub(super) fn case(&self, flags: u32) -> Option<bool> {
        (flags & flag::IGNORECASE != 0).then(|| self.ascii(flags))
    }

    pub fn literal(&self, c: char, flags: u32) -> Node {
        match self.case(flags) {
            Some(ascii) => Node::Char(super::node::fold(c, ascii), Some(ascii)),
            None => Node::Char(c, None),
        }
    }

    fn class(&self, class: Class, negated: bool, flags: u32) -> Node {
        let set = Set { classes: vec![(class, negated)], ascii: self.ascii(flags), ..Set::default() };
        Node::Set(Box::new(set.finish()))
    }

    pub(super) fn alternatives(&mut self, flags: u32, first: bool) -> Parsed<Node> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(PatternError::TooDeep);
        }
        let mut flags = flags;
        let mut nodes = vec![self.sequence(&mut flags, first)?];
        while self.take('|') {
            nodes.push(self.sequence(&mut flags, false)?);
        }
        self.depth -= 1;
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Alternatives(nodes) })
    }

    pub(super) fn sequence(&mut self, flags: &mut u32, first: bool) -> Parsed<Node> {
        let mut nodes: Vec<Node> = Vec::new();
        // Only a repetition that has just been read makes another one "multiple".
        let mut repeated = false;
        while let Some(c) = self.peek() {
            if matches!(c, '|' | ')') {
                break;
            }
            self.at += 1;
            if *flags & flag::VERBOSE != 0 {
                if matches!(c, ' ' | '\t'..='\r') {
                    continue;
                }
                if c == '#' {
                    while self.next().is_some_and(|c| c != '\n') {}
                    continue;
                }
            }
            let node = match c {
                '\\' => self.escape(*flags)?,
                '.' => Node::Any(*flags & flag::DOTALL != 0),
                '^' => Node::At(if *flags & flag::MULTILINE != 0 { At::LineBeginning } else { At::Beginning }),
                '$' => Node::At(if *flags & flag::MULTILINE != 0 { At::LineEnd } else { At::End }),
                '[' => {
                    let ignore_case = *flags & flag::IGNORECASE != 0;
                    parse_set::set(self, *flags, ignore_case)?
                }
                '(' => match self.group(flags, first && nodes.is_empty())? {
                    Some(node) => node,
                    None => continue,
                },
                '*' | '+' | '?' | '{' => {
                    let start = self.at - 1;
                    match self.bounds(c)? {
                        None => self.literal('{', *flags),
                        Some((min, max)) => {
                            let greed = match self.peek() {
                                Some('?') => Greed::Lazy,
                                Some('+') => Greed::Possessive,
                                _ => Greed::Greedy,
                            };
                            let fail = |message: &str| PatternError::Syntax(message.to_owned(), Some(start));
                            match nodes.last() {
                                None | Some(Node::At(_)) => return Err(fail("nothing to repeat")),
                                Some(_) if repeated => return Err(fail("multiple repeat")),
                                Some(_) => {}
                            }
                            self.at += usize::from(greed != Greed::Greedy);
                            let node = Box::new(nodes.pop().unwrap_or(Node::Sequence(Vec::new())));
                            nodes.push(Node::Repeat { node, min, max, greed });
                            repeated = true;
                            continue;
                        }
                    }
                }
                c => self.literal(c, *flags),
            };
            nodes.push(node);
            repeated = false;
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Sequence(nodes) })
    }

    /// The bounds of a repetition whose first character has been read; None for a brace that is none.
    fn bounds(&mut self, c: char) -> Parsed<Option<(u32, u32)>> {
        match c {
            '*' => return Ok(Some((0, MANY))),
            '+' => return Ok(Some((1, MANY))),
            '?' => return Ok(Some((0, 1))),
            _ => {}
        }
        let start = self.at;
        if self.peek() == Some('}') {
            return Ok(None);
        }
        let low = self.digits();
        let high = if self.take(',') { self.digits() } else { low.clone() };
        if !self.take('}') {
            self.at = start;
            return Ok(None);
        }
        let number = |digits: &str, absent: u32| match digits {
            "" => Ok(absent),
            digits => match digits.parse::<u32>() {
                Ok(number) if number < MANY => Ok(number),
                _ => Err(PatternError::TooManyRepeats),
            },
        };
        let (min, max) = (number(&low, 0)?, number(&high, MANY)?);
        if max < min {
            let back = self.at - start;
            return Err(self.error("min repeat greater than max repeat", back));
        }
        Ok(Some((min, max)))
    }

    fn digits(&mut self) -> String {
        let mut digits = String::new();
        while let Some(digit) = self.peek().filter(char::is_ascii_digit) {
            digits.push(digit);
            self.at += 1;
        }
        digits
    }

    /// An escape outside of sets; the backslash has been read.
    fn escape(&mut self, flags: u32) -> Parsed<Node> {
        let ascii = self.ascii(flags);
        let Some(c) = self.next() else { return Err(self.error("bad escape (end of pattern)", 1)) };
        Ok(match c {
            'A' => Node::At(At::Beginning),
            'Z' => Node::At(At::StringEnd),
            'b' => Node::At(At::Boundary(ascii)),
            'B' => Node::At(At::NoBoundary(ascii)),
            'd' | 'D' => self.class(Class::Digit, c == 'D', flags),
            's' | 'S' => self.class(Class::Space, c == 'S', flags),
            'w' | 'W' => self.class(Class::Word, c == 'W', flags),
            '1'..='9' => return self.reference(c, flags),
            _ => {
                let literal = parse_set::character_escape(self, c)?;
                self.literal(literal, flags)
            }
        })
    }

    /// `\1` or an octal escape of three digits.
    fn reference(&mut self, first: char, flags: u32) -> Parsed<Node> {
        let mut digits = first.to_string();
        if let Some(second) = self.peek().filter(char::is_ascii_digit) {
            self.at += 1;
            digits.push(second);
            if let Some(third) = self.peek().filter(|c| c.is_digit(8) && first.is_digit(8) && second.is_digit(8)) {
                self.at += 1;
                digits.push(third);
                let code = u32::from_str_radix(&digits, 8).unwrap_or(0);
                if code > 0o377 {
                    return Err(self.error(format!("octal escape value \\{digits} outside of range 0-0o377"), 4));
                }
                return Ok(self.literal(char::from_u32(code).unwrap_or_default(), flags));
            }
        }
        let group: usize = digits.parse().unwrap_or(usize::MAX);
        if group >= self.names.len() {
            return Err(self.error(format!("invalid group reference {group}"), digits.len()));
        }
        self.check_reference(group, digits.len() + 1)?;
        Ok(Node::Reference(group, self.case(flags)))
    }

    pub(super) fn check_reference(&self, group: usize, back: usize) -> Parsed<()> {
        if self.widths[group].is_none() {
            return Err(self.error("cannot refer to an open group", back));
        }
        if self.lookbehind.is_some_and(|first| group >= first) {
            return Err(self.error("cannot refer to group defined in the same lookbehind subpattern", 0));
        }
        Ok(())
    }
}
