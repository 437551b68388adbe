//! Groups within groups: what terms come to for a group is kept for the groups that are made of it by assuming one
//! thing more, and only what has that in it is looked at again.

use crate::hashed::{Lookup, Terms};
use crate::path::{News, Path};
use crate::split::Space;
use crate::term::{Arena, Shape, Sort, Term};
use accord_core::HostFn;
use std::collections::{BTreeMap, BTreeSet};

/// A group being looked at, within the one below it.
#[derive(Default)]
pub(crate) struct Group {
    /// What terms come to.
    memo: Terms,
    /// What the last thing assumed says something of.
    news: BTreeSet<Term>,
    orders: bool,
    /// Whether lengths are called otherwise than in the group around it.
    renamed: bool,
    /// Terms that have something of the news in them, or have not.
    touched: Lookup<Term, bool>,
    /// The words for lengths, once they are needed.
    pub(crate) aliases: Option<BTreeMap<Term, Term>>,
}

impl Group {
    fn new(news: &News) -> Group {
        Group { news: news.terms.iter().copied().collect(), orders: news.orders, ..Group::default() }
    }

    /// Whether what was assumed last may say something of a term.
    fn touches(&mut self, arena: &Arena, term: Term) -> bool {
        let holds = arena.holds(term);
        let by_kind = (self.orders && holds.choices) || (self.renamed && holds.lengths);
        // A term is made after all that is in it.
        if !by_kind && self.news.first().is_none_or(|first| term < *first) {
            return false;
        }
        if self.news.contains(&term) {
            return true;
        }
        if let Some(known) = self.touched.get(&term) {
            return *known;
        }
        let shape = arena.shape(term);
        let itself = by_kind
            && ((self.renamed && arena.sort(term) == Sort::Length)
                || matches!(&*shape, Shape::Host(HostFn::Larger | HostFn::Smaller | HostFn::Excess, ..)));
        let touched = itself || shape.some_part(&mut |part| self.touches(arena, part));
        self.touched.insert(term, touched);
        touched
    }
}

impl Space<'_> {
    /// Two terms for a group within the one looked at last, or the first of all; until [`Space::leave`].
    pub(crate) fn enter(&mut self, path: &Path, old: Term, new: Term) -> (Term, Term) {
        self.arena.look_at(path.masks.clone());
        self.groups.push(Group::new(&path.news));
        self.rename(path);
        let mut memo = Terms::default();
        let both = (self.reduced(path, old, &mut memo), self.reduced(path, new, &mut memo));
        if let Some(group) = self.groups.last_mut() {
            group.memo = memo;
            group.aliases = self.aliases.take();
        }
        both
    }

    /// Does something that looks at groups of its own.
    pub(crate) fn apart_from_groups<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let around = std::mem::take(&mut self.groups);
        let result = work(self);
        self.groups = around;
        result
    }

    /// Looks at the group around the one entered last again.
    pub(crate) fn leave(&mut self) {
        self.groups.pop();
    }

    /// The words for lengths in the group entered last, where the group around it has needed them.
    fn rename(&mut self, path: &Path) {
        self.aliases = None;
        let Some(around) = self.groups.iter().rev().nth(1).and_then(|g| g.aliases.clone()) else { return };
        // While the map is made there is none.
        self.aliases = Some(BTreeMap::new());
        let words: Vec<Term> = self.words_for_lengths();
        let mut aliases: BTreeMap<Term, Term> = BTreeMap::new();
        let kept: BTreeMap<Term, Term> = around.iter().map(|(length, word)| (*word, *length)).collect();
        let mut memo = Terms::default();
        for word in words {
            let touched = self.groups.last_mut().is_none_or(|g| g.touches(&self.arena, word));
            let length = match kept.get(&word) {
                Some(length) if !touched => *length,
                _ => self.definition_now(path, word, &mut memo),
            };
            aliases.insert(length, word);
        }
        if let Some(group) = self.groups.last_mut() {
            group.renamed = aliases != around;
            group.touched.clear();
        }
        self.aliases = Some(aliases);
    }

    /// Whether a term comes to itself in the group entered last, because it did in one around it and nothing that was
    /// assumed since says anything of it.
    pub(crate) fn rests(&mut self, term: Term) -> bool {
        let mut groups = self.groups.iter_mut().rev();
        // The one entered last is being made.
        let Some(last) = groups.next() else { return false };
        if last.touches(&self.arena, term) {
            return false;
        }
        for group in groups {
            if let Some(known) = group.memo.get(&term) {
                return *known == term;
            }
            if group.touches(&self.arena, term) {
                return false;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::Choice;
    use crate::term::{NOTHING, VALUE};
    use crate::world::World;
    use accord_core::{Conversions, Length, Outcome, Unit, Value, ratio};

    /// Conditions, lengths and the larger of two, so that everything that is kept of a group is there.
    fn terms(arena: &mut Arena) -> (Vec<Term>, Term, Term) {
        let facts: Vec<Term> = (0..5).map(|n| arena.keep(Shape::Fact(n), Sort::YesNo, VALUE | NOTHING)).collect();
        let lengths: Vec<Term> = (5..7).map(|n| arena.keep(Shape::Fact(n), Sort::Length, VALUE)).collect();
        let side = crate::term::Side::Both;
        let larger = arena.host(HostFn::Larger, lengths.clone(), side, Sort::Length);
        let year = arena.constant(Outcome::Value(Value::Length(Length::new(Unit::Years, ratio(1, 1)))));
        let enough = arena.host(HostFn::AtMost, vec![year, larger], side, Sort::YesNo);
        let either = arena.choose(facts[0], facts[1], enough);
        let both = arena.all([either, facts[2]]);
        let not = arena.not(facts[3]);
        let old = arena.any([both, not]);
        let new = arena.choose(facts[4], old, either);
        let order = arena.host(HostFn::AtMost, lengths, side, Sort::YesNo);
        (facts.into_iter().chain([order]).collect(), old, new)
    }

    #[test]
    fn a_group_within_another_comes_to_what_it_comes_to_by_itself() {
        let choices = [Choice::Yes, Choice::No, Choice::Nothing, Choice::Value];
        for seed in 0..240_usize {
            let conversions = [Conversions::default(), Conversions::default()];
            let mut arena = Arena::new(Vec::new(), conversions);
            let (conditions, mut old, mut new) = terms(&mut arena);
            let world = World::default();
            let mut space = Space::new(arena, &world, 100_000);
            let mut path = Path::default();
            (old, new) = space.enter(&path, old, new);
            for step in 0..conditions.len() {
                let condition = conditions[(seed + step * (seed % 5 + 1)) % conditions.len()];
                let choice = choices[(seed / 7 + step * step) % choices.len()];
                if path.is_assumed(condition) {
                    continue;
                }
                let Some(next) = path.with(&space.arena, &world, condition, choice) else { continue };
                path = next;
                let afresh = (space.reduce(&path, old), space.reduce(&path, new));
                (old, new) = space.enter(&path, old, new);
                assert_eq!((old, new), afresh, "seed {seed}, step {step}: {:?}", path.assumed);
            }
        }
    }
}
