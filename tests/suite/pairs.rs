//! The shipped pairs of versions: what a minister is told of them stays told, and what is proved stays proved.

use accord_tests::{Ran, accord, at};
use serde_json::Value as Json;

fn diff(pair: &str, old: &str, new: &str, more: &[&str]) -> Ran {
    let [old, new] = [old, new].map(|version| at(&format!("agreements/{pair}/{version}")).display().to_string());
    accord(["diff", &old, &new].into_iter().chain(more.iter().copied()))
}

fn json(ran: &Ran) -> Json {
    serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}:\n{}\n{}", ran.out, ran.err))
}

/// Own periods over own and needed ones, or over the minimum: another text, and the same amounts.
#[test]
fn the_rewritten_share_of_canada_and_the_united_states_changes_no_amount() {
    let ran = diff("ca-us", "1981", "1996", &["--decision", "share,pro_rata_amount,payable"]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    // The posting does change, both ways: what was foreseen counts, and not what really was.
    let found = json(&diff("ca-us", "1981", "1996", &["--decision", "applicable", "--json"]));
    let groups = found["decisions"][0]["change"]["groups"].as_array().expect("groups");
    let said = |text: &str| {
        groups.iter().any(|g| {
            let who = g["who"].as_array().expect("conditions");
            who.iter().any(|c| c["text"].as_str().is_some_and(|t| t.contains(text)))
        })
    };
    assert!(said("posting.until is at least 5 years after posting.start"), "{groups:?}");
    assert!(said("posting.foreseen is at least 5 years after posting.start"), "{groups:?}");
}

/// The article about conversions has another number, and says the same.
#[test]
fn canada_asks_the_same_of_its_own_pensions_in_both_agreements_with_the_netherlands() {
    let ran = diff("ca-nl", "1987", "2001", &["--decision", "entitled,payable", "--json"]);
    let found = json(&ran);
    let of_canada = |d: &&Json| d["arguments"].as_array().is_some_and(|a| a.iter().any(|args| args[0] == "CA"));
    let compared: Vec<&Json> = found["decisions"].as_array().expect("decisions").iter().filter(of_canada).collect();
    assert!(!compared.is_empty() && compared.iter().all(|d| d["verdict"] == "same"), "{compared:?}");
}

/// The branch is gone for everybody, and nobody else is touched.
#[test]
fn the_branch_that_the_philippines_lost_is_told_and_nothing_else() {
    let found = json(&diff("nl-ph", "2001", "2015", &["--json"]));
    assert_eq!((&found["complete"], &found["result"]), (&true.into(), &"differs".into()));
    let changed: Vec<&Json> =
        found["decisions"].as_array().expect("decisions").iter().filter(|d| d["verdict"] == "changed").collect();
    let names: Vec<&str> = changed.iter().filter_map(|d| d["decision"].as_str()).collect();
    assert_eq!(names, ["exportable", "covered", "due_for_child"], "{}", found["in_short"]);
}

/// The table as it is printed has no row for a day, and one step unlike the others.
#[test]
fn the_hole_and_the_jump_of_the_table_of_new_zealand_are_found() {
    let ran = accord(["check", &at("agreements/nl-nz/2000").display().to_string()]);
    for said in ["has no row for 1934-12-31", "changes by 12 months here, and by 3 months from row to row elsewhere"] {
        assert!(ran.err.contains(said) || ran.out.contains(said), "{said}: {}{}", ran.out, ran.err);
    }
}
