//! Clauses that never apply, and clauses that apply and never change what comes out.

use crate::examine::{Question, Study};
use crate::path::{Choice, Path};
use crate::report::{Finding, FindingKind, Place};
use crate::seek::{Anybody, Found, Seen, Wanted, seek};
use crate::split::Space;
use crate::term::{Line, Shape, Term};
use accord_core::{Outcome, RuleId};
use accord_ir::{Body, Decision, ExprKind, Program, Rule};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Steps for all rules of one decision of one party.
const MOST_STEPS: u64 = 300_000;

/// What is known of a rule, for all arguments asked with so far; what comes later weighs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    /// It applies to nobody.
    Never,
    /// It stands for nobody: others go before it wherever it applies.
    Shadowed,
    /// It stands, and without it everybody would be answered alike.
    Idle,
    /// It may change an answer.
    Used,
}

/// The rules of a version, as far as they were looked at.
pub(crate) struct Idle {
    states: BTreeMap<RuleId, State>,
    /// Exceptions that never apply because of what they are about.
    outside: BTreeSet<RuleId>,
    /// Rules that go before one that is shadowed.
    before: BTreeMap<RuleId, BTreeSet<RuleId>>,
    /// Decisions that are asked without some of their rules somewhere.
    apart: BTreeSet<u32>,
}

impl Idle {
    pub(crate) fn new(program: &Program) -> Idle {
        let apart = program.nodes.iter().filter_map(|n| match &n.body {
            Body::Decision(id, left_out) if !left_out.is_empty() => Some(id.0),
            _ => None,
        });
        Idle { states: BTreeMap::new(), outside: BTreeSet::new(), before: BTreeMap::new(), apart: apart.collect() }
    }

    /// A decision that was not looked at.
    pub(crate) fn leave_open(&mut self, decision: &Decision) {
        for rule in &decision.rules {
            self.states.insert(*rule, State::Used);
        }
    }

    fn note(&mut self, rule: RuleId, state: State) {
        let held = self.states.entry(rule).or_insert(state);
        *held = state.max(*held);
    }

    /// Looks at the rules of a decision.
    pub(crate) fn look(&mut self, question: &mut Question<'_>) {
        let before = question.study.left();
        for at in 0..question.rules.len() {
            let Some(stated) = question.rules.get(at).copied() else { continue };
            if self.states.get(&stated.rule) == Some(&State::Used) {
                continue;
            }
            let is_left = before.saturating_sub(question.study.left()) < MOST_STEPS;
            let state = if is_left { self.state(question, at, stated.rule, stated.when) } else { State::Used };
            self.note(stated.rule, state);
        }
    }

    fn state(&mut self, question: &mut Question<'_>, at: usize, id: RuleId, when: Term) -> State {
        let stands = question.stands(at);
        match search(question, stands, &mut Anybody) {
            Found::Open => State::Used,
            Found::Somebody(..) => {
                if self.matters(question, at, stands) {
                    State::Used
                } else {
                    State::Idle
                }
            }
            Found::Nobody => match search(question, when, &mut Anybody) {
                Found::Open => State::Used,
                Found::Somebody(..) => {
                    let before = question.rule(id).map(|r| r.beaten_by.iter().copied().collect()).unwrap_or_default();
                    self.before.entry(id).or_default().append(&mut { before });
                    State::Shadowed
                }
                Found::Nobody => {
                    if is_outside(question, id) {
                        self.outside.insert(id);
                    }
                    State::Never
                }
            },
        }
    }

