//! Parts of the machine that are being written.

use crate::object::{Args, Class, Ptr, Raised, Str, Value, Vm};

#[allow(unused_variables, missing_docs)]
impl Vm {
    pub(crate) fn generator_frame(&mut self, generator: &Value) -> Result<Value, Raised> { todo!() }
}
