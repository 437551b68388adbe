//! Some of all persons: those for whom certain conditions are so and others are not.
//!
//! What is assumed of a term is kept in three ways: which outcomes it has, which values of a few it may have, and
//! between which bounds it lies. From these, other conditions follow or are ruled out; that a group is empty is found
//! here where a few facts contradict each other, and left to the search for a person where they are many.

use crate::term::{Among, Arena, May, NOTHING, ODD, Shape, Side, Sort, Term, VALUE};
use crate::world::World;
use accord_core::{Conversions, HostFn, Length, Number, Outcome, Unit, Value, ratio};
use accord_ir::Quantifier;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// What is assumed of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Choice {
    /// It is yes.
    Yes,
    /// It is no.
    No,
    /// It is nothing.
    Nothing,
    /// It is a value.
    Value,
    /// It is neither a value nor nothing.
    Odd,
    /// A list has this many members; 3 for more.
    Count(u32),
}

/// What has bounds: a term, or how long after one day another is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Measure {
    Of(Term),
    /// A length, as one version compares lengths of different units; where both do it alike, `Of`.
    As(Term, Side),
    /// How long the first is after the second, by a month-end rule.
    Gap(Term, Term, Term),
}

/// A bound: the value, and whether it is itself out of reach.
pub(crate) type Bound = Option<(Value, bool)>;

/// Between what something lies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) low: Bound,
    pub(crate) high: Bound,
}

/// Which of a few values something has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Few {
    pub(crate) listed: BTreeSet<Value>,
    /// A country that the texts do not name.
    pub(crate) elsewhere: bool,
}

/// A group of persons.
#[derive(Clone, Debug, Default)]
pub(crate) struct Path {
    /// What was assumed, in order.
    pub(crate) assumed: Vec<(Term, Choice)>,
    decided: BTreeMap<Term, bool>,
    pub(crate) masks: BTreeMap<Term, May>,
    pub(crate) few: BTreeMap<Term, Few>,
    pub(crate) bounds: BTreeMap<Measure, Bounds>,
    pub(crate) counts: BTreeMap<Term, u32>,
    /// What something divides by that is a value: more than nothing.
    divisors: BTreeSet<Term>,
    /// Of what something was noted with the last thing assumed.
    pub(crate) news: News,
}

/// What the last thing assumed says something of.
#[derive(Clone, Debug, Default)]
pub(crate) struct News {
    pub(crate) terms: Vec<Term>,
    /// Whether it may tell which of two is the larger.
    pub(crate) orders: bool,
}

impl Measure {
    /// How values of it are compared.
    fn conversions<'a>(&self, arena: &'a Arena) -> &'a Conversions {
        let [old, new] = &arena.conversions;
        if matches!(self, Measure::As(_, Side::New)) { new } else { old }
    }
}

/// What sums are told of single terms.
struct Known<'p> {
    path: &'p Path,
    arena: &'p Arena,
}

impl crate::sums::Known for Known<'_> {
    fn is_value(&self, term: Term) -> bool {
        self.path.masks.get(&term).copied().unwrap_or(u8::MAX) & self.arena.stored(term) == VALUE
    }

    fn is_positive(&self, term: Term) -> bool {
        self.path.is_positive(term)
    }
}

/// What is zero wherever a term is neither a value nor nothing: what it divides by, where nothing else can be amiss.
fn divisor(arena: &Arena, term: Term) -> Option<Term> {
    let Shape::Host(HostFn::Divide, operands, _) = &*arena.shape(term) else { return None };
    let [over, under] = operands.as_slice() else { return None };
    let are_sound = [over, under].iter().all(|t| arena.stored(**t) & ODD == 0);
    are_sound.then_some(*under)
}

/// A condition on a measure: it is at most a value (`true`), or at least one.
pub(crate) struct Limit {
    pub(crate) of: Measure,
    pub(crate) value: Value,
    pub(crate) at_most: bool,
}

impl Path {
    /// What is said of a condition.
    pub(crate) fn decided(&self, term: Term) -> Option<bool> {
        self.decided.get(&term).copied()
    }

    /// Whether something was assumed of a term.
    pub(crate) fn is_assumed(&self, term: Term) -> bool {
        self.assumed.iter().any(|(held, _)| *held == term)
    }

