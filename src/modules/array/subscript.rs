//! Items and slices of arrays.

use super::items::{packed, unpacked};
use super::{data, length, make, resizable};
use crate::builtins::memoryview::{ArrayData, item_size};
use crate::builtins::sequence::is_index;
use crate::object::{Args, Known, Raised, Slice, Value, Vm};
use crate::vm::item::place;

/// An index key, in range.
pub(super) fn key(vm: &mut Vm, array: &Value, key: &Value, message: &str) -> Result<usize, Raised> {
    if !is_index(vm, key) {
        return Err(vm.type_error("array indices must be integers"));
    }
    let at = vm.index_isize(key)?;
    let len = length(vm, array)?;
    place(at as i64, len).ok_or_else(|| vm.raise(Known::IndexError, message))
}

/// The byte ranges of the items that a slice selects.
pub(super) fn selected(vm: &mut Vm, array: &Value, slice: &Slice) -> Result<(Vec<usize>, isize, usize), Raised> {
    let (bytes, code) = data(vm, array)?;
    let (start, _, step, count) = vm.slice_bounds(slice, |vm| bytes.data.get(&vm.gil).len() / item_size(code))?;
    Ok(((0..count).map(|n| (start + n as isize * step) as usize).collect(), step, start as usize))
}

pub(super) fn getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (bytes, code) = data(vm, &args[0])?;
    let size = item_size(code);
    if let Value::Slice(slice) = &args[1] {
        let slice = slice.to_ptr();
        let (picked, ..) = selected(vm, &args[0], &slice)?;
        let content = bytes.data.get(&vm.gil);
        let part = picked.iter().flat_map(|at| content[at * size..(at + 1) * size].to_vec()).collect();
        return Ok(make(vm, code, part));
    }
    let at = key(vm, &args[0], &args[1], "array index out of range")?;
    let item = bytes.data.get(&vm.gil)[at * size..(at + 1) * size].to_vec();
    Ok(unpacked(code, &item).pop().unwrap_or(Value::None))
}

pub(super) fn setitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (bytes, code) = data(vm, &args[0])?;
    let size = item_size(code);
    let Value::Slice(slice) = &args[1] else {
        let at = key(vm, &args[0], &args[1], "array assignment index out of range")?;
        let item = packed(vm, code, &args[2])?;
        if let Some(place) = bytes.data.get_mut(&mut vm.gil).get_mut(at * size..(at + 1) * size) {
            place.copy_from_slice(&item);
        }
        return Ok(Value::None);
    };
    let slice = slice.to_ptr();
    let is_array = matches!(&args[2], Value::Foreign(object) if object.get::<ArrayData>(&vm.gil).is_some());
    if !is_array {
        let found = vm.class_name(&args[2]);
        return Err(vm.type_error(format!("can only assign array (not \"{found}\") to array slice")));
    }
    let (other, other_code) = data(vm, &args[2])?;
    if other_code != code {
        return Err(vm.type_error("bad argument type for built-in operation"));
    }
    let new = other.data.get(&vm.gil).clone();
    let (picked, step, start) = selected(vm, &args[0], &slice)?;
    if step == 1 {
        if new.len() != picked.len() * size {
            resizable(vm, &args[0])?;
        }
        bytes.data.get_mut(&mut vm.gil).splice(start * size..(start + picked.len()) * size, new);
        return Ok(Value::None);
    }
    if new.len() != picked.len() * size {
        let (given, wanted) = (new.len() / size, picked.len());
        return Err(
            vm.value_error(format!("attempt to assign array of size {given} to extended slice of size {wanted}"))
        );
    }
    let content = bytes.data.get_mut(&mut vm.gil);
    for (part, at) in new.chunks_exact(size).zip(picked) {
        content[at * size..(at + 1) * size].copy_from_slice(part);
    }
    Ok(Value::None)
}

pub(super) fn delitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mut picked = match &args[1] {
        Value::Slice(slice) => {
            let slice = slice.to_ptr();
            selected(vm, &args[0], &slice)?.0
        }
        index => vec![key(vm, &args[0], index, "array assignment index out of range")?],
    };
    picked.sort_unstable();
    let (bytes, code) = resizable(vm, &args[0])?;
    let size = item_size(code);
    let content = bytes.data.get_mut(&mut vm.gil);
    let mut gone = picked.into_iter().peekable();
    let mut index = 0;
    content.retain(|_| {
        let item = index / size;
        index += 1;
        while gone.next_if(|&at| at < item).is_some() {}
        gone.peek() != Some(&item)
    });
    Ok(Value::None)
}
