//! Inequalities between formulas of quantities that are not below zero: shown by writing the difference as a sum of
//! products with no factor below zero, with the help of limits that are known to hold.

use accord_core::{Ratio, ratio};
use std::collections::{BTreeMap, BTreeSet};

/// Products taken together at most; a formula with more is not looked at.
const MOST_PRODUCTS: usize = 400;
/// How often limits are added to a difference.
const MOST_HELP: usize = 40;

/// A product of quantities with their powers, by number.
type Product = BTreeMap<usize, u32>;

/// A sum of products.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum(BTreeMap<Product, Ratio>);

fn zero() -> Ratio {
    ratio(0, 1)
}

impl Sum {
    pub(crate) fn constant(value: Ratio) -> Sum {
        Sum::default().and(Product::new(), &value)
    }

    pub(crate) fn of(quantity: usize) -> Sum {
        Sum::default().and(Product::from([(quantity, 1)]), &ratio(1, 1))
    }

    /// With one product more.
    fn and(mut self, product: Product, factor: &Ratio) -> Sum {
        let held = self.0.remove(&product).unwrap_or_else(zero) + factor;
        if held != zero() {
            let _ = self.0.insert(product, held);
        }
        self
    }

    pub(crate) fn plus(&self, other: &Sum) -> Sum {
        other.0.iter().fold(self.clone(), |sum, (product, factor)| sum.and(product.clone(), factor))
    }

    pub(crate) fn minus(&self, other: &Sum) -> Sum {
        self.plus(&other.scaled(&ratio(-1, 1)))
    }

    pub(crate) fn scaled(&self, by: &Ratio) -> Sum {
        Sum(self.0.iter().filter(|_| *by != zero()).map(|(p, f)| (p.clone(), f * by)).collect())
    }

    /// `None` where it would be too long.
    pub(crate) fn times(&self, other: &Sum) -> Option<Sum> {
        if self.0.len().saturating_mul(other.0.len()) > MOST_PRODUCTS {
            return None;
        }
        let mut result = Sum::default();
        for (a, x) in &self.0 {
            for (b, y) in &other.0 {
                result = result.and(product(a, b), &(x * y));
            }
        }
        Some(result)
    }

    /// Whether no factor is below zero.
    pub(crate) fn is_at_least_zero(&self) -> bool {
        self.0.values().all(|f| *f >= zero())
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// What it is where every quantity is zero.
    pub(crate) fn constant_part(&self) -> Ratio {
        self.0.get(&Product::new()).cloned().unwrap_or_else(zero)
    }

    /// The products with factors above zero, and those below, turned round.
    pub(crate) fn halves(&self) -> (Sum, Sum) {
        let above = self.0.iter().filter(|(_, f)| **f > zero()).map(|(p, f)| (p.clone(), f.clone()));
        let below = self.0.iter().filter(|(_, f)| **f < zero()).map(|(p, f)| (p.clone(), -f.clone()));
        (Sum(above.collect()), Sum(below.collect()))
    }

    /// Whether it is not below zero wherever the limits are not.
    pub(crate) fn is_shown_at_least_zero(&self, limits: &[Sum]) -> bool {
        let mut rest = self.clone();
        for _ in 0..MOST_HELP {
            if rest.is_at_least_zero() {
                return true;
            }
            let Some(less) = limits.iter().find_map(|limit| rest.helped(limit)) else { return false };
            rest = less;
        }
        false
    }

    /// What is left to be shown if a limit, times something not below zero, is taken away: where that takes away a
    /// product below zero and makes no other one so.
    fn helped(&self, limit: &Sum) -> Option<Sum> {
        let below: Vec<(&Product, &Ratio)> = self.0.iter().filter(|(_, f)| **f < zero()).collect();
        let now: BTreeSet<&Product> = below.iter().map(|(p, _)| *p).collect();
        for (product_below, factor) in &below {
            for (term, weight) in limit.0.iter().filter(|(_, w)| **w < zero()) {
                let Some(by) = quotient(product_below, term) else { continue };
                let share = *factor / weight;
                let taken = Sum(BTreeMap::from([(by, share)])).times(limit)?;
                let rest = self.minus(&taken);
                let worse = rest
                    .0
                    .iter()
                    .any(|(p, f)| *f < zero() && (!now.contains(p) || self.0.get(p).is_some_and(|h| f < h)));
                if !worse {
                    return Some(rest);
                }
            }
        }
        None
    }
}

fn product(a: &Product, b: &Product) -> Product {
    let mut result = a.clone();
    for (quantity, power) in b {
        *result.entry(*quantity).or_insert(0) += power;
    }
    result
}

/// What a product has to be multiplied by to give another.
fn quotient(of: &Product, by: &Product) -> Option<Product> {
    let mut result = of.clone();
    for (quantity, power) in by {
        let held = result.get_mut(quantity)?;
        *held = held.checked_sub(*power)?;
        if *held == 0 {
            let _ = result.remove(quantity);
        }
    }
    Some(result)
}

/// A quotient of sums; what stands under it is above zero.
#[derive(Clone, Debug)]
pub(crate) struct Fraction {
    pub(crate) over: Sum,
    pub(crate) under: Sum,
}

impl Fraction {
    pub(crate) fn whole(over: Sum) -> Fraction {
        Fraction { over, under: Sum::constant(ratio(1, 1)) }
    }

