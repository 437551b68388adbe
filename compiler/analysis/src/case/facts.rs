//! The row of facts: records, lists of records, and what is missing in them.

use super::constant::name_of;
use super::findings::{expected, found, unknown, wrong};
use super::read::{Reader, Slots, braces, place};
use accord_core::{Outcome, Value};
use accord_ir::{Question, RecordDef, RecordId, Ty};
use accord_source::Code;
use accord_syntax::ast::{Expr, ExprKind, Slot, SlotValue};
use std::sync::Arc;

/// How deep records may stand in each other before what is missing is named as a whole.
const DEPTH: usize = 8;

/// The facts of the program, in its order: those of the question from the case, the others missing.
pub(super) fn row(reader: &mut Reader<'_, '_>, slots: &Slots<'_>, question: &Question) -> Vec<Outcome> {
    let program = reader.program;
    let mut row = Vec::new();
    for (index, fact) in program.facts.iter().enumerate() {
        let asked = question.facts.iter().any(|id| id.0 as usize == index);
        let given = slots.get(fact.name.as_str()).filter(|_| asked);
        row.push(match given {
            Some(slot) => reader.value(slot, &fact.ty, fact.optional, &fact.name),
            None => left_out(reader, &fact.ty, fact.optional, &fact.name),
        });
    }
    row
}

/// What a fact is that a case leaves out: `nothing` where it may be, else undetermined by its name.
pub(super) fn left_out(reader: &Reader<'_, '_>, ty: &Ty, optional: bool, path: &str) -> Outcome {
    absent(reader, ty, optional, path, DEPTH)
}

fn absent(reader: &Reader<'_, '_>, ty: &Ty, optional: bool, path: &str, depth: usize) -> Outcome {
    if optional { Outcome::Nothing } else { missing(reader, ty, path, depth) }
}

/// What a fact is that nobody knows: each field of a record is missing by its own name.
fn missing(reader: &Reader<'_, '_>, ty: &Ty, path: &str, depth: usize) -> Outcome {
    let Ty::Record(id) = ty else { return Outcome::missing(path) };
    let Some(def) = reader.program.record(*id).filter(|_| depth > 0) else { return Outcome::missing(path) };
    let field = |(name, ty): &(String, Ty), optional: &bool| {
        absent(reader, ty, *optional, &format!("{path}.{name}"), depth - 1)
    };
    let fields = def.fields.iter().zip(&def.optional).map(|(f, o)| field(f, o));
    Outcome::Value(Value::Record(Arc::new(fields.collect())))
}

impl Reader<'_, '_> {
    /// The outcome a slot stands for. Where something is wrong the finding was recorded and the fact is missing.
    pub fn value(&mut self, slot: &Slot, ty: &Ty, optional: bool, path: &str) -> Outcome {
        match self.special(slot) {
            Some(Special::Unknown) => return missing(self, ty, path, DEPTH),
            Some(Special::Nothing) if optional => return Outcome::Nothing,
            Some(Special::Nothing) => {
                let message = wrong(place(slot), &expected(self.program, ty), "`nothing`");
                self.report(
                    message.help(format!("`{}` cannot be nothing; leave it out if it is not known", slot.name.text)),
                );
                return Outcome::missing(path);
            }
            None => {}
        }
        self.given_value(slot, ty, path).map_or_else(|| Outcome::missing(path), Outcome::Value)
    }

    /// `nothing`, and `undetermined` for what is not known.
    fn special(&self, slot: &Slot) -> Option<Special> {
        let SlotValue::List(list) = &slot.value else { return None };
        let [only] = list.as_slice() else { return None };
        match &only.kind {
            ExprKind::Nothing => Some(Special::Nothing),
            ExprKind::Name(word) if word == "undetermined" => Some(Special::Unknown),
            ExprKind::Name(word) if self.quoted && word == super::json::NULL => Some(Special::Unknown),
            ExprKind::Name(word) if word == "nothing" => Some(Special::Nothing),
            ExprKind::Text(text) if self.quoted && text == "nothing" => Some(Special::Nothing),
            ExprKind::Text(text) if self.quoted && text == "undetermined" => Some(Special::Unknown),
            _ => None,
        }
    }

    /// The value a slot stands for.
    pub fn given_value(&mut self, slot: &Slot, ty: &Ty, path: &str) -> Option<Value> {
        match ty {
            Ty::Record(id) => self.record_of(slot, *id, path),
            Ty::Periods => self.periods(slot),
            Ty::List(inner) | Ty::Set(inner) => {
                let values = match inner.as_ref() {
                    Ty::Record(id) => self.records(slot, *id, path)?,
                    inner => self.several(slot, inner)?,
                };
                let set = matches!(ty, Ty::Set(_));
                Some(if set { Value::Set(values.into_iter().collect()) } else { Value::List(values) })
            }
            scalar => {
                let wanted = expected(self.program, scalar);
                let only = self.single(slot, &wanted)?;
                self.constant(only, scalar)
            }
        }
    }

