//! What a script's exception looks like from Rust.

use std::fmt;

use crate::builtins::exceptions::os_error::{class_of_errno, error_text};
use crate::gil::AttachError;
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
#[non_exhaustive]
pub struct SyntaxPlace {
    /// As it was given to the compiler.
    pub file: String,
    /// Counted from one.
    pub line: u32,
    /// In characters, counted from one; 0 if the whole line is meant.
    pub column: u32,
    /// The line itself, if it is known.
    pub text: Option<String>,
}

/// A level of a traceback: a call that was under way when the exception was raised.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TraceLevel {
    /// The file of the code, as it was given to the compiler.
    pub file: String,
    /// Counted from one.
    pub line: u32,
    /// The function's name; `<module>` outside of functions.
    pub function: String,
}

/// An exception, described; or one to be raised in a script.
///
/// A native function that returns an `Error` raises it: the same exception object if the error came from a script,
/// else a new one of the built-in class that it names.
///
/// It is displayed in one line, `ZeroDivisionError: division by zero`; the alternate form, `{:#}`, is the
/// [`traceback`](Error::traceback). So is the debug form, which `unwrap` and a `main` that fails show.
///
/// ```
/// # fn main() -> Result<(), mini::Error> {
/// let interpreter = mini::Interpreter::new()?;
/// let error = interpreter.run("def share(n):\n    return 10 / n\nshare(0)").unwrap_err();
/// assert_eq!(error.to_string(), "ZeroDivisionError: division by zero");
/// assert!(error.is_instance_of("ArithmeticError"));
/// assert!(format!("{error:#}").contains("    return 10 / n\n           ~~~^~~\n"));
/// let last = error.levels().last().unwrap();
/// assert_eq!((last.line, last.function.as_str()), (2, "share"));
/// # Ok(())
/// # }
/// ```
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
    levels: Vec<TraceLevel>,
    exit: Option<i32>,
    exception: Option<Handle>,
    /// The number of an error of the system, and the file that it is about.
    system: Option<(i32, Option<String>)>,
}

/// The result of what may raise.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An exception to raise: `class` names a built-in exception class. One that does not exist becomes RuntimeError.
    pub fn new(class: &str, message: impl Into<String>) -> Error {
        let message = message.into();
        let known = known_exception(class);
        let (class, message) = match known {
            Some(_) => (class.to_owned(), message),
            None => ("RuntimeError".to_owned(), format!("{class}: {message}")),
        };
        let mut classes = Vec::new();
        let mut next = known.unwrap_or(Known::RuntimeError);
        while next != Known::Object {
            classes.push(next.name().to_owned());
            next = next.base();
        }
        let end = ENDS.iter().find(|(known, _)| classes.iter().any(|class| class == known.name()));
        let kind = end.map_or(ErrorKind::Exception, |&(_, kind)| kind);
        Error(Box::new(Content {
            kind,
            traceback: format!("{class}: {message}\n"),
            class,
            classes,
            message,
            place: None,
            levels: Vec::new(),
            exit: None,
            exception: None,
            system: None,
        }))
    }

    /// The exception for an error of the operating system, about a file.
    pub(super) fn of_io(error: &std::io::Error, file: Option<String>) -> Error {
        let Some(number) = error.raw_os_error() else {
            return Error::new(class_of_kind(error.kind()).name(), error.to_string());
        };
        let about = file.as_ref().map(|file| format!(": '{file}'")).unwrap_or_default();
        let message = format!("[Errno {number}] {}{about}", error_text(number));
        let mut result = Error::new(class_of_errno(number.into()).name(), message);
        result.0.system = Some((number, file));
        result
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

    /// The calls that were under way when the exception was raised, the outermost first.
    pub fn levels(&self) -> &[TraceLevel] {
        &self.0.levels
    }

    /// The exit status that a `SystemExit` asks for: none is success, an int is itself, and 1 stands for anything else,
    /// which the [`message`](Error::message) then is.
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
        let end = ENDS.iter().find(|&&(known, _)| vm.is_known(&exception, known));
        let kind = end.map_or(ErrorKind::Exception, |&(_, kind)| kind);
        let class = vm.class_of(&exception);
        let mut classes = vec![class.name(&vm.gil).to_owned()];
        classes.extend(class.data.get(&vm.gil).mro_tail.iter().map(|class| class.name(&vm.gil).to_owned()));
        let message = vm.safe_text(&exception, false, "exception str");
        let traceback = vm.format_exception(&exception, Default::default()).concat();
        let place = if kind == ErrorKind::Syntax { place(vm, &exception) } else { None };
        let exit = if kind == ErrorKind::Exit { Some(exit_code(vm, &exception)) } else { None };
        let levels = levels(vm, &exception);
        let exception = Some(Handle::new(vm, exception));
        let class = classes[0].clone();
        Error(Box::new(Content {
            kind,
            class,
            classes,
            message,
            traceback,
            place,
            levels,
            exit,
            exception,
            system: None,
        }))
    }

    /// Raises the exception in the script that called.
    pub(super) fn raise(self, vm: &mut Vm) -> Raised {
        if let Some(exception) = &self.0.exception
            && let Some(exception) = exception.try_get(vm)
        {
            return vm.reraise(exception);
        }
        if let Some((number, file)) = &self.0.system {
            return vm.raise_errno(*number, file.as_deref());
        }
        vm.raise(known_exception(&self.0.class).unwrap_or(Known::RuntimeError), &self.0.message)
    }
}

