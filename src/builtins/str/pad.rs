//! Padding and stripping strings.

use super::{Outcome, receiver, same_or_new};
use crate::object::room::make_text_room;
use crate::object::unicode::is_space;
use crate::object::{Args, Raised, Value, Vm};

fn fill(vm: &mut Vm, args: Args<'_>) -> Result<char, Raised> {
    let Some(fill) = args.get(2) else { return Ok(' ') };
    match vm.unwrap(fill) {
        Value::Str(text) if text.char_count() == 1 => Ok(text.char_at(0)),
        Value::Str(_) => Err(vm.type_error("The fill character must be exactly one character long")),
        _ => {
            let found = vm.class_name(fill);
            Err(vm.type_error(format!("The fill character must be a unicode character, not {found}")))
        }
    }
}

/// `text` with `left` and `right` fill characters around it.
fn padded(vm: &mut Vm, text: &str, fill: char, left: usize, right: usize) -> Result<String, Raised> {
    let mut out = String::new();
    let room = left.saturating_add(right).saturating_mul(fill.len_utf8()).saturating_add(text.len());
    if room > isize::MAX as usize / 2 || out.try_reserve_exact(room).is_err() {
        return Err(vm.memory_error());
    }
    out.extend(std::iter::repeat_n(fill, left));
    out.push_str(text);
    out.extend(std::iter::repeat_n(fill, right));
    Ok(out)
}

fn pad(vm: &mut Vm, args: Args<'_>, left_of: fn(usize, usize) -> usize) -> Outcome {
    let text = receiver(vm, args)?;
    let width = vm.expect_isize(&args[1])?.max(0) as usize;
    let fill = fill(vm, args)?;
    let room = width.saturating_sub(text.char_count());
    if room == 0 {
        return Ok(same_or_new(&args[0], &text));
    }
    let left = left_of(room, width);
    let padded = padded(vm, &text, fill, left, room - left)?;
    vm.text(&padded)
}

pub(super) fn center(vm: &mut Vm, args: Args<'_>) -> Outcome {
    pad(vm, args, |room, width| room / 2 + (room & width & 1))
}

pub(super) fn ljust(vm: &mut Vm, args: Args<'_>) -> Outcome {
    pad(vm, args, |_, _| 0)
}

pub(super) fn rjust(vm: &mut Vm, args: Args<'_>) -> Outcome {
    pad(vm, args, |room, _| room)
}

pub(super) fn zfill(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    let width = vm.expect_isize(&args[1])?.max(0) as usize;
    let room = width.saturating_sub(text.char_count());
    if room == 0 {
        return Ok(same_or_new(&args[0], &text));
    }
    let (sign, digits) = text.split_at(usize::from(text.starts_with(['+', '-'])));
    let padded = padded(vm, digits, '0', room, 0)?;
    vm.expect_room(padded.len())?;
    vm.text(&format!("{sign}{padded}"))
}

pub(super) fn expandtabs(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    let size = match args.get(1) {
        None => 8,
        Some(size) => vm.expect_i32(size)?.max(0) as usize,
    };
    let mut out = String::with_capacity(text.len());
    let mut column = 0;
    for c in text.chars() {
        if c == '\t' {
            vm.poll_posted()?;
            let step = if size == 0 { 0 } else { size - column % size };
            if make_text_room(&mut out, step).is_err() {
                return Err(vm.memory_error());
            }
            out.extend(std::iter::repeat_n(' ', step));
            column += step;
        } else {
            column = if matches!(c, '\n' | '\r') { 0 } else { column + 1 };
            out.push(c);
        }
    }
    vm.text(&out)
}

fn stripped(vm: &mut Vm, args: Args<'_>, name: &str, left: bool, right: bool) -> Outcome {
    let text = receiver(vm, args)?;
    let set: Option<Vec<char>> = match args.get(1).filter(|set| !set.is_none()).map(|set| vm.unwrap(set)) {
        None => None,
        Some(Value::Str(set)) => Some(set.chars().collect()),
        Some(_) => return Err(vm.type_error(format!("{name} arg must be None or str"))),
    };
    let drops = |c: char| match &set {
        None => is_space(c),
        Some(set) => set.contains(&c),
    };
    let mut rest = text.as_str();
    if left {
        rest = rest.trim_start_matches(drops);
    }
    if right {
        rest = rest.trim_end_matches(drops);
    }
    Ok(same_or_new(&args[0], rest))
}

pub(super) fn strip(vm: &mut Vm, args: Args<'_>) -> Outcome {
    stripped(vm, args, "strip", true, true)
}

pub(super) fn lstrip(vm: &mut Vm, args: Args<'_>) -> Outcome {
    stripped(vm, args, "lstrip", true, false)
}

pub(super) fn rstrip(vm: &mut Vm, args: Args<'_>) -> Outcome {
    stripped(vm, args, "rstrip", false, true)
}
