//! Quantifiers over nothing, over what is unsettled, with ties and with members that have nothing.

use crate::ask;
use crate::builder::{Build, country};
use accord_core::{FaultKind, HostFn, Outcome, SiteId, Value};
use accord_ir::{ExprId, Quantifier, Tie, Ty};
use std::collections::BTreeSet;

const CODES: [&str; 4] = ["XA", "XB", "XC", "XD"];

/// Something for each of the four parties, in order, as an expression of local 0.
fn by_party(b: &mut Build, outcomes: &[Outcome]) -> ExprId {
    let mut chain = b.constant(Outcome::Nothing);
    for (code, outcome) in CODES.iter().zip(outcomes).rev() {
        let (party, this, value) = (b.local(0, Ty::Country), b.constant(value(code)), b.constant(outcome.clone()));
        let same = b.host(HostFn::Equal, &[party, this], Ty::YesNo);
        let ty = b.program.exprs[value.0 as usize].ty.clone();
        let chained = b.program.exprs[chain.0 as usize].ty.clone();
        chain = b.if_else(same, value, chain, if ty == Ty::Never { chained } else { ty });
    }
    chain
}

fn value(code: &str) -> Outcome {
    Outcome::Value(country(code))
}

fn number(n: i64) -> Outcome {
    Outcome::Value(Value::whole(n))
}

fn yes_no(yes: bool) -> Outcome {
    Outcome::yes_no(yes)
}

fn refer() -> Outcome {
    Outcome::refer("the authorities")
}

/// Asks a quantifier over as many parties as there are filters or bodies.
fn over(quantifier: Quantifier, filters: Option<&[Outcome]>, bodies: Option<&[Outcome]>, ty: Ty) -> Outcome {
    let count = filters.or(bodies).map_or(0, <[Outcome]>::len);
    let mut b = Build::new();
    let domain = b.countries(&CODES[..count]);
    let filter = filters.map(|f| by_party(&mut b, f));
    let body = bodies.map(|f| by_party(&mut b, f));
    let whole = b.quantify(quantifier, 0, domain, filter, body, ty);
    ask::expression(b, whole)
}

fn every(bodies: &[Outcome]) -> Outcome {
    over(Quantifier::Every, None, Some(bodies), Ty::YesNo)
}

fn some(bodies: &[Outcome]) -> Outcome {
    over(Quantifier::Some, None, Some(bodies), Ty::YesNo)
}

fn of_numbers(quantifier: Quantifier, bodies: &[Outcome]) -> Outcome {
    over(quantifier, None, Some(bodies), Ty::Number)
}

fn filtered(quantifier: Quantifier, filters: &[Outcome], bodies: &[Outcome], ty: Ty) -> Outcome {
    over(quantifier, Some(filters), Some(bodies), ty)
}

fn with_largest(tie: Tie, bodies: &[Outcome]) -> Outcome {
    over(Quantifier::TheWithLargest(tie), None, Some(bodies), Ty::Country)
}

fn missing(name: &str) -> Outcome {
    Outcome::missing(name)
}

#[test]
fn of_none() {
    assert_eq!(every(&[]), yes_no(true));
    assert_eq!(some(&[]), yes_no(false));
    assert_eq!(of_numbers(Quantifier::Sum, &[]), Outcome::Nothing);
    assert_eq!(of_numbers(Quantifier::Largest, &[]), Outcome::Nothing);
    assert_eq!(of_numbers(Quantifier::Smallest, &[]), Outcome::Nothing);
    assert_eq!(over(Quantifier::Count, Some(&[]), None, Ty::Number), number(0));
    let set = Ty::Set(Box::new(Ty::Country));
    assert_eq!(over(Quantifier::SetOf, Some(&[]), None, set), Outcome::Value(Value::Set(BTreeSet::new())));
    assert_eq!(over(Quantifier::TheOnly(Tie::Refer), Some(&[]), None, Ty::Country), Outcome::Nothing);
    assert_eq!(with_largest(Tie::Refer, &[]), Outcome::Nothing);
}

#[test]
fn a_domain_that_is_no_value_is_the_result() {
    for outcome in [Outcome::Nothing, missing("periods"), refer()] {
        let mut b = Build::new();
        let domain = b.constant(outcome.clone());
        let count = b.quantify(Quantifier::Count, 0, domain, None, None, Ty::Number);
        assert_eq!(ask::expression(b, count), outcome);
    }
}

#[test]
fn a_list_may_repeat_a_member() {
    let mut b = Build::new();
    let list = Value::List(vec![Value::whole(2), Value::whole(2), Value::whole(3)]);
    let list = b.expr(accord_ir::ExprKind::Const(Outcome::Value(list)), Ty::List(Box::new(Ty::Number)));
    let member = b.local(0, Ty::Number);
    let sum = b.quantify(Quantifier::Sum, 0, list, None, Some(member), Ty::Number);
    assert_eq!(ask::expression(b, sum), number(7));
}