/// The built-in exception class of a name.
fn known_exception(name: &str) -> Option<Known> {
    Known::ALL.iter().copied().find(|known| known.is_exception() && known.name() == name)
}

/// The classes that are an end of their own sort.
const ENDS: [(Known, ErrorKind); 3] = [
    (Known::SyntaxError, ErrorKind::Syntax),
    (Known::SystemExit, ErrorKind::Exit),
    (Known::KeyboardInterrupt, ErrorKind::Interrupt),
];

/// The class for an error that the operating system did not number.
fn class_of_kind(kind: std::io::ErrorKind) -> Known {
    use std::io::ErrorKind;
    match kind {
        ErrorKind::AlreadyExists => Known::FileExistsError,
        ErrorKind::BrokenPipe => Known::BrokenPipeError,
        ErrorKind::ConnectionAborted => Known::ConnectionAbortedError,
        ErrorKind::ConnectionRefused => Known::ConnectionRefusedError,
        ErrorKind::ConnectionReset => Known::ConnectionResetError,
        ErrorKind::Interrupted => Known::InterruptedError,
        ErrorKind::NotFound => Known::FileNotFoundError,
        ErrorKind::PermissionDenied => Known::PermissionError,
        ErrorKind::TimedOut => Known::TimeoutError,
        ErrorKind::UnexpectedEof => Known::EOFError,
        ErrorKind::WouldBlock => Known::BlockingIOError,
        _ => Known::OSError,
    }
}

/// The levels of an exception's traceback.
fn levels(vm: &Vm, exception: &Value) -> Vec<TraceLevel> {
    let Value::Exc(exception) = exception else { return Vec::new() };
    let mut levels = Vec::new();
    let mut next = exception.data.get(&vm.gil).traceback.clone();
    while let Some(level) = next {
        levels.push(TraceLevel {
            file: level.code.proto.filename.to_string(),
            line: level.line(),
            function: level.code.name.as_str().to_owned(),
        });
        next = level.next.get(&vm.gil).clone();
    }
    levels
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
    let text = attribute(vm, exception, "text").as_text().map(|text| text.as_str().trim_end_matches('\n').to_owned());
    Some(SyntaxPlace { file, line, column, text })
}

/// The exit status that a SystemExit asks for.
fn exit_code(vm: &mut Vm, exception: &Value) -> i32 {
    match &attribute(vm, exception, "code") {
        Value::None => 0,
        Value::Int(code) => *code as i32,
        Value::Bool(code) => code.get().into(),
        Value::BigInt(_) => -1,
        _ => 1,
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.traceback.trim_end())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.message.as_str() {
            _ if f.alternate() => f.write_str(self.0.traceback.trim_end()),
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
        Error::of_io(&error, None)
    }
}

/// A thread that is attached already asks for another attachment.
impl From<AttachError> for Error {
    fn from(error: AttachError) -> Self {
        Error::new("RuntimeError", error.to_string())
    }
}

/// A boxed `Error` is itself again; any other error is a RuntimeError with its text.
impl From<Box<dyn std::error::Error + Send + Sync>> for Error {
    fn from(error: Box<dyn std::error::Error + Send + Sync>) -> Self {
        match error.downcast::<Error>() {
            Ok(error) => *error,
            Err(error) => Error::new("RuntimeError", error.to_string()),
        }
    }
}

/// As for an error that may be sent to other threads.
impl From<Box<dyn std::error::Error>> for Error {
    fn from(error: Box<dyn std::error::Error>) -> Self {
        match error.downcast::<Error>() {
            Ok(error) => *error,
            Err(error) => Error::new("RuntimeError", error.to_string()),
        }
    }
}

/// Errors that tell of a wrong value.
macro_rules! value_errors {
    ($($error:ty)*) => {$(
        impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Error::new("ValueError", error.to_string())
            }
        }
    )*};
}

value_errors! {
    std::num::ParseIntError std::num::ParseFloatError std::num::TryFromIntError std::str::ParseBoolError
    std::char::ParseCharError std::str::Utf8Error std::string::FromUtf8Error
}
