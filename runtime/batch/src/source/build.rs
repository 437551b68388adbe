//! Columns made of texts and JSON, in the standard form of [`crate::schema`].
//!
//! Whatever is put in fills exactly one place: what cannot be read is null, and the error says why.

use crate::error::short;
use crate::row::not_member;
use crate::{parse, schema};
use accord_core::columns::{Cell, Column};
use accord_core::{Country, Currency, Date, Kind, Quality, Unit};
use arrow_array::builder::{BooleanBuilder, Date32Builder, Int32Builder, Int64Builder, StringBuilder, UInt16Builder};
use arrow_array::types::UInt16Type;
use arrow_array::{ArrayRef, DictionaryArray, ListArray, StringArray, StructArray};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer};
use arrow_schema::{DataType, Field, Fields};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// Words with their numbers.
pub(super) struct Words {
    values: Arc<StringArray>,
    numbers: HashMap<String, u16>,
}

impl Words {
    fn new(words: impl IntoIterator<Item = String>) -> Words {
        let words: Vec<String> = words.into_iter().collect();
        let numbers = words.iter().cloned().zip(0u16..).collect();
        Words { values: Arc::new(StringArray::from(words)), numbers }
    }
}

static COUNTRIES: LazyLock<Arc<Words>> = LazyLock::new(|| Arc::new(Words::new(countries())));
static KINDS: LazyLock<Arc<Words>> =
    LazyLock::new(|| Arc::new(Words::new(Kind::ALL.iter().map(|k| k.word().to_owned()))));
static QUALITIES: LazyLock<Arc<Words>> =
    LazyLock::new(|| Arc::new(Words::new(Quality::ALL.iter().map(|q| q.word().to_owned()))));
static UNITS: LazyLock<Arc<Words>> =
    LazyLock::new(|| Arc::new(Words::new(Unit::ALL.iter().map(|u| u.word().to_owned()))));

/// Every country there is.
pub(crate) fn countries() -> impl Iterator<Item = String> {
    let letters = || (b'A'..=b'Z').map(char::from);
    let codes = letters().flat_map(move |a| letters().map(move |b| format!("{a}{b}")));
    codes.filter(|code| Country::parse(code).is_some())
}

/// A column in the making.
pub(super) enum Build {
    YesNo(BooleanBuilder),
    Country(UInt16Builder),
    Member(Arc<Words>, Vec<String>, UInt16Builder),
    Day(Date32Builder),
    Money(Currency, Int64Builder),
    /// Texts that are read where they are needed.
    Text(StringBuilder),
    Texts(Lists, StringBuilder),
    Records(Lists, Vec<(Column, Build)>),
    Figures(Lists, Box<Build>, Box<Build>),
    Periods(Lists, Box<Periods>),
}

/// Where lists end, and which are there.
#[derive(Default)]
pub(super) struct Lists {
    lengths: Vec<usize>,
    there: Vec<bool>,
}

impl Lists {
    fn push(&mut self, length: Option<usize>) {
        self.lengths.push(length.unwrap_or(0));
        self.there.push(length.is_some());
    }

    fn finish(&mut self, of: ArrayRef) -> Result<ArrayRef, String> {
        let offsets = OffsetBuffer::<i32>::from_lengths(std::mem::take(&mut self.lengths));
        let nulls = nulls(&std::mem::take(&mut self.there));
        let field = Arc::new(Field::new_list_field(of.data_type().clone(), true));
        // The names of a list's field and its metadata come from what it holds.
        let list = ListArray::try_new(field, offsets, of, nulls).map_err(|e| e.to_string())?;
        Ok(Arc::new(list))
    }
}

fn nulls(there: &[bool]) -> Option<arrow_buffer::NullBuffer> {
    let mut nulls = NullBufferBuilder::new(there.len());
    there.iter().for_each(|there| nulls.append(*there));
    nulls.finish()
}

