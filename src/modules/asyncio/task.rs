//! Tasks: a coroutine that the loop steps whenever what it awaits is done.

use super::event_loop::{self, Ready};
use super::future::{self, Callback, Future, Status, TaskPart};
use super::state::{self, is_cancelled_error, runtime_error};
use crate::object::{Class, Foreign, GenKind, Known, Name, Ptr, Raised, Value, Vm};
use crate::vm::Sent;

/// A new task of a class, whose first step is scheduled.
///
/// # Errors
///
/// TypeError if `coroutine` is none.
pub(super) fn make(
    vm: &mut Vm,
    class: Ptr<Class>,
    event_loop: Value,
    coroutine: Value,
    name: Value,
    context: Value,
) -> Result<Value, Raised> {
    if !is_coroutine(vm, &coroutine) {
        let text = vm.repr(&coroutine)?;
        return Err(vm.type_error(format!("a coroutine was expected, got {}", text.as_str())));
    }
    let name = match name {
        Value::None | Value::Undef => {
            let state = state::state(vm);
            state.named_tasks += 1;
            Value::from(format!("Task-{}", state.named_tasks))
        }
        name @ Value::Str(_) => name,
        other => vm.str(&other)?.into_value(),
    };
    let context = if context.is_none() || context.is_undef() { copy_context(vm)? } else { context };
    let mut data = Future::new(event_loop.clone());
    data.task = Some(Box::new(TaskPart {
        coroutine,
        name,
        waiter: Value::Undef,
        must_cancel: false,
        cancel_requests: 0,
        log_destroy_pending: true,
        context,
    }));
    let task = Foreign::new(class, data).into_value();
    event_loop::push(vm, &event_loop, Ready::Step { task: task.clone(), exception: Value::Undef });
    Ok(task)
}

/// A copy of the current context, or None as long as nothing has imported `contextvars`.
pub(super) fn copy_context(vm: &mut Vm) -> Result<Value, Raised> {
    match contextvars(vm) {
        Some(module) => vm.call_method_str(&module, "copy_context", &[]),
        None => Ok(Value::None),
    }
}

/// The module `contextvars`, if anything has imported it.
fn contextvars(vm: &mut Vm) -> Option<Value> {
    let name = vm.intern("contextvars");
    vm.modules().data.get(&vm.gil).get_str(&name).cloned()
}

/// Whether a value is a coroutine: a native one, or an object that has its methods.
pub(super) fn is_coroutine(vm: &mut Vm, value: &Value) -> bool {
    match value {
        Value::Gen(generator) => generator.kind() == GenKind::Coroutine,
        Value::Object(_) | Value::Foreign(_) => {
            if value_is_future(value, vm) {
                return false;
            }
            let class = vm.class_of(value);
            [Name::Send, Name::Throw, Name::Close, Name::__await__]
                .into_iter()
                .all(|name| vm.lookup_name(&class, name).is_some())
        }
        _ => false,
    }
}

fn value_is_future(value: &Value, vm: &Vm) -> bool {
    future::view(vm, value).is_some()
}

fn part<'a>(vm: &'a mut Vm, task: &'a Value) -> Option<&'a mut TaskPart> {
    future::edit(vm, task)?.task.as_deref_mut()
}

/// Goes on with a task after what it waits for is done.
pub(super) fn wake_up(vm: &mut Vm, event_loop: &Value, task: &Value, awaited: &Value) -> Result<(), Raised> {
    let failed =
        future::view(vm, awaited).is_some_and(|data| data.status == Status::Cancelled || !data.exception.is_undef());
    if !failed {
        return step(vm, event_loop, task, None);
    }
    match future::result(vm, awaited) {
        Ok(_) => step(vm, event_loop, task, None),
        Err(raised) => {
            let exception = vm.take_raised(raised);
            step(vm, event_loop, task, Some(exception))
        }
    }
}

