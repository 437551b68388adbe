//! Rules: heads, conditions, exceptions, precedence.

use crate::collect::Place;
use crate::scope::{Callable, Cx, Env, Owner, number};
use crate::words;
use accord_core::{HostFn, RuleId, Value};
use accord_ir::{self as ir, DecisionId, ExprId, ExprKind, LocalId, NodeId, PartyKey, Ty};
use accord_source::{Code, Diagnostic, Span};
use accord_syntax::ast::{self, RelationKind};
use std::collections::{BTreeMap, BTreeSet};

/// A rule with its head, condition and value elaborated, before relations.
#[derive(Debug)]
pub(crate) struct RawRule<'a> {
    pub decision: DecisionId,
    pub place: Place,
    pub relations: Vec<&'a ast::Relation>,
    /// The condition as written: head constants, `for each`, `when`, `applies`.
    pub written: Option<ExprId>,
    pub value: ExprId,
    pub locals: u32,
    pub by: Option<String>,
    pub span: Span,
    /// Names of the head's variables, by position.
    pub heads: Vec<String>,
}

/// What a clause's use adds to each of its rules.
#[derive(Clone, Copy)]
pub(crate) struct Added<'a, 'e> {
    pub relations: &'a [ast::Relation],
    pub when: Option<&'a ast::Expr>,
    pub applies: &'a [ast::Applies],
    pub outer: Option<&'e Env<'a>>,
}

/// A decision without the rules of some provisions.
#[derive(Debug)]
pub(crate) struct ApartNode {
    pub decision: DecisionId,
    pub provisions: Vec<usize>,
    pub node: NodeId,
    pub span: Span,
}

/// Registers every term, function and parameter by name.
pub(crate) fn declare(cx: &mut Cx<'_, '_>) {
    let statements = &cx.decls.statements;
    for statement in statements {
        let name = match &statement.item.kind {
            ast::ItemKind::Term { name, .. }
            | ast::ItemKind::Function { name, .. }
            | ast::ItemKind::Parameter { name, .. } => name,
            _ => continue,
        };
        let legislation =
            statement.place.instrument.filter(|i| cx.decls.instruments.get(*i).is_some_and(|n| n.is_legislation));
        let standard = statement.place.instrument.filter(|_| cx.in_standard(&statement.place));
        let own = standard.map_or(Owner::Shared, Owner::Standard);
        let owner = legislation.map_or(own, Owner::Legislation);
        let index = cx.callables.len();
        if let Some(first) = cx.callable_by_name.get(&(owner, name.text.as_str())).and_then(|&i| cx.callables.get(i)) {
            let first = first.span;
            cx.report(words::duplicate(name.span, &name.text, first));
            continue;
        }
        if owner == Owner::Shared && crate::kernel::names().any(|k| k == name.text) {
            cx.report(
                Diagnostic::new(Code::Duplicate, name.span, format!("`{}` is a function of the language", name.text))
                    .help("give it another name"),
            );
            continue;
        }
        if owner == Owner::Shared && cx.program.decision(&name.text).is_some() {
            cx.report(
                Diagnostic::new(Code::Duplicate, name.span, format!("`{}` is a decision", name.text))
                    .help("settle it with `rule`, or give the term another name"),
            );
            continue;
        }
        let _ = cx.callable_by_name.insert((owner, &name.text), index);
        cx.callables.push(Callable {
            name: &name.text,
            item: statement.item,
            place: statement.place,
            span: name.span,
            node: None,
            busy: false,
        });
    }
}

/// Beyond so many comparisons of provisions, relations are refused instead of worked out for hours.
const MOST_COMPARISONS: usize = 5_000_000;

/// Beyond so many expressions an agreement is refused: more would fill the memory of an ordinary machine.
const MOST_EXPRESSIONS: usize = 3_000_000;

