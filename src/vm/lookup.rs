//! Looking attributes up on classes, through the method cache.

use crate::object::Zeroed;
use crate::object::interp::{METHOD_CACHE_SIZE, MethodCacheEntry};
use crate::object::{Args, Arity, Class, Func, Known, Name, Native, NativeKind, Object, Ptr, Raised, Str, Value, Vm};

/// Whether the method cache may keep a value alive: the content of functions and descriptors changes
/// rarely, while other objects may have finalisers that a script waits for.
fn may_be_cached(value: &Value) -> bool {
    matches!(
        value,
        Value::Func(_) | Value::Native(_) | Value::GetSet(_) | Value::Property(_) | Value::Wrapper(_) | Value::Str(_)
    ) || !value.is_heap()
}

#[inline(always)]
fn cache_index(class: u32, name: usize) -> usize {
    ((class as usize).wrapping_mul(0x9E37) ^ (name >> 4)) & (METHOD_CACHE_SIZE - 1)
}

impl Vm {
    /// The attribute as the class and its MRO have it (not bound), through the method cache. The name is interned.
    #[inline]
    pub fn lookup(&mut self, class: &Ptr<Class>, name: &Ptr<Str>) -> Option<Value> {
        let index = cache_index(class.id, name.address());
        if let Some(entry) = self.interp.method_cache.get(&self.gil).get(index) {
            if entry.class == class.id && entry.name == name.address() && entry.epoch == self.interp.epoch.get() {
                return entry.value.clone().bound();
            }
        }
        self.lookup_uncached(class, name, index)
    }

    #[inline(never)]
    fn lookup_uncached(&mut self, class: &Ptr<Class>, name: &Ptr<Str>, index: usize) -> Option<Value> {
        let found = class.lookup(&self.gil, name);
        if !name.is_interned() || !found.as_ref().is_none_or(may_be_cached) {
            return found;
        }
        let epoch = self.interp.epoch.get();
        let old = self.interp.method_cache.get_mut(&mut self.gil).get_mut(index).map(|entry| {
            entry.class = class.id;
            entry.name = name.address();
            entry.epoch = epoch;
            std::mem::replace(&mut entry.value, found.clone().unwrap_or_default())
        });
        drop(old);
        found
    }

    /// Forgets what the method cache keeps alive.
    pub(crate) fn clear_method_cache(&mut self) {
        let cache = self.interp.method_cache.get_mut(&mut self.gil);
        let fresh = MethodCacheEntry::zeroed(cache.len()).into_vec();
        let old = std::mem::replace(cache, fresh);
        drop(old);
    }

    /// As `lookup`, for a name the machine knows.
    #[inline]
    pub fn lookup_name(&mut self, class: &Ptr<Class>, name: Name) -> Option<Value> {
        let address = self.interp.name(&self.gil, name).address();
        let index = cache_index(class.id, address);
        if let Some(entry) = self.interp.method_cache.get(&self.gil).get(index) {
            if entry.class == class.id && entry.name == address && entry.epoch == self.interp.epoch.get() {
                return entry.value.clone().bound();
            }
        }
        let name = self.name(name);
        self.lookup_uncached(class, &name, index)
    }

    /// The special method `name` of a value's class, with what must be passed as its first argument: a plain function is
    /// not bound (the receiver comes back with it), other descriptors are.
    ///
    /// # Errors
    ///
    /// Whatever a descriptor's `__get__` raises.
    pub fn special(&mut self, value: &Value, name: Name) -> Result<Option<(Value, Option<Value>)>, Raised> {
        let class = self.class_of(value);
        let Some(found) = self.lookup_name(&class, name) else { return Ok(None) };
        if takes_receiver(&found) {
            return Ok(Some((found, Some(value.clone()))));
        }
        Ok(Some((self.bind(found, value)?, None)))
    }

    /// The method `name` of a value's class, if it is a script function of exactly `count` arguments by position.
    pub(super) fn function_of(&mut self, value: &Value, name: Name, count: u32) -> Option<Ptr<Func>> {
        let class = self.class_of(value);
        match &self.lookup_name(&class, name) {
            Some(Value::Func(func)) if func.simple_args.get() == count => Some(func.to_ptr()),
            _ => None,
        }
    }

