//! Exact rationals: in two words where they fit, else of any size. Which of the two a number is held in never shows.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::num::NonZeroI64;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// An exact rational, always in lowest terms over a positive denominator.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Ratio(Form);

/// A number has one form: the small one where it fits.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Form {
    /// Numerator and denominator, in lowest terms. The denominator is positive and the numerator not the least there is,
    /// so that both can change their sign.
    Small(i64, NonZeroI64),
    /// What does not fit.
    Big(Box<BigRational>),
}

/// The greatest common divisor; the other where one is zero.
fn gcd(a: u64, b: u64) -> u64 {
    let (mut low, high) = (a.min(b), a.max(b));
    if low == 0 {
        return high;
    }
    // The larger comes down to the size of the smaller at once.
    let mut rest = high % low;
    if rest == 0 {
        return low;
    }
    let twos = (low | rest).trailing_zeros();
    low >>= low.trailing_zeros();
    while rest != 0 {
        rest >>= rest.trailing_zeros();
        (low, rest) = (low.min(rest), low.abs_diff(rest));
    }
    low << twos
}

/// As [`gcd`], of larger numbers.
fn wide_gcd(a: u128, b: u128) -> u128 {
    let (mut a, mut b) = (a, b);
    loop {
        if let (Ok(a), Ok(b)) = (u64::try_from(a), u64::try_from(b)) {
            return u128::from(gcd(a, b));
        }
        if b == 0 {
            return a;
        }
        (a, b) = (b, a % b);
    }
}

/// A number in lowest terms.
fn lowest(n: i128, d: i128) -> Ratio {
    if let (Ok(small), Ok(below)) = (i64::try_from(n), i64::try_from(d))
        && let Some(below) = NonZeroI64::new(below)
        && small != i64::MIN
    {
        return Ratio(Form::Small(small, below));
    }
    Ratio(Form::Big(Box::new(BigRational::new_raw(BigInt::from(n), BigInt::from(d)))))
}

/// A number over a positive denominator, brought into lowest terms.
fn reduced(n: i128, d: i128) -> Ratio {
    if let (Ok(small), Ok(below)) = (i64::try_from(n), i64::try_from(d)) {
        return match i64::try_from(gcd(small.unsigned_abs(), below.unsigned_abs())) {
            Ok(common) if common > 1 => lowest(i128::from(small / common), i128::from(below / common)),
            _ => lowest(n, d),
        };
    }
    let common = wide_gcd(n.unsigned_abs(), d.unsigned_abs());
    match i128::try_from(common) {
        Ok(common) if common > 1 => lowest(n / common, d / common),
        _ => lowest(n, d),
    }
}

impl Ratio {
    /// `numerator / denominator`; zero where the denominator is zero (callers check first).
    pub fn new(numerator: BigInt, denominator: BigInt) -> Ratio {
        if denominator.is_zero() { Ratio::zero() } else { Ratio::of(BigRational::new(numerator, denominator)) }
    }

    /// `n / d`; zero where `d` is zero (callers check first).
    pub fn of_whole(n: i64, d: i64) -> Ratio {
        let (n, d) = (i128::from(n), i128::from(d));
        match d.cmp(&0) {
            Ordering::Greater => reduced(n, d),
            Ordering::Less => reduced(-n, -d),
            Ordering::Equal => Ratio::zero(),
        }
    }

    /// A whole number.
    pub fn whole(n: i64) -> Ratio {
        lowest(i128::from(n), 1)
    }

    /// A whole number of any size.
    pub fn from_integer(n: BigInt) -> Ratio {
        match n.to_i64() {
            Some(n) => Ratio::whole(n),
            None => Ratio(Form::Big(Box::new(BigRational::from_integer(n)))),
        }
    }

    /// Zero.
    pub fn zero() -> Ratio {
        Ratio::whole(0)
    }

    /// One.
    pub fn one() -> Ratio {
        Ratio::whole(1)
    }

    /// A number of any size, which is in lowest terms, in the form it has here.
    fn of(big: BigRational) -> Ratio {
        match (big.numer().to_i64(), big.denom().to_i64().and_then(NonZeroI64::new)) {
            (Some(n), Some(d)) if n != i64::MIN => Ratio(Form::Small(n, d)),
            _ => Ratio(Form::Big(Box::new(big))),
        }
    }

