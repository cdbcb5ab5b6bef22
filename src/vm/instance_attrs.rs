//! Where instances keep their attributes: in slots by shape, or in a dict.

use crate::object::{ClassFlags, Dict, Object, Ptr, Raw, ShapeId, Str, Value, Vm};

/// What became of an attribute that was to be set or deleted.
pub(super) enum Stored {
    Done,
    /// The attribute that was to be deleted is not there.
    Missing,
    /// The object has no place for attributes.
    NoPlace,
}

impl Vm {
    /// The attribute in the instance itself.
    #[inline]
    pub(super) fn object_attribute(&self, object: &Object, name: &Ptr<Str>) -> Option<Value> {
        let shape = *object.shape.get(&self.gil);
        if shape == ShapeId::DICT {
            return self.object_dict(object)?.data.get(&self.gil).get_str(name).cloned();
        }
        let slot = self.interp.shapes.get(&self.gil).slot(shape, name)?;
        object.slots(&self.gil).get(slot).cloned()
    }

    /// The dict of an instance that keeps its attributes in one: the slot after the reserved ones.
    #[inline]
    pub(super) fn object_dict<'a>(&'a self, object: &'a Object) -> Option<&'a Dict> {
        match object.slots(&self.gil).last() {
            Some(Value::Dict(dict)) => Some(dict),
            _ => None,
        }
    }

    /// Sets or deletes an attribute in the instance itself.
    pub(super) fn object_store(&mut self, object: &Raw<Object>, name: &Ptr<Str>, value: Option<Value>) -> Stored {
        let shape = *object.shape.get(&self.gil);
        if shape == ShapeId::DICT {
            return self.object_dict_store(object, name, value);
        }
        let slot = self.interp.shapes.get(&self.gil).slot(shape, name);
        match (slot, value) {
            (Some(slot), Some(value)) => {
                let old = std::mem::replace(&mut object.slots_mut(&mut self.gil)[slot], value);
                drop(old);
                Stored::Done
            }
            (None, Some(value)) => self.object_add(object, shape, name, value),
            (Some(slot), None) => {
                self.object_remove(object, shape, slot);
                Stored::Done
            }
            (None, None) => {
                let class = object.class.get(&self.gil);
                if class.flags(&self.gil).has(ClassFlags::HAS_DICT) { Stored::Missing } else { Stored::NoPlace }
            }
        }
    }

    fn object_dict_store(&mut self, object: &Raw<Object>, name: &Ptr<Str>, value: Option<Value>) -> Stored {
        let Some(Value::Dict(dict)) = object.slots(&self.gil).last() else { return Stored::NoPlace };
        let dict = dict.to_ptr();
        self.store_in(&dict, name, value)
    }

    /// Sets or deletes an attribute in a `__dict__`.
    pub(super) fn store_in(&mut self, dict: &Dict, name: &Ptr<Str>, value: Option<Value>) -> Stored {
        let deleting = value.is_none();
        let data = dict.data.get_mut(&mut self.gil);
        let old = match value {
            Some(value) => data.insert_str(name, value),
            None => data.remove_str(name),
        };
        if deleting && old.is_none() { Stored::Missing } else { Stored::Done }
    }

    fn object_add(&mut self, object: &Raw<Object>, shape: ShapeId, name: &Ptr<Str>, value: Value) -> Stored {
        let class = object.class.get(&self.gil).clone();
        if !class.flags(&self.gil).has(ClassFlags::HAS_DICT) {
            return Stored::NoPlace;
        }
        let Some(child) = self.interp.shapes.get_mut(&mut self.gil).child(shape, name) else {
            self.enter_dict_mode(object);
            return self.object_dict_store(object, name, Some(value));
        };
        let mut slots = object.slots_mut(&mut self.gil);
        slots.push(value);
        let len = slots.len();
        *object.shape.get_mut(&mut self.gil) = child;
        class.data.get_mut(&mut self.gil).learn_slots(len);
        Stored::Done
    }

    /// Removes the attribute in `slot`: the shape becomes that of an instance that never had it.
    fn object_remove(&mut self, object: &Raw<Object>, shape: ShapeId, slot: usize) {
        let root = object.class.get(&self.gil).data.get(&self.gil).root_shape;
        let shapes = self.interp.shapes.get_mut(&mut self.gil);
        let reserved = shapes.reserved(shape);
        let names: Vec<_> = shapes.names(shape).to_vec();
        let mut target = root;
        for (index, name) in names.iter().enumerate() {
            if index + reserved != slot {
                target = shapes.child(target, name).unwrap_or(target);
            }
        }
        *object.shape.get_mut(&mut self.gil) = target;
        let old = object.slots_mut(&mut self.gil).remove(slot);
        drop(old);
    }

