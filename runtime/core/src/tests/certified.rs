//! Periods with days and the amount certified for them: by hand, and against a model that gives every day its weight.

use super::{article_13, cases, certified, country, dated, day, number, span, undated};
use crate::{
    Certified, Conversions, Country, Criterion, Date, DatedIn, Exact, Kind, Length, Outcome, Periods, Piece, Quality,
    Ratio, Span, TieStep, Ties, Totalisation, Trimmed, Unit, Value, length_of, ratio, totalise,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const PRECEDENCE: [Criterion; 2] = [Criterion::CompulsoryOverVoluntary, Criterion::ActualOverAssimilated];

fn voluntary(piece: Piece) -> Piece {
    Piece { quality: Quality::Voluntary, ..piece }
}

fn exactly(count: &str, unit: Unit) -> Outcome {
    Outcome::Value(Value::Length(Length::new(unit, number(count))))
}

fn months(counted: &str, exact: &str) -> Outcome {
    let (counted, exact) = (number(counted), number(exact));
    Outcome::Value(Value::Length(Length { unit: Unit::Months, counted, exact }))
}

fn asked(party: &str, amount: &str, days: &str) -> String {
    format!(
        "the competent institution of {party}: how much of {amount} certified for {days} belongs to the days that count"
    )
}

/// Measures with the conversions of article 13.
fn measured(periods: &Periods, unit: Unit) -> Outcome {
    length_of(periods, unit, &article_13())
}

/// Totalises the records of all parties, each of which counts its own where neither goes first.
fn merged(record: &Periods, when_trimmed: Trimmed, last_day: Option<Date>) -> Result<Periods, Box<Outcome>> {
    let tied = Ties { assimilated: vec![TieStep::Own], otherwise: vec![TieStep::Own] };
    let how = Totalisation {
        of: &record.owners(),
        kinds: &Kind::ALL.iter().copied().collect(),
        precedence: &PRECEDENCE,
        tied: &tied,
        dated_in: DatedIn::Runs,
        when_trimmed,
        last_day,
    };
    let outcome = totalise(record, &how);
    match outcome.value() {
        Some(Value::Periods(periods)) => Ok(periods.as_ref().clone()),
        _ => Err(Box::new(outcome)),
    }
}

#[test]
fn the_amount_is_the_length_and_the_days_are_days() {
    let record = Periods::record(vec![
        certified("PT", "2000-03-01..2005-12-31", "2100 days_7"),
        dated("PT", "2006-01-01..2006-02-28"),
        undated("PT", "3 months", None),
    ]);
    assert_eq!(
        record.to_string(),
        "PT insurance 2000-03-01..2005-12-31 2100 days_7, PT insurance 2006-01-01..2006-02-28, PT insurance 3 months"
    );
    assert_eq!((record.first_day(), record.last_day()), (Some(day("2000-03-01")), Some(day("2006-02-28"))));
    let alone = Periods::record(vec![certified("PT", "2000-03-01..2005-12-31", "2100 days_7")]);
    assert_eq!(measured(&alone, Unit::Days7), exactly("2100", Unit::Days7));
    assert_eq!(measured(&alone, Unit::Months), Outcome::missing("conversion of days_7 into months"));
    // The days beside it are a run of their own: 27 January to 28 February is a month and two days.
    let record = Periods::record(vec![
        certified("XA", "2006-01-01..2006-01-26", "4 months"),
        dated("XA", "2006-01-27..2006-02-28"),
    ]);
    assert_eq!(measured(&record, Unit::Months), months("6", "152/30"));
}

#[test]
fn different_certifications_are_never_joined_and_parts_of_one_are() {
    let year = |n: i32| certified("XA", &format!("{n}-01-01..{n}-12-31"), "300 days_6");
    let record = Periods::record(vec![year(2002), year(2001), year(2001)]);
    assert_eq!(
        record.to_string(),
        "XA insurance 2001-01-01..2001-12-31 300 days_6, XA insurance 2002-01-01..2002-12-31 300 days_6"
    );
    let part = |days: &str| year(2001).within(span(days)).unwrap();
    let (early, late) = (part("2001-01-01..2001-06-30"), part("2001-07-01..2001-12-31"));
    assert_eq!(
        Periods::record(vec![early.clone()]).to_string(),
        "XA insurance 2001-01-01..2001-06-30 (of 300 days_6 for 2001-01-01..2001-12-31)"
    );
    assert_eq!(Periods::record(vec![late, early.clone()]), Periods::record(vec![year(2001)]));
    // As a case writes it, a part is its days.
    let after = dated("XA", "2001-07-01..2001-07-31");
    let written = Periods::record(vec![early, after, year(2002)]).written();
    let shown: Vec<String> = written.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["XA insurance 2001-01-01..2001-07-31", "XA insurance 2002-01-01..2002-12-31 300 days_6"]);
}

