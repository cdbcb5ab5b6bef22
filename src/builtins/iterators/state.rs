//! Copying and pickling iterators: `__reduce__` and `__setstate__`.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

use super::iter_of;
use crate::builtins::native;
use crate::object::{
    Args, Arity, DictPart, Iter, IterClass, IterState, Known, NativeDef, NativeKind, Ptr, Raised, Range, Value, Vm,
};
use crate::vm::range::to_big;

const REDUCE: &[NativeDef] =
    &[native("__reduce__", Arity::Exact(1), reduce, "What pickle needs to make the object again.")];

const SET_STATE: &[NativeDef] =
    &[native("__setstate__", Arity::Exact(2), set_state, "Move to the state that pickle kept.")];

/// Iterators that can be moved to another place.
const MOVABLE: &[Known] = &[
    Known::RangeIterator,
    Known::LongRangeIterator,
    Known::ListIterator,
    Known::ListReverseIterator,
    Known::TupleIterator,
    Known::StrIterator,
    Known::StrAsciiIterator,
    Known::BytesIterator,
    Known::ByteArrayIterator,
    Known::SequenceIterator,
    Known::Reversed,
    Known::Zip,
];

/// Gives the iterators of `all` the methods.
pub(super) fn install(vm: &mut Vm, all: impl Iterator<Item = Known>) {
    for known in all {
        let class = vm.known(known);
        vm.add_methods(&class, NativeKind::Method, REDUCE);
        if MOVABLE.contains(&known) {
            vm.add_methods(&class, NativeKind::Method, SET_STATE);
        }
    }
}

/// The function of the module `builtins` of a name.
fn builtin(vm: &mut Vm, name: &str) -> Value {
    let name = vm.intern(name);
    let dict = vm.interp.builtins.get(&vm.gil).clone();
    dict.and_then(|dict| dict.data.get(&vm.gil).get_str(&name).cloned()).unwrap_or(Value::None)
}

