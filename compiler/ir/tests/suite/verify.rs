//! A sound program passes the gate, and each kind of flaw is refused with words that name it.

use crate::builder::Build;
use accord_core::{Country, EnumId, FaultKind, HostFn, Outcome, RuleId, SiteId, Value};
use accord_ir::{
    Body, CurrencyOf, DecisionId, Demand, Evidence, ExprId, ExprKind, FactId, LocalId, NodeId, ProvisionId, Quantifier,
    Question, RecordId, Requirement, Tie, Ty, Verified,
};

/// Two rules, one beating the other, a term, a quantifier, a fact with fields.
fn sound() -> (Build, DecisionId, RuleId, RuleId) {
    let mut b = Build::new();
    let claim = b.record("Claim", &[("urgent", Ty::YesNo), ("weight", Ty::Number)]);
    let claim = b.declare_fact("claim", claim);
    let read = b.fact(claim);
    let weight = b.field(read, 1);
    let term = b.term("weight", &[], Ty::Number, weight);
    let decision = b.decision("share", &[("P", Ty::Country)], Ty::Number);
    let asked = b.call(term, &[]);
    let parties = b.countries(&["XA", "XB"]);
    let (p, q) = (b.local(0, Ty::Country), b.local(1, Ty::Country));
    let same = b.host(HostFn::Equal, &[p, q], Ty::YesNo);
    let among = b.quantify(Quantifier::Some, 1, parties, None, Some(same), Ty::YesNo);
    let general = b.rule(decision, None, asked);
    let zero = b.number(0);
    let special = b.rule(decision, Some(among), zero);
    b.beats(special, general);
    b.default(decision, zero);
    b.apart_from(decision, &[special]);
    (b, decision, general, special)
}

/// Checks that a spoilt program is refused in these words.
fn refused<R>(spoil: impl FnOnce(&mut Build) -> R, words: &str) {
    let (mut b, ..) = sound();
    spoil(&mut b);
    let flaws = b.flaws();
    assert!(flaws.contains(words), "expected `{words}` in:\n{flaws}");
}

#[test]
fn accepts_what_is_sound() {
    assert_eq!(sound().0.flaws(), "");
}

#[test]
fn refuses_numbers_that_refer_to_nothing() {
    refused(|b| b.not(ExprId(900)), "expression 900 does not exist");
    refused(|b| b.program.rules[0].value = ExprId(900), "rule 0: expression 900 does not exist");
    refused(|b| b.program.rules[1].condition = Some(ExprId(900)), "rule 1: expression 900 does not exist");
    refused(|b| b.program.decisions[0].default = Some(ExprId(900)), "expression 900 does not exist");
    refused(|b| b.program.nodes[0].body = Body::Expr(ExprId(900)), "node weight: expression 900 does not exist");
    refused(|b| b.expr(ExprKind::Fact(FactId(9)), Ty::YesNo), "a fact that does not exist");
    refused(|b| b.expr(ExprKind::Call(NodeId(9), Vec::new()), Ty::YesNo), "a node that does not exist");
    refused(|b| b.program.decisions[0].rules.push(RuleId(9)), "a rule that does not exist");
    refused(|b| b.program.decisions[0].node = NodeId(9), "a node that does not exist");
    refused(|b| b.program.rules[0].decision = DecisionId(9), "a decision that does not exist");
    refused(|b| b.program.rules[0].beaten_by.push(RuleId(9)), "beaten by a rule that does not exist");
    refused(|b| b.program.nodes[2].body = Body::Decision(DecisionId(9), Vec::new()), "a decision that does not");
    refused(|b| b.program.nodes[2].body = Body::Decision(DecisionId(0), vec![RuleId(9)]), "a rule left out that");
    refused(|b| b.program.nodes[0].provision = Some(ProvisionId(9)), "a provision that does not exist");
    let question = |facts, decides| Question { name: "benefit".to_owned(), facts, decides };
    refused(|b| b.program.questions.push(question(vec![FactId(9)], Vec::new())), "a fact that does not exist");
    refused(|b| b.program.questions.push(question(Vec::new(), vec![DecisionId(9)])), "a decision that does not");
    let fault = Outcome::fault(FaultKind::OutOfTable, SiteId(900));
    refused(|b| b.constant(fault), "a fault at a place that does not exist");
}

