//! Lengths: the worked conversions of the law, and a naive model.

use super::{apply, article_13, cases, conversion, country, dated, length, number, undated};
use crate::{
    Conversion, Conversions, DatedIn, HostFn, Kind, Length, Outcome, Periods, Piece, Quality, Ratio, Remainder, Span,
    Unit, Value, length_of, ratio,
};
use proptest::prelude::*;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The length of a record, or the outcome that is not one.
fn measured(pieces: Vec<Piece>, dated_in: DatedIn, unit: Unit) -> Outcome {
    length_of(&Periods::record(pieces).counted_in(dated_in), unit, &article_13())
}

/// A length whose counted and exact numbers differ.
fn both(unit: Unit, counted: Ratio, exact: Ratio) -> Outcome {
    Outcome::Value(Value::Length(Length { unit, counted, exact }))
}

fn months(counted: &str, exact: &str) -> Outcome {
    both(Unit::Months, number(counted), number(exact))
}

fn days(count: &str) -> Outcome {
    both(Unit::Days, number(count), number(count))
}

/// The length of an outcome that is one.
fn as_length(outcome: &Outcome) -> Length {
    let Some(Value::Length(length)) = outcome.value() else { panic!("{outcome:?}") };
    length.clone()
}

#[test]
fn weeks_into_months_through_days() {
    let weeks = |n: &str| measured(vec![undated("XA", n, None)], DatedIn::Runs, Unit::Months);
    assert_eq!(weeks("17 weeks"), months("4", "102/26"));
    assert_eq!(weeks("52 weeks"), months("12", "12"));
    assert_eq!(weeks("56 weeks"), months("13", "336/26"));
}

#[test]
fn w7_german_months_and_italian_weeks() {
    let record = || {
        let voluntary = Piece { quality: Quality::Voluntary, ..undated("IT", "42 weeks", None) };
        vec![undated("DE", "47 months", None), undated("IT", "14 weeks", None), voluntary]
    };
    assert_eq!(measured(record(), DatedIn::Runs, Unit::Months), months("60", "779/13"));
    // Rounded apart, 14 and 42 weeks would have been 4 and 10 months.
    let whole = Periods::record(record());
    assert_eq!(length_of(&whole.part(country("IT")), Unit::Months, &article_13()), months("13", "168/13"));
}

#[test]
fn w8_five_quarters_are_fifteen_months() {
    assert_eq!(measured(vec![undated("FR", "5 quarters", None)], DatedIn::Runs, Unit::Months), months("15", "15"));
    let conversions = article_13();
    assert_eq!(conversions.exact_factor(Unit::Quarters, Unit::Days6), Some(ratio(78, 1)));
    assert_eq!(conversions.exact_factor(Unit::Days, Unit::Months), None);
}

#[test]
fn each_origin_is_rounded_once() {
    let record = vec![undated("XA", "1 week", None), undated("XA", "1 week", None), undated("XB", "1 week", None)];
    assert_eq!(measured(record.clone(), DatedIn::Runs, Unit::Months), months("2", "18/26"));
    // A fiction changes who owns the time, not how it is rounded.
    let own = Periods::record(record).as_if_own(country("XB"));
    assert_eq!(length_of(&own, Unit::Months, &article_13()), months("2", "18/26"));
}

#[test]
fn what_no_conversion_connects_is_missing_by_name() {
    let days7 = measured(vec![undated("XA", "4 days_7", None)], DatedIn::Runs, Unit::Months);
    assert_eq!(days7, Outcome::missing("conversion of days_7 into months"));
    let two = vec![undated("XA", "4 days_7", None), undated("XB", "4 hours", None)];
    let names =
        Outcome::missing("conversion of days_7 into months").worst(Outcome::missing("conversion of hours into months"));
    assert_eq!(measured(two, DatedIn::Runs, Unit::Months), names);
    // Amounts already in the unit need none, nor does a run of whole months.
    let none = Conversions::default();
    let plain = Periods::record(vec![undated("XA", "4 months", None), dated("XA", "2001-01-01..2001-12-31")]);
    assert_eq!(length_of(&plain, Unit::Months, &none), months("16", "16"));
    let ragged = Periods::record(vec![dated("XA", "2001-01-01..2002-01-01")]);
    assert_eq!(length_of(&ragged, Unit::Months, &none), Outcome::missing("conversion of days into months"));
    assert_eq!(length_of(&ragged, Unit::Days, &none), days("366"));
}

