//! Consolidated texts against texts written out by hand.

use super::{changes, consolidate, in_force};
use accord_core::Date;
use accord_source::{Diagnostics, FileId};
use accord_syntax::{ast, dump, parse};

const HEAD: &str = "agreement XA-XB \"x\"\n  parties: XA, XB   in_force: from 2010-01-01\n";

fn tree(id: u32, text: &str) -> ast::File {
    let mut sink = Diagnostics::default();
    let file = parse(FileId(id), text, &mut sink);
    let found: Vec<String> = sink.iter().map(|d| d.message.clone()).collect();
    assert!(found.is_empty(), "{found:?} in: {text}");
    file
}

fn day(text: &str) -> Option<Date> {
    Some(Date::parse(text).expect("a day"))
}

/// The codes of what is found, and the text of the day without its evidence.
fn on(text: &str, day: Option<Date>) -> (Vec<&'static str>, String) {
    let file = tree(0, text);
    let mut sink = Diagnostics::default();
    let made = consolidate(&[&file], day, &mut sink);
    let codes = sink.sorted().iter().map(|d| d.code.text()).collect();
    let shown = made.map_or_else(|| dump(&file), |made| made.files.iter().map(dump).collect());
    (codes, shown.lines().filter(|l| !l.starts_with("(evidence ")).map(|l| format!("{l}\n")).collect())
}

fn same(amended: &str, day: Option<Date>, by_hand: &str) {
    let (codes, text) = on(&format!("{HEAD}{amended}"), day);
    assert!(codes.is_empty(), "{codes:?}");
    assert_eq!(text, dump(&tree(0, &format!("{HEAD}{by_hand}"))));
}

const BASE: &str = "article 1 \"one\"\n  rule a\n  (1) rule b\n  (1)(a) rule c\n  (2) rule d\narticle 2 \"two\" for each party P\n  rule e\n";

fn with(instruction: &str) -> String {
    format!("{BASE}amendment \"P\" to XA-XB\n  in_force: from 2015-01-01\n{instruction}\n")
}

#[test]
fn a_paragraph_is_replaced_with_all_that_stands_below_it() {
    let text = "article 1 \"one\"\n  rule a\n  (1) rule x\n  (1)(b) rule y\n  (2) rule d\narticle 2 \"two\" for each party P\n  rule e\n";
    same(&with("replaces article 1(1)\n  rule x\n  (1)(b) rule y"), None, text);
    same(&with("replaces article 1(1)\n  (1) rule x\n  (1)(b) rule y"), None, text);
    same(&with("replaces article 1(1)\n  rule x"), day("2014-12-31"), BASE);
}

#[test]
fn an_article_is_replaced_with_its_heading() {
    let by_hand = |head: &str| {
        format!("article 1 \"one\"\n  rule a\n  (1) rule b\n  (1)(a) rule c\n  (2) rule d\n{head}\n  rule x\n")
    };
    same(&with("replaces article 2\n  rule x"), None, &by_hand("article 2 \"two\""));
    let whole = "article 2 \"new\" for each party Q";
    same(&with(&format!("replaces {whole}\n  rule x")), day("2015-01-01"), &by_hand(whole));
}

#[test]
fn new_provisions_stand_where_they_are_put() {
    let behind_a = BASE.replace("(2) rule d", "(1)(b) rule x\n  (2) rule d");
    same(&with("inserts article 1(1)(b) after article 1(1)\n  rule x"), None, &behind_a);
    same(&with("inserts article 1(1)(b) after article 1(1)(a)\n  rule x"), None, &behind_a);
    let at_the_end = BASE.replace("(2) rule d", "(2) rule d\n  (3) rule x");
    same(&with("inserts article 1(3)\n  rule x"), None, &at_the_end);
    let article = BASE.replace("article 2", "article 1a \"new\"\n  (1) rule x\narticle 2");
    same(&with("inserts article 1a \"new\" after article 1\n  (1) rule x"), None, &article);
    same(&with("inserts article 3\n  rule x"), None, &format!("{BASE}article 3\n  rule x\n"));
}

#[test]
fn what_is_repealed_keeps_its_place_and_says_by_whom() {
    let why = "not encoded \"repealed by P from 2015-01-01\"";
    let paragraph = BASE.replace("(1) rule b\n  (1)(a) rule c", &format!("(1) {why}"));
    same(&with("repeals article 1(1)"), None, &paragraph);
    let both = paragraph.replace("rule e", why);
    same(&with("repeals article 1(1), article 2"), None, &both);
    // Words again, in the old place.
    let again = format!(
        "{}amendment \"Q\" to XA-XB\n  in_force: from 2016-01-01\ninserts article 1(1)\n  rule x\n",
        with("repeals article 1(1)")
    );
    same(&again, None, &BASE.replace("(1) rule b\n  (1)(a) rule c", "(1) rule x"));
}