    /// The conditions decided on, with how.
    pub(crate) fn decisions(&self) -> impl Iterator<Item = (Term, bool)> {
        self.decided.iter().map(|(t, yes)| (*t, *yes))
    }

    /// Assumes one thing more; `None` where nobody is left.
    pub(crate) fn with(&self, arena: &Arena, world: &World, term: Term, choice: Choice) -> Option<Path> {
        let mut path = self.clone();
        path.news = News::default();
        path.assumed.push((term, choice));
        path.assume(arena, world, term, choice).then_some(path)
    }

    fn assume(&mut self, arena: &Arena, world: &World, term: Term, choice: Choice) -> bool {
        match choice {
            Choice::Yes | Choice::No => {
                let yes = choice == Choice::Yes;
                self.news.terms.push(term);
                // A difference, a limit, or either of them turned round.
                self.news.orders = !matches!(&*arena.shape(term), Shape::Fact(_) | Shape::Given(..));
                self.decided.insert(term, yes) != Some(!yes)
                    && self.mask(arena, term, VALUE)
                    && self.follow(arena, world, term, yes)
            }
            Choice::Nothing => self.mask(arena, term, NOTHING),
            Choice::Value => self.mask(arena, term, VALUE),
            // Nothing to divide by, or nothing divided, is nothing.
            Choice::Odd => {
                self.mask(arena, term, ODD)
                    && divisor(arena, term).is_none_or(|by| self.mask(arena, by, VALUE) && self.sums_fit(arena, world))
            }
            Choice::Count(n) => {
                self.news.terms.push(term);
                self.counts.insert(term, n);
                true
            }
        }
    }

    fn mask(&mut self, arena: &Arena, term: Term, mask: May) -> bool {
        let known = self.masks.get(&term).copied().unwrap_or(u8::MAX) & arena.stored(term);
        self.masks.insert(term, known & mask);
        self.news.terms.push(term);
        if mask == VALUE
            && let Shape::Host(HostFn::Field, operands, _) = &*arena.shape(term)
            && let Some(record) = operands.first()
            && arena.stored(*record) != VALUE
            && !self.mask(arena, *record, VALUE)
        {
            return false;
        }
        if mask == VALUE {
            self.note_divisors(arena, term);
        }
        known & mask != 0
    }

    /// Notes what a value divides by: it is not zero.
    fn note_divisors(&mut self, arena: &Arena, term: Term) {
        let mut queue = vec![term];
        while let Some(term) = queue.pop() {
            // What is a value for everybody says nothing of anybody.
            if arena.stored(term) == VALUE {
                continue;
            }
            let Shape::Host(function, operands, _) = &*arena.shape(term) else { continue };
            match (function, operands.as_slice()) {
                (HostFn::Divide, [over, by]) => {
                    let of = match &*arena.shape(*by) {
                        Shape::Host(HostFn::NumberOf, of, _) => of.first().copied().unwrap_or(*by),
                        _ => *by,
                    };
                    if crate::sums::is_never_negative(arena, of) {
                        self.divisors.extend([*by, of]);
                    }
                    queue.extend([over, by]);
                }
                (
                    HostFn::Add
                    | HostFn::Subtract
                    | HostFn::Multiply
                    | HostFn::Rounded
                    | HostFn::NumberOf
                    | HostFn::Stored,
                    _,
                ) => queue.extend(operands),
                // Nothing can be compared, and says nothing of what it was to be divided by.
                (HostFn::AtMost, _) => queue.extend(operands.iter().filter(|t| arena.stored(**t) & NOTHING == 0)),
                _ => {}
            }
        }
    }

