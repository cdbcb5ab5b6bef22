//! `struct`: values packed as C lays them out.

use super::NativeModule;
use crate::builtins::bytes::{buffer, items};
use crate::builtins::number::to_big;
use crate::builtins::sequence::is_index;
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

/// One item of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Item {
    code: u8,
    /// Repetitions; for `s` and `p` the length.
    count: usize,
    size: usize,
    /// Padding before it.
    pad: usize,
}

#[derive(Clone, Debug)]
struct Format {
    items: Vec<Item>,
    big: bool,
    native: bool,
    size: usize,
    /// Number of values.
    values: usize,
}

/// Size of a code, and its alignment when native.
fn size_of_code(code: u8, native: bool) -> Option<usize> {
    Some(match code {
        b'x' | b'c' | b'b' | b'B' | b'?' | b's' | b'p' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' if native => 8,
        b'l' | b'L' => 4,
        b'q' | b'Q' | b'd' => 8,
        b'n' | b'N' | b'P' if native => 8,
        _ => return None,
    })
}

impl Format {
    fn parse(text: &str) -> Result<Format, String> {
        let bytes = text.as_bytes();
        if bytes.contains(&0) {
            return Err("embedded null character".to_owned());
        }
        let (native, big, start) = match bytes.first() {
            Some(b'@') => (true, cfg!(target_endian = "big"), 1),
            Some(b'=') => (false, cfg!(target_endian = "big"), 1),
            Some(b'<') => (false, false, 1),
            Some(b'>' | b'!') => (false, true, 1),
            _ => (true, cfg!(target_endian = "big"), 0),
        };
        let mut format = Format { items: Vec::new(), big, native, size: 0, values: 0 };
        let mut at = start;
        while at < bytes.len() {
            if bytes[at].is_ascii_whitespace() {
                at += 1;
                continue;
            }
            let mut count: Option<usize> = None;
            while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
                let value =
                    count.unwrap_or(0).checked_mul(10).and_then(|value| value.checked_add(usize::from(digit - b'0')));
                count = Some(value.filter(|&value| value <= isize::MAX as usize).ok_or("total struct size too long")?);
                at += 1;
            }
            let Some(&code) = bytes.get(at) else {
                return Err("repeat count given without format specifier".to_owned());
            };
            at += 1;
            let size = size_of_code(code, native).ok_or("bad char in struct format")?;
            let count = count.unwrap_or(1);
            let pad =
                if native && !matches!(code, b'x' | b's' | b'p') { (size - format.size % size) % size } else { 0 };
            let total = count.checked_mul(size).and_then(|total| total.checked_add(pad + format.size));
            format.size = total.filter(|&total| total <= isize::MAX as usize).ok_or("total struct size too long")?;
            format.values += match code {
                b'x' => 0,
                b's' | b'p' => 1,
                _ => count,
            };
            format.items.push(Item { code, count, size, pad });
        }
        Ok(format)
    }
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
    native("calcsize", Arity::Exact(1), calcsize, "Return size in bytes of the struct described by the format string."),
    native(
        "pack",
        Arity::Variadic,
        pack,
        "Return a bytes object containing the values packed according to the format string.",
    ),
    native("pack_into", Arity::Variadic, pack_into, "Pack values and write the packed bytes into the buffer."),
    native(
        "unpack",
        Arity::Exact(2),
        unpack,
        "Return a tuple containing values unpacked according to the format string.",
    ),
    native(
        "unpack_from",
        Arity::Named(&UNPACK_FROM),
        unpack_from,
        "Return a tuple containing values unpacked according to the format string.",
    ),
    native(
        "iter_unpack",
        Arity::Exact(2),
        iter_unpack,
        "Return an iterator yielding tuples unpacked from the given bytes.",
    ),
    native("_clearcache", Arity::Exact(0), clear_cache, "Clear the internal cache."),
];

const NEW: &[NativeDef] = &[native("__new__", Arity::Any, new, "Create and return a new object.")];
const INIT: Params = Params { names: &["self", "format"], required: 2, posonly: 1, kwonly: 0 };

