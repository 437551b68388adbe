//! The commands as a user meets them: what they print, where, and how they end.

use accord_tests::{Ran, accord, at, scratch};
use serde_json::Value;
use std::path::Path;

fn run(arguments: &[&str]) -> Ran {
    accord(arguments.iter().copied())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}:\n{}\n{}", ran.out, ran.err))
}

#[test]
fn a_new_folder_checks_and_tests_green_and_a_mistake_in_it_is_found() {
    let folder = scratch("new").expect("a folder").join("demo");
    let path = shown(&folder);
    assert_eq!(run(&["new", &path]).code, 0);
    let checked = run(&["check", &path, "--deny", "warnings"]);
    assert_eq!(checked.code, 0, "{}{}", checked.out, checked.err);
    let tested = run(&["test", &path]);
    assert_eq!(tested.code, 0, "{}{}", tested.out, tested.err);
    assert!(tested.out.ends_with(" passed, 0 failed\n"), "{}", tested.out);
    assert_eq!(run(&["fmt", "--check", &path]).code, 0, "the template is in the standard form");
    let again = run(&["new", &path]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("nothing was written"), "{}", again.err);

    let file = folder.join("agreement.accord");
    let text = std::fs::read_to_string(&file).expect("text");
    let broken = text.replace("person.residence", "person.residense");
    assert_ne!(text, broken, "the template reads the residence");
    std::fs::write(&file, broken).expect("written");
    let checked = run(&["check", &path]);
    assert_eq!(checked.code, 1);
    assert!(checked.err.contains("residense") && checked.err.contains("`residence`"), "{}", checked.err);
    let tested = run(&["test", &path]);
    assert_eq!(tested.code, 1);
    assert!(tested.out.trim_end().ends_with("failed") && tested.out.contains("0 passed"), "{}", tested.out);
}

#[test]
fn what_is_not_there_is_named_with_a_remedy() {
    for arguments in [["check", "no/such/place"], ["test", "no/such/place"], ["fmt", "no/such/place"]] {
        let ran = run(&arguments);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains("no/such/place") && ran.err.contains("help"), "{}", ran.err);
    }
    let ran = run(&["check", &shown(&at("agremeents"))]);
    assert!(ran.code == 2 && ran.err.contains("did you mean"), "{}", ran.err);
    let empty = scratch("empty").expect("a folder");
    let ran = run(&["check", &shown(&empty)]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no agreement") && ran.err.contains("accord new"), "{}", ran.err);
}

