//! Taking a block in: from Arrow to the forms of [`accord_core::columns::Part`].
//!
//! What lies right is used where it lies. Everything native code relies on is looked at here, whoever made the arrays:
//! that lists are within what they hold, keys within their dictionaries, days within the calendar, amounts within what
//! can be stored. An array that breaks its own form is an error; a cell that cannot be read makes its row odd, and what
//! lies in its place is harmless.

mod codes;
mod lane;
mod lists;
mod periods;
#[cfg(test)]
mod tests;

pub(crate) use codes::{country, country_of};
pub(crate) use lane::Lane;

use crate::parse;
use crate::source::{Block, Columns};
use accord_core::columns::{Cell, Column, Fill, Input, Layout, Part, RawColumn, Shape, is_day, whole_length};
use accord_core::{Country, Money, Unit};
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int64Type};
use arrow_array::{Array, ArrayRef, ListArray};
use arrow_buffer::{Buffer, NullBuffer};
use arrow_schema::DataType;
use codes::Codes;
use lane::some;
use periods::Records;
use std::collections::{BTreeMap, BTreeSet};

/// Members of a column are told to native code where they are at most so many.
const FEW_MEMBERS: usize = 4;

/// Bit 63: any other country.
const OTHER: u32 = 63;

/// A block of which the records of periods were looked at.
pub(crate) struct Survey<'a> {
    layout: &'a Layout,
    columns: &'a Columns,
    block: &'a Block,
    records: Option<(usize, Records)>,
}

/// A block that was taken in.
pub(crate) struct Taken<'a> {
    survey: Survey<'a>,
    /// What is known of it.
    pub shape: Shape,
    lanes: BTreeMap<Input, Lane>,
    odd: BTreeSet<usize>,
}

/// What becomes of a column.
struct Scalar {
    lane: Lane,
    fill: Option<Fill>,
    members: Option<BTreeSet<u16>>,
    odd: Vec<usize>,
}

impl<'a> Survey<'a> {
    /// Looks at a block.
    pub fn new(layout: &'a Layout, columns: &'a Columns, block: &'a Block) -> Result<Survey<'a>, String> {
        let rows = block.batch.num_rows();
        if let Some(wrong) = block.batch.columns().iter().find(|c| c.len() != rows) {
            return Err(format!("a column has {} rows, the batch {rows}", wrong.len()));
        }
        let at = layout.columns.iter().position(|c| c.cell == Cell::Periods);
        let array = at.and_then(|at| columns.place(at)).and_then(|place| block.batch.columns().get(place));
        let records = array.map(Records::new).transpose()?.flatten();
        Ok(Survey { layout, columns, block, records: at.zip(records) })
    }

    /// The countries that occur as a party of a period.
    pub fn parties(&self) -> Result<BTreeSet<Country>, String> {
        self.records.as_ref().map_or_else(|| Ok(BTreeSet::new()), |(_, records)| records.parties())
    }

    fn array(&self, column: usize) -> Option<&'a ArrayRef> {
        self.block.batch.columns().get(self.columns.place(column)?)
    }

    /// Takes the block in, for native code made for these parties.
    pub fn take(self, parties: Vec<Country>) -> Result<Taken<'a>, String> {
        let rows = self.block.batch.num_rows();
        let mut shape = Shape::unknown(self.layout, parties);
        let mut lanes = BTreeMap::new();
        let mut odd: BTreeSet<usize> = self.block.bad.iter().map(|b| b.row as usize).collect();
        for (at, column) in self.layout.columns.iter().enumerate() {
            let Some(array) = self.array(at) else {
                if let Some(fill) = shape.fills.get_mut(at) {
                    *fill = Fill::Absent;
                }
                continue;
            };
            let named = |why: String| format!("the column `{}`: {why}", column.name);
            let scalar = scalar(column, array, &shape.parties).map_err(named)?;
            odd.extend(scalar.odd);
            let fill = scalar.fill.unwrap_or_else(|| fill(&scalar.lane, rows));
            if let Some(members) = scalar.members.filter(|_| !matches!(fill, Fill::Absent | Fill::Constant(_))) {
                let _ = shape.members.insert(at, members);
            }
            if let Some(known) = shape.fills.get_mut(at) {
                *known = fill;
            }
            let _ = lanes.insert(Input { column: at, part: Part::Values }, scalar.lane);
        }
        if let Some((at, records)) = &self.records {
            let named = |why: String| format!("the column `{}`: {why}", column_name(self.layout, *at));
            let made = records.lanes(&shape.parties, &self.layout.parties).map_err(named)?;
            odd.extend(made.odd);
            lanes.extend(made.lanes.into_iter().map(|(part, lane)| (Input { column: *at, part }, lane)));
        }
        Ok(Taken { survey: self, shape, lanes, odd })
    }
}

