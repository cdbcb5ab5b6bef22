//! `memoryview` over bytes, bytearrays and what keeps its content in a bytearray.

use crate::builtins::bytes::{buffer, codec, items};
use crate::builtins::number::{is_real, to_big};
use crate::builtins::{native, sequence::is_index};
use crate::bytecode::CmpOp;
use crate::object::{
    Args, Arity, ByteArray, Bytes, Foreign, ForeignData, GetSetDef, ItemFns, Known, NativeDef, NativeKind, Params, Ptr,
    Raised, Value, Vm,
};
use crate::vm::item::place;

/// A view: items at `start`, `start + stride`, ... of its base.
pub(crate) struct View {
    /// The bytes or bytearray; `Undef` when released.
    base: Value,
    /// What the view was made of.
    object: Value,
    start: usize,
    stride: isize,
    len: usize,
    format: u8,
    readonly: bool,
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
    fn new(base: Value, object: Value, format: u8, len: usize, readonly: bool) -> View {
        let stride = item_size(format) as isize;
        View { base, object, start: 0, stride, len, format, readonly }.counted()
    }

    /// Counts the view as an export of its base.
    fn counted(self) -> View {
        if let Value::ByteArray(bytes) = &self.base {
            bytes.exports.set(bytes.exports.get() + 1);
        }
        self
    }

    fn copy(&self) -> View {
        View { base: self.base.clone(), object: self.object.clone(), ..*self }.counted()
    }

    fn release(&mut self) {
        if let Value::ByteArray(bytes) = &self.base {
            bytes.exports.set(bytes.exports.get() - 1);
        }
        drop(self.base.take());
        drop(self.object.take());
    }

    fn offset(&self, index: usize) -> usize {
        (self.start as isize + index as isize * self.stride) as usize
    }

