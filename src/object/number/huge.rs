//! Arithmetic of ints so long that a step of it takes a time that a user notices.
//!
//! Everything is done in pieces, with a poll between them that may stop it. Multiplication is Karatsuba's down to pieces
//! that `num-bigint` multiplies; division is Burnikel and Ziegler's ("Fast Recursive Division", 1998), so that it takes
//! little longer than multiplication; conversions from and to text halve the number.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{One, Signed, Zero};

/// What is called between pieces; an error stops the work.
pub type Poll<'a, E> = &'a mut dyn FnMut() -> Result<(), E>;

/// Bits from which on numbers are worth the detour.
const HUGE: u64 = 1 << 20;
/// 32-bit digits of a piece that is multiplied at once.
const PIECE: usize = 1 << 16;
/// Bits of a quotient that is found at once, where the divisor is of such a size.
const SHORT: u64 = 1 << 16;
/// Decimal digits that are converted at once.
const DECIMALS: usize = 1 << 13;

/// Whether a number is long enough for this module; the others are done faster without.
#[inline]
pub fn is_huge(bits: u64) -> bool {
    bits > HUGE
}

/// `a * b`.
///
/// # Errors
///
/// What the poll answers.
pub fn multiply<E>(a: &BigUint, b: &BigUint, poll: Poll<'_, E>) -> Result<BigUint, E> {
    if !is_huge(a.bits().min(b.bits())) && !is_huge(a.bits().max(b.bits()) / 64) {
        return Ok(a * b);
    }
    product(&a.to_u32_digits(), &b.to_u32_digits(), poll)
}

fn product<E>(a: &[u32], b: &[u32], poll: Poll<'_, E>) -> Result<BigUint, E> {
    poll()?;
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    if long.len() <= PIECE {
        return Ok(BigUint::from_slice(long) * BigUint::from_slice(short));
    }
    let half = long.len().div_ceil(2);
    if short.len() <= half {
        let step = short.len().max(PIECE / 2);
        let mut sum = vec![0; a.len() + b.len() + 1];
        for (index, piece) in long.chunks(step).enumerate() {
            add_at(&mut sum, index * step, &product(piece, short, poll)?.to_u32_digits());
        }
        return Ok(BigUint::new(sum));
    }
    let ((low_a, high_a), (low_b, high_b)) = (long.split_at(half), short.split_at(half));
    let (low, high) = (product(low_a, low_b, poll)?, product(high_a, high_b, poll)?);
    let sum_a = BigUint::from_slice(low_a) + BigUint::from_slice(high_a);
    let sum_b = BigUint::from_slice(low_b) + BigUint::from_slice(high_b);
    let middle = product(&sum_a.to_u32_digits(), &sum_b.to_u32_digits(), poll)? - &low - &high;
    let mut sum = vec![0; a.len() + b.len() + 1];
    for (at, part) in [(0, low), (half, middle), (2 * half, high)] {
        add_at(&mut sum, at, &part.to_u32_digits());
    }
    Ok(BigUint::new(sum))
}

/// Adds digits to others from an index on; there is room for the carry.
fn add_at(sum: &mut [u32], at: usize, digits: &[u32]) {
    let mut carry = 0_u64;
    let mut places = sum[at..].iter_mut();
    for &digit in digits {
        let Some(place) = places.next() else { return };
        carry += u64::from(*place) + u64::from(digit);
        *place = carry as u32;
        carry >>= 32;
    }
    for place in places {
        if carry == 0 {
            return;
        }
        carry += u64::from(*place);
        *place = carry as u32;
        carry >>= 32;
    }
}

/// `base ** exponent`.
///
/// # Errors
///
/// What the poll answers.
pub fn power<E>(base: &BigUint, exponent: u32, poll: Poll<'_, E>) -> Result<BigUint, E> {
    if !is_huge(base.bits().saturating_mul(exponent.into())) {
        return Ok(base.pow(exponent));
    }
    let twos = base.trailing_zeros().unwrap_or(0);
    let odd = base >> twos;
    let mut result = BigUint::one();
    if !odd.is_one() {
        for bit in (0..u32::BITS - exponent.leading_zeros()).rev() {
            result = multiply(&result, &result, poll)?;
            if exponent >> bit & 1 == 1 {
                result = multiply(&result, &odd, poll)?;
            }
        }
    }
    Ok(result << (twos * u64::from(exponent)))
}

/// `base ** exponent % modulus`, for a long modulus.
///
/// # Errors
///
/// What the poll answers.
pub fn power_mod<E>(base: &BigUint, exponent: &BigUint, modulus: &BigUint, poll: Poll<'_, E>) -> Result<BigUint, E> {
    let mut result = BigUint::one();
    for bit in (0..exponent.bits()).rev() {
        poll()?;
        let square = multiply(&result, &result, poll)?;
        result = divide(&square, modulus, poll)?.1;
        if exponent.bit(bit) {
            let next = multiply(&result, base, poll)?;
            result = divide(&next, modulus, poll)?.1;
        }
    }
    Ok(result)
}

