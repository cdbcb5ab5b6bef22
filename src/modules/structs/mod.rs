//! `struct`: values packed as C lays them out.

mod format;
mod pack;

use self::format::Format;
use self::pack::{packed, unpacked};
use super::NativeModule;
use crate::builtins::bytes::buffer;
use crate::builtins::{bytes, native};
use crate::modules::foreign::{define_class, foreign_data};
use crate::object::{
    Args, Arity, Bytes, Class, Dict, Foreign, GetSetDef, Known, NativeDef, NativeKind, Params, Ptr, Raised, Value, Vm,
};

pub const MODULE: NativeModule = NativeModule { name: "struct", init };

/// The classes of an interpreter, made with the module.
#[derive(Default)]
struct Classes {
    error: Option<Ptr<Class>>,
}

/// An instance of `struct.Struct`.
struct Structure {
    text: Value,
    format: Format,
}

foreign_data! { Structure, single: [text], many: [] }

const UNPACK_FROM: Params = Params { names: &["format", "buffer", "offset"], required: 2, posonly: 1, kwonly: 0 };
const METHOD_UNPACK_FROM: Params = Params { names: &["self", "buffer", "offset"], required: 2, posonly: 1, kwonly: 0 };

const FUNCTIONS: &[NativeDef] = &[
    native("calcsize", Arity::Exact(1), calcsize, "How many bytes a format takes."),
    native(
        "pack",
        Arity::Variadic,
        pack,
        "Return a bytes object containing the values packed according to the format string.",
    ),
    native("pack_into", Arity::Variadic, pack_into, "Pack values and write the packed bytes into the buffer."),
    native("unpack", Arity::Exact(2), unpack, "The values that bytes hold by a format."),
    native("unpack_from", Arity::Named(&UNPACK_FROM), unpack_from, "The values that bytes hold by a format."),
    native(
        "iter_unpack",
        Arity::Exact(2),
        iter_unpack,
        "Iterate over the tuples of values that bytes hold one after another.",
    ),
    native("_clearcache", Arity::Exact(0), clear_cache, "Clear the internal cache."),
];

const NEW: &[NativeDef] = &[native("__new__", Arity::Any, new, "Make an instance of the class.")];
const INIT: Params = Params { names: &["self", "format"], required: 2, posonly: 1, kwonly: 0 };

const SLOTS: &[NativeDef] = &[
    native("__init__", Arity::Named(&INIT), initialize, "Set up a new instance."),
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
];

const METHODS: &[NativeDef] = &[
    native(
        "pack",
        Arity::Variadic,
        pack,
        "Return a bytes object containing the values packed according to the format string.",
    ),
    native("pack_into", Arity::Variadic, pack_into, "Pack values and write the packed bytes into the buffer."),
    native("unpack", Arity::Exact(2), unpack, "The values that bytes hold."),
    native("unpack_from", Arity::Named(&METHOD_UNPACK_FROM), unpack_from, "The values that bytes hold."),
    native("iter_unpack", Arity::Exact(2), iter_unpack, "Iterate over the tuples that bytes hold."),
];

const GETSETS: &[GetSetDef] = &[
    GetSetDef {
        name: "size",
        get: |vm, value| Ok(format(vm, value)?.size.into()),
        set: None,
        doc: "struct size in bytes",
    },
    GetSetDef { name: "format", get: |vm, value| text(vm, value), set: None, doc: "struct format string" },
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.module_functions(dict, "struct", FUNCTIONS);
    let structure = define_class(vm, dict, "_struct.Struct", NEW, METHODS);
    vm.add_methods(&structure, NativeKind::SlotWrapper, SLOTS);
    vm.add_getsets(&structure, GETSETS);
    let error = vm.native_class("struct.error", Known::Exception, &[]);
    vm.dict_set_str(dict, "error", error.to_value());
    *vm.interp.extension::<Classes>(&mut vm.gil) = Classes { error: Some(error) };
    Ok(())
}

fn fail(vm: &mut Vm, message: impl AsRef<str>) -> Raised {
    match vm.interp.extension::<Classes>(&mut vm.gil).error.clone() {
        Some(error) => {
            let exception = vm.exception_of(error, vec![message.as_ref().into()]);
            vm.raise_value(exception)
        }
        None => vm.value_error(message),
    }
}

/// Subclasses may give the format to `__init__` only; until then it is that of no values.
fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    let format = Format { items: Vec::new(), big: false, native: true, size: 0, values: 0 };
    Ok(Foreign::new(class, Structure { text: "".into(), format }).into_value())
}

fn initialize(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let format = format(vm, &args[1])?;
    let mut text = text(vm, &args[1])?;
    if let Value::Foreign(object) = &args[0] {
        if let Some(structure) = object.get_mut::<Structure>(&mut vm.gil) {
            structure.format = format;
            std::mem::swap(&mut structure.text, &mut text);
        }
    }
    Ok(Value::None)
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.class_of(&args[0]);
    let name = class.name(&vm.gil).to_owned();
    let text = text(vm, &args[0])?;
    let text = vm.repr(&text)?;
    Ok(format!("{name}({})", text.as_str()).into())
}

