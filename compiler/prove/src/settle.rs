//! Decisions and quantifiers as terms: settled as far as their parts are known.

use crate::hashed::Terms;
use crate::term::{Arena, CONFLICT, GAP, Line, NOTHING, ODD, Shape, Share, Side, Sort, Term, VALUE};
use accord_core::{HostFn, Outcome, Value};
use accord_ir::{Quantifier, Tie};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// More unsettled rules than this, and the ways of settling them are not tried.
const MOST_UNSETTLED: usize = 8;

impl Arena {
    /// A decision whose parts are changed; what is certainly beaten is not looked at.
    pub(crate) fn redecide(
        &mut self,
        lines: &[Line],
        default: Option<Term>,
        name: &Arc<str>,
        sort: Sort,
        mut of: impl FnMut(&mut Arena, Term) -> Term,
    ) -> Term {
        let mut next = Vec::with_capacity(lines.len());
        for line in lines {
            next.push(Line { when: of(self, line.when), ..line.clone() });
        }
        let live = self.live(&next);
        for (line, _) in next.iter_mut().zip(&live).filter(|(_, live)| **live) {
            line.value = of(self, line.value);
        }
        let default = default.map(|t| of(self, t));
        self.decide(next, default, name, sort)
    }

    /// Which rules can still apply and stand.
    pub(crate) fn live(&self, lines: &[Line]) -> Vec<bool> {
        let sure: Vec<bool> = lines.iter().map(|l| self.truth(l.when) == Some(true)).collect();
        let beaten = |line: &Line| line.beaten_by.iter().any(|b| sure.get(*b) == Some(&true));
        #[cfg(test)]
        let beaten = |line: &Line| beaten(line) && !crate::planted::is(crate::planted::Mistake::ForgottenPriority);
        let never = |t: Term| self.truth(t) == Some(false) || self.is_nothing(t);
        lines.iter().map(|l| !never(l.when) && !beaten(l)).collect()
    }

    /// A decision, settled as far as it goes.
    pub(crate) fn decide(&mut self, lines: Vec<Line>, default: Option<Term>, name: &Arc<str>, sort: Sort) -> Term {
        let live = self.live(&lines);
        let lines = kept(lines, &live);
        if lines.is_empty() {
            return default.unwrap_or_else(|| self.constant(Outcome::Gap(BTreeSet::from([Arc::clone(name)]))));
        }
        let sure: Vec<&Line> = lines.iter().filter(|l| self.truth(l.when) == Some(true)).collect();
        // Whoever wins, it is the same.
        if let Some(first) = sure.first()
            && lines.iter().all(|l| l.value == first.value)
            && lines.iter().all(|l| self.is_settled(l.when))
        {
            return first.value;
        }
        if sure.len() == lines.len()
            && let Some(agreed) = self.agreed(&lines)
        {
            return agreed;
        }
        let open: Vec<usize> =
            (0..lines.len()).filter(|i| lines.get(*i).is_some_and(|l| self.truth(l.when).is_none())).collect();
        let stuck = |t: Term| self.is_odd(t);
        if !open.is_empty() && open.iter().all(|i| lines.get(*i).is_some_and(|l| stuck(l.when))) {
            if let Some(result) = self.every_way(&lines, &open, default, name) {
                return result;
            }
        } else if let Some(term) = self.lone(&lines, default, name) {
            return term;
        }
        // One rule where another does not apply, and the other way round.
        if let [a, b] = lines.as_slice()
            && a.beaten_by.is_empty()
            && b.beaten_by.is_empty()
            && self.is_sure(a.when)
            && self.not(a.when) == b.when
        {
            return self.choose(a.when, a.value, b.value);
        }
        let lines = self.sorted(lines);
        let mut may = lines.iter().fold(0, |m, l| m | self.stored(l.value) | (self.stored(l.when) & ODD));
        may |= default.map_or(GAP, |d| self.stored(d));
        if lines.len() > 1 {
            may |= CONFLICT;
        }
        self.keep(Shape::Decide(lines, default, Arc::clone(name)), sort, may)
    }

    /// One rule alone is a choice between it and the default.
    fn lone(&mut self, lines: &[Line], default: Option<Term>, name: &Arc<str>) -> Option<Term> {
        let [line] = lines else { return None };
        if !self.is_settled(line.when) {
            return None;
        }
        let otherwise = match default {
            Some(default) => default,
            None => self.constant(Outcome::Gap(BTreeSet::from([Arc::clone(name)]))),
        };
        Some(self.choose(line.when, line.value, otherwise))
    }

