//! Instances of subclasses of built-in types.

use crate::object::{Class, Object, Ptr, Value, Vm};

impl Vm {
    /// The instance of `class` whose built-in part is `value`: the value itself for the built-in
    /// class, an object that carries it for a subclass.
    pub fn wrap_builtin(&mut self, class: &Ptr<Class>, value: Value) -> Value {
        if class.known.is_some() {
            return value;
        }
        let shape = class.data.get(&self.gil).root_shape;
        let reserved = self.interp.shapes.get(&self.gil).reserved(shape);
        let mut slots = Vec::with_capacity(reserved);
        slots.push(value);
        slots.resize_with(reserved.max(1), Value::default);
        Object::new(class.clone(), shape, slots).into_value()
    }
}
