//! Rounding, and the bits of floats.

use super::{Outcome, number, overflow};
use crate::builtins::int::int_from_float;
use crate::builtins::sequence::is_index;
use crate::object::hash::frexp as split;
use crate::object::{Args, Name, Value, Vm};

fn round_with(vm: &mut Vm, args: Args<'_>, method: Name, round: fn(f64) -> f64) -> Outcome {
    if let Value::Float(x) = &args[0] {
        return int_from_float(vm, round(x.get()));
    }
    if let Some(result) = vm.call_special(&args[0], method, &[])? {
        return Ok(result);
    }
    let x = number(vm, args, 0)?;
    int_from_float(vm, round(x))
}

pub(super) fn floor(vm: &mut Vm, args: Args<'_>) -> Outcome {
    round_with(vm, args, Name::__floor__, f64::floor)
}

pub(super) fn ceil(vm: &mut Vm, args: Args<'_>) -> Outcome {
    round_with(vm, args, Name::__ceil__, f64::ceil)
}

pub(super) fn trunc(vm: &mut Vm, args: Args<'_>) -> Outcome {
    if let Value::Float(x) = &args[0] {
        return int_from_float(vm, x.get());
    }
    match vm.call_special(&args[0], Name::__trunc__, &[])? {
        Some(result) => Ok(result),
        None => {
            let found = vm.class_name(&args[0]);
            Err(vm.type_error(format!("type {found} doesn't define __trunc__ method")))
        }
    }
}

pub(super) fn frexp(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let x = number(vm, args, 0)?;
    let (mantissa, exponent) = split(x.abs());
    Ok(Value::tuple(vec![Value::float(mantissa.copysign(x)), Value::Int(exponent.into())]))
}

pub(super) fn ldexp(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let x = number(vm, args, 0)?;
    if !is_index(vm, &args[1]) {
        return Err(vm.type_error("Expected an int as second argument to ldexp."));
    }
    let exponent = vm.index_clamped(&args[1])?.clamp(-5000, 5000) as i32;
    let result = libm::ldexp(x, exponent);
    if result.is_infinite() && x.is_finite() {
        return Err(overflow(vm));
    }
    Ok(Value::float(result))
}

pub(super) fn modf(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let x = number(vm, args, 0)?;
    let fraction = if x.is_infinite() { 0.0 } else { x - x.trunc() };
    Ok(Value::tuple(vec![Value::float(fraction.copysign(x)), Value::float(x.trunc())]))
}

/// Floats in order as integers: neighbours differ by one.
fn ordinal(x: f64) -> i64 {
    let bits = x.to_bits() as i64;
    if bits < 0 { i64::MIN - bits } else { bits }
}

pub(super) fn nextafter(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (x, y) = (number(vm, args, 0)?, number(vm, args, 1)?);
    let steps = match args.get(2).filter(|steps| !steps.is_none()) {
        None => 1,
        Some(steps) => match vm.index_clamped(steps)? {
            negative if negative < 0 => return Err(vm.value_error("steps must be a non-negative integer")),
            steps => steps as i64,
        },
    };
    if x.is_nan() || y.is_nan() {
        return Ok(Value::float(x + y));
    }
    if steps == 0 {
        return Ok(Value::float(x));
    }
    if x == y {
        return Ok(Value::float(y));
    }
    let (from, to) = (ordinal(x), ordinal(y));
    if to.abs_diff(from) <= steps as u64 {
        return Ok(Value::float(y));
    }
    let reached = if to > from { from + steps } else { from - steps };
    // Zero keeps the sign of where the way came from.
    let bits =
        if reached < 0 || (reached == 0 && from < 0) { i64::MIN.wrapping_sub(reached) as u64 } else { reached as u64 };
    Ok(Value::float(f64::from_bits(bits)))
}

pub(super) fn ulp(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let x = number(vm, args, 0)?.abs();
    if !x.is_finite() {
        return Ok(Value::float(x));
    }
    let next = f64::from_bits(x.to_bits() + 1);
    Ok(Value::float(if next.is_infinite() { x - f64::from_bits(x.to_bits() - 1) } else { next - x }))
}