const SLOTS: &[NativeDef] = &[
    native(
        "__init__",
        Arity::Named(&INIT),
        initialize,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
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
    native("unpack", Arity::Exact(2), unpack, "Return a tuple containing unpacked values."),
    native("unpack_from", Arity::Named(&METHOD_UNPACK_FROM), unpack_from, "Return a tuple containing unpacked values."),
    native("iter_unpack", Arity::Exact(2), iter_unpack, "Return an iterator yielding tuples."),
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

/// The bytes of an int that fits, the low ones first; None where more has to be looked at.
fn small_integer(item: Item, value: &Value) -> Option<[u8; 8]> {
    let (Value::Int(number), b'b' | b'B' | b'h' | b'H' | b'i' | b'I' | b'l' | b'L' | b'q' | b'Q') = (value, item.code)
    else {
        return None;
    };
    let bits = item.size as u32 * 8;
    let fits = if item.code.is_ascii_lowercase() {
        bits == 64 || (-(1_i64 << (bits - 1))..1_i64 << (bits - 1)).contains(number)
    } else {
        *number >= 0 && (bits == 64 || number >> bits == 0)
    };
    fits.then(|| number.to_le_bytes())
}

/// The bytes of one integer.
fn integer(vm: &mut Vm, item: Item, value: &Value) -> Result<Vec<u8>, Raised> {
    if !is_index(vm, value) {
        return Err(fail(vm, "required argument is not an integer"));
    }
    let number = to_big(&vm.index(value)?);
    let signed = item.code.is_ascii_lowercase() || (item.code == b'P' && number.sign() == num_bigint::Sign::Minus);
    match items::int_bytes(&number, item.size, signed) {
        Ok(bytes) => Ok(bytes),
        Err(_) if item.code == b'P' => Err(fail(vm, "int too large to convert")),
        Err((low, high)) => {
            let code = item.code as char;
            Err(fail(vm, format!("'{code}' format requires {low} <= number <= {high}")))
        }
    }
}

fn real(vm: &mut Vm, item: Item, native: bool, value: &Value) -> Result<Vec<u8>, Raised> {
    if !crate::builtins::number::is_real(vm, value) {
        return Err(fail(vm, "required argument is not a float"));
    }
    let x = crate::builtins::float::outward(vm.to_f64(value)?);
    let too_large = |vm: &mut Vm| {
        if matches!(vm.unwrap(value), Value::Int(_) | Value::BigInt(_)) {
            return fail(vm, "int too large to convert");
        }
        vm.raise(Known::OverflowError, format!("float too large to pack with {} format", item.code as char))
    };
    match item.code {
        b'd' => Ok(x.to_le_bytes().to_vec()),
        b'f' => {
            let narrow = x as f32;
            // In native mode C itself converts, which gives infinity.
            if narrow.is_infinite() && x.is_finite() && !native {
                return Err(too_large(vm));
            }
            Ok(narrow.to_le_bytes().to_vec())
        }
        _ => match items::to_half(x) {
            Some(half) => Ok(half.to_le_bytes().to_vec()),
            None => Err(too_large(vm)),
        },
    }
}

fn packed(vm: &mut Vm, format: &Format, values: &[Value]) -> Result<Vec<u8>, Raised> {
    let mut out = Vec::new();
    if out.try_reserve_exact(format.size).is_err() {
        return Err(vm.memory_error());
    }
    let mut values = values.iter();
    for item in &format.items {
        out.resize(out.len() + item.pad, 0);
        match item.code {
            b'x' => out.resize(out.len() + item.count, 0),
            b's' | b'p' => {
                let value = values.next().cloned().unwrap_or_default();
                let Some(mut text) = buffer::view(vm, &value).map(buffer::Content::into_vec) else {
                    return Err(fail(vm, format!("argument for '{}' must be a bytes object", item.code as char)));
                };
                let start = out.len();
                if item.code == b'p' && item.count > 0 {
                    text.truncate(item.count - 1);
                    out.push(text.len().min(255) as u8);
                }
                text.truncate(item.count);
                out.extend_from_slice(&text);
                out.resize(start + item.count, 0);
            }
            code => {
                for _ in 0..item.count {
                    let value = values.next().cloned().unwrap_or_default();
                    if let Some(bytes) = small_integer(*item, &value) {
                        let bytes = &bytes[..item.size];
                        match format.big {
                            true => out.extend(bytes.iter().rev()),
                            false => out.extend_from_slice(bytes),
                        }
                        continue;
                    }
                    let mut bytes = match code {
                        b'?' => vec![u8::from(vm.truth(&value)?)],
                        b'c' => match vm.unwrap(&value) {
                            Value::Bytes(bytes) if bytes.data.len() == 1 => bytes.data.to_vec(),
                            _ => return Err(fail(vm, "char format requires a bytes object of length 1")),
                        },
                        b'e' | b'f' | b'd' => real(vm, *item, format.native, &value)?,
                        _ => integer(vm, *item, &value)?,
                    };
                    if format.big {
                        bytes.reverse();
                    }
                    out.extend_from_slice(&bytes);
                }
            }
        }
    }
    Ok(out)
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

fn unpacked(vm: &mut Vm, format: &Format, data: &[u8]) -> Result<Value, Raised> {
    let mut values = Vec::with_capacity(format.values.min(1 << 16));
    let mut at = 0;
    for item in &format.items {
        at += item.pad;
        match item.code {
            b'x' => at += item.count,
            b's' => {
                values.push(Bytes::new(&data[at..at + item.count]).into_value());
                at += item.count;
            }
            b'p' => {
                let len = data.get(at).map_or(0, |&len| usize::from(len).min(item.count.saturating_sub(1)));
                let text = if item.count == 0 { &[][..] } else { &data[at + 1..at + 1 + len] };
                values.push(Bytes::new(text).into_value());
                at += item.count;
            }
            code => {
                for _ in 0..item.count {
                    let mut bytes = [0; 8];
                    bytes[..item.size].copy_from_slice(&data[at..at + item.size]);
                    if format.big {
                        bytes[..item.size].reverse();
                    }
                    values.push(items::unpack(code, item.size, bytes));
                    at += item.size;
                }
            }
        }
    }
    let _ = vm;
    Ok(Value::tuple(values))
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
    let mut tuples = Vec::with_capacity(data.len() / format.size);
    for part in data.chunks_exact(format.size) {
        tuples.push(unpacked(vm, &format, part)?);
    }
    let tuples = Value::list(tuples);
    vm.iter(&tuples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lays_out_as_c() {
        assert_eq!(Format::parse("bi").map(|format| format.size), Ok(8));
        assert_eq!(Format::parse("<bi").map(|format| format.size), Ok(5));
        assert_eq!(Format::parse("3s2xq").map(|format| (format.size, format.values)), Ok((16, 2)));
        assert!(Format::parse("<n").is_err() && Format::parse("z").is_err() && Format::parse("3").is_err());
    }
}