/// The fields of periods in the making.
#[derive(Default)]
pub(super) struct Periods {
    party: UInt16Builder,
    scheme: StringBuilder,
    kind: UInt16Builder,
    quality: UInt16Builder,
    from: Date32Builder,
    to: Date32Builder,
    amount: StringBuilder,
    unit: UInt16Builder,
    year: Int32Builder,
}

impl Build {
    /// An empty column.
    pub fn new(cell: &Cell) -> Build {
        match cell {
            Cell::YesNo => Build::YesNo(BooleanBuilder::new()),
            Cell::Country => Build::Country(UInt16Builder::new()),
            Cell::Member(_, words) => {
                Build::Member(Arc::new(Words::new(words.iter().cloned())), words.clone(), UInt16Builder::new())
            }
            Cell::Date => Build::Day(Date32Builder::new()),
            Cell::Money(currency) => Build::Money(*currency, Int64Builder::new()),
            Cell::Countries | Cell::Members(..) => Build::Texts(Lists::default(), StringBuilder::new()),
            Cell::Records(fields) => {
                let fields = fields.iter().map(|c| (c.clone(), Build::new(&c.cell))).collect();
                Build::Records(Lists::default(), fields)
            }
            Cell::Figures(currency) => {
                let part = |cell: &Cell| Box::new(Build::new(cell));
                Build::Figures(Lists::default(), part(&Cell::Countries), part(&Cell::Money(*currency)))
            }
            Cell::Periods => Build::Periods(Lists::default(), Box::default()),
            Cell::Number | Cell::Length(_) | Cell::Text | Cell::Unit | Cell::Rounding => {
                Build::Text(StringBuilder::new())
            }
        }
    }

    /// Puts in null.
    pub fn null(&mut self) {
        match self {
            Build::YesNo(b) => b.append_null(),
            Build::Country(b) | Build::Member(_, _, b) => b.append_null(),
            Build::Day(b) => b.append_null(),
            Build::Money(_, b) => b.append_null(),
            Build::Text(b) => b.append_null(),
            Build::Texts(lists, _) | Build::Records(lists, _) => lists.push(None),
            Build::Figures(lists, ..) | Build::Periods(lists, _) => lists.push(None),
        }
    }

    /// Puts in what a text says.
    pub fn text(&mut self, text: &str) -> Result<(), String> {
        match self {
            Build::Texts(lists, texts) if !text.trim_start().starts_with('[') || text.trim() == "[]" => {
                let members = parse::texts(text);
                lists.push(Some(members.map(|member| texts.append_value(member)).count()));
                Ok(())
            }
            Build::Texts(..) | Build::Records(..) | Build::Figures(..) | Build::Periods(..) => {
                match serde_json::from_str::<Json>(text) {
                    Ok(json) => self.json(&json),
                    Err(_) => {
                        self.null();
                        Err(parse::not(text, "JSON"))
                    }
                }
            }
            scalar => scalar.scalar(text),
        }
    }

    fn scalar(&mut self, text: &str) -> Result<(), String> {
        let done = match self {
            Build::YesNo(b) => parse::yes_no(text).map(|yes| b.append_value(yes)),
            Build::Country(b) => {
                let known = COUNTRIES.numbers.get(text.trim()).ok_or_else(|| parse::not(text, "a country"));
                known.map(|at| b.append_value(*at))
            }
            Build::Member(words, all, b) => {
                let known = words.numbers.get(text.trim()).ok_or_else(|| not_member(all, text));
                known.map(|at| b.append_value(*at))
            }
            Build::Day(b) => parse::day(text).map(|day| b.append_value(day.day_number())),
            Build::Money(currency, b) => parse::money(text, *currency).map(|minor| b.append_value(minor)),
            Build::Text(b) => {
                b.append_value(text);
                Ok(())
            }
            Build::Texts(..) | Build::Records(..) | Build::Figures(..) | Build::Periods(..) => {
                Err(parse::not(text, "a list"))
            }
        };
        done.inspect_err(|_| self.null())
    }

