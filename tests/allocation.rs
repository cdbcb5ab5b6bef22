//! Every operation that can make something large is refused its memory at each point: it raises MemoryError, or does
//! without, and the process lives on.
//!
//! The cases are in `allocation/cases.mini`. All run in one child process under an allocator that allows so many bytes
//! of large blocks and no more; where one ends the process, the parent notes it and goes on after it.
//!
//! `MINI_ALLOCATION_TRACE=1` has the child say where it was.

#![cfg(unix)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use mini::object::room::{HEADROOM, LARGE};
use mini::{Interpreter, MemoryReserve, ShortageSignal};

/// What large blocks may still take.
static ALLOWED: AtomicUsize = AtomicUsize::new(usize::MAX / 2);

struct Limited;

impl Limited {
    fn take(size: usize) -> bool {
        size < LARGE
            || ALLOWED.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(size)).is_ok()
    }

    fn give_back(size: usize) {
        if size >= LARGE {
            ALLOWED.fetch_add(size, Ordering::Relaxed);
        }
    }
}

// SAFETY: the system's allocator, but that some blocks are refused.
unsafe impl GlobalAlloc for Limited {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !Self::take(layout.size()) {
            return std::ptr::null_mut();
        }
        look(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !Self::take(layout.size()) {
            return std::ptr::null_mut();
        }
        look(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        Self::give_back(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !Self::take(size) {
            return std::ptr::null_mut();
        }
        // SAFETY: as the caller promises.
        let moved = unsafe { System.realloc(block, layout, size) };
        Self::give_back(layout.size());
        look(size);
        moved
    }
}

/// Whom to tell of a lack of headroom.
static SIGNAL: Mutex<Option<ShortageSignal>> = Mutex::new(None);

/// What an allocator is to do behind every block.
fn look(size: usize) {
    if size >= LARGE && ALLOWED.load(Ordering::Relaxed) < size * HEADROOM {
        if let Some(signal) = &*SIGNAL.lock().expect("nobody panics with it") {
            signal.raise();
        }
    }
}

#[derive(Debug)]
struct Reserve;

impl MemoryReserve for Reserve {
    fn serve(&self, signal: ShortageSignal) {
        *SIGNAL.lock().expect("nobody panics with it") = Some(signal);
    }

    fn refill(&self) {}
}

#[global_allocator]
static GLOBAL: Limited = Limited;

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/allocation/cases.mini");
/// The first line of the cases; what is before sets up each of them.
const BEGIN: &str = "# cases\n";

/// What sets up each case, and the cases, or only those with the text of `MINI_ALLOCATION_CASES`.
fn cases() -> (String, Vec<String>) {
    let text = std::fs::read_to_string(CASES).expect("the cases are there");
    let (set_up, cases) = text.split_once(BEGIN).expect("the cases have a beginning");
    let chosen = std::env::var("MINI_ALLOCATION_CASES").unwrap_or_default();
    let cases = cases.lines().filter(|line| !line.is_empty() && !line.starts_with('#') && line.contains(&chosen));
    (set_up.to_owned(), cases.map(str::to_owned).collect())
}

/// What is left to large blocks, in MiB.
///
/// The largest block of the set-up, a set's, is 17 MiB.
const BUDGETS: [usize; 2] = [34, 44];

extern "C" fn on_abort(_: libc::c_int) {
    ALLOWED.store(usize::MAX / 2, Ordering::Relaxed);
    let trace = std::backtrace::Backtrace::force_capture().to_string();
    let mut names = trace.lines().filter(|line| line.contains(": ")).map(str::trim);
    let names: Vec<_> = names
        .by_ref()
        .filter(|name| (name.contains("mini::") && !name.contains("object::value")) || name.contains("num_"))
        .take(3)
        .collect();
    println!("\nat {names:?}");
    // SAFETY: ends the process.
    unsafe { libc::_exit(2) }
}

/// Runs the cases from the given one on.
fn child(from: usize) {
    if std::env::var_os("MINI_ALLOCATION_TRACE").is_some() {
        // SAFETY: the handler ends the process.
        unsafe { libc::signal(libc::SIGABRT, on_abort as *const () as libc::sighandler_t) };
    }
    let (set_up, cases) = cases();
    let interpreter = Interpreter::builder().memory_reserve(Arc::new(Reserve)).build().expect("an interpreter starts");
    interpreter.run(&set_up).expect("the set-up runs");
    for (number, case) in cases.iter().enumerate().skip(from) {
        for mib in BUDGETS {
            print!("{number} {mib} ");
            std::io::stdout().flush().expect("somebody reads");
            let before = ALLOWED.swap(mib << 20, Ordering::Relaxed);
            let result = interpreter.run(case);
            let left = ALLOWED.load(Ordering::Relaxed);
            ALLOWED.store(before - (mib << 20) + left, Ordering::Relaxed);
            // A shortage at the end of the case is of no interest to the next.
            let _ = interpreter.run("r = a = c = f = h = m = q = rest = None\npass");
            match result {
                Ok(()) => println!("done"),
                Err(error) => println!("{}: {}", error.class_name(), error.message().replace('\n', " ")),
            }
        }
    }
    println!("end");
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("child") {
        return child(arguments.next().expect("a number").parse().expect("a number"));
    }
    let (_, cases) = cases();
    let (mut from, mut failures, mut refused) = (0, 0, 0);
    let mut fails = |failure: &str| {
        println!("{failure}");
        failures += 1;
    };
    while from < cases.len() {
        let this = std::env::current_exe().expect("this program has a path");
        let output = Command::new(this)
            .args(["child", &from.to_string()])
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .output()
            .expect("the child starts");
        let text = String::from_utf8_lossy(&output.stdout);
        let mut last = from;
        for line in text.lines() {
            let mut words = line.splitn(3, ' ');
            let number = words.next().and_then(|word| word.parse::<usize>().ok());
            let (Some(number), Some(mib)) = (number, words.next()) else { continue };
            last = number;
            match words.next() {
                Some("done") => {}
                Some("MemoryError: ") => refused += 1,
                other => {
                    let place = text.lines().find(|line| line.starts_with("at ")).unwrap_or_default();
                    let kind = other.filter(|kind| !kind.is_empty()).unwrap_or("ended the process");
                    fails(&format!("{} with {mib} MiB: {kind} {place}", cases[number]));
                }
            }
        }
        if text.ends_with("end\n") {
            break;
        }
        if !text.contains(&format!("{last} ")) {
            fails(&String::from_utf8_lossy(&output.stderr));
        }
        from = last + 1;
    }
    println!("{} cases, refused {refused} times, {failures} failures", cases.len());
    assert!(failures == 0 && refused > 0);
}