#[test]
fn refuses_rules_that_cite_nothing() {
    refused(|b| b.program.rules[0].provision = ProvisionId(9), "rule 0: a provision that does not exist");
    refused(|b| b.program.provisions[0].address.clear(), "no address to cite");
}

#[test]
fn refuses_unknown_types() {
    refused(|b| b.expr(ExprKind::Const(Outcome::Nothing), Ty::Error), "a type that was never found out");
    let nested = Ty::Set(Box::new(Ty::List(Box::new(Ty::Error))));
    refused(|b| b.expr(ExprKind::Const(Outcome::Nothing), nested), "a type that was never found out");
    refused(|b| b.program.nodes[0].ty = Ty::Error, "node weight: a type that was never found out");
    refused(|b| b.program.decisions[0].ty = Ty::Error, "decision share: a type that was never found out");
    refused(|b| b.program.decisions[0].params[0].ty = Ty::Error, "decision share: a type that was never found");
    refused(|b| b.program.facts[0].ty = Ty::Error, "fact claim: a type that was never found out");
    refused(|b| b.program.records[0].fields[0].1 = Ty::Error, "record Claim: a type that was never found out");
    refused(|b| b.program.facts[0].ty = Ty::Record(RecordId(9)), "a record type that does not exist");
    refused(|b| b.program.facts[0].ty = Ty::Member(EnumId(99)), "an enumeration that does not exist");
    refused(|b| b.program.enums.truncate(2), "the kernel's DatedIn belongs here");
}

#[test]
fn refuses_the_wrong_number_of_arguments_or_operands() {
    refused(
        |b| {
            let one = b.number(1);
            b.call(NodeId(0), &[one]);
        },
        "1 arguments for `weight`",
    );
    refused(
        |b| {
            let one = b.number(1);
            b.host(HostFn::Add, &[one], Ty::Number);
        },
        "1 operands for `add`",
    );
}

#[test]
fn refuses_locals_that_are_not_bound() {
    let reads = |local: u32, ty: Ty| {
        move |b: &mut Build| {
            let read = b.local(local, ty);
            b.term("reader", &[("P", Ty::Country)], b.program.exprs[read.0 as usize].ty.clone(), read);
        }
    };
    refused(reads(1, Ty::Country), "local 1 is not bound here");
    refused(reads(90, Ty::Country), "local 90 is not bound here");
    refused(reads(0, Ty::Number), "local 0 of another type");
    refused(|b| b.program.nodes[1].locals = 0, "fewer locals than parameters");
    refused(|b| b.program.rules[0].locals = 0, "fewer locals than parameters");
    // The variable of the quantifier of rule 1 needs a second local.
    refused(|b| b.program.rules[1].locals = 1, "local 1 is no variable a quantifier may bind here");
}

#[test]
fn refuses_a_variable_that_is_bound_already() {
    refused(
        |b| {
            let all = b.countries(&["XA"]);
            let yes = b.yes();
            let inner = b.quantify(Quantifier::Every, 1, all, None, Some(yes), Ty::YesNo);
            let outer = b.quantify(Quantifier::Every, 1, all, None, Some(inner), Ty::YesNo);
            b.term("twice", &[("P", Ty::Country)], Ty::YesNo, outer);
        },
        "local 1 is no variable a quantifier may bind here",
    );
    refused(
        |b| {
            let all = b.countries(&["XA"]);
            let count = b.quantify(Quantifier::Count, 0, all, None, None, Ty::Number);
            b.term("rebinds", &[("P", Ty::Country)], Ty::Number, count);
        },
        "local 0 is no variable a quantifier may bind here",
    );
}

