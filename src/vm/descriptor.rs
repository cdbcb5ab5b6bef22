//! Descriptors: what reading, writing and deleting does with an attribute that was found on a class.

use crate::object::{
    Access, Class, ClassFlags, GetSet, Known, Method, Name, NativeKind, Property, Ptr, Raised, Value, Vm,
};

/// Whether an attribute is a plain member in CPython, whose refusal to be written is worded differently.
fn is_member(owner: Option<Known>, name: &str) -> bool {
    match owner {
        Some(Known::Slice | Known::Range | Known::Method | Known::Super) => name != "__doc__",
        Some(Known::Code) => name != "co_code",
        Some(Known::Function) => matches!(name, "__closure__" | "__globals__" | "__builtins__"),
        Some(Known::Property) => matches!(name, "fget" | "fset" | "fdel"),
        Some(Known::StaticMethod | Known::ClassMethod) => matches!(name, "__func__" | "__wrapped__"),
        _ => false,
    }
}

impl Vm {
    /// Whether the value has `__get__`.
    pub(crate) fn is_descriptor(&self, value: &Value) -> bool {
        match value {
            Value::Func(_) | Value::Property(_) | Value::GetSet(_) | Value::Wrapper(_) => true,
            Value::Native(native) => !matches!(native.kind, NativeKind::Function | NativeKind::Static),
            _ => self.descriptor_flag(value, ClassFlags::HAS_GET),
        }
    }

    /// Whether the value has `__set__` or `__delete__`.
    pub(crate) fn is_data_descriptor(&self, value: &Value) -> bool {
        match value {
            Value::Property(_) | Value::GetSet(_) => true,
            _ => self.descriptor_flag(value, ClassFlags::HAS_SET),
        }
    }

    #[inline]
    fn descriptor_flag(&self, value: &Value, flag: u32) -> bool {
        match value {
            Value::Object(object) => object.class.get(&self.gil).flags(&self.gil).has(flag),
            Value::Foreign(object) => object.class.flags(&self.gil).has(flag),
            Value::Exc(exception) => exception.data.get(&self.gil).class.flags(&self.gil).has(flag),
            Value::Class(class) => match class.meta.get(&self.gil) {
                Some(meta) => meta.flags(&self.gil).has(flag),
                None => false,
            },
            _ => false,
        }
    }

    /// Binds what was found on a class to a receiver (`__get__`).
    ///
    /// # Errors
    ///
    /// What the descriptor raises.
    #[inline]
    pub fn bind(&mut self, found: Value, receiver: &Value) -> Result<Value, Raised> {
        match &found {
            Value::Func(_) => Ok(Method::new(found, receiver.clone()).into_value()),
            _ => {
                let class = self.class_of(receiver);
                self.bind_to(found, Some(receiver), &class)
            }
        }
    }

    /// `found.__get__(receiver, owner)`; no receiver when the attribute was asked of the class itself.
    ///
    /// # Errors
    ///
    /// What the descriptor raises.
    pub(crate) fn bind_to(
        &mut self,
        found: Value,
        receiver: Option<&Value>,
        owner: &Ptr<Class>,
    ) -> Result<Value, Raised> {
        match (&found, receiver) {
            (Value::Func(_), Some(receiver)) => Ok(Method::new(found, receiver.clone()).into_value()),
            (Value::Native(native), _) => match (native.kind, receiver) {
                (NativeKind::Method | NativeKind::SlotWrapper, Some(receiver)) => {
                    Ok(Method::new(found, receiver.clone()).into_value())
                }
                (NativeKind::ClassMethod, _) => Ok(Method::new(found, owner.to_value()).into_value()),
                _ => Ok(found),
            },
            (Value::Wrapper(wrapper), _) => {
                let func = wrapper.func.get(&self.gil).clone();
                Ok(if wrapper.is_class { Method::new(func, owner.to_value()).into_value() } else { func })
            }
            (Value::Property(property), Some(receiver)) => {
                let property = property.to_ptr();
                self.property_get(&property, receiver)
            }
            (Value::GetSet(descriptor), Some(receiver)) => {
                let descriptor = descriptor.to_ptr();
                self.getset_get(&descriptor, receiver)
            }
            (Value::Object(_) | Value::Foreign(_) | Value::Exc(_) | Value::Class(_), _)
                if self.descriptor_flag(&found, ClassFlags::HAS_GET) =>
            {
                let class = self.class_of(&found);
                let Some(get) = self.lookup_name(&class, Name::__get__) else { return Ok(found) };
                let receiver = receiver.cloned().unwrap_or(Value::None);
                self.call_found(get, &found, &[receiver, owner.to_value()])
            }
            _ => Ok(found),
        }
    }

