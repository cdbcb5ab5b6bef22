//! The command line: sources of programs, exit statuses, bad files, quiet endings.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn mini() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mini"));
    command.stdin(Stdio::null()).env_remove("MINIPATH").env("NO_COLOR", "1");
    command
}

fn run(args: &[&str]) -> Output {
    mini().args(args).output().expect("mini starts")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A folder of its own for a test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("mini-cli-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a temporary folder can be made");
        Folder(path)
    }

    fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.0.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("a folder can be made");
        }
        std::fs::write(&path, content).expect("a file can be written");
        path.to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn arguments_belong_to_the_program() {
    let output = run(&["-c", "import sys; print(sys.argv)", "-h", "--version", "x"]);
    assert_eq!(out(&output), "['-c', '-h', '--version', 'x']\n");
    let folder = Folder::new("argv");
    let file = folder.file("a.mini", b"import sys; print(sys.argv[1:])");
    assert_eq!(out(&run(&[&file, "-c", "-q"])), "['-c', '-q']\n");
}

#[test]
fn exit_statuses_are_those_of_sys_exit() {
    for (code, status) in [("", 0), ("None", 0), ("3", 3), ("True", 1), ("300", 44), ("-1", 255), ("'bye'", 1)] {
        let output = run(&["-c", &format!("import sys; sys.exit({code})")]);
        assert_eq!(output.status.code(), Some(status), "sys.exit({code})");
        assert_eq!(err(&output), if code == "'bye'" { "bye\n" } else { "" });
    }
    assert_eq!(run(&["-c", "1/0"]).status.code(), Some(1));
}

