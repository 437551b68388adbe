//! Records whose periods coincide: of which kinds they have to be for two texts to bring them together otherwise.

use crate::concrete::Concrete;
use crate::hashed::Lookup;
use crate::person::{Content, Maker, Person, Slot};
use crate::state::FIRST_VARIABLE;
use crate::term::{Arena, Shape, Term, children};
use crate::witness::Finder;
use accord_core::{Country, HostFn, Kind, Outcome, Quality};
use std::collections::BTreeSet;
use std::rc::Rc;

/// The kinds of the periods of some parties.
pub(crate) type Kinds = Vec<(Country, Kind, Quality)>;

/// All kinds of periods that coincide which two terms bring together otherwise, by the terms.
pub(crate) type Telling = Lookup<(Term, Term), Rc<Vec<Kinds>>>;

/// One in so many records is of kinds by chance all the same.
const BY_CHANCE: usize = 4;
/// Persons from whom others are looked for.
const MOST_STARTS: usize = 4;

impl Finder<'_, '_> {
    /// The person with periods of the parties that coincide: of kinds that two terms bring together otherwise, where
    /// there are any, else of kinds by chance.
    pub(crate) fn mixed(&mut self, person: &Person, terms: &[Term]) -> Option<Person> {
        let mut mixed = self.maker.changed(person, &Slot::Overlap, &Content::Flag(true));
        for party in self.maker.parties.clone() {
            let kind = Kind::ALL.get(self.chance(Kind::ALL.len())).copied().unwrap_or(Kind::Insurance);
            let quality = if self.chance(2) == 0 { Quality::Compulsory } else { Quality::Voluntary };
            mixed = self.maker.changed(&mixed, &Slot::Kind(party), &Content::Kind(kind, quality));
        }
        let telling = self.telling(&mixed, terms);
        if telling.is_empty() || self.chance(BY_CHANCE) == 0 {
            return Some(mixed);
        }
        let kinds = telling.get(self.chance(telling.len()))?;
        Some(of_kinds(self.maker, &mixed, kinds))
    }

    /// Persons like one whose periods coincide, of kinds that two terms bring together otherwise, where there are any.
    pub(crate) fn coinciding(&self, person: &Person, terms: &[Term]) -> Vec<Person> {
        let telling = self.telling(person, terms);
        let start = self.maker.changed(person, &Slot::Overlap, &Content::Flag(true));
        let step = telling.len().div_ceil(MOST_STARTS).max(1);
        telling.iter().step_by(step).map(|kinds| of_kinds(self.maker, &start, kinds)).collect()
    }

    /// The kinds of periods that coincide which two terms bring together otherwise, for any person.
    fn telling(&self, person: &Person, terms: &[Term]) -> Rc<Vec<Kinds>> {
        let (Some(old), Some(new)) = (terms.first(), terms.last()) else { return Rc::default() };
        let held = &self.space.readings.telling;
        if let Some(known) = held.borrow().get(&(*old, *new)) {
            return Rc::clone(known);
        }
        let found = Rc::new(self.found_telling(person, *old, *new));
        held.borrow_mut().insert((*old, *new), Rc::clone(&found));
        found
    }

    fn found_telling(&self, person: &Person, old: Term, new: Term) -> Vec<Kinds> {
        let person = &self.maker.changed(person, &Slot::Overlap, &Content::Flag(true));
        let arena = &self.space.arena;
        let (before, after) = (brought_together(arena, old), brought_together(arena, new));
        let mine: Vec<Term> = before.difference(&after).copied().collect();
        let theirs: Vec<Term> = after.difference(&before).copied().collect();
        let [first, second, ..] = self.maker.parties.as_slice() else { return Vec::new() };
        if mine.is_empty() || theirs.is_empty() {
            return Vec::new();
        }
        let voluntary = [(Kind::Insurance, Quality::Voluntary)];
        let sorts = || Kind::ALL.iter().map(|k| (*k, Quality::Compulsory)).chain(voluntary);
        let pairs = sorts().flat_map(|a| sorts().map(move |b| (a, b)));
        let kinds = pairs.map(|((k, q), (l, r))| vec![(*first, k, q), (*second, l, r)]);
        let differ = |kinds: &Kinds| {
            let person = of_kinds(self.maker, person, kinds);
            let facts = self.maker.facts(&person);
            let mut concrete = Concrete::new(arena, &facts, &person.args);
            let mut all = |terms: &[Term]| terms.iter().map(|t| concrete.eval(*t)).collect::<Vec<Outcome>>();
            all(&mine) != all(&theirs)
        };
        kinds.filter(differ).collect()
    }
}

fn of_kinds(maker: &Maker<'_>, person: &Person, kinds: &Kinds) -> Person {
    let with = |person: Person, (party, kind, quality): &(Country, Kind, Quality)| {
        maker.changed(&person, &Slot::Kind(*party), &Content::Kind(*kind, *quality))
    };
    kinds.iter().fold(person.clone(), with)
}

/// The records in a term that were brought together out of those of several parties.
fn brought_together(arena: &Arena, term: Term) -> BTreeSet<Term> {
    let (mut seen, mut queue) = (BTreeSet::new(), vec![term]);
    while let Some(term) = queue.pop() {
        if seen.insert(term) {
            queue.extend(children(&arena.shape(term)));
        }
    }
    seen.retain(|t| arena.free(*t) <= FIRST_VARIABLE && matches!(&*arena.shape(*t), Shape::Host(HostFn::Totalise, ..)));
    seen
}
