//! Whether sums can be as assumed: conditions on facts, and on sums and differences of them, that contradict each other
//! leave nobody.
//!
//! A condition is taken as it stands among exact figures: that they are whole is not made use of. One unknown after the
//! other is eliminated from all of them; if what is left says that a figure is below itself, there is nobody.

use crate::term::{Arena, Shape, Sort, Term};
use crate::world::World;
use accord_core::{Currency, HostFn, Ratio, Unit, Value, ratio};
use accord_ir::{Ty, UnitOf};
use std::collections::{BTreeMap, BTreeSet};

/// More conditions than this are not looked at together.
const MOST: usize = 60;

/// What figures are counted in: they are added and compared only within one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum In {
    Length(Unit),
    Money(Currency),
    /// A number without a unit.
    Number,
    /// Nothing that has a unit was met yet.
    Any,
}

impl In {
    fn with(self, other: In) -> Option<In> {
        match (self, other) {
            (In::Any, one) | (one, In::Any) => Some(one),
            (a, b) => (a == b).then_some(a),
        }
    }
}

/// A sum of multiples of unknowns, and a figure.
#[derive(Clone, Debug)]
struct Linear {
    of: BTreeMap<Term, Ratio>,
    figure: Ratio,
    counted_in: In,
}

/// That a sum is at most nothing, or below it.
#[derive(Clone, Debug)]
pub(crate) struct Limit {
    of: BTreeMap<Term, Ratio>,
    figure: Ratio,
    strict: bool,
}

/// What is known of single terms.
pub(crate) trait Known {
    /// Whether it is a value, and not nothing.
    fn is_value(&self, term: Term) -> bool;
    /// Whether it is more than nothing.
    fn is_positive(&self, term: Term) -> bool;
}

/// That one of two is below the other; `None` where they are not sums of what can be compared.
pub(crate) fn below(arena: &Arena, world: &World, less: Term, more: Term, known: &dyn Known) -> Option<Limit> {
    let (less, more) = match multiplied_out(arena, world, less, more, known) {
        Some(both) => both,
        None => (linear(arena, world, less)?, linear(arena, world, more)?),
    };
    less.counted_in.with(more.counted_in)?;
    let difference = less.plus(&more, -1);
    Some(Limit { of: difference.of, figure: difference.figure, strict: true })
}

/// That a sum is below nothing; `None` where it is no sum.
pub(crate) fn negative(arena: &Arena, world: &World, term: Term) -> Option<Limit> {
    let sum = linear(arena, world, term)?;
    Some(Limit { of: sum.of, figure: sum.figure, strict: true })
}

/// Whether all of these can be so: conditions `a is at most b`, each with whether it is so, terms that are zero,
/// and one limit more.
pub(crate) fn fit(
    arena: &Arena,
    world: &World,
    conditions: impl Iterator<Item = (Term, bool)>,
    zero: impl Iterator<Item = Term>,
    more: Option<Limit>,
    known: &dyn Known,
) -> bool {
    let mut limits = Vec::new();
    let mut several = false;
    for (term, yes) in conditions {
        let Shape::Host(HostFn::AtMost, operands, _) = &*arena.shape(term) else { continue };
        let [a, b] = operands.as_slice() else { continue };
        // Nothing is below every figure, and is none.
        let ends = multiplied_out(arena, world, *a, *b, known).or_else(|| {
            let are_values = known.is_value(*a) && known.is_value(*b);
            are_values.then(|| Some((linear(arena, world, *a)?, linear(arena, world, *b)?)))?
        });
        let Some((a, b)) = ends else { continue };
        if a.counted_in.with(b.counted_in).is_none() {
            continue;
        }
        let difference = if yes { a.plus(&b, -1) } else { b.plus(&a, -1) };
        several |= difference.of.len() > 1 || difference.of.values().any(|c| *c != ratio(1, 1) && *c != ratio(-1, 1));
        limits.push(Limit { of: difference.of, figure: difference.figure, strict: !yes });
    }
    for sum in zero.filter_map(|term| linear(arena, world, term)) {
        several = true;
        let negative = sum.times(&ratio(-1, 1));
        limits.extend([sum, negative].map(|s| Limit { of: s.of, figure: s.figure, strict: false }));
    }
    several |= more.is_some();
    limits.extend(more);
    let unknowns: BTreeSet<Term> = limits.iter().flat_map(|l| l.of.keys().copied()).collect();
    let parts = parts_of(arena, &unknowns);
    several |= !parts.is_empty();
    // Bounds of one fact each were looked at where they were assumed.
    if !several {
        return true;
    }
    limits.extend(parts);
    for unknown in &unknowns {
        let is_positive = known.is_positive(*unknown);
        if is_positive || is_never_negative(arena, *unknown) {
            let of = BTreeMap::from([(*unknown, ratio(-1, 1))]);
            limits.push(Limit { of, figure: ratio(0, 1), strict: is_positive });
        }
    }
    if !limits.iter().all(Limit::may_be) {
        return false;
    }
    unknowns.into_iter().all(|unknown| {
        if limits.len() > MOST {
            return true;
        }
        limits = without(unknown, &limits);
        limits.iter().all(Limit::may_be)
    })
}

