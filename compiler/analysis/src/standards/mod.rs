//! Standards and properties: what an agreement is held to, as conditions of its program.
//!
//! A statement of a standard becomes two nodes of the program with the same parameters: when it is about somebody, and
//! what is then so. Exceptions and what is outside are part of the first. A statement is asked for the variables it
//! mentions and no others.

mod clash;
mod mentions;

use crate::collect::Place;
use crate::scope::{Cx, Env, number};
use crate::words;
use accord_core::{HostFn, Value};
use accord_ir::{self as ir, Body, ExprId, ExprKind, NodeId, NodeKind, Ty};
use accord_source::{Code, Diagnostic, Span};
use accord_syntax::ast::{self, DemandKind, Promise, RelationKind};
use mentions::mentions;
use std::collections::BTreeSet;

/// A statement that asks something, before it is elaborated.
struct Stated<'a> {
    place: Place,
    span: Span,
    /// The name of a property.
    name: &'a str,
    each: &'a [ast::Binder],
    what: What<'a>,
    when: Option<&'a ast::Expr>,
    relations: &'a [ast::Relation],
}

#[derive(Clone, Copy)]
enum What<'a> {
    Requires(&'a ast::Expr),
    Permits(&'a ast::Expr),
    NotRequired,
    NeverLowers { value: &'a ast::Expr, tolerance: Option<&'a ast::Expr>, measure: &'a ast::Expr },
    Assumes(&'a str),
}

/// A condition that belongs to a statement, with where it stands and whether it must hold.
#[derive(Clone, Copy)]
struct Bound<'a> {
    condition: &'a ast::Expr,
    place: Place,
    positive: bool,
}

/// What must be so for a statement to be about somebody, with the binders it may use.
#[derive(Default)]
struct Scope<'a> {
    binders: Vec<&'a ast::Binder>,
    bounds: Vec<Bound<'a>>,
    /// An exception without a condition: the statement is about nobody.
    never: bool,
}

/// The lines a standard's header may have.
const HEADER: &[&str] = &["source", "evidence", "articles", "languages", "note"];

/// Puts standards and what they ask into the program. Rules must be there.
pub(crate) fn elaborate(cx: &mut Cx<'_, '_>) {
    declare(cx);
    let stated = stated(cx);
    let outside = outside(cx);
    for index in 0..stated.len() {
        let Some(one) = stated.get(index) else { continue };
        if matches!(one.what, What::NotRequired) {
            check_exception(cx, one, &stated);
            continue;
        }
        let scope = scope_of(cx, one, &stated);
        requirement(cx, one, &scope, &outside);
    }
    clash::find(cx);
}

/// Standards with their provisions, and what does not belong in them.
fn declare(cx: &mut Cx<'_, '_>) {
    let decls = cx.decls;
    for (index, instrument) in decls.instruments.iter().enumerate().filter(|(_, i)| i.is_standard) {
        let known: Vec<String> = HEADER.iter().map(|k| (*k).to_owned()).collect();
        for slot in instrument.header.iter().filter(|s| !known.contains(&s.name.text)) {
            let name = &slot.name;
            cx.report(words::unknown_code(Code::Header, name.span, "line of a standard's header", &name.text, &known));
        }
        let of_it = decls.provisions.iter().enumerate().filter(|(_, p)| p.instrument == index);
        let provisions =
            of_it.map(|(i, p)| (ir::ProvisionId(number(i)), p.not_encoded.map(str::to_owned))).collect::<Vec<_>>();
        let source = match crate::law::header_list(instrument.header, "source") {
            Some([ast::Expr { kind: ast::ExprKind::Text(text), .. }]) => text.clone(),
            _ => String::new(),
        };
        let (name, title) = (instrument.name.clone(), instrument.title.to_owned());
        cx.program.standards.push(ir::Standard { name, title, source, provisions });
    }
    for statement in &decls.statements {
        let settles = matches!(
            statement.item.kind,
            ast::ItemKind::Rule(_)
                | ast::ItemKind::ClauseUse(_)
                | ast::ItemKind::Disapply { .. }
                | ast::ItemKind::Conversion { .. }
                | ast::ItemKind::Facts(_)
                | ast::ItemKind::Property(_)
        );
        if settles && cx.in_standard(&statement.place) {
            cx.report(
                Diagnostic::new(Code::Misplaced, statement.item.span, "a standard settles nothing").help(
                    "it says what a text must do: `requires C when W`, `permits C when W`, `not required when W`",
                ),
            );
        }
    }
}

/// Everything that asks something, in the order of the text.
fn stated<'a>(cx: &mut Cx<'a, '_>) -> Vec<Stated<'a>> {
    let mut all = Vec::new();
    for statement in &cx.decls.statements {
        let (place, span) = (statement.place, statement.item.span);
        let in_standard = cx.in_standard(&place);
        let property = matches!(statement.item.kind, ast::ItemKind::Property(_));
        let none = Stated { place, span, name: "", each: &[], what: What::NotRequired, when: None, relations: &[] };
        let one = match &statement.item.kind {
            ast::ItemKind::Demand(d) => {
                let what = match (d.kind, &d.what) {
                    (DemandKind::Requires, Some(what)) => What::Requires(what),
                    (DemandKind::Permits, Some(what)) => What::Permits(what),
                    _ => What::NotRequired,
                };
                Stated { each: &d.each, what, when: d.when.as_ref(), relations: &d.relations, ..none }
            }
            ast::ItemKind::Assumes { what, each, when } => {
                Stated { each, what: What::Assumes(&what.text), when: when.as_ref(), ..none }
            }
            ast::ItemKind::Property(p) => {
                let what = match &p.promise {
                    Promise::Requires(what) => What::Requires(what),
                    Promise::NeverLowers { value, tolerance, measure } => {
                        What::NeverLowers { value, tolerance: tolerance.as_ref(), measure }
                    }
                };
                Stated { name: &p.name.text, each: &p.each, what, when: p.when.as_ref(), ..none }
            }
            _ => continue,
        };
        if property || (in_standard && place.provision.is_some()) {
            all.push(one);
        } else if in_standard {
            cx.report(words::no_provision(span, "this statement"));
        } else {
            cx.report(
                Diagnostic::new(Code::Misplaced, span, "a statement of a standard outside any standard")
                    .help("begin one with `standard NAME \"title\"`; what an agreement promises of itself is written `property \"...\" requires ...`"),
            );
        }
    }
    all
}

/// What each standard leaves out: the instrument, the condition and where it stands.
fn outside<'a>(cx: &mut Cx<'a, '_>) -> Vec<(usize, Bound<'a>)> {
    let mut all = Vec::new();
    for statement in &cx.decls.statements {
        let ast::ItemKind::Outside(conditions) = &statement.item.kind else { continue };
        let place = statement.place;
        match place.instrument.filter(|_| cx.in_standard(&place)) {
            Some(instrument) => {
                let bound = |condition| (instrument, Bound { condition, place, positive: false });
                all.extend(conditions.iter().map(bound));
            }
            None => cx.report(
                Diagnostic::new(Code::Misplaced, statement.item.span, "`outside` stands in no standard").help(
                    "what an agreement leaves out is a condition of its rules: `rule not in_personal_scope when ...`",
                ),
            ),
        }
    }
    all
}

