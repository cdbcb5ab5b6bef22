//! `isinstance` and `issubclass`.

use crate::object::{Class, Known, Name, Ptr, Raised, Value, Vm};

const INSTANCE_ARG: &str = "isinstance() arg 2 must be a type, a tuple of types, or a union";
const SUBCLASS_ARG: &str = "issubclass() arg 2 must be a class, a tuple of classes, or a union";

impl Vm {
    /// `isinstance(value, class_or_tuple)`, `__instancecheck__` included.
    ///
    /// # Errors
    ///
    /// TypeError if the second is no class, tuple or union; what the hooks raise.
    pub fn is_instance(&mut self, value: &Value, class: &Value) -> Result<bool, Raised> {
        match class {
            Value::Class(class) => {
                let own = self.class_of(value);
                if own.is(&class.to_ptr()) {
                    return Ok(true);
                }
                if self.has_plain_checks(class) {
                    return self.real_instance(value, &class.to_ptr(), &own);
                }
                if let Some(answer) = self.abstract_answer(class, &own) {
                    return Ok(answer);
                }
                let class = class.to_ptr();
                let answer = self.ask_instance(value, &class.to_value())?;
                self.keep_abstract_answer(&class, &own, answer);
                return Ok(answer);
            }
            Value::Tuple(classes) => {
                return self.nested(" in __instancecheck__", |vm| {
                    for class in classes.iter() {
                        if vm.is_instance(value, class)? {
                            return Ok(true);
                        }
                    }
                    Ok(false)
                });
            }
            _ => {}
        }
        self.ask_instance(value, class)
    }

    /// What `__instancecheck__` of the class answers, if it has one.
    fn ask_instance(&mut self, value: &Value, class: &Value) -> Result<bool, Raised> {
        if let Some(answer) = self.call_special(class, Name::__instancecheck__, std::slice::from_ref(value))? {
            return self.truth(&answer);
        }
        self.abstract_is_instance(value, class)
    }

    /// Whether checks against a class are those of `type` itself.
    fn has_plain_checks(&self, class: &Class) -> bool {
        match class.meta.get(&self.gil) {
            None => true,
            Some(meta) => {
                meta.known == Some(Known::Type)
                    || !self.defined_below_roots(meta, Name::__instancecheck__)
                        && !self.defined_below_roots(meta, Name::__subclasscheck__)
            }
        }
    }

    fn real_instance(&mut self, value: &Value, class: &Ptr<Class>, own: &Ptr<Class>) -> Result<bool, Raised> {
        if own.is_subclass(&self.gil, class) {
            return Ok(true);
        }
        // An object may claim another class than its own by `__class__`.
        if !matches!(value, Value::Object(_) | Value::Foreign(_)) {
            return Ok(false);
        }
        match &self.get_opt(value, Name::__class__)? {
            Some(Value::Class(claimed)) if !claimed.is(own) => Ok(claimed.is_subclass(&self.gil, class)),
            _ => Ok(false),
        }
    }

    /// `type.__instancecheck__`.
    pub(crate) fn abstract_is_instance(&mut self, value: &Value, class: &Value) -> Result<bool, Raised> {
        if let Value::Class(class) = class {
            let own = self.class_of(value);
            return self.real_instance(value, &class.to_ptr(), &own);
        }
        if self.class_bases(class)?.is_none() {
            return Err(self.type_error(INSTANCE_ARG));
        }
        match self.get_opt(value, Name::__class__)? {
            Some(own) => self.abstract_derives(&own, class),
            None => Ok(false),
        }
    }

    /// `issubclass(class, class_or_tuple)`, `__subclasscheck__` included.
    ///
    /// # Errors
    ///
    /// TypeError if one is no class; what the hooks raise.
    pub fn is_subclass(&mut self, class: &Value, of: &Value) -> Result<bool, Raised> {
        match of {
            Value::Class(base) if self.has_plain_checks(base) => {
                if let Value::Class(class) = class {
                    return Ok(class.is_subclass(&self.gil, base));
                }
                return self.abstract_is_subclass(class, of);
            }
            Value::Class(base) if let Value::Class(class) = class => {
                if let Some(answer) = self.abstract_answer(base, class) {
                    return Ok(answer);
                }
                let (base, class) = (base.to_ptr(), class.to_ptr());
                let answer = self.ask_subclass(&class.to_value(), &base.to_value())?;
                self.keep_abstract_answer(&base, &class, answer);
                return Ok(answer);
            }
            Value::Tuple(classes) => {
                return self.nested(" in __subclasscheck__", |vm| {
                    for base in classes.iter() {
                        if vm.is_subclass(class, base)? {
                            return Ok(true);
                        }
                    }
                    Ok(false)
                });
            }
            _ => {}
        }
        self.ask_subclass(class, of)
    }

    /// What `__subclasscheck__` of the class answers, if it has one.
    fn ask_subclass(&mut self, class: &Value, of: &Value) -> Result<bool, Raised> {
        if let Some(answer) = self.call_special(of, Name::__subclasscheck__, std::slice::from_ref(class))? {
            return self.truth(&answer);
        }
        self.abstract_is_subclass(class, of)
    }

    /// `type.__subclasscheck__`.
    pub(crate) fn abstract_is_subclass(&mut self, class: &Value, of: &Value) -> Result<bool, Raised> {
        if let (Value::Class(class), Value::Class(of)) = (class, of) {
            return Ok(class.is_subclass(&self.gil, of));
        }
        if self.class_bases(class)?.is_none() {
            return Err(self.type_error("issubclass() arg 1 must be a class"));
        }
        if self.class_bases(of)?.is_none() {
            return Err(self.type_error(SUBCLASS_ARG));
        }
        self.abstract_derives(class, of)
    }

    /// `__bases__` of something that is like a class.
    fn class_bases(&mut self, class: &Value) -> Result<Option<Vec<Value>>, Raised> {
        Ok(match &self.get_opt(class, Name::__bases__)? {
            Some(Value::Tuple(bases)) => Some(bases.as_slice().to_vec()),
            _ => None,
        })
    }

    fn abstract_derives(&mut self, class: &Value, of: &Value) -> Result<bool, Raised> {
        self.enter_native()?;
        if class.is(of) {
            return Ok(true);
        }
        for base in self.class_bases(class)?.unwrap_or_default() {
            if self.abstract_derives(&base, of)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
