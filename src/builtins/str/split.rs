//! Taking strings apart and joining them.

use memchr::memmem;

use super::{Outcome, receiver, same_or_new};
use crate::object::unicode::{is_line_break, is_space};
use crate::object::{Args, Name, Ptr, Raised, Str, Value, Vm};

fn max_split(vm: &mut Vm, args: Args<'_>) -> Result<usize, Raised> {
    match args.get(2) {
        None => Ok(usize::MAX),
        Some(count) => Ok(usize::try_from(vm.expect_isize(count)?).unwrap_or(usize::MAX)),
    }
}

/// The separator of `split` and `rsplit`, None for whitespace.
fn separator(vm: &mut Vm, args: Args<'_>) -> Result<Option<Ptr<Str>>, Raised> {
    let Some(sep) = args.get(1).filter(|sep| !sep.is_none()) else { return Ok(None) };
    match vm.unwrap(sep) {
        Value::Str(text) if text.is_empty() => Err(vm.value_error("empty separator")),
        Value::Str(text) => Ok(Some(text.to_ptr())),
        _ => {
            let found = vm.class_name(sep);
            Err(vm.type_error(format!("must be str or None, not {found}")))
        }
    }
}

/// The parts of `text` as a list.
fn list(vm: &mut Vm, text: &Str, parts: Vec<&str>) -> Outcome {
    let is_ascii = text.is_ascii();
    vm.list_of(parts, |part| if is_ascii { Str::with_chars(part, part.len()).into_value() } else { Value::str(part) })
}

/// Adds the parts between separators of a length that are found from the left.
fn cut<'a>(
    vm: &mut Vm,
    text: &'a str,
    parts: &mut Vec<&'a str>,
    len: usize,
    found: impl Iterator<Item = usize>,
) -> Result<(), Raised> {
    let mut last = 0;
    for at in found {
        vm.push(parts, &text[last..at])?;
        last = at + len;
    }
    vm.push(parts, &text[last..])
}

pub(super) fn split(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    let max = max_split(vm, args)?;
    let mut parts = Vec::new();
    match separator(vm, args)? {
        Some(sep) => {
            let (haystack, needle) = (text.as_str().as_bytes(), sep.as_str().as_bytes());
            match needle {
                [byte] => cut(vm, &text, &mut parts, 1, memchr::memchr_iter(*byte, haystack).take(max))?,
                _ => cut(vm, &text, &mut parts, needle.len(), memmem::find_iter(haystack, needle).take(max))?,
            }
        }
        None => {
            let mut rest = text.trim_start_matches(is_space);
            while !rest.is_empty() {
                if parts.len() == max {
                    parts.push(rest);
                    break;
                }
                let end = rest.find(is_space).unwrap_or(rest.len());
                vm.push(&mut parts, &rest[..end])?;
                rest = rest[end..].trim_start_matches(is_space);
            }
        }
    }
    list(vm, &text, parts)
}

pub(super) fn rsplit(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    let max = max_split(vm, args)?;
    let mut parts = Vec::new();
    match separator(vm, args)? {
        Some(sep) => {
            let mut end = text.len();
            for at in memmem::rfind_iter(text.as_str().as_bytes(), sep.as_str().as_bytes()).take(max) {
                vm.push(&mut parts, &text[at + sep.len()..end])?;
                end = at;
            }
            parts.push(&text[..end]);
        }
        None => {
            let mut rest = text.trim_end_matches(is_space);
            while !rest.is_empty() {
                if parts.len() == max {
                    parts.push(rest);
                    break;
                }
                let start =
                    rest.char_indices().rev().find(|&(_, c)| is_space(c)).map_or(0, |(at, c)| at + c.len_utf8());
                vm.push(&mut parts, &rest[start..])?;
                rest = rest[..start].trim_end_matches(is_space);
            }
        }
    }
    parts.reverse();
    list(vm, &text, parts)
}

pub(super) fn splitlines(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    let keep = match args.get(1) {
        None => false,
        Some(keep) => vm.truth(keep)?,
    };
    let mut parts = Vec::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(is_line_break) {
        let len = if rest[at..].starts_with("\r\n") { 2 } else { rest[at..].chars().next().map_or(1, char::len_utf8) };
        vm.push(&mut parts, &rest[..if keep { at + len } else { at }])?;
        rest = &rest[at + len..];
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    list(vm, &text, parts)
}

fn part_separator(vm: &mut Vm, value: &Value) -> Result<Ptr<Str>, Raised> {
    match vm.unwrap(value) {
        Value::Str(sep) if sep.is_empty() => Err(vm.value_error("empty separator")),
        Value::Str(sep) => Ok(sep.to_ptr()),
        _ => {
            let found = vm.class_name(value);
            Err(vm.type_error(format!("must be str, not {found}")))
        }
    }
}

fn three(parts: [&str; 3]) -> Value {
    Value::tuple(parts.into_iter().map(Value::str).collect())
}

pub(super) fn partition(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    let sep = part_separator(vm, &args[1])?;
    Ok(match text.split_once(sep.as_str()) {
        Some((before, after)) => three([before, &sep, after]),
        None => three([&text, "", ""]),
    })
}

pub(super) fn rpartition(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    let sep = part_separator(vm, &args[1])?;
    Ok(match text.rsplit_once(sep.as_str()) {
        Some((before, after)) => three([before, &sep, after]),
        None => three(["", "", &text]),
    })
}

pub(super) fn removeprefix(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    let prefix = vm.expect_str(&args[1], "removeprefix() argument")?;
    Ok(same_or_new(&args[0], text.strip_prefix(prefix.as_str()).unwrap_or(&text)))
}

pub(super) fn removesuffix(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    let suffix = vm.expect_str(&args[1], "removesuffix() argument")?;
    Ok(same_or_new(&args[0], text.strip_suffix(suffix.as_str()).unwrap_or(&text)))
}

pub(super) fn join(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let sep = receiver(vm, args)?;
    let items = match vm.collect(&args[1]) {
        Ok(items) => items,
        Err(raised) => {
            let class = vm.class_of(&args[1]);
            let iterable =
                [Name::__iter__, Name::__getitem__].into_iter().any(|name| vm.lookup_name(&class, name).is_some());
            if iterable {
                return Err(raised);
            }
            drop(vm.take_raised(raised));
            return Err(vm.type_error("can only join an iterable"));
        }
    };
    if let [only @ Value::Str(_)] = items.as_slice() {
        return Ok(only.clone());
    }
    let (mut bytes, mut chars) = (0, 0);
    for (index, item) in items.iter().enumerate() {
        match vm.unwrap(item) {
            Value::Str(part) => {
                bytes += part.len() + sep.len();
                chars += part.char_count() + if index > 0 { sep.char_count() } else { 0 };
            }
            _ => {
                let found = vm.class_name(item);
                return Err(vm.type_error(format!("sequence item {index}: expected str instance, {found} found")));
            }
        }
    }
    let bytes = bytes - if items.is_empty() { 0 } else { sep.len() };
    vm.expect_room(bytes)?;
    let parts = items.iter().enumerate().flat_map(|(index, item)| {
        let sep = if index > 0 { sep.as_str() } else { "" };
        let part = if let Value::Str(part) = vm.unwrap(item) { part.as_str() } else { "" };
        [sep, part]
    });
    Ok(Str::from_parts(bytes, chars, parts).into_value())
}
