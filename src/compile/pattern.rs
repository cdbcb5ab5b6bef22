//! `match` statements.
//!
//! The subject stays in a temporary while cases are tried. Captured values wait in temporaries
//! until the whole pattern has matched; a pattern that fails clears what it has taken.

use std::collections::HashSet;

use mini_grammar::ast::{Constant, Expr, Ident, MatchCase, Pattern, PatternKind, Span};

use super::Compiler;
use super::assembler::{Label, NOWHERE};
use super::error::Res;
use super::expr::immediate;
use super::fold::fold;
use crate::bytecode::{Const, Instr, Reg};

/// A name that the pattern binds, and where its value waits.
type Capture<'a> = (&'a Ident, Span, Reg);

impl<'a> Compiler<'a> {
    pub(super) fn match_stmt(&mut self, span: Span, subject: &'a Expr, cases: &'a [MatchCase]) -> Res {
        let end = self.u.asm.label();
        let src = self.temp(subject)?;
        for (at, case) in cases.iter().enumerate() {
            if at + 1 < cases.len() && case.guard.is_none() {
                self.check_refutable(&case.pattern)?;
            }
            let fail = self.u.asm.label();
            let mark = self.u.top;
            let high = std::mem::replace(&mut self.u.high, mark);
            let mut captures = Vec::new();
            self.pattern(&case.pattern, src, false, fail, &mut captures)?;
            for (name, span, reg) in captures {
                self.store(&name.name, span, reg)?;
            }
            let used = self.u.high - mark;
            self.u.high = self.u.high.max(high);
            self.u.top = mark;
            if let Some(guard) = &case.guard {
                self.jump_if(guard, false, fail)?;
            }
            self.emit(case.pattern.span, Instr::Clear { reg: src });
            self.body(&case.body)?;
            self.u.goto(NOWHERE, end);
            self.u.place(fail);
            if used > 0 && !is_simple(&case.pattern) {
                let first = Reg(mark);
                self.emit(case.pattern.span, Instr::ClearRange { first, count: used });
            }
        }
        self.emit(span, Instr::Clear { reg: src });
        self.u.place(end);
        Ok(())
    }

    fn check_refutable(&self, pattern: &Pattern) -> Res {
        match irrefutable(pattern) {
            None => Ok(()),
            Some((None, span)) => self.error(span, "wildcard makes remaining patterns unreachable"),
            Some((Some(name), span)) => {
                let message = format!("name capture '{}' makes remaining patterns unreachable", name.name);
                self.error(span, message)
            }
        }
    }

