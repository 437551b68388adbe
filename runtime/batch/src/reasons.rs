//! The reasons of outcomes, as a column and as how often each was given: most rows have none, and those that have one
//! have one of a few.

use crate::results::{FAULT, Made, NOTHING, Said};
use arrow_array::StringArray;
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer};
use std::collections::BTreeMap;

/// The reasons of one output of a block.
pub(crate) struct Reasons {
    /// One for each row; null where there is none.
    pub texts: StringArray,
    /// What outcomes that are not values had as their reason: the rank, the reason, how often.
    pub times: Vec<(u8, String, u64)>,
}

/// A reason that native code gave by its bits.
struct Known {
    outcome: u8,
    text: String,
    times: u64,
}

/// The reasons of rows: for those the general evaluator answered what it said, for others the names of the bits that
/// native code set.
pub(crate) fn reasons(
    made: &Made,
    names: &[String],
    general: &[(usize, Said)],
    faults: &dyn Fn(u64) -> Option<String>,
) -> Result<Reasons, String> {
    let mut texts = Texts::new(made.outcome.len());
    let mut times = Vec::new();
    let mut said = general.iter().peekable();
    let mut natives = Natives::new(names, faults);
    for (at, (outcomes, details)) in made.outcome.chunks(EACH).zip(made.detail.chunks(EACH)).enumerate() {
        let first = at * EACH;
        let mut given = with_reasons(outcomes);
        if said.peek().is_some_and(|(row, _)| *row < first + EACH) {
            // Whatever the general evaluator answered is looked at.
            given = u64::MAX;
        }
        texts.begin(first);
        while given != 0 {
            let next = usize::try_from(given.trailing_zeros() / 8).unwrap_or(0);
            given &= !(0xFF << (8 * next));
            let (Some(outcome), Some(detail)) = (outcomes.get(next), details.get(next)) else { break };
            let row = first + next;
            if let Some((_, said)) = said.next_if(|(of, _)| *of == row) {
                texts.put(row, said.reason.as_deref());
                if let Some(reason) = said.reason.as_ref().filter(|_| *outcome > 0) {
                    times.push((*outcome, reason.clone(), 1));
                }
            } else if *outcome > NOTHING {
                texts.put(row, natives.text(*outcome, *detail));
            }
        }
    }
    times.extend(natives.known.into_iter().map(|Known { outcome, text, times }| (outcome, text, times)));
    Ok(Reasons { texts: texts.array()?, times })
}

/// Reasons that native code gave, each once.
struct Natives<'a> {
    names: &'a [String],
    faults: &'a dyn Fn(u64) -> Option<String>,
    known: Vec<Known>,
    places: BTreeMap<(u8, u64), usize>,
    /// Those of late, where among the known.
    recent: [(u8, u64, usize); RECENT],
}

impl Natives<'_> {
    fn new<'a>(names: &'a [String], faults: &'a dyn Fn(u64) -> Option<String>) -> Natives<'a> {
        // No outcome that has a reason is 0.
        Natives { names, faults, known: Vec::new(), places: BTreeMap::new(), recent: [(0, 0, 0); RECENT] }
    }

    /// The text of a reason that was given once more.
    fn text(&mut self, outcome: u8, detail: u64) -> Option<&str> {
        let slot = (detail ^ (detail >> 7) ^ (detail >> 23)).wrapping_add(u64::from(outcome)) % RECENT as u64;
        let recent = self.recent.get_mut(usize::try_from(slot).unwrap_or(0))?;
        if (recent.0, recent.1) != (outcome, detail) {
            let place = *self.places.entry((outcome, detail)).or_insert_with(|| {
                let text = match outcome {
                    FAULT => (self.faults)(detail).unwrap_or_default(),
                    _ => named(self.names, detail),
                };
                self.known.push(Known { outcome, text, times: 0 });
                self.known.len() - 1
            });
            *recent = (outcome, detail, place);
        }
        let known = self.known.get_mut(recent.2)?;
        known.times += 1;
        Some(&known.text)
    }
}

/// Rows that are looked at together.
const EACH: usize = 8;

/// Reasons that are kept in mind.
const RECENT: usize = 16;

/// Of these outcomes those that are neither values nor nothing, a byte each that is not 0.
fn with_reasons(outcomes: &[u8]) -> u64 {
    const { assert!(NOTHING == 1) };
    let word = match <[u8; EACH]>::try_from(outcomes) {
        Ok(outcomes) => u64::from_le_bytes(outcomes),
        Err(_) => outcomes.iter().rev().fold(0, |word, outcome| word << 8 | u64::from(*outcome)),
    };
    word & 0xFEFE_FEFE_FEFE_FEFE
}

/// A column of texts in the making, most of them null.
struct Texts {
    /// Of each row its end, behind a beginning: those of so many rows more than there are, so that all are written so
    /// many at a time.
    ends: Vec<i32>,
    rows: usize,
    all: Vec<u8>,
    there: Vec<u64>,
}

impl Texts {
    /// So many rows, none of them there yet.
    fn new(rows: usize) -> Texts {
        let ends = vec![0; rows + 1 + EACH];
        Texts { ends, rows, all: Vec::with_capacity(rows * 4), there: vec![0; rows.div_ceil(64)] }
    }

    /// The rows from this one on, so many as are looked at together, have no text so far.
    fn begin(&mut self, row: usize) {
        let end = self.end();
        if let Some(ends) = self.ends.get_mut(row + 1..).and_then(|ends| ends.first_chunk_mut::<EACH>()) {
            *ends = [end; EACH];
        }
    }

    /// Puts the text of a row; rows behind it have none so far.
    fn put(&mut self, row: usize, text: Option<&str>) {
        let Some(text) = text else { return };
        self.all.extend_from_slice(text.as_bytes());
        if let Some(word) = self.there.get_mut(row / 64) {
            *word |= 1u64 << (row % 64);
        }
        self.begin(row);
    }

    /// A block whose texts are longer than a column can be is refused rather than wrong.
    fn end(&self) -> i32 {
        i32::try_from(self.all.len()).unwrap_or(i32::MAX)
    }

    fn array(mut self) -> Result<StringArray, String> {
        let rows = self.rows;
        self.ends.truncate(rows + 1);
        if self.all.is_empty() && self.there.iter().all(|word| *word == 0) {
            return Ok(StringArray::new_null(rows));
        }
        let there = NullBuffer::new(BooleanBuffer::new(Buffer::from_vec(self.there), 0, rows));
        let ends = OffsetBuffer::new(self.ends.into());
        StringArray::try_new(ends, Buffer::from_vec(self.all), Some(there)).map_err(|e| e.to_string())
    }
}

/// The names of bits, in the order in which the general evaluator says them.
fn named(names: &[String], bits: u64) -> String {
    let set = names.iter().take(64).enumerate().filter(|(at, _)| bits >> at & 1 == 1);
    let mut found: Vec<&str> = set.map(|(_, name)| name.as_str()).collect();
    found.sort_unstable();
    found.join("; ")
}
