//! `list.sort`: a stable merge sort that asks nothing but `<`.

use std::cmp::Ordering;

use super::timsort::sort_order;
use crate::builtins::receiver::receiver;
use crate::bytecode::CmpOp;
use crate::object::{Args, List, Raised, Value, Vm};

/// `list.sort(*, key=None, reverse=False)`.
pub(super) fn sort(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = receiver::<List>(vm, &args[0])?;
    let key = args.get(1).filter(|key| !key.is_none()).cloned();
    let reverse = match args.get(2) {
        Some(reverse) => vm.truth(reverse)?,
        None => false,
    };
    // The list is empty while it is sorted, so that script code cannot disturb the merge.
    let mut items = list.items.take(&mut vm.gil);
    let outcome = sort_values(vm, &mut items, key.as_ref(), reverse);
    let meanwhile = list.items.replace(&mut vm.gil, items);
    let modified = !meanwhile.is_empty() || meanwhile.capacity() != 0;
    drop(meanwhile);
    outcome?;
    if modified {
        return Err(vm.value_error("list modified during sort"));
    }
    Ok(Value::None)
}

/// Sorts values in place, stably.
///
/// # Errors
///
/// What `key` or a comparison raises; the values are then in some order, none lost.
pub(crate) fn sort_values(
    vm: &mut Vm,
    items: &mut Vec<Value>,
    key: Option<&Value>,
    reverse: bool,
) -> Result<(), Raised> {
    let Some(key) = key else {
        return sort_keyed(vm, items, reverse, |item| item);
    };
    let mut keys = Vec::with_capacity(items.len());
    for item in items.iter() {
        keys.push(vm.call(key, std::slice::from_ref(item))?);
    }
    let mut pairs: Vec<(Value, Value)> = keys.into_iter().zip(items.drain(..)).collect();
    let outcome = sort_keyed(vm, &mut pairs, reverse, |pair| &pair.0);
    items.extend(pairs.into_iter().map(|pair| pair.1));
    outcome
}

/// What all keys are, when they can be compared without script code.
enum Keys {
    Int,
    Float,
    Str,
    /// Tuples of the same length with, in each place, ints, floats or strs only.
    Tuple,
    Other,
}

/// Whether both are ints, floats that are no NaN, or strs.
fn same_plain_kind(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(_), Value::Int(_)) | (Value::Str(_), Value::Str(_)) => true,
        (Value::Float(a), Value::Float(b)) => !a.get().is_nan() && !b.get().is_nan(),
        _ => false,
    }
}

/// The order of two values of the same plain kind.
#[inline]
fn plain_order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Str(a), Value::Str(b)) => a.as_str().cmp(b.as_str()),
        (Value::Float(a), Value::Float(b)) => a.get().partial_cmp(&b.get()).unwrap_or(Ordering::Equal),
        _ => Ordering::Equal,
    }
}

/// The order of two tuples of the same plain kinds.
fn tuple_order(a: &Value, b: &Value) -> Ordering {
    let (Value::Tuple(a), Value::Tuple(b)) = (a, b) else { return Ordering::Equal };
    let pairs = a.as_slice().iter().zip(b.as_slice());
    pairs.map(|(a, b)| plain_order(a, b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

fn are_plain_tuples<T>(items: &[T], key: impl Fn(&T) -> &Value) -> bool {
    let Some(Value::Tuple(first)) = items.first().map(&key) else { return false };
    items.iter().all(|item| match key(item) {
        Value::Tuple(tuple) => {
            tuple.len() == first.len()
                && tuple.as_slice().iter().zip(first.as_slice()).all(|(a, b)| same_plain_kind(a, b))
        }
        _ => false,
    })
}

fn classify<T>(items: &[T], key: impl Fn(&T) -> &Value) -> Keys {
    let all = |test: fn(&Value) -> bool| items.iter().all(|item| test(key(item)));
    match items.first().map(&key) {
        Some(Value::Int(_)) if all(|key| matches!(key, Value::Int(_))) => Keys::Int,
        Some(Value::Float(_)) if all(|key| matches!(key, Value::Float(x) if !x.get().is_nan())) => Keys::Float,
        Some(Value::Str(_)) if all(|key| matches!(key, Value::Str(_))) => Keys::Str,
        Some(Value::Tuple(_)) if are_plain_tuples(items, key) => Keys::Tuple,
        _ => Keys::Other,
    }
}

fn sort_keyed<T>(
    vm: &mut Vm,
    items: &mut Vec<T>,
    reverse: bool,
    key: impl Fn(&T) -> &Value + Copy,
) -> Result<(), Raised> {
    if items.len() < 2 {
        return Ok(());
    }
    // A descending stable sort keeps equal items in their order: compare the other way round.
    let directed = |order: Ordering| if reverse { order.reverse() } else { order };
    match classify(items, key) {
        Keys::Int => items.sort_by(|a, b| match (key(a), key(b)) {
            (Value::Int(a), Value::Int(b)) => directed(a.cmp(b)),
            _ => Ordering::Equal,
        }),
        Keys::Float | Keys::Str => items.sort_by(|a, b| directed(plain_order(key(a), key(b)))),
        Keys::Tuple => items.sort_by(|a, b| directed(tuple_order(key(a), key(b)))),
        Keys::Other => return merge_sort(vm, items, reverse, key),
    }
    Ok(())
}

/// Sorts keys that only the machine can compare, through a vector of indices.
fn merge_sort<T>(
    vm: &mut Vm,
    items: &mut Vec<T>,
    reverse: bool,
    key: impl Fn(&T) -> &Value + Copy,
) -> Result<(), Raised> {
    if reverse {
        items.reverse();
    }
    let mut order: Vec<u32> = (0..items.len() as u32).collect();
    let outcome =
        sort_order(&mut order, |a, b| vm.compare_bool(CmpOp::Lt, key(&items[a as usize]), key(&items[b as usize])));
    // Whatever the comparisons did, `order` is a permutation, so every item finds its place.
    let mut slots: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(order.iter().filter_map(|&at| slots[at as usize].take()));
    if reverse {
        items.reverse();
    }
    outcome
}
