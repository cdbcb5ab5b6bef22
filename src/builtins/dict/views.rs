//! `dict.keys()`, `dict.values()`, `dict.items()`.

use super::methods::reverse_iterator;
use crate::builtins::compare::ORDER;
use crate::builtins::native;
use crate::builtins::sequence::{self, join_reprs};
use crate::builtins::set::algebra;
use crate::object::{
    Args, Arity, DictPart, GetSetDef, Iter, Known, NativeDef, NativeKind, Ptr, Raised, Set, SetData, Value, View, Vm,
};
use crate::vm::iterate::ordered_state;

const EVERY: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__len__", Arity::Exact(1), sequence::len, "Return len(self)."),
    native("__iter__", Arity::Exact(1), sequence::iter, "Implement iter(self)."),
];

const REVERSED: &[NativeDef] =
    &[native("__reversed__", Arity::Exact(1), reversed, "Return a reverse iterator over the dict's entries.")];

const SET_LIKE: &[NativeDef] = &[
    native("__contains__", Arity::Exact(2), sequence::contains, "Return bool(key in self)."),
    native("__and__", Arity::Exact(2), and, "Return self&value."),
    native("__rand__", Arity::Exact(2), rand, "Return value&self."),
    native("__or__", Arity::Exact(2), or, "Return self|value."),
    native("__ror__", Arity::Exact(2), ror, "Return value|self."),
    native("__sub__", Arity::Exact(2), sub, "Return self-value."),
    native("__rsub__", Arity::Exact(2), rsub, "Return value-self."),
    native("__xor__", Arity::Exact(2), xor, "Return self^value."),
    native("__rxor__", Arity::Exact(2), rxor, "Return value^self."),
];

const DISJOINT: &[NativeDef] = &[native(
    "isdisjoint",
    Arity::Exact(2),
    isdisjoint,
    "Return True if the view and the given iterable have a null intersection.",
)];

const MAPPING: &[GetSetDef] =
    &[GetSetDef { name: "mapping", get: mapping, set: None, doc: "dictionary that this view refers to" }];

/// Gives the views their methods.
pub(super) fn install(vm: &mut Vm) {
    for known in [Known::DictKeys, Known::DictValues, Known::DictItems] {
        let class = vm.known(known);
        vm.add_methods(&class, NativeKind::SlotWrapper, EVERY);
        vm.add_methods(&class, NativeKind::Method, REVERSED);
        vm.add_getsets(&class, MAPPING);
        if known != Known::DictValues {
            vm.add_methods(&class, NativeKind::SlotWrapper, SET_LIKE);
            vm.add_methods(&class, NativeKind::SlotWrapper, ORDER);
            vm.add_methods(&class, NativeKind::Method, DISJOINT);
            sequence::unhashable(vm, &class);
        }
    }
}

fn view_of(vm: &mut Vm, value: &Value) -> Result<Ptr<View>, Raised> {
    match value {
        Value::View(view) => Ok(view.to_ptr()),
        _ => Err(vm.type_error("descriptor requires a dict view")),
    }
}

fn mapping(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let view = view_of(vm, object)?;
    let proxy = vm.known(Known::MappingProxy).into_value();
    let dict = if view.is_ordered() { view.owner.clone() } else { view.dict.to_value() };
    vm.call(&proxy, &[dict])
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = vm.class_name(&args[0]);
    if !vm.enter_repr(&args[0])? {
        return Ok(Value::str("..."));
    }
    let text = vm
        .collect(&args[0])
        .and_then(|items| join_reprs(vm, &format!("{name}(["), "])", |_, index| items.get(index).cloned()));
    vm.leave_repr(&args[0]);
    Ok(text?.into())
}

fn reversed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let view = view_of(vm, &args[0])?;
    if view.is_ordered() {
        return Ok(Iter::new(ordered_state(&vm.gil, view.dict.clone(), view.part, true)).into_value());
    }
    Ok(reverse_iterator(vm, view.dict.clone(), view.part))
}

fn is_set_like(value: &Value) -> bool {
    matches!(value, Value::View(view) if view.part != DictPart::Values)
}

/// The items of an iterable as a new set. Keys are taken from their dict at once, as CPython does.
fn set_of(vm: &mut Vm, iterable: &Value) -> Result<Ptr<Set>, Raised> {
    let set = Set::new(SetData::default(), false);
    match iterable {
        Value::View(view) if view.part == DictPart::Keys => algebra::update(vm, &set, &view.dict.to_value())?,
        _ => algebra::update(vm, &set, iterable)?,
    }
    Ok(set)
}

fn intersection(vm: &mut Vm, a: &Value, b: &Value) -> Result<Value, Raised> {
    let (mut view, mut other) = if is_set_like(a) { (a, b) } else { (b, a) };
    let len = vm.len(view)?;
    if let Value::Set(set) = other {
        if len <= set.data.get(&vm.gil).len() {
            return vm.call_method_str(other, "intersection", std::slice::from_ref(view));
        }
    }
    if is_set_like(other) && vm.len(other)? > len {
        std::mem::swap(&mut view, &mut other);
    }
    let set = Set::new(SetData::default(), false);
    vm.for_each(other, |vm, item| {
        if vm.contains(view, &item)? {
            vm.set_add(&set, item)?;
        }
        Ok(true)
    })?;
    Ok(set.into_value())
}

fn union(vm: &mut Vm, a: &Value, b: &Value) -> Result<Value, Raised> {
    let set = set_of(vm, a)?;
    algebra::update(vm, &set, b)?;
    Ok(set.into_value())
}

fn difference(vm: &mut Vm, a: &Value, b: &Value) -> Result<Value, Raised> {
    let set = set_of(vm, a)?;
    algebra::difference_update(vm, &set, b)?;
    Ok(set.into_value())
}

fn symmetric_difference(vm: &mut Vm, a: &Value, b: &Value) -> Result<Value, Raised> {
    let set = set_of(vm, a)?;
    algebra::symmetric_difference_update(vm, &set, b)?;
    Ok(set.into_value())
}

macro_rules! operators {
    ($($forward:ident $reflected:ident $function:ident;)*) => {
        $(fn $forward(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            $function(vm, &args[0], &args[1])
        }

        fn $reflected(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            $function(vm, &args[1], &args[0])
        })*
    };
}

operators! {
    and rand intersection;
    or ror union;
    sub rsub difference;
    xor rxor symmetric_difference;
}

fn isdisjoint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (mut view, mut other) = (&args[0], &args[1]);
    if view.is(other) {
        return Ok(Value::from(vm.len(view)? == 0));
    }
    if (matches!(other, Value::Set(_)) || is_set_like(other)) && vm.len(other)? > vm.len(view)? {
        std::mem::swap(&mut view, &mut other);
    }
    let mut disjoint = true;
    vm.for_each(other, |vm, item| {
        disjoint = !vm.contains(view, &item)?;
        Ok(disjoint)
    })?;
    Ok(disjoint.into())
}
