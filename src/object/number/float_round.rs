//! Rounding floats to decimal places.

use num_bigint::BigInt;
use num_traits::Zero;

use super::float_format::MAX_DIGITS;

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
