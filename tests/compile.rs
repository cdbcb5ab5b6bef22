//! What the compiler makes of sources: listings, refusals, limits.

use std::path::{Path, PathBuf};

use mini::bytecode::{CodeProto, Instr, audit, disassemble, verify};
use mini::compile::{compile_expression, compile_interactive, compile_module};
use mini_grammar::{LineIndex, SyntaxError};

fn compile(source: &str) -> Result<(CodeProto, LineIndex), SyntaxError> {
    let parsed = mini_grammar::parse_module(source)?;
    let code = compile_module(&parsed.tree, &parsed.lines, "test")?;
    Ok((code, parsed.lines))
}

/// Compiles and checks everything that can be checked without running.
fn checked(source: &str) -> CodeProto {
    let (code, _) = compile(source).unwrap_or_else(|e| panic!("{e}\n{source}"));
    verify(&code).unwrap_or_else(|e| panic!("{e}"));
    audit(&code).unwrap_or_else(|e| panic!("{e}"));
    code
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "mini") {
            found.push(path);
        }
    }
    found.sort();
}

fn tests_folder(name: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name), &mut found);
    assert!(!found.is_empty(), "no sources in {name}");
    found
}

/// Listings are compared with those recorded; `MINI_BLESS=1` records them anew.
#[test]
fn listings_are_as_recorded() {
    let bless = std::env::var_os("MINI_BLESS").is_some();
    let mut different = Vec::new();
    for path in tests_folder("golden") {
        let source = std::fs::read_to_string(&path).expect("a source is text");
        checked(&source);
        let (code, lines) = compile(&source).expect("it compiled above");
        let listing = disassemble(&code, Some(&lines));
        let recorded = path.with_extension("dis");
        if bless {
            std::fs::write(&recorded, &listing).expect("the folder can be written");
        } else if std::fs::read_to_string(&recorded).unwrap_or_default() != listing {
            different.push(path.display().to_string());
        }
    }
    assert!(different.is_empty(), "listings differ: {different:#?}");
}

