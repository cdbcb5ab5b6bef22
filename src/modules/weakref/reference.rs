//! `weakref.ref`.

use super::{check_target, shared};
use crate::builtins::native;
use crate::builtins::sequence::CLASS_GETITEM;
use crate::bytecode::CmpOp;
use crate::object::weak::{self, WeakRef};
use crate::object::{Args, Arity, GetSetDef, Known, NativeDef, NativeKind, Raised, Value, Vm};

const NEW: &[NativeDef] = &[native("__new__", Arity::Any, new, "Make an instance of the class.")];

const SLOTS: &[NativeDef] = &[
    native("__init__", Arity::Any, init, "Set up a new instance."),
    native("__call__", Arity::Exact(1), call, "Call self as a function."),
    native("__hash__", Arity::Exact(1), hash, "Return hash(self)."),
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__eq__", Arity::Exact(2), eq, "Return self==value."),
    native("__ne__", Arity::Exact(2), ne, "Return self!=value."),
];

const MEMBERS: &[GetSetDef] = &[GetSetDef { name: "__callback__", get: callback, set: None, doc: "" }];

#[derive(Default)]
struct Installed(bool);

/// Gives the class its methods, once an interpreter.
pub(super) fn install(vm: &mut Vm) {
    if std::mem::replace(&mut vm.interp.extension::<Installed>(&mut vm.gil).0, true) {
        return;
    }
    let class = vm.known(Known::WeakRef);
    vm.add_methods(&class, NativeKind::Static, NEW);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::ClassMethod, CLASS_GETITEM);
    vm.add_getsets(&class, MEMBERS);
}

/// `ref(object[, callback])`. Subclasses may take more arguments.
fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    let given = args.positional().len() - 1;
    if !(1..=2).contains(&given) {
        let bound = if given == 0 { "least 1 argument" } else { "most 2 arguments" };
        return Err(vm.type_error(format!("__new__ expected at {bound}, got {given}")));
    }
    if class.known.is_some() && args.keyword_count() > 0 {
        return Err(vm.type_error("ref() takes no keyword arguments"));
    }
    let target = &args[1];
    check_target(vm, target)?;
    let callback = args.positional().get(2).cloned().unwrap_or(Value::None);
    if class.known == Some(Known::WeakRef) && callback.is_none() {
        if let Some(reference) = shared(vm, Known::WeakRef, target) {
            return Ok(reference);
        }
    }
    Ok(weak::new_reference(class, target, callback).into_value())
}

fn init(_vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::None)
}

fn call(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(weak::upgrade(&vm.gil, &args[0]).unwrap_or(Value::None))
}

fn hash(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Foreign(object) = &args[0] else { return Ok(Value::Int(0)) };
    if let Some(hash) = object.get::<WeakRef>(&vm.gil).and_then(|data| data.hash) {
        return Ok(Value::Int(hash));
    }
    let Some(target) = weak::upgrade(&vm.gil, &args[0]) else {
        return Err(vm.type_error("weak object has gone away"));
    };
    let hash = vm.hash(&target)?;
    if let Some(data) = object.get_mut::<WeakRef>(&mut vm.gil) {
        data.hash = Some(hash);
    }
    Ok(Value::Int(hash))
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let here = args[0].identity();
    let Some(target) = weak::upgrade(&vm.gil, &args[0]) else {
        return Ok(format!("<weakref at {here:#x}; dead>").into());
    };
    let (class, there) = (vm.class_name(&target), target.identity());
    let name = match vm.get_opt(&target, crate::object::Name::__name__)? {
        Some(Value::Str(ref name)) => format!(" ({})", name.as_str()),
        _ => String::new(),
    };
    Ok(format!("<weakref at {here:#x}; to '{class}' at {there:#x}{name}>").into())
}

/// Equal as the objects are; once one is gone, by identity.
fn compare(vm: &mut Vm, args: Args<'_>, op: CmpOp) -> Result<Value, Raised> {
    let is_reference = |vm: &Vm, value: &Value| match value {
        Value::Foreign(object) => object.class.is_known_subclass(&vm.gil, Known::WeakRef),
        _ => false,
    };
    if !is_reference(vm, &args[0]) || !is_reference(vm, &args[1]) {
        return Ok(Value::NotImplemented);
    }
    match (weak::upgrade(&vm.gil, &args[0]), weak::upgrade(&vm.gil, &args[1])) {
        (Some(a), Some(b)) => vm.compare(op, &a, &b),
        _ => Ok(Value::from(args[0].is(&args[1]) == (op == CmpOp::Eq))),
    }
}

fn eq(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    compare(vm, args, CmpOp::Eq)
}

fn ne(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    compare(vm, args, CmpOp::Ne)
}

fn callback(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    let Value::Foreign(object) = value else { return Ok(Value::None) };
    let callback = object.get::<WeakRef>(&vm.gil).map(|data| data.callback.clone());
    Ok(callback.and_then(Value::bound).unwrap_or(Value::None))
}
