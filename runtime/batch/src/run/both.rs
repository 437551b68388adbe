//! Two versions asked about the same rows: how many are answered otherwise, and what the amounts come to.
//!
//! Each version reads the file and answers on a thread of its own; the calling one puts the answers to each row side
//! by side. Neither is more than a few blocks ahead, so the memory needed does not grow with the file.

use super::shapes::Shapes;
use super::worker::{Answers, Worker};
use super::{Progress, Run, STACK, stopped};
use crate::results::{Form, NOTHING, UNDETERMINED, Worth};
use crate::{BatchError, Source};
use accord_core::Currency;
use accord_core::columns::{OutCell, Output};
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// How many blocks a version may be ahead.
const AHEAD: usize = 2;
/// Different reasons that are counted.
const MOST_REASONS: usize = 4096;

/// What becomes of a row from one version to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// A right or an amount is lost.
    Loss,
    /// The amount is smaller.
    Less,
    /// It had an answer and has none any longer: it is referred, a gap, a conflict, a fault.
    Unsettled,
    /// Another answer, neither better nor worse by itself.
    Other,
    /// It had no answer and has one.
    Settled,
    /// The amount is larger.
    More,
    /// A right or an amount is gained.
    Gain,
    /// The same.
    Same,
    /// At least one of the versions misses a fact, so that nothing can be said.
    Open,
}

impl Change {
    /// All of them, losses first.
    pub const ALL: [Change; 9] = [
        Change::Loss,
        Change::Less,
        Change::Unsettled,
        Change::Other,
        Change::Settled,
        Change::More,
        Change::Gain,
        Change::Same,
        Change::Open,
    ];

    /// The word for people and programs.
    pub fn word(self) -> &'static str {
        match self {
            Change::Loss => "loss",
            Change::Less => "less",
            Change::Unsettled => "unsettled",
            Change::Other => "other",
            Change::Settled => "settled",
            Change::More => "more",
            Change::Gain => "gain",
            Change::Same => "same",
            Change::Open => "open",
        }
    }
}

/// How two versions are compared.
pub struct How<'a> {
    /// Whether yes is to somebody's loss, of an output by its name.
    pub is_against: &'a (dyn Fn(&str) -> bool + Sync),
    /// The output that says of whom is asked: only rows for which either version says yes.
    pub only: Option<&'a str>,
}

/// What two versions come to over the same rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Both {
    /// Rows.
    pub rows: u64,
    /// Those of them that were not asked about.
    pub outside: u64,
    /// Those of which it is not known whether they are.
    pub unknown: u64,
    /// Rows of which at least one output is answered otherwise.
    pub differ: u64,
    /// Rows with something that cannot be read.
    pub bad: u64,
    /// What cannot be read, with how often.
    pub wrong: BTreeMap<String, u64>,
    /// Each output that both versions have.
    pub outputs: Vec<Counted>,
    /// Why rows are open, by the version that misses something (neither: both do), with how often.
    pub reasons: BTreeMap<(Option<Which>, String), u64>,
}

/// One of two versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Which {
    /// The one before.
    Old,
    /// The one after.
    New,
}

/// One output in both versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// `payable(NL)`.
    pub name: String,
    /// Rows, in the order of [`Change::ALL`].
    pub rows: [u64; 9],
    /// Of amounts: what they come to before and after, over the rows that neither version leaves open, in minor units.
    pub sums: Option<[(Currency, i128); 2]>,
    /// Where it stands among the outputs of both.
    at: [usize; 2],
}

impl Counted {
    /// How many rows take this change.
    pub fn count(&self, change: Change) -> u64 {
        Change::ALL.iter().zip(self.rows).find(|(t, _)| **t == change).map_or(0, |(_, n)| n)
    }
}

impl Run<'_> {
    /// The answers to each block, in order, as long as somebody takes them.
    fn answers(&self, mut source: Source, to: &SyncSender<Result<Answers, BatchError>>) {
        if let Err(error) = self.answered(&mut source, to) {
            drop(to.send(Err(error)));
        }
    }

    fn answered(&self, source: &mut Source, to: &SyncSender<Result<Answers, BatchError>>) -> Result<(), BatchError> {
        let columns = source.columns().clone();
        let form = Form::new(&columns, self.asked)?;
        let shapes = Shapes::new(&self.asked.layout, &columns, self.kernels.clone());
        let mut worker = Worker::new(self.asked, &columns, &form, &shapes, self.evaluate, self.generals);
        while let Some(block) = source.next()? {
            let answers = worker.answers(&block).map_err(BatchError::new)?;
            if to.send(Ok(answers)).is_err() {
                break;
            }
        }
        Ok(())
    }
}

