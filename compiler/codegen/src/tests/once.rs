//! What is used once stands where it is used: the same answers as from a function of its own.

use super::build::{Build, missing, number};
use crate::{Effort, Jit, clif};
use accord_core::{Facts, HostFn, Outcome, Value};
use accord_ir::{NodeId, Quantifier, Ty, Verified};

/// The answers of a node, asked with each of these facts, where every node can be asked and where only this one can.
fn same(program: &Verified, node: NodeId, rows: &[Outcome], arguments: &[Value]) -> Vec<Outcome> {
    let every = Jit::compile_with(program, Effort::Plain).unwrap();
    let alone = Jit::compile_for(program, &[node], Effort::Plain).unwrap();
    let ask = |row: &Outcome| {
        let facts = Facts::new(vec![row.clone()]);
        let answer = every.run(program, &facts).ask(node, arguments);
        assert_eq!(answer, alone.run(program, &facts).ask(node, arguments), "{row:?}");
        answer.outcome
    };
    rows.iter().map(ask).collect()
}

#[test]
fn a_term_asked_in_one_place() {
    let mut build = Build::new();
    let (fact, three) = (build.fact("a", Ty::Number), build.number(3));
    let large = build.host(HostFn::Less, &[three, fact], Ty::YesNo);
    let large = build.term("large", &[], large);
    let (ask, zero) = (build.call(large, &[]), build.number(0));
    let decision = build.decision("decided", &[], Ty::Number, Some(zero));
    build.rule(decision, Some(ask), fact, &[]);
    let (program, node) = (build.verified(), build.node_of(decision));
    let rows = [number(5), number(2), Outcome::Nothing, missing("a")];
    let expected = [number(5), number(0), number(0), missing("a")];
    assert_eq!(same(&program, node, &rows, &[]), expected);
    // It has no function of its own, so it cannot be asked.
    let facts = Facts::new(vec![number(5)]);
    let asked = Jit::compile(&program).unwrap().run(&program, &facts).ask(large, &[]);
    assert!(matches!(asked.outcome, Outcome::Fault(_)));
    assert!(clif(&program).unwrap().contains("term `large`"));
}

#[test]
fn what_is_asked_in_a_loop_or_for_fewer_arguments_is_asked_of_the_run() {
    let mut build = Build::new();
    let fact = build.fact("a", Ty::Number);
    // Of each member the same is asked; and of each argument of the decision.
    let (one, two) = (build.number(1), build.number(2));
    let more = build.host(HostFn::Add, &[fact, one], Ty::Number);
    let more = build.term("more", &[], more);
    let other = build.host(HostFn::Add, &[fact, two], Ty::Number);
    let other = build.term("other", &[], other);
    let (domain, member) = (build.list(&[1, 2, 3]), build.local(1, Ty::Number));
    let more = build.call(more, &[]);
    let product = build.host(HostFn::Multiply, &[member, more], Ty::Number);
    let sum = build.quantify(Quantifier::Sum, 1, domain, None, Some(product));
    let (argument, other) = (build.local(0, Ty::Number), build.call(other, &[]));
    let all = build.host(HostFn::Add, &[sum, other], Ty::Number);
    let all = build.host(HostFn::Add, &[all, argument], Ty::Number);
    let node = build.term("all", &[Ty::Number], all);
    let program = build.verified();
    let rows = [number(4), Outcome::Nothing, missing("a")];
    let expected = [number(30 + 6 + 7), Outcome::Nothing, missing("a")];
    assert_eq!(same(&program, node, &rows, &[Value::whole(7)])[0], expected[0]);
    assert_eq!(same(&program, node, &rows, &[Value::whole(7)])[2], expected[2]);
}

#[test]
fn locals_of_what_stands_here_are_its_own() {
    let mut build = Build::new();
    let fact = build.fact("a", Ty::Number);
    // A function that counts the members below its argument; asked with the argument of the caller.
    let (domain, member, limit) = (build.list(&[1, 2, 3]), build.local(2, Ty::Number), build.local(0, Ty::Number));
    let below = build.host(HostFn::Less, &[member, limit], Ty::YesNo);
    let count = build.quantify(Quantifier::Count, 2, domain, Some(below), None);
    let counted = build.term("counted", &[Ty::Number, Ty::Number], count);
    let (p, q) = (build.local(0, Ty::Number), build.local(0, Ty::Number));
    let asked = build.call(counted, &[fact, p]);
    let sum = build.host(HostFn::Add, &[asked, q], Ty::Number);
    let node = build.term("sum", &[Ty::Number], sum);
    let program = build.verified();
    let rows = [number(3), number(9), Outcome::Nothing, missing("a")];
    let expected = [number(12), number(13), Outcome::Nothing, missing("a")];
    assert_eq!(same(&program, node, &rows, &[Value::whole(10)]), expected);
}

#[test]
fn many_functions_are_compiled_by_several_threads() {
    let mut build = Build::new();
    let fact = build.fact("a", Ty::Number);
    let mut last = build.term("first", &[], fact);
    for _ in 0..200 {
        let (one, before, zero) = (build.number(1), build.call(last, &[]), build.number(0));
        let sum = build.host(HostFn::Add, &[before, one], Ty::Number);
        let decision = build.decision("next", &[], Ty::Number, Some(zero));
        let condition = build.host(HostFn::Less, &[zero, fact], Ty::YesNo);
        build.rule(decision, Some(condition), sum, &[]);
        last = build.node_of(decision);
    }
    let rows = [number(1), number(-1), missing("a")];
    assert_eq!(same(&build.verified(), last, &rows, &[]), [number(201), number(0), missing("a")]);
}
