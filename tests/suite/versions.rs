//! Versions of an agreement as a user meets them: `PATH@DAY`, amendments in files of their own, cases of older texts.

use accord_tests::{Ran, accord, scratch};
use serde_json::Value;
use std::path::{Path, PathBuf};

const AGREEMENT: &str = r#"use "amendments/protocol-1.accord"

decision allowance: EUR default nothing

question grant
  facts   asked: YesNo
  decides allowance

agreement XA-XB "Agreement between Alpha and Beta"
  parties:   XA, XB
  signed:    2009-05-04
  in_force:  from 2010-01-01
  articles:  1..2
  month_end: last_day
  evidence:  verified

article 1 "Allowance"
  (1) rule allowance = 100.00 EUR

article 2 "Review"
  not encoded "no effect on a benefit"
"#;

const PROTOCOL: &str = r#"amendment "Protocol 1" to XA-XB
  signed:   2014-11-20
  in_force: from 2015-07-01
  evidence: verified

replaces article 1(1)
  rule allowance = 200.00 EUR
"#;

const CASES: &str = r#"case "before" {
  text:   2015-06-30
  person: { residence: XA }
  expect: { allowance: 100.00 EUR }
}

case "now" {
  person: { residence: XA }
  expect: { allowance: 200.00 EUR }
}
"#;

const JSON: &str = r#"{ "name": "json before", "text": "2012-01-01", "person": { "residence": "XA" },
  "expect": { "allowance": "100.00 EUR" } }"#;

