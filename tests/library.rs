//! The modules that are written in the language itself are programs of that language.

use std::fs;
use std::path::{Path, PathBuf};

use mini::bytecode::verify;
use mini::compile::compile_module;

/// All `.mini` files below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|suffix| suffix == "mini") {
            found.push(path);
        }
    }
}

#[test]
fn every_library_module_compiles() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/modules/lib");
    let mut found = Vec::new();
    sources(&root, &mut found);
    assert!(found.len() > 50, "the library has its modules");
    let mut failures = Vec::new();
    for path in found {
        let text = fs::read_to_string(&path).expect("the file is UTF-8");
        let outcome = mini_grammar::parse_module(&text).and_then(|parsed| {
            let name = path.to_string_lossy();
            compile_module(&parsed.tree, &parsed.lines, &name)
        });
        match outcome {
            Err(error) => failures.push(format!("{}: {error:?}", path.display())),
            Ok(proto) => {
                if let Err(error) = verify(&proto) {
                    failures.push(format!("{}: {error}", path.display()));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_library_module_says_what_it_is_for() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/modules/lib");
    let mut found = Vec::new();
    sources(&root, &mut found);
    for path in found {
        let text = fs::read_to_string(&path).expect("the file is UTF-8");
        assert!(text.starts_with("\"\"\""), "{} begins with a docstring", path.display());
    }
}
