//! The floors of the source import downward only, as the book's page on the architecture says.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors, from the lowest.
const FLOORS: [&str; 10] =
    ["gil", "bytecode", "object", "compile", "vm", "builtins", "runtime", "modules", "embed", "command"];

/// Imports upward that stay: from where, and what.
const ALLOWED: [(&str, &str); 2] = [
    // Shortcuts past the class of the value: `int(x)`, and `format` of plain values in f-strings.
    ("src/vm/class_call.rs", "builtins"),
    ("src/vm/convert.rs", "builtins"),
];

#[test]
fn imports_go_downward() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut upward, mut imports) = (BTreeSet::new(), 0);
    for (rank, floor) in FLOORS.iter().enumerate() {
        for path in sources(&root.join("src").join(floor)) {
            let name = path.strip_prefix(root).expect("it is below").to_str().expect("a plain name").to_owned();
            let text = fs::read_to_string(&path).expect("it is readable");
            for used in floors_of(&text) {
                imports += 1;
                if used > rank {
                    upward.insert((name.clone(), FLOORS[used]));
                }
            }
        }
    }
    assert!(imports > 500, "only {imports} imports were found");
    let allowed: BTreeSet<_> = ALLOWED.map(|(name, floor)| (name.to_owned(), floor)).into();
    assert_eq!(upward, allowed, "imports upward (left: found, right: allowed)");
}

/// Every `.rs` file below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("it is readable").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
    found
}

/// The floors that a source names by `crate::FLOOR`, comments aside, one entry a mention.
fn floors_of(text: &str) -> Vec<usize> {
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    let mentions = lines.flat_map(|line| line.split("crate::").skip(1).map(str::to_owned).collect::<Vec<_>>());
    mentions
        .filter_map(|rest| {
            assert!(!rest.starts_with('{'), "name the floor first: use crate::{rest}");
            let word = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            FLOORS.iter().position(|floor| *floor == word)
        })
        .collect()
}
