//! Laws of any comparison: a text compared with itself, the other way round, with a third, and written otherwise.

use super::families::{self, Family};
use super::judge::{against, mirrored};
use super::lists::{Chance, List, Style};
use super::{compiled, deep};
use crate::report::{Effect, Proof, Verdict};
use crate::{Options, Report, diff};
use accord_ir::Verified;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Names that texts give, with others for them.
const RENAMED: &[(&str, &str)] = &[
    ("together", "in_all"),
    ("all_time", "everything"),
    ("own_part", "portion"),
    ("is_covered", "is_protected"),
    ("limit", "ceiling"),
    ("rate means", "percentage means"),
    ("* rate", "* percentage"),
    ("wait(", "waiting("),
    ("whole", "theoretical"),
];

fn renamed(text: &str) -> String {
    RENAMED.iter().fold(text.to_owned(), |text, (name, other)| text.replace(name, other))
}

fn all_told(old: &Verified, new: &Verified) -> Report {
    diff(old, new, &Options { at_most: usize::MAX, ..Options::default() })
}

fn is_same(report: &Report) -> bool {
    report.decisions.iter().all(|d| matches!(d.verdict, Verdict::Same(_)))
}

fn changes(report: &Report) -> bool {
    report.decisions.iter().any(|d| matches!(d.verdict, Verdict::Changed(_)))
}

/// Whether nothing is left open.
fn is_whole(report: &Report) -> bool {
    report.decisions.iter().all(|d| match &d.verdict {
        Verdict::Changed(changed) => changed.open.is_none(),
        Verdict::Same(_) => true,
        Verdict::Undecided(_) => false,
    })
}

fn effects(report: &Report) -> BTreeSet<Effect> {
    let changes = report.decisions.iter().filter_map(|d| match &d.verdict {
        Verdict::Changed(changed) => Some(&changed.regions),
        Verdict::Same(_) | Verdict::Undecided(_) => None,
    });
    changes.flatten().map(|r| r.effect).collect()
}

/// What does not hold of a family.
fn broken(family: &Family) -> String {
    let mut wrong = String::new();
    let texts: Vec<String> = (0..family.versions.len()).map(|n| family.text(n)).collect();
    let versions: Vec<Verified> = texts.iter().map(|t| compiled(t)).collect();
    let mut say = |law: &str, at: &[usize]| {
        let _ = writeln!(wrong, "{} {at:?}: {law}", family.name);
    };
    for (a, old) in versions.iter().enumerate() {
        let itself = all_told(old, old);
        if itself.decisions.iter().any(|d| !matches!(d.verdict, Verdict::Same(Proof::Untouched))) {
            say("a text differs from itself", &[a]);
        }
        let other = renamed(&texts[a]);
        if other != texts[a] && !is_same(&all_told(old, &compiled(&other))) {
            say("other names make a difference", &[a]);
        }
        for (b, new) in versions.iter().enumerate().skip(a + 1) {
            let (there, back) = (all_told(old, new), all_told(new, old));
            if is_same(&there) && changes(&back) || is_same(&back) && changes(&there) {
                say("one way it is the same, the other way not", &[a, b]);
            }
            let turned: BTreeSet<Effect> = effects(&back).into_iter().map(mirrored).collect();
            if is_whole(&there) && is_whole(&back) && effects(&there) != turned {
                say("who gains one way does not lose the other", &[a, b]);
            }
            for (c, third) in versions.iter().enumerate() {
                if is_same(&there) && is_same(&all_told(new, third)) && changes(&all_told(old, third)) {
                    say("nobody from the first to the second and on to the third, but somebody at once", &[a, b, c]);
                }
            }
            let other = renamed(&texts[b]);
            if other != texts[b] {
                let other = compiled(&other);
                let report = all_told(old, &other);
                let judged = against(family, old, &other, &report);
                let open = !judged.open.is_empty() && !family.may_be_open((a, b));
                if is_same(&report) && changes(&there)
                    || changes(&report) && is_same(&there)
                    || !judged.wrong.is_empty()
                    || open
                {
                    say(&format!("renamed: {:?} {:?}", judged.wrong, judged.open), &[a, b]);
                }
            }
        }
    }
    wrong
}

#[test]
fn small_texts_keep_the_laws() {
    let wrong: String = families::all().iter().map(|family| deep(|| broken(family))).collect();
    assert!(wrong.is_empty(), "{wrong}");
}

/// A list turned round is compared as the list itself.
#[test]
fn lists_keep_the_laws() {
    let wrong: String = (200..203).map(|seed| deep(move || broken_by_list(seed))).collect();
    assert!(wrong.is_empty(), "{wrong}");
}

fn broken_by_list(seed: u64) -> String {
    let mut wrong = String::new();
    let mut chance = Chance::new(seed);
    let list = List::new(&mut chance, 20);
    let edited = list.edited(&mut chance);
    let [a, b, c, d] = [
        list.text(Style::default()),
        list.text(Style::BACKWARDS),
        renamed(&list.text(Style::OTHER)),
        edited.text(Style::BACKWARDS),
    ]
    .map(|text| compiled(&text));
    let reports = [all_told(&a, &b), all_told(&b, &c), all_told(&a, &c)];
    if reports.iter().any(changes) {
        let _ = writeln!(wrong, "list {seed}: the same list is told to differ");
    }
    let (there, back) = (all_told(&a, &d), all_told(&d, &b));
    let turned: BTreeSet<Effect> = effects(&back).into_iter().map(mirrored).collect();
    if is_whole(&there) && is_whole(&back) && effects(&there) != turned {
        let _ = writeln!(wrong, "list {seed}: {:?} there, {:?} back", effects(&there), effects(&back));
    }
    wrong
}