#[test]
fn unknown_words_get_a_suggestion() {
    let ran = run(&["chekc"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("check"), "{}", ran.err);
    let ran = run(&["test", "--evaluator", "itnerp"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("did you mean `interp`"), "{}", ran.err);
    let ran = run(&["explain", "E031"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("did you mean"), "{}", ran.err);
    assert_eq!(run(&["explain", "e0301"]).code, 0);
    assert_eq!(run(&["--help"]).code, 0);
    assert_eq!(run(&["--version"]).code, 0);
    assert_eq!(run(&[]).code, 2);
}

#[test]
fn a_folder_without_cases_is_no_success() {
    let folder = scratch("caseless").expect("a folder");
    let text = "agreement XA-XB \"x\"\n  parties: XA, XB   articles: 1..1   month_end: last_day\narticle 1 \"x\"\n  not encoded \"x\"\n";
    std::fs::write(folder.join("agreement.accord"), text).expect("written");
    let ran = run(&["test", &shown(&folder)]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no cases found"), "{}", ran.err);
}

#[test]
fn json_has_the_promised_names() {
    let tested = json(&run(&["test", &shown(&at("agreements")), "--json"]));
    assert_eq!(tested["schema"], "accord.test/1");
    assert_eq!(tested["failed"], 0);
    let first = &tested["cases"][0];
    for name in ["agreement", "name", "evaluator", "status", "expected", "got"] {
        assert!(!first[name].is_null(), "{name}");
    }
    let checked = json(&run(&["check", &shown(&at("agreements")), "--json"]));
    assert_eq!(checked["schema"], "accord.check/1");
    assert!(checked["diagnostics"].is_array() && checked["unset"].is_array());
    for name in ["provisions", "encoded", "not_encoded", "missing"] {
        assert!(checked["coverage"][name].is_number(), "{name}");
    }
    let name = first["name"].as_str().expect("a name");
    let ran = json(&run(&["run", &shown(&at("agreements/nl-cv")), "--case", &nl_cv_case(&tested, name), "--json"]));
    assert_eq!(ran["schema"], "accord.run/1");
    let decision = &ran["decisions"][0];
    for name in ["decision", "party", "value", "outcome", "provisions"] {
        assert!(decision.get(name).is_some(), "{name}: {decision}");
    }
}

fn nl_cv_case(tested: &Value, otherwise: &str) -> String {
    let cases = tested["cases"].as_array().expect("cases");
    let of = cases.iter().find(|c| c["agreement"] == "NL-CV").and_then(|c| c["name"].as_str());
    of.unwrap_or(otherwise).to_owned()
}

#[test]
fn bytes_that_are_not_text_are_found_where_they_stand() {
    let folder = scratch("bytes").expect("a folder");
    let file = folder.join("agreement.accord");
    std::fs::write(&file, b"agreement XA-XB \"caf\xe9\"\n").expect("written");
    let ran = run(&["check", &shown(&file)]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("E0110") && ran.err.contains("byte 20 (0xe9)"), "{}", ran.err);
}

#[test]
fn a_file_beyond_all_measure_is_refused() {
    let folder = scratch("large").expect("a folder");
    let file = folder.join("agreement.accord");
    std::fs::write(&file, "# nothing\n".repeat(2_000_000)).expect("written");
    let ran = run(&["check", &shown(&file)]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("too large") && ran.err.contains("help"), "{}", ran.err);
    std::fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn a_missing_file_of_use_gets_the_nearest_name() {
    let folder = scratch("use").expect("a folder");
    std::fs::write(folder.join("legislation.accord"), "# nothing yet\n").expect("written");
    let text = "use \"legislatoin.accord\"\nagreement XA-XB \"x\"\n  parties: XA, XB   articles: 1..1   month_end: last_day\narticle 1 \"x\"\n  not encoded \"x\"\n";
    std::fs::write(folder.join("agreement.accord"), text).expect("written");
    let ran = run(&["check", &shown(&folder)]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("E0111") && ran.err.contains("did you mean `legislation.accord`"), "{}", ran.err);
    assert!(ran.err.contains("no agreement uses"), "{}", ran.err);
}

#[test]
fn part_of_a_name_finds_a_case_and_several_are_listed() {
    let path = shown(&at("agreements/nl-cv"));
    let ran = run(&["run", &path, "--case", "no such case at all"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no case is called"), "{}", ran.err);
    let ran = run(&["run", &path, "--case", "e"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("cases"), "{}", ran.err);
    let ran = run(&["run", &path, "--case", "cases/none.json"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("cases/none.json"), "{}", ran.err);
}

#[test]
fn no_line_of_a_derivation_is_wider_than_a_page() {
    let loaded = crate::cases::shipped();
    for root in &loaded.roots {
        let examined = accord_cli::examine::examine(&loaded, root).expect("examined");
        for case in &examined.cases {
            let text = accord_cli::derivation(examined.verified.as_ref().expect("a program"), case, "");
            for line in text.lines() {
                assert!(line.chars().count() <= 100, "{}: {line}", case.name);
                assert!(!line.contains("Outcome") && !line.contains("Value("), "{}: {line}", case.name);
            }
        }
    }
}

#[test]
fn inner_forms_are_printed() {
    let path = shown(&at("agreements/nl-cv"));
    for form in ["ast", "ir", "clif"] {
        let ran = run(&["check", &path, "--emit", form]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(ran.out.lines().count() > 50, "{form}: {}", ran.out);
    }
}

#[test]
fn schemas_are_json() {
    let case = json(&run(&["schema", "--case"]));
    assert!(case.is_object());
    let agreement = json(&run(&["schema", &shown(&at("agreements/nl-cv"))]));
    assert!(agreement.is_object() && agreement != case);
}

#[test]
fn formatting_leaves_a_text_with_errors_alone() {
    let folder = scratch("fmt").expect("a folder");
    let file = folder.join("broken.accord");
    let text = "agreement XA-XB \"x\"\n  article }}}\n";
    std::fs::write(&file, text).expect("written");
    let ran = run(&["fmt", &shown(&file)]);
    assert_eq!(ran.code, 1);
    assert_eq!(std::fs::read_to_string(&file).expect("text"), text);
    assert!(ran.err.contains("left as it is"), "{}", ran.err);
}
