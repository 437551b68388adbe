//! Decisions, their rules and nodes fit together, precedence is an order, and no node depends on itself.

use super::types::fits;
use super::{Flaw, Flaws};
use crate::{Body, Decision, DecisionId, ExprId, ExprKind, Node, NodeId, Program, Rule, Ty};
use accord_core::RuleId;

pub(super) fn check(program: &Program) -> Vec<Flaw> {
    let mut flaws = Flaws::default();
    for (index, decision) in program.decisions.iter().enumerate() {
        check_decision(program, index, decision, &mut flaws);
    }
    for (index, rule) in program.rules.iter().enumerate() {
        check_rule(program, index, rule, &mut flaws);
        check_precedence(program, index, rule, &mut flaws);
    }
    for node in &program.nodes {
        check_node(program, node, &mut flaws);
    }
    cycles(program, &mut flaws);
    flaws.list
}

fn decision_of(program: &Program, id: DecisionId) -> Option<&Decision> {
    program.decisions.get(id.0 as usize)
}

fn check_decision(program: &Program, index: usize, decision: &Decision, flaws: &mut Flaws) {
    let place = format!("decision {}", decision.name);
    let asks = program.node(decision.node).is_some_and(|n| match &n.body {
        Body::Decision(id, left_out) => id.0 as usize == index && left_out.is_empty(),
        Body::Expr(_) => false,
    });
    flaws.need(asks, &place, "its node does not ask it with all its rules");
    let mut listed = decision.rules.clone();
    listed.sort_unstable();
    listed.dedup();
    flaws.need(listed.len() == decision.rules.len(), &place, "a rule listed twice");
    for id in &decision.rules {
        let own = program.rule(*id).is_some_and(|r| r.decision.0 as usize == index);
        flaws.need(own, &place, format!("rule {} settles another decision", id.0));
    }
    if let Some(default) = decision.default.and_then(|d| program.expr(d)) {
        flaws.need(fits(&default.ty, &decision.ty), &place, "a default of another type");
    }
}

fn check_rule(program: &Program, index: usize, rule: &Rule, flaws: &mut Flaws) {
    let place = format!("rule {index} ({})", program.provision(rule.provision).map_or("", |p| p.address.as_str()));
    let Some(decision) = decision_of(program, rule.decision) else { return };
    let listed = decision.rules.iter().any(|r| r.0 as usize == index);
    flaws.need(listed, &place, format!("`{}` does not know it", decision.name));
    flaws.need(rule.locals as usize >= decision.params.len(), &place, "fewer locals than parameters");
    if let Some(condition) = rule.condition.and_then(|c| program.expr(c)) {
        flaws.need(fits(&condition.ty, &Ty::YesNo), &place, "a condition that is not yes or no");
    }
    if let Some(value) = program.expr(rule.value) {
        flaws.need(fits(&value.ty, &decision.ty), &place, "a value of another type");
    }
}

/// Irreflexive and transitive, so acyclic; between rules of one decision; sorted, each once.
fn check_precedence(program: &Program, index: usize, rule: &Rule, flaws: &mut Flaws) {
    let place = format!("rule {index}");
    flaws.need(rule.beaten_by.is_sorted_by(|a, b| a < b), &place, "the rules that beat it are not sorted");
    for superior in &rule.beaten_by {
        flaws.need(superior.0 as usize != index, &place, "takes precedence over itself");
        let Some(stronger) = program.rule(*superior) else { continue };
        let same = stronger.decision == rule.decision;
        flaws.need(same, &place, format!("beaten by rule {}, which settles another decision", superior.0));
        let closed = stronger.beaten_by.iter().all(|r| rule.beaten_by.contains(r));
        flaws.need(closed, &place, format!("not beaten by all that beat rule {}, which beats it", superior.0));
    }
}