/// Whether a statement stands in one of the provisions that the relations of another name.
fn names(cx: &mut Cx<'_, '_>, exception: &Stated<'_>, other: &Stated<'_>) -> bool {
    let decls = cx.decls;
    let Some(at) = other.place.provision.and_then(|p| decls.provisions.get(p)) else { return false };
    exception.relations.iter().flat_map(|r| &r.targets).any(|address| {
        let here = exception.place.provision.and_then(|p| decls.provisions.get(p));
        let article = match &address.article {
            Some((word, number)) => Some((word.text.clone(), number.text.clone())),
            None => here.map(|p| p.article.clone()),
        };
        let same = Some(at.instrument) == exception.place.instrument && Some(&at.article) == article.as_ref();
        let labels: Vec<&str> = address.labels.iter().map(|l| l.text.as_str()).collect();
        same && at.labels.len() >= labels.len() && at.labels.iter().zip(&labels).all(|(a, b)| a == b)
    })
}

/// `not required` must say of what, and there must be something required there.
fn check_exception(cx: &mut Cx<'_, '_>, one: &Stated<'_>, stated: &[Stated<'_>]) {
    if one.relations.is_empty() {
        cx.report(
            Diagnostic::new(Code::NothingToExcept, one.span, "this does not say what is not required")
                .help("name the provision before it: `exception to (1) not required when ...`"),
        );
    }
    check_relations(cx, one, stated);
}

