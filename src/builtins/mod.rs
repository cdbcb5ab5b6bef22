//! The methods of the built-in types and the built-in functions, registered when an interpreter
//! is made.

mod bool;
mod bounds;
pub(crate) mod bytes;
mod cell;
pub(crate) mod code;
pub(crate) mod compare;
pub(crate) mod dict;
mod docs;
pub(crate) mod exceptions;
pub(crate) mod float;
pub(crate) mod format;
mod frame;
mod frame_locals;
mod function;
pub(crate) mod functions;
pub(crate) mod generator;
mod generic_alias;
mod getset;
pub(crate) mod int;
pub(crate) mod iterators;
pub(crate) mod list;
pub(crate) mod mappingproxy;
pub(crate) mod memoryview;
mod method;
mod module;
mod namespace;
pub(crate) mod number;
mod object;
mod property;
mod range;
pub(crate) mod receiver;
pub(crate) mod sequence;
pub(crate) mod set;
mod singletons;
mod slice;
pub(crate) mod str;
mod super_;
pub(crate) mod traceback;
pub(crate) mod tuple;
mod type_;
pub(crate) mod union;
mod wrapper;

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
    frame_locals::install(vm);
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
