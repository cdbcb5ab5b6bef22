//! Integer algorithms.

use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::{FromPrimitive, Signed, ToPrimitive, Zero};

use crate::bytecode::BinOp;
use crate::object::Value;

/// Ints with more bits are refused with MemoryError (one gigabyte).
pub(crate) const MAX_BITS: u64 = 1 << 33;

/// `a op b` of ints of 64 bits; None if the result may be too large or is an error.
#[inline]
pub(crate) fn small_binary(op: BinOp, a: i64, b: i64) -> Option<Value> {
    let result = match op {
        BinOp::Add => a.checked_add(b)?,
        BinOp::Sub => a.checked_sub(b)?,
        BinOp::Mul => a.checked_mul(b)?,
        BinOp::FloorDiv => floor_div(a, b)?,
        BinOp::Mod => floor_mod(a, b)?,
        BinOp::TrueDiv => {
            if b == 0 || a.unsigned_abs() > 1 << 53 || b.unsigned_abs() > 1 << 53 {
                return None;
            }
            return Some(Value::float(a as f64 / b as f64));
        }
        BinOp::Pow => a.checked_pow(u32::try_from(b).ok()?)?,
        BinOp::LShift => {
            let count = u32::try_from(b).ok().filter(|&count| count < 63)?;
            let shifted = a << count;
            if shifted >> count != a {
                return None;
            }
            shifted
        }
        BinOp::RShift => a >> u32::try_from(b).ok()?.min(63),
        BinOp::BitAnd => a & b,
        BinOp::BitOr => a | b,
        BinOp::BitXor => a ^ b,
        BinOp::MatMul => return None,
    };
    Some(Value::Int(result))
}

