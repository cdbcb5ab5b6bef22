//! What scripts see of `Future` and `Task`.

use super::future::{self, Callback, Status};
use super::state::{self, runtime_error};
use super::task;
use crate::builtins::native;
use crate::builtins::sequence::CLASS_GETITEM;
use crate::modules::foreign::foreign_data;
use crate::object::{
    Args, Arity, Class, Foreign, GetSetDef, Known, NativeDef, NativeKind, Params, Ptr, Raised, Value, Vm,
};

const FUTURE_NEW: Params = Params { names: &["cls", "loop"], required: 1, posonly: 1, kwonly: 1 };
const TASK_NEW: Params =
    Params { names: &["cls", "coro", "loop", "name", "context", "eager_start"], required: 2, posonly: 1, kwonly: 4 };
const CANCEL: Params = Params { names: &["self", "msg"], required: 1, posonly: 1, kwonly: 0 };
const ADD_CALLBACK: Params = Params { names: &["self", "fn", "context"], required: 2, posonly: 2, kwonly: 1 };

const NEW_FUTURE: &[NativeDef] = &[native("__new__", Arity::Named(&FUTURE_NEW), new_future, "")];
const NEW_TASK: &[NativeDef] = &[native("__new__", Arity::Named(&TASK_NEW), new_task, "")];

const METHODS: &[NativeDef] = &[
    native("result", Arity::Exact(1), result, "The result, or the exception raised."),
    native("exception", Arity::Exact(1), exception, "The exception, or None."),
    native("done", Arity::Exact(1), done, "Whether the future is done or cancelled."),
    native("cancelled", Arity::Exact(1), cancelled, "Whether the future was cancelled."),
    native(
        "add_done_callback",
        Arity::Named(&ADD_CALLBACK),
        add_done_callback,
        "Call a function when the future is done.",
    ),
    native(
        "remove_done_callback",
        Arity::Exact(2),
        remove_done_callback,
        "Take a callback out as often as it was added.",
    ),
    native("get_loop", Arity::Exact(1), get_loop, "The event loop of the future."),
    native("_make_cancelled_error", Arity::Exact(1), make_cancelled_error, ""),
    native("_callback_list", Arity::Exact(1), callback_list, "The callbacks, for the representation."),
    native("__del__", Arity::Exact(1), del, ""),
];
const FUTURE_METHODS: &[NativeDef] = &[
    native("set_result", Arity::Exact(2), set_result, "End the future with a result."),
    native("set_exception", Arity::Exact(2), set_exception, "End the future with an exception."),
    native("cancel", Arity::Named(&CANCEL), cancel_future, "End the future as cancelled, if it has not ended yet."),
];
const TASK_METHODS: &[NativeDef] = &[
    native("cancel", Arity::Named(&CANCEL), cancel_task, "Raise CancelledError where the task waits."),
    native("cancelling", Arity::Exact(1), cancelling, "Number of requests to cancel the task."),
    native("uncancel", Arity::Exact(1), uncancel, "Take back a request to cancel the task."),
    native("get_name", Arity::Exact(1), get_name, "The task's name."),
    native("set_name", Arity::Exact(2), set_name, "Name the task."),
    native("get_coro", Arity::Exact(1), get_coro, "The task's coroutine."),
    native("get_context", Arity::Exact(1), get_context, "The task's context."),
    native("set_result", Arity::Exact(2), no_set_result, ""),
    native("set_exception", Arity::Exact(2), no_set_exception, ""),
];
const SLOTS: &[NativeDef] = &[
    native("__await__", Arity::Exact(1), iterator, ""),
    native("__iter__", Arity::Exact(1), iterator, ""),
    native("__repr__", Arity::Exact(1), repr, ""),
    native("__init__", Arity::Any, init, ""),
];
const GETSETS: &[GetSetDef] = &[
    GetSetDef { name: "_state", get: get_state, set: None, doc: "" },
    GetSetDef { name: "_loop", get: loop_of, set: None, doc: "" },
    GetSetDef { name: "_exception", get: peek_exception, set: None, doc: "" },
    GetSetDef { name: "_result", get: peek_result, set: None, doc: "" },
    GetSetDef { name: "_cancel_message", get: get_cancel_message, set: None, doc: "" },
    GetSetDef { name: "_asyncio_future_blocking", get: get_blocking, set: Some(set_blocking), doc: "" },
    GetSetDef { name: "_log_traceback", get: get_log_traceback, set: Some(set_log_traceback), doc: "" },
];
const TASK_GETSETS: &[GetSetDef] = &[
    GetSetDef { name: "_fut_waiter", get: get_waiter, set: None, doc: "" },
    GetSetDef { name: "_must_cancel", get: get_must_cancel, set: None, doc: "" },
    GetSetDef { name: "_log_destroy_pending", get: get_log_destroy, set: Some(set_log_destroy), doc: "" },
];

