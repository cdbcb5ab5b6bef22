//! Why the parser stopped: CPython's words for the common mistakes.
//!
//! The parser knows the token at which it stopped and what it would have taken there. Each rule
//! below looks at the tokens around that place, and parses pieces of the line again where it has
//! to know how far an expression goes or what it is.

mod bracket;
mod expression;
mod statement;

use super::cx::{Cx, Top};
use super::{Start, generated};
use crate::ast::{Expr, ExprKind, Span};
use crate::error::{ErrorKind, Fault};
use crate::lex::{Spanned, Tok};

/// How many times a piece is parsed again, each time a token shorter.
const MAX_TRIES: usize = 64;
/// How many tokens a piece may have to be parsed again.
const MAX_PIECE: usize = 10_000;

pub(super) struct Stop<'a> {
    pub src: &'a str,
    pub list: &'a [Spanned],
    /// The index of the token at which the parser stopped; the length of `list` at the end.
    pub at: usize,
    /// The terminals that it would have taken.
    pub expected: Vec<String>,
    pub start: Start,
}

/// Words the error of a parser that stopped.
pub(super) fn diagnose(stop: &Stop, open: &[(u8, u32)], unclosed: Option<Fault>) -> Fault {
    let found = stop
        .indentation()
        .or_else(|| stop.statement())
        .or_else(|| stop.bracket())
        .or_else(|| stop.expression())
        .unwrap_or_else(|| stop.generic());
    let Some(unclosed) = unclosed else {
        return found;
    };
    let Some(&(_, bracket)) = open.last() else {
        return unclosed;
    };
    // What CPython reports once it has read on to the end: the bracket, if it is on an earlier
    // line than the mistake or if finding the mistake took reading to the end.
    let last = stop.span(stop.at).start;
    let later = stop.src.get(bracket as usize..last as usize).is_some_and(|s| s.contains('\n'));
    let read_on = stop.at + 1 >= stop.list.len() && !stop.tok(stop.at).is_some_and(begins_no_operand);
    match later || read_on {
        true => unclosed,
        false => found,
    }
}

