//! What `int` and `float` have in common: their arithmetic and comparison methods, which go
//! through the operators' own functions.

use crate::bytecode::{BinOp, CmpOp};
use crate::object::{Args, Known, Name, Raised, Value, Vm};
pub(crate) use crate::vm::range::to_big;

/// Which operands the methods of a type take; for others they give NotImplemented.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Operands {
    Ints,
    Numbers,
}

impl Operands {
    fn take(self, value: &Value) -> bool {
        match value {
            Value::Int(_) | Value::Bool(_) | Value::BigInt(_) => true,
            Value::Float(_) => self == Operands::Numbers,
            _ => false,
        }
    }
}

/// Both operands without their subclasses, or None if the method does not take one of them.
fn operands(vm: &Vm, args: Args<'_>, which: Operands) -> Option<(Value, Value)> {
    let (a, b) = (vm.unwrap(&args[0]), vm.unwrap(&args[1]));
    (which.take(a) && which.take(b)).then(|| (a.clone(), b.clone()))
}

pub(super) fn binary(vm: &mut Vm, op: BinOp, args: Args<'_>, which: Operands, swap: bool) -> Result<Value, Raised> {
    match operands(vm, args, which) {
        None => Ok(Value::NotImplemented),
        Some((a, b)) if swap => vm.binary(op, &b, &a),
        Some((a, b)) => vm.binary(op, &a, &b),
    }
}

pub(super) fn divmod(vm: &mut Vm, args: Args<'_>, which: Operands, swap: bool) -> Result<Value, Raised> {
    let Some((a, b)) = operands(vm, args, which) else { return Ok(Value::NotImplemented) };
    let (a, b) = if swap { (b, a) } else { (a, b) };
    if (matches!(a, Value::Float(_)) || matches!(b, Value::Float(_))) && !vm.truth(&b)? {
        return Err(vm.raise(Known::ZeroDivisionError, "float divmod()"));
    }
    let quotient = vm.binary(BinOp::FloorDiv, &a, &b)?;
    let rest = vm.binary(BinOp::Mod, &a, &b)?;
    Ok(Value::tuple(vec![quotient, rest]))
}

pub(super) fn power(vm: &mut Vm, args: Args<'_>, which: Operands, swap: bool) -> Result<Value, Raised> {
    let Some((a, b)) = operands(vm, args, which) else { return Ok(Value::NotImplemented) };
    let (a, b) = if swap { (b, a) } else { (a, b) };
    match args.get(2).map(|modulus| vm.unwrap(modulus).clone()) {
        None | Some(Value::None) => vm.binary(BinOp::Pow, &a, &b),
        Some(modulus) if which == Operands::Ints && which.take(&modulus) => vm.power(&a, &b, &modulus),
        Some(_) if which == Operands::Numbers => {
            Err(vm.type_error("pow() 3rd argument not allowed unless all arguments are integers"))
        }
        Some(_) => Ok(Value::NotImplemented),
    }
}

pub(super) fn compare(vm: &mut Vm, op: CmpOp, args: Args<'_>, which: Operands) -> Result<Value, Raised> {
    match operands(vm, args, which) {
        None => Ok(Value::NotImplemented),
        Some((a, b)) => vm.compare(op, &a, &b),
    }
}

/// The receiver of an `int` or `float` method as a number of its own class.
pub(super) fn plain(vm: &Vm, value: &Value) -> Value {
    match vm.unwrap(value) {
        Value::Bool(truth) => Value::Int(truth.get().into()),
        other => other.clone(),
    }
}

/// The tables of operator methods of a number type.
macro_rules! number_slots {
    ($which:expr; binary { $($name:ident $rname:ident $op:ident $text:literal $symbol:literal;)* }) => {
        mod slots {
            use crate::builtins::number::{self, Operands};
            use crate::bytecode::{BinOp, CmpOp};
            use crate::object::{Args, Raised, Value, Vm};

            const WHICH: Operands = $which;
            $(
                pub fn $name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> { number::binary(vm, BinOp::$op, args, WHICH, false) }
                pub fn $rname(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> { number::binary(vm, BinOp::$op, args, WHICH, true) }
            )*
            pub fn compare(vm: &mut Vm, op: CmpOp, args: Args<'_>) -> Result<Value, Raised> { number::compare(vm, op, args, WHICH) }
            pub fn divmod(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> { number::divmod(vm, args, WHICH, false) }
            pub fn rdivmod(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> { number::divmod(vm, args, WHICH, true) }
            pub fn pow(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> { number::power(vm, args, WHICH, false) }
            pub fn rpow(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> { number::power(vm, args, WHICH, true) }
        }

        const ORDER: &[NativeDef] = $crate::builtins::compare::comparisons!(slots::compare);

        const OPERATORS: &[NativeDef] = &[
            $(native(concat!("__", $text, "__"), Arity::Exact(2), slots::$name, concat!("Return self", $symbol, "value.")),
              native(concat!("__r", $text, "__"), Arity::Exact(2), slots::$rname, concat!("Return value", $symbol, "self.")),)*
            native("__divmod__", Arity::Exact(2), slots::divmod, "Return divmod(self, value)."),
            native("__rdivmod__", Arity::Exact(2), slots::rdivmod, "Return divmod(value, self)."),
            native("__pow__", Arity::Range(2, 3), slots::pow, "self ** value, modulo a third number if that is given."),
            native("__rpow__", Arity::Range(2, 3), slots::rpow, "value ** self, modulo a third number if that is given."),
        ];
    };
}

pub(super) use number_slots;

/// Whether an object converts to a float at all: a number, or one with `__float__` or `__index__`.
pub(crate) fn is_real(vm: &mut Vm, value: &Value) -> bool {
    if Operands::Numbers.take(vm.unwrap(value)) {
        return true;
    }
    let class = vm.class_of(value);
    [Name::__float__, Name::__index__].into_iter().any(|name| vm.lookup_name(&class, name).is_some())
}
