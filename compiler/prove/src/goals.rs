//! Where two texts put a condition otherwise, somebody for whom it holds in one only is a likely witness: such persons
//! are looked for before others are tried by chance.

use crate::path::{Choice, Path};
use crate::person::Person;
use crate::regions::{MOST_CHANCES, Regions, may_differ};
use crate::split::Space;
use crate::term::{Arena, Line, Shape, Sort, Term, children};
use crate::witness::Finder;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

/// Ways in which two terms are apart for which somebody is looked for.
const MOST_GOALS: usize = 16;
/// The same, with those that contradict themselves.
const MOST_LOOKED_AT: usize = 32;
/// Persons tried for all of them, in all that is asked of one decision.
pub(crate) const MOST_TRIED: u64 = 3_000;
/// Persons tried for one of them, at first and then.
const MOST_AT_FIRST: u64 = 250;
const MOST_THEN: u64 = 800;
/// Persons tried for more groups where one was found, in all that is asked of one decision, and how many such groups are
/// told of.
pub(crate) const MOST_FOR_OTHERS: u64 = 1_500;
const MOST_OTHERS: usize = 4;
/// Ways in which one condition can fail, or hold.
const MOST_WAYS: usize = 3;

/// What is to hold of somebody.
type Goal = Vec<(Term, Choice)>;

impl Regions<'_, '_> {
    /// Where two texts put a condition otherwise, those for whom it holds in one only; not where that contradicts itself.
    /// One of each condition comes before another of the same.
    pub(crate) fn goals(space: &mut Space<'_>, path: &Path, ends: [Term; 2]) -> Vec<Path> {
        let mut goals = Goals { arena: &space.arena, within: Vec::new(), found: Vec::new() };
        goals.between(ends);
        let found: Vec<Vec<Goal>> = goals.found.iter().map(|goal| spread(goals.arena, goal)).collect();
        let longest = found.iter().map(Vec::len).max().unwrap_or(0);
        let in_turn = (0..longest).flat_map(|n| found.iter().filter_map(move |ways| ways.get(n)));
        let in_turn: Vec<&Goal> = in_turn.take(MOST_LOOKED_AT).collect();
        in_turn.into_iter().filter_map(|goal| possible(space, path, goal)).take(MOST_GOALS).collect()
    }

    /// Somebody of one of these groups whom both versions answer otherwise, with how many of them were gone through.
    pub(crate) fn by_goals(
        &self,
        finder: &mut Finder<'_, '_>,
        goals: &[Path],
        start: &Person,
        ends: [Term; 2],
    ) -> Option<(usize, Person)> {
        // No goal takes what the others may need, unless none was reached.
        let of_one = |most: u64| self.by_goals_within(finder, (goals, start), ends, (most, &self.pair.goals_left));
        [MOST_AT_FIRST, MOST_THEN].into_iter().find_map(of_one)
    }

    /// The same, with so many persons tried for one of them, and for all.
    fn by_goals_within(
        &self,
        finder: &mut Finder<'_, '_>,
        (goals, start): (&[Path], &Person),
        ends: [Term; 2],
        (of_one, left): (u64, &Cell<u64>),
    ) -> Option<(usize, Person)> {
        goals.iter().enumerate().find_map(|(n, goal)| {
            if left.get() == 0 {
                return None;
            }
            let (begun, most) = (finder.tried, finder.most);
            finder.most = begun + left.get().min(of_one);
            let person = self.by_goal(finder, goal, start, ends);
            finder.most = most;
            left.set(left.get().saturating_sub(finder.tried - begun));
            Some((n + 1, person?))
        })
    }

