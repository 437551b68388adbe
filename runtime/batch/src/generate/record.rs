//! The column of periods in the making. It is most of a file, so it has vectors of its own.

use super::career::Stretch;
use super::cells::{list, worded};
use super::world::World;
use accord_core::{Kind, Quality, Unit};
use arrow_array::{ArrayRef, Date32Array, StringArray, StructArray, new_null_array};
use arrow_buffer::NullBuffer;
use arrow_schema::{ArrowError, DataType, Field, Fields};
use std::sync::Arc;

/// Fields that made-up periods have: always, and where some are without days.
const ALWAYS: &[&str] = &["party", "kind", "quality", "from", "to"];
const UNDATED: &[&str] = &["amount", "unit"];

/// The periods of the rows of a batch.
#[derive(Debug, Default)]
pub(super) struct Record {
    rows: Vec<bool>,
    ends: Vec<i32>,
    party: Vec<u16>,
    kind: Vec<u16>,
    quality: Vec<u16>,
    from: Vec<i32>,
    to: Vec<i32>,
    dated: Vec<bool>,
    amount: Vec<Option<(i64, Unit)>>,
    undated: bool,
}

impl Record {
    /// No rows, with room for so many periods; some may be without days.
    pub fn new(periods: usize, undated: bool) -> Record {
        Record {
            party: Vec::with_capacity(periods),
            kind: Vec::with_capacity(periods),
            quality: Vec::with_capacity(periods),
            from: Vec::with_capacity(periods),
            to: Vec::with_capacity(periods),
            undated,
            ..Record::default()
        }
    }

    /// Puts the periods of the next row.
    pub fn put(&mut self, periods: &[Stretch], unit: impl Fn(u8) -> Unit) {
        for period in periods {
            self.party.push(u16::from(period.party));
            self.kind.push(u16::from(period.kind));
            self.quality.push(u16::from(period.voluntary));
            self.from.push(period.from);
            self.to.push(period.to);
            if self.undated {
                let unit = unit(period.party);
                self.dated.push(!period.undated);
                self.amount.push(period.undated.then(|| (period.amount(unit), unit)));
            }
        }
        self.end(true);
    }

    /// Leaves the next row without a record.
    pub fn skip(&mut self) {
        self.end(false);
    }

    fn end(&mut self, given: bool) {
        self.rows.push(given);
        self.ends.push(i32::try_from(self.party.len()).unwrap_or(i32::MAX));
    }

    /// The field of a column of periods with nothing in it that no made-up period has.
    pub fn slim(field: &Field, undated: bool) -> Field {
        let DataType::List(item) = field.data_type() else { return field.clone() };
        let DataType::Struct(fields) = item.data_type() else { return field.clone() };
        let used = |name: &str| ALWAYS.contains(&name) || undated && UNDATED.contains(&name);
        let fields: Fields = fields.iter().filter(|f| used(f.name())).cloned().collect();
        let item = item.as_ref().clone().with_data_type(DataType::Struct(fields));
        field.clone().with_data_type(DataType::List(Arc::new(item)))
    }

    /// The array of a field.
    pub fn array(self, field: &Field, world: &World) -> Result<ArrayRef, ArrowError> {
        let DataType::List(item) = field.data_type() else { return Err(super::cells::unfit(field)) };
        let DataType::Struct(fields) = item.data_type() else { return Err(super::cells::unfit(field)) };
        let length = self.party.len();
        let dated = if self.dated.iter().all(|d| *d) { None } else { Some(NullBuffer::from(self.dated)) };
        let parties: Vec<String> = world.countries.iter().take(world.parties).map(ToString::to_string).collect();
        let words = |all: &[&str]| all.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        let kinds = words(&Kind::ALL.iter().map(|k| k.word()).collect::<Vec<_>>());
        let qualities = words(&Quality::ALL.iter().map(|q| q.word()).collect::<Vec<_>>());
        let (mut party, mut kind, mut quality) = (Some(self.party), Some(self.kind), Some(self.quality));
        let (mut from, mut to) = (Some(self.from), Some(self.to));
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(fields.len());
        for field in fields {
            let into = field.data_type();
            arrays.push(match field.name().as_str() {
                "party" => worded(party.take().unwrap_or_default(), None, into, &parties)?,
                "kind" => worded(kind.take().unwrap_or_default(), None, into, &kinds)?,
                "quality" => worded(quality.take().unwrap_or_default(), None, into, &qualities)?,
                "from" => Arc::new(Date32Array::new(from.take().unwrap_or_default().into(), dated.clone())),
                "to" => Arc::new(Date32Array::new(to.take().unwrap_or_default().into(), dated.clone())),
                "amount" => {
                    let amount = |a: &Option<(i64, Unit)>| a.map(|(count, _)| count.to_string());
                    Arc::new(self.amount.iter().map(amount).collect::<StringArray>())
                }
                "unit" => {
                    let at = |u: Unit| Unit::ALL.iter().position(|known| *known == u);
                    let key = |a: &Option<(i64, Unit)>| a.and_then(|(_, unit)| at(unit)).unwrap_or(0);
                    let keys = self.amount.iter().map(|a| u16::try_from(key(a)).unwrap_or(0)).collect();
                    let given: Vec<bool> = self.amount.iter().map(Option::is_some).collect();
                    let units = words(&Unit::ALL.map(Unit::word));
                    worded(keys, Some(NullBuffer::from(given)), into, &units)?
                }
                _ => new_null_array(into, length),
            });
        }
        let values: ArrayRef = Arc::new(StructArray::try_new(fields.clone(), arrays, None)?);
        let nulls = if self.rows.iter().all(|r| *r) { None } else { Some(NullBuffer::from(self.rows)) };
        list(item, self.ends, values, nulls)
    }
}