#[test]
fn runs_pool_the_days_left_over() {
    // 1 month and 15 days, and 2 months and 16 days of another run: 3 months and 31 days.
    let record = vec![dated("XA", "2001-01-01..2001-02-15"), dated("XA", "2001-03-01..2001-05-16")];
    assert_eq!(measured(record, DatedIn::Runs, Unit::Months), months("5", "121/30"));
    // Days that adjoin or coincide make one run, whatever their kind.
    let voluntary = Piece { quality: Quality::Voluntary, ..dated("XA", "2001-02-16..2001-03-31") };
    let record = vec![dated("XA", "2001-01-01..2001-02-15"), dated("XA", "2001-02-10..2001-02-20"), voluntary];
    assert_eq!(measured(record, DatedIn::Runs, Unit::Months), months("3", "3"));
}

#[test]
fn months_touched_and_days() {
    let record = || vec![dated("XA", "2001-01-31..2001-03-01"), dated("XA", "2001-03-20..2001-03-21")];
    assert_eq!(measured(record(), DatedIn::MonthsTouched, Unit::Months), months("3", "3"));
    assert_eq!(measured(record(), DatedIn::Days, Unit::Days), days("32"));
    assert_eq!(measured(record(), DatedIn::Days, Unit::Months), months("2", "32/30"));
    assert_eq!(measured(Vec::new(), DatedIn::Days, Unit::Months), months("0", "0"));
}

#[test]
fn eleven_months_are_less_than_a_year() {
    let quarters =
        Conversions { rounding: vec![conversion(Unit::Months, Unit::Quarters, 3, Remainder::Counts)], ..article_13() };
    let record = |months: &str| Periods::record(vec![undated("XA", months, None)]);
    let own = |months: &str| as_length(&length_of(&record(months), Unit::Quarters, &quarters));
    let year = length("1 year");
    assert_eq!(own("11 months").counted, number("4"));
    assert_eq!(quarters.compare(&own("11 months"), &year), Some(Ordering::Less));
    assert_eq!(quarters.compare(&own("12 months"), &year), Some(Ordering::Equal));
    assert_eq!(quarters.compare(&year, &own("11 months")), Some(Ordering::Greater));
    assert_eq!(quarters.compare(&own("13 months"), &year), Some(Ordering::Greater));
}

#[test]
fn a_year_holds_at_most_what_the_cap_says() {
    let days = |amount: &str, year| undated("XA", amount, year);
    // 330 days are more than the 312 of a year; two years have two caps; without a year there is none.
    assert_eq!(measured(vec![days("330 days_6", Some(2004))], DatedIn::Runs, Unit::Months), months("12", "12"));
    let two = vec![days("330 days_6", Some(2004)), days("13 days_6", Some(2005))];
    assert_eq!(measured(two, DatedIn::Runs, Unit::Months), months("13", "12.5"));
    assert_eq!(measured(vec![days("338 days_6", None)], DatedIn::Runs, Unit::Months), months("13", "13"));
    // Weeks take the cap of the second leg, and what is already in months fills the year first.
    let mixed = vec![days("30 weeks", Some(2004)), days("7 months", Some(2004))];
    assert_eq!(measured(mixed, DatedIn::Runs, Unit::Months), months("12", "12"));
    let two_ways = vec![days("30 weeks", Some(2004)), days("200 days_6", Some(2004))];
    assert_eq!(measured(two_ways, DatedIn::Runs, Unit::Months), months("12", "12"));
    let apart = vec![days("200 days_6", Some(2004)), undated("XB", "200 days_6", Some(2004))];
    let referred = Outcome::refer("the competent institutions: periods of more than 12 months in 2004");
    assert_eq!(measured(apart, DatedIn::Runs, Unit::Months), referred);
    let fits = vec![days("156 days_6", Some(2004)), undated("XB", "156 days_6", Some(2004))];
    assert_eq!(measured(fits, DatedIn::Runs, Unit::Months), months("12", "12"));
}

