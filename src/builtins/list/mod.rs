//! `list`.

mod methods;
mod operators;
pub(crate) mod sort;
mod timsort;

use crate::builtins::compare::ORDER;
use crate::builtins::{native, sequence};
use crate::object::{Arity, Known, NativeDef, NativeKind, Params, Vm};

const SORT: Params = Params { names: &["self", "key", "reverse"], required: 1, posonly: 1, kwonly: 2 };

const METHODS: &[NativeDef] = &[
    native("append", Arity::Exact(2), methods::append, "Append object to the end of the list."),
    native("clear", Arity::Exact(1), methods::clear, "Remove all items from list."),
    native("copy", Arity::Exact(1), methods::copy, "Return a shallow copy of the list."),
    native("count", Arity::Exact(2), methods::count, "Return number of occurrences of value."),
    native("extend", Arity::Exact(2), methods::extend, "Extend list by appending elements from the iterable."),
    native("index", Arity::Range(2, 4), methods::index, "Return first index of value."),
    native("insert", Arity::Exact(3), methods::insert, "Insert object before index."),
    native("pop", Arity::Range(1, 2), methods::pop, "Remove and return item at index (default last)."),
    native("remove", Arity::Exact(2), methods::remove, "Remove first occurrence of value."),
    native("reverse", Arity::Exact(1), methods::reverse, "Reverse *IN PLACE*."),
    native("sort", Arity::Named(&SORT), sort::sort, "Sort the list in ascending order and return None."),
    native("__reversed__", Arity::Exact(1), methods::reversed, "Return a reverse iterator over the list."),
    native("__sizeof__", Arity::Exact(1), methods::sizeof, "Return the size of the list in memory, in bytes."),
];

const SLOTS: &[NativeDef] = &[
    native("__init__", Arity::Any, operators::init, "Initialize self.  See help(type(self)) for accurate signature."),
    native("__repr__", Arity::Exact(1), operators::repr, "Return repr(self)."),
    native("__add__", Arity::Exact(2), operators::add, "Return self+value."),
    native("__iadd__", Arity::Exact(2), operators::iadd, "Implement self+=value."),
    native("__mul__", Arity::Exact(2), operators::mul, "Return self*value."),
    native("__rmul__", Arity::Exact(2), operators::mul, "Return value*self."),
    native("__imul__", Arity::Exact(2), operators::imul, "Implement self*=value."),
    native("__len__", Arity::Exact(1), sequence::len, "Return len(self)."),
    native("__contains__", Arity::Exact(2), sequence::contains, "Return bool(key in self)."),
    native("__getitem__", Arity::Exact(2), sequence::getitem, "Return self[index]."),
    native("__setitem__", Arity::Exact(3), sequence::setitem, "Set self[key] to value."),
    native("__delitem__", Arity::Exact(2), sequence::delitem, "Delete self[key]."),
    native("__iter__", Arity::Exact(1), sequence::iter, "Implement iter(self)."),
];

const STATIC: &[NativeDef] = &[native("__new__", Arity::Any, operators::new, "Create and return a new object.")];

/// Gives `list` its methods.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::List);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::SlotWrapper, ORDER);
    vm.add_methods(&class, NativeKind::Static, STATIC);
    vm.add_methods(&class, NativeKind::ClassMethod, sequence::CLASS_GETITEM);
    sequence::unhashable(vm, &class);
}
