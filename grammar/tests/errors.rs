//! Compares what the crate says of faulty sources with what CPython 3.13 was recorded to say.

use mini_grammar::parse_module;

const CASES: &str = include_str!("errors/cases.txt");

fn verdict(source: &str) -> String {
    match parse_module(source) {
        Ok(_) => "accepted".to_owned(),
        Err(e) => format!("{} {}:{}-{}:{} {}", e.kind.name(), e.line, e.column, e.end_line, e.end_column, e.message),
    }
}

#[test]
fn errors_are_those_of_cpython() {
    let (mut source, mut total, mut wrong) = (String::new(), 0, Vec::new());
    for line in CASES.lines() {
        let Some(expected) = line.strip_prefix("--> ") else {
            source += line;
            source += "\n";
            continue;
        };
        total += 1;
        let found = verdict(&source);
        if found != expected {
            wrong.push(format!("{source}  expected {expected}\n  found    {found}\n"));
        }
        source.clear();
    }
    assert!(total >= 60, "only {total} cases");
    assert!(wrong.is_empty(), "{} of {total} differ\n{}", wrong.len(), wrong.join("\n"));
}
