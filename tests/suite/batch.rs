//! Runs over files: the same answers as case by case, and nothing a row or a file can do to the rest.

use accord_cli::Loaded;
use accord_cli::evaluate::{Evaluator, Question, Ready, label};
use accord_cli::examine::{cases_as_json, examine};
use accord_codegen::COINCIDING;
use accord_core::{Outcome, Value};
use accord_tests::{Ran, accord, at, scratch};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};

const CLAIM: &str = r#""person": {"born": "1945-01-01", "nationalities": ["CV"], "residence": "CV"}, "claim": {"benefit": "old_age.pension", "financing": "contributory", "start": "2010-01-01", "event": "2010-01-01", "made_on": "2009-10-01"}, "given": {"NL": {"entitled": true, "entitled_alone": true, "alone": "200.00 EUR"}, "CV": {"entitled": true, "entitled_alone": true, "alone": "110 CVE", "all": "1320 CVE"}}"#;

fn folder(name: &str) -> PathBuf {
    scratch(&format!("batch-{name}")).expect("a folder")
}

fn batch(agreement: &str, from: &Path, to: &Path, more: &[&str]) -> Ran {
    let path = at(agreement).display().to_string();
    let (from, to) = (from.display().to_string(), to.display().to_string());
    let fixed = ["batch", &path, "--in", &from, "--out", &to];
    accord(fixed.iter().chain(more).map(|a| (*a).to_owned()))
}

fn lines(path: &Path) -> Vec<Json> {
    let text = std::fs::read_to_string(path).expect("written");
    text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect()
}

/// A value as a row of JSON holds it.
fn in_row(value: &Value) -> Json {
    match value {
        Value::YesNo(yes) => Json::Bool(*yes),
        Value::Money(money) => Json::String(money.to_string()),
        other => Json::String(format!("{other:?}")),
    }
}

