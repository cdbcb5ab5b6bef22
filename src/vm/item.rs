//! Subscripts, membership, length.

use crate::object::{Raised, Value, Vm};

impl Vm {
    /// `object[key]`.
    pub fn getitem(&mut self, object: &Value, key: &Value) -> Result<Value, Raised> {
        todo!()
    }

    /// `object[key] = value`.
    pub fn setitem(&mut self, object: &Value, key: Value, value: Value) -> Result<(), Raised> {
        todo!()
    }

    /// `del object[key]`.
    pub fn delitem(&mut self, object: &Value, key: &Value) -> Result<(), Raised> {
        todo!()
    }

    /// `item in container`.
    pub fn contains(&mut self, container: &Value, item: &Value) -> Result<bool, Raised> {
        todo!()
    }

    /// `len(object)`.
    pub fn len(&mut self, object: &Value) -> Result<usize, Raised> {
        todo!()
    }

    /// `operator.length_hint(object, default)`.
    pub fn length_hint(&mut self, object: &Value, default: usize) -> Result<usize, Raised> {
        todo!()
    }

    /// Start, stop, step and item count of a slice over `len` items, as `slice.indices`.
    pub fn slice_bounds(&mut self, slice: &crate::object::Slice, len: usize) -> Result<(isize, isize, isize, usize), Raised> {
        todo!()
    }
}
