//! What is used in one place only, and is short: it stands there instead of in a function of its own.

use accord_core::RuleId;
use accord_ir::{Body, ExprId, ExprKind, Node, NodeId, Program};
use std::collections::BTreeSet;

/// Expressions of what stands where it is used; more get a function, so that no frame grows large.
const MOST: usize = 48;

/// Rules of a decision whose parts stand in it.
const MOST_RULES: usize = 6;

/// How often what is used.
pub(super) struct Once {
    /// Rules that one node asks, of a decision of few.
    rules: BTreeSet<RuleId>,
    /// Nodes that are called in one place, and not asked from outside.
    nodes: BTreeSet<NodeId>,
}

impl Once {
    /// Of a program of which these nodes are asked from outside.
    pub fn of(program: &Program, roots: &[NodeId]) -> Once {
        let mut asked = vec![0_usize; program.rules.len()];
        let mut calls = vec![0_usize; program.nodes.len()];
        let mut called = |root: Option<ExprId>| {
            walk(program, root, usize::MAX, &mut |kind| {
                if let ExprKind::Call(node, _) = kind
                    && let Some(count) = calls.get_mut(node.0 as usize)
                {
                    *count += 1;
                }
            })
        };
        let mut few = BTreeSet::new();
        for node in &program.nodes {
            match &node.body {
                Body::Expr(body) => drop(called(Some(*body))),
                Body::Decision(decision, left_out) => {
                    let Some(decision) = program.decisions.get(decision.0 as usize) else { continue };
                    called(decision.default);
                    if decision.rules.len() <= MOST_RULES {
                        few.extend(&decision.rules);
                    }
                    for rule in decision.rules.iter().filter(|rule| !left_out.contains(rule)) {
                        if let Some(count) = asked.get_mut(rule.0 as usize) {
                            *count += 1;
                        }
                    }
                }
            }
        }
        for rule in &program.rules {
            called(rule.condition);
            called(Some(rule.value));
        }
        few.retain(|rule: &RuleId| asked.get(rule.0 as usize) == Some(&1));
        let once = (0..).map(NodeId).zip(&calls).filter(|(node, calls)| **calls == 1 && !roots.contains(node));
        Once { rules: few, nodes: once.map(|(node, _)| node).collect() }
    }

    /// Whether a part of a rule stands where it is used: it is a mere constant, fact or local, or this is the only place
    /// and it is short.
    pub fn is_here(&self, rule: RuleId, part: ExprId, program: &Program) -> bool {
        match program.expr(part).map(|e| &e.kind) {
            Some(ExprKind::Const(_) | ExprKind::Fact(_) | ExprKind::Local(_)) => true,
            _ => self.rules.contains(&rule) && is_short(program, part),
        }
    }

    /// The expression that stands where a node is called, if it does.
    pub fn body_of(&self, id: NodeId, node: &Node, program: &Program) -> Option<ExprId> {
        let Body::Expr(body) = node.body else { return None };
        (self.nodes.contains(&id) && is_short(program, body)).then_some(body)
    }
}

fn is_short(program: &Program, root: ExprId) -> bool {
    walk(program, Some(root), MOST, &mut |_| ()) < MOST
}

/// Shows the expressions below one, as they are written out, itself included; how many there are, at most so many.
fn walk(program: &Program, root: Option<ExprId>, most: usize, show: &mut dyn FnMut(&ExprKind)) -> usize {
    let mut open: Vec<ExprId> = root.into_iter().collect();
    let mut count = 0;
    while let Some(id) = open.pop() {
        if count >= most {
            break;
        }
        count += 1;
        if let Some(expr) = program.expr(id) {
            show(&expr.kind);
            open.extend(expr.kind.children());
        }
    }
    count
}
