//! Patterns of `match` statements.

use super::engine::{Found, No, Reader, Rule, first};
use super::node::{Kind, Node};
use crate::ast::Span;
use crate::lex::Tok;

impl Reader<'_> {
    pub fn patterns(&mut self) -> Found {
        first!(self, Self::open_sequence, |p| p.pattern().map(drop))
    }

    fn open_sequence(&mut self) -> Found {
        self.maybe_star_pattern()?;
        self.take(&Tok::Comma)?;
        self.alt(Self::sequence_items)?;
        Ok(())
    }

    fn sequence_items(&mut self) -> Found {
        self.list(Self::maybe_star_pattern)?;
        self.alt(|p| p.take(&Tok::Comma))?;
        Ok(())
    }

    fn maybe_star_pattern(&mut self) -> Found<Node> {
        first!(self, Self::star_pattern, Self::pattern)
    }

    fn star_pattern(&mut self) -> Found<Node> {
        self.memo(Rule::StarPattern, |p| {
            let from = p.at;
            p.take(&Tok::Star)?;
            first!(p, Self::capture, |p| p.word("_"))?;
            Ok(Node::new(Kind::Part, p.since(from)))
        })
    }

    fn pattern(&mut self) -> Found<Node> {
        let from = self.at;
        let named = |p: &mut Self| {
            p.or_pattern()?;
            p.take(&Tok::As)?;
            p.capture()
        };
        if self.alt(named)?.is_some() {
            return Ok(Node::new(Kind::Part, self.since(from)));
        }
        self.invalid(|p| {
            p.or_pattern()?;
            p.take(&Tok::As)?;
            if let Some(span) = p.alt(|p| p.word("_"))? {
                return p.raise(span, "cannot use '_' as a target");
            }
            p.expect_not(Self::name)?;
            let target = p.expression()?;
            p.raise(target.span, "invalid pattern target")
        })?;
        self.or_pattern()
    }

    fn or_pattern(&mut self) -> Found<Node> {
        let from = self.at;
        self.closed_pattern()?;
        self.many(|p| {
            p.take(&Tok::VBar)?;
            p.closed_pattern()
        })?;
        Ok(Node::new(Kind::Part, self.since(from)))
    }

    fn closed_pattern(&mut self) -> Found<Node> {
        self.memo(Rule::ClosedPattern, |p| {
            let from = p.at;
            first!(
                p,
                Self::literal,
                |p| p.capture().map(drop),
                |p| p.word("_").map(drop),
                Self::value,
                Self::group_pattern,
                Self::sequence_pattern,
                Self::mapping_pattern,
                Self::class_pattern,
            )?;
            Ok(Node::new(Kind::Part, p.since(from)))
        })
    }

    fn literal(&mut self) -> Found {
        first!(
            self,
            |p| {
                p.signed_number()?;
                p.expect_not(|p| p.take_if(|tok| matches!(tok, Tok::Plus | Tok::Minus)))
            },
            |p| {
                p.signed_number()?;
                p.take_if(|tok| matches!(tok, Tok::Plus | Tok::Minus))?;
                let number = p.number()?;
                p.raise(number, "imaginary number required in complex literal")
            },
            |p| p.strings().map(drop),
            |p| p.take_if(|tok| matches!(tok, Tok::None | Tok::True | Tok::False)).map(drop),
        )
    }

    fn number(&mut self) -> Found<Span> {
        let span = self.take_if(|tok| matches!(tok, Tok::Int(_) | Tok::BigInt(_) | Tok::Float(_)))?;
        match self.late(self.at - 1, self.at) {
            Some(fault) => self.raise_fault(fault),
            None => Ok(span),
        }
    }

    fn signed_number(&mut self) -> Found {
        self.alt(|p| p.take(&Tok::Minus))?;
        self.number().map(drop)
    }

    fn capture(&mut self) -> Found<Span> {
        self.expect_not(|p| p.word("_"))?;
        let name = self.name()?;
        self.goes_no_further()?;
        Ok(name)
    }

    fn goes_no_further(&mut self) -> Found {
        self.expect_not(|p| p.take_if(|tok| matches!(tok, Tok::Dot | Tok::LPar | Tok::WithLPar | Tok::Equal)))
    }

    fn dotted(&mut self, least: usize) -> Found {
        self.name()?;
        let rest = self.many(|p| {
            p.take(&Tok::Dot)?;
            p.name()
        })?;
        if rest.len() < least { Err(No::Fail) } else { Ok(()) }
    }

    fn value(&mut self) -> Found {
        self.dotted(1)?;
        self.goes_no_further()
    }

    fn group_pattern(&mut self) -> Found {
        self.take(&Tok::LPar)?;
        self.pattern()?;
        self.take(&Tok::RPar).map(drop)
    }

    fn sequence_pattern(&mut self) -> Found {
        let list = |p: &mut Self| {
            p.take(&Tok::LSqb)?;
            p.alt(Self::sequence_items)?;
            p.take(&Tok::RSqb)
        };
        if self.alt(list)?.is_some() {
            return Ok(());
        }
        self.take(&Tok::LPar)?;
        self.alt(Self::open_sequence)?;
        self.take(&Tok::RPar).map(drop)
    }

    fn mapping_pattern(&mut self) -> Found {
        let rest = |p: &mut Self| {
            p.take(&Tok::DoubleStar)?;
            p.capture()?;
            p.end_of_mapping()
        };
        first!(
            self,
            |p| {
                p.take(&Tok::LBrace)?;
                p.take(&Tok::RBrace).map(drop)
            },
            |p| {
                p.take(&Tok::LBrace)?;
                rest(p)
            },
            |p| {
                p.take(&Tok::LBrace)?;
                p.list(Self::key_and_pattern)?;
                p.take(&Tok::Comma)?;
                rest(p)
            },
            |p| {
                p.take(&Tok::LBrace)?;
                p.list(Self::key_and_pattern)?;
                p.end_of_mapping()
            },
        )
    }

    fn end_of_mapping(&mut self) -> Found {
        self.alt(|p| p.take(&Tok::Comma))?;
        self.take(&Tok::RBrace).map(drop)
    }

    fn key_and_pattern(&mut self) -> Found {
        first!(self, Self::literal, |p| p.dotted(1))?;
        self.take(&Tok::Colon)?;
        self.pattern().map(drop)
    }

    fn class_pattern(&mut self) -> Found {
        let open = |p: &mut Self| {
            p.dotted(0)?;
            p.take(&Tok::LPar)
        };
        let close = |p: &mut Self| {
            p.alt(|p| p.take(&Tok::Comma))?;
            p.take(&Tok::RPar).map(drop)
        };
        let plain = |p: &mut Self| {
            open(p)?;
            first!(
                p,
                |p| p.take(&Tok::RPar).map(drop),
                |p| {
                    p.list(Self::pattern)?;
                    close(p)
                },
                |p| {
                    p.list(Self::keyword_pattern)?;
                    close(p)
                },
                |p| {
                    p.list(Self::pattern)?;
                    p.take(&Tok::Comma)?;
                    p.list(Self::keyword_pattern)?;
                    close(p)
                },
            )
        };
        if self.alt(plain)?.is_some() {
            return Ok(());
        }
        self.invalid(|p| {
            open(p)?;
            p.alt(|p| {
                p.list(Self::pattern)?;
                p.take(&Tok::Comma)
            })?;
            p.list(Self::keyword_pattern)?;
            p.take(&Tok::Comma)?;
            let late = p.list(Self::pattern)?;
            match (late.first(), late.last()) {
                (Some(first), Some(last)) => {
                    p.raise(first.span.to(last.span), "positional patterns follow keyword patterns")
                }
                _ => Err(No::Fail),
            }
        })?;
        Err(No::Fail)
    }

    fn keyword_pattern(&mut self) -> Found {
        self.name()?;
        self.take(&Tok::Equal)?;
        self.pattern().map(drop)
    }
}
