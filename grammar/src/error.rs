use std::fmt;

use crate::LineIndex;

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
    /// Whether CPython finds it only after parsing: it then shows the line only of a source that is a file.
    pub after_parse: bool,
    /// Whether what is missing is missing at the very end: CPython has no column then if it reads the source from a
    /// file as it goes.
    pub at_end_of_file: bool,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} (line {})", self.kind.name(), self.message, self.line)
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

/// A fault at byte offsets, before its place is put in lines and columns.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub kind: ErrorKind,
    pub message: String,
    pub start: u32,
    pub end: u32,
    /// The end column where CPython reports one that is no place.
    pub fixed_end: Option<i32>,
    /// The column where CPython reports one that is no place.
    pub fixed_column: Option<i32>,
    pub incomplete: bool,
    /// Whether CPython finds it in the parser, not in the tokenizer.
    pub late: bool,
    pub after_parse: bool,
    /// Whether CPython gives the line without its end.
    pub bare: bool,
    pub at_end_of_file: bool,
}

impl Fault {
    pub fn at(message: impl Into<String>, start: u32, end: u32) -> Self {
        Self {
            kind: ErrorKind::SyntaxError,
            message: message.into(),
            start,
            end,
            fixed_end: None,
            fixed_column: None,
            incomplete: false,
            late: false,
            after_parse: false,
            bare: false,
            at_end_of_file: false,
        }
    }

    /// From `start` up to, not including, `end`.
    pub fn range(message: impl Into<String>, start: u32, end: u32) -> Self {
        Self::at(message, start, end)
    }

    /// At one place, with an empty range.
    pub fn point(message: impl Into<String>, at: u32) -> Self {
        Self::at(message, at, at)
    }

    pub fn of(mut self, kind: ErrorKind) -> Self {
        self.kind = kind;
        self
    }

    pub fn end_column(mut self, column: i32) -> Self {
        self.fixed_end = Some(column);
        self
    }

    pub fn column(mut self, column: i32) -> Self {
        self.fixed_column = Some(column);
        self
    }

    pub fn incomplete(mut self) -> Self {
        self.incomplete = true;
        self
    }

    pub fn late(mut self) -> Self {
        self.late = true;
        self
    }

    pub fn after_parse(mut self) -> Self {
        self.after_parse = true;
        self
    }

    pub fn bare(mut self) -> Self {
        self.bare = true;
        self
    }

    pub fn at_end_of_file(mut self) -> Self {
        self.at_end_of_file = true;
        self
    }

    /// As a fault that stops the tokenizer.
    pub fn of_tokenizer(self) -> Self {
        if self.late || self.kind != ErrorKind::SyntaxError { self } else { self.bare() }
    }

    /// Puts the place in lines and columns.
    pub fn locate(self, lines: &LineIndex) -> SyntaxError {
        let (line, column) = match lines.text().is_empty() {
            true => (0, 0),
            false => lines.position(self.start),
        };
        let (end_line, end_column) = match self.end > self.start {
            // The end of a line end is on the line that it ends.
            true if lines.text().as_bytes().get(self.end as usize - 1) == Some(&b'\n') => {
                let (line, column) = lines.position(self.end - 1);
                (line, column + 1)
            }
            // So is what lies beyond the text.
            true if self.end as usize > lines.text().len() => {
                let (line, column) = lines.position(lines.text().len() as u32);
                (line, column + 1)
            }
            _ if line == 0 => (0, 0),
            _ => lines.position(self.end),
        };
        let (end_line, end_column) = match self.fixed_end {
            Some(fixed) => (line, fixed),
            None => (end_line, end_column as i32 + 1),
        };
        let mut text = lines.line_text(line).to_owned();
        if !self.bare {
            text.push('\n');
        }
        SyntaxError {
            kind: self.kind,
            message: self.message,
            line,
            column: self.fixed_column.unwrap_or(column as i32 + 1),
            end_line,
            end_column,
            text: Some(text),
            incomplete: self.incomplete,
            after_parse: self.after_parse,
            at_end_of_file: self.at_end_of_file,
        }
    }
}
