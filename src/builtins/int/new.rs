//! `int(...)`.

use num_bigint::BigInt;
use num_traits::FromPrimitive;

use crate::builtins::number::plain;
use crate::object::{Args, Known, Name, Raised, Value, Vm};

/// `int.__new__(cls, x=0, /, base=10)`.
pub(super) fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    let given = args.positional();
    if given.len() > 3 {
        return Err(vm.type_error(format!("int expected at most 2 arguments, got {}", given.len() - 1)));
    }
    let mut base = given.get(2).cloned();
    for (name, value) in args.keywords() {
        match name {
            Value::Str(name) if name.as_str() == "base" && base.is_none() => base = Some(value.clone()),
            Value::Str(name) => {
                let name = name.as_str().to_owned();
                return Err(vm.type_error(format!("int() got an unexpected keyword argument '{name}'")));
            }
            _ => return Err(vm.type_error("keywords must be strings")),
        }
    }
    let number = match (given.get(1), base) {
        (None, None) => Value::Int(0),
        (None, Some(_)) => return Err(vm.type_error("int() missing string argument")),
        (Some(x), None) => int_from(vm, x)?,
        (Some(x), Some(base)) => with_base(vm, x, &base)?,
    };
    Ok(vm.wrap_builtin(&class, number))
}

fn with_base(vm: &mut Vm, x: &Value, base: &Value) -> Result<Value, Raised> {
    let base = match vm.index_clamped(base)? {
        base @ (0 | 2..=36) => base as u32,
        _ => return Err(vm.value_error("int() base must be >= 2 and <= 36, or 0")),
    };
    match parse(vm, x, base) {
        Some(result) => result,
        None => Err(vm.type_error("int() can't convert non-string with explicit base")),
    }
}

/// Parses a str, bytes or bytearray; None for other objects.
fn parse(vm: &mut Vm, x: &Value, base: u32) -> Option<Result<Value, Raised>> {
    let text = match vm.unwrap(x) {
        Value::Str(text) => {
            let text = text.to_ptr();
            return Some(vm.parse_int(text.as_str(), base, x));
        }
        Value::Bytes(bytes) => latin1(&bytes.data),
        Value::ByteArray(bytes) => latin1(bytes.data.get(&vm.gil)),
        _ => return None,
    };
    let shown = Value::from(crate::object::Bytes::new(text.chars().map(|c| c as u8).collect::<Vec<_>>()));
    // Bytes outside of ASCII are no digits or spaces, whatever they would be as characters.
    let text = if text.is_ascii() { text } else { "?".to_owned() };
    Some(vm.parse_int(&text, base, &shown))
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| byte as char).collect()
}

/// `int(x)` without a base.
///
/// # Errors
///
/// TypeError or ValueError as the call, or what `__int__`, `__index__` or `__trunc__` raise.
pub(crate) fn int_from(vm: &mut Vm, x: &Value) -> Result<Value, Raised> {
    match x {
        Value::Int(_) | Value::BigInt(_) => return Ok(x.clone()),
        Value::Bool(truth) => return Ok(Value::Int(truth.get().into())),
        Value::Float(float) => return int_from_float(vm, float.get()),
        Value::Str(text) => {
            if let Ok(small) = text.as_str().parse::<i64>() {
                return Ok(Value::Int(small));
            }
        }
        _ => {}
    }
    if let Some(result) = vm.call_special(x, Name::__int__, &[])? {
        let number @ (Value::Int(_) | Value::BigInt(_)) = plain(vm, &result) else {
            let found = vm.class_name(&result);
            return Err(vm.type_error(format!("__int__ returned non-int (type {found})")));
        };
        if let Value::Object(_) | Value::Bool(_) = result {
            vm.warn_subclass_answer("__int__", &result, "int")?;
        }
        return Ok(number);
    }
    if let Some(result) = parse(vm, x, 10) {
        return result;
    }
    let class = vm.class_of(x);
    if vm.lookup_name(&class, Name::__index__).is_some() {
        return vm.index(x);
    }
    if let Some(result) = vm.call_special(x, Name::__trunc__, &[])? {
        vm.warn(Known::DeprecationWarning, "The delegation of int() to __trunc__ is deprecated.", 1)?;
        if !matches!(plain(vm, &result), Value::Int(_) | Value::BigInt(_)) {
            let class = vm.class_of(&result);
            if vm.lookup_name(&class, Name::__index__).is_some() {
                return vm.index(&result);
            }
        }
        return match plain(vm, &result) {
            number @ (Value::Int(_) | Value::BigInt(_)) => Ok(number),
            _ => {
                let found = vm.class_name(&result);
                Err(vm.type_error(format!("__trunc__ returned non-Integral (type {found})")))
            }
        };
    }
    if let Some(bytes) = crate::builtins::bytes::buffer::view(vm, x) {
        let bytes = Value::from(crate::object::Bytes::new(bytes));
        if let Some(result) = parse(vm, &bytes, 10) {
            return result;
        }
    }
    let found = vm.class_name(x);
    Err(vm.type_error(format!("int() argument must be a string, a bytes-like object or a real number, not '{found}'")))
}

/// The whole part of a float.
///
/// # Errors
///
/// ValueError for a NaN, OverflowError for an infinity.
pub(crate) fn int_from_float(vm: &mut Vm, x: f64) -> Result<Value, Raised> {
    if x.is_nan() {
        return Err(vm.value_error("cannot convert float NaN to integer"));
    }
    if x.is_infinite() {
        return Err(vm.raise(Known::OverflowError, "cannot convert float infinity to integer"));
    }
    if x.abs() < 9e18 {
        return Ok(Value::Int(x as i64));
    }
    Ok(Value::big(BigInt::from_f64(x.trunc()).unwrap_or_default()))
}
