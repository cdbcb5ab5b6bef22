//! The data of `memoryview`, and of `array.array`, which it shows without copying.

use crate::builtins::bytes::items;
use crate::object::{ByteArray, Foreign, ForeignData, ItemFns, Ptr, Value, Vm};
use crate::vm::item::place;

/// A view: items at `start`, `start + stride`, ... of its base.
pub(crate) struct View {
    /// The bytes or bytearray; `Undef` when released.
    pub(super) base: Value,
    /// What the view was made of.
    pub(super) object: Value,
    pub(super) start: usize,
    pub(super) stride: isize,
    pub(super) len: usize,
    pub(super) format: u8,
    pub(super) readonly: bool,
}

/// The data of `array.array`: its content is in a bytearray, whose exports count for it too.
pub(crate) struct ArrayData {
    pub bytes: Ptr<ByteArray>,
    /// The type code, as in a format.
    pub format: u8,
}

impl ArrayData {
    /// Where the bytes of an item lie.
    fn span(&self, index: i64, bytes: usize) -> Option<std::ops::Range<usize>> {
        let size = item_size(self.format);
        let start = place(index, bytes / size)? * size;
        Some(start..start + size)
    }
}

impl ForeignData for ArrayData {
    fn item_fns(&self) -> Option<&'static ItemFns> {
        Some(&ItemFns {
            get: |vm, object, index| {
                let array = object.get::<ArrayData>(&vm.gil)?;
                let content = array.bytes.data.get(&vm.gil);
                let item = &content[array.span(index, content.len())?];
                let mut bytes = [0; 8];
                bytes[..item.len()].copy_from_slice(item);
                Some(items::unpack(array.format, item.len(), bytes))
            },
            set: |vm, object, index, value| {
                let Some(array) = object.get::<ArrayData>(&vm.gil) else { return false };
                let bytes = array.bytes.clone();
                let Some(span) = array.span(index, bytes.data.get(&vm.gil).len()) else { return false };
                let Some(item) = items::pack_plain(array.format, span.len(), value) else { return false };
                bytes.data.get_mut(&mut vm.gil)[span.clone()].copy_from_slice(&item[..span.len()]);
                true
            },
        })
    }
}

impl View {
    pub(super) fn new(base: Value, object: Value, format: u8, len: usize, readonly: bool) -> View {
        let stride = item_size(format) as isize;
        View { base, object, start: 0, stride, len, format, readonly }.counted()
    }

    /// Counts the view as an export of its base.
    pub(super) fn counted(self) -> View {
        if let Value::ByteArray(bytes) = &self.base {
            bytes.exports.set(bytes.exports.get() + 1);
        }
        self
    }

    pub(super) fn copy(&self) -> View {
        View { base: self.base.clone(), object: self.object.clone(), ..*self }.counted()
    }

    pub(super) fn release(&mut self) {
        if let Value::ByteArray(bytes) = &self.base {
            bytes.exports.set(bytes.exports.get() - 1);
        }
        drop(self.base.take());
        drop(self.object.take());
    }

    pub(super) fn offset(&self, index: usize) -> usize {
        (self.start as isize + index as isize * self.stride) as usize
    }

    pub(super) fn is_contiguous(&self) -> bool {
        self.stride == item_size(self.format) as isize || self.len <= 1
    }
}

impl Drop for View {
    fn drop(&mut self) {
        self.release();
    }
}

impl ForeignData for View {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.base);
        visit(&self.object);
    }

    fn clear(&mut self) -> Vec<Value> {
        let base = self.base.clone();
        self.release();
        vec![base]
    }
}

/// The size of an item of a format.
pub(crate) fn item_size(format: u8) -> usize {
    match format {
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' | b'u' | b'w' => 4,
        b'l' | b'L' | b'q' | b'Q' | b'd' => 8,
        _ => 1,
    }
}

/// All bytes of a base.
pub(super) fn base_bytes<'a>(vm: &'a Vm, base: &'a Value) -> &'a [u8] {
    match base {
        Value::Bytes(bytes) => &bytes.data,
        Value::ByteArray(bytes) => bytes.data.get(&vm.gil),
        _ => &[],
    }
}

/// The bytes that a view shows, in order.
pub(super) fn shown(vm: &Vm, view: &View) -> Vec<u8> {
    let (data, size) = (base_bytes(vm, &view.base), item_size(view.format));
    (0..view.len)
        .flat_map(|index| data.get(view.offset(index)..view.offset(index) + size).unwrap_or(&[]).to_vec())
        .collect()
}

/// A copy of what a view or an array contains; None if the object is neither.
pub(crate) fn content(vm: &Vm, object: &Foreign) -> Option<Vec<u8>> {
    if let Some(view) = object.get::<View>(&vm.gil) {
        return (!view.base.is_undef()).then(|| shown(vm, view));
    }
    object.get::<ArrayData>(&vm.gil).map(|array| array.bytes.data.get(&vm.gil).clone())
}

/// How many bytes of a view or an array can be written to; None if it is read-only or not contiguous.
pub(crate) fn room(vm: &Vm, object: &Foreign) -> Option<usize> {
    if let Some(array) = object.get::<ArrayData>(&vm.gil) {
        return Some(array.bytes.data.get(&vm.gil).len());
    }
    let view = object.get::<View>(&vm.gil)?;
    let writable = !view.readonly && view.is_contiguous() && matches!(view.base, Value::ByteArray(_));
    writable.then(|| view.len * item_size(view.format))
}

/// Writes into a view or an array; false if it cannot be written to.
pub(crate) fn write(vm: &mut Vm, object: &Foreign, start: usize, data: &[u8]) -> bool {
    let (bytes, start) = if let Some(array) = object.get::<ArrayData>(&vm.gil) {
        (array.bytes.clone(), start)
    } else {
        match object.get::<View>(&vm.gil) {
            Some(view) if !view.readonly && view.is_contiguous() => match &view.base {
                Value::ByteArray(bytes) => (bytes.to_ptr(), view.start + start),
                _ => return false,
            },
            _ => return false,
        }
    };
    let place = bytes.data.get_mut(&mut vm.gil).get_mut(start..start + data.len());
    place.map(|place| place.copy_from_slice(data)).is_some()
}
