//! Warnings that the machine itself gives: what becomes of them is the module `warnings`' business.

use crate::object::{Known, Raised, Tuple, Value, Vm};

impl Vm {
    /// As `warnings.warn(message, category, stacklevel)` of the running frame.
    ///
    /// # Errors
    ///
    /// The warning itself, if the filters make it an error.
    pub(crate) fn warn(&mut self, category: Known, message: &str, stack_level: i64) -> Result<(), Raised> {
        let warnings = self.import_dotted("warnings")?;
        let category = self.known(category).into_value();
        let args = [Value::str(message), category, Value::Int(stack_level)];
        self.call_method_str(&warnings, "warn", &args)?;
        Ok(())
    }

    /// As [`warn`](Vm::warn), about an object: the text says how to learn where it was made.
    ///
    /// # Errors
    ///
    /// The warning itself, if the filters make it an error.
    pub(crate) fn warn_about(&mut self, category: Known, message: &str, source: &Value) -> Result<(), Raised> {
        let warnings = self.import_dotted("warnings")?;
        let category = self.known(category).into_value();
        let args = [Value::str(message), category, Value::Int(1), source.clone()];
        self.call_method_str(&warnings, "warn", &args)?;
        Ok(())
    }

    /// A warning about source that is being compiled.
    ///
    /// # Errors
    ///
    /// The warning itself, if the filters make it an error.
    pub(crate) fn warn_syntax(&mut self, warning: &mini_grammar::SyntaxWarning, filename: &str) -> Result<(), Raised> {
        let warnings = self.import_dotted("warnings")?;
        let category = self.known(Known::SyntaxWarning).into_value();
        let args = [Value::str(&warning.message), category, Value::str(filename), Value::Int(warning.line.into())];
        let result = self.call_method_str(&warnings, "warn_explicit", &args);
        let Err(raised) = result else { return Ok(()) };
        // A warning that the filters make an error is a SyntaxError at its place.
        let exception = self.catch(raised, Known::SyntaxWarning)?;
        drop(exception);
        let error = self.new_exception(Known::SyntaxError, vec![Value::str(&warning.message)]);
        if let Value::Exc(error) = &error {
            let place = vec![Value::str(filename), Value::Int(warning.line.into()), Value::Int(1), Value::None];
            let args = Tuple::new(vec![Value::str(&warning.message), Value::tuple(place.clone())]);
            let data = error.data.get_mut(&mut self.gil);
            data.fields[1..5].clone_from_slice(&place);
            let old = std::mem::replace(&mut data.args, args);
            drop(old);
        }
        Err(self.raise_value(error))
    }
}
