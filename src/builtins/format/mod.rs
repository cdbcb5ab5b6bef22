//! `format()` of the built-in types, and the `%` operator of `str` and `bytes`.

mod number;
pub(crate) mod percent;
mod percent_number;
mod spec;
mod text;

pub(crate) use number::{format_float, format_int};
pub(crate) use text::format_str;

use crate::object::{Raised, Value, Vm};

/// The argument of `__format__`.
///
/// # Errors
///
/// TypeError if it is no str.
pub(crate) fn spec_argument(vm: &mut Vm, spec: &Value) -> Result<String, Raised> {
    match vm.unwrap(spec) {
        Value::Str(text) => Ok(text.as_str().to_owned()),
        _ => {
            let found = vm.class_name(spec);
            Err(vm.type_error(format!("__format__() argument must be str, not {found}")))
        }
    }
}

/// Whether [`append`] knows how the value is formatted: it is exactly of a built-in type whose format is built in.
#[inline]
pub(crate) fn is_plain(value: &Value) -> bool {
    matches!(value, Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Bool(_))
}

/// Appends `format(value, spec)` of a plain value.
///
/// # Errors
///
/// ValueError for a specification that the type does not take, OverflowError for `'c'` out of range.
pub(crate) fn append(vm: &mut Vm, value: &Value, spec: &str, out: &mut String) -> Result<(), Raised> {
    match value {
        Value::Str(text) if spec.is_empty() => out.push_str(text.as_str()),
        Value::Str(text) => text::append_str(vm, text.as_str(), spec, out)?,
        Value::Float(x) => number::append_float(vm, x.get(), spec, out)?,
        Value::Bool(b) if spec.is_empty() => out.push_str(if b.get() { "True" } else { "False" }),
        Value::Bool(b) => number::append_int(vm, &Value::Int(b.get().into()), spec, out)?,
        number => number::append_int(vm, number, spec, out)?,
    }
    Ok(())
}

/// Appends `fill` `count` times.
fn pad(text: &mut String, fill: char, count: usize) {
    for _ in 0..count {
        text.push(fill);
    }
}
