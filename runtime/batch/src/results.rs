//! What comes out: for each output a column of values, one of outcomes, one of reasons, and the provisions where they
//! are asked for.

use crate::ingest::{country, country_of};
use crate::source::countries;
use crate::{BatchError, Columns, schema};
use accord_core::columns::{OutCell, Output, RawOut, UNDECIDED};
use accord_core::{Answer, Country, Number, Outcome, Ratio, RuleId, Value};
use arrow_array::types::{UInt8Type, UInt16Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, DictionaryArray, Int64Array, ListArray, PrimitiveArray, RecordBatch,
    RecordBatchOptions, StringArray, StructArray, UInt8Array, UInt16Array,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ptr;
use std::sync::Arc;

/// What is above the line of a quotient.
pub const ABOVE: &str = "above";
/// What is below it.
pub const BELOW: &str = "below";

/// The words of the outcomes, by their rank.
pub const OUTCOMES: [&str; 7] = ["value", "nothing", "undetermined", "refer", "gap", "conflict", "fault"];

/// The rank of nothing.
pub(crate) const NOTHING: u8 = 1;
/// The rank of what is undetermined, the first that has names.
pub(crate) const UNDETERMINED: u8 = 2;
/// The rank of a conflict.
pub(crate) const CONFLICT: u8 = 5;
/// The rank of a fault.
pub(crate) const FAULT: u8 = 6;

/// What is asked of every row.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The columns of the question.
    pub layout: accord_core::columns::Layout,
    /// What comes out.
    pub outputs: Vec<Output>,
    /// The provision of each rule, by its number; empty where it has none.
    pub citations: Vec<String>,
    /// Whether provisions are to be written.
    pub provisions: bool,
}

impl Asked {
    /// The provisions of rules, each once.
    fn cite(&self, rules: impl IntoIterator<Item = RuleId>) -> String {
        let mut cited: Vec<&str> = Vec::new();
        for rule in rules {
            let text = self.citations.get(rule.0 as usize).map_or("", String::as_str);
            if !text.is_empty() && !cited.contains(&text) {
                cited.push(text);
            }
        }
        cited.join(", ")
    }
}

/// The values of one output.
#[derive(Debug)]
enum Values {
    Bits(Vec<u64>),
    Minor(Vec<i64>),
    Quotient(Vec<i64>, Vec<i64>),
    Day(Vec<i32>),
    Country(Vec<u16>),
    Member(Vec<u8>),
    Countries(Vec<u64>),
}

/// One output of a block in the making.
#[derive(Debug)]
pub(crate) struct Made {
    values: Values,
    valid: Vec<u64>,
    pub outcome: Vec<u8>,
    pub detail: Vec<u64>,
    pub rules: Vec<u64>,
}

/// The value of an output of a row, to be held against that of another version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Worth {
    YesNo(bool),
    /// In minor units.
    Minor(i64),
    /// In lowest terms.
    Quotient(i64, i64),
    Day(i32),
    Country(Country),
    Word(String),
    Countries(Vec<Country>),
}

/// What the general evaluator said of an output of a row, beside its value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    pub reason: Option<String>,
    pub provisions: String,
}

/// Where an answer comes from.
pub(crate) struct Origin<'a> {
    pub asked: &'a Asked,
    /// The parties that numbers of countries stand for.
    pub parties: &'a [Country],
    /// What could not be read of the row.
    pub wrong: &'a [String],
}

impl Made {
    /// So many rows of nothing. Rules have a place only where they are wanted.
    pub fn new(output: &Output, rows: usize) -> Made {
        let words = rows.div_ceil(64);
        let values = match &output.cell {
            OutCell::YesNo => Values::Bits(vec![0; words]),
            OutCell::Money(_) => Values::Minor(vec![0; rows]),
            OutCell::Fraction => Values::Quotient(vec![0; rows], vec![0; rows]),
            OutCell::Date => Values::Day(vec![0; rows]),
            OutCell::Country => Values::Country(vec![0; rows]),
            OutCell::Member(..) => Values::Member(vec![0; rows]),
            OutCell::Countries => Values::Countries(vec![0; rows]),
        };
        let (valid, outcome) = (vec![0; words], vec![NOTHING; rows]);
        let rules = if output.rules.is_empty() { Vec::new() } else { vec![0; rows] };
        Made { values, valid, outcome, detail: vec![0; rows], rules }
    }

