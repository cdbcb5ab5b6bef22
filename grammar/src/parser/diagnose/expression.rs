//! Mistakes of expressions: missing commas, `=` for `==`, `if` without `else`.

use super::super::targets::{describe, is_tight, may_mean_equality};
use super::Stop;
use crate::ast::{Expr, ExprKind};
use crate::error::Fault;
use crate::lex::Tok;

fn is_disjunction(kind: &ExprKind) -> bool {
    !matches!(
        kind,
        ExprKind::IfExp { .. } | ExprKind::Lambda { .. } | ExprKind::NamedExpr { .. } | ExprKind::Starred { .. }
    )
}

impl Stop<'_> {
    pub(super) fn expression(&self) -> Option<Fault> {
        self.tok(self.at)?;
        self.lambda_parameters()
            .or_else(|| self.equal_sign())
            .or_else(|| self.walrus())
            .or_else(|| self.missing_else())
            .or_else(|| self.legacy())
            .or_else(|| self.missing_comma())
            .or_else(|| self.complex_pattern())
    }

    fn lambda_parameters(&self) -> Option<Fault> {
        let start = self.is(self.at, &Tok::LPar) && self.before(self.at) == Some(&Tok::Lambda);
        let close = if start {
            self.closer(self.at)?
        } else {
            return None;
        };
        let message = "Lambda expression parameters cannot be parenthesized";
        Some(self.fault(self.span(self.at).to(self.span(close)), message))
    }

    /// `=` where an expression is tested or grouped.
    fn equal_sign(&self) -> Option<Fault> {
        if !self.is(self.at, &Tok::Equal) {
            return None;
        }
        let start = self.expression_start(self.at);
        let tests = matches!(self.before(start), Some(Tok::If | Tok::Elif | Tok::While));
        if !tests && self.opener(self.at).is_none() {
            return None;
        }
        let target = self.parse(start, self.at)?;
        let (end, value) = self.longest(self.at + 1, is_tight)?;
        if matches!(self.tok(end), Some(Tok::Equal | Tok::Walrus)) {
            return None;
        }
        if let ExprKind::Name { .. } = target.kind {
            let message = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
            return Some(self.fault(target.span.to(value.span), message));
        }
        let what = describe(&target.kind);
        let message = format!("cannot assign to {what} here. Maybe you meant '==' instead of '='?");
        may_mean_equality(&target.kind).then(|| self.fault(target.span, message))
    }

    /// `:=` at the head of a statement, behind what is no name.
    fn walrus(&self) -> Option<Fault> {
        let start = self.line_start(self.at);
        if !self.is(self.at, &Tok::Walrus) || self.expression_start(self.at) != start {
            return None;
        }
        let target = self.parse(start, self.at)?;
        let what = describe(&target.kind);
        let message = format!("cannot use assignment expressions with {what}");
        (!matches!(target.kind, ExprKind::Name { .. })).then(|| self.fault(target.span, message))
    }

    fn missing_else(&self) -> Option<Fault> {
        let test_start = self.expression_start(self.at);
        if self.before(test_start) != Some(&Tok::If) || !self.expects("else") {
            return None;
        }
        let body = self.parse(self.expression_start(test_start - 1), test_start - 1)?;
        let test = self.parse(test_start, self.at)?;
        let fine = is_disjunction(&body.kind) && !self.is(self.at, &Tok::Colon);
        let message = "expected 'else' after 'if' expression";
        fine.then(|| self.fault(body.span.to(test.span), message))
    }

    /// `print x`, as Python 2 had it.
    fn legacy(&self) -> Option<Fault> {
        let word = self.at.checked_sub(1).and_then(|at| self.name(at))?;
        if !matches!(word, "print" | "exec") || self.expression_start(self.at) != self.at - 1 {
            return None;
        }
        let (mut end, mut last) = self.longest(self.at, |_| true)?;
        while self.is(end, &Tok::Comma) {
            let Some((next, expr)) = self.longest(end + 1, |_| true) else {
                break;
            };
            (end, last) = (next, expr);
        }
        let message = format!("Missing parentheses in call to '{word}'. Did you mean {word}(...)?");
        Some(self.fault(self.span(self.at - 1).to(last.span), message))
    }

    fn missing_comma(&self) -> Option<Fault> {
        let open = self.opener(self.at)?;
        let parameters = open >= 2 && self.is(open - 2, &Tok::Def);
        if parameters || self.is(self.line_start(self.at), &Tok::Case) {
            return None;
        }
        let start = self.expression_start(self.at);
        let prefix = matches!(self.tok(start + 1), Some(Tok::Str(_) | Tok::FStart));
        let soft = matches!(self.name(start), Some("match" | "case" | "type" | "_"));
        if soft || prefix && self.name(start).is_some() {
            return None;
        }
        let left: Expr = self.parse(start, self.at).filter(|expr| is_disjunction(&expr.kind))?;
        if let (Tok::Lambda | Tok::For | Tok::If | Tok::In, _) = (self.tok(self.at)?, ()) {
            if !self.is(self.at, &Tok::Lambda) {
                return None;
            }
        }
        let (_, right) = self.longest(self.at, |_| true)?;
        let message = "invalid syntax. Perhaps you forgot a comma?";
        // Parentheses around either side belong to the range.
        let place = self.span(start).to(left.span).to(right.span);
        Some(self.fault(place, message))
    }

    /// `case 1 + 1`.
    fn complex_pattern(&self) -> Option<Fault> {
        let number = |at: usize| matches!(self.tok(at), Some(Tok::Int(_) | Tok::Float(_) | Tok::BigInt(_)));
        let sign = matches!(self.tok(self.at)?, Tok::Plus | Tok::Minus);
        let in_case = self.is(self.line_start(self.at), &Tok::Case);
        let fits = in_case && sign && self.at > 0 && number(self.at - 1) && number(self.at + 1);
        let message = "imaginary number required in complex literal";
        fits.then(|| self.fault_at(self.at + 1, message))
    }
}