#[test]
fn a_missing_file_is_named() {
    let output = run(&["/no/such/file.mini"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(err(&output), "mini: can't open file '/no/such/file.mini': [Errno 2] No such file or directory\n");
}

#[test]
fn wrong_options_are_refused() {
    for args in [&["--nonsense"][..], &["-c"], &["-O", "-c", "1"], &["--switch-interval", "0ms", "-c", "1"]] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn a_folder_runs_its_main() {
    let folder = Folder::new("folder");
    let path = folder.0.to_string_lossy().into_owned();
    let output = run(&[&path]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(err(&output), format!("mini: can't find '__main__' module in '{path}'\n"));
    folder.file("other.mini", b"x = 5");
    folder.file("__main__.mini", b"import other; print(__name__, other.x)");
    assert_eq!(out(&run(&[&path])), "__main__ 5\n");
}

#[test]
fn modules_run_by_name() {
    let folder = Folder::new("module");
    folder.file("one.mini", b"print(__name__, __package__)");
    folder.file("pack/__init__.mini", b"");
    folder.file("pack/__main__.mini", b"print(__name__, __package__)");
    let at = |name: &str| mini().args(["-m", name]).current_dir(&folder.0).output().expect("mini starts");
    assert_eq!(out(&at("one")), "__main__ \n");
    assert_eq!(out(&at("pack")), "__main__ pack\n");
    let missing = at("nowhere");
    assert_eq!((missing.status.code(), err(&missing).as_str()), (Some(1), "mini: No module named nowhere\n"));
}

#[test]
fn odd_files_are_read_or_refused() {
    let folder = Folder::new("odd");
    for (name, content) in
        [("empty", &b""[..]), ("bom", b"\xef\xbb\xbfprint(1)\n"), ("crlf", b"if 1:\r\n    print(1)\r\n")]
    {
        let output = run(&[&folder.file(name, content)]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", err(&output));
        assert_eq!(out(&output), if name == "empty" { "" } else { "1\n" });
    }
    for (name, content, message) in [
        ("binary", &b"\x7fELF\0\0\0"[..], "SyntaxError: source code cannot contain null bytes"),
        ("latin", b"x = '\xe9'\n", "SyntaxError: Non-UTF-8 code starting with '\\xe9'"),
        ("utf-16", b"\xff\xfex\0", "SyntaxError: Non-UTF-8 code starting with '\\xff'"),
        ("cookie", b"# coding: klingon\n", "SyntaxError: encoding problem: klingon"),
    ] {
        let output = run(&[&folder.file(name, content)]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(err(&output).contains(message), "{name}: {}", err(&output));
    }
}

#[test]
fn standard_input_is_a_program() {
    for args in [&["-"][..], &[]] {
        let mut child = mini().args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("mini starts");
        child.stdin.take().expect("a pipe").write_all(b"x = 2\nprint(x, __file__)\n").expect("mini reads");
        assert_eq!(out(&child.wait_with_output().expect("mini ends")), "2 <stdin>\n");
    }
}

#[test]
fn a_broken_pipe_is_quiet() {
    let mut child = mini()
        .args(["-c", "while True: print('x' * 100)"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("mini starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("mini ends");
    assert_eq!((output.status.code(), err(&output).as_str()), (Some(141), ""));
}

#[test]
fn output_is_flushed_at_the_end() {
    let script = "import atexit\natexit.register(print, 'last')\nf = open('/dev/stdout', 'w'); f.write('file\\n')\nprint('first')";
    let output = run(&["-c", script]);
    let text = out(&output);
    assert!(text.contains("first\n") && text.contains("last\n") && text.contains("file\n"), "{text}");
}

#[test]
fn the_disassembly_shows_source_lines() {
    let folder = Folder::new("dis");
    let output = run(&["dis", &folder.file("a.mini", b"print('hello')\n")]);
    assert!(out(&output).contains("1  print('hello')"), "{}", out(&output));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn dis_reads_standard_input_and_knows_its_usage() {
    let mut child =
        mini().args(["dis", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("mini starts");
    child.stdin.take().expect("a pipe").write_all(b"x = 5").expect("mini reads");
    let listing = out(&child.wait_with_output().expect("mini ends"));
    assert!(listing.contains("1  x = 5\n") && listing.ends_with('\n'), "{listing}");
    assert!(out(&run(&["dis", "--help"])).contains("mini dis FILE"));
    for wrong in [&["dis"][..], &["dis", "a", "b"], &["dis", "-c"]] {
        let output = run(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(err(&output).starts_with("mini: dis "), "{}", err(&output));
    }
}

#[test]
fn warning_filters_are_checked_at_the_start() {
    let filters = ["-Wbogus", "-W", "a:b:c:d:e:f", "-W", "::Foo", "-W", "::nomod.Foo", "-W", "e::int", "-W", ":::x:-1"];
    let output = run(&[&filters[..], &["-c", "pass"]].concat());
    let expected = [
        "invalid action: 'bogus'",
        "too many fields (max 5): 'a:b:c:d:e:f'",
        "unknown warning category: 'Foo'",
        "invalid module name: 'nomod'",
        "invalid warning category: 'int'",
        "invalid lineno -1",
    ];
    let expected: String = expected.iter().map(|text| format!("Invalid -W option ignored: {text}\n")).collect();
    assert_eq!((err(&output), output.status.code()), (expected, Some(0)));
}

#[test]
fn arguments_that_are_no_text_are_refused() {
    use std::os::unix::ffi::OsStrExt;
    let output = mini().arg("-c").arg(std::ffi::OsStr::from_bytes(b"print('\xe9')")).output().expect("mini starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).starts_with("mini: argument 2 is not UTF-8: "), "{}", err(&output));
}

#[test]
fn library_modules_are_programs() {
    let folder = Folder::new("tools");
    let file = folder.file("a.json", b"{\"b\": [1, {}], \"a\": null}");
    let output = run(&["-m", "json.tool", "--sort-keys", "--indent", "1", &file]);
    assert_eq!(out(&output), "{\n \"a\": null,\n \"b\": [\n  1,\n  {}\n ]\n}\n");
    assert_eq!(out(&run(&["-m", "json.tool", "--compact", &file])), "{\"b\":[1,{}],\"a\":null}\n");
    let output = run(&["-m", "json.tool", &folder.file("bad.json", b"[1,")]);
    assert_eq!((err(&output).as_str(), output.status.code()), ("Expecting value: line 1 column 4 (char 3)\n", Some(1)));
    let output = out(&run(&["-m", "timeit", "-n", "3", "-r", "1", "-u", "sec", "-s", "x = 1", "x"]));
    assert!(output.starts_with("3 loops, best of 1: ") && output.ends_with(" sec per loop\n"), "{output}");
    let output = run(&["-m", "random"]);
    assert_eq!(
        (err(&output).as_str(), output.status.code()),
        ("mini: Mini's module 'random' is no program\n", Some(1))
    );
    let output = run(&["-m", "timeit", "1/0"]);
    assert!(err(&output).ends_with("line 6, in inner\n    1/0\n    ~^~\nZeroDivisionError: division by zero\n"));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn the_switch_interval_can_be_set() {
    let output = run(&["--switch-interval", "2ms", "-c", "import sys; print(sys.getswitchinterval())"]);
    assert_eq!(out(&output), "0.002\n");
}

#[test]
fn the_lock_is_set_by_options() {
    let program = "import random, time; print(random.random(), time.time())";
    let seeded = |seed| out(&run(&["--gil-policy", "io-first", "--preemption=line", "--seed", seed, "-c", program]));
    assert!(seeded("5").starts_with("0."), "{}", seeded("5"));
    assert_eq!(seeded("5"), seeded("5"));
    assert_ne!(seeded("5"), seeded("6"));
    for wrong in [["--preemption", "never"], ["--gil-policy", "seeded"], ["--seed", "x"]] {
        let refused = run(&[wrong[0], wrong[1], "-c", "pass"]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(err(&refused).contains(wrong[0]), "{}", err(&refused));
    }
}

#[test]
fn lines_are_traced() {
    let folder = Folder::new("trace");
    let file = folder.file(
        "main.mini",
        b"import threading\ndef work():\n    pass\nt = threading.Thread(target=work)\nt.start(); t.join()\n",
    );
    let text = err(&run(&["--trace-lines", &file]));
    let lines: Vec<&str> = text.lines().collect();
    let expected = [
        "1 main.mini:1 import threading",
        "1 main.mini:2 def work():",
        "1 main.mini:4 t = threading.Thread(target=work)",
        "1 main.mini:5 t.start(); t.join()",
        "2 main.mini:3     pass",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn ctrl_c_ends_the_process_as_a_signal_does() {
    use std::os::unix::process::ExitStatusExt;
    let output = run(&["-c", "raise KeyboardInterrupt"]);
    assert_eq!(output.status.signal(), Some(2));
    assert!(err(&output).ends_with("KeyboardInterrupt\n"), "{}", err(&output));
    assert_eq!(run(&["-c", "import sys; sys.exit(130)"]).status.code(), Some(130));
}

#[test]
fn ctrl_c_ends_native_loops_that_never_end() {
    for code in ["sum(iter(int, 1))", "1 in iter(int, 1)", "import itertools; max(itertools.repeat(0))"] {
        let code = format!("print(flush=True); {code}");
        let mut child =
            mini().args(["-c", &code]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("mini starts");
        std::io::Read::read_exact(child.stdout.as_mut().expect("a pipe"), &mut [0]).expect("mini writes");
        let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
        let output = child.wait_with_output().expect("mini ends");
        assert!(err(&output).ends_with("KeyboardInterrupt\n"), "{code}: {}", err(&output));
    }
}

#[test]
fn replaced_and_closed_output_is_told_at_the_end() {
    let output = run(&["-c", "import sys; sys.stdout = 3"]);
    assert_eq!(output.status.code(), Some(120));
    let message = "Exception ignored on flushing sys.stdout:\nAttributeError: 'int' object has no attribute 'flush'\n";
    assert_eq!(err(&output), message);
    let output = run(&["-c", "import sys; sys.stdout.close()"]);
    assert_eq!((output.status.code(), err(&output).as_str()), (Some(0), ""));
}

#[test]
fn exceptions_at_exit_are_told_without_marks() {
    let output = run(&["-c", "import atexit\ndef f(): 1/0\natexit.register(f)"]);
    let text = err(&output);
    assert!(text.starts_with("Exception ignored in atexit callback <function f at 0x"), "{text}");
    let end = ">:\nTraceback (most recent call last):\n  File \"<string>\", line 2, in f\nZeroDivisionError: division by zero\n";
    assert!(text.ends_with(end), "{text}");
}

#[test]
fn tracebacks_have_colours_where_they_are_wanted() {
    let program = ["-c", "def f(): return 1 / 0\nf()"];
    let plain = err(&run(&program));
    assert!(plain.contains("in <module>\n") && !plain.contains('\x1b'), "{plain}");
    // A pipe takes none of itself.
    assert_eq!(err(&mini().env_remove("NO_COLOR").args(program).output().expect("mini starts")), plain);
    let painted =
        err(&mini().env_remove("NO_COLOR").env("FORCE_COLOR", "1").args(program).output().expect("mini starts"));
    assert!(painted.contains("line \x1b[35m1\x1b[0m, in \x1b[35mf\x1b[0m\n"), "{painted}");
    assert!(painted.contains("return \x1b[31m1 \x1b[0m\x1b[1;31m/\x1b[0m\x1b[31m 0\x1b[0m\n"), "{painted}");
    assert!(painted.ends_with("\x1b[1;35mZeroDivisionError\x1b[0m: \x1b[35mdivision by zero\x1b[0m\n"), "{painted}");
    let refused = mini().env("PYTHON_COLORS", "0").env("FORCE_COLOR", "1").args(program).output().expect("mini starts");
    assert_eq!(err(&refused), plain);
}
