//! `_thread`: locks and the start of threads; `threading` is written over it.

mod class;
mod handle;
mod lock;
mod rlock;

use super::NativeModule;
use crate::builtins::native;
use crate::object::{Args, Arity, Dict, Known, NativeDef, Params, Ptr, Raised, Value, Vm};
use crate::runtime::spawn::{ThreadHandle, Threads, current_native_id};

pub(super) const MODULE: NativeModule = NativeModule { name: "_thread", init };

/// The longest timeout, in seconds.
const TIMEOUT_MAX: f64 = 9_223_372_036.0;

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.module_functions(dict, "_thread", FUNCTIONS);
    let lock = lock::class(vm);
    vm.dict_set_str(dict, "lock", lock.to_value());
    vm.dict_set_str(dict, "LockType", lock.into_value());
    let rlock = rlock::class(vm);
    vm.dict_set_str(dict, "RLock", rlock.into_value());
    let handle = handle::class(vm);
    vm.dict_set_str(dict, "_ThreadHandle", handle.into_value());
    let error = vm.known(Known::RuntimeError);
    vm.dict_set_str(dict, "error", error.into_value());
    vm.dict_set_str(dict, "TIMEOUT_MAX", Value::float(TIMEOUT_MAX));
    if vm.thread.is_main {
        let ident = vm.ident();
        vm.interp.extension::<Threads>(&mut vm.gil).main_ident = ident;
    }
    Ok(())
}

const FUNCTIONS: &[NativeDef] = &[
    native("allocate_lock", Arity::Exact(0), allocate_lock, "Make a lock that nobody holds."),
    native("allocate", Arity::Exact(0), allocate_lock, "Make a lock that nobody holds."),
    native("get_ident", Arity::Exact(0), get_ident, "A number that identifies the current thread."),
    native("get_native_id", Arity::Exact(0), get_native_id, "The kernel's number of the current thread."),
    native(
        "start_new_thread",
        Arity::Range(2, 3),
        start_new_thread,
        "Run a function in a new thread; the thread's number.",
    ),
    native("start_new", Arity::Range(2, 3), start_new_thread, "Run a function in a new thread; the thread's number."),
    native("start_joinable_thread", Arity::Named(&START), start_joinable_thread, "Start a thread that can be joined."),
    native(
        "stack_size",
        Arity::Range(0, 1),
        stack_size,
        "The stack size of new threads; sets it if an argument is given.",
    ),
    native("_count", Arity::Exact(0), count, "Number of threads, the main thread left out."),
    native("_get_main_thread_ident", Arity::Exact(0), main_ident, ""),
    native("_make_thread_handle", Arity::Exact(1), make_handle, ""),
    native("_is_main_interpreter", Arity::Exact(0), is_main_interpreter, ""),
    native("daemon_threads_allowed", Arity::Exact(0), is_main_interpreter, ""),
    native("_shutdown", Arity::Exact(0), shutdown, "Wait for all threads that are no daemons."),
    native("_locals", Arity::Exact(0), locals, "The current thread's values of threading.local objects, by key."),
    native("interrupt_main", Arity::Range(0, 1), interrupt_main, "Simulate a signal for the main thread."),
    native("exit", Arity::Exact(0), exit, "Raise SystemExit."),
];

const START: Params = Params { names: &["function", "handle", "daemon"], required: 1, posonly: 0, kwonly: 0 };

/// A timeout in seconds as `acquire` and `join` take it: None for no limit.
fn timeout(vm: &mut Vm, value: Option<&Value>) -> Result<Option<std::time::Duration>, Raised> {
    let Some(value) = value.filter(|value| !value.is_none()) else { return Ok(None) };
    let seconds = vm.to_f64(value)?;
    if seconds == -1.0 {
        return Ok(None);
    }
    if seconds.is_nan() {
        return Err(vm.value_error("Invalid value NaN (not a number)"));
    }
    if seconds < 0.0 {
        return Err(vm.value_error("timeout value must be a non-negative number"));
    }
    if seconds > TIMEOUT_MAX {
        return Err(vm.raise(Known::OverflowError, "timeout value is too large"));
    }
    Ok(Some(std::time::Duration::from_secs_f64(seconds)))
}

