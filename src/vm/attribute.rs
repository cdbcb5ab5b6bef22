//! Attribute access.

use super::instance_attrs::Stored;
use super::lookup::takes_receiver;
use crate::object::{Class, ClassFlags, Known, Name, Ptr, Raised, Str, Value, Vm};

impl Vm {
    /// The flags of the class of a value.
    #[inline]
    fn flags_of(&self, value: &Value) -> ClassFlags {
        match value {
            Value::Object(object) => object.class.get(&self.gil).flags(&self.gil),
            _ => self.class_of(value).flags(&self.gil),
        }
    }

    /// The interpreter's copy of a name that may have been made by a script.
    #[inline]
    fn interned(&mut self, name: &Ptr<Str>) -> Ptr<Str> {
        if name.is_interned() { name.clone() } else { self.intern(name.as_str()) }
    }

    /// `object.name`. The name is interned.
    ///
    /// # Errors
    ///
    /// AttributeError, or whatever a descriptor, `__getattribute__` or `__getattr__` raises.
    pub fn getattr(&mut self, object: &Value, name: &Ptr<Str>) -> Result<Value, Raised> {
        match self.getattr_hooked(object, name) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(self.no_attribute(object, name)),
            Err(raised) => Err(self.attribute_context(raised, object, name)),
        }
    }

    /// Gives an AttributeError that says nothing of its attribute the name and object that were asked for.
    #[cold]
    pub(super) fn attribute_context(&mut self, raised: Raised, object: &Value, name: &Ptr<Str>) -> Raised {
        if self.raised_is(&raised, Known::AttributeError) {
            if let Value::Exc(exception) = &self.raised {
                let exception = exception.to_ptr();
                let fields = &mut exception.data.get_mut(&mut self.gil).fields;
                if fields.len() >= 2 && fields[..2].iter().all(|field| field.is_none() || field.is_undef()) {
                    fields[0] = name.to_value();
                    fields[1] = object.clone();
                }
            }
        }
        raised
    }

    /// `object.name` with all hooks; None if it is missing and no hook was asked to raise.
    fn getattr_hooked(&mut self, object: &Value, name: &Ptr<Str>) -> Result<Option<Value>, Raised> {
        let flags = self.flags_of(object);
        if flags.has(ClassFlags::HAS_GETATTRIBUTE | ClassFlags::HAS_GETATTR) || matches!(object, Value::Module(_)) {
            return self.getattr_by_hooks(object, name, flags);
        }
        self.generic_getattr(object, name)
    }

    #[cold]
    fn getattr_by_hooks(
        &mut self,
        object: &Value,
        name: &Ptr<Str>,
        flags: ClassFlags,
    ) -> Result<Option<Value>, Raised> {
        let found = if flags.has(ClassFlags::HAS_GETATTRIBUTE) {
            self.call_special(object, Name::__getattribute__, &[name.to_value()]).map(|value| value.or(None))
        } else {
            self.generic_getattr(object, name)
        };
        let getattr = if flags.has(ClassFlags::HAS_GETATTR) {
            let class = self.class_of(object);
            self.lookup_name(&class, Name::__getattr__)
        } else {
            None
        };
        match found {
            Ok(Some(value)) => return Ok(Some(value)),
            Ok(None) => {}
            Err(raised) => {
                if getattr.is_none() && !matches!(object, Value::Module(_)) {
                    return Err(raised);
                }
                self.catch(raised, Known::AttributeError)?;
            }
        }
        if let Some(getattr) = getattr {
            return self.call_found(getattr, object, &[name.to_value()]).map(Some);
        }
        if let Value::Module(module) = object {
            let hook = self.name(Name::__getattr__);
            let hook = module.dict.data.get(&self.gil).get_str(&hook).cloned();
            if let Some(hook) = hook {
                return self.call(&hook, &[name.to_value()]).map(Some);
            }
        }
        Ok(None)
    }

    /// As `getattr`, but None when there is no such attribute (an AttributeError is caught).
    ///
    /// # Errors
    ///
    /// What a descriptor or hook raises, if it is no AttributeError.
    pub fn getattr_opt(&mut self, object: &Value, name: &Ptr<Str>) -> Result<Option<Value>, Raised> {
        let handled = self.handled.clone();
        match self.getattr_hooked(object, name) {
            Ok(found) => Ok(found),
            Err(raised) => {
                self.catch(raised, Known::AttributeError)?;
                self.handled = handled;
                Ok(None)
            }
        }
    }

    /// `object.name` for a name the machine knows.
    ///
    /// # Errors
    ///
    /// As for `getattr`.
    pub fn get(&mut self, object: &Value, name: Name) -> Result<Value, Raised> {
        let name = self.name(name);
        self.getattr(object, &name)
    }

    /// As `get`, but None when there is no such attribute.
    ///
    /// # Errors
    ///
    /// As for `getattr_opt`.
    pub fn get_opt(&mut self, object: &Value, name: Name) -> Result<Option<Value>, Raised> {
        let name = self.name(name);
        self.getattr_opt(object, &name)
    }

    /// `object.name` by text, interning it.
    ///
    /// # Errors
    ///
    /// As for `getattr`.
    pub fn get_attr(&mut self, object: &Value, name: &str) -> Result<Value, Raised> {
        let name = self.intern(name);
        self.getattr(object, &name)
    }

    /// `object.name = value`.
    ///
    /// # Errors
    ///
    /// AttributeError, or whatever a descriptor or `__setattr__` raises.
    pub fn setattr(&mut self, object: &Value, name: &Ptr<Str>, value: Value) -> Result<(), Raised> {
        if self.flags_of(object).has(ClassFlags::HAS_SETATTR) {
            return self.call_special(object, Name::__setattr__, &[name.to_value(), value]).map(drop);
        }
        self.generic_setattr(object, name, Some(value))
    }

    /// `del object.name`.
    ///
    /// # Errors
    ///
    /// AttributeError, or whatever a descriptor or `__delattr__` raises.
    pub fn delattr(&mut self, object: &Value, name: &Ptr<Str>) -> Result<(), Raised> {
        if self.flags_of(object).has(ClassFlags::HAS_SETATTR) {
            return self.call_special(object, Name::__delattr__, &[name.to_value()]).map(drop);
        }
        self.generic_setattr(object, name, None)
    }

    /// `object.__getattribute__(name)` as `object` itself defines it: data descriptor, instance, other class attribute.
    /// `None` when there is none (the caller words the AttributeError or calls `__getattr__`).
    ///
    /// # Errors
    ///
    /// What a descriptor raises.
    pub fn generic_getattr(&mut self, object: &Value, name: &Ptr<Str>) -> Result<Option<Value>, Raised> {
        let interned;
        let name = if name.is_interned() {
            name
        } else {
            interned = self.interned(name);
            &interned
        };
        if let Value::Class(class) = object {
            return self.type_getattr(&class.to_ptr(), name);
        }
        let class = self.class_of(object);
        let on_class = self.lookup(&class, name);
        if let Some(found) = &on_class {
            if self.is_data_descriptor(found) && self.is_descriptor(found) {
                return self.bind_to(found.clone(), Some(object), &class).map(Some);
            }
        }
        let own = match object {
            Value::Object(instance) => self.object_attribute(instance, name),
            _ => self.existing_dict(object).and_then(|dict| dict.data.get(&self.gil).get_str(name).cloned()),
        };
        if own.is_some() {
            return Ok(own);
        }
        match on_class {
            Some(found) => self.bind_to(found, Some(object), &class).map(Some),
            None => Ok(None),
        }
    }

    /// `type.__getattribute__`: an attribute of a class, of its bases, or of its metaclass.
    fn type_getattr(&mut self, class: &Ptr<Class>, name: &Ptr<Str>) -> Result<Option<Value>, Raised> {
        let object = class.to_value();
        let meta = self.class_of(&object);
        let on_meta = self.lookup(&meta, name);
        if let Some(found) = &on_meta {
            if self.is_data_descriptor(found) && self.is_descriptor(found) {
                return self.bind_to(found.clone(), Some(&object), &meta).map(Some);
            }
        }
        if let Some(found) = self.lookup(class, name) {
            return if matches!(found, Value::Func(_)) {
                Ok(Some(found))
            } else {
                self.bind_to(found, None, class).map(Some)
            };
        }
        match on_meta {
            Some(found) => self.bind_to(found, Some(&object), &meta).map(Some),
            None => Ok(None),
        }
    }

    /// `object.__setattr__` (or, with `None`, `__delattr__`) as `object` itself defines it.
    ///
    /// # Errors
    ///
    /// AttributeError, or what a descriptor raises.
    pub fn generic_setattr(&mut self, object: &Value, name: &Ptr<Str>, value: Option<Value>) -> Result<(), Raised> {
        let name = &self.interned(name);
        if let Value::Class(class) = object {
            return self.type_setattr(&class.to_ptr(), name, value);
        }
        let class = self.class_of(object);
        let on_class = self.lookup(&class, name);
        if let Some(found) = &on_class {
            if self.is_data_descriptor(found) {
                return self.descriptor_set(found, object, value);
            }
        }
        let stored = match object {
            Value::Object(instance) => self.object_store(instance, name, value),
            _ => match self.instance_dict(object) {
                Some(dict) => self.store_in(&dict, name, value),
                None => Stored::NoPlace,
            },
        };
        match stored {
            Stored::Done => Ok(()),
            Stored::Missing => Err(self.no_attribute(object, name)),
            Stored::NoPlace => Err(self.no_place(object, &class, name, on_class.is_some())),
        }
    }

    #[cold]
    fn no_place(&mut self, object: &Value, class: &Ptr<Class>, name: &Ptr<Str>, on_class: bool) -> Raised {
        let class_name = self.type_name(class);
        let text = name.as_str();
        if on_class {
            return self.raise(Known::AttributeError, format!("'{class_name}' object attribute '{text}' is read-only"));
        }
        let message = if class.flags(&self.gil).has(ClassFlags::HAS_SETATTR) {
            format!("'{class_name}' object has no attribute '{text}'")
        } else {
            format!("'{class_name}' object has no attribute '{text}' and no __dict__ for setting new attributes")
        };
        self.attribute_error(message, object, name)
    }

    /// Raises an AttributeError whose `name` and `obj` are set.
    #[cold]
    pub(crate) fn attribute_error(&mut self, message: String, object: &Value, name: &Ptr<Str>) -> Raised {
        let exception = self.new_exception(Known::AttributeError, vec![message.into()]);
        if let Value::Exc(exception) = &exception {
            let fields = vec![name.to_value(), object.clone()];
            let old = std::mem::replace(&mut exception.data.get_mut(&mut self.gil).fields, fields);
            drop(old);
        }
        self.raise_value(exception)
    }

    /// The AttributeError for a missing attribute, its `name` and `obj` set.
    #[cold]
    pub fn no_attribute(&mut self, object: &Value, name: &Ptr<Str>) -> Raised {
        let text = name.as_str();
        let message = match object {
            Value::Class(class) => format!("type object '{}' has no attribute '{text}'", class.name(&self.gil)),
            Value::Module(module) => self.module_lacks(&module.dict.clone(), text),
            _ => format!("'{}' object has no attribute '{text}'", self.class_name(object)),
        };
        self.attribute_error(message, object, name)
    }

    fn module_lacks(&mut self, dict: &crate::object::Dict, text: &str) -> String {
        let key = self.name(Name::__name__);
        let file = self.name(Name::__file__);
        let data = dict.data.get(&self.gil);
        let module = match data.get_str(&key) {
            Some(Value::Str(name)) => name.as_str().to_owned(),
            _ => return format!("module has no attribute '{text}'"),
        };
        let file = match data.get_str(&file) {
            Some(Value::Str(file)) => Some(file.as_str().to_owned()),
            _ => None,
        };
        let plain = format!("module '{module}' has no attribute '{text}'");
        if !self.is_importing(&module) {
            if self.is_importing(&format!("{module}.{text}")) {
                return format!(
                    "cannot access submodule '{text}' of module '{module}' (most likely due to a circular import)"
                );
            }
            return plain;
        }
        if let Some(file) = file.as_ref().filter(|file| self.is_beside_script(file)) {
            return format!(
                "{plain} (consider renaming '{file}' if it has the same name as a third-party module you intended to \
                 import)"
            );
        }
        let place = file.map(|file| format!(" from '{file}'")).unwrap_or_default();
        format!(
            "partially initialized module '{module}'{place} has no attribute '{text}' (most likely due to a circular \
             import)"
        )
    }

    /// Whether a module's file lies in the first folder of `sys.path`, or is a package there.
    fn is_beside_script(&mut self, file: &str) -> bool {
        let file = std::path::Path::new(file);
        let path = self.intern("path");
        let mut folder = file.parent();
        if file.file_stem().is_some_and(|stem| stem == "__init__") {
            folder = folder.and_then(std::path::Path::parent);
        }
        let Ok(path) = self.import_dotted("sys").and_then(|sys| self.getattr(&sys, &path)) else { return false };
        let Value::List(path) = &path else { return false };
        match (path.items.get(&self.gil).first(), folder) {
            (Some(Value::Str(first)), Some(folder)) => std::path::Path::new(first.as_str()) == folder,
            _ => false,
        }
    }

    /// What LoadMethod needs: the callable, and whether the receiver must be passed as first argument.
    ///
    /// # Errors
    ///
    /// As for `getattr`.
    pub fn load_method(&mut self, object: &Value, name: &Ptr<Str>) -> Result<(Value, bool), Raised> {
        if matches!(object, Value::Class(_) | Value::Module(_))
            || self.flags_of(object).has(ClassFlags::HAS_GETATTRIBUTE)
        {
            return Ok((self.getattr(object, name)?, false));
        }
        let class = self.class_of(object);
        match self.lookup(&class, name) {
            Some(found) if takes_receiver(&found) => {
                let own = match object {
                    Value::Object(instance) => self.object_attribute(instance, name),
                    _ => self.existing_dict(object).and_then(|dict| dict.data.get(&self.gil).get_str(name).cloned()),
                };
                match own {
                    Some(own) => Ok((own, false)),
                    None => Ok((found, true)),
                }
            }
            _ => Ok((self.getattr(object, name)?, false)),
        }
    }
}
