//! What the line editor knows of the program.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rustyline::completion::Completer;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};

use super::continuation;
use crate::builtins::str::is_identifier;
use crate::object::{Value, Vm};

const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "match",
    "nonlocal", "not", "or", "pass", "raise", "return", "try", "type", "while", "with", "yield",
];

/// Names, dotted ones among them, with the attributes of their values, and the modules that can be imported. The lock
/// is not held while a line is edited, so all is noted before.
#[derive(Default)]
pub(super) struct Knowledge {
    pub(super) names: BTreeMap<String, Vec<String>>,
    /// The names of the modules that come with Mini.
    pub(super) modules: Vec<&'static str>,
    /// The folders where others are looked for.
    pub(super) path: Vec<String>,
    pub(super) colours: bool,
}

impl Helper for Knowledge {}

impl Validator for Knowledge {}

impl Hinter for Knowledge {
    type Hint = String;
}

impl Highlighter for Knowledge {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _default: bool) -> Cow<'b, str> {
        continuation::prompt(prompt, self.colours)
    }

    fn highlight<'l>(&self, line: &'l str, _pos: usize) -> Cow<'l, str> {
        continuation::shown(line, self.colours)
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
        let line = before[..start].rsplit(['\n', ';']).next().unwrap_or_default();
        if names_modules(line) {
            return (start, self.modules_like(word));
        }
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
        let plain = self.names.keys().map(String::as_str).filter(|name| !name.contains('.'));
        let fits = plain.chain(KEYWORDS.iter().copied()).filter(|name| name.starts_with(word));
        (start, fits.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect())
    }

    /// The modules whose dotted name begins with `word`.
    fn modules_like(&self, word: &str) -> Vec<String> {
        let (package, part) = word.rsplit_once('.').map_or((None, word), |(package, part)| (Some(package), part));
        let private = part.starts_with('_');
        let inner = package.map(|package| package.replace('.', "/")).unwrap_or_default();
        let mut found: BTreeSet<String> =
            self.modules.iter().filter(|name| name.starts_with(word)).map(|&name| name.to_owned()).collect();
        for folder in &self.path {
            let folder = Path::new(if folder.is_empty() { "." } else { folder }).join(&inner);
            for name in modules_in(&folder) {
                if name.starts_with(part) {
                    found.insert(package.map_or_else(|| name.clone(), |package| format!("{package}.{name}")));
                }
            }
        }
        let own = |name: &String| name[package.map_or(0, |package| package.len() + 1)..].starts_with('_');
        found.retain(|name| private || !own(name));
        found.into_iter().collect()
    }
}

/// Whether what follows `line` is the name of a module: `import a, ` or `from `.
fn names_modules(line: &str) -> bool {
    let line = line.trim_start();
    let Some(rest) = line.strip_prefix("import ") else { return line.trim_end() == "from" && line.ends_with(' ') };
    rest.trim_end().is_empty() || rest.trim_end().ends_with(',')
}

/// The names of the modules and packages in a folder.
fn modules_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let name_of = |entry: std::fs::DirEntry| {
        let path = entry.path();
        let package = || ["__init__.mini", "__init__.py"].iter().any(|init| path.join(init).is_file());
        let named = match path.extension() {
            Some(extension) => extension == "mini" || extension == "py",
            None => package(),
        };
        let name = path.file_stem()?.to_str()?;
        (named && is_identifier(name)).then(|| name.to_owned())
    };
    entries.flatten().filter_map(name_of).collect()
}

impl Vm {
    /// What a line editor is to know now.
    pub(super) fn knowledge(&mut self, colours: bool) -> Knowledge {
        let modules = crate::modules::names().collect();
        Knowledge { names: self.known_names(), modules, path: self.module_path(), colours }
    }

    /// `sys.path`.
    fn module_path(&mut self) -> Vec<String> {
        let Some(sys) = self.imported("sys") else { return Vec::new() };
        let items = self.get_attr(&sys, "path").and_then(|list| self.collect(&list));
        let items = self.quiet(items).unwrap_or_default();
        items.iter().filter_map(Value::as_text).map(|text| text.as_str().to_owned()).collect()
    }

    /// The names of the program and of `builtins`; those of the program with the attributes of their values, and of the
    /// modules in modules.
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
            let attributes = self.attributes(&dir, &value);
            if matches!(value, Value::Module(_)) {
                for attribute in attributes.iter().filter(|name| !name.starts_with('_')) {
                    let inner = self.get_attr(&value, attribute);
                    if let Ok(inner @ Value::Module(_)) = self.quiet(inner) {
                        names.insert(format!("{}.{attribute}", name.as_str()), self.attributes(&dir, &inner));
                    }
                }
            }
            names.insert(name.as_str().to_owned(), attributes);
        }
        names
    }

    fn attributes(&mut self, dir: &Value, value: &Value) -> Vec<String> {
        let listed = self.call(dir, std::slice::from_ref(value)).and_then(|list| self.collect(&list));
        let listed = self.quiet(listed).unwrap_or_default();
        listed.iter().filter_map(Value::as_text).map(|text| text.as_str().to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|&text| text.to_owned()).collect()
    }

    fn knowledge() -> Knowledge {
        let names =
            [("value", vec!["append", "_hidden"]), ("vary", vec![]), ("os", vec!["path"]), ("os.path", vec!["join"])];
        let names = names.into_iter().map(|(name, list)| (name.to_owned(), texts(&list)));
        let modules = vec!["math", "os", "os.path", "_thread"];
        Knowledge { names: names.collect(), modules, ..Knowledge::default() }
    }

    #[test]
    fn completes_names_and_attributes() {
        let knowledge = knowledge();
        assert_eq!(knowledge.candidates("x = va"), (4, texts(&["value", "vary"])));
        assert_eq!(knowledge.candidates("value."), (6, texts(&["append"])));
        assert_eq!(knowledge.candidates("value._"), (6, texts(&["_hidden"])));
        assert_eq!(knowledge.candidates("os.path.j"), (8, texts(&["join"])));
        assert_eq!(knowledge.candidates("o"), (0, texts(&["or", "os"])));
        assert_eq!(knowledge.candidates("fr"), (0, texts(&["from"])));
        assert_eq!(knowledge.candidates("if x:\n"), (6, texts(&["    "])));
    }

    #[test]
    fn completes_modules() {
        let knowledge = knowledge();
        assert_eq!(knowledge.candidates("import ma"), (7, texts(&["math"])));
        assert_eq!(knowledge.candidates("import math, o"), (13, texts(&["os", "os.path"])));
        assert_eq!(knowledge.candidates("from os.p"), (5, texts(&["os.path"])));
        assert_eq!(knowledge.candidates("from _t"), (5, texts(&["_thread"])));
        assert_eq!(knowledge.candidates("import math as v"), (15, texts(&["value", "vary"])));
    }
}
