//! Claims by the million: files of rows in, files of answers out.
//!
//! A file is read in batches (`source`), a batch is taken in to the forms native code reads (`ingest`), asked on
//! several threads (`run`), and what came out is written in the order of the rows (`sink`). Native code and the general
//! evaluator are given from outside ([`Kernels`], [`Generals`]): this crate knows files, Arrow and
//! [`accord_core::columns`], and nothing of programs.
//!
//! A row that cannot be read or decided comes out with its reason. Only a file that cannot be read or written at all
//! stops a run.

#![deny(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    clippy::float_arithmetic,
    clippy::undocumented_unsafe_blocks,
    missing_docs
)]

mod error;
mod format;
pub mod generate;
mod ingest;
mod parse;
mod reasons;
mod results;
mod row;
mod run;
pub mod schema;
mod sink;
mod source;
#[cfg(test)]
mod tests;
mod texts;

pub use error::BatchError;
pub use format::Format;
pub use results::{Asked, OUTCOMES};
pub use run::{Both, Change, Counted, How, Progress, Run, Tally, Which, both, facts_of};
pub use sink::Sink;
pub use source::{Bad, Block, Carried, Columns, Source};

use accord_core::columns::{Input, RawColumn, RawOut, Shape};
use accord_core::{Answer, Facts};
use std::sync::Arc;

/// Native code made for one shape.
pub trait Kernel: Send + Sync {
    /// What to pass, in this order.
    fn inputs(&self) -> &[Input];

    /// The names that the bits of [`RawOut::detail`] stand for.
    fn names(&self) -> &[String];

    /// Decides the rows from `lo` to before `hi`; `lo` is a multiple of 64. There is one of `outs` for each output.
    ///
    /// Of what `columns` point to, every value is in range, whether it is marked as null or not: days are days there
    /// are, amounts can be stored, numbers of words are numbers of words, lists lie in order within what they hold.
    fn run(&self, columns: &[RawColumn], outs: &[RawOut], lo: usize, hi: usize);
}

/// What makes native code.
pub trait Kernels: Send + Sync {
    /// Code for a shape. An error is no mistake of anybody: rows of that shape are answered by the general evaluator.
    fn kernel(&self, shape: &Shape) -> Result<Arc<dyn Kernel>, String>;
}

/// What answers any row, of one thread.
pub trait General {
    /// The answer to each of these outputs, by their positions, with its outcome in words.
    fn answer(&mut self, facts: &Facts, outputs: &[usize]) -> Vec<(Answer, String)>;
}

/// What makes general evaluators.
pub trait Generals: Sync {
    /// One for the thread that asks; called once on each.
    fn general(&self) -> Box<dyn General>;
}
