//! Instances of subclasses of built-in types.

use crate::object::{Class, Ptr, Value, Vm};

impl Vm {
    /// The instance of `class` whose built-in part is `value`: the value itself for the built-in
    /// class, an object that carries it for a subclass.
    pub fn wrap_builtin(&mut self, class: &Ptr<Class>, value: Value) -> Value {
        if class.known.is_some() {
            return value;
        }
        let object = self.new_instance(class);
        if let Some(part) = object.slots_mut(&mut self.gil).first_mut() {
            *part = value;
        }
        object.into_value()
    }
}
