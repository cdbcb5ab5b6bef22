//! Futures: the data of `Future` and `Task`, and how they are completed.

use super::event_loop::{self, Ready};
use super::state::{self, invalid_state};
use crate::object::{Class, Foreign, ForeignData, Ptr, Raised, Raw, Traceback, Value, Vm};

/// How far a future is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    Cancelled,
    Finished,
}

/// What is done when a future completes.
pub(super) enum Callback {
    /// The task that awaits it goes on.
    Wakeup(Value),
    /// A callable gets the future; with the context to run it in, or None.
    Call { function: Value, context: Value },
}

/// A future, or a task with its coroutine.
pub(super) struct Future {
    pub event_loop: Value,
    pub status: Status,
    /// The result, once finished without exception.
    pub result: Value,
    /// The exception, `Undef` for none.
    pub exception: Value,
    /// The exception's traceback as it was when the future was completed.
    pub traceback: Option<Ptr<Traceback>>,
    pub callbacks: Vec<Callback>,
    /// An `await` has just yielded the future.
    pub blocking: bool,
    /// Nobody has asked for the exception yet.
    pub log_traceback: bool,
    pub cancel_message: Value,
    /// The CancelledError that ended the task, until it is raised again.
    pub cancelled_error: Value,
    pub task: Option<Box<TaskPart>>,
}

/// What a task has besides its future.
pub(super) struct TaskPart {
    pub coroutine: Value,
    pub name: Value,
    /// The future that the coroutine waits for, `Undef` for none.
    pub waiter: Value,
    pub must_cancel: bool,
    pub cancel_requests: u64,
    pub log_destroy_pending: bool,
    /// The `contextvars.Context` to run in, None without one.
    pub context: Value,
}

impl ForeignData for Future {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        for value in [&self.event_loop, &self.result, &self.exception, &self.cancel_message, &self.cancelled_error] {
            visit(value);
        }
        for callback in &self.callbacks {
            match callback {
                Callback::Wakeup(task) => visit(task),
                Callback::Call { function, context } => {
                    visit(function);
                    visit(context);
                }
            }
        }
        if let Some(task) = &self.task {
            for value in [&task.coroutine, &task.name, &task.waiter, &task.context] {
                visit(value);
            }
        }
    }

    fn clear(&mut self) -> Vec<Value> {
        let mut values = vec![
            self.event_loop.take(),
            self.result.take(),
            self.exception.take(),
            self.cancel_message.take(),
            self.cancelled_error.take(),
        ];
        for callback in std::mem::take(&mut self.callbacks) {
            match callback {
                Callback::Wakeup(task) => values.push(task),
                Callback::Call { function, context } => values.extend([function, context]),
            }
        }
        if let Some(task) = &mut self.task {
            values.extend([task.coroutine.take(), task.name.take(), task.waiter.take(), task.context.take()]);
        }
        values
    }

    fn wants_finalizer(&self) -> bool {
        let destroyed =
            self.status == Status::Pending && self.task.as_ref().is_some_and(|task| task.log_destroy_pending);
        self.log_traceback || destroyed
    }
}

impl Future {
    /// A pending future of a loop.
    pub fn new(event_loop: Value) -> Future {
        Future {
            event_loop,
            status: Status::Pending,
            result: Value::None,
            exception: Value::Undef,
            traceback: None,
            callbacks: Vec::new(),
            blocking: false,
            log_traceback: false,
            cancel_message: Value::None,
            cancelled_error: Value::Undef,
            task: None,
        }
    }
}

/// The object as a future, if it is one.
pub(super) fn as_future(value: &Value) -> Option<&Raw<Foreign>> {
    match value {
        Value::Foreign(foreign) => Some(foreign),
        _ => None,
    }
}

/// The data of a future, to look at.
pub(super) fn view<'a>(vm: &'a Vm, value: &'a Value) -> Option<&'a Future> {
    as_future(value)?.get::<Future>(&vm.gil)
}

/// The data of a future, to change.
pub(super) fn edit<'a>(vm: &'a mut Vm, value: &'a Value) -> Option<&'a mut Future> {
    as_future(value)?.get_mut::<Future>(&mut vm.gil)
}

/// A new pending future of a class.
pub(super) fn make(class: Ptr<Class>, event_loop: Value) -> Value {
    Foreign::new(class, Future::new(event_loop)).into_value()
}

/// Completes a pending future and schedules its callbacks.
fn complete(vm: &mut Vm, future: &Value, status: Status) {
    let Some(data) = edit(vm, future) else { return };
    data.status = status;
    schedule_callbacks(vm, future);
}

