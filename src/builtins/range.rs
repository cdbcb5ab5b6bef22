//! `range`.

use num_bigint::BigInt;

use crate::builtins::bounds::{arguments, members};
use crate::builtins::compare::ORDER;
use crate::builtins::receiver::receiver;
use crate::builtins::{native, sequence};
use crate::object::iter::BigRange;
use crate::object::{Args, Arity, GetSetDef, Iter, IterState, Known, NativeDef, NativeKind, Raised, Range, Value, Vm};
use crate::vm::range::to_big;

const METHODS: &[NativeDef] = &[
    native("count", Arity::Exact(2), count, "How often a value is in the range."),
    native("index", Arity::Exact(2), index, "The index of a value in the range."),
    native("__reversed__", Arity::Exact(1), reversed, "Iterate over the items, the last one first."),
    native("__reduce__", Arity::Exact(1), reduce, "Helper for pickle."),
];

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__hash__", Arity::Exact(1), hash, "Return hash(self)."),
    native("__bool__", Arity::Exact(1), truth, "True if self else False"),
    native("__len__", Arity::Exact(1), len, "Return len(self)."),
    native("__contains__", Arity::Exact(2), contains, "Return bool(key in self)."),
    native("__getitem__", Arity::Exact(2), getitem, "Return self[key]."),
    native("__iter__", Arity::Exact(1), sequence::iter, "Implement iter(self)."),
];

const STATIC: &[NativeDef] = &[native("__new__", Arity::Any, new, "Make an instance of the class.")];

const MEMBERS: &[GetSetDef] = members!(Range: start stop step);

/// Gives `range` its methods.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::Range);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::SlotWrapper, ORDER);
    vm.add_methods(&class, NativeKind::Static, STATIC);
    vm.add_getsets(&class, MEMBERS);
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (start, stop, step) = match arguments(vm, args, "range")? {
        [start, stop, step] => (vm.index(start)?, vm.index(stop)?, vm.index(step)?),
        [start, stop] => (vm.index(start)?, vm.index(stop)?, Value::Int(1)),
        more => (Value::Int(0), vm.index(&more[0])?, Value::Int(1)),
    };
    if matches!(step, Value::Int(0)) {
        return Err(vm.value_error("range() arg 3 must not be zero"));
    }
    Ok(Range::of_values(&start, &stop, &step))
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let range = receiver::<Range>(vm, &args[0])?;
    let (start, stop) = (vm.repr(&range.start)?, vm.repr(&range.stop)?);
    let text = match &range.step {
        Value::Int(1) => format!("range({}, {})", start.as_str(), stop.as_str()),
        step => format!("range({}, {}, {})", start.as_str(), stop.as_str(), vm.repr(step)?.as_str()),
    };
    Ok(text.into())
}

fn hash(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let range = receiver::<Range>(vm, &args[0])?;
    let essence = Value::tuple(range.essence().into());
    vm.hash(&essence).map(Value::Int)
}

fn truth(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let range = receiver::<Range>(vm, &args[0])?;
    Ok(Value::from(!matches!(range.len, Value::Int(0))))
}

fn len(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let range = receiver::<Range>(vm, &args[0])?;
    match &range.len {
        len @ Value::Int(_) => Ok(len.clone()),
        _ => Err(vm.raise(Known::OverflowError, "Python int too large to convert to C ssize_t")),
    }
}

/// Where a value is in the range: by arithmetic for ints, by comparing items for others.
fn find(vm: &mut Vm, range: &Range, value: &Value) -> Result<Option<Value>, Raised> {
    match value {
        Value::Int(_) | Value::BigInt(_) => return Ok(range.position(value)),
        Value::Bool(flag) => return Ok(range.position(&Value::Int(flag.get().into()))),
        _ => {}
    }
    let mut index = Value::Int(0);
    while let Some(item) = range.item(&index) {
        if vm.same_or_equal(&item, value)? {
            return Ok(Some(index));
        }
        index = Value::big(to_big(&index) + 1);
        vm.poll()?;
    }
    Ok(None)
}

fn contains(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let range = receiver::<Range>(vm, &args[0])?;
    Ok(Value::from(find(vm, &range, &args[1])?.is_some()))
}

fn count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let range = receiver::<Range>(vm, &args[0])?;
    if matches!(args[1], Value::Int(_) | Value::BigInt(_) | Value::Bool(_)) {
        return Ok(Value::Int(find(vm, &range, &args[1])?.is_some().into()));
    }
    let mut found = 0_i64;
    vm.for_each(&range.to_value(), |vm, item| {
        found += i64::from(vm.same_or_equal(&item, &args[1])?);
        Ok(true)
    })?;
    Ok(Value::Int(found))
}

fn index(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let range = receiver::<Range>(vm, &args[0])?;
    match find(vm, &range, &args[1])? {
        Some(index) => Ok(index),
        None if matches!(args[1], Value::Int(_) | Value::BigInt(_) | Value::Bool(_)) => {
            let shown = vm.repr(&args[1])?;
            Err(vm.value_error(format!("{} is not in range", shown.as_str())))
        }
        None => Err(vm.value_error("sequence.index(x): x not in sequence")),
    }
}

fn getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let range = receiver::<Range>(vm, &args[0])?;
    if let Value::Slice(slice) = &args[1] {
        return vm.range_slice(&range, slice);
    }
    if !sequence::is_index(vm, &args[1]) {
        let found = vm.class_name(&args[1]);
        return Err(vm.type_error(format!("range indices must be integers or slices, not {found}")));
    }
    let index = vm.index(&args[1])?;
    match range.item(&index) {
        Some(item) => Ok(item),
        None => Err(vm.raise(Known::IndexError, "range object index out of range")),
    }
}

fn reversed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let range = receiver::<Range>(vm, &args[0])?;
    if let (Some((_, step, len)), Some(Value::Int(last))) = (range.small(), range.item(&Value::Int(-1))) {
        if let Some(step) = step.checked_neg() {
            return Ok(Iter::new(IterState::Range { next: last, step, left: len as u64 }).into_value());
        }
    }
    let (len, step) = (to_big(&range.len), to_big(&range.step));
    let next: BigInt = to_big(&range.start) + (&len - 1) * &step;
    let state = BigRange { next, step: -step, left: len };
    Ok(Iter::new(IterState::BigRange(Box::new(state))).into_value())
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let range = receiver::<Range>(vm, &args[0])?;
    let class = vm.known(Known::Range).into_value();
    let bounds = vec![range.start.clone(), range.stop.clone(), range.step.clone()];
    Ok(Value::tuple(vec![class, Value::tuple(bounds)]))
}