/// One step of a task, with an exception thrown in if there is one.
pub(super) fn step(vm: &mut Vm, event_loop: &Value, task: &Value, exception: Option<Value>) -> Result<(), Raised> {
    let Some(data) = future::view(vm, task) else { return Ok(()) };
    if data.status != Status::Pending {
        let text = vm.repr(task)?;
        return Err(state::invalid_state(vm, &format!("__step(): already done: {}", text.as_str())));
    }
    let Some(this) = part(vm, task) else { return Ok(()) };
    let (coroutine, mut context) = (this.coroutine.clone(), this.context.clone());
    let waiter = this.waiter.take();
    let must_cancel = std::mem::take(&mut this.must_cancel);
    drop(waiter);
    let exception = match exception {
        Some(exception) if must_cancel && !is_cancelled_error(vm, &exception) => Some(future::make_cancelled(vm, task)),
        None if must_cancel => Some(future::make_cancelled(vm, task)),
        other => other,
    };
    if context.is_none() {
        // Imported since the task was made, when no variable had a value.
        if let Some(module) = contextvars(vm) {
            context = vm.call_method_str(&module, "Context", &[])?;
            set_context(vm, task, context.clone());
        }
    }
    enter(vm, event_loop, task)?;
    let result = if context.is_none() {
        let result = advance(vm, &coroutine, exception);
        if let Some(module) = contextvars(vm) {
            // Imported in this very step: what it set belongs to the task, not to the thread.
            if result.is_ok() {
                let own = vm.call_method_str(&module, "_take_current", &[])?;
                set_context(vm, task, own);
            }
        }
        result
    } else {
        advance_in(vm, &context, coroutine, exception)
    };
    if let Some(data) = event_loop::edit(vm, event_loop) {
        let current = data.current.take();
        drop(current);
    }
    match result {
        Ok(Sent::Yielded(value)) => yielded(vm, event_loop, task, value),
        Ok(Sent::Returned(value)) => returned(vm, task, value),
        Err(raised) => raised_out(vm, task, raised),
    }
}

fn set_context(vm: &mut Vm, task: &Value, context: Value) {
    if let Some(this) = part(vm, task) {
        let old = std::mem::replace(&mut this.context, context);
        drop(old);
    }
}

fn enter(vm: &mut Vm, event_loop: &Value, task: &Value) -> Result<(), Raised> {
    let Some(data) = event_loop::edit(vm, event_loop) else { return Ok(()) };
    if data.current.is_undef() {
        data.current = task.clone();
        return Ok(());
    }
    let running = data.current.clone();
    let (task, running) = (vm.repr(task)?, vm.repr(&running)?);
    let message =
        format!("Cannot enter into task {} while another task {} is being executed.", task.as_str(), running.as_str());
    Err(runtime_error(vm, &message))
}

/// Sends or throws into a coroutine.
fn advance(vm: &mut Vm, coroutine: &Value, exception: Option<Value>) -> Result<Sent, Raised> {
    if let Value::Gen(generator) = coroutine {
        return match exception {
            None => vm.gen_send(generator, Value::None),
            Some(exception) => vm.gen_throw(generator, exception),
        };
    }
    let result = match exception {
        None => vm.call_method(coroutine, Name::Send, &[Value::None]),
        Some(exception) => vm.call_method(coroutine, Name::Throw, &[exception]),
    };
    match result {
        Ok(value) => Ok(Sent::Yielded(value)),
        Err(raised) => {
            let stop = vm.catch(raised, Known::StopIteration)?;
            let value = vm.get_attr(&stop, "value")?;
            Ok(Sent::Returned(value))
        }
    }
}

/// As [`advance`], with a context as the current one.
fn advance_in(vm: &mut Vm, context: &Value, coroutine: Value, exception: Option<Value>) -> Result<Sent, Raised> {
    let name = if exception.is_some() { "throw" } else { "send" };
    let method = vm.get_attr(&coroutine, name)?;
    match vm.call_method_str(context, "run", &[method, exception.unwrap_or(Value::None)]) {
        Ok(value) => Ok(Sent::Yielded(value)),
        Err(raised) => {
            let stop = vm.catch(raised, Known::StopIteration)?;
            let value = vm.get_attr(&stop, "value")?;
            Ok(Sent::Returned(value))
        }
    }
}

fn returned(vm: &mut Vm, task: &Value, value: Value) -> Result<(), Raised> {
    let must_cancel = part(vm, task).is_some_and(|part| std::mem::take(&mut part.must_cancel));
    if must_cancel {
        let message = future::view(vm, task).map_or(Value::None, |data| data.cancel_message.clone());
        future::cancel_future(vm, task, message);
        return Ok(());
    }
    future::set_result(vm, task, value)
}

