//! What people read, in full: findings of broken sources and derivations of cases.

use accord_tests::{accord, at, check};

/// A snapshot with its input above it.
macro_rules! snapshot {
    ($name:literal, $input:expr, $text:expr) => {
        insta::with_settings!({
            snapshot_path => "../snapshots",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, { insta::assert_snapshot!($name, format!("{}\n{}\n{}", $input, "-".repeat(100), $text)) });
    };
}

const HEADER: &str = "agreement XA-XB \"Alpha and Beta\"\n  parties: XA, XB   articles: 1..1   month_end: last_day   evidence: verified\n";

fn drawn(body: &str) -> (String, String) {
    let text = format!("{HEADER}{body}");
    let drawn = check("agreement.accord", &text).expect("checked").drawn();
    (text, drawn)
}

#[test]
fn an_unknown_name() {
    let (text, drawn) = drawn("article 1 \"Payment\"\n  rule exportable(P) when persn.residence is XA\n");
    snapshot!("unknown_name", text, drawn);
}

#[test]
fn an_exception_to_nothing() {
    let (text, drawn) = drawn(
        "article 1 \"Payment\"\n  (1) rule exportable(P)\n  (2) exception to (1)\n      rule relieved(P)\n  (3) exception to (7)\n      rule not exportable(P)\n",
    );
    snapshot!("exception_to_nothing", text, drawn);
}

#[test]
fn a_slot_that_is_wrong() {
    let (text, drawn) = drawn("article 1 \"Payment\"\n  export { benefit: old_age.pension   payable_in: 12 months }\n");
    snapshot!("wrong_slot", text, drawn);
}

#[test]
fn an_amount_that_is_not_rounded() {
    let (text, drawn) = drawn("article 1 \"Amount\"\n  rule payable(P) = theoretical_amount(P) * share(P)\n");
    snapshot!("not_rounded", text, drawn);
}

#[test]
fn units_that_do_not_meet() {
    let (text, drawn) =
        drawn("article 1 \"Short\"\n  term short means 30 days is less than 1 month\n  rule relieved(P) when short\n");
    snapshot!("units_mixed", text, drawn);
}

#[test]
fn a_result_that_depends_on_itself() {
    let (text, drawn) = drawn(
        "article 1 \"Round\"\n  term one_way means other_way\n  term other_way means one_way\n  rule relieved(P) when one_way is 1\n",
    );
    snapshot!("cycle", text, drawn);
}

#[test]
fn a_text_that_breaks_off() {
    let (text, drawn) = drawn(
        "article 1 \"Payment\"\n  export { benefits: old_age.pension\n  (2) rule relieved(P)\n  rule\n  rule exportable(P)\n",
    );
    snapshot!("breaks_off", text, drawn);
}

fn derivation(part_of_name: &str) -> String {
    let path = at("agreements/nl-cv");
    let ran = accord(["run".into(), path.into_os_string(), "--case".into(), part_of_name.into(), "--explain".into()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out
}

#[test]
fn the_derivation_of_two_pensions() {
    let name = "Twelve Dutch months: both pay";
    snapshot!("derivation_twelve_months", name, derivation(name));
}

#[test]
fn the_derivation_of_a_relieved_party() {
    let name = "Eleven Dutch months";
    snapshot!("derivation_eleven_months", name, derivation(name));
}
