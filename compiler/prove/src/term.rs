//! What both versions come to, as one graph: a term is kept once, so that what both say in the same way is the same
//! term, and what does not depend on a fact is folded away as it is built.
//!
//! A term stands for an [`Outcome`], whatever the facts; every simplification here holds for all seven of them. Places,
//! the rules of a conflict and the kind of a fault are left out of account: two texts that fail at different places
//! answer alike.

use crate::hashed::{Lookup, Terms};
use accord_core::{Conversions, Country, EnumId, FaultKind, HostFn, Outcome, SiteId, Value};
use accord_ir::Quantifier;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// A term, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Term(pub(crate) u32);

/// Which version an operation reads conversions of, where they are not the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Both,
    Old,
    New,
}

/// What kind of value a term has, as far as it is used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sort {
    YesNo,
    Member(EnumId),
    Country,
    Number,
    Date,
    Length,
    Money,
    Countries,
    Members(EnumId),
    Periods,
    Span,
    Record(u16),
    List(u16),
    Other,
}

/// A rule of a decision: when it applies, what it gives, and the positions of those that beat it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Line {
    pub(crate) when: Term,
    pub(crate) value: Term,
    pub(crate) beaten_by: Vec<usize>,
}

/// A member of a domain that is written out: whether it takes part, what is asked of it, and itself.
pub(crate) type Share = (Term, Option<Term>, Term);

/// What a term is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    Known(Outcome),
    Fact(u32),
    Given(Term, Arc<str>),
    /// An argument, or the variable of a quantifier.
    Bound(u32, Sort),
    Host(HostFn, Vec<Term>, Side),
    /// The n-th member of a list whose length is known.
    Element(Term, u32),
    All(Vec<Term>),
    Any(Vec<Term>),
    Not(Term),
    If(Term, Term, Term),
    /// The second where the first is a value; else the outcome of the first.
    Strict(Term, Term),
    Quantify(Quantifier, u32, Term, Option<Term>, Option<Term>),
    /// A quantifier over members that are written out.
    Gather(Quantifier, Vec<Share>),
    /// A set of parties, by who is in it.
    Parties(Vec<Term>),
    Decide(Vec<Line>, Option<Term>, Arc<str>),
}

/// Which outcomes a term may have: a bit for each rank of [`Outcome::rank`].
pub(crate) type May = u8;
pub(crate) const VALUE: May = 1;
pub(crate) const NOTHING: May = 2;
pub(crate) const UNDETERMINED: May = 4;
pub(crate) const REFER: May = 8;
pub(crate) const GAP: May = 16;
pub(crate) const CONFLICT: May = 32;
pub(crate) const FAULT: May = 64;
pub(crate) const ODD: May = UNDETERMINED | REFER | GAP | CONFLICT | FAULT;

/// What is known of a term besides its shape.
#[derive(Clone, Debug)]
pub(crate) struct Info {
    pub(crate) shape: Rc<Shape>,
    pub(crate) sort: Sort,
    pub(crate) may: May,
    /// One more than the largest variable free in it.
    pub(crate) free: u32,
    /// What it is, or has in it.
    pub(crate) holds: Holds,
}

/// What of a kind that is settled by more than its parts a term is, or has in it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Holds {
    /// The larger or smaller of two.
    pub(crate) choices: bool,
    /// A length.
    pub(crate) lengths: bool,
}

/// All terms.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    infos: Vec<Info>,
    known: Lookup<Rc<Shape>, Term>,
    yes: Option<Term>,
    no: Option<Term>,
    /// The parties of both versions, in order.
    pub(crate) parties: Vec<Country>,
    /// Terms that both versions call the same.
    pub(crate) words: BTreeSet<Term>,
    masks: BTreeMap<Term, May>,
    narrowed: RefCell<Lookup<Term, May>>,
    /// Fields that may be left out.
    pub(crate) optional: BTreeSet<Term>,
    /// The conversions of both versions.
    pub(crate) conversions: [Conversions; 2],
    /// Terms by what the text calls them; the first name given stays.
    pub(crate) names: BTreeMap<Term, String>,
    /// What the texts call by a name; the first meaning stays.
    pub(crate) called: BTreeMap<String, Term>,
}

