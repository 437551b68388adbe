//! Quantifiers: over none, one and several members, with filters that hold, do not hold or cannot be told, with
//! bodies that are nothing or no value, and with ties.

use super::build::{Build, fault, missing, number};
use accord_core::{FaultKind, HostFn, Outcome, Value};
use accord_ir::{ExprId, Quantifier, Tie, Ty};
use std::collections::BTreeSet;

/// What filter or body gives for the members 1, 2, 3, ... of the domain: the outcomes listed, by position.
fn by_member(build: &mut Build, outcomes: &[Outcome]) -> ExprId {
    let mut result = build.of(Outcome::refer("no such member"));
    for (at, outcome) in outcomes.iter().enumerate().rev() {
        let (member, n) = (build.local(5, Ty::Number), build.number(i64::try_from(at).unwrap() + 1));
        let (is, then) = (build.host(HostFn::Equal, &[member, n], Ty::YesNo), build.of(outcome.clone()));
        result = build.choose(is, then, result);
    }
    result
}

/// The outcome over the members 1, 2, ... with these filters and bodies.
fn over(quantifier: Quantifier, filters: Option<&[Outcome]>, bodies: Option<&[Outcome]>) -> Outcome {
    let mut build = Build::new();
    let count = filters.or(bodies).map_or(0, <[Outcome]>::len);
    let members: Vec<i64> = (1..).take(count).collect();
    let domain = build.list(&members);
    let filter = filters.map(|f| by_member(&mut build, f));
    let body = bodies.map(|b| by_member(&mut build, b));
    let filter = filter.map(|f| typed(&mut build, f, Ty::YesNo));
    let truth = matches!(quantifier, Quantifier::Every | Quantifier::Some);
    let gathers = matches!(quantifier, Quantifier::Gathered);
    let of_numbers = if gathers { Ty::Set(Box::new(Ty::Number)) } else { Ty::Number };
    let body = body.map(|b| typed(&mut build, b, if truth { Ty::YesNo } else { of_numbers }));
    let whole = build.quantify(quantifier, 5, domain, filter, body);
    build.outcome(whole)
}

/// The same expression under a type that fits where it stands.
fn typed(build: &mut Build, expr: ExprId, ty: Ty) -> ExprId {
    build.program.exprs[expr.0 as usize].ty = ty;
    expr
}

fn yes() -> Outcome {
    Outcome::yes_no(true)
}

fn no() -> Outcome {
    Outcome::yes_no(false)
}

fn nothing() -> Outcome {
    Outcome::Nothing
}

#[test]
fn every_folds_like_and() {
    let every = |filters: Option<&[Outcome]>, bodies: &[Outcome]| over(Quantifier::Every, filters, Some(bodies));
    assert_eq!(every(None, &[]), yes());
    assert_eq!(every(None, &[yes(), yes()]), yes());
    assert_eq!(every(None, &[yes(), missing("a"), no()]), no());
    assert_eq!(every(None, &[missing("a"), yes(), missing("b")]), missing("a").worst(missing("b")));
    assert_eq!(every(None, &[yes(), nothing()]), nothing());
    assert_eq!(every(None, &[nothing(), Outcome::refer("x"), missing("a")]), Outcome::refer("x"));
    // Left out: no and nothing.
    assert_eq!(every(Some(&[no(), nothing(), yes()]), &[no(), no(), yes()]), yes());
    // An unsettled filter does no harm where the body is yes, and leaves the doubt where it is no.
    assert_eq!(every(Some(&[missing("f"), yes()]), &[yes(), yes()]), yes());
    assert_eq!(every(Some(&[missing("f"), yes()]), &[no(), yes()]), missing("f"));
    assert_eq!(every(Some(&[missing("f"), yes()]), &[no(), no()]), no());
    assert_eq!(every(Some(&[missing("f")]), &[missing("b")]), missing("f").worst(missing("b")));
    assert_eq!(every(Some(&[missing("f")]), &[nothing()]), missing("f"));
    assert_eq!(every(Some(&[Outcome::refer("f")]), &[fault(FaultKind::Overflow)]), fault(FaultKind::Overflow));
}

