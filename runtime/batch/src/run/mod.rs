//! A run: one thread reads, several ask, the calling one writes in the order of the rows.

mod shapes;
mod tally;
mod worker;

pub use tally::Tally;

use crate::results::{Asked, Form};
use crate::row::Rows;
use crate::{BatchError, Block, Columns, Format, Generals, Kernels, Sink, Source};
use accord_core::Facts;
use arrow_array::RecordBatch;
use shapes::Shapes;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use worker::Worker;

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

/// What was read, on its way to the threads; no block is the end of the file.
struct Sent {
    number: u64,
    read: Option<(u64, u64)>,
    block: Result<Option<Block>, BatchError>,
}

/// What was made of it, on its way to the file.
struct Done {
    number: u64,
    read: Option<(u64, u64)>,
    made: Result<Option<(RecordBatch, Tally)>, BatchError>,
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
        let mut sink = Sink::create(to, format, form.schema().clone())?;
        let shapes = Shapes::new(&self.asked.layout, self.kernels.clone());
        let threads = self.threads.max(1);
        let tally = std::thread::scope(|scope| {
            // As many blocks are under way as there are permits: how far one thread is ahead of another is bounded.
            let (permits, permitted) = channel::<()>();
            let (blocks, waiting) = channel::<Sent>();
            let (results, done) = channel::<Done>();
            let waiting = Arc::new(Mutex::new(waiting));
            for _ in 0..threads * 2 + 2 {
                let _ = permits.send(());
            }
            let cannot = |e: std::io::Error| BatchError::new(format!("cannot start a thread: {e}"));
            let thread = || std::thread::Builder::new().stack_size(STACK);
            let reading = thread().spawn_scoped(scope, move || read(source, &permitted, &blocks)).map_err(cannot)?;
            let mut handles = vec![reading];
            for _ in 0..threads {
                let (waiting, results) = (waiting.clone(), results.clone());
                let (columns, form, shapes) = (&columns, &form, &shapes);
                let work = move || {
                    let general = self.generals.general();
                    let worker = Worker::new(self.asked, columns, form, shapes, self.evaluate, general);
                    ask(worker, &waiting, &results);
                };
                handles.push(thread().spawn_scoped(scope, work).map_err(cannot)?);
            }
            drop((waiting, results));
            let written = self.write(&mut sink, done, permits, told);
            let fallen = handles.into_iter().map(|handle| handle.join()).filter(Result::is_err).count();
            if fallen > 0 { Err(stopped()) } else { written }
        })?;
        sink.finish()?;
        Ok(tally)
    }

    /// Writes what comes in the order in which it was read. The channels end with it, and the threads with them.
    fn write(
        &self,
        sink: &mut Sink,
        done: Receiver<Done>,
        permits: Sender<()>,
        told: &mut dyn FnMut(Progress),
    ) -> Result<Tally, BatchError> {
        let mut tally = Tally::new(self.asked);
        let mut early: BTreeMap<u64, Done> = BTreeMap::new();
        let mut next = 0u64;
        for one in &done {
            let _ = early.insert(one.number, one);
            while let Some(one) = early.remove(&next) {
                let Some((batch, counted)) = one.made? else { return Ok(tally) };
                sink.write(&batch)?;
                tally.add(counted);
                told(Progress { rows: tally.rows, read: one.read });
                let _ = permits.send(());
                next += 1;
            }
        }
        Err(stopped())
    }
}

fn stopped() -> BatchError {
    BatchError::new("a thread stopped in the middle of its work").help("this is a defect of accord; please report it")
}

fn read(mut source: Source, permitted: &Receiver<()>, blocks: &Sender<Sent>) {
    let mut number = 0;
    while permitted.recv().is_ok() {
        let block = source.next();
        let last = !matches!(block, Ok(Some(_)));
        let sent = blocks.send(Sent { number, read: source.progress(), block });
        if last || sent.is_err() {
            return;
        }
        number += 1;
    }
}

fn ask(mut worker: Worker<'_>, waiting: &Mutex<Receiver<Sent>>, results: &Sender<Done>) {
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Sent { number, read, block }) = next else { return };
        let made = match block {
            Ok(Some(block)) => worker.work(&block).map(Some).map_err(|why| {
                let rows = u64::try_from(block.batch.num_rows()).unwrap_or(0);
                let (first, last) = (block.first + 1, block.first + rows);
                BatchError::new(format!("rows {first} to {last} are damaged: {why}"))
            }),
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        if results.send(Done { number, read, made }).is_err() {
            return;
        }
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
    while let Some(block) = source.next()? {
        let rows = Rows { layout: &asked.layout, columns: &columns, block: &block };
        for row in 0..block.batch.num_rows() {
            let number = block.first + u64::try_from(row).unwrap_or(0) + 1;
            if wanted.contains(&number) {
                told(number, rows.facts(row));
            }
        }
        if block.first + u64::try_from(block.batch.num_rows()).unwrap_or(0) >= last {
            break;
        }
    }
    Ok(())
}
