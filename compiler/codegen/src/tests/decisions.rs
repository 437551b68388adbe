//! How the rules of a decision are resolved.

use super::build::{Build, answer, fault, missing, number};
use accord_core::{Answer, FaultKind, HostFn, Outcome, RuleId, Value};
use accord_ir::{DecisionId, ExprId, Ty};
use std::collections::BTreeSet;

/// What the condition of a rule gives.
#[derive(Clone, Copy)]
enum When {
    Always,
    Yes,
    No,
    Nothing,
    Missing(&'static str),
    Fault,
    Refer(&'static str),
}

use When::{Always, Missing, No, Yes};

/// A decision of numbers. A rule is its condition, its value and the rules that beat it.
struct Case {
    build: Build,
    decision: DecisionId,
}

impl Case {
    fn new(default: Option<Outcome>) -> Case {
        let mut build = Build::new();
        let default = default.map(|d| build.of(d));
        let decision = build.decision("payable", &[], Ty::Number, default);
        Case { build, decision }
    }

    fn condition(&mut self, when: When) -> Option<ExprId> {
        let outcome = match when {
            Always => return None,
            Yes => Outcome::yes_no(true),
            No => Outcome::yes_no(false),
            When::Nothing => Outcome::Nothing,
            Missing(name) => missing(name),
            When::Fault => fault(FaultKind::Overflow),
            When::Refer(to) => Outcome::refer(to),
        };
        Some(self.build.of(outcome))
    }

    fn outcome(mut self, when: When, value: Outcome, beaten_by: &[u32]) -> Case {
        let condition = self.condition(when);
        let value = self.build.of(value);
        let beaten_by: Vec<RuleId> = beaten_by.iter().copied().map(RuleId).collect();
        self.build.rule(self.decision, condition, value, &beaten_by);
        self
    }

    fn rule(self, when: When, value: i64, beaten_by: &[u32]) -> Case {
        self.outcome(when, number(value), beaten_by)
    }

    fn ask(&self) -> Answer {
        self.build.ask(self.build.node_of(self.decision), &[])
    }
}

fn conflict(rules: &[u32]) -> Outcome {
    Outcome::Conflict(rules.iter().copied().map(RuleId).collect())
}

fn gap() -> Outcome {
    Outcome::Gap(BTreeSet::from([std::sync::Arc::from("payable")]))
}

#[test]
fn one_rule_or_none() {
    assert_eq!(Case::new(None).rule(Always, 1, &[]).ask(), answer(number(1), &[0]));
    assert_eq!(Case::new(None).rule(Yes, 1, &[]).ask(), answer(number(1), &[0]));
    assert_eq!(Case::new(None).rule(No, 1, &[]).ask(), answer(gap(), &[]));
    assert_eq!(Case::new(None).rule(When::Nothing, 1, &[]).ask(), answer(gap(), &[]));
    assert_eq!(Case::new(None).ask(), answer(gap(), &[]));
    assert_eq!(Case::new(Some(number(7))).ask(), answer(number(7), &[]));
    assert_eq!(Case::new(Some(number(7))).rule(No, 1, &[]).ask(), answer(number(7), &[]));
    assert_eq!(Case::new(Some(Outcome::Nothing)).rule(No, 1, &[]).ask(), answer(Outcome::Nothing, &[]));
}

#[test]
fn an_exception_beats_the_rule() {
    assert_eq!(Case::new(None).rule(Always, 1, &[1]).rule(Yes, 2, &[]).ask(), answer(number(2), &[1]));
    assert_eq!(Case::new(None).rule(Always, 1, &[1]).rule(No, 2, &[]).ask(), answer(number(1), &[0]));
    // The stronger rule may come first in the text.
    assert_eq!(Case::new(None).rule(Yes, 2, &[]).rule(Always, 1, &[0]).ask(), answer(number(2), &[0]));
}

#[test]
fn precedence_is_transitive() {
    // 2 beats 1 beats 0; with 1 out of the way 2 still beats 0.
    let case =
        |first, second, third| Case::new(None).rule(first, 1, &[1, 2]).rule(second, 2, &[2]).rule(third, 3, &[]).ask();
    assert_eq!(case(Yes, Yes, Yes), answer(number(3), &[2]));
    assert_eq!(case(Yes, No, Yes), answer(number(3), &[2]));
    assert_eq!(case(Yes, Yes, No), answer(number(2), &[1]));
    assert_eq!(case(Yes, No, No), answer(number(1), &[0]));
}

#[test]
fn agreement_cites_all_and_disagreement_is_a_conflict() {
    assert_eq!(Case::new(None).rule(Yes, 1, &[]).rule(Yes, 1, &[]).ask(), answer(number(1), &[0, 1]));
    assert_eq!(Case::new(None).rule(Yes, 1, &[]).rule(Yes, 2, &[]).ask(), answer(conflict(&[0, 1]), &[0, 1]));
    let nothings = Case::new(None).outcome(Yes, Outcome::Nothing, &[]).outcome(Always, Outcome::Nothing, &[]);
    assert_eq!(nothings.ask(), answer(Outcome::Nothing, &[0, 1]));
    let mixed = Case::new(None).outcome(Yes, Outcome::Nothing, &[]).rule(Yes, 1, &[]);
    assert_eq!(mixed.ask(), answer(conflict(&[0, 1]), &[0, 1]));
    // A beaten rule has no part in it.
    let beaten = Case::new(None).rule(Yes, 9, &[1]).rule(Yes, 1, &[]).rule(Yes, 1, &[]);
    assert_eq!(beaten.ask(), answer(number(1), &[1, 2]));
}

#[test]
fn a_value_that_is_none_is_the_result() {
    let single = Case::new(None).outcome(Yes, Outcome::refer("the courts"), &[]);
    assert_eq!(single.ask(), answer(Outcome::refer("the courts"), &[0]));
    let worst = Case::new(None)
        .rule(Yes, 1, &[])
        .outcome(Yes, missing("a"), &[])
        .outcome(Yes, Outcome::refer("x"), &[])
        .outcome(Yes, Outcome::refer("y"), &[]);
    let both = Outcome::refer("x").worst(Outcome::refer("y"));
    assert_eq!(worst.ask(), answer(both, &[0, 1, 2, 3]));
    let fault_first = Case::new(None).outcome(Yes, fault(FaultKind::Overflow), &[]).outcome(Yes, missing("a"), &[]);
    assert_eq!(fault_first.ask(), answer(fault(FaultKind::Overflow), &[0, 1]));
    let fault_last = Case::new(None).outcome(Yes, missing("a"), &[]).outcome(Yes, fault(FaultKind::Overflow), &[]);
    assert_eq!(fault_last.ask(), answer(fault(FaultKind::Overflow), &[0, 1]));
}

#[test]
fn an_unsettled_condition_may_be_harmless() {
    // Both ways give the same; the rules named are those of the way in which it does not apply.
    let agrees = Case::new(None).rule(Yes, 1, &[]).rule(Missing("a"), 1, &[]);
    assert_eq!(agrees.ask(), answer(number(1), &[0]));
    let exception = Case::new(None).rule(Yes, 1, &[1]).rule(Missing("a"), 1, &[]);
    assert_eq!(exception.ask(), answer(number(1), &[0]));
    let as_default = Case::new(Some(number(1))).rule(Missing("a"), 1, &[]);
    assert_eq!(as_default.ask(), answer(number(1), &[]));
    // A stronger rule surely applies.
    let beaten = Case::new(None).rule(Missing("a"), 1, &[1]).rule(Yes, 2, &[]);
    assert_eq!(beaten.ask(), answer(number(2), &[1]));
    let nothing = Case::new(Some(Outcome::Nothing)).outcome(Missing("a"), Outcome::Nothing, &[]);
    assert_eq!(nothing.ask(), answer(Outcome::Nothing, &[]));
}

#[test]
fn an_unsettled_condition_may_matter() {
    let differs = Case::new(None).rule(Yes, 1, &[1]).rule(Missing("a"), 2, &[]);
    assert_eq!(differs.ask(), answer(missing("a"), &[]));
    let may_conflict = Case::new(None).rule(Yes, 1, &[]).rule(Missing("a"), 2, &[]);
    assert_eq!(may_conflict.ask(), answer(missing("a"), &[]));
    let or_gap = Case::new(None).rule(Missing("a"), 1, &[]);
    assert_eq!(or_gap.ask(), answer(missing("a"), &[]));
    // The worst of the unsettled conditions, whatever the values are.
    let worst = Case::new(None).rule(Missing("a"), 1, &[]).rule(Missing("b"), 2, &[]);
    assert_eq!(worst.ask(), answer(missing("a").worst(missing("b")), &[]));
    let fault_wins = Case::new(None).rule(Missing("a"), 1, &[]).rule(When::Fault, 2, &[]);
    assert_eq!(fault_wins.ask(), answer(fault(FaultKind::Overflow), &[]));
    let refer = Case::new(None).rule(When::Refer("x"), 1, &[]).rule(Missing("a"), 2, &[]);
    assert_eq!(refer.ask(), answer(Outcome::refer("x"), &[]));
}

#[test]
fn ways_that_agree_on_what_is_no_value() {
    let refer = Outcome::refer("x");
    let same = Case::new(None).outcome(Yes, refer.clone(), &[1]).outcome(Missing("a"), refer.clone(), &[]);
    assert_eq!(same.ask(), answer(refer, &[0]));
    // Conflicts of different rules are different outcomes.
    let conflicts = Case::new(None).rule(Yes, 1, &[]).rule(Yes, 2, &[]).rule(Missing("a"), 3, &[]);
    assert_eq!(conflicts.ask(), answer(missing("a"), &[]));
    let beaten = Case::new(None).rule(Yes, 1, &[]).rule(Yes, 2, &[]).rule(Missing("a"), 3, &[0, 1]);
    assert_eq!(beaten.ask(), answer(conflict(&[0, 1]), &[0, 1]));
}

#[test]
fn an_unsettled_rule_settled_as_applying_beats() {
    // 1 (unsettled) beats 0, 2 (unsettled) beats both; all give 5 but 1.
    let case =
        |middle| Case::new(None).rule(Yes, 5, &[1, 2]).rule(Missing("a"), middle, &[2]).rule(Missing("b"), 5, &[]);
    assert_eq!(case(5).ask(), answer(number(5), &[0]));
    assert_eq!(case(6).ask(), answer(missing("a").worst(missing("b")), &[]));
}

#[test]
fn at_most_eight_unsettled_conditions_are_tried() {
    const NAMES: [&str; 9] = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let with = |count: usize| {
        NAMES.iter().take(count).fold(Case::new(None).rule(Yes, 1, &[]), |c, n| c.rule(Missing(n), 1, &[]))
    };
    assert_eq!(with(8).ask(), answer(number(1), &[0]));
    let all = NAMES.iter().map(|n| missing(n)).reduce(Outcome::worst).unwrap();
    assert_eq!(with(9).ask(), answer(all, &[]));
}

#[test]
fn left_out_rules_beat_nothing() {
    let mut case = Case::new(Some(number(0))).rule(Yes, 1, &[1]).rule(Yes, 2, &[]);
    let apart = case.build.apart(case.decision, &[RuleId(1)]);
    let without_any = case.build.apart(case.decision, &[RuleId(0), RuleId(1)]);
    assert_eq!(case.ask(), answer(number(2), &[1]));
    assert_eq!(case.build.ask(apart, &[]), answer(number(1), &[0]));
    assert_eq!(case.build.ask(without_any, &[]), answer(number(0), &[]));
}

#[test]
fn beaten_rules_are_not_asked() {
    // A condition that is a fault would be seen if it were asked and nothing stronger applied.
    let beaten = Case::new(None).rule(When::Fault, 1, &[1]).rule(Yes, 2, &[]);
    assert_eq!(beaten.ask(), answer(number(2), &[1]));
    let standing = Case::new(None).rule(When::Fault, 1, &[1]).rule(No, 2, &[]);
    assert_eq!(standing.ask(), answer(fault(FaultKind::Overflow), &[]));
}

#[test]
fn many_rules() {
    for count in [63_u32, 64, 65, 130, 300] {
        // Only the last applies, and beats all others.
        let chain = (0..count).fold(Case::new(None), |case, at| {
            let stronger: Vec<u32> = (at + 1..count).collect();
            case.rule(Yes, i64::from(at), &stronger)
        });
        assert_eq!(chain.ask(), answer(number(i64::from(count - 1)), &[count - 1]), "{count}");
        // Only the middle one applies.
        let middle = count / 2;
        let one = (0..count).fold(Case::new(None), |c, at| c.rule(if at == middle { Yes } else { No }, 1, &[]));
        assert_eq!(one.ask(), answer(number(1), &[middle]), "{count}");
        // The first and the last agree; one in between is unsettled and gives the same.
        let agreed = (0..count).fold(Case::new(None), |case, at| match at {
            0 => case.rule(Yes, 1, &[]),
            at if at == count - 1 => case.rule(Always, 1, &[]),
            at if at == middle => case.rule(Missing("a"), 1, &[]),
            _ => case.rule(No, 2, &[]),
        });
        assert_eq!(agreed.ask(), answer(number(1), &[0, count - 1]), "{count}");
        let none = (0..count).fold(Case::new(Some(number(3))), |case, _| case.rule(No, 1, &[]));
        assert_eq!(none.ask(), answer(number(3), &[]), "{count}");
    }
}

#[test]
fn conditions_and_values_see_the_arguments() {
    let mut build = Build::new();
    let decision = build.decision("double", &[Ty::Number, Ty::Number], Ty::Number, None);
    let (a, b) = (build.local(0, Ty::Number), build.local(1, Ty::Number));
    let less = build.host(HostFn::Less, &[a, b], Ty::YesNo);
    let (a, b) = (build.local(0, Ty::Number), build.local(1, Ty::Number));
    let difference = build.host(HostFn::Subtract, &[b, a], Ty::Number);
    let zero = build.number(0);
    let first = build.rule(decision, Some(less), difference, &[]);
    let (a, b) = (build.local(0, Ty::Number), build.local(1, Ty::Number));
    let at_most = build.host(HostFn::AtMost, &[b, a], Ty::YesNo);
    let second = build.rule(decision, Some(at_most), zero, &[]);
    let node = build.node_of(decision);
    let ask = |a, b| build.ask(node, &[Value::whole(a), Value::whole(b)]);
    assert_eq!(ask(2, 5), Answer { outcome: number(3), rules: vec![first] });
    assert_eq!(ask(5, 2), Answer { outcome: number(0), rules: vec![second] });
}

#[test]
fn settling_inside_settling() {
    // The value of an inner decision that must itself be settled is needed while the outer one is settled.
    let mut build = Build::new();
    let inner = build.decision("inner", &[], Ty::Number, None);
    for _ in 0..2 {
        let value = build.number(4);
        build.rule(inner, None, value, &[]);
    }
    let outer = build.decision("outer", &[], Ty::Number, None);
    let value = build.call(build.node_of(inner), &[]);
    let first = build.rule(outer, None, value, &[]);
    let (value, unsettled) = (build.call(build.node_of(inner), &[]), build.missing("a"));
    build.rule(outer, Some(unsettled), value, &[]);
    let answered = build.ask(build.node_of(outer), &[]);
    assert_eq!(answered, Answer { outcome: number(4), rules: vec![first] });
}