impl Stop<'_> {
    fn tok(&self, at: usize) -> Option<&Tok> {
        self.list.get(at).map(|(_, tok, _)| tok)
    }

    fn before(&self, at: usize) -> Option<&Tok> {
        at.checked_sub(1).and_then(|at| self.tok(at))
    }

    fn is(&self, at: usize, tok: &Tok) -> bool {
        self.tok(at) == Some(tok)
    }

    fn name(&self, at: usize) -> Option<&str> {
        match self.tok(at) {
            Some(Tok::Name(name)) => Some(name),
            _ => None,
        }
    }

    fn span(&self, at: usize) -> Span {
        match self.list.get(at) {
            Some(&(start, _, end)) => Span::new(start, end.max(start)),
            None => Span::new(self.src.len() as u32, self.src.len() as u32),
        }
    }

    fn fault_at(&self, at: usize, message: impl Into<String>) -> Fault {
        self.fault(self.span(at), message)
    }

    fn fault(&self, span: Span, message: impl Into<String>) -> Fault {
        Fault::range(message, span.start, span.end)
    }

    fn expects(&self, what: &str) -> bool {
        self.expected.iter().any(|one| one.trim_matches('"') == what)
    }

    /// Whether the token at `at` has no place of its own: a DEDENT or the end.
    fn is_placeless(&self, at: usize) -> bool {
        matches!(self.tok(at), None | Some(Tok::Dedent)) || self.is_end(at)
    }

    fn is_end(&self, at: usize) -> bool {
        self.span(at).start as usize >= self.src.len()
    }

    /// A fault at the token `at`, where CPython raises without a range.
    fn fault_near(&self, at: usize, message: impl Into<String>) -> Fault {
        if self.is_end(at) {
            // The end counts as the end of the last line.
            let end = self.src.strip_suffix('\n').unwrap_or(self.src).len() as u32;
            return Fault::point(message, end).end_column(-1).incomplete().at_end_of_file();
        }
        let span = self.span(at);
        if self.is_placeless(at) {
            let line = self.src[..span.start as usize].rfind('\n').map_or(0, |n| n + 1);
            let column = span.start as i32 - line as i32;
            return Fault::point(message, span.start).column(column).end_column(-1);
        }
        self.fault(span, message)
    }

    fn generic(&self) -> Fault {
        if self.is(self.at, &Tok::Dedent) {
            return self.fault_near(self.at, "unexpected unindent").of(ErrorKind::IndentationError);
        }
        let message = "invalid syntax";
        if self.is_end(self.at) && !self.is(self.at, &Tok::Newline) {
            if self.start == Start::Module || self.list.is_empty() || !self.src.ends_with('\n') {
                let last = self.src.strip_suffix('\n').unwrap_or(self.src).len() as u32;
                return Fault::point(message, last).column(0).end_column(0).incomplete();
            }
            // A line end begins where its comment does.
            let from = self.list.last().map_or(0, |&(_, _, end)| end as usize);
            let rest = &self.src[from..];
            let begin = from + rest.find(['#', '\n']).unwrap_or(rest.len());
            let end = begin + self.src[begin..].find('\n').unwrap_or(0) + 1;
            return self.fault(Span::new(begin as u32, end as u32), message).incomplete();
        }
        if self.is(self.at, &Tok::Newline) {
            let at = self.span(self.at).start;
            return self.fault(Span::new(at, at + 1), message);
        }
        self.fault_at(self.at, message)
    }

    /// The index of the first token of the logical line that holds `at`.
    fn line_start(&self, at: usize) -> usize {
        let stops = |tok: &Tok| matches!(tok, Tok::Newline | Tok::Indent | Tok::Dedent);
        (0..at.min(self.list.len())).rev().find(|&i| stops(&self.list[i].1)).map_or(0, |i| i + 1)
    }

    /// The index of the innermost bracket that is open before `at`, on its line.
    fn opener(&self, at: usize) -> Option<usize> {
        let start = self.line_start(at);
        let mut depth = 0usize;
        for i in (start..at.min(self.list.len())).rev() {
            match self.list[i].1 {
                Tok::RPar | Tok::RSqb | Tok::RBrace => depth += 1,
                Tok::LPar | Tok::LSqb | Tok::LBrace | Tok::WithLPar => {
                    if depth == 0 {
                        return Some(i);
                    }
                    depth -= 1;
                }
                _ => {}
            }
        }
        None
    }

    /// The index at which the expression that ends before `at` starts.
    fn expression_start(&self, at: usize) -> usize {
        let mut depth = 0usize;
        for i in (self.line_start(at)..at.min(self.list.len())).rev() {
            let tok = &self.list[i].1;
            match tok {
                Tok::RPar | Tok::RSqb | Tok::RBrace | Tok::FEnd => depth += 1,
                Tok::LPar | Tok::LSqb | Tok::LBrace | Tok::WithLPar | Tok::FStart => {
                    if depth == 0 {
                        return i + 1;
                    }
                    depth -= 1;
                }
                _ if depth > 0 => {}
                tok if is_delimiter(tok) => return i + 1,
                _ => {}
            }
        }
        self.line_start(at)
    }

    /// The expression that the tokens from `from` up to `to` are, whole.
    fn parse(&self, from: usize, to: usize) -> Option<Expr> {
        if from >= to || to > self.list.len() {
            return None;
        }
        let cx = Cx::new(self.src, crate::ast::MAX_DEPTH);
        let first = std::iter::once((0, Tok::StartExpression, 0));
        let tokens = first.chain(self.list[from..to].iter().cloned()).map(Ok);
        match generated::TopParser::new().parse(&cx, tokens) {
            Ok(Top::Expression(expr)) => Some(expr),
            _ => None,
        }
    }

    /// The longest expression that starts at `from` and that `fits`, with the index behind it.
    fn longest(&self, from: usize, fits: impl Fn(&ExprKind) -> bool) -> Option<(usize, Expr)> {
        let mut depth = 0usize;
        let mut end = from;
        while let Some(tok) = self.tok(end) {
            match tok {
                Tok::LPar | Tok::LSqb | Tok::LBrace | Tok::FStart => depth += 1,
                Tok::RPar | Tok::RSqb | Tok::RBrace | Tok::FEnd => {
                    if depth == 0 {
                        break;
                    }
                    depth -= 1;
                }
                Tok::Newline => break,
                Tok::Comma | Tok::Equal | Tok::Semi | Tok::Walrus if depth == 0 => break,
                _ => {}
            }
            end += 1;
        }
        if end - from > MAX_PIECE {
            return None;
        }
        let shortest = end.saturating_sub(MAX_TRIES).max(from + 1);
        let mut tries = (shortest..=end).rev();
        tries.find_map(|to| self.parse(from, to).filter(|e| fits(&e.kind)).map(|e| (to, e)))
    }
}

/// Whether no operand begins with the token: CPython then reads no further.
fn begins_no_operand(tok: &Tok) -> bool {
    matches!(
        tok,
        Tok::Walrus
            | Tok::Percent
            | Tok::Slash
            | Tok::DoubleSlash
            | Tok::At
            | Tok::Amper
            | Tok::VBar
            | Tok::Caret
            | Tok::Less
            | Tok::Greater
            | Tok::EqEq
            | Tok::And
            | Tok::Or
            | Tok::In
            | Tok::Is
            | Tok::For
    )
}

/// Whether a token cannot be part of a disjunction, the loosest operand of `if`-`else`.
fn is_delimiter(tok: &Tok) -> bool {
    matches!(
        tok,
        Tok::Comma
            | Tok::Colon
            | Tok::FColon
            | Tok::Equal
            | Tok::Walrus
            | Tok::Semi
            | Tok::If
            | Tok::Elif
            | Tok::Else
            | Tok::For
            | Tok::While
            | Tok::With
            | Tok::Return
            | Tok::Raise
            | Tok::Assert
            | Tok::Del
            | Tok::Yield
            | Tok::From
            | Tok::Import
            | Tok::Lambda
            | Tok::Async
            | Tok::As
            | Tok::Match
            | Tok::Case
            | Tok::Arrow
            | Tok::PlusEqual
            | Tok::MinusEqual
            | Tok::StarEqual
            | Tok::SlashEqual
    )
}
