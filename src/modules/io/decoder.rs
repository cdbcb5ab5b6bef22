//! Encodings and line ends of text streams.

use std::borrow::Cow;

use crate::object::{Bytes, Raised, Value, Vm};

/// What ends a line, and what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Newline {
    /// `newline=None`: every kind ends a line and is read as `\n`.
    #[default]
    Universal,
    /// `newline=''`: every kind ends a line and stays as it is.
    Any,
    Lf,
    Cr,
    CrLf,
}

impl Newline {
    /// The mode for an argument `newline`; None for an illegal value.
    pub fn parse(text: Option<&str>) -> Option<Newline> {
        Some(match text {
            None => Newline::Universal,
            Some("") => Newline::Any,
            Some("\n") => Newline::Lf,
            Some("\r") => Newline::Cr,
            Some("\r\n") => Newline::CrLf,
            Some(_) => return None,
        })
    }

    /// Whether all kinds of line ends are recognised when reading.
    pub fn is_universal(self) -> bool {
        matches!(self, Newline::Universal | Newline::Any)
    }

    /// Where the first line of a text ends, its end included.
    pub fn line_end(self, text: &str) -> Option<usize> {
        let bytes = text.as_bytes();
        match self {
            Newline::Universal | Newline::Lf => memchr::memchr(b'\n', bytes).map(|at| at + 1),
            Newline::Cr => memchr::memchr(b'\r', bytes).map(|at| at + 1),
            Newline::CrLf => text.find("\r\n").map(|at| at + 2),
            Newline::Any => {
                let at = memchr::memchr2(b'\n', b'\r', bytes)?;
                Some(if bytes[at..].starts_with(b"\r\n") { at + 2 } else { at + 1 })
            }
        }
    }

    /// The text with its line ends as they are written.
    pub fn written(self, text: &str) -> Cow<'_, str> {
        match self {
            Newline::Cr if text.contains('\n') => text.replace('\n', "\r").into(),
            Newline::CrLf if text.contains('\n') => text.replace('\n', "\r\n").into(),
            _ => text.into(),
        }
    }
}

/// The kinds of line ends that were seen.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen(u8);

impl Seen {
    const NAMES: [&'static str; 3] = ["\r", "\n", "\r\n"];

    /// The attribute `newlines`.
    pub fn value(self) -> Value {
        let names = Self::NAMES.iter().enumerate().filter(|(index, _)| self.0 & (1 << index) != 0);
        let names: Vec<Value> = names.map(|(_, name)| Value::str(name)).collect();
        match names.len() {
            0 => Value::None,
            1 => names[0].clone(),
            _ => Value::tuple(names),
        }
    }

    /// Takes note of the line ends of a text and, if `translate`, makes them `\n`.
    pub fn note(&mut self, text: String, translate: bool) -> String {
        if memchr::memchr(b'\r', text.as_bytes()).is_none() {
            if self.0 & 2 == 0 && memchr::memchr(b'\n', text.as_bytes()).is_some() {
                self.0 |= 2;
            }
            return text;
        }
        let bytes = text.as_bytes();
        for at in memchr::memchr2_iter(b'\r', b'\n', bytes) {
            self.0 |= match bytes[at] {
                b'\r' if bytes.get(at + 1) == Some(&b'\n') => 4,
                b'\r' => 1,
                _ if at > 0 && bytes[at - 1] == b'\r' => 0,
                _ => 2,
            };
        }
        if translate { text.replace("\r\n", "\n").replace('\r', "\n") } else { text }
    }
}

/// How text is bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Utf8,
    Latin1,
    Ascii,
    /// Another, by the name under which `bytes.decode` knows it.
    Other(String),
}

impl Codec {
    /// The codec of a name; names that are not known here may be known to `bytes.decode`.
    pub fn of_name(name: &str) -> Codec {
        match name.to_ascii_lowercase().replace(['_', ' '], "-").as_str() {
            "utf-8" | "utf8" | "u8" | "utf" | "cp65001" => Codec::Utf8,
            "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "8859" | "l1" | "latin" => Codec::Latin1,
            "ascii" | "us-ascii" | "646" => Codec::Ascii,
            other => Codec::Other(other.to_owned()),
        }
    }

    /// The name for `bytes.decode`.
    pub fn name(&self) -> &str {
        match self {
            Codec::Utf8 => "utf-8",
            Codec::Latin1 => "latin-1",
            Codec::Ascii => "ascii",
            Codec::Other(name) => name,
        }
    }

    /// How many bytes of the end may be the beginning of a character that is not complete.
    fn incomplete(&self, bytes: &[u8]) -> usize {
        match self {
            Codec::Utf8 => {
                let from = bytes.len().saturating_sub(3);
                let lead = bytes[from..].iter().rposition(|byte| byte & 0xC0 != 0x80);
                let Some(lead) = lead.map(|at| from + at) else { return 0 };
                let length = match bytes[lead] {
                    0xC2..=0xDF => 2,
                    0xE0..=0xEF => 3,
                    0xF0..=0xF4 => 4,
                    _ => 1,
                };
                let have = bytes.len() - lead;
                if have < length { have } else { 0 }
            }
            Codec::Other(name) if name.starts_with("utf-16") || name.starts_with("utf16") => {
                let odd = bytes.len() % 2;
                let body = &bytes[..bytes.len() - odd];
                // A high surrogate of either byte order waits for its other half.
                let unit = match body {
                    [.., first, second] if name.ends_with("be") => u16::from_be_bytes([*first, *second]),
                    [.., first, second] => u16::from_le_bytes([*first, *second]),
                    _ => 0,
                };
                if (0xD800..0xDC00).contains(&unit) { odd + 2 } else { odd }
            }
            Codec::Other(name) if name.starts_with("utf-32") || name.starts_with("utf32") => bytes.len() % 4,
            _ => 0,
        }
    }
}