#[test]
fn clipped_at_both_ends() {
    // 183 days certified for the 366 of 2000, of which 60 are left.
    let clipped = |policy| {
        let record = Periods::record(vec![certified("XA", "2000-01-01..2000-12-31", "183 days")]).trimmed_by(policy);
        record.during(span("2000-02-01..2000-03-31"))
    };
    assert_eq!(measured(&clipped(Trimmed::InProportion), Unit::Days), exactly("30", Unit::Days));
    assert_eq!(measured(&clipped(Trimmed::Recount), Unit::Days), exactly("60", Unit::Days));
    assert_eq!(measured(&clipped(Trimmed::Recount), Unit::Months), exactly("2", Unit::Months));
    let question = asked("XA", "183 days", "2000-01-01..2000-12-31");
    assert_eq!(measured(&clipped(Trimmed::Refer), Unit::Days), Outcome::refer(&question));
    // What is referred is worse than a conversion that is missing.
    assert_eq!(measured(&clipped(Trimmed::Refer), Unit::Hours), Outcome::refer(&question));
    let record = Periods::record(vec![certified("XA", "2000-01-01..2000-12-31", "183 days")]);
    assert_eq!(measured(&record.until(day("2000-12-31")), Unit::Days), exactly("183", Unit::Days));
    assert_eq!(measured(&record.until(day("1999-12-31")), Unit::Days), exactly("0", Unit::Days));
}

#[test]
fn precedence_takes_days_out_of_the_middle() {
    // 73 days for the 365 of 2010; 61 of them are compulsory elsewhere.
    let record = Periods::record(vec![
        voluntary(certified("XA", "2010-01-01..2010-12-31", "73 days")),
        dated("XB", "2010-03-01..2010-04-30"),
    ]);
    let counted = |policy| merged(&record, policy, None).unwrap();
    let own = |policy, unit| measured(&counted(policy).part(country("XA")), unit);
    assert_eq!(own(Trimmed::InProportion, Unit::Days), exactly("60.8", Unit::Days));
    let displaced = counted(Trimmed::InProportion).displaced_part(country("XA"));
    assert_eq!(measured(&displaced, Unit::Days), exactly("12.2", Unit::Days));
    // January and February, May to December.
    assert_eq!(own(Trimmed::Recount, Unit::Months), exactly("10", Unit::Months));
    let question = asked("XA", "73 days", "2010-01-01..2010-12-31");
    assert_eq!(own(Trimmed::Refer, Unit::Days), Outcome::refer(&question));
    // The other party's own length is not in question.
    assert_eq!(measured(&counted(Trimmed::Refer).part(country("XB")), Unit::Months), exactly("2", Unit::Months));
    // A fiction keeps what was certified, by whom and for which days.
    let fiction = counted(Trimmed::InProportion).as_if_own(country("XB"));
    assert_eq!(measured(&fiction, Unit::Days), exactly("121.8", Unit::Days));
    assert_eq!(fiction.when_trimmed, Trimmed::InProportion);
    // Displaced wholly, it keeps its amount.
    let lost = Periods::record(vec![
        voluntary(certified("XA", "2010-03-01..2010-04-30", "50 days")),
        dated("XB", "2010-01-01..2010-12-31"),
    ]);
    let counted = merged(&lost, Trimmed::Refer, None).unwrap();
    assert_eq!(measured(&counted.part(country("XA")), Unit::Days), exactly("0", Unit::Days));
    assert_eq!(measured(&counted.displaced_part(country("XA")), Unit::Days), exactly("50", Unit::Days));
}

