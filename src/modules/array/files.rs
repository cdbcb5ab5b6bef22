//! What arrays are made of elsewhere: files and pickles, and the iterator over them.

use super::items::unpacked;
use super::{Classes, data, frombytes, item_size};
use crate::builtins::native;
use crate::modules::foreign::{define_iterator, foreign_data};
use crate::object::{Args, Arity, Bytes, Dict, Foreign, Known, NativeDef, Ptr, Raised, Raw, Value, Vm};

struct ArrayIter {
    array: Value,
    next: usize,
}

foreign_data! { ArrayIter, next: next, single: [array], many: [] }

const FUNCTIONS: &[NativeDef] =
    &[native("_array_reconstructor", Arity::Exact(4), reconstruct, "What pickle needs to make the object again.")];

const ITERATOR: &[NativeDef] = &[
    native("__reduce__", Arity::Exact(1), reduce_iterator, "What pickle needs to make the object again."),
    native("__setstate__", Arity::Exact(2), set_iterator, "Move to the state that pickle kept."),
];

/// Adds the iterator's class and the function that pickles call.
pub(super) fn define(vm: &mut Vm, dict: &Ptr<Dict>) {
    // The module has no name for the class.
    let class = define_iterator(vm, &Dict::new(), "array.arrayiterator", &[], ITERATOR);
    vm.interp.extension::<Classes>(&mut vm.gil).iterator = Some(class);
    vm.module_functions(dict, "array", FUNCTIONS);
}

pub(super) fn iter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match vm.interp.extension::<Classes>(&mut vm.gil).iterator.clone() {
        Some(class) => Ok(Foreign::new(class, ArrayIter { array: args[0].clone(), next: 0 }).into_value()),
        None => Ok(Value::None),
    }
}

fn next(vm: &mut Vm, object: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    let Some(state) = object.get::<ArrayIter>(&vm.gil) else { return Ok(None) };
    let (array, at) = (state.array.clone(), state.next);
    if array.is_none() {
        return Ok(None);
    }
    let (bytes, code) = data(vm, &array)?;
    let size = item_size(code);
    let content = bytes.data.get(&vm.gil);
    let item = content.get(at * size..(at + 1) * size).map(|part| unpacked(code, part).swap_remove(0));
    if let Some(state) = object.get_mut::<ArrayIter>(&mut vm.gil) {
        match item {
            Some(_) => state.next += 1,
            // An iterator at its end stays there, even if the array grows.
            None => drop(std::mem::replace(&mut state.array, Value::None)),
        }
    }
    Ok(item)
}

pub(super) fn tofile(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (bytes, _) = data(vm, &args[0])?;
    let content = Bytes::new(bytes.data.get(&vm.gil).as_slice()).into_value();
    vm.call_method_str(&args[1], "write", &[content])?;
    Ok(Value::None)
}

pub(super) fn fromfile(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (_, code) = data(vm, &args[0])?;
    let Ok(count) = usize::try_from(vm.expect_isize(&args[2])?) else {
        return Err(vm.value_error("negative count"));
    };
    let Some(wanted) = count.checked_mul(item_size(code)).filter(|&size| size <= isize::MAX as usize) else {
        return Err(vm.raise(Known::MemoryError, ""));
    };
    let content = vm.call_method_str(&args[1], "read", &[wanted.into()])?;
    let Value::Bytes(bytes) = vm.unwrap(&content) else {
        return Err(vm.type_error("read() didn't return bytes"));
    };
    let missing = bytes.data.len() != wanted;
    frombytes(vm, Args::new(&[args[0].clone(), content]))?;
    if missing {
        return Err(vm.raise(Known::EOFError, "read() didn't return enough bytes"));
    }
    Ok(Value::None)
}

/// The number by which pickles name the format of an item, little-endian here.
fn format_code(code: u8) -> i64 {
    match code {
        b'B' => 0,
        b'b' => 1,
        b'H' => 2,
        b'h' => 4,
        b'I' => 6,
        b'i' => 8,
        b'Q' | b'L' => 10,
        b'q' | b'l' => 12,
        b'f' => 14,
        b'd' => 16,
        _ => 20,
    }
}

pub(super) fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (bytes, code) = data(vm, &args[0])?;
    let content = Bytes::new(bytes.data.get(&vm.gil).as_slice()).into_value();
    let class = vm.class_of(&args[0]).into_value();
    let module = vm.import_dotted("array")?;
    let make = vm.get_attr(&module, "_array_reconstructor")?;
    let dict = vm.get_attr(&args[0], "__dict__").unwrap_or_else(|raised| {
        drop(vm.take_raised(raised));
        Value::None
    });
    // The older protocols write the items one by one.
    let protocol = match args.get(1) {
        Some(protocol) => vm.expect_isize(protocol)?,
        None => 0,
    };
    if protocol < 3 {
        let items = vm.collect(&args[0])?;
        let args = vec![(code as char).to_string().into(), Value::list(items)];
        return Ok(Value::tuple(vec![class, Value::tuple(args), dict]));
    }
    let args = vec![class, (code as char).to_string().into(), Value::Int(format_code(code)), content];
    Ok(Value::tuple(vec![make, Value::tuple(args), dict]))
}

fn reconstruct(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let code = vm.expect_str(&args[1], "_array_reconstructor() argument 2")?;
    let ours = code.as_str().bytes().next().map_or(-1, format_code);
    if vm.expect_isize(&args[2])? as i64 != ours {
        return Err(vm.raise(Known::NotImplementedError, "pickled arrays of other machine formats are not supported"));
    }
    vm.call(&args[0], &[args[1].clone(), args[3].clone()])
}

fn reduce_iterator(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let state = match &args[0] {
        Value::Foreign(object) => object.get::<ArrayIter>(&vm.gil),
        _ => None,
    };
    let state = state.map(|state| (state.array.clone(), state.next));
    let builtins = vm.import_dotted("builtins")?;
    let iter = vm.get_attr(&builtins, "iter")?;
    Ok(Value::tuple(match state {
        Some((array, next)) if !array.is_none() => vec![iter, Value::tuple(vec![array]), Value::from(next)],
        _ => vec![iter, Value::tuple(vec![Value::list(Vec::new())])],
    }))
}

fn set_iterator(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let next = vm.expect_isize(&args[1])?.max(0) as usize;
    if let Value::Foreign(object) = &args[0] {
        if let Some(state) = object.get_mut::<ArrayIter>(&mut vm.gil) {
            state.next = next;
        }
    }
    Ok(Value::None)
}
