//! What a negotiator asks of two versions: of some persons only, of a file of claims, of a solver.

use accord_tests::{Ran, accord, scratch};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};

const TEXT: &str = r#"decision allowance: EUR default nothing

question grant
  facts   person: Person   asked: YesNo
  decides allowance

agreement XA-XB "Two allowances"
  parties: XA, XB   articles: 1..2   month_end: last_day

article 1 "Residents of Alpha"
  rule allowance = 100.00 EUR when person.residence is XA

article 2 "Residents of Beta"
  rule allowance = 60.00 EUR when person.residence is XB
"#;

/// Alpha pays more, Beta less, and nothing to refugees.
fn later() -> String {
    let text = TEXT.replace("100.00", "110.00").replace("60.00", "50.00");
    text.replace("residence is XB", "residence is XB and not person.refugee")
}

/// Two versions in a folder of their own, with their paths.
fn versions(name: &str, old: &str, new: &str) -> (PathBuf, String, String) {
    let folder = scratch(name).expect("a folder");
    let paths = [("old.accord", old), ("new.accord", new)].map(|(file, text)| {
        let path = folder.join(file);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    });
    let [old, new] = paths;
    (folder, old, new)
}

fn diff(old: &str, new: &str, more: &[&str]) -> Ran {
    accord(["diff", old, new].into_iter().chain(more.iter().copied()))
}

fn json(ran: &Ran) -> Json {
    serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}:\n{}\n{}", ran.out, ran.err))
}

/// The groups told, each with its effect.
fn effects(ran: &Json) -> Vec<String> {
    let decisions = ran["decisions"].as_array().expect("decisions");
    let groups = decisions.iter().filter_map(|d| d["change"]["groups"].as_array()).flatten();
    let mut all: Vec<String> = groups.map(|g| g["effect"].as_str().expect("an effect").to_owned()).collect();
    all.sort();
    all
}

#[test]
fn a_condition_leaves_only_those_of_whom_it_holds() {
    let (_, old, new) = versions("asking-where", TEXT, &later());
    let all = json(&diff(&old, &new, &["--json"]));
    assert_eq!(effects(&all), ["less", "loss", "more"], "{all}");
    assert_eq!(all["where"], Json::Null);

    for (condition, wanted, code) in [
        ("person.residence is XA", &["more"][..], 1),
        ("residence is XB and not person.refugee", &["less"], 1),
        ("person.refugee and (residence is XB or residence is US)", &["loss"], 1),
        ("residence is XA or residence is XB and person.refugee", &["loss", "more"], 1),
        ("residence not in any party", &[], 0),
        ("not (residence is XA or residence is XB)", &[], 0),
        // Of those to whom either text grants it: nobody of them is lost from sight.
        ("allowance is more than 55.00 EUR", &["less", "loss", "more"], 1),
        ("allowance is more than 105.00 EUR", &["more"], 1),
    ] {
        let ran = diff(&old, &new, &["--where", condition, "--json"]);
        assert_eq!(ran.code, code, "{condition}\n{}{}", ran.out, ran.err);
        let found = json(&ran);
        assert_eq!(effects(&found), wanted, "{condition}\n{found}");
        assert_eq!(found["where"]["condition"], condition);
        assert_eq!((&found["where"]["somebody"], &found["complete"]), (&true.into(), &true.into()), "{condition}");
        let either = condition.contains("allowance");
        assert_eq!(found["where"]["under_either_text"], either, "{condition}");
        let names: Vec<&str> =
            found["decisions"].as_array().expect("all").iter().filter_map(|d| d["decision"].as_str()).collect();
        assert!(!names.contains(&"--where"), "the condition is no decision of the text");
    }
}

#[test]
fn the_report_says_of_whom_it_tells() {
    let (folder, old, new) = versions("asking-report", TEXT, &later());
    let page = folder.join("page.html").display().to_string();
    let told = diff(&old, &new, &["--where", "residence is XA", "--html", &page]);
    for wanted in [
        "only:   persons of whom it holds that residence is XA\n",
        "[complete: nobody else of them is touched, proved]",
        "This tells of persons of whom it holds that residence is XA, and of nobody else.",
        "Nobody else of them is touched, and that is proved.",
    ] {
        assert!(told.out.replace('\n', " ").contains(wanted.trim_end()), "{wanted}\nin:\n{}", told.out);
    }
    let page = std::fs::read_to_string(page).expect("a page");
    assert!(page.contains("of whom the condition above holds") && page.contains("This tells of persons"), "{page}");
    let none = diff(&old, &new, &["--where", "residence is US"]);
    assert_eq!(none.code, 0);
    let said = none.out.replace('\n', " ");
    assert!(said.contains("None of them is answered otherwise, and that is proved."), "{}", none.out);
}