#[test]
fn amendments_are_worked_in_as_they_come_into_force_and_lapse() {
    let text = |from: &str, until: &str| {
        format!(
            "{BASE}amendment \"later\" to XA-XB\n  in_force: from {from}{until}\nreplaces article 2\n  rule y\namendment \"earlier\" to XA-XB\n  in_force: from 2012-01-01\nreplaces article 2\n  rule x\n"
        )
    };
    let now = |rule: &str| BASE.replace(" for each party P\n  rule e", &format!("\n  rule {rule}"));
    same(&text("2015-01-01", ""), None, &now("y"));
    same(&text("2015-01-01", ""), day("2014-12-31"), &now("x"));
    same(&text("2015-01-01", " until 2015-12-31"), day("2015-12-31"), &now("y"));
    same(&text("2015-01-01", " until 2015-12-31"), day("2016-01-01"), &now("x"));
    same(&text("2015-01-01", " until 2015-12-31"), None, &now("x"));
    let file = tree(0, &format!("{HEAD}{}", text("2015-01-01", " until 2015-12-31")));
    let days: Vec<String> = changes(&[&file]).iter().map(ToString::to_string).collect();
    assert_eq!(days, ["2012-01-01", "2015-01-01", "2016-01-01"]);
}

#[test]
fn provisional_days_that_run_over_into_force_are_one_span() {
    let header = |provisional: &str| {
        format!(
            "{HEAD}{BASE}amendment \"P\" to XA-XB\n  provisional: {provisional}\n  in_force: from 2016-01-01\nreplaces article 2\n  rule x\n"
        )
    };
    let days = |text: &str| -> Vec<String> { changes(&[&tree(0, text)]).iter().map(ToString::to_string).collect() };
    assert_eq!(days(&header("from 2015-01-01")), ["2015-01-01"]);
    assert_eq!(days(&header("from 2015-01-01 until 2015-12-31")), ["2015-01-01"]);
    assert_eq!(days(&header("from 2015-01-01 until 2015-12-30")), ["2015-01-01", "2015-12-31", "2016-01-01"]);
    let gap = header("from 2015-01-01 until 2015-12-30");
    for (on_day, new) in [("2014-12-31", false), ("2015-12-30", true), ("2015-12-31", false), ("2016-01-01", true)] {
        assert_eq!(on(&gap, day(on_day)).1.contains("(rule x)"), new, "{on_day}");
    }
}

#[test]
fn old_and_new_words_stand_side_by_side() {
    let old = "applies to claims until 2015-06-30";
    let new = "applies to claims from 2015-07-01";
    let by_hand = format!(
        "article 1 \"one\"\n  rule a\n  (1) rule b {old}\n  (1)(a) rule c {old}\n  (1) rule x when y {new}\n  (2) rule d\narticle 2 \"two\" for each party P\n  rule e\n"
    );
    same(&with("replaces article 1(1) applies to claims from 2015-07-01\n  rule x when y"), None, &by_hand);
    let ended = BASE.replace("rule e", "rule e applies until 2014-12-31");
    same(&with("repeals article 2 applies from 2015-01-01"), None, &ended);
    // Statements of the whole article stay before its paragraphs.
    let whole = format!(
        "article 1 \"one\"\n  rule a {old}\n  rule x {new}\n  (1) rule b {old}\n  (1)(a) rule c {old}\n  (2) rule d {old}\n  (1) rule y {new}\narticle 2 \"two\" for each party P\n  rule e\n"
    );
    same(&with("replaces article 1 applies to claims from 2015-07-01\n  rule x\n  (1) rule y"), None, &whole);
}

#[test]
fn a_header_is_restated_line_by_line() {
    let text = format!(
        "{HEAD}{BASE}amendment \"P\" to XA-XB\n  in_force: from 2015-01-01\n  parties: XA, XB, XC\nrepeals article 2\n"
    );
    let (codes, text) = on(&text, None);
    assert!(codes.is_empty() && text.contains("(parties: (list XA XB XC))"), "{codes:?} {text}");
    assert!(!text.contains("(parties: (list XA XB))"), "{text}");
}

