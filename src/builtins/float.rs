//! `float`.

use num_bigint::BigInt;
use num_traits::One;

use crate::builtins::int::int_from_float;
use crate::builtins::number::{number_slots, plain};
use crate::builtins::sequence::no_keywords;
use crate::builtins::str::text_of;
use crate::builtins::{format, native, sequence};
use crate::object::number::float_hex::HexError;
use crate::object::number::{float_hex, float_round, float_text};
use crate::object::{Args, Arity, GetSetDef, Known, Name, NativeDef, NativeKind, Raised, Value, Vm};

number_slots! {
    Operands::Numbers;
    binary {
        add radd Add "add" "+";
        sub rsub Sub "sub" "-";
        mul rmul Mul "mul" "*";
        mod_ rmod Mod "mod" "%";
        floordiv rfloordiv FloorDiv "floordiv" "//";
        truediv rtruediv TrueDiv "truediv" "/";
    }
}

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__hash__", Arity::Exact(1), sequence::hash, "Return hash(self)."),
    native("__neg__", Arity::Exact(1), neg, "-self"),
    native("__pos__", Arity::Exact(1), itself, "+self"),
    native("__abs__", Arity::Exact(1), abs, "abs(self)"),
    native("__bool__", Arity::Exact(1), bool, "True if self else False"),
    native("__int__", Arity::Exact(1), trunc, "int(self)"),
    native("__float__", Arity::Exact(1), itself, "float(self)"),
];

const METHODS: &[NativeDef] = &[
    native("conjugate", Arity::Exact(1), itself, "The float itself: its imaginary part is zero."),
    native("__trunc__", Arity::Exact(1), trunc, "The integer that is left when the fraction is cut off."),
    native("__floor__", Arity::Exact(1), floor, "The largest integer that is not greater."),
    native("__ceil__", Arity::Exact(1), ceil, "The smallest integer that is not less."),
    native(
        "__round__",
        Arity::Range(1, 2),
        round,
        "The nearest integer or decimal; of two that are as near, the even one.",
    ),
    native(
        "as_integer_ratio",
        Arity::Exact(1),
        as_integer_ratio,
        "Numerator and positive denominator of the fraction that the float is, in lowest terms.",
    ),
    native("hex", Arity::Exact(1), hex, "The float in hexadecimal notation, with a binary exponent."),
    native("is_integer", Arity::Exact(1), is_integer, "Whether there is no fraction."),
    native("__getnewargs__", Arity::Exact(1), getnewargs, ""),
    native("__format__", Arity::Exact(2), format_method, "The float as text, laid out by a format specification."),
];

const CLASS_METHODS: &[NativeDef] = &[
    native("fromhex", Arity::Exact(2), fromhex, "The float that a text in hexadecimal notation stands for."),
    native("__getformat__", Arity::Exact(2), getformat, "How floats are laid out in memory, for tests."),
];

const STATIC: &[NativeDef] = &[native("__new__", Arity::Any, new, "Make an instance of the class.")];

const GETSETS: &[GetSetDef] = &[
    GetSetDef { name: "real", get: real, set: None, doc: "The number itself, as the real part." },
    GetSetDef { name: "imag", get: imag, set: None, doc: "Zero, the imaginary part of a number that is real." },
];

/// Gives `float` its methods, and `complex` its refusal.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::Float);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::SlotWrapper, OPERATORS);
    vm.add_methods(&class, NativeKind::SlotWrapper, ORDER);
    vm.add_methods(&class, NativeKind::ClassMethod, CLASS_METHODS);
    vm.add_methods(&class, NativeKind::Static, STATIC);
    vm.add_getsets(&class, GETSETS);
    let complex = vm.known(Known::Complex);
    vm.add_methods(&complex, NativeKind::Static, COMPLEX_STATIC);
}

const COMPLEX_STATIC: &[NativeDef] = &[native("__new__", Arity::Any, no_complex, "Complex numbers are not supported.")];