    /// What follows from a condition being so, or not.
    fn follow(&mut self, arena: &Arena, world: &World, term: Term, yes: bool) -> bool {
        if let Some((subject, set)) = arena.membership(term)
            && let Some(mut few) = self.few_of(arena, world, subject)
        {
            few.listed.retain(|v| set.contains(v) == yes);
            few.elsewhere &= !yes;
            let left = !few.listed.is_empty() || few.elsewhere || (!yes && arena.stored(subject) & NOTHING != 0);
            self.news.terms.push(subject);
            self.few.insert(subject, few);
            return left && (!yes || self.mask(arena, subject, VALUE));
        }
        if let Shape::Host(HostFn::IsGiven, operands, _) = &*arena.shape(term)
            && let [of] = operands.as_slice()
        {
            return self.mask(arena, *of, if yes { VALUE } else { NOTHING });
        }
        if let Some((number, value)) = is_figure(arena, term) {
            let limits = [true, false].map(|at_most| Limit { of: Measure::Of(number), value: value.clone(), at_most });
            return !yes || limits.into_iter().all(|limit| self.bound(arena, limit, true));
        }
        if let Some(limit) = limit(arena, term) {
            return self.bound(arena, limit, yes) && self.days_fit(arena) && self.sums_fit(arena, world);
        }
        if let Shape::Host(HostFn::AtMost, ..) = &*arena.shape(term) {
            return self.days_fit(arena) && self.sums_fit(arena, world);
        }
        true
    }

    /// Whether a term is certainly one of some values, or certainly none of them; `None` where that is open.
    pub(crate) fn settled_by_values(&self, arena: &Arena, world: &World, term: Term) -> Option<bool> {
        let (subject, among) = arena.among(term)?;
        let held = self.few.get(&subject);
        let fresh;
        let few = match held {
            Some(held) => held,
            None => {
                if !may_settle(arena, world, subject, among) {
                    return None;
                }
                fresh = self.few_of(arena, world, subject)?;
                &fresh
            }
        };
        let may = arena.may(subject);
        if !few.elsewhere && may == VALUE && few.listed.iter().all(|v| among.contains(v)) {
            return Some(true);
        }
        let none = may & ODD == 0 && !few.listed.iter().any(|v| among.contains(v));
        // Whether a country that the texts do not name is in no set they write.
        let named = |v: &Value| match v {
            Value::Country(c) => world.countries.contains(c) || world.parties.contains(c),
            _ => true,
        };
        (none && (!few.elsewhere || !among.any(|v| !named(v)))).then_some(false)
    }

    /// The few values a term may have, where it has few.
    pub(crate) fn few_of(&self, arena: &Arena, world: &World, term: Term) -> Option<Few> {
        if let Some(known) = self.few.get(&term) {
            return Some(known.clone());
        }
        let shape = arena.shape(term);
        let is_fact = matches!(
            &*shape,
            Shape::Fact(_) | Shape::Given(..) | Shape::Bound(..) | Shape::Host(HostFn::Field, ..) | Shape::Host(..)
        );
        if !is_fact {
            return None;
        }
        match arena.sort(term) {
            Sort::Member(id) => {
                let count = world.enums.get(usize::from(id.0)).map_or(0, |e| e.members.len());
                let listed = (0..count).filter_map(|n| u16::try_from(n).ok()).map(|n| Value::Member(id, n)).collect();
                Some(Few { listed, elsewhere: false })
            }
            Sort::Country => {
                let argument = matches!(&*shape, Shape::Bound(v, _) if *v < crate::members::MEMBER);
                let parties = world.parties.iter().map(|c| Value::Country(*c));
                if argument {
                    return Some(Few { listed: parties.collect(), elsewhere: false });
                }
                let others = world.countries.iter().map(|c| Value::Country(*c));
                Some(Few { listed: parties.chain(others).collect(), elsewhere: true })
            }
            _ => None,
        }
    }

