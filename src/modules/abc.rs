//! `_abc`: what abstract base classes tell pattern matching.

use super::NativeModule;
use crate::builtins::native;
use crate::object::{Args, Arity, ClassFlags, Dict, NativeDef, Ptr, Raised, Value, Vm};

pub const MODULE: NativeModule = NativeModule { name: "_abc", init };

const FUNCTIONS: &[NativeDef] = &[
    native("forget_answers", Arity::Exact(0), forget_answers, "Have abstract classes asked anew."),
    native("keep_answers", Arity::Exact(1), keep_answers, "Keep the answers of a metaclass's classes."),
    native(
        "mark_collection",
        Arity::Exact(2),
        mark_collection,
        "Let a class match as a sequence (flag 1 << 5) or as a mapping (1 << 6).",
    ),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.module_functions(dict, "_abc", FUNCTIONS);
    Ok(())
}

fn forget_answers(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    vm.interp.bump_epoch();
    Ok(Value::None)
}

fn keep_answers(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.keep_abstract_answers(&args[0]);
    Ok(Value::None)
}

fn mark_collection(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let bits = vm.expect_i64(&args[1])?;
    let flag = match bits & (1 << 5 | 1 << 6) {
        0x20 => ClassFlags::SEQUENCE,
        0x40 => ClassFlags::MAPPING,
        _ => return Ok(Value::None),
    };
    if let Value::Class(class) = &args[0] {
        vm.mark_collection(class, flag);
    }
    Ok(Value::None)
}
