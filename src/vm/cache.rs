//! Inline caches: what attribute, method and name lookups found last time at the same place.
//!
//! A cache of an instance holds for one shape (hence one class) in one epoch of classes: a class that
//! changes starts a new epoch. A cache of a name holds for one version of a namespace's set of keys.

use crate::object::{
    Access, Cache, CacheSlot, Class, ClassFlags, Dict, Layout, Module, NativeKind, Object, Ptr, Raised, Raw, ShapeId,
    Str, Value, Vm,
};

/// The attribute is in the instance's slot `slot`.
pub(super) const KIND_SLOT: u32 = 1;
/// The attribute is `value`, a class attribute that needs no binding.
pub(super) const KIND_CONSTANT: u32 = 2;
/// The attribute is the function `value` of the class, a method.
pub(super) const KIND_METHOD: u32 = 3;
/// The name is in entry `slot` of the globals.
pub(super) const GLOBAL_IN_GLOBALS: u32 = 4;
/// The name is in entry `slot` of the built-ins, of version `value`; the globals do not have it.
pub(super) const GLOBAL_IN_BUILTINS: u32 = 5;
/// The attribute is in entry `slot` of a module's namespace of version `key`.
pub(super) const KIND_MODULE: u32 = 6;
/// The attribute is `value`, for any receiver of the built-in class whose number and the epoch make `key`.
const KIND_BUILTIN_METHOD: u32 = 7;
/// As `KIND_BUILTIN_METHOD`, of a native method whose owner is known to be a class of the receiver.
pub(super) const KIND_NATIVE_METHOD: u32 = 11;
/// The method is `list.append`, and was found for a list.
pub(super) const KIND_LIST_APPEND: u32 = 13;
/// `super().name` is the function `value` for a receiver of key `key` and the class whose number is `slot`.
const KIND_SUPER: u32 = 12;
/// Setting the attribute adds it to instances of shape `key`, which get shape `slot`.
pub(super) const KIND_ADD: u32 = 8;
/// The attribute of the class whose number and the epoch make `key` is `value`.
const KIND_CLASS: u32 = 9;
/// The method of the class whose number and the epoch make `key` is the class method over the function `value`.
const KIND_CLASS_METHOD: u32 = 14;
/// The method is the function `value`, a static method.
const KIND_STATIC_METHOD: u32 = 15;
/// The attribute is item `slot` of the tuple that the instance is.
pub(super) const KIND_FIELD: u32 = 16;
/// The attribute is read by the function of the descriptor `value`, for any receiver of the class whose number and the
/// epoch make `key`.
const KIND_GETTER: u32 = 17;
/// The attribute is in the `__dict__` of an instance of the class whose number and the epoch make `key`; `value` is its
/// name.
const KIND_IN_DICT: u32 = 19;
/// As `KIND_GETTER`, for an instance of key `key`.
pub(super) const KIND_OWN_GETTER: u32 = 18;
/// The attribute is a property, whose getter is the function `value`, or the descriptor `value` whose `__get__` is a
/// script function.
pub(super) const KIND_PROPERTY: u32 = 10;

/// What a cache compares for an instance: its shape and the epoch of classes.
#[inline(always)]
pub(super) fn receiver_key(vm: &Vm, object: &Object) -> u64 {
    (u64::from(object.shape.get(&vm.gil).0) << 32) | u64::from(vm.interp.epoch.get())
}

/// Sets keys that are made from a representation apart from those made from a class's number.
const BUILTIN_TAG: u32 = 1 << 31;

impl Cache {
    /// The version of the built-ins that a `GLOBAL_IN_BUILTINS` cache holds for.
    #[inline(always)]
    pub(super) fn value_version(&self) -> u64 {
        match &self.value {
            Value::Int(version) => *version as u64,
            _ => 0,
        }
    }
}

impl Vm {
    /// The name that the site of a cache of the running code looks up.
    pub(super) fn cache_site_name(&self, cache: &CacheSlot) -> Ptr<Str> {
        // SAFETY: the cache belongs to the running code, whose frame is on top.
        let code = unsafe { &*(*self.fp).code };
        let first = code.caches.as_ptr() as usize;
        let index = (cache as *const CacheSlot as usize - first) / size_of::<CacheSlot>();
        code.names[code.proto.caches[index].name as usize].clone()
    }