fn check_relations(cx: &mut Cx<'_, '_>, one: &Stated<'_>, stated: &[Stated<'_>]) {
    for relation in one.relations {
        if relation.kind != RelationKind::Exception {
            cx.report(
                Diagnostic::new(Code::Misplaced, relation.span, "a standard knows exceptions and no other relation")
                    .help("write `exception to`, or leave the relation out: every statement of a standard holds by itself"),
            );
            return;
        }
        for address in &relation.targets {
            let known = cx.resolve_address(&one.place, address).is_some();
            let asked = |s: &&Stated<'_>| matches!(s.what, What::Requires(_)) && s.span != one.span;
            if known && !stated.iter().filter(asked).any(|s| names(cx, one, s)) {
                cx.report(
                    Diagnostic::new(Code::NothingToExcept, address.span, "nothing is required there")
                        .help("an exception names a provision of the same standard with `requires`"),
                );
            }
        }
    }
}

/// The written condition of a statement, the exceptions to it, and for an exception the condition of what it excepts
/// from.
fn scope_of<'a>(cx: &mut Cx<'a, '_>, one: &Stated<'a>, stated: &[Stated<'a>]) -> Scope<'a> {
    let mut scope = Scope::default();
    binders(cx, one, &mut scope);
    let bound = |condition, place, positive| Bound { condition, place, positive };
    scope.bounds.extend(one.when.map(|when| bound(when, one.place, true)));
    if !one.relations.is_empty() {
        check_relations(cx, one, stated);
    }
    for other in stated.iter().filter(|o| o.span != one.span && o.place.instrument == one.place.instrument) {
        if !other.relations.is_empty() && matches!(one.what, What::Requires(_)) && names(cx, other, one) {
            binders(cx, other, &mut scope);
            match other.when {
                Some(when) => scope.bounds.push(bound(when, other.place, false)),
                None => scope.never = true,
            }
        }
        if !one.relations.is_empty() && matches!(other.what, What::Requires(_)) && names(cx, one, other) {
            binders(cx, other, &mut scope);
            scope.bounds.extend(other.when.map(|when| bound(when, other.place, true)));
        }
    }
    scope
}

/// Adds the binders of a statement and of the article it stands in, each variable once.
fn binders<'a>(cx: &Cx<'a, '_>, one: &Stated<'a>, scope: &mut Scope<'a>) {
    let decls = cx.decls;
    let article = one.place.binders.and_then(|b| decls.binders.get(b)).copied().unwrap_or(&[]);
    for binder in article.iter().chain(one.each) {
        if !scope.binders.iter().any(|b| b.variable.text == binder.variable.text) {
            scope.binders.push(binder);
        }
    }
}

/// The binders whose variables are mentioned, directly or by the guards of one that is.
fn used<'a>(scope: &Scope<'a>, exprs: &[&'a ast::Expr], always: &'a [ast::Binder]) -> Vec<&'a ast::Binder> {
    let mut names = BTreeSet::new();
    exprs.iter().for_each(|e| mentions(e, &mut names));
    scope.bounds.iter().for_each(|b| mentions(b.condition, &mut names));
    // What a statement binds itself it is asked for.
    names.extend(always.iter().map(|b| b.variable.text.as_str()));
    loop {
        let before = names.len();
        let mentioned = |b: &&&ast::Binder| names.contains(b.variable.text.as_str());
        for binder in scope.binders.iter().filter(mentioned).copied().collect::<Vec<&'a ast::Binder>>() {
            binder.domain.iter().chain(binder.filter.as_deref()).for_each(|e| mentions(e, &mut names));
        }
        if names.len() == before {
            break;
        }
    }
    scope.binders.iter().filter(|b| names.contains(b.variable.text.as_str())).copied().collect()
}

/// What a statement asks, as bodies of nodes with their numbers of locals.
#[derive(Default)]
struct Asked {
    bodies: Vec<(ExprId, u32)>,
    tolerance: Option<Value>,
}

