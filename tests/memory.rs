//! Programs that ask for more memory than there is: MemoryError, which they can catch, and never an abort.

#![cfg(all(target_os = "linux", feature = "mimalloc"))]

use std::process::{Command, Output, Stdio};

/// Runs a program with so many KiB of address space.
fn run(kib: u64, program: &str) -> Output {
    Command::new("sh")
        .args([
            "-c",
            &format!("ulimit -c 0; ulimit -v {kib}; exec \"$0\" -c \"$1\""),
            env!("CARGO_BIN_EXE_mini"),
            program,
        ])
        .stdin(Stdio::null())
        .env_remove("MINIPATH")
        .env("NO_COLOR", "1")
        .output()
        .expect("a shell starts")
}

/// More than what the command takes at its start, but soon used up.
const LITTLE: u64 = 1_000_000;

/// Each greedy step is caught, and the program goes on.
fn survives(set_up: &str, step: &str) {
    let program = format!(
        "def greedy():\n    {set_up}\n    while True:\n        {step}\n\
         try:\n    greedy()\nexcept MemoryError as error:\n    print(repr(error))\n\
         print(len([None] * 1000), {{n: str(n) for n in range(3)}})\n"
    );
    let output = run(LITTLE, &program);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let expected = "MemoryError()\n1000 {0: '0', 1: '1', 2: '2'}\n";
    assert_eq!((output.status.code(), &*out, &*err), (Some(0), expected, ""), "{set_up}; {step}");
}

#[test]
fn a_list_that_grows_for_ever_ends_in_memory_error() {
    survives("a = [1]", "a.extend(a)");
    survives("a = [1] * 1000000", "a += a");
    survives("a = [1] * 1000000", "a = a + a");
    survives("a = [1] * 1000000", "a = a * 2");
}

#[test]
fn texts_and_bytes_that_grow_for_ever_end_in_memory_error() {
    survives("s = 'x' * 1000", "s += s");
    survives("s = 'x' * 1000", "s = s + s");
    survives("s = 'x' * 1000", "s = f'{s}{s}'");
    survives("s = 'x' * 1000", "s = ''.join([s, s, s])");
    survives("s = b'x' * 1000", "s = b''.join([s, s, s])");
}

#[test]
fn small_objects_that_are_never_freed_end_in_memory_error() {
    survives("a = []", "a.append([1, 2, 3, 4, 5, 6, 7, 8] * 1000)");
    survives("a = []", "a = ['x' * 500, a]");
    survives("a = []", "a.append({n: n for n in range(1000)})");
}

#[test]
fn numbers_and_buffers_without_end_end_in_memory_error() {
    survives("n = 3 ** 1000000", "n <<= n.bit_length()");
    survives("import io; s = io.BytesIO()", "s.write(bytes(10000000))");
}

#[test]
fn memory_error_that_nobody_catches_has_a_traceback() {
    let output = run(LITTLE, "a = []\nwhile True:\n    a.append([0] * 1000)\n");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.starts_with("Traceback (most recent call last):\n") && err.ends_with("\nMemoryError\n"), "{err}");
}
