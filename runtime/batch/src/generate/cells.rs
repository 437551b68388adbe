//! Columns in the making: plain vectors that rows are put into, and the arrays made of them.
//!
//! A row puts only what it has. What lies between is null, and is filled up when the next value comes: of the many
//! columns of a convention between many parties a row touches few.

use arrow_array::types::{Int8Type, Int16Type, Int32Type, UInt8Type, UInt16Type, UInt32Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, DictionaryArray, Int64Array, ListArray, PrimitiveArray, StringArray,
    StructArray, new_null_array,
};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Field, Fields};
use std::sync::Arc;

/// A column in the making.
#[derive(Clone, Debug)]
pub(super) struct Cells {
    /// Whether each row so far holds something.
    valid: Vec<bool>,
    store: Store,
}

/// What the rows hold, by what the column is.
#[derive(Clone, Debug)]
pub(super) enum Store {
    Bits(Vec<bool>),
    Days(Vec<i32>),
    Minor(Vec<i64>),
    /// Positions in the words of the column.
    Words(Vec<u16>),
    Texts(Texts),
    /// Sets of words: where each row ends, and the words of all.
    Sets(Vec<i32>, Vec<u16>),
    /// Lists of records: where each row ends, and a column for each field.
    Records(Vec<i32>, Vec<Cells>),
}

/// Texts, one after the other: where each ends, and all of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    ends: Vec<i32>,
    all: String,
}

impl Cells {
    /// A column without rows.
    pub fn new(store: Store) -> Cells {
        Cells { valid: Vec::new(), store }
    }

    /// Rows so far.
    pub fn len(&self) -> usize {
        self.valid.len()
    }

    /// Fills up with null to so many rows.
    pub fn pad(&mut self, rows: usize) {
        let missing = rows.saturating_sub(self.len());
        if missing == 0 {
            return;
        }
        self.valid.resize(rows, false);
        match &mut self.store {
            Store::Bits(bits) => bits.resize(rows, false),
            Store::Days(days) => days.resize(rows, 0),
            Store::Minor(minor) => minor.resize(rows, 0),
            Store::Words(words) => words.resize(rows, 0),
            Store::Texts(texts) => texts.ends.resize(rows, texts.ends.last().copied().unwrap_or(0)),
            Store::Sets(ends, _) | Store::Records(ends, _) => ends.resize(rows, ends.last().copied().unwrap_or(0)),
        }
    }

    /// Takes back what was put into the row of this position and fills up to it.
    pub fn back_to(&mut self, row: usize) {
        if self.len() > row {
            self.valid.truncate(row);
            match &mut self.store {
                Store::Words(words) => words.truncate(row),
                Store::Texts(texts) => {
                    texts.ends.truncate(row);
                    let length = texts.ends.last().and_then(|end| usize::try_from(*end).ok()).unwrap_or(0);
                    texts.all.truncate(length);
                }
                Store::Bits(bits) => bits.truncate(row),
                Store::Days(days) => days.truncate(row),
                Store::Minor(minor) => minor.truncate(row),
                Store::Sets(ends, _) | Store::Records(ends, _) => ends.truncate(row),
            }
        }
        self.pad(row);
    }

    /// Puts a yes or no into the next row.
    pub fn bit(&mut self, bit: bool) {
        if let Store::Bits(bits) = &mut self.store {
            bits.push(bit);
            self.valid.push(true);
        }
    }

    /// Puts a day into the next row.
    pub fn day(&mut self, day: i32) {
        match &mut self.store {
            Store::Days(days) => days.push(day),
            Store::Texts(texts) => {
                super::calendar::write(day, &mut texts.all);
                texts.end();
            }
            Store::Bits(_) | Store::Minor(_) | Store::Words(_) | Store::Sets(..) | Store::Records(..) => return,
        }
        self.valid.push(true);
    }

    /// Puts an amount into the next row.
    pub fn minor(&mut self, amount: i64) {
        if let Store::Minor(minor) = &mut self.store {
            minor.push(amount);
            self.valid.push(true);
        }
    }

    /// Puts a word into the next row.
    pub fn word(&mut self, word: u16) {
        if let Store::Words(words) = &mut self.store {
            words.push(word);
            self.valid.push(true);
        }
    }

    /// Puts a text into the next row.
    pub fn text(&mut self, text: std::fmt::Arguments<'_>) {
        if let Store::Texts(texts) = &mut self.store {
            // Writing into a string cannot fail.
            let _ = std::fmt::Write::write_fmt(&mut texts.all, text);
            texts.end();
            self.valid.push(true);
        }
    }

    /// Puts a set of words into the next row.
    pub fn set(&mut self, of: impl Iterator<Item = u16>) {
        if let Store::Sets(ends, words) = &mut self.store {
            words.extend(of);
            ends.push(end(words.len()));
            self.valid.push(true);
        }
    }

    /// The fields of a list of records, to put records into; then [`Cells::listed`].
    pub fn fields(&mut self) -> &mut [Cells] {
        match &mut self.store {
            Store::Records(_, fields) => fields,
            Store::Bits(_) | Store::Days(_) | Store::Minor(_) | Store::Words(_) | Store::Texts(_) | Store::Sets(..) => {
                &mut []
            }
        }
    }

    /// Ends the list of the next row: so many records are in all lists so far.
    pub fn listed(&mut self, records: usize) {
        if let Store::Records(ends, fields) = &mut self.store {
            fields.iter_mut().for_each(|field| field.pad(records));
            ends.push(end(records));
            self.valid.push(true);
        }
    }

    /// How many records are in the lists so far.
    pub fn records(&self) -> usize {
        match &self.store {
            Store::Records(ends, _) => ends.last().and_then(|end| usize::try_from(*end).ok()).unwrap_or(0),
            Store::Bits(_) | Store::Days(_) | Store::Minor(_) | Store::Words(_) | Store::Texts(_) | Store::Sets(..) => {
                0
            }
        }
    }

