//! National legislation: `law(P)`, its dispatch by party and branch, and the figures of institutions whose formula is
//! not encoded.

use crate::scope::{Cx, Env, Owner, number};
use crate::words;
use accord_core::{Country, Currency, HostFn, Outcome, Unit, Value};
use accord_ir::{self as ir, CurrencyOf, ExprId, ExprKind, LocalId, NodeId, NodeKind, PartyKey, Ty, UnitOf};
use accord_source::{Code, Diagnostic, Span};
use accord_syntax::ast;

/// The legislation that stands in where a party's own is not encoded.
pub(crate) const FIGURES: &str = "Figures";

/// The party a function of [`FIGURES`] is about.
pub(crate) const PARTY: &str = "P";

/// What every legislation may leave out, with what it then is.
const OPTIONAL: &[&str] =
    &["full_career", "label_when_equal", "proportional_to_length", "last_day", "minimum", "type_a"];

fn is_figures(cx: &Cx<'_, '_>, instrument: usize) -> bool {
    cx.decls.instruments.get(instrument).is_some_and(|i| i.is_legislation && i.name == FIGURES)
}

fn figures(cx: &Cx<'_, '_>) -> Option<usize> {
    cx.decls.instruments.iter().position(|i| i.is_legislation && i.name == FIGURES)
}

/// The parameter every function of Figures has: the party it is about.
pub(crate) fn own_params<'a>(cx: &mut Cx<'a, '_>, env: &mut Env<'a>) -> Vec<ir::Param> {
    if !env.legislation.is_some_and(|i| is_figures(cx, i)) {
        return Vec::new();
    }
    let _ = cx.bind(env, PARTY, Ty::Country);
    vec![ir::Param { name: PARTY.to_owned(), ty: Ty::Country }]
}

/// The units of a party's legislations, or of all parties'; only those the text fixes.
pub(crate) fn units(cx: &Cx<'_, '_>, party: Option<Country>) -> Vec<Unit> {
    let mut out: Vec<Unit> = cx
        .decls
        .instruments
        .iter()
        .filter(|i| i.party.is_some() && (party.is_none() || i.party == party))
        .filter_map(|i| header_list(i.header, "unit"))
        .filter_map(|list| match list {
            [ast::Expr { kind: ast::ExprKind::Name(word), .. }] => Unit::parse(word),
            _ => None,
        })
        .collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// The currency of a party's legislations, where they agree on one.
pub(crate) fn currency(cx: &Cx<'_, '_>, party: Country) -> Option<Currency> {
    let mut found = cx
        .decls
        .instruments
        .iter()
        .filter(|i| i.party == Some(party))
        .filter_map(|i| header_list(i.header, "cents"))
        .filter_map(|list| match list {
            [ast::Expr { kind: ast::ExprKind::Rounding(_, grain), .. }] => match &grain.kind {
                ast::ExprKind::Quantity(_, unit) => Currency::parse(&unit.text),
                _ => None,
            },
            _ => None,
        });
    let first = found.next()?;
    found.all(|c| c == first).then_some(first)
}

/// The expressions of a header slot.
pub(crate) fn header_list<'a>(header: &'a [ast::Slot], name: &str) -> Option<&'a [ast::Expr]> {
    header.iter().find(|s| s.name.text == name).and_then(|s| match &s.value {
        ast::SlotValue::List(list) => Some(list.as_slice()),
        _ => None,
    })
}

/// Declares the facts of legislations, and checks that each says what its interface asks for.
pub(crate) fn check(cx: &mut Cx<'_, '_>) {
    declare_facts(cx);
    for index in 0..cx.decls.instruments.len() {
        let decls = cx.decls;
        let Some(legislation) = decls.instruments.get(index) else { continue };
        if !legislation.is_legislation || legislation.party.is_none() {
            continue;
        }
        check_party(cx, index);
        check_members(cx, index);
        check_branches(cx, index);
    }
}

fn declare_facts(cx: &mut Cx<'_, '_>) {
    let statements = cx.decls.statements.clone();
    for statement in &statements {
        let ast::ItemKind::Facts(fields) = &statement.item.kind else { continue };
        let Some(instrument) = statement.place.instrument else { continue };
        let mut env = Env { place: statement.place, legislation: Some(instrument), ..Env::default() };
        cx.frame = 0;
        let _ = own_params(cx, &mut env);
        let party = cx.decls.instruments.get(instrument).and_then(|i| i.party);
        for field in fields {
            let ty = cx.ty_of(&env, &field.ty);
            if cx.program.given.iter().any(|g| g.party == party && g.name == field.name.text) {
                cx.report(words::duplicate(field.name.span, &field.name.text, field.name.span));
            }
            let (name, optional) = (field.name.text.clone(), field.ty.or_nothing);
            cx.program.given.push(ir::GivenDef { party, name, ty, optional });
        }
    }
}

