//! How values are written into a ruleset and read back.
//!
//! What is read comes from a file that anybody may have made. So everything that has a constructor is read through
//! it, numbers only in lowest terms, and nothing nests deeper than a stack is tall. Codes, days and numbers are held
//! as text: their numbers inside the crates they come from may change, their spelling does not.

use crate::{Country, Currency, Date, HostFn, Money, Number, Ratio, Span};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use std::cell::Cell;

/// The longest spelling of a number that is read. Making a number of digits takes the square of their count.
const LONGEST_NUMBER: usize = 4096;
/// How deeply values and types may nest in each other.
const DEEPEST: u32 = 64;

thread_local! {
    /// How deeply the value being read on this thread is nested. The reader of a format has no place for it.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// One level of nesting while it is read.
struct Level;

impl Level {
    fn enter() -> Option<Level> {
        let depth = DEPTH.get();
        (depth < DEEPEST).then(|| {
            DEPTH.set(depth + 1);
            Level
        })
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get().saturating_sub(1));
    }
}

/// Reads something that may hold others of its kind: for `#[serde(deserialize_with)]`. A file that nests without end
/// is refused before the stack ends.
pub fn nested<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    let _level = Level::enter().ok_or_else(|| D::Error::custom(format!("nests deeper than {DEEPEST}")))?;
    T::deserialize(from)
}

/// What is held as its spelling and read by its parser.
macro_rules! spelled {
    ($($ty:ty, $what:literal: $spell:expr, $parse:expr;)*) => {$(
        impl Serialize for $ty {
            fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
                let spell: fn(&$ty) -> String = $spell;
                into.serialize_str(&spell(self))
            }
        }

        impl<'de> Deserialize<'de> for $ty {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<$ty, D::Error> {
                let text = String::deserialize(from)?;
                let parse: fn(&str) -> Option<$ty> = $parse;
                parse(&text).ok_or_else(|| D::Error::custom(format!(concat!("no ", $what, " `{}`"), text.escape_debug())))
            }
        }
    )*};
}

spelled! {
    Country, "country": |c| c.code().to_owned(), Country::parse;
    Currency, "currency": |c| c.code().to_owned(), Currency::parse;
    Date, "day": Date::to_string, Date::parse;
    HostFn, "operation": |f| f.word().to_owned(), HostFn::parse;
    Exactly, "number in lowest terms": |n| n.0.to_string(), Exactly::parse;
}

/// A rational as a ruleset holds it: `20000`, `-1/3`.
struct Exactly(Ratio);

impl Exactly {
    /// Only the one spelling that writing gives: in lowest terms, above a positive number, without leading zeros.
    fn parse(text: &str) -> Option<Exactly> {
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b'-') && !part.is_empty();
        let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
        if text.len() > LONGEST_NUMBER || !digits(numerator) || !digits(denominator) {
            return None;
        }
        let denominator: num_bigint::BigInt = denominator.parse().ok()?;
        if num_traits::Zero::is_zero(&denominator) {
            return None;
        }
        let value = Ratio::new(numerator.parse().ok()?, denominator);
        (value.to_string() == text).then_some(Exactly(value))
    }
}

/// A rational; for `#[serde(with)]`.
pub(crate) mod ratio {
    use super::{Deserialize, Deserializer, Exactly, Ratio, Serialize, Serializer};

    pub fn serialize<S: Serializer>(value: &Ratio, into: S) -> Result<S::Ok, S::Error> {
        Exactly(value.clone()).serialize(into)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Ratio, D::Error> {
        Exactly::deserialize(from).map(|e| e.0)
    }
}

/// A rational or none; for `#[serde(with)]`.
pub(crate) mod optional {
    use super::{Deserialize, Deserializer, Exactly, Ratio, Serialize, Serializer};

    pub fn serialize<S: Serializer>(value: &Option<Ratio>, into: S) -> Result<S::Ok, S::Error> {
        value.clone().map(Exactly).serialize(into)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Ratio>, D::Error> {
        Option::<Exactly>::deserialize(from).map(|value| value.map(|e| e.0))
    }
}

/// Amounts of units; for `#[serde(with)]`.
pub(crate) mod amounts {
    use super::{Deserialize, Deserializer, Exactly, Ratio, Serializer};
    use crate::Unit;

