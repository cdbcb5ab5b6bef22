//! Trying, going back, remembering, and raising.

use std::collections::HashMap;

use super::super::Start;
use super::Source;
use super::node::Node;
use crate::ast::Span;
use crate::error::Fault;
use crate::lex::{Spanned, Tok};

/// Why a rule gave nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum No {
    /// It does not match: another may.
    Fail,
    /// A fault was found, or the reading was given up: nothing else is tried.
    Raised,
}

pub(super) type Found<T = ()> = Result<T, No>;

/// The rules whose results are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Rule {
    Expression,
    StarExpression,
    NamedExpression,
    InvalidNamed,
    Disjunction,
    Conjunction,
    Inversion,
    BitwiseOr,
    Factor,
    Await,
    Primary,
    Atom,
    Strings,
    Genexp,
    Arguments,
    StarTarget,
    AtomTarget,
    DelTarget,
    TargetPrimary,
    SimpleStatement,
    Block,
    ClosedPattern,
    StarPattern,
    Args,
}

pub(super) struct Reader<'a> {
    pub src: &'a str,
    pub list: &'a [Spanned],
    source: &'a Source<'a>,
    /// How many brackets are open after each token.
    levels: Vec<u32>,
    /// The index of the token that comes next.
    pub at: usize,
    /// How many tokens have been read so far.
    pub fill: usize,
    /// Whether mistakes are looked for.
    pub second: bool,
    pub raised: Option<Fault>,
    /// Whether what was raised is the tokenizer's.
    of_tokenizer: bool,
    memo: HashMap<(Rule, usize, bool), (Option<Node>, usize)>,
    level: u32,
}

impl<'a> Reader<'a> {
    pub fn new(source: &'a Source<'a>) -> Self {
        let mut level = 0u32;
        let levels = source.list.iter().map(|(_, tok, _)| {
            match tok {
                Tok::LPar | Tok::LSqb | Tok::LBrace | Tok::WithLPar => level += 1,
                Tok::RPar | Tok::RSqb | Tok::RBrace => level = level.saturating_sub(1),
                _ => {}
            }
            level
        });
        Self {
            src: source.text,
            list: source.list,
            levels: levels.collect(),
            source,
            at: 0,
            fill: 0,
            second: false,
            raised: None,
            of_tokenizer: false,
            memo: HashMap::new(),
            level: 0,
        }
    }

    /// Reads the whole source.
    pub fn run(&mut self, start: Start) -> Found {
        match start {
            Start::Module => {
                self.many(|p| p.statement())?;
            }
            Start::Expression => {
                self.expressions()?;
                self.many(|p| p.take(&Tok::Newline))?;
            }
        }
        match self.peek()? {
            None => Ok(()),
            Some(_) => Err(No::Fail),
        }
    }

    /// Starts over, now with an eye on mistakes.
    pub fn again(&mut self) {
        self.at = 0;
        self.second = true;
        self.memo.clear();
        self.level = 0;
    }

    /// The last token read.
    pub fn last(&self) -> usize {
        self.fill.saturating_sub(1)
    }

    /// What was raised, unless the rest of the source has a fault that outranks it.
    pub fn verdict(&mut self) -> Option<Fault> {
        let fault = self.raised.take()?;
        if self.of_tokenizer {
            return Some(fault);
        }
        if let Some(hard) = self.source.hard {
            return Some(hard.clone());
        }
        match self.source.unclosed {
            Some((unclosed, at)) => {
                let here = self.span(self.last()).start as usize;
                let between = self.src.get(at as usize..here).unwrap_or_default();
                Some(if between.contains('\n') { unclosed.clone() } else { fault })
            }
            None => Some(fault),
        }
    }

    // Tokens.

