//! Rules put otherwise: where a rule asks for the same as what became of it in the other text, it is put as there, so that
//! a decision of many rules is told apart only by those that do not.

use crate::hashed::Terms;
use crate::path::Path;
use crate::split::Space;
use crate::state::FIRST_VARIABLE;
use crate::term::{Arena, Line, Shape, Term, children};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Groups told apart to see that two rules ask for the same, and for all of them.
const MOST_FOR_ONE: u64 = 150;
const MOST_FOR_ALL: u64 = 4_000;
/// Groups told apart to see that nobody is in one that came apart.
const MOST_STEPS: u32 = 10;
/// Rules of the other text that are held against one.
const MOST_TRIED: usize = 3;
/// So many rules put as in the other text are many.
const MANY: usize = 8;
/// Pairs of terms that are looked at.
const MOST_PAIRS: usize = 400;

impl Arena {
    /// How much of two rules is the same: what they give, and what they ask for, however that is put together.
    pub(crate) fn in_common(&self, line: &Line, other: &Line) -> usize {
        let (mine, theirs) = (self.asked_for(line.when), self.asked_for(other.when));
        usize::from(line.value == other.value) + mine.intersection(&theirs).count()
    }

    /// The conditions that one is made of, each with whether it is to be so.
    fn asked_for(&self, term: Term) -> BTreeSet<(Term, bool)> {
        let mut found = BTreeSet::new();
        let mut queue = vec![(term, true)];
        while let Some((term, so)) = queue.pop() {
            match &*self.shape(term) {
                Shape::All(parts) | Shape::Any(parts) => queue.extend(parts.iter().map(|part| (*part, so))),
                Shape::Not(inner) => queue.push((*inner, !so)),
                _ => _ = found.insert((term, so)),
            }
        }
        found
    }

    /// A term with others in place of some.
    fn replaced(&mut self, term: Term, instead: &Terms, memo: &mut Terms) -> Term {
        if let Some(done) = instead.get(&term).or_else(|| memo.get(&term)) {
            return *done;
        }
        let info = self.info(term);
        let result = if children(&info.shape).is_empty() {
            term
        } else {
            self.rebuild(&info.shape, info.sort, |arena, part| arena.replaced(part, instead, memo))
        };
        memo.insert(term, result);
        result
    }
}

impl Space<'_> {
    /// The second of two terms, with what its rules ask for put as in the first where that says the same for everybody
    /// of a path; and how many groups were told apart for it.
    pub(crate) fn aligned(&mut self, path: &Path, old: Term, new: Term) -> (Term, u64) {
        let decisions = self.decisions_apart(old, new);
        let (steps, most, budget) = (self.steps, self.most_steps, self.budget);
        let mut instead = Terms::default();
        let mut left = MOST_FOR_ALL;
        for (before, after) in decisions {
            let mut free = before;
            for line in after {
                let mut near: Vec<usize> =
                    (0..free.len()).filter(|i| free.get(*i).is_some_and(|l| l.value == line.value)).collect();
                near.sort_by_key(|i| Reverse(free.get(*i).map_or(0, |l| self.arena.in_common(l, &line))));
                let found = near.into_iter().take(MOST_TRIED).find(|i| {
                    let Some(other) = free.get(*i).filter(|_| left > 0) else { return false };
                    (self.steps, self.most_steps) = (0, MOST_FOR_ONE.min(left));
                    let is_same = self.proved(path, other.when, line.when, MOST_STEPS).is_some();
                    left = left.saturating_sub(self.steps.max(1));
                    is_same
                });
                if let Some(at) = found {
                    let other = free.swap_remove(at);
                    instead.insert(line.when, other.when);
                }
            }
        }
        (self.steps, self.most_steps, self.budget) = (steps, most, budget);
        if instead.is_empty() {
            return (new, MOST_FOR_ALL - left);
        }
        // What is made again is made for everybody of the path, not for those who were told apart last.
        self.arena.look_at(path.masks.clone());
        let aligned = self.arena.replaced(new, &instead, &mut Terms::default());
        // Of few rules those that are not the same are found more easily as they stand.
        let new = if aligned == old || instead.len() >= MANY { aligned } else { new };
        (new, MOST_FOR_ALL - left)
    }

    /// The rules that only one of two terms has, of decisions that stand at the same place in both and have several.
    fn decisions_apart(&self, old: Term, new: Term) -> Vec<(Vec<Line>, Vec<Line>)> {
        let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
        let mut queue = vec![(old, new)];
        while let Some((a, b)) = queue.pop() {
            if a == b || seen.len() > MOST_PAIRS || !seen.insert((a, b)) {
                continue;
            }
            let (left, right) = (self.arena.shape(a), self.arena.shape(b));
            if let (Shape::Decide(mine, x, _), Shape::Decide(theirs, y, _)) = (&*left, &*right) {
                let only = |lines: &[Line], others: &[Line]| -> Vec<Line> {
                    let is_apart = |l: &&Line| {
                        !others.iter().any(|o| o.when == l.when && o.value == l.value)
                            && self.arena.free(l.when) <= FIRST_VARIABLE
                    };
                    lines.iter().filter(is_apart).cloned().collect()
                };
                let (before, after) = (only(mine, theirs), only(theirs, mine));
                if before.len() > 1 && after.len() > 1 {
                    found.push((before, after));
                }
                queue.extend((*x).zip(*y));
                continue;
            }
            let (x, y) = (children(&left), children(&right));
            if x.len() == y.len() && !matches!(&*left, Shape::Quantify(..)) {
                queue.extend(x.into_iter().zip(y));
            }
        }
        found
    }
}
