//! Made-up claims: for every agreement that comes with this, the same for the same seed, and such as can be read.

use accord_batch::{Asked, Carried, Format, Source, facts_of};
use accord_cli::Loaded;
use accord_cli::examine::examine;
use accord_core::columns::Layout;
use accord_core::{Answer, Country, Facts};
use accord_interp::Interp;
use accord_tests::{Ran, accord, at, scratch};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const AGREEMENTS: &[&str] = &["nl-cv", "eu-883", "ets-78", "cz-md"];

fn run(arguments: &[&str]) -> Ran {
    accord(arguments.iter().copied())
}

fn agreement(name: &str) -> String {
    at("agreements").join(name).display().to_string()
}

/// Generates into a file and gives its text.
fn text(path: &str, out: &Path, options: &[&str]) -> String {
    let out_text = out.display().to_string();
    let mut arguments = vec!["generate", path, "--out", &out_text];
    arguments.extend(options);
    let ran = run(&arguments);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    std::fs::read_to_string(out).expect("the file")
}

fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect()
}

/// The columns of a question by the table of `accord schema`.
fn columns(path: &str, question: &str) -> Value {
    let ran = run(&["schema", path, "--columns", "--question", question, "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).expect("JSON")
}

fn folder(name: &str) -> PathBuf {
    scratch(&format!("generate-{name}")).expect("a folder")
}

#[test]
fn every_agreement_has_claims_with_its_columns() {
    let folder = folder("every");
    for name in AGREEMENTS {
        for question in ["benefit", "legislation"] {
            let path = agreement(name);
            let known = columns(&path, question);
            let strings = |key: &str, of: &Value| -> BTreeSet<String> {
                let all = of[key].as_array().expect("a list").iter();
                all.map(|v| v.as_str().or(v["name"].as_str()).expect("a name").to_owned()).collect()
            };
            let (names, parties) = (strings("columns", &known), strings("parties", &known));
            let out = folder.join(format!("{name}-{question}.jsonl"));
            let rows = rows(&text(&path, &out, &["--rows", "200", "--seed", "3", "--question", question]));
            assert_eq!(rows.len(), 200);
            for (at, row) in rows.iter().enumerate() {
                let row = row.as_object().expect("an object");
                assert_eq!(row["id"], format!("C{:07}", at + 1));
                let strange: Vec<&String> = row.keys().filter(|k| *k != "id" && !names.contains(*k)).collect();
                assert!(strange.is_empty(), "{name}: {strange:?}");
                for period in row.get("periods").and_then(Value::as_array).into_iter().flatten() {
                    assert!(parties.contains(period["party"].as_str().expect("a party")), "{period}");
                    assert!(period["from"].as_str() <= period["to"].as_str(), "{period}");
                }
            }
            let with_periods = rows.iter().filter(|r| r.get("periods").is_some()).count();
            assert!(question == "legislation" || with_periods > 180, "{with_periods}");
            let at_work = rows.iter().filter(|r| r.get("activities").is_some()).count();
            assert!(question == "benefit" || at_work > 180, "{at_work}");
        }
    }
}

/// How many rows a file has, and what could not be read of it.
fn read(path: &str, question: &str, file: &Path) -> (usize, Vec<String>) {
    let loaded = Loaded::from_paths(&[PathBuf::from(path)]).expect("loaded");
    let examined = examine(&loaded, &loaded.roots[0]).expect("examined");
    let layout = accord_ir::layout(examined.program().expect("a program"), question).expect("a layout");
    let format = Format::of(file).expect("a form");
    let mut source = Source::open(file, format, &layout, &Carried::default()).expect("a file that can be read");
    let (mut rows, mut bad) = (0, Vec::new());
    while let Some(block) = source.next().expect("a block") {
        rows += block.batch.num_rows();
        bad.extend(block.bad.into_iter().map(|b| b.said));
    }
    (rows, bad)
}

#[test]
fn what_is_made_can_be_read_in_every_form() {
    let folder = folder("read");
    for name in AGREEMENTS {
        let path = agreement(name);
        for question in ["benefit", "legislation"] {
            for form in Format::ALL {
                let out = folder.join(format!("{name}-{question}.{}", form.word()));
                let file = out.display().to_string();
                let ran = run(&[
                    "generate",
                    &path,
                    "--rows",
                    "100",
                    "--question",
                    question,
                    "--undated",
                    "10",
                    "--out",
                    &file,
                ]);
                assert_eq!(ran.code, 0, "{}", ran.err);
                let (rows, bad) = read(&path, question, &out);
                assert_eq!((rows, bad), (100, Vec::new()), "{file}");
            }
        }
    }
}

#[test]
fn rows_that_are_to_be_bad_cannot_be_read() {
    let folder = folder("bad");
    let path = agreement("nl-cv");
    for form in ["csv", "jsonl"] {
        let out = folder.join(format!("bad.{form}"));
        let ran = run(&["generate", &path, "--rows", "1000", "--bad", "100", "--out", &out.display().to_string()]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let (rows, bad) = read(&path, "benefit", &out);
        assert_eq!(rows, 1_000);
        assert!((60..140).contains(&bad.len()), "{}: {:?}", bad.len(), bad.first());
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_a_longer_file_begins_as_a_shorter_one() {
    let folder = folder("same");
    let path = agreement("nl-cv");
    let with = |name: &str, rows: &str, seed: &str| {
        text(&path, &folder.join(name), &["--rows", rows, "--seed", seed, "--overlaps", "30", "--undated", "10"])
    };
    let short = with("short.jsonl", "100", "7");
    assert!(short == with("again.jsonl", "100", "7"), "the same bytes");
    assert!(with("long.jsonl", "1_000", "7").starts_with(&short), "the first rows are the same");
    assert!(short != with("other.jsonl", "100", "8"), "another seed gives other claims");
    assert_eq!(with("none.jsonl", "0", "7"), "");
    for form in ["parquet", "arrow", "csv"] {
        let bytes = |name: &str| {
            let out = folder.join(format!("{name}.{form}"));
            let ran = run(&["generate", &path, "--rows", "500", "--out", &out.display().to_string()]);
            assert_eq!(ran.code, 0, "{}", ran.err);
            std::fs::read(out).expect("the file")
        };
        assert!(bytes("one") == bytes("two"), "{form}");
    }
}

#[test]
fn a_ruleset_has_the_same_claims_as_its_sources() {
    let folder = folder("ruleset");
    let path = agreement("cz-md");
    let ruleset = folder.join("cz-md.ruleset").display().to_string();
    assert_eq!(run(&["build", &path, "-o", &ruleset]).code, 0);
    let of = |path: &str, name: &str| text(path, &folder.join(name), &["--rows", "50"]);
    assert!(of(&path, "sources.jsonl") == of(&ruleset, "ruleset.jsonl"));
}

#[test]
fn what_is_asked_for_is_there() {
    let folder = folder("asked");
    let path = agreement("eu-883");
    let options =
        ["--rows", "100", "--benefit", "invalidity.pension", "--parties", "DE,pl", "--periods", "20", "--missing", "0"];
    let rows = rows(&text(&path, &folder.join("some.jsonl"), &options));
    let mut periods = 0;
    for row in &rows {
        assert_eq!(row["claim.benefit"], "invalidity.pension");
        let record = row["periods"].as_array().expect("periods");
        assert!(record.iter().all(|p| p["party"] == "DE" || p["party"] == "PL"));
        assert!(record.windows(2).all(|w| w[0]["from"].as_str() <= w[1]["from"].as_str()), "in order");
        periods += record.len();
    }
    assert!((1_700..2_300).contains(&periods), "{periods}");
}

#[test]
fn what_cannot_be_had_is_refused() {
    let folder = folder("refused");
    let path = agreement("nl-cv");
    let refused = |options: &[&str], why: &str| {
        let out = folder.join("out.parquet").display().to_string();
        let mut arguments = vec!["generate", &path, "--rows", "10", "--out", &out];
        arguments.extend(options);
        let ran = run(&arguments);
        assert_eq!(ran.code, 2, "{}", ran.out);
        assert!(ran.err.contains(why), "{}", ran.err);
        assert!(!Path::new(&out).exists());
    };
    refused(&["--benefit", "old_age"], "there is no benefit `old_age`");
    refused(&["--parties", "FR"], "FR is no party");
    refused(&["--parties", "Netherlands"], "is no country");
    refused(&["--bad", "5"], "cannot hold a day that does not exist");
    refused(&["--to", "xlsx"], "there is no form of file `xlsx`");
    refused(&["--question", "benefits"], "there is no question `benefits`");
    refused(&["--overlaps", "101"], "101");
}

#[test]
fn the_table_of_columns_is_for_people_too() {
    let ran = run(&["schema", &agreement("nl-cv"), "--columns"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for line in ["claim.event", "periods[].party", "CV.alone", "rate.CVE.EUR"] {
        assert!(ran.out.lines().any(|l| l.starts_with(line)), "{}", ran.out);
    }
    assert!(ran.out.lines().all(|l| l == l.trim_end()));
}

/// The facts of all rows of a file, of these columns alone.
fn facts(file: &Path, layout: &Layout, needed: Option<BTreeSet<usize>>) -> Vec<Facts> {
    let (outputs, citations) = (Vec::new(), Vec::new());
    let asked = Asked { layout: layout.clone(), outputs, citations, provisions: false };
    let carried = Carried { needed, ..Carried::default() };
    let source = Source::open(file, Format::Arrow, layout, &carried).expect("a file that can be read");
    let mut all = Vec::new();
    facts_of(source, &asked, &(1..=200).collect(), &mut |_, facts| all.push(facts)).expect("read");
    all
}

#[test]
fn columns_that_decisions_do_not_read_make_no_difference() {
    let folder = folder("reads");
    for name in AGREEMENTS {
        let path = agreement(name);
        let file = folder.join(format!("{name}.arrow"));
        let out = file.display().to_string();
        let ran = run(&["generate", &path, "--rows", "200", "--missing", "5", "--undated", "5", "--out", &out]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let loaded = Loaded::from_paths(&[PathBuf::from(&path)]).expect("loaded");
        let examined = examine(&loaded, &loaded.roots[0]).expect("examined");
        let verified = examined.verified.as_ref().expect("a program");
        let program = verified.program();
        let layout = accord_ir::layout(program, "benefit").expect("a layout");
        let parties: Vec<Country> = layout.parties.iter().copied().take(3).collect();
        let whole = facts(&file, &layout, None);
        let asked = program.questions.iter().find(|q| q.name == "benefit").expect("a question").decides.clone();
        let (mut fewer, mut felt) = (0, 0);
        for id in asked {
            let decision = &program.decisions[id.0 as usize];
            let names = [decision.name.clone()];
            let Ok(wanted) = accord_ir::outputs(program, &layout, &parties, &names) else { continue };
            let needed = accord_ir::reads(program, &layout, [id]);
            fewer += usize::from(needed.len() < layout.columns.len());
            let answers = |rows: &[Facts]| -> Vec<Vec<Answer>> {
                let row = |facts| {
                    let mut interp = Interp::new(verified, facts);
                    wanted.iter().map(|(_, args, _)| interp.ask(decision.node, args)).collect()
                };
                rows.iter().map(row).collect()
            };
            let right = answers(&whole);
            let read = answers(&facts(&file, &layout, Some(needed.clone())));
            let other = right.iter().zip(&read).position(|(right, read)| right != read);
            assert_eq!(other, None, "{name}: `{}` of this row is another without the columns left out", decision.name);
            // It is felt if the columns that are read are left out.
            let not: BTreeSet<usize> = (0..layout.columns.len()).filter(|at| !needed.contains(at)).collect();
            felt += usize::from(answers(&facts(&file, &layout, Some(not))) != right);
        }
        println!("{name}: {fewer} decisions read fewer columns than there are, {felt} are others without them");
        assert!(fewer > 5 && felt > 5, "{name}: {fewer}, {felt}");
    }
}