    /// `object.name`, filling the cache when the same will hold for the next object of its shape.
    #[inline(never)]
    pub(super) fn getattr_cached(&mut self, site: &mut CacheSlot, object: &Value) -> Result<Value, Raised> {
        for cache in site.entries() {
            match (object, cache.kind) {
                (Value::Module(module), KIND_MODULE) => {
                    let dict = module.dict.data.get(&self.gil);
                    if dict.version() == cache.key {
                        return Ok(dict.value_at(cache.slot as usize).clone());
                    }
                }
                (Value::Class(class), KIND_CLASS) if cache.key == self.class_key(class) => {
                    return Ok(cache.value.clone());
                }
                (Value::Object(instance), KIND_IN_DICT)
                    if *instance.shape.get(&self.gil) == ShapeId::DICT
                        && cache.key == self.class_key(instance.class.get(&self.gil)) =>
                {
                    let Value::Str(name) = &cache.value else { continue };
                    let dict = self.object_dict(instance);
                    if let Some(value) = dict.and_then(|dict| dict.data.get(&self.gil).get_str(name)) {
                        return Ok(value.clone());
                    }
                }
                (Value::Object(instance), KIND_FIELD) if cache.key == receiver_key(self, instance) => {
                    if let Some(item) = self.field_of(instance, cache.slot as usize) {
                        return Ok(item);
                    }
                }
                _ => {}
            }
        }
        if let Some(result) = self.getter_at(site, object) {
            return result;
        }
        let name = self.cache_site_name(site);
        site.make_room();
        let cache = &mut site.first;
        if let Some(result) = self.fill_getter_cache(cache, object, &name) {
            return result;
        }
        match object {
            Value::Class(class) => {
                let value = self.getattr(object, &name)?;
                self.fill_class_cache(cache, class, &name, &value);
                return Ok(value);
            }
            Value::Object(instance) => {
                if let Some(value) = self.fill_attribute_cache(cache, instance, &name) {
                    return Ok(value);
                }
            }
            Value::Module(module) => {
                if let Some(value) = self.fill_module_cache(cache, module, &name) {
                    return Ok(value);
                }
            }
            _ => {}
        }
        self.getattr(object, &name)
    }

    /// The attribute as a function reads it that the site remembers.
    fn getter_at(&mut self, site: &CacheSlot, object: &Value) -> Option<Result<Value, Raised>> {
        if !site.entries().any(|cache| cache.kind == KIND_GETTER) {
            return None;
        }
        let key = self.class_key(&self.class_of(object));
        let hit = |cache: &&Cache| cache.kind == KIND_GETTER && cache.key == key;
        let Value::GetSet(descriptor) = &site.entries().find(hit)?.value else { return None };
        let Access::Functions(def) = descriptor.access else { return None };
        Some((def.get)(self, object).map_err(|raised| {
            let name = self.cache_site_name(site);
            self.attribute_context(raised, object, &name)
        }))
    }

    /// The attribute of an instance that the site remembers as a tuple's item, or with a function that reads it; `Undef`
    /// if it does not.
    #[inline(never)]
    pub(super) fn read_cached(&mut self, site: &CacheSlot, object: &Value) -> Result<Value, Raised> {
        let Value::Object(instance) = object else { return Ok(Value::Undef) };
        let key = receiver_key(self, instance);
        let Some(cache) = site.entries().find(|cache| cache.key == key) else { return Ok(Value::Undef) };
        match (cache.kind, &cache.value) {
            (KIND_FIELD, _) => Ok(self.field_of(instance, cache.slot as usize).unwrap_or_default()),
            (KIND_OWN_GETTER, Value::GetSet(descriptor)) => {
                let Access::Functions(def) = descriptor.access else { return Ok(Value::Undef) };
                let object = object.clone();
                (def.get)(self, &object).map_err(|raised| {
                    let name = self.cache_site_name(site);
                    self.attribute_context(raised, &object, &name)
                })
            }
            _ => Ok(Value::Undef),
        }
    }