#[test]
fn two_certified_periods_of_one_party_share_days() {
    let record = Periods::record(vec![
        certified("XA", "2001-01-01..2001-01-20", "10 days"),
        certified("XA", "2001-01-11..2001-01-30", "40 days"),
        dated("XA", "2001-01-29..2001-02-01"),
    ]);
    // The second has lost 10 of its 20 days; two of the four plain days are certified ones.
    for periods in [record.clone(), merged(&record, Trimmed::Refer, None).unwrap()] {
        let by = |policy| measured(&periods.clone().trimmed_by(policy), Unit::Days);
        assert_eq!(by(Trimmed::InProportion), exactly("32", Unit::Days));
        assert_eq!(by(Trimmed::Recount), exactly("22", Unit::Days));
        assert_eq!(by(Trimmed::Refer), Outcome::refer(&asked("XA", "40 days", "2001-01-11..2001-01-30")));
    }
}

#[test]
fn a_certified_period_that_an_equal_one_covers_is_not_forgotten() {
    let pair = |covered: Piece| Periods::record(vec![certified("XA", "2001-01-01..2001-12-31", "300 days"), covered]);
    let question = asked("XA", "31 days", "2001-05-01..2001-05-31");
    let may = certified("XA", "2001-05-01..2001-05-31", "31 days");
    assert_eq!(merged(&pair(may.clone()), Trimmed::Refer, None), Err(Box::new(Outcome::refer(&question))));
    assert_eq!(measured(&pair(may.clone()), Unit::Days), Outcome::refer(&question));
    for policy in [Trimmed::InProportion, Trimmed::Recount] {
        let counted = merged(&pair(may.clone()), policy, None).unwrap();
        assert_eq!(measured(&counted, Unit::Days), exactly("300", Unit::Days));
    }
    // Precedence decides between the two: nothing is open.
    let counted = merged(&pair(voluntary(may)), Trimmed::Refer, None).unwrap();
    assert_eq!(measured(&counted, Unit::Days), exactly("300", Unit::Days));
}

#[test]
fn an_amount_is_of_a_year_only_where_all_its_days_are() {
    let length = |pieces: Vec<Piece>| measured(&Periods::record(pieces), Unit::Months);
    assert_eq!(length(vec![certified("XA", "2004-01-01..2004-12-31", "330 days_6")]), months("12", "12"));
    assert_eq!(length(vec![certified("XA", "2004-01-01..2005-01-31", "330 days_6")]), months("13", "330/26"));
    let halves = vec![
        certified("XA", "2004-01-01..2004-06-30", "200 days_6"),
        certified("XA", "2004-07-01..2004-12-31", "200 days_6"),
    ];
    assert_eq!(length(halves), months("12", "12"));
    // Days of several States cannot coincide once they are added together, so no cap is shared.
    let apart = vec![
        certified("XA", "2004-01-01..2004-06-30", "200 days_6"),
        certified("XB", "2004-07-01..2004-12-31", "200 days_6"),
    ];
    assert_eq!(length(apart), months("16", "400/26"));
    let trimmed = Periods::record(vec![certified("XA", "2004-12-01..2005-01-31", "624 days_6")]);
    let trimmed = trimmed.trimmed_by(Trimmed::InProportion).until(day("2004-12-31"));
    assert_eq!(measured(&trimmed, Unit::Months), months("12", "12"));
}

/// Days, and days of a seven-day week of which two are three days.
fn conversions() -> Conversions {
    let same = vec![(ratio(3, 1), Unit::Days), (ratio(2, 1), Unit::Days7)];
    Conversions { exact: vec![Exact { same, provision: 0 }], ..Conversions::default() }
}

fn in_days(certified: &Certified) -> Ratio {
    let factor = if certified.unit == Unit::Days7 { ratio(3, 2) } else { ratio(1, 1) };
    &certified.amount * factor
}

/// What a party's piece is to the model: everything by which one goes before another, and itself.
type Key = (bool, bool, Quality, Kind, bool, Option<Certified>);

fn key(piece: &Piece) -> Key {
    let gives_way = piece.quality == Quality::Voluntary;
    (gives_way, !piece.kind.is_actual(), piece.quality, piece.kind, piece.certified.is_none(), piece.certified.clone())
}

