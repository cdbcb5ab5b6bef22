//! How the compiler refuses a source.

use mini_grammar::ast::Span;
use mini_grammar::{ErrorKind, LineIndex, SyntaxError};

/// Errors are boxed to keep the frames of the recursive functions small.
pub(super) type Res<T = ()> = Result<T, Box<SyntaxError>>;

/// A SyntaxError at `span`.
pub(super) fn syntax_error(lines: &LineIndex, span: Span, message: impl Into<String>) -> Box<SyntaxError> {
    let (line, column) = lines.position(span.start);
    let (end_line, end_column) = lines.position(span.end);
    let mut text = lines.line_text(line).to_owned();
    if line < lines.line_count() {
        text.push('\n');
    }
    Box::new(SyntaxError {
        kind: ErrorKind::SyntaxError,
        message: message.into(),
        line,
        column: column as i32 + 1,
        end_line,
        end_column: end_column as i32 + 1,
        text: Some(text),
        incomplete: false,
        after_parse: true,
        at_end_of_file: false,
    })
}
