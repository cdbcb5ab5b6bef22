//! What the module keeps for an interpreter: its classes and counters.

use crate::object::{Class, Known, Ptr, Raised, Value, Vm};

/// The classes, made when the module is imported.
#[derive(Default)]
pub(super) struct State {
    pub future: Option<Ptr<Class>>,
    pub task: Option<Ptr<Class>>,
    pub future_iter: Option<Ptr<Class>>,
    pub yield_once: Option<Ptr<Class>>,
    pub handle: Option<Ptr<Class>>,
    pub timer_handle: Option<Ptr<Class>>,
    pub cancelled_error: Option<Ptr<Class>>,
    pub invalid_state_error: Option<Ptr<Class>>,
    /// Number of tasks that got a name by default.
    pub named_tasks: u64,
}

/// The module's state.
pub(super) fn state(vm: &mut Vm) -> &mut State {
    vm.interp.extension::<State>(&mut vm.gil)
}

/// A class of the state; `object` before the module is initialised, which no caller sees.
pub(super) fn class(vm: &mut Vm, pick: fn(&State) -> &Option<Ptr<Class>>) -> Ptr<Class> {
    match pick(state(vm)).clone() {
        Some(class) => class,
        None => vm.known(Known::Object),
    }
}

/// Raises `asyncio.InvalidStateError`.
pub(super) fn invalid_state(vm: &mut Vm, message: &str) -> Raised {
    let class = class(vm, |state| &state.invalid_state_error);
    let exception = vm.exception_of(class, vec![Value::str(message)]);
    vm.raise_value(exception)
}

/// A `CancelledError` with an optional message.
pub(super) fn cancelled_error(vm: &mut Vm, message: Value) -> Value {
    let class = class(vm, |state| &state.cancelled_error);
    let args = if message.is_none() || message.is_undef() { Vec::new() } else { vec![message] };
    vm.exception_of(class, args)
}

/// Whether an exception is a `CancelledError`.
pub(super) fn is_cancelled_error(vm: &mut Vm, exception: &Value) -> bool {
    let class = class(vm, |state| &state.cancelled_error);
    let found = vm.class_of(exception);
    found.is(&class) || found.data.get(&vm.gil).mro_tail.iter().any(|base| base.is(&class))
}

/// Raises RuntimeError.
pub(super) fn runtime_error(vm: &mut Vm, message: &str) -> Raised {
    vm.raise(Known::RuntimeError, message)
}
