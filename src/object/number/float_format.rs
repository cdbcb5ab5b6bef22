//! Floats as text with a chosen number of digits: the formats `e`, `f` and `g`, and that without a type.

use std::fmt::Write;

use super::float_text::{push_exponent, repr};
use super::int_text;

/// A float has no more digits than this before or behind the point; all further ones are zeros.
pub(super) const MAX_DIGITS: usize = 1100;

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
