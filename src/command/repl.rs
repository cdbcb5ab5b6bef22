//! The prompt: reads statements, runs them, prints what expressions give.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::IsTerminal;

use mini_grammar::ast::StmtKind;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Editor, Helper};

use crate::gil::WaitReason;
use crate::object::{Known, Raised, Value, Vm};
use crate::vm::CompileMode;

const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "match",
    "nonlocal", "not", "or", "pass", "raise", "return", "try", "type", "while", "with", "yield",
];

/// Whether more lines must follow before a text can be run.
fn wants_more(text: &str) -> bool {
    match mini_grammar::parse_interactive(text) {
        Err(error) => error.incomplete && !text.ends_with("\n\n"),
        Ok(parsed) => {
            let compound = parsed.tree.body.last().is_some_and(|statement| {
                matches!(
                    statement.kind,
                    StmtKind::FunctionDef { .. }
                        | StmtKind::ClassDef { .. }
                        | StmtKind::For { .. }
                        | StmtKind::While { .. }
                        | StmtKind::If { .. }
                        | StmtKind::With { .. }
                        | StmtKind::Match { .. }
                        | StmtKind::Try { .. }
                )
            });
            // An empty line ends a compound statement.
            compound && !text.trim_end_matches([' ', '\t']).ends_with('\n')
        }
    }
}

/// What the line editor knows of the program: names, and the attributes of their values. The program cannot run while
/// a line is edited, so they stay true.
#[derive(Default)]
struct Knowledge {
    names: BTreeMap<String, Vec<String>>,
    colours: bool,
}

impl Helper for Knowledge {}

impl Hinter for Knowledge {
    type Hint = String;
}

impl Highlighter for Knowledge {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _default: bool) -> Cow<'b, str> {
        if self.colours { format!("\x1b[1;35m{prompt}\x1b[0m").into() } else { prompt.into() }
    }
}

impl Validator for Knowledge {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if wants_more(context.input()) { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

impl Completer for Knowledge {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _context: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.candidates(&line[..at]))
    }
}

impl Knowledge {
    /// Where the word before the cursor begins, and what it can become.
    fn candidates(&self, before: &str) -> (usize, Vec<String>) {
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let start =
            before.rfind(|c| !is_word(c)).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let word = &before[start..];
        if word.is_empty() {
            // A tab at the beginning of a line indents.
            return (start, vec!["    ".to_owned()]);
        }
        if let Some((object, part)) = word.rsplit_once('.') {
            let known = self.names.get(object).map_or(&[][..], Vec::as_slice);
            let private = part.starts_with('_');
            let fits = known.iter().filter(|name| name.starts_with(part) && (private || !name.starts_with('_')));
            return (start + object.len() + 1, fits.cloned().collect());
        }
        let fits =
            self.names.keys().map(String::as_str).chain(KEYWORDS.iter().copied()).filter(|name| name.starts_with(word));
        (start, fits.map(str::to_owned).collect())
    }
}

