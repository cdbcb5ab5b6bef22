//! Exception groups (PEP 654).

use crate::builtins::native;
use crate::object::{Args, Arity, Known, Name, NativeDef, NativeKind, Raised, Tuple, Value, Vm};

pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::BaseExceptionGroup);
    vm.add_methods(&class, NativeKind::Static, NEW);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::ClassMethod, CLASS_METHODS);
}

const NEW: &[NativeDef] = &[native("__new__", Arity::Any, new, "")];
const SLOTS: &[NativeDef] = &[native("__init__", Arity::Any, init, ""), native("__str__", Arity::Exact(1), str, "")];
const METHODS: &[NativeDef] = &[
    native("split", Arity::Exact(2), split, ""),
    native("subgroup", Arity::Exact(2), subgroup, ""),
    native("derive", Arity::Exact(2), derive, ""),
];
const CLASS_METHODS: &[NativeDef] =
    &[native("__class_getitem__", Arity::Exact(2), crate::builtins::sequence::class_getitem, "See PEP 585")];

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [Value::Class(class), message, exceptions] = args.positional() else {
        let given = args.positional().len().saturating_sub(1);
        return Err(vm.type_error(format!("BaseExceptionGroup.__new__() takes exactly 2 arguments ({given} given)")));
    };
    let mut class = class.to_ptr();
    if !matches!(vm.unwrap(message), Value::Str(_)) {
        let kind = vm.class_name(message);
        return Err(vm.type_error(format!("BaseExceptionGroup.__new__() argument 1 must be str, not {kind}")));
    }
    let sequence = vm.class_of(exceptions);
    if vm.lookup_name(&sequence, Name::__getitem__).is_none()
        || matches!(vm.unwrap(exceptions), Value::Set(_) | Value::Dict(_))
    {
        return Err(vm.type_error("second argument (exceptions) must be a sequence"));
    }
    let members = vm.collect(exceptions)?;
    if members.is_empty() {
        return Err(vm.value_error("second argument (exceptions) must be a non-empty sequence"));
    }
    if let Some(index) = members.iter().position(|member| !matches!(member, Value::Exc(_))) {
        return Err(vm.value_error(format!("Item {index} of second argument (exceptions) is not an exception")));
    }
    let base_only = members.iter().any(|member| !vm.is_known(member, Known::Exception));
    if class.known == Some(Known::BaseExceptionGroup) {
        if !base_only {
            class = vm.known(Known::ExceptionGroup);
        }
    } else if base_only && class.is_known_subclass(&vm.gil, Known::Exception) {
        if class.known == Some(Known::ExceptionGroup) {
            return Err(vm.type_error("Cannot nest BaseExceptions in an ExceptionGroup"));
        }
        let name = class.name(&vm.gil).to_owned();
        return Err(vm.type_error(format!("Cannot nest BaseExceptions in '{name}'")));
    }
    let exception = vm.exception_of(class, vec![message.clone(), exceptions.clone()]);
    if let Value::Exc(this) = &exception {
        this.data.get_mut(&mut vm.gil).fields[1] = Tuple::new(members).into_value();
    }
    Ok(exception)
}

fn init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Exc(this) = &args[0] else { return Ok(Value::None) };
    let old = std::mem::replace(&mut this.data.get_mut(&mut vm.gil).args, Tuple::from_slice(&args.positional()[1..]));
    drop(old);
    Ok(Value::None)
}

