//! Canonical layout: pairs of files, and what the formatter promises of any text.

use std::path::Path;

use accord_syntax::{FormatError, format};

#[test]
fn pairs_are_formatted_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fmt");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("tests/fmt")
        .filter_map(|e| e.ok()?.file_name().into_string().ok()?.strip_suffix(".in.accord").map(str::to_owned))
        .collect();
    names.sort();
    assert!(names.len() >= 8, "{names:?}");
    for name in names {
        let read = |end: &str| std::fs::read_to_string(folder.join(format!("{name}.{end}.accord"))).expect("a pair");
        let out = read("out");
        assert_eq!(format(&read("in")), Ok(out.clone()), "{name}");
        assert_eq!(format(&out), Ok(out.clone()), "{name}, again");
    }
}

#[test]
fn sources_are_formatted_without_a_change_of_meaning() {
    for text in [
        include_str!("sources/surface.accord"),
        include_str!("sources/convention.accord"),
        include_str!("sources/regulation.accord"),
    ] {
        let once = format(text).expect("a source that can be read");
        assert_eq!(format(&once), Ok(once.clone()));
    }
}

#[test]
fn text_with_errors_is_left_alone() {
    assert_eq!(format("rule x = 1,000"), Err(FormatError::Unreadable));
    assert_eq!(format("rule x = a b"), Err(FormatError::Unreadable));
    assert_eq!(format("covers {"), Err(FormatError::Unreadable));
}

#[test]
fn nothing_stays_nothing() {
    assert_eq!(format(""), Ok(String::new()));
    assert_eq!(format("\n\n  \n"), Ok(String::new()));
    assert_eq!(format("# only a comment"), Ok("# only a comment\n".to_owned()));
}

#[test]
fn comments_survive_wherever_they_stand() {
    // A comment after every word of a source, one at a time.
    let source = include_str!("../../../tests/fmt/labels.out.accord");
    for (at, _) in source.match_indices(' ') {
        let inside_text = source[..at].rsplit('\n').next().is_some_and(|line| line.matches('"').count() % 2 == 1);
        let in_one_piece = source[..at].ends_with("article");
        if inside_text || in_one_piece {
            continue;
        }
        let text = format!("{} # here\n{}", &source[..at], &source[at..]);
        let formatted = format(&text).unwrap_or_else(|e| panic!("{e:?}: {text}"));
        assert_eq!(formatted.matches("# here").count(), 1, "{text}");
    }
}
