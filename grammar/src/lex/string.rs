//! String and bytes literals and their escapes.

use super::{Lexer, Step, StrPart, Tok};
use crate::error::Fault;

/// What stands before and at the opening quote.
#[derive(Clone, Copy)]
pub(super) struct Prefix {
    pub raw: bool,
    pub bytes: bool,
    pub format: bool,
    pub quote: u8,
    pub triple: bool,
}

impl Prefix {
    fn read(text: &str) -> Self {
        let quote_at = text.find(['"', '\'']).unwrap_or(0);
        let has = |wanted: char| text[..quote_at].chars().any(|c| c.eq_ignore_ascii_case(&wanted));
        Self {
            raw: has('r'),
            bytes: has('b'),
            format: has('f'),
            quote: text.as_bytes()[quote_at],
            triple: text.len() - quote_at == 3,
        }
    }
}

impl Lexer<'_> {
    pub(super) fn string(&mut self, start: usize, end: usize) -> Step {
        let prefix = Prefix::read(&self.src[start..end]);
        if prefix.format {
            return self.fstring_start(start, end, prefix);
        }
        let Ok(close) = self.string_end(end, prefix) else {
            if self.closes_fstring(end - if prefix.triple { 3 } else { 1 }) {
                return Err(Fault::point("f-string: expecting '}'", start as u32).into());
            }
            return Err(self.unterminated(start, prefix, "string").into());
        };
        let width = if prefix.triple { 3 } else { 1 };
        let whole = (start as u32, (close + width) as u32);
        let body = &self.src[end..close];
        let mut warnings = Vec::new();
        let part = unescape(body, start as u32, prefix, whole, &mut warnings).unwrap_or_else(|fault| {
            self.note(fault);
            match prefix.bytes {
                true => StrPart::Bytes(Vec::new()),
                false => StrPart::Str(String::new()),
            }
        });
        self.warnings.append(&mut warnings);
        self.lex.bump(close + width - end);
        self.push(start, Tok::Str(part), close + width);
        Ok(())
    }

    /// The offset of the closing quote, or else where the search for it ended.
    fn string_end(&self, from: usize, prefix: Prefix) -> Result<usize, usize> {
        let src = self.src.as_bytes();
        let mut at = from;
        loop {
            match *src.get(at).ok_or(src.len())? {
                b'\\' => at += 1,
                b'\n' if !prefix.triple => return Err(at),
                quote if quote == prefix.quote && (!prefix.triple || src[at..].starts_with(&[quote; 3])) => {
                    return Ok(at);
                }
                _ => {}
            }
            at += 1;
        }
    }

    pub(super) fn unterminated(&self, start: usize, prefix: Prefix, what: &str) -> Fault {
        let end = if prefix.triple {
            self.src.len()
        } else {
            let quote = start + self.src[start..].find(['"', '\'']).unwrap_or(0);
            self.string_end(quote + 1, prefix).unwrap_or_else(|end| end)
        };
        let read = &self.src[..end];
        let line = 1 + read.strip_suffix('\n').unwrap_or(read).matches('\n').count();
        let triple = if prefix.triple { "triple-quoted " } else { "" };
        // A backslash before the quote may be what keeps a plain literal open.
        let escaped = ['\\', char::from(prefix.quote)].iter().collect::<String>();
        let hint = if !prefix.triple && !prefix.format && self.src[start..end].contains(&escaped) {
            "; perhaps you escaped the end quote?"
        } else {
            ""
        };
        let message = format!("unterminated {triple}{what} literal (detected at line {line}){hint}");
        let fault = Fault::point(message, start as u32);
        if prefix.triple { fault.incomplete() } else { fault }
    }
}

/// Resolves the escapes of `body`, part of the literal that spans `whole`; warnings are placed
/// at `at`.
pub(super) fn unescape(
    body: &str,
    at: u32,
    prefix: Prefix,
    whole: (u32, u32),
    warnings: &mut Vec<(u32, String)>,
) -> Result<StrPart, Fault> {
    if prefix.bytes && !body.is_ascii() {
        let message = "bytes can only contain ASCII literal characters";
        return Err(Fault::range(message, whole.0, whole.1).late());
    }
    if prefix.raw || !body.contains('\\') {
        return Ok(match prefix.bytes {
            true => StrPart::Bytes(body.as_bytes().to_vec()),
            false => StrPart::Str(body.to_owned()),
        });
    }
    let mut reader = Unescape { body, pos: 0, at, bytes: prefix.bytes, out: Vec::new(), warnings };
    match reader.run() {
        Ok(()) => Ok(reader.into_part()),
        Err(message) => Err(Fault::range(message, whole.0, whole.1).late()),
    }
}

struct Unescape<'b, 'w> {
    body: &'b str,
    pos: usize,
    at: u32,
    bytes: bool,
    out: Vec<u32>,
    warnings: &'w mut Vec<(u32, String)>,
}