fn schedule_callbacks(vm: &mut Vm, future: &Value) {
    let Some(data) = edit(vm, future) else { return };
    let callbacks = std::mem::take(&mut data.callbacks);
    if callbacks.is_empty() {
        return;
    }
    let event_loop = data.event_loop.clone();
    for callback in callbacks {
        schedule(vm, &event_loop, future, callback);
    }
}

fn schedule(vm: &mut Vm, event_loop: &Value, future: &Value, callback: Callback) {
    let ready = match callback {
        Callback::Wakeup(task) => Ready::Wakeup { task, future: future.clone() },
        Callback::Call { function, context } => Ready::Done { function, future: future.clone(), context },
    };
    event_loop::push(vm, event_loop, ready);
}

/// Adds a callback; one of a completed future is scheduled at once.
pub(super) fn add_callback(vm: &mut Vm, future: &Value, callback: Callback) {
    let Some(data) = edit(vm, future) else { return };
    if data.status == Status::Pending {
        data.callbacks.push(callback);
        return;
    }
    let event_loop = data.event_loop.clone();
    schedule(vm, &event_loop, future, callback);
}

/// `future.set_result(result)`.
pub(super) fn set_result(vm: &mut Vm, future: &Value, result: Value) -> Result<(), Raised> {
    expect_pending(vm, future)?;
    let Some(data) = edit(vm, future) else { return Ok(()) };
    let old = std::mem::replace(&mut data.result, result);
    drop(old);
    complete(vm, future, Status::Finished);
    Ok(())
}

/// Completes a pending future with an exception object.
pub(super) fn set_exception(vm: &mut Vm, future: &Value, exception: Value) -> Result<(), Raised> {
    expect_pending(vm, future)?;
    let traceback = match &exception {
        Value::Exc(exception) => exception.data.get(&vm.gil).traceback.clone(),
        _ => None,
    };
    let Some(data) = edit(vm, future) else { return Ok(()) };
    data.exception = exception;
    data.traceback = traceback;
    data.log_traceback = true;
    complete(vm, future, Status::Finished);
    Ok(())
}

fn expect_pending(vm: &mut Vm, future: &Value) -> Result<(), Raised> {
    let status = view(vm, future).map_or(Status::Finished, |data| data.status);
    if status == Status::Pending {
        return Ok(());
    }
    Err(invalid_state(vm, "invalid state"))
}

/// Cancels the future itself, not what a task waits for; false if it is done.
pub(super) fn cancel_future(vm: &mut Vm, future: &Value, message: Value) -> bool {
    let Some(data) = edit(vm, future) else { return false };
    data.log_traceback = false;
    if data.status != Status::Pending {
        return false;
    }
    let old = std::mem::replace(&mut data.cancel_message, message);
    drop(old);
    complete(vm, future, Status::Cancelled);
    true
}

/// The CancelledError with which a cancelled future is awaited.
pub(super) fn make_cancelled(vm: &mut Vm, future: &Value) -> Value {
    let Some(data) = edit(vm, future) else { return Value::None };
    let kept = data.cancelled_error.take();
    if !kept.is_undef() {
        return kept;
    }
    let message = data.cancel_message.clone();
    state::cancelled_error(vm, message)
}

/// `future.result()`.
pub(super) fn result(vm: &mut Vm, future: &Value) -> Result<Value, Raised> {
    let Some(data) = edit(vm, future) else { return Ok(Value::None) };
    match data.status {
        Status::Pending => Err(invalid_state(vm, "Result is not set.")),
        Status::Cancelled => {
            let error = make_cancelled(vm, future);
            Err(vm.raise_value(error))
        }
        Status::Finished => {
            data.log_traceback = false;
            if data.exception.is_undef() {
                return Ok(data.result.clone());
            }
            let (exception, traceback) = (data.exception.clone(), data.traceback.clone());
            if let Value::Exc(exception) = &exception {
                let old = std::mem::replace(&mut exception.data.get_mut(&mut vm.gil).traceback, traceback);
                drop(old);
            }
            Err(vm.raise_value(exception))
        }
    }
}

/// `future.exception()`: None without one.
pub(super) fn exception(vm: &mut Vm, future: &Value) -> Result<Value, Raised> {
    let Some(data) = edit(vm, future) else { return Ok(Value::None) };
    match data.status {
        Status::Pending => Err(invalid_state(vm, "Exception is not set.")),
        Status::Cancelled => {
            let error = make_cancelled(vm, future);
            Err(vm.raise_value(error))
        }
        Status::Finished => {
            data.log_traceback = false;
            let exception = data.exception.clone();
            Ok(if exception.is_undef() { Value::None } else { exception })
        }
    }
}
