//! Types: declared enumerations, records, questions and decisions; types as written; what fits where.

use crate::scope::{Cx, Env, number};
use crate::words;
use accord_core::{Currency, EnumId, KERNEL_ENUMS, Unit, Value};
use accord_ir::{self as ir, CurrencyOf, FactId, NodeId, PartyKey, RecordId, Ty, UnitOf};
use accord_source::Code;
use accord_syntax::ast;

/// The record of `figures of P`: the parties left out, and the figure without them.
pub(crate) const FIGURE_RECORD: &str = "Figure";

/// Declares enumerations, records, questions and decisions.
pub(crate) fn declare(cx: &mut Cx<'_, '_>) {
    for kernel in KERNEL_ENUMS {
        let members = kernel.members.iter().map(|m| (*m).to_owned()).collect();
        let _ = cx.enum_by_name.insert(kernel.name.to_owned(), kernel.id);
        cx.program.enums.push(ir::EnumDef { name: kernel.name.to_owned(), members });
    }
    let items: Vec<&ast::Item> = cx.decls.statements.iter().map(|s| s.item).collect();
    for item in &items {
        declare_enum(cx, item);
    }
    declare_record_names(cx, &items);
    for item in &items {
        declare_record_fields(cx, item);
    }
    for item in &items {
        declare_decision(cx, item);
    }
    for item in &items {
        declare_question(cx, item);
    }
}

fn declare_enum<'a>(cx: &mut Cx<'a, '_>, item: &'a ast::Item) {
    let ast::ItemKind::Enum { name, members } = &item.kind else { return };
    if cx.enum_by_name.contains_key(&name.text) {
        cx.report(words::duplicate(name.span, &name.text, name.span));
        return;
    }
    let mut seen: Vec<&ast::Name> = Vec::new();
    for (member, _) in members {
        if let Some(first) = seen.iter().find(|m| m.text == member.text) {
            cx.sink.push(words::duplicate(member.span, &member.text, first.span));
        }
        seen.push(member);
    }
    let id = EnumId(u16::try_from(cx.program.enums.len()).unwrap_or(u16::MAX));
    let _ = cx.enum_by_name.insert(name.text.clone(), id);
    let members = members.iter().map(|(m, _)| m.text.clone()).collect();
    cx.program.enums.push(ir::EnumDef { name: name.text.clone(), members });
}

fn declare_record_names<'a>(cx: &mut Cx<'a, '_>, items: &[&'a ast::Item]) {
    let figure = ir::RecordDef {
        name: FIGURE_RECORD.to_owned(),
        fields: vec![
            ("leaving_out".to_owned(), Ty::Set(Box::new(Ty::Country))),
            ("figure".to_owned(), Ty::Money(CurrencyOf::Any)),
        ],
        optional: vec![false, false],
        phrases: vec![String::new(), String::new()],
    };
    cx.program.records.push(figure);
    let _ = cx.record_by_name.insert(FIGURE_RECORD, RecordId(0));
    for item in items {
        if let ast::ItemKind::Record { name, .. } = &item.kind {
            let id = RecordId(u16::try_from(cx.program.records.len()).unwrap_or(u16::MAX));
            if cx.record_by_name.insert(&name.text, id).is_some() {
                cx.report(words::duplicate(name.span, &name.text, name.span));
            }
            let name = name.text.clone();
            cx.program.records.push(ir::RecordDef {
                name,
                fields: Vec::new(),
                optional: Vec::new(),
                phrases: Vec::new(),
            });
        }
    }
}