#[test]
fn conformance_sources_give_sound_code() {
    for path in tests_folder("conformance") {
        // Some are not text, or refused, on purpose.
        let Ok(source) = std::fs::read_to_string(&path) else {
            continue;
        };
        let Ok((code, _)) = compile(&source) else {
            continue;
        };
        verify(&code).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        audit(&code).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
}

#[track_caller]
fn refused(source: &str, message: &str, line: u32, column: i32) {
    match compile(source) {
        Ok(_) => panic!("accepted: {source}"),
        Err(e) => assert_eq!((&*e.message, e.line, e.column), (message, line, column), "{source}"),
    }
}

#[test]
fn scope_errors() {
    refused("def f():\n    nonlocal x\n", "no binding for nonlocal 'x' found", 2, 5);
    refused("nonlocal x\n", "nonlocal declaration not allowed at module level", 1, 1);
    refused("def f(x):\n    global x\n", "name 'x' is parameter and global", 2, 5);
    let text = "name 'x' is assigned to before global declaration";
    refused("def f():\n    x = 1\n    global x\n", text, 3, 5);
    let text = "name 'x' is used prior to nonlocal declaration";
    refused("def g(x):\n    def f():\n        x\n        nonlocal x\n", text, 4, 9);
    refused("def f():\n    global x\n    x: int\n", "annotated name 'x' can't be global", 3, 5);
    refused("def f():\n    from m import *\n", "import * only allowed at module level", 2, 19);
    let text = "assignment expression cannot rebind comprehension iteration variable 'x'";
    refused("[(x := 1) for x in y]\n", text, 1, 3);
    let text = "assignment expression within a comprehension cannot be used in a class body";
    refused("class C:\n    [(z := 1) for x in y]\n", text, 2, 7);
    refused("def f():\n    [(yield) for x in y]\n", "'yield' inside list comprehension", 2, 7);
}

#[test]
fn placement_errors() {
    refused("return 1\n", "'return' outside function", 1, 1);
    refused("class C:\n    yield 1\n", "'yield' outside function", 2, 5);
    refused("def f():\n    await x\n", "'await' outside async function", 2, 5);
    refused("break\n", "'break' outside loop", 1, 1);
    refused("while 1:\n    def f():\n        continue\n", "'continue' not properly in loop", 3, 9);
    let text = "asynchronous comprehension outside of an asynchronous function";
    refused("def f():\n    [x async for x in y]\n", text, 2, 5);
    let text = "'break', 'continue' and 'return' cannot appear in an except* block";
    refused("for x in y:\n    try: pass\n    except* A: break\n", text, 3, 16);
    refused("from __future__ import braces\n", "not a chance", 1, 1);
    refused("match x:\n    case _: pass\n    case 1: pass\n", "wildcard makes remaining patterns unreachable", 2, 10);
}

#[test]
fn constants_are_kept_apart_by_type() {
    let code = checked("a = 1.0, 0.0\nb = -0.0\nc = 2.5 * 2\nd = 1 / 0\n");
    let shown: Vec<String> = code.consts.iter().map(|c| format!("{c:?}")).collect();
    assert!(shown.contains(&"Float(-0.0)".to_owned()), "{shown:?}");
    assert!(shown.contains(&"Float(5.0)".to_owned()), "{shown:?}");
    let divides = |i: &Instr| matches!(i, Instr::BinaryI { .. });
    assert!(code.instrs.iter().any(divides), "1 / 0 is left to run time");
}

#[test]
fn huge_repetitions_are_not_folded() {
    let code = checked("a = 'x' * 5000\nb = (1, 2) * 1000\nc = 2 ** 1000\nd = 1 << 500\n");
    let longest = code.consts.iter().map(|c| format!("{c:?}").len()).max();
    assert!(longest < Some(100));
}

#[test]
fn jumps_reach_across_large_bodies() {
    let body = "    x = a.b\n".repeat(40_000);
    let code = checked(&format!("for i in y:\n{body}    if i < 5: break\nelse:\n    z\n"));
    assert!(code.instrs.iter().any(|i| matches!(i, Instr::ForIterFar { .. })));
    checked(&format!("if i < j:\n{body}else:\n    z\n"));
    let handled = body.replace("    ", "        ");
    checked(&format!("def f(i):\n    try: g()\n    except A:\n{handled}    except B: pass\n"));
}

#[test]
fn too_many_attribute_accesses_are_refused() {
    let source = "x = a.b\n".repeat(70_000);
    let error = compile(&source).expect_err("there is a limit");
    assert_eq!(error.message, "too many attribute and global accesses needed by '<module>'");
}

#[test]
fn nesting_does_not_exhaust_the_stack() {
    let shapes = [
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("{1: ", "1", "}"),
        ("-", "x", ""),
        ("not ", "x", ""),
        ("f(", "1", ")"),
        ("", "a", ".b(1)"),
        ("", "a", "[0]"),
        ("lambda: ", "1", ""),
        ("1 if x else ", "2", ""),
        ("x if y else [", "2", " for x in y]"),
        ("2 ** ", "x", ""),
        ("", "x", " + y"),
    ];
    for (open, middle, close) in shapes {
        let mut accepted = 0;
        for depth in [50, 90, 190, 450, 900] {
            let source = format!("{}{middle}{}\n", open.repeat(depth), close.repeat(depth));
            // Beyond the parser's limit the source is refused.
            if let Ok((code, _)) = compile(&source) {
                verify(&code).unwrap_or_else(|e| panic!("{e}"));
                accepted += 1;
            }
        }
        assert!(accepted > 0, "{open}...{close} is refused at any depth");
    }
    let chain = "if a: pass\n".to_owned() + &"elif a: pass\n".repeat(900);
    let _ = compile(&chain);
}

#[test]
fn nested_finally_bodies_do_not_explode() {
    let mut source = String::new();
    for depth in 0..40 {
        let pad = " ".repeat(depth);
        source += &format!("{pad}try: a\n{pad}finally:\n");
    }
    source += &format!("{}b\n", " ".repeat(40));
    match compile(&source) {
        Ok((code, _)) => verify(&code).unwrap_or_else(|e| panic!("{e}")),
        Err(error) => assert_eq!(error.message, "too many copies of nested 'finally' bodies"),
    }
}

#[test]
fn every_mode_ends_as_it_should() {
    let parsed = mini_grammar::parse_expression("1 + x").expect("an expression");
    let code = compile_expression(&parsed.tree, &parsed.lines, "e");
    let code = code.expect("it compiles");
    verify(&code).expect("sound code");
    assert!(matches!(code.instrs.last(), Some(Instr::Return { .. })));
    let parsed = mini_grammar::parse_interactive("1 + x\n").expect("an input");
    let code = compile_interactive(&parsed.tree, &parsed.lines, "i");
    let code = code.expect("it compiles");
    verify(&code).expect("sound code");
    assert!(code.instrs.iter().any(|i| matches!(i, Instr::Intrinsic1 { .. })), "it prints");
}
