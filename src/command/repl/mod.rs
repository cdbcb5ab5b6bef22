//! The prompt: reads statements, runs them, prints what expressions give.

mod block;
mod continuation;
mod editor;
mod history;
mod knowledge;
mod plain;

use self::editor::LineEditor;
use self::plain::Plain;
use crate::modules::sys::config::SysConfig;
use crate::object::{Dict, Known, Ptr, Raised, Value, Vm};
use crate::vm::CompileMode;

/// The prompt of an input's first line, and that of the others: `sys.ps1` and `sys.ps2`, if the program leaves them.
const PROMPTS: [(&str, &str); 2] = [("ps1", ">>> "), ("ps2", "... ")];

/// Runs the prompt until its end; gives the exit status. `after` a program there is no greeting.
pub(super) fn run(vm: &mut Vm, after: bool) -> i32 {
    if !after {
        vm.set_first_path("");
        if !vm.interp.clone().extension::<SysConfig>(&mut vm.gil).quiet {
            eprintln!("Mini {} (Python 3.13) on {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS);
            eprintln!("Type help, copyright, credits or license for more; exit() or Ctrl-D leaves.");
        }
    }
    vm.add_prompt_builtins();
    vm.add_prompts();
    let mut keyboard: Box<dyn Keyboard> = match LineEditor::new() {
        Some(editor) => Box::new(editor),
        None => Box::new(Plain),
    };
    let status = session(vm, &mut *keyboard);
    keyboard.close();
    status
}

/// What inputs come from.
trait Keyboard {
    /// Waits for an input.
    fn read(&mut self, vm: &mut Vm) -> Input;

    /// The name of the file that tracebacks give to the input of a number.
    fn filename(&self, number: usize) -> String;

    /// Remembers an input.
    fn remember(&mut self, _text: &str) {}

    /// Keeps what is remembered.
    fn close(&mut self) {}
}

/// What was typed.
enum Input {
    /// One or several lines.
    Text(String),
    /// Ctrl-C.
    Interrupted,
    /// Ctrl-D, or the end of the input.
    End,
    /// The input cannot be read, for a reason.
    Lost(String),
}

fn session(vm: &mut Vm, keyboard: &mut dyn Keyboard) -> i32 {
    let namespace = vm.main_namespace();
    let mut count = 0;
    loop {
        vm.flush_streams();
        let text = match keyboard.read(vm) {
            Input::Text(text) => text,
            Input::Interrupted => {
                eprintln!("KeyboardInterrupt");
                continue;
            }
            Input::End => return 0,
            Input::Lost(reason) => {
                eprintln!("mini: {reason}");
                return 1;
            }
        };
        let text = text.trim_end();
        if text.is_empty() {
            continue;
        }
        keyboard.remember(text);
        match vm.run_command(text.trim(), &namespace) {
            Some(Command::Leave) => return 0,
            Some(Command::Done) => continue,
            None => {}
        }
        let filename = keyboard.filename(count);
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

    /// Sets `sys.ps1` and `sys.ps2`, by which programs know that there is a prompt.
    fn add_prompts(&mut self) {
        let Some(sys) = self.imported("sys") else { return };
        for (name, text) in PROMPTS {
            let name = self.intern(name);
            let set = self.setattr(&sys, &name, Value::str(text));
            let _ = self.quiet(set);
        }
    }

    /// The prompt of the first line, or of a further one; empty if the program has taken it away.
    fn prompt(&mut self, further: bool) -> String {
        let Some(sys) = self.imported("sys") else { return String::new() };
        let prompt = self.get_attr(&sys, PROMPTS[usize::from(further)].0).and_then(|prompt| self.str(&prompt));
        self.quiet(prompt).map_or_else(|_| String::new(), |prompt| prompt.as_str().to_owned())
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
        self.show_exception(raised);
        None
    }
}