    /// Whether somebody may be answered otherwise without a rule.
    fn matters(&mut self, question: &mut Question<'_>, at: usize, stands: Term) -> bool {
        let decision = question.decision;
        let id = question.study.program.decision(&decision.name).map(|(id, _)| id.0);
        if id.is_none_or(|id| self.apart.contains(&id)) {
            return true;
        }
        // A clause that is the only one to speak states what is so, though the vocabulary would have it so as well.
        let others: Vec<Term> =
            question.rules.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, s)| s.when).collect();
        let silent: Vec<Term> = others.into_iter().map(|w| question.space.arena.not(w)).collect();
        let alone = question.space.arena.all(silent.into_iter().chain([stands]));
        if !matches!(search(question, alone, &mut Anybody), Found::Nobody) {
            return true;
        }
        let (Some(with), Some(without)) = (decided(question, None), decided(question, Some(at))) else { return true };
        if with == without {
            return false;
        }
        !matches!(search(question, stands, &mut Otherwise { with, without }), Found::Nobody)
    }

    /// What is told of clauses: those of which no rule does anything.
    pub(crate) fn findings(&self, study: &Study<'_>) -> Vec<Finding> {
        let program = study.program;
        let mut clauses: BTreeMap<_, Vec<RuleId>> = BTreeMap::new();
        for (index, rule) in program.rules.iter().enumerate() {
            let id = RuleId(u32::try_from(index).unwrap_or(u32::MAX));
            clauses.entry((rule.span, rule.by.clone())).or_default().push(id);
        }
        let mut found = Vec::new();
        for rules in clauses.values() {
            let states: Option<Vec<State>> = rules.iter().map(|r| self.states.get(r).copied()).collect();
            let Some(worst) = states.and_then(|s| s.into_iter().max()) else { continue };
            if let Some(first) = rules.first()
                && worst != State::Used
            {
                found.extend(self.finding(study, *first, worst));
            }
        }
        found
    }

    fn finding(&self, study: &Study<'_>, id: RuleId, state: State) -> Option<Finding> {
        let rule = study.program.rule(id)?;
        let decision = study.program.decisions.get(rule.decision.0 as usize)?;
        let excepted = excepted(study.program, rule);
        let outside = state == State::Never && self.outside.contains(&id);
        let note = match state {
            State::Never if rule.relation.is_empty() => "holds for nobody".to_owned(),
            State::Never => format!("{}, and holds for nobody there", rule.relation),
            State::Shadowed => "never gets its turn".to_owned(),
            State::Idle => "gives what is given without it".to_owned(),
            State::Used => return None,
        };
        let mut places: Vec<Place> = study.place(id, note).into_iter().collect();
        let others: Vec<(RuleId, &str)> = match state {
            State::Shadowed => {
                let before = self.before.get(&id).into_iter().flatten();
                before.map(|r| (*r, "goes first")).collect()
            }
            State::Never => excepted.iter().map(|r| (*r, "what it excepts from")).collect(),
            State::Idle | State::Used => Vec::new(),
        };
        for (other, note) in others {
            if let Some(place) = study.place(other, note)
                && !places.iter().any(|p| p.span == place.span)
            {
                places.push(place);
            }
        }
        places.truncate(4);
        let (kind, remedy) = match (state, outside) {
            (State::Idle, _) => (FindingKind::WithoutEffect, "remove it, or say what it is to change".to_owned()),
            (State::Shadowed, _) => {
                let first = places.get(1).map_or("the others".to_owned(), |p| p.address.clone());
                (FindingKind::Unreachable, format!("remove it, or let it go first: `exception to {first}`"))
            }
            (_, true) => {
                let from = places.get(1).map_or("the rule".to_owned(), |p| p.address.clone());
                (FindingKind::OutsideScope, format!("name it in {from} as well, or write `notwithstanding {from}`"))
            }
            _ => (FindingKind::Unreachable, "mend its condition, or remove it".to_owned()),
        };
        Some(Finding {
            kind,
            decision: decision.name.clone(),
            args: Vec::new(),
            parties: Vec::new(),
            places,
            person: None,
            remedy,
            open: None,
        })
    }
}

fn search<W: Wanted>(question: &mut Question<'_>, goal: Term, wanted: &mut W) -> Found<W::Told> {
    question.space.budget = question.study.take(question.study.options.budget);
    let found = seek(&mut question.space, &Path::default(), goal, wanted);
    question.study.give_back(question.space.budget);
    found
}

