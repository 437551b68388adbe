//! A decision about a day, told over time: from when to when it is what.
//!
//! Every day between the first and the last that the facts and the expectations name is asked, and the day after the
//! last: rules may change their minds on any day, so none is left out.

use crate::evaluate::{Question, decision, label, provisions};
use crate::explain;
use accord_analysis::case::{Case, show};
use accord_core::{Answer, Date, Outcome, Value};
use accord_interp::Interp;
use accord_ir::{DecisionId, Program, Ty, Verified};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// More days than this are not walked.
const MOST_DAYS: i64 = 40 * 366;

/// Facts whose days are about a life, not about what is asked: when somebody was born, when a job began.
const BACKGROUND: &[&str] = &["person", "activities"];

/// Days on which the answer stays the same.
pub struct Stretch {
    /// First day.
    pub first: Date,
    /// Last day; `None`: on and on, as far as the facts go.
    pub last: Option<Date>,
    /// What it is.
    pub answer: Answer,
}

/// A decision with its stretches.
pub struct Timeline {
    /// Which.
    pub decision: DecisionId,
    /// In order, without gaps.
    pub stretches: Vec<Stretch>,
}

/// The timelines of everything a case's question decides about a day.
pub fn timelines(verified: &Verified, case: &Case) -> Vec<Timeline> {
    let program = verified.program();
    let Some((first, last)) = walked(program, case) else { return Vec::new() };
    let decides = program.questions.iter().find(|q| q.name == case.question).map(|q| q.decides.as_slice());
    let of_a_day = |id: &&DecisionId| {
        decision(program, **id)
            .is_some_and(|d| matches!(d.params.as_slice(), [p] if p.ty == Ty::Date) && !d.rules.is_empty())
    };
    let mut interp = Interp::new(verified, &case.facts);
    let mut timelines = Vec::new();
    for id in decides.unwrap_or_default().iter().filter(of_a_day) {
        let Some(node) = decision(program, *id).map(|d| d.node) else { continue };
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut day = first;
        loop {
            let answer = interp.ask(node, &[Value::Date(day)]);
            match stretches.last_mut() {
                Some(stretch) if stretch.answer == answer => stretch.last = Some(day),
                _ => stretches.push(Stretch { first: day, last: Some(day), answer }),
            }
            match day.add_days(1) {
                Some(next) if day <= last => day = next,
                _ => break,
            }
        }
        if let Some(stretch) = stretches.last_mut() {
            stretch.last = None;
        }
        timelines.push(Timeline { decision: *id, stretches });
    }
    timelines
}

/// The first and last day that facts and expectations name; `None` without any, or where they are too far apart.
fn walked(program: &Program, case: &Case) -> Option<(Date, Date)> {
    let mut days = BTreeSet::new();
    for (fact, outcome) in program.facts.iter().zip(&case.facts.row) {
        if !BACKGROUND.contains(&fact.name.as_str()) {
            collect(outcome, &mut days);
        }
    }
    for value in case.expect.iter().flat_map(|e| &e.args) {
        collect(&Outcome::Value(value.clone()), &mut days);
    }
    let (first, last) = (*days.first()?, *days.last()?);
    (last.days_since(first) <= MOST_DAYS).then_some((first, last))
}

fn collect(fact: &Outcome, days: &mut BTreeSet<Date>) {
    match fact.value() {
        Some(Value::Date(day)) => {
            days.insert(*day);
        }
        Some(Value::Record(fields)) => fields.iter().for_each(|f| collect(f, days)),
        Some(Value::List(list)) => list.iter().for_each(|v| collect(&Outcome::Value(v.clone()), days)),
        _ => {}
    }
}

/// As sentences: `From 2020-01-01 to 2020-12-31: Netherlands (NL), by article 7(a)(i).`
pub fn told(program: &Program, case: &Case, timelines: &[Timeline]) -> String {
    let mut text = String::new();
    for timeline in timelines {
        let question = Question { decision: timeline.decision, args: Vec::new() };
        let title = match case.question.as_str() {
            "legislation" => "Whose legislation applies".to_owned(),
            _ => explain::capital(&explain::words(&label(program, &question))),
        };
        text.push_str(&format!("\n{title}, day by day\n\n"));
        for stretch in &timeline.stretches {
            text.push_str(&explain::wrap("  ", "    ", &sentence(program, stretch)));
        }
    }
    text
}

fn sentence(program: &Program, stretch: &Stretch) -> String {
    let when = match stretch.last {
        Some(last) if last == stretch.first => format!("On {last}"),
        Some(last) => format!("From {} to {last}", stretch.first),
        None => format!("From {} on", stretch.first),
    };
    let what = match stretch.answer.outcome.value() {
        Some(Value::Country(country)) => {
            let name = crate::run::heading(*country);
            name.strip_prefix("The ").map_or(name.clone(), |rest| format!("the {rest}"))
        }
        _ => explain::outcome(program, &stretch.answer.outcome),
    };
    let by = provisions(program, &stretch.answer.rules);
    let by = if by.is_empty() { String::new() } else { format!(", by {}", by.join(" and ")) };
    format!("{when}: {what}{by}.")
}

/// For programs.
pub fn as_json(program: &Program, timelines: &[Timeline]) -> Json {
    let stretch = |s: &Stretch| {
        json!({
            "from": s.first.to_string(),
            "to": s.last.map(|d| d.to_string()),
            "value": s.answer.outcome.value().map(|v| show(program, &Outcome::Value(v.clone()))),
            "outcome": s.answer.outcome.word(),
            "provisions": provisions(program, &s.answer.rules),
        })
    };
    let timeline = |t: &Timeline| {
        let name = decision(program, t.decision).map_or("", |d| d.name.as_str());
        json!({ "decision": name, "stretches": t.stretches.iter().map(stretch).collect::<Vec<_>>() })
    };
    timelines.iter().map(timeline).collect()
}
