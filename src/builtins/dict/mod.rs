//! `dict`.

mod methods;
mod operators;
mod views;

use crate::builtins::compare::ORDER;
use crate::builtins::{native, sequence};
use crate::object::{Arity, Known, NativeDef, NativeKind, Vm};

const METHODS: &[NativeDef] = &[
    native("clear", Arity::Exact(1), methods::clear, "Empty the dict."),
    native("copy", Arity::Exact(1), methods::copy, "Another dict with the same keys and values."),
    native("get", Arity::Range(2, 3), methods::get, "The value of a key, or the default where the key is missing."),
    native("items", Arity::Exact(1), methods::items, "A view of the pairs of key and value, which behaves as a set."),
    native("keys", Arity::Exact(1), methods::keys, "A view of the keys, which behaves as a set."),
    native(
        "pop",
        Arity::Range(2, 3),
        methods::pop,
        "Remove the key and return its value, or default, or raise KeyError.",
    ),
    native(
        "popitem",
        Arity::Exact(1),
        methods::popitem,
        "Remove and return the (key, value) pair that was added last.",
    ),
    native(
        "setdefault",
        Arity::Range(2, 3),
        methods::setdefault,
        "Return the key's value, inserting default if there is none.",
    ),
    native(
        "update",
        Arity::Any,
        methods::update,
        "Update the dict from a mapping or an iterable of pairs, and from keywords.",
    ),
    native("values", Arity::Exact(1), methods::values, "A view of the values."),
    native("__reversed__", Arity::Exact(1), methods::reversed, "Iterate over the keys, the last one first."),
    native("__sizeof__", Arity::Exact(1), methods::sizeof, "How many bytes the dict takes."),
    native("__contains__", Arity::Exact(2), sequence::contains, "Whether the dict has a key."),
    native("__getitem__", Arity::Exact(2), operators::getitem, "Return self[key]."),
];

const SLOTS: &[NativeDef] = &[
    native("__init__", Arity::Any, operators::init, "Set up a new instance."),
    native("__repr__", Arity::Exact(1), operators::repr, "Return repr(self)."),
    native("__or__", Arity::Exact(2), operators::or, "Return self|value."),
    native("__ror__", Arity::Exact(2), operators::ror, "Return value|self."),
    native("__ior__", Arity::Exact(2), operators::ior, "Return self|=value."),
    native("__len__", Arity::Exact(1), sequence::len, "Return len(self)."),
    native("__setitem__", Arity::Exact(3), sequence::setitem, "Set self[key] to value."),
    native("__delitem__", Arity::Exact(2), sequence::delitem, "Delete self[key]."),
    native("__iter__", Arity::Exact(1), sequence::iter, "Implement iter(self)."),
];

const STATIC: &[NativeDef] = &[native("__new__", Arity::Any, operators::new, "Make an instance of the class.")];

const CLASS_METHODS: &[NativeDef] = &[native(
    "fromkeys",
    Arity::Range(2, 3),
    methods::fromkeys,
    "Create a dictionary with keys from iterable and values set to value.",
)];

/// Gives `dict` and its views their methods.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::Dict);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::SlotWrapper, ORDER);
    vm.add_methods(&class, NativeKind::Static, STATIC);
    vm.add_methods(&class, NativeKind::ClassMethod, CLASS_METHODS);
    vm.add_methods(&class, NativeKind::ClassMethod, sequence::CLASS_GETITEM);
    sequence::unhashable(vm, &class);
    views::install(vm);
}
