//! The methods of built-in iterators, and the iterator classes that scripts call.

mod constructors;
mod state;

use crate::builtins::native;
use crate::object::{Args, Arity, Iter, IterState, Known, NativeDef, NativeKind, Params, Ptr, Raised, Value, Vm};

const EVERY: &[NativeDef] = &[
    native("__iter__", Arity::Exact(1), iter_self, "Implement iter(self)."),
    native("__next__", Arity::Exact(1), iter_next, "Implement next(self)."),
];

const LENGTH_HINT: &[NativeDef] =
    &[native("__length_hint__", Arity::Exact(1), length_hint, "How many items are left, as a guess for list().")];

/// Iterators whose remaining length is known.
const SIZED: &[Known] = &[
    Known::RangeIterator,
    Known::LongRangeIterator,
    Known::ListIterator,
    Known::ListReverseIterator,
    Known::TupleIterator,
    Known::StrIterator,
    Known::StrAsciiIterator,
    Known::BytesIterator,
    Known::ByteArrayIterator,
    Known::DictKeyIterator,
    Known::DictValueIterator,
    Known::DictItemIterator,
    Known::DictReverseKeyIterator,
    Known::DictReverseValueIterator,
    Known::DictReverseItemIterator,
    Known::SetIterator,
    Known::SequenceIterator,
    Known::Reversed,
];

const ENUMERATE: Params = Params { names: &["cls", "iterable", "start"], required: 1, posonly: 1, kwonly: 0 };

const NEW_ENUMERATE: &[NativeDef] =
    &[native("__new__", Arity::Named(&ENUMERATE), constructors::enumerate, "Make an instance of the class.")];
const NEW_ZIP: &[NativeDef] = &[native("__new__", Arity::Any, constructors::zip, "Make an instance of the class.")];
const NEW_MAP: &[NativeDef] = &[native("__new__", Arity::Any, constructors::map, "Make an instance of the class.")];
const NEW_FILTER: &[NativeDef] =
    &[native("__new__", Arity::Any, constructors::filter, "Make an instance of the class.")];
const NEW_REVERSED: &[NativeDef] =
    &[native("__new__", Arity::Any, constructors::reversed, "Make an instance of the class.")];

/// Gives the iterators their methods.
pub(super) fn install(vm: &mut Vm) {
    let constructed: [(Known, &'static [NativeDef]); 5] = [
        (Known::Enumerate, NEW_ENUMERATE),
        (Known::Zip, NEW_ZIP),
        (Known::Map, NEW_MAP),
        (Known::Filter, NEW_FILTER),
        (Known::Reversed, NEW_REVERSED),
    ];
    for (known, new) in constructed {
        let class = vm.known(known);
        vm.add_methods(&class, NativeKind::Static, new);
    }
    let unsized_ones = [
        Known::MemoryIterator,
        Known::OdictIterator,
        Known::CallableIterator,
        Known::Enumerate,
        Known::Zip,
        Known::Map,
        Known::Filter,
    ];
    for &known in SIZED.iter().chain(&unsized_ones) {
        let class = vm.known(known);
        vm.add_methods(&class, NativeKind::SlotWrapper, EVERY);
    }
    state::install(vm, SIZED.iter().chain(&unsized_ones).copied());
    for &known in SIZED {
        let class = vm.known(known);
        vm.add_methods(&class, NativeKind::Method, LENGTH_HINT);
    }
    let class = vm.known(Known::Enumerate);
    vm.add_methods(&class, NativeKind::ClassMethod, crate::builtins::sequence::CLASS_GETITEM);
}

/// `__iter__` of every iterator.
pub(crate) fn iter_self(_vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args[0].clone())
}

/// `__next__` of every native iterator.
pub(crate) fn iter_next(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = vm.unwrap(&args[0]).clone();
    match vm.next(&iterator)? {
        Some(item) => Ok(item),
        None => Err(stop_iteration(vm)),
    }
}

/// Raises StopIteration without a value.
pub(crate) fn stop_iteration(vm: &mut Vm) -> Raised {
    let stop = vm.new_exception(Known::StopIteration, Vec::new());
    vm.raise_value(stop)
}

fn iter_of(vm: &mut Vm, value: &Value) -> Result<Ptr<Iter>, Raised> {
    match vm.unwrap(value) {
        Value::Iter(iter) => Ok(iter.to_ptr()),
        _ => Err(vm.type_error("descriptor requires a built-in iterator")),
    }
}

/// How many items an iterator has left; None if only iterating tells.
pub(crate) fn remaining(vm: &mut Vm, iter: &Iter) -> Result<Option<Value>, Raised> {
    let gil = &vm.gil;
    let left = match iter.state.get(gil) {
        IterState::Range { left, .. } => *left as usize,
        IterState::BigRange(range) => return Ok(Some(Value::big(range.left.clone()))),
        IterState::List { list, index } => list.items.get(gil).len().saturating_sub(*index),
        IterState::ListReversed { list, index } => {
            if *index > list.items.get(gil).len() {
                0
            } else {
                *index
            }
        }
        IterState::Tuple { tuple, index } | IterState::Memory { items: tuple, index } => {
            tuple.len().saturating_sub(*index)
        }
        IterState::Str { text, offset } => text.as_str()[*offset..].chars().count(),
        IterState::Bytes { bytes, index } => bytes.data.len().saturating_sub(*index),
        IterState::ByteArray { bytes, index } => bytes.data.get(gil).len().saturating_sub(*index),
        IterState::Dict { dict, used, left, .. } => {
            if dict.data.get(gil).len() == *used {
                *left
            } else {
                0
            }
        }
        IterState::Set { set, used, left, .. } => {
            if set.data.get(gil).len() == *used {
                *left
            } else {
                0
            }
        }
        IterState::Sequence { object, index } => {
            let (object, index) = (object.clone(), *index);
            let len = vm.len(&object)?;
            return Ok(Some(len.saturating_sub(index.max(0) as usize).into()));
        }
        IterState::SequenceReversed { object, index } => {
            let (object, index) = (object.clone(), *index);
            let (len, left) = (vm.len(&object)?, (index + 1).max(0) as usize);
            return Ok(Some(Value::from(if len < left { 0 } else { left })));
        }
        IterState::Exhausted { .. } => 0,
        IterState::Callable { .. }
        | IterState::Ordered { .. }
        | IterState::Enumerate { .. }
        | IterState::Zip { .. }
        | IterState::Map { .. }
        | IterState::Filter { .. } => return Ok(None),
    };
    Ok(Some(left.into()))
}

fn length_hint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iter = iter_of(vm, &args[0])?;
    Ok(remaining(vm, &iter)?.unwrap_or(Value::NotImplemented))
}
