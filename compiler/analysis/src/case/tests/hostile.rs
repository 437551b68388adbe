//! Input nobody should write, and somebody will.

use super::{FILE, bad_json, from_text, program, said};
use crate::case::{from_json, json_to_ast};
use accord_source::Diagnostics;

#[test]
fn json_that_is_none() {
    let one = |text: &str| {
        let (said, help) = bad_json(text);
        assert_eq!(said.len(), 1, "{text}: {said:?}");
        (said[0].clone(), help)
    };
    assert_eq!(one("").0, "E0706 the file holds nothing");
    assert_eq!(one("[]").0, "E0706 a case file holds one object");
    assert_eq!(one("{").0, "E0706 an object that is not closed");
    assert_eq!(one(r#"{"name": "x",}"#).0, "E0706 a comma before a closing bracket");
    assert_eq!(one("{\"name\": \"x\" // why\n}").0, "E0706 a comment, which JSON does not have");
    assert_eq!(one(r#"{"name": "x" "source": "y"}"#).0, "E0706 a comma is missing");
    assert_eq!(one(r#"{'name': "x"}"#).0, "E0706 a text in single quotes");
    assert_eq!(one(r#"{name: "x"}"#).0, "E0706 the name of a field in double quotes is needed");
    assert_eq!(one(r#"{"name": "x"} {}"#).0, "E0706 text after the end of the case");
    assert_eq!(one(r#"{"name": "x", "day": 007}"#).0.get(..5), Some("E0706"));
    assert_eq!(one("{\"name\": \"x\n\"}").0.get(..5), Some("E0706"));
    assert_eq!(one(r#"{"name": "\ud800"}"#).0.get(..5), Some("E0706"));
    assert_eq!(one(r#"{"name": "x", "question": NaN}"#).0.get(..5), Some("E0706"));
    assert_eq!(one("{}").0, "E0702 a case without a name");
    assert_eq!(one(r#"{"name": 5}"#).0, "E0704 expected a text, found a number");
    assert_eq!(one(r#"{"name": "x", "name": "y"}"#).0, "E0703 `name` is given twice");
}

#[test]
fn json_numbers_are_whole() {
    let (said, help) = bad_json(r#"{"name": "x", "given": {"NL": {"alone": 12.50}}}"#);
    assert_eq!(said, ["E0708 the JSON number 12.50 is not exact"]);
    assert!(help.contains("\"12.50 EUR\""));
    assert_eq!(bad_json(r#"{"name": "x", "given": {"NL": {"alone": 1e2}}}"#).0.len(), 1);
    assert!(bad_json(r#"{"name": "x", "given": {"NL": {"alone": 1e99999}}}"#).0[0].starts_with("E0708"));
    let (said, help) = bad_json(r#"{"name": "x", "given": {"NL": {"alone": 12}}}"#);
    assert_eq!(said, ["E0704 expected an amount such as `250.00 EUR`, found the number 12"]);
    assert_eq!(help, "write the currency: \"12 EUR\"");
}

#[test]
fn json_fields_that_are_wrong() {
    let one = |text: &str| {
        let (said, _) = bad_json(&format!("{{\"name\": \"x\", {text}}}"));
        assert_eq!(said.len(), 1, "{text}: {said:?}");
        said[0].clone()
    };
    assert_eq!(one(r#""person": {"born": "1955-06-01", "born": "1955-06-01"}"#), "E0703 `born` is given twice");
    assert_eq!(one(r#""person": {"brn": "1955-06-01"}"#), "E0701 Person has no field `brn`");
    assert_eq!(one(r#""persn": {}"#), "E0701 a case has no field `persn`");
    assert_eq!(one(r#""periods": {}"#), "E0704 expected a list of periods, found an object");
    assert_eq!(one(r#""periods": [5]"#), "E0704 expected a period as an object, found a number");
    assert_eq!(one(r#""periods": [{"party": "NL", "amont": "12 months"}]"#), "E0701 a period has no field `amont`");
    assert_eq!(one(r#""periods": [{"party": "NL", "from": "2001-01-01"}]"#), "E0702 a period with days has no `to`");
    assert_eq!(
        one(r#""periods": [{"amount": "12 months"}]"#),
        "E0704 expected a party first, found a period of nobody"
    );
    assert_eq!(
        one(r#""periods": [{"party": "NL", "amount": 12}]"#),
        "E0704 expected a length of time, found the number 12"
    );
    assert_eq!(one(r#""claim": {"start": ""}"#), "E0704 expected a day such as 2017-10-01, found the text \"\"");
    assert_eq!(
        one(r#""claim": {"start": ["2017-10-01", {}]}"#),
        "E0704 expected a list of one kind, found objects among other values"
    );
    assert_eq!(one(r#""claim": {"start": [["2017-10-01"]]}"#), "E0704 expected a value, found a list inside a list");
    assert_eq!(one(r#""person": {"refugee": "maybe so"}"#), "E0704 expected yes or no, found the text \"maybe so\"");
    assert_eq!(one(r#""expect": {"NL": {"payable": "1.00 EUR + 2.00 EUR"}}"#).get(..5), Some("E0704"));
}

#[test]
fn deep_nesting_is_refused_without_recursion() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let mut text = open.repeat(1_000_000);
        text.push_str(&close.repeat(10));
        let mut sink = Diagnostics::default();
        assert!(from_json(&program(), FILE, &text, &mut sink).is_none());
        assert_eq!(said(&sink), ["E0706 brackets nested more than 64 deep"]);
    }
    let inside = format!(r#"{{"name": "x", "claim": {{"start": "{}"}}}}"#, "(".repeat(100_000));
    assert!(bad_json(&inside).0[0].starts_with("E0704"));
    let many = format!(r#"{{"name": "x", "expect": {{"{}": 1}}}}"#, "covered(".repeat(10_000));
    assert!(bad_json(&many).0[0].starts_with("E0704"));
}

#[test]
fn long_numbers_are_refused_by_their_digits() {
    let digits = "9".repeat(100_000);
    for value in [format!("\"{digits} EUR\""), format!("\"0.{digits} EUR\"")] {
        let (said, _) = bad_json(&format!(r#"{{"name": "x", "given": {{"NL": {{"alone": {value}}}}}}}"#));
        assert_eq!(said, ["E0707 an amount of more than 30 digits"]);
    }
    assert!(
        bad_json(&format!(r#"{{"name": "x", "expect": {{"NL": {{"share": {digits}}}}}}}"#)).0[0].starts_with("E0707")
    );
}

#[test]
fn long_words_are_cut_short() {
    let word = "é".repeat(500_000);
    for body in [
        format!(r#""{word}": 1"#),
        format!(r#""person": {{"{word}": 1}}"#),
        format!(r#""claim": {{"benefit": "{}"}}"#, "x".repeat(500_000)),
        format!(r#""periods": [{{"party": "NL", "kind": "{}", "amount": "1 month"}}]"#, "x".repeat(500_000)),
        format!(r#""periods": [{{"{word}": "NL"}}]"#),
        format!(r#""given": {{"{word}": {{}}}}"#),
        format!(r#""given": {{"NL": {{"{word}": 1}}}}"#),
        format!(r#""rates": {{"{word}": "1 EUR"}}"#),
        format!(r#""expect": {{"{word}": 1}}"#),
        format!(r#""expect": {{"NL": {{"because": "{word}"}}}}"#),
        format!(r#""expect": {{"NL": {{"payable": "fault {}"}}}}"#, "x".repeat(500_000)),
        format!(r#""question": "{word}""#),
        format!(r#""evidence": "{word}""#),
    ] {
        for message in bad_json(&format!("{{\"name\": \"x\", {body}}}")).0 {
            assert!(message.len() < 300, "{}", message.len());
        }
    }
}

/// Bytes from a fixed sequence: every run is the same.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    const MARKS: &[u8] = b"{}[]\",:\\ 0123456789.eE-+truefalsnNLCV()/#'_\n";
    (0..length)
        .map(|_| {
            let n = next();
            if n % 9 == 0 { u8::try_from(n >> 56).unwrap() } else { MARKS[(n >> 16) as usize % MARKS.len()] }
        })
        .collect()
}

#[test]
fn garbage_is_an_error_and_nothing_worse() {
    for seed in 0..2_000 {
        let text = String::from_utf8_lossy(&noise(seed, 60)).into_owned();
        let _ = from_text(&text);
        let _ = json_to_ast(FILE, &text, &mut Diagnostics::default());
    }
}

#[test]
fn garbage_in_a_good_place_is_an_error_and_nothing_worse() {
    let places: &[(&str, &str)] = &[
        (r#"{"name": "x", "claim": {"start": "#, "}}"),
        (r#"{"name": "x", "periods": ["#, "]}"),
        (r#"{"name": "x", "expect": {"NL": {"payable": "#, "}}}"),
        (r#"{"name": "x", "expect": {"#, "}}"),
        (r#"{"name": "x", "given": {"NL": {"without": "#, "}}}"),
    ];
    for seed in 0..400 {
        let noise = String::from_utf8_lossy(&noise(seed, 24)).into_owned();
        let quoted = serde_json::to_string(&noise).unwrap();
        for (before, after) in places {
            let _ = from_text(&format!("{before}{noise}{after}"));
            let _ = from_text(&format!("{before}{quoted}{after}"));
            let _ = from_text(&format!("{before}{quoted}: {quoted}{after}"));
        }
    }
}

#[test]
fn a_good_case_cut_anywhere_is_an_error_and_nothing_worse() {
    let text = r#"{"name": "é", "person": {"born": "1955-06-01"}, "periods": [{"party": "NL", "amount": "12 months"}],
        "expect": {"NL": {"payable": "1.00 EUR", "because": ["article 5(1)"]}, "covered(CV, unemployment)": false}}"#;
    assert!(from_text(text).0.is_some());
    for (at, _) in text.char_indices() {
        assert!(from_text(text.get(..at).unwrap()).0.is_none());
        let mut dropped = text.to_owned();
        let _ = dropped.remove(at);
        let _ = from_text(&dropped);
    }
}
