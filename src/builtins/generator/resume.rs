//! `send`, `throw`, `close`, and iteration.

use crate::builtins::native;
use crate::object::{Args, Arity, Foreign, ForeignData, Known, NativeDef, NativeKind, Ptr, Raised, Value, Vm};
use crate::vm::Sent;

pub(super) fn install(vm: &mut Vm) {
    for known in [Known::Generator, Known::Coroutine] {
        let class = vm.known(known);
        vm.add_methods(&class, NativeKind::Method, METHODS);
        vm.add_methods(&class, NativeKind::SlotWrapper, COMMON_SLOTS);
    }
    let generator = vm.known(Known::Generator);
    vm.add_methods(&generator, NativeKind::SlotWrapper, ITERATOR_SLOTS);
    let coroutine = vm.known(Known::Coroutine);
    vm.add_methods(&coroutine, NativeKind::SlotWrapper, COROUTINE_SLOTS);
    let wrapper = vm.known(Known::CoroutineWrapper);
    vm.add_methods(&wrapper, NativeKind::Method, METHODS);
    vm.add_methods(&wrapper, NativeKind::SlotWrapper, ITERATOR_SLOTS);
}

const METHODS: &[NativeDef] = &[
    native(
        "send",
        Arity::Exact(2),
        send,
        "send(value) -> send 'value' in, return the next yielded value or raise StopIteration.",
    ),
    native(
        "throw",
        Arity::Range(2, 4),
        throw,
        "throw(value) -> raise the exception in, return the next yielded value.",
    ),
    native("close", Arity::Exact(1), close, "End the generator at its yield, by GeneratorExit."),
];

const COMMON_SLOTS: &[NativeDef] =
    &[native("__del__", Arity::Exact(1), delete, ""), native("__repr__", Arity::Exact(1), repr, "")];
const ITERATOR_SLOTS: &[NativeDef] =
    &[native("__iter__", Arity::Exact(1), itself, ""), native("__next__", Arity::Exact(1), next, "")];
const COROUTINE_SLOTS: &[NativeDef] = &[native("__await__", Arity::Exact(1), await_, "")];

/// What a coroutine's `__await__` gives: an iterator over it.
pub(super) struct CoroutineWrapper {
    coroutine: Value,
}

impl ForeignData for CoroutineWrapper {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.coroutine);
    }

    fn clear(&mut self) -> Vec<Value> {
        vec![self.coroutine.take()]
    }
}

/// The generator or coroutine behind a receiver.
fn target(vm: &Vm, value: &Value) -> Value {
    match value {
        Value::Foreign(foreign) => match foreign.get::<CoroutineWrapper>(&vm.gil) {
            Some(wrapper) => wrapper.coroutine.clone(),
            None => Value::Undef,
        },
        other => other.clone(),
    }
}

/// What a resume came to, as a method returns it: a value, or StopIteration.
pub(super) fn deliver(vm: &mut Vm, sent: Sent) -> Result<Value, Raised> {
    match sent {
        Sent::Yielded(value) => Ok(value),
        Sent::Returned(value) => Err(vm.stop_iteration(value)),
    }
}

fn send(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Gen(generator) = &target(vm, &args[0]) else { return Ok(Value::None) };
    let sent = vm.gen_send(generator, args[1].clone())?;
    deliver(vm, sent)
}

fn next(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Gen(generator) = &target(vm, &args[0]) else { return Ok(Value::None) };
    let sent = vm.gen_send(generator, Value::None)?;
    deliver(vm, sent)
}

fn itself(_: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args[0].clone())
}

/// The exception that the arguments of `throw` mean: an instance, or the old form class, value, traceback.
pub(crate) fn thrown(vm: &mut Vm, args: &Args<'_>) -> Result<Value, Raised> {
    warn_of_parts(vm, args, "throw")?;
    exception_of(vm, args)
}

/// DeprecationWarning if an exception is given in parts to the method `name`.
///
/// # Errors
///
/// The warning, if the filters make it an error.
pub(super) fn warn_of_parts(vm: &mut Vm, args: &Args<'_>, name: &str) -> Result<(), Raised> {
    if args.len() > 2 {
        let text =
            format!("the (type, exc, tb) signature of {name}() is deprecated, use the single-arg signature instead.");
        vm.warn(Known::DeprecationWarning, &text, 1)?;
    }
    Ok(())
}

fn instance_of(vm: &mut Vm, class: &Value, values: &[Value]) -> Result<Value, Raised> {
    let made = vm.call(class, values)?;
    if let Value::Exc(_) = vm.unwrap(&made) {
        return Ok(made);
    }
    let (class, found) = (vm.repr(class)?, vm.class_name(&made));
    let class = class.as_str();
    Err(vm.type_error(format!("calling {class} should have returned an instance of BaseException, not {found}")))
}

/// As `thrown`, without the warning.
///
/// # Errors
///
/// TypeError if the arguments make no exception.
pub(super) fn exception_of(vm: &mut Vm, args: &Args<'_>) -> Result<Value, Raised> {
    let value = args.get(2).filter(|value| !value.is_none());
    let made = match (&args[1], value) {
        (Value::Class(class), Some(value @ Value::Exc(_))) if vm.class_of(value).is_subclass(&vm.gil, class) => {
            Ok(Some(value.clone()))
        }
        (class @ Value::Class(class_ptr), value) if class_ptr.is_known_subclass(&vm.gil, Known::BaseException) => {
            let values = match value {
                Some(Value::Tuple(items)) => items.as_slice().to_vec(),
                Some(other) => vec![other.clone()],
                None => Vec::new(),
            };
            instance_of(vm, class, &values).map(Some)
        }
        (Value::Exc(_), Some(_)) => return Err(vm.type_error("instance exception may not have a separate value")),
        (other, _) => vm.instantiate_exception(other),
    };
    let exception = match made {
        Ok(Some(exception)) => exception,
        Ok(None) => {
            let class = vm.class_name(&args[1]);
            return Err(vm.type_error(format!(
                "exceptions must be classes or instances deriving from BaseException, not {class}"
            )));
        }
        // What goes wrong when the exception is made is thrown in its place.
        Err(raised) => vm.take_raised(raised),
    };
    match (args.get(3), &exception) {
        (Some(Value::Traceback(traceback)), Value::Exc(exception)) => {
            let old = exception.data.get_mut(&mut vm.gil).traceback.replace(traceback.to_ptr());
            drop(old);
        }
        (Some(other), _) if !other.is_none() => {
            return Err(vm.type_error("throw() third argument must be a traceback object"));
        }
        _ => {}
    }
    Ok(exception)
}

fn throw(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let exception = thrown(vm, &args)?;
    let Value::Gen(generator) = &target(vm, &args[0]) else { return Ok(Value::None) };
    let sent = vm.gen_throw(generator, exception)?;
    deliver(vm, sent)
}

fn close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Gen(generator) = &target(vm, &args[0]) else { return Ok(Value::None) };
    vm.gen_close_value(generator)
}

fn delete(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    close(vm, args).map(|_| Value::None)
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Gen(generator) = &args[0] else { return Ok(Value::None) };
    let class = vm.class_name(&args[0]);
    let qualname = generator.names(&vm.gil).qualname;
    let qualname = vm.str(&qualname)?;
    Ok(Value::from(format!("<{class} object {} at {:#x}>", qualname.as_str(), args[0].identity())))
}

fn await_(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.known(Known::CoroutineWrapper);
    let wrapper: Ptr<Foreign> = Foreign::new(class, CoroutineWrapper { coroutine: args[0].clone() });
    Ok(wrapper.into_value())
}
