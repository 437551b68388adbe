//! What was edited: statements of both texts side by side, by the provision they stand in.

use crate::report::{Edit, EditKind};
use crate::slice::{Texts, Writer};
use crate::world::Names;
use accord_core::RuleId;
use accord_ir::{Body, NodeId, NodeKind, Program};
use accord_source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// A statement, by where it stands and what it settles or defines.
type Key = (String, String);

/// What a statement is, in its program.
#[derive(Clone, Debug)]
pub(crate) enum Statement {
    Rule(RuleId),
    Node(NodeId),
}

struct Written {
    key: Key,
    title: String,
    text: String,
    span: Span,
    statement: Statement,
}

/// An edit with the statements it changed, in the old program and in the new one.
#[derive(Clone, Debug)]
pub(crate) struct Edited {
    pub(crate) edit: Edit,
    pub(crate) old: Option<Statement>,
    pub(crate) new: Option<Statement>,
}

fn statements(program: &Program, names: &Names) -> Vec<Written> {
    let mut writer = Writer::new(program, names, true);
    let mut texts = Texts::default();
    let mut all = Vec::new();
    for (n, rule) in program.rules.iter().enumerate() {
        let id = RuleId(u32::try_from(n).unwrap_or(u32::MAX));
        let Some(decision) = program.decisions.get(rule.decision.0 as usize) else { continue };
        let Some(provision) = program.provision(rule.provision) else { continue };
        let mut beaten: Vec<&str> = rule.beaten_by.iter().map(|b| program.cite(*b)).collect();
        beaten.sort_unstable();
        let text = format!("{} beaten by {}", writer.rule(&mut texts, id), beaten.join(", "));
        all.push(Written {
            key: (provision.address.clone(), format!("rule {}", decision.name)),
            title: provision.title.clone(),
            text,
            span: rule.span,
            statement: Statement::Rule(id),
        });
    }
    for (n, node) in program.nodes.iter().enumerate() {
        let id = NodeId(u32::try_from(n).unwrap_or(u32::MAX));
        let (Body::Expr(body), Some(provision)) = (&node.body, node.provision) else { continue };
        let word = match node.kind {
            NodeKind::Term => "term",
            NodeKind::Function => "function",
            NodeKind::Parameter => "parameter",
            NodeKind::Decision | NodeKind::Law => continue,
        };
        let Some(provision) = program.provision(provision) else { continue };
        all.push(Written {
            key: (provision.address.clone(), format!("{word} {}", node.name)),
            title: provision.title.clone(),
            text: writer.expr(&mut texts, *body),
            span: node.span,
            statement: Statement::Node(id),
        });
    }
    all
}

/// The edits that can change an outcome, in the order of the new text, then what was dropped.
pub(crate) fn edits(old: &Program, old_names: &Names, new: &Program, new_names: &Names) -> Vec<Edited> {
    let before = statements(old, old_names);
    let after = statements(new, new_names);
    let mut by_key: BTreeMap<&Key, Vec<&Written>> = BTreeMap::new();
    for written in &before {
        by_key.entry(&written.key).or_default().push(written);
    }
    let mut found = Vec::new();
    let mut added: Vec<&Written> = Vec::new();
    // What is word for word the same is taken first, then what stands in the same place.
    let mut open = Vec::new();
    for written in &after {
        let same = by_key.get_mut(&written.key).and_then(|held| {
            let at = held.iter().position(|h| h.text == written.text)?;
            Some(held.remove(at))
        });
        if same.is_none() {
            open.push(written);
        }
    }
    for written in open {
        let held = by_key.get_mut(&written.key).filter(|h| !h.is_empty()).map(|h| h.remove(0));
        match held {
            Some(held) => found.push(edited(EditKind::Altered, Some(held), Some(written))),
            None => added.push(written),
        }
    }
    let mut gone: Vec<&Written> = by_key.into_values().flatten().collect();
    gone.sort_by_key(|w| w.span);
    // What only moved, or was only renamed, changes nothing.
    let mut moved = BTreeSet::new();
    for written in added {
        let from = gone.iter().position(|g| !moved.contains(&g.span) && g.text == written.text);
        match from.and_then(|at| gone.get(at)) {
            Some(held) => {
                moved.insert(held.span);
            }
            None => found.push(edited(EditKind::Added, None, Some(written))),
        }
    }
    found.sort_by_key(|e| e.edit.after);
    found.extend(gone.iter().filter(|g| !moved.contains(&g.span)).map(|g| edited(EditKind::Removed, Some(g), None)));
    found
}

fn edited(kind: EditKind, old: Option<&Written>, new: Option<&Written>) -> Edited {
    let shown = new.or(old);
    let edit = Edit {
        kind,
        address: shown.map_or(String::new(), |w| w.key.0.clone()),
        title: shown.map_or(String::new(), |w| w.title.clone()),
        what: shown.map_or(String::new(), |w| w.key.1.clone()),
        before: old.map(|w| w.span),
        after: new.map(|w| w.span),
    };
    Edited { edit, old: old.map(|w| w.statement.clone()), new: new.map(|w| w.statement.clone()) }
}

/// Rules and nodes that a node depends on.
pub(crate) fn reach(program: &Program, from: NodeId) -> (BTreeSet<RuleId>, BTreeSet<NodeId>) {
    let (mut rules, mut nodes) = (BTreeSet::new(), BTreeSet::new());
    let mut queue = vec![from];
    while let Some(id) = queue.pop() {
        if !nodes.insert(id) {
            continue;
        }
        let Some(node) = program.node(id) else { continue };
        let mut exprs = Vec::new();
        match &node.body {
            Body::Expr(body) => exprs.push(*body),
            Body::Decision(decision, left_out) => {
                let Some(decision) = program.decisions.get(decision.0 as usize) else { continue };
                exprs.extend(decision.default);
                for id in decision.rules.iter().filter(|id| !left_out.contains(id)) {
                    if rules.insert(*id)
                        && let Some(rule) = program.rule(*id)
                    {
                        exprs.extend(rule.condition);
                        exprs.push(rule.value);
                    } else if let Some(rule) = program.rule(*id) {
                        exprs.extend(rule.condition);
                        exprs.push(rule.value);
                    }
                }
            }
        }
        while let Some(id) = exprs.pop() {
            let Some(expr) = program.expr(id) else { continue };
            if let accord_ir::ExprKind::Call(node, _) = &expr.kind {
                queue.push(*node);
            }
            exprs.extend(expr.kind.children());
        }
    }
    (rules, nodes)
}
