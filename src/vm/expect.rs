//! Arguments of native functions, extracted with CPython's messages.

use crate::object::{Args, Known, Ptr, Raised, Str, Value, Vm};

impl Vm {
    /// A `str` argument (or an instance of a subclass).
    /// 
    /// # Errors
    /// 
    /// TypeError `{what} must be str, not X`.
    pub fn expect_str(&mut self, value: &Value, what: &str) -> Result<Ptr<Str>, Raised> {
        todo!()
    }

    /// An int argument that fits `i64`.
    /// 
    /// # Errors
    /// 
    /// TypeError, or OverflowError "Python int too large to convert to C long".
    pub fn expect_i64(&mut self, value: &Value) -> Result<i64, Raised> {
        todo!()
    }

    /// A count or size argument, `index` clamped at zero from below.
    pub fn expect_usize(&mut self, value: &Value) -> Result<usize, Raised> {
        todo!()
    }

    /// A bytes-like argument (bytes, bytearray, memoryview), copied.
    /// 
    /// # Errors
    /// 
    /// TypeError: a bytes-like object is required, not 'X'.
    pub fn expect_bytes(&mut self, value: &Value) -> Result<Vec<u8>, Raised> {
        todo!()
    }
}
