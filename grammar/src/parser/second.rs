//! A second reading of a source that the grammar refused: which fault CPython names, and where.
//!
//! CPython reads by backtracking and in a fixed order; which of several possible faults it names,
//! and at which token, follows from that order. This reading keeps it: it tries what CPython
//! tries, first for what is valid, then also for the common mistakes. It builds only what the
//! words of a fault need.

mod argument;
mod atom;
mod block;
mod compound;
mod engine;
mod expression;
mod node;
mod parameter;
mod pattern;
mod simple;
mod target;
mod text;

use super::Start;
use crate::error::{ErrorKind, Fault};
use crate::lex::{Spanned, Tok};
use engine::{No, Reader};

/// A source as its tokens tell it.
pub(super) struct Source<'a> {
    pub text: &'a str,
    /// How high a tree the caller has stack for.
    pub depth: u32,
    pub list: &'a [Spanned],
    /// The faults of literals, by the index of the token.
    pub late: &'a [(usize, Fault)],
    /// The fault that outranks the parser's wherever it stands.
    pub hard: Option<&'a Fault>,
    /// The fault in the place of the token after the last.
    pub end: Option<&'a Fault>,
    /// The bracket still open at the end, and where it stands.
    pub unclosed: Option<(&'a Fault, u32)>,
}

/// The fault that CPython names; `None` if this reading finds none or nests too deep.
pub(super) fn read(source: &Source, start: Start) -> Option<Fault> {
    let mut reader = Reader::new(source);
    let first = reader.run(start);
    let fault = match first {
        Ok(()) => return None,
        Err(No::Raised) => return reader.verdict(),
        Err(No::Fail) => reader.last(),
    };
    reader.again();
    match reader.run(start) {
        Err(No::Raised) => reader.verdict(),
        _ => {
            let generic = generic(&reader, fault, start);
            if generic.kind == ErrorKind::IndentationError {
                return Some(generic);
            }
            reader.raised = Some(generic);
            reader.verdict()
        }
    }
}

/// `invalid syntax` at the token `at`, the last that was read.
fn generic(reader: &Reader, at: usize, start: Start) -> Fault {
    match reader.token(at) {
        Some(Tok::Dedent) => return reader.fault_near(at, "unexpected unindent").of(ErrorKind::IndentationError),
        Some(Tok::Indent) => {
            let end = reader.span(at).end;
            let fault = Fault::point("unexpected indent", end.saturating_sub(1)).end_column(-1);
            return fault.of(ErrorKind::IndentationError);
        }
        _ => {}
    }
    let message = "invalid syntax";
    let (src, list) = (reader.src, reader.list);
    let is_line_end = reader.token(at) == Some(&Tok::Newline);
    // Only a module's last line is given an end that it lacks.
    let has_line_end = is_line_end
        && (start == Start::Module || src[(reader.span(at).start as usize).min(src.len())..].contains('\n'));
    let lacks = if is_line_end { !has_line_end } else { reader.is_end(at) };
    if lacks {
        if start == Start::Module || list.is_empty() || !src.ends_with('\n') {
            let last = src.strip_suffix('\n').unwrap_or(src).len() as u32;
            return Fault::point(message, last).column(0).end_column(0).incomplete();
        }
        // A line end begins where its comment does.
        let from = list.last().map_or(0, |&(_, _, end)| end as usize);
        let rest = &src[from..];
        let begin = from + rest.find(['#', '\n']).unwrap_or(rest.len());
        let end = begin + src[begin..].find('\n').unwrap_or(0) + 1;
        return Fault::range(message, begin as u32, end as u32).incomplete();
    }
    let span = reader.span(at);
    Fault::range(message, span.start, span.end)
}
