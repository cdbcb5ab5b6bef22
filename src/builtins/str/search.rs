//! Finding in strings.

use memchr::memmem;

use super::{Outcome, receiver};
use crate::builtins::sequence::text_bound;
use crate::object::{Args, Ptr, Raised, Str, Value, Vm};

/// A str argument of the method `name`.
fn argument(vm: &mut Vm, args: Args<'_>, name: &str) -> Result<Ptr<Str>, Raised> {
    match &args[1] {
        Value::Str(text) => Ok(text.to_ptr()),
        other => vm.expect_str(other, &format!("{name}() argument 1")),
    }
}

/// The byte range that the optional bounds select, None if it begins behind its end.
fn range(vm: &mut Vm, args: Args<'_>, text: &Str) -> Result<Option<(usize, usize)>, Raised> {
    let len = text.char_count();
    let start = text_bound(vm, args.get(2), 0, len)?;
    let stop = text_bound(vm, args.get(3), len, len)?.min(len);
    Ok((start <= stop).then(|| (text.byte_offset(start), text.byte_offset(stop))))
}

fn position(vm: &mut Vm, args: Args<'_>, name: &str, last: bool) -> Result<Option<usize>, Raised> {
    let text = receiver(vm, args)?;
    let part = argument(vm, args, name)?;
    let Some((start, stop)) = range(vm, args, &text)? else { return Ok(None) };
    let (haystack, needle) = (&text.as_str().as_bytes()[start..stop], part.as_str().as_bytes());
    let found = match (needle, last) {
        ([byte], false) => memchr::memchr(*byte, haystack),
        ([byte], true) => memchr::memrchr(*byte, haystack),
        (_, false) => memmem::find(haystack, needle),
        (_, true) => memmem::rfind(haystack, needle),
    };
    Ok(found.map(|at| text.char_index(start + at)))
}

pub(super) fn find(vm: &mut Vm, args: Args<'_>) -> Outcome {
    Ok(position(vm, args, "find", false)?.map_or(Value::Int(-1), Value::from))
}

pub(super) fn rfind(vm: &mut Vm, args: Args<'_>) -> Outcome {
    Ok(position(vm, args, "rfind", true)?.map_or(Value::Int(-1), Value::from))
}

pub(super) fn index(vm: &mut Vm, args: Args<'_>) -> Outcome {
    match position(vm, args, "index", false)? {
        Some(at) => Ok(at.into()),
        None => Err(vm.value_error("substring not found")),
    }
}

pub(super) fn rindex(vm: &mut Vm, args: Args<'_>) -> Outcome {
    match position(vm, args, "rindex", true)? {
        Some(at) => Ok(at.into()),
        None => Err(vm.value_error("substring not found")),
    }
}

pub(super) fn count(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    let part = argument(vm, args, "count")?;
    let Some((start, stop)) = range(vm, args, &text)? else { return Ok(Value::Int(0)) };
    let haystack = &text.as_str()[start..stop];
    Ok(if part.is_empty() {
        (haystack.chars().count() + 1).into()
    } else {
        match part.as_str().as_bytes() {
            [byte] => memchr::memchr_iter(*byte, haystack.as_bytes()).count().into(),
            needle => memmem::find_iter(haystack.as_bytes(), needle).count().into(),
        }
    })
}

fn affix(vm: &mut Vm, args: Args<'_>, name: &str, test: fn(&str, &str) -> bool) -> Outcome {
    let text = receiver(vm, args)?;
    let range = range(vm, args, &text)?;
    let parts: Vec<Value> = match vm.unwrap(&args[1]) {
        Value::Str(part) => {
            return Ok(Value::bool(range.is_some_and(|(start, stop)| test(&text[start..stop], part))));
        }
        Value::Tuple(items) => items.to_vec(),
        _ => {
            let found = vm.class_name(&args[1]);
            return Err(vm.type_error(format!("{name} first arg must be str or a tuple of str, not {found}")));
        }
    };
    for part in parts {
        match vm.unwrap(&part) {
            Value::Str(part) if range.is_some_and(|(start, stop)| test(&text[start..stop], part)) => {
                return Ok(Value::bool(true));
            }
            Value::Str(_) => {}
            _ => {
                let found = vm.class_name(&part);
                return Err(vm.type_error(format!("tuple for {name} must only contain str, not {found}")));
            }
        }
    }
    Ok(Value::bool(false))
}

pub(super) fn startswith(vm: &mut Vm, args: Args<'_>) -> Outcome {
    affix(vm, args, "startswith", |text, part| text.starts_with(part))
}

pub(super) fn endswith(vm: &mut Vm, args: Args<'_>) -> Outcome {
    affix(vm, args, "endswith", |text, part| text.ends_with(part))
}