/// The values that something is asked to be one of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Among<'a> {
    One(&'a Value),
    Of(&'a BTreeSet<Value>),
}

impl Among<'_> {
    pub(crate) fn contains(self, value: &Value) -> bool {
        match self {
            Among::One(one) => one == value,
            Among::Of(set) => set.contains(value),
        }
    }

    /// Whether something holds of one of them.
    pub(crate) fn any(self, of: impl FnMut(&Value) -> bool) -> bool {
        match self {
            Among::One(one) => std::iter::once(one).any(of),
            Among::Of(set) => set.iter().any(of),
        }
    }
}

/// An outcome without what does not count.
pub(crate) fn normal(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Conflict(_) => Outcome::Conflict(BTreeSet::new()),
        Outcome::Fault(_) => Outcome::fault(FaultKind::OutOfRange, SiteId(0)),
        Outcome::Value(_) | Outcome::Nothing | Outcome::Undetermined(_) | Outcome::Refer(_) | Outcome::Gap(_) => {
            outcome
        }
    }
}

impl Arena {
    /// No terms yet.
    /// Whether the two versions make months of days, or the like, in different ways.
    pub(crate) fn converts_differently(&self) -> bool {
        let [old, new] = &self.conversions;
        old != new
    }

    pub(crate) fn new(parties: Vec<Country>, conversions: [Conversions; 2]) -> Arena {
        Arena { parties, conversions, ..Arena::default() }
    }

    /// Whether it is a fact by itself, or a field of one.
    pub(crate) fn is_fact(&self, term: Term) -> bool {
        matches!(
            &*self.shape(term),
            Shape::Fact(_) | Shape::Given(..) | Shape::Bound(..) | Shape::Host(HostFn::Field, ..)
        )
    }

    /// How many terms there are.
    pub(crate) fn size(&self) -> usize {
        self.infos.len()
    }

    pub(crate) fn info(&self, term: Term) -> Info {
        self.infos.get(term.0 as usize).cloned().unwrap_or_else(|| Info {
            shape: Rc::new(Shape::Known(Outcome::Nothing)),
            sort: Sort::Other,
            may: NOTHING,
            free: 0,
            holds: Holds::default(),
        })
    }

    pub(crate) fn holds(&self, term: Term) -> Holds {
        self.infos.get(term.0 as usize).map_or(Holds::default(), |i| i.holds)
    }

    fn holds_of(&self, shape: &Shape, sort: Sort) -> Holds {
        let choices = matches!(shape, Shape::Host(HostFn::Larger | HostFn::Smaller | HostFn::Excess, ..));
        let lengths = sort == Sort::Length && !matches!(shape, Shape::Known(_));
        children(shape).into_iter().map(|t| self.holds(t)).fold(Holds { choices, lengths }, |a, b| Holds {
            choices: a.choices || b.choices,
            lengths: a.lengths || b.lengths,
        })
    }

    pub(crate) fn shape(&self, term: Term) -> Rc<Shape> {
        match self.infos.get(term.0 as usize) {
            Some(info) => Rc::clone(&info.shape),
            None => Rc::new(Shape::Known(Outcome::Nothing)),
        }
    }

    /// The shape of a term that is kept.
    pub(crate) fn look(&self, term: Term) -> Option<&Shape> {
        self.infos.get(term.0 as usize).map(|info| &*info.shape)
    }

    pub(crate) fn sort(&self, term: Term) -> Sort {
        self.infos.get(term.0 as usize).map_or(Sort::Other, |i| i.sort)
    }

    /// Which outcomes it may have whatever the facts.
    pub(crate) fn stored(&self, term: Term) -> May {
        self.infos.get(term.0 as usize).map_or(NOTHING, |i| i.may)
    }

    /// Which outcomes it may have for the persons looked at now.
    pub(crate) fn may(&self, term: Term) -> May {
        let stored = self.stored(term);
        if self.masks.is_empty() || stored.count_ones() == 1 {
            return stored;
        }
        if let Some(known) = self.narrowed.borrow().get(&term) {
            return *known;
        }
        let may = match self.masks.get(&term) {
            Some(mask) => stored & mask,
            None => stored & self.may_by_parts(term),
        };
        self.narrowed.borrow_mut().insert(term, may);
        may
    }

