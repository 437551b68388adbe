//! Days and spans of days. Calendar work is jiff's; the month-end rule is the source's.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A day of the proleptic Gregorian calendar, year 1 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(jiff::civil::Date);

/// Day number 0, as Arrow's Date32 counts.
const EPOCH: jiff::civil::Date = jiff::civil::date(1970, 1, 1);

/// Days from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
}

/// Where a month is too short for a day: 31 January plus one month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MonthEnd {
    /// The last day of the month.
    LastDay,
    /// The first day of the next.
    NextDay,
    /// No result.
    Error,
}

/// What a part of a unit is worth when days are counted in months, quarters or years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartUnit {
    /// It counts as a whole one.
    Counts,
    /// It is dropped.
    Dropped,
}

impl Date {
    /// The first day there is, 0001-01-01.
    pub const MIN: Date = Date(jiff::civil::date(1, 1, 1));
    /// The last day there is, 9999-12-31.
    pub const MAX: Date = Date(jiff::civil::date(9999, 12, 31));

    /// The day of a year (1 to 9999), month (1 to 12) and day of the month; `None` where there is no such day.
    pub fn from_ymd(year: i32, month: i32, day: i32) -> Option<Date> {
        let year = i16::try_from(year).ok()?;
        Date::in_range(jiff::civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?)
    }

    /// Reads `2012-10-01`, four digits, two and two; `None` for another form or a day that does not exist.
    pub fn parse(text: &str) -> Option<Date> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = |part: &str, count: usize| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
        if parts.next().is_some() || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
            return None;
        }
        Date::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    fn in_range(date: jiff::civil::Date) -> Option<Date> {
        (date.year() >= 1).then_some(Date(date))
    }

    /// The calendar year, 1 to 9999.
    pub fn year(self) -> i32 {
        i32::from(self.0.year())
    }

    /// The month, 1 to 12.
    pub fn month(self) -> i32 {
        i32::from(self.0.month())
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> i32 {
        i32::from(self.0.day())
    }

    /// Days since 1970-01-01, negative before.
    pub fn day_number(self) -> i32 {
        i32::try_from(self.0.duration_since(EPOCH).as_hours() / 24).unwrap_or(0)
    }

    /// The day of a number of days since 1970-01-01; `None` beyond the calendar.
    pub fn from_day_number(number: i32) -> Option<Date> {
        Date(EPOCH).add_days(i64::from(number))
    }

    /// This many days later (earlier where negative); `None` beyond the calendar.
    pub fn add_days(self, days: i64) -> Option<Date> {
        // The next day and the one before are asked for most.
        match days {
            1 => return self.0.tomorrow().ok().and_then(Date::in_range),
            -1 => return self.0.yesterday().ok().and_then(Date::in_range),
            _ => {}
        }
        let step = jiff::Span::new().try_days(days).ok()?;
        Date::in_range(self.0.checked_add(step).ok()?)
    }

    /// Days from `earlier` to this day: 0 for the same day, negative where `earlier` is later.
    pub fn days_since(self, earlier: Date) -> i64 {
        i64::from(self.day_number()) - i64::from(earlier.day_number())
    }

    /// This many months later (earlier where negative). `None` beyond the calendar, and where the month is too short
    /// for the day and the rule makes that an error.
    pub fn add_months(self, months: i64, rule: MonthEnd) -> Option<Date> {
        let count = self.month_number().checked_add(months)?;
        let (year, month) = (i32::try_from(count.div_euclid(12)).ok()?, i32::try_from(count.rem_euclid(12)).ok()? + 1);
        let first = Date::from_ymd(year, month, 1)?;
        let length = i32::from(first.0.days_in_month());
        if self.day() <= length {
            return Date::from_ymd(year, month, self.day());
        }
        match rule {
            MonthEnd::LastDay => Date::from_ymd(year, month, length),
            MonthEnd::NextDay => first.add_days(i64::from(length)),
            MonthEnd::Error => None,
        }
    }

    /// Months since the year 0 began: two days of one month have the same number.
    pub fn month_number(self) -> i64 {
        i64::from(self.year()) * 12 + i64::from(self.month()) - 1
    }

    /// How many whole steps of `step` months (at least 1) lie between this day and the day before `end`, and the day
    /// after the last of them. 0 where `end` is not later. `None` where that day does not exist by the rule.
    pub fn steps_until(self, end: Date, step: i64, rule: MonthEnd) -> Option<(i64, Date)> {
        if end <= self {
            return Some((0, self));
        }
        let most = (end.month_number() - self.month_number()).checked_div_euclid(step)?;
        let reached = self.add_months(most * step, rule)?;
        if reached <= end {
            return Some((most, reached));
        }
        Some((most - 1, self.add_months((most - 1) * step, rule)?))
    }
}

impl Span {
    /// From a day to a day, both included; `None` where the last is before the first.
    pub fn new(first: Date, last: Date) -> Option<Span> {
        (first <= last).then_some(Span { first, last })
    }

    /// How many days, at least 1.
    pub fn days(self) -> i64 {
        self.last.days_since(self.first) + 1
    }

    /// Whether the day is one of them.
    pub fn contains(self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }

    /// The days in both; `None` where there are none.
    pub fn meet(self, other: Span) -> Option<Span> {
        Span::new(self.first.max(other.first), self.last.min(other.last))
    }

    /// Whole months counted from the first day, and the days left over: 15 January to 20 March is 2 months and 6
    /// days. A month too short for the first day's number ends on its last day (31 January to 27 February of a
    /// common year is 1 month, to 28 February 1 month and 1 day).
    pub fn months_and_days(self) -> (i64, i64) {
        let end = match self.last.add_days(1) {
            Some(end) => end,
            // The day after the last day there is has no name, but months from a first of the month end there.
            None if self.first.day() == 1 => return (self.last.month_number() - self.first.month_number() + 1, 0),
            None => self.last,
        };
        match self.first.steps_until(end, 1, MonthEnd::LastDay) {
            Some((months, reached)) => (months, self.last.days_since(reached) + 1),
            None => (0, self.days()),
        }
    }

    /// The days of the first that are not among the second, as runs; both are runs themselves.
    pub fn without(runs: &[Span], taken: &[Span]) -> Vec<Span> {
        let mut left = Vec::with_capacity(runs.len());
        for run in runs {
            let mut rest = Some(*run);
            for hole in taken.iter().filter_map(|span| span.meet(*run)) {
                let Some(open) = rest else { break };
                left.extend(hole.first.add_days(-1).and_then(|last| Span::new(open.first, last)));
                rest = hole.last.add_days(1).and_then(|first| Span::new(first, run.last));
            }
            left.extend(rest);
        }
        left
    }

    /// The days of the spans as unbroken runs, in order: spans that share a day or follow each other without a gap
    /// are one run.
    pub fn runs(spans: impl IntoIterator<Item = Span>) -> Vec<Span> {
        let mut sorted: Vec<Span> = spans.into_iter().collect();
        sorted.sort();
        let mut runs: Vec<Span> = Vec::with_capacity(sorted.len());
        for span in sorted {
            match runs.last_mut() {
                Some(run) if run.last.add_days(1).is_none_or(|next| span.first <= next) => {
                    run.last = run.last.max(span.last);
                }
                Some(_) | None => runs.push(span),
            }
        }
        runs
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year(), self.month(), self.day())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.first, self.last)
    }
}
