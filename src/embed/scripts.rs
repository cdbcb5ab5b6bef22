//! The names of the source texts that an embedder runs.

use std::collections::VecDeque;

use crate::object::Vm;

/// How many texts are kept, for the lines of tracebacks.
const KEPT: usize = 100;

/// The texts that were run, the newest last.
#[derive(Default)]
struct Scripts {
    count: usize,
    names: VecDeque<String>,
}

impl Vm {
    /// Registers a text, and gives the file name that tracebacks call it. Each text has its own, since a function may
    /// outlive the run that made it.
    pub(super) fn register_script(&mut self, text: &str) -> String {
        let scripts = self.interp.extension::<Scripts>(&mut self.gil);
        scripts.count += 1;
        let name = if scripts.count == 1 { "<script>".to_owned() } else { format!("<script-{}>", scripts.count) };
        scripts.names.push_back(name.clone());
        let oldest = if scripts.names.len() > KEPT { scripts.names.pop_front() } else { None };
        if let Some(oldest) = oldest {
            self.forget_source(&oldest);
        }
        self.register_source(&name, text);
        name
    }
}
