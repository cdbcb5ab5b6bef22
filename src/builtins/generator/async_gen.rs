//! Asynchronous generators (PEP 525): `__anext__`, `asend`, `athrow`, `aclose` and what they return.
//!
//! The body yields two kinds of things: values for its consumer, which arrive wrapped, and what its
//! `await`s pass outwards. An awaitable made by `asend` steps the body: the second kind it yields on, the
//! first ends it as its result.

use super::resume::thrown;
use crate::builtins::native;
use crate::object::{
    Args, Arity, Foreign, ForeignData, GenState, Known, NativeDef, NativeKind, Raised, Raw, Value, Vm,
};
use crate::vm::Sent;

pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::AsyncGenerator);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::ClassMethod, CLASS_METHODS);
    for known in [Known::AsyncGenASend, Known::AsyncGenAThrow] {
        let class = vm.known(known);
        vm.add_methods(&class, NativeKind::SlotWrapper, STEP_SLOTS);
        vm.add_methods(&class, NativeKind::Method, STEP_METHODS);
    }
}

const SLOTS: &[NativeDef] = &[
    native("__aiter__", Arity::Exact(1), itself, ""),
    native("__anext__", Arity::Exact(1), anext, ""),
    native("__repr__", Arity::Exact(1), repr, ""),
];

const METHODS: &[NativeDef] = &[
    native("asend", Arity::Exact(2), asend, "asend(v) -> send 'v' in generator."),
    native("athrow", Arity::Range(2, 4), athrow, "athrow(value) -> raise exception in generator."),
    native("aclose", Arity::Exact(1), aclose, "aclose() -> raise GeneratorExit inside generator."),
];

const CLASS_METHODS: &[NativeDef] =
    &[native("__class_getitem__", Arity::Exact(2), crate::builtins::sequence::class_getitem, "See PEP 585")];

const STEP_SLOTS: &[NativeDef] = &[
    native("__await__", Arity::Exact(1), itself, ""),
    native("__iter__", Arity::Exact(1), itself, ""),
    native("__next__", Arity::Exact(1), step_next, ""),
];

const STEP_METHODS: &[NativeDef] = &[
    native("send", Arity::Exact(2), step_send, ""),
    native("throw", Arity::Range(2, 4), step_throw, ""),
    native("close", Arity::Exact(1), step_close, ""),
];

/// What an awaitable of an asynchronous generator does to it.
enum Action {
    Send(Value),
    Throw(Value),
    Close,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    New,
    Iterating,
    Closed,
}

/// An awaitable made by `asend`, `athrow` or `aclose`.
struct Step {
    generator: Value,
    action: Action,
    phase: Phase,
}

impl ForeignData for Step {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.generator);
        if let Action::Send(value) | Action::Throw(value) = &self.action {
            visit(value);
        }
    }

    fn clear(&mut self) -> Vec<Value> {
        vec![self.generator.take()]
    }
}

/// A value that the body yields to its consumer.
struct Wrapped {
    value: Value,
}

impl ForeignData for Wrapped {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.value);
    }

    fn clear(&mut self) -> Vec<Value> {
        vec![self.value.take()]
    }
}

impl Vm {
    /// Wraps what an asynchronous generator yields to its consumer.
    pub(crate) fn wrap_async_value(&mut self, value: Value) -> Value {
        let class = self.known(Known::Object);
        Foreign::new(class, Wrapped { value }).into_value()
    }

    /// The value for the consumer, if that is what was yielded.
    fn unwrap_async_value(&self, yielded: &Value) -> Option<Value> {
        match yielded {
            Value::Foreign(foreign) => Some(foreign.get::<Wrapped>(&self.gil)?.value.clone()),
            _ => None,
        }
    }

    /// Hands an asynchronous generator that nobody refers to any more to the hook of the event loop; false without one.
    pub(crate) fn finalize_async_generator(&mut self, generator: &Value) -> bool {
        let Value::Gen(data) = generator else { return false };
        let hook = data.data.get(&self.gil).finalizer.clone();
        if hook.is_undef() || hook.is_none() {
            return false;
        }
        if let Err(raised) = self.call(&hook, std::slice::from_ref(generator)) {
            let exception = self.take_raised(raised);
            self.report_unraisable(&exception, "Exception ignored in", &hook);
        }
        true
    }
}

/// The hooks of `sys.set_asyncgen_hooks`.
#[derive(Default)]
pub(crate) struct AsyncGenHooks {
    pub first_iteration: Value,
    pub finalizer: Value,
}

