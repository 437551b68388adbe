//! Where two texts put a condition otherwise, somebody for whom it holds in one only is a likely witness: such persons
//! are looked for before others are tried by chance.

use crate::path::{Choice, Path};
use crate::person::Person;
use crate::regions::{MOST_CHANCES, Regions, may_differ};
use crate::split::Space;
use crate::term::{Arena, Line, Shape, Sort, Term, children};
use crate::witness::Finder;
use std::collections::BTreeMap;

/// Ways in which two terms are apart for which somebody is looked for.
const MOST_GOALS: usize = 16;
/// Persons tried for all of them, in all that is asked of one decision.
pub(crate) const MOST_TRIED: u64 = 3_000;
/// Ways in which one condition can fail, or hold.
const MOST_WAYS: usize = 3;

/// What is to hold of somebody.
type Goal = Vec<(Term, Choice)>;

impl Regions<'_, '_> {
    /// Where two texts put a condition otherwise, those for whom it holds in one only; not where that contradicts itself.
    pub(crate) fn goals(space: &mut Space<'_>, path: &Path, ends: [Term; 2]) -> Vec<Path> {
        let mut goals = Goals { arena: &space.arena, within: Vec::new(), found: Vec::new() };
        goals.between(ends);
        let found: Vec<Goal> = goals.found.iter().flat_map(|goal| spread(goals.arena, goal)).collect();
        found.into_iter().take(MOST_GOALS).filter_map(|goal| possible(space, path, &goal)).collect()
    }

    /// Somebody of one of these groups whom both versions answer otherwise.
    pub(crate) fn by_goals(
        &self,
        finder: &mut Finder<'_, '_>,
        goals: &[Path],
        start: &Person,
        ends: [Term; 2],
    ) -> Option<Person> {
        let (begun, left) = (finder.tried, &self.pair.goals_left);
        let person = goals.iter().find_map(|goal| {
            let may_go_on = finder.tried - begun < left.get();
            if may_go_on { self.by_goal(finder, goal, start, ends) } else { None }
        });
        left.set(left.get().saturating_sub(finder.tried - begun));
        person
    }

    fn by_goal(&self, finder: &mut Finder<'_, '_>, path: &Path, start: &Person, ends: [Term; 2]) -> Option<Person> {
        let person = finder.find(path, start)?;
        if self.differ(&person) {
            return Some(person);
        }
        let mut held = finder.at(person);
        for _ in 0..MOST_CHANCES {
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
        for line in &first {
            for other in &second {
                if line.when == other.when {
                    self.inside((line.when, Choice::Yes), [line.value, other.value]);
                } else {
                    self.apart(line.when, other.when);
                }
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
            (Shape::Not(inner), Choice::Yes) if arena.is_sure(*inner) => queue.push((*inner, Choice::No)),
            (Shape::Not(inner), Choice::No) => queue.push((*inner, Choice::Yes)),
            _ => {
                parts.entry(term).or_insert(choice);
            }
        }
    }
    let mut result: Vec<Goal> = vec![parts.iter().map(|(term, choice)| (*term, *choice)).collect()];
    for (term, choice) in whole {
        let other = if choice == Choice::No { Choice::Yes } else { Choice::No };
        let of = children(&arena.shape(term));
        let left: Vec<Term> = of.into_iter().filter(|t| parts.get(t) != Some(&other)).take(MOST_WAYS).collect();
        let with = |goal: &Goal| -> Vec<Goal> {
            left.iter().map(|only| goal.iter().copied().chain([(*only, choice)]).collect()).collect()
        };
        result = result.iter().flat_map(with).collect();
    }
    result
}
