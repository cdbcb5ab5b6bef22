//! Constants of a code prototype.

use std::sync::Arc;

use num_bigint::BigInt;

use super::CodeProto;

/// A constant as the compiler sees it, before an interpreter makes an object of it.
#[derive(Clone, Debug)]
pub enum Const {
    None,
    Bool(bool),
    Int(i64),
    BigInt(BigInt),
    Float(f64),
    Str(Arc<str>),
    /// Text with lone surrogates, one code point an element.
    Surrogates(Arc<[u32]>),
    Bytes(Arc<[u8]>),
    Ellipsis,
    /// A tuple of constants, folded or used by pattern matching and keyword calls.
    Tuple(Arc<[Const]>),
    /// A frozen set, from `x in {1, 2}`.
    FrozenSet(Arc<[Const]>),
    /// A slice with constant bounds.
    Slice(Arc<[Const; 3]>),
    Code(Arc<CodeProto>),
}
