//! What one fact of a person can change: the terms that read it. Of a person with one fact changed only these are
//! evaluated again.

use crate::coincide::Telling;
use crate::hashed::Lookup;
use crate::person::{Maker, Slot};
use crate::term::{Arena, Shape, Term};
use accord_core::{Country, Outcome, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// What changes with a slot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// A fact, and the record of periods where that is laid out by it.
    Fact(usize, Option<usize>),
    /// A fact of a legislation.
    Given(Country, Arc<str>),
    /// An argument.
    Argument(usize),
}

/// Which terms read a source, as far as they were looked at. Terms stay what they are, so that it never changes.
#[derive(Debug, Default)]
pub(crate) struct Readings {
    known: RefCell<BTreeMap<Source, Lookup<Term, bool>>>,
    /// The facts that a term reads.
    pub(crate) supports: RefCell<Lookup<Term, Rc<Vec<Term>>>>,
    /// Kinds of periods that coincide which two terms bring together otherwise.
    pub(crate) telling: RefCell<Telling>,
}

/// What terms are for a person, to be used for the same person with one fact changed.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    pub(crate) memo: &'a RefCell<Lookup<Term, Outcome>>,
    pub(crate) source: &'a Source,
    pub(crate) readings: &'a Readings,
}

impl Source {
    /// What changes where a slot is filled otherwise.
    pub(crate) fn of(maker: &Maker<'_>, slot: &Slot) -> Source {
        match slot {
            Slot::Row(fact, _) | Slot::Member(fact, ..) => {
                Source::Fact(*fact, maker.periods.filter(|_| maker.lays_out_periods(*fact)))
            }
            Slot::Given(party, name) => Source::Given(*party, Arc::clone(name)),
            Slot::Argument(n) => Source::Argument(*n),
            // Without a fact for them nobody reads periods.
            Slot::Months(_) | Slot::Kind(_) | Slot::Overlap => Source::Fact(maker.periods.unwrap_or(usize::MAX), None),
        }
    }

    fn is(&self, arena: &Arena, shape: &Shape) -> bool {
        match (self, shape) {
            (Source::Fact(fact, more), Shape::Fact(n)) => {
                let n = *n as usize;
                n == *fact || *more == Some(n)
            }
            (Source::Given(party, name), Shape::Given(of, read)) => {
                name == read
                    && match arena.known_value(*of) {
                        Some(Value::Country(of)) => of == *party,
                        _ => true,
                    }
            }
            (Source::Argument(n), Shape::Bound(bound, _)) => *bound as usize == *n,
            _ => false,
        }
    }
}

impl Readings {
    /// Whether a term reads a source.
    pub(crate) fn reads(&self, arena: &Arena, source: &Source, term: Term) -> bool {
        let mut known = self.known.borrow_mut();
        if !known.contains_key(source) {
            known.insert(source.clone(), Lookup::default());
        }
        known.get_mut(source).is_none_or(|of_source| read(arena, source, term, of_source))
    }
}

fn read(arena: &Arena, source: &Source, term: Term, known: &mut Lookup<Term, bool>) -> bool {
    if let Some(known) = known.get(&term) {
        return *known;
    }
    let shape = arena.shape(term);
    let reads = source.is(arena, &shape) || shape.some_part(&mut |part| read(arena, source, part, known));
    known.insert(term, reads);
    reads
}
