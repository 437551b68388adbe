//! Broken text: what is said, where, and what survives.

use accord_source::{Code, Diagnostics, FileId};
use accord_syntax::ast::{ExprKind, File, ItemKind};
use accord_syntax::parse;

fn read(text: &str) -> (File, Vec<accord_source::Diagnostic>) {
    let mut sink = Diagnostics::default();
    let file = parse(FileId(0), text, &mut sink);
    (file, sink.iter().cloned().collect())
}

/// One broken statement among good ones: a code, the text pointed at, a part of the message, a part of the help.
struct Broken {
    text: &'static str,
    code: Code,
    at: &'static str,
    message: &'static str,
    help: &'static str,
}

const fn broken(text: &'static str, code: Code, at: &'static str, message: &'static str, help: &'static str) -> Broken {
    Broken { text, code, at, message, help }
}

/// Each is read between two good rules; both must survive.
const STATEMENTS: &[Broken] = &[
    broken("(1) rule x = a +", Code::Unreadable, "+", "expected a value after `+`", ""),
    broken("(1) rule x = a when", Code::Unreadable, "when", "expected a condition after `when`", ""),
    broken("(1) rule x = a when b and", Code::Unreadable, "and", "expected a condition after `and`", ""),
    broken("(1) rule x when a = b", Code::Unreadable, "=", "does not compare", "write `is`"),
    broken("(1) rule x when b c", Code::MissingWhen, "c", "does not continue the rule", "`and`"),
    broken("(1) rule x(P) means 3", Code::Unreadable, "means", "its value with `=`", "term"),
    broken("(1) term x(P) = 3", Code::Unreadable, "=", "defined with `means`", "write `means`"),
    broken("(1) rule x = a -b", Code::Unreadable, "-", "blank on both sides", "a - b"),
    broken("(1) rule x = f (P)", Code::BadLabel, "(P)", "read as a paragraph", "f(P)"),
    broken("(1) rule payable (P) = 3", Code::BadLabel, "(P)", "read as a paragraph", "payable(P)"),
    broken("(1) rule x when a is at least x months", Code::BadUnit, "months", "after a name", "x in months"),
    broken("(1) rule x when a is at least 3 monts", Code::Unreadable, "monts", "is not a unit", "`months`"),
    broken(
        "replaces article 5 (1)",
        Code::BadLabel,
        "(1)",
        "no blank between an article and its paragraph",
        "in one piece",
    ),
    broken("keeps article 5(1) as read in 2014", Code::Unreadable, "in", "expected `on`", ""),
    broken(
        "inserts article 5a before article 5",
        Code::Unreadable,
        "before",
        "does not continue the instruction",
        "after article 5",
    ),
    broken(
        "inserts article 5(2) \"Title\"",
        Code::BadLabel,
        "\"Title\"",
        "the heading of an article",
        "leave them out",
    ),
    broken(
        "repeals article 7 applies until 2024-01-01",
        Code::Unreadable,
        "applies until 2024-01-01",
        "says once",
        "amendment of its own",
    ),
    broken("amendment \"Protocol 2\" in_force: from 2024-01-01", Code::Unreadable, "in_force", "expected `to`", ""),
    broken("(1) rule x = 12months", Code::Unreadable, "12months", "written apart", "12 months"),
    broken("(1) rule x when a at least 3", Code::Unreadable, "at", "`is` is missing", "is at least"),
    broken("(1) rule x when a is not at least 3", Code::Unreadable, "at", "not a comparison", "is less than"),
    broken("(1) rule x when a is not more than 3", Code::Unreadable, "more", "not a comparison", "is at most"),
    broken("(1) rule x when posting given", Code::Unreadable, "given", "`is` is missing", "is given"),
    broken("(1) rule x when a && b", Code::Unreadable, "&", "not a word", "write `and`"),
    broken("(1) rule x when a || b", Code::Unreadable, "|", "not a word", "write `or`"),
    broken("(1) rule x when !a", Code::Unreadable, "!", "not a word", "write `not`"),
    broken("(1) rule x = if a then b", Code::Unreadable, "b", "expected `else`", "if c then a else b"),
    broken(
        "(1) rule x when every party Q in S relieved(Q)",
        Code::Unreadable,
        "relieved",
        "`satisfies`",
        "every party",
    ),
    broken("(1) rule x = a rounded 0.01 EUR", Code::Unreadable, "0", "how to round", "half up to"),
    broken("(1) rule x when b is one of c, d", Code::Unreadable, ",", "stand in braces", "{ a, b }"),
    broken("(1) rule x = [a, b]", Code::Unreadable, "[", "square brackets", "{ a, b }"),
    broken("(1) rule x = f(a, b))", Code::Unreadable, ")", "nothing is open", "remove it"),
    broken("(1) covers { a: b } }", Code::Unreadable, "}", "nothing is open", "remove it"),
    broken("(1) covers { party:  branches: b }", Code::Unreadable, "party:", "has no value", "leave the slot out"),
    broken("(1) covers { branches: a,, b }", Code::Unreadable, ",", "expected a value", ""),
    broken("(1) covers { branches: a b }", Code::Unreadable, "}", "expected a comma or `:`", "a comma before `b`"),
    broken("(1) covers { party CZ  branches: b }", Code::Unreadable, "CZ", "expected", "`party: value`"),
    broken("(1) rule x = f(a, b", Code::MissingBrace, "(", "not closed", "write `)`"),
    broken("(1) covers { party: CZ", Code::MissingBrace, "{", "not closed", "write `}` before"),
    broken("(1) note \"one", Code::Unreadable, "\"one", "not closed on its line", ""),
    broken("(1) note “one”", Code::Unreadable, "“", "typographic", "straight"),
    broken("(1) rule důchod = b", Code::Unreadable, "ů", "letter", "quotation marks"),
    broken("(1) rule x = a – b", Code::Unreadable, "–", "dash", "`-`"),
    broken("(1) rule x when a ≥ b", Code::Unreadable, "≥", "mathematical", "is at least"),
    broken("(1) rule x = \0", Code::BadText, "\0", "not text", ""),
    broken("(1) exception to article 5 (1) rule x", Code::BadLabel, "(", "article and its paragraph", "article 5(1)"),
    broken("(1) exception to (2)", Code::Misplaced, "exception", "without a rule", "before the rule"),
    broken("(1) exception to (2) term x means 3", Code::Misplaced, "exception", "without a rule", "before the rule"),
    broken("(1) disapply article 5 where c", Code::Unreadable, "where", "chooses members", "`when`"),
    broken("(1) term count means 3", Code::Unreadable, "count", "cannot be a name", "another name"),
    broken("(1) rule x = match b { a => 1 c = 2 }", Code::Unreadable, "=", "`=>`", "value => result"),
    broken("(1) (a) rule x", Code::BadLabel, "(", "in one piece", "(1)(a)"),
    broken("(1) decision d(P) default no", Code::Unreadable, "default", "expected `:`", "states its type"),
    broken("(1) parameter p = 3 bounded 5", Code::Unreadable, "5", "needs a range", "0 .. 1"),
    broken("(1) rule x(P: 3) = 3", Code::WrongHead, "P", "no labels", ""),
    broken("(1) rule x = a when b when c", Code::MissingWhen, "when c", "one `when`", "and"),
    broken("(1) rule x applies to people from 2012-01-01", Code::Unreadable, "people", "cannot apply", "claims"),
    broken("(1) hello world", Code::Unreadable, "hello world", "not a statement", "label"),
    broken("(1) party: CZ", Code::Misplaced, "party", "belongs to nothing", "braces"),
    broken("(1) when c", Code::Misplaced, "when", "without a rule", "after a rule"),
    broken("(1) rul x = 3", Code::Unreadable, "rul x = 3", "not a statement", "`rule`"),
    broken("(1) a { b: c over d over e }", Code::Unreadable, "c over d over e", "two words", "one pair"),
];

