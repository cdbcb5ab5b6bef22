//! What an interactive session needs: which input is complete.

use mini_grammar::{parse_expression, parse_interactive};

#[test]
fn unfinished_input_is_told_apart() {
    for source in [
        "if x:\n",
        "(1,",
        "'''abc",
        "x = 1 \\\n",
        "try:\n  x\n",
        "@a\n",
        "def f():",
        "class A:\n  # c\n",
        "f'''{",
        "for x in y:\n    if z:\n",
        "match x:\n    case 1:\n",
        "if x: pass\nelse:\n",
    ] {
        let error = parse_interactive(source).expect_err(source);
        assert!(error.incomplete, "{source}: {error}");
    }
}

#[test]
fn faulty_input_is_not_unfinished() {
    for source in ["x = ", "1 +", "x = 'a", "else", "a b", "f(]", "if x\n"] {
        let error = parse_interactive(source).expect_err(source);
        assert!(!error.incomplete, "{source}: {error}");
    }
}

#[test]
fn one_statement_at_a_time() {
    for source in ["", "\n", "# c\n", "a; b", "if x: y", "if x:\n  y\n\n"] {
        assert!(parse_interactive(source).is_ok(), "{source}");
    }
    let error = parse_interactive("a\nb\n").expect_err("two statements");
    assert_eq!(error.message, "multiple statements found while compiling a single statement");
}

#[test]
fn expressions_stand_alone() {
    for source in ["1", "  1 + 2  ", "a, b\n\n", "(\n1)", "\t[x for x in y]"] {
        assert!(parse_expression(source).is_ok(), "{source}");
    }
    for source in ["", "x = 1", "1; 2", "pass", "1\n2", "*a"] {
        assert!(parse_expression(source).is_err(), "{source}");
    }
}
