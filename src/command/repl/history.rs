//! The lines of earlier sessions, in the folder that the XDG Base Directory Specification gives to state.

use std::ffi::OsString;
use std::path::PathBuf;

use rustyline::Editor;
use rustyline::history::{DefaultHistory, History};

use super::continuation::mark;
use super::knowledge::Knowledge;

/// `$XDG_STATE_HOME/mini/history`, by default `~/.local/state/mini/history`.
fn path(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
    Some(state.join("mini/history"))
}

/// What is remembered from session to session.
pub(super) struct Record {
    path: Option<PathBuf>,
    /// The entries of this session as texts; the editor's are in the buffer's form.
    entries: DefaultHistory,
}

impl Record {
    /// Gives the editor the entries of earlier sessions. A history that cannot be read is an empty one.
    pub(super) fn open(editor: &mut Editor<Knowledge, DefaultHistory>) -> Record {
        let path = path(|name| std::env::var_os(name));
        let mut earlier = DefaultHistory::new();
        if let Some(path) = &path {
            let _ = earlier.load(path);
        }
        for entry in earlier.iter() {
            let _ = editor.add_history_entry(mark(entry));
        }
        Record { path, entries: DefaultHistory::new() }
    }

    /// Adds what was entered now.
    pub(super) fn add(&mut self, editor: &mut Editor<Knowledge, DefaultHistory>, text: &str) {
        let _ = editor.add_history_entry(mark(text));
        let _ = self.entries.add(text);
    }

    /// Adds the session to the file. Where it cannot be written, the session is forgotten.
    pub(super) fn save(&mut self) {
        let Some(path) = &self.path else { return };
        if let Some(folder) = path.parent() {
            let _ = std::fs::create_dir_all(folder);
        }
        let _ = self.entries.append(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_where_xdg_says() {
        let variables = |state: &'static str| {
            move |name: &str| match name {
                "HOME" => Some(OsString::from("/home/me")),
                "XDG_STATE_HOME" => Some(OsString::from(state)),
                _ => None,
            }
        };
        assert_eq!(path(variables("/state")), Some(PathBuf::from("/state/mini/history")));
        assert_eq!(path(variables("")), Some(PathBuf::from("/home/me/.local/state/mini/history")));
        assert_eq!(path(|_| None), None);
    }
}
