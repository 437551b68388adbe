//! Facts written as a case and read again.

use super::{FILE, bare, country, good, parse, program, said};
use crate::case::{Case, Want, from_ast, write};
use accord_core::{Country, Outcome, Value};
use accord_ir::DecisionId;

fn again(case: &Case, answers: &[(DecisionId, Vec<Value>, Outcome)]) -> (Case, String) {
    let text = write(&program(), &case.question, &case.name, &case.facts, answers);
    let (item, mut sink) = parse(&text);
    let back = from_ast(&program(), &item, &mut sink);
    (back.unwrap_or_else(|| panic!("{text}: {:?}", said(&sink))), text)
}

fn survives(body: &str) -> String {
    let case = good(body);
    let (back, text) = again(&case, &[]);
    assert_eq!(bare(back).facts, case.facts, "{text}");
    text
}

#[test]
fn every_form_of_fact_is_written() {
    let text = survives(
        r#"person: { born: 1950-01-01  nationalities: { NL, CV }  residence: NL  refugee: no }
           periods: { NL insurance 2001-01-01..2001-12-31
                      CV voluntary 14.5 months
                      XX assimilated 3 quarters in 1999
                      NL 2005-01-01..2005-06-30 126 days_6 }
           claim: { benefit: old_age.pension  start: 2015-02-01  event: start }
           given: { NL: { alone: 500.00 EUR  entitled: yes  without: { CV: 400.00 EUR  "CV, XX": 300 EUR } }
                    CV: { average_income: 1_000.5 CVE } }
           rates: { CVE: 0.00907 EUR }"#,
    );
    assert!(text.contains("NL insurance 2005-01-01..2005-06-30 126 days_6"), "{text}");
    assert!(!text.contains("made_on"), "nothing is left out: {text}");
}

#[test]
fn what_is_not_known_is_left_out_unless_that_would_say_more() {
    let text = survives("person: { nationalities: { }  refugee: undetermined }  periods: { }");
    assert!(text.contains("nationalities: {}"), "{text}");
    assert!(text.contains("refugee: undetermined"), "left out it would be nothing: {text}");
    assert!(text.contains("periods:  {}"), "no periods are not periods that nobody knows: {text}");
    assert!(!text.contains("claim") && !text.contains("born"), "{text}");
    assert!(!survives("").contains("person"));
}

#[test]
fn elements_of_a_list_keep_what_they_are_called() {
    let text = survives(
        r#"question: legislation
           day: 2020-01-01
           activities: { abroad: { party: NL  share: 1/3  employer: { seat: NL  name: "\"N\" \\ V" } }
                         home: { status: employee  days: 2001-01-01..2001-02-28 } }
           posting: { }"#,
    );
    assert!(text.contains("abroad:") && text.contains("home:"), "{text}");
    let _ = survives("question: legislation  activities: { 1: { } }");
    let _ = survives("question: legislation  activities: { }");
    let _ = survives("question: legislation  activities: { party: NL  status: employee }");
}

#[test]
fn what_is_expected_stands_in_its_braces() {
    let nl = || Value::Country(country("NL"));
    let money = |case: &str| match &good(case).expect[0].want {
        Want::Value(value) => Outcome::Value(value.clone()),
        other => panic!("{other:?}"),
    };
    let branch = Value::Member(accord_core::EnumId(7), 2);
    let day = Value::Date(accord_core::Date::parse("2020-01-01").unwrap());
    let answers = vec![
        (DecisionId(6), vec![], Outcome::yes_no(true)),
        (DecisionId(0), vec![nl()], money("expect: { NL: { payable: 12.50 EUR } }")),
        (DecisionId(3), vec![nl(), branch.clone()], Outcome::missing("claim.start")),
        (DecisionId(5), vec![day.clone()], Outcome::Value(Value::Country(Country::parse("CV").unwrap()))),
        (DecisionId(8), vec![nl()], Outcome::refer("somebody")),
    ];
    let (back, text) = again(&good("person: { residence: NL }"), &answers);
    let found: Vec<(DecisionId, Vec<Value>)> = back.expect.iter().map(|e| (e.decision, e.args.clone())).collect();
    // What is about no party stands before the parties.
    let wanted: Vec<(DecisionId, Vec<Value>)> =
        [(6, vec![]), (5, vec![day]), (0, vec![nl()]), (3, vec![nl(), branch]), (8, vec![nl()])]
            .map(|(id, args)| (DecisionId(id), args))
            .to_vec();
    assert_eq!(found, wanted, "{text}");
    assert_eq!(back.expect[3].want, Want::Undetermined(vec!["claim.start".to_owned()]));
    assert_eq!(back.span.file, FILE);
}
