//! Source text: decoding it, and the exceptions for text that is refused.

use mini_grammar::ErrorKind;

use super::CompileMode;
use crate::object::{Known, Raised, Tuple, Value, Vm};

/// How the names of the prompt's inputs begin; a number and `>` follow.
pub(crate) const PROMPTED: &str = "<python-input-";

/// How the bytes of a source file are to be read (PEP 263).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Latin1,
    Ascii,
}

impl Encoding {
    /// The encoding of a cookie's name, if sources may have it.
    fn of_name(name: &str) -> Option<Encoding> {
        let normal = name.to_ascii_lowercase().replace('_', "-");
        match normal.as_str() {
            "utf-8" | "utf8" | "utf-8-sig" | "u8" => Some(Encoding::Utf8),
            name if name.starts_with("utf-8-") => Some(Encoding::Utf8),
            "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "l1" | "iso-latin-1" => Some(Encoding::Latin1),
            "ascii" | "us-ascii" | "646" => Some(Encoding::Ascii),
            _ => None,
        }
    }
}

/// The encoding's name in a comment of the form `coding: name` or `coding=name`.
fn cookie(line: &[u8]) -> Option<String> {
    let start = line.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c'))?;
    if line[start] != b'#' {
        return None;
    }
    let text = String::from_utf8_lossy(&line[start..]).into_owned();
    let at = text.find("coding")?;
    let rest = text[at + 6..].strip_prefix([':', '='])?;
    let rest = rest.trim_start_matches([' ', '\t']);
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))).unwrap_or(rest.len());
    (end > 0).then(|| rest[..end].to_owned())
}

/// The cookie of the first two lines; the second counts only below a blank line or a comment.
fn declared(bytes: &[u8]) -> Option<String> {
    let mut lines = bytes.split(|&byte| byte == b'\n');
    let first = lines.next()?;
    if let Some(name) = cookie(first) {
        return Some(name);
    }
    let start = first.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c' | b'\r'));
    match start {
        None | Some(b'#') => cookie(lines.next()?),
        Some(_) => None,
    }
}

