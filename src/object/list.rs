//! `list`, `bytearray`, `int` of any size, `range`, `slice`: small data types.

use super::define_heap_type;
use super::ptr::Ptr;
use super::value::Value;
use crate::gil::GilCell;

define_heap_type! {
    /// A list.
    pub struct List: tracked {
        pub items: GilCell<Vec<Value>>,
    }
}

impl List {
    /// A list of the given items.
    pub fn new(items: Vec<Value>) -> Ptr<List> {
        List::alloc(GilCell::new(items))
    }
}

define_heap_type! {
    /// Bytes that can be changed. While `exports` is not zero a memoryview looks at them and the
    /// size must not change (BufferError).
    pub struct ByteArray: tracked {
        pub data: GilCell<Vec<u8>>,
        pub exports: std::cell::Cell<usize>,
    }
}

impl ByteArray {
    /// A bytearray of the given content.
    pub fn new(data: Vec<u8>) -> Ptr<ByteArray> {
        ByteArray::alloc(GilCell::new(data), std::cell::Cell::new(0))
    }
}

define_heap_type! {
    /// An int that does not fit 64 bits.
    pub struct BigInt: untracked {
        pub number: num_bigint::BigInt,
    }
}

impl BigInt {
    /// A big int; the number is outside the range of `i64`.
    pub(super) fn new(number: num_bigint::BigInt) -> Ptr<BigInt> {
        BigInt::alloc(number)
    }
}

define_heap_type! {
    /// `range(start, stop, step)`; the bounds are ints (`Int` or `BigInt`), the length is kept.
    pub struct Range: untracked {
        pub start: Value,
        pub stop: Value,
        pub step: Value,
        pub len: Value,
    }
}

impl Range {
    /// A range of bounds that fit 64 bits; step is not 0.
    pub fn new(start: i64, stop: i64, step: i64) -> Ptr<Range> {
        let (low, high) = if step > 0 { (start, stop) } else { (stop, start) };
        let len = if low < high { (high.abs_diff(low) - 1) / step.unsigned_abs() + 1 } else { 0 };
        let len = i64::try_from(len).map_or_else(|_| Value::big(len.into()), Value::Int);
        Range::alloc(Value::Int(start), Value::Int(stop), Value::Int(step), len)
    }

    /// A range whose bounds or length may be big; the caller has computed `len`.
    pub fn with_big(start: Value, stop: Value, step: Value, len: Value) -> Ptr<Range> {
        Range::alloc(start, stop, step, len)
    }

    /// Start, step and length, when all fit 64 bits.
    pub fn small(&self) -> Option<(i64, i64, i64)> {
        match (&self.start, &self.step, &self.len) {
            (Value::Int(start), Value::Int(step), Value::Int(len)) => Some((*start, *step, *len)),
            _ => None,
        }
    }
}

define_heap_type! {
    /// `slice(start, stop, step)`.
    pub struct Slice: tracked {
        pub start: Value,
        pub stop: Value,
        pub step: Value,
    }
}

impl Slice {
    /// A slice of the given bounds.
    pub fn new(start: Value, stop: Value, step: Value) -> Ptr<Slice> {
        Slice::alloc(start, stop, step)
    }

    /// The parts as a tuple, which is what slices compare as.
    pub fn bounds(&self) -> Value {
        Value::tuple(vec![self.start.clone(), self.stop.clone(), self.step.clone()])
    }
}
