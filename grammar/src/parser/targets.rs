//! What may be assigned to and deleted, and how CPython calls what may not.

use super::cx::Cx;
use crate::ast::*;

/// CPython's name of a kind of expression, for messages.
pub(crate) fn describe(kind: &ExprKind) -> &'static str {
    match kind {
        ExprKind::Attribute { .. } => "attribute",
        ExprKind::Subscript { .. } | ExprKind::Slice { .. } => "subscript",
        ExprKind::Starred { .. } => "starred",
        ExprKind::Name { .. } => "name",
        ExprKind::List { .. } => "list",
        ExprKind::Tuple { .. } => "tuple",
        ExprKind::Lambda { .. } => "lambda",
        ExprKind::Call { .. } => "function call",
        ExprKind::BoolOp { .. } | ExprKind::BinOp { .. } | ExprKind::UnaryOp { .. } => "expression",
        ExprKind::GeneratorExp { .. } => "generator expression",
        ExprKind::Yield { .. } | ExprKind::YieldFrom { .. } => "yield expression",
        ExprKind::Await { .. } => "await expression",
        ExprKind::ListComp { .. } => "list comprehension",
        ExprKind::SetComp { .. } => "set comprehension",
        ExprKind::DictComp { .. } => "dict comprehension",
        ExprKind::Dict { .. } => "dict literal",
        ExprKind::Set { .. } => "set display",
        ExprKind::JoinedStr { .. } | ExprKind::FormattedValue { .. } => "f-string expression",
        ExprKind::Constant(Constant::None) => "None",
        ExprKind::Constant(Constant::Bool(true)) => "True",
        ExprKind::Constant(Constant::Bool(false)) => "False",
        ExprKind::Constant(Constant::Ellipsis) => "ellipsis",
        ExprKind::Constant(_) => "literal",
        ExprKind::Compare { .. } => "comparison",
        ExprKind::IfExp { .. } => "conditional expression",
        ExprKind::NamedExpr { .. } => "named expression",
    }
}

/// The first part of `expr` that cannot be bound (or deleted).
pub(crate) fn invalid_part(expr: &Expr, delete: bool) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => None,
        ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => {
            elts.iter().find_map(|elt| invalid_part(elt, delete))
        }
        ExprKind::Starred { value, .. } if !delete => invalid_part(value, delete),
        _ => Some(expr),
    }
}

fn set_context(expr: &mut Expr, to: ExprContext) {
    match &mut expr.kind {
        ExprKind::Name { ctx, .. } | ExprKind::Attribute { ctx, .. } | ExprKind::Subscript { ctx, .. } => *ctx = to,
        ExprKind::Starred { value, ctx } => {
            *ctx = to;
            set_context(value, to);
        }
        ExprKind::List { elts, ctx } | ExprKind::Tuple { elts, ctx } => {
            *ctx = to;
            elts.iter_mut().for_each(|elt| set_context(elt, to));
        }
        _ => {}
    }
}

/// Makes a target of `expr`; a part that cannot be one is a fault.
pub(crate) fn to_store(cx: &Cx, mut expr: Expr) -> Expr {
    if let Some(part) = invalid_part(&expr, false) {
        cx.fault(part.span, format!("cannot assign to {}", describe(&part.kind)));
    }
    set_context(&mut expr, ExprContext::Store);
    expr
}

pub(super) fn to_delete(cx: &Cx, mut expr: Expr) -> Expr {
    if let Some(part) = invalid_part(&expr, true) {
        cx.fault(part.span, format!("cannot delete {}", describe(&part.kind)));
    }
    set_context(&mut expr, ExprContext::Del);
    expr
}

/// Whether `kind` binds as tightly as `|`: what CPython takes for a comparison gone wrong.
pub(crate) fn is_tight(kind: &ExprKind) -> bool {
    !matches!(
        kind,
        ExprKind::Compare { .. }
            | ExprKind::BoolOp { .. }
            | ExprKind::UnaryOp { op: UnaryOp::Not, .. }
            | ExprKind::IfExp { .. }
            | ExprKind::Lambda { .. }
            | ExprKind::NamedExpr { .. }
            | ExprKind::Starred { .. }
    )
}

