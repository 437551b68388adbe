//! What depends on what: cycles with their path, and which decisions read the row.

use crate::scope::{Cx, number};
use accord_ir::{Body, ExprId, ExprKind, NodeId, Program};
use accord_source::{Code, Diagnostic, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Reports cycles and marks the decisions that read no fact of a row.
pub(crate) fn order(cx: &mut Cx<'_, '_>) {
    let n = cx.program.nodes.len();
    let edges: Vec<Edges> = (0..n).map(|i| edges_of(&cx.program, NodeId(number(i)))).collect();
    if !report_cycles(cx, &edges) {
        report_chains(cx, &edges);
    }
    let mut reads: Vec<bool> = edges.iter().map(|e| e.reads_row).collect();
    let mut changed = true;
    while changed {
        changed = false;
        for (i, e) in edges.iter().enumerate() {
            let now = reads.get(i).copied().unwrap_or(false);
            if !now && e.calls.iter().any(|c| reads.get(c.0 as usize).copied().unwrap_or(false)) {
                if let Some(slot) = reads.get_mut(i) {
                    *slot = true;
                }
                changed = true;
            }
        }
    }
    for decision in &mut cx.program.decisions {
        decision.reads_row = reads.get(decision.node.0 as usize).copied().unwrap_or(true);
    }
}

/// Whether any of these expressions reads a fact of a row, through whatever it asks.
pub(crate) fn reads_row(program: &Program, roots: &[ExprId]) -> bool {
    let mut edges = Edges::default();
    roots.iter().for_each(|root| walk(program, *root, &mut edges));
    let mut seen = BTreeSet::new();
    while !edges.reads_row {
        let open: Vec<NodeId> = edges.calls.iter().filter(|c| seen.insert(**c)).copied().collect();
        if open.is_empty() {
            return false;
        }
        for node in open {
            let of_it = edges_of(program, node);
            edges.reads_row |= of_it.reads_row;
            edges.calls.extend(of_it.calls);
        }
    }
    true
}

#[derive(Default)]
struct Edges {
    calls: BTreeSet<NodeId>,
    reads_row: bool,
    /// Where each node is first asked.
    at: BTreeMap<NodeId, Span>,
}

fn edges_of(program: &Program, node: NodeId) -> Edges {
    let mut out = Edges::default();
    let Some(n) = program.node(node) else { return out };
    match &n.body {
        Body::Expr(body) => walk(program, *body, &mut out),
        Body::Decision(decision, left_out) => {
            let Some(d) = program.decisions.get(decision.0 as usize) else { return out };
            if let Some(default) = d.default {
                walk(program, default, &mut out);
            }
            for rule in d.rules.iter().filter(|r| !left_out.contains(r)) {
                let Some(r) = program.rule(*rule) else { continue };
                if let Some(condition) = r.condition {
                    walk(program, condition, &mut out);
                }
                walk(program, r.value, &mut out);
            }
        }
    }
    out
}

fn walk(program: &Program, root: ExprId, out: &mut Edges) {
    let mut todo = vec![root];
    let mut seen = BTreeSet::new();
    while let Some(id) = todo.pop() {
        if !seen.insert(id) {
            continue;
        }
        let Some(e) = program.expr(id) else { continue };
        match &e.kind {
            ExprKind::Const(_) | ExprKind::Local(_) => {}
            ExprKind::Fact(_) => out.reads_row = true,
            ExprKind::Given(of, _) => {
                out.reads_row = true;
                todo.push(*of);
            }
            ExprKind::Call(node, args) => {
                let _ = out.calls.insert(*node);
                let _ = out.at.entry(*node).or_insert(e.span);
                todo.extend(args);
            }
            ExprKind::Host(_, operands) => todo.extend(operands),
            ExprKind::And(a, b) | ExprKind::Or(a, b) => todo.extend([*a, *b]),
            ExprKind::Not(a) => todo.push(*a),
            ExprKind::If(c, t, f) => todo.extend([*c, *t, *f]),
            ExprKind::Quantify(q) => {
                todo.push(q.domain);
                todo.extend(q.filter);
                todo.extend(q.body);
            }
        }
    }
}

/// The most results that may rest on each other in a row: evaluation goes that deep.
pub(crate) const LONGEST_CHAIN: usize = 256;

pub(crate) fn too_long(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::ChainTooLong,
        span,
        format!("more than {LONGEST_CHAIN} results rest on each other in a row, down to `{name}`"),
    )
    .help("define some of them directly, without going through the others")
}

/// Reports a chain of results that is too long; there is no cycle.
fn report_chains(cx: &mut Cx<'_, '_>, edges: &[Edges]) {
    let mut length: Vec<Option<usize>> = vec![None; edges.len()];
    for start in 0..edges.len() {
        let mut stack = vec![start];
        while let Some(&at) = stack.last() {
            let calls: Vec<usize> =
                edges.get(at).map_or(Vec::new(), |e| e.calls.iter().map(|c| c.0 as usize).collect());
            let open: Vec<usize> = calls.iter().copied().filter(|c| length.get(*c) == Some(&None)).collect();
            if open.is_empty() {
                let below = calls.iter().filter_map(|c| length.get(*c).copied().flatten()).max().unwrap_or(0);
                if let Some(slot) = length.get_mut(at) {
                    *slot = Some(below + 1);
                }
                let _ = stack.pop();
            } else {
                stack.extend(open);
            }
        }
        if length.get(start).copied().flatten().is_some_and(|n| n > LONGEST_CHAIN)
            && let Some(node) = cx.program.nodes.get(start)
        {
            let finding = too_long(node.span, &node.name);
            cx.report(finding);
            return;
        }
    }
}