fn declare_record_fields<'a>(cx: &mut Cx<'a, '_>, item: &'a ast::Item) {
    let ast::ItemKind::Record { name, fields } = &item.kind else { return };
    let Some(&id) = cx.record_by_name.get(name.text.as_str()) else { return };
    let env = Env::default();
    let mut list: Vec<(String, Ty)> = Vec::new();
    let mut optional = Vec::new();
    for field in fields {
        if list.iter().any(|(n, _)| *n == field.name.text) {
            cx.report(words::duplicate(field.name.span, &field.name.text, name.span));
        }
        let ty = cx.ty_of(&env, &field.ty);
        list.push((field.name.text.clone(), ty));
        optional.push(field.ty.or_nothing);
    }
    if let Some(record) = cx.program.records.get_mut(usize::from(id.0)) {
        record.fields = list;
        record.optional = optional;
        record.phrases = fields.iter().map(|f| f.phrase.as_ref().map_or(String::new(), |p| p.text.clone())).collect();
    }
}

fn declare_decision<'a>(cx: &mut Cx<'a, '_>, item: &'a ast::Item) {
    let ast::ItemKind::Decision { signature, .. } = &item.kind else { return };
    let name = &signature.name;
    if let Some((_, first)) = cx.program.decision(&name.text) {
        let at = cx.program.node(first.node).map_or(name.span, |n| n.span);
        cx.report(words::duplicate(name.span, &name.text, at));
        return;
    }
    let mut env = Env::default();
    cx.frame = 0;
    let params = cx.bind_params(&mut env, &signature.params);
    let ty = cx.ty_of(&env, &signature.ty);
    let node = NodeId(number(cx.program.nodes.len()));
    let decision = ir::DecisionId(number(cx.program.decisions.len()));
    cx.program.nodes.push(ir::Node {
        name: name.text.clone(),
        kind: ir::NodeKind::Decision,
        params: params.clone(),
        ty: ty.clone(),
        body: ir::Body::Decision(decision, Vec::new()),
        locals: number(params.len()),
        provision: None,
        span: name.span,
    });
    cx.program.decisions.push(ir::Decision {
        name: name.text.clone(),
        params,
        ty,
        default: None,
        rules: Vec::new(),
        node,
        reads_row: true,
    });
}

fn declare_question<'a>(cx: &mut Cx<'a, '_>, item: &'a ast::Item) {
    let ast::ItemKind::Question { name, facts, decides } = &item.kind else { return };
    let env = Env::default();
    let mut ids = Vec::new();
    for fact in facts {
        let ty = cx.ty_of(&env, &fact.ty);
        let known = cx.program.facts.iter().position(|f| f.name == fact.name.text);
        let index = known.unwrap_or_else(|| {
            let (name, optional) = (fact.name.text.clone(), fact.ty.or_nothing);
            let phrase = fact.phrase.as_ref().map_or(String::new(), |p| p.text.clone());
            cx.program.facts.push(ir::FactDef { name, ty, optional, phrase });
            cx.program.facts.len() - 1
        });
        ids.push(FactId(number(index)));
    }
    let mut decisions = Vec::new();
    for wanted in decides {
        match cx.program.decision(&wanted.text) {
            Some((id, _)) => decisions.push(id),
            None => {
                let names: Vec<String> = cx.program.decisions.iter().map(|d| d.name.clone()).collect();
                cx.report(words::unknown(wanted.span, "decision", &wanted.text, &names));
            }
        }
    }
    cx.program.questions.push(ir::Question { name: name.text.clone(), facts: ids, decides: decisions });
}