    /// From here on native code says which rows it decided.
    pub fn undecided(&mut self) {
        self.outcome.fill(UNDECIDED);
    }

    /// Where native code writes. It must be kept as long as that is used.
    pub fn raw(&mut self) -> RawOut {
        let mut below = ptr::null_mut();
        let values: *mut u8 = match &mut self.values {
            Values::Bits(v) | Values::Countries(v) => v.as_mut_ptr().cast(),
            Values::Minor(v) => v.as_mut_ptr().cast(),
            Values::Quotient(v, b) => {
                below = b.as_mut_ptr().cast();
                v.as_mut_ptr().cast()
            }
            Values::Day(v) => v.as_mut_ptr().cast(),
            Values::Country(v) => v.as_mut_ptr().cast(),
            Values::Member(v) => v.as_mut_ptr(),
        };
        RawOut {
            values,
            below,
            valid: self.valid.as_mut_ptr(),
            outcome: self.outcome.as_mut_ptr(),
            detail: self.detail.as_mut_ptr(),
            rules: if self.rules.is_empty() { ptr::null_mut() } else { self.rules.as_mut_ptr() },
        }
    }

    /// Whether a row is left to the general evaluator: it was not decided, or what was decided has no form here.
    fn is_left(&self, row: usize, parties: usize) -> bool {
        let outcome = self.outcome.get(row).copied().unwrap_or(UNDECIDED);
        let elsewhere = match &self.values {
            Values::Countries(sets) => outcome == 0 && sets.get(row).is_some_and(|set| set >> 63 == 1),
            Values::Country(codes) => outcome == 0 && codes.get(row).is_some_and(|code| usize::from(*code) >= parties),
            _ => false,
        };
        outcome >= UNDECIDED || outcome == CONFLICT || elsewhere
    }

    /// The rows that are left, and those that came to a fault, with where. Rows are looked at one by one only where there
    /// is any among so many.
    pub fn left(&self, parties: usize) -> impl Iterator<Item = (usize, Option<u64>)> {
        const EACH: usize = 64;
        let every = matches!(self.values, Values::Countries(_) | Values::Country(_));
        let any = move |outcomes: &[u8]| every || outcomes.iter().copied().fold(0, u8::max) >= CONFLICT;
        let parts = self.outcome.chunks(EACH).zip(self.detail.chunks(EACH)).zip((0..).step_by(EACH));
        let rows = parts.filter(move |((outcomes, _), _)| any(outcomes));
        let rows = rows.flat_map(|((outcomes, details), first)| outcomes.iter().zip(details).zip(first..));
        rows.filter_map(move |((outcome, detail), row)| match *outcome {
            FAULT => Some((row, Some(*detail))),
            _ => self.is_left(row, parties).then_some((row, None)),
        })
    }

