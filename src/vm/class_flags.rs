//! What is derived from the content of classes: flags that let the machine skip lookups, and subclass lists.

use crate::object::weak::{self, WeakClass};
use crate::object::{Class, ClassFlags, Known, Layout, Name, Ptr, Value, Vm};

impl Vm {
    /// Files `class` as a direct subclass of `base`.
    pub(crate) fn register_subclass(&mut self, base: &Ptr<Class>, class: &Ptr<Class>) {
        let of = self.known(Known::WeakRef);
        let reference = weak::new_reference(of, &class.to_value(), Value::None).into_value();
        let list = &mut base.data.get_mut(&mut self.gil).subclasses;
        list.push(WeakClass { reference });
    }

    /// Makes a class and those derived from it match as sequences or mappings; a class is never both.
    ///
    /// Strings of text or bytes are sequences for `isinstance`, but never for patterns.
    pub(crate) fn mark_collection(&mut self, class: &Class, flag: u32) {
        if matches!(class.known, Some(Known::Str | Known::Bytes | Known::ByteArray)) {
            return;
        }
        let both = ClassFlags::SEQUENCE | ClassFlags::MAPPING;
        let mut open: Vec<Ptr<Class>> = self.direct_subclasses(class);
        let flags = &mut class.data.get_mut(&mut self.gil).flags;
        flags.0 = flags.0 & !both | flag;
        while let Some(class) = open.pop() {
            let flags = &mut class.data.get_mut(&mut self.gil).flags;
            flags.0 = flags.0 & !both | flag;
            open.extend(self.direct_subclasses(&class));
        }
    }

    /// The direct subclasses that are alive.
    pub(crate) fn direct_subclasses(&self, class: &Class) -> Vec<Ptr<Class>> {
        let list = &class.data.get(&self.gil).subclasses;
        let alive = list.iter().filter_map(|weak| match &weak::upgrade(&self.gil, &weak.reference) {
            Some(Value::Class(class)) => Some(class.to_ptr()),
            _ => None,
        });
        alive.collect()
    }

    /// Forgets `class` among the subclasses of `base`.
    pub(crate) fn unregister_subclass(&mut self, base: &Ptr<Class>, class: &Ptr<Class>) {
        let alive = self.direct_subclasses(base);
        let old = std::mem::take(&mut base.data.get_mut(&mut self.gil).subclasses);
        drop(old);
        for other in alive {
            if !other.is(class) {
                self.register_subclass(base, &other);
            }
        }
    }

    /// Recomputes flags that depend on what a class and its bases define, after a change, and bumps the epoch.
    pub fn class_changed(&mut self, class: &Ptr<Class>) {
        self.interp.bump_epoch();
        if !self.interp.filling.get() {
            self.update_flags(class);
        }
    }

    /// Fills the known classes: `fill` adds their methods, and what depends on them is computed once, at the end.
    pub(crate) fn fill_classes(&mut self, fill: impl FnOnce(&mut Vm)) {
        self.interp.filling.set(true);
        fill(self);
        self.interp.filling.set(false);
        self.interp.bump_epoch();
        let classes = self.interp.classes.get(&self.gil).clone();
        for class in &classes {
            self.update_own_flags(class);
        }
    }

    pub(crate) fn update_flags(&mut self, class: &Ptr<Class>) {
        self.update_own_flags(class);
        for subclass in self.direct_subclasses(class) {
            self.update_flags(&subclass);
        }
    }

    fn update_own_flags(&mut self, class: &Ptr<Class>) {
        let defines = |vm: &Vm, which: Name| class.lookup(&vm.gil, vm.interp.name(&vm.gil, which)).is_some();
        let overrides = |vm: &Vm, which: Name| vm.defined_below_roots(class, which);
        let has_del = overrides(self, Name::__del__);
        let getattribute = overrides(self, Name::__getattribute__);
        let getattr = defines(self, Name::__getattr__);
        let setattr = overrides(self, Name::__setattr__) || overrides(self, Name::__delattr__);
        let get = overrides(self, Name::__get__);
        let set = overrides(self, Name::__set__) || overrides(self, Name::__delete__);
        let custom_eq = class.known.is_none()
            && (overrides(self, Name::__eq__) || overrides(self, Name::__ne__) || overrides(self, Name::__hash__));
        let plain_new = class.known.is_none()
            && class.data.get(&self.gil).layout == Layout::Plain
            && self.defines_natively(class, Name::__new__, Known::Object)
            && match class.meta.get(&self.gil) {
                Some(meta) => {
                    meta.known == Some(Known::Type) || !self.defined_below_roots(&meta.clone(), Name::__call__)
                }
                None => true,
            };
        let flags = &mut class.data.get_mut(&mut self.gil).flags;
        flags.set(ClassFlags::HAS_DEL, has_del);
        flags.set(ClassFlags::HAS_GETATTRIBUTE, getattribute);
        flags.set(ClassFlags::HAS_GETATTR, getattr);
        flags.set(ClassFlags::HAS_SETATTR, setattr);
        flags.set(ClassFlags::HAS_GET, get);
        flags.set(ClassFlags::HAS_SET, set);
        flags.set(ClassFlags::CUSTOM_EQ, custom_eq);
        flags.set(ClassFlags::PLAIN_NEW, plain_new);
    }

    /// Whether a class or one of its bases defines `name`, those apart whose definitions the machine has built in.
    pub(crate) fn defined_below_roots(&self, class: &Ptr<Class>, which: Name) -> bool {
        let name = self.interp.name(&self.gil, which);
        let tail = &class.data.get(&self.gil).mro_tail;
        std::iter::once(class).chain(tail).any(|class| {
            !matches!(class.known, Some(Known::Object | Known::Type | Known::Module | Known::BaseException))
                && class.data.get(&self.gil).dict.data.get(&self.gil).get_str(name).is_some()
        })
    }
}
