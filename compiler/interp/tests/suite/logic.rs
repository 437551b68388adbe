//! And, or, not and if over every kind of outcome, in both orders.

use crate::ask;
use crate::builder::Build;
use accord_core::{FaultKind, Outcome, RuleId, SiteId, Value};
use accord_ir::{ExprKind, Ty};
use std::collections::BTreeSet;

/// Yes, no, and one of each other kind, mildest first.
fn outcomes() -> Vec<Outcome> {
    let mut all = vec![Outcome::yes_no(true), Outcome::yes_no(false)];
    all.extend(neither());
    all
}

fn neither() -> Vec<Outcome> {
    vec![
        Outcome::Nothing,
        Outcome::missing("a"),
        Outcome::refer("the authorities"),
        Outcome::Gap(BTreeSet::from(["entitled".into()])),
        Outcome::Conflict(BTreeSet::from([RuleId(0), RuleId(1)])),
        Outcome::fault(FaultKind::Overflow, SiteId(0)),
    ]
}

fn combine(kind: impl FnOnce(accord_ir::ExprId, accord_ir::ExprId) -> ExprKind, a: &Outcome, b: &Outcome) -> Outcome {
    let mut build = Build::new();
    let (a, b) = (build.constant(a.clone()), build.constant(b.clone()));
    let whole = build.expr(kind(a, b), Ty::YesNo);
    ask::expression(build, whole)
}

/// The table said in words: one truth decides, two of the other give the other, else the worst of the rest.
fn expected(deciding: bool, a: &Outcome, b: &Outcome) -> Outcome {
    let truths = [a.truth(), b.truth()];
    if truths.contains(&Some(deciding)) {
        return Outcome::yes_no(deciding);
    }
    let rest = [a, b].into_iter().filter(|o| o.truth().is_none()).max_by_key(|o| o.rank());
    rest.cloned().unwrap_or_else(|| Outcome::yes_no(!deciding))
}

#[test]
fn and_is_symmetric_over_all_outcomes() {
    for a in &outcomes() {
        for b in &outcomes() {
            let found = combine(ExprKind::And, a, b);
            assert_eq!(found, expected(false, a, b), "{a:?} and {b:?}");
            assert_eq!(found, combine(ExprKind::And, b, a), "{b:?} and {a:?}");
        }
    }
}

#[test]
fn or_is_symmetric_over_all_outcomes() {
    for a in &outcomes() {
        for b in &outcomes() {
            let found = combine(ExprKind::Or, a, b);
            assert_eq!(found, expected(true, a, b), "{a:?} or {b:?}");
            assert_eq!(found, combine(ExprKind::Or, b, a), "{b:?} or {a:?}");
        }
    }
}

#[test]
fn no_is_stronger_than_a_fault_and_yes_than_a_conflict() {
    let fault = Outcome::fault(FaultKind::ZeroDivisor, SiteId(0));
    assert_eq!(combine(ExprKind::And, &fault, &Outcome::yes_no(false)), Outcome::yes_no(false));
    let conflict = Outcome::Conflict(BTreeSet::from([RuleId(0)]));
    assert_eq!(combine(ExprKind::Or, &conflict, &Outcome::yes_no(true)), Outcome::yes_no(true));
}

#[test]
fn what_is_missing_on_both_sides_is_named_together() {
    let (a, b) = (Outcome::missing("a"), Outcome::missing("b"));
    let both = Outcome::Undetermined(BTreeSet::from(["a".into(), "b".into()]));
    assert_eq!(combine(ExprKind::And, &a, &b), both);
    assert_eq!(combine(ExprKind::Or, &b, &a), both);
}

#[test]
fn not_turns_yes_and_no_and_makes_nothing_yes() {
    for outcome in outcomes() {
        let mut b = Build::new();
        let a = b.constant(outcome.clone());
        let not = b.not(a);
        let wanted = match outcome {
            Outcome::Nothing => Outcome::yes_no(true),
            _ => outcome.truth().map_or(outcome, |yes| Outcome::yes_no(!yes)),
        };
        assert_eq!(ask::expression(b, not), wanted);
    }
}

#[test]
fn if_takes_one_branch_and_counts_nothing_as_no() {
    for outcome in outcomes() {
        let mut b = Build::new();
        let condition = b.constant(outcome.clone());
        let (one, two) = (b.number(1), b.number(2));
        let whole = b.if_else(condition, one, two, Ty::Number);
        let wanted = match outcome.truth() {
            Some(true) => Outcome::Value(Value::whole(1)),
            Some(false) => Outcome::Value(Value::whole(2)),
            None if outcome == Outcome::Nothing => Outcome::Value(Value::whole(2)),
            None => outcome,
        };
        assert_eq!(ask::expression(b, whole), wanted);
    }
}

#[test]
fn the_branch_not_taken_does_not_show() {
    let mut b = Build::new();
    let (yes, one, unknown) = (b.yes(), b.number(1), b.missing("rate"));
    let whole = b.if_else(yes, one, unknown, Ty::Number);
    assert_eq!(ask::expression(b, whole), Outcome::Value(Value::whole(1)));
}

#[test]
fn a_long_table_needs_no_deep_stack() {
    let mut b = Build::new();
    let (no, mut chain) = (b.no(), b.number(-1));
    for n in 0..50_000 {
        let row = b.number(n);
        chain = b.if_else(no, row, chain, Ty::Number);
    }
    assert_eq!(ask::expression(b, chain), Outcome::Value(Value::whole(-1)));
}

#[test]
fn the_deepest_nesting_fits_an_ordinary_stack() {
    // Test threads have 2 MiB, less than any main thread.
    let mut b = Build::new();
    let mut deep = b.yes();
    for _ in 0..accord_ir::Verified::DEEPEST / 2 - 1 {
        let yes = b.yes();
        let both = b.and(yes, deep);
        deep = b.not(both);
    }
    assert!(ask::expression(b, deep).truth().is_some());
}
