//! A table of the days that most records lie in: the month of each, and what else its length depends on.

use super::word::{Bit, Code, Word};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use std::sync::OnceLock;

/// The first day of the table: 1900-01-01, counted from 1970-01-01.
pub(super) const FIRST: i32 = -25_567;
/// So many bits number its days: it ends in June 2079.
pub(super) const BITS: u32 = 16;
/// From this bit on the number of the month; from 0 on the day of the month, less one.
pub(super) const MONTH: u32 = 16;
/// From this bit on how many days the month before has, less one.
pub(super) const BEFORE: u32 = 8;
/// Set on the last day of a month.
pub(super) const LAST_OF_MONTH: i64 = 1 << 7;

/// What it is called where code refers to it.
pub(super) const SYMBOL: &str = "accord.days";

/// The table, a word for each day.
pub(super) fn table() -> &'static [i32] {
    static MADE: OnceLock<Vec<i32>> = OnceLock::new();
    MADE.get_or_init(|| {
        let size = 1_usize << BITS;
        let mut days = Vec::with_capacity(size);
        let mut before = 31;
        for month in 0_i32.. {
            let length = length(1900 + month / 12, month % 12);
            for day in 0..length {
                if days.len() == size {
                    return days;
                }
                let last = if day == length - 1 { 1 << 7 } else { 0 };
                days.push(month << MONTH | (before - 1) << BEFORE | last | day);
            }
            before = length;
        }
        days
    })
}

/// The table as it lies in memory.
pub(super) fn bytes() -> Box<[u8]> {
    table().iter().flat_map(|day| day.to_ne_bytes()).collect()
}

impl Code<'_> {
    /// Whole months from the first day of a run, and the days left over: looked up where the table is at hand and has
    /// both days, else computed.
    pub fn months_of_run(&mut self, first: Word, last: Word) -> (Word, Word) {
        let Some(table) = self.table else { return self.months_and_days(first, last) };
        // No days at all are looked up like any: the run that each party begins with is one of these.
        let none = self.test(IntCC::SignedLessThan, last, first);
        let first = self.select(none, Word::Known(i64::from(FIRST)), first);
        let last = self.select(none, Word::Known(i64::from(FIRST) - 1), last);
        let from = self.sub(first, Word::Known(i64::from(FIRST)));
        let until = self.sub(last, Word::Known(i64::from(FIRST) - 1));
        let both = self.bor(from, until);
        let above = self.shr(both, i64::from(BITS));
        let near = self.test(IntCC::Equal, above, Word::Known(0));
        let (looked, _) = self.block_of(0);
        let (computed, _) = self.block_of(0);
        let (done, given) = self.block_of(2);
        let near = self.flag(near);
        self.build.ins().brif(near, looked, &[], computed, &[]);
        self.build.set_cold_block(computed);
        self.build.switch_to_block(computed);
        let (months, days) = self.months_and_days(first, last);
        let words = [months, days].map(|w| self.value(w));
        self.jump(done, &words);
        self.build.switch_to_block(looked);
        let base = self.build.ins().symbol_value(types::I64, table);
        let (from, until) = (self.looked_up(base, from), self.looked_up(base, until));
        let (months, days) = self.months_of_days(from, until);
        let words = [months, days].map(|w| self.value(w));
        self.jump(done, &words);
        self.build.switch_to_block(done);
        match given.as_slice() {
            [months, days] => (Word::Run(*months), Word::Run(*days)),
            _ => (Word::Known(0), Word::Known(0)),
        }
    }

    fn looked_up(&mut self, base: Value, day: Word) -> Word {
        let address = self.element(base, day, 4);
        self.read(types::I32, false, address, 0)
    }

    /// Months and days from one day of the table to before another. A month that is too short ends on its last day.
    fn months_of_days(&mut self, from: Word, until: Word) -> (Word, Word) {
        let known = Word::Known;
        let (first, day) = (self.band(from, known(31)), self.band(until, known(31)));
        let within = self.sub(day, first);
        let short = self.test(IntCC::SignedLessThan, within, known(0));
        let is_last = self.band(until, known(LAST_OF_MONTH));
        let inside = self.test(IntCC::Equal, is_last, known(0));
        let back: Bit = self.and(short, inside);
        let (from, month) = (self.shr(from, i64::from(MONTH)), self.shr(until, i64::from(MONTH)));
        let months = self.sub(month, from);
        let one = self.word_of(back);
        let months = self.sub(months, one);
        let before = self.shr(until, i64::from(BEFORE));
        let before = self.band(before, known(31));
        let left = self.sub(before, first);
        let left = self.greater(left, known(0));
        let across = self.add(left, day);
        let across = self.add(across, known(1));
        let within = self.select(short, known(0), within);
        (months, self.select(back, across, within))
    }
}

/// The days of a month, from 0 for January.
fn length(year: i32, month: i32) -> i32 {
    match month {
        1 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        1 => 28,
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::{BEFORE, FIRST, LAST_OF_MONTH, MONTH, table};
    use accord_core::Date;

    #[test]
    fn every_day_has_its_month() {
        for (at, day) in (FIRST..).zip(table()) {
            let date = Date::from_day_number(at).expect("a day");
            let next = date.add_days(1).expect("a day");
            let before = Date::from_ymd(date.year(), date.month(), 1).expect("a day").add_days(-1).expect("a day");
            assert_eq!(day >> MONTH, (date.year() - 1900) * 12 + date.month() - 1, "{at}");
            assert_eq!(day & 31, date.day() - 1, "{at}");
            assert_eq!(day >> BEFORE & 31, before.day() - 1, "{at}");
            assert_eq!(i64::from(*day) & LAST_OF_MONTH != 0, next.month() != date.month(), "{at}");
        }
    }
}
