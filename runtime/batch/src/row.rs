//! A row as facts, for the general evaluator.

use crate::schema::CURRENCY;
use crate::source::{Bad, Block, Columns};
use crate::{parse, texts};
use accord_core::columns::{Cell, Column, Layout};
use accord_core::{Country, Currency, Date, EnumId, Facts, Kind, Money, Number, Outcome, Piece, Quality, Span, Value};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a cell holds: nothing, a value, or what is wrong with it.
type Held = Result<Option<Value>, String>;

/// The rows of a block, each to be put together as facts.
pub(crate) struct Rows<'a> {
    pub layout: &'a Layout,
    pub columns: &'a Columns,
    pub block: &'a Block,
}

impl Rows<'_> {
    /// The facts of a row of the block.
    pub fn facts(&self, row: usize) -> Facts {
        self.layout.facts(&mut |column| self.cell(column, row))
    }

    /// The same, with what is wrong with cells that could not be read.
    pub fn facts_and_wrong(&self, row: usize) -> (Facts, Vec<String>) {
        let mut wrong: Vec<String> = Vec::new();
        let facts = self.layout.facts(&mut |column| {
            let cell = self.cell(column, row);
            if let Some(Outcome::Undetermined(said)) = &cell {
                let new = said.iter().filter(|s| !wrong.iter().any(|w| w.as_str() == s.as_ref()));
                let new: Vec<String> = new.map(|s| s.to_string()).collect();
                wrong.extend(new);
            }
            cell
        });
        (facts, wrong)
    }

    fn cell(&self, at: usize, row: usize) -> Option<Outcome> {
        if let Some(said) = self.block.said(row, at) {
            return Some(Outcome::missing(said));
        }
        let column = self.layout.columns.get(at)?;
        let array = self.block.batch.columns().get(self.columns.place(at)?)?;
        match held(&column.cell, array.as_ref(), row, &self.layout.parties) {
            Ok(value) => value.map(Outcome::Value),
            Err(why) => Some(Outcome::missing(&format!("{}: {why}", column.name))),
        }
    }
}

impl Block {
    /// What is wrong with a cell of a text that was read.
    fn said(&self, row: usize, column: usize) -> Option<&str> {
        let from = self.bad.partition_point(|b| (b.row as usize) < row);
        let of_row = self.bad.get(from..).unwrap_or_default().iter().take_while(|b| b.row as usize == row);
        let here = |b: &&Bad| b.column.is_none_or(|c| c == column);
        of_row.into_iter().find(here).map(|b| b.said.as_str())
    }
}

/// What a row of a column holds.
pub(crate) fn held(cell: &Cell, array: &dyn Array, row: usize, parties: &[Country]) -> Held {
    if row >= array.len() || array.is_null(row) || *array.data_type() == DataType::Null {
        return Ok(None);
    }
    if let Some(text) = texts::at(array, row) {
        return of_text(cell, text, parties);
    }
    // By dictionary, null may be a word of it.
    if texts::is_text(array.data_type()) {
        return Ok(None);
    }
    match cell {
        Cell::YesNo => Ok(array.as_boolean_opt().map(|a| Value::YesNo(a.value(row)))),
        Cell::Number => number(array, row),
        Cell::Date => {
            let number = array.as_primitive_opt::<Date32Type>().map_or(0, |a| a.value(row));
            match Date::from_day_number(number) {
                Some(day) => Ok(Some(Value::Date(day))),
                None => Err(format!("day {number} is beyond the calendar")),
            }
        }
        Cell::Money(currency) => money(array, row, *currency),
        Cell::Countries => set(array, row, |text| parse::country(text).map(Value::Country)),
        Cell::Members(id, words) => set(array, row, |text| member(*id, words, text)),
        Cell::Records(fields) => records(fields, array, row, parties),
        Cell::Figures(currency) => figures(*currency, array, row),
        Cell::Periods => periods(array, row, parties),
        Cell::Country | Cell::Member(..) | Cell::Length(_) | Cell::Text | Cell::Unit | Cell::Rounding => {
            Err("it is no text".to_owned())
        }
    }
}

