//! A person: facts in the words of the world, made ordinary, and changed one fact at a time.

use crate::world::World;
use accord_core::{
    Country, Currency, Date, DatedIn, Facts, GivenKey, Grain, Kind, Length, Mode, Money, Number, Outcome, Periods,
    Piece, Quality, Rounding, Unit, Value, ratio,
};
use accord_ir::{CurrencyOf, PartyKey, Program, RecordId, Ty, UnitOf};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A fact that can be changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Slot {
    /// A fact of the row, or a field in it: positions of fields, one within the other.
    Row(usize, Vec<usize>),
    /// A field of a member of a list of records: the list, the member, the field.
    Member(usize, Vec<usize>, usize, Vec<usize>),
    /// A fact of a legislation.
    Given(Country, Arc<str>),
    /// An argument.
    Argument(usize),
    /// How long a party's record is.
    Months(Country),
    /// Of which kind and quality they are.
    Kind(Country),
    /// Whether the periods of the parties coincide.
    Overlap,
}

/// What a slot holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Content {
    Outcome(Outcome),
    /// Whole months, and days beyond them.
    Months(i64, i64),
    Kind(Kind, Quality),
    Flag(bool),
}

/// A person with the arguments a decision is asked with.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) contents: BTreeMap<Slot, Content>,
    /// Lists of records: how many members each has.
    pub(crate) args: Vec<Value>,
}

/// How persons of a world are made.
pub(crate) struct Maker<'w> {
    pub(crate) world: &'w World,
    currencies: BTreeMap<Country, Currency>,
    /// In which amounts of several parties are compared.
    common: Currency,
    /// Countries whose records and facts are made.
    pub(crate) parties: Vec<Country>,
    claim_event: Option<(usize, usize)>,
    pub(crate) periods: Option<usize>,
}

/// The day from which made-up records are laid out where the claim has no event.
fn some_day(year: i32, month: i32, day: i32) -> Date {
    Date::from_ymd(year, month, day).or_else(|| Date::from_day_number(0)).unwrap_or(Date::MIN)
}

