//! `bool`.

use crate::builtins::{native, number};
use crate::bytecode::BinOp;
use crate::object::{Args, Arity, Known, NativeDef, NativeKind, Raised, Value, Vm};

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__invert__", Arity::Exact(1), invert, "~self"),
    native("__and__", Arity::Exact(2), and, "Return self&value."),
    native("__rand__", Arity::Exact(2), and, "Return value&self."),
    native("__or__", Arity::Exact(2), or, "Return self|value."),
    native("__ror__", Arity::Exact(2), or, "Return value|self."),
    native("__xor__", Arity::Exact(2), xor, "Return self^value."),
    native("__rxor__", Arity::Exact(2), xor, "Return value^self."),
];

const STATIC: &[NativeDef] = &[native("__new__", Arity::Any, new, "Make an instance of the class.")];

/// Gives `bool` its methods.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::Bool);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::Static, STATIC);
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if args.keyword_count() > 0 {
        return Err(vm.type_error("bool() takes no keyword arguments"));
    }
    match args.positional() {
        [_] => Ok(Value::bool(false)),
        [_, value] => vm.truth(value).map(Value::bool),
        more => {
            let given = more.len() - 1;
            Err(vm.type_error(format!("bool expected at most 1 argument, got {given}")))
        }
    }
}

fn repr(_vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(match &args[0] {
        Value::Bool(truth) if truth.get() => "True".into(),
        _ => "False".into(),
    })
}

fn invert(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.invert(&args[0])
}

fn and(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    number::binary(vm, BinOp::BitAnd, args, number::Operands::Ints, false)
}

fn or(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    number::binary(vm, BinOp::BitOr, args, number::Operands::Ints, false)
}

fn xor(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    number::binary(vm, BinOp::BitXor, args, number::Operands::Ints, false)
}