#[test]
fn refuses_expressions_that_contain_themselves_or_nest_too_deeply() {
    refused(
        |b| {
            let next = ExprId(u32::try_from(b.program.exprs.len() + 1).unwrap());
            b.not(next);
            b.not(ExprId(next.0 - 1));
        },
        "contains itself",
    );
    refused(
        |b| {
            let mut deep = b.yes();
            for _ in 0..Verified::DEEPEST {
                deep = b.not(deep);
            }
        },
        "nests too deeply",
    );
}

#[test]
fn accepts_a_table_of_any_length() {
    let (mut b, ..) = sound();
    let (no, mut chain) = (b.no(), b.number(0));
    for n in 0..5000 {
        let row = b.number(n);
        chain = b.if_else(no, row, chain, Ty::Number);
    }
    b.term("table", &[], Ty::Number, chain);
    assert_eq!(b.flaws(), "");
}

#[test]
fn refuses_conditions_that_are_not_yes_or_no() {
    refused(
        |b| {
            let one = b.number(1);
            b.program.rules[0].condition = Some(one);
        },
        "rule 0 (article 1): a condition that is not yes or no",
    );
    refused(
        |b| {
            let one = b.number(1);
            b.if_else(one, one, one, Ty::Number);
        },
        "a condition that is not yes or no",
    );
    refused(
        |b| {
            let (one, yes) = (b.number(1), b.yes());
            b.and(yes, one);
        },
        "an operand that is not yes or no",
    );
    refused(
        |b| {
            let one = b.number(1);
            b.not(one);
        },
        "an operand that is not yes or no",
    );
    refused(
        |b| {
            let (one, all) = (b.number(1), b.countries(&["XA"]));
            b.quantify(Quantifier::Count, 0, all, Some(one), None, Ty::Number);
        },
        "a filter that is not yes or no",
    );
}

#[test]
fn refuses_types_that_do_not_fit() {
    refused(|b| b.expr(ExprKind::Const(Outcome::yes_no(true)), Ty::Number), "a constant that is no Number");
    refused(|b| b.expr(ExprKind::Fact(FactId(0)), Ty::Number), "a fact of another type");
    refused(|b| b.program.nodes[0].ty = Ty::Date, "a result `weight` does not give");
    refused(
        |b| {
            let yes = b.yes();
            b.program.rules[0].value = yes;
        },
        "rule 0 (article 1): a value of another type",
    );
    refused(
        |b| {
            let yes = b.yes();
            b.program.decisions[0].default = Some(yes);
        },
        "decision share: a default of another type",
    );
    refused(
        |b| {
            let one = b.number(1);
            b.call(NodeId(1), &[one]);
        },
        "an argument `share` does not take",
    );
    refused(
        |b| {
            let (yes, one) = (b.yes(), b.number(1));
            b.if_else(yes, one, yes, Ty::Number);
        },
        "a branch of another type",
    );
    refused(
        |b| {
            let one = b.number(1);
            b.host(HostFn::Equal, &[one, one], Ty::Number);
        },
        "a result `equal` does not give",
    );
    refused(
        |b| {
            let (claim, five) = (b.fact(FactId(0)), b.number(5));
            b.host(HostFn::Field, &[claim, five], Ty::Number);
        },
        "a field the record does not have",
    );
}

#[test]
fn refuses_an_exact_amount_where_money_is_stored() {
    refused(
        |b| {
            let amount = b.expr(ExprKind::Const(Outcome::Nothing), Ty::Amount(CurrencyOf::Any));
            let paid = b.decision("paid", &[], Ty::Money(CurrencyOf::Any));
            b.rule(paid, None, amount);
        },
        "a value of another type",
    );
}