    /// A list of values that are no records; `{}` is an empty one.
    fn several(&mut self, slot: &Slot, inner: &Ty) -> Option<Vec<Value>> {
        if braces(&slot.value).is_some_and(<[Slot]>::is_empty) {
            return Some(Vec::new());
        }
        if let SlotValue::List(list) = &slot.value {
            return self.members(list, inner);
        }
        if self.fine(&slot.value) {
            let list = Ty::List(Box::new(inner.clone()));
            let finding = wrong(place(slot), &expected(self.program, &list), &self.found(&slot.value));
            self.report(finding);
        }
        None
    }

    /// `claim: { benefit: ... start: ... }`.
    fn record_of(&mut self, slot: &Slot, id: RecordId, path: &str) -> Option<Value> {
        let def = self.program.record(id)?;
        let example = def.fields.first().map_or_else(|| "...".to_owned(), |(f, _)| format!("{f}: ..."));
        let slots = self.block(slot, &example)?;
        Some(self.record(slots, def, path))
    }

    /// A list of records: blocks under any key each (`1: { ... } 2: { ... }`, in JSON an array), or the fields of the
    /// only one.
    fn records(&mut self, slot: &Slot, id: RecordId, path: &str) -> Option<Vec<Value>> {
        let def = self.program.record(id)?;
        if let Some(figures) = self.by_parties(slot, def) {
            return figures;
        }
        let slots = self.block(slot, "1: { ... }")?;
        let is_field = |s: &Slot| def.fields.iter().any(|(f, _)| fits_name(f, &s.name.text));
        if !slots.is_empty() && slots.iter().any(is_field) {
            return Some(vec![self.record(slots, def, &format!("{path}.1"))]);
        }
        let by_name = self.slots(slots);
        let mut values = Vec::new();
        for element in slots.iter().filter(|s| by_name.get(s.name.text.as_str()).is_some_and(|f| std::ptr::eq(*f, *s)))
        {
            let fields = self.block(element, "...")?;
            values.push(self.record(fields, def, &format!("{path}.{}", element.name.text)));
        }
        Some(values)
    }

    /// A list of records of a set of parties and something for each: `{ CV: 400.00 EUR  "CV, XX": 300.00 EUR }`.
    fn by_parties(&mut self, slot: &Slot, def: &RecordDef) -> Option<Option<Vec<Value>>> {
        let [(_, Ty::Set(key)), (_, ty)] = def.fields.as_slice() else { return None };
        if **key != Ty::Country {
            return None;
        }
        let Some(slots) = braces(&slot.value) else {
            return Some(self.block(slot, "NL: ...").map(|_| Vec::new()));
        };
        let mut values: Vec<Value> = Vec::new();
        let mut keys: Vec<(Value, &Slot)> = Vec::new();
        let mut complete = true;
        for row in slots {
            let parties: Option<Vec<_>> =
                row.name.text.split(',').map(|code| self.party(code.trim(), row.name.span)).collect();
            let wanted = expected(self.program, ty);
            let value = self.single(row, &wanted).and_then(|e| self.constant(e, ty));
            let (Some(parties), Some(value)) = (parties, value) else {
                complete = false;
                continue;
            };
            let parties = Value::countries(parties);
            if let Some((_, first)) = keys.iter().find(|(k, _)| *k == parties) {
                let finding = super::findings::twice(&row.name.text, row.name.span, first.name.span);
                self.report(finding);
                continue;
            }
            keys.push((parties.clone(), row));
            let fields = vec![Outcome::Value(parties), Outcome::Value(value)];
            values.push(Value::Record(Arc::new(fields)));
        }
        Some(complete.then_some(values))
    }

