//! Whether two formulas give the same whatever the figures: both are brought to a quotient of polynomials, and each
//! rounding stands for itself, so that none is merged with another or left out.

use crate::path::{Measure, Path};
use crate::split::{Space, Split};
use crate::path::Choice;
use crate::term::{Shape, Side, Sort, Term, VALUE};
use accord_core::{Currency, HostFn, Outcome, Ratio, Unit, Value, ratio};
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
    Of(HostFn, Vec<Operand>),
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
    /// What was divided by.
    divisors: Vec<Quotient>,
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

    fn is_constant(&self) -> bool {
        self.0.keys().all(Vec::is_empty)
    }

    fn is_zero(&self) -> bool {
        self.0.is_empty()
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
    pub(crate) fn equal_amounts(&self, path: &Path, a: Term, b: Term) -> bool {
        let numeric = |t: Term| matches!(self.arena.sort(t), Sort::Money | Sort::Number | Sort::Length);
        if !numeric(a) || !numeric(b) {
            return false;
        }
        let mut formulas = Formulas::default();
        let left = self.formula(&mut formulas, a);
        let divided_left = formulas.divisors.len();
        let right = self.formula(&mut formulas, b);
        let (left_divisors, right_divisors) = formulas.divisors.split_at(divided_left);
        // Where only one of them divides, the other has to be had nowhere else.
        let covered = |all: &[Quotient], by: &[Quotient]| {
            all.iter().all(|d| {
                (d.over.is_constant() && !d.over.is_zero())
                    || by.iter().any(|other| proportional(d, other))
                    || self.is_above_zero(path, &formulas, d)
            })
        };
        left.equals(&right) && covered(left_divisors, right_divisors) && covered(right_divisors, left_divisors)
    }

    /// Whether a sum with one quantity only is above zero by its bounds.
    fn is_above_zero(&self, path: &Path, formulas: &Formulas, divisor: &Quotient) -> bool {
        let mut products = divisor.over.0.iter();
        let (Some((product, factor)), None) = (products.next(), products.next()) else { return false };
        let positive = *factor > ratio(0, 1);
        positive
            && product.iter().all(|(quantity, _)| match formulas.quantities.get(*quantity) {
                Some(Quantity::Money(_) | Quantity::Length(_)) => true,
                Some(Quantity::Term(term)) => match path.bounds.get(&Measure::Of(*term)).and_then(|b| b.low.as_ref()) {
                    Some((Value::Number(n), strict)) => n.value > ratio(0, 1) || (*strict && n.value >= ratio(0, 1)),
                    Some((Value::Length(n), strict)) => n.counted > ratio(0, 1) || (*strict && n.counted >= ratio(0, 1)),
                    _ => false,
                },
                _ => false,
            })
    }

    fn formula(&self, formulas: &mut Formulas, term: Term) -> Quotient {
        match &*self.arena.shape(term) {
            Shape::Known(Outcome::Value(value)) => match self.figure(formulas, value) {
                Some(figure) => figure,
                None => self.quantity(formulas, Quantity::Term(term)),
            },
            Shape::Host(function, operands, _) => match (function, operands.as_slice()) {
                (HostFn::Add, [a, b]) => self.formula(formulas, *a).plus(&self.formula(formulas, *b), 1),
                (HostFn::Subtract, [a, b]) => self.formula(formulas, *a).plus(&self.formula(formulas, *b), -1),
                (HostFn::Negate, [a]) => Quotient::whole(Sum::constant(ratio(-1, 1))).times(&self.formula(formulas, *a)),
                (HostFn::Multiply, [a, b]) => self.formula(formulas, *a).times(&self.formula(formulas, *b)),
                (HostFn::Divide, [a, b]) => {
                    let (over, under) = (self.formula(formulas, *a), self.formula(formulas, *b));
                    formulas.divisors.push(under.clone());
                    over.by(&under)
                }
                _ => {
                    let operands = operands.iter().map(|t| self.operand(formulas, *t)).collect();
                    self.quantity(formulas, Quantity::Of(*function, operands))
                }
            },
            _ => self.quantity(formulas, Quantity::Term(term)),
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
            let at_most = self.arena.host(HostFn::AtMost, vec![*a, *b], *side, Sort::YesNo);
            let open = self.arena.known(at_most).is_none() && path.decided(at_most).is_none();
            if open && self.arena.may(at_most) == VALUE {
                return Some((at_most, vec![Choice::Yes, Choice::No]));
            }
        }
        crate::term::children(&shape).into_iter().find_map(|t| self.larger_in(path, t, seen))
    }

    /// What the larger or smaller of two is, where it is assumed which one that is.
    pub(crate) fn chosen(&mut self, path: &Path, term: Term) -> Option<Term> {
        let shape = self.arena.shape(term);
        let Shape::Host(function @ (HostFn::Larger | HostFn::Smaller | HostFn::Excess), operands, side) = &*shape else {
            return None;
        };
        let [a, b] = operands.as_slice() else { return None };
        if self.arena.may(*a) != VALUE || self.arena.may(*b) != VALUE {
            return None;
        }
        let at_most = self.arena.host(HostFn::AtMost, vec![*a, *b], Side::Both, Sort::YesNo);
        let sided = self.arena.host(HostFn::AtMost, vec![*a, *b], *side, Sort::YesNo);
        let by_limit = |space: &Space<'_>, t: Term| {
            let limit = crate::path::limit(&space.arena, t)?;
            path.settled_by_bounds(&space.arena, &limit)
        };
        let first_is_less = self
            .arena
            .truth(at_most)
            .or_else(|| path.decided(at_most))
            .or_else(|| path.decided(sided))
            .or_else(|| by_limit(self, at_most))?;
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
        (Quantity::Of(f, x), Quantity::Of(g, y)) => {
            let alike = |pair: (&Operand, &Operand)| match pair {
                (Operand::Formula(a), Operand::Formula(b)) => a.equals(b),
                (Operand::Term(a), Operand::Term(b)) => a == b,
                _ => false,
            };
            f == g && x.len() == y.len() && x.iter().zip(y).all(alike)
        }
        _ => false,
    }
}

/// Whether one divisor is a multiple of the other: both are zero at once.
fn proportional(a: &Quotient, b: &Quotient) -> bool {
    let first = |q: &Quotient| q.over.0.values().next().cloned();
    let (Some(x), Some(y)) = (first(a), first(b)) else { return false };
    let scaled = |sum: &Sum, by: &Ratio| sum.times(&Sum::constant(by.clone()));
    scaled(&a.over, &y) == scaled(&b.over, &x)
}
