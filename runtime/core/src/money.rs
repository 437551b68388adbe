//! Money as stored, and exact amounts on the way to it.

use crate::number::{decimal, with_point};
use crate::{Currency, Ratio};
use num_bigint::BigInt;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Money as stored: whole minor units of one currency, at most 10^13 of them either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money {
    /// The currency.
    pub currency: Currency,
    /// Minor units: cents for the euro, whole yen for the yen.
    pub minor: i64,
}

/// An exact amount in major units, before any rounding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Amount {
    /// The currency.
    pub currency: Currency,
    /// Major units, exactly.
    #[serde(with = "crate::stored::ratio")]
    pub value: Ratio,
}

/// Ten to the power of the currency's decimals.
fn scale(currency: Currency) -> i64 {
    10_i64.pow(currency.decimals())
}

impl Money {
    /// The most minor units that can be stored, either way.
    pub const LIMIT: i64 = 10_000_000_000_000;

    /// Exactly this many minor units; `None` beyond [`Money::LIMIT`].
    pub fn new(currency: Currency, minor: i64) -> Option<Money> {
        (-Money::LIMIT..=Money::LIMIT).contains(&minor).then_some(Money { currency, minor })
    }

    /// The exact amount.
    pub fn exact(&self) -> Amount {
        Amount { currency: self.currency, value: Ratio::of_whole(self.minor, scale(self.currency)) }
    }
}

impl Amount {
    /// An exact amount of major units.
    pub fn new(currency: Currency, value: Ratio) -> Amount {
        Amount { currency, value }
    }

    /// The amount as money, where it is a whole number of minor units within range.
    pub fn as_money(&self) -> Option<Money> {
        let minor = &self.value * Ratio::whole(scale(self.currency));
        Money::new(self.currency, minor.as_whole()?)
    }

    /// Whether the amount is a whole number of minor units, whatever its size.
    pub fn is_whole_minor(&self) -> bool {
        (&self.value * Ratio::whole(scale(self.currency))).is_integer()
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = usize::try_from(self.currency.decimals()).unwrap_or(0);
        write!(f, "{} {}", with_point(&BigInt::from(self.minor), places), self.currency)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_money() {
            Some(money) => money.fmt(f),
            None => write!(f, "{} {}", decimal(&self.value), self.currency),
        }
    }
}