impl<'a> Cx<'a, '_> {
    /// Binds parameters as locals, in order.
    pub fn bind_params(&mut self, env: &mut Env<'a>, params: &'a [ast::Param]) -> Vec<ir::Param> {
        let mut out = Vec::new();
        for param in params {
            let ty = param.ty.as_ref().map_or(Ty::Country, |t| self.ty_of(env, t));
            let _ = self.bind(env, &param.name.text, ty.clone());
            out.push(ir::Param { name: param.name.text.clone(), ty });
        }
        out
    }

    /// The type a written type stands for.
    pub fn ty_of(&mut self, env: &Env<'a>, written: &'a ast::Type) -> Ty {
        match &written.kind {
            ast::TypeKind::Set(inner) => Ty::Set(Box::new(self.ty_of(env, inner))),
            ast::TypeKind::List(inner) if is_period(inner) => Ty::Periods,
            ast::TypeKind::List(inner) => Ty::List(Box::new(self.ty_of(env, inner))),
            ast::TypeKind::Of(word, party) => self.ty_of_party(env, word, party),
            ast::TypeKind::Name(name) => self.named_ty(name),
        }
    }

    fn ty_of_party(&mut self, env: &Env<'a>, word: &'a ast::Name, party: &'a ast::Expr) -> Ty {
        let id = self.expr(env, party, Some(&Ty::Country));
        let key = self.party_key(env, id);
        match word.text.as_str() {
            "money" => Ty::Money(CurrencyOf::Of(key)),
            "amount" => Ty::Amount(CurrencyOf::Of(key)),
            "length" => Ty::Length(UnitOf::Of(key)),
            "figures" => Ty::List(Box::new(Ty::Record(RecordId(0)))),
            _ => {
                let known = ["money", "amount", "length", "figures"].map(str::to_owned);
                self.report(words::unknown_code(Code::UnknownType, word.span, "type", &word.text, &known));
                Ty::Error
            }
        }
    }

    fn named_ty(&mut self, name: &'a ast::Name) -> Ty {
        if let Some(ty) = plain_ty(&name.text) {
            return ty;
        }
        if let Some(&id) = self.enum_by_name.get(name.text.as_str()) {
            return Ty::Member(id);
        }
        if let Some(&id) = self.record_by_name.get(name.text.as_str()) {
            return Ty::Record(id);
        }
        let mut known: Vec<String> = PLAIN_TYPES.iter().map(|s| (*s).to_owned()).collect();
        known.extend(self.enum_by_name.keys().cloned());
        known.extend(self.record_by_name.keys().map(|s| (*s).to_owned()));
        self.report(words::unknown_code(Code::UnknownType, name.span, "type", &name.text, &known));
        Ty::Error
    }

    /// A type as a drafter would say it.
    pub fn say(&self, ty: &Ty) -> String {
        match ty {
            Ty::YesNo => "a condition (yes or no)".to_owned(),
            Ty::Number => "a number".to_owned(),
            Ty::Country => "a party".to_owned(),
            Ty::Member(id) => {
                let name = self.program.enumeration(*id).map_or("word", |e| e.name.as_str());
                format!("a word of the list {name}")
            }
            Ty::Set(inner) => format!("a set of {}", plural(&self.say(inner))),
            Ty::List(inner) => format!("a list of {}", plural(&self.say(inner))),
            Ty::Date => "a day".to_owned(),
            Ty::Span => "a span of days".to_owned(),
            Ty::Length(UnitOf::Fixed(unit)) => format!("a length in {}", unit.word()),
            Ty::Length(UnitOf::Of(key)) => format!("a length in the unit of {}", say_key(key)),
            Ty::Length(UnitOf::Any) => "a length".to_owned(),
            Ty::Money(c) => format!("money{}", say_currency(c)),
            Ty::Amount(c) => format!("an exact amount{}", say_currency(c)),
            Ty::Periods => "periods".to_owned(),
            Ty::Rounding => "a rounding (such as `half up to 0.01 EUR`)".to_owned(),
            Ty::Unit => "a unit".to_owned(),
            Ty::Text => "a text".to_owned(),
            Ty::Record(id) => {
                let name = self.program.record(*id).map_or("record", |r| r.name.as_str());
                format!("a record {name}")
            }
            Ty::Order => "an order of precedence (such as `compulsory over voluntary`)".to_owned(),
            Ty::Ties => "a rule for ties".to_owned(),
            Ty::Never => "no value".to_owned(),
            Ty::Error => "something with an error".to_owned(),
        }
    }

    /// Whether a value of type `actual` can stand where `wanted` is needed.
    pub fn fits(&self, actual: &Ty, wanted: &Ty) -> bool {
        match (actual, wanted) {
            (Ty::Error | Ty::Never, _) | (_, Ty::Error | Ty::Never) => true,
            (Ty::Set(a), Ty::Set(w)) | (Ty::List(a), Ty::List(w)) => self.fits(a, w),
            (Ty::Length(a), Ty::Length(w)) => self.unit_fits(a, w),
            (Ty::Money(a), Ty::Money(w) | Ty::Amount(w)) | (Ty::Amount(a), Ty::Amount(w)) => self.currency_fits(a, w),
            (a, w) => a == w,
        }
    }

    fn unit_fits(&self, actual: &UnitOf, wanted: &UnitOf) -> bool {
        match (actual, wanted) {
            (UnitOf::Any, _) | (_, UnitOf::Any) => true,
            (a, w) if a == w => true,
            (a, w) => {
                let (a, w) = (self.units_of(a), self.units_of(w));
                a.len() == 1 && a == w
            }
        }
    }

    /// The units a length may have, where legislations state them; empty where they are facts.
    pub fn units_of(&self, unit: &UnitOf) -> Vec<Unit> {
        match unit {
            UnitOf::Fixed(u) => vec![*u],
            UnitOf::Of(PartyKey::Const(party)) => crate::law::units(self, Some(*party)),
            UnitOf::Of(PartyKey::Var(..) | PartyKey::Unknown(_)) => crate::law::units(self, None),
            UnitOf::Any => Vec::new(),
        }
    }

    pub fn currency_fits(&self, actual: &CurrencyOf, wanted: &CurrencyOf) -> bool {
        match (actual, wanted) {
            (CurrencyOf::Any, _) | (_, CurrencyOf::Any) => true,
            (a, w) if a == w => true,
            (a, w) => {
                let (a, w) = (self.currency_of(a), self.currency_of(w));
                a.is_some() && a == w
            }
        }
    }

    /// The one currency a type stands for, where the text fixes it.
    pub fn currency_of(&self, currency: &CurrencyOf) -> Option<Currency> {
        match currency {
            CurrencyOf::Fixed(c) => Some(*c),
            CurrencyOf::Of(PartyKey::Const(party)) => crate::law::currency(self, *party),
            CurrencyOf::Common => self.program.common_currency,
            CurrencyOf::Of(PartyKey::Var(..) | PartyKey::Unknown(_)) | CurrencyOf::Any => None,
        }
    }
}

