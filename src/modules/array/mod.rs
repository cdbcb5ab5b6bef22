//! `array`: numbers of one type, packed.

mod chars;
mod files;
mod items;
mod operators;
mod subscript;

use self::items::{packed, unpacked};
use self::operators::{add, compare, iadd, imul, mul};
use self::subscript::{delitem, getitem, setitem};
use super::NativeModule;
use crate::builtins::bytes::buffer;
use crate::builtins::compare::comparisons;
use crate::builtins::memoryview::{ArrayData, item_size};
use crate::builtins::native;
use crate::builtins::sequence::{CLASS_GETITEM, search_bound, unhashable};
use crate::modules::foreign::define_class;
use crate::object::{
    Args, Arity, ByteArray, Bytes, Class, Dict, Foreign, GetSetDef, Known, NativeDef, NativeKind, Ptr, Raised, Value,
    Vm,
};

pub const MODULE: NativeModule = NativeModule { name: "array", init };

const CODES: &str = "bBuwhHiIlLqQfd";

/// The class of an interpreter, made with the module.
#[derive(Default)]
struct Classes {
    array: Option<Ptr<Class>>,
    iterator: Option<Ptr<Class>>,
}

const NEW: &[NativeDef] = &[native("__new__", Arity::Any, new, "Make an instance of the class.")];

const METHODS: &[NativeDef] = &[
    native("append", Arity::Exact(2), append, "Put a value behind the others."),
    native("buffer_info", Arity::Exact(1), buffer_info, "Where the items lie in memory, and how many there are."),
    native("byteswap", Arity::Exact(1), byteswap, "Turn the order of the bytes in each item around."),
    native("count", Arity::Exact(2), count, "How many items are equal to v."),
    native(
        "extend",
        Arity::Exact(2),
        extend,
        "Put the items of an iterable, or of another array of the type, behind the others.",
    ),
    native(
        "frombytes",
        Arity::Exact(2),
        frombytes,
        "Put the items whose machine form the bytes are behind the others.",
    ),
    native("fromfile", Arity::Exact(3), files::fromfile, "Put n items that are read from a file behind the others."),
    native("tofile", Arity::Exact(2), files::tofile, "Write the machine form of all items to a file."),
    native(
        "fromunicode",
        Arity::Exact(2),
        chars::fromunicode,
        "Put the characters of a text behind the others; for arrays of characters.",
    ),
    native("tounicode", Arity::Exact(1), chars::tounicode, "The text of an array of characters."),
    native("__reduce_ex__", Arity::Exact(2), files::reduce, "What pickle needs to make the object again."),
    native("fromlist", Arity::Exact(2), fromlist, "Put the items of a list behind the others, all or none."),
    native("index", Arity::Range(2, 4), index, "Where the first item stands that is equal to v."),
    native("insert", Arity::Exact(3), insert, "Put v in front of the item at a place."),
    native("pop", Arity::Range(1, 2), pop, "Take out the item at a place, the last unless told, and return it."),
    native("remove", Arity::Exact(2), remove, "Take out the first item that is equal to v."),
    native("reverse", Arity::Exact(1), reverse, "Turn the order of the items around."),
    native("clear", Arity::Exact(1), clear, "Empty the array."),
    native("tobytes", Arity::Exact(1), tobytes, "The machine form of all items."),
    native("tolist", Arity::Exact(1), tolist, "The items as a list."),
    native("__copy__", Arity::Exact(1), copy, "Another array of the same items."),
    native("__deepcopy__", Arity::Exact(2), copy, "Another array of the same items."),
];

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__len__", Arity::Exact(1), len, "Return len(self)."),
    native("__getitem__", Arity::Exact(2), getitem, "Return self[key]."),
    native("__setitem__", Arity::Exact(3), setitem, "Set self[key] to value."),
    native("__delitem__", Arity::Exact(2), delitem, "Delete self[key]."),
    native("__iter__", Arity::Exact(1), files::iter, "Implement iter(self)."),
    native("__contains__", Arity::Exact(2), contains, "Return bool(key in self)."),
    native("__add__", Arity::Exact(2), add, "Return self+value."),
    native("__iadd__", Arity::Exact(2), iadd, "Implement self+=value."),
    native("__mul__", Arity::Exact(2), mul, "Return self*value."),
    native("__rmul__", Arity::Exact(2), mul, "Return value*self."),
    native("__imul__", Arity::Exact(2), imul, "Implement self*=value."),
];

