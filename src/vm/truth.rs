//! Truth values.

use crate::object::{Name, Raised, Value, Vm};

impl Vm {
    /// `bool(value)`.
    ///
    /// # Errors
    ///
    /// What `__bool__` or `__len__` raises, or TypeError for what they must not return.
    #[inline]
    pub fn truth(&mut self, value: &Value) -> Result<bool, Raised> {
        match value {
            Value::Bool(b) => Ok(b.get()),
            Value::None => Ok(false),
            Value::Int(n) => Ok(*n != 0),
            _ => self.truth_slow(value),
        }
    }

    fn truth_slow(&mut self, value: &Value) -> Result<bool, Raised> {
        if let Some(truth) = self.plain_truth(value) {
            return Ok(truth);
        }
        Ok(match value {
            Value::Bytes(bytes) => !bytes.data.is_empty(),
            Value::ByteArray(bytes) => !bytes.data.get(&self.gil).is_empty(),
            Value::View(view) => !view.dict.data.get(&self.gil).is_empty(),
            Value::Range(range) => !matches!(range.len, Value::Int(0)),
            Value::Object(_) | Value::Exc(_) | Value::Foreign(_) | Value::Class(_) => {
                return self.truth_by_method(value);
            }
            Value::NotImplemented => {
                self.warn(
                    crate::object::Known::DeprecationWarning,
                    "NotImplemented should not be used in a boolean context",
                    1,
                )?;
                true
            }
            _ => true,
        })
    }

    /// The truth value that `__bool__` has returned.
    pub(super) fn truth_answer(&mut self, answer: &Value) -> Result<bool, Raised> {
        match answer {
            Value::Bool(b) => Ok(b.get()),
            other => {
                let found = self.class_name(other);
                Err(self.type_error(format!("__bool__ should return bool, returned {found}")))
            }
        }
    }

    fn truth_by_method(&mut self, value: &Value) -> Result<bool, Raised> {
        if let Some(answer) = self.call_special(value, Name::__bool__, &[])? {
            return self.truth_answer(&answer);
        }
        match self.len_by_method(value)? {
            Some(len) => Ok(len != 0),
            None => Ok(true),
        }
    }
}
