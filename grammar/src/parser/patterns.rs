//! The actions of the patterns.

use super::cx::Cx;
use crate::ast::*;

/// The name that a capture binds: `_` binds none.
pub(super) fn capture(id: Ident) -> Option<Ident> {
    (&*id.name != "_").then_some(id)
}

fn is_star(pattern: &Pattern) -> bool {
    matches!(pattern.kind, PatternKind::MatchStar { .. })
}

pub(super) fn pattern_list(cx: &Cx, l: u32, r: u32, items: (Vec<Pattern>, bool)) -> Pattern {
    let (mut patterns, comma) = items;
    match patterns.pop() {
        Some(only) if patterns.is_empty() && !comma => {
            if is_star(&only) {
                cx.fault(only.span, "invalid syntax");
            }
            only
        }
        last => {
            patterns.extend(last);
            cx.pattern(l, r, PatternKind::MatchSequence { patterns })
        }
    }
}

pub(super) fn group_pattern(cx: &Cx, l: u32, r: u32, items: (Vec<Pattern>, bool)) -> Pattern {
    pattern_list(cx, l, r, items)
}

pub(super) fn as_pattern(cx: &Cx, l: u32, r: u32, pattern: Pattern, id: Ident) -> Pattern {
    if &*id.name == "_" {
        cx.fault(id.span, "cannot use '_' as a target");
    }
    let pattern = Some(Box::new(pattern));
    cx.pattern(l, r, PatternKind::MatchAs { pattern, name: Some(id) })
}

pub(super) fn value_pattern(cx: &Cx, l: u32, r: u32, value: Expr) -> Pattern {
    if matches!(value.kind, ExprKind::JoinedStr { .. }) {
        cx.fault(value.span, "patterns may only match literals and attribute lookups");
    }
    cx.pattern(l, r, PatternKind::MatchValue { value: Box::new(value) })
}

pub(super) fn mapping_pattern(cx: &Cx, l: u32, r: u32, items: Vec<(Expr, Pattern)>, rest: Option<Ident>) -> Pattern {
    if let Some(rest) = rest.as_ref().filter(|rest| &*rest.name == "_") {
        cx.fault(rest.span, "invalid syntax");
    }
    let (keys, patterns) = items.into_iter().unzip();
    cx.pattern(l, r, PatternKind::MatchMapping { keys, patterns, rest })
}

pub(super) fn class_pattern(cx: &Cx, l: u32, r: u32, cls: Expr, args: Vec<(Option<Ident>, Pattern)>) -> Pattern {
    let (mut patterns, mut kwd_attrs, mut kwd_patterns) = (vec![], vec![], vec![]);
    let mut misplaced: Option<Span> = None;
    for (key, pattern) in args {
        match key {
            Some(key) => {
                kwd_attrs.push(key);
                kwd_patterns.push(pattern);
            }
            None => {
                if !kwd_attrs.is_empty() {
                    misplaced = Some(misplaced.map_or(pattern.span, |old| old.to(pattern.span)));
                }
                patterns.push(pattern);
            }
        }
    }
    if let Some(span) = misplaced {
        cx.fault(span, "positional patterns follow keyword patterns");
    }
    let cls = Box::new(cls);
    cx.pattern(l, r, PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns })
}
