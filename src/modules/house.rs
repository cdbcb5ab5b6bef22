//! `_house`: what the modules in the language itself need of the machine to look like those of C.

use super::NativeModule;
use crate::builtins::native;
use crate::object::{Args, Arity, ClassFlags, Dict, NativeDef, Ptr, Raised, Value, Vm};

pub const MODULE: NativeModule = NativeModule { name: "_house", init };

const FUNCTIONS: &[NativeDef] = &[
    native(
        "static_type",
        Arity::Exact(1),
        static_type,
        "Make a class immutable and have messages name it with its module; return it.",
    ),
    native("union", Arity::Exact(2), union, "The types.UnionType of two types, or NotImplemented."),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.module_functions(dict, "_house", FUNCTIONS);
    Ok(())
}

fn static_type(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    class.data.get_mut(&mut vm.gil).flags.set(ClassFlags::STATIC, true);
    Ok(args[0].clone())
}

fn union(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    crate::builtins::union::make(vm, &args[0], &args[1])
}