    pub fn token(&self, at: usize) -> Option<&'a Tok> {
        self.list.get(at).map(|(_, tok, _)| tok)
    }

    /// The token that comes next; `None` at the end.
    pub fn peek(&mut self) -> Found<Option<&'a Tok>> {
        if self.at >= self.list.len() {
            if let Some(fault) = self.source.end {
                self.raised = Some(fault.clone());
                self.of_tokenizer = true;
                return Err(No::Raised);
            }
        }
        self.fill = self.fill.max(self.at + 1);
        Ok(self.token(self.at))
    }

    pub fn take_if(&mut self, fits: impl FnOnce(&Tok) -> bool) -> Found<Span> {
        match self.peek()? {
            Some(tok) if fits(tok) => {
                self.at += 1;
                Ok(self.span(self.at - 1))
            }
            _ => Err(No::Fail),
        }
    }

    pub fn take(&mut self, wanted: &Tok) -> Found<Span> {
        self.take_if(|tok| match tok {
            Tok::WithLPar => *wanted == Tok::LPar,
            Tok::FColon => *wanted == Tok::Colon,
            tok => tok == wanted,
        })
    }

    /// The next token's text if it is a name, soft keywords among them.
    pub fn peek_name(&mut self) -> Found<Option<&'a str>> {
        Ok(match self.peek()? {
            Some(Tok::Name(name)) => Some(name),
            Some(Tok::Match) => Some("match"),
            Some(Tok::Case) => Some("case"),
            Some(Tok::Type) => Some("type"),
            _ => None,
        })
    }

    pub fn name(&mut self) -> Found<Span> {
        match self.peek_name()? {
            Some(_) => {
                self.at += 1;
                Ok(self.span(self.at - 1))
            }
            None => Err(No::Fail),
        }
    }

    /// The name `word`.
    pub fn word(&mut self, word: &str) -> Found<Span> {
        match self.peek_name()? {
            Some(name) if name == word => self.name(),
            _ => Err(No::Fail),
        }
    }

    /// The token `wanted`, without which the source is faulty whatever else it may be.
    pub fn force(&mut self, wanted: &Tok, text: &str) -> Found<Span> {
        match self.take(wanted) {
            Err(No::Fail) => {
                let fault = self.fault_near(self.at, format!("expected '{text}'"));
                self.raise_fault(fault)
            }
            other => other,
        }
    }

    /// How many brackets are open after the token taken last.
    pub fn brackets(&self) -> u32 {
        self.at.checked_sub(1).and_then(|at| self.levels.get(at)).copied().unwrap_or(0)
    }

    /// From the token at `from` to the one taken last.
    pub fn since(&self, from: usize) -> Span {
        self.span(from).to(self.span(self.at.saturating_sub(1).max(from)))
    }

    pub fn span(&self, at: usize) -> Span {
        match self.list.get(at) {
            // A line end begins where the comment before it does.
            Some(&(start, Tok::Newline, end)) => {
                let from = at.checked_sub(1).map_or(0, |before| self.list[before].2);
                let comment = self.src.get(from as usize..start as usize).and_then(|gap| gap.find('#'));
                Span::new(comment.map_or(start, |n| from + n as u32), end.max(start + 1))
            }
            Some(&(start, _, end)) => Span::new(start, end.max(start)),
            None => Span::new(self.src.len() as u32, self.src.len() as u32),
        }
    }

    pub fn is_end(&self, at: usize) -> bool {
        self.span(at).start as usize >= self.src.len()
    }

    pub fn line(&self, span: Span) -> usize {
        1 + self.src[..span.start as usize].matches('\n').count()
    }

    // Combining rules.

    /// The result of `rule`, with the reading back where it was if there is none.
    pub fn alt<T>(&mut self, rule: impl FnOnce(&mut Self) -> Found<T>) -> Found<Option<T>> {
        let at = self.at;
        match rule(self) {
            Ok(found) => Ok(Some(found)),
            Err(No::Fail) => {
                self.at = at;
                Ok(None)
            }
            Err(No::Raised) => Err(No::Raised),
        }
    }

    /// An alternative of the reading that looks for mistakes.
    pub fn invalid(&mut self, rule: impl FnOnce(&mut Self) -> Found) -> Found {
        if self.second {
            self.alt(rule)?;
        }
        Ok(())
    }

    pub fn many<T>(&mut self, mut rule: impl FnMut(&mut Self) -> Found<T>) -> Found<Vec<T>> {
        let mut all = Vec::new();
        while let Some(one) = self.alt(&mut rule)? {
            all.push(one);
        }
        Ok(all)
    }

    pub fn some<T>(&mut self, rule: impl FnMut(&mut Self) -> Found<T>) -> Found<Vec<T>> {
        let all = self.many(rule)?;
        if all.is_empty() { Err(No::Fail) } else { Ok(all) }
    }

    /// One or more with commas between.
    pub fn list<T>(&mut self, mut rule: impl FnMut(&mut Self) -> Found<T>) -> Found<Vec<T>> {
        let mut all = vec![rule(self)?];
        let next = |p: &mut Self| {
            p.take(&Tok::Comma)?;
            rule(p)
        };
        all.extend(self.many(next)?);
        Ok(all)
    }

    /// Whether `rule` matches here, nothing taken.
    pub fn ahead<T>(&mut self, rule: impl FnOnce(&mut Self) -> Found<T>) -> Found<bool> {
        let at = self.at;
        let found = self.alt(rule)?.is_some();
        self.at = at;
        Ok(found)
    }

    pub fn expect_ahead<T>(&mut self, rule: impl FnOnce(&mut Self) -> Found<T>) -> Found {
        if self.ahead(rule)? { Ok(()) } else { Err(No::Fail) }
    }

    pub fn expect_not<T>(&mut self, rule: impl FnOnce(&mut Self) -> Found<T>) -> Found {
        if self.ahead(rule)? { Err(No::Fail) } else { Ok(()) }
    }

    /// The result of `rule`, remembered for this place.
    pub fn memo(&mut self, name: Rule, rule: fn(&mut Self) -> Found<Node>) -> Found<Node> {
        let from = self.at;
        // CPython remembers some results whether or not mistakes were looked for.
        let apart = matches!(name, Rule::NamedExpression | Rule::Atom | Rule::Genexp | Rule::Args);
        let key = (name, from, apart && self.second);
        if let Some((found, end)) = self.memo.get(&key) {
            self.at = *end;
            return found.clone().ok_or(No::Fail);
        }
        self.level += 1;
        // About ten rules stand between a bracket and the next.
        if self.level > self.source.depth + self.source.depth / 2 {
            self.raised = None;
            return Err(No::Raised);
        }
        let found = rule(self);
        self.level -= 1;
        if found != Err(No::Raised) {
            self.memo.insert(key, (found.clone().ok(), self.at));
        }
        found
    }

    // Raising.

    /// The fault of the first faulty literal among the tokens from `from` up to `to`.
    pub fn late(&self, from: usize, to: usize) -> Option<Fault> {
        let here = |(at, _): &&(usize, Fault)| (from..to).contains(at);
        self.source.late.iter().find(here).map(|(_, fault)| fault.clone())
    }

    pub fn raise_fault<T>(&mut self, fault: Fault) -> Found<T> {
        // Of a line that the tokenizer has left behind CPython has no line end.
        let last = self.span(self.last()).end as usize;
        let between = self.src.get(fault.start as usize..last.saturating_sub(1)).unwrap_or_default();
        let passed = between.contains('\n');
        self.raised = Some(if passed { fault.bare() } else { fault });
        Err(No::Raised)
    }

    /// A fault of `span`.
    pub fn raise<T>(&mut self, span: Span, message: impl Into<String>) -> Found<T> {
        self.raise_fault(Fault::range(message, span.start, span.end))
    }

    /// A fault from `span` on to the last token read.
    pub fn raise_from<T>(&mut self, span: Span, message: impl Into<String>) -> Found<T> {
        let end = self.span(self.last()).end;
        // The end is counted from 0 here.
        self.raise_fault(Fault::range(message, span.start, end.saturating_sub(1).max(span.start)))
    }

    /// A fault at the last token read.
    pub fn raise_here<T>(&mut self, message: impl Into<String>) -> Found<T> {
        let fault = self.fault_near(self.last(), message);
        self.raise_fault(fault)
    }

    /// A fault at the token that comes next.
    pub fn raise_next<T>(&mut self, message: impl Into<String>) -> Found<T> {
        let fault = self.fault_near(self.at, message);
        self.raise_fault(fault)
    }

    /// A fault at the token `at`, where CPython raises without a range.
    pub fn fault_near(&self, at: usize, message: impl Into<String>) -> Fault {
        let span = self.span(at);
        if self.token(at) == Some(&Tok::Newline) {
            return Fault::range(message, span.start, span.end);
        }
        if self.is_end(at) {
            // The end counts as the end of the last line.
            let end = self.src.strip_suffix('\n').unwrap_or(self.src).len() as u32;
            return Fault::point(message, end).end_column(-1).incomplete().at_end_of_file();
        }
        if matches!(self.token(at), None | Some(Tok::Dedent | Tok::Indent)) {
            let line = self.src[..span.end as usize].rfind('\n').map_or(0, |n| n + 1);
            let column = span.end as i32 - line as i32;
            return Fault::point(message, span.start).column(column).end_column(-1);
        }
        Fault::range(message, span.start, span.end)
    }
}

/// The first of several rules that matches.
macro_rules! first {
    ($p:ident, $($rule:expr),+ $(,)?) => {
        'first: {
            $(
                if let Some(found) = $p.alt($rule)? {
                    break 'first Ok(found);
                }
            )+
            Err(No::Fail)
        }
    };
}
pub(super) use first;