/// Runs the prompt until its end; gives the exit status. `after` a program there is no greeting.
pub(super) fn run(vm: &mut Vm, after: bool) -> i32 {
    let quiet = vm.interp.clone().extension::<crate::modules::sys::config::SysConfig>(&mut vm.gil).quiet;
    if !after && !quiet {
        println!("Mini {} (Python 3.13) on {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS);
        println!("Type exit() or Ctrl-D to leave.");
    }
    if !after {
        if let Some(sys) = vm.imported("sys") {
            let path = vm.get_attr(&sys, "path");
            if let Ok(Value::List(path)) = &vm.quiet(path) {
                path.items.get_mut(&mut vm.gil).insert(0, Value::str(""));
            }
        }
    }
    let mut editor: Editor<Knowledge, DefaultHistory> = match Editor::new() {
        Ok(editor) => editor,
        Err(error) => {
            eprintln!("mini: the prompt needs a terminal: {error}");
            return 1;
        }
    };
    let colours = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let history = std::env::var_os("HOME").map(|home| std::path::PathBuf::from(home).join(".mini_history"));
    if let Some(history) = &history {
        let _ = editor.load_history(history);
    }
    let status = session(vm, &mut editor, colours);
    if let Some(history) = &history {
        let _ = editor.save_history(history);
    }
    status
}

fn session(vm: &mut Vm, editor: &mut Editor<Knowledge, DefaultHistory>, colours: bool) -> i32 {
    let namespace = vm.main_namespace();
    for count in 0.. {
        vm.flush_streams();
        let names = vm.known_names();
        editor.set_helper(Some(Knowledge { names, colours }));
        let line = vm.blocking(WaitReason::File, || editor.readline(">>> "));
        let text = match line {
            Ok(text) => text,
            Err(ReadlineError::Interrupted) => {
                println!("KeyboardInterrupt");
                continue;
            }
            Err(ReadlineError::Eof) => break,
            Err(error) => {
                eprintln!("mini: {error}");
                return 1;
            }
        };
        if text.trim().is_empty() {
            continue;
        }
        let _ = editor.add_history_entry(text.trim_end());
        let filename = format!("<python-input-{count}>");
        let text = format!("{}\n", text.trim_end());
        vm.register_source(&filename, &text);
        let code = vm.compile_source(&text, &filename, CompileMode::Single);
        let result = code.and_then(|code| vm.run_code(&code, &namespace, Value::Undef));
        vm.run_pending();
        if let Err(raised) = result {
            if let Some(status) = vm.report_at_prompt(raised) {
                return status;
            }
        }
    }
    0
}

impl Vm {
    /// Prints an exception; SystemExit gives the exit status instead.
    fn report_at_prompt(&mut self, raised: Raised) -> Option<i32> {
        if self.raised_is(&raised, Known::SystemExit) {
            return Some(self.report_uncaught(raised));
        }
        let exception = self.take_raised(raised);
        self.flush_streams();
        self.call_excepthook(&exception);
        None
    }

    /// The names of the program and of `builtins`; those of the program with the attributes of their values.
    fn known_names(&mut self) -> BTreeMap<String, Vec<String>> {
        let mut names = BTreeMap::new();
        let builtins = self.interp.builtins.get(&self.gil).clone();
        if let Some(builtins) = builtins {
            for entry in builtins.data.get(&self.gil).iter() {
                if let Value::Str(name) = &entry.key {
                    names.insert(name.as_str().to_owned(), Vec::new());
                }
            }
        }
        let main = self.main_namespace();
        let entries: Vec<(Value, Value)> =
            main.data.get(&self.gil).iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
        let builtins = self.import_dotted("builtins").and_then(|builtins| self.get_attr(&builtins, "dir"));
        let Ok(dir) = self.quiet(builtins) else { return names };
        for (key, value) in entries {
            let Value::Str(name) = &key else { continue };
            let listed = self.call(&dir, &[value]).and_then(|list| self.collect(&list));
            let attributes = self.quiet(listed).unwrap_or_default();
            let attributes = attributes.iter().filter_map(Value::as_text).map(|text| text.as_str().to_owned());
            names.insert(name.as_str().to_owned(), attributes.collect());
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_for_more_lines() {
        assert!(!wants_more("x = 1"));
        assert!(wants_more("def f():"));
        assert!(wants_more("if x:\n    y()"));
        assert!(!wants_more("if x:\n    y()\n"));
        assert!(wants_more("f(1,"));
        assert!(!wants_more("f(1))"));
    }

    #[test]
    fn completes_names_and_attributes() {
        let names = [("value", vec!["append", "_hidden"]), ("vary", vec![])];
        let names =
            names.into_iter().map(|(name, list)| (name.to_owned(), list.into_iter().map(str::to_owned).collect()));
        let knowledge = Knowledge { names: names.collect(), colours: false };
        assert_eq!(knowledge.candidates("x = va"), (4, vec!["value".to_owned(), "vary".to_owned()]));
        assert_eq!(knowledge.candidates("value."), (6, vec!["append".to_owned()]));
        assert_eq!(knowledge.candidates("value._"), (6, vec!["_hidden".to_owned()]));
    }
}
