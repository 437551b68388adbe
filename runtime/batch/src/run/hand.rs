//! What one thread does: makes blocks of portions and asks about them, and encodes columns.

use super::tally::Tally;
use super::turn::Turn;
use super::worker::Worker;
use crate::BatchError;
use crate::sink::{Column, Printed, Printer};
use crate::source::{Blocks, Damage, Portion};
use parquet::arrow::arrow_writer::ArrowColumnChunk;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Mutex, PoisonError};

/// What there is to do.
pub(super) enum Task {
    /// A portion, by its number.
    Portion(u64, Portion),
    /// A column of a row group, by its place.
    Column(Place, Box<Column>),
}

/// Which row group, and which column of it.
pub(super) type Place = (usize, usize);

/// What was done.
pub(super) enum Done {
    /// The next of a portion.
    Portion(u64, Step),
    Column(Place, Result<Vec<ArrowColumnChunk>, BatchError>),
}

/// The next that comes of a portion.
pub(super) enum Step {
    Rows(Box<Printed>, Box<Tally>),
    End,
    Failed(Damage),
    /// There is no such portion.
    EndOfFile,
}

pub(super) struct Hand<'a> {
    pub worker: Worker<'a>,
    pub blocks: Blocks,
    pub printer: Option<Printer>,
    pub turn: &'a Turn,
    pub results: Sender<Done>,
}

impl Hand<'_> {
    /// Does what there is to do until nobody wants it.
    pub fn work(mut self, waiting: &Mutex<Receiver<Task>>) {
        loop {
            let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let sent = match next {
                Err(_) => return,
                Ok(Task::Portion(number, portion)) => {
                    let last = match self.portion(number, portion) {
                        Ok(()) => Step::End,
                        Err(damage) => Step::Failed(damage),
                    };
                    self.results.send(Done::Portion(number, last))
                }
                Ok(Task::Column(place, column)) => self.results.send(Done::Column(place, column.encode())),
            };
            if sent.is_err() {
                return;
            }
        }
    }

    fn portion(&mut self, number: u64, portion: Portion) -> Result<(), Damage> {
        self.blocks.begin(portion)?;
        while let Some(block) = self.blocks.next()? {
            let damaged = |why: String| Damage { row: Some(0), error: BatchError::new(why) };
            let (batch, tally) = self.worker.work(&block).map_err(damaged)?;
            // What the block holds is let go before this thread may have to wait.
            drop(block);
            let printed = match &mut self.printer {
                Some(printer) => Printed::Text(printer.rows(&batch)?.to_vec()),
                None => Printed::Batch(batch),
            };
            self.turn.wait(number, tally.rows);
            let rows = Step::Rows(Box::new(printed), Box::new(tally));
            if self.results.send(Done::Portion(number, rows)).is_err() {
                return Ok(());
            }
        }
        Ok(())
    }
}
