//! Questions with known answers, put to the comparison of versions: the pages of `tests/verify`. Nothing on them was
//! taken from the engine that answers here.

mod judge;
mod page;

use accord_cli::examine::in_parallel;
use accord_core::{FaultKind, Outcome, Value};
use accord_interp::Interp;
use accord_ir::Verified;
use accord_prove::report::{Finding, FindingKind, Person, Place};
use accord_prove::{ExamineOptions, Options, Report, diff, examine};
use accord_tests::scratch;
use judge::{Judged, alike, answer, judge};
use page::{Defect, Page, Versions, pages};
use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The folders of pages that are compared.
const COMPARED: [&str; 3] = ["edits", "rewrites", "near-misses"];
/// How many pages of each there are at least.
const PROMISED: [(&str, usize); 4] = [("edits", 40), ("rewrites", 40), ("near-misses", 20), ("defects", 8)];
/// Real texts: at least half of the pages are about them.
const REAL: [&str; 3] = ["nl-cv", "ets-78", "eu-883"];

/// Asks the engine. The only place that does.
fn compared(versions: &Versions) -> Report {
    match (&versions.old.verified, &versions.new.verified) {
        (Some(old), Some(new)) => diff(old, new, &Options::default()),
        _ => panic!("a text with errors cannot be compared"),
    }
}

/// Works on each page in a folder of its own.
fn each<T: Send>(pages: &[Page], work: impl Fn(&Page, &Versions) -> T + Sync) -> Vec<T> {
    // Several tests look at the same pages at once: each has folders of its own.
    static TIMES: AtomicUsize = AtomicUsize::new(0);
    let time = TIMES.fetch_add(1, Ordering::Relaxed);
    let results = in_parallel(pages.len(), |i| {
        let page = &pages[i];
        let folder = scratch(&format!("verify-{time}-{}", page.name.replace('/', "-"))).expect("a folder");
        let result = work(page, &page.versions(&folder));
        let _ = std::fs::remove_dir_all(&folder);
        result
    });
    results.expect("every page was looked at")
}

fn all_pages() -> Vec<Page> {
    PROMISED.iter().flat_map(|(folder, _)| pages(folder)).collect()
}

#[test]
fn there_are_as_many_pages_as_promised_and_half_of_them_are_about_real_texts() {
    for (folder, promised) in PROMISED {
        let pages = pages(folder);
        assert!(pages.len() >= promised, "only {} {folder}", pages.len());
        let real = pages.iter().filter(|p| p.is_about(&REAL)).count();
        assert!(real * 2 >= pages.len() || folder == "defects", "{folder}: {real} of {} are real", pages.len());
    }
}

/// What a page says of a person is true of the person, whatever any engine finds.
#[test]
fn the_persons_of_every_page_are_answered_as_it_says() {
    let wrong = each(&all_pages(), |page, versions| {
        let mut wrong = String::new();
        for (n, person) in page.persons.iter().enumerate() {
            let (before, after) = versions.person(n);
            let (Some(old), Some(new)) = (&versions.old.verified, &versions.new.verified) else { continue };
            let name = person.asked.split('(').next().unwrap_or_default();
            let (was, is) = (before.expect[0].args.as_slice(), after.expect[0].args.as_slice());
            if alike(old, new, (&before.facts, was), (&after.facts, is), name) == person.inside {
                let answers = (answer(old, &before.facts, name, was), answer(new, &after.facts, name, is));
                let _ = writeln!(wrong, "{}: {} for \"{}\": {answers:?}", page.name, person.asked, before.name);
            }
        }
        wrong
    });
    let wrong = wrong.concat();
    assert!(wrong.is_empty(), "{wrong}");
}

