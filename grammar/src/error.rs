use std::fmt;

/// Which exception an error is raised as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// `SyntaxError`.
    SyntaxError,
    /// `IndentationError`.
    IndentationError,
    /// `TabError`.
    TabError,
    /// `RecursionError`: the source nests deeper than the parser allows.
    RecursionError,
}

impl ErrorKind {
    /// The name of the exception class.
    pub fn name(self) -> &'static str {
        match self {
            Self::SyntaxError => "SyntaxError",
            Self::IndentationError => "IndentationError",
            Self::TabError => "TabError",
            Self::RecursionError => "RecursionError",
        }
    }
}

/// Why a source was refused, with the attributes that Python's `SyntaxError` carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The exception to raise.
    pub kind: ErrorKind,
    /// CPython's message.
    pub message: String,
    /// `lineno`, from 1.
    pub line: u32,
    /// `offset`: the column in characters, from 1; 0 and -1 occur as in CPython.
    pub column: i32,
    /// `end_lineno`.
    pub end_line: u32,
    /// `end_offset`.
    pub end_column: i32,
    /// `text`: the line with its line end if it has one, or `None` where CPython has none.
    pub text: Option<String>,
    /// Whether more input could make an interactive source valid.
    pub incomplete: bool,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} (line {})",
            self.kind.name(),
            self.message,
            self.line
        )
    }
}

impl std::error::Error for SyntaxError {}

/// Something that CPython reports as `SyntaxWarning` or `DeprecationWarning` while compiling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxWarning {
    /// CPython's message.
    pub message: String,
    /// The line, from 1, that the warning is about.
    pub line: u32,
}