/// The agreement with its protocol and its cases, in a folder whose name has an `@` of its own.
fn folder(name: &str) -> PathBuf {
    let folder = scratch(name).expect("a folder").join("xa@xb");
    for (path, text) in [
        ("agreement.accord", AGREEMENT),
        ("amendments/protocol-1.accord", PROTOCOL),
        ("cases/a.accord", CASES),
        ("cases/b.json", JSON),
    ] {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    folder
}

fn run(arguments: &[&str]) -> Ran {
    accord(arguments.iter().copied())
}

fn on(folder: &Path, day: &str) -> String {
    format!("{}@{day}", folder.display())
}

#[test]
fn cases_are_computed_in_the_text_they_name_and_the_others_in_the_one_asked_for() {
    let folder = folder("versions-cases");
    let latest = folder.display().to_string();
    let all = run(&["test", &latest]);
    assert_eq!(all.code, 0, "{}{}", all.out, all.err);
    assert!(all.out.contains("3 passed, 0 failed"), "{}", all.out);
    assert!(all.out.contains("XA-XB@2015-06-30") && all.out.contains("XA-XB@2012-01-01"), "{}", all.out);
    // In the older text the case without a text of its own gives another amount.
    let older = run(&["test", &on(&folder, "2015-06-30")]);
    assert_eq!(older.code, 1, "{}{}", older.out, older.err);
    assert!(older.out.contains("1 passed, 1 failed") && older.out.contains("got       100.00 EUR"), "{}", older.out);
    let file = run(&["test", &on(&folder.join("agreement.accord"), "2015-07-01")]);
    assert_eq!(file.code, 0, "{}{}", file.out, file.err);
}

#[test]
fn one_case_runs_in_its_own_text_and_its_derivation_is_of_that_text() {
    let folder = folder("versions-run");
    let latest = folder.display().to_string();
    for (case, amount) in [("before", "100.00 EUR"), ("now", "200.00 EUR"), ("json before", "100.00 EUR")] {
        let ran = run(&["run", &latest, "--case", case, "--explain"]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        assert!(ran.out.contains(amount) && ran.out.contains("article 1(1)"), "{case}: {}", ran.out);
    }
    let older = run(&["run", &on(&folder, "2015-06-30"), "--case", "now"]);
    assert!(older.code == 0 && older.out.contains("100.00 EUR"), "{}{}", older.out, older.err);
    let file = run(&["run", &latest, "--case", "cases/a.accord#before"]);
    assert!(file.code == 0 && file.out.contains("100.00 EUR"), "{}{}", file.out, file.err);
}

#[test]
fn every_command_takes_a_day_and_says_which_days_there_are() {
    let folder = folder("versions-commands");
    let older = on(&folder, "2012-01-01");
    let checked = run(&["check", &older, "--json"]);
    assert_eq!(checked.code, 0, "{}{}", checked.out, checked.err);
    let json: Value = serde_json::from_str(&checked.out).expect("JSON");
    assert_eq!(json["agreements"][0]["text"], "2012-01-01", "{}", checked.out);
    assert_eq!(json["agreements"][0]["amended_by"], serde_json::json!([]), "{}", checked.out);
    assert_eq!(run(&["schema", &older]).code, 0);
    let claims = folder.join("claims.csv").display().to_string();
    assert_eq!(run(&["generate", &older, "--rows", "3", "--out", &claims, "--question", "grant"]).code, 0);
    let answers = folder.join("answers.csv").display().to_string();
    let batch = ["--in", &claims, "--out", &answers, "--question", "grant"];
    for (path, amount) in [(older.clone(), "100.00"), (folder.display().to_string(), "200.00")] {
        let ran = run(&[&["batch", &path], &batch[..]].concat());
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        let text = std::fs::read_to_string(&answers).expect("answers");
        assert!(text.lines().skip(1).all(|line| line.contains(amount)), "{path}: {text}");
    }
    for (day, says) in
        [("2009-12-31", "its first day is 2010-01-01"), ("2012-02-30", "is no day"), ("2012-1-1", "year-month-day")]
    {
        let ran = run(&["check", &on(&folder, day)]);
        assert!(ran.code == 2 && ran.err.contains(says), "{day}: {}", ran.err);
    }
    let missing = run(&["check", &on(&folder.join("nobody"), "2012-01-01")]);
    assert!(missing.code == 2 && missing.err.contains("nobody"), "{}", missing.err);
}

#[test]
fn a_ruleset_holds_one_text_and_says_which() {
    let folder = folder("versions-build");
    std::fs::remove_file(folder.join("cases/a.accord")).expect("removed");
    let file = folder.join("older.ruleset").display().to_string();
    let older = on(&folder, "2012-01-01");
    let built = run(&["build", &older, "-o", &file]);
    assert_eq!(built.code, 0, "{}{}", built.out, built.err);
    assert!(built.out.contains("1 case passed"), "{}", built.out);
    let told = run(&["inspect", &file]);
    assert!(told.out.contains("XA-XB@2012-01-01") && !told.out.contains("Protocol 1"), "{}", told.out);
    let case = folder.join("case.json");
    std::fs::write(&case, JSON.replace("json before", "again")).expect("written");
    let ran = run(&["run", &file, "--case", &case.display().to_string()]);
    assert!(ran.code == 0 && ran.out.contains("100.00 EUR"), "{}{}", ran.out, ran.err);
    std::fs::write(&case, JSON.replace("2012-01-01", "2015-01-01")).expect("written");
    let ran = run(&["run", &file, "--case", &case.display().to_string()]);
    assert!(ran.code == 2 && ran.err.contains("the ruleset holds that of 2012-01-01"), "{}", ran.err);
    let latest = folder.join("latest.ruleset").display().to_string();
    assert_eq!(run(&["build", &folder.display().to_string(), "-o", &latest]).code, 0);
    let told = run(&["inspect", &latest]);
    assert!(told.out.contains("as amended by: Protocol 1 from 2015-07-01"), "{}", told.out);
}

#[test]
fn an_error_of_an_older_text_says_so_and_points_at_the_words() {
    let folder = folder("versions-errors");
    let broken = AGREEMENT.replace("rule allowance = 100.00 EUR", "rule allowance = 12 months");
    std::fs::write(folder.join("agreement.accord"), broken).expect("written");
    let checked = run(&["check", &folder.display().to_string()]);
    assert_eq!(checked.code, 1, "{}{}", checked.out, checked.err);
    assert!(checked.err.contains("E0301") && checked.err.contains("in the text of 2012-01-01"), "{}", checked.err);
    assert_eq!(run(&["check", &on(&folder, "2015-07-01")]).code, 0, "the protocol mends it");
    // New words are shown where they stand.
    std::fs::write(folder.join("agreement.accord"), AGREEMENT).expect("written");
    let broken = PROTOCOL.replace("200.00 EUR", "12 months");
    std::fs::write(folder.join("amendments/protocol-1.accord"), broken).expect("written");
    let checked = run(&["check", &folder.display().to_string()]);
    assert!(checked.code == 1 && checked.err.contains("protocol-1.accord:7:"), "{}", checked.err);
    assert_eq!(run(&["check", &on(&folder, "2015-06-30")]).code, 0, "the text before it is sound");
}

#[test]
fn a_draft_is_part_of_no_text_but_must_find_its_provisions() {
    let folder = folder("versions-draft");
    let protocol = folder.join("amendments/protocol-1.accord");
    let draft = PROTOCOL.replace("from 2015-07-01", "unset \"not ratified\"");
    std::fs::write(&protocol, &draft).expect("written");
    let checked = run(&["check", &folder.display().to_string()]);
    assert_eq!(checked.code, 0, "{}{}", checked.out, checked.err);
    assert!(checked.out.contains("not in force: Protocol 1 (not ratified)"), "{}", checked.out);
    let tested = run(&["run", &folder.display().to_string(), "--case", "now"]);
    assert!(tested.out.contains("100.00 EUR"), "{}", tested.out);
    std::fs::write(&protocol, draft.replace("article 1(1)", "article 9(1)")).expect("written");
    let checked = run(&["check", &folder.display().to_string()]);
    assert!(checked.code == 1 && checked.err.contains("E0902"), "{}", checked.err);
    assert!(checked.err.contains("in the latest text"), "{}", checked.err);
}

#[test]
fn a_case_of_a_day_without_a_text_is_an_error_at_its_line() {
    let folder = folder("versions-early");
    std::fs::write(folder.join("cases/a.accord"), CASES.replace("2015-06-30", "2009-06-30")).expect("written");
    let tested = run(&["test", &folder.display().to_string()]);
    assert_eq!(tested.code, 1, "{}{}", tested.out, tested.err);
    assert!(tested.err.contains("E0704") && tested.err.contains("its first day is 2010-01-01"), "{}", tested.err);
    let ran = run(&["run", &folder.display().to_string(), "--case", "before"]);
    assert!(ran.code != 0 && ran.err.contains("its first day is 2010-01-01"), "{}", ran.err);
}

#[test]
fn two_days_of_one_agreement_are_compared() {
    let folder = folder("versions-diff");
    let latest = folder.display().to_string();
    let changed = run(&["diff", &on(&folder, "2015-06-30"), &latest]);
    assert_eq!(changed.code, 1, "{}{}", changed.out, changed.err);
    assert!(changed.out.contains("\nCHANGED") && changed.out.contains("allowance"), "{}", changed.out);
    // The texts of two days before the protocol are one text.
    let same = run(&["diff", &on(&folder, "2012-01-01"), &on(&folder, "2015-06-30")]);
    assert_eq!(same.code, 0, "{}{}", same.out, same.err);
    assert!(!same.out.contains("\nCHANGED"), "{}", same.out);
    assert_eq!(
        run(&["diff", &on(&folder, "2015-07-01"), &latest]).code,
        0,
        "the protocol's first day is the latest text"
    );
}