/// Elaborates all rules and settles how they stand to each other.
pub(crate) fn elaborate(cx: &mut Cx<'_, '_>) {
    defaults(cx);
    let statements = cx.decls.statements.clone();
    for statement in &statements {
        if cx.program.exprs.len() > MOST_EXPRESSIONS {
            cx.report(
                Diagnostic::new(Code::TooLarge, statement.item.span, "the agreement is larger than can be held")
                    .here("what follows was not read")
                    .help("divide it into several agreements; a text of law has a few thousand provisions at most"),
            );
            break;
        }
        let env = Env { place: statement.place, ..Env::default() };
        match &statement.item.kind {
            ast::ItemKind::Rule(rule) => {
                let none = Added { relations: &[], when: None, applies: &[], outer: None };
                add(cx, &env, rule, none, None, rule.decision.span);
            }
            ast::ItemKind::ClauseUse(used) => {
                if statement.place.provision.is_none() {
                    cx.report(words::no_provision(used.name.span, &format!("`{}`", used.name.text)));
                } else {
                    cx.use_clause(&env, used);
                }
            }
            _ => {}
        }
    }
    let bindings = bindings(cx);
    let conditions = with_exceptions(cx, &bindings);
    let conditions = with_disapplications(cx, conditions);
    let beaten_by = precedence(cx, &bindings);
    finish(cx, conditions, beaten_by);
}

fn defaults(cx: &mut Cx<'_, '_>) {
    let statements = cx.decls.statements.clone();
    for statement in &statements {
        let ast::ItemKind::Decision { signature, default: Some(default), .. } = &statement.item.kind else { continue };
        let Some((id, _)) = cx.program.decision(&signature.name.text) else { continue };
        let mut env = Env::default();
        cx.frame = 0;
        let _ = cx.bind_params(&mut env, &signature.params);
        let ty = cx.ty_of(&env, &signature.ty);
        let value = cx.need(&env, default, &ty);
        let locals = cx.frame;
        if let Some(d) = cx.program.decisions.get_mut(id.0 as usize) {
            d.default = Some(value);
            let node = d.node;
            if let Some(n) = cx.program.nodes.get_mut(node.0 as usize) {
                n.locals = n.locals.max(locals);
            }
        }
    }
}

/// Checks a rule of a clause definition without adding it.
pub(crate) fn check_rule<'a>(cx: &mut Cx<'a, '_>, env: &Env<'a>, rule: &'a ast::Rule) {
    let bare = Env { place: env.place, instance: env.instance.clone(), ..Env::default() };
    let none = Added { relations: &[], when: None, applies: &[], outer: None };
    let _ = read(cx, &bare, rule, none);
}

/// Adds a rule under its provision.
pub(crate) fn add<'a>(
    cx: &mut Cx<'a, '_>,
    env: &Env<'a>,
    rule: &'a ast::Rule,
    added: Added<'a, '_>,
    by: Option<String>,
    span: Span,
) {
    if env.place.provision.is_none() {
        // A paragraph outside any article was reported where it stands.
        if !cx.sink.iter().any(|d| d.code == Code::Misplaced) {
            cx.report(words::no_provision(rule.decision.span, "this rule"));
        }
        return;
    }
    if let Some(mut raw) = read(cx, env, rule, added) {
        raw.by = by;
        raw.span = span;
        cx.raw_rules.push(raw);
    }
}

