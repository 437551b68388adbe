//! Sets of parties that are not written out, since there are too many parties: one form for what can be said of them in
//! several ways.
//!
//! A set is what a quantifier picks out of another set, down to one that is not made of others: `without(A, B)` is who is
//! in `A` and not in `B`, and to be in a set that was picked out is to be in what it was picked out of and to be picked.
//!
//! Variables are counted from the outside in, so that what is free in a quantifier lies below its own variable. Where a
//! variable would be put below a quantifier of a number that is not above its own, nothing is rewritten.

use crate::hashed::{Lookup, Terms};
use crate::path::{Choice, Path};
use crate::split::Space;
use crate::state::FIRST_VARIABLE;
use crate::term::{Arena, Shape, Side, Sort, Term};
use accord_core::{HostFn, Outcome, Value};
use accord_ir::Quantifier;
use std::collections::BTreeSet;

/// The variable that stands for a member of a set while it is asked what is so of each: no argument has it.
pub(crate) const MEMBER: u32 = FIRST_VARIABLE - 1;
/// Quantifiers of one version that are put as the other puts them.
const MOST_EXCHANGED: usize = 12;
/// Groups told apart to see that two quantifiers ask the same of a member.
const STEPS_OF_A_MEMBER: u64 = 60;
/// The same, within what has a word.
const INTO_WORDS_OF_A_MEMBER: u32 = 30;

/// A set picked out of another: the variable, the other set and the condition.
type Picked = (u32, Term, Option<Term>);

impl Arena {
    /// What a set of parties is picked out of, and how.
    fn picked(&self, set: Term) -> Option<Picked> {
        match &*self.shape(set) {
            Shape::Quantify(Quantifier::SetOf, variable, of, filter, None)
                if self.sort(*of) == Sort::Countries && self.is_sure(set) =>
            {
                Some((*variable, *of, *filter))
            }
            _ => None,
        }
    }

    /// A condition on one variable as one on another term; `None` where a variable would be caught.
    pub(crate) fn put_apart(&mut self, condition: Term, variable: u32, with: Term) -> Option<Term> {
        let free = self.free(with);
        if free > variable + 1 && !self.binds_above(condition, variable, free, &mut Lookup::default()) {
            return None;
        }
        Some(self.put(condition, variable, with, &mut Terms::default()))
    }

    /// Whether every quantifier around a variable has itself a variable of at least this number.
    fn binds_above(&self, term: Term, variable: u32, least: u32, seen: &mut Lookup<Term, bool>) -> bool {
        if self.free(term) <= variable {
            return true;
        }
        if let Some(known) = seen.get(&term) {
            return *known;
        }
        let shape = self.shape(term);
        let itself = !matches!(&*shape, Shape::Quantify(_, own, ..) if *own < least);
        let above = itself && !shape.some_part(&mut |part| !self.binds_above(part, variable, least, seen));
        seen.insert(term, above);
        above
    }

    /// Whether something is in a set that was picked out of another.
    pub(crate) fn is_in_picked(&mut self, one: Term, set: Term) -> Option<Term> {
        if !self.is_sure(one) {
            return None;
        }
        let (variable, of, filter) = self.picked(set)?;
        let filter = match filter {
            Some(filter) => self.put_apart(filter, variable, one)?,
            None => self.yes_no(true),
        };
        let filter = self.counted_as_no(filter);
        let is_there = self.host(HostFn::In, vec![one, of], Side::Both, Sort::YesNo);
        Some(self.all([is_there, filter]))
    }

    /// The parties of one set that are not in another.
    pub(crate) fn left_of(&mut self, all: Term, out: Term) -> Option<Term> {
        let of_parties = self.sort(all) == Sort::Countries && self.sort(out) == Sort::Countries;
        if !of_parties || !self.is_sure(all) || !self.is_sure(out) {
            return None;
        }
        let variable = self.free(all).max(self.free(out)).max(FIRST_VARIABLE);
        let one = self.bound(variable, Sort::Country);
        let is_out = self.host(HostFn::In, vec![one, out], Side::Both, Sort::YesNo);
        let stays = self.not(is_out);
        Some(self.quantify(Quantifier::SetOf, variable, all, Some(stays), None, Sort::Countries))
    }

