//! Months and days between two days, as cheaply as can be: a table that says of each day of two centuries which month it
//! is in and what else matters, and Neri and Schneider's arithmetic for days outside it.

use std::sync::OnceLock;

/// 1900-01-01, counted from 1970-01-01.
pub const BASE: i32 = -25_567;
/// The days the table knows: 1900-01-01 to 2099-12-31.
const DAYS: i32 = 73_049;
/// Places in the table, so that the lower bits of any number are one.
const PLACES: usize = 1 << 17;

/// What is known of a day: bits 0 to 4 its number in the month, from 0; bit 7 whether it is the last; bits 8 to 12 the
/// number of the last day of the month before; from bit 16 the number of the month.
type Day = i32;

/// The days of two centuries.
pub struct Calendar {
    days: Box<[Day; PLACES]>,
    parts: Box<[u64; PARTS]>,
}

/// More than the months that days of two centuries can come to, left-over days being at most one more.
const PARTS: usize = 4096;

impl Calendar {
    /// The one there is; made when first asked for.
    pub fn get() -> &'static Calendar {
        static MADE: OnceLock<Calendar> = OnceLock::new();
        MADE.get_or_init(|| {
            let mut days = Vec::with_capacity(PLACES);
            let mut before = 31;
            for number in 0..2400 {
                let length = length(1900 + number / 12, number % 12);
                for day in 0..length {
                    let last = i32::from(day == length - 1);
                    days.push(day | last << 7 | (before - 1) << 8 | number << 16);
                }
                before = length;
            }
            days.resize(PLACES, 0);
            let parts: Vec<u64> = (0..PARTS as u64).map(|n| (1 << 62) / n.max(1) + 1).collect();
            let days = days.into_boxed_slice().try_into().expect("as many places as days");
            Calendar { days, parts: parts.into_boxed_slice().try_into().expect("as many parts") }
        })
    }

    /// A number below 2^49 divided by months that near days can come to, rounded down: what `2^62 / months` is too large
    /// by is less than one, so the product is too large by less than the least part of a whole.
    #[inline(always)]
    pub fn divided(&self, number: u64, months: u64) -> u64 {
        ((u128::from(number) * u128::from(self.parts[months as usize & (PARTS - 1)])) >> 62) as u64
    }

    /// `all * own / total`, rounded half up to a hundred, for months that near days can come to.
    #[inline(always)]
    pub fn part_of(&self, all: i64, own: u64, total: u64) -> i64 {
        let hundreds = (all as u64).wrapping_mul(own).wrapping_add(total.wrapping_mul(50)) / 100;
        self.divided(hundreds, total).wrapping_mul(100) as i64
    }

    /// What is known of a day that is near.
    #[inline(always)]
    pub fn day(&self, day: i32) -> Day {
        self.days[day.wrapping_sub(BASE) as usize & (PLACES - 1)]
    }

    /// Whole months from a day to the day before another, from bit 16 on, and the days left over, below: both near, the
    /// first not after the second.
    #[inline(always)]
    pub fn between(&self, from: i32, until: i32) -> i32 {
        between(self.day(from), self.day(until))
    }
}

/// As [`Calendar::between`], of days as the calendar has them. Months end on the last day of one that is too short.
#[inline(always)]
pub fn between(from: Day, until: Day) -> i32 {
    let (first, day) = (from & 31, until & 31);
    let short = first > day;
    let back = short & (until & 1 << 7 == 0);
    let months = (until >> 16).wrapping_sub(from >> 16).wrapping_sub(i32::from(back));
    // Reached in the month before, where that is long enough, else on its last day.
    let left = (until >> 8 & 31).wrapping_sub(first);
    let across = day.wrapping_add(1).wrapping_add(if left > 0 { left } else { 0 });
    let days = if back { across } else { 0 } | if short { 0 } else { day.wrapping_sub(first) };
    months << 16 | days
}

/// Whether the table knows both days.
#[inline(always)]
pub fn is_near(first: i32, last: i32) -> bool {
    first >= BASE && last < BASE + DAYS
}

const fn length(year: i32, month: i32) -> i32 {
    match month {
        1 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        1 => 28,
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    }
}

/// Whole months and days for any two days, the months from bit 32 on.
pub fn far(from: i32, until: i32) -> u64 {
    let ((one, day, _, _), (two, end, length, before)) = (civil(from), civil(until));
    let here = day.min(length);
    let (months, days) =
        if here <= end { (two - one, end - here) } else { (two - one - 1, end + before - day.min(before)) };
    (months as u64) << 32 | days as u64
}

/// The number of a day's month, the day in it, the length of the month and of the one before.
fn civil(day: i32) -> (i64, i64, i64, i64) {
    // Days since 0000-03-01.
    let n = 4 * (i64::from(day) + 719_468) + 3;
    let (century, of_century) = (n.div_euclid(146_097), n.rem_euclid(146_097) | 3);
    let product = 2_939_745 * of_century;
    let (year, of_year) = (product >> 32, (product & 0xffff_ffff) / 2_939_745 / 4);
    let packed = 2141 * of_year + 197_913;
    let (month, of_month) = (packed >> 16, (packed & 0xffff) / 2141);
    let year = 100 * century + year;
    let of = |number: i64| {
        let (year, month) = (number.div_euclid(12), number.rem_euclid(12));
        i64::from(length(i32::try_from(year).unwrap_or(1), i32::try_from(month).unwrap_or(0)))
    };
    // Months since 0000-01, March being month 3 of its year and February month 14 of the one before.
    let number = year * 12 + month - 1;
    (number, of_month + 1, of(number), of(number - 1))
}
