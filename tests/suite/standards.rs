//! Verdicts on conventions and properties: wrong ones are noticed, what is said of everybody is what is found person by
//! person, and the command says it with its exit code.

use accord_cli::Loaded;
use accord_cli::examine::examine;
use accord_core::{Country, EnumId, Outcome, Value};
use accord_prove::standards::{Mark, both_ways, judge_one, judge_person};
use accord_tests::{Checked, Ran, accord, at, check, run_cases, scratch};
use serde_json::Value as Json;

const SMALL: &str = r#"
standard S "Invented"
  articles: 1..1
article 1 "Payment abroad" for each party H
  (1) requires exportable(H) when CONDITION
agreement XA-XB "Two States"
  parties:   XA, XB
  articles:  1..1
  month_end: last_day
article 1 "Payment abroad" for each party P in any party
  evidence verified
  rule exportable(P) when RULE
  rule not exportable(P) when not (RULE)
CASES
"#;

fn small(condition: &str, rule: &str, cases: &str) -> Checked {
    let text = SMALL.replace("CONDITION", condition).replace("RULE", rule).replace("CASES", cases);
    let checked = check("standards.accord", &text).expect("checked");
    assert!(checked.errors().is_empty(), "{}", checked.drawn());
    checked
}

fn passes(verdict: &str, facts: &str) -> bool {
    let case = format!("case \"x\" {{ {facts} expect: {{ XA: {{ S: {{ {verdict}: article 1 }} }} }} }}");
    let checked = small("person.residence is not H", "person.residence is XB", &case);
    let verdicts = run_cases(&checked.examined).expect("run");
    assert_eq!(verdicts.len(), 1);
    verdicts[0].passed()
}

/// Each case has one verdict and fails under every other.
#[test]
fn a_wrong_verdict_fails() {
    let facts = [
        ("fails", ""),
        ("holds", "person: { residence: XB }"),
        ("fails", "person: { residence: US }"),
        ("does_not_apply", "person: { residence: XA }"),
        ("undecided", "claim: { benefit: old_age.pension }"),
    ];
    for (right, facts) in facts {
        for verdict in ["holds", "fails", "does_not_apply", "undecided"] {
            assert_eq!(passes(verdict, facts), verdict == right, "{verdict} of `{facts}`");
        }
    }
}

/// Every person there can be, by the facts these texts read, against what is said of everybody.
#[test]
fn what_is_said_of_everybody_is_what_is_found_person_by_person() {
    let parts = [
        "yes",
        "no",
        "person.residence is H",
        "person.residence is not H",
        "person.refugee",
        "not person.stateless",
        "claim.financing is contributory",
        "person.residence in any party",
        "person.residence is US",
    ];
    let said = |a: &str, b: &str, word: &str| format!("({a}) {word} ({b})");
    let mut found = std::collections::BTreeMap::new();
    for (i, a) in parts.iter().enumerate() {
        for (j, b) in parts.iter().enumerate() {
            let (when, rule) = match (i + j) % 3 {
                0 => (said(a, b, "and"), said(b, a, "or")),
                1 => (said(a, b, "or"), (*b).to_owned()),
                _ => ((*a).to_owned(), said(a, b, "or")),
            };
            let checked = small(&when, &rule.replace('H', "P"), "");
            let verified = checked.examined.verified.as_ref().expect("a program");
            let judged = judge_one(verified, 0).expect("a statement").mark();
            assert_eq!(judged, exhaustively(verified), "when {when}, exportable when {rule}");
            let _ = never_contradict(verified, "a small text", usize::MAX);
            *found.entry(judged).or_insert(0) += 1;
        }
    }
    for mark in [Mark::Holds, Mark::Fails, Mark::DoesNotApply] {
        assert!(found.get(&mark).is_some_and(|n| *n >= 5), "hardly any text that {}: {found:?}", mark.word());
    }
}

/// Whether what is found by terms and what is found fact by fact can both be; how many of both are decided.
fn never_contradict(verified: &accord_ir::Verified, what: &str, most: usize) -> usize {
    let mut decided = 0;
    for index in 0..verified.program().requirements.len() {
        for (args, [terms, facts]) in both_ways(verified, index, most) {
            let (terms, facts) = (Mark::of(&terms), Mark::of(&facts));
            if terms != Mark::Undecided && facts != Mark::Undecided {
                assert_eq!(terms, facts, "{what}, statement {index}, {args:?}");
                decided += 1;
            }
        }
    }
    decided
}

