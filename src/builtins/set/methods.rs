//! The ordinary methods of `set` and `frozenset`.

use super::algebra;
use crate::builtins::receiver::receiver;
use crate::object::{Args, Known, Ptr, Raised, Set, Value, Vm};

pub(super) fn add(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let item = args[1].clone();
    match &args[0] {
        Value::Set(set) => vm.set_add(set, item)?,
        object => {
            let set = receiver::<Set>(vm, object)?;
            vm.set_add(&set, item)?
        }
    };
    Ok(Value::None)
}

pub(super) fn clear(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    let old = set.data.get_mut(&mut vm.gil).clear();
    drop(old);
    Ok(Value::None)
}

pub(super) fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    if set.frozen && matches!(args[0], Value::Set(_)) {
        return Ok(args[0].clone());
    }
    Ok(algebra::copy(vm, &set, set.frozen).into_value())
}

/// A key for looking up: a set stands for the frozen set of its items.
fn lookup_key(vm: &mut Vm, item: &Value) -> Value {
    match algebra::as_set(vm, item) {
        Some(set) if !set.frozen => algebra::copy(vm, &set, true).into_value(),
        _ => item.clone(),
    }
}

pub(super) fn contains(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    let key = lookup_key(vm, &args[1]);
    vm.set_contains(&set, &key).map(Value::from)
}

pub(super) fn discard(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    let key = lookup_key(vm, &args[1]);
    vm.set_remove(&set, &key)?;
    Ok(Value::None)
}

pub(super) fn remove(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    let key = lookup_key(vm, &args[1]);
    if vm.set_remove(&set, &key)? { Ok(Value::None) } else { Err(vm.key_error(&args[1])) }
}

pub(super) fn pop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    match set.data.get_mut(&mut vm.gil).pop() {
        Some(key) => Ok(key),
        None => Err(vm.raise(Known::KeyError, "pop from an empty set")),
    }
}

pub(super) fn union(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    let result = algebra::copy(vm, &set, set.frozen);
    for other in &args.values()[1..] {
        algebra::update(vm, &result, other)?;
    }
    Ok(result.into_value())
}

pub(super) fn update(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    for other in &args.values()[1..] {
        algebra::update(vm, &set, other)?;
    }
    Ok(Value::None)
}

fn common(vm: &mut Vm, args: Args<'_>) -> Result<Ptr<Set>, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    let others = &args.values()[1..];
    if others.is_empty() {
        return Ok(algebra::copy(vm, &set, set.frozen));
    }
    let mut result = set;
    for other in others {
        result = algebra::intersection(vm, &result, other)?;
    }
    Ok(result)
}

pub(super) fn intersection(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    common(vm, args).map(Ptr::into_value)
}

pub(super) fn intersection_update(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let result = common(vm, args)?;
    let set = receiver::<Set>(vm, &args[0])?;
    let data = result.data.take(&mut vm.gil);
    set.data.set(&mut vm.gil, data);
    Ok(Value::None)
}

pub(super) fn difference(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    let [first, rest @ ..] = &args.values()[1..] else {
        return Ok(algebra::copy(vm, &set, set.frozen).into_value());
    };
    let result = algebra::difference(vm, &set, first)?;
    for other in rest {
        algebra::difference_update(vm, &result, other)?;
    }
    Ok(result.into_value())
}

pub(super) fn difference_update(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    for other in &args.values()[1..] {
        algebra::difference_update(vm, &set, other)?;
    }
    Ok(Value::None)
}

pub(super) fn symmetric_difference(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    algebra::symmetric_difference(vm, &set, &args[1]).map(Ptr::into_value)
}

pub(super) fn symmetric_difference_update(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    algebra::symmetric_difference_update(vm, &set, &args[1])?;
    Ok(Value::None)
}

pub(super) fn isdisjoint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    algebra::is_disjoint(vm, &set, &args[1]).map(Value::from)
}

pub(super) fn issubset(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    match algebra::as_set(vm, &args[1]) {
        Some(other) => algebra::is_subset(vm, &set, &other).map(Value::from),
        None => {
            let common = algebra::intersection(vm, &set, &args[1])?;
            Ok(Value::from(common.data.get(&vm.gil).len() == set.data.get(&vm.gil).len()))
        }
    }
}

pub(super) fn issuperset(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    if let Some(other) = algebra::as_set(vm, &args[1]) {
        return algebra::is_subset(vm, &other, &set).map(Value::from);
    }
    let mut all = true;
    vm.for_each(&args[1], |vm, item| {
        all = vm.set_contains(&set, &item)?;
        Ok(all)
    })?;
    Ok(all.into())
}

pub(super) fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    let items = set.data.get(&vm.gil).iter().map(|(key, _)| key.clone()).collect();
    let class = vm.class_of(&args[0]).into_value();
    let state = match vm.instance_dict(&args[0]) {
        Some(dict) => dict.into_value(),
        None => Value::None,
    };
    Ok(Value::tuple(vec![class, Value::tuple(vec![Value::list(items)]), state]))
}

/// What CPython would need: 16 bytes a place beyond the eight that an empty set has.
pub(super) fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    let places = set.data.get(&vm.gil).slot_count();
    Ok((200 + if places > 8 { places * 16 } else { 0 }).into())
}
