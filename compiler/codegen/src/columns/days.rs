//! Days, months and spans: see [`accord_core::HostFn`].

use super::data::Data;
use super::number::Exact;
use super::ops::{Made, rule_of, unit_of};
use super::row::Row;
use super::tag::Tag;
use super::word::{Bit, Word};
use accord_core::{FaultKind, HostFn, MonthEnd, PartUnit, Unit};
use cranelift_codegen::ir::condcodes::IntCC;

/// What one unit is in the calendar.
enum Step {
    Months(i64),
    Days(i64),
}

fn step(unit: Unit) -> Option<Step> {
    Some(match unit {
        Unit::Years => Step::Months(12),
        Unit::Quarters => Step::Months(3),
        Unit::Months => Step::Months(1),
        Unit::Weeks => Step::Days(7),
        Unit::Days => Step::Days(1),
        Unit::Days5 | Unit::Days6 | Unit::Days7 | Unit::Hours => return None,
    })
}

impl Row<'_, '_> {
    pub fn of_days(&mut self, site: u32, function: HostFn, given: &[&Data]) -> Made {
        match (function, given) {
            (HostFn::Within, [Data::Date(day), Data::Span(first, last)]) => {
                let after = self.code.test(IntCC::SignedGreaterThanOrEqual, *day, *first);
                let before = self.code.test(IntCC::SignedLessThanOrEqual, *day, *last);
                Some((Tag::value(), Data::YesNo(self.code.and(after, before))))
            }
            (HostFn::After, [length, Data::Date(day), rule]) => {
                let (day, gone) = self.shifted(*day, length, rule_of(rule)?, 1)?;
                Some((self.fault_if(gone, FaultKind::OutOfRange, site), Data::Date(day)))
            }
            (HostFn::Before, [length, Data::Date(day), rule]) => {
                let (day, gone) = self.shifted(*day, length, rule_of(rule)?, -1)?;
                Some((self.fault_if(gone, FaultKind::OutOfRange, site), Data::Date(day)))
            }
            (HostFn::UnitsFrom, [Data::Date(from), Data::Date(to), unit, Data::Member(_, Word::Known(part)), rule]) => {
                let part = PartUnit::ALL.get(usize::try_from(*part).ok()?)?;
                self.units_from(site, (*from, *to), unit_of(unit)?, *part, rule_of(rule)?)
            }
            (HostFn::YearOf, [Data::Date(day)]) => {
                let civil = self.code.civil(*day);
                let year = self.code.floor_div(civil.month, Word::Known(12), true);
                Some((Tag::value(), Data::Number(Exact::whole(year, 1, 9_999), None)))
            }
            (HostFn::MonthOf, [Data::Date(day)]) => {
                let civil = self.code.civil(*day);
                let month = self.month_of_year(civil.month);
                let month = self.code.add(month, Word::Known(1));
                Some((Tag::value(), Data::Number(Exact::whole(month, 1, 12), None)))
            }
            (HostFn::DayBefore, [Data::Date(day)]) => {
                let day = self.code.sub(*day, Word::Known(1));
                self.found(site, day)
            }
            (HostFn::DayAfter, [Data::Date(day)]) => {
                let day = self.code.add(*day, Word::Known(1));
                self.found(site, day)
            }
            (HostFn::FirstOfMonthOnOrAfter, [Data::Date(day)]) => {
                let civil = self.code.civil(*day);
                let is_first = self.code.test(IntCC::Equal, civil.day, Word::Known(1));
                let next = self.code.add(civil.month, Word::Known(1));
                let next = self.code.first_of_month(next);
                let day = self.code.select(is_first, *day, next);
                self.found(site, day)
            }
            (HostFn::EndOfQuarterBefore, [Data::Date(day)]) => {
                let civil = self.code.civil(*day);
                let quarter = self.code.floor_div(civil.month, Word::Known(3), true);
                let first = self.code.mul(quarter, Word::Known(3));
                let first = self.code.first_of_month(first);
                let day = self.code.sub(first, Word::Known(1));
                self.found(site, day)
            }
            (HostFn::SpanOf, [Data::Date(first), Data::Date(last)]) => {
                let wrong = self.code.test(IntCC::SignedLessThan, *last, *first);
                Some((self.fault_if(wrong, FaultKind::OutOfRange, site), Data::Span(*first, *last)))
            }
            (HostFn::SpanFirst, [Data::Span(first, _)]) => Some((Tag::value(), Data::Date(*first))),
            (HostFn::SpanLast, [Data::Span(_, last)]) => Some((Tag::value(), Data::Date(*last))),
            (HostFn::FirstPart, [length, Data::Span(first, last), rule]) => {
                let (end, gone) = self.shifted(*first, length, rule_of(rule)?, 1)?;
                let end = self.code.sub(end, Word::Known(1));
                let earlier = self.code.test(IntCC::SignedLessThan, end, *last);
                let end = self.code.select(earlier, end, *last);
                let outside = self.code.outside(end);
                let wrong = self.code.test(IntCC::SignedLessThan, end, *first);
                let wrong = self.code.or(wrong, outside);
                let wrong = self.code.or(wrong, gone);
                Some((self.fault_if(wrong, FaultKind::OutOfRange, site), Data::Span(*first, end)))
            }
            (HostFn::LastsAtMost, [Data::Span(first, last), length, rule]) => {
                let (limit, gone) = self.shifted(*first, length, rule_of(rule)?, 1)?;
                let lasts = self.code.test(IntCC::SignedLessThan, *last, limit);
                Some((self.fault_if(gone, FaultKind::OutOfRange, site), Data::YesNo(lasts)))
            }
            _ => None,
        }
    }

