//! Parts of the machine that are being written.

use crate::object::{Class, Known, Ptr, Raised, Str, Value, Vm, Args};

#[allow(unused_variables, missing_docs)]
impl Vm {
    pub(crate) fn generator_frame(&mut self, generator: &Value) -> Result<Value, Raised> { todo!() }
    pub(crate) fn warn(&mut self, category: Known, message: &str, stack_level: i64) -> Result<(), Raised> { todo!() }
    pub(crate) fn warn_syntax(&mut self, warning: &mini_grammar::SyntaxWarning, filename: &str) -> Result<(), Raised> { todo!() }
    pub(crate) fn syntax_error(&mut self, error: &mini_grammar::SyntaxError, filename: &str, source: &str) -> Raised { todo!() }
    pub(crate) fn decode_source(&mut self, bytes: &[u8], filename: &str) -> Result<String, Raised> { todo!() }
    pub(crate) fn type_call(&mut self, class: &Ptr<Class>, args: Args<'_>) -> Result<Value, Raised> { todo!() }
    pub(crate) fn super_lookup(&mut self, class: &Value, object: &Value, name: &Ptr<Str>) -> Result<(Value, bool), Raised> { todo!() }
    pub(crate) fn is_descriptor(&mut self, value: &Value) -> bool { todo!() }
    pub(crate) fn is_data_descriptor(&mut self, value: &Value) -> bool { todo!() }
}