#[test]
fn refuses_facts_no_legislation_declares() {
    let given = |name: &'static str, ty: Ty| {
        move |b: &mut Build| {
            let party = b.constant(Outcome::Value(Value::Country(Country::parse("XA").unwrap())));
            b.declare_given("income", Ty::Number);
            b.expr(ExprKind::Given(party, name.to_owned()), ty);
        }
    };
    refused(given("outcome", Ty::Number), "`outcome` is declared by no legislation");
    refused(given("income", Ty::Date), "a fact of a legislation, of another type");
}

#[test]
fn refuses_quantifiers_with_the_wrong_parts() {
    let quantifies = |quantifier: Quantifier, body: bool, ty: Ty| {
        move |b: &mut Build| {
            let (all, yes) = (b.countries(&["XA"]), b.yes());
            b.quantify(quantifier, 0, all, None, body.then_some(yes), ty);
        }
    };
    let parts = "what is asked of each member does not suit the quantifier";
    refused(quantifies(Quantifier::Every, false, Ty::YesNo), parts);
    refused(quantifies(Quantifier::Sum, false, Ty::Number), parts);
    refused(quantifies(Quantifier::Count, true, Ty::Number), parts);
    refused(quantifies(Quantifier::TheOnly(Tie::Refer), true, Ty::Country), parts);
    refused(quantifies(Quantifier::TheWithLargest(Tie::Refer), false, Ty::Country), parts);
    refused(quantifies(Quantifier::SetOf, false, Ty::Country), "a result the quantifier does not give");
    refused(
        |b| {
            let one = b.number(1);
            b.quantify(Quantifier::Count, 0, one, None, None, Ty::Number);
        },
        "quantifies over something that has no members",
    );
}

#[test]
fn refuses_precedence_that_is_no_order() {
    refused(|b| b.program.rules[0].beaten_by = vec![RuleId(0)], "rule 0: takes precedence over itself");
    // Each beats the other: closing that makes each beat itself.
    refused(|b| b.program.rules[1].beaten_by = vec![RuleId(0)], "not beaten by all that beat rule 0");
    refused(|b| b.program.rules[0].beaten_by = vec![RuleId(1), RuleId(1)], "are not sorted");
    refused(
        |b| {
            let zero = b.number(0);
            let top = b.rule(DecisionId(0), None, zero);
            b.program.rules[1].beaten_by = vec![top];
        },
        "rule 0: not beaten by all that beat rule 1, which beats it",
    );
    refused(
        |b| {
            let (other, zero) = (b.decision("other", &[], Ty::Number), b.number(0));
            let foreign = b.rule(other, None, zero);
            b.program.rules[0].beaten_by.push(foreign);
        },
        "beaten by rule 2, which settles another decision",
    );
}

#[test]
fn refuses_decisions_and_rules_that_do_not_know_each_other() {
    refused(|b| b.program.decisions[0].rules.truncate(1), "rule 1 (article 2): `share` does not know it");
    refused(|b| b.program.decisions[0].rules.push(RuleId(0)), "a rule listed twice");
    refused(|b| b.program.decisions[0].node = NodeId(0), "its node does not ask it with all its rules");
    refused(|b| b.program.decisions[0].node = NodeId(2), "its node does not ask it with all its rules");
    refused(|b| b.program.nodes[2].params.clear(), "other parameters than `share`");
    refused(|b| b.program.nodes[2].ty = Ty::Date, "another type than `share`");
    refused(
        |b| {
            let (other, zero) = (b.decision("other", &[], Ty::Number), b.number(0));
            let foreign = b.rule(other, None, zero);
            b.program.nodes[2].body = Body::Decision(DecisionId(0), vec![foreign]);
        },
        "leaves out a rule of another decision",
    );
}

#[test]
fn refuses_nodes_that_depend_on_themselves() {
    refused(
        |b| {
            let again = b.call(NodeId(0), &[]);
            b.program.nodes[0].body = Body::Expr(again);
        },
        "weight -> weight depends on itself",
    );
    refused(
        |b| {
            let asked = b.local(0, Ty::Country);
            let share = b.call(NodeId(1), &[asked]);
            let term = b.term("half", &[("P", Ty::Country)], Ty::Number, share);
            let xa = b.constant(Outcome::Value(Value::Country(Country::parse("XA").unwrap())));
            b.program.rules[0].value = b.call(term, &[xa]);
        },
        "share -> half -> share depends on itself",
    );
}