    pub(crate) fn constant(value: Ratio) -> Fraction {
        Fraction::whole(Sum::constant(value))
    }

    pub(crate) fn plus(&self, other: &Fraction) -> Option<Fraction> {
        if self.under == other.under {
            return Some(Fraction { over: self.over.plus(&other.over), under: self.under.clone() });
        }
        let over = self.over.times(&other.under)?.plus(&other.over.times(&self.under)?);
        Some(Fraction { over, under: self.under.times(&other.under)? })
    }

    pub(crate) fn minus(&self, other: &Fraction) -> Option<Fraction> {
        self.plus(&Fraction { over: other.over.scaled(&ratio(-1, 1)), under: other.under.clone() })
    }

    pub(crate) fn times(&self, other: &Fraction) -> Option<Fraction> {
        Some(Fraction { over: self.over.times(&other.over)?, under: self.under.times(&other.under)? })
    }

    /// Whether it is not more than another wherever the limits are not below zero.
    pub(crate) fn is_at_most(&self, other: &Fraction, limits: &[Sum]) -> bool {
        let difference = || Some(other.over.times(&self.under)?.minus(&self.over.times(&other.under)?));
        difference().is_some_and(|d| d.is_shown_at_least_zero(limits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(value: i64) -> Sum {
        Sum::constant(ratio(value, 1))
    }

    #[test]
    fn a_share_grows_with_its_part() {
        // m/(m+r) <= (m+d)/(m+d+r), and not the other way round.
        let (m, d, r) = (Sum::of(0), Sum::of(1), Sum::of(2));
        let less = Fraction { over: m.clone(), under: m.plus(&r) };
        let more = Fraction { over: m.plus(&d), under: m.plus(&d).plus(&r) };
        assert!(less.is_at_most(&more, &[]));
        assert!(!more.is_at_most(&less, &[]));
    }

    #[test]
    fn a_limit_helps_and_only_where_it_is_given() {
        // With m at least 180, m*m is at least 180*m; not without it.
        let m = Sum::of(0);
        let square = Fraction::whole(m.times(&m).expect("short"));
        let line = Fraction::whole(m.scaled(&ratio(180, 1)));
        let limit = m.minus(&n(180));
        assert!(line.is_at_most(&square, &[limit]));
        assert!(!line.is_at_most(&square, &[]));
        assert!(!line.is_at_most(&square, &[m.minus(&n(179))]));
    }

    #[test]
    fn a_cap_helps() {
        // With m + r at most 480, R*(m+r)/480 is at most R.
        let (m, r, amount) = (Sum::of(0), Sum::of(1), Sum::of(2));
        let part = Fraction { over: amount.times(&m.plus(&r)).expect("short"), under: n(480) };
        let cap = n(480).minus(&m).minus(&r);
        assert!(part.is_at_most(&Fraction::whole(amount.clone()), &[cap]));
        assert!(!part.is_at_most(&Fraction::whole(amount), &[]));
    }
}
