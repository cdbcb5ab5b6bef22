//! `binascii`: bytes as text, and checksums.

use super::NativeModule;
use super::foreign::define_exception;
use crate::builtins::bytes::buffer;
use crate::builtins::native;
use crate::object::{Args, Arity, Bytes, Class, Dict, Known, NativeDef, Params, Ptr, Raised, Value, Vm};

pub const MODULE: NativeModule = NativeModule { name: "binascii", init };

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The exception of an interpreter, made with the module.
#[derive(Default)]
struct Classes {
    error: Option<Ptr<Class>>,
}

const HEX: Params = Params { names: &["data", "sep", "bytes_per_sep"], required: 1, posonly: 0, kwonly: 0 };
const TO_BASE64: Params = Params { names: &["data", "newline"], required: 1, posonly: 1, kwonly: 1 };
const FROM_BASE64: Params = Params { names: &["data", "strict_mode"], required: 1, posonly: 1, kwonly: 1 };

const FUNCTIONS: &[NativeDef] = &[
    native("hexlify", Arity::Named(&HEX), hexlify, "The bytes as pairs of hexadecimal digits."),
    native("b2a_hex", Arity::Named(&HEX), hexlify, "The bytes as pairs of hexadecimal digits."),
    native("unhexlify", Arity::Exact(1), unhexlify, "The bytes that pairs of hexadecimal digits stand for."),
    native("a2b_hex", Arity::Exact(1), unhexlify, "The bytes that pairs of hexadecimal digits stand for."),
    native("b2a_base64", Arity::Named(&TO_BASE64), to_base64, "Base64-code line of data."),
    native("a2b_base64", Arity::Named(&FROM_BASE64), from_base64, "The bytes that text in base 64 stands for."),
    native("crc32", Arity::Range(1, 2), crc32, "Compute CRC-32 incrementally."),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.module_functions(dict, "binascii", FUNCTIONS);
    let base = vm.known(Known::ValueError).into_value();
    let error = define_exception(vm, dict, "binascii.Error", base)?;
    let base = vm.known(Known::Exception).into_value();
    define_exception(vm, dict, "binascii.Incomplete", base)?;
    vm.interp.extension::<Classes>(&mut vm.gil).error = Some(error);
    Ok(())
}

fn fail(vm: &mut Vm, message: &str) -> Raised {
    match vm.interp.extension::<Classes>(&mut vm.gil).error.clone() {
        Some(error) => {
            let exception = vm.exception_of(error, vec![message.into()]);
            vm.raise_value(exception)
        }
        None => vm.value_error(message),
    }
}

/// The bytes of an argument that may be an ASCII text too.
fn ascii(vm: &mut Vm, value: &Value) -> Result<Vec<u8>, Raised> {
    if let Value::Str(text) = vm.unwrap(value) {
        let text = text.as_str().as_bytes().to_vec();
        if text.is_ascii() {
            return Ok(text);
        }
        return Err(vm.value_error("string argument should contain only ASCII characters"));
    }
    match buffer::view(vm, value) {
        Some(data) => Ok(data.to_vec()),
        None => {
            let found = vm.class_name(value);
            Err(vm.type_error(format!("argument should be bytes, buffer or ASCII string, not '{found}'")))
        }
    }
}

fn hexlify(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let data = Bytes::new(buffer::expect(vm, &args[0])?).into_value();
    let more: Vec<Value> = [1, 2].iter().filter_map(|&index| args.get(index).cloned()).collect();
    let text = vm.call_method_str(&data, "hex", &more)?;
    let text = vm.expect_str(&text, "hex() result")?;
    Ok(Bytes::new(text.as_str().as_bytes()).into_value())
}

