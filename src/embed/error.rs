//! What a script's exception looks like from Rust.

use std::fmt;

use crate::object::{Handle, Known, Raised, Value, Vm};

/// What sort of end an exception is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An exception that nobody caught.
    Exception,
    /// The source was refused: SyntaxError, IndentationError or TabError.
    Syntax,
    /// The script asked to end (`sys.exit`); see [`Error::exit_code`].
    Exit,
    /// The script was interrupted: KeyboardInterrupt.
    Interrupt,
}

/// Where a source was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxPlace {
    /// As it was given to the compiler.
    pub file: String,
    /// Counted from one.
    pub line: u32,
    /// In characters, counted from one; 0 if the whole line is meant.
    pub column: u32,
}

/// An exception, described; or one to be raised in a script.
///
/// A native function that returns an `Error` raises it: the same exception object if the error came from a script,
/// else a new one of the built-in class that it names.
pub struct Error(Box<Content>);

/// What an error says; behind a pointer, so that results stay small.
struct Content {
    kind: ErrorKind,
    class: String,
    /// Names of all the exception's classes, its own first.
    classes: Vec<String>,
    message: String,
    traceback: String,
    place: Option<SyntaxPlace>,
    exit: Option<i32>,
    exception: Option<Handle>,
}

/// The result of what may raise.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An exception to raise: `class` names a built-in exception class. One that does not exist becomes RuntimeError.
    pub fn new(class: &str, message: impl Into<String>) -> Error {
        let message = message.into();
        Error(Box::new(Content {
            kind: ErrorKind::Exception,
            class: class.to_owned(),
            classes: vec![class.to_owned()],
            traceback: format!("{class}: {message}\n"),
            message,
            place: None,
            exit: None,
            exception: None,
        }))
    }

    /// What sort of end this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The name of the exception's class, without its module.
    pub fn class_name(&self) -> &str {
        &self.0.class
    }

    /// Whether the exception's class, or one of its bases, has this name.
    pub fn is_instance_of(&self, class: &str) -> bool {
        self.0.classes.iter().any(|name| name == class)
    }

    /// `str(exception)`.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What the command would print: the traceback with causes and contexts, and the exception, ending in a newline.
    pub fn traceback(&self) -> &str {
        &self.0.traceback
    }

    /// Whether the source was refused before it ran.
    pub fn is_syntax_error(&self) -> bool {
        self.0.kind == ErrorKind::Syntax
    }

    /// Where the source was refused.
    pub fn place(&self) -> Option<&SyntaxPlace> {
        self.0.place.as_ref()
    }

    /// The exit status that a `SystemExit` asks for.
    pub fn exit_code(&self) -> Option<i32> {
        self.0.exit
    }

    /// The exception object, if a script raised it.
    pub fn exception(&self) -> Option<&Handle> {
        self.0.exception.as_ref()
    }

    /// Describes the exception on its way, which is then caught.
    pub(super) fn catch(vm: &mut Vm, raised: Raised) -> Error {
        let exception = vm.take_raised(raised);
        let is = |known| vm.is_known(&exception, known);
        let kind = if is(Known::SyntaxError) {
            ErrorKind::Syntax
        } else if is(Known::SystemExit) {
            ErrorKind::Exit
        } else if is(Known::KeyboardInterrupt) {
            ErrorKind::Interrupt
        } else {
            ErrorKind::Exception
        };
        let class = vm.class_of(&exception);
        let mut classes = vec![class.name(&vm.gil).to_owned()];
        classes.extend(class.data.get(&vm.gil).mro_tail.iter().map(|class| class.name(&vm.gil).to_owned()));
        let message = vm.safe_text(&exception, false, "exception str");
        let traceback = vm.format_exception(&exception, Default::default()).concat();
        let place = if kind == ErrorKind::Syntax { place(vm, &exception) } else { None };
        let exit = if kind == ErrorKind::Exit { Some(exit_code(vm, &exception)) } else { None };
        let exception = Some(Handle::new(vm, exception));
        let class = classes[0].clone();
        Error(Box::new(Content { kind, class, classes, message, traceback, place, exit, exception }))
    }

    /// Raises the exception in the script that called.
    pub(super) fn raise(self, vm: &mut Vm) -> Raised {
        if let Some(exception) = &self.0.exception
            && let Some(exception) = exception.try_get(vm)
        {
            return vm.reraise(exception);
        }
        let known = Known::ALL.iter().find(|known| known.is_exception() && known.name() == self.0.class);
        match known {
            Some(&known) => vm.raise(known, &self.0.message),
            None => vm.raise(Known::RuntimeError, format!("{}: {}", self.0.class, self.0.message)),
        }
    }
}

fn attribute(vm: &mut Vm, object: &Value, name: &str) -> Value {
    let value = vm.get_attr(object, name);
    vm.quiet(value).unwrap_or(Value::None)
}

fn place(vm: &mut Vm, exception: &Value) -> Option<SyntaxPlace> {
    let number = |value: Value| if let Value::Int(n) = &value { u32::try_from(*n).unwrap_or(0) } else { 0 };
    let file = attribute(vm, exception, "filename").as_text()?.as_str().to_owned();
    let line = number(attribute(vm, exception, "lineno"));
    let column = number(attribute(vm, exception, "offset"));
    Some(SyntaxPlace { file, line, column })
}

/// The exit status as the command gives it: None is success, an int is itself, any other object is 1.
fn exit_code(vm: &mut Vm, exception: &Value) -> i32 {
    match &attribute(vm, exception, "code") {
        Value::None => 0,
        Value::Int(code) => *code as i32,
        Value::Bool(code) => code.get().into(),
        _ => 1,
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error").field("class", &self.0.class).field("message", &self.0.message).finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.message.as_str() {
            "" => f.write_str(&self.0.class),
            message => write!(f, "{}: {message}", self.0.class),
        }
    }
}

impl std::error::Error for Error {}

impl From<&str> for Error {
    fn from(message: &str) -> Self {
        Error::new("RuntimeError", message)
    }
}

impl From<String> for Error {
    fn from(message: String) -> Self {
        Error::new("RuntimeError", message)
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Error::new("OSError", error.to_string())
    }
}

impl From<std::num::ParseIntError> for Error {
    fn from(error: std::num::ParseIntError) -> Self {
        Error::new("ValueError", error.to_string())
    }
}

impl From<std::num::ParseFloatError> for Error {
    fn from(error: std::num::ParseFloatError) -> Self {
        Error::new("ValueError", error.to_string())
    }
}
