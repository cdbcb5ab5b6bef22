//! Arguments of native functions, extracted with CPython's messages.

use crate::object::{Known, Ptr, Raised, Str, Value, Vm};

impl Vm {
    /// A `str` argument (or an instance of a subclass).
    ///
    /// # Errors
    ///
    /// TypeError `{what} must be str, not X`.
    pub fn expect_str(&mut self, value: &Value, what: &str) -> Result<Ptr<Str>, Raised> {
        match self.unwrap(value) {
            Value::Str(text) => Ok(text.to_ptr()),
            _ => {
                let found = if value.is_none() { "None".to_owned() } else { self.class_name(value) };
                Err(self.type_error(format!("{what} must be str, not {found}")))
            }
        }
    }

    /// An int argument that fits `i64`.
    ///
    /// # Errors
    ///
    /// TypeError, or OverflowError "Python int too large to convert to C long".
    pub fn expect_i64(&mut self, value: &Value) -> Result<i64, Raised> {
        match self.index(value)? {
            Value::Int(n) => Ok(n),
            _ => Err(self.raise(Known::OverflowError, "Python int too large to convert to C long")),
        }
    }

    /// An argument that is a size or a position.
    ///
    /// # Errors
    ///
    /// TypeError, or OverflowError "Python int too large to convert to C ssize_t".
    pub fn expect_isize(&mut self, value: &Value) -> Result<isize, Raised> {
        match self.index(value)? {
            Value::Int(n) => Ok(n as isize),
            _ => Err(self.raise(Known::OverflowError, "Python int too large to convert to C ssize_t")),
        }
    }

    /// An argument of C's type `int`.
    ///
    /// # Errors
    ///
    /// TypeError, or OverflowError if it does not fit.
    pub fn expect_i32(&mut self, value: &Value) -> Result<i32, Raised> {
        match self.index(value)? {
            Value::Int(n) if i32::try_from(n).is_ok() => Ok(n as i32),
            _ => Err(self.raise(Known::OverflowError, "Python int too large to convert to C int")),
        }
    }

    /// A count or size argument, `index` clamped at zero from below.
    ///
    /// # Errors
    ///
    /// TypeError, or OverflowError if it does not fit an index.
    pub fn expect_usize(&mut self, value: &Value) -> Result<usize, Raised> {
        match self.index(value)? {
            Value::Int(n) => Ok(n.max(0) as usize),
            _ => Err(self.raise(Known::OverflowError, "cannot fit 'int' into an index-sized integer")),
        }
    }
}
