//! Somebody of whom a condition holds: persons are told apart until one is found, or nobody is left.

use crate::path::{Choice, Path};
use crate::person::{Maker, Person};
use crate::split::{Space, Split};
use crate::state::FIRST_VARIABLE;
use crate::term::{Arena, Shape, Side, Sort, Term, children};
use crate::witness::Finder;
use accord_core::{HostFn, Outcome, Value};
use std::collections::BTreeSet;

/// Groups in which a person is looked for before the search is given up.
const MOST_GROUPS: usize = 3;

/// Persons tried for one group, however little is left.
const FEWEST_PERSONS: u64 = 40;
/// Working out a term for a person takes as long as so many steps.
const STEPS_OF_A_TERM: u64 = 1;

/// Lengths of lists that are told apart, the ordinary one first.
const LENGTHS: [u32; 4] = [1, 0, 2, MANY];
/// So many members, or more.
const MANY: u32 = 3;

/// What a search came to.
pub(crate) enum Found<T> {
    /// Somebody: what the caller made of the person.
    Somebody(T),
    /// Every case was looked at, and it holds in none.
    Nobody,
    /// Neither.
    Open,
}

/// What was seen in a group.
pub(crate) enum Seen<T> {
    /// What was looked for.
    It(T),
    /// It is not there.
    Not,
    /// That could not be told.
    Unsure,
}

/// What a caller says of a group, or of a person in it.
pub(crate) trait Wanted {
    /// What is told of the person found.
    type Told;

    /// Whether a choice leads out of what the question is about.
    fn is_outside(&mut self, _space: &mut Space<'_>, _path: &Path) -> bool {
        false
    }

    /// Looks at a group of whom the condition holds.
    fn look(&mut self, space: &mut Space<'_>, path: &Path) -> Seen<Self::Told>;
}

/// A search within a group.
struct Seek<'s, 'w, W: Wanted> {
    space: &'s mut Space<'w>,
    wanted: &'s mut W,
    looked: usize,
    /// Whether a group was left open.
    open: bool,
}

/// How a part of a search ended.
enum End<T> {
    /// With somebody.
    Found(T),
    /// It was looked at whole.
    Done,
    /// It was given up.
    Given,
}

/// Looks for somebody of whom a condition holds.
pub(crate) fn seek<W: Wanted>(space: &mut Space<'_>, base: &Path, goal: Term, wanted: &mut W) -> Found<W::Told> {
    let mut search = Seek { space, wanted, looked: 0, open: false };
    match search.within(base, goal) {
        End::Found(told) => Found::Somebody(told),
        End::Done if !search.open => Found::Nobody,
        End::Done | End::Given => Found::Open,
    }
}

impl<W: Wanted> Seek<'_, '_, W> {
    fn within(&mut self, path: &Path, goal: Term) -> End<W::Told> {
        if self.space.budget == 0 {
            return End::Given;
        }
        self.space.steps += 1;
        let goal = self.space.reduce(path, goal);
        match self.space.arena.known(goal) {
            Some(Outcome::Undetermined(_) | Outcome::Refer(_)) => {
                // It rests on what the text does not say.
                self.open = true;
                return End::Done;
            }
            Some(outcome) if outcome.truth() == Some(true) => return self.group(path),
            Some(_) => return End::Done,
            None => {}
        }
        let split = self.space.inside(path, goal).filter(|(atom, _)| !path.is_assumed(*atom));
        if let Some((atom, _)) = &split
            && let Some(list) = list_in(self.space, path, *atom)
        {
            return self.by_length(path, goal, list);
        }
        let deeper = split.as_ref().and_then(|(atom, _)| member_in(self.space, path, *atom));
        let Some((atom, choices)) = deeper.or(split) else {
            // Whether it holds is one condition that nothing more is known of.
            return match path.with(&self.space.arena, self.space.world, goal, Choice::Yes) {
                Some(path) => self.group(&path),
                None => End::Done,
            };
        };
        for choice in choices {
            let Some(next) = path.with(&self.space.arena, self.space.world, atom, choice) else { continue };
            if self.wanted.is_outside(self.space, &next) {
                continue;
            }
            match self.within(&next, goal) {
                End::Done => {}
                end => return end,
            }
        }
        End::Done
    }

    /// Persons by how many members a list of theirs has.
    fn by_length(&mut self, path: &Path, goal: Term, list: Term) -> End<W::Told> {
        for count in LENGTHS {
            let Some(next) = of_length(self.space, path, list, count) else { continue };
            if self.wanted.is_outside(self.space, &next) {
                continue;
            }
            match self.within(&next, goal) {
                End::Done => {}
                end => return end,
            }
        }
        End::Done
    }

