//! Tokens, layout, grammar and syntax tree of the Mini language: the syntax of Python 3.13.

#![forbid(unsafe_code)]

pub mod ast;
mod check;
mod error;
mod lex;
mod lines;
mod parsed;
mod parser;

pub use check::mangle;
pub use error::{ErrorKind, SyntaxError, SyntaxWarning};
pub use lines::LineIndex;
pub use parsed::Parsed;

use parser::{Start, Tree};

/// Parses a whole source file.
///
/// # Errors
/// The first fault of the source, worded and placed as CPython 3.13 does.
pub fn parse_module(src: &str) -> Result<Parsed<ast::Module>, SyntaxError> {
    parse_module_within(src, ast::MAX_DEPTH)
}

/// [`parse_module`] with another bound of the tree's height, for callers that know how much stack they have.
///
/// # Errors
/// As [`parse_module`].
pub fn parse_module_within(src: &str, depth: u32) -> Result<Parsed<ast::Module>, SyntaxError> {
    parse(src, Start::Module, depth, |tree| match tree {
        Tree::Module(body) => ast::Module { body },
        Tree::Expression(_) => ast::Module { body: vec![] },
    })
}

/// Parses one expression, as `eval` takes it; blanks before it are skipped.
///
/// # Errors
/// As [`parse_module`].
pub fn parse_expression(src: &str) -> Result<Parsed<ast::Expression>, SyntaxError> {
    parse_expression_within(src, ast::MAX_DEPTH)
}

/// [`parse_expression`] with another bound of the tree's height.
///
/// # Errors
/// As [`parse_module`].
pub fn parse_expression_within(src: &str, depth: u32) -> Result<Parsed<ast::Expression>, SyntaxError> {
    let src = src.trim_start_matches([' ', '\t']);
    parse(src, Start::Expression, depth, |tree| match tree {
        Tree::Expression(body) => ast::Expression { body: Box::new(body) },
        Tree::Module(_) => unreachable!("the start symbol decides the kind of tree"),
    })
}

/// Parses one input of an interactive session: a line of simple statements, a compound
/// statement, or nothing.
///
/// # Errors
/// As [`parse_module`]; [`SyntaxError::incomplete`] tells whether more lines could mend it.
/// A compound statement is complete after an empty line only, which is the caller's to see.
pub fn parse_interactive(src: &str) -> Result<Parsed<ast::Interactive>, SyntaxError> {
    let parsed = parse(src, Start::Module, ast::MAX_DEPTH, |tree| match tree {
        Tree::Module(body) => ast::Interactive { body },
        Tree::Expression(_) => ast::Interactive { body: vec![] },
    })?;
    let body = &parsed.tree.body;
    let line_of = |stmt: &ast::Stmt| parsed.lines.line(stmt.span.start);
    let several = body.windows(2).any(|pair| {
        let end = parsed.lines.line(pair[0].span.end.saturating_sub(1));
        line_of(&pair[1]) > end
    });
    if several {
        let fault = error::Fault::at("multiple statements found while compiling a single statement", 0, 0);
        let end = body[0].span.end;
        return Err(error::Fault { start: end, end, ..fault }.locate(&parsed.lines));
    }
    Ok(parsed)
}

/// The longest source, so that every offset fits a span with room to spare.
const MAX_SOURCE: usize = 1 << 30;

fn parse<T>(src: &str, start: Start, depth: u32, finish: impl FnOnce(Tree) -> T) -> Result<Parsed<T>, SyntaxError> {
    let src = src.strip_prefix('\u{feff}').unwrap_or(src);
    let refusal = if src.len() > MAX_SOURCE {
        Some("source code is too long")
    } else if src.contains('\0') {
        Some("source code string cannot contain null bytes")
    } else {
        None
    };
    if let Some(message) = refusal {
        let fault = error::Fault::point(message, 0).column(0).end_column(0);
        return Err(fault.locate(&LineIndex::new("")));
    }
    let lines = match src.contains('\r') {
        true => LineIndex::new(src.replace("\r\n", "\n").replace('\r', "\n")),
        false => LineIndex::new(src),
    };
    let (tree, warnings) = parser::parse(lines.text(), start, depth).map_err(|fault| fault.locate(&lines))?;
    let warning = |(at, message)| SyntaxWarning { message, line: lines.line(at) };
    let warnings = warnings.into_iter().map(warning).collect();
    Ok(Parsed { tree: finish(tree), lines, warnings })
}
