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
    global: u32,
    names: Vec<Option<String>>,
    /// Width of each closed group; None for an open one.
    widths: Vec<Option<(u64, u64)>>,
    /// Groups opened inside of look-behinds may not be referred to there.
    lookbehind: Option<usize>,
    depth: usize,
    /// Conditions on groups that may come later.
    conditions: Vec<(usize, usize)>,
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

    fn case(&self, flags: u32) -> Option<bool> {
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

    fn alternatives(&mut self, flags: u32, first: bool) -> Parsed<Node> {
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

    fn sequence(&mut self, flags: &mut u32, first: bool) -> Parsed<Node> {
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

    fn check_reference(&self, group: usize, back: usize) -> Parsed<()> {
        if self.widths[group].is_none() {
            return Err(self.error("cannot refer to an open group", back));
        }
        if self.lookbehind.is_some_and(|first| group >= first) {
            return Err(self.error("cannot refer to group defined in the same lookbehind subpattern", 0));
        }
        Ok(())
    }

    /// Text up to `end`, which is read too.
    pub(super) fn until(&mut self, end: char, what: &str) -> Parsed<String> {
        let start = self.at;
        while let Some(c) = self.next() {
            if c == end {
                let text: String = self.chars[start..self.at - 1].iter().collect();
                if text.is_empty() {
                    return Err(self.error(format!("missing {what}"), 1));
                }
                return Ok(text);
            }
        }
        let back = self.at - start;
        if back == 0 {
            return Err(self.error(format!("missing {what}"), 0));
        }
        Err(self.error(format!("missing {end}, unterminated name"), back))
    }

    fn check_name(&self, name: &str, offset: usize) -> Parsed<()> {
        let quoted = crate::modules::re::quoted(name, self.is_bytes);
        if self.is_bytes && !name.is_ascii() {
            let quoted = crate::modules::re::quoted_in_ascii(name);
            return Err(self.error(format!("bad character in group name {quoted}"), name.chars().count() + offset));
        }
        if !crate::builtins::str::is_identifier(name) {
            return Err(self.error(format!("bad character in group name {quoted}"), name.chars().count() + offset));
        }
        Ok(())
    }

    fn group_of_name(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known.as_deref() == Some(name))
    }

    /// What begins with a parenthesis, which has been read; None for flags and comments.
    fn group(&mut self, flags: &mut u32, first: bool) -> Parsed<Option<Node>> {
        let start = self.at - 1;
        if !self.take('?') {
            return self.capture(start, None, *flags).map(Some);
        }
        let Some(c) = self.next() else { return Err(self.error("unexpected end of pattern", 0)) };
        match c {
            'P' => {
                if self.take('<') {
                    let name = self.until('>', "group name")?;
                    self.check_name(&name, 1)?;
                    return self.capture(start, Some(name), *flags).map(Some);
                }
                if self.take('=') {
                    let name = self.until(')', "group name")?;
                    self.check_name(&name, 1)?;
                    let Some(group) = self.group_of_name(&name) else {
                        let quoted = crate::modules::re::quoted(&name, false);
                        return Err(self.error(format!("unknown group name {quoted}"), name.chars().count() + 1));
                    };
                    self.check_reference(group, name.chars().count() + 1)?;
                    return Ok(Some(Node::Reference(group, self.case(*flags))));
                }
                let Some(c) = self.next() else { return Err(self.error("unexpected end of pattern", 0)) };
                Err(self.error(format!("unknown extension ?P{c}"), 3))
            }
            ':' => self.inside(start, *flags).map(Some),
            '#' => loop {
                match self.next() {
                    None => {
                        return Err(PatternError::Syntax("missing ), unterminated comment".to_owned(), Some(start)));
                    }
                    Some(')') => return Ok(None),
                    Some(_) => {}
                }
            },
            '=' | '!' => {
                let node = Box::new(self.inside(start, *flags)?);
                Ok(Some(Node::Look { node, negated: c == '!', behind: None }))
            }
            '<' => self.look_behind(start, *flags).map(Some),
            '>' => Ok(Some(Node::Atomic(Box::new(self.inside(start, *flags)?)))),
            '(' => self.condition(start, *flags).map(Some),
            c if "aiLmsux-".contains(c) => self.flags(c, start, flags, first),
            c => Err(self.error(format!("unknown extension ?{c}"), 2)),
        }
    }

    /// The inside of a group, and its closing parenthesis.
    fn inside(&mut self, start: usize, flags: u32) -> Parsed<Node> {
        let node = self.alternatives(flags, false)?;
        if !self.take(')') {
            return Err(PatternError::Syntax("missing ), unterminated subpattern".to_owned(), Some(start)));
        }
        // A group without a number is still an item of its own for repetitions.
        Ok(match node {
            node @ (Node::Repeat { .. } | Node::At(_)) => Node::Sequence(vec![node]),
            node => node,
        })
    }

    fn capture(&mut self, start: usize, name: Option<String>, flags: u32) -> Parsed<Node> {
        let number = self.names.len();
        if let Some(name) = &name {
            if let Some(earlier) = self.group_of_name(name) {
                let quoted = crate::modules::re::quoted(name, false);
                let message = format!("redefinition of group name {quoted} as group {number}; was group {earlier}");
                return Err(self.error(message, name.chars().count() + 1));
            }
        }
        self.names.push(name);
        self.widths.push(None);
        let node = self.inside(start, flags)?;
        self.widths[number] = Some(self.width(&node));
        Ok(Node::Group(number, Box::new(node)))
    }

    fn width(&self, node: &Node) -> (u64, u64) {
        let widths: Vec<(u64, u64)> = self.widths.iter().map(|width| width.unwrap_or((0, 1 << 32))).collect();
        node.width(&widths)
    }

    fn look_behind(&mut self, start: usize, flags: u32) -> Parsed<Node> {
        let negated = match self.next() {
            Some('=') => false,
            Some('!') => true,
            None => return Err(self.error("unexpected end of pattern", 0)),
            Some(c) => return Err(self.error(format!("unknown extension ?<{c}"), 3)),
        };
        let outer = self.lookbehind;
        self.lookbehind = outer.or(Some(self.names.len()));
        let node = self.inside(start, flags)?;
        self.lookbehind = outer;
        let (low, high) = self.width(&node);
        if low != high {
            return Err(PatternError::Syntax("look-behind requires fixed-width pattern".to_owned(), None));
        }
        Ok(Node::Look { node: Box::new(node), negated, behind: Some(low as usize) })
    }

    fn condition(&mut self, start: usize, flags: u32) -> Parsed<Node> {
        let name = self.until(')', "group name")?;
        let len = name.chars().count();
        let group = if name.bytes().all(|byte| byte.is_ascii_digit()) {
            let group = name.parse().unwrap_or(usize::MAX);
            if group == 0 {
                return Err(self.error("bad group number", len + 1));
            }
            self.conditions.push((group, self.at - len - 1));
            group
        } else {
            self.check_name(&name, 1)?;
            match self.group_of_name(&name) {
                Some(group) => group,
                None => {
                    let quoted = crate::modules::re::quoted(&name, false);
                    return Err(self.error(format!("unknown group name {quoted}"), len + 1));
                }
            }
        };
        if let Some(first) = self.lookbehind {
            if self.widths.get(group).is_none_or(Option::is_none) {
                return Err(self.error("cannot refer to an open group", 0));
            }
            if group >= first {
                return Err(self.error("cannot refer to group defined in the same lookbehind subpattern", 0));
            }
        }
        let mut inner = flags;
        let yes = self.sequence(&mut inner, false)?;
        let no = if self.take('|') {
            let no = self.sequence(&mut inner, false)?;
            if self.peek() == Some('|') {
                return Err(self.error("conditional backref with more than two branches", 0));
            }
            no
        } else {
            Node::Sequence(Vec::new())
        };
        if !self.take(')') {
            return Err(PatternError::Syntax("missing ), unterminated subpattern".to_owned(), Some(start)));
        }
        Ok(Node::Condition { group, yes: Box::new(yes), no: Box::new(no) })
    }

    fn flag(&self, c: char) -> Parsed<u32> {
        let bit = match c {
            'i' => flag::IGNORECASE,
            'L' => flag::LOCALE,
            'm' => flag::MULTILINE,
            's' => flag::DOTALL,
            'x' => flag::VERBOSE,
            'a' => flag::ASCII,
            'u' => flag::UNICODE,
            _ => return Err(self.error("unknown flag", 1)),
        };
        if self.is_bytes && bit == flag::UNICODE {
            return Err(self.error("bad inline flags: cannot use 'u' flag with a bytes pattern", 0));
        }
        if !self.is_bytes && bit == flag::LOCALE {
            return Err(self.error("bad inline flags: cannot use 'L' flag with a str pattern", 0));
        }
        Ok(bit)
    }

    /// `(?i)` and `(?i-s:...)`; the first letter has been read.
    fn flags(&mut self, first: char, start: usize, flags: &mut u32, at_start: bool) -> Parsed<Option<Node>> {
        const TYPES: u32 = flag::ASCII | flag::LOCALE | flag::UNICODE;
        let (mut add, mut remove) = (0, 0);
        let mut c = first;
        while c != '-' {
            let bit = self.flag(c)?;
            if bit & TYPES != 0 && (add | bit) & TYPES != bit {
                return Err(self.error("bad inline flags: flags 'a', 'u' and 'L' are incompatible", 0));
            }
            add |= bit;
            match self.next() {
                None => return Err(self.error("missing -, : or )", 0)),
                Some(')') => {
                    if !at_start {
                        let back = self.at - start;
                        return Err(self.error("global flags not at the start of the expression", back));
                    }
                    self.global |= add;
                    *flags |= add;
                    return Ok(None);
                }
                Some(':') => return self.scoped(start, *flags, add, 0).map(Some),
                Some(next) if next == '-' || next.is_alphabetic() => c = next,
                Some(_) => return Err(self.error("missing -, : or )", 1)),
            }
        }
        if add & (flag::DEBUG) != 0 {
            return Err(self.error("bad inline flags: cannot turn on global flag", 1));
        }
        let Some(mut c) = self.next() else { return Err(self.error("missing flag", 0)) };
        if !c.is_alphabetic() {
            return Err(self.error("missing flag", 1));
        }
        loop {
            let bit = self.flag(c)?;
            if bit & TYPES != 0 {
                return Err(self.error("bad inline flags: cannot turn off flags 'a', 'u' and 'L'", 0));
            }
            remove |= bit;
            match self.next() {
                None => return Err(self.error("missing :", 0)),
                Some(':') => break,
                Some(next) if next.is_alphabetic() => c = next,
                Some(_) => return Err(self.error("missing :", 1)),
            }
        }
        if add & remove != 0 {
            return Err(self.error("bad inline flags: flag turned on and off", 1));
        }
        self.scoped(start, *flags, add, remove).map(Some)
    }

    fn scoped(&mut self, start: usize, flags: u32, add: u32, remove: u32) -> Parsed<Node> {
        let mut inner = (flags | add) & !remove;
        if add & flag::ASCII != 0 {
            inner &= !flag::UNICODE;
        }
        if add & flag::UNICODE != 0 {
            inner &= !flag::ASCII;
        }
        self.inside(start, inner)
    }
}
