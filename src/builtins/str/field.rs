//! The syntax of format strings: literal text, replacement fields, and the names in them.

/// Literal text and the field behind it, if there is one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    /// Doubled braces are single already: a piece ends with one that has one.
    pub literal: &'a str,
    pub field: Option<Field<'a>>,
}

/// `{name!conversion:spec}`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Field<'a> {
    pub name: &'a str,
    pub conversion: Option<char>,
    pub spec: &'a str,
}

/// Splits the first piece off `text`; None at its end.
///
/// # Errors
///
/// The message of the ValueError for a malformed string.
pub(crate) fn next_piece<'a>(text: &mut &'a str) -> Result<Option<Piece<'a>>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let Some(at) = memchr::memchr2(b'{', b'}', text.as_bytes()) else {
        return Ok(Some(Piece { literal: std::mem::take(text), field: None }));
    };
    let brace = text.as_bytes()[at];
    if text.as_bytes().get(at + 1) == Some(&brace) {
        let literal = &text[..=at];
        *text = &text[at + 2..];
        return Ok(Some(Piece { literal, field: None }));
    }
    if brace == b'}' {
        return Err("Single '}' encountered in format string");
    }
    let literal = &text[..at];
    let rest = &text[at + 1..];
    if rest.is_empty() {
        return Err("Single '{' encountered in format string");
    }
    let (field, rest) = parse_field(rest)?;
    *text = rest;
    Ok(Some(Piece { literal, field: Some(field) }))
}

/// Parses a field from behind its opening brace; gives what follows the closing one.
fn parse_field(text: &str) -> Result<(Field<'_>, &str), &'static str> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let end = loop {
        match bytes.get(at) {
            None => return Err("expected '}' before end of string"),
            Some(b'{') => return Err("unexpected '{' in field name"),
            Some(b'[') => {
                // Anything but a closing bracket may stand in brackets.
                while bytes.get(at).is_some_and(|&byte| byte != b']') {
                    at += 1;
                }
            }
            Some(b'}' | b':' | b'!') => break at,
            Some(_) => at += 1,
        }
    };
    let name = &text[..end];
    let mut rest = &text[end + 1..];
    let mut conversion = None;
    match bytes[end] {
        b'}' => return Ok((Field { name, conversion: None, spec: "" }, rest)),
        b'!' => {
            let Some(c) = rest.chars().next() else {
                return Err("end of string while looking for conversion specifier");
            };
            conversion = Some(c);
            rest = &rest[c.len_utf8()..];
            match rest.bytes().next() {
                Some(b'}') => return Ok((Field { name, conversion, spec: "" }, &rest[1..])),
                Some(b':') => rest = &rest[1..],
                Some(_) => return Err("expected ':' after conversion specifier"),
                None => {}
            }
        }
        _ => {}
    }
    let mut depth = 1;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Ok((Field { name, conversion, spec: &rest[..at] }, &rest[at + 1..]));
        }
    }
    Err("unmatched '{' in format spec")
}

/// A step of a field name behind its first part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    Attribute(&'a str),
    Index(i64),
    Key(&'a str),
}

/// The first part of a field name, and the rest.
pub(crate) fn split_name(name: &str) -> (&str, &str) {
    name.split_at(name.find(['.', '[']).unwrap_or(name.len()))
}

/// The number that a part of a name is, if it is one.
///
/// # Errors
///
/// The message of the ValueError for a number that is too large.
pub(crate) fn as_index(text: &str) -> Result<Option<i64>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut value: i64 = 0;
    for c in text.chars() {
        let Some(digit) = crate::object::unicode::decimal(c) else { return Ok(None) };
        value = match value.checked_mul(10).and_then(|value| value.checked_add(digit.into())) {
            Some(value) => value,
            None => return Err("Too many decimal digits in format string"),
        };
    }
    Ok(Some(value))
}

/// Splits the first step off the rest of a field name; None at its end.
///
/// # Errors
///
/// The message of the ValueError for a malformed name.
pub(crate) fn next_step<'a>(rest: &mut &'a str) -> Result<Option<Step<'a>>, &'static str> {
    let Some(first) = rest.bytes().next() else { return Ok(None) };
    match first {
        b'.' => {
            let after = &rest[1..];
            let (name, tail) = split_name(after);
            if name.is_empty() {
                return Err("Empty attribute in format string");
            }
            *rest = tail;
            Ok(Some(Step::Attribute(name)))
        }
        b'[' => {
            let after = &rest[1..];
            let Some(end) = after.find(']') else { return Err("Missing ']' in format string") };
            let key = &after[..end];
            if key.is_empty() {
                return Err("Empty attribute in format string");
            }
            *rest = &after[end + 1..];
            Ok(Some(match as_index(key)? {
                Some(index) => Step::Index(index),
                None => Step::Key(key),
            }))
        }
        _ => Err("Only '.' or '[' may follow ']' in format field specifier"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_fields_apart() {
        let mut text = "a{{b{x.y[0]!r:>{w}}c";
        assert_eq!(next_piece(&mut text), Ok(Some(Piece { literal: "a{", field: None })));
        let field = Field { name: "x.y[0]", conversion: Some('r'), spec: ">{w}" };
        assert_eq!(next_piece(&mut text), Ok(Some(Piece { literal: "b", field: Some(field) })));
        assert_eq!(next_piece(&mut text), Ok(Some(Piece { literal: "c", field: None })));
        assert_eq!(next_piece(&mut text), Ok(None));
    }

    #[test]
    fn takes_names_apart() {
        let (first, mut rest) = split_name("x.y[0][k]");
        assert_eq!(first, "x");
        let mut steps = Vec::new();
        while let Some(step) = next_step(&mut rest).unwrap() {
            steps.push(step);
        }
        assert_eq!(steps, [Step::Attribute("y"), Step::Index(0), Step::Key("k")]);
    }
}