    /// The array of a field. `words` are those of the column and of its fields.
    pub fn array(self, field: &Field, words: &Words) -> Result<ArrayRef, ArrowError> {
        let rows = self.len();
        let nulls = if self.valid.iter().all(|v| *v) { None } else { Some(NullBuffer::from(self.valid)) };
        let array: ArrayRef = match self.store {
            Store::Bits(bits) => Arc::new(BooleanArray::new(bits.into(), nulls)),
            Store::Days(days) => Arc::new(Date32Array::new(days.into(), nulls)),
            Store::Minor(minor) => Arc::new(Int64Array::new(minor.into(), nulls)),
            Store::Words(keys) => worded(keys, nulls, field.data_type(), &words.words)?,
            Store::Texts(texts) => {
                let offsets = OffsetBuffer::new(ScalarBuffer::from(starts(texts.ends)));
                Arc::new(StringArray::try_new(offsets, Buffer::from(texts.all.into_bytes()), nulls)?)
            }
            Store::Sets(ends, keys) => {
                let item = item_of(field)?;
                let values = worded(keys, None, item.data_type(), &words.words)?;
                list(item, ends, values, nulls)?
            }
            Store::Records(ends, cells) => {
                let item = item_of(field)?;
                let DataType::Struct(fields) = item.data_type() else { return Err(unfit(field)) };
                let length = ends.last().and_then(|end| usize::try_from(*end).ok()).unwrap_or(0);
                let values = structs(fields, cells, &words.fields, length)?;
                list(item, ends, values, nulls)?
            }
        };
        let fits = array.data_type() == field.data_type() && array.len() == rows;
        if fits { Ok(array) } else { Err(unfit(field)) }
    }
}

impl Texts {
    fn end(&mut self) {
        self.ends.push(end(self.all.len()));
    }
}

/// The words that the positions in a column stand for; for a list of records, those of each field by its name.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    pub words: Vec<String>,
    pub fields: Vec<(String, Words)>,
}

fn end(length: usize) -> i32 {
    // A batch of rows is far smaller than this; were it not, the array would be refused rather than wrong.
    i32::try_from(length).unwrap_or(i32::MAX)
}

fn starts(ends: Vec<i32>) -> Vec<i32> {
    std::iter::once(0).chain(ends).collect()
}

pub(super) fn list(
    item: &Arc<Field>,
    ends: Vec<i32>,
    values: ArrayRef,
    nulls: Option<NullBuffer>,
) -> Result<ArrayRef, ArrowError> {
    let offsets = OffsetBuffer::new(ScalarBuffer::from(starts(ends)));
    Ok(Arc::new(ListArray::try_new(item.clone(), offsets, values, nulls)?))
}

/// The records of all lists: a field that nothing is put into is null everywhere.
fn structs(
    fields: &Fields,
    cells: Vec<Cells>,
    words: &[(String, Words)],
    length: usize,
) -> Result<ArrayRef, ArrowError> {
    let mut cells: Vec<Option<Cells>> = cells.into_iter().map(Some).collect();
    let none = Words::default();
    let mut arrays = Vec::with_capacity(fields.len());
    for field in fields {
        let at = words.iter().position(|(name, _)| name == field.name());
        let column = at.and_then(|at| cells.get_mut(at)).and_then(Option::take);
        let words = at.and_then(|at| words.get(at)).map_or(&none, |(_, words)| words);
        arrays.push(match column {
            Some(column) => column.array(field, words)?,
            None => new_null_array(field.data_type(), length),
        });
    }
    Ok(Arc::new(StructArray::try_new(fields.clone(), arrays, None)?))
}

fn item_of(field: &Field) -> Result<&Arc<Field>, ArrowError> {
    match field.data_type() {
        DataType::List(item) => Ok(item),
        _ => Err(unfit(field)),
    }
}

pub(super) fn unfit(field: &Field) -> ArrowError {
    ArrowError::SchemaError(format!("`{}` cannot be written as {}", field.name(), field.data_type()))
}

/// Words as texts, plain or by dictionary.
pub(super) fn worded(
    keys: Vec<u16>,
    nulls: Option<NullBuffer>,
    into: &DataType,
    words: &[String],
) -> Result<ArrayRef, ArrowError> {
    let DataType::Dictionary(key, _) = into else {
        let valid = |at: usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(at));
        let texts =
            keys.iter().enumerate().map(|(at, key)| if valid(at) { words.get(usize::from(*key)) } else { None });
        return Ok(Arc::new(texts.collect::<StringArray>()));
    };
    let values: ArrayRef = Arc::new(StringArray::from_iter_values(words));
    macro_rules! by {
        ($ty:ty) => {{
            let number = |key: &u16| <$ty as arrow_array::types::ArrowPrimitiveType>::Native::try_from(*key);
            let keys = keys.iter().map(number).collect::<Result<Vec<_>, _>>();
            let keys = keys.map_err(|_| ArrowError::DictionaryKeyOverflowError)?;
            Ok(Arc::new(DictionaryArray::<$ty>::try_new(PrimitiveArray::new(keys.into(), nulls), values)?))
        }};
    }
    match key.as_ref() {
        DataType::Int8 => by!(Int8Type),
        DataType::Int16 => by!(Int16Type),
        DataType::Int32 => by!(Int32Type),
        DataType::UInt8 => by!(UInt8Type),
        DataType::UInt16 => by!(UInt16Type),
        DataType::UInt32 => by!(UInt32Type),
        other => Err(ArrowError::SchemaError(format!("no dictionary by {other} is written"))),
    }
}
