//! A person as a small table: the facts that an answer rests on, one a row.

use crate::explain;
use accord_analysis::case::show;
use accord_core::{Facts, HostFn, Number, Outcome, RuleStep, Step, Trace, Value};
use accord_interp::Interp;
use accord_ir::{ExprId, ExprKind, NodeId, Program, RecordDef, Ty, Verified};
use std::collections::BTreeSet;

/// One fact of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactRow {
    /// Its name in the agreement: `person.residence`, `entitled of NL`.
    pub name: String,
    /// What it is called in plain words: `the State where the person lives`.
    pub words: String,
    /// What it is, as a case writes it.
    pub value: String,
    /// What it is, in plain words.
    pub said: String,
}

/// The names of the facts that were looked at on the way to an answer.
pub fn looked_at(verified: &Verified, facts: &Facts, node: NodeId, args: &[Value]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    in_trace(verified.program(), &Interp::new(verified, facts).explain(node, args), &mut names);
    names
}

/// Stands among the names of facts where a rate of exchange was needed.
const RATES: &str = "rates";

fn in_trace(program: &Program, trace: &Trace, names: &mut BTreeSet<String>) {
    in_steps(program, &trace.steps, names);
    for RuleStep { condition, value, .. } in &trace.rules {
        in_steps(program, condition, names);
        in_steps(program, value, names);
    }
}

fn in_steps(program: &Program, steps: &[Step], names: &mut BTreeSet<String>) {
    for step in steps {
        match step {
            Step::Call(trace) => in_trace(program, trace, names),
            Step::Fact { name, .. } => {
                let _ = names.insert(name.clone());
            }
            Step::Computed { site, .. } => {
                let done = program.expr(ExprId(site.0)).map(|e| &e.kind);
                if matches!(done, Some(ExprKind::Host(HostFn::InCommon, _))) {
                    let _ = names.insert(RATES.to_owned());
                }
            }
            Step::Rounded { .. } => {}
        }
    }
}

/// The facts that were looked at, in the order of the vocabulary; all that are known where none was.
pub fn rows(program: &Program, facts: &Facts, read: &BTreeSet<String>) -> Vec<FactRow> {
    let mut table = Table { program, read, rows: Vec::new() };
    for (def, outcome) in program.facts.iter().zip(&facts.row) {
        table.fact(&def.name, &def.ty, outcome);
    }
    for (key, outcome) in &facts.given {
        table.leaf(&key.missing_name(), outcome);
    }
    let needed = read.is_empty() || read.contains(RATES);
    for ((from, into), rate) in facts.rates.iter().filter(|_| needed) {
        let rate = format!("{} {into}", Number::new(rate.clone()));
        let (name, words) = (format!("1 {from}"), format!("what 1 {from} is worth"));
        table.rows.push(FactRow { name, words, value: rate.clone(), said: rate });
    }
    table.rows
}

struct Table<'a> {
    program: &'a Program,
    read: &'a BTreeSet<String>,
    rows: Vec<FactRow>,
}

impl Table<'_> {
    fn fact(&mut self, name: &str, ty: &Ty, outcome: &Outcome) {
        match (ty, outcome) {
            (Ty::Record(id), Outcome::Value(Value::Record(fields))) => {
                if let Some(def) = self.program.record(*id) {
                    self.record(name, def, fields);
                }
            }
            (Ty::List(inner), Outcome::Value(Value::List(members))) if matches!(**inner, Ty::Record(_)) => {
                for (index, member) in members.iter().enumerate() {
                    let element = format!("{name}.{}", index + 1);
                    self.fact(&element, inner, &Outcome::Value(member.clone()));
                }
            }
            (_, Outcome::Value(Value::Periods(periods))) if self.matters(name) && !periods.pieces.is_empty() => {
                for (index, piece) in periods.pieces.iter().enumerate() {
                    let one = accord_core::Periods::record([piece.clone()]);
                    let value = show(self.program, &Outcome::Value(Value::Periods(std::sync::Arc::new(one))));
                    // The name stands beside the first alone.
                    let (name, words) =
                        if index == 0 { (name.to_owned(), explain::words(name)) } else { Default::default() };
                    self.rows.push(FactRow { name, words, value, said: explain::piece(piece) });
                }
            }
            _ => self.leaf(name, outcome),
        }
    }

    fn record(&mut self, name: &str, def: &RecordDef, fields: &[Outcome]) {
        for ((field, ty), outcome) in def.fields.iter().zip(fields) {
            self.fact(&format!("{name}.{field}"), ty, outcome);
        }
    }

    fn leaf(&mut self, name: &str, outcome: &Outcome) {
        let (value, said) = match outcome {
            // What is absent or not known is worth a row only where somebody asked.
            _ if !self.matters(name) => return,
            Outcome::Value(value) => (show(self.program, outcome), said(self.program, value)),
            Outcome::Nothing if self.read.contains(name) => ("nothing".to_owned(), "none".to_owned()),
            Outcome::Undetermined(_) if self.read.contains(name) => ("undetermined".to_owned(), "not known".to_owned()),
            _ => return,
        };
        self.rows.push(FactRow { name: name.to_owned(), words: words(self.program, name), value, said });
    }

    fn matters(&self, name: &str) -> bool {
        let within = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
        let read = |r: &String| r == name || within(name, r) || within(r, name);
        self.read.is_empty() || self.read.iter().any(read)
    }
}

/// A value in plain words: States by their names.
fn said(program: &Program, value: &Value) -> String {
    match value {
        Value::Country(country) => crate::run::heading(*country),
        Value::Set(members) if !members.is_empty() => {
            explain::and(&members.iter().map(|m| said(program, m)).collect::<Vec<_>>())
        }
        other => explain::value(program, other),
    }
}

/// What a fact is called: as the vocabulary speaks of it, a statement for a yes or no; else by its name.
pub fn words(program: &Program, name: &str) -> String {
    statement(program, name).unwrap_or_else(|| explain::fact(program, name))
}

/// The statement that a yes or no among the facts is: `the person is a refugee`.
pub fn statement(program: &Program, name: &str) -> Option<String> {
    let (fact, field) = name.split_once('.')?;
    let Ty::Record(id) = program.facts.iter().find(|f| f.name == fact)?.ty else { return None };
    let record = program.record(id)?;
    let position = record.fields.iter().position(|(name, ty)| name == field && *ty == Ty::YesNo)?;
    record.phrases.get(position).filter(|p| !p.is_empty()).cloned()
}

/// The rows as lines of two columns, each indented.
pub fn table(rows: &[FactRow], indent: &str) -> String {
    let width = rows.iter().map(|r| r.name.chars().count()).max().unwrap_or(0).max("fact".len());
    let mut text = format!("{indent}{:<width$} | value\n", "fact");
    for row in rows {
        text.push_str(&format!("{indent}{:<width$} | {}\n", row.name, row.value));
    }
    text
}
