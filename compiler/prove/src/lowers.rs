//! `never lowers D when L grows`: whether of two persons alike but for L the one with more ever has less.
//!
//! To refute it, pairs of persons are tried who differ by one unit of what L is made of: a month in the record of the
//! State asked about, or the figure itself, on both sides of every length that the text compares with, and with amounts
//! at which roundings come apart. A pair is told only where the interpreter answers so for both.

use crate::concrete::Concrete;
use crate::grows;
use crate::path::{Choice, Path};
use crate::person::{Content, Maker, Person, Slot, stepped};
use crate::report::{self, Literal, Open, Standing};
use crate::say::show;
use crate::standing::{Engine, Words};
use crate::term::{Arena, Shape, Sort, Term, children};
use crate::witness::Finder;
use accord_core::{Answer, Facts, HostFn, Money, Outcome, Unit, Value};
use accord_interp::Interp;
use accord_ir::NodeId;
use std::collections::BTreeSet;

/// Pairs tried at most.
const MOST_PAIRS: u64 = 24_000;
/// Groups from which one person each is taken to start from.
const MOST_STARTS: usize = 10;
/// Conditions looked at to tell these groups apart.
const MOST_STEPS: u32 = 400;
/// Persons tried by chance from each start.
const MOST_CHANCES: u64 = 250;
/// Months that other States' records may hold.
const MONTHS: &[i64] = &[0, 1, 12, 60, 120, 167, 240, 360, 480];
/// The longest record swept through.
const LONGEST: i64 = 480;
/// Amounts in minor units with which roundings come apart.
const AWKWARD: &[i64] = &[1, 2, 3, 5, 7, 33, 99, 101, 997, 12_345, 33_333, 100_003];
/// Those of them with which records of every length are tried.
const SMALL: usize = 8;

/// What is asked of a result that is never to be lowered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Promise<'a> {
    /// Of whom.
    pub(crate) when: NodeId,
    /// The result.
    pub(crate) value: NodeId,
    /// What grows.
    pub(crate) measure: NodeId,
    /// How much less is borne.
    pub(crate) tolerance: Option<&'a Value>,
}

/// Whether a result is never lowered, for these arguments.
pub(crate) fn never_lowers(engine: &mut Engine<'_>, promise: &Promise<'_>, args: &[Value]) -> Standing {
    let terms = [promise.when, promise.value, promise.measure].map(|node| engine.ask(node, args));
    let [Some(when), Some(value), Some(measure)] = terms else {
        let why = "the text is too large to be looked at whole".to_owned();
        return Standing::Undecided(Open { why, tried: 0 });
    };
    let Some(base) = engine.while_bound(args) else { return Standing::DoesNotApply };
    let proof = grows::proof(engine, &base, [when, value, measure], promise.tolerance, args);
    let words = engine.words;
    let maker = maker(words, args);
    let mut groups = Groups { steps: MOST_STEPS, found: Vec::new() };
    groups.tell(engine, &base, when, value);
    let mut pairs =
        Pairs { words, engine, maker, promise, args, terms: [when, value, measure], tried: 0, about: 0, found: None };
    pairs.search(&groups.found);
    if let Some(found) = pairs.found {
        return Standing::Fails(found);
    }
    let (tried, about) = (pairs.tried, pairs.about);
    match proof {
        Ok(proof) if about > 0 => Standing::Holds(proof),
        Ok(_) => {
            let why = "nobody was found of whom it could be asked".to_owned();
            Standing::Undecided(Open { why, tried })
        }
        Err(why) => {
            let seen = match about {
                0 => "no pair of persons was found of whom it could be asked".to_owned(),
                n => format!("none of {n} pairs of persons had less for having more"),
            };
            Standing::Undecided(Open { why: format!("{seen}; no proof: {why}"), tried })
        }
    }
}

/// Persons whose records begin with that of the State asked about, so that it grows without anything else being moved.
fn maker<'e>(words: &'e Words<'e>, args: &[Value]) -> Maker<'e> {
    let mut maker = words.maker(args);
    let first = args.iter().find_map(|v| if let Value::Country(c) = v { Some(*c) } else { None });
    maker.parties.sort_by_key(|party| (Some(*party) != first, *party));
    maker
}

/// Groups of persons told apart by what a result depends on.
struct Groups {
    steps: u32,
    found: Vec<Path>,
}