fn read<'a>(cx: &mut Cx<'a, '_>, env: &Env<'a>, rule: &'a ast::Rule, added: Added<'a, '_>) -> Option<RawRule<'a>> {
    let Some((decision, d)) = cx.program.decision(&rule.decision.text) else {
        let known: Vec<String> = cx.program.decisions.iter().map(|d| d.name.clone()).collect();
        cx.report(
            words::unknown(rule.decision.span, "decision", &rule.decision.text, &known)
                .help("a rule settles a decision of the model; to name something, write `term NAME means ...`"),
        );
        return None;
    };
    let (params, ty) = (d.params.clone(), d.ty.clone());
    cx.frame = 0;
    let mut env = env.clone();
    let (mut tests, heads) = head(cx, &mut env, rule, &params)?;
    let ty = head_ty(cx, &env, rule, &params, &heads, &ty);
    each_guards(cx, &mut env, &heads, &mut tests);
    if let Some(when) = &rule.when {
        tests.push(cx.condition(&env, when));
    }
    if let (Some(when), Some(outer)) = (added.when, added.outer) {
        let mut wide = outer.clone();
        wide.locals.extend(env.locals.iter().cloned());
        tests.push(cx.condition(&wide, when));
    }
    for applies in rule.applies.iter().chain(added.applies) {
        tests.push(applies_test(cx, &env, &params, applies));
    }
    let value = rule_value(cx, &env, rule, &ty);
    let written = tests.into_iter().reduce(|a, b| cx.push(ExprKind::And(a, b), Ty::YesNo, rule.decision.span));
    let relations = added.relations.iter().chain(&rule.relations).collect();
    let (place, span) = (env.place, rule.decision.span);
    Some(RawRule { decision, place, relations, written, value, locals: cx.frame, by: None, span, heads })
}

/// Binds the head's variables; constants in the head become tests.
fn head<'a>(
    cx: &mut Cx<'a, '_>,
    env: &mut Env<'a>,
    rule: &'a ast::Rule,
    params: &[ir::Param],
) -> Option<(Vec<ExprId>, Vec<String>)> {
    let mut tests = Vec::new();
    let mut heads = Vec::new();
    if rule.args.is_empty() {
        for param in params {
            let _ = cx.bind(env, &param.name, param.ty.clone());
            heads.push(param.name.clone());
        }
        return Some((tests, heads));
    }
    if rule.args.len() != params.len() {
        let shown: Vec<&str> = params.iter().map(|p| p.name.as_str()).collect();
        let name = &rule.decision.text;
        cx.report(
            Diagnostic::new(
                Code::WrongHead,
                rule.decision.span,
                format!("`{name}` is not settled for these arguments"),
            )
            .help(format!("write `rule {name}({})`", shown.join(", "))),
        );
        return None;
    }
    for (i, (arg, param)) in rule.args.iter().zip(params).enumerate() {
        let variable = match &arg.kind {
            ast::ExprKind::Name(name) if is_variable(cx, name, &param.ty) => Some(name.as_str()),
            _ => None,
        };
        match variable {
            Some(name) => {
                let _ = cx.bind(env, name, param.ty.clone());
                heads.push(name.to_owned());
            }
            None => {
                let local = cx.bind(env, &format!("#{i}"), param.ty.clone());
                heads.push(format!("#{i}"));
                let value = cx.need(env, arg, &param.ty);
                cx.must_be_party(value, arg.span);
                let local = cx.push(ExprKind::Local(local), param.ty.clone(), arg.span);
                tests.push(cx.host(HostFn::Equal, vec![local, value], Ty::YesNo, arg.span));
            }
        }
    }
    Some((tests, heads))
}

/// A name in a head binds a variable unless it is a word of the parameter's type or a country.
fn is_variable(cx: &Cx<'_, '_>, name: &str, ty: &Ty) -> bool {
    match ty {
        Ty::Country => accord_core::Country::parse(name).is_none(),
        Ty::Member(id) => !cx.program.enumeration(*id).is_some_and(|e| e.members.iter().any(|m| m == name)),
        _ => true,
    }
}

