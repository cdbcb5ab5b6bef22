//! Source lines for tracebacks.

use std::collections::HashMap;
use std::rc::Rc;

use crate::object::Vm;

/// Lines of sources, by file name: those of files are read when first needed; text that is in no file
/// (`-c`, standard input, the interactive prompt) is registered.
#[derive(Default)]
pub(crate) struct SourceCache {
    texts: HashMap<String, Option<Rc<Vec<String>>>>,
}

fn split(text: &str) -> Rc<Vec<String>> {
    Rc::new(text.lines().map(str::to_owned).collect())
}

impl Vm {
    /// Registers the text of a source that is in no file.
    pub(crate) fn register_source(&mut self, filename: &str, text: &str) {
        let cache = self.interp.extension::<SourceCache>(&mut self.gil);
        cache.texts.insert(filename.to_owned(), Some(split(text)));
    }

    /// Forgets the text of a source that is in no file.
    pub(crate) fn forget_source(&mut self, filename: &str) {
        let cache = self.interp.extension::<SourceCache>(&mut self.gil);
        cache.texts.remove(filename);
    }

    /// The lines of a source, if they can be had.
    pub(crate) fn source_lines(&mut self, filename: &str) -> Option<Rc<Vec<String>>> {
        let cache = self.interp.extension::<SourceCache>(&mut self.gil);
        if let Some(known) = cache.texts.get(filename) {
            return known.clone();
        }
        let lines = match filename.strip_prefix('<') {
            Some(_) => None,
            None => std::fs::read(filename).ok().map(|bytes| split(&String::from_utf8_lossy(&bytes))),
        };
        let cache = self.interp.extension::<SourceCache>(&mut self.gil);
        cache.texts.insert(filename.to_owned(), lines.clone());
        lines
    }
}
