//! Data descriptors of built-in classes and of `__slots__`.

use crate::builtins::native;
use crate::object::{Access, Args, Arity, GetSet, GetSetDef, Known, NativeDef, NativeKind, Ptr, Raised, Value, Vm};

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__get__", Arity::Range(2, 3), get, "What the attribute is for an instance, or for its class."),
    native("__set__", Arity::Exact(3), set, "Assign the attribute of an instance."),
    native("__delete__", Arity::Exact(2), delete, "Remove the attribute of an instance."),
];

const GETSETS: &[GetSetDef] = &[
    GetSetDef { name: "__name__", get: |vm, d| Ok(of(vm, d)?.name.to_value()), set: None, doc: "" },
    GetSetDef { name: "__qualname__", get: qualname, set: None, doc: "" },
    GetSetDef { name: "__objclass__", get: |vm, d| Ok(of(vm, d)?.owner.to_value()), set: None, doc: "" },
    GetSetDef { name: "__doc__", get: doc, set: None, doc: "" },
];

/// Gives the descriptors their methods.
pub(super) fn install(vm: &mut Vm) {
    for known in [Known::GetSetDescriptor, Known::MemberDescriptor] {
        let class = vm.known(known);
        vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
        vm.add_getsets(&class, GETSETS);
    }
}

fn of(vm: &mut Vm, value: &Value) -> Result<Ptr<GetSet>, Raised> {
    match value {
        Value::GetSet(descriptor) => Ok(descriptor.to_ptr()),
        _ => Err(super::receiver::wrong_receiver(vm, value, Known::GetSetDescriptor)),
    }
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let descriptor = of(vm, &args[0])?;
    let kind = if matches!(descriptor.access, Access::Functions(_)) { "attribute" } else { "member" };
    let owner = descriptor.owner.name(&vm.gil);
    Ok(Value::str(&format!("<{kind} '{}' of '{owner}' objects>", descriptor.name.as_str())))
}

fn get(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if args[1].is_none() && args.get(2).is_some_and(|owner| !owner.is_none()) {
        return Ok(args[0].clone());
    }
    let descriptor = of(vm, &args[0])?;
    vm.getset_get(&descriptor, &args[1])
}

fn set(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let descriptor = of(vm, &args[0])?;
    vm.getset_set(&descriptor, &args[1], Some(args[2].clone())).map(|()| Value::None)
}

fn delete(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let descriptor = of(vm, &args[0])?;
    vm.getset_set(&descriptor, &args[1], None).map(|()| Value::None)
}

fn qualname(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let descriptor = of(vm, object)?;
    let owner = descriptor.owner.data.get(&vm.gil).qualname.as_str();
    Ok(Value::str(&format!("{owner}.{}", descriptor.name.as_str())))
}

fn doc(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    Ok(match of(vm, object)?.access {
        Access::Functions(def) if !def.doc.is_empty() => Value::str(def.doc),
        _ => Value::None,
    })
}
