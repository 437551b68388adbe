//! Days, months and spans. Months and days never mix in one step.

use super::Host;
use super::operands::{
    OUT_OF_RANGE, Stop, Try, date, give, in_range, length, member, settle, span, unit, values, whole,
};
use crate::{Date, Length, MonthEnd, Number, Outcome, PartUnit, Ratio, SiteId, Span, Unit};

/// What one unit is in the calendar.
enum Step {
    /// This many months.
    Months(i64),
    /// This many days.
    Days(i64),
}

/// Units that have a length in the calendar; days of working weeks and hours have none.
fn step(unit: Unit) -> Result<Step, Stop> {
    match unit {
        Unit::Years => Ok(Step::Months(12)),
        Unit::Quarters => Ok(Step::Months(3)),
        Unit::Months => Ok(Step::Months(1)),
        Unit::Weeks => Ok(Step::Days(7)),
        Unit::Days => Ok(Step::Days(1)),
        Unit::Days5 | Unit::Days6 | Unit::Days7 | Unit::Hours => Err(OUT_OF_RANGE),
    }
}

/// The day a length after a day, or before it where `sign` is -1. The length has to be a whole number of months or
/// of days.
fn shifted(day: Date, length: &Length, rule: MonthEnd, sign: i64) -> Result<Date, Stop> {
    let times = |n: i64| whole(&(&length.counted * Ratio::whole(n * sign)));
    in_range(match step(length.unit)? {
        Step::Months(months) => day.add_months(times(months)?, rule),
        Step::Days(days) => day.add_days(times(days)?),
    })
}

fn shift(given: &[Outcome], sign: i64) -> Try {
    let [by, day, rule] = values(given)?;
    give(shifted(*date(day)?, length(by)?, member(rule)?, sign)?)
}

pub(super) fn after(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(site, shift(operands, 1))
}

pub(super) fn before(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(site, shift(operands, -1))
}

pub(super) fn units_from(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(site, count_units(operands))
}

fn count_units(given: &[Outcome]) -> Try {
    let [from, to, of, part, rule] = values(given)?;
    let (from, to, of) = (*date(from)?, *date(to)?, *unit(of)?);
    let (part, rule): (PartUnit, MonthEnd) = (member(part)?, member(rule)?);
    if from >= to {
        return give(Length::zero(of));
    }
    let (count, is_part) = match step(of)? {
        Step::Months(months) => {
            let (count, reached) = in_range(from.steps_until(to, months, rule))?;
            (count, reached < to)
        }
        Step::Days(days) => {
            let between = to.days_since(from);
            (between.div_euclid(days), between.rem_euclid(days) > 0)
        }
    };
    let count = if is_part && part == PartUnit::Counts { count + 1 } else { count };
    give(Length::new(of, Ratio::whole(count)))
}

/// A number read off a day.
fn read(given: &[Outcome], number: fn(Date) -> i32) -> Try {
    let [day] = values(given)?;
    give(Number::whole(i64::from(number(*date(day)?))))
}

pub(super) fn year_of(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(site, read(operands, Date::year))
}

pub(super) fn month_of(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(site, read(operands, Date::month))
}

/// A day found from a day; beyond the calendar there is none.
fn find(given: &[Outcome], find: impl Fn(Date) -> Option<Date>) -> Try {
    let [day] = values(given)?;
    give(in_range(find(*date(day)?))?)
}

pub(super) fn day_before(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(site, find(operands, |day| day.add_days(-1)))
}

pub(super) fn day_after(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(site, find(operands, |day| day.add_days(1)))
}

pub(super) fn first_of_month_on_or_after(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(
        site,
        find(operands, |day| {
            let first = Date::from_ymd(day.year(), day.month(), 1)?;
            if first == day { Some(day) } else { first.add_months(1, MonthEnd::LastDay) }
        }),
    )
}

pub(super) fn end_of_quarter_before(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(
        site,
        find(operands, |day| {
            let first_month = (day.month() - 1).div_euclid(3) * 3 + 1;
            Date::from_ymd(day.year(), first_month, 1)?.add_days(-1)
        }),
    )
}

pub(super) fn span_of(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let made = || {
        let [first, last] = values(operands)?;
        give(in_range(Span::new(*date(first)?, *date(last)?))?)
    };
    settle(site, made())
}

/// An end of a span.
fn end(given: &[Outcome], end: fn(&Span) -> Date) -> Try {
    let [of] = values(given)?;
    give(end(span(of)?))
}

pub(super) fn span_first(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(site, end(operands, |span| span.first))
}

pub(super) fn span_last(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(site, end(operands, |span| span.last))
}

pub(super) fn first_part(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let part = || {
        let [by, of, rule] = values(operands)?;
        let of = span(of)?;
        let last = in_range(shifted(of.first, length(by)?, member(rule)?, 1)?.add_days(-1))?;
        give(in_range(Span::new(of.first, last.min(of.last)))?)
    };
    settle(site, part())
}

pub(super) fn lasts_at_most(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let lasts = || {
        let [of, by, rule] = values(operands)?;
        let of = span(of)?;
        // The day after the last is not later than the limit: the last is before it.
        give(of.last < shifted(of.first, length(by)?, member(rule)?, 1)?)
    };
    settle(site, lasts())
}
