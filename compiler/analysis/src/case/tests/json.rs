//! Cases in JSON, and the way there and back.

use super::{FILE, bad_json, bare, country, field, good, good_json, parse, program, said};
use crate::case::{Want, ast_to_json, from_ast, from_json, json_to_ast, schema};
use accord_core::{Outcome, Value, ratio};
use accord_source::Diagnostics;

const WHOLE: &str = r#"{
  "name": "a case", "agreement": "NL-CV", "source": "a \"page\"", "evidence": "published",
  "person": { "born": "1955-06-01", "nationalities": ["NL", "CV"], "residence": "BR", "refugee": false },
  "periods": [
    { "party": "NL", "from": "2001-01-01", "to": "2001-12-31" },
    { "party": "CV", "kind": "employment", "quality": "voluntary", "amount": "104 quarters", "year": 2004 },
    { "party": "XX", "from": "2000-03-01", "to": "2005-12-31", "amount": "2_100 days_7" }
  ],
  "claim": { "benefit": "old_age.pension", "start": "2017-10-01", "event": "start" },
  "given": { "NL": { "alone": "500.00 EUR", "entitled": true, "without": { "CV": "400.00 EUR", "CV, XX": "300 EUR" } } },
  "rates": { "CVE": "0.00907 EUR" },
  "expect": {
    "NL": { "payable": "5_325.29 EUR", "share": "104/154", "because": ["article 5(1)(a)", "article 7"] },
    "CV": { "payable": { "undetermined": ["alone of CV"], "because": "article 7" }, "considered": ["NL", "CV"] },
    "XX": { "payable": "fault overflow", "share": 1, "needed": "18 months" },
    "covered(CV, unemployment)": false,
    "in_personal_scope": "undetermined",
    "counted({ NL })": [{ "party": "NL", "amount": "12 months" }]
  }
}"#;

const SAME: &str = r#"
  agreement: "NL-CV"  source: "a \"page\""  evidence: published
  person: { born: 1955-06-01  nationalities: NL, CV  residence: BR  refugee: no }
  periods: { NL insurance 2001-01-01..2001-12-31   CV employment voluntary 104 quarters in 2004
             XX 2000-03-01..2005-12-31 2_100 days_7 }
  claim: { benefit: old_age.pension  start: 2017-10-01  event: start }
  given: { NL: { alone: 500.00 EUR  entitled: yes  without: { CV: 400.00 EUR  CV, XX: 300 EUR } } }
  rates: { CVE: 0.00907 EUR }
  expect: {
    NL: { payable: 5_325.29 EUR  share: 104/154  because: article 5(1)(a), article 7 }
    CV: { payable: { value: undetermined { "alone of CV" }  because: article 7 }  considered: { NL, CV } }
    XX: { payable: fault overflow  share: 1  needed: 18 months }
    covered(CV, unemployment): no
    in_personal_scope: undetermined
    counted({ NL }): { NL 12 months }
  }"#;

#[test]
fn json_and_accord_are_the_same_case() {
    assert_eq!(format!("{:?}", bare(good_json(WHOLE))), format!("{:?}", bare(good(SAME))));
}

#[test]
fn the_way_there_and_back() {
    let (item, sink) = parse(&format!("case \"a case\" {{ {SAME} }}"));
    assert!(sink.is_empty(), "{:?}", said(&sink));
    let json = ast_to_json(&item);
    let text = serde_json::to_string_pretty(&json).unwrap();
    assert_eq!(format!("{:?}", bare(good_json(&text))), format!("{:?}", bare(good(SAME))), "{text}");

    let mut sink = Diagnostics::default();
    let back = json_to_ast(FILE, &text, &mut sink).unwrap();
    let case = from_ast(&program(), &back, &mut sink).unwrap_or_else(|| panic!("{:?}", said(&sink)));
    assert_eq!(format!("{:?}", bare(case)), format!("{:?}", bare(good(SAME))));
    assert_eq!(ast_to_json(&back), json);
    assert_eq!(json["periods"][1]["amount"], "104 quarters");
    assert_eq!(json["periods"][1]["year"], 2004);
    let both = serde_json::json!({ "party": "XX", "from": "2000-03-01", "to": "2005-12-31", "amount": "2_100 days_7" });
    assert_eq!(json["periods"][2], both);
    assert_eq!(json["expect"]["NL"]["because"][0], "article 5(1)(a)");
    assert_eq!(json["expect"]["covered(CV, unemployment)"], false);
}

