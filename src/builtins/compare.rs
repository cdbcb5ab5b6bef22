//! Tables of the six comparison methods, and those of the built-in containers.

use crate::bytecode::CmpOp;
use crate::object::{Args, NativeDef, Raised, Value, Vm};

/// The table of `__lt__` to `__ge__` over one function of the machine, the operator and the arguments.
macro_rules! comparisons {
    ($compare:path) => {
        const {
            use $crate::bytecode::CmpOp;
            use $crate::object::Arity::Exact;
            &[
                $crate::builtins::native(
                    "__lt__",
                    Exact(2),
                    |vm, args| $compare(vm, CmpOp::Lt, args),
                    "Return self<value.",
                ),
                $crate::builtins::native(
                    "__le__",
                    Exact(2),
                    |vm, args| $compare(vm, CmpOp::Le, args),
                    "Return self<=value.",
                ),
                $crate::builtins::native(
                    "__eq__",
                    Exact(2),
                    |vm, args| $compare(vm, CmpOp::Eq, args),
                    "Return self==value.",
                ),
                $crate::builtins::native(
                    "__ne__",
                    Exact(2),
                    |vm, args| $compare(vm, CmpOp::Ne, args),
                    "Return self!=value.",
                ),
                $crate::builtins::native(
                    "__gt__",
                    Exact(2),
                    |vm, args| $compare(vm, CmpOp::Gt, args),
                    "Return self>value.",
                ),
                $crate::builtins::native(
                    "__ge__",
                    Exact(2),
                    |vm, args| $compare(vm, CmpOp::Ge, args),
                    "Return self>=value.",
                ),
            ]
        }
    };
}

pub(crate) use comparisons;

/// All six comparisons of containers.
pub(super) const ORDER: &[NativeDef] = comparisons!(compare);

fn compare(vm: &mut Vm, op: CmpOp, args: Args<'_>) -> Result<Value, Raised> {
    let (a, b) = (vm.unwrap(&args[0]).clone(), vm.unwrap(&args[1]).clone());
    let ordering = matches!(op, CmpOp::Lt | CmpOp::Le | CmpOp::Gt | CmpOp::Ge);
    match (&a, &b) {
        (Value::Slice(a), Value::Slice(b)) => return vm.compare(op, &a.bounds(), &b.bounds()),
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