fn unhexlify(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let text = ascii(vm, &args[0])?;
    if text.len() % 2 != 0 {
        return Err(fail(vm, "Odd-length string"));
    }
    let digit = |byte: u8| (byte as char).to_digit(16).map(|digit| digit as u8);
    let pair = |pair: &[u8]| Some(digit(pair[0])? << 4 | digit(pair[1])?);
    match text.chunks_exact(2).map(pair).collect::<Option<Vec<u8>>>() {
        Some(data) => Ok(Bytes::new(data).into_value()),
        None => Err(fail(vm, "Non-hexadecimal digit found")),
    }
}

fn to_base64(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let data = buffer::expect(vm, &args[0])?;
    let newline = match args.get(1) {
        Some(newline) => vm.truth(newline)?,
        None => true,
    };
    let mut text = Vec::with_capacity(data.len().div_ceil(3) * 4 + 1);
    for part in data.chunks(3) {
        let word = part.iter().enumerate().fold(0_u32, |word, (at, &byte)| word | u32::from(byte) << (16 - 8 * at));
        for digit in 0..4 {
            let sextet = (word >> (18 - 6 * digit)) as usize & 63;
            text.push(if digit <= part.len() { ALPHABET[sextet] } else { b'=' });
        }
    }
    if newline {
        text.push(b'\n');
    }
    Ok(Bytes::new(text).into_value())
}

fn sextet(byte: u8) -> Option<u32> {
    Some(match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

fn from_base64(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let text = ascii(vm, &args[0])?;
    let strict = match args.get(1) {
        Some(strict) => vm.truth(strict)?,
        None => false,
    };
    match decode(&text, strict) {
        Ok(data) => Ok(Bytes::new(data).into_value()),
        Err(message) => Err(fail(vm, &message)),
    }
}

/// Decodes a text; unless `strict`, what is no digit is skipped.
fn decode(text: &[u8], strict: bool) -> Result<Vec<u8>, String> {
    if strict && text.first() == Some(&b'=') {
        return Err("Leading padding not allowed".to_owned());
    }
    let mut data = Vec::with_capacity(text.len() / 4 * 3);
    let (mut word, mut digits, mut pads) = (0_u32, 0_usize, 0_usize);
    let mut padding_started = false;
    for (at, &byte) in text.iter().enumerate() {
        if byte == b'=' {
            padding_started = true;
            if digits % 4 >= 2 {
                pads += 1;
                if digits % 4 + pads >= 4 {
                    if strict && at + 1 < text.len() {
                        return Err("Excess data after padding".to_owned());
                    }
                    return Ok(data);
                }
            }
            continue;
        }
        let Some(value) = sextet(byte) else {
            if strict {
                return Err("Only base64 data is allowed".to_owned());
            }
            continue;
        };
        if strict && padding_started {
            return Err("Discontinuous padding not allowed".to_owned());
        }
        pads = 0;
        word = word << 6 | value;
        match digits % 4 {
            0 => {}
            1 => data.push((word >> 4) as u8),
            2 => data.push((word >> 2) as u8),
            _ => data.push(word as u8),
        }
        digits += 1;
    }
    match digits % 4 {
        0 => Ok(data),
        1 => Err(format!(
            "Invalid base64-encoded string: number of data characters ({digits}) cannot be 1 more than a multiple of 4"
        )),
        _ => Err("Incorrect padding".to_owned()),
    }
}

fn crc32(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let data = buffer::expect(vm, &args[0])?;
    let start = match args.get(1) {
        Some(start) => vm.index_isize(start)? as u32,
        None => 0,
    };
    let step = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
    let table: Vec<u32> = (0..256).map(|byte| (0..8).fold(byte, |crc, _| step(crc))).collect();
    let crc = data.iter().fold(!start, |crc, &byte| crc >> 8 ^ table[((crc ^ u32::from(byte)) & 0xff) as usize]);
    Ok(Value::Int(i64::from(!crc)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_is_whole() {
        assert_eq!(decode(b"aGVsbG8=", true), Ok(b"hello".to_vec()));
        assert_eq!(decode(b"aG Vs\nbG8", false), Err("Incorrect padding".to_owned()));
        assert!(decode(b"aGVsb", false).is_err_and(|message| message.contains("(5)")));
    }
}