/// `a is at most b` where one of them is a quotient of what is more than nothing: both sides times the divisor.
fn multiplied_out(arena: &Arena, world: &World, a: Term, b: Term, known: &dyn Known) -> Option<(Linear, Linear)> {
    let quotient = |term: Term| {
        let Shape::Host(HostFn::Divide, operands, _) = &*arena.shape(term) else { return None };
        let [over, under] = operands.as_slice() else { return None };
        let is_sound = known.is_positive(*under) && known.is_value(*over) && number(arena, *under).is_none();
        is_sound.then(|| Some((linear(arena, world, *over)?, linear(arena, world, *under)?)))?
    };
    if let (Some((over, under)), Some(by)) = (quotient(a), number(arena, b)) {
        return Some((over, under.times(&by)));
    }
    let ((over, under), by) = (quotient(b)?, number(arena, a)?);
    Some((under.times(&by), over))
}

/// That the parts of a record are together not longer than the record.
fn parts_of(arena: &Arena, unknowns: &BTreeSet<Term>) -> Vec<Limit> {
    let length = |term: &Term| match &*arena.shape(*term) {
        Shape::Host(HostFn::LengthOf, operands, side) => Some((*operands.first()?, *operands.get(1)?, *side)),
        _ => None,
    };
    let mut all = Vec::new();
    for whole in unknowns {
        let Some((record, unit, side)) = length(whole) else { continue };
        // Whose periods they are taken for does not make them longer.
        let record = match &*arena.shape(record) {
            Shape::Host(HostFn::AsIfOwn, inner, _) => inner.first().copied().unwrap_or(record),
            _ => record,
        };
        let is_part = |term: &&Term| {
            let Some((of, in_unit, by)) = length(term) else { return false };
            let Shape::Host(HostFn::Part, operands, _) = &*arena.shape(of) else { return false };
            let of_one = operands.first().is_some_and(|party| arena.is_known(*party));
            of_one && operands.get(1) == Some(&record) && (in_unit, by) == (unit, side)
        };
        let mut of: BTreeMap<Term, Ratio> = unknowns.iter().filter(is_part).map(|t| (*t, ratio(1, 1))).collect();
        if !of.is_empty() {
            let _ = of.insert(*whole, ratio(-1, 1));
            all.push(Limit { of, figure: ratio(0, 1), strict: false });
        }
    }
    all
}

impl Limit {
    /// Whether it can be so, where nothing unknown is left in it.
    fn may_be(&self) -> bool {
        let zero = ratio(0, 1);
        !self.of.is_empty() || self.figure < zero || (self.figure == zero && !self.strict)
    }
}

/// The same limits with one unknown eliminated: each lower bound of it is at most each upper bound.
fn without(unknown: Term, limits: &[Limit]) -> Vec<Limit> {
    let zero = ratio(0, 1);
    let factor = |limit: &Limit| limit.of.get(&unknown).cloned().unwrap_or_else(|| ratio(0, 1));
    let mut rest: Vec<Limit> = limits.iter().filter(|l| factor(l) == zero).cloned().collect();
    for upper in limits.iter().filter(|l| factor(l) > zero) {
        for lower in limits.iter().filter(|l| factor(l) < zero) {
            let (by, times) = (-factor(lower), factor(upper));
            let mut of = scaled(&upper.of, &by);
            for (term, count) in scaled(&lower.of, &times) {
                add(&mut of, term, count);
            }
            of.remove(&unknown);
            let figure = &upper.figure * &by + &lower.figure * &times;
            rest.push(Limit { of, figure, strict: upper.strict || lower.strict });
        }
    }
    rest
}

fn scaled(of: &BTreeMap<Term, Ratio>, by: &Ratio) -> BTreeMap<Term, Ratio> {
    of.iter().map(|(term, count)| (*term, count * by)).collect()
}