    /// Puts in what JSON says.
    pub fn json(&mut self, json: &Json) -> Result<(), String> {
        match (&mut *self, json) {
            (_, Json::Null) => {
                self.null();
                Ok(())
            }
            (Build::Texts(lists, texts), Json::Array(members)) => {
                let mut wrong = Ok(());
                for (at, member) in members.iter().enumerate() {
                    match member.as_str() {
                        Some(text) => texts.append_value(text),
                        None => {
                            texts.append_null();
                            wrong = Err(format!("the {} is not a text", parse::ordinal(at + 1)));
                        }
                    }
                }
                lists.push(Some(members.len()));
                wrong
            }
            (Build::Records(lists, fields), Json::Array(members)) => {
                lists.push(Some(members.len()));
                all(members.iter(), |member| record(fields, member))
            }
            // As a case writes them: one record without a list round it, or several by their numbers.
            (Build::Records(lists, fields), Json::Object(members)) => {
                let numbered = !members.is_empty() && members.keys().all(|k| k.bytes().all(|b| b.is_ascii_digit()));
                if numbered {
                    lists.push(Some(members.len()));
                    all(members.values(), |member| record(fields, member))
                } else {
                    lists.push(Some(1));
                    all([json].into_iter(), |member| record(fields, member))
                }
            }
            (Build::Figures(lists, parties, figure), Json::Array(members)) => {
                lists.push(Some(members.len()));
                all(members.iter(), |member| figures(parties, figure, member))
            }
            // As a case writes them: `{ "NL CV": "900.00 EUR" }`.
            (Build::Figures(lists, parties, figure), Json::Object(members)) => {
                lists.push(Some(members.len()));
                let mut wrong = Ok(());
                for (key, value) in members {
                    wrong = wrong.and(parties.text(key)).and(figure.json(value));
                }
                wrong
            }
            (Build::Periods(lists, periods), Json::Array(members)) => {
                lists.push(Some(members.len()));
                numbered(members, |member| periods.push(member))
            }
            (Build::YesNo(b), Json::Bool(yes)) => {
                b.append_value(*yes);
                Ok(())
            }
            (_, Json::String(text)) => self.text(text),
            (_, json) => self.of_json(json),
        }
    }

    /// A number, or what has no place here.
    fn of_json(&mut self, json: &Json) -> Result<(), String> {
        let exact = json.is_i64() || json.is_u64();
        if exact && matches!(self, Build::Text(_) | Build::Money(..)) {
            return self.scalar(&json.to_string());
        }
        self.null();
        let shown = short(&json.to_string());
        Err(match json {
            Json::Number(_) if !exact => format!("the number {shown} is not exact: write it as a text"),
            _ => format!("{shown} is not what it holds"),
        })
    }

    /// The column, and an empty one again.
    pub fn finish(&mut self) -> Result<ArrayRef, String> {
        Ok(match self {
            Build::YesNo(b) => Arc::new(b.finish()),
            Build::Country(b) => by_words(b, &COUNTRIES)?,
            Build::Member(words, _, b) => by_words(b, words)?,
            Build::Day(b) => Arc::new(b.finish()),
            Build::Money(_, b) => Arc::new(b.finish()),
            Build::Text(b) => Arc::new(b.finish()),
            Build::Texts(lists, b) => lists.finish(Arc::new(b.finish()))?,
            Build::Records(lists, fields) => {
                let rows = lists.lengths.iter().sum();
                let columns = fields.iter_mut().map(|(c, b)| Ok((schema::field(c), b.finish()?)));
                let columns = columns.collect::<Result<Vec<_>, String>>()?;
                lists.finish(structs(columns, rows)?)?
            }
            Build::Figures(lists, parties, figure) => {
                let rows = lists.lengths.iter().sum();
                let money = match figure.as_ref() {
                    Build::Money(currency, _) => schema::money("figure", currency.code()),
                    _ => Field::new("figure", DataType::Int64, true),
                };
                let (parties, figure) = (parties.finish()?, figure.finish()?);
                let of = Field::new("parties", parties.data_type().clone(), true);
                lists.finish(structs(vec![(of, parties), (money, figure)], rows)?)?
            }
            Build::Periods(lists, periods) => {
                let rows = lists.lengths.iter().sum();
                lists.finish(periods.finish(rows)?)?
            }
        })
    }
}