    fn bound(&mut self, arena: &Arena, limit: Limit, yes: bool) -> bool {
        let mut bounds = self.bounds.get(&limit.of).cloned().unwrap_or_default();
        // At most v: a high bound, v included. Not at most v: a low one, v not included.
        let high = limit.at_most == yes;
        let strict = !yes;
        #[cfg(test)]
        let strict = strict && !crate::planted::is(crate::planted::Mistake::OffByOneCut);
        let (value, strict) = whole_days(limit.value, strict, high);
        let conversions = limit.of.conversions(arena);
        let slot = if high { &mut bounds.high } else { &mut bounds.low };
        let tighter = match slot {
            None => true,
            Some((held, held_strict)) => match compare(conversions, &value, held) {
                Some(Ordering::Equal) => strict && !*held_strict,
                Some(order) => (order == Ordering::Less) == high,
                None => false,
            },
        };
        if tighter {
            *slot = Some((value, strict));
        }
        // What is counted is whole; what somebody states is not below nothing.
        let whole = matches!(limit.of, Measure::Of(term) if is_count(arena, term));
        let ends = |bound: &Bound, up: bool| bound.clone().map(|b| if whole { whole_number(b, up) } else { b });
        let (low, high) = (ends(&bounds.low, true), ends(&bounds.high, false));
        let stated = matches!(limit.of, Measure::Of(term) if crate::sums::is_never_negative(arena, term));
        let below = |(value, strict): &(Value, bool)| sign(value).is_some_and(|s| s < 0 || (s == 0 && *strict));
        if stated && high.as_ref().is_some_and(below) {
            return false;
        }
        let fits = match (&low, &high) {
            (Some((low, a)), Some((high, b))) => match compare(conversions, low, high) {
                Some(Ordering::Greater) => false,
                Some(Ordering::Equal) => !a && !b,
                Some(Ordering::Less) | None => true,
            },
            _ => true,
        };
        // Whatever has a span as a measure has its first day in it.
        match limit.of {
            Measure::Of(term) | Measure::As(term, _) | Measure::Gap(term, ..) => self.news.terms.push(term),
        }
        self.bounds.insert(limit.of, bounds);
        #[cfg(test)]
        let fits = fits || crate::planted::is(crate::planted::Mistake::ForgottenBounds);
        fits
    }

    /// Whether bounds settle a condition.
    pub(crate) fn settled_by_bounds(&self, arena: &Arena, limit: &Limit) -> Option<bool> {
        let bounds = self.bounds.get(&limit.of)?;
        #[cfg(test)]
        if crate::planted::is(crate::planted::Mistake::ForgottenBounds) {
            return None;
        }
        let conversions = limit.of.conversions(arena);
        let above = |bound: &Bound, strict_counts: bool| {
            bound.as_ref().and_then(|(value, strict)| match compare(conversions, value, &limit.value)? {
                Ordering::Greater => Some(true),
                Ordering::Equal => Some(*strict && strict_counts),
                Ordering::Less => Some(false),
            })
        };
        let below = |bound: &Bound, strict_counts: bool| {
            bound.as_ref().and_then(|(value, strict)| match compare(conversions, value, &limit.value)? {
                Ordering::Less => Some(true),
                Ordering::Equal => Some(*strict || !strict_counts),
                Ordering::Greater => Some(false),
            })
        };
        if limit.at_most {
            // Everything is at most the value, or everything is above it.
            if below(&bounds.high, false) == Some(true) {
                return Some(true);
            }
            (above(&bounds.low, true) == Some(true)).then_some(false)
        } else {
            let at_least = bounds.low.as_ref().and_then(|(value, _)| compare(conversions, value, &limit.value));
            if matches!(at_least, Some(Ordering::Greater | Ordering::Equal)) {
                return Some(true);
            }
            (below(&bounds.high, true) == Some(true)).then_some(false)
        }
    }

    /// Whether bounds rule out that a number is one figure.
    pub(crate) fn is_another(&self, arena: &Arena, term: Term) -> bool {
        is_figure(arena, term).is_some_and(|(number, value)| {
            let limit = |at_most| Limit { of: Measure::Of(number), value: value.clone(), at_most };
            [true, false].into_iter().any(|at_most| self.settled_by_bounds(arena, &limit(at_most)) == Some(false))
        })
    }

    /// The one value that bounds leave.
    pub(crate) fn pinned(&self, arena: &Arena, term: Term) -> Option<Value> {
        let bounds = self.bounds.get(&Measure::Of(term))?;
        let (Some((low, false)), Some((high, false))) = (&bounds.low, &bounds.high) else { return None };
        let pins = matches!(arena.sort(term), Sort::Date | Sort::Number);
        (pins && low == high).then(|| low.clone())
    }

    /// Whether one of two amounts can be below the other; also where that is not said.
    pub(crate) fn may_be_below(&self, arena: &Arena, world: &World, less: Term, more: Term) -> bool {
        let known = Known { path: self, arena };
        crate::sums::below(arena, world, less, more, &known).is_none_or(|limit| self.may_be(arena, world, limit))
    }