fn requirement<'a>(cx: &mut Cx<'a, '_>, one: &Stated<'a>, scope: &Scope<'a>, outside: &[(usize, Bound<'a>)]) {
    let used = used(scope, &one.exprs(), one.each);
    cx.frame = 0;
    let mut env = Env { place: one.place, ..Env::default() };
    let mut params = Vec::new();
    for binder in &used {
        let ty = ty_of(cx, binder);
        let name = binder.variable.text.clone();
        let _ = cx.bind(&mut env, &name, ty.clone());
        params.push(ir::Param { name, ty });
    }
    let bound = cx.frame;
    let mut tests = Vec::new();
    used.iter().for_each(|binder| guards(cx, &env, binder, &mut tests));
    tests.extend(scope.bounds.iter().map(|b| condition(cx, &env, *b)).collect::<Vec<_>>());
    if scope.never {
        tests.push(cx.constant(Value::YesNo(false), Ty::YesNo, one.span));
    }
    let locals = std::mem::replace(&mut cx.frame, bound);
    let asked = asked(cx, one, &env);
    cx.frame = locals;
    // What is outside by a fact of the person changes nothing for a statement about classes: that holds or not for
    // everybody who is inside.
    let roots: Vec<ExprId> = tests.iter().copied().chain(asked.bodies.iter().map(|b| b.0)).collect();
    let of_persons = crate::graph::reads_row(&cx.program, &roots);
    for (_, out) in outside.iter().filter(|(instrument, _)| Some(*instrument) == one.place.instrument) {
        let test = condition(cx, &env, *out);
        if of_persons || !crate::graph::reads_row(&cx.program, &[test]) {
            tests.push(test);
        }
    }
    let span = one.when.map_or(one.span, |w| w.span);
    let when = tests.into_iter().reduce(|a, b| cx.push(ExprKind::And(a, b), Ty::YesNo, span));
    let when = when.unwrap_or_else(|| cx.constant(Value::YesNo(true), Ty::YesNo, span));
    let name = said(cx, one);
    let locals = cx.frame;
    let when = node(cx, format!("{name}, to whom"), &params, (when, locals), one);
    let nodes: Vec<NodeId> = asked.bodies.iter().map(|b| node(cx, name.clone(), &params, *b, one)).collect();
    let demand = match (one.what, nodes.as_slice()) {
        (What::Requires(_), [node]) => ir::Demand::Requires(*node),
        (What::Permits(_), [node]) => ir::Demand::Permits(*node),
        (What::NeverLowers { .. }, [value, measure]) => {
            ir::Demand::NeverLowers { value: *value, measure: *measure, tolerance: asked.tolerance }
        }
        (What::Assumes(text), _) => ir::Demand::Assumes(text.to_owned()),
        _ => return,
    };
    let standard = one.place.instrument.and_then(|i| cx.decls.instruments.get(i)).filter(|i| i.is_standard);
    let (origin, provision) = (standard.map_or(String::new(), |i| i.name.clone()), one.place.provision);
    cx.program.requirements.push(ir::Requirement {
        origin,
        provision: provision.map(|p| ir::ProvisionId(number(p))),
        name: one.name.to_owned(),
        params,
        when,
        demand,
        evidence: provision.map_or(ir::Evidence::Recalled, |p| cx.decls.evidence(p)),
        span: one.span,
    });
}

/// The type of a variable by the word before it: a party, or a word of a list.
fn ty_of(cx: &mut Cx<'_, '_>, binder: &ast::Binder) -> Ty {
    let word = binder.class.text.as_str();
    if matches!(word, "party" | "country") {
        return Ty::Country;
    }
    let list = if word == "class" { "PersonClass" } else { word };
    let known = cx.enum_by_name.iter().find(|(name, _)| name.eq_ignore_ascii_case(list));
    if let Some((_, id)) = known {
        return Ty::Member(*id);
    }
    let known = ["party", "branch", "benefit", "class", "financing", "status"].map(str::to_owned);
    cx.report(words::unknown_code(Code::UnknownType, binder.class.span, "kind of variable", word, &known));
    Ty::Error
}

