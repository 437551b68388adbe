//! The values of slots: read in the scope of the use, with the clause's party variables.

use crate::scope::{Cx, Env};
use crate::words;
use accord_core::{TieStep, Ties, Value};
use accord_ir::{ExprId, ExprKind, Ty};
use accord_source::{Code, Diagnostic, Label, Span};
use accord_syntax::ast;
use std::sync::Arc;

impl<'a> Cx<'a, '_> {
    /// The value of a slot of the clause in scope; `None` where the name is no slot.
    pub fn slot_value(&mut self, env: &Env<'a>, text: &str, span: Span) -> Option<ExprId> {
        let instance = env.instance.clone()?;
        let decls = self.decls;
        let clause = decls.clauses.get(instance.clause)?;
        let (name, term, ty, default) = clause.items.iter().find_map(|i| match &i.kind {
            ast::ItemKind::SlotDef { name, term, ty, default } if name.text == text => Some((name, *term, ty, default)),
            _ => None,
        })?;
        let term = term || matches!(&ty.kind, ast::TypeKind::Name(n) if n.text == "condition");
        let must_be_party = matches!(&ty.kind, ast::TypeKind::Name(n) if n.text == "Party");
        let ty = self.ty_of(env, ty);
        let Some(used) = instance.use_ else {
            // The definition is being checked: any value of the type will do.
            let open = accord_core::Outcome::Nothing;
            return Some(self.push(ExprKind::Const(open), ty, span));
        };
        let Some(slot) = used.slots.iter().find(|s| s.name.text == text) else {
            return Some(self.default_value(env, default.as_ref(), &ty, name.span));
        };
        let names: Vec<&str> = clause.each.iter().map(|b| b.variable.text.as_str()).collect();
        let mut outer = (*instance.env).clone();
        outer.locals.extend(env.locals.iter().filter(|l| names.contains(&l.name.as_str())).cloned());
        let before = self.sink.len();
        let id = self.given_slot(&outer, slot, &ty);
        if must_be_party {
            let at = self.program.expr(id).map_or(slot.name.span, |e| e.span);
            self.must_be_party(id, at);
        }
        // The use is what is wrong; the definition says what it should have been.
        let takes = format!("slot `{text}` takes {}", self.say(&ty));
        for finding in self.sink.since(before).filter(|f| f.code != Code::UnknownName) {
            finding.labels.push(Label { span: name.span, message: takes.clone(), primary: false });
        }
        if !term && self.const_value(id).is_none() && !matches!(self.ty(id), Ty::Error | Ty::Never) {
            self.report(
                Diagnostic::new(
                    Code::SlotNotConstant,
                    slot.name.span,
                    format!("slot `{text}` must be fixed by the text"),
                )
                .with(name.span, "the slot takes a constant")
                .help("write the members out; a value that depends on the case belongs in `when`"),
            );
        }
        Some(id)
    }

    fn default_value(&mut self, env: &Env<'a>, default: Option<&'a ast::Expr>, ty: &Ty, at: Span) -> ExprId {
        match default {
            Some(ast::Expr { kind: ast::ExprKind::Nothing, span }) => {
                self.push(ExprKind::Const(accord_core::Outcome::Nothing), ty.clone(), *span)
            }
            Some(default) => self.slot_expr(env, std::slice::from_ref(default), ty, default.span),
            None => self.poison(at),
        }
    }

    fn given_slot(&mut self, env: &Env<'a>, slot: &'a ast::Slot, ty: &Ty) -> ExprId {
        let span = slot.name.span;
        match (&slot.value, ty) {
            (ast::SlotValue::List(list), _) => {
                let at = match (list.first(), list.last()) {
                    (Some(a), Some(b)) => a.span.to(b.span),
                    _ => span,
                };
                self.slot_expr(env, list, ty, at)
            }
            (ast::SlotValue::Block(block), Ty::Ties) => self.ties(block),
            (ast::SlotValue::Block(block), Ty::Set(_)) if block.slots.is_empty() => {
                self.constant(Value::Set(std::collections::BTreeSet::new()), ty.clone(), block.span)
            }
            _ => {
                let wanted = self.say(ty);
                self.report(
                    Diagnostic::new(Code::WrongSlot, span, format!("slot `{}` takes {wanted}", slot.name.text))
                        .help("see the clause's definition for what it takes"),
                );
                self.poison(span)
            }
        }
    }

    /// One or more expressions as the value of a slot of a type.
    pub fn slot_expr(&mut self, env: &Env<'a>, list: &'a [ast::Expr], ty: &Ty, span: Span) -> ExprId {
        match (ty, list) {
            (Ty::Order, _) => self.order(list, span),
            (Ty::Set(inner), [only]) => {
                if matches!(only.kind, ast::ExprKind::Set(_) | ast::ExprKind::Parties(_)) {
                    return self.need(env, only, ty);
                }
                let id = self.expr(env, only, Some(inner));
                if matches!(self.ty(id), Ty::Set(_)) {
                    return self.must_fit(id, ty, only.span);
                }
                self.set_of(env, list, Some(inner), span)
            }
            (Ty::Set(inner), _) => self.set_of(env, list, Some(inner), span),
            (_, [only]) => self.need(env, only, ty),
            _ => {
                let finding = words::mismatch(span, &self.say(ty), "a list");
                self.report(finding);
                self.poison(span)
            }
        }
    }

    /// `{ assimilated: last_compulsory_before, first_compulsory_after, refer   otherwise: refer }`.
    fn ties(&mut self, block: &'a ast::Block) -> ExprId {
        let mut ties = Ties { assimilated: Vec::new(), otherwise: Vec::new() };
        for slot in &block.slots {
            let ast::SlotValue::List(list) = &slot.value else { return self.wrong_ties(slot.name.span) };
            let mut steps = Vec::new();
            for e in list {
                match tie_step(e) {
                    Some(step) => steps.push(step),
                    None => return self.wrong_ties(e.span),
                }
            }
            match slot.name.text.as_str() {
                "assimilated" => ties.assimilated = steps,
                "otherwise" => ties.otherwise = steps,
                _ => return self.wrong_ties(slot.name.span),
            }
        }
        if ties.otherwise.is_empty() {
            self.report(
                Diagnostic::new(Code::WrongSlot, block.span, "the rule for ties does not say what happens otherwise")
                    .help("add `otherwise: refer` or `otherwise: own`"),
            );
            return self.poison(block.span);
        }
        if ties.assimilated.is_empty() {
            ties.assimilated = ties.otherwise.clone();
        }
        self.constant(Value::Ties(Arc::new(ties)), Ty::Ties, block.span)
    }

    fn wrong_ties(&mut self, span: Span) -> ExprId {
        self.report(
            Diagnostic::new(Code::WrongSlot, span, "this is no way to settle a tie").help(
                "the classes are `assimilated` and `otherwise`; the ways are last_compulsory_before, first_compulsory_after, own, refer",
            ),
        );
        self.poison(span)
    }
}

fn tie_step(e: &ast::Expr) -> Option<TieStep> {
    match &e.kind {
        ast::ExprKind::Refer(_) => Some(TieStep::Refer),
        ast::ExprKind::Name(name) => match name.as_str() {
            "last_compulsory_before" => Some(TieStep::LastCompulsoryBefore),
            "first_compulsory_after" => Some(TieStep::FirstCompulsoryAfter),
            "own" => Some(TieStep::Own),
            "refer" => Some(TieStep::Refer),
            _ => None,
        },
        _ => None,
    }
}