    /// What rules that all stand come to, where that can be said.
    fn agreed(&mut self, lines: &[Line]) -> Option<Term> {
        let values: BTreeSet<Term> = lines.iter().map(|l| l.value).collect();
        if values.len() == 1 {
            return values.first().copied();
        }
        let known: Option<Vec<Outcome>> = values.iter().map(|t| self.known(*t)).collect();
        let known = known?;
        let worst = known.iter().filter(|o| o.rank() > 1).cloned().reduce(Outcome::worst);
        Some(self.constant(worst.unwrap_or(Outcome::Conflict(BTreeSet::new()))))
    }

    /// The answer where what is not settled never will be: the same on every way, or the outcome of what is not settled.
    fn every_way(&mut self, lines: &[Line], open: &[usize], default: Option<Term>, name: &Arc<str>) -> Option<Term> {
        let whens: BTreeSet<Term> = open.iter().filter_map(|i| lines.get(*i)).map(|l| l.when).collect();
        let known: Option<Vec<Outcome>> = whens.iter().map(|t| self.known(*t)).collect();
        let unsettled = match (known.and_then(|k| k.into_iter().reduce(Outcome::worst)), whens.len()) {
            (Some(worst), _) => self.constant(worst),
            (None, 1) => whens.first().copied()?,
            (None, _) => self.all(whens),
        };
        if open.len() > MOST_UNSETTLED {
            return Some(unsettled);
        }
        let mut results = BTreeSet::new();
        for way in 0_u32..1 << open.len() {
            let applies = |index: usize| match open.iter().position(|o| *o == index) {
                Some(bit) => way & (1 << bit) != 0,
                None => true,
            };
            let applying: Vec<usize> = (0..lines.len()).filter(|i| applies(*i)).collect();
            let stands = |i: &&usize| lines.get(**i).is_some_and(|l| !l.beaten_by.iter().any(|b| applying.contains(b)));
            let standing: Vec<Line> = applying.iter().filter(stands).filter_map(|i| lines.get(*i).cloned()).collect();
            let result = if standing.is_empty() {
                match default {
                    Some(default) => default,
                    None => self.constant(Outcome::Gap(BTreeSet::from([Arc::clone(name)]))),
                }
            } else {
                self.agreed(&standing)?
            };
            results.insert(result);
        }
        if results.len() == 1 {
            return results.first().copied();
        }
        // If the others are like it, that is what they come to.
        if results.contains(&unsettled) {
            return Some(unsettled);
        }
        let all_known = results.iter().all(|t| self.is_known(*t));
        // Outcomes of two kinds are not the same.
        let kinds: Vec<_> = results.iter().map(|t| self.may(*t)).collect();
        let are_unlike = kinds.iter().any(|a| kinds.iter().any(|b| a & b == 0));
        (all_known || are_unlike).then_some(unsettled)
    }

    /// Rules in an order that does not depend on where they stand.
    fn sorted(&self, lines: Vec<Line>) -> Vec<Line> {
        let mut order: Vec<usize> = (0..lines.len()).collect();
        order.sort_by_key(|i| lines.get(*i).map(|l| (l.when, l.value, l.beaten_by.len())));
        let place: BTreeMap<usize, usize> = order.iter().enumerate().map(|(new, old)| (*old, new)).collect();
        let moved = |line: &Line| {
            let mut beaten_by: Vec<usize> = line.beaten_by.iter().filter_map(|b| place.get(b).copied()).collect();
            beaten_by.sort_unstable();
            Line { beaten_by, ..line.clone() }
        };
        order.iter().filter_map(|i| lines.get(*i)).map(moved).collect()
    }

    // ---- quantifiers ----

    /// A quantifier over the members of a set or list; written out where the members are known.
    pub(crate) fn quantify(
        &mut self,
        quantifier: Quantifier,
        variable: u32,
        domain: Term,
        filter: Option<Term>,
        body: Option<Term>,
        sort: Sort,
    ) -> Term {
        if let Some(outcome) = self.known(domain)
            && outcome.rank() > 0
        {
            return domain;
        }
        if let Some(members) = self.written_out(domain) {
            let yes = self.yes_no(true);
            let mut shares = Vec::new();
            for (guard, member) in members {
                let filter = filter.map_or(yes, |f| self.put(f, variable, member, &mut Terms::default()));
                let filter = self.counted_as_no(filter);
                let when = self.all([guard, filter]);
                let body = body.map(|b| self.put(b, variable, member, &mut Terms::default()));
                shares.push((when, body, member));
            }
            return self.gather(quantifier, shares, sort);
        }
        if let (Quantifier::TheOnly(tie), None, None) = (quantifier, filter, body)
            && let Some(only) = self.the_only(domain, tie)
        {
            return only;
        }
        if self.sort(domain) == Sort::Countries
            && let Some(done) = self.quantify_parties(quantifier, variable, domain, (filter, body), sort)
        {
            return done;
        }
        let parts = filter.iter().chain(&body).map(|t| self.stored(*t)).fold(0, |a, b| a | b);
        let own = match quantifier {
            Quantifier::Every | Quantifier::Some | Quantifier::Count | Quantifier::SetOf | Quantifier::Gathered => 0,
            Quantifier::Sum | Quantifier::Largest | Quantifier::Smallest => NOTHING | ODD,
            Quantifier::TheOnly(_) | Quantifier::TheWithLargest(_) | Quantifier::TheWithSmallest(_) => NOTHING | ODD,
        };
        let may = VALUE | own | (self.stored(domain) & !VALUE) | (parts & !VALUE);
        self.keep(Shape::Quantify(quantifier, variable, domain, filter, body), sort, may)
    }

