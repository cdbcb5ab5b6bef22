//! Looking attributes up on classes, through the method cache.

use crate::object::{Class, Known, Name, Ptr, Raised, Str, Value, Vm};

impl Vm {
    /// The attribute as the class and its MRO have it (not bound), through the method cache. The name is interned.
    pub fn lookup(&mut self, class: &Ptr<Class>, name: &Ptr<Str>) -> Option<Value> {
        todo!()
    }

    /// As `lookup`, for a name the machine knows.
    pub fn lookup_name(&mut self, class: &Ptr<Class>, name: Name) -> Option<Value> {
        todo!()
    }

    /// The special method `name` of a value's class, with what must be passed as its first argument: a plain function is
    /// not bound (the receiver comes back with it), other descriptors are.
    pub fn special(&mut self, value: &Value, name: Name) -> Result<Option<(Value, Option<Value>)>, Raised> {
        todo!()
    }

    /// Calls the special method `name` of a value; None if its class has none.
    pub fn call_special(&mut self, value: &Value, name: Name, args: &[Value]) -> Result<Option<Value>, Raised> {
        todo!()
    }

    /// Whether `value` is an instance of a built-in class or of a subclass of it, by its real class.
    pub fn is_known(&self, value: &Value, known: Known) -> bool {
        todo!()
    }
}
