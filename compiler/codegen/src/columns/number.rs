//! Exact numbers in the making: a whole number over a positive whole number, with the range of each.
//!
//! Where the range shows that 64 bits hold a product it is one multiplication; else an overflow is looked for, and a row
//! in which there is one is left to the general evaluator, which computes with numbers of any size.

use super::word::{Bit, Code, Word, constant_memory};
use accord_core::{Mode, Ratio};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{GlobalValue, InstBuilder, types};

/// What 64 bits hold, with a margin.
const MOST: i128 = 1 << 62;

/// Divisors below this have a place in the table of [`parts`].
pub(super) const PARTS: i64 = 1 << 13;

/// Numbers below this are divided by means of it.
pub(super) const MOST_OF_PARTS: i64 = 1 << 50;

/// `2^63 / d`, rounded up, for each divisor `d` there is a place for.
///
/// A number `n` below 2^50 times this, divided by 2^64, is `n / 2d` rounded down: rounding up makes the part too large by
/// less than 1, so the product is too large by less than `n / 2^64`, which is less than `1 / 2d`, and the next whole number
/// is at least that far away.
pub(super) fn parts() -> impl Iterator<Item = u64> {
    (0..PARTS.unsigned_abs()).map(|d| (1_u64 << 63).div_ceil(d.max(1)))
}

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

/// A positive divisor: a number known now times one that is known when it runs, with the most that one can be.
struct Divisor {
    known: i64,
    word: Word,
    most: i128,
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
        if reach < MOST || a == Word::Known(1) || b == Word::Known(1) {
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
        let is_zero = match below {
            Word::Run(divisor) if self.nonzero.contains(&divisor) => Bit::Known(false),
            _ => self.test(IntCC::Equal, below, Word::Known(0)),
        };
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
        // What the divisor is at least.
        let least_below = match (value.below, grain.above, grain.below) {
            (Word::Run(_), Word::Known(known), Word::Known(1)) => i128::from(known).max(1),
            _ => match d {
                Word::Known(known) => i128::from(known).max(1),
                Word::Run(_) => 1,
            },
        };
        let quotient = match (positive, value.below, grain.above) {
            // What is known of the divisor is divided by first.
            (true, Word::Run(_), Word::Known(known)) if grain.below == Word::Known(1) => {
                let divisor = Divisor { known, word: value.below, most: value.most_below };
                self.grains_of(mode, (n, reach), d, divisor)?
            }
            (true, ..) => {
                let divisor = Divisor { known: 1, word: d, most: exact.most_below };
                self.grains_of(mode, (n, reach), d, divisor)?
            }
            (false, ..) => self.signed_grains(mode, n, d)?,
        };
        let turned = self.sub(Word::Known(0), quotient);
        let quotient = if symmetric { self.select(sign, turned, quotient) } else { quotient };
        let most = held((exact.most.max(0) / least_below).saturating_add(1)).unwrap_or(i64::MAX);
        let least = held(exact.least.saturating_sub(1)).unwrap_or(i64::MIN + 1);
        let least = if exact.is_never_negative() { 0 } else { least };
        Some((Exact::whole(quotient, least, most), left))
    }

    /// How many times `d` goes into a number that is not negative, rounded: the number doubled and what the mode adds,
    /// divided by twice `d`, which is a divisor known now times one that is known when it runs.
    fn grains_of(&mut self, mode: Mode, (n, reach): (Word, i128), d: Word, divisor: Divisor) -> Option<Word> {
        let one = Word::Known(1);
        let added = match mode {
            Mode::Down | Mode::TowardZero => Word::Known(0),
            Mode::Up => {
                let less = self.sub(d, one);
                self.add(less, less)
            }
            Mode::HalfUp => d,
            Mode::HalfDown => self.sub(d, one),
            Mode::HalfEven => return None,
        };
        let twice = self.add(n, n);
        let mut dividend = self.add(twice, added);
        let mut reach = reach;
        if divisor.known > 1 {
            dividend = self.floor_div(dividend, Word::Known(divisor.known), true);
            reach /= i128::from(divisor.known);
        }
        Some(self.divided_twice((dividend, reach), (divisor.word, divisor.most)))
    }

    /// As [`Code::grains_of`], of a number that may be negative, by a mode that goes the same way on both sides of zero.
    fn signed_grains(&mut self, mode: Mode, n: Word, d: Word) -> Option<Word> {
        match mode {
            Mode::Down => Some(self.floor_div(n, d, false)),
            Mode::Up => {
                let less = self.sub(d, Word::Known(1));
                let n = self.add(n, less);
                Some(self.floor_div(n, d, false))
            }
            Mode::TowardZero | Mode::HalfUp | Mode::HalfDown | Mode::HalfEven => None,
        }
    }

