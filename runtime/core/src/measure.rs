//! How long periods are in a unit: each party's own time is brought into the unit and rounded once.

use crate::number::decimal;
use crate::{
    Certified, Conversions, Country, Date, DatedIn, Extent, Kind, Length, Outcome, Periods, Piece, Quality, Ratio,
    Remainder, Span, Trimmed, Unit, Value,
};
use std::collections::{BTreeMap, BTreeSet};

/// What an amount is, before any conversion.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    unit: Unit,
    /// The calendar year it belongs to, where it belongs to one.
    year: Option<i32>,
    /// Whether its days are known: it was counted from them or certified for them.
    dated: bool,
}

/// What one origin has, by cell.
type Amounts = BTreeMap<Cell, Ratio>;

/// What one origin has in the unit asked for, by the rule for the remainder still to be applied; `None`: no rule.
type Shares = BTreeMap<Option<Remainder>, Ratio>;

/// The length of periods in a unit; undetermined (`conversion of weeks into months`) where a conversion that is
/// needed is not declared.
///
/// The periods of each origin are converted exactly, added up, and rounded once by the remainder rule of the
/// conversion used; then the origins are added up. Where one origin needs conversions with different rules, each rule
/// rounds the sum it governs, and what needed none is added. A cap on a calendar year limits what an origin gets by
/// conversion in that year; where amounts without dates of several origins exceed it together, the result is
/// referred. An amount without a year is under no such cap.
///
/// A certified period is as long as was certified, if none of its days is gone; else the periods say how much of the
/// amount counts. Days that several periods of one origin share are counted once, for a certified one.
pub fn length_of(periods: &Periods, unit: Unit, conversions: &Conversions) -> Outcome {
    let mut total = Length::zero(unit);
    let mut missing = BTreeSet::new();
    let mut referred = Vec::new();
    let mut years = Years::default();
    let origins: BTreeSet<Country> = periods.pieces.iter().map(|p| p.origin).collect();
    for origin in origins {
        let pieces: Vec<&Piece> = periods.pieces.iter().filter(|p| p.origin == origin).collect();
        let (own, open) = amounts(&pieces, periods, unit);
        referred.extend(open.iter().map(|certified| Outcome::refer(&certified.question(origin))));
        let mut note = |cell: &Cell, amount: &Ratio, cap: Option<Ratio>| years.add(origin, cell, amount, cap);
        match in_unit(&own, unit, conversions, &mut note) {
            Ok(shares) => total = total.zip(&rounded_once(unit, &shares), |a, b| a + b),
            Err(units) => missing.extend(units),
        }
    }
    let missing = missing.into_iter().map(|from| Outcome::missing_conversion(from, unit));
    let stopped = missing.chain(referred).reduce(Outcome::worst);
    stopped.or_else(|| years.excess(unit)).unwrap_or(Outcome::Value(Value::Length(total)))
}

/// What the pieces of one origin amount to before any conversion, and the certified amounts that cannot be divided.
fn amounts<'p>(pieces: &[&'p Piece], periods: &Periods, unit: Unit) -> (Amounts, Vec<&'p Certified>) {
    let certified = certified(pieces, periods.when_trimmed);
    let mut amounts = Amounts::new();
    let mut add = |cell: Cell, amount: Ratio| {
        if !amount.is_zero() {
            *amounts.entry(cell).or_insert_with(Ratio::zero) += amount;
        }
    };
    for piece in pieces {
        if let Extent::Undated { amount, unit, year } = &piece.extent {
            add(Cell { unit: *unit, year: *year, dated: false }, amount.clone());
        }
    }
    for (cell, amount) in certified.amounts {
        add(cell, amount);
    }
    let plain = Span::runs(pieces.iter().filter(|p| p.certified.is_none()).filter_map(|p| p.span()));
    let runs = Span::runs(Span::without(&plain, &certified.taken).into_iter().chain(certified.recounted));
    match periods.dated_in {
        DatedIn::Runs if unit != Unit::Days => {
            for run in runs {
                let (months, days) = run.months_and_days();
                add(Cell { unit: Unit::Months, year: None, dated: true }, whole(months));
                add(Cell { unit: Unit::Days, year: None, dated: true }, whole(days));
            }
        }
        DatedIn::Runs | DatedIn::Days => {
            for (year, days) in runs.into_iter().flat_map(by_year) {
                add(Cell { unit: Unit::Days, year: Some(year), dated: true }, whole(days));
            }
        }
        DatedIn::MonthsTouched => {
            let touched: BTreeSet<i64> =
                runs.iter().flat_map(|run| run.first.month_number()..=run.last.month_number()).collect();
            for month in touched {
                let year = i32::try_from(month.div_euclid(12)).ok();
                add(Cell { unit: Unit::Months, year, dated: true }, whole(1));
            }
        }
    }
    (amounts, certified.open)
}

/// The certified periods of one origin.
#[derive(Default)]
struct CertifiedPeriods<'p> {
    /// What counts of the amounts.
    amounts: Vec<(Cell, Ratio)>,
    /// The days of all of them, as runs.
    taken: Vec<Span>,
    /// The days that are counted instead of their amounts.
    recounted: Vec<Span>,
    /// Those whose amount cannot be divided.
    open: Vec<&'p Certified>,
}