fn of_text(cell: &Cell, text: &str, parties: &[Country]) -> Held {
    Ok(Some(match cell {
        Cell::YesNo => Value::YesNo(parse::yes_no(text)?),
        Cell::Number => Value::Number(parse::number(text)?),
        Cell::Country => Value::Country(parse::country(text)?),
        Cell::Member(id, words) => member(*id, words, text)?,
        Cell::Date => Value::Date(parse::day(text)?),
        Cell::Money(currency) => Value::Money(Money { currency: *currency, minor: parse::money(text, *currency)? }),
        Cell::Length(unit) => Value::Length(parse::length(text, *unit)?),
        Cell::Unit => Value::Unit(parse::unit(text)?),
        Cell::Rounding => Value::Rounding(parse::rounding(text)?),
        Cell::Text => Value::text(text),
        Cell::Countries | Cell::Members(..) | Cell::Records(_) | Cell::Figures(_) | Cell::Periods => {
            return crate::source::nested_text(cell, text, parties);
        }
    }))
}

/// A member by its word.
pub(crate) fn member(id: EnumId, words: &[String], text: &str) -> Result<Value, String> {
    let at = words.iter().position(|w| w == text).and_then(|at| u16::try_from(at).ok());
    at.map(|at| Value::Member(id, at)).ok_or_else(|| not_member(words, text))
}

/// What is wrong with a word that is no member.
pub(crate) fn not_member(words: &[String], text: &str) -> String {
    let near = words.iter().map(|w| (strsim::osa_distance(w, text), w)).min();
    let near = near.filter(|(far, _)| *far <= 2).map_or_else(String::new, |(_, w)| format!("; did you mean `{w}`?"));
    format!("{}{near}", parse::not(text, "a word it may hold"))
}

fn number(array: &dyn Array, row: usize) -> Held {
    macro_rules! whole {
        ($($kind:ident => $primitive:ident),*) => {
            match array.data_type() {
                $(DataType::$kind => array.as_primitive_opt::<$primitive>().map(|a| a.value(row).to_string()),)*
                DataType::Decimal128(..) => {
                    array.as_primitive_opt::<Decimal128Type>().map(|a| a.value_as_string(row))
                }
                _ => None,
            }
        };
    }
    let text = whole!(
        Int8 => Int8Type, Int16 => Int16Type, Int32 => Int32Type, Int64 => Int64Type, UInt8 => UInt8Type,
        UInt16 => UInt16Type, UInt32 => UInt32Type, UInt64 => UInt64Type
    );
    let text = text.ok_or("it is no exact number")?;
    let number: Number = parse::number(&text)?;
    Ok(Some(Value::Number(number)))
}

fn money(array: &dyn Array, row: usize, currency: Currency) -> Held {
    let minor = array.as_primitive_opt::<Int64Type>().map_or(0, |a| a.value(row));
    match parse::storable(minor) {
        Some(minor) => Ok(Some(Value::Money(Money { currency, minor }))),
        None => Err(parse::not_storable(minor, currency)),
    }
}

fn set(array: &dyn Array, row: usize, read: impl Fn(&str) -> Result<Value, String>) -> Held {
    let Some(members) = texts::list(array, row) else { return Ok(None) };
    let mut set = BTreeSet::new();
    for at in 0..members.len() {
        let text = texts::at(members.as_ref(), at).ok_or_else(|| format!("the {} is null", parse::ordinal(at + 1)))?;
        let _ = set.insert(read(text)?);
    }
    Ok(Some(Value::Set(set)))
}

/// A field of a list of records.
fn field<'a>(records: &'a dyn Array, name: &str) -> Option<&'a ArrayRef> {
    records.as_struct_opt().and_then(|s| s.column_by_name(name))
}

fn records(fields: &[Column], array: &dyn Array, row: usize, parties: &[Country]) -> Held {
    let Some(members) = texts::list(array, row) else { return Ok(None) };
    let mut list = Vec::with_capacity(members.len());
    for at in 0..members.len() {
        let which = || parse::ordinal(at + 1);
        if members.is_null(at) {
            return Err(format!("the {} is null", which()));
        }
        let mut record = Vec::with_capacity(fields.len());
        for column in fields {
            let there = field(members.as_ref(), &column.name);
            let value = there.map(|a| held(&column.cell, a.as_ref(), at, parties)).transpose();
            let value = value.map_err(|why| format!("{} of the {}: {why}", column.name, which()))?.flatten();
            record.push(match value {
                Some(value) => Outcome::Value(value),
                None if column.optional => Outcome::Nothing,
                None => Outcome::missing(&column.name),
            });
        }
        list.push(Value::Record(Arc::new(record)));
    }
    Ok(Some(Value::List(list)))
}

