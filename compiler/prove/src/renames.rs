//! What the version after has another name for: a line `renamed A to B` of a map of two versions, found in both.

use accord_ir::{Program, Ty};

/// What can have another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// A fact of the row.
    Fact,
    /// A fact that a legislation asks for.
    Given,
    /// A field of a record.
    Field,
    /// A member of an enumeration.
    Word,
    /// A record.
    Record,
    /// An enumeration.
    Enum,
}

impl Named {
    /// What it is called where vocabulary is told of.
    pub fn word(self) -> &'static str {
        match self {
            Named::Fact | Named::Given => "fact",
            Named::Field => "field",
            Named::Word => "word",
            Named::Record => "record",
            Named::Enum => "enumeration",
        }
    }
}

/// Something with a name of its own in each version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// What it is.
    pub what: Named,
    /// Of a field its record, of a word its enumeration, as the version before calls it; else empty.
    pub within: String,
    /// Its name before, without what it is within.
    pub before: String,
    /// Its name after.
    pub after: String,
}

/// Why a line of a map says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amiss {
    /// The version before has nothing of that name.
    UnknownBefore,
    /// The version after has nothing of that name.
    UnknownAfter,
    /// It is one thing before and another after: `fact`, `word`.
    Unlike(&'static str, &'static str),
    /// Both versions have it under both names, or the name is already given.
    Twice,
}

/// One thing of a program that a name may mean.
#[derive(Clone, Debug)]
struct Thing {
    what: Named,
    within: String,
    name: String,
}

/// Everything that a name means in a program: a field also by way of a fact, `person.refugee`.
fn things(program: &Program, name: &str) -> Vec<Thing> {
    let thing = |what, within: &str, name: &str| Thing { what, within: within.to_owned(), name: name.to_owned() };
    let mut all = Vec::new();
    all.extend(program.facts.iter().filter(|f| f.name == name).map(|_| thing(Named::Fact, "", name)));
    all.extend(program.given.iter().filter(|g| g.name == name).map(|_| thing(Named::Given, "", name)).take(1));
    all.extend(program.records.iter().filter(|r| r.name == name).map(|_| thing(Named::Record, "", name)));
    all.extend(program.enums.iter().filter(|e| e.name == name).map(|_| thing(Named::Enum, "", name)));
    for def in &program.enums {
        all.extend(def.members.iter().filter(|m| *m == name).map(|_| thing(Named::Word, &def.name, name)));
    }
    let within = name.rsplit_once('.').and_then(|(path, field)| Some((record_of(program, path)?, field)));
    if let Some((record, field)) = within {
        let here = record.fields.iter().filter(|(n, _)| n == field);
        all.extend(here.map(|_| thing(Named::Field, &record.name, field)));
    }
    all
}

/// The record that a path of fields ends in, or that has this name.
fn record_of<'p>(program: &'p Program, path: &str) -> Option<&'p accord_ir::RecordDef> {
    if let Some(record) = program.records.iter().find(|r| r.name == path) {
        return Some(record);
    }
    let mut steps = path.split('.');
    let fact = steps.next()?;
    let mut ty = &program.facts.iter().find(|f| f.name == fact)?.ty;
    loop {
        let id = match ty {
            Ty::Record(id) => *id,
            Ty::List(inner) | Ty::Set(inner) => {
                ty = inner;
                continue;
            }
            _ => return None,
        };
        let record = program.record(id)?;
        match steps.next() {
            None => return Some(record),
            Some(step) => ty = &record.fields.iter().find(|(n, _)| n == step)?.1,
        }
    }
}

impl Renamed {
    /// What a line of a map means in these versions, `known` being those found before it.
    ///
    /// # Errors
    ///
    /// Where one of the versions has nothing of that name, or something else.
    pub fn find(old: &Program, new: &Program, before: &str, after: &str, known: &[Renamed]) -> Result<Renamed, Amiss> {
        let (was, is) = (things(old, before), things(new, after));
        let Some(first) = was.first() else { return Err(Amiss::UnknownBefore) };
        let Some(other) = is.first() else { return Err(Amiss::UnknownAfter) };
        let called = |what, name: &str| {
            let other = known.iter().find(|k| k.what == what && k.after == name);
            other.map_or_else(|| name.to_owned(), |k| k.before.clone())
        };
        let within = |thing: &Thing| match thing.what {
            Named::Field => called(Named::Record, &thing.within),
            Named::Word => called(Named::Enum, &thing.within),
            _ => String::new(),
        };
        let fits = |a: &Thing, b: &Thing| a.what == b.what && a.within == within(b);
        let pair = was.iter().find_map(|a| Some((a, is.iter().find(|b| fits(a, b))?)));
        let Some((a, b)) = pair else { return Err(Amiss::Unlike(first.what.word(), other.what.word())) };
        let taken = |k: &Renamed| k.what == a.what && k.within == a.within && (k.before == a.name || k.after == b.name);
        if a.name == b.name || known.iter().any(taken) {
            return Err(Amiss::Twice);
        }
        Ok(Renamed { what: a.what, within: a.within.clone(), before: a.name.clone(), after: b.name.clone() })
    }

    /// `person.refugee`-like, for people: what it is within, and a name.
    pub(crate) fn full(&self, name: &str) -> String {
        match self.what {
            Named::Field => format!("{}.{name}", self.within),
            Named::Word => format!("{name} of {}", self.within),
            _ => name.to_owned(),
        }
    }
}

/// What the version before calls something of the version after; `None` where it has no name for it.
pub(crate) fn before<'a>(renamed: &'a [Renamed], what: Named, within: &str, after: &'a str) -> Option<&'a str> {
    let of = || renamed.iter().filter(|r| r.what == what && r.within == within);
    match of().find(|r| r.after == after) {
        Some(known) => Some(&known.before),
        None if of().any(|r| r.before == after) => None,
        None => Some(after),
    }
}

/// What the version after calls something of the version before.
pub(crate) fn after<'a>(renamed: &'a [Renamed], what: Named, within: &str, before: &'a str) -> Option<&'a str> {
    let of = || renamed.iter().filter(|r| r.what == what && r.within == within);
    match of().find(|r| r.before == before) {
        Some(known) => Some(&known.after),
        None if of().any(|r| r.after == before) => None,
        None => Some(before),
    }
}