/// Asks two versions about the same rows. Both sources are of the same file.
pub fn both(
    runs: [&Run<'_>; 2],
    sources: [Source; 2],
    how: &How<'_>,
    told: &mut dyn FnMut(Progress),
) -> Result<Both, BatchError> {
    let outputs = runs.map(|run| run.asked.outputs.as_slice());
    let only = how.only.map(|name| outputs.map(|all| all.iter().position(|o| o.name == name)));
    let mut found = Both { outputs: paired(outputs, how.only), ..Both::default() };
    std::thread::scope(|scope| {
        let cannot = |e: std::io::Error| BatchError::new(format!("cannot start a thread: {e}"));
        let mut streams = Vec::new();
        for (run, source) in runs.into_iter().zip(sources) {
            let (send, receive) = sync_channel(AHEAD);
            let thread = std::thread::Builder::new().stack_size(STACK);
            let _ = thread.spawn_scoped(scope, move || run.answers(source, &send)).map_err(cannot)?;
            streams.push(Stream { receive, held: None, at: 0 });
        }
        let [old, new] = streams.as_mut_slice() else { return Err(stopped()) };
        loop {
            match (old.fill()?, new.fill()?) {
                (true, true) => {}
                (false, false) => return Ok(()),
                _ => {
                    return Err(BatchError::new("the two versions read a different number of rows")
                        .help("leave the file as it is while it is read"));
                }
            }
            let (Some(a), Some(b)) = (&old.held, &new.held) else { return Err(stopped()) };
            let rows = (a.rows - old.at).min(b.rows - new.at);
            for row in 0..rows {
                found.row([(a, old.at + row), (b, new.at + row)], outputs, only, how);
            }
            old.at += rows;
            new.at += rows;
            told(Progress { rows: found.rows, read: None });
        }
    })?;
    Ok(found)
}

/// The outputs that both versions have, in the order of the new one.
fn paired(outputs: [&[Output]; 2], except: Option<&str>) -> Vec<Counted> {
    let [old, new] = outputs;
    let money = |cell: &OutCell| if let OutCell::Money(currency) = cell { Some(*currency) } else { None };
    let pair = |(at, output): (usize, &Output)| {
        let before = old.iter().position(|o| o.name == output.name)?;
        let currencies = money(&old.get(before)?.cell).zip(money(&output.cell));
        let sums = currencies.map(|(a, b)| [(a, 0), (b, 0)]);
        Some(Counted { name: output.name.clone(), rows: [0; 9], sums, at: [before, at] })
    };
    new.iter().enumerate().filter(|(_, o)| Some(o.name.as_str()) != except).filter_map(pair).collect()
}

/// The answers of one version, as they come.
struct Stream {
    receive: Receiver<Result<Answers, BatchError>>,
    held: Option<Answers>,
    /// The next row of what is held.
    at: usize,
}

impl Stream {
    /// Makes sure that there is a row; whether there is.
    fn fill(&mut self) -> Result<bool, BatchError> {
        while self.held.as_ref().is_none_or(|held| self.at >= held.rows) {
            let Ok(next) = self.receive.recv() else { return Ok(false) };
            self.held = Some(next?);
            self.at = 0;
        }
        Ok(true)
    }
}

/// What an output of a row is.
struct Held {
    outcome: u8,
    worth: Option<Worth>,
}

fn held(answers: &Answers, at: usize, row: usize, outputs: &[Output]) -> Option<Held> {
    let (made, _) = answers.outputs.get(at)?;
    let outcome = *made.outcome.get(row)?;
    let worth = if outcome == 0 { made.worth(row, &outputs.get(at)?.cell, &answers.parties) } else { None };
    // A value without a form as a column cannot be held against another.
    let outcome = if outcome == 0 && worth.is_none() { UNDETERMINED } else { outcome };
    Some(Held { outcome, worth })
}

impl Both {
    fn row(
        &mut self,
        sides: [(&Answers, usize); 2],
        outputs: [&[Output]; 2],
        only: Option<[Option<usize>; 2]>,
        how: &How<'_>,
    ) {
        self.rows += 1;
        let [(old, old_row), (new, new_row)] = sides;
        let wrong = old.wrong(old_row).or_else(|| new.wrong(new_row));
        if let Some(wrong) = wrong {
            self.bad += 1;
            count(&mut self.wrong, wrong.to_owned());
        }
        if let Some([a, b]) = only {
            let says = |answers, at: Option<usize>, row, outputs| at.and_then(|at| held(answers, at, row, outputs));
            let both = [says(old, a, old_row, outputs[0]), says(new, b, new_row, outputs[1])];
            let yes = |h: &Option<Held>| h.as_ref().is_some_and(|h| h.worth == Some(Worth::YesNo(true)));
            if !both.iter().any(yes) {
                let open = both.iter().any(|h| h.as_ref().is_none_or(|h| h.outcome > NOTHING));
                *(if open { &mut self.unknown } else { &mut self.outside }) += 1;
                return;
            }
        }
        let mut differs = false;
        for counted in &mut self.outputs {
            let [before, after] = counted.at;
            let pair = held(old, before, old_row, outputs[0]).zip(held(new, after, new_row, outputs[1]));
            let Some((was, is)) = pair else { continue };
            let is_one_currency = counted.sums.is_none_or(|[(a, _), (b, _)]| a == b);
            let change = change(&was, &is, (how.is_against)(&counted.name), is_one_currency);
            if let Some(slot) = Change::ALL.iter().zip(&mut counted.rows).find(|(t, _)| **t == change) {
                *slot.1 += 1;
            }
            differs |= !matches!(change, Change::Same | Change::Open);
            if change == Change::Open {
                let missing = |h: &Held| h.outcome == UNDETERMINED;
                let reasons = [old.reason(before, old_row), new.reason(after, new_row)];
                let (which, reason) = match (missing(&was), missing(&is), reasons) {
                    (true, true, [a, b]) if a == b => (None, a),
                    (true, _, [a, _]) => (Some(Which::Old), a),
                    (_, _, [_, b]) => (Some(Which::New), b),
                };
                count(&mut self.reasons, (which, reason.to_owned()));
            } else if let Some(sums) = &mut counted.sums {
                for ((_, sum), held) in sums.iter_mut().zip([&was, &is]) {
                    if let Some(Worth::Minor(minor)) = &held.worth {
                        *sum += i128::from(*minor);
                    }
                }
            }
        }
        self.differ += u64::from(differs);
    }
}

/// Counts one more of a kind; of too many kinds only those met first.
fn count<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K) {
    if let Some(held) = counts.get_mut(&key) {
        *held += 1;
    } else if counts.len() < MOST_REASONS {
        let _ = counts.insert(key, 1);
    }
}

