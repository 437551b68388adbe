//! One block: taken in, asked, put together again.

use super::shapes::Shapes;
use super::tally::Tally;
use crate::ingest::Survey;
use crate::reasons::reasons;
use crate::results::{self, Asked, FAULT, Finished, Form, Made, Origin, Said};
use crate::row::Rows;
use crate::source::{Block, Columns};
use crate::{General, Generals};
use accord_core::Country;
use accord_core::columns::RawOut;
use arrow_array::{Array, RecordBatch, StringArray};
use std::collections::{BTreeMap, BTreeSet};

/// What a thread works with.
pub(crate) struct Worker<'a> {
    pub asked: &'a Asked,
    pub columns: &'a Columns,
    pub form: &'a Form,
    pub shapes: &'a Shapes<'a>,
    pub evaluate: bool,
    generals: &'a dyn Generals,
    /// Made once a row needs it: that takes as long as thousands of rows.
    general: Option<Box<dyn General>>,
    /// What is said of faults, by output, place and kind: found out once.
    faults: BTreeMap<(usize, u64), String>,
}

/// A block that was decided.
struct Decided {
    made: Vec<Made>,
    parties: Vec<Country>,
    names: Vec<String>,
    /// Of each output what the general evaluator said, by row, and how many rows it was asked about.
    general: Vec<Vec<(usize, Said)>>,
    asked: usize,
    /// Rows with something that cannot be read, and what.
    wrong: Vec<(usize, String)>,
}

/// What came out of a block, to be held against what another version says.
pub(crate) struct Answers {
    pub rows: usize,
    /// Each output with its reasons.
    pub outputs: Vec<(Made, StringArray)>,
    /// Numbers of countries in results stand for these.
    pub parties: Vec<Country>,
    wrong: Vec<(usize, String)>,
}

impl Answers {
    /// What cannot be read of a row.
    pub fn wrong(&self, row: usize) -> Option<&str> {
        let at = self.wrong.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        self.wrong.get(at).map(|(_, said)| said.as_str())
    }

    /// The reason of an output of a row; empty where there is none.
    pub fn reason(&self, output: usize, row: usize) -> &str {
        let reasons = self.outputs.get(output).map(|(_, reasons)| reasons);
        reasons.filter(|r| row < r.len() && r.is_valid(row)).map_or("", |r| r.value(row))
    }
}

