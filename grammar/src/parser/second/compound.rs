//! Compound statements.

use super::engine::{Found, No, Reader, first};
use super::node::Targets;
use crate::ast::Span;
use crate::lex::Tok;

impl Reader<'_> {
    pub fn compound_statement(&mut self) -> Found {
        match self.peek()? {
            Some(Tok::Def) => self.function(),
            Some(Tok::Class) => self.class(),
            Some(Tok::At) => first!(
                self,
                |p| {
                    p.decorators()?;
                    p.function()
                },
                |p| {
                    p.decorators()?;
                    p.class()
                },
            ),
            Some(Tok::Async) => first!(self, Self::function, Self::with_statement, Self::for_statement),
            Some(Tok::If) => self.if_statement(&Tok::If, "'if' statement"),
            Some(Tok::With) => self.with_statement(),
            Some(Tok::For) => self.for_statement(),
            Some(Tok::Try) => self.try_statement(),
            Some(Tok::While) => self.while_statement(),
            _ => self.match_statement(),
        }
    }

    fn decorators(&mut self) -> Found {
        self.some(|p| {
            p.take(&Tok::At)?;
            p.named_expression()?;
            p.take(&Tok::Newline)
        })?;
        Ok(())
    }

    fn maybe_async(&mut self) -> Found {
        self.alt(|p| p.take(&Tok::Async))?;
        Ok(())
    }

    fn class(&mut self) -> Found {
        let head = |p: &mut Self| {
            let keyword = p.take(&Tok::Class)?;
            p.name()?;
            p.alt(Self::type_parameters)?;
            p.alt(|p| {
                p.take(&Tok::LPar)?;
                p.alt(Self::arguments)?;
                p.take(&Tok::RPar)
            })?;
            Ok(keyword)
        };
        self.invalid(|p| {
            let keyword = head(p)?;
            p.invalid_end_of_header(keyword, "class definition")
        })?;
        head(self)?;
        self.colon_and_block()
    }

    fn function(&mut self) -> Found {
        let tail = |p: &mut Self| {
            p.alt(|p| p.parameters(false))?;
            p.take(&Tok::RPar)?;
            p.alt(|p| {
                p.take(&Tok::Arrow)?;
                p.expression()
            })
        };
        let head = |p: &mut Self| {
            p.maybe_async()?;
            let keyword = p.take(&Tok::Def)?;
            p.name()?;
            p.alt(Self::type_parameters)?;
            Ok(keyword)
        };
        self.invalid(|p| {
            let keyword = head(p)?;
            p.take(&Tok::LPar)?;
            tail(p)?;
            p.invalid_indent(keyword, "function definition")
        })?;
        let plain = |p: &mut Self| {
            head(p)?;
            p.take(&Tok::LPar)?;
            tail(p)?;
            p.colon_and_block()
        };
        if self.alt(plain)?.is_some() {
            return Ok(());
        }
        self.invalid(|p| {
            head(p)?;
            p.force(&Tok::LPar, "(")?;
            tail(p)?;
            p.force(&Tok::Colon, ":").map(drop)
        })?;
        Err(No::Fail)
    }

    /// An `if` or an `elif` with all that belongs to it.
    fn if_statement(&mut self, word: &Tok, what: &str) -> Found {
        self.invalid(|p| {
            let keyword = p.take(word)?;
            p.named_expression()?;
            p.invalid_end_of_header(keyword, what)
        })?;
        self.take(word)?;
        self.named_expression()?;
        self.colon_and_block()?;
        if self.alt(|p| p.if_statement(&Tok::Elif, "'elif' statement"))?.is_none() {
            self.alt(Self::else_block)?;
        }
        Ok(())
    }

    fn while_statement(&mut self) -> Found {
        self.invalid(|p| {
            let keyword = p.take(&Tok::While)?;
            p.named_expression()?;
            p.invalid_end_of_header(keyword, "'while' statement")
        })?;
        self.take(&Tok::While)?;
        self.named_expression()?;
        self.colon_and_block()?;
        self.alt(Self::else_block)?;
        Ok(())
    }

    fn for_statement(&mut self) -> Found {
        let head = |p: &mut Self| {
            p.maybe_async()?;
            let keyword = p.take(&Tok::For)?;
            p.star_targets()?;
            p.take(&Tok::In)?;
            Ok(keyword)
        };
        self.invalid(|p| {
            let keyword = head(p)?;
            p.star_expressions()?;
            p.invalid_end_of_header(keyword, "'for' statement")
        })?;
        if self.alt(head)?.is_none() {
            self.invalid(Self::invalid_for_target)?;
            return Err(No::Fail);
        }
        self.star_expressions()?;
        self.colon_and_block()?;
        self.alt(Self::else_block)?;
        Ok(())
    }

    /// The items of a faulty `with`, in parentheses or not.
    fn loose_items(&mut self, parenthesised: bool) -> Found<Span> {
        self.maybe_async()?;
        let keyword = self.take(&Tok::With)?;
        if parenthesised {
            self.take(&Tok::LPar)?;
        }
        self.list(|p| {
            if parenthesised {
                p.expressions()?
            } else {
                p.expression()?
            };
            p.alt(|p| {
                p.take(&Tok::As)?;
                p.star_target()
            })
        })?;
        if parenthesised {
            self.alt(|p| p.take(&Tok::Comma))?;
            self.take(&Tok::RPar)?;
        }
        Ok(keyword)
    }

    fn with_statement(&mut self) -> Found {
        for parenthesised in [false, true] {
            self.invalid(|p| {
                let keyword = p.loose_items(parenthesised)?;
                p.invalid_indent(keyword, "'with' statement")
            })?;
        }
        let plain = |p: &mut Self| -> Found {
            p.maybe_async()?;
            p.take(&Tok::With)?;
            first!(
                p,
                |p| {
                    p.take(&Tok::LPar)?;
                    p.list(Self::with_item)?;
                    p.alt(|p| p.take(&Tok::Comma))?;
                    p.take(&Tok::RPar)?;
                    p.colon_and_block()
                },
                |p| {
                    p.list(Self::with_item)?;
                    p.colon_and_block()
                },
            )
        };
        if self.alt(plain)?.is_some() {
            return Ok(());
        }
        for parenthesised in [false, true] {
            self.invalid(|p| {
                p.loose_items(parenthesised)?;
                p.invalid_header()
            })?;
        }
        Err(No::Fail)
    }

    fn with_item(&mut self) -> Found {
        let ends =
            |p: &mut Self| p.expect_ahead(|p| p.take_if(|tok| matches!(tok, Tok::Comma | Tok::RPar | Tok::Colon)));
        let named = |p: &mut Self| {
            p.expression()?;
            p.take(&Tok::As)?;
            p.star_target()?;
            ends(p)
        };
        if self.alt(named)?.is_some() {
            return Ok(());
        }
        self.invalid(|p| {
            p.expression()?;
            p.take(&Tok::As)?;
            let target = p.expression()?;
            ends(p)?;
            p.refuse_target(&target, Targets::Star)
        })?;
        self.expression().map(drop)
    }

    fn try_statement(&mut self) -> Found {
        self.invalid(Self::invalid_try)?;
        let body = |p: &mut Self| {
            p.take(&Tok::Try)?;
            p.force(&Tok::Colon, ":")?;
            p.block()
        };
        let rest = |p: &mut Self| {
            p.alt(Self::else_block)?;
            p.alt(Self::finally_block)?;
            Ok(())
        };
        first!(
            self,
            |p| {
                body(p)?;
                p.finally_block()
            },
            |p| {
                body(p)?;
                p.some(|p| p.handler(false))?;
                rest(p)
            },
            |p| {
                body(p)?;
                p.some(|p| p.handler(true))?;
                rest(p)
            },
        )
    }

    fn finally_block(&mut self) -> Found {
        self.invalid(|p| {
            let keyword = p.take(&Tok::Finally)?;
            p.invalid_indent(keyword, "'finally' statement")
        })?;
        self.take(&Tok::Finally)?;
        self.force(&Tok::Colon, ":")?;
        self.block().map(drop)
    }

    fn invalid_try(&mut self) -> Found {
        self.alt(|p| {
            let keyword = p.take(&Tok::Try)?;
            p.invalid_indent(keyword, "'try' statement")
        })?;
        self.take(&Tok::Try)?;
        self.take(&Tok::Colon)?;
        self.alt(|p| {
            p.block()?;
            p.expect_not(|p| p.take_if(|tok| matches!(tok, Tok::Except | Tok::Finally)))?;
            p.raise_here::<()>("expected 'except' or 'finally' block")
        })?;
        self.many(Self::block)?;
        let message = "cannot have both 'except' and 'except*' on the same 'try'";
        self.alt(|p| {
            p.some(|p| p.handler(false))?;
            let keyword = p.take(&Tok::Except)?;
            let star = p.take(&Tok::Star)?;
            p.expression()?;
            p.caught_name()?;
            p.take(&Tok::Colon)?;
            p.raise::<()>(keyword.to(star), message)
        })?;
        self.some(|p| p.handler(true))?;
        let keyword = self.take(&Tok::Except)?;
        self.alt(|p| {
            p.expression()?;
            p.caught_name()
        })?;
        self.take(&Tok::Colon)?;
        self.raise(keyword, message)
    }

    fn caught_name(&mut self) -> Found {
        self.alt(|p| {
            p.take(&Tok::As)?;
            p.name()
        })?;
        Ok(())
    }

    fn handler(&mut self, starred: bool) -> Found {
        let head = |p: &mut Self| {
            let keyword = p.take(&Tok::Except)?;
            if starred {
                p.take(&Tok::Star)?;
            }
            Ok(keyword)
        };
        let typed = |p: &mut Self| {
            let keyword = head(p)?;
            p.expression()?;
            p.caught_name()?;
            Ok(keyword)
        };
        let what = if starred { "'except*' statement" } else { "'except' statement" };
        self.invalid(|p| {
            let keyword = typed(p)?;
            p.invalid_indent(keyword, what)
        })?;
        if !starred {
            self.invalid(|p| {
                let keyword = head(p)?;
                p.invalid_indent(keyword, what)
            })?;
        }
        let plain = |p: &mut Self| {
            typed(p)?;
            p.colon_and_block()
        };
        if self.alt(plain)?.is_some() {
            return Ok(());
        }
        if !starred {
            let bare = |p: &mut Self| {
                head(p)?;
                p.colon_and_block()
            };
            if self.alt(bare)?.is_some() {
                return Ok(());
            }
        }
        self.invalid(Self::invalid_handler)?;
        Err(No::Fail)
    }

    fn invalid_handler(&mut self) -> Found {
        self.take(&Tok::Except)?;
        let start = self.at;
        let star = self.alt(|p| p.take(&Tok::Star))?.is_some();
        self.alt(|p| {
            let first = p.expression()?;
            p.take(&Tok::Comma)?;
            p.expressions()?;
            p.caught_name()?;
            p.take(&Tok::Colon)?;
            p.raise_from::<()>(first.span, "multiple exception types must be parenthesized")
        })?;
        self.alt(|p| {
            p.expression()?;
            p.caught_name()?;
            p.invalid_header()
        })?;
        if !star {
            self.at = start;
            return self.invalid_header();
        }
        self.take_if(|tok| matches!(tok, Tok::Newline | Tok::Colon))?;
        self.raise_here("expected one or more exception types")
    }

    fn match_statement(&mut self) -> Found {
        let head = |p: &mut Self| {
            let keyword = p.word("match")?;
            p.subject()?;
            Ok(keyword)
        };
        let plain = |p: &mut Self| {
            head(p)?;
            p.take(&Tok::Colon)?;
            p.take(&Tok::Newline)?;
            p.take(&Tok::Indent)?;
            p.some(Self::case_block)?;
            p.take(&Tok::Dedent)
        };
        if self.alt(plain)?.is_some() {
            return Ok(());
        }
        self.invalid(|p| {
            let keyword = head(p)?;
            p.invalid_end_of_header(keyword, "'match' statement")
        })?;
        Err(No::Fail)
    }

    fn subject(&mut self) -> Found {
        let several = |p: &mut Self| {
            p.star_named_expression()?;
            p.take(&Tok::Comma)?;
            p.alt(Self::star_named_expressions)
        };
        match self.alt(several)? {
            Some(_) => Ok(()),
            None => self.named_expression().map(drop),
        }
    }

    fn case_block(&mut self) -> Found {
        let head = |p: &mut Self| {
            let keyword = p.word("case")?;
            p.patterns()?;
            p.alt(|p| {
                p.take(&Tok::If)?;
                p.named_expression()
            })?;
            Ok(keyword)
        };
        self.invalid(|p| {
            let keyword = head(p)?;
            p.invalid_end_of_header(keyword, "'case' statement")
        })?;
        head(self)?;
        self.colon_and_block()
    }
}
