//! Lines as they run, on standard error.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use crate::gil::{Interest, Observation, Observed, Observer};

/// Writes each line of the program to standard error before it runs: thread, file, number and text.
///
/// Lines of modules that come with the interpreter are left out.
#[derive(Debug, Default)]
pub struct LineTrace {
    files: Mutex<HashMap<String, Vec<String>>>,
}

impl Observer for LineTrace {
    fn interest(&self) -> Interest {
        Interest::LINES
    }

    fn observe(&self, observation: &Observation<'_>) {
        let (Observed::Line, place) = (observation.what, observation.place) else { return };
        if place.file.starts_with("<frozen ") {
            return;
        }
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = files.entry(place.file.to_owned()).or_insert_with(|| {
            std::fs::read_to_string(place.file).unwrap_or_default().lines().map(str::to_owned).collect()
        });
        let text = lines.get(place.line as usize - 1).map_or("", |line| line.trim_end());
        let name = place.file.rsplit('/').next().unwrap_or(place.file);
        // The program goes on when nobody reads.
        let _ = writeln!(std::io::stderr(), "{} {name}:{} {text}", observation.thread, place.line);
    }
}