impl<'w> Maker<'w> {
    pub(crate) fn new(world: &'w World, programs: [&Program; 2], parties: Vec<Country>) -> Maker<'w> {
        let mut currencies = BTreeMap::new();
        for program in programs {
            for party in &world.parties {
                currencies.entry(*party).or_insert_with(|| accord_ir::currency(program, *party));
            }
        }
        let claim = world.facts.iter().position(|f| f.name == "claim");
        let event = claim.and_then(|at| match world.facts.get(at).map(|f| &f.ty) {
            Some(Ty::Record(id)) => world.records.get(usize::from(id.0))?.fields.iter().position(|(n, _)| n == "event"),
            _ => None,
        });
        let periods = world.facts.iter().position(|f| f.ty == Ty::Periods);
        let common = programs.iter().find_map(|p| p.common_currency).unwrap_or(Currency::EURO);
        Maker { world, currencies, common, parties, claim_event: claim.zip(event), periods }
    }

    /// An ordinary person: employed, national and resident of the first party, no family link, no overlap, born so as
    /// to be of pensionable age, with ten years in each party.
    pub(crate) fn ordinary(&self, args: Vec<Value>) -> Person {
        let mut contents = BTreeMap::new();
        for (at, fact) in self.world.facts.iter().enumerate() {
            if fact.ty == Ty::Periods {
                for party in &self.parties {
                    contents.insert(Slot::Months(*party), Content::Months(120, 0));
                }
                continue;
            }
            let ty = fact.ty.clone();
            let outcome = if fact.optional { Outcome::Nothing } else { self.value(&ty, &fact.name, None) };
            contents.insert(Slot::Row(at, Vec::new()), Content::Outcome(outcome));
        }
        for given in &self.world.given {
            let parties = given.party.map_or_else(|| self.parties.clone(), |p| vec![p]);
            for party in parties {
                let outcome =
                    if given.optional { Outcome::Nothing } else { self.value(&given.ty, &given.name, Some(party)) };
                contents.insert(Slot::Given(party, Arc::from(given.name.as_str())), Content::Outcome(outcome));
            }
        }
        Person { contents, args }
    }

    fn value(&self, ty: &Ty, name: &str, party: Option<Country>) -> Outcome {
        let first = self.parties.first().copied();
        let value = match ty {
            Ty::YesNo => Value::YesNo(matches!(
                name,
                "normal_employer"
                    | "determined_work"
                    | "active_there"
                    | "insured_before"
                    | "entitled"
                    | "entitled_alone"
                    | "entitled_without"
            )),
            Ty::Number => Value::whole(1),
            Ty::Country => match first {
                Some(first) => Value::Country(first),
                None => return Outcome::Nothing,
            },
            Ty::Member(id) => {
                let wanted = ["old_age.pension", "old_age", "employee", "contributory", "granted", "national"];
                let def = self.world.enums.get(usize::from(id.0));
                let at = def.and_then(|e| wanted.iter().find_map(|w| e.members.iter().position(|m| m == w)));
                Value::Member(*id, u16::try_from(at.unwrap_or(0)).unwrap_or(0))
            }
            Ty::Set(inner) => match (&**inner, first) {
                (Ty::Country, Some(first)) => Value::countries([first]),
                _ => Value::Set(BTreeSet::new()),
            },
            Ty::List(inner) => match &**inner {
                Ty::Record(_) if name == "activities" => {
                    Value::List(self.value(inner, name, party).value().cloned().into_iter().collect())
                }
                _ => Value::List(Vec::new()),
            },
            Ty::Date => Value::Date(match name {
                "born" | "insured_born" => some_day(1960, 1, 1),
                "event" | "start" | "made_on" => some_day(2025, 2, 1),
                "first" => some_day(2025, 1, 1),
                "foreseen" | "until" | "last" => some_day(2025, 6, 30),
                _ => some_day(2025, 3, 1),
            }),
            Ty::Length(of) => {
                let unit = match of {
                    UnitOf::Fixed(unit) => *unit,
                    UnitOf::Of(_) | UnitOf::Any => Unit::Months,
                };
                Value::Length(Length::new(unit, ratio(12, 1)))
            }
            // Different figures, so that one is not taken for another.
            Ty::Money(of) | Ty::Amount(of) => {
                let some: i64 = name.bytes().map(i64::from).sum::<i64>() % 9;
                return self.money(of, party, 40_000 + 10_000 * some);
            }
            Ty::Periods => Value::Periods(Arc::new(Periods::record([]))),
            Ty::Rounding => Value::Rounding(cents(self.currency(party))),
            Ty::Unit => Value::Unit(Unit::Months),
            Ty::Text => Value::text("the employer"),
            Ty::Record(id) => self.record(*id),
            Ty::Span | Ty::Order | Ty::Ties | Ty::Never | Ty::Error => return Outcome::Nothing,
        };
        Outcome::Value(value)
    }

    /// An ordinary argument: the first party, an ordinary day.
    pub(crate) fn argument(&self, ty: &Ty) -> Value {
        self.value(ty, "day", None).value().cloned().unwrap_or(Value::YesNo(false))
    }

    fn currency(&self, party: Option<Country>) -> Currency {
        party.and_then(|p| self.currencies.get(&p).copied()).unwrap_or(Currency::EURO)
    }

    /// Money of so many minor units.
    pub(crate) fn money(&self, of: &CurrencyOf, party: Option<Country>, minor: i64) -> Outcome {
        let currency = match of {
            CurrencyOf::Fixed(currency) => *currency,
            CurrencyOf::Of(PartyKey::Const(party)) => self.currency(Some(*party)),
            CurrencyOf::Of(PartyKey::Var(..) | PartyKey::Unknown(_)) | CurrencyOf::Common | CurrencyOf::Any => {
                self.currency(party)
            }
        };
        Money::new(currency, minor).map_or(Outcome::Nothing, |m| Outcome::Value(Value::Money(m)))
    }

    /// A record with every field as ordinary as can be.
    pub(crate) fn record(&self, id: RecordId) -> Value {
        let Some(def) = self.world.records.get(usize::from(id.0)) else { return Value::Record(Arc::new(Vec::new())) };
        let field = |(position, (name, ty)): (usize, &(String, Ty))| {
            if def.optional.get(position).copied().unwrap_or(true) {
                Outcome::Nothing
            } else {
                self.value(ty, name, None)
            }
        };
        Value::Record(Arc::new(def.fields.iter().enumerate().map(field).collect()))
    }

    /// The type of what a slot holds, with the party whose figure it is.
    pub(crate) fn ty(&self, slot: &Slot) -> Option<(Ty, Option<Country>, bool)> {
        match slot {
            Slot::Row(fact, fields) => {
                let def = self.world.facts.get(*fact)?;
                let (ty, optional) = self.field_ty(&def.ty, def.optional, fields)?;
                Some((ty, None, optional))
            }
            Slot::Member(fact, fields, _, inner) => {
                let def = self.world.facts.get(*fact)?;
                let (ty, _) = self.field_ty(&def.ty, def.optional, fields)?;
                let Ty::List(member) = ty else { return None };
                let (ty, optional) = self.field_ty(&member, false, inner)?;
                Some((ty, None, optional))
            }
            Slot::Given(party, name) => {
                let fits = |g: &&accord_ir::GivenDef| *g.name == **name && g.party.is_none_or(|p| p == *party);
                let def = self.world.given.iter().find(fits)?;
                Some((def.ty.clone(), Some(*party), def.optional))
            }
            Slot::Argument(_) | Slot::Months(_) | Slot::Kind(_) | Slot::Overlap => None,
        }
    }

    fn field_ty(&self, ty: &Ty, optional: bool, fields: &[usize]) -> Option<(Ty, bool)> {
        let Some((first, rest)) = fields.split_first() else { return Some((ty.clone(), optional)) };
        let Ty::Record(id) = ty else { return None };
        let def = self.world.records.get(usize::from(id.0))?;
        let (_, inner) = def.fields.get(*first)?;
        self.field_ty(inner, def.optional.get(*first).copied().unwrap_or(true), rest)
    }

    /// The facts of a person.
    pub(crate) fn facts(&self, person: &Person) -> Facts {
        let row = (0..self.world.facts.len()).map(|fact| self.fact(person, fact)).collect();
        let mut facts = Facts { row, ..Facts::default() };
        self.lay_out_periods(&mut facts, person);
        facts.optional =
            self.world.given.iter().filter(|g| g.optional).map(|g| (g.party, Arc::from(g.name.as_str()))).collect();
        for (slot, content) in &person.contents {
            if let (Slot::Given(party, name), Content::Outcome(outcome)) = (slot, content)
                && *outcome != Outcome::Nothing
            {
                facts.given.insert(GivenKey { party: *party, name: Arc::clone(name) }, outcome.clone());
            }
        }
        for from in self.currencies.values().filter(|c| **c != self.common) {
            facts.set_rate(*from, self.common, rate());
        }
        facts
    }

    /// A fact of the row. The whole comes before the fields in it, by the order of slots.
    fn fact(&self, person: &Person, fact: usize) -> Outcome {
        let mut outcome_of = Outcome::Nothing;
        let ty = self.world.facts.get(fact).map(|f| &f.ty);
        let rows = person.contents.range(Slot::Row(fact, Vec::new())..Slot::Row(fact + 1, Vec::new()));
        for (slot, content) in rows {
            if let (Slot::Row(_, fields), Content::Outcome(outcome)) = (slot, content) {
                self.put(&mut outcome_of, ty, fields, outcome);
            }
        }
        let member = |fact: usize| Slot::Member(fact, Vec::new(), 0, Vec::new());
        for (slot, content) in person.contents.range(member(fact)..member(fact + 1)) {
            if let (Slot::Member(_, fields, n, inner), Content::Outcome(outcome)) = (slot, content) {
                self.put_member(&mut outcome_of, fact, fields, *n, inner, outcome);
            }
        }
        outcome_of
    }

    /// Whether the periods of a person coincide. Terms leave out of account what such a record has that cannot be
    /// counted.
    pub(crate) fn has_overlap(person: &Person) -> bool {
        person.contents.get(&Slot::Overlap) == Some(&Content::Flag(true))
    }

    /// Whether the record of periods is laid out by a fact.
    pub(crate) fn lays_out_periods(&self, fact: usize) -> bool {
        self.claim_event.is_some_and(|(claim, _)| claim == fact)
    }

    fn lay_out_periods(&self, facts: &mut Facts, person: &Person) {
        let Some(at) = self.periods else { return };
        let record = self.periods_of(person, &facts.row);
        if let Some(place) = facts.row.get_mut(at) {
            *place = Outcome::Value(Value::Periods(Arc::new(record)));
        }
    }

    /// Brings the facts of a person up to date with one slot filled otherwise.
    pub(crate) fn renew(&self, facts: &mut Facts, changed: &Person, slot: &Slot) {
        match slot {
            Slot::Row(fact, _) | Slot::Member(fact, ..) => {
                if self.periods != Some(*fact) {
                    let outcome = self.fact(changed, *fact);
                    if let Some(place) = facts.row.get_mut(*fact) {
                        *place = outcome;
                    }
                }
                if self.lays_out_periods(*fact) {
                    self.lay_out_periods(facts, changed);
                }
            }
            Slot::Given(party, name) => {
                let key = GivenKey { party: *party, name: Arc::clone(name) };
                match changed.contents.get(slot) {
                    Some(Content::Outcome(outcome)) if *outcome != Outcome::Nothing => {
                        facts.given.insert(key, outcome.clone());
                    }
                    _ => {
                        facts.given.remove(&key);
                    }
                }
            }
            Slot::Argument(_) => {}
            Slot::Months(_) | Slot::Kind(_) | Slot::Overlap => self.lay_out_periods(facts, changed),
        }
    }

    /// Puts an outcome into a field; what the field stands in is made where it was not there.
    fn put(&self, place: &mut Outcome, ty: Option<&Ty>, fields: &[usize], outcome: &Outcome) {
        let Some((first, rest)) = fields.split_first() else {
            *place = outcome.clone();
            return;
        };
        let Some(Ty::Record(id)) = ty else { return };
        if place.value().is_none() {
            *place = Outcome::Value(self.record(*id));
        }
        let inner = self.world.records.get(usize::from(id.0)).and_then(|d| d.fields.get(*first)).map(|(_, ty)| ty);
        if let Outcome::Value(Value::Record(record)) = place
            && let Some(field) = Arc::make_mut(record).get_mut(*first)
        {
            self.put(field, inner, rest, outcome);
        }
    }

    fn put_member(
        &self,
        place: &mut Outcome,
        fact: usize,
        fields: &[usize],
        n: usize,
        inner: &[usize],
        outcome: &Outcome,
    ) {
        let Some(def) = self.world.facts.get(fact) else { return };
        let Some((Ty::List(member), _)) = self.field_ty(&def.ty, false, fields) else { return };
        let mut list = match read(place, fields) {
            Some(Outcome::Value(Value::List(list))) => list,
            _ => return,
        };
        let Some(value) = list.get_mut(n) else { return };
        let mut held = Outcome::Value(value.clone());
        self.put(&mut held, Some(&member), inner, outcome);
        if let Outcome::Value(changed) = held {
            *value = changed;
        }
        self.put(place, Some(&def.ty), fields, &Outcome::Value(Value::List(list)));
    }

    /// The record of a person: one period of each party, one after the other, the last one up to the day before the event.
    fn periods_of(&self, person: &Person, row: &[Outcome]) -> Periods {
        let event = self.claim_event.and_then(|(claim, event)| match read(row.get(claim)?, &[event]) {
            Some(Outcome::Value(Value::Date(day))) => Some(day),
            _ => None,
        });
        let last = event.and_then(|d| d.add_days(-1)).unwrap_or_else(|| some_day(2024, 12, 31));
        let overlap = Maker::has_overlap(person);
        let mut end = last;
        let mut pieces = Vec::new();
        for party in self.parties.iter().rev() {
            let (months, days) = match person.contents.get(&Slot::Months(*party)) {
                Some(Content::Months(months, days)) => (*months, *days),
                _ => (0, 0),
            };
            if months <= 0 && days <= 0 {
                continue;
            }
            let (kind, quality) = match person.contents.get(&Slot::Kind(*party)) {
                Some(Content::Kind(kind, quality)) => (*kind, *quality),
                _ => (Kind::Insurance, Quality::Compulsory),
            };
            let after = end.add_days(1).unwrap_or(end);
            let first = after
                .add_months(-months, accord_core::MonthEnd::LastDay)
                .and_then(|d| d.add_days(-days))
                .unwrap_or(end);
            pieces.extend(Piece::dated(*party, kind, quality, first, end));
            if !overlap {
                end = first.add_days(-1).unwrap_or(first);
            }
        }
        Periods::record(pieces).counted_in(DatedIn::Runs)
    }

    /// What a slot holds now.
    pub(crate) fn content(&self, person: &Person, slot: &Slot) -> Option<Content> {
        if let Some(content) = person.contents.get(slot) {
            return Some(content.clone());
        }
        match slot {
            Slot::Row(fact, fields) => read(&self.fact(person, *fact), fields).map(Content::Outcome),
            Slot::Argument(n) => person.args.get(*n).cloned().map(|v| Content::Outcome(Outcome::Value(v))),
            Slot::Months(_) => Some(Content::Months(0, 0)),
            Slot::Kind(_) => Some(Content::Kind(Kind::Insurance, Quality::Compulsory)),
            Slot::Overlap => Some(Content::Flag(false)),
            Slot::Member(..) | Slot::Given(..) => None,
        }
    }

    /// The person with one fact changed.
    pub(crate) fn changed(&self, person: &Person, slot: &Slot, content: &Content) -> Person {
        let mut changed = person.clone();
        if let (Slot::Argument(n), Content::Outcome(Outcome::Value(value))) = (slot, content) {
            if let Some(arg) = changed.args.get_mut(*n) {
                *arg = value.clone();
            }
            return changed;
        }
        if let (Slot::Row(fact, fields), Content::Outcome(Outcome::Nothing)) = (slot, content) {
            // What is not there has no fields.
            let inside = |other: &Slot| match other {
                Slot::Row(f, inner) => f == fact && inner.len() > fields.len() && inner.starts_with(fields),
                Slot::Member(f, inner, ..) => f == fact && inner.starts_with(fields),
                _ => false,
            };
            changed.contents.retain(|other, _| !inside(other));
        }
        changed.contents.insert(slot.clone(), content.clone());
        changed
    }
}

/// What one unit of a currency is in that of comparison: so that coins of one are not coins of the other.
pub(crate) fn rate() -> accord_core::Ratio {
    ratio(5, 4)
}

/// Rounding half up to the smallest coin.
fn cents(currency: Currency) -> Rounding {
    let coin = (0..currency.decimals()).fold(ratio(1, 1), |coin, _| coin / ratio(10, 1));
    Rounding { mode: Mode::HalfUp, grain: Grain::Money(currency, coin) }
}

/// A field, one within the other.
pub(crate) fn read(outcome: &Outcome, fields: &[usize]) -> Option<Outcome> {
    let Some((first, rest)) = fields.split_first() else { return Some(outcome.clone()) };
    match outcome {
        Outcome::Value(Value::Record(record)) => read(record.get(*first)?, rest),
        other => Some(other.clone()),
    }
}

/// An amount as an institution states one: not below zero.
pub(crate) fn money(currency: Currency, minor: i64) -> Option<Value> {
    if minor < 0 { None } else { Money::new(currency, minor).map(Value::Money) }
}

/// A number as money, a length or a number: what bounds of a kind of value are stepped by.
pub(crate) fn stepped(value: &Value, by: i64) -> Option<Value> {
    match value {
        Value::Date(day) => day.add_days(by).map(Value::Date),
        Value::Number(n) => Some(Value::Number(Number::new(&n.value + ratio(by, 1)))),
        // As an institution writes it: without what a conversion left over.
        Value::Length(l) => {
            let count = &l.counted + ratio(by, 1);
            (count >= ratio(0, 1)).then(|| Value::Length(Length::new(l.unit, count)))
        }
        Value::Money(m) => money(m.currency, m.minor.checked_add(by)?),
        _ => None,
    }
}
