//! What an expression is in native code: its outcome as a tag, and the parts of its value.

use super::number::Exact;
use super::periods::{Career, Selection};
use super::tag::Tag;
use super::word::{Bit, Code, Word};
use accord_core::{Currency, EnumId, Unit, Value};
use cranelift_codegen::ir::condcodes::IntCC;
use std::rc::Rc;

/// The bit of a set of countries that says that others are in it, beside the parties of the shape.
pub(super) const OTHERS: i64 = i64::MIN;

/// The parts of a value. They mean nothing where the tag is not that of a value.
#[derive(Clone, Debug)]
pub(super) enum Data {
    /// A value native code does not know: whatever needs it is left to the general evaluator.
    Void,
    /// Never yes where the tag is not that of a value.
    YesNo(Bit),
    /// A number, and above and below the line as it was written.
    Number(Exact, Option<(Exact, Exact)>),
    /// An amount in minor units.
    Amount(Currency, Exact),
    /// A length: what counts, and what it exactly is.
    Length(Unit, Exact, Exact),
    /// A whole length in a unit that is known only when it runs, by its position.
    AnyLength(Word, Word),
    Date(Word),
    Span(Word, Word),
    /// As [`accord_core::columns::Part::Values`].
    Country(Word),
    Member(EnumId, Word),
    /// As [`accord_core::columns::Part::Values`].
    Parties(Word),
    Members(EnumId, Word),
    Periods(Rc<Career>),
    /// A record among the facts: the number of the fact, then positions of fields.
    Record(Rc<[usize]>),
    /// A list of records in a column.
    List(usize),
    /// A record of such a list, by its place among those of all rows.
    Item(usize, Word),
    /// Any other constant.
    Known(Value),
}

/// What a value is known by: two with one key are the same when it runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Known(Value),
    Words(u8, Vec<Word>),
    YesNo(Bit),
    Member(EnumId, Word),
    Record(Vec<usize>),
    Career(Box<(Selection, Vec<Bit>, Option<usize>, Word)>),
}

impl Data {
    /// What the value is known by, where it has such a key.
    pub fn key(&self) -> Option<Key> {
        Some(match self {
            Data::Known(value) => Key::Known(value.clone()),
            Data::YesNo(bit) => Key::YesNo(*bit),
            Data::Date(day) => Key::Words(0, vec![*day]),
            Data::Span(first, last) => Key::Words(1, vec![*first, *last]),
            Data::Country(code) => Key::Words(2, vec![*code]),
            Data::Parties(mask) => Key::Words(3, vec![*mask]),
            Data::Member(id, at) => Key::Member(*id, *at),
            Data::Record(path) => Key::Record(path.to_vec()),
            Data::Periods(of) => {
                Key::Career(Box::new((of.selection.clone(), of.origins.clone(), of.owner, of.made_of)))
            }
            Data::Void
            | Data::List(_)
            | Data::Item(..)
            | Data::Number(..)
            | Data::Amount(..)
            | Data::Length(..)
            | Data::AnyLength(..)
            | Data::Members(..) => return None,
        })
    }
}

/// An outcome in native code.
#[derive(Clone, Debug)]
pub(super) struct Val {
    pub tag: Tag,
    pub data: Data,
}

impl Val {
    pub fn new(tag: Tag, data: Data) -> Val {
        Val { tag, data }
    }

    /// Left to the general evaluator.
    pub fn open() -> Val {
        Val::new(Tag::open(), Data::Void)
    }

    pub fn yes_no(yes: bool) -> Val {
        Val::new(Tag::value(), Data::YesNo(Bit::Known(yes)))
    }

    /// Surely yes; no where the tag is not that of a value.
    pub fn yes(&self) -> Bit {
        match self.data {
            Data::YesNo(bit) if !self.tag.never_value() => bit,
            _ => Bit::Known(false),
        }
    }
}