const GETSETS: &[GetSetDef] = &[
    GetSetDef {
        name: "typecode",
        get: |vm, value| data(vm, value).map(|(_, code)| (code as char).to_string().into()),
        set: None,
        doc: "The letter of the items' type",
    },
    GetSetDef {
        name: "itemsize",
        get: |vm, value| data(vm, value).map(|(_, code)| item_size(code).into()),
        set: None,
        doc: "How many bytes an item takes",
    },
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    let class = define_class(vm, dict, "array.array", NEW, METHODS);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::SlotWrapper, comparisons!(compare));
    vm.add_getsets(&class, GETSETS);
    unhashable(vm, &class);
    vm.dict_set_str(dict, "ArrayType", class.to_value());
    vm.dict_set_str(dict, "typecodes", CODES.into());
    vm.add_methods(&class, NativeKind::ClassMethod, CLASS_GETITEM);
    vm.interp.extension::<Classes>(&mut vm.gil).array = Some(class.clone());
    files::define(vm, dict);
    let abc = vm.import_dotted("collections.abc")?;
    let sequence = vm.get_attr(&abc, "MutableSequence")?;
    vm.call_method_str(&sequence, "register", &[class.into_value()])?;
    Ok(())
}

/// Content and type code of a receiver.
fn data(vm: &mut Vm, value: &Value) -> Result<(Ptr<ByteArray>, u8), Raised> {
    let found = match value {
        Value::Foreign(object) => object.get::<ArrayData>(&vm.gil).map(|array| (array.bytes.clone(), array.format)),
        _ => None,
    };
    found.ok_or_else(|| vm.type_error("array required"))
}

/// As `data`, for a change of the size.
fn resizable(vm: &mut Vm, value: &Value) -> Result<(Ptr<ByteArray>, u8), Raised> {
    let (bytes, code) = data(vm, value)?;
    if bytes.exports.get() > 0 {
        return Err(vm.raise(Known::BufferError, "cannot resize an array that is exporting buffers"));
    }
    Ok((bytes, code))
}

fn make(vm: &mut Vm, code: u8, content: Vec<u8>) -> Value {
    match vm.interp.extension::<Classes>(&mut vm.gil).array.clone() {
        Some(class) => Foreign::new(class, ArrayData { bytes: ByteArray::new(content), format: code }).into_value(),
        None => Value::None,
    }
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    let is_base = vm.interp.extension::<Classes>(&mut vm.gil).array.as_ref().is_some_and(|base| base.is(&class));
    if is_base && args.keyword_count() > 0 {
        return Err(vm.type_error("array.array() takes no keyword arguments"));
    }
    let given = &args.positional()[1..];
    if given.is_empty() || given.len() > 2 {
        let (bound, count) = if given.is_empty() { ("at least 1", 0) } else { ("at most 2", given.len()) };
        let noun = if bound.ends_with('1') { "argument" } else { "arguments" };
        return Err(vm.type_error(format!("array() takes {bound} {noun} ({count} given)")));
    }
    let code = match vm.unwrap(&given[0]) {
        Value::Str(text) if text.char_count() == 1 => text.as_str().as_bytes()[0],
        _ => {
            let found = vm.class_name(&given[0]);
            return Err(vm.type_error(format!("array() argument 1 must be a unicode character, not {found}")));
        }
    };
    if !CODES.as_bytes().contains(&code) {
        return Err(vm.value_error("bad typecode (must be b, B, u, h, H, i, I, l, L, q, Q, f or d)"));
    }
    chars::warn_deprecated(vm, code)?;
    let bytes = ByteArray::new(Vec::new());
    let array = Foreign::new(class, ArrayData { bytes, format: code }).into_value();
    if let Some(initial) = given.get(1) {
        match vm.unwrap(initial) {
            Value::Str(text) => {
                let text = text.to_ptr();
                chars::from_text(vm, code, &array, text.as_str())?;
            }
            Value::Bytes(_) | Value::ByteArray(_) => {
                frombytes(vm, Args::new(&[array.clone(), initial.clone()]))?;
            }
            Value::Foreign(other) if !chars::is_text(code) => {
                let other = other.get::<ArrayData>(&vm.gil).map(|other| other.format);
                if other.is_some_and(chars::is_text) {
                    let code = code as char;
                    return Err(vm.type_error(format!(
                        "cannot use a unicode array to initialize an array with typecode '{code}'"
                    )));
                }
                convert(vm, &array, initial)?;
            }
            _ => convert(vm, &array, initial)?,
        }
    }
    Ok(array)
}

