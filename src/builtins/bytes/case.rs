//! Case, classes, padding and stripping of `bytes` and `bytearray`: all ASCII only.

use super::{Outcome, buffer, content, like, like_or_same, like_or_same_large};
use crate::object::room::make_room;
use crate::object::{Args, Raised, Value, Vm};

fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

macro_rules! all {
    ($($name:ident $test:expr;)*) => {
        $(pub(super) fn $name(vm: &mut Vm, args: Args<'_>) -> Outcome {
            let data = content(vm, args);
            Ok(Value::bool(!data.is_empty() && data.iter().all($test)))
        })*
    };
}

all! {
    isalnum u8::is_ascii_alphanumeric;
    isalpha u8::is_ascii_alphabetic;
    isdigit u8::is_ascii_digit;
    isspace is_space;
}

pub(super) fn isascii(vm: &mut Vm, args: Args<'_>) -> Outcome {
    Ok(Value::bool(content(vm, args).is_ascii()))
}

pub(super) fn islower(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let data = content(vm, args);
    Ok(Value::bool(data.iter().any(u8::is_ascii_lowercase) && !data.iter().any(u8::is_ascii_uppercase)))
}

pub(super) fn isupper(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let data = content(vm, args);
    Ok(Value::bool(data.iter().any(u8::is_ascii_uppercase) && !data.iter().any(u8::is_ascii_lowercase)))
}

pub(super) fn istitle(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (mut cased, mut previous_cased) = (false, false);
    for &byte in content(vm, args).iter() {
        if (byte.is_ascii_uppercase() && previous_cased) || (byte.is_ascii_lowercase() && !previous_cased) {
            return Ok(Value::bool(false));
        }
        previous_cased = byte.is_ascii_alphabetic();
        cased |= previous_cased;
    }
    Ok(Value::bool(cased))
}

fn mapped(vm: &mut Vm, args: Args<'_>, map: impl FnMut(u8) -> u8) -> Outcome {
    let data = content(vm, args).iter().copied().map(map).collect::<Vec<u8>>();
    Ok(like(vm, &args[0], data))
}

pub(super) fn lower(vm: &mut Vm, args: Args<'_>) -> Outcome {
    mapped(vm, args, |byte| byte.to_ascii_lowercase())
}

pub(super) fn upper(vm: &mut Vm, args: Args<'_>) -> Outcome {
    mapped(vm, args, |byte| byte.to_ascii_uppercase())
}

pub(super) fn swapcase(vm: &mut Vm, args: Args<'_>) -> Outcome {
    mapped(vm, args, |byte| if byte.is_ascii_alphabetic() { byte ^ 0x20 } else { byte })
}

pub(super) fn title(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let mut inside = false;
    mapped(vm, args, |byte| {
        let new = if inside { byte.to_ascii_lowercase() } else { byte.to_ascii_uppercase() };
        inside = byte.is_ascii_alphabetic();
        new
    })
}

pub(super) fn capitalize(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let mut first = true;
    mapped(
        vm,
        args,
        |byte| if std::mem::take(&mut first) { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() },
    )
}

/// Which side of the content the padding goes to.
enum Side {
    Left,
    Right,
    Both,
}

fn pad(vm: &mut Vm, args: Args<'_>, name: &str, side: Side) -> Outcome {
    let width = vm.expect_isize(&args[1])?.max(0) as usize;
    let fill = match args.get(2) {
        None => b' ',
        Some(fill) => match (vm.unwrap(fill), buffer::view(vm, fill).as_deref()) {
            (Value::Bytes(_) | Value::ByteArray(_), Some([fill])) => *fill,
            (Value::Bytes(_) | Value::ByteArray(_), Some(more)) => {
                let (found, len) = (vm.class_name(fill), more.len());
                return Err(vm.type_error(format!(
                    "{name}(): argument 2 must be a byte string of length 1, not a {found} object of length {len}"
                )));
            }
            _ => {
                let found = vm.class_name(fill);
                return Err(
                    vm.type_error(format!("{name}() argument 2 must be a byte string of length 1, not {found}"))
                );
            }
        },
    };
    let data = content(vm, args);
    let room = width.saturating_sub(data.len());
    let left = match side {
        Side::Left => room,
        Side::Right => 0,
        Side::Both => room / 2 + (room & width & 1),
    };
    let mut out = Vec::new();
    if out.try_reserve_exact(data.len() + room).is_err() {
        return Err(vm.memory_error());
    }
    out.resize(left, fill);
    out.extend_from_slice(&data);
    out.resize(data.len() + room, fill);
    like_or_same_large(vm, &args[0], out)
}

