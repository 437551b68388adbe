//! Settling a decision by its rules.

use crate::eval::{Evaluator, Frame, broken};
use crate::trace::Tracer;
use accord_core::{Answer, Outcome, RuleId, RuleVerdict, Value};
use accord_ir::{Decision, DecisionId, Node, Rule};
use std::collections::BTreeSet;

/// More unsettled rules than this, and the ways of settling them are not tried.
const MOST_UNSETTLED: usize = 8;

/// What the condition of a rule came to.
enum Standing {
    /// Its condition is yes.
    Applies,
    /// Its condition is no, or nothing.
    DoesNotApply,
    /// Its condition is neither.
    Unsettled(Outcome),
    /// Not asked for: a rule that surely applies beats it.
    Out,
}

impl Standing {
    fn of(condition: Outcome) -> Standing {
        match (condition.truth(), condition) {
            (Some(true), _) => Standing::Applies,
            (Some(false), _) | (None, Outcome::Nothing) => Standing::DoesNotApply,
            (None, outcome) => Standing::Unsettled(outcome),
        }
    }
}

/// A rule under consideration.
struct Candidate<'p, Steps> {
    id: RuleId,
    rule: &'p Rule,
    standing: Standing,
    condition_steps: Steps,
    /// Its value, once asked for.
    value: Option<Outcome>,
    value_steps: Steps,
}

impl<Steps> Candidate<'_, Steps> {
    fn is_beaten_by(&self, other: RuleId) -> bool {
        self.rule.beaten_by.contains(&other)
    }

    fn applies(&self) -> bool {
        matches!(self.standing, Standing::Applies)
    }

    fn unsettled(&self) -> Option<&Outcome> {
        match &self.standing {
            Standing::Unsettled(outcome) => Some(outcome),
            Standing::Applies | Standing::DoesNotApply | Standing::Out => None,
        }
    }

    /// What became of it, given the rules that surely apply.
    fn verdict(&self, sure: &[RuleId]) -> RuleVerdict {
        match &self.standing {
            Standing::Applies => RuleVerdict::Won,
            Standing::DoesNotApply => RuleVerdict::DidNotApply,
            Standing::Unsettled(outcome) => RuleVerdict::Unsettled(outcome.clone()),
            Standing::Out => RuleVerdict::Beaten(sure.iter().copied().filter(|id| self.is_beaten_by(*id)).collect()),
        }
    }
}

/// One decision being settled for given arguments.
struct Matter<'p, 'a, Steps> {
    node: &'p Node,
    decision: &'p Decision,
    args: &'a [Value],
    /// The rules that are not left out, in the order of the text.
    candidates: Vec<Candidate<'p, Steps>>,
    /// The default, once asked for.
    default: Option<Outcome>,
}

impl<'p, T: Tracer> Evaluator<'p, T> {
    /// Settles a decision without some of its rules. See [`Decision::rules`] for the order of things.
    pub(crate) fn decide(
        &mut self,
        node: &'p Node,
        decision: DecisionId,
        left_out: &[RuleId],
        args: &[Value],
    ) -> Answer {
        let Some(decision) = self.program.decisions.get(decision.0 as usize) else {
            return Answer { outcome: broken(), rules: Vec::new() };
        };
        let candidates = self.candidates(decision, left_out);
        let mut matter = Matter { node, decision, args, candidates, default: None };
        self.take_stands(&mut matter);
        let answer = self.settle(&mut matter);
        self.report(matter.candidates);
        answer
    }

