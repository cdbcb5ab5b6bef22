//! The prompt: reads statements, runs them, prints what expressions give.

mod block;
mod continuation;
mod history;
mod knowledge;

use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{Config, Editor, GraphemeClusterMode, KeyCode, KeyEvent, Modifiers};

use self::continuation::{Backspace, Enter, FIRST, unmark};
use self::history::Record;
use self::knowledge::Knowledge;
use crate::gil::WaitReason;
use crate::modules::sys::config::SysConfig;
use crate::object::{Dict, Known, Ptr, Raised, Value, Vm};
use crate::runtime::terminal::takes_colours;
use crate::vm::{CompileMode, PROMPTED};

type LineEditor = Editor<Knowledge, DefaultHistory>;

/// Runs the prompt until its end; gives the exit status. `after` a program there is no greeting.
pub(super) fn run(vm: &mut Vm, after: bool) -> i32 {
    if !after {
        vm.set_first_path("");
        if !vm.interp.clone().extension::<SysConfig>(&mut vm.gil).quiet {
            println!("Mini {} (Python 3.13) on {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS);
            println!("Type help, copyright, credits or license for more; exit() or Ctrl-D leaves.");
        }
    }
    vm.add_prompt_builtins();
    let mut editor = match new_editor() {
        Ok(editor) => editor,
        Err(error) => {
            eprintln!("mini: the prompt needs a terminal: {error}");
            return 1;
        }
    };
    let mut record = Record::open(&mut editor);
    let status = session(vm, &mut editor, &mut record);
    record.save();
    status
}

fn new_editor() -> rustyline::Result<LineEditor> {
    // The marks of continuation lines are as wide as their characters together.
    let config = Config::builder().grapheme_cluster_mode(GraphemeClusterMode::WcWidth).auto_add_history(false).build();
    let mut editor = LineEditor::with_config(config)?;
    editor.bind_sequence(
        KeyEvent(KeyCode::Enter, Modifiers::NONE),
        rustyline::EventHandler::Conditional(Box::new(Enter)),
    );
    for key in [KeyEvent(KeyCode::Backspace, Modifiers::NONE), KeyEvent::ctrl('H')] {
        editor.bind_sequence(key, rustyline::EventHandler::Conditional(Box::new(Backspace)));
    }
    Ok(editor)
}

fn session(vm: &mut Vm, editor: &mut LineEditor, record: &mut Record) -> i32 {
    let namespace = vm.main_namespace();
    let colours = takes_colours(libc::STDOUT_FILENO);
    let mut count = 0;
    loop {
        vm.flush_streams();
        let knowledge = vm.knowledge(colours);
        editor.set_helper(Some(knowledge));
        let text = match vm.blocking(WaitReason::File, || editor.readline(FIRST)) {
            Ok(buffer) => unmark(&buffer),
            Err(ReadlineError::Interrupted) => {
                println!("KeyboardInterrupt");
                continue;
            }
            Err(ReadlineError::Eof) => return 0,
            Err(error) => {
                eprintln!("mini: {error}");
                return 1;
            }
        };
        let text = text.trim_end();
        if text.is_empty() {
            continue;
        }
        record.add(editor, text);
        match vm.run_command(text.trim(), &namespace) {
            Some(Command::Leave) => return 0,
            Some(Command::Done) => continue,
            None => {}
        }
        let filename = format!("{PROMPTED}{count}>");
        count += 1;
        let result = vm.run_input(&format!("{text}\n"), &filename, &namespace);
        vm.run_pending();
        if let Err(raised) = result {
            if let Some(status) = vm.report_at_prompt(raised) {
                return status;
            }
        }
    }
}

/// What became of a word that the prompt itself knows.
enum Command {
    Done,
    Leave,
}

impl Vm {
    /// Gives `exit`, `help` and their like the form that they have at a prompt.
    fn add_prompt_builtins(&mut self) {
        let installed = self.import_dotted("_sitebuiltins").and_then(|module| {
            let builtins = self.import_dotted("builtins")?;
            self.call_method_str(&module, "install", &[builtins])
        });
        // Without them the prompt is still a prompt.
        let _ = self.quiet(installed);
    }

    /// Answers a word alone that the prompt knows and the program has not defined.
    fn run_command(&mut self, word: &str, namespace: &Ptr<Dict>) -> Option<Command> {
        if !matches!(word, "exit" | "quit" | "clear") {
            return None;
        }
        let name = self.intern(word);
        if namespace.data.get(&self.gil).get_str(&name).is_some() {
            return None;
        }
        if word != "clear" {
            return Some(Command::Leave);
        }
        print!("\x1b[H\x1b[2J");
        Some(Command::Done)
    }

    /// Runs an input: all statements, of which the last line's show their values.
    fn run_input(&mut self, text: &str, filename: &str, namespace: &Ptr<Dict>) -> Result<(), Raised> {
        self.register_source(filename, text);
        let (before, last) = block::split_last(text);
        if let Some(before) = before {
            let code = self.compile_source(before, filename, CompileMode::Exec)?;
            self.run_code(&code, namespace, Value::Undef)?;
        }
        let code = self.compile_source(&last, filename, CompileMode::Single)?;
        self.run_code(&code, namespace, Value::Undef)?;
        Ok(())
    }

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
}
