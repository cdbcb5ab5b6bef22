//! JSON strings.

/// Appends `text` as a JSON string.
pub(super) fn push_string(out: &mut String, text: &str, ensure_ascii: bool) {
    out.push('"');
    let mut copied = 0;
    for (at, c) in text.char_indices() {
        let plain = match c {
            '"' | '\\' => false,
            ' '..='~' => true,
            c => !ensure_ascii && c >= ' ',
        };
        if plain {
            continue;
        }
        out.push_str(&text[copied..at]);
        copied = at + c.len_utf8();
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            c => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    out.push_str(&text[copied..]);
    out.push('"');
}

/// What is wrong with a JSON string, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum StringError {
    /// A message for JSONDecodeError with a byte offset.
    Syntax(&'static str, usize),
    /// An escaped lone surrogate, which Mini's strings cannot hold.
    Surrogate(u32),
}

/// Reads a JSON string from behind its opening quote at byte `start`: its text, and the offset behind it.
///
/// # Errors
///
/// [`StringError`] if it is malformed.
pub(super) fn read_string(source: &str, start: usize, strict: bool) -> Result<(String, usize), StringError> {
    const UNTERMINATED: &str = "Unterminated string starting at";
    let bytes = source.as_bytes();
    let mut out = String::new();
    let mut at = start;
    loop {
        let run = bytes[at..].iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < b' ');
        let Some(run) = run else { return Err(StringError::Syntax(UNTERMINATED, start - 1)) };
        out.push_str(&source[at..at + run]);
        at += run;
        match bytes[at] {
            b'"' => return Ok((out, at + 1)),
            b'\\' => at = read_escape(source, at, start, &mut out)?,
            _ if strict => return Err(StringError::Syntax("Invalid control character at", at)),
            control => {
                out.push(control as char);
                at += 1;
            }
        }
    }
}

/// Reads the escape whose backslash is at `at`; gives the offset behind it.
fn read_escape(source: &str, at: usize, start: usize, out: &mut String) -> Result<usize, StringError> {
    let bytes = source.as_bytes();
    let Some(&kind) = bytes.get(at + 1) else {
        return Err(StringError::Syntax("Unterminated string starting at", start - 1));
    };
    let plain = match kind {
        b'"' | b'\\' | b'/' => kind as char,
        b'b' => '\x08',
        b'f' => '\x0c',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let first = read_unit(source, at + 1)?;
            if (0xd800..0xdc00).contains(&first) && bytes.get(at + 6..at + 8) == Some(b"\\u") {
                if let Ok(second @ 0xdc00..0xe000) = read_unit(source, at + 7) {
                    let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                    out.extend(char::from_u32(code));
                    return Ok(at + 12);
                }
            }
            out.push(char::from_u32(first).ok_or(StringError::Surrogate(first))?);
            return Ok(at + 6);
        }
        _ => return Err(StringError::Syntax("Invalid \\escape", at)),
    };
    out.push(plain);
    Ok(at + 2)
}

/// The four hexadecimal digits behind the `u` at `at`.
fn read_unit(source: &str, at: usize) -> Result<u32, StringError> {
    source
        .get(at + 1..at + 5)
        .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .ok_or(StringError::Syntax("Invalid \\uXXXX escape", at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_go_both_ways() {
        let text = "é\u{2028}😀\"\\/\n\u{1}\u{7f}";
        let mut json = String::new();
        push_string(&mut json, text, true);
        assert_eq!(json, r#""\u00e9\u2028\ud83d\ude00\"\\/\n\u0001\u007f""#);
        assert_eq!(read_string(&json, 1, true), Ok((text.to_owned(), json.len())));
    }

    #[test]
    fn tells_where_a_string_is_wrong() {
        assert_eq!(read_string("\"a\\u12\"", 1, true), Err(StringError::Syntax("Invalid \\uXXXX escape", 3)));
        assert_eq!(read_string("\"abc", 1, true), Err(StringError::Syntax("Unterminated string starting at", 0)));
        assert_eq!(read_string("\"a\nb\"", 1, true), Err(StringError::Syntax("Invalid control character at", 2)));
    }
}
