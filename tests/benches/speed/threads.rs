//! What a second thread gains. Two threads are started once and meet before every piece of work, so neither starting
//! them nor what else the machine does weighs on one engine alone: each piece is done by every engine on one thread and
//! on two, in turns, and ratios are taken within a turn.

use crate::engine::Engine;
use crate::machine::{Table, median};
use crate::out::{Out, Part};
use crate::rows::Rows;
use std::sync::{Barrier, Mutex};
use std::time::Instant;

/// Rows of a part: what one thread does of a piece, where two do it.
const PART: usize = 16_384;

/// Of a turn in which the threads had less of their time than this it cannot be told what a thread gains.
const UNDISTURBED: f64 = 0.98;

/// Of fewer turns than this that were not disturbed nothing is told; then all of them count, and it is said.
const FEWEST: usize = 20;

/// When a thread worked, and how much of that it had a core.
#[derive(Clone, Copy)]
struct Worked {
    from: Instant,
    to: Instant,
    on_core: f64,
}

/// An engine with its room for results, part by part.
struct Work<'a> {
    engine: &'a dyn Engine,
    rows: &'a Rows,
    parts: Vec<Mutex<Part<'a>>>,
}

impl Work<'_> {
    fn part(&self, at: usize) {
        let mut part = self.parts[at].lock().expect("no thread fell");
        self.engine.run(self.rows, &mut part, at * PART, ((at + 1) * PART).min(self.rows.count));
    }
}

/// Nanoseconds that this thread had a core for, where the system tells.
fn on_core() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split_whitespace().next()?.parse().ok()
}

/// What is done in a step: by which engine, on how many threads, with which piece.
#[derive(Clone, Copy)]
struct Step {
    engine: usize,
    threads: usize,
    piece: usize,
}

/// The steps, in turns that begin elsewhere each time.
fn steps(engines: usize, pieces: usize, times: usize) -> Vec<Step> {
    let each = engines * 2;
    let turn = |turn: usize| {
        let step = move |at: usize| {
            let at = (at + turn) % each;
            Step { engine: at / 2, threads: at % 2 + 1, piece: turn % pieces }
        };
        (0..each).map(step)
    };
    (0..pieces * times).flat_map(turn).collect()
}

/// Does the part of a step that this thread has, after all are ready.
fn take(works: &[Work<'_>], steps: &[Step], me: usize, ready: &Barrier) -> Vec<Option<Worked>> {
    let mut taken = Vec::with_capacity(steps.len());
    for step in steps {
        ready.wait();
        let work = &works[step.engine];
        let parts = match (step.threads, me) {
            (1, 0) => 0..2,
            (1, _) => 0..0,
            _ => me..me + 1,
        };
        if parts.is_empty() {
            taken.push(None);
            continue;
        }
        let (before, from) = (on_core(), Instant::now());
        parts.for_each(|part| work.part(step.piece * 2 + part));
        let to = Instant::now();
        let all = (to - from).as_nanos() as f64;
        let on_core = before.zip(on_core()).map_or(1.0, |(before, after)| (after - before) / all);
        taken.push(Some(Worked { from, to, on_core }));
    }
    taken
}

/// Prints what a second thread gains each engine, the first being what the others are held against.
pub fn threads(engines: &[&dyn Engine], rows: &Rows, times: usize) {
    let pieces = rows.count / (2 * PART);
    if pieces == 0 {
        println!("\nA second thread: not measured of fewer than {} rows", 2 * PART);
        return;
    }
    let mut outs: Vec<Out> = engines.iter().map(|_| Out::new(rows.count)).collect();
    let works: Vec<Work<'_>> = engines
        .iter()
        .zip(&mut outs)
        .map(|(engine, out)| Work {
            engine: *engine,
            rows,
            parts: out.parts(PART).into_iter().map(Mutex::new).collect(),
        })
        .collect();
    let steps = steps(engines.len(), pieces, times + 1);
    let ready = Barrier::new(2);
    let taken: Vec<Vec<Option<Worked>>> = std::thread::scope(|scope| {
        let (works, steps, ready) = (&works, &steps, &ready);
        let threads = [0, 1].map(|me| scope.spawn(move || take(works, steps, me, ready)));
        threads.into_iter().map(|thread| thread.join().expect("it runs to its end")).collect()
    });
    let each = engines.len() * 2;
    // Of each turn the seconds of every engine on one thread and on two; the first of every piece do not count.
    let (mut turns, mut disturbed) = (Vec::new(), Vec::new());
    for (turn, steps) in steps.chunks(each).enumerate().skip(pieces) {
        let mut seconds = vec![[0.0; 2]; engines.len()];
        let mut least: f64 = 1.0;
        for (at, step) in steps.iter().enumerate() {
            let worked: Vec<Worked> = taken.iter().filter_map(|thread| thread[turn * each + at]).collect();
            let (from, to) = (worked.iter().map(|w| w.from).min(), worked.iter().map(|w| w.to).max());
            let taken = to.zip(from).map_or(0.0, |(to, from)| (to - from).as_secs_f64());
            seconds[step.engine][step.threads - 1] = taken;
            least = worked.iter().map(|w| w.on_core).fold(least, f64::min);
        }
        if least < UNDISTURBED { &mut disturbed } else { &mut turns }.push(seconds);
    }
    let (sound, others) = (turns.len(), disturbed.len());
    let counted = if sound < FEWEST {
        turns.append(&mut disturbed);
        format!("something else had a core in {others} of {} turns, so this says little", sound + others)
    } else {
        format!("{sound} turns, and {others} that do not count because something else had a core")
    };
    let heading = format!("A second thread, {} rows at a time: {counted}", 2 * PART);
    let table = Table::begin(&heading, &["engine", "one thread, ns a row", "two, ns a row", "gain", "of the expert's"]);
    for (at, engine) in engines.iter().enumerate() {
        let of = |what: &dyn Fn(&Vec<[f64; 2]>) -> f64| median(turns.iter().map(what).collect());
        let ns = |threads: usize| of(&|turn| turn[at][threads]) * 1e9 / (2 * PART) as f64;
        let gain = |turn: &Vec<[f64; 2]>, at: usize| turn[at][0] / turn[at][1];
        let (one, two) = (ns(0), ns(1));
        let (gained, relative) = (of(&|turn| gain(turn, at)), of(&|turn| gain(turn, at) / gain(turn, 0)));
        let cells = [format!("{one:.1}"), format!("{two:.1}"), format!("{gained:.2}"), format!("{relative:.3}")];
        table.line(&[&[engine.name().to_owned()], &cells[..]].concat());
    }
}
