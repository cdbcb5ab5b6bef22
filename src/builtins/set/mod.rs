//! `set` and `frozenset`.

pub(super) mod algebra;
mod methods;
mod operators;

use crate::builtins::compare::ORDER;
use crate::builtins::{native, sequence};
use crate::object::{Arity, Known, NativeDef, NativeKind, Vm};

/// Methods of both.
const SHARED: &[NativeDef] = &[
    native("copy", Arity::Exact(1), methods::copy, "Return a shallow copy of a set."),
    native(
        "difference",
        Arity::Variadic,
        methods::difference,
        "Return a new set with elements in the set that are not in the others.",
    ),
    native(
        "intersection",
        Arity::Variadic,
        methods::intersection,
        "Return a new set with elements common to the set and all others.",
    ),
    native("isdisjoint", Arity::Exact(2), methods::isdisjoint, "Return True if two sets have a null intersection."),
    native("issubset", Arity::Exact(2), methods::issubset, "Report whether another set contains this set."),
    native("issuperset", Arity::Exact(2), methods::issuperset, "Report whether this set contains another set."),
    native(
        "symmetric_difference",
        Arity::Exact(2),
        methods::symmetric_difference,
        "Return a new set with elements in either the set or other but not both.",
    ),
    native("union", Arity::Variadic, methods::union, "Return a new set with elements from the set and all others."),
    native("__contains__", Arity::Exact(2), methods::contains, "x.__contains__(y) <==> y in x."),
    native("__reduce__", Arity::Exact(1), methods::reduce, "Return state information for pickling."),
    native("__sizeof__", Arity::Exact(1), methods::sizeof, "S.__sizeof__() -> size of S in memory, in bytes."),
];

/// Methods of `set` alone.
const CHANGING: &[NativeDef] = &[
    native("add", Arity::Exact(2), methods::add, "Add an element to a set."),
    native("clear", Arity::Exact(1), methods::clear, "Remove all elements from this set."),
    native(
        "difference_update",
        Arity::Variadic,
        methods::difference_update,
        "Update the set, removing elements found in others.",
    ),
    native("discard", Arity::Exact(2), methods::discard, "Remove an element from a set if it is a member."),
    native(
        "intersection_update",
        Arity::Variadic,
        methods::intersection_update,
        "Update the set, keeping only elements found in it and all others.",
    ),
    native("pop", Arity::Exact(1), methods::pop, "Remove and return an arbitrary set element."),
    native("remove", Arity::Exact(2), methods::remove, "Remove an element from a set; it must be a member."),
    native(
        "symmetric_difference_update",
        Arity::Exact(2),
        methods::symmetric_difference_update,
        "Update the set, keeping only elements found in either set, but not in both.",
    ),
    native("update", Arity::Variadic, methods::update, "Update the set, adding elements from all others."),
];

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), operators::repr, "Return repr(self)."),
    native("__len__", Arity::Exact(1), sequence::len, "Return len(self)."),
    native("__iter__", Arity::Exact(1), sequence::iter, "Implement iter(self)."),
    native("__and__", Arity::Exact(2), operators::and, "Return self&value."),
    native("__rand__", Arity::Exact(2), operators::rand, "Return value&self."),
    native("__or__", Arity::Exact(2), operators::or, "Return self|value."),
    native("__ror__", Arity::Exact(2), operators::ror, "Return value|self."),
    native("__sub__", Arity::Exact(2), operators::sub, "Return self-value."),
    native("__rsub__", Arity::Exact(2), operators::rsub, "Return value-self."),
    native("__xor__", Arity::Exact(2), operators::xor, "Return self^value."),
    native("__rxor__", Arity::Exact(2), operators::rxor, "Return value^self."),
];

const CHANGING_SLOTS: &[NativeDef] = &[
    native("__init__", Arity::Any, operators::init, "Initialize self.  See help(type(self)) for accurate signature."),
    native("__iand__", Arity::Exact(2), operators::iand, "Return self&=value."),
    native("__ior__", Arity::Exact(2), operators::ior, "Return self|=value."),
    native("__isub__", Arity::Exact(2), operators::isub, "Return self-=value."),
    native("__ixor__", Arity::Exact(2), operators::ixor, "Return self^=value."),
];

const HASH: &[NativeDef] = &[native("__hash__", Arity::Exact(1), sequence::hash, "Return hash(self).")];

const SET_STATIC: &[NativeDef] =
    &[native("__new__", Arity::Any, operators::new_set, "Create and return a new object.")];

const FROZEN_STATIC: &[NativeDef] =
    &[native("__new__", Arity::Any, operators::new_frozen, "Create and return a new object.")];

/// Gives both classes their methods.
pub(super) fn install(vm: &mut Vm) {
    for known in [Known::Set, Known::FrozenSet] {
        let class = vm.known(known);
        vm.add_methods(&class, NativeKind::Method, SHARED);
        vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
        vm.add_methods(&class, NativeKind::SlotWrapper, ORDER);
        vm.add_methods(&class, NativeKind::ClassMethod, sequence::CLASS_GETITEM);
        if known == Known::Set {
            vm.add_methods(&class, NativeKind::Method, CHANGING);
            vm.add_methods(&class, NativeKind::SlotWrapper, CHANGING_SLOTS);
            vm.add_methods(&class, NativeKind::Static, SET_STATIC);
            sequence::unhashable(vm, &class);
        } else {
            vm.add_methods(&class, NativeKind::SlotWrapper, HASH);
            vm.add_methods(&class, NativeKind::Static, FROZEN_STATIC);
        }
    }
}
