//! What one thread does: makes blocks of portions and asks about them, and encodes columns.

use super::tally::Tally;
use super::turn::Turn;
use super::worker::Worker;
use crate::BatchError;
use crate::sink::{Column, Printed, Printer};
use crate::source::{Block, Blocks, Damage, Portion, ROWS};
use parquet::arrow::arrow_writer::ArrowColumnChunk;
use std::collections::VecDeque;
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
    /// A thread stopped in the middle of its work: what it had begun never comes.
    Fallen,
}

/// The next that comes of a portion.
pub(super) enum Step {
    Rows(Box<Printed>, Box<Tally>),
    End,
    Failed(Damage),
    /// There is no such portion.
    EndOfFile,
}

/// Rows that one thread decodes while another makes the code for them.
const AHEAD: usize = 2 * ROWS;

pub(super) struct Hand<'a> {
    pub worker: Worker<'a>,
    pub blocks: Blocks,
    pub printer: Option<Printer>,
    pub turn: &'a Turn,
    pub results: Sender<Done>,
    /// What was decoded and not asked about yet, in the order in which it came.
    pub ahead: VecDeque<Ahead>,
}

/// What comes next of a portion, of a number, before it is asked about.
pub(super) enum Ahead {
    Block(u64, Box<Block>),
    End(u64, Step),
}

/// Nobody wants what is done any longer.
struct Unwanted;

impl Drop for Hand<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            drop(self.results.send(Done::Fallen));
        }
    }
}

impl Hand<'_> {
    /// Does what there is to do until nobody wants it.
    pub fn work(mut self, waiting: &Mutex<Receiver<Task>>) {
        while let Some(task) = self.next(waiting) {
            let done = match task {
                Task::Portion(number, portion) => self.portion(number, portion),
                Task::Column(place, column) => self.send(Done::Column(place, column.encode())),
            };
            if done.is_err() {
                return;
            }
        }
    }

    /// The next there is to do. As long as there is something to be asked about, only what is there already.
    fn next(&mut self, waiting: &Mutex<Receiver<Task>>) -> Option<Task> {
        if !self.ahead.is_empty() {
            let next = waiting.try_lock().ok().and_then(|waiting| waiting.try_recv().ok());
            if next.is_some() {
                return next;
            }
            self.ask().ok()?;
        }
        waiting.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
    }

    fn send(&self, done: Done) -> Result<(), Unwanted> {
        self.results.send(done).map_err(|_| Unwanted)
    }

    /// Decodes a portion, and asks about what is decoded unless another thread is making the code for it.
    fn portion(&mut self, number: u64, portion: Portion) -> Result<(), Unwanted> {
        let mut begun = self.blocks.begin(portion);
        loop {
            let next = match begun {
                Ok(()) => match self.blocks.next() {
                    Ok(Some(block)) => Ahead::Block(number, Box::new(block)),
                    Ok(None) => Ahead::End(number, Step::End),
                    Err(damage) => Ahead::End(number, Step::Failed(damage)),
                },
                Err(damage) => Ahead::End(number, Step::Failed(damage)),
            };
            begun = Ok(());
            let ended = matches!(next, Ahead::End(..));
            self.ahead.push_back(next);
            if self.rows_ahead() > AHEAD || !self.worker.waits() {
                self.ask()?;
            }
            if ended {
                return Ok(());
            }
        }
    }

    /// Rows that were decoded and not asked about.
    fn rows_ahead(&self) -> usize {
        let rows = self.ahead.iter().map(|next| match next {
            Ahead::Block(_, block) => block.batch.num_rows(),
            Ahead::End(..) => 0,
        });
        rows.sum()
    }

    /// Asks about everything that was decoded.
    fn ask(&mut self) -> Result<(), Unwanted> {
        while let Some(next) = self.ahead.pop_front() {
            match next {
                Ahead::Block(number, block) => {
                    let rows = match self.rows(*block) {
                        Ok(rows) => rows,
                        Err(damage) => {
                            self.send(Done::Portion(number, Step::Failed(damage)))?;
                            continue;
                        }
                    };
                    if let Step::Rows(_, tally) = &rows {
                        self.turn.wait(number, tally.rows);
                    }
                    self.send(Done::Portion(number, rows))?;
                }
                Ahead::End(number, step) => self.send(Done::Portion(number, step))?,
            }
        }
        Ok(())
    }

    /// What comes out of a block. What the block holds is let go before this thread may have to wait.
    fn rows(&mut self, block: Block) -> Result<Step, Damage> {
        let damaged = |why: String| Damage { row: Some(0), error: BatchError::new(why) };
        let (batch, tally) = self.worker.work(&block).map_err(damaged)?;
        let printed = match &mut self.printer {
            Some(printer) => Printed::Text(printer.rows(&batch)?.to_vec()),
            None => Printed::Batch(batch),
        };
        Ok(Step::Rows(Box::new(printed), Box::new(tally)))
    }
}