    /// The only member of a set of one, or of two that may be the same.
    fn the_only(&mut self, domain: Term, tie: Tie) -> Option<Term> {
        let shape = self.shape(domain);
        let Shape::Host(HostFn::SetOf, members, _) = &*shape else { return None };
        match (members.as_slice(), tie) {
            ([only], _) if self.is_sure(*only) => Some(*only),
            ([a, b], Tie::Refer) if self.is_sure(*a) && self.is_sure(*b) => {
                let same = self.host(HostFn::Equal, vec![*a, *b], Side::Both, Sort::YesNo);
                let refer = self.constant(Outcome::refer(Tie::AUTHORITY));
                Some(self.choose(same, *a, refer))
            }
            _ => None,
        }
    }

    /// How many members a set can have at the most, where that is seen.
    pub(crate) fn most_members(&self, set: Term) -> Option<usize> {
        match &*self.shape(set) {
            Shape::Known(Outcome::Value(Value::Set(known))) => Some(known.len()),
            Shape::Parties(members) => Some(members.iter().filter(|m| self.truth(**m) != Some(false)).count()),
            Shape::Host(HostFn::SetOf, members, _) => Some(members.len()),
            Shape::Host(HostFn::Union, parts, _) => parts.iter().map(|p| self.most_members(*p)).sum(),
            Shape::Gather(Quantifier::SetOf, shares) => Some(shares.len()),
            Shape::Gather(Quantifier::Gathered, shares) => shares.iter().map(|s| self.most_members(s.1?)).sum(),
            _ => None,
        }
    }

    /// A filter that is nothing counts as no.
    pub(crate) fn counted_as_no(&mut self, filter: Term) -> Term {
        if self.may(filter) & NOTHING == 0 {
            return filter;
        }
        let not = self.not(filter);
        self.not(not)
    }

    /// The members a domain may have, each with whether it is in it.
    pub(crate) fn written_out(&mut self, domain: Term) -> Option<Vec<(Term, Term)>> {
        let yes = self.yes_no(true);
        match &*self.shape(domain) {
            Shape::Parties(members) => {
                let parties = self.parties.clone();
                let pair = |(party, guard): (accord_core::Country, &Term)| {
                    (*guard, self.constant(Outcome::Value(Value::Country(party))))
                };
                Some(parties.into_iter().zip(members).map(pair).collect())
            }
            Shape::Known(Outcome::Value(Value::Set(set))) if set.len() <= 64 => {
                Some(set.iter().map(|v| (yes, self.constant(Outcome::Value(v.clone())))).collect())
            }
            Shape::Known(Outcome::Value(Value::List(list))) if list.len() <= 64 => {
                Some(list.iter().map(|v| (yes, self.constant(Outcome::Value(v.clone())))).collect())
            }
            _ => None,
        }
    }

    /// A quantifier over members that are written out.
    pub(crate) fn gather(&mut self, quantifier: Quantifier, shares: Vec<Share>, sort: Sort) -> Term {
        let shares: Vec<Share> = shares.into_iter().filter(|(when, ..)| self.truth(*when) != Some(false)).collect();
        match quantifier {
            Quantifier::Every => {
                let mut parts = Vec::new();
                for (when, body, _) in &shares {
                    let not = self.not(*when);
                    let body = body.unwrap_or(not);
                    parts.push(self.any([not, body]));
                }
                return self.all(parts);
            }
            Quantifier::Some => {
                let mut parts = Vec::new();
                for (when, body, _) in &shares {
                    parts.push(self.all(std::iter::once(*when).chain(*body)));
                }
                return self.any(parts);
            }
            _ => {}
        }
        if let Some(done) = self.gathered(quantifier, &shares) {
            return done;
        }
        let of_set = matches!(quantifier, Quantifier::SetOf | Quantifier::Count);
        if of_set
            && shares.iter().all(|(when, ..)| self.is_settled(*when))
            && let Some(set) = self.party_members(&shares)
        {
            if quantifier == Quantifier::SetOf {
                return set;
            }
            return self.host(HostFn::Size, vec![set], Side::Both, Sort::Number);
        }
        let may = shares
            .iter()
            .fold(VALUE, |m, (when, body, _)| m | (self.stored(*when) & ODD) | body.map_or(0, |b| self.stored(b)));
        let own = if of_set || quantifier == Quantifier::Gathered { 0 } else { NOTHING | ODD };
        let may = may | own;
        self.keep(Shape::Gather(quantifier, shares), sort, may)
    }

