//! The calendar: published edge tables, and the laws of adding.

use super::{apply, cases, day, length, span};
use crate::{Date, FaultKind, HostFn, MonthEnd, Outcome, PartUnit, Span, Unit, Value};
use proptest::prelude::*;

use super::SITE;

fn months_after(from: &str, months: i64, rule: MonthEnd) -> Option<String> {
    day(from).add_months(months, rule).map(|d| d.to_string())
}

#[test]
fn adding_months_by_the_published_table() {
    let table = [
        ("2012-03-31", 1, "2012-05-01", "2012-04-30"),
        ("2013-01-31", 1, "2013-03-01", "2013-02-28"),
        ("2012-02-29", 88 * 12, "2100-03-01", "2100-02-28"),
        ("2012-02-29", 4 * 12, "2016-02-29", "2016-02-29"),
        ("2012-01-31", 1, "2012-03-01", "2012-02-29"),
        ("2012-12-31", 2, "2013-03-01", "2013-02-28"),
        ("2012-05-31", -1, "2012-05-01", "2012-04-30"),
        ("2012-03-31", -1, "2012-03-01", "2012-02-29"),
        ("2012-01-15", -1, "2011-12-15", "2011-12-15"),
        ("2012-11-30", 1, "2012-12-30", "2012-12-30"),
    ];
    for (from, months, next_day, last_day) in table {
        assert_eq!(months_after(from, months, MonthEnd::NextDay).as_deref(), Some(next_day), "{from} + {months}");
        assert_eq!(months_after(from, months, MonthEnd::LastDay).as_deref(), Some(last_day), "{from} + {months}");
        let error = months_after(from, months, MonthEnd::Error);
        assert_eq!(error.as_deref(), (next_day == last_day).then_some(last_day), "{from} + {months}");
    }
}

#[test]
fn days_are_read_strictly_and_printed_alike() {
    assert_eq!(day("2012-10-01").to_string(), "2012-10-01");
    assert_eq!(format!("{:?}", day("0044-03-15")), "0044-03-15");
    assert_eq!(span("2012-10-01..2012-10-31").to_string(), "2012-10-01..2012-10-31");
    for text in
        ["2012-10-1", "2012-02-30", "2013-02-29", "0000-01-01", "2012-13-01", "12-10-01", "2012-10-01-", "+012-01-01"]
    {
        assert_eq!(Date::parse(text), None, "{text}");
    }
}

#[test]
fn the_calendar_has_ends() {
    assert_eq!(Date::MIN.to_string(), "0001-01-01");
    assert_eq!(Date::MAX.to_string(), "9999-12-31");
    assert_eq!(Date::MAX.add_days(1), None);
    assert_eq!(Date::MIN.add_days(-1), None);
    assert_eq!(Date::MIN.add_months(-1, MonthEnd::LastDay), None);
    assert_eq!(Date::MAX.add_months(i64::MAX, MonthEnd::LastDay), None);
    assert_eq!(Date::MAX.add_days(i64::MAX), None);
    assert_eq!(day("1970-01-01").day_number(), 0);
    assert_eq!(day("1969-12-31").day_number(), -1);
    assert_eq!(Date::from_day_number(Date::MAX.day_number()), Some(Date::MAX));
    assert_eq!(Date::from_day_number(i32::MAX), None);
}

#[test]
fn a_span_of_twelve_months() {
    let lasts = |days: &str, at_most: &str| {
        let rule = Value::from(MonthEnd::LastDay);
        apply(HostFn::LastsAtMost, [Value::Span(span(days)), Value::Length(length(at_most)), rule])
    };
    assert_eq!(lasts("2020-01-01..2020-12-31", "12 months"), Outcome::yes_no(true));
    assert_eq!(lasts("2020-01-01..2021-01-01", "12 months"), Outcome::yes_no(false));
    assert_eq!(lasts("2020-01-01..2020-12-31", "1 year"), Outcome::yes_no(true));
    assert_eq!(lasts("2020-01-31..2020-02-28", "1 month"), Outcome::yes_no(true));
    assert_eq!(lasts("2020-01-31..2020-02-29", "1 month"), Outcome::yes_no(false));
    assert_eq!(lasts("2020-01-01..2020-01-07", "1 week"), Outcome::yes_no(true));
    assert_eq!(lasts("2020-01-01..2020-01-08", "7 days"), Outcome::yes_no(false));
    assert_eq!(lasts("2020-01-01..2020-01-08", "8 hours"), Outcome::fault(FaultKind::OutOfRange, SITE));
}

