//! Whether answers are what was expected.

use super::{country, good, program, rule};
use crate::case::{Expectation, judge};
use accord_core::{
    Amount, Answer, Currency, Date, FaultKind, Kind, Length, Money, Number, Outcome, Periods, Piece, Quality, SiteId,
    Span, Unit, Value, ratio,
};
use std::sync::Arc;

fn expecting(body: &str) -> Expectation {
    good(&format!("expect: {{ {body} }}")).expect[0].clone()
}

fn answer(outcome: Outcome, rules: &[u32]) -> Answer {
    Answer { outcome, rules: rules.iter().map(|r| rule(*r)).collect() }
}

fn verdict(body: &str, outcome: Outcome, rules: &[u32]) -> Result<(), String> {
    judge(&program(), &expecting(body), &answer(outcome, rules))
}

fn eur(minor: i64) -> Outcome {
    Outcome::Value(Value::Money(Money::new(Currency::parse("EUR").unwrap(), minor).unwrap()))
}

fn quotient(n: i64, d: i64) -> Outcome {
    Outcome::Value(Value::Number(Number::quotient(ratio(n, 1), ratio(d, 1)).unwrap()))
}

#[test]
fn amounts_are_compared_by_value_and_currency() {
    let wanted = "NL: { payable: 5325.29 EUR }";
    assert_eq!(verdict(wanted, eur(532_529), &[0]), Ok(()));
    let exact = Amount::new(Currency::parse("EUR").unwrap(), ratio(532_529, 100));
    assert_eq!(verdict(wanted, Outcome::Value(Value::Amount(exact)), &[]), Ok(()));
    let why = verdict(wanted, eur(532_530), &[0, 1]).unwrap_err();
    assert_eq!(why, "expected 5325.29 EUR, got 5325.30 EUR (by article 5(1)(a), article 7)");
    let usd = Outcome::Value(Value::Money(Money::new(Currency::parse("USD").unwrap(), 532_529).unwrap()));
    assert_eq!(verdict(wanted, usd, &[]).unwrap_err(), "expected 5325.29 EUR, got 5325.29 USD");
    assert_eq!(verdict(wanted, Outcome::Nothing, &[]).unwrap_err(), "expected 5325.29 EUR, got nothing");
}

#[test]
fn fractions_are_compared_as_written() {
    assert_eq!(verdict("NL: { share: 104/154 }", quotient(104, 154), &[]), Ok(()));
    let why = verdict("NL: { share: 104/154 }", quotient(52, 77), &[]).unwrap_err();
    assert_eq!(why, "expected 104/154, got 52/77, which is as much but not as the provision writes it");
    assert_eq!(verdict("NL: { share: 1/3 }", quotient(1, 2), &[]).unwrap_err(), "expected 1/3, got 1/2");
    assert_eq!(verdict("NL: { share: 0.5 }", quotient(1, 2), &[]), Ok(()));
}

#[test]
fn lengths_are_compared_by_what_counts() {
    let mut got = Length::new(Unit::Months, ratio(18, 1));
    got.exact = ratio(35, 2);
    assert_eq!(verdict("NL: { needed: 18 months }", Outcome::Value(Value::Length(got)), &[]), Ok(()));
    let years = Outcome::Value(Value::Length(Length::new(Unit::Years, ratio(1, 1))));
    assert_eq!(verdict("NL: { needed: 12 months }", years, &[]).unwrap_err(), "expected 12 months, got 1 year");
}

#[test]
fn what_is_left_of_a_certified_period_is_written_by_its_days() {
    let day = |text: &str| Date::parse(text).unwrap();
    let whole = Span::new(day("2001-01-01"), day("2001-12-31")).unwrap();
    let (nl, kind, quality) = (country("NL"), Kind::Insurance, Quality::Compulsory);
    let record = Periods::record(Piece::certified(nl, kind, quality, whole, ratio(300, 1), Unit::Days7));
    let got = |periods: Periods| Outcome::Value(Value::Periods(Arc::new(periods)));
    let wanted = |rows: &str| format!("counted({{ NL }}): {{ {rows} }}");
    assert_eq!(verdict(&wanted("NL 2001-01-01..2001-12-31 300 days_7"), got(record.clone()), &[]), Ok(()));
    let why = verdict(&wanted("NL 2001-01-01..2001-12-31"), got(record.clone()), &[]).unwrap_err();
    assert_eq!(why, "expected NL 2001-01-01..2001-12-31, got NL 2001-01-01..2001-12-31 300 days_7");
    let half = record.until(day("2001-06-30"));
    assert_eq!(verdict(&wanted("NL 2001-01-01..2001-06-30"), got(half), &[]), Ok(()));
}

#[test]
fn the_other_outcomes() {
    let missing = Outcome::missing("claim.start").worst(Outcome::missing("alone of NL"));
    assert_eq!(verdict("NL: { payable: undetermined }", missing.clone(), &[]), Ok(()));
    assert_eq!(verdict("NL: { payable: undetermined { \"alone of NL\" } }", missing.clone(), &[]), Ok(()));
    assert_eq!(
        verdict("NL: { payable: undetermined { \"claim.event\" } }", missing, &[]).unwrap_err(),
        "expected undetermined { \"claim.event\" }, got undetermined { \"alone of NL\", \"claim.start\" }"
    );
    assert_eq!(verdict("NL: { payable: refer }", Outcome::refer("them"), &[]), Ok(()));
    assert_eq!(verdict("NL: { payable: nothing }", Outcome::Nothing, &[]), Ok(()));
    let fault = Outcome::fault(FaultKind::Overflow, SiteId(1));
    assert_eq!(verdict("NL: { payable: fault }", fault.clone(), &[]), Ok(()));
    assert_eq!(verdict("NL: { payable: fault overflow }", fault.clone(), &[]), Ok(()));
    let why = verdict("NL: { payable: fault negative }", fault, &[]).unwrap_err();
    assert_eq!(why, "expected fault negative, got fault overflow at article 7");
    assert_eq!(verdict("NL: { payable: gap }", Outcome::Nothing, &[]).unwrap_err(), "expected gap, got nothing");
}

#[test]
fn the_provisions_that_made_it() {
    let wanted = "NL: { payable: 1.00 EUR  because: article 5(1) }";
    assert_eq!(verdict(wanted, eur(100), &[0]), Ok(()));
    assert_eq!(
        verdict(wanted, eur(100), &[1]).unwrap_err(),
        "expected because of article 5(1), but it was made by article 7"
    );
    assert_eq!(
        verdict(wanted, eur(100), &[]).unwrap_err(),
        "expected because of article 5(1), but it was made by no provision"
    );
    assert_eq!(
        verdict(wanted, eur(100), &[0, 1]).unwrap_err(),
        "it was made by article 7 as well, which `because` does not name"
    );
    assert_eq!(verdict("NL: { because: article 5, article 7 }", Outcome::Nothing, &[0, 1]), Ok(()));
    assert_eq!(verdict("NL: { payable: 1.00 EUR  because: \"NL.old_age article 1\" }", eur(100), &[2]), Ok(()));
}
