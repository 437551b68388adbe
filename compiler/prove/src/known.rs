//! Persons found for one party and branch, asked of the next: an edit that touches one touches the others, and often for
//! the same people. Nobody is told of without being asked again, in both versions.

use crate::compare::Pair;
use crate::person::Person;
use crate::regions::Regions;
use crate::split::{Leaf, Space};
use crate::term::Term;
use crate::witness::Finder;
use std::collections::BTreeMap;
use std::mem::discriminant;

/// As many are kept, those found last.
const MOST_KEPT: usize = 16;

impl Pair<'_> {
    /// Keeps somebody whom both versions answer otherwise.
    pub(crate) fn remember(&self, person: &Person) {
        let mut known = self.known.borrow_mut();
        if known.iter().any(|k| k.contents == person.contents) {
            return;
        }
        if known.len() >= MOST_KEPT {
            let _ = known.remove(0);
        }
        known.push(person.clone());
    }
}

impl Regions<'_, '_> {
    /// Those known, as persons of this question and branch, the last ones first.
    pub(crate) fn known_here(&self, finder: &mut Finder<'_, '_>) -> Vec<Person> {
        let ordinary = self.pair.ordinary(self.asked, self.maker).args;
        let mut here: Vec<Person> = Vec::new();
        for known in self.pair.known.borrow().iter().rev() {
            let args = self.asked.args.iter().zip(&ordinary).enumerate();
            let args = args.map(|(n, (arg, usual))| match (arg, known.args.get(n)) {
                (Some(value), _) => value.clone(),
                // A day stays a day.
                (None, Some(held)) if discriminant(held) == discriminant(usual) => held.clone(),
                (None, _) => usual.clone(),
            });
            let person = Person { contents: known.contents.clone(), args: args.collect() };
            let fits = finder.fits(&self.base.assumed, &person);
            let person = if fits { Some(person) } else { finder.find(self.base, &person) };
            here.extend(person.filter(|p| !here.iter().any(|h| h.contents == p.contents)));
        }
        here
    }

    /// Takes in the groups of those known, so that they need not be looked for.
    pub(crate) fn take_known(&mut self, space: &mut Space<'_>, leaves: &[Leaf], old: Term, new: Term) {
        let mut of_leaf: BTreeMap<usize, Person> = BTreeMap::new();
        {
            let mut finder = Finder::new(space, self.maker);
            for person in self.known_here(&mut finder) {
                if !self.differ(&person) {
                    continue;
                }
                match finder.first_of(leaves.iter().map(|l| &l.path), &person) {
                    Some(leaf) => {
                        let _ = of_leaf.entry(leaf).or_insert(person);
                    }
                    None => {
                        let _ = self.spare.get_or_insert(person);
                    }
                }
            }
            self.tried += finder.tried;
        }
        let start = self.pair.ordinary(self.asked, self.maker);
        for (at, person) in of_leaf {
            let Some(leaf) = leaves.get(at) else { continue };
            if !self.is_told(space, leaf) {
                let person = self.made_ordinary(space, &leaf.path, person, &start, &[leaf.old, leaf.new]);
                self.add(space, leaf, old, new, person);
            }
        }
    }
}