#[test]
fn lengths_after_and_before_a_day() {
    let shift = |function: HostFn, by: &str, from: &str, rule: MonthEnd| {
        apply(function, [Value::Length(length(by)), Value::Date(day(from)), Value::from(rule)])
    };
    let date = |text: &str| Outcome::Value(Value::Date(day(text)));
    assert_eq!(shift(HostFn::After, "3 months", "2012-10-01", MonthEnd::LastDay), date("2013-01-01"));
    assert_eq!(shift(HostFn::After, "2 quarters", "2012-08-31", MonthEnd::NextDay), date("2013-03-01"));
    assert_eq!(shift(HostFn::After, "1.5 years", "2012-08-31", MonthEnd::LastDay), date("2014-02-28"));
    assert_eq!(shift(HostFn::Before, "3 months", "2012-05-31", MonthEnd::LastDay), date("2012-02-29"));
    assert_eq!(shift(HostFn::Before, "2 weeks", "2012-01-10", MonthEnd::Error), date("2011-12-27"));
    let fault = Outcome::fault(FaultKind::OutOfRange, SITE);
    assert_eq!(shift(HostFn::After, "1 month", "2012-03-31", MonthEnd::Error), fault);
    assert_eq!(shift(HostFn::After, "0.5 months", "2012-03-15", MonthEnd::LastDay), fault);
    assert_eq!(shift(HostFn::After, "9000 years", "2012-03-15", MonthEnd::LastDay), fault);
    assert_eq!(shift(HostFn::After, "99999999999999999999 days", "2012-03-15", MonthEnd::LastDay), fault);
}

#[test]
fn whole_units_between_two_days() {
    let count = |from: &str, to: &str, unit: Unit, part: PartUnit, rule: MonthEnd| {
        let (from, to) = (Value::Date(day(from)), Value::Date(day(to)));
        apply(HostFn::UnitsFrom, [from, to, Value::Unit(unit), Value::from(part), Value::from(rule)])
    };
    let (dropped, counts, last) = (PartUnit::Dropped, PartUnit::Counts, MonthEnd::LastDay);
    let is = |text: &str| Outcome::Value(Value::Length(length(text)));
    assert_eq!(count("2012-01-15", "2012-03-15", Unit::Months, counts, last), is("2 months"));
    assert_eq!(count("2012-01-15", "2012-03-16", Unit::Months, counts, last), is("3 months"));
    assert_eq!(count("2012-01-15", "2012-03-16", Unit::Months, dropped, last), is("2 months"));
    assert_eq!(count("2012-01-31", "2012-02-29", Unit::Months, dropped, last), is("1 month"));
    assert_eq!(count("2012-01-31", "2012-02-29", Unit::Months, dropped, MonthEnd::NextDay), is("0 months"));
    assert_eq!(count("2012-02-29", "2013-02-28", Unit::Years, dropped, last), is("1 year"));
    assert_eq!(count("2012-01-01", "2013-06-30", Unit::Quarters, dropped, last), is("5 quarters"));
    assert_eq!(count("2012-01-01", "2013-07-01", Unit::Quarters, counts, last), is("6 quarters"));
    assert_eq!(count("2012-01-01", "2012-01-15", Unit::Weeks, counts, last), is("2 weeks"));
    assert_eq!(count("2012-01-01", "2012-01-16", Unit::Weeks, counts, last), is("3 weeks"));
    assert_eq!(count("2012-01-01", "2012-03-01", Unit::Days, dropped, last), is("60 days"));
    assert_eq!(count("2012-01-02", "2012-01-01", Unit::Days, counts, last), is("0 days"));
    let fault = Outcome::fault(FaultKind::OutOfRange, SITE);
    assert_eq!(count("2012-01-31", "2012-02-29", Unit::Months, dropped, MonthEnd::Error), fault);
    assert_eq!(count("2012-01-01", "2012-02-29", Unit::Days6, dropped, last), fault);
}