    pub fn serialize<S: Serializer>(amounts: &[(Ratio, Unit)], into: S) -> Result<S::Ok, S::Error> {
        into.collect_seq(amounts.iter().map(|(amount, unit)| (Exactly(amount.clone()), unit)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(Ratio, Unit)>, D::Error> {
        let amounts = Vec::<(Exactly, Unit)>::deserialize(from)?;
        Ok(amounts.into_iter().map(|(amount, unit)| (amount.0, unit)).collect())
    }
}

/// What is no part of a program; for `#[serde(with)]`. A variant that serde skips would shift the numbers of those
/// after it when it is read.
pub(crate) mod never {
    use super::{Deserializer, Error, Serializer};

    const WHY: &str = "periods are facts of a case, and no part of a program";

    pub fn serialize<T, S: Serializer>(_: &T, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom(WHY))
    }

    pub fn deserialize<'de, D: Deserializer<'de>, T>(_: D) -> Result<T, D::Error> {
        Err(D::Error::custom(WHY))
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        let written = self.written.clone().map(|(n, d)| (Exactly(n), Exactly(d)));
        (Exactly(self.value.clone()), written).serialize(into)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Number, D::Error> {
        let (value, written) = <(Exactly, Option<(Exactly, Exactly)>)>::deserialize(from)?;
        let number = match written {
            Some((n, d)) => Number::quotient(n.0, d.0),
            None => Some(Number::new(value.0.clone())),
        };
        let number = number.filter(|n| n.value == value.0);
        number.ok_or_else(|| D::Error::custom("a quotient that is not its value"))
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        (self.currency, self.minor).serialize(into)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Money, D::Error> {
        let (currency, minor) = Deserialize::deserialize(from)?;
        Money::new(currency, minor).ok_or_else(|| D::Error::custom("money beyond its range"))
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        (self.first, self.last).serialize(into)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Span, D::Error> {
        let (first, last) = Deserialize::deserialize(from)?;
        Span::new(first, last).ok_or_else(|| D::Error::custom("a last day before the first"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Amount, Outcome, Unit, Value, ratio};
    use serde_json::{from_str, to_string};

    fn same<T: Serialize + for<'de> Deserialize<'de> + PartialEq + std::fmt::Debug>(value: &T) {
        let text = to_string(value).unwrap();
        assert_eq!(&from_str::<T>(&text).unwrap(), value, "{text}");
    }

    #[test]
    fn what_is_written_is_read_back() {
        let eur = Currency::parse("EUR").unwrap();
        let day = Date::parse("2012-10-01").unwrap();
        same(&Value::Country(Country::parse("XA").unwrap()));
        same(&Value::Money(Money::new(eur, -Money::LIMIT).unwrap()));
        same(&Value::Amount(Amount::new(eur, ratio(-1, 3))));
        same(&Value::Span(Span::new(day, day).unwrap()));
        same(&Value::Length(crate::Length::new(Unit::Days5, ratio(7, 2))));
        same(&Outcome::Undetermined(["b".into(), "a".into()].into()));
        same(&Value::Set([Value::whole(2), Value::text("x"), Value::Date(day)].into()));
        for word in HostFn::ALL {
            same(word);
        }
        let number = Number::quotient(ratio(120, 1), ratio(264, 1)).unwrap();
        let back: Number = from_str(&to_string(&number).unwrap()).unwrap();
        assert_eq!(back.to_string(), "120/264");
    }

    #[test]
    fn what_no_constructor_would_make_is_refused() {
        for text in
            [r#""2/4""#, r#""1/0""#, r#""1/-2""#, r#""007""#, r#""-0""#, r#""+1""#, r#""""#, r#""1/""#, r#""--1""#]
        {
            assert!(from_str::<Exactly>(text).is_err(), "{text}");
        }
        let long = format!("\"{}\"", "9".repeat(LONGEST_NUMBER + 1));
        assert!(from_str::<Exactly>(&long).is_err());
        assert!(from_str::<Number>(r#"["1/2",["1","3"]]"#).is_err());
        assert!(from_str::<Number>(r#"["1/2",["1","0"]]"#).is_err());
        assert!(from_str::<Country>(r#""QQ""#).is_err());
        assert!(from_str::<Date>(r#""2023-02-29""#).is_err());
        assert!(from_str::<Money>(r#"["EUR",10000000000001]"#).is_err());
        assert!(from_str::<Span>(r#"["2020-01-02","2020-01-01"]"#).is_err());
    }

    #[test]
    fn periods_are_facts_and_no_part_of_a_program() {
        assert!(from_str::<Value>(r#"{"Periods":[]}"#).is_err());
        assert!(to_string(&Value::Periods(crate::Periods::record([]).into())).is_err());
    }

    #[test]
    fn nothing_nests_without_end() {
        let nested = |levels: usize| format!("{}{}", r#"{"List":["#.repeat(levels), "]}".repeat(levels));
        assert!(from_str::<Value>(&nested(20)).is_ok());
        assert!(from_str::<Value>(&nested(40)).is_ok());
        let deep = from_str::<Value>(&nested(usize::try_from(DEEPEST).unwrap() + 1)).unwrap_err();
        assert!(deep.to_string().contains("nests deeper") || deep.to_string().contains("recursion"), "{deep}");
        assert!(from_str::<Value>(&nested(20)).is_ok(), "the count starts anew");
    }
}