/// The decision's type for the head's variables and constants.
fn head_ty(cx: &Cx<'_, '_>, env: &Env<'_>, rule: &ast::Rule, params: &[ir::Param], heads: &[String], ty: &Ty) -> Ty {
    let mut out = ty.clone();
    for (i, (param, head)) in params.iter().zip(heads).enumerate() {
        if param.ty != Ty::Country {
            continue;
        }
        let constant = rule.args.get(i).and_then(|arg| match &arg.kind {
            ast::ExprKind::Name(name) if !is_variable(cx, name, &param.ty) => accord_core::Country::parse(name),
            _ => None,
        });
        let key = match (constant, env.local(head)) {
            (Some(country), _) => PartyKey::Const(country),
            (None, Some(local)) => PartyKey::Var(local.name.clone(), local.key),
            (None, None) => continue,
        };
        out = crate::types::substitute(&out, &param.name, &key);
    }
    out
}

/// `for each party P in S` of the article or clause: the head's `P` is in `S`.
fn each_guards<'a>(cx: &mut Cx<'a, '_>, env: &mut Env<'a>, heads: &[String], tests: &mut Vec<ExprId>) {
    let decls = cx.decls;
    let article = || env.place.binders.and_then(|b| decls.binders.get(b)).copied();
    let binders: &[ast::Binder] = match &env.instance {
        Some(instance) => decls.clauses.get(instance.clause).map_or(&[], |c| c.each),
        None => article().unwrap_or(&[]),
    };
    for binder in binders {
        let name = &binder.variable.text;
        if !heads.contains(name) {
            continue;
        }
        let Some(local) = env.local(name).cloned() else { continue };
        let span = binder.variable.span;
        if let Some(domain) = &binder.domain {
            let set = cx.need(env, domain, &Ty::Set(Box::new(local.ty.clone())));
            let value = cx.push(ExprKind::Local(local.id), local.ty.clone(), span);
            tests.push(cx.host(HostFn::In, vec![value, set], Ty::YesNo, span));
        }
        if let Some(filter) = &binder.filter {
            tests.push(cx.condition(env, filter));
        }
    }
}

fn applies_test<'a>(cx: &mut Cx<'a, '_>, env: &Env<'a>, params: &[ir::Param], applies: &'a ast::Applies) -> ExprId {
    let span = applies.span;
    let day = cx.need(env, &applies.day, &Ty::Date);
    let asked = params.iter().position(|p| p.ty == Ty::Date);
    let subject = match (applies.to.as_ref().map(|n| n.text.as_str()), asked) {
        (None, Some(i)) => cx.push(ExprKind::Local(LocalId(number(i))), Ty::Date, span),
        (Some("claims"), _) => cx.claim_day("made_on", span),
        _ => cx.claim_day("event", span),
    };
    let operands = if applies.from { vec![day, subject] } else { vec![subject, day] };
    cx.host(HostFn::AtMost, operands, Ty::YesNo, span)
}

