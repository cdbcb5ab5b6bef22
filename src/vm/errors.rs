//! Exceptions that native code raises often.

use crate::object::{Class, Known, Ptr, Raised, Value, Vm};

impl Vm {
    /// Raises KeyError for a key.
    #[cold]
    pub fn key_error(&mut self, key: &Value) -> Raised {
        let exception = self.new_exception(Known::KeyError, vec![key.clone()]);
        self.raise_value(exception)
    }

    /// Raises MemoryError, which has no message.
    #[cold]
    pub fn memory_error(&mut self) -> Raised {
        self.interp.refill_reserve();
        let exception = self.new_exception(Known::MemoryError, Vec::new());
        self.raise_value(exception)
    }

    /// The class that a `__new__` is called with.
    ///
    /// # Errors
    ///
    /// TypeError if the value is no class.
    pub fn expect_class(&mut self, value: &Value) -> Result<Ptr<Class>, Raised> {
        match value {
            Value::Class(class) => Ok(class.to_ptr()),
            _ => {
                let found = self.class_name(value);
                Err(self.type_error(format!("__new__(X): X is not a type object ({found})")))
            }
        }
    }
}
