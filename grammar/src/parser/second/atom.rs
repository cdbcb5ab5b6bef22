//! Primaries, displays and comprehensions.

use super::engine::{Found, No, Reader, Rule, first};
use super::node::{Kind, Node, Targets};
use crate::ast::Span;
use crate::error::Fault;
use crate::lex::Tok;

impl Reader<'_> {
    pub fn primary(&mut self) -> Found<Node> {
        self.memo(Rule::Primary, |p| {
            let from = p.at;
            let mut node = p.atom()?;
            while let Some(kind) = p.alt(Self::trailer)? {
                node = Node::new(kind, p.since(from));
            }
            Ok(node)
        })
    }

    /// What follows a primary and makes a longer one.
    pub fn trailer(&mut self) -> Found<Kind> {
        match self.peek()? {
            Some(Tok::Dot) => {
                self.at += 1;
                self.name()?;
                Ok(Kind::Attribute)
            }
            Some(Tok::LPar | Tok::WithLPar) => {
                if self.alt(Self::generator)?.is_some() {
                    return Ok(Kind::Call);
                }
                self.at += 1;
                self.alt(Self::arguments)?;
                self.take(&Tok::RPar)?;
                Ok(Kind::Call)
            }
            Some(Tok::LSqb) => {
                self.at += 1;
                self.slices()?;
                self.take(&Tok::RSqb)?;
                Ok(Kind::Subscript)
            }
            _ => Err(No::Fail),
        }
    }

    pub fn slices(&mut self) -> Found {
        let single = |p: &mut Self| {
            p.slice()?;
            p.expect_not(|p| p.take(&Tok::Comma))
        };
        if self.alt(single)?.is_some() {
            return Ok(());
        }
        self.list(|p| first!(p, Self::slice, Self::starred_expression))?;
        self.alt(|p| p.take(&Tok::Comma))?;
        Ok(())
    }

    fn slice(&mut self) -> Found<Node> {
        let from = self.at;
        let range = |p: &mut Self| {
            p.alt(Self::expression)?;
            p.take(&Tok::Colon)?;
            p.alt(Self::expression)?;
            p.alt(|p| {
                p.take(&Tok::Colon)?;
                p.alt(Self::expression)
            })
        };
        match self.alt(range)? {
            Some(_) => Ok(Node::new(Kind::Part, self.since(from))),
            None => self.named_expression(),
        }
    }

    pub fn atom(&mut self) -> Found<Node> {
        self.memo(Rule::Atom, |p| {
            if p.peek_name()?.is_some() {
                return p.name().map(|span| Node::new(Kind::Name, span));
            }
            let kind = match p.peek()? {
                Some(Tok::True) => Kind::True,
                Some(Tok::False) => Kind::False,
                Some(Tok::None) => Kind::None,
                Some(Tok::Ellipsis) => Kind::Ellipsis,
                Some(Tok::Int(_) | Tok::BigInt(_) | Tok::Float(_)) => Kind::Literal,
                Some(Tok::Str(_) | Tok::FStart) => return p.strings(),
                Some(Tok::LPar | Tok::WithLPar) => {
                    return first!(p, Self::tuple_display, Self::group, Self::generator);
                }
                Some(Tok::LSqb) => return first!(p, Self::list_display, Self::list_comprehension),
                Some(Tok::LBrace) => {
                    return first!(p, Self::dict, Self::set, Self::dict_comprehension, Self::set_comprehension);
                }
                _ => return Err(No::Fail),
            };
            p.at += 1;
            Ok(Node::new(kind, p.since(p.at - 1)))
        })
    }

    pub fn tuple_display(&mut self) -> Found<Node> {
        let from = self.at;
        self.take(&Tok::LPar)?;
        let items = self.alt(|p| {
            let mut items = vec![p.star_named_expression()?];
            p.take(&Tok::Comma)?;
            items.extend(p.alt(Self::star_named_expressions)?.into_iter().flatten());
            Ok(items)
        })?;
        self.take(&Tok::RPar)?;
        Ok(Node::with(Kind::Tuple, self.since(from), items.unwrap_or_default()))
    }

    fn group(&mut self) -> Found<Node> {
        let inner = |p: &mut Self| {
            p.take(&Tok::LPar)?;
            let found = p.grouped()?;
            p.take(&Tok::RPar)?;
            Ok(found)
        };
        if let Some(found) = self.alt(inner)? {
            return Ok(found);
        }
        self.invalid(|p| {
            p.take(&Tok::LPar)?;
            p.alt(|p| {
                let starred = p.starred_expression()?;
                p.take(&Tok::RPar)?;
                p.raise::<()>(starred.span, "cannot use starred expression here")
            })?;
            let stars = p.take(&Tok::DoubleStar)?;
            p.expression()?;
            p.take(&Tok::RPar)?;
            p.raise(stars, "cannot use double starred expression here")
        })?;
        Err(No::Fail)
    }

    fn grouped(&mut self) -> Found<Node> {
        first!(self, Self::yield_expression, Self::named_expression)
    }

    pub fn list_display(&mut self) -> Found<Node> {
        let from = self.at;
        self.take(&Tok::LSqb)?;
        let items = self.alt(Self::star_named_expressions)?.unwrap_or_default();
        self.take(&Tok::RSqb)?;
        Ok(Node::with(Kind::List, self.since(from), items))
    }

    fn set(&mut self) -> Found<Node> {
        let from = self.at;
        self.take(&Tok::LBrace)?;
        self.star_named_expressions()?;
        self.take(&Tok::RBrace)?;
        Ok(Node::new(Kind::Set, self.since(from)))
    }

    fn dict(&mut self) -> Found<Node> {
        let from = self.at;
        let plain = |p: &mut Self| {
            p.take(&Tok::LBrace)?;
            p.alt(|p| {
                p.list(Self::dict_item)?;
                p.alt(|p| p.take(&Tok::Comma))
            })?;
            p.take(&Tok::RBrace)
        };
        if self.alt(plain)?.is_some() {
            return Ok(Node::new(Kind::Dict, self.since(from)));
        }
        // CPython looks for this mistake in its first reading already.
        self.take(&Tok::LBrace)?;
        self.invalid_dict_items()?;
        Err(No::Fail)
    }

    fn dict_item(&mut self) -> Found {
        let unpacking = |p: &mut Self| {
            p.take(&Tok::DoubleStar)?;
            p.bitwise_or()
        };
        match self.alt(unpacking)? {
            Some(_) => Ok(()),
            None => self.key_and_value(),
        }
    }

    fn key_and_value(&mut self) -> Found {
        self.expression()?;
        self.take(&Tok::Colon)?;
        self.expression().map(drop)
    }

    fn invalid_dict_items(&mut self) -> Found {
        self.alt(|p| {
            p.list(Self::dict_item)?;
            p.take(&Tok::Comma)?;
            p.alt(|p| {
                let key = p.expression()?;
                p.expect_not(|p| p.take(&Tok::Colon))?;
                let last = key.span.end.saturating_sub(1);
                p.raise_fault::<()>(Fault::point("':' expected after dictionary key", last).end_column(0))
            })?;
            p.invalid_value()
        })?;
        self.invalid_value()
    }

    fn invalid_value(&mut self) -> Found {
        self.expression()?;
        let colon = self.take(&Tok::Colon)?;
        self.alt(|p| {
            let star = p.take(&Tok::Star)?;
            p.bitwise_or()?;
            p.raise_from::<()>(star, "cannot use a starred expression in a dictionary value")
        })?;
        self.expect_ahead(|p| p.take_if(|tok| matches!(tok, Tok::RBrace | Tok::Comma)))?;
        self.raise(colon, "expression expected after dictionary key and ':'")
    }

    pub fn generator(&mut self) -> Found<Node> {
        self.memo(Rule::Genexp, |p| {
            let from = p.at;
            let plain = |p: &mut Self| {
                p.take(&Tok::LPar)?;
                p.element()?;
                p.comprehension_clauses()?;
                p.take(&Tok::RPar)
            };
            match p.alt(plain)? {
                Some(_) => Ok(Node::new(Kind::Generator, p.since(from))),
                None => p.no_comprehension(),
            }
        })
    }

    /// What a generator may yield and a call may be given.
    pub fn element(&mut self) -> Found<Node> {
        first!(self, Self::assignment_expression, Self::plain_expression)
    }

    fn no_comprehension(&mut self) -> Found<Node> {
        self.invalid(Self::invalid_comprehension)?;
        Err(No::Fail)
    }

    fn comprehension(&mut self, open: &Tok, close: &Tok, kind: Kind) -> Found<Node> {
        let from = self.at;
        let plain = |p: &mut Self| {
            p.take(open)?;
            p.named_expression()?;
            p.comprehension_clauses()?;
            p.take(close)
        };
        match self.alt(plain)? {
            Some(_) => Ok(Node::new(kind, self.since(from))),
            None => self.no_comprehension(),
        }
    }

    fn list_comprehension(&mut self) -> Found<Node> {
        self.comprehension(&Tok::LSqb, &Tok::RSqb, Kind::ListComp)
    }

    fn set_comprehension(&mut self) -> Found<Node> {
        self.comprehension(&Tok::LBrace, &Tok::RBrace, Kind::SetComp)
    }

    fn dict_comprehension(&mut self) -> Found<Node> {
        let from = self.at;
        let plain = |p: &mut Self| {
            p.take(&Tok::LBrace)?;
            p.key_and_value()?;
            p.comprehension_clauses()?;
            p.take(&Tok::RBrace)
        };
        if self.alt(plain)?.is_some() {
            return Ok(Node::new(Kind::DictComp, self.since(from)));
        }
        self.invalid(|p| {
            p.take(&Tok::LBrace)?;
            let stars = p.take(&Tok::DoubleStar)?;
            p.bitwise_or()?;
            p.comprehension_clauses()?;
            p.take(&Tok::RBrace)?;
            p.raise(stars, "dict unpacking cannot be used in dict comprehension")
        })?;
        Err(No::Fail)
    }

    fn invalid_comprehension(&mut self) -> Found {
        let open = self.take_if(|tok| matches!(tok, Tok::LPar | Tok::WithLPar | Tok::LSqb | Tok::LBrace))?;
        self.alt(|p| {
            let starred = p.starred_expression()?;
            p.comprehension_clauses()?;
            p.raise::<()>(starred.span, "iterable unpacking cannot be used in comprehension")
        })?;
        if self.src[open.start as usize..].starts_with('(') {
            return Err(No::Fail);
        }
        let message = "did you forget parentheses around the comprehension target?";
        self.alt(|p| {
            let first = p.star_named_expression()?;
            p.take(&Tok::Comma)?;
            let rest = p.star_named_expressions()?;
            p.comprehension_clauses()?;
            let last = rest.last().map_or(first.span, |last| last.span);
            p.raise::<()>(first.span.to(last), message)
        })?;
        let first = self.star_named_expression()?;
        let comma = self.take(&Tok::Comma)?;
        self.comprehension_clauses()?;
        self.raise(first.span.to(comma), message)
    }

    /// The `for` clauses of a comprehension; gives the last expression in them.
    pub fn comprehension_clauses(&mut self) -> Found<Span> {
        let all = self.some(Self::comprehension_clause)?;
        all.last().copied().ok_or(No::Fail)
    }

    fn comprehension_clause(&mut self) -> Found<Span> {
        let from = self.at;
        let head = |p: &mut Self| {
            p.alt(|p| p.take(&Tok::Async))?;
            p.take(&Tok::For)?;
            p.star_targets()?;
            p.take(&Tok::In)
        };
        if self.alt(head)?.is_some() {
            let mut last = self.disjunction()?.span;
            let conditions = self.many(|p| {
                p.take(&Tok::If)?;
                p.disjunction()
            })?;
            if let Some(condition) = conditions.last() {
                last = condition.span;
            }
            return Ok(last);
        }
        self.at = from;
        // CPython looks for this mistake in its first reading already.
        self.alt(|p| {
            p.alt(|p| p.take(&Tok::Async))?;
            p.take(&Tok::For)?;
            p.list(Self::bitwise_or)?;
            p.alt(|p| p.take(&Tok::Comma))?;
            p.expect_not(|p| p.take(&Tok::In))?;
            p.raise_here::<()>("'in' expected after for-loop variables")
        })?;
        self.invalid(Self::invalid_for_target)?;
        Err(No::Fail)
    }

    pub fn invalid_for_target(&mut self) -> Found {
        self.alt(|p| p.take(&Tok::Async))?;
        self.take(&Tok::For)?;
        let targets = self.star_expressions()?;
        self.refuse_target(&targets, Targets::For)
    }
}
