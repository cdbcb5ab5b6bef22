//! Floats as hexadecimal text.

use num_bigint::BigInt;
use num_traits::{ToPrimitive, Zero};

use super::float_text::special;
use crate::object::unicode;

/// `x.hex()`.
pub fn hex(x: f64) -> String {
    if !x.is_finite() {
        return special(x).to_owned();
    }
    let sign = if x.is_sign_negative() { "-" } else { "" };
    if x == 0.0 {
        return format!("{sign}0x0.0p+0");
    }
    let bits = x.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let exponent = (bits >> 52 & 0x7ff) as i32;
    let (lead, exponent) = if exponent == 0 { (0, -1022) } else { (1, exponent - 1023) };
    format!("{sign}0x{lead}.{fraction:013x}p{exponent:+}")
}

/// Why `float.fromhex` refuses its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HexError {
    /// ValueError: invalid hexadecimal floating-point string.
    Invalid,
    /// OverflowError: hexadecimal value too large to represent as a float.
    TooLarge,
}

/// `float.fromhex(text)`.
///
/// # Errors
///
/// [`HexError`] when the text is no hexadecimal number or too large.
pub fn from_hex(text: &str) -> Result<f64, HexError> {
    let text = text.trim_matches(unicode::is_space);
    let (negative, unsigned) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let sign = if negative { -1.0 } else { 1.0 };
    let lower = unsigned.to_ascii_lowercase();
    match lower.as_str() {
        "inf" | "infinity" => return Ok(sign * f64::INFINITY),
        "nan" => return Ok(f64::NAN),
        _ => {}
    }
    let body = lower.strip_prefix("0x").unwrap_or(&lower);
    let (digits, exponent) = match body.split_once('p') {
        Some((digits, exponent)) => {
            let rest = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if rest.is_empty() || !rest.bytes().all(|b| b.is_ascii_digit()) {
                return Err(HexError::Invalid);
            }
            let clamped = rest.parse::<i64>().unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
            (digits, if exponent.starts_with('-') { -clamped } else { clamped })
        }
        None => (body, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() + fraction.len() == 0 || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_hexdigit()) {
        return Err(HexError::Invalid);
    }
    let joined = format!("{whole}{fraction}");
    let significant = joined.trim_start_matches('0');
    let number = BigInt::parse_bytes(significant.as_bytes(), 16).unwrap_or_default();
    if number.is_zero() {
        return Ok(sign * 0.0);
    }
    let shift = exponent.saturating_sub(4 * fraction.len() as i64);
    let x = scale(&number, shift).ok_or(HexError::TooLarge)?;
    Ok(sign * x)
}

/// `number * 2**shift` rounded half to even, None if it is too large; the number is positive.
fn scale(number: &BigInt, shift: i64) -> Option<f64> {
    let bits = number.bits() as i64;
    let top = shift.saturating_add(bits);
    if top > 1024 {
        return None;
    }
    if top < -1076 {
        return Some(0.0);
    }
    // The last bit that the float keeps has this weight.
    let last = (top - 53).max(-1074);
    let drop = last - shift;
    let mut kept = if drop <= 0 { number << (-drop) as u64 } else { number >> drop as u64 };
    if drop > 0 {
        let rest = number - (&kept << drop as u64);
        let half = BigInt::from(1) << (drop - 1) as u64;
        if rest > half || (rest == half && kept.bit(0)) {
            kept += 1;
        }
    }
    let mantissa = kept.to_f64()?;
    // Two steps, because one factor of 2**-1074 is the smallest there is.
    let x = mantissa * 2f64.powi((last / 2) as i32) * 2f64.powi((last - last / 2) as i32);
    x.is_finite().then_some(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_round_trip() {
        for x in [1.0, -0.1, 5e-324, 1e308, 2.2250738585072014e-308, 0.0] {
            assert_eq!(from_hex(&hex(x)), Ok(x));
        }
        assert_eq!(hex(3.5), "0x1.c000000000000p+1");
        assert_eq!(from_hex("0x1p1024"), Err(HexError::TooLarge));
        assert_eq!(from_hex("0x.p1"), Err(HexError::Invalid));
    }
}
