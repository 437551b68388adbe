//! Totalisation: the worked case of the law, ties, and a model that goes day by day.

use super::{article_13, cases, country, dated, day, number, undated};
use crate::{
    Country, Criterion, Date, DatedIn, Kind, Outcome, Periods, Piece, Quality, Span, TieStep, Ties, Totalisation,
    Trimmed, Unit, Value, length_of, totalise,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const PRECEDENCE: [Criterion; 2] = [Criterion::CompulsoryOverVoluntary, Criterion::ActualOverAssimilated];

fn ties(assimilated: &[TieStep], otherwise: &[TieStep]) -> Ties {
    Ties { assimilated: assimilated.to_vec(), otherwise: otherwise.to_vec() }
}

fn usual() -> Ties {
    use TieStep::{FirstCompulsoryAfter, LastCompulsoryBefore, Refer};
    ties(&[LastCompulsoryBefore, FirstCompulsoryAfter, Refer], &[Refer])
}

fn all_kinds() -> BTreeSet<Kind> {
    Kind::ALL.iter().copied().collect()
}

fn parties(codes: &[&str]) -> BTreeSet<Country> {
    codes.iter().map(|c| country(c)).collect()
}

/// Totalises with every kind, and takes the periods out.
fn merged(
    record: &Periods,
    of: &BTreeSet<Country>,
    tied: &Ties,
    last_day: Option<Date>,
) -> Result<Periods, Box<Outcome>> {
    let kinds = all_kinds();
    let how = Totalisation {
        of,
        kinds: &kinds,
        precedence: &PRECEDENCE,
        tied,
        dated_in: DatedIn::Runs,
        when_trimmed: Trimmed::Refer,
        last_day,
    };
    taken(totalise(record, &how))
}

fn taken(outcome: Outcome) -> Result<Periods, Box<Outcome>> {
    match outcome.value() {
        Some(Value::Periods(periods)) => Ok(periods.as_ref().clone()),
        _ => Err(Box::new(outcome)),
    }
}

fn of_kind(kind: Kind, piece: Piece) -> Piece {
    Piece { kind, ..piece }
}

fn voluntary(piece: Piece) -> Piece {
    Piece { quality: Quality::Voluntary, ..piece }
}

fn shown(pieces: &[Piece]) -> Vec<String> {
    pieces.iter().map(ToString::to_string).collect()
}

fn months(periods: &Periods, party: &str) -> Outcome {
    length_of(&periods.part(country(party)), Unit::Months, &article_13())
}

fn is_months(n: &str) -> Outcome {
    Outcome::Value(Value::Length(crate::Length::new(Unit::Months, number(n))))
}

#[test]
fn b6_compulsory_beats_voluntary_elsewhere() {
    let record =
        Periods::record(vec![dated("XA", "2010-01-01..2010-06-30"), voluntary(dated("XB", "2010-04-01..2010-09-30"))]);
    let both = parties(&["XA", "XB"]);
    let counted = merged(&record, &both, &usual(), None).unwrap();
    assert_eq!(months(&counted, "XA"), is_months("6"));
    assert_eq!(months(&counted, "XB"), is_months("3"));
    assert_eq!(length_of(&counted, Unit::Months, &article_13()), is_months("9"));
    assert_eq!(
        shown(&counted.pieces),
        ["XA insurance 2010-01-01..2010-06-30", "XB insurance voluntary 2010-07-01..2010-09-30"]
    );
    assert_eq!(shown(&counted.displaced), ["XB insurance voluntary 2010-04-01..2010-06-30"]);
    assert_eq!(counted.made_of, both);
    // Alone, the voluntary period has its three months back.
    let alone = merged(&record, &parties(&["XB"]), &usual(), None).unwrap();
    assert_eq!(months(&alone, "XB"), is_months("6"));
    assert!(alone.displaced.is_empty());
}

#[test]
fn criteria_are_compared_in_the_order_written() {
    // Compulsory but assimilated against voluntary but actual.
    let record = Periods::record(vec![
        of_kind(Kind::Assimilated, dated("XA", "2010-01-01..2010-01-31")),
        voluntary(dated("XB", "2010-01-01..2010-01-31")),
    ]);
    let (of, kinds, tied) = (parties(&["XA", "XB"]), all_kinds(), usual());
    let winner = |precedence: &[Criterion]| {
        let how = Totalisation {
            of: &of,
            kinds: &kinds,
            precedence,
            tied: &tied,
            dated_in: DatedIn::Runs,
            when_trimmed: Trimmed::Refer,
            last_day: None,
        };
        taken(totalise(&record, &how)).map(|p| p.owners())
    };
    assert_eq!(winner(&PRECEDENCE), Ok(parties(&["XA"])));
    assert_eq!(winner(&[PRECEDENCE[1], PRECEDENCE[0]]), Ok(parties(&["XB"])));
    assert_eq!(winner(&[]).unwrap_err().word(), "refer");
}

#[test]
fn assimilated_ties_go_to_the_party_of_the_last_compulsory_period() {
    let tie = |party| of_kind(Kind::Assimilated, dated(party, "2010-03-01..2010-03-31"));
    let base = [tie("XA"), tie("XB")];
    let both = parties(&["XA", "XB"]);
    let winner = |more: Vec<Piece>| {
        let record = Periods::record(base.iter().cloned().chain(more));
        let counted = merged(&record, &both, &usual(), Some(day("2010-12-31")))?;
        Ok(counted.pieces.iter().find(|p| p.kind == Kind::Assimilated).unwrap().owner)
    };
    let referred =
        Outcome::refer("the competent institutions: which of two coinciding periods counts (2010-03-01..2010-03-31)");
    assert_eq!(winner(Vec::new()), Err(Box::new(referred)));
    assert_eq!(winner(vec![dated("XB", "2009-01-01..2009-01-31")]), Ok(country("XB")));
    let later = vec![dated("XB", "2009-01-01..2009-01-31"), dated("XA", "2009-06-01..2009-06-02")];
    assert_eq!(winner(later), Ok(country("XA")));
    // Voluntary and assimilated periods do not count as compulsory actual ones; the first after decides, even after
    // the last day that counts.
    let after = vec![
        voluntary(dated("XA", "2009-06-01..2009-06-02")),
        of_kind(Kind::Credited, dated("XA", "2009-06-01..2009-06-02")),
        dated("XB", "2011-01-01..2011-01-02"),
        dated("XA", "2011-02-01..2011-02-02"),
    ];
    assert_eq!(winner(after), Ok(country("XB")));
}

#[test]
fn one_tie_is_settled_once_though_its_pieces_change() {
    // Credited from mid-month on: still the same tie. Compulsory cover of a third party in the middle splits it.
    let record = Periods::record(vec![
        of_kind(Kind::Assimilated, dated("XA", "2010-03-01..2010-03-15")),
        of_kind(Kind::Credited, dated("XA", "2010-03-16..2010-03-31")),
        of_kind(Kind::Assimilated, dated("XB", "2010-03-01..2010-03-31")),
        dated("XC", "2010-03-20..2010-03-21"),
    ]);
    let all = parties(&["XA", "XB", "XC"]);
    let names = ["2010-03-01..2010-03-19", "2010-03-22..2010-03-31"].map(|span| {
        Outcome::refer(&format!("the competent institutions: which of two coinciding periods counts ({span})"))
    });
    let expected = names.into_iter().reduce(Outcome::worst).unwrap();
    assert_eq!(merged(&record, &all, &usual(), None), Err(Box::new(expected)));
}

#[test]
fn a_gap_makes_two_ties() {
    let tie = |party, days| of_kind(Kind::Credited, dated(party, days));
    let record = Periods::record(
        ["XA", "XB"].into_iter().flat_map(|p| [tie(p, "2010-03-01..2010-03-05"), tie(p, "2010-03-07..2010-03-09")]),
    );
    let names = ["2010-03-01..2010-03-05", "2010-03-07..2010-03-09"].map(|span| {
        Outcome::refer(&format!("the competent institutions: which of two coinciding periods counts ({span})"))
    });
    let expected = names.into_iter().reduce(Outcome::worst).unwrap();
    assert_eq!(merged(&record, &parties(&["XA", "XB"]), &usual(), None), Err(Box::new(expected)));
}

#[test]
fn each_its_own_where_the_text_says_so() {
    let record = Periods::record(vec![dated("XA", "2010-01-01..2010-03-31"), dated("XB", "2010-02-01..2010-02-28")]);
    let tied = ties(&[TieStep::Refer], &[TieStep::Own]);
    let counted = merged(&record, &parties(&["XA", "XB"]), &tied, None).unwrap();
    assert_eq!(months(&counted, "XA"), is_months("3"));
    assert_eq!(months(&counted, "XB"), is_months("1"));
    assert!(counted.displaced.is_empty());
}

#[test]
fn the_last_day_clips_and_amounts_stay() {
    let record = Periods::record(vec![
        dated("XA", "2010-01-01..2012-12-31"),
        dated("XB", "2013-01-01..2013-12-31"),
        undated("XB", "10 months", None),
        undated("XB", "7 months", Some(2011)),
        undated("XB", "3 months", Some(2012)),
    ]);
    let counted = merged(&record, &parties(&["XA", "XB"]), &usual(), Some(day("2011-06-30"))).unwrap();
    assert_eq!(
        shown(&counted.pieces),
        ["XA insurance 2010-01-01..2011-06-30", "XB insurance 7 months in 2011", "XB insurance 10 months"]
    );
}

#[test]
fn kinds_and_parties_that_do_not_count_are_left_out() {
    let record = Periods::record(vec![
        dated("XA", "2010-01-01..2010-01-31"),
        of_kind(Kind::Residence, dated("XB", "2010-01-01..2010-12-31")),
        dated("XC", "2010-01-01..2010-12-31"),
    ]);
    let kinds = BTreeSet::from([Kind::Insurance]);
    let (of, tied) = (parties(&["XA", "XB"]), usual());
    let how = Totalisation {
        of: &of,
        kinds: &kinds,
        precedence: &PRECEDENCE,
        tied: &tied,
        dated_in: DatedIn::Days,
        when_trimmed: Trimmed::Recount,
        last_day: None,
    };
    let counted = taken(totalise(&record, &how)).unwrap();
    assert_eq!(shown(&counted.pieces), ["XA insurance 2010-01-01..2010-01-31"]);
    let carried = (counted.dated_in, counted.when_trimmed, counted.made_of);
    assert_eq!(carried, (DatedIn::Days, Trimmed::Recount, of.clone()));
}

#[test]
fn the_end_of_the_calendar_is_a_day_like_others() {
    let record = Periods::record(vec![dated("XA", "9999-12-01..9999-12-31"), dated("XB", "9999-11-01..9999-12-30")]);
    let tied = ties(&[], &[TieStep::LastCompulsoryBefore, TieStep::Refer]);
    let counted = merged(&record, &parties(&["XA", "XB"]), &tied, None).unwrap();
    assert_eq!(shown(&counted.pieces), ["XB insurance 9999-11-01..9999-12-30", "XA insurance 9999-12-31..9999-12-31"]);
}

/// What a day holds: owner, kind, quality.
type Held = (Country, Kind, Quality);

/// Counted and displaced, day by day.
type Days = BTreeMap<i32, (BTreeSet<Held>, BTreeSet<Held>)>;

fn covers(piece: &Piece, n: i32) -> bool {
    piece.span().is_some_and(|s| s.first.day_number() <= n && n <= s.last.day_number())
}

/// The model: looks at one day after the other, knows no pieces or intervals; `None` where something is referred.
fn model(record: &Periods, how: &Totalisation<'_>, days: std::ops::Range<i32>) -> Option<Days> {
    let mut result = Days::new();
    let mut tie: Option<(BTreeSet<Country>, bool, i32)> = None;
    let mut winners: BTreeSet<Country> = BTreeSet::new();
    for n in days.clone() {
        let here: BTreeSet<Held> = record
            .pieces
            .iter()
            .filter(|p| how.of.contains(&p.owner) && how.kinds.contains(&p.kind) && covers(p, n))
            .filter(|_| how.last_day.is_none_or(|last| n <= last.day_number()))
            .map(|p| (p.owner, p.kind, p.quality))
            .collect();
        let (leaders, assimilated, best) = leaders(&here, how.precedence);
        if leaders.len() < 2 {
            tie = None;
            winners = leaders;
        } else if !tie.as_ref().is_some_and(|(l, a, m)| *l == leaders && *a == assimilated && m + 1 == n) {
            winners = settled(record, how, &leaders, assimilated, n, &days)?;
            tie = Some((leaders, assimilated, n));
        } else if let Some((_, _, last)) = &mut tie {
            *last = n;
        }
        let counted = best.iter().filter(|(owner, ..)| winners.contains(owner)).copied().collect();
        let displaced = here.iter().filter(|(owner, ..)| !winners.contains(owner)).copied().collect();
        if !here.is_empty() {
            result.insert(n, (counted, displaced));
        }
    }
    Some(result)
}

/// Who leads on a day, whether all of them only by assimilated periods, and what stands for each.
fn leaders(here: &BTreeSet<Held>, precedence: &[Criterion]) -> (BTreeSet<Country>, bool, BTreeSet<Held>) {
    let score = |(_, kind, quality): &Held| {
        precedence.iter().fold(0u32, |score, c| {
            let loses = match c {
                Criterion::CompulsoryOverVoluntary => *quality == Quality::Voluntary,
                Criterion::ActualOverAssimilated => matches!(kind, Kind::Assimilated | Kind::Credited),
            };
            2 * score + u32::from(loses)
        })
    };
    let owners: BTreeSet<Country> = here.iter().map(|h| h.0).collect();
    let best: BTreeSet<Held> = owners
        .iter()
        .map(|o| *here.iter().filter(|h| h.0 == *o).min_by_key(|h| (score(h), h.2, h.1)).unwrap())
        .collect();
    let top = best.iter().map(score).min();
    let leading: Vec<&Held> = best.iter().filter(|h| Some(score(h)) == top).collect();
    let assimilated = leading.iter().all(|h| matches!(h.1, Kind::Assimilated | Kind::Credited));
    (leading.iter().map(|h| h.0).collect(), assimilated, best)
}

/// Settles the tie that begins on day `first` by walking from day to day.
fn settled(
    record: &Periods,
    how: &Totalisation<'_>,
    tied: &BTreeSet<Country>,
    assimilated: bool,
    first: i32,
    days: &std::ops::Range<i32>,
) -> Option<BTreeSet<Country>> {
    let same = |n: i32| {
        let here: BTreeSet<Held> = record
            .pieces
            .iter()
            .filter(|p| how.of.contains(&p.owner) && how.kinds.contains(&p.kind) && covers(p, n))
            .filter(|_| how.last_day.is_none_or(|last| n <= last.day_number()))
            .map(|p| (p.owner, p.kind, p.quality))
            .collect();
        let (leaders, class, _) = leaders(&here, how.precedence);
        leaders == *tied && class == assimilated
    };
    let last = (first..days.end).take_while(|n| same(*n)).last()?;
    let compulsory = |n: i32, left: &BTreeSet<Country>| -> BTreeSet<Country> {
        let actual =
            |p: &&Piece| p.quality == Quality::Compulsory && !matches!(p.kind, Kind::Assimilated | Kind::Credited);
        record
            .pieces
            .iter()
            .filter(actual)
            .filter(|p| covers(p, n) && left.contains(&p.owner))
            .map(|p| p.owner)
            .collect()
    };
    let mut left = tied.clone();
    for step in if assimilated { &how.tied.assimilated } else { &how.tied.otherwise } {
        let found = match step {
            TieStep::Own => return Some(left),
            TieStep::Refer => return None,
            TieStep::LastCompulsoryBefore => {
                (days.start..first).rev().map(|n| compulsory(n, &left)).find(|s| !s.is_empty())
            }
            TieStep::FirstCompulsoryAfter => (last + 1..days.end).map(|n| compulsory(n, &left)).find(|s| !s.is_empty()),
        };
        left = found.unwrap_or(left);
        if left.len() == 1 {
            return Some(left);
        }
    }
    None
}

fn any_piece() -> impl Strategy<Value = Piece> {
    let party = prop_oneof![Just("XA"), Just("XB"), Just("XC")];
    (party, 0..Kind::ALL.len(), 0..Quality::ALL.len(), 0i32..60, 0i64..25).prop_map(
        |(party, kind, quality, first, days)| {
            let first = Date::from_day_number(first).unwrap();
            let last = first.add_days(days).unwrap();
            Piece::dated(country(party), Kind::ALL[kind], Quality::ALL[quality], first, last).unwrap()
        },
    )
}

fn any_steps() -> impl Strategy<Value = Vec<TieStep>> {
    use TieStep::{FirstCompulsoryAfter, LastCompulsoryBefore, Own, Refer};
    prop_oneof![
        4 => Just(vec![LastCompulsoryBefore, FirstCompulsoryAfter, Own]),
        1 => Just(vec![LastCompulsoryBefore, FirstCompulsoryAfter, Refer]),
        1 => Just(vec![FirstCompulsoryAfter]),
        1 => Just(vec![FirstCompulsoryAfter, LastCompulsoryBefore, Own]),
        2 => Just(vec![Own]),
    ]
}

#[derive(Clone, Debug)]
struct Setting {
    record: Periods,
    of: BTreeSet<Country>,
    kinds: BTreeSet<Kind>,
    precedence: Vec<Criterion>,
    tied: Ties,
    last_day: Option<Date>,
}

impl Setting {
    fn how(&self) -> Totalisation<'_> {
        Totalisation {
            of: &self.of,
            kinds: &self.kinds,
            precedence: &self.precedence,
            tied: &self.tied,
            dated_in: DatedIn::Runs,
            when_trimmed: Trimmed::Refer,
            last_day: self.last_day,
        }
    }
}