#[test]
fn accepts_a_decision_that_reaches_itself_only_without_the_rule_that_asks() {
    let (mut b, decision, general, _) = sound();
    let apart = b.apart_from(decision, &[general]);
    let asked = b.local(0, Ty::Country);
    let value = b.call(apart, &[asked]);
    b.program.rules[general.0 as usize].value = value;
    assert_eq!(b.flaws(), "");
}

#[test]
fn a_local_may_be_bound_again_once_it_is_free() {
    let (mut b, ..) = sound();
    let all = b.countries(&["XA"]);
    let read = b.local(0, Ty::Country);
    let same = b.host(HostFn::In, &[read, all], Ty::YesNo);
    let one = b.quantify(Quantifier::Every, 0, all, None, Some(same), Ty::YesNo);
    let two = b.quantify(Quantifier::Some, 0, all, None, Some(same), Ty::YesNo);
    let both = b.and(one, two);
    b.term("twice", &[], Ty::YesNo, both);
    assert_eq!(b.program.exprs[read.0 as usize].ty, Ty::Country);
    assert!(matches!(b.program.exprs[read.0 as usize].kind, ExprKind::Local(LocalId(0))));
    assert_eq!(b.flaws(), "");
}

#[test]
fn refuses_what_could_not_be_held() {
    refused(|b| b.program.nodes[0].locals = u32::MAX, "node weight: more locals than could be bound");
    refused(|b| b.program.rules[0].locals = u32::MAX, "rule 0: more locals than could be bound");
    // Each level asks the one below twice: forty of them written out would fill any memory.
    let doubled = |b: &mut Build| {
        let mut top = b.yes();
        for _ in 0..40 {
            top = b.and(top, top);
        }
        b.term("doubled", &[], Ty::YesNo, top);
    };
    refused(doubled, "too large when written out in full");
}

/// A requirement of a term, spoilt as is wanted.
fn required(b: &mut Build, spoil: impl FnOnce(&mut Requirement)) {
    let yes = b.yes();
    let node = b.term("kept", &[("P", Ty::Country)], Ty::YesNo, yes);
    let mut requirement = Requirement {
        origin: String::new(),
        provision: None,
        name: "x".to_owned(),
        params: vec![accord_ir::Param { name: "P".to_owned(), ty: Ty::Country }],
        when: node,
        demand: Demand::Requires(node),
        evidence: Evidence::Recalled,
        span: b.program.nodes[0].span,
    };
    spoil(&mut requirement);
    b.program.requirements.push(requirement);
}

#[test]
fn refuses_requirements_that_cannot_be_asked() {
    let (mut b, ..) = sound();
    required(&mut b, |_| {});
    assert_eq!(b.flaws(), "");
    refused(|b| required(b, |r| r.when = NodeId(900)), "a node with other parameters");
    refused(|b| required(b, |r| r.demand = Demand::Permits(NodeId(900))), "a node with other parameters");
    refused(|b| required(b, |r| r.params.clear()), "a node with other parameters");
    refused(|b| required(b, |r| r.params[0].ty = Ty::Number), "`P` could be too many things");
    refused(|b| required(b, |r| r.origin = "C1".to_owned()), "a standard that does not exist");
    refused(|b| required(b, |r| r.provision = Some(ProvisionId(900))), "a provision that does not exist");
    refused(
        |b| required(b, |r| r.demand = Demand::Clash { permits: 0, requires: 0, node: r.when }),
        "nothing that permits",
    );
    refused(|b| required(b, |r| r.demand = Demand::Requires(NodeId(0))), "a condition that is not yes or no");
}