impl Unescape<'_, '_> {
    fn into_part(self) -> StrPart {
        if self.bytes {
            return StrPart::Bytes(self.out.iter().map(|&code| code as u8).collect());
        }
        match self.out.iter().map(|&code| char::from_u32(code)).collect() {
            Some(text) => StrPart::Str(text),
            None => StrPart::Surrogates(self.out),
        }
    }

    fn run(&mut self) -> Result<(), String> {
        while let Some(c) = self.body[self.pos..].chars().next() {
            self.pos += c.len_utf8();
            if c == '\\' {
                self.escape()?;
            } else {
                self.out.push(c as u32);
            }
        }
        Ok(())
    }

    fn escape(&mut self) -> Result<(), String> {
        let start = self.pos - 1;
        let Some(c) = self.body[self.pos..].chars().next() else {
            self.out.push('\\' as u32);
            return Ok(());
        };
        self.pos += c.len_utf8();
        let simple = match c {
            '\n' => return Ok(()),
            '\\' | '\'' | '"' => c as u32,
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'v' => 11,
            '0'..='7' => self.octal(start),
            'x' if self.bytes => self.byte_hex(start)?,
            'x' => self.hex(start, 2, "truncated \\xXX escape")?,
            'u' if !self.bytes => self.hex(start, 4, "truncated \\uXXXX escape")?,
            'U' if !self.bytes => self.hex(start, 8, "truncated \\UXXXXXXXX escape")?,
            'N' if !self.bytes => self.named(start)?,
            _ => {
                self.warn(format!("invalid escape sequence '\\{c}'"));
                self.out.push('\\' as u32);
                c as u32
            }
        };
        self.out.push(simple);
        Ok(())
    }

    /// Warns of an escape, once in a literal.
    fn warn(&mut self, message: String) {
        if !self.warnings.is_empty() {
            return;
        }
        self.warnings.push((self.at, message));
    }

    fn octal(&mut self, start: usize) -> u32 {
        let digits = self.body[start + 1..].bytes().take(3).take_while(|b| (b'0'..=b'7').contains(b));
        let count = digits.count();
        let text = &self.body[start + 1..start + 1 + count];
        self.pos = start + 1 + count;
        let value = u32::from_str_radix(text, 8).unwrap_or(0);
        if value > 0o377 {
            self.warn(format!("invalid octal escape sequence '\\{text}'"));
        }
        if self.bytes { value & 0xFF } else { value }
    }

    fn byte_hex(&mut self, start: usize) -> Result<u32, String> {
        let position = self.out.len();
        let _ = start;
        match self.body.get(self.pos..self.pos + 2).and_then(hex_value) {
            Some(value) => {
                self.pos += 2;
                Ok(value)
            }
            None => Err(format!("(value error) invalid \\x escape at position {position}")),
        }
    }

    fn hex(&mut self, start: usize, width: usize, problem: &str) -> Result<u32, String> {
        let found = self.body[self.pos..].bytes().take(width).take_while(u8::is_ascii_hexdigit);
        let count = found.count();
        if count < width {
            return Err(self.codec(start, self.pos + count - 1, problem));
        }
        let value = hex_value(&self.body[self.pos..self.pos + width]).unwrap_or(u32::MAX);
        self.pos += width;
        if value > 0x10FFFF {
            return Err(self.codec(start, self.pos - 1, "illegal Unicode character"));
        }
        Ok(value)
    }

    fn named(&mut self, start: usize) -> Result<u32, String> {
        let rest = &self.body[self.pos..];
        let name = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(name, _)| name);
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            let last = match rest.strip_prefix('{') {
                Some(inside) => match inside.find('}') {
                    Some(0) => self.pos,
                    Some(at) => self.pos + 1 + at,
                    None => self.body.len() - 1,
                },
                None => self.pos - 1,
            };
            return Err(self.codec(start, last, "malformed \\N character escape"));
        };
        self.pos += name.len() + 2;
        match unicode_names2::character(name) {
            Some(c) => Ok(c as u32),
            None => Err(self.codec(start, self.pos - 1, "unknown Unicode character name")),
        }
    }

    /// The codec's message; its positions count the bytes of the text as CPython hands it over,
    /// with every character beyond ASCII as `\UXXXXXXXX`.
    fn codec(&self, start: usize, last: usize, problem: &str) -> String {
        let wide = |to: usize| -> usize { self.body[..to].chars().map(|c| if c.is_ascii() { 1 } else { 10 }).sum() };
        let (from, to) = (wide(start), wide(last));
        let place = match from == to {
            true => format!("byte 0x5c in position {from}"),
            false => format!("bytes in position {from}-{to}"),
        };
        format!("(unicode error) 'unicodeescape' codec can't decode {place}: {problem}")
    }
}

fn hex_value(text: &str) -> Option<u32> {
    let fine = text.bytes().all(|b| b.is_ascii_hexdigit());
    u32::from_str_radix(text, 16).ok().filter(|_| fine)
}
