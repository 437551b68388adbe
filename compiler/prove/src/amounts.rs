//! Whether two formulas give the same whatever the figures: both are brought to a quotient of polynomials, and each
//! rounding stands for itself, so that none is merged with another or left out.

use crate::path::Choice;
use crate::path::Path;
use crate::split::{Space, Split};
use crate::state::FIRST_VARIABLE;
use crate::term::{Shape, Side, Sort, Term, VALUE};
use accord_core::{Currency, HostFn, Outcome, Ratio, Unit, Value, ratio};
use accord_ir::{Ty, UnitOf};
use std::collections::{BTreeMap, BTreeSet};

/// A product of quantities with their powers.
type Product = BTreeMap<usize, u32>;

/// A sum of products.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sum(BTreeMap<Vec<(usize, u32)>, Ratio>);

/// A quotient of sums.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Quotient {
    over: Sum,
    under: Sum,
}

/// What a formula is made of, besides sums, products and quotients.
#[derive(Clone, Debug)]
enum Quantity {
    Term(Term),
    /// An operation on formulas: a rounding, the larger of two.
    Of(HostFn, Side, Vec<Operand>),
    /// One unit of a currency, or of a length: what figures are multiples of.
    Money(Currency),
    Length(Unit),
}

#[derive(Clone, Debug)]
enum Operand {
    Formula(Quotient),
    Term(Term),
}

/// Quantities met so far.
#[derive(Default)]
struct Formulas {
    quantities: Vec<Quantity>,
}

impl Sum {
    fn constant(value: Ratio) -> Sum {
        let mut sum = BTreeMap::new();
        if value != ratio(0, 1) {
            sum.insert(Vec::new(), value);
        }
        Sum(sum)
    }

    fn of(quantity: usize) -> Sum {
        Sum(BTreeMap::from([(vec![(quantity, 1)], ratio(1, 1))]))
    }

    fn plus(&self, other: &Sum, sign: i64) -> Sum {
        let mut result = self.0.clone();
        for (product, factor) in &other.0 {
            let held = result.remove(product).unwrap_or_else(|| ratio(0, 1));
            let total = held + factor * ratio(sign, 1);
            if total != ratio(0, 1) {
                result.insert(product.clone(), total);
            }
        }
        Sum(result)
    }

    fn times(&self, other: &Sum) -> Sum {
        let mut result = Sum(BTreeMap::new());
        for (a, x) in &self.0 {
            for (b, y) in &other.0 {
                let mut product: Product = a.iter().copied().collect();
                for (quantity, power) in b {
                    *product.entry(*quantity).or_insert(0) += power;
                }
                let one = Sum(BTreeMap::from([(product.into_iter().collect(), x * y)]));
                result = result.plus(&one, 1);
            }
        }
        result
    }
}

impl Quotient {
    fn whole(over: Sum) -> Quotient {
        Quotient { over, under: Sum::constant(ratio(1, 1)) }
    }

    fn plus(&self, other: &Quotient, sign: i64) -> Quotient {
        let over = self.over.times(&other.under).plus(&other.over.times(&self.under), sign);
        Quotient { over, under: self.under.times(&other.under) }
    }

    fn times(&self, other: &Quotient) -> Quotient {
        Quotient { over: self.over.times(&other.over), under: self.under.times(&other.under) }
    }

    fn by(&self, other: &Quotient) -> Quotient {
        Quotient { over: self.over.times(&other.under), under: self.under.times(&other.over) }
    }

    fn equals(&self, other: &Quotient) -> bool {
        self.over.times(&other.under) == other.over.times(&self.under)
    }
}

