//! The values of Accord and what can be done with them: one runtime for every evaluator.
//!
//! Everything here is exact. There is no floating point, no clock, no file, no source place: a fault names a
//! [`SiteId`], a number that whoever prints it resolves to a provision.
//!
//! Words of the trade, as used in names here: *period* (a stretch of insurance, employment or residence in one
//! party's record), *totalisation* (adding the periods of several parties so that no day counts twice), *pro rata*
//! (a party's share of the amount that all periods together would give), *precedence* (which of two coinciding
//! periods counts), *displaced* (a period that lost to another and may still be paid for).

#![deny(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::wildcard_enum_match_arm,
    clippy::cast_possible_truncation,
    clippy::float_arithmetic,
    missing_docs
)]

mod code;
pub mod columns;
mod date;
mod facts;
pub mod host;
mod kernel;
mod length;
mod measure;
mod merge;
mod money;
mod number;
mod outcome;
mod period;
mod ratio;
mod rounding;
pub mod stored;
#[cfg(test)]
mod tests;
mod trace;
mod value;

pub use code::{Country, Currency};
pub use date::{Date, MonthEnd, PartUnit, Span};
pub use facts::{Facts, GivenKey};
pub use host::{Host, HostFn};
pub use kernel::{KERNEL_ENUMS, KernelEnum, WrongKind};
pub use length::{Conversion, Conversions, Exact, Length, Remainder, Unit, Way};
pub use measure::length_of;
pub use merge::{Criterion, TieStep, Ties, Totalisation, totalise};
pub use money::{Amount, Money};
pub use number::{Number, parse_decimal, ratio};
pub use outcome::{Answer, Fault, FaultKind, Outcome, RuleId, SiteId};
pub use period::{Certified, DatedIn, Extent, Kind, Periods, Piece, Quality, Trimmed};
pub use ratio::Ratio;
pub use rounding::{Grain, Mode, Rounding};
pub use trace::{RuleStep, RuleVerdict, Step, Trace, TraceSubject};
pub use value::{EnumId, Value};
