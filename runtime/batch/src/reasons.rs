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
    let rows = made.outcome.len();
    let mut texts = Texts::new(rows);
    let mut times = Vec::new();
    let mut said = general.iter().peekable();
    let mut known: Vec<Known> = Vec::new();
    let mut places: BTreeMap<(u8, u64), usize> = BTreeMap::new();
    let mut recent = [(0u8, 0u64, 0usize); RECENT];
    for (at, (outcomes, details)) in made.outcome.chunks(EACH).zip(made.detail.chunks(EACH)).enumerate() {
        let first = at * EACH;
        let told = said.peek().is_some_and(|(row, _)| *row < first + EACH);
        if !told && have_none(outcomes) {
            texts.none(outcomes.len());
            continue;
        }
        let mut nothing = 0;
        for ((row, outcome), detail) in (first..).zip(outcomes).zip(details) {
            let by_general = if told { said.next_if(|(of, _)| *of == row) } else { None };
            if by_general.is_none() && *outcome <= NOTHING {
                nothing += 1;
                continue;
            }
            texts.none(std::mem::take(&mut nothing));
            if let Some((_, said)) = by_general {
                texts.put(row, said.reason.as_deref());
                if let Some(reason) = said.reason.as_ref().filter(|_| *outcome > 0) {
                    times.push((*outcome, reason.clone(), 1));
                }
                continue;
            }
            let slot = (detail ^ (detail >> 7) ^ (detail >> 23)).wrapping_add(u64::from(*outcome)) % RECENT as u64;
            let before = recent.get(usize::try_from(slot).unwrap_or(0)).copied().unwrap_or_default();
            let mut last = before;
            // No outcome that has a reason is 0.
            if (before.0, before.1) != (*outcome, *detail) {
                let place = *places.entry((*outcome, *detail)).or_insert_with(|| {
                    let text = match *outcome {
                        FAULT => faults(*detail).unwrap_or_default(),
                        _ => named(names, *detail),
                    };
                    known.push(Known { outcome: *outcome, text, times: 0 });
                    known.len() - 1
                });
                last = (*outcome, *detail, place);
                if let Some(slot) = recent.get_mut(usize::try_from(slot).unwrap_or(0)) {
                    *slot = last;
                }
            }
            if let Some(known) = known.get_mut(last.2) {
                known.times += 1;
                texts.put(row, Some(&known.text));
            }
        }
        texts.none(nothing);
    }
    times.extend(known.into_iter().map(|Known { outcome, text, times }| (outcome, text, times)));
    Ok(Reasons { texts: texts.array()?, times })
}

/// Rows that are looked at together.
const EACH: usize = 8;

/// Reasons that are kept in mind.
const RECENT: usize = 16;

/// Whether all of these outcomes are values or nothing.
fn have_none(outcomes: &[u8]) -> bool {
    const { assert!(NOTHING == 1) };
    match <[u8; EACH]>::try_from(outcomes) {
        Ok(outcomes) => u64::from_le_bytes(outcomes) & 0xFEFE_FEFE_FEFE_FEFE == 0,
        Err(_) => outcomes.iter().all(|outcome| *outcome <= NOTHING),
    }
}

/// A column of texts in the making, most of them null.
struct Texts {
    /// Of each row its end, behind a beginning; and how many rows there are so far.
    ends: Vec<i32>,
    rows: usize,
    all: Vec<u8>,
    there: Vec<u64>,
}

impl Texts {
    /// So many rows, none of them there yet.
    fn new(rows: usize) -> Texts {
        Texts { ends: vec![0; rows + 1], rows: 0, all: Vec::with_capacity(rows * 4), there: vec![0; rows.div_ceil(64)] }
    }

    /// The next rows, so many, have none.
    fn none(&mut self, rows: usize) {
        let end = self.end();
        if let Some(ends) = self.ends.get_mut(self.rows + 1..self.rows + 1 + rows) {
            ends.fill(end);
        }
        self.rows += rows;
    }

    /// Puts the text of the next row.
    fn put(&mut self, row: usize, text: Option<&str>) {
        if let Some(text) = text {
            self.all.extend_from_slice(text.as_bytes());
            if let Some(word) = self.there.get_mut(row / 64) {
                *word |= 1u64 << (row % 64);
            }
        }
        self.none(1);
    }

    /// A block whose texts are longer than a column can be is refused rather than wrong.
    fn end(&self) -> i32 {
        i32::try_from(self.all.len()).unwrap_or(i32::MAX)
    }

    fn array(self) -> Result<StringArray, String> {
        let rows = self.ends.len().saturating_sub(1);
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
