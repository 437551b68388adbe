//! Periods: normal form and the operations on it.

use super::{apply, country, dated, day, span, undated};
use crate::{HostFn, Kind, Outcome, Periods, Piece, Quality, Ratio, Unit, Value, ratio};
use std::collections::BTreeSet;
use std::sync::Arc;

fn record() -> Periods {
    Periods::record(vec![
        undated("NL", "50 quarters", None),
        dated("FR", "2001-06-01..2001-12-31"),
        dated("FR", "2001-01-01..2001-05-31"),
        Piece { quality: Quality::Voluntary, ..dated("FR", "2002-01-01..2002-12-31") },
        Piece { kind: Kind::Residence, ..dated("NL", "2001-03-01..2003-03-31") },
        undated("NL", "1 quarter", Some(2004)),
        undated("NL", "1 quarter", Some(2004)),
    ])
}

fn shown(outcome: &Outcome) -> String {
    let Some(Value::Periods(periods)) = outcome.value() else { return format!("{outcome:?}") };
    periods.to_string()
}

fn value(periods: Periods) -> Value {
    Value::Periods(Arc::new(periods))
}

#[test]
fn a_record_is_sorted_and_joined_but_not_merged() {
    assert_eq!(
        record().to_string(),
        "FR insurance 2001-01-01..2001-12-31, NL residence 2001-03-01..2003-03-31, \
         FR insurance voluntary 2002-01-01..2002-12-31, NL insurance 1 quarter in 2004, \
         NL insurance 1 quarter in 2004, NL insurance 50 quarters"
    );
    assert_eq!(record().made_of, BTreeSet::from([country("FR"), country("NL")]));
    assert_eq!(Periods::record(Vec::new()).to_string(), "no periods");
}

#[test]
fn impossible_pieces_are_not_made() {
    let (xa, kind, quality) = (country("XA"), Kind::Insurance, Quality::Compulsory);
    assert_eq!(Piece::dated(xa, kind, quality, day("2001-01-02"), day("2001-01-01")), None);
    assert_eq!(Piece::undated(xa, kind, quality, ratio(-1, 1), Unit::Months, None), None);
    let whole = span("2001-01-01..2001-12-31");
    assert_eq!(Piece::certified(xa, kind, quality, whole, ratio(-1, 1), Unit::Months), None);
    assert!(Piece::undated(xa, kind, quality, Ratio::from_integer(0.into()), Unit::Months, None).is_some());
}

#[test]
fn parts_fictions_and_clips() {
    let fr = Value::Country(country("FR"));
    assert_eq!(
        shown(&apply(HostFn::Part, [fr.clone(), value(record())])),
        "FR insurance 2001-01-01..2001-12-31, FR insurance voluntary 2002-01-01..2002-12-31"
    );
    let clipped = apply(HostFn::Until, [value(record()), Value::Date(day("2001-03-31"))]);
    assert_eq!(
        shown(&clipped),
        "FR insurance 2001-01-01..2001-03-31, NL residence 2001-03-01..2001-03-31, NL insurance 50 quarters"
    );
    let during = apply(HostFn::During, [value(record()), Value::Span(span("2003-01-01..2004-06-30"))]);
    assert_eq!(
        shown(&during),
        "NL residence 2003-01-01..2003-03-31, NL insurance 1 quarter in 2004, NL insurance 1 quarter in 2004, \
         NL insurance 50 quarters"
    );
    let residence = Value::Set(BTreeSet::from([Value::from(Kind::Residence)]));
    let kinds = apply(HostFn::OfKinds, [value(record()), residence]);
    assert_eq!(shown(&kinds), "NL residence 2001-03-01..2003-03-31");
    let own = apply(HostFn::AsIfOwn, [kinds.value().unwrap().clone(), fr]);
    assert_eq!(shown(&own), "NL residence 2001-03-01..2003-03-31 as if FR");
}

#[test]
fn parties_and_days_of_periods() {
    let countries = |codes: &[&str]| Outcome::Value(Value::countries(codes.iter().map(|c| country(c))));
    assert_eq!(apply(HostFn::PartiesIn, [value(record())]), countries(&["FR", "NL"]));
    let part = record().part(country("NL"));
    assert_eq!(apply(HostFn::PartiesOf, [value(part.clone())]), countries(&["NL"]));
    assert_eq!(part.as_if_own(country("FR")).owners(), BTreeSet::from([country("FR")]));
    let date = |text| Outcome::Value(Value::Date(day(text)));
    assert_eq!(apply(HostFn::FirstDay, [value(record())]), date("2001-01-01"));
    assert_eq!(apply(HostFn::LastDay, [value(record())]), date("2003-03-31"));
    let undated_only = Periods::record(vec![undated("NL", "50 quarters", None)]);
    assert_eq!(apply(HostFn::LastDay, [value(undated_only)]), Outcome::Nothing);
}
