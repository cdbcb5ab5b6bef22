//! Collects the modules that are written in the language itself into one table.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

const ROOT: &str = "src/modules/lib";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed={ROOT}");
    // The tables of natives are full of addresses. At a fixed place they need no relocation at every start, which would
    // touch each of their pages.
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo:rustc-link-arg-bin=mini=-no-pie");
        link_unwinder();
    }
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join(ROOT);
    let mut found = Vec::new();
    collect(&root, "", &mut found)?;
    found.sort();
    let mut table = String::from("[\n");
    for (name, is_package, path) in found {
        let _ = writeln!(
            table,
            "    SourceModule {{ name: {name:?}, is_package: {is_package}, text: include_str!({path:?}) }},"
        );
    }
    table.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("sources.rs");
    fs::write(out, table)
}

/// Has the unwinder linked in where the C compiler has it as an archive: one shared library fewer is loaded at every start.
fn link_unwinder() {
    const ARCHIVE: &str = "libgcc_eh.a";
    let is_gnu = env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|env| env == "gnu");
    if !is_gnu || env::var("HOST") != env::var("TARGET") {
        return;
    }
    // The compiler answers with a path, or with the name as it was asked.
    let Ok(answer) = Command::new("cc").arg(format!("-print-file-name={ARCHIVE}")).output() else { return };
    let path = PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim());
    if let Some(folder) = path.parent().filter(|_| path.is_file()) {
        println!("cargo:rustc-link-search=native={}", folder.display());
        println!("cargo:rustc-link-lib=static:-bundle=gcc_eh");
    }
}

/// Adds the modules in `folder`, whose names begin with `prefix`.
fn collect(folder: &Path, prefix: &str, found: &mut Vec<(String, bool, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if path.is_dir() {
            collect(&path, &format!("{prefix}{stem}."), found)?;
        } else if path.extension().is_some_and(|extension| extension == "mini") {
            let is_package = stem == "__init__";
            let name = if is_package { prefix.trim_end_matches('.').to_owned() } else { format!("{prefix}{stem}") };
            found.push((name, is_package, path));
        }
    }
    Ok(())
}