    /// How many were picked out of a set.
    pub(crate) fn count_of_picked(&mut self, set: Term) -> Option<Term> {
        let (variable, of, filter) = self.picked(set)?;
        Some(self.quantify(Quantifier::Count, variable, of, filter, None, Sort::Number))
    }

    /// Whether a set is that of one party alone: who is in it, with nobody else.
    pub(crate) fn is_set_of_one(&mut self, a: Term, b: Term) -> Option<Term> {
        for (set, alone) in [(a, b), (b, a)] {
            let Some(only) = self.only_member(alone) else { continue };
            if self.sort(set) != Sort::Countries || !self.is_sure(set) || self.only_member(set).is_some() {
                continue;
            }
            let is_there = self.host(HostFn::In, vec![only, set], Side::Both, Sort::YesNo);
            let size = self.host(HostFn::Size, vec![set], Side::Both, Sort::Number);
            let one = self.constant(Outcome::Value(Value::whole(1)));
            let is_one = self.host(HostFn::Equal, vec![size, one], Side::Both, Sort::YesNo);
            return Some(self.all([is_there, is_one]));
        }
        None
    }

    fn only_member(&mut self, set: Term) -> Option<Term> {
        let only = match &*self.shape(set) {
            Shape::Host(HostFn::SetOf, members, _) => match members.as_slice() {
                [only] if self.sort(*only) == Sort::Country && self.is_sure(*only) => return Some(*only),
                _ => return None,
            },
            Shape::Known(Outcome::Value(Value::Set(known))) if known.len() == 1 => known.first()?.clone(),
            _ => return None,
        };
        matches!(only, Value::Country(_)).then(|| self.constant(Outcome::Value(only)))
    }

    /// A quantifier over a set that was picked out of another, as one over the other.
    fn over_picked(&mut self, variable: u32, domain: Term, filter: Option<Term>) -> Option<(Term, Option<Term>)> {
        let (inner, of, condition) = self.picked(domain)?;
        let one = self.bound(variable, Sort::Country);
        let condition = condition.map(|c| self.put_apart(c, inner, one)).map_or(Some(None), |c| c.map(Some))?;
        let both: Vec<Term> = condition.into_iter().chain(filter).map(|c| self.counted_as_no(c)).collect();
        let filter = if both.is_empty() { None } else { Some(self.all(both)) };
        Some((of, filter.filter(|f| self.truth(*f) != Some(true))))
    }

    /// A quantifier over a set of parties that is not written out, where it has a simpler form.
    pub(crate) fn quantify_parties(
        &mut self,
        quantifier: Quantifier,
        variable: u32,
        domain: Term,
        (filter, body): (Option<Term>, Option<Term>),
        sort: Sort,
    ) -> Option<Term> {
        if let Some((of, filter)) = self.over_picked(variable, domain, filter) {
            return Some(self.quantify(quantifier, variable, of, filter, body, sort));
        }
        match (quantifier, filter, body) {
            (Quantifier::Count, None, None) => {
                return Some(self.host(HostFn::Size, vec![domain], Side::Both, sort));
            }
            (Quantifier::SetOf, None, None) => return Some(domain),
            _ => {}
        }
        if filter.is_some_and(|f| self.truth(f) == Some(false)) && self.is_sure(domain) {
            return Some(self.gather(quantifier, Vec::new(), sort));
        }
        if let Some(odd) = filter.filter(|f| self.is_odd_for_all(quantifier, variable, domain, *f)) {
            return Some(odd);
        }
        // What is kept already was brought to this form before.
        if let Some(kept) = self.kept(&Shape::Quantify(quantifier, variable, domain, filter, body)) {
            return Some(kept);
        }
        let simpler = self.for_members(variable, domain, filter, body);
        (simpler != (filter, body)).then(|| self.quantify(quantifier, variable, domain, simpler.0, simpler.1, sort))
    }

