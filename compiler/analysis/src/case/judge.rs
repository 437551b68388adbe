//! Whether an answer is what a case expects: compared by meaning, explained where it differs.

use super::expect::covers;
use super::show::{provisions, show, show_value};
use super::{Expectation, Want};
use accord_core::{Answer, Number, Outcome, Ratio, Value};
use accord_ir::Program;
use std::collections::BTreeSet;

/// Compares an answer with an expectation. The error says what was expected, what came out, and which provisions
/// made it.
pub fn judge(program: &Program, expectation: &Expectation, answer: &Answer) -> Result<(), String> {
    let cited = provisions(program, &answer.rules);
    outcome(program, &expectation.want, &answer.outcome).map_err(|why| format!("{why}{}", made_by(&cited)))?;
    because(&expectation.because, &cited)
}

fn made_by(cited: &[String]) -> String {
    match cited {
        [] => String::new(),
        several => format!(" (by {})", several.join(", ")),
    }
}

fn outcome(program: &Program, want: &Want, got: &Outcome) -> Result<(), String> {
    let fits = match (want, got) {
        (Want::Any, _)
        | (Want::Nothing, Outcome::Nothing)
        | (Want::Refer, Outcome::Refer(_))
        | (Want::Gap, Outcome::Gap(_))
        | (Want::Conflict, Outcome::Conflict(_)) => true,
        (Want::Value(wanted), Outcome::Value(got)) => same(wanted, got),
        (Want::Fraction(n, d), Outcome::Value(Value::Number(got))) => return fraction(n, d, got),
        (Want::Undetermined(names), Outcome::Undetermined(missing)) => {
            names.iter().all(|name| missing.iter().any(|m| m.as_ref() == name))
        }
        (Want::Fault(kind), Outcome::Fault(fault)) => kind.is_none_or(|k| k == fault.kind),
        _ => false,
    };
    if fits { Ok(()) } else { Err(format!("expected {}, got {}", wanted(program, want), show(program, got))) }
}

/// A fraction must be written as the provision writes it, not only be equal.
fn fraction(n: &Ratio, d: &Ratio, got: &Number) -> Result<(), String> {
    if got.written.as_ref().is_some_and(|(gn, gd)| gn == n && gd == d) {
        return Ok(());
    }
    let written = Number::quotient(n.clone(), d.clone());
    let shown = written.as_ref().map_or_else(String::new, Number::to_string);
    let equal = written.is_some_and(|w| w == *got);
    let remark = if equal { ", which is as much but not as the provision writes it" } else { "" };
    Err(format!("expected {shown}, got {got}{remark}"))
}

/// Whether two values mean the same: money and an exact amount by value, lengths by what counts, periods by their
/// pieces as a case can write them.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Money(m), Value::Amount(e)) | (Value::Amount(e), Value::Money(m)) => m.exact() == *e,
        (Value::Length(x), Value::Length(y)) => x.unit == y.unit && x.counted == y.counted,
        (Value::Periods(x), Value::Periods(y)) => x.written() == y.written(),
        (Value::Set(x), Value::Set(y)) => x.len() == y.len() && x.iter().zip(y).all(|(p, q)| same(p, q)),
        (Value::List(x), Value::List(y)) => x.len() == y.len() && x.iter().zip(y).all(|(p, q)| same(p, q)),
        _ => a == b,
    }
}

/// What is wanted, in words.
fn wanted(program: &Program, want: &Want) -> String {
    match want {
        Want::Value(value) => show_value(program, value),
        Want::Fraction(n, d) => {
            Number::quotient(n.clone(), d.clone()).map_or_else(|| "a fraction".to_owned(), |q| q.to_string())
        }
        Want::Nothing => "nothing".to_owned(),
        Want::Undetermined(names) if names.is_empty() => "undetermined".to_owned(),
        Want::Undetermined(names) => {
            let all: BTreeSet<std::sync::Arc<str>> = names.iter().map(|n| n.as_str().into()).collect();
            show(program, &Outcome::Undetermined(all))
        }
        Want::Refer => "refer".to_owned(),
        Want::Gap => "gap".to_owned(),
        Want::Conflict => "conflict".to_owned(),
        Want::Fault(None) => "fault".to_owned(),
        Want::Fault(Some(kind)) => format!("fault {}", kind.word()),
        Want::Any => "any outcome".to_owned(),
    }
}

/// Every expected provision, or one under it, must be cited, and every one cited must be expected.
fn because(expected: &[String], cited: &[String]) -> Result<(), String> {
    if expected.is_empty() {
        return Ok(());
    }
    let list = |all: &[&String]| all.iter().map(|a| a.as_str()).collect::<Vec<_>>().join(", ");
    let absent: Vec<&String> = expected.iter().filter(|e| !cited.iter().any(|c| covers(e, c))).collect();
    if !absent.is_empty() {
        let made = if cited.is_empty() { "no provision".to_owned() } else { cited.join(", ") };
        return Err(format!("expected because of {}, but it was made by {made}", list(&absent)));
    }
    let extra: Vec<&String> = cited.iter().filter(|c| !expected.iter().any(|e| covers(e, c))).collect();
    if extra.is_empty() {
        Ok(())
    } else {
        Err(format!("it was made by {} as well, which `because` does not name", list(&extra)))
    }
}

/// What an expectation wants, in words.
#[must_use]
pub fn show_want(program: &Program, want: &Want) -> String {
    wanted(program, want)
}