#[test]
fn cases_as_rows_get_the_answers_of_cases() {
    for agreement in ["agreements/nl-cv", "agreements/cz-md", "agreements/ets-78", "agreements/eu-883"] {
        let loaded = Loaded::from_paths(&[at(agreement)]).expect("loaded");
        let root = loaded.roots.first().expect("an agreement");
        let examined = examine(&loaded, root).expect("examined");
        let verified = examined.verified.as_ref().expect("a program");
        let program = verified.program();
        let all = cases_as_json(&loaded, root);
        assert_eq!(all.len(), examined.cases.len());
        let put: Vec<_> = examined.cases.iter().zip(&all).filter(|(c, _)| c.question == "benefit").collect();
        let folder = folder(&agreement.replace('/', "-"));
        let (from, to) = (folder.join("cases.jsonl"), folder.join("answers.jsonl"));
        let text: String = put.iter().map(|(_, json)| format!("{json}\n")).collect();
        std::fs::write(&from, text).expect("written");
        let parties: Vec<String> = program.parties.iter().map(|p| p.country.to_string()).collect();
        let ran = batch(agreement, &from, &to, &["--party", &parties.join(","), "--decisions", "payable,entitled"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let rows = lines(&to);
        assert_eq!(rows.len(), put.len());
        let ready = Ready::new(verified, &[Evaluator::Jit]).expect("ready");
        let mut compared = 0;
        for ((case, _), row) in put.iter().zip(&rows) {
            for asked in ready.ask(case) {
                let Question { decision, .. } = &asked.question;
                let name = program.decisions.get(decision.0 as usize).map_or("", |d| d.name.as_str());
                if !matches!(name, "payable" | "entitled") {
                    continue;
                }
                let label = label(program, &asked.question);
                let answer = &asked.answers.first().expect("an answer").1;
                // A column is in one currency, a case may be in any; and a case may name another fact as its day.
                let reason = row[format!("{label}.reason")].as_str().unwrap_or_default();
                if reason.contains(" is not in ") || reason.contains("`start` is not a day") {
                    continue;
                }
                let (word, of) = (row[format!("{label}.outcome")].as_str(), &case.name);
                assert_eq!(word, Some(answer.outcome.word()), "{label} of {of}: {row}");
                if let Outcome::Value(value) = &answer.outcome {
                    assert_eq!(row[&label], in_row(value), "{label} of {of}");
                }
                if let Outcome::Undetermined(names) | Outcome::Refer(names) | Outcome::Gap(names) = &answer.outcome {
                    // Which days coincide is said by whoever explains the row.
                    let short = |name: &str| match name.strip_prefix(COINCIDING) {
                        Some(_) => COINCIDING.to_owned(),
                        None => name.to_owned(),
                    };
                    let names = names.iter().map(|name| short(name)).collect::<Vec<_>>().join("; ");
                    assert_eq!(row[format!("{label}.reason")].as_str(), Some(names.as_str()), "{label} of {of}");
                }
                compared += 1;
            }
        }
        assert!(compared >= put.len(), "{agreement}: {compared} answers of {} cases", put.len());
    }
}

#[test]
fn a_row_that_cannot_be_read_comes_out_with_its_reason() {
    let folder = folder("reasons");
    let (from, to) = (folder.join("claims.jsonl"), folder.join("answers.jsonl"));
    let periods = r#""periods": [{"party": "NL", "from": "1980-01-01", "to": "1989-12-31"}, {"party": "CV", "from": "2001-01-01", "to": "2001-06-20"}, {"party": "CV", "from": "2002-01-01", "to": "2002-06-20"}]"#;
    let good = format!("{{\"id\": 1, {CLAIM}, {periods}}}");
    let backwards = good.replace("2002-06-20", "2001-12-01");
    let text = format!("{good}\nnonsense\n{backwards}\n{}\n", good.replace("2010-01-01", "2001-13-45"));
    std::fs::write(&from, text).expect("written");
    let ran = batch("agreements/nl-cv", &from, &to, &["--provisions", "--explain-rows", "1,3"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let rows = lines(&to);
    assert_eq!(rows[0]["payable(CV)"], "120.00 CVE");
    assert_eq!(rows[0]["payable(CV).provisions"], "article 17(4)");
    let reason = |row: usize| rows[row]["payable(CV).reason"].as_str().unwrap_or_default();
    assert!(reason(1).contains("the line is not JSON"), "{}", reason(1));
    assert!(reason(2).contains("periods: the 3rd ends on 2001-12-01, before it begins on 2002-01-01"), "{}", reason(2));
    assert!(reason(3).contains("claim.event: `2001-13-45` is not a day"), "{}", reason(3));
    assert!(ran.out.contains("Case: row 1\n") && ran.out.contains("Case: row 3\n"), "{}", ran.out);
    assert!(ran.out.contains("NL-CV: 4 rows of `benefit`"), "{}", ran.out);
}

#[test]
fn a_file_that_cannot_be_run_leaves_the_old_answers() {
    let folder = folder("intact");
    let (from, to) = (folder.join("claims.jsonl"), folder.join("answers.csv"));
    std::fs::write(&from, format!("{{{CLAIM}}}\n{{\"claim\": {{\"evnt\": \"2010-01-01\"}}}}\n")).expect("written");
    std::fs::write(&to, "old").expect("written");
    let ran = batch("agreements/nl-cv", &from, &to, &[]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("no column `claim.evnt`") && ran.err.contains("did you mean `claim.event`?"),
        "{}",
        ran.err
    );
    assert_eq!(std::fs::read_to_string(&to).expect("there"), "old");
    assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 2, "no file is left over");
    let ran = batch("agreements/nl-cv", &from, &to, &["--ignore", "claim.evnt", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let summary: Json = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!((&summary["schema"], &summary["rows"]), (&Json::from("accord.batch/1"), &Json::from(2)));
    assert!(std::fs::read_to_string(&to).expect("there").starts_with("entitled(CV),entitled(CV).outcome,"));
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let folder = folder("refused");
    let from = folder.join("claims.csv");
    std::fs::write(&from, "claim.event\n2010-01-01\n").expect("written");
    let refused = |agreement: &str, to: &Path, more: &[&str], with: &str| {
        let ran = batch(agreement, &from, to, more);
        assert_eq!(ran.code, 2, "{}", ran.out);
        assert!(ran.err.replace("\n", " ").contains(with), "{}", ran.err);
    };
    let to = folder.join("answers.csv");
    refused("agreements/nl-cv", &from, &[], "cannot be read and replaced at once");
    refused("agreements/nl-cv", &folder.join("answers.xlsx"), &[], "does not say by its ending");
    refused("agreements/nl-cv", &to, &["--party", "FR"], "`FR` is not a party");
    refused("agreements/nl-cv", &to, &["--decisions", "pay"], "does not decide `pay`");
    refused("agreements/nl-cv", &to, &["--keep", "note"], "no column `note` to keep");
    refused("agreements/nl-cv", &to, &["--explain-rows", "7"], "there is no row 7");
    refused("agreements/eu-883", &to, &[], "name those whose decisions you want");
}