#[test]
fn some_folds_like_or() {
    let some = |filters: Option<&[Outcome]>, bodies: Option<&[Outcome]>| over(Quantifier::Some, filters, bodies);
    assert_eq!(some(None, Some(&[])), no());
    assert_eq!(some(None, Some(&[no(), no()])), no());
    assert_eq!(some(None, Some(&[no(), missing("a"), yes()])), yes());
    assert_eq!(some(None, Some(&[missing("a"), no(), missing("b")])), missing("a").worst(missing("b")));
    assert_eq!(some(None, Some(&[no(), nothing()])), nothing());
    assert_eq!(some(Some(&[no(), nothing(), yes()]), Some(&[yes(), yes(), no()])), no());
    assert_eq!(some(Some(&[missing("f"), yes()]), Some(&[no(), no()])), no());
    assert_eq!(some(Some(&[missing("f"), yes()]), Some(&[yes(), no()])), missing("f"));
    assert_eq!(some(Some(&[missing("f"), yes()]), Some(&[yes(), yes()])), yes());
    assert_eq!(some(Some(&[missing("f")]), Some(&[missing("b")])), missing("f").worst(missing("b")));
    // Without a body the filter alone.
    assert_eq!(some(Some(&[no(), yes()]), None), yes());
    assert_eq!(some(Some(&[no(), nothing()]), None), no());
    assert_eq!(some(Some(&[missing("f"), no()]), None), missing("f"));
}

#[test]
fn sums_skip_nothing() {
    let sum = |filters: Option<&[Outcome]>, bodies: &[Outcome]| over(Quantifier::Sum, filters, Some(bodies));
    assert_eq!(sum(None, &[]), nothing());
    assert_eq!(sum(None, &[nothing(), nothing()]), nothing());
    assert_eq!(sum(None, &[number(2), nothing(), number(3), number(4)]), number(9));
    assert_eq!(sum(Some(&[no(), yes(), nothing()]), &[number(1), number(2), number(4)]), number(2));
    assert_eq!(sum(None, &[number(1), missing("a"), number(2), missing("b")]), missing("a").worst(missing("b")));
    assert_eq!(sum(None, &[missing("a"), Outcome::refer("x")]), Outcome::refer("x"));
    // Filters first: a body that is worse does not count.
    let filters = [missing("f"), yes(), missing("g")];
    let bodies = [number(1), fault(FaultKind::Overflow), number(2)];
    assert_eq!(sum(Some(&filters), &bodies), missing("f").worst(missing("g")));
}

#[test]
fn counts_and_sets() {
    let count = |filters: &[Outcome]| over(Quantifier::Count, Some(filters), None);
    assert_eq!(count(&[]), number(0));
    assert_eq!(count(&[yes(), no(), nothing(), yes()]), number(2));
    assert_eq!(count(&[yes(), missing("a"), Outcome::refer("x")]), Outcome::refer("x"));
    let set = |filters: &[Outcome]| over(Quantifier::SetOf, Some(filters), None);
    let of = |members: &[i64]| Outcome::Value(Value::Set(members.iter().map(|n| Value::whole(*n)).collect()));
    assert_eq!(set(&[]), of(&[]));
    assert_eq!(set(&[yes(), no(), yes()]), of(&[1, 3]));
    assert_eq!(set(&[yes(), missing("a")]), missing("a"));
    let gathered = |bodies: &[Outcome]| over(Quantifier::Gathered, None, Some(bodies));
    assert_eq!(gathered(&[]), of(&[]));
    assert_eq!(gathered(&[of(&[7]), nothing(), of(&[5]), of(&[7])]), of(&[5, 7]));
    assert_eq!(gathered(&[of(&[7]), missing("a"), Outcome::refer("x")]), Outcome::refer("x"));
}

