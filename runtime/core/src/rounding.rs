//! Rounding: an instruction with a mode and a grain, never a side effect.

use crate::number::decimal;
use crate::{Currency, Ratio, Unit};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which way a value between two grains goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Mode {
    /// Toward minus infinity.
    Down,
    /// Toward plus infinity.
    Up,
    /// To the nearest; a tie goes away from zero.
    HalfUp,
    /// To the nearest; a tie goes toward zero.
    HalfDown,
    /// To the nearest; a tie goes to the even grain.
    HalfEven,
    /// Toward zero.
    TowardZero,
}

/// What a rounding rounds to a multiple of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grain {
    /// An amount of money, in major units: `0.01 EUR`.
    Money(Currency, #[serde(with = "crate::stored::ratio")] Ratio),
    /// A length: `1 month`.
    Length(Unit, #[serde(with = "crate::stored::ratio")] Ratio),
    /// A pure number: `0.0001`.
    Number(#[serde(with = "crate::stored::ratio")] Ratio),
}

/// A rounding instruction: `half up to 0.01 EUR`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rounding {
    /// Which way.
    pub mode: Mode,
    /// To a multiple of what.
    pub grain: Grain,
}

impl Mode {
    /// The words of the language: `half up`.
    pub fn words(self) -> &'static str {
        match self {
            Mode::Down => "down",
            Mode::Up => "up",
            Mode::HalfUp => "half up",
            Mode::HalfDown => "half down",
            Mode::HalfEven => "half even",
            Mode::TowardZero => "toward_zero",
        }
    }

    /// `value` as a whole number of grains of size one, rounded this way.
    pub fn round(self, value: &Ratio) -> Ratio {
        let floor = value.floor();
        if floor == *value {
            return floor;
        }
        let above = &floor + Ratio::one();
        let up = match value.above_floor() {
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Equal => match self {
                Mode::HalfUp => !value.is_negative(),
                Mode::HalfDown => value.is_negative(),
                Mode::HalfEven | Mode::Down | Mode::Up | Mode::TowardZero => !floor.is_even(),
            },
        };
        match self {
            Mode::Down => floor,
            Mode::Up => above,
            Mode::TowardZero => {
                if value.is_negative() {
                    above
                } else {
                    floor
                }
            }
            Mode::HalfUp | Mode::HalfDown | Mode::HalfEven => {
                if up {
                    above
                } else {
                    floor
                }
            }
        }
    }

    /// `value` rounded to a multiple of `grain` (positive).
    pub fn round_to(self, value: &Ratio, grain: &Ratio) -> Ratio {
        if grain.is_zero() { value.clone() } else { self.round(&(value / grain)) * grain }
    }
}

impl fmt::Display for Rounding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to ", self.mode.words())?;
        match &self.grain {
            Grain::Money(currency, grain) => write!(f, "{}", crate::Amount::new(*currency, grain.clone())),
            Grain::Length(unit, grain) => write!(f, "{} {}", decimal(grain), unit.word_for(grain)),
            Grain::Number(grain) => f.write_str(&decimal(grain)),
        }
    }
}