    /// Where not everybody was told apart, whom other goals lead to, in none of the groups found so far.
    pub(crate) fn others_by_goals(
        &mut self,
        space: &mut Space<'_>,
        mut goals: &[Path],
        start: &Person,
        ends: [Term; 2],
    ) {
        let mut groups = 0;
        while !goals.is_empty() && self.pair.others_left.get() > 0 && groups < MOST_OTHERS {
            let found = {
                let mut finder = Finder::new(space, self.maker);
                let most = (MOST_AT_FIRST, &self.pair.others_left);
                self.by_goals_within(&mut finder, (goals, start), ends, most)
            };
            let Some((gone, person)) = found else { return };
            goals = goals.get(gone..).unwrap_or(&[]);
            // An ordinary group rather than one told by what does not matter.
            let person = self.made_ordinary(space, self.base, person, start, &ends);
            if let Some(leaf) = space.group_of(self.maker, &person, self.base, ends)
                && !self.is_told(space, &leaf)
            {
                groups += 1;
                let person = self.made_ordinary(space, &leaf.path, person, start, &[leaf.old, leaf.new]);
                self.add(space, &leaf, ends[0], ends[1], person);
            }
        }
    }

    fn by_goal(&self, finder: &mut Finder<'_, '_>, path: &Path, start: &Person, ends: [Term; 2]) -> Option<Person> {
        let person = finder.find(path, start)?;
        if self.differ(&person) {
            return Some(person);
        }
        let mut held = finder.at(person);
        for _ in 0..MOST_CHANCES {
            if finder.tried > finder.most {
                return None;
            }
            let next = finder.another_of(path, &held, &ends)?;
            let Some((next, may)) = may_differ(finder, &path.assumed, &held, next, &ends) else { continue };
            if may && self.differ(&next.person) {
                return Some(next.person);
            }
            held = next;
        }
        None
    }
}

/// Those of a group for whom a goal is reached; `None` where what else is assumed of them rules it out.
fn possible(space: &mut Space<'_>, path: &Path, goal: &Goal) -> Option<Path> {
    let all = goal.iter().try_fold(path.clone(), |path, part| with_of(space, path, part))?;
    for (at, (term, choice)) in goal.iter().enumerate() {
        // By what is assumed besides it.
        let others = goal.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, other)| other);
        let others = others.into_iter().try_fold(path.clone(), |path, other| with_of(space, path, other))?;
        let reduced = space.reduce(&others, *term);
        if let Some(outcome) = space.arena.known(reduced)
            && outcome.truth() != Some(*choice == Choice::Yes)
        {
            return None;
        }
    }
    Some(all)
}

fn with_of(space: &Space<'_>, path: Path, (term, choice): &(Term, Choice)) -> Option<Path> {
    path.with(&space.arena, space.world, *term, *choice)
}

/// What would tell two terms apart: conditions that one of them has and the other has not, or puts otherwise.
struct Goals<'a> {
    arena: &'a Arena,
    /// What has to be so for it to matter.
    within: Goal,
    found: Vec<Goal>,
}

