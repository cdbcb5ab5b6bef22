//! Numbers as bytes, one item of a `struct` format, a memoryview or an array.

use num_bigint::{BigInt, Sign};

use crate::object::{Bytes, Value};

/// The little-endian bytes of an int; the bounds of the type if it is out of them.
pub(crate) fn int_bytes(number: &BigInt, size: usize, signed: bool) -> Result<Vec<u8>, (BigInt, BigInt)> {
    let bits = 8 * size as u32;
    let one = BigInt::from(1);
    let (low, high) = if signed {
        (-(one.clone() << (bits - 1)), (one << (bits - 1)) - 1)
    } else {
        (BigInt::from(0), (one << bits) - 1)
    };
    if *number < low || *number > high {
        return Err((low, high));
    }
    let mut bytes = number.to_signed_bytes_le();
    bytes.resize(size.max(bytes.len()), if number.sign() == Sign::Minus { 0xff } else { 0 });
    bytes.truncate(size);
    Ok(bytes)
}

/// A half precision float, rounded half to even; None if it is too large.
pub(crate) fn to_half(x: f64) -> Option<u16> {
    let sign = if x.is_sign_negative() { 0x8000 } else { 0 };
    let magnitude = x.abs();
    if x.is_nan() {
        return Some(sign | 0x7e00);
    }
    if x.is_infinite() {
        return Some(sign | 0x7c00);
    }
    if magnitude == 0.0 {
        return Some(sign);
    }
    let (_, exponent) = crate::object::hash::frexp(magnitude);
    let exponent = (exponent - 1).max(-14);
    if exponent > 15 {
        return None;
    }
    let units = (magnitude / 2f64.powi(exponent - 10)).round_ties_even() as u16;
    // A mantissa that rounds up to the next power carries into the exponent by itself.
    let bits = if exponent == -14 { units } else { ((exponent + 14) as u16) * 1024 + units };
    (bits < 0x7c00).then_some(sign | bits)
}

fn from_half(bits: u16) -> f64 {
    let sign = if bits & 0x8000 != 0 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    sign * match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    }
}

/// The value of eight little-endian bytes, of which `size` count.
pub(crate) fn unpack(code: u8, size: usize, bytes: [u8; 8]) -> Value {
    let word = u64::from_le_bytes(bytes);
    match code {
        b'c' => Bytes::new(&bytes[..1]).into_value(),
        b'u' | b'w' => char::from_u32(word as u32).unwrap_or(char::REPLACEMENT_CHARACTER).to_string().into(),
        b'?' => Value::bool(bytes[0] != 0),
        b'e' => Value::float(from_half(word as u16)),
        b'f' => Value::float(f32::from_bits(word as u32).into()),
        b'd' => Value::float(f64::from_bits(word)),
        code if code.is_ascii_lowercase() => {
            let shift = 64 - 8 * size as u32;
            Value::Int((word << shift) as i64 >> shift)
        }
        _ => Value::big(word.into()),
    }
}

/// The bytes of a float or an int that fits in 64 bits, in a number format that has room for it.
pub(crate) fn pack_plain(code: u8, size: usize, value: &Value) -> Option<[u8; 8]> {
    match (code, value) {
        (b'd', Value::Float(x)) => Some(crate::builtins::float::outward(x.get()).to_le_bytes()),
        (b'b' | b'h' | b'i' | b'l' | b'q', Value::Int(number)) => {
            let shift = 64 - 8 * size as u32;
            (*number << shift >> shift == *number).then(|| number.to_le_bytes())
        }
        (b'B' | b'H' | b'I' | b'L' | b'Q', Value::Int(number)) => {
            let fits = *number >= 0 && (size == 8 || *number >> (8 * size) == 0);
            fits.then(|| number.to_le_bytes())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_floats_go_both_ways() {
        for x in [0.0, 1.0, -2.5, 65504.0, 5.960464477539063e-08, 6.103515625e-05, 0.333251953125] {
            assert_eq!(to_half(x).map(from_half), Some(x));
        }
        assert_eq!(to_half(65520.0), None);
    }
}
