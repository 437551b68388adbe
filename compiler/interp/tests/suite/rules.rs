//! Which rule wins: exceptions, agreement, conflict, defaults, gaps, and conditions that cannot be settled.

use crate::ask;
use crate::builder::Build;
use accord_core::{FaultKind, HostFn, Outcome, RuleId, SiteId, Value};
use accord_ir::{DecisionId, ExprId, Ty};
use std::collections::BTreeSet;

/// A decision without parameters that settles a number.
fn matter() -> (Build, DecisionId) {
    let mut b = Build::new();
    let decision = b.decision("share", &[], Ty::Number);
    (b, decision)
}

/// What the condition of a rule is.
#[derive(Clone, Copy)]
enum When {
    Always,
    Yes,
    No,
    Nothing,
    Missing(&'static str),
    Fault,
}

fn condition(b: &mut Build, when: When) -> Option<ExprId> {
    Some(match when {
        When::Always => return None,
        When::Yes => b.yes(),
        When::No => b.no(),
        When::Nothing => b.constant(Outcome::Nothing),
        When::Missing(name) => b.missing(name),
        When::Fault => fault(b),
    })
}

fn fault(b: &mut Build) -> ExprId {
    b.constant(Outcome::fault(FaultKind::Overflow, SiteId(0)))
}

/// A rule with a number for a value.
fn rule(b: &mut Build, decision: DecisionId, when: When, value: i64) -> RuleId {
    let condition = condition(b, when);
    let value = b.number(value);
    b.rule(decision, condition, value)
}

/// A rule that gives something else than a number.
fn rule_giving(b: &mut Build, decision: DecisionId, when: When, value: Outcome) -> RuleId {
    let condition = condition(b, when);
    let value = b.constant(value);
    b.rule(decision, condition, value)
}

fn number(n: i64) -> Outcome {
    Outcome::Value(Value::whole(n))
}

fn conflict(rules: &[u32]) -> Outcome {
    Outcome::Conflict(rules.iter().map(|n| RuleId(*n)).collect())
}

#[test]
fn the_only_rule_that_applies_wins() {
    let (mut b, d) = matter();
    rule(&mut b, d, When::No, 1);
    rule(&mut b, d, When::Yes, 2);
    rule(&mut b, d, When::Nothing, 3);
    assert_eq!(ask::decision(b, d), (number(2), vec![1]));
}

#[test]
fn an_exception_beats_the_general_rule() {
    let (mut b, d) = matter();
    let general = rule(&mut b, d, When::Always, 1);
    let exception = rule(&mut b, d, When::Yes, 2);
    b.beats(exception, general);
    assert_eq!(ask::decision(b, d), (number(2), vec![1]));
}

#[test]
fn an_exception_that_does_not_apply_leaves_the_general_rule() {
    let (mut b, d) = matter();
    let general = rule(&mut b, d, When::Always, 1);
    let exception = rule(&mut b, d, When::No, 2);
    b.beats(exception, general);
    assert_eq!(ask::decision(b, d), (number(1), vec![0]));
}

#[test]
fn an_exception_to_an_exception_does_not_bring_back_the_general_rule() {
    let (mut b, d) = matter();
    let general = rule(&mut b, d, When::Always, 1);
    let exception = rule(&mut b, d, When::Yes, 2);
    let further = rule(&mut b, d, When::Yes, 3);
    b.beats(exception, general);
    b.beats(further, exception);
    assert_eq!(ask::decision(b, d), (number(3), vec![2]));
}

#[test]
fn precedence_is_transitive_over_a_rule_that_does_not_apply() {
    let (mut b, d) = matter();
    let general = rule(&mut b, d, When::Always, 1);
    let between = rule(&mut b, d, When::No, 2);
    let top = rule(&mut b, d, When::Yes, 3);
    b.beats(between, general);
    b.beats(top, between);
    assert_eq!(ask::decision(b, d), (number(3), vec![2]));
}

#[test]
fn a_rule_that_is_beaten_is_not_asked() {
    let (mut b, d) = matter();
    // The general rule stands first in the text; neither its condition nor its value may show.
    let general = rule_giving(&mut b, d, When::Fault, Outcome::missing("rate"));
    let exception = rule(&mut b, d, When::Yes, 2);
    b.beats(exception, general);
    assert_eq!(ask::decision(b, d), (number(2), vec![1]));
}

#[test]
fn rules_that_agree_are_all_named_in_the_order_of_the_text() {
    let (mut b, d) = matter();
    rule(&mut b, d, When::Yes, 5);
    rule(&mut b, d, When::No, 6);
    rule(&mut b, d, When::Always, 5);
    assert_eq!(ask::decision(b, d), (number(5), vec![0, 2]));
}

#[test]
fn equal_quotients_agree_however_they_are_written() {
    let (mut b, d) = matter();
    for (n, m) in [(120, 264), (10, 22)] {
        let (n, m) = (b.number(n), b.number(m));
        let quotient = b.host(HostFn::Divide, &[n, m], Ty::Number);
        b.rule(d, None, quotient);
    }
    let (outcome, rules) = ask::decision(b, d);
    assert_eq!(rules, [0, 1]);
    let Some(Value::Number(number)) = outcome.value() else { panic!("{outcome:?}") };
    assert_eq!(number.to_string(), "120/264", "as the first of them writes it");
}

#[test]
fn rules_that_differ_are_in_conflict() {
    let (mut b, d) = matter();
    rule(&mut b, d, When::Yes, 1);
    rule(&mut b, d, When::No, 1);
    rule(&mut b, d, When::Always, 2);
    assert_eq!(ask::decision(b, d), (conflict(&[0, 2]), vec![0, 2]));
}

#[test]
fn nothing_is_a_result_of_its_own() {
    let (mut b, d) = matter();
    rule_giving(&mut b, d, When::Always, Outcome::Nothing);
    rule_giving(&mut b, d, When::Always, Outcome::Nothing);
    assert_eq!(ask::decision(b, d), (Outcome::Nothing, vec![0, 1]));

    let (mut b, d) = matter();
    rule_giving(&mut b, d, When::Always, Outcome::Nothing);
    rule(&mut b, d, When::Always, 0);
    assert_eq!(ask::decision(b, d), (conflict(&[0, 1]), vec![0, 1]));
}

#[test]
fn what_is_no_value_is_worse_than_a_conflict_of_values() {
    let (mut b, d) = matter();
    rule(&mut b, d, When::Always, 1);
    rule_giving(&mut b, d, When::Always, Outcome::missing("rate"));
    rule_giving(&mut b, d, When::Always, Outcome::refer("the authorities"));
    assert_eq!(ask::decision(b, d), (Outcome::refer("the authorities"), vec![0, 1, 2]));
}

#[test]
fn the_default_holds_where_no_rule_applies() {
    let (mut b, d) = matter();
    rule(&mut b, d, When::No, 1);
    let default = b.number(7);
    b.default(d, default);
    assert_eq!(ask::decision(b, d), (number(7), vec![]));
}

#[test]
fn a_default_reads_the_arguments() {
    let mut b = Build::new();
    let d = b.decision("same", &[("n", Ty::Number)], Ty::Number);
    let default = b.local(0, Ty::Number);
    b.default(d, default);
    let node = b.node_of(d);
    let answer = ask::node(b, &accord_core::Facts::default(), node, &[Value::whole(4)]);
    assert_eq!(answer.outcome, number(4));
}

#[test]
fn without_a_default_it_is_a_gap() {
    let gap = || Outcome::Gap(BTreeSet::from(["share".into()]));
    let (mut b, d) = matter();
    rule(&mut b, d, When::No, 1);
    assert_eq!(ask::decision(b, d), (gap(), vec![]));
    let (b, d) = matter();
    assert_eq!(ask::decision(b, d), (gap(), vec![]));
}

#[test]
fn left_out_rules_neither_apply_nor_beat() {
    let (mut b, d) = matter();
    let general = rule(&mut b, d, When::Always, 1);
    let exception = rule(&mut b, d, When::Yes, 2);
    b.beats(exception, general);
    let apart = b.apart_from(d, &[exception]);
    let answer = ask::node(b, &accord_core::Facts::default(), apart, &[]);
    assert_eq!((answer.outcome, answer.rules), (number(1), vec![general]));
}

#[test]
fn an_unsettled_condition_makes_the_decision_undetermined_by_name() {
    let (mut b, d) = matter();
    rule(&mut b, d, When::Missing("claim.start"), 1);
    assert_eq!(ask::decision(b, d), (Outcome::missing("claim.start"), vec![]));
}

#[test]
fn an_unsettled_rule_is_harmless_where_it_agrees_with_one_that_applies() {
    let (mut b, d) = matter();
    rule(&mut b, d, When::Missing("claim.start"), 1);
    rule(&mut b, d, When::Yes, 1);
    assert_eq!(ask::decision(b, d), (number(1), vec![1]));
}

#[test]
fn an_unsettled_exception_is_harmless_where_it_gives_the_same() {
    let (mut b, d) = matter();
    let general = rule(&mut b, d, When::Always, 1);
    let exception = rule(&mut b, d, When::Missing("claim.start"), 1);
    b.beats(exception, general);
    assert_eq!(ask::decision(b, d), (number(1), vec![0]));
}

#[test]
fn an_unsettled_rule_is_harmless_where_it_gives_the_default() {
    let (mut b, d) = matter();
    rule(&mut b, d, When::Missing("claim.start"), 7);
    let default = b.number(7);
    b.default(d, default);
    assert_eq!(ask::decision(b, d), (number(7), vec![]));
}

#[test]
fn an_unsettled_exception_with_another_value_is_not_harmless() {
    let (mut b, d) = matter();
    let general = rule(&mut b, d, When::Always, 1);
    let exception = rule(&mut b, d, When::Missing("claim.start"), 2);
    b.beats(exception, general);
    assert_eq!(ask::decision(b, d), (Outcome::missing("claim.start"), vec![]));
}

#[test]
fn an_unsettled_rule_is_harmless_where_a_stronger_one_surely_applies() {
    let (mut b, d) = matter();
    let weaker = rule(&mut b, d, When::Missing("claim.start"), 1);
    let stronger = rule(&mut b, d, When::Yes, 2);
    b.beats(stronger, weaker);
    assert_eq!(ask::decision(b, d), (number(2), vec![1]));
}

#[test]
fn every_way_of_settling_counts_not_only_all_or_none() {
    // With neither or both the outcome is 1; with the second alone it is 2.
    let (mut b, d) = matter();
    let general = rule(&mut b, d, When::Always, 1);
    let second = rule(&mut b, d, When::Missing("b"), 2);
    let top = rule(&mut b, d, When::Missing("a"), 1);
    b.beats(second, general);
    b.beats(top, second);
    let names = Outcome::Undetermined(BTreeSet::from(["a".into(), "b".into()]));
    assert_eq!(ask::decision(b, d), (names, vec![]));
}

#[test]
fn the_same_outcome_that_is_no_value_stands_in_every_way() {
    let refer = || Outcome::refer("the authorities");
    let (mut b, d) = matter();
    rule_giving(&mut b, d, When::Always, refer());
    rule_giving(&mut b, d, When::Missing("claim.start"), refer());
    assert_eq!(ask::decision(b, d), (refer(), vec![0]));
}

#[test]
fn outcomes_that_differ_over_the_ways_give_the_worst_of_the_conditions() {
    let (mut b, d) = matter();
    rule_giving(&mut b, d, When::Always, Outcome::refer("the authorities"));
    rule(&mut b, d, When::Missing("claim.start"), 1);
    // 1 beside a referral is the referral: all ways give it.
    assert_eq!(ask::decision(b, d), (Outcome::refer("the authorities"), vec![0]));

    let (mut b, d) = matter();
    rule(&mut b, d, When::Always, 1);
    rule_giving(&mut b, d, When::Missing("claim.start"), Outcome::refer("the authorities"));
    assert_eq!(ask::decision(b, d), (Outcome::missing("claim.start"), vec![]));
}

#[test]
fn a_fault_in_a_condition_outweighs_a_missing_fact_wherever_it_stands() {
    for faulty_first in [true, false] {
        let (mut b, d) = matter();
        let (one, two) =
            if faulty_first { (When::Fault, When::Missing("a")) } else { (When::Missing("a"), When::Fault) };
        rule(&mut b, d, one, 1);
        rule(&mut b, d, two, 2);
        let (outcome, rules) = ask::decision(b, d);
        assert_eq!(outcome, Outcome::fault(FaultKind::Overflow, SiteId(0)));
        assert!(rules.is_empty());
    }
}

#[test]
fn a_condition_at_fault_is_harmless_like_any_other_unsettled_one() {
    let (mut b, d) = matter();
    rule(&mut b, d, When::Fault, 1);
    rule(&mut b, d, When::Yes, 1);
    assert_eq!(ask::decision(b, d), (number(1), vec![1]));
}

#[test]
fn eight_unsettled_conditions_are_tried_and_nine_are_not() {
    const NAMES: [&str; 9] = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let ask = |count: usize| {
        let (mut b, d) = matter();
        rule(&mut b, d, When::Always, 1);
        for name in NAMES.iter().take(count) {
            rule(&mut b, d, When::Missing(name), 1);
        }
        ask::decision(b, d)
    };
    assert_eq!(ask(8), (number(1), vec![0]));
    assert_eq!(ask(9), (Outcome::Undetermined(NAMES.iter().map(|n| (*n).into()).collect()), vec![]));
}

#[test]
fn unsettled_rules_that_are_beaten_do_not_count_towards_the_limit() {
    let (mut b, d) = matter();
    let top = rule(&mut b, d, When::Yes, 1);
    for _ in 0..12 {
        let weaker = rule(&mut b, d, When::Missing("a"), 2);
        b.beats(top, weaker);
    }
    assert_eq!(ask::decision(b, d), (number(1), vec![0]));
}
