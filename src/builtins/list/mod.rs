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
    native("append", Arity::Exact(2), methods::append, "Put an item behind the others."),
    native("clear", Arity::Exact(1), methods::clear, "Empty the list."),
    native("copy", Arity::Exact(1), methods::copy, "Another list of the same items."),
    native("count", Arity::Exact(2), methods::count, "How many items are equal to a value."),
    native("extend", Arity::Exact(2), methods::extend, "Put the items of an iterable behind the others."),
    native("index", Arity::Range(2, 4), methods::index, "The index of the first item that is equal to a value."),
    native("insert", Arity::Exact(3), methods::insert, "Put an item in front of the one at an index."),
    native(
        "pop",
        Arity::Range(1, 2),
        methods::pop,
        "Take out the item at an index, the last unless told, and return it.",
    ),
    native("remove", Arity::Exact(2), methods::remove, "Take out the first item that is equal to a value."),
    native("reverse", Arity::Exact(1), methods::reverse, "Reverse *IN PLACE*."),
    native("sort", Arity::Named(&SORT), sort::sort, "Bring the items in order, in place; equal ones stay as they are."),
    native("__reversed__", Arity::Exact(1), methods::reversed, "Iterate over the items, the last one first."),
    native("__sizeof__", Arity::Exact(1), methods::sizeof, "How many bytes the list takes."),
];

const SLOTS: &[NativeDef] = &[
    native("__init__", Arity::Any, operators::init, "Set up a new instance."),
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

const STATIC: &[NativeDef] = &[native("__new__", Arity::Any, operators::new, "Make an instance of the class.")];

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
