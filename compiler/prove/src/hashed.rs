//! Maps by hash: terms are looked up so often that an order costs more than the work on them. Nobody walks through such
//! a map, so that results do not depend on how it lies in memory.

use crate::term::{Line, Shape, Share, Term};
use accord_core::{Outcome, Ratio, Value};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// A map that is only looked into.
pub(crate) type Lookup<K, V> = HashMap<K, V, BuildHasherDefault<Mixer>>;

/// Terms by terms: what each became.
pub(crate) type Terms = Lookup<Term, Term>;

/// Spreads small numbers over all bits; nobody chooses keys so that they collide.
#[derive(Default)]
pub(crate) struct Mixer(u64);

/// An odd number without a pattern in its bits.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Mixer {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(SPREAD);
    }
}

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        // A product spreads upwards only: the high bits are the good ones.
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            self.mix(part.iter().fold(0, |word, byte| (word << 8) | u64::from(*byte)));
        }
    }

    fn write_u8(&mut self, n: u8) {
        self.mix(u64::from(n));
    }

    fn write_u16(&mut self, n: u16) {
        self.mix(u64::from(n));
    }

    fn write_u32(&mut self, n: u32) {
        self.mix(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        self.mix(n);
    }

    fn write_usize(&mut self, n: usize) {
        self.mix(n as u64);
    }
}

impl Hash for Shape {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Shape::Known(outcome) => hash_outcome(outcome, state),
            Shape::Fact(fact) => fact.hash(state),
            Shape::Given(party, name) => {
                party.hash(state);
                name.hash(state);
            }
            // The sort follows from the variable, nearly always.
            Shape::Bound(variable, _) => variable.hash(state),
            Shape::Host(function, operands, _) => {
                function.hash(state);
                operands.hash(state);
            }
            Shape::Element(list, n) => (list, n).hash(state),
            Shape::All(parts) | Shape::Any(parts) | Shape::Parties(parts) => parts.hash(state),
            Shape::Not(inner) => inner.hash(state),
            Shape::If(condition, then, otherwise) => (condition, then, otherwise).hash(state),
            Shape::Strict(arg, then) => (arg, then).hash(state),
            Shape::Quantify(_, variable, domain, filter, body) => (variable, domain, filter, body).hash(state),
            Shape::Gather(_, shares) => shares.iter().for_each(|share: &Share| share.hash(state)),
            Shape::Decide(lines, default, _) => {
                let each = |line: &Line| (line.when, line.value).hash(state);
                lines.iter().for_each(each);
                default.hash(state);
            }
        }
    }
}

/// What tells most outcomes apart; those that it does not are compared.
fn hash_outcome(outcome: &Outcome, state: &mut impl Hasher) {
    outcome.rank().hash(state);
    if let Outcome::Value(value) = outcome {
        hash_value(value, state);
    }
}

fn hash_value(value: &Value, state: &mut impl Hasher) {
    std::mem::discriminant(value).hash(state);
    match value {
        Value::YesNo(yes) => yes.hash(state),
        Value::Number(n) => hash_ratio(&n.value, state),
        Value::Country(country) => country.hash(state),
        Value::Member(id, position) => (id, position).hash(state),
        Value::Set(set) => set.iter().for_each(|v| hash_value(v, state)),
        Value::List(list) => list.iter().for_each(|v| hash_value(v, state)),
        Value::Date(day) => day.hash(state),
        Value::Span(span) => span.hash(state),
        Value::Length(length) => hash_ratio(&length.counted, state),
        Value::Money(money) => money.hash(state),
        Value::Unit(unit) => unit.hash(state),
        Value::Text(text) => text.hash(state),
        Value::Amount(_)
        | Value::Periods(_)
        | Value::Rounding(_)
        | Value::Record(_)
        | Value::Order(_)
        | Value::Ties(_) => {}
    }
}

/// Quotients are kept reduced, so that equal ones have the same parts.
fn hash_ratio(ratio: &Ratio, state: &mut impl Hasher) {
    ratio.numer().hash(state);
    ratio.denom().hash(state);
}