    fn is_contiguous(&self) -> bool {
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

const CAST: Params = Params { names: &["self", "format", "shape"], required: 2, posonly: 1, kwonly: 0 };
const HEX: Params = Params { names: &["self", "sep", "bytes_per_sep"], required: 1, posonly: 1, kwonly: 0 };
const NEW: Params = Params { names: &["type", "object"], required: 2, posonly: 1, kwonly: 0 };
const TOBYTES: Params = Params { names: &["self", "order"], required: 1, posonly: 1, kwonly: 0 };

const METHODS: &[NativeDef] = &[
    native("release", Arity::Exact(1), release, "Release the underlying buffer exposed by the memoryview object."),
    native("tobytes", Arity::Named(&TOBYTES), tobytes, "Return the data in the buffer as a byte string."),
    native("hex", Arity::Named(&HEX), hex, "Return the data in the buffer as a str of hexadecimal numbers."),
    native("tolist", Arity::Exact(1), tolist, "Return the data in the buffer as a list of elements."),
    native("cast", Arity::Named(&CAST), cast, "Cast a memoryview to a new format."),
    native("toreadonly", Arity::Exact(1), toreadonly, "Return a readonly version of the memoryview."),
    native("__enter__", Arity::Exact(1), enter, ""),
    native("__exit__", Arity::Variadic, release, ""),
];

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__hash__", Arity::Exact(1), hash, "Return hash(self)."),
    native("__len__", Arity::Exact(1), len, "Return len(self)."),
    native("__getitem__", Arity::Exact(2), getitem, "Return self[key]."),
    native("__setitem__", Arity::Exact(3), setitem, "Set self[key] to value."),
    native("__delitem__", Arity::Exact(2), delitem, "Delete self[key]."),
    native("__iter__", Arity::Exact(1), iter, "Implement iter(self)."),
    native("__eq__", Arity::Exact(2), eq, "Return self==value."),
];

const STATIC: &[NativeDef] = &[native("__new__", Arity::Named(&NEW), new, "Create and return a new object.")];

const GETSETS: &[GetSetDef] = &[
    GetSetDef {
        name: "obj",
        get: |vm, value| Ok(view(vm, value)?.object.clone()),
        set: None,
        doc: "The underlying object of the memoryview.",
    },
    GetSetDef {
        name: "nbytes",
        get: |vm, value| view(vm, value).map(|view| (view.len * item_size(view.format)).into()),
        set: None,
        doc: "The amount of space in bytes that the array would use in a contiguous representation.",
    },
    GetSetDef {
        name: "readonly",
        get: |vm, value| view(vm, value).map(|view| view.readonly.into()),
        set: None,
        doc: "A bool indicating whether the memory is read only.",
    },
    GetSetDef {
        name: "itemsize",
        get: |vm, value| view(vm, value).map(|view| item_size(view.format).into()),
        set: None,
        doc: "The size in bytes of each element of the memoryview.",
    },
    GetSetDef {
        name: "format",
        get: |vm, value| view(vm, value).map(|view| (view.format as char).to_string().into()),
        set: None,
        doc: "A string containing the format for each element in the view.",
    },
    GetSetDef {
        name: "ndim",
        get: |vm, value| view(vm, value).map(|_| Value::Int(1)),
        set: None,
        doc: "An integer indicating how many dimensions of a multi-dimensional array the memory represents.",
    },
    GetSetDef {
        name: "shape",
        get: |vm, value| view(vm, value).map(|view| Value::tuple(vec![view.len.into()])),
        set: None,
        doc: "A tuple of ndim integers giving the shape of the memory as an N-dimensional array.",
    },
    GetSetDef {
        name: "strides",
        get: |vm, value| view(vm, value).map(|view| Value::tuple(vec![Value::Int(view.stride as i64)])),
        set: None,
        doc: "A tuple of ndim integers giving the size in bytes to access each element for each dimension of the array.",
    },
    GetSetDef {
        name: "suboffsets",
        get: |vm, value| view(vm, value).map(|_| Value::tuple(Vec::new())),
        set: None,
        doc: "A tuple of integers used internally for PIL-style arrays.",
    },
    GetSetDef {
        name: "contiguous",
        get: contiguous,
        set: None,
        doc: "A bool indicating whether the memory is contiguous.",
    },
    GetSetDef {
        name: "c_contiguous",
        get: contiguous,
        set: None,
        doc: "A bool indicating whether the memory is C contiguous.",
    },
    GetSetDef {
        name: "f_contiguous",
        get: contiguous,
        set: None,
        doc: "A bool indicating whether the memory is Fortran contiguous.",
    },
];

/// Gives `memoryview` its methods.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::MemoryView);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::Static, STATIC);
    vm.add_getsets(&class, GETSETS);
}

/// A view of a receiver that has not been released.
fn view(vm: &mut Vm, value: &Value) -> Result<View, Raised> {
    let found = match value {
        Value::Foreign(object) => object.get::<View>(&vm.gil).filter(|view| !view.base.is_undef()).map(View::copy),
        _ => None,
    };
    found.ok_or_else(|| vm.value_error("operation forbidden on released memoryview object"))
}

fn object(vm: &mut Vm, view: View) -> Value {
    let class = vm.known(Known::MemoryView);
    Foreign::new(class, view).into_value()
}

/// All bytes of a base.
fn base_bytes<'a>(vm: &'a Vm, base: &'a Value) -> &'a [u8] {
    match base {
        Value::Bytes(bytes) => &bytes.data,
        Value::ByteArray(bytes) => bytes.data.get(&vm.gil),
        _ => &[],
    }
}

/// The bytes that a view shows, in order.
fn shown(vm: &Vm, view: &View) -> Vec<u8> {
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

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let plain = vm.unwrap(&args[1]).clone();
    let made = match &plain {
        Value::Bytes(bytes) => Some(View::new(plain.clone(), args[1].clone(), b'B', bytes.data.len(), true)),
        Value::ByteArray(bytes) => {
            let len = bytes.data.get(&vm.gil).len();
            Some(View::new(plain.clone(), args[1].clone(), b'B', len, false))
        }
        Value::Foreign(object) if object.get::<View>(&vm.gil).is_some() => Some(view(vm, &plain)?),
        Value::Foreign(object) => object.get::<ArrayData>(&vm.gil).map(|array| {
            let len = array.bytes.data.get(&vm.gil).len() / item_size(array.format);
            View::new(array.bytes.to_value(), args[1].clone(), array.format, len, false)
        }),
        _ => None,
    };
    match made {
        Some(view) => Ok(object(vm, view)),
        None => {
            let found = vm.class_name(&args[1]);
            Err(vm.type_error(format!("memoryview: a bytes-like object is required, not '{found}'")))
        }
    }
}

