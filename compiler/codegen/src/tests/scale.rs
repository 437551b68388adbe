//! Programs of many nodes, deep expressions, long tables, and the printed form.

use super::build::{Build, missing, number};
use crate::{Effort, Jit, clif};
use accord_core::{Answer, Facts, HostFn, Outcome, Value};
use accord_ir::{NodeId, Quantifier, Ty, Verified};

/// A program as an agreement of many provisions would give it: three nodes in four are terms over parties' numbers,
/// every fourth is a decision with a rule, an exception and a default, each asking nodes before it.
pub fn agreement(nodes: usize) -> (Verified, NodeId) {
    let mut build = Build::new();
    let fact = build.fact("base", Ty::Number);
    let mut last = build.term("base", &[Ty::Number], fact);
    for at in 1..nodes {
        let n = i64::try_from(at).unwrap();
        let (p, previous) = (build.local(0, Ty::Number), build.local(0, Ty::Number));
        let previous = build.call(last, &[previous]);
        let n = build.number(n);
        if at % 4 == 0 {
            let default = build.number(0);
            let decision = build.decision("decided", &[Ty::Number], Ty::Number, Some(default));
            let small = build.host(HostFn::AtMost, &[p, n], Ty::YesNo);
            let (q, three) = (build.local(0, Ty::Number), build.number(3));
            let is_three = build.host(HostFn::Equal, &[q, three], Ty::YesNo);
            let both = build.and(small, is_three);
            let always = build.yes_no(true);
            let condition = build.or(both, always);
            let strong = build.rule(decision, Some(is_three), n, &[]);
            build.rule(decision, Some(condition), previous, &[strong]);
            last = build.node_of(decision);
        } else {
            let larger = build.host(HostFn::Larger, &[previous, n], Ty::Number);
            let (domain, member) = (build.list(&[1, 2]), build.local(5, Ty::Number));
            let filter = build.host(HostFn::Less, &[member, p], Ty::YesNo);
            let counted = build.quantify(Quantifier::Count, 5, domain, Some(filter), None);
            let sum = build.host(HostFn::Add, &[larger, counted], Ty::Number);
            last = build.term("term", &[Ty::Number], sum);
        }
    }
    (build.verified(), last)
}

fn ask(program: &Verified, effort: Effort, node: NodeId) -> (Answer, std::time::Duration) {
    let facts = Facts::new(vec![number(1)]);
    let started = std::time::Instant::now();
    let jit = Jit::compile_with(program, effort).unwrap();
    let took = started.elapsed();
    (jit.run(program, &facts).ask(node, &[Value::whole(1)]), took)
}

#[test]
fn three_hundred_nodes() {
    let (program, last) = agreement(300);
    let (plain, time) = ask(&program, Effort::Plain, last);
    println!("300 nodes, plain: {time:?}");
    let (optimised, time) = ask(&program, Effort::Optimised, last);
    println!("300 nodes, optimised: {time:?}");
    assert_eq!(plain, optimised);
    assert_eq!(plain.outcome, number(299));
}

#[test]
fn ten_thousand_nodes() {
    // A chain of as many calls needs the stack to match.
    let deep = || {
        let (program, last) = agreement(10_000);
        let (answer, time) = ask(&program, Effort::Plain, last);
        println!("10000 nodes, plain: {time:?}");
        assert_eq!(answer.outcome, number(9_999));
    };
    std::thread::Builder::new().stack_size(8 << 20).spawn(deep).unwrap().join().unwrap();
}

#[test]
fn deep_expressions() {
    for depth in [128, Verified::DEEPEST - 1] {
        let mut build = Build::new();
        let mut sum = build.number(0);
        for _ in 1..depth {
            let one = build.number(1);
            sum = build.host(HostFn::Add, &[one, sum], Ty::Number);
        }
        assert_eq!(build.outcome(sum), number(i64::try_from(depth).unwrap() - 1));
        let mut truth = build.missing("a");
        for at in 1..depth {
            truth = match at % 3 {
                0 => build.not(truth),
                1 => {
                    let yes = build.yes_no(true);
                    build.and(yes, truth)
                }
                _ => {
                    let no = build.yes_no(false);
                    build.or(truth, no)
                }
            };
        }
        assert_eq!(build.outcome(truth), missing("a"));
    }
}

#[test]
fn long_tables() {
    let mut build = Build::new();
    let mut table = build.of(Outcome::refer("no row"));
    for row in (0..3000).rev() {
        let (key, n, value) = (build.local(0, Ty::Number), build.number(row), build.number(row * 2));
        let is = build.host(HostFn::Equal, &[key, n], Ty::YesNo);
        table = build.choose(is, value, table);
    }
    let node = build.term("table", &[Ty::Number], table);
    assert_eq!(build.ask(node, &[Value::whole(2999)]).outcome, number(5998));
    assert_eq!(build.ask(node, &[Value::whole(-1)]).outcome, Outcome::refer("no row"));
}

#[test]
fn the_printed_form_names_nodes_and_provisions() {
    let (program, _) = agreement(6);
    let text = clif(&program).unwrap();
    for expected in [
        "; %node.0 term `base`",
        "; %node.4 decision `decided` article 1, article 2",
        "; %enter.1 way in, 1 arguments",
        "; run.ask",
        "; node.3 `term`",
        "; 2 = Nothing",
        "; 3 = Undetermined({\"base\"})",
    ] {
        assert!(text.contains(expected), "{expected}");
    }
}

#[test]
fn what_several_nodes_use_is_named_by_its_rule() {
    let mut build = Build::new();
    let decision = build.decision("decided", &[], Ty::Number, None);
    let fact = build.fact("base", Ty::Number);
    let (one, two) = (build.number(1), build.number(2));
    let condition = build.host(HostFn::Less, &[fact, one], Ty::YesNo);
    let value = build.host(HostFn::Add, &[fact, two], Ty::Number);
    let first = build.rule(decision, Some(condition), value, &[]);
    let alone = clif(&build.verified()).unwrap();
    assert!(!alone.contains("%rule."), "one node has it, and it stands there");
    build.rule(decision, Some(condition), two, &[first]);
    let second = build.rule(decision, Some(condition), one, &[first]);
    build.apart(decision, &[second]);
    let text = clif(&build.verified()).unwrap();
    for expected in [
        "; %rule.0.when condition of a rule for `decided`, article 1",
        "; %rule.0.value value of a rule for `decided`, article 1",
    ] {
        assert!(text.contains(expected), "{expected}");
    }
    assert!(!text.contains("%rule.2."), "one node has it, and it stands there");
}
