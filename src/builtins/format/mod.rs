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

/// Appends `fill` `count` times.
fn pad(text: &mut String, fill: char, count: usize) {
    text.extend(std::iter::repeat_n(fill, count));
}
