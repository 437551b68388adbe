//! Quantifiers over the members of a set or list.

use crate::eval::{Evaluator, Frame, broken, site};
use crate::logic;
use crate::trace::Tracer;
use accord_core::{HostFn, Outcome, Value};
use accord_ir::{ExprId, Quantified, Quantifier, Tie};
use std::collections::BTreeSet;

impl<'p, T: Tracer> Evaluator<'p, T> {
    pub(crate) fn quantify(&mut self, frame: &mut Frame<'p>, id: ExprId, q: &'p Quantified) -> Outcome {
        let domain = self.eval(frame, q.domain);
        let Some(value) = domain.value() else { return domain };
        let Some(members) = members(value) else { return broken() };
        match q.quantifier {
            Quantifier::Every => self.every(frame, q, &members),
            Quantifier::Some => self.some(frame, q, &members),
            Quantifier::Sum
            | Quantifier::Largest
            | Quantifier::Smallest
            | Quantifier::Count
            | Quantifier::SetOf
            | Quantifier::Gathered
            | Quantifier::TheOnly(_)
            | Quantifier::TheWithLargest(_)
            | Quantifier::TheWithSmallest(_) => {
                let (passing, unsettled) = self.passing(frame, q, members);
                unsettled.unwrap_or_else(|| self.of_passing(frame, id, q, passing))
            }
        }
    }

    /// `not filter or body` of each, joined by and.
    fn every(&mut self, frame: &mut Frame<'p>, q: &Quantified, members: &[Value]) -> Outcome {
        let mut all = Outcome::yes_no(true);
        for member in members {
            frame.bind(q.variable, member);
            let left_out = logic::not(self.filter(frame, q));
            let holds =
                if left_out.truth() == Some(true) { left_out } else { logic::or(left_out, self.body(frame, q)) };
            all = logic::and(all, holds);
            if all.truth() == Some(false) {
                break;
            }
        }
        all
    }

    /// `filter and body` of each, joined by or.
    fn some(&mut self, frame: &mut Frame<'p>, q: &Quantified, members: &[Value]) -> Outcome {
        let mut any = Outcome::yes_no(false);
        for member in members {
            frame.bind(q.variable, member);
            let passes = self.filter(frame, q);
            let holds = if passes.truth() == Some(false) { passes } else { logic::and(passes, self.body(frame, q)) };
            any = logic::or(any, holds);
            if any.truth() == Some(true) {
                break;
            }
        }
        any
    }

    /// Whether the bound member is meant: yes without a filter, and a filter that is nothing is a no.
    fn filter(&mut self, frame: &mut Frame<'p>, q: &Quantified) -> Outcome {
        match q.filter.map(|f| self.eval(frame, f)) {
            None => Outcome::yes_no(true),
            Some(Outcome::Nothing) => Outcome::yes_no(false),
            Some(outcome) => outcome,
        }
    }

    /// What is asked of the bound member: yes where nothing is.
    fn body(&mut self, frame: &mut Frame<'p>, q: &Quantified) -> Outcome {
        q.body.map_or_else(|| Outcome::yes_no(true), |b| self.eval(frame, b))
    }

    /// The members that pass the filter, and the worst of the filters that are neither yes nor no.
    fn passing(&mut self, frame: &mut Frame<'p>, q: &Quantified, members: Vec<Value>) -> (Vec<Value>, Option<Outcome>) {
        let mut passing = Vec::new();
        let mut unsettled = Vec::new();
        for member in members {
            frame.bind(q.variable, &member);
            let outcome = self.filter(frame, q);
            match outcome.truth() {
                Some(true) => passing.push(member),
                Some(false) => {}
                None => unsettled.push(outcome),
            }
        }
        (passing, unsettled.into_iter().reduce(Outcome::worst))
    }

    fn of_passing(&mut self, frame: &mut Frame<'p>, id: ExprId, q: &Quantified, members: Vec<Value>) -> Outcome {
        match q.quantifier {
            Quantifier::Sum => self.joined(frame, id, q, &members, (Outcome::Nothing, HostFn::Add)),
            Quantifier::Largest => self.joined(frame, id, q, &members, (Outcome::Nothing, HostFn::Larger)),
            Quantifier::Smallest => self.joined(frame, id, q, &members, (Outcome::Nothing, HostFn::Smaller)),
            Quantifier::Gathered => {
                let empty = Outcome::Value(Value::Set(BTreeSet::new()));
                self.joined(frame, id, q, &members, (empty, HostFn::Union))
            }
            Quantifier::Count => match i64::try_from(members.len()) {
                Ok(count) => Outcome::Value(Value::whole(count)),
                Err(_) => broken(),
            },
            Quantifier::SetOf => Outcome::Value(Value::Set(members.into_iter().collect())),
            Quantifier::TheOnly(tie) => the_one(members, tie),
            Quantifier::TheWithLargest(tie) => self.extreme(frame, id, q, members, tie, Extreme::Largest),
            Quantifier::TheWithSmallest(tie) => self.extreme(frame, id, q, members, tie, Extreme::Smallest),
            Quantifier::Every | Quantifier::Some => broken(),
        }
    }

