//! From a group of persons to one of them: facts are changed until all that is assumed of the group holds, and both
//! versions are asked again by the interpreter. A group without such a person is not told of.

use crate::concrete::Concrete;
use crate::hashed::Lookup;
use crate::near::count_fits;
use crate::path::{Bounds, Choice, Measure, Path};
use crate::person::{Content, Maker, Person, Slot, stepped};
use crate::reading::{Around, Source};
use crate::split::{Leaf, Space};
use crate::term::{Arena, Shape, Side, Sort, Term, children};
use accord_core::{
    Conversions, Country, Facts, HostFn, Kind, Length, Money, MonthEnd, Number, Outcome, Quality, Unit, Value, ratio,
};
use accord_ir::{Ty, UnitOf};
use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// Months that a record may hold, besides those that are compared with.
const MONTHS: &[i64] = &[0, 1, 6, 12, 24, 60, 120, 180, 240, 300, 360, 480];
/// Amounts with which roundings come apart, in minor units.
const AWKWARD: &[i64] = &[1, 2, 3, 5, 7, 15, 33, 99, 101, 105, 997, 12_345, 33_300, 33_333, 100_003, 100_100, 999_999];
/// Facts are changed so many times for one group.
const MOST_CHANGES: usize = 60;
/// Persons tried for one group.
const MOST_TRIES: u64 = 800;
/// No length that anybody has is as many days, weeks or whatever its unit.
const MOST_UNITS: i64 = 100_000;
/// Figures up to this many coins, months or years are small.
const SMALL: i64 = 8;
/// So many values of one fact are tried.
const MOST_VALUES: usize = 40;

/// A person, with what is known of them.
pub(crate) struct Looked {
    pub(crate) person: Person,
    facts: Facts,
    /// What was evaluated of them.
    memo: RefCell<Lookup<Term, Outcome>>,
    /// Of each thing wanted, where that was asked.
    holds: Vec<bool>,
}

impl Looked {
    fn failing(&self) -> usize {
        self.holds.iter().filter(|held| !**held).count()
    }
}

/// Finds persons.
pub(crate) struct Finder<'s, 'w> {
    pub(crate) space: &'s Space<'w>,
    pub(crate) maker: &'s Maker<'w>,
    /// Persons tried.
    pub(crate) tried: u64,
    /// Persons tried at most for one group.
    pub(crate) most: u64,
    random: u64,
}

impl<'s, 'w> Finder<'s, 'w> {
    pub(crate) fn new(space: &'s Space<'w>, maker: &'s Maker<'w>) -> Finder<'s, 'w> {
        Finder { space, maker, tried: 0, most: u64::MAX, random: 0x9e37_79b9_7f4a_7c15 }
    }