    /// Goes on if r[src] matches, else jumps to `fail`. An *owned* value is consumed.
    fn pattern(
        &mut self,
        pattern: &'a Pattern,
        src: Reg,
        owned: bool,
        fail: Label,
        captures: &mut Vec<Capture<'a>>,
    ) -> Res {
        let span = pattern.span;
        match &pattern.kind {
            PatternKind::MatchValue { value } => {
                let top = self.u.top;
                let lhs = self.copy(span, src);
                if let Some(imm) = immediate(value) {
                    let jump = Instr::JumpEqI { when: false, lhs, imm, off: 0 };
                    self.u.jump(span, jump, fail);
                } else {
                    let rhs = self.operand(value, None, &[])?;
                    let jump = Instr::JumpEq { when: false, lhs, rhs, off: 0 };
                    self.u.jump(span, jump, fail);
                }
                self.u.top = top;
            }
            PatternKind::MatchSingleton { value } => {
                let top = self.u.top;
                let lhs = self.copy(span, src);
                let jump = if let Constant::Bool(value) = value {
                    let rhs = self.u.alloc();
                    self.emit(span, Instr::LoadBool { dst: rhs, value: *value });
                    Instr::JumpIs { when: false, lhs, rhs, off: 0 }
                } else {
                    Instr::JumpIsNone { when: false, src: lhs, off: 0 }
                };
                self.u.jump(span, jump, fail);
                self.u.top = top;
            }
            PatternKind::MatchSequence { patterns } => {
                self.sequence_pattern(span, patterns, src, fail, captures)?;
            }
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.mapping_pattern(span, keys, patterns, rest.as_ref(), src, fail, captures)?;
            }
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                let all = patterns.iter().chain(kwd_patterns).collect::<Vec<_>>();
                self.class_pattern(span, cls, &all, kwd_attrs, src, fail, captures)?;
            }
            PatternKind::MatchStar { .. } => {
                return self.error(span, "star pattern outside of a sequence pattern");
            }
            PatternKind::MatchAs { pattern, name } => {
                if let Some(pattern) = pattern {
                    self.pattern(pattern, src, false, fail, captures)?;
                }
                if let Some(name) = name {
                    let reg = if owned { src } else { self.copy(span, src) };
                    return self.capture(name, span, reg, captures);
                }
            }
            PatternKind::MatchOr { patterns } => {
                self.or_pattern(span, patterns, src, fail, captures)?;
            }
        }
        if owned {
            self.emit(span, Instr::Clear { reg: src });
        }
        Ok(())
    }

    fn copy(&mut self, span: Span, src: Reg) -> Reg {
        let dst = self.u.alloc();
        self.emit(span, Instr::Copy { dst, src });
        dst
    }

    fn capture(&self, name: &'a Ident, span: Span, reg: Reg, captures: &mut Vec<Capture<'a>>) -> Res {
        if captures.iter().any(|(seen, ..)| seen.name == name.name) {
            let message = format!("multiple assignments to name '{}' in pattern", name.name);
            return self.error(span, message);
        }
        captures.push((name, span, reg));
        Ok(())
    }

    /// Jumps to `fail` unless the length of r[src] is as wanted.
    fn check_len(&mut self, span: Span, src: Reg, len: usize, at_least: bool, fail: Label) {
        let lhs = self.u.alloc();
        self.emit(span, Instr::GetLen { dst: lhs, src });
        let imm = i16::try_from(len).unwrap_or(i16::MAX);
        let jump = if at_least {
            Instr::JumpGeI { when: false, lhs, imm, off: 0 }
        } else {
            Instr::JumpEqI { when: false, lhs, imm, off: 0 }
        };
        self.u.jump(span, jump, fail);
        self.u.top = lhs.0;
    }

    fn check_kind(&mut self, span: Span, test: impl FnOnce(Reg) -> Instr, fail: Label) {
        let cond = self.u.alloc();
        self.emit(span, test(cond));
        self.u.jump(span, Instr::JumpIfFalse { cond, off: 0 }, fail);
        self.u.top = cond.0;
    }

    fn sequence_pattern(
        &mut self,
        span: Span,
        patterns: &'a [Pattern],
        src: Reg,
        fail: Label,
        captures: &mut Vec<Capture<'a>>,
    ) -> Res {
        let is_star = |p: &Pattern| matches!(p.kind, PatternKind::MatchStar { .. });
        let star = patterns.iter().position(is_star);
        if patterns.iter().filter(|p| is_star(p)).count() > 1 {
            return self.error(span, "multiple starred names in sequence pattern");
        }
        self.check_kind(span, |dst| Instr::MatchSequence { dst, src }, fail);
        let size = patterns.len();
        match star {
            None => self.check_len(span, src, size, false, fail),
            Some(_) if size > 1 => self.check_len(span, src, size - 1, true, fail),
            Some(_) => {}
        }
        let open_star = star.is_some_and(|at| is_wildcard(&patterns[at]));
        if patterns.iter().all(is_wildcard) {
            return Ok(());
        }
        if let (Some(at), true) = (star, open_star) {
            return self.indexed_items(span, patterns, at, src, fail, captures);
        }
        let items = self.u.alloc_many(size);
        let copy = self.copy(span, src);
        match star {
            None => {
                let count = size as u16;
                self.emit(span, Instr::UnpackSeq { src: copy, first: items, count });
            }
            Some(at) => {
                if at > 255 || size - at > 256 {
                    let message = "too many expressions in star-unpacking sequence pattern";
                    return self.error(span, message);
                }
                let shape = (at << 8 | (size - at - 1)) as u16;
                self.emit(span, Instr::UnpackEx { src: copy, first: items, shape });
            }
        }
        self.u.top = copy.0;
        for (at, pattern) in patterns.iter().enumerate() {
            self.item_pattern(pattern, items.offset(at as u16), fail, captures)?;
        }
        Ok(())
    }

    fn item_pattern(&mut self, pattern: &'a Pattern, item: Reg, fail: Label, captures: &mut Vec<Capture<'a>>) -> Res {
        match &pattern.kind {
            PatternKind::MatchStar { name: Some(name) } => self.capture(name, pattern.span, item, captures),
            PatternKind::MatchStar { name: None } => {
                self.emit(pattern.span, Instr::Clear { reg: item });
                Ok(())
            }
            _ => self.pattern(pattern, item, true, fail, captures),
        }
    }

    /// The items around `*_` are fetched one by one.
    fn indexed_items(
        &mut self,
        span: Span,
        patterns: &'a [Pattern],
        star: usize,
        src: Reg,
        fail: Label,
        captures: &mut Vec<Capture<'a>>,
    ) -> Res {
        for (at, pattern) in patterns.iter().enumerate() {
            if at == star || is_wildcard(pattern) {
                continue;
            }
            let item = self.copy(span, src);
            if at < star {
                let imm = i16::try_from(at).unwrap_or(i16::MAX);
                self.emit(span, Instr::GetItemI { dst: item, obj: item, imm });
            } else {
                let index = self.u.alloc();
                self.emit(span, Instr::GetLen { dst: index, src });
                let imm = i16::try_from(patterns.len() - at).unwrap_or(i16::MAX);
                self.emit(span, Instr::SubI { dst: index, lhs: index, imm });
                self.emit(span, Instr::GetItem { dst: item, obj: item, index });
                self.u.top = index.0;
            }
            self.pattern(pattern, item, true, fail, captures)?;
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one syntax node")]
    fn mapping_pattern(
        &mut self,
        span: Span,
        keys: &'a [Expr],
        patterns: &'a [Pattern],
        rest: Option<&'a Ident>,
        src: Reg,
        fail: Label,
        captures: &mut Vec<Capture<'a>>,
    ) -> Res {
        self.check_kind(span, |dst| Instr::MatchMapping { dst, src }, fail);
        if keys.is_empty() && rest.is_none() {
            return Ok(());
        }
        if !keys.is_empty() {
            self.check_len(span, src, keys.len(), true, fail);
        }
        self.check_keys(span, keys)?;
        // The items lie below the helpers, which end first.
        let items = self.u.alloc_many(patterns.len());
        let rest_reg = self.u.alloc();
        let keys_reg = self.u.alloc();
        self.tuple(span, keys, keys_reg)?;
        let values = self.u.alloc();
        self.emit(span, Instr::MatchKeys { dst: values, src, keys: keys_reg });
        let test = self.copy(span, values);
        self.u.jump(span, Instr::JumpIsNone { when: true, src: test, off: 0 }, fail);
        let count = patterns.len() as u16;
        self.emit(span, Instr::UnpackSeq { src: values, first: items, count });
        if let Some(name) = rest {
            let dst = rest_reg;
            self.emit(span, Instr::CopyWithoutKeys { dst, src, keys: keys_reg });
            self.capture(name, span, rest_reg, captures)?;
        }
        self.emit(span, Instr::Clear { reg: keys_reg });
        self.u.top = keys_reg.0;
        for (at, pattern) in patterns.iter().enumerate() {
            self.pattern(pattern, items.offset(at as u16), true, fail, captures)?;
        }
        Ok(())
    }

    fn check_keys(&self, span: Span, keys: &[Expr]) -> Res {
        let mut seen = HashSet::new();
        for key in keys {
            let Some(value) = fold(key) else { continue };
            // Numbers that are equal are the same key whatever their type.
            let text = match &value {
                Const::Bool(value) => i64::from(*value).to_string(),
                Const::Float(value) if value.fract() == 0.0 => format!("{value:.0}"),
                Const::Int(value) => value.to_string(),
                other => format!("{other:?}"),
            };
            if !seen.insert(text) {
                let shown = self.lines.slice(key.span);
                let message = format!("mapping pattern checks duplicate key ({shown})");
                return self.error(span, message);
            }
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one syntax node")]
    fn class_pattern(
        &mut self,
        span: Span,
        cls: &'a Expr,
        patterns: &[&'a Pattern],
        names: &'a [Ident],
        src: Reg,
        fail: Label,
        captures: &mut Vec<Capture<'a>>,
    ) -> Res {
        for (at, name) in names.iter().enumerate() {
            if names[..at].iter().any(|seen| seen.name == name.name) {
                let message = format!("attribute name repeated in class pattern: {}", name.name);
                return self.error(patterns[patterns.len() - names.len() + at].span, message);
            }
        }
        let items = self.u.alloc_many(patterns.len());
        let class = self.temp(cls)?;
        let names_reg = self.u.alloc();
        let attributes: Vec<Const> = names.iter().map(|n| Const::Str(n.name.clone())).collect();
        self.constant(span, Const::Tuple(attributes.into()), names_reg);
        let npos = (patterns.len() - names.len()) as u16;
        self.emit(span, Instr::MatchClass { dst: class, src, npos });
        self.u.top = class.0 + 1;
        let test = self.copy(span, class);
        self.u.jump(span, Instr::JumpIsNone { when: true, src: test, off: 0 }, fail);
        let count = patterns.len() as u16;
        self.emit(span, Instr::UnpackSeq { src: class, first: items, count });
        self.u.top = class.0;
        for (at, pattern) in patterns.iter().enumerate() {
            self.pattern(pattern, items.offset(at as u16), true, fail, captures)?;
        }
        Ok(())
    }

    fn or_pattern(
        &mut self,
        span: Span,
        patterns: &'a [Pattern],
        src: Reg,
        fail: Label,
        captures: &mut Vec<Capture<'a>>,
    ) -> Res {
        let Some((last, first)) = patterns.split_last() else {
            return Ok(());
        };
        for pattern in first {
            self.check_refutable(pattern)?;
        }
        let mut names = Vec::new();
        bound_names(last, &mut names);
        let homes = self.u.alloc_many(names.len());
        let mark = self.u.top;
        let done = self.u.asm.label();
        for pattern in patterns {
            let next = self.u.asm.label();
            let mut own = Vec::new();
            self.pattern(pattern, src, false, next, &mut own)?;
            let same =
                own.len() == names.len() && names.iter().all(|name| own.iter().any(|(o, ..)| o.name == name.name));
            if !same {
                return self.error(span, "alternative patterns bind different names");
            }
            for (at, name) in names.iter().enumerate() {
                let found = own.iter().find(|(o, ..)| o.name == name.name);
                if let Some(&(_, _, from)) = found {
                    let dst = homes.offset(at as u16);
                    self.emit(pattern.span, Instr::Move { dst, src: from });
                }
            }
            self.u.goto(pattern.span, done);
            self.u.place(next);
            let used = self.u.high.max(self.u.top) - mark;
            if used > 0 && !is_simple(pattern) {
                let first = Reg(mark);
                self.emit(pattern.span, Instr::ClearRange { first, count: used });
            }
            self.u.top = mark;
        }
        self.u.goto(span, fail);
        self.u.place(done);
        for (at, name) in names.into_iter().enumerate() {
            self.capture(name, span, homes.offset(at as u16), captures)?;
        }
        Ok(())
    }
}

/// Names that a pattern binds, in order.
fn bound_names<'a>(pattern: &'a Pattern, names: &mut Vec<&'a Ident>) {
    match &pattern.kind {
        PatternKind::MatchValue { .. } | PatternKind::MatchSingleton { .. } => {}
        PatternKind::MatchSequence { patterns } => {
            patterns.iter().for_each(|p| bound_names(p, names));
        }
        PatternKind::MatchOr { patterns } => {
            if let Some(first) = patterns.first() {
                bound_names(first, names);
            }
        }
        PatternKind::MatchMapping { patterns, rest, .. } => {
            patterns.iter().for_each(|p| bound_names(p, names));
            names.extend(rest);
        }
        PatternKind::MatchClass { patterns, kwd_patterns, .. } => {
            patterns.iter().chain(kwd_patterns).for_each(|p| bound_names(p, names));
        }
        PatternKind::MatchStar { name } => names.extend(name),
        PatternKind::MatchAs { pattern, name } => {
            if let Some(pattern) = pattern {
                bound_names(pattern, names);
            }
            names.extend(name);
        }
    }
}

fn is_wildcard(pattern: &Pattern) -> bool {
    matches!(pattern.kind, PatternKind::MatchAs { pattern: None, name: None } | PatternKind::MatchStar { name: None })
}

/// Whether a failing match leaves no temporary behind.
fn is_simple(pattern: &Pattern) -> bool {
    match &pattern.kind {
        PatternKind::MatchValue { .. } | PatternKind::MatchSingleton { .. } => true,
        PatternKind::MatchAs { pattern: None, .. } => true,
        PatternKind::MatchOr { patterns } => patterns.iter().all(is_simple),
        _ => false,
    }
}

/// The capture or wildcard that makes a pattern match anything, if there is one.
fn irrefutable(pattern: &Pattern) -> Option<(Option<&Ident>, Span)> {
    match &pattern.kind {
        PatternKind::MatchAs { pattern: None, name } => Some((name.as_ref(), pattern.span)),
        PatternKind::MatchAs { pattern: Some(inner), .. } => irrefutable(inner),
        PatternKind::MatchOr { patterns } => patterns.iter().find_map(irrefutable),
        _ => None,
    }
}