impl Code<'_> {
    /// A yes or no of this tag.
    pub fn yes_no(&mut self, tag: Tag, yes: Bit) -> Val {
        let is_value = self.is_value(tag);
        let yes = self.and(is_value, yes);
        Val::new(tag, Data::YesNo(yes))
    }

    /// An outcome, unless something that is no value goes before it.
    pub fn behind(&mut self, stop: Tag, val: &Val) -> Val {
        if stop.is_value() {
            return val.clone();
        }
        let passes = self.is_value(stop);
        let tag = match (stop.is_nothing(), val.tag.is_nothing()) {
            (Some(_), Some(_)) => self.worst(stop, val.tag),
            _ => self.select_tag(passes, val.tag, stop),
        };
        match &val.data {
            Data::YesNo(yes) => {
                let yes = self.and(passes, *yes);
                Val::new(tag, Data::YesNo(yes))
            }
            other => Val::new(tag, other.clone()),
        }
    }

    /// One of two outcomes.
    pub fn select_val(&mut self, condition: Bit, yes: &Val, no: &Val) -> Val {
        match condition {
            Bit::Known(true) => return yes.clone(),
            Bit::Known(false) => return no.clone(),
            Bit::Run(_) => {}
        }
        let tag = self.select_tag(condition, yes.tag, no.tag);
        if no.tag.never_value() {
            let data = match &yes.data {
                Data::YesNo(bit) => Data::YesNo(self.and(condition, *bit)),
                other => other.clone(),
            };
            return Val::new(tag, data);
        }
        if yes.tag.never_value() {
            let data = match &no.data {
                Data::YesNo(bit) => {
                    let otherwise = self.not(condition);
                    Data::YesNo(self.and(otherwise, *bit))
                }
                other => other.clone(),
            };
            return Val::new(tag, data);
        }
        match self.select_data(condition, &yes.data, &no.data) {
            Some(data) => Val::new(tag, data),
            None => {
                // Which of the two it is shows only when it runs: left to the general evaluator, unless it is no value.
                let is_value = self.is_value(tag);
                let tag = self.select_tag(is_value, Tag::open(), tag);
                Val::new(tag, Data::Void)
            }
        }
    }

    fn select_data(&mut self, condition: Bit, yes: &Data, no: &Data) -> Option<Data> {
        Some(match (yes, no) {
            (Data::YesNo(a), Data::YesNo(b)) => Data::YesNo(self.choose(condition, *a, *b)),
            (Data::Number(a, written_a), Data::Number(b, written_b)) => {
                let written = match (written_a, written_b) {
                    (Some((above_a, below_a)), Some((above_b, below_b))) => {
                        Some((self.either(condition, *above_a, *above_b), self.either(condition, *below_a, *below_b)))
                    }
                    (None, None) => None,
                    // How it is written depends on which it is.
                    _ => return None,
                };
                Data::Number(self.either(condition, *a, *b), written)
            }
            (Data::Amount(x, a), Data::Amount(y, b)) if x == y => Data::Amount(*x, self.either(condition, *a, *b)),
            (Data::Length(x, a, exact_a), Data::Length(y, b, exact_b)) if x == y => {
                Data::Length(*x, self.either(condition, *a, *b), self.either(condition, *exact_a, *exact_b))
            }
            (Data::Date(a), Data::Date(b)) => Data::Date(self.select(condition, *a, *b)),
            (Data::Span(a, x), Data::Span(b, y)) => {
                Data::Span(self.select(condition, *a, *b), self.select(condition, *x, *y))
            }
            (Data::Country(a), Data::Country(b)) => Data::Country(self.select(condition, *a, *b)),
            (Data::Member(x, a), Data::Member(y, b)) if x == y => Data::Member(*x, self.select(condition, *a, *b)),
            (Data::Parties(a), Data::Parties(b)) => Data::Parties(self.select(condition, *a, *b)),
            (Data::Parties(a), Data::Known(Value::Set(none))) if none.is_empty() => {
                Data::Parties(self.select(condition, *a, Word::Known(0)))
            }
            (Data::Known(Value::Set(none)), Data::Parties(b)) if none.is_empty() => {
                Data::Parties(self.select(condition, Word::Known(0), *b))
            }
            (Data::Members(x, a), Data::Members(y, b)) if x == y => Data::Members(*x, self.select(condition, *a, *b)),
            (Data::Known(a), Data::Known(b)) if a == b => Data::Known(a.clone()),
            _ => return None,
        })
    }

    /// Whether two outcomes are the same, and whether that is known; where it is not the first is no.
    pub fn same(&mut self, a: &Val, b: &Val) -> (Bit, Bit) {
        let tags = self.same_tag(a.tag, b.tag);
        let value = self.is_value(a.tag);
        let both = self.and(tags, value);
        let no_value = self.not(value);
        let alike = self.and(tags, no_value);
        if both == Bit::Known(false) {
            return (alike, Bit::Known(true));
        }
        let (equal, sure) = self.same_data(&a.data, &b.data);
        let equal = self.and(both, equal);
        let apart = self.not(both);
        (self.or(alike, equal), self.or(apart, sure))
    }

    fn same_data(&mut self, a: &Data, b: &Data) -> (Bit, Bit) {
        let words = match (a, b) {
            (Data::YesNo(a), Data::YesNo(b)) => (self.word_of(*a), self.word_of(*b)),
            (Data::Number(a, _), Data::Number(b, _)) => return self.same_number(*a, *b),
            (Data::Amount(x, a), Data::Amount(y, b)) if x == y => return self.same_number(*a, *b),
            (Data::Date(a), Data::Date(b)) => (*a, *b),
            (Data::Country(a), Data::Country(b)) => (*a, *b),
            (Data::Member(x, a), Data::Member(y, b)) if x == y => (*a, *b),
            (Data::Members(x, a), Data::Members(y, b)) if x == y => (*a, *b),
            (Data::Parties(a), Data::Parties(b)) => return self.same_parties(*a, *b),
            (Data::Known(a), Data::Known(b)) => return (Bit::Known(a == b), Bit::Known(true)),
            _ => return (Bit::Known(false), Bit::Known(false)),
        };
        (self.test(IntCC::Equal, words.0, words.1), Bit::Known(true))
    }

    fn same_number(&mut self, a: Exact, b: Exact) -> (Bit, Bit) {
        let (equal, left) = self.compare(IntCC::Equal, a, b);
        let sure = self.not(left);
        (self.and(sure, equal), sure)
    }

    /// Two sets of countries are the same if they have the same parties and neither has others; if both have, it is
    /// not known unless they differ otherwise.
    pub fn same_parties(&mut self, a: Word, b: Word) -> (Bit, Bit) {
        let equal = self.test(IntCC::Equal, a, b);
        let others = self.has(a, 63);
        let none = self.not(others);
        let differ = self.not(equal);
        (self.and(equal, none), self.or(differ, none))
    }
}
