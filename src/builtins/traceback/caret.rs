//! The source lines of a traceback's level, with the marks under them.
//!
//! The rules are those of CPython 3.13: the whole range is marked with `^`, unless it is a binary operation, a
//! call or a subscript, where the operator or the brackets are and the rest is marked with `~`; no marks
//! when they would cover whole lines and say nothing.

use mini_grammar::ast::{Expr, ExprKind, StmtKind};

use crate::bytecode::Position;

/// Where the middle part of a range begins and ends: line and column in characters, inside the range.
struct Anchors {
    left: (usize, usize),
    right: (usize, usize),
}

/// Columns that a text takes on a terminal, wide characters counting two.
fn display_width(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

fn is_wide(c: char) -> bool {
    matches!(c as u32,
        0x1100..=0x115f | 0x2e80..=0x303e | 0x3041..=0x33ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff
        | 0xa000..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60
        | 0xffe0..=0xffe6 | 0x1f300..=0x1f64f | 0x1f900..=0x1f9ff | 0x20000..=0x3fffd)
}

fn prefix(text: &str, chars: usize) -> &str {
    let end = text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

fn char_offset(line: &str, bytes: u32) -> usize {
    let bytes = (bytes as usize).min(line.len());
    line.char_indices().take_while(|(at, _)| *at < bytes).count()
}

/// The common indentation of lines that are not blank.
fn common_indent(lines: &[&str]) -> usize {
    let mut common: Option<&str> = None;
    for line in lines.iter().filter(|line| !line.trim().is_empty()) {
        let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        common = Some(match common {
            None => indent,
            Some(known) => {
                let shared = known.bytes().zip(indent.bytes()).take_while(|(a, b)| a == b).count();
                &known[..shared]
            }
        });
    }
    common.map_or(0, str::len)
}

/// The lines that a traceback shows for a position, each with its newline and without indentation; empty when there is no source.
pub(super) fn excerpt(lines: &[String], position: Position) -> String {
    let first = position.line as usize;
    if first == 0 || first > lines.len() {
        return String::new();
    }
    let last = (position.end_line.max(position.line) as usize).min(lines.len());
    let original: Vec<&str> = lines[first - 1..last].iter().map(String::as_str).collect();
    let indent = common_indent(&original);
    let dedented: Vec<&str> = original
        .iter()
        .map(|line| if line.trim().is_empty() { "" } else { line[indent.min(line.len())..].trim_end() })
        .collect();
    if dedented.iter().all(|line| line.is_empty()) {
        return String::new();
    }
    if position.end_line == 0 || (position.col == 0 && position.end_col == 0) {
        return format!("{}\n", dedented[0].trim());
    }
    let shift = original[0].chars().count() - original[0][indent.min(original[0].len())..].chars().count();
    let start = char_offset(original[0], position.col).saturating_sub(shift);
    let end = char_offset(original[original.len() - 1], position.end_col).saturating_sub(shift);
    let marked = mark(&dedented, start, end);
    let marked_lines: Vec<&str> = marked.lines().collect();
    let indent = common_indent(&marked_lines);
    marked_lines
        .iter()
        .map(|line| format!("{}\n", if line.len() >= indent { &line[indent..] } else { line.trim_start() }))
        .collect()
}

fn mark(lines: &[&str], start: usize, end: usize) -> String {
    let count = lines.len();
    let mut segment = lines.join("\n");
    let tail = lines[count - 1].chars().count().saturating_sub(end);
    let total = segment.chars().count();
    segment = segment.chars().skip(start).take(total.saturating_sub(tail + start)).collect();
    let anchors = find_anchors(&segment);
    let show = shows_marks(lines, start, end, anchors.is_some());
    let width_start = display_width(prefix(lines[0], start));
    let width_end = display_width(prefix(lines[count - 1], end));
    let shift = |(line, col): (usize, usize)| {
        let col = if line == 0 { col + start } else { col };
        (line, display_width(prefix(lines[line.min(count - 1)], col)))
    };
    let mut significant: Vec<usize> = vec![0, count - 1];
    let middle = anchors.map(|anchors| {
        for line in [anchors.left.0, anchors.right.0] {
            significant.extend(line.saturating_sub(1)..=line + 1);
        }
        (shift(anchors.left), shift(anchors.right))
    });
    significant.retain(|line| *line < count);
    significant.sort_unstable();
    significant.dedup();
    let mut text = String::new();
    let output = |text: &mut String, line: usize| {
        text.push_str(lines[line]);
        text.push('\n');
        if !show {
            return;
        }
        let spaces = lines[line].chars().take_while(|c| c.is_whitespace()).count();
        let width = if line == count - 1 { width_end } else { display_width(lines[line]) };
        for col in 0..width {
            text.push(if col < spaces || (line == 0 && col < width_start) {
                ' '
            } else {
                match middle {
                    Some((left, right)) if (line, col) >= left && (line, col) < right => '^',
                    Some(_) => '~',
                    None => '^',
                }
            });
        }
        text.push('\n');
    };
    for (index, &line) in significant.iter().enumerate() {
        if index > 0 {
            match line - significant[index - 1] {
                2 => output(&mut text, line - 1),
                gap if gap > 2 => text.push_str(&format!("...<{} lines>...\n", gap - 1)),
                _ => {}
            }
        }
        output(&mut text, line);
    }
    text
}

/// Whether marks tell more than the line itself.
fn shows_marks(lines: &[&str], start: usize, end: usize, anchored: bool) -> bool {
    if covers_plain_call(lines, start, end) {
        return false;
    }
    let before: String = lines[0].chars().take(start).collect();
    let after: String = lines[lines.len() - 1].chars().skip(end).collect();
    anchored || !before.trim_start().is_empty() || !after.trim_end().is_empty()
}

/// Whether the lines are `return f(...)` or `x = f(...)` and the range is the call.
fn covers_plain_call(lines: &[&str], start: usize, end: usize) -> bool {
    let joined = format!("{}\n", lines.join("\n"));
    // A `return` outside a function is a syntax error; an assignment as long stands in for it.
    let (text, returns) = match joined.strip_prefix("return ") {
        Some(rest) => (format!("_    = {rest}"), true),
        None => (joined, false),
    };
    let Ok(parsed) = mini_grammar::parse_module(&text) else { return false };
    let Some(StmtKind::Assign { value: call, .. }) = parsed.tree.body.first().map(|statement| &statement.kind) else {
        return false;
    };
    match &call.kind {
        ExprKind::Call { func, .. } if !returns || matches!(func.kind, ExprKind::Name { .. }) => {}
        _ => return false,
    }
    let place = |offset: u32| {
        let before = &text[..offset as usize];
        let line = before.matches('\n').count();
        (line, before.rsplit('\n').next().unwrap_or_default().chars().count())
    };
    place(call.span.start) == (0, start) && place(call.span.end) == (lines.len() - 1, end)
}

/// The operator of a binary operation, the brackets of a subscript, the parentheses of a call.
fn find_anchors(segment: &str) -> Option<Anchors> {
    // The segment may span lines: parentheses make it an expression all the same.
    let text = format!("(\n{segment}\n)");
    let parsed = mini_grammar::parse_expression(&text).ok()?;
    let expression: &Expr = &parsed.tree.body;
    let place = |offset: usize| {
        let before = &text[2..offset];
        let line = before.matches('\n').count();
        (line, before.rsplit('\n').next().unwrap_or_default().chars().count())
    };
    match &expression.kind {
        ExprKind::BinOp { left, right, .. } => {
            let gap = &text[left.span.end as usize..right.span.start as usize];
            let mut at = left.span.end as usize;
            let mut in_comment = false;
            for (index, c) in gap.char_indices() {
                match c {
                    '\n' => in_comment = false,
                    '#' => in_comment = true,
                    _ if in_comment || c.is_whitespace() || matches!(c, '(' | ')' | '\\') => {}
                    _ => {
                        at += index;
                        break;
                    }
                }
            }
            let operator = &text[at..];
            let length = if operator.starts_with("**")
                || operator.starts_with("//")
                || operator.starts_with("<<")
                || operator.starts_with(">>")
            {
                2
            } else {
                1
            };
            Some(Anchors { left: place(at), right: place(at + length) })
        }
        ExprKind::Subscript { value, .. } => {
            brackets(&text, value.span.end as usize, expression.span.end as usize, '[', &place)
        }
        ExprKind::Call { func, .. } => {
            brackets(&text, func.span.end as usize, expression.span.end as usize, '(', &place)
        }
        _ => None,
    }
}

/// The range from the first opening bracket behind `from` to `end`.
fn brackets(
    text: &str,
    from: usize,
    end: usize,
    open: char,
    place: &dyn Fn(usize) -> (usize, usize),
) -> Option<Anchors> {
    let mut in_comment = false;
    for (index, c) in text[from..end].char_indices() {
        match c {
            '\n' => in_comment = false,
            '#' => in_comment = true,
            _ if in_comment => {}
            c if c == open => return Some(Anchors { left: place(from + index), right: place(end) }),
            _ => {}
        }
    }
    None
}
