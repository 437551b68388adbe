//! Outcomes in words.

use super::{country, program, rule};
use crate::case::show;
use accord_core::{
    Date, EnumId, FaultKind, Kind, Length, Number, Outcome, Periods, Piece, Quality, SiteId, Span, Unit, Value, ratio,
};
use std::collections::BTreeSet;
use std::sync::Arc;

fn shown(outcome: &Outcome) -> String {
    show(&program(), outcome)
}

fn value(value: Value) -> String {
    shown(&Outcome::Value(value))
}

#[test]
fn values() {
    assert_eq!(value(Value::YesNo(true)), "yes");
    assert_eq!(value(Value::Member(EnumId(6), 1)), "old_age.lump_sum");
    assert_eq!(value(Value::countries(["NL", "CV"].map(country))), "{ CV, NL }");
    assert_eq!(value(Value::countries([])), "{}");
    assert_eq!(value(Value::Length(Length::new(Unit::Months, ratio(18, 1)))), "18 months");
    assert_eq!(value(Value::Length(Length::new(Unit::Years, ratio(1, 1)))), "1 year");
    let quotient = Number::quotient(ratio(120, 1), ratio(264, 1)).unwrap();
    assert_eq!(value(Value::Number(quotient)), "120/264");
    let (first, last) = (Date::parse("2001-01-01").unwrap(), Date::parse("2001-06-30").unwrap());
    assert_eq!(value(Value::Date(first)), "2001-01-01");
    assert_eq!(value(Value::Span(Span::new(first, last).unwrap())), "2001-01-01..2001-06-30");
    let record = vec![Outcome::missing("a"), Outcome::yes_no(false)];
    assert_eq!(value(Value::Record(Arc::new(record))), "{ undetermined { \"a\" }, no }");
    let dated = Piece::dated(country("CV"), Kind::Insurance, Quality::Compulsory, first, last).unwrap();
    let undated =
        Piece::undated(country("NL"), Kind::Employment, Quality::Voluntary, ratio(14, 1), Unit::Months, Some(2003));
    let periods = Periods::record([dated, undated.unwrap()]);
    assert_eq!(
        value(Value::Periods(Arc::new(periods))),
        "CV 2001-01-01..2001-06-30, NL employment voluntary 14 months in 2003"
    );
    let whole = Span::new(first, last).unwrap();
    let certified =
        Piece::certified(country("CV"), Kind::Insurance, Quality::Voluntary, whole, ratio(130, 1), Unit::Days5);
    let periods = Periods::record(certified);
    assert_eq!(
        value(Value::Periods(Arc::new(periods.until(Date::parse("2001-01-31").unwrap())))),
        "CV voluntary 2001-01-01..2001-01-31 (of 130 days_5 for 2001-01-01..2001-06-30)"
    );
    assert_eq!(value(Value::Periods(Arc::new(periods))), "CV voluntary 2001-01-01..2001-06-30 130 days_5");
}

#[test]
fn outcomes() {
    assert_eq!(shown(&Outcome::Nothing), "nothing");
    assert_eq!(shown(&Outcome::refer("the authorities")), "refer \"the authorities\"");
    assert_eq!(shown(&Outcome::Gap(BTreeSet::from(["entitled".into()]))), "gap { entitled }");
    assert_eq!(
        shown(&Outcome::Conflict(BTreeSet::from([rule(0), rule(1)]))),
        "conflict { article 5(1)(a), article 7 }"
    );
    assert_eq!(shown(&Outcome::fault(FaultKind::Negative, SiteId(0))), "fault negative at article 5(1)(a)");
    assert_eq!(shown(&Outcome::fault(FaultKind::Negative, SiteId(9))), "fault negative");
}
