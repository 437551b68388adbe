//! Facts, calls, operations, the memo.

use super::build::{Build, answer, missing, number, xa};
use crate::{Effort, Jit};
use accord_core::{Facts, FaultKind, HostFn, Number, Outcome, SiteId, Value, ratio};
use accord_ir::{ExprKind, NodeId, Ty};

#[test]
fn facts_are_what_the_row_holds() {
    let mut build = Build::new();
    let (a, b) = (build.fact("claim", Ty::Number), build.fact("person", Ty::Number));
    let sum = build.host(HostFn::Add, &[a, b], Ty::Number);
    let node = build.term("sum", &[], sum);
    assert_eq!(build.ask_with(&Facts::new(vec![number(1), number(2)]), node, &[]), answer(number(3), &[]));
    assert_eq!(
        build.ask_with(&Facts::new(vec![number(1), Outcome::Nothing]), node, &[]),
        answer(Outcome::Nothing, &[])
    );
    assert_eq!(build.ask_with(&Facts::new(vec![number(1)]), node, &[]), answer(missing("person"), &[]));
    assert_eq!(build.ask(node, &[]), answer(missing("claim").worst(missing("person")), &[]));
}

#[test]
fn given_facts_belong_to_a_party() {
    let mut build = Build::new();
    build.given("average_income", Ty::Number);
    let party = build.local(0, Ty::Country);
    let income = build.expr(ExprKind::Given(party, "average_income".to_owned()), Ty::Number);
    let node = build.term("income", &[Ty::Country], income);
    let nobody = build.missing("p");
    let of_nobody = build.expr(ExprKind::Given(nobody, "average_income".to_owned()), Ty::Number);
    let of_nobody = build.term("of nobody", &[], of_nobody);
    let mut facts = Facts::default();
    assert_eq!(build.ask(node, &[Value::Country(xa())]).outcome, missing("average_income of XA"));
    facts.give(xa(), "average_income", number(20));
    assert_eq!(build.ask_with(&facts, node, &[Value::Country(xa())]).outcome, number(20));
    assert_eq!(build.ask_with(&facts, of_nobody, &[]).outcome, missing("p"));
}

#[test]
fn arguments_that_are_no_values_are_not_passed() {
    let mut build = Build::new();
    let five = build.number(5);
    let callee = build.term("five", &[Ty::Number, Ty::Number, Ty::Number], five);
    let mut call = |outcomes: [Outcome; 3]| {
        let arguments = outcomes.map(|o| build.of(o));
        let call = build.call(callee, &arguments);
        build.outcome(call)
    };
    assert_eq!(call([number(1), number(2), number(3)]), number(5));
    assert_eq!(call([number(1), Outcome::Nothing, number(3)]), Outcome::Nothing);
    assert_eq!(call([missing("a"), Outcome::Nothing, missing("b")]), missing("a").worst(missing("b")));
    assert_eq!(call([missing("a"), Outcome::refer("x"), number(1)]), Outcome::refer("x"));
}

#[test]
fn faults_name_the_expression() {
    let mut build = Build::new();
    let (one, zero) = (build.number(1), build.number(0));
    let quotient = build.host(HostFn::Divide, &[one, zero], Ty::Number);
    let expected = Outcome::fault(FaultKind::ZeroDivisor, SiteId(quotient.0));
    assert_eq!(build.outcome(quotient), expected);
}

#[test]
fn operations_of_every_shape() {
    let mut build = Build::new();
    let members = [3, 1, 2, 1].map(|n| build.number(n));
    let set = build.host(HostFn::SetOf, &members, Ty::Set(Box::new(Ty::Number)));
    let size = build.host(HostFn::Size, &[set], Ty::Number);
    assert_eq!(build.outcome(size), number(3));
    let none = build.host(HostFn::ListOf, &[], Ty::List(Box::new(Ty::Number)));
    assert_eq!(build.outcome(none), Outcome::Value(Value::List(Vec::new())));
    let nothing = build.of(Outcome::Nothing);
    let is_given = build.host(HostFn::IsGiven, &[nothing], Ty::YesNo);
    assert_eq!(build.outcome(is_given), Outcome::yes_no(false));
}

#[test]
fn constants_keep_how_a_fraction_was_written() {
    let written = |n, d| Outcome::Value(Value::Number(Number::quotient(ratio(n, 1), ratio(d, 1)).unwrap()));
    let mut build = Build::new();
    let (a, b) = (build.of(written(1, 2)), build.of(written(60, 120)));
    let (a, b) = (build.term("a", &[], a), build.term("b", &[], b));
    let shown = |outcome: Outcome| match outcome {
        Outcome::Value(Value::Number(n)) => n.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(shown(build.ask(a, &[]).outcome), "1/2");
    assert_eq!(shown(build.ask(b, &[]).outcome), "60/120");
}

#[test]
fn nodes_are_evaluated_once_for_equal_arguments() {
    // Each node asks the one below twice; without the memo the last would take 2^60 steps.
    let mut build = Build::new();
    let mut below: Option<NodeId> = None;
    for _ in 0..60 {
        let body = match below {
            None => build.local(0, Ty::Number),
            Some(node) => {
                let (a, b) = (build.local(0, Ty::Number), build.local(0, Ty::Number));
                let (a, b) = (build.call(node, &[a]), build.call(node, &[b]));
                build.host(HostFn::Larger, &[a, b], Ty::Number)
            }
        };
        below = Some(build.term("n", &[Ty::Number], body));
    }
    let node = below.unwrap();
    assert_eq!(build.ask(node, &[Value::whole(7)]).outcome, number(7));

    // Arguments are compared by meaning, answers are kept apart otherwise.
    let program = build.verified();
    let (jit, facts) = (Jit::compile_with(&program, Effort::Plain).unwrap(), Facts::default());
    let mut run = jit.run(&program, &facts);
    let half = |n, d| Value::Number(Number::quotient(ratio(n, 1), ratio(d, 1)).unwrap());
    assert_eq!(run.ask(node, &[half(1, 2)]), run.ask(node, &[half(2, 4)]));
    assert_eq!(run.ask(node, &[Value::whole(8)]).outcome, number(8));
    assert_eq!(run.ask(node, &[Value::whole(7)]).outcome, number(7));
}

#[test]
fn runs_of_one_program_are_apart() {
    let mut build = Build::new();
    let fact = build.fact("a", Ty::Number);
    let node = build.term("t", &[], fact);
    let program = build.verified();
    let jit = Jit::compile_with(&program, Effort::Plain).unwrap();
    let (one, two) = (Facts::new(vec![number(1)]), Facts::new(vec![number(2)]));
    let (mut first, mut second) = (jit.run(&program, &one), jit.run(&program, &two));
    assert_eq!(first.ask(node, &[]).outcome, number(1));
    assert_eq!(second.ask(node, &[]).outcome, number(2));
    assert_eq!(first.ask(node, &[]).outcome, number(1));
}

#[test]
fn a_question_that_cannot_be_asked() {
    let mut build = Build::new();
    let five = build.number(5);
    let node = build.term("five", &[], five);
    let stray = answer(Outcome::fault(FaultKind::OutOfRange, SiteId(u32::MAX)), &[]);
    assert_eq!(build.ask(node, &[Value::whole(1)]), stray);
    assert_eq!(build.ask(NodeId(99), &[]), stray);
}
