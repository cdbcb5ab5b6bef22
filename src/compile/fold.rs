//! Constant folding, with the limits of CPython's.

mod number;
mod sequence;

use std::sync::Arc;

use mini_grammar::ast::{Constant, Expr, ExprContext, ExprKind, UnaryOp};
use num_bigint::BigInt;

use crate::bytecode::Const;

/// The value of an expression that is constant.
pub(super) fn fold(expr: &Expr) -> Option<Const> {
    match &expr.kind {
        ExprKind::Constant(value) => Some(constant(value)),
        ExprKind::Name { id, ctx } if &**id == "__debug__" && *ctx == ExprContext::Load => Some(Const::Bool(true)),
        ExprKind::UnaryOp { op, operand } => {
            if *op == UnaryOp::Not && !matches!(operand.kind, ExprKind::Constant(_)) {
                let value = fold(operand)?;
                return Some(Const::Bool(!truth(&value)));
            }
            number::unary(*op, &fold(operand)?)
        }
        ExprKind::BinOp { left, op, right } => {
            let left = fold(left)?;
            let right = fold(right)?;
            number::binary(*op, &left, &right).or_else(|| sequence::binary(*op, &left, &right))
        }
        ExprKind::Tuple { elts, ctx } if *ctx == ExprContext::Load => tuple(elts),
        ExprKind::Subscript { value, slice, ctx } if *ctx == ExprContext::Load => {
            let value = fold(value)?;
            sequence::index(&value, &fold(slice)?)
        }
        _ => None,
    }
}

/// A tuple of constants, if they all are.
pub(super) fn tuple(elts: &[Expr]) -> Option<Const> {
    let items = elts.iter().map(fold).collect::<Option<Vec<_>>>()?;
    Some(Const::Tuple(items.into()))
}

/// A literal as a constant of the code object.
pub(super) fn constant(value: &Constant) -> Const {
    match value {
        Constant::None => Const::None,
        Constant::Bool(value) => Const::Bool(*value),
        Constant::Int(value) => Const::Int(*value),
        Constant::BigInt(value) => Const::BigInt(BigInt::from(value.clone())),
        Constant::Float(value) => Const::Float(*value),
        Constant::Str(value) => Const::Str(value.as_str().into()),
        Constant::Surrogates(value) => Const::Surrogates(value.as_slice().into()),
        Constant::Bytes(value) => Const::Bytes(value.as_slice().into()),
        Constant::Ellipsis => Const::Ellipsis,
    }
}

/// Truth of a constant.
pub(super) fn truth(value: &Const) -> bool {
    match value {
        Const::None => false,
        Const::Bool(value) => *value,
        Const::Int(value) => *value != 0,
        Const::BigInt(value) => *value != BigInt::ZERO,
        Const::Float(value) => *value != 0.0,
        Const::Str(value) => !value.is_empty(),
        Const::Surrogates(value) => !value.is_empty(),
        Const::Bytes(value) => !value.is_empty(),
        Const::Tuple(items) | Const::FrozenSet(items) => !items.is_empty(),
        Const::Ellipsis | Const::Slice(_) | Const::Code(_) => true,
    }
}

/// An integer constant, small if it fits.
fn integer(value: BigInt) -> Const {
    match i64::try_from(&value) {
        Ok(small) => Const::Int(small),
        Err(_) => Const::BigInt(value),
    }
}

/// The integer a constant is, a bool included.
fn as_integer(value: &Const) -> Option<BigInt> {
    match value {
        Const::Bool(value) => Some(BigInt::from(u8::from(*value))),
        Const::Int(value) => Some(BigInt::from(*value)),
        Const::BigInt(value) => Some(value.clone()),
        _ => None,
    }
}

/// A constant text.
pub(super) fn text(value: &str) -> Const {
    Const::Str(Arc::from(value))
}