    /// Reads an attribute that a function of the object's class reads, which the object cannot hide, and remembers that.
    fn fill_getter_cache(
        &mut self,
        cache: &mut Cache,
        object: &Value,
        name: &Ptr<Str>,
    ) -> Option<Result<Value, Raised>> {
        if matches!(object, Value::Module(_)) {
            return None;
        }
        let class = self.class_of(object);
        if class.flags(&self.gil).has(ClassFlags::HAS_GETATTRIBUTE | ClassFlags::HAS_GETATTR) {
            return None;
        }
        let found = self.lookup(&class, name)?;
        let Value::GetSet(descriptor) = &found else { return None };
        let Access::Functions(def) = descriptor.access else { return None };
        if !class.is_subclass(&self.gil, &descriptor.owner) {
            return None;
        }
        (cache.kind, cache.key) = match object {
            Value::Object(instance) if *instance.shape.get(&self.gil) != ShapeId::DICT => {
                (KIND_OWN_GETTER, receiver_key(self, instance))
            }
            _ => (KIND_GETTER, self.class_key(&class)),
        };
        let old = std::mem::replace(&mut cache.value, found.clone());
        drop(old);
        let result = (def.get)(self, object);
        Some(result.map_err(|raised| self.attribute_context(raised, object, name)))
    }

    fn fill_module_cache(&mut self, cache: &mut Cache, module: &Module, name: &Ptr<Str>) -> Option<Value> {
        let index = self.namespace_index(&module.dict, name)?;
        let version = self.version_of(&module.dict);
        cache.kind = KIND_MODULE;
        cache.key = version;
        cache.slot = index as u32;
        Some(module.dict.data.get(&self.gil).value_at(index).clone())
    }

    fn class_key(&self, class: &Class) -> u64 {
        (u64::from(class.id) << 32) | u64::from(self.interp.epoch.get())
    }

    /// Remembers a class attribute that is found as it stands: no descriptor, and nothing on the metaclass.
    fn fill_class_cache(&mut self, cache: &mut Cache, class: &Raw<Class>, name: &Ptr<Str>, value: &Value) {
        let own = class.to_ptr();
        let meta = self.class_of(&own.to_value());
        if meta.flags(&self.gil).has(ClassFlags::HAS_GETATTRIBUTE) || self.lookup(&meta, name).is_some() {
            return;
        }
        match &self.lookup(&own, name) {
            Some(found) if found.is(value) || self.is_static_over(found, value) => {
                cache.kind = KIND_CLASS;
                cache.key = self.class_key(class);
                let old = std::mem::replace(&mut cache.value, value.clone());
                drop(old);
            }
            Some(Value::Wrapper(wrapper)) if wrapper.is_class => {
                let Value::Method(method) = value else { return };
                let func = wrapper.func.get(&self.gil);
                if matches!(func, Value::Func(_)) && method.func.is(func) {
                    cache.kind = KIND_CLASS_METHOD;
                    cache.key = self.class_key(class);
                    let old = std::mem::replace(&mut cache.value, method.func.clone());
                    drop(old);
                }
            }
            _ => {}
        }
    }

    /// Whether a class attribute is the static method over a function.
    fn is_static_over(&self, found: &Value, func: &Value) -> bool {
        matches!(found, Value::Wrapper(wrapper) if !wrapper.is_class && wrapper.func.get(&self.gil).is(func))
    }

    /// The attribute of a class that a site remembers.
    #[inline(never)]
    pub(super) fn cached_class_attribute(&self, site: &CacheSlot, class: &Class) -> Option<Value> {
        let key = self.class_key(class);
        site.entries().find(|cache| cache.kind == KIND_CLASS && cache.key == key).map(|cache| cache.value.clone())
    }

