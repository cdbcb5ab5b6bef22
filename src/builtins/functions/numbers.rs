//! `abs`, `divmod`, `pow`, `round`, `bin`, `oct`, `hex`, `chr`, `ord`.

use num_traits::Signed;

use crate::bytecode::BinOp;
use crate::object::{Args, Name, Raised, Value, Vm};
use crate::vm::range::to_big;

pub(super) fn abs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    magnitude(vm, &args[0])
}

/// `abs(value)`.
pub(crate) fn magnitude(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    match value {
        Value::Int(n) => Ok(n.checked_abs().map_or_else(|| Value::big(to_big(value).abs()), Value::Int)),
        Value::Float(x) => Ok(Value::float(x.get().abs())),
        Value::Bool(flag) => Ok(Value::Int(flag.get().into())),
        Value::BigInt(n) => Ok(Value::big(n.number.abs())),
        _ => match vm.call_special(value, Name::__abs__, &[])? {
            Some(result) => Ok(result),
            None => {
                let found = vm.class_name(value);
                Err(vm.type_error(format!("bad operand type for abs(): '{found}'")))
            }
        },
    }
}

/// `divmod(a, b)` by `__divmod__` and `__rdivmod__`.
pub(crate) fn divmod(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (left, right) = (&args[0], &args[1]);
    if let (Value::Int(_), Value::Int(_)) = (left, right) {
        let quotient = vm.binary(BinOp::FloorDiv, left, right)?;
        let rest = vm.binary(BinOp::Mod, left, right)?;
        return Ok(Value::tuple(vec![quotient, rest]));
    }
    let result = vm.dispatch(Name::__divmod__, Name::__rdivmod__, left, right)?;
    if !matches!(result, Value::NotImplemented) {
        return Ok(result);
    }
    Err(vm.unsupported("divmod()", left, right))
}

pub(super) fn pow(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let modulus = args.get(2).cloned().unwrap_or(Value::None);
    vm.power(&args[0], &args[1], &modulus)
}

pub(super) fn round(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let digits = args.get(1).filter(|digits| !digits.is_none());
    let given = digits.map_or(&[][..], std::slice::from_ref);
    match vm.call_special(&args[0], Name::__round__, given)? {
        Some(result) => Ok(result),
        None => {
            let found = vm.class_name(&args[0]);
            Err(vm.type_error(format!("type {found} doesn't define __round__ method")))
        }
    }
}

fn in_base(vm: &mut Vm, value: &Value, prefix: &str, radix: u32) -> Result<Value, Raised> {
    let number = vm.index(value)?;
    if let Value::Int(number) = number {
        let sign = if number < 0 { "-" } else { "" };
        let digits = number.unsigned_abs();
        return Ok(match radix {
            2 => format!("{sign}{prefix}{digits:b}"),
            8 => format!("{sign}{prefix}{digits:o}"),
            _ => format!("{sign}{prefix}{digits:x}"),
        }
        .into());
    }
    let number = to_big(&number);
    let sign = if number.is_negative() { "-" } else { "" };
    Ok(format!("{sign}{prefix}{}", number.magnitude().to_str_radix(radix)).into())
}

pub(super) fn bin(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    in_base(vm, &args[0], "0b", 2)
}

pub(super) fn oct(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    in_base(vm, &args[0], "0o", 8)
}

pub(super) fn hex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    in_base(vm, &args[0], "0x", 16)
}

pub(super) fn chr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = vm.index(&args[0])?;
    let code = match number {
        Value::Int(code) => code,
        _ => -1,
    };
    match u32::try_from(code).ok().filter(|&code| code < 0x11_0000) {
        Some(code) => match char::from_u32(code) {
            Some(character) => Ok(vm.char_value(character)),
            None => Err(vm.value_error(format!("chr({code:#x}): Mini's strings have no surrogate code points"))),
        },
        None => Err(vm.value_error("chr() arg not in range(0x110000)")),
    }
}

pub(super) fn ord(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (len, code, what) = match vm.unwrap(&args[0]) {
        Value::Str(text) => (text.char_count(), text.chars().next().map(u32::from), "string"),
        Value::Bytes(bytes) => (bytes.data.len(), bytes.data.first().map(|&byte| byte.into()), "string"),
        Value::ByteArray(bytes) => {
            let data = bytes.data.get(&vm.gil);
            (data.len(), data.first().map(|&byte| byte.into()), "string")
        }
        _ => {
            let found = vm.class_name(&args[0]);
            return Err(vm.type_error(format!("ord() expected string of length 1, but {found} found")));
        }
    };
    match code {
        Some(code) if len == 1 => Ok(Value::Int(code.into())),
        _ => Err(vm.type_error(format!("ord() expected a character, but {what} of length {len} found"))),
    }
}
