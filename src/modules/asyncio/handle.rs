//! `Handle` and `TimerHandle`: callbacks that can be cancelled.

use super::{event_loop, state};
use crate::builtins::native;
use crate::object::{Args, Arity, Class, Foreign, ForeignData, Known, NativeDef, NativeKind, Ptr, Raised, Value, Vm};

/// A callback of a loop.
pub(super) struct Handle {
    pub event_loop: Value,
    pub function: Value,
    pub args: Vec<Value>,
    pub cancelled: bool,
    /// The `contextvars.Context` to run in, None without one.
    pub context: Value,
    /// When a timer runs.
    pub when: Option<f64>,
}

impl ForeignData for Handle {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.event_loop);
        visit(&self.function);
        visit(&self.context);
        self.args.iter().for_each(visit);
    }

    fn clear(&mut self) -> Vec<Value> {
        let mut values = std::mem::take(&mut self.args);
        values.extend([self.event_loop.take(), self.function.take(), self.context.take()]);
        values
    }
}

/// The handle's data, to look at.
pub(super) fn view<'a>(vm: &'a Vm, value: &'a Value) -> Option<&'a Handle> {
    match value {
        Value::Foreign(foreign) => foreign.get::<Handle>(&vm.gil),
        _ => None,
    }
}

/// A new handle.
pub(super) fn new(vm: &mut Vm, event_loop: &Value, function: Value, args: Vec<Value>, context: Value) -> Value {
    let class = state::class(vm, |state| &state.handle);
    let event_loop = event_loop.clone();
    Foreign::new(class, Handle { event_loop, function, args, cancelled: false, context, when: None }).into_value()
}

/// A new timer, filed with its loop.
pub(super) fn new_timer(
    vm: &mut Vm,
    event_loop: &Value,
    when: f64,
    function: Value,
    args: Vec<Value>,
    context: Value,
) -> Value {
    let class = state::class(vm, |state| &state.timer_handle);
    let data = Handle { event_loop: event_loop.clone(), function, args, cancelled: false, context, when: Some(when) };
    let handle = Foreign::new(class, data).into_value();
    if let Some(data) = event_loop::edit(vm, event_loop) {
        data.timers_made += 1;
        let order = data.timers_made;
        data.timers.push(event_loop::Timer { when, order, handle: handle.clone() });
    }
    handle
}

const METHODS: &[NativeDef] = &[
    native("cancel", Arity::Exact(1), cancel, "Do not call the callback."),
    native("cancelled", Arity::Exact(1), cancelled, "Whether the callback was cancelled."),
    native("get_context", Arity::Exact(1), context, "The context of the callback."),
    native("_parts", Arity::Exact(1), parts, "Callback, arguments and time, for the representation."),
];

const TIMER_METHODS: &[NativeDef] = &[native("when", Arity::Exact(1), when, "The time of the call.")];

const SLOTS: &[NativeDef] = &[native("__repr__", Arity::Exact(1), repr, "")];

/// Makes the classes `Handle` and `TimerHandle`.
pub(super) fn classes(vm: &mut Vm) -> (Ptr<Class>, Ptr<Class>) {
    let handle = vm.native_class("asyncio.Handle", Known::Object, METHODS);
    vm.add_methods(&handle, NativeKind::SlotWrapper, SLOTS);
    let timer = vm.native_class("asyncio.TimerHandle", Known::Object, METHODS);
    vm.add_methods(&timer, NativeKind::Method, TIMER_METHODS);
    vm.add_methods(&timer, NativeKind::SlotWrapper, SLOTS);
    (handle, timer)
}

fn cancel(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Foreign(foreign) = &args[0] else { return Ok(Value::None) };
    let mut dropped = Vec::new();
    if let Some(handle) = foreign.get_mut::<Handle>(&mut vm.gil) {
        handle.cancelled = true;
        dropped = std::mem::take(&mut handle.args);
        dropped.push(std::mem::replace(&mut handle.function, Value::None));
    }
    drop(dropped);
    Ok(Value::None)
}

fn cancelled(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(view(vm, &args[0]).is_some_and(|handle| handle.cancelled)))
}

fn context(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(view(vm, &args[0]).map_or(Value::None, |handle| handle.context.clone()))
}

fn when(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(view(vm, &args[0]).and_then(|handle| handle.when).map_or(Value::None, Value::float))
}

fn parts(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(handle) = view(vm, &args[0]) else { return Ok(Value::None) };
    let when = handle.when.map_or(Value::None, Value::float);
    Ok(Value::tuple(vec![handle.function.clone(), Value::tuple(handle.args.clone()), when]))
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let reprs = vm.import_dotted("asyncio._reprs")?;
    vm.call_method_str(&reprs, "handle_repr", &[args[0].clone()])
}
