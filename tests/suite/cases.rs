//! The worked cases of the shipped agreements.

use accord_analysis::case::{self, Case};
use accord_cli::evaluate::Evaluator;
use accord_cli::examine::{examine, in_parallel};
use accord_cli::{Loaded, Root};
use accord_source::Diagnostics;
use accord_syntax::ast;
use accord_tests::{accord, at, check, complaint, run_cases};

/// The agreements as shipped.
pub fn shipped() -> Loaded {
    Loaded::from_paths(&[at("agreements")]).expect("the shipped agreements are read")
}

#[test]
fn every_case_gives_what_it_expects_under_every_evaluator() {
    let loaded = shipped();
    let results = in_parallel(loaded.roots.len(), |i| {
        let examined = examine(&loaded, &loaded.roots[i]).expect("examined");
        assert_eq!(examined.unread, 0, "{}", accord_cli::draw(&loaded.sources, &examined.found.sorted(), false));
        let verdicts = run_cases(&examined).expect("run");
        let wrong: String = verdicts.iter().filter(|v| !v.passed()).map(complaint).collect();
        (verdicts.len(), wrong)
    });
    let results = results.expect("all agreements were run");
    let wrong: String = results.iter().map(|(_, wrong)| wrong.as_str()).collect();
    assert!(wrong.is_empty(), "{wrong}");
    let count: usize = results.iter().map(|(count, _)| count).sum();
    assert!(count >= 25, "only {count} cases");
}

#[test]
fn ten_cases_exist_as_json_only() {
    let loaded = shipped();
    let json: usize = loaded.roots.iter().map(|r| r.cases.iter().filter(|c| c.json).count()).sum();
    assert!(json >= 10, "only {json} cases as JSON");
}

#[test]
fn the_command_prints_what_the_suite_found() {
    let ran = accord([at("agreements")].iter().fold(vec!["test".into()], |mut all: Vec<std::ffi::OsString>, p| {
        all.push(p.into());
        all
    }));
    let last = ran.out.lines().last().unwrap_or_default();
    assert!(last.ends_with(" passed, 0 failed"), "{}\n{}", ran.out, ran.err);
    assert_eq!(ran.code, 0);
}

const SMALL: &str = r#"
agreement XA-XB "Canary"
  parties: XA, XB   articles: 1..1   month_end: last_day
article 1 "Payment abroad"
  rule exportable(P) when person.residence in { XA, XB }
case "canary" {
  person: { residence: XB }
  expect: { XA: { exportable: EXPECTED  because: BECAUSE } }
}
"#;

fn small(expected: &str, because: &str) -> bool {
    let text = SMALL.replace("EXPECTED", expected).replace("BECAUSE", because);
    let checked = check("canary.accord", &text).expect("checked");
    assert!(checked.errors().is_empty(), "{}", checked.drawn());
    let verdicts = run_cases(&checked.examined).expect("run");
    assert_eq!(verdicts.len(), 1);
    assert_eq!(verdicts[0].checked.len(), Evaluator::ALL.len());
    verdicts[0].passed()
}

#[test]
fn a_wrong_expectation_fails() {
    assert!(small("yes", "article 1"));
    assert!(!small("no", "article 1"));
    assert!(!small("nothing", "article 1"));
    assert!(!small("undetermined", "article 1"));
}

#[test]
fn a_case_that_expects_nothing_cannot_pass() {
    let text = SMALL.replace("{ XA: { exportable: EXPECTED  because: BECAUSE } }", "{}");
    let checked = check("canary.accord", &text).expect("checked");
    assert!(run_cases(&checked.examined).expect("run").iter().all(|v| !v.passed()));
}

/// Every case goes to JSON and back unchanged, so that neither form can say what the other cannot.
#[test]
fn every_case_survives_the_way_to_json_and_back() {
    let loaded = shipped();
    for root in &loaded.roots {
        let examined = examine(&loaded, root).expect("examined");
        let program = examined.program().expect("a program");
        for item in items(&loaded, root) {
            let mut sink = Diagnostics::default();
            let there = case::from_ast(program, &item, &mut sink).expect("the case is read");
            let json = serde_json::to_string_pretty(&case::ast_to_json(&item)).expect("JSON");
            let mut sink = Diagnostics::default();
            let mut scratch = loaded.sources.clone();
            let file = scratch.add("round-trip.json", json.clone());
            let back = case::from_json(program, file, &json, &mut sink);
            let back = back.unwrap_or_else(|| {
                panic!("{}:\n{json}\n{}", there.name, accord_cli::draw(&scratch, &sink.sorted(), false))
            });
            assert_eq!(essence(&there), essence(&back), "{json}");
        }
    }
}

fn items(loaded: &Loaded, root: &Root) -> Vec<ast::Item> {
    let files = root.uses.iter().copied().chain(root.cases.iter().filter(|c| !c.json).map(|c| c.file));
    let items = files.filter_map(|id| loaded.tree(id)).flat_map(|t| &t.items);
    items.filter(|i| matches!(i.kind, ast::ItemKind::Case { .. })).cloned().collect()
}

/// A case without the places it came from.
fn essence(case: &Case) -> String {
    let expect: Vec<String> =
        case.expect.iter().map(|e| format!("{:?}", (e.decision, &e.args, &e.want, &e.because))).collect();
    let verdicts: Vec<String> =
        case.verdicts.iter().map(|v| format!("{:?}", (&v.standard, &v.statement, &v.party, v.kept))).collect();
    format!(
        "{:#?}",
        (
            &case.name,
            &case.question,
            &case.source,
            &case.evidence,
            &case.corrected,
            &case.note,
            &case.facts,
            &case.concerned,
            expect,
            verdicts,
        )
    )
}