    fn may_by_parts(&self, term: Term) -> May {
        match &*self.shape(term) {
            Shape::Host(HostFn::Field, operands, _) => {
                // Whether the field itself may be left out is known of it alone.
                let Some(record) = operands.first() else { return u8::MAX };
                let own = self.optional.contains(&term);
                VALUE | (self.may(*record) & !VALUE) | if own { NOTHING } else { 0 }
            }
            Shape::Host(function, operands, _) => self.may_of(*function, operands, true, &|t| self.may(t)),
            Shape::All(parts) | Shape::Any(parts) => parts.iter().fold(VALUE, |m, t| m | self.may(*t)),
            Shape::Not(inner) => (self.may(*inner) & !NOTHING) | VALUE,
            Shape::If(condition, then, otherwise) => {
                (self.may(*condition) & ODD) | self.may(*then) | self.may(*otherwise)
            }
            Shape::Strict(arg, then) => (self.may(*arg) & !VALUE) | self.may(*then),
            _ => u8::MAX,
        }
    }

    /// Looks at those persons only for whom these terms have these outcomes.
    pub(crate) fn look_at(&mut self, masks: BTreeMap<Term, May>) {
        self.masks = masks;
        self.narrowed.borrow_mut().clear();
    }

    /// Whether it is always a value.
    pub(crate) fn is_sure(&self, term: Term) -> bool {
        self.may(term) == VALUE
    }

    /// Whether it is always a value or nothing.
    pub(crate) fn is_settled(&self, term: Term) -> bool {
        self.may(term) & ODD == 0
    }

    /// Whether it is neither a value nor nothing.
    pub(crate) fn is_odd(&self, term: Term) -> bool {
        self.may(term) & (VALUE | NOTHING) == 0
    }

    /// The outcome of a constant.
    pub(crate) fn outcome(&self, term: Term) -> Option<&Outcome> {
        match self.infos.get(term.0 as usize).map(|i| &*i.shape) {
            Some(Shape::Known(outcome)) => Some(outcome),
            _ => None,
        }
    }

    pub(crate) fn known(&self, term: Term) -> Option<Outcome> {
        self.outcome(term).cloned()
    }

    pub(crate) fn is_known(&self, term: Term) -> bool {
        self.outcome(term).is_some()
    }

    pub(crate) fn known_value(&self, term: Term) -> Option<Value> {
        self.outcome(term)?.value().cloned()
    }

    pub(crate) fn truth(&self, term: Term) -> Option<bool> {
        self.outcome(term)?.truth()
    }

    pub(crate) fn is_nothing(&self, term: Term) -> bool {
        self.outcome(term) == Some(&Outcome::Nothing)
    }

    /// Keeps a shape; the same shape is the same term.
    pub(crate) fn keep(&mut self, shape: Shape, sort: Sort, may: May) -> Term {
        if let Some(term) = self.known.get(&shape) {
            return *term;
        }
        let shape = Rc::new(shape);
        let term = Term(u32::try_from(self.infos.len()).unwrap_or(u32::MAX));
        let free = self.free_of(&shape);
        let holds = self.holds_of(&shape, sort);
        self.infos.push(Info { shape: Rc::clone(&shape), sort, may, free, holds });
        self.known.insert(shape, term);
        term
    }

    /// The term of a shape that is kept already.
    pub(crate) fn kept(&self, shape: &Shape) -> Option<Term> {
        self.known.get(shape).copied()
    }

    pub(crate) fn free(&self, term: Term) -> u32 {
        self.infos.get(term.0 as usize).map_or(0, |i| i.free)
    }

    fn free_of(&self, shape: &Shape) -> u32 {
        match shape {
            Shape::Bound(variable, _) => variable + 1,
            Shape::Quantify(_, variable, domain, filter, body) => {
                let inner = filter.iter().chain(body).map(|t| self.free(*t)).max().unwrap_or(0);
                // The variable is the innermost one: what is free besides it lies below.
                self.free(*domain).max(inner.min(*variable))
            }
            _ => children(shape).into_iter().map(|t| self.free(t)).max().unwrap_or(0),
        }
    }