/// Fills a new array from whatever can be iterated over, arrays of other types too.
fn convert(vm: &mut Vm, array: &Value, initial: &Value) -> Result<(), Raised> {
    let (_, code) = data(vm, array)?;
    vm.for_each(initial, |vm, item| {
        let item = packed(vm, code, &item)?;
        let bytes = resizable(vm, array)?.0;
        vm.extend_bytes(&bytes, &item)?;
        Ok(true)
    })
}

fn values(vm: &mut Vm, value: &Value) -> Result<Vec<Value>, Raised> {
    let (bytes, code) = data(vm, value)?;
    vm.expect_room_for::<Value>(bytes.data.get(&vm.gil).len() / item_size(code))?;
    Ok(unpacked(code, bytes.data.get(&vm.gil)))
}

fn length(vm: &mut Vm, value: &Value) -> Result<usize, Raised> {
    let (bytes, code) = data(vm, value)?;
    Ok(bytes.data.get(&vm.gil).len() / item_size(code))
}

fn append(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (_, code) = data(vm, &args[0])?;
    let item = packed(vm, code, &args[1])?;
    let bytes = resizable(vm, &args[0])?.0;
    vm.extend_bytes(&bytes, &item)?;
    Ok(Value::None)
}

fn extend_with(vm: &mut Vm, array: &Value, more: &Value) -> Result<(), Raised> {
    let (_, code) = data(vm, array)?;
    if let Value::Foreign(object) = more {
        if let Some(other) = object.get::<ArrayData>(&vm.gil).map(|other| (other.bytes.clone(), other.format)) {
            if other.1 == code {
                vm.expect_room(other.0.data.get(&vm.gil).len())?;
                let content = other.0.data.get(&vm.gil).clone();
                let bytes = resizable(vm, array)?.0;
                vm.extend_bytes(&bytes, &content)?;
                return Ok(());
            }
            return Err(vm.type_error("can only extend with array of same kind"));
        }
    }
    convert(vm, array, more)
}

fn extend(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    extend_with(vm, &args[0], &args[1])?;
    Ok(Value::None)
}

fn fromlist(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::List(_) = vm.unwrap(&args[1]) else { return Err(vm.type_error("arg must be list")) };
    let (_, code) = data(vm, &args[0])?;
    let mut content = Vec::new();
    for item in vm.collect(&args[1])? {
        content.extend(packed(vm, code, &item)?);
    }
    let bytes = resizable(vm, &args[0])?.0;
    vm.extend_bytes(&bytes, &content)?;
    Ok(Value::None)
}

fn frombytes(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let more = buffer::expect(vm, &args[1])?;
    let (bytes, code) = resizable(vm, &args[0])?;
    if more.len() % item_size(code) != 0 {
        return Err(vm.value_error("bytes length not a multiple of item size"));
    }
    if chars::is_text(code) {
        chars::check(vm, &more)?;
    }
    vm.extend_bytes(&bytes, &more)?;
    Ok(Value::None)
}

fn tobytes(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (bytes, _) = data(vm, &args[0])?;
    Ok(Bytes::new(bytes.data.get(&vm.gil).as_slice()).into_value())
}

fn tolist(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    values(vm, &args[0]).map(Value::list)
}

fn buffer_info(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (bytes, code) = data(vm, &args[0])?;
    let content = bytes.data.get(&vm.gil);
    Ok(Value::tuple(vec![(content.as_ptr() as usize).into(), (content.len() / item_size(code)).into()]))
}

