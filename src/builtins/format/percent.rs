//! `format % values`, printf-style formatting of `str` and `bytes`.

use super::{pad, percent_number};
use crate::builtins::bytes::buffer;
use crate::builtins::bytes::new::dunder_bytes;
use crate::object::{Known, Name, Raised, Value, Vm};

/// One `%` with what follows it.
#[derive(Clone, Debug, Default)]
pub(super) struct Conversion {
    pub left: bool,
    pub plus: bool,
    pub space: bool,
    pub alternate: bool,
    pub zero: bool,
    pub width: usize,
    pub precision: Option<usize>,
    pub kind: char,
}

/// The right operand as the format consumes it.
struct Operands {
    values: Vec<Value>,
    next: usize,
    /// The operand itself, if it is a mapping.
    mapping: Option<Value>,
    /// Whether a key was used, so that nothing is left over.
    keyed: bool,
}

impl Operands {
    fn new(vm: &mut Vm, operand: &Value, is_bytes: bool) -> Operands {
        let plain = vm.unwrap(operand).clone();
        let values = match &plain {
            Value::Tuple(items) => items.to_vec(),
            _ => vec![operand.clone()],
        };
        let is_text = match &plain {
            Value::Tuple(_) => true,
            Value::Str(_) => true,
            Value::Bytes(_) | Value::ByteArray(_) => is_bytes,
            _ => false,
        };
        let class = vm.class_of(operand);
        let mapping = !is_text && vm.lookup_name(&class, Name::__getitem__).is_some();
        Operands { values, next: 0, mapping: mapping.then(|| operand.clone()), keyed: false }
    }

    fn take(&mut self, vm: &mut Vm) -> Result<Value, Raised> {
        match self.values.get(self.next) {
            Some(value) => {
                self.next += 1;
                Ok(value.clone())
            }
            None => Err(vm.type_error("not enough arguments for format string")),
        }
    }

    fn key(&mut self, vm: &mut Vm, key: &Value) -> Result<(), Raised> {
        let Some(mapping) = self.mapping.clone() else { return Err(vm.type_error("format requires a mapping")) };
        let value = vm.getitem(&mapping, key)?;
        self.values = vec![value];
        self.next = 0;
        self.keyed = true;
        Ok(())
    }

    fn left_over(&self) -> bool {
        !self.keyed && self.mapping.is_none() && self.next < self.values.len()
    }
}

/// The error for a lone surrogate, which Mini's strings cannot hold.
pub(crate) fn surrogate(vm: &mut Vm, code: u32) -> Raised {
    vm.value_error(format!("lone surrogate '\\u{code:04x}' is not supported in str by Mini"))
}

/// `format % operand` of a str.
///
/// # Errors
///
/// TypeError, ValueError or OverflowError for a format and values that do not fit, and what
/// converting a value raises.
pub(crate) fn format_text(vm: &mut Vm, format: &str, operand: &Value) -> Result<String, Raised> {
    let mut operands = Operands::new(vm, operand, false);
    let mut out = String::with_capacity(format.len() + 16);
    let mut at = 0;
    while let Some(sign) = memchr::memchr(b'%', &format.as_bytes()[at..]) {
        out.push_str(&format[at..at + sign]);
        at += sign + 1;
        let how = parse(vm, format, &mut at, &mut operands, Value::str)?;
        if how.kind == '%' {
            out.push('%');
            continue;
        }
        let value = operands.take(vm)?;
        vm.poll_posted()?;
        convert_text(vm, &how, &value, &format[..at], &mut out)?;
    }
    out.push_str(&format[at..]);
    if operands.left_over() {
        return Err(vm.type_error("not all arguments converted during string formatting"));
    }
    Ok(out)
}

