//! The faults of patterns.

use std::collections::HashSet;

use super::fault;
use crate::ast::*;
use crate::error::Fault;

type Check = Result<(), Fault>;

/// Checks the cases of a `match` statement.
pub(super) fn cases(cases: &[MatchCase]) -> Check {
    for (at, case) in cases.iter().enumerate() {
        let last = at + 1 == cases.len();
        reachable(&case.pattern, last || case.guard.is_some())?;
        bindings(&case.pattern)?;
    }
    Ok(())
}

/// Refuses a pattern that always matches where others follow.
fn reachable(pattern: &Pattern, last: bool) -> Check {
    match &pattern.kind {
        PatternKind::MatchAs { pattern: None, name } if !last => {
            let what = match name {
                Some(name) => format!("name capture '{}'", name.name),
                None => "wildcard".to_owned(),
            };
            let message = format!("{what} makes remaining patterns unreachable");
            Err(fault(pattern.span, message))
        }
        PatternKind::MatchAs { pattern: Some(inner), .. } => reachable(inner, last),
        PatternKind::MatchOr { patterns } => {
            let end = patterns.len();
            patterns.iter().enumerate().try_for_each(|(at, one)| reachable(one, last && at + 1 == end))
        }
        kind => {
            let mut done = Ok(());
            kind.children(&mut |child| {
                if let (Node::Pattern(inner), true) = (child, done.is_ok()) {
                    done = reachable(inner, true);
                }
            });
            done
        }
    }
}

fn bindings(pattern: &Pattern) -> Check {
    collect(pattern).map(drop)
}

/// The names that `pattern` binds, each once.
fn collect(pattern: &Pattern) -> Result<HashSet<Name>, Fault> {
    let mut names = HashSet::new();
    let mut add = |found: HashSet<Name>, span: Span| -> Check {
        for name in found {
            if !names.insert(name.clone()) {
                let message = format!("multiple assignments to name '{name}' in pattern");
                return Err(fault(span, message));
            }
        }
        Ok(())
    };
    let own = |name: &Option<Ident>| name.iter().map(|ident| ident.name.clone()).collect();
    match &pattern.kind {
        PatternKind::MatchOr { patterns } => {
            let mut sets = patterns.iter().map(collect);
            let first = sets.next().transpose()?.unwrap_or_default();
            for set in sets {
                if set? != first {
                    let message = "alternative patterns bind different names";
                    return Err(fault(pattern.span, message));
                }
            }
            return Ok(first);
        }
        PatternKind::MatchSequence { patterns } => {
            let star = |one: &&Pattern| matches!(one.kind, PatternKind::MatchStar { .. });
            if patterns.iter().filter(star).count() > 1 {
                let message = "multiple starred names in sequence pattern";
                return Err(fault(pattern.span, message));
            }
        }
        PatternKind::MatchMapping { keys, .. } => duplicate_key(pattern, keys)?,
        PatternKind::MatchClass { kwd_attrs, kwd_patterns, .. } => {
            let mut seen = HashSet::new();
            for (attr, inner) in kwd_attrs.iter().zip(kwd_patterns) {
                if !seen.insert(&attr.name) {
                    let message = format!("attribute name repeated in class pattern: {}", attr.name);
                    return Err(fault(inner.span, message));
                }
            }
        }
        _ => {}
    }
    let mut done = Ok(());
    pattern.kind.children(&mut |child| {
        if let (Node::Pattern(inner), true) = (child, done.is_ok()) {
            done = collect(inner).and_then(|found| add(found, inner.span));
        }
    });
    done?;
    match &pattern.kind {
        PatternKind::MatchAs { name, .. } | PatternKind::MatchStar { name } => {
            add(own(name), pattern.span)?;
        }
        PatternKind::MatchMapping { rest, .. } => add(own(rest), pattern.span)?,
        _ => {}
    }
    Ok(names)
}

fn duplicate_key(pattern: &Pattern, keys: &[Expr]) -> Check {
    for (at, key) in keys.iter().enumerate() {
        let ExprKind::Constant(value) = &key.kind else {
            continue;
        };
        let same = |other: &Expr| matches!(&other.kind, ExprKind::Constant(one) if one == value);
        if keys[..at].iter().any(same) {
            let text = repr(value);
            let message = format!("mapping pattern checks duplicate key ({text})");
            return Err(fault(pattern.span, message));
        }
    }
    Ok(())
}

fn repr(value: &Constant) -> String {
    match value {
        Constant::None => "None".to_owned(),
        Constant::Bool(true) => "True".to_owned(),
        Constant::Bool(false) => "False".to_owned(),
        Constant::Int(value) => value.to_string(),
        Constant::BigInt(value) => value.to_string(),
        Constant::Float(value) => format!("{value:?}"),
        Constant::Str(text) if text.contains('\'') && !text.contains('"') => format!("\"{text}\""),
        Constant::Str(text) => format!("'{}'", text.escape_debug().to_string().replace("\\\"", "\"")),
        Constant::Bytes(bytes) => format!("b'{}'", bytes.escape_ascii()),
        Constant::Surrogates(_) | Constant::Ellipsis => "...".to_owned(),
    }
}
