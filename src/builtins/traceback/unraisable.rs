//! Exceptions that nobody can catch: printed, not raised.

use crate::object::{Known, Raised, Value, Vm};

/// The message that the hook is not told, since it is the usual one.
const DEFAULT_MESSAGE: &str = "Exception ignored in";

/// A level of a traceback as the place and the first line only, which is all that CPython prints here, and the line only
/// of sources that are files.
fn without_marks(level: &str) -> &str {
    let lines = if level.starts_with("  File \"<") { 1 } else { 2 };
    let end = level.match_indices('\n').nth(lines - 1).map_or(level.len(), |(at, _)| at + 1);
    &level[..end]
}

impl Vm {
    /// Hands an exception that was raised where none can be to `sys.unraisablehook`.
    pub(crate) fn report_unraisable(&mut self, exception: &Value, message: &str, object: &Value) {
        let sys = self.import_dotted("sys");
        let hook = sys.and_then(|sys| self.get_attr(&sys, "unraisablehook"));
        let Ok(hook) = self.quiet(hook) else { return self.print_unraisable(exception, message, object) };
        if matches!(&hook, Value::Native(native) if native.def.name == "unraisablehook") {
            return self.print_unraisable(exception, message, object);
        }
        let called = self.call_unraisable_hook(&hook, exception, message, object);
        if let Err(raised) = called {
            let failure = self.take_raised(raised);
            self.print_unraisable(&failure, "Exception ignored in sys.unraisablehook", &hook);
        }
    }

    fn call_unraisable_hook(
        &mut self,
        hook: &Value,
        exception: &Value,
        message: &str,
        object: &Value,
    ) -> Result<Value, Raised> {
        let traceback = self.get_attr(exception, "__traceback__")?;
        let message = if message == DEFAULT_MESSAGE { Value::None } else { Value::str(message) };
        let class = self.class_of(exception).into_value();
        let object = if object.is_undef() { Value::None } else { object.clone() };
        let fields = [
            ("exc_type", class),
            ("exc_value", exception.clone()),
            ("exc_traceback", traceback),
            ("err_msg", message),
            ("object", object),
        ];
        let class = self.known(Known::SimpleNamespace).into_value();
        let details = self.call(&class, &[])?;
        for (name, value) in fields {
            let name = self.intern(name);
            self.setattr(&details, &name, value)?;
        }
        self.call(hook, &[details])
    }

    /// Prints an exception that was raised where none can be, as `sys.unraisablehook` does: without marks, chain and notes.
    pub(crate) fn print_unraisable(&mut self, exception: &Value, message: &str, object: &Value) {
        let mut text = format!("{message}:\n");
        if !object.is_none() && !object.is_undef() {
            text = format!("{message}: {}\n", self.safe_text(object, true, "object"));
        }
        if let Value::Exc(data) = exception {
            let traceback = data.data.get(&self.gil).traceback.clone();
            if traceback.is_some() {
                text.push_str("Traceback (most recent call last):\n");
                for level in self.format_levels(traceback, None) {
                    text.push_str(without_marks(&level));
                }
            }
        }
        let (class, detail) = (self.exception_class_text(exception), self.safe_text(exception, false, "exception"));
        text.push_str(&format!("{class}: {detail}\n"));
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
