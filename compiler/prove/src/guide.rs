//! The order in which groups are told apart, by a person: the ordinary one, near whom somebody is easily found, or one
//! whose own group is looked for.

use crate::concrete::Concrete;
use crate::hashed::Lookup;
use crate::path::{Choice, Path};
use crate::person::{Maker, Person};
use crate::split::{Leaf, Space};
use crate::term::Term;
use crate::witness::Finder;
use accord_core::{Facts, Outcome, Value};
use std::cell::RefCell;

/// Conditions by which the group of one person is told apart.
const MOST_STEPS_OF_ONE: u64 = 400;

/// A person, with what was evaluated of them.
pub(crate) struct Guide {
    facts: Facts,
    args: Vec<Value>,
    memo: RefCell<Lookup<Term, Outcome>>,
    /// Whether only the way of this person is gone.
    alone: bool,
}

impl Guide {
    /// This person first, then others.
    pub(crate) fn first(maker: &Maker<'_>, person: &Person) -> Guide {
        Guide { facts: maker.facts(person), args: person.args.clone(), memo: RefCell::default(), alone: false }
    }
}

impl Space<'_> {
    /// The group that a person is in, told apart until both terms are known of it.
    pub(crate) fn group_of(
        &mut self,
        maker: &Maker<'_>,
        person: &Person,
        path: &Path,
        ends: [Term; 2],
    ) -> Option<Leaf> {
        self.guide = Some(Guide { alone: true, ..Guide::first(maker, person) });
        let (steps, most) = (self.steps, self.most_steps);
        (self.steps, self.most_steps) = (0, MOST_STEPS_OF_ONE);
        let mut found = Vec::new();
        let all = self.differences(path, ends[0], ends[1], &mut found);
        (self.steps, self.most_steps) = (steps, most);
        self.guide = None;
        all.and(found.pop())
    }

    /// The ways a condition can be, that of the ordinary person first: groups are found near that person, where
    /// somebody is easily found, before the steps end.
    pub(crate) fn likely_first(&self, atom: Term, mut choices: Vec<Choice>) -> Vec<Choice> {
        if let Some(guide) = &self.guide {
            let mut concrete = Concrete::new(&self.arena, &guide.facts, &guide.args).knowing(guide.memo.take());
            if guide.alone {
                choices.retain(|choice| Finder::holds(&mut concrete, atom, *choice));
            } else {
                choices.sort_by_key(|choice| !Finder::holds(&mut concrete, atom, *choice));
            }
            guide.memo.replace(concrete.into_memo());
        }
        choices
    }
}
