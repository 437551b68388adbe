//! What a run came to.

use crate::reasons::Reasons;
use crate::results::{Asked, Made, OUTCOMES};
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
    pub(crate) fn count(&mut self, output: usize, made: &Made, reasons: &Reasons) {
        if let Some(counts) = self.outputs.get_mut(output) {
            // One pass for each outcome, all of them many rows at a time.
            for (rank, count) in (0u8..).zip(counts) {
                let rows = made.outcome.chunks(128).map(|rows| {
                    let found = rows.iter().fold(0u8, |found, outcome| found.wrapping_add(u8::from(*outcome == rank)));
                    u64::from(found)
                });
                *count += rows.sum::<u64>();
            }
        }
        for (outcome, reason, times) in &reasons.times {
            self.reason(*outcome, reason, *times);
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
