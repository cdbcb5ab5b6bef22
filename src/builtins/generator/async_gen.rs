//! Asynchronous generators (PEP 525): `__anext__`, `asend`, `athrow`, `aclose` and what they return.
//!
//! The body yields two kinds of things: values for its consumer, which arrive wrapped, and what its
//! `await`s pass outwards. An awaitable made by `asend` steps the body: the second kind it yields on, the
//! first ends it as its result.

use super::resume::{exception_of, warn_of_parts};
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
    native("asend", Arity::Exact(2), asend, "Resume the generator with a value; an awaitable of what it yields next."),
    native("athrow", Arity::Range(2, 4), athrow, "athrow(value) -> raise exception in generator."),
    native("aclose", Arity::Exact(1), aclose, "End the generator at its yield; an awaitable of its end."),
];

const CLASS_METHODS: &[NativeDef] =
    &[native("__class_getitem__", Arity::Exact(2), crate::builtins::sequence::class_getitem, "See PEP 585")];

const STEP_SLOTS: &[NativeDef] = &[
    native("__await__", Arity::Exact(1), itself, ""),
    native("__iter__", Arity::Exact(1), itself, ""),
    native("__next__", Arity::Exact(1), step_next, ""),
    native("__del__", Arity::Exact(1), step_delete, ""),
];

const STEP_METHODS: &[NativeDef] = &[
    native("send", Arity::Exact(2), step_send, ""),
    native("throw", Arity::Range(2, 4), step_throw, ""),
    native("close", Arity::Exact(1), step_close, ""),
];

/// What an awaitable of an asynchronous generator does to it.
enum Action {
    Send(Value),
    /// The arguments of `athrow`, which are looked at when it is awaited.
    Throw(Vec<Value>),
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
        match &self.action {
            Action::Send(value) => visit(value),
            Action::Throw(values) => values.iter().for_each(visit),
            Action::Close => {}
        }
    }

    fn wants_finalizer(&self) -> bool {
        self.phase == Phase::New
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
    warn_of_parts(vm, &args, "athrow")?;
    make_step(vm, &args[0], Action::Throw(args.positional().to_vec()))
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

/// How messages name what a step does.
fn action_name(vm: &Vm, step: &Value) -> &'static str {
    match step_of(step).and_then(|step| step.get::<Step>(&vm.gil)).map(|step| &step.action) {
        Some(Action::Send(_)) => "anext",
        Some(Action::Throw(_)) => "athrow",
        Some(Action::Close) | None => "aclose",
    }
}

fn already_awaited(vm: &mut Vm, step: &Value) -> Raised {
    let what = if action_name(vm, step) == "anext" { "__anext__()/asend()" } else { "aclose()/athrow()" };
    vm.raise(Known::RuntimeError, format!("cannot reuse already awaited {what}"))
}

fn already_running(vm: &mut Vm, step: &Value) -> Raised {
    set_phase(vm, step, Phase::Closed);
    let what = action_name(vm, step);
    vm.raise(Known::RuntimeError, format!("{what}(): asynchronous generator is already running"))
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
        return Err(already_awaited(vm, step));
    }
    if phase == Phase::New {
        if body.data.get(&vm.gil).running_async {
            return Err(already_running(vm, step));
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
            Some(Action::Throw(values)) => {
                let values = values.clone();
                match exception_of(vm, &Args::new(&values)) {
                    Ok(exception) => Err(exception),
                    Err(raised) => {
                        end(vm, step, &generator);
                        return Err(raised);
                    }
                }
            }
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
    warn_of_parts(vm, &args, "throw")?;
    throw_into(vm, &args)
}

fn throw_into(vm: &mut Vm, args: &Args<'_>) -> Result<Value, Raised> {
    let step = &args[0];
    let Some((generator, phase)) = parts(vm, step) else { return Ok(Value::None) };
    let Value::Gen(body) = &generator else { return Ok(Value::None) };
    match phase {
        Phase::Closed => return Err(already_awaited(vm, step)),
        Phase::New if body.data.get(&vm.gil).running_async => return Err(already_running(vm, step)),
        Phase::New => {
            set_phase(vm, step, Phase::Iterating);
            set_running(vm, &generator, true);
        }
        Phase::Iterating => {}
    }
    let result = match exception_of(vm, args) {
        Ok(exception) => vm.gen_throw(body, exception),
        Err(raised) => return Err(raised),
    };
    deliver(vm, step, &generator, result)
}

fn step_close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some((_, phase)) = parts(vm, &args[0]) else { return Ok(Value::None) };
    if phase == Phase::Closed {
        return Ok(Value::None);
    }
    let exit = vm.known(Known::GeneratorExit).into_value();
    match throw_into(vm, &Args::new(&[args[0].clone(), exit])) {
        Ok(_) => Err(vm.raise(Known::RuntimeError, "coroutine ignored GeneratorExit")),
        Err(raised) => {
            let ended = [Known::StopIteration, Known::StopAsyncIteration, Known::GeneratorExit];
            if !ended.into_iter().any(|known| vm.raised_is(&raised, known)) {
                return Err(raised);
            }
            drop(vm.take_raised(raised));
            Ok(Value::None)
        }
    }
}

/// Warns of a step that nobody has awaited.
fn step_delete(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some((Value::Gen(generator), Phase::New)) = &parts(vm, &args[0]) else { return Ok(Value::None) };
    let method = match action_name(vm, &args[0]) {
        "anext" => "asend",
        other => other,
    };
    let qualname = generator.names(&vm.gil).qualname;
    let qualname = vm.str(&qualname)?;
    let message = format!("coroutine method '{method}' of '{}' was never awaited", qualname.as_str());
    vm.warn(Known::RuntimeWarning, &message, 1)?;
    Ok(Value::None)
}
