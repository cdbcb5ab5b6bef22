//! What the book says that Mini prints is what it prints.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The content of the first fenced block of a language.
fn block<'a>(page: &'a str, language: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("\n```{language}\n"))?;
    rest.split_once("```").map(|(content, _)| content)
}

#[test]
fn each_difference_is_shown_by_its_script() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src/differences");
    let mut shown = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let page = fs::read_to_string(&path).unwrap();
        let (Some(script), Some(expected)) = (block(&page, "python"), block(&page, "text")) else { continue };
        let output = Command::new(env!("CARGO_BIN_EXE_mini")).args(["-c", script]).output().unwrap();
        let (printed, complaint) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(printed, expected, "{}: {complaint}", path.display());
        shown += 1;
    }
    assert!(shown >= 8, "only {shown} pages have a script and its output");
}

#[test]
fn every_page_is_in_the_summary() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src");
    let summary = fs::read_to_string(source.join("SUMMARY.md")).unwrap();
    for folder in ["", "differences"] {
        for entry in fs::read_dir(source.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(&source).unwrap().to_string_lossy().into_owned();
            let is_page = name.ends_with(".md") && name != "SUMMARY.md";
            assert!(!is_page || summary.contains(&format!("({name})")), "{name} is not in the summary");
        }
    }
    for link in summary.split('(').skip(1).filter_map(|rest| rest.split_once(')')) {
        assert!(source.join(link.0).is_file(), "{} is not there", link.0);
    }
}
