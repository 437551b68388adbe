//! What one convention permits and another forbids.

use crate::scope::{Cx, number};
use accord_ir::{self as ir, Body, Demand, ExprId, ExprKind, LocalId, NodeId, NodeKind, Program, Requirement, Ty};
use std::collections::BTreeSet;

/// Adds a requirement for every pair of a permission and a requirement of different standards that speak of the same
/// decision: it fails for whoever is touched by both, where the text makes use of the permission and so breaks the
/// requirement.
pub(super) fn find(cx: &mut Cx<'_, '_>) {
    let stated = cx.program.requirements.clone();
    for (permits, permission) in stated.iter().enumerate() {
        let Demand::Permits(permitted) = permission.demand else { continue };
        let about = decisions(&cx.program, permitted);
        for (requires, duty) in stated.iter().enumerate() {
            let Demand::Requires(required) = duty.demand else { continue };
            let apart = duty.origin != permission.origin && !duty.origin.is_empty();
            if apart && about.intersection(&decisions(&cx.program, required)).next().is_some() {
                let clash = clash(cx, (permits, permission, permitted), (requires, duty, required));
                cx.program.requirements.push(clash);
            }
        }
    }
}

/// The decisions that a node asks itself.
fn decisions(program: &Program, node: NodeId) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    let mut todo: Vec<ExprId> = match program.node(node).map(|n| &n.body) {
        Some(Body::Expr(body)) => vec![*body],
        Some(Body::Decision(..)) | None => Vec::new(),
    };
    while let Some(id) = todo.pop() {
        let Some(e) = program.expr(id) else { continue };
        if let ExprKind::Call(callee, _) = &e.kind
            && let Some(Body::Decision(decision, _)) = program.node(*callee).map(|n| &n.body)
        {
            let _ = found.insert(decision.0);
        }
        todo.extend(e.kind.children());
    }
    found
}

/// The permission's variables first; a variable of the duty is the same as the permission's of its kind, in order:
/// standards name the State that owes something first.
fn clash(
    cx: &mut Cx<'_, '_>,
    (permits, permission, permitted): (usize, &Requirement, NodeId),
    (requires, duty, required): (usize, &Requirement, NodeId),
) -> Requirement {
    let span = permission.span;
    let mut params = permission.params.clone();
    let own: Vec<u32> = (0..params.len()).map(number).collect();
    let mut taken = BTreeSet::new();
    let mut theirs = Vec::new();
    for param in &duty.params {
        let free = |(i, p): &(usize, &ir::Param)| p.ty == param.ty && !taken.contains(i);
        let same = permission.params.iter().enumerate().find(free).map(|(i, _)| i);
        let at = same.unwrap_or_else(|| {
            params.push(param.clone());
            params.len() - 1
        });
        let _ = taken.insert(at);
        theirs.push(number(at));
    }
    let call = |cx: &mut Cx<'_, '_>, node: NodeId, args: &[u32]| {
        let arg = |cx: &mut Cx<'_, '_>, i: &u32| {
            let ty = params.get(*i as usize).map_or(Ty::Error, |p| p.ty.clone());
            cx.push(ExprKind::Local(LocalId(*i)), ty, span)
        };
        let args = args.iter().map(|i| arg(cx, i)).collect();
        cx.push(ExprKind::Call(node, args), Ty::YesNo, span)
    };
    let parts = [call(cx, permission.when, &own), call(cx, permitted, &own), call(cx, duty.when, &theirs)];
    let kept = call(cx, required, &theirs);
    let [a, b, c] = parts;
    let both = cx.push(ExprKind::And(a, b), Ty::YesNo, span);
    let when = cx.push(ExprKind::And(both, c), Ty::YesNo, span);
    let address = |r: &Requirement| r.provision.and_then(|p| cx.program.provision(p)).map_or("", |p| &p.address);
    let name = format!("{} against {}", address(permission), address(duty));
    let mut node = |name: String, body: ExprId| {
        let id = NodeId(number(cx.program.nodes.len()));
        cx.program.nodes.push(ir::Node {
            name,
            kind: NodeKind::Term,
            params: params.clone(),
            ty: Ty::YesNo,
            body: Body::Expr(body),
            locals: number(params.len()),
            provision: permission.provision,
            span,
        });
        id
    };
    let when = node(format!("{name}, to whom"), when);
    let node = node(name, kept);
    Requirement {
        origin: permission.origin.clone(),
        provision: permission.provision,
        name: String::new(),
        params,
        when,
        demand: Demand::Clash { permits: number(permits), requires: number(requires), node },
        evidence: permission.evidence.max(duty.evidence),
        span,
    }
}