impl Vm {
    /// The text of a source: byte-order mark, coding cookie (UTF-8, Latin-1, ASCII), no null bytes.
    ///
    /// # Errors
    ///
    /// SyntaxError as CPython words it for a file.
    pub(crate) fn decode_source(&mut self, bytes: &[u8], filename: &str) -> Result<String, Raised> {
        let (mark, body) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(body) => (true, body),
            None => (false, bytes),
        };
        let declared = declared(body);
        let encoding = match &declared {
            None => Encoding::Utf8,
            Some(name) => match Encoding::of_name(name) {
                Some(Encoding::Latin1) if mark => {
                    return Err(self.raise(Known::SyntaxError, "encoding problem: iso-8859-1 with BOM"));
                }
                Some(encoding) if !mark || encoding == Encoding::Utf8 => encoding,
                Some(_) => return Err(self.raise(Known::SyntaxError, format!("encoding problem: {name} with BOM"))),
                None => return Err(self.raise(Known::SyntaxError, format!("encoding problem: {name}"))),
            },
        };
        if let Some(at) = body.iter().position(|&byte| byte == 0) {
            return Err(match std::str::from_utf8(&body[..at]) {
                Err(error) if encoding == Encoding::Utf8 => {
                    self.not_utf8(body, error.valid_up_to(), filename, declared.is_some())
                }
                _ => self.null_byte(&body[..at], filename),
            });
        }
        match encoding {
            Encoding::Utf8 => match std::str::from_utf8(body) {
                Ok(text) => Ok(text.to_owned()),
                Err(error) => Err(self.not_utf8(body, error.valid_up_to(), filename, declared.is_some())),
            },
            Encoding::Latin1 => Ok(body.iter().map(|&byte| byte as char).collect()),
            Encoding::Ascii if body.is_ascii() => Ok(String::from_utf8_lossy(body).into_owned()),
            Encoding::Ascii => Err(self.raise(Known::SyntaxError, "encoding problem: ascii")),
        }
    }

    #[cold]
    fn null_byte(&mut self, before: &[u8], filename: &str) -> Raised {
        let line = before.iter().filter(|&&byte| byte == b'\n').count() as i64 + 1;
        let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let text = Value::str(&String::from_utf8_lossy(&before[start..]));
        let fields = [Value::str(filename), Value::Int(line), Value::Int(0), text];
        self.raise_syntax(Known::SyntaxError, "source code cannot contain null bytes", &fields)
    }

    #[cold]
    fn not_utf8(&mut self, bytes: &[u8], at: usize, filename: &str, declared: bool) -> Raised {
        if declared {
            let reason = match bytes[at] {
                0x80..=0xc1 | 0xf5.. => "invalid start byte",
                _ if at + 1 >= bytes.len() => "unexpected end of data",
                _ => "invalid continuation byte",
            };
            let message = format!(
                "(unicode error) 'utf-8' codec can't decode byte 0x{:02x} in position {at}: {reason}",
                bytes[at]
            );
            return self.raise(Known::SyntaxError, message);
        }
        let line = bytes[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
        let message = format!(
            "Non-UTF-8 code starting with '\\x{:02x}' in file {filename} on line {line}, but no encoding declared; \
             see https://peps.python.org/pep-0263/ for details",
            bytes[at]
        );
        self.raise(Known::SyntaxError, message)
    }

    /// Raises a SyntaxError or one of its kin with the fields `filename`, `lineno`, `offset`, `text`, `end_lineno`,
    /// `end_offset`, as far as they are given.
    #[cold]
    fn raise_syntax(&mut self, known: Known, message: &str, details: &[Value]) -> Raised {
        let exception = self.new_exception(known, vec![Value::str(message)]);
        if let Value::Exc(exception) = &exception {
            let args = Tuple::new(vec![Value::str(message), Value::tuple(details.to_vec())]);
            let data = exception.data.get_mut(&mut self.gil);
            data.fields[1..=details.len()].clone_from_slice(details);
            let old = std::mem::replace(&mut data.args, args);
            drop(old);
        }
        self.raise_value(exception)
    }

    /// The line of a source that can be read, with its end.
    fn file_line(&mut self, filename: &str, line: u32) -> Option<String> {
        if filename.starts_with('<') {
            return None;
        }
        let lines = self.source_lines(filename)?;
        Some(format!("{}\n", lines.get((line as usize).checked_sub(1)?)?))
    }

    /// The exception for source that the parser or the compiler refused.
    #[cold]
    pub(crate) fn syntax_error(
        &mut self,
        error: &mini_grammar::SyntaxError,
        filename: &str,
        source: &str,
        mode: CompileMode,
    ) -> Raised {
        let known = match error.kind {
            ErrorKind::SyntaxError => Known::SyntaxError,
            ErrorKind::IndentationError => Known::IndentationError,
            ErrorKind::TabError => Known::TabError,
            ErrorKind::RecursionError => return self.raise(Known::RecursionError, &error.message),
        };
        let text = match &error.text {
            // The prompt keeps what it was given, and shows it.
            _ if error.after_parse && filename.starts_with(PROMPTED) => Value::str(
                source.split_inclusive('\n').nth((error.line as usize).saturating_sub(1)).unwrap_or_default(),
            ),
            _ if error.after_parse => match self.file_line(filename, error.line) {
                Some(line) => Value::str(&line),
                None => Value::None,
            },
            // CPython ends the last line for itself when a module is compiled.
            Some(text)
                if !matches!(mode, CompileMode::Exec | CompileMode::Script)
                    && !source.ends_with('\n')
                    && error.line as usize >= source.lines().count() =>
            {
                Value::str(text.trim_end_matches('\n'))
            }
            Some(text) => Value::str(text),
            // CPython looks the line up in the file, which source that is no file's has not.
            None if error.line > 0 && !filename.starts_with('<') && std::path::Path::new(filename).is_file() => {
                match source.split_inclusive('\n').nth(error.line as usize - 1) {
                    Some(line) => Value::str(line),
                    None => Value::None,
                }
            }
            _ => Value::None,
        };
        let has_column = !(error.at_end_of_file && mode == CompileMode::Script);
        let details = [
            Value::str(filename),
            Value::Int(error.line.into()),
            Value::Int(if has_column { error.column.into() } else { 0 }),
            text,
            Value::Int(error.end_line.into()),
            // What the future statement asks for in vain has no end.
            if error.after_parse && error.end_column == 0 { Value::None } else { Value::Int(error.end_column.into()) },
        ];
        self.raise_syntax(known, &error.message, &details)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_cookie() {
        assert_eq!(cookie(b"# -*- coding: latin-1 -*-").as_deref(), Some("latin-1"));
        assert_eq!(cookie(b"# vim: set fileencoding=utf-8 :").as_deref(), Some("utf-8"));
        assert_eq!(cookie(b"x = 1 # coding: ascii"), None);
    }

    #[test]
    fn looks_at_two_lines_only() {
        assert_eq!(declared(b"#!/bin/mini\n# coding: ascii\n").as_deref(), Some("ascii"));
        assert_eq!(declared(b"x = 1\n# coding: ascii\n"), None);
        assert_eq!(declared(b"\n\n# coding: ascii\n"), None);
    }
}