impl Goals<'_> {
    /// Of two conditions one is so, and the other is not.
    fn apart(&mut self, a: Term, b: Term) {
        for (yes, no) in [(b, a), (a, b)] {
            let goal = self.within.iter().copied().chain([(yes, Choice::Yes), (no, Choice::No)]);
            self.found.push(goal.collect());
        }
    }

    fn inside(&mut self, so: (Term, Choice), ends: [Term; 2]) {
        self.within.push(so);
        self.between(ends);
        self.within.pop();
    }

    fn between(&mut self, [old, new]: [Term; 2]) {
        if old == new || self.found.len() >= MOST_GOALS {
            return;
        }
        if self.arena.sort(old) == Sort::YesNo && self.arena.sort(new) == Sort::YesNo {
            return self.apart(old, new);
        }
        match (&*self.arena.shape(old), &*self.arena.shape(new)) {
            (Shape::Decide(mine, a, _), Shape::Decide(theirs, b, _)) => {
                self.between_rules(mine, theirs);
                if let (Some(a), Some(b)) = (a, b) {
                    self.between([*a, *b]);
                }
            }
            (Shape::If(c, ..), Shape::If(d, ..)) if c != d => self.apart(*c, *d),
            (Shape::If(c, x, y), Shape::If(_, z, w)) => {
                self.inside((*c, Choice::Yes), [*x, *z]);
                self.inside((*c, Choice::No), [*y, *w]);
            }
            (a, b) => {
                let (a, b) = (children(a), children(b));
                if a.len() == b.len() {
                    a.into_iter().zip(b).for_each(|(a, b)| self.between([a, b]));
                }
            }
        }
    }

    fn between_rules(&mut self, mine: &[Line], theirs: &[Line]) {
        let only = |lines: &[Line], others: &[Line]| -> Vec<Line> {
            let held = |l: &&Line| !others.iter().any(|o| o.when == l.when && o.value == l.value);
            lines.iter().filter(held).cloned().collect()
        };
        let (first, second) = (only(mine, theirs), only(theirs, mine));
        // A rule and what became of it before rules that have nothing to do with each other.
        let pairs = first.iter().flat_map(|line| second.iter().map(move |other| (line, other)));
        let mut pairs: Vec<(usize, &Line, &Line)> =
            pairs.map(|(line, other)| (self.arena.in_common(line, other), line, other)).collect();
        pairs.sort_by_key(|(in_common, ..)| std::cmp::Reverse(*in_common));
        let (mut befores, mut afters) = (BTreeSet::new(), BTreeSet::new());
        let (best, rest): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(_, line, other)| {
            let are_new = !befores.contains(line) && !afters.contains(other);
            are_new && befores.insert(*line) && afters.insert(*other)
        });
        for (_, line, other) in best.into_iter().chain(rest) {
            if line.when == other.when {
                self.inside((line.when, Choice::Yes), [line.value, other.value]);
            } else {
                self.apart(line.when, other.when);
            }
        }
        if first.is_empty() || second.is_empty() {
            for line in first.iter().chain(&second) {
                self.found.push(self.within.iter().copied().chain([(line.when, Choice::Yes)]).collect());
            }
        }
    }
}

/// The same goal in parts, so that each part that is reached is one less to reach: of an `and` that is to hold each
/// part; of one that is not, one goal for each part of it that is not to hold anyway.
fn spread(arena: &Arena, goal: &Goal) -> Vec<Goal> {
    let mut parts: BTreeMap<Term, Choice> = BTreeMap::new();
    let mut whole: Vec<(Term, Choice)> = Vec::new();
    let mut queue: Vec<(Term, Choice)> = goal.iter().rev().copied().collect();
    while let Some((term, choice)) = queue.pop() {
        match (&*arena.shape(term), choice) {
            (Shape::All(of), Choice::Yes) | (Shape::Any(of), Choice::No) => {
                queue.extend(of.iter().rev().map(|t| (*t, choice)));
            }
            (Shape::All(_), Choice::No) | (Shape::Any(_), Choice::Yes) => whole.push((term, choice)),
            (Shape::Not(_), _) if turned(arena, term, choice).0 != term => queue.push(turned(arena, term, choice)),
            _ => {
                parts.entry(term).or_insert(choice);
            }
        }
    }
    let mut result: Vec<Goal> = vec![parts.iter().map(|(term, choice)| (*term, *choice)).collect()];
    for (term, choice) in whole {
        let of = children(&arena.shape(term));
        // Not those that are to be otherwise anyway.
        let is_otherwise = |(part, choice): (Term, Choice)| {
            matches!((parts.get(&part), choice), (Some(Choice::Yes), Choice::No) | (Some(Choice::No), Choice::Yes))
        };
        let may_be = |part: &Term| !is_otherwise((*part, choice)) && !is_otherwise(turned(arena, *part, choice));
        let left: Vec<Term> = of.into_iter().filter(may_be).take(MOST_WAYS).collect();
        let with = |goal: &Goal| -> Vec<Goal> {
            left.iter().map(|only| goal.iter().copied().chain([(*only, choice)]).collect()).collect()
        };
        result = result.iter().flat_map(with).collect();
    }
    result
}

/// A condition and how it is to be, without what only turns it round.
fn turned(arena: &Arena, term: Term, choice: Choice) -> (Term, Choice) {
    match (&*arena.shape(term), choice) {
        (Shape::Not(inner), Choice::Yes) if arena.is_sure(*inner) => turned(arena, *inner, Choice::No),
        (Shape::Not(inner), Choice::No) => turned(arena, *inner, Choice::Yes),
        _ => (term, choice),
    }
}
