//! Operators.

use crate::bytecode::BinOp;
use crate::object::{Raised, Value, Vm};

impl Vm {
    /// `lhs op rhs`, with reflected methods as the language reference says.
    pub fn binary(&mut self, op: BinOp, lhs: &Value, rhs: &Value) -> Result<Value, Raised> {
        todo!()
    }

    /// `lhs op= rhs`. `lhs` is given up, so that a value nobody else refers to can be changed in place.
    pub fn inplace(&mut self, op: BinOp, lhs: Value, rhs: &Value) -> Result<Value, Raised> {
        todo!()
    }

    /// `-value`.
    pub fn negative(&mut self, value: &Value) -> Result<Value, Raised> {
        todo!()
    }

    /// `+value`.
    pub fn positive(&mut self, value: &Value) -> Result<Value, Raised> {
        todo!()
    }

    /// `~value`.
    pub fn invert(&mut self, value: &Value) -> Result<Value, Raised> {
        todo!()
    }

    /// `pow(base, exponent, modulus)`.
    pub fn power(&mut self, base: &Value, exponent: &Value, modulus: &Value) -> Result<Value, Raised> {
        todo!()
    }
}
