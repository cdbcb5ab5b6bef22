//! Calls from Rust code.

use crate::object::{Args, Name, Raised, Value, Vm};

impl Vm {
    /// `callable(*args)`.
    pub fn call(&mut self, callable: &Value, args: &[Value]) -> Result<Value, Raised> {
        todo!()
    }

    /// `callable(...)` with keywords as in [`Args`].
    pub fn call_args(&mut self, callable: &Value, args: Args<'_>) -> Result<Value, Raised> {
        todo!()
    }

    /// `callable(*args, **keywords)`.
    pub fn call_kw(&mut self, callable: &Value, args: &[Value], keywords: &[(&str, Value)]) -> Result<Value, Raised> {
        todo!()
    }

    /// `object.name(*args)`.
    pub fn call_method(&mut self, object: &Value, name: Name, args: &[Value]) -> Result<Value, Raised> {
        todo!()
    }

    /// `object.name(*args)` by text.
    pub fn call_method_str(&mut self, object: &Value, name: &str, args: &[Value]) -> Result<Value, Raised> {
        todo!()
    }

    /// Guards native recursion.
    /// 
    /// # Errors
    /// 
    /// RecursionError when the Rust stack is nearly used up or the recursion limit is reached.
    pub fn enter_native(&mut self) -> Result<(), Raised> {
        todo!()
    }
}
