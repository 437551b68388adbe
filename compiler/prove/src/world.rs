//! What both versions speak of: their words, records and facts brought together by name, so that a person can be
//! described once and shown to both.

use crate::report::VocabularyChange;
use accord_core::{Country, EnumId, Facts, Outcome, Value};
use accord_ir::{EnumDef, FactDef, GivenDef, Program, RecordDef, RecordId, Ty};
use std::collections::BTreeSet;
use std::rc::Rc;

/// The vocabulary of both versions.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) enums: Vec<EnumDef>,
    pub(crate) records: Vec<RecordDef>,
    pub(crate) facts: Vec<FactDef>,
    pub(crate) given: Vec<GivenDef>,
    pub(crate) parties: Vec<Country>,
    /// Countries that either text names.
    pub(crate) countries: BTreeSet<Country>,
    /// Words that only one of them has.
    pub(crate) changes: Vec<VocabularyChange>,
}

/// From the numbers of one program to those of the world, and back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    enums: Vec<u16>,
    members: Vec<Vec<u16>>,
    records: Vec<u16>,
    fields: Vec<Vec<usize>>,
    facts: Vec<usize>,
}

fn number(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

impl World {
    /// The words of both programs, those of the first one first.
    pub(crate) fn of(old: &Program, new: &Program) -> (World, [Names; 2]) {
        let mut world = World::default();
        let first = world.take_in(old, false);
        let second = world.take_in(new, true);
        world.gone(old, new);
        for program in [old, new] {
            for expr in &program.exprs {
                if let accord_ir::ExprKind::Const(Outcome::Value(value)) = &expr.kind {
                    world.note_countries(value);
                }
            }
        }
        let mut parties: Vec<Country> = world.parties.clone();
        parties.sort();
        parties.dedup();
        world.parties = parties;
        (world, [first, second])
    }

    fn take_in(&mut self, program: &Program, second: bool) -> Names {
        let mut names = Names::default();
        let mut added = Vec::new();
        for def in &program.enums {
            let at = match self.enums.iter().position(|e| e.name == def.name) {
                Some(at) => at,
                None => {
                    self.enums.push(EnumDef { name: def.name.clone(), members: Vec::new() });
                    self.enums.len() - 1
                }
            };
            let mut members = Vec::new();
            if let Some(known) = self.enums.get_mut(at) {
                for member in &def.members {
                    let place = known.members.iter().position(|m| m == member).unwrap_or_else(|| {
                        known.members.push(member.clone());
                        added.push(("word", format!("{} of {}", member, def.name)));
                        known.members.len() - 1
                    });
                    members.push(number(place));
                }
            }
            names.enums.push(number(at));
            names.members.push(members);
        }
        for def in &program.records {
            let at = self.records.iter().position(|r| r.name == def.name).unwrap_or_else(|| {
                let empty = RecordDef { fields: Vec::new(), optional: Vec::new(), phrases: Vec::new(), ..def.clone() };
                self.records.push(empty);
                self.records.len() - 1
            });
            names.records.push(number(at));
        }
        for (def, at) in program.records.iter().zip(names.records.clone()) {
            let mut fields = Vec::new();
            for (position, (name, ty)) in def.fields.iter().enumerate() {
                let ty = names.ty(ty);
                let Some(known) = self.records.get_mut(usize::from(at)) else { continue };
                let place = known.fields.iter().position(|(n, _)| n == name).unwrap_or_else(|| {
                    known.fields.push((name.clone(), ty));
                    known.optional.push(def.optional.get(position).copied().unwrap_or(true));
                    known.phrases.push(def.phrases.get(position).cloned().unwrap_or_default());
                    added.push(("field", format!("{}.{name}", def.name)));
                    known.fields.len() - 1
                });
                fields.push(place);
            }
            names.fields.push(fields);
        }
        for def in &program.facts {
            let place = self.facts.iter().position(|f| f.name == def.name).unwrap_or_else(|| {
                self.facts.push(FactDef { ty: names.ty(&def.ty), ..def.clone() });
                added.push(("fact", def.name.clone()));
                self.facts.len() - 1
            });
            names.facts.push(place);
        }
        for def in &program.given {
            if !self.given.iter().any(|g| g.name == def.name && g.party == def.party) {
                self.given.push(GivenDef { ty: names.ty(&def.ty), ..def.clone() });
                let of = def.party.map_or(String::new(), |p| format!(" of {p}"));
                added.push(("fact", format!("{}{of}", def.name)));
            }
        }
        for party in &program.parties {
            if !self.parties.contains(&party.country) {
                self.parties.push(party.country);
                added.push(("party", party.country.code().to_owned()));
            }
        }
        if second {
            self.changes.extend(added.into_iter().map(|(what, name)| VocabularyChange { what, name, added: true }));
        }
        names
    }

    /// What the second version no longer knows.
    fn gone(&mut self, old: &Program, new: &Program) {
        let mut lost = Vec::new();
        for def in &old.facts {
            if !new.facts.iter().any(|f| f.name == def.name) {
                lost.push(("fact", def.name.clone()));
            }
        }
        for def in &old.given {
            if !new.given.iter().any(|g| g.name == def.name && g.party == def.party) {
                lost.push(("fact", def.party.map_or(def.name.clone(), |p| format!("{} of {p}", def.name))));
            }
        }
        for def in &old.records {
            let Some(other) = new.records.iter().find(|r| r.name == def.name) else { continue };
            for (name, _) in &def.fields {
                if !other.fields.iter().any(|(n, _)| n == name) {
                    lost.push(("field", format!("{}.{name}", def.name)));
                }
            }
        }
        for party in &old.parties {
            if !new.parties.iter().any(|p| p.country == party.country) {
                lost.push(("party", party.country.code().to_owned()));
            }
        }
        self.changes.extend(lost.into_iter().map(|(what, name)| VocabularyChange { what, name, added: false }));
    }

    fn note_countries(&mut self, value: &Value) {
        match value {
            Value::Country(c) => {
                self.countries.insert(*c);
            }
            Value::Set(set) => set.iter().for_each(|v| self.note_countries(v)),
            Value::List(list) => list.iter().for_each(|v| self.note_countries(v)),
            _ => {}
        }
    }

    /// A country that neither text names.
    pub(crate) fn elsewhere(&self) -> Option<Country> {
        let codes = ["US", "BR", "AU", "JP", "ZA", "XC", "XD"];
        codes
            .iter()
            .filter_map(|c| Country::parse(c))
            .find(|c| !self.countries.contains(c) && !self.parties.contains(c))
    }

    pub(crate) fn member_name(&self, id: EnumId, position: u16) -> &str {
        let of = self.enums.get(usize::from(id.0)).and_then(|e| e.members.get(usize::from(position)));
        of.map_or("?", String::as_str)
    }
}

impl Names {
    /// A value of the program as the world has it.
    pub(crate) fn value(&self, value: &Value) -> Value {
        match value {
            Value::Member(id, position) => {
                let at = usize::from(id.0);
                let world = self.enums.get(at).copied().unwrap_or(id.0);
                let place = self.members.get(at).and_then(|m| m.get(usize::from(*position))).copied();
                Value::Member(EnumId(world), place.unwrap_or(*position))
            }
            Value::Set(set) => Value::Set(set.iter().map(|v| self.value(v)).collect()),
            Value::List(list) => Value::List(list.iter().map(|v| self.value(v)).collect()),
            _ => value.clone(),
        }
    }

    /// An outcome of the program as the world has it.
    pub(crate) fn outcome(&self, outcome: &Outcome) -> Outcome {
        match outcome {
            Outcome::Value(value) => Outcome::Value(self.value(value)),
            _ => outcome.clone(),
        }
    }

    pub(crate) fn ty(&self, ty: &Ty) -> Ty {
        match ty {
            Ty::Member(id) => Ty::Member(EnumId(self.enums.get(usize::from(id.0)).copied().unwrap_or(id.0))),
            Ty::Record(id) => Ty::Record(RecordId(self.records.get(usize::from(id.0)).copied().unwrap_or(id.0))),
            Ty::Set(inner) => Ty::Set(Box::new(self.ty(inner))),
            Ty::List(inner) => Ty::List(Box::new(self.ty(inner))),
            _ => ty.clone(),
        }
    }

    pub(crate) fn fact(&self, fact: usize) -> usize {
        self.facts.get(fact).copied().unwrap_or(fact)
    }

    /// The position in the world of a field of one of the program's records.
    pub(crate) fn field(&self, record: RecordId, field: usize) -> usize {
        self.fields.get(usize::from(record.0)).and_then(|f| f.get(field)).copied().unwrap_or(field)
    }

    /// A person of the world as the program holds one.
    pub(crate) fn facts(&self, program: &Program, facts: &Facts) -> Facts {
        let mut row = Vec::new();
        for (position, def) in program.facts.iter().enumerate() {
            let outcome = facts.fact(self.fact(position)).cloned().unwrap_or(Outcome::Nothing);
            row.push(self.back(program, &def.ty, &outcome));
        }
        let mut result =
            Facts { row, given: Default::default(), optional: optional(program), rates: facts.rates.clone() };
        for (key, outcome) in &facts.given {
            let known = program.given.iter().find(|g| *g.name == *key.name && g.party.is_none_or(|p| p == key.party));
            if let Some(def) = known {
                result.given.insert(key.clone(), self.back(program, &def.ty, outcome));
            }
        }
        result
    }

    /// A value of the world as the program has it; what it has no word for is not known to it.
    pub(crate) fn back(&self, program: &Program, ty: &Ty, outcome: &Outcome) -> Outcome {
        let Outcome::Value(value) = outcome else { return outcome.clone() };
        match (ty, value) {
            (Ty::Member(id), Value::Member(_, position)) => {
                let members = self.members.get(usize::from(id.0));
                let place = members.and_then(|m| m.iter().position(|p| p == position));
                match place {
                    Some(place) => Outcome::Value(Value::Member(*id, number(place))),
                    None => Outcome::missing("a word that this version does not have"),
                }
            }
            (Ty::Set(inner), Value::Set(set)) => {
                let all = set.iter().map(|v| self.back(program, inner, &Outcome::Value(v.clone())));
                Outcome::Value(Value::Set(all.filter_map(|o| o.value().cloned()).collect()))
            }
            (Ty::List(inner), Value::List(list)) => {
                let all = list.iter().map(|v| self.back(program, inner, &Outcome::Value(v.clone())));
                Outcome::Value(Value::List(all.filter_map(|o| o.value().cloned()).collect()))
            }
            (Ty::Record(id), Value::Record(fields)) => {
                let Some(def) = program.record(*id) else { return outcome.clone() };
                let places = self.fields.get(usize::from(id.0)).cloned().unwrap_or_default();
                let own = def.fields.iter().zip(places);
                let own = own.map(|((_, ty), place)| {
                    let there = fields.get(place).cloned().unwrap_or(Outcome::Nothing);
                    self.back(program, ty, &there)
                });
                Outcome::Value(Value::Record(Rc::new(own.collect())))
            }
            _ => outcome.clone(),
        }
    }
}

/// Facts of legislations that may be left out.
pub(crate) fn optional(program: &Program) -> Vec<(Option<Country>, Rc<str>)> {
    program.given.iter().filter(|g| g.optional).map(|g| (g.party, Rc::from(g.name.as_str()))).collect()
}