fn contiguous(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    view(vm, value).map(|view| view.is_contiguous().into())
}

fn release(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if let Value::Foreign(object) = &args[0] {
        // What the view held is dropped when the object can be reached again.
        let held = object.get_mut::<View>(&mut vm.gil).map(|view| {
            let held = (view.base.clone(), view.object.clone());
            view.release();
            held
        });
        drop(held);
    }
    Ok(Value::None)
}

fn enter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    view(vm, &args[0])?;
    Ok(args[0].clone())
}

fn tobytes(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let view = view(vm, &args[0])?;
    Ok(Bytes::new(shown(vm, &view)).into_value())
}

fn hex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let view = view(vm, &args[0])?;
    let data = shown(vm, &view);
    codec::hex_of(vm, &data, args)
}

/// The value of an item; None if the base has become shorter.
fn item(vm: &Vm, view: &View, index: usize) -> Option<Value> {
    let (at, size) = (view.offset(index), item_size(view.format));
    let mut bytes = [0; 8];
    bytes[..size].copy_from_slice(base_bytes(vm, &view.base).get(at..at + size)?);
    Some(items::unpack(view.format, size, bytes))
}

fn items_of(vm: &Vm, view: &View) -> Vec<Value> {
    (0..view.len).filter_map(|index| item(vm, view, index)).collect()
}

fn tolist(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let view = view(vm, &args[0])?;
    Ok(Value::list(items_of(vm, &view)))
}

fn iter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let view = view(vm, &args[0])?;
    let items = crate::object::Tuple::new(items_of(vm, &view));
    Ok(crate::object::Iter::new(crate::object::IterState::Memory { items, index: 0 }).into_value())
}

fn cast(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mut view = view(vm, &args[0])?;
    let text = vm.expect_str(&args[1], "cast() argument 'format'")?;
    let format = match text.as_str().trim_start_matches('@').as_bytes() {
        [format] if b"cbB?hHiIlLqQfd".contains(format) => *format,
        _ => {
            return Err(vm.value_error(
                "memoryview: destination format must be a native single character format prefixed with an optional '@'",
            ));
        }
    };
    if !view.is_contiguous() {
        return Err(vm.type_error("memoryview: casts are restricted to C-contiguous views"));
    }
    if item_size(view.format) != 1 && item_size(format) != 1 {
        return Err(vm.type_error("memoryview: cannot cast between two non-byte formats"));
    }
    let bytes = view.len * item_size(view.format);
    if !bytes.is_multiple_of(item_size(format)) {
        return Err(vm.type_error("memoryview: length is not a multiple of itemsize"));
    }
    if let Some(shape) = args.get(2) {
        check_shape(vm, shape, bytes / item_size(format))?;
    }
    (view.format, view.stride, view.len) = (format, item_size(format) as isize, bytes / item_size(format));
    Ok(object(vm, view))
}

/// Accepts the shape of one dimension of `len` items.
fn check_shape(vm: &mut Vm, shape: &Value, len: usize) -> Result<(), Raised> {
    if !matches!(shape, Value::List(_) | Value::Tuple(_)) {
        return Err(vm.type_error("shape must be a list or a tuple"));
    }
    let sizes = vm.collect(shape)?;
    let mut product = 1usize;
    for size in &sizes {
        match size {
            Value::Int(size) if *size > 0 => product = product.saturating_mul(*size as usize),
            Value::Int(_) => {
                return Err(vm.value_error("memoryview.cast(): elements of shape must be integers > 0"));
            }
            _ => return Err(vm.type_error("memoryview.cast(): elements of shape must be integers")),
        }
    }
    if product != len {
        return Err(vm.type_error("memoryview: product(shape) * itemsize != buffer size"));
    }
    if sizes.len() != 1 {
        let message = "memoryviews of other than one dimension are not supported by Mini";
        return Err(vm.raise(Known::NotImplementedError, message));
    }
    Ok(())
}

