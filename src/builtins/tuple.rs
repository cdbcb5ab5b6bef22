//! `tuple`.

use crate::builtins::compare::ORDER;
use crate::builtins::native;
use crate::builtins::receiver::receiver;
use crate::builtins::sequence::{
    self, join_reprs, no_keywords, optional_iterable, repeat_factor, repeated, search_bound,
};
use crate::object::{Args, Arity, Known, NativeDef, NativeKind, Raised, Tuple, Value, Vm};

const METHODS: &[NativeDef] = &[
    native("count", Arity::Exact(2), count, "How many items are equal to a value."),
    native("index", Arity::Range(2, 4), index, "The index of the first item that is equal to a value."),
    native("__getnewargs__", Arity::Exact(1), getnewargs, ""),
];

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__hash__", Arity::Exact(1), sequence::hash, "Return hash(self)."),
    native("__add__", Arity::Exact(2), add, "Return self+value."),
    native("__mul__", Arity::Exact(2), mul, "Return self*value."),
    native("__rmul__", Arity::Exact(2), mul, "Return value*self."),
    native("__len__", Arity::Exact(1), sequence::len, "Return len(self)."),
    native("__contains__", Arity::Exact(2), sequence::contains, "Return bool(key in self)."),
    native("__getitem__", Arity::Exact(2), sequence::getitem, "Return self[key]."),
    native("__iter__", Arity::Exact(1), sequence::iter, "Implement iter(self)."),
];

const STATIC: &[NativeDef] = &[native("__new__", Arity::Any, new, "Make an instance of the class.")];

/// Gives `tuple` its methods.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::Tuple);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::SlotWrapper, ORDER);
    vm.add_methods(&class, NativeKind::Static, STATIC);
    vm.add_methods(&class, NativeKind::ClassMethod, sequence::CLASS_GETITEM);
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    no_keywords(vm, "tuple", &args)?;
    let value = match optional_iterable(vm, "tuple", &args)? {
        None => vm.empty_tuple().into_value(),
        Some(exact @ Value::Tuple(_)) => exact,
        Some(iterable) => Value::tuple(vm.collect(&iterable)?),
    };
    Ok(vm.wrap_builtin(&class, value))
}

fn count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let tuple = receiver::<Tuple>(vm, &args[0])?;
    let mut found = 0_i64;
    for item in tuple.iter() {
        found += i64::from(vm.same_or_equal(item, &args[1])?);
    }
    Ok(Value::Int(found))
}

fn index(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let tuple = receiver::<Tuple>(vm, &args[0])?;
    let start = search_bound(vm, args.get(2), 0, tuple.len())?;
    let stop = search_bound(vm, args.get(3), usize::MAX, tuple.len())?;
    for at in start..stop.min(tuple.len()) {
        if vm.same_or_equal(&tuple[at], &args[1])? {
            return Ok(at.into());
        }
    }
    Err(vm.value_error("tuple.index(x): x not in tuple"))
}

fn getnewargs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let tuple = receiver::<Tuple>(vm, &args[0])?;
    Ok(Value::tuple(vec![tuple.into_value()]))
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let tuple = receiver::<Tuple>(vm, &args[0])?;
    if tuple.is_empty() {
        return Ok(Value::str("()"));
    }
    if !vm.enter_repr(&args[0])? {
        return Ok(Value::str("(...)"));
    }
    let close = if tuple.len() == 1 { ",)" } else { ")" };
    let text = join_reprs(vm, "(", close, |_, index| tuple.get(index).cloned());
    vm.leave_repr(&args[0]);
    Ok(text?.into())
}

fn add(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let tuple = receiver::<Tuple>(vm, &args[0])?;
    match vm.unwrap(&args[1]) {
        Value::Tuple(other) if tuple.is_empty() => Ok(other.to_ptr().into_value()),
        Value::Tuple(other) if other.is_empty() => Ok(tuple.into_value()),
        Value::Tuple(other) => Ok(Value::tuple([tuple.as_slice(), other.as_slice()].concat())),
        _ => {
            let found = vm.class_name(&args[1]);
            Err(vm.type_error(format!("can only concatenate tuple (not \"{found}\") to tuple")))
        }
    }
}

fn mul(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let tuple = receiver::<Tuple>(vm, &args[0])?;
    match repeat_factor(vm, &args[1])? {
        1 => Ok(tuple.into_value()),
        times => Ok(Value::tuple(repeated(vm, &tuple, times)?)),
    }
}