fn byteswap(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (bytes, code) = data(vm, &args[0])?;
    let mut swapped = bytes.data.get(&vm.gil).clone();
    swapped.chunks_exact_mut(item_size(code)).for_each(<[u8]>::reverse);
    if chars::is_text(code) {
        chars::check(vm, &swapped)?;
    }
    bytes.data.get_mut(&mut vm.gil).copy_from_slice(&swapped);
    Ok(Value::None)
}

/// The indices at which a value stands.
fn position(vm: &mut Vm, array: &Value, value: &Value, start: usize, stop: usize) -> Result<Option<usize>, Raised> {
    for (at, item) in values(vm, array)?.iter().enumerate().take(stop).skip(start) {
        if vm.same_or_equal(item, value)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

fn count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mut found = 0_i64;
    for item in values(vm, &args[0])? {
        found += i64::from(vm.same_or_equal(&item, &args[1])?);
    }
    Ok(Value::Int(found))
}

fn index(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let len = length(vm, &args[0])?;
    let start = search_bound(vm, args.get(2), 0, len)?;
    let stop = search_bound(vm, args.get(3), usize::MAX, len)?;
    match position(vm, &args[0], &args[1], start, stop)? {
        Some(at) => Ok(at.into()),
        None => Err(vm.value_error("array.index(x): x not in array")),
    }
}

fn contains(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    position(vm, &args[0], &args[1], 0, usize::MAX).map(|at| Value::bool(at.is_some()))
}

fn remove(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match position(vm, &args[0], &args[1], 0, usize::MAX)? {
        Some(at) => {
            let (bytes, code) = resizable(vm, &args[0])?;
            let size = item_size(code);
            bytes.data.get_mut(&mut vm.gil).drain(at * size..(at + 1) * size);
            Ok(Value::None)
        }
        None => Err(vm.value_error("array.remove(x): x not in array")),
    }
}

fn insert(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let at = vm.expect_isize(&args[1])?;
    let (_, code) = data(vm, &args[0])?;
    let item = packed(vm, code, &args[2])?;
    let len = length(vm, &args[0])? as isize;
    let at = if at < 0 { (at + len).max(0) } else { at.min(len) } as usize * item_size(code);
    resizable(vm, &args[0])?.0.data.get_mut(&mut vm.gil).splice(at..at, item);
    Ok(Value::None)
}

fn pop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let at = match args.get(1) {
        None => -1,
        Some(at) => vm.expect_isize(at)?,
    };
    let len = length(vm, &args[0])? as isize;
    if len == 0 {
        return Err(vm.raise(Known::IndexError, "pop from empty array"));
    }
    let at = if at < 0 { at + len } else { at };
    if at < 0 || at >= len {
        return Err(vm.raise(Known::IndexError, "pop index out of range"));
    }
    let (bytes, code) = resizable(vm, &args[0])?;
    let size = item_size(code);
    let start = at as usize * size;
    let gone: Vec<u8> = bytes.data.get_mut(&mut vm.gil).drain(start..start + size).collect();
    Ok(unpacked(code, &gone).pop().unwrap_or(Value::None))
}

fn reverse(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (bytes, code) = data(vm, &args[0])?;
    let content = bytes.data.get_mut(&mut vm.gil);
    content.reverse();
    content.chunks_exact_mut(item_size(code)).for_each(<[u8]>::reverse);
    Ok(Value::None)
}

fn clear(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    resizable(vm, &args[0])?.0.data.get_mut(&mut vm.gil).clear();
    Ok(Value::None)
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (bytes, code) = data(vm, &args[0])?;
    let content = bytes.data.get(&vm.gil).clone();
    Ok(make(vm, code, content))
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (_, code) = data(vm, &args[0])?;
    let class = vm.class_of(&args[0]);
    let name = class.name(&vm.gil).to_owned();
    let items = values(vm, &args[0])?;
    if items.is_empty() {
        return Ok(format!("{name}('{}')", code as char).into());
    }
    let items = if chars::is_text(code) { chars::text_of(vm, &args[0])? } else { Value::list(items) };
    let items = vm.repr(&items)?;
    Ok(format!("{name}('{}', {})", code as char, items.as_str()).into())
}

fn len(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    length(vm, &args[0]).map(Value::from)
}
