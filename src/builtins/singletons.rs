//! The types of `None`, `NotImplemented` and `...`.

use crate::builtins::native;
use crate::object::{Args, Arity, Known, NativeDef, NativeKind, Raised, Value, Vm};

const REPR: &[NativeDef] = &[native("__repr__", Arity::Exact(1), repr, "Return repr(self).")];
const BOOL: &[NativeDef] = &[native("__bool__", Arity::Exact(1), truth, "True if self else False")];
const REDUCE: &[NativeDef] = &[native("__reduce__", Arity::Exact(1), reduce, "")];
const NEW: &[NativeDef] = &[native("__new__", Arity::Any, new, "Make an instance of the class.")];

/// Gives the three types their methods.
pub(super) fn install(vm: &mut Vm) {
    for known in [Known::NoneType, Known::NotImplementedType, Known::EllipsisType] {
        let class = vm.known(known);
        vm.add_methods(&class, NativeKind::SlotWrapper, REPR);
        vm.add_methods(&class, NativeKind::Static, NEW);
        if known != Known::EllipsisType {
            vm.add_methods(&class, NativeKind::SlotWrapper, BOOL);
        }
        if known != Known::NoneType {
            vm.add_methods(&class, NativeKind::Method, REDUCE);
        }
    }
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.repr(&args[0]).map(Value::from)
}

fn truth(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.truth(&args[0]).map(Value::from)
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.repr(&args[0]).map(Value::from)
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    if args.len() > 1 {
        let name = class.name(&vm.gil).to_owned();
        return Err(vm.type_error(format!("{name} takes no arguments")));
    }
    Ok(match class.known {
        Some(Known::NotImplementedType) => Value::NotImplemented,
        Some(Known::EllipsisType) => Value::Ellipsis,
        _ => Value::None,
    })
}