/// A type with the party of a parameter replaced by the party of an argument.
pub(crate) fn substitute(ty: &Ty, name: &str, key: &PartyKey) -> Ty {
    let swap = |k: &PartyKey| match k {
        PartyKey::Var(n, _) if n == name => key.clone(),
        PartyKey::Var(..) | PartyKey::Const(_) | PartyKey::Unknown(_) => k.clone(),
    };
    let swap_currency = |c: &CurrencyOf| match c {
        CurrencyOf::Of(k) => CurrencyOf::Of(swap(k)),
        CurrencyOf::Fixed(_) | CurrencyOf::Common | CurrencyOf::Any => c.clone(),
    };
    match ty {
        Ty::Length(UnitOf::Of(k)) => Ty::Length(UnitOf::Of(swap(k))),
        Ty::Money(c) => Ty::Money(swap_currency(c)),
        Ty::Amount(c) => Ty::Amount(swap_currency(c)),
        Ty::Set(inner) => Ty::Set(Box::new(substitute(inner, name, key))),
        Ty::List(inner) => Ty::List(Box::new(substitute(inner, name, key))),
        other => other.clone(),
    }
}

/// Whether a type's unit or currency is that of the variable with this key.
pub(crate) fn mentions(ty: &Ty, binding: u32) -> bool {
    let of = |k: &PartyKey| matches!(k, PartyKey::Var(_, b) if *b == binding);
    match ty {
        Ty::Length(UnitOf::Of(k)) | Ty::Money(CurrencyOf::Of(k)) | Ty::Amount(CurrencyOf::Of(k)) => of(k),
        Ty::Set(inner) | Ty::List(inner) => mentions(inner, binding),
        _ => false,
    }
}

