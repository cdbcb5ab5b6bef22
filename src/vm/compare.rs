//! Rich comparison.

use crate::bytecode::CmpOp;
use crate::object::{Raised, Value, Vm};

impl Vm {
    /// `lhs op rhs`, any object.
    pub fn compare(&mut self, op: CmpOp, lhs: &Value, rhs: &Value) -> Result<Value, Raised> {
        todo!()
    }

    /// `bool(lhs op rhs)`.
    pub fn compare_bool(&mut self, op: CmpOp, lhs: &Value, rhs: &Value) -> Result<bool, Raised> {
        todo!()
    }

    /// Whether two values are identical or equal, as containers compare their items.
    pub fn same_or_equal(&mut self, a: &Value, b: &Value) -> Result<bool, Raised> {
        todo!()
    }
}