#[test]
fn days_found_from_days() {
    let find = |function: HostFn, from: &str| apply(function, [Value::Date(day(from))]);
    let date = |text: &str| Outcome::Value(Value::Date(day(text)));
    assert_eq!(find(HostFn::DayBefore, "2012-03-01"), date("2012-02-29"));
    assert_eq!(find(HostFn::DayAfter, "2012-12-31"), date("2013-01-01"));
    assert_eq!(find(HostFn::DayAfter, "9999-12-31"), Outcome::fault(FaultKind::OutOfRange, SITE));
    assert_eq!(find(HostFn::FirstOfMonthOnOrAfter, "2012-03-01"), date("2012-03-01"));
    assert_eq!(find(HostFn::FirstOfMonthOnOrAfter, "2012-12-02"), date("2013-01-01"));
    assert_eq!(find(HostFn::EndOfQuarterBefore, "2017-10-01"), date("2017-09-30"));
    assert_eq!(find(HostFn::EndOfQuarterBefore, "2017-03-31"), date("2016-12-31"));
    assert_eq!(find(HostFn::YearOf, "2017-03-31"), Outcome::Value(Value::whole(2017)));
    assert_eq!(find(HostFn::MonthOf, "2017-03-31"), Outcome::Value(Value::whole(3)));
}

#[test]
fn spans_and_their_first_part() {
    let whole = span("2020-01-15..2021-06-30");
    let first = |by: &str| {
        apply(HostFn::FirstPart, [Value::Length(length(by)), Value::Span(whole), Value::from(MonthEnd::LastDay)])
    };
    let is = |text: &str| Outcome::Value(Value::Span(span(text)));
    assert_eq!(first("12 months"), is("2020-01-15..2021-01-14"));
    assert_eq!(first("24 months"), is("2020-01-15..2021-06-30"));
    assert_eq!(first("0 months"), Outcome::fault(FaultKind::OutOfRange, SITE));
    let ends = |function: HostFn| apply(function, [Value::Span(whole)]);
    assert_eq!(ends(HostFn::SpanFirst), Outcome::Value(Value::Date(whole.first)));
    assert_eq!(ends(HostFn::SpanLast), Outcome::Value(Value::Date(whole.last)));
    let made = |a: &str, b: &str| apply(HostFn::SpanOf, [Value::Date(day(a)), Value::Date(day(b))]);
    assert_eq!(made("2020-01-01", "2020-01-01"), is("2020-01-01..2020-01-01"));
    assert_eq!(made("2020-01-02", "2020-01-01"), Outcome::fault(FaultKind::OutOfRange, SITE));
    let within = |d: &str| apply(HostFn::Within, [Value::Date(day(d)), Value::Span(whole)]);
    assert_eq!(within("2020-01-15"), Outcome::yes_no(true));
    assert_eq!(within("2021-06-30"), Outcome::yes_no(true));
    assert_eq!(within("2021-07-01"), Outcome::yes_no(false));
}

#[test]
fn months_of_a_run_are_counted_from_its_first_day() {
    let table = [
        ("2012-01-01..2012-06-30", 6, 0),
        ("2012-01-15..2012-03-20", 2, 6),
        ("2013-01-31..2013-02-27", 1, 0),
        ("2013-01-31..2013-02-28", 1, 1),
        ("2012-02-29..2013-02-28", 12, 1),
        ("2012-01-02..2012-01-30", 0, 29),
        ("9999-12-01..9999-12-31", 1, 0),
        ("9999-11-15..9999-12-31", 1, 17),
        ("0001-01-01..9999-12-31", 9999 * 12, 0),
    ];
    for (days, months, left) in table {
        assert_eq!(span(days).months_and_days(), (months, left), "{days}");
    }
}

