//! Persons looked for where groups could not all be told apart, or nobody was found in them: by chance, near those known,
//! and by what the texts put otherwise.

use crate::effect::effect;
use crate::path::Path;
use crate::person::Person;
use crate::regions::{MOST_CHANCES, Regions, may_differ};
use crate::report::{Literal, Region};
use crate::split::Space;
use crate::term::Term;
use crate::witness::Finder;

/// Persons known from other questions that are varied, and how often each is.
const MOST_KNOWN_VARIED: usize = 8;
const MOST_VARIATIONS: u64 = 60;

impl Regions<'_, '_> {
    /// Persons by chance, where groups could not be told apart, or nobody was found in them; and more of them where the
    /// texts put several things otherwise.
    pub(crate) fn search(&mut self, space: &mut Space<'_>, path: &Path, old: Term, new: Term) {
        if self.open.is_none() {
            return;
        }
        let start = self.pair.ordinary(self.asked, self.maker);
        let ends = [old, new];
        let known = self.spare.take();
        let mut goals: Vec<Path> = Vec::new();
        let mut gone = 0;
        if self.found.is_empty() {
            if known.is_none() {
                goals = Self::goals(space, path, ends);
            }
            let person = known.or_else(|| {
                let (n, person) = self.somebody(space, path, (&goals, &start), ends)?;
                gone = n;
                Some(person)
            });
            let Some(person) = person else { return };
            self.take_somebody(space, path, person, ends);
        }
        if goals.is_empty() {
            goals = Self::goals(space, path, ends);
        }
        self.others_by_goals(space, goals.get(gone..).unwrap_or(&[]), &start, ends);
    }

    /// Somebody whom both versions answer otherwise, by chance or by what the texts put otherwise; with how much of that
    /// was gone through.
    fn somebody(
        &mut self,
        space: &mut Space<'_>,
        path: &Path,
        (goals, start): (&[Path], &Person),
        ends: [Term; 2],
    ) -> Option<(usize, Person)> {
        let mut finder = Finder::new(space, self.maker);
        let mut near = self.known_here(&mut finder);
        near.truncate(MOST_KNOWN_VARIED);
        let mut result = None;
        if self.tried <= self.may_try()
            && let Some(first) = finder.find(path, start)
        {
            result = self.by_chance(&mut finder, path, &first, &ends);
            near.push(first);
        }
        let result = result.or_else(|| near.iter().find_map(|near| self.varied(&mut finder, near, &ends)));
        let result = result.map(|person| (0, person));
        let result = result.or_else(|| self.by_goals(&mut finder, goals, start, ends));
        self.tried += finder.tried;
        result
    }

    /// Tells of the group of somebody who was found.
    fn take_somebody(&mut self, space: &mut Space<'_>, path: &Path, person: Person, [old, new]: [Term; 2]) {
        let start = self.pair.ordinary(self.asked, self.maker);
        self.pair.remember(&person);
        // An ordinary group rather than one told by what does not matter.
        let person = self.made_ordinary(space, path, person, &start, &[old, new]);
        if let Some(leaf) = space.group_of(self.maker, &person, path, [old, new]) {
            return self.add(space, &leaf, old, new, person);
        }
        let witness = self.witness(&person);
        let effect = effect(&self.asked.decision, &witness.before.outcome, &witness.after.outcome);
        let edits = self.responsible(&witness);
        // Not everybody: how far the group reaches was not found out.
        let text = "they are like the person shown".to_owned();
        let who = vec![Literal { subject: "they".to_owned(), text }];
        self.found.push((path.clone(), Region { effect, who, each: false, witness, twin: None, edits }));
    }

    /// Persons a few facts away from an ordinary one.
    fn by_chance(&self, finder: &mut Finder<'_, '_>, path: &Path, start: &Person, ends: &[Term]) -> Option<Person> {
        let base: Vec<_> = path.assumed.iter().take(self.base.assumed.len()).copied().collect();
        let mut held = finder.at(start.clone());
        for n in 0..MOST_CHANCES * 2 {
            if n % 12 == 0 {
                held = finder.at(start.clone());
            }
            let next = finder.another_of(path, &held, ends)?;
            let Some((next, may_differ)) = may_differ(finder, &base, &held, next, ends) else { continue };
            if may_differ && self.differ(&next.person) {
                return Some(next.person);
            }
            held = next;
        }
        None
    }

    /// Somebody like another but for several facts, mostly those of institutions.
    fn varied(&self, finder: &mut Finder<'_, '_>, near: &Person, ends: &[Term]) -> Option<Person> {
        let options = finder.options(self.base, near, ends);
        let held = finder.at(near.clone());
        for _ in 0..MOST_VARIATIONS {
            let next = (finder.varied(near, &options), None);
            let Some((next, may_differ)) = may_differ(finder, &self.base.assumed, &held, next, ends) else { continue };
            if may_differ && self.differ(&next.person) {
                return Some(next.person);
            }
        }
        None
    }
}
