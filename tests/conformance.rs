//! Runs every script under `tests/conformance/` and compares what it prints
//! with what CPython 3.13 printed for it (`tests/record` records anew).
//!
//! Beside `NAME.mini` lie `NAME.out`, and where they say something `NAME.err`,
//! `NAME.code` (exit status) and `NAME.in` (standard input). A test of this
//! harness is a topic folder; arguments filter by substrings of script paths.
//!
//! `tests/conformance/PENDING`, where it exists, lists scripts that are not
//! expected to pass yet. One that does pass is a failure, so the list shrinks.
//!
//! * `MINI_CONFORMANCE_REPORT=1`: says how many pass, writes the failing
//!   scripts to `target/conformance-failures.txt`, and does not fail.
//! * `MINI_CONFORMANCE_BINARY`: another program to run the scripts with.
//! * `MINI_CONFORMANCE_TIMEOUT`: seconds that one script may take (default 20).

#[path = "conformance/harness/diff.rs"]
mod diff;
#[path = "conformance/harness/script.rs"]
mod script;

use script::{Outcome, Script};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Differences shown in full; the rest are only named.
const SHOWN_DIFFERENCES: usize = 20;

fn main() -> ExitCode {
    let mut filters = Vec::new();
    let mut list = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--list" => list = true,
            "--format" | "--color" | "--test-threads" | "--skip" | "-Z" => drop(arguments.next()),
            flag if flag.starts_with('-') => {}
            filter => filters.push(filter.to_owned()),
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let mut scripts = script::find(&root);
    scripts.retain(|s| filters.is_empty() || filters.iter().any(|f| s.name.contains(f.as_str())));
    if list {
        for script in &scripts {
            println!("{}: test", script.name);
        }
        return ExitCode::SUCCESS;
    }
    let pending = read_pending(&root.join("PENDING"));
    let outcomes = run_all(&scripts);
    let unknown = if filters.is_empty() { unknown_entries(&pending, &scripts) } else { Vec::new() };
    if std::env::var_os("MINI_CONFORMANCE_REPORT").is_some_and(|v| v != "0") {
        report(&scripts, &outcomes, &pending)
    } else {
        judge(&scripts, &outcomes, &pending, &unknown)
    }
}

/// The script names in the pending list; empty when there is no such file.
fn read_pending(path: &Path) -> BTreeSet<String> {
    std::fs::read_to_string(path)
        .unwrap_or_default()
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

fn unknown_entries(pending: &BTreeSet<String>, scripts: &[Script]) -> Vec<String> {
    let names: BTreeSet<&str> = scripts.iter().map(|s| s.name.as_str()).collect();
    pending.iter().filter(|p| !names.contains(p.as_str())).cloned().collect()
}

fn run_all(scripts: &[Script]) -> Vec<Outcome> {
    let seconds = std::env::var("MINI_CONFORMANCE_TIMEOUT").ok().and_then(|s| s.parse().ok()).unwrap_or(20.0);
    let timeout = Duration::from_secs_f64(seconds);
    let workers = std::thread::available_parallelism().map_or(2, |n| n.get()).clamp(2, 4);
    let next = AtomicUsize::new(0);
    let results = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(script) = scripts.get(index) else {
                        break;
                    };
                    let outcome = script.run(timeout);
                    results.lock().unwrap().insert(index, outcome);
                }
            });
        }
    });
    results.into_inner().unwrap().into_values().collect()
}

/// Prints one line a topic, the differences and a summary as libtest does.
fn judge(scripts: &[Script], outcomes: &[Outcome], pending: &BTreeSet<String>, unknown: &[String]) -> ExitCode {
    let mut topics: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut failures = Vec::new();
    for (script, outcome) in scripts.iter().zip(outcomes) {
        let counts = topics.entry(script.topic()).or_default();
        match (outcome.passed(), pending.contains(&script.name)) {
            (true, false) => counts[0] += 1,
            (false, true) => counts[1] += 1,
            (true, true) => {
                counts[2] += 1;
                failures.push((script, "passes: take it off tests/conformance/PENDING\n".to_owned()));
            }
            (false, false) => {
                counts[2] += 1;
                failures.push((script, outcome.differences()));
            }
        }
    }
    println!("\nrunning {} scripts", scripts.len());
    for (topic, [passed, ignored, failed]) in &topics {
        let verdict = if *failed > 0 { "FAILED" } else { "ok" };
        println!("test {topic} ... {verdict} ({passed} passed, {ignored} pending, {failed} failed)");
    }
    for (script, text) in failures.iter().take(SHOWN_DIFFERENCES) {
        println!("\n---- {}\n{text}", script.name);
    }
    if failures.len() > SHOWN_DIFFERENCES {
        println!("\nand {} more:", failures.len() - SHOWN_DIFFERENCES);
        failures[SHOWN_DIFFERENCES..].iter().for_each(|(script, _)| println!("    {}", script.name));
    }
    for name in unknown {
        println!("\nPENDING names {name}, which does not exist");
    }
    let total = |i: usize| topics.values().map(|c| c[i]).sum::<usize>();
    let good = failures.is_empty() && unknown.is_empty();
    println!(
        "\ntest result: {}. {} passed; {} failed; {} ignored",
        if good { "ok" } else { "FAILED" },
        total(0),
        total(2) + unknown.len(),
        total(1)
    );
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Says how many scripts pass, whatever the pending list says of them.
fn report(scripts: &[Script], outcomes: &[Outcome], pending: &BTreeSet<String>) -> ExitCode {
    let mut topics: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut failing = String::new();
    let mut passed = 0;
    for (script, outcome) in scripts.iter().zip(outcomes) {
        let counts = topics.entry(script.topic()).or_default();
        counts.1 += 1;
        if outcome.passed() {
            counts.0 += 1;
            passed += 1;
            if pending.contains(&script.name) {
                println!("pending, but passes: {}", script.name);
            }
        } else {
            failing.push_str(&script.name);
            failing.push('\n');
        }
    }
    for (topic, (good, all)) in &topics {
        println!("{topic}: {good} of {all}");
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("conformance-failures.txt");
    match std::fs::write(&path, failing) {
        Ok(()) => println!("{passed} of {} pass; the others are listed in {}", scripts.len(), path.display()),
        Err(error) => println!("{passed} of {} pass; cannot write {}: {error}", scripts.len(), path.display()),
    }
    ExitCode::SUCCESS
}