#[test]
fn every_folds_like_and() {
    assert_eq!(every(&[yes_no(true), yes_no(true)]), yes_no(true));
    assert_eq!(every(&[missing("a"), yes_no(false)]), yes_no(false));
    assert_eq!(every(&[yes_no(false), missing("a")]), yes_no(false));
    assert_eq!(every(&[missing("a"), yes_no(true), refer()]), refer());
    assert_eq!(every(&[Outcome::Nothing, yes_no(true)]), Outcome::Nothing);
}

#[test]
fn some_folds_like_or() {
    assert_eq!(some(&[yes_no(false), yes_no(false)]), yes_no(false));
    assert_eq!(some(&[missing("a"), yes_no(true)]), yes_no(true));
    assert_eq!(some(&[yes_no(true), missing("a")]), yes_no(true));
    assert_eq!(some(&[missing("a"), yes_no(false), refer()]), refer());
    assert_eq!(some(&[Outcome::Nothing, yes_no(false)]), Outcome::Nothing);
}

#[test]
fn a_filter_of_every_leaves_out_and_stays_harmless_where_the_body_holds() {
    let ask = |filter: Outcome, body: Outcome| filtered(Quantifier::Every, &[filter], &[body], Ty::YesNo);
    assert_eq!(ask(yes_no(false), yes_no(false)), yes_no(true));
    assert_eq!(ask(Outcome::Nothing, yes_no(false)), yes_no(true));
    assert_eq!(ask(missing("a"), yes_no(true)), yes_no(true));
    assert_eq!(ask(missing("a"), yes_no(false)), missing("a"));
    assert_eq!(ask(missing("a"), refer()), refer());
    assert_eq!(ask(yes_no(true), yes_no(false)), yes_no(false));
    let decided =
        filtered(Quantifier::Every, &[missing("a"), yes_no(true)], &[yes_no(false), yes_no(false)], Ty::YesNo);
    assert_eq!(decided, yes_no(false), "the second member decides");
}

#[test]
fn a_filter_of_some_leaves_out_and_stays_harmless_where_the_body_fails() {
    let ask = |filter: Outcome, body: Outcome| filtered(Quantifier::Some, &[filter], &[body], Ty::YesNo);
    assert_eq!(ask(yes_no(false), yes_no(true)), yes_no(false));
    assert_eq!(ask(Outcome::Nothing, yes_no(true)), yes_no(false));
    assert_eq!(ask(missing("a"), yes_no(false)), yes_no(false));
    assert_eq!(ask(missing("a"), yes_no(true)), missing("a"));
    assert_eq!(over(Quantifier::Some, Some(&[yes_no(false), yes_no(true)]), None, Ty::YesNo), yes_no(true));
    assert_eq!(over(Quantifier::Some, Some(&[Outcome::Nothing]), None, Ty::YesNo), yes_no(false));
}

#[test]
fn sums_and_extremes_skip_nothing() {
    let bodies = [Outcome::Nothing, number(2), Outcome::Nothing, number(5)];
    assert_eq!(of_numbers(Quantifier::Sum, &bodies), number(7));
    assert_eq!(of_numbers(Quantifier::Largest, &bodies), number(5));
    assert_eq!(of_numbers(Quantifier::Smallest, &bodies), number(2));
    let none = [Outcome::Nothing, Outcome::Nothing];
    assert_eq!(of_numbers(Quantifier::Sum, &none), Outcome::Nothing);
    assert_eq!(of_numbers(Quantifier::Largest, &none), Outcome::Nothing);
    assert_eq!(of_numbers(Quantifier::Smallest, &none), Outcome::Nothing);
}

#[test]
fn sums_and_extremes_give_the_worst_of_what_is_no_value() {
    for quantifier in [Quantifier::Sum, Quantifier::Largest, Quantifier::Smallest] {
        let both = Outcome::Undetermined(BTreeSet::from(["a".into(), "b".into()]));
        assert_eq!(of_numbers(quantifier, &[missing("a"), number(1), missing("b")]), both);
        assert_eq!(of_numbers(quantifier, &[missing("a"), Outcome::Nothing, refer()]), refer());
        assert_eq!(of_numbers(quantifier, &[refer(), Outcome::Nothing, missing("a")]), refer());
    }
}

