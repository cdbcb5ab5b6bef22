//! Hashing.

use crate::object::{Raised, Value, Vm};

impl Vm {
    /// `hash(value)`.
    /// 
    /// # Errors
    /// 
    /// TypeError for unhashable types.
    pub fn hash(&mut self, value: &Value) -> Result<i64, Raised> {
        todo!()
    }
}
