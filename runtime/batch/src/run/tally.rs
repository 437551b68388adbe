//! What a run came to.

use crate::results::{Asked, Made, OUTCOMES};
use arrow_array::{Array, StringArray};
use std::collections::BTreeMap;

/// Different reasons that are counted.
const MOST_REASONS: usize = 4096;

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows.
    pub rows: u64,
    /// Rows that the general evaluator answered.
    pub general: u64,
    /// Of each output how many of each outcome, by rank.
    pub outputs: Vec<[u64; 7]>,
    /// How often each outcome that is not a value had each reason.
    pub reasons: BTreeMap<(u8, String), u64>,
}

impl Tally {
    /// Nothing yet.
    pub(crate) fn new(asked: &Asked) -> Tally {
        Tally { outputs: vec![[0; 7]; asked.outputs.len()], ..Tally::default() }
    }

    /// Counts one output of a block.
    pub(crate) fn count(&mut self, output: usize, made: &Made, reasons: &StringArray) {
        if let Some(counts) = self.outputs.get_mut(output) {
            let mut all = [0u64; 256];
            for outcome in &made.outcome {
                if let Some(count) = all.get_mut(usize::from(*outcome)) {
                    *count += 1;
                }
            }
            counts.iter_mut().zip(all).for_each(|(count, more)| *count += more);
        }
        if reasons.null_count() == reasons.len() {
            return;
        }
        // Reasons come in runs of the same.
        let mut run: Option<(u8, &str, u64)> = None;
        let rows = made.outcome.iter().enumerate().filter(|(row, outcome)| **outcome > 0 && reasons.is_valid(*row));
        for (outcome, reason) in rows.map(|(row, outcome)| (*outcome, reasons.value(row))) {
            match &mut run {
                Some((before, text, times)) if *before == outcome && *text == reason => *times += 1,
                _ => {
                    if let Some((before, text, times)) = run.replace((outcome, reason, 1)) {
                        self.reason(before, text, times);
                    }
                }
            }
        }
        if let Some((outcome, reason, times)) = run {
            self.reason(outcome, reason, times);
        }
    }

    fn reason(&mut self, outcome: u8, reason: &str, times: u64) {
        let key = (outcome, reason.to_owned());
        if let Some(count) = self.reasons.get_mut(&key) {
            *count += times;
        } else if self.reasons.len() < MOST_REASONS {
            let _ = self.reasons.insert(key, times);
        }
    }

    /// Adds what a block came to.
    pub(crate) fn add(&mut self, block: Tally) {
        self.rows += block.rows;
        self.general += block.general;
        for (counts, more) in self.outputs.iter_mut().zip(block.outputs) {
            counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
        }
        for ((outcome, reason), times) in block.reasons {
            self.reason(outcome, &reason, times);
        }
    }

    /// The commonest reasons: how often, the word of the outcome, the reason.
    pub fn commonest(&self, most: usize) -> Vec<(u64, &'static str, &str)> {
        let word = |rank: u8| OUTCOMES.get(usize::from(rank)).copied().unwrap_or("?");
        let mut all: Vec<_> = self.reasons.iter().map(|((rank, r), times)| (*times, word(*rank), r.as_str())).collect();
        all.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.2.cmp(b.2)));
        all.truncate(most);
        all
    }
}