/// Both ways of judging, over the statements of both conventions for every agreement that is shipped.
#[test]
fn two_ways_of_judging_never_contradict_each_other() {
    let mut decided = 0;
    for folder in ["nl-cv", "cz-md", "ets-78", "ca-nl", "ca-us", "nl-nz", "nl-ph", "eu-12", "nl-factors", "eu-883"] {
        let mut loaded = Loaded::from_paths(&[at("agreements").join(folder)]).expect("loaded");
        loaded.compare_with(&["C118".to_owned(), "C102".to_owned()]).expect("the conventions");
        for root in &loaded.roots {
            let examined = examine(&loaded, root).expect("examined");
            let Some(verified) = &examined.verified else { panic!("{folder} is sound") };
            decided += never_contradict(verified, folder, 6);
        }
    }
    assert!(decided > 100, "hardly anything is decided both ways: {decided}");
}

/// The verdict over every combination of the facts.
fn exhaustively(verified: &accord_ir::Verified) -> Mark {
    let program = verified.program();
    let record = |fact: &str, fields: &[(&str, Value)]| {
        let def = program.records.iter().find(|r| r.name.eq_ignore_ascii_case(fact)).expect("a record");
        let of = |name: &String| fields.iter().find(|(n, _)| n == name).map(|(_, v)| Outcome::Value(v.clone()));
        let fields = def.fields.iter().map(|(n, _)| of(n).unwrap_or(Outcome::missing(n)));
        Outcome::Value(Value::Record(std::sync::Arc::new(fields.collect())))
    };
    let financing = program.enums.iter().position(|e| e.name == "Financing").expect("a list");
    let financing = EnumId(u16::try_from(financing).expect("few lists"));
    let mut marks = Vec::new();
    for residence in ["XA", "XB", "US", "FR"] {
        for (refugee, stateless) in [(false, false), (false, true), (true, false), (true, true)] {
            for paid in 0..4 {
                let residence = Value::Country(Country::parse(residence).expect("a country"));
                let person = [
                    ("residence", residence),
                    ("refugee", Value::YesNo(refugee)),
                    ("stateless", Value::YesNo(stateless)),
                ];
                let claim = [("financing", Value::Member(financing, paid))];
                let of = |f: &accord_ir::FactDef| match f.name.as_str() {
                    "person" => record("Person", &person),
                    "claim" => record("Claim", &claim),
                    other => Outcome::missing(other),
                };
                let facts = accord_core::Facts::new(program.facts.iter().map(of).collect());
                let mut interp = accord_interp::Interp::new(verified, &facts);
                let judged = judge_person(verified, 0, &facts, &mut |node, args| interp.ask(node, args));
                marks.push(judged.expect("a statement").mark());
            }
        }
    }
    marks.into_iter().max().expect("somebody")
}

fn run(arguments: &[&str]) -> Ran {
    accord(arguments.iter().copied())
}

