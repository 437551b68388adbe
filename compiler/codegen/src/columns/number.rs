//! Exact numbers in the making: a whole number over a positive whole number, with the range of each.
//!
//! Where the range shows that 64 bits hold a product it is one multiplication; else an overflow is looked for, and a row
//! in which there is one is left to the general evaluator, which computes with numbers of any size.

use super::word::{Bit, Code, Word};
use accord_core::{Mode, Ratio};
use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::condcodes::IntCC;

/// What 64 bits hold, with a margin.
const MOST: i128 = 1 << 62;

/// An exact number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exact {
    /// Above the line.
    pub above: Word,
    /// Below the line: positive.
    pub below: Word,
    /// The least that can stand above.
    least: i128,
    /// The most that can stand above.
    most: i128,
    /// The most that can stand below.
    most_below: i128,
}

/// What an operation gave, and whether it left 64 bits.
pub(super) type Checked = (Exact, Bit);

/// A number that 64 bits hold.
fn held(n: i128) -> Option<i64> {
    i64::try_from(n).ok()
}

fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    i64::try_from(a).unwrap_or(1).max(1)
}

impl Exact {
    /// A whole number known to lie between these.
    pub fn whole(word: Word, least: i64, most: i64) -> Exact {
        let (least, most) = match word {
            Word::Known(n) => (n, n),
            Word::Run(_) => (least, most),
        };
        Exact { above: word, below: Word::Known(1), least: i128::from(least), most: i128::from(most), most_below: 1 }
    }

    pub fn known(above: i64, below: i64) -> Exact {
        let common = gcd(above, below);
        let (above, below) = (above / common, below / common);
        Exact {
            above: Word::Known(above),
            below: Word::Known(below),
            least: i128::from(above),
            most: i128::from(above),
            most_below: i128::from(below),
        }
    }

    /// A constant, where 64 bits hold it.
    pub fn constant(ratio: &Ratio) -> Option<Exact> {
        Some(Exact::known(i64::try_from(ratio.numer()).ok()?, i64::try_from(ratio.denom()).ok()?))
    }

    /// Whether it is whole for sure.
    pub fn is_whole(self) -> bool {
        self.below == Word::Known(1)
    }

    /// Whether it is never negative.
    pub fn is_never_negative(self) -> bool {
        self.least >= 0
    }

    /// Whether what stands above is never larger than this, either way.
    pub fn is_within(self, limit: i64) -> bool {
        self.reach() <= i128::from(limit)
    }

    /// The same number, known to lie between these as well.
    pub fn narrowed(self, least: i64, most: i64) -> Exact {
        Exact { least: self.least.max(i128::from(least)), most: self.most.min(i128::from(most)), ..self }
    }

    /// The largest that can stand above, without its sign.
    fn reach(self) -> i128 {
        self.least.abs().max(self.most.abs())
    }

    /// A number that either of two may be.
    pub fn either(self, other: Exact, above: Word, below: Word) -> Exact {
        Exact {
            above,
            below,
            least: self.least.min(other.least),
            most: self.most.max(other.most),
            most_below: self.most_below.max(other.most_below),
        }
    }
}

