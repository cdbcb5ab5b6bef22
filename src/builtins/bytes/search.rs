//! Finding in `bytes` and `bytearray`.

use memchr::memmem;

use super::buffer::Content;
use super::{Outcome, buffer, content, like_or_same_large};
use crate::builtins::bytes::new::byte;
use crate::builtins::sequence::{is_index, text_bound};
use crate::object::{Args, Raised, Value, Vm};

/// What is looked for: a bytes-like object, or an int for one byte.
fn needle(vm: &mut Vm, value: &Value) -> Result<Content, Raised> {
    if let Some(bytes) = buffer::view(vm, value) {
        return Ok(bytes);
    }
    if is_index(vm, value) {
        return byte(vm, value, "byte must be in range(0, 256)").map(|byte| Content::Copied(vec![byte]));
    }
    let found = vm.class_name(value);
    Err(vm.type_error(format!("argument should be integer or bytes-like object, not '{found}'")))
}

/// The range that the optional arguments from `first` on select; None if it is empty for any
/// needle because it begins behind the end.
fn range(vm: &mut Vm, args: Args<'_>, first: usize, len: usize) -> Result<Option<(usize, usize)>, Raised> {
    let start = text_bound(vm, args.get(first), 0, len)?;
    let stop = text_bound(vm, args.get(first + 1), len, len)?.min(len);
    Ok((start <= stop).then_some((start, stop)))
}

fn position(vm: &mut Vm, args: Args<'_>, last: bool) -> Result<Option<usize>, Raised> {
    let needle = needle(vm, &args[1])?;
    let len = content(vm, args).len();
    let Some((start, stop)) = range(vm, args, 2, len)? else { return Ok(None) };
    let data = content(vm, args);
    let Some(part) = data.get(start..stop.min(data.len())) else { return Ok(None) };
    let found = match (&*needle, last) {
        ([byte], false) => memchr::memchr(*byte, part),
        ([byte], true) => memchr::memrchr(*byte, part),
        (needle, false) => memmem::find(part, needle),
        (needle, true) => memmem::rfind(part, needle),
    };
    Ok(found.map(|at| at + start))
}

pub(super) fn find(vm: &mut Vm, args: Args<'_>) -> Outcome {
    Ok(position(vm, args, false)?.map_or(Value::Int(-1), Value::from))
}

pub(super) fn rfind(vm: &mut Vm, args: Args<'_>) -> Outcome {
    Ok(position(vm, args, true)?.map_or(Value::Int(-1), Value::from))
}

pub(super) fn index(vm: &mut Vm, args: Args<'_>) -> Outcome {
    match position(vm, args, false)? {
        Some(at) => Ok(at.into()),
        None => Err(vm.value_error("subsection not found")),
    }
}

pub(super) fn rindex(vm: &mut Vm, args: Args<'_>) -> Outcome {
    match position(vm, args, true)? {
        Some(at) => Ok(at.into()),
        None => Err(vm.value_error("subsection not found")),
    }
}

pub(super) fn count(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let needle = needle(vm, &args[1])?;
    let data = content(vm, args);
    let Some((start, stop)) = range(vm, args, 2, data.len())? else { return Ok(Value::Int(0)) };
    if needle.is_empty() {
        return Ok((stop - start + 1).into());
    }
    let part = &data[start..stop];
    Ok(match &*needle {
        [byte] => memchr::memchr_iter(*byte, part).count(),
        needle => memmem::find_iter(part, needle).count(),
    }
    .into())
}

fn affix(vm: &mut Vm, args: Args<'_>, name: &str, test: fn(&[u8], &[u8]) -> bool) -> Outcome {
    let data = content(vm, args);
    let wanted = vm.unwrap(&args[1]).clone();
    let (wanted, is_tuple) = match &wanted {
        Value::Tuple(items) => (items.as_slice(), true),
        _ => (std::slice::from_ref(&args[1]), false),
    };
    let range = range(vm, args, 2, data.len())?;
    for value in wanted {
        let Some(part) = buffer::view(vm, value) else {
            let found = vm.class_name(value);
            return Err(vm.type_error(if is_tuple {
                format!("a bytes-like object is required, not '{found}'")
            } else {
                format!("{name} first arg must be bytes or a tuple of bytes, not {found}")
            }));
        };
        if let Some((start, stop)) = range {
            if test(&data[start..stop], &part) {
                return Ok(Value::bool(true));
            }
        }
    }
    Ok(Value::bool(false))
}

pub(super) fn startswith(vm: &mut Vm, args: Args<'_>) -> Outcome {
    affix(vm, args, "startswith", |data, part| data.starts_with(part))
}

pub(super) fn endswith(vm: &mut Vm, args: Args<'_>) -> Outcome {
    affix(vm, args, "endswith", |data, part| data.ends_with(part))
}

pub(super) fn replace(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (old, new) = (buffer::expect(vm, &args[1])?, buffer::expect(vm, &args[2])?);
    let count = match args.get(3) {
        None => usize::MAX,
        Some(count) => usize::try_from(vm.expect_isize(count)?).unwrap_or(usize::MAX),
    };
    let data = content(vm, args);
    let hits = match &*old {
        [] => data.len() + 1,
        [byte] => memchr::memchr_iter(*byte, &data).count(),
        old => memmem::find_iter(&data, old).count(),
    };
    let hits = hits.min(count) as u128;
    let room = data.len() as u128 + hits * new.len() as u128 - hits * old.len() as u128;
    let mut out = Vec::new();
    if out.try_reserve_exact(usize::try_from(room).unwrap_or(usize::MAX)).is_err() {
        return Err(vm.memory_error());
    }
    if old.is_empty() {
        for (index, byte) in data.iter().enumerate() {
            if index < count {
                out.extend_from_slice(&new);
            }
            out.push(*byte);
        }
        if data.len() < count {
            out.extend_from_slice(&new);
        }
    } else {
        let mut last = 0;
        let mut each = |at: usize| {
            out.extend_from_slice(&data[last..at]);
            out.extend_from_slice(&new);
            last = at + old.len();
        };
        match &*old {
            [byte] => memchr::memchr_iter(*byte, &data).take(count).for_each(&mut each),
            old => memmem::find_iter(&data, old).take(count).for_each(&mut each),
        }
        out.extend_from_slice(&data[last..]);
    }
    like_or_same_large(vm, &args[0], out)
}