    /// Whether a limit can be kept besides what is assumed.
    pub(crate) fn may_be(&self, arena: &Arena, world: &World, limit: crate::sums::Limit) -> bool {
        self.fits(arena, world, None, Some(limit))
    }

    /// Whether it is assumed that something is more than nothing.
    pub(crate) fn is_positive(&self, term: Term) -> bool {
        if self.divisors.contains(&term) {
            return true;
        }
        let low = self.bounds.get(&Measure::Of(term)).and_then(|b| b.low.as_ref());
        low.and_then(|(value, strict)| Some((sign(value)?, *strict)))
            .is_some_and(|(sign, strict)| sign > 0 || (sign == 0 && strict))
    }

    /// Whether what a quotient divides by can be zero here; of anything else it is not said.
    pub(crate) fn can_fail(&self, arena: &Arena, world: &World, term: Term) -> bool {
        divisor(arena, term).is_none_or(|by| self.fits(arena, world, Some(by), None))
    }

    fn sums_fit(&self, arena: &Arena, world: &World) -> bool {
        #[cfg(test)]
        if crate::planted::is(crate::planted::Mistake::ForgottenSums) {
            return true;
        }
        self.fits(arena, world, None, None)
    }

    /// Whether sums can be as assumed, one of them being zero besides, and one limit more.
    fn fits(&self, arena: &Arena, world: &World, zero: Option<Term>, more: Option<crate::sums::Limit>) -> bool {
        let failed = self.masks.iter().filter(|(_, mask)| **mask & !ODD == 0);
        let zero = failed.filter_map(|(term, _)| divisor(arena, *term)).chain(zero);
        let known = Known { path: self, arena };
        crate::sums::fit(arena, world, self.decisions(), zero, more, &known)
    }

    // ---- days ----

    /// Whether days can lie as assumed: no day is before itself. Months are taken as long, or as short, as they can be.
    fn days_fit(&self, arena: &Arena) -> bool {
        let mut edges: Vec<(Term, Term, i64)> = Vec::new();
        // (a, b, n): a lies at most n days after b.
        for (term, yes) in &self.decided {
            let Shape::Host(HostFn::AtMost, operands, _) = &*arena.shape(*term) else { continue };
            let [a, b] = operands.as_slice() else { continue };
            if arena.sort(*a) == Sort::Date && arena.sort(*b) == Sort::Date {
                if *yes {
                    edges.push((*a, *b, 0));
                } else {
                    edges.push((*b, *a, -1));
                }
            }
        }
        let mut days = BTreeSet::new();
        for (measure, bounds) in &self.bounds {
            match measure {
                Measure::Gap(a, b, _) => {
                    if let Some((Value::Length(n), _)) = &bounds.high {
                        edges.push((*a, *b, in_days(n, true)));
                    }
                    if let Some((Value::Length(n), strict)) = &bounds.low {
                        edges.push((*b, *a, -in_days(n, false) - i64::from(*strict)));
                    }
                }
                Measure::Of(term) if arena.sort(*term) == Sort::Date => {
                    days.insert(*term);
                }
                Measure::Of(_) | Measure::As(..) => {}
            }
        }
        self.no_circle(arena, edges, &days)
    }

