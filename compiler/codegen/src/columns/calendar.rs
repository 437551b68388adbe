//! The calendar in native code: months and days of the month from day numbers and back.
//!
//! Years begin in March here, so that a leap day is the last of its year. Divisions by constants are products and
//! shifts, exact over every day the language has (the bounds are worked out beside each).

use super::word::{Bit, Code, Word};
use accord_core::{Date, MonthEnd};
use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::condcodes::IntCC;

/// Day number 0 counted from 1 March of the year 0.
const FROM_MARCH: i64 = 719_468;

/// The first day there is.
pub(super) fn first_day() -> i64 {
    i64::from(Date::MIN.day_number())
}

/// The last day there is.
pub(super) fn last_day() -> i64 {
    i64::from(Date::MAX.day_number())
}

/// `2^shift / by`, rounded up.
fn factor(by: i64, shift: u32) -> i64 {
    let power = 1_i64 << shift;
    (power + by - 1) / by
}

/// A day as the number of its month since the year 0 began, and the day of the month, from 1.
#[derive(Clone, Copy)]
pub(super) struct Civil {
    pub month: Word,
    pub day: Word,
    /// The month of the year that begins in March: from 3 to 14.
    of_year: Word,
    /// That year, of its century.
    year: Word,
    century: Word,
}

