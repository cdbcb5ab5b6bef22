//! Sets of characters, and escapes that stand for one character.

use super::node::{Class, Node, Set, flag};
use super::parse::{Parsed, Parser};

/// An item of a set.
enum Item {
    Char(char),
    Class(Class, bool),
}

/// `[...]`; the bracket has been read.
pub(super) fn set(parser: &mut Parser<'_>, flags: u32, ignore_case: bool) -> Parsed<Node> {
    let start = parser.at - 1;
    let ascii = parser.ascii(flags) && flags & flag::UNICODE == 0 || parser.is_bytes;
    let mut set = Set { ignore_case, ascii, negated: parser.take('^'), ..Set::default() };
    let first = parser.at;
    if parser.peek() == Some('[') {
        parser.warnings.push(format!("Possible nested set at position {}", parser.at));
    }
    let unterminated = |parser: &Parser<'_>| parser.error("unterminated character set", parser.at - start);
    loop {
        let from = parser.at;
        let Some(c) = parser.next() else { return Err(unterminated(parser)) };
        if c == ']' && from != first {
            break;
        }
        if from != first && parser.peek() == Some(c) {
            let operation = match c {
                '-' => "difference",
                '&' => "intersection",
                '~' => "symmetric difference",
                '|' => "union",
                _ => "",
            };
            if !operation.is_empty() {
                parser.warnings.push(format!("Possible set {operation} at position {}", parser.at - 1));
            }
        }
        let low = item(parser, c)?;
        if parser.peek() != Some('-') {
            push(&mut set, low);
            continue;
        }
        parser.at += 1;
        let Some(c) = parser.next() else { return Err(unterminated(parser)) };
        if c == ']' {
            push(&mut set, low);
            set.ranges.push(('-', '-'));
            break;
        }
        if c == '-' {
            parser.warnings.push(format!("Possible set difference at position {}", parser.at - 2));
        }
        let high = item(parser, c)?;
        match (low, high) {
            (Item::Char(low), Item::Char(high)) if low <= high => set.ranges.push((low, high)),
            _ => {
                let text: String = parser.chars[from..parser.at].iter().collect();
                return Err(parser.error(format!("bad character range {text}"), parser.at - from));
            }
        }
    }
    if set.ranges.len() == 1 && set.classes.is_empty() && !set.negated && set.ranges[0].0 == set.ranges[0].1 {
        return Ok(parser.literal(set.ranges[0].0, flags));
    }
    Ok(Node::Set(Box::new(set.finish())))
}

fn push(set: &mut Set, item: Item) {
    match item {
        Item::Char(c) => set.ranges.push((c, c)),
        Item::Class(class, negated) => set.classes.push((class, negated)),
    }
}

/// An item that begins with `c`, which has been read.
fn item(parser: &mut Parser<'_>, c: char) -> Parsed<Item> {
    if c != '\\' {
        return Ok(Item::Char(c));
    }
    let Some(c) = parser.next() else { return Err(parser.error("bad escape (end of pattern)", 1)) };
    Ok(match c {
        'd' | 'D' => Item::Class(Class::Digit, c == 'D'),
        's' | 'S' => Item::Class(Class::Space, c == 'S'),
        'w' | 'W' => Item::Class(Class::Word, c == 'W'),
        'b' => Item::Char('\x08'),
        '1'..='7' => {
            let mut code = c.to_digit(8).unwrap_or(0);
            let mut len = 2;
            while let Some(digit) = parser.peek().and_then(|c| c.to_digit(8)).filter(|_| len < 4) {
                code = code * 8 + digit;
                len += 1;
                parser.at += 1;
            }
            if code > 0o377 {
                return Err(parser.error(format!("octal escape value \\{code:o} outside of range 0-0o377"), len));
            }
            Item::Char(char::from_u32(code).unwrap_or_default())
        }
        c => Item::Char(character_escape(parser, c)?),
    })
}

/// An escape that stands for one character; the backslash and `c` have been read.
pub(super) fn character_escape(parser: &mut Parser<'_>, c: char) -> Parsed<char> {
    let digits = match c {
        'a' => return Ok('\x07'),
        'f' => return Ok('\x0c'),
        'n' => return Ok('\n'),
        'r' => return Ok('\r'),
        't' => return Ok('\t'),
        'v' => return Ok('\x0b'),
        '0' => {
            let mut code = 0;
            for _ in 0..2 {
                let Some(digit) = parser.peek().and_then(|c| c.to_digit(8)) else { break };
                code = code * 8 + digit;
                parser.at += 1;
            }
            return Ok(char::from_u32(code).unwrap_or_default());
        }
        'N' if !parser.is_bytes => return named(parser),
        'x' => 2,
        'u' if !parser.is_bytes => 4,
        'U' if !parser.is_bytes => 8,
        c if c.is_ascii_alphanumeric() => return Err(parser.error(format!("bad escape \\{c}"), 2)),
        c => return Ok(c),
    };
    let start = parser.at;
    while parser.at - start < digits && parser.peek().is_some_and(|c| c.is_ascii_hexdigit()) {
        parser.at += 1;
    }
    let text: String = parser.chars[start..parser.at].iter().collect();
    if text.len() < digits {
        return Err(parser.error(format!("incomplete escape \\{c}{text}"), text.len() + 2));
    }
    match u32::from_str_radix(&text, 16).ok().and_then(char::from_u32) {
        Some(c) => Ok(c),
        None => Err(parser.error(format!("bad escape \\{c}{text}"), text.len() + 2)),
    }
}

/// `\N{...}`; the backslash and the letter have been read.
fn named(parser: &mut Parser<'_>) -> Parsed<char> {
    if !parser.take('{') {
        return Err(parser.error("missing {", 0));
    }
    let name = parser.until('}', "character name")?;
    match unicode_names2::character(&name) {
        Some(c) => Ok(c),
        None => {
            let quoted = super::quoted(&name, false);
            Err(parser.error(format!("undefined character name {quoted}"), name.chars().count() + 4))
        }
    }
}
