//! Inputs that are edited on a terminal.

use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{ColorMode, Config, Editor, GraphemeClusterMode, KeyCode, KeyEvent, Modifiers};

use super::continuation::{Backspace, Enter, unmark};
use super::history::Record;
use super::knowledge::Knowledge;
use super::{Input, Keyboard};
use crate::gil::WaitReason;
use crate::object::Vm;
use crate::runtime::os::fd;
use crate::runtime::terminal::takes_colours;
use crate::vm::PROMPTED;

/// Lines with a cursor, completion, and the inputs of earlier sessions.
pub(super) struct LineEditor {
    editor: Editor<Knowledge, DefaultHistory>,
    record: Record,
    colours: bool,
}

impl LineEditor {
    /// The editor, if there is a terminal on which a cursor can be moved.
    pub(super) fn new() -> Option<LineEditor> {
        let simple = std::env::var("TERM").is_ok_and(|term| ["dumb", "cons25", "emacs"].contains(&term.as_str()));
        if simple || ![libc::STDIN_FILENO, libc::STDOUT_FILENO].into_iter().all(fd::is_terminal) {
            return None;
        }
        let config = Config::builder()
            // The marks of continuation lines are as wide as their characters together.
            .grapheme_cluster_mode(GraphemeClusterMode::WcWidth)
            // Prompts are drawn in their places like colours, also when there are no colours.
            .color_mode(ColorMode::Forced)
            .auto_add_history(false)
            .build();
        let mut editor = Editor::with_config(config).ok()?;
        // What is typed while a program runs arrives with the other end of line.
        for key in [KeyEvent(KeyCode::Enter, Modifiers::NONE), KeyEvent::ctrl('J')] {
            editor.bind_sequence(key, rustyline::EventHandler::Conditional(Box::new(Enter)));
        }
        for key in [KeyEvent(KeyCode::Backspace, Modifiers::NONE), KeyEvent::ctrl('H')] {
            editor.bind_sequence(key, rustyline::EventHandler::Conditional(Box::new(Backspace)));
        }
        let record = Record::open(&mut editor);
        Some(LineEditor { editor, record, colours: takes_colours(libc::STDOUT_FILENO) })
    }
}

impl Keyboard for LineEditor {
    fn read(&mut self, vm: &mut Vm) -> Input {
        let knowledge = vm.knowledge(self.colours);
        self.editor.set_helper(Some(knowledge));
        let prompt = vm.prompt(false);
        match vm.blocking(WaitReason::File, || self.editor.readline(&prompt)) {
            Ok(buffer) => Input::Text(unmark(&buffer)),
            Err(ReadlineError::Interrupted) => Input::Interrupted,
            Err(ReadlineError::Eof) => Input::End,
            Err(error) => Input::Lost(error.to_string()),
        }
    }

    fn filename(&self, number: usize) -> String {
        format!("{PROMPTED}{number}>")
    }

    fn remember(&mut self, text: &str) {
        self.record.add(&mut self.editor, text);
    }

    fn close(&mut self) {
        self.record.save();
    }
}
