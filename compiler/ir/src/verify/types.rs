//! Which types and values fit where: by shape. Whose unit or currency it is was analysis' business.

use crate::{CurrencyOf, Program, Ty, UnitOf};
use accord_core::{Outcome, Value};

/// Whether something of this type may stand where `wanted` is needed. Money may stand for an exact amount, never the
/// reverse: what is stored was rounded.
pub(super) fn fits(ty: &Ty, wanted: &Ty) -> bool {
    match (ty, wanted) {
        (Ty::Never, _) | (Ty::Money(_), Ty::Amount(_)) => true,
        (Ty::Set(a), Ty::Set(b)) | (Ty::List(a), Ty::List(b)) => fits(a, b),
        (Ty::Member(a), Ty::Member(b)) => a == b,
        (Ty::Record(a), Ty::Record(b)) => a == b,
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

/// What the members of a set or list are; nothing that is never there has members of any type.
pub(super) fn member(ty: &Ty) -> Option<&Ty> {
    match ty {
        Ty::Set(of) | Ty::List(of) => Some(of),
        Ty::Never => Some(&Ty::Never),
        Ty::YesNo
        | Ty::Number
        | Ty::Country
        | Ty::Member(_)
        | Ty::Date
        | Ty::Span
        | Ty::Length(_)
        | Ty::Money(_)
        | Ty::Amount(_)
        | Ty::Periods
        | Ty::Rounding
        | Ty::Unit
        | Ty::Text
        | Ty::Record(_)
        | Ty::Order
        | Ty::Ties
        | Ty::Error => None,
    }
}

/// Whether an outcome written into the program is one of this type. What is not a value fits every type.
pub(super) fn constant_fits(program: &Program, outcome: &Outcome, ty: &Ty) -> bool {
    outcome.value().is_none_or(|value| value_fits(program, value, ty))
}

fn value_fits(program: &Program, value: &Value, ty: &Ty) -> bool {
    match (value, ty) {
        (Value::YesNo(_), Ty::YesNo)
        | (Value::Number(_), Ty::Number)
        | (Value::Country(_), Ty::Country)
        | (Value::Date(_), Ty::Date)
        | (Value::Span(_), Ty::Span)
        | (Value::Periods(_), Ty::Periods)
        | (Value::Rounding(_), Ty::Rounding)
        | (Value::Unit(_), Ty::Unit)
        | (Value::Text(_), Ty::Text)
        | (Value::Order(_), Ty::Order)
        | (Value::Ties(_), Ty::Ties) => true,
        (Value::Member(of, member), Ty::Member(id)) => {
            of == id && program.enumeration(*id).is_some_and(|e| usize::from(*member) < e.members.len())
        }
        (Value::Set(all), Ty::Set(of)) => all.iter().all(|v| value_fits(program, v, of)),
        (Value::List(all), Ty::List(of)) => all.iter().all(|v| value_fits(program, v, of)),
        (Value::Length(length), Ty::Length(unit)) => !other_unit(unit, length.unit),
        (Value::Money(money), Ty::Money(currency) | Ty::Amount(currency)) => !other_currency(currency, money.currency),
        (Value::Amount(amount), Ty::Amount(currency)) => !other_currency(currency, amount.currency),
        (Value::Record(fields), Ty::Record(id)) => program.record(*id).is_some_and(|r| {
            r.fields.len() == fields.len()
                && r.fields.iter().zip(&**fields).all(|(f, o)| constant_fits(program, o, &f.1))
        }),
        _ => false,
    }
}

fn other_unit(wanted: &UnitOf, unit: accord_core::Unit) -> bool {
    matches!(wanted, UnitOf::Fixed(fixed) if *fixed != unit)
}

fn other_currency(wanted: &CurrencyOf, currency: accord_core::Currency) -> bool {
    matches!(wanted, CurrencyOf::Fixed(fixed) if *fixed != currency)
}