#[test]
fn an_agreement_of_several_files_is_amended_in_each() {
    let first = tree(0, &format!("{HEAD}article 1 \"one\"\n  rule a\n"));
    let second =
        tree(1, "article 2 of XA-XB \"two\"\n  rule b\nlegislation XA.x \"law\"\narticle 2 \"of the law\"\n  rule c\n");
    let third = tree(2, "amendment \"P\" to XA-XB\n  in_force: from 2015-01-01\nreplaces article 2\n  rule x\n");
    let mut sink = Diagnostics::default();
    let made = consolidate(&[&first, &second, &third], None, &mut sink).expect("an amended text");
    assert!(sink.is_empty());
    let shown: Vec<String> = made.files.iter().map(dump).collect();
    assert!(shown[1].contains("(rule x)") && !shown[1].contains("(rule b)"), "{shown:?}");
    assert!(shown[1].contains("(rule c)"), "the law has an article 2 of its own: {shown:?}");
    assert_eq!(shown[2], "");
    // Every word keeps its place.
    let rule = made.files[1].items.iter().find(|i| matches!(i.kind, ast::ItemKind::Rule(_))).expect("a rule");
    assert_eq!(rule.span.file, FileId(2));
    let life = in_force(&[&first, &second, &third]).expect("an agreement");
    assert_eq!((life.agreement.as_str(), life.first, life.last), ("XA-XB", day("2010-01-01"), None));
}

#[test]
fn an_article_below_a_heading_of_several_is_taken_out_of_it() {
    let text = format!(
        "{HEAD}articles 3..9 \"others\"\n  not encoded \"no effect\"\namendment \"P\" to XA-XB\n  in_force: from 2015-01-01\nreplaces article 5 \"five\"\n  rule x\n"
    );
    let (codes, text) = on(&text, None);
    assert!(
        codes.is_empty() && text.contains("(article articles 3..9") && text.contains("(article article 5 \"five\")"),
        "{text}"
    );
}

#[test]
fn words_have_the_evidence_of_their_amendment() {
    let file = tree(
        0,
        &format!(
            "{HEAD}{BASE}amendment \"P\" to XA-XB\n  in_force: from 2015-01-01\n  evidence: secondary\nreplaces article 1(1)\n  rule x\n  (1)(a) evidence verified\n  rule y\nreplaces article 2\n  (1) rule z\n"
        ),
    );
    let mut sink = Diagnostics::default();
    let made = consolidate(&[&file], None, &mut sink).expect("an amended text");
    let text: Vec<String> = dump(&made.files[0]).lines().map(str::to_owned).collect();
    let at = |line: &str| text.iter().position(|l| l == line).unwrap_or_else(|| panic!("{line} in {text:#?}"));
    assert_eq!(text[at("(rule x)") - 1], "(evidence secondary)");
    assert_eq!(text[at("(rule y)") - 1], "(evidence verified)");
    assert_eq!(text[at("(rule z)") - 2], "(evidence secondary)", "once for a whole article");
}

#[test]
fn older_words_are_kept_with_their_relations_among_themselves() {
    let base = "article 1 \"one\"\n  (1) rule b when z\n  (2) exception to (1), article 2\n      rule not b\narticle 2\n  rule b\n";
    let protocol = |keeps: &str| {
        format!(
            "{base}amendment \"P\" to XA-XB\n  in_force: from 2015-01-01\nreplaces article 1\n  rule c\ninserts article 3\n  {keeps}\n"
        )
    };
    let new = "article 1 \"one\"\n  rule c\narticle 2\n  rule b\narticle 3\n";
    same(
        &protocol("(4) notwithstanding article 2\n      keeps article 1 as read on 2014-12-31 when y\n      rule d"),
        None,
        &format!(
            "{new}  (4)(1) notwithstanding article 2\n      rule b when z and y\n  (4)(2) notwithstanding article 2\n      exception to article 3(4)(1), article 2\n      rule not b when y\n  (4) rule d\n"
        ).replace("  (4)(1)", "  (4)\n  (4)(1)"),
    );
    same(
        &protocol("(4) keeps article 1(1) as read on 2014-12-31 applies to claims until 2020-12-31"),
        None,
        &format!("{new}  (4)\n  (4) rule b when z applies to claims until 2020-12-31\n  (4)\n"),
    );
    for keeps in [
        "keeps article 1 as read on 2014-12-31",
        "(4) keeps article 1 as read on 2015-01-01",
        "(4) keeps article 1(1) as read on claim.event",
        "(4) keeps article 1 as read on 2014-12-31\n  (4)(2) rule d",
    ] {
        let wanted = if keeps.contains("2015") { Vec::new() } else { vec!["E0906"] };
        assert_eq!(on(&format!("{HEAD}{}", protocol(keeps)), None).0, wanted, "{keeps}");
    }
}
