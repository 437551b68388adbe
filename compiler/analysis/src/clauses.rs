//! Clauses: vocabulary defined in Accord. A definition is checked once with its slots open; each use elaborates it
//! under its own provision with the slots filled.

use crate::collect::{ClauseDecl, Declarations};
use crate::rules::{self, Added};
use crate::scope::{Cx, Env, number};
use crate::words;
use accord_ir::{self as ir, ExprId, ExprKind, NodeId, NodeKind, Ty};
use accord_source::{Code, Diagnostic, Span};
use accord_syntax::ast;
use std::sync::Arc;

/// One use of a clause, or its definition with open slots.
#[derive(Clone, Debug)]
pub(crate) struct Instance<'a> {
    pub id: u32,
    pub clause: usize,
    /// `None` while the definition is checked.
    pub use_: Option<&'a ast::ClauseUse>,
    /// The scope the slots' values are read in.
    pub env: Box<Env<'a>>,
}

impl Instance<'_> {
    /// Slots and terms of the clause, for "did you mean".
    pub fn known_names(&self, decls: &Declarations<'_>) -> Vec<String> {
        let items = decls.clauses.get(self.clause).map_or(&[][..], |c| &c.items);
        items.iter().filter_map(|i| item_name(i)).map(|n| n.text.clone()).collect()
    }
}

fn item_name(item: &ast::Item) -> Option<&ast::Name> {
    match &item.kind {
        ast::ItemKind::SlotDef { name, .. } | ast::ItemKind::Term { name, .. } => Some(name),
        _ => None,
    }
}

/// Checks every clause definition once.
pub(crate) fn check_definitions(cx: &mut Cx<'_, '_>) {
    cx.open_slots = true;
    for index in 0..cx.decls.clauses.len() {
        cx.check_definition(index);
    }
    cx.open_slots = false;
}

