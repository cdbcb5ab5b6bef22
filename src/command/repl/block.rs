//! What is typed at the prompt, as statements: whether more must follow, and which parts run one after another.

use mini_grammar::ast::{Stmt, StmtKind};
use mini_grammar::{LineIndex, parse_module};

/// Whether more lines must follow before a text can be run.
pub(super) fn wants_more(text: &str) -> bool {
    match parse_module(text) {
        Err(error) => error.incomplete && !text.ends_with("\n\n"),
        // An empty line ends a compound statement.
        Ok(parsed) => {
            parsed.tree.body.last().is_some_and(is_compound) && !text.trim_end_matches([' ', '\t']).ends_with('\n')
        }
    }
}

fn is_compound(statement: &Stmt) -> bool {
    matches!(
        statement.kind,
        StmtKind::FunctionDef(_)
            | StmtKind::AsyncFunctionDef(_)
            | StmtKind::ClassDef(_)
            | StmtKind::For(_)
            | StmtKind::AsyncFor(_)
            | StmtKind::While { .. }
            | StmtKind::If { .. }
            | StmtKind::With(_)
            | StmtKind::AsyncWith(_)
            | StmtKind::Match { .. }
            | StmtKind::Try(_)
            | StmtKind::TryStar(_)
    )
}

/// Where a statement begins, its decorators included.
fn start_of(statement: &Stmt) -> u32 {
    let decorators = match &statement.kind {
        StmtKind::FunctionDef(def) | StmtKind::AsyncFunctionDef(def) => &def.decorator_list,
        StmtKind::ClassDef(def) => &def.decorator_list,
        _ => return statement.span.start,
    };
    decorators.first().map_or(statement.span.start, |first| first.span.start)
}

/// Splits a text, a pasted one perhaps, into its last line of statements, whose values are shown, and what runs before
/// it. Both keep their line numbers.
pub(super) fn split_last(text: &str) -> (Option<&str>, String) {
    let whole = (None, text.to_owned());
    let Ok(parsed) = parse_module(text) else { return whole };
    let lines: &LineIndex = &parsed.lines;
    let body = &parsed.tree.body;
    let follows = |pair: &[Stmt]| {
        let end = lines.line(pair[0].span.end.saturating_sub(1));
        lines.line(start_of(&pair[1])) > end
    };
    let Some(last) = body.windows(2).rposition(follows) else { return whole };
    let line = lines.line(start_of(&body[last + 1]));
    let at = lines.line_start(line) as usize;
    let (before, after) = text.split_at(at);
    (Some(before), "\n".repeat(before.matches('\n').count()) + after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_for_more_lines() {
        for text in ["def f():", "if x:\n    y()", "f(1,", "'''a", "@d", "async def f():\n    pass", "x = \\"] {
            assert!(wants_more(text), "{text:?}");
        }
        for text in ["", "x = 1", "# note", "if x:\n    y()\n", "f(1))", "try: pass\nexcept* E: pass\n", "x = 1\ny = 2"]
        {
            assert!(!wants_more(text), "{text:?}");
        }
    }

    #[test]
    fn the_last_statement_is_apart() {
        assert_eq!(split_last("a; b"), (None, "a; b".to_owned()));
        assert_eq!(split_last("a\nb; c\n"), (Some("a\n"), "\nb; c\n".to_owned()));
        assert_eq!(split_last("a\n\n@d\ndef f():\n  x\n"), (Some("a\n\n"), "\n\n@d\ndef f():\n  x\n".to_owned()));
        assert_eq!(split_last("a\n(b"), (None, "a\n(b".to_owned()));
    }
}