/// Makes the classes `Future` and `Task`.
pub(super) fn classes(vm: &mut Vm) -> (Ptr<Class>, Ptr<Class>, Ptr<Class>) {
    let future = vm.native_class("_asyncio.Future", Known::Object, METHODS);
    let task = vm.native_class("_asyncio.Task", Known::Object, METHODS);
    for (class, own, new) in [(&future, FUTURE_METHODS, NEW_FUTURE), (&task, TASK_METHODS, NEW_TASK)] {
        vm.add_methods(class, NativeKind::Method, own);
        vm.add_methods(class, NativeKind::SlotWrapper, SLOTS);
        vm.add_methods(class, NativeKind::Static, new);
        vm.add_methods(class, NativeKind::ClassMethod, CLASS_GETITEM);
        vm.add_getsets(class, GETSETS);
    }
    vm.add_getsets(&task, TASK_GETSETS);
    let iterator = vm.native_class("_asyncio.FutureIter", Known::Object, ITER_METHODS);
    vm.add_methods(&iterator, NativeKind::SlotWrapper, ITER_SLOTS);
    (future, task, iterator)
}

fn init(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::None)
}

/// The loop given, or the current one.
fn loop_or_current(vm: &mut Vm, given: Option<&Value>) -> Result<Value, Raised> {
    match given {
        Some(event_loop) if !event_loop.is_none() => Ok(event_loop.clone()),
        _ => {
            let running = vm.thread.event_loop.borrow().clone();
            if !running.is_undef() {
                return Ok(running);
            }
            let events = vm.import_dotted("asyncio.events")?;
            vm.call_method_str(&events, "get_event_loop", &[])
        }
    }
}

fn new_future(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    let event_loop = loop_or_current(vm, args.get(1))?;
    Ok(future::make(class, event_loop))
}

fn new_task(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    let event_loop = loop_or_current(vm, args.get(2))?;
    let name = args.get(3).cloned().unwrap_or(Value::None);
    let context = args.get(4).cloned().unwrap_or(Value::None);
    task::make(vm, class, event_loop, args[1].clone(), name, context)
}

fn result(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    future::result(vm, &args[0])
}

fn exception(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    future::exception(vm, &args[0])
}

fn status(vm: &Vm, value: &Value) -> Status {
    future::view(vm, value).map_or(Status::Finished, |data| data.status)
}

fn done(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(status(vm, &args[0]) != Status::Pending))
}

fn cancelled(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(status(vm, &args[0]) == Status::Cancelled))
}

fn add_done_callback(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let context = match args.get(2) {
        Some(context) if !context.is_none() => context.clone(),
        _ => task::copy_context(vm)?,
    };
    future::add_callback(vm, &args[0], Callback::Call { function: args[1].clone(), context });
    Ok(Value::None)
}

fn remove_done_callback(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(data) = future::edit(vm, &args[0]) else { return Ok(Value::Int(0)) };
    let callbacks = std::mem::take(&mut data.callbacks);
    let (mut kept, mut removed) = (Vec::new(), Vec::new());
    for callback in callbacks {
        let same = match &callback {
            Callback::Call { function, .. } => {
                let function = function.clone();
                vm.same_or_equal(&function, &args[1])?
            }
            Callback::Wakeup(_) => false,
        };
        if same { removed.push(callback) } else { kept.push(callback) }
    }
    if let Some(data) = future::edit(vm, &args[0]) {
        data.callbacks = kept;
    }
    Ok(Value::from(removed.len()))
}

fn callback_list(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(data) = future::view(vm, &args[0]) else { return Ok(Value::None) };
    let callbacks = data.callbacks.iter().map(|callback| match callback {
        Callback::Call { function, .. } => function.clone(),
        Callback::Wakeup(_) => Value::str("Task.task_wakeup()"),
    });
    Ok(Value::list(callbacks.collect()))
}

