//! `count`, `cycle`, `repeat`.

use super::make;
use crate::builtins::native;
use crate::bytecode::BinOp;
use crate::modules::foreign::foreign_data;
use crate::object::{Args, Arity, Foreign, Known, Name, NativeDef, Raised, Raw, Value, Vm};

pub(super) struct Count {
    pub(super) next: Value,
    pub(super) step: Value,
}

foreign_data! { Count, next: count_next, single: [next, step], many: [] }

pub(super) const COUNT_METHODS: &[NativeDef] = &[native("__repr__", Arity::Exact(1), count_repr, "Return repr(self).")];

fn is_number(vm: &mut Vm, value: &Value) -> bool {
    let class = vm.class_of(value);
    [Name::__index__, Name::__float__, Name::__int__].into_iter().any(|name| vm.lookup_name(&class, name).is_some())
}

/// `count(start=0, step=1)`.
pub(super) fn count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let next = args.get(1).cloned().unwrap_or(Value::Int(0));
    let step = args.get(2).cloned().unwrap_or(Value::Int(1));
    if !is_number(vm, &next) || !is_number(vm, &step) {
        return Err(vm.type_error("a number is required"));
    }
    make(vm, &args[0], Count { next, step })
}

fn count_next(vm: &mut Vm, object: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    let Some(count) = object.get_mut::<Count>(&mut vm.gil) else { return Ok(None) };
    if let (Value::Int(next), Value::Int(step)) = (&count.next, &count.step) {
        if let Some(after) = next.checked_add(*step) {
            return Ok(Some(std::mem::replace(&mut count.next, Value::Int(after))));
        }
    }
    let (now, step) = (count.next.clone(), count.step.clone());
    let after = vm.binary(BinOp::Add, &now, &step)?;
    if let Some(count) = object.get_mut::<Count>(&mut vm.gil) {
        count.next = after;
    }
    Ok(Some(now))
}

fn count_repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Foreign(object) = &args[0] else { return Ok(Value::str("count()")) };
    let Some(count) = object.get::<Count>(&vm.gil) else { return Ok(Value::str("count()")) };
    let (next, step) = (count.next.clone(), count.step.clone());
    let next = vm.repr(&next)?;
    let text = match &step {
        Value::Int(1) => format!("count({})", next.as_str()),
        step => format!("count({}, {})", next.as_str(), vm.repr(step)?.as_str()),
    };
    Ok(text.into())
}

pub(super) struct Cycle {
    /// `Undef` once it is used up.
    pub(super) iter: Value,
    pub(super) saved: Vec<Value>,
    pub(super) index: usize,
    /// The items of `iter` are in `saved` already.
    pub(super) complete: bool,
}

foreign_data! { Cycle, next: cycle_next, single: [iter], many: [saved] }

/// `cycle(iterable)`.
pub(super) fn cycle(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iter = vm.iter(&args[1])?;
    make(vm, &args[0], Cycle { iter, saved: Vec::new(), index: 0, complete: false })
}

fn cycle_next(vm: &mut Vm, object: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    let Some(cycle) = object.get::<Cycle>(&vm.gil) else { return Ok(None) };
    let iter = cycle.iter.clone();
    if !iter.is_undef() {
        if let Some(item) = vm.next(&iter)? {
            if let Some(cycle) = object.get_mut::<Cycle>(&mut vm.gil) {
                if !cycle.complete {
                    cycle.saved.push(item.clone());
                }
            }
            return Ok(Some(item));
        }
        let ended = object.get_mut::<Cycle>(&mut vm.gil).map(|cycle| cycle.iter.take());
        drop(ended);
    }
    let Some(cycle) = object.get_mut::<Cycle>(&mut vm.gil) else { return Ok(None) };
    let Some(item) = cycle.saved.get(cycle.index).cloned() else { return Ok(None) };
    cycle.index = (cycle.index + 1) % cycle.saved.len();
    Ok(Some(item))
}

pub(super) struct Repeat {
    pub(super) item: Value,
    /// None: for ever.
    pub(super) left: Option<u64>,
}

foreign_data! { Repeat, next: repeat_next, single: [item], many: [] }

pub(super) const REPEAT_METHODS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repeat_repr, "Return repr(self)."),
    native("__length_hint__", Arity::Exact(1), repeat_hint, "How many items are left, as a guess for list()."),
];

/// `repeat(object[, times])`.
pub(super) fn repeat(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let left = match args.get(2) {
        Some(times) => Some(vm.expect_isize(times)?.max(0) as u64),
        None => None,
    };
    make(vm, &args[0], Repeat { item: args[1].clone(), left })
}

fn repeat_next(vm: &mut Vm, object: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    let Some(repeat) = object.get_mut::<Repeat>(&mut vm.gil) else { return Ok(None) };
    if let Some(left) = &mut repeat.left {
        if *left == 0 {
            return Ok(None);
        }
        *left -= 1;
    }
    Ok(Some(repeat.item.clone()))
}

fn repeat_state(vm: &mut Vm, value: &Value) -> Result<(Value, Option<u64>), Raised> {
    if let Value::Foreign(object) = value {
        if let Some(repeat) = object.get::<Repeat>(&vm.gil) {
            return Ok((repeat.item.clone(), repeat.left));
        }
    }
    Err(vm.raise(Known::TypeError, "descriptor requires an 'itertools.repeat' object"))
}

fn repeat_repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (item, left) = repeat_state(vm, &args[0])?;
    let item = vm.repr(&item)?;
    Ok(match left {
        Some(left) => format!("repeat({}, {left})", item.as_str()),
        None => format!("repeat({})", item.as_str()),
    }
    .into())
}

fn repeat_hint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match repeat_state(vm, &args[0])?.1 {
        Some(left) => Ok(Value::from(left as usize)),
        None => Err(vm.type_error("len() of unsized object")),
    }
}
