//! What is known: the facts of a case, as the first section of a derivation.

use super::layout::wrap;
use super::say;
use accord_analysis::case::Case;
use accord_core::{Outcome, Value};
use accord_ir::{Program, Ty};

/// Wide enough for most names of facts.
const COLUMN: usize = 22;

/// The facts that are known, one a line.
pub fn known(program: &Program, case: &Case) -> String {
    let mut text = String::from("\nWhat is known\n\n");
    for (def, outcome) in program.facts.iter().zip(&case.facts.row) {
        if outcome.rank() == 0 {
            text.push_str(&fact(program, &def.name, &def.ty, outcome));
        }
    }
    let given = case.facts.given.iter().filter(|(_, o)| o.rank() == 0);
    let given =
        given.map(|(key, o)| format!("{}: {}", say::fact(program, &key.missing_name()), say::outcome(program, o)));
    let given: Vec<String> = given.collect();
    if !given.is_empty() {
        text.push_str(&listed("stated by institutions", given));
    }
    for ((from, into), rate) in &case.facts.rates {
        let rate = accord_core::Number::new(rate.clone());
        text.push_str(&line("rate of exchange", &format!("1 {from} is {rate} {into}")));
    }
    text
}

fn fact(program: &Program, name: &str, ty: &Ty, outcome: &Outcome) -> String {
    let Some(value) = outcome.value() else { return String::new() };
    match (value, ty) {
        (Value::Periods(periods), _) if periods.pieces.is_empty() => line(&say::words(name), "none"),
        (Value::Periods(periods), _) => {
            let lines = periods.pieces.iter().map(say::piece).collect();
            listed(&say::words(name), lines)
        }
        (Value::Record(fields), Ty::Record(id)) => {
            let declared = program.record(*id).map(|r| r.fields.as_slice()).unwrap_or_default();
            let pairs = declared.iter().zip(fields.iter()).filter(|(_, o)| o.rank() == 0);
            let said = pairs.map(|((field, ty), o)| format!("{}: {}", say::words(field), inner(program, ty, o)));
            listed(&say::words(name), said.collect())
        }
        (Value::List(members), Ty::List(of)) => {
            let said = members.iter().map(|m| inner(program, of, &Outcome::Value(m.clone())));
            listed(&say::words(name), said.collect())
        }
        _ => line(&say::words(name), &say::value(program, value)),
    }
}

/// A fact within a fact, in one line.
fn inner(program: &Program, ty: &Ty, outcome: &Outcome) -> String {
    match (outcome.value(), ty) {
        (Some(Value::Record(fields)), Ty::Record(id)) => {
            let declared = program.record(*id).map(|r| r.fields.as_slice()).unwrap_or_default();
            let pairs = declared.iter().zip(fields.iter()).filter(|(_, o)| o.rank() == 0);
            let said: Vec<String> =
                pairs.map(|((field, ty), o)| format!("{} {}", say::words(field), inner(program, ty, o))).collect();
            said.join(", ")
        }
        _ => say::outcome(program, outcome),
    }
}

/// A name with several lines beside it.
fn listed(name: &str, lines: Vec<String>) -> String {
    let mut text = String::new();
    for (index, said) in lines.iter().enumerate() {
        text.push_str(&line(if index == 0 { name } else { "" }, said));
    }
    text
}

fn line(name: &str, text: &str) -> String {
    wrap(&format!("  {name:<COLUMN$}  "), &" ".repeat(COLUMN + 4), text)
}
