//! `sys.getrefcount` and `sys.getsizeof`.

use super::Outcome;
use crate::object::{Args, Known, Layout, Name, Value, Vm};

/// The count that CPython gives for objects that live for ever.
const IMMORTAL: i64 = u32::MAX as i64;
/// Bytes that the collector needs before an object.
const GC_HEADER: usize = 16;

/// The references to an object, with the argument of the call itself.
pub(super) fn getrefcount(_vm: &mut Vm, args: Args<'_>) -> Outcome {
    Ok(match &args[0] {
        Value::Float(_) => Value::Int(2),
        Value::Int(number) if !(-5..=256).contains(number) => Value::Int(2),
        value => value.ref_count().map_or(Value::Int(IMMORTAL), Value::from),
    })
}

/// The size that CPython gives for an object of the same content, without what it refers to.
pub(super) fn getsizeof(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let class = vm.class_of(&args[0]);
    if let Some(own) = vm.lookup_name(&class, Name::__sizeof__) {
        if matches!(own, Value::Func(_)) {
            let size = vm.call(&own, std::slice::from_ref(&args[0]))?;
            let size = vm.expect_i64(&size)?;
            if size < 0 {
                return Err(vm.value_error("__sizeof__() should return >= 0"));
            }
            return Ok(Value::Int(size + GC_HEADER as i64));
        }
    }
    Ok(size_of_value(vm, &args[0]).into())
}

fn text_size(text: &str, chars: usize) -> usize {
    match text.chars().max() {
        None => 41,
        Some(c) if c.is_ascii() => 41 + chars,
        Some(c) if (c as u32) < 0x100 => 57 + chars,
        Some(c) if (c as u32) < 0x1_0000 => 58 + 2 * chars,
        Some(_) => 60 + 4 * chars,
    }
}

fn table_size(len: usize) -> (usize, usize) {
    let slots = if len <= 5 { 8 } else { (len * 3 / 2 + 1).next_power_of_two() };
    let index = match slots {
        0..=0xff => 1,
        0x100..=0xffff => 2,
        _ => 4,
    };
    (slots, index)
}

fn size_of_value(vm: &mut Vm, value: &Value) -> usize {
    match value {
        Value::None | Value::NotImplemented | Value::Ellipsis | Value::Undef => 16,
        Value::Bool(_) => 28,
        Value::Float(_) => 24,
        Value::Int(number) => {
            let bits = 64 - number.unsigned_abs().leading_zeros() as usize;
            24 + 4 * bits.div_ceil(30).max(1)
        }
        Value::BigInt(number) => 24 + 4 * (number.number.bits() as usize).div_ceil(30),
        Value::Str(text) => text_size(text.as_str(), text.char_count()),
        Value::Bytes(bytes) => 33 + bytes.data.len(),
        Value::ByteArray(bytes) => 57 + bytes.data.get(&vm.gil).len(),
        Value::Tuple(items) => 40 + 8 * items.len(),
        Value::List(list) => {
            let items = list.items.get(&vm.gil);
            56 + 8 * if items.is_empty() { 0 } else { items.len().max(items.capacity()) }
        }
        Value::Dict(dict) => {
            let len = dict.data.get(&vm.gil).len();
            if len == 0 {
                return 64;
            }
            let (slots, index) = table_size(len);
            let entry =
                if dict.data.get(&vm.gil).iter().all(|entry| matches!(entry.key, Value::Str(_))) { 16 } else { 24 };
            64 + 32 + slots * index + slots * 2 / 3 * entry
        }
        Value::Set(set) => {
            let len = set.data.get(&vm.gil).len();
            if len <= 4 { 216 } else { 200 + 16 * (len * 4).next_power_of_two() }
        }
        Value::Range(_) => 48,
        Value::Slice(_) => 56,
        Value::Func(_) => 160,
        Value::Method(_) => 64,
        Value::Native(_) => 72,
        Value::Class(_) => 1688,
        Value::Module(_) => 72,
        Value::Code(code) => 200 + 2 * code.proto.instrs.len(),
        Value::Cell(_) => 40,
        Value::Gen(_) => 200,
        Value::Exc(_) => 88,
        Value::Property(_) => 80,
        Value::Traceback(_) => 64,
        Value::Object(object) => {
            let layout = object.class.get(&vm.gil).data.get(&vm.gil).layout;
            let part = object.slots(&vm.gil).first().cloned();
            match (layout, part) {
                (Layout::Builtin(_), Some(part)) => size_of_value(vm, &part) + GC_HEADER,
                _ if vm.known(Known::Object).is(object.class.get(&vm.gil)) => 16,
                _ => 32 + GC_HEADER,
            }
        }
        _ => 64,
    }
}