const PLAIN_TYPES: &[&str] = &[
    "YesNo",
    "Number",
    "Ratio",
    "Party",
    "Country",
    "Date",
    "Span",
    "Periods",
    "Text",
    "Rounding",
    "Unit",
    "length",
    "money",
    "amount",
    "months",
    "years",
    "quarters",
    "weeks",
    "days",
    "condition",
    "order",
    "ties",
    "Destinations",
];

fn plain_ty(name: &str) -> Option<Ty> {
    Some(match name {
        "YesNo" | "condition" => Ty::YesNo,
        "Number" | "Ratio" | "year" => Ty::Number,
        "Party" | "Country" => Ty::Country,
        "Date" => Ty::Date,
        "Span" => Ty::Span,
        "Periods" => Ty::Periods,
        "Text" => Ty::Text,
        "Rounding" => Ty::Rounding,
        "Unit" => Ty::Unit,
        "length" => Ty::Length(UnitOf::Any),
        "money" => Ty::Money(CurrencyOf::Any),
        "amount" => Ty::Amount(CurrencyOf::Any),
        "order" => Ty::Order,
        "ties" => Ty::Ties,
        "Destinations" => Ty::Set(Box::new(Ty::Country)),
        other => {
            if let Some(unit) = Unit::parse(other) {
                Ty::Length(UnitOf::Fixed(unit))
            } else {
                Ty::Money(CurrencyOf::Fixed(Currency::parse(other)?))
            }
        }
    })
}

fn is_period(ty: &ast::Type) -> bool {
    matches!(&ty.kind, ast::TypeKind::Name(n) if n.text == "Period")
}

/// `a party` as several: `parties`; other words keep their form after the article.
fn plural(words: &str) -> String {
    let bare = words.strip_prefix("a ").or_else(|| words.strip_prefix("an ")).unwrap_or(words);
    match bare.split_once(' ') {
        _ if bare == "party" => "parties".to_owned(),
        Some((head, rest)) if !rest.is_empty() => format!("{head}s {rest}"),
        _ => format!("{bare}s"),
    }
}

fn say_key(key: &PartyKey) -> String {
    match key {
        PartyKey::Const(c) => c.to_string(),
        PartyKey::Var(name, _) => name.clone(),
        PartyKey::Unknown(_) => "some party".to_owned(),
    }
}

fn say_currency(currency: &CurrencyOf) -> String {
    match currency {
        CurrencyOf::Fixed(c) => format!(" in {c}"),
        CurrencyOf::Of(key) => format!(" in the currency of {}", say_key(key)),
        CurrencyOf::Common => " in the common currency".to_owned(),
        CurrencyOf::Any => String::new(),
    }
}

/// The type of a constant.
pub(crate) fn ty_of_value(value: &Value) -> Ty {
    match value {
        Value::YesNo(_) => Ty::YesNo,
        Value::Number(_) => Ty::Number,
        Value::Country(_) => Ty::Country,
        Value::Member(id, _) => Ty::Member(*id),
        Value::Set(s) => Ty::Set(Box::new(s.first().map_or(Ty::Never, ty_of_value))),
        Value::List(l) => Ty::List(Box::new(l.first().map_or(Ty::Never, ty_of_value))),
        Value::Date(_) => Ty::Date,
        Value::Span(_) => Ty::Span,
        Value::Length(l) => Ty::Length(UnitOf::Fixed(l.unit)),
        Value::Money(m) => Ty::Money(CurrencyOf::Fixed(m.currency)),
        Value::Amount(a) => Ty::Amount(CurrencyOf::Fixed(a.currency)),
        Value::Periods(_) => Ty::Periods,
        Value::Rounding(_) => Ty::Rounding,
        Value::Unit(_) => Ty::Unit,
        Value::Text(_) => Ty::Text,
        Value::Record(_) => Ty::Error,
        Value::Order(_) => Ty::Order,
        Value::Ties(_) => Ty::Ties,
    }
}