    // ---- making terms ----

    pub(crate) fn constant(&mut self, outcome: Outcome) -> Term {
        let outcome = normal(outcome);
        let may = 1 << outcome.rank();
        let sort = outcome.value().map_or(Sort::Other, sort_of_value);
        self.keep(Shape::Known(outcome), sort, may)
    }

    pub(crate) fn yes_no(&mut self, yes: bool) -> Term {
        let held = if yes { self.yes } else { self.no };
        if let Some(term) = held {
            return term;
        }
        let term = self.constant(Outcome::yes_no(yes));
        *(if yes { &mut self.yes } else { &mut self.no }) = Some(term);
        term
    }

    pub(crate) fn fault(&mut self) -> Term {
        self.constant(Outcome::fault(FaultKind::OutOfRange, SiteId(0)))
    }

    pub(crate) fn bound(&mut self, variable: u32, sort: Sort) -> Term {
        self.keep(Shape::Bound(variable, sort), sort, VALUE)
    }

    /// An argument that a decision is asked with, where a term reads it.
    pub(crate) fn argument(&self, variable: u32, sort: Sort) -> Option<Term> {
        self.kept(&Shape::Bound(variable, sort))
    }

    pub(crate) fn not(&mut self, term: Term) -> Term {
        match &*self.shape(term) {
            Shape::Known(outcome) => match outcome.truth() {
                Some(yes) => return self.yes_no(!yes),
                None if *outcome == Outcome::Nothing => return self.yes_no(true),
                None => return term,
            },
            Shape::Not(inner) if self.may(*inner) & NOTHING == 0 => return *inner,
            _ if self.is_odd(term) => return term,
            _ => {}
        }
        let may = (self.stored(term) & !NOTHING) | VALUE;
        self.keep(Shape::Not(term), Sort::YesNo, may)
    }

    pub(crate) fn all(&mut self, terms: impl IntoIterator<Item = Term>) -> Term {
        self.junction(terms, true)
    }

    pub(crate) fn any(&mut self, terms: impl IntoIterator<Item = Term>) -> Term {
        self.junction(terms, false)
    }

    /// `and` of many, or `or`: the absorbing truth wins, the neutral one is dropped, the rest stands in a fixed order.
    fn junction(&mut self, terms: impl IntoIterator<Item = Term>, all: bool) -> Term {
        let mut flat = BTreeSet::new();
        let mut queue: Vec<Term> = terms.into_iter().collect();
        while let Some(term) = queue.pop() {
            match (&*self.shape(term), all) {
                // What the text has a name for stays whole: groups are told by it.
                (Shape::All(inner), true) | (Shape::Any(inner), false) if !self.names.contains_key(&term) => {
                    queue.extend(inner);
                }
                (Shape::Known(outcome), _) if outcome.truth() == Some(all) => {}
                (Shape::Known(outcome), _) if outcome.truth() == Some(!all) => return self.yes_no(!all),
                _ => {
                    flat.insert(term);
                }
            }
        }
        for term in &flat {
            if let Shape::Not(inner) = &*self.shape(*term)
                && flat.contains(inner)
                && self.is_sure(*inner)
            {
                return self.yes_no(!all);
            }
        }
        let merged = self.merge_memberships(flat, all);
        if merged.iter().any(|t| self.truth(*t) == Some(!all)) {
            return self.yes_no(!all);
        }
        let merged: BTreeSet<Term> = merged.into_iter().filter(|t| self.truth(*t) != Some(all)).collect();
        let (consts, rest): (Vec<Term>, Vec<Term>) = merged.into_iter().partition(|t| self.is_known(*t));
        let worst = consts.iter().filter_map(|t| self.known(*t)).reduce(Outcome::worst);
        let mut parts = rest;
        // Beside what is worse, nothing makes no difference.
        let counts = |o: &Outcome| *o != Outcome::Nothing || !parts.iter().any(|t| self.is_odd(*t));
        if let Some(worst) = worst.filter(counts) {
            parts.push(self.constant(worst));
        }
        parts.sort();
        match parts.as_slice() {
            [] => self.yes_no(all),
            [only] => *only,
            _ => {
                let may = parts.iter().map(|t| self.stored(*t)).fold(VALUE, |a, b| a | b);
                let shape = if all { Shape::All(parts) } else { Shape::Any(parts) };
                self.keep(shape, Sort::YesNo, may)
            }
        }
    }

