//! The methods of `int` that are not operators.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, Zero};

use crate::builtins::format;
use crate::builtins::number::{plain, to_big};
use crate::object::{Args, GetSetDef, Raised, Value, Vm};

pub(super) const GETSETS: &[GetSetDef] = &[
    GetSetDef { name: "real", get: real, set: None, doc: "The number itself, as the real part." },
    GetSetDef { name: "imag", get: imag, set: None, doc: "Zero, the imaginary part of a number that is real." },
    GetSetDef { name: "numerator", get: real, set: None, doc: "The number itself, as the upper part of a fraction." },
    GetSetDef { name: "denominator", get: denominator, set: None, doc: "One, the lower part of a fraction." },
];

fn real(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    Ok(plain(vm, value))
}

fn imag(_vm: &mut Vm, _value: &Value) -> Result<Value, Raised> {
    Ok(Value::Int(0))
}

fn denominator(_vm: &mut Vm, _value: &Value) -> Result<Value, Raised> {
    Ok(Value::Int(1))
}

pub(super) fn bit_length(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(match plain(vm, &args[0]) {
        Value::Int(n) => Value::Int(64 - i64::from(n.unsigned_abs().leading_zeros())),
        big => Value::Int(to_big(&big).bits() as i64),
    })
}

pub(super) fn bit_count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(match plain(vm, &args[0]) {
        Value::Int(n) => Value::Int(n.unsigned_abs().count_ones().into()),
        big => Value::Int(to_big(&big).magnitude().count_ones() as i64),
    })
}

pub(super) fn as_integer_ratio(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::tuple(vec![plain(vm, &args[0]), Value::Int(1)]))
}

pub(super) fn is_integer(_vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(true))
}

pub(super) fn getnewargs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::tuple(vec![plain(vm, &args[0])]))
}

pub(super) fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    // As CPython lays ints out: a header of 24 bytes and digits of 30 bits.
    let bits = to_big(&plain(vm, &args[0])).bits();
    Ok(Value::Int(24 + 4 * bits.div_ceil(30).max(1) as i64))
}

pub(super) fn round(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = plain(vm, &args[0]);
    let Some(ndigits) = args.get(1).filter(|ndigits| !ndigits.is_none()) else { return Ok(number) };
    let ndigits = vm.index(ndigits)?;
    let places = match &ndigits {
        Value::Int(places) if *places >= 0 => return Ok(number),
        Value::Int(places) => places.unsigned_abs(),
        ndigits if to_big(ndigits).is_positive() => return Ok(number),
        _ => u64::MAX,
    };
    let big = to_big(&number);
    // A power of ten of more digits than the number has cannot matter.
    if places > big.bits() + 1 {
        return Ok(Value::Int(0));
    }
    let unit = BigInt::from(10).pow(places as u32);
    let (floor, rest) = big.div_mod_floor(&unit);
    let twice: BigInt = rest * 2;
    let up = twice > unit || (twice == unit && floor.is_odd());
    let rounded = if up { floor + 1 } else { floor };
    Ok(if rounded.is_zero() { Value::Int(0) } else { Value::big(rounded * unit) })
}

pub(super) fn format(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let spec = format::spec_argument(vm, &args[1])?;
    if spec.is_empty() {
        return vm.str(&args[0]).map(Value::from);
    }
    let number = plain(vm, &args[0]);
    format::format_int(vm, &number, &spec).map(Value::from)
}