    /// Puts in what the general evaluator answered in these words; what is said of it. Where something is
    /// undetermined, whatever could not be read of the row is said too: it may have been lost on the way.
    pub fn put(&mut self, row: usize, (answer, words): &(Answer, String), from: &Origin<'_>) -> Said {
        let Origin { asked, parties, wrong } = from;
        let rank = answer.outcome.rank();
        if let Some(slot) = self.outcome.get_mut(row) {
            *slot = rank;
        }
        let stored = answer.outcome.value().is_some_and(|value| self.store(row, value, parties).is_some());
        self.mark(row, stored);
        let provisions = if asked.provisions { asked.cite(answer.rules.iter().copied()) } else { String::new() };
        let reason = match &answer.outcome {
            Outcome::Nothing => None,
            Outcome::Value(_) if stored => None,
            Outcome::Value(_) => Some(format!("{words} has no form as a column")),
            Outcome::Undetermined(names) => {
                let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
                let lost = wrong.iter().map(String::as_str).filter(|w| !names.contains(w));
                Some(names.iter().copied().chain(lost).collect::<Vec<&str>>().join("; "))
            }
            Outcome::Refer(names) | Outcome::Gap(names) => {
                Some(names.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join("; "))
            }
            Outcome::Conflict(rules) => Some(asked.cite(rules.iter().copied())),
            Outcome::Fault(_) => Some(words.strip_prefix("fault ").unwrap_or(words.as_str()).to_owned()),
        };
        Said { reason, provisions }
    }

    /// The value of a row that has one. Members go by their words, since versions may number them otherwise.
    pub fn worth(&self, row: usize, cell: &OutCell, parties: &[Country]) -> Option<Worth> {
        (self.valid.get(row / 64)? >> (row % 64) & 1 == 1).then_some(())?;
        Some(match &self.values {
            Values::Bits(bits) => Worth::YesNo(bits.get(row / 64)? >> (row % 64) & 1 == 1),
            Values::Minor(minor) => Worth::Minor(*minor.get(row)?),
            Values::Quotient(above, below) => {
                let (above, below) = (*above.get(row)?, *below.get(row)?);
                let lowest = accord_core::ratio(above, if below == 0 { 1 } else { below });
                Worth::Quotient(i64::try_from(lowest.numer()).ok()?, i64::try_from(lowest.denom()).ok()?)
            }
            Values::Day(days) => Worth::Day(*days.get(row)?),
            Values::Country(codes) => Worth::Country(country_of(parties, *codes.get(row)?)?),
            Values::Member(codes) => match cell {
                OutCell::Member(_, words) => Worth::Word(words.get(usize::from(*codes.get(row)?))?.clone()),
                _ => return None,
            },
            Values::Countries(sets) => {
                let set = *sets.get(row)?;
                let held = parties.iter().enumerate().filter(|(at, _)| *at < 63 && set >> at & 1 == 1);
                let mut held: Vec<Country> = held.map(|(_, party)| *party).collect();
                held.sort();
                Worth::Countries(held)
            }
        })
    }

    fn mark(&mut self, row: usize, there: bool) {
        set_bit(&mut self.valid, row, there);
    }

    fn store(&mut self, row: usize, value: &Value, parties: &[Country]) -> Option<()> {
        match (&mut self.values, value) {
            (Values::Bits(bits), Value::YesNo(yes)) => set_bit(bits, row, *yes),
            (Values::Minor(minor), Value::Money(money)) => *minor.get_mut(row)? = money.minor,
            (Values::Quotient(above, below), Value::Number(number)) => {
                let (a, b) = quotient(number)?;
                *above.get_mut(row)? = a;
                *below.get_mut(row)? = b;
            }
            (Values::Day(days), Value::Date(day)) => *days.get_mut(row)? = day.day_number(),
            (Values::Country(codes), Value::Country(code)) => *codes.get_mut(row)? = country(parties, *code),
            (Values::Member(codes), Value::Member(_, at)) => *codes.get_mut(row)? = u8::try_from(*at).ok()?,
            (Values::Countries(sets), Value::Set(members)) => {
                let bit = |value: &Value| match value {
                    Value::Country(country) => parties.iter().position(|p| p == country),
                    _ => None,
                };
                let bits = members.iter().map(bit).collect::<Option<Vec<usize>>>()?;
                *sets.get_mut(row)? = bits.into_iter().fold(0, |set, bit| set | (1u64 << (bit & 63)));
            }
            _ => return None,
        }
        Some(())
    }
}