impl<'a> Cx<'a, '_> {
    /// A day of the claim.
    fn claim_day(&mut self, field: &'static str, span: Span) -> ExprId {
        let env = Env::default();
        self.name(&env, field, span, Some(&Ty::Date))
    }

    /// The provisions an address names; reports one that does not exist.
    pub fn resolve_address(&mut self, place: &Place, address: &ast::Address) -> Option<usize> {
        let decls = self.decls;
        let here = place.provision.and_then(|p| decls.provisions.get(p));
        let instrument = match &address.of {
            Some(of) => match decls.instruments.iter().position(|i| i.name == of.text) {
                Some(i) => i,
                None => {
                    self.report(words::unknown_instrument(of));
                    return None;
                }
            },
            None => place.instrument?,
        };
        let article = match &address.article {
            Some((word, number)) => (word.text.clone(), number.text.clone()),
            None => here?.article.clone(),
        };
        let labels: Vec<&str> = address.labels.iter().map(|l| l.text.as_str()).collect();
        let key = (instrument, article.clone(), labels.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>());
        // A label that only heads deeper ones, such as (1) over (1)(a), names them all: they follow it in the order
        // of the keys.
        let next = decls.provision_by_key.range(key.clone()..).next();
        let found = next.filter(|((i, a, l), _)| *i == key.0 && *a == key.1 && l.starts_with(&key.2)).map(|(_, p)| *p);
        if found.is_none() {
            let shown: String = labels.iter().map(|l| format!("({l})")).collect();
            let wanted = format!("{} {}{shown}", article.0, article.1);
            let known: Vec<String> = (0..decls.provisions.len()).map(|p| decls.address(p)).collect();
            let mut finding = Diagnostic::new(Code::UnknownProvision, address.span, format!("there is no {wanted}"));
            if let Some(near) = words::nearest(&wanted, &known) {
                finding = finding.help(format!("did you mean `{near}`?"));
            }
            self.report(finding);
        }
        found
    }

    /// The rules of the article a provision belongs to.
    fn rules_of_article(&mut self, provision: usize) -> Vec<usize> {
        let decls = self.decls;
        let article = |p: usize| decls.provisions.get(p).map(|p| (p.instrument, p.article.clone()));
        if self.rules_by_article.is_empty() {
            for (index, raw) in self.raw_rules.iter().enumerate() {
                if let Some(key) = raw.place.provision.and_then(article) {
                    self.rules_by_article.entry(key).or_default().push(index);
                }
            }
        }
        let found = article(provision).and_then(|key| self.rules_by_article.get(&key)).cloned().unwrap_or_default();
        self.comparisons += found.len();
        if self.comparisons > MOST_COMPARISONS { Vec::new() } else { found }
    }

    /// Whether a rule's provision is at or under the address that resolved to `target`.
    fn at_or_under(&self, rule: usize, target: usize, address: &ast::Address) -> bool {
        let decls = self.decls;
        let Some(p) = self.raw_rules.get(rule).and_then(|r| r.place.provision) else { return false };
        let (Some(rule_at), Some(t)) = (decls.provisions.get(p), decls.provisions.get(target)) else { return false };
        let labels: Vec<&str> = address.labels.iter().map(|l| l.text.as_str()).collect();
        rule_at.instrument == t.instrument
            && rule_at.article == t.article
            && rule_at.labels.len() >= labels.len()
            && rule_at.labels.iter().zip(&labels).all(|(a, b)| a == b)
    }

    /// The rules of the same decision that a relation of rule `index` names; reports where there are none.
    fn related(&mut self, index: usize, relation: &ast::Relation) -> Vec<usize> {
        let Some(raw) = self.raw_rules.get(index) else { return Vec::new() };
        let (decision, place) = (raw.decision, raw.place);
        let mut out = Vec::new();
        for address in &relation.targets {
            let Some(target) = self.resolve_address(&place, address) else { continue };
            let hits: Vec<usize> = self
                .rules_of_article(target)
                .into_iter()
                .filter(|&i| i != index && self.at_or_under(i, target, address))
                .filter(|&i| self.raw_rules.get(i).is_some_and(|r| r.place.provision != place.provision))
                .filter(|&i| self.raw_rules.get(i).is_some_and(|r| r.decision == decision))
                .collect();
            let sibling = self.a_sibling_hits(index, target, address);
            if hits.is_empty() && !sibling {
                let name = self.program.decisions.get(decision.0 as usize).map_or(String::new(), |d| d.name.clone());
                let word = relation_word(relation.kind);
                self.report(
                    Diagnostic::new(Code::NothingToExcept, address.span, format!("nothing there decides `{name}`"))
                        .here(format!("`{word}` names this provision"))
                        .help(format!("a relation binds rules of the same decision: name a provision with a rule for `{name}`, or remove it")),
                );
            }
            out.extend(hits);
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    /// A clause may settle several decisions; its relation needs a partner for one of them only.
    fn a_sibling_hits(&mut self, index: usize, target: usize, address: &ast::Address) -> bool {
        let Some(raw) = self.raw_rules.get(index) else { return false };
        let (by, place, span) = (raw.by.clone(), raw.place, raw.span);
        let (true, Some(here)) = (by.is_some(), place.provision) else { return false };
        let own = self.rules_of_article(here);
        let siblings: BTreeSet<DecisionId> = own
            .iter()
            .filter_map(|&i| self.raw_rules.get(i))
            .filter(|r| r.by == by && r.place == place && r.span == span)
            .map(|r| r.decision)
            .collect();
        self.rules_of_article(target).into_iter().filter(|&i| self.at_or_under(i, target, address)).any(|i| {
            let rule = self.raw_rules.get(i);
            rule.is_some_and(|r| siblings.contains(&r.decision) && r.place.provision != place.provision)
        })
    }
}

fn rule_value<'a>(cx: &mut Cx<'a, '_>, env: &Env<'a>, rule: &'a ast::Rule, ty: &Ty) -> ExprId {
    let span = rule.decision.span;
    let Some(value) = &rule.value else {
        if !matches!(ty, Ty::YesNo | Ty::Error) {
            let (name, said) = (&rule.decision.text, cx.say(ty));
            let which = if matches!(ty, Ty::Money(_) | Ty::Amount(_) | Ty::Length(_)) { "how much" } else { "which" };
            cx.report(
                Diagnostic::new(
                    Code::WrongHead,
                    span,
                    format!("`{name}` is {said}, and the rule does not say {which}"),
                )
                .help(format!("write `rule {name}(...) = ...`")),
            );
        }
        return cx.constant(Value::YesNo(!rule.negated), Ty::YesNo, span);
    };
    if rule.negated {
        cx.report(
            Diagnostic::new(Code::WrongHead, span, "`rule not` with a value")
                .help("`rule not D(...)` says no; to give a value write `rule D(...) = ...`"),
        );
    }
    let id = cx.need(env, value, ty);
    if matches!(ty, Ty::Money(_)) && !matches!(cx.ty(id), Ty::Error | Ty::Never) {
        return cx.host(HostFn::Stored, vec![id], ty.clone(), value.span);
    }
    id
}

