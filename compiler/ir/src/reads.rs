//! Which columns of a question decisions can read at all: what a batch leaves in its file is nobody's loss.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here reads no column by itself")]

use crate::{Body, Decision, DecisionId, ExprId, ExprKind, NodeId, Program};
use accord_core::columns::{Layout, Place};
use accord_core::{Country, HostFn, Outcome, Value};
use std::collections::BTreeSet;

/// The columns, by their positions, that these decisions read for some row: whatever a column that is not among them
/// holds, they come to the same.
pub fn reads(program: &Program, layout: &Layout, decisions: impl IntoIterator<Item = DecisionId>) -> BTreeSet<usize> {
    let mut reading = Reading { program, layout, columns: BTreeSet::new(), exprs: BTreeSet::new(), nodes: Vec::new() };
    let asked = decisions.into_iter().filter_map(|id| program.decisions.get(id.0 as usize));
    reading.nodes.extend(asked.map(|decision| decision.node));
    let mut gone: BTreeSet<NodeId> = BTreeSet::new();
    while let Some(node) = reading.nodes.pop() {
        if gone.insert(node) {
            reading.node(node);
        }
    }
    reading.columns
}

struct Reading<'p> {
    program: &'p Program,
    layout: &'p Layout,
    columns: BTreeSet<usize>,
    /// Expressions that were gone through.
    exprs: BTreeSet<ExprId>,
    /// Nodes that are asked.
    nodes: Vec<NodeId>,
}

impl Reading<'_> {
    fn node(&mut self, node: NodeId) {
        let program = self.program;
        match program.node(node).map(|node| &node.body) {
            Some(Body::Expr(body)) => self.expr(*body),
            Some(Body::Decision(decision, _)) => {
                let Some(Decision { default, rules, .. }) = program.decisions.get(decision.0 as usize) else { return };
                let rules = rules.iter().filter_map(|rule| program.rule(*rule));
                for expr in rules.flat_map(|rule| rule.condition.into_iter().chain([rule.value])).chain(*default) {
                    self.expr(expr);
                }
            }
            None => {}
        }
    }

    fn expr(&mut self, root: ExprId) {
        let program = self.program;
        let mut open = vec![root];
        while let Some(id) = open.pop() {
            let Some(expr) = program.expr(id).filter(|_| self.exprs.insert(id)) else { continue };
            if let Some(path) = path(program, id) {
                self.place(&path);
                continue;
            }
            match &expr.kind {
                ExprKind::Call(node, _) => self.nodes.push(*node),
                ExprKind::Given(party, name) => self.given(constant(program, *party), name),
                // Amounts of different currencies.
                ExprKind::Host(HostFn::InCommon, _) => {
                    self.columns.extend(self.layout.rates.iter().map(|rate| rate.column));
                }
                _ => {}
            }
            open.extend(expr.kind.children());
        }
    }

    /// A fact that a legislation declares; of which one, where that is known.
    fn given(&mut self, party: Option<Country>, name: &str) {
        let same = self.layout.given.iter().filter(|g| g.name == *name && party.is_none_or(|party| party == g.party));
        self.columns.extend(same.map(|given| given.column));
    }

    /// What stands where a path leads from a fact. Whether an optional record on the way is there shows in any of its
    /// columns.
    fn place(&mut self, path: &[usize]) {
        let Some((fact, fields)) = path.split_first() else { return };
        let mut place = self.layout.facts.get(*fact);
        for field in fields {
            let Some(Place::Record { optional: false, fields }) = place else { break };
            place = fields.get(*field);
        }
        if let Some(place) = place {
            self.all_of(place);
        }
    }

    fn all_of(&mut self, place: &Place) {
        match place {
            Place::Elsewhere { .. } => {}
            Place::Column(column) => {
                let _ = self.columns.insert(*column);
            }
            Place::Record { fields, .. } => fields.iter().for_each(|field| self.all_of(field)),
        }
    }
}

/// The path of positions that an expression is: a fact, or a field of what a path leads to.
fn path(program: &Program, id: ExprId) -> Option<Vec<usize>> {
    match &program.expr(id)?.kind {
        ExprKind::Fact(fact) => Some(vec![fact.0 as usize]),
        ExprKind::Host(HostFn::Field, operands) => {
            let [record, position] = operands.as_slice() else { return None };
            let mut path = path(program, *record)?;
            let ExprKind::Const(Outcome::Value(Value::Number(at))) = &program.expr(*position)?.kind else {
                return None;
            };
            path.push(usize::try_from(at.value.numer()).ok()?);
            Some(path)
        }
        _ => None,
    }
}

fn constant(program: &Program, id: ExprId) -> Option<Country> {
    match &program.expr(id)?.kind {
        ExprKind::Const(Outcome::Value(Value::Country(country))) => Some(*country),
        _ => None,
    }
}