#[test]
fn a_condition_that_cannot_be_read_is_refused_where_it_is_wrong() {
    let extra = later().replace("asked: YesNo", "asked: YesNo   hurried: YesNo");
    let (_, old, new) = versions("asking-mistakes", TEXT, &extra);
    for (condition, wanted) in [
        ("person.residense is XA", &["residense", "`residence`", "--where:1:"][..]),
        ("person.refugee or", &["--where:1:", "after"]),
        ("", &["`--where` has no condition"]),
        ("allowance", &["--where:1:", "expected a condition", "compare it with something"]),
        ("hurried", &["--where:1:", "old.accord", "the other version can read it"]),
        ("residence is XA and residence is XB", &["holds of nobody", "contradict"]),
    ] {
        let ran = diff(&old, &new, &["--where", condition]);
        assert_eq!(ran.code, 2, "{condition}\n{}{}", ran.out, ran.err);
        assert_eq!(ran.out, "", "{condition}");
        for word in wanted {
            assert!(ran.err.contains(word), "{word} of `{condition}` in:\n{}", ran.err);
        }
        assert_eq!(ran.err.matches("error").count().max(1), 1, "said once: {}", ran.err);
    }
}

const CLAIMS: &str = "\
id,person.residence,person.refugee,asked
1,XA,no,yes
2,XB,no,yes
3,XB,yes,yes
4,US,no,yes
5,XB,,yes
6,Beta,no,yes
";

fn population(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    path.display().to_string()
}

