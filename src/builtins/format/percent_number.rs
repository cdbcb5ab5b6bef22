//! Numbers in `%` formatting.

use super::number::magnitude;
use super::pad;
use super::percent::Conversion;
use crate::builtins::int::int_from;
use crate::builtins::number::is_real;
use crate::builtins::sequence::is_index;
use crate::object::number::{float_format, float_text};
use crate::object::{Known, Raised, Value, Vm};

/// `%d`, `%i`, `%u`, `%o`, `%x` and `%X`.
pub(super) fn integer(vm: &mut Vm, value: &Value, how: &Conversion, out: &mut String) -> Result<(), Raised> {
    let kind = how.kind;
    let number = match kind {
        _ if matches!(value, Value::Int(_)) => value.clone(),
        'o' | 'x' | 'X' if is_index(vm, value) => vm.index(value)?,
        'o' | 'x' | 'X' => {
            let found = vm.class_name(value);
            return Err(vm.type_error(format!("%{kind} format: an integer is required, not {found}")));
        }
        _ if is_real(vm, value) || has_int(vm, value) => int_from(vm, value)?,
        _ => {
            let found = vm.class_name(value);
            return Err(vm.type_error(format!("%{kind} format: a real number is required, not {found}")));
        }
    };
    let (radix, prefix) = match kind {
        'o' => (8, "0o"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let mut buffer = [0; 65];
    let (negative, digits) = magnitude(vm, &number, radix, kind == 'X', &mut buffer)?;
    let zeros = how.precision.unwrap_or(0).saturating_sub(digits.len());
    signed(negative, if how.alternate { prefix } else { "" }, zeros, &digits, how, out);
    Ok(())
}

fn has_int(vm: &mut Vm, value: &Value) -> bool {
    let class = vm.class_of(value);
    vm.lookup_name(&class, crate::object::Name::__int__).is_some()
}

/// `%e`, `%f`, `%g` and their capitals.
pub(super) fn float(vm: &mut Vm, value: &Value, how: &Conversion, out: &mut String) -> Result<(), Raised> {
    let x = vm.to_f64(value)?;
    let precision = how.precision.unwrap_or(6);
    if precision > i32::MAX as usize {
        return Err(vm.value_error("precision too big"));
    }
    let magnitude = x.abs();
    let mut text = if !x.is_finite() {
        float_text::special(magnitude).to_owned()
    } else {
        match how.kind {
            'e' | 'E' => float_format::scientific(magnitude, precision, how.alternate),
            'f' | 'F' => float_format::fixed(magnitude, precision, how.alternate),
            _ => float_format::general(magnitude, precision, how.alternate),
        }
    };
    if how.kind.is_ascii_uppercase() {
        text.make_ascii_uppercase();
    }
    signed(x.is_sign_negative() && !x.is_nan(), "", 0, &text, how, out);
    Ok(())
}

/// Sign, prefix, zeros that the precision asks for and digits, padded to the width: with zeros
/// between prefix and digits if the flag `0` asks for them.
fn signed(negative: bool, prefix: &str, zeros: usize, digits: &str, how: &Conversion, out: &mut String) {
    let sign = match negative {
        true => "-",
        false if how.plus => "+",
        false if how.space => " ",
        false => "",
    };
    let room = how.width.saturating_sub(sign.len() + prefix.len() + zeros + digits.len());
    let (before, inside, after) = match (how.left, how.zero) {
        (true, _) => (0, 0, room),
        (false, true) => (0, room, 0),
        (false, false) => (room, 0, 0),
    };
    pad(out, ' ', before);
    out.push_str(sign);
    out.push_str(prefix);
    pad(out, '0', inside + zeros);
    out.push_str(digits);
    pad(out, ' ', after);
}

/// The code of a `%c` argument that is an int, or None if it is none.
pub(super) fn code(vm: &mut Vm, value: &Value, limit: i64, message: &str) -> Result<Option<u32>, Raised> {
    if !is_index(vm, value) {
        return Ok(None);
    }
    match vm.index(value)? {
        Value::Int(code) if (0..limit).contains(&code) => Ok(Some(code as u32)),
        _ => Err(vm.raise(Known::OverflowError, message)),
    }
}