impl Groups {
    fn tell(&mut self, engine: &mut Engine<'_>, path: &Path, when: Term, value: Term) {
        if self.steps == 0 || self.found.len() >= MOST_STARTS {
            return;
        }
        self.steps -= 1;
        let space = &mut engine.space;
        let when = space.reduce(path, when);
        let value = space.reduce(path, value);
        let about = space.arena.known(when).map(|o| o.truth());
        if about == Some(Some(false)) || about == Some(None) {
            return;
        }
        let nothing = space.arena.known(value).is_some_and(|o| o.rank() > 0);
        let split = space.pick(path, when).or_else(|| space.pick(path, value));
        let split = split.filter(|(atom, _)| !nothing && !path.is_assumed(*atom));
        match split {
            None if nothing => {}
            None => self.found.push(path.clone()),
            Some((atom, choices)) => {
                for choice in choices.into_iter().filter(|c| *c != Choice::Odd) {
                    if let Some(next) = path.with(&engine.space.arena, engine.space.world, atom, choice) {
                        self.tell(engine, &next, when, value);
                    }
                }
            }
        }
    }
}

/// Pairs of persons being tried.
struct Pairs<'t, 'e> {
    words: &'e Words<'e>,
    engine: &'t Engine<'e>,
    maker: Maker<'e>,
    promise: &'t Promise<'t>,
    args: &'t [Value],
    /// Of whom, the result, what grows.
    terms: [Term; 3],
    tried: u64,
    /// Pairs of which it could be asked: of both it is, and the second has more.
    about: u64,
    found: Option<Vec<(Vec<Literal>, report::Person)>>,
}

impl Pairs<'_, '_> {
    fn search(&mut self, groups: &[Path]) {
        let start = self.maker.ordinary(self.args.to_vec());
        let mut starts = vec![start.clone()];
        for path in groups {
            let mut finder = Finder::new(&self.engine.space, &self.maker);
            starts.extend(finder.find(path, &start));
        }
        let slots = self.facts_in();
        let cuts = self.cuts();
        for start in &starts {
            self.along(start, &slots, &cuts);
        }
        for start in &starts {
            self.everywhere(start, &slots, &cuts);
        }
        for (start, path) in starts.iter().skip(1).zip(groups) {
            self.by_chance(start, path);
        }
    }

    fn is_over(&self) -> bool {
        self.found.is_some() || self.tried >= MOST_PAIRS
    }

    /// Records at each limit, with a few records of the others and every awkward amount.
    fn along(&mut self, start: &Person, slots: &[Term], cuts: &[i64]) {
        let amounts: Vec<Option<i64>> = std::iter::once(None).chain(AWKWARD.iter().map(|a| Some(*a))).collect();
        for own in cuts.iter().chain(&[1, 12, 120]) {
            for others in MONTHS {
                for amount in &amounts {
                    if self.is_over() {
                        return;
                    }
                    let person = self.with(start, slots, *own, *others, *amount);
                    self.grown(&person, slots);
                }
            }
        }
    }

    /// Records at each limit, with records of the others of every length.
    fn everywhere(&mut self, start: &Person, slots: &[Term], cuts: &[i64]) {
        for amount in AWKWARD.iter().take(SMALL) {
            for own in cuts {
                for others in 0..=LONGEST {
                    if self.is_over() {
                        return;
                    }
                    let person = self.with(start, slots, *own, others, Some(*amount));
                    self.grown(&person, slots);
                }
            }
        }
    }

    fn by_chance(&mut self, start: &Person, path: &Path) {
        let (engine, terms) = (self.engine, self.terms);
        let mut held = start.clone();
        let mut seed = Finder::new(&engine.space, &self.maker);
        let mut persons = Vec::new();
        for _ in 0..MOST_CHANCES {
            let Some(next) = seed.another(path, &held, &terms) else { break };
            persons.push(next.clone());
            held = if persons.len().is_multiple_of(12) { start.clone() } else { next };
        }
        let slots = self.facts_in();
        for person in persons {
            if self.is_over() {
                return;
            }
            self.grown(&person, &slots);
        }
    }

    /// A person with records of these lengths, and every amount the same.
    fn with(&self, start: &Person, slots: &[Term], own: i64, others: i64, amount: Option<i64>) -> Person {
        let mut person = start.clone();
        for (n, party) in self.maker.parties.iter().enumerate() {
            let months = if n == 0 {
                own
            } else if n == 1 {
                others
            } else {
                0
            };
            let _ = person.contents.insert(Slot::Months(*party), Content::Months(months, 0));
        }
        let Some(minor) = amount else { return person };
        for term in slots.iter().filter(|t| self.engine.space.arena.sort(**t) == Sort::Money) {
            let Some(slot) = self.slot(*term) else { continue };
            let held = self.maker.content(&person, &slot);
            if let Some(Content::Outcome(Outcome::Value(Value::Money(held)))) = held
                && let Some(money) = Money::new(held.currency, minor)
            {
                person = self.maker.changed(&person, &slot, &Content::Outcome(Outcome::Value(Value::Money(money))));
            }
        }
        person
    }

