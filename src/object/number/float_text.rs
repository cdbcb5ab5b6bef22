//! Floats as text: `repr`, the digits behind `format`, exact parsing, hexadecimal, rounding.
//!
//! Rust's own formatting is exact and rounds half to even, so it gives all the digits; what
//! is done here is Python's notation around them.

use std::fmt::Write;

use num_bigint::BigInt;
use num_traits::{ToPrimitive, Zero};

use super::int_text;
use crate::object::unicode;

/// A float has no more digits than this before or behind the point; all further ones are zeros.
const MAX_DIGITS: usize = 1100;

/// `repr(x)`: the shortest digits that read back as the same float.
pub fn repr(x: f64) -> String {
    let mut text = String::with_capacity(24);
    append_repr(x, &mut text);
    text
}

/// Makes the last of the shortest digits even where two texts of that length are equally near,
/// as Python does; Rust gives the greater one.
fn prefer_even(x: f64, exponent: i32, out: &mut String, start: usize) {
    let digits = out.len() - start - usize::from(x.is_sign_negative());
    let decimals = digits as i32 - 2 - exponent;
    // Of more decimals no float is half a unit away.
    if digits < 15 || !(1..=25).contains(&decimals) {
        return;
    }
    let halves = x.abs() * f64::from_bits(((1023 + decimals + 1) as u64) << 52);
    let is_tie = halves < (1u64 << 53) as f64 && halves == halves.trunc() && halves as u64 & 1 == 1;
    let last = out.as_bytes()[out.len() - 1];
    if !is_tie || last & 1 == 0 {
        return;
    }
    out.pop();
    out.push((last - 1) as char);
    // Below a power of two floats are denser: the lesser text may be another float's.
    if format!("{}e{exponent}", &out[start..]).parse() != Ok(x) {
        out.pop();
        out.push(last as char);
    }
}

/// Appends `repr(x)`.
pub fn append_repr(x: f64, out: &mut String) {
    if !x.is_finite() {
        out.push_str(special(x));
        return;
    }
    if x == x.trunc() && x.abs() < 1e15 && !(x == 0.0 && x.is_sign_negative()) {
        // Whole numbers of so few digits have no shorter text than all of them.
        out.push_str(int_text::small(x as i64, &mut [0; 65]));
        out.push_str(".0");
        return;
    }
    // The shortest digits, with an exponent; then they are put where Python's notation has them.
    let start = out.len();
    write!(out, "{x:e}").expect("writing to a string");
    let mark = start + out[start..].find('e').expect("scientific notation has an exponent");
    let exponent: i32 = out[mark + 1..].parse().expect("the exponent is a number");
    out.truncate(mark);
    prefer_even(x, exponent, out, start);
    if !(-4..16).contains(&exponent) {
        push_exponent(out, exponent);
        return;
    }
    let first = start + usize::from(x.is_sign_negative());
    let has_point = out.len() > first + 1;
    if exponent < 0 {
        if has_point {
            out.remove(first + 1);
        }
        // The exponent is -1 to -4: a point and up to three zeros stand before the digits.
        out.insert_str(first, &"0.000"[..(1 - exponent) as usize]);
        return;
    }
    let exponent = exponent as usize;
    if exponent == 0 {
        if !has_point {
            out.push_str(".0");
        }
        return;
    }
    if has_point {
        out.remove(first + 1);
    }
    let digits = out.len() - first;
    if digits > exponent + 1 {
        out.insert(first + exponent + 1, '.');
    } else {
        for _ in digits..=exponent {
            out.push('0');
        }
        out.push_str(".0");
    }
}

/// `nan`, `inf` or `-inf`.
pub fn special(x: f64) -> &'static str {
    if x.is_nan() {
        "nan"
    } else if x > 0.0 {
        "inf"
    } else {
        "-inf"
    }
}

fn push_exponent(text: &mut String, exponent: i32) {
    let sign = if exponent < 0 { '-' } else { '+' };
    write!(text, "e{sign}{:02}", exponent.unsigned_abs()).expect("writing to a string");
}

/// A finite float with `precision` digits behind the point, as `'f'` formats it.
/// With `alternate` the point stays even if no digit follows it.
pub fn fixed(x: f64, precision: usize, alternate: bool) -> String {
    let mut text = String::with_capacity(24);
    if !fixed_exact(x, precision, &mut text) {
        write!(text, "{x:.*}", precision.min(MAX_DIGITS)).expect("writing to a string");
    }
    if precision == 0 && alternate {
        text.push('.');
    }
    text.extend(std::iter::repeat_n('0', precision.saturating_sub(MAX_DIGITS)));
    text
}