#[test]
fn a_file_of_claims_is_counted_under_both_versions() {
    let (folder, old, new) = versions("asking-population", TEXT, &later());
    let claims = population(&folder, "claims.csv", CLAIMS);
    let ran = diff(&old, &new, &["--population", &claims, "--question", "grant", "--json"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let found = json(&ran);
    let counted = &found["population"];
    assert_eq!(
        (&counted["rows"], &counted["differ"], &counted["unreadable"]["rows"]),
        (&6.into(), &3.into(), &1.into())
    );
    let allowance = &counted["outputs"][0];
    assert_eq!(allowance["name"], "allowance");
    let rows = |what: &str| allowance["rows"][what].as_u64().expect("a number");
    assert_eq!(["more", "less", "loss", "same", "open"].map(rows), [1, 1, 1, 1, 2], "{allowance}");
    // Rows 1 to 4: 100 + 60 + 60 before, 110 + 50 after.
    assert_eq!((&allowance["before"], &allowance["after"]), (&Json::Null, &Json::Null));
    assert_eq!(
        (&allowance["sums"]["before"], &allowance["sums"]["after"]),
        (&"220.00 EUR".into(), &"160.00 EUR".into())
    );
    let open = counted["open"].to_string();
    assert!(open.contains("person.refugee") && open.contains("person.residence"), "{open}");
    assert!(counted["unreadable"]["what"].to_string().contains("Beta"), "{counted}");

    let page = folder.join("page.html").display().to_string();
    let told = diff(&old, &new, &["--population", &claims, "--question", "grant", "--html", &page]);
    for wanted in [
        "6 rows",
        "allowance: 1 loses, 1 gets less, 1 gets more, 1 is answered alike, 2 are open",
        "allowance, in all: 220.00 EUR before, 160.00 EUR after",
        "1 row holds something that cannot be read",
        "Of the 6 claims in",
    ] {
        assert!(told.out.replace("\n           ", " ").contains(wanted), "{wanted}\nin:\n{}", told.out);
    }
    assert!(std::fs::read_to_string(page).expect("a page").contains("220.00 EUR before"));

    // Together with a condition: rows of whom it does not hold are not counted.
    let only =
        diff(&old, &new, &["--population", &claims, "--question", "grant", "--where", "residence is XB", "--json"]);
    let counted = &json(&only)["population"];
    assert_eq!((&counted["outside"], &counted["not_known_whether"]), (&2.into(), &1.into()), "{counted}");
    let rows = counted["outputs"][0]["rows"].clone();
    assert_eq!(
        (&rows["less"], &rows["loss"], &rows["open"], &rows["more"]),
        (&1.into(), &1.into(), &1.into(), &0.into())
    );
}

#[test]
fn a_fact_that_one_version_asks_for_is_not_guessed() {
    let extra = later().replace("asked: YesNo", "asked: YesNo   urgent: YesNo").replace("is XA", "is XA and urgent");
    let (folder, old, new) = versions("asking-facts", TEXT, &extra);
    let claims = population(&folder, "claims.csv", CLAIMS);
    let ran = diff(&old, &new, &["--population", &claims, "--question", "grant", "--json"]);
    let counted = &json(&ran)["population"];
    assert_eq!(counted["only_after_asks_for"], serde_json::json!(["urgent"]));
    let first = counted["open"].as_array().expect("reasons").iter().find(|o| o["reason"] == "urgent").expect("named");
    assert_eq!((&first["version"], &first["count"]), (&"after".into(), &1.into()));

    // A file that says it is read by the version that asks for it, and left by the other.
    let known = population(&folder, "known.csv", "person.residence,person.refugee,asked,urgent\nXA,no,yes,yes\n");
    let ran = diff(&old, &new, &["--population", &known, "--question", "grant", "--json"]);
    let counted = &json(&ran)["population"];
    assert_eq!(counted["outputs"][0]["rows"]["more"], 1, "{counted}");
}

#[test]
fn a_population_that_cannot_be_counted_is_refused_with_a_remedy() {
    let (folder, old, new) = versions("asking-refused", TEXT, &later());
    let claims = population(&folder, "claims.csv", CLAIMS);
    let wrong = population(&folder, "wrong.csv", "person.residence,asked,shoe_size\nXA,yes,44\n");
    for (arguments, wanted) in [
        (vec!["--population", "no-such-file.csv", "--question", "grant"], "no-such-file.csv"),
        (vec!["--population", &claims, "--question", "grnt"], "there is no question `grnt`"),
        (vec!["--population", &claims, "--question", "grant", "--party", "FR"], "not a party of both"),
        (vec!["--population", "-", "--question", "grant"], "put the claims into a file"),
        (vec!["--population", &wrong, "--question", "grant"], "`--ignore shoe_size` leaves it out"),
    ] {
        let ran = diff(&old, &new, &arguments);
        assert_eq!(ran.code, 2, "{arguments:?}\n{}{}", ran.out, ran.err);
        assert!(ran.err.replace("\n", " ").contains(wanted), "{wanted} in:\n{}", ran.err);
    }
    assert_eq!(diff(&old, &new, &["--question", "grant"]).code, 2, "a question without a population");
    let left = diff(&old, &new, &["--population", &wrong, "--question", "grant", "--ignore", "shoe_size"]);
    assert_eq!(left.code, 1, "{}", left.err);
}

/// A text about figures, with a rule put in.
fn figures(rule: &str) -> String {
    format!(
        "decision points: Number default 0\n\nquestion game\n  facts   a: months   b: months\n  decides points\n\n\
         agreement XA-XB \"Figures\"\n  parties: XA, XB   articles: 1..1   month_end: last_day\n\narticle 1 \"Points\"\n  \
         (1) rule points = {rule}\n"
    )
}

/// Half down, written in two ways: the comparison itself keeps these roundings apart.
fn roundings() -> (String, String) {
    (figures("number(a) / 7 rounded half down to 1"), figures("(number(a) / 7 - 1 / 2) rounded up to 1"))
}

/// Two numbers whose product is 101 times 103: nobody of whom that holds is found by trying.
const PRODUCT: &str = "number(a) * number(b) is 10_403 and a is at least 2 months and b is at least 2 months \
                       and a is at most 480 months and b is at most 480 months";

fn product() -> (String, String) {
    (figures("5"), figures(&format!("if {PRODUCT} then 6 else 5")))
}

#[test]
fn what_is_proved_of_nobody_is_no_answer() {
    let (folder, old, _) = versions("asking-nobody", &figures("5"), "");
    let new = population(&folder, "same.accord", &figures("5"));
    assert_eq!(diff(&old, &new, &[]).code, 0);
    let ran = diff(&old, &new, &["--where", PRODUCT]);
    assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
    assert!(ran.out.replace('\n', " ").contains("Nobody was found who is such a person"), "{}", ran.out);
    let found = json(&diff(&old, &new, &["--where", PRODUCT, "--json"]));
    assert_eq!((&found["where"]["somebody"], &found["complete"]), (&false.into(), &false.into()));
}

#[cfg(unix)]
fn script(folder: &Path, name: &str, answer: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    let text =
        format!("#!/bin/sh\nif [ \"$1\" = --version ]; then echo \"Trial version 1.0 - 64 bit\"; exit; fi\n{answer}\n");
    std::fs::write(&path, text).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("made to run");
    path.display().to_string()
}

#[cfg(unix)]
#[test]
fn what_a_solver_says_is_told_by_its_name_or_not_at_all() {
    let (old, new) = roundings();
    let (folder, old, new) = versions("asking-solver", &old, &new);
    let alone = diff(&old, &new, &[]);
    assert_eq!(alone.code, 3, "not decided without: {}", alone.out);

    let proves = script(&folder, "proves", "echo unsat");
    let kept = folder.join("kept").display().to_string();
    let ran = diff(&old, &new, &["--solver", &proves, "--smt", &kept, "--json"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let found = json(&ran);
    let decisions = found["decisions"].as_array().expect("decisions");
    let points = decisions.iter().find(|d| d["decision"] == "points").expect("compared");
    assert_eq!(points["proof"], serde_json::json!({ "by": "solver", "solver": "Trial version 1.0" }), "{points}");
    assert!(diff(&old, &new, &["--solver", &proves]).out.contains("proved (shown by Trial version 1.0)"));
    let files: Vec<_> = std::fs::read_dir(&kept).expect("a folder").flatten().collect();
    assert!(!files.is_empty(), "the questions are kept");
    let question = std::fs::read_to_string(files[0].path()).expect("a question");
    assert!(question.contains("(check-sat)") && question.contains("; f"), "{question}");

    for (name, answer, wanted) in [
        // Whoever it names is asked again, and answers alike.
        ("lies", "echo sat; echo '((f1 12))'", "whom a solver found is answered alike"),
        ("babbles", "echo hello", "nobody was found in it"),
        ("fails", "exit 1", "nobody was found in it"),
        ("gives-up", "echo unknown", "nobody was found in it"),
        ("dawdles", "sleep 30", "nobody was found in it"),
    ] {
        let solver = script(&folder, name, answer);
        let begun = std::time::Instant::now();
        let ran = diff(&old, &new, &["--solver", &solver, "--solver-seconds", "1"]);
        assert_eq!(ran.code, 3, "{name}: {}{}", ran.out, ran.err);
        assert!(ran.out.replace("\n           ", " ").contains(wanted), "{name}: {}", ran.out);
        assert!(begun.elapsed().as_secs() < 25, "{name} was not stopped");
        assert_eq!(ran.err.contains("hello"), name == "babbles", "{}", ran.err);
    }
}

#[cfg(unix)]
#[test]
fn whom_a_solver_finds_is_a_person_like_any_other() {
    let (old, new) = product();
    let (folder, old, new) = versions("asking-found", &old, &new);
    assert_eq!(diff(&old, &new, &[]).code, 3, "nobody finds it by trying");
    // The facts are numbered as they are met: both are tried.
    let solver = script(
        &folder,
        "finds",
        "n=$(grep -o 'declare-const f[0-9]*' \"$1\" | cut -c15- | tr '\\n' ' '); set -- $n; echo sat; echo \"(($1 101) ($2 103))\"",
    );
    let ran = diff(&old, &new, &["--solver", &solver]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("101 months") && ran.out.contains("103 months"), "{}", ran.out);
    assert!(ran.out.contains("[complete"), "both texts come to the same for everybody else: {}", ran.out);
}

#[test]
fn a_solver_that_is_not_there_is_named() {
    let (old, new) = roundings();
    let (_, old, new) = versions("asking-no-solver", &old, &new);
    let ran = diff(&old, &new, &["--solver", "/no/such/solver"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("/no/such/solver") && ran.err.contains("auto"), "{}", ran.err);
}

/// With a solver of this machine, where there is one.
#[test]
fn a_real_solver_decides_what_was_left() {
    let (old, new) = roundings();
    let (folder, before, after) = versions("asking-real", &old, &new);
    let any = diff(&before, &after, &["--solver", "auto"]);
    if any.code == 2 {
        assert!(any.err.contains("no solver was found") && any.err.contains("pip install z3-solver"), "{}", any.err);
        eprintln!("skipped: there is no solver on this machine");
        return;
    }
    assert_eq!(any.code, 0, "{}{}", any.out, any.err);
    assert!(any.out.contains("shown by "), "{}", any.out);
    let (old, new) = product();
    let paths = [("a.accord", old), ("b.accord", new)].map(|(name, text)| population(&folder, name, &text));
    let found = diff(&paths[0], &paths[1], &["--solver", "auto", "--json"]);
    assert_eq!(found.code, 1, "{}{}", found.out, found.err);
}

/// What is told does not depend on where things lie in memory: twenty processes print the same bytes.
#[test]
fn twenty_runs_print_the_same_bytes() {
    for (old, new, more) in [
        ("agreements/nl-factors/2012", "agreements/nl-factors/2013", &["--json"][..]),
        ("agreements/nl-nz/1990", "agreements/nl-nz/2000", &[]),
        ("agreements/eu-12/2010", "agreements/eu-12/2012", &["--json"]),
    ] {
        let [from, to] = [old, new].map(|p| accord_tests::at(p).display().to_string());
        let first = diff(&from, &to, more);
        assert!(first.code < 2 && !first.out.is_empty(), "{old}: {}", first.err);
        for run in 1..20 {
            let again = diff(&from, &to, more);
            assert_eq!((again.code, &again.out), (first.code, &first.out), "{old}, run {run}");
        }
    }
}