/// `format % operand` of bytes, given and returned one byte a character.
///
/// # Errors
///
/// As [`format_text`].
pub(crate) fn format_bytes(vm: &mut Vm, format: &[u8], operand: &Value) -> Result<Vec<u8>, Raised> {
    let mut operands = Operands::new(vm, operand, true);
    // One character a byte, so that indices in characters are those in bytes.
    let text: String = format.iter().map(|&byte| byte as char).collect();
    let mut out = Vec::with_capacity(format.len() + 16);
    let mut at = 0;
    while let Some(sign) = text[at..].find('%') {
        out.extend(text[at..at + sign].chars().map(|c| c as u8));
        at += sign + 1;
        let how = parse(vm, &text, &mut at, &mut operands, |text| {
            crate::object::Bytes::new(text.chars().map(|c| c as u8).collect::<Vec<_>>()).into_value()
        })?;
        if how.kind == '%' {
            out.push(b'%');
            continue;
        }
        let value = operands.take(vm)?;
        vm.poll_posted()?;
        let bytes = convert_bytes(vm, &how, &value, &text[..at])?;
        let room = how.width.saturating_sub(bytes.len());
        let left = if how.left { 0 } else { room };
        out.extend(std::iter::repeat_n(b' ', left));
        out.extend_from_slice(&bytes);
        out.extend(std::iter::repeat_n(b' ', room - left));
    }
    out.extend(text[at..].chars().map(|c| c as u8));
    if operands.left_over() {
        return Err(vm.type_error("not all arguments converted during bytes formatting"));
    }
    Ok(out)
}

fn place(out: &mut String, text: &str, how: &Conversion) {
    let room = how.width.saturating_sub(if how.width == 0 { 0 } else { text.chars().count() });
    let left = if how.left { 0 } else { room };
    pad(out, ' ', left);
    out.push_str(text);
    pad(out, ' ', room - left);
}

/// Parses what follows a `%`; a key selects its value.
fn parse(
    vm: &mut Vm,
    format: &str,
    at: &mut usize,
    operands: &mut Operands,
    make_key: impl Fn(&str) -> Value,
) -> Result<Conversion, Raised> {
    let bytes = format.as_bytes();
    let mut how = Conversion::default();
    if bytes.get(*at) == Some(&b'(') {
        *at += 1;
        let start = *at;
        let mut depth = 1;
        while depth > 0 {
            match bytes.get(*at) {
                Some(b'(') => depth += 1,
                Some(b')') => depth -= 1,
                Some(_) => {}
                None if operands.mapping.is_none() => return Err(vm.type_error("format requires a mapping")),
                None => return Err(vm.value_error("incomplete format key")),
            }
            *at += 1;
        }
        let key = make_key(&format[start..*at - 1]);
        operands.key(vm, &key)?;
    }
    while let Some(flag) = bytes.get(*at) {
        match flag {
            b'-' => how.left = true,
            b'+' => how.plus = true,
            b' ' => how.space = true,
            b'#' => how.alternate = true,
            b'0' => how.zero = true,
            _ => break,
        }
        *at += 1;
    }
    let too_big = ["width too big", "Python int too large to convert to C ssize_t"];
    if let Some(width) = size(vm, bytes, at, operands, isize::MAX, too_big)? {
        how.left |= width < 0;
        how.width = width.unsigned_abs();
    }
    if bytes.get(*at) == Some(&b'.') {
        *at += 1;
        let too_big = ["precision too big", "Python int too large to convert to C int"];
        let precision = size(vm, bytes, at, operands, i32::MAX as isize, too_big)?;
        how.precision = Some(precision.unwrap_or(0).max(0) as usize);
    }
    if matches!(bytes.get(*at), Some(b'h' | b'l' | b'L')) {
        *at += 1;
    }
    let Some(kind) = format[*at..].chars().next() else { return Err(vm.value_error("incomplete format")) };
    *at += kind.len_utf8();
    how.kind = kind;
    // What precision cuts off need not be made; what it fills up is no wider than this.
    let filled = if matches!(kind, 's' | 'r' | 'a' | 'b' | 'c') { 0 } else { how.precision.unwrap_or(0) };
    vm.expect_room(how.width.max(filled).saturating_mul(2))?;
    Ok(how)
}

