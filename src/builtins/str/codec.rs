//! The codecs that `encode`, `decode`, `open` and the like know, and their error handlers.

use crate::object::{Known, Raised, Vm};

pub(crate) use super::decode::decode;
pub(crate) use super::encode::{encode, escape};

/// An encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    Utf8,
    Utf8Sig,
    Ascii,
    Latin1,
    Utf16(Order),
    Utf32(Order),
    Cp1252,
    UnicodeEscape,
    RawUnicodeEscape,
}

/// The characters of the bytes 0x80 to 0x9f; NUL where there is none.
pub(super) const CP1252: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘', '’', '“', '”', '•',
    '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

/// The byte order of an encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
    /// By the byte order mark; little if there is none, and when encoding.
    Marked,
}

impl Codec {
    /// The codec of a name, however it is spelled.
    pub(crate) fn named(name: &str) -> Option<Codec> {
        let plain: String =
            name.chars().map(|c| if matches!(c, '-' | ' ' | '.') { '_' } else { c.to_ascii_lowercase() }).collect();
        Some(match plain.as_str() {
            "utf_8" | "utf8" | "u8" | "utf" | "cp65001" => Codec::Utf8,
            "utf_8_sig" | "utf8_sig" => Codec::Utf8Sig,
            "ascii" | "us_ascii" | "646" | "ansi_x3_4_1968" | "us" => Codec::Ascii,
            "latin_1" | "latin1" | "latin" | "l1" | "iso_8859_1" | "iso8859_1" | "8859" | "cp819" | "iso8859" => {
                Codec::Latin1
            }
            "utf_16" | "utf16" | "u16" => Codec::Utf16(Order::Marked),
            "utf_16_le" | "utf_16le" | "utf16_le" => Codec::Utf16(Order::Little),
            "utf_16_be" | "utf_16be" | "utf16_be" => Codec::Utf16(Order::Big),
            "utf_32" | "utf32" | "u32" => Codec::Utf32(Order::Marked),
            "utf_32_le" | "utf_32le" | "utf32_le" => Codec::Utf32(Order::Little),
            "utf_32_be" | "utf_32be" | "utf32_be" => Codec::Utf32(Order::Big),
            "cp1252" | "windows_1252" | "1252" => Codec::Cp1252,
            "unicode_escape" | "unicodeescape" => Codec::UnicodeEscape,
            "raw_unicode_escape" | "rawunicodeescape" => Codec::RawUnicodeEscape,
            _ => return None,
        })
    }

    /// The name that errors have.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Codec::Utf8 | Codec::Utf8Sig => "utf-8",
            Codec::Ascii => "ascii",
            Codec::Latin1 => "latin-1",
            Codec::Utf16(Order::Marked) => "utf-16",
            Codec::Utf16(Order::Little) => "utf-16-le",
            Codec::Utf16(Order::Big) => "utf-16-be",
            Codec::Utf32(Order::Marked) => "utf-32",
            Codec::Utf32(Order::Little) => "utf-32-le",
            Codec::Utf32(Order::Big) => "utf-32-be",
            Codec::Cp1252 => "charmap",
            Codec::UnicodeEscape => "unicodeescape",
            Codec::RawUnicodeEscape => "rawunicodeescape",
        }
    }

    /// The byte of a character in an encoding of one byte a character.
    pub(super) fn byte_of(self, c: char) -> Option<u8> {
        let code = c as u32;
        match self {
            Codec::Ascii => u8::try_from(code).ok().filter(u8::is_ascii),
            Codec::Cp1252 => match CP1252.iter().position(|&other| other == c) {
                Some(place) => Some(0x80 + place as u8),
                None => u8::try_from(code).ok().filter(|byte| !(0x80..0xa0).contains(byte)),
            },
            _ => u8::try_from(code).ok(),
        }
    }

    /// What is said of a character that has no byte.
    pub(super) fn no_byte(self) -> &'static str {
        match self {
            Codec::Ascii => "ordinal not in range(128)",
            Codec::Cp1252 => "character maps to <undefined>",
            _ => "ordinal not in range(256)",
        }
    }
}

/// What is done with what cannot be converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handler {
    Strict,
    Ignore,
    Replace,
    BackslashReplace,
    XmlCharRefReplace,
    NameReplace,
}

/// The handler of a name, asked for only when there is an error to handle.
pub(super) fn handler(vm: &mut Vm, name: &str) -> Result<Handler, Raised> {
    Ok(match name {
        "strict" => Handler::Strict,
        "ignore" => Handler::Ignore,
        "replace" => Handler::Replace,
        "backslashreplace" => Handler::BackslashReplace,
        "xmlcharrefreplace" => Handler::XmlCharRefReplace,
        "namereplace" => Handler::NameReplace,
        "surrogateescape" | "surrogatepass" => {
            return Err(vm.raise(Known::LookupError, format!("error handler '{name}' is not supported by Mini")));
        }
        _ => return Err(vm.raise(Known::LookupError, format!("unknown error handler name '{name}'"))),
    })
}

/// The codec of a name.
///
/// # Errors
///
/// LookupError if there is none.
pub(crate) fn codec(vm: &mut Vm, name: &str) -> Result<Codec, Raised> {
    Codec::named(name).ok_or_else(|| vm.raise(Known::LookupError, format!("unknown encoding: {name}")))
}