impl<'a> Worker<'a> {
    pub fn new(
        asked: &'a Asked,
        columns: &'a Columns,
        form: &'a Form,
        shapes: &'a Shapes<'a>,
        evaluate: bool,
        generals: &'a dyn Generals,
    ) -> Worker<'a> {
        Worker { asked, columns, form, shapes, evaluate, generals, general: None, faults: BTreeMap::new() }
    }

    /// Whether another thread is making the code that the first block is to be asked by.
    pub fn waits(&self) -> bool {
        self.evaluate && self.shapes.is_being_made()
    }

    /// What comes out of a block. An error is an array that is not what it says.
    pub fn work(&mut self, block: &Block) -> Result<(RecordBatch, Tally), String> {
        let rows = block.batch.num_rows();
        let decided = self.decide(block)?;
        let mut tally = Tally::new(self.asked);
        tally.rows = u64::try_from(rows).unwrap_or(0);
        tally.general = u64::try_from(decided.asked).unwrap_or(0);
        let Decided { made, parties, names, general, .. } = decided;
        let mut finished = Vec::with_capacity(made.len());
        for (at, ((made, said), output)) in made.into_iter().zip(general).zip(&self.asked.outputs).enumerate() {
            let faults = |detail: u64| self.faults.get(&(at, detail)).cloned();
            let reasons = reasons(&made, &names, &said, &faults)?;
            let provisions = self.asked.provisions.then(|| results::provisions(&made, self.asked, output, &said));
            tally.count(at, &made, &reasons);
            finished.push(Finished { made, parties: parties.clone(), reasons: reasons.texts, provisions });
        }
        let kept = results::carry(self.columns, &block.batch)?;
        Ok((self.form.batch(kept, finished, rows)?, tally))
    }

    /// What comes out of a block, unwritten.
    pub fn answers(&mut self, block: &Block) -> Result<Answers, String> {
        let Decided { made, parties, names, general, wrong, .. } = self.decide(block)?;
        let mut outputs = Vec::with_capacity(made.len());
        for (at, (made, said)) in made.into_iter().zip(general).enumerate() {
            let faults = |detail: u64| self.faults.get(&(at, detail)).cloned();
            let reasons = reasons(&made, &names, &said, &faults)?;
            outputs.push((made, reasons.texts));
        }
        Ok(Answers { rows: block.batch.num_rows(), outputs, parties, wrong })
    }

    fn decide(&mut self, block: &Block) -> Result<Decided, String> {
        let rows = block.batch.num_rows();
        let survey = Survey::new(&self.asked.layout, self.columns, block)?;
        let occurring = if self.shapes.looks_for_parties() { survey.parties()? } else { BTreeSet::new() };
        let mut taken = survey.take(self.shapes.parties(&occurring))?;
        let mut made: Vec<Made> = self.asked.outputs.iter().map(|output| Made::new(output, rows)).collect();
        // Numbers of countries in results stand for these.
        let parties = taken.shape.parties.clone();
        let mut general: Vec<Vec<(usize, Said)>> = made.iter().map(|_| Vec::new()).collect();
        if !self.evaluate {
            return Ok(Decided { made, parties, names: Vec::new(), general, asked: 0, wrong: Vec::new() });
        }
        let kernel = self.shapes.kernel(&taken.shape);
        let names = kernel.as_ref().map(|k| k.names().to_vec()).unwrap_or_default();
        let left: BTreeMap<usize, Vec<usize>> = match kernel {
            Some(kernel) => {
                let columns = taken.raw(kernel.inputs())?;
                made.iter_mut().for_each(Made::undecided);
                let outs: Vec<RawOut> = made.iter_mut().map(Made::raw).collect();
                kernel.run(&columns, &outs, 0, rows);
                self.left(&made, taken.odd(), parties.len())
            }
            None => (0..rows).map(|row| (row, (0..made.len()).collect())).collect(),
        };
        let facts = Rows { layout: &self.asked.layout, columns: self.columns, block };
        let mut unread = Vec::new();
        for (row, outputs) in &left {
            let (of_row, wrong) = facts.facts_and_wrong(*row);
            if !wrong.is_empty() {
                unread.push((*row, wrong.join("; ")));
            }
            let evaluator = self.general.get_or_insert_with(|| self.generals.general());
            let answers = evaluator.answer(&of_row, outputs);
            let origin = Origin { asked: self.asked, parties: &parties, wrong: &wrong };
            if answers.len() != outputs.len() {
                return Err("the general evaluator left an answer out".to_owned());
            }
            for (at, answer) in outputs.iter().zip(&answers) {
                let Some((made, general)) = made.get_mut(*at).zip(general.get_mut(*at)) else { continue };
                let before = (made.outcome.get(*row).copied(), made.detail.get(*row).copied());
                let said = made.put(*row, answer, &origin);
                if let ((Some(FAULT), Some(detail)), Some(reason)) = (before, &said.reason) {
                    let _ = self.faults.insert((*at, detail), reason.clone());
                }
                general.push((*row, said));
            }
        }
        Ok(Decided { made, parties, names, general, asked: left.len(), wrong: unread })
    }

    /// The rows for the general evaluator, with the outputs to be asked for: of odd ones every one, of others those
    /// that were not decided, and the first of each fault whose words are not known yet.
    fn left(&self, made: &[Made], odd: impl Iterator<Item = usize>, parties: usize) -> BTreeMap<usize, Vec<usize>> {
        let mut left: BTreeMap<usize, Vec<usize>> = odd.map(|row| (row, (0..made.len()).collect())).collect();
        let odd: BTreeSet<usize> = left.keys().copied().collect();
        let mut met: BTreeSet<(usize, u64)> = BTreeSet::new();
        for (at, made) in made.iter().enumerate() {
            for (row, fault) in made.left(parties).filter(|(row, _)| !odd.contains(row)) {
                let unknown = |detail| !self.faults.contains_key(&(at, detail)) && met.insert((at, detail));
                if fault.is_none_or(unknown) {
                    left.entry(row).or_default().push(at);
                }
            }
        }
        left
    }
}
