//! Union, intersection and difference.
//!
//! Which operand is walked, and when a table is sized at once, decides the order in which sets of
//! numbers are shown; both are as in CPython.

use crate::object::{Ptr, Raised, Set, SetData, Value, Vm};

/// An empty set.
pub(super) fn empty(frozen: bool) -> Ptr<Set> {
    Set::new(SetData::default(), frozen)
}

/// A copy of a set.
pub(super) fn copy(vm: &Vm, set: &Set, frozen: bool) -> Ptr<Set> {
    Set::new(set.data.get(&vm.gil).clone(), frozen)
}

fn len(vm: &Vm, set: &Set) -> usize {
    set.data.get(&vm.gil).len()
}

/// The set behind a value.
pub(super) fn as_set(vm: &Vm, value: &Value) -> Option<Ptr<Set>> {
    match vm.unwrap(value) {
        Value::Set(set) => Some(set.to_ptr()),
        _ => None,
    }
}

fn contains_hashed(vm: &mut Vm, set: &Set, key: &Value, hash: i64) -> Result<bool, Raised> {
    Ok(vm.set_find(set, hash, key)?.is_some())
}

fn remove_hashed(vm: &mut Vm, set: &Set, key: &Value, hash: i64) -> Result<bool, Raised> {
    let Some(slot) = vm.set_find(set, hash, key)? else { return Ok(false) };
    let removed = set.data.get_mut(&mut vm.gil).remove_at(slot);
    drop(removed);
    Ok(true)
}

/// Adds the items of an iterable.
pub(in crate::builtins) fn update(vm: &mut Vm, set: &Ptr<Set>, other: &Value) -> Result<(), Raised> {
    vm.set_update(set, other)
}

/// `set & other`.
pub(super) fn intersection(vm: &mut Vm, set: &Ptr<Set>, other: &Value) -> Result<Ptr<Set>, Raised> {
    let frozen = set.frozen;
    let other_set = as_set(vm, other);
    let result = empty(frozen);
    match other_set {
        Some(other) if other.is(set) => return Ok(copy(vm, set, frozen)),
        Some(other) => {
            let (walked, asked) = if len(vm, &other) > len(vm, set) { (set, &other) } else { (&other, set) };
            if let Some(data) = walked.data.get(&vm.gil).selected(asked.data.get(&vm.gil), true) {
                return Ok(Set::new(data, frozen));
            }
            for (key, hash) in vm.set_keys(walked) {
                if contains_hashed(vm, asked, &key, hash)? {
                    vm.set_add_hashed(&result, key, hash)?;
                }
            }
        }
        None => vm.for_each(other, |vm, item| {
            let hash = vm.hash(&item)?;
            if contains_hashed(vm, set, &item, hash)? {
                vm.set_add_hashed(&result, item, hash)?;
            }
            Ok(true)
        })?,
    }
    Ok(result)
}

/// Removes the items of an iterable.
pub(in crate::builtins) fn difference_update(vm: &mut Vm, set: &Ptr<Set>, other: &Value) -> Result<(), Raised> {
    match as_set(vm, other) {
        Some(other) if other.is(set) => {
            let old = set.data.get_mut(&mut vm.gil).clear();
            drop(old);
        }
        Some(other) => {
            let common =
                if len(vm, &other) >> 3 > len(vm, set) { intersection(vm, set, &other.to_value())? } else { other };
            for (key, hash) in vm.set_keys(&common) {
                remove_hashed(vm, set, &key, hash)?;
            }
        }
        None => vm.for_each(other, |vm, item| vm.set_remove(set, &item).map(|_| true))?,
    }
    set.data.get_mut(&mut vm.gil).drop_removed();
    Ok(())
}