fn text_at<'t>(text: &'t str, found: &accord_source::Diagnostic) -> &'t str {
    found.span().and_then(|s| text.get(s.range())).unwrap_or("")
}

#[test]
fn every_kind_of_broken_statement_is_explained_and_costs_only_itself() {
    for case in STATEMENTS {
        let text = format!("article 1\n  (0) rule first = a\n  {}\n  (9) rule last = b\n", case.text);
        let (file, found) = read(&text);
        let seen: Vec<String> = found.iter().map(|d| format!("{} {} {:?}", d.code, d.message, d.help)).collect();
        let [one] = found.as_slice() else { panic!("{}: {seen:?}", case.text) };
        assert_eq!(one.code, case.code, "{}: {seen:?}", case.text);
        assert_eq!(text_at(&text, one), case.at, "{}: {seen:?}", case.text);
        assert!(one.message.contains(case.message), "{}: {seen:?}", case.text);
        assert!(one.help.join(" ").contains(case.help), "{}: {seen:?}", case.text);
        let rules: Vec<&str> = file
            .items
            .iter()
            .filter_map(|i| match &i.kind {
                ItemKind::Rule(r) => Some(r.decision.text.as_str()),
                _ => None,
            })
            .filter(|n| matches!(*n, "first" | "last"))
            .collect();
        assert_eq!(rules, ["first", "last"], "{}", case.text);
    }
}