    fn fill_attribute_cache(&mut self, cache: &mut Cache, instance: &Object, name: &Ptr<Str>) -> Option<Value> {
        let class = instance.class.get(&self.gil).clone();
        let flags = class.flags(&self.gil);
        let shape = *instance.shape.get(&self.gil);
        if flags.has(ClassFlags::HAS_GETATTRIBUTE) {
            return None;
        }
        if shape == ShapeId::DICT {
            return self.fill_dict_cache(cache, instance, &class, name);
        }
        let on_class = self.lookup(&class, name);
        let slot = self.interp.shapes.get(&self.gil).slot(shape, name);
        match &on_class {
            Some(Value::GetSet(descriptor)) => {
                // An attribute in `__slots__` is in a slot like any other; an unbound one is no hit.
                let Access::Slot(slot) = descriptor.access else { return None };
                let value = instance.slots(&self.gil).get(slot)?.clone().bound()?;
                cache.kind = KIND_SLOT;
                cache.slot = slot as u32;
                cache.key = receiver_key(self, instance);
                return Some(value);
            }
            Some(Value::Property(property)) => {
                let getter = property.get.get(&self.gil).clone();
                if matches!(&getter, Value::Func(func) if func.simple_args.get() == 1) {
                    self.remember_getter(cache, instance, getter, flags);
                }
                return None;
            }
            Some(Value::Foreign(descriptor))
                if !descriptor.class.flags(&self.gil).has(ClassFlags::HEAP)
                    && let Some(index) = descriptor.data.get(&self.gil).field_index() =>
            {
                let item = self.field_of(instance, index)?;
                (cache.kind, cache.slot, cache.key) = (KIND_FIELD, index as u32, receiver_key(self, instance));
                return Some(item);
            }
            Some(value) if self.is_data_descriptor(value) => {
                if matches!(value, Value::Object(_)) && self.is_descriptor(value) {
                    self.remember_getter(cache, instance, value.clone(), flags);
                }
                return None;
            }
            _ => {}
        }
        if let Some(slot) = slot {
            let value = instance.slots(&self.gil).get(slot)?.clone();
            cache.kind = KIND_SLOT;
            cache.slot = slot as u32;
            cache.key = receiver_key(self, instance);
            return Some(value);
        }
        let value = on_class?;
        if matches!(value, Value::Func(_)) || self.is_descriptor(&value) {
            return None;
        }
        cache.kind = KIND_CONSTANT;
        cache.key = receiver_key(self, instance);
        let old = std::mem::replace(&mut cache.value, value.clone());
        drop(old);
        Some(value)
    }

    /// Remembers that an attribute is found in the `__dict__` of instances, which the class does not stand in front of.
    fn fill_dict_cache(
        &mut self,
        cache: &mut Cache,
        instance: &Object,
        class: &Ptr<Class>,
        name: &Ptr<Str>,
    ) -> Option<Value> {
        if self.lookup(class, name).is_some_and(|found| self.is_data_descriptor(&found)) {
            return None;
        }
        let value = self.object_dict(instance)?.data.get(&self.gil).get_str(name)?.clone();
        (cache.kind, cache.key) = (KIND_IN_DICT, self.class_key(class));
        let old = std::mem::replace(&mut cache.value, name.to_value());
        drop(old);
        Some(value)
    }

    /// An item of an instance of a class that derives from `tuple`.
    fn field_of(&self, instance: &Object, index: usize) -> Option<Value> {
        match instance.builtin_part(&self.gil) {
            Some(Value::Tuple(items)) => items.get(index).cloned(),
            _ => None,
        }
    }

    /// Remembers what is entered for an attribute, unless `__getattr__` would have to be asked after it.
    fn remember_getter(&self, cache: &mut Cache, instance: &Object, getter: Value, flags: ClassFlags) {
        if flags.has(ClassFlags::HAS_GETATTR) {
            return;
        }
        cache.kind = KIND_PROPERTY;
        cache.key = receiver_key(self, instance);
        let old = std::mem::replace(&mut cache.value, getter);
        drop(old);
    }

