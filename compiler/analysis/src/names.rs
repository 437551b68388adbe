//! What a name means where it stands.

use crate::scope::{Cx, Env};
use crate::words;
use accord_core::{Country, Currency, EnumId, HostFn, Unit, Value};
use accord_ir::{ExprId, ExprKind, FactId, Ty};
use accord_source::{Code, Diagnostic, Span};

impl<'a> Cx<'a, '_> {
    /// The expression a name stands for.
    pub fn name(&mut self, env: &Env<'a>, text: &'a str, span: Span, want: Option<&Ty>) -> ExprId {
        if let Some(local) = env.local(text).cloned() {
            let said = self.say(&local.ty);
            self.hover(span, format!("{text}: {said}"));
            return self.push(ExprKind::Local(local.id), local.ty, span);
        }
        if let Some(id) = self.slot_value(env, text, span) {
            return id;
        }
        if let Some(id) = self.instance_term(env, text, span) {
            return id;
        }
        match text {
            "yes" => return self.constant(Value::YesNo(true), Ty::YesNo, span),
            "no" => return self.constant(Value::YesNo(false), Ty::YesNo, span),
            _ => {}
        }
        if let Some(id) = self.wanted_word(text, span, want) {
            return id;
        }
        if let Some(id) = self.declared(env, text, span) {
            return id;
        }
        if let Some(id) = self.fact(text, span) {
            return id;
        }
        if let Some(id) = self.code(text, span) {
            return id;
        }
        self.any_member(text, span).unwrap_or_else(|| self.unknown_name(env, text, span))
    }

    /// A word that the type wanted here knows: a member of an enumeration, a unit, a currency.
    fn wanted_word(&mut self, text: &str, span: Span, want: Option<&Ty>) -> Option<ExprId> {
        match want? {
            Ty::Member(id) => self.member(*id, text, span),
            Ty::Set(inner) | Ty::List(inner) => match inner.as_ref() {
                Ty::Member(id) => self.member(*id, text, span),
                _ => None,
            },
            Ty::Unit => {
                let unit = Unit::parse(text)?;
                Some(self.constant(Value::Unit(unit), Ty::Unit, span))
            }
            _ => None,
        }
    }

    /// A member of an enumeration.
    pub fn member(&mut self, id: EnumId, text: &str, span: Span) -> Option<ExprId> {
        let index = self.program.enumeration(id)?.members.iter().position(|m| m == text)?;
        let value = Value::Member(id, u16::try_from(index).ok()?);
        Some(self.constant(value, Ty::Member(id), span))
    }

    /// A term, parameter or decision without parameters; a fact or header value of the legislation.
    fn declared(&mut self, env: &Env<'a>, text: &'a str, span: Span) -> Option<ExprId> {
        if let Some(legislation) = env.legislation {
            // A fact first: Figures has a fact and a function called `entitled`, and a bare name is the fact.
            if let Some(id) = self.given_fact(env, legislation, text, span) {
                return Some(id);
            }
        }
        if let Some(index) = self.callable(env, text) {
            return Some(self.call_callable(env, index, span));
        }
        let (_, decision) = self.program.decision(text)?;
        let (params, ty, node) = (decision.params.clone(), decision.ty.clone(), decision.node);
        if params.is_empty() {
            let said = self.say(&ty);
            self.hover(span, format!("decision {text}: {said}"));
            return Some(self.push(ExprKind::Call(node, Vec::new()), ty, span));
        }
        let shown: Vec<String> = params.iter().map(|p| p.name.clone()).collect();
        self.report(words::wrong_arguments(span, text, &format!("{text}({})", shown.join(", "))));
        Some(self.poison(span))
    }

    /// A fact of the row, whole or by the one field of that name.
    fn fact(&mut self, text: &str, span: Span) -> Option<ExprId> {
        if let Some(index) = self.program.facts.iter().position(|f| f.name == text) {
            let ty = self.program.facts.get(index)?.ty.clone();
            return Some(self.push(ExprKind::Fact(FactId(crate::scope::number(index))), ty, span));
        }
        let mut found: Vec<(usize, String, usize, Ty)> = Vec::new();
        for (index, fact) in self.program.facts.iter().enumerate() {
            let Ty::Record(record) = &fact.ty else { continue };
            let Some(def) = self.program.record(*record) else { continue };
            if let Some(field) = def.fields.iter().position(|(n, _)| n == text) {
                let ty = def.fields.get(field).map_or(Ty::Error, |(_, t)| t.clone());
                found.push((index, fact.name.clone(), field, ty));
            }
        }
        match found.as_slice() {
            [] => None,
            [(index, _, field, ty)] => {
                let (index, field, ty) = (*index, *field, ty.clone());
                let record = self.program.facts.get(index)?.ty.clone();
                let whole = self.push(ExprKind::Fact(FactId(crate::scope::number(index))), record, span);
                Some(self.field_at(whole, field, ty, span))
            }
            several => {
                let ways: Vec<String> = several.iter().map(|(_, fact, ..)| format!("`{fact}.{text}`")).collect();
                self.report(
                    Diagnostic::new(Code::Ambiguous, span, format!("`{text}` could be several facts"))
                        .help(format!("write {}", ways.join(" or "))),
                );
                Some(self.poison(span))
            }
        }
    }

    /// A field of a record by its position.
    pub fn field_at(&mut self, record: ExprId, field: usize, ty: Ty, span: Span) -> ExprId {
        let index = self.constant(Value::whole(i64::try_from(field).unwrap_or(0)), Ty::Number, span);
        self.host(HostFn::Field, vec![record, index], ty, span)
    }

    /// A country or a currency.
    fn code(&mut self, text: &str, span: Span) -> Option<ExprId> {
        let capitals = text.bytes().all(|b| b.is_ascii_uppercase());
        if !capitals || !(2..=3).contains(&text.len()) {
            return None;
        }
        if text.len() == 2 {
            return Some(match Country::parse(text) {
                Some(country) => {
                    self.hover(span, country.name());
                    self.constant(Value::Country(country), Ty::Country, span)
                }
                None => {
                    self.report(words::unknown_country(span, text));
                    self.poison(span)
                }
            });
        }
        let currency = Currency::parse(text)?;
        Some(self.constant(Value::text(currency.code()), Ty::Text, span))
    }

    /// A member of the one enumeration that has a member of this name.
    fn any_member(&mut self, text: &str, span: Span) -> Option<ExprId> {
        let having: Vec<(EnumId, String)> = self
            .program
            .enums
            .iter()
            .enumerate()
            .filter(|(_, e)| e.members.iter().any(|m| m == text))
            .map(|(i, e)| (EnumId(u16::try_from(i).unwrap_or(u16::MAX)), e.name.clone()))
            .collect();
        match having.as_slice() {
            [] => None,
            [(id, _)] => self.member(*id, text, span),
            several => {
                let names: Vec<&str> = several.iter().map(|(_, n)| n.as_str()).collect();
                self.report(
                    Diagnostic::new(Code::Ambiguous, span, format!("`{text}` could be {}", names.join(" or ")))
                        .help("compare it with something of one of these kinds, so that it is clear which is meant"),
                );
                Some(self.poison(span))
            }
        }
    }

    fn unknown_name(&mut self, env: &Env<'a>, text: &str, span: Span) -> ExprId {
        let mut known: Vec<String> = env.locals.iter().map(|l| l.name.clone()).collect();
        known.extend(self.callables.iter().map(|c| c.name.to_owned()));
        known.extend(self.program.decisions.iter().map(|d| d.name.clone()));
        known.extend(self.program.facts.iter().map(|f| f.name.clone()));
        known.extend(self.program.enums.iter().flat_map(|e| e.members.iter().cloned()));
        for fact in &self.program.facts {
            if let Ty::Record(record) = &fact.ty
                && let Some(def) = self.program.record(*record)
            {
                known.extend(def.fields.iter().map(|(n, _)| n.clone()));
            }
        }
        if let Some(instance) = &env.instance {
            known.extend(instance.known_names(self.decls));
        }
        let mut finding = words::unknown(span, "term, fact or word", text, &known);
        if text.len() == 1 && text.bytes().all(|b| b.is_ascii_uppercase()) {
            finding = finding.help(format!(
                "if `{text}` is a party, bind it: `for each party {text} in concerned` after the article's heading, or name it in the head of the rule or term"
            ));
        }
        self.report(finding);
        self.poison(span)
    }
}
