//! What native modules need to define types of their own.

use crate::builtins::iterators::{iter_next, iter_self};
use crate::builtins::native;
use crate::object::{Arity, Class, ClassFlags, Dict, GetSetDef, Known, NativeDef, NativeKind, Ptr, Raised, Value, Vm};
use crate::vm::INSTANCE_DICT;

/// Implements `ForeignData` for a struct: `single` fields are values, `many` fields are vectors of
/// values. With `next`, objects are iterators; with `call`, they are called by that function.
macro_rules! foreign_data {
    ($type:ident, next: $next:path, single: [$($single:ident),*], many: [$($many:ident),*]) => {
        impl $crate::object::ForeignData for $type {
            foreign_data! { @values [$($single),*] [$($many),*] }

            fn next_fn(&self) -> Option<$crate::object::NextFn> {
                Some($next)
            }
        }
    };
    ($type:ident, call: $call:path, single: [$($single:ident),*], many: [$($many:ident),*]) => {
        impl $crate::object::ForeignData for $type {
            foreign_data! { @values [$($single),*] [$($many),*] }

            fn call_fn(&self) -> Option<$crate::object::CallFn> {
                Some($call)
            }
        }
    };
    ($type:ident, single: [$($single:ident),*], many: [$($many:ident),*]) => {
        impl $crate::object::ForeignData for $type {
            foreign_data! { @values [$($single),*] [$($many),*] }
        }
    };
    (@values [$($single:ident),*] [$($many:ident),*]) => {
        fn trace(&self, _visit: &mut dyn FnMut(&$crate::object::Value)) {
            $(_visit(&self.$single);)*
            $(self.$many.iter().for_each(&mut *_visit);)*
        }

        fn clear(&mut self) -> Vec<$crate::object::Value> {
            #[allow(unused_mut)]
            let mut values = vec![$(self.$single.take()),*];
            $(values.extend(std::mem::take(&mut self.$many));)*
            values
        }
    };
}

pub(crate) use foreign_data;

/// The methods that make a foreign object an iterator for scripts.
pub(crate) const ITERATOR: &[NativeDef] = &[
    native("__iter__", Arity::Exact(1), iter_self, "Implement iter(self)."),
    native("__next__", Arity::Exact(1), iter_next, "Implement next(self)."),
];

const INSTANCE: &[GetSetDef] = &[INSTANCE_DICT];

/// Lets instances of a native class have a `__dict__` and be weakly referenced.
pub(crate) fn give_dict(vm: &mut Vm, class: &Ptr<Class>) {
    let flags = &mut class.data.get_mut(&mut vm.gil).flags;
    flags.set(ClassFlags::HAS_DICT, true);
    flags.set(ClassFlags::HAS_WEAKREF, true);
    vm.add_getsets(class, INSTANCE);
}

/// Lets no script class derive from a native class.
pub(crate) fn seal(vm: &mut Vm, class: &Ptr<Class>) {
    class.data.get_mut(&mut vm.gil).flags.set(ClassFlags::BASETYPE, false);
}

/// A class of a native module, with its constructor, filed in the module's namespace.
pub(crate) fn define_class(
    vm: &mut Vm,
    dict: &Ptr<Dict>,
    full_name: &str,
    new: &'static [NativeDef],
    methods: &'static [NativeDef],
) -> Ptr<Class> {
    let class = vm.native_class(full_name, Known::Object, methods);
    vm.add_methods(&class, NativeKind::Static, new);
    let name = full_name.rsplit('.').next().unwrap_or(full_name);
    vm.dict_set_str(dict, name, class.to_value());
    class
}

/// An exception class as a `class` statement makes it.
///
/// # Errors
///
/// What making the class raises.
pub(crate) fn define_exception(
    vm: &mut Vm,
    dict: &Ptr<Dict>,
    full_name: &str,
    base: Value,
) -> Result<Ptr<Class>, Raised> {
    let (module, name) = full_name.rsplit_once('.').unwrap_or(("builtins", full_name));
    let namespace = Dict::new();
    vm.dict_set_str(&namespace, "__module__", Value::str(module));
    let make = vm.known(Known::Type).into_value();
    let class = vm.call(&make, &[Value::str(name), Value::tuple(vec![base]), namespace.into_value()])?;
    vm.dict_set_str(dict, name, class.clone());
    vm.expect_class(&class)
}

/// As [`define_class`], for an iterator.
pub(crate) fn define_iterator(
    vm: &mut Vm,
    dict: &Ptr<Dict>,
    full_name: &str,
    new: &'static [NativeDef],
    methods: &'static [NativeDef],
) -> Ptr<Class> {
    let class = define_class(vm, dict, full_name, new, methods);
    vm.add_methods(&class, NativeKind::SlotWrapper, ITERATOR);
    class
}