    /// Writes (or, with `None`, deletes) through a data descriptor.
    pub(super) fn descriptor_set(
        &mut self,
        descriptor: &Value,
        receiver: &Value,
        value: Option<Value>,
    ) -> Result<(), Raised> {
        match descriptor {
            Value::Property(property) => {
                let property = property.to_ptr();
                self.property_set(&property, receiver, value)
            }
            Value::GetSet(getset) => {
                let getset = getset.to_ptr();
                self.getset_set(&getset, receiver, value)
            }
            _ => {
                let which = if value.is_some() { Name::__set__ } else { Name::__delete__ };
                let mut args = vec![receiver.clone()];
                args.extend(value);
                match self.call_special(descriptor, which, &args)? {
                    Some(_) => Ok(()),
                    None => Err(self.raise(Known::AttributeError, which.text())),
                }
            }
        }
    }

    /// `property.__get__`.
    pub(crate) fn property_get(&mut self, property: &Ptr<Property>, receiver: &Value) -> Result<Value, Raised> {
        let getter = property.get.get(&self.gil).clone();
        if getter.is_none() {
            return Err(self.no_accessor(property, receiver, "getter"));
        }
        self.call(&getter, std::slice::from_ref(receiver))
    }

    /// `property.__set__`, or `__delete__` with `None`.
    pub(crate) fn property_set(
        &mut self,
        property: &Ptr<Property>,
        receiver: &Value,
        value: Option<Value>,
    ) -> Result<(), Raised> {
        let (accessor, what) = match value {
            Some(_) => (property.set.get(&self.gil).clone(), "setter"),
            None => (property.delete.get(&self.gil).clone(), "deleter"),
        };
        if accessor.is_none() {
            return Err(self.no_accessor(property, receiver, what));
        }
        let mut args = vec![receiver.clone()];
        args.extend(value);
        self.call(&accessor, &args).map(drop)
    }

    fn not_writable(&mut self, name: &str, owner: &str) -> Raised {
        self.raise(Known::AttributeError, format!("attribute '{name}' of '{owner}' objects is not writable"))
    }

    #[cold]
    fn no_accessor(&mut self, property: &Ptr<Property>, receiver: &Value, what: &str) -> Raised {
        let name = match self.property_name(property) {
            Ok(name) => name,
            Err(raised) => return raised,
        };
        let class = self.class_of(receiver);
        if let Some(Value::Str(name)) = &name {
            let is_static = |class: &&Ptr<Class>| class.flags(&self.gil).has(ClassFlags::STATIC);
            let owner = std::iter::once(&class).chain(&class.data.get(&self.gil).mro_tail).find(is_static);
            if let Some(owner) = owner.cloned().filter(|owner| owner.lookup(&self.gil, name).is_some()) {
                let owner = self.type_name(&owner);
                return self.not_writable(name.as_str(), &owner);
            }
        }
        let class = class.data.get(&self.gil).qualname.as_str().to_owned();
        let message = match name {
            Some(name) => {
                let name = match self.repr(&name) {
                    Ok(name) => name,
                    Err(raised) => return raised,
                };
                format!("property {} of '{class}' object has no {what}", name.as_str())
            }
            None => format!("property of '{class}' object has no {what}"),
        };
        self.raise(Known::AttributeError, message)
    }

    /// The name of a property: that of the class attribute, else its getter's.
    pub(crate) fn property_name(&mut self, property: &Ptr<Property>) -> Result<Option<Value>, Raised> {
        let name = property.name.get(&self.gil).clone();
        if !name.is_undef() {
            return Ok(Some(name));
        }
        let getter = property.get.get(&self.gil).clone();
        if getter.is_none() {
            return Ok(None);
        }
        self.get_opt(&getter, Name::__name__)
    }

    #[cold]
    fn wrong_descriptor_receiver(&mut self, descriptor: &GetSet, receiver: &Value) -> Raised {
        let owner = descriptor.owner.name(&self.gil).to_owned();
        let class = self.class_name(receiver);
        let name = descriptor.name.as_str();
        self.type_error(format!("descriptor '{name}' for '{owner}' objects doesn't apply to a '{class}' object"))
    }