/// As `fixed` where `x * 10**precision` fits integers of the machine, which is quicker and as exact;
/// false if it does not.
fn fixed_exact(x: f64, precision: usize, out: &mut String) -> bool {
    const TENS: [u64; 11] =
        [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000];
    let Some(&scale) = TENS.get(precision) else { return false };
    let magnitude = x.abs();
    if magnitude >= 1e8 {
        return false;
    }
    let bits = magnitude.to_bits();
    let exponent = (bits >> 52) as i32;
    let (mantissa, exponent) = match exponent {
        0 => (bits, -1074),
        _ => (bits & ((1 << 52) - 1) | 1 << 52, exponent - 1075),
    };
    // Less than 2**27, the float has an exponent of at most -26: there are bits to be dropped, and rounded half to even.
    let drop = -exponent as u32;
    let scaled = u128::from(mantissa) * u128::from(scale);
    let rounded = if drop >= 127 {
        0
    } else {
        let (kept, rest, half) = (scaled >> drop, scaled & ((1 << drop) - 1), 1u128 << (drop - 1));
        kept + u128::from(rest > half || (rest == half && kept & 1 == 1))
    };
    // Below 1e8 * 1e10 this fits.
    let rounded = rounded as u64;
    if x.is_sign_negative() {
        out.push('-');
    }
    out.push_str(int_text::unsigned(rounded / scale, 10, &mut [0; 65]));
    if precision > 0 {
        out.push('.');
        let mut buffer = [0; 65];
        let fraction = int_text::unsigned(rounded % scale, 10, &mut buffer);
        for _ in fraction.len()..precision {
            out.push('0');
        }
        out.push_str(fraction);
    }
    true
}

/// A finite float in scientific notation with `precision` digits behind the point, as `'e'` formats it.
pub fn scientific(x: f64, precision: usize, alternate: bool) -> String {
    let (mut text, exponent) = mantissa(x, precision);
    if precision == 0 && alternate {
        text.push('.');
    }
    push_exponent(&mut text, exponent);
    text
}

/// Mantissa of `precision + 1` digits with its point, and the decimal exponent.
fn mantissa(x: f64, precision: usize) -> (String, i32) {
    let text = format!("{x:.*e}", precision.min(MAX_DIGITS));
    let (digits, exponent) = text.split_once('e').expect("scientific notation has an exponent");
    let mut digits = digits.to_owned();
    digits.extend(std::iter::repeat_n('0', precision.saturating_sub(MAX_DIGITS)));
    (digits, exponent.parse().expect("the exponent is a number"))
}

/// A finite float with `precision` significant digits, as `'g'` formats it.
pub fn general(x: f64, precision: usize, alternate: bool) -> String {
    let precision = precision.max(1);
    general_below(x, precision, precision as i64, alternate)
}

/// As [`general`], with an exponent from that of `limit` on.
fn general_below(x: f64, precision: usize, limit: i64, alternate: bool) -> String {
    let (mut text, exponent) = mantissa(x, precision - 1);
    let exponent = i64::from(exponent);
    if (-4..limit).contains(&exponent) {
        let mut text = fixed(x, (precision as i64 - 1 - exponent).max(0) as usize, alternate);
        if !alternate {
            trim_zeros(&mut text);
        }
        return text;
    }
    if !alternate {
        trim_zeros(&mut text);
    } else if precision == 1 {
        text.push('.');
    }
    push_exponent(&mut text, exponent as i32);
    text
}

/// A finite float for a format without a type: as `repr`, or with `precision` significant digits
/// as `'g'` but with at least one digit behind the point, and an exponent as soon as that digit would not be significant.
pub fn plain(x: f64, precision: Option<usize>, alternate: bool) -> String {
    let Some(precision) = precision else { return repr(x) };
    let precision = precision.max(1);
    let mut text = general_below(x, precision, precision as i64 - 1, alternate);
    if !alternate && !text.contains(['.', 'e']) {
        text.push_str(".0");
    }
    text
}

fn trim_zeros(text: &mut String) {
    if text.contains('.') {
        let kept = text.trim_end_matches('0').trim_end_matches('.').len();
        text.truncate(kept);
    }
}

/// What `float(text)` gives, None if the text is not a number.
pub fn parse(text: &str) -> Option<f64> {
    let text = text.trim_matches(unicode::is_space);
    let mut clean = String::with_capacity(text.len());
    let mut previous = '\0';
    for c in text.chars() {
        let c = match unicode::decimal(c) {
            Some(value) => char::from(b'0' + value),
            None => c,
        };
        // An underscore stands between digits only (PEP 515).
        if (c == '_' && !previous.is_ascii_digit()) || (previous == '_' && !c.is_ascii_digit()) {
            return None;
        }
        if c != '_' {
            clean.push(c);
        }
        previous = c;
    }
    if previous == '_' {
        return None;
    }
    parse_ascii(&clean)
}

fn parse_ascii(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let first = unsigned.bytes().next()?;
    if first.is_ascii_digit() || first == b'.' {
        return text.parse().ok();
    }
    let x = match unsigned.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => f64::INFINITY,
        "nan" => f64::NAN,
        _ => return None,
    };
    Some(if text.starts_with('-') { -x } else { x })
}

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

