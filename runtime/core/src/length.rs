//! Lengths of time in the units of schemes, and the conversions an agreement declares between them.

use crate::number::decimal;
use crate::{Outcome, Ratio};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::{BTreeSet, VecDeque};
use std::fmt;

/// The closed list of units. They meet only through a declared conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// Calendar or insurance years.
    Years,
    /// Quarters.
    Quarters,
    /// Months.
    Months,
    /// Weeks.
    Weeks,
    /// Days.
    Days,
    /// Days of a five-day week.
    Days5,
    /// Days of a six-day week.
    Days6,
    /// Days of a seven-day week.
    Days7,
    /// Hours.
    Hours,
}

/// A number of units. Comparisons with a threshold read `exact`; everything else reads `counted`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Length {
    /// What it is counted in.
    pub unit: Unit,
    /// The number that counts: after the remainder rule of a conversion.
    #[serde(with = "crate::stored::ratio")]
    pub counted: Ratio,
    /// The number before that rule.
    #[serde(with = "crate::stored::ratio")]
    pub exact: Ratio,
}

/// What happens to a part of a unit left over by a conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Remainder {
    /// It counts as a whole unit.
    Counts,
    /// It is dropped.
    Dropped,
    /// It is kept as a fraction.
    Kept,
}

/// `conversion { from: days into: months divide: 30 remainder: counts }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversion {
    /// From this unit.
    pub from: Unit,
    /// Into this one.
    pub into: Unit,
    /// This many of `from` make one of `into` (less than one where the source multiplies); `None` where `through` says
    /// it all.
    #[serde(with = "crate::stored::optional")]
    pub divide: Option<Ratio>,
    /// What happens to a part of a unit.
    pub remainder: Remainder,
    /// Convert into this unit first.
    pub through: Option<Unit>,
    /// At most this many of `into` in one calendar year.
    #[serde(with = "crate::stored::optional")]
    pub year_cap: Option<Ratio>,
    /// The provision's number in the program's list, for explanations.
    pub provision: u32,
}

/// `conversion exact { same: 1 year, 4 quarters, 12 months }`: amounts that are the same length.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exact {
    /// The amounts, each of another unit.
    #[serde(with = "crate::stored::amounts")]
    pub same: Vec<(Ratio, Unit)>,
    /// The provision's number in the program's list.
    pub provision: u32,
}

/// The conversions an agreement declares.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Conversions {
    /// Exact ones, for comparisons and where no other exists.
    pub exact: Vec<Exact>,
    /// Rounding ones.
    pub rounding: Vec<Conversion>,
}

/// How an amount of one unit becomes an amount of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// One of the first unit is this many of the second.
    pub factor: Ratio,
    /// What happens to a part of a unit; `None` for an exact conversion, which has no such rule.
    pub remainder: Option<Remainder>,
    /// At most this many of the second unit in one calendar year.
    pub year_cap: Option<Ratio>,
}

impl Unit {
    /// All units, longest first.
    pub const ALL: [Unit; 9] = [
        Unit::Years,
        Unit::Quarters,
        Unit::Months,
        Unit::Weeks,
        Unit::Days,
        Unit::Days5,
        Unit::Days6,
        Unit::Days7,
        Unit::Hours,
    ];

    /// The plural word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Unit::Years => "years",
            Unit::Quarters => "quarters",
            Unit::Months => "months",
            Unit::Weeks => "weeks",
            Unit::Days => "days",
            Unit::Days5 => "days_5",
            Unit::Days6 => "days_6",
            Unit::Days7 => "days_7",
            Unit::Hours => "hours",
        }
    }

    /// The singular word.
    pub fn singular(self) -> &'static str {
        match self {
            Unit::Years => "year",
            Unit::Quarters => "quarter",
            Unit::Months => "month",
            Unit::Weeks => "week",
            Unit::Days => "day",
            Unit::Days5 => "day_5",
            Unit::Days6 => "day_6",
            Unit::Days7 => "day_7",
            Unit::Hours => "hour",
        }
    }

    /// The word for this many: `1 month`, `2 months`.
    pub fn word_for(self, count: &Ratio) -> &'static str {
        if count.is_one() { self.singular() } else { self.word() }
    }

    /// The unit a word names, singular or plural.
    pub fn parse(word: &str) -> Option<Unit> {
        Unit::ALL.into_iter().find(|u| u.word() == word || u.singular() == word)
    }
}

impl Length {
    /// Exactly this many.
    pub fn new(unit: Unit, count: Ratio) -> Length {
        Length { unit, counted: count.clone(), exact: count }
    }

    /// None at all.
    pub fn zero(unit: Unit) -> Length {
        Length::new(unit, Ratio::zero())
    }

    /// Both numbers changed alike.
    #[must_use]
    pub fn map(&self, change: impl Fn(&Ratio) -> Ratio) -> Length {
        Length { unit: self.unit, counted: change(&self.counted), exact: change(&self.exact) }
    }

