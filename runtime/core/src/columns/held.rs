//! Rows of facts as columns: for a case, and for whoever compares evaluators. Files are read elsewhere.

#![expect(clippy::wildcard_enum_match_arm, reason = "whatever is of another type than its column makes the row odd")]

use super::{
    Cell, Column, Fill, Input, LACKS_COUNTRY, LACKS_DAY, LACKS_MEMBER, Layout, ODD, Part, Place, RawColumn, Shape,
    whole_length,
};
use crate::{Extent, Facts, GivenKey, Kind, Outcome, Periods, Quality, Unit, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The countries that rows name beside the parties of a shape, each with its number.
type Others = BTreeMap<crate::Country, u16>;

/// Columns with what they point to.
#[derive(Debug, Default)]
pub struct Held {
    columns: Vec<HeldColumn>,
    /// Rows that cannot be said in columns: they are for the general evaluator.
    pub odd: Vec<bool>,
}

#[derive(Debug, Default)]
struct HeldColumn {
    values: Values,
    valid: Vec<u8>,
}

#[derive(Debug, Default)]
enum Values {
    #[default]
    None,
    Bytes(Vec<u8>),
    Halves(Vec<u16>),
    Ints(Vec<i32>),
    Longs(Vec<i64>),
    Masks(Vec<u64>),
}

impl Values {
    fn pointer(&self) -> *const u8 {
        match self {
            Values::None => std::ptr::null(),
            Values::Bytes(v) => v.as_ptr(),
            Values::Halves(v) => v.as_ptr().cast(),
            Values::Ints(v) => v.as_ptr().cast(),
            Values::Longs(v) => v.as_ptr().cast(),
            Values::Masks(v) => v.as_ptr().cast(),
        }
    }
}

/// What these rows have in common: for native code made for them alone.
pub fn shape_of(layout: &Layout, parties: &[crate::Country], rows: &[&Facts]) -> Shape {
    let cells: Vec<Vec<Option<Outcome>>> = rows.iter().map(|facts| cells(layout, facts)).collect();
    let fill = |at: usize| {
        let held: Vec<Option<&Outcome>> = cells.iter().map(|row| row.get(at).and_then(Option::as_ref)).collect();
        let first = held.first().copied().flatten();
        let member = match first.and_then(Outcome::value) {
            Some(Value::Member(_, member)) => Some(*member),
            _ => None,
        };
        match (first, held.iter().all(|other| *other == first), held.iter().all(Option::is_some)) {
            (None, true, _) => Fill::Absent,
            (Some(_), true, _) if member.is_some() => Fill::Constant(member.unwrap_or(0)),
            (Some(_), _, true) => Fill::Dense,
            _ => Fill::Mixed,
        }
    };
    let fills = (0..layout.columns.len()).map(fill).collect();
    let units = layout.columns.iter().enumerate().filter(|(_, column)| column.cell == Cell::Unit);
    let only = |(at, _): (usize, &Column)| {
        let held = cells.iter().filter_map(|row| row.get(at)?.as_ref()?.value());
        let place = |value: &Value| match value {
            Value::Unit(unit) => Unit::ALL.iter().position(|known| known == unit).and_then(|at| u16::try_from(at).ok()),
            _ => None,
        };
        let units: Option<BTreeSet<u16>> = held.map(place).collect();
        Some((at, units.filter(|units| units.len() == 1)?))
    };
    Shape { parties: parties.to_vec(), fills, members: units.filter_map(only).collect() }
}

impl Held {
    /// The columns a kernel reads, of these rows.
    pub fn new(layout: &Layout, shape: &Shape, inputs: &[Input], rows: &[&Facts]) -> Held {
        let mut others = Others::new();
        let cells: Vec<Vec<Option<Outcome>>> = rows.iter().map(|facts| cells(layout, facts)).collect();
        let mut odd: Vec<bool> = rows.iter().map(|facts| is_odd(layout, facts)).collect();
        let mut columns = Vec::new();
        for input in inputs {
            let column: Vec<Option<&Outcome>> =
                cells.iter().map(|row| row.get(input.column).and_then(Option::as_ref)).collect();
            let cell = layout.columns.get(input.column).map(|c| &c.cell);
            let values = values(shape, &column, (input.part, cell), &mut others, &mut odd);
            let valid = bits(column.iter().map(|c| c.is_some()));
            columns.push(HeldColumn { values, valid });
        }
        Held { columns, odd }
    }

    /// What a kernel takes. Valid as long as this lives.
    pub fn raw(&self) -> Vec<RawColumn> {
        let raw = |c: &HeldColumn| RawColumn { values: c.values.pointer(), valid: c.valid.as_ptr(), first: 0 };
        self.columns.iter().map(raw).collect()
    }
}

/// A bit for each; one more byte than needed, so that the place of no row can be read too.
fn bits(all: impl Iterator<Item = bool>) -> Vec<u8> {
    let mut bytes = vec![0_u8];
    for (at, bit) in all.enumerate() {
        if at > 0 && at % 8 == 0 {
            bytes.push(0);
        }
        if let Some(last) = bytes.last_mut() {
            *last |= u8::from(bit) << (at % 8);
        }
    }
    bytes
}

/// What each column holds of a row.
fn cells(layout: &Layout, facts: &Facts) -> Vec<Option<Outcome>> {
    let mut cells: Vec<Option<Outcome>> = vec![None; layout.columns.len()];
    let mut put = |at: usize, outcome: &Outcome| {
        if let (Some(slot), Outcome::Value(_)) = (cells.get_mut(at), outcome) {
            *slot = Some(outcome.clone());
        }
    };
    for (place, outcome) in layout.facts.iter().zip(&facts.row) {
        spread(place, outcome, &mut put);
    }
    for given in &layout.given {
        if let Some(outcome) = facts.given.get(&GivenKey::new(given.party, &given.name)) {
            put(given.column, outcome);
        }
    }
    for rate in &layout.rates {
        if let Some(value) = facts.rates.get(&(rate.from, rate.into)) {
            put(rate.column, &Outcome::Value(Value::Number(crate::Number::new(value.clone()))));
        }
    }
    cells
}

fn spread(place: &Place, outcome: &Outcome, put: &mut dyn FnMut(usize, &Outcome)) {
    match (place, outcome) {
        (Place::Column(at), outcome) => put(*at, outcome),
        (Place::Record { fields, .. }, Outcome::Value(Value::Record(values))) => {
            for (field, value) in fields.iter().zip(values.iter()) {
                spread(field, value, put);
            }
        }
        _ => {}
    }
}

/// Whether columns would say something else of a row.
fn is_odd(layout: &Layout, facts: &Facts) -> bool {
    let cells = cells(layout, facts);
    let again = layout.facts(&mut |at| cells.get(at).cloned().flatten());
    again != *facts
}

fn values(
    shape: &Shape,
    column: &[Option<&Outcome>],
    (part, cell): (Part, Option<&Cell>),
    others: &mut Others,
    odd: &mut [bool],
) -> Values {
    let of = |at: &Option<&Outcome>| at.and_then(|o| o.value().cloned());
    let given: Vec<Option<Value>> = column.iter().map(of).collect();
    let mut each = |make: &mut dyn FnMut(&Value) -> Option<i64>| -> Vec<i64> {
        let mut all = Vec::new();
        for (value, odd) in given.iter().zip(odd.iter_mut()) {
            let made = value.as_ref().map(&mut *make);
            *odd |= made == Some(None);
            all.push(made.flatten().unwrap_or(0));
        }
        all
    };
    match (part, cell) {
        (Part::Values, Some(Cell::YesNo)) => Values::Bytes(bits(given.iter().map(|v| *v == Some(Value::YesNo(true))))),
        (Part::Values, Some(Cell::Country)) => {
            let codes = each(&mut |value| match value {
                Value::Country(country) => Some(i64::from(number_of(shape, *country, &mut *others))),
                _ => None,
            });
            Values::Halves(codes.into_iter().map(|c| u16::try_from(c).unwrap_or(u16::MAX)).collect())
        }
        (Part::Values, Some(Cell::Member(..))) => {
            let codes = each(&mut |value| match value {
                Value::Member(_, at) => Some(i64::from(*at)),
                _ => None,
            });
            Values::Bytes(codes.into_iter().map(|c| u8::try_from(c).unwrap_or(u8::MAX)).collect())
        }
        (Part::Values, Some(Cell::Date)) => {
            let days = each(&mut |value| match value {
                Value::Date(day) => Some(i64::from(day.day_number())),
                _ => None,
            });
            Values::Ints(days.into_iter().map(|d| i32::try_from(d).unwrap_or(0)).collect())
        }
        (Part::Values, Some(Cell::Money(currency))) => Values::Longs(each(&mut |value| match value {
            Value::Money(money) if money.currency == *currency => Some(money.minor),
            _ => None,
        })),
        (Part::Values, Some(Cell::Length(_))) => Values::Longs(each(&mut |value| match value {
            Value::Length(length) => whole_length(length).map(|(count, _)| count),
            _ => None,
        })),
        (Part::Unit, _) => {
            let units = each(&mut |value| match value {
                Value::Length(length) => whole_length(length).map(|(_, unit)| i64::from(unit)),
                _ => None,
            });
            Values::Bytes(units.into_iter().map(|u| u8::try_from(u).unwrap_or(0)).collect())
        }
        (Part::Values, Some(Cell::Countries | Cell::Members(..))) => {
            let masks = each(&mut |value| match value {
                Value::Set(set) => Some(set.iter().fold(0, |mask, v| mask | mask_of(shape, v))),
                _ => None,
            });
            Values::Masks(masks.into_iter().map(i64::cast_unsigned).collect())
        }
        (Part::Offsets | Part::Field(_), Some(Cell::Records(fields))) => {
            records(shape, &given, (part, fields), others, odd)
        }
        (Part::Offsets | Part::From | Part::To | Part::Party | Part::Kind | Part::Quality, _) => {
            periods(shape, &given, part, odd)
        }
        (Part::Values | Part::Field(_), _) => Values::None,
    }
}

/// Lists of records: where those of each row are, or a field of all.
fn records(
    shape: &Shape,
    given: &[Option<Value>],
    (part, fields): (Part, &[Column]),
    others: &mut Others,
    odd: &mut [bool],
) -> Values {
    let (mut offsets, mut words) = (vec![0_i32], Vec::new());
    for (value, odd) in given.iter().zip(odd.iter_mut()) {
        let list = match value {
            Some(Value::List(list)) => list.as_slice(),
            _ => &[],
        };
        for record in list {
            let held = match (part, record) {
                (Part::Field(at), Value::Record(held)) => held.get(usize::from(at)).zip(fields.get(usize::from(at))),
                _ => None,
            };
            let word = match held {
                Some((Outcome::Value(Value::Country(country)), _)) => {
                    Some(i64::from(number_of(shape, *country, others)))
                }
                Some((Outcome::Value(Value::Member(_, at)), _)) if *at < u16::from(LACKS_MEMBER) => {
                    Some(i64::from(*at))
                }
                Some((Outcome::Value(Value::Date(day)), _)) => Some(i64::from(day.day_number())),
                Some((lacks, field)) if *lacks == lacking(field) => match field.cell {
                    Cell::Country => Some(i64::from(LACKS_COUNTRY)),
                    Cell::Member(..) => Some(i64::from(LACKS_MEMBER)),
                    _ => Some(i64::from(LACKS_DAY)),
                },
                _ => None,
            };
            *odd |= word.is_none() && part != Part::Offsets;
            words.push(word.unwrap_or(0));
        }
        let end = offsets.last().copied().unwrap_or(0) + i32::try_from(list.len()).unwrap_or(0);
        offsets.push(end);
    }
    words.push(0);
    let cell = match part {
        Part::Field(at) => fields.get(usize::from(at)).map(|field| &field.cell),
        _ => return Values::Ints(offsets),
    };
    let words = words.into_iter();
    match cell {
        Some(Cell::Country) => Values::Halves(words.map(|word| u16::try_from(word).unwrap_or(u16::MAX)).collect()),
        Some(Cell::Member(..)) => Values::Bytes(words.map(|word| u8::try_from(word).unwrap_or(u8::MAX)).collect()),
        _ => Values::Ints(words.map(|word| i32::try_from(word).unwrap_or(0)).collect()),
    }
}

/// What a field of a record is where the record lacks it.
fn lacking(field: &Column) -> Outcome {
    if field.optional { Outcome::Nothing } else { Outcome::missing(&field.name) }
}

fn number_of(shape: &Shape, country: crate::Country, others: &mut Others) -> u16 {
    let ours = shape.parties.iter().position(|p| *p == country);
    let next = u16::try_from(shape.parties.len() + others.len()).unwrap_or(u16::MAX);
    match ours {
        Some(at) => u16::try_from(at).unwrap_or(u16::MAX),
        None => *others.entry(country).or_insert(next),
    }
}

fn mask_of(shape: &Shape, value: &Value) -> i64 {
    match value {
        Value::Country(country) => match shape.parties.iter().position(|p| p == country) {
            Some(at) => 1 << at,
            None => i64::MIN,
        },
        Value::Member(_, at) if *at < 63 => 1 << at,
        _ => 0,
    }
}

fn periods(shape: &Shape, given: &[Option<Value>], part: Part, odd: &mut [bool]) -> Values {
    let empty = Periods::record([]);
    let mut offsets = vec![0_i32];
    let (mut ints, mut bytes) = (Vec::new(), Vec::new());
    for (value, odd) in given.iter().zip(odd.iter_mut()) {
        let record = match value {
            Some(Value::Periods(record)) => record.as_ref(),
            _ => &empty,
        };
        *odd |= !record.displaced.is_empty();
        for piece in &record.pieces {
            let (first, last) = match &piece.extent {
                Extent::Dated { first, last } => (first.day_number(), last.day_number()),
                // Beyond every day, so that the order stays.
                Extent::Undated { .. } => (i32::MAX, i32::MAX),
            };
            let plain = piece.span().is_some() && piece.certified.is_none() && piece.owner == piece.origin;
            let party = shape.parties.iter().position(|p| *p == piece.owner).filter(|_| plain);
            match part {
                Part::From => ints.push(first),
                Part::To => ints.push(last),
                Part::Party => bytes.push(party.and_then(|at| u8::try_from(at).ok()).unwrap_or(ODD)),
                Part::Kind => bytes.push(position(Kind::ALL, piece.kind)),
                Part::Quality => bytes.push(position(Quality::ALL, piece.quality)),
                Part::Values | Part::Unit | Part::Offsets | Part::Field(_) => {}
            }
        }
        let end = offsets.last().copied().unwrap_or(0) + i32::try_from(record.pieces.len()).unwrap_or(0);
        offsets.push(end);
    }
    match part {
        Part::Offsets => Values::Ints(offsets),
        Part::From | Part::To => Values::Ints(ints),
        _ => Values::Bytes(bytes),
    }
}

fn position<T: PartialEq>(all: &[T], one: T) -> u8 {
    all.iter().position(|x| *x == one).and_then(|at| u8::try_from(at).ok()).unwrap_or(0)
}