fn check_node(program: &Program, node: &Node, flaws: &mut Flaws) {
    let place = format!("node {}", node.name);
    match &node.body {
        Body::Expr(id) => {
            let ty = program.expr(*id).map(|e| &e.ty);
            flaws.need(ty.is_some_and(|ty| fits(ty, &node.ty)), &place, "a body of another type");
        }
        Body::Decision(id, left_out) => {
            let Some(decision) = decision_of(program, *id) else { return };
            let pairs = || decision.params.iter().zip(&node.params).map(|(d, n)| (&d.ty, &n.ty));
            let same = decision.params.len() == node.params.len() && pairs().all(|(d, n)| fits(d, n) && fits(n, d));
            flaws.need(same, &place, format!("other parameters than `{}`", decision.name));
            flaws.need(fits(&decision.ty, &node.ty), &place, format!("another type than `{}`", decision.name));
            let own = left_out.iter().all(|r| decision.rules.contains(r));
            flaws.need(own, &place, "leaves out a rule of another decision");
        }
    }
}

/// How far the walk over nodes has come with one of them.
#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Unseen,
    Open,
    Done,
}

/// No node asks itself, through whatever it asks. The message names the nodes of one circle.
fn cycles(program: &Program, flaws: &mut Flaws) {
    let callees: Vec<Vec<usize>> = program.nodes.iter().map(|n| asked_by(program, n)).collect();
    let mut marks = vec![Mark::Unseen; callees.len()];
    for start in 0..callees.len() {
        // Each level: a node and how many of its callees were looked at.
        let mut path = vec![(start, 0)];
        if marks.get(start) != Some(&Mark::Unseen) {
            continue;
        }
        while let Some((node, next)) = path.last_mut() {
            let (node, at) = (*node, *next);
            *next += 1;
            let callee = callees.get(node).and_then(|c| c.get(at)).copied();
            let mark = if callee.is_some() { Mark::Open } else { Mark::Done };
            if let Some(slot) = marks.get_mut(node) {
                *slot = mark;
            }
            let Some(callee) = callee else {
                path.pop();
                continue;
            };
            match marks.get(callee) {
                Some(Mark::Unseen) => path.push((callee, 0)),
                Some(Mark::Open) => return flaws.push("nodes", circle(program, &path, callee)),
                Some(Mark::Done) | None => {}
            }
        }
    }
}

fn circle(program: &Program, path: &[(usize, usize)], closing: usize) -> String {
    let name = |at: usize| program.nodes.get(at).map_or("", |n| n.name.as_str());
    let around = path.iter().map(|(node, _)| *node).skip_while(|node| *node != closing);
    let names: Vec<&str> = around.chain([closing]).map(name).collect();
    format!("{} depends on itself", names.join(" -> "))
}

/// The nodes a node may ask, from everything its evaluation may read.
fn asked_by(program: &Program, node: &Node) -> Vec<usize> {
    let mut pending: Vec<ExprId> = match &node.body {
        Body::Expr(id) => vec![*id],
        Body::Decision(id, left_out) => match decision_of(program, *id) {
            Some(decision) => of_decision(program, decision, left_out),
            None => Vec::new(),
        },
    };
    let mut seen = std::collections::BTreeSet::new();
    let mut asked = std::collections::BTreeSet::new();
    while let Some(id) = pending.pop() {
        let Some(expr) = program.expr(id).filter(|_| seen.insert(id)) else { continue };
        if let ExprKind::Call(NodeId(callee), _) = &expr.kind {
            asked.insert(*callee as usize);
        }
        pending.extend(expr.kind.children());
    }
    asked.into_iter().collect()
}

fn of_decision(program: &Program, decision: &Decision, left_out: &[RuleId]) -> Vec<ExprId> {
    let kept = decision.rules.iter().filter(|r| !left_out.contains(r));
    let rules = kept.filter_map(|r| program.rule(*r));
    rules.flat_map(|r| r.condition.into_iter().chain([r.value])).chain(decision.default).collect()
}