fn no_complex(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Err(vm.raise(Known::NotImplementedError, "complex numbers are not supported by Mini"))
}

/// The number of a receiver.
fn number(vm: &Vm, value: &Value) -> f64 {
    match vm.unwrap(value) {
        Value::Float(x) => x.get(),
        _ => 0.0,
    }
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    no_keywords(vm, "float", &args)?;
    let value = match args.positional() {
        [_] => Value::float(0.0),
        [_, value] => Value::float(float_from(vm, value)?),
        more => {
            let given = more.len() - 1;
            return Err(vm.type_error(format!("float expected at most 1 argument, got {given}")));
        }
    };
    Ok(vm.wrap_builtin(&class, value))
}

/// `float(x)`.
///
/// # Errors
///
/// TypeError, ValueError or OverflowError as the call, or what `__float__` or `__index__` raise.
pub(crate) fn float_from(vm: &mut Vm, x: &Value) -> Result<f64, Raised> {
    // What a subclass of `float` or `str` says of itself comes first.
    if let Value::Object(_) = x {
        if let Some(answer) = vm.call_special(x, Name::__float__, &[])? {
            return vm.float_answer(x, &answer);
        }
    }
    let text = match vm.unwrap(x) {
        Value::Str(text) => text.as_str().to_owned(),
        Value::Bytes(bytes) => {
            bytes.data.iter().map(|&byte| if byte.is_ascii() { byte as char } else { '?' }).collect()
        }
        Value::ByteArray(bytes) => {
            bytes.data.get(&vm.gil).iter().map(|&byte| if byte.is_ascii() { byte as char } else { '?' }).collect()
        }
        _ => {
            if let (Value::Foreign(_), Some(bytes)) = (x, crate::builtins::bytes::buffer::view(vm, x)) {
                let bytes = Value::from(crate::object::Bytes::new(bytes));
                return float_from(vm, &bytes);
            }
            return vm.to_f64(x).map_err(|raised| {
                if !vm.raised_is(&raised, Known::TypeError) || crate::builtins::number::is_real(vm, x) {
                    return raised;
                }
                drop(vm.take_raised(raised));
                let found = vm.class_name(x);
                vm.type_error(format!("float() argument must be a string or a real number, not '{found}'"))
            });
        }
    };
    match float_text::parse(&text) {
        Some(x) if x.is_nan() => Ok(fresh_nan(vm)),
        Some(x) => Ok(x),
        None => {
            let shown = vm.repr(x)?;
            Err(vm.value_error(format!("could not convert string to float: {}", shown.as_str())))
        }
    }
}

/// How many NaNs were made from text.
#[derive(Default)]
struct NanCount(u32);

/// A NaN that is no other: floats have no identity but their bits, so the bits tell apart what CPython has as
/// different objects (`[x] == [x]` is true, `[float('nan')] == [float('nan')]` is not).
fn fresh_nan(vm: &mut Vm) -> f64 {
    let count = vm.interp.clone().extension::<NanCount>(&mut vm.gil).next();
    f64::from_bits(f64::NAN.to_bits() | NAN_MARK | u64::from(count))
}

impl NanCount {
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(1);
        self.0
    }
}

/// Set in the NaNs that Mini has numbered itself.
const NAN_MARK: u64 = 0x0005_4d4e << 32;

/// The number as other programs are to see it: without what tells NaNs apart.
pub(crate) fn outward(x: f64) -> f64 {
    let payload = x.to_bits() & ((1 << 51) - 1);
    if x.is_nan() && payload & !u64::from(u32::MAX) == NAN_MARK {
        return f64::from_bits(x.to_bits() & !((1 << 51) - 1));
    }
    x
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(float_text::repr(number(vm, &args[0])).into())
}

fn itself(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(plain(vm, &args[0]))
}

fn neg(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::float(-number(vm, &args[0])))
}

fn abs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::float(number(vm, &args[0]).abs()))
}

