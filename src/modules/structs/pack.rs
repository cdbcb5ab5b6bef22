//! Values to bytes and back.

use super::fail;
use super::format::{Format, Item};
use crate::builtins::bytes::{buffer, items};
use crate::builtins::number::to_big;
use crate::builtins::sequence::is_index;
use crate::object::{Bytes, Known, Raised, Value, Vm};

/// The bytes of an int that fits, the low ones first; None where more has to be looked at.
fn small_integer(item: Item, value: &Value) -> Option<[u8; 8]> {
    let (Value::Int(number), b'b' | b'B' | b'h' | b'H' | b'i' | b'I' | b'l' | b'L' | b'q' | b'Q') = (value, item.code)
    else {
        return None;
    };
    let bits = item.size as u32 * 8;
    let fits = if item.code.is_ascii_lowercase() {
        bits == 64 || (-(1_i64 << (bits - 1))..1_i64 << (bits - 1)).contains(number)
    } else {
        *number >= 0 && (bits == 64 || number >> bits == 0)
    };
    fits.then(|| number.to_le_bytes())
}

/// The bytes of one integer.
pub(super) fn integer(vm: &mut Vm, item: Item, value: &Value) -> Result<Vec<u8>, Raised> {
    if !is_index(vm, value) {
        return Err(fail(vm, "required argument is not an integer"));
    }
    let number = to_big(&vm.index(value)?);
    let signed = item.code.is_ascii_lowercase() || (item.code == b'P' && number.sign() == num_bigint::Sign::Minus);
    match items::int_bytes(&number, item.size, signed) {
        Ok(bytes) => Ok(bytes),
        Err(_) if item.code == b'P' => Err(fail(vm, "int too large to convert")),
        Err((low, high)) => {
            let code = item.code as char;
            Err(fail(vm, format!("'{code}' format requires {low} <= number <= {high}")))
        }
    }
}

pub(super) fn real(vm: &mut Vm, item: Item, native: bool, value: &Value) -> Result<Vec<u8>, Raised> {
    if !crate::builtins::number::is_real(vm, value) {
        return Err(fail(vm, "required argument is not a float"));
    }
    let x = crate::builtins::float::outward(vm.to_f64(value)?);
    let too_large = |vm: &mut Vm| {
        if matches!(vm.unwrap(value), Value::Int(_) | Value::BigInt(_)) {
            return fail(vm, "int too large to convert");
        }
        vm.raise(Known::OverflowError, format!("float too large to pack with {} format", item.code as char))
    };
    match item.code {
        b'd' => Ok(x.to_le_bytes().to_vec()),
        b'f' => {
            let narrow = x as f32;
            // In native mode C itself converts, which gives infinity.
            if narrow.is_infinite() && x.is_finite() && !native {
                return Err(too_large(vm));
            }
            Ok(narrow.to_le_bytes().to_vec())
        }
        _ => match items::to_half(x) {
            Some(half) => Ok(half.to_le_bytes().to_vec()),
            None => Err(too_large(vm)),
        },
    }
}

pub(super) fn packed(vm: &mut Vm, format: &Format, values: &[Value]) -> Result<Vec<u8>, Raised> {
    let mut out = Vec::new();
    if out.try_reserve_exact(format.size).is_err() {
        return Err(vm.memory_error());
    }
    let mut values = values.iter();
    for item in &format.items {
        out.resize(out.len() + item.pad, 0);
        match item.code {
            b'x' => out.resize(out.len() + item.count, 0),
            b's' | b'p' => {
                let value = values.next().cloned().unwrap_or_default();
                let Some(mut text) = buffer::view(vm, &value).map(buffer::Content::into_vec) else {
                    return Err(fail(vm, format!("argument for '{}' must be a bytes object", item.code as char)));
                };
                let start = out.len();
                if item.code == b'p' && item.count > 0 {
                    text.truncate(item.count - 1);
                    out.push(text.len().min(255) as u8);
                }
                text.truncate(item.count);
                out.extend_from_slice(&text);
                out.resize(start + item.count, 0);
            }
            code => {
                for _ in 0..item.count {
                    let value = values.next().cloned().unwrap_or_default();
                    if let Some(bytes) = small_integer(*item, &value) {
                        let bytes = &bytes[..item.size];
                        match format.big {
                            true => out.extend(bytes.iter().rev()),
                            false => out.extend_from_slice(bytes),
                        }
                        continue;
                    }
                    let mut bytes = match code {
                        b'?' => vec![u8::from(vm.truth(&value)?)],
                        b'c' => match vm.unwrap(&value) {
                            Value::Bytes(bytes) if bytes.data.len() == 1 => bytes.data.to_vec(),
                            _ => return Err(fail(vm, "char format requires a bytes object of length 1")),
                        },
                        b'e' | b'f' | b'd' => real(vm, *item, format.native, &value)?,
                        _ => integer(vm, *item, &value)?,
                    };
                    if format.big {
                        bytes.reverse();
                    }
                    out.extend_from_slice(&bytes);
                }
            }
        }
    }
    Ok(out)
}

pub(super) fn unpacked(vm: &mut Vm, format: &Format, data: &[u8]) -> Result<Value, Raised> {
    let mut values = Vec::with_capacity(format.values.min(1 << 16));
    let mut at = 0;
    for item in &format.items {
        at += item.pad;
        match item.code {
            b'x' => at += item.count,
            b's' => {
                vm.push(&mut values, Bytes::new(&data[at..at + item.count]).into_value())?;
                at += item.count;
            }
            b'p' => {
                let len = data.get(at).map_or(0, |&len| usize::from(len).min(item.count.saturating_sub(1)));
                let text = if item.count == 0 { &[][..] } else { &data[at + 1..at + 1 + len] };
                vm.push(&mut values, Bytes::new(text).into_value())?;
                at += item.count;
            }
            code => {
                for _ in 0..item.count {
                    let mut bytes = [0; 8];
                    bytes[..item.size].copy_from_slice(&data[at..at + item.size]);
                    if format.big {
                        bytes[..item.size].reverse();
                    }
                    vm.push(&mut values, items::unpack(code, item.size, bytes))?;
                    at += item.size;
                }
            }
        }
    }
    Ok(Value::tuple(values))
}
