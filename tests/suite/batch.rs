//! Runs over files: the same answers as case by case, and nothing a row or a file can do to the rest.

use accord_cli::Loaded;
use accord_cli::evaluate::{Evaluator, Question, Ready, label};
use accord_cli::examine::{cases_as_json, examine};
use accord_codegen::COINCIDING;
use accord_core::{Outcome, Value};
use accord_tests::{Ran, accord, at, scratch};
use serde_json::Value as Json;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

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

/// What was said, however it was broken into lines.
fn unwrapped(said: &str) -> String {
    said.replace("\n  │ ", " ").replace("\n        ", " ")
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
    let said = unwrapped(&ran.err);
    assert!(said.contains("no column `claim.evnt`") && said.contains("did you mean `claim.event`?"), "{said}");
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

/// The command as a program of its own, where it was built beside the tests.
fn program() -> Option<PathBuf> {
    let tests = std::env::current_exe().ok()?;
    let beside = tests.parent()?.parent()?.join(format!("accord{}", std::env::consts::EXE_SUFFIX));
    beside.is_file().then_some(beside)
}

#[test]
fn a_killed_run_leaves_the_old_answers_and_a_file_that_the_next_one_removes() {
    let Some(program) = program() else {
        println!("not run: `cargo build` makes the program that is to be killed");
        return;
    };
    let folder = folder("killed");
    let to = folder.join("answers.csv");
    std::fs::write(&to, "old").expect("written");
    let mut child = Command::new(program)
        .arg("batch")
        .arg(at("agreements/nl-cv"))
        .args(["--in", "-", "--from", "jsonl", "--out"])
        .arg(&to)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("started");
    // More than is read at once; as the input does not end, the run does not either.
    let mut input = child.stdin.take().expect("an input");
    let writing = std::thread::spawn(move || {
        let _ = input.write_all("{}\n".repeat(200_000).as_bytes());
        input
    });
    let partial = || {
        let names =
            std::fs::read_dir(&folder).expect("a folder").filter_map(|e| e.ok()?.file_name().into_string().ok());
        names.filter(|name| name.starts_with(".answers.csv.accord-partial-")).collect::<Vec<_>>()
    };
    let begun = Instant::now();
    while partial().is_empty() && begun.elapsed() < Duration::from_secs(60) {
        assert!(child.try_wait().expect("asked").is_none(), "it ended by itself");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("killed");
    let _ = child.wait().expect("ended");
    drop(writing.join());
    assert_eq!(partial().len(), 1, "one file is left over, and says whose it is");
    assert_eq!(std::fs::read_to_string(&to).expect("there"), "old");
    assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 2);
    let from = folder.join("claims.jsonl");
    std::fs::write(&from, format!("{{{CLAIM}}}\n")).expect("written");
    let ran = batch("agreements/nl-cv", &from, &to, &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(partial().is_empty() || !Path::new("/proc/self").exists());
    assert!(std::fs::read_to_string(&to).expect("there").starts_with("entitled(CV),"));
}

#[test]
fn a_damaged_file_is_refused_with_its_name_and_its_column() {
    let folder = folder("damaged");
    let (whole, from, to) = (folder.join("whole.arrow"), folder.join("damaged.arrow"), folder.join("answers.csv"));
    let made = accord(
        ["generate", &at("agreements/nl-cv").display().to_string(), "--rows", "200", "--out"]
            .map(str::to_owned)
            .into_iter()
            .chain([whole.display().to_string()]),
    );
    assert_eq!(made.code, 0, "{}", made.err);
    let bytes = std::fs::read(&whole).expect("made");
    let refused = |bytes: &[u8]| {
        std::fs::write(&from, bytes).expect("written");
        let ran = batch("agreements/nl-cv", &from, &to, &[]);
        assert!(!to.exists() || ran.code == 0);
        let _ = std::fs::remove_file(&to);
        (ran.code != 0).then(|| unwrapped(&ran.err))
    };
    let cut = refused(bytes.get(..bytes.len() / 2).expect("half")).expect("refused");
    assert!(cut.contains("damaged.arrow`: the end of the file") && cut.contains("help: write the file anew"), "{cut}");
    // Somewhere among this there are the bounds of lists and the keys of words.
    let mut blamed = 0;
    for at in (0..bytes.len()).step_by(bytes.len() / 60) {
        let mut changed = bytes.clone();
        changed.iter_mut().skip(at).take(16).for_each(|byte| *byte = 0xee);
        if let Some(said) = refused(&changed) {
            assert!(said.contains("damaged.arrow`") && said.contains("help: "), "{said}");
            blamed += usize::from(said.contains("the column `"));
        }
    }
    assert!(blamed > 0, "no column was blamed");
}