    /// `x is a or x in {b, c}` is `x in {a, b, c}`; of several with `and`, what they share.
    fn merge_memberships(&mut self, terms: BTreeSet<Term>, all: bool) -> BTreeSet<Term> {
        let mut by_subject: BTreeMap<Term, Vec<(Term, BTreeSet<Value>)>> = BTreeMap::new();
        for term in &terms {
            if let Some((subject, set)) = self.membership(*term)
                && matches!(self.sort(subject), Sort::Member(_) | Sort::Country)
            {
                by_subject.entry(subject).or_default().push((*term, set));
            }
        }
        let mut result = terms;
        for (subject, found) in by_subject.into_iter().filter(|(_, found)| found.len() > 1) {
            let mut sets = found.iter().map(|(_, set)| set.clone());
            let Some(first) = sets.next() else { continue };
            let joined = sets.fold(first, |a, b| if all { &a & &b } else { &a | &b });
            for (term, _) in &found {
                result.remove(term);
            }
            let set = self.constant(Outcome::Value(Value::Set(joined)));
            let term = self.host(HostFn::In, vec![subject, set], Side::Both, Sort::YesNo);
            result.insert(term);
        }
        result
    }

    /// `x is a`, `x in {a, b}`: the subject and the set.
    pub(crate) fn membership(&self, term: Term) -> Option<(Term, BTreeSet<Value>)> {
        let (subject, among) = self.among(term)?;
        let set = match among {
            Among::One(value) => BTreeSet::from([value.clone()]),
            Among::Of(set) => set.clone(),
        };
        Some((subject, set))
    }

    /// The same, without a copy of the set.
    pub(crate) fn among(&self, term: Term) -> Option<(Term, Among<'_>)> {
        let Shape::Host(function, operands, _) = &*self.infos.get(term.0 as usize)?.shape else { return None };
        let [a, b] = operands.as_slice() else { return None };
        let (x, y) = (self.outcome(*a), self.outcome(*b));
        match (function, x, y) {
            (HostFn::In, None, Some(Outcome::Value(Value::Set(set)))) => Some((*a, Among::Of(set))),
            (HostFn::Equal, None, Some(Outcome::Value(value))) => Some((*a, Among::One(value))),
            (HostFn::Equal, Some(Outcome::Value(value)), None) => Some((*b, Among::One(value))),
            _ => None,
        }
    }

    pub(crate) fn choose(&mut self, condition: Term, then: Term, otherwise: Term) -> Term {
        match self.known(condition) {
            Some(outcome) => match outcome.truth() {
                Some(true) => return then,
                Some(false) => return otherwise,
                None if outcome == Outcome::Nothing => return otherwise,
                None => return condition,
            },
            None if then == otherwise && self.is_settled(condition) => return then,
            None if self.is_odd(condition) => return condition,
            None => {}
        }
        if self.is_sure(condition) {
            match (self.truth(then), self.truth(otherwise)) {
                (Some(true), Some(false)) => return condition,
                (Some(false), Some(true)) => return self.not(condition),
                (Some(true), None) => return self.any([condition, otherwise]),
                (None, Some(false)) => return self.all([condition, then]),
                (Some(false), None) => {
                    let not = self.not(condition);
                    return self.all([not, otherwise]);
                }
                (None, Some(true)) => {
                    let not = self.not(condition);
                    return self.any([not, then]);
                }
                _ => {}
            }
        }
        let may = (self.stored(condition) & ODD) | self.stored(then) | self.stored(otherwise);
        let sort = match self.sort(then) {
            Sort::Other => self.sort(otherwise),
            sort => sort,
        };
        self.keep(Shape::If(condition, then, otherwise), sort, may)
    }