    /// The fields of a record. One that is not given is missing by its dotted name.
    fn record(&mut self, slots: &[Slot], def: &RecordDef, path: &str) -> Value {
        let mut given: Vec<Option<&Slot>> = vec![None; def.fields.len()];
        for slot in slots {
            let name = slot.name.text.as_str();
            let exact = def.fields.iter().position(|(f, _)| f == name);
            let alias = || def.fields.iter().position(|(f, ty)| several_of(ty) && singular(f).as_deref() == Some(name));
            match exact.or_else(alias) {
                None => {
                    let known: Vec<String> = def.fields.iter().map(|(f, _)| f.clone()).collect();
                    let message = format!("{} has no field `{}`", def.name, super::findings::short(name));
                    self.report(unknown(Code::CaseUnknownField, slot.name.span, message, name, &known));
                }
                Some(index) => {
                    if let Some(place) = given.get_mut(index) {
                        match place {
                            None => *place = Some(slot),
                            Some(first) => {
                                let finding = super::findings::twice(name, slot.name.span, first.name.span);
                                self.report(finding);
                            }
                        }
                    }
                }
            }
        }
        let fields = (0..def.fields.len()).map(|index| self.field(def, &given, index, path)).collect();
        Value::Record(Arc::new(fields))
    }

    /// One field: what it is given as, what the sibling it names is given as, or missing.
    fn field(&mut self, def: &RecordDef, given: &[Option<&Slot>], index: usize, path: &str) -> Outcome {
        let mut at = index;
        // Each step follows one name; more steps than fields is a circle.
        for _ in 0..=def.fields.len() {
            let Some((name, ty)) = def.fields.get(at) else { break };
            let optional = def.optional.get(at).copied().unwrap_or(false);
            let full = format!("{path}.{name}");
            let Some(slot) = given.get(at).copied().flatten() else {
                return left_out(self, ty, optional, &full);
            };
            match self.sibling(slot, def, at) {
                Some(next) => at = next,
                // What a sibling is given as was checked at its own place.
                None if at != index => return self.silently(slot, ty, optional, &full),
                None => return self.value(slot, ty, optional, &full),
            }
        }
        let name = def.fields.get(index).map_or("", |(f, _)| f.as_str());
        if let Some(slot) = given.get(index).copied().flatten() {
            self.report(wrong(place(slot), "a value", &format!("fields that name each other, back to `{name}`")));
        }
        Outcome::missing(&format!("{path}.{name}"))
    }

    /// The sibling field a slot names: of the same type, and not itself a word of that type.
    fn sibling(&mut self, slot: &Slot, def: &RecordDef, index: usize) -> Option<usize> {
        let (_, ty) = def.fields.get(index)?;
        let SlotValue::List(list) = &slot.value else { return None };
        let [only] = list.as_slice() else { return None };
        let name = match &only.kind {
            ExprKind::Name(name) => name.clone(),
            ExprKind::Text(text) if self.quoted && *ty != Ty::Text => text.clone(),
            _ => return None,
        };
        if self.is_word(&name, ty) {
            return None;
        }
        let other = def.fields.iter().position(|(f, _)| *f == name).filter(|other| *other != index)?;
        (def.fields.get(other).map(|(_, t)| t) == Some(ty)).then_some(other)
    }

    /// Whether a name is a value of the type.
    fn is_word(&self, name: &str, ty: &Ty) -> bool {
        match ty {
            Ty::YesNo => matches!(name, "yes" | "no"),
            Ty::Member(id) => self.program.enumeration(*id).is_some_and(|e| e.members.iter().any(|m| m == name)),
            Ty::Set(inner) | Ty::List(inner) => self.is_word(name, inner),
            _ => false,
        }
    }

    /// The value again, without its findings.
    fn silently(&mut self, slot: &Slot, ty: &Ty, optional: bool, path: &str) -> Outcome {
        let mut unheard = accord_source::Diagnostics::default();
        Reader::new(self.program, self.quoted, &mut unheard).value(slot, ty, optional, path)
    }

    /// The name an expression is, read from JSON where needed.
    pub fn name(&mut self, expr: &Expr, wanted: &str) -> Option<String> {
        let read = self.leaf(expr, wanted)?;
        let name = name_of(&read);
        if name.is_none() {
            if matches!(read.kind, ExprKind::Junk) {
                self.poisoned();
            } else {
                let finding = wrong(expr.span, wanted, &found(&read));
                self.report(finding);
            }
        }
        name
    }
}

enum Special {
    Nothing,
    Unknown,
}

fn several_of(ty: &Ty) -> bool {
    matches!(ty, Ty::Set(_) | Ty::List(_))
}

/// `nationality` for `nationalities`, `branch` for `branches`, `act` for `acts`.
pub(super) fn singular(plural: &str) -> Option<String> {
    if let Some(stem) = plural.strip_suffix("ies") {
        return Some(format!("{stem}y"));
    }
    let hissing = ["ches", "shes", "sses", "xes"].iter().any(|end| plural.ends_with(end));
    let cut = if hissing { "es" } else { "s" };
    plural.strip_suffix(cut).map(str::to_owned)
}

fn fits_name(field: &str, name: &str) -> bool {
    field == name || singular(field).as_deref() == Some(name)
}