    fn no_circle(&self, arena: &Arena, mut edges: Vec<(Term, Term, i64)>, days: &BTreeSet<Term>) -> bool {
        // The first of all terms stands for day 0.
        let zero = Term(u32::MAX);
        let number = |bound: &Bound| match bound {
            Some((Value::Date(d), _)) => Some(i64::from(d.day_number())),
            _ => None,
        };
        for day in days {
            if let Some(bounds) = self.bounds.get(&Measure::Of(*day)) {
                if let Some(high) = number(&bounds.high) {
                    edges.push((*day, zero, high));
                }
                if let Some(low) = number(&bounds.low) {
                    edges.push((zero, *day, -low));
                }
            }
        }
        for (a, b, _) in edges.clone() {
            for end in [a, b] {
                if let Some(Value::Date(d)) = arena.known_value(end) {
                    let n = i64::from(d.day_number());
                    edges.push((end, zero, n));
                    edges.push((zero, end, -n));
                }
                if let Shape::Host(HostFn::DayBefore, inner, _) = &*arena.shape(end)
                    && let [inner] = inner.as_slice()
                {
                    edges.push((end, *inner, -1));
                    edges.push((*inner, end, 1));
                }
                if let Shape::Host(HostFn::After, inner, _) = &*arena.shape(end)
                    && let [by, from, _] = inner.as_slice()
                    && let Some(Value::Length(n)) = arena.known_value(*by)
                {
                    edges.push((end, *from, in_days(&n, true)));
                    edges.push((*from, end, -in_days(&n, false)));
                }
            }
        }
        let ends: BTreeSet<Term> = edges.iter().flat_map(|(a, b, _)| [*a, *b]).collect();
        let mut reach: BTreeMap<Term, i64> = ends.iter().map(|t| (*t, 0)).collect();
        for _ in 0..=ends.len() {
            let mut moved = false;
            for (a, b, n) in &edges {
                let through = reach.get(b).copied().unwrap_or(0) + n;
                if reach.get(a).is_some_and(|held| through < *held) {
                    reach.insert(*a, through);
                    moved = true;
                }
            }
            if !moved {
                return true;
            }
        }
        false
    }
}

/// Whether values can settle something of whose subject nothing is assumed: they are all there are, or there are none.
fn may_settle(arena: &Arena, world: &World, subject: Term, among: Among<'_>) -> bool {
    let held = match among {
        Among::One(_) => 1,
        Among::Of(set) => set.len(),
    };
    match arena.sort(subject) {
        Sort::Member(id) => {
            let count = world.enums.get(usize::from(id.0)).map_or(0, |e| e.members.len());
            held == 0 || held >= count
        }
        // A fact may be a country that no text names.
        Sort::Country => held == 0 || matches!(&*arena.shape(subject), Shape::Bound(..)),
        _ => false,
    }
}

/// A length in days, at the most or at the least.
fn in_days(length: &Length, most: bool) -> i64 {
    let (rate, slack) = match length.unit {
        Unit::Years => ((365, 1), (366, 1)),
        Unit::Quarters => ((90, 0), (92, 0)),
        Unit::Months => ((28, 0), (31, 0)),
        Unit::Weeks => ((7, 0), (7, 0)),
        _ => ((1, 0), (1, 0)),
    };
    let rate = if most { slack.0 } else { rate.0 };
    let days = &length.counted * ratio(rate, 1);
    let whole = if most { days.ceil() } else { days.floor() };
    let counted: i64 = whole.to_integer().try_into().unwrap_or(i64::MAX / 4);
    // Twelve months are a year, whatever months they are.
    let months: i64 = match length.unit {
        Unit::Months => length.counted.to_integer().try_into().unwrap_or(0),
        _ => 0,
    };
    let years = months / 12;
    if years > 0 {
        let rest = months % 12;
        return if most { years * 366 + rest * 31 } else { years * 365 + rest * 28 };
    }
    counted
}

/// A strict bound on whole days is the day beside it.
fn whole_days(value: Value, strict: bool, high: bool) -> (Value, bool) {
    if let (Value::Date(day), true) = (&value, strict)
        && let Some(beside) = day.add_days(if high { -1 } else { 1 })
    {
        return (Value::Date(beside), false);
    }
    (value, strict)
}

/// A number that is compared with one figure, as what it is compared with.
fn is_figure(arena: &Arena, term: Term) -> Option<(Term, Value)> {
    let (number, Among::One(value)) = arena.among(term)? else { return None };
    (arena.sort(number) == Sort::Number).then(|| (number, value.clone()))
}

/// Whether a number is a count of something.
fn is_count(arena: &Arena, term: Term) -> bool {
    let shape = arena.shape(term);
    matches!(&*shape, Shape::Host(HostFn::Size, ..) | Shape::Quantify(Quantifier::Count, ..))
}

