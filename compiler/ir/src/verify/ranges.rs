//! Every number refers to something, and no type is unknown.

use super::{Flaw, Flaws};
use crate::{Body, Decision, ExprId, ExprKind, Node, Program, Rule, Ty};
use accord_core::host::Arity;
use accord_core::{KERNEL_ENUMS, Outcome};

/// Locals a body may announce and never bind.
const SPARE_LOCALS: usize = 64;

pub(super) fn check(program: &Program) -> Vec<Flaw> {
    let mut flaws = Flaws::default();
    vocabulary(program, &mut flaws);
    for (index, provision) in program.provisions.iter().enumerate() {
        flaws.need(!provision.address.is_empty(), &format!("provision {index}"), "no address to cite");
    }
    for decision in &program.decisions {
        check_decision(program, decision, &mut flaws);
    }
    for (index, rule) in program.rules.iter().enumerate() {
        check_rule(program, index, rule, &mut flaws);
    }
    for node in &program.nodes {
        check_node(program, node, &mut flaws);
    }
    for (index, expr) in program.exprs.iter().enumerate() {
        let place = format!("expression {index}");
        known(program, &expr.ty, &place, &mut flaws);
        check_expr(program, &expr.kind, &place, &mut flaws);
    }
    flaws.list
}

/// Enumerations, records, facts, questions.
fn vocabulary(program: &Program, flaws: &mut Flaws) {
    for (index, kernel) in KERNEL_ENUMS.iter().enumerate() {
        let same = program.enums.get(index).is_some_and(|e| e.name == kernel.name && e.members == kernel.members);
        flaws.need(same, &format!("enumeration {index}"), format!("the kernel's {} belongs here", kernel.name));
    }
    for record in &program.records {
        let place = format!("record {}", record.name);
        flaws.need(record.fields.len() == record.optional.len(), &place, "fields and their labels differ in number");
        for (_, ty) in &record.fields {
            known(program, ty, &place, flaws);
        }
    }
    for fact in &program.facts {
        known(program, &fact.ty, &format!("fact {}", fact.name), flaws);
    }
    for given in &program.given {
        known(program, &given.ty, &format!("fact {}", given.name), flaws);
    }
    for question in &program.questions {
        let place = format!("question {}", question.name);
        let facts = question.facts.iter().all(|f| (f.0 as usize) < program.facts.len());
        flaws.need(facts, &place, "a fact that does not exist");
        let decides = question.decides.iter().all(|d| (d.0 as usize) < program.decisions.len());
        flaws.need(decides, &place, "a decision that does not exist");
    }
}

fn check_decision(program: &Program, decision: &Decision, flaws: &mut Flaws) {
    let place = format!("decision {}", decision.name);
    known(program, &decision.ty, &place, flaws);
    for param in &decision.params {
        known(program, &param.ty, &place, flaws);
    }
    flaws.need(decision.rules.iter().all(|r| program.rule(*r).is_some()), &place, "a rule that does not exist");
    flaws.need(program.node(decision.node).is_some(), &place, "a node that does not exist");
    if let Some(default) = decision.default {
        check_expr_id(program, default, &place, flaws);
    }
}

fn check_rule(program: &Program, index: usize, rule: &Rule, flaws: &mut Flaws) {
    let place = format!("rule {index}");
    let params = program.decisions.get(rule.decision.0 as usize).map_or(0, |d| d.params.len());
    few_locals(program, rule.locals, params, &place, flaws);
    flaws.need(program.provision(rule.provision).is_some(), &place, "a provision that does not exist");
    flaws.need(program.decisions.get(rule.decision.0 as usize).is_some(), &place, "a decision that does not exist");
    for id in rule.condition.iter().chain([&rule.value]) {
        check_expr_id(program, *id, &place, flaws);
    }
    flaws.need(
        rule.beaten_by.iter().all(|r| program.rule(*r).is_some()),
        &place,
        "beaten by a rule that does not exist",
    );
}

