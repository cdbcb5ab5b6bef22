//! Expressions, from the loosest to the tightest operator.

use super::engine::{Found, No, Reader, Rule, first};
use super::node::{Kind, Node};
use crate::ast::Span;
use crate::lex::Tok;

impl Reader<'_> {
    /// Items with commas between and perhaps at the end: a tuple if there is a comma.
    fn tuple_of(&mut self, item: fn(&mut Self) -> Found<Node>) -> Found<Node> {
        let from = self.at;
        let first = item(self)?;
        let mut items = vec![first];
        items.extend(self.many(|p| {
            p.take(&Tok::Comma)?;
            item(p)
        })?);
        let comma = self.alt(|p| p.take(&Tok::Comma))?.is_some();
        if items.len() == 1 && !comma {
            return items.pop().ok_or(No::Fail);
        }
        Ok(Node::with(Kind::Tuple, self.since(from), items))
    }

    pub fn expressions(&mut self) -> Found<Node> {
        self.tuple_of(Self::expression)
    }

    pub fn star_expressions(&mut self) -> Found<Node> {
        self.tuple_of(Self::star_expression)
    }

    pub fn star_expression(&mut self) -> Found<Node> {
        self.memo(Rule::StarExpression, |p| first!(p, Self::starred_operand, Self::expression))
    }

    fn starred_operand(&mut self) -> Found<Node> {
        let from = self.at;
        self.take(&Tok::Star)?;
        let value = self.bitwise_or()?;
        Ok(Node::with(Kind::Starred, self.since(from), vec![value]))
    }

    pub fn star_named_expression(&mut self) -> Found<Node> {
        first!(self, Self::starred_operand, Self::named_expression)
    }

    pub fn star_named_expressions(&mut self) -> Found<Vec<Node>> {
        let all = self.list(Self::star_named_expression)?;
        self.alt(|p| p.take(&Tok::Comma))?;
        Ok(all)
    }

    pub fn annotated_value(&mut self) -> Found<Node> {
        first!(self, Self::yield_expression, Self::star_expressions)
    }

    pub fn yield_expression(&mut self) -> Found<Node> {
        let from = self.at;
        self.take(&Tok::Yield)?;
        let source = |p: &mut Self| {
            p.take(&Tok::From)?;
            p.expression()
        };
        if self.alt(source)?.is_none() {
            self.alt(Self::star_expressions)?;
        }
        Ok(Node::new(Kind::Yield, self.since(from)))
    }

    pub fn assignment_expression(&mut self) -> Found<Node> {
        let from = self.at;
        self.name()?;
        self.take(&Tok::Walrus)?;
        self.expression()?;
        Ok(Node::new(Kind::Named, self.since(from)))
    }

    pub fn named_expression(&mut self) -> Found<Node> {
        self.memo(Rule::NamedExpression, |p| {
            if let Some(found) = p.alt(Self::assignment_expression)? {
                return Ok(found);
            }
            p.invalid(Self::invalid_named_expression)?;
            p.plain_expression()
        })
    }

    /// An expression that no `:=` follows.
    pub fn plain_expression(&mut self) -> Found<Node> {
        let found = self.expression()?;
        self.expect_not(|p| p.take(&Tok::Walrus))?;
        Ok(found)
    }

    fn invalid_named_expression(&mut self) -> Found {
        self.memo(Rule::InvalidNamed, |p| {
            let assignment = |p: &mut Self| p.expect_not(|p| p.take_if(|tok| matches!(tok, Tok::Equal | Tok::Walrus)));
            p.alt(|p| {
                let target = p.expression()?;
                p.take(&Tok::Walrus)?;
                p.expression()?;
                let what = target.kind.describe();
                p.raise::<()>(target.span, format!("cannot use assignment expressions with {what}"))
            })?;
            p.alt(|p| {
                let name = p.name()?;
                p.take(&Tok::Equal)?;
                let value = p.bitwise_or()?;
                assignment(p)?;
                let message = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
                p.raise::<()>(name.to(value.span), message)
            })?;
            p.expect_not(|p| {
                first!(p, Self::list_display, Self::tuple_display, Self::generator, |p| {
                    p.take_if(|tok| matches!(tok, Tok::True | Tok::None | Tok::False))
                        .map(|span| Node::new(Kind::Part, span))
                })
            })?;
            let target = p.bitwise_or()?;
            p.take(&Tok::Equal)?;
            p.bitwise_or()?;
            assignment(p)?;
            let what = target.kind.describe();
            let message = format!("cannot assign to {what} here. Maybe you meant '==' instead of '='?");
            p.raise(target.span, message)
        })
        .map(drop)
    }

    pub fn expression(&mut self) -> Found<Node> {
        self.memo(Rule::Expression, |p| {
            p.invalid(Self::invalid_expression)?;
            p.invalid(Self::invalid_legacy)?;
            p.valid_expression()
        })
    }

    fn valid_expression(&mut self) -> Found<Node> {
        first!(self, Self::conditional, Self::disjunction, Self::lambda)
    }

    /// An expression in which, its inner parts aside, no mistake is looked for.
    fn trusted_expression(&mut self) -> Found<Node> {
        let second = std::mem::replace(&mut self.second, false);
        let found = self.valid_expression();
        self.second = second;
        found
    }

    fn conditional(&mut self) -> Found<Node> {
        let from = self.at;
        self.disjunction()?;
        self.take(&Tok::If)?;
        self.disjunction()?;
        self.take(&Tok::Else)?;
        self.expression()?;
        Ok(Node::new(Kind::Conditional, self.since(from)))
    }

    fn lambda(&mut self) -> Found<Node> {
        let from = self.at;
        self.take(&Tok::Lambda)?;
        self.alt(|p| p.parameters(true))?;
        self.take(&Tok::Colon)?;
        self.expression()?;
        Ok(Node::new(Kind::Lambda, self.since(from)))
    }

    fn is_legacy(&self, span: Span) -> bool {
        matches!(&self.src[span.start as usize..span.end as usize], "print" | "exec")
    }

    fn invalid_expression(&mut self) -> Found {
        self.alt(|p| {
            p.expect_not(|p| {
                p.name()?;
                p.take_if(|tok| matches!(tok, Tok::Str(_)))
            })?;
            // CPython compares no more than the name's own length with its soft keywords.
            let soft = |name: &str| ["match", "case", "type", "_"].iter().any(|word| word.starts_with(name));
            if p.peek_name()?.is_some_and(soft) {
                return Err(No::Fail);
            }
            let left = p.disjunction()?;
            let right = p.trusted_expression()?;
            let legacy = left.kind == Kind::Name && p.is_legacy(left.span);
            if legacy || p.brackets() == 0 {
                return Err(No::Fail);
            }
            p.raise::<()>(left.span.to(right.span), "invalid syntax. Perhaps you forgot a comma?")
        })?;
        self.alt(|p| {
            let left = p.disjunction()?;
            p.take(&Tok::If)?;
            let right = p.disjunction()?;
            p.expect_not(|p| first!(p, |p| p.take(&Tok::Else), |p| p.take(&Tok::Colon)))?;
            p.raise::<()>(left.span.to(right.span), "expected 'else' after 'if' expression")
        })?;
        let lambda = self.take(&Tok::Lambda)?;
        self.alt(|p| p.parameters(true))?;
        let colon = self.take(&Tok::Colon)?;
        let in_field = self.src.as_bytes().get(colon.start as usize + 1) == Some(&b'}');
        self.expect_ahead(|p| p.take_if(|tok| matches!(tok, Tok::FText(_)) || in_field && *tok == Tok::RBrace))?;
        self.raise(lambda.to(colon), "f-string: lambda expressions are not allowed without parentheses")
    }

    fn invalid_legacy(&mut self) -> Found {
        let name = self.name()?;
        self.expect_not(|p| p.take(&Tok::LPar))?;
        let value = self.star_expressions()?;
        if !self.is_legacy(name) {
            return Err(No::Fail);
        }
        let word = &self.src[name.start as usize..name.end as usize];
        let message = format!("Missing parentheses in call to '{word}'. Did you mean {word}(...)?");
        self.raise(name.to(value.span), message)
    }

    /// Operands with one or more times the operator between.
    fn chain(&mut self, operator: &Tok, operand: fn(&mut Self) -> Found<Node>) -> Found<Node> {
        let from = self.at;
        let first = operand(self)?;
        let rest = self.many(|p| {
            p.take(operator)?;
            operand(p)
        })?;
        match rest.is_empty() {
            true => Ok(first),
            false => Ok(Node::new(Kind::Operation, self.since(from))),
        }
    }

    pub fn disjunction(&mut self) -> Found<Node> {
        self.memo(Rule::Disjunction, |p| p.chain(&Tok::Or, Self::conjunction))
    }

    fn conjunction(&mut self) -> Found<Node> {
        self.memo(Rule::Conjunction, |p| p.chain(&Tok::And, Self::inversion))
    }

    fn inversion(&mut self) -> Found<Node> {
        self.memo(Rule::Inversion, |p| {
            let from = p.at;
            match p.alt(|p| p.take(&Tok::Not))? {
                Some(_) => {
                    p.inversion()?;
                    Ok(Node::new(Kind::Operation, p.since(from)))
                }
                None => p.comparison(),
            }
        })
    }

    fn comparison(&mut self) -> Found<Node> {
        let from = self.at;
        let left = self.bitwise_or()?;
        let rest = self.many(|p| {
            let mut membership = false;
            let simple = |tok: &Tok| {
                matches!(
                    tok,
                    Tok::EqEq | Tok::NotEq | Tok::LessEq | Tok::Less | Tok::GreaterEq | Tok::Greater | Tok::In
                )
            };
            match p.peek()? {
                Some(tok) if simple(tok) => {
                    membership = *tok == Tok::In;
                    p.at += 1;
                }
                Some(Tok::Not) => {
                    p.at += 1;
                    p.take(&Tok::In)?;
                }
                Some(Tok::Is) => {
                    p.at += 1;
                    p.alt(|p| p.take(&Tok::Not))?;
                }
                _ => return Err(No::Fail),
            }
            p.bitwise_or()?;
            Ok(membership)
        })?;
        let kind = match rest.first() {
            None => return Ok(left),
            Some(true) => Kind::Membership,
            Some(false) => Kind::Compare,
        };
        Ok(Node::with(kind, self.since(from), vec![left]))
    }

    pub fn bitwise_or(&mut self) -> Found<Node> {
        self.memo(Rule::BitwiseOr, |p| p.binary(0))
    }

    /// Operators that bind at least as tightly as `least`.
    fn binary(&mut self, least: u8) -> Found<Node> {
        let from = self.at;
        let mut left = self.factor()?;
        loop {
            if self.second && least <= SUM {
                self.invalid(Self::invalid_arithmetic)?;
            }
            let Some(power) = self.peek()?.and_then(binding).filter(|&power| power >= least) else {
                return Ok(left);
            };
            let right = self.alt(|p| {
                p.at += 1;
                p.binary(power + 1)
            })?;
            if right.is_none() {
                return Ok(left);
            }
            left = Node::new(Kind::Operation, self.since(from));
        }
    }

    /// `not` where an operand of a tighter operator should be.
    fn invalid_arithmetic(&mut self) -> Found {
        self.take_if(|tok| binding(tok).is_some_and(|power| power >= SUM))?;
        let not = self.take(&Tok::Not)?;
        let operand = self.inversion()?;
        self.raise(not.to(operand.span), "'not' after an operator must be parenthesized")
    }

    fn factor(&mut self) -> Found<Node> {
        self.memo(Rule::Factor, |p| {
            let from = p.at;
            let sign = |tok: &Tok| matches!(tok, Tok::Plus | Tok::Minus | Tok::Tilde);
            let signed = p.alt(|p| {
                p.take_if(sign)?;
                p.factor()
            })?;
            if signed.is_some() {
                return Ok(Node::new(Kind::Operation, p.since(from)));
            }
            p.invalid(|p| {
                p.take_if(sign)?;
                let not = p.take(&Tok::Not)?;
                let operand = p.factor()?;
                p.raise(not.to(operand.span), "'not' after an operator must be parenthesized")
            })?;
            let base = p.awaited()?;
            let power = p.alt(|p| {
                p.take(&Tok::DoubleStar)?;
                p.factor()
            })?;
            match power {
                Some(_) => Ok(Node::new(Kind::Operation, p.since(from))),
                None => Ok(base),
            }
        })
    }

    fn awaited(&mut self) -> Found<Node> {
        self.memo(Rule::Await, |p| {
            let from = p.at;
            match p.alt(|p| p.take(&Tok::Await))? {
                Some(_) => {
                    p.primary()?;
                    Ok(Node::new(Kind::Await, p.since(from)))
                }
                None => p.primary(),
            }
        })
    }
}

const SUM: u8 = 4;

/// How tightly a binary operator binds.
fn binding(tok: &Tok) -> Option<u8> {
    Some(match tok {
        Tok::VBar => 0,
        Tok::Caret => 1,
        Tok::Amper => 2,
        Tok::LShift | Tok::RShift => 3,
        Tok::Plus | Tok::Minus => SUM,
        Tok::Star | Tok::Slash | Tok::DoubleSlash | Tok::Percent | Tok::At => 5,
        _ => return None,
    })
}
