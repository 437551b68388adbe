//! Writing what comes, in the order of the rows.

use super::hand::{Done, Place, Step, Task};
use super::turn::Turn;
use super::{Progress, Tally, stopped};
use crate::results::Asked;
use crate::sink::{Press, Printed};
use crate::source::Extent;
use crate::{BatchError, Sink};
use arrow_array::RecordBatch;
use parquet::arrow::arrow_writer::ArrowColumnChunk;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender};

/// The file in the making.
pub(super) struct Writing<'a> {
    sink: Sink,
    press: &'a Press,
    extent: Extent,
    named: &'a dyn Fn(BatchError) -> BatchError,
    turn: &'a Turn,
    tally: Tally,
    /// What came, by portion, and which portion is next.
    early: BTreeMap<u64, VecDeque<Step>>,
    next: u64,
    groups: Groups,
}

/// Row groups in the making.
#[derive(Default)]
struct Groups {
    /// Rows that are not in a row group yet.
    batches: Vec<RecordBatch>,
    rows: usize,
    /// How many were handed out, how many columns each has, and which of them are encoded.
    begun: usize,
    width: usize,
    columns: BTreeMap<Place, Vec<ArrowColumnChunk>>,
    written: usize,
}

impl<'a> Writing<'a> {
    pub fn new(
        asked: &Asked,
        sink: Sink,
        press: &'a Press,
        extent: Extent,
        named: &'a dyn Fn(BatchError) -> BatchError,
        turn: &'a Turn,
    ) -> Writing<'a> {
        let (tally, groups) = (Tally::new(asked), Groups::default());
        Writing { sink, press, extent, named, turn, tally, early: BTreeMap::new(), next: 0, groups }
    }

    /// Writes what comes in the order in which it was read. The channels end with it, and the threads with them.
    pub fn write(
        &mut self,
        done: Receiver<Done>,
        permits: Sender<()>,
        tasks: Sender<Task>,
        told: &mut dyn FnMut(Progress),
    ) -> Result<(), BatchError> {
        let mut all_read = false;
        for one in &done {
            match one {
                Done::Fallen => return Err(stopped()),
                Done::Portion(number, step) => self.early.entry(number).or_default().push_back(step),
                Done::Column(place, chunks) => {
                    let _ = self.groups.columns.insert(place, chunks?);
                    self.groups(None)?;
                }
            }
            while let Some(step) = self.early.get_mut(&self.next).and_then(VecDeque::pop_front) {
                match step {
                    Step::Rows(printed, tally) => {
                        let rows = tally.rows;
                        self.rows(*printed, &tasks)?;
                        self.tally.add(*tally);
                        self.turn.written(rows);
                        told(Progress { rows: self.tally.rows, read: self.read() });
                    }
                    Step::End => {
                        let _ = self.early.remove(&self.next);
                        self.next += 1;
                        self.turn.next(self.next);
                        let _ = permits.send(());
                    }
                    Step::Failed(damage) => return Err((self.named)(damage.after(self.tally.rows))),
                    Step::EndOfFile => {
                        all_read = true;
                        self.groups(Some(&tasks))?;
                    }
                }
            }
            if all_read && self.groups.written == self.groups.begun {
                return Ok(());
            }
        }
        Err(stopped())
    }

    fn read(&self) -> Option<(u64, u64)> {
        match &self.extent {
            Extent::Unknown => None,
            Extent::Rows(all) => Some((self.tally.rows, *all)),
            Extent::Bytes(read, all) => Some((read.load(Ordering::Relaxed), *all)),
        }
    }

    fn rows(&mut self, printed: Printed, tasks: &Sender<Task>) -> Result<(), BatchError> {
        match (printed, self.press.rows()) {
            (Printed::Text(text), _) => self.sink.text(&text),
            (Printed::Batch(batch), None) => self.sink.write(&batch),
            (Printed::Batch(batch), Some(most)) => {
                self.groups.rows += batch.num_rows();
                self.groups.batches.push(batch);
                if self.groups.rows >= most { self.groups(Some(tasks)) } else { Ok(()) }
            }
        }
    }

    /// Hands the rows so far out as a row group, where they are to be, and writes the groups that are encoded.
    fn groups(&mut self, hand_out: Option<&Sender<Task>>) -> Result<(), BatchError> {
        let groups = &mut self.groups;
        if let Some(tasks) = hand_out.filter(|_| groups.rows > 0) {
            let columns = self.press.columns(groups.begun, &std::mem::take(&mut groups.batches))?;
            groups.width = columns.len();
            for (at, column) in columns.into_iter().enumerate() {
                tasks.send(Task::Column((groups.begun, at), Box::new(column))).map_err(|_| stopped())?;
            }
            groups.begun += 1;
            groups.rows = 0;
        }
        loop {
            let group = groups.written;
            if group == groups.begun || groups.columns.range((group, 0)..(group + 1, 0)).count() < groups.width {
                return Ok(());
            }
            let later = groups.columns.split_off(&(group + 1, 0));
            let columns = std::mem::replace(&mut groups.columns, later);
            self.sink.group(columns.into_values().flatten().collect())?;
            groups.written += 1;
        }
    }

    /// Ends the file.
    pub fn finish(self) -> Result<Tally, BatchError> {
        self.sink.finish()?;
        Ok(self.tally)
    }
}
