//! Functions of floats.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use super::{Outcome, domain, number, overflow};
use crate::builtins::number::to_big;
use crate::object::{Args, Known, Raised, Value, Vm};

/// What a function gives for a finite argument tells what went wrong: a NaN that it left the
/// domain; an infinity that it left the range, or the domain for a function that has a pole.
fn checked(vm: &mut Vm, x: f64, result: f64, overflows: bool) -> Outcome {
    if result.is_nan() && !x.is_nan() {
        return Err(domain(vm));
    }
    if result.is_infinite() && x.is_finite() {
        return Err(if overflows { overflow(vm) } else { domain(vm) });
    }
    Ok(Value::float(result))
}

macro_rules! functions {
    ($($name:ident $overflows:literal $call:expr;)*) => {
        $(pub(super) fn $name(vm: &mut Vm, args: Args<'_>) -> Outcome {
            let x = number(vm, args, 0)?;
            let call: fn(f64) -> f64 = $call;
            checked(vm, x, call(x), $overflows)
        })*
    };
}

functions! {
    acos false f64::acos;
    acosh false libm::acosh;
    asin false f64::asin;
    asinh false libm::asinh;
    atan false f64::atan;
    atanh false libm::atanh;
    cbrt false f64::cbrt;
    cos false f64::cos;
    cosh true f64::cosh;
    degrees true |x| x * (180.0 / std::f64::consts::PI);
    erf false libm::erf;
    erfc false libm::erfc;
    exp true f64::exp;
    exp2 true f64::exp2;
    expm1 true f64::exp_m1;
    fabs false f64::abs;
    log1p false f64::ln_1p;
    radians false |x| x * (std::f64::consts::PI / 180.0);
    sin false f64::sin;
    sinh true f64::sinh;
    sqrt false f64::sqrt;
    tan false f64::tan;
    tanh false f64::tanh;
}

pub(super) fn atan2(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (y, x) = (number(vm, args, 0)?, number(vm, args, 1)?);
    Ok(Value::float(y.atan2(x)))
}

pub(super) fn copysign(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (x, y) = (number(vm, args, 0)?, number(vm, args, 1)?);
    Ok(Value::float(x.copysign(y)))
}

pub(super) fn fmod(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (x, y) = (number(vm, args, 0)?, number(vm, args, 1)?);
    let result = x % y;
    if result.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(domain(vm));
    }
    Ok(Value::float(result))
}

pub(super) fn remainder(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (x, y) = (number(vm, args, 0)?, number(vm, args, 1)?);
    let result = libm::remainder(x, y);
    if result.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(domain(vm));
    }
    Ok(Value::float(result))
}

pub(super) fn pow(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (x, y) = (number(vm, args, 0)?, number(vm, args, 1)?);
    let result = x.powf(y);
    if x.is_finite() && y.is_finite() {
        if result.is_nan() || (result.is_infinite() && x == 0.0) {
            return Err(domain(vm));
        }
        if result.is_infinite() {
            return Err(overflow(vm));
        }
    }
    Ok(Value::float(result))
}

pub(super) fn fma(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (x, y, z) = (number(vm, args, 0)?, number(vm, args, 1)?, number(vm, args, 2)?);
    let result = x.mul_add(y, z);
    if result.is_nan() && !x.is_nan() && !y.is_nan() && !z.is_nan() {
        return Err(vm.value_error("invalid operation in fma"));
    }
    if result.is_infinite() && x.is_finite() && y.is_finite() && z.is_finite() {
        return Err(vm.raise(Known::OverflowError, "overflow in fma"));
    }
    Ok(Value::float(result))
}

pub(super) fn isfinite(vm: &mut Vm, args: Args<'_>) -> Outcome {
    number(vm, args, 0).map(|x| Value::bool(x.is_finite()))
}

pub(super) fn isinf(vm: &mut Vm, args: Args<'_>) -> Outcome {
    number(vm, args, 0).map(|x| Value::bool(x.is_infinite()))
}

pub(super) fn isnan(vm: &mut Vm, args: Args<'_>) -> Outcome {
    number(vm, args, 0).map(|x| Value::bool(x.is_nan()))
}

pub(super) fn isclose(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (a, b) = (number(vm, args, 0)?, number(vm, args, 1)?);
    let relative = args.get(2).map_or(Ok(1e-9), |tolerance| vm.to_f64(tolerance))?;
    let absolute = args.get(3).map_or(Ok(0.0), |tolerance| vm.to_f64(tolerance))?;
    if relative < 0.0 || absolute < 0.0 {
        return Err(vm.value_error("tolerances must be non-negative"));
    }
    if a == b {
        return Ok(Value::bool(true));
    }
    if a.is_infinite() || b.is_infinite() {
        return Ok(Value::bool(false));
    }
    let difference = (b - a).abs();
    let close = difference <= (relative * b).abs() || difference <= (relative * a).abs() || difference <= absolute;
    Ok(Value::bool(close))
}

/// The logarithm of an int or float; ints may be larger than any float.
fn logarithm(vm: &mut Vm, value: &Value, log: fn(f64) -> f64) -> Result<f64, Raised> {
    if let Value::BigInt(_) = vm.unwrap(value) {
        let big = to_big(vm.unwrap(value));
        return log_big(vm, &big, log);
    }
    let x = vm.to_f64(value)?;
    if x <= 0.0 {
        return Err(domain(vm));
    }
    Ok(log(x))
}

fn log_big(vm: &mut Vm, number: &BigInt, log: fn(f64) -> f64) -> Result<f64, Raised> {
    if !number.is_positive() {
        return Err(domain(vm));
    }
    match number.to_f64() {
        Some(x) if x.is_finite() => Ok(log(x)),
        _ => {
            let exponent = number.bits();
            // The top bits are enough for the mantissa.
            let top = (number >> (exponent - 64)).to_f64().unwrap_or_default();
            Ok(log(top / 18_446_744_073_709_551_616.0) + log(2.0) * exponent as f64)
        }
    }
}

pub(super) fn log(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let numerator = logarithm(vm, &args[0], f64::ln)?;
    let Some(base) = args.get(1) else { return Ok(Value::float(numerator)) };
    let denominator = logarithm(vm, base, f64::ln)?;
    if denominator == 0.0 {
        return Err(vm.raise(Known::ZeroDivisionError, "float division by zero"));
    }
    Ok(Value::float(numerator / denominator))
}

pub(super) fn log2(vm: &mut Vm, args: Args<'_>) -> Outcome {
    logarithm(vm, &args[0], f64::log2).map(Value::float)
}

pub(super) fn log10(vm: &mut Vm, args: Args<'_>) -> Outcome {
    logarithm(vm, &args[0], f64::log10).map(Value::float)
}