#[test]
fn rules_of_one_origin_that_differ_each_round_their_own() {
    let conversions = Conversions {
        exact: Vec::new(),
        rounding: vec![
            conversion(Unit::Weeks, Unit::Months, 4, Remainder::Dropped),
            conversion(Unit::Days, Unit::Months, 30, Remainder::Counts),
        ],
    };
    let record = Periods::record(vec![
        undated("XA", "7 weeks", None),
        undated("XA", "10 days", None),
        undated("XA", "1.5 months", None),
    ]);
    assert_eq!(length_of(&record, Unit::Months, &conversions), months("3.5", "43/12"));
}

#[test]
fn conversions_prefer_the_declared_rounding() {
    let in_unit = |from: &str, into: Unit| apply(HostFn::InUnit, [Value::Length(length(from)), Value::Unit(into)]);
    let value = |counted: &str, exact: &str, unit| {
        Outcome::Value(Value::Length(Length { unit, counted: number(counted), exact: number(exact) }))
    };
    assert_eq!(in_unit("17 weeks", Unit::Months), value("4", "102/26", Unit::Months));
    assert_eq!(in_unit("13 months", Unit::Years), value("13/12", "13/12", Unit::Years));
    assert_eq!(in_unit("3 weeks", Unit::Weeks), value("3", "3", Unit::Weeks));
    assert_eq!(in_unit("3 months", Unit::Days), Outcome::missing("conversion of months into days"));
}

#[test]
fn through_with_a_divisor_of_its_own() {
    let own =
        Conversion { through: Some(Unit::Days7), ..conversion(Unit::Weeks, Unit::Months, 30, Remainder::Dropped) };
    let mut conversions = article_13();
    conversions.rounding = vec![own, conversion(Unit::Weeks, Unit::Days7, 0, Remainder::Kept)];
    // The first leg is not declared (a divisor of zero says nothing): the exact conversion serves.
    assert_eq!(conversions.way(Unit::Weeks, Unit::Months).unwrap().factor, ratio(12, 52));
    let sevenths = Conversion { divide: Some(ratio(1, 7)), ..conversion(Unit::Weeks, Unit::Days7, 1, Remainder::Kept) };
    conversions.rounding[1] = sevenths;
    let way = conversions.way(Unit::Weeks, Unit::Months).unwrap();
    assert_eq!((way.factor, way.remainder), (ratio(7, 30), Some(Remainder::Dropped)));
}

#[test]
fn comparing_does_not_depend_on_the_order() {
    // 30 days make a month and a month makes 31 days: inconsistent, but never two answers.
    let conversions = Conversions {
        exact: Vec::new(),
        rounding: vec![
            conversion(Unit::Days, Unit::Months, 30, Remainder::Counts),
            Conversion { divide: Some(ratio(1, 31)), ..conversion(Unit::Months, Unit::Days, 1, Remainder::Kept) },
        ],
    };
    let (days, month) = (length("30 days"), length("1 month"));
    assert_eq!(conversions.compare(&days, &month), Some(Ordering::Equal));
    assert_eq!(conversions.compare(&month, &days), Some(Ordering::Equal));
    let one_way = Conversions { rounding: conversions.rounding[1..].to_vec(), ..Conversions::default() };
    assert_eq!(one_way.compare(&days, &month), Some(Ordering::Less));
    assert_eq!(one_way.compare(&month, &days), Some(Ordering::Greater));
    assert_eq!(Conversions::default().compare(&days, &month), None);
}

/// Amounts and dated pieces of up to three parties.
fn any_piece() -> impl Strategy<Value = Piece> {
    let party = prop_oneof![Just("XA"), Just("XB"), Just("XC")];
    let unit = prop_oneof![Just(Unit::Months), Just(Unit::Weeks), Just(Unit::Days6), Just(Unit::Days)];
    let dated = (party.clone(), 0i32..900, 0i64..200).prop_map(|(party, first, days)| {
        let first = crate::Date::from_day_number(first).unwrap();
        Piece::dated(country(party), Kind::Insurance, Quality::Compulsory, first, first.add_days(days).unwrap())
    });
    let undated = (party, 0i64..400, unit).prop_map(|(party, n, unit)| {
        Piece::undated(country(party), Kind::Insurance, Quality::Compulsory, ratio(n, 2), unit, None)
    });
    prop_oneof![dated, undated].prop_map(|piece| piece.unwrap())
}