fn get_loop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    loop_of(vm, &args[0])
}

fn loop_of(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    Ok(future::view(vm, value).map_or(Value::None, |data| data.event_loop.clone()))
}

fn make_cancelled_error(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(future::make_cancelled(vm, &args[0]))
}

fn set_result(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    future::set_result(vm, &args[0], args[1].clone())?;
    Ok(Value::None)
}

fn set_exception(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if status(vm, &args[0]) != Status::Pending {
        return Err(state::invalid_state(vm, "invalid state"));
    }
    let exception = match &args[1] {
        class @ Value::Class(_) => vm.call(class, &[])?,
        other => other.clone(),
    };
    if !matches!(exception, Value::Exc(_)) {
        return Err(vm.type_error("invalid exception object"));
    }
    if vm.is_known(&exception, Known::StopIteration) {
        let text = "StopIteration interacts badly with generators and cannot be raised into a Future";
        let error = vm.new_exception(Known::RuntimeError, vec![Value::str(text)]);
        if let Value::Exc(error) = &error {
            let data = error.data.get_mut(&mut vm.gil);
            data.cause = exception.clone();
            data.context = exception;
        }
        future::set_exception(vm, &args[0], error)?;
        return Ok(Value::None);
    }
    future::set_exception(vm, &args[0], exception)?;
    Ok(Value::None)
}

fn no_set_result(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(runtime_error(vm, "Task does not support set_result operation"))
}

fn no_set_exception(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(runtime_error(vm, "Task does not support set_exception operation"))
}

fn cancel_future(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let message = args.get(1).cloned().unwrap_or(Value::None);
    Ok(Value::bool(future::cancel_future(vm, &args[0], message)))
}

fn cancel_task(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let message = args.get(1).cloned().unwrap_or(Value::None);
    task::cancel(vm, &args[0], message).map(Value::bool)
}

fn task_part<'a>(vm: &'a mut Vm, value: &'a Value) -> Option<&'a mut future::TaskPart> {
    future::edit(vm, value)?.task.as_deref_mut()
}

fn cancelling(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::Int(task_part(vm, &args[0]).map_or(0, |task| task.cancel_requests as i64)))
}

fn uncancel(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(task) = task_part(vm, &args[0]) else { return Ok(Value::Int(0)) };
    if task.cancel_requests > 0 {
        task.cancel_requests -= 1;
        if task.cancel_requests == 0 {
            task.must_cancel = false;
        }
    }
    Ok(Value::Int(task.cancel_requests as i64))
}

fn get_name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(task_part(vm, &args[0]).map_or(Value::None, |task| task.name.clone()))
}

fn set_name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = vm.str(&args[1])?.into_value();
    if let Some(task) = task_part(vm, &args[0]) {
        let old = std::mem::replace(&mut task.name, name);
        drop(old);
    }
    Ok(Value::None)
}

fn get_coro(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(task_part(vm, &args[0]).map_or(Value::None, |task| task.coroutine.clone()))
}

fn get_context(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(task_part(vm, &args[0]).map_or(Value::None, |task| task.context.clone()))
}

fn get_state(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    Ok(Value::str(match status(vm, value) {
        Status::Pending => "PENDING",
        Status::Cancelled => "CANCELLED",
        Status::Finished => "FINISHED",
    }))
}

fn peek_exception(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    let exception = future::view(vm, value).map_or(Value::None, |data| data.exception.clone());
    Ok(exception.bound().unwrap_or(Value::None))
}

fn peek_result(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    Ok(future::view(vm, value).map_or(Value::None, |data| data.result.clone()))
}

fn get_cancel_message(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    Ok(future::view(vm, value).map_or(Value::None, |data| data.cancel_message.clone()))
}

fn get_blocking(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    Ok(Value::bool(future::view(vm, value).is_some_and(|data| data.blocking)))
}

fn set_blocking(vm: &mut Vm, value: &Value, on: Option<Value>) -> Result<(), Raised> {
    let on = vm.truth(&on.unwrap_or(Value::None))?;
    if let Some(data) = future::edit(vm, value) {
        data.blocking = on;
    }
    Ok(())
}

fn get_log_traceback(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    Ok(Value::bool(future::view(vm, value).is_some_and(|data| data.log_traceback)))
}

