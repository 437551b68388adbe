//! How far a run is, and what it came to.

use crate::args::Batch;
use crate::console::Console;
use crate::json;
use crate::load::shown;
use accord_batch::{Asked, OUTCOMES, Progress as Far, Tally};
use accord_ir::Program;
use serde_json::{Map, Value, json};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// How often progress is told.
const PACE: Duration = Duration::from_millis(250);

/// Reasons that are told.
const COMMONEST: usize = 10;

/// What is told on a terminal while it takes long.
pub struct Progress {
    begun: Instant,
    told: Option<Instant>,
    ever: bool,
}

impl Progress {
    /// Nothing is told yet.
    pub fn new(begun: Instant) -> Progress {
        Progress { begun, told: std::io::stderr().is_terminal().then_some(begun), ever: false }
    }

    /// Tells how far it is, if that was not told just now.
    pub fn tell(&mut self, far: Far, console: &mut Console<'_>) {
        let Some(told) = self.told.filter(|told| told.elapsed() >= PACE) else { return };
        const BAR: u64 = 24;
        let part = far.read.filter(|(_, all)| *all > 0).map(|(read, all)| (read.min(all), all));
        let bar = part.map_or_else(String::new, |(read, all)| {
            let full = read.saturating_mul(BAR).checked_div(all).unwrap_or(0);
            let percent = read.saturating_mul(100).checked_div(all).unwrap_or(0);
            let filled: String = (0..BAR).map(|at| if at < full { '#' } else { '.' }).collect();
            format!("[{filled}] {percent:3} %  ")
        });
        let rate = rate(far.rows, self.begun.elapsed());
        console.note(&format!("\r\x1b[K{bar}{} rows, {} a second", crate::grouped(far.rows), crate::grouped(rate)));
        self.told = told.checked_add(told.elapsed());
        self.ever = true;
    }

    /// Leaves the line as if nothing had been told.
    pub fn end(&self, console: &mut Console<'_>) {
        if self.ever {
            console.note("\r\x1b[K");
        }
    }
}

/// Rows a second.
fn rate(rows: u64, time: Duration) -> u64 {
    let micros = time.as_micros().max(1);
    u64::try_from(u128::from(rows) * 1_000_000 / micros).unwrap_or(u64::MAX)
}

/// The summary for a person.
pub fn told(program: &Program, args: &Batch, asked: &Asked, tally: &Tally, time: Duration) -> String {
    let rows = if tally.rows == 1 { "1 row".to_owned() } else { format!("{} rows", crate::grouped(tally.rows)) };
    let millis = time.as_millis();
    let mut text = format!(
        "{}: {rows} of `{}` into {}, {}.{:03} s, {} a second\n\n",
        program.agreement,
        args.question,
        shown(&args.out),
        millis / 1000,
        millis % 1000,
        crate::grouped(rate(tally.rows, time))
    );
    let width = asked.outputs.iter().map(|o| o.name.chars().count()).max().unwrap_or(0);
    for (output, counts) in asked.outputs.iter().zip(&tally.outputs) {
        let there = OUTCOMES.iter().zip(counts).filter(|(_, count)| **count > 0);
        let there: Vec<String> = there.map(|(word, count)| format!("{word} {}", crate::grouped(*count))).collect();
        text.push_str(&format!("  {:<width$}  {}\n", output.name, there.join(", ")));
    }
    text.push_str(&format!("\nanswered by the general evaluator: {}\n", crate::grouped(tally.general)));
    let reasons = tally.commonest(COMMONEST);
    if !reasons.is_empty() {
        text.push_str("\nThe commonest reasons\n");
    }
    let most = reasons.iter().map(|(times, ..)| crate::grouped(*times).len()).max().unwrap_or(0);
    for (times, word, reason) in reasons {
        text.push_str(&format!("  {:>most$}  {word}: {reason}\n", crate::grouped(times)));
    }
    text
}

/// `accord.batch/1`.
pub fn as_json(
    program: &Program,
    args: &Batch,
    asked: &Asked,
    tally: &Tally,
    time: Duration,
    explained: &[(u64, String)],
) -> String {
    let outputs = asked.outputs.iter().zip(&tally.outputs).map(|(output, counts)| {
        let counts = OUTCOMES.iter().zip(counts).map(|(word, count)| ((*word).to_owned(), json!(count)));
        json!({ "name": output.name, "outcomes": counts.collect::<Map<String, Value>>() })
    });
    let reasons = tally.commonest(COMMONEST).into_iter();
    let reasons =
        reasons.map(|(times, outcome, reason)| json!({ "count": times, "outcome": outcome, "reason": reason }));
    let explained = explained.iter().map(|(row, text)| json!({ "row": row, "derivation": text }));
    json::pretty(&json!({
        "schema": "accord.batch/1",
        "agreement": program.agreement,
        "question": args.question,
        "out": args.out.display().to_string(),
        "rows": tally.rows,
        "general": tally.general,
        "milliseconds": u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
        "outputs": outputs.collect::<Vec<_>>(),
        "reasons": reasons.collect::<Vec<_>>(),
        "explained": explained.collect::<Vec<_>>(),
    }))
}
