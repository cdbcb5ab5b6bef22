//! Equality and hashes that need no script code.

use num_traits::ToPrimitive;

use super::hash::{hash_big, hash_bytes, hash_float, hash_int, hash_tuple};
use super::header::Tag;
use super::value::Value;

/// The answer of a comparison that runs no script code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Equality {
    Equal,
    Different,
    /// Only the machine can tell.
    Ask,
}

impl From<bool> for Equality {
    fn from(equal: bool) -> Self {
        if equal { Equality::Equal } else { Equality::Different }
    }
}

/// Whether two values are identical or equal as dict keys, as far as that needs no script code.
#[inline(always)]
pub fn plain_eq(a: &Value, b: &Value) -> Equality {
    // Most keys that are looked up are the very objects that are there.
    if a.is(b) { Equality::Equal } else { plain_eq_other(a, b) }
}

/// The first place where two sequences are not plainly equal, and what can be said of it.
pub fn first_unequal(a: &[Value], b: &[Value]) -> Option<(usize, Equality)> {
    let unequal = |(index, (a, b))| match plain_eq(a, b) {
        Equality::Equal => None,
        other => Some((index, other)),
    };
    a.iter().zip(b).enumerate().find_map(unequal)
}

/// Tuples nested deeper are left to the machine, which knows how much of the stack is left.
const MAX_NESTED: usize = 16;

fn tuples_eq(a: &[Value], b: &[Value], depth: usize) -> Equality {
    if a.len() != b.len() {
        return Equality::Different;
    }
    for (x, y) in a.iter().zip(b.iter()) {
        let answer = match (x, y) {
            _ if x.is(y) => Equality::Equal,
            (Value::Tuple(_), Value::Tuple(_)) if depth == 0 => Equality::Ask,
            (Value::Tuple(x), Value::Tuple(y)) => tuples_eq(x, y, depth - 1),
            _ => plain_eq(x, y),
        };
        if !matches!(answer, Equality::Equal) {
            return answer;
        }
    }
    Equality::Equal
}

#[inline(never)]
fn plain_eq_other(a: &Value, b: &Value) -> Equality {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => a.same_text(b).into(),
        (Value::Bytes(a), Value::Bytes(b)) => (*a.data == *b.data).into(),
        (Value::Tuple(a), Value::Tuple(b)) => tuples_eq(a, b, MAX_NESTED),
        _ => match (number(a), number(b)) {
            (Some(a), Some(b)) => number_eq(&a, &b).into(),
            _ if is_closed(a) && is_closed(b) => Equality::Different,
            _ => Equality::Ask,
        },
    }
}

/// Types whose equality with any type but their own is certain to be false or by identity.
fn is_closed(value: &Value) -> bool {
    matches!(
        value.tag(),
        Tag::None
            | Tag::Bool
            | Tag::Int
            | Tag::Float
            | Tag::NotImplemented
            | Tag::Ellipsis
            | Tag::Str
            | Tag::BigInt
            | Tag::Bytes
            | Tag::Tuple
            | Tag::Func
            | Tag::Gen
            | Tag::Module
    )
}

enum Number<'a> {
    Int(i64),
    Big(&'a num_bigint::BigInt),
    Float(f64),
}

fn number(value: &Value) -> Option<Number<'_>> {
    match value {
        Value::Int(n) => Some(Number::Int(*n)),
        Value::Bool(b) => Some(Number::Int(b.get().into())),
        Value::BigInt(n) => Some(Number::Big(&n.number)),
        Value::Float(x) => Some(Number::Float(x.get())),
        _ => None,
    }
}

fn number_eq(a: &Number, b: &Number) -> bool {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => a == b,
        (Number::Float(a), Number::Float(b)) => a == b,
        (Number::Big(a), Number::Big(b)) => a == b,
        (Number::Int(n), Number::Float(x)) | (Number::Float(x), Number::Int(n)) => int_equals_float(*n, *x),
        (Number::Big(n), Number::Float(x)) | (Number::Float(x), Number::Big(n)) => {
            x.is_finite() && n.to_f64() == Some(*x) && num_traits::FromPrimitive::from_f64(*x).as_ref() == Some(*n)
        }
        (Number::Int(_), Number::Big(_)) | (Number::Big(_), Number::Int(_)) => false,
    }
}

/// Whether an int and a float are exactly equal.
pub fn int_equals_float(n: i64, x: f64) -> bool {
    n as f64 == x && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&x) && x as i64 == n
}

/// The hash of a value whose hash needs no script code; None for other values and unhashable ones.
#[inline(always)]
pub fn plain_hash(value: &Value) -> Option<i64> {
    match value {
        Value::Str(text) => Some(text.hash()),
        Value::Int(n) => Some(hash_int(*n)),
        _ => plain_hash_other(value),
    }
}

#[inline(never)]
fn plain_hash_other(value: &Value) -> Option<i64> {
    Some(match value {
        Value::Bool(b) => b.get().into(),
        Value::Float(x) => hash_float(x.get(), 0x7ff8),
        Value::BigInt(n) => hash_big(&n.number),
        Value::Bytes(bytes) => hash_bytes(&bytes.data),
        Value::None => 0xfca8_6420,
        Value::Tuple(items) => {
            return hash_tuple(items.iter().map(|item| plain_hash(item).ok_or(()))).ok();
        }
        Value::NotImplemented | Value::Ellipsis | Value::Func(_) | Value::Gen(_) | Value::Module(_) => {
            super::heap::with_current(|heap| heap.hash_identity(value))
                .unwrap_or_else(|| super::hash::hash_identity(value.identity()))
        }
        _ => return None,
    })
}
