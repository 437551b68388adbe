//! A run: one thread reads, several ask, the calling one writes in the order of the rows.

mod both;
mod hand;
mod shapes;
mod tally;
mod turn;
mod worker;
mod writing;

pub use both::{Both, Change, Counted, How, Which, both};
pub use tally::Tally;

use crate::results::{Asked, Form};
use crate::row::Rows;
use crate::{BatchError, Columns, Format, Generals, Kernels, Sink, Source};
use accord_core::Facts;
use hand::{Done, Hand, Step, Task};
use shapes::Shapes;
use std::collections::{BTreeSet, VecDeque};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use turn::{Released, Turn};
use worker::Worker;
use writing::Writing;

/// The stack of a thread that asks: programs nest as deep as the texts they come from.
const STACK: usize = 16 << 20;

/// How a run is made.
pub struct Run<'a> {
    /// What is asked.
    pub asked: &'a Asked,
    /// What answers any row.
    pub generals: &'a dyn Generals,
    /// What makes native code, where there is any.
    pub kernels: Option<Arc<dyn Kernels>>,
    /// Threads that ask.
    pub threads: usize,
    /// Whether anything is asked at all; else everything comes out as nothing, to measure the rest.
    pub evaluate: bool,
}

/// How far a run is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Rows written.
    pub rows: u64,
    /// How much was read of how much, where that is known.
    pub read: Option<(u64, u64)>,
}

impl Run<'_> {
    /// Runs from one file to another.
    pub fn run(
        &self,
        source: Source,
        to: &Path,
        format: Format,
        told: &mut dyn FnMut(Progress),
    ) -> Result<Tally, BatchError> {
        let columns = source.columns().clone();
        let form = Form::new(&columns, self.asked)?;
        let (sink, press) = Sink::create(to, format, form.schema().clone())?.pressed()?;
        let shapes = Shapes::new(&self.asked.layout, &columns, self.kernels.clone());
        let threads = self.threads.max(1);
        let turn = Turn::default();
        let (extent, named) = (source.extent(), source.named());
        let mut writing = Writing::new(self.asked, sink, &press, extent, &named, &turn);
        std::thread::scope(|scope| {
            // As many portions are under way as there are permits: how far reading is ahead is bounded.
            let (permits, permitted) = channel::<()>();
            let (tasks, waiting) = channel::<Task>();
            let (results, done) = channel::<Done>();
            let waiting = Arc::new(Mutex::new(waiting));
            for _ in 0..threads * 2 + 2 {
                let _ = permits.send(());
            }
            let cannot = |e: std::io::Error| BatchError::new(format!("cannot start a thread: {e}"));
            let thread = || std::thread::Builder::new().stack_size(STACK);
            let mut handles = Vec::new();
            // Whoever waits for its turn is let go however this ends.
            let _released = Released(&turn);
            for _ in 0..threads {
                let (waiting, results, blocks) = (waiting.clone(), results.clone(), source.blocks()?);
                let (columns, form, shapes, turn) = (&columns, &form, &shapes, &turn);
                let printer = press.printer()?;
                let work = move || {
                    let worker = Worker::new(self.asked, columns, form, shapes, self.evaluate, self.generals);
                    Hand { worker, blocks, printer, turn, results, ahead: VecDeque::new() }.work(&waiting);
                };
                handles.push(thread().spawn_scoped(scope, work).map_err(cannot)?);
            }
            let (portions, ends) = (tasks.clone(), results);
            let reading = move || read(source, &permitted, &portions, &ends);
            handles.push(thread().spawn_scoped(scope, reading).map_err(cannot)?);
            drop(waiting);
            let written = writing.write(done, permits, tasks, told);
            turn.release();
            let fallen = handles.into_iter().map(|handle| handle.join()).filter(Result::is_err).count();
            if fallen > 0 { Err(stopped()) } else { written }
        })?;
        writing.finish()
    }
}

fn stopped() -> BatchError {
    BatchError::new("a thread stopped in the middle of its work").help("this is a defect of accord; please report it")
}

/// Takes portions off for the others.
fn read(mut source: Source, permitted: &Receiver<()>, tasks: &Sender<Task>, results: &Sender<Done>) {
    let mut number = 0;
    while permitted.recv().is_ok() {
        let sent = match source.portion() {
            Ok(Some(portion)) => tasks.send(Task::Portion(number, portion)).is_ok(),
            Ok(None) => {
                let _ = results.send(Done::Portion(number, Step::EndOfFile));
                false
            }
            Err(error) => {
                let _ = results.send(Done::Portion(number, Step::Failed(error.into())));
                false
            }
        };
        if !sent {
            return;
        }
        number += 1;
    }
}

/// The facts of some rows of a file, counted from 1.
pub fn facts_of(
    mut source: Source,
    asked: &Asked,
    wanted: &BTreeSet<u64>,
    told: &mut dyn FnMut(u64, Facts),
) -> Result<(), BatchError> {
    let columns: Columns = source.columns().clone();
    let last = wanted.last().copied().unwrap_or(0);
    let mut number = 0u64;
    while let Some(block) = source.next()? {
        let rows = Rows { layout: &asked.layout, columns: &columns, block: &block };
        for row in 0..block.batch.num_rows() {
            number += 1;
            if wanted.contains(&number) {
                told(number, rows.facts(row));
            }
        }
        if number >= last {
            break;
        }
    }
    Ok(())
}
