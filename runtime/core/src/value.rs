//! The values a program handles.

use crate::merge::Criterion;
use crate::stored::nested;
use crate::{Amount, Country, Date, Length, Money, Number, Outcome, Periods, Rounding, Span, Ties, Unit};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// An enumeration of the program, by number. The first ones are the kernel's (see [`crate::KERNEL_ENUMS`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EnumId(pub u16);

/// A value. Equality and order are by meaning: `2/4` equals `1/2`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Value {
    /// Yes or no.
    YesNo(bool),
    /// A pure number.
    Number(Number),
    /// A country or party.
    Country(Country),
    /// A member of an enumeration, by position.
    Member(EnumId, u16),
    /// A set.
    Set(#[serde(deserialize_with = "nested")] BTreeSet<Value>),
    /// A list, in order.
    List(#[serde(deserialize_with = "nested")] Vec<Value>),
    /// A day.
    Date(Date),
    /// A span of days, both ends included.
    Span(Span),
    /// A number of units.
    Length(Length),
    /// Money as stored: whole minor units.
    Money(Money),
    /// An exact amount that is not a whole number of minor units, or is too large to store; any other is [`Value::Money`].
    Amount(Amount),
    /// Periods in normal form. They are facts, never part of a program, and so of no ruleset.
    Periods(#[serde(with = "crate::stored::never")] Arc<Periods>),
    /// A rounding instruction.
    Rounding(Rounding),
    /// A unit of length.
    Unit(Unit),
    /// Text.
    Text(Arc<str>),
    /// A record: each field with its own outcome, so that a missing one is missing only when it is needed.
    Record(#[serde(deserialize_with = "nested")] Arc<Vec<Outcome>>),
    /// An order of precedence.
    Order(Arc<Vec<Criterion>>),
    /// What to do when precedence does not decide.
    Ties(Arc<Ties>),
}

impl Value {
    /// A whole number.
    pub fn whole(n: i64) -> Value {
        Value::Number(Number::whole(n))
    }

    /// A text.
    pub fn text(text: &str) -> Value {
        Value::Text(Arc::from(text))
    }

    /// A set of countries.
    pub fn countries(set: impl IntoIterator<Item = Country>) -> Value {
        Value::Set(set.into_iter().map(Value::Country).collect())
    }

    /// The kind of value, as a drafter would say it.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::YesNo(_) => "yes or no",
            Value::Number(_) => "a number",
            Value::Country(_) => "a party",
            Value::Member(..) => "a word",
            Value::Set(_) => "a set",
            Value::List(_) => "a list",
            Value::Date(_) => "a day",
            Value::Span(_) => "a span of days",
            Value::Length(_) => "a length",
            Value::Money(_) => "money",
            Value::Amount(_) => "an exact amount",
            Value::Periods(_) => "periods",
            Value::Rounding(_) => "a rounding",
            Value::Unit(_) => "a unit",
            Value::Text(_) => "a text",
            Value::Record(_) => "a record",
            Value::Order(_) => "an order of precedence",
            Value::Ties(_) => "a rule for ties",
        }
    }
}