    fn check_descriptor_receiver(&mut self, descriptor: &GetSet, receiver: &Value) -> Result<(), Raised> {
        let class = self.class_of(receiver);
        if class.is_subclass(&self.gil, &descriptor.owner) {
            return Ok(());
        }
        Err(self.wrong_descriptor_receiver(descriptor, receiver))
    }

    /// Reads the attribute of a built-in data descriptor.
    pub(crate) fn getset_get(&mut self, descriptor: &Ptr<GetSet>, receiver: &Value) -> Result<Value, Raised> {
        self.check_descriptor_receiver(descriptor, receiver)?;
        let found = match descriptor.access {
            Access::Functions(def) => return (def.get)(self, receiver),
            Access::Slot(index) => match receiver {
                Value::Object(object) => object.slots(&self.gil).get(index).cloned().and_then(Value::bound),
                _ => {
                    let dict = self.instance_dict(receiver);
                    dict.and_then(|dict| dict.data.get(&self.gil).get_str(&descriptor.name).cloned())
                }
            },
            Access::Field(index) => match receiver {
                Value::Exc(exception) => {
                    return Ok(exception
                        .data
                        .get(&self.gil)
                        .fields
                        .get(index)
                        .cloned()
                        .and_then(Value::bound)
                        .unwrap_or(Value::None));
                }
                _ => None,
            },
        };
        match found {
            Some(value) => Ok(value),
            None if matches!(descriptor.access, Access::Slot(_)) => {
                // This message has the class with its module.
                let class = self.class_of(receiver);
                let full = self.class_full_name(&class);
                let class = full.strip_prefix("__main__.").unwrap_or(&full);
                let message = format!("'{class}' object has no attribute '{}'", descriptor.name.as_str());
                Err(self.attribute_error(message, receiver, &descriptor.name))
            }
            None => Err(self.no_attribute(receiver, &descriptor.name)),
        }
    }

    /// Writes or deletes the attribute of a built-in data descriptor.
    pub(crate) fn getset_set(
        &mut self,
        descriptor: &Ptr<GetSet>,
        receiver: &Value,
        value: Option<Value>,
    ) -> Result<(), Raised> {
        self.check_descriptor_receiver(descriptor, receiver)?;
        // The message and the exceptions of a group never change.
        if descriptor.owner.known == Some(Known::BaseExceptionGroup) {
            return Err(self.raise(Known::AttributeError, "readonly attribute"));
        }
        let deleting = value.is_none();
        let old = match (&descriptor.access, receiver) {
            (Access::Functions(def), _) => {
                return match def.set {
                    Some(set) => set(self, receiver, value),
                    None if is_member(descriptor.owner.known, def.name) => {
                        Err(self.raise(Known::AttributeError, "readonly attribute"))
                    }
                    None => {
                        let owner = self.type_name(&descriptor.owner);
                        Err(self.not_writable(def.name, &owner))
                    }
                };
            }
            (Access::Slot(index), Value::Object(object)) => {
                let mut slots = object.slots_mut(&mut self.gil);
                slots.get_mut(*index).map(|slot| std::mem::replace(slot, value.unwrap_or_default()))
            }
            (Access::Slot(_), _) => {
                let Some(dict) = self.instance_dict(receiver) else {
                    return Err(self.no_attribute(receiver, &descriptor.name));
                };
                let data = dict.data.get_mut(&mut self.gil);
                match value {
                    Some(value) => data.insert_str(&descriptor.name, value),
                    None => data.remove_str(&descriptor.name),
                }
            }
            (Access::Field(index), Value::Exc(exception)) => {
                let fields = &mut exception.data.get_mut(&mut self.gil).fields;
                if fields.len() <= *index {
                    fields.resize_with(*index + 1, || Value::None);
                }
                Some(std::mem::replace(&mut fields[*index], value.unwrap_or(Value::None)))
            }
            (Access::Field(_), _) => None,
        };
        let missing = old.as_ref().is_none_or(Value::is_undef);
        drop(old);
        if deleting && missing {
            return Err(self.raise(Known::AttributeError, descriptor.name.as_str()));
        }
        Ok(())
    }
}