/// `set - other`.
pub(super) fn difference(vm: &mut Vm, set: &Ptr<Set>, other: &Value) -> Result<Ptr<Set>, Raised> {
    let other_len = match vm.unwrap(other) {
        Value::Set(other) => Some(len(vm, other)),
        Value::Dict(dict) if matches!(other, Value::Dict(_)) => Some(dict.data.get(&vm.gil).len()),
        _ => None,
    };
    let frozen = set.frozen;
    if other_len.is_none_or(|other_len| len(vm, set) >> 2 > other_len) {
        let result = copy(vm, set, frozen);
        difference_update(vm, &result, other)?;
        return Ok(result);
    }
    let other_set = as_set(vm, other);
    if let Some(other) = &other_set {
        if let Some(data) = set.data.get(&vm.gil).selected(other.data.get(&vm.gil), false) {
            return Ok(Set::new(data, frozen));
        }
    }
    let result = empty(frozen);
    for (key, hash) in vm.set_keys(set) {
        let common = match (&other_set, other) {
            (Some(other), _) => contains_hashed(vm, other, &key, hash)?,
            (None, Value::Dict(dict)) => vm.dict_find(dict, hash, &key)?.is_some(),
            (None, _) => false,
        };
        if !common {
            vm.set_add_hashed(&result, key, hash)?;
        }
    }
    Ok(result)
}

/// Removes the items that are in both and adds those that are in `other` only.
pub(in crate::builtins) fn symmetric_difference_update(
    vm: &mut Vm,
    set: &Ptr<Set>,
    other: &Value,
) -> Result<(), Raised> {
    let source = match vm.unwrap(other) {
        Value::Set(other) if std::ptr::eq(&**other, &**set) => {
            let old = set.data.get_mut(&mut vm.gil).clear();
            drop(old);
            return Ok(());
        }
        Value::Set(other) => vm.set_keys(other),
        Value::Dict(dict) if matches!(other, Value::Dict(_)) => vm.dict_keys(dict),
        _ => {
            // Items that come twice count once.
            let distinct = empty(set.frozen);
            update(vm, &distinct, other)?;
            vm.set_keys(&distinct)
        }
    };
    for (key, hash) in source {
        if !remove_hashed(vm, set, &key, hash)? {
            vm.set_add_hashed(set, key, hash)?;
        }
    }
    Ok(())
}

/// `set ^ other`.
pub(super) fn symmetric_difference(vm: &mut Vm, set: &Ptr<Set>, other: &Value) -> Result<Ptr<Set>, Raised> {
    if let Some(other) = as_set(vm, other).filter(|other| !other.is(set)) {
        let mut data = other.data.get(&vm.gil).clone();
        if data.toggle(set.data.get(&vm.gil)).is_some() {
            return Ok(Set::new(data, set.frozen));
        }
    }
    let result = empty(set.frozen);
    update(vm, &result, other)?;
    symmetric_difference_update(vm, &result, &set.to_value())?;
    Ok(result)
}

/// Whether every item of `set` is in `other`.
pub(super) fn is_subset(vm: &mut Vm, set: &Ptr<Set>, other: &Ptr<Set>) -> Result<bool, Raised> {
    if len(vm, set) > len(vm, other) {
        return Ok(false);
    }
    if let Some(answer) = set.data.get(&vm.gil).covered(other.data.get(&vm.gil), true) {
        return Ok(answer);
    }
    for (key, hash) in vm.set_keys(set) {
        if !contains_hashed(vm, other, &key, hash)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether no item of `other` is in `set`.
pub(super) fn is_disjoint(vm: &mut Vm, set: &Ptr<Set>, other: &Value) -> Result<bool, Raised> {
    let mut disjoint = true;
    match as_set(vm, other) {
        Some(other) if other.is(set) => disjoint = len(vm, set) == 0,
        Some(other) => {
            let (walked, asked) = if len(vm, &other) > len(vm, set) { (set, &other) } else { (&other, set) };
            if let Some(common) = walked.data.get(&vm.gil).covered(asked.data.get(&vm.gil), false) {
                return Ok(!common);
            }
            for (key, hash) in vm.set_keys(walked) {
                if contains_hashed(vm, asked, &key, hash)? {
                    return Ok(false);
                }
            }
        }
        None => vm.for_each(other, |vm, item| {
            disjoint = !vm.set_contains(set, &item)?;
            Ok(disjoint)
        })?,
    }
    Ok(disjoint)
}