#[test]
fn a_bad_number_or_day_leaves_junk_in_its_place_only() {
    let cases = [
        ("rule x = 1,000 EUR", Code::BadNumber, "1,000", "`1_000` or `1000`"),
        ("rule x = 1,5", Code::BadNumber, "1,5", "`1.5`"),
        ("rule x = 1,234,567.89", Code::BadNumber, "1,234,567.89", "`1_234_567.89`"),
        ("rule x when d is before 2012-10-1", Code::BadDate, "2012-10-1", "`2012-10-01`"),
        ("rule x when d is before 2023-02-29", Code::BadDate, "2023-02-29", "28 days"),
        ("rule x when d is before 2023-13-01", Code::BadDate, "2023-13-01", "12 months"),
        ("rule x when d is before 1.10.2012", Code::BadDate, "1.10.2012", "`2012-10-01`"),
        ("rule x when d is before 2012/10/01", Code::BadDate, "2012/10/01", "`2012-10-01`"),
        ("rule x when d is before 31/12/2012", Code::BadDate, "31/12/2012", "`2012-12-31`"),
    ];
    for (text, code, at, help) in cases {
        let (file, found) = read(text);
        let [one] = found.as_slice() else { panic!("{text}: {found:?}") };
        assert_eq!((one.code, text_at(text, one)), (code, at));
        assert!(one.help.join(" ").contains(help), "{text}: {:?}", one.help);
        assert!(matches!(file.items.as_slice(), [i] if matches!(i.kind, ItemKind::Rule(_))), "{text}");
    }
    assert!(read("rule x when d is before 2024-02-29").1.is_empty());
    assert!(read("rule x = f({ 1, 2 }, 3)").1.is_empty());
}

#[test]
fn brackets_are_asked_for_where_they_change_the_amount() {
    let (_, found) = read("rule x = a + b rounded half up to 0.01 EUR");
    assert!(matches!(found.as_slice(), [d] if d.code == Code::SumRounded));
    assert!(read("rule x = (a + b) rounded half up to 0.01 EUR").1.is_empty());
    assert!(read("rule x = a * b rounded half up to 0.01 EUR").1.is_empty());
    let (_, found) = read("rule x = sum of f(Q) for party Q in S + 1");
    assert!(matches!(found.as_slice(), [d] if d.code == Code::AggregateOperand));
    assert!(read("rule x = (sum of f(Q) for party Q in S) + 1").1.is_empty());
    assert!(read("rule x = 1 + sum of f(Q) for party Q in S").1.is_empty());
}

