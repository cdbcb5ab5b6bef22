//! What `bytearray` has beyond `bytes`: changes in place.

use super::new::{self, byte, bytes_from_object};
use super::operators::repeated;
use super::{Outcome, buffer};
use crate::builtins::native;
use crate::builtins::sequence::{is_index, repeat_factor, unhashable};
use crate::object::room::make_room;
use crate::object::{Args, Arity, ByteArray, Known, NativeDef, NativeKind, Ptr, Raised, Value, Vm};

const METHODS: &[NativeDef] = &[
    native("append", Arity::Exact(2), append, "Put one byte behind the others."),
    native("clear", Arity::Exact(1), clear, "Empty the bytearray."),
    native("copy", Arity::Exact(1), copy, "Return a copy of B."),
    native("extend", Arity::Exact(2), extend, "Append all the items from the iterator or sequence to the bytearray."),
    native("insert", Arity::Exact(3), insert, "Put one byte in front of the one at an index."),
    native("pop", Arity::Range(1, 2), pop, "Take out the byte at an index, the last unless told, and return it."),
    native("remove", Arity::Exact(2), remove, "Take out the first byte that is equal to a value."),
    native("reverse", Arity::Exact(1), reverse, "Turn the order of the bytes around."),
    native("__reduce__", Arity::Exact(1), reduce, "What pickle needs to make the object again."),
    native("__alloc__", Arity::Exact(1), alloc, "How many bytes the buffer has room for."),
];

const SLOTS: &[NativeDef] = &[
    native("__init__", Arity::Any, new::bytearray_init, "Set up a new instance."),
    native("__setitem__", Arity::Exact(3), setitem, "Set self[key] to value."),
    native("__delitem__", Arity::Exact(2), delitem, "Delete self[key]."),
    native("__iadd__", Arity::Exact(2), iadd, "Implement self+=value."),
    native("__imul__", Arity::Exact(2), imul, "Implement self*=value."),
];

const STATIC: &[NativeDef] = &[native("__new__", Arity::Any, new::bytearray_new, "Make an instance of the class.")];

pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::ByteArray);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::Static, STATIC);
    unhashable(vm, &class);
}

fn receiver(vm: &mut Vm, value: &Value) -> Result<Ptr<ByteArray>, Raised> {
    match vm.unwrap(value) {
        Value::ByteArray(bytes) => Ok(bytes.to_ptr()),
        _ => Err(crate::builtins::receiver::wrong_receiver(vm, value, Known::ByteArray)),
    }
}

/// The receiver, which may change its size.
fn resizable(vm: &mut Vm, value: &Value) -> Result<Ptr<ByteArray>, Raised> {
    let bytes = receiver(vm, value)?;
    if bytes.exports.get() > 0 {
        return Err(vm.raise(Known::BufferError, "Existing exports of data: object cannot be re-sized"));
    }
    Ok(bytes)
}

/// Gives a bytearray a new content.
pub(super) fn replace_all(vm: &mut Vm, value: &Value, data: Vec<u8>) -> Result<(), Raised> {
    let bytes = resizable(vm, value)?;
    bytes.data.set(&mut vm.gil, data);
    Ok(())
}

/// Makes sure of the room for more bytes.
fn grow(vm: &mut Vm, bytes: &ByteArray, added: usize) -> Result<(), Raised> {
    if make_room(bytes.data.get_mut(&mut vm.gil), added).is_ok() { Ok(()) } else { Err(vm.memory_error()) }
}

fn append(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let item = byte(vm, &args[1], "byte must be in range(0, 256)")?;
    let bytes = resizable(vm, &args[0])?;
    grow(vm, &bytes, 1)?;
    bytes.data.get_mut(&mut vm.gil).push(item);
    Ok(Value::None)
}

fn clear(vm: &mut Vm, args: Args<'_>) -> Outcome {
    replace_all(vm, &args[0], Vec::new())?;
    Ok(Value::None)
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let bytes = receiver(vm, &args[0])?;
    vm.expect_room(bytes.data.get(&vm.gil).len())?;
    let data = bytes.data.get(&vm.gil).clone();
    Ok(ByteArray::new(data).into_value())
}