fn by_words(keys: &mut UInt16Builder, words: &Words) -> Result<ArrayRef, String> {
    let array = DictionaryArray::<UInt16Type>::try_new(keys.finish(), words.values.clone());
    Ok(Arc::new(array.map_err(|e| e.to_string())?))
}

/// Fields of the types their columns have, which may keep words by other keys than the standard form.
fn structs(columns: Vec<(Field, ArrayRef)>, rows: usize) -> Result<ArrayRef, String> {
    let fields: Fields = columns.iter().map(|(f, a)| f.clone().with_data_type(a.data_type().clone())).collect();
    let arrays: Vec<ArrayRef> = columns.into_iter().map(|(_, a)| a).collect();
    let made = if arrays.is_empty() {
        StructArray::new_empty_fields(rows, None)
    } else {
        StructArray::try_new(fields, arrays, None).map_err(|e| e.to_string())?
    };
    Ok(Arc::new(made))
}

/// Puts in every member; the first thing that is wrong is told, with which member it is wrong of.
fn all<'j>(
    members: impl Iterator<Item = &'j Json>,
    mut put: impl FnMut(&Json) -> Result<(), String>,
) -> Result<(), String> {
    let mut wrong = Ok(());
    for (at, member) in members.enumerate() {
        wrong = wrong.and(put(member).map_err(|why| format!("the {}: {why}", parse::ordinal(at + 1))));
    }
    wrong
}

/// The same of periods, whose words go on after the number.
fn numbered(members: &[Json], mut put: impl FnMut(&Json) -> Result<(), String>) -> Result<(), String> {
    let mut wrong = Ok(());
    for (at, member) in members.iter().enumerate() {
        wrong = wrong.and(put(member).map_err(|why| format!("the {} {why}", parse::ordinal(at + 1))));
    }
    wrong
}

fn record(fields: &mut [(Column, Build)], json: &Json) -> Result<(), String> {
    let mut wrong = Ok(());
    let object = json.as_object();
    if let Some(unknown) = object.and_then(|o| o.keys().find(|k| !fields.iter().any(|(c, _)| c.name == **k))) {
        wrong = Err(format!("there is no field `{}`", short(unknown)));
    }
    for (column, build) in fields {
        let done = match object.and_then(|o| o.get(&column.name)) {
            Some(value) => build.json(value),
            None => {
                build.null();
                Ok(())
            }
        };
        wrong = wrong.and(done.map_err(|why| format!("{}: {why}", column.name)));
    }
    if object.is_some() { wrong } else { Err(parse::not(&json.to_string(), "an object")) }
}

fn figures(parties: &mut Build, figure: &mut Build, json: &Json) -> Result<(), String> {
    let of = |name: &str| json.get(name).unwrap_or(&Json::Null);
    let (of, amount) = (parties.json(of("parties")), figure.json(of("figure")));
    of.and(amount)
}

