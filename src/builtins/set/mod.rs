//! `set` and `frozenset`.

pub(super) mod algebra;
mod methods;
mod operators;

use crate::builtins::compare::ORDER;
use crate::builtins::{native, sequence};
use crate::object::{Arity, Known, NativeDef, NativeKind, Vm};

/// Methods of both.
const SHARED: &[NativeDef] = &[
    native("copy", Arity::Exact(1), methods::copy, "Another set of the same members."),
    native(
        "difference",
        Arity::Variadic,
        methods::difference,
        "The members that none of the others has, as a new set.",
    ),
    native(
        "intersection",
        Arity::Variadic,
        methods::intersection,
        "The members that all the others have too, as a new set.",
    ),
    native("isdisjoint", Arity::Exact(2), methods::isdisjoint, "Whether the two have no member in common."),
    native("issubset", Arity::Exact(2), methods::issubset, "Whether another one has all members of this."),
    native("issuperset", Arity::Exact(2), methods::issuperset, "Whether this one has all members of another."),
    native(
        "symmetric_difference",
        Arity::Exact(2),
        methods::symmetric_difference,
        "What is a member of exactly one of the two, as a new set.",
    ),
    native("union", Arity::Variadic, methods::union, "What is a member of any of them, as a new set."),
    native("__contains__", Arity::Exact(2), methods::contains, "Whether the set has a member that is equal to y."),
    native("__reduce__", Arity::Exact(1), methods::reduce, "What pickle needs to make the object again."),
    native("__sizeof__", Arity::Exact(1), methods::sizeof, "How many bytes the set takes."),
];

/// Methods of `set` alone.
const CHANGING: &[NativeDef] = &[
    native("add", Arity::Exact(2), methods::add, "Make a value a member, if it is none yet."),
    native("clear", Arity::Exact(1), methods::clear, "Empty the set."),
    native("difference_update", Arity::Variadic, methods::difference_update, "Take out the members of the others."),
    native("discard", Arity::Exact(2), methods::discard, "Take out a member, if it is one."),
    native(
        "intersection_update",
        Arity::Variadic,
        methods::intersection_update,
        "Take out what is not a member of all the others.",
    ),
    native("pop", Arity::Exact(1), methods::pop, "Take out some member and return it."),
    native("remove", Arity::Exact(2), methods::remove, "Take out a member; KeyError if it is none."),
    native(
        "symmetric_difference_update",
        Arity::Exact(2),
        methods::symmetric_difference_update,
        "Keep what is a member of exactly one of the two.",
    ),
    native("update", Arity::Variadic, methods::update, "Add the members of the others."),
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
    native("__init__", Arity::Any, operators::init, "Set up a new instance."),
    native("__iand__", Arity::Exact(2), operators::iand, "Return self&=value."),
    native("__ior__", Arity::Exact(2), operators::ior, "Return self|=value."),
    native("__isub__", Arity::Exact(2), operators::isub, "Return self-=value."),
    native("__ixor__", Arity::Exact(2), operators::ixor, "Return self^=value."),
];

const HASH: &[NativeDef] = &[native("__hash__", Arity::Exact(1), sequence::hash, "Return hash(self).")];

const SET_STATIC: &[NativeDef] = &[native("__new__", Arity::Any, operators::new_set, "Make an instance of the class.")];

const FROZEN_STATIC: &[NativeDef] =
    &[native("__new__", Arity::Any, operators::new_frozen, "Make an instance of the class.")];

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
