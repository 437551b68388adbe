//! Facts, arguments, and what is remembered.

use crate::ask;
use crate::builder::{Build, country};
use accord_core::{Country, Facts, FaultKind, HostFn, Outcome, SiteId, Step, Trace, Value};
use accord_interp::Interp;
use accord_ir::{ExprKind, NodeId, Ty};
use std::collections::BTreeSet;
use std::sync::Arc;

fn number(n: i64) -> Outcome {
    Outcome::Value(Value::whole(n))
}

#[test]
fn a_fact_is_as_the_row_has_it() {
    for outcome in [number(3), Outcome::Nothing, Outcome::missing("persons"), Outcome::refer("somebody")] {
        let mut b = Build::new();
        let fact = b.declare_fact("persons", Ty::Number);
        let read = b.fact(fact);
        let term = b.term("asked", &[], Ty::Number, read);
        let facts = Facts { row: vec![outcome.clone()], ..Facts::default() };
        assert_eq!(ask::node(b, &facts, term, &[]).outcome, outcome);
    }
}

#[test]
fn a_fact_the_row_does_not_hold_is_missing_by_name() {
    let mut b = Build::new();
    let fact = b.declare_fact("persons", Ty::Number);
    let read = b.fact(fact);
    assert_eq!(ask::expression(b, read), Outcome::missing("persons"));
}

#[test]
fn a_field_is_missing_only_when_it_is_needed() {
    let mut b = Build::new();
    let claim = b.record("Claim", &[("start", Ty::Number), ("weight", Ty::Number)]);
    let claim = b.declare_fact("claim", claim);
    let read = b.fact(claim);
    let (start, weight) = (b.field(read, 0), b.field(read, 1));
    let (start, weight) = (b.term("start", &[], Ty::Number, start), b.term("weight", &[], Ty::Number, weight));
    let record = Value::Record(Arc::new(vec![Outcome::missing("claim.start"), number(4)]));
    let facts = Facts { row: vec![Outcome::Value(record)], ..Facts::default() };
    let verified = b.verified();
    let mut interp = Interp::new(&verified, &facts);
    assert_eq!(interp.ask(weight, &[]).outcome, number(4));
    assert_eq!(interp.ask(start, &[]).outcome, Outcome::missing("claim.start"));
}

#[test]
fn a_fact_of_a_legislation() {
    let income = |party: Outcome, facts: &Facts| {
        let mut b = Build::new();
        b.declare_given("income", Ty::Number);
        let party = b.constant(party);
        let read = b.expr(ExprKind::Given(party, "income".to_owned()), Ty::Number);
        let term = b.term("asked", &[], Ty::Number, read);
        ask::node(b, facts, term, &[]).outcome
    };
    let mut facts = Facts::default();
    facts.give(Country::parse("XA").unwrap(), "income", number(9));
    assert_eq!(income(Outcome::Value(country("XA")), &facts), number(9));
    assert_eq!(income(Outcome::Value(country("XB")), &facts), Outcome::missing("income of XB"));
    assert_eq!(income(Outcome::Nothing, &facts), Outcome::Nothing);
    assert_eq!(income(Outcome::refer("somebody"), &facts), Outcome::refer("somebody"));
}

#[test]
fn an_argument_that_is_no_value_is_the_result_the_worst_of_several() {
    let called_with = |a: Outcome, c: Outcome| {
        let mut b = Build::new();
        let one = b.number(1);
        let term = b.term("one", &[("a", Ty::Number), ("b", Ty::Number)], Ty::Number, one);
        let (a, c) = (b.constant(a), b.constant(c));
        let call = b.call(term, &[a, c]);
        ask::expression(b, call)
    };
    assert_eq!(called_with(number(1), number(2)), number(1));
    assert_eq!(called_with(number(1), Outcome::Nothing), Outcome::Nothing);
    assert_eq!(called_with(Outcome::missing("a"), Outcome::Nothing), Outcome::missing("a"));
    assert_eq!(called_with(Outcome::missing("a"), Outcome::refer("b")), Outcome::refer("b"));
    assert_eq!(called_with(Outcome::refer("b"), Outcome::missing("a")), Outcome::refer("b"));
    let both = Outcome::Undetermined(BTreeSet::from(["a".into(), "b".into()]));
    assert_eq!(called_with(Outcome::missing("b"), Outcome::missing("a")), both);
}

#[test]
fn faults_name_the_expression_they_happened_in() {
    let mut b = Build::new();
    let (one, zero) = (b.number(1), b.number(0));
    let quotient = b.host(HostFn::Divide, &[one, zero], Ty::Number);
    let wanted = Outcome::fault(FaultKind::ZeroDivisor, SiteId(quotient.0));
    assert_eq!(ask::expression(b, quotient), wanted);
}

#[test]
fn what_was_answered_is_not_evaluated_again() {
    // Each term asks the one below twice: without memory 2^200 evaluations.
    let mut b = Build::new();
    let one = b.number(1);
    let mut below = b.term("t0", &[], Ty::Number, one);
    for n in 1..200 {
        let (x, y) = (b.call(below, &[]), b.call(below, &[]));
        let larger = b.host(HostFn::Larger, &[x, y], Ty::Number);
        below = b.term(&format!("t{n}"), &[], Ty::Number, larger);
    }
    assert_eq!(ask::node(b, &Facts::default(), below, &[]).outcome, number(1));
}

#[test]
fn answers_are_remembered_by_argument() {
    let mut b = Build::new();
    let read = b.local(0, Ty::Number);
    let two = b.number(2);
    let double = b.host(HostFn::Multiply, &[read, two], Ty::Number);
    let term = b.term("double", &[("n", Ty::Number)], Ty::Number, double);
    let verified = b.verified();
    let facts = Facts::default();
    let mut interp = Interp::new(&verified, &facts);
    for n in [1, 2, 1] {
        assert_eq!(interp.ask(term, &[Value::whole(n)]).outcome, number(2 * n));
    }
}

#[test]
fn nodes_and_arguments_of_another_program_are_answered_by_a_fault() {
    let mut b = Build::new();
    let read = b.local(0, Ty::Number);
    let term = b.term("same", &[("n", Ty::Number)], Ty::Number, read);
    let fault = Outcome::fault(FaultKind::OutOfRange, SiteId(u32::MAX));
    let verified = b.verified();
    let facts = Facts::default();
    let mut interp = Interp::new(&verified, &facts);
    assert_eq!(interp.ask(NodeId(99), &[]).outcome, fault);
    assert_eq!(interp.ask(term, &[]).outcome, fault);
    assert_eq!(interp.explain(NodeId(99), &[]).outcome, fault);
}

#[test]
fn an_explanation_does_not_lean_on_what_was_asked_before() {
    let mut b = Build::new();
    let one = b.number(1);
    let below = b.term("below", &[], Ty::Number, one);
    let call = b.call(below, &[]);
    let above = b.term("above", &[], Ty::Number, call);
    let verified = b.verified();
    let facts = Facts::default();
    let mut interp = Interp::new(&verified, &facts);
    interp.ask(above, &[]);
    let trace = interp.explain(above, &[]);
    assert!(matches!(trace.steps.as_slice(), [Step::Call(Trace { again: false, .. })]), "{trace:?}");
}