    /// The condition and the body of a quantifier, for members that are in the set and meet the condition.
    fn for_members(
        &mut self,
        variable: u32,
        domain: Term,
        filter: Option<Term>,
        body: Option<Term>,
    ) -> (Option<Term>, Option<Term>) {
        let (mut filter, mut body) = (filter, body);
        let yes = self.yes_no(true);
        let one = self.bound(variable, Sort::Country);
        if let Some(is_there) = self.kept(&Shape::Host(HostFn::In, vec![one, domain], Side::Both)) {
            filter = filter.map(|f| self.swap(f, variable, is_there, yes, &mut Terms::default()));
            body = body.map(|b| self.swap(b, variable, is_there, yes, &mut Terms::default()));
        }
        if let (Some(met), Some(mut rest)) = (filter, body) {
            let conditions = match &*self.shape(met) {
                Shape::All(parts) => parts.clone(),
                _ => vec![met],
            };
            for condition in conditions {
                if self.is_known(condition) {
                    continue;
                }
                rest = match *self.shape(condition) {
                    Shape::Not(inner) if self.is_sure(inner) => {
                        let no = self.yes_no(false);
                        self.swap(rest, variable, inner, no, &mut Terms::default())
                    }
                    _ => self.swap(rest, variable, condition, yes, &mut Terms::default()),
                };
            }
            body = Some(rest);
        }
        (filter.filter(|f| self.truth(*f) != Some(true)), body)
    }

    /// Whether what picks is the same for all and no answer, and there is somebody: it comes of a quantifier over the
    /// same set, which has an answer where the set is empty.
    fn is_odd_for_all(&self, quantifier: Quantifier, variable: u32, domain: Term, filter: Term) -> bool {
        let counts_all = !matches!(quantifier, Quantifier::Every | Quantifier::Some);
        let of_same = matches!(&*self.shape(filter), Shape::Quantify(_, _, of, ..) if *of == domain);
        counts_all && of_same && self.free(filter) <= variable && self.is_odd(filter) && self.is_sure(domain)
    }

    /// Replaces a term that speaks of no variable.
    fn exchange(&mut self, term: Term, from: Term, to: Term, memo: &mut Terms) -> Term {
        if term == from {
            return to;
        }
        // A term is made after all that is in it.
        if term < from {
            return term;
        }
        if let Some(done) = memo.get(&term) {
            return *done;
        }
        let info = self.info(term);
        let result = self.rebuild(&info.shape, info.sort, |arena, t| arena.exchange(t, from, to, memo));
        memo.insert(term, result);
        result
    }

    /// Quantifiers over parties that speak of no variable, innermost first, in a term.
    fn closed_quantifiers(&self, term: Term) -> BTreeSet<Term> {
        let (mut seen, mut queue) = (BTreeSet::new(), vec![term]);
        while let Some(term) = queue.pop() {
            if seen.insert(term) {
                queue.extend(crate::term::children(&self.shape(term)));
            }
        }
        let of_parties = |t: &Term| {
            self.free(*t) <= FIRST_VARIABLE
                && matches!(&*self.shape(*t), Shape::Quantify(_, _, of, ..) if self.sort(*of) == Sort::Countries)
        };
        seen.into_iter().filter(of_parties).collect()
    }

    /// Replaces a term that speaks of a variable.
    fn swap(&mut self, term: Term, variable: u32, from: Term, to: Term, memo: &mut Terms) -> Term {
        // A term is made after all that is in it; what does not speak of the variable may have one of its own.
        if term < from || self.free(term) <= variable {
            return term;
        }
        if term == from {
            return to;
        }
        if let Some(done) = memo.get(&term) {
            return *done;
        }
        let info = self.info(term);
        let result = self.rebuild(&info.shape, info.sort, |arena, t| arena.swap(t, variable, from, to, memo));
        memo.insert(term, result);
        result
    }
}

