//! `bytes` and `bytearray` as text: `decode`, `hex`, `fromhex`, `repr`.

use super::{Outcome, content};
use crate::builtins::str::{codec, text_of};
use crate::object::{Args, ByteArray, Bytes, Known, Str, Value, Vm};

pub(super) fn decode(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let is_default = match (args.get(1), args.get(2)) {
        (None, None) => true,
        (Some(Value::Str(encoding)), None) => matches!(encoding.as_str(), "utf-8" | "utf8"),
        _ => false,
    };
    if is_default {
        let data = content(vm, args);
        if let Ok(text) = std::str::from_utf8(&data) {
            return vm.text(text);
        }
    }
    let encoding = match args.get(1) {
        None => "utf-8".to_owned(),
        Some(encoding) => vm.expect_str(encoding, "decode() argument 'encoding'")?.as_str().to_owned(),
    };
    let errors = match args.get(2) {
        None => "strict".to_owned(),
        Some(errors) => vm.expect_str(errors, "decode() argument 'errors'")?.as_str().to_owned(),
    };
    let data = content(vm, args);
    codec::decode(vm, &data, &encoding, &errors).map(Value::from)
}

pub(super) fn hex(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let data = content(vm, args);
    hex_of(vm, &data, args)
}

/// `hex(sep, bytes_per_sep)` of some content; the arguments follow the receiver.
pub(crate) fn hex_of(vm: &mut Vm, data: &[u8], args: Args<'_>) -> Outcome {
    let sep = match args.get(1) {
        None => None,
        Some(sep) => {
            let sep = match vm.unwrap(sep) {
                Value::Str(text) if text.char_count() == 1 => text.chars().next(),
                Value::Bytes(bytes) if bytes.data.len() == 1 => Some(bytes.data[0] as char),
                Value::Str(_) | Value::Bytes(_) => return Err(vm.value_error("sep must be length 1.")),
                _ => return Err(vm.type_error("sep must be str or bytes.")),
            };
            match sep {
                Some(sep) if sep.is_ascii() => Some(sep),
                _ => return Err(vm.value_error("sep must be ASCII.")),
            }
        }
    };
    let group = match args.get(2) {
        None => 1,
        Some(group) => vm.expect_i64(group)?,
    };
    let size = group.unsigned_abs() as usize;
    let mut out = String::with_capacity(data.len() * 2);
    for (index, byte) in data.iter().enumerate() {
        // Groups are counted from the right, or from the left if the size is negative.
        let at_border =
            size > 0 && if group > 0 { (data.len() - index).is_multiple_of(size) } else { index % size == 0 };
        if let Some(sep) = sep.filter(|_| index > 0 && at_border) {
            out.push(sep);
        }
        for nibble in [byte >> 4, byte & 15] {
            out.push(b"0123456789abcdef"[usize::from(nibble)] as char);
        }
    }
    Ok(out.into())
}

pub(super) fn fromhex(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let Some(text) = text_of(vm, &args[1]) else {
        let found = vm.class_name(&args[1]);
        return Err(vm.type_error(format!("fromhex() argument must be str, not {found}")));
    };
    let chars: Vec<char> = text.as_str().chars().collect();
    let mut out = Vec::with_capacity(chars.len() / 2);
    let mut at = 0;
    while at < chars.len() {
        if chars[at].is_ascii() && matches!(chars[at], ' ' | '\t'..='\r') {
            at += 1;
            continue;
        }
        let digit = |at: usize| chars.get(at).and_then(|c| c.to_digit(16));
        match (digit(at), digit(at + 1)) {
            (Some(high), Some(low)) => out.push((high << 4 | low) as u8),
            (high, _) => {
                let wrong = if high.is_none() { at } else { at + 1 };
                return Err(
                    vm.value_error(format!("non-hexadecimal number found in fromhex() arg at position {wrong}"))
                );
            }
        }
        at += 2;
    }
    match &args[0] {
        Value::Class(class) if class.known == Some(Known::Bytes) => Ok(Bytes::new(out).into_value()),
        Value::Class(class) if class.known == Some(Known::ByteArray) => Ok(ByteArray::new(out).into_value()),
        class => vm.call(class, &[Bytes::new(out).into_value()]),
    }
}

/// The literal `b'...'` of some content.
pub(crate) fn literal(data: &[u8]) -> String {
    let quote = if data.contains(&b'\'') && !data.contains(&b'"') { '"' } else { '\'' };
    let mut out = String::with_capacity(data.len() + 3);
    out.push('b');
    out.push(quote);
    for &byte in data {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b' '..=b'~' => {
                if byte as char == quote {
                    out.push('\\');
                }
                out.push(byte as char);
            }
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push(quote);
    out
}

pub(super) fn repr(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = literal(&content(vm, args));
    if matches!(vm.unwrap(&args[0]), Value::ByteArray(_)) {
        let name = vm.class_name(&args[0]);
        return Ok(format!("{name}({text})").into());
    }
    Ok(Str::new(&text).into_value())
}

pub(super) fn to_bytes(vm: &mut Vm, args: Args<'_>) -> Outcome {
    Ok(vm.unwrap(&args[0]).clone())
}

pub(super) fn getnewargs(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let data = content(vm, args);
    Ok(Value::tuple(vec![Bytes::new(data).into_value()]))
}