impl Code<'_> {
    /// `n / by`, by a product and a shift: exact where `n * by` is below `2^shift`, or nearly so; the bounds of each use
    /// are tried out in full by a test.
    fn divided(&mut self, n: Word, by: i64, shift: u32) -> Word {
        let product = self.mul(n, Word::Known(factor(by, shift)));
        self.shr(product, i64::from(shift))
    }

    /// Month and day of a day not before the day before [`first_day`].
    pub fn civil(&mut self, day: Word) -> Civil {
        let known = |n: i64| Word::Known(n);
        let since = self.add(day, known(FROM_MARCH));
        let quarters = self.mul(since, known(4));
        let quarters = self.add(quarters, known(3));
        let century = self.divided(quarters, 146_097, 44);
        let before = self.mul(century, known(146_097));
        let of_century = self.sub(quarters, before);
        let of_century = self.bor(of_century, known(3));
        let year = self.divided(of_century, 1_461, 32);
        let before = self.mul(year, known(1_461));
        let of_year = self.sub(of_century, before);
        let of_year = self.shr(of_year, 2);
        let scaled = self.mul(of_year, known(2_141));
        let scaled = self.add(scaled, known(197_913));
        let month = self.shr(scaled, 16);
        let rest = self.band(scaled, known(0xFFFF));
        let day = self.divided(rest, 2_141, 32);
        let day = self.add(day, known(1));
        let years = self.mul(century, known(100));
        let years = self.add(years, year);
        let months = self.mul(years, known(12));
        let months = self.add(months, month);
        Civil { month: self.sub(months, known(1)), day, of_year: month, year, century }
    }

    /// The year and the month of the year, 0 to 11, of a month number from 0 on.
    fn year_and_month(&mut self, month: Word) -> (Word, Word) {
        let year = self.divided(month, 12, 36);
        let before = self.mul(year, Word::Known(12));
        (year, self.sub(month, before))
    }

    /// The first day of a month from March of the year 0 on.
    pub fn first_of_month(&mut self, month: Word) -> Word {
        let known = |n: i64| Word::Known(n);
        let from_march = self.sub(month, known(2));
        let (year, month) = self.year_and_month(from_march);
        let days = self.mul(year, known(365));
        let fourth = self.shr(year, 2);
        let hundredth = self.divided(year, 100, 32);
        let four_hundredth = self.divided(year, 400, 32);
        let days = self.add(days, fourth);
        let days = self.sub(days, hundredth);
        let days = self.add(days, four_hundredth);
        let scaled = self.mul(month, known(153));
        let scaled = self.add(scaled, known(2));
        let of_year = self.divided(scaled, 5, 20);
        let days = self.add(days, of_year);
        self.sub(days, known(FROM_MARCH))
    }

    /// How many days a month has.
    pub fn days_in_month(&mut self, month: Word) -> Word {
        let known = |n: i64| Word::Known(n);
        let (year, month) = self.year_and_month(month);
        let from_one = self.add(month, known(1));
        let high = self.shr(from_one, 3);
        let odd = self.bxor(from_one, high);
        let days = self.bor(odd, known(30));
        // A year that 25 divides is a leap year where 16 does, another where 4 does.
        let by_25 = self.divided(year, 25, 32);
        let by_25 = self.mul(by_25, known(25));
        let whole = self.test(IntCC::Equal, by_25, year);
        let mask = self.select(whole, known(15), known(3));
        let rest = self.band(year, mask);
        let leap = self.test(IntCC::Equal, rest, known(0));
        let february = self.select(leap, known(29), known(28));
        let is_february = self.test(IntCC::Equal, month, known(1));
        self.select(is_february, february, days)
    }

    /// Whole months from the first day of a run, and the days left over, as [`accord_core::Span::months_and_days`];
    /// the last day may be the one before the first. Only whether a run begins after the 28th of a month is a branch:
    /// few do.
    pub fn months_and_days(&mut self, first: Word, last: Word) -> (Word, Word) {
        let known = |n: i64| Word::Known(n);
        let end = self.add(last, known(1));
        let (from, to) = (self.civil(first), self.civil(end));
        let months = self.sub(to.month, from.month);
        let days = self.sub(to.day, from.day);
        let is_plain = self.test(IntCC::SignedGreaterThanOrEqual, days, known(0));
        let fewer = self.sub(months, known(1));
        let months_in_all = self.select(is_plain, months, fewer);
        let length = self.length_before(&to);
        let more = self.add(days, length);
        let left = self.select(is_plain, days, more);
        let (late, _) = self.block_of(0);
        let (done, given) = self.block_of(2);
        let is_late = self.test(IntCC::SignedGreaterThan, from.day, known(28));
        let (is_late, m, d) = (self.flag(is_late), self.value(months_in_all), self.value(left));
        self.build.ins().brif(is_late, late, &[], done, &[m.into(), d.into()]);
        self.build.set_cold_block(late);
        self.build.switch_to_block(late);
        // The month before the last may be too short for the day, and so may the last.
        let own_length = self.days_in_month(to.month);
        let at_end = self.test(IntCC::Equal, to.day, own_length);
        let short = self.test(IntCC::SignedLessThan, length, from.day);
        let start = self.select(short, length, from.day);
        let left = self.add(length, to.day);
        let left = self.sub(left, start);
        let left = self.select(at_end, known(0), left);
        let left = self.select(is_plain, days, left);
        let whole = self.or(is_plain, at_end);
        let months = self.select(whole, months, fewer);
        let (months, left) = (self.value(months), self.value(left));
        self.jump(done, &[months, left]);
        self.build.switch_to_block(done);
        match given.as_slice() {
            [months, days] => (Word::Run(*months), Word::Run(*days)),
            _ => (known(0), known(0)),
        }
    }

    /// How many days the month before that of a day has: a bit says of each whether it is 31, of February the year.
    fn length_before(&mut self, day: &Civil) -> Word {
        let known = |n: i64| Word::Known(n);
        // From March, 3, to February, 14: before it February, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31.
        let long = self.value(known(0b0110_1011_0101_0000));
        let at = self.value(day.of_year);
        let bit = self.build.ins().ushr(long, at);
        let bit = self.build.ins().band_imm_s(bit, 1);
        let length = self.add(Word::Run(bit), known(30));
        let full = self.test(IntCC::Equal, day.year, known(0));
        let of = self.select(full, day.century, day.year);
        let rest = self.band(of, known(3));
        let leap = self.test(IntCC::Equal, rest, known(0));
        let february = self.select(leap, known(29), known(28));
        let is_march = self.test(IntCC::Equal, day.of_year, known(3));
        self.select(is_march, february, length)
    }

    /// A day so many months later, and whether there is none: beyond the calendar, or by the rule for month ends.
    pub fn months_later(&mut self, day: Word, months: Word, rule: MonthEnd) -> (Word, Bit) {
        let civil = self.civil(day);
        let month = self.add(civil.month, months);
        // The years 1 to 9999.
        let shifted = self.sub(month, Word::Known(12));
        let outside = self.test(IntCC::UnsignedGreaterThanOrEqual, shifted, Word::Known(9_999 * 12));
        let month = self.select(outside, Word::Known(12), month);
        let length = self.days_in_month(month);
        let short = self.test(IntCC::SignedGreaterThan, civil.day, length);
        let first = self.first_of_month(month);
        let on = self.add(first, civil.day);
        let on = self.sub(on, Word::Known(1));
        let next = self.add(first, length);
        let end = self.sub(next, Word::Known(1));
        match rule {
            MonthEnd::LastDay => (self.select(short, end, on), outside),
            MonthEnd::NextDay => {
                let day = self.select(short, next, on);
                let beyond = self.test(IntCC::SignedGreaterThan, day, Word::Known(last_day()));
                (day, self.or(outside, beyond))
            }
            MonthEnd::Error => (on, self.or(outside, short)),
        }
    }

    /// Whether a day number is none of the days there are.
    pub fn outside(&mut self, day: Word) -> Bit {
        let since = self.sub(day, Word::Known(first_day()));
        self.test(IntCC::UnsignedGreaterThanOrEqual, since, Word::Known(last_day() - first_day() + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::factor;

    #[test]
    fn products_and_shifts_divide_exactly() {
        // The divisors above, with the largest number each is used for: quarters of days, days of a century times four,
        // what is left of a scaled day of the year, months, years, a scaled month of the year.
        let uses = [
            (146_097, 44, 4 * 3_660_000 + 3),
            (1_461, 32, 146_099),
            (2_141, 32, 65_535),
            (12, 36, 121_000),
            (100, 32, 10_001),
            (400, 32, 10_001),
            (25, 32, 10_001),
            (5, 20, 2_000),
        ];
        for (by, shift, most) in uses {
            let factor = factor(by, shift);
            assert!((0..=most).all(|n: i64| (n * factor) >> shift == n / by), "by {by}");
        }
    }
}
