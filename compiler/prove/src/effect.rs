//! What a change is to the person: a gain or a loss.

use crate::report::{Effect, Witness};
use crate::split::Leaf;
use crate::term::{Arena, NOTHING, ODD, Sort, VALUE};
use accord_core::{Outcome, Value};

/// Decisions for which yes is to the claimant's loss.
const AGAINST: &[&str] = &["relieved", "suspended"];

/// Whether yes is to the claimant's loss, of a decision by its name.
pub fn is_against(decision: &str) -> bool {
    AGAINST.contains(&decision)
}

pub(crate) fn effect_of(decision: &str, witness: &Witness) -> Effect {
    effect(decision, &witness.before.outcome, &witness.after.outcome)
}

/// What a change is to the person.
pub(crate) fn effect(decision: &str, before: &Outcome, after: &Outcome) -> Effect {
    match (before, after) {
        (Outcome::Value(Value::YesNo(a)), Outcome::Value(Value::YesNo(b))) if a != b => {
            if *b != is_against(decision) {
                Effect::Gain
            } else {
                Effect::Loss
            }
        }
        (Outcome::Value(Value::Money(_) | Value::Number(_)), Outcome::Nothing) => Effect::Loss,
        (Outcome::Nothing, Outcome::Value(Value::Money(_) | Value::Number(_))) => Effect::Gain,
        (Outcome::Value(Value::Money(a)), Outcome::Value(Value::Money(b))) if a.currency == b.currency => {
            if b.minor > a.minor { Effect::More } else { Effect::Less }
        }
        (Outcome::Value(Value::Number(a)), Outcome::Value(Value::Number(b))) => {
            if b > a {
                Effect::More
            } else {
                Effect::Less
            }
        }
        (Outcome::Value(_) | Outcome::Nothing, Outcome::Value(_) | Outcome::Nothing) => Effect::Other,
        (Outcome::Value(_) | Outcome::Nothing, _) => Effect::Unsettled,
        (_, Outcome::Value(_) | Outcome::Nothing) => Effect::Settled,
        _ => Effect::Other,
    }
}

/// What a change is to everybody of a group, where that is the same for all of them.
pub(crate) fn effect_on_all(arena: &Arena, decision: &str, leaf: &Leaf) -> Option<Effect> {
    if let (Some(before), Some(after)) = (arena.known(leaf.old), arena.known(leaf.new)) {
        return Some(effect(decision, &before, &after));
    }
    let figure = |sort: Sort| matches!(sort, Sort::Money | Sort::Number);
    let is_settled = |may: u8| may & ODD == 0;
    match (arena.may(leaf.old), arena.may(leaf.new)) {
        (VALUE, NOTHING) if figure(arena.sort(leaf.old)) => Some(Effect::Loss),
        (NOTHING, VALUE) if figure(arena.sort(leaf.new)) => Some(Effect::Gain),
        (before, after) if is_settled(before) && after & !ODD == 0 => Some(Effect::Unsettled),
        (before, after) if before & !ODD == 0 && is_settled(after) => Some(Effect::Settled),
        _ => None,
    }
}
