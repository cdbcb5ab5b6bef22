//! Arrays of characters: the type codes `u` and `w`, four bytes an item.

use super::{data, resizable, values};
use crate::object::{Args, Known, Raised, Value, Vm};

/// Whether items of a type code are characters.
pub(super) fn is_text(code: u8) -> bool {
    matches!(code, b'u' | b'w')
}

/// The bytes of a character.
pub(super) fn packed(vm: &mut Vm, value: &Value) -> Result<Vec<u8>, Raised> {
    if let Value::Str(text) = vm.unwrap(value) {
        let mut chars = text.as_str().chars();
        if let (Some(only), None) = (chars.next(), chars.next()) {
            return Ok(u32::from(only).to_le_bytes().to_vec());
        }
    }
    Err(vm.type_error("array item must be unicode character"))
}

/// The bytes of all characters of a text.
pub(super) fn packed_all(text: &str) -> Vec<u8> {
    text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect()
}

/// Refuses content that is no text.
///
/// # Errors
///
/// ValueError: character U+X is not in range \[U+0000; U+10ffff\].
pub(super) fn check(vm: &mut Vm, content: &[u8]) -> Result<(), Raised> {
    for part in content.chunks_exact(4) {
        let code = u32::from_le_bytes([part[0], part[1], part[2], part[3]]);
        if char::from_u32(code).is_none() {
            let message = match code {
                0xd800..0xe000 => format!("lone surrogates (U+{code:x}) are not supported by Mini"),
                _ => format!("character U+{code:x} is not in range [U+0000; U+10ffff]"),
            };
            return Err(vm.value_error(message));
        }
    }
    Ok(())
}

/// `array(code, text)`.
pub(super) fn from_text(vm: &mut Vm, code: u8, array: &Value, text: &str) -> Result<(), Raised> {
    if !is_text(code) {
        let code = code as char;
        return Err(vm.type_error(format!("cannot use a str to initialize an array with typecode '{code}'")));
    }
    let content = packed_all(text);
    resizable(vm, array)?.0.data.get_mut(&mut vm.gil).extend(content);
    Ok(())
}

/// The warning about the type code `u`.
pub(super) fn warn_deprecated(vm: &mut Vm, code: u8) -> Result<(), Raised> {
    if code != b'u' {
        return Ok(());
    }
    let message = "The 'u' type code is deprecated and will be removed in Python 3.16";
    vm.warn(Known::DeprecationWarning, message, 1)
}

/// The whole array as a text.
pub(super) fn text_of(vm: &mut Vm, array: &Value) -> Result<Value, Raised> {
    let mut text = String::new();
    for item in values(vm, array)? {
        if let Value::Str(item) = &item {
            text.push_str(item.as_str());
        }
    }
    Ok(text.into())
}

pub(super) fn tounicode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (_, code) = data(vm, &args[0])?;
    if !is_text(code) {
        return Err(vm.value_error("tounicode() may only be called on unicode type arrays ('u' or 'w')"));
    }
    text_of(vm, &args[0])
}

pub(super) fn fromunicode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let text = match vm.unwrap(&args[1]) {
        Value::Str(text) => text.to_ptr(),
        _ => {
            let found = vm.class_name(&args[1]);
            return Err(vm.type_error(format!("fromunicode() argument must be str, not {found}")));
        }
    };
    let (_, code) = data(vm, &args[0])?;
    if !is_text(code) {
        return Err(vm.value_error("fromunicode() may only be called on unicode type arrays ('u' or 'w')"));
    }
    from_text(vm, code, &args[0], text.as_str())?;
    Ok(Value::None)
}