fn text(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    if let Value::Foreign(object) = value {
        if let Some(structure) = object.get::<Structure>(&vm.gil) {
            return Ok(structure.text.clone());
        }
    }
    match vm.unwrap(value) {
        Value::Bytes(bytes) => Ok(bytes.data.iter().map(|&byte| byte as char).collect::<String>().into()),
        other => Ok(other.clone()),
    }
}

/// The format of a `Struct`, or of a format string.
fn format(vm: &mut Vm, value: &Value) -> Result<Format, Raised> {
    if let Value::Foreign(object) = value {
        if let Some(structure) = object.get::<Structure>(&vm.gil) {
            return Ok(structure.format.clone());
        }
    }
    let text = match vm.unwrap(value) {
        Value::Str(text) => text.as_str().to_owned(),
        Value::Bytes(bytes) => bytes.data.iter().map(|&byte| byte as char).collect(),
        _ => {
            let found = vm.class_name(value);
            return Err(vm.type_error(format!("Struct() argument 1 must be a str or bytes object, not {found}")));
        }
    };
    Format::parse(&text).map_err(|message| fail(vm, message))
}

fn calcsize(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(format(vm, &args[0])?.size.into())
}

fn clear_cache(_vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::None)
}

fn check_count(vm: &mut Vm, function: &str, format: &Format, given: usize) -> Result<(), Raised> {
    if format.values == given {
        return Ok(());
    }
    let expected = format.values;
    Err(fail(vm, format!("{function} expected {expected} items for packing (got {given})")))
}

fn pack(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if args.is_empty() {
        return Err(vm.type_error("missing format argument"));
    }
    let format = format(vm, &args[0])?;
    let values = &args.positional()[1..];
    check_count(vm, "pack", &format, values.len())?;
    packed(vm, &format, values).map(|out| Bytes::new(out).into_value())
}

/// The start that an offset argument stands for in a buffer of `len` bytes.
fn offset(vm: &mut Vm, value: Option<&Value>, len: usize, size: usize, function: &str) -> Result<usize, Raised> {
    let given = match value {
        None => 0,
        Some(value) => vm.expect_isize(value)?,
    };
    let (what, preposition) = if function == "pack_into" { ("packing", "at") } else { ("unpacking", "at") };
    if given < 0 {
        if given.saturating_add(size as isize) > 0 {
            let message = match function {
                "pack_into" => format!("no space to pack {size} bytes at offset {given}"),
                _ => format!("not enough data to unpack {size} bytes at offset {given}"),
            };
            return Err(fail(vm, message));
        }
        if given.saturating_add(len as isize) < 0 {
            return Err(fail(vm, format!("offset {given} out of range for {len}-byte buffer")));
        }
    }
    let start = if given < 0 { given + len as isize } else { given } as usize;
    if len.saturating_sub(start) < size || start > len {
        let needed = start.saturating_add(size);
        return Err(fail(
            vm,
            format!(
                "{function} requires a buffer of at least {needed} bytes for {what} {size} bytes {preposition} offset {start} (actual buffer size is {len})"
            ),
        ));
    }
    Ok(start)
}

fn pack_into(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let given = args.positional();
    if given.len() < 3 {
        return Err(vm.type_error(format!("pack_into expected at least 3 arguments, got {}", given.len())));
    }
    let format = format(vm, &given[0])?;
    check_count(vm, "pack_into", &format, given.len() - 3)?;
    let Some(len) = buffer::view(vm, &given[1]).map(|data| data.len()) else {
        let found = vm.class_name(&given[1]);
        return Err(vm.type_error(format!("a read-write bytes-like object is required, not '{found}'")));
    };
    let start = offset(vm, Some(&given[2]), len, format.size, "pack_into")?;
    let out = packed(vm, &format, &given[3..])?;
    bytes::write_into(vm, &given[1], start, &out)?;
    Ok(Value::None)
}

fn unpack(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let format = format(vm, &args[0])?;
    let data = buffer::expect(vm, &args[1])?;
    if data.len() != format.size {
        let size = format.size;
        return Err(fail(vm, format!("unpack requires a buffer of {size} bytes")));
    }
    unpacked(vm, &format, &data)
}

fn unpack_from(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let format = format(vm, &args[0])?;
    let data = buffer::expect(vm, &args[1])?;
    let start = offset(vm, args.get(2), data.len(), format.size, "unpack_from")?;
    unpacked(vm, &format, &data[start..])
}

fn iter_unpack(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let format = format(vm, &args[0])?;
    let data = buffer::expect(vm, &args[1])?;
    if format.size == 0 {
        return Err(fail(vm, "cannot iteratively unpack with a struct of length 0"));
    }
    if data.len() % format.size != 0 {
        let size = format.size;
        return Err(fail(vm, format!("iterative unpacking requires a buffer of a multiple of {size} bytes")));
    }
    let mut tuples = Vec::new();
    for part in data.chunks_exact(format.size) {
        vm.poll_posted()?;
        let tuple = unpacked(vm, &format, part)?;
        vm.push(&mut tuples, tuple)?;
    }
    let tuples = Value::list(tuples);
    vm.iter(&tuples)
}
