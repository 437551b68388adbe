//! What depends on what: cycles with their path, and which decisions read the row.

use crate::scope::{Cx, number};
use accord_ir::{Body, ExprId, ExprKind, NodeId, Program};
use accord_source::{Code, Diagnostic};
use std::collections::BTreeSet;

/// Reports cycles and marks the decisions that read no fact of a row.
pub(crate) fn order(cx: &mut Cx<'_, '_>) {
    let n = cx.program.nodes.len();
    let edges: Vec<Edges> = (0..n).map(|i| edges_of(&cx.program, NodeId(number(i)))).collect();
    report_cycles(cx, &edges);
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

#[derive(Default)]
struct Edges {
    calls: BTreeSet<NodeId>,
    reads_row: bool,
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

/// Depth-first with an own stack; the stack is the path of the message.
fn report_cycles(cx: &mut Cx<'_, '_>, edges: &[Edges]) {
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
    // The rules on the path are what a drafter can change: show the one that closes it.
    let mut finding: Option<Diagnostic> = None;
    for (i, at) in path.iter().enumerate() {
        let next = path.get((i + 1) % path.len()).copied().unwrap_or(*at);
        for (span, address) in places(cx, *at, next) {
            let shown = format!(
                "{}: `{}` asks `{}`",
                address,
                names.get(i).map_or("", |n| n),
                names.get(i + 1).map_or("", |n| n)
            );
            finding = Some(match finding {
                None => Diagnostic::new(
                    Code::Cycle,
                    span,
                    format!("`{}` depends on itself", names.first().map_or("", |n| n)),
                )
                .here(shown),
                Some(f) => f.with(span, shown),
            });
        }
    }
    let span = path.first().and_then(|i| cx.program.nodes.get(*i)).map(|n| n.span);
    let Some(finding) = finding.or_else(|| span.map(|s| Diagnostic::new(Code::Cycle, s, "a result depends on itself")))
    else {
        return;
    };
    let proposal = path
        .iter()
        .find(|i| cx.program.nodes.get(**i).is_some_and(|n| matches!(n.body, Body::Decision(..))))
        .map(name)
        .unwrap_or_default();
    cx.report(finding.note(format!("the path is {}", names.join(" -> "))).help(format!(
        "ask the decision without the provision that leads back: `{proposal}(...) apart from article N`"
    )));
}

/// The rules (or the body) of one node that ask another.
fn places(cx: &Cx<'_, '_>, from: usize, to: usize) -> Vec<(accord_source::Span, String)> {
    let Some(node) = cx.program.nodes.get(from) else { return Vec::new() };
    let to = NodeId(number(to));
    match &node.body {
        Body::Expr(body) => {
            let mut e = Edges::default();
            walk(&cx.program, *body, &mut e);
            let address = node.provision.and_then(|p| cx.program.provision(p)).map_or("stdlib", |p| p.address.as_str());
            if e.calls.contains(&to) { vec![(node.span, address.to_owned())] } else { Vec::new() }
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
                if e.calls.contains(&to) {
                    out.push((rule.span, cx.program.cite(*id).to_owned()));
                }
            }
            out
        }
    }
}