impl Vm {
    /// Decodes all bytes.
    pub(super) fn decode_text(&mut self, codec: &Codec, bytes: &[u8], errors: &str) -> Result<String, Raised> {
        let plain = match codec {
            Codec::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
            Codec::Latin1 => Some(bytes.iter().map(|&byte| byte as char).collect()),
            Codec::Ascii if bytes.is_ascii() => std::str::from_utf8(bytes).ok().map(str::to_owned),
            _ => None,
        };
        if let Some(text) = plain {
            return Ok(text);
        }
        let bytes = Bytes::new(bytes).into_value();
        let text = self.call_method_str(&bytes, "decode", &[Value::str(codec.name()), Value::str(errors)])?;
        match &text {
            Value::Str(text) => Ok(text.as_str().to_owned()),
            _ => Err(self.type_error("decoder should return a string result")),
        }
    }

    /// Encodes a text.
    pub(super) fn encode_text<'a>(
        &mut self,
        codec: &Codec,
        text: &'a str,
        errors: &str,
    ) -> Result<Cow<'a, [u8]>, Raised> {
        match codec {
            Codec::Utf8 => return Ok(text.as_bytes().into()),
            Codec::Latin1 | Codec::Ascii if text.is_ascii() => return Ok(text.as_bytes().into()),
            _ => {}
        }
        let text = Value::str(text);
        let bytes = self.call_method_str(&text, "encode", &[Value::str(codec.name()), Value::str(errors)])?;
        match &bytes {
            Value::Bytes(bytes) => Ok(bytes.data.to_vec().into()),
            _ => Err(self.type_error("encoder should return a bytes object")),
        }
    }
}

/// Decodes a stream of bytes piece by piece.
#[derive(Debug)]
pub(super) struct Decoder {
    pub codec: Codec,
    /// Bytes of a character that is not complete.
    tail: Vec<u8>,
    /// A `\r` at the end of the last piece, whose `\n` may follow.
    pending_cr: bool,
    pub newline: Newline,
    pub seen: Seen,
}

impl Decoder {
    pub fn new(codec: Codec, newline: Newline) -> Decoder {
        Decoder { codec, tail: Vec::new(), pending_cr: false, newline, seen: Seen::default() }
    }

    /// Forgets what waits.
    pub fn reset(&mut self) {
        self.tail.clear();
        self.pending_cr = false;
    }

    /// How many bytes were taken in without giving text.
    pub fn waiting(&self) -> usize {
        self.tail.len() + usize::from(self.pending_cr)
    }

    /// Takes the bytes that can be decoded now: what waited and `bytes`, without an incomplete character.
    pub fn take_complete(&mut self, bytes: &[u8], last: bool) -> Vec<u8> {
        let mut all = std::mem::take(&mut self.tail);
        all.extend_from_slice(bytes);
        if !last {
            let keep = self.codec.incomplete(&all);
            self.tail = all.split_off(all.len() - keep);
        }
        self.settle_byte_order(&mut all);
        all
    }

    /// The byte order mark at the beginning of UTF-16 decides how the rest is read.
    fn settle_byte_order(&mut self, all: &mut Vec<u8>) {
        let Codec::Other(name) = &self.codec else { return };
        if all.len() < 2 || !matches!(name.as_str(), "utf-16" | "utf16" | "u16" | "utf-8-sig") {
            return;
        }
        let (settled, mark) = match (name.as_str(), &all[..]) {
            ("utf-8-sig", [0xEF, 0xBB, 0xBF, ..]) => ("utf-8", 3),
            ("utf-8-sig", _) => ("utf-8", 0),
            (_, [0xFE, 0xFF, ..]) => ("utf-16-be", 2),
            (_, [0xFF, 0xFE, ..]) => ("utf-16-le", 2),
            _ => ("utf-16-le", 0),
        };
        self.codec = Codec::of_name(settled);
        all.drain(..mark);
    }

    /// The decoded text with its line ends as the script sees them.
    pub fn line_ends(&mut self, mut text: String, last: bool) -> String {
        if !self.newline.is_universal() {
            return text;
        }
        if std::mem::take(&mut self.pending_cr) {
            text.insert(0, '\r');
        }
        if !last && text.ends_with('\r') {
            text.pop();
            self.pending_cr = true;
        }
        self.seen.note(text, self.newline == Newline::Universal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_incomplete_characters() {
        let text = "aé€😀".as_bytes();
        for cut in 0..=text.len() {
            let keep = Codec::Utf8.incomplete(&text[..cut]);
            assert!(std::str::from_utf8(&text[..cut - keep]).is_ok(), "cut at {cut}");
        }
        assert_eq!(Codec::Utf8.incomplete(b"a\x80\x80\x80"), 0);
    }

    #[test]
    fn holds_a_carriage_return_back() {
        let mut decoder = Decoder::new(Codec::Utf8, Newline::Universal);
        let parts = ["a\r", "\nb\r", "c"].map(|part| decoder.line_ends(part.to_owned(), false));
        assert_eq!(parts.concat(), "a\nb\nc");
    }

    #[test]
    fn finds_line_ends() {
        assert_eq!(Newline::Any.line_end("ab\r\ncd"), Some(4));
        assert_eq!(Newline::Cr.line_end("ab\ncd\r"), Some(6));
        assert_eq!(Newline::CrLf.line_end("a\rb\r\n"), Some(5));
        assert_eq!(Newline::Universal.line_end("ab"), None);
    }
}