fn any_day() -> impl Strategy<Value = Date> {
    (-80_000i32..80_000).prop_map(|n| Date::from_day_number(n).unwrap())
}

fn any_rule() -> impl Strategy<Value = MonthEnd> {
    prop_oneof![Just(MonthEnd::LastDay), Just(MonthEnd::NextDay)]
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn adding_months_is_monotone(a in any_day(), b in any_day(), months in -600i64..600, rule in any_rule()) {
        let (a, b) = (a.min(b), a.max(b));
        prop_assert!(a.add_months(months, rule) <= b.add_months(months, rule));
    }

    #[test]
    fn adding_months_is_monotone_in_the_months(d in any_day(), months in -600i64..600, rule in any_rule()) {
        prop_assert!(d.add_months(months, rule) < d.add_months(months + 1, rule));
    }

    #[test]
    fn last_day_is_never_after_next_day(d in any_day(), months in -600i64..600) {
        let (down, up) = (d.add_months(months, MonthEnd::LastDay), d.add_months(months, MonthEnd::NextDay));
        prop_assert!(down <= up);
        match d.add_months(months, MonthEnd::Error) {
            Some(same) => prop_assert_eq!((down, up), (Some(same), Some(same))),
            None => prop_assert!(down < up),
        }
    }

    #[test]
    fn the_difference_leads_back(a in any_day(), b in any_day()) {
        prop_assert_eq!(b.add_days(a.days_since(b)), Some(a));
        prop_assert_eq!(Date::from_day_number(a.day_number()), Some(a));
        prop_assert_eq!(Date::parse(&a.to_string()), Some(a));
        prop_assert_eq!(Date::from_ymd(a.year(), a.month(), a.day()), Some(a));
    }

    #[test]
    fn months_and_days_make_the_span(first in any_day(), days in 0i64..2_000) {
        let span = Span::new(first, first.add_days(days).unwrap()).unwrap();
        let (months, left) = span.months_and_days();
        // By trial: the most months that end on the last day or before it.
        let ends = |n: i64| first.add_months(n, MonthEnd::LastDay).unwrap().add_days(-1).unwrap();
        let most = (0i64..).take_while(|n| ends(*n) <= span.last).last().unwrap();
        prop_assert_eq!(months, most);
        prop_assert_eq!(left, span.last.days_since(ends(most)));
        prop_assert!((0..31).contains(&left));
    }

    #[test]
    fn steps_are_the_most_that_fit(from in any_day(), days in 1i64..3_000, step in 1i64..13, rule in any_rule()) {
        let to = from.add_days(days).unwrap();
        let (count, reached) = from.steps_until(to, step, rule).unwrap();
        prop_assert_eq!(from.add_months(count * step, rule), Some(reached));
        prop_assert!(reached <= to);
        prop_assert!(from.add_months((count + 1) * step, rule).unwrap() > to);
    }

    #[test]
    fn runs_hold_the_same_days(spans in proptest::collection::vec((0i32..300, 0i64..30), 0..12)) {
        let spans: Vec<Span> = spans
            .into_iter()
            .map(|(n, len)| (Date::from_day_number(n).unwrap(), len))
            .map(|(first, len)| Span::new(first, first.add_days(len).unwrap()).unwrap())
            .collect();
        let runs = Span::runs(spans.clone());
        for n in -1..350 {
            let day = Date::from_day_number(n).unwrap();
            let here = spans.iter().any(|s| s.contains(day));
            prop_assert_eq!(runs.iter().filter(|r| r.contains(day)).count(), usize::from(here));
        }
        for pair in runs.windows(2) {
            prop_assert!(pair[0].last.add_days(1).unwrap() < pair[1].first);
        }
    }
}
