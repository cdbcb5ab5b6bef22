//! Limits that scripts may set.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Outcome;
use crate::object::{Args, Known, Value, Vm};

/// The fewest digits that the limit of conversions may be set to.
const MIN_DIGITS: i64 = 640;

pub(super) fn get_recursion(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    Ok(vm.interp.recursion_limit.load(Ordering::Relaxed).into())
}

/// The limit holds for this thread from now on and for threads that start later.
pub(super) fn set_recursion(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let limit = vm.expect_i64(&args[0])?;
    if i32::try_from(limit).is_err() {
        let side = if limit > 0 { "greater than maximum" } else { "less than minimum" };
        return Err(vm.raise(Known::OverflowError, format!("signed integer is {side}")));
    }
    if limit < 1 {
        return Err(vm.value_error("recursion limit must be greater or equal than 1"));
    }
    let depth = vm.frame_depth();
    if depth >= limit as usize {
        let message =
            format!("cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low");
        return Err(vm.raise(Known::RecursionError, message));
    }
    vm.interp.recursion_limit.store(limit as usize, Ordering::Relaxed);
    vm.set_frame_limit(limit as usize);
    Ok(Value::None)
}

pub(super) fn get_switch_interval(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    Ok(vm.interp.lock.interval().as_secs_f64().into())
}

pub(super) fn set_switch_interval(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let seconds = match vm.unwrap(&args[0]) {
        Value::Float(seconds) => seconds.get(),
        Value::Int(seconds) => *seconds as f64,
        Value::Bool(flag) => f64::from(u8::from(flag.get())),
        other => {
            let found = vm.class_name(other);
            return Err(vm.type_error(format!("must be real number, not {found}")));
        }
    };
    if seconds.is_nan() || seconds <= 0.0 {
        return Err(vm.value_error("switch interval must be strictly positive"));
    }
    let interval = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX).max(Duration::from_micros(1));
    vm.interp.lock.set_interval(interval);
    Ok(Value::None)
}

pub(super) fn get_max_digits(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    Ok(vm.int_digits().into())
}

pub(super) fn set_max_digits(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let limit = vm.expect_i64(&args[0])?;
    if limit != 0 && limit < MIN_DIGITS {
        return Err(vm.value_error(format!("maxdigits must be 0 or larger than {MIN_DIGITS}")));
    }
    vm.set_int_digits(limit as usize);
    Ok(Value::None)
}
