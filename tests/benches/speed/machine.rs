//! The machine, the clock and the tables.

use std::hint::black_box;
use std::time::Instant;

/// The machine in a line.
pub fn description() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(':')).map_or("?".to_owned(), |(_, value)| value.trim().to_owned())
    };
    let cpu = field(&read("/proc/cpuinfo"), "model name");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = field(&read("/proc/meminfo"), "MemTotal");
    let load = read("/proc/loadavg");
    let load = load.split_whitespace().next().unwrap_or("?");
    format!("{cpu}, {cores} cores, memory {memory}, load when begun {load}")
}

/// Seconds that something takes.
pub fn seconds(work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64()
}

/// The middle one.
pub fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Seconds of each of several works, taken in turns so many times after one that does not count: what disturbs the
/// machine disturbs all of them.
pub fn in_turns(times: usize, works: &mut [&mut dyn FnMut()]) -> Vec<Vec<f64>> {
    in_turns_after(times, &mut |_| {}, works)
}

/// The same; what is done before each work, by its position, does not count.
pub fn in_turns_after(times: usize, before: &mut dyn FnMut(usize), works: &mut [&mut dyn FnMut()]) -> Vec<Vec<f64>> {
    let mut taken = vec![Vec::new(); works.len()];
    for round in 0..=times {
        for (at, (work, taken)) in works.iter_mut().zip(&mut taken).enumerate() {
            before(at);
            let seconds = seconds(&mut **work);
            if round > 0 {
                taken.push(seconds);
            }
        }
    }
    taken
}

/// The median ratio of two works measured in turns: of one to the other, round by round.
pub fn ratio(of: &[f64], to: &[f64]) -> f64 {
    median(of.iter().zip(to).map(|(a, b)| b / a).collect())
}

/// Seconds of each of several works on the same pieces, taken in turns piece by piece, so many times after one that does
/// not count. Pieces are short, so that other programs seldom get in between; of each the median counts.
pub fn piecewise(times: usize, pieces: usize, works: &mut [&mut dyn FnMut(usize)]) -> Vec<f64> {
    let mut taken = vec![vec![Vec::new(); pieces]; works.len()];
    for round in 0..=times {
        for piece in 0..pieces {
            for (work, taken) in works.iter_mut().zip(&mut taken) {
                let seconds = seconds(|| work(piece));
                if round > 0 {
                    taken[piece].push(seconds);
                }
            }
        }
    }
    taken.into_iter().map(|pieces| pieces.into_iter().map(median).sum()).collect()
}

/// Bytes a second that one thread copies between two large buffers, each byte counted once.
pub struct Copying {
    from: Vec<u8>,
    to: Vec<u8>,
}

impl Copying {
    /// Two buffers far larger than any cache.
    pub fn new() -> Copying {
        let size = 256 << 20;
        Copying { from: (0..size).map(|i| i as u8).collect(), to: vec![0; size] }
    }

    /// Copies a piece: one after another, and from the beginning again.
    pub fn copy(&mut self, piece: usize) {
        let from = piece * Copying::PIECE % self.from.len();
        let to = &mut self.to[from..from + Copying::PIECE];
        to.copy_from_slice(&self.from[from..from + Copying::PIECE]);
        let _ = black_box(to);
    }

    /// How much is copied at a time.
    pub const PIECE: usize = 16 << 20;
}

/// A table in Markdown, printed line by line.
pub struct Table;

impl Table {
    /// Its heading and the names of its columns.
    pub fn begin(heading: &str, columns: &[&str]) -> Table {
        println!("\n## {heading}\n\n| {} |\n|{}", columns.join(" | "), " --- |".repeat(columns.len()));
        Table
    }

    /// A line of it.
    pub fn line(&self, cells: &[String]) {
        println!("| {} |", cells.join(" | "));
    }
}