fn column_name(layout: &Layout, at: usize) -> &str {
    layout.columns.get(at).map_or("", |c| c.name.as_str())
}

impl Taken<'_> {
    /// What native code reads, as long as this is kept.
    pub fn raw(&mut self, inputs: &[Input]) -> Result<Vec<RawColumn>, String> {
        for input in inputs {
            self.late(*input)?;
        }
        let missing = |input: &Input| {
            let name = column_name(self.survey.layout, input.column);
            format!("native code asks for {:?} of `{name}`, which it does not have", input.part)
        };
        let lane = |input: &Input| self.lanes.get(input).map(Lane::raw).ok_or_else(|| missing(input));
        inputs.iter().map(lane).collect()
    }

    /// The rows of which a cell could not be read, in order.
    pub fn odd(&self) -> impl Iterator<Item = usize> {
        self.odd.iter().copied()
    }

    /// Lanes that are made only where somebody reads them.
    fn late(&mut self, input: Input) -> Result<(), String> {
        let layout = self.survey.layout;
        let Some(column) = layout.columns.get(input.column) else { return Ok(()) };
        let there = matches!(self.lanes.get(&input), Some(Lane::Bytes { .. } | Lane::Bits(..)));
        if let Cell::Records(fields) = &column.cell {
            return self.records(column, fields, input);
        }
        let lists = matches!(column.cell, Cell::Countries | Cell::Members(..));
        if there || !(lists || matches!(column.cell, Cell::Length(_))) {
            return Ok(());
        }
        let Some(array) = self.survey.array(input.column) else { return Ok(()) };
        let named = |why: String| format!("the column `{}`: {why}", column.name);
        let values = Input { part: Part::Values, ..input };
        if lists {
            let (lane, odd) = sets(&column.cell, array, &self.shape.parties).map_err(named)?;
            self.odd.extend(odd);
            let _ = self.lanes.insert(values, lane);
        } else {
            let (counts, units, odd) = lengths(column, array).map_err(named)?;
            self.odd.extend(odd);
            let _ = self.lanes.insert(values, counts);
            let _ = self.lanes.insert(Input { part: Part::Unit, ..input }, units);
        }
        Ok(())
    }
}

impl Taken<'_> {
    /// The lanes of a list of records.
    fn records(&mut self, column: &Column, fields: &[Column], input: Input) -> Result<(), String> {
        if self.lanes.contains_key(&input) || !matches!(input.part, Part::Offsets | Part::Field(_)) {
            return Ok(());
        }
        let Some(array) = self.survey.array(input.column) else { return Ok(()) };
        let named = |why: String| format!("the column `{}`: {why}", column.name);
        let (lanes, odd) = lists::lanes(fields, array, &self.shape.parties).map_err(named)?;
        self.odd.extend(odd);
        self.lanes.extend(lanes.into_iter().map(|(part, lane)| (Input { part, ..input }, lane)));
        Ok(())
    }
}

/// Native code has a way of its own for rows that lack nothing; a column that is null in more than one of so many rows
/// is none that rows are expected to have.
const SPARSE: usize = 16;

fn fill(lane: &Lane, rows: usize) -> Fill {
    let valid = match lane {
        Lane::There(valid) | Lane::Bits(_, valid) | Lane::Bytes { valid, .. } => valid.as_ref(),
    };
    match valid.map_or(0, NullBuffer::null_count) {
        0 => Fill::Dense,
        nulls if nulls == rows => Fill::Absent,
        nulls if nulls > rows / SPARSE => Fill::Sparse,
        _ => Fill::Mixed,
    }
}