    /// As a number of any size.
    fn big(&self) -> BigRational {
        match &self.0 {
            Form::Small(n, d) => BigRational::new_raw(BigInt::from(*n), BigInt::from(d.get())),
            Form::Big(big) => big.as_ref().clone(),
        }
    }

    /// The number above the line; it has the sign.
    pub fn numer(&self) -> BigInt {
        match &self.0 {
            Form::Small(n, _) => BigInt::from(*n),
            Form::Big(big) => big.numer().clone(),
        }
    }

    /// The number below the line, positive.
    pub fn denom(&self) -> BigInt {
        match &self.0 {
            Form::Small(_, d) => BigInt::from(d.get()),
            Form::Big(big) => big.denom().clone(),
        }
    }

    /// The whole number it is, where it is one that 64 bits hold.
    pub fn as_whole(&self) -> Option<i64> {
        match &self.0 {
            Form::Small(n, d) => (d.get() == 1).then_some(*n),
            Form::Big(big) => big.is_integer().then(|| big.numer().to_i64()).flatten(),
        }
    }

    /// Whether it is a whole number.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Form::Small(_, d) => d.get() == 1,
            Form::Big(big) => big.is_integer(),
        }
    }

    /// Without what stands behind the point.
    pub fn to_integer(&self) -> BigInt {
        match &self.0 {
            Form::Small(n, d) => BigInt::from(n / d.get()),
            Form::Big(big) => big.to_integer(),
        }
    }

    /// Without what stands behind the point, as a number.
    #[must_use]
    pub fn trunc(&self) -> Ratio {
        Ratio::from_integer(self.to_integer())
    }

    /// The largest whole number that is not larger.
    #[must_use]
    pub fn floor(&self) -> Ratio {
        match &self.0 {
            Form::Small(n, d) => Ratio::whole(n.div_euclid(d.get())),
            Form::Big(big) => Ratio::of(big.floor()),
        }
    }

    /// How what it is above its [floor](Ratio::floor) compares with a half.
    pub fn above_floor(&self) -> Ordering {
        match &self.0 {
            Form::Small(n, d) => (2 * i128::from(n.rem_euclid(d.get()))).cmp(&i128::from(d.get())),
            Form::Big(_) => ((self - self.floor()) * Ratio::whole(2)).cmp(&Ratio::one()),
        }
    }

    /// The least whole number that is not less.
    #[must_use]
    pub fn ceil(&self) -> Ratio {
        -(-self).floor()
    }

    /// One divided by it; zero for zero (callers check first).
    #[must_use]
    pub fn recip(&self) -> Ratio {
        match &self.0 {
            Form::Small(0, _) => Ratio::zero(),
            // What is in lowest terms stays so.
            Form::Small(n, d) => lowest(i128::from(d.get()) * i128::from(n.signum()), i128::from(*n).abs()),
            Form::Big(big) => Ratio::of(big.recip()),
        }
    }

    /// Without its sign.
    #[must_use]
    pub fn abs(&self) -> Ratio {
        if self.is_negative() { -self } else { self.clone() }
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        matches!(self.0, Form::Small(0, _))
    }

    /// Whether it is one.
    pub fn is_one(&self) -> bool {
        self.as_whole() == Some(1)
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Form::Small(n, _) => *n < 0,
            Form::Big(big) => big.is_negative(),
        }
    }

    /// Whether it is above zero.
    pub fn is_positive(&self) -> bool {
        !self.is_negative() && !self.is_zero()
    }

    /// Whether it is a whole number that two divides.
    pub fn is_even(&self) -> bool {
        match &self.0 {
            Form::Small(n, d) => d.get() == 1 && n % 2 == 0,
            Form::Big(big) => big.is_integer() && (big.numer() % 2_u8).is_zero(),
        }
    }

    fn plus(&self, other: &Ratio) -> Ratio {
        let (Form::Small(a, x), Form::Small(b, y)) = (&self.0, &other.0) else {
            return Ratio::of(self.big() + other.big());
        };
        let (a, x, b, y) = (i128::from(*a), i128::from(x.get()), i128::from(*b), i128::from(y.get()));
        match (x, y) {
            (1, 1) => lowest(a + b, 1),
            // Over the denominator of the one that is not whole: in lowest terms as that one is.
            (1, _) => lowest(a * y + b, y),
            (_, 1) => lowest(a + b * x, x),
            _ if x == y => reduced(a + b, x),
            _ => reduced(a * y + b * x, x * y),
        }
    }

    fn times(&self, other: &Ratio) -> Ratio {
        let (Form::Small(a, x), Form::Small(b, y)) = (&self.0, &other.0) else {
            return Ratio::of(self.big() * other.big());
        };
        let (a, x, b, y) = (*a, x.get(), *b, y.get());
        // What is above one line and below the other.
        let common = |n: i64, d: i64| match d {
            1 => 1,
            _ => i64::try_from(gcd(n.unsigned_abs(), d.unsigned_abs())).unwrap_or(1).max(1),
        };
        let (one, two) = (common(a, y), common(b, x));
        lowest(i128::from(a / one) * i128::from(b / two), i128::from(x / two) * i128::from(y / one))
    }
}

