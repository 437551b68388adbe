//! Rows as columns: which columns a question has, and what native code reads and writes of them.
//!
//! A [`Layout`] is derived from a program and holds nothing of it, so it may cross threads. It says two things of each
//! column: how a file writes it, and how the row of facts is put together from it. A [`Shape`] says what is known of
//! the columns of one batch before any row is read; code made for a shape leaves out what the shape rules out.
//!
//! Physical forms, after a batch was taken in (see [`Part`]): `first` is added to every position, in values and in
//! validity bits alike, so that a slice of an Arrow array is read where it lies.

mod held;
mod results;

pub use held::{Held, shape_of};
pub use results::Results;

use crate::{Country, Currency, Date, EnumId, Facts, GivenKey, Length, Outcome, Periods, RuleId, Unit, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Yes or no. File: a boolean; in text `true`, `false`, `yes`, `no`.
    YesNo,
    /// An exact number. File: text such as `22 %`, `0.22`, `3/8`, or a whole number.
    Number,
    /// A country. File: text of two capitals, plain or by dictionary.
    Country,
    /// A member of an enumeration of these members, in order. File: text, plain or by dictionary.
    Member(EnumId, Vec<String>),
    /// A day. File: a 32-bit day count, in text `2012-10-01`.
    Date,
    /// Money of one currency. File: whole minor units as 64-bit integers, the currency in the field's metadata under
    /// `currency`; in text a decimal number of major units, with the currency or without.
    Money(Currency),
    /// A length; of this unit where one is given. File: text such as `15 years`.
    Length(Option<Unit>),
    /// A set of countries. File: a list of texts; in flat text `NL CV`.
    Countries,
    /// A set of members. File: a list of texts.
    Members(EnumId, Vec<String>),
    /// A list of records with these fields. File: a list of structs; in flat text JSON.
    Records(Vec<Column>),
    /// Figures by the parties they speak of. File: a list of structs `parties`, a list of texts, and `figure`, money.
    Figures(Currency),
    /// A record of periods. File: a list of structs, see [`PERIOD_FIELDS`]; in flat text JSON.
    Periods,
    /// Text.
    Text,
    /// A unit of length. File: text.
    Unit,
    /// A rounding instruction. File: text such as `half up to 0.01 EUR`.
    Rounding,
}

/// The fields of a period in a file: days, an amount, or both; `kind` and `quality` default to `insurance` and
/// `compulsory` where they are null or not there, as in a case.
pub const PERIOD_FIELDS: &[&str] = &["party", "scheme", "kind", "quality", "from", "to", "amount", "unit", "year"];

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name: `claim.event`, `NL.alone`, `rate.CVE.EUR`.
    pub name: String,
    /// What it holds.
    pub cell: Cell,
    /// Whether null means `nothing`; else null is a missing fact.
    pub optional: bool,
}

/// Where a fact of the row comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// From no column: a fact of another question. It is missing by this name, or nothing where it is optional.
    Elsewhere {
        /// Its name.
        name: String,
        /// Whether it is nothing.
        optional: bool,
    },
    /// From this column.
    Column(usize),
    /// A record of the fields. Where it is optional and every column of it is null, it is nothing.
    Record {
        /// Whether it may be nothing.
        optional: bool,
        /// Its fields, in order.
        fields: Vec<Place>,
    },
}

/// A fact that a legislation declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Whose legislation.
    pub party: Country,
    /// The declared name.
    pub name: String,
    /// Its column.
    pub column: usize,
}

/// An exchange rate: one unit of the first currency in units of the second. File: text of an exact number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Of one unit of this.
    pub from: Currency,
    /// So many units of this.
    pub into: Currency,
    /// Its column, a [`Cell::Number`].
    pub column: usize,
}

/// The columns of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The question.
    pub question: String,
    /// The parties of the agreement, in alphabetical order.
    pub parties: Vec<Country>,
    /// Every column. At most one holds [`Cell::Periods`].
    pub columns: Vec<Column>,
    /// The facts of the program, in its order.
    pub facts: Vec<Place>,
    /// The facts that legislations declare.
    pub given: Vec<Given>,
    /// The declared facts that may be left out, as [`Facts::optional`].
    pub optional: Vec<(Option<Country>, String)>,
    /// Exchange rates.
    pub rates: Vec<Rate>,
}

impl Layout {
    /// The position of a column.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }

    /// A row of facts, from what each column holds in it: `None` is null. An outcome that is no value (a cell that
    /// could not be read is undetermined by what is wrong with it) stays as it is.
    pub fn facts(&self, cell: &mut dyn FnMut(usize) -> Option<Outcome>) -> Facts {
        let row = self.facts.iter().map(|place| self.place(place, cell).0).collect();
        let mut facts = Facts::new(row);
        facts.optional = self.optional.iter().map(|(party, name)| (*party, Arc::from(name.as_str()))).collect();
        for given in &self.given {
            if let Some(outcome) = cell(given.column) {
                let _ = facts.given.insert(GivenKey::new(given.party, &given.name), outcome);
            }
        }
        for rate in &self.rates {
            if let Some(Outcome::Value(Value::Number(number))) = cell(rate.column) {
                facts.set_rate(rate.from, rate.into, number.value);
            }
        }
        facts
    }

