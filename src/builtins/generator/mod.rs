//! Generators, coroutines, asynchronous generators: their methods.

mod anext;
pub(crate) mod async_gen;
mod attributes;
mod resume;

pub(crate) use resume::thrown;

use crate::object::Vm;

/// Gives the classes their methods.
pub(super) fn install(vm: &mut Vm) {
    resume::install(vm);
    attributes::install(vm);
    async_gen::install(vm);
    anext::install(vm);
}