/// A page about a defect says what it is, in words the examination uses, and where.
#[test]
fn every_defect_has_a_kind_and_a_place() {
    const KINDS: [&str; 8] =
        ["gap", "conflict", "unreachable", "without effect", "table gap", "legislation", "shares", "outside scope"];
    let defects: Vec<_> = pages("defects").iter().map(|p| p.defect.clone().expect("a defect")).collect();
    for kind in KINDS {
        assert!(defects.iter().any(|d| d.kind == kind), "no defect of kind {kind}");
    }
    assert!(defects.iter().all(|d| KINDS.contains(&d.kind.as_str()) && !d.at.is_empty()));
}

/// Whether a finding is the one a page tells of: its kind, its decision, a place in the provision to mend.
fn is_told(defect: &Defect, found: &Finding, anywhere: bool) -> bool {
    let kind = format!("{:?}", found.kind).to_lowercase();
    let here = |p: &Place| p.address == defect.at || p.address.starts_with(&format!("{}(", defect.at));
    kind == defect.kind.replace(' ', "")
        && (anywhere
            || (found.places.iter().any(here) && (defect.decision.is_empty() || found.decision == defect.decision)))
}

/// The fault is found where it is, and nothing of the kind in the twin. Of a twin that is a shipped agreement only the
/// provision is judged.
#[test]
fn an_examination_finds_every_defect_and_leaves_its_twin_alone() {
    let wrong = each(&pages("defects"), |page, versions| {
        let defect = page.defect.as_ref().expect("a defect");
        let mut wrong = String::new();
        for (examined, faulty) in [(&versions.new, true), (&versions.old, false)] {
            let verified = examined.verified.as_ref().expect("a text without errors");
            let found = examine(verified, &ExamineOptions::default());
            let told = |f: &Finding| f.open.is_none() && is_told(defect, f, !faulty && !page.has_base());
            if found.iter().any(told) != faulty {
                let all: Vec<_> = found.iter().map(|f| (f.kind, &f.decision, f.places.first())).collect();
                let _ = writeln!(wrong, "{}, faulty: {faulty}: {all:?}", page.name);
            }
            for person in found.iter().filter_map(|f| Some((f, f.person.as_ref()?))) {
                wrong.push_str(&replayed(page, verified, person));
            }
        }
        wrong
    });
    let wrong = wrong.concat();
    assert!(wrong.is_empty(), "{wrong}");
}

/// The person of a finding, asked again: what it shows has to be so.
fn replayed(page: &Page, verified: &Verified, (found, person): (&Finding, &Person)) -> String {
    let asked = |args: &[Value]| {
        let node = verified.program().decision(&found.decision).expect("the decision").1.node;
        Interp::new(verified, &person.facts).ask(node, args)
    };
    let answer = asked(&person.args);
    let shows = match (found.kind, &answer.outcome) {
        (FindingKind::Gap, Outcome::Gap(_)) | (FindingKind::Conflict, Outcome::Conflict(_)) => true,
        (FindingKind::Legislation, outcome) => matches!(outcome, Outcome::Gap(_) | Outcome::Conflict(_)),
        (FindingKind::TableGap, Outcome::Fault(fault)) => fault.kind == FaultKind::OutOfTable,
        (FindingKind::Shares, _) => {
            let parties = verified.program().parties.iter();
            let shares = parties.filter_map(|p| match asked(&[Value::Country(p.country)]).outcome {
                Outcome::Value(Value::Number(share)) => Some(share.value),
                _ => None,
            });
            shares.reduce(|a, b| a + b).is_some_and(|sum| sum > accord_core::ratio(1, 1))
        }
        _ => false,
    };
    if shows && answer == person.answer { String::new() } else { format!("{}: {found:?}: {answer:?}\n", page.name) }
}