fn any_setting() -> impl Strategy<Value = Setting> {
    let orders =
        [vec![], vec![PRECEDENCE[0]], vec![PRECEDENCE[1]], PRECEDENCE.to_vec(), vec![PRECEDENCE[1], PRECEDENCE[0]]];
    let of = prop_oneof![3 => Just(parties(&["XA", "XB", "XC"])), 1 => Just(parties(&["XA", "XB"]))];
    let kinds = prop_oneof![3 => Just(all_kinds()), 1 => Just(BTreeSet::from([Kind::Insurance, Kind::Assimilated]))];
    (
        proptest::collection::vec(any_piece(), 0..9),
        of,
        kinds,
        prop::sample::select(orders.to_vec()),
        (any_steps(), any_steps()),
        proptest::option::of(10i32..80),
    )
        .prop_map(|(pieces, of, kinds, precedence, (assimilated, otherwise), last)| Setting {
            record: Periods::record(pieces),
            of,
            kinds,
            precedence,
            tied: Ties { assimilated, otherwise },
            last_day: last.map(|n| Date::from_day_number(n).unwrap()),
        })
}

fn by_day(periods: &Periods) -> Days {
    let mut days = Days::new();
    for (pieces, is_displaced) in [(&periods.pieces, false), (&periods.displaced, true)] {
        for piece in pieces {
            let span = piece.span().unwrap();
            for n in span.first.day_number()..=span.last.day_number() {
                let day = days.entry(n).or_default();
                let held = (piece.owner, piece.kind, piece.quality);
                if is_displaced {
                    day.1.insert(held)
                } else {
                    day.0.insert(held)
                };
            }
        }
    }
    days
}

