//! Literals side by side, and the replacement fields of f-strings.

use super::engine::{Found, No, Reader, Rule};
use super::node::{Kind, Node};
use crate::lex::{StrPart, Tok};

impl Reader<'_> {
    pub fn strings(&mut self) -> Found<Node> {
        self.memo(Rule::Strings, |p| {
            let from = p.at;
            let parts = p.some(|p| match p.peek()? {
                Some(Tok::Str(part)) => {
                    p.at += 1;
                    if let Some(fault) = p.late(p.at - 1, p.at) {
                        return p.raise_fault(fault);
                    }
                    Ok((matches!(part, StrPart::Bytes(_)), false))
                }
                Some(Tok::FStart) => p.fstring().map(|()| (false, true)),
                _ => Err(No::Fail),
            })?;
            let formatted = parts.iter().any(|part| part.1);
            let bytes = parts.iter().filter(|part| part.0).count();
            if bytes > 0 && bytes < parts.len() {
                return p.raise_here("cannot mix bytes and nonbytes literals");
            }
            let kind = if formatted { Kind::FString } else { Kind::Literal };
            Ok(Node::new(kind, p.since(from)))
        })
    }

    fn fstring(&mut self) -> Found {
        let from = self.at;
        self.take(&Tok::FStart)?;
        self.many(Self::fstring_part)?;
        self.take(&Tok::FEnd)?;
        match self.late(from, self.at) {
            // It is found when the pieces are put together.
            Some(fault) => self.raise_here(fault.message),
            None => Ok(()),
        }
    }

    fn fstring_part(&mut self) -> Found {
        match self.peek()? {
            Some(Tok::FText(_)) => {
                self.at += 1;
                Ok(())
            }
            Some(Tok::LBrace) => {
                if self.alt(Self::replacement_field)?.is_some() {
                    return Ok(());
                }
                self.invalid(Self::invalid_replacement_field)?;
                Err(No::Fail)
            }
            _ => Err(No::Fail),
        }
    }

    fn replacement_field(&mut self) -> Found {
        self.take(&Tok::LBrace)?;
        self.annotated_value()?;
        self.alt(|p| p.take(&Tok::Equal))?;
        let conversion = self.alt(|p| {
            let mark = p.take(&Tok::Bang)?;
            let name = p.name()?;
            if mark.end != name.start {
                let message = "f-string: conversion type must come right after the exclamanation mark";
                return p.raise(mark.to(name), message);
            }
            Ok(name)
        })?;
        self.alt(|p| {
            p.take(&Tok::Colon)?;
            p.many(Self::fstring_part)
        })?;
        self.take(&Tok::RBrace)?;
        let Some(name) = conversion else {
            return Ok(());
        };
        let text = &self.src[name.start as usize..name.end as usize];
        if matches!(text, "s" | "r" | "a") {
            return Ok(());
        }
        let message = format!("f-string: invalid conversion character '{text}': expected 's', 'r', or 'a'");
        self.raise(name, message)
    }

    fn invalid_replacement_field(&mut self) -> Found {
        self.take(&Tok::LBrace)?;
        let mark = match self.peek()? {
            Some(Tok::Equal) => Some('='),
            Some(Tok::Bang) => Some('!'),
            Some(Tok::Colon | Tok::FColon) => Some(':'),
            Some(Tok::RBrace) => Some('}'),
            _ => None,
        };
        if let Some(mark) = mark {
            let message = format!("f-string: valid expression required before '{mark}'");
            return self.raise(self.span(self.at), message);
        }
        if self.alt(Self::annotated_value)?.is_none() {
            return self.raise_next("f-string: expecting a valid expression after '{'");
        }
        let ends = |tok: Option<&Tok>| matches!(tok, Some(Tok::Bang | Tok::Colon | Tok::FColon | Tok::RBrace));
        let next = self.peek()?;
        let debug = next == Some(&Tok::Equal);
        if !debug && !ends(next) {
            return self.raise_next("f-string: expecting '=', or '!', or ':', or '}'");
        }
        if debug {
            self.at += 1;
            if !ends(self.peek()?) {
                return self.raise_next("f-string: expecting '!', or ':', or '}'");
            }
        }
        if self.peek()? == Some(&Tok::Bang) {
            self.at += 1;
            if self.peek_name()?.is_none() {
                let closed = matches!(self.peek()?, Some(Tok::Colon | Tok::FColon | Tok::RBrace));
                let message = match closed {
                    true => "f-string: missing conversion character",
                    false => "f-string: invalid conversion character",
                };
                return self.raise_next(message);
            }
            self.name()?;
        }
        if !matches!(self.peek()?, Some(Tok::Colon | Tok::FColon | Tok::RBrace)) {
            return self.raise_next("f-string: expecting ':' or '}'");
        }
        if self.alt(|p| p.take(&Tok::Colon))?.is_some() {
            self.many(Self::fstring_part)?;
            if self.peek()? != Some(&Tok::RBrace) {
                return self.raise_next("f-string: expecting '}', or format specs");
            }
        }
        if self.peek()? != Some(&Tok::RBrace) {
            return self.raise_next("f-string: expecting '}'");
        }
        Err(No::Fail)
    }
}
