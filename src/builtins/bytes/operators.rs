//! The operators of `bytes` and `bytearray`.

use super::{Outcome, buffer, content, like, type_name};
use crate::builtins::bytes::new::byte;
use crate::builtins::format::percent;
use crate::builtins::sequence::{is_index, repeat_factor};
use crate::bytecode::CmpOp;
use crate::object::{Args, Bytes, Known, Value, Vm};
use crate::vm::item::place;

pub(super) fn contains(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let haystack = content(vm, args);
    if buffer::view(vm, &args[1]).is_none() && is_index(vm, &args[1]) {
        let byte = byte(vm, &args[1], "byte must be in range(0, 256)")?;
        return Ok(Value::bool(memchr::memchr(byte, &haystack).is_some()));
    }
    let needle = buffer::expect(vm, &args[1])?;
    Ok(Value::bool(memchr::memmem::find(&haystack, &needle).is_some()))
}

pub(super) fn getitem(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let name = type_name(vm, &args[0]);
    if let Value::Slice(slice) = &args[1] {
        let slice = slice.to_ptr();
        let (start, _, step, count) = vm.slice_bounds(&slice, |vm| content(vm, args).len())?;
        let data = content(vm, args);
        if step == 1 {
            let start = start as usize;
            return Ok(like(vm, &args[0], &data[start..start + count]));
        }
        let picked: Vec<u8> = (0..count).map(|n| data[(start + n as isize * step) as usize]).collect();
        return Ok(like(vm, &args[0], picked));
    }
    if !is_index(vm, &args[1]) {
        let found = vm.class_name(&args[1]);
        let name = if name == "bytes" { "byte" } else { name };
        return Err(vm.type_error(format!("{name} indices must be integers or slices, not {found}")));
    }
    let index = vm.index_isize(&args[1])?;
    let found = match vm.unwrap(&args[0]) {
        Value::Bytes(bytes) => pick(&bytes.data, index),
        Value::ByteArray(bytes) => pick(bytes.data.get(&vm.gil), index),
        _ => None,
    };
    match found {
        Some(byte) => Ok(Value::Int(byte.into())),
        None if name == "bytes" => Err(vm.raise(Known::IndexError, "index out of range")),
        None => Err(vm.raise(Known::IndexError, "bytearray index out of range")),
    }
}

/// Sums of this length and more are made where running out of memory can be told.
const SMALL: usize = 1 << 20;

fn pick(data: &[u8], index: isize) -> Option<u8> {
    place(index as i64, data.len()).map(|at| data[at])
}

pub(super) fn add(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let data = content(vm, args);
    let Some(other) = buffer::view(vm, &args[1]) else {
        let (name, found) = (vm.class_name(&args[0]), vm.class_name(&args[1]));
        return Err(vm.type_error(format!("can't concat {found} to {name}")));
    };
    if matches!(vm.unwrap(&args[0]), Value::Bytes(_)) && data.len() + other.len() < SMALL {
        return Ok(Bytes::concat(&data, &other).into_value());
    }
    let mut sum = data.into_vec();
    if sum.try_reserve_exact(other.len()).is_err() {
        return Err(vm.memory_error());
    }
    sum.extend_from_slice(&other);
    Ok(like(vm, &args[0], sum))
}

/// The content `times` times over.
pub(super) fn repeated(vm: &mut Vm, data: &[u8], times: usize) -> Result<Vec<u8>, crate::object::Raised> {
    let mut out = Vec::new();
    let fits = data
        .len()
        .checked_mul(times)
        .is_some_and(|total| total < isize::MAX as usize && out.try_reserve_exact(total).is_ok());
    if !fits {
        return Err(vm.memory_error());
    }
    if let [byte] = data {
        out.resize(times, *byte);
    } else {
        (0..times).for_each(|_| out.extend_from_slice(data));
    }
    Ok(out)
}

pub(super) fn mul(vm: &mut Vm, args: Args<'_>) -> Outcome {
    if !is_index(vm, &args[1]) {
        return Ok(Value::NotImplemented);
    }
    let times = repeat_factor(vm, &args[1])?;
    let data = content(vm, args);
    let out = repeated(vm, if times == 0 { &[] } else { &data }, times)?;
    vm.expect_room(out.len())?;
    Ok(like(vm, &args[0], out))
}

pub(super) fn modulo(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let format = content(vm, args);
    let out = percent::format_bytes(vm, &format, &args[1])?;
    Ok(like(vm, &args[0], out))
}

pub(super) fn rmod(_vm: &mut Vm, _args: Args<'_>) -> Outcome {
    Ok(Value::NotImplemented)
}

pub(super) fn compare(vm: &mut Vm, op: CmpOp, args: Args<'_>) -> Outcome {
    let Some(other) = buffer::view(vm, &args[1]) else { return Ok(Value::NotImplemented) };
    let order = (*content(vm, args)).cmp(&*other);
    Ok(Value::bool(match op {
        CmpOp::Lt => order.is_lt(),
        CmpOp::Le => order.is_le(),
        CmpOp::Eq => order.is_eq(),
        CmpOp::Ne => order.is_ne(),
        CmpOp::Gt => order.is_gt(),
        CmpOp::Ge => order.is_ge(),
    }))
}
