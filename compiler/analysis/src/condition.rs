//! A condition on persons that is asked beside a text, in the text's own words: it sees what an article of the
//! agreement sees, and becomes a decision of the program that no rule settles.

use crate::collect::Place;
use crate::scope::{Cx, Env, number};
use accord_ir::{self as ir, Body, ExprId, ExprKind, FactId, NodeId, NodeKind, Program, Ty};
use accord_syntax::ast;
use std::collections::BTreeSet;

/// What the decision of a condition is called: no text can call anything so.
pub const CONDITION: &str = "--where";

/// Puts a condition into the program. Rules, terms and what a text is held to must be there.
pub(crate) fn elaborate<'a>(cx: &mut Cx<'a, '_>, condition: &'a ast::Expr) {
    let mut instruments = cx.decls.instruments.iter();
    let agreement = instruments.position(|i| !i.is_legislation && !i.is_standard);
    let env = Env { place: Place { instrument: agreement, ..Place::default() }, ..Env::default() };
    cx.frame = 0;
    let asked = cx.condition(&env, condition);
    let locals = cx.frame;
    let (node, decision) = (NodeId(number(cx.program.nodes.len())), ir::DecisionId(number(cx.program.decisions.len())));
    cx.program.nodes.push(ir::Node {
        name: CONDITION.to_owned(),
        kind: NodeKind::Decision,
        params: Vec::new(),
        ty: Ty::YesNo,
        body: Body::Decision(decision, Vec::new()),
        locals,
        provision: None,
        span: condition.span,
    });
    cx.program.decisions.push(ir::Decision {
        name: CONDITION.to_owned(),
        params: Vec::new(),
        ty: Ty::YesNo,
        default: Some(asked),
        rules: Vec::new(),
        node,
        reads_row: true,
    });
    // Questions that ask for the facts it reads can be put of a file of claims with it.
    let reads = facts_read(&cx.program, asked);
    for question in &mut cx.program.questions {
        if reads.iter().all(|fact| question.facts.contains(fact)) {
            question.decides.push(decision);
        }
    }
}

/// The facts that an expression reads, through whatever it asks.
fn facts_read(program: &Program, from: ExprId) -> BTreeSet<FactId> {
    let (mut facts, mut seen, mut asked) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut todo = vec![from];
    while let Some(id) = todo.pop() {
        let Some(expr) = program.expr(id).filter(|_| seen.insert(id)) else { continue };
        todo.extend(expr.kind.children());
        if let ExprKind::Fact(fact) = &expr.kind {
            let _ = facts.insert(*fact);
        }
        let ExprKind::Call(node, _) = &expr.kind else { continue };
        let Some(node) = program.node(*node).filter(|_| asked.insert(*node)) else { continue };
        match &node.body {
            Body::Expr(body) => todo.push(*body),
            Body::Decision(decision, left_out) => {
                let Some(decision) = program.decisions.get(decision.0 as usize) else { continue };
                let rules = decision.rules.iter().filter(|r| !left_out.contains(r)).filter_map(|r| program.rule(*r));
                todo.extend(rules.flat_map(|r| r.condition.into_iter().chain([r.value])).chain(decision.default));
            }
        }
    }
    facts
}
