//! And, or, not, if: over every kind of outcome, in both orders.

use super::build::{Build, fault, missing, number};
use accord_core::{FaultKind, Outcome, RuleId};
use std::collections::BTreeSet;

fn every_kind() -> Vec<Outcome> {
    vec![
        Outcome::yes_no(true),
        Outcome::yes_no(false),
        Outcome::Nothing,
        missing("a"),
        missing("b"),
        Outcome::refer("x"),
        Outcome::refer("y"),
        Outcome::Gap(BTreeSet::from([std::sync::Arc::from("g")])),
        Outcome::Conflict(BTreeSet::from([RuleId(1), RuleId(2)])),
        Outcome::Conflict(BTreeSet::from([RuleId(3)])),
        fault(FaultKind::Overflow),
        fault(FaultKind::ZeroDivisor),
    ]
}

/// One that decides, else the neutral one if all are, else the worst of the rest.
fn joined(all: &[Outcome], decides: bool) -> Outcome {
    if all.contains(&Outcome::yes_no(decides)) {
        return Outcome::yes_no(decides);
    }
    let rest = all.iter().filter(|o| o.truth().is_none()).cloned();
    rest.reduce(Outcome::worst).unwrap_or(Outcome::yes_no(!decides))
}

#[test]
fn and_and_or_are_symmetric() {
    let mut build = Build::new();
    let mut expected = Vec::new();
    for a in every_kind() {
        for b in every_kind() {
            let (left, right) = (build.of(a.clone()), build.of(b.clone()));
            let and = build.and(left, right);
            expected.push((build.term("and", &[], and), joined(&[a.clone(), b.clone()], false)));
            let (left, right) = (build.of(a.clone()), build.of(b.clone()));
            let or = build.or(left, right);
            expected.push((build.term("or", &[], or), joined(&[a.clone(), b.clone()], true)));
        }
    }
    check(&build, &expected);
    let outcome = |a: &Outcome, b: &Outcome| joined(&[a.clone(), b.clone()], false);
    let kinds = every_kind();
    assert!(kinds.iter().all(|a| kinds.iter().all(|b| outcome(a, b) == outcome(b, a))));
}

#[test]
fn longer_chains() {
    let mut build = Build::new();
    let mut expected = Vec::new();
    let kinds = every_kind();
    for (at, a) in kinds.iter().enumerate() {
        for b in &kinds[at % 3..] {
            let all = [a.clone(), b.clone(), kinds[(at * 5 + 1) % kinds.len()].clone(), missing("z")];
            for decides in [false, true] {
                let left_deep = {
                    let parts: Vec<_> = all.iter().map(|o| build.of(o.clone())).collect();
                    let first = parts[0];
                    parts[1..].iter().fold(first, |x, y| if decides { build.or(x, *y) } else { build.and(x, *y) })
                };
                let right_deep = {
                    let parts: Vec<_> = all.iter().map(|o| build.of(o.clone())).collect();
                    let last = parts[3];
                    parts[..3].iter().rev().fold(last, |y, x| if decides { build.or(*x, y) } else { build.and(*x, y) })
                };
                let joined = joined(&all, decides);
                expected.push((build.term("left", &[], left_deep), joined.clone()));
                expected.push((build.term("right", &[], right_deep), joined));
            }
        }
    }
    check(&build, &expected);
}

#[test]
fn nested_and_and_or() {
    // no or (yes and (a or yes)): the inner yes decides although a is missing.
    let mut build = Build::new();
    let (a, yes) = (build.missing("a"), build.yes_no(true));
    let inner = build.or(a, yes);
    let yes = build.yes_no(true);
    let middle = build.and(yes, inner);
    let no = build.yes_no(false);
    let outer = build.or(no, middle);
    assert_eq!(build.outcome(outer), Outcome::yes_no(true));
}

#[test]
fn not_turns_yes_and_no_and_makes_nothing_yes() {
    let mut build = Build::new();
    let mut expected = Vec::new();
    for outcome in every_kind() {
        let operand = build.of(outcome.clone());
        let not = build.not(operand);
        let wanted = match outcome {
            Outcome::Nothing => Outcome::yes_no(true),
            _ => outcome.truth().map_or(outcome, |t| Outcome::yes_no(!t)),
        };
        expected.push((build.term("not", &[], not), wanted));
    }
    check(&build, &expected);
}

#[test]
fn if_takes_one_branch() {
    let mut build = Build::new();
    let mut expected = Vec::new();
    for outcome in every_kind() {
        let (condition, then, otherwise) = (build.of(outcome.clone()), build.number(1), build.number(2));
        let choice = build.choose(condition, then, otherwise);
        let want = match outcome {
            Outcome::Nothing => number(2),
            other => other.truth().map_or(other, |t| number(if t { 1 } else { 2 })),
        };
        expected.push((build.term("if", &[], choice), want));
    }
    check(&build, &expected);
}

#[test]
fn else_if_stops_at_what_is_unsettled() {
    let mut build = Build::new();
    let (last, ten, unsettled) = (build.number(0), build.number(10), build.missing("a"));
    let third = build.choose(unsettled, ten, last);
    let (no, twenty) = (build.yes_no(false), build.number(20));
    let second = build.choose(no, twenty, third);
    assert_eq!(build.outcome(second), missing("a"));
    let (yes, thirty) = (build.yes_no(true), build.number(30));
    let first = build.choose(yes, thirty, second);
    assert_eq!(build.outcome(first), number(30));
}

/// Asks all nodes of one program.
fn check(build: &Build, expected: &[(accord_ir::NodeId, Outcome)]) {
    let program = build.verified();
    let facts = accord_core::Facts::default();
    for effort in [crate::Effort::Plain, crate::Effort::Optimised] {
        let jit = crate::Jit::compile_with(&program, effort).unwrap();
        let mut run = jit.run(&program, &facts);
        for (node, want) in expected {
            assert_eq!(run.ask(*node, &[]).outcome, *want, "{}", node.0);
        }
    }
}
