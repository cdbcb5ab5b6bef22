//! Simple statements.

use super::engine::{Found, No, Reader, Rule, first};
use super::node::{Kind, Node, Targets};
use crate::lex::Tok;

impl Reader<'_> {
    /// A line of simple statements.
    pub fn simple_statements(&mut self) -> Found {
        let single = |p: &mut Self| {
            p.simple_statement()?;
            p.expect_not(|p| p.take(&Tok::Semi))?;
            p.take(&Tok::Newline)
        };
        if self.alt(single)?.is_some() {
            return Ok(());
        }
        self.simple_statement()?;
        self.many(|p| {
            p.take(&Tok::Semi)?;
            p.simple_statement()
        })?;
        self.alt(|p| p.take(&Tok::Semi))?;
        self.take(&Tok::Newline).map(drop)
    }

    fn simple_statement(&mut self) -> Found<Node> {
        self.memo(Rule::SimpleStatement, |p| {
            let from = p.at;
            if p.alt(Self::assignment)?.is_none() && p.alt(Self::type_alias)?.is_none() {
                if p.alt(Self::star_expressions)?.is_none() {
                    p.keyword_statement()?;
                }
            }
            Ok(Node::new(Kind::Part, p.since(from)))
        })
    }

    fn keyword_statement(&mut self) -> Found {
        match self.peek()? {
            Some(Tok::Return) => {
                self.at += 1;
                self.alt(Self::star_expressions)?;
                Ok(())
            }
            Some(Tok::Import | Tok::From) => self.import(),
            Some(Tok::Raise) => {
                self.at += 1;
                self.alt(|p| {
                    p.expression()?;
                    p.alt(|p| {
                        p.take(&Tok::From)?;
                        p.expression()
                    })
                })?;
                Ok(())
            }
            Some(Tok::Pass | Tok::Break | Tok::Continue) => {
                self.at += 1;
                Ok(())
            }
            Some(Tok::Del) => self.delete(),
            Some(Tok::Yield) => self.yield_expression().map(drop),
            Some(Tok::Assert) => {
                self.at += 1;
                self.expression()?;
                self.alt(|p| {
                    p.take(&Tok::Comma)?;
                    p.expression()
                })?;
                Ok(())
            }
            Some(Tok::Global | Tok::Nonlocal) => {
                self.at += 1;
                self.list(Self::name).map(drop)
            }
            _ => Err(No::Fail),
        }
    }

    fn annotation_and_value(&mut self) -> Found {
        self.take(&Tok::Colon)?;
        self.expression()?;
        self.alt(|p| {
            p.take(&Tok::Equal)?;
            p.annotated_value()
        })?;
        Ok(())
    }

    fn assignment(&mut self) -> Found {
        let mut committed = false;
        let plain = |p: &mut Self| -> Found {
            first!(
                p,
                |p| {
                    p.name()?;
                    p.annotation_and_value()
                },
                |p| {
                    let inner = |p: &mut Self| {
                        p.take(&Tok::LPar)?;
                        p.single_target()?;
                        p.take(&Tok::RPar)
                    };
                    if p.alt(inner)?.is_none() {
                        p.attribute_or_item()?;
                    }
                    p.annotation_and_value()
                },
                |p| {
                    p.some(Self::target_and_equal)?;
                    p.annotated_value()?;
                    p.expect_not(|p| p.take(&Tok::Equal))
                },
                |p| {
                    p.single_target()?;
                    p.take_if(is_augmented)?;
                    committed = true;
                    p.annotated_value().map(drop)
                },
            )
        };
        if self.alt(plain)?.is_some() {
            return Ok(());
        }
        if !committed {
            self.invalid(Self::invalid_assignment)?;
        }
        Err(No::Fail)
    }

    fn target_and_equal(&mut self) -> Found {
        self.star_targets()?;
        self.take(&Tok::Equal).map(drop)
    }

    fn invalid_assignment(&mut self) -> Found {
        self.alt(|p| {
            let target = p.annotated_display()?;
            p.take(&Tok::Colon)?;
            p.expression()?;
            let what = target.kind.describe();
            p.raise::<()>(target.span, format!("only single target (not {what}) can be annotated"))
        })?;
        self.alt(|p| {
            let first = p.star_named_expression()?;
            p.take(&Tok::Comma)?;
            p.many(Self::star_named_expressions)?;
            p.take(&Tok::Colon)?;
            p.expression()?;
            p.raise::<()>(first.span, "only single target (not tuple) can be annotated")
        })?;
        self.alt(|p| {
            let target = p.expression()?;
            p.take(&Tok::Colon)?;
            p.expression()?;
            p.raise::<()>(target.span, "illegal target for annotation")
        })?;
        self.alt(|p| {
            p.many(Self::target_and_equal)?;
            let target = p.star_expressions()?;
            p.take(&Tok::Equal)?;
            p.refuse_target(&target, Targets::Star)
        })?;
        self.alt(|p| {
            p.many(Self::target_and_equal)?;
            let target = p.yield_expression()?;
            p.take(&Tok::Equal)?;
            p.raise::<()>(target.span, "assignment to yield expression not possible")
        })?;
        let target = self.star_expressions()?;
        self.take_if(is_augmented)?;
        self.annotated_value()?;
        let what = target.kind.describe();
        self.raise(target.span, format!("'{what}' is an illegal expression for augmented assignment"))
    }

    fn annotated_display(&mut self) -> Found<Node> {
        first!(self, Self::list_display, Self::tuple_display, |p| {
            p.take(&Tok::LPar)?;
            let inner = p.annotated_display()?;
            p.take(&Tok::RPar)?;
            Ok(inner)
        })
    }

    fn type_alias(&mut self) -> Found {
        self.word("type")?;
        self.name()?;
        self.alt(Self::type_parameters)?;
        self.take(&Tok::Equal)?;
        self.expression().map(drop)
    }

    fn delete(&mut self) -> Found {
        let plain = |p: &mut Self| {
            p.take(&Tok::Del)?;
            p.del_targets()?;
            p.expect_ahead(|p| p.take_if(|tok| matches!(tok, Tok::Semi | Tok::Newline)))
        };
        if self.alt(plain)?.is_some() {
            return Ok(());
        }
        self.invalid(|p| {
            p.take(&Tok::Del)?;
            let targets = p.star_expressions()?;
            p.refuse_target(&targets, Targets::Delete)
        })?;
        Err(No::Fail)
    }

    fn import(&mut self) -> Found {
        self.invalid(|p| {
            let import = p.take(&Tok::Import)?;
            p.alt(|p| {
                p.list(Self::dotted_name)?;
                p.take(&Tok::From)?;
                p.dotted_name()?;
                p.raise_from::<()>(import, "Did you mean to use 'from ... import ...' instead?")
            })?;
            let newline = p.take(&Tok::Newline)?;
            p.raise_from(newline, "Expected one or more names after 'import'")
        })?;
        first!(
            self,
            |p| {
                p.take(&Tok::Import)?;
                p.list(|p| {
                    p.dotted_name()?;
                    p.import_name()
                })
                .map(drop)
            },
            |p| {
                p.take(&Tok::From)?;
                p.many(Self::dots)?;
                p.dotted_name()?;
                p.take(&Tok::Import)?;
                p.import_targets()
            },
            |p| {
                p.take(&Tok::From)?;
                p.some(Self::dots)?;
                p.take(&Tok::Import)?;
                p.import_targets()
            },
        )
    }

    fn dots(&mut self) -> Found {
        self.take_if(|tok| matches!(tok, Tok::Dot | Tok::Ellipsis)).map(drop)
    }

    fn dotted_name(&mut self) -> Found {
        self.name()?;
        self.many(|p| {
            p.take(&Tok::Dot)?;
            p.name()
        })?;
        Ok(())
    }

    fn import_name(&mut self) -> Found {
        self.alt(|p| {
            p.take(&Tok::As)?;
            p.name()
        })?;
        Ok(())
    }

    fn import_names(&mut self) -> Found {
        self.list(|p| {
            p.name()?;
            p.import_name()
        })
        .map(drop)
    }

    fn import_targets(&mut self) -> Found {
        first!(
            self,
            |p| {
                p.take(&Tok::LPar)?;
                p.import_names()?;
                p.alt(|p| p.take(&Tok::Comma))?;
                p.take(&Tok::RPar).map(drop)
            },
            |p| {
                p.import_names()?;
                p.expect_not(|p| p.take(&Tok::Comma))
            },
            |p| p.take(&Tok::Star).map(drop),
            |p| {
                p.invalid(|p| {
                    p.import_names()?;
                    p.take(&Tok::Comma)?;
                    p.take(&Tok::Newline)?;
                    p.raise_here("trailing comma not allowed without surrounding parentheses")
                })?;
                p.invalid(|p| {
                    let newline = p.take(&Tok::Newline)?;
                    p.raise_from(newline, "Expected one or more names after 'import'")
                })?;
                Err(No::Fail)
            },
        )
    }
}

fn is_augmented(tok: &Tok) -> bool {
    matches!(
        tok,
        Tok::PlusEqual
            | Tok::MinusEqual
            | Tok::StarEqual
            | Tok::AtEqual
            | Tok::SlashEqual
            | Tok::PercentEqual
            | Tok::AmperEqual
            | Tok::VBarEqual
            | Tok::CaretEqual
            | Tok::LShiftEqual
            | Tok::RShiftEqual
            | Tok::DoubleStarEqual
            | Tok::DoubleSlashEqual
    )
}
