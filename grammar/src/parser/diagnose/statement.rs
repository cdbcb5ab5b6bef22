//! Mistakes of statements: blocks, colons, imports.

use super::Stop;
use crate::ast::Span;
use crate::error::{ErrorKind, Fault};
use crate::lex::Tok;

impl Stop<'_> {
    pub(super) fn indentation(&self) -> Option<Fault> {
        if self.is(self.at, &Tok::Indent) {
            let end = self.span(self.at).end;
            let fault = Fault::point("unexpected indent", end.saturating_sub(1)).end_column(-1);
            return Some(fault.of(ErrorKind::IndentationError));
        }
        let newline = self.at.checked_sub(1)?;
        if self.is(newline, &Tok::Newline) && self.before(newline) == Some(&Tok::Colon) {
            let start = self.line_start(newline);
            let what = self.block_name(start)?;
            let line = 1 + self.src[..self.span(start).start as usize].matches('\n').count();
            let message = format!("expected an indented block after {what} on line {line}");
            return Some(self.fault_near(self.at, message).of(ErrorKind::IndentationError));
        }
        self.missing_handler()
    }

    /// How CPython calls the statement whose header starts at `start`.
    fn block_name(&self, start: usize) -> Option<String> {
        let first = match self.tok(start)? {
            Tok::Async => start + 1,
            _ => start,
        };
        let word = match self.tok(first)? {
            Tok::Def => return Some("function definition".to_owned()),
            Tok::Class => return Some("class definition".to_owned()),
            Tok::Except if self.is(first + 1, &Tok::Star) => "except*",
            Tok::If => "if",
            Tok::Elif => "elif",
            Tok::Else => "else",
            Tok::While => "while",
            Tok::For => "for",
            Tok::Try => "try",
            Tok::Except => "except",
            Tok::Finally => "finally",
            Tok::With => "with",
            Tok::Match => "match",
            Tok::Case => "case",
            _ => return None,
        };
        Some(format!("'{word}' statement"))
    }

    /// A `try` block without what must follow it.
    fn missing_handler(&self) -> Option<Fault> {
        let before = self.at.checked_sub(1)?;
        let header = match self.tok(before)? {
            Tok::Newline => self.line_start(before),
            Tok::Dedent => self.line_start(self.matching_indent(before)?.checked_sub(1)?),
            _ => return None,
        };
        if !self.is(header, &Tok::Try) || !self.expects("except") {
            return None;
        }
        Some(self.fault_near(self.at, "expected 'except' or 'finally' block"))
    }

    fn matching_indent(&self, dedent: usize) -> Option<usize> {
        let mut depth = 0usize;
        (0..=dedent).rev().find(|&i| {
            match self.list[i].1 {
                Tok::Dedent => depth += 1,
                Tok::Indent => depth -= 1,
                _ => return false,
            }
            depth == 0
        })
    }

    pub(super) fn statement(&self) -> Option<Fault> {
        let start = self.line_start(self.at);
        self.missing_colon(start)
            .or_else(|| self.definition())
            .or_else(|| self.import(start))
            .or_else(|| self.legacy_match(start))
    }

    fn missing_colon(&self, start: usize) -> Option<Fault> {
        let has_colon = self.list.get(start..self.at)?.iter().any(|(_, tok, _)| *tok == Tok::Colon);
        if self.opener(self.at).is_some() || has_colon && !self.is(start, &Tok::Match) {
            return None;
        }
        let arrow = self.before(self.at) == Some(&Tok::Arrow) && self.is(self.at, &Tok::Colon);
        if arrow {
            return Some(self.fault_at(self.at - 1, "expected ':'"));
        }
        if !self.expects(":") {
            return None;
        }
        let first = if self.is(start, &Tok::Async) { start + 1 } else { start };
        let forced = matches!(self.tok(first)?, Tok::Def | Tok::Try | Tok::Else | Tok::Finally);
        let at_end = self.is(self.at, &Tok::Newline);
        if !(forced || at_end && self.block_name(start).is_some()) {
            return None;
        }
        let span = self.span(self.at);
        let end = if at_end { span.start + 1 } else { span.end };
        Some(self.fault(Span::new(span.start, end), "expected ':'"))
    }

    fn definition(&self) -> Option<Fault> {
        let at = self.at;
        let named = matches!(self.before(at)?, Tok::Name(_));
        if named && at >= 2 && self.is(at - 2, &Tok::Def) && self.expects("(") {
            return Some(self.fault_at(at, "expected '('"));
        }
        let empty = self.is(at, &Tok::RSqb) && self.is(at - 1, &Tok::LSqb) && at >= 3;
        if empty && matches!(self.tok(at - 3)?, Tok::Def | Tok::Class | Tok::Type) {
            let place = self.span(at).start;
            return Some(Fault::point("Type parameter list cannot be empty", place));
        }
        None
    }

    fn import(&self, start: usize) -> Option<Fault> {
        let after_import = self.before(self.at) == Some(&Tok::Import);
        if after_import && self.is(self.at, &Tok::Newline) {
            let place = self.span(self.at).start;
            return Some(Fault::point("Expected one or more names after 'import'", place));
        }
        if self.is(start, &Tok::Import) && self.is(self.at, &Tok::From) {
            let mut end = self.at + 1;
            while matches!(self.tok(end), Some(Tok::Name(_) | Tok::Dot)) {
                end += 1;
            }
            let place = self.span(start).to(self.span(end - 1));
            let message = "Did you mean to use 'from ... import ...' instead?";
            return Some(self.fault(place, message));
        }
        None
    }

    /// `match` or `case` that is no keyword, since the colon is missing.
    fn legacy_match(&self, start: usize) -> Option<Fault> {
        if self.at != start + 1 || self.name(start) != Some("match") {
            return None;
        }
        let rest = &self.list[self.at..];
        let newline = self.at + rest.iter().position(|(_, tok, _)| *tok == Tok::Newline)?;
        let body = self.is(newline + 1, &Tok::Indent) && self.name(newline + 2) == Some("case");
        self.parse(self.at, newline).filter(|_| body)?;
        let place = self.span(newline).start;
        Some(self.fault(Span::new(place, place + 1), "expected ':'"))
    }
}
