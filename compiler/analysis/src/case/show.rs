//! Outcomes and values for people.

use accord_core::{Extent, Length, RuleId};
use accord_core::{Fault, Kind, Number, Outcome, Periods, Piece, Quality, SiteId, Value};
use accord_ir::{Body, ExprId, ExprKind, Program};
use std::collections::BTreeSet;

/// An outcome in words: `5325.29 EUR`, `18 months`, `120/264`, `undetermined { "claim.start" }`.
pub fn show(program: &Program, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Value(value) => show_value(program, value),
        Outcome::Nothing => "nothing".to_owned(),
        Outcome::Undetermined(names) => format!("undetermined {}", in_quotes(names.iter().map(AsRef::as_ref))),
        Outcome::Refer(to) => {
            let whom: Vec<String> = to.iter().map(|w| format!("\"{w}\"")).collect();
            format!("refer {}", whom.join(", "))
        }
        Outcome::Gap(decisions) => {
            let names: Vec<&str> = decisions.iter().map(AsRef::as_ref).collect();
            format!("gap {{ {} }}", names.join(", "))
        }
        Outcome::Conflict(rules) => format!("conflict {{ {} }}", provisions(program, rules).join(", ")),
        Outcome::Fault(Fault { kind, site }) => match provision_of(program, *site) {
            Some(address) => format!("fault {} at {address}", kind.word()),
            None => format!("fault {}", kind.word()),
        },
    }
}

fn in_quotes<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.map(|n| format!("\"{n}\"")).collect();
    format!("{{ {} }}", quoted.join(", "))
}

/// The provisions of rules, each once, in the order given.
pub(super) fn provisions<'r>(program: &Program, rules: impl IntoIterator<Item = &'r RuleId>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for rule in rules {
        let address = program.cite(*rule).to_owned();
        if !address.is_empty() && !out.contains(&address) {
            out.push(address);
        }
    }
    out
}

/// A value in words.
pub(super) fn show_value(program: &Program, value: &Value) -> String {
    match value {
        Value::YesNo(true) => "yes".to_owned(),
        Value::YesNo(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Country(country) => country.to_string(),
        Value::Member(id, position) => {
            let member = program.enumeration(*id).and_then(|e| e.members.get(usize::from(*position)));
            member.map_or_else(|| format!("word {position}"), Clone::clone)
        }
        Value::Set(members) => listed(members.iter().map(|m| show_value(program, m))),
        Value::List(members) => listed(members.iter().map(|m| show_value(program, m))),
        Value::Date(day) => day.to_string(),
        Value::Span(span) => format!("{}..{}", span.first, span.last),
        Value::Length(length) => show_length(length),
        Value::Money(money) => money.to_string(),
        Value::Amount(amount) => amount.to_string(),
        Value::Periods(periods) => show_periods(periods),
        Value::Rounding(rounding) => rounding.to_string(),
        Value::Unit(unit) => unit.word().to_owned(),
        Value::Text(text) => format!("\"{text}\""),
        Value::Record(fields) => listed(fields.iter().map(|f| show(program, f))),
        Value::Order(_) => "an order of precedence".to_owned(),
        Value::Ties(_) => "a rule for ties".to_owned(),
    }
}

fn listed(members: impl Iterator<Item = String>) -> String {
    let members: Vec<String> = members.collect();
    if members.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", members.join(", ")) }
}

fn show_length(length: &Length) -> String {
    format!("{} {}", Number::new(length.counted.clone()), length.unit.word_for(&length.counted))
}

/// `CV 2001-01-01..2001-06-30, NL voluntary 14 months`.
fn show_periods(periods: &Periods) -> String {
    let pieces: Vec<String> = periods.pieces.iter().map(show_piece).collect();
    if pieces.is_empty() { "no periods".to_owned() } else { pieces.join(", ") }
}

fn show_piece(piece: &Piece) -> String {
    let mut words = vec![piece.owner.to_string()];
    if piece.kind != Kind::Insurance {
        words.push(piece.kind.word().to_owned());
    }
    if piece.quality != Quality::Compulsory {
        words.push(piece.quality.word().to_owned());
    }
    match &piece.extent {
        Extent::Dated { first, last } => {
            words.push(format!("{first}..{last}"));
            match (&piece.certified, piece.trimmed()) {
                (_, Some(certified)) => {
                    words.push(format!("(of {} for {})", show_length(&certified.length()), certified.whole));
                }
                (Some(certified), None) => words.push(show_length(&certified.length())),
                (None, None) => {}
            }
        }
        Extent::Undated { amount, unit, year } => {
            words.push(show_length(&Length::new(*unit, amount.clone())));
            words.extend(year.map(|y| format!("in {y}")));
        }
    }
    words.join(" ")
}

/// The provision whose text holds an expression: of the first rule that leads to it, else of the term or function.
fn provision_of(program: &Program, site: SiteId) -> Option<String> {
    let site = ExprId(site.0);
    for rule in &program.rules {
        let roots = rule.condition.into_iter().chain([rule.value]);
        if reaches(program, roots, site) {
            return program.provision(rule.provision).map(|p| p.address.clone());
        }
    }
    let holds = |body: &Body| matches!(body, Body::Expr(root) if reaches(program, [*root], site));
    let node = program.nodes.iter().find(|n| holds(&n.body))?;
    program.provision(node.provision?).map(|p| p.address.clone())
}

/// Whether an expression is among those under the roots. Calls are not followed.
fn reaches(program: &Program, roots: impl IntoIterator<Item = ExprId>, site: ExprId) -> bool {
    let mut open: Vec<ExprId> = roots.into_iter().collect();
    let mut seen: BTreeSet<ExprId> = BTreeSet::new();
    while let Some(id) = open.pop() {
        if id == site {
            return true;
        }
        if !seen.insert(id) {
            continue;
        }
        let Some(expr) = program.expr(id) else { continue };
        match &expr.kind {
            ExprKind::Const(_) | ExprKind::Fact(_) | ExprKind::Local(_) => {}
            ExprKind::Given(inner, _) | ExprKind::Not(inner) => open.push(*inner),
            ExprKind::Call(_, operands) | ExprKind::Host(_, operands) => open.extend(operands),
            ExprKind::And(a, b) | ExprKind::Or(a, b) => open.extend([*a, *b]),
            ExprKind::If(c, a, b) => open.extend([*c, *a, *b]),
            ExprKind::Quantify(q) => {
                open.push(q.domain);
                open.extend(q.filter);
                open.extend(q.body);
            }
        }
    }
    false
}
