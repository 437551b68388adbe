//! Figures of institutions whose formula is not encoded.

use super::Host;
use super::operands::{OUT_OF_RANGE, Stop, Try, countries, country, operands, set, settle};
use crate::{Country, Outcome, SiteId, Value};
use std::collections::BTreeSet;

/// A figure belongs to a set of parties: its own record to the party alone, the one on all periods to the parties
/// concerned, one that leaves parties out to the others. The first that belongs to the parties the record is made of
/// and is there is the result.
pub(super) fn figure(_: &Host<'_>, given: &[Outcome], site: SiteId) -> Outcome {
    settle(site, chosen(given))
}

fn chosen(given: &[Outcome]) -> Try {
    let [party, made_of, concerned, own, all, without] = operands(given)?;
    let worst = [party, made_of, concerned].into_iter().filter(|o| o.rank() > 0).cloned().reduce(Outcome::worst);
    if let Some(worst) = worst {
        return Ok(worst);
    }
    let party = country(party.value().ok_or(OUT_OF_RANGE)?)?;
    let made_of = countries(made_of.value().ok_or(OUT_OF_RANGE)?)?;
    let concerned = countries(concerned.value().ok_or(OUT_OF_RANGE)?)?;
    let mut figures: Vec<(BTreeSet<Country>, Outcome)> =
        vec![(BTreeSet::from([*party]), own.clone()), (concerned.clone(), all.clone())];
    if let Outcome::Value(without) = without {
        for (left_out, figure) in entries(without)? {
            figures.push((&concerned - &left_out, figure));
        }
    }
    // Parties without a period do not change what the record is made of.
    let held = &made_of & &concerned;
    let given = figures
        .into_iter()
        .find(|(of, figure)| (*of == held || *of == made_of) && !matches!(figure, Outcome::Undetermined(_)));
    Ok(given.map_or_else(|| missing(*party, &made_of), |(_, figure)| figure))
}

fn missing(party: Country, made_of: &BTreeSet<Country>) -> Outcome {
    let parties: Vec<&str> = made_of.iter().map(Country::code).collect();
    Outcome::missing(&format!("amount of {party} on the periods of {}", parties.join(", ")))
}

/// The sets left out and their figures: pairs, as records or lists.
fn entries(without: &Value) -> Result<Vec<(BTreeSet<Country>, Outcome)>, Stop> {
    let Value::List(list) = without else { return Err(OUT_OF_RANGE) };
    list.iter().map(entry).collect()
}

fn entry(pair: &Value) -> Result<(BTreeSet<Country>, Outcome), Stop> {
    let fields: Vec<Outcome> = if let Value::Record(fields) = pair {
        fields.as_ref().clone()
    } else if let Value::List(values) = pair {
        values.iter().cloned().map(Outcome::Value).collect()
    } else {
        return Err(OUT_OF_RANGE);
    };
    let [parties, figure] = operands(&fields)?;
    let parties = parties.value().ok_or(OUT_OF_RANGE)?;
    let parties = if set(parties).is_ok() { countries(parties)? } else { BTreeSet::from([*country(parties)?]) };
    Ok((parties, figure.clone()))
}
