//! The encodings of escapes: `unicode_escape` and `raw_unicode_escape`.

use super::decode::Decoder;
use super::encode::escape;
use crate::object::{Known, Raised, Vm};

/// `unicode_escape`: as a literal without its quotes, in ASCII.
pub(super) fn encode(text: &str) -> Vec<u8> {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\\' => out.push_str("\\\\"),
            ' '..='~' => out.push(c),
            _ => out.push_str(&escape(c)),
        }
    }
    out.into_bytes()
}

/// `raw_unicode_escape`: Latin-1, with escapes for what is beyond it.
pub(super) fn encode_raw(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        match u8::try_from(c) {
            Ok(byte) => out.push(byte),
            Err(_) => out.extend(escape(c).bytes()),
        }
    }
    out
}

impl Decoder<'_> {
    /// Reads `digits` hexadecimal digits behind a backslash and a letter at `at`; gives where the next byte is.
    fn code_point(&mut self, vm: &mut Vm, at: usize, digits: usize) -> Result<usize, Raised> {
        let letter = self.data[at + 1] as char;
        let rest = &self.data[at + 2..];
        let found = rest.iter().take(digits).take_while(|byte| byte.is_ascii_hexdigit()).count();
        let end = at + 2 + found;
        if found < digits {
            let reason = format!("truncated \\{letter}{} escape", "X".repeat(digits));
            self.error(vm, at, end, &reason)?;
            return Ok(end);
        }
        let text = String::from_utf8_lossy(&rest[..digits]).into_owned();
        let code = u32::from_str_radix(&text, 16).unwrap_or(u32::MAX);
        match char::from_u32(code) {
            Some(c) => self.out.push(c),
            None if code < 0x11_0000 => {
                let message = format!("\\{letter}{text}: Mini's strings have no surrogate code points");
                return Err(vm.value_error(message));
            }
            None => self.error(vm, at, end, "illegal Unicode character")?,
        }
        Ok(end)
    }

    /// Reads a name in braces behind `\N` at `at`; gives where the next byte is.
    fn named(&mut self, vm: &mut Vm, at: usize) -> Result<usize, Raised> {
        let rest = &self.data[at + 2..];
        let close = rest.iter().position(|&byte| byte == b'}').filter(|&close| rest[0] == b'{' && close > 1);
        let Some(close) = close else {
            let end = match rest.first() {
                Some(b'{') if rest.get(1) == Some(&b'}') => at + 3,
                Some(b'{') => self.data.len(),
                _ => at + 2,
            };
            self.error(vm, at, end, "malformed \\N character escape")?;
            return Ok(end);
        };
        let name = String::from_utf8_lossy(&rest[1..close]).into_owned();
        let end = at + 2 + close + 1;
        match unicode_names2::character(&name) {
            Some(c) => self.out.push(c),
            None => self.error(vm, at, end, "unknown Unicode character name")?,
        }
        Ok(end)
    }

    /// Warns of the first doubtful escape of a text.
    fn doubt(&self, vm: &mut Vm, warned: &mut bool, message: &str) -> Result<(), Raised> {
        if std::mem::replace(warned, true) { Ok(()) } else { vm.warn(Known::DeprecationWarning, message, 1) }
    }

    /// `unicode_escape`.
    pub(super) fn escapes(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        let (mut at, mut warned) = (0, false);
        while let Some(&byte) = self.data.get(at) {
            if byte != b'\\' {
                self.out.push(byte as char);
                at += 1;
                continue;
            }
            let Some(&letter) = self.data.get(at + 1) else {
                return self.error(vm, at, at + 1, "\\ at end of string");
            };
            let plain = match letter {
                b'\n' => None,
                b'\\' | b'\'' | b'"' => Some(letter),
                b'b' => Some(8),
                b'f' => Some(12),
                b't' => Some(b'\t'),
                b'n' => Some(b'\n'),
                b'r' => Some(b'\r'),
                b'v' => Some(11),
                b'a' => Some(7),
                b'0'..=b'7' => {
                    let digits = self.data[at + 1..].iter().take(3).take_while(|byte| (b'0'..=b'7').contains(byte));
                    let (mut code, mut count) = (0, 0);
                    digits.for_each(|digit| (code, count) = (code * 8 + u32::from(digit - b'0'), count + 1));
                    if code > 0o377 {
                        self.doubt(vm, &mut warned, &format!("invalid octal escape sequence '\\{code:o}'"))?;
                    }
                    self.out.extend(char::from_u32(code));
                    at += 1 + count;
                    continue;
                }
                b'x' | b'u' | b'U' => {
                    let digits = if letter == b'x' {
                        2
                    } else if letter == b'u' {
                        4
                    } else {
                        8
                    };
                    at = self.code_point(vm, at, digits)?;
                    continue;
                }
                b'N' => {
                    at = self.named(vm, at)?;
                    continue;
                }
                _ => {
                    let message = format!("invalid escape sequence '\\{}'", letter as char);
                    self.doubt(vm, &mut warned, &message)?;
                    self.out.push('\\');
                    Some(letter)
                }
            };
            self.out.extend(plain.map(char::from));
            at += 2;
        }
        Ok(())
    }

    /// `raw_unicode_escape`: only `\u` and `\U` mean something, behind an even number of backslashes.
    pub(super) fn raw_escapes(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        let mut at = 0;
        while let Some(&byte) = self.data.get(at) {
            match (byte, self.data.get(at + 1)) {
                (b'\\', Some(b'u')) => at = self.code_point(vm, at, 4)?,
                (b'\\', Some(b'U')) => at = self.code_point(vm, at, 8)?,
                (b'\\', Some(b'\\')) => {
                    self.out.push_str("\\\\");
                    at += 2;
                }
                _ => {
                    self.out.push(byte as char);
                    at += 1;
                }
            }
        }
        Ok(())
    }
}
