//! `_functools`: the native parts of `functools`.

mod cache;
mod key;
mod partial;

use super::NativeModule;
use crate::builtins::native;
use crate::object::{Args, Arity, Dict, Known, NativeDef, Ptr, Raised, Value, Vm};

pub const MODULE: NativeModule = NativeModule { name: "_functools", init };

const FUNCTIONS: &[NativeDef] = &[
    native(
        "reduce",
        Arity::Range(2, 3),
        reduce,
        "Apply a function of two arguments cumulatively to the items of an iterable, from left to right.",
    ),
    native(
        "cmp_to_key",
        Arity::Named(&key::CMP_TO_KEY),
        key::cmp_to_key,
        "A key function for sorting that compares by a function of two values.",
    ),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.module_functions(dict, "_functools", FUNCTIONS);
    key::define(vm, dict);
    partial::define(vm, dict);
    cache::define(vm, dict);
    Ok(())
}

/// `reduce(function, iterable[, initial], /)`.
fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iter = match vm.iter(&args[1]) {
        Ok(iter) => iter,
        Err(raised) if vm.raised_is(&raised, Known::TypeError) => {
            drop(vm.take_raised(raised));
            return Err(vm.type_error("reduce() arg 2 must support iteration"));
        }
        Err(raised) => return Err(raised),
    };
    let mut total = match args.get(2) {
        Some(initial) => initial.clone(),
        None => match vm.next(&iter)? {
            Some(first) => first,
            None => return Err(vm.type_error("reduce() of empty iterable with no initial value")),
        },
    };
    while let Some(item) = vm.next(&iter)? {
        total = vm.call(&args[0], &[total, item])?;
    }
    Ok(total)
}
