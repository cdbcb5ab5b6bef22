//! The scripts under `scripts/` run, and print what the comment at their end says.
//!
//! That comment begins with a line `# Prints:`; `[...]` in it stands for any text within the line. Scripts without one
//! are run by name below.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// No script takes longer than this, even on a busy machine; one that does is killed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a script; gives its output.
///
/// # Panics
///
/// If it fails, complains, or takes too long.
fn run(script: &Path) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mini"))
        .arg(script)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let out = std::thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).map(|_| text)
    });
    let err = std::thread::spawn(move || {
        let mut text = String::new();
        err.read_to_string(&mut text).map(|_| text)
    });
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if began.elapsed() > PATIENCE {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let (out, err) = (out.join().unwrap().unwrap(), err.join().unwrap().unwrap());
    assert!(status.success() && err.is_empty(), "{}: {status}\n{out}\n{err}", script.display());
    out
}

/// The lines that a script says it prints.
fn promised(source: &str) -> Option<Vec<String>> {
    let (_, block) = source.split_once("\n# Prints:\n")?;
    let line = |line: &str| line.strip_prefix('#').map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned());
    Some(block.lines().map_while(line).collect())
}

/// Whether `line` is `pattern`, in which `[...]` is any text.
fn fits(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split("[...]");
    let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else { return false };
    let mut open_ended = false;
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
        open_ended = part.is_empty();
    }
    open_ended || rest.is_empty()
}

fn scripts() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
    let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let mut found: Vec<PathBuf> =
        folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path())).collect();
    found.retain(|path| path.extension().is_some_and(|extension| extension == "mini"));
    found.sort();
    found
}

#[test]
fn scripts_print_what_they_promise() {
    let mut checked = 0;
    for script in scripts() {
        let source = fs::read_to_string(&script).unwrap();
        assert!(source.starts_with("# "), "{} begins with what it shows", script.display());
        let Some(expected) = promised(&source) else { continue };
        let printed = run(&script);
        let same = printed.lines().count() == expected.len()
            && printed.lines().zip(&expected).all(|(line, pattern)| fits(pattern, line));
        assert!(same, "{} printed:\n{printed}\nnot:\n{}\n", script.display(), expected.join("\n"));
        checked += 1;
    }
    assert!(checked >= 20, "only {checked} scripts were checked");
}

#[test]
fn the_tour_shows_threads_coroutines_and_processes() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/tour.mini");
    let printed = run(&script);
    let lane = |name: &str| {
        let line =
            printed.lines().find_map(|line| line.trim_start().strip_prefix(name)?.trim_start().strip_prefix('|'));
        line.unwrap_or_else(|| panic!("no lane of {name}:\n{printed}")).to_owned()
    };
    for name in ["thread 1", "thread 2", "task 1", "task 2", "task 3", "job 1", "job 2", "job 3", "job 4"] {
        let lane = lane(name);
        assert!(lane.contains('#') && lane.contains('.'), "{name}: {lane}");
    }
    assert!(printed.contains("careless 4 threads counted to 20 each: updates were lost"), "{printed}");
    assert!(printed.contains("careful  4 threads counted to 20 each: all there"), "{printed}");
    assert!(printed.ends_with("results: [1, 4, 9, 16]\n"), "{printed}");
}

#[test]
fn patterns_fit() {
    assert!(fits("a [...] c [...]", "a b c d"));
    assert!(fits("plain", "plain"));
    assert!(!fits("plain", "plainer"));
    assert!(!fits("a [...] c", "a b d"));
}
