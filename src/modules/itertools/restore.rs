//! `__setstate__` of the iterators: back to what `__reduce__` told.

use super::combinatoric::{Combinations, State};
use super::grouping::GroupBy;
use super::infinite::Cycle;
use super::selecting::{Accumulate, Chain, Filter, Kind, Slice, ZipLongest};
use super::warn_of_removal;
use crate::builtins::native;
use crate::object::{Args, Arity, NativeDef, Raised, Value, Vm};

pub(super) const SETSTATE: &[NativeDef] =
    &[native("__setstate__", Arity::Exact(2), setstate, "Move to the state that pickle kept.")];

fn setstate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    warn_of_removal(vm)?;
    let (Value::Foreign(object), state) = (&args[0], &args[1]) else {
        return Err(vm.type_error("descriptor requires an iterator"));
    };
    if object.get::<Combinations>(&vm.gil).is_some() {
        combination(vm, &args[0], state)?;
    } else if object.get::<Filter>(&vm.gil).is_some() {
        let begun = vm.truth(state)?;
        if let Some(filter) = object.get_mut::<Filter>(&mut vm.gil) {
            filter.kind = match (&filter.kind, begun) {
                (Kind::Dropping | Kind::Dropped, true) => Kind::Dropped,
                (Kind::Dropping | Kind::Dropped, false) => Kind::Dropping,
                (_, true) => Kind::Ended,
                (_, false) => Kind::Taking,
            };
        }
    } else if object.get::<Slice>(&vm.gil).is_some() {
        let taken = number(vm, state)?;
        if let Some(slice) = object.get_mut::<Slice>(&mut vm.gil) {
            slice.taken = taken as u64;
        }
    } else if object.get::<Cycle>(&vm.gil).is_some() {
        let parts = parts(vm, state, 2, 2)?;
        let Value::List(saved) = &parts[0] else { return Err(wrong_part(vm, 1, "list", &parts[0])) };
        let saved = saved.items.get(&vm.gil).to_vec();
        let complete = vm.truth(&parts[1])?;
        if let Some(cycle) = object.get_mut::<Cycle>(&mut vm.gil) {
            let old = std::mem::replace(&mut cycle.saved, saved);
            (cycle.index, cycle.complete) = (0, complete);
            drop(old);
        }
    } else if object.get::<Chain>(&vm.gil).is_some() {
        let parts = parts(vm, state, 1, 2)?;
        if !parts.iter().all(|part| vm.is_iterator(part)) {
            return Err(vm.type_error("Arguments must be iterators."));
        }
        if let Some(chain) = object.get_mut::<Chain>(&mut vm.gil) {
            let sources = std::mem::replace(&mut chain.sources, parts[0].clone());
            let active = std::mem::replace(&mut chain.active, parts.get(1).cloned().unwrap_or_default());
            drop((sources, active));
        }
    } else if object.get::<GroupBy>(&vm.gil).is_some() {
        let parts = parts(vm, state, 3, 3)?;
        if let Some(group) = object.get_mut::<GroupBy>(&mut vm.gil) {
            let old = [
                std::mem::replace(&mut group.current, parts[0].clone()),
                std::mem::replace(&mut group.target, parts[1].clone()),
                std::mem::replace(&mut group.current_key, parts[2].clone()),
            ];
            drop(old);
        }
    } else if let Some(zip) = object.get_mut::<ZipLongest>(&mut vm.gil) {
        let old = std::mem::replace(&mut zip.fill, state.clone());
        drop(old);
    } else if let Some(sum) = object.get_mut::<Accumulate>(&mut vm.gil) {
        let old = std::mem::replace(&mut sum.total, state.clone());
        drop(old);
    }
    Ok(Value::None)
}

/// The items of a state that must be a tuple of so many.
fn parts(vm: &mut Vm, state: &Value, least: usize, most: usize) -> Result<Vec<Value>, Raised> {
    let Value::Tuple(parts) = state else { return Err(vm.type_error("state is not a tuple")) };
    let found = parts.len();
    if (least..=most).contains(&found) {
        return Ok(parts.as_slice().to_vec());
    }
    let bound = match (least == most, found < least) {
        (true, _) => "exactly",
        (false, true) => "at least",
        (false, false) => "at most",
    };
    let wanted = if found < least { least } else { most };
    let plural = if wanted == 1 { "" } else { "s" };
    Err(vm.type_error(format!("function takes {bound} {wanted} argument{plural} ({found} given)")))
}

fn wrong_part(vm: &mut Vm, place: usize, wanted: &str, found: &Value) -> Raised {
    let found = vm.class_name(found);
    vm.type_error(format!("argument {place} must be {wanted}, not {found}"))
}

fn number(vm: &mut Vm, value: &Value) -> Result<i64, Raised> {
    match value {
        Value::Int(number) => Ok(*number),
        Value::Bool(_) | Value::BigInt(_) => vm.expect_isize(value).map(|number| number as i64),
        _ => Err(vm.type_error("an integer is required")),
    }
}

/// Numbers out of a tuple, each brought between 0 and what `most` says of its place.
fn numbers(
    vm: &mut Vm,
    state: &Value,
    count: usize,
    least: i64,
    most: impl Fn(usize) -> i64,
) -> Result<Vec<usize>, Raised> {
    let items = match state {
        Value::Tuple(items) if items.len() == count => items.as_slice().to_vec(),
        _ => return Err(vm.value_error("invalid arguments")),
    };
    let mut found = Vec::with_capacity(count);
    for (place, item) in items.iter().enumerate() {
        found.push(number(vm, item)?.min(most(place)).max(least) as usize);
    }
    Ok(found)
}

fn combination(vm: &mut Vm, iterator: &Value, state: &Value) -> Result<(), Raised> {
    let Value::Foreign(object) = iterator else { return Ok(()) };
    let Some(of) = object.get::<Combinations>(&vm.gil) else { return Ok(()) };
    let (len, size) = (of.combine.pool.len(), of.combine.size);
    let (indices, cycles) = match &of.combine.state {
        State::Product(pools) => {
            let pools = pools.clone();
            let Value::Tuple(_) = state else { return Err(vm.value_error("invalid arguments")) };
            if pools.iter().any(|(start, end)| start == end) {
                return Ok(());
            }
            let last = |place: usize| (pools[place].1 - pools[place].0) as i64 - 1;
            let mut indices = numbers(vm, state, pools.len(), 0, last)?;
            indices.iter_mut().zip(&pools).for_each(|(index, pool)| *index += pool.0);
            (indices, None)
        }
        State::Permutations(_) => {
            let parts = parts(vm, state, 2, 2)?;
            for (place, part) in parts.iter().enumerate() {
                if !matches!(part, Value::Tuple(_)) {
                    return Err(wrong_part(vm, place + 1, "tuple", part));
                }
            }
            let indices = numbers(vm, &parts[0], len, 0, |_| len as i64 - 1)?;
            let cycles = numbers(vm, &parts[1], size, 1, |place| (len - place.min(len)) as i64)?;
            (indices, Some(cycles))
        }
        State::Combinations => (numbers(vm, state, size, 0, |place| (place + len) as i64 - size as i64)?, None),
        State::WithReplacement => (numbers(vm, state, size, 0, |_| len as i64 - 1)?, None),
    };
    if let Some(of) = object.get_mut::<Combinations>(&mut vm.gil).filter(|of| !of.ended) {
        of.combine.indices = indices;
        of.started = true;
        if let (State::Permutations(places), Some(cycles)) = (&mut of.combine.state, cycles) {
            *places = cycles;
        }
    }
    Ok(())
}
