//! The formatter: pairs, the shipped sources, and the reference.

use accord_syntax::format;
use accord_tests::{at, blocks};
use std::path::PathBuf;

fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut next = vec![at(folder)];
    while let Some(folder) = next.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                next.push(path);
            } else if path.extension().is_some_and(|e| e == "accord") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// What was shipped is in the standard form, and that form is a fixed point.
#[test]
fn shipped_sources_are_in_the_standard_form() {
    for path in sources("agreements").into_iter().chain(sources("stdlib")) {
        let text = std::fs::read_to_string(&path).expect("text");
        let formatted = format(&text).unwrap_or_else(|e| panic!("{}: {e:?}", path.display()));
        assert!(formatted == text, "{}: run `accord fmt`", path.display());
    }
}

/// Formatting what is formatted changes nothing.
#[test]
fn formatting_twice_is_formatting_once() {
    for block in blocks("tests/spec").expect("pages").iter().filter(|b| b.language == "accord") {
        let Ok(once) = format(&block.text) else { continue };
        let twice = format(&once).unwrap_or_else(|e| panic!("{}:{}: {e:?}", block.page, block.line));
        assert_eq!(once, twice, "{}:{}", block.page, block.line);
    }
}