    /// `object.name = value`, filling the cache when the attribute is in a slot.
    #[inline(never)]
    pub(super) fn setattr_cached(&mut self, site: &mut CacheSlot, object: &Value, value: Value) -> Result<(), Raised> {
        let name = self.cache_site_name(site);
        site.make_room();
        let cache = &mut site.first;
        let before = match object {
            Value::Object(instance) => Some(receiver_key(self, instance)),
            _ => None,
        };
        self.setattr(object, &name, value)?;
        if let Value::Object(instance) = object {
            let class = instance.class.get(&self.gil).clone();
            let shape = *instance.shape.get(&self.gil);
            if class.flags(&self.gil).has(ClassFlags::HAS_SETATTR) || shape == ShapeId::DICT {
                return Ok(());
            }
            match &self.lookup(&class, &name) {
                Some(Value::GetSet(descriptor)) => {
                    if let Access::Slot(slot) = descriptor.access {
                        cache.kind = KIND_SLOT;
                        cache.slot = slot as u32;
                        cache.key = receiver_key(self, instance);
                    }
                    return Ok(());
                }
                Some(found) if self.is_data_descriptor(found) => return Ok(()),
                _ => {}
            }
            let shapes = self.interp.shapes.get(&self.gil);
            let Some(slot) = shapes.slot(shape, &name) else { return Ok(()) };
            let now = receiver_key(self, instance);
            match before {
                Some(before) if before != now && slot + 1 == shapes.len(shape) => {
                    cache.kind = KIND_ADD;
                    cache.slot = shape.0;
                    cache.key = before;
                    class.data.get_mut(&mut self.gil).learn_slots(slot + 1);
                }
                _ => {
                    cache.kind = KIND_SLOT;
                    cache.slot = slot as u32;
                    cache.key = now;
                }
            }
        }
        Ok(())
    }

    /// The method `name` of an object: the callable, and whether the receiver must be passed to it.
    #[inline(never)]
    pub(super) fn load_method_cached(&mut self, site: &mut CacheSlot, object: &Value) -> Result<(Value, bool), Raised> {
        let builtin_key = self.builtin_receiver_key(object);
        for cache in site.entries() {
            match (object, cache.kind) {
                (Value::Object(instance), KIND_METHOD) if receiver_key(self, instance) == cache.key => {
                    return Ok((cache.value.clone(), true));
                }
                (Value::Object(instance), KIND_STATIC_METHOD) if receiver_key(self, instance) == cache.key => {
                    return Ok((cache.value.clone(), false));
                }
                (_, KIND_BUILTIN_METHOD | KIND_NATIVE_METHOD | KIND_LIST_APPEND) if builtin_key == Some(cache.key) => {
                    return Ok((cache.value.clone(), true));
                }
                (Value::Class(class), KIND_CLASS | KIND_CLASS_METHOD) if cache.key == self.class_key(class) => {
                    return Ok((cache.value.clone(), cache.kind == KIND_CLASS_METHOD));
                }
                (Value::Module(module), KIND_MODULE) if module.dict.data.get(&self.gil).version() == cache.key => {
                    return Ok((module.dict.data.get(&self.gil).value_at(cache.slot as usize).clone(), false));
                }
                _ => {}
            }
        }
        let name = self.cache_site_name(site);
        site.make_room();
        let cache = &mut site.first;
        if let Value::Module(module) = object {
            if let Some(value) = self.fill_module_cache(cache, module, &name) {
                return Ok((value, false));
            }
        }
        let (callable, is_method) = self.load_method(object, &name)?;
        if let Value::Class(class) = object {
            self.fill_class_cache(cache, class, &name, &callable);
        }
        if let (Value::Object(instance), false) = (object, is_method) {
            self.fill_static_cache(cache, instance, &name, &callable);
        }
        if is_method {
            let key = match object {
                Value::Object(instance) if *instance.shape.get(&self.gil) != ShapeId::DICT => {
                    Some((KIND_METHOD, receiver_key(self, instance)))
                }
                _ => builtin_key.map(|key| (self.builtin_method_kind(&callable, object), key)),
            };
            if let Some((kind, key)) = key {
                cache.kind = kind;
                cache.key = key;
                let old = std::mem::replace(&mut cache.value, callable.clone());
                drop(old);
            }
        }
        Ok((callable, is_method))
    }