/// Whether CPython tells apart an assignment to `expr` from a comparison with it.
pub(crate) fn may_mean_equality(kind: &ExprKind) -> bool {
    let plain = matches!(
        kind,
        ExprKind::List { .. }
            | ExprKind::Tuple { .. }
            | ExprKind::GeneratorExp { .. }
            | ExprKind::Constant(Constant::None | Constant::Bool(_))
    );
    is_tight(kind) && !plain
}

pub(super) fn assign(cx: &Cx, first: Expr, rest: Vec<Expr>) -> StmtKind {
    let mut all = vec![first];
    all.extend(rest);
    let value = all.pop().expect("an assignment has a value");
    let single = all.len() == 1;
    let invalid = all.iter().find_map(|target| invalid_part(target, false).map(|part| (target, part)));
    if let Some((target, part)) = invalid {
        let last = match &target.kind {
            ExprKind::Tuple { elts, .. } if !cx.is_parenthesised(target.span, elts) => elts.last(),
            _ => Some(target),
        };
        let value_is_tight = {
            let text = &cx.src[value.span.start as usize..];
            !["not ", "lambda", "yield", "*"].iter().any(|word| text.starts_with(word))
        };
        match last {
            Some(last) if single && value_is_tight && !bare_yield(cx, last) && may_mean_equality(&last.kind) => {
                if let ExprKind::Name { .. } = last.kind {
                    let message = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
                    cx.fault(last.span.to(value.span), message);
                } else {
                    let what = describe(&last.kind);
                    let message = format!("cannot assign to {what} here. Maybe you meant '==' instead of '='?");
                    cx.fault(last.span, message);
                }
            }
            _ => {
                let whole = all.iter().any(|target| target.span == part.span);
                let bare = whole && bare_yield(cx, part);
                if bare {
                    cx.fault(part.span, "assignment to yield expression not possible");
                } else {
                    cx.fault(part.span, format!("cannot assign to {}", describe(&part.kind)));
                }
            }
        }
    }
    all.iter_mut().for_each(|target| set_context(target, ExprContext::Store));
    StmtKind::Assign { targets: all, value: Box::new(value) }
}

/// Whether `expr` is a `yield` without parentheses.
fn bare_yield(cx: &Cx, expr: &Expr) -> bool {
    let before = cx.src[..expr.span.start as usize].trim_end();
    matches!(expr.kind, ExprKind::Yield { .. } | ExprKind::YieldFrom { .. }) && !before.ends_with('(')
}

fn is_single(kind: &ExprKind) -> bool {
    matches!(kind, ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Subscript { .. })
}

pub(super) fn aug_assign(cx: &Cx, mut target: Expr, op: Operator, value: Expr) -> StmtKind {
    if !is_single(&target.kind) {
        let what = describe(&target.kind);
        cx.fault(target.span, format!("'{what}' is an illegal expression for augmented assignment"));
    }
    set_context(&mut target, ExprContext::Store);
    StmtKind::AugAssign { target: Box::new(target), op, value: Box::new(value) }
}

pub(super) fn ann_assign(cx: &Cx, start: u32, mut target: Expr, annotation: Expr, value: Option<Expr>) -> StmtKind {
    match &target.kind {
        ExprKind::List { .. } => {
            cx.fault(target.span, "only single target (not list) can be annotated");
        }
        ExprKind::Tuple { elts, .. } => {
            let whole = cx.is_parenthesised(target.span, elts);
            let place = if whole { target.span } else { elts[0].span };
            cx.fault(place, "only single target (not tuple) can be annotated");
        }
        kind if !is_single(kind) => cx.fault(target.span, "illegal target for annotation"),
        _ => {}
    }
    let simple = matches!(target.kind, ExprKind::Name { .. }) && target.span.start == start;
    set_context(&mut target, ExprContext::Store);
    StmtKind::AnnAssign {
        target: Box::new(target),
        annotation: Box::new(annotation),
        value: value.map(Box::new),
        simple,
    }
}

pub(super) fn named_expr(cx: &Cx, l: u32, r: u32, mut target: Expr, value: Expr) -> Expr {
    if !matches!(target.kind, ExprKind::Name { .. }) {
        let what = describe(&target.kind);
        cx.fault(target.span, format!("cannot use assignment expressions with {what}"));
    }
    set_context(&mut target, ExprContext::Store);
    cx.expr(l, r, ExprKind::NamedExpr { target: Box::new(target), value: Box::new(value) })
}