    /// Both numbers of two lengths of one unit combined alike; the unit is the first's.
    #[must_use]
    pub fn zip(&self, other: &Length, combine: impl Fn(&Ratio, &Ratio) -> Ratio) -> Length {
        Length {
            unit: self.unit,
            counted: combine(&self.counted, &other.counted),
            exact: combine(&self.exact, &other.exact),
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", decimal(&self.counted), self.unit.word_for(&self.counted))
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Remainder {
    /// A number of units after the rule: the next whole number, the one before, or itself.
    pub fn apply(self, count: &Ratio) -> Ratio {
        match self {
            Remainder::Counts => count.ceil(),
            Remainder::Dropped => count.floor(),
            Remainder::Kept => count.clone(),
        }
    }
}

impl Conversion {
    /// One of `from` is this many of `into`, where the conversion says so itself.
    fn direct(&self) -> Option<Ratio> {
        let divide = self.divide.as_ref().filter(|d| !d.is_zero())?;
        self.through.is_none().then(|| divide.recip())
    }
}

impl Conversions {
    /// How `from` becomes `into`: by the declared rounding conversion where there is one, else by exact ones. The
    /// same unit is itself. `None` where nothing is declared.
    ///
    /// `through` multiplies its two legs and rounds once at the end. Without a `divide` of its own the second leg is
    /// the conversion declared for it, whose rule for the remainder and whose cap (unless it states one) it takes.
    pub fn way(&self, from: Unit, into: Unit) -> Option<Way> {
        if from == into {
            return Some(Way { factor: Ratio::one(), remainder: None, year_cap: None });
        }
        self.rounding_way(from, into).or_else(|| self.exact_way(from, into))
    }

    fn rounding_way(&self, from: Unit, into: Unit) -> Option<Way> {
        let declared = self.rounding.iter().filter(|c| c.from == from && c.into == into);
        declared.into_iter().find_map(|c| match c.through {
            None => Some(Way { factor: c.direct()?, remainder: Some(c.remainder), year_cap: c.year_cap.clone() }),
            Some(middle) => self.way_through(c, middle),
        })
    }

    fn way_through(&self, conversion: &Conversion, middle: Unit) -> Option<Way> {
        let first = self.leg(conversion.from, middle)?;
        let own = conversion.divide.as_ref().filter(|d| !d.is_zero());
        let second = match own {
            Some(divide) => Way { factor: divide.recip(), remainder: Some(conversion.remainder), year_cap: None },
            None => self.leg(middle, conversion.into)?,
        };
        Some(Way {
            factor: first.factor * second.factor,
            remainder: Some(second.remainder.unwrap_or(conversion.remainder)),
            year_cap: conversion.year_cap.clone().or(second.year_cap),
        })
    }

    /// One leg of a conversion through another unit: declared directly, or exact. Never through a third unit, so
    /// that declarations cannot chase each other.
    fn leg(&self, from: Unit, into: Unit) -> Option<Way> {
        if from == into {
            return self.way(from, into);
        }
        let direct = self.rounding.iter().filter(|c| c.from == from && c.into == into).find_map(|c| {
            Some(Way { factor: c.direct()?, remainder: Some(c.remainder), year_cap: c.year_cap.clone() })
        });
        direct.or_else(|| self.exact_way(from, into))
    }

    fn exact_way(&self, from: Unit, into: Unit) -> Option<Way> {
        Some(Way { factor: self.exact_factor(from, into)?, remainder: None, year_cap: None })
    }

    /// One of `from` is exactly this many of `into`, by the exact conversions alone, over as few of them as
    /// possible; `None` where they do not connect the two.
    pub fn exact_factor(&self, from: Unit, into: Unit) -> Option<Ratio> {
        let mut seen = BTreeSet::from([from]);
        let mut queue = VecDeque::from([(from, Ratio::one())]);
        while let Some((unit, factor)) = queue.pop_front() {
            if unit == into {
                return Some(factor);
            }
            for exact in &self.exact {
                let Some((here, _)) = exact.same.iter().find(|(n, u)| *u == unit && !n.is_zero()) else { continue };
                for (there, next) in &exact.same {
                    if seen.insert(*next) {
                        queue.push_back((*next, &factor * there / here));
                    }
                }
            }
        }
        None
    }

    /// A length in another unit. What is exact stays exact; to what is counted the rule for the remainder is applied
    /// once. `None` where no conversion is declared.
    pub fn convert(&self, length: &Length, into: Unit) -> Option<Length> {
        let way = self.way(length.unit, into)?;
        let counted = &length.counted * &way.factor;
        Some(Length {
            unit: into,
            counted: way.remainder.map_or_else(|| counted.clone(), |r| r.apply(&counted)),
            exact: &length.exact * &way.factor,
        })
    }

    /// Compares two lengths by their exact numbers; of different units, by an exact conversion or else a declared
    /// one without its rule for the remainder, from the shorter unit into the longer where both ways are declared,
    /// so that the order of the operands never shows. `None` where nothing connects the units.
    pub fn compare(&self, a: &Length, b: &Length) -> Option<Ordering> {
        if a.unit == b.unit {
            return Some(a.exact.cmp(&b.exact));
        }
        if let Some(factor) = self.exact_factor(a.unit, b.unit) {
            return Some((&a.exact * factor).cmp(&b.exact));
        }
        let (longer, shorter) = if a.unit < b.unit { (a, b) } else { (b, a) };
        let ordering = match self.rounding_way(shorter.unit, longer.unit) {
            Some(way) => longer.exact.cmp(&(&shorter.exact * way.factor)),
            None => (&longer.exact * self.rounding_way(longer.unit, shorter.unit)?.factor).cmp(&shorter.exact),
        };
        Some(if a.unit < b.unit { ordering } else { ordering.reverse() })
    }
}

impl Outcome {
    /// What a conversion that is needed and not declared gives: undetermined `conversion of weeks into months`.
    pub fn missing_conversion(from: Unit, into: Unit) -> Outcome {
        Outcome::missing(&format!("conversion of {from} into {into}"))
    }
}
