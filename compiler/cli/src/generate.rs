//! `accord generate`: made-up claims for an agreement, as many as wanted.

use crate::args::Generate;
use crate::console::Console;
use crate::draw::draw;
use crate::examine::examine;
use crate::load::{Loaded, shown};
use crate::run::only_root;
use crate::trouble::Trouble;
use crate::{FINE, NO, ruleset};
use accord_batch::generate::{BATCH, Generator, Options};
use accord_batch::{Format, Sink};
use accord_core::Country;
use accord_core::columns::Layout;
use accord_ir::{Program, Verified};
use accord_source::Severity;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

/// Most periods that are made at a time.
const PERIODS_AT_ONCE: u64 = 1 << 22;

/// How often progress is told.
const PACE: Duration = Duration::from_millis(500);

/// Runs the command.
pub fn generate(args: &Generate, console: &mut Console<'_>) -> Result<u8, Trouble> {
    let format = form(args)?;
    let Some(verified) = opened(&args.path, console)? else { return Ok(NO) };
    let layout = layout_of(verified.program(), &args.question)?;
    let generator = Generator::new(&layout, options(args)?).map_err(Trouble::new)?;
    let sink = Sink::create(&args.out, format, generator.schema())?;
    write(&generator, args, sink, console)?;
    let parties: Vec<String> = generator.parties().iter().map(ToString::to_string).collect();
    console.line(&format!(
        "made {}: {} of seed {}, parties {}",
        shown(&args.out),
        if args.rows == 1 { "1 claim".to_owned() } else { format!("{} claims", crate::grouped(args.rows)) },
        args.seed,
        parties.join(", ")
    ));
    Ok(FINE)
}

/// The program of a path, from sources or from a ruleset; `None` where it has errors, which were told.
pub fn opened(path: &Path, console: &mut Console<'_>) -> Result<Option<Verified>, Trouble> {
    if ruleset::looks_like_one(path) {
        return Ok(Some(ruleset::open(path, None)?.verified));
    }
    let loaded = Loaded::from_paths(std::slice::from_ref(&path.to_owned()))?;
    let examined = examine(&loaded, only_root(&loaded, path)?)?;
    if examined.verified.is_none() {
        let mut found = loaded.found.clone();
        found.append(examined.found.clone());
        let errors: Vec<_> = found.sorted().into_iter().filter(|d| d.severity == Severity::Error).collect();
        console.note(&draw(&loaded.sources, &errors, console.err_colour));
    }
    Ok(examined.verified)
}

/// The columns of a question.
pub fn layout_of(program: &Program, question: &str) -> Result<Layout, Trouble> {
    accord_ir::layout(program, question).map_err(Trouble::new)
}

/// The form of the file: as asked for, else as its name says.
fn form(args: &Generate) -> Result<Format, Trouble> {
    let format = match &args.to {
        Some(word) => Format::parse(word).ok_or_else(|| {
            let known: Vec<&str> = Format::ALL.iter().map(|f| f.word()).collect();
            Trouble::new(format!("there is no form of file `{word}`")).help(format!("use one of {}", known.join(", ")))
        })?,
        None => Format::of(&args.out)?,
    };
    if args.bad > 0 && !format.is_text() {
        return Err(Trouble::new(format!(
            "a file of the form `{}` cannot hold a day that does not exist",
            format.word()
        ))
        .help("`--bad` needs text: `csv` or `jsonl`"));
    }
    Ok(format)
}

fn options(args: &Generate) -> Result<Options, Trouble> {
    let party = |code: &String| {
        let country = Country::parse(&code.to_ascii_uppercase());
        country.ok_or_else(|| Trouble::new(format!("`{code}` is no country")).help("write two capitals, such as NL"))
    };
    Ok(Options {
        seed: args.seed,
        periods: args.periods,
        overlaps: args.overlaps,
        undated: args.undated,
        missing: args.missing,
        bad: args.bad,
        benefit: args.benefit.clone(),
        parties: args.parties.iter().map(party).collect::<Result<_, _>>()?,
    })
}

/// Makes the batches on every thread there is and writes them in their order.
fn write(generator: &Generator, args: &Generate, mut sink: Sink, console: &mut Console<'_>) -> Result<(), Trouble> {
    let size = (PERIODS_AT_ONCE / u64::from(args.periods.max(1))).clamp(1, BATCH as u64);
    let batches = args.rows.div_ceil(size);
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u64).min(batches).max(1);
    let mut progress = Progress::new(args.rows);
    std::thread::scope(|scope| {
        let batch = |number: u64| {
            let first = number * size;
            let rows = usize::try_from(size.min(args.rows - first)).unwrap_or(BATCH);
            generator.batch(first, rows)
        };
        // The threads take turns; each is at most one batch ahead of the writer.
        let made: Vec<_> = (0..threads)
            .map(|thread| {
                let (send, receive) = sync_channel(1);
                let mut mine = (thread..batches).step_by(usize::try_from(threads).unwrap_or(1));
                scope.spawn(move || mine.all(|number| send.send(batch(number)).is_ok()));
                receive
            })
            .collect();
        for (number, receive) in (0..batches).zip(made.iter().cycle()) {
            let batch = receive.recv().map_err(|_| Trouble::defect("a thread stopped making claims"))?;
            sink.write(&batch?)?;
            progress.tell((number + 1).saturating_mul(size), console);
        }
        progress.end(console);
        Ok(sink.finish()?)
    })
}

/// What is told on a terminal while it takes long.
struct Progress {
    whole: u64,
    told: Option<Instant>,
    ever: bool,
}

impl Progress {
    fn new(whole: u64) -> Progress {
        Progress { whole, told: std::io::stderr().is_terminal().then(Instant::now), ever: false }
    }

    fn tell(&mut self, done: u64, console: &mut Console<'_>) {
        let Some(told) = self.told.filter(|told| told.elapsed() >= PACE) else { return };
        let done = done.min(self.whole);
        console.note(&format!("\r{} of {} claims", crate::grouped(done), crate::grouped(self.whole)));
        self.told = told.checked_add(told.elapsed());
        self.ever = true;
    }

    /// Leaves the line as if nothing had been told.
    fn end(&self, console: &mut Console<'_>) {
        if self.ever {
            console.note("\r\x1b[K");
        }
    }
}