impl<'a> Cx<'a, '_> {
    fn check_definition(&mut self, index: usize) {
        let decls = self.decls;
        let Some(clause) = decls.clauses.get(index) else { return };
        self.frame = 0;
        let instance = Arc::new(Instance { id: self.next_instance, clause: index, use_: None, env: Box::default() });
        self.next_instance += 1;
        let mut env = Env { instance: Some(instance), ..Env::default() };
        self.bind_each(&mut env, clause);
        let mut seen: Vec<&ast::Name> = Vec::new();
        for item in &clause.items {
            if let Some(name) = item_name(item) {
                if let Some(first) = seen.iter().find(|n| n.text == name.text) {
                    self.sink.push(words::duplicate(name.span, &name.text, first.span));
                }
                seen.push(name);
            }
            match &item.kind {
                ast::ItemKind::Rule(rule) => rules::check_rule(self, &env, rule),
                ast::ItemKind::Term { name, .. } => {
                    let _ = self.instance_term_node(&env, &name.text);
                }
                ast::ItemKind::SlotDef { default: Some(default), ty, .. } => {
                    let ty = self.ty_of(&env, ty);
                    if !matches!(default.kind, ast::ExprKind::Nothing) {
                        let _ = self.slot_expr(&env, std::slice::from_ref(default), &ty, default.span);
                    }
                }
                _ => {}
            }
        }
    }

    /// Binds the party (and other) variables of a clause.
    pub fn bind_each(&mut self, env: &mut Env<'a>, clause: &ClauseDecl<'a>) {
        for binder in clause.each {
            let ty = self.class_ty(&binder.class);
            let _ = self.bind(env, &binder.variable.text, ty);
        }
    }

    /// The type a binder's class word stands for.
    pub fn class_ty(&mut self, class: &ast::Name) -> Ty {
        if class.text == "party" || class.text == "country" {
            return Ty::Country;
        }
        let wanted = class.text.replace('_', "");
        let found =
            self.enum_by_name.iter().find(|(name, _)| name.to_lowercase().ends_with(&wanted)).map(|(_, id)| *id);
        match found {
            Some(id) => Ty::Member(id),
            None => {
                let known: Vec<String> = self.enum_by_name.keys().map(|k| k.to_lowercase()).collect();
                self.report(words::unknown(class.span, "kind of thing", &class.text, &known));
                Ty::Error
            }
        }
    }

    /// Instantiates a clause under the provision of its use.
    pub fn use_clause(&mut self, env: &Env<'a>, used: &'a ast::ClauseUse) {
        let decls = self.decls;
        let Some(&index) = decls.clause_by_name.get(used.name.text.as_str()) else {
            let known: Vec<String> = decls.clause_by_name.keys().map(|k| (*k).to_owned()).collect();
            self.report(words::unknown_code(Code::UnknownClause, used.name.span, "clause", &used.name.text, &known));
            return;
        };
        let Some(clause) = decls.clauses.get(index) else { return };
        self.hover(used.name.span, format!("clause {}: {}", clause.name.text, clause.doc));
        let complete = self.check_slots(clause, used);
        let instance = Instance { id: self.next_instance, clause: index, use_: Some(used), env: Box::new(env.clone()) };
        self.next_instance += 1;
        let inner = Env { place: env.place, instance: Some(Arc::new(instance)), ..Env::default() };
        self.read_slots(&inner, clause);
        if !complete {
            return;
        }
        let mut rules_found = false;
        for item in &clause.items {
            if let ast::ItemKind::Rule(rule) = &item.kind {
                rules_found = true;
                let (when, applies) = (used.when.as_ref(), used.applies.as_slice());
                let added = Added { relations: &used.relations, when, applies, outer: Some(env) };
                let outside = self.use_span.replace(used.name.span);
                rules::add(self, &inner, rule, added, Some(clause.name.text.clone()), used.name.span);
                self.use_span = outside;
            }
        }
        if !rules_found {
            self.report(
                Diagnostic::new(Code::UnknownClause, used.name.span, format!("`{}` decides nothing", used.name.text))
                    .with(clause.span, "this clause has no rule"),
            );
        }
    }

    /// Whether the slots given are the ones the clause has.
    fn check_slots(&mut self, clause: &ClauseDecl<'a>, used: &'a ast::ClauseUse) -> bool {
        let declared: Vec<(&ast::Name, bool)> = clause
            .items
            .iter()
            .filter_map(|i| match &i.kind {
                ast::ItemKind::SlotDef { name, default, .. } => Some((name, default.is_some())),
                _ => None,
            })
            .collect();
        let known: Vec<String> = declared.iter().map(|(n, _)| n.text.clone()).collect();
        let mut fine = true;
        for (i, slot) in used.slots.iter().enumerate() {
            if !known.contains(&slot.name.text) {
                let mut finding = Diagnostic::new(
                    Code::UnknownSlot,
                    slot.name.span,
                    format!("`{}` has no slot `{}`", used.name.text, slot.name.text),
                )
                .with(clause.span, "the clause is defined here");
                finding = match words::nearest(&slot.name.text, &known) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding.help(format!("it has {}", known.join(", "))),
                };
                self.report(finding);
                fine = false;
            }
            if let Some(first) = used.slots.iter().take(i).find(|s| s.name.text == slot.name.text) {
                self.report(
                    Diagnostic::new(
                        Code::SlotTwice,
                        slot.name.span,
                        format!("slot `{}` is given twice", slot.name.text),
                    )
                    .with(first.name.span, "given here first")
                    .help("keep one"),
                );
                fine = false;
            }
        }
        for (name, has_default) in declared {
            if !has_default && !used.slots.iter().any(|s| s.name.text == name.text) {
                self.report(
                    Diagnostic::new(Code::MissingSlot, used.name.span, format!("slot `{}` is missing", name.text))
                        .with(name.span, "declared here, without a default")
                        .help(format!("add `{}: ...` between the braces", name.text)),
                );
                fine = false;
            }
        }
        fine
    }

    /// Reads every slot once, so that each value's mistakes are found even if no rule reads it.
    fn read_slots(&mut self, env: &Env<'a>, clause: &ClauseDecl<'a>) {
        let mut env = env.clone();
        self.frame = 0;
        self.bind_each(&mut env, clause);
        for item in &clause.items {
            if let ast::ItemKind::SlotDef { name, .. } = &item.kind {
                let _ = self.slot_value(&env, &name.text, name.span);
            }
        }
    }

    /// A term of the clause instance, asked with the clause's own variables.
    pub fn instance_term(&mut self, env: &Env<'a>, text: &'a str, span: Span) -> Option<ExprId> {
        self.instance_call(env, text, &[], span)
    }

    pub fn instance_call(&mut self, env: &Env<'a>, text: &'a str, args: &'a [ast::Arg], span: Span) -> Option<ExprId> {
        let instance = env.instance.clone()?;
        let clause = self.decls.clauses.get(instance.clause)?;
        let is_term = |i: &&&ast::Item| matches!(&i.kind, ast::ItemKind::Term { name, .. } if name.text == text);
        let _ = clause.items.iter().find(is_term)?;
        let Some(node) = self.instance_term_node(env, text) else { return Some(self.poison(span)) };
        let n = self.program.node(node)?.clone();
        let implicit = clause.each.len();
        let mut ids = Vec::new();
        let mut ty = n.ty.clone();
        for (i, param) in n.params.iter().enumerate() {
            let id = if i < implicit {
                let Some(local) = env.local(&param.name).cloned() else { return Some(self.poison(span)) };
                self.push(ExprKind::Local(local.id), local.ty, span)
            } else {
                let Some(arg) = args.get(i - implicit) else {
                    self.report(words::wrong_arguments(span, text, &format!("{text}(...)")));
                    return Some(self.poison(span));
                };
                self.need(env, &arg.value, &param.ty)
            };
            if param.ty == Ty::Country {
                let key = self.party_key(env, id);
                ty = crate::types::substitute(&ty, &param.name, &key);
            }
            ids.push(id);
        }
        if args.len() + implicit > n.params.len() {
            self.report(words::wrong_arguments(span, text, text));
        }
        Some(self.push(ExprKind::Call(node, ids), ty, span))
    }

    fn instance_term_node(&mut self, env: &Env<'a>, text: &str) -> Option<NodeId> {
        let instance = env.instance.clone()?;
        let decls = self.decls;
        let clause = decls.clauses.get(instance.clause)?;
        let (item, name, params, ty, body) = clause.items.iter().find_map(|i| match &i.kind {
            ast::ItemKind::Term { name, params, ty, body } if name.text == text => Some((i, name, params, ty, body)),
            _ => None,
        })?;
        let key = (instance.id, name.text.as_str());
        if let Some(node) = self.instance_terms.get(&key) {
            return Some(*node);
        }
        if self.busy_instance_terms.contains(&key) {
            self.report_term_cycle(&name.text, name.span);
            return None;
        }
        self.busy_instance_terms.push(key);
        let frame = std::mem::take(&mut self.frame);
        let mut inner = Env { place: env.place, instance: Some(instance.clone()), ..Env::default() };
        self.bind_each(&mut inner, clause);
        let mut all: Vec<ir::Param> =
            inner.locals.iter().map(|l| ir::Param { name: l.name.clone(), ty: l.ty.clone() }).collect();
        all.extend(self.bind_params(&mut inner, params));
        let declared = ty.as_ref().map(|t| self.ty_of(&inner, t));
        let body = match &declared {
            Some(want) => self.need(&inner, body, want),
            None => self.expr(&inner, body, None),
        };
        let ty = declared.unwrap_or_else(|| self.ty(body));
        let node = NodeId(number(self.program.nodes.len()));
        self.program.nodes.push(ir::Node {
            name: name.text.clone(),
            kind: NodeKind::Term,
            params: all,
            ty,
            body: ir::Body::Expr(body),
            locals: self.frame,
            provision: env.place.provision.map(|p| ir::ProvisionId(number(p))),
            span: item.span,
        });
        self.frame = frame;
        let _ = self.busy_instance_terms.pop();
        let _ = self.instance_terms.insert(key, node);
        Some(node)
    }
}
