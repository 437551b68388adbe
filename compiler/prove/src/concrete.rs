//! What a term is for one person: the graph evaluated with facts.

use crate::hashed::Lookup;
use crate::reading::Around;
use crate::term::{Arena, Line, Shape, Share, Side, Term, normal};
use accord_core::{Facts, Host, HostFn, Outcome, SiteId, Value};
use accord_ir::{Quantifier, Tie};
use std::collections::{BTreeMap, BTreeSet};

/// One person, in the words of the world, with what was evaluated so far.
pub(crate) struct Concrete<'a> {
    arena: &'a Arena,
    facts: &'a Facts,
    bound: BTreeMap<u32, Value>,
    memo: Lookup<Term, Outcome>,
    /// The person with one fact otherwise, where that was evaluated.
    around: Option<Around<'a>>,
}

impl<'a> Concrete<'a> {
    pub(crate) fn new(arena: &'a Arena, facts: &'a Facts, args: &[Value]) -> Concrete<'a> {
        let bound = args.iter().enumerate().map(|(n, v)| (u32::try_from(n).unwrap_or(u32::MAX), v.clone())).collect();
        Concrete { arena, facts, bound, memo: Lookup::default(), around: None }
    }

    /// The same for a person with one fact changed.
    pub(crate) fn around(self, around: Around<'a>) -> Concrete<'a> {
        Concrete { around: Some(around), ..self }
    }

    /// With what was evaluated of the same person before.
    pub(crate) fn knowing(self, memo: Lookup<Term, Outcome>) -> Concrete<'a> {
        Concrete { memo, ..self }
    }

    /// What was evaluated.
    pub(crate) fn into_memo(self) -> Lookup<Term, Outcome> {
        self.memo
    }

    pub(crate) fn eval(&mut self, term: Term) -> Outcome {
        let Some(shape) = self.arena.look(term) else { return Outcome::Nothing };
        // What is there already need not be remembered.
        if let Shape::Known(_) | Shape::Fact(_) | Shape::Bound(..) = shape {
            return self.shape(shape);
        }
        // What holds variables of quantifiers is not remembered: they change.
        let closed = self.arena.free(term) <= crate::state::FIRST_VARIABLE;
        if closed && let Some(known) = self.memo.get(&term) {
            return known.clone();
        }
        if closed
            && let Some(around) = self.around
            && !around.readings.reads(self.arena, around.source, term)
        {
            if let Some(known) = around.memo.borrow().get(&term) {
                return known.clone();
            }
            let outcome = self.shape(shape);
            around.memo.borrow_mut().insert(term, outcome.clone());
            return outcome;
        }
        let outcome = self.shape(shape);
        if closed {
            self.memo.insert(term, outcome.clone());
        }
        outcome
    }

    fn shape(&mut self, shape: &Shape) -> Outcome {
        match shape {
            Shape::Known(outcome) => outcome.clone(),
            Shape::Fact(fact) => self.facts.fact(*fact as usize).cloned().unwrap_or_else(|| Outcome::missing("a fact")),
            Shape::Given(party, name) => match self.eval(*party) {
                Outcome::Value(Value::Country(party)) => self.facts.given(party, name),
                other => other,
            },
            Shape::Bound(variable, _) => self.bound.get(variable).cloned().map_or(Outcome::Nothing, Outcome::Value),
            Shape::Host(function, operands, side) => self.host(*function, operands, *side),
            Shape::Element(list, n) => match self.eval(*list) {
                Outcome::Value(Value::List(list)) => {
                    list.get(*n as usize).cloned().map_or(Outcome::Nothing, Outcome::Value)
                }
                other => other,
            },
            Shape::All(parts) => self.junction(parts, true),
            Shape::Any(parts) => self.junction(parts, false),
            Shape::Not(inner) => match self.eval(*inner) {
                Outcome::Nothing => Outcome::yes_no(true),
                other => other.truth().map_or(other, |yes| Outcome::yes_no(!yes)),
            },
            Shape::If(condition, then, otherwise) => match self.eval(*condition) {
                Outcome::Nothing => self.eval(*otherwise),
                condition => match condition.truth() {
                    Some(true) => self.eval(*then),
                    Some(false) => self.eval(*otherwise),
                    None => condition,
                },
            },
            Shape::Strict(arg, then) => match self.eval(*arg) {
                Outcome::Value(_) => self.eval(*then),
                other => other,
            },
            Shape::Quantify(quantifier, variable, domain, filter, body) => {
                self.quantify(*quantifier, *variable, *domain, *filter, *body)
            }
            Shape::Gather(quantifier, shares) => self.gather(*quantifier, shares),
            Shape::Parties(members) => self.parties(members),
            Shape::Decide(lines, default, name) => self.decide(lines, *default, name),
        }
    }

    fn host(&mut self, function: HostFn, operands: &[Term], side: Side) -> Outcome {
        let operands: Vec<Outcome> = operands.iter().map(|t| self.eval(*t)).collect();
        let [old, new] = &self.arena.conversions;
        let conversions = if side == Side::New { new } else { old };
        normal(function.apply(&Host { conversions, facts: self.facts }, &operands, SiteId(0)))
    }

    fn junction(&mut self, parts: &[Term], all: bool) -> Outcome {
        let mut worst: Option<Outcome> = None;
        for part in parts {
            let outcome = self.eval(*part);
            match outcome.truth() {
                Some(yes) if yes != all => return Outcome::yes_no(yes),
                Some(_) => {}
                None => worst = Some(if let Some(worst) = worst { worst.worst(outcome) } else { outcome }),
            }
        }
        worst.unwrap_or_else(|| Outcome::yes_no(all))
    }

    fn parties(&mut self, members: &[Term]) -> Outcome {
        let mut set = BTreeSet::new();
        for (party, member) in self.arena.parties.iter().zip(members) {
            if self.eval(*member).truth() == Some(true) {
                set.insert(Value::Country(*party));
            }
        }
        Outcome::Value(Value::Set(set))
    }

    // ---- quantifiers ----

    fn quantify(
        &mut self,
        quantifier: Quantifier,
        variable: u32,
        domain: Term,
        filter: Option<Term>,
        body: Option<Term>,
    ) -> Outcome {
        let members: Vec<Value> = match self.eval(domain) {
            Outcome::Value(Value::Set(set)) => set.into_iter().collect(),
            Outcome::Value(Value::List(list)) => list,
            other => return other,
        };
        let before = self.bound.get(&variable).cloned();
        let mut found = Vec::new();
        for member in members {
            self.bound.insert(variable, member.clone());
            let filter = filter.map_or_else(|| Outcome::yes_no(true), |f| self.eval(f));
            let body = body.map(|b| self.eval(b));
            found.push((filter, body, member));
        }
        match before {
            Some(value) => self.bound.insert(variable, value),
            None => self.bound.remove(&variable),
        };
        self.over(quantifier, found)
    }

    fn gather(&mut self, quantifier: Quantifier, shares: &[Share]) -> Outcome {
        let mut found = Vec::new();
        for (when, body, member) in shares {
            let when = self.eval(*when);
            if when.truth() == Some(false) {
                continue;
            }
            let Outcome::Value(member) = self.eval(*member) else { continue };
            let body = body.map(|b| self.eval(b));
            found.push((when, body, member));
        }
        self.over(quantifier, found)
    }

    fn over(&mut self, quantifier: Quantifier, found: Vec<(Outcome, Option<Outcome>, Value)>) -> Outcome {
        if matches!(quantifier, Quantifier::Every | Quantifier::Some) {
            return truths(quantifier == Quantifier::Every, found);
        }
        let unsettled = found.iter().map(|f| &f.0).filter(|o| o.truth().is_none() && o.rank() > 1);
        if let Some(worst) = unsettled.cloned().reduce(Outcome::worst) {
            return worst;
        }
        let taken: Vec<(Option<Outcome>, Value)> =
            found.into_iter().filter(|f| f.0.truth() == Some(true)).map(|(_, body, member)| (body, member)).collect();
        match quantifier {
            Quantifier::Every | Quantifier::Some => Outcome::Nothing,
            Quantifier::Count => Outcome::Value(Value::whole(i64::try_from(taken.len()).unwrap_or(i64::MAX))),
            Quantifier::SetOf => Outcome::Value(Value::Set(taken.into_iter().map(|(_, member)| member).collect())),
            Quantifier::Sum => self.joined(taken, HostFn::Add, None),
            Quantifier::Largest => self.joined(taken, HostFn::Larger, None),
            Quantifier::Smallest => self.joined(taken, HostFn::Smaller, None),
            Quantifier::Gathered => {
                self.joined(taken, HostFn::Union, Some(Outcome::Value(Value::Set(BTreeSet::new()))))
            }
            Quantifier::TheOnly(tie) => tied(tie, taken.into_iter().map(|(_, member)| member).collect()),
            Quantifier::TheWithLargest(tie) => self.best(taken, tie, true),
            Quantifier::TheWithSmallest(tie) => self.best(taken, tie, false),
        }
    }

    fn apply(&self, function: HostFn, operands: &[Outcome]) -> Outcome {
        let [old, _] = &self.arena.conversions;
        normal(function.apply(&Host { conversions: old, facts: self.facts }, operands, SiteId(0)))
    }

    fn joined(&mut self, taken: Vec<(Option<Outcome>, Value)>, with: HostFn, start: Option<Outcome>) -> Outcome {
        let mut result = start;
        for body in taken.into_iter().filter_map(|(body, _)| body).filter(|b| *b != Outcome::Nothing) {
            result = Some(match result {
                None => body,
                Some(so_far) => self.apply(with, &[so_far, body]),
            });
        }
        result.unwrap_or(Outcome::Nothing)
    }

    fn best(&mut self, taken: Vec<(Option<Outcome>, Value)>, tie: Tie, largest: bool) -> Outcome {
        if let [(_, only)] = taken.as_slice() {
            return Outcome::Value(only.clone());
        }
        let bodies = taken.iter().filter_map(|(body, _)| body.as_ref());
        if let Some(worst) = bodies.filter(|b| b.rank() > 1).cloned().reduce(Outcome::worst) {
            return worst;
        }
        let mut best: Vec<(Outcome, Value)> = Vec::new();
        for (body, member) in taken {
            let body = body.unwrap_or(Outcome::Nothing);
            let Some((held, _)) = best.first().cloned() else {
                best.push((body, member));
                continue;
            };
            let less = self.apply(HostFn::Less, &[held.clone(), body.clone()]);
            let more = self.apply(HostFn::Less, &[body.clone(), held]);
            let (less, more) = match (less.truth(), more.truth()) {
                (Some(less), Some(more)) => (less, more),
                (None, _) => return less,
                (_, None) => return more,
            };
            let better = if largest { less } else { more };
            if better {
                best.clear();
            }
            if better || (!less && !more) {
                best.push((body, member));
            }
        }
        tied(tie, best.into_iter().map(|(_, member)| member).collect())
    }

    // ---- decisions ----

    fn decide(&mut self, lines: &[Line], default: Option<Term>, name: &std::sync::Arc<str>) -> Outcome {
        let whens: Vec<Outcome> = lines.iter().map(|l| self.eval(l.when)).collect();
        let sure: Vec<usize> =
            (0..lines.len()).filter(|i| whens.get(*i).and_then(Outcome::truth) == Some(true)).collect();
        let beaten = |line: &Line, by: &[usize]| line.beaten_by.iter().any(|b| by.contains(b));
        let open: Vec<usize> = lines
            .iter()
            .zip(&whens)
            .enumerate()
            .filter(|(_, (l, w))| w.truth().is_none() && w.rank() > 1 && !beaten(l, &sure))
            .map(|(i, _)| i)
            .collect();
        let mut resolve = |also: &[usize]| {
            let applying: Vec<usize> = sure.iter().chain(also).copied().collect();
            let standing: Vec<usize> =
                applying.iter().copied().filter(|i| lines.get(*i).is_some_and(|l| !beaten(l, &applying))).collect();
            if standing.is_empty() {
                return match default {
                    Some(default) => self.eval(default),
                    None => Outcome::Gap(BTreeSet::from([std::sync::Arc::clone(name)])),
                };
            }
            let values: Vec<Outcome> =
                standing.iter().filter_map(|i| lines.get(*i)).map(|l| self.eval(l.value)).collect();
            if let Some(worst) = values.iter().filter(|v| v.rank() > 1).cloned().reduce(Outcome::worst) {
                return worst;
            }
            let agree = values.windows(2).all(|pair| pair.first() == pair.last());
            let conflict = || Outcome::Conflict(BTreeSet::new());
            if agree { values.into_iter().next().unwrap_or_else(conflict) } else { conflict() }
        };
        let none = resolve(&[]);
        let Some(unsettled) = open.iter().filter_map(|i| whens.get(*i)).cloned().reduce(Outcome::worst) else {
            return none;
        };
        if open.len() > 8 {
            return unsettled;
        }
        for way in 1_u32..1 << open.len() {
            let also: Vec<usize> =
                open.iter().enumerate().filter(|(bit, _)| way & (1 << bit) != 0).map(|(_, i)| *i).collect();
            if resolve(&also) != none {
                return unsettled;
            }
        }
        none
    }
}

