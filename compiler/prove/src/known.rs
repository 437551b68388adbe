//! Persons found for one party and branch, asked of the next: an edit that touches one touches the others, and often for
//! the same people. Nobody is told of without being asked again, in both versions.

use crate::compare::{Asked, Found, Pair};
use crate::path::Path;
use crate::person::{Maker, Person};
use crate::regions::Regions;
use crate::report::{Open, Verdict};
use crate::split::{Leaf, Space};
use crate::term::Term;
use crate::witness::Finder;
use accord_core::{Country, Value};
use accord_ir::NodeId;
use std::collections::BTreeMap;
use std::mem::discriminant;

/// As many are kept, those found last.
const MOST_KEPT: usize = 24;

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

    /// Asks those known where it was left undecided whether anybody is answered otherwise.
    pub(crate) fn ask_those_known(&self, name: &str, nodes: [NodeId; 2], found: &mut [Found]) {
        let Some(params) = self.new.program().node(nodes[1]).map(|node| node.params.clone()) else { return };
        let some = self.looked_at();
        for args in self.combinations(&params) {
            let asked = Asked { decision: name.to_owned(), nodes, args, params: params.clone() };
            let each = if self.is_small() { vec![asked] } else { self.asked_of(&asked, &some) };
            each.iter().for_each(|asked| self.ask_those_known_of(asked, &some, found));
        }
    }

    fn ask_those_known_of(&self, asked: &Asked, some: &[Country], found: &mut [Found]) {
        let args: Vec<Value> = asked.args.iter().flatten().cloned().collect();
        let open = |(of, _, verdict): &&mut Found| *of == args && matches!(verdict, Verdict::Undecided(_));
        let mut open: Vec<&mut Found> = found.iter_mut().filter(open).collect();
        if open.is_empty() {
            return;
        }
        let Some((mut space, old, new)) = self.space(asked, some) else { return };
        for (branch, path) in self.branches(&mut space, old, new) {
            for (.., verdict) in open.iter_mut().filter(|(_, of, _)| *of == branch) {
                let Verdict::Undecided(before) = &*verdict else { continue };
                if let Some(changed) = self.those_known(&mut space, asked, &path, [old, new], before) {
                    *verdict = changed;
                }
            }
        }
    }

    fn those_known(
        &self,
        space: &mut Space<'_>,
        asked: &Asked,
        path: &Path,
        [old, new]: [Term; 2],
        before: &Open,
    ) -> Option<Verdict> {
        space.budget = self.options.budget;
        let (old, new) = space.narrowed(path, old, new);
        let maker = Maker::new(self.world, [self.old.program(), self.new.program()], space.arena.parties.clone());
        let mut regions = Regions::new(self, asked, &maker, path);
        regions.leave_open(&before.why);
        regions.take_known(space, &[], old, new);
        let _ = regions.spare.as_ref()?;
        regions.tried += before.tried;
        regions.search(space, path, old, new);
        match regions.finish(space) {
            changed @ Verdict::Changed(_) => Some(changed),
            Verdict::Same(_) | Verdict::Undecided(_) => None,
        }
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