/// What is known to be so of texts that are shipped: a table as printed, and a draft in which a paragraph lost its
/// effect and the self-employed their legislation.
#[test]
fn an_examination_finds_what_is_known_of_shipped_texts() {
    for (folder, kind, at) in [
        ("agreements/nl-nz/2000", FindingKind::TableGap, "article 5(1)"),
        ("agreements/draft-xa-xb/after", FindingKind::WithoutEffect, "article 5(2)"),
        ("agreements/draft-xa-xb/after", FindingKind::Legislation, "article 7(1)"),
    ] {
        let places = in_parallel(1, |_| {
            let loaded = accord_cli::Loaded::from_paths(&[accord_tests::at(folder)]).expect("read");
            let examined = accord_cli::examine::examine(&loaded, &loaded.roots[0]).expect("examined");
            let verified = examined.verified.expect("a program");
            let found = examine(&verified, &ExamineOptions::default());
            let of_kind = found.into_iter().filter(|f| f.kind == kind && f.open.is_none());
            of_kind.flat_map(|f| f.places).map(|p| p.address).collect::<Vec<_>>()
        });
        let places = places.expect("examined").concat();
        assert!(places.iter().any(|p| p == at), "{folder}: {kind:?} {places:?}");
    }
}

/// What came of a page, and how long it took.
struct Scored {
    name: String,
    judged: Judged,
    took: Duration,
}

#[test]
fn a_comparison_answers_as_the_pages_do() {
    // `VERIFY=edits/03` asks of some pages only, while working on them.
    let asked = std::env::var("VERIFY").unwrap_or_default();
    let pages: Vec<Page> =
        COMPARED.iter().flat_map(|folder| pages(folder)).filter(|p| p.name.contains(&asked)).collect();
    let scored = each(&pages, |page, versions| {
        let begun = Instant::now();
        let report = compared(versions);
        let took = begun.elapsed();
        println!("{} in {} ms", page.name, took.as_millis());
        Scored { name: page.name.clone(), judged: judge(page, versions, &report), took }
    });
    println!("{}", table(&scored));
    let wrong: String =
        scored.iter().flat_map(|s| s.judged.wrong.iter().map(|w| format!("{}: {w}\n", s.name))).collect();
    assert!(wrong.is_empty(), "wrong verdicts:\n{wrong}");
}

/// The score: wrong verdicts, what was decided, and what was not by name.
fn table(scored: &[Scored]) -> String {
    let mut text = format!(
        "{:<12} {:>5} {:>6} {:>9} {:>10} {:>10} {:>9}\n",
        "", "pages", "wrong", "undecided", "incomplete", "unreadable", "decided"
    );
    for folder in COMPARED {
        let of: Vec<&Scored> = scored.iter().filter(|s| s.name.starts_with(folder)).collect();
        let pages = |is: fn(&Judged) -> bool| of.iter().filter(|s| is(&s.judged)).count();
        let undecided = pages(|j| !j.undecided.is_empty());
        let decided = (of.len() - undecided) * 100 / of.len().max(1);
        let _ = writeln!(
            text,
            "{folder:<12} {:>5} {:>6} {undecided:>9} {:>10} {:>10} {decided:>8}%",
            of.len(),
            pages(|j| !j.wrong.is_empty()),
            pages(|j| !j.incomplete.is_empty()),
            pages(|j| !j.unreadable.is_empty()),
        );
    }
    let reached: usize = scored.iter().map(|s| s.judged.reached).sum();
    let decided: usize = scored.iter().map(|s| s.judged.decided).sum();
    let _ = writeln!(text, "decisions that an edit reaches: {reached}, of which decided: {decided}");
    let slowest = scored.iter().max_by_key(|s| s.took);
    let _ = writeln!(text, "slowest: {}", slowest.map_or(String::new(), |s| format!("{} in {:?}", s.name, s.took)));
    type Kind = (&'static str, fn(&Judged) -> &Vec<String>);
    let kinds: [Kind; 4] = [
        ("wrong", |j| &j.wrong),
        ("undecided", |j| &j.undecided),
        ("incomplete", |j| &j.incomplete),
        ("unreadable", |j| &j.unreadable),
    ];
    for (word, list) in kinds {
        for (page, one) in scored.iter().flat_map(|s| list(&s.judged).iter().map(|one| (&s.name, one))) {
            let _ = writeln!(text, "{word} {page}: {one}");
        }
    }
    text
}
