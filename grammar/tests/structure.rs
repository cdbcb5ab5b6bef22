//! Compares trees, places included, with those that CPython 3.13 was recorded to build.

#[path = "common/dump.rs"]
mod dump;

use dump::Dump;
use mini_grammar::parse_module;

#[test]
fn trees_are_those_of_cpython() {
    let (mut source, mut total) = (String::new(), 0);
    for line in include_str!("structure/cases.txt").lines() {
        let Some(expected) = line.strip_prefix("--> ") else {
            source += line;
            source += "\n";
            continue;
        };
        total += 1;
        let parsed = match parse_module(&source) {
            Ok(parsed) => parsed,
            Err(error) => panic!("{error}\n{source}"),
        };
        let found = Dump { lines: &parsed.lines }.module(&parsed.tree);
        assert_eq!(found, expected, "\n{source}");
        source.clear();
    }
    assert!(total >= 60, "only {total} cases");
}