#[test]
fn a_missing_brace_does_not_swallow_the_next_provision() {
    let text =
        "article 1\n  (1) aggregate {\n    kinds: insurance\n    tied: { a: b }\narticle 2 \"Next\"\n  (1) rule y\n";
    let (file, found) = read(text);
    let [one] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(one.code, Code::MissingBrace);
    assert_eq!(one.span().map(|s| s.start as usize), text.find('{'));
    assert!(one.help[0].contains("article 2 \"Next\""), "{:?}", one.help);
    assert!(file.items.iter().any(|i| matches!(&i.kind, ItemKind::Article { number, .. } if number.text == "2")));
    assert!(file.items.iter().any(|i| matches!(&i.kind, ItemKind::Rule(r) if r.decision.text == "y")));
    for next in [
        "agreement A \"x\"",
        "legislation A.b \"x\"",
        "clause c \"x\"",
        "case \"x\" { }",
        "(2) covers { }",
        "  rule z(P)",
    ] {
        let text = format!("a {{ b: {{ c: d\n{next}\n");
        let (file, found) = read(&text);
        assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::MissingBrace], "{next}");
        assert!(file.items.len() >= 2 && !matches!(file.items[1].kind, ItemKind::Junk), "{next}");
    }
}

#[test]
fn the_brace_left_open_is_told_by_the_indentation() {
    let text =
        "case \"a\" {\n  person: {\n    born: 1955-01-01\n  claim: {\n    start: 2017-01-01\n  }\n}\ncase \"b\" { }\n";
    let (file, found) = read(text);
    let [one] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(one.span().map(|s| s.start as usize), text.find("person: {").map(|n| n + 8));
    assert!(matches!(&file.items[..], [_, b] if matches!(&b.kind, ItemKind::Case { name, .. } if name.text == "b")));
}

#[test]
fn a_statement_followed_by_junk_is_not_analysed_shortened() {
    let (file, _) = read("rule x when a b\ncovers { a: b } whn c\nterm t(P) means a b\nparameter p: EUR = 1 2");
    let kept: Vec<&ItemKind> = file.items.iter().map(|i| &i.kind).collect();
    assert!(!kept.iter().any(|k| matches!(k, ItemKind::Rule(_) | ItemKind::ClauseUse(_))));
    // A declaration keeps its name, so that its uses are not reported too, and loses its value.
    assert!(kept.iter().any(|k| matches!(k, ItemKind::Term { name, params, body, .. }
        if name.text == "t" && params.len() == 1 && matches!(body.kind, ExprKind::Junk))));
    assert!(kept.iter().any(|k| matches!(k, ItemKind::Parameter { name, ty: Some(_), .. } if name.text == "p")));
}

#[test]
fn a_declaration_that_cannot_be_read_keeps_its_name() {
    let (file, found) =
        read("term t(P) means +\ndecision d(P): YesNo default +\nfunction f(x: T): U = +\nparameter p = +");
    assert_eq!(found.len(), 4);
    let names: Vec<&str> = file
        .items
        .iter()
        .filter_map(|i| match &i.kind {
            ItemKind::Term { name, .. } | ItemKind::Parameter { name, .. } => Some(name.text.as_str()),
            ItemKind::Decision { signature, .. } => Some(signature.name.text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(names, ["t", "d", "f", "p"]);
}

#[test]
fn a_missing_title_is_reported_and_the_header_kept() {
    let (file, found) = read("agreement A-B\n  parties: A, B\nlegislation A.old_age\nclause c for each party P\n");
    assert_eq!(found.len(), 3);
    assert!(matches!(&file.items[0].kind, ItemKind::Agreement { header, .. } if header.len() == 1));
    assert!(matches!(&file.items[2].kind, ItemKind::Clause { each, .. } if each.len() == 1));
}

#[test]
fn messages_are_one_clause_without_the_names_of_grammar_rules() {
    for case in STATEMENTS {
        let (_, found) = read(case.text);
        for d in found {
            let m = &d.message;
            assert!(!m.ends_with('.') && !m.contains('\n') && !m.chars().next().is_some_and(char::is_uppercase), "{m}");
            assert!(!["kw_", "_op", "_s ", "_e ", "_i "].iter().any(|w| m.contains(w)), "{m}");
        }
    }
}