impl Periods {
    fn push(&mut self, json: &Json) -> Result<(), String> {
        const FIELDS: &[&str] = accord_core::columns::PERIOD_FIELDS;
        let mut wrong = Ok(());
        let object = json.as_object();
        if object.is_none() {
            wrong = Err(format!("is {}, not an object", short(&json.to_string())));
        }
        if let Some(unknown) = object.and_then(|o| o.keys().find(|k| !FIELDS.contains(&k.as_str()))) {
            wrong = Err(format!("has an unknown field `{}`", short(unknown)));
        }
        let of = |name: &str| object.and_then(|o| o.get(name)).filter(|v| !v.is_null());
        let text = |name: &str| match of(name) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.clone())),
            Some(json) if json.is_i64() || json.is_u64() => Ok(Some(json.to_string())),
            Some(json) => Err(format!("has {} as its {name}", short(&json.to_string()))),
        };
        let mut note = |done: Result<(), String>| {
            if wrong.is_ok() {
                wrong = done;
            }
        };
        note(text("party").and_then(|t| word(&mut self.party, &COUNTRIES, t, "a country")));
        note(text("kind").and_then(|t| word(&mut self.kind, &KINDS, t, "a kind of period")));
        note(text("quality").and_then(|t| word(&mut self.quality, &QUALITIES, t, "a quality")));
        note(text("unit").and_then(|t| word(&mut self.unit, &UNITS, t.map(plural), "a unit of time")));
        note(text("from").and_then(|t| day(&mut self.from, t)));
        note(text("to").and_then(|t| day(&mut self.to, t)));
        note(text("scheme").map(|t| self.scheme.append_option(t)));
        note(text("amount").map(|t| self.amount.append_option(t)));
        note(text("year").and_then(|t| year(&mut self.year, t)));
        self.level();
        wrong
    }

    /// Fills up the fields that could not be read.
    fn level(&mut self) {
        use arrow_array::builder::ArrayBuilder;
        let lengths = [
            self.party.len(),
            self.kind.len(),
            self.quality.len(),
            self.unit.len(),
            self.from.len(),
            self.to.len(),
            self.scheme.len(),
            self.amount.len(),
            self.year.len(),
        ];
        let most = lengths.into_iter().max().unwrap_or(0);
        for words in [&mut self.party, &mut self.kind, &mut self.quality, &mut self.unit] {
            (words.len()..most).for_each(|_| words.append_null());
        }
        for days in [&mut self.from, &mut self.to] {
            (days.len()..most).for_each(|_| days.append_null());
        }
        for texts in [&mut self.scheme, &mut self.amount] {
            (texts.len()..most).for_each(|_| texts.append_null());
        }
        (self.year.len()..most).for_each(|_| self.year.append_null());
    }

    fn finish(&mut self, rows: usize) -> Result<ArrayRef, String> {
        let columns: Vec<ArrayRef> = vec![
            by_words(&mut self.party, &COUNTRIES)?,
            Arc::new(self.scheme.finish()),
            by_words(&mut self.kind, &KINDS)?,
            by_words(&mut self.quality, &QUALITIES)?,
            Arc::new(self.from.finish()),
            Arc::new(self.to.finish()),
            Arc::new(self.amount.finish()),
            by_words(&mut self.unit, &UNITS)?,
            Arc::new(self.year.finish()),
        ];
        let fields = schema::period_fields();
        let fields = fields.iter().map(|f| f.as_ref().clone());
        structs(fields.zip(columns).collect(), rows)
    }
}

fn plural(word: String) -> String {
    Unit::parse(&word).map_or(word, |u| u.word().to_owned())
}

fn word(into: &mut UInt16Builder, words: &Words, text: Option<String>, what: &str) -> Result<(), String> {
    let Some(text) = text else {
        into.append_null();
        return Ok(());
    };
    let known = words.numbers.get(text.trim());
    into.append_option(known.copied());
    known.map(|_| ()).ok_or_else(|| format!("cannot be read: {}", parse::not(&text, what)))
}

fn day(into: &mut Date32Builder, text: Option<String>) -> Result<(), String> {
    let day: Option<Result<Date, String>> = text.map(|t| parse::day(&t));
    into.append_option(day.as_ref().and_then(|d| d.as_ref().ok()).map(|d| d.day_number()));
    match day {
        Some(Err(why)) => Err(format!("cannot be read: {why}")),
        Some(Ok(_)) | None => Ok(()),
    }
}

fn year(into: &mut Int32Builder, text: Option<String>) -> Result<(), String> {
    let year = text.as_deref().map(|t| t.trim().parse::<i32>().ok().filter(|y| (1..=9999).contains(y)));
    into.append_option(year.flatten());
    match year {
        Some(None) => Err(format!("cannot be read: {}", parse::not(&text.unwrap_or_default(), "a year"))),
        Some(Some(_)) | None => Ok(()),
    }
}