fn add(of: &mut BTreeMap<Term, Ratio>, term: Term, count: Ratio) {
    let total = of.remove(&term).map_or(count.clone(), |held| held + count);
    if total != ratio(0, 1) {
        of.insert(term, total);
    }
}

impl Linear {
    fn known(figure: Ratio, counted_in: In) -> Linear {
        Linear { of: BTreeMap::new(), figure, counted_in }
    }

    /// The sum, the other one so many times; what they are counted in was compared before.
    fn plus(&self, other: &Linear, times: i64) -> Linear {
        let times = ratio(times, 1);
        let mut of = self.of.clone();
        for (term, count) in scaled(&other.of, &times) {
            add(&mut of, term, count);
        }
        let counted_in = self.counted_in.with(other.counted_in).unwrap_or(self.counted_in);
        Linear { of, figure: &self.figure + &other.figure * &times, counted_in }
    }

    fn times(&self, by: &Ratio) -> Linear {
        Linear { of: scaled(&self.of, by), figure: &self.figure * by, counted_in: self.counted_in }
    }
}

/// A term as a sum of multiples of facts; `None` where it is none, or where it is counted in what has to be converted.
fn linear(arena: &Arena, world: &World, term: Term) -> Option<Linear> {
    if let Some(value) = arena.known_value(term) {
        return match value {
            Value::Number(n) => Some(Linear::known(n.value, In::Number)),
            Value::Length(l) => Some(Linear::known(l.counted, In::Length(l.unit))),
            Value::Money(m) => {
                let exact = m.exact();
                Some(Linear::known(exact.value, In::Money(exact.currency)))
            }
            Value::Amount(a) => Some(Linear::known(a.value, In::Money(a.currency))),
            _ => None,
        };
    }
    let shape = arena.shape(term);
    let Shape::Host(function, operands, _) = &*shape else { return unknown(arena, world, term) };
    match (function, operands.as_slice()) {
        (HostFn::Add | HostFn::Subtract, [a, b]) => {
            let (a, b) = (linear(arena, world, *a)?, linear(arena, world, *b)?);
            a.counted_in.with(b.counted_in)?;
            Some(a.plus(&b, if *function == HostFn::Add { 1 } else { -1 }))
        }
        (HostFn::Multiply, [a, b]) => match (number(arena, *a), number(arena, *b)) {
            (Some(by), _) => Some(linear(arena, world, *b)?.times(&by)),
            (_, Some(by)) => Some(linear(arena, world, *a)?.times(&by)),
            _ => None,
        },
        (HostFn::Divide, [a, b]) => {
            let by = number(arena, *b).filter(|by| *by != ratio(0, 1))?;
            Some(linear(arena, world, *a)?.times(&by.recip()))
        }
        // The number of a length is counted alike.
        (HostFn::NumberOf, [of]) => linear(arena, world, *of)
            .filter(|l| matches!(l.counted_in, In::Length(_)))
            .map(|l| Linear { counted_in: In::Number, ..l })
            .or_else(|| unknown(arena, world, term)),
        (HostFn::Stored, [of]) => linear(arena, world, *of),
        // No rounding makes anything of nothing.
        (HostFn::Rounded, [of, _]) => linear(arena, world, *of)
            .filter(|l| l.of.is_empty() && l.figure == ratio(0, 1))
            .or_else(|| unknown(arena, world, term)),
        _ => unknown(arena, world, term),
    }
}

fn number(arena: &Arena, term: Term) -> Option<Ratio> {
    match arena.known_value(term)? {
        Value::Number(n) => Some(n.value),
        _ => None,
    }
}

/// Something that is not looked into. Of lengths only facts are taken that are counted in one unit, whatever they are
/// compared with: others are converted first.
fn unknown(arena: &Arena, world: &World, term: Term) -> Option<Linear> {
    let counted_in = match (arena.sort(term), &*arena.shape(term)) {
        // What was counted in a unit, or brought to it, is in that unit.
        (Sort::Length, Shape::Host(HostFn::LengthOf | HostFn::InUnit, operands, _)) => {
            match operands.get(1).and_then(|unit| arena.known_value(*unit)) {
                Some(Value::Unit(unit)) => In::Length(unit),
                _ => return None,
            }
        }
        (Sort::Length, Shape::Fact(fact)) => match world.facts.get(*fact as usize).map(|f| &f.ty) {
            Some(Ty::Length(UnitOf::Fixed(unit))) => In::Length(*unit),
            _ => return None,
        },
        // Amounts of several currencies are never compared.
        (Sort::Money | Sort::Number, _) => In::Any,
        _ => return None,
    };
    Some(Linear { of: BTreeMap::from([(term, ratio(1, 1))]), figure: ratio(0, 1), counted_in })
}