#[test]
fn largest_and_smallest() {
    let largest = |bodies: &[Outcome]| over(Quantifier::Largest, None, Some(bodies));
    let smallest = |bodies: &[Outcome]| over(Quantifier::Smallest, None, Some(bodies));
    assert_eq!(largest(&[]), nothing());
    assert_eq!(smallest(&[nothing()]), nothing());
    assert_eq!(largest(&[number(2), nothing(), number(5), number(3)]), number(5));
    assert_eq!(smallest(&[nothing(), number(2), number(5), number(-1)]), number(-1));
    assert_eq!(largest(&[number(2), missing("a"), Outcome::refer("x")]), Outcome::refer("x"));
}

#[test]
fn the_only() {
    let only = |filters: &[Outcome], tie| over(Quantifier::TheOnly(tie), Some(filters), None);
    for tie in [Tie::Refer, Tie::First, Tie::Last] {
        assert_eq!(only(&[], tie), nothing());
        assert_eq!(only(&[no(), nothing()], tie), nothing());
        assert_eq!(only(&[no(), yes(), no()], tie), number(2));
        assert_eq!(only(&[yes(), missing("a")], tie), missing("a"));
    }
    assert_eq!(only(&[yes(), no(), yes()], Tie::First), number(1));
    assert_eq!(only(&[yes(), no(), yes()], Tie::Last), number(3));
    assert_eq!(only(&[yes(), no(), yes()], Tie::Refer), Outcome::refer(Tie::AUTHORITY));
}

#[test]
fn the_one_with_the_largest() {
    let largest = |bodies: &[Outcome], tie| over(Quantifier::TheWithLargest(tie), None, Some(bodies));
    let smallest = |bodies: &[Outcome], tie| over(Quantifier::TheWithSmallest(tie), None, Some(bodies));
    for tie in [Tie::Refer, Tie::First, Tie::Last] {
        assert_eq!(largest(&[], tie), nothing());
        // One candidate is taken without asking its body.
        assert_eq!(largest(&[fault(FaultKind::Overflow)], tie), number(1));
        assert_eq!(largest(&[number(3), number(9), nothing(), number(4)], tie), number(2));
        assert_eq!(smallest(&[number(3), number(9), number(1), number(4)], tie), number(3));
        assert_eq!(smallest(&[number(3), nothing(), number(1)], tie), number(2));
        assert_eq!(largest(&[nothing(), number(-5)], tie), number(2));
        let bad = [number(1), missing("a"), number(3), missing("b")];
        assert_eq!(largest(&bad, tie), missing("a").worst(missing("b")));
        assert_eq!(smallest(&[missing("a"), number(3), Outcome::refer("x")], tie), Outcome::refer("x"));
    }
    let tied = [number(7), number(2), number(7), number(7), number(1)];
    assert_eq!(largest(&tied, Tie::First), number(1));
    assert_eq!(largest(&tied, Tie::Last), number(4));
    assert_eq!(largest(&tied, Tie::Refer), Outcome::refer(Tie::AUTHORITY));
    // A tie among those that are beaten later is none.
    assert_eq!(largest(&[number(7), number(7), number(8)], Tie::Refer), number(3));
    assert_eq!(smallest(&[number(7), number(7), number(6)], Tie::Refer), number(3));
    assert_eq!(largest(&[nothing(), nothing()], Tie::Refer), Outcome::refer(Tie::AUTHORITY));
    assert_eq!(largest(&[nothing(), nothing()], Tie::Last), number(2));
}

#[test]
fn filters_choose_the_candidates() {
    let filters = [no(), yes(), yes(), no()];
    let bodies = [number(9), number(2), number(5), number(8)];
    let largest = Quantifier::TheWithLargest(Tie::Refer);
    assert_eq!(over(largest, Some(&filters), Some(&bodies)), number(3));
    let one = [no(), yes(), no(), nothing()];
    assert_eq!(over(largest, Some(&one), Some(&bodies)), number(2));
    let unsettled = [yes(), missing("f"), no(), no()];
    assert_eq!(over(largest, Some(&unsettled), Some(&bodies)), missing("f"));
}