    fn month_of_year(&mut self, month: Word) -> Word {
        let year = self.code.floor_div(month, Word::Known(12), true);
        let before = self.code.mul(year, Word::Known(12));
        self.code.sub(month, before)
    }

    /// A day that may lie beyond the calendar.
    fn found(&mut self, site: u32, day: Word) -> Made {
        let gone = self.code.outside(day);
        Some((self.fault_if(gone, FaultKind::OutOfRange, site), Data::Date(day)))
    }

    /// The day a whole length after or before a day, and whether there is none.
    fn shifted(&mut self, day: Word, length: &Data, rule: MonthEnd, sign: i64) -> Option<(Word, Bit)> {
        let Data::Length(unit, counted, _) = length else { return None };
        let count = counted.is_whole().then_some(counted.above)?;
        let Word::Known(known) = count else { return None };
        match step(*unit)? {
            Step::Months(months) => {
                let months = known.checked_mul(months * sign).filter(|m| m.abs() < 1 << 32)?;
                Some(self.code.months_later(day, Word::Known(months), rule))
            }
            Step::Days(days) => {
                let days = known.checked_mul(days * sign).filter(|d| d.abs() < 1 << 32)?;
                let day = self.code.add(day, Word::Known(days));
                Some((day, self.code.outside(day)))
            }
        }
    }

    fn units_from(&mut self, site: u32, (from, to): (Word, Word), of: Unit, part: PartUnit, rule: MonthEnd) -> Made {
        let none = self.code.test(IntCC::SignedGreaterThanOrEqual, from, to);
        let (count, is_part, gone) = match step(of)? {
            Step::Months(months) => {
                let (a, b) = (self.code.civil(from), self.code.civil(to));
                let between = self.code.sub(b.month, a.month);
                let some = self.code.not(none);
                let between = self.code.select(some, between, Word::Known(0));
                let most = self.code.floor_div(between, Word::Known(months), true);
                let steps = self.code.mul(most, Word::Known(months));
                if rule == MonthEnd::LastDay {
                    // So many months later is a day of the month of the last day, or of one before it.
                    let length = self.code.days_in_month(b.month);
                    let day = self.code.smaller(a.day, length);
                    let same = self.code.test(IntCC::Equal, steps, between);
                    let over = self.code.test(IntCC::SignedGreaterThan, day, b.day);
                    let over = self.code.and(same, over);
                    let exact = self.code.test(IntCC::Equal, day, b.day);
                    let exact = self.code.and(same, exact);
                    let over = self.code.word_of(over);
                    (self.code.sub(most, over), self.code.not(exact), Bit::Known(false))
                } else {
                    let (reached, gone) = self.code.months_later(from, steps, rule);
                    let over = self.code.test(IntCC::SignedGreaterThan, reached, to);
                    let fewer = self.code.sub(most, Word::Known(1));
                    let steps = self.code.mul(fewer, Word::Known(months));
                    let (before, also_gone) = self.code.months_later(from, steps, rule);
                    let also_gone = self.code.and(over, also_gone);
                    let reached = self.code.select(over, before, reached);
                    let is_part = self.code.test(IntCC::SignedLessThan, reached, to);
                    (self.code.select(over, fewer, most), is_part, self.code.or(gone, also_gone))
                }
            }
            Step::Days(days) => {
                let between = self.code.sub(to, from);
                let count = self.code.floor_div(between, Word::Known(days), false);
                let back = self.code.mul(count, Word::Known(days));
                let is_part = self.code.test(IntCC::NotEqual, back, between);
                (count, is_part, Bit::Known(false))
            }
        };
        let one = self.code.word_of(is_part);
        let one = if part == PartUnit::Counts { one } else { Word::Known(0) };
        let count = self.code.add(count, one);
        let count = self.code.select(none, Word::Known(0), count);
        let some = self.code.not(none);
        let gone = self.code.and(some, gone);
        let count = Exact::whole(count, 0, 4_000_000);
        Some((self.fault_if(gone, FaultKind::OutOfRange, site), Data::Length(of, count, count)))
    }
}