impl Code<'_> {
    /// A product, and whether it left 64 bits; `reach` is the largest it can be.
    fn product(&mut self, a: Word, b: Word, reach: i128) -> (Word, Bit) {
        if let (Word::Known(a), Word::Known(b)) = (a, b)
            && a.checked_mul(b).is_some()
        {
            return (Word::Known(a.wrapping_mul(b)), Bit::Known(false));
        }
        if reach < MOST {
            return (self.mul(a, b), Bit::Known(false));
        }
        let (a, b) = (self.value(a), self.value(b));
        let (product, left) = self.build.ins().smul_overflow(a, b);
        (Word::Run(product), Bit::Run(left))
    }

    pub fn times(&mut self, a: Exact, b: Exact) -> Checked {
        let (above, one) = self.product(a.above, b.above, a.reach().saturating_mul(b.reach()));
        let most_below = a.most_below.saturating_mul(b.most_below);
        let (below, other) = self.product(a.below, b.below, most_below);
        let corners = [
            a.least.saturating_mul(b.least),
            a.least.saturating_mul(b.most),
            a.most.saturating_mul(b.least),
            a.most.saturating_mul(b.most),
        ];
        let least = corners.iter().copied().min().unwrap_or(0);
        let most = corners.iter().copied().max().unwrap_or(0);
        let product = simplest(Exact { above, below, least, most, most_below });
        (self.bounded(product), self.or(one, other))
    }

    /// A number whose product did not leave 64 bits is within them.
    fn bounded(&mut self, exact: Exact) -> Exact {
        let limit = i128::from(i64::MAX);
        Exact {
            least: exact.least.max(-limit),
            most: exact.most.min(limit),
            most_below: exact.most_below.min(limit),
            ..exact
        }
    }

    /// Two numbers over one line.
    fn aligned(&mut self, a: Exact, b: Exact) -> ((Word, i128), (Word, i128), Word, i128, Bit) {
        if a.below == b.below {
            return ((a.above, a.reach()), (b.above, b.reach()), a.below, a.most_below, Bit::Known(false));
        }
        let (mut of_a, mut of_b) = (b.below, a.below);
        let (mut most_a, mut most_b) = (b.most_below, a.most_below);
        if let (Word::Known(x), Word::Known(y)) = (a.below, b.below) {
            let common = gcd(x, y);
            (of_a, of_b) = (Word::Known(y / common), Word::Known(x / common));
            (most_a, most_b) = (i128::from(y / common), i128::from(x / common));
        }
        let (left, one) = self.product(a.above, of_a, a.reach().saturating_mul(most_a));
        let (right, two) = self.product(b.above, of_b, b.reach().saturating_mul(most_b));
        let most_below = a.most_below.saturating_mul(most_a);
        let (below, three) = self.product(a.below, of_a, most_below);
        let left_64 = self.or(one, two);
        let left_64 = self.or(left_64, three);
        let limit = i128::from(i64::MAX);
        let reach_a = a.reach().saturating_mul(most_a).min(limit);
        let reach_b = b.reach().saturating_mul(most_b).min(limit);
        ((left, reach_a), (right, reach_b), below, most_below.min(limit), left_64)
    }

    pub fn plus(&mut self, a: Exact, b: Exact) -> Checked {
        if a.above == Word::Known(0) {
            return (b, Bit::Known(false));
        }
        if b.above == Word::Known(0) {
            return (a, Bit::Known(false));
        }
        let ((x, reach_x), (y, reach_y), below, most_below, mut left) = self.aligned(a, b);
        if reach_x.saturating_add(reach_y) >= i128::from(i64::MAX) {
            // Half of what 64 bits hold on both sides: the sum cannot leave them.
            for word in [x, y] {
                let half = self.add(word, Word::Known(1 << 62));
                let out = self.test(IntCC::SignedLessThan, half, Word::Known(0));
                left = self.or(left, out);
            }
        }
        let above = self.add(x, y);
        let reach = reach_x.saturating_add(reach_y);
        let positive = a.is_never_negative() && b.is_never_negative();
        let least = if positive { 0 } else { -reach };
        let sum = simplest(Exact { above, below, least, most: reach, most_below });
        (self.bounded(sum), left)
    }

    pub fn minus(&mut self, a: Exact, b: Exact) -> Checked {
        let negative = self.negative(b);
        self.plus(a, negative)
    }

    pub fn negative(&mut self, a: Exact) -> Exact {
        let above = self.sub(Word::Known(0), a.above);
        Exact { above, least: -a.most, most: -a.least, ..a }
    }

    /// A quotient; the divisor is not zero where it is looked at. Whether it left 64 bits.
    pub fn over(&mut self, a: Exact, b: Exact) -> Checked {
        let is_negative = if b.is_never_negative() {
            Bit::Known(false)
        } else {
            self.test(IntCC::SignedLessThan, b.above, Word::Known(0))
        };
        let turned_above = self.sub(Word::Known(0), b.below);
        let turned_below = self.sub(Word::Known(0), b.above);
        let above = self.select(is_negative, turned_above, b.below);
        let below = self.select(is_negative, turned_below, b.above);
        let is_zero = self.test(IntCC::Equal, below, Word::Known(0));
        let below = self.select(is_zero, Word::Known(1), below);
        let least = if b.is_never_negative() { 1 } else { -b.most_below };
        let turned = Exact { above, below, least, most: b.most_below, most_below: b.reach().max(1) };
        self.times(a, turned)
    }

    /// Compares two numbers. Whether a product left 64 bits.
    pub fn compare(&mut self, how: IntCC, a: Exact, b: Exact) -> (Bit, Bit) {
        let ((x, _), (y, _), _, _, left) = self.aligned(a, b);
        (self.test(how, x, y), left)
    }

    /// One of two numbers.
    pub fn either(&mut self, condition: Bit, a: Exact, b: Exact) -> Exact {
        let above = self.select(condition, a.above, b.above);
        let below = self.select(condition, a.below, b.below);
        a.either(b, above, below)
    }

    /// How many grains a number is, rounded, and whether a product left 64 bits; `None` for a mode that native code
    /// does not know.
    pub fn grains(&mut self, mode: Mode, value: Exact, grain: Exact) -> Option<Checked> {
        let (exact, left) = self.over(value, grain);
        if exact.is_whole() {
            return Some((exact, left));
        }
        let sign = if exact.is_never_negative() {
            Bit::Known(false)
        } else {
            self.test(IntCC::SignedLessThan, exact.above, Word::Known(0))
        };
        let symmetric = matches!(mode, Mode::HalfUp | Mode::HalfDown | Mode::TowardZero);
        let (n, positive) = if symmetric && sign != Bit::Known(false) {
            let turned = self.sub(Word::Known(0), exact.above);
            (self.select(sign, turned, exact.above), true)
        } else {
            (exact.above, exact.is_never_negative())
        };
        let d = exact.below;
        // Room for twice the number and once the divisor.
        let reach = exact.reach().saturating_mul(2).saturating_add(exact.most_below.saturating_mul(2));
        let left = if reach < i128::from(i64::MAX) {
            left
        } else {
            let large = self.room(n, d);
            self.or(left, large)
        };
        let quotient = match mode {
            Mode::Down | Mode::TowardZero => self.floor_div(n, d, positive),
            Mode::Up => {
                let less = self.sub(d, Word::Known(1));
                let n = self.add(n, less);
                self.floor_div(n, d, positive)
            }
            Mode::HalfUp | Mode::HalfDown => {
                let twice = self.add(n, n);
                let mut half = d;
                if mode == Mode::HalfDown {
                    half = self.sub(d, Word::Known(1));
                }
                let n = self.add(twice, half);
                let d = self.add(d, d);
                self.floor_div(n, d, positive)
            }
            Mode::HalfEven => return None,
        };
        let turned = self.sub(Word::Known(0), quotient);
        let quotient = if symmetric { self.select(sign, turned, quotient) } else { quotient };
        let most = held(exact.most.saturating_add(1)).unwrap_or(i64::MAX);
        let least = held(exact.least.saturating_sub(1)).unwrap_or(i64::MIN + 1);
        let least = if exact.is_never_negative() { 0 } else { least };
        Some((Exact::whole(quotient, least, most), left))
    }

    /// Whether a number or a divisor is too large to be doubled.
    fn room(&mut self, n: Word, d: Word) -> Bit {
        let quarter = Word::Known(1 << 60);
        let shifted = self.add(n, quarter);
        let large = self.test(IntCC::UnsignedGreaterThanOrEqual, shifted, Word::Known(1 << 61));
        let wide = self.test(IntCC::SignedGreaterThanOrEqual, d, quarter);
        self.or(large, wide)
    }

    /// A number rounded to a multiple of a grain that is known and positive.
    pub fn round(&mut self, mode: Mode, value: Exact, grain: Exact) -> Option<Checked> {
        let (grains, left) = self.grains(mode, value, grain)?;
        let (rounded, more) = self.times(grains, grain);
        Some((rounded, self.or(left, more)))
    }
}

/// In lowest terms, where both parts are known.
fn simplest(exact: Exact) -> Exact {
    match (exact.above, exact.below) {
        (Word::Known(above), Word::Known(below)) if below > 0 => Exact::known(above, below),
        _ => exact,
    }
}
