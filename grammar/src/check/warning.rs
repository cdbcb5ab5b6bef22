//! What CPython warns of while it generates code.

use crate::ast::*;

type Found = Option<(u32, String)>;

/// CPython's name of the type of a literal.
fn type_name(kind: &ExprKind) -> Option<&'static str> {
    Some(match kind {
        ExprKind::Constant(value) => match value {
            Constant::None => "NoneType",
            Constant::Bool(_) => "bool",
            Constant::Int(_) | Constant::BigInt(_) => "int",
            Constant::Float(_) => "float",
            Constant::Str(_) | Constant::Surrogates(_) => "str",
            Constant::Bytes(_) => "bytes",
            Constant::Ellipsis => "ellipsis",
        },
        ExprKind::Tuple { .. } => "tuple",
        ExprKind::List { .. } | ExprKind::ListComp { .. } => "list",
        ExprKind::Dict { .. } | ExprKind::DictComp { .. } => "dict",
        ExprKind::Set { .. } | ExprKind::SetComp { .. } => "set",
        ExprKind::GeneratorExp { .. } => "generator",
        ExprKind::Lambda { .. } => "function",
        ExprKind::JoinedStr { .. } | ExprKind::FormattedValue { .. } => "str",
        _ => return None,
    })
}

/// The literals that `is` should not compare.
fn compared(expr: &Expr) -> Option<&'static str> {
    match &expr.kind {
        ExprKind::Constant(Constant::None | Constant::Bool(_) | Constant::Ellipsis) => None,
        ExprKind::Constant(_) => type_name(&expr.kind),
        ExprKind::UnaryOp { op: UnaryOp::USub | UnaryOp::UAdd, operand } => match &operand.kind {
            ExprKind::Constant(Constant::Int(_) | Constant::BigInt(_) | Constant::Float(_)) => type_name(&operand.kind),
            _ => None,
        },
        ExprKind::Tuple { elts, .. } => {
            let constant = |elt: &Expr| matches!(elt.kind, ExprKind::Constant(_));
            elts.iter().all(constant).then_some("tuple")
        }
        _ => None,
    }
}

/// The warning that an expression deserves.
pub(super) fn of_expr(expr: &Expr) -> Found {
    let message = match &expr.kind {
        ExprKind::Compare { left, ops, comparators } => compare(left, ops, comparators)?,
        ExprKind::Call { func, .. } => {
            if matches!(func.kind, ExprKind::Lambda { .. }) {
                return None;
            }
            let name = type_name(&func.kind)?;
            format!("'{name}' object is not callable; perhaps you missed a comma?")
        }
        ExprKind::Subscript { value, slice, ctx: ExprContext::Load } => subscript(value, slice)?,
        _ => return None,
    };
    Some((expr.span.start, message))
}

fn compare(left: &Expr, ops: &[CmpOp], comparators: &[Expr]) -> Option<String> {
    let mut before = left;
    for (op, after) in ops.iter().zip(comparators) {
        if let (CmpOp::Is | CmpOp::IsNot, Some(name)) = (op, compared(before).or_else(|| compared(after))) {
            let (word, meant) = match op {
                CmpOp::Is => ("is", "=="),
                _ => ("is not", "!="),
            };
            return Some(format!("\"{word}\" with '{name}' literal. Did you mean \"{meant}\"?"));
        }
        before = after;
    }
    None
}

fn subscript(value: &Expr, slice: &Expr) -> Option<String> {
    let name = type_name(&value.kind)?;
    match name {
        "str" | "bytes" | "tuple" | "list" => {
            let index = type_name(&slice.kind)?;
            let fits = matches!(index, "int" | "bool");
            (!fits).then(|| {
                format!(
                    "{name} indices must be integers or slices, not {index}; perhaps you missed a \
                     comma?"
                )
            })
        }
        "dict" => None,
        _ => Some(format!("'{name}' object is not subscriptable; perhaps you missed a comma?")),
    }
}

/// The warning that a statement deserves.
pub(super) fn of_stmt(stmt: &Stmt) -> Found {
    let StmtKind::Assert { test, .. } = &stmt.kind else {
        return None;
    };
    match &test.kind {
        ExprKind::Tuple { elts, .. } if !elts.is_empty() => {
            let message = "assertion is always true, perhaps remove parentheses?";
            Some((stmt.span.start, message.to_owned()))
        }
        _ => None,
    }
}