fn check_party(cx: &mut Cx<'_, '_>, index: usize) {
    let decls = cx.decls;
    let Some(legislation) = decls.instruments.get(index) else { return };
    let parties = cx.parties();
    if let Some(party) = legislation.party
        && !parties.is_empty()
        && !parties.contains(&party)
    {
        let list: Vec<String> = parties.iter().map(ToString::to_string).collect();
        cx.report(words::not_party(legislation.span, party.code(), &list.join(", ")));
    }
}

fn implements_figures(legislation: &crate::collect::Instrument<'_>) -> bool {
    header_list(legislation.header, "implements")
        .is_some_and(|list| matches!(list, [ast::Expr { kind: ast::ExprKind::Name(n), .. }] if n == FIGURES))
}

fn check_members(cx: &mut Cx<'_, '_>, index: usize) {
    let decls = cx.decls;
    let Some(legislation) = decls.instruments.get(index) else { return };
    let members: &[&str] =
        if implements_figures(legislation) { &["unit", "cents"] } else { &["unit", "cents", "entitled", "amount"] };
    for member in members {
        let in_header = header_list(legislation.header, member).is_some();
        let declared = cx.callable_by_name.contains_key(&(Owner::Legislation(index), *member));
        if !in_header && !declared {
            let how = if matches!(*member, "unit" | "cents") {
                format!("add `{member}: ...` to its header")
            } else {
                format!(
                    "add `function {member}(career: Periods): ...`, or `implements: Figures` where the formula is not encoded"
                )
            };
            cx.report(
                Diagnostic::new(
                    Code::InterfaceMissing,
                    legislation.span,
                    format!("`{}` does not say its `{member}`", legislation.name),
                )
                .help(how),
            );
        }
    }
}

fn check_branches(cx: &mut Cx<'_, '_>, index: usize) {
    let decls = cx.decls;
    let Some(this) = decls.instruments.get(index) else { return };
    let branches = |i: &crate::collect::Instrument<'_>| -> Option<Vec<String>> {
        header_list(i.header, "branches").map(|l| l.iter().filter_map(crate::elaborate::written_name).collect())
    };
    for other in decls.instruments.iter().take(index).filter(|o| o.is_legislation && o.party == this.party) {
        let clash = match (branches(this), branches(other)) {
            (Some(a), Some(b)) => a.iter().find(|x| b.contains(x)).cloned(),
            (Some(a), None) | (None, Some(a)) => a.first().cloned(),
            (None, None) => Some("every branch".to_owned()),
        };
        if let Some(branch) = clash {
            cx.report(
                Diagnostic::new(
                    Code::TwoLegislations,
                    this.span,
                    format!("`{}` and `{}` both govern {branch}", this.name, other.name),
                )
                .with(other.span, "the other one")
                .help("give each its own `branches:`"),
            );
        }
    }
}

/// Elaborates header values of legislations that nothing asked for, so that their mistakes are found.
pub(crate) fn elaborate_all(cx: &mut Cx<'_, '_>) {
    let span = cx.decls.instruments.first().map(|i| i.span);
    let Some(span) = span else { return };
    for member in ["unit", "cents"] {
        let party = cx.parties().first().copied();
        if let Some(party) = party {
            let party = cx.constant(Value::Country(party), Ty::Country, span);
            let _ = member_of(cx, member, party, &[], span);
        }
    }
}

impl<'a> Cx<'a, '_> {
    /// `law(P).unit`, `law(P).amount(career)`; `None` where the expression is not about `law(P)`.
    pub fn law_member(
        &mut self,
        env: &Env<'a>,
        of: &'a ast::Expr,
        member: &str,
        args: &[&'a ast::Expr],
        span: Span,
    ) -> Option<ExprId> {
        let ast::ExprKind::Call(callee, law_args) = &of.kind else { return None };
        if !matches!(&callee.kind, ast::ExprKind::Name(n) if n == "law") {
            return None;
        }
        let [party] = law_args.as_slice() else {
            self.report(words::wrong_arguments(of.span, "law", "law(P)"));
            return Some(self.poison(span));
        };
        let party_id = self.need(env, &party.value, &Ty::Country);
        self.must_be_party(party_id, party.value.span);
        let mut ids = Vec::new();
        for arg in args {
            ids.push(self.need(env, arg, &Ty::Periods));
        }
        let key = self.party_key(env, party_id);
        let id = member_of(self, member, party_id, &ids, span);
        let ty = crate::types::substitute(&self.ty(id), PARTY, &key);
        if let Some(e) = self.program.exprs.get_mut(id.0 as usize) {
            e.ty = ty;
        }
        Some(id)
    }

    /// A fact that the legislation declares.
    pub fn given_fact(&mut self, env: &Env<'a>, legislation: usize, text: &str, span: Span) -> Option<ExprId> {
        let party = self.decls.instruments.get(legislation)?.party;
        let ty = self.program.given.iter().find(|g| g.party == party && g.name == text)?.ty.clone();
        let (whose, ty) = match party {
            Some(party) => (self.constant(Value::Country(party), Ty::Country, span), ty),
            None => {
                let local = env.local(PARTY)?.clone();
                let key = PartyKey::Var(local.name.clone(), local.key);
                let ty = crate::types::substitute(&ty, PARTY, &key);
                (self.push(ExprKind::Local(local.id), Ty::Country, span), ty)
            }
        };
        Some(self.push(ExprKind::Given(whose, text.to_owned()), ty, span))
    }
}

