//! Arithmetic and rounding. Money acts as the exact amount it is; lengths carry what is exact and what is counted
//! side by side through every sum.

use super::Host;
use super::compare::order;
use super::operands::{OUT_OF_RANGE, Scalar, Stop, Try, amount, give, operands, rounding, settle, text, values};
use crate::{Amount, Conversions, Currency, FaultKind, Grain, Length, Number, Outcome, Ratio, SiteId, Unit, Value};
use std::borrow::Cow;
use std::cmp::Ordering;

/// Division by nothing at all.
const ZERO_DIVISOR: Stop = Stop::Fault(FaultKind::ZeroDivisor);

/// Two amounts have to be of one currency; the checker sees to it.
fn same_currency(a: &Amount, b: &Amount) -> Result<(), Stop> {
    if a.currency == b.currency { Ok(()) } else { Err(OUT_OF_RANGE) }
}

/// Combines two numbers, lengths or amounts; a length of another unit is brought into the first's.
fn combine(host: &Host<'_>, given: &[Outcome], combine: impl Fn(&Ratio, &Ratio) -> Ratio) -> Try {
    let [a, b] = values(given)?;
    match (Scalar::of(a)?, Scalar::of(b)?) {
        (Scalar::Number(a), Scalar::Number(b)) => give(Number::new(combine(&a.value, &b.value))),
        (Scalar::Amount(a), Scalar::Amount(b)) => {
            same_currency(&a, &b)?;
            give(Amount::new(a.currency, combine(&a.value, &b.value)))
        }
        (Scalar::Length(a), Scalar::Length(b)) => give(a.zip(&*brought_into(host.conversions, b, a.unit)?, combine)),
        _ => Err(OUT_OF_RANGE),
    }
}

/// A length in another unit; in its own it is itself.
fn brought_into<'v>(conversions: &Conversions, length: &'v Length, unit: Unit) -> Result<Cow<'v, Length>, Stop> {
    if length.unit == unit {
        return Ok(Cow::Borrowed(length));
    }
    conversions.convert(length, unit).map(Cow::Owned).ok_or(Stop::NoConversion(length.unit, unit))
}

pub(super) fn add(host: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(site, combine(host, operands, |a, b| a + b))
}

pub(super) fn subtract(host: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    settle(site, combine(host, operands, |a, b| a - b))
}

pub(super) fn multiply(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let product = || match scalars(operands)? {
        (Scalar::Number(a), Scalar::Number(b)) => give(Number::new(&a.value * &b.value)),
        (Scalar::Amount(a), Scalar::Number(n)) | (Scalar::Number(n), Scalar::Amount(a)) => {
            give(Amount::new(a.currency, a.value * &n.value))
        }
        (Scalar::Length(a), Scalar::Number(n)) | (Scalar::Number(n), Scalar::Length(a)) => {
            give(a.map(|count| count * &n.value))
        }
        _ => Err(OUT_OF_RANGE),
    };
    settle(site, product())
}

fn scalars(given: &[Outcome]) -> Result<(Scalar<'_>, Scalar<'_>), Stop> {
    let [a, b] = values(given)?;
    Ok((Scalar::of(a)?, Scalar::of(b)?))
}

/// A quotient that is a number and remembers how it was written.
fn quotient(a: Ratio, b: Ratio) -> Try {
    Number::quotient(a, b).map_or(Err(ZERO_DIVISOR), give)
}

pub(super) fn divide(host: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let divided = || match scalars(operands)? {
        (Scalar::Number(a), Scalar::Number(b)) => quotient(a.value.clone(), b.value.clone()),
        (Scalar::Amount(a), Scalar::Amount(b)) => {
            same_currency(&a, &b)?;
            quotient(a.value, b.value)
        }
        (Scalar::Length(a), Scalar::Length(b)) => {
            let b = brought_into(host.conversions, b, a.unit)?;
            quotient(a.counted.clone(), b.counted.clone())
        }
        (Scalar::Amount(_) | Scalar::Length(_), Scalar::Number(n)) if n.value.is_zero() => Err(ZERO_DIVISOR),
        (Scalar::Amount(a), Scalar::Number(n)) => give(Amount::new(a.currency, a.value / &n.value)),
        (Scalar::Length(a), Scalar::Number(n)) => give(a.map(|count| count / &n.value)),
        _ => Err(OUT_OF_RANGE),
    };
    settle(site, divided())
}

