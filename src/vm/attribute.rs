//! Attribute access.

use crate::object::{Name, Ptr, Raised, Str, Value, Vm};

impl Vm {
    /// `object.name`. The name is interned.
    /// 
    /// # Errors
    /// 
    /// AttributeError, or whatever a descriptor, `__getattribute__` or `__getattr__` raises.
    pub fn getattr(&mut self, object: &Value, name: &Ptr<Str>) -> Result<Value, Raised> {
        todo!()
    }

    /// As `getattr`, but None when there is no such attribute (an AttributeError is caught).
    pub fn getattr_opt(&mut self, object: &Value, name: &Ptr<Str>) -> Result<Option<Value>, Raised> {
        todo!()
    }

    /// `object.name` for a name the machine knows.
    pub fn get(&mut self, object: &Value, name: Name) -> Result<Value, Raised> {
        todo!()
    }

    /// As `get`, but None when there is no such attribute.
    pub fn get_opt(&mut self, object: &Value, name: Name) -> Result<Option<Value>, Raised> {
        todo!()
    }

    /// `object.name` by text, interning it.
    pub fn get_attr(&mut self, object: &Value, name: &str) -> Result<Value, Raised> {
        todo!()
    }

    /// `object.name = value`.
    pub fn setattr(&mut self, object: &Value, name: &Ptr<Str>, value: Value) -> Result<(), Raised> {
        todo!()
    }

    /// `del object.name`.
    pub fn delattr(&mut self, object: &Value, name: &Ptr<Str>) -> Result<(), Raised> {
        todo!()
    }

    /// `object.__getattribute__(name)` as `object` itself defines it: data descriptor, instance, other class attribute.
    /// `None` when there is none (the caller words the AttributeError or calls `__getattr__`).
    pub fn generic_getattr(&mut self, object: &Value, name: &Ptr<Str>) -> Result<Option<Value>, Raised> {
        todo!()
    }

    /// `object.__setattr__` (or, with `None`, `__delattr__`) as `object` itself defines it.
    pub fn generic_setattr(&mut self, object: &Value, name: &Ptr<Str>, value: Option<Value>) -> Result<(), Raised> {
        todo!()
    }

    /// The AttributeError for a missing attribute, its `name` and `obj` set.
    pub fn no_attribute(&mut self, object: &Value, name: &Ptr<Str>) -> Raised {
        todo!()
    }

    /// Binds what was found on a class to a receiver (`__get__`).
    pub fn bind(&mut self, found: Value, receiver: &Value) -> Result<Value, Raised> {
        todo!()
    }

    /// What LoadMethod needs: the callable, and the receiver if it must be passed as first argument.
    pub fn load_method(&mut self, object: &Value, name: &Ptr<Str>) -> Result<(Value, bool), Raised> {
        todo!()
    }

    /// The `__dict__` of an instance, exception, function, class, module ...; an instance goes over to dict attributes. None if it has none.
    pub fn instance_dict(&mut self, object: &Value) -> Option<Ptr<crate::object::Dict>> {
        todo!()
    }
}
