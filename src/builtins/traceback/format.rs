//! Exceptions as text: chains, groups, notes, syntax errors.

use std::collections::HashSet;

use super::colour;
use super::frames::shown_file;
use crate::object::{Known, Name, Value, Vm};

const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";
const MAX_GROUP_WIDTH: usize = 15;
const MAX_GROUP_DEPTH: usize = 10;

/// What is printed of an exception.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TracebackOptions {
    /// Number of levels: the oldest, or, if negative, the newest.
    pub limit: Option<i64>,
    /// Whether causes and contexts are printed as well.
    pub chain: bool,
    /// Whether the text is for a terminal that takes colours.
    pub colour: bool,
}

impl Default for TracebackOptions {
    fn default() -> Self {
        TracebackOptions { limit: None, chain: true, colour: false }
    }
}

/// Where printing stands among nested groups.
#[derive(Default)]
struct Context {
    depth: usize,
    need_close: bool,
    lines: Vec<String>,
}

impl Context {
    fn indent(&self) -> String {
        " ".repeat(2 * self.depth)
    }

    fn emit(&mut self, text: &str, margin: char) {
        let mut prefix = self.indent();
        if self.depth > 0 {
            prefix.push(margin);
            prefix.push(' ');
        }
        let indented = text.split_inclusive('\n').map(|line| format!("{prefix}{line}")).collect();
        self.lines.push(indented);
    }
}

impl Vm {
    /// The text of an exception with its traceback, as it is printed when nobody catches it.
    pub(crate) fn format_exception(&mut self, exception: &Value, options: TracebackOptions) -> Vec<String> {
        let mut context = Context::default();
        self.format_into(exception, options, &mut context, &mut HashSet::new());
        context.lines
    }

    fn format_into(
        &mut self,
        exception: &Value,
        options: TracebackOptions,
        context: &mut Context,
        seen: &mut HashSet<usize>,
    ) {
        let mut chain = vec![(exception.clone(), "")];
        seen.insert(exception.identity());
        let chained = options.chain;
        while let Some((Value::Exc(last), _)) = chain.last() {
            if !chained {
                break;
            }
            let data = last.data.get(&self.gil);
            let is_new = |link: &Value| matches!(link, Value::Exc(_)) && !seen.contains(&link.identity());
            let (next, message) = if is_new(&data.cause) {
                (data.cause.clone(), CAUSE)
            } else if is_new(&data.context) && !data.suppress_context {
                (data.context.clone(), CONTEXT)
            } else {
                break;
            };
            seen.insert(next.identity());
            if let Some(last) = chain.last_mut() {
                last.1 = message;
            }
            chain.push((next, ""));
        }
        for (exception, message) in chain.into_iter().rev() {
            if !message.is_empty() {
                context.emit(message, '|');
            }
            let is_group = self.is_known(&exception, Known::BaseExceptionGroup);
            if is_group && context.depth > MAX_GROUP_DEPTH {
                context.emit(&format!("... (max_group_depth is {MAX_GROUP_DEPTH})\n"), '|');
            } else if is_group {
                self.format_group(&exception, options, context, seen);
            } else {
                self.format_levels_into(&exception, options, context, "Traceback (most recent call last):\n", '|');
            }
        }
    }

    fn format_levels_into(
        &mut self,
        exception: &Value,
        options: TracebackOptions,
        context: &mut Context,
        title: &str,
        margin: char,
    ) {
        let Value::Exc(data) = exception else { return };
        let traceback = data.data.get(&self.gil).traceback.clone();
        if traceback.is_some() {
            context.emit(title, margin);
            for level in self.format_levels(traceback, options.limit) {
                context.emit(&if options.colour { colour::level(&level) } else { level }, '|');
            }
        }
        let class = self.exception_class_text(exception);
        let lines = self.format_exception_only(exception);
        let Some(named) = lines.iter().position(|line| line.starts_with(&class)).filter(|_| options.colour) else {
            lines.iter().for_each(|line| context.emit(line, '|'));
            return;
        };
        // In front of it stands the place of a SyntaxError, behind it the notes.
        if named > 0 {
            context.emit(&colour::level(&lines[..named].concat()), '|');
        }
        context.emit(&colour::error(&lines[named], &class), '|');
        lines[named + 1..].iter().for_each(|line| context.emit(line, '|'));
    }

