//! The concurrency demos under `tests/seeds/` print what CPython prints, in about the time that each promises.

#![cfg(unix)]
#![forbid(unsafe_code)]

mod common;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{Watch, open_terminal};

/// Ten waits of half a second in turn take 5 seconds; waits that overlap take less than half of that, also where the
/// machine has other things to do.
const LESS_THAN_ONE_AFTER_ANOTHER: f64 = 2.5;

/// No demo takes longer than this; one that does is killed.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn serial_takes_five_seconds() {
    check("serial_demo", 5.0, 10.0, false);
}

#[test]
fn blocking_coroutines_take_five_seconds() {
    check("asyncio_blocking_demo", 5.0, 10.0, false);
}

#[test]
fn awaiting_coroutines_take_half_a_second() {
    check("asyncio_demo", 0.5, LESS_THAN_ONE_AFTER_ANOTHER, false);
}

#[test]
fn threads_take_half_a_second() {
    check("threads_demo", 0.5, LESS_THAN_ONE_AFTER_ANOTHER, false);
}

#[test]
fn a_pool_takes_as_long_as_its_size_says() {
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get());
    let chunk = 10usize.div_ceil(4 * workers);
    let rounds = 10usize.div_ceil(chunk).div_ceil(workers);
    let seconds = (rounds * chunk) as f64 * 0.5;
    check("pool_demo", seconds.min(5.0), seconds + 2.0, true);
}

/// Runs a demo on a terminal and compares its output, in sorted order when `unordered`.
fn check(name: &str, least: f64, most: f64, unordered: bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/seeds");
    let expected = std::fs::read_to_string(folder.join(name).with_extension("out")).unwrap();
    let printed = run_on_terminal(&folder, &PathBuf::from(name).with_extension("mini"));
    let mut seconds = None;
    let mut lines: Vec<String> = Vec::new();
    for line in printed.lines().map(|l| l.trim_end_matches('\r')) {
        let time = line.split(' ').find(|word| word.contains('.') && word.parse::<f64>().is_ok());
        match time {
            Some(word) => {
                seconds = word.parse::<f64>().ok();
                lines.push(line.replace(word, "TIME"));
            }
            None => lines.push(line.to_owned()),
        }
    }
    if unordered {
        lines.sort();
    }
    assert_eq!(lines, expected.lines().collect::<Vec<_>>(), "{name} printed:\n{printed}");
    let seconds = seconds.expect("a line with the seconds");
    assert!((least..most).contains(&seconds), "{name} took {seconds} s, not {least} to {most} s");
}

/// What a script prints to a terminal: lines are then written whole, from worker processes too.
fn run_on_terminal(folder: &Path, script: &Path) -> String {
    let (mut master, slave) = open_terminal();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mini"))
        .arg(script)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(slave.try_clone().unwrap())
        .stderr(slave)
        .spawn()
        .unwrap();
    let watch = Watch::new(child.id(), PATIENCE);
    let mut printed = Vec::new();
    let mut buffer = [0; 4096];
    // The master reports an error, not an end, once nobody holds the terminal.
    while let Ok(n) = master.read(&mut buffer) {
        if n == 0 {
            break;
        }
        printed.extend_from_slice(&buffer[..n]);
    }
    let status = child.wait().unwrap();
    drop(watch);
    let text = String::from_utf8_lossy(&printed).into_owned();
    assert!(status.success(), "{}: {status}, after printing:\n{text}", script.display());
    text
}
