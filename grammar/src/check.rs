//! What CPython refuses after parsing: in its future, symbol table and code generation passes.

mod future;
mod mangle;
mod names;
mod pattern;
mod place;
mod scope;
mod warning;

pub use mangle::mangle;

use crate::ast::{Expr, Stmt};
use crate::error::Fault;

/// Checks the statements of a module or of an interactive input.
pub(crate) fn module(body: &[Stmt], warnings: &mut Vec<(u32, String)>) -> Result<(), Fault> {
    future::check(body)?;
    names::module(body)?;
    place::module(body, warnings)
}

/// Checks a lone expression.
pub(crate) fn expression(body: &Expr, warnings: &mut Vec<(u32, String)>) -> Result<(), Fault> {
    names::expression(body)?;
    place::expression(body, warnings)
}

fn fault(span: crate::ast::Span, message: impl Into<String>) -> Fault {
    Fault::range(message, span.start, span.end)
}