/// A width or precision, in digits or as `*`, of at most `max`; what to say of larger ones in either form.
fn size(
    vm: &mut Vm,
    bytes: &[u8],
    at: &mut usize,
    operands: &mut Operands,
    max: isize,
    too_big: [&str; 2],
) -> Result<Option<isize>, Raised> {
    if bytes.get(*at) == Some(&b'*') {
        *at += 1;
        let value = operands.take(vm)?;
        return match vm.unwrap(&value) {
            Value::Int(size) if size.unsigned_abs() <= max as u64 => Ok(Some(*size as isize)),
            Value::Bool(size) => Ok(Some(size.get().into())),
            Value::Int(_) | Value::BigInt(_) => Err(vm.raise(Known::OverflowError, too_big[1])),
            _ => Err(vm.type_error("* wants int")),
        };
    }
    let mut size: Option<isize> = None;
    while let Some(digit) = bytes.get(*at).filter(|byte| byte.is_ascii_digit()) {
        size = match size.unwrap_or(0).checked_mul(10).and_then(|size| size.checked_add(isize::from(digit - b'0'))) {
            Some(size) if size <= max => Some(size),
            _ => return Err(vm.value_error(too_big[0])),
        };
        *at += 1;
    }
    Ok(size)
}

/// The error for a conversion that does not exist, the last character of `upto`.
fn unsupported(vm: &mut Vm, kind: char, upto: &str) -> Raised {
    let index = upto.chars().count() - 1;
    let shown = if (' '..='~').contains(&kind) { kind } else { '?' };
    vm.value_error(format!("unsupported format character '{shown}' (0x{:x}) at index {index}", kind as u32))
}

fn cut(text: &str, precision: Option<usize>) -> &str {
    match precision.and_then(|precision| text.char_indices().nth(precision)) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

fn convert_text(vm: &mut Vm, how: &Conversion, value: &Value, upto: &str, out: &mut String) -> Result<(), Raised> {
    let text = match how.kind {
        's' => vm.str(value)?,
        'r' => vm.repr(value)?,
        'a' => vm.ascii(value)?,
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => return percent_number::integer(vm, value, how, out),
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => return percent_number::float(vm, value, how, out),
        'c' => {
            if let Value::Str(text) = vm.unwrap(value) {
                if text.char_count() == 1 {
                    place(out, text.as_str(), how);
                    return Ok(());
                }
                return Err(vm.type_error("%c requires int or char"));
            }
            return match percent_number::code(vm, value, 0x110000, "%c arg not in range(0x110000)")? {
                Some(code) => match char::from_u32(code) {
                    Some(c) => {
                        place(out, c.encode_utf8(&mut [0; 4]), how);
                        Ok(())
                    }
                    None => Err(surrogate(vm, code)),
                },
                None => Err(vm.type_error("%c requires int or char")),
            };
        }
        kind => return Err(unsupported(vm, kind, upto)),
    };
    place(out, cut(text.as_str(), how.precision), how);
    Ok(())
}

fn convert_bytes(vm: &mut Vm, how: &Conversion, value: &Value, upto: &str) -> Result<Vec<u8>, Raised> {
    match how.kind {
        's' | 'b' => {
            let mut bytes = match buffer::view(vm, value) {
                Some(bytes) => bytes.into_vec(),
                None => match dunder_bytes(vm, value)? {
                    Some(bytes) => bytes,
                    None => {
                        let found = vm.class_name(value);
                        return Err(vm.type_error(format!(
                            "%b requires a bytes-like object, or an object that implements __bytes__, not '{found}'"
                        )));
                    }
                },
            };
            bytes.truncate(how.precision.unwrap_or(usize::MAX));
            Ok(bytes)
        }
        'r' | 'a' => vm.ascii(value).map(|text| cut(text.as_str(), how.precision).as_bytes().to_vec()),
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => {
            let mut text = String::new();
            percent_number::integer(vm, value, how, &mut text)?;
            Ok(text.into_bytes())
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let mut text = String::new();
            percent_number::float(vm, value, how, &mut text)?;
            Ok(text.into_bytes())
        }
        'c' => {
            if let Value::Bytes(_) | Value::ByteArray(_) = vm.unwrap(value) {
                let bytes = buffer::view(vm, value).unwrap_or_default();
                if bytes.len() == 1 {
                    return Ok(bytes.into_vec());
                }
                return Err(vm.type_error("%c requires an integer in range(256) or a single byte"));
            }
            match percent_number::code(vm, value, 256, "%c arg not in range(256)")? {
                Some(code) => Ok(vec![code as u8]),
                None => Err(vm.type_error("%c requires an integer in range(256) or a single byte")),
            }
        }
        kind => Err(unsupported(vm, kind, upto)),
    }
}
