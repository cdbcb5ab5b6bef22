//! What scripts see of the event loop's native part; `asyncio.base_events` adds the rest.

use std::os::fd::RawFd;

use super::event_loop::{self, EventLoop, Ready};
use super::handle;
use super::state::{self, runtime_error};
use super::{future, task, turn};
use crate::builtins::native;
use crate::object::{Args, Arity, Class, Foreign, Known, NativeDef, NativeKind, Ptr, Raised, Value, Vm};

const NEW: &[NativeDef] = &[native("__new__", Arity::Any, new, "")];

const METHODS: &[NativeDef] = &[
    native("time", Arity::Exact(1), time, "The loop's clock, in seconds."),
    native("call_soon", Arity::Any, call_soon, "Call a function in the next turn of the loop."),
    native("call_soon_threadsafe", Arity::Any, call_soon_threadsafe, "As call_soon, from another thread."),
    native("call_later", Arity::Any, call_later, "Call a function after a delay."),
    native("call_at", Arity::Any, call_at, "Call a function at a time."),
    native("run_forever", Arity::Exact(1), run_forever, "Handle events until stop() is called."),
    native("stop", Arity::Exact(1), stop, "Stop running the loop."),
    native("is_running", Arity::Exact(1), is_running, "Whether the loop runs."),
    native("is_closed", Arity::Exact(1), is_closed, "Whether the loop is closed."),
    native("_close", Arity::Exact(1), close, "Close the loop and forget what is scheduled."),
    native("get_debug", Arity::Exact(1), get_debug, "Whether the debug mode is on."),
    native("set_debug", Arity::Exact(2), set_debug, "Turn the debug mode on or off."),
    native("create_future", Arity::Exact(1), create_future, "A future attached to the loop."),
    native("_make_task", Arity::Exact(4), make_task, "A task of a coroutine, a name and a context."),
    native("_watch", Arity::Exact(4), watch, "Set or remove the handle of a descriptor."),
    native("_check_closed", Arity::Exact(1), check_closed, ""),
    native("_wake", Arity::Exact(1), wake, ""),
];

/// Makes the class `_asyncio._EventLoop`.
pub(super) fn class(vm: &mut Vm) -> Ptr<Class> {
    let class = vm.native_class("_asyncio._EventLoop", Known::Object, METHODS);
    vm.add_methods(&class, NativeKind::Static, NEW);
    class
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args.values()[0])?;
    Ok(Foreign::new(class, EventLoop::default()).into_value())
}

fn time(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::float(event_loop::time(vm)))
}

/// The parts of `call_...(self, [when], callback, *args, context=None)`.
struct Call {
    event_loop: Value,
    when: Value,
    function: Value,
    args: Vec<Value>,
    context: Value,
}

fn parse_call(vm: &mut Vm, args: Args<'_>, method: &str, timed: bool) -> Result<Call, Raised> {
    let mut context = Value::None;
    for (name, value) in args.keywords() {
        match name.as_text() {
            Some(name) if name.as_str() == "context" => context = value.clone(),
            Some(name) => {
                let message = format!("_EventLoop.{method}() got an unexpected keyword argument '{}'", name.as_str());
                return Err(vm.type_error(message));
            }
            None => {}
        }
    }
    let mut values = args.positional().iter().cloned();
    let event_loop = values.next().unwrap_or(Value::None);
    let (names, missing): (&[&str], usize) = if timed { (&["when", "callback"], 2) } else { (&["callback"], 1) };
    let given = values.len();
    if given < missing {
        let names = if timed && method == "call_later" { &["delay", "callback"] } else { names };
        let absent: Vec<String> = names[given..].iter().map(|name| format!("'{name}'")).collect();
        let plural = if absent.len() == 1 { "argument" } else { "arguments" };
        let message = format!(
            "BaseEventLoop.{method}() missing {} required positional {plural}: {}",
            absent.len(),
            absent.join(" and ")
        );
        return Err(vm.type_error(message));
    }
    let when = if timed { values.next().unwrap_or(Value::None) } else { Value::None };
    let function = values.next().unwrap_or(Value::None);
    event_loop::check_closed(vm, &event_loop)?;
    if task::is_coroutine(vm, &function) {
        return Err(vm.type_error(format!("coroutines cannot be used with {method}()")));
    }
    if context.is_none() {
        context = task::copy_context(vm)?;
    }
    Ok(Call { event_loop, when, function, args: values.collect(), context })
}

