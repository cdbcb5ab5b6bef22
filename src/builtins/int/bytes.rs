//! `int.to_bytes` and `int.from_bytes`.

use num_bigint::{BigInt, Sign};
use num_traits::Signed;

use crate::builtins::bytes::new::bytes_from_object;
use crate::builtins::number::{plain, to_big};
use crate::object::{Args, Bytes, Known, Raised, Value, Vm};

/// Whether the byte order is `'little'`.
fn is_little(vm: &mut Vm, order: Option<&Value>, function: &str) -> Result<bool, Raised> {
    let Some(order) = order else { return Ok(false) };
    let Value::Str(text) = vm.unwrap(order) else {
        let found = vm.class_name(order);
        return Err(vm.type_error(format!("{function}() argument 'byteorder' must be str, not {found}")));
    };
    match text.as_str() {
        "little" => Ok(true),
        "big" => Ok(false),
        _ => Err(vm.value_error("byteorder must be either 'little' or 'big'")),
    }
}

pub(super) fn to_bytes(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let plain_number = plain(vm, &args[0]);
    let length = match args.get(1) {
        None => 1,
        Some(length) => vm.expect_isize(length)?,
    };
    let little = is_little(vm, args.get(2), "to_bytes")?;
    let signed = match args.get(3) {
        None => false,
        Some(signed) => vm.truth(signed)?,
    };
    if length < 0 {
        return Err(vm.value_error("length argument must be non-negative"));
    }
    if let (Value::Int(number @ 0..), 0..=8, false) = (&plain_number, length, signed) {
        let (bytes, length) = (number.to_be_bytes(), length as usize);
        if length == 8 || number >> (length * 8) == 0 {
            let mut bytes = bytes;
            let part = &mut bytes[8 - length..];
            if little {
                part.reverse();
            }
            return Ok(Bytes::new(part).into_value());
        }
    }
    let number = to_big(&plain_number);
    if number.is_negative() && !signed {
        return Err(vm.raise(Known::OverflowError, "can't convert negative int to unsigned"));
    }
    let length = length as usize;
    let (mut bytes, filler) = if signed {
        (number.to_signed_bytes_le(), if number.is_negative() { 0xff } else { 0 })
    } else {
        (number.to_bytes_le().1, 0)
    };
    if number.sign() == Sign::NoSign {
        bytes.clear();
    }
    if bytes.len() > length {
        return Err(vm.raise(Known::OverflowError, "int too big to convert"));
    }
    if bytes.try_reserve_exact(length - bytes.len()).is_err() {
        return Err(vm.memory_error());
    }
    bytes.resize(length, filler);
    if !little {
        bytes.reverse();
    }
    Ok(Bytes::new(bytes).into_value())
}

pub(super) fn from_bytes(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let bytes = bytes_from_object(vm, &args[1])?;
    let little = is_little(vm, args.get(2), "from_bytes")?;
    let signed = match args.get(3) {
        None => false,
        Some(signed) => vm.truth(signed)?,
    };
    let number = match (signed, little) {
        (true, true) => BigInt::from_signed_bytes_le(&bytes),
        (true, false) => BigInt::from_signed_bytes_be(&bytes),
        (false, true) => BigInt::from_bytes_le(Sign::Plus, &bytes),
        (false, false) => BigInt::from_bytes_be(Sign::Plus, &bytes),
    };
    let number = Value::big(number);
    match &args[0] {
        Value::Class(class) if class.known == Some(Known::Int) => Ok(number),
        class => vm.call(class, &[number]),
    }
}