    /// A group of whom it holds.
    fn group(&mut self, path: &Path) -> End<W::Told> {
        match self.wanted.look(self.space, path) {
            Seen::It(told) => return End::Found(told),
            Seen::Not => return End::Done,
            Seen::Unsure => {}
        }
        self.looked += 1;
        self.open = true;
        if self.looked >= MOST_GROUPS { End::Given } else { End::Done }
    }
}

/// Those of a group whose list has so many members; the last of the lengths stands for more.
fn of_length(space: &mut Space<'_>, path: &Path, list: Term, count: u32) -> Option<Path> {
    let number = space.arena.constant(Outcome::Value(Value::whole(i64::from(count))));
    let size = space.arena.host(HostFn::Size, vec![list], Side::Both, Sort::Number);
    let least = space.arena.host(HostFn::AtMost, vec![number, size], Side::Both, Sort::YesNo);
    let most = space.arena.host(HostFn::AtMost, vec![size, number], Side::Both, Sort::YesNo);
    let mut held = path.clone();
    for (limit, is_told) in [(least, true), (most, count < MANY)] {
        if is_told {
            held = held.with(&space.arena, space.world, limit, Choice::Yes)?;
        }
    }
    held.with(&space.arena, space.world, list, Choice::Count(count))
}

/// A list of facts that a condition is about, and of which it is not yet said how many members it has.
fn list_in(space: &Space<'_>, path: &Path, atom: Term) -> Option<Term> {
    let mut seen = BTreeSet::new();
    let mut queue = vec![atom];
    while let Some(term) = queue.pop() {
        if !seen.insert(term) {
            continue;
        }
        let is_list = matches!(space.arena.sort(term), Sort::List(_));
        if is_list
            && space.arena.is_sure(term)
            && space.arena.free(term) <= FIRST_VARIABLE
            && !path.counts.contains_key(&term)
        {
            return Some(term);
        }
        queue.extend(children(&space.arena.shape(term)));
    }
    None
}

/// A condition on which it depends who is a member of a set that a condition is about: whether somebody takes part,
/// then which party it is.
fn member_in(space: &mut Space<'_>, path: &Path, atom: Term) -> Option<Split> {
    let mut seen = BTreeSet::new();
    let mut queue = vec![atom];
    while let Some(term) = queue.pop() {
        if !seen.insert(term) {
            continue;
        }
        match &*space.arena.shape(term) {
            Shape::Gather(_, shares) => {
                let open = shares.iter().filter(|(when, ..)| space.arena.known(*when).is_none());
                let split = open.filter_map(|(when, ..)| space.inside(path, *when)).find(|(t, _)| !path.is_assumed(*t));
                if split.is_some() {
                    return split;
                }
                queue.extend(shares.iter().flat_map(|(when, body, _)| [Some(*when), *body]).flatten());
            }
            Shape::Host(HostFn::SetOf, members, _) => {
                if let Some(split) = party_in(space, path, members) {
                    return Some(split);
                }
            }
            Shape::Quantify(..) => {}
            shape => queue.extend(children(shape)),
        }
    }
    None
}

/// Which of a few parties a State is that a set is made of.
fn party_in(space: &mut Space<'_>, path: &Path, members: &[Term]) -> Option<Split> {
    let parties = space.world.parties.clone();
    if parties.len() > Arena::FEW {
        return None;
    }
    let mut states = members.to_vec();
    states.retain(|s| space.arena.sort(*s) == Sort::Country && space.arena.is_sure(*s));
    states.retain(|s| space.arena.known(*s).is_none());
    for state in states {
        for party in &parties {
            let party = space.arena.constant(Outcome::Value(Value::Country(*party)));
            let is = space.arena.host(HostFn::Equal, vec![state, party], Side::Both, Sort::YesNo);
            let open = space.reduce(path, is);
            if space.arena.known(open).is_none() && !path.is_assumed(is) {
                return Some((is, vec![Choice::Yes, Choice::No]));
            }
        }
    }
    None
}

/// Whether there is a group at all.
pub(crate) struct Anybody;

impl Wanted for Anybody {
    type Told = ();

    fn look(&mut self, _: &mut Space<'_>, _: &Path) -> Seen<()> {
        Seen::It(())
    }
}

/// A person of a group of whom something holds when asked, as ordinary as can be. Every person tried takes as many
/// steps as there are terms to be worked out for one.
pub(crate) fn person_of(
    space: &mut Space<'_>,
    maker: &Maker<'_>,
    path: &Path,
    start: &Person,
    holds: &dyn Fn(&Person) -> bool,
) -> Option<Person> {
    let cost = cost(space, path);
    let mut finder = Finder::new(space, maker);
    finder.most = (space.budget / cost).max(FEWEST_PERSONS);
    let found = finder.find(path, start);
    let held = found.filter(holds).map(|person| made_ordinary(&mut finder, path, person, start, holds));
    let steps = finder.tried.saturating_mul(cost);
    space.budget = space.budget.saturating_sub(steps);
    held
}

/// How many terms are worked out to see whether a person is in a group.
fn cost(space: &Space<'_>, path: &Path) -> u64 {
    let mut seen = BTreeSet::new();
    let mut queue: Vec<Term> = path.assumed.iter().map(|(term, _)| *term).collect();
    while let Some(term) = queue.pop() {
        if seen.insert(term) {
            queue.extend(children(&space.arena.shape(term)));
        }
    }
    (seen.len() as u64).max(1) * STEPS_OF_A_TERM
}

/// Facts are put back to what is ordinary, one by one, as long as it is still so.
fn made_ordinary(
    finder: &mut Finder<'_, '_>,
    path: &Path,
    person: Person,
    start: &Person,
    holds: &dyn Fn(&Person) -> bool,
) -> Person {
    let mut held = person;
    let slots: Vec<_> = held.contents.keys().cloned().collect();
    for slot in slots {
        let mut next = held.clone();
        match start.contents.get(&slot) {
            Some(content) if held.contents.get(&slot) == Some(content) => continue,
            Some(content) => {
                next.contents.insert(slot.clone(), content.clone());
            }
            None => {
                next.contents.remove(&slot);
            }
        }
        if finder.fits(&path.assumed, &next) && holds(&next) {
            held = next;
        }
    }
    held
}
