//! Comparison by meaning: money and exact amounts alike, lengths by what is exact, `nothing` below every amount.

use super::Host;
use super::operands::{OUT_OF_RANGE, Scalar, Stop, Try, amount, length, operands, settle};
use crate::{Conversions, Outcome, SiteId, Value};
use std::cmp::Ordering;
use std::mem::discriminant;

/// How two values stand to each other.
pub(super) fn order(conversions: &Conversions, a: &Value, b: &Value) -> Result<Ordering, Stop> {
    match (Scalar::of(a)?, Scalar::of(b)?) {
        (Scalar::Number(a), Scalar::Number(b)) => Ok(a.cmp(b)),
        (Scalar::Date(a), Scalar::Date(b)) => Ok(a.cmp(&b)),
        (Scalar::Amount(a), Scalar::Amount(b)) if a.currency == b.currency => Ok(a.value.cmp(&b.value)),
        (Scalar::Length(a), Scalar::Length(b)) => conversions.compare(a, b).ok_or(Stop::NoConversion(a.unit, b.unit)),
        _ => Err(OUT_OF_RANGE),
    }
}

/// Whether two values mean the same.
pub(super) fn same(conversions: &Conversions, a: &Value, b: &Value) -> Result<bool, Stop> {
    if (amount(a).is_some() && amount(b).is_some()) || (length(a).is_ok() && length(b).is_ok()) {
        return order(conversions, a, b).map(Ordering::is_eq);
    }
    if discriminant(a) == discriminant(b) { Ok(a == b) } else { Err(OUT_OF_RANGE) }
}

pub(super) fn equal(host: &Host<'_>, given: &[Outcome], site: SiteId) -> Outcome {
    let result = || {
        let [a, b] = operands(given)?;
        let (Outcome::Value(a), Outcome::Value(b)) = (a, b) else {
            return Ok(Outcome::yes_no(a == b));
        };
        Ok(Outcome::yes_no(same(host.conversions, a, b)?))
    };
    settle(site, result())
}

/// Whether the order of two operands passes a test.
fn ordered(host: &Host<'_>, given: &[Outcome], test: fn(Ordering) -> bool) -> Try {
    let [a, b] = operands(given)?;
    let ordering = match (a, b) {
        (Outcome::Value(a), Outcome::Value(b)) => order(host.conversions, a, b)?,
        // Only values and nothing reach this operation, and nothing is below every value.
        (Outcome::Value(_), _) => Ordering::Greater,
        (_, Outcome::Value(_)) => Ordering::Less,
        _ => Ordering::Equal,
    };
    Ok(Outcome::yes_no(test(ordering)))
}

pub(super) fn less(host: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(site, ordered(host, operands, Ordering::is_lt))
}

pub(super) fn at_most(host: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(site, ordered(host, operands, Ordering::is_le))
}
