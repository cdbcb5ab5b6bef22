//! The methods of the built-in types and the built-in functions, registered when an interpreter
//! is made.

mod bool;
pub(crate) mod bytes;
mod compare;
pub(crate) mod dict;
pub(crate) mod exceptions;
pub(crate) mod functions;
pub(crate) mod generator;
pub(crate) mod list;
pub(crate) mod iterators;
mod range;
pub(crate) mod receiver;
pub(crate) mod sequence;
pub(crate) mod set;
mod slice;
pub(crate) mod traceback;
pub(crate) mod float;
pub(crate) mod format;
pub(crate) mod int;
pub(crate) mod memoryview;
pub(crate) mod number;
pub(crate) mod str;
pub(crate) mod tuple;

use crate::object::{Arity, NativeDef, NativeFn, Vm};

/// A row of a table of native functions.
pub(crate) const fn native(name: &'static str, arity: Arity, call: NativeFn, doc: &'static str) -> NativeDef {
    NativeDef { name, arity, call, doc }
}

/// Gives the known classes their methods.
pub fn install_all(vm: &mut Vm) {
    exceptions::install(vm);
    generator::install(vm);
    list::install(vm);
    tuple::install(vm);
    dict::install(vm);
    set::install(vm);
    range::install(vm);
    slice::install(vm);
    iterators::install(vm);
    functions::install(vm);
    int::install(vm);
    bool::install(vm);
    float::install(vm);
    str::install(vm);
    bytes::install(vm);
}
