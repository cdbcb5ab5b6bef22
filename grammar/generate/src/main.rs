//! Generates `../src/parser/generated.rs` from `../src/parser/python.lalrpop`.
//!
//! Run `cargo run` here after a change of the grammar. LALRPOP is slow to build, so nobody who
//! only uses the crate builds it: the generated file is committed, with a hash of its source that
//! a test of the crate compares.

use std::path::Path;
use std::{env, fs};

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/parser");
    let source = folder.join("python.lalrpop");
    let out = env::temp_dir().join(format!("mini-grammar-{}", std::process::id()));
    fs::create_dir_all(&out).expect("a folder for the output");
    let mut config = lalrpop::Configuration::new();
    config.set_in_dir(&folder).set_out_dir(&out).force_build(true).emit_rerun_directives(false);
    config.process_file(&source).expect("a grammar without conflicts");
    let text = fs::read_to_string(out.join("python.rs")).expect("the generated parser");
    fs::remove_dir_all(&out).expect("removing the output folder");
    let hash = fnv(&fs::read(&source).expect("the grammar"));
    let body = text.lines().filter(|line| !line.starts_with("// sha3")).collect::<Vec<_>>();
    let text = format!("// grammar {hash:016x}\n{}\n", body.join("\n"));
    fs::write(folder.join("generated.rs"), text).expect("writing the generated parser");
}

/// FNV-1a, as the crate's own test computes it.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}