/// A decision with its rules, or without one of them.
fn decided(question: &mut Question<'_>, without: Option<usize>) -> Option<Term> {
    let kept: Vec<usize> = (0..question.rules.len()).filter(|n| Some(*n) != without).collect();
    let ids: Vec<RuleId> = kept.iter().filter_map(|n| question.rules.get(*n)).map(|s| s.rule).collect();
    let mut lines = Vec::new();
    for at in &kept {
        let stated = question.rules.get(*at).copied()?;
        let rule = question.rule(stated.rule)?;
        let value = question.value(stated.rule)?;
        let beaten_by = rule.beaten_by.iter().filter_map(|b| ids.iter().position(|i| i == b)).collect();
        lines.push(Line { when: stated.when, value, beaten_by });
    }
    let decision = question.decision;
    let node = question.study.program.node(decision.node)?;
    let terms = question.terms.clone();
    let default = decision.default.map(|d| question.reader.part(&mut question.space.arena, node.locals, d, &terms));
    let sort = question.reader.sort(&decision.ty);
    let term = question.space.arena.decide(lines, default, &Arc::from(decision.name.as_str()), sort);
    (!question.reader.too_large).then_some(term)
}

/// Somebody who is answered otherwise without a rule.
struct Otherwise {
    with: Term,
    without: Term,
}

impl Wanted for Otherwise {
    type Told = ();

    fn look(&mut self, space: &mut Space<'_>, path: &Path) -> Seen<()> {
        let mut leaves = Vec::new();
        let all = space.differences(path, self.with, self.without, &mut leaves);
        if all.is_none() || !leaves.is_empty() { Seen::It(()) } else { Seen::Not }
    }
}

/// The rules an exception excepts from.
fn excepted(program: &Program, rule: &Rule) -> Vec<RuleId> {
    if !rule.relation.contains("exception") {
        return Vec::new();
    }
    let ids = program.decisions.get(rule.decision.0 as usize).map(|d| d.rules.clone()).unwrap_or_default();
    let own = program.rules.iter().position(|r| std::ptr::eq(r, rule)).and_then(|n| u32::try_from(n).ok()).map(RuleId);
    let beats = |id: &RuleId| program.rule(*id).is_some_and(|r| own.is_some_and(|o| r.beaten_by.contains(&o)));
    ids.into_iter().filter(beats).collect()
}

/// Whether an exception is about words of which what it excepts from does not speak.
fn is_outside(question: &mut Question<'_>, id: RuleId) -> bool {
    let Some(rule) = question.rule(id) else { return false };
    let from = excepted(question.study.program, rule);
    let whens: Vec<Term> = question.rules.iter().filter(|s| from.contains(&s.rule)).map(|s| s.when).collect();
    let Some(ExprKind::And(own, _)) = rule.condition.and_then(|c| question.study.program.expr(c)).map(|e| &e.kind)
    else {
        return false;
    };
    let terms = question.terms.clone();
    let own = question.reader.part(&mut question.space.arena, rule.locals, *own, &terms);
    let parts = match &*question.space.arena.shape(own) {
        Shape::All(parts) => parts.clone(),
        _ => vec![own],
    };
    let space = &mut question.space;
    let mut path = Path::default();
    for part in parts {
        if space.arena.membership(part).is_some()
            && let Some(next) = path.with(&space.arena, space.world, part, Choice::Yes)
        {
            path = next;
        }
    }
    space.budget = question.study.take(question.study.options.budget);
    let none = !whens.is_empty()
        && !path.assumed.is_empty()
        && whens.iter().all(|when| {
            let when = space.reduce(&path, *when);
            matches!(space.arena.known(when), Some(Outcome::Nothing)) || space.arena.truth(when) == Some(false)
        });
    question.study.give_back(space.budget);
    none
}