/// A quotient as the provision wrote it, where both are whole; else in lowest terms.
fn quotient(number: &Number) -> Option<(i64, i64)> {
    let whole = |ratio: &Ratio| ratio.is_integer().then(|| i64::try_from(ratio.numer()).ok()).flatten();
    let written = number.written.as_ref().and_then(|(above, below)| whole(above).zip(whole(below)));
    let value = &number.value;
    written.or_else(|| i64::try_from(value.numer()).ok().zip(i64::try_from(value.denom()).ok()))
}

fn set_bit(words: &mut [u64], row: usize, set: bool) {
    if let Some(word) = words.get_mut(row / 64) {
        let bit = 1u64 << (row % 64);
        *word = if set { *word | bit } else { *word & !bit };
    }
}

/// What is the same for every block of a run: the schema of the output and the words of its dictionaries.
pub(crate) struct Form {
    schema: SchemaRef,
    outcomes: ArrayRef,
    countries: ArrayRef,
    codes: Vec<u16>,
    members: Vec<Option<ArrayRef>>,
}

/// A dictionary's words, and where each country stands among them.
fn world() -> (ArrayRef, Vec<u16>) {
    let words: Vec<String> = countries().collect();
    let mut places = vec![0u16; 1 << 16];
    for (word, at) in words.iter().zip(0u16..) {
        let number = Country::parse(word).map(|c| country(&[], c));
        if let Some(place) = number.and_then(|n| places.get_mut(usize::from(n))) {
            *place = at;
        }
    }
    (Arc::new(StringArray::from(words)), places)
}

impl Form {
    /// The form of what comes out of a file with these columns.
    pub fn new(columns: &Columns, asked: &Asked) -> Result<Form, BatchError> {
        let kept = columns.kept().iter().filter_map(|at| columns.schema().fields().get(*at));
        let mut fields: Vec<Field> = kept.map(|f| carried(f)).collect();
        for output in &asked.outputs {
            if fields.iter().any(|f| f.name() == &output.name) {
                return Err(BatchError::new(format!(
                    "a result and a column that is kept are called `{}`",
                    output.name
                )));
            }
            fields.push(value_field(output));
            fields.push(Field::new(format!("{}.outcome", output.name), outcome_type(), false));
            fields.push(Field::new(format!("{}.reason", output.name), DataType::Utf8, true));
            if asked.provisions {
                fields.push(Field::new(format!("{}.provisions", output.name), DataType::Utf8, true));
            }
        }
        let members = asked.outputs.iter().map(|output| match &output.cell {
            OutCell::Member(_, words) => Some(Arc::new(StringArray::from(words.clone())) as ArrayRef),
            _ => None,
        });
        let (countries, codes) = world();
        let outcomes = Arc::new(StringArray::from(OUTCOMES.to_vec()));
        Ok(Form { schema: Arc::new(Schema::new(fields)), outcomes, countries, codes, members: members.collect() })
    }

