//! Lists of rules made by chance, compared, and held against persons: never a wrong verdict; how often there is one is
//! printed.

use super::judge::{Judged, against_some, by_interpreter};
use super::lists::{Chance, List, Style, axes};
use super::people::{Axis, Somebody};
use super::{compiled, deep};
use crate::report::Verdict;
use crate::{Options, Report, diff};
use accord_ir::Verified;
use std::fmt::Write;

/// Lists compared in the ordinary suite, and all there are: `ACCORD_ORACLE=all`.
const SOME: u64 = 6;
const ALL: u64 = 100;
/// Persons each comparison is held against.
const PERSONS: usize = 600;

/// Whether everything is asked for.
pub(crate) fn all_of_it() -> bool {
    std::env::var("ACCORD_ORACLE").is_ok_and(|v| v == "all")
}

/// What came of a list.
#[derive(Debug, Default)]
struct Scored {
    told: String,
    wrong: String,
    edited: Share,
    rewritten: Share,
}

/// How many there were, decided, and decided to the last person.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    of: usize,
    decided: usize,
    whole: usize,
}

impl Share {
    fn add(&mut self, other: Share) {
        self.of += other.of;
        self.decided += other.decided;
        self.whole += other.whole;
    }

    fn of(report: &Report) -> Share {
        let of: Vec<&Verdict> = report.decisions.iter().map(|d| &d.verdict).collect();
        let decided = !of.iter().any(|v| matches!(v, Verdict::Undecided(_)));
        let whole = of.iter().all(|v| match v {
            Verdict::Same(_) => true,
            Verdict::Changed(changed) => changed.open.is_none() && changed.more == 0,
            Verdict::Undecided(_) => false,
        });
        Share { of: 1, decided: usize::from(decided), whole: usize::from(whole) }
    }
}

/// Twenty rules at first, a hundred at last.
fn size(seed: u64) -> usize {
    let all = usize::try_from(ALL).expect("few");
    let seed = usize::try_from(seed).expect("few");
    20 + if all_of_it() { 80 * seed / (all - 1) } else { 4 * seed }
}

fn persons<'a>(lists: &[&List], axes: &'a [Axis], chance: &mut Chance) -> Vec<Somebody<'a>> {
    (0..PERSONS).map(|n| lists[n % lists.len()].somebody(chance, axes)).collect()
}

/// The interpreter, against the list itself.
fn evaluated(list: &List, verified: &Verified, persons: &[Somebody<'_>]) -> Option<String> {
    persons.iter().find_map(|person| {
        let said = by_interpreter(verified, "grade", &[], &person.facts(verified.program()));
        let expected = list.answer(person);
        (said != expected).then(|| format!("{}: {said:?}, by the list {expected:?}", person.said()))
    })
}

fn compared(old: &Verified, new: &Verified, persons: &[Somebody<'_>]) -> (Report, Judged) {
    let report = diff(old, new, &Options { at_most: usize::MAX, ..Options::default() });
    let judged = against_some("grade", [old, new], &report, persons.iter().cloned());
    (report, judged)
}

fn one(seed: u64) -> Scored {
    let mut scored = Scored::default();
    let mut chance = Chance::new(seed);
    let list = List::new(&mut chance, size(seed));
    let edited = list.edited(&mut chance);
    let axes = axes();
    let persons = persons(&[&list, &edited], &axes, &mut chance);
    let [old, new] = [&list, &edited].map(|l| compiled(&l.text(Style::default())));
    for (list, verified) in [(&list, &old), (&edited, &new)] {
        if let Some(wrong) = evaluated(list, verified, &persons) {
            let _ = writeln!(scored.wrong, "list {seed}: {wrong}");
        }
    }
    let (report, judged) = compared(&old, &new, &persons);
    scored.edited = Share::of(&report);
    let _ = writeln!(scored.told, "list {seed}, {} rules, edited: {judged}", size(seed));
    for wrong in judged.wrong {
        let _ = writeln!(scored.wrong, "list {seed}, edited: {wrong}");
    }
    for style in [Style::OTHER, Style::INLINED] {
        let other = compiled(&list.text(style));
        let (report, judged) = compared(&old, &other, &persons);
        let share = Share::of(&report);
        scored.rewritten.add(share);
        let _ = writeln!(scored.told, "list {seed}, {} rules, {style:?}: {judged}", size(seed));
        let changed = report.decisions.iter().any(|d| matches!(d.verdict, Verdict::Changed(_)));
        if changed || judged.differ > 0 || !judged.wrong.is_empty() {
            let _ = writeln!(scored.wrong, "list {seed}, {style:?}: {:?}", judged.wrong);
        }
    }
    scored
}

#[test]
fn of_lists_made_by_chance_nothing_wrong_is_told() {
    let seeds: Vec<u64> = (0..if all_of_it() { ALL } else { SOME }).collect();
    let scored: Vec<Scored> = std::thread::scope(|scope| {
        let parts: Vec<Vec<u64>> = (0..2).map(|k| seeds.iter().copied().filter(|s| s % 2 == k).collect()).collect();
        let threads: Vec<_> = parts
            .into_iter()
            .map(|part| scope.spawn(move || part.into_iter().map(|s| deep(|| one(s))).collect::<Vec<Scored>>()))
            .collect();
        threads.into_iter().flat_map(|t| t.join().expect("compared")).collect()
    });
    let (mut edited, mut rewritten) = (Share::default(), Share::default());
    for one in &scored {
        edited.add(one.edited);
        rewritten.add(one.rewritten);
    }
    let told: String = scored.iter().map(|s| s.told.as_str()).collect();
    println!("{told}edited: {edited:?}\nrewritten: {rewritten:?}");
    let wrong: String = scored.iter().map(|s| s.wrong.as_str()).collect();
    assert!(wrong.is_empty(), "{wrong}");
}