/// What the model finds for a party: its plain days, and the days left to each certified piece.
#[derive(Default)]
struct Found {
    plain: BTreeSet<i32>,
    left: BTreeMap<Key, BTreeSet<i32>>,
}

/// Goes from day to day: which piece of which party counts on each. Second: what was covered by an equal piece.
fn day_by_day(pieces: &[Piece], last: i32) -> (BTreeMap<Country, Found>, BTreeMap<Country, BTreeSet<Key>>) {
    let mut found: BTreeMap<Country, Found> = BTreeMap::new();
    let mut equal: BTreeMap<Country, BTreeSet<Key>> = BTreeMap::new();
    for n in -5..=last.min(120) {
        let today = Date::from_day_number(n).unwrap();
        let here: Vec<&Piece> = pieces.iter().filter(|p| p.span().unwrap().contains(today)).collect();
        let mut best: BTreeMap<Country, Key> = BTreeMap::new();
        for piece in &here {
            let own = best.entry(piece.owner).or_insert_with(|| key(piece));
            *own = key(piece).min(own.clone());
        }
        let highest = best.values().map(|k| (k.0, k.1)).min();
        for (party, own) in best.into_iter().filter(|(_, k)| Some((k.0, k.1)) == highest) {
            let beaten = here.iter().filter(|p| p.owner == party && p.certified.is_some()).map(|p| key(p));
            equal.entry(party).or_default().extend(beaten.filter(|k| (k.0, k.1) == (own.0, own.1) && *k != own));
            let found = found.entry(party).or_default();
            if own.5.is_some() {
                found.left.entry(own).or_default().insert(n);
            } else {
                found.plain.insert(n);
            }
        }
    }
    (found, equal)
}

/// Days, as weights added up, or everything that has to be asked.
fn weighed(
    found: &BTreeMap<Country, Found>,
    policy: Trimmed,
    limits: Span,
) -> Result<BTreeMap<Country, Ratio>, BTreeSet<Arc<str>>> {
    let mut sums = BTreeMap::new();
    let mut open = BTreeSet::new();
    for (party, own) in found {
        let within = |n: &&i32| limits.contains(Date::from_day_number(**n).unwrap());
        let mut days: usize = own.plain.iter().filter(within).count();
        let mut sum = Ratio::zero();
        for (key, left) in &own.left {
            let certified = key.5.as_ref().unwrap();
            let all = certified.whole.days();
            let weight = in_days(certified) / ratio(all, 1);
            let left = left.iter().filter(within).count();
            if i64::try_from(left).unwrap() == all || policy == Trimmed::InProportion {
                (0..left).for_each(|_| sum += &weight);
            } else if policy == Trimmed::Recount {
                days += left;
            } else if left > 0 {
                let amount = Length::new(certified.unit, certified.amount.clone());
                open.insert(Arc::from(asked(party.code(), &amount.to_string(), &certified.whole.to_string())));
            }
        }
        sums.insert(*party, sum + ratio(i64::try_from(days).unwrap(), 1));
    }
    if open.is_empty() { Ok(sums) } else { Err(open) }
}

fn any_piece() -> impl Strategy<Value = Piece> {
    let party = prop_oneof![Just("XA"), Just("XB")];
    let kind = prop_oneof![3 => Just(Kind::Insurance), 1 => Just(Kind::Residence), 1 => Just(Kind::Assimilated)];
    let unit = prop_oneof![Just(Unit::Days), Just(Unit::Days7)];
    let amount = proptest::option::weighted(0.7, (0i64..60, unit));
    (party, kind, 0..Quality::ALL.len(), 0i32..60, 0i64..25, amount).prop_map(
        |(party, kind, quality, first, days, amount)| {
            let first = Date::from_day_number(first).unwrap();
            let whole = Span::new(first, first.add_days(days).unwrap()).unwrap();
            let (party, quality) = (country(party), Quality::ALL[quality]);
            match amount {
                Some((n, unit)) => Piece::certified(party, kind, quality, whole, ratio(n, 2), unit),
                None => Piece::dated(party, kind, quality, whole.first, whole.last),
            }
            .unwrap()
        },
    )
}

