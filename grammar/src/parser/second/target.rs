//! Targets of assignments, loops and `del`.

use super::engine::{Found, No, Reader, Rule, first};
use super::node::{Kind, Node, Targets, invalid_target};
use crate::lex::Tok;

impl Reader<'_> {
    /// Raises the part of `node` that cannot be a target; if all can, nothing matches.
    pub fn refuse_target(&mut self, node: &Node, targets: Targets) -> Found {
        let Some(part) = invalid_target(node, targets) else {
            return Err(No::Fail);
        };
        let verb = if targets == Targets::Delete { "delete" } else { "assign to" };
        self.raise(part.span, format!("cannot {verb} {}", part.kind.describe()))
    }

    pub fn star_targets(&mut self) -> Found {
        self.star_target()?;
        self.many(|p| {
            p.take(&Tok::Comma)?;
            p.star_target()
        })?;
        self.alt(|p| p.take(&Tok::Comma))?;
        Ok(())
    }

    pub fn star_target(&mut self) -> Found<Node> {
        self.memo(Rule::StarTarget, |p| {
            let from = p.at;
            let starred = |p: &mut Self| {
                p.take(&Tok::Star)?;
                p.expect_not(|p| p.take(&Tok::Star))?;
                p.star_target()
            };
            match p.alt(starred)? {
                Some(_) => Ok(Node::new(Kind::Part, p.since(from))),
                None => p.target_with_star_atom(),
            }
        })
    }

    fn target_with_star_atom(&mut self) -> Found<Node> {
        self.memo(Rule::AtomTarget, |p| first!(p, Self::attribute_or_item, Self::star_atom))
    }

    fn star_atom(&mut self) -> Found<Node> {
        let from = self.at;
        if self.alt(Self::name)?.is_some() {
            return Ok(Node::new(Kind::Name, self.since(from)));
        }
        let inner = |p: &mut Self| {
            p.take(&Tok::LPar)?;
            p.target_with_star_atom()?;
            p.take(&Tok::RPar)
        };
        if self.alt(inner)?.is_some() {
            return Ok(Node::new(Kind::Part, self.since(from)));
        }
        let tuple = |p: &mut Self| {
            p.take(&Tok::LPar)?;
            p.alt(|p| {
                p.star_target()?;
                p.take(&Tok::Comma)?;
                p.alt(Self::star_targets)
            })?;
            p.take(&Tok::RPar)
        };
        if self.alt(tuple)?.is_none() {
            self.take(&Tok::LSqb)?;
            self.alt(Self::star_targets)?;
            self.take(&Tok::RSqb)?;
        }
        Ok(Node::new(Kind::Part, self.since(from)))
    }

    pub fn single_target(&mut self) -> Found<Node> {
        if let Some(found) = self.alt(Self::attribute_or_item)? {
            return Ok(found);
        }
        let from = self.at;
        if self.alt(Self::name)?.is_some() {
            return Ok(Node::new(Kind::Name, self.since(from)));
        }
        self.take(&Tok::LPar)?;
        let found = self.single_target()?;
        self.take(&Tok::RPar)?;
        Ok(found)
    }

    /// An attribute or an item of a primary, and nothing that goes on.
    pub fn attribute_or_item(&mut self) -> Found<Node> {
        let from = self.at;
        self.target_primary()?;
        let last = self.alt(|p| {
            p.take(&Tok::Dot)?;
            p.name()?;
            p.expect_not(Self::target_goes_on)
        })?;
        if last.is_some() {
            return Ok(Node::new(Kind::Attribute, self.since(from)));
        }
        self.take(&Tok::LSqb)?;
        self.slices()?;
        self.take(&Tok::RSqb)?;
        self.expect_not(Self::target_goes_on)?;
        Ok(Node::new(Kind::Subscript, self.since(from)))
    }

    fn target_goes_on(&mut self) -> Found {
        let goes_on = |tok: &Tok| matches!(tok, Tok::LPar | Tok::WithLPar | Tok::LSqb | Tok::Dot);
        self.take_if(goes_on).map(drop)
    }

    fn target_primary(&mut self) -> Found<Node> {
        self.memo(Rule::TargetPrimary, |p| {
            let from = p.at;
            let mut node = p.atom()?;
            p.expect_ahead(Self::target_goes_on)?;
            let longer = |p: &mut Self| {
                let kind = p.trailer()?;
                p.expect_ahead(Self::target_goes_on)?;
                Ok(kind)
            };
            while let Some(kind) = p.alt(longer)? {
                node = Node::new(kind, p.since(from));
            }
            Ok(node)
        })
    }

    pub fn del_targets(&mut self) -> Found {
        self.list(Self::del_target)?;
        self.alt(|p| p.take(&Tok::Comma))?;
        Ok(())
    }

    fn del_target(&mut self) -> Found<Node> {
        self.memo(Rule::DelTarget, |p| {
            let from = p.at;
            if let Some(found) = p.alt(Self::attribute_or_item)? {
                return Ok(found);
            }
            if p.alt(Self::name)?.is_none() {
                let one = |p: &mut Self| {
                    p.take(&Tok::LPar)?;
                    p.del_target()?;
                    p.take(&Tok::RPar)
                };
                let tuple = |p: &mut Self| {
                    p.take(&Tok::LPar)?;
                    p.alt(Self::del_targets)?;
                    p.take(&Tok::RPar)
                };
                let list = |p: &mut Self| {
                    p.take(&Tok::LSqb)?;
                    p.alt(Self::del_targets)?;
                    p.take(&Tok::RSqb)
                };
                if p.alt(one)?.is_none() && p.alt(tuple)?.is_none() {
                    list(p)?;
                }
            }
            Ok(Node::new(Kind::Part, p.since(from)))
        })
    }
}
