//! `mini dis`: the instructions of a file.

use mini_grammar::LineIndex;

use super::files::{Target, cannot_open, find};
use super::program::with_interpreter;
use crate::object::{Raised, Vm};
use crate::vm::CompileMode;

impl Vm {
    /// The instructions of a source file as text.
    fn disassemble_source(&mut self, text: &str, filename: &str) -> Result<String, Raised> {
        let code = self.compile_source(text, filename, CompileMode::Exec)?;
        Ok(crate::bytecode::disassemble(&code.proto, Some(&LineIndex::new(text))))
    }
}

/// Prints the instructions of a file; gives the exit status.
pub fn disassembly(path: &str) -> i32 {
    let path = path.to_owned();
    with_interpreter(Default::default(), Default::default(), None, move |vm| {
        let path = path.as_str();
        let target = match find(path) {
            Ok(Target::File(file) | Target::Folder { main: file, .. }) => file,
            Err((message, status)) => {
                eprintln!("mini: {message}");
                return status;
            }
        };
        let bytes = match std::fs::read(&target) {
            Ok(bytes) => bytes,
            Err(error) => {
                eprintln!("mini: {}", cannot_open(&target, &error));
                return 2;
            }
        };
        let result = vm.decode_source(&bytes, path).and_then(|text| vm.disassemble_source(&text, path));
        let result = result.and_then(|text| vm.write_stdout(&text));
        match result {
            Ok(()) => 0,
            Err(raised) => vm.report_uncaught(raised),
        }
    })
}
