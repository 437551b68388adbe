//! What is compared: everything that computes `payable(CV)` and `payable(NL)` of rows.

use crate::expert::{self, Law};
use crate::naive;
use crate::out::{Out, Part};
use crate::rows::Rows;

/// Something that computes results of rows.
pub trait Engine: Sync {
    /// What it is called in tables.
    fn name(&self) -> &str;
    /// Computes the rows from `lo`, a multiple of 64, to before `hi`; the first result is that of row `lo`.
    fn run(&self, rows: &Rows, out: &mut Part<'_>, lo: usize, hi: usize);
}

/// Hand-written, fast.
pub struct Expert(pub Law);

/// Hand-written, plain.
pub struct Naive(pub Law);

impl Engine for Expert {
    fn name(&self) -> &str {
        "hand-written Rust, expert"
    }

    fn run(&self, rows: &Rows, out: &mut Part<'_>, lo: usize, hi: usize) {
        expert::run(&self.0, rows, out, lo, hi);
    }
}

impl Engine for Naive {
    fn name(&self) -> &str {
        "hand-written Rust, naive"
    }

    fn run(&self, rows: &Rows, out: &mut Part<'_>, lo: usize, hi: usize) {
        naive::run(&self.0, rows, out, lo, hi);
    }
}

/// All rows on so many threads, each an equal part.
pub fn run_all(engine: &dyn Engine, rows: &Rows, out: &mut Out, threads: usize) {
    if threads == 1 {
        return engine.run(rows, &mut out.whole(), 0, rows.count);
    }
    let size = rows.count.div_ceil(threads).next_multiple_of(64);
    std::thread::scope(|scope| {
        for (at, mut part) in out.parts(size).into_iter().enumerate() {
            scope.spawn(move || engine.run(rows, &mut part, at * size, ((at + 1) * size).min(rows.count)));
        }
    });
}
