//! Clocks and `sleep`. What time it is, the interpreter's scheduler says: it may run on a virtual clock.

use std::time::Duration;

use crate::object::{Args, Known, Raised, Value, Vm};
use crate::runtime::clocks;

/// Nanoseconds as seconds, rounded once.
fn seconds(time: Duration) -> Value {
    let nanos = time.as_nanos();
    Value::float(if nanos.is_multiple_of(1_000_000_000) { time.as_secs() as f64 } else { nanos as f64 / 1e9 })
}

fn nanos(time: Duration) -> Value {
    Value::big(time.as_nanos().into())
}

/// Time since 1970.
pub(super) fn wall(vm: &Vm) -> Duration {
    vm.interp.lock.scheduler().wall_clock()
}

fn steady(vm: &Vm) -> Duration {
    vm.interp.lock.scheduler().read_clock().since_start()
}

/// CPU time. A virtual clock stands for it where runs are to be repeated.
fn used(vm: &Vm, read: fn() -> Duration) -> Duration {
    if vm.interp.lock.is_deterministic() { steady(vm) } else { read() }
}

macro_rules! clocks {
    ($($name:ident $name_ns:ident $read:expr;)*) => {
        $(pub(super) fn $name(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
            let read: fn(&Vm) -> Duration = $read;
            Ok(seconds(read(vm)))
        }

        pub(super) fn $name_ns(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
            let read: fn(&Vm) -> Duration = $read;
            Ok(nanos(read(vm)))
        })*
    };
}

clocks! {
    time time_ns wall;
    monotonic monotonic_ns steady;
    process_time process_time_ns |vm| used(vm, clocks::process_time);
    thread_time thread_time_ns |vm| used(vm, clocks::thread_time);
}

pub(super) fn get_clock_info(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = vm.expect_str(&args[0], "get_clock_info() argument 1")?;
    let (clock, monotonic) = match name.as_str() {
        "time" => ("CLOCK_REALTIME", false),
        "monotonic" | "perf_counter" => ("CLOCK_MONOTONIC", true),
        "process_time" => ("CLOCK_PROCESS_CPUTIME_ID", true),
        "thread_time" => ("CLOCK_THREAD_CPUTIME_ID", true),
        _ => return Err(vm.value_error("unknown clock")),
    };
    let namespace = vm.known(Known::SimpleNamespace).into_value();
    let fields = [
        ("implementation", Value::from(format!("clock_gettime({clock})"))),
        ("monotonic", monotonic.into()),
        ("adjustable", Value::from(!monotonic)),
        ("resolution", Value::float(1e-9)),
    ];
    vm.call_kw(&namespace, &[], &fields)
}

/// The clocks that have numbers, with the names of the constants.
pub(super) const NUMBERED: &[(&str, i64)] = &[
    ("CLOCK_REALTIME", libc::CLOCK_REALTIME as i64),
    ("CLOCK_MONOTONIC", libc::CLOCK_MONOTONIC as i64),
    ("CLOCK_PROCESS_CPUTIME_ID", libc::CLOCK_PROCESS_CPUTIME_ID as i64),
    ("CLOCK_THREAD_CPUTIME_ID", libc::CLOCK_THREAD_CPUTIME_ID as i64),
];

/// The time on a clock that is named by its number.
fn numbered(vm: &mut Vm, number: &Value) -> Result<Duration, Raised> {
    if !matches!(vm.unwrap(number), Value::Int(_) | Value::Bool(_) | Value::BigInt(_)) {
        let found = vm.class_name(number);
        return Err(vm.type_error(format!("clk_id should be integer, not {found}")));
    }
    let number = vm.expect_i64(number)?;
    let name = NUMBERED.iter().find(|(_, other)| *other == number).map(|(name, _)| *name);
    Ok(match name {
        Some("CLOCK_REALTIME") => wall(vm),
        Some("CLOCK_MONOTONIC") => steady(vm),
        Some("CLOCK_PROCESS_CPUTIME_ID") => used(vm, clocks::process_time),
        Some(_) => used(vm, clocks::thread_time),
        None => return Err(vm.raise_io(&std::io::Error::from_raw_os_error(libc::EINVAL), None)),
    })
}

pub(super) fn clock_gettime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    numbered(vm, &args[0]).map(seconds)
}

pub(super) fn clock_gettime_ns(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    numbered(vm, &args[0]).map(nanos)
}

pub(super) fn clock_getres(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    numbered(vm, &args[0])?;
    Ok(Value::float(1e-9))
}

/// `sleep(seconds)`: without the lock, to the end even if signals come.
pub(super) fn sleep(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    const OUT_OF_RANGE: &str = "timestamp out of range for platform time_t";
    let seconds = match vm.unwrap(&args[0]) {
        Value::Float(seconds) => seconds.get(),
        _ => match vm.index(&args[0])? {
            Value::Int(seconds) => seconds as f64,
            _ => return Err(vm.raise(Known::OverflowError, OUT_OF_RANGE)),
        },
    };
    if seconds.is_nan() {
        return Err(vm.value_error("Invalid value NaN (not a number)"));
    }
    if seconds < 0.0 {
        return Err(vm.value_error("sleep length must be non-negative"));
    }
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if duration.as_nanos() <= i64::MAX as u128 => vm.sleep(duration)?,
        _ => return Err(vm.raise(Known::OverflowError, OUT_OF_RANGE)),
    }
    Ok(Value::None)
}