/// Takes in a column; of lists and texts only whether something is there.
fn scalar(column: &Column, array: &ArrayRef, parties: &[Country]) -> Result<Scalar, String> {
    let plain = |lane: Lane, odd: Vec<usize>| Scalar { lane, fill: None, members: None, odd };
    if *array.data_type() == DataType::Null {
        return Ok(plain(Lane::There(some(Some(NullBuffer::new_null(array.len())))), Vec::new()));
    }
    let nulls = some(array.logical_nulls());
    if nulls.as_ref().is_some_and(|n| n.len() != array.len()) {
        return Err("it has more or fewer marks of what is null than rows".to_owned());
    }
    Ok(match &column.cell {
        Cell::YesNo => {
            let array = array.as_boolean_opt().ok_or_else(|| unfit(array))?;
            plain(Lane::bits(array.values().clone(), nulls), Vec::new())
        }
        Cell::Date => {
            let days = array.as_primitive_opt::<Date32Type>().ok_or_else(|| unfit(array))?;
            let (values, odd) = in_range(days.values().inner(), nulls.as_ref(), periods::all_days, is_day);
            plain(Lane::bytes(values, 4, nulls), odd)
        }
        Cell::Money(_) => {
            let money = array.as_primitive_opt::<Int64Type>().ok_or_else(|| unfit(array))?;
            let fits = |minor: i64| parse::storable(minor).is_some();
            let (values, odd) = in_range(money.values().inner(), nulls.as_ref(), all_storable, fits);
            plain(Lane::bytes(values, 8, nulls), odd)
        }
        Cell::Country => {
            let number = |text: &str| codes::parse(text).map(|c| codes::country(parties, c));
            coded(codes::codes::<u16>(array, 0, &number)?, 2, u16::try_from(parties.len()).unwrap_or(0))
        }
        Cell::Member(_, words) => {
            let number = |text: &str| words.iter().position(|w| w == text).and_then(|at| u8::try_from(at).ok());
            let codes = codes::codes::<u8>(array, 0, &number)?;
            let seen = members(codes.values.values(), codes.valid.as_ref());
            let few = seen.len() <= FEW_MEMBERS && seen.len() < words.len();
            let all = u16::try_from(words.len()).unwrap_or(u16::MAX);
            Scalar { members: few.then_some(seen), ..coded(codes, 1, all) }
        }
        Cell::Unit => {
            let place = |unit: Unit| Unit::ALL.iter().position(|known| *known == unit);
            let number = |text: &str| parse::unit(text).ok().and_then(place).and_then(|at| u8::try_from(at).ok());
            let codes = codes::codes::<u8>(array, 0, &number)?;
            let seen = members(codes.values.values(), codes.valid.as_ref());
            let Codes { valid, unknown, .. } = codes;
            Scalar { members: (seen.len() == 1).then_some(seen), ..plain(Lane::There(valid), unknown) }
        }
        Cell::Number
        | Cell::Length(_)
        | Cell::Countries
        | Cell::Members(..)
        | Cell::Records(_)
        | Cell::Figures(_)
        | Cell::Periods
        | Cell::Text
        | Cell::Rounding => plain(Lane::There(nulls), Vec::new()),
    })
}

fn unfit(array: &ArrayRef) -> String {
    format!("it came as {}", array.data_type())
}

/// A column of numbers of words; one number in every row, below a bound, is known of it.
fn coded<T: arrow_buffer::ArrowNativeType + Into<u16>>(codes: Codes<T>, width: usize, bound: u16) -> Scalar {
    let values = codes.values.values();
    let first = values.first().copied();
    let constant = first.filter(|first| codes.valid.is_none() && values.iter().all(|v| v == first));
    let constant = constant.map(Into::into).filter(|number| codes.unknown.is_empty() && *number < bound);
    let (valid, odd) = (codes.valid, codes.unknown);
    let lane = Lane::bytes(codes.values.buffer(), width, valid);
    Scalar { lane, fill: constant.map(Fill::Constant), members: None, odd }
}

/// The members that occur: code is made for each.
fn members(codes: &[u8], valid: Option<&NullBuffer>) -> BTreeSet<u16> {
    let mut seen = [false; 256];
    let mut see = |code: &u8| {
        if let Some(seen) = seen.get_mut(usize::from(*code)) {
            *seen = true;
        }
    };
    match valid {
        None => codes.iter().for_each(see),
        Some(valid) => valid.valid_indices().filter_map(|at| codes.get(at)).for_each(&mut see),
    }
    (0u16..256).zip(seen).filter(|(_, seen)| *seen).map(|(code, _)| code).collect()
}

/// Whether all are amounts that can be stored: what is below 0 or beyond the limit leaves the sign set.
fn all_storable(values: &[i64]) -> bool {
    values.iter().fold(0, |signs, minor| signs | minor | Money::LIMIT.wrapping_sub(*minor)) >= 0
}

/// Values as they are if all are in range. Else a copy in which those are 0 that are not; where one is there, its row
/// is odd.
fn in_range<T: arrow_buffer::ArrowNativeType>(
    buffer: &Buffer,
    nulls: Option<&NullBuffer>,
    all: impl Fn(&[T]) -> bool,
    one: impl Fn(T) -> bool,
) -> (Buffer, Vec<usize>) {
    let values = buffer.typed_data::<T>();
    if all(values) {
        return (buffer.clone(), Vec::new());
    }
    let there = |row: usize| nulls.is_none_or(|n| n.is_valid(row));
    let wrong = values.iter().enumerate().filter(|(row, value)| there(*row) && !one(**value));
    let odd = wrong.map(|(row, _)| row).collect();
    let harmless: Vec<T> = values.iter().map(|value| if one(*value) { *value } else { T::default() }).collect();
    (Buffer::from_vec(harmless), odd)
}

