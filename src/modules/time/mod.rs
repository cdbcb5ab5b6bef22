//! `time`.

mod calendar;
mod clocks;
mod format;

use super::NativeModule;
use crate::builtins::native;
use crate::object::{Arity, Dict, NativeDef, Ptr, Raised, Value, Vm};

pub const MODULE: NativeModule = NativeModule { name: "time", init };

const FUNCTIONS: &[NativeDef] = &[
    native("time", Arity::Exact(0), clocks::time, "Seconds since 1970, by the system's clock."),
    native("time_ns", Arity::Exact(0), clocks::time_ns, "Nanoseconds since 1970, by the system's clock."),
    native("monotonic", Arity::Exact(0), clocks::monotonic, "Seconds on a clock that is never set back."),
    native("monotonic_ns", Arity::Exact(0), clocks::monotonic_ns, "Nanoseconds on a clock that is never set back."),
    native("perf_counter", Arity::Exact(0), clocks::monotonic, "Seconds on the clock with the finest steps."),
    native("perf_counter_ns", Arity::Exact(0), clocks::monotonic_ns, "Nanoseconds on the clock with the finest steps."),
    native("process_time", Arity::Exact(0), clocks::process_time, "Processor time of this process, in seconds."),
    native(
        "process_time_ns",
        Arity::Exact(0),
        clocks::process_time_ns,
        "Processor time of this process, in nanoseconds.",
    ),
    native("thread_time", Arity::Exact(0), clocks::thread_time, "Processor time of this thread, in seconds."),
    native("thread_time_ns", Arity::Exact(0), clocks::thread_time_ns, "Processor time of this thread, in nanoseconds."),
    native(
        "get_clock_info",
        Arity::Exact(1),
        clocks::get_clock_info,
        "What a clock is made of, and how fine its steps are.",
    ),
    native("clock_gettime", Arity::Exact(1), clocks::clock_gettime, "The time on a clock, in seconds."),
    native("clock_gettime_ns", Arity::Exact(1), clocks::clock_gettime_ns, "The time on a clock, in nanoseconds."),
    native("clock_getres", Arity::Exact(1), clocks::clock_getres, "The step of a clock, in seconds."),
    native("sleep", Arity::Exact(1), clocks::sleep, "Let other threads run for so many seconds."),
    native("gmtime", Arity::Range(0, 1), calendar::gmtime, "The time of a number of seconds since 1970, in UTC."),
    native(
        "localtime",
        Arity::Range(0, 1),
        calendar::localtime,
        "The time of a number of seconds since 1970, where the user is.",
    ),
    native("mktime", Arity::Exact(1), calendar::mktime, "The number of seconds since 1970 at a local time."),
    native(
        "asctime",
        Arity::Range(0, 1),
        calendar::asctime,
        "A time as text of 24 characters, such as 'Tue Mar  5 09:07:01 2024'.",
    ),
    native("ctime", Arity::Range(0, 1), calendar::ctime, "The local time of a number of seconds since 1970, as text."),
    native("strftime", Arity::Range(1, 2), calendar::strftime, "A time as text, laid out by a format."),
    native("strptime", Arity::Range(1, 2), calendar::strptime, "The time that a text tells, read by a format."),
    native("tzset", Arity::Exact(0), calendar::tzset, "Take the local time zone anew from the environment."),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.dict_set_str(dict, "__doc__", Value::str("Clocks, sleeping, and the calendar."));
    vm.module_functions(dict, "time", FUNCTIONS);
    for (name, number) in clocks::NUMBERED {
        vm.dict_set_str(dict, name, Value::Int(*number));
    }
    calendar::define(vm, dict)
}
