//! Operations on numbers that need no other code, inlined into the evaluation loop.

use crate::bytecode::{BinOp, CmpOp};
use crate::object::iter::IterState;
use crate::object::{Iter, Value};

/// `a op b` of ints, if it is an int that fits and the rare cases do not apply.
#[inline(always)]
pub(super) fn int_operator(op: BinOp, a: i64, b: i64) -> Option<i64> {
    match op {
        BinOp::Add => a.checked_add(b),
        BinOp::Sub => a.checked_sub(b),
        BinOp::Mul => a.checked_mul(b),
        BinOp::FloorDiv if b > 0 => Some(a.div_euclid(b)),
        BinOp::Mod if b > 0 => Some(a.rem_euclid(b)),
        BinOp::BitAnd => Some(a & b),
        BinOp::BitOr => Some(a | b),
        BinOp::BitXor => Some(a ^ b),
        BinOp::RShift if (0..64).contains(&b) => Some(a >> b),
        BinOp::LShift if (0..63).contains(&b) && (a << b) >> b == a => Some(a << b),
        _ => None,
    }
}

/// `a op b` of two numbers of the same type.
#[inline(always)]
pub(super) fn compared<T: PartialOrd>(op: CmpOp, a: T, b: T) -> bool {
    match op {
        CmpOp::Lt => a < b,
        CmpOp::Le => a <= b,
        CmpOp::Eq => a == b,
        CmpOp::Ne => a != b,
        CmpOp::Gt => a > b,
        CmpOp::Ge => a >= b,
    }
}

/// `a / b` of numbers that are exact as floats, `b` not being zero.
#[inline(always)]
pub(super) fn quotient(a: &Value, b: &Value) -> Option<f64> {
    // Ints this small are exact as floats, and so is the rounding of their quotient.
    let is_small = |a: i64, b: i64| (a.unsigned_abs() | b.unsigned_abs()) < 1 << 53;
    match (a, b) {
        (Value::Float(a), Value::Float(b)) if b.get() != 0.0 => Some(a.get() / b.get()),
        (Value::Float(a), Value::Int(b)) if *b != 0 => Some(a.get() / *b as f64),
        (Value::Int(a), Value::Float(b)) if b.get() != 0.0 => Some(*a as f64 / b.get()),
        (Value::Int(a), Value::Int(b)) if *b != 0 && is_small(*a, *b) => Some(*a as f64 / *b as f64),
        _ => None,
    }
}

/// The item at an index that may be negative.
#[inline(always)]
pub(super) fn item_at(items: &[Value], index: i64) -> Option<&Value> {
    let at = if index < 0 { index.wrapping_add(items.len() as i64) } else { index };
    items.get(at as usize)
}

/// The next item of an iterator over a range, a list or a tuple; `Undef` at the end, and for other iterators.
///
/// # Safety
///
/// The lock is held, and nothing refers into the iterator or the list.
#[inline(always)]
pub(super) unsafe fn next_plain(iterator: &Iter) -> Value {
    // SAFETY: the caller vouches for the cells; no other code runs meanwhile.
    unsafe {
        match &mut *iterator.state.as_ptr() {
            IterState::Range { next, step, left } if *left > 0 => {
                let value = *next;
                *left -= 1;
                *next = value.wrapping_add(*step);
                Value::Int(value)
            }
            IterState::List { list, index } => {
                let items: &Vec<Value> = &*list.items.as_ptr();
                let Some(value) = items.get(*index) else { return Value::Undef };
                *index += 1;
                value.clone()
            }
            IterState::Tuple { tuple, index } => {
                let Some(value) = tuple.as_slice().get(*index) else { return Value::Undef };
                *index += 1;
                value.clone()
            }
            _ => Value::Undef,
        }
    }
}