    fn candidates(&self, decision: &Decision, left_out: &[RuleId]) -> Vec<Candidate<'p, T::Steps>> {
        let kept = decision.rules.iter().copied().filter(|id| !left_out.contains(id));
        let candidate = |id| {
            Some(Candidate {
                id,
                rule: self.program.rule(id)?,
                standing: Standing::Out,
                condition_steps: T::Steps::default(),
                value: None,
                value_steps: T::Steps::default(),
            })
        };
        // Most decisions have few rules, and all that is asked for is room for them.
        let mut candidates = Vec::with_capacity(decision.rules.len());
        candidates.extend(kept.filter_map(candidate));
        candidates
    }

    /// Evaluates the conditions, stronger rules first, and none that no longer matters. As `beaten_by` is transitively
    /// closed, a stronger rule is beaten by fewer than each rule it beats.
    fn take_stands(&mut self, matter: &mut Matter<'p, '_, T::Steps>) {
        let mut order: Vec<usize> = (0..matter.candidates.len()).collect();
        order.sort_by_key(|i| matter.candidates.get(*i).map_or(0, |c| c.rule.beaten_by.len()));
        for index in order {
            let beaten = |c: &Candidate<'p, T::Steps>| {
                matter.candidates.iter().filter(|other| other.applies()).any(|other| c.is_beaten_by(other.id))
            };
            if matter.candidates.get(index).is_none_or(beaten) {
                continue;
            }
            let Some(candidate) = matter.candidates.get_mut(index) else { continue };
            self.tracer.begin();
            candidate.standing = match candidate.rule.condition {
                None => Standing::Applies,
                Some(condition) => {
                    let mut frame = Frame::new(&matter.decision.params, candidate.rule.locals, matter.args);
                    Standing::of(self.eval(&mut frame, condition))
                }
            };
            candidate.condition_steps = self.tracer.end();
        }
    }

    /// The answer, by trying every way of settling what is unsettled.
    fn settle(&mut self, matter: &mut Matter<'p, '_, T::Steps>) -> Answer {
        let open = matter.candidates.iter().filter_map(|c| Some((c.id, c.unsettled()?.clone())));
        let (unsettled, outcomes): (Vec<RuleId>, Vec<Outcome>) = open.unzip();
        let Some(outcome) = outcomes.into_iter().reduce(Outcome::worst) else {
            return self.resolve(matter, &[]);
        };
        let undecided = Answer { outcome, rules: Vec::new() };
        if unsettled.len() > MOST_UNSETTLED {
            return undecided;
        }
        let none_applies = self.resolve(matter, &[]);
        for way in 1_u32..1 << unsettled.len() {
            let bits = unsettled.iter().enumerate().filter(|(bit, _)| way & (1 << bit) != 0);
            let also: Vec<RuleId> = bits.map(|(_, id)| *id).collect();
            if self.resolve(matter, &also).outcome != none_applies.outcome {
                return undecided;
            }
        }
        none_applies
    }

    /// The answer if exactly these unsettled rules apply, besides those that surely do.
    fn resolve(&mut self, matter: &mut Matter<'p, '_, T::Steps>, also: &[RuleId]) -> Answer {
        let applies = |c: &&Candidate<'p, T::Steps>| c.applies() || also.contains(&c.id);
        let stands = |c: &&Candidate<'p, T::Steps>| {
            !matter.candidates.iter().filter(applies).any(|other| c.is_beaten_by(other.id))
        };
        let survivors: Vec<RuleId> = matter.candidates.iter().filter(applies).filter(stands).map(|c| c.id).collect();
        let outcome = match survivors.as_slice() {
            [] => self.default(matter),
            [only] => self.value(matter, *only),
            several => agreed(several.iter().map(|id| self.value(matter, *id)).collect(), several),
        };
        Answer { outcome, rules: survivors }
    }

    /// What a rule settles; evaluated once, whatever the number of ways it takes part in.
    fn value(&mut self, matter: &mut Matter<'p, '_, T::Steps>, rule: RuleId) -> Outcome {
        let Some(candidate) = matter.candidates.iter_mut().find(|c| c.id == rule) else { return broken() };
        if let Some(value) = &candidate.value {
            return value.clone();
        }
        self.tracer.begin();
        let mut frame = Frame::new(&matter.decision.params, candidate.rule.locals, matter.args);
        let value = self.eval(&mut frame, candidate.rule.value);
        candidate.value_steps = self.tracer.end();
        candidate.value = Some(value.clone());
        value
    }

    /// What holds where no rule applies.
    fn default(&mut self, matter: &mut Matter<'p, '_, T::Steps>) -> Outcome {
        if let Some(known) = &matter.default {
            return known.clone();
        }
        let outcome = match matter.decision.default {
            Some(default) => {
                let mut frame = Frame::new(&matter.node.params, matter.node.locals, matter.args);
                self.eval(&mut frame, default)
            }
            None => Outcome::Gap(BTreeSet::from([matter.decision.name.as_str().into()])),
        };
        matter.default = Some(outcome.clone());
        outcome
    }

    /// Tells the tracer what became of each rule, in the order of the text.
    fn report(&mut self, candidates: Vec<Candidate<'p, T::Steps>>) {
        let any_out = candidates.iter().any(|c| matches!(c.standing, Standing::Out));
        let sure: Vec<RuleId> = candidates.iter().filter(|c| any_out && c.applies()).map(|c| c.id).collect();
        for mut candidate in candidates {
            let condition = std::mem::take(&mut candidate.condition_steps);
            let value = std::mem::take(&mut candidate.value_steps);
            let verdict = || candidate.verdict(&sure);
            self.tracer.rule(candidate.id, verdict, condition, value, candidate.value.as_ref());
        }
    }
}

/// What rules that all stand come to together: the worst of what is no value; else what they agree on; else conflict.
fn agreed(values: Vec<Outcome>, rules: &[RuleId]) -> Outcome {
    if let Some(worst) = values.iter().filter(|v| v.rank() > 1).cloned().reduce(Outcome::worst) {
        return worst;
    }
    let conflict = || Outcome::Conflict(rules.iter().copied().collect());
    let agree = values.windows(2).all(|pair| pair.first() == pair.last());
    if agree { values.into_iter().next().unwrap_or_else(conflict) } else { conflict() }
}