    /// The schema of the output.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The columns of a block: those carried along, then of each output what was made of it.
    pub fn batch(&self, kept: Vec<ArrayRef>, made: Vec<Finished>, rows: usize) -> Result<RecordBatch, String> {
        let mut all = kept;
        for (finished, members) in made.into_iter().zip(&self.members) {
            let Finished { made, parties, reasons, provisions } = finished;
            let Made { values, valid, outcome, .. } = made;
            let nulls = NullBuffer::new(BooleanBuffer::new(Buffer::from_vec(valid), 0, rows));
            all.push(self.values(values, nulls, members.as_ref(), &parties, rows)?);
            let keys = UInt8Array::new(outcome.into(), None);
            all.push(by_words::<UInt8Type>(keys, &self.outcomes)?);
            all.push(Arc::new(reasons));
            all.extend(provisions.map(|p| Arc::new(p) as ArrayRef));
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(self.schema.clone(), all, &options).map_err(|e| e.to_string())
    }

    fn values(
        &self,
        values: Values,
        nulls: NullBuffer,
        members: Option<&ArrayRef>,
        parties: &[Country],
        rows: usize,
    ) -> Result<ArrayRef, String> {
        let nulls = Some(nulls);
        Ok(match values {
            Values::Bits(bits) => {
                Arc::new(BooleanArray::new(BooleanBuffer::new(Buffer::from_vec(bits), 0, rows), nulls))
            }
            Values::Minor(minor) => Arc::new(Int64Array::new(minor.into(), nulls)),
            Values::Quotient(above, mut below) => {
                // A whole number that is no quotient has 0 below.
                below.iter_mut().filter(|b| **b == 0).for_each(|b| *b = 1);
                let parts: Vec<ArrayRef> =
                    vec![Arc::new(Int64Array::new(above.into(), None)), Arc::new(Int64Array::new(below.into(), None))];
                Arc::new(StructArray::try_new(quotient_fields(), parts, nulls).map_err(|e| e.to_string())?)
            }
            Values::Day(days) => Arc::new(Date32Array::new(days.into(), nulls)),
            Values::Country(codes) => {
                // The numbers of a shape's parties are places in a list of them; of others they are fixed.
                let place = |code: u16| match country_of(parties, code) {
                    Some(found) => self.codes.get(usize::from(country(&[], found))).copied().unwrap_or(0),
                    None => 0,
                };
                let keys = UInt16Array::new(codes.into_iter().map(place).collect::<Vec<u16>>().into(), nulls);
                by_words::<UInt16Type>(keys, &self.countries)?
            }
            Values::Member(codes) => {
                let words = members.ok_or("a member of no enumeration")?;
                let known = words.len();
                let in_range = codes.into_iter().map(|c| if usize::from(c) < known { c } else { 0 });
                let keys: Vec<u8> = in_range.collect();
                by_members(keys, nulls, words)?
            }
            Values::Countries(sets) => Arc::new(lists(&sets, nulls.as_ref(), parties)?),
        })
    }
}

/// What is left of an output once a block is decided.
pub(crate) struct Finished {
    pub made: Made,
    pub parties: Vec<Country>,
    pub reasons: StringArray,
    pub provisions: Option<StringArray>,
}

fn by_words<K: arrow_array::types::ArrowDictionaryKeyType>(
    keys: PrimitiveArray<K>,
    words: &ArrayRef,
) -> Result<ArrayRef, String> {
    Ok(Arc::new(DictionaryArray::<K>::try_new(keys, words.clone()).map_err(|e| e.to_string())?))
}

fn by_members(keys: Vec<u8>, nulls: Option<NullBuffer>, words: &ArrayRef) -> Result<ArrayRef, String> {
    match schema::members(words.len()) {
        DataType::Dictionary(key, _) if *key == DataType::UInt8 => {
            by_words::<UInt8Type>(UInt8Array::new(keys.into(), nulls), words)
        }
        _ => {
            let keys: Vec<u16> = keys.into_iter().map(u16::from).collect();
            by_words::<UInt16Type>(UInt16Array::new(keys.into(), nulls), words)
        }
    }
}

fn lists(sets: &[u64], nulls: Option<&NullBuffer>, parties: &[Country]) -> Result<ListArray, String> {
    let mut lengths = Vec::with_capacity(sets.len());
    let mut members: Vec<&str> = Vec::new();
    for (row, set) in sets.iter().enumerate() {
        let before = members.len();
        if nulls.is_none_or(|n| n.is_valid(row)) {
            members.extend(parties.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1).map(|(_, p)| p.code()));
        }
        lengths.push(members.len() - before);
    }
    let field = Arc::new(Field::new_list_field(DataType::Utf8, true));
    let values = Arc::new(StringArray::from(members));
    ListArray::try_new(field, OffsetBuffer::from_lengths(lengths), values, nulls.cloned()).map_err(|e| e.to_string())
}

fn outcome_type() -> DataType {
    schema::dictionary(DataType::UInt8)
}

fn quotient_fields() -> Fields {
    Fields::from(vec![Field::new(ABOVE, DataType::Int64, true), Field::new(BELOW, DataType::Int64, true)])
}