/// `every` and `some`.
fn truths(every: bool, found: Vec<(Outcome, Option<Outcome>, Value)>) -> Outcome {
    let mut worst: Option<Outcome> = None;
    for (filter, body, _) in found {
        let filter = if filter == Outcome::Nothing { Outcome::yes_no(false) } else { filter };
        let body = body.unwrap_or_else(|| Outcome::yes_no(true));
        let share = match (filter.truth(), body.truth(), every) {
            (Some(false), _, _) => Some(every),
            (Some(true), Some(yes), _) => Some(yes),
            (None, Some(true), true) => Some(true),
            (None, Some(false), false) => Some(false),
            _ => None,
        };
        match share {
            Some(yes) if yes != every => return Outcome::yes_no(yes),
            Some(_) => {}
            None => {
                for odd in [filter, body].into_iter().filter(|o| o.truth().is_none()) {
                    worst = Some(worst.map_or(odd.clone(), |w| w.worst(odd)));
                }
            }
        }
    }
    worst.unwrap_or_else(|| Outcome::yes_no(every))
}

fn tied(tie: Tie, members: Vec<Value>) -> Outcome {
    match (members.as_slice(), tie) {
        ([], _) => Outcome::Nothing,
        ([only], _) => Outcome::Value(only.clone()),
        (_, Tie::Refer) => Outcome::refer(Tie::AUTHORITY),
        ([first, ..], Tie::First) => Outcome::Value(first.clone()),
        ([.., last], Tie::Last) => Outcome::Value(last.clone()),
    }
}