fn toreadonly(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mut view = view(vm, &args[0])?;
    view.readonly = true;
    Ok(object(vm, view))
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let address = args[0].identity();
    let released = matches!(&args[0], Value::Foreign(object) if object.get::<View>(&vm.gil).is_some_and(|view| view.base.is_undef()));
    Ok(if released { format!("<released memory at {address:#x}>") } else { format!("<memory at {address:#x}>") }.into())
}

fn hash(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let view = view(vm, &args[0])?;
    if !view.readonly {
        return Err(vm.value_error("cannot hash writable memoryview object"));
    }
    let bytes = Bytes::new(shown(vm, &view)).into_value();
    vm.hash(&bytes).map(Value::Int)
}

fn len(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    view(vm, &args[0]).map(|view| view.len.into())
}

/// An index key, in range.
fn position(vm: &mut Vm, view: &View, key: &Value) -> Result<usize, Raised> {
    if !is_index(vm, key) {
        return Err(vm.type_error("memoryview: invalid slice key"));
    }
    let index = vm.index_isize(key)?;
    let at = if index < 0 { index.saturating_add(view.len as isize) } else { index };
    match usize::try_from(at) {
        Ok(at) if at < view.len => Ok(at),
        _ => Err(vm.raise(Known::IndexError, "index out of bounds on dimension 1")),
    }
}

/// The part of a view that a slice selects.
fn sliced(vm: &mut Vm, mut view: View, slice: &crate::object::Slice) -> Result<View, Raised> {
    let (start, _, step, count) = vm.slice_bounds(slice, view.len)?;
    if count > 0 {
        view.start = view.offset(start as usize);
    }
    (view.stride, view.len) = (view.stride * step, count);
    Ok(view)
}

fn getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
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
fn packed(vm: &mut Vm, format: u8, value: &Value) -> Result<Vec<u8>, Raised> {
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

fn setitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
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

fn delitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let readonly = view(vm, &args[0])?.readonly;
    Err(vm.type_error(if readonly { "cannot modify read-only memory" } else { "cannot delete memory" }))
}

fn eq(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Ok(left) = view(vm, &args[0]).map_err(|raised| drop(vm.take_raised(raised))) else {
        return Ok(Value::bool(args[0].is(&args[1])));
    };
    let right = match &args[1] {
        Value::Foreign(object) if object.get::<View>(&vm.gil).is_some() => view(vm, &args[1]).map(Some),
        Value::Foreign(object) if object.get::<ArrayData>(&vm.gil).is_none() => return Ok(Value::NotImplemented),
        _ => Ok(None),
    };
    let is_array = matches!(&args[1], Value::Foreign(object) if object.get::<ArrayData>(&vm.gil).is_some());
    let right = match right {
        Ok(Some(view)) => items_of(vm, &view),
        Ok(None) if is_array => vm.collect(&args[1])?,
        Ok(None) => match buffer::view(vm, &args[1]) {
            Some(bytes) if item_size(left.format) == 1 => bytes.iter().map(|byte| Value::Int((*byte).into())).collect(),
            Some(bytes) => return Ok(Value::bool(*bytes == *shown(vm, &left))),
            None => return Ok(Value::NotImplemented),
        },
        Err(raised) => {
            drop(vm.take_raised(raised));
            return Ok(Value::bool(false));
        }
    };
    let left = items_of(vm, &left);
    if left.len() != right.len() {
        return Ok(Value::bool(false));
    }
    for (a, b) in left.iter().zip(&right) {
        // Even a NaN that is the same object is not equal here.
        if !vm.compare_bool(CmpOp::Eq, a, b)? {
            return Ok(Value::bool(false));
        }
    }
    Ok(Value::bool(true))
}