fn value_field(output: &Output) -> Field {
    let of = match &output.cell {
        OutCell::Money(currency) => return schema::money(&output.name, currency.code()),
        OutCell::YesNo => DataType::Boolean,
        OutCell::Fraction => DataType::Struct(quotient_fields()),
        OutCell::Date => DataType::Date32,
        OutCell::Country => schema::dictionary(DataType::UInt16),
        OutCell::Member(_, words) => schema::members(words.len()),
        OutCell::Countries => DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true))),
    };
    Field::new(&output.name, of, true)
}

/// A column that is carried along: what it keeps by dictionary is written out, because dictionaries differ from batch
/// to batch.
fn carried(field: &Field) -> Field {
    match field.data_type() {
        DataType::Dictionary(_, of) => field.clone().with_data_type(of.as_ref().clone()),
        _ => field.clone(),
    }
}

/// The columns of a batch that are carried along.
pub(crate) fn carry(columns: &Columns, batch: &RecordBatch) -> Result<Vec<ArrayRef>, String> {
    let kept = columns.kept().iter().filter_map(|at| batch.columns().get(*at));
    kept.map(|array| match array.as_any_dictionary() {
        Some((keys, words)) => arrow_select::take::take(&words, keys.as_ref(), None).map_err(|e| e.to_string()),
        None => Ok(array.clone()),
    })
    .collect()
}

/// The keys and words of an array, if it has any.
trait ByDictionary {
    fn as_any_dictionary(&self) -> Option<(ArrayRef, ArrayRef)>;
}

impl ByDictionary for ArrayRef {
    fn as_any_dictionary(&self) -> Option<(ArrayRef, ArrayRef)> {
        let dictionary = arrow_array::cast::AsArray::as_any_dictionary_opt(self)?;
        Some((arrow_array::make_array(dictionary.keys().to_data()), dictionary.values().clone()))
    }
}

/// The provisions of rows.
pub(crate) fn provisions(made: &Made, asked: &Asked, output: &Output, general: &[(usize, Said)]) -> StringArray {
    let rows = made.outcome.len();
    let mut builder = arrow_array::builder::StringBuilder::with_capacity(rows, rows * 16);
    let mut said = general.iter().peekable();
    let mut known: BTreeMap<u64, String> = BTreeMap::new();
    for (row, bits) in made.rules.iter().enumerate() {
        if let Some((_, said)) = said.next_if(|(at, _)| *at == row) {
            builder.append_option(Some(said.provisions.as_str()).filter(|t| !t.is_empty()));
            continue;
        }
        let text = match known.entry(*bits) {
            Entry::Occupied(text) => text.into_mut(),
            Entry::Vacant(place) => {
                let rules = output.rules.iter().take(64).enumerate().filter(|(at, _)| bits >> at & 1 == 1);
                place.insert(asked.cite(rules.map(|(_, rule)| *rule)))
            }
        };
        builder.append_option(Some(text.as_str()).filter(|t| !t.is_empty()));
    }
    builder.finish()
}

#[cfg(test)]
mod tests {
    use super::{CONFLICT, FAULT, Made, UNDECIDED, UNDETERMINED};

    #[test]
    fn what_is_left_is_found_wherever_it_is() {
        let output = &crate::tests::outputs()[1];
        for rows in [1, 63, 64, 65, 200] {
            for place in [0, rows / 2, rows - 1] {
                let mut made = Made::new(output, rows);
                made.outcome[(place + 1) % rows] = UNDETERMINED;
                assert_eq!(made.left(2).count(), 0);
                for (outcome, fault) in [(FAULT, Some(7)), (CONFLICT, None), (UNDECIDED, None)] {
                    (made.outcome[place], made.detail[place]) = (outcome, 7);
                    assert_eq!(made.left(2).collect::<Vec<_>>(), [(place, fault)], "{outcome} at {place} of {rows}");
                }
            }
        }
    }
}