/// Lengths as counts and units. What is no whole number of units, or cannot be read, makes its row odd.
fn lengths(column: &Column, array: &ArrayRef) -> Result<(Lane, Lane, Vec<usize>), String> {
    let Cell::Length(wanted) = &column.cell else { return Err(unfit(array)) };
    // A count and its unit, as one number; there is no count below 0.
    let known = std::cell::RefCell::new(BTreeMap::<String, Option<u64>>::new());
    let number = |text: &str| {
        let known = &mut *known.borrow_mut();
        if let Some(found) = known.get(text) {
            return *found;
        }
        let read = parse::length(text, *wanted).ok().and_then(|l| whole_length(&l));
        let found =
            read.and_then(|(count, unit)| Some(u64::try_from(count).ok()?.checked_mul(1 << 8)? | u64::from(unit)));
        let _ = known.insert(text.to_owned(), found);
        found
    };
    let codes = codes::codes::<u64>(array, 0, &number)?;
    let values = codes.values.values();
    let counts: Vec<u64> = values.iter().map(|code| code >> 8).collect();
    let units: Vec<u8> = values.iter().map(|code| code.to_le_bytes()[0]).collect();
    let counts = Lane::bytes(Buffer::from_vec(counts), 8, codes.valid.clone());
    Ok((counts, Lane::bytes(Buffer::from_vec(units), 1, codes.valid), codes.unknown))
}

/// Sets as a bit for each that is in it. A set with a member that cannot be read, or has no bit, makes its row odd.
fn sets(cell: &Cell, array: &ArrayRef, parties: &[Country]) -> Result<(Lane, Vec<usize>), String> {
    let nulls = some(array.nulls().cloned());
    let mut odd = Vec::new();
    let mut values: Vec<u64> = Vec::with_capacity(array.len());
    let bit = |text: &str| match cell {
        Cell::Members(_, words) => words.iter().position(|w| w == text).and_then(|at| u32::try_from(at).ok()),
        _ => codes::parse(text).map(|c| match parties.iter().position(|p| *p == c) {
            Some(at) => u32::try_from(at).unwrap_or(OTHER),
            None => OTHER,
        }),
    };
    let lists: Option<&ListArray> = array.as_list_opt::<i32>();
    let Some(lists) = lists else {
        // Large lists are rare: one by one.
        for row in 0..array.len() {
            let members = crate::texts::list(array.as_ref(), row);
            let texts = members.as_ref().map(|m| (0..m.len()).map(|at| crate::texts::at(m.as_ref(), at)));
            let set = texts.map(|texts| texts.map(|t| t.and_then(bit)).try_fold(0u64, with));
            match set {
                Some(None) => {
                    odd.push(row);
                    values.push(0);
                }
                Some(Some(set)) => values.push(set),
                None => values.push(0),
            }
        }
        return Ok((Lane::bytes(Buffer::from_vec(values), 8, nulls), odd));
    };
    let members = lists.values();
    let range = periods::check(lists.offsets(), array.len(), members.len())?;
    let used = members.slice(range.start, range.len());
    let codes = codes::codes::<u8>(&used, u8::MAX, &|text| bit(text).and_then(|b| u8::try_from(b).ok()))?;
    let place = |offset: &i32| usize::try_from(*offset).unwrap_or(0).saturating_sub(range.start);
    let bits = codes.values.values();
    let null = codes.valid.as_ref();
    if null.is_none() && bits.iter().copied().fold(0, u8::max) < 64 {
        let of_row = |bounds: &[i32]| {
            let [from, to] = *bounds else { return 0 };
            let bits = bits.get(place(&from)..place(&to)).unwrap_or_default();
            bits.iter().fold(0, |set, bit| set | 1u64 << (bit & 63))
        };
        values.extend(lists.offsets().windows(2).map(of_row));
        return Ok((Lane::bytes(Buffer::from_vec(values), 8, nulls), odd));
    }
    for (row, (from, to)) in lists.offsets().iter().zip(lists.offsets().iter().skip(1)).enumerate() {
        let (from, to) = (place(from), place(to));
        let mut of_row = bits.get(from..to).unwrap_or_default().iter().zip(from..);
        let there = |at: usize| null.is_none_or(|n| n.is_valid(at));
        let set = of_row.try_fold(0u64, |set, (bit, at)| with(set, there(at).then_some(u32::from(*bit))));
        if set.is_none() && nulls.as_ref().is_none_or(|n| n.is_valid(row)) {
            odd.push(row);
        }
        values.push(set.unwrap_or(0));
    }
    Ok((Lane::bytes(Buffer::from_vec(values), 8, nulls), odd))
}

/// A set with one more bit; none where there is no such bit.
fn with(set: u64, bit: Option<u32>) -> Option<u64> {
    bit.and_then(|bit| 1u64.checked_shl(bit)).map(|bit| set | bit)
}