    /// Remembers a static method that was found through an instance, which has no such attribute of its own.
    fn fill_static_cache(&mut self, cache: &mut Cache, instance: &Object, name: &Ptr<Str>, func: &Value) {
        let class = instance.class.get(&self.gil).clone();
        let shape = *instance.shape.get(&self.gil);
        if shape == ShapeId::DICT
            || class.flags(&self.gil).has(ClassFlags::HAS_GETATTRIBUTE)
            || self.interp.shapes.get(&self.gil).slot(shape, name).is_some()
        {
            return;
        }
        if self.lookup(&class, name).is_some_and(|found| self.is_static_over(&found, func)) {
            (cache.kind, cache.key) = (KIND_STATIC_METHOD, receiver_key(self, instance));
            let old = std::mem::replace(&mut cache.value, func.clone());
            drop(old);
        }
    }

    /// How a site remembers a method of a receiver of a built-in class.
    fn builtin_method_kind(&self, callable: &Value, receiver: &Value) -> u32 {
        match callable {
            Value::Native(native) if native.kind == NativeKind::Method => {
                let class = self.class_of(receiver);
                let owned = native.owner.as_ref().is_none_or(|owner| class.is_subclass(&self.gil, owner));
                match receiver {
                    Value::List(_) if native.def.name == "append" => KIND_LIST_APPEND,
                    _ if owned => KIND_NATIVE_METHOD,
                    _ => KIND_BUILTIN_METHOD,
                }
            }
            _ => KIND_BUILTIN_METHOD,
        }
    }

    /// The function that a `super().name` site remembers for a class and a receiver.
    pub(super) fn cached_super<'a>(&self, site: &'a CacheSlot, class: &Value, receiver: &Value) -> Option<&'a Value> {
        let (Value::Class(class), Value::Object(receiver)) = (class, receiver) else { return None };
        let key = receiver_key(self, receiver);
        let hit = |cache: &&Cache| cache.kind == KIND_SUPER && cache.key == key && cache.slot == class.id;
        site.entries().find(hit).map(|cache| &cache.value)
    }

    /// Remembers what `super().name` found, if that holds for the next receiver of the same shape.
    pub(super) fn fill_super_cache(&self, site: &mut CacheSlot, class: &Value, receiver: &Value, found: &Value) {
        let (Value::Class(class), Value::Object(receiver)) = (class, receiver) else { return };
        if *receiver.shape.get(&self.gil) == ShapeId::DICT {
            return;
        }
        site.make_room();
        let cache = &mut site.first;
        (cache.kind, cache.key, cache.slot) = (KIND_SUPER, receiver_key(self, receiver), class.id);
        let old = std::mem::replace(&mut cache.value, found.clone());
        drop(old);
    }

    /// What a cache compares for a receiver of a built-in class whose instances have no attributes of their own.
    #[inline]
    pub(super) fn builtin_receiver_key(&self, object: &Value) -> Option<u64> {
        let number = match object {
            Value::List(_) | Value::Dict(_) | Value::Str(_) | Value::Tuple(_) | Value::Bytes(_) | Value::Int(_) => {
                BUILTIN_TAG | object.tag() as u32
            }
            Value::Object(_) | Value::Class(_) | Value::Module(_) | Value::Exc(_) | Value::Func(_) => return None,
            Value::Foreign(foreign) => {
                if foreign.dict.get(&self.gil).is_some()
                    || !matches!(foreign.class.data.get(&self.gil).layout, Layout::Builtin(_) | Layout::Plain)
                {
                    return None;
                }
                foreign.class.id
            }
            other => self.class_of(other).id,
        };
        Some((u64::from(number) << 32) | u64::from(self.interp.epoch.get()))
    }

    /// The entry of a name in a namespace.
    pub(super) fn namespace_index(&self, dict: &Dict, name: &Ptr<Str>) -> Option<usize> {
        match dict.data.get(&self.gil).probe(name.hash(), &name.to_value()) {
            crate::object::Probe::Found(index) => Some(index),
            _ => None,
        }
    }

    /// The version of a namespace's set of keys, given now if it has none.
    pub(super) fn version_of(&mut self, dict: &Dict) -> u64 {
        let version = dict.data.get(&self.gil).version();
        if version != 0 {
            return version;
        }
        let version = self.interp.new_dict_version();
        dict.data.get_mut(&mut self.gil).set_version(version);
        version
    }
}
