//! Settling a decision that native code could not settle by itself: several rules survive, or a condition is
//! neither yes nor no. The rules of the game are in [`accord_ir::Decision::rules`].
//!
//! Values are evaluated by native code, one at a time: [`Settling::next`] says which is needed, [`Settling::take`]
//! takes it.

use crate::tables::{Handle, NO, NOTHING, Plan, YES, number};
use accord_core::{Answer, Outcome, RuleId};
use std::collections::{BTreeMap, BTreeSet};

/// More unsettled rules than this are not tried.
const MOST_OPEN: usize = 8;

/// The survivors of one way of settling the unsettled rules, by position, ascending.
type Way = Vec<usize>;

/// A decision being settled.
pub(crate) struct Settling {
    /// The outcomes of the unsettled conditions.
    open: Vec<Handle>,
    /// The way in which no unsettled rule applies; `None` where too many are unsettled.
    plainest: Option<Way>,
    /// Every different way, that one included.
    ways: BTreeSet<Way>,
    /// Positions whose values are still needed, next one last.
    needed: Vec<usize>,
    /// The values taken, by position; the number of rules stands for the default.
    values: BTreeMap<usize, Outcome>,
}

impl Settling {
    /// Of a decision whose conditions, by position, had these outcomes; a rule that was not asked has no.
    pub(crate) fn new(plan: &Plan, conditions: &[Handle]) -> Settling {
        let mut sure = BTreeSet::new();
        let mut open = Vec::new();
        for (at, condition) in conditions.iter().enumerate() {
            match *condition {
                YES => {
                    sure.insert(at);
                }
                NO | NOTHING => {}
                other => open.push((at, other)),
            }
        }
        let outcomes = open.iter().map(|(_, handle)| *handle).collect();
        if open.len() > MOST_OPEN {
            let (ways, needed, values) = (BTreeSet::new(), Vec::new(), BTreeMap::new());
            return Settling { open: outcomes, plainest: None, ways, needed, values };
        }
        let ways: BTreeSet<Way> = (0..1_u32 << open.len())
            .map(|choice| {
                let chosen = open.iter().enumerate().filter(|(bit, _)| choice >> bit & 1 == 1).map(|(_, (at, _))| *at);
                survivors(plan, &sure.iter().copied().chain(chosen).collect())
            })
            .collect();
        let asked: BTreeSet<usize> =
            ways.iter().flat_map(|way| if way.is_empty() { vec![plan.rules.len()] } else { way.clone() }).collect();
        let needed = asked.into_iter().rev().collect();
        Settling { open: outcomes, plainest: Some(survivors(plan, &sure)), ways, needed, values: BTreeMap::new() }
    }

    /// The position whose value is needed next.
    pub(crate) fn next(&self) -> Option<i64> {
        self.needed.last().map(|at| number(*at))
    }

    /// Takes the value that [`Settling::next`] asked for.
    pub(crate) fn take(&mut self, value: Outcome) {
        if let Some(at) = self.needed.pop() {
            self.values.insert(at, value);
        }
    }

    /// The handles of the unsettled conditions.
    pub(crate) fn open(&self) -> &[Handle] {
        &self.open
    }

    /// The answer, once every value was taken; `open` are the outcomes of the unsettled conditions.
    pub(crate) fn finish(&self, plan: &Plan, open: Vec<Outcome>) -> Answer {
        let agreed = self.plainest.as_ref().and_then(|plainest| {
            let answer = self.resolve(plan, plainest);
            let same = self.ways.iter().all(|way| self.resolve(plan, way).outcome == answer.outcome);
            same.then_some(answer)
        });
        agreed.unwrap_or_else(|| {
            let outcome = open.into_iter().reduce(Outcome::worst).unwrap_or(Outcome::Nothing);
            Answer { outcome, rules: Vec::new() }
        })
    }

    /// The answer of one way.
    fn resolve(&self, plan: &Plan, way: &Way) -> Answer {
        let value = |at: usize| self.values.get(&at).cloned().unwrap_or(Outcome::Nothing);
        if way.is_empty() {
            return Answer { outcome: value(plan.rules.len()), rules: Vec::new() };
        }
        let rules: Vec<RuleId> = way.iter().filter_map(|at| plan.rules.get(*at).copied()).collect();
        let outcomes: Vec<Outcome> = way.iter().map(|at| value(*at)).collect();
        let refused = outcomes.iter().filter(|o| o.rank() > Outcome::Nothing.rank()).cloned();
        if let Some(outcome) = refused.reduce(Outcome::worst) {
            return Answer { outcome, rules };
        }
        let agree = outcomes.windows(2).all(|pair| pair.first() == pair.last());
        let outcome = match outcomes.into_iter().next() {
            Some(first) if agree => first,
            _ => Outcome::Conflict(rules.iter().copied().collect()),
        };
        Answer { outcome, rules }
    }
}

/// The applying rules that no applying rule beats.
fn survivors(plan: &Plan, applying: &BTreeSet<usize>) -> Way {
    let stands = |at: &usize| !plan.beaten_by(*at).iter().any(|superior| applying.contains(superior));
    applying.iter().copied().filter(stands).collect()
}