#[test]
fn every_outcome_there_and_back() {
    let body = "question: legislation  activities: { 1: { party: NL  employer: { name: \"1 EUR\" } } }
        expect: { NL: { payable: refer  share: nothing }  CV: { payable: gap  share: conflict }
                  XX: { payable: undetermined { \"a\", \"b of c\" }  because: \"NL.old_age article 1(2)\" }
                  2020-01-01: { applicable: fault } }";
    let (item, _) = parse(&format!("case \"a case\" {{ {body} }}"));
    let text = ast_to_json(&item).to_string();
    assert_eq!(format!("{:?}", bare(good_json(&text))), format!("{:?}", bare(good(body))), "{text}");
}

#[test]
fn null_is_not_known_and_an_empty_list_is_none() {
    let case =
        good_json(r#"{"name": "x", "person": {"nationalities": [], "refugee": null}, "periods": [], "claim": null}"#);
    assert_eq!(field(&case, 0, 1), Outcome::Value(Value::countries([])));
    assert_eq!(field(&case, 0, 3), Outcome::missing("person.refugee"));
    assert_eq!(field(&case, 2, 0), Outcome::missing("claim.benefit"));
    assert!(matches!(&case.facts.row[1], Outcome::Value(Value::Periods(p)) if p.pieces.is_empty()));
    let (said, _) = bad_json(r#"{"name": "x", "expect": {"NL": {"payable": null}}}"#);
    assert_eq!(said, ["E0704 expected an amount such as `250.00 EUR`, found `null`"]);
}

#[test]
fn outcomes_spelled_out_in_texts() {
    let want = |text: &str| {
        let text = serde_json::to_string(text).unwrap();
        good_json(&format!(r#"{{"name": "x", "expect": {{"NL": {{"payable": {text}}}}}}}"#)).expect[0].want.clone()
    };
    assert_eq!(want("undetermined { \"claim.start\", \"b\" }"), {
        Want::Undetermined(vec!["claim.start".to_owned(), "b".to_owned()])
    });
    assert_eq!(want("refer \"the authorities\""), Want::Refer);
    assert_eq!(want("fault"), Want::Fault(None));
    assert_eq!(want(" nothing "), Want::Nothing);
}

#[test]
fn lists_of_records_are_arrays() {
    let case = good_json(
        r#"{"name": "x", "question": "legislation", "activities": [{"party": "NL", "share": "1/3", "employer": {"name": "1 EUR"}}, {"days": "2020-01-01..2020-02-01"}]}"#,
    );
    let Outcome::Value(Value::List(list)) = &case.facts.row[4] else { panic!("no list") };
    let Value::Record(first) = &list[0] else { panic!("{list:?}") };
    assert_eq!(first[0], Outcome::Value(Value::Country(country("NL"))));
    assert!(matches!(&first[2], Outcome::Value(Value::Number(n)) if n.value == ratio(1, 3)));
    let Outcome::Value(Value::Record(employer)) = &first[3] else { panic!("{first:?}") };
    assert_eq!(employer[1], Outcome::Value(Value::text("1 EUR")));
}

#[test]
fn findings_point_into_the_file() {
    let text = r#"{ "name": "x", "claim": { "start": "2017-13-01", "event": " 29/02 " } }"#;
    let mut sink = Diagnostics::default();
    assert!(from_json(&program(), FILE, text, &mut sink).is_none());
    let shown: Vec<(&str, &str)> =
        sink.iter().map(|d| (d.code.text(), text.get(d.span().unwrap().range()).unwrap())).collect();
    assert_eq!(
        shown,
        [("E0103", "2017-13-01"), ("E0704", " 29/02 ")].map(|(c, t)| {
            // A fraction is readable, so it is the fraction itself that is wrong.
            (c, t.trim())
        })
    );
}

#[test]
fn the_schema_has_the_fields_and_decisions_of_the_program() {
    let program = program();
    let schema = schema(Some(&program));
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(schema["properties"]["claim"].is_object());
    assert!(schema["$defs"]["record.Claim"]["properties"]["start"].is_object());
    assert!(schema["$defs"]["record.Person"]["properties"]["nationality"].is_object());
    assert!(schema["properties"]["expect"]["patternProperties"]["^(NL|CV|XX)$"]["properties"]["payable"].is_object());
    assert!(schema["properties"]["given"]["properties"]["NL"]["properties"]["entitled"].is_object());
    let general = crate::case::schema(None);
    assert!(general["properties"]["periods"].is_object());
    assert_eq!(general["required"][0], "name");
    let ways = &general["$defs"]["period"]["oneOf"];
    assert_eq!(ways[0], serde_json::json!({ "required": ["from", "to"], "properties": { "year": false } }));
    assert_eq!(ways[1]["required"][0], "amount");
}
