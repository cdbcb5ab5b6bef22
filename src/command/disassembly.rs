//! `mini dis`: the instructions of a file.

use mini_grammar::LineIndex;

use super::files::{Target, cannot_open, find, read_stdin};
use super::program::with_interpreter;
use crate::object::{Raised, Vm};
use crate::vm::CompileMode;

impl Vm {
    /// The instructions of a source file as text.
    fn disassemble_source(&mut self, text: &str, filename: &str) -> Result<String, Raised> {
        let code = self.compile_source(text, filename, CompileMode::Exec)?;
        let mut listing = crate::bytecode::disassemble(&code.proto, Some(&LineIndex::new(text)));
        if !listing.ends_with('\n') {
            listing.push('\n');
        }
        Ok(listing)
    }
}

/// Prints the instructions of a file, or of standard input for `-`; gives the exit status.
pub fn disassembly(path: &str) -> i32 {
    let path = path.to_owned();
    with_interpreter(Default::default(), Default::default(), None, move |vm| {
        let (bytes, name) = match read(&path) {
            Ok(bytes) => (bytes, if path == "-" { "<stdin>" } else { path.as_str() }),
            Err((message, status)) => {
                eprintln!("mini: {message}");
                return status;
            }
        };
        let result = vm.decode_source(&bytes, name).and_then(|text| {
            // So that an error can show its line.
            vm.register_source(name, &text);
            vm.disassemble_source(&text, name)
        });
        let result = result.and_then(|text| vm.write_stdout(&text));
        match result {
            Ok(()) => 0,
            Err(raised) => vm.report_uncaught(raised),
        }
    })
}

/// The content of a file; else the message and the exit status.
fn read(path: &str) -> Result<Vec<u8>, (String, i32)> {
    if path == "-" {
        return read_stdin().map_err(|message| (message, 1));
    }
    let (Target::File(file) | Target::Folder { main: file, .. }) = find(path)?;
    std::fs::read(&file).map_err(|error| (cannot_open(&file, &error), 2))
}
