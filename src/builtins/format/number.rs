//! `int.__format__` and `float.__format__`.

use std::borrow::Cow;

use num_bigint::BigInt;
use num_traits::Signed;

use super::pad;
use super::spec::{Align, Spec};
use crate::builtins::number::to_big;
use crate::object::number::int_text::{self, Digits};
use crate::object::number::{float_format, float_text};
use crate::object::{Known, Raised, Value, Vm};

/// The parts of a formatted number, from left to right.
struct Parts<'a> {
    negative: bool,
    prefix: &'static str,
    /// The digits that are grouped.
    digits: &'a str,
    /// Point, fraction, exponent, percent sign; all of an infinity.
    rest: &'a str,
    group: usize,
}

/// `format(number, spec)` of an int.
///
/// # Errors
///
/// ValueError for a specification that ints do not take, OverflowError for `'c'` out of range.
pub(crate) fn format_int(vm: &mut Vm, number: &Value, spec: &str) -> Result<String, Raised> {
    let mut out = String::new();
    append_int(vm, number, spec, &mut out)?;
    Ok(out)
}

/// Appends `format(number, spec)` of an int.
///
/// # Errors
///
/// As for [`format_int`].
pub(super) fn append_int(vm: &mut Vm, number: &Value, spec: &str, out: &mut String) -> Result<(), Raised> {
    if spec.is_empty() {
        match number {
            Value::Int(n) => out.push_str(int_text::small(*n, &mut [0; 65])),
            _ => out.push_str(&vm.big_to_text(&to_big(number))?),
        }
        return Ok(());
    }
    let spec = Spec::parse(vm, spec, "int", Some('d'), Align::Right)?;
    let kind = spec.kind.unwrap_or('d');
    if matches!(kind, 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') {
        let x = vm.to_f64(number)?;
        return float_with(vm, x, &spec, out);
    }
    if !matches!(kind, 'b' | 'c' | 'd' | 'o' | 'x' | 'X' | 'n') {
        return Err(spec.unknown(vm, "int"));
    }
    if spec.precision.is_some() {
        return Err(vm.value_error("Precision not allowed in integer format specifier"));
    }
    if spec.no_negative_zero {
        return Err(vm.value_error("Negative zero coercion (z) not allowed in integer format specifier"));
    }
    if kind == 'c' {
        return character(vm, number, &spec, out);
    }
    let (radix, prefix) = match kind {
        'b' => (2, "0b"),
        'o' => (8, "0o"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let prefix = if spec.alternate { prefix } else { "" };
    let group = if radix == 10 { 3 } else { 4 };
    let mut buffer = [0; 65];
    let (negative, digits) = magnitude(vm, number, radix, kind == 'X', &mut buffer)?;
    lay_out(vm, &Parts { negative, prefix, digits: &digits, rest: "", group }, &spec, out)
}

/// Whether an int is negative, and the digits of its magnitude; those of a machine integer are in `buffer`.
pub(super) fn magnitude<'a>(
    vm: &mut Vm,
    number: &Value,
    radix: u32,
    capitals: bool,
    buffer: &'a mut Digits,
) -> Result<(bool, Cow<'a, str>), Raised> {
    if let (Value::Int(n), false) = (number, capitals) {
        return Ok((*n < 0, Cow::Borrowed(int_text::unsigned(n.unsigned_abs(), radix.into(), buffer))));
    }
    let big = to_big(number);
    let mut digits = magnitude_digits(vm, &big, radix)?;
    if capitals {
        digits.make_ascii_uppercase();
    }
    Ok((big.is_negative(), Cow::Owned(digits)))
}

/// The digits of an int's magnitude; decimals are limited in length.
fn magnitude_digits(vm: &mut Vm, number: &BigInt, radix: u32) -> Result<String, Raised> {
    if radix == 10 {
        let text = vm.big_to_text(number)?;
        return Ok(text.trim_start_matches('-').to_owned());
    }
    Ok(number.magnitude().to_str_radix(radix))
}

fn character(vm: &mut Vm, number: &Value, spec: &Spec, out: &mut String) -> Result<(), Raised> {
    if spec.sign.is_some() {
        return Err(vm.value_error("Sign not allowed with integer format specifier 'c'"));
    }
    if spec.alternate {
        return Err(vm.value_error("Alternate form (#) not allowed with integer format specifier 'c'"));
    }
    let code = match number {
        Value::Int(code @ 0..0x110000) => *code as u32,
        _ => return Err(vm.raise(Known::OverflowError, "%c arg not in range(0x110000)")),
    };
    let Some(c) = char::from_u32(code) else { return Err(super::percent::surrogate(vm, code)) };
    let mut buffer = [0; 4];
    let parts = Parts { negative: false, prefix: "", digits: "", rest: c.encode_utf8(&mut buffer), group: 3 };
    lay_out(vm, &parts, spec, out)
}

/// `format(x, spec)` of a float.
///
/// # Errors
///
/// ValueError for a specification that floats do not take.
pub(crate) fn format_float(vm: &mut Vm, x: f64, spec: &str) -> Result<String, Raised> {
    let mut out = String::new();
    append_float(vm, x, spec, &mut out)?;
    Ok(out)
}

/// Appends `format(x, spec)` of a float.
///
/// # Errors
///
/// As for [`format_float`].
pub(super) fn append_float(vm: &mut Vm, x: f64, spec: &str, out: &mut String) -> Result<(), Raised> {
    if spec.is_empty() {
        float_text::append_repr(x, out);
        return Ok(());
    }
    let spec = Spec::parse(vm, spec, "float", None, Align::Right)?;
    float_with(vm, x, &spec, out)
}

fn float_with(vm: &mut Vm, x: f64, spec: &Spec, out: &mut String) -> Result<(), Raised> {
    if !matches!(spec.kind, None | Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n' | '%')) {
        return Err(spec.unknown(vm, "float"));
    }
    if spec.precision.is_some_and(|precision| precision > i32::MAX as usize) {
        return Err(vm.value_error("precision too big"));
    }
    let x = if spec.kind == Some('%') { x * 100.0 } else { x };
    let precision = spec.precision.unwrap_or(6);
    let mut text = if !x.is_finite() {
        float_text::special(x).to_owned()
    } else {
        match spec.kind {
            Some('e' | 'E') => float_format::scientific(x, precision, spec.alternate),
            Some('f' | 'F' | '%') => float_format::fixed(x, precision, spec.alternate),
            Some(_) => float_format::general(x, precision, spec.alternate),
            None => float_format::plain(x, spec.precision, spec.alternate),
        }
    };
    if matches!(spec.kind, Some('E' | 'F' | 'G')) {
        text.make_ascii_uppercase();
    }
    if spec.kind == Some('%') {
        text.push('%');
    }
    let mut negative = text.starts_with('-');
    let unsigned = &text[usize::from(negative)..];
    if spec.no_negative_zero && negative && is_zero(unsigned) {
        negative = false;
    }
    let whole = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    let parts = Parts { negative, prefix: "", digits: &unsigned[..whole], rest: &unsigned[whole..], group: 3 };
    lay_out(vm, &parts, spec, out)
}

/// Whether the mantissa of a formatted float has no digit but zero.
fn is_zero(text: &str) -> bool {
    text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').all(|byte| byte == b'0' || byte == b'.')
        && text.starts_with(|c: char| c.is_ascii_digit())
}

/// Puts sign, prefix, grouped digits and the rest together and pads them.
fn lay_out(vm: &mut Vm, parts: &Parts<'_>, spec: &Spec, out: &mut String) -> Result<(), Raised> {
    let sign = match (parts.negative, spec.sign) {
        (true, _) => "-",
        (false, Some('+')) => "+",
        (false, Some(' ')) => " ",
        _ => "",
    };
    let rest = if parts.rest.is_ascii() { parts.rest.len() } else { parts.rest.chars().count() };
    let fixed = sign.len() + parts.prefix.len() + rest;
    if out
        .try_reserve(spec.width.saturating_mul(spec.fill.len_utf8()).saturating_add(fixed + parts.digits.len()))
        .is_err()
    {
        return Err(vm.memory_error());
    }
    // Zeros that fill the width are digits like the others: separators go between them too.
    let min_width = if spec.fill == '0' && spec.align == Align::Inside { spec.width.saturating_sub(fixed) } else { 0 };
    let digits = match spec.grouping {
        Some(separator) if !parts.digits.is_empty() => {
            Cow::Owned(group(parts.digits, separator, parts.group, min_width))
        }
        _ => Cow::Borrowed(parts.digits),
    };
    let room = spec.width.saturating_sub(fixed + digits.len());
    let (left, inside) = match spec.align {
        Align::Left => (0, 0),
        Align::Right => (room, 0),
        Align::Center => (room / 2, 0),
        Align::Inside => (0, room),
    };
    pad(out, spec.fill, left);
    out.push_str(sign);
    out.push_str(parts.prefix);
    pad(out, spec.fill, inside);
    out.push_str(&digits);
    out.push_str(parts.rest);
    pad(out, spec.fill, room - left - inside);
    Ok(())
}

/// The digits with a separator between groups, filled with zeros to `min_width`.
fn group(digits: &str, separator: char, size: usize, min_width: usize) -> String {
    let mut reversed: Vec<u8> = Vec::with_capacity(digits.len() * 4 / 3 + min_width);
    let mut source = digits.bytes().rev().peekable();
    let mut in_group = 0;
    while source.peek().is_some() || reversed.len() < min_width {
        if in_group == size {
            reversed.push(separator as u8);
            in_group = 0;
        }
        reversed.push(source.next().unwrap_or(b'0'));
        in_group += 1;
    }
    reversed.reverse();
    String::from_utf8(reversed).expect("digits and separators are ASCII")
}

#[cfg(test)]
mod tests {
    use super::group;

    #[test]
    fn groups_from_the_right() {
        assert_eq!(group("1234567", ',', 3, 0), "1,234,567");
        assert_eq!(group("123", ',', 3, 0), "123");
        assert_eq!(group("1234", ',', 3, 8), "0,001,234");
        assert_eq!(group("abcde", '_', 4, 0), "a_bcde");
    }
}