#[test]
fn an_unsettled_filter_is_the_result_and_no_body_counts() {
    let fault = Outcome::fault(FaultKind::Overflow, SiteId(0));
    let filters = [yes_no(true), missing("a"), missing("b"), Outcome::Nothing];
    let names = Outcome::Undetermined(BTreeSet::from(["a".into(), "b".into()]));
    for quantifier in [Quantifier::Sum, Quantifier::Largest, Quantifier::Smallest] {
        let bodies = [fault.clone(), number(1), number(2), number(3)];
        assert_eq!(filtered(quantifier, &filters, &bodies, Ty::Number), names);
    }
    assert_eq!(over(Quantifier::Count, Some(&filters), None, Ty::Number), names);
    assert_eq!(over(Quantifier::TheOnly(Tie::First), Some(&filters), None, Ty::Country), names);
    let set = Ty::Set(Box::new(Ty::Country));
    assert_eq!(over(Quantifier::SetOf, Some(&filters), None, set), names);
    let largest = Quantifier::TheWithLargest(Tie::First);
    assert_eq!(filtered(largest, &filters, &[fault, number(1), number(1), number(1)], Ty::Country), names);
}

#[test]
fn counts_and_gathers_what_passes() {
    let filters = [yes_no(true), yes_no(false), Outcome::Nothing, yes_no(true)];
    assert_eq!(over(Quantifier::Count, Some(&filters), None, Ty::Number), number(2));
    let set = over(Quantifier::SetOf, Some(&filters), None, Ty::Set(Box::new(Ty::Country)));
    assert_eq!(set, Outcome::Value(Value::Set(BTreeSet::from([country("XA"), country("XD")]))));
}

#[test]
fn the_only_one() {
    let ask = |tie: Tie, filters: &[Outcome]| over(Quantifier::TheOnly(tie), Some(filters), None, Ty::Country);
    assert_eq!(ask(Tie::Refer, &[yes_no(false), yes_no(true)]), value("XB"));
    assert_eq!(ask(Tie::Refer, &[yes_no(false), yes_no(false)]), Outcome::Nothing);
    let several = [yes_no(false), yes_no(true), yes_no(true)];
    assert_eq!(ask(Tie::First, &several), value("XB"));
    assert_eq!(ask(Tie::Last, &several), value("XC"));
    assert_eq!(ask(Tie::Refer, &several), Outcome::refer(Tie::AUTHORITY));
}

#[test]
fn the_one_with_the_largest() {
    for tie in [Tie::Refer, Tie::First, Tie::Last] {
        assert_eq!(with_largest(tie, &[number(1), number(3), number(2)]), value("XB"));
    }
    let tied = [number(3), number(1), number(3)];
    assert_eq!(with_largest(Tie::First, &tied), value("XA"));
    assert_eq!(with_largest(Tie::Last, &tied), value("XC"));
    assert_eq!(with_largest(Tie::Refer, &tied), Outcome::refer(Tie::AUTHORITY));
    let early_tie = [number(1), number(1), number(2)];
    assert_eq!(with_largest(Tie::Refer, &early_tie), value("XC"), "a tie below the largest is none");
}

#[test]
fn nothing_is_below_all_in_the_one_with_the_largest_or_smallest() {
    assert_eq!(with_largest(Tie::Refer, &[Outcome::Nothing, number(-1)]), value("XB"));
    assert_eq!(with_largest(Tie::Last, &[Outcome::Nothing, Outcome::Nothing]), value("XB"));
    let smallest = |bodies: &[Outcome]| over(Quantifier::TheWithSmallest(Tie::Refer), None, Some(bodies), Ty::Country);
    assert_eq!(smallest(&[number(1), number(0), number(2)]), value("XB"));
    assert_eq!(smallest(&[number(1), Outcome::Nothing, number(0)]), value("XB"));
    assert_eq!(smallest(&[number(1), number(2), number(1)]), Outcome::refer(Tie::AUTHORITY));
}

#[test]
fn one_candidate_is_taken_without_asking_its_body() {
    assert_eq!(with_largest(Tie::Refer, &[missing("a")]), value("XA"));
    let filters = [yes_no(false), yes_no(true), yes_no(false)];
    let bodies = [missing("a"), refer(), missing("b")];
    let one = filtered(Quantifier::TheWithLargest(Tie::Refer), &filters, &bodies, Ty::Country);
    assert_eq!(one, value("XB"));
}

#[test]
fn several_candidates_need_every_body() {
    assert_eq!(with_largest(Tie::First, &[missing("a"), number(1), refer()]), refer());
    assert_eq!(with_largest(Tie::First, &[refer(), number(1), missing("a")]), refer());
}

#[test]
fn a_quantifier_within_a_quantifier_has_its_own_variable() {
    // How many parties have some other party: with two, both.
    let mut b = Build::new();
    let domain = b.countries(&["XA", "XB"]);
    let (p, q) = (b.local(0, Ty::Country), b.local(1, Ty::Country));
    let same = b.host(HostFn::Equal, &[p, q], Ty::YesNo);
    let other = b.not(same);
    let some = b.quantify(Quantifier::Some, 1, domain, Some(other), None, Ty::YesNo);
    let count = b.quantify(Quantifier::Count, 0, domain, Some(some), None, Ty::Number);
    assert_eq!(ask::expression(b, count), number(2));
}