fn relation_word(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::Exception => "exception to",
        RelationKind::Subject => "subject to",
        RelationKind::Notwithstanding => "notwithstanding",
    }
}

/// The rules that one relation of a rule binds.
struct Binding {
    kind: RelationKind,
    targets: Vec<usize>,
}

/// What each rule's relations bind, by rule.
fn bindings(cx: &mut Cx<'_, '_>) -> Vec<Vec<Binding>> {
    let mut out = Vec::new();
    for index in 0..cx.raw_rules.len() {
        let relations = cx.raw_rules.get(index).map_or(Vec::new(), |r| r.relations.clone());
        let bind = |r: &ast::Relation| Binding { kind: r.kind, targets: cx.related(index, r) };
        out.push(relations.into_iter().map(bind).collect());
    }
    out
}

/// An exception has its own condition and the written one of what it excepts.
fn with_exceptions(cx: &mut Cx<'_, '_>, bindings: &[Vec<Binding>]) -> Vec<Option<ExprId>> {
    let mut out = Vec::new();
    for (index, bound) in bindings.iter().enumerate() {
        let Some(raw) = cx.raw_rules.get(index) else { continue };
        let (mut condition, span) = (raw.written, raw.span);
        let exceptions = bound.iter().filter(|b| b.kind == RelationKind::Exception && !b.targets.is_empty());
        for Binding { targets, .. } in exceptions {
            let written: Option<Vec<ExprId>> =
                targets.iter().map(|&t| cx.raw_rules.get(t).and_then(|r| r.written)).collect();
            let locals = targets.iter().filter_map(|&t| cx.raw_rules.get(t)).map(|r| r.locals).max().unwrap_or(0);
            if let Some(raw) = cx.raw_rules.get_mut(index) {
                raw.locals = raw.locals.max(locals);
            }
            // A general rule without a condition adds none.
            let Some(written) = written else { continue };
            let general = cx.any(written, span);
            condition = Some(match condition {
                Some(own) => cx.push(ExprKind::And(own, general), Ty::YesNo, span),
                None => general,
            });
        }
        out.push(condition);
    }
    out
}

