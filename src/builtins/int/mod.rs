//! `int`.

mod bytes;
mod methods;
mod new;

use crate::builtins::number::{self, number_slots};
use crate::builtins::{native, sequence};
use crate::object::{Args, Arity, Known, NativeDef, NativeKind, Params, Raised, Value, Vm};

pub(crate) use new::{int_from, int_from_float};

number_slots! {
    Operands::Ints;
    binary {
        add radd Add "add" "+";
        sub rsub Sub "sub" "-";
        mul rmul Mul "mul" "*";
        mod_ rmod Mod "mod" "%";
        floordiv rfloordiv FloorDiv "floordiv" "//";
        truediv rtruediv TrueDiv "truediv" "/";
        lshift rlshift LShift "lshift" "<<";
        rshift rrshift RShift "rshift" ">>";
        and_ rand BitAnd "and" "&";
        or_ ror BitOr "or" "|";
        xor rxor BitXor "xor" "^";
    }
}

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__hash__", Arity::Exact(1), sequence::hash, "Return hash(self)."),
    native("__neg__", Arity::Exact(1), neg, "-self"),
    native("__pos__", Arity::Exact(1), itself, "+self"),
    native("__abs__", Arity::Exact(1), abs, "abs(self)"),
    native("__invert__", Arity::Exact(1), invert, "~self"),
    native("__bool__", Arity::Exact(1), bool, "True if self else False"),
    native("__int__", Arity::Exact(1), itself, "int(self)"),
    native("__float__", Arity::Exact(1), float, "float(self)"),
    native("__index__", Arity::Exact(1), itself, "The number as an index."),
];

const METHODS: &[NativeDef] = &[
    native("conjugate", Arity::Exact(1), itself, "The int itself: its imaginary part is zero."),
    native("bit_length", Arity::Exact(1), methods::bit_length, "How many binary digits the absolute value has."),
    native(
        "bit_count",
        Arity::Exact(1),
        methods::bit_count,
        "How many of the binary digits of the absolute value are ones.",
    ),
    native("to_bytes", Arity::Named(&TO_BYTES), bytes::to_bytes, "The integer as so many bytes, in an order."),
    native("as_integer_ratio", Arity::Exact(1), methods::as_integer_ratio, "The int itself and 1."),
    native("is_integer", Arity::Exact(1), methods::is_integer, "True: there is no fraction, as floats may have."),
    native("__trunc__", Arity::Exact(1), itself, "The int itself, which has no fraction."),
    native("__floor__", Arity::Exact(1), itself, "The int itself, which has nothing below it."),
    native("__ceil__", Arity::Exact(1), itself, "The int itself, which has nothing above it."),
    native(
        "__round__",
        Arity::Range(1, 2),
        methods::round,
        "The int itself, or with a negative number of digits the nearest multiple of a power of ten.",
    ),
    native("__getnewargs__", Arity::Exact(1), methods::getnewargs, ""),
    native("__format__", Arity::Exact(2), methods::format, "The object as text, laid out by a format specification."),
    native("__sizeof__", Arity::Exact(1), methods::sizeof, "How many bytes the object takes."),
];

const TO_BYTES: Params =
    Params { names: &["self", "length", "byteorder", "signed"], required: 1, posonly: 1, kwonly: 1 };
const FROM_BYTES: Params =
    Params { names: &["type", "bytes", "byteorder", "signed"], required: 2, posonly: 1, kwonly: 1 };

const CLASS_METHODS: &[NativeDef] = &[native(
    "from_bytes",
    Arity::Named(&FROM_BYTES),
    bytes::from_bytes,
    "The integer that bytes stand for, in an order.",
)];

const STATIC: &[NativeDef] = &[native("__new__", Arity::Any, new::new, "Make an instance of the class.")];

/// Gives `int` its methods.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::Int);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::SlotWrapper, OPERATORS);
    vm.add_methods(&class, NativeKind::SlotWrapper, ORDER);
    vm.add_methods(&class, NativeKind::ClassMethod, CLASS_METHODS);
    vm.add_methods(&class, NativeKind::Static, STATIC);
    vm.add_getsets(&class, methods::GETSETS);
}

fn itself(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(number::plain(vm, &args[0]))
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = number::plain(vm, &args[0]);
    match &number {
        Value::BigInt(big) => vm.big_to_text(&big.number).map(Value::from),
        Value::Int(small) => Ok(small.to_string().into()),
        _ => Ok(Value::NotImplemented),
    }
}

fn neg(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = number::plain(vm, &args[0]);
    vm.negative(&number)
}

fn abs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = number::plain(vm, &args[0]);
    Ok(match &number {
        Value::Int(small) => Value::big(num_bigint::BigInt::from(small.unsigned_abs())),
        Value::BigInt(big) => Value::big(big.number.magnitude().clone().into()),
        _ => number.clone(),
    })
}

fn invert(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = number::plain(vm, &args[0]);
    vm.invert(&number)
}

fn bool(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = number::plain(vm, &args[0]);
    vm.truth(&number).map(Value::from)
}

fn float(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = number::plain(vm, &args[0]);
    vm.to_f64(&number).map(Value::float)
}