pub(super) fn negate(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let negative = || {
        let [a] = values(operands)?;
        match Scalar::of(a)? {
            Scalar::Number(n) => give(Number::new(-&n.value)),
            Scalar::Amount(a) => give(Amount::new(a.currency, -a.value)),
            Scalar::Length(l) => give(l.map(|count| -count)),
            Scalar::Date(_) => Err(OUT_OF_RANGE),
        }
    };
    settle(site, negative())
}

pub(super) fn excess(host: &Host<'_>, given: &[Outcome], site: SiteId) -> Outcome {
    let above = || {
        let [of, over] = operands(given)?;
        match (of, over) {
            (Outcome::Nothing, _) => Ok(Outcome::Nothing),
            // As over zero: the same kind of value as any other excess.
            (Outcome::Value(value), Outcome::Nothing) => match amount(value) {
                Some(exact) => give(exact),
                None => give(value.clone()),
            },
            _ => combine(host, given, |a, b| (a - b).max(Ratio::zero())),
        }
    };
    settle(site, above())
}

/// The operand that is on this side of the other; of equals the first.
fn choose(host: &Host<'_>, given: &[Outcome], site: SiteId, side: Ordering) -> Outcome {
    let chosen = || {
        let [a, b] = operands(given)?;
        let (Outcome::Value(first), Outcome::Value(second)) = (a, b) else {
            return Ok(if *a == Outcome::Nothing { b.clone() } else { a.clone() });
        };
        let ordering = order(host.conversions, first, second)?;
        let value = if ordering == side.reverse() { second } else { first };
        // Of money and an exact amount the result is an exact amount whichever was chosen: its type does not depend
        // on who is larger.
        match (amount(value), first.kind() == second.kind()) {
            (Some(exact), false) => give(exact),
            _ => give(value.clone()),
        }
    };
    settle(site, chosen())
}

pub(super) fn larger(host: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    choose(host, operands, site, Ordering::Greater)
}

pub(super) fn smaller(host: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    choose(host, operands, site, Ordering::Less)
}

pub(super) fn rounded(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let result = || {
        let [value, how] = values(operands)?;
        let how = rounding(how)?;
        match (Scalar::of(value)?, &how.grain) {
            (Scalar::Amount(value), Grain::Money(currency, grain)) if value.currency == *currency => {
                let grain = positive(grain)?;
                let amount = Amount::new(*currency, how.mode.round_to(&value.value, grain));
                if Amount::new(*currency, grain.clone()).is_whole_minor() {
                    amount.as_money().map_or(Err(Stop::Fault(FaultKind::Overflow)), give)
                } else {
                    give(amount)
                }
            }
            (Scalar::Length(length), Grain::Length(unit, grain)) if length.unit == *unit => {
                let grain = positive(grain)?;
                give(length.map(|count| how.mode.round_to(count, grain)))
            }
            (Scalar::Number(number), Grain::Number(grain)) => {
                give(Number::new(how.mode.round_to(&number.value, positive(grain)?)))
            }
            _ => Err(OUT_OF_RANGE),
        }
    };
    settle(site, result())
}

fn positive(grain: &Ratio) -> Result<&Ratio, Stop> {
    if grain.is_positive() { Ok(grain) } else { Err(OUT_OF_RANGE) }
}

pub(super) fn in_common(host: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let converted = || {
        let [value, common] = values(operands)?;
        let value = amount(value).ok_or(OUT_OF_RANGE)?;
        let common = Currency::parse(text(common)?).ok_or(OUT_OF_RANGE)?;
        match host.facts.rate(value.currency, common) {
            Some(rate) => give(Amount::new(common, value.value * rate)),
            None => Ok(Outcome::missing(&format!("rate of {} in {common}", value.currency))),
        }
    };
    settle(site, converted())
}

pub(super) fn stored(_: &Host<'_>, operands: &[Outcome], site: SiteId) -> Outcome {
    let money = || {
        let [value] = values(operands)?;
        if let Value::Money(money) = value {
            return if money.minor < 0 { Err(Stop::Fault(FaultKind::Negative)) } else { give(*money) };
        }
        let value = amount(value).ok_or(OUT_OF_RANGE)?;
        if value.value.is_negative() {
            return Err(Stop::Fault(FaultKind::Negative));
        }
        if !value.is_whole_minor() {
            return Err(OUT_OF_RANGE);
        }
        value.as_money().map_or(Err(Stop::Fault(FaultKind::Overflow)), give)
    };
    settle(site, money())
}
