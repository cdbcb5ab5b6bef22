//! The warnings that go with a tree, as CPython 3.13 gives them.

use mini_grammar::parse_module;

fn warnings(source: &str) -> Vec<(u32, String)> {
    match parse_module(source) {
        Ok(parsed) => parsed.warnings.into_iter().map(|one| (one.line, one.message)).collect(),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn each_source_has_its_warning() {
    let cases = [
        ("\nx is 1", 2, "\"is\" with 'int' literal. Did you mean \"==\"?"),
        ("x is -1", 1, "\"is\" with 'int' literal. Did you mean \"==\"?"),
        ("x is not 'a'", 1, "\"is not\" with 'str' literal. Did you mean \"!=\"?"),
        ("() is x", 1, "\"is\" with 'tuple' literal. Did you mean \"==\"?"),
        ("assert (x, 'm')", 1, "assertion is always true, perhaps remove parentheses?"),
        ("'\\d'", 1, "invalid escape sequence '\\d'"),
        ("'''\n\\d'''", 1, "invalid escape sequence '\\d'"),
        ("f'{x}\\d'", 1, "invalid escape sequence '\\d'"),
        ("f'\\{x}'", 1, "invalid escape sequence '\\{'"),
        ("b'\\q'", 1, "invalid escape sequence '\\q'"),
        ("'\\400'", 1, "invalid octal escape sequence '\\400'"),
        ("[1](2)", 1, "'list' object is not callable; perhaps you missed a comma?"),
        ("{1}[0]", 1, "'set' object is not subscriptable; perhaps you missed a comma?"),
        ("[a][b,c]", 1, "list indices must be integers or slices, not tuple; perhaps you missed a comma?"),
        ("1if x else 2", 1, "invalid decimal literal"),
        ("0x1for x in y", 1, "invalid hexadecimal literal"),
    ];
    for (source, line, message) in cases {
        assert_eq!(warnings(source), [(line, message.to_owned())], "{source}");
    }
}

#[test]
fn sound_sources_have_none() {
    for source in ["x is None", "rf'\\{x}'", "assert x, y", "x[1]", "'a'[0]", "1 if x else 2"] {
        assert_eq!(warnings(source), [], "{source}");
    }
}
