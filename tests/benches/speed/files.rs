//! From file to file: claims of twenty periods, with their evaluation and without, and what of it the kernel takes.

use crate::law::Agreement;
use crate::machine::{Table, in_turns_after, median, ratio};
use accord_batch::generate::{BATCH, Generator, Options};
use accord_batch::{Asked, Carried, Format, Kernel, Kernels, Run, Sink, Source};
use accord_cli::batch::{Everywhere, native};
use accord_core::columns::{Input, RawColumn, RawOut, Shape};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Periods of a claim, on average.
const PERIODS: u32 = 20;

/// Kernels that count how long they run, all threads together, in nanoseconds.
struct Timed<T> {
    of: T,
    taken: Arc<AtomicU64>,
}

impl Kernels for Timed<Arc<dyn Kernels>> {
    fn kernel(&self, shape: &Shape) -> Result<Arc<dyn Kernel>, String> {
        Ok(Arc::new(Timed { of: self.of.kernel(shape)?, taken: self.taken.clone() }))
    }
}

impl Kernel for Timed<Arc<dyn Kernel>> {
    fn inputs(&self) -> &[Input] {
        self.of.inputs()
    }

    fn names(&self) -> &[String] {
        self.of.names()
    }

    fn run(&self, columns: &[RawColumn], outs: &[RawOut], lo: usize, hi: usize) {
        let begun = Instant::now();
        self.of.run(columns, outs, lo, hi);
        let taken = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let _ = self.taken.fetch_add(taken, Ordering::Relaxed);
    }
}

/// The batch that `accord batch agreements/nl-cv` is.
struct Batch<'a> {
    agreement: &'a Agreement,
    asked: Asked,
    carried: Carried,
    everywhere: Arc<Everywhere>,
    threads: usize,
}

impl Batch<'_> {
    /// Runs from one file into another of its form; the seconds of its kernels, all threads together.
    fn run(&self, from: &Path, evaluate: bool) -> f64 {
        let taken = Arc::new(AtomicU64::new(0));
        let kernels = Timed { of: native(&self.everywhere), taken: taken.clone() };
        let format = Format::of(from).expect("a form");
        let source = Source::open(from, format, &self.agreement.layout, &self.carried).expect("it can be read");
        let run = Run {
            asked: &self.asked,
            generals: &*self.everywhere,
            kernels: Some(Arc::new(kernels)),
            threads: self.threads,
            evaluate,
        };
        run.run(source, &to(from, evaluate), format, &mut |_| {}).expect("it runs to its end");
        taken.load(Ordering::Relaxed) as f64 / 1e9
    }
}

fn to(from: &Path, evaluate: bool) -> PathBuf {
    let name =
        format!("{}-{}", if evaluate { "answers" } else { "nothing" }, from.file_name().expect("a name").display());
    from.with_file_name(name)
}

/// From file to file on every core, in turns with the same run without evaluation: every result then comes out as
/// nothing.
pub fn files(agreement: &Agreement, rows: usize, times: usize) {
    let folder = accord_tests::scratch("files").expect("a folder of its own");
    let files = ["parquet", "arrow"].map(|form| folder.join(format!("claims.{form}")));
    write(agreement, rows, &files);
    let program = agreement.verified.program();
    let names = ["payable", "entitled"].map(str::to_owned);
    let mut wanted = accord_ir::outputs(program, &agreement.layout, &agreement.parties, &names).expect("columns");
    wanted.iter_mut().for_each(|(_, _, output)| output.rules.clear());
    let needed = accord_ir::reads(program, &agreement.layout, wanted.iter().map(|(id, ..)| *id));
    let carried = Carried { needed: Some(needed), ..Carried::default() };
    let asked = Asked {
        layout: agreement.layout.clone(),
        outputs: wanted.into_iter().map(|(_, _, output)| output).collect(),
        citations: Vec::new(),
        provisions: false,
    };
    let everywhere = Everywhere::new(&agreement.verified, &agreement.layout, &agreement.parties, &names);
    let everywhere = Arc::new(everywhere.expect("the program can be handed on").without_rules());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let batch = Batch { agreement, asked, carried, everywhere, threads };
    let columns = ["form", "no evaluation, s", "evaluated, s", "ratio", "kernel alone, s", "of the kernel's rate"];
    let heading = format!("From file to file: {rows} claims of {PERIODS} periods, {threads} threads");
    let table = Table::begin(&heading, &columns);
    for file in &files {
        let mut kernel = Vec::new();
        let mut evaluated = || kernel.push(batch.run(file, true) / threads as f64);
        // A file that is replaced has to be freed as well.
        let mut fresh = |at: usize| drop(std::fs::remove_file(to(file, at == 1)));
        let taken = in_turns_after(
            times,
            &mut fresh,
            &mut [
                &mut || {
                    let _ = batch.run(file, false);
                },
                &mut evaluated,
            ],
        );
        // The first was not counted.
        let kernel = kernel.split_off(1);
        table.line(&[
            Format::of(file).expect("a form").word().to_owned(),
            format!("{:.2}", median(taken[0].clone())),
            format!("{:.2}", median(taken[1].clone())),
            format!("{:.2}", ratio(&taken[1], &taken[0])),
            format!("{:.2}", median(kernel.clone())),
            format!("{:.2}", ratio(&taken[1], &kernel)),
        ]);
    }
    let bytes = |path: PathBuf| std::fs::metadata(path).map_or(0, |about| about.len());
    for file in &files {
        let (read, nothing, answers) = (bytes(file.clone()), bytes(to(file, false)), bytes(to(file, true)));
        println!(
            "\n{}: {read} bytes read, {answers} written; without evaluation every result is written as nothing: \
             {nothing} bytes",
            Format::of(file).expect("a form").word()
        );
    }
    std::fs::remove_dir_all(&folder).expect("the folder can go");
}

/// Writes made-up claims into files of several forms.
fn write(agreement: &Agreement, rows: usize, files: &[PathBuf]) {
    let options = Options { periods: PERIODS, ..Options::default() };
    let generator = Generator::new(&agreement.layout, options).expect("claims can be made");
    let sink =
        |path: &PathBuf| Sink::create(path, Format::of(path).expect("a form"), generator.schema()).expect("a file");
    let mut sinks: Vec<Sink> = files.iter().map(sink).collect();
    for first in (0..rows).step_by(BATCH) {
        let batch = generator.batch(first as u64, BATCH.min(rows - first)).expect("claims");
        sinks.iter_mut().for_each(|sink| sink.write(&batch).expect("written"));
    }
    sinks.into_iter().for_each(|sink| sink.finish().expect("written"));
}
