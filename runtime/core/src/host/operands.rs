//! Operands taken apart. A value of the wrong kind cannot happen in a verified program; it is a fault all the same,
//! never a panic.

use crate::{
    Amount, Country, Date, FaultKind, Length, Number, Outcome, Periods, Ratio, Rounding, SiteId, Span, Unit, Value,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Why an operation has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It has no meaning.
    Fault(FaultKind),
    /// It needs a conversion that is not declared.
    NoConversion(Unit, Unit),
}

/// A value of the wrong kind, a day beyond the calendar, a number beyond what is held.
pub(super) const OUT_OF_RANGE: Stop = Stop::Fault(FaultKind::OutOfRange);

/// The inside of an operation: an outcome, or why there is none.
pub(super) type Try = Result<Outcome, Stop>;

/// Turns what stopped an operation into its outcome; a fault gets its place.
pub(super) fn settle(site: SiteId, result: Try) -> Outcome {
    result.unwrap_or_else(|stop| match stop {
        Stop::Fault(kind) => Outcome::fault(kind, site),
        Stop::NoConversion(from, into) => Outcome::missing_conversion(from, into),
    })
}

/// The operands, by number.
pub(super) fn operands<const N: usize>(operands: &[Outcome]) -> Result<&[Outcome; N], Stop> {
    operands.try_into().map_err(|_| OUT_OF_RANGE)
}

/// The operands as values.
pub(super) fn values<const N: usize>(given: &[Outcome]) -> Result<[&Value; N], Stop> {
    let given: &[Outcome; N] = operands(given)?;
    let mut all = [NO_VALUE; N];
    for (place, outcome) in all.iter_mut().zip(given) {
        *place = outcome.value().ok_or(OUT_OF_RANGE)?;
    }
    Ok(all)
}

/// Where a value will be.
const NO_VALUE: &Value = &Value::YesNo(false);

/// A result that is a value.
pub(super) fn give(value: impl Into<Value>) -> Try {
    Ok(Outcome::Value(value.into()))
}

/// A value that may be absent because the calendar or the rule for month ends has none.
pub(super) fn in_range<T>(value: Option<T>) -> Result<T, Stop> {
    value.ok_or(OUT_OF_RANGE)
}

/// Periods as a result.
pub(super) fn give_periods(periods: Periods) -> Try {
    Ok(Outcome::Value(Value::Periods(Arc::new(periods))))
}

macro_rules! from_value {
    ($($name:ident $variant:ident => $ty:ty;)*) => {$(
        pub(super) fn $name(value: &Value) -> Result<&$ty, Stop> {
            if let Value::$variant(inner) = value { Ok(inner) } else { Err(OUT_OF_RANGE) }
        }

    )*};
}

from_value! {
    number Number => Number;
    country Country => Country;
    set Set => BTreeSet<Value>;
    date Date => Date;
    span Span => Span;
    length Length => Length;
    periods Periods => Arc<Periods>;
    rounding Rounding => Rounding;
    unit Unit => Unit;
    text Text => Arc<str>;
}

/// An exact amount; money is one.
pub(super) fn amount(value: &Value) -> Option<Amount> {
    match value {
        Value::Money(money) => Some(money.exact()),
        Value::Amount(amount) => Some(amount.clone()),
        Value::YesNo(_)
        | Value::Number(_)
        | Value::Country(_)
        | Value::Member(..)
        | Value::Set(_)
        | Value::List(_)
        | Value::Date(_)
        | Value::Span(_)
        | Value::Length(_)
        | Value::Periods(_)
        | Value::Rounding(_)
        | Value::Unit(_)
        | Value::Text(_)
        | Value::Record(_)
        | Value::Order(_)
        | Value::Ties(_) => None,
    }
}

/// A set of parties.
pub(super) fn countries(value: &Value) -> Result<BTreeSet<Country>, Stop> {
    set(value)?.iter().map(|member| country(member).copied()).collect()
}

/// A member of a kernel enumeration.
pub(super) fn member<'v, T: TryFrom<&'v Value>>(value: &'v Value) -> Result<T, Stop> {
    T::try_from(value).map_err(|_| OUT_OF_RANGE)
}

/// A whole number that fits.
pub(super) fn whole(value: &Ratio) -> Result<i64, Stop> {
    value.as_whole().ok_or(OUT_OF_RANGE)
}

/// What an operand is to arithmetic and comparison.
pub(super) enum Scalar<'v> {
    /// A pure number.
    Number(&'v Number),
    /// An amount of a currency, exact.
    Amount(Amount),
    /// A number of units.
    Length(&'v Length),
    /// A day.
    Date(Date),
}

impl<'v> Scalar<'v> {
    /// The scalar in a value.
    pub(super) fn of(value: &'v Value) -> Result<Scalar<'v>, Stop> {
        if let Some(amount) = amount(value) {
            return Ok(Scalar::Amount(amount));
        }
        number(value)
            .map(Scalar::Number)
            .or_else(|_| length(value).map(Scalar::Length))
            .or_else(|_| date(value).map(|d| Scalar::Date(*d)))
    }
}

macro_rules! into_value {
    ($($ty:ty => $variant:ident;)*) => {$(
        impl From<$ty> for Value {
            fn from(inner: $ty) -> Value {
                Value::$variant(inner)
            }
        }
    )*};
}

impl From<Amount> for Value {
    /// One form for one amount: what can be stored is money, so that equal amounts are equal values.
    fn from(amount: Amount) -> Value {
        amount.as_money().map_or(Value::Amount(amount), Value::Money)
    }
}

into_value! {
    bool => YesNo;
    Number => Number;
    Country => Country;
    BTreeSet<Value> => Set;
    Date => Date;
    Span => Span;
    Length => Length;
    crate::Money => Money;
    Rounding => Rounding;
    Unit => Unit;
}
