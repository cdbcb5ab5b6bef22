//! Arithmetic on constant numbers.

use mini_grammar::ast::{Operator, UnaryOp};
use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{Signed, ToPrimitive, Zero};

use super::{as_integer, integer, truth};
use crate::bytecode::Const;

/// Results of powers and left shifts above this many bits are left to run time.
const MAX_INT_BITS: u64 = 128;

pub(super) fn unary(op: UnaryOp, value: &Const) -> Option<Const> {
    match (op, value) {
        (UnaryOp::Not, value) => Some(Const::Bool(!truth(value))),
        (UnaryOp::USub, Const::Float(value)) => Some(Const::Float(-value)),
        (UnaryOp::UAdd, Const::Float(value)) => Some(Const::Float(*value)),
        (UnaryOp::Invert, value) => Some(integer(!as_integer(value)?)),
        (UnaryOp::USub, value) => Some(integer(-as_integer(value)?)),
        (UnaryOp::UAdd, value) => Some(integer(as_integer(value)?)),
    }
}

pub(super) fn binary(op: Operator, left: &Const, right: &Const) -> Option<Const> {
    if let (Const::Bool(left), Const::Bool(right)) = (left, right) {
        match op {
            Operator::BitOr => return Some(Const::Bool(left | right)),
            Operator::BitXor => return Some(Const::Bool(left ^ right)),
            Operator::BitAnd => return Some(Const::Bool(left & right)),
            _ => {}
        }
    }
    if let (Some(left), Some(right)) = (as_integer(left), as_integer(right)) {
        return integers(op, &left, &right);
    }
    floats(op, as_float(left)?, as_float(right)?)
}

fn as_float(value: &Const) -> Option<f64> {
    match value {
        Const::Float(value) => Some(*value),
        // Above 2**53 the rounding is left to run time, so that there is one of it.
        value => as_integer(value)?.to_i64().filter(|v| v.unsigned_abs() <= 1 << 53).map(|v| v as f64),
    }
}

fn integers(op: Operator, left: &BigInt, right: &BigInt) -> Option<Const> {
    let value = match op {
        Operator::Add => left + right,
        Operator::Sub => left - right,
        Operator::Mult => {
            if !left.is_zero() && !right.is_zero() && left.bits() + right.bits() > MAX_INT_BITS {
                return None;
            }
            left * right
        }
        Operator::FloorDiv if !right.is_zero() => left.div_floor(right),
        Operator::Mod if !right.is_zero() => left.mod_floor(right),
        Operator::Div => {
            let exact = |value: &BigInt| as_float(&Const::BigInt(value.clone()));
            return floats(op, exact(left)?, exact(right)?);
        }
        Operator::Pow => {
            let exponent = right.to_u32().filter(|_| right.sign() != Sign::Minus)?;
            if !left.is_zero() && left.bits() * u64::from(exponent) > MAX_INT_BITS {
                return None;
            }
            num_traits::Pow::pow(left, exponent)
        }
        Operator::LShift => {
            let count = right.to_u64().filter(|_| !right.is_negative())?;
            if !left.is_zero() && (count > MAX_INT_BITS || left.bits() + count > MAX_INT_BITS) {
                return None;
            }
            if left.is_zero() { BigInt::ZERO } else { left << count }
        }
        Operator::RShift => left >> right.to_u64().filter(|count| *count <= 1 << 20)?,
        Operator::BitOr => left | right,
        Operator::BitXor => left ^ right,
        Operator::BitAnd => left & right,
        _ => return None,
    };
    Some(integer(value))
}

fn floats(op: Operator, left: f64, right: f64) -> Option<Const> {
    let value = match op {
        Operator::Add => left + right,
        Operator::Sub => left - right,
        Operator::Mult => left * right,
        Operator::Div if right != 0.0 => left / right,
        _ => return None,
    };
    Some(Const::Float(value))
}
