//! `accord.diff/1`: everything a comparison found, for programs.

use super::cases::{Side, case_json, written};
use super::condition::Only;
use super::population::Population;
use super::told::{Told, question};
use super::{Pair, Version};
use crate::json::{place, pretty};
use crate::run::answer_json;
use accord_analysis::case;
use accord_core::{Answer, Outcome, Value};
use accord_ir::Program;
use accord_prove::Report;
use accord_prove::report::{
    Became, Changed, Compared, Edit, EditKind, Effect, Open, Proof, Region, Verdict, VocabularyChange, Witness,
};
use accord_source::Span;
use serde_json::{Value as Json, json};

/// The report as JSON.
pub fn diff(pair: &Pair<'_>, report: &Report, told: &Told) -> String {
    let vocabulary = report.vocabulary.iter().map(word);
    pretty(&json!({
        "schema": "accord.diff/1",
        "before": version(&pair.old),
        "after": version(&pair.new),
        "where": told.only.as_ref().map(condition),
        "result": told.standing.word(),
        "complete": is_complete(report) && told.only.as_ref().is_none_or(|o| o.is_met),
        "in_short": told.lead,
        "edits": report.edits.iter().map(|e| edit(pair, e)).collect::<Vec<_>>(),
        "vocabulary": vocabulary.collect::<Vec<_>>(),
        "population": told.population.as_ref().map(Population::json),
        "decisions": report.decisions.iter().map(|c| compared(pair, c)).collect::<Vec<_>>(),
    }))
}

/// The condition on the persons told of.
fn condition(only: &Only) -> Json {
    json!({ "condition": only.text, "under_either_text": !only.is_one, "somebody": only.is_met })
}

/// Whether of every decision it is known who is answered otherwise, shown or counted.
fn is_complete(report: &Report) -> bool {
    let known = |compared: &Compared| match &compared.verdict {
        Verdict::Same(_) => true,
        Verdict::Changed(changed) => changed.open.is_none(),
        Verdict::Undecided(_) => false,
    };
    !report.decisions.is_empty() && report.decisions.iter().all(known)
}

fn version(version: &Version<'_>) -> Json {
    json!({ "agreement": version.name, "title": version.verified.program().title, "path": version.path })
}

fn edit(pair: &Pair<'_>, edit: &Edit) -> Json {
    let at = |span: Option<Span>| {
        let span = span?;
        let mut value = place(pair.sources, span);
        value.insert("text".to_owned(), json!(pair.sources.slice(span)));
        Some(Json::Object(value))
    };
    let kind = match edit.kind {
        EditKind::Added => "added",
        EditKind::Removed => "removed",
        EditKind::Altered => "altered",
    };
    json!({
        "kind": kind,
        "address": edit.address,
        "title": edit.title,
        "what": edit.what,
        "before": at(edit.before),
        "after": at(edit.after),
    })
}

fn compared(pair: &Pair<'_>, compared: &Compared) -> Json {
    let program = pair.new.verified.program();
    let shown = |value: &Value| case::show(program, &Outcome::Value(value.clone()));
    let arguments: Vec<Vec<String>> = compared.args.iter().map(|args| args.iter().map(shown).collect()).collect();
    let (verdict, details) = match &compared.verdict {
        Verdict::Same(proof) => ("same", ("proof", proof_json(proof))),
        Verdict::Changed(changed) => ("changed", ("change", changed_json(pair, &compared.decision, changed))),
        Verdict::Undecided(open) => ("undecided", ("open", open_json(open))),
    };
    let mut value = json!({
        "decision": compared.decision,
        "arguments": arguments,
        "branches": compared.branches,
        "verdict": verdict,
    });
    if let Json::Object(map) = &mut value {
        map.insert(details.0.to_owned(), details.1);
    }
    value
}

/// `added` is whether the version after alone has it; `null` where a map says what it is in the other version.
fn word(change: &VocabularyChange) -> Json {
    let (added, renamed) = match &change.how {
        Became::Added => (Some(true), None),
        Became::Removed => (Some(false), None),
        Became::Renamed(to) => (None, Some(to)),
        Became::Derived => (None, None),
    };
    json!({ "what": change.what, "name": change.name, "added": added, "renamed_to": renamed })
}

fn proof_json(proof: &Proof) -> Json {
    match proof {
        Proof::Untouched => json!({ "by": "untouched" }),
        Proof::SameForm => json!({ "by": "same_form" }),
        Proof::Cases(count) => json!({ "by": "cases", "cases": count }),
        Proof::Arithmetic => json!({ "by": "arithmetic" }),
        Proof::Solver(solver) => json!({ "by": "solver", "solver": solver }),
    }
}

/// Why something is open, and how many were tried.
pub fn open_json(open: &Open) -> Json {
    json!({ "why": open.why, "tried": open.tried })
}

fn changed_json(pair: &Pair<'_>, decision: &str, changed: &Changed) -> Json {
    json!({
        "groups": changed.regions.iter().map(|r| region(pair, decision, r)).collect::<Vec<_>>(),
        "more": changed.more,
        "complete": changed.open.is_none(),
        "open": changed.open.as_ref().map(open_json),
        "solver": changed.solver,
    })
}

fn region(pair: &Pair<'_>, decision: &str, region: &Region) -> Json {
    let who = region.who.iter().map(|l| json!({ "subject": l.subject, "text": l.text }));
    let twin = region.twin.as_ref().map(|twin| {
        let mut value = person(pair, decision, &twin.person);
        if let Json::Object(map) = &mut value {
            map.insert("differs".to_owned(), json!(twin.differs));
        }
        value
    });
    json!({
        "effect": effect(region.effect),
        "who": who.collect::<Vec<_>>(),
        "each": region.each,
        "example": person(pair, decision, &region.witness),
        "neighbour": twin,
        "edits": region.edits,
    })
}

/// The word of an effect.
pub fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Loss => "loss",
        Effect::Less => "less",
        Effect::Unsettled => "unsettled",
        Effect::Other => "other",
        Effect::Settled => "settled",
        Effect::More => "more",
        Effect::Gain => "gain",
    }
}

fn person(pair: &Pair<'_>, decision: &str, witness: &Witness) -> Json {
    let answered = |program: &Program, answer: &Answer| {
        let (id, _) = program.decision(decision)?;
        answer_json(program, &question(id, &witness.args), answer)
    };
    let (old, new) = (pair.old.verified.program(), pair.new.verified.program());
    json!({
        "before": answered(old, &witness.before),
        "after": answered(new, &witness.after),
        "case_before": case_json(&written(&pair.old, decision, witness, Side::Old, "")),
        "case_after": case_json(&written(&pair.new, decision, witness, Side::New, "")),
    })
}