/// Quotient and rest of `a / b`; `b` is not zero.
///
/// # Errors
///
/// What the poll answers.
pub fn divide<E>(a: &BigUint, b: &BigUint, poll: Poll<'_, E>) -> Result<(BigUint, BigUint), E> {
    if !is_huge(a.bits()) || a.bits() < b.bits() + SHORT {
        return Ok(a.div_rem(b));
    }
    if b.bits() <= 2 * SHORT {
        // Long division by digits of many bits each.
        let step = (8 * SHORT / 32) as usize;
        return by_digits(a, step, &mut |number| {
            poll()?;
            Ok(number.div_rem(b))
        });
    }
    // The algorithm wants a divisor that fills its digits.
    let digits = b.bits().div_ceil(32);
    let shift = digits * 32 - b.bits();
    let (a, b) = (a << shift, b << shift);
    let (quotient, rest) = by_digits(&a, digits as usize, &mut |number| two_by_one(number, &b, digits * 32, poll))?;
    Ok((quotient, rest >> shift))
}

/// One step of a long division: quotient and rest.
type Step<'a, E> = &'a mut dyn FnMut(BigUint) -> Result<(BigUint, BigUint), E>;

/// Long division by digits of `step` times 32 bits.
fn by_digits<E>(a: &BigUint, step: usize, divide: Step<'_, E>) -> Result<(BigUint, BigUint), E> {
    let digits = a.to_u32_digits();
    let mut quotient = vec![0; digits.len() + step + 1];
    let mut rest = BigUint::zero();
    for (index, digit) in digits.chunks(step).enumerate().rev() {
        let (part, left) = divide((rest << (step * 32)) + BigUint::from_slice(digit))?;
        add_at(&mut quotient, index * step, &part.to_u32_digits());
        rest = left;
    }
    Ok((BigUint::new(quotient), rest))
}

fn low_bits(number: &BigUint, count: u64) -> BigUint {
    number - ((number >> count) << count)
}

/// `a / b` where `b` has `bits` bits and the quotient no more.
fn two_by_one<E>(a: BigUint, b: &BigUint, bits: u64, poll: Poll<'_, E>) -> Result<(BigUint, BigUint), E> {
    if a.bits() <= bits + SHORT {
        poll()?;
        return Ok(a.div_rem(b));
    }
    if bits % 2 == 1 {
        let (quotient, rest) = two_by_one(a << 1, &(b << 1), bits + 1, poll)?;
        return Ok((quotient, rest >> 1));
    }
    let half = bits / 2;
    let parts = (b >> half, low_bits(b, half));
    let (high, rest) = three_by_two(&a >> bits, low_bits(&(&a >> half), half), b, &parts, half, poll)?;
    let (low, rest) = three_by_two(rest, low_bits(&a, half), b, &parts, half, poll)?;
    Ok(((high << half) + low, rest))
}

/// `(a12, a3) / b` where `b` has the parts given, of `bits` bits each, and the quotient has no more.
fn three_by_two<E>(
    a12: BigUint,
    a3: BigUint,
    b: &BigUint,
    (b1, b2): &(BigUint, BigUint),
    bits: u64,
    poll: Poll<'_, E>,
) -> Result<(BigUint, BigUint), E> {
    let (mut quotient, rest) = if &a12 >> bits == *b1 {
        ((BigUint::one() << bits) - 1_u32, a12 - (b1 << bits) + b1)
    } else {
        two_by_one(a12, b1, bits, poll)?
    };
    let mut rest = BigInt::from((rest << bits) + a3) - BigInt::from(multiply(&quotient, b2, poll)?);
    let b = BigInt::from(b.clone());
    while rest.is_negative() {
        quotient -= 1_u32;
        rest += &b;
    }
    Ok((quotient, rest.into_parts().1))
}

/// The largest int whose square is no larger.
///
/// The root of the leading bits is found first; every step doubles their number.
///
/// # Errors
///
/// What the poll answers.
pub fn root<E>(number: &BigUint, poll: Poll<'_, E>) -> Result<BigUint, E> {
    if !is_huge(number.bits()) {
        return Ok(number.sqrt());
    }
    let length = (number.bits() - 1) / 2;
    let (mut root, mut done) = (BigUint::one(), 0);
    for shift in (0..u64::BITS - length.leading_zeros()).rev() {
        let before = done;
        done = length >> shift;
        let leading = number >> (2 * length - before - done + 1);
        root = (&root << (done - before - 1)) + divide(&leading, &root, poll)?.0;
    }
    let square = multiply(&root, &root, poll)?;
    Ok(if square > *number { root - 1_u32 } else { root })
}

/// `10 ** DECIMALS`, its square, the square of that and so on, up to the last that is no longer than `bits`.
fn decimal_powers<E>(bits: u64, poll: Poll<'_, E>) -> Result<Vec<BigUint>, E> {
    let mut powers = vec![BigUint::from(10_u32).pow(DECIMALS as u32)];
    while let Some(last) = powers.last().filter(|last| last.bits() * 2 <= bits + 2) {
        let square = multiply(last, last, poll)?;
        powers.push(square);
    }
    Ok(powers)
}