proptest! {
    #![proptest_config(cases(1_500))]

    #[test]
    fn totalisation_is_what_a_clerk_with_a_calendar_finds(setting in any_setting()) {
        let how = setting.how();
        let result = totalise(&setting.record, &how);
        match model(&setting.record, &how, -5..120) {
            Some(days) => prop_assert_eq!(by_day(&taken(result).unwrap()), days),
            None => prop_assert!(matches!(result, Outcome::Refer(_))),
        }
    }

    #[test]
    fn no_day_counts_twice_and_none_is_lost(mut setting in any_setting()) {
        setting.tied.assimilated.retain(|s| *s != TieStep::Own);
        setting.tied.otherwise.retain(|s| *s != TieStep::Own);
        let how = setting.how();
        let Ok(merged) = taken(totalise(&setting.record, &how)) else { return Ok(()) };
        for (n, (counted, _)) in by_day(&merged) {
            prop_assert_eq!(counted.len(), 1, "day {}", n);
        }
        for n in -5..120 {
            let counts = |p: &&Piece| how.of.contains(&p.owner) && how.kinds.contains(&p.kind);
            let there = setting.record.pieces.iter().filter(counts).any(|p| covers(p, n));
            let clipped = how.last_day.is_some_and(|last| n > last.day_number());
            prop_assert_eq!(merged.pieces.iter().filter(|p| covers(p, n)).count(), usize::from(there && !clipped));
        }
        // Once merged there is nothing left to merge.
        prop_assert_eq!(taken(totalise(&merged, &how)), Ok(merged));
    }

    #[test]
    fn parts_partition_the_whole(setting in any_setting()) {
        let Ok(merged) = taken(totalise(&setting.record, &setting.how())) else { return Ok(()) };
        let parts: Vec<Periods> = setting.of.iter().map(|p| merged.part(*p)).collect();
        prop_assert_eq!(parts.iter().map(|p| p.pieces.len()).sum::<usize>(), merged.pieces.len());
        prop_assert_eq!(parts.iter().map(|p| p.displaced.len()).sum::<usize>(), merged.displaced.len());
        let again = Periods::record(parts.iter().flat_map(|p| p.pieces.clone()));
        prop_assert_eq!(again.pieces, merged.pieces.clone());
        for (party, part) in setting.of.iter().zip(&parts) {
            prop_assert!(part.pieces.iter().all(|p| p.owner == *party));
            prop_assert_eq!(merged.displaced_part(*party).pieces, part.displaced.clone());
        }
    }

    #[test]
    fn clipping_comes_before_merging(setting in any_setting(), cut in 0i32..80) {
        // Where ties do not look beyond the days they concern, clipping first or last is the same.
        let setting = Setting { tied: ties(&[TieStep::Own], &[TieStep::Own]), ..setting };
        let limits = Span::new(Date::MIN, Date::from_day_number(cut).unwrap()).unwrap();
        let merged = taken(totalise(&setting.record, &setting.how())).unwrap();
        let clipped = Periods { ..setting.record.until(limits.last) };
        prop_assert_eq!(taken(totalise(&clipped, &setting.how())), Ok(merged.until(limits.last)));
        prop_assert_eq!(merged.until(limits.last), merged.during(limits));
    }
}
