//! Generated text: reading never panics, formatting never changes what is read.

use accord_source::{Diagnostics, FileId};
use accord_syntax::{FormatError, dump, format, parse, parse_expression};
use proptest::prelude::*;

const SOURCES: [&str; 3] = [
    include_str!("sources/surface.accord"),
    include_str!("sources/convention.accord"),
    include_str!("../../../tests/fmt/comments.in.accord"),
];

/// Words and marks of the language, so that generated text comes close to meaning something.
const PIECES: &[&str] = &[
    "article 1",
    "rule",
    "term x means",
    "when",
    "(1)",
    "(a)",
    "{",
    "}",
    "(",
    ")",
    ",",
    ":",
    ";",
    "=",
    "x",
    "P",
    "FR",
    "EUR",
    "12 months",
    "2012-10-01",
    "1,000",
    "2012-1-1",
    "\"text\"",
    "\"",
    "# note\n",
    "\n",
    "exception to",
    "covers {",
    "every party P in S satisfies",
    "sum of",
    "for party Q in S",
    "not",
    "and",
    "or",
    "is",
    "is at least",
    "rounded",
    "half up to 0.01 EUR",
    "if",
    "then",
    "else",
    "match",
    "=>",
    "..",
    "+",
    "-",
    "*",
    "f(",
    "a.b",
    "case \"c\" {",
    "agreement A-B \"t\"",
    "parties: A, B",
    "for each",
    "party P",
    "in",
    "until",
    "as_if_own",
    "within",
    "after",
    "nothing",
    "refer",
    "unset",
    "parameter p",
    "set of",
    "\u{e9}",
    "\0",
    "“",
    "evidence recalled",
    "note \"n\"",
];

fn check(text: &str) {
    let mut sink = Diagnostics::default();
    let file = parse(FileId(0), text, &mut sink);
    let mut last = 0;
    for item in &file.items {
        let range = item.span.range();
        assert!(text.get(range.clone()).is_some(), "a span off the text or inside a character");
        assert!(range.start >= last || range.is_empty(), "items out of order");
        last = range.start;
    }
    for found in sink.iter() {
        for label in &found.labels {
            assert!(text.get(label.span.range()).is_some(), "{}: a span off the text", found.message);
        }
    }
    let _ = parse_expression(FileId(0), text, 7, &mut sink);
    match format(text) {
        Ok(formatted) => {
            let mut sink = Diagnostics::default();
            let again = parse(FileId(0), &formatted, &mut sink);
            assert!(sink.is_empty());
            assert_eq!(dump(&file), dump(&again));
        }
        Err(refused) => assert_eq!(refused, FormatError::Unreadable, "{text}"),
    }
}

/// Small edits to a source that can be read.
fn mutated() -> impl Strategy<Value = String> {
    let edit = (0..10_000usize, 0..4u8, 0..PIECES.len(), 0..10_000usize);
    (0..SOURCES.len(), prop::collection::vec(edit, 1..4)).prop_map(|(source, edits)| {
        let mut text = SOURCES[source].to_owned();
        for (place, how, piece, other) in edits {
            let boundary = |n: usize| (0..=n % (text.len() + 1)).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
            let (at, to) = (boundary(place), boundary(other));
            text = match how {
                0 => format!("{}{}{}", &text[..at], PIECES[piece], &text[at..]),
                1 => format!(
                    "{}{}",
                    &text[..at],
                    &text[(at + other % 9).min(text.len())..]
                        .char_indices()
                        .next()
                        .map_or("", |_| text.get((at + other % 9).min(text.len())..).unwrap_or(""))
                ),
                2 => format!("{}{}", &text[..at], text[at..].chars().skip(1).collect::<String>()),
                _ => format!("{}{}", &text[..at.min(to)], &text[at.max(to)..]),
            };
        }
        text
    })
}

/// A source that can be read, with other blanks, line breaks and comments between its words.
fn respaced() -> impl Strategy<Value = (usize, String)> {
    (0..SOURCES.len(), prop::collection::vec(0..12u8, 1..40)).prop_map(|(source, choices)| {
        let mut text = String::new();
        let mut choices = choices.into_iter().cycle();
        for line in SOURCES[source].lines() {
            let mut quoted = false;
            let mut comment = false;
            for c in line.chars() {
                quoted ^= c == '"' && !text.ends_with('\\');
                comment |= c == '#' && !quoted;
                if c != ' ' || quoted || comment {
                    text.push(c);
                    continue;
                }
                // An article and its number are one thing, and so are the words of a rounding.
                let whole = ["article", "annex", "protocol", "half"].iter().any(|w| text.ends_with(w));
                text.push_str(match choices.next() {
                    Some(0) => "\n",
                    Some(1) => "\n\n  ",
                    Some(2) if !whole => "  # here\n",
                    Some(3) if !whole => "\n# there\n",
                    Some(4) => "\t ",
                    _ => " ",
                });
            }
            text.push('\n');
        }
        (source, text)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn words_of_the_language_in_any_order_are_read(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)) {
        check(&pieces.join(" "));
    }

    #[test]
    fn blanks_and_line_breaks_mean_nothing((source, text) in respaced()) {
        let mut sink = Diagnostics::default();
        let original = parse(FileId(0), SOURCES[source], &mut sink);
        let file = parse(FileId(0), &text, &mut sink);
        let found: Vec<String> = sink.iter().map(|d| format!("{} {}", d.code, d.message)).collect();
        assert!(found.is_empty(), "{found:?} in:\n{text}");
        assert_eq!(dump(&original), dump(&file), "{}", text);
        assert!(format(&text).is_ok());
    }

    #[test]
    fn mutated_sources_are_read(text in mutated()) {
        check(&text);
    }
}