    fn arena(&self) -> &'s Arena {
        &self.space.arena
    }

    pub(crate) fn chance(&mut self, below: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random % (below.max(1) as u64)).unwrap_or(0)
    }

    /// Whether something assumed holds of an evaluated person.
    pub(crate) fn holds(concrete: &mut Concrete<'_>, term: Term, choice: Choice) -> bool {
        let outcome = concrete.eval(term);
        match choice {
            Choice::Yes => outcome.truth() == Some(true),
            Choice::No => outcome.truth() == Some(false),
            Choice::Nothing => outcome == Outcome::Nothing,
            Choice::Value => outcome.rank() == 0,
            Choice::Odd => outcome.rank() > 1,
            Choice::Count(n) => match outcome {
                Outcome::Value(Value::List(list)) => count_fits(n, list.len()),
                _ => false,
            },
        }
    }

    /// A person with what holds of them.
    fn looked_at(&mut self, wanted: &[(Term, Choice)], person: Person) -> Looked {
        self.tried += 1;
        let facts = self.maker.facts(&person);
        let mut concrete = Concrete::new(self.arena(), &facts, &person.args);
        let holds = wanted.iter().map(|(term, choice)| Self::holds(&mut concrete, *term, *choice)).collect();
        let memo = RefCell::new(concrete.into_memo());
        Looked { person, facts, memo, holds }
    }

    /// The person with one fact changed, where more holds of them than before.
    fn improved(
        &mut self,
        wanted: &[(Term, Choice)],
        before: &Looked,
        (slot, content): &(Slot, Content),
    ) -> Option<Looked> {
        self.tried += 1;
        let (arena, readings) = (self.arena(), &self.space.readings);
        let source = &Source::of(self.maker, slot);
        let all = wanted.iter().zip(&before.holds);
        let (read, unread): (Vec<_>, Vec<_>) =
            all.enumerate().partition(|(_, ((term, _), _))| readings.reads(arena, source, *term));
        let failing = before.failing();
        let mut now = unread.iter().filter(|(_, (_, held))| !**held).count();
        if now >= failing {
            return None;
        }
        let person = self.maker.changed(&before.person, slot, content);
        let mut facts = before.facts.clone();
        self.maker.renew(&mut facts, &person, slot);
        let mut concrete =
            Concrete::new(arena, &facts, &person.args).around(Around { memo: &before.memo, source, readings });
        let mut holds = before.holds.clone();
        for (index, ((term, choice), _)) in read {
            let held = Self::holds(&mut concrete, *term, *choice);
            now += usize::from(!held);
            if now >= failing {
                return None;
            }
            if let Some(place) = holds.get_mut(index) {
                *place = held;
            }
        }
        let memo = RefCell::new(concrete.into_memo());
        Some(Looked { person, facts, memo, holds })
    }

    pub(crate) fn fits(&mut self, wanted: &[(Term, Choice)], person: &Person) -> bool {
        self.tried += 1;
        let facts = self.maker.facts(person);
        let mut concrete = Concrete::new(self.arena(), &facts, &person.args);
        wanted.iter().all(|(term, choice)| Self::holds(&mut concrete, *term, *choice))
    }

    /// A person to whom others are near.
    pub(crate) fn at(&self, person: Person) -> Looked {
        let facts = self.maker.facts(&person);
        Looked { person, facts, memo: RefCell::default(), holds: Vec::new() }
    }

    /// What two terms are for a person near one who was looked at, with one fact changed or several; `None` where not
    /// all that is wanted holds.
    pub(crate) fn outcomes(
        &mut self,
        wanted: &[(Term, Choice)],
        near: &Looked,
        (person, changed): (Person, Option<Slot>),
        [old, new]: [Term; 2],
    ) -> Option<(Looked, Outcome, Outcome)> {
        self.tried += 1;
        let facts = match &changed {
            Some(slot) => {
                let mut facts = near.facts.clone();
                self.maker.renew(&mut facts, &person, slot);
                facts
            }
            None => self.maker.facts(&person),
        };
        let source = changed.as_ref().map(|slot| Source::of(self.maker, slot));
        let mut concrete = Concrete::new(self.arena(), &facts, &person.args);
        if let Some(source) = &source {
            concrete = concrete.around(Around { memo: &near.memo, source, readings: &self.space.readings });
        }
        if !wanted.iter().all(|(term, choice)| Self::holds(&mut concrete, *term, *choice)) {
            return None;
        }
        let (before, after) = (concrete.eval(old), concrete.eval(new));
        let memo = RefCell::new(concrete.into_memo());
        Some((Looked { person, facts, memo, holds: Vec::new() }, before, after))
    }

    /// The first of several groups that a person is in.
    pub(crate) fn first_of<'g>(
        &mut self,
        mut groups: impl Iterator<Item = &'g Path>,
        person: &Person,
    ) -> Option<usize> {
        self.tried += 1;
        let facts = self.maker.facts(person);
        let mut concrete = Concrete::new(self.arena(), &facts, &person.args);
        groups.position(|g| g.assumed.iter().all(|(term, choice)| Self::holds(&mut concrete, *term, *choice)))
    }

    /// Groups, those first that lie nearest to a person: of whom the least has to change.
    pub(crate) fn nearest_first<'g>(
        &mut self,
        groups: impl Iterator<Item = &'g Leaf>,
        person: &Person,
    ) -> Vec<&'g Leaf> {
        let facts = self.maker.facts(person);
        let mut concrete = Concrete::new(self.arena(), &facts, &person.args);
        let mut far = |leaf: &Leaf| {
            leaf.path.assumed.iter().filter(|(term, choice)| !Self::holds(&mut concrete, *term, *choice)).count()
        };
        let mut ordered: Vec<(usize, &Leaf)> = groups.map(|leaf| (far(leaf), leaf)).collect();
        ordered.sort_by_key(|(far, _)| *far);
        ordered.into_iter().map(|(_, leaf)| leaf).collect()
    }

    /// A person of whom all of it holds.
    pub(crate) fn find(&mut self, path: &Path, start: &Person) -> Option<Person> {
        let wanted = &path.assumed;
        let until = self.tried + MOST_TRIES;
        let mut now = self.looked_at(wanted, start.clone());
        for round in 0..MOST_CHANGES {
            let Some(index) = now.holds.iter().position(|held| !held) else { return Some(now.person) };
            if self.tried > self.most {
                return None;
            }
            let (term, _) = wanted.get(index).copied()?;
            let changes = self.changes(path, &now, term);
            let mut better = None;
            for change in &changes {
                if self.tried >= until {
                    return None;
                }
                better = self.improved(wanted, &now, change);
                if better.is_some() {
                    break;
                }
            }
            now = match better {
                Some(better) => better,
                None => {
                    // Stuck: one of the changes all the same, then on.
                    let pick = self.chance(changes.len());
                    let (slot, content) = changes.get(pick)?;
                    let changed = self.maker.changed(&now.person, slot, content);
                    let next = self.looked_at(wanted, changed);
                    if round > MOST_CHANGES / 2 && round % 8 == 0 {
                        self.looked_at(wanted, start.clone())
                    } else {
                        next
                    }
                }
            };
        }
        None
    }

    /// What a term reads of a person.
    fn support(&self, term: Term) -> Rc<Vec<Term>> {
        if let Some(known) = self.space.readings.supports.borrow().get(&term) {
            return Rc::clone(known);
        }
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut queue = vec![term];
        while let Some(term) = queue.pop() {
            if !seen.insert(term) {
                continue;
            }
            let shape = self.arena().shape(term);
            match &*shape {
                Shape::Fact(_) | Shape::Given(..) | Shape::Bound(..) => {
                    found.insert(term);
                }
                Shape::Host(HostFn::Field, operands, _) if self.slot(term).is_some() => {
                    found.insert(term);
                    queue.extend(operands.first());
                }
                shape => queue.extend(children(shape)),
            }
        }
        let found = Rc::new(found.into_iter().collect::<Vec<Term>>());
        self.space.readings.supports.borrow_mut().insert(term, Rc::clone(&found));
        found
    }

    /// The slot that a term stands for, where it is a fact.
    pub(crate) fn slot(&self, term: Term) -> Option<Slot> {
        match &*self.arena().shape(term) {
            Shape::Fact(fact) => Some(Slot::Row(*fact as usize, Vec::new())),
            Shape::Bound(n, _) if *n < crate::state::FIRST_VARIABLE => Some(Slot::Argument(*n as usize)),
            Shape::Given(party, name) => match self.arena().known_value(*party)? {
                Value::Country(party) => Some(Slot::Given(party, Arc::clone(name))),
                _ => None,
            },
            Shape::Host(HostFn::Field, operands, _) => {
                let [record, position] = operands.as_slice() else { return None };
                let Some(Value::Number(n)) = self.arena().known_value(*position) else { return None };
                let position: usize = n.value.to_integer().try_into().ok()?;
                if let Some((list, n)) = self.member_of(*record) {
                    let Slot::Row(fact, fields) = self.slot(list)? else { return None };
                    return Some(Slot::Member(fact, fields, n, vec![position]));
                }
                match self.slot(*record)? {
                    Slot::Row(fact, mut fields) => {
                        fields.push(position);
                        Some(Slot::Row(fact, fields))
                    }
                    Slot::Member(fact, fields, n, mut inner) => {
                        inner.push(position);
                        Some(Slot::Member(fact, fields, n, inner))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The list and position of a record that is a member of a list: written so, or the only one.
    fn member_of(&self, record: Term) -> Option<(Term, usize)> {
        match &*self.arena().shape(record) {
            Shape::Element(list, n) => Some((*list, *n as usize)),
            Shape::Bound(n, _) if *n >= crate::state::FIRST_VARIABLE => None,
            Shape::Quantify(accord_ir::Quantifier::TheOnly(_), _, list, None, None) => Some((*list, 0)),
            _ => None,
        }
    }

    /// Changes of a person that may make a condition hold.
    fn changes(&self, path: &Path, of: &Looked, term: Term) -> Vec<(Slot, Content)> {
        let Looked { person, facts, memo, .. } = of;
        let mut changes = Vec::new();
        let arena = self.arena();
        let support = self.support(term);
        // What is said of a word, a yes or a country does not lie near anything.
        let measured = |base: &Term| {
            matches!(arena.sort(*base), Sort::Countries | Sort::Date | Sort::Length | Sort::Number | Sort::Money)
                && self.slot(*base).is_some()
        };
        let near = if support.iter().any(measured) {
            let mut concrete = Concrete::new(arena, facts, &person.args).knowing(memo.take());
            let near = values_in(arena, &mut concrete, term);
            memo.replace(concrete.into_memo());
            near
        } else {
            BTreeMap::new()
        };
        for base in support.iter() {
            let Some(slot) = self.slot(*base) else { continue };
            self.changes_of(path, (*base, term), &slot, person, facts, &near, &mut changes);
        }
        changes
    }

    #[expect(clippy::too_many_arguments, reason = "what a fact may become depends on all of it")]
    fn changes_of(
        &self,
        path: &Path,
        (base, within): (Term, Term),
        slot: &Slot,
        person: &Person,
        facts: &Facts,
        near: &BTreeMap<Sort, BTreeSet<Value>>,
        changes: &mut Vec<(Slot, Content)>,
    ) {
        let mut give = |value: Value| changes.push((slot.clone(), Content::Outcome(Outcome::Value(value))));
        let arena = self.arena();
        match arena.sort(base) {
            Sort::YesNo => [true, false].into_iter().for_each(|yes| give(Value::YesNo(yes))),
            Sort::Member(_) | Sort::Country => {
                if let Some(few) = path.few_of(arena, self.space.world, base) {
                    few.listed.into_iter().take(MOST_VALUES).for_each(&mut give);
                    if few.elsewhere
                        && let Some(country) = self.space.world.elsewhere()
                    {
                        give(Value::Country(country));
                    }
                }
            }
            Sort::Countries => {
                self.sets_near(base, person, facts, near).into_iter().for_each(&mut give);
            }
            Sort::Date => of_sort(near, Sort::Date).take(MOST_VALUES).for_each(&mut give),
            sort @ (Sort::Length | Sort::Number) => {
                self.numbers(path, base, person, slot).into_iter().for_each(&mut give);
                let near = of_sort(near, sort).flat_map(|value| self.in_its_unit(slot, value));
                near.take(MOST_VALUES).for_each(&mut give);
            }
            Sort::Money => {
                self.amounts(path, base, person, slot).into_iter().for_each(&mut give);
                let own = self.maker.ty(slot).and_then(|(ty, party, _)| self.maker_value(&ty, party));
                if let Some(Value::Money(own)) = own {
                    let same = of_sort(near, Sort::Money).filter_map(|v| in_currency(&v, own.currency));
                    let same: BTreeSet<Value> = same.flatten().collect();
                    same.into_iter().take(MOST_VALUES).for_each(&mut give);
                }
            }
            Sort::Periods => self.records(path, person, changes),
            Sort::Record(_) => {
                if let Some((Ty::Record(id), _, optional)) = self.maker.ty(slot) {
                    give(self.maker.record(id));
                    if optional {
                        changes.push((slot.clone(), Content::Outcome(Outcome::Nothing)));
                    }
                }
                return;
            }
            Sort::List(_) => self.lists_near(base, (path, within), (slot, facts, person), changes),
            Sort::Members(_) | Sort::Span | Sort::Other => {}
        }
        if let Some((_, _, true)) = self.maker.ty(slot) {
            changes.push((slot.clone(), Content::Outcome(Outcome::Nothing)));
        }
    }

    /// Values on both sides of what a fact is compared with.
    fn numbers(&self, path: &Path, base: Term, person: &Person, slot: &Slot) -> Vec<Value> {
        let mut values = BTreeSet::new();
        let held = match self.maker.content(person, slot) {
            Some(Content::Outcome(Outcome::Value(value))) => Some(value),
            _ => self.maker.ty(slot).and_then(|(ty, party, _)| self.maker_value(&ty, party)),
        };
        let bounds = [Measure::Of(base), Measure::As(base, Side::Old), Measure::As(base, Side::New)];
        let bounds: Vec<_> = bounds.iter().filter_map(|measure| path.bounds.get(measure)).collect();
        // What an institution states is a whole number; a fact may lie between two of them.
        if !matches!(slot, Slot::Given(..)) {
            values.extend(bounds.iter().filter_map(|bounds| between(bounds)));
        }
        let bounds = bounds.into_iter().flat_map(|b| [&b.low, &b.high]).flatten().map(|(v, _)| v.clone());
        for value in bounds.chain(held) {
            for value in self.in_its_unit(slot, value) {
                for by in [-1, 0, 1, 12] {
                    values.extend(stepped(&value, by));
                }
            }
        }
        values.into_iter().collect()
    }

    /// A value as a fact can hold it: a length in the unit it has to be in.
    fn in_its_unit(&self, slot: &Slot, value: Value) -> Vec<Value> {
        match self.maker.ty(slot) {
            Some((Ty::Length(UnitOf::Fixed(unit)), ..)) => self.converted(value, unit),
            _ => vec![value],
        }
    }

    /// The least length in another unit that reaches a length, as each version converts.
    fn converted(&self, value: Value, unit: Unit) -> Vec<Value> {
        let length = match &value {
            Value::Length(length) if length.unit != unit => length,
            _ => return vec![value],
        };
        let of = |n: i64| Length::new(unit, ratio(n, 1));
        let reached = |conversions: &Conversions| {
            let reaches = |n: i64| conversions.compare(&of(n), length).map(|order| order != Ordering::Less);
            let (mut below, mut at) = (0, MOST_UNITS);
            if !reaches(at)? {
                return None;
            }
            while at - below > 1 {
                let middle = i64::midpoint(below, at);
                if reaches(middle)? { at = middle } else { below = middle }
            }
            Some(Value::Length(of(at)))
        };
        self.space.arena.conversions.iter().filter_map(reached).collect()
    }

    fn maker_value(&self, ty: &Ty, party: Option<Country>) -> Option<Value> {
        match ty {
            Ty::Length(unit) => {
                let (unit, count) = match unit {
                    UnitOf::Fixed(Unit::Days) => (Unit::Days, 3650),
                    UnitOf::Fixed(Unit::Weeks) => (Unit::Weeks, 520),
                    UnitOf::Fixed(Unit::Quarters) => (Unit::Quarters, 40),
                    UnitOf::Fixed(Unit::Years) => (Unit::Years, 10),
                    _ => (Unit::Months, 120),
                };
                Some(Value::Length(Length::new(unit, ratio(count, 1))))
            }
            Ty::Number => Some(Value::whole(1)),
            Ty::Money(of) | Ty::Amount(of) => self.maker.money(of, party, 100_000).value().cloned(),
            _ => None,
        }
    }

    fn amounts(&self, path: &Path, base: Term, person: &Person, slot: &Slot) -> Vec<Value> {
        let mut values = self.numbers(path, base, person, slot);
        let first = values.first().cloned().or_else(|| {
            let (ty, party, _) = self.maker.ty(slot)?;
            self.maker_value(&ty, party)
        });
        if let Some(Value::Money(money)) = first {
            let more = AWKWARD.iter().chain(&[0, 50_000, 100_000, 200_000, 1_000_000]);
            values.extend(more.filter_map(|m| Money::new(money.currency, *m)).map(Value::Money));
        }
        values
    }

    /// Other records: how long each party's is, of what kind, and whether they coincide.
    fn records(&self, path: &Path, person: &Person, changes: &mut Vec<(Slot, Content)>) {
        let mut lengths: BTreeSet<(i64, i64)> = MONTHS.iter().map(|n| (*n, 0)).collect();
        for bounds in path.bounds.values() {
            for (value, _) in [&bounds.low, &bounds.high].into_iter().flatten() {
                if let Some(n) = in_months(value) {
                    lengths.extend(((n - 1).max(0)..=n + 1).map(|n| (n, 0)));
                    // A part of a month may be what it depends on.
                    lengths.extend([(n, 1), (n, 15)]);
                    lengths.extend(if n > 0 { vec![(n - 1, 15), (n - 1, 29)] } else { Vec::new() });
                }
            }
        }
        for party in &self.maker.parties {
            let slot = Slot::Months(*party);
            changes.extend(lengths.iter().map(|(n, days)| (slot.clone(), Content::Months(*n, *days))));
            if let Some(Content::Months(held, _)) = self.maker.content(person, &slot) {
                changes.extend([0, 1, 15, 29].map(|days| (slot.clone(), Content::Months(held, days))));
            }
            for kind in Kind::ALL {
                changes.push((Slot::Kind(*party), Content::Kind(*kind, Quality::Compulsory)));
            }
            changes.push((Slot::Kind(*party), Content::Kind(Kind::Insurance, Quality::Voluntary)));
        }
        changes.push((Slot::Overlap, Content::Flag(true)));
        changes.push((Slot::Overlap, Content::Flag(false)));
    }

    /// The person with small figures in place of those that terms read, an amount and a length in every combination:
    /// with those, roundings go either way.
    pub(crate) fn with_small_figures(&mut self, person: &Person, terms: &[Term]) -> Vec<Person> {
        let (mut amounts, mut lengths) = (BTreeSet::new(), BTreeSet::new());
        for term in terms {
            for base in self.support(*term).iter() {
                let Some(slot) = self.slot(*base) else { continue };
                match self.arena().sort(*base) {
                    Sort::Money => amounts.insert(slot),
                    Sort::Length => lengths.insert(slot),
                    _ => false,
                };
            }
        }
        let small = |slot: &Slot, n: i64| match self.maker.content(person, slot)? {
            Content::Outcome(Outcome::Value(Value::Money(m))) => crate::person::money(m.currency, n),
            Content::Outcome(Outcome::Value(Value::Length(l))) => Some(Value::Length(Length::new(l.unit, ratio(n, 1)))),
            _ => None,
        };
        let mut persons = Vec::new();
        for amount in amounts.iter().take(2) {
            for cents in 1..=SMALL {
                let Some(value) = small(amount, cents) else { continue };
                let poorer = self.maker.changed(person, amount, &Content::Outcome(Outcome::Value(value)));
                for (length, n) in lengths.iter().take(2).flat_map(|l| (1..=SMALL).map(move |n| (l, n))) {
                    let Some(value) = small(length, n) else { continue };
                    persons.push(self.maker.changed(&poorer, length, &Content::Outcome(Outcome::Value(value))));
                }
                persons.push(poorer);
            }
        }
        persons
    }

    /// What the facts of a person and of institutions that terms read may become, the record left as it is.
    pub(crate) fn options(&mut self, path: &Path, person: &Person, terms: &[Term]) -> BTreeMap<Slot, Vec<Content>> {
        let near = self.at(person.clone());
        let mut options: BTreeMap<Slot, Vec<Content>> = BTreeMap::new();
        for (slot, content) in terms.iter().flat_map(|term| self.changes(path, &near, *term)) {
            if matches!(slot, Slot::Given(..) | Slot::Row(..)) {
                options.entry(slot).or_default().push(content);
            }
        }
        options
    }

    /// A person with several facts changed at once, most of them those of institutions: amounts that are compared with
    /// sums of others seldom show anything one by one.
    pub(crate) fn varied(&mut self, person: &Person, options: &BTreeMap<Slot, Vec<Content>>) -> Person {
        let mut varied = person.clone();
        for (slot, contents) in options {
            let odds = if matches!(slot, Slot::Given(..)) { 2 } else { 10 };
            if self.chance(odds) == 0
                && let Some(content) = contents.get(self.chance(contents.len()))
            {
                varied = self.maker.changed(&varied, slot, content);
            }
        }
        varied
    }

    /// Other values of one fact that a term reads, picked by chance.
    pub(crate) fn another(&mut self, path: &Path, person: &Person, terms: &[Term]) -> Option<Person> {
        let person = self.at(person.clone());
        self.another_of(path, &person, terms).map(|(person, _)| person)
    }

    /// The same, with the fact that was changed, where it is one.
    pub(crate) fn another_of(&mut self, path: &Path, of: &Looked, terms: &[Term]) -> Option<(Person, Option<Slot>)> {
        let pick = self.chance(terms.len());
        let term = *terms.get(pick)?;
        let changes = self.changes(path, of, term);
        // Now and then a record whose periods coincide, of kinds that differ: one change alone seldom shows anything.
        if self.chance(3) == 0 && changes.iter().any(|(slot, _)| *slot == Slot::Overlap) {
            return self.mixed(&of.person, terms).map(|person| (person, None));
        }
        let pick = self.chance(changes.len());
        let (slot, content) = changes.get(pick)?;
        Some((self.maker.changed(&of.person, slot, content), Some(slot.clone())))
    }
}

/// Values that a condition compares, and those beside them.
fn values_in(arena: &Arena, concrete: &mut Concrete<'_>, term: Term) -> BTreeMap<Sort, BTreeSet<Value>> {
    let mut values: BTreeMap<Sort, BTreeSet<Value>> = BTreeMap::new();
    let mut lengths: BTreeSet<Length> = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut queue = vec![term];
    while let Some(term) = queue.pop() {
        if !seen.insert(term) || seen.len() > 400 {
            continue;
        }
        let sort = arena.sort(term);
        if matches!(sort, Sort::Date | Sort::Length | Sort::Number | Sort::Money)
            && arena.free(term) <= crate::state::FIRST_VARIABLE
            && let Outcome::Value(value) = concrete.eval(term)
        {
            if sort == Sort::Money {
                values.entry(sort).or_default().insert(value);
            } else {
                let beside = [-1, 0, 1].into_iter().filter_map(|by| stepped(&value, by));
                values.entry(sort).or_default().extend(beside);
            }
        }
        if sort == Sort::Length
            && let Some(Value::Length(length)) = arena.known_value(term)
        {
            lengths.insert(length);
        }
        if sort == Sort::Country
            && let Some(country) = arena.known_value(term)
        {
            values.entry(sort).or_default().insert(country);
        }
        queue.extend(children(&arena.shape(term)));
    }
    if let Some(days) = values.get_mut(&Sort::Date) {
        let later: Vec<Value> =
            lengths.iter().take(4).flat_map(|by| days.iter().filter_map(|d| later(d, by))).collect();
        days.extend(later.iter().flat_map(|day| [-1, 0, 1].into_iter().filter_map(|by| stepped(day, by))));
    }
    values
}

/// The day that lies so much after another.
fn later(day: &Value, by: &Length) -> Option<Value> {
    let Value::Date(day) = day else { return None };
    let counted: i64 = by.counted.to_integer().try_into().ok()?;
    Some(Value::Date(match by.unit {
        Unit::Years => day.add_months(counted.checked_mul(12)?, MonthEnd::LastDay)?,
        Unit::Quarters => day.add_months(counted.checked_mul(3)?, MonthEnd::LastDay)?,
        Unit::Months => day.add_months(counted, MonthEnd::LastDay)?,
        Unit::Weeks => day.add_days(counted.checked_mul(7)?)?,
        Unit::Days => day.add_days(counted)?,
        _ => return None,
    }))
}

/// A figure in whole coins of a currency, and the coins beside it.
fn in_currency(value: &Value, currency: accord_core::Currency) -> Option<Vec<Value>> {
    let (of, major) = match value {
        Value::Money(m) => (m.currency, m.exact().value),
        Value::Amount(a) => (a.currency, a.value.clone()),
        _ => return None,
    };
    let major = if of == currency { major } else { major / crate::person::rate() };
    let scale = (0..currency.decimals()).fold(accord_core::ratio(1, 1), |s, _| s * accord_core::ratio(10, 1));
    let minor: i64 = (major * scale).floor().to_integer().try_into().ok()?;
    let beside = [minor.checked_sub(1)?, minor, minor.checked_add(1)?, minor.checked_add(2)?];
    Some(beside.into_iter().filter_map(|m| crate::person::money(currency, m)).collect())
}

pub(crate) fn of_sort(values: &BTreeMap<Sort, BTreeSet<Value>>, sort: Sort) -> impl Iterator<Item = Value> {
    values.get(&sort).into_iter().flatten().cloned()
}

/// What lies half way between two bounds.
fn between(bounds: &Bounds) -> Option<Value> {
    let (Some((low, _)), Some((high, _))) = (&bounds.low, &bounds.high) else { return None };
    let half = ratio(1, 2);
    match (low, high) {
        (Value::Number(a), Value::Number(b)) => Some(Value::Number(Number::new((&a.value + &b.value) * half))),
        (Value::Length(a), Value::Length(b)) if a.unit == b.unit => {
            Some(Value::Length(Length::new(a.unit, (&a.counted + &b.counted) * half)))
        }
        _ => None,
    }
}

/// A length in whole months, where it is one.
fn in_months(value: &Value) -> Option<i64> {
    let Value::Length(length) = value else { return None };
    let factor = match length.unit {
        Unit::Years => 12,
        Unit::Quarters => 3,
        Unit::Months => 1,
        _ => return None,
    };
    let whole: i64 = length.counted.to_integer().try_into().ok()?;
    Some(whole * factor)
}