/// `disapply (2) when c` adds `and not c` to the rules of (2).
fn with_disapplications(cx: &mut Cx<'_, '_>, mut conditions: Vec<Option<ExprId>>) -> Vec<Option<ExprId>> {
    let statements = cx.decls.statements.clone();
    for statement in &statements {
        let ast::ItemKind::Disapply { targets, when } = &statement.item.kind else { continue };
        let place = statement.place;
        for address in targets {
            let Some(target) = cx.resolve_address(&place, address) else { continue };
            let hits: Vec<usize> =
                cx.rules_of_article(target).into_iter().filter(|&i| cx.at_or_under(i, target, address)).collect();
            if hits.is_empty() {
                cx.report(
                    Diagnostic::new(
                        Code::NothingToExcept,
                        address.span,
                        "there is no rule in this provision to disapply",
                    )
                    .help("name a provision that has one"),
                );
            }
            for index in hits {
                let Some(raw) = cx.raw_rules.get(index) else { continue };
                let (heads, decision, span) = (raw.heads.clone(), raw.decision, statement.item.span);
                let off = disapplied(cx, place, when.as_ref(), &heads, decision, span);
                let locals = cx.frame;
                if let Some(raw) = cx.raw_rules.get_mut(index) {
                    raw.locals = raw.locals.max(locals);
                }
                let on = cx.push(ExprKind::Not(off), Ty::YesNo, span);
                if let Some(slot) = conditions.get_mut(index) {
                    *slot = Some(match *slot {
                        Some(own) => cx.push(ExprKind::And(own, on), Ty::YesNo, span),
                        None => on,
                    });
                }
            }
        }
    }
    conditions
}

fn disapplied<'a>(
    cx: &mut Cx<'a, '_>,
    place: Place,
    when: Option<&'a ast::Expr>,
    heads: &[String],
    decision: DecisionId,
    span: Span,
) -> ExprId {
    cx.frame = 0;
    let mut env = Env { place, ..Env::default() };
    let params = cx.program.decisions.get(decision.0 as usize).map_or(Vec::new(), |d| d.params.clone());
    for (head, param) in heads.iter().zip(&params) {
        let _ = cx.bind(&mut env, head, param.ty.clone());
    }
    match when {
        Some(when) => cx.condition(&env, when),
        None => cx.constant(Value::YesNo(true), Ty::YesNo, span),
    }
}

/// Which rules beat which, transitively; reports a cycle.
fn precedence(cx: &mut Cx<'_, '_>, bindings: &[Vec<Binding>]) -> Vec<BTreeSet<usize>> {
    let mut over: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (index, bound) in bindings.iter().enumerate() {
        for Binding { kind, targets } in bound {
            for &target in targets {
                let (beater, beaten) = if *kind == RelationKind::Subject { (target, index) } else { (index, target) };
                let _ = over.entry(beaten).or_default().insert(beater);
            }
        }
    }
    let mut closed = vec![BTreeSet::new(); bindings.len()];
    for (index, slot) in closed.iter_mut().enumerate() {
        let mut todo: Vec<usize> = over.get(&index).into_iter().flatten().copied().collect();
        while let Some(next) = todo.pop() {
            cx.comparisons += 1;
            if cx.comparisons > MOST_COMPARISONS {
                break;
            }
            if slot.insert(next) {
                todo.extend(over.get(&next).into_iter().flatten().copied());
            }
        }
    }
    if cx.comparisons > MOST_COMPARISONS
        && let Some(raw) = cx.raw_rules.first()
    {
        cx.sink.push(
            Diagnostic::new(
                Code::TooManyRelations,
                raw.span,
                "more relations between provisions than can be worked out",
            )
            .help("split the agreement, or state an exception once for a whole article"),
        );
    }
    for (index, superiors) in closed.iter_mut().enumerate() {
        if superiors.remove(&index) {
            let others: Vec<String> = superiors
                .iter()
                .filter_map(|&i| cx.raw_rules.get(i).and_then(|r| r.place.provision))
                .map(|p| cx.decls.address(p))
                .collect();
            let Some(raw) = cx.raw_rules.get(index) else { continue };
            let here = raw.place.provision.map_or(String::new(), |p| cx.decls.address(p));
            cx.sink.push(
                Diagnostic::new(
                    Code::PriorityCycle,
                    raw.relations.first().map_or(raw.span, |r| r.span),
                    format!("{here} takes precedence over itself"),
                )
                .note(format!("through {}", others.join(", ")))
                .help("remove one of the relations"),
            );
        }
    }
    closed
}

