//! Concatenation, repetition and indexing of constant sequences.

use mini_grammar::ast::Operator;
use num_traits::ToPrimitive;

use super::as_integer;
use crate::bytecode::Const;

/// Longest text or bytes that a repetition makes.
const MAX_STR_LEN: usize = 4096;
/// Longest tuple that a repetition makes.
const MAX_TUPLE_LEN: usize = 256;
/// Most items that a repeated tuple holds, those of inner tuples included.
const MAX_TOTAL_ITEMS: usize = 1024;

pub(super) fn binary(op: Operator, left: &Const, right: &Const) -> Option<Const> {
    match op {
        Operator::Add => concatenate(left, right),
        Operator::Mult => repeat(left, right).or_else(|| repeat(right, left)),
        _ => None,
    }
}

fn concatenate(left: &Const, right: &Const) -> Option<Const> {
    match (left, right) {
        (Const::Str(left), Const::Str(right)) => Some(Const::Str(format!("{left}{right}").into())),
        (Const::Bytes(left), Const::Bytes(right)) => Some(Const::Bytes([&**left, right].concat().into())),
        (Const::Tuple(left), Const::Tuple(right)) => Some(Const::Tuple([&**left, right].concat().into())),
        _ => None,
    }
}

fn repeat(value: &Const, count: &Const) -> Option<Const> {
    let count = as_integer(count)?;
    let count = if count.sign() == num_bigint::Sign::Minus { 0 } else { count.to_usize()? };
    let fits = |len: usize, max: usize| len == 0 || count <= max / len;
    match value {
        Const::Str(value) if fits(value.chars().count(), MAX_STR_LEN) => {
            let count = if value.is_empty() { 0 } else { count };
            Some(Const::Str(value.repeat(count).into()))
        }
        Const::Bytes(value) if fits(value.len(), MAX_STR_LEN) => {
            let count = if value.is_empty() { 0 } else { count };
            Some(Const::Bytes(value.repeat(count).into()))
        }
        Const::Tuple(items) if fits(items.len(), MAX_TUPLE_LEN) && fits(total(items), MAX_TOTAL_ITEMS) => {
            let count = if items.is_empty() { 0 } else { count };
            let copies = std::iter::repeat_n(&**items, count).flatten();
            Some(Const::Tuple(copies.cloned().collect()))
        }
        _ => None,
    }
}

fn total(items: &[Const]) -> usize {
    let count = |item: &Const| match item {
        Const::Tuple(inner) => 1 + total(inner),
        _ => 1,
    };
    items.iter().map(count).sum()
}

pub(super) fn index(value: &Const, index: &Const) -> Option<Const> {
    let index = as_integer(index)?.to_i64()?;
    let at = |len: usize| {
        let at = if index < 0 { index + len as i64 } else { index };
        usize::try_from(at).ok().filter(|at| *at < len)
    };
    match value {
        Const::Str(text) => {
            let chars = text.chars().count();
            let found = text.chars().nth(at(chars)?)?;
            Some(Const::Str(found.to_string().into()))
        }
        Const::Bytes(bytes) => Some(Const::Int(i64::from(bytes[at(bytes.len())?]))),
        Const::Tuple(items) => Some(items[at(items.len())?].clone()),
        _ => None,
    }
}