/// Lengths and amounts that somebody states are not below zero.
pub(crate) fn is_never_negative(arena: &Arena, term: Term) -> bool {
    if let Shape::Host(function @ (HostFn::LengthOf | HostFn::InUnit), operands, _) = &*arena.shape(term) {
        let of = operands.first();
        return *function == HostFn::LengthOf || of.is_some_and(|of| is_never_negative(arena, *of));
    }
    matches!(arena.sort(term), Sort::Length | Sort::Money) && arena.is_fact(term)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term::{Side, VALUE};
    use accord_core::{Conversions, Length, Money, Outcome};
    use accord_ir::FactDef;

    /// Everything is given.
    struct Stated;

    impl Known for Stated {
        fn is_value(&self, _: Term) -> bool {
            true
        }

        fn is_positive(&self, _: Term) -> bool {
            false
        }
    }

    fn world() -> World {
        let fact = |name: &str, ty| FactDef { name: name.to_owned(), ty, optional: false, phrase: String::new() };
        let months = Ty::Length(UnitOf::Fixed(Unit::Months));
        let days = Ty::Length(UnitOf::Fixed(Unit::Days));
        let facts = vec![fact("own", months.clone()), fact("other", months), fact("stay", days)];
        World { facts, ..World::default() }
    }

    fn arena() -> Arena {
        Arena::new(Vec::new(), [Conversions::default(), Conversions::default()])
    }

    fn at_most(arena: &mut Arena, a: Term, b: Term) -> Term {
        arena.keep(Shape::Host(HostFn::AtMost, vec![a, b], Side::Both), Sort::YesNo, VALUE)
    }

    fn months(arena: &mut Arena, n: i64) -> Term {
        arena.constant(Outcome::Value(Value::Length(Length::new(Unit::Months, ratio(n, 1)))))
    }

    fn fact(arena: &mut Arena, n: u32, sort: Sort) -> Term {
        arena.keep(Shape::Fact(n), sort, VALUE)
    }

    #[test]
    fn a_part_is_not_more_than_the_whole() {
        let (mut arena, world) = (arena(), world());
        let own = fact(&mut arena, 0, Sort::Length);
        let other = fact(&mut arena, 1, Sort::Length);
        let sum = arena.keep(Shape::Host(HostFn::Add, vec![own, other], Side::Both), Sort::Length, VALUE);
        let twelve = months(&mut arena, 12);
        let (own_low, sum_low) = (at_most(&mut arena, twelve, own), at_most(&mut arena, twelve, sum));
        // Own is at least 12 and the sum is not: nobody. The other way round: somebody.
        assert!(!fit(
            &arena,
            &world,
            [(own_low, true), (sum_low, false)].into_iter(),
            std::iter::empty(),
            None,
            &Stated
        ));
        assert!(fit(
            &arena,
            &world,
            [(own_low, false), (sum_low, true)].into_iter(),
            std::iter::empty(),
            None,
            &Stated
        ));
        // The sum is at most 12, and own is 12: just so. Own more than 12: nobody.
        let (sum_high, own_high) = (at_most(&mut arena, sum, twelve), at_most(&mut arena, own, twelve));
        assert!(fit(
            &arena,
            &world,
            [(sum_high, true), (own_low, true)].into_iter(),
            std::iter::empty(),
            None,
            &Stated
        ));
        assert!(!fit(
            &arena,
            &world,
            [(sum_high, true), (own_high, false)].into_iter(),
            std::iter::empty(),
            None,
            &Stated
        ));
    }

    #[test]
    fn twice_an_amount_is_compared_as_the_amount() {
        let (mut arena, world) = (arena(), world());
        let rate = fact(&mut arena, 7, Sort::Money);
        let two = arena.constant(Outcome::Value(Value::whole(2)));
        let twice = arena.keep(Shape::Host(HostFn::Multiply, vec![rate, two], Side::Both), Sort::Money, VALUE);
        let euro = |arena: &mut Arena, cents| {
            arena.constant(Outcome::Value(Value::Money(Money::new(Currency::EURO, cents).expect("money"))))
        };
        let (one, half) = (euro(&mut arena, 100), euro(&mut arena, 50));
        let (low, high) = (at_most(&mut arena, twice, one), at_most(&mut arena, rate, half));
        assert!(!fit(&arena, &world, [(low, true), (high, false)].into_iter(), std::iter::empty(), None, &Stated));
        assert!(fit(&arena, &world, [(low, true), (high, true)].into_iter(), std::iter::empty(), None, &Stated));
    }

    #[test]
    fn a_sum_with_something_in_it_is_not_zero() {
        let (mut arena, world) = (arena(), world());
        let own = fact(&mut arena, 0, Sort::Length);
        let other = fact(&mut arena, 1, Sort::Length);
        let sum = arena.keep(Shape::Host(HostFn::Add, vec![own, other], Side::Both), Sort::Length, VALUE);
        let none = months(&mut arena, 0);
        let nothing_there = at_most(&mut arena, own, none);
        assert!(!fit(&arena, &world, [(nothing_there, false)].into_iter(), [sum].into_iter(), None, &Stated));
        assert!(fit(&arena, &world, [(nothing_there, true)].into_iter(), [sum].into_iter(), None, &Stated));
    }

    #[test]
    fn neither_of_two_that_are_at_most_each_other_is_below() {
        let (mut arena, world) = (arena(), world());
        let (one, other) = (fact(&mut arena, 8, Sort::Money), fact(&mut arena, 9, Sort::Money));
        let (there, back) = (at_most(&mut arena, one, other), at_most(&mut arena, other, one));
        let limit = || below(&arena, &world, one, other, &Stated);
        let fits = |conditions: Vec<(Term, bool)>| {
            fit(&arena, &world, conditions.into_iter(), std::iter::empty(), limit(), &Stated)
        };
        assert!(fits(vec![(there, true)]));
        assert!(!fits(vec![(there, true), (back, true)]));
        assert!(!fits(vec![(there, false)]));
    }

    #[test]
    fn the_parts_of_a_record_are_together_not_longer_than_the_record() {
        let (mut arena, world) = (arena(), world());
        let unit = arena.constant(Outcome::Value(Value::Unit(Unit::Months)));
        let record = fact(&mut arena, 5, Sort::Periods);
        let parties = ["NL", "CV"].map(|code| accord_core::Country::parse(code).expect("a country"));
        let mut made = |sides: [Side; 2]| {
            let mut length =
                |of, side| arena.keep(Shape::Host(HostFn::LengthOf, vec![of, unit], side), Sort::Length, VALUE);
            let whole = length(record, Side::Old);
            let parts = [(parties[0], sides[0]), (parties[1], sides[1])].map(|(party, side)| {
                let party = arena.constant(Outcome::Value(Value::Country(party)));
                let part = arena.keep(Shape::Host(HostFn::Part, vec![party, record], side), Sort::Periods, VALUE);
                arena.keep(Shape::Host(HostFn::LengthOf, vec![part, unit], side), Sort::Length, VALUE)
            });
            let (seven, twelve) = (months(&mut arena, 7), months(&mut arena, 12));
            let [first, second] = parts.map(|part| at_most(&mut arena, seven, part));
            [first, second, at_most(&mut arena, whole, twelve)]
        };
        // Seven months of each are more than twelve; seven of one are not.
        let of_one_version = made([Side::Old, Side::Old]);
        // Counted as another version converts, the lengths need not add up.
        let of_two = made([Side::Old, Side::New]);
        let fits = |[first, second, low]: [Term; 3], is_long: bool| {
            let conditions = [(first, true), (second, is_long), (low, true)];
            fit(&arena, &world, conditions.into_iter(), std::iter::empty(), None, &Stated)
        };
        assert!(!fits(of_one_version, true));
        assert!(fits(of_one_version, false));
        assert!(fits(of_two, true));
    }

    #[test]
    fn what_has_to_be_converted_is_left_alone() {
        let (mut arena, world) = (arena(), world());
        let own = fact(&mut arena, 0, Sort::Length);
        let stay = fact(&mut arena, 2, Sort::Length);
        let sum = arena.keep(Shape::Host(HostFn::Add, vec![own, stay], Side::Both), Sort::Length, VALUE);
        let twelve = months(&mut arena, 12);
        let (own_low, sum_low) = (at_most(&mut arena, twelve, own), at_most(&mut arena, twelve, sum));
        assert!(fit(
            &arena,
            &world,
            [(own_low, true), (sum_low, false)].into_iter(),
            std::iter::empty(),
            None,
            &Stated
        ));
    }
}
