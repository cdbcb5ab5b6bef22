//! The methods of the built-in types and the built-in functions, registered when an interpreter
//! is made.

mod cell;
mod code;
mod function;
mod generic_alias;
mod frame;
mod getset;
pub(crate) mod mappingproxy;
mod method;
mod module;
mod namespace;
mod object;
mod property;
mod singletons;
mod super_;
mod type_;
mod union;
mod wrapper;
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
    object::install(vm);
    type_::install(vm);
    singletons::install(vm);
    function::install(vm);
    method::install(vm);
    getset::install(vm);
    property::install(vm);
    wrapper::install(vm);
    super_::install(vm);
    cell::install(vm);
    module::install(vm);
    mappingproxy::install(vm);
    generic_alias::install(vm);
    union::install(vm);
    code::install(vm);
    frame::install(vm);
    namespace::install(vm);
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
    memoryview::install(vm);
}
