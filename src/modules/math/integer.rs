//! Functions of ints.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::Outcome;
use crate::builtins::number::to_big;
use crate::object::number::huge;
use crate::object::{Args, Known, Raised, Value, Vm};

fn integer(vm: &mut Vm, value: &Value) -> Result<BigInt, Raised> {
    vm.index(value).map(|number| to_big(&number))
}

pub(super) fn gcd(vm: &mut Vm, args: Args<'_>) -> Outcome {
    if let [Value::Int(a), Value::Int(b)] = args.positional() {
        return Ok(match i64::try_from(a.unsigned_abs().gcd(&b.unsigned_abs())) {
            Ok(result) => Value::Int(result),
            Err(_) => Value::big(BigInt::from(a.unsigned_abs()).gcd(&BigInt::from(*b))),
        });
    }
    let mut result = BigInt::zero();
    for value in args.positional() {
        result = result.gcd(&integer(vm, value)?);
    }
    Ok(Value::big(result.abs()))
}

pub(super) fn lcm(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let mut result = BigInt::one();
    for value in args.positional() {
        let number = integer(vm, value)?;
        result = if number.is_zero() { number } else { result.lcm(&number) };
    }
    Ok(Value::big(result.abs()))
}

pub(super) fn isqrt(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let number = integer(vm, &args[0])?;
    if number.is_negative() {
        return Err(vm.value_error("isqrt() argument must be nonnegative"));
    }
    Ok(Value::big(huge::root(number.magnitude(), &mut || vm.poll_posted())?.into()))
}

/// The product of `first..=last`, halves multiplied with halves so that the factors are of a size.
fn product(vm: &mut Vm, first: u64, last: u64) -> Result<BigUint, Raised> {
    if last < first {
        return Ok(BigUint::one());
    }
    if last - first < 8 {
        return Ok((first..=last).fold(BigUint::one(), |product, n| product * n));
    }
    vm.poll()?;
    let middle = first + (last - first) / 2;
    let (left, right) = (product(vm, first, middle)?, product(vm, middle + 1, last)?);
    huge::multiply(&left, &right, &mut || vm.poll_posted())
}

fn factorial_of(vm: &mut Vm, number: &BigInt) -> Outcome {
    if number.is_negative() {
        return Err(vm.value_error("factorial() not defined for negative values"));
    }
    match number.to_i64() {
        Some(n) => Ok(Value::big(product(vm, 2, n as u64)?.into())),
        None => Err(vm.raise(Known::OverflowError, format!("factorial() argument should not exceed {}", i64::MAX))),
    }
}

pub(super) fn factorial(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let number = integer(vm, &args[0])?;
    factorial_of(vm, &number)
}

/// `n * (n-1) * ...`, `k` factors, halves multiplied with halves.
fn falling(vm: &mut Vm, n: &BigInt, k: u64) -> Result<BigInt, Raised> {
    if k <= 8 {
        return Ok((0..k).fold(BigInt::one(), |product, i| product * (n - i)));
    }
    vm.poll()?;
    let half = k / 2;
    let (left, right) = (falling(vm, n, half)?, falling(vm, &(n - half), k - half)?);
    vm.big_mul(&left, &right)
}

/// The arguments of `perm` and `comb`, in the order in which their faults are told.
fn chosen(vm: &mut Vm, n: &Value, k: &Value) -> Result<(BigInt, BigInt), Raised> {
    let (n, k) = (integer(vm, n)?, integer(vm, k)?);
    for (name, number) in [("n", &n), ("k", &k)] {
        if number.is_negative() {
            return Err(vm.value_error(format!("{name} must be a non-negative integer")));
        }
    }
    Ok((n, k))
}

pub(super) fn perm(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let Some(k) = args.get(1).filter(|k| !k.is_none()) else { return factorial(vm, args) };
    let (n, k) = chosen(vm, &args[0], k)?;
    if k > n {
        return Ok(Value::Int(0));
    }
    match k.to_i64() {
        Some(k) => Ok(Value::big(falling(vm, &n, k as u64)?)),
        None => Err(vm.raise(Known::OverflowError, format!("k must not exceed {}", i64::MAX))),
    }
}

pub(super) fn comb(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (n, k) = chosen(vm, &args[0], &args[1])?;
    if k > n {
        return Ok(Value::Int(0));
    }
    match k.clone().min(&n - &k).to_i64() {
        Some(k) => Ok(Value::big(choose(vm, &n, k as u64)?)),
        None => Err(vm.raise(Known::OverflowError, format!("min(n - k, k) must not exceed {}", i64::MAX))),
    }
}

/// The binomial coefficient by `C(n, k) = C(n, j) * C(n-j, k-j) / C(k, j)`, which keeps the numbers small.
fn choose(vm: &mut Vm, n: &BigInt, k: u64) -> Result<BigInt, Raised> {
    if k <= 16 {
        let divisor = (2..=k).fold(BigInt::one(), |product, i| product * i);
        return Ok(falling(vm, n, k)? / divisor);
    }
    vm.poll()?;
    let half = k / 2;
    let left = choose(vm, n, half)?;
    let right = choose(vm, &(n - half), k - half)?;
    let (product, divisor) = (vm.big_mul(&left, &right)?, choose(vm, &BigInt::from(k), half)?);
    Ok(vm.big_div_mod(&product, &divisor)?.0)
}