/// What the certified periods of one origin come to. All that is left of one is looked at together: where its parts
/// are all its days, its amount is whole. Of two that share days, which only a record as communicated holds, the
/// second has lost them.
fn certified<'p>(pieces: &[&'p Piece], when_trimmed: Trimmed) -> CertifiedPeriods<'p> {
    let mut parts: BTreeMap<(&Certified, Kind, Quality), Vec<Span>> = BTreeMap::new();
    for piece in pieces {
        if let (Some(certified), Some(span)) = (&piece.certified, piece.span()) {
            parts.entry((certified, piece.kind, piece.quality)).or_default().push(span);
        }
    }
    let mut found = CertifiedPeriods::default();
    for ((certified, ..), spans) in parts {
        let left = Span::without(&Span::runs(spans), &found.taken);
        let (days, all) = (left.iter().map(|span| span.days()).sum(), certified.whole.days());
        let year = certified.whole.first.year();
        let year = (certified.whole.last.year() == year).then_some(year);
        let cell = Cell { unit: certified.unit, year, dated: true };
        found.taken = Span::runs(found.taken.iter().chain(&left).copied());
        match when_trimmed {
            _ if days == all => found.amounts.push((cell, certified.amount.clone())),
            Trimmed::InProportion => found.amounts.push((cell, &certified.amount * whole(days) / whole(all))),
            Trimmed::Recount => found.recounted.extend(left),
            Trimmed::Refer => found.open.push(certified),
        }
    }
    found
}

fn whole(n: i64) -> Ratio {
    Ratio::whole(n)
}

/// The days of a run in each calendar year.
fn by_year(run: Span) -> Vec<(i32, i64)> {
    (run.first.year()..=run.last.year())
        .filter_map(|year| {
            let of_year = Span::new(Date::from_ymd(year, 1, 1)?, Date::from_ymd(year, 12, 31)?)?;
            Some((year, run.meet(of_year)?.days()))
        })
        .collect()
}

/// Converts what one origin has, exactly and each year within its cap: what is under no cap is taken first, what is
/// converted under one fills the rest of the year. `note` is told every share. An error is the units for which a
/// conversion is missing.
fn in_unit(
    amounts: &Amounts,
    unit: Unit,
    conversions: &Conversions,
    note: &mut impl FnMut(&Cell, &Ratio, Option<Ratio>),
) -> Result<Shares, BTreeSet<Unit>> {
    let mut shares = Shares::new();
    let mut missing = BTreeSet::new();
    let mut taken: BTreeMap<i32, Ratio> = BTreeMap::new();
    let mut capped = Vec::new();
    for (cell, amount) in amounts {
        let Some(way) = conversions.way(cell.unit, unit) else {
            missing.insert(cell.unit);
            continue;
        };
        let converted = amount * way.factor;
        match (cell.year, way.year_cap) {
            (Some(year), Some(cap)) => capped.push((cell, year, cap, converted, way.remainder)),
            (year, _) => {
                if let Some(year) = year {
                    *taken.entry(year).or_insert_with(Ratio::zero) += &converted;
                }
                note(cell, &converted, None);
                *shares.entry(way.remainder).or_insert_with(Ratio::zero) += converted;
            }
        }
    }
    for (cell, year, cap, converted, remainder) in capped {
        let taken = taken.entry(year).or_insert_with(Ratio::zero);
        let share = converted.min((&cap - &*taken).max(Ratio::zero()));
        *taken += &share;
        note(cell, &share, Some(cap));
        *shares.entry(remainder).or_insert_with(Ratio::zero) += share;
    }
    if missing.is_empty() { Ok(shares) } else { Err(missing) }
}

/// The length of one origin: a single rule for the remainder governs the whole, of several each governs its own.
fn rounded_once(unit: Unit, shares: &Shares) -> Length {
    let exact: Ratio = shares.values().sum();
    let rules: Vec<Remainder> = shares.keys().copied().flatten().collect();
    let counted = match rules.as_slice() {
        [rule] => rule.apply(&exact),
        _ => shares.iter().map(|(rule, sum)| rule.map_or_else(|| sum.clone(), |r| r.apply(sum))).sum(),
    };
    Length { unit, counted, exact }
}

/// What the origins have without dates in each calendar year, and the least cap on it.
#[derive(Default)]
struct Years {
    sums: BTreeMap<i32, BTreeMap<Country, Ratio>>,
    caps: BTreeMap<i32, Ratio>,
}

impl Years {
    /// Notes what an origin has in a year; days counted from dates cannot coincide and are left out.
    fn add(&mut self, origin: Country, cell: &Cell, amount: &Ratio, cap: Option<Ratio>) {
        let (Some(year), false) = (cell.year, cell.dated) else { return };
        let sums = self.sums.entry(year).or_default();
        *sums.entry(origin).or_insert_with(Ratio::zero) += amount;
        if let Some(cap) = cap {
            let least = self.caps.entry(year).or_insert_with(|| cap.clone());
            *least = cap.min(least.clone());
        }
    }

    /// The years in which several origins together exceed the cap: whose time counts less is not ours to say.
    fn excess(&self, unit: Unit) -> Option<Outcome> {
        let above = self.caps.iter().filter(|(year, cap)| {
            let sums = self.sums.get(year);
            sums.is_some_and(|sums| sums.len() > 1 && sums.values().sum::<Ratio>() > **cap)
        });
        let referred = above.map(|(year, cap)| {
            let cap = format!("{} {}", decimal(cap), unit.word_for(cap));
            Outcome::refer(&format!("the competent institutions: periods of more than {cap} in {year}"))
        });
        referred.reduce(Outcome::worst)
    }
}
