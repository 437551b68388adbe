//! What is said of the members of a list that are not written out: whether one of them can be as some statements ask,
//! and all of them as others do.

use crate::hashed::Terms;
use crate::path::Path;
use crate::split::Space;
use crate::state::FIRST_VARIABLE;
use crate::term::{Shape, Sort, Term, VALUE};
use accord_ir::Quantifier;
use std::collections::BTreeMap;

/// The place of a member of whom nothing is known but that it is one.
const WHICHEVER: u32 = 1_000;
/// Groups of members told apart.
const MOST_STEPS: u32 = 20;

/// What is said of one list, of a member.
#[derive(Default)]
struct OfMembers {
    /// Some member is so, whichever it is.
    of_some: Vec<Term>,
    /// Each member is so.
    of_each: Vec<Term>,
}

impl Space<'_> {
    /// Whether no list can be as conditions on its members ask: one of them is to be what none is.
    pub(crate) fn has_impossible_members(&mut self, path: &Path) -> bool {
        let is_of_members = |term: Term| matches!(&*self.arena.shape(term), Shape::Quantify(_, _, list, ..) if matches!(self.arena.sort(*list), Sort::List(_)));
        let decided: Vec<(Term, bool)> = path.decisions().filter(|(term, _)| is_of_members(*term)).collect();
        if decided.is_empty() {
            return false;
        }
        let mut lists: BTreeMap<Term, OfMembers> = BTreeMap::new();
        self.arena.look_at(path.masks.clone());
        for (term, yes) in decided {
            let Shape::Quantify(quantifier, variable, list, filter, body) = *self.arena.shape(term) else { continue };
            let Sort::List(record) = self.arena.sort(list) else { continue };
            let is_some = match quantifier {
                Quantifier::Some => true,
                Quantifier::Every => false,
                _ => continue,
            };
            if self.arena.free(list) > FIRST_VARIABLE {
                continue;
            }
            let member = self.arena.keep(Shape::Element(list, WHICHEVER), Sort::Record(record), VALUE);
            let mut of = |part: Term| self.arena.put(part, variable, member, &mut Terms::default());
            let (filter, body) = (filter.map(&mut of), body.map(&mut of));
            // What may have no answer is neither so nor not.
            if filter.iter().chain(&body).any(|t| !self.arena.is_sure(*t)) {
                continue;
            }
            let said = match (is_some, filter, body) {
                (true, filter, body) => self.arena.all(filter.into_iter().chain(body)),
                (false, Some(filter), Some(body)) => {
                    let not = self.arena.not(filter);
                    self.arena.any([not, body])
                }
                (false, None, Some(body)) => body,
                (false, ..) => continue,
            };
            let of_list = lists.entry(list).or_default();
            match (is_some, yes) {
                (true, true) => of_list.of_some.push(said),
                (true, false) => of_list.of_each.push(self.arena.not(said)),
                (false, true) => of_list.of_each.push(said),
                (false, false) => of_list.of_some.push(self.arena.not(said)),
            }
        }
        let (steps, no, yes) = (self.steps, self.arena.yes_no(false), self.arena.yes_no(true));
        // Where there are members there is one.
        for (list, of_list) in &mut lists {
            if path.counts.get(list).is_some_and(|count| *count > 0) {
                of_list.of_some.push(yes);
            }
        }
        let is_impossible = lists.into_values().filter(|list| !list.of_each.is_empty()).any(|list| {
            list.of_some.iter().any(|one| {
                let whole = self.arena.all(list.of_each.iter().copied().chain([*one]));
                // For whatever person: what is assumed of this one would be asked of the list again.
                self.proved(&Path::default(), whole, no, MOST_STEPS).is_some()
            })
        });
        self.steps = steps;
        self.arena.look_at(path.masks.clone());
        is_impossible
    }
}
