//! The prompt, on a terminal that can be edited on and without one.

#![cfg(unix)]

mod common;

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{Watch, open_terminal};

fn mini() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mini"));
    let state = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("prompt-state");
    command.env("XDG_STATE_HOME", state).env_remove("MINIPATH").env("NO_COLOR", "1");
    command
}

/// Types a text at a terminal of a kind; gives what is to be read there at the end, without the terminal's commands.
fn type_at(term: &str, text: &str) -> String {
    let (mut master, slave) = open_terminal();
    let mut command = mini();
    command.env("TERM", term).stdin(slave.try_clone().unwrap()).stdout(slave.try_clone().unwrap()).stderr(slave);
    let mut child = command.spawn().unwrap();
    // The command holds the other end as well.
    drop(command);
    let _watch = Watch::new(child.id(), Duration::from_secs(60));
    master.write_all(text.as_bytes()).unwrap();
    let (mut shown, mut buffer) = (Vec::new(), [0; 4096]);
    // The master reports an error, not an end, once nobody holds the terminal.
    while let Ok(n @ 1..) = master.read(&mut buffer) {
        shown.extend_from_slice(&buffer[..n]);
    }
    child.wait().unwrap();
    plain(&String::from_utf8_lossy(&shown))
}

/// A text without escape sequences and carriage returns.
fn plain(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| c.is_ascii_alphabetic()).map_or(part.len(), |at| at + 1);
        plain.push_str(&part[end..]);
    }
    plain.replace('\r', "")
}

/// Gives lines to `mini -i` by a pipe; its output, its error output, its exit status.
fn pipe(text: &str) -> (String, String, Option<i32>) {
    pipe_after(&[], text)
}

/// As `pipe`, after a program.
fn pipe_after(program: &[&str], text: &str) -> (String, String, Option<i32>) {
    let mut child = mini()
        .args(["-i", "-q"])
        .args(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

const BLOCK: &str = "def double(n):\n    return n * 2\n\ndouble(21)\nexit()\n";

#[test]
fn further_lines_have_their_prompt_without_colours_too() {
    let shown = type_at("xterm", BLOCK);
    assert!(shown.contains("\n...     return n * 2"), "{shown}");
    assert!(shown.contains("\n42\n"), "{shown}");
}

#[test]
fn a_terminal_without_a_cursor_will_do() {
    let shown = type_at("dumb", BLOCK);
    assert!(shown.contains(">>> ") && shown.contains("... "), "{shown}");
    assert!(shown.contains("\n42\n") || shown.contains(" 42\n"), "{shown}");
}

#[test]
fn a_pipe_is_a_prompt_if_asked() {
    let (out, err, status) = pipe("x = (1,\n2)\nx\nif x:\n    7\nelse:\n    8\n\n1/0\nimport sys; sys.exit(3)\n5\n");
    assert_eq!((out.as_str(), status), ("(1, 2)\n7\n", Some(3)));
    let error = "Traceback (most recent call last):\n  File \"<stdin>\", line 1, in <module>\n    1/0\n    ~^~\n";
    assert!(err.starts_with(">>> ... >>> >>> ... ... ... ... >>> "), "{err}");
    assert!(err.contains(error), "{err}");
}

#[test]
fn inputs_of_a_pipe_have_lines_in_tracebacks() {
    let (_, err, _) = pipe("def f(): return [][0]\n\nx = 1\nf()\ndef g(:\n");
    assert!(err.contains("in f\n    def f(): return [][0]\n                    ~~^^^\n"), "{err}");
    assert!(err.contains("  File \"<stdin>\", line 1\n    def g(:\n          ^\n"), "{err}");
}

#[test]
fn the_prompt_inspects_what_a_program_leaves() {
    let (out, err, status) = pipe_after(&["-c", "x = 5; import sys; sys.exit(3)"], "x, sys.flags.inspect\n");
    assert_eq!((out.as_str(), status), ("(5, 1)\n", Some(0)));
    assert!(err.starts_with("Traceback (most recent call last):\n") && err.contains("\nSystemExit: 3\n>>> "), "{err}");
}

#[test]
fn the_end_of_a_pipe_ends_its_block() {
    assert_eq!(pipe("if 1:\n    9").0, "9\n");
    assert_eq!(pipe("").2, Some(0));
}

#[test]
fn a_program_at_the_prompt_reads_the_same_input() {
    assert_eq!(pipe("word = input()\nhello\nword\n").0, "'hello'\n");
}

#[test]
fn prompts_can_be_changed_and_be_missing() {
    assert_eq!(pipe("import sys; sys.ps1 = '? '; sys.ps2 = '! '\n(1,\n2)\ndel sys.ps1\n3\n").1, ">>> ? ! ? \n");
}