pub(super) fn center(vm: &mut Vm, args: Args<'_>) -> Outcome {
    pad(vm, args, "center", Side::Both)
}

pub(super) fn ljust(vm: &mut Vm, args: Args<'_>) -> Outcome {
    pad(vm, args, "ljust", Side::Right)
}

pub(super) fn rjust(vm: &mut Vm, args: Args<'_>) -> Outcome {
    pad(vm, args, "rjust", Side::Left)
}

pub(super) fn zfill(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let width = vm.expect_isize(&args[1])?.max(0) as usize;
    let data = content(vm, args);
    let room = width.saturating_sub(data.len());
    let sign = usize::from(matches!(data.first(), Some(b'+' | b'-')));
    let mut out = Vec::new();
    if out.try_reserve_exact(data.len() + room).is_err() {
        return Err(vm.memory_error());
    }
    out.extend_from_slice(&data[..sign]);
    out.resize(sign + room, b'0');
    out.extend_from_slice(&data[sign..]);
    like_or_same_large(vm, &args[0], out)
}

pub(super) fn expandtabs(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let size = match args.get(1) {
        None => 8,
        Some(size) => vm.expect_i32(size)?.max(0) as usize,
    };
    let mut out = Vec::new();
    let mut column = 0;
    for &byte in content(vm, args).iter() {
        match byte {
            b'\t' => {
                let step = if size == 0 { 0 } else { size - column % size };
                vm.poll_posted()?;
                if make_room(&mut out, step).is_err() {
                    return Err(vm.memory_error());
                }
                out.resize(out.len() + step, b' ');
                column += step;
            }
            _ => {
                column = if matches!(byte, b'\n' | b'\r') { 0 } else { column + 1 };
                out.push(byte);
            }
        }
    }
    vm.expect_room(out.len())?;
    Ok(like(vm, &args[0], out))
}

fn stripped(vm: &mut Vm, args: Args<'_>, left: bool, right: bool) -> Outcome {
    let set = match args.get(1).filter(|set| !set.is_none()) {
        None => None,
        Some(set) => Some(buffer::expect(vm, set)?),
    };
    let drops = |byte: &u8| match &set {
        None => is_space(byte),
        Some(set) => set.contains(byte),
    };
    let data = content(vm, args);
    let mut rest = &*data;
    while let [first, after @ ..] = rest {
        if !left || !drops(first) {
            break;
        }
        rest = after;
    }
    while let [before @ .., last] = rest {
        if !right || !drops(last) {
            break;
        }
        rest = before;
    }
    Ok(like_or_same(vm, &args[0], rest))
}

pub(super) fn strip(vm: &mut Vm, args: Args<'_>) -> Outcome {
    stripped(vm, args, true, true)
}

pub(super) fn lstrip(vm: &mut Vm, args: Args<'_>) -> Outcome {
    stripped(vm, args, true, false)
}

pub(super) fn rstrip(vm: &mut Vm, args: Args<'_>) -> Outcome {
    stripped(vm, args, false, true)
}

fn table(vm: &mut Vm, value: &Value) -> Result<Option<buffer::Content>, Raised> {
    if value.is_none() {
        return Ok(None);
    }
    let table = buffer::expect(vm, value)?;
    if table.len() != 256 {
        return Err(vm.value_error("translation table must be 256 characters long"));
    }
    Ok(Some(table))
}

pub(super) fn translate(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let table = table(vm, &args[1])?;
    let delete = match args.get(2) {
        None => buffer::Content::default(),
        Some(delete) => buffer::expect(vm, delete)?,
    };
    let data = content(vm, args);
    let kept = data.iter().copied().filter(|byte| !delete.contains(byte));
    let out: Vec<u8> = match table {
        Some(table) => kept.map(|byte| table[usize::from(byte)]).collect(),
        None => kept.collect(),
    };
    Ok(like(vm, &args[0], out))
}

pub(super) fn maketrans(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (from, to) = (buffer::expect(vm, &args[0])?, buffer::expect(vm, &args[1])?);
    if from.len() != to.len() {
        return Err(vm.value_error("maketrans arguments must have same length"));
    }
    let mut table: Vec<u8> = (0..=255).collect();
    for (from, to) in from.iter().zip(to.iter()) {
        table[usize::from(*from)] = *to;
    }
    Ok(crate::object::Bytes::new(table).into_value())
}
