//! What is wrong with a case, in words, with the remedy.

use crate::words::nearest;
use accord_core::{Amount, Currency, Unit};
use accord_ir::{CurrencyOf, Program, Ty, UnitOf};
use accord_source::{Code, Diagnostic, Span};
use accord_syntax::ast::{Expr, ExprKind, Op};

/// How many words of a list are shown before it is cut short.
const SHOWN: usize = 10;
/// The longest word that is compared with those there are, in bytes.
const LONGEST: usize = 100;

/// `a`, `b` or `c`; cut short where there are many.
pub(super) fn one_of<'w>(words: impl IntoIterator<Item = &'w String>) -> String {
    let all: Vec<String> = words.into_iter().map(|w| format!("`{w}`")).collect();
    match all.split_last() {
        None => "nothing".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) if rest.len() < SHOWN => format!("{} or {last}", rest.join(", ")),
        Some((_, rest)) => format!("{} ... ({} in all)", rest.get(..SHOWN).unwrap_or(rest).join(", "), all.len()),
    }
}

/// A field, decision or word that does not exist, with the nearest that does.
pub(super) fn unknown(code: Code, span: Span, message: String, word: &str, known: &[String]) -> Diagnostic {
    let finding = Diagnostic::new(code, span, message);
    // Comparing takes time and memory by the product of the lengths.
    let near = if word.len() > LONGEST { None } else { nearest(word, known) };
    match near {
        Some(near) => finding.here("not known").help(format!("did you mean `{near}`?")),
        None if known.is_empty() => finding.here("not known"),
        None => finding.here("not known").help(format!("it may be {}", one_of(known))),
    }
}

/// The same field twice.
pub(super) fn twice(name: &str, span: Span, first: Span) -> Diagnostic {
    let finding = Diagnostic::new(Code::CaseDuplicateField, span, format!("`{}` is given twice", short(name)));
    finding.with(first, "given here first").help("remove one of them")
}

/// One kind of value where another is needed.
pub(super) fn wrong(span: Span, expected: &str, found: &str) -> Diagnostic {
    Diagnostic::new(Code::CaseWrongValue, span, format!("expected {expected}, found {found}"))
}

/// A value beyond its range.
pub(super) fn range(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::CaseRange, span, message)
}

/// What a value of the type looks like.
pub(super) fn expected(program: &Program, ty: &Ty) -> String {
    match ty {
        Ty::YesNo => "yes or no".to_owned(),
        Ty::Number => "a number such as 12 or 104/154".to_owned(),
        Ty::Country => "a country such as NL".to_owned(),
        Ty::Member(id) => format!("a word of {}", program.enumeration(*id).map_or("the list", |e| e.name.as_str())),
        Ty::Set(inner) | Ty::List(inner) => format!("a list of {}", plural(program, inner)),
        Ty::Date => "a day such as 2017-10-01".to_owned(),
        Ty::Span => "days such as 2001-01-01..2001-12-31".to_owned(),
        Ty::Length(UnitOf::Fixed(unit)) => format!("a length in {} such as `12 {}`", unit.word(), unit.word()),
        Ty::Length(_) => "a length such as `12 months`".to_owned(),
        Ty::Money(currency) | Ty::Amount(currency) => match fixed(program, currency) {
            Some(code) => format!("an amount in {code} such as `{}`", Amount::new(code, accord_core::ratio(250, 1))),
            None => "an amount such as `250.00 EUR`".to_owned(),
        },
        Ty::Periods => "periods such as `{ NL insurance 2001-01-01..2001-12-31 }`".to_owned(),
        Ty::Unit => "a unit such as `months`".to_owned(),
        Ty::Text => "a text in quotes".to_owned(),
        Ty::Record(id) => {
            let name = program.record(*id).map_or("record", |r| r.name.as_str());
            format!("the fields of {name} in braces")
        }
        Ty::Rounding => "a rounding such as `half up to 0.01 EUR`".to_owned(),
        Ty::Order | Ty::Ties => "something that only a provision can state".to_owned(),
        Ty::Never | Ty::Error => "a value".to_owned(),
    }
}

fn plural(program: &Program, ty: &Ty) -> String {
    match ty {
        Ty::Country => "countries such as NL, CV".to_owned(),
        Ty::Date => "days".to_owned(),
        Ty::Member(id) => format!("words of {}", program.enumeration(*id).map_or("the list", |e| e.name.as_str())),
        Ty::Record(id) => format!("{} records in braces", program.record(*id).map_or("", |r| r.name.as_str())),
        Ty::Money(_) | Ty::Amount(_) => "amounts".to_owned(),
        Ty::Number => "numbers".to_owned(),
        Ty::Length(_) => "lengths".to_owned(),
        Ty::Text => "texts".to_owned(),
        other => format!("values, each {}", expected(program, other)),
    }
}

/// The currency a type fixes.
pub(super) fn fixed(program: &Program, currency: &CurrencyOf) -> Option<Currency> {
    match currency {
        CurrencyOf::Fixed(code) => Some(*code),
        CurrencyOf::Common => program.common_currency,
        CurrencyOf::Of(_) | CurrencyOf::Any => None,
    }
}

/// What was written, in words.
pub(super) fn found(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Number(digits) => format!("the number {}", short(digits)),
        ExprKind::Quantity(digits, unit) => match Unit::parse(&unit.text) {
            Some(_) => format!("the length `{} {}`", short(digits), unit.text),
            None => format!("the amount `{} {}`", short(digits), unit.text),
        },
        ExprKind::Date(day) => format!("the day {day}"),
        ExprKind::Text(text) => format!("the text \"{}\"", short(text)),
        ExprKind::Name(name) => format!("`{}`", short(name)),
        ExprKind::Field(..) => {
            super::tojson::text(expr).map_or_else(|| "a field".to_owned(), |t| format!("`{}`", short(&t)))
        }
        ExprKind::Set(_) => "a list in braces".to_owned(),
        ExprKind::Nothing => "`nothing`".to_owned(),
        ExprKind::Negative(inner) | ExprKind::Paren(inner) => found(inner),
        ExprKind::Binary(Op::Range, ..) => "a range".to_owned(),
        ExprKind::Binary(Op::Divide, ..) => "a fraction".to_owned(),
        ExprKind::Address(_) => "a provision".to_owned(),
        _ => "a computation".to_owned(),
    }
}

/// A text cut to a length that fits a message.
pub(super) fn short(text: &str) -> String {
    const LIMIT: usize = 40;
    match text.char_indices().nth(LIMIT) {
        Some((at, _)) => format!("{}...", text.get(..at).unwrap_or("")),
        None => text.to_owned(),
    }
}