fn any_limits() -> impl Strategy<Value = Span> {
    (-5i32..70, 0i64..90).prop_map(|(first, days)| {
        let first = Date::from_day_number(first).unwrap();
        Span::new(first, first.add_days(days).unwrap()).unwrap()
    })
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn lengths_are_the_weights_of_their_days(
        pieces in proptest::collection::vec(any_piece(), 0..7),
        last in proptest::option::of(5i32..80),
        limits in any_limits(),
        policy in prop::sample::select(Trimmed::ALL),
    ) {
        let record = Periods::record(pieces.clone());
        let (found, equal) = day_by_day(&pieces, last.unwrap_or(i32::MAX));
        let mut covered = BTreeSet::new();
        for (party, keys) in equal.iter().filter(|_| policy == Trimmed::Refer) {
            let standing = found.get(party);
            for key in keys.iter().filter(|k| standing.is_none_or(|f| !f.left.contains_key(*k))) {
                let certified = key.5.as_ref().unwrap();
                let amount = Length::new(certified.unit, certified.amount.clone());
                covered.insert(Arc::from(asked(party.code(), &amount.to_string(), &certified.whole.to_string())));
            }
        }
        let merged = match merged(&record, policy, last.map(|n| Date::from_day_number(n).unwrap())) {
            Ok(merged) => merged,
            Err(referred) => {
                prop_assert_eq!(*referred, Outcome::Refer(covered));
                return Ok(());
            }
        };
        prop_assert!(covered.is_empty());
        let cut = merged.during(limits);
        let days = |periods: &Periods| length_of(periods, Unit::Days, &conversions());
        match weighed(&found, policy, limits) {
            Ok(sums) => {
                for party in record.owners() {
                    let want = sums.get(&party).cloned().unwrap_or_else(Ratio::zero);
                    prop_assert_eq!(days(&cut.part(party)), Outcome::Value(Value::Length(Length::new(Unit::Days, want))));
                }
                let all: Ratio = sums.values().sum();
                prop_assert_eq!(days(&cut), Outcome::Value(Value::Length(Length::new(Unit::Days, all))));
            }
            Err(open) => prop_assert_eq!(days(&cut), Outcome::Refer(open)),
        }
    }

    #[test]
    fn in_proportion_no_cut_loses_or_makes_time(
        pieces in proptest::collection::vec(any_piece(), 0..7),
        cut in 0i32..80,
    ) {
        let merged = merged(&Periods::record(pieces), Trimmed::InProportion, None).unwrap();
        let cut = Date::from_day_number(cut).unwrap();
        let after = Span::new(cut.add_days(1).unwrap(), Date::MAX).unwrap();
        let count = |periods: &Periods| {
            let outcome = length_of(periods, Unit::Days, &conversions());
            let Some(Value::Length(length)) = outcome.value() else { panic!("{outcome:?}") };
            length.exact.clone()
        };
        prop_assert_eq!(count(&merged.until(cut)) + count(&merged.during(after)), count(&merged));
    }

    #[test]
    fn days_without_others_are_found_one_by_one(
        runs in proptest::collection::vec(any_limits(), 0..6),
        taken in proptest::collection::vec(any_limits(), 0..6),
    ) {
        let (runs, taken) = (Span::runs(runs), Span::runs(taken));
        let days = |spans: &[Span]| -> BTreeSet<i32> {
            spans.iter().flat_map(|s| s.first.day_number()..=s.last.day_number()).collect()
        };
        let left = Span::without(&runs, &taken);
        prop_assert_eq!(&days(&left), &(&days(&runs) - &days(&taken)));
        prop_assert_eq!(&Span::runs(left.clone()), &left);
    }
}

#[test]
fn the_ends_of_the_calendar_leave_nothing_over() {
    let all = [Span::new(Date::MIN, Date::MAX).unwrap()];
    assert_eq!(Span::without(&all, &all), []);
    let first = Span::new(Date::MIN, Date::MIN).unwrap();
    let last = Span::new(Date::MAX, Date::MAX).unwrap();
    let between = Span::new(Date::MIN.add_days(1).unwrap(), Date::MAX.add_days(-1).unwrap()).unwrap();
    assert_eq!(Span::without(&all, &[first, last]), [between]);
}