#[test]
fn bodies_that_cannot_be_compared() {
    // The row holds a text where a number was declared: whatever the first such comparison gives is the result, at
    // the place of the quantifier, unless a body is worse by itself.
    let text = Outcome::Value(Value::text("x"));
    for (bodies, expected) in [
        ([number(1), text.clone(), number(3)], None),
        ([number(1), text.clone(), text.clone()], None),
        ([number(1), text.clone(), missing("a")], Some(missing("a"))),
    ] {
        let mut build = Build::new();
        let facts = ["a", "b", "c"].map(|name| build.fact(name, Ty::Number));
        let (member, two, three) = (build.local(5, Ty::Number), build.number(2), build.number(3));
        let is_two = build.host(HostFn::Equal, &[member, two], Ty::YesNo);
        let is_three = build.host(HostFn::Equal, &[member, three], Ty::YesNo);
        let last = build.choose(is_three, facts[2], facts[0]);
        let body = build.choose(is_two, facts[1], last);
        let domain = build.list(&[1, 2, 3]);
        let whole = build.quantify(Quantifier::TheWithLargest(Tie::First), 5, domain, None, Some(body));
        let node = build.term("largest", &[], whole);
        let (conversions, facts) = (accord_core::Conversions::default(), accord_core::Facts::new(bodies.to_vec()));
        let host = accord_core::Host { conversions: &conversions, facts: &facts };
        let compared = HostFn::Less.apply(&host, &[number(1), text.clone()], accord_core::SiteId(whole.0));
        assert!(compared.truth().is_none());
        assert_eq!(build.ask_with(&facts, node, &[]).outcome, expected.unwrap_or(compared));
    }
}

#[test]
fn a_domain_that_is_no_value_is_the_result() {
    for quantifier in [Quantifier::Every, Quantifier::Sum, Quantifier::Count, Quantifier::TheOnly(Tie::First)] {
        for domain in [nothing(), missing("a"), fault(FaultKind::Overflow)] {
            let mut build = Build::new();
            let of = build.of(domain.clone());
            let of = typed(&mut build, of, Ty::Set(Box::new(Ty::Number)));
            let body = match quantifier {
                Quantifier::Every => Some(build.yes_no(true)),
                Quantifier::Sum => Some(build.number(1)),
                _ => None,
            };
            let whole = build.quantify(quantifier, 5, of, None, body);
            assert_eq!(build.outcome(whole), domain);
        }
    }
}

#[test]
fn quantifiers_nest() {
    // sum over x in 1, 2, 3 of (sum over y in 10, 20 where y is not 10 x of x + y)
    let mut build = Build::new();
    let (inner_domain, outer_domain) = (build.list(&[10, 20]), build.list(&[1, 2, 3]));
    let (x, y) = (build.local(5, Ty::Number), build.local(6, Ty::Number));
    let ten = build.number(10);
    let ten_x = build.host(HostFn::Multiply, &[ten, x], Ty::Number);
    let equal = build.host(HostFn::Equal, &[y, ten_x], Ty::YesNo);
    let filter = build.not(equal);
    let (x, y) = (build.local(5, Ty::Number), build.local(6, Ty::Number));
    let body = build.host(HostFn::Add, &[x, y], Ty::Number);
    let inner = build.quantify(Quantifier::Sum, 6, inner_domain, Some(filter), Some(body));
    let outer = build.quantify(Quantifier::Sum, 5, outer_domain, None, Some(inner));
    // x = 1: 21; x = 2: 12; x = 3: 13 + 23.
    assert_eq!(build.outcome(outer), number(21 + 12 + 36));
}

#[test]
fn sets_of_truths_have_reserved_handles() {
    let mut build = Build::new();
    let set = Outcome::Value(Value::Set(BTreeSet::from([Value::YesNo(false), Value::YesNo(true)])));
    let domain = build.expr(accord_ir::ExprKind::Const(set), Ty::Set(Box::new(Ty::YesNo)));
    let member = build.local(5, Ty::YesNo);
    let whole = build.quantify(Quantifier::Count, 5, domain, Some(member), None);
    assert_eq!(build.outcome(whole), number(1));
}
