//! The prompt of continuation lines.
//!
//! The line editor edits several lines but prompts the first one only, and computes by itself where the cursor stands.
//! So each further line begins, in the editor's buffer, with a character cluster that is as wide as the prompt, and the
//! prompt is drawn in its place. The cluster is one step for the cursor, and nobody types it.

use std::borrow::Cow;

use rustyline::{Cmd, ConditionalEventHandler, Event, EventContext, Movement, RepeatCount};

use super::block::wants_more;

/// The prompt of the lines behind the first.
const FURTHER: &str = "... ";
/// What stands for it in the buffer: two wide characters joined to one cluster of four columns.
const MARK: &str = "\u{3030}\u{200d}\u{3030}";

/// The buffer's form of a text.
pub(super) fn mark(text: &str) -> String {
    text.replace('\n', &format!("\n{MARK}"))
}

/// The text that a buffer stands for. Pasted lines have no marks.
pub(super) fn unmark(buffer: &str) -> String {
    buffer.replace(MARK, "")
}

/// What is shown for a buffer.
pub(super) fn shown(buffer: &str, colours: bool) -> Cow<'_, str> {
    if !buffer.contains(MARK) {
        return buffer.into();
    }
    buffer.replace(MARK, &prompt(FURTHER, colours)).into()
}

/// A prompt in its colour.
pub(super) fn prompt(prompt: &str, colours: bool) -> Cow<'_, str> {
    if colours { format!("\x1b[1;35m{prompt}\x1b[0m").into() } else { prompt.into() }
}

/// Enter: begins another line where one must follow.
pub(super) struct Enter;

impl ConditionalEventHandler for Enter {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        wants_more(&unmark(context.line())).then(|| Cmd::Insert(1, format!("\n{MARK}")))
    }
}

/// Backspace: a line's prompt and the end of the line before are removed together.
pub(super) struct Backspace;

impl ConditionalEventHandler for Backspace {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let before = &context.line()[..context.pos()];
        before.ends_with(&format!("\n{MARK}")).then_some(Cmd::Kill(Movement::BackwardChar(2)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_shown_as_prompts_and_are_no_text() {
        let buffer = mark("if x:\n    y\n");
        assert_eq!(shown(&buffer, false), "if x:\n...     y\n... ");
        assert_eq!(unmark(&buffer), "if x:\n    y\n");
    }
}
