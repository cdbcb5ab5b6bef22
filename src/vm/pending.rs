//! Parts of the machine that are being written.

use crate::object::{Args, Class, Ptr, Raised, Str, Value, Vm};

#[allow(unused_variables, missing_docs)]
impl Vm {
    pub(crate) fn generator_frame(&mut self, generator: &Value) -> Result<Value, Raised> { todo!() }
    pub(crate) fn type_call(&mut self, class: &Ptr<Class>, args: Args<'_>) -> Result<Value, Raised> { todo!() }
    pub(crate) fn super_lookup(&mut self, class: &Value, object: &Value, name: &Ptr<Str>) -> Result<(Value, bool), Raised> { todo!() }
    pub(crate) fn is_descriptor(&mut self, value: &Value) -> bool { todo!() }
    pub(crate) fn is_data_descriptor(&mut self, value: &Value) -> bool { todo!() }
}
