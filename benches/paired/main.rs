//! Measures Mini against other interpreters on the same sources, in pairs.
//!
//! Each program under `benches/programs/` runs under Mini and under each peer
//! in turn (A B A B ...), so that a change in the machine's speed meets all of
//! them. What counts is the user processor time of the child, by `wait4`; the
//! table has the medians and time of Mini / time of the peer. Start-up and the
//! peak memory of `benches/memory/` follow. The outputs must agree.
//!
//! A peer whose name begins with `lua` gets `NAME.lua`, the same program in
//! Lua, and no row where there is none; it is the reference for how fast a
//! small interpreter can be. `benches/run --help` lists the options.

mod child;
mod options;

use options::{Options, USAGE};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// An interpreter under measurement.
struct Interpreter {
    name: String,
    command: Vec<String>,
    is_lua: bool,
}

impl Interpreter {
    /// The file that this interpreter runs for a program; None when there is none.
    fn source(&self, program: &Path) -> Option<String> {
        let path = if self.is_lua { program.with_extension("lua") } else { program.to_owned() };
        path.is_file().then(|| path.file_name().unwrap_or_default().to_string_lossy().into_owned())
    }
}

fn main() -> ExitCode {
    if std::env::args().any(|a| a == "--help" || a == "-h") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    // `cargo test --benches` would otherwise measure.
    if std::env::args().any(|a| a == "--test") {
        return ExitCode::SUCCESS;
    }
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(text) => {
            eprintln!("{text}");
            return ExitCode::from(2);
        }
    };
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches");
    let mut interpreters =
        vec![Interpreter { name: "mini".to_owned(), command: vec![options.mini.clone()], is_lua: false }];
    for (index, peer) in options.peers.iter().enumerate() {
        let file = Path::new(&peer[0]).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_lua = file.starts_with("lua");
        let name = std::iter::once(&file).chain(&peer[1..]).cloned().collect::<Vec<_>>().join(" ");
        match resolve(peer, is_lua) {
            Some(command) => interpreters.push(Interpreter { name, command, is_lua }),
            None if index < options.wanted => println!("{name} is not installed: it has no column."),
            None => {}
        }
    }
    let mut good = times(&here, &interpreters, &options);
    if options.filter.is_empty() {
        good &= startup(&here, &interpreters, &options);
        good &= memory(&here, &interpreters, &options);
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The command with what a version manager's shim stands for, or None when it does not start.
fn resolve(peer: &[String], is_lua: bool) -> Option<Vec<String>> {
    let mut probe = std::process::Command::new(&peer[0]);
    let question = if is_lua { ["-e", "print()"] } else { ["-c", "import sys; print(sys.executable)"] };
    probe.args(&peer[1..]).args(question);
    let output = probe.stderr(std::process::Stdio::null()).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    if !output.status.success() {
        return None;
    }
    let mut command = peer.to_vec();
    if Path::new(&path).is_file() {
        command[0] = path;
    }
    Some(command)
}

/// The programs in a folder whose names contain `filter`, sorted.
fn programs(folder: &Path, filter: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "mini") && stem(path).contains(filter))
        .collect();
    found.sort();
    found
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The median; None when there are no values.
fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}

fn heading(what: &str, interpreters: &[Interpreter]) {
    print!("\n{what:<22}");
    for i in interpreters {
        print!("{:>14}", i.name);
    }
    for i in &interpreters[1..] {
        print!("{:>16}", format!("/ {}", i.name));
    }
    println!();
}

/// Prints one row: a cell for each interpreter, then the ratios to the peers, which it returns.
fn row(name: &str, cells: &[Option<f64>], unit: &str, digits: usize) -> Vec<Option<f64>> {
    let absent = || "-".to_owned();
    print!("{name:<22}");
    for value in cells {
        print!("{:>14}", value.map_or_else(absent, |v| format!("{v:.digits$} {unit}")));
    }
    let ratios: Vec<Option<f64>> = cells[1..].iter().map(|peer| Some(cells[0]? / (*peer)?)).collect();
    for ratio in &ratios {
        print!("{:>16}", ratio.map_or_else(absent, |r| format!("{r:.3}")));
    }
    println!();
    ratios
}

/// The table of user times; false when a run failed or outputs differ.
fn times(here: &Path, interpreters: &[Interpreter], options: &Options) -> bool {
    let folder = here.join("programs");
    let mut good = true;
    let mut logs = vec![Vec::new(); interpreters.len() - 1];
    heading("user time", interpreters);
    'programs: for program in programs(&folder, &options.filter) {
        let mut samples = vec![Vec::new(); interpreters.len()];
        let mut printed: Option<String> = None;
        for _ in 0..options.rounds {
            for (interpreter, sample) in interpreters.iter().zip(&mut samples) {
                let Some(file) = interpreter.source(&program) else {
                    continue;
                };
                match child::run(&interpreter.command, &[&file], &folder, options.timeout) {
                    Ok(run) => {
                        sample.push(run.user);
                        if printed.get_or_insert_with(|| run.output.clone()) != &run.output {
                            println!("{:<22}  {} prints something else", stem(&program), interpreter.name);
                            good = false;
                            continue 'programs;
                        }
                    }
                    Err(text) => {
                        println!("{:<22}  {text}", stem(&program));
                        good = false;
                        continue 'programs;
                    }
                }
            }
        }
        let cells: Vec<Option<f64>> = samples.iter_mut().map(|s| median(s)).collect();
        for (log, ratio) in logs.iter_mut().zip(row(&stem(&program), &cells, "s", 3)) {
            log.extend(ratio.map(f64::ln));
        }
    }
    if logs.iter().any(|log| !log.is_empty()) {
        print!("{:<22}{:>width$}", "geometric mean", "", width = 14 * interpreters.len());
        for log in &logs {
            print!("{:>16.3}", (log.iter().sum::<f64>() / log.len().max(1) as f64).exp());
        }
        println!();
    }
    good
}

/// The time from start to end of the shortest program, by the clock.
fn startup(here: &Path, interpreters: &[Interpreter], options: &Options) -> bool {
    let mut samples = vec![Vec::new(); interpreters.len()];
    for _ in 0..options.starts {
        for (interpreter, sample) in interpreters.iter().zip(&mut samples) {
            let flag = if interpreter.is_lua { "-e" } else { "-c" };
            match child::run(&interpreter.command, &[flag, "print(1)"], here, options.timeout) {
                Ok(run) => sample.push(run.wall * 1000.0),
                Err(text) => {
                    println!("{text}");
                    return false;
                }
            }
        }
    }
    heading("start-up", interpreters);
    let cells: Vec<Option<f64>> = samples.iter_mut().map(|s| median(s)).collect();
    row("-c 'print(1)'", &cells, "ms", 2);
    true
}

/// The peak memory of each program in `benches/memory/`.
fn memory(here: &Path, interpreters: &[Interpreter], options: &Options) -> bool {
    let folder = here.join("memory");
    let mut good = true;
    heading("peak memory", interpreters);
    for program in programs(&folder, &options.filter) {
        let peak = |i: &Interpreter| {
            let Some(file) = i.source(&program) else {
                return Ok(None);
            };
            let run = child::run(&i.command, &[&file], &folder, options.timeout)?;
            Ok(Some(run.peak_kib as f64 / 1024.0))
        };
        let runs: Result<Vec<Option<f64>>, String> = interpreters.iter().map(peak).collect();
        match runs {
            Ok(cells) => drop(row(&stem(&program), &cells, "MiB", 1)),
            Err(text) => {
                println!("{:<22}  {text}", stem(&program));
                good = false;
            }
        }
    }
    good
}