fn figures(currency: Currency, array: &dyn Array, row: usize) -> Held {
    let Some(members) = texts::list(array, row) else { return Ok(None) };
    let mut list = Vec::with_capacity(members.len());
    for at in 0..members.len() {
        let which = |why: String| format!("the {}: {why}", parse::ordinal(at + 1));
        let part = |name, cell: &Cell| match field(members.as_ref(), name) {
            Some(array) => held(cell, array.as_ref(), at, &[]).map_err(which),
            None => Ok(None),
        };
        let (of, figure) = (part("parties", &Cell::Countries)?, part("figure", &Cell::Money(currency))?);
        let given = |value: Option<Value>, name| value.ok_or_else(|| which(format!("no `{name}`")));
        let record = vec![Outcome::Value(given(of, "parties")?), Outcome::Value(given(figure, "figure")?)];
        list.push(Value::Record(Arc::new(record)));
    }
    Ok(Some(Value::List(list)))
}

/// The record of periods of a row.
fn periods(array: &dyn Array, row: usize, parties: &[Country]) -> Held {
    let Some(members) = texts::list(array, row) else { return Ok(None) };
    let mut pieces = Vec::with_capacity(members.len());
    for at in 0..members.len() {
        pieces
            .push(piece(members.as_ref(), at, parties).map_err(|why| format!("the {} {why}", parse::ordinal(at + 1)))?);
    }
    Ok(accord_core::columns::record(pieces).value().cloned())
}

fn piece(records: &dyn Array, at: usize, parties: &[Country]) -> Result<Piece, String> {
    if records.is_null(at) {
        return Err("is null".to_owned());
    }
    let word = |name| field(records, name).and_then(|a| texts::at(a.as_ref(), at));
    let day = |name| match field(records, name) {
        Some(array) => held(&Cell::Date, array.as_ref(), at, parties).map_err(|why| format!("{name}: {why}")),
        None => Ok(None),
    };
    let code = word("party").ok_or("is of no party")?;
    let party = party(code, parties)?;
    let kind = word("kind").map_or(Some(Kind::Insurance), Kind::parse);
    let kind = kind.ok_or_else(|| unread(parse::not(word("kind").unwrap_or_default(), "a kind of period")))?;
    let quality = word("quality").map_or(Some(Quality::Compulsory), Quality::parse);
    let quality = quality.ok_or_else(|| unread(parse::not(word("quality").unwrap_or_default(), "a quality")))?;
    let span = match (day("from")?, day("to")?) {
        (Some(Value::Date(first)), Some(Value::Date(last))) => {
            let backward = || format!("ends on {last}, before it begins on {first}");
            Some(Span::new(first, last).ok_or_else(backward)?)
        }
        (None, None) => None,
        (Some(_), _) => return Err("has a first day and no last".to_owned()),
        (None, Some(_)) => return Err("has a last day and no first".to_owned()),
    };
    let amount = match amount(records, at) {
        Some(text) => Some(parse::amount(&text, word("unit")).map_err(|why| format!("has an amount: {why}"))?),
        None => None,
    };
    let made = match (span, amount) {
        (Some(span), None) => Piece::dated(party, kind, quality, span.first, span.last),
        (Some(span), Some(amount)) => Piece::certified(party, kind, quality, span, amount.counted, amount.unit),
        (None, Some(amount)) => {
            let year = field(records, "year").and_then(|a| whole(a.as_ref(), at));
            Piece::undated(party, kind, quality, amount.counted, amount.unit, year)
        }
        (None, None) => return Err("has neither days nor an amount".to_owned()),
    };
    made.ok_or_else(|| "has an amount below zero".to_owned())
}

/// What is wrong with a word of a period, after the words that say with which.
fn unread(why: String) -> String {
    format!("cannot be read: {why}")
}

/// A party of the agreement.
fn party(code: &str, parties: &[Country]) -> Result<Country, String> {
    let country = parse::country(code).map_err(unread)?;
    if parties.contains(&country) { Ok(country) } else { Err(format!("is of {country}, which is not a party")) }
}

