//! Mistakes that depend on the bracket around: displays, calls, parameters, f-strings.

use super::super::targets::is_tight;
use super::Stop;
use crate::ast::Span;
use crate::error::Fault;
use crate::lex::Tok;

/// What a place inside an f-string is in.
#[derive(PartialEq)]
enum Around {
    Text,
    Field,
    Braces,
}

impl Stop<'_> {
    pub(super) fn bracket(&self) -> Option<Fault> {
        let open = self.opener(self.at)?;
        if self.is(self.line_start(self.at), &Tok::Case) {
            return None;
        }
        let place = match self.tok(open)? {
            Tok::LBrace if self.is_field(open) => return self.field(open),
            Tok::LBrace => self.dict(open),
            Tok::LPar => self.parentheses(open),
            _ => None,
        };
        place.or_else(|| self.comprehension(open)).or_else(|| self.lone_star())
    }

    /// Whether a `{` opens a replacement field of an f-string.
    fn is_field(&self, open: usize) -> bool {
        let mut around = Vec::new();
        for i in self.line_start(open)..open {
            match self.list[i].1 {
                Tok::FStart | Tok::FColon => around.push(Around::Text),
                Tok::LBrace if around.last() == Some(&Around::Text) => around.push(Around::Field),
                Tok::LBrace => around.push(Around::Braces),
                // A field that has a specification ends that as well.
                Tok::RBrace if around.last() == Some(&Around::Text) => {
                    around.truncate(around.len().saturating_sub(2));
                }
                Tok::RBrace => drop(around.pop()),
                Tok::FEnd => drop(around.pop()),
                _ => {}
            }
        }
        around.last() == Some(&Around::Text)
    }

    /// The indices of the tokens directly inside the bracket `open`, up to `to`.
    fn own_tokens(&self, open: usize, to: usize) -> Vec<usize> {
        let mut depth = 0usize;
        let mut own = Vec::new();
        for i in open + 1..to.min(self.list.len()) {
            match self.list[i].1 {
                Tok::RPar | Tok::RSqb | Tok::RBrace | Tok::FEnd => {
                    depth = depth.saturating_sub(1);
                }
                _ if depth == 0 => own.push(i),
                _ => {}
            }
            if matches!(self.list[i].1, Tok::LPar | Tok::LSqb | Tok::LBrace | Tok::FStart) {
                depth += 1;
            }
        }
        own
    }

    fn field(&self, open: usize) -> Option<Fault> {
        if self.at == open + 1 {
            let sign = match self.tok(self.at)? {
                Tok::RBrace => "}",
                Tok::Bang => "!",
                Tok::FColon => ":",
                Tok::Equal => "=",
                _ => {
                    let message = "f-string: expecting a valid expression after '{'";
                    return Some(self.fault_at(self.at, message));
                }
            };
            let message = format!("f-string: valid expression required before '{sign}'");
            return Some(self.fault_at(self.at, message));
        }
        let Some((end, _)) = self.longest(open + 1, |_| true) else {
            let message = "f-string: expecting a valid expression after '{'";
            let lambda = self.is(open + 1, &Tok::Lambda);
            return (!lambda).then(|| self.fault_at(open + 1, message)).or_else(|| self.lambda_field(open));
        };
        if let Some(fault) = self.expression() {
            return Some(fault);
        }
        let own = self.own_tokens(open, self.at);
        let marks = |tok: &Tok| own.iter().rev().copied().find(|&i| self.is(i, tok));
        if let Some(bang) = marks(&Tok::Bang) {
            let message = match self.at - bang {
                1 if matches!(self.tok(self.at)?, Tok::RBrace | Tok::FColon) => {
                    "f-string: missing conversion character"
                }
                1 => "f-string: invalid conversion character",
                _ => "f-string: expecting ':' or '}'",
            };
            return Some(self.fault_at(self.at, message));
        }
        if marks(&Tok::Equal).is_some() {
            let message = "f-string: expecting '!', or ':', or '}'";
            return Some(self.fault_at(self.at, message));
        }
        Some(self.fault_at(end, "f-string: expecting '=', or '!', or ':', or '}'"))
    }

    fn lambda_field(&self, open: usize) -> Option<Fault> {
        if !self.is(self.at, &Tok::FColon) {
            return Some(self.generic());
        }
        let place = self.span(open + 1).to(self.span(self.at));
        let message = "f-string: lambda expressions are not allowed without parentheses";
        Some(self.fault(place, message))
    }

    /// The index at which the item of the bracket `open` that holds `at` starts.
    fn item_start(&self, open: usize) -> usize {
        let own = self.own_tokens(open, self.at);
        let comma = own.iter().rev().copied().find(|&i| self.is(i, &Tok::Comma));
        comma.map_or(open + 1, |comma| comma + 1)
    }

    fn dict(&self, open: usize) -> Option<Fault> {
        let item = self.item_start(open);
        let inside = self.own_tokens(open, self.at);
        let own =
            |tok: &Tok, from: usize, to: usize| inside.iter().any(|&i| (from..to).contains(&i) && self.is(i, tok));
        let colon = own(&Tok::Colon, item, self.at);
        let is_dict = own(&Tok::Colon, open + 1, item) || own(&Tok::DoubleStar, open + 1, open + 2);
        if !colon && is_dict && item > open + 1 {
            let key = self.longest(item, |_| true).map(|(_, key)| key)?;
            let message = "':' expected after dictionary key";
            return Some(Fault::point(message, key.span.end - 1).end_column(0));
        }
        if self.before(self.at) != Some(&Tok::Colon) || !colon {
            return None;
        }
        match self.tok(self.at)? {
            Tok::RBrace | Tok::Comma => {
                let message = "expression expected after dictionary key and ':'";
                Some(self.fault_at(self.at - 1, message))
            }
            Tok::Star => {
                let (_, value) = self.longest(self.at + 1, is_tight)?;
                let message = "cannot use a starred expression in a dictionary value";
                Some(self.fault(self.span(self.at).to(value.span), message))
            }
            _ => None,
        }
    }

    fn parentheses(&self, open: usize) -> Option<Fault> {
        let at = self.at;
        let head = self.before(open);
        let callable = matches!(head, Some(Tok::Name(_) | Tok::RPar | Tok::RSqb | Tok::RBrace));
        let defines = open >= 2 && matches!(self.tok(open - 2)?, Tok::Def);
        if self.before(at) == Some(&Tok::Equal) && matches!(self.tok(at)?, Tok::RPar | Tok::Comma) {
            if defines {
                return Some(self.fault_at(at - 1, "expected default value expression"));
            }
            if callable && at >= 2 {
                let place = self.span(at - 2).to(self.span(at - 1));
                return Some(self.fault(place, "expected argument value expression"));
            }
        }
        if defines && self.is(at, &Tok::LPar) {
            let message = "Function parameters cannot be parenthesized";
            return Some(self.fault(self.span(at).to(self.span(self.closer(at)?)), message));
        }
        if !callable && self.is(at, &Tok::DoubleStar) && at == open + 1 {
            return Some(self.fault_at(at, "cannot use double starred expression here"));
        }
        let named = matches!(self.tok(at)?, Tok::For | Tok::Async);
        let item = self.item_start(open);
        if named && self.name(item).is_some() && self.is(item + 1, &Tok::Equal) {
            let message = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
            let place = self.span(item).to(self.span(item + 1));
            return Some(self.fault(place, message));
        }
        None
    }

    /// The index of the bracket that closes the one at `open`.
    pub(super) fn closer(&self, open: usize) -> Option<usize> {
        let mut depth = 0usize;
        (open..self.list.len()).find(|&i| {
            match self.list[i].1 {
                Tok::LPar | Tok::LSqb | Tok::LBrace | Tok::WithLPar => depth += 1,
                Tok::RPar | Tok::RSqb | Tok::RBrace => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        })
    }

    fn comprehension(&self, open: usize) -> Option<Fault> {
        let clause = matches!(self.tok(self.at)?, Tok::For | Tok::Async);
        let several = self.item_start(open) > open + 1;
        if clause && several && !self.is(open, &Tok::LPar) {
            let place = self.span(open + 1).to(self.span(self.at - 1));
            let message = "did you forget parentheses around the comprehension target?";
            return Some(self.fault(place, message));
        }
        let start = self.expression_start(self.at);
        if self.before(start) == Some(&Tok::For) && self.expects("in") {
            self.parse(start, self.at)?;
            let message = "'in' expected after for-loop variables";
            return Some(self.fault_at(self.at, message));
        }
        None
    }

    fn lone_star(&self) -> Option<Fault> {
        let star = self.before(self.at) == Some(&Tok::Star);
        let starts = matches!(
            self.at.checked_sub(2).and_then(|at| self.tok(at))?,
            Tok::LPar | Tok::LSqb | Tok::LBrace | Tok::Comma
        );
        let ends = matches!(self.tok(self.at)?, Tok::RPar | Tok::RSqb | Tok::RBrace | Tok::Comma);
        let place: Span = self.span(self.at);
        (star && starts && ends).then(|| self.fault(place, "Invalid star expression"))
    }
}