#[test]
fn the_command_tells_article_by_article_and_ends_accordingly() {
    let folder = at("agreements/nl-cv").display().to_string();
    let plain = run(&["check", &folder]);
    assert_eq!(plain.code, 0);
    assert!(!plain.out.contains("C118"), "nothing is compared that is not asked for");

    let broken = run(&["check", &folder, "--standard", "C118,C102"]);
    assert_eq!(broken.code, 1);
    let clash = "article 69(a) of C102 permits what article 5(1) of C118 forbids";
    for line in ["article 3(1)      holds", "article 5(1)      fails", "assumed: CV, NL", clash, "made by article 5(2)"]
    {
        assert!(broken.out.contains(line), "{line} in:\n{}", broken.out);
    }

    let folder = at("agreements/cz-md").display().to_string();
    let open = run(&["check", &folder, "--standard", "C118", "--json"]);
    assert_eq!(open.code, 3);
    let json: Json = serde_json::from_str(&open.out).expect("JSON");
    let standard = &json["standards"][0];
    assert_eq!((&standard["standard"], &standard["verdict"]), (&"C118".into(), &"undecided".into()));
    let articles = standard["articles"].as_array().expect("articles");
    let equality = articles.iter().find(|a| a["provision"] == "article 3(1)").expect("the article");
    assert_eq!(equality["verdict"], "holds");

    let unknown = run(&["check", &folder, "--standard", "C119"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("C118"), "{}", unknown.err);
}

#[test]
fn a_broken_property_fails_the_check_and_an_open_one_does_not() {
    let folder = scratch("properties").expect("a folder");
    let file = folder.join("agreement.accord");
    let text = |promise: &str| {
        SMALL.replace("CONDITION", "no").replace("RULE", "person.residence in any party").replace("CASES", promise)
    };
    let path = file.display().to_string();
    for (promise, code) in [
        ("property \"x\" requires exportable(XA) when person.residence is XB", 0),
        ("property \"x\" requires exportable(XA) when person.residence is US", 1),
        ("property \"x\" never lowers payable(P) when own(P) grows", 0),
    ] {
        std::fs::write(&file, text(promise)).expect("written");
        let ran = run(&["check", &path]);
        assert_eq!(ran.code, code, "{promise}\n{}{}", ran.out, ran.err);
        assert!(ran.out.contains("properties"), "{}", ran.out);
    }
}

/// A pension that the State pays by its own formula from fifteen years on, and below as a part of a rounded amount.
const GATE: &str = r#"
decision pension: EUR default nothing

question pension
  facts   person: Person   periods: list of Period   claim: Claim   full_pension: EUR
  decides pension

legislation XA.pensions "Pension law of Alpha"
  implements: Figures   unit: months   cents: half up to 0.01 EUR

legislation XB.pensions "Pension law of Beta"
  implements: Figures   unit: months   cents: half up to 0.01 EUR

agreement XA-XB "Rounded twice below fifteen years, and once above"
  parties: XA, XB   articles: 1..2   month_end: last_day

article 1 "Adding periods together"
  evidence verified
  (1) aggregate {
        branches:   old_age
        kinds:      insurance
        precedence: compulsory over voluntary, actual over assimilated
        tied:       { assimilated: refer   otherwise: refer }
        dated_in:   runs
        last_day:   day_before(claim.event)
      }
  (2) conversion { from: days   into: months   divide: 30   remainder: kept }

article 2 "Amount"
  evidence verified
  term together means length(counted(concerned), XA)
  (1) rule pension = full_pension * number(own(XA)) / 480 rounded half up to 0.01 EUR
        when own(XA) is at least 180 months
  (2) term of_all means full_pension * number(together) / 480 rounded half up to 0.01 EUR
      rule pension = of_all * (own(XA) / together) rounded half up to 0.01 EUR
        when own(XA) is less than 180 months and XA in concerned

  property "more is never less"
    never lowers pension TOLERANCE when own(XA) grows
"#;

/// 1 cent for 179 months with 167 elsewhere, nothing for 180: a drop that no round figure shows, and its twins.
#[test]
fn a_drop_of_one_cent_is_found_with_two_persons_who_replay() {
    let folder = scratch("never-lowers").expect("a folder");
    let file = folder.join("agreement.accord");
    let path = file.display().to_string();
    let check = |tolerance: &str| {
        std::fs::write(&file, GATE.replace("TOLERANCE", tolerance)).expect("written");
        let ran = run(&["check", &path, "--json"]);
        let json: Json = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {}{}", ran.out, ran.err));
        (ran.code, json["properties"][0].clone())
    };
    let (code, property) = check("");
    assert_eq!((code, &property["verdict"]), (1, &"fails".into()), "{property}");
    let person: Vec<&str> =
        property["found"][0]["person"].as_array().expect("a person").iter().filter_map(Json::as_str).collect();
    for wanted in [
        "179 months in XA",
        "full_pension is 0.01 EUR",
        "with 179 months of own(XA) pension is 0.01 EUR, with 180 months it is 0.00 EUR",
    ] {
        assert!(person.contains(&wanted), "{wanted} in {person:?}");
    }

    let (code, property) = check("by more than 0.01 EUR");
    assert_eq!((code, &property["verdict"]), (0, &"holds".into()), "{property}");

    // Both persons, as the command tells them, asked by themselves.
    let case = |own: u32, pension: &str| {
        format!(
            "case \"{own}\" {{ question: pension  periods: {{ XA insurance {own} months   XB insurance 167 months }}\n\
             claim: {{ benefit: old_age.pension  start: 2025-02-01  event: 2025-02-01 }}\n\
             full_pension: 0.01 EUR  expect: {{ pension: {pension} }} }}\n"
        )
    };
    let cases = format!("{}{}{}", GATE.replace("TOLERANCE", ""), case(179, "0.01 EUR"), case(180, "0.00 EUR"));
    std::fs::write(&file, cases).expect("written");
    let ran = run(&["test", &path]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}