impl Space<'_> {
    /// What is so of every party of a set, or of some, as far as one party that is assumed to be in it tells.
    pub(crate) fn settled_by_a_member(&mut self, path: &Path, term: Term) -> Option<Term> {
        let shape = self.arena.shape(term);
        let Shape::Quantify(quantifier @ (Quantifier::Every | Quantifier::Some), variable, domain, filter, Some(body)) =
            &*shape
        else {
            return None;
        };
        if self.arena.sort(*domain) != Sort::Countries || !self.arena.is_sure(*domain) {
            return None;
        }
        let member = |(term, yes): (Term, bool)| match &*self.arena.shape(term) {
            Shape::Host(HostFn::In, parts, _) if yes && parts.get(1) == Some(domain) => parts.first().copied(),
            _ => None,
        };
        let members: Vec<Term> = path.decisions().filter_map(member).collect();
        let tells = *quantifier == Quantifier::Some;
        members.into_iter().find_map(|member| {
            for (condition, wanted) in filter.iter().map(|f| (*f, true)).chain([(*body, tells)]) {
                let of = self.arena.put_apart(condition, *variable, member)?;
                if self.arena.truth(of).or_else(|| path.decided(of)) != Some(wanted) {
                    return None;
                }
            }
            Some(self.arena.yes_no(tells))
        })
    }

    /// The second of two terms with what it asks of the parties of a set put as the first does, where that comes to the
    /// same for each of them.
    pub(crate) fn with_quantifiers_of(&mut self, path: &Path, old: Term, new: Term) -> Term {
        let mut new = new;
        let mut failed: BTreeSet<(Term, Term)> = BTreeSet::new();
        for _ in 0..MOST_EXCHANGED {
            let (ours, theirs) = (self.arena.closed_quantifiers(old), self.arena.closed_quantifiers(new));
            let mine: Vec<Term> = theirs.difference(&ours).copied().collect();
            let others: Vec<Term> = ours.difference(&theirs).copied().collect();
            let pairs = mine.iter().flat_map(|m| others.iter().map(move |o| (*m, *o)));
            let pairs: Vec<(Term, Term)> = pairs.filter(|pair| !failed.contains(pair)).collect();
            let found = pairs.into_iter().find(|(m, o)| {
                let same = self.asks_the_same(path, *o, *m);
                if !same {
                    failed.insert((*m, *o));
                }
                same
            });
            let Some((from, to)) = found else { break };
            new = self.arena.exchange(new, from, to, &mut Terms::default());
        }
        new
    }

    /// Whether two quantifiers over the same set ask the same of each of its members.
    fn asks_the_same(&mut self, path: &Path, a: Term, b: Term) -> bool {
        let (first, second) = (self.arena.shape(a), self.arena.shape(b));
        let (Shape::Quantify(q, v, domain, f, x), Shape::Quantify(r, w, other, g, y)) = (&*first, &*second) else {
            return false;
        };
        if q != r || domain != other || x.is_some() != y.is_some() || !self.arena.is_sure(*domain) {
            return false;
        }
        let member = self.arena.bound(MEMBER, Sort::Country);
        let is_there = self.arena.host(HostFn::In, vec![member, *domain], Side::Both, Sort::YesNo);
        // Nobody is in the set: there is nothing to ask.
        let Some(path) = path.with(&self.arena, self.world, is_there, Choice::Yes) else { return true };
        let yes = self.arena.yes_no(true);
        let mut conditions = Vec::new();
        for (filter, variable) in [(f, v), (g, w)] {
            let Some(filter) = self.arena.put_apart(filter.unwrap_or(yes), *variable, member) else { return false };
            conditions.push(self.arena.counted_as_no(filter));
        }
        let [f, g] = conditions.as_slice() else { return false };
        if !self.is_proved_alike(&path, *f, *g) {
            return false;
        }
        let (Some(x), Some(y)) = (x, y) else { return true };
        let path = if self.arena.truth(*f) == Some(true) {
            Some(path)
        } else {
            path.with(&self.arena, self.world, *f, Choice::Yes)
        };
        let (Some(x), Some(y)) = (self.arena.put_apart(*x, *v, member), self.arena.put_apart(*y, *w, member)) else {
            return false;
        };
        path.is_none_or(|path| self.is_proved_alike(&path, x, y))
    }

    /// Whether two terms are the same for everybody of a path, as is seen in a few steps.
    fn is_proved_alike(&mut self, path: &Path, a: Term, b: Term) -> bool {
        if a == b {
            return true;
        }
        let (steps, most) = (self.steps, self.most_steps);
        (self.steps, self.most_steps) = (0, STEPS_OF_A_MEMBER);
        let proved = self.proved(path, a, b, INTO_WORDS_OF_A_MEMBER);
        (self.steps, self.most_steps) = (steps, most);
        proved.is_some()
    }
}