/// `a // b`; None for a zero divisor or a result beyond 64 bits.
#[inline(always)]
pub(crate) fn floor_div(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    Some(if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
}

/// Quotient and rest of `a / b`, rounded towards minus infinity; `b` is not zero.
pub(crate) fn div_mod_floor(a: &BigInt, b: &BigInt) -> (BigInt, BigInt) {
    match short_quotient(a.magnitude(), b.magnitude()) {
        Some((quotient, rest)) => signed_div_mod(quotient.into(), rest, a.sign(), b),
        None => a.div_mod_floor(b),
    }
}

/// Quotient and rest rounded towards minus infinity, from those of the magnitudes.
pub(crate) fn signed_div_mod(quotient: BigUint, rest: BigUint, sign: Sign, b: &BigInt) -> (BigInt, BigInt) {
    let (mut quotient, mut rest) = (BigInt::from(quotient), BigInt::from(rest));
    if sign == Sign::Minus {
        rest = -rest;
    }
    if sign != b.sign() {
        quotient = -quotient;
        if !rest.is_zero() {
            quotient -= 1;
            rest += b;
        }
    }
    (quotient, rest)
}

/// Quotient and rest where the divisor is long and the quotient fits a machine word: the quotient is found
/// from the leading bits, which leaves one multiplication by a word and one subtraction.
fn short_quotient(a: &BigUint, b: &BigUint) -> Option<(u64, BigUint)> {
    let (length, divisor) = (a.bits(), b.bits());
    if divisor <= 128 || length > divisor + 60 {
        return None;
    }
    if a < b {
        return Some((0, a.clone()));
    }
    let shift = divisor - 64;
    let (a_top, b_top) = ((a >> shift).to_u128()?, (b >> shift).to_u128()?);
    // Dividing by the larger `b_top + 1` gives no more than the quotient, and less by two at most.
    let mut quotient = (a_top / (b_top + 1)) as u64;
    let mut rest = a - b * quotient;
    while rest >= *b {
        rest -= b;
        quotient += 1;
    }
    Some((quotient, rest))
}

/// `a % b` with the sign of `b`; None for a zero divisor.
#[inline(always)]
pub(crate) fn floor_mod(a: i64, b: i64) -> Option<i64> {
    if b == 0 {
        return None;
    }
    let rest = a.wrapping_rem(b);
    Some(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
}

/// `base ** exponent` for a base of -1, 0 or 1 and an exponent that is not negative.
pub(crate) fn unit_pow(base: &BigInt, exponent: &BigInt) -> i64 {
    if exponent.is_zero() {
        return 1;
    }
    match base.sign() {
        Sign::NoSign => 0,
        Sign::Minus if exponent.is_odd() => -1,
        _ => 1,
    }
}

/// The nearest float, ties to even; None if the int is too large.
pub(crate) fn big_to_f64(n: &BigInt) -> Option<f64> {
    let x = ratio_to_f64(n.is_negative(), n.magnitude().clone(), num_bigint::BigUint::from(1_u32));
    x.filter(|x| x.is_finite())
}

/// The int of a float without a fraction; None for infinities and NaN.
pub(crate) fn from_f64(x: f64) -> Option<BigInt> {
    BigInt::from_f64(x)
}

/// `a / b`, correctly rounded; None if the result is too large for a float. `b` is not zero.
pub(crate) fn true_div(a: &BigInt, b: &BigInt) -> Option<f64> {
    ratio_to_f64(a.is_negative() != b.is_negative(), a.magnitude().clone(), b.magnitude().clone())
}

/// The float nearest to a ratio, ties to even.
fn ratio_to_f64(negative: bool, a: num_bigint::BigUint, b: num_bigint::BigUint) -> Option<f64> {
    if a.is_zero() {
        return Some(if negative { -0.0 } else { 0.0 });
    }
    // The quotient gets 55 or 56 bits: 53 for the result and two for rounding, the last of which is sticky.
    let difference = a.bits() as i64 - b.bits() as i64;
    if difference > 1025 {
        return None;
    }
    if difference < -1080 {
        return Some(if negative { -0.0 } else { 0.0 });
    }
    // Subnormal results have fewer bits: the last bit that counts is 2**-1074.
    let shift = (55 - difference).min(1076);
    let (a, b) = if shift >= 0 { (a << shift as u64, b) } else { (a, b << (-shift) as u64) };
    let (quotient, rest) = a.div_rem(&b);
    let mut bits = quotient.to_u64()?;
    if !rest.is_zero() {
        bits |= 1;
    }
    // To nearest with ties to even at the place that the result keeps.
    let length = 64 - bits.leading_zeros() as i64;
    let extra = (length - 53).max(if shift == 1076 { 2 } else { 0 });
    let mut kept = bits >> extra;
    let half = 1_u64 << (extra - 1);
    let below = bits & ((1 << extra) - 1);
    if below > half || below == half && kept & 1 == 1 {
        kept += 1;
    }
    let exponent = extra - shift;
    let x = scale(kept as f64, exponent);
    if x.is_infinite() {
        return None;
    }
    Some(if negative { -x } else { x })
}

/// `x * 2**exponent`, exact as long as the result is representable.
pub(crate) fn scale(mut x: f64, mut exponent: i64) -> f64 {
    while exponent > 1000 {
        x *= 2_f64.powi(1000);
        exponent -= 1000;
    }
    while exponent < -1000 {
        x *= 2_f64.powi(-1000);
        exponent += 1000;
    }
    x * 2_f64.powi(exponent as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_towards_minus_infinity() {
        assert_eq!((floor_div(-7, 2), floor_mod(-7, 2)), (Some(-4), Some(1)));
        assert_eq!((floor_div(7, -2), floor_mod(7, -2)), (Some(-4), Some(-1)));
        assert_eq!((floor_div(-8, 2), floor_mod(-8, 2)), (Some(-4), Some(0)));
        assert_eq!((floor_div(i64::MIN, -1), floor_mod(i64::MIN, -1)), (None, Some(0)));
        assert_eq!((floor_div(1, 0), floor_mod(1, 0)), (None, None));
    }

    #[test]
    fn divides_by_leading_bits() {
        let mut state = 7_u64;
        let mut random = |bits: u64| {
            let mut n = BigInt::from(1);
            for _ in 0..bits / 32 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                n = (n << 32_u32) + (state >> 32);
            }
            n
        };
        for round in 0..400 {
            let b = random(160 + round % 7 * 32);
            let a = match round % 4 {
                0 => random(160 + round % 7 * 32 + 32),
                1 => &b * (round * 0x1234_5678_9abc),
                2 => &b * round - 1,
                _ => random(160),
            };
            for (a, b) in [(&a, &b), (&-&a, &b), (&a, &-&b), (&-&a, &-&b)] {
                assert_eq!(div_mod_floor(a, b), a.div_mod_floor(b), "{a} {b}");
            }
        }
    }

    #[test]
    fn divides_with_correct_rounding() {
        let big = |text: &str| text.parse::<BigInt>().unwrap();
        assert_eq!(true_div(&big("1"), &big("3")), Some(1.0 / 3.0));
        assert_eq!(true_div(&big("9007199254740993"), &big("1")), Some(9_007_199_254_740_992.0));
        assert_eq!(true_div(&big("9007199254740995"), &big("1")), Some(9_007_199_254_740_996.0));
        assert_eq!(true_div(&(BigInt::from(1) << 1024_u32), &big("1")), None);
        assert_eq!(true_div(&(BigInt::from(1) << 1023_u32), &big("-1")), Some(-(2_f64.powi(1023))));
        assert_eq!(true_div(&big("1"), &(BigInt::from(1) << 1074_u32)), Some(5e-324));
        assert_eq!(true_div(&big("1"), &(BigInt::from(1) << 1075_u32)), Some(0.0));
        assert_eq!(true_div(&big("3"), &(BigInt::from(1) << 1076_u32)), Some(5e-324));
    }

    #[test]
    fn converts_to_the_nearest_float() {
        assert_eq!(big_to_f64(&(BigInt::from(1) << 70_u32)), Some(2_f64.powi(70)));
        assert_eq!(big_to_f64(&((BigInt::from(1) << 1024_u32) - (BigInt::from(1) << 970_u32))), None);
        assert_eq!(big_to_f64(&((BigInt::from(1) << 1024_u32) - (BigInt::from(1) << 971_u32))), Some(f64::MAX));
    }
}