    fn slot(&self, term: Term) -> Option<Slot> {
        Finder::new(&self.engine.space, &self.maker).slot(term)
    }

    /// The person with one unit more of what may grow.
    fn grown(&mut self, person: &Person, slots: &[Term]) {
        let arena = &self.engine.space.arena;
        let measured = inside(arena, &[self.terms[2]]);
        let mut more = Vec::new();
        if measured.iter().any(|t| arena.sort(*t) == Sort::Periods)
            && let Some(first) = self.maker.parties.first()
            && let Some(Content::Months(n, days)) = person.contents.get(&Slot::Months(*first))
        {
            more.push(self.maker.changed(person, &Slot::Months(*first), &Content::Months(n + 1, *days)));
        }
        for term in slots.iter().filter(|t| measured.contains(t)) {
            let numeric = matches!(arena.sort(*term), Sort::Length | Sort::Number | Sort::Money);
            let Some(slot) = self.slot(*term).filter(|_| numeric) else { continue };
            if let Some(Content::Outcome(Outcome::Value(value))) = self.maker.content(person, &slot)
                && let Some(next) = stepped(&value, 1)
            {
                more.push(self.maker.changed(person, &slot, &Content::Outcome(Outcome::Value(next))));
            }
        }
        for grown in more {
            self.pair(person, &grown);
        }
    }

    fn pair(&mut self, less: &Person, more: &Person) {
        if self.is_over() {
            return;
        }
        self.tried += 1;
        let Some([before, after]) = self.results(less, more) else { return };
        self.about += 1;
        if self.is_lower(&before, &after) {
            let (less, more) = self.made_ordinary(less, more);
            self.confirm(&less, &more);
        }
    }

    /// The results of two persons of whom it can be asked: of both it is, the second has more, and both have a result
    /// or none.
    fn results(&self, less: &Person, more: &Person) -> Option<[Outcome; 2]> {
        let [a, b] = [less, more].map(|person| {
            let facts = self.maker.facts(person);
            let mut concrete = Concrete::new(&self.engine.space.arena, &facts, &person.args);
            self.terms.map(|t| concrete.eval(t))
        });
        let [about, before, from] = a;
        let [also, after, to] = b;
        let asked = about.truth() == Some(true) && also.truth() == Some(true) && is_less(&from, &to);
        (asked && before.rank() <= 1 && after.rank() <= 1).then_some([before, after])
    }

    /// Both with every fact as ordinary as it can be for the second still to have less.
    fn made_ordinary(&self, less: &Person, more: &Person) -> (Person, Person) {
        let ordinary = self.maker.ordinary(self.args.to_vec());
        let (mut less, mut more) = (less.clone(), more.clone());
        let slots: BTreeSet<Slot> = less.contents.keys().chain(ordinary.contents.keys()).cloned().collect();
        for slot in slots {
            let there = |p: &Person| p.contents.get(&slot).cloned();
            let wanted = match slot {
                Slot::Months(_) => Some(Content::Months(0, 0)),
                _ => there(&ordinary),
            };
            // What tells the two apart stays.
            if there(&less) != there(&more) || there(&less) == wanted {
                continue;
            }
            let [a, b] = [&less, &more].map(|person| {
                let mut person = person.clone();
                let _ = match &wanted {
                    Some(content) => person.contents.insert(slot.clone(), content.clone()),
                    None => person.contents.remove(&slot),
                };
                person
            });
            if self.results(&a, &b).is_some_and(|[before, after]| self.is_lower(&before, &after)) {
                (less, more) = (a, b);
            }
        }
        (less, more)
    }

    /// Whether the second is so much less that it is not borne.
    fn is_lower(&self, before: &Outcome, after: &Outcome) -> bool {
        let Some(had) = figure(before) else { return false };
        // Nothing is no amount, and less than any.
        let has = figure(after).unwrap_or_default();
        let borne = self.promise.tolerance.and_then(|t| figure(&Outcome::Value(t.clone()))).unwrap_or_default();
        has + borne < had
    }

    /// Asks the interpreter of both, and keeps them where it answers so.
    fn confirm(&mut self, less: &Person, more: &Person) {
        let facts = [less, more].map(|p| self.words.facts(&self.maker, p));
        let asked = [0, 1].map(|n| {
            let of: &Facts = if n == 0 { &facts[0] } else { &facts[1] };
            let mut interp = Interp::new(self.words.verified, of);
            let when = interp.ask(self.promise.when, self.args);
            let value = interp.ask(self.promise.value, self.args);
            (when.outcome.truth() == Some(true), value, interp.ask(self.promise.measure, self.args))
        });
        let [(true, before, from), (true, after, to)] = asked else { return };
        if !is_less(&from.outcome, &to.outcome) || !self.is_lower(&before.outcome, &after.outcome) {
            return;
        }
        let [facts_less, facts_more] = facts;
        let mut told = self.told(less);
        told.push(self.difference([&from, &to], [&before, &after]));
        let person = |facts: Facts, answer: Answer| report::Person { facts, args: self.args.to_vec(), answer };
        let second = self.told(more);
        self.found = Some(vec![(told, person(facts_less, before)), (second, person(facts_more, after))]);
    }

