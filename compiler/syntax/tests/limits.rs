//! Hostile text: depth, length, bytes. Nothing here is timed; what is not linear does not come back.

use accord_source::{Code, Diagnostics, FileId};
use accord_syntax::ast::ItemKind;
use accord_syntax::{MAX_NESTING, format, parse};

fn codes(text: &str) -> (Vec<Code>, usize) {
    let mut sink = Diagnostics::default();
    let file = parse(FileId(0), text, &mut sink);
    let kept = file.items.iter().filter(|i| !matches!(i.kind, ItemKind::Junk)).count();
    (sink.iter().map(|d| d.code).collect(), kept)
}

fn nested(open: &str, inside: &str, close: &str, depth: usize) -> String {
    format!("rule x = {}{inside}{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn sixty_four_brackets_are_read_in_every_form() {
    for (open, close) in
        [("(", ")"), ("f(", ")"), ("{ ", " }"), ("1 + (", ")"), ("if a then (", ") else b"), ("not (", ")")]
    {
        let text = nested(open, "a", close, 64);
        assert_eq!(codes(&text), (vec![], 1), "{open}");
        assert!(format(&text).is_ok(), "{open}");
    }
    let blocks = format!("a {{ {}b: c{} }}", "x: { ".repeat(64), " }".repeat(64));
    assert_eq!(codes(&blocks), (vec![], 1));
}

#[test]
fn the_limit_costs_one_statement() {
    assert_eq!(codes(&nested("(", "a", ")", MAX_NESTING)), (vec![], 1));
    for (open, inside, close) in [
        ("(", "a", ")"),
        ("f(", "a", ")"),
        ("{", "a", "}"),
        ("if a then b else ", "c", ""),
        ("every party P in S satisfies ", "c", ""),
        ("not ", "a", ""),
        ("-", "a", ""),
        ("a or ", "b", ""),
        ("a.", "b", ""),
        ("3 months after ", "b", ""),
        ("set of party P in S where ", "b", ""),
    ] {
        for depth in [1000, 100_000] {
            let text = format!("rule first\n{}\nrule last\n(1) covers {{ }}", nested(open, inside, close, depth));
            assert_eq!(codes(&text), (vec![Code::TooDeep], 4), "{open} {depth}");
        }
    }
}

#[test]
fn a_million_open_brackets_are_one_finding() {
    assert_eq!(codes(&"(".repeat(1_000_000)).0, [Code::TooDeep]);
    assert_eq!(codes(&format!("rule x = {}", "(".repeat(1_000_000))).0, [Code::TooDeep]);
    assert_eq!(codes(&format!("a {}", "{ b: ".repeat(300_000))).0, [Code::TooDeep]);
}

#[test]
fn long_types_and_lists_are_read_or_refused_without_harm() {
    let types = format!("term x: {}T means y\nrule z", "set of ".repeat(100_000));
    assert_eq!(codes(&types), (vec![Code::TooDeep], 1));
    let list = format!("a {{ b: {}c }}", "c, ".repeat(100_000));
    assert_eq!(codes(&list), (vec![], 1));
}

#[test]
fn many_statements_on_one_line_are_linear() {
    let (found, kept) = codes(&"covers { a: b } ".repeat(50_000));
    assert_eq!((found.len(), kept), (0, 50_000));
    assert_eq!(codes(&"covers { a: b } foo bar ".repeat(20_000)).0.len(), 20_000);
    assert_eq!(codes(&"rule rule ".repeat(20_000)).1, 0);
    assert_eq!(codes(&"} ) ".repeat(200_000)).1, 0);
    assert_eq!(codes(&"case \"x\" { expect: { ".repeat(50_000)).1, 0);
    assert_eq!(codes(&"exception to (1) ".repeat(50_000)).1, 0);
    assert_eq!(codes(&"\"x\" ".repeat(100_000)).1, 0);
}

#[test]
fn any_bytes_that_are_text_can_be_read() {
    for text in [
        "",
        "\0",
        "\u{feff}article 1\r\n\trule x\r\n",
        "\u{10ffff}",
        "\"",
        "#",
        "# \0",
        "é(ů{\u{a0}",
        "\\",
        "a\u{301}b",
    ] {
        let _ = codes(text);
    }
    assert_eq!(codes("\u{feff}article 1\r\n\u{a0}(1) rule x\r\n"), (vec![], 3));
}
