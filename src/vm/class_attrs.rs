//! Attributes of classes, and the two that every instance may have.

use crate::object::{
    Class, ClassFlags, Dict, GetSetDef, Known, Layout, Name, Ptr, Raised, ShapeId, Str, Value, Vm, weak,
};

/// `__dict__` of instances.
pub(crate) const DICT: GetSetDef =
    GetSetDef { name: "__dict__", get: get_dict, set: Some(set_dict), doc: "the attributes of the instance" };

/// `__weakref__` of instances.
pub(super) const WEAKREF: GetSetDef =
    GetSetDef { name: "__weakref__", get: get_weakref, set: None, doc: "the weak references to the object" };

fn get_dict(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    match vm.instance_dict(object) {
        Some(dict) => Ok(dict.into_value()),
        None => {
            let name = vm.name(Name::__dict__);
            Err(vm.no_attribute(object, &name))
        }
    }
}

fn set_dict(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    // Without a dict an object gets a new one when it is asked for it.
    let value = value.unwrap_or_else(|| Dict::new().into_value());
    let dict = match vm.unwrap(&value) {
        Value::Dict(dict) => dict.to_ptr(),
        _ => {
            let found = vm.class_name(&value);
            return Err(vm.type_error(format!("__dict__ must be set to a dictionary, not a '{found}'")));
        }
    };
    vm.set_instance_dict(object, dict);
    Ok(())
}

fn get_weakref(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let _ = vm;
    Ok(weak::references_to(object).into_iter().next().unwrap_or(Value::None))
}

impl Vm {
    /// `class.name = value`, or `del class.name` with `None`, as `type` itself defines it.
    pub(super) fn type_setattr(
        &mut self,
        class: &Ptr<Class>,
        name: &Ptr<Str>,
        value: Option<Value>,
    ) -> Result<(), Raised> {
        if class.flags(&self.gil).immutable() {
            let (text, owner) = (name.as_str(), self.type_name(class));
            return Err(self.type_error(format!("cannot set '{text}' attribute of immutable type '{owner}'")));
        }
        let object = class.to_value();
        let meta = self.class_of(&object);
        if let Some(found) = self.lookup(&meta, name) {
            if self.is_data_descriptor(&found) {
                return self.descriptor_set(&found, &object, value);
            }
        }
        self.class_store(class, name, value)
    }

    /// Changes a class's dict.
    pub(crate) fn class_store(
        &mut self,
        class: &Ptr<Class>,
        name: &Ptr<Str>,
        value: Option<Value>,
    ) -> Result<(), Raised> {
        let dict = class.data.get(&self.gil).dict.clone();
        let deleting = value.is_none();
        let data = dict.data.get_mut(&mut self.gil);
        let old = match value {
            Some(value) => data.insert_str(name, value),
            None => data.remove_str(name),
        };
        if deleting && old.is_none() {
            let object = class.to_value();
            return Err(self.no_attribute(&object, name));
        }
        if name.as_str().starts_with("__") {
            self.class_changed(class)
        } else {
            self.interp.bump_epoch()
        }
        drop(old);
        Ok(())
    }

    /// `object.__class__ = value`.
    pub(crate) fn assign_class(&mut self, object: &Value, value: &Value) -> Result<(), Raised> {
        let Value::Class(new) = value else {
            let found = self.class_name(value);
            return Err(self.type_error(format!("__class__ must be set to a class, not '{found}' object")));
        };
        let new = new.to_ptr();
        let old = self.class_of(object);
        if let (Value::Module(_), true) = (object, new.is_known_subclass(&self.gil, Known::Module)) {
            return Err(self.type_error("__class__ assignment of modules is not supported"));
        }
        let heap = |vm: &Vm, class: &Class| class.flags(&vm.gil).has(ClassFlags::HEAP);
        if !heap(self, &old) || !heap(self, &new) {
            return Err(
                self.type_error("__class__ assignment only supported for mutable types or ModuleType subclasses")
            );
        }
        let compatible = {
            let (a, b) = (old.data.get(&self.gil), new.data.get(&self.gil));
            let flags = ClassFlags::HAS_DICT | ClassFlags::HAS_WEAKREF;
            a.layout == b.layout
                && a.flags.0 & flags == b.flags.0 & flags
                && a.slot_names.len() == b.slot_names.len()
                && a.slot_names.iter().zip(&b.slot_names).all(|(x, y)| x.is(y))
        };
        if !compatible {
            let (a, b) = (old.name(&self.gil).to_owned(), new.name(&self.gil).to_owned());
            return Err(self.type_error(format!("__class__ assignment: '{b}' object layout differs from '{a}'")));
        }
        match object {
            Value::Object(instance) => {
                let shape = *instance.shape.get(&self.gil);
                if shape != ShapeId::DICT {
                    let names = self.interp.shapes.get(&self.gil).names(shape).to_vec();
                    let mut target = new.data.get(&self.gil).root_shape;
                    for name in &names {
                        target = self.interp.shapes.get_mut(&mut self.gil).child(target, name).unwrap_or(target);
                    }
                    *instance.shape.get_mut(&mut self.gil) = target;
                }
                instance.class.set(&mut self.gil, new);
            }
            Value::Exc(exception) => {
                let old = std::mem::replace(&mut exception.data.get_mut(&mut self.gil).class, new);
                drop(old);
            }
            Value::Class(class) if new.data.get(&self.gil).layout == Layout::Class => {
                class.meta.set(&mut self.gil, Some(new));
                self.class_changed(&class.to_ptr());
            }
            _ => {
                return Err(
                    self.type_error("__class__ assignment only supported for mutable types or ModuleType subclasses")
                );
            }
        }
        Ok(())
    }
}