/// A bound of a whole number, as the whole number that is just within it.
fn whole_number((value, strict): (Value, bool), up: bool) -> (Value, bool) {
    let Value::Number(n) = &value else { return (value, strict) };
    let nearest = if up { n.value.ceil() } else { n.value.floor() };
    let beyond = strict && nearest == n.value;
    let step = if up { ratio(1, 1) } else { ratio(-1, 1) };
    (Value::Number(Number::new(if beyond { nearest + step } else { nearest })), false)
}

/// Whether a figure is below nothing, nothing, or more: -1, 0, 1.
pub(crate) fn sign(value: &Value) -> Option<i32> {
    let figure = match value {
        Value::Number(n) => n.value.clone(),
        Value::Length(l) => l.counted.clone(),
        Value::Money(m) => m.exact().value,
        Value::Amount(a) => a.value.clone(),
        _ => return None,
    };
    Some(match figure.cmp(&ratio(0, 1)) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    })
}

/// How two values of one kind stand to each other.
pub(crate) fn compare(conversions: &Conversions, a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Length(a), Value::Length(b)) if a.unit == b.unit => Some(a.counted.cmp(&b.counted)),
        (Value::Length(a), Value::Length(b)) => conversions.compare(a, b),
        (Value::Money(a), Value::Money(b)) if a.currency == b.currency => Some(a.cmp(b)),
        _ => None,
    }
}

/// A length of calendar time in the smallest unit that is exact.
fn calendar(length: &Length) -> Length {
    let (unit, factor) = match length.unit {
        Unit::Years => (Unit::Months, 12),
        Unit::Quarters => (Unit::Months, 3),
        Unit::Weeks => (Unit::Days, 7),
        unit => (unit, 1),
    };
    Length::new(unit, &length.counted * ratio(factor, 1))
}

/// What a condition sets a limit to, where it sets one.
pub(crate) fn measured(arena: &Arena, term: Term) -> Option<Measure> {
    let shape = arena.shape(term);
    let Shape::Host(HostFn::AtMost, operands, _) = &*shape else { return None };
    let [a, b] = operands.as_slice() else { return None };
    let value = |t: Term| arena.outcome(t).is_some_and(|o| o.rank() == 0);
    let after = |t: Term| match &*arena.shape(t) {
        Shape::Host(HostFn::After, parts, _) => match parts.as_slice() {
            [by, from, rule] => {
                matches!(arena.outcome(*by), Some(Outcome::Value(Value::Length(_)))).then_some((*from, *rule))
            }
            _ => None,
        },
        _ => None,
    };
    match (value(*a), value(*b)) {
        (false, true) => Some(Measure::Of(*a)),
        (true, false) => Some(Measure::Of(*b)),
        _ => match after(*b) {
            Some((from, rule)) => Some(Measure::Gap(*a, from, rule)),
            None => after(*a).map(|(from, rule)| Measure::Gap(*b, from, rule)),
        },
    }
}

/// The limit that a condition sets, where it sets one.
pub(crate) fn limit(arena: &Arena, term: Term) -> Option<Limit> {
    let shape = arena.shape(term);
    let Shape::Host(HostFn::AtMost, operands, side) = &*shape else { return None };
    let [a, b] = operands.as_slice() else { return None };
    let of = |term: Term| match side {
        Side::Both => Measure::Of(term),
        side => Measure::As(term, *side),
    };
    match (arena.known_value(*a), arena.known_value(*b)) {
        (None, Some(value)) => Some(Limit { of: of(*a), value, at_most: true }),
        (Some(value), None) => Some(Limit { of: of(*b), value, at_most: false }),
        _ => {
            let after = |t: Term| match &*arena.shape(t) {
                Shape::Host(HostFn::After, parts, _) => match parts.as_slice() {
                    [by, from, rule] => match arena.known_value(*by) {
                        Some(Value::Length(by)) => Some((calendar(&by), *from, *rule)),
                        _ => None,
                    },
                    _ => None,
                },
                _ => None,
            };
            if let Some((by, from, rule)) = after(*b) {
                return Some(Limit { of: Measure::Gap(*a, from, rule), value: Value::Length(by), at_most: true });
            }
            let (by, from, rule) = after(*a)?;
            Some(Limit { of: Measure::Gap(*b, from, rule), value: Value::Length(by), at_most: false })
        }
    }
}
