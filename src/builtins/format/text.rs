//! `str.__format__`.

use super::pad;
use super::spec::{Align, Spec};
use crate::object::{Raised, Vm};

/// `format(text, spec)`.
///
/// # Errors
///
/// ValueError for a specification that strings do not take.
pub(crate) fn format_str(vm: &mut Vm, text: &str, spec: &str) -> Result<String, Raised> {
    let mut out = String::new();
    append_str(vm, text, spec, &mut out)?;
    Ok(out)
}

/// Appends `format(text, spec)`.
///
/// # Errors
///
/// As for [`format_str`].
pub(super) fn append_str(vm: &mut Vm, text: &str, spec: &str, out: &mut String) -> Result<(), Raised> {
    if spec.is_empty() {
        out.push_str(text);
        return Ok(());
    }
    let spec = Spec::parse(vm, spec, "str", Some('s'), Align::Left)?;
    if spec.kind != Some('s') {
        return Err(spec.unknown(vm, "str"));
    }
    let refused = match spec.sign {
        Some(' ') => Some("Space not allowed in string format specifier"),
        Some(_) => Some("Sign not allowed in string format specifier"),
        None if spec.no_negative_zero => Some("Negative zero coercion (z) not allowed in string format specifier"),
        None if spec.alternate => Some("Alternate form (#) not allowed in string format specifier"),
        None if spec.align == Align::Inside => Some("'=' alignment not allowed in string format specifier"),
        None => None,
    };
    if let Some(message) = refused {
        return Err(vm.value_error(message));
    }
    let text = match spec.precision {
        Some(precision) => text.char_indices().nth(precision).map_or(text, |(end, _)| &text[..end]),
        None => text,
    };
    let room = spec.width.saturating_sub(text.chars().count());
    let left = match spec.align {
        Align::Right => room,
        Align::Center => room / 2,
        _ => 0,
    };
    if out.try_reserve(text.len() + room * spec.fill.len_utf8()).is_err() {
        return Err(vm.memory_error());
    }
    pad(out, spec.fill, left);
    out.push_str(text);
    pad(out, spec.fill, room - left);
    Ok(())
}