/// A member of the legislation of a party, whatever it is: asked through one node for each member.
pub(crate) fn member_of(cx: &mut Cx<'_, '_>, member: &str, party: ExprId, args: &[ExprId], span: Span) -> ExprId {
    let Some((node, ty)) = law_node(cx, member, args.len(), span) else { return cx.poison(span) };
    let mut all = vec![party];
    all.extend_from_slice(args);
    cx.push(ExprKind::Call(node, all), ty, span)
}

/// The type of a member: what the interface says, in the unit and currency of the party.
fn member_ty(cx: &Cx<'_, '_>, member: &str, arity: usize) -> Option<Ty> {
    let of = || PartyKey::Var(PARTY.to_owned(), 0);
    Some(match (member, arity) {
        ("unit", 0) => Ty::Unit,
        ("cents", 0) => Ty::Rounding,
        ("full_career", 0) => Ty::Length(UnitOf::Of(of())),
        ("proportional_to_length", 0) => Ty::YesNo,
        ("label_when_equal", 0) => cx.enum_by_name.get("Label").map_or(Ty::Text, |id| Ty::Member(*id)),
        ("minimum", 0) => Ty::Money(CurrencyOf::Of(of())),
        ("type_a", 0) => Ty::YesNo,
        ("last_day", 0) => Ty::Date,
        ("entitled", 1) => Ty::YesNo,
        ("amount", 1) => Ty::Money(CurrencyOf::Of(of())),
        _ => return None,
    })
}

fn law_node(cx: &mut Cx<'_, '_>, member: &str, arity: usize, span: Span) -> Option<(NodeId, Ty)> {
    let Some(ty) = member_ty(cx, member, arity) else {
        let known = OPTIONAL.iter().chain(&["unit", "cents", "entitled", "amount"]);
        let known: Vec<String> = known.map(|k| (*k).to_owned()).collect();
        let mut finding =
            Diagnostic::new(Code::UnknownField, span, format!("a legislation has no `{member}` of this form"));
        if let Some(near) = words::nearest(member, &known) {
            finding = finding.help(format!("did you mean `law(P).{near}`?"));
        } else {
            finding =
                finding.help(format!("it has entitled(career), amount(career), unit, cents, {}", OPTIONAL.join(", ")));
        }
        cx.report(finding);
        return None;
    };
    if let Some(node) = cx.law_nodes.get(member) {
        return Some((*node, ty));
    }
    let node = NodeId(number(cx.program.nodes.len()));
    let mut params = vec![ir::Param { name: PARTY.to_owned(), ty: Ty::Country }];
    if arity == 1 {
        params.push(ir::Param { name: "career".to_owned(), ty: Ty::Periods });
    }
    cx.program.nodes.push(ir::Node {
        name: format!("law.{member}"),
        kind: NodeKind::Law,
        locals: number(params.len()),
        params,
        ty: ty.clone(),
        body: ir::Body::Expr(ExprId(0)),
        provision: None,
        span,
    });
    let _ = cx.law_nodes.insert(member.to_owned(), node);
    let frame = std::mem::replace(&mut cx.frame, 1 + number(arity));
    let body = dispatch(cx, member, arity, &ty, span);
    cx.fill(node, body, ty.clone());
    cx.frame = frame;
    Some((node, ty))
}

/// `if P is FR and the branch is one of its, that; ... ; else Figures`.
fn dispatch(cx: &mut Cx<'_, '_>, member: &str, arity: usize, ty: &Ty, span: Span) -> ExprId {
    let mut body = of_figures(cx, member, arity, ty, span);
    for index in (0..cx.decls.instruments.len()).rev() {
        let decls = cx.decls;
        let Some(legislation) = decls.instruments.get(index) else { continue };
        let Some(party) = legislation.party else { continue };
        let local = cx.push(ExprKind::Local(LocalId(0)), Ty::Country, span);
        let country = cx.constant(Value::Country(party), Ty::Country, span);
        let mut test = cx.host(HostFn::Equal, vec![local, country], Ty::YesNo, span);
        if let Some(list) = header_list(legislation.header, "branches") {
            let env = Env::default();
            let branch = cx.name(&env, "branch", span, None);
            let of = Ty::Set(Box::new(cx.ty(branch)));
            let set = cx.slot_expr(&env, list, &of, legislation.span);
            let in_branch = cx.host(HostFn::In, vec![branch, set], Ty::YesNo, span);
            test = cx.push(ExprKind::And(test, in_branch), Ty::YesNo, span);
        }
        if let Some(value) = of_legislation(cx, index, member, arity, ty) {
            body = cx.push(ExprKind::If(test, value, body), ty.clone(), span);
        }
    }
    body
}