fn members(vm: &Vm, group: &Value) -> Vec<Value> {
    match group {
        Value::Exc(group) => match group.data.get(&vm.gil).fields.get(1) {
            Some(Value::Tuple(members)) => members.as_slice().to_vec(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn message(vm: &Vm, group: &Value) -> Value {
    match group {
        Value::Exc(group) => group.data.get(&vm.gil).fields.first().cloned().unwrap_or(Value::None),
        _ => Value::None,
    }
}

fn str(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let count = members(vm, &args[0]).len();
    let plural = if count == 1 { "" } else { "s" };
    let message = message(vm, &args[0]);
    let message = vm.str(&message)?;
    Ok(Value::from(format!("{} ({count} sub-exception{plural})", message.as_str())))
}

fn derive(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.known(Known::BaseExceptionGroup).into_value();
    let message = message(vm, &args[0]);
    vm.call(&class, &[message, args[1].clone()])
}

/// What members are chosen by: classes, or a predicate.
enum Condition {
    Classes(Value),
    Predicate(Value),
}

fn condition(vm: &mut Vm, value: &Value) -> Result<Condition, Raised> {
    let is_class = |vm: &Vm, value: &Value| matches!(value, Value::Class(class) if class.is_known_subclass(&vm.gil, Known::BaseException));
    match value {
        Value::Class(_) if is_class(vm, value) => Ok(Condition::Classes(value.clone())),
        Value::Tuple(classes) if classes.iter().all(|class| is_class(vm, class)) => {
            Ok(Condition::Classes(value.clone()))
        }
        Value::Class(_) | Value::Tuple(_) => Err(
            vm.type_error("expected an exception type, a tuple of exception types, or a callable (other than a class)")
        ),
        _ if crate::builtins::functions::objects::is_callable(vm, value) => Ok(Condition::Predicate(value.clone())),
        _ => Err(
            vm.type_error("expected an exception type, a tuple of exception types, or a callable (other than a class)")
        ),
    }
}

fn chosen(vm: &mut Vm, exception: &Value, condition: &Condition) -> Result<bool, Raised> {
    match condition {
        Condition::Classes(classes) => vm.is_instance(exception, classes),
        Condition::Predicate(predicate) => {
            let answer = vm.call(predicate, std::slice::from_ref(exception))?;
            vm.truth(&answer)
        }
    }
}

/// The part of a group that the condition chooses, and the rest.
fn split_by(vm: &mut Vm, group: &Value, condition: &Condition) -> Result<(Value, Value), Raised> {
    vm.enter_native()?;
    if chosen(vm, group, condition)? {
        return Ok((group.clone(), Value::None));
    }
    if !vm.is_known(group, Known::BaseExceptionGroup) {
        return Ok((Value::None, group.clone()));
    }
    let (mut matched, mut rest) = (Vec::new(), Vec::new());
    for member in members(vm, group) {
        let (yes, no) = split_by(vm, &member, condition)?;
        matched.extend(Some(yes).filter(|part| !part.is_none()));
        rest.extend(Some(no).filter(|part| !part.is_none()));
    }
    Ok((part_of(vm, group, matched)?, part_of(vm, group, rest)?))
}

/// A group of some members, with the original's traceback, cause, context and notes.
fn part_of(vm: &mut Vm, group: &Value, members: Vec<Value>) -> Result<Value, Raised> {
    if members.is_empty() {
        return Ok(Value::None);
    }
    let part = vm.call_method_str(group, "derive", &[Value::list(members)])?;
    if !vm.is_known(&part, Known::BaseExceptionGroup) {
        return Err(vm.type_error("derive must return an instance of BaseExceptionGroup"));
    }
    if let (Value::Exc(new), Value::Exc(old)) = (&part, group) {
        let old = old.data.get(&vm.gil);
        let (cause, context, suppress, traceback) =
            (old.cause.clone(), old.context.clone(), old.suppress_context, old.traceback.clone());
        let data = new.data.get_mut(&mut vm.gil);
        data.cause = cause;
        data.context = context;
        data.suppress_context = suppress;
        data.traceback = traceback;
    }
    let name = vm.name(Name::__notes__);
    if let Some(notes) = vm.getattr_opt(group, &name)? {
        let class = vm.class_of(&notes);
        if vm.lookup_name(&class, Name::__getitem__).is_some() && !matches!(vm.unwrap(&notes), Value::Dict(_)) {
            let copy = vm.collect(&notes)?;
            vm.setattr(&part, &name, Value::list(copy))?;
        }
    }
    Ok(part)
}

fn split(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let condition = condition(vm, &args[1])?;
    let (matched, rest) = split_by(vm, &args[0], &condition)?;
    Ok(Value::tuple(vec![matched, rest]))
}

fn subgroup(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let condition = condition(vm, &args[1])?;
    Ok(split_by(vm, &args[0], &condition)?.0)
}
