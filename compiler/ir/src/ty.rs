//! Types.

use accord_core::stored::nested;
use accord_core::{Country, Currency, EnumId, Unit};
use serde::{Deserialize, Serialize};

/// A record type of the program, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordId(pub u16);

/// Whose unit or currency a party-indexed type has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PartyKey {
    /// A party named in the text.
    Const(Country),
    /// A party variable, by its name in the source and a number that is unique in the program.
    Var(String, u32),
    /// A party given by an expression: never the same as another.
    Unknown(u32),
}

/// The unit of a length type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum UnitOf {
    /// One unit.
    Fixed(Unit),
    /// The unit of a party's legislation: `length of P`.
    Of(PartyKey),
    /// Any: `length`.
    Any,
}

/// The currency of a money or amount type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CurrencyOf {
    /// One currency.
    Fixed(Currency),
    /// The currency of a party's legislation: `money of P`.
    Of(PartyKey),
    /// The agreement's common currency.
    Common,
    /// Any.
    Any,
}

/// A type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Ty {
    /// Yes or no.
    YesNo,
    /// A pure number.
    Number,
    /// A country or party.
    Country,
    /// A member of an enumeration.
    Member(EnumId),
    /// A set.
    Set(#[serde(deserialize_with = "nested")] Box<Ty>),
    /// A list.
    List(#[serde(deserialize_with = "nested")] Box<Ty>),
    /// A day.
    Date,
    /// A span of days.
    Span,
    /// A length.
    Length(UnitOf),
    /// Money as stored.
    Money(CurrencyOf),
    /// An exact amount.
    Amount(CurrencyOf),
    /// Periods.
    Periods,
    /// A rounding instruction.
    Rounding,
    /// A unit.
    Unit,
    /// Text.
    Text,
    /// A record.
    Record(RecordId),
    /// An order of precedence.
    Order,
    /// A rule for ties.
    Ties,
    /// `nothing`, `refer`, `unset` alone: fits every type.
    Never,
    /// Poison: an error was reported where it arose. Never in a verified program.
    Error,
}