fn bool(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(number(vm, &args[0]) != 0.0))
}

fn trunc(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let x = number(vm, &args[0]);
    int_from_float(vm, x)
}

fn floor(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let x = number(vm, &args[0]).floor();
    int_from_float(vm, x)
}

fn ceil(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let x = number(vm, &args[0]).ceil();
    int_from_float(vm, x)
}

fn round(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let x = number(vm, &args[0]);
    let Some(ndigits) = args.get(1).filter(|ndigits| !ndigits.is_none()) else {
        return int_from_float(vm, x.round_ties_even());
    };
    let ndigits = vm.index_clamped(ndigits)?;
    if !x.is_finite() {
        return Ok(Value::float(x));
    }
    match float_round::round_decimal(x, ndigits as i64) {
        Some(rounded) => Ok(Value::float(rounded)),
        None => Err(vm.raise(Known::OverflowError, "rounded value too large to represent")),
    }
}

fn as_integer_ratio(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let x = number(vm, &args[0]);
    if x.is_nan() {
        return Err(vm.value_error("cannot convert NaN to integer ratio"));
    }
    if x.is_infinite() {
        return Err(vm.raise(Known::OverflowError, "cannot convert Infinity to integer ratio"));
    }
    let (numerator, denominator) = ratio(x);
    Ok(Value::tuple(vec![Value::big(numerator), Value::big(denominator)]))
}

/// A finite float as a fraction in lowest terms.
pub(crate) fn ratio(x: f64) -> (BigInt, BigInt) {
    let bits = x.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i64;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) = if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
    if mantissa == 0 {
        return (BigInt::default(), BigInt::one());
    }
    let zeros = mantissa.trailing_zeros();
    let (mantissa, exponent) = (BigInt::from(mantissa >> zeros), exponent + i64::from(zeros));
    let mantissa = if x < 0.0 { -mantissa } else { mantissa };
    if exponent >= 0 {
        (mantissa << exponent as u64, BigInt::one())
    } else {
        (mantissa, BigInt::one() << exponent.unsigned_abs())
    }
}

fn hex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(float_hex::hex(number(vm, &args[0])).into())
}

fn fromhex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(text) = text_of(vm, &args[1]) else {
        return Err(vm.type_error("bad argument type for built-in operation"));
    };
    let x = match float_hex::from_hex(text.as_str()) {
        Ok(x) => Value::float(x),
        Err(HexError::Invalid) => return Err(vm.value_error("invalid hexadecimal floating-point string")),
        Err(HexError::TooLarge) => {
            return Err(vm.raise(Known::OverflowError, "hexadecimal value too large to represent as a float"));
        }
    };
    match &args[0] {
        Value::Class(class) if class.known == Some(Known::Float) => Ok(x),
        class => vm.call(class, &[x]),
    }
}

fn getformat(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match vm.unwrap(&args[1]) {
        Value::Str(kind) if matches!(kind.as_str(), "double" | "float") => {
            Ok(if cfg!(target_endian = "little") { "IEEE, little-endian".into() } else { "IEEE, big-endian".into() })
        }
        _ => Err(vm.value_error("__getformat__() argument 1 must be 'double' or 'float'")),
    }
}

fn is_integer(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let x = number(vm, &args[0]);
    Ok(Value::bool(x.is_finite() && x.fract() == 0.0))
}

fn getnewargs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::tuple(vec![Value::float(number(vm, &args[0]))]))
}

fn format_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let spec = format::spec_argument(vm, &args[1])?;
    if spec.is_empty() {
        return vm.str(&args[0]).map(Value::from);
    }
    let x = number(vm, &args[0]);
    format::format_float(vm, x, &spec).map(Value::from)
}

fn real(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    Ok(plain(vm, value))
}

fn imag(_vm: &mut Vm, _value: &Value) -> Result<Value, Raised> {
    Ok(Value::float(0.0))
}
