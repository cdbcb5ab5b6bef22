//! What `anext(iterator, default)` returns: awaits the next item, or gives the default at the end.

use super::resume::thrown;
use crate::builtins::native;
use crate::bytecode::AwaitPlace;
use crate::object::{
    Args, Arity, Foreign, ForeignData, GenKind, Known, Name, NativeDef, NativeKind, Raised, Value, Vm,
};

struct NextOr {
    awaitable: Value,
    /// What `__await__` of the awaitable gave, once it was asked.
    iterator: Option<Value>,
    default: Value,
}

impl ForeignData for NextOr {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.awaitable);
        self.iterator.iter().for_each(&mut *visit);
        visit(&self.default);
    }
}

pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::AnextAwaitable);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::Method, METHODS);
}

const SLOTS: &[NativeDef] = &[
    native("__await__", Arity::Exact(1), itself, "What await waits with."),
    native("__iter__", Arity::Exact(1), itself, "Implement iter(self)."),
    native("__next__", Arity::Exact(1), next, "Implement next(self)."),
];

const METHODS: &[NativeDef] = &[
    native("send", Arity::Exact(2), send, "send(arg) -> send 'arg' into the wrapped iterator."),
    native("throw", Arity::Range(2, 4), throw, "throw(value) -> raise exception in the wrapped iterator."),
    native("close", Arity::Exact(1), close, "close() -> raise GeneratorExit inside the wrapped iterator."),
];

impl Vm {
    /// An awaitable of what `awaitable` gives, or of `default` if that raises StopAsyncIteration.
    pub(crate) fn anext_or(&mut self, awaitable: Value, default: Value) -> Value {
        let class = self.known(Known::AnextAwaitable);
        Foreign::new(class, NextOr { awaitable, iterator: None, default }).into_value()
    }
}

fn itself(_vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args[0].clone())
}

/// The iterator of the wrapped awaitable.
fn iterator(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let Value::Foreign(foreign) = object else { return Ok(Value::None) };
    let Some(state) = foreign.get::<NextOr>(&vm.gil) else { return Ok(Value::None) };
    if let Some(iterator) = &state.iterator {
        return Ok(iterator.clone());
    }
    let awaitable = state.awaitable.clone();
    let mut iterator = vm.awaitable(&awaitable, AwaitPlace::Expression)?;
    if matches!(&iterator, Value::Gen(body) if body.kind() == GenKind::Coroutine) {
        iterator = vm.call_special(&awaitable, Name::__await__, &[])?.unwrap_or(iterator);
    }
    if let Some(state) = foreign.get_mut::<NextOr>(&mut vm.gil) {
        state.iterator = Some(iterator.clone());
    }
    Ok(iterator)
}

/// Turns the end of the asynchronous iterator into the default.
fn finish(vm: &mut Vm, object: &Value, result: Result<Value, Raised>) -> Result<Value, Raised> {
    match result {
        Err(raised) if vm.raised_is(&raised, Known::StopAsyncIteration) => {
            drop(vm.take_raised(raised));
            let default = match object {
                Value::Foreign(foreign) => foreign.get::<NextOr>(&vm.gil).map(|state| state.default.clone()),
                _ => None,
            };
            Err(vm.stop_iteration(default.unwrap_or(Value::None)))
        }
        other => other,
    }
}

fn next(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = iterator(vm, &args[0])?;
    let result = vm.call_method(&iterator, Name::__next__, &[]);
    finish(vm, &args[0], result)
}

fn send(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = iterator(vm, &args[0])?;
    let result = vm.call_method_str(&iterator, "send", &args.positional()[1..]);
    finish(vm, &args[0], result)
}

fn throw(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let exception = thrown(vm, &args)?;
    let iterator = iterator(vm, &args[0])?;
    let result = vm.call_method_str(&iterator, "throw", &[exception]);
    finish(vm, &args[0], result)
}

fn close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = iterator(vm, &args[0])?;
    let result = vm.call_method_str(&iterator, "close", &[]);
    finish(vm, &args[0], result)
}
