//! `from __future__ import ...`.

use super::fault;
use crate::ast::{Constant, ExprKind, Stmt, StmtKind};
use crate::error::Fault;

const FEATURES: [&str; 10] = [
    "nested_scopes",
    "generators",
    "division",
    "absolute_import",
    "with_statement",
    "print_function",
    "unicode_literals",
    "barry_as_FLUFL",
    "generator_stop",
    "annotations",
];

/// Whether the statement asks for features of the future.
pub(super) fn is_import(stmt: &Stmt) -> bool {
    matches!(&stmt.kind, StmtKind::ImportFrom { module: Some(module), level: 0, .. } if &*module.name == "__future__")
}

/// The fault of such a statement that is not at the beginning of its module.
pub(super) fn misplaced(stmt: &Stmt) -> Fault {
    fault(stmt.span, "from __future__ imports must occur at the beginning of the file")
}

pub(super) fn check(body: &[Stmt]) -> Result<(), Fault> {
    let mut begun = false;
    for (at, stmt) in body.iter().enumerate() {
        match &stmt.kind {
            StmtKind::ImportFrom { module: Some(module), names, level: 0 } if &*module.name == "__future__" => {
                if begun {
                    return Err(misplaced(stmt));
                }
                for alias in names {
                    let name = &*alias.name.name;
                    if FEATURES.contains(&name) {
                        continue;
                    }
                    let message = match name {
                        "braces" => "not a chance".to_owned(),
                        _ => format!("future feature {name} is not defined"),
                    };
                    return Err(Fault::point(message, stmt.span.start).end_column(0));
                }
            }
            StmtKind::Expr { value } if at == 0 && matches!(value.kind, ExprKind::Constant(Constant::Str(_))) => {}
            _ => begun = true,
        }
    }
    Ok(())
}