    /// How the two differ: `own(XA) is 179 months and payable(XA) 0.02 EUR; with 180 months it is 0.01 EUR`.
    fn difference(&self, measures: [&Answer; 2], values: [&Answer; 2]) -> Literal {
        let name = |term: Term| self.engine.space.expression(term);
        let said = |answer: &Answer| match answer.outcome.value() {
            Some(Value::Length(length)) => length.to_string(),
            Some(value) => show(value),
            None => answer.outcome.word().to_owned(),
        };
        let subject = name(self.terms[1]);
        let text = format!(
            "with {} of {} {subject} is {}, with {} it is {}",
            said(measures[0]),
            name(self.terms[2]),
            said(values[0]),
            said(measures[1]),
            said(values[1])
        );
        Literal { subject, text }
    }

    /// What is not ordinary about a person, and the record.
    fn told(&self, person: &Person) -> Vec<Literal> {
        let mut all = Vec::new();
        for party in &self.maker.parties {
            if let Some(Content::Months(n, _)) =
                person.contents.get(&Slot::Months(*party)).filter(|c| **c != Content::Months(0, 0))
            {
                let months = if *n == 1 { "1 month".to_owned() } else { format!("{n} months") };
                all.push(Literal { subject: "periods".to_owned(), text: format!("{months} in {party}") });
            }
        }
        let ordinary = self.maker.ordinary(self.args.to_vec());
        for term in self.facts_in() {
            let sort = self.engine.space.arena.sort(term);
            let Some(slot) =
                self.slot(term).filter(|_| !matches!(sort, Sort::Periods | Sort::Record(_) | Sort::List(_)))
            else {
                continue;
            };
            let held = self.maker.content(person, &slot);
            if held != self.maker.content(&ordinary, &slot)
                && let Some(Content::Outcome(Outcome::Value(value))) = held
            {
                let subject = self.engine.space.expression(term);
                let text = format!("{subject} is {}", self.engine.space.value(&value));
                all.push(Literal { subject, text });
            }
        }
        all
    }

    /// The facts that the question depends on.
    fn facts_in(&self) -> Vec<Term> {
        let arena = &self.engine.space.arena;
        let fact = |t: &Term| match &*arena.shape(*t) {
            Shape::Fact(_) | Shape::Given(..) => true,
            Shape::Host(HostFn::Field, ..) => self.slot(*t).is_some(),
            _ => false,
        };
        inside(arena, &self.terms).into_iter().filter(fact).collect()
    }

    /// Lengths of a record, in months, just short of what the text compares with.
    fn cuts(&self) -> Vec<i64> {
        let arena = &self.engine.space.arena;
        let known = inside(arena, &self.terms).into_iter().filter_map(|t| arena.known_value(t));
        let mut cuts: BTreeSet<i64> = BTreeSet::new();
        for months in known.filter_map(|v| in_months(&v)).filter(|n| (1..=LONGEST * 2).contains(n)) {
            cuts.extend([months - 1, months]);
        }
        cuts.into_iter().collect()
    }
}

/// All terms that some are made of.
pub(crate) fn inside(arena: &Arena, terms: &[Term]) -> BTreeSet<Term> {
    let (mut found, mut queue) = (BTreeSet::new(), terms.to_vec());
    while let Some(term) = queue.pop() {
        if found.insert(term) {
            queue.extend(children(&arena.shape(term)));
        }
    }
    found
}

fn in_months(value: &Value) -> Option<i64> {
    let Value::Length(length) = value else { return None };
    let factor = match length.unit {
        Unit::Years => 12,
        Unit::Quarters => 3,
        Unit::Months => 1,
        _ => return None,
    };
    let whole: i64 = length.counted.to_integer().try_into().ok()?;
    whole.checked_mul(factor)
}

/// The figure that a result is, in its own unit.
pub(crate) fn figure(outcome: &Outcome) -> Option<accord_core::Ratio> {
    match outcome.value()? {
        Value::Number(n) => Some(n.value.clone()),
        Value::Length(l) => Some(l.counted.clone()),
        Value::Money(m) => Some(m.exact().value),
        Value::Amount(a) => Some(a.value.clone()),
        _ => None,
    }
}

fn is_less(a: &Outcome, b: &Outcome) -> bool {
    matches!((figure(a), figure(b)), (Some(a), Some(b)) if a < b)
}
