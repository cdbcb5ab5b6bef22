//! The levels of a traceback as text.

use crate::bytecode::Position;
use crate::object::{Ptr, Traceback, Value, Vm};

/// After so many equal levels the rest is only counted.
const REPEATED: usize = 3;

impl Vm {
    /// The levels of a traceback, the oldest first, as the lines that follow "Traceback (most recent call last):".
    pub(crate) fn format_levels(&mut self, traceback: Option<Ptr<Traceback>>, limit: Option<i64>) -> Vec<String> {
        let limit = limit.or_else(|| self.traceback_limit());
        let mut levels = Vec::new();
        let mut next = traceback;
        while let Some(level) = next {
            next = level.next.get(&self.gil).clone();
            levels.push(level);
        }
        match limit {
            Some(limit) if limit >= 0 => levels.truncate(limit as usize),
            Some(limit) => {
                let drop = levels.len().saturating_sub(limit.unsigned_abs() as usize);
                levels.drain(..drop);
            }
            None => {}
        }
        let mut texts = Vec::new();
        let mut last: Option<(String, u32, String)> = None;
        let mut repeated = 0;
        for level in levels {
            let filename = level.code.proto.filename.to_string();
            let name = level.code.name.as_str().to_owned();
            let key = (filename, level.line(), name);
            if last.as_ref() == Some(&key) {
                repeated += 1;
            } else {
                push_repeated(&mut texts, repeated);
                repeated = 1;
                last = Some(key);
            }
            if repeated <= REPEATED {
                texts.push(self.format_level(&level));
            }
        }
        push_repeated(&mut texts, repeated);
        texts
    }

    /// What `sys.tracebacklimit` says: so many levels, the newest.
    fn traceback_limit(&mut self) -> Option<i64> {
        let sys = self.imported("sys")?;
        let name = self.intern("tracebacklimit");
        let limit = self.getattr_opt(&sys, &name);
        match self.quiet(limit) {
            Ok(Some(Value::Int(limit))) => Some(-limit.max(0)),
            _ => None,
        }
    }

    fn format_level(&mut self, level: &Traceback) -> String {
        let proto = level.code.proto.clone();
        let position = level.position();
        let shown = shown_file(&proto.filename);
        let mut text = format!("  File \"{shown}\", line {}, in {}\n", position.line, level.code.name.as_str());
        let lines = self.source_lines(&proto.filename).or_else(|| {
            // Code whose file is not there is looked up in the module's own source, as CPython does.
            let path = (!proto.filename.starts_with('<')).then(|| self.loader_path(&level.globals)).flatten();
            path.and_then(|path| self.source_lines(&path))
        });
        if let Some(lines) = lines {
            text.push_str(&source_block(&lines, position));
        }
        text
    }
}

/// The name that is shown of a file: the numbers of inputs from standard input only tell their texts apart.
pub(super) fn shown_file(name: &str) -> &str {
    if name.starts_with("<stdin") { "<stdin>" } else { name }
}

/// The lines that a traceback shows for a position, indented; empty when there is no source.
pub(crate) fn source_block(lines: &[String], position: Position) -> String {
    super::caret::excerpt(lines, position).lines().map(|line| format!("    {line}\n")).collect()
}

fn push_repeated(texts: &mut Vec<String>, repeated: usize) {
    if repeated > REPEATED {
        let more = repeated - REPEATED;
        let plural = if more == 1 { "" } else { "s" };
        texts.push(format!("  [Previous line repeated {more} more time{plural}]\n"));
    }
}