impl Space<'_> {
    /// Whether two amounts, numbers or lengths are the same whatever the figures.
    pub(crate) fn equal_amounts(&self, a: Term, b: Term) -> bool {
        let numeric = |t: Term| matches!(self.arena.sort(t), Sort::Money | Sort::Number | Sort::Length);
        if !numeric(a) || !numeric(b) {
            return false;
        }
        let mut formulas = Formulas::default();
        let left = self.formula(&mut formulas, a);
        let right = self.formula(&mut formulas, b);
        // Formulas are equal where both are values, or fail for the same.
        let are_values = self.arena.may(a) == VALUE && self.arena.may(b) == VALUE;
        left.equals(&right) && (are_values || self.fail_alike(&mut formulas, a, b))
    }

    /// Whether two terms divide by the same: each divisor of one is one of the other, however it is put.
    fn fail_alike(&self, formulas: &mut Formulas, a: Term, b: Term) -> bool {
        let (left, right) = (self.divisors(a), self.divisors(b));
        if left == right {
            return true;
        }
        let mut of = |all: &BTreeSet<Term>| all.iter().map(|t| self.formula(formulas, *t)).collect::<Vec<_>>();
        let (left, right) = (of(&left), of(&right));
        let within = |some: &[Quotient], all: &[Quotient]| some.iter().all(|d| all.iter().any(|other| d.equals(other)));
        within(&left, &right) && within(&right, &left)
    }

    /// What a term divides by, anywhere in it: each factor by itself, but for figures.
    fn divisors(&self, term: Term) -> BTreeSet<Term> {
        let (mut divisors, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut queue = vec![(term, false)];
        while let Some((term, divides)) = queue.pop() {
            if !seen.insert((term, divides)) {
                continue;
            }
            let shape = self.arena.shape(term);
            match &*shape {
                Shape::Host(HostFn::Multiply, operands, _) if divides => {
                    queue.extend(operands.iter().map(|t| (*t, true)));
                }
                // The number of a length is nothing where the length is.
                Shape::Host(HostFn::NumberOf, operands, _) if divides => {
                    queue.extend(operands.iter().map(|t| (*t, true)))
                }
                Shape::Host(HostFn::Divide, operands, _) => {
                    queue.extend(operands.first().map(|t| (*t, divides)));
                    queue.extend(operands.get(1).map(|t| (*t, true)));
                }
                _ if divides && self.arena.known(term).is_none() => _ = divisors.insert(term),
                _ => {}
            }
            queue.extend(crate::term::children(&shape).into_iter().map(|t| (t, false)));
        }
        divisors
    }

    fn formula(&self, formulas: &mut Formulas, term: Term) -> Quotient {
        match &*self.arena.shape(term) {
            Shape::Known(Outcome::Value(value)) => match self.figure(formulas, value) {
                Some(figure) => figure,
                None => self.quantity(formulas, Quantity::Term(term)),
            },
            // Where the versions convert lengths differently, what is made of two lengths stands for itself.
            Shape::Host(function, operands, side) => match (function, operands.as_slice()) {
                (HostFn::Add | HostFn::Subtract | HostFn::Divide, [a, b])
                    if *side != Side::Both && [a, b].iter().any(|t| self.arena.sort(**t) != Sort::Number) =>
                {
                    let operands = operands.iter().map(|t| self.operand(formulas, *t)).collect();
                    self.quantity(formulas, Quantity::Of(*function, *side, operands))
                }
                (HostFn::Add, [a, b]) => self.formula(formulas, *a).plus(&self.formula(formulas, *b), 1),
                (HostFn::Subtract, [a, b]) => self.formula(formulas, *a).plus(&self.formula(formulas, *b), -1),
                (HostFn::Negate, [a]) => {
                    Quotient::whole(Sum::constant(ratio(-1, 1))).times(&self.formula(formulas, *a))
                }
                (HostFn::Multiply, [a, b]) => self.formula(formulas, *a).times(&self.formula(formulas, *b)),
                (HostFn::Divide, [a, b]) => {
                    let (over, under) = (self.formula(formulas, *a), self.formula(formulas, *b));
                    over.by(&under)
                }
                (HostFn::NumberOf, [of]) if let Some(unit) = self.unit_of(*of) => {
                    let one = self.quantity(formulas, Quantity::Length(unit));
                    self.formula(formulas, *of).by(&one)
                }
                _ => {
                    let operands = operands.iter().map(|t| self.operand(formulas, *t)).collect();
                    self.quantity(formulas, Quantity::Of(*function, *side, operands))
                }
            },
            _ => self.quantity(formulas, Quantity::Term(term)),
        }
    }

    /// The unit that a length is counted in, where it is always the same.
    fn unit_of(&self, term: Term) -> Option<Unit> {
        if let Some(Value::Length(length)) = self.arena.known_value(term) {
            return Some(length.unit);
        }
        match &*self.arena.shape(term) {
            Shape::Host(HostFn::LengthOf | HostFn::InUnit, operands, _) => {
                match operands.get(1).and_then(|t| self.arena.known_value(*t)) {
                    Some(Value::Unit(unit)) => Some(unit),
                    _ => None,
                }
            }
            Shape::Host(HostFn::Add | HostFn::Subtract | HostFn::Larger | HostFn::Smaller, parts, _) => {
                let first = self.unit_of(*parts.first()?)?;
                parts.iter().all(|t| self.unit_of(*t) == Some(first)).then_some(first)
            }
            Shape::Fact(fact) => match self.world.facts.get(*fact as usize).map(|f| &f.ty) {
                Some(Ty::Length(UnitOf::Fixed(unit))) => Some(*unit),
                _ => None,
            },
            _ => None,
        }
    }

    fn operand(&self, formulas: &mut Formulas, term: Term) -> Operand {
        match self.arena.sort(term) {
            Sort::Money | Sort::Number | Sort::Length => Operand::Formula(self.formula(formulas, term)),
            _ => Operand::Term(term),
        }
    }

    /// A figure as a multiple of its unit.
    fn figure(&self, formulas: &mut Formulas, value: &Value) -> Option<Quotient> {
        let (count, unit) = match value {
            Value::Number(n) => return Some(Quotient::whole(Sum::constant(n.value.clone()))),
            Value::Length(l) => (l.counted.clone(), Quantity::Length(l.unit)),
            Value::Money(m) => {
                let exact = m.exact();
                (exact.value, Quantity::Money(exact.currency))
            }
            Value::Amount(a) => (a.value.clone(), Quantity::Money(a.currency)),
            _ => return None,
        };
        let unit = self.quantity(formulas, unit);
        Some(Quotient::whole(Sum::constant(count)).times(&unit))
    }

    fn quantity(&self, formulas: &mut Formulas, quantity: Quantity) -> Quotient {
        let place = formulas.quantities.iter().position(|q| same(q, &quantity)).unwrap_or_else(|| {
            formulas.quantities.push(quantity);
            formulas.quantities.len() - 1
        });
        Quotient::whole(Sum::of(place))
    }

    /// In formulas that are not the same as they stand: which of two is the larger, where that is asked.
    pub(crate) fn pick_larger(&mut self, path: &Path, term: Term) -> Option<Split> {
        self.larger_in(path, term, &mut BTreeSet::new())
    }

    fn larger_in(&mut self, path: &Path, term: Term, seen: &mut BTreeSet<Term>) -> Option<Split> {
        let numeric = matches!(self.arena.sort(term), Sort::Money | Sort::Number | Sort::Length | Sort::Other);
        if !numeric || !seen.insert(term) {
            return None;
        }
        let shape = self.arena.shape(term);
        if let Shape::Host(HostFn::Larger | HostFn::Smaller | HostFn::Excess, operands, side) = &*shape
            && let [a, b] = operands.as_slice()
            && self.arena.may(*a) == VALUE
            && self.arena.may(*b) == VALUE
        {
            let (test, _) = self.first_is_less(*a, *b, *side);
            // What is so of one member of a set need not be so of the next.
            let of_all = self.arena.free(test) <= FIRST_VARIABLE;
            let open = self.arena.known(test).is_none() && path.decided(test).is_none();
            if of_all && open && self.arena.may(test) == VALUE {
                return Some((test, vec![Choice::Yes, Choice::No]));
            }
        }
        crate::term::children(&shape).into_iter().find_map(|t| self.larger_in(path, t, seen))
    }

    /// A condition that tells whether the first of two is at most the second, and how it is when so. A quotient of
    /// lengths is compared with 1 as the lengths are: both are whole numbers of their unit once converted, so that
    /// the one before conversion decides.
    fn first_is_less(&mut self, a: Term, b: Term, side: Side) -> (Term, bool) {
        let one = |space: &Self, t: Term| matches!(space.arena.known_value(t), Some(Value::Number(n)) if n.value == ratio(1, 1));
        let quotient = |space: &Self, t: Term| match &*space.arena.shape(t) {
            Shape::Host(HostFn::Divide, parts, _) => match parts.as_slice() {
                [x, y] if space.arena.sort(*x) == Sort::Length && space.arena.sort(*y) == Sort::Length => {
                    Some((*x, *y))
                }
                _ => None,
            },
            _ => None,
        };
        if one(self, a)
            && let Some((x, y)) = quotient(self, b)
        {
            let less = self.arena.host(HostFn::AtMost, vec![y, x], side, Sort::YesNo);
            return (less, true);
        }
        if one(self, b)
            && let Some((x, y)) = quotient(self, a)
        {
            let less = self.arena.host(HostFn::AtMost, vec![y, x], side, Sort::YesNo);
            return (less, false);
        }
        (self.arena.host(HostFn::AtMost, vec![a, b], side, Sort::YesNo), true)
    }

    /// What the larger or smaller of two is, where it is assumed which one that is.
    pub(crate) fn chosen(&mut self, path: &Path, term: Term) -> Option<Term> {
        let shape = self.arena.shape(term);
        let Shape::Host(function @ (HostFn::Larger | HostFn::Smaller | HostFn::Excess), operands, side) = &*shape
        else {
            return None;
        };
        let [a, b] = operands.as_slice() else { return None };
        if self.arena.may(*a) != VALUE || self.arena.may(*b) != VALUE {
            return None;
        }
        let (test, when) = self.first_is_less(*a, *b, *side);
        let by_limit = |space: &Space<'_>, t: Term| {
            let limit = crate::path::limit(&space.arena, t)?;
            path.settled_by_bounds(&space.arena, &limit)
        };
        let decided = self.arena.truth(test).or_else(|| path.decided(test)).or_else(|| by_limit(self, test));
        let decided = decided.or_else(|| {
            // `not x` was decided as `x`.
            match &*self.arena.shape(test) {
                Shape::Not(inner) => path.decided(*inner).map(|yes| !yes),
                _ => None,
            }
        });
        let first_is_less = decided? == when;
        let sort = self.arena.sort(term);
        Some(match (function, first_is_less) {
            (HostFn::Larger, true) | (HostFn::Smaller, false) => *b,
            (HostFn::Larger, false) | (HostFn::Smaller, true) => *a,
            (_, false) => self.arena.host(HostFn::Subtract, vec![*a, *b], *side, sort),
            (_, true) => self.arena.host(HostFn::Subtract, vec![*a, *a], *side, sort),
        })
    }
}

fn same(a: &Quantity, b: &Quantity) -> bool {
    match (a, b) {
        (Quantity::Term(a), Quantity::Term(b)) => a == b,
        (Quantity::Money(a), Quantity::Money(b)) => a == b,
        (Quantity::Length(a), Quantity::Length(b)) => a == b,
        (Quantity::Of(f, s, x), Quantity::Of(g, t, y)) => {
            let alike = |pair: (&Operand, &Operand)| match pair {
                (Operand::Formula(a), Operand::Formula(b)) => a.equals(b),
                (Operand::Term(a), Operand::Term(b)) => a == b,
                _ => false,
            };
            #[cfg(test)]
            if f == g && *f == HostFn::Rounded && crate::planted::is(crate::planted::Mistake::WrongRounding) {
                return x.iter().zip(y).take(1).all(alike);
            }
            f == g && s == t && x.len() == y.len() && x.iter().zip(y).all(alike)
        }
        _ => false,
    }
}
