//! Parameters, of functions and of `lambda`: the same rules but for annotations and the end.

use super::engine::{Found, No, Reader, first};
use crate::ast::Span;
use crate::lex::Tok;

/// What closes the parameters.
fn closing(lambda: bool) -> &'static Tok {
    if lambda { &Tok::Colon } else { &Tok::RPar }
}

impl Reader<'_> {
    pub fn parameters(&mut self, lambda: bool) -> Found {
        self.invalid(|p| p.invalid_parameters(lambda))?;
        let rest = |p: &mut Self| {
            p.alt(|p| p.star_parameters(lambda))?;
            Ok(())
        };
        first!(
            self,
            |p| {
                p.slash_plain(lambda)?;
                p.many(|p| p.plain_parameter(lambda))?;
                p.many(|p| p.default_parameter(lambda))?;
                rest(p)
            },
            |p| {
                p.slash_default(lambda)?;
                p.many(|p| p.default_parameter(lambda))?;
                rest(p)
            },
            |p| {
                p.some(|p| p.plain_parameter(lambda))?;
                p.many(|p| p.default_parameter(lambda))?;
                rest(p)
            },
            |p| {
                p.some(|p| p.default_parameter(lambda))?;
                rest(p)
            },
            |p| p.star_parameters(lambda),
        )
    }

    fn slash(&mut self, lambda: bool) -> Found {
        self.take(&Tok::Slash)?;
        self.parameter_end(lambda)
    }

    fn slash_plain(&mut self, lambda: bool) -> Found {
        self.some(|p| p.plain_parameter(lambda))?;
        self.slash(lambda)
    }

    fn slash_default(&mut self, lambda: bool) -> Found {
        self.many(|p| p.plain_parameter(lambda))?;
        self.some(|p| p.default_parameter(lambda))?;
        self.slash(lambda)
    }

    fn any_slash(&mut self, lambda: bool) -> Found {
        first!(self, |p| p.slash_plain(lambda), |p| p.slash_default(lambda))
    }

    /// A comma, or the end of the parameters.
    fn parameter_end(&mut self, lambda: bool) -> Found {
        if self.alt(|p| p.take(&Tok::Comma))?.is_some() {
            return Ok(());
        }
        self.expect_ahead(|p| p.take(closing(lambda)))
    }

    fn parameter(&mut self, lambda: bool) -> Found<Span> {
        let from = self.at;
        self.name()?;
        if !lambda {
            self.alt(|p| {
                p.take(&Tok::Colon)?;
                p.expression()
            })?;
        }
        Ok(self.since(from))
    }

    fn plain_parameter(&mut self, lambda: bool) -> Found<Span> {
        let span = self.parameter(lambda)?;
        self.parameter_end(lambda)?;
        Ok(span)
    }

    fn default_parameter(&mut self, lambda: bool) -> Found {
        self.parameter(lambda)?;
        self.default_value()?;
        self.parameter_end(lambda)
    }

    fn any_parameter(&mut self, lambda: bool) -> Found {
        self.parameter(lambda)?;
        self.alt(Self::default_value)?;
        self.parameter_end(lambda)
    }

    fn default_value(&mut self) -> Found {
        let value = |p: &mut Self| {
            p.take(&Tok::Equal)?;
            p.expression()
        };
        if self.alt(value)?.is_some() {
            return Ok(());
        }
        self.invalid(|p| {
            let equal = p.take(&Tok::Equal)?;
            p.expect_ahead(|p| p.take_if(|tok| matches!(tok, Tok::RPar | Tok::Comma)))?;
            p.raise(equal, "expected default value expression")
        })?;
        Err(No::Fail)
    }

    fn star_parameters(&mut self, lambda: bool) -> Found {
        self.invalid(|p| p.invalid_star(lambda))?;
        first!(
            self,
            |p| {
                p.take(&Tok::Star)?;
                p.plain_parameter(lambda)?;
                p.after_star(lambda)
            },
            |p| {
                if lambda {
                    return Err(No::Fail);
                }
                p.take(&Tok::Star)?;
                p.name()?;
                p.take(&Tok::Colon)?;
                p.star_expression()?;
                p.parameter_end(lambda)?;
                p.after_star(lambda)
            },
            |p| {
                p.take(&Tok::Star)?;
                p.take(&Tok::Comma)?;
                p.some(|p| p.any_parameter(lambda))?;
                p.alt(|p| p.double_star(lambda))?;
                Ok(())
            },
            |p| p.double_star(lambda),
        )
    }

    fn after_star(&mut self, lambda: bool) -> Found {
        self.many(|p| p.any_parameter(lambda))?;
        self.alt(|p| p.double_star(lambda))?;
        Ok(())
    }

    fn double_star(&mut self, lambda: bool) -> Found {
        self.invalid(|p| p.invalid_double_star(lambda))?;
        self.take(&Tok::DoubleStar)?;
        self.plain_parameter(lambda).map(drop)
    }

    fn invalid_parameters(&mut self, lambda: bool) -> Found {
        self.alt(|p| {
            let slash = p.take(&Tok::Slash)?;
            p.take(&Tok::Comma)?;
            p.raise::<()>(slash, "at least one argument must precede /")
        })?;
        self.alt(|p| {
            p.any_slash(lambda)?;
            p.many(|p| p.any_parameter(lambda))?;
            let slash = p.take(&Tok::Slash)?;
            p.raise::<()>(slash, "/ may appear only once")
        })?;
        self.alt(|p| {
            p.alt(|p| p.slash_plain(lambda))?;
            p.many(|p| p.plain_parameter(lambda))?;
            if p.alt(|p| p.slash_default(lambda))?.is_none() {
                p.some(|p| p.default_parameter(lambda))?;
            }
            let plain = p.plain_parameter(lambda)?;
            p.raise::<()>(plain, "parameter without a default follows parameter with a default")
        })?;
        self.alt(|p| {
            p.many(|p| p.plain_parameter(lambda))?;
            let open = p.take(&Tok::LPar)?;
            let what = match lambda {
                true => {
                    p.list(|p| p.parameter(true))?;
                    "Lambda expression parameters"
                }
                false => {
                    p.some(|p| p.plain_parameter(false))?;
                    "Function parameters"
                }
            };
            p.alt(|p| p.take(&Tok::Comma))?;
            let close = p.take(&Tok::RPar)?;
            p.raise::<()>(open.to(close), format!("{what} cannot be parenthesized"))
        })?;
        self.alt(|p| {
            p.alt(|p| p.any_slash(lambda))?;
            p.many(|p| p.any_parameter(lambda))?;
            p.take(&Tok::Star)?;
            p.comma_or_plain(lambda)?;
            p.many(|p| p.any_parameter(lambda))?;
            let slash = p.take(&Tok::Slash)?;
            p.raise::<()>(slash, "/ must be ahead of *")
        })?;
        self.some(|p| p.any_parameter(lambda))?;
        self.take(&Tok::Slash)?;
        let star = self.take(&Tok::Star)?;
        self.raise(star, "expected comma between / and *")
    }

    fn comma_or_plain(&mut self, lambda: bool) -> Found {
        first!(self, |p| p.take(&Tok::Comma).map(drop), |p| p.plain_parameter(lambda).map(drop))
    }

    fn invalid_star(&mut self, lambda: bool) -> Found {
        let star = self.take(&Tok::Star)?;
        self.alt(|p| {
            let close = closing(lambda);
            if p.alt(|p| p.take(close))?.is_none() {
                p.take(&Tok::Comma)?;
                p.take_if(|tok| tok == close || *tok == Tok::DoubleStar)?;
            }
            let message = "named arguments must follow bare *";
            if lambda { p.raise_here::<()>(message) } else { p.raise(star, message) }
        })?;
        self.alt(|p| {
            p.parameter(lambda)?;
            let equal = p.take(&Tok::Equal)?;
            p.raise::<()>(equal, "var-positional argument cannot have default value")
        })?;
        if self.alt(|p| p.plain_parameter(lambda))?.is_none() {
            self.take(&Tok::Comma)?;
        }
        self.many(|p| p.any_parameter(lambda))?;
        let again = self.take(&Tok::Star)?;
        if self.alt(|p| p.plain_parameter(lambda))?.is_none() {
            self.take(&Tok::Comma)?;
        }
        self.raise(again, "* argument may appear only once")
    }

    fn invalid_double_star(&mut self, lambda: bool) -> Found {
        self.take(&Tok::DoubleStar)?;
        self.parameter(lambda)?;
        self.alt(|p| {
            let equal = p.take(&Tok::Equal)?;
            p.raise::<()>(equal, "var-keyword argument cannot have default value")
        })?;
        self.take(&Tok::Comma)?;
        let message = "arguments cannot follow var-keyword argument";
        if let Some(span) = self.alt(|p| p.parameter(lambda))? {
            return self.raise(span, message);
        }
        let mark = self.take_if(|tok| matches!(tok, Tok::Star | Tok::DoubleStar | Tok::Slash))?;
        self.raise(mark, message)
    }
}
