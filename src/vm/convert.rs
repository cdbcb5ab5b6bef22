//! Conversions: str, repr, format, int, float, index.

use crate::object::{Ptr, Raised, Str, Value, Vm};

impl Vm {
    /// `str(value)`.
    pub fn str(&mut self, value: &Value) -> Result<Ptr<Str>, Raised> {
        todo!()
    }

    /// `repr(value)`. Containers in containers guard against recursion with `enter_repr`.
    pub fn repr(&mut self, value: &Value) -> Result<Ptr<Str>, Raised> {
        todo!()
    }

    /// `ascii(value)`.
    pub fn ascii(&mut self, value: &Value) -> Result<Ptr<Str>, Raised> {
        todo!()
    }

    /// `format(value, spec)`.
    pub fn format(&mut self, value: &Value, spec: &str) -> Result<Ptr<Str>, Raised> {
        todo!()
    }

    /// `operator.index(value)`: an `Int` or `BigInt` (bools become ints).
    /// 
    /// # Errors
    /// 
    /// TypeError: 'X' object cannot be interpreted as an integer.
    pub fn index(&mut self, value: &Value) -> Result<Value, Raised> {
        todo!()
    }

    /// As `index`, as a machine integer; IndexError "cannot fit 'int' into an index-sized integer" beyond.
    pub fn index_isize(&mut self, value: &Value) -> Result<isize, Raised> {
        todo!()
    }

    /// As `index_isize` but clamped to the range, as slices do.
    pub fn index_clamped(&mut self, value: &Value) -> Result<isize, Raised> {
        todo!()
    }

    /// A float argument: floats, ints, `__float__`, `__index__`.
    /// 
    /// # Errors
    /// 
    /// TypeError: must be real number, not X.
    pub fn to_f64(&mut self, value: &Value) -> Result<f64, Raised> {
        todo!()
    }

    /// Marks a container as being printed; false if it already is (print `...`). `leave_repr` must follow a true.
    pub fn enter_repr(&mut self, value: &Value) -> Result<bool, Raised> {
        todo!()
    }

    /// The end of what `enter_repr` began.
    pub fn leave_repr(&mut self, value: &Value) {
        todo!()
    }
}