fn raised_out(vm: &mut Vm, task: &Value, raised: Raised) -> Result<(), Raised> {
    let ends_program = vm.raised_is(&raised, Known::KeyboardInterrupt) || vm.raised_is(&raised, Known::SystemExit);
    let exception = vm.take_raised(raised);
    if is_cancelled_error(vm, &exception) {
        let message = match future::edit(vm, task) {
            Some(data) => {
                data.cancelled_error = exception;
                data.cancel_message.clone()
            }
            None => Value::None,
        };
        future::cancel_future(vm, task, message);
        return Ok(());
    }
    future::set_exception(vm, task, exception.clone())?;
    if ends_program { Err(vm.reraise(exception)) } else { Ok(()) }
}

fn yielded(vm: &mut Vm, event_loop: &Value, task: &Value, value: Value) -> Result<(), Raised> {
    if value.is_none() {
        event_loop::push(vm, event_loop, Ready::Step { task: task.clone(), exception: Value::Undef });
        return Ok(());
    }
    let Some(awaited) = future::edit(vm, &value) else {
        let (this, text) = (vm.repr(task)?, vm.repr(&value)?);
        let message = match &value {
            Value::Gen(generator) if generator.kind() == GenKind::Generator => {
                format!(
                    "yield was used instead of yield from for generator in task {} with {}",
                    this.as_str(),
                    text.as_str()
                )
            }
            _ => format!("Task got bad yield: {}", text.as_str()),
        };
        return fail_next(vm, event_loop, task, &message);
    };
    let blocking = std::mem::take(&mut awaited.blocking);
    if !awaited.event_loop.is(event_loop) {
        let (this, text) = (vm.repr(task)?, vm.repr(&value)?);
        let message = format!("Task {} got Future {} attached to a different loop", this.as_str(), text.as_str());
        return fail_next(vm, event_loop, task, &message);
    }
    if !blocking {
        let (this, text) = (vm.repr(task)?, vm.repr(&value)?);
        let message = format!("yield was used instead of yield from in task {} with {}", this.as_str(), text.as_str());
        return fail_next(vm, event_loop, task, &message);
    }
    if value.is(task) {
        let this = vm.repr(task)?;
        let message = format!("Task cannot await on itself: {}", this.as_str());
        return fail_next(vm, event_loop, task, &message);
    }
    future::add_callback(vm, &value, Callback::Wakeup(task.clone()));
    let Some(this) = part(vm, task) else { return Ok(()) };
    this.waiter = value.clone();
    if this.must_cancel {
        let message = future::view(vm, task).map_or(Value::None, |data| data.cancel_message.clone());
        if cancel_any(vm, &value, message)? {
            if let Some(this) = part(vm, task) {
                this.must_cancel = false;
            }
        }
    }
    Ok(())
}

/// Raises RuntimeError in the task at its next step.
fn fail_next(vm: &mut Vm, event_loop: &Value, task: &Value, message: &str) -> Result<(), Raised> {
    let exception = vm.new_exception(Known::RuntimeError, vec![Value::str(message)]);
    event_loop::push(vm, event_loop, Ready::Step { task: task.clone(), exception });
    Ok(())
}

/// `future.cancel(message)` of a future, a task, or an object of a class derived from them.
fn cancel_any(vm: &mut Vm, future: &Value, message: Value) -> Result<bool, Raised> {
    let cancel = vm.get_attr(future, "cancel")?;
    let result = vm.call_kw(&cancel, &[], &[("msg", message)])?;
    vm.truth(&result)
}

/// `task.cancel(message)`.
pub(super) fn cancel(vm: &mut Vm, task: &Value, message: Value) -> Result<bool, Raised> {
    let Some(data) = future::edit(vm, task) else { return Ok(false) };
    data.log_traceback = false;
    if data.status != Status::Pending {
        return Ok(false);
    }
    let Some(this) = data.task.as_deref_mut() else { return Ok(future::cancel_future(vm, task, message)) };
    this.cancel_requests += 1;
    let waiter = this.waiter.clone();
    if !waiter.is_undef() && cancel_any(vm, &waiter, message.clone())? {
        return Ok(true);
    }
    let Some(data) = future::edit(vm, task) else { return Ok(false) };
    if let Some(this) = data.task.as_deref_mut() {
        this.must_cancel = true;
    }
    let old = std::mem::replace(&mut data.cancel_message, message);
    drop(old);
    Ok(true)
}