/// Calls the hook of the first iteration, once.
fn init_hooks(vm: &mut Vm, generator: &Value) -> Result<(), Raised> {
    let Value::Gen(data) = generator else { return Ok(()) };
    if std::mem::replace(&mut data.data.get_mut(&mut vm.gil).hooks_inited, true) {
        return Ok(());
    }
    let hooks = vm.interp.extension::<AsyncGenHooks>(&mut vm.gil);
    let (first, finalizer) = (hooks.first_iteration.clone(), hooks.finalizer.clone());
    data.data.get_mut(&mut vm.gil).finalizer = finalizer;
    if !first.is_undef() && !first.is_none() {
        vm.call(&first, std::slice::from_ref(generator))?;
    }
    Ok(())
}

fn make_step(vm: &mut Vm, generator: &Value, action: Action) -> Result<Value, Raised> {
    init_hooks(vm, generator)?;
    let known = if matches!(action, Action::Send(_)) { Known::AsyncGenASend } else { Known::AsyncGenAThrow };
    let class = vm.known(known);
    Ok(Foreign::new(class, Step { generator: generator.clone(), action, phase: Phase::New }).into_value())
}

fn itself(_: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args[0].clone())
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Gen(generator) = &args[0] else { return Ok(Value::None) };
    let qualname = generator.names(&vm.gil).qualname;
    let qualname = vm.str(&qualname)?;
    Ok(Value::from(format!("<async_generator object {} at {:#x}>", qualname.as_str(), args[0].identity())))
}

fn anext(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    make_step(vm, &args[0], Action::Send(Value::None))
}

fn asend(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    make_step(vm, &args[0], Action::Send(args[1].clone()))
}

fn athrow(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let exception = thrown(vm, &args)?;
    make_step(vm, &args[0], Action::Throw(exception))
}

fn aclose(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    make_step(vm, &args[0], Action::Close)
}

fn step_of(value: &Value) -> Option<&Raw<Foreign>> {
    match value {
        Value::Foreign(foreign) => Some(foreign),
        _ => None,
    }
}

fn step_next(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    resume(vm, &args[0], Value::None)
}

fn step_send(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    resume(vm, &args[0], args[1].clone())
}

/// The parts of a step that its methods look at.
fn parts(vm: &Vm, step: &Value) -> Option<(Value, Phase)> {
    let step = step_of(step)?.get::<Step>(&vm.gil)?;
    Some((step.generator.clone(), step.phase))
}

fn set_phase(vm: &mut Vm, step: &Value, phase: Phase) {
    if let Some(step) = step_of(step).and_then(|step| step.get_mut::<Step>(&mut vm.gil)) {
        step.phase = phase;
    }
}

fn set_running(vm: &mut Vm, generator: &Value, on: bool) {
    if let Value::Gen(generator) = generator {
        generator.data.get_mut(&mut vm.gil).running_async = on;
    }
}

fn is_close(vm: &Vm, step: &Value) -> bool {
    step_of(step).and_then(|step| step.get::<Step>(&vm.gil)).is_some_and(|step| matches!(step.action, Action::Close))
}

fn resume(vm: &mut Vm, step: &Value, sent: Value) -> Result<Value, Raised> {
    let Some((generator, phase)) = parts(vm, step) else { return Ok(Value::None) };
    let Value::Gen(body) = &generator else { return Ok(Value::None) };
    let sends = step_of(step)
        .and_then(|step| step.get::<Step>(&vm.gil))
        .is_some_and(|step| matches!(step.action, Action::Send(_)));
    if phase == Phase::Closed {
        let what = if sends { "__anext__()/asend()" } else { "aclose()/athrow()" };
        return Err(vm.raise(Known::RuntimeError, format!("cannot reuse already awaited {what}")));
    }
    if phase == Phase::New {
        if body.data.get(&vm.gil).running_async {
            set_phase(vm, step, Phase::Closed);
            let what = match is_close(vm, step) {
                true => "aclose",
                false if sends => "anext",
                false => "athrow",
            };
            return Err(vm.raise(Known::RuntimeError, format!("{what}(): asynchronous generator is already running")));
        }
        if body.data.get(&vm.gil).closed && !sends {
            set_phase(vm, step, Phase::Closed);
            let stop = vm.new_exception(Known::StopAsyncIteration, Vec::new());
            return Err(if is_close(vm, step) { vm.stop_iteration(Value::None) } else { vm.raise_value(stop) });
        }
        set_phase(vm, step, Phase::Iterating);
        set_running(vm, &generator, true);
        let first = match step_of(step).and_then(|step| step.get::<Step>(&vm.gil)).map(|step| &step.action) {
            Some(Action::Send(value)) => Ok(if sent.is_none() { value.clone() } else { sent }),
            Some(Action::Throw(exception)) => Err(exception.clone()),
            Some(Action::Close) | None => {
                body.data.get_mut(&mut vm.gil).closed = true;
                if body.state.get() == GenState::Created {
                    let closed = vm.gen_close_value(body);
                    return finish_close(vm, step, &generator, closed.map(Sent::Returned));
                }
                Err(vm.new_exception(Known::GeneratorExit, Vec::new()))
            }
        };
        let result = match first {
            Ok(value) => vm.gen_send(body, value),
            Err(exception) => vm.gen_throw(body, exception),
        };
        return deliver(vm, step, &generator, result);
    }
    let result = vm.gen_send(body, sent);
    deliver(vm, step, &generator, result)
}

