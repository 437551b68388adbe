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

/// One group: the decision with its first argument, the effect, who it is, and the answers before and after.
struct Told {
    decision: String,
    effect: String,
    who: String,
    answers: [String; 2],
}

fn told(found: &Json) -> Vec<Told> {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let mut all = Vec::new();
    for decision in found["decisions"].as_array().expect("decisions") {
        let party = decision["arguments"][0][0].as_str().map_or_else(String::new, |party| format!("({party})"));
        for group in decision["change"]["groups"].as_array().into_iter().flatten() {
            let who = group["who"].as_array().expect("conditions").iter().map(|c| text(&c["text"]));
            let answer = |side: &str| match &group["example"][side]["value"] {
                Json::String(value) => value.clone(),
                _ => text(&group["example"][side]["outcome"]),
            };
            all.push(Told {
                decision: format!("{}{party}", text(&decision["decision"])),
                effect: text(&group["effect"]),
                who: who.collect::<Vec<String>>().join("; "),
                answers: [answer("before"), answer("after")],
            });
        }
    }
    all
}

/// The draft's own page says what was done to it, to whom, and how: all five are told.
#[test]
fn the_five_traps_of_the_draft_are_told() {
    let found = json(&diff("draft-xa-xb", "before", "after", &["--json"]));
    let told = told(&found);
    let is_told = |decision: &str, effect: &str, who: &str, answers: [&str; 2]| {
        let fits = |t: &&Told| t.decision == decision && t.effect == effect && t.who.contains(who);
        let same = |t: &Told| answers.iter().zip(&t.answers).all(|(want, had)| want.is_empty() || want == had);
        let all: Vec<String> = told.iter().map(|t| format!("{} {} {}", t.decision, t.effect, t.who)).collect();
        assert!(told.iter().filter(fits).any(same), "{decision} {effect} {who}:\n{}", all.join("\n"));
    };
    // 1: who was sent for one to two years is under the State of work, by a definition elsewhere.
    let foreseen = "posting.foreseen is at least 12 months and less than 2 years after posting.start";
    is_told("applicable", "other", foreseen, ["", ""]);
    // 2: refugees and stateless persons lose pensions abroad that are paid for by taxes.
    for party in ["XA", "XB"] {
        is_told(&format!("exportable({party})"), "loss", "claim.financing is non_contributory", ["yes", "no"]);
        // 3: six to eleven months earn a part, and cost one of the other State.
        let own = format!("own({party}) is at least 6 months and is less than 12 months");
        is_told(&format!("relieved({party})"), "gain", &own, ["yes", "no"]);
        is_told(&format!("payable({party})"), "gain", &own, ["nothing", ""]);
        let other = if party == "XA" { "XB" } else { "XA" };
        let of_other = format!("own({other}) is at least 6 months and is less than 12 months");
        is_told(&format!("share({party})"), "less", &of_other, ["", ""]);
        is_told(&format!("payable({party})"), "less", &of_other, ["", ""]);
    }
    // 4: the cent.
    let cents = |text: &str| text.split_once(' ').map(|(n, _)| n.replace('.', "").parse::<i64>().expect("an amount"));
    let is_a_cent_less = |t: &&Told| {
        let [before, after] = t.answers.each_ref().map(|a| cents(a));
        t.effect == "less" && before.zip(after).is_some_and(|(before, after)| before - after == 1)
    };
    for decision in ["pro_rata_amount(XA)", "payable(XA)"] {
        assert!(told.iter().filter(is_a_cent_less).any(|t| t.decision == decision), "{decision}");
    }
    // 5: whoever is self-employed in both has no legislation.
    is_told("applicable", "unsettled", "has_own_business", ["", "gap"]);
    // And the six edits that change nothing change nothing.
    let is_same = |name: &str| {
        let of = found["decisions"].as_array().expect("decisions").iter().filter(|d| d["decision"] == name);
        of.map(|d| d["verdict"].as_str()).collect::<Vec<_>>() == [Some("same")]
    };
    for name in ["suspended", "entitled", "considered", "covered", "due_for_child", "payable_from"] {
        assert!(is_same(name), "{name}");
    }
}

/// A fraction of thirty years became one of months by date of birth: most lose, some get more, and some gain.
#[test]
fn who_gains_and_who_loses_by_the_table_of_new_zealand_is_told() {
    let told = told(&json(&diff("nl-nz", "1990", "2000", &["--decision", "payable,covered", "--json"])));
    let effects = |decision: &str, answers: [&str; 2]| {
        let all = told.iter().filter(|t| t.decision == decision);
        let fits = |t: &&Told| answers.iter().zip(&t.answers).all(|(want, had)| want.is_empty() || want == had);
        all.filter(fits).map(|t| t.effect.clone()).collect::<std::collections::BTreeSet<String>>()
    };
    let all = effects("payable(NZ)", ["", ""]);
    for effect in ["loss", "less", "more", "gain"] {
        assert!(all.contains(effect), "{effect} is not among {all:?}");
    }
    // Ten to fifteen years were half of the pension; without a year on end nothing is paid any more.
    assert!(effects("payable(NZ)", ["250.00 NZD", "nothing"]).contains("loss"));
    // Sickness and family benefits of the Netherlands are covered now.
    assert_eq!(effects("covered(NL)", ["no", "yes"]).into_iter().collect::<Vec<_>>(), ["gain"]);
}

/// A Dutch invalidity pension after emigration depends on a right in Canada now, and its part is counted from 15, not 18.
#[test]
fn who_loses_and_who_gains_a_dutch_invalidity_pension_is_told() {
    let told = told(&json(&diff("ca-nl", "1987", "2001", &["--decision", "payable,applicable", "--json"])));
    let of = |effect: &str, who: &str| {
        let fits = |t: &&Told| t.decision == "payable(NL)" && t.effect == effect && t.who.contains(who);
        assert!(told.iter().any(|t| fits(&t)), "{effect}: {who}");
    };
    // Under Canadian law when it happened, without a right there; and with one, by the longer time.
    of("loss", "CA is in claim.insured_under");
    of("less", "CA is in claim.insured_under");
    // Dutch time before 18 counts.
    of("more", "CA is in claim.insured_under");
    // No longer under Canadian law, with a right there.
    of("gain", "CA is not in claim.insured_under");
    // Sent for two to five years.
    let sent = "posting.foreseen is at least 2 years and less than 5 years after posting.start";
    assert!(told.iter().any(|t| t.decision == "applicable" && t.who.contains(sent)));
}