/// What `extend` and slice assignment take: a bytes-like object or an iterable of ints.
fn items(vm: &mut Vm, value: &Value) -> Result<Vec<u8>, Raised> {
    if let Some(bytes) = buffer::view(vm, value) {
        return Ok(bytes.into_vec());
    }
    let mut bytes = Vec::new();
    if matches!(vm.unwrap(value), Value::Str(_)) {
        return Err(vm.type_error("expected iterable of integers; got: 'str'"));
    }
    vm.for_each(value, |vm, item| {
        let byte = byte(vm, &item, "byte must be in range(0, 256)")?;
        vm.push(&mut bytes, byte)?;
        Ok(true)
    })?;
    Ok(bytes)
}

fn extend(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let class = vm.class_of(&args[1]);
    let iterable = buffer::view(vm, &args[1]).is_some()
        || [crate::object::Name::__iter__, crate::object::Name::__getitem__]
            .into_iter()
            .any(|name| vm.lookup_name(&class, name).is_some());
    if !iterable {
        let found = vm.class_name(&args[1]);
        return Err(vm.type_error(format!("can't extend bytearray with {found}")));
    }
    let more = items(vm, &args[1])?;
    let bytes = resizable(vm, &args[0])?;
    vm.extend_bytes(&bytes, &more)?;
    Ok(Value::None)
}

fn insert(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let index = vm.expect_isize(&args[1])?;
    let item = byte(vm, &args[2], "byte must be in range(0, 256)")?;
    let bytes = resizable(vm, &args[0])?;
    grow(vm, &bytes, 1)?;
    let data = bytes.data.get_mut(&mut vm.gil);
    let len = data.len() as isize;
    let at = if index < 0 { (index + len).max(0) } else { index.min(len) };
    data.insert(at as usize, item);
    Ok(Value::None)
}

fn pop(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let index = match args.get(1) {
        None => -1,
        Some(index) => vm.expect_isize(index)?,
    };
    let bytes = receiver(vm, &args[0])?;
    let len = bytes.data.get(&vm.gil).len() as isize;
    if len == 0 {
        return Err(vm.raise(Known::IndexError, "pop from empty bytearray"));
    }
    let at = if index < 0 { index + len } else { index };
    if at < 0 || at >= len {
        return Err(vm.raise(Known::IndexError, "pop index out of range"));
    }
    let bytes = resizable(vm, &args[0])?;
    Ok(Value::Int(bytes.data.get_mut(&mut vm.gil).remove(at as usize).into()))
}

fn remove(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let item = byte(vm, &args[1], "byte must be in range(0, 256)")?;
    let bytes = receiver(vm, &args[0])?;
    let Some(at) = memchr::memchr(item, bytes.data.get(&vm.gil)) else {
        return Err(vm.value_error("value not found in bytearray"));
    };
    let bytes = resizable(vm, &args[0])?;
    bytes.data.get_mut(&mut vm.gil).remove(at);
    Ok(Value::None)
}

fn reverse(vm: &mut Vm, args: Args<'_>) -> Outcome {
    receiver(vm, &args[0])?.data.get_mut(&mut vm.gil).reverse();
    Ok(Value::None)
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let class = vm.class_of(&args[0]).into_value();
    let data = receiver(vm, &args[0])?.data.get(&vm.gil).clone();
    let arguments = Value::tuple(vec![crate::object::Bytes::new(data).into_value()]);
    let state = match vm.instance_dict(&args[0]) {
        Some(dict) => dict.into_value(),
        None => Value::None,
    };
    Ok(Value::tuple(vec![class, arguments, state]))
}

fn alloc(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let len = receiver(vm, &args[0])?.data.get(&vm.gil).len();
    Ok((if len == 0 { 0 } else { len + 1 }).into())
}

/// A key that is an index, in range.
fn position(vm: &mut Vm, bytes: &ByteArray, key: &Value) -> Result<usize, Raised> {
    if !is_index(vm, key) {
        let found = vm.class_name(key);
        return Err(vm.type_error(format!("bytearray indices must be integers or slices, not {found}")));
    }
    let index = vm.index_isize(key)?;
    let len = bytes.data.get(&vm.gil).len();
    let at = if index < 0 { index.saturating_add(len as isize) } else { index };
    match usize::try_from(at) {
        Ok(at) if at < len => Ok(at),
        _ => Err(vm.raise(Known::IndexError, "bytearray index out of range")),
    }
}

