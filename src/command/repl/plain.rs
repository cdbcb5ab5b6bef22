//! Inputs that come line by line: from a pipe, a file, or a terminal without a cursor.

use super::block::wants_more;
use super::{Input, Keyboard};
use crate::object::{Known, Raised, Vm};

/// Lines as standard input gives them.
pub(super) struct Plain;

impl Keyboard for Plain {
    fn read(&mut self, vm: &mut Vm) -> Input {
        let mut text = String::new();
        loop {
            // Prompts do not mix with what the program writes.
            eprint!("{}", vm.prompt(!text.is_empty()));
            match read_line(vm) {
                Ok(line) if line.is_empty() => {
                    eprintln!();
                    return if text.is_empty() { Input::End } else { Input::Text(text) };
                }
                Ok(line) => text.push_str(&line),
                Err(raised) if vm.raised_is(&raised, Known::KeyboardInterrupt) => {
                    vm.take_raised(raised);
                    eprintln!();
                    return Input::Interrupted;
                }
                Err(raised) => {
                    let exception = vm.take_raised(raised);
                    return Input::Lost(vm.safe_text(&exception, false, "exception str"));
                }
            }
            if !wants_more(text.strip_suffix('\n').unwrap_or(&text)) {
                return Input::Text(text);
            }
        }
    }

    fn filename(&self, number: usize) -> String {
        // Tracebacks call each of them <stdin>.
        format!("<stdin-{number}>")
    }
}

/// The next line of the standard input that the program itself reads, so that both share what is read ahead.
fn read_line(vm: &mut Vm) -> Result<String, Raised> {
    let sys = vm.import_dotted("sys")?;
    let stdin = vm.get_attr(&sys, "__stdin__")?;
    let line = vm.call_method_str(&stdin, "readline", &[])?;
    Ok(line.as_text().map(|text| text.as_str().to_owned()).unwrap_or_default())
}
