//! Small worlds: a few values for each fact, and every person that can be made of them.

use accord_core::{
    Country, Currency, Date, DatedIn, Facts, Kind, Length, Money, Outcome, Periods, Piece, Quality, Unit, Value, ratio,
};
use accord_ir::{Program, RecordId, Ty};
use std::sync::Arc;

/// A value of a fact, as a person would write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Yes(bool),
    Months(i64),
    /// Months and halves of them, counted in halves.
    Halves(i64),
    Years(i64),
    Cents(i64),
    Word(&'static str),
    State(&'static str),
    States(&'static [&'static str]),
    Day(i32, i32, i32),
    /// Periods: so many months in the first party, so many in the second.
    Record(i64, i64),
    /// Records with one field, by a word of each.
    Rows(&'static [&'static str]),
    Nothing,
}

/// A fact, or a field of one, with the values it may have: `insured`, `claim.benefit`.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) fact: &'static str,
    pub(crate) values: Vec<Held>,
}

/// One person of a small world.
#[derive(Clone, Debug)]
pub(crate) struct Somebody<'a> {
    axes: &'a [Axis],
    held: Vec<Held>,
}

pub(crate) fn axis(fact: &'static str, values: impl IntoIterator<Item = Held>) -> Axis {
    Axis { fact, values: values.into_iter().collect() }
}

/// A fact that is yes or no.
pub(crate) fn either(fact: &'static str) -> Axis {
    axis(fact, [Held::Yes(true), Held::Yes(false)])
}

/// How many persons there are.
pub(crate) fn count(axes: &[Axis]) -> usize {
    axes.iter().map(|a| a.values.len()).product()
}

/// The person of a number.
pub(crate) fn person(axes: &[Axis], mut number: usize) -> Somebody<'_> {
    let mut held = Vec::with_capacity(axes.len());
    for axis in axes {
        held.push(axis.values[number % axis.values.len()]);
        number /= axis.values.len();
    }
    Somebody { axes, held }
}

impl<'a> Somebody<'a> {
    pub(crate) fn of(axes: &'a [Axis], held: Vec<Held>) -> Somebody<'a> {
        Somebody { axes, held }
    }

    pub(crate) fn held(&self, fact: &str) -> Held {
        let at = self.axes.iter().position(|a| a.fact == fact);
        self.held[at.unwrap_or_else(|| panic!("no axis {fact}"))]
    }

    /// A count: of months, halves, years, cents.
    pub(crate) fn n(&self, fact: &str) -> i64 {
        match self.held(fact) {
            Held::Months(n) | Held::Halves(n) | Held::Years(n) | Held::Cents(n) => n,
            other => panic!("{fact} is {other:?}"),
        }
    }

    pub(crate) fn yes(&self, fact: &str) -> bool {
        self.held(fact) == Held::Yes(true)
    }

    /// Whether a fact is one of these words or States.
    pub(crate) fn is(&self, fact: &str, words: &[&str]) -> bool {
        match self.held(fact) {
            Held::Word(word) | Held::State(word) => words.contains(&word),
            _ => false,
        }
    }

    pub(crate) fn said(&self) -> String {
        let each = self.axes.iter().zip(&self.held).map(|(a, h)| format!("{} {h:?}", a.fact));
        each.collect::<Vec<String>>().join(", ")
    }

    /// The person as a program holds one.
    pub(crate) fn facts(&self, program: &Program) -> Facts {
        let mut row = Vec::new();
        for def in &program.facts {
            let own = self.axes.iter().position(|a| a.fact == def.name);
            row.push(match (own, &def.ty) {
                (Some(at), ty) => outcome(program, ty, self.held[at]),
                (None, Ty::Record(id)) => Outcome::Value(self.record(program, *id, &def.name)),
                (None, _) => Outcome::missing(&def.name),
            });
        }
        let mut facts = Facts::new(row);
        for (axis, held) in self.axes.iter().zip(&self.held) {
            let Some((party, name)) = axis.fact.split_once(':') else { continue };
            let def = program.given.iter().find(|g| g.name == name).expect("a fact of a legislation");
            facts.give(state(party), name, outcome(program, &def.ty, *held));
        }
        facts
    }

    fn record(&self, program: &Program, id: RecordId, of: &str) -> Value {
        let def = program.record(id).expect("a record");
        let field = |(name, ty): &(String, Ty)| {
            let path = format!("{of}.{name}");
            match self.axes.iter().position(|a| a.fact == path) {
                Some(at) => outcome(program, ty, self.held[at]),
                None => Outcome::missing(&path),
            }
        };
        Value::Record(Arc::new(def.fields.iter().map(field).collect()))
    }
}

fn state(code: &str) -> Country {
    Country::parse(code).expect("a State")
}

fn length(unit: Unit, n: i64, d: i64) -> Outcome {
    Outcome::Value(Value::Length(Length::new(unit, ratio(n, d))))
}

fn member(program: &Program, ty: &Ty, word: &str) -> Value {
    let Ty::Member(id) = ty else { panic!("{word} is not a word of {ty:?}") };
    let members = &program.enumeration(*id).expect("words").members;
    let at = members.iter().position(|m| m == word).unwrap_or_else(|| panic!("no word {word}"));
    Value::Member(*id, u16::try_from(at).expect("few words"))
}

fn outcome(program: &Program, ty: &Ty, held: Held) -> Outcome {
    let value = match held {
        Held::Yes(yes) => Value::YesNo(yes),
        Held::Months(n) => return length(Unit::Months, n, 1),
        Held::Halves(n) => return length(Unit::Months, n, 2),
        Held::Years(n) => return length(Unit::Years, n, 1),
        Held::Cents(n) => Value::Money(Money::new(Currency::EURO, n).expect("an amount")),
        Held::Word(word) => member(program, ty, word),
        Held::State(code) => Value::Country(state(code)),
        Held::States(codes) => Value::countries(codes.iter().map(|c| state(c))),
        Held::Day(y, m, d) => Value::Date(Date::from_ymd(y, m, d).expect("a day")),
        Held::Record(first, second) => Value::Periods(Arc::new(record_of(program, first, second))),
        Held::Rows(words) => {
            let Ty::List(inner) = ty else { panic!("{ty:?} is no list") };
            let Ty::Record(id) = **inner else { panic!("{ty:?} is no list of records") };
            let (_, field) = &program.record(id).expect("a record").fields[0];
            let row = |w: &&str| Value::Record(Arc::new(vec![Outcome::Value(member(program, field, w))]));
            Value::List(words.iter().map(row).collect())
        }
        Held::Nothing => return Outcome::Nothing,
    };
    Outcome::Value(value)
}

/// Whole months, the second party's up to the end of 2024, the first party's before them.
fn record_of(program: &Program, first: i64, second: i64) -> Periods {
    let parties: Vec<Country> = program.parties.iter().map(|p| p.country).collect();
    let mut end = Date::from_ymd(2024, 12, 31).expect("a day");
    let mut pieces = Vec::new();
    for (party, months) in [(parties[1], second), (parties[0], first)] {
        let after = end.add_days(1).expect("a day");
        let begin = after.add_months(-months, accord_core::MonthEnd::LastDay).expect("a day");
        pieces.extend(Piece::dated(party, Kind::Insurance, Quality::Compulsory, begin, end));
        end = begin.add_days(-1).expect("a day");
    }
    Periods::record(pieces).counted_in(DatedIn::Runs)
}