fn setitem(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let bytes = receiver(vm, &args[0])?;
    if let Value::Slice(slice) = &args[1] {
        let slice = slice.to_ptr();
        let new = match buffer::view(vm, &args[2]) {
            Some(new) => new.into_vec(),
            None if is_index(vm, &args[2]) || matches!(vm.unwrap(&args[2]), Value::Str(_)) => {
                return Err(vm.type_error("can assign only bytes, buffers, or iterables of ints in range(0, 256)"));
            }
            None => bytes_from_object(vm, &args[2])?,
        };
        return assign_slice(vm, &args[0], &slice, new);
    }
    let at = position(vm, &bytes, &args[1])?;
    let item = byte(vm, &args[2], "byte must be in range(0, 256)")?;
    match bytes.data.get_mut(&mut vm.gil).get_mut(at) {
        Some(place) => *place = item,
        None => return Err(vm.raise(Known::IndexError, "bytearray index out of range")),
    }
    Ok(Value::None)
}

fn assign_slice(vm: &mut Vm, target: &Value, slice: &crate::object::Slice, new: Vec<u8>) -> Outcome {
    let bytes = receiver(vm, target)?;
    let (start, _, step, count) = vm.slice_bounds(slice, |vm| bytes.data.get(&vm.gil).len())?;
    if step == 1 {
        if new.len() != count {
            resizable(vm, target)?;
        }
        let start = start as usize;
        bytes.data.get_mut(&mut vm.gil).splice(start..start + count, new);
        return Ok(Value::None);
    }
    if new.len() != count {
        if new.is_empty() {
            return delete_slice(vm, target, slice);
        }
        let given = new.len();
        return Err(
            vm.value_error(format!("attempt to assign bytes of size {given} to extended slice of size {count}"))
        );
    }
    let data = bytes.data.get_mut(&mut vm.gil);
    for (n, item) in new.into_iter().enumerate() {
        data[(start + n as isize * step) as usize] = item;
    }
    Ok(Value::None)
}

fn delete_slice(vm: &mut Vm, target: &Value, slice: &crate::object::Slice) -> Outcome {
    let bytes = receiver(vm, target)?;
    let (start, _, step, count) = vm.slice_bounds(slice, |vm| bytes.data.get(&vm.gil).len())?;
    if count == 0 {
        return Ok(Value::None);
    }
    let bytes = resizable(vm, target)?;
    let mut gone: Vec<usize> = (0..count).map(|n| (start + n as isize * step) as usize).collect();
    gone.sort_unstable();
    let mut next = gone.into_iter().peekable();
    let mut index = 0;
    bytes.data.get_mut(&mut vm.gil).retain(|_| {
        let drop = next.next_if_eq(&index).is_some();
        index += 1;
        !drop
    });
    Ok(Value::None)
}

fn delitem(vm: &mut Vm, args: Args<'_>) -> Outcome {
    if let Value::Slice(slice) = &args[1] {
        let slice = slice.to_ptr();
        return delete_slice(vm, &args[0], &slice);
    }
    let bytes = receiver(vm, &args[0])?;
    let at = position(vm, &bytes, &args[1])?;
    resizable(vm, &args[0])?.data.get_mut(&mut vm.gil).remove(at);
    Ok(Value::None)
}

fn iadd(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let Some(more) = buffer::view(vm, &args[1]) else {
        let (name, found) = (vm.class_name(&args[0]), vm.class_name(&args[1]));
        return Err(vm.type_error(format!("can't concat {found} to {name}")));
    };
    let bytes = if more.is_empty() { receiver(vm, &args[0])? } else { resizable(vm, &args[0])? };
    vm.extend_bytes(&bytes, &more)?;
    Ok(args[0].clone())
}

fn imul(vm: &mut Vm, args: Args<'_>) -> Outcome {
    if !is_index(vm, &args[1]) {
        return Ok(Value::NotImplemented);
    }
    let times = repeat_factor(vm, &args[1])?;
    let data = receiver(vm, &args[0])?.data.get(&vm.gil).clone();
    let out = repeated(vm, if times == 0 { &[] } else { &data }, times)?;
    replace_all(vm, &args[0], out)?;
    Ok(args[0].clone())
}
