//! The arguments of calls and of classes.

use super::engine::{Found, No, Reader, Rule, first};
use super::node::{Kind, Node};
use crate::lex::Tok;

impl Reader<'_> {
    pub fn arguments(&mut self) -> Found<Node> {
        self.memo(Rule::Arguments, |p| {
            let plain = |p: &mut Self| {
                let args = p.args()?;
                p.alt(|p| p.take(&Tok::Comma))?;
                p.expect_ahead(|p| p.take(&Tok::RPar))?;
                Ok(args)
            };
            if let Some(args) = p.alt(plain)? {
                return Ok(args);
            }
            p.invalid(Self::invalid_arguments)?;
            Err(No::Fail)
        })
    }

    /// The arguments, whose items are the positional ones and, at the end, what `**` unpacks.
    fn args(&mut self) -> Found<Node> {
        self.memo(Rule::Args, |p| {
            let from = p.at;
            let mut items = p.alt(Self::positional)?.unwrap_or_default();
            let named = |p: &mut Self| {
                if !items.is_empty() {
                    p.take(&Tok::Comma)?;
                }
                p.keywords()
            };
            let named = p.alt(named)?;
            if items.is_empty() && named.is_none() {
                return Err(No::Fail);
            }
            let (mut keywords, starred): (Vec<_>, Vec<_>) =
                named.unwrap_or_default().into_iter().partition(|arg| arg.kind != Kind::Starred);
            items.extend(starred);
            keywords.retain(|arg| arg.kind == Kind::Unpacking);
            items.extend(keywords);
            Ok(Node::with(Kind::Call, p.since(from), items))
        })
    }

    fn positional(&mut self) -> Found<Vec<Node>> {
        self.list(|p| {
            first!(p, Self::starred_expression, |p| {
                let value = p.element()?;
                p.expect_not(|p| p.take(&Tok::Equal))?;
                Ok(value)
            })
        })
    }

    fn keywords(&mut self) -> Found<Vec<Node>> {
        first!(
            self,
            |p| {
                let mut all = p.list(Self::keyword_or_starred)?;
                p.take(&Tok::Comma)?;
                all.extend(p.list(Self::keyword_or_unpacking)?);
                Ok(all)
            },
            |p| p.list(Self::keyword_or_starred),
            |p| p.list(Self::keyword_or_unpacking),
        )
    }

    pub fn starred_expression(&mut self) -> Found<Node> {
        let from = self.at;
        self.invalid(|p| {
            let star = p.take(&Tok::Star)?;
            p.expression()?;
            p.take(&Tok::Equal)?;
            let value = p.expression()?;
            p.raise(star.to(value.span), "cannot assign to iterable argument unpacking")
        })?;
        let plain = |p: &mut Self| {
            p.take(&Tok::Star)?;
            p.expression()
        };
        if let Some(value) = self.alt(plain)? {
            return Ok(Node::with(Kind::Starred, self.since(from), vec![value]));
        }
        // CPython refuses this in its first reading already.
        self.take(&Tok::Star)?;
        self.raise_here("Invalid star expression")
    }

    fn keyword(&mut self) -> Found<Node> {
        let from = self.at;
        self.name()?;
        self.take(&Tok::Equal)?;
        self.expression()?;
        Ok(Node::new(Kind::Part, self.since(from)))
    }

    fn keyword_or_starred(&mut self) -> Found<Node> {
        self.invalid(Self::invalid_keyword)?;
        first!(self, Self::keyword, Self::starred_expression)
    }

    fn keyword_or_unpacking(&mut self) -> Found<Node> {
        self.invalid(Self::invalid_keyword)?;
        first!(self, Self::keyword, |p| {
            let from = p.at;
            p.take(&Tok::DoubleStar)?;
            p.expression()?;
            Ok(Node::new(Kind::Unpacking, p.since(from)))
        })
    }

    fn invalid_keyword(&mut self) -> Found {
        self.alt(|p| {
            let word = p.take_if(|tok| matches!(tok, Tok::True | Tok::False | Tok::None))?;
            let equal = p.take(&Tok::Equal)?;
            let text = &p.src[word.start as usize..word.end as usize];
            p.raise::<()>(word.to(equal), format!("cannot assign to {text}"))
        })?;
        self.alt(Self::keyword_generator)?;
        self.alt(|p| {
            p.expect_not(|p| {
                p.name()?;
                p.take(&Tok::Equal)
            })?;
            let target = p.expression()?;
            let equal = p.take(&Tok::Equal)?;
            let message = "expression cannot contain assignment, perhaps you meant \"==\"?";
            p.raise::<()>(target.span.to(equal), message)
        })?;
        let stars = self.take(&Tok::DoubleStar)?;
        self.expression()?;
        self.take(&Tok::Equal)?;
        let value = self.expression()?;
        self.raise(stars.to(value.span), "cannot assign to keyword argument unpacking")
    }

    /// `name=x for x in y`.
    fn keyword_generator(&mut self) -> Found {
        let name = self.name()?;
        let equal = self.take(&Tok::Equal)?;
        self.expression()?;
        self.comprehension_clauses()?;
        self.raise(name.to(equal), "invalid syntax. Maybe you meant '==' or ':=' instead of '='?")
    }

    fn invalid_arguments(&mut self) -> Found {
        let bare = "Generator expression must be parenthesized";
        self.alt(|p| {
            let both = |p: &mut Self| {
                p.positional()?;
                p.take(&Tok::Comma)?;
                p.keywords()
            };
            if p.alt(both)?.is_none() {
                p.keywords()?;
            }
            let comma = p.take(&Tok::Comma)?;
            p.list(|p| {
                p.starred_expression()?;
                p.expect_not(|p| p.take(&Tok::Equal))
            })?;
            p.raise_from::<()>(comma, "iterable argument unpacking follows keyword argument unpacking")
        })?;
        self.alt(|p| {
            let first = p.expression()?;
            let last = p.comprehension_clauses()?;
            p.take(&Tok::Comma)?;
            p.alt(|p| {
                first!(p, |p| p.args().map(drop), |p| {
                    p.expression()?;
                    p.comprehension_clauses().map(drop)
                })
            })?;
            p.raise::<()>(first.span.to(last), bare)
        })?;
        self.alt(Self::keyword_generator)?;
        self.alt(|p| {
            p.alt(|p| {
                p.args()?;
                p.take(&Tok::Comma)
            })?;
            let name = p.name()?;
            let equal = p.take(&Tok::Equal)?;
            p.expect_ahead(|p| p.take_if(|tok| matches!(tok, Tok::Comma | Tok::RPar)))?;
            p.raise::<()>(name.to(equal), "expected argument value expression")
        })?;
        self.alt(|p| {
            let args = p.args()?;
            let last = p.comprehension_clauses()?;
            let plain: Vec<_> = args.items.iter().filter(|arg| arg.kind != Kind::Unpacking).collect();
            match plain.as_slice() {
                [_, .., value] => p.raise::<()>(value.span.to(last), bare),
                _ => Err(No::Fail),
            }
        })?;
        self.alt(|p| {
            p.args()?;
            p.take(&Tok::Comma)?;
            let value = p.expression()?;
            let last = p.comprehension_clauses()?;
            p.raise::<()>(value.span.to(last), bare)
        })?;
        let args = self.args()?;
        self.take(&Tok::Comma)?;
        self.args()?;
        let unpacking = args.items.iter().any(|arg| arg.kind == Kind::Unpacking);
        let what = if unpacking { "keyword argument unpacking" } else { "keyword argument" };
        self.raise_here(format!("positional argument follows {what}"))
    }
}