    /// The bodies joined by an operation to what it begins with, `nothing` skipped.
    fn joined(
        &mut self,
        frame: &mut Frame<'p>,
        id: ExprId,
        q: &Quantified,
        members: &[Value],
        (mut total, by): (Outcome, HostFn),
    ) -> Outcome {
        for member in members {
            frame.bind(q.variable, member);
            total = match (total, self.body(frame, q)) {
                (total, Outcome::Nothing) => total,
                (Outcome::Nothing, body) => body,
                (total, body) => by.apply(&self.host, &[total, body], site(id)),
            };
        }
        total
    }

    /// The member with the largest or smallest body. One candidate is taken without asking its body.
    fn extreme(
        &mut self,
        frame: &mut Frame<'p>,
        id: ExprId,
        q: &Quantified,
        members: Vec<Value>,
        tie: Tie,
        which: Extreme,
    ) -> Outcome {
        if members.len() < 2 {
            return the_one(members, tie);
        }
        let bodies = self.bodies(frame, q, &members);
        if let Some(worst) = bodies.iter().filter(|b| b.rank() > 1).cloned().reduce(Outcome::worst) {
            return worst;
        }
        let mut best: Option<Outcome> = None;
        let mut holders = Vec::new();
        for (member, body) in members.into_iter().zip(bodies) {
            match best.as_ref().map_or(Against::Better, |best| self.against(best, &body, id, which)) {
                Against::Better => {
                    best = Some(body);
                    holders = vec![member];
                }
                Against::Equal => holders.push(member),
                Against::Worse => {}
                Against::Untold(outcome) => return outcome,
            }
        }
        the_one(holders, tie)
    }

    fn bodies(&mut self, frame: &mut Frame<'p>, q: &Quantified, members: &[Value]) -> Vec<Outcome> {
        let mut bodies = Vec::new();
        for member in members {
            frame.bind(q.variable, member);
            bodies.push(self.body(frame, q));
        }
        bodies
    }

    /// How a body compares with the best so far.
    fn against(&self, best: &Outcome, body: &Outcome, id: ExprId, which: Extreme) -> Against {
        let less = |a: &Outcome, b: &Outcome| HostFn::Less.apply(&self.host, &[a.clone(), b.clone()], site(id));
        let (above, below) = match which {
            Extreme::Largest => (Against::Better, Against::Worse),
            Extreme::Smallest => (Against::Worse, Against::Better),
        };
        let is_above = less(best, body);
        match is_above.truth() {
            Some(true) => return above,
            Some(false) => {}
            None => return Against::Untold(is_above),
        }
        let is_below = less(body, best);
        match is_below.truth() {
            Some(true) => below,
            Some(false) => Against::Equal,
            None => Against::Untold(is_below),
        }
    }
}

/// Which end is looked for.
#[derive(Clone, Copy)]
enum Extreme {
    Largest,
    Smallest,
}

/// How a member stands against the best so far.
enum Against {
    Better,
    Equal,
    Worse,
    /// They cannot be compared.
    Untold(Outcome),
}

/// The members of a set or list, in order.
fn members(domain: &Value) -> Option<Vec<Value>> {
    if let Value::List(list) = domain {
        return Some(list.clone());
    }
    if let Value::Set(set) = domain { Some(set.iter().cloned().collect()) } else { None }
}

/// None is nothing, one is that one, several are as the tie says.
fn the_one(mut members: Vec<Value>, tie: Tie) -> Outcome {
    let several = members.len() > 1;
    let chosen = match tie {
        Tie::Refer if several => return Outcome::refer(Tie::AUTHORITY),
        Tie::Refer | Tie::First => members.into_iter().next(),
        Tie::Last => members.pop(),
    };
    chosen.map_or(Outcome::Nothing, Outcome::Value)
}
