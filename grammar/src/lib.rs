//! Tokens, layout, grammar and syntax tree of the Mini language: the syntax of Python 3.13.

pub mod ast;
mod error;
mod lines;
mod parsed;

pub use error::{ErrorKind, SyntaxError, SyntaxWarning};
pub use lines::LineIndex;
pub use parsed::Parsed;
