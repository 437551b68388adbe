//! Expressions end, fit where they stand, and read only locals that are bound.

use super::types::{constant_fits, fits, member};
use super::{Flaw, Flaws, Verified};
use crate::{Body, Expr, ExprId, ExprKind, LocalId, Param, Program, Quantified, Quantifier, Ty};
use accord_core::{HostFn, Outcome, Value};

pub(super) fn check(program: &Program) -> Vec<Flaw> {
    let mut flaws = Flaws::default();
    nesting(program, &mut flaws);
    if !flaws.list.is_empty() {
        // What follows walks whole trees and would not end in one that contains itself.
        return flaws.list;
    }
    for (index, expr) in program.exprs.iter().enumerate() {
        check_types(program, expr, &format!("expression {index}"), &mut flaws);
    }
    scopes(program, &mut flaws);
    flaws.list
}

/// How far the walk over expressions has come with one of them.
#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Unseen,
    Open,
    Done { depth: usize, size: usize },
}

/// No expression contains itself, none nests deeper than [`Verified::DEEPEST`], and written out in full, with what
/// several share repeated, all bodies together are no larger than [`Verified::LARGEST`]. The walk keeps its own
/// stack: it runs before anything is known about depth.
fn nesting(program: &Program, flaws: &mut Flaws) {
    let mut marks = vec![Mark::Unseen; program.exprs.len()];
    for start in 0..program.exprs.len() {
        let mut stack = vec![start];
        while let Some(&top) = stack.last() {
            let Some(expr) = program.exprs.get(top) else { return };
            let children: Vec<usize> = expr.kind.children().iter().map(|c| c.0 as usize).collect();
            let mark_of = |marks: &[Mark], at: usize| marks.get(at).copied().unwrap_or(Mark::Unseen);
            match mark_of(&marks, top) {
                Mark::Done { .. } => {
                    stack.pop();
                }
                Mark::Unseen => {
                    set(&mut marks, top, Mark::Open);
                    if children.iter().any(|c| mark_of(&marks, *c) == Mark::Open) {
                        return flaws.push(&format!("expression {top}"), "contains itself");
                    }
                    stack.extend(children.iter().filter(|c| mark_of(&marks, **c) == Mark::Unseen));
                }
                Mark::Open => {
                    let depth = depth_of(&expr.kind, &marks);
                    if depth > Verified::DEEPEST {
                        return flaws.push(&format!("expression {top}"), "nests too deeply");
                    }
                    let size = children.iter().fold(1, |sum: usize, c| sum.saturating_add(size_of(&marks, *c)));
                    set(&mut marks, top, Mark::Done { depth, size });
                    stack.pop();
                }
            }
        }
    }
    let whole = roots(program).fold(0, |sum: usize, id| sum.saturating_add(size_of(&marks, id.0 as usize)));
    flaws.need(whole <= Verified::LARGEST, "bodies", "too large when written out in full");
}

/// Where evaluation starts: conditions, values, defaults, bodies.
fn roots(program: &Program) -> impl Iterator<Item = ExprId> {
    let rules = program.rules.iter().flat_map(|r| r.condition.into_iter().chain([r.value]));
    let defaults = program.decisions.iter().filter_map(|d| d.default);
    let bodies = program.nodes.iter().filter_map(|n| match n.body {
        Body::Expr(id) => Some(id),
        Body::Decision(..) => None,
    });
    rules.chain(defaults).chain(bodies)
}

fn size_of(marks: &[Mark], at: usize) -> usize {
    match marks.get(at) {
        Some(Mark::Done { size, .. }) => *size,
        Some(Mark::Unseen | Mark::Open) | None => 0,
    }
}

fn set(marks: &mut [Mark], at: usize, mark: Mark) {
    if let Some(slot) = marks.get_mut(at) {
        *slot = mark;
    }
}

/// One more than the deepest part; the `else` of an `if` continues its level.
fn depth_of(kind: &ExprKind, marks: &[Mark]) -> usize {
    let of = |id: ExprId| match marks.get(id.0 as usize) {
        Some(Mark::Done { depth, .. }) => *depth,
        Some(Mark::Unseen | Mark::Open) | None => 0,
    };
    match kind {
        ExprKind::If(condition, then, otherwise) => (1 + of(*condition).max(of(*then))).max(of(*otherwise)),
        ExprKind::Const(_)
        | ExprKind::Fact(_)
        | ExprKind::Given(..)
        | ExprKind::Local(_)
        | ExprKind::Call(..)
        | ExprKind::Host(..)
        | ExprKind::And(..)
        | ExprKind::Or(..)
        | ExprKind::Not(_)
        | ExprKind::Quantify(_) => 1 + kind.children().into_iter().map(of).max().unwrap_or(0),
    }
}

