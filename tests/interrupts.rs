//! Ctrl-C reaches the main thread at once, wherever it waits.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Runs a script that prints a line and then waits, interrupts it, and gives what it wrote to standard error and the
/// signal that ended it.
fn interrupt(script: &str) -> (String, Option<i32>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mini"))
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n", "{script}");
    let kill = |signal: &str| Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    kill("-INT");
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if began.elapsed() > Duration::from_secs(30) {
            let _ = child.kill();
            panic!("not interrupted: {script}");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    (text, status.signal())
}

/// Each statement waits for ever; `ready()` is called before.
const WAITS: &[(&str, &str)] = &[
    ("import time", "time.sleep(1000)"),
    ("import threading; lock = threading.Lock(); lock.acquire()", "lock.acquire()"),
    ("import threading; lock = threading.Lock(); lock.acquire()", "lock.acquire(timeout=1000)"),
    (
        "import threading, time; t = threading.Thread(target=time.sleep, args=(1000,), daemon=True); t.start()",
        "t.join()",
    ),
    ("import threading; e = threading.Event()", "e.wait()"),
    ("import threading; b = threading.Barrier(2)", "b.wait()"),
    ("import threading; s = threading.Semaphore(0)", "s.acquire()"),
    ("import queue; q = queue.Queue()", "q.get()"),
    ("import queue; q = queue.SimpleQueue()", "q.get()"),
    ("from concurrent.futures import Future; f = Future()", "f.result()"),
    ("import asyncio", "asyncio.run(asyncio.sleep(1000))"),
    ("import multiprocessing as mp, time; p = mp.Pool(1)", "p.map(time.sleep, [1000])"),
    ("import multiprocessing as mp; a, b = mp.Pipe()", "a.send_bytes(b'x' * 10_000_000)"),
    ("import sys", "sys.stdin.read()"),
    ("import os; r, w = os.pipe()", "os.write(w, b'x' * 1_000_000)"),
    // The child ends when this process, which alone keeps the writing end, does.
    (
        "import os; r, w = os.pipe(); pid = os.fork()\nif not pid: os.close(w); os.read(r, 1); os._exit(0)",
        "os.waitpid(pid, 0)",
    ),
    ("n = 0", "while True: n += 1"),
];

#[test]
fn every_wait_can_be_interrupted() {
    for (setup, wait) in WAITS {
        let (text, signal) = interrupt(&format!("{setup}\nprint('ready', flush=True)\n{wait}\n"));
        assert!(text.contains("KeyboardInterrupt\n"), "{wait}: {text}");
        assert_eq!(signal, Some(2), "{wait}");
    }
}

#[test]
fn the_main_thread_is_interrupted_while_others_compute() {
    let script = "\
import threading
def work():
    try:
        while True: pass
    except BaseException as error:
        print('not here', error)
for _ in range(3): threading.Thread(target=work, daemon=True).start()
try:
    print('ready', flush=True)
    while True: pass
except KeyboardInterrupt:
    import sys
    print('caught', file=sys.stderr)
";
    assert_eq!(interrupt(script), ("caught\n".to_owned(), None));
}

#[test]
fn the_wait_for_threads_at_the_end_can_be_interrupted() {
    let script = "\
import threading, time
def work():
    # The main thread counts as ended when it begins to wait.
    while threading.main_thread().is_alive():
        time.sleep(0.001)
    print('ready', flush=True)
    threading.Event().wait()
threading.Thread(target=work).start()
";
    let (text, signal) = interrupt(script);
    assert!(text.starts_with("Exception ignored on threading shutdown"), "{text}");
    assert_eq!(signal, None);
}

#[test]
fn a_program_that_is_started_to_ignore_ctrl_c_ignores_it() {
    let script = "\
import os, signal
os.kill(os.getpid(), signal.SIGINT)
signal.raise_signal(signal.SIGINT)
print(signal.getsignal(signal.SIGINT))
signal.signal(signal.SIGINT, lambda number, frame: print('handled'))
signal.raise_signal(signal.SIGINT)
";
    let output = Command::new("sh")
        .args(["-c", "trap '' INT; exec \"$0\" -c \"$1\"", env!("CARGO_BIN_EXE_mini"), script])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\nhandled\n");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn signals_behind_one_whose_handler_raises_are_handled_too() {
    let script = "\
import os, signal, sys, time
seen = []
signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))
me = os.getpid()
try:
    # Both arrive while the main thread waits.
    os.system(f'kill -INT {me}; kill -USR1 {me}')
    time.sleep(10)
except KeyboardInterrupt:
    pass
while not seen:
    time.sleep(0.01)
print('ready', flush=True)
try:
    time.sleep(1000)
except KeyboardInterrupt:
    sys.stderr.write('handled both\\n')
";
    assert_eq!(interrupt(script), ("handled both\n".to_owned(), None));
}
