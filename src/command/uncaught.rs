//! Exceptions that nobody caught: what is printed, and the exit status.

use crate::builtins::traceback::TracebackOptions;
use crate::object::{Known, Raised, Value, Vm};

/// Stands for the exit status after Ctrl-C until the process is to end: SIGINT is what ends it then, so that a shell
/// which waits for it stops too. No program can exit with it.
pub(super) const INTERRUPTED: i32 = -libc::SIGINT;
/// The exit status when nobody reads standard output any more: as a shell tells of a program that SIGPIPE ended.
pub(super) const BROKEN_PIPE: i32 = 141;

impl Vm {
    /// Prints an exception that ended the program, by `sys.excepthook`; gives the exit status.
    ///
    /// SystemExit is not printed unless its code is neither None nor an int. A broken standard output is quiet.
    pub(super) fn report_uncaught(&mut self, raised: Raised) -> i32 {
        let exception = self.take_raised(raised);
        if self.is_known(&exception, Known::SystemExit) {
            return self.exit_status(&exception);
        }
        if self.is_known(&exception, Known::BrokenPipeError) && self.stdout_is_broken() {
            return BROKEN_PIPE;
        }
        self.flush_streams();
        self.call_excepthook(&exception);
        if self.is_known(&exception, Known::KeyboardInterrupt) { INTERRUPTED } else { 1 }
    }

    /// Prints an exception of any class, by `sys.excepthook`.
    pub(super) fn show_exception(&mut self, raised: Raised) {
        let exception = self.take_raised(raised);
        self.flush_streams();
        self.call_excepthook(&exception);
    }

    fn exit_status(&mut self, exception: &Value) -> i32 {
        let code = self.get_attr(exception, "code");
        let code = self.quiet(code).unwrap_or(Value::None);
        match self.unwrap(&code) {
            Value::None => 0,
            Value::Int(status) => (*status & 0xff) as i32,
            Value::Bool(flag) => i32::from(flag.get()),
            Value::BigInt(_) => 255,
            _ => {
                self.flush_streams();
                let text = self.str(&code);
                if let Ok(text) = self.quiet(text) {
                    self.write_stderr(&format!("{}\n", text.as_str()));
                }
                1
            }
        }
    }

    /// Prints an exception by `sys.excepthook`, or as that would if it is missing or fails.
    pub(super) fn call_excepthook(&mut self, exception: &Value) {
        let Some(sys) = self.imported("sys") else { return };
        let traceback = self.get_attr(exception, "__traceback__");
        let traceback = self.quiet(traceback).unwrap_or(Value::None);
        let class = self.class_of(exception).into_value();
        let remembered =
            [("last_exc", exception), ("last_type", &class), ("last_value", exception), ("last_traceback", &traceback)];
        for (name, value) in remembered {
            let name = self.intern(name);
            let set = self.setattr(&sys, &name, value.clone());
            let _ = self.quiet(set);
        }
        let hook = self.get_attr(&sys, "excepthook");
        let Ok(hook) = self.quiet(hook) else {
            let text = self.format_exception(exception, TracebackOptions::default()).concat();
            self.write_stderr(&format!("sys.excepthook is missing\n{text}"));
            return;
        };
        let Err(raised) = self.call(&hook, &[class, exception.clone(), traceback]) else { return };
        let second = self.take_raised(raised);
        if self.is_known(&second, Known::SystemExit) {
            return;
        }
        let second = self.format_exception(&second, TracebackOptions::default()).concat();
        let first = self.format_exception(exception, TracebackOptions::default()).concat();
        self.write_stderr(&format!("Error in sys.excepthook:\n{second}\nOriginal exception was:\n{first}"));
    }
}