impl Default for Ratio {
    fn default() -> Ratio {
        Ratio::zero()
    }
}

impl Neg for &Ratio {
    type Output = Ratio;

    fn neg(self) -> Ratio {
        match &self.0 {
            Form::Small(n, d) => Ratio(Form::Small(-n, *d)),
            Form::Big(big) => Ratio::of(-big.as_ref().clone()),
        }
    }
}

impl Neg for Ratio {
    type Output = Ratio;

    fn neg(self) -> Ratio {
        -&self
    }
}

/// An operation on numbers, lent or given away.
macro_rules! operation {
    ($($trait:ident $method:ident: |$a:ident, $b:ident| $result:expr;)*) => {$(
        impl $trait<&Ratio> for &Ratio {
            type Output = Ratio;

            fn $method(self, other: &Ratio) -> Ratio {
                let ($a, $b) = (self, other);
                $result
            }
        }

        impl $trait<Ratio> for &Ratio {
            type Output = Ratio;

            fn $method(self, other: Ratio) -> Ratio {
                $trait::$method(self, &other)
            }
        }

        impl $trait<&Ratio> for Ratio {
            type Output = Ratio;

            fn $method(self, other: &Ratio) -> Ratio {
                $trait::$method(&self, other)
            }
        }

        impl $trait<Ratio> for Ratio {
            type Output = Ratio;

            fn $method(self, other: Ratio) -> Ratio {
                $trait::$method(&self, &other)
            }
        }
    )*};
}

operation! {
    Add add: |a, b| a.plus(b);
    Sub sub: |a, b| a.plus(&-b);
    Mul mul: |a, b| a.times(b);
    // By zero it is zero (callers check first).
    Div div: |a, b| a.times(&b.recip());
}

impl AddAssign<&Ratio> for Ratio {
    fn add_assign(&mut self, other: &Ratio) {
        *self = self.plus(other);
    }
}

impl AddAssign for Ratio {
    fn add_assign(&mut self, other: Ratio) {
        *self = self.plus(&other);
    }
}

impl Sum for Ratio {
    fn sum<I: Iterator<Item = Ratio>>(all: I) -> Ratio {
        all.fold(Ratio::zero(), |sum, one| sum + one)
    }
}

impl<'a> Sum<&'a Ratio> for Ratio {
    fn sum<I: Iterator<Item = &'a Ratio>>(all: I) -> Ratio {
        all.fold(Ratio::zero(), |sum, one| sum + one)
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Ratio) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Ratio) -> Ordering {
        match (&self.0, &other.0) {
            (Form::Small(a, x), Form::Small(b, y)) if x == y => a.cmp(b),
            (Form::Small(a, x), Form::Small(b, y)) => {
                (i128::from(*a) * i128::from(y.get())).cmp(&(i128::from(*b) * i128::from(x.get())))
            }
            _ => self.big().cmp(&other.big()),
        }
    }
}

/// `-7`, `22/7`.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Small(n, d) if d.get() == 1 => n.fmt(f),
            Form::Small(n, d) => write!(f, "{n}/{d}"),
            Form::Big(big) => big.fmt(f),
        }
    }
}

