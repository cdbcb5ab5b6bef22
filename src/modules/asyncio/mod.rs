//! `_asyncio`: futures, tasks and the event loop; `asyncio` is written over it.

mod descriptors;
mod event_loop;
mod future;
mod handle;
mod loop_methods;
mod methods;
mod state;
mod task;
mod turn;
mod yield_once;

use super::NativeModule;
use super::foreign::define_exception;
use crate::builtins::native;
use crate::object::{Args, Arity, Dict, Known, NativeDef, Ptr, Raised, Value, Vm};
use crate::runtime::signals::SignalState;

pub(super) const MODULE: NativeModule = NativeModule { name: "_asyncio", init };

const FUNCTIONS: &[NativeDef] = &[
    native("get_running_loop", Arity::Exact(0), get_running_loop, "The event loop that runs on this thread."),
    native(
        "_get_running_loop",
        Arity::Exact(0),
        get_running_loop_or_none,
        "The event loop that runs on this thread, or None.",
    ),
    native("_set_running_loop", Arity::Exact(1), set_running_loop, "Set the event loop that runs on this thread."),
    native("current_task", Arity::Range(0, 1), current_task, "The task that takes a step on a loop, or None."),
    native("all_tasks", Arity::Range(0, 1), all_tasks, "The tasks of a loop that are not done."),
    native("_is_coroutine", Arity::Exact(1), is_coroutine, ""),
    native(
        "_set_interrupt_handler",
        Arity::Exact(1),
        set_interrupt_handler,
        "Handle SIGINT; False if a script already does.",
    ),
    native("_new_handle", Arity::Exact(3), new_handle, "A handle of a loop, not scheduled."),
    native("_yield_once", Arity::Exact(0), yield_once, "What sleep(0) awaits."),
    native("_is_main_thread", Arity::Exact(0), is_main_thread, ""),
    native("_format_exception", Arity::Exact(1), format_exception, "An exception with its traceback."),
    native("_write_stderr", Arity::Exact(1), write_stderr, ""),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.module_functions(dict, "_asyncio", FUNCTIONS);
    let (future, task, future_iter) = methods::classes(vm);
    let (handle, timer_handle) = handle::classes(vm);
    let event_loop = loop_methods::class(vm);
    let base = vm.known(Known::BaseException).into_value();
    let cancelled_error = define_exception(vm, dict, "asyncio.exceptions.CancelledError", base)?;
    let base = vm.known(Known::Exception).into_value();
    let invalid_state_error = define_exception(vm, dict, "asyncio.exceptions.InvalidStateError", base)?;
    for (name, class) in [
        ("Future", &future),
        ("Task", &task),
        ("Handle", &handle),
        ("TimerHandle", &timer_handle),
        ("_EventLoop", &event_loop),
    ] {
        vm.dict_set_str(dict, name, class.to_value());
    }
    let yield_once = yield_once::class(vm);
    let state = state::state(vm);
    state.yield_once = Some(yield_once);
    state.future = Some(future);
    state.task = Some(task);
    state.future_iter = Some(future_iter);
    state.handle = Some(handle);
    state.timer_handle = Some(timer_handle);
    state.cancelled_error = Some(cancelled_error);
    state.invalid_state_error = Some(invalid_state_error);
    Ok(())
}

fn running(vm: &Vm) -> Option<Value> {
    vm.thread.event_loop.borrow().clone().bound()
}

fn get_running_loop(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    match running(vm) {
        Some(event_loop) => Ok(event_loop),
        None => Err(state::runtime_error(vm, "no running event loop")),
    }
}

fn get_running_loop_or_none(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(running(vm).unwrap_or(Value::None))
}

fn set_running_loop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let event_loop = if args[0].is_none() { Value::Undef } else { args[0].clone() };
    let old = vm.thread.event_loop.replace(event_loop);
    drop(old);
    Ok(Value::None)
}

/// The loop of an argument, by default the running one.
fn loop_argument(vm: &mut Vm, args: &Args<'_>) -> Result<Value, Raised> {
    match args.get(0) {
        Some(event_loop) if !event_loop.is_none() => Ok(event_loop.clone()),
        _ => get_running_loop(vm, *args),
    }
}

fn current_task(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let event_loop = loop_argument(vm, &args)?;
    Ok(event_loop::view(vm, &event_loop).and_then(|data| data.current.clone().bound()).unwrap_or(Value::None))
}

fn all_tasks(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let event_loop = loop_argument(vm, &args)?;
    let mut objects = vm.interp.heap.objects();
    objects.retain(|object| {
        future::view(vm, object).is_some_and(|data| {
            data.task.is_some() && data.status == future::Status::Pending && data.event_loop.is(&event_loop)
        })
    });
    Ok(Value::list(objects))
}

fn is_coroutine(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(task::is_coroutine(vm, &args[0])))
}

/// Sets the handler of SIGINT, or takes it away for None.
fn set_interrupt_handler(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let handlers = &vm.interp.extension::<SignalState>(&mut vm.gil).handlers;
    let of_script = handlers
        .get(&libc::SIGINT)
        .is_some_and(|handler| !matches!(handler, Value::Native(native) if native.def.name == "default_int_handler"));
    if args[0].is_none() {
        let old = vm.interp.extension::<SignalState>(&mut vm.gil).handlers.remove(&libc::SIGINT);
        drop(old);
        return Ok(Value::bool(true));
    }
    if of_script {
        return Ok(Value::bool(false));
    }
    let old = vm.interp.extension::<SignalState>(&mut vm.gil).handlers.insert(libc::SIGINT, args[0].clone());
    drop(old);
    Ok(Value::bool(true))
}

fn new_handle(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let values = vm.collect(&args[2])?;
    let context = task::copy_context(vm)?;
    Ok(handle::new(vm, &args[0], args[1].clone(), values, context))
}

fn yield_once(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let class = state::class(vm, |state| &state.yield_once);
    Ok(yield_once::make(class))
}

fn is_main_thread(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(vm.thread.is_main))
}

pub(super) fn format_exception(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let lines = vm.format_exception(&args[0], Default::default());
    Ok(Value::from(lines.concat()))
}

fn write_stderr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let text = vm.str(&args[0])?;
    vm.write_stderr(text.as_str());
    Ok(Value::None)
}