    fn format_group(
        &mut self,
        group: &Value,
        options: TracebackOptions,
        context: &mut Context,
        seen: &mut HashSet<usize>,
    ) {
        let top = context.depth == 0;
        if top {
            context.depth = 1;
        }
        let margin = if top { '+' } else { '|' };
        self.format_levels_into(
            group,
            options,
            context,
            "Exception Group Traceback (most recent call last):\n",
            margin,
        );
        let members = match group {
            Value::Exc(group) => match group.data.get(&self.gil).fields.get(1) {
                Some(Value::Tuple(members)) => members.as_slice().to_vec(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        let shown = members.len().min(MAX_GROUP_WIDTH + 1);
        context.need_close = false;
        for index in 0..shown {
            let is_last = index + 1 == shown;
            if is_last {
                context.need_close = true;
            }
            let truncated = index >= MAX_GROUP_WIDTH;
            let title = if truncated { "...".to_owned() } else { (index + 1).to_string() };
            let corner = if index == 0 { "+-" } else { "  " };
            let line = format!("{}{corner}+---------------- {title} ----------------\n", context.indent());
            context.lines.push(line);
            context.depth += 1;
            if truncated {
                let more = members.len() - MAX_GROUP_WIDTH;
                let plural = if more > 1 { "s" } else { "" };
                context.emit(&format!("and {more} more exception{plural}\n"), '|');
            } else {
                // CPython 3.13 paints what stands outside of groups' members only.
                let plain = TracebackOptions { colour: false, ..options };
                self.format_into(&members[index], plain, context, seen);
            }
            if is_last && context.need_close {
                let line = format!("{}+------------------------------------\n", context.indent());
                context.lines.push(line);
                context.need_close = false;
            }
            context.depth -= 1;
        }
        if top {
            context.depth = 0;
        }
    }

    /// The lines that name an exception: its class and text, for a SyntaxError the place, then the notes.
    pub(crate) fn format_exception_only(&mut self, exception: &Value) -> Vec<String> {
        let class = self.exception_class_text(exception);
        let mut lines = Vec::new();
        if self.is_known(exception, Known::SyntaxError) {
            lines.extend(self.format_syntax_error(exception, &class));
        } else {
            let mut text = self.safe_text(exception, false, "exception");
            text.push_str(&self.suggestion(exception));
            lines.push(if text.is_empty() { format!("{class}\n") } else { format!("{class}: {text}\n") });
        }
        let notes = self.get_opt(exception, Name::__notes__);
        match self.quiet(notes) {
            Ok(Some(notes)) => {
                let is_sequence = matches!(self.unwrap(&notes), Value::List(_) | Value::Tuple(_));
                if is_sequence {
                    let items = self.collect(&notes);
                    for note in self.quiet(items).unwrap_or_default() {
                        let text = self.safe_text(&note, false, "note");
                        lines.extend(text.split('\n').map(|line| format!("{line}\n")));
                    }
                } else if !notes.is_none() {
                    lines.push(format!("{}\n", self.safe_text(&notes, true, "__notes__")));
                }
            }
            Ok(None) => {}
            Err(()) => lines.push("Ignored error getting __notes__\n".to_owned()),
        }
        lines
    }

    /// The name of an exception's class as tracebacks give it.
    pub(crate) fn exception_class_text(&mut self, exception: &Value) -> String {
        let class = self.class_of(exception);
        let qualname = class.data.get(&self.gil).qualname.as_str().to_owned();
        let class_value = class.into_value();
        let module = self.get_opt(&class_value, Name::__module__);
        match self.quiet(module).ok().flatten().and_then(|module| module.as_text()) {
            Some(module) if module.as_str() != "builtins" && module.as_str() != "__main__" => {
                format!("{}.{qualname}", module.as_str())
            }
            Some(_) => qualname,
            None => format!("<unknown>.{qualname}"),
        }
    }

    /// `str()` or `repr()` of a value, whatever happens.
    pub(crate) fn safe_text(&mut self, value: &Value, repr: bool, what: &str) -> String {
        let text = if repr { self.repr(value) } else { self.str(value) };
        match self.quiet(text) {
            Ok(text) => text.as_str().to_owned(),
            Err(()) => format!("<{what} {}() failed>", if repr { "repr" } else { "str" }),
        }
    }

    fn format_syntax_error(&mut self, exception: &Value, class: &str) -> Vec<String> {
        let Value::Exc(error) = exception else { return Vec::new() };
        let fields = error.data.get(&self.gil).fields.clone();
        let text_of = |value: &Value| value.as_text().map(|text| text.as_str().to_owned());
        let int_of = |value: &Value| match value {
            Value::Int(n) => Some(*n),
            _ => None,
        };
        let [message, filename, lineno, offset, text, end_lineno, end_offset, ..] = fields.as_slice() else {
            return vec![format!("{class}\n")];
        };
        let mut lines = Vec::new();
        let mut suffix = String::new();
        let file = text_of(filename);
        if let Some(line) = int_of(lineno) {
            lines.push(format!("  File \"{}\", line {line}\n", file.as_deref().map_or("<string>", shown_file)));
        } else if let Some(file) = &file {
            suffix = format!(" ({file})");
        }
        if let (Some(text), Some(_)) = (text_of(text), int_of(lineno)) {
            let right = text.trim_end_matches('\n');
            let left = right.trim_start_matches([' ', '\n', '\x0c']);
            let spaces = (right.chars().count() - left.chars().count()) as i64;
            lines.push(format!("    {left}\n"));
            if let Some(start) = int_of(offset) {
                let same_line = int_of(lineno) == int_of(end_lineno);
                let mut end = if same_line {
                    int_of(end_offset).filter(|end| *end != 0).unwrap_or(start)
                } else {
                    right.chars().count() as i64 + 1
                };
                let mut start = start;
                let length = text.chars().count() as i64;
                if start > length {
                    start = length + 1;
                    end = end.min(length + 1);
                }
                if start == end || end == -1 {
                    end = start + 1;
                }
                let (from, to) = (start - 1 - spaces, end - 1 - spaces);
                if from >= 0 {
                    let space: String = left
                        .chars()
                        .chain(std::iter::repeat(' '))
                        .take(from as usize)
                        .map(|c| if c.is_whitespace() { c } else { ' ' })
                        .collect();
                    lines.push(format!("    {space}{}\n", "^".repeat((to - from).max(1) as usize)));
                }
            }
        }
        let message = text_of(message).unwrap_or_else(|| "<no detail available>".to_owned());
        lines.push(format!("{class}: {message}{suffix}\n"));
        lines
    }
}
