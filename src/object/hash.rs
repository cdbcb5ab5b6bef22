//! Hashes, equal to CPython's wherever a script can observe the number.

use std::hash::{BuildHasher, Hasher};

use num_bigint::{BigInt, Sign};

/// The modulus of numeric hashes, the Mersenne prime 2**61 - 1.
const MODULUS: u64 = (1 << 61) - 1;

fn signed(negative: bool, magnitude: u64) -> i64 {
    let hash = if negative { -(magnitude as i64) } else { magnitude as i64 };
    if hash == -1 { -2 } else { hash }
}

/// Hash of a small int.
#[inline(always)]
pub fn hash_int(n: i64) -> i64 {
    let magnitude = n.unsigned_abs();
    if magnitude < MODULUS {
        return if n == -1 { -2 } else { n };
    }
    signed(n < 0, magnitude % MODULUS)
}

/// Hash of an int of any size.
pub fn hash_big(n: &BigInt) -> i64 {
    let rest = n.magnitude() % MODULUS;
    signed(n.sign() == Sign::Minus, u64::try_from(rest).unwrap_or(0))
}

/// Hash of a float, the same as that of an equal int. `identity` stands in for a NaN.
pub fn hash_float(x: f64, identity: i64) -> i64 {
    if x.is_nan() {
        return identity;
    }
    if x.is_infinite() {
        return if x > 0.0 { 314_159 } else { -314_159 };
    }
    let (mut mantissa, mut exponent) = frexp(x.abs());
    let mut hash: u64 = 0;
    while mantissa != 0.0 {
        hash = ((hash << 28) & MODULUS) | (hash >> (61 - 28));
        mantissa *= 268_435_456.0;
        exponent -= 28;
        let whole = mantissa as u64;
        mantissa -= whole as f64;
        hash += whole;
        if hash >= MODULUS {
            hash -= MODULUS;
        }
    }
    let turn = if exponent >= 0 { exponent % 61 } else { 60 - ((-1 - exponent) % 61) } as u32;
    hash = ((hash << turn) & MODULUS) | (hash >> (61 - turn));
    signed(x < 0.0, hash)
}

/// Mantissa in [0.5, 1) and binary exponent of a finite number, as C's `frexp`.
pub fn frexp(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let bits = x.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32;
    if exponent == 0 {
        let (mantissa, shifted) = frexp(x * f64::from_bits(0x43f0_0000_0000_0000));
        return (mantissa, shifted - 64);
    }
    (f64::from_bits((bits & !(0x7ff << 52)) | (1022 << 52)), exponent - 1022)
}

/// Hash of text.
#[inline(always)]
pub fn hash_str(text: &str) -> i64 {
    hash_bytes(text.as_bytes())
}

/// Hash of bytes, equal to that of the same ASCII text.
#[inline(always)]
pub fn hash_bytes(bytes: &[u8]) -> i64 {
    let mut hasher = foldhash::fast::FixedState::default().build_hasher();
    hasher.write(bytes);
    match hasher.finish() as i64 {
        -1 => -2,
        other => other,
    }
}

/// A round of the tuple hash (the xxHash of CPython 3.8 and later).
fn hash_round(acc: u64, item: i64) -> u64 {
    const P1: u64 = 11_400_714_785_074_694_791;
    const P2: u64 = 14_029_467_366_897_019_727;
    acc.wrapping_add((item as u64).wrapping_mul(P2)).rotate_left(31).wrapping_mul(P1)
}

const HASH_SEED: u64 = 2_870_177_450_012_600_261;

/// Hash of a tuple from the hashes of its items, which may fail.
///
/// # Errors
///
/// The first error of the items.
pub fn hash_tuple<E>(mut items: impl ExactSizeIterator<Item = Result<i64, E>>) -> Result<i64, E> {
    let len = items.len() as u64;
    let acc = items.try_fold(HASH_SEED, |acc, item| Ok(hash_round(acc, item?)))?;
    let acc = acc.wrapping_add(len ^ (HASH_SEED ^ 3_527_539));
    Ok(if acc == u64::MAX { 1_546_275_796 } else { acc as i64 })
}

/// Hash of a slice from the hashes of its parts: that of a tuple without the length.
pub fn hash_slice(parts: [i64; 3]) -> i64 {
    let acc = parts.into_iter().fold(HASH_SEED, hash_round);
    if acc == u64::MAX { 1_546_275_796 } else { acc as i64 }
}

/// Hash of a frozen set from the hashes of its items, in any order.
pub fn hash_frozenset(items: impl ExactSizeIterator<Item = i64>) -> i64 {
    let len = items.len() as u64;
    let mut hash: u64 = 0;
    for item in items {
        let h = item as u64;
        hash ^= ((h ^ 89_869_747) ^ (h << 16)).wrapping_mul(3_644_798_167);
    }
    hash ^= (len + 1).wrapping_mul(1_927_868_237);
    hash ^= (hash >> 11) ^ (hash >> 25);
    hash = hash.wrapping_mul(69_069).wrapping_add(907_133_923);
    if hash == u64::MAX { 590_923_713 } else { hash as i64 }
}

/// Hash of a pointer, for objects that hash by identity.
pub fn hash_identity(address: usize) -> i64 {
    (address.rotate_right(4)) as i64
}
