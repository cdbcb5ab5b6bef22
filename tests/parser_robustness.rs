//! Whatever text comes in, parsing and compiling end in a tree or in an error, never in a panic.
//!
//! The texts: every script of the repository cut short at many places, the
//! same scripts with tokens swapped, doubled or dropped, random sequences of
//! tokens, random characters, and brackets and operators nested very deeply.
//! The random ones come from a fixed seed, so that a failure repeats.

use mini::compile::compile_module;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

/// Places at which each script is cut.
const CUTS: usize = 24;

/// A small xorshift generator: the same numbers on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

/// Parses, and compiles what parses; whether both accept the text.
fn accepts(text: &str) -> bool {
    let outcome = catch_unwind(|| {
        let Ok(parsed) = mini_grammar::parse_module(text) else {
            return false;
        };
        compile_module(&parsed.tree, &parsed.lines, "<test>").is_ok()
    });
    outcome.unwrap_or_else(|_| panic!("this text made the parser or compiler panic:\n{text}"))
}

/// The texts of all scripts below `tests/`, `scripts/` and `benches/`.
fn scripts() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = ["tests", "scripts", "benches"].map(|f| root.join(f)).into();
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "mini") {
                texts.extend(std::fs::read_to_string(&path));
            }
        }
    }
    assert!(texts.len() > 400, "only {} scripts were found", texts.len());
    texts.sort();
    texts
}

/// Splits a text into words, runs of blanks and single marks.
fn pieces(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 0,
        ' ' => 1,
        _ => 2,
    };
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (i, c) in text.char_indices() {
        if last.is_some_and(|l| l != class(c) || l == 2) {
            pieces.push(&text[start..i]);
            start = i;
        }
        last = Some(class(c));
    }
    pieces.push(&text[start..]);
    pieces
}

#[test]
fn truncated_scripts() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut refused = 0;
    for text in scripts() {
        for _ in 0..CUTS {
            let mut end = random.below(text.len() + 1);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            refused += usize::from(!accepts(&text[..end]));
        }
    }
    assert!(refused > 1000, "only {refused} of the cut scripts were refused");
}

#[test]
fn shuffled_scripts() {
    let mut random = Random(0xD1B5_4A32_D192_ED03);
    for text in scripts() {
        let mut parts = pieces(&text);
        for _ in 0..6 {
            let (a, b) = (random.below(parts.len()), random.below(parts.len()));
            match random.below(3) {
                0 => parts.swap(a, b),
                1 => parts.insert(a, parts[b]),
                _ if parts.len() > 1 => drop(parts.remove(a)),
                _ => {}
            }
            accepts(&parts.concat());
        }
    }
}

#[test]
fn random_tokens() {
    const TOKENS: &[&str] = &[
        "def",
        "class",
        "if",
        "else",
        "elif",
        "for",
        "while",
        "in",
        "is",
        "not",
        "and",
        "or",
        "lambda",
        "yield",
        "await",
        "async",
        "with",
        "as",
        "try",
        "except",
        "finally",
        "raise",
        "from",
        "import",
        "match",
        "case",
        "type",
        "return",
        "del",
        "global",
        "nonlocal",
        "assert",
        "pass",
        "break",
        "None",
        "True",
        "_",
        "x",
        "y.z",
        "0",
        "1.5",
        "0x",
        "1e",
        "''",
        "\"",
        "'''",
        "f'{",
        "}'",
        "f'{x!r:>{y}}'",
        "b''",
        "rb'",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ":",
        ",",
        ";",
        "=",
        ":=",
        "==",
        "->",
        "*",
        "**",
        "@",
        "+",
        "-",
        "~",
        "%",
        "<",
        ">=",
        "!=",
        "!",
        ".",
        "...",
        "\\\n",
        "\n",
        "\n    ",
        "\n\t",
        "\n        ",
        "#",
        " ",
        " ",
        " ",
        "é",
        "\u{feff}",
        "\0",
        "\u{c}",
    ];
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    for _ in 0..20_000 {
        let length = 1 + random.below(30);
        let text: String = (0..length).map(|_| TOKENS[random.below(TOKENS.len())]).collect();
        accepts(&text);
    }
}

#[test]
fn random_characters() {
    let mut random = Random(0x1234_5678_9ABC_DEF1);
    for _ in 0..20_000 {
        let length = random.below(40);
        let text: String = (0..length)
            .map(|_| match random.below(8) {
                0 => char::from_u32(random.below(0x11_0000) as u32).unwrap_or('\u{fffd}'),
                1 => '\n',
                _ => (32 + random.below(95) as u8) as char,
            })
            .collect();
        accepts(&text);
    }
}

#[test]
fn deep_and_long() {
    for n in [90, 300, 10_000, 100_000] {
        for (open, close) in
            [("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("x[", "]"), ("-", ""), ("not ", ""), ("lambda: ", "")]
        {
            accepts(&format!("x = {}1{}\n", open.repeat(n), close.repeat(n)));
            accepts(&open.repeat(n));
        }
        accepts(&format!("x = 1{}\n", " + 1".repeat(n)));
        accepts(&format!("x = 1{}\n", " if 1 else 2".repeat(n)));
        accepts(&format!("x{}\n", ".a".repeat(n)));
        accepts(&format!("x{}\n", "()".repeat(n)));
        accepts(&format!("x = {}1\n", "y = ".repeat(n)));
        accepts(&format!("x = 1{}\n", " < 2".repeat(n)));
        accepts(&format!("x = 2{}\n", " ** 2".repeat(n)));
        accepts(&format!("x = [{}]\n", "1, ".repeat(n)));
        accepts(&format!("x = {}\n", "'a' ".repeat(n)));
        accepts(&format!("if x: pass\n{}", "elif x: pass\n".repeat(n.min(10_000))));
    }
    for n in [20, 99, 101, 1000] {
        let blocks: String = (0..n).map(|i| format!("{}if x:\n", " ".repeat(i))).collect();
        accepts(&format!("{blocks}{}pass\n", " ".repeat(n)));
        let nested = (0..n).fold("1".to_owned(), |inner, _| format!("f'{{{inner}}}'"));
        accepts(&nested);
        let cases: String = (0..n).map(|_| "[").collect();
        accepts(&format!("match x:\n case {cases}a{}: pass\n", "]".repeat(n)));
    }
    accepts(&format!("x = {}\n", "9".repeat(1 << 20)));
    accepts(&format!("{} = 1\n", "x".repeat(1 << 20)));
    accepts(&"\n".repeat(1 << 20));
}
