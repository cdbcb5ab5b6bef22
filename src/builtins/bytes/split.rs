//! Taking `bytes` and `bytearray` apart and joining them.

use memchr::memmem;

use super::{Outcome, buffer, content, like, like_or_same};
use crate::object::room::make_room;
use crate::object::{Args, ByteArray, Bytes, Raised, Value, Vm};

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn max_split(vm: &mut Vm, args: Args<'_>) -> Result<usize, Raised> {
    match args.get(2) {
        None => Ok(usize::MAX),
        Some(count) => Ok(usize::try_from(vm.expect_isize(count)?).unwrap_or(usize::MAX)),
    }
}

fn separator(vm: &mut Vm, value: &Value) -> Result<buffer::Content, Raised> {
    let separator = buffer::expect(vm, value)?;
    if separator.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    Ok(separator)
}

fn list(vm: &mut Vm, receiver: &Value, parts: Vec<&[u8]>) -> Outcome {
    let changes = matches!(vm.unwrap(receiver), Value::ByteArray(_));
    vm.list_of(
        parts,
        |part| if changes { ByteArray::new(part.to_vec()).into_value() } else { Bytes::new(part).into_value() },
    )
}

pub(super) fn split(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let max = max_split(vm, args)?;
    let mut parts = Vec::new();
    let data = content(vm, args);
    match args.get(1).filter(|sep| !sep.is_none()) {
        Some(sep) => {
            let sep = separator(vm, sep)?;
            let mut last = 0;
            for at in memmem::find_iter(&data, &sep).take(max) {
                vm.push(&mut parts, &data[last..at])?;
                last = at + sep.len();
            }
            parts.push(&data[last..]);
        }
        None => {
            let mut rest = data.trim_ascii_start_all();
            while !rest.is_empty() {
                if parts.len() == max {
                    parts.push(rest);
                    break;
                }
                let end = rest.iter().position(|&byte| is_space(byte)).unwrap_or(rest.len());
                vm.push(&mut parts, &rest[..end])?;
                rest = rest[end..].trim_ascii_start_all();
            }
        }
    }
    list(vm, &args[0], parts)
}

/// Trimming of the six ASCII whitespace bytes, the vertical tab included.
trait TrimAll {
    fn trim_ascii_start_all(&self) -> &[u8];
    fn trim_ascii_end_all(&self) -> &[u8];
}

impl TrimAll for [u8] {
    fn trim_ascii_start_all(&self) -> &[u8] {
        let start = self.iter().position(|&byte| !is_space(byte)).unwrap_or(self.len());
        &self[start..]
    }

    fn trim_ascii_end_all(&self) -> &[u8] {
        let end = self.iter().rposition(|&byte| !is_space(byte)).map_or(0, |at| at + 1);
        &self[..end]
    }
}

pub(super) fn rsplit(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let max = max_split(vm, args)?;
    let mut parts = Vec::new();
    let data = content(vm, args);
    match args.get(1).filter(|sep| !sep.is_none()) {
        Some(sep) => {
            let sep = separator(vm, sep)?;
            let mut end = data.len();
            for at in memmem::rfind_iter(&data, &sep).take(max) {
                vm.push(&mut parts, &data[at + sep.len()..end])?;
                end = at;
            }
            parts.push(&data[..end]);
        }
        None => {
            let mut rest = data.trim_ascii_end_all();
            while !rest.is_empty() {
                if parts.len() == max {
                    parts.push(rest);
                    break;
                }
                let start = rest.iter().rposition(|&byte| is_space(byte)).map_or(0, |at| at + 1);
                vm.push(&mut parts, &rest[start..])?;
                rest = rest[..start].trim_ascii_end_all();
            }
        }
    }
    parts.reverse();
    list(vm, &args[0], parts)
}

pub(super) fn splitlines(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let keep = match args.get(1) {
        None => false,
        Some(keep) => vm.truth(keep)?,
    };
    let data = content(vm, args);
    let mut parts = Vec::new();
    let mut start = 0;
    while let Some(at) = memchr::memchr2(b'\n', b'\r', &data[start..]).map(|at| at + start) {
        let end = if data[at..].starts_with(b"\r\n") { at + 2 } else { at + 1 };
        vm.push(&mut parts, &data[start..if keep { end } else { at }])?;
        start = end;
    }
    if start < data.len() {
        parts.push(&data[start..]);
    }
    list(vm, &args[0], parts)
}

fn three(vm: &Vm, receiver: &Value, parts: [&[u8]; 3]) -> Value {
    Value::tuple(parts.into_iter().map(|part| like(vm, receiver, part)).collect())
}

pub(super) fn partition(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let sep = separator(vm, &args[1])?;
    let data = content(vm, args);
    Ok(match memmem::find(&data, &sep) {
        Some(at) => three(vm, &args[0], [&data[..at], &sep, &data[at + sep.len()..]]),
        None => three(vm, &args[0], [&data, &[], &[]]),
    })
}

pub(super) fn rpartition(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let sep = separator(vm, &args[1])?;
    let data = content(vm, args);
    Ok(match memmem::rfind(&data, &sep) {
        Some(at) => three(vm, &args[0], [&data[..at], &sep, &data[at + sep.len()..]]),
        None => three(vm, &args[0], [&[], &[], &data]),
    })
}

pub(super) fn removeprefix(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let prefix = buffer::expect(vm, &args[1])?;
    let data = content(vm, args);
    let rest = data.strip_prefix(&*prefix).unwrap_or(&data);
    Ok(like_or_same(vm, &args[0], rest))
}

pub(super) fn removesuffix(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let suffix = buffer::expect(vm, &args[1])?;
    let data = content(vm, args);
    let rest = data.strip_suffix(&*suffix).unwrap_or(&data);
    Ok(like_or_same(vm, &args[0], rest))
}

pub(super) fn join(vm: &mut Vm, args: Args<'_>) -> Outcome {
    // The separator is held while script code makes the items.
    let held = match vm.unwrap(&args[0]) {
        Value::ByteArray(bytes) => Some(bytes.to_ptr()),
        _ => None,
    };
    let hold = |by: i64| {
        if let Some(bytes) = &held {
            bytes.exports.set(bytes.exports.get().wrapping_add_signed(by as _));
        }
    };
    hold(1);
    let collected = vm.collect(&args[1]);
    hold(-1);
    let items = match collected {
        Ok(items) => items,
        Err(raised) => {
            let class = vm.class_of(&args[1]);
            if vm.lookup_name(&class, crate::object::Name::__iter__).is_some() {
                return Err(raised);
            }
            drop(vm.take_raised(raised));
            return Err(vm.type_error("can only join an iterable"));
        }
    };
    if let ([only @ Value::Bytes(_)], Value::Bytes(_)) = (items.as_slice(), vm.unwrap(&args[0])) {
        return Ok(only.clone());
    }
    let sep = content(vm, args);
    let mut out = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Some(part) = buffer::view(vm, item) else {
            let found = vm.class_name(item);
            return Err(vm.type_error(format!("sequence item {index}: expected a bytes-like object, {found} found")));
        };
        if index > 0 {
            out.extend_from_slice(&sep);
        }
        if make_room(&mut out, part.len() + sep.len()).is_err() {
            return Err(vm.memory_error());
        }
        out.extend_from_slice(&part);
    }
    Ok(match vm.unwrap(&args[0]) {
        Value::ByteArray(_) => like(vm, &args[0], out),
        _ => vm.bytes(out)?,
    })
}