/// `in S` and `where c` of a variable.
fn guards<'a>(cx: &mut Cx<'a, '_>, env: &Env<'a>, binder: &'a ast::Binder, tests: &mut Vec<ExprId>) {
    let Some(local) = env.local(&binder.variable.text).cloned() else { return };
    let span = binder.variable.span;
    if let Some(domain) = &binder.domain {
        let set = cx.need(env, domain, &Ty::Set(Box::new(local.ty.clone())));
        let value = cx.push(ExprKind::Local(local.id), local.ty, span);
        tests.push(cx.host(HostFn::In, vec![value, set], Ty::YesNo, span));
    }
    if let Some(filter) = &binder.filter {
        tests.push(cx.condition(env, filter));
    }
}

fn condition<'a>(cx: &mut Cx<'a, '_>, env: &Env<'a>, bound: Bound<'a>) -> ExprId {
    let env = Env { place: bound.place, ..env.clone() };
    let yes = cx.condition(&env, bound.condition);
    if bound.positive { yes } else { cx.push(ExprKind::Not(yes), Ty::YesNo, bound.condition.span) }
}

fn asked<'a>(cx: &mut Cx<'a, '_>, one: &Stated<'a>, env: &Env<'a>) -> Asked {
    let bound = cx.frame;
    let mut asked = Asked::default();
    match one.what {
        What::Requires(what) | What::Permits(what) => {
            let body = cx.condition(env, what);
            asked.bodies.push((body, cx.frame));
        }
        What::NeverLowers { value, tolerance, measure } => {
            for (what, written) in [("a result", value), ("what grows", measure)] {
                cx.frame = bound;
                let body = cx.expr(env, written, None);
                let ty = cx.ty(body);
                if !matches!(ty, Ty::Number | Ty::Length(_) | Ty::Money(_) | Ty::Amount(_) | Ty::Error | Ty::Never) {
                    let wanted = format!("{what} that is a number, a length or an amount");
                    let found = cx.say(&ty);
                    cx.report(words::mismatch(written.span, &wanted, &found));
                }
                asked.bodies.push((body, cx.frame));
            }
            let ty = asked.bodies.first().map_or(Ty::Error, |(body, _)| cx.ty(*body));
            if let Some(written) = tolerance {
                // An amount in one currency bears something only of results in that currency.
                let ty = match ty {
                    Ty::Money(_) | Ty::Amount(_) => Ty::Money(ir::CurrencyOf::Any),
                    other => other,
                };
                let found = cx.need(env, written, &ty);
                asked.tolerance = cx.const_value(found).cloned();
                if asked.tolerance.is_none() && !matches!(cx.ty(found), Ty::Error) {
                    cx.report(words::mismatch(
                        written.span,
                        "an amount such as `0.01 EUR`",
                        "something to be computed",
                    ));
                }
            }
        }
        What::NotRequired | What::Assumes(_) => {}
    }
    asked
}

/// A node of a statement.
fn node(cx: &mut Cx<'_, '_>, name: String, params: &[ir::Param], body: (ExprId, u32), one: &Stated<'_>) -> NodeId {
    let id = NodeId(number(cx.program.nodes.len()));
    cx.program.nodes.push(ir::Node {
        name,
        kind: NodeKind::Term,
        params: params.to_vec(),
        ty: cx.ty(body.0),
        body: Body::Expr(body.0),
        locals: body.1.max(number(params.len())),
        provision: one.place.provision.map(|p| ir::ProvisionId(number(p))),
        span: one.span,
    });
    id
}

/// What a statement is called: its provision, or its name.
fn said(cx: &Cx<'_, '_>, one: &Stated<'_>) -> String {
    if one.name.is_empty() {
        one.place.provision.map_or(String::new(), |p| cx.decls.address(p))
    } else {
        one.name.to_owned()
    }
}

impl<'a> Stated<'a> {
    fn exprs(&self) -> Vec<&'a ast::Expr> {
        match self.what {
            What::Requires(e) | What::Permits(e) => vec![e],
            What::NeverLowers { value, measure, .. } => vec![value, measure],
            What::NotRequired | What::Assumes(_) => Vec::new(),
        }
    }
}

impl Cx<'_, '_> {
    /// Whether a place is in a standard.
    pub fn in_standard(&self, place: &Place) -> bool {
        place.instrument.and_then(|i| self.decls.instruments.get(i)).is_some_and(|i| i.is_standard)
    }
}
