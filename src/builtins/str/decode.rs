//! Bytes to text.

use super::codec::{CP1252, Codec, Handler, Order, codec, handler};
use crate::object::{Bytes, Known, Raised, Vm};

/// Input being decoded: what is done with its errors is the same for all codecs.
pub(super) struct Decoder<'a> {
    pub data: &'a [u8],
    codec: Codec,
    errors: &'a str,
    pub out: String,
}

/// `data.decode(encoding, errors)`.
///
/// # Errors
///
/// LookupError for an unknown encoding or handler, UnicodeDecodeError for what cannot be decoded.
pub(crate) fn decode(vm: &mut Vm, data: &[u8], encoding: &str, errors: &str) -> Result<String, Raised> {
    let codec = codec(vm, encoding)?;
    let data = match codec {
        Codec::Utf8Sig => data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data),
        _ => data,
    };
    let mut decoder = Decoder { data, codec, errors, out: String::with_capacity(data.len()) };
    match codec {
        Codec::Utf8 | Codec::Utf8Sig => decoder.utf8(vm)?,
        Codec::Ascii => decoder.ascii(vm)?,
        Codec::Latin1 => decoder.out.extend(data.iter().map(|&byte| byte as char)),
        Codec::Cp1252 => decoder.charmap(vm)?,
        Codec::UnicodeEscape => decoder.escapes(vm)?,
        Codec::RawUnicodeEscape => decoder.raw_escapes(vm)?,
        Codec::Utf16(order) => decoder.utf16(vm, order)?,
        Codec::Utf32(order) => decoder.utf32(vm, order)?,
    }
    Ok(decoder.out)
}

impl Decoder<'_> {
    /// Handles the bytes from `start` to `end`, which `reason` speaks against.
    pub fn error(&mut self, vm: &mut Vm, start: usize, end: usize, reason: &str) -> Result<(), Raised> {
        match handler(vm, self.errors)? {
            Handler::Strict => {
                let object = Bytes::new(self.data).into_value();
                let args = vec![self.codec.name().into(), object, start.into(), end.into(), reason.into()];
                let exception = vm.new_exception(Known::UnicodeDecodeError, args);
                Err(vm.raise_value(exception))
            }
            Handler::Ignore => Ok(()),
            Handler::Replace => {
                self.out.push('\u{fffd}');
                Ok(())
            }
            Handler::BackslashReplace => {
                self.data[start..end].iter().for_each(|byte| self.out.push_str(&format!("\\x{byte:02x}")));
                Ok(())
            }
            Handler::XmlCharRefReplace | Handler::NameReplace => {
                Err(vm.type_error("don't know how to handle UnicodeDecodeError in error callback"))
            }
        }
    }

    fn utf8(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        let mut at = 0;
        loop {
            let error = match std::str::from_utf8(&self.data[at..]) {
                Ok(text) => {
                    self.out.push_str(text);
                    return Ok(());
                }
                Err(error) => error,
            };
            let bad = at + error.valid_up_to();
            self.out.push_str(std::str::from_utf8(&self.data[at..bad]).unwrap_or_default());
            let end = error.error_len().map_or(self.data.len(), |len| bad + len);
            let reason = match (error.error_len(), self.data[bad]) {
                (None, _) => "unexpected end of data",
                (Some(_), 0x80..=0xc1 | 0xf5..) => "invalid start byte",
                _ => "invalid continuation byte",
            };
            self.error(vm, bad, end, reason)?;
            at = end;
        }
    }

    fn ascii(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        for at in 0..self.data.len() {
            match self.data[at] {
                byte if byte.is_ascii() => self.out.push(byte as char),
                _ => self.error(vm, at, at + 1, "ordinal not in range(128)")?,
            }
        }
        Ok(())
    }

    fn charmap(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        for at in 0..self.data.len() {
            match self.data[at] {
                byte @ 0x80..0xa0 => match CP1252[usize::from(byte - 0x80)] {
                    '\0' => self.error(vm, at, at + 1, "character maps to <undefined>")?,
                    c => self.out.push(c),
                },
                byte => self.out.push(byte as char),
            }
        }
        Ok(())
    }

    fn utf16(&mut self, vm: &mut Vm, order: Order) -> Result<(), Raised> {
        let (mut at, big) = match (order, self.data) {
            (Order::Marked, [0xff, 0xfe, ..]) => (2, false),
            (Order::Marked, [0xfe, 0xff, ..]) => (2, true),
            (order, _) => (0, order == Order::Big),
        };
        let unit = |data: &[u8], at: usize| match data.get(at..at + 2) {
            Some(&[a, b]) => Some(if big { u16::from_be_bytes([a, b]) } else { u16::from_le_bytes([a, b]) }),
            _ => None,
        };
        while at < self.data.len() {
            let Some(first) = unit(self.data, at) else {
                return self.error(vm, at, self.data.len(), "truncated data");
            };
            match first {
                0xd800..0xdc00 => match unit(self.data, at + 2) {
                    Some(second @ 0xdc00..0xe000) => {
                        let code = 0x10000 + ((u32::from(first) - 0xd800) << 10) + (u32::from(second) - 0xdc00);
                        self.out.extend(char::from_u32(code));
                        at += 4;
                    }
                    Some(_) => {
                        self.error(vm, at, at + 2, "illegal UTF-16 surrogate")?;
                        at += 2;
                    }
                    None => return self.error(vm, at, self.data.len(), "unexpected end of data"),
                },
                0xdc00..0xe000 => {
                    self.error(vm, at, at + 2, "illegal encoding")?;
                    at += 2;
                }
                _ => {
                    self.out.extend(char::from_u32(first.into()));
                    at += 2;
                }
            }
        }
        Ok(())
    }

    fn utf32(&mut self, vm: &mut Vm, order: Order) -> Result<(), Raised> {
        let (mut at, big) = match (order, self.data) {
            (Order::Marked, [0xff, 0xfe, 0, 0, ..]) => (4, false),
            (Order::Marked, [0, 0, 0xfe, 0xff, ..]) => (4, true),
            (order, _) => (0, order == Order::Big),
        };
        while at < self.data.len() {
            let Some(&[a, b, c, d]) = self.data.get(at..at + 4) else {
                return self.error(vm, at, self.data.len(), "truncated data");
            };
            let code = if big { u32::from_be_bytes([a, b, c, d]) } else { u32::from_le_bytes([a, b, c, d]) };
            match char::from_u32(code) {
                Some(c) => self.out.push(c),
                None if code < 0x110000 => {
                    self.error(vm, at, at + 4, "code point in surrogate code point range(0xd800, 0xe000)")?;
                }
                None => self.error(vm, at, at + 4, "code point not in range(0x110000)")?,
            }
            at += 4;
        }
        Ok(())
    }
}
