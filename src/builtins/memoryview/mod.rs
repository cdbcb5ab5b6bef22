//! `memoryview` over bytes, bytearrays and what keeps its content in a bytearray.

mod subscript;
mod view;

pub(crate) use view::{ArrayData, content, item_size, room, write};

use subscript::{delitem, getitem, items_of, setitem};
use view::{View, shown};

use crate::builtins::bytes::{buffer, codec};
use crate::builtins::native;
use crate::bytecode::CmpOp;
use crate::object::{Args, Arity, Bytes, Foreign, GetSetDef, Known, NativeDef, NativeKind, Params, Raised, Value, Vm};

const CAST: Params = Params { names: &["self", "format", "shape"], required: 2, posonly: 1, kwonly: 0 };
const HEX: Params = Params { names: &["self", "sep", "bytes_per_sep"], required: 1, posonly: 1, kwonly: 0 };
const NEW: Params = Params { names: &["type", "object"], required: 2, posonly: 1, kwonly: 0 };
const TOBYTES: Params = Params { names: &["self", "order"], required: 1, posonly: 1, kwonly: 0 };

const METHODS: &[NativeDef] = &[
    native("release", Arity::Exact(1), release, "Let go of the memory; the view cannot be used any more."),
    native("tobytes", Arity::Named(&TOBYTES), tobytes, "A copy of the memory as bytes."),
    native("hex", Arity::Named(&HEX), hex, "The memory as pairs of hexadecimal digits."),
    native("tolist", Arity::Exact(1), tolist, "A list of the elements."),
    native("cast", Arity::Named(&CAST), cast, "The same memory seen with elements of another format."),
    native("toreadonly", Arity::Exact(1), toreadonly, "The same memory in a view that cannot write."),
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

const STATIC: &[NativeDef] = &[native("__new__", Arity::Named(&NEW), new, "Make an instance of the class.")];

const GETSETS: &[GetSetDef] = &[
    GetSetDef {
        name: "obj",
        get: |vm, value| Ok(view(vm, value)?.object.clone()),
        set: None,
        doc: "What the memory belongs to.",
    },
    GetSetDef {
        name: "nbytes",
        get: |vm, value| view(vm, value).map(|view| (view.len * item_size(view.format)).into()),
        set: None,
        doc: "How many bytes the elements take together.",
    },
    GetSetDef {
        name: "readonly",
        get: |vm, value| view(vm, value).map(|view| view.readonly.into()),
        set: None,
        doc: "Whether the memory cannot be written.",
    },
    GetSetDef {
        name: "itemsize",
        get: |vm, value| view(vm, value).map(|view| item_size(view.format).into()),
        set: None,
        doc: "How many bytes an element takes.",
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
        doc: "How many dimensions there are.",
    },
    GetSetDef {
        name: "shape",
        get: |vm, value| view(vm, value).map(|view| Value::tuple(vec![view.len.into()])),
        set: None,
        doc: "How many elements there are in each dimension.",
    },
    GetSetDef {
        name: "strides",
        get: |vm, value| view(vm, value).map(|view| Value::tuple(vec![Value::Int(view.stride as i64)])),
        set: None,
        doc: "How many bytes lie between neighbours in each dimension.",
    },
    GetSetDef {
        name: "suboffsets",
        get: |vm, value| view(vm, value).map(|_| Value::tuple(Vec::new())),
        set: None,
        doc: "Empty: nothing is reached through pointers.",
    },
    GetSetDef { name: "contiguous", get: contiguous, set: None, doc: "Whether the elements lie side by side." },
    GetSetDef {
        name: "c_contiguous",
        get: contiguous,
        set: None,
        doc: "Whether the elements lie side by side, the last dimension fastest.",
    },
    GetSetDef {
        name: "f_contiguous",
        get: contiguous,
        set: None,
        doc: "Whether the elements lie side by side, the first dimension fastest.",
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

fn tolist(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let view = view(vm, &args[0])?;
    Ok(Value::list(items_of(vm, &view)?))
}

fn iter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let view = view(vm, &args[0])?;
    let items = crate::object::Tuple::new(items_of(vm, &view)?);
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
        Ok(Some(view)) => items_of(vm, &view)?,
        Ok(None) if is_array => vm.collect(&args[1])?,
        Ok(None) => match buffer::view(vm, &args[1]) {
            Some(bytes) if left.format == b'B' => return Ok(Value::bool(*bytes == *shown(vm, &left))),
            Some(bytes) if item_size(left.format) == 1 => bytes.iter().map(|byte| Value::Int((*byte).into())).collect(),
            Some(bytes) => return Ok(Value::bool(*bytes == *shown(vm, &left))),
            None => return Ok(Value::NotImplemented),
        },
        Err(raised) => {
            drop(vm.take_raised(raised));
            return Ok(Value::bool(false));
        }
    };
    let left = items_of(vm, &left)?;
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