    fn party_members(&mut self, shares: &[Share]) -> Option<Term> {
        let mut by_party = BTreeMap::new();
        for (when, _, member) in shares {
            let Some(Value::Country(party)) = self.known_value(*member) else { return None };
            if !self.parties.contains(&party) {
                return None;
            }
            by_party.insert(party, *when);
        }
        let no = self.yes_no(false);
        let members = self.parties.iter().map(|p| by_party.get(p).copied().unwrap_or(no)).collect();
        Some(self.party_set(members))
    }

    /// The result where it is known who takes part.
    fn gathered(&mut self, quantifier: Quantifier, shares: &[Share]) -> Option<Term> {
        if let Some(odd) = shares.iter().map(|s| s.0).find(|w| self.is_odd(*w)) {
            let others_sure = shares.iter().all(|s| s.0 == odd || self.is_settled(s.0));
            return others_sure.then_some(odd);
        }
        if shares.iter().any(|(when, ..)| self.truth(*when) != Some(true)) {
            return None;
        }
        let members: Vec<Term> = shares.iter().map(|s| s.2).collect();
        let bodies: Vec<Term> = shares.iter().filter_map(|s| s.1).collect();
        match quantifier {
            Quantifier::Every | Quantifier::Some => None,
            Quantifier::Count => {
                Some(self.constant(Outcome::Value(Value::whole(i64::try_from(shares.len()).unwrap_or(i64::MAX)))))
            }
            Quantifier::SetOf => {
                let all: Option<BTreeSet<Value>> = members.iter().map(|m| self.known_value(*m)).collect();
                all.map(|set| self.constant(Outcome::Value(Value::Set(set))))
            }
            Quantifier::Sum => self.joined(&bodies, HostFn::Add),
            Quantifier::Largest => self.joined(&bodies, HostFn::Larger),
            Quantifier::Smallest => self.joined(&bodies, HostFn::Smaller),
            Quantifier::Gathered => {
                let sets = bodies.iter().copied().filter(|b| !self.is_nothing(*b));
                let sets: Vec<Term> = sets.collect();
                if sets.iter().any(|s| self.may(*s) & NOTHING != 0) {
                    return None;
                }
                let none = self.constant(Outcome::Value(Value::Set(BTreeSet::new())));
                let join = |arena: &mut Arena, a: Term, b: Term| {
                    arena.host(HostFn::Union, vec![a, b], Side::Both, Sort::Countries)
                };
                Some(sets.into_iter().reduce(|a, b| join(self, a, b)).unwrap_or(none))
            }
            Quantifier::TheOnly(tie) => Some(match members.as_slice() {
                [] => self.constant(Outcome::Nothing),
                [only] => *only,
                [first, .., last] => match tie {
                    Tie::Refer => self.constant(Outcome::refer(Tie::AUTHORITY)),
                    Tie::First => *first,
                    Tie::Last => *last,
                },
            }),
            Quantifier::TheWithLargest(_) | Quantifier::TheWithSmallest(_) => match members.as_slice() {
                [] => Some(self.constant(Outcome::Nothing)),
                [only] => Some(*only),
                _ => None,
            },
        }
    }

    /// Bodies joined, nothing skipped: only where it is known which are nothing.
    fn joined(&mut self, bodies: &[Term], with: HostFn) -> Option<Term> {
        let there: Vec<Term> = bodies.iter().copied().filter(|b| !self.is_nothing(*b)).collect();
        match there.as_slice() {
            [] => return Some(self.constant(Outcome::Nothing)),
            [only] => return Some(*only),
            _ => {}
        }
        if there.iter().any(|b| self.may(*b) & NOTHING != 0) {
            return None;
        }
        let sort = there.first().map_or(Sort::Other, |t| self.sort(*t));
        there.into_iter().reduce(|a, b| self.host(with, vec![a, b], Side::Both, sort))
    }
}

/// The lines that can still stand, with the positions of those that beat them renumbered.
fn kept(lines: Vec<Line>, live: &[bool]) -> Vec<Line> {
    let mut place = BTreeMap::new();
    for (old, _) in live.iter().enumerate().filter(|(_, live)| **live) {
        place.insert(old, place.len());
    }
    let keep =
        |line: Line| Line { beaten_by: line.beaten_by.iter().filter_map(|b| place.get(b).copied()).collect(), ..line };
    lines.into_iter().zip(live).filter(|(_, live)| **live).map(|(line, _)| keep(line)).collect()
}
