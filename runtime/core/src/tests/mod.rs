//! Tests of the runtime: the published tables, the worked cases of the law, and laws held against naive models.

mod certified;
mod codes;
mod dates;
mod host;
mod lengths;
mod merging;
mod money;
mod periods;

use crate::{
    Amount, Conversion, Conversions, Country, Currency, Date, Exact, Facts, Host, HostFn, Kind, Length, Money, Outcome,
    Piece, Quality, Ratio, Remainder, SiteId, Span, Unit, Value, parse_decimal, ratio,
};
use proptest::test_runner::Config;

/// A property with this many cases; failures are printed, never filed.
fn cases(count: u32) -> Config {
    Config { cases: count, failure_persistence: None, ..Config::default() }
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// `2012-01-01..2012-12-31`.
fn span(text: &str) -> Span {
    let (first, last) = text.split_once("..").unwrap();
    Span::new(day(first), day(last)).unwrap()
}

fn country(code: &str) -> Country {
    Country::parse(code).unwrap()
}

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn number(text: &str) -> Ratio {
    match text.split_once('/') {
        Some((n, d)) => parse_decimal(n).unwrap() / parse_decimal(d).unwrap(),
        None => parse_decimal(text).unwrap(),
    }
}

/// `12 months`.
fn length(text: &str) -> Length {
    let (count, unit) = text.split_once(' ').unwrap();
    Length::new(Unit::parse(unit).unwrap(), number(count))
}

/// `20.50 EUR`.
fn amount(text: &str) -> Amount {
    let (count, code) = text.split_once(' ').unwrap();
    Amount::new(currency(code), number(count))
}

fn money(text: &str) -> Money {
    amount(text).as_money().unwrap()
}

/// A compulsory insurance period.
fn dated(party: &str, days: &str) -> Piece {
    let days = span(days);
    Piece::dated(country(party), Kind::Insurance, Quality::Compulsory, days.first, days.last).unwrap()
}

/// Compulsory insurance by amount.
fn undated(party: &str, amount: &str, year: Option<i32>) -> Piece {
    let amount = length(amount);
    Piece::undated(country(party), Kind::Insurance, Quality::Compulsory, amount.counted, amount.unit, year).unwrap()
}

/// Compulsory insurance with days and the amount certified for them.
fn certified(party: &str, days: &str, amount: &str) -> Piece {
    let amount = length(amount);
    let (kind, quality) = (Kind::Insurance, Quality::Compulsory);
    Piece::certified(country(party), kind, quality, span(days), amount.counted, amount.unit).unwrap()
}

fn conversion(from: Unit, into: Unit, divide: i64, remainder: Remainder) -> Conversion {
    Conversion { from, into, divide: Some(ratio(divide, 1)), remainder, through: None, year_cap: None, provision: 0 }
}

/// Article 13 of Regulation 987/2009 as far as the tests need it, with calendar days of which 30 make a month.
fn article_13() -> Conversions {
    let capped =
        Conversion { year_cap: Some(ratio(12, 1)), ..conversion(Unit::Days6, Unit::Months, 26, Remainder::Counts) };
    let weeks = Conversion {
        from: Unit::Weeks,
        into: Unit::Months,
        divide: None,
        remainder: Remainder::Kept,
        through: Some(Unit::Days6),
        year_cap: None,
        provision: 0,
    };
    let year = [(1, Unit::Years), (4, Unit::Quarters), (12, Unit::Months), (52, Unit::Weeks)];
    let week = [(1, Unit::Weeks), (6, Unit::Days6)];
    let exact = |same: &[(i64, Unit)]| Exact {
        same: same.iter().map(|(n, unit)| (ratio(*n, 1), *unit)).collect(),
        provision: 0,
    };
    Conversions {
        exact: vec![exact(&year), exact(&week)],
        rounding: vec![capped, weeks, conversion(Unit::Days, Unit::Months, 30, Remainder::Counts)],
    }
}

const SITE: SiteId = SiteId(7);

/// Applies an operation to outcomes with these conversions.
fn apply_with(conversions: &Conversions, function: HostFn, operands: &[Outcome]) -> Outcome {
    let facts = Facts::default();
    function.apply(&Host { conversions, facts: &facts }, operands, SITE)
}

/// Applies an operation to values, with the conversions of article 13.
fn apply<const N: usize>(function: HostFn, operands: [Value; N]) -> Outcome {
    let operands: Vec<Outcome> = operands.into_iter().map(Outcome::Value).collect();
    apply_with(&article_13(), function, &operands)
}
