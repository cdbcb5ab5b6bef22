//! The items of a `memoryview`: getting and setting them by index and slice.

use super::view::{View, base_bytes, item_size};
use super::{object, view};
use crate::builtins::bytes::{buffer, items};
use crate::builtins::number::{is_real, to_big};
use crate::builtins::sequence::is_index;
use crate::object::{Args, Known, Raised, Value, Vm};
use crate::vm::item::place;

/// The value of an item; None if the base has become shorter.
pub(super) fn item(vm: &Vm, view: &View, index: usize) -> Option<Value> {
    let (at, size) = (view.offset(index), item_size(view.format));
    let mut bytes = [0; 8];
    bytes[..size].copy_from_slice(base_bytes(vm, &view.base).get(at..at + size)?);
    Some(items::unpack(view.format, size, bytes))
}

///
/// # Errors
///
/// MemoryError if there is no room for them.
pub(super) fn items_of(vm: &mut Vm, view: &View) -> Result<Vec<Value>, Raised> {
    let mut items = Vec::new();
    for index in 0..view.len {
        vm.poll_posted()?;
        if let Some(item) = item(vm, view, index) {
            vm.push(&mut items, item)?;
        }
    }
    Ok(items)
}

/// An index key, in range.
pub(super) fn position(vm: &mut Vm, view: &View, key: &Value) -> Result<usize, Raised> {
    if !is_index(vm, key) {
        return Err(vm.type_error("memoryview: invalid slice key"));
    }
    let index = vm.index_isize(key)?;
    place(index as i64, view.len).ok_or_else(|| vm.raise(Known::IndexError, "index out of bounds on dimension 1"))
}

/// The part of a view that a slice selects.
pub(super) fn sliced(vm: &mut Vm, mut view: View, slice: &crate::object::Slice) -> Result<View, Raised> {
    let (start, _, step, count) = vm.slice_bounds(slice, |_| view.len)?;
    if count > 0 {
        view.start = view.offset(start as usize);
    }
    (view.stride, view.len) = (view.stride * step, count);
    Ok(view)
}

pub(super) fn getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let view = view(vm, &args[0])?;
    if let Value::Slice(slice) = &args[1] {
        let slice = slice.to_ptr();
        let part = sliced(vm, view, &slice)?;
        return Ok(object(vm, part));
    }
    let at = position(vm, &view, &args[1])?;
    item(vm, &view, at).ok_or_else(|| vm.raise(Known::IndexError, "index out of bounds on dimension 1"))
}

/// The bytes of a value as an item of a format.
pub(super) fn packed(vm: &mut Vm, format: u8, value: &Value) -> Result<Vec<u8>, Raised> {
    let wrong_type = |vm: &mut Vm| vm.type_error(format!("memoryview: invalid type for format '{}'", format as char));
    match format {
        b'c' => match vm.unwrap(value) {
            Value::Bytes(bytes) if bytes.data.len() == 1 => Ok(bytes.data.to_vec()),
            _ => Err(wrong_type(vm)),
        },
        b'?' => Ok(vec![u8::from(vm.truth(value)?)]),
        b'f' | b'd' => {
            if !is_real(vm, value) {
                return Err(wrong_type(vm));
            }
            let x = crate::builtins::float::outward(vm.to_f64(value)?);
            Ok(if format == b'd' { x.to_le_bytes().to_vec() } else { (x as f32).to_le_bytes().to_vec() })
        }
        _ => {
            if !is_index(vm, value) {
                return Err(wrong_type(vm));
            }
            let number = to_big(&vm.index(value)?);
            items::int_bytes(&number, item_size(format), format.is_ascii_lowercase())
                .map_err(|_| vm.value_error(format!("memoryview: invalid value for format '{}'", format as char)))
        }
    }
}

pub(super) fn setitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let whole = view(vm, &args[0])?;
    let bytes = match &whole.base {
        Value::ByteArray(bytes) if !whole.readonly => bytes.to_ptr(),
        _ => return Err(vm.type_error("cannot modify read-only memory")),
    };
    let (target, data) = if let Value::Slice(slice) = &args[1] {
        let slice = slice.to_ptr();
        let part = sliced(vm, whole, &slice)?;
        let data = buffer::expect(vm, &args[2])?.into_vec();
        if data.len() != part.len * item_size(part.format) {
            return Err(vm.value_error("memoryview assignment: lvalue and rvalue have different structures"));
        }
        (part, data)
    } else {
        let at = position(vm, &whole, &args[1])?;
        let data = packed(vm, whole.format, &args[2])?;
        let mut one = whole;
        (one.start, one.len) = (one.offset(at), 1);
        (one, data)
    };
    let size = item_size(target.format);
    for (index, part) in data.chunks_exact(size).enumerate() {
        let at = target.offset(index);
        if let Some(place) = bytes.data.get_mut(&mut vm.gil).get_mut(at..at + size) {
            place.copy_from_slice(part);
        }
    }
    Ok(Value::None)
}

pub(super) fn delitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let readonly = view(vm, &args[0])?.readonly;
    Err(vm.type_error(if readonly { "cannot modify read-only memory" } else { "cannot delete memory" }))
}
