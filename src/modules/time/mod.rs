//! `time`.

mod calendar;
mod clocks;
mod format;

use super::NativeModule;
use crate::builtins::native;
use crate::object::{Arity, Dict, NativeDef, Ptr, Raised, Value, Vm};

pub const MODULE: NativeModule = NativeModule { name: "time", init };

const FUNCTIONS: &[NativeDef] = &[
    native("time", Arity::Exact(0), clocks::time, "Return the current time in seconds since the Epoch."),
    native("time_ns", Arity::Exact(0), clocks::time_ns, "Return the current time in nanoseconds since the Epoch."),
    native("monotonic", Arity::Exact(0), clocks::monotonic, "Monotonic clock, cannot go backward."),
    native(
        "monotonic_ns",
        Arity::Exact(0),
        clocks::monotonic_ns,
        "Monotonic clock, cannot go backward, as nanoseconds.",
    ),
    native("perf_counter", Arity::Exact(0), clocks::monotonic, "Performance counter for benchmarking."),
    native(
        "perf_counter_ns",
        Arity::Exact(0),
        clocks::monotonic_ns,
        "Performance counter for benchmarking as nanoseconds.",
    ),
    native(
        "process_time",
        Arity::Exact(0),
        clocks::process_time,
        "Process time for profiling: sum of the kernel and user-space CPU time.",
    ),
    native("process_time_ns", Arity::Exact(0), clocks::process_time_ns, "Process time for profiling as nanoseconds."),
    native(
        "thread_time",
        Arity::Exact(0),
        clocks::thread_time,
        "Thread time for profiling: sum of the kernel and user-space CPU time.",
    ),
    native("thread_time_ns", Arity::Exact(0), clocks::thread_time_ns, "Thread time for profiling as nanoseconds."),
    native("get_clock_info", Arity::Exact(1), clocks::get_clock_info, "Get information of the specified clock."),
    native("sleep", Arity::Exact(1), clocks::sleep, "Delay execution for a given number of seconds."),
    native(
        "gmtime",
        Arity::Range(0, 1),
        calendar::gmtime,
        "Convert seconds since the Epoch to a time tuple expressing UTC (a.k.a. GMT).",
    ),
    native(
        "localtime",
        Arity::Range(0, 1),
        calendar::localtime,
        "Convert seconds since the Epoch to a time tuple expressing local time.",
    ),
    native(
        "mktime",
        Arity::Exact(1),
        calendar::mktime,
        "Convert a time tuple in local time to seconds since the Epoch.",
    ),
    native(
        "asctime",
        Arity::Range(0, 1),
        calendar::asctime,
        "Convert a time tuple to a string, e.g. 'Sat Jun 06 16:26:11 1998'.",
    ),
    native(
        "ctime",
        Arity::Range(0, 1),
        calendar::ctime,
        "Convert a time in seconds since the Epoch to a string in local time.",
    ),
    native(
        "strftime",
        Arity::Range(1, 2),
        calendar::strftime,
        "Convert a time tuple to a string according to a format specification.",
    ),
    native(
        "strptime",
        Arity::Range(1, 2),
        calendar::strptime,
        "Parse a string to a time tuple according to a format specification.",
    ),
    native("tzset", Arity::Exact(0), calendar::tzset, "Take the local time zone anew from the environment."),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.dict_set_str(dict, "__doc__", Value::str("Clocks, sleeping, and the calendar."));
    vm.module_functions(dict, "time", FUNCTIONS);
    calendar::define(vm, dict)
}