impl fmt::Debug for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::One;
    use proptest::prelude::*;

    /// Numbers about which something can go wrong: near the edges of both forms, and with common factors.
    fn part() -> impl Strategy<Value = BigInt> {
        let small = (-40_i64..40).prop_map(BigInt::from);
        let usual = any::<i64>().prop_map(BigInt::from);
        let edge = (prop_oneof![Just(i64::MAX), Just(i64::MIN), Just(1 << 32), Just(1 << 62)], -2_i64..3)
            .prop_map(|(edge, by)| BigInt::from(edge) + by);
        let round = (1_i64..10_000, 0_u32..13).prop_map(|(n, zeros)| BigInt::from(n) * BigInt::from(10).pow(zeros));
        let wide = any::<i128>().prop_map(BigInt::from);
        prop_oneof![4 => small, 2 => usual, 2 => edge, 2 => round, 1 => wide]
    }

    fn number() -> impl Strategy<Value = BigRational> {
        (part(), part().prop_filter("a divisor", |d| !d.is_zero())).prop_map(|(n, d)| BigRational::new(n, d))
    }

    fn ours(big: &BigRational) -> Ratio {
        Ratio::new(big.numer().clone(), big.denom().clone())
    }

    /// In its one form, and the same number.
    fn same(ratio: &Ratio, big: &BigRational) -> Result<(), TestCaseError> {
        prop_assert_eq!(&ratio.big(), big);
        prop_assert_eq!(ratio, &Ratio::of(big.clone()));
        let fits = |n: &BigInt| n.to_i64().is_some_and(|n| n != i64::MIN);
        prop_assert_eq!(matches!(ratio.0, Form::Small(..)), fits(big.numer()) && fits(big.denom()));
        prop_assert_eq!(ratio.to_string(), big.to_string());
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

        #[test]
        fn operations_are_those_of_numbers_of_any_size(a in number(), b in number()) {
            let (x, y) = (ours(&a), ours(&b));
            same(&x, &a)?;
            same(&(&x + &y), &(&a + &b))?;
            same(&(&x - &y), &(&a - &b))?;
            same(&(&x * &y), &(&a * &b))?;
            if !b.is_zero() {
                same(&(&x / &y), &(&a / &b))?;
                same(&y.recip(), &b.recip())?;
            }
            same(&-&x, &-&a)?;
            same(&x.abs(), &a.abs())?;
            same(&x.floor(), &a.floor())?;
            let half = BigRational::new(1.into(), 2.into());
            prop_assert_eq!(x.above_floor(), (&a - a.floor()).cmp(&half));
            same(&x.ceil(), &a.ceil())?;
            same(&[x.clone(), y.clone(), x.clone()].iter().sum(), &(&a + &b + &a))?;
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
            prop_assert_eq!(x == y, a == b);
        }

        #[test]
        fn questions_are_answered_as_of_numbers_of_any_size(a in number()) {
            let x = ours(&a);
            prop_assert_eq!(x.is_integer(), a.is_integer());
            prop_assert_eq!(x.is_zero(), a.is_zero());
            prop_assert_eq!(x.is_one(), a.is_one());
            prop_assert_eq!(x.is_negative(), a.is_negative());
            prop_assert_eq!(x.is_positive(), a.is_positive());
            prop_assert_eq!(x.is_even(), a.is_integer() && (a.numer() % 2_u8).is_zero());
            prop_assert_eq!(x.to_integer(), a.to_integer());
            prop_assert_eq!((x.numer(), x.denom()), (a.numer().clone(), a.denom().clone()));
            prop_assert_eq!(x.as_whole(), a.is_integer().then(|| a.numer().to_i64()).flatten());
        }

        #[test]
        fn quotients_of_whole_numbers(n in any::<i64>(), d in any::<i64>()) {
            for (n, d) in [(n, d), (n, i64::MIN), (i64::MIN, d), (i64::MIN, i64::MIN)] {
                if d != 0 {
                    same(&Ratio::of_whole(n, d), &BigRational::new(n.into(), d.into()))?;
                }
            }
        }
    }
}
