//! What has a word and was decided as a whole: whether that can be, seen once it is looked into.

use crate::hashed::Terms;
use crate::path::{Bound, Bounds, Choice, Measure, Path};
use crate::split::{Leaf, MOST_MEMBERS, Space, Split};
use crate::term::{NOTHING, ODD, Shape, Term, VALUE};
use accord_core::{HostFn, Value, ratio};
use std::cmp::Ordering;

impl Space<'_> {
    /// What a condition that was decided as a whole comes to by what else is assumed.
    pub(crate) fn definition(&mut self, path: &Path, word: Term) -> Term {
        self.definition_with(path, word, &mut Terms::default())
    }

    /// The same; what its parts come to is kept for other words of the same group.
    pub(crate) fn definition_with(&mut self, path: &Path, word: Term, memo: &mut Terms) -> Term {
        self.arena.look_at(path.masks.clone());
        self.apart_from_groups(|space| space.definition_now(path, word, memo))
    }

    /// Whether conditions decided as a whole cannot be so.
    pub(crate) fn contradicts_itself(&mut self, path: &Path) -> bool {
        let words: Vec<(Term, bool)> = path.decisions().filter(|(t, _)| self.arena.words.contains(t)).collect();
        let (mut memo, mut written) = (Terms::default(), Terms::default());
        let wrong = words.into_iter().any(|(word, yes)| {
            let definition = self.definition_with(path, word, &mut memo);
            match self.arena.known(definition) {
                Some(outcome) => outcome.truth() != Some(yes),
                None => self.arena.may(definition) & VALUE == 0,
            }
        });
        let told = |(t, choice): &&(Term, Choice)| self.arena.words.contains(t) || *choice == Choice::Odd;
        let odd: Vec<(Term, Choice)> = path.assumed.iter().filter(told).copied().collect();
        wrong
            || self.has_another_size(path)
            || self.has_impossible_members(path)
            || odd.into_iter().any(|(word, choice)| {
                let bit = match choice {
                    Choice::Odd => ODD,
                    Choice::Nothing => NOTHING,
                    Choice::Value => VALUE,
                    Choice::Yes | Choice::No | Choice::Count(_) => return false,
                };
                let definition = self.definition_with(path, word, &mut memo);
                self.arena.may(definition) & bit == 0 || {
                    let all_the_way = self.written_out(path, word, &mut written);
                    self.arena.may(all_the_way) & bit == 0
                        || (choice == Choice::Odd && !path.can_fail(&self.arena, self.world, all_the_way))
                }
            })
    }

    /// Whether a set or list is to have more members than there are to be in it, or fewer than it has.
    pub(crate) fn has_another_size(&mut self, path: &Path) -> bool {
        let sized = path.bounds.iter().filter_map(|(measure, bounds)| {
            let Measure::Of(size) = measure else { return None };
            let Shape::Host(HostFn::Size, operands, _) = &*self.arena.shape(*size) else { return None };
            Some((*operands.first()?, bounds.clone()))
        });
        let sized: Vec<(Term, Bounds)> = sized.collect();
        sized.into_iter().any(|(all, bounds)| {
            let count = path.counts.get(&all).copied();
            let most = match count {
                Some(count) => (count <= MOST_MEMBERS).then(|| usize::try_from(count).ok()).flatten(),
                None if bounds.low.is_some() => {
                    let now = self.reduce(path, all);
                    self.arena.most_members(now)
                }
                None => None,
            };
            let is_beyond = |bound: &Bound, count: usize, order: Ordering| {
                let Some((Value::Number(held), strict)) = bound else { return false };
                let to = held.value.cmp(&ratio(i64::try_from(count).unwrap_or(i64::MAX), 1));
                to == order || (*strict && to == Ordering::Equal)
            };
            most.is_some_and(|most| is_beyond(&bounds.low, most, Ordering::Greater))
                || count.is_some_and(|count| {
                    usize::try_from(count).is_ok_and(|count| is_beyond(&bounds.high, count, Ordering::Less))
                })
        })
    }

    /// The same, whatever has a word inside it too.
    pub(crate) fn written_out(&mut self, path: &Path, word: Term, memo: &mut Terms) -> Term {
        let before = std::mem::replace(&mut self.opened, true);
        let definition = self.definition_with(path, word, memo);
        self.opened = before;
        definition
    }

    /// A condition inside one that was decided as a whole, where it is not yet clear that it can be so.
    pub(crate) fn pick_in_words(&mut self, path: &Path) -> Option<Split> {
        let words: Vec<Term> = path.decisions().map(|(t, _)| t).filter(|t| self.arena.words.contains(t)).collect();
        words.into_iter().find_map(|word| self.pick_in_word(path, word))
    }

    pub(crate) fn pick_in_word(&mut self, path: &Path, word: Term) -> Option<Split> {
        let definition = self.definition(path, word);
        if definition == word { self.inside(path, definition) } else { self.pick(path, definition) }
    }

    /// Whether nobody of a group is answered otherwise, as is seen once what has a word there is looked into, as far
    /// as the steps reach.
    pub(crate) fn is_nobody(&mut self, leaf: &Leaf, steps: &mut u32) -> bool {
        if leaf.old == leaf.new || self.contradicts_itself(&leaf.path) {
            return true;
        }
        let Some(left) = steps.checked_sub(1) else { return false };
        *steps = left;
        let mut words: Vec<Term> = leaf.path.decisions().map(|(t, _)| t).collect();
        words.extend(leaf.path.assumed.iter().map(|(t, _)| *t));
        words.retain(|t| self.arena.words.contains(t));
        let picked = words.into_iter().find_map(|word| self.pick_in_word(&leaf.path, word));
        let Some((atom, choices)) = picked.filter(|(atom, _)| !leaf.path.is_assumed(*atom)) else { return false };
        choices.into_iter().all(|choice| {
            let Some(path) = leaf.path.with(&self.arena, self.world, atom, choice) else { return true };
            let (old, new) = (self.reduce(&path, leaf.old), self.reduce(&path, leaf.new));
            self.is_nobody(&Leaf { path, old, new, sure: leaf.sure }, steps)
        })
    }
}
