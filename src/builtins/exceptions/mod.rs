//! The exception classes.

mod fields;
mod group;
mod methods;
pub(crate) mod os_error;

use crate::object::Vm;

/// Gives the exception classes their methods and fields.
pub(super) fn install(vm: &mut Vm) {
    fields::install(vm);
    methods::install(vm);
    os_error::install(vm);
    group::install(vm);
}
