//! Depth is bounded: nothing that nests far overflows the stack, in parsing or in dropping.

use mini_grammar::ErrorKind;
use mini_grammar::{SyntaxError, parse_module};

fn refusal(source: &str) -> SyntaxError {
    match parse_module(source) {
        Ok(_) => panic!("accepted: {}...", source.chars().take(40).collect::<String>()),
        Err(error) => error,
    }
}

#[test]
fn nested_brackets_are_refused_by_name() {
    for bracket in ["(", "[", "{", "f("] {
        let error = refusal(&bracket.repeat(10_000));
        assert_eq!(error.message, "too many nested parentheses");
    }
}

#[test]
fn long_chains_are_refused_or_work() {
    let chains = [
        format!("1{}", "+1".repeat(500_000)),
        format!("{}1", "-".repeat(1_000_000)),
        format!("{}1", "not ".repeat(250_000)),
        format!("{}1", "lambda: ".repeat(100_000)),
        format!("{}1", "1 if 1 else ".repeat(80_000)),
        format!("a{}", ".a".repeat(500_000)),
        format!("a{}", "()".repeat(500_000)),
        format!("a{}", "[0]".repeat(300_000)),
        format!("1{}", "**1".repeat(300_000)),
        format!("if 1: pass\n{}", "elif 1: pass\n".repeat(50_000)),
    ];
    for chain in chains {
        let error = refusal(&chain);
        assert_eq!(error.kind, ErrorKind::RecursionError, "{error}");
        assert_eq!(error.message, "maximum recursion depth exceeded during compilation");
    }
}

#[test]
fn wide_sources_are_accepted() {
    let wide = [
        format!("x = [{}]", "1, ".repeat(100_000)),
        format!("x = 1{}", " < 1".repeat(100_000)),
        format!("x = 1{}", " and 1".repeat(100_000)),
        format!("x = ''{}", " 'a'".repeat(100_000)),
        format!("x = f'{}'", "{a}".repeat(50_000)),
        format!("x{}", " = x".repeat(100_000)),
        "x = 1\n".repeat(100_000),
        format!("x = 1{}", "+1".repeat(600)),
    ];
    for source in wide {
        if let Err(error) = parse_module(&source) {
            panic!("{error}");
        }
    }
}

#[test]
fn faults_in_wide_sources_are_found() {
    let faulty = [
        (format!("x = [{}1 2]", "1, ".repeat(100_000)), "invalid syntax. Perhaps you forgot a comma?"),
        (format!("x = {{{}1 2}}", "1: 2, ".repeat(50_000)), "':' expected after dictionary key"),
        (format!("f'{}{{'", "{a}".repeat(20_000)), "f-string: expecting '}'"),
        (format!("f'{}{{a b}}'", "{a}".repeat(20_000)), "invalid syntax. Perhaps you forgot a comma?"),
    ];
    for (source, message) in faulty {
        assert_eq!(refusal(&source).message, message);
    }
}

#[test]
fn indentation_is_bounded() {
    let source: String = (0..150).map(|depth| format!("{}if 1:\n", " ".repeat(depth))).collect();
    let error = refusal(&source);
    assert_eq!(error.kind, ErrorKind::IndentationError);
    assert_eq!(error.message, "too many levels of indentation");
}