/// Types that can be told without knowing what the locals are.
fn check_types(program: &Program, expr: &Expr, place: &str, flaws: &mut Flaws) {
    let is = |id: ExprId, wanted: &Ty| program.expr(id).is_some_and(|e| fits(&e.ty, wanted));
    let ty = &expr.ty;
    match &expr.kind {
        ExprKind::Const(outcome) => {
            flaws.need(constant_fits(program, outcome, ty), place, format!("a constant that is no {ty:?}"));
        }
        ExprKind::Fact(id) => {
            let fact = program.facts.get(id.0 as usize);
            flaws.need(fact.is_some_and(|f| fits(&f.ty, ty)), place, "a fact of another type");
        }
        ExprKind::Given(party, name) => {
            flaws.need(is(*party, &Ty::Country), place, "the legislation of something that is no party");
            let declared = program.given.iter().any(|g| g.name == *name && fits(&g.ty, ty));
            flaws.need(declared, place, "a fact of a legislation, of another type");
        }
        ExprKind::Local(_) => {}
        ExprKind::Call(id, arguments) => {
            if let Some(node) = program.node(*id) {
                let fit = arguments.iter().zip(&node.params).all(|(a, p)| is(*a, &p.ty));
                flaws.need(fit, place, format!("an argument `{}` does not take", node.name));
                flaws.need(fits(&node.ty, ty), place, format!("a result `{}` does not give", node.name));
            }
        }
        ExprKind::Host(function, operands) => check_host(program, *function, operands, ty, place, flaws),
        ExprKind::And(a, b) | ExprKind::Or(a, b) => {
            flaws.need(is(*a, &Ty::YesNo) && is(*b, &Ty::YesNo), place, "an operand that is not yes or no");
            flaws.need(fits(&Ty::YesNo, ty), place, "a condition of another type");
        }
        ExprKind::Not(a) => {
            flaws.need(is(*a, &Ty::YesNo), place, "an operand that is not yes or no");
            flaws.need(fits(&Ty::YesNo, ty), place, "a condition of another type");
        }
        ExprKind::If(condition, then, otherwise) => {
            flaws.need(is(*condition, &Ty::YesNo), place, "a condition that is not yes or no");
            flaws.need(is(*then, ty) && is(*otherwise, ty), place, "a branch of another type");
        }
        ExprKind::Quantify(quantified) => check_quantified(program, quantified, ty, place, flaws),
    }
}

/// Results that are always of one type, and fields.
fn check_host(program: &Program, function: HostFn, operands: &[ExprId], ty: &Ty, place: &str, flaws: &mut Flaws) {
    let yes_no = matches!(
        function,
        HostFn::Equal
            | HostFn::Less
            | HostFn::AtMost
            | HostFn::In
            | HostFn::Within
            | HostFn::IsGiven
            | HostFn::LastsAtMost
    );
    let number = matches!(function, HostFn::Size | HostFn::YearOf | HostFn::MonthOf | HostFn::NumberOf);
    let fit = (!yes_no || fits(&Ty::YesNo, ty)) && (!number || fits(&Ty::Number, ty));
    flaws.need(fit, place, format!("a result `{}` does not give", function.word()));
    if let (HostFn::Field, [record, position]) = (function, operands) {
        let field = field(program, *record, *position);
        flaws.need(field.is_some_and(|f| fits(f, ty)), place, "a field the record does not have");
    }
}

/// The type of the field at a constant position of a record.
fn field(program: &Program, record: ExprId, position: ExprId) -> Option<&Ty> {
    let ExprKind::Const(Outcome::Value(Value::Number(position))) = &program.expr(position)?.kind else { return None };
    let ty = &program.expr(record)?.ty;
    if let Ty::Record(id) = ty {
        let position = usize::try_from(position.value.to_integer()).ok().filter(|_| position.value.is_integer())?;
        return Some(&program.record(*id)?.fields.get(position)?.1);
    }
    (*ty == Ty::Never).then_some(ty)
}

fn check_quantified(program: &Program, q: &Quantified, ty: &Ty, place: &str, flaws: &mut Flaws) {
    let Some(domain) = program.expr(q.domain) else { return };
    let Some(member) = member(&domain.ty) else {
        return flaws.push(place, "quantifies over something that has no members");
    };
    let is = |id: ExprId, wanted: &Ty| program.expr(id).is_some_and(|e| fits(&e.ty, wanted));
    flaws.need(q.filter.is_none_or(|f| is(f, &Ty::YesNo)), place, "a filter that is not yes or no");
    let body_ty = q.body.and_then(|b| program.expr(b)).map(|e| &e.ty);
    let (bodies, result) = match q.quantifier {
        Quantifier::Every => (body_ty.is_some_and(|b| fits(b, &Ty::YesNo)), fits(&Ty::YesNo, ty)),
        Quantifier::Some => (body_ty.is_none_or(|b| fits(b, &Ty::YesNo)), fits(&Ty::YesNo, ty)),
        Quantifier::Sum | Quantifier::Largest | Quantifier::Smallest | Quantifier::Gathered => {
            (body_ty.is_some(), body_ty.is_none_or(|b| fits(b, ty)))
        }
        Quantifier::Count => (body_ty.is_none(), fits(&Ty::Number, ty)),
        Quantifier::SetOf => (body_ty.is_none(), fits(&Ty::Set(Box::new(member.clone())), ty)),
        Quantifier::TheOnly(_) => (body_ty.is_none(), fits(member, ty)),
        Quantifier::TheWithLargest(_) | Quantifier::TheWithSmallest(_) => (body_ty.is_some(), fits(member, ty)),
    };
    flaws.need(bodies, place, "what is asked of each member does not suit the quantifier");
    flaws.need(result, place, "a result the quantifier does not give");
}

