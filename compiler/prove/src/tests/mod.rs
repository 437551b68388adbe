//! The comparison held against every person there is: small texts, few values for each fact, each person computed under
//! both versions by the interpreter, which is itself held to the same text written out a second time by hand.
//!
//! | concern | file |
//! |---|---|
//! | persons of small worlds | `people` |
//! | small texts with a second evaluator, by hand | `families`, `amounts` |
//! | groups read as they are told | `told`, `expression` |
//! | a report held against the persons | `judge` |
//! | lists of rules made by chance | `lists`, `chance` |
//! | conventions of many parties | `many` |
//! | laws that hold of any comparison | `laws` |
//! | mistakes in the engine, which must be noticed | `broken` |

mod amounts;
mod broken;
mod chance;
mod expression;
mod families;
mod judge;
mod laws;
mod lists;
mod many;
mod people;
mod told;

use accord_ir::Verified;
use accord_source::{Diagnostics, Severity, SourceMap};
use families::Family;
use judge::{Judged, by_interpreter, judge};
use std::fmt::Write;

/// The stack of a thread that walks a text.
const STACK: usize = 64 << 20;

/// Work on a stack that is deep enough.
pub(crate) fn deep<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        match thread.expect("a thread").join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// A text with the vocabulary, checked.
pub(crate) fn compiled(text: &str) -> Verified {
    let mut sources = SourceMap::default();
    let mut found = Diagnostics::default();
    let mut trees = Vec::new();
    for (name, text) in accord_stdlib::FILES.iter().copied().chain([("small.accord", text)]) {
        let id = sources.add(name, text);
        trees.push(accord_syntax::parse(id, text, &mut found));
    }
    let trees: Vec<_> = trees.iter().collect();
    let analysis = accord_analysis::analyse(&trees, &mut found);
    let errors: Vec<String> = found
        .sorted()
        .into_iter()
        .filter(|d| d.severity == Severity::Error)
        .map(|d| format!("{}: {}", d.code.text(), d.message))
        .collect();
    assert!(errors.is_empty(), "{}\n{text}", errors.join("\n"));
    accord_ir::verify(analysis.program.expect("a program")).expect("a sound program")
}

/// The interpreter and what stands beside each version, person by person.
#[test]
fn the_interpreter_answers_as_written_out_by_hand() {
    let wrong = deep(|| {
        let mut wrong = String::new();
        for family in families::all() {
            for (n, version) in family.versions.iter().enumerate() {
                let verified = compiled(&family.text(n));
                for (args, axes) in judge::combinations(&verified, &family) {
                    for number in 0..people::count(&axes) {
                        let person = people::person(&axes, number);
                        let said =
                            by_interpreter(&verified, family.decides(), &args, &person.facts(verified.program()));
                        let by_hand = (version.by_hand)(&person);
                        if said != by_hand {
                            let _ = writeln!(
                                wrong,
                                "{}, version {n}: {}: {said:?}, by hand {by_hand:?}",
                                family.name,
                                person.said()
                            );
                            break;
                        }
                    }
                }
            }
        }
        wrong
    });
    assert!(wrong.is_empty(), "{wrong}");
}

/// Every pair of versions, both ways.
fn pairs(family: &Family) -> Vec<(usize, usize)> {
    let all = 0..family.versions.len();
    all.clone().flat_map(|a| all.clone().map(move |b| (a, b))).filter(|(a, b)| a != b).collect()
}

/// Two versions by number, with what came of comparing them.
type OfPair = ((usize, usize), Judged);

/// What came of all pairs of a family.
fn judged(family: &Family) -> Vec<OfPair> {
    let versions: Vec<Verified> = (0..family.versions.len()).map(|n| compiled(&family.text(n))).collect();
    let of = |(a, b): (usize, usize)| ((a, b), judge(family, &versions[a], &versions[b]));
    pairs(family).into_iter().map(of).collect()
}

#[test]
fn a_comparison_tells_of_all_who_are_answered_otherwise_and_of_nobody_else() {
    let (mut told, mut wrong) = (String::new(), String::new());
    let families = families::all();
    let half = families.len() / 2;
    let results: Vec<(&Family, Vec<OfPair>)> = std::thread::scope(|scope| {
        let parts = [&families[..half], &families[half..]];
        let threads =
            parts.map(|part| scope.spawn(move || part.iter().map(|f| (f, deep(|| judged(f)))).collect::<Vec<_>>()));
        threads.into_iter().flat_map(|t| t.join().expect("judged")).collect()
    });
    let (mut pairs, mut whole, mut persons, mut differ) = (0, 0, 0, 0);
    for (family, results) in &results {
        for ((a, b), judged) in results {
            (pairs, persons, differ) = (pairs + 1, persons + judged.persons, differ + judged.differ);
            whole += usize::from(judged.open.is_empty());
            let _ = writeln!(told, "{} {a}→{b}: {judged}", family.name);
            for one in judged.wrong.iter().take(4) {
                let _ = writeln!(wrong, "{} {a}→{b}: {one}", family.name);
            }
            for one in judged.open.iter().filter(|_| !family.may_be_open((*a, *b))) {
                let _ = writeln!(wrong, "{} {a}→{b}: left open: {one}", family.name);
            }
        }
    }
    println!(
        "{told}{} small texts, {pairs} pairs of versions, {persons} persons of whom {differ} are answered otherwise; \
         of {whole} pairs everybody is told",
        families.len()
    );
    assert!(wrong.is_empty(), "{wrong}");
}