/// Hands on what the body did.
fn deliver(vm: &mut Vm, step: &Value, generator: &Value, result: Result<Sent, Raised>) -> Result<Value, Raised> {
    if is_close(vm, step) {
        return finish_close(vm, step, generator, result);
    }
    match result {
        Ok(Sent::Yielded(value)) => match vm.unwrap_async_value(&value) {
            Some(item) => {
                end(vm, step, generator);
                Err(vm.stop_iteration(item))
            }
            None => Ok(value),
        },
        Ok(Sent::Returned(_)) => {
            end(vm, step, generator);
            if let Value::Gen(body) = generator {
                body.data.get_mut(&mut vm.gil).closed = true;
            }
            let stop = vm.new_exception(Known::StopAsyncIteration, Vec::new());
            Err(vm.raise_value(stop))
        }
        Err(raised) => {
            end(vm, step, generator);
            if let Value::Gen(body) = generator {
                if body.state.get() == GenState::Finished {
                    body.data.get_mut(&mut vm.gil).closed = true;
                }
            }
            Err(raised)
        }
    }
}

fn end(vm: &mut Vm, step: &Value, generator: &Value) {
    set_phase(vm, step, Phase::Closed);
    set_running(vm, generator, false);
}

/// `aclose`: the body must end, by GeneratorExit or by return.
fn finish_close(vm: &mut Vm, step: &Value, generator: &Value, result: Result<Sent, Raised>) -> Result<Value, Raised> {
    match result {
        Ok(Sent::Yielded(value)) => {
            if vm.unwrap_async_value(&value).is_none() {
                return Ok(value);
            }
            end(vm, step, generator);
            Err(vm.raise(Known::RuntimeError, "async generator ignored GeneratorExit"))
        }
        Ok(Sent::Returned(_)) => {
            end(vm, step, generator);
            Err(vm.stop_iteration(Value::None))
        }
        Err(raised) => {
            end(vm, step, generator);
            if vm.raised_is(&raised, Known::GeneratorExit) || vm.raised_is(&raised, Known::StopAsyncIteration) {
                drop(vm.take_raised(raised));
                return Err(vm.stop_iteration(Value::None));
            }
            Err(raised)
        }
    }
}

fn step_throw(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let exception = thrown(vm, &args)?;
    let Some((generator, phase)) = parts(vm, &args[0]) else { return Ok(Value::None) };
    let Value::Gen(body) = &generator else { return Ok(Value::None) };
    if phase == Phase::Closed {
        return Err(vm.raise(Known::RuntimeError, "cannot reuse already awaited __anext__()/asend()"));
    }
    if phase == Phase::New {
        if body.data.get(&vm.gil).running_async {
            set_phase(vm, &args[0], Phase::Closed);
            return Err(vm.raise(Known::RuntimeError, "anext(): asynchronous generator is already running"));
        }
        set_phase(vm, &args[0], Phase::Iterating);
        set_running(vm, &generator, true);
    }
    let result = vm.gen_throw(body, exception);
    deliver(vm, &args[0], &generator, result)
}

fn step_close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some((generator, phase)) = parts(vm, &args[0]) else { return Ok(Value::None) };
    if phase != Phase::Closed {
        end(vm, &args[0], &generator);
    }
    Ok(Value::None)
}
