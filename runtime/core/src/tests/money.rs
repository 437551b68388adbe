//! Money, numbers and rounding against naive integers.

use super::{SITE, amount, apply, cases, currency, money, number};
use crate::{
    Amount, FaultKind, Grain, HostFn, Mode, Money, Number, Outcome, Ratio, Rounding, Unit, Value, parse_decimal, ratio,
};
use num_bigint::BigInt;
use proptest::prelude::*;

const MODES: [Mode; 6] = [Mode::Down, Mode::Up, Mode::HalfUp, Mode::HalfDown, Mode::HalfEven, Mode::TowardZero];

#[test]
fn rounding_modes() {
    // Down, up, half up, half down, half even, toward zero.
    let table = [
        ("2.5", [2, 3, 3, 2, 2, 2]),
        ("-2.5", [-3, -2, -3, -2, -2, -2]),
        ("3.5", [3, 4, 4, 3, 4, 3]),
        ("-3.5", [-4, -3, -4, -3, -4, -3]),
        ("0.5", [0, 1, 1, 0, 0, 0]),
        ("-0.5", [-1, 0, -1, 0, 0, 0]),
        ("1.1", [1, 2, 1, 1, 1, 1]),
        ("-1.1", [-2, -1, -1, -1, -1, -1]),
        ("1.9", [1, 2, 2, 2, 2, 1]),
        ("-1.9", [-2, -1, -2, -2, -2, -1]),
        ("7", [7, 7, 7, 7, 7, 7]),
        ("-7", [-7, -7, -7, -7, -7, -7]),
    ];
    for (value, results) in table {
        for (mode, result) in MODES.into_iter().zip(results) {
            assert_eq!(mode.round(&number(value)), ratio(result, 1), "{value} {}", mode.words());
        }
    }
}

fn rounded(value: Value, mode: Mode, grain: Grain) -> Outcome {
    apply(HostFn::Rounded, [value, Value::Rounding(Rounding { mode, grain })])
}

fn euros(grain: &str) -> Grain {
    Grain::Money(currency("EUR"), number(grain))
}

#[test]
fn rounding_to_money() {
    let exact = |text: &str| Value::from(amount(text));
    let third = Value::Amount(Amount::new(currency("EUR"), number("1000/3")));
    assert_eq!(rounded(third.clone(), Mode::HalfUp, euros("0.01")), Outcome::Value(Value::Money(money("333.33 EUR"))));
    assert_eq!(rounded(third.clone(), Mode::Up, euros("0.10")), Outcome::Value(Value::Money(money("333.40 EUR"))));
    assert_eq!(rounded(third.clone(), Mode::Up, euros("5")), Outcome::Value(Value::Money(money("335 EUR"))));
    // A grain finer than the coin leaves an exact amount.
    assert_eq!(rounded(third.clone(), Mode::Down, euros("0.001")), Outcome::Value(exact("333.333 EUR")));
    // Negative amounts round; storing them is another matter.
    assert_eq!(
        rounded(exact("-0.005 EUR"), Mode::HalfUp, euros("0.01")),
        Outcome::Value(Value::Money(money("-0.01 EUR")))
    );
    let overflow = Outcome::fault(FaultKind::Overflow, SITE);
    assert_eq!(rounded(exact("100000000000.01 EUR"), Mode::Down, euros("0.01")), overflow);
    assert_eq!(
        rounded(exact("100000000000.009 EUR"), Mode::Down, euros("0.01")),
        Outcome::Value(Value::Money(money("100000000000 EUR")))
    );
    let wrong = Outcome::fault(FaultKind::OutOfRange, SITE);
    assert_eq!(rounded(exact("1 CVE"), Mode::Down, euros("0.01")), wrong);
    assert_eq!(rounded(Value::whole(1), Mode::Down, euros("0.01")), wrong);
    assert_eq!(rounded(third, Mode::Down, euros("0")), wrong);
}

#[test]
fn rounding_lengths_and_numbers() {
    let grain = || Grain::Length(Unit::Months, ratio(1, 1));
    let months = |text: &str| Value::Length(super::length(text));
    assert_eq!(rounded(months("1.5 months"), Mode::Down, grain()), Outcome::Value(months("1 month")));
    assert_eq!(rounded(months("1.5 weeks"), Mode::Down, grain()), Outcome::fault(FaultKind::OutOfRange, SITE));
    let share = Value::Number(Number::quotient(ratio(120, 1), ratio(264, 1)).unwrap());
    let four = Grain::Number(number("0.0001"));
    assert_eq!(rounded(share, Mode::HalfUp, four), Outcome::Value(Value::Number(Number::new(number("0.4545")))));
}

#[test]
fn storing_money() {
    let stored = |text: &str| apply(HostFn::Stored, [Value::from(amount(text))]);
    assert_eq!(stored("12.30 EUR"), Outcome::Value(Value::Money(money("12.30 EUR"))));
    assert_eq!(stored("0 EUR"), Outcome::Value(Value::Money(money("0 EUR"))));
    assert_eq!(stored("-0.01 EUR"), Outcome::fault(FaultKind::Negative, SITE));
    assert_eq!(stored("0.001 EUR"), Outcome::fault(FaultKind::OutOfRange, SITE));
    assert_eq!(stored("100000000000.01 EUR"), Outcome::fault(FaultKind::Overflow, SITE));
    assert_eq!(apply(HostFn::Stored, [Value::Money(money("1 EUR"))]), Outcome::Value(Value::Money(money("1 EUR"))));
}