/// What makes an iterator again: a function, its arguments and perhaps what `__setstate__` is then given.
enum Recipe {
    Call(&'static str, Vec<Value>, Option<Value>),
    Construct(Vec<Value>, Option<Value>),
    /// The items that are left, as a list.
    Rest,
}

fn recipe(state: &IterState) -> Recipe {
    let at = |object: Value, index: usize| Recipe::Call("iter", vec![object], Some(index.into()));
    match state {
        IterState::List { list, index } => at(list.to_value(), *index),
        IterState::Tuple { tuple, index } | IterState::Memory { items: tuple, index } => at(tuple.to_value(), *index),
        IterState::Str { text, offset } => at(text.to_value(), text.as_str()[..*offset].chars().count()),
        IterState::Bytes { bytes, index } => at(bytes.to_value(), *index),
        IterState::ByteArray { bytes, index } => at(bytes.to_value(), *index),
        IterState::Sequence { object, index } => at(object.clone(), (*index).max(0) as usize),
        IterState::ListReversed { list, index } if *index > 0 => {
            Recipe::Call("reversed", vec![list.to_value()], Some(Value::from(*index - 1)))
        }
        IterState::ListReversed { .. } => Recipe::Call("reversed", vec![Value::list(Vec::new())], None),
        IterState::SequenceReversed { object, index } => {
            Recipe::Call("reversed", vec![object.clone()], Some(Value::Int(*index)))
        }
        IterState::Range { next, step, left } => {
            let stop = i128::from(*next) + i128::from(*step) * i128::from(*left);
            let range = range_value(Value::Int(*next), Value::big(stop.into()), Value::Int(*step));
            Recipe::Call("iter", vec![range], Some(Value::None))
        }
        IterState::BigRange(range) => {
            let crate::object::iter::BigRange { next, step, left } = &**range;
            let stop = next + step * left;
            let range = range_value(Value::big(next.clone()), Value::big(stop), Value::big(step.clone()));
            Recipe::Call("iter", vec![range], Some(Value::None))
        }
        IterState::Callable { callable, sentinel } => {
            Recipe::Call("iter", vec![callable.clone(), sentinel.clone()], None)
        }
        IterState::Enumerate { iter, next, .. } => Recipe::Construct(vec![iter.clone(), next.clone()], None),
        IterState::Zip { iters, strict } => {
            Recipe::Construct(iters.as_slice().to_vec(), strict.then(|| Value::bool(true)))
        }
        IterState::Map { func, iters } => {
            Recipe::Construct(std::iter::once(func).chain(iters.iter()).cloned().collect(), None)
        }
        IterState::Filter { func, iter } => Recipe::Construct(vec![func.clone(), iter.clone()], None),
        IterState::Dict { .. } | IterState::Ordered { .. } | IterState::Set { .. } => Recipe::Rest,
        IterState::Exhausted { of } => match of {
            IterClass::Str | IterClass::StrAscii => Recipe::Call("iter", vec![Value::str("")], None),
            IterClass::ListReversed => Recipe::Call("reversed", vec![Value::list(Vec::new())], None),
            IterClass::Reversed => Recipe::Call("reversed", vec![Value::tuple(Vec::new())], None),
            IterClass::Range | IterClass::LongRange => {
                Recipe::Call("iter", vec![range_value(Value::Int(0), Value::Int(0), Value::Int(1))], Some(Value::None))
            }
            IterClass::Tuple | IterClass::Bytes | IterClass::ByteArray | IterClass::Sequence | IterClass::Callable => {
                Recipe::Call("iter", vec![Value::tuple(Vec::new())], None)
            }
            _ => Recipe::Call("iter", vec![Value::list(Vec::new())], None),
        },
    }
}

fn range_value(start: Value, stop: Value, step: Value) -> Value {
    Range::of_values(&start, &stop, &step)
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iter = iter_of(vm, &args[0])?;
    let (function, parts, state) = match recipe(iter.state.get(&vm.gil)) {
        Recipe::Call(name, parts, state) => (builtin(vm, name), parts, state),
        Recipe::Construct(parts, state) => (vm.class_of(&args[0]).into_value(), parts, state),
        Recipe::Rest => {
            // A second iterator in the same state is used up, so that this one stays.
            let rest = match twin(iter.state.get(&vm.gil)) {
                Some(twin) => vm.collect(&Iter::new(twin).into_value())?,
                None => Vec::new(),
            };
            (builtin(vm, "iter"), vec![Value::list(rest)], None)
        }
    };
    let mut reduced = vec![function, Value::tuple(parts)];
    reduced.extend(state);
    Ok(Value::tuple(reduced))
}

/// A second state like that of an iterator over a dict or set.
fn twin(state: &IterState) -> Option<IterState> {
    Some(match state {
        IterState::Dict { dict, part, index, used, left, reversed } => IterState::Dict {
            dict: dict.clone(),
            part: DictPart::clone(part),
            index: *index,
            used: *used,
            left: *left,
            reversed: *reversed,
        },
        IterState::Ordered { dict, part, index, changes, reversed } => IterState::Ordered {
            dict: dict.clone(),
            part: DictPart::clone(part),
            index: *index,
            changes: *changes,
            reversed: *reversed,
        },
        IterState::Set { set, slot, used, left } => {
            IterState::Set { set: set.clone(), slot: *slot, used: *used, left: *left }
        }
        _ => return None,
    })
}

fn set_state(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iter = iter_of(vm, &args[0])?;
    let class = iter.state.get(&vm.gil).class();
    match class {
        IterClass::Zip => {
            let truth = vm.truth(&args[1])?;
            if let IterState::Zip { strict, .. } = iter.state.get_mut(&mut vm.gil) {
                *strict = truth;
            }
        }
        IterClass::LongRange => {
            let to = vm.index(&args[1])?;
            advance_big(vm, &iter, &to_big(&to));
        }
        _ => {
            let to = vm.expect_i64(&args[1])?;
            advance(vm, &iter, to)?;
        }
    }
    Ok(Value::None)
}

/// Moves a range of big numbers forwards, to its end at most.
fn advance_big(vm: &mut Vm, iter: &Ptr<Iter>, by: &BigInt) {
    if let IterState::BigRange(range) = iter.state.get_mut(&mut vm.gil) {
        let crate::object::iter::BigRange { next, step, left } = &mut **range;
        let by = if by.is_negative() { BigInt::zero() } else { by.clone().min(left.clone()) };
        *next += &*step * &by;
        *left -= by;
    }
}

/// Moves an iterator to an index; a range forwards by as many numbers.
fn advance(vm: &mut Vm, iter: &Ptr<Iter>, to: i64) -> Result<(), Raised> {
    let len = match iter.state.get(&vm.gil) {
        IterState::SequenceReversed { object, .. } => {
            let object = object.clone();
            vm.len(&object)? as i64
        }
        IterState::List { list, .. } | IterState::ListReversed { list, .. } => list.items.get(&vm.gil).len() as i64,
        IterState::Tuple { tuple, .. } => tuple.len() as i64,
        IterState::Bytes { bytes, .. } => bytes.data.len() as i64,
        IterState::ByteArray { bytes, .. } => bytes.data.get(&vm.gil).len() as i64,
        _ => i64::MAX,
    };
    let clamped = to.clamp(0, len) as usize;
    let mut ends = None;
    match iter.state.get_mut(&mut vm.gil) {
        IterState::Range { next, step, left } => {
            let by = to.clamp(0, left.to_i64().unwrap_or(i64::MAX));
            *next = next.wrapping_add(step.wrapping_mul(by));
            *left -= by as u64;
        }
        IterState::List { .. } if to < 0 => ends = Some(IterClass::List),
        IterState::List { index, .. }
        | IterState::Tuple { index, .. }
        | IterState::Bytes { index, .. }
        | IterState::ByteArray { index, .. } => *index = clamped,
        IterState::Str { text, offset } => {
            let text = text.as_str();
            *offset = text.char_indices().nth(clamped).map_or(text.len(), |(at, _)| at);
        }
        IterState::ListReversed { index, .. } => *index = (to.clamp(-1, len - 1) + 1) as usize,
        IterState::Sequence { index, .. } => *index = to.max(0),
        IterState::SequenceReversed { index, .. } => *index = to.clamp(-1, len - 1),
        _ => {}
    }
    if let Some(of) = ends {
        let old = iter.state.replace(&mut vm.gil, IterState::Exhausted { of });
        drop(old);
    }
    Ok(())
}