    /// What stands in a place, and whether any column of it holds something.
    fn place(&self, place: &Place, cell: &mut dyn FnMut(usize) -> Option<Outcome>) -> (Outcome, bool) {
        match place {
            Place::Elsewhere { optional: true, .. } => (Outcome::Nothing, false),
            Place::Elsewhere { name, .. } => (Outcome::missing(name), false),
            Place::Column(at) => match (cell(*at), self.columns.get(*at)) {
                (Some(outcome), _) => (outcome, true),
                (None, Some(column)) if column.optional => (Outcome::Nothing, false),
                (None, column) => (Outcome::missing(column.map_or("", |c| c.name.as_str())), false),
            },
            Place::Record { optional, fields } => {
                let fields: Vec<(Outcome, bool)> = fields.iter().map(|f| self.place(f, cell)).collect();
                let given = fields.iter().any(|(_, given)| *given);
                if *optional && !given {
                    return (Outcome::Nothing, false);
                }
                let fields = fields.into_iter().map(|(outcome, _)| outcome).collect();
                (Outcome::Value(Value::Record(Arc::new(fields))), given)
            }
        }
    }
}

/// What native code reads of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The values of a scalar: a bit each for yes and no; `u16` for a country (below the number of parties of the
    /// shape: that party, in its order; else any other number for any other country, the same one for the same
    /// country); `u8` for a member, by its position; `i32` for a day; `i64` for money, in minor units; `i64` for the
    /// count of a length (a length that is no whole number makes its row odd); `u64` for a set of countries, a bit for
    /// each party of the shape and bit 63 for any other country; `u64` for a set of members, by position. None for any
    /// other cell: only whether it is there.
    Values,
    /// The unit of a length, `u8`: the position in [`Unit::ALL`].
    Unit,
    /// Where the periods, or the records of a list, of each row begin and end in the parts below: `i32`, one more than
    /// rows. `first` is that of the rows.
    Offsets,
    /// First days, `i32`. Periods of a row are sorted by it.
    From,
    /// Last days, `i32`.
    To,
    /// Parties, `u8`, by position in the shape; [`ODD`] for one beyond the shape, and for a period that is not
    /// just days: an amount, or one with an amount certified for it.
    Party,
    /// Kinds, `u8`, by position in [`crate::Kind::ALL`].
    Kind,
    /// Qualities, `u8`, by position in [`crate::Quality::ALL`].
    Quality,
    /// The field of this position in the records of all lists, each as [`Part::Values`] has it: a country, a member or a
    /// day; [`LACKS_COUNTRY`], [`LACKS_MEMBER`] or [`LACKS_DAY`] where the record lacks it. One value more than there are
    /// records, so that there always is one.
    Field(u8),
}

/// The party of a period that native code leaves to the general evaluator.
pub const ODD: u8 = 255;

/// The country of a record that lacks one.
pub const LACKS_COUNTRY: u16 = u16::MAX;
/// The member of a record that lacks one.
pub const LACKS_MEMBER: u8 = u8::MAX;
/// The day of a record that lacks one.
pub const LACKS_DAY: i32 = i32::MIN;

/// What native code reads: a part of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Input {
    /// Which column of the layout.
    pub column: usize,
    /// Which part of it.
    pub part: Part,
}

/// A column as native code takes it. Nothing is read beyond the rows asked for.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawColumn {
    /// The values.
    pub values: *const u8,
    /// A bit for each value, least significant first, set where there is one; null where there always is.
    pub valid: *const u8,
    /// Added to every position in both.
    pub first: i64,
}

/// What is known of a column before its rows are read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fill {
    /// It is null in every row.
    Absent,
    /// It is null in no row.
    Dense,
    /// It is this member, or the country of this position in the shape's parties, in every row.
    Constant(u16),
    /// Anything; null in few rows.
    Mixed,
    /// Anything; null in many rows.
    Sparse,
}

/// What is known of a batch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shape {
    /// The parties native code is made for, in alphabetical order, at most 16. A row about others is not decided by it.
    pub parties: Vec<Country>,
    /// What is known of each column.
    pub fills: Vec<Fill>,
    /// The members that a column of members holds, where it holds few of them. Another is not decided. The same of a column
    /// of units, by their places in [`crate::Unit::ALL`], where it holds only one.
    pub members: BTreeMap<usize, BTreeSet<u16>>,
}