/// Depth-first with an own stack; the stack is the path of the message. Whether there was any.
fn report_cycles(cx: &mut Cx<'_, '_>, edges: &[Edges]) -> bool {
    let mut state = vec![0u8; edges.len()];
    let mut reported = BTreeSet::new();
    for start in 0..edges.len() {
        if state.get(start) != Some(&0) {
            continue;
        }
        let mut stack: Vec<(usize, Vec<usize>)> = vec![(start, successors(edges, start))];
        mark(&mut state, start, 1);
        while let Some((at, rest)) = stack.last_mut() {
            let at = *at;
            let Some(next) = rest.pop() else {
                mark(&mut state, at, 2);
                let _ = stack.pop();
                continue;
            };
            match state.get(next) {
                Some(0) => {
                    mark(&mut state, next, 1);
                    stack.push((next, successors(edges, next)));
                }
                Some(1) => {
                    let from = stack.iter().position(|(n, _)| *n == next).unwrap_or(0);
                    let path: Vec<usize> = stack.iter().skip(from).map(|(n, _)| *n).collect();
                    let mut key = path.clone();
                    key.sort_unstable();
                    if reported.insert(key) {
                        report(cx, &path);
                    }
                }
                _ => {}
            }
        }
    }
    !reported.is_empty()
}

fn mark(state: &mut [u8], at: usize, value: u8) {
    if let Some(slot) = state.get_mut(at) {
        *slot = value;
    }
}

fn successors(edges: &[Edges], at: usize) -> Vec<usize> {
    edges.get(at).map_or(Vec::new(), |e| e.calls.iter().rev().map(|c| c.0 as usize).collect())
}

fn report(cx: &mut Cx<'_, '_>, path: &[usize]) {
    let name = |i: &usize| cx.program.nodes.get(*i).map_or(String::new(), |n| n.name.clone());
    let mut names: Vec<String> = path.iter().map(name).collect();
    if let Some(first) = names.first().cloned() {
        names.push(first);
    }
    let ask = |i: usize| names.get(i).map_or("", |n| n.as_str());
    let mut calls: Vec<(Span, String)> = Vec::new();
    let mut proposal = None;
    for (i, at) in path.iter().enumerate() {
        let next = path.get((i + 1) % path.len()).copied().unwrap_or(*at);
        for (span, address) in places(cx, *at, next) {
            let is_decision = cx.program.nodes.get(*at).is_some_and(|n| matches!(n.body, Body::Decision(..)));
            if is_decision && proposal.is_none() {
                proposal = Some(format!("`{}(...) apart from {address}`", ask(i)));
            }
            calls.push((span, format!("{address}: `{}` asks `{}`", ask(i), ask(i + 1))));
        }
    }
    // The call that leads back is the one to change.
    let Some((span, shown)) = calls.pop() else { return };
    let mut finding = Diagnostic::new(Code::Cycle, span, format!("`{}` depends on itself", ask(0))).here(shown);
    for (span, shown) in calls {
        finding = finding.with(span, shown);
    }
    finding = finding.note(format!("the path is {}", names.join(" -> ")));
    cx.report(match proposal {
        Some(proposal) => finding.help(format!("ask without the provision that leads back: {proposal}")),
        None => finding.help("a term may not lead back to itself: say what it means without it"),
    });
}

/// The rules (or the body) of one node that ask another.
fn places(cx: &Cx<'_, '_>, from: usize, to: usize) -> Vec<(Span, String)> {
    let Some(node) = cx.program.nodes.get(from) else { return Vec::new() };
    let to = NodeId(number(to));
    match &node.body {
        Body::Expr(body) => {
            let mut e = Edges::default();
            walk(&cx.program, *body, &mut e);
            let address = node.provision.and_then(|p| cx.program.provision(p)).map_or("stdlib", |p| p.address.as_str());
            e.at.get(&to).map(|span| vec![(*span, address.to_owned())]).unwrap_or_default()
        }
        Body::Decision(decision, left_out) => {
            let rules = cx.program.decisions.get(decision.0 as usize).map_or(Vec::new(), |d| d.rules.clone());
            let mut out = Vec::new();
            for id in rules.iter().filter(|r| !left_out.contains(r)) {
                let Some(rule) = cx.program.rule(*id) else { continue };
                let mut e = Edges::default();
                if let Some(condition) = rule.condition {
                    walk(&cx.program, condition, &mut e);
                }
                walk(&cx.program, rule.value, &mut e);
                if let Some(span) = e.at.get(&to) {
                    out.push((*span, cx.program.cite(*id).to_owned()));
                }
            }
            out
        }
    }
}