fn call_soon(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let call = parse_call(vm, args, "call_soon", false)?;
    let handle = handle::new(vm, &call.event_loop, call.function, call.args, call.context);
    event_loop::push(vm, &call.event_loop, Ready::Handle(handle.clone()));
    Ok(handle)
}

fn call_soon_threadsafe(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let call = parse_call(vm, args, "call_soon_threadsafe", false)?;
    let handle = handle::new(vm, &call.event_loop, call.function, call.args, call.context);
    event_loop::push(vm, &call.event_loop, Ready::Handle(handle.clone()));
    event_loop::wake(vm, &call.event_loop);
    Ok(handle)
}

fn call_later(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let call = parse_call(vm, args, "call_later", true)?;
    if call.when.is_none() {
        return Err(vm.type_error("delay must not be None"));
    }
    let when = event_loop::time(vm) + vm.to_f64(&call.when)?;
    Ok(handle::new_timer(vm, &call.event_loop, when, call.function, call.args, call.context))
}

fn call_at(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let call = parse_call(vm, args, "call_at", true)?;
    if call.when.is_none() {
        return Err(vm.type_error("when cannot be None"));
    }
    let when = vm.to_f64(&call.when)?;
    Ok(handle::new_timer(vm, &call.event_loop, when, call.function, call.args, call.context))
}

fn run_forever(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    turn::run_forever(vm, &args[0])?;
    Ok(Value::None)
}

fn stop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if let Some(data) = event_loop::edit(vm, &args[0]) {
        data.stopping = true;
    }
    Ok(Value::None)
}

fn is_running(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(event_loop::view(vm, &args[0]).is_some_and(|data| data.thread.is_some())))
}

fn is_closed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(event_loop::view(vm, &args[0]).is_some_and(|data| data.closed)))
}

fn close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(data) = event_loop::edit(vm, &args[0]) else { return Ok(Value::None) };
    if data.thread.is_some() {
        return Err(runtime_error(vm, "Cannot close a running event loop"));
    }
    data.closed = true;
    let forgotten = (std::mem::take(&mut data.ready), std::mem::take(&mut data.timers), data.descriptors.clear());
    drop(forgotten);
    Ok(Value::None)
}

fn get_debug(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(event_loop::view(vm, &args[0]).is_some_and(|data| data.debug)))
}

fn set_debug(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let on = vm.truth(&args[1])?;
    if let Some(data) = event_loop::edit(vm, &args[0]) {
        data.debug = on;
    }
    Ok(Value::None)
}

fn create_future(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = state::class(vm, |state| &state.future);
    Ok(future::make(class, args[0].clone()))
}

fn make_task(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = state::class(vm, |state| &state.task);
    task::make(vm, class, args[0].clone(), args[1].clone(), args[2].clone(), args[3].clone())
}

fn watch(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = vm.expect_i64(&args[1])? as RawFd;
    let writing = vm.truth(&args[2])?;
    let handle = if args[3].is_none() { None } else { Some(args[3].clone()) };
    let Some(data) = event_loop::edit(vm, &args[0]) else { return Ok(Value::None) };
    match data.descriptors.set(fd, writing, handle) {
        Ok(old) => {
            event_loop::wake(vm, &args[0]);
            Ok(old.unwrap_or(Value::None))
        }
        Err(error) => {
            let class = vm.known(Known::OSError).into_value();
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default().to_owned();
            let code = Value::Int(error.raw_os_error().unwrap_or(0).into());
            let exception = vm.call(&class, &[code, Value::from(text)])?;
            Err(vm.raise_value(exception))
        }
    }
}

fn check_closed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    event_loop::check_closed(vm, &args[0])?;
    Ok(Value::None)
}

fn wake(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    event_loop::wake(vm, &args[0]);
    Ok(Value::None)
}
