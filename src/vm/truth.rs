//! Truth values.

use crate::object::{Raised, Value, Vm};

impl Vm {
    /// `bool(value)`.
    pub fn truth(&mut self, value: &Value) -> Result<bool, Raised> {
        todo!()
    }
}