    /// A set of parties by who is in it; a constant where that is known.
    pub(crate) fn party_set(&mut self, members: Vec<Term>) -> Term {
        let known: Option<Vec<bool>> = members.iter().map(|m| self.truth(*m)).collect();
        if let Some(known) = known {
            let set = self.parties.iter().zip(known).filter(|(_, is)| *is).map(|(p, _)| *p);
            let set = Value::countries(set);
            return self.constant(Outcome::Value(set));
        }
        self.keep(Shape::Parties(members), Sort::Countries, VALUE)
    }

    /// Who is in a set of parties, where it is written out or known and holds nobody else.
    pub(crate) fn members_of(&mut self, set: Term) -> Option<Vec<Term>> {
        let known = match &*self.shape(set) {
            Shape::Parties(members) => return Some(members.clone()),
            Shape::Known(Outcome::Value(Value::Set(known))) => known.clone(),
            _ => return None,
        };
        let parties = self.parties.clone();
        let all_parties = known.iter().all(|v| matches!(v, Value::Country(c) if parties.contains(c)));
        if !all_parties {
            return None;
        }
        Some(parties.iter().map(|p| self.yes_no(known.contains(&Value::Country(*p)))).collect())
    }

    /// Replaces a variable.
    pub(crate) fn put(&mut self, term: Term, variable: u32, with: Term, memo: &mut Terms) -> Term {
        if self.free(term) <= variable {
            return term;
        }
        if let Some(done) = memo.get(&term) {
            return *done;
        }
        let info = self.info(term);
        let result = match &*info.shape {
            Shape::Bound(v, _) if *v == variable => with,
            shape => self.rebuild(shape, info.sort, |arena, t| arena.put(t, variable, with, memo)),
        };
        memo.insert(term, result);
        result
    }

    /// A shape with other children, simplified.
    pub(crate) fn rebuild(&mut self, shape: &Shape, sort: Sort, mut of: impl FnMut(&mut Arena, Term) -> Term) -> Term {
        match shape {
            Shape::Known(outcome) => self.constant(outcome.clone()),
            Shape::Fact(_) | Shape::Bound(..) => {
                let may = self.known.get(shape).map_or(VALUE, |t| self.stored(*t));
                self.keep(shape.clone(), sort, may)
            }
            Shape::Given(party, name) => {
                let party = of(self, *party);
                let may = self.known.get(shape).map_or(VALUE | NOTHING, |t| self.stored(*t));
                self.given(party, name, sort, may)
            }
            Shape::Host(function, operands, side) => {
                let operands = operands.iter().map(|t| of(self, *t)).collect();
                let optional = self.known.get(shape).is_none_or(|t| self.stored(*t) & NOTHING != 0);
                self.host_of(*function, operands, *side, sort, optional)
            }
            Shape::Element(list, n) => {
                let list = of(self, *list);
                self.keep(Shape::Element(list, *n), sort, VALUE)
            }
            Shape::All(parts) => {
                let parts: Vec<Term> = parts.iter().map(|t| of(self, *t)).collect();
                self.all(parts)
            }
            Shape::Any(parts) => {
                let parts: Vec<Term> = parts.iter().map(|t| of(self, *t)).collect();
                self.any(parts)
            }
            Shape::Not(inner) => {
                let inner = of(self, *inner);
                self.not(inner)
            }
            Shape::If(condition, then, otherwise) => {
                let condition = of(self, *condition);
                match self.known(condition).map(|o| (o.truth(), o)) {
                    Some((Some(true), _)) => of(self, *then),
                    Some((Some(false), _)) | Some((None, Outcome::Nothing)) => of(self, *otherwise),
                    Some((None, _)) => condition,
                    None => {
                        let (then, otherwise) = (of(self, *then), of(self, *otherwise));
                        self.choose(condition, then, otherwise)
                    }
                }
            }
            Shape::Strict(arg, then) => {
                let arg = of(self, *arg);
                let then = of(self, *then);
                self.strict(arg, then, sort)
            }
            Shape::Quantify(quantifier, variable, domain, filter, body) => {
                let domain = of(self, *domain);
                let filter = filter.map(|t| of(self, t));
                let body = body.map(|t| of(self, t));
                self.quantify(*quantifier, *variable, domain, filter, body, sort)
            }
            Shape::Gather(quantifier, shares) => {
                let shares =
                    shares.iter().map(|(w, b, m)| (of(self, *w), b.map(|b| of(self, b)), of(self, *m))).collect();
                self.gather(*quantifier, shares, sort)
            }
            Shape::Parties(members) => {
                let members = members.iter().map(|t| of(self, *t)).collect();
                self.party_set(members)
            }
            Shape::Decide(lines, default, name) => self.redecide(lines, *default, name, sort, of),
        }
    }

