//! Conventions: sets of parties that are not written out since there are too many of them. Every person with sets of
//! three of the six parties is asked under both versions, so that nothing told the same is not.

use super::judge::differ;
use super::people::{self, Axis, Held, axis};
use super::{compiled, deep};
use crate::compare::{Options, diff};
use crate::report::{Report, Verdict};
use accord_core::{Country, Value};
use accord_interp::Interp;
use accord_ir::Verified;
use std::fmt::Write;

/// Versions of the articles: which of them say the same is told apart by asking everybody.
struct Convention {
    decision: &'static str,
    versions: &'static [&'static str],
    /// Pairs that say the same and are proved so.
    proved: &'static [(usize, usize)],
}

/// Whether a party is ready has no answer where it is in neither of two sets, and two answers in both.
const READY: &str = "  rule ready(P) when P in b\n  rule not ready(P) when P in c\n";

const CONVENTIONS: &[Convention] = &[
    Convention {
        decision: "picked(P): set of Country",
        versions: &[
            "rule picked(P) = without(a, b)",
            "rule picked(P) = set of party Q in a where Q not in b",
            "rule picked(P) = set of party Q in a where Q in b",
            "term out means set of party Q in a where Q in b\n  rule picked(P) = without(a, out)",
            "rule picked(P) = set of party Q in without(a, b) where Q not in b",
            "rule picked(P) = set of party Q in without(a, b) where Q not in c",
        ],
        proved: &[(0, 1), (0, 3), (0, 4), (1, 3), (1, 4)],
    },
    Convention {
        decision: "granted(P): YesNo default no",
        versions: &[
            "rule granted(P) when a is {P}",
            "rule granted(P) when P in a and size(a) is 1",
            "rule granted(P) when P in a and size(a) is at most 2",
            "rule granted(P) when P in a and size(a) is at least 1",
            "rule granted(P) when P in a and size(without(a, {P})) is 0",
        ],
        proved: &[(0, 1)],
    },
    Convention {
        decision: "granted(P): YesNo default no",
        versions: &[
            "term not_ready means set of party Q in a where not ready(Q)\n  rule granted(P) when P in without(a, not_ready)",
            "term not_ready means set of party Q in a where not ready(Q)\n  \
             rule granted(P) when P in (set of party Q in a where Q not in not_ready)",
            "rule granted(P) when P in (set of party Q in a where ready(Q))",
            "rule granted(P) when P in a and ready(P)",
            "rule granted(P) when P in a and every party Q in a satisfies ready(Q)",
            "rule granted(P) when some party Q in a satisfies ready(Q)",
        ],
        proved: &[(0, 1)],
    },
    Convention {
        decision: "granted(P): YesNo default no",
        versions: &[
            "rule granted(P) when size(a) is at least 2",
            "rule granted(P) when size(a) is 2",
            "rule granted(P) when (count of party Q in a where Q in any party) is at least 2",
            "rule granted(P) when (count of party Q in a where Q in b or Q not in b) is at least 2",
        ],
        proved: &[(0, 3)],
    },
    Convention {
        decision: "granted(P): YesNo default no",
        versions: &[
            "rule granted(P) when every party Q in a satisfies (Q in b and Q not in c)",
            "rule granted(P) when every party Q in a satisfies (not (Q in c or Q not in b))",
            "rule granted(P) when every party Q in a satisfies (Q in b or Q not in c)",
            "rule granted(P) when not (some party Q in a satisfies (Q in c or Q not in b))",
        ],
        proved: &[(0, 1)],
    },
    Convention {
        decision: "granted(P): YesNo default no",
        versions: &[
            "rule granted(P) when P in a and every party Q in a satisfies Q in {XA, XB}",
            "rule granted(P) when P in a and P in {XA, XB} and every party Q in a satisfies Q in {XA, XB}",
            "rule granted(P) when P in a and P in {XA} and every party Q in a satisfies Q in {XA, XB}",
        ],
        proved: &[(0, 1)],
    },
];

fn text(of: &Convention, version: usize) -> String {
    let name = of.decision.split('(').next().unwrap_or_default();
    format!(
        "agreement XA-XB-XC \"Many parties\"\n  parties:   XA, XB, XC, XD, XE, XF\n  articles:  1..9\n  month_end: last_day\n\n\
         question small\n  facts   a: set of Country   b: set of Country   c: set of Country\n  decides {name}\n\n\
         decision {}\ndecision ready(P): YesNo\n\narticle 1 \"All\" for each party P in any party\n{READY}  {}\n",
        of.decision, of.versions[version]
    )
}

/// Every set of three of the parties, and one with a State that is none.
const SETS: &[&[&str]] =
    &[&[], &["XA"], &["XB"], &["XD"], &["XA", "XB"], &["XA", "XD"], &["XB", "XD"], &["XA", "XB", "XD"], &["XA", "US"]];

fn persons() -> Vec<Axis> {
    ["a", "b", "c"].map(|fact| axis(fact, SETS.iter().map(|s| Held::States(s)))).into()
}

/// Somebody whom the versions answer otherwise, who asks about one of these parties.
fn somebody(old: &Verified, new: &Verified, name: &str, axes: &[Axis]) -> Option<String> {
    let node = |text: &Verified| text.program().decision(name).expect("the decision").1.node;
    (0..people::count(axes)).find_map(|number| {
        let person = people::person(axes, number);
        let (before, after) = (person.facts(old.program()), person.facts(new.program()));
        ["XA", "XB", "XD", "XE"].into_iter().find_map(|party| {
            let args = [Value::Country(Country::parse(party).expect("a State"))];
            let first = Interp::new(old, &before).ask(node(old), &args).outcome;
            let second = Interp::new(new, &after).ask(node(new), &args).outcome;
            differ(&first, &second).then(|| format!("{party}: {}: {first:?}, {second:?}", person.said()))
        })
    })
}

fn is_proved(report: &Report, name: &str) -> bool {
    let mut of = report.decisions.iter().filter(|c| c.decision == name);
    of.all(|c| matches!(c.verdict, Verdict::Same(_)))
}

fn is_changed(report: &Report, name: &str) -> bool {
    report.decisions.iter().any(|c| c.decision == name && matches!(c.verdict, Verdict::Changed(_)))
}

#[test]
fn what_is_said_of_many_parties_is_so_of_every_set_of_them() {
    let (told, wrong) = deep(|| {
        let (mut told, mut wrong) = (String::new(), String::new());
        let axes = persons();
        for (number, of) in CONVENTIONS.iter().enumerate() {
            let name = of.decision.split('(').next().unwrap_or_default();
            let versions: Vec<Verified> = (0..of.versions.len()).map(|n| compiled(&text(of, n))).collect();
            for (a, old) in versions.iter().enumerate() {
                for (b, new) in versions.iter().enumerate().filter(|(b, _)| *b != a) {
                    let report = diff(old, new, &Options::default());
                    let differs = somebody(old, new, name, &axes);
                    let (proved, changed) = (is_proved(&report, name), is_changed(&report, name));
                    let _ = writeln!(told, "{number}: {a} -> {b}: proved {proved}, changed {changed}, {differs:?}");
                    let expected = of.proved.iter().any(|pair| *pair == (a, b) || *pair == (b, a));
                    if (proved && differs.is_some()) || (changed && differs.is_none()) || (expected && !proved) {
                        let _ =
                            writeln!(wrong, "{number}: {a} -> {b}: proved {proved}, changed {changed}, {differs:?}");
                    }
                }
            }
        }
        (told, wrong)
    });
    println!("{told}");
    assert!(wrong.is_empty(), "{wrong}");
}