/// Months of one party by trial, as a fraction over 780 (the least that holds 26 and 30), and whether days converted.
fn naive_months(pieces: &[&Piece]) -> (Ratio, bool) {
    let mut days: Vec<i32> = Vec::new();
    let (mut parts, mut converted) = (Ratio::zero(), false);
    for piece in pieces {
        match &piece.extent {
            crate::Extent::Dated { first, last } => days.extend(first.day_number()..=last.day_number()),
            crate::Extent::Undated { amount, unit, .. } => {
                let each = match unit {
                    Unit::Months => ratio(780, 1),
                    Unit::Weeks => ratio(180, 1),
                    Unit::Days6 => ratio(30, 1),
                    Unit::Days => ratio(26, 1),
                    Unit::Years | Unit::Quarters | Unit::Days5 | Unit::Days7 | Unit::Hours => unreachable!(),
                };
                converted |= *unit != Unit::Months && !amount.is_zero();
                parts += amount * each;
            }
        }
    }
    days.sort_unstable();
    days.dedup();
    for run in days.chunk_by(|a, b| a + 1 == *b) {
        let date = |n: i32| crate::Date::from_day_number(n).unwrap();
        let span = Span::new(date(run[0]), date(*run.last().unwrap())).unwrap();
        let (months, left) = span.months_and_days();
        converted |= left > 0;
        parts += ratio(780 * months + 26 * left, 1);
    }
    (parts / ratio(780, 1), converted)
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn months_are_as_counted_by_hand(pieces in proptest::collection::vec(any_piece(), 0..10)) {
        let mut by_party: BTreeMap<_, Vec<&Piece>> = BTreeMap::new();
        for piece in &pieces {
            by_party.entry(piece.origin).or_default().push(piece);
        }
        let (mut counted, mut exact) = (Ratio::zero(), Ratio::zero());
        for own in by_party.values() {
            let (months, converted) = naive_months(own);
            counted += if converted { months.ceil() } else { months.clone() };
            exact += months;
        }
        prop_assert_eq!(measured(pieces, DatedIn::Runs, Unit::Months), both(Unit::Months, counted, exact));
    }

    #[test]
    fn the_parts_add_up_to_the_whole(pieces in proptest::collection::vec(any_piece(), 0..10)) {
        let whole = Periods::record(pieces);
        let conversions = article_13();
        let mut sum = Length::zero(Unit::Months);
        for party in whole.owners() {
            let part = as_length(&length_of(&whole.part(party), Unit::Months, &conversions));
            sum = sum.zip(&part, |a, b| a + b);
        }
        prop_assert_eq!(length_of(&whole, Unit::Months, &conversions), Outcome::Value(Value::Length(sum)));
    }

    #[test]
    fn days_are_as_counted_by_hand(pieces in proptest::collection::vec(any_piece(), 0..10)) {
        let dated: Vec<Piece> = pieces.into_iter().filter(|p| p.span().is_some()).collect();
        let mut days: Vec<_> = dated
            .iter()
            .flat_map(|p| {
                let span = p.span().unwrap();
                (span.first.day_number()..=span.last.day_number()).map(|n| (p.origin, n))
            })
            .collect();
        days.sort_unstable();
        days.dedup();
        let count = ratio(i64::try_from(days.len()).unwrap(), 1);
        for dated_in in [DatedIn::Runs, DatedIn::Days] {
            prop_assert_eq!(measured(dated.clone(), dated_in, Unit::Days), both(Unit::Days, count.clone(), count.clone()));
        }
    }

    #[test]
    fn a_conversion_rounds_once_and_never_the_wrong_way(n in 0i64..10_000, divide in 1i64..400) {
        for remainder in Remainder::ALL.iter().copied() {
            let conversions =
                Conversions { rounding: vec![conversion(Unit::Days, Unit::Months, divide, remainder)], ..Conversions::default() };
            let got = conversions.convert(&Length::new(Unit::Days, ratio(n, 1)), Unit::Months).unwrap();
            prop_assert_eq!(&got.exact, &ratio(n, divide));
            let (whole, left) = (n / divide, n % divide);
            let want = match remainder {
                Remainder::Counts => ratio(whole + i64::from(left > 0), 1),
                Remainder::Dropped => ratio(whole, 1),
                Remainder::Kept => ratio(n, divide),
            };
            prop_assert_eq!(got.counted, want);
        }
    }
}