/// The amount of a period, as text.
fn amount(records: &dyn Array, at: usize) -> Option<String> {
    let array = field(records, "amount")?;
    match texts::at(array.as_ref(), at) {
        Some(text) => Some(text.to_owned()),
        None => whole(array.as_ref(), at).map(|n| n.to_string()),
    }
}

/// A whole number of a column of them.
fn whole(array: &dyn Array, row: usize) -> Option<i32> {
    if row >= array.len() || array.is_null(row) {
        return None;
    }
    match array.data_type() {
        DataType::Int16 => Some(i32::from(array.as_primitive_opt::<Int16Type>()?.value(row))),
        DataType::Int32 => Some(array.as_primitive_opt::<Int32Type>()?.value(row)),
        DataType::Int64 => i32::try_from(array.as_primitive_opt::<Int64Type>()?.value(row)).ok(),
        _ => None,
    }
}

/// Whether a column of a file can hold what a column of the layout does; else what it should be.
pub(crate) fn fits(cell: &Cell, field: &arrow_schema::Field) -> Result<(), String> {
    let of = field.data_type();
    if *of == DataType::Null || texts::is_text(of) {
        return Ok(());
    }
    let list = |of: &DataType| match of {
        DataType::List(member) | DataType::LargeList(member) => Some(member.clone()),
        _ => None,
    };
    let wanted = |what: &str| Err(format!("is {of}; it should be {what}"));
    let members = |what: &str, check: &dyn Fn(&str, &arrow_schema::Field) -> Result<(), String>| match list(of) {
        Some(member) => match member.data_type() {
            DataType::Struct(fields) => fields.iter().try_for_each(|f| check(f.name(), f)),
            _ => wanted(what),
        },
        None => wanted(what),
    };
    match cell {
        Cell::YesNo if *of == DataType::Boolean => Ok(()),
        Cell::YesNo => wanted("Boolean, or text"),
        Cell::Number if of.is_integer() || matches!(of, DataType::Decimal128(..)) => Ok(()),
        Cell::Number => wanted("a text such as `0.22`, so that it is exact"),
        Cell::Date if *of == DataType::Date32 => Ok(()),
        Cell::Date => wanted("Date32, or a text such as `2012-10-01`"),
        Cell::Money(currency) if *of == DataType::Int64 => match field.metadata().get(CURRENCY) {
            Some(code) if code != currency.code() => Err(format!("is in {code}; it should be in {currency}")),
            Some(_) | None => Ok(()),
        },
        Cell::Money(currency) => wanted(&format!("Int64, in minor units of {currency}, or text")),
        Cell::Countries | Cell::Members(..) => match list(of) {
            Some(member) if texts::is_text(member.data_type()) => Ok(()),
            Some(_) | None => wanted("a list of texts"),
        },
        Cell::Records(columns) => {
            members("a list of structs", &|name, field| match columns.iter().find(|c| c.name == name) {
                Some(column) => fits(&column.cell, field).map_err(|why| format!("has `{name}`, which {why}")),
                None => Err(format!("has an unknown field `{name}`")),
            })
        }
        Cell::Figures(currency) => members("a list of structs `parties`, `figure`", &|name, field| match name {
            "parties" => fits(&Cell::Countries, field),
            "figure" => fits(&Cell::Money(*currency), field),
            _ => Err(format!("has an unknown field `{name}`")),
        }),
        Cell::Periods => members("a list of structs", &fits_period),
        Cell::Country | Cell::Member(..) | Cell::Length(_) | Cell::Text | Cell::Unit | Cell::Rounding => wanted("text"),
    }
}

fn fits_period(name: &str, field: &arrow_schema::Field) -> Result<(), String> {
    let of = field.data_type();
    let fine = match name {
        "party" | "scheme" | "kind" | "quality" | "unit" => texts::is_text(of),
        "from" | "to" => *of == DataType::Date32 || texts::is_text(of),
        "amount" => matches!(of, DataType::Int16 | DataType::Int32 | DataType::Int64) || texts::is_text(of),
        "year" => matches!(of, DataType::Int16 | DataType::Int32 | DataType::Int64),
        _ => return Err(format!("has periods with an unknown field `{name}`")),
    };
    if fine || *of == DataType::Null { Ok(()) } else { Err(format!("has `{name}` as {of}")) }
}