#[test]
fn money_and_numbers_in_print() {
    assert_eq!(money("5325.29 EUR").to_string(), "5325.29 EUR");
    assert_eq!(money("-0.05 EUR").to_string(), "-0.05 EUR");
    assert_eq!(money("20 CVE").to_string(), "20.00 CVE");
    assert_eq!(money("12 JPY").to_string(), "12 JPY");
    assert_eq!(Amount::new(currency("EUR"), number("1/3")).to_string(), "1/3 EUR");
    assert_eq!(Number::quotient(ratio(120, 1), ratio(264, 1)).unwrap().to_string(), "120/264");
    assert_eq!(Number::new(number("0.625")).to_string(), "0.625");
    for text in ["", ".5", "1.2.3", "1e3", "--1", "1,5", "+1"] {
        assert_eq!(parse_decimal(text), None, "{text}");
    }
    assert_eq!(parse_decimal("20_000.00"), Some(ratio(20_000, 1)));
    assert_eq!(Money::new(currency("EUR"), Money::LIMIT + 1), None);
}

/// `n / d` rounded, in integers only.
fn naive(mode: Mode, n: i128, d: i128) -> i128 {
    let (trunc, rest) = (n / d, n % d);
    let away = trunc + n.signum();
    let half = (2 * rest.abs()).cmp(&d);
    let nearest = |tie: i128| match half {
        std::cmp::Ordering::Less => trunc,
        std::cmp::Ordering::Equal => tie,
        std::cmp::Ordering::Greater => away,
    };
    match mode {
        _ if rest == 0 => trunc,
        Mode::Down => {
            if n < 0 {
                away
            } else {
                trunc
            }
        }
        Mode::Up => {
            if n < 0 {
                trunc
            } else {
                away
            }
        }
        Mode::TowardZero => trunc,
        Mode::HalfUp => nearest(away),
        Mode::HalfDown => nearest(trunc),
        Mode::HalfEven => nearest(if trunc % 2 == 0 { trunc } else { away }),
    }
}

fn big(n: i128, d: i128) -> Ratio {
    Ratio::new(BigInt::from(n), BigInt::from(d))
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn rounding_is_what_integers_say(n in -100_000i128..100_000, d in 1i128..40, grain in (1i128..30, 1i128..30)) {
        for mode in MODES {
            prop_assert_eq!(mode.round(&big(n, d)), big(naive(mode, n, d), 1));
            // To a multiple of p/q: as many grains as (n/d)/(p/q) rounds to.
            let (p, q) = grain;
            let want = big(naive(mode, n * q, d * p) * p, q);
            prop_assert_eq!(mode.round_to(&big(n, d), &big(p, q)), want);
        }
    }

    #[test]
    fn pro_rata_is_one_exact_step(cents in 0i64..=Money::LIMIT, own in 1i64..1_800, total in 1i64..1_800) {
        let theoretical = Value::Money(Money::new(currency("EUR"), cents).unwrap());
        let months = |n| Value::Length(crate::Length::new(Unit::Months, ratio(n, 1)));
        let share = apply(HostFn::Divide, [months(own), months(total)]);
        let product = apply(HostFn::Multiply, [theoretical, share.value().unwrap().clone()]);
        let result = rounded(product.value().unwrap().clone(), Mode::HalfUp, euros("0.01"));
        let want = naive(Mode::HalfUp, i128::from(cents) * i128::from(own), i128::from(total));
        if want > i128::from(Money::LIMIT) {
            prop_assert_eq!(result, Outcome::fault(FaultKind::Overflow, SITE));
        } else {
            let want = Money::new(currency("EUR"), i64::try_from(want).unwrap()).unwrap();
            prop_assert_eq!(result, Outcome::Value(Value::Money(want)));
        }
    }

    #[test]
    fn arithmetic_is_that_of_rationals(a in -1_000i128..1_000, b in 1i128..50, c in -1_000i128..1_000, d in 1i128..50) {
        let (x, y) = (big(a, b), big(c, d));
        let value = |r: &Ratio| Value::Number(Number::new(r.clone()));
        let result = |function, want: Ratio| (apply(function, [value(&x), value(&y)]), Outcome::Value(value(&want)));
        let checks = [
            result(HostFn::Add, big(a * d + c * b, b * d)),
            result(HostFn::Subtract, big(a * d - c * b, b * d)),
            result(HostFn::Multiply, big(a * c, b * d)),
            result(HostFn::Excess, big((a * d - c * b).max(0), b * d)),
            result(HostFn::Larger, if a * d >= c * b { big(a, b) } else { big(c, d) }),
            result(HostFn::Smaller, if a * d <= c * b { big(a, b) } else { big(c, d) }),
        ];
        for (got, want) in checks {
            prop_assert_eq!(got, want);
        }
        let quotient = apply(HostFn::Divide, [value(&x), value(&y)]);
        if c == 0 {
            prop_assert_eq!(quotient, Outcome::fault(FaultKind::ZeroDivisor, SITE));
        } else {
            prop_assert_eq!(quotient, Outcome::Value(value(&big(a * d * c.signum(), b * c.abs()))));
        }
        prop_assert_eq!(apply(HostFn::Less, [value(&x), value(&y)]), Outcome::yes_no(a * d < c * b));
        prop_assert_eq!(apply(HostFn::AtMost, [value(&x), value(&y)]), Outcome::yes_no(a * d <= c * b));
        prop_assert_eq!(apply(HostFn::Equal, [value(&x), value(&y)]), Outcome::yes_no(a * d == c * b));
    }

    #[test]
    fn money_prints_and_reads_back(minor in -Money::LIMIT..=Money::LIMIT) {
        for code in ["EUR", "JPY", "TND"] {
            let before = Money::new(currency(code), minor).unwrap();
            prop_assert_eq!(money(&before.to_string()), before);
            prop_assert_eq!(before.exact().as_money(), Some(before));
        }
    }
}