fn set_log_traceback(vm: &mut Vm, value: &Value, on: Option<Value>) -> Result<(), Raised> {
    if vm.truth(&on.unwrap_or(Value::None))? {
        return Err(vm.value_error("_log_traceback can only be set to False"));
    }
    if let Some(data) = future::edit(vm, value) {
        data.log_traceback = false;
    }
    Ok(())
}

fn get_waiter(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    Ok(task_part(vm, value).and_then(|task| task.waiter.clone().bound()).unwrap_or(Value::None))
}

fn get_must_cancel(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    Ok(Value::bool(task_part(vm, value).is_some_and(|task| task.must_cancel)))
}

fn get_log_destroy(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    Ok(Value::bool(task_part(vm, value).is_some_and(|task| task.log_destroy_pending)))
}

fn set_log_destroy(vm: &mut Vm, value: &Value, on: Option<Value>) -> Result<(), Raised> {
    let on = vm.truth(&on.unwrap_or(Value::None))?;
    if let Some(task) = task_part(vm, value) {
        task.log_destroy_pending = on;
    }
    Ok(())
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if !vm.enter_repr(&args[0])? {
        return Ok(Value::str("<...>"));
    }
    let text = repr_text(vm, &args[0]);
    vm.leave_repr(&args[0]);
    text
}

fn repr_text(vm: &mut Vm, future: &Value) -> Result<Value, Raised> {
    let is_task = task_part(vm, future).is_some();
    let reprs = vm.import_dotted("asyncio._reprs")?;
    vm.call_method_str(&reprs, if is_task { "task_repr" } else { "future_repr" }, std::slice::from_ref(future))
}

/// Says that an exception was never asked for, or that a task ends in the middle.
fn del(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(data) = future::view(vm, &args[0]) else { return Ok(Value::None) };
    let unretrieved = data.log_traceback;
    let destroyed = data.status == Status::Pending && data.task.as_ref().is_some_and(|task| task.log_destroy_pending);
    if unretrieved || destroyed {
        let reprs = vm.import_dotted("asyncio._reprs")?;
        vm.call_method_str(&reprs, "finalize", &[args[0].clone(), Value::bool(destroyed)])?;
    }
    Ok(Value::None)
}

/// What `await future` iterates: the future itself while it is pending, then its result.
struct FutureIter {
    future: Value,
}

foreign_data! { FutureIter, single: [future], many: [] }

const ITER_METHODS: &[NativeDef] = &[
    native("send", Arity::Exact(2), iter_step, ""),
    native("throw", Arity::Range(2, 4), iter_throw, ""),
    native("close", Arity::Exact(1), iter_close, ""),
];
const ITER_SLOTS: &[NativeDef] =
    &[native("__iter__", Arity::Exact(1), iter_self, ""), native("__next__", Arity::Exact(1), iter_step, "")];

fn iterator(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = state::class(vm, |state| &state.future_iter);
    Ok(Foreign::new(class, FutureIter { future: args[0].clone() }).into_value())
}

fn iter_self(_: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args[0].clone())
}

fn iter_step(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Foreign(foreign) = &args[0] else { return Ok(Value::None) };
    let Some(FutureIter { future }) = foreign.get::<FutureIter>(&vm.gil) else { return Ok(Value::None) };
    let future = future.clone();
    if future.is_undef() {
        return Err(vm.stop_iteration(Value::None));
    }
    if let Some(data) = future::edit(vm, &future) {
        if data.status == Status::Pending {
            if data.blocking {
                return Err(runtime_error(vm, "await wasn't used with future"));
            }
            data.blocking = true;
            return Ok(future);
        }
    }
    forget(vm, &args[0]);
    let result = future::result(vm, &future)?;
    Err(vm.stop_iteration(result))
}

fn forget(vm: &mut Vm, iterator: &Value) {
    let Value::Foreign(foreign) = iterator else { return };
    let future = foreign.get_mut::<FutureIter>(&mut vm.gil).map(|iterator| iterator.future.take());
    drop(future);
}

fn iter_throw(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let exception = crate::builtins::generator::thrown(vm, &args)?;
    forget(vm, &args[0]);
    Err(vm.raise_value(exception))
}

fn iter_close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    forget(vm, &args[0]);
    Ok(Value::None)
}