    /// Calls the special method `name` of a value; None if its class has none.
    ///
    /// # Errors
    ///
    /// What the method raises.
    pub fn call_special(&mut self, value: &Value, name: Name, args: &[Value]) -> Result<Option<Value>, Raised> {
        let class = self.class_of(value);
        let Some(found) = self.lookup_name(&class, name) else { return Ok(None) };
        self.call_found(found, value, args).map(Some)
    }

    /// Calls what was found on the class of `receiver`.
    pub(crate) fn call_found(&mut self, found: Value, receiver: &Value, args: &[Value]) -> Result<Value, Raised> {
        if !takes_receiver(&found) {
            let bound = self.bind(found, receiver)?;
            return self.call(&bound, args);
        }
        if let Value::Native(native) = &found
            && self.owns_method(native, receiver)
        {
            match (native.def.arity, args) {
                (Arity::Exact(1), []) => return (native.def.call)(self, Args::new(std::slice::from_ref(receiver))),
                (Arity::Exact(2), [arg]) => {
                    return (native.def.call)(self, Args::new(&[receiver.clone(), arg.clone()]));
                }
                _ => {}
            }
        }
        match args {
            [] => self.call(&found, std::slice::from_ref(receiver)),
            [a] => self.call(&found, &[receiver.clone(), a.clone()]),
            _ => {
                let mut all = Vec::with_capacity(args.len() + 1);
                all.push(receiver.clone());
                all.extend_from_slice(args);
                self.call(&found, &all)
            }
        }
    }

    /// Whether a native method is certain to be one of the receiver's own class.
    #[inline]
    fn owns_method(&self, native: &Native, receiver: &Value) -> bool {
        let Some(owner) = &native.owner else { return false };
        match receiver {
            Value::Object(object) => object.class.get(&self.gil).is(owner),
            Value::Foreign(object) => object.class.is(owner),
            Value::Exc(_) | Value::Class(_) => false,
            _ => owner.known == Some(self.known_class_of(receiver)),
        }
    }

    /// Whether `value` is an instance of a built-in class or of a subclass of it, by its real class.
    pub fn is_known(&self, value: &Value, known: Known) -> bool {
        match value {
            Value::Object(object) => object.class.get(&self.gil).is_known_subclass(&self.gil, known),
            _ => self.class_of(value).is_known_subclass(&self.gil, known),
        }
    }

    /// The built-in part of an instance of a class that derives from a built-in one and has the method `name` of that;
    /// a value of a built-in type as it is.
    pub(crate) fn plain_part(&mut self, value: &Value, name: Name) -> Option<Value> {
        let Value::Object(object) = value else { return Some(value.clone()) };
        let part = object.builtin_part(&self.gil)?;
        let data = object.class.get(&self.gil).data.get(&self.gil);
        let native = match data.native_methods.get(self.interp.epoch.get(), name) {
            Some(native) => native,
            None => return self.plain_part_anew(object, name),
        };
        native.then(|| part.clone())
    }

    #[cold]
    fn plain_part_anew(&mut self, object: &Object, name: Name) -> Option<Value> {
        let part = object.builtin_part(&self.gil)?.clone();
        let class = object.class.get(&self.gil).clone();
        let owner = self.known_class_of(&part);
        let native = self.defines_natively(&class, name, owner);
        let epoch = self.interp.epoch.get();
        class.data.get_mut(&mut self.gil).native_methods.set(epoch, name, native);
        native.then_some(part)
    }

    /// Whether the class has a built-in class's own definition of `name`, not an overridden one.
    pub(crate) fn defines_natively(&mut self, class: &Ptr<Class>, name: Name, owner: Known) -> bool {
        match &self.lookup_name(class, name) {
            Some(Value::Native(native)) => native.owner.as_ref().is_some_and(|class| class.known == Some(owner)),
            _ => false,
        }
    }
}

/// Whether a value found on a class is called with the receiver as its first argument, without a bound method.
#[inline(always)]
pub(crate) fn takes_receiver(found: &Value) -> bool {
    match found {
        Value::Func(_) => true,
        Value::Native(native) => matches!(native.kind, NativeKind::Method | NativeKind::SlotWrapper),
        _ => false,
    }
}
