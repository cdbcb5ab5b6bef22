//! Text to bytes.

use super::codec::{Codec, Handler, Order, codec, handler};
use super::{Outcome, receiver};
use crate::object::{Args, Bytes, Known, Ptr, Raised, Str, Vm};

pub(super) fn method(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    let encoding = match args.get(1) {
        None => return Ok(Bytes::new(text.as_str().as_bytes()).into_value()),
        Some(encoding) => vm.expect_str(encoding, "encode() argument 'encoding'")?,
    };
    let errors = match args.get(2) {
        None => "strict".to_owned(),
        Some(errors) => vm.expect_str(errors, "encode() argument 'errors'")?.as_str().to_owned(),
    };
    vm.expect_room(text.as_str().len())?;
    let bytes = encode(vm, &text, &encoding, &errors)?;
    vm.bytes(bytes)
}

/// `text.encode(encoding, errors)`.
///
/// # Errors
///
/// LookupError for an unknown encoding or handler, UnicodeEncodeError for what cannot be encoded.
pub(crate) fn encode(vm: &mut Vm, text: &Ptr<Str>, encoding: &str, errors: &str) -> Result<Vec<u8>, Raised> {
    let codec = codec(vm, encoding)?;
    match codec {
        Codec::Utf8 => Ok(text.as_str().as_bytes().to_vec()),
        Codec::Utf8Sig => Ok([b"\xef\xbb\xbf", text.as_str().as_bytes()].concat()),
        Codec::Ascii | Codec::Latin1 | Codec::Cp1252 => narrow(vm, text, codec, errors),
        Codec::UnicodeEscape => Ok(super::escapes::encode(text.as_str())),
        Codec::RawUnicodeEscape => Ok(super::escapes::encode_raw(text.as_str())),
        Codec::Utf16(order) => {
            let mark = (order == Order::Marked).then_some(0xfeff);
            let units = mark.into_iter().chain(text.encode_utf16());
            Ok(units
                .flat_map(|unit| if order == Order::Big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect())
        }
        Codec::Utf32(order) => {
            let mark = (order == Order::Marked).then_some(0xfeff_u32);
            let units = mark.into_iter().chain(text.chars().map(|c| c as u32));
            Ok(units
                .flat_map(|unit| if order == Order::Big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect())
        }
    }
}

/// ASCII and Latin-1: one byte a character, others are for the handler.
fn narrow(vm: &mut Vm, text: &Ptr<Str>, codec: Codec, errors: &str) -> Result<Vec<u8>, Raised> {
    if text.is_ascii() {
        return Ok(text.as_str().as_bytes().to_vec());
    }
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::with_capacity(chars.len());
    let mut index = 0;
    while index < chars.len() {
        if let Some(byte) = codec.byte_of(chars[index]) {
            out.push(byte);
            index += 1;
            continue;
        }
        let end =
            chars[index..].iter().position(|&c| codec.byte_of(c).is_some()).map_or(chars.len(), |len| index + len);
        let bad = &chars[index..end];
        match handler(vm, errors)? {
            Handler::Strict => {
                let reason = codec.no_byte();
                let args = vec![codec.name().into(), text.to_value(), index.into(), end.into(), reason.into()];
                let exception = vm.new_exception(Known::UnicodeEncodeError, args);
                return Err(vm.raise_value(exception));
            }
            Handler::Ignore => {}
            Handler::Replace => out.extend(bad.iter().map(|_| b'?')),
            Handler::BackslashReplace => bad.iter().for_each(|&c| out.extend(escape(c).bytes())),
            Handler::XmlCharRefReplace => bad.iter().for_each(|&c| out.extend(format!("&#{};", c as u32).bytes())),
            Handler::NameReplace => bad.iter().for_each(|&c| match unicode_names2::name(c) {
                Some(name) => out.extend(format!("\\N{{{name}}}").bytes()),
                None => out.extend(escape(c).bytes()),
            }),
        }
        index = end;
    }
    Ok(out)
}

/// The escape of a character that is not ASCII, as `ascii()` writes it.
pub(crate) fn escape(c: char) -> String {
    match c as u32 {
        code @ 0..0x100 => format!("\\x{code:02x}"),
        code @ 0x100..0x10000 => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    }
}
