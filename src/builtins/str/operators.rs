//! The operators of `str`.

use super::{Outcome, receiver, text_of};
use crate::builtins::format::percent;
use crate::builtins::sequence::{is_index, repeat_factor};
use crate::object::{Args, Known, Str, Value, Vm};
use crate::vm::item::place;

pub(super) fn str(vm: &mut Vm, args: Args<'_>) -> Outcome {
    Ok(receiver(vm, args)?.into_value())
}

pub(super) fn repr(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?.into_value();
    vm.repr(&text).map(Value::from)
}

pub(super) fn getnewargs(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    Ok(Value::tuple(vec![Str::new(&text).into_value()]))
}

pub(super) fn sizeof(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    // As CPython lays strings out: one, two or four bytes a character behind a header.
    let widest = text.chars().max().unwrap_or('\0') as u32;
    let (header, width) = match widest {
        0..0x80 => (40, 1),
        0x80..0x100 => (56, 1),
        0x100..0x10000 => (56, 2),
        _ => (56, 4),
    };
    Ok((header + width * (text.char_count() + 1)).into())
}

pub(super) fn contains(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    match vm.unwrap(&args[1]) {
        Value::Str(part) => {
            let haystack = text.as_str().as_bytes();
            Ok(Value::bool(match part.as_str().as_bytes() {
                [byte] => memchr::memchr(*byte, haystack).is_some(),
                needle => memchr::memmem::find(haystack, needle).is_some(),
            }))
        }
        _ => {
            let found = vm.class_name(&args[1]);
            Err(vm.type_error(format!("'in <string>' requires string as left operand, not {found}")))
        }
    }
}

pub(super) fn getitem(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    if let Value::Slice(slice) = &args[1] {
        let slice = slice.to_ptr();
        let (start, _, step, count) = vm.slice_bounds(&slice, |_| text.char_count())?;
        if step == 1 {
            let start = start as usize;
            return Ok(Str::with_chars(text.slice_chars(start, start + count), count).into_value());
        }
        let picked: String = if text.is_ascii() {
            let bytes = text.as_str().as_bytes();
            (0..count).map(|n| bytes[(start + n as isize * step) as usize] as char).collect()
        } else {
            let chars: Vec<char> = text.chars().collect();
            (0..count).map(|n| chars[(start + n as isize * step) as usize]).collect()
        };
        return Ok(Str::with_chars(&picked, count).into_value());
    }
    if !is_index(vm, &args[1]) {
        let found = vm.class_name(&args[1]);
        return Err(vm.type_error(format!("string indices must be integers, not '{found}'")));
    }
    let index = vm.index_isize(&args[1])?;
    match place(index as i64, text.char_count()) {
        Some(at) => Ok(Value::str(text.char_at(at).encode_utf8(&mut [0; 4]))),
        None => Err(vm.raise(Known::IndexError, "string index out of range")),
    }
}

pub(super) fn add(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    match vm.unwrap(&args[1]) {
        Value::Str(other) => {
            let other = other.to_ptr();
            vm.concat(&text, &other)
        }
        _ => {
            let found = vm.class_name(&args[1]);
            Err(vm.type_error(format!("can only concatenate str (not \"{found}\") to str")))
        }
    }
}

/// Longer results are put together from parts of about this size.
const PART: usize = 1 << 16;

/// `text * times`.
///
/// # Errors
///
/// MemoryError when the result is too long.
pub(crate) fn repeat(vm: &mut Vm, text: &Str, times: usize) -> Outcome {
    if times == 0 || text.is_empty() {
        return Ok(Value::str(""));
    }
    let Some(total) = text.len().checked_mul(times).filter(|&total| total <= isize::MAX as usize / 2) else {
        return Err(vm.memory_error());
    };
    vm.expect_room(total)?;
    let chars = text.char_count() * times;
    if total < PART {
        return Ok(Str::from_parts(total, chars, std::iter::repeat_n(text.as_str(), times)).into_value());
    }
    let part = text.repeat((PART / text.len()).max(1));
    let parts = std::iter::repeat_n(part.as_str(), total / part.len());
    let rest = std::iter::once(&part[..total % part.len()]);
    Ok(Str::from_parts(total, chars, parts.chain(rest)).into_value())
}

pub(super) fn mul(vm: &mut Vm, args: Args<'_>) -> Outcome {
    if !is_index(vm, &args[1]) {
        return Ok(Value::NotImplemented);
    }
    let text = receiver(vm, args)?;
    let times = repeat_factor(vm, &args[1])?;
    repeat(vm, &text, times)
}

pub(super) fn modulo(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let format = receiver(vm, args)?;
    percent::format_text(vm, &format, &args[1]).map(Value::from)
}

pub(super) fn rmod(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let operand = receiver(vm, args)?.into_value();
    match text_of(vm, &args[1]) {
        Some(format) => percent::format_text(vm, &format, &operand).map(Value::from),
        None => Ok(Value::NotImplemented),
    }
}