/// The locals of every body: nodes, rules, defaults.
fn scopes(program: &Program, flaws: &mut Flaws) {
    for node in &program.nodes {
        let place = format!("node {}", node.name);
        match &node.body {
            Body::Expr(id) => Scope::new(program, &place, &node.params, node.locals).walk(*id, flaws),
            Body::Decision(decision, _) => {
                let default = program.decisions.get(decision.0 as usize).and_then(|d| d.default);
                if let Some(id) = default {
                    Scope::new(program, &place, &node.params, node.locals).walk(id, flaws);
                }
            }
        }
    }
    for (index, rule) in program.rules.iter().enumerate() {
        let Some(decision) = program.decisions.get(rule.decision.0 as usize) else { continue };
        let place = format!("rule {index}");
        for id in rule.condition.iter().chain([&rule.value]) {
            Scope::new(program, &place, &decision.params, rule.locals).walk(*id, flaws);
        }
    }
}

/// The locals that are bound where the walk stands, with their types.
struct Scope<'a> {
    program: &'a Program,
    place: &'a str,
    bound: Vec<Option<&'a Ty>>,
}

impl<'a> Scope<'a> {
    fn new(program: &'a Program, place: &'a str, params: &'a [Param], locals: u32) -> Scope<'a> {
        let mut bound: Vec<Option<&Ty>> = params.iter().map(|p| Some(&p.ty)).collect();
        // Fewer locals than parameters is reported where rules and nodes are checked.
        bound.resize((locals as usize).max(params.len()), None);
        Scope { program, place, bound }
    }

    fn walk(&mut self, id: ExprId, flaws: &mut Flaws) {
        let Some(expr) = self.program.expr(id) else { return };
        match &expr.kind {
            ExprKind::Local(local) => {
                let ty = self.bound.get(local.0 as usize).copied().flatten();
                let place = format!("{}, expression {}", self.place, id.0);
                match ty {
                    None => flaws.push(&place, format!("local {} is not bound here", local.0)),
                    Some(ty) => flaws.need(fits(ty, &expr.ty), &place, format!("local {} of another type", local.0)),
                }
            }
            ExprKind::Quantify(q) => self.walk_quantified(q, flaws),
            // The `else` of an `if` does not count as depth and may be a long chain.
            ExprKind::If(..) => self.walk_if(id, flaws),
            ExprKind::Const(_)
            | ExprKind::Fact(_)
            | ExprKind::Given(..)
            | ExprKind::Call(..)
            | ExprKind::Host(..)
            | ExprKind::And(..)
            | ExprKind::Or(..)
            | ExprKind::Not(_) => {
                for child in expr.kind.children() {
                    self.walk(child, flaws);
                }
            }
        }
    }

    fn walk_if(&mut self, mut id: ExprId, flaws: &mut Flaws) {
        while let Some(ExprKind::If(condition, then, otherwise)) = self.program.expr(id).map(|e| &e.kind) {
            self.walk(*condition, flaws);
            self.walk(*then, flaws);
            id = *otherwise;
        }
        self.walk(id, flaws);
    }

    fn walk_quantified(&mut self, q: &'a Quantified, flaws: &mut Flaws) {
        self.walk(q.domain, flaws);
        let ty = self.program.expr(q.domain).and_then(|d| member(&d.ty));
        if !self.bind(q.variable, ty) {
            let what = format!("local {} is no variable a quantifier may bind here", q.variable.0);
            return flaws.push(self.place, what);
        }
        for id in q.filter.into_iter().chain(q.body) {
            self.walk(id, flaws);
        }
        if let Some(slot) = self.bound.get_mut(q.variable.0 as usize) {
            *slot = None;
        }
    }

    /// Binds a variable that is not bound yet.
    fn bind(&mut self, variable: LocalId, ty: Option<&'a Ty>) -> bool {
        match self.bound.get_mut(variable.0 as usize) {
            Some(slot @ None) => {
                *slot = ty;
                true
            }
            Some(Some(_)) | None => false,
        }
    }
}
