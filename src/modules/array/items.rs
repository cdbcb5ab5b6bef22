//! The items of arrays as bytes and back.

use num_bigint::{BigInt, Sign};

use super::chars;
use crate::builtins::bytes::items;
use crate::builtins::memoryview::item_size;
use crate::builtins::number::{is_real, to_big};
use crate::object::{Known, Raised, Value, Vm};

/// The bytes of a value as an item of the type.
pub(super) fn packed(vm: &mut Vm, code: u8, value: &Value) -> Result<Vec<u8>, Raised> {
    if chars::is_text(code) {
        return chars::packed(vm, value);
    }
    if matches!(code, b'f' | b'd') {
        if !is_real(vm, value) {
            let found = vm.class_name(value);
            return Err(vm.type_error(format!("must be real number, not {found}")));
        }
        let x = crate::builtins::float::outward(vm.to_f64(value)?);
        return Ok(if code == b'd' { x.to_le_bytes().to_vec() } else { (x as f32).to_le_bytes().to_vec() });
    }
    let number = to_big(&vm.index(value)?);
    items::int_bytes(&number, item_size(code), code.is_ascii_lowercase())
        .map_err(|_| vm.raise(Known::OverflowError, overflow(code, &number)))
}

/// What an int is told that has no room in an item: the C types that it goes through on its way are not the same for
/// all codes.
pub(super) fn overflow(code: u8, number: &BigInt) -> String {
    let negative = number.sign() == Sign::Minus;
    let side = if negative { "less than minimum" } else { "greater than maximum" };
    let beyond = |size: usize| items::int_bytes(number, size, true).is_err();
    let too_large = |what: &str| format!("Python int too large to convert to C {what}");
    match code {
        b'b' | b'B' | b'h' | b'H' | b'i' | b'l' if beyond(8) => too_large("long"),
        b'b' if beyond(2) => format!("signed short integer is {side}"),
        b'b' => format!("signed char is {side}"),
        b'B' => format!("unsigned byte integer is {side}"),
        b'h' => format!("signed short integer is {side}"),
        b'H' if beyond(4) => format!("signed integer is {side}"),
        b'H' => format!("unsigned short is {side}"),
        b'i' => format!("signed integer is {side}"),
        b'I' | b'L' if negative => "can't convert negative value to unsigned int".to_owned(),
        b'I' if items::int_bytes(number, 8, false).is_ok() => format!("unsigned int is {side}"),
        b'I' | b'L' => too_large("unsigned long"),
        b'Q' if negative => "can't convert negative int to unsigned".to_owned(),
        _ => "int too big to convert".to_owned(),
    }
}

pub(super) fn unpacked(code: u8, content: &[u8]) -> Vec<Value> {
    let size = item_size(code);
    let item = |part: &[u8]| {
        let mut bytes = [0; 8];
        bytes[..size].copy_from_slice(part);
        items::unpack(code, size, bytes)
    };
    content.chunks_exact(size).map(item).collect()
}
