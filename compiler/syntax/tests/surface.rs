//! What the surface takes, and the tree it becomes.

use accord_source::{Diagnostics, FileId};
use accord_syntax::ast::{Expr, ExprKind, ItemKind, Op, SlotValue};
use accord_syntax::{dump, parse, parse_expression};

fn tree(text: &str) -> String {
    let mut sink = Diagnostics::default();
    let file = parse(FileId(0), text, &mut sink);
    let found: Vec<String> = sink.iter().map(|d| format!("{} {}", d.code, d.message)).collect();
    assert!(found.is_empty(), "{found:?}\nin: {text}");
    dump(&file)
}

/// The tree of `term x means TEXT`, on one line.
fn expr(text: &str) -> String {
    let tree = tree(&format!("term x means {text}"));
    let words: Vec<&str> = tree.split_whitespace().collect();
    let line = words.join(" ");
    line.trim_start_matches("(term x ").trim_end_matches(')').to_owned()
        + &")".repeat(line.matches(')').count().saturating_sub(1 + trimmed_brackets(&line)))
}

fn trimmed_brackets(line: &str) -> usize {
    let kept = line.trim_end_matches(')');
    kept.matches(')').count()
}

#[test]
fn every_construct_is_read() {
    let text = include_str!("sources/surface.accord");
    let expected = include_str!("sources/surface.tree");
    assert_eq!(tree(text), expected);
}

#[test]
fn hard_law_is_read() {
    for text in [include_str!("sources/convention.accord"), include_str!("sources/regulation.accord")] {
        assert!(!tree(text).contains("junk"));
    }
}

#[test]
fn operators_bind_as_drafters_expect() {
    let cases = [
        ("a or b and c", "(or a (and b c))"),
        ("a and b or c", "(or (and a b) c)"),
        ("not a and b", "(and (not a) b)"),
        ("not a is b", "(not (is a b))"),
        ("not a in S", "(not (in a S))"),
        ("a is b + c", "(is a (+ b c))"),
        ("a + b * c", "(+ a (* b c))"),
        ("a - b - c", "(- (- a b) c)"),
        ("a / b * c", "(* (/ a b) c)"),
        ("-a + b", "(+ (- a) b)"),
        ("-a * b", "(* (- a) b)"),
        ("a * b rounded as r", "(rounded (* a b) r)"),
        ("a * b rounded down to 1 EUR is c", "(is (rounded (* a b) (rounding down 1'EUR)) c)"),
        ("x as_if_own P until D", "(until (as_if_own x P) D)"),
        ("x until 3 months after D", "(until x (after 3'months D))"),
        ("3 months after 1 year before D", "(after 3'months (before 1'year D))"),
        ("d within 3 months after D", "(deadline d 3'months D)"),
        ("d within S", "(within d S)"),
        ("x as_if_own P in quarters is at least 1 quarter", "(at-least (in-unit (as_if_own x P) quarters) 1'quarter)"),
        ("x in quarters_of", "(in x quarters_of)"),
        ("law(P).amount(x, of: y).a", "(. (call (. (call law P) amount) x (of: y)) a)"),
        ("(a).first", "(. (paren a) first)"),
        ("f(x) apart from (3), article 4", "(apart-from (call f x) /3 article-4)"),
        ("not f(x) apart from (3) and b", "(and (not (apart-from (call f x) /3)) b)"),
        ("if a then b else c + d", "(if a b (+ c d))"),
        ("a is not given or b is given", "(or (not-given a) (given b))"),
        ("a is not one of { b } and c", "(and (not-one-of a (set b)) c)"),
        ("a >= 1 and b != c", "(and (at-least a 1) (is-not b c))"),
        ("every party Q in S satisfies a and b", "(every (for party Q (in S)) (body (and a b)))"),
        ("a and some party Q in S where b or c", "(and a (some (for party Q (in S) (where (or b c)))))"),
        ("1_000.50 EUR * 12.5 %", "(* 1_000.50'EUR 12.5'%)"),
        ("days_5", "days_5"),
        ("{ }", "(set)"),
    ];
    for (text, expected) in cases {
        assert_eq!(expr(text), expected, "{text}");
    }
}

#[test]
fn a_keyword_with_a_colon_is_a_slot_name() {
    let text = "covers { in: a until: b or: c of: d rule: e term: f when: g tie: h text: i as: j }";
    assert_eq!(
        tree(text).split_whitespace().collect::<Vec<_>>().join(" "),
        "(clause-use covers (in: a) (until: b) (or: c) (of: d) (rule: e) (term: f) (when: g) (tie: h) (text: i) (as: j))"
    );
}

#[test]
fn a_unit_belongs_to_its_number_and_a_bracket_to_its_name() {
    let tree = |t: &str| tree(t).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(tree("a { b: 12 months c: 3 CVE: 4 EUR }"), "(clause-use a (b: 12'months) (c: 3) (CVE: 4'EUR))");
    assert_eq!(tree("(1) rule x = f\n(2) rule y"), "(label 1) (rule x (= f)) (label 2) (rule y)");
    assert_eq!(tree("rule x = yes (2) covers { }"), "(rule x (= yes)) (label 2) (clause-use covers)");
    assert_eq!(tree("rule x = a + (2)"), "(rule x (= (+ a (paren 2))))");
}

