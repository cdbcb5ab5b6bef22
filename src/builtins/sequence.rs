//! What lists, tuples and ranges have in common.

use crate::builtins::native;
use crate::object::{Args, Arity, Class, Known, Name, NativeDef, Ptr, Raised, Value, Vm};

/// How many times a sequence is repeated, and room for the result.
///
/// # Errors
///
/// MemoryError when the result cannot be had.
pub(crate) fn repeat_room(vm: &mut Vm, len: usize, times: usize) -> Result<Vec<Value>, Raised> {
    // The allocator may promise more address space than there is memory.
    const MOST_ITEMS: usize = (64 << 30) / size_of::<Value>();
    let mut room = Vec::new();
    let fits = len.checked_mul(times).is_some_and(|total| total <= MOST_ITEMS && room.try_reserve_exact(total).is_ok());
    if fits { Ok(room) } else { Err(vm.memory_error()) }
}

/// The items `times` times over.
pub(crate) fn repeated(vm: &mut Vm, items: &[Value], times: usize) -> Result<Vec<Value>, Raised> {
    let mut room = repeat_room(vm, items.len(), times)?;
    if let [item] = items {
        room.resize(times, item.clone());
    } else {
        for _ in 0..times {
            room.extend_from_slice(items);
        }
    }
    Ok(room)
}

/// The factor of `sequence * factor`, not below zero.
///
/// # Errors
///
/// TypeError if it is no integer, OverflowError when it does not fit an index.
pub(crate) fn repeat_factor(vm: &mut Vm, factor: &Value) -> Result<usize, Raised> {
    let times = match factor {
        Value::Int(times) => return Ok((*times).max(0) as usize),
        _ if is_index(vm, factor) => vm.index(factor)?,
        _ => {
            let found = vm.class_name(factor);
            return Err(vm.type_error(format!("can't multiply sequence by non-int of type '{found}'")));
        }
    };
    match times {
        Value::Int(times) => Ok(times.max(0) as usize),
        _ => Err(vm.raise(Known::OverflowError, "cannot fit 'int' into an index-sized integer")),
    }
}

/// Whether a value is an integer or has `__index__`.
pub(crate) fn is_index(vm: &mut Vm, value: &Value) -> bool {
    if matches!(value, Value::Int(_) | Value::Bool(_) | Value::BigInt(_)) {
        return true;
    }
    let class = vm.class_of(value);
    vm.lookup_name(&class, Name::__index__).is_some()
}

/// A bound of `index(value, start, stop)` in a sequence of `len` items.
///
/// # Errors
///
/// TypeError if it is neither an integer nor has `__index__`.
pub(crate) fn search_bound(vm: &mut Vm, bound: Option<&Value>, default: usize, len: usize) -> Result<usize, Raised> {
    bound_or(vm, bound, default, len, "slice indices must be integers or have an __index__ method")
}

/// A bound of `find(part, start, stop)` in a text of `len` items, which may be None too.
///
/// # Errors
///
/// TypeError if it is none of these.
pub(crate) fn text_bound(vm: &mut Vm, bound: Option<&Value>, default: usize, len: usize) -> Result<usize, Raised> {
    let bound = bound.filter(|bound| !bound.is_none());
    bound_or(vm, bound, default, len, "slice indices must be integers or None or have an __index__ method")
}

fn bound_or(vm: &mut Vm, bound: Option<&Value>, default: usize, len: usize, refusal: &str) -> Result<usize, Raised> {
    let Some(bound) = bound else { return Ok(default) };
    if !is_index(vm, bound) {
        return Err(vm.type_error(refusal));
    }
    let at = vm.index_clamped(bound)?;
    Ok(if at < 0 { at.saturating_add(len as isize).max(0) as usize } else { at as usize })
}

/// `__class_getitem__` of the generic built-in types.
pub(crate) fn class_getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let alias = vm.known(Known::GenericAlias).into_value();
    vm.call(&alias, args.positional())
}

/// The table of `__class_getitem__`.
pub(crate) const CLASS_GETITEM: &[NativeDef] =
    &[native("__class_getitem__", Arity::Exact(2), class_getitem, "See PEP 585")];

/// `__len__` through the protocol that `len()` uses.
pub(crate) fn len(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let object = vm.unwrap(&args[0]).clone();
    vm.len(&object).map(Value::from)
}

/// `__contains__` through the protocol of `in`.
pub(crate) fn contains(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let object = vm.unwrap(&args[0]).clone();
    vm.contains(&object, &args[1]).map(Value::from)
}

/// `__getitem__` through the protocol of subscripts.
pub(crate) fn getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let object = vm.unwrap(&args[0]).clone();
    vm.getitem(&object, &args[1])
}

/// `__setitem__` through the protocol of subscripts.
pub(crate) fn setitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let object = vm.unwrap(&args[0]).clone();
    vm.setitem(&object, args[1].clone(), args[2].clone()).map(|()| Value::None)
}

/// `__delitem__` through the protocol of subscripts.
pub(crate) fn delitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let object = vm.unwrap(&args[0]).clone();
    vm.delitem(&object, &args[1]).map(|()| Value::None)
}

/// `__iter__` through the protocol of iteration.
pub(crate) fn iter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let object = vm.unwrap(&args[0]).clone();
    vm.iter(&object)
}

/// `__hash__` through the protocol of `hash()`.
pub(crate) fn hash(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let object = vm.unwrap(&args[0]).clone();
    vm.hash(&object).map(Value::Int)
}

/// `open`, the representations of the items with commas between, `close`. The items are read one
/// by one, because printing one may change the rest.
pub(crate) fn join_reprs(
    vm: &mut Vm,
    open: &str,
    close: &str,
    mut item: impl FnMut(&mut Vm, usize) -> Option<Value>,
) -> Result<String, Raised> {
    let mut text = open.to_owned();
    let mut index = 0;
    while let Some(item) = item(vm, index) {
        if index > 0 {
            text.push_str(", ");
        }
        text.push_str(vm.repr(&item)?.as_str());
        vm.poll_posted()?;
        index += 1;
    }
    text.push_str(close);
    Ok(text)
}

/// Makes instances of a class unhashable, as `__hash__ = None` does.
pub(crate) fn unhashable(vm: &mut Vm, class: &Ptr<Class>) {
    let dict = class.data.get(&vm.gil).dict.clone();
    vm.dict_set_str(&dict, "__hash__", Value::None);
}

/// Refuses keywords in the call of a type's constructor; subclasses with an initializer or constructor of their own
/// may take them.
///
/// # Errors
///
/// TypeError if there are any and nothing else takes them.
pub(crate) fn no_keywords(vm: &mut Vm, name: &str, args: &Args<'_>) -> Result<(), Raised> {
    if args.keyword_count() > 0 && !vm.takes_keywords(&args[0]) {
        return Err(vm.type_error(format!("{name}() takes no keyword arguments")));
    }
    Ok(())
}

/// The one optional argument of a type's constructor, after the receiver.
///
/// # Errors
///
/// TypeError if there are more.
pub(crate) fn optional_iterable(vm: &mut Vm, name: &str, args: &Args<'_>) -> Result<Option<Value>, Raised> {
    match args.positional() {
        [_] => Ok(None),
        [_, iterable] => Ok(Some(iterable.clone())),
        more => {
            let given = more.len() - 1;
            Err(vm.type_error(format!("{name} expected at most 1 argument, got {given}")))
        }
    }
}
