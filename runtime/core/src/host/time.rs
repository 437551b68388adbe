//! Periods and their lengths.

use super::Host;
use super::operands::{
    OUT_OF_RANGE, Stop, Try, countries, country, date, give, give_periods, length, member, operands, periods, set,
    settle, span, unit, values,
};
use crate::{Date, DatedIn, Kind, Number, Outcome, Periods, SiteId, Totalisation, Trimmed, Value};
use std::collections::BTreeSet;

pub(super) fn within(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let result = || {
        let [day, of] = values(operands)?;
        give(span(of)?.contains(*date(day)?))
    };
    settle(site, result())
}

pub(super) fn length_of(host: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let result = || {
        let [of, into] = values(operands)?;
        Ok(crate::measure::length_of(periods(of)?, *unit(into)?, host.conversions))
    };
    settle(site, result())
}

pub(super) fn in_unit(host: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let result = || {
        let [of, into] = values(operands)?;
        let (of, into) = (length(of)?, *unit(into)?);
        host.conversions.convert(of, into).map_or(Err(Stop::NoConversion(of.unit, into)), give)
    };
    settle(site, result())
}

pub(super) fn number_of(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let result = || {
        let [of] = values(operands)?;
        give(Number::new(length(of)?.counted.clone()))
    };
    settle(site, result())
}

pub(super) fn parties_in(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let result = || {
        let [of] = values(operands)?;
        give(Value::countries(periods(of)?.owners()))
    };
    settle(site, result())
}

pub(super) fn parties_of(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let result = || {
        let [of] = values(operands)?;
        give(Value::countries(periods(of)?.made_of.iter().copied()))
    };
    settle(site, result())
}

pub(super) fn totalise_op(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(site, totalised(operands))
}

fn totalised(given: &[Outcome]) -> Try {
    let [head @ .., last] = operands::<8>(given)?;
    if head.contains(&Outcome::Nothing) {
        return Ok(Outcome::Nothing);
    }
    let [record, of, among, order, ties, dated_in, when_trimmed] = values(head)?;
    let (Value::Order(precedence), Value::Ties(tied)) = (order, ties) else { return Err(OUT_OF_RANGE) };
    let dated_in: DatedIn = member(dated_in)?;
    let when_trimmed: Trimmed = member(when_trimmed)?;
    let last_day = last.value().map(date).transpose()?.copied();
    let how = Totalisation {
        of: &countries(of)?,
        kinds: &kinds(among)?,
        precedence: precedence.as_slice(),
        tied: tied.as_ref(),
        dated_in,
        when_trimmed,
        last_day,
    };
    Ok(crate::totalise(periods(record)?, &how))
}

/// A set of kinds of period.
fn kinds(value: &Value) -> Result<BTreeSet<Kind>, Stop> {
    set(value)?.iter().map(member).collect()
}

/// Periods made from periods and a day.
fn by_day(given: &[Outcome], make: impl Fn(&Periods, Date) -> Periods) -> Try {
    let [of, day] = values(given)?;
    give_periods(make(periods(of)?, *date(day)?))
}

pub(super) fn part(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let result = || {
        let [party, of] = values(operands)?;
        give_periods(periods(of)?.part(*country(party)?))
    };
    settle(site, result())
}

pub(super) fn as_if_own(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let result = || {
        let [of, party] = values(operands)?;
        give_periods(periods(of)?.as_if_own(*country(party)?))
    };
    settle(site, result())
}

pub(super) fn until(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(site, by_day(operands, Periods::until))
}

pub(super) fn during(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let result = || {
        let [of, limits] = values(operands)?;
        give_periods(periods(of)?.during(*span(limits)?))
    };
    settle(site, result())
}

pub(super) fn of_kinds(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let result = || {
        let [of, among] = values(operands)?;
        give_periods(periods(of)?.of_kinds(&kinds(among)?))
    };
    settle(site, result())
}

pub(super) fn displaced_part(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let result = || {
        let [party, of] = values(operands)?;
        give_periods(periods(of)?.displaced_part(*country(party)?))
    };
    settle(site, result())
}

/// A day of periods, or nothing where none has dates.
fn edge(given: &[Outcome], edge: fn(&Periods) -> Option<Date>) -> Try {
    let [of] = values(given)?;
    edge(periods(of)?).map_or(Ok(Outcome::Nothing), give)
}

pub(super) fn first_day(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(site, edge(operands, Periods::first_day))
}

pub(super) fn last_day(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(site, edge(operands, Periods::last_day))
}