/// The decimal digits.
///
/// # Errors
///
/// What the poll answers.
pub fn to_decimal<E>(number: &BigUint, poll: Poll<'_, E>) -> Result<String, E> {
    let powers = decimal_powers(number.bits(), poll)?;
    let mut text = String::new();
    write_decimal(number, &powers, &mut text, poll)?;
    Ok(text)
}

/// Appends a number below the square of the last power; all places for it unless it comes first.
fn write_decimal<E>(number: &BigUint, powers: &[BigUint], text: &mut String, poll: Poll<'_, E>) -> Result<(), E> {
    let Some((power, smaller)) = powers.split_last() else {
        poll()?;
        let digits = number.to_str_radix(10);
        if text.is_empty() {
            text.push_str(if digits == "0" { "" } else { &digits });
        } else {
            text.extend(std::iter::repeat_n('0', DECIMALS - digits.len()));
            text.push_str(&digits);
        }
        return Ok(());
    };
    let (high, low) = divide(number, power, poll)?;
    write_decimal(&high, smaller, text, poll)?;
    write_decimal(&low, smaller, text, poll)
}

/// The number of decimal digits, which are nothing else.
///
/// # Errors
///
/// What the poll answers.
pub fn from_decimal<E>(digits: &[u8], poll: Poll<'_, E>) -> Result<BigUint, E> {
    let powers = decimal_powers(digits.len() as u64 * 10 / 3, poll)?;
    read_decimal(digits, &powers, poll)
}

fn read_decimal<E>(digits: &[u8], powers: &[BigUint], poll: Poll<'_, E>) -> Result<BigUint, E> {
    if digits.len() <= DECIMALS {
        poll()?;
        return Ok(BigUint::parse_bytes(digits, 10).unwrap_or_default());
    }
    let Some((power, smaller)) = powers.split_last() else { return Ok(BigUint::zero()) };
    let places = DECIMALS << smaller.len();
    if digits.len() <= places {
        return read_decimal(digits, smaller, poll);
    }
    let (high, low) = digits.split_at(digits.len() - places);
    let high = read_decimal(high, if high.len() > places { powers } else { smaller }, poll)?;
    Ok(multiply(&high, power, poll)? + read_decimal(low, smaller, poll)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number of so many bits.
    fn number(bits: u64, seed: u64) -> BigUint {
        let mut state = seed | 1;
        let digits = (0..bits.div_ceil(32)).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if seed.is_multiple_of(3) { u32::MAX } else { (state >> 32) as u32 }
        });
        (BigUint::one() << bits) - BigUint::one() - (BigUint::new(digits.collect()) >> (32 + seed % 29))
    }

    fn never() -> Result<(), ()> {
        Ok(())
    }

    #[test]
    fn agrees_with_the_plain_algorithms() {
        for (seed, (long, short)) in
            [(2_200_000, 2_150_000), (2_500_000, 90_000), (1_200_001, 700), (2_300_000, 1_049_999)]
                .into_iter()
                .enumerate()
        {
            let (a, b) = (number(long, seed as u64), number(short, seed as u64 + 7));
            let product = multiply(&a, &b, &mut never).unwrap();
            assert!(product == &a * &b, "{long} * {short}");
            for (a, b) in [(&a, &b), (&product, &a), (&product, &b)] {
                let (quotient, rest) = divide(a, b, &mut never).unwrap();
                assert!(rest < *b && quotient * b + rest == *a, "{} / {}", a.bits(), b.bits());
            }
            let root = root(&product, &mut never).unwrap();
            assert!(&root * &root <= product && (&root + 1_u32) * (&root + 1_u32) > product);
        }
    }

    #[test]
    fn raises_to_powers() {
        assert!(power(&BigUint::from(12_u32), 700_001, &mut never).unwrap() == BigUint::from(12_u32).pow(700_001));
        assert!(power(&BigUint::from(2_u32), 5_000_000, &mut never).unwrap() == BigUint::one() << 5_000_000);
        let (base, exponent, modulus) = (number(900, 5), number(70, 4), number(70_001, 11));
        let expected = base.modpow(&exponent, &modulus);
        assert!(power_mod(&base, &exponent, &modulus, &mut never).unwrap() == expected);
    }

    #[test]
    fn converts_both_ways() {
        for (bits, seed) in [(1_100_000, 1), (200_000, 5)] {
            let number = number(bits, seed);
            let text = to_decimal(&number, &mut never).unwrap();
            assert!(text == number.to_str_radix(10));
            assert!(from_decimal(text.as_bytes(), &mut never).unwrap() == number);
        }
        let power = BigUint::from(10_u32).pow(400_000);
        let text = to_decimal(&power, &mut never).unwrap();
        assert!(text.len() == 400_001 && text.trim_end_matches('0') == "1");
        assert!(from_decimal(text.as_bytes(), &mut never).unwrap() == power);
    }

    #[test]
    fn can_be_stopped() {
        let a = number(3_000_000, 8);
        let mut left = 3;
        let mut stop = || {
            left -= 1;
            if left == 0 { Err(()) } else { Ok(()) }
        };
        assert_eq!(power(&a, 3, &mut stop), Err(()));
    }
}