/// Puts the rules into the program and completes `apart from` nodes.
fn finish(cx: &mut Cx<'_, '_>, conditions: Vec<Option<ExprId>>, beaten_by: Vec<BTreeSet<usize>>) {
    let raw_rules = std::mem::take(&mut cx.raw_rules);
    for (index, raw) in raw_rules.iter().enumerate() {
        let id = RuleId(number(index));
        let superiors = beaten_by.get(index).map_or(Vec::new(), |s| s.iter().map(|i| RuleId(number(*i))).collect());
        let relation = relation_text(cx, raw);
        cx.program.rules.push(ir::Rule {
            decision: raw.decision,
            provision: ir::ProvisionId(number(raw.place.provision.unwrap_or(0))),
            condition: conditions.get(index).copied().flatten(),
            value: raw.value,
            beaten_by: superiors,
            locals: raw.locals,
            by: raw.by.clone(),
            relation,
            span: raw.span,
        });
        if let Some(d) = cx.program.decisions.get_mut(raw.decision.0 as usize) {
            d.rules.push(id);
        }
    }
    let apart = std::mem::take(&mut cx.apart);
    for node in &apart {
        let out: Vec<RuleId> = raw_rules
            .iter()
            .enumerate()
            .filter(|(_, r)| r.decision == node.decision)
            .filter(|(_, r)| {
                r.place.provision.is_some_and(|p| node.provisions.iter().any(|&o| cx.decls.is_under(p, o)))
            })
            .map(|(i, _)| RuleId(number(i)))
            .collect();
        if out.is_empty() {
            let name = cx.program.decisions.get(node.decision.0 as usize).map_or(String::new(), |d| d.name.clone());
            cx.report(
                Diagnostic::new(
                    Code::NothingToExcept,
                    node.span,
                    format!("there is no rule for `{name}` to leave out there"),
                )
                .help("name the provision whose rule leads back"),
            );
        }
        if let Some(n) = cx.program.nodes.get_mut(node.node.0 as usize) {
            n.body = ir::Body::Decision(node.decision, out);
        }
    }
    cx.raw_rules = raw_rules;
    cx.apart = apart;
}

fn relation_text(cx: &Cx<'_, '_>, raw: &RawRule<'_>) -> String {
    let decls = cx.decls;
    let mut parts = Vec::new();
    for relation in &raw.relations {
        let here = raw.place.provision.and_then(|p| decls.provisions.get(p));
        let targets: Vec<String> = relation
            .targets
            .iter()
            .map(|a| {
                let labels: String = a.labels.iter().map(|l| format!("({})", l.text)).collect();
                let of = a.of.as_ref().map_or(String::new(), |o| format!(" of {}", o.text));
                match &a.article {
                    Some((word, number)) => format!("{} {}{labels}{of}", word.text, number.text),
                    None => here.map_or(labels.clone(), |p| format!("{} {}{labels}", p.article.0, p.article.1)),
                }
            })
            .collect();
        parts.push(format!("{} {}", relation_word(relation.kind), targets.join(", ")));
    }
    parts.join("; ")
}