/// `round(x, ndigits)` of a finite float: half to even on the exact decimal value.
/// None if the result is too large for a float.
pub fn round_decimal(x: f64, ndigits: i64) -> Option<f64> {
    // Beyond these bounds nothing changes, or nothing remains.
    if ndigits > 323 {
        return Some(x);
    }
    if ndigits < -308 {
        return Some(0.0f64.copysign(x));
    }
    let rounded =
        if ndigits >= 0 { format!("{x:.*}", ndigits as usize).parse().ok() } else { round_tens(x, -ndigits as usize) };
    rounded.filter(|x: &f64| x.is_finite())
}

/// Rounds to a multiple of `10**places`.
fn round_tens(x: f64, places: usize) -> Option<f64> {
    // The digits of the whole part are exact; what is behind the point only decides a tie.
    let text = format!("{:.*}", MAX_DIGITS, x.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    if whole.len() < places {
        return Some(0.0f64.copysign(x));
    }
    let (kept, dropped) = whole.split_at(whole.len() - places);
    let mut number: BigInt = if kept.is_empty() { BigInt::zero() } else { kept.parse().ok()? };
    let half = format!("5{}", "0".repeat(places - 1));
    let above = match dropped.cmp(half.as_str()) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => fraction.bytes().any(|b| b != b'0') || number.bit(0),
        std::cmp::Ordering::Less => false,
    };
    if above {
        number += 1;
    }
    let rounded: f64 = format!("{number}e{places}").parse().ok()?;
    Some(rounded.copysign(x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repr_is_pythons() {
        for (x, text) in [
            (1.0, "1.0"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (-0.0, "-0.0"),
            (1.5e300, "1.5e+300"),
            (5e-324, "5e-324"),
            (f64::NAN, "nan"),
            (f64::NEG_INFINITY, "-inf"),
            (123456789012345680.0, "1.2345678901234568e+17"),
        ] {
            assert_eq!(repr(x), text);
        }
    }

    #[test]
    fn repr_places_the_point() {
        for x in
            [0.5, 0.00012, 0.1, 12.5, 123456.789, 1e15 + 0.5, 0.001, 3.0, -2.5, 9007199254740993.0, 1.1e-4, 99999.5]
        {
            let text = repr(x);
            let plain = format!("{x}");
            assert_eq!(text, if plain.contains('.') { plain } else { format!("{plain}.0") });
        }
    }

    #[test]
    fn exact_digits_are_rusts() {
        let mut state = 1u64;
        for round in 0..20_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let x = match round % 3 {
                0 => (state >> 40) as f64 / 64.0,
                1 => (state >> 11) as f64 / 9_007_199_254_740_992.0 * 1e-3,
                _ => -((state >> 30) as f64) / 1000.0,
            };
            let precision = round % 11;
            assert_eq!(fixed(x, precision, false), format!("{x:.precision$}"));
        }
        assert_eq!(fixed(0.5, 0, false), "0");
        assert_eq!(fixed(1.5, 0, false), "2");
        assert_eq!(fixed(-0.0, 1, false), "-0.0");
        assert_eq!(fixed(5e-324, 3, false), "0.000");
    }

    #[test]
    fn general_drops_zeros() {
        assert_eq!(general(100000.0, 6, false), "100000");
        assert_eq!(general(1000000.0, 6, false), "1e+06");
        assert_eq!(general(0.00001234, 6, false), "1.234e-05");
        assert_eq!(general(1.5, 6, true), "1.50000");
        assert_eq!(general(0.0, 6, false), "0");
    }

    #[test]
    fn plain_keeps_a_point() {
        assert_eq!(plain(1234.0, Some(4), false), "1.234e+03");
        assert_eq!(plain(123.0, Some(4), false), "123.0");
        assert_eq!(plain(3.0, Some(1), false), "3e+00");
        assert_eq!(plain(0.5, Some(1), false), "0.5");
    }

    #[test]
    fn parses_exactly() {
        assert_eq!(parse(" 1_000.5e-1 "), Some(100.05));
        assert_eq!(parse("٣.٥"), Some(3.5));
        assert_eq!(parse("-Infinity"), Some(f64::NEG_INFINITY));
        for bad in ["", "1__0", "_1", "1_", "1_.5", "e5", ".", "0x10", "1e", "infin", "+-1"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn hexadecimal_round_trip() {
        for x in [1.0, -0.1, 5e-324, 1e308, 2.2250738585072014e-308, 0.0] {
            assert_eq!(from_hex(&hex(x)), Ok(x));
        }
        assert_eq!(hex(3.5), "0x1.c000000000000p+1");
        assert_eq!(from_hex("0x1p1024"), Err(HexError::TooLarge));
        assert_eq!(from_hex("0x.p1"), Err(HexError::Invalid));
    }

    #[test]
    fn rounds_on_the_decimal_value() {
        assert_eq!(round_decimal(2.675, 2), Some(2.67));
        assert_eq!(round_decimal(0.125, 2), Some(0.12));
        assert_eq!(round_decimal(25.0, -1), Some(20.0));
        assert_eq!(round_decimal(25.1, -1), Some(30.0));
        assert_eq!(round_decimal(5.0, -1), Some(0.0));
        assert_eq!(round_decimal(1e308, -308), Some(1e308));
        assert_eq!(round_decimal(1.7e308, -308), None);
    }
}
