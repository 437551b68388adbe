//! Sets and lists.

use super::Host;
use super::compare::same;
use super::operands::{OUT_OF_RANGE, Stop, Try, give, operands, set, settle, values};
use crate::{Outcome, SiteId, Value};
use std::collections::BTreeSet;

/// The members of a set or list, in order.
fn members(value: &Value) -> Result<Vec<&Value>, Stop> {
    if let Value::List(list) = value {
        return Ok(list.iter().collect());
    }
    Ok(set(value)?.iter().collect())
}

/// Membership by meaning, as `is` compares: a member of unconnected unit leaves it open unless another one fits.
fn contains(host: &Host<'_>, wanted: &Value, collection: &Value) -> Try {
    let mut open = None;
    for member in members(collection)? {
        match same(host.conversions, wanted, member) {
            Ok(true) => return give(true),
            Ok(false) => {}
            Err(stop) => open = open.or(Some(stop)),
        }
    }
    open.map_or_else(|| give(false), Err)
}

pub(super) fn is_in(host: &Host<'_>, given: &[Outcome], site: SiteId) -> Outcome {
    let result = || {
        let [wanted, collection] = operands(given)?;
        match (wanted, collection) {
            (Outcome::Value(wanted), Outcome::Value(collection)) => contains(host, wanted, collection),
            _ => Ok(Outcome::yes_no(false)),
        }
    };
    settle(site, result())
}

pub(super) fn set_of(_: &Host<'_>, operands: &[Outcome], _: SiteId) -> Outcome {
    Outcome::Value(Value::Set(operands.iter().filter_map(Outcome::value).cloned().collect()))
}

pub(super) fn list_of(_: &Host<'_>, operands: &[Outcome], _: SiteId) -> Outcome {
    Outcome::Value(Value::List(operands.iter().filter_map(Outcome::value).cloned().collect()))
}

/// Two sets made one.
fn sets(given: &[Outcome], make: impl Fn(&BTreeSet<Value>, &BTreeSet<Value>) -> BTreeSet<Value>) -> Try {
    let [a, b] = values(given)?;
    give(make(set(a)?, set(b)?))
}

pub(super) fn without(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(site, sets(operands, |a, b| a - b))
}

pub(super) fn union(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(site, sets(operands, |a, b| a | b))
}

pub(super) fn size(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let count = || {
        let [collection] = values(operands)?;
        let count = i64::try_from(members(collection)?.len()).map_err(|_| OUT_OF_RANGE)?;
        give(Value::whole(count))
    };
    settle(site, count())
}
