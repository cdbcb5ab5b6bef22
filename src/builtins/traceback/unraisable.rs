//! Exceptions that nobody can catch: printed, not raised.

use super::format::TracebackOptions;
use crate::object::{Value, Vm};

impl Vm {
    /// Prints an exception that was raised where none can be, as `sys.unraisablehook` does.
    pub(crate) fn report_unraisable(&mut self, exception: &Value, message: &str, object: &Value) {
        let mut text = String::new();
        if !object.is_none() && !object.is_undef() {
            text = format!("{message}: {}\n", self.safe_text(object, true, "object"));
        }
        text.push_str(&self.format_exception(exception, TracebackOptions::default()).concat());
        self.write_stderr(&text);
    }

    /// Writes to `sys.stderr`, or to the process's standard error if that fails.
    pub(crate) fn write_stderr(&mut self, text: &str) {
        let sys = self.import_dotted("sys");
        let stream = sys.and_then(|sys| self.get_attr(&sys, "stderr"));
        let written = stream.and_then(|stream| {
            if stream.is_none() {
                return Ok(Value::None);
            }
            self.call_method_str(&stream, "write", &[Value::str(text)])?;
            self.call_method_str(&stream, "flush", &[])
        });
        if self.quiet(written).is_err() {
            eprint!("{text}");
        }
    }
}