    /// A number that is not negative divided by twice a positive one, rounded down; with the most each can be.
    ///
    /// Where both are small it is a product with a number from a table ([`parts`]); code for rows without anything
    /// unusual tells when it runs. Else it is divided.
    fn divided_twice(&mut self, (n, most): (Word, i128), (d, most_below): (Word, i128)) -> Word {
        if let Word::Known(known) = d {
            let twice = known.checked_mul(2).filter(|twice| *twice > 0).unwrap_or(i64::MAX);
            return self.floor_div(n, Word::Known(twice), true);
        }
        let (near, small) = (most < i128::from(MOST_OF_PARTS), most_below < i128::from(PARTS));
        let table = self.parts;
        match table {
            Some(table) if near && small => self.product_with_part(table, n, d),
            Some(table) if self.bail.is_some() => {
                let few = if small { Bit::Known(true) } else { self.below(d, PARTS) };
                let fits = if near { Bit::Known(true) } else { self.below(n, MOST_OF_PARTS) };
                let both = self.and(few, fits);
                let both = self.flag(both);
                let (by_table, _) = self.block_of(0);
                let (by_division, _) = self.block_of(0);
                let (after, found) = self.block_of(1);
                self.build.ins().brif(both, by_table, &[], by_division, &[]);
                self.build.switch_to_block(by_table);
                let quotient = self.product_with_part(table, n, d);
                let quotient = self.value(quotient);
                self.jump(after, &[quotient]);
                self.build.switch_to_block(by_division);
                let quotient = self.divided_by_twice(n, d);
                let quotient = self.value(quotient);
                self.jump(after, &[quotient]);
                self.build.switch_to_block(after);
                found.first().map_or(Word::Known(0), |found| Word::Run(*found))
            }
            _ => self.divided_by_twice(n, d),
        }
    }

    fn below(&mut self, n: Word, limit: i64) -> Bit {
        self.test(IntCC::UnsignedLessThan, n, Word::Known(limit))
    }

    fn divided_by_twice(&mut self, n: Word, d: Word) -> Word {
        let twice = self.add(d, d);
        // Where a product left 64 bits the result is not looked at; dividing by nothing would stop the process.
        let nothing = self.test(IntCC::Equal, twice, Word::Known(0));
        let twice = self.select(nothing, Word::Known(1), twice);
        self.floor_div(n, twice, true)
    }

    /// `n / 2d` as the upper half of a product with `2^63 / d`.
    fn product_with_part(&mut self, table: GlobalValue, n: Word, d: Word) -> Word {
        // Whatever the divisor is of a row that does not count, it is a place in the table.
        let place = self.band(d, Word::Known(PARTS - 1));
        let table = self.build.ins().symbol_value(types::I64, table);
        let address = self.element(table, place, 8);
        let part = self.build.ins().load(types::I64, constant_memory(), address, 0);
        let n = self.value(n);
        Word::Run(self.build.ins().umulhi(n, part))
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

#[cfg(test)]
mod tests {
    use super::{MOST_OF_PARTS, PARTS, parts};

    /// `n / 2d` as the code has it.
    fn by_table(n: u64, part: u64) -> u64 {
        u64::try_from((u128::from(n) * u128::from(part)) >> 64).unwrap()
    }

    #[test]
    fn a_part_of_every_divisor_gives_the_quotient() {
        let limit = MOST_OF_PARTS.unsigned_abs();
        let table: Vec<u64> = parts().collect();
        assert_eq!(table.len(), usize::try_from(PARTS).unwrap());
        for (d, part) in (0_u64..).zip(table).skip(1) {
            let by = 2 * d;
            // On both sides of multiples: the first, the last, and many between.
            let last = limit / by;
            let between = (0..200).map(|step| step * (last / 200) + step % 7);
            for multiple in [1, 2, 3, last - 1, last].into_iter().chain(between).map(|times| times * by) {
                for n in [multiple.saturating_sub(1), multiple, multiple + 1].into_iter().filter(|n| *n < limit) {
                    assert_eq!(by_table(n, part), n / by, "{n} by {by}");
                }
            }
            assert_eq!(by_table(limit - 1, part), (limit - 1) / by);
        }
    }
}