    pub(crate) fn given(&mut self, party: Term, name: &Arc<str>, sort: Sort, may: May) -> Term {
        match self.known(party) {
            Some(outcome) if outcome.rank() > 0 => party,
            _ => {
                let may = may | (self.stored(party) & !VALUE);
                self.keep(Shape::Given(party, Arc::clone(name)), sort, may)
            }
        }
    }
}

/// The kind of a value.
pub(crate) fn sort_of_value(value: &Value) -> Sort {
    match value {
        Value::YesNo(_) => Sort::YesNo,
        Value::Member(id, _) => Sort::Member(*id),
        Value::Country(_) => Sort::Country,
        Value::Number(_) => Sort::Number,
        Value::Date(_) => Sort::Date,
        Value::Length(_) => Sort::Length,
        Value::Money(_) | Value::Amount(_) => Sort::Money,
        Value::Periods(_) => Sort::Periods,
        Value::Span(_) => Sort::Span,
        Value::Set(set) => match set.first() {
            Some(Value::Member(id, _)) => Sort::Members(*id),
            _ => Sort::Countries,
        },
        Value::List(_)
        | Value::Rounding(_)
        | Value::Unit(_)
        | Value::Text(_)
        | Value::Record(_)
        | Value::Order(_)
        | Value::Ties(_) => Sort::Other,
    }
}

impl Shape {
    /// Whether something holds of one of the terms it is made of.
    pub(crate) fn some_part(&self, of: &mut dyn FnMut(Term) -> bool) -> bool {
        match self {
            Shape::Known(_) | Shape::Fact(_) | Shape::Bound(..) => false,
            Shape::Given(t, _) | Shape::Element(t, _) | Shape::Not(t) => of(*t),
            Shape::Host(_, all, _) | Shape::All(all) | Shape::Any(all) | Shape::Parties(all) => {
                all.iter().any(|t| of(*t))
            }
            Shape::If(a, b, c) => of(*a) || of(*b) || of(*c),
            Shape::Strict(a, b) => of(*a) || of(*b),
            Shape::Quantify(_, _, domain, filter, body) => of(*domain) || filter.iter().chain(body).any(|t| of(*t)),
            Shape::Gather(_, shares) => shares.iter().any(|(w, b, m)| of(*w) || b.is_some_and(&mut *of) || of(*m)),
            Shape::Decide(lines, default, _) => {
                lines.iter().any(|l| of(l.when) || of(l.value)) || default.is_some_and(of)
            }
        }
    }
}

/// The terms a shape is made of.
pub(crate) fn children(shape: &Shape) -> Vec<Term> {
    match shape {
        Shape::Known(_) | Shape::Fact(_) | Shape::Bound(..) => Vec::new(),
        Shape::Given(t, _) | Shape::Element(t, _) | Shape::Not(t) => vec![*t],
        Shape::Host(_, all, _) | Shape::All(all) | Shape::Any(all) | Shape::Parties(all) => all.clone(),
        Shape::If(a, b, c) => vec![*a, *b, *c],
        Shape::Strict(a, b) => vec![*a, *b],
        Shape::Quantify(_, _, domain, filter, body) => std::iter::once(*domain).chain(*filter).chain(*body).collect(),
        Shape::Gather(_, shares) => shares.iter().flat_map(|(w, b, m)| [Some(*w), *b, Some(*m)]).flatten().collect(),
        Shape::Decide(lines, default, _) => lines.iter().flat_map(|l| [l.when, l.value]).chain(*default).collect(),
    }
}