fn of_legislation(cx: &mut Cx<'_, '_>, index: usize, member: &str, arity: usize, ty: &Ty) -> Option<ExprId> {
    let decls = cx.decls;
    let legislation = decls.instruments.get(index)?;
    let span = legislation.span;
    let env = Env {
        place: crate::collect::Place { instrument: Some(index), ..Default::default() },
        legislation: Some(index),
        ..Env::default()
    };
    if let Some(list) = header_list(legislation.header, member) {
        let want = loose(ty);
        return Some(cx.slot_expr(&env, list, &want, span));
    }
    let known = cx.callable_by_name.iter().find(|((o, n), _)| *o == Owner::Legislation(index) && *n == member);
    if let Some((_, &callable)) = known {
        return Some(ask(cx, callable, false, arity, ty, span));
    }
    if cx.program.given.iter().any(|g| g.party == legislation.party && g.name == member) {
        let party = cx.push(ExprKind::Local(LocalId(0)), Ty::Country, span);
        return Some(cx.push(ExprKind::Given(party, member.to_owned()), ty.clone(), span));
    }
    if implements_figures(legislation) {
        return None;
    }
    OPTIONAL.contains(&member).then(|| absent(cx, member, ty, span))
}

fn of_figures(cx: &mut Cx<'_, '_>, member: &str, arity: usize, ty: &Ty, span: Span) -> ExprId {
    let Some(index) = figures(cx) else {
        return cx.push(ExprKind::Const(Outcome::missing("the legislation")), ty.clone(), span);
    };
    let known = cx.callable_by_name.iter().find(|((o, n), _)| *o == Owner::Legislation(index) && *n == member);
    if let Some((_, &callable)) = known {
        return ask(cx, callable, true, arity, ty, span);
    }
    if cx.program.given.iter().any(|g| g.party.is_none() && g.name == member) {
        let party = cx.push(ExprKind::Local(LocalId(0)), Ty::Country, span);
        return cx.push(ExprKind::Given(party, member.to_owned()), ty.clone(), span);
    }
    absent(cx, member, ty, span)
}

/// What a legislation that does not say is taken to mean: documented in the interface.
fn absent(cx: &mut Cx<'_, '_>, member: &str, ty: &Ty, span: Span) -> ExprId {
    let outcome = match member {
        "proportional_to_length" => Outcome::yes_no(false),
        "full_career" | "label_when_equal" | "last_day" | "minimum" | "type_a" => Outcome::Nothing,
        _ => Outcome::missing(member),
    };
    cx.push(ExprKind::Const(outcome), ty.clone(), span)
}

/// Asks a function of a legislation with the dispatch's own arguments.
fn ask(cx: &mut Cx<'_, '_>, callable: usize, of_figures: bool, arity: usize, ty: &Ty, span: Span) -> ExprId {
    let Some(node) = cx.callable_node(callable) else { return cx.poison(span) };
    let Some(n) = cx.program.node(node).cloned() else { return cx.poison(span) };
    let own = usize::from(of_figures);
    if n.params.len() != own + arity {
        cx.report(
            Diagnostic::new(
                Code::InterfaceMissing,
                n.span,
                format!("`{}` does not take what its interface says", n.name),
            )
            .help("`entitled` and `amount` take `career: Periods`; the others take nothing"),
        );
        return cx.poison(span);
    }
    if !cx.fits(&n.ty, &loose(ty)) {
        let (wanted, found) = (cx.say(ty), cx.say(&n.ty));
        cx.report(words::mismatch(n.span, &wanted, &found));
        return cx.poison(span);
    }
    let mut args = Vec::new();
    if of_figures {
        args.push(cx.push(ExprKind::Local(LocalId(0)), Ty::Country, span));
    }
    if arity == 1 {
        args.push(cx.push(ExprKind::Local(LocalId(1)), Ty::Periods, span));
    }
    cx.push(ExprKind::Call(node, args), ty.clone(), span)
}

/// The same type in any unit and currency.
fn loose(ty: &Ty) -> Ty {
    match ty {
        Ty::Length(_) => Ty::Length(UnitOf::Any),
        Ty::Money(_) => Ty::Money(CurrencyOf::Any),
        other => other.clone(),
    }
}