#[test]
fn what_stands_in_braces_is_told_by_its_first_words() {
    let mut sink = Diagnostics::default();
    let text =
        "x { a: { b: c }  d: { FR insurance 3 months }  e: { FR }  f: { a, b }  g: {}  h: { NL: {} }  i: { a, b: 1 } }";
    let file = parse(FileId(0), text, &mut sink);
    assert!(sink.is_empty());
    let [item] = file.items.as_slice() else { panic!("one item") };
    let ItemKind::ClauseUse(clause) = &item.kind else { panic!("a clause") };
    let forms: Vec<&str> = clause
        .slots
        .iter()
        .map(|s| match &s.value {
            SlotValue::Block(_) => "block",
            SlotValue::Rows(..) => "rows",
            SlotValue::List(es) if matches!(es.as_slice(), [Expr { kind: ExprKind::Set(_), .. }]) => "set",
            _ => "other",
        })
        .collect();
    assert_eq!(forms, ["block", "rows", "set", "set", "set", "block", "block"]);
}

#[test]
fn spans_end_where_the_text_does() {
    let text = "rule x = a + b # why\n\n  when c   # because\n\nrule y = f( d )  \n";
    let mut sink = Diagnostics::default();
    let file = parse(FileId(0), text, &mut sink);
    let slices: Vec<&str> = file.items.iter().map(|i| &text[i.span.range()]).collect();
    assert_eq!(slices, ["rule x = a + b # why\n\n  when c", "rule y = f( d )"]);
    let ItemKind::Rule(rule) = &file.items[0].kind else { panic!("a rule") };
    let value = rule.value.as_ref().map(|v| &text[v.span.range()]);
    assert_eq!(value, Some("a + b"));
    let comments: Vec<&str> = file.comments.iter().map(|c| c.text.as_str()).collect();
    assert_eq!(comments, ["# why", "# because"]);
}

#[test]
fn an_open_range_has_nothing_on_its_open_side() {
    let mut sink = Diagnostics::default();
    let file = parse(FileId(0), "parameter p { ..1954: 1  1955..: 2 }", &mut sink);
    assert!(sink.is_empty());
    let ItemKind::Parameter { body: accord_syntax::ast::ParameterBody::Table(rows), .. } = &file.items[0].kind else {
        panic!("a table")
    };
    for (row, open_low) in rows.iter().zip([true, false]) {
        let ExprKind::Binary(Op::Range, low, high) = &row.keys[0].kind else { panic!("a range") };
        assert_eq!(matches!(low.kind, ExprKind::Nothing), open_low);
        assert_eq!(matches!(high.kind, ExprKind::Nothing), !open_low);
    }
}

#[test]
fn an_expression_alone_keeps_its_place() {
    let mut sink = Diagnostics::default();
    let expr = parse_expression(FileId(3), " 5325.29 EUR ", 100, &mut sink).expect("an amount");
    assert_eq!((expr.span.file, expr.span.start, expr.span.end), (FileId(3), 101, 112));
    assert!(matches!(&expr.kind, ExprKind::Quantity(n, unit) if n == "5325.29" && unit.text == "EUR"));
    assert!(parse_expression(FileId(0), "article 52(3)", 0, &mut sink).is_some());
    assert!(parse_expression(FileId(0), "undetermined { \"amount of NL\" }", 0, &mut sink).is_some());
    assert!(sink.is_empty());
    for (text, at) in [("1 2", 12), ("", 10), ("a +", 12), ("1,000", 10), ("(a", 11)] {
        let mut sink = Diagnostics::default();
        let read = parse_expression(FileId(0), text, 10, &mut sink);
        let place = sink.iter().next().and_then(accord_source::Diagnostic::span).expect("a finding");
        assert!(read.is_none() || text == "1,000", "{text}");
        assert_eq!(place.start, at, "{text}");
    }
}

#[test]
fn texts_resolve_their_escapes() {
    let mut sink = Diagnostics::default();
    let file = parse(FileId(0), r#"note "a \"b\" \\ \n # c" "second""#, &mut sink);
    let ItemKind::Remark { text, .. } = &file.items[0].kind else { panic!("a note") };
    assert_eq!(text.text, "a \"b\" \\ \\n # c\nsecond");
    assert!(file.comments.is_empty());
}

#[test]
fn whoever_reads_many_texts_makes_one_stack() {
    let here = || std::thread::current().id();
    let [one, two] = accord_syntax::on_stack(|| [(); 2].map(|()| accord_syntax::on_stack(here)));
    assert_eq!(one, two);
    assert_ne!(one, here());
    let deep = format!("{}1{}", "(".repeat(100), ")".repeat(100));
    let read = || accord_syntax::on_stack(|| parse_expression(FileId(0), &deep, 0, &mut Diagnostics::default()));
    assert!(accord_syntax::on_stack(read).is_some());
}
