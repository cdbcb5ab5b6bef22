//! Statements, blocks, and what all headers of blocks have in common.

use super::engine::{Found, No, Reader, Rule, first};
use super::node::{Kind, Node};
use crate::ast::Span;
use crate::error::ErrorKind;
use crate::lex::Tok;

impl Reader<'_> {
    pub fn statement(&mut self) -> Found {
        first!(self, Self::compound_statement, Self::simple_statements)
    }

    pub fn block(&mut self) -> Found<Node> {
        self.memo(Rule::Block, |p| {
            let from = p.at;
            let indented = |p: &mut Self| {
                p.take(&Tok::Newline)?;
                p.take(&Tok::Indent)?;
                p.some(Self::statement)?;
                p.take(&Tok::Dedent)
            };
            if p.alt(indented)?.is_none() && p.alt(Self::simple_statements)?.is_none() {
                p.invalid(|p| {
                    p.take(&Tok::Newline)?;
                    p.expect_not(|p| p.take(&Tok::Indent))?;
                    p.raise_indentation("expected an indented block")
                })?;
                return Err(No::Fail);
            }
            Ok(Node::new(Kind::Part, p.since(from)))
        })
    }

    fn raise_indentation(&mut self, message: impl Into<String>) -> Found {
        let fault = self.fault_near(self.last(), message);
        self.raise_fault(fault.of(ErrorKind::IndentationError))
    }

    /// Refuses a header without its colon, at whose line end the reading stands.
    pub fn invalid_header(&mut self) -> Found {
        self.take(&Tok::Newline)?;
        self.raise_here("expected ':'")
    }

    /// Refuses a header, begun by `keyword`, that no block follows; the reading stands at its colon.
    pub fn invalid_indent(&mut self, keyword: Span, what: &str) -> Found {
        self.take(&Tok::Colon)?;
        self.take(&Tok::Newline)?;
        self.expect_not(|p| p.take(&Tok::Indent))?;
        let line = self.line(keyword);
        self.raise_indentation(format!("expected an indented block after {what} on line {line}"))
    }

    /// Refuses what is wrong after a header: its colon or its block missing.
    pub fn invalid_end_of_header(&mut self, keyword: Span, what: &str) -> Found {
        self.alt(Self::invalid_header)?;
        self.invalid_indent(keyword, what)
    }

    pub fn colon_and_block(&mut self) -> Found {
        self.take(&Tok::Colon)?;
        self.block().map(drop)
    }

    pub fn else_block(&mut self) -> Found {
        self.invalid(|p| {
            let keyword = p.take(&Tok::Else)?;
            p.invalid_indent(keyword, "'else' statement")
        })?;
        self.take(&Tok::Else)?;
        self.force(&Tok::Colon, ":")?;
        self.block().map(drop)
    }

    pub fn type_parameters(&mut self) -> Found {
        self.invalid(|p| {
            p.take(&Tok::LSqb)?;
            let close = p.take(&Tok::RSqb)?;
            p.raise_from(close, "Type parameter list cannot be empty")
        })?;
        self.take(&Tok::LSqb)?;
        self.list(Self::type_parameter)?;
        self.alt(|p| p.take(&Tok::Comma))?;
        self.take(&Tok::RSqb).map(drop)
    }

    fn type_parameter(&mut self) -> Found {
        let plain = |p: &mut Self| {
            p.name()?;
            p.alt(|p| {
                p.take(&Tok::Colon)?;
                p.expression()
            })?;
            p.type_default(Self::expression)
        };
        if self.alt(plain)?.is_some() {
            return Ok(());
        }
        for (stars, kind) in [(Tok::Star, "TypeVarTuple"), (Tok::DoubleStar, "ParamSpec")] {
            self.invalid(|p| {
                p.take(&stars)?;
                p.name()?;
                let colon = p.take(&Tok::Colon)?;
                let bound = p.expression()?;
                let what = if bound.kind == Kind::Tuple { "constraints" } else { "bound" };
                p.raise_from(colon, format!("cannot use {what} with {kind}"))
            })?;
        }
        first!(
            self,
            |p| {
                p.take(&Tok::Star)?;
                p.name()?;
                p.type_default(Self::star_expression)
            },
            |p| {
                p.take(&Tok::DoubleStar)?;
                p.name()?;
                p.type_default(Self::expression)
            },
        )
    }

    fn type_default(&mut self, value: fn(&mut Self) -> Found<Node>) -> Found {
        self.alt(|p| {
            p.take(&Tok::Equal)?;
            value(p)
        })?;
        Ok(())
    }
}
