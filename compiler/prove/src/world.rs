//! What both versions speak of: their words, records and facts brought together by name, so that a person can be
//! described once and shown to both.

use crate::renames::{Named, Renamed, after, before};
use crate::report::{Became, VocabularyChange};
use crate::term::Arena;
use accord_core::{Country, EnumId, Facts, GivenKey, Outcome, Value};
use accord_ir::{EnumDef, FactDef, GivenDef, Program, RecordDef, RecordId, Ty};
use std::collections::BTreeSet;
use std::sync::Arc;

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
    /// Facts of legislations that the world has another name for: that of the program, that of the world.
    given: Vec<(String, String)>,
}

fn number(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

impl World {
    /// The words of both programs, those of the first one first; `renamed` is what the second has another name for.
    pub(crate) fn of(old: &Program, new: &Program, renamed: &[Renamed]) -> (World, [Names; 2]) {
        let mut world = World::default();
        let first = world.take_in(old, &[]);
        world.changes.clear();
        let second = world.take_in(new, renamed);
        world.gone(old, new, renamed);
        world.decided(old, new);
        for known in renamed {
            let name = known.full(&known.before);
            let how = Became::Renamed(known.after.clone());
            world.changes.push(VocabularyChange { what: known.what.word(), name, how });
        }
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

    fn added(&mut self, what: Named, name: String) {
        self.changes.push(VocabularyChange { what: what.word(), name, how: Became::Added });
    }

    fn take_in(&mut self, program: &Program, renamed: &[Renamed]) -> Names {
        let mut names = Names::default();
        self.take_in_enums(program, renamed, &mut names);
        self.take_in_records(program, renamed, &mut names);
        for def in &program.facts {
            let ty = names.ty(&def.ty);
            // Of another type it is another fact.
            let known = before(renamed, Named::Fact, "", &def.name);
            let there = known.and_then(|name| self.facts.iter().position(|f| f.name == name && f.ty == ty));
            let place = there.unwrap_or_else(|| {
                self.facts.push(FactDef { ty, ..def.clone() });
                self.added(Named::Fact, def.name.clone());
                self.facts.len() - 1
            });
            names.facts.push(place);
        }
        for def in &program.given {
            let name = before(renamed, Named::Given, "", &def.name).unwrap_or(&def.name).to_owned();
            if name != def.name {
                names.given.push((def.name.clone(), name.clone()));
            }
            if !self.given.iter().any(|g| g.name == name && g.party == def.party) {
                let of = def.party.map_or(String::new(), |p| format!(" of {p}"));
                self.added(Named::Given, format!("{name}{of}"));
                self.given.push(GivenDef { ty: names.ty(&def.ty), name, ..def.clone() });
            }
        }
        for party in &program.parties {
            if !self.parties.contains(&party.country) {
                self.parties.push(party.country);
                let name = party.country.code().to_owned();
                self.changes.push(VocabularyChange { what: "party", name, how: Became::Added });
            }
        }
        names
    }

    fn take_in_enums(&mut self, program: &Program, renamed: &[Renamed], names: &mut Names) {
        for def in &program.enums {
            let known = before(renamed, Named::Enum, "", &def.name);
            let at = known.and_then(|name| self.enums.iter().position(|e| e.name == name));
            let at = at.unwrap_or_else(|| {
                self.enums.push(EnumDef { name: def.name.clone(), members: Vec::new() });
                self.enums.len() - 1
            });
            let (mut members, mut added) = (Vec::new(), Vec::new());
            if let Some(known) = self.enums.get_mut(at) {
                for member in &def.members {
                    let name = before(renamed, Named::Word, &known.name, member);
                    let there = name.and_then(|name| known.members.iter().position(|m| m == name));
                    let place = there.unwrap_or_else(|| {
                        known.members.push(member.clone());
                        added.push(format!("{member} of {}", known.name));
                        known.members.len() - 1
                    });
                    members.push(number(place));
                }
            }
            added.into_iter().for_each(|name| self.added(Named::Word, name));
            names.enums.push(number(at));
            names.members.push(members);
        }
    }

    fn take_in_records(&mut self, program: &Program, renamed: &[Renamed], names: &mut Names) {
        for def in &program.records {
            let known = before(renamed, Named::Record, "", &def.name);
            let at = known.and_then(|name| self.records.iter().position(|r| r.name == name));
            let at = at.unwrap_or_else(|| {
                let empty = RecordDef { fields: Vec::new(), optional: Vec::new(), phrases: Vec::new(), ..def.clone() };
                self.records.push(empty);
                self.records.len() - 1
            });
            names.records.push(number(at));
        }
        for (def, at) in program.records.iter().zip(names.records.clone()) {
            let (mut fields, mut added) = (Vec::new(), Vec::new());
            for (position, (name, ty)) in def.fields.iter().enumerate() {
                let ty = names.ty(ty);
                let Some(known) = self.records.get_mut(usize::from(at)) else { continue };
                let was = before(renamed, Named::Field, &known.name, name);
                let there = was.and_then(|was| known.fields.iter().position(|(n, t)| n == was && *t == ty));
                let place = there.unwrap_or_else(|| {
                    known.fields.push((name.clone(), ty));
                    known.optional.push(def.optional.get(position).copied().unwrap_or(true));
                    known.phrases.push(def.phrases.get(position).cloned().unwrap_or_default());
                    added.push(format!("{}.{name}", known.name));
                    known.fields.len() - 1
                });
                fields.push(place);
            }
            added.into_iter().for_each(|name| self.added(Named::Field, name));
            names.fields.push(fields);
        }
    }

    /// What the second version no longer knows.
    fn gone(&mut self, old: &Program, new: &Program, renamed: &[Renamed]) {
        let mut lost = Vec::new();
        let called = |what, within: &str, name| after(renamed, what, within, name).map(str::to_owned);
        for def in &old.facts {
            let name = called(Named::Fact, "", &def.name);
            if !new.facts.iter().any(|f| name.as_ref() == Some(&f.name)) {
                lost.push(("fact", def.name.clone()));
            }
        }
        for def in &old.given {
            let name = called(Named::Given, "", &def.name);
            if !new.given.iter().any(|g| name.as_ref() == Some(&g.name) && g.party == def.party) {
                lost.push(("fact", def.party.map_or(def.name.clone(), |p| format!("{} of {p}", def.name))));
            }
        }
        for def in &old.records {
            let name = called(Named::Record, "", &def.name);
            let Some(other) = new.records.iter().find(|r| name.as_ref() == Some(&r.name)) else { continue };
            for (field, _) in &def.fields {
                let name = called(Named::Field, &def.name, field);
                if !other.fields.iter().any(|(n, _)| name.as_ref() == Some(n)) {
                    lost.push(("field", format!("{}.{field}", def.name)));
                }
            }
        }
        for def in &old.enums {
            let name = called(Named::Enum, "", &def.name);
            let Some(other) = new.enums.iter().find(|e| name.as_ref() == Some(&e.name)) else { continue };
            for member in &def.members {
                let name = called(Named::Word, &def.name, member);
                if !other.members.iter().any(|m| name.as_ref() == Some(m)) {
                    lost.push(("word", format!("{member} of {}", def.name)));
                }
            }
        }
        for party in &old.parties {
            if !new.parties.iter().any(|p| p.country == party.country) {
                lost.push(("party", party.country.code().to_owned()));
            }
        }
        let lost = lost.into_iter().map(|(what, name)| VocabularyChange { what, name, how: Became::Removed });
        self.changes.extend(lost);
    }

    /// Decisions that one version alone takes: nobody's answer can be compared.
    fn decided(&mut self, old: &Program, new: &Program) {
        for (one, other, how) in [(new, old, Became::Added), (old, new, Became::Removed)] {
            for decision in one.decisions.iter().filter(|d| other.decision(&d.name).is_none()) {
                let (what, name) = ("decision", decision.name.clone());
                self.changes.push(VocabularyChange { what, name, how: how.clone() });
            }
        }
    }

    /// Facts that are told by others are neither added nor gone.
    pub(crate) fn tell_derived(&mut self, derived: &[String]) {
        for change in self.changes.iter_mut().filter(|c| derived.contains(&c.name)) {
            change.how = Became::Derived;
        }
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

    /// Whether there are so few parties that they are told apart one by one.
    pub(crate) fn is_small(&self) -> bool {
        self.parties.len() <= Arena::FEW
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

    /// What the world calls a fact of a legislation.
    pub(crate) fn given<'n>(&'n self, name: &'n str) -> &'n str {
        self.given.iter().find(|(own, _)| own == name).map_or(name, |(_, world)| world.as_str())
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
            row.push(self.back(program, &def.ty, &def.name, &outcome));
        }
        let mut result =
            Facts { row, given: Default::default(), optional: optional(program), rates: facts.rates.clone() };
        for (key, outcome) in &facts.given {
            let fits = |g: &&GivenDef| self.given(&g.name) == &*key.name && g.party.is_none_or(|p| p == key.party);
            if let Some(def) = program.given.iter().find(fits) {
                let key = GivenKey { party: key.party, name: Arc::from(def.name.as_str()) };
                let own = self.back(program, &def.ty, &key.missing_name(), outcome);
                result.given.insert(key, own);
            }
        }
        result
    }

    /// A value of the world as the program has it; what it has no word for is not known to it, by the name of the fact.
    pub(crate) fn back(&self, program: &Program, ty: &Ty, name: &str, outcome: &Outcome) -> Outcome {
        let Outcome::Value(value) = outcome else { return outcome.clone() };
        match (ty, value) {
            (Ty::Member(id), Value::Member(_, position)) => {
                let members = self.members.get(usize::from(id.0));
                let place = members.and_then(|m| m.iter().position(|p| p == position));
                match place {
                    Some(place) => Outcome::Value(Value::Member(*id, number(place))),
                    None => Outcome::missing(name),
                }
            }
            (Ty::Set(inner), Value::Set(set)) => {
                let all = set.iter().map(|v| self.back(program, inner, name, &Outcome::Value(v.clone())));
                Outcome::Value(Value::Set(all.filter_map(|o| o.value().cloned()).collect()))
            }
            (Ty::List(inner), Value::List(list)) => {
                let all = list.iter().map(|v| self.back(program, inner, name, &Outcome::Value(v.clone())));
                Outcome::Value(Value::List(all.filter_map(|o| o.value().cloned()).collect()))
            }
            (Ty::Record(id), Value::Record(fields)) => {
                let Some(def) = program.record(*id) else { return outcome.clone() };
                let places = self.fields.get(usize::from(id.0)).cloned().unwrap_or_default();
                let own = def.fields.iter().zip(places);
                let own = own.map(|((field, ty), place)| {
                    let there = fields.get(place).cloned().unwrap_or(Outcome::Nothing);
                    self.back(program, ty, &format!("{name}.{field}"), &there)
                });
                Outcome::Value(Value::Record(Arc::new(own.collect())))
            }
            _ => outcome.clone(),
        }
    }
}

/// Facts of legislations that may be left out.
pub(crate) fn optional(program: &Program) -> Vec<(Option<Country>, Arc<str>)> {
    program.given.iter().filter(|g| g.optional).map(|g| (g.party, Arc::from(g.name.as_str()))).collect()
}