fn change(was: &Held, is: &Held, is_against: bool, is_one_currency: bool) -> Change {
    match (was.outcome, is.outcome) {
        (UNDETERMINED, _) | (_, UNDETERMINED) => Change::Open,
        (a, b) if a > NOTHING && b > NOTHING => {
            if a == b {
                Change::Same
            } else {
                Change::Other
            }
        }
        (a, _) if a > NOTHING => Change::Settled,
        (_, b) if b > NOTHING => Change::Unsettled,
        _ => match (&was.worth, &is.worth) {
            (Some(Worth::Minor(_)), Some(Worth::Minor(_))) if !is_one_currency => Change::Other,
            (a, b) if a == b => Change::Same,
            (Some(Worth::YesNo(_)), Some(Worth::YesNo(yes))) => {
                if *yes != is_against {
                    Change::Gain
                } else {
                    Change::Loss
                }
            }
            (Some(Worth::Minor(_) | Worth::Quotient(..)), None) => Change::Loss,
            (None, Some(Worth::Minor(_) | Worth::Quotient(..))) => Change::Gain,
            (Some(Worth::Minor(a)), Some(Worth::Minor(b))) => {
                if b > a {
                    Change::More
                } else {
                    Change::Less
                }
            }
            (Some(Worth::Quotient(a, b)), Some(Worth::Quotient(c, d))) => {
                let (left, right) = (i128::from(*c) * i128::from(*b), i128::from(*a) * i128::from(*d));
                if left > right { Change::More } else { Change::Less }
            }
            _ => Change::Other,
        },
    }
}
