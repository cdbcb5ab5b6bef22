//! Iteration.

use crate::object::{Raised, Value, Vm};

impl Vm {
    /// `iter(value)`.
    pub fn iter(&mut self, value: &Value) -> Result<Value, Raised> {
        todo!()
    }

    /// `next(iterator)`: None at the end (StopIteration is caught, or never made).
    pub fn next(&mut self, iterator: &Value) -> Result<Option<Value>, Raised> {
        todo!()
    }

    /// All items of an iterable; exact lists and tuples are copied without iterating.
    pub fn collect(&mut self, iterable: &Value) -> Result<Vec<Value>, Raised> {
        todo!()
    }

    /// Calls `each` for every item of an iterable, until it answers false.
    pub fn for_each(&mut self, iterable: &Value, each: impl FnMut(&mut Vm, Value) -> Result<bool, Raised>) -> Result<(), Raised> {
        todo!()
    }
}
