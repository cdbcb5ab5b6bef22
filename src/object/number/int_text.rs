//! Ints as text: parsing in any base, and the length that a conversion will have.

use num_bigint::BigInt;
use num_traits::Signed;

use super::huge::{self, Poll};
use crate::object::unicode;

/// Why a text is no int.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntError {
    /// Not the notation of an int.
    Invalid,
    /// A decimal of this many digits, more than the limit.
    TooLong(usize),
}

/// The int that a text stands for, as `int(text, base)`; base 0 goes by the prefix.
///
/// `limit` bounds the digits in bases that are no power of two; 0 is no bound.
///
/// # Errors
///
/// [`IntError`] when the text is no int of the base, or longer than the limit; what the poll answers, which is asked
/// between the pieces of a long decimal.
pub fn parse<E: From<IntError>>(text: &str, base: u32, limit: usize, poll: Poll<'_, E>) -> Result<BigInt, E> {
    let text = text.trim_matches(unicode::is_space);
    if text.is_ascii() {
        return parse_ascii(text, base, limit, poll);
    }
    let ascii: String = text.chars().map(|c| unicode::decimal(c).map_or(c, |value| char::from(b'0' + value))).collect();
    parse_ascii(&ascii, base, limit, poll)
}

fn parse_ascii<E: From<IntError>>(text: &str, base: u32, limit: usize, poll: Poll<'_, E>) -> Result<BigInt, E> {
    let (negative, unsigned) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let prefix = match unsigned.get(..2) {
        Some("0x" | "0X") => Some(16),
        Some("0o" | "0O") => Some(8),
        Some("0b" | "0B") => Some(2),
        _ => None,
    };
    let (base, digits, decimal_literal) = match (base, prefix) {
        (0, Some(of_prefix)) => (of_prefix, prefixed(unsigned), false),
        (0, None) => (10, unsigned, true),
        (_, Some(of_prefix)) if of_prefix == base => (base, prefixed(unsigned), false),
        _ => (base, unsigned, false),
    };
    let mut clean = Vec::with_capacity(digits.len());
    let mut after_digit = false;
    for byte in digits.bytes() {
        if byte == b'_' {
            if !after_digit {
                return Err(IntError::Invalid.into());
            }
            after_digit = false;
        } else if (byte as char).is_digit(base) {
            clean.push(byte);
            after_digit = true;
        } else {
            return Err(IntError::Invalid.into());
        }
    }
    if !after_digit {
        return Err(IntError::Invalid.into());
    }
    if decimal_literal && clean[0] == b'0' && clean.iter().any(|&digit| digit != b'0') {
        return Err(IntError::Invalid.into());
    }
    if limit > 0 && clean.len() > limit && !base.is_power_of_two() {
        return Err(IntError::TooLong(clean.len()).into());
    }
    let number = if base == 10 && huge::is_huge(clean.len() as u64 * 3) {
        huge::from_decimal(&clean, poll)?.into()
    } else {
        BigInt::parse_bytes(&clean, base).ok_or(IntError::Invalid)?
    };
    Ok(if negative { -number } else { number })
}

/// Room for a machine integer in any base, with its sign.
pub type Digits = [u8; 65];

/// The digits of `n` in a base up to 36, written at the end of `buffer`.
pub fn unsigned(mut n: u64, base: u64, buffer: &mut Digits) -> &str {
    let start = write_unsigned(&mut n, base, buffer);
    std::str::from_utf8(&buffer[start..]).unwrap_or_default()
}

/// The decimal text of `n`, written at the end of `buffer`.
pub fn small(n: i64, buffer: &mut Digits) -> &str {
    let mut start = write_unsigned(&mut n.unsigned_abs(), 10, buffer);
    if n < 0 {
        start -= 1;
        buffer[start] = b'-';
    }
    std::str::from_utf8(&buffer[start..]).unwrap_or_default()
}

#[inline]
fn write_unsigned(n: &mut u64, base: u64, buffer: &mut Digits) -> usize {
    let mut at = buffer.len();
    if base == 10 {
        // Two digits a division.
        while *n >= 100 {
            let pair = (*n % 100) as u8;
            *n /= 100;
            at -= 2;
            buffer[at] = b'0' + pair / 10;
            buffer[at + 1] = b'0' + pair % 10;
        }
    }
    loop {
        let digit = (*n % base) as u8;
        *n /= base;
        at -= 1;
        buffer[at] = if digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
        if *n == 0 {
            return at;
        }
    }
}

/// What follows a prefix such as `0x`, and one underscore behind it.
fn prefixed(text: &str) -> &str {
    let rest = &text[2..];
    rest.strip_prefix('_').unwrap_or(rest)
}

/// The decimal text of an int, None if it has more digits than `limit` (0 is no bound).
///
/// # Errors
///
/// What the poll answers, which is asked between the pieces of a long number.
pub fn decimal<E>(number: &BigInt, limit: usize, poll: Poll<'_, E>) -> Result<Option<String>, E> {
    // A digit is more than 3.3 bits: a number of many more bits is certainly too long.
    if limit > 0 && number.bits() > limit as u64 * 10 / 3 + 64 {
        return Ok(None);
    }
    let text = if huge::is_huge(number.bits()) {
        let digits = huge::to_decimal(number.magnitude(), poll)?;
        if number.is_negative() { format!("-{digits}") } else { digits }
    } else {
        number.to_str_radix(10)
    };
    let digits = text.len() - usize::from(text.starts_with('-'));
    Ok((limit == 0 || digits <= limit).then_some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, base: u32, limit: usize) -> Result<BigInt, IntError> {
        super::parse(text, base, limit, &mut || Ok(()))
    }

    fn decimal(number: &BigInt, limit: usize) -> Option<String> {
        super::decimal(number, limit, &mut || Ok::<(), ()>(())).unwrap()
    }

    #[test]
    fn parses_all_notations() {
        for (text, base, number) in [
            (" -12_3 ", 10, -123),
            ("0x_ff", 16, 255),
            ("0b101", 0, 5),
            ("00", 0, 0),
            ("z", 36, 35),
            ("٣٤", 10, 34),
            ("0b1", 16, 0xb1),
        ] {
            assert_eq!(parse(text, base, 0), Ok(number.into()), "{text}");
        }
        for (text, base) in
            [("", 10), ("_1", 10), ("1_", 10), ("1__2", 10), ("010", 0), ("0x", 16), ("2", 2), ("- 1", 10)]
        {
            assert_eq!(parse(text, base, 0), Err(IntError::Invalid), "{text}");
        }
        assert_eq!(parse("12345", 10, 4), Err(IntError::TooLong(5)));
        assert_eq!(parse("0xfffff", 16, 4), Ok(0xfffff.into()));
    }

    #[test]
    fn writes_machine_integers() {
        for n in [0, 7, -10, 99, 100, 12345, i64::MAX, i64::MIN] {
            assert_eq!(small(n, &mut [0; 65]), n.to_string());
        }
        assert_eq!(unsigned(u64::MAX, 2, &mut [0; 65]), "1".repeat(64));
        assert_eq!(unsigned(255, 16, &mut [0; 65]), "ff");
    }

    #[test]
    fn refuses_long_decimals() {
        let number = BigInt::from(10).pow(700);
        assert_eq!(decimal(&number, 700), None);
        assert_eq!(decimal(&number, 701).map(|text| text.len()), Some(701));
    }
}
