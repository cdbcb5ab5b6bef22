//! `_signal`: the signal functions. `signal` adds the enumerations.

use super::NativeModule;
use crate::builtins::native;
use crate::object::{Args, Arity, Dict, Known, Name, NativeDef, Ptr, Raised, Value, Vm};
use crate::runtime::os::process;
use crate::runtime::signals::{DEFAULT, IGNORE};

pub const MODULE: NativeModule = NativeModule { name: "_signal", init };

type Outcome = Result<Value, Raised>;

/// One more than the highest signal number.
const NSIG: i64 = 65;

const SIGNALS: &[(&str, i32)] = &[
    ("SIGHUP", libc::SIGHUP),
    ("SIGINT", libc::SIGINT),
    ("SIGQUIT", libc::SIGQUIT),
    ("SIGILL", libc::SIGILL),
    ("SIGTRAP", libc::SIGTRAP),
    ("SIGABRT", libc::SIGABRT),
    ("SIGBUS", libc::SIGBUS),
    ("SIGFPE", libc::SIGFPE),
    ("SIGKILL", libc::SIGKILL),
    ("SIGUSR1", libc::SIGUSR1),
    ("SIGSEGV", libc::SIGSEGV),
    ("SIGUSR2", libc::SIGUSR2),
    ("SIGPIPE", libc::SIGPIPE),
    ("SIGALRM", libc::SIGALRM),
    ("SIGTERM", libc::SIGTERM),
    ("SIGCHLD", libc::SIGCHLD),
    ("SIGCONT", libc::SIGCONT),
    ("SIGSTOP", libc::SIGSTOP),
    ("SIGTSTP", libc::SIGTSTP),
    ("SIGTTIN", libc::SIGTTIN),
    ("SIGTTOU", libc::SIGTTOU),
    ("SIGURG", libc::SIGURG),
    ("SIGXCPU", libc::SIGXCPU),
    ("SIGXFSZ", libc::SIGXFSZ),
    ("SIGVTALRM", libc::SIGVTALRM),
    ("SIGPROF", libc::SIGPROF),
    ("SIGWINCH", libc::SIGWINCH),
    ("SIGIO", libc::SIGIO),
    ("SIGSYS", libc::SIGSYS),
];

const FUNCTIONS: &[NativeDef] = &[
    native("signal", Arity::Exact(2), signal, "Say what a signal does: a function, SIG_DFL or SIG_IGN."),
    native("getsignal", Arity::Exact(1), getsignal, "What a signal does."),
    native("raise_signal", Arity::Exact(1), raise_signal, "Send a signal to this process."),
    native("default_int_handler", Arity::Exact(2), default_int_handler, "Raise KeyboardInterrupt."),
    native("strsignal", Arity::Exact(1), strsignal, "What the system calls a signal."),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.module_functions(dict, "_signal", FUNCTIONS);
    for (name, number) in SIGNALS {
        vm.dict_set_str(dict, name, Value::Int((*number).into()));
    }
    for (name, value) in [("SIG_DFL", DEFAULT), ("SIG_IGN", IGNORE), ("NSIG", NSIG)] {
        vm.dict_set_str(dict, name, Value::Int(value));
    }
    // The handler of SIGINT is an object that scripts can compare with.
    let name = vm.intern("default_int_handler");
    let handler = dict.data.get(&vm.gil).get_str(&name).cloned();
    if let (Some(handler), None) = (handler, vm.signal_handler(libc::SIGINT)) {
        let set = vm.set_signal_handler(libc::SIGINT, handler);
        drop(set);
    }
    Ok(())
}

fn number(vm: &mut Vm, value: &Value) -> Result<i32, Raised> {
    let number = vm.index(value)?;
    match number {
        Value::Int(number) if (1..NSIG).contains(&number) => Ok(number as i32),
        _ => Err(vm.value_error("signal number out of range")),
    }
}

fn current(vm: &mut Vm, signal: i32) -> Value {
    vm.signal_handler(signal).unwrap_or(Value::Int(DEFAULT))
}

fn signal(vm: &mut Vm, args: Args<'_>) -> Outcome {
    if !vm.thread.is_main {
        return Err(vm.value_error("signal only works in main thread of the main interpreter"));
    }
    let signal = number(vm, &args[0])?;
    let class = vm.class_of(&args[1]);
    let handler = match vm.unwrap(&args[1]) {
        &Value::Int(action) if action == DEFAULT || action == IGNORE => Value::Int(action),
        _ => args[1].clone(),
    };
    if !matches!(handler, Value::Int(_)) && vm.lookup_name(&class, Name::__call__).is_none() {
        let message = "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object";
        return Err(vm.type_error(message));
    }
    if signal == libc::SIGKILL || signal == libc::SIGSTOP {
        return Err(vm.raise_errno(libc::EINVAL, None));
    }
    let old = current(vm, signal);
    match vm.set_signal_handler(signal, handler) {
        Ok(()) => Ok(old),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}

fn getsignal(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let signal = number(vm, &args[0])?;
    Ok(current(vm, signal))
}

fn raise_signal(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let signal = number(vm, &args[0])?;
    if vm.thread.is_main && vm.handles_signal(signal) {
        vm.handle_signal(signal)?;
        return Ok(Value::None);
    }
    match process::kill(std::process::id() as i32, signal) {
        Ok(()) => Ok(Value::None),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}

fn default_int_handler(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    let interrupt = vm.new_exception(Known::KeyboardInterrupt, Vec::new());
    Err(vm.raise_value(interrupt))
}

fn strsignal(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let signal = number(vm, &args[0])?;
    let text = match signal {
        libc::SIGHUP => "Hangup",
        libc::SIGINT => "Interrupt",
        libc::SIGQUIT => "Quit",
        libc::SIGILL => "Illegal instruction",
        libc::SIGTRAP => "Trace/breakpoint trap",
        libc::SIGABRT => "Aborted",
        libc::SIGBUS => "Bus error",
        libc::SIGFPE => "Floating point exception",
        libc::SIGKILL => "Killed",
        libc::SIGUSR1 => "User defined signal 1",
        libc::SIGSEGV => "Segmentation fault",
        libc::SIGUSR2 => "User defined signal 2",
        libc::SIGPIPE => "Broken pipe",
        libc::SIGALRM => "Alarm clock",
        libc::SIGTERM => "Terminated",
        libc::SIGCHLD => "Child exited",
        libc::SIGCONT => "Continued",
        libc::SIGSTOP => "Stopped (signal)",
        libc::SIGTSTP => "Stopped",
        _ => return Ok(Value::None),
    };
    Ok(text.into())
}
