//! Making classes.

use crate::object::{Args, Class, Dict, GetSetDef, Known, NativeDef, NativeKind, Ptr, Raised, Value, Vm};

impl Vm {
    /// `type(name, bases, namespace, **kwargs)` with the metaclass `meta`: C3, `__slots__`, `__set_name__`, `__init_subclass__`, layout.
    pub fn new_class(&mut self, meta: &Ptr<Class>, name: &str, bases: Vec<Value>, namespace: &Ptr<Dict>, kwargs: Args<'_>) -> Result<Value, Raised> {
        todo!()
    }

    /// What the `class` statement calls: `__build_class__(func, name, *bases, metaclass=, **kwargs)`.
    pub fn build_class(&mut self, args: Args<'_>) -> Result<Value, Raised> {
        todo!()
    }

    /// Makes the class of a native module's type; `known` types exist already.
    pub fn native_class(&mut self, full_name: &str, base: Known, methods: &'static [NativeDef]) -> Ptr<Class> {
        todo!()
    }

    /// Adds methods of one kind to a class.
    pub fn add_methods(&mut self, class: &Ptr<Class>, kind: NativeKind, methods: &'static [NativeDef]) {
        todo!()
    }

    /// Adds data descriptors to a class.
    pub fn add_getsets(&mut self, class: &Ptr<Class>, defs: &'static [GetSetDef]) {
        todo!()
    }

    /// `isinstance(value, class_or_tuple)`, `__instancecheck__` included.
    pub fn is_instance(&mut self, value: &Value, class: &Value) -> Result<bool, Raised> {
        todo!()
    }

    /// `issubclass(class, class_or_tuple)`, `__subclasscheck__` included.
    pub fn is_subclass(&mut self, class: &Value, of: &Value) -> Result<bool, Raised> {
        todo!()
    }

    /// Makes the known classes without their methods (bootstrap).
    pub fn make_known_classes(&mut self) {
        todo!()
    }

    /// Recomputes flags that depend on what a class and its bases define, after a change, and bumps the epoch.
    pub fn class_changed(&mut self, class: &Ptr<Class>) {
        todo!()
    }
}