impl Shape {
    /// Nothing known.
    pub fn unknown(layout: &Layout, parties: Vec<Country>) -> Shape {
        Shape { parties, fills: vec![Fill::Mixed; layout.columns.len()], members: BTreeMap::new() }
    }
}

impl Fill {
    /// What is known of two batches together.
    #[must_use]
    pub fn join(&self, other: &Fill) -> Fill {
        match (self, other) {
            (a, b) if a == b => a.clone(),
            (Fill::Sparse | Fill::Absent, _) | (_, Fill::Sparse | Fill::Absent) => Fill::Sparse,
            (Fill::Mixed, _) | (_, Fill::Mixed) => Fill::Mixed,
            (Fill::Dense | Fill::Constant(_), _) => Fill::Dense,
        }
    }
}

impl Shape {
    /// What is known of two batches together.
    #[must_use]
    pub fn join(&self, other: &Shape) -> Shape {
        let parties: BTreeSet<Country> = self.parties.iter().chain(&other.parties).copied().collect();
        // The number of a party is its position: what is known of one party's column is not if another is put before.
        let same = self.parties.len() == parties.len() && other.parties.len() == parties.len();
        let mut members = BTreeMap::new();
        let pairs = self.fills.iter().zip(&other.fills).enumerate();
        let mut join = |(at, (a, b)): (usize, (&Fill, &Fill))| {
            let mut fill = a.join(b);
            if let (Fill::Constant(_), false) = (&fill, same) {
                fill = Fill::Dense;
            }
            let of = |shape: &Shape, fill: &Fill| match fill {
                Fill::Constant(member) => Some(BTreeSet::from([*member])),
                Fill::Absent => Some(BTreeSet::new()),
                Fill::Dense | Fill::Mixed | Fill::Sparse => shape.members.get(&at).cloned(),
            };
            let of_members = self.members.contains_key(&at) || other.members.contains_key(&at) || a != b;
            if let (Some(mine), Some(theirs), true) = (of(self, a), of(other, b), of_members)
                && !matches!(fill, Fill::Constant(_) | Fill::Absent)
            {
                let _ = members.insert(at, &mine | &theirs);
            }
            fill
        };
        let fills = pairs.map(&mut join).collect();
        Shape { parties: parties.into_iter().collect(), fills, members }
    }
}

/// What a result is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutCell {
    /// Yes or no: a bit each.
    YesNo,
    /// Money of one currency, in minor units: `i64`.
    Money(Currency),
    /// A quotient as the provision wrote it: `i64` above and `i64` below; 0 below for a whole number that is none.
    Fraction,
    /// A day: `i32`.
    Date,
    /// A country, `u16`, as [`Part::Values`].
    Country,
    /// A member, `u8`, as [`Part::Values`].
    Member(EnumId, Vec<String>),
    /// A set of countries, `u64`, as [`Part::Values`].
    Countries,
}

/// Whatever is decided of a row: a decision with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// `payable(NL)`.
    pub name: String,
    /// What it is.
    pub cell: OutCell,
    /// Its rules, by the bit that says that one of them made the result; empty also where nobody wants to know them.
    pub rules: Vec<RuleId>,
}

/// Where native code writes a result. Rows are written from the same positions they are read from, less `lo`; `lo` is
/// a multiple of 64. Outcomes: 0 value, 1 nothing, 2 undetermined, 3 refer, 4 gap, 5 conflict, 6 fault, as
/// [`Outcome::rank`], and [`UNDECIDED`].
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawOut {
    /// The values.
    pub values: *mut u8,
    /// What is below the line of a fraction.
    pub below: *mut u8,
    /// A bit for each row, set where there is a value; whole 64-bit words are written.
    pub valid: *mut u64,
    /// The outcome of each row.
    pub outcome: *mut u8,
    /// What else is to be said of each outcome: for undetermined, refer and gap the names, a bit each; for a fault
    /// `(site << 8) | kind`.
    pub detail: *mut u64,
    /// The rules that made the result of each row, a bit each. May be null where the result has no [`Output::rules`].
    pub rules: *mut u64,
}

/// The outcome of a row that native code leaves to the general evaluator.
pub const UNDECIDED: u8 = 7;

/// A length of a whole number of units, with the position of its unit in [`Unit::ALL`].
pub fn whole_length(length: &Length) -> Option<(i64, u8)> {
    let count = length.counted.as_whole()?;
    let unit = Unit::ALL.iter().position(|u| *u == length.unit)?;
    Some((count, u8::try_from(unit).ok()?))
}

/// A record of periods from its pieces.
pub fn record(pieces: Vec<crate::Piece>) -> Outcome {
    Outcome::Value(Value::Periods(Arc::new(Periods::record(pieces))))
}

/// Whether a day count is one of the days there are.
pub fn is_day(number: i32) -> bool {
    (Date::MIN.day_number()..=Date::MAX.day_number()).contains(&number)
}