/// Each local is a parameter or bound by an expression; evaluators make room for all that are announced.
fn few_locals(program: &Program, locals: u32, params: usize, place: &str, flaws: &mut Flaws) {
    let most = program.exprs.len().saturating_add(params).saturating_add(SPARE_LOCALS);
    flaws.need(locals as usize <= most, place, "more locals than could be bound");
}

fn check_node(program: &Program, node: &Node, flaws: &mut Flaws) {
    let place = format!("node {}", node.name);
    known(program, &node.ty, &place, flaws);
    for param in &node.params {
        known(program, &param.ty, &place, flaws);
    }
    flaws.need(node.locals as usize >= node.params.len(), &place, "fewer locals than parameters");
    few_locals(program, node.locals, node.params.len(), &place, flaws);
    if let Some(provision) = node.provision {
        flaws.need(program.provision(provision).is_some(), &place, "a provision that does not exist");
    }
    match &node.body {
        Body::Expr(id) => check_expr_id(program, *id, &place, flaws),
        Body::Decision(decision, left_out) => {
            let exists = program.decisions.get(decision.0 as usize).is_some();
            flaws.need(exists, &place, "a decision that does not exist");
            let rules = left_out.iter().all(|r| program.rule(*r).is_some());
            flaws.need(rules, &place, "a rule left out that does not exist");
        }
    }
}

fn check_expr(program: &Program, kind: &ExprKind, place: &str, flaws: &mut Flaws) {
    for id in kind.children() {
        check_expr_id(program, id, place, flaws);
    }
    match kind {
        ExprKind::Const(Outcome::Fault(fault)) => {
            let exists = (fault.site.0 as usize) < program.exprs.len();
            flaws.need(exists, place, "a fault at a place that does not exist");
        }
        ExprKind::Fact(id) => {
            flaws.need((id.0 as usize) < program.facts.len(), place, "a fact that does not exist");
        }
        ExprKind::Given(_, name) => {
            let declared = program.given.iter().any(|g| g.name == *name);
            flaws.need(declared, place, format!("`{name}` is declared by no legislation"));
        }
        ExprKind::Call(id, arguments) => match program.node(*id) {
            None => flaws.push(place, "a node that does not exist"),
            Some(node) => {
                let fits = node.params.len() == arguments.len();
                flaws.need(fits, place, format!("{} arguments for `{}`", arguments.len(), node.name));
            }
        },
        ExprKind::Host(function, operands) => {
            let fits = match function.arity() {
                Arity::Exactly(count) => operands.len() == count,
                Arity::Any => true,
            };
            flaws.need(fits, place, format!("{} operands for `{}`", operands.len(), function.word()));
        }
        ExprKind::Const(_)
        | ExprKind::Local(_)
        | ExprKind::And(..)
        | ExprKind::Or(..)
        | ExprKind::Not(_)
        | ExprKind::If(..)
        | ExprKind::Quantify(_) => {}
    }
}

fn check_expr_id(program: &Program, id: ExprId, place: &str, flaws: &mut Flaws) {
    flaws.need(program.expr(id).is_some(), place, format!("expression {} does not exist", id.0));
}

/// A type is known if it is no poison and its enumeration or record exists.
fn known(program: &Program, ty: &Ty, place: &str, flaws: &mut Flaws) {
    match ty {
        Ty::Error => flaws.push(place, "a type that was never found out"),
        Ty::Set(of) | Ty::List(of) => known(program, of, place, flaws),
        Ty::Member(id) => flaws.need(program.enumeration(*id).is_some(), place, "an enumeration that does not exist"),
        Ty::Record(id) => flaws.need(program.record(*id).is_some(), place, "a record type that does not exist"),
        Ty::YesNo
        | Ty::Number
        | Ty::Country
        | Ty::Date
        | Ty::Span
        | Ty::Length(_)
        | Ty::Money(_)
        | Ty::Amount(_)
        | Ty::Periods
        | Ty::Rounding
        | Ty::Unit
        | Ty::Text
        | Ty::Order
        | Ty::Ties
        | Ty::Never => {}
    }
}