fn allocate_lock(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(lock::new(vm))
}

fn get_ident(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::Int(vm.ident() as i64))
}

fn get_native_id(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::Int(current_native_id()))
}

fn start_new_thread(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let positional = match vm.unwrap(&args[1]) {
        Value::Tuple(items) => items.as_slice().to_vec(),
        _ => return Err(vm.type_error("2nd arg must be a tuple")),
    };
    let handle = std::sync::Arc::new(ThreadHandle::default());
    handle.daemon.store(true, std::sync::atomic::Ordering::Relaxed);
    let keywords = args.get(2).cloned().unwrap_or(Value::None);
    vm.start_thread(args[0].clone(), positional, keywords, handle.clone())?;
    while handle.ident.load(std::sync::atomic::Ordering::Relaxed) == 0 {
        vm.sleep(std::time::Duration::from_micros(50))?;
    }
    Ok(Value::Int(handle.ident.load(std::sync::atomic::Ordering::Relaxed) as i64))
}

fn start_joinable_thread(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (object, shared) = match args.get(1) {
        Some(handle) if !handle.is_none() => (handle.clone(), handle::shared(vm, handle)?),
        _ => {
            let object = handle::new(vm);
            let shared = handle::shared(vm, &object)?;
            (object, shared)
        }
    };
    if shared.started.load(std::sync::atomic::Ordering::Relaxed) {
        return Err(vm.raise(Known::RuntimeError, "thread already started"));
    }
    let daemon = match args.get(2) {
        Some(daemon) => vm.truth(daemon)?,
        None => true,
    };
    shared.daemon.store(daemon, std::sync::atomic::Ordering::Relaxed);
    vm.start_thread(args[0].clone(), Vec::new(), Value::None, shared)?;
    Ok(object)
}

fn stack_size(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let size = match args.get(0) {
        Some(size) => Some(vm.expect_i64(size)?),
        None => None,
    };
    if size.is_some_and(|size| size < 0) {
        return Err(vm.value_error("size must be 0 or a positive value"));
    }
    if size.is_some_and(|size| size != 0 && size < 32768) {
        return Err(vm.value_error(format!("size not valid: {} bytes", size.unwrap_or(0))));
    }
    let threads = vm.interp.extension::<Threads>(&mut vm.gil);
    let old = threads.stack_size;
    if let Some(size) = size {
        threads.stack_size = size as usize;
    }
    Ok(Value::from(old))
}

fn count(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::from(vm.interp.extension::<Threads>(&mut vm.gil).running.len()))
}

fn main_ident(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::Int(vm.interp.extension::<Threads>(&mut vm.gil).main_ident as i64))
}

fn make_handle(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let ident = vm.expect_i64(&args[0])?;
    let object = handle::new(vm);
    let shared = handle::shared(vm, &object)?;
    shared.ident.store(ident as u64, std::sync::atomic::Ordering::Relaxed);
    shared.started.store(true, std::sync::atomic::Ordering::Relaxed);
    Ok(object)
}

fn is_main_interpreter(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(true))
}

fn shutdown(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.join_all_threads()?;
    Ok(Value::None)
}

fn locals(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let known = vm.thread.locals.borrow().clone();
    if !known.is_undef() {
        return Ok(known);
    }
    let dict = Dict::new().into_value();
    *vm.thread.locals.borrow_mut() = dict.clone();
    Ok(dict)
}

fn interrupt_main(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let signal = match args.get(0) {
        Some(signal) => i32::try_from(vm.expect_i64(signal)?).unwrap_or(-1),
        None => libc::SIGINT,
    };
    if !(1..=libc::SIGRTMAX()).contains(&signal) {
        return Err(vm.value_error("signal number out of range"));
    }
    // A signal that the script does not handle has no effect here.
    if vm.handles_signal(signal) {
        vm.post_signal(signal);
    }
    Ok(Value::None)
}

fn exit(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let exit = vm.new_exception(Known::SystemExit, Vec::new());
    Err(vm.raise_value(exit))
}