    /// Moves the attributes of an instance into a dict, which takes the slot after the reserved ones.
    pub(super) fn enter_dict_mode(&mut self, object: &Raw<Object>) -> Ptr<Dict> {
        let shape = *object.shape.get(&self.gil);
        if shape == ShapeId::DICT {
            if let Some(Value::Dict(dict)) = object.slots(&self.gil).last() {
                return dict.to_ptr();
            }
        }
        let dict = Dict::new();
        let shapes = self.interp.shapes.get(&self.gil);
        let reserved = shapes.reserved(shape);
        let names: Vec<_> = shapes.names(shape).to_vec();
        let values = object.slots_mut(&mut self.gil).split_off(reserved);
        let data = dict.data.get_mut(&mut self.gil);
        for (name, value) in names.iter().zip(values) {
            data.push(name.hash(), name.to_value(), value);
        }
        object.slots_mut(&mut self.gil).push(dict.to_value());
        *object.shape.get_mut(&mut self.gil) = ShapeId::DICT;
        dict
    }

    /// The `__dict__` of an instance, exception, function, class, module ...; an instance goes over to dict attributes. None if it has none.
    pub fn instance_dict(&mut self, object: &Value) -> Option<Ptr<Dict>> {
        match object {
            Value::Object(instance) => {
                let class = instance.class.get(&self.gil);
                class.flags(&self.gil).has(ClassFlags::HAS_DICT).then(|| self.enter_dict_mode(instance))
            }
            Value::Module(module) => Some(module.dict.clone()),
            Value::Class(class) => Some(class.data.get(&self.gil).dict.clone()),
            Value::Foreign(foreign) => {
                if !foreign.class.flags(&self.gil).has(ClassFlags::HAS_DICT) {
                    return None;
                }
                Some(foreign.dict.get_mut(&mut self.gil).get_or_insert_with(Dict::new).clone())
            }
            Value::Exc(exception) => {
                Some(exception.data.get_mut(&mut self.gil).dict.get_or_insert_with(Dict::new).clone())
            }
            Value::Func(func) => Some(func.data.get_mut(&mut self.gil).dict.get_or_insert_with(Dict::new).clone()),
            Value::Wrapper(wrapper) => Some(wrapper.dict.get_mut(&mut self.gil).get_or_insert_with(Dict::new).clone()),
            _ => None,
        }
    }

    /// The dict with an object's attributes if it has one already; for instances of ordinary classes, which keep
    /// them in slots, see `object_attribute`.
    #[inline]
    pub(super) fn existing_dict<'a>(&'a self, object: &'a Value) -> Option<&'a Ptr<Dict>> {
        match object {
            Value::Module(module) => Some(&module.dict),
            Value::Func(func) => func.data.get(&self.gil).dict.as_ref(),
            Value::Exc(exception) => exception.data.get(&self.gil).dict.as_ref(),
            Value::Foreign(foreign) => foreign.dict.get(&self.gil).as_ref(),
            Value::Wrapper(wrapper) => wrapper.dict.get(&self.gil).as_ref(),
            _ => None,
        }
    }

    /// Replaces an object's `__dict__`; false if it has none that can be replaced.
    pub(crate) fn set_instance_dict(&mut self, object: &Value, dict: Ptr<Dict>) -> bool {
        let old = match object {
            Value::Object(instance) => {
                self.enter_dict_mode(instance);
                let mut slots = instance.slots_mut(&mut self.gil);
                slots.last_mut().map(|last| std::mem::replace(last, dict.into_value()))
            }
            Value::Exc(exception) => exception.data.get_mut(&mut self.gil).dict.replace(dict).map(Ptr::into_value),
            Value::Func(func) => func.data.get_mut(&mut self.gil).dict.replace(dict).map(Ptr::into_value),
            Value::Foreign(foreign) => foreign.dict.get_mut(&mut self.gil).replace(dict).map(Ptr::into_value),
            Value::Wrapper(wrapper) => wrapper.dict.get_mut(&mut self.gil).replace(dict).map(Ptr::into_value),
            _ => return false,
        };
        drop(old);
        true
    }

    /// The names and values of an object's own attributes, without a change to how it keeps them.
    pub(crate) fn own_attributes(&self, object: &Value) -> Vec<(Value, Value)> {
        if let Value::Object(instance) = object {
            let shape = *instance.shape.get(&self.gil);
            if shape != ShapeId::DICT {
                let shapes = self.interp.shapes.get(&self.gil);
                let values = instance.slots(&self.gil).iter().skip(shapes.reserved(shape));
                return shapes.names(shape).iter().map(Ptr::to_value).zip(values.cloned()).collect();
            }
        }
        let dict = match object {
            Value::Object(instance) => self.object_dict(instance),
            _ => self.existing_dict(object).map(|dict| &**dict),
        };
        let Some(dict) = dict else { return Vec::new() };
        dict.data.get(&self.gil).iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect()
    }
}
