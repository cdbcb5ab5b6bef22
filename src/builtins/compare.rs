//! The comparison methods of the built-in containers.

use crate::builtins::native;
use crate::builtins::slice::bounds;
use crate::bytecode::CmpOp;
use crate::object::{Args, Arity, NativeDef, Raised, Value, Vm};

fn compare(vm: &mut Vm, op: CmpOp, args: Args<'_>) -> Result<Value, Raised> {
    let (a, b) = (vm.unwrap(&args[0]).clone(), vm.unwrap(&args[1]).clone());
    let ordering = matches!(op, CmpOp::Lt | CmpOp::Le | CmpOp::Gt | CmpOp::Ge);
    match (&a, &b) {
        (Value::Slice(a), Value::Slice(b)) => return vm.compare(op, &bounds(a), &bounds(b)),
        (Value::Range(_) | Value::Dict(_), _) if ordering => return Ok(Value::NotImplemented),
        (Value::Range(a), Value::Range(b)) => {
            return vm.compare(op, &Value::tuple(a.essence().into()), &Value::tuple(b.essence().into()));
        }
        (Value::View(_), Value::Set(_)) => {}
        _ if a.tag() != b.tag() => return Ok(Value::NotImplemented),
        _ => {}
    }
    vm.compare(op, &a, &b)
}

macro_rules! comparisons {
    ($($name:ident $op:ident $text:literal;)*) => {
        $(fn $name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            compare(vm, CmpOp::$op, args)
        })*

        /// All six comparisons.
        pub(super) const ORDER: &[NativeDef] =
            &[$(native(concat!("__", stringify!($name), "__"), Arity::Exact(2), $name, $text),)*];
    };
}

comparisons! {
    eq Eq "Return self==value.";
    ne Ne "Return self!=value.";
    lt Lt "Return self<value.";
    le Le "Return self<=value.";
    gt Gt "Return self>value.";
    ge Ge "Return self>=value.";
}
