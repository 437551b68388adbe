//! What the commands print for programs. The names here are promises: more may be added, none changes.

use crate::check::Report;
use crate::evaluate::{Checked, Evaluator, Verdict};
use accord_ir::Coverage;
use accord_source::{Diagnostic, Severity, SourceMap, Span};
use serde_json::{Map, Value, json};

/// `accord.check/1`.
pub fn check(sources: &SourceMap, found: &[&Diagnostic], reports: &[Report]) -> String {
    let sum = |count: fn(&Coverage) -> usize| reports.iter().flat_map(|r| &r.coverage).map(count).sum::<usize>();
    let unset = |r: &Report| r.unset.iter().map(|(n, w, s)| unset_parameter(sources, r, n, w, *s)).collect::<Vec<_>>();
    let agreements: Vec<Value> = reports.iter().map(agreement).collect();
    let (mut standards, mut clashes, mut properties) = (Vec::new(), Vec::new(), Vec::new());
    for report in reports {
        let (of_standards, of_clashes, of_properties) = report.conformance.json(&report.name);
        standards.extend(of_standards);
        clashes.extend(of_clashes);
        properties.extend(of_properties);
    }
    let value = json!({
        "schema": "accord.check/1",
        "diagnostics": found.iter().map(|d| diagnostic(sources, d)).collect::<Vec<_>>(),
        "findings": reports.iter().flat_map(of_agreement).collect::<Vec<_>>(),
        "coverage": {
            "provisions": sum(|c| c.provisions),
            "encoded": sum(|c| c.encoded.len()),
            "not_encoded": sum(|c| c.not_encoded.len()),
            "missing": sum(|c| c.missing.len()),
        },
        "unset": reports.iter().flat_map(unset).collect::<Vec<_>>(),
        "agreements": agreements,
        "standards": standards,
        "clashes": clashes,
        "properties": properties,
    });
    pretty(&value)
}

/// What the examination of an agreement found.
fn of_agreement(report: &Report) -> Vec<Value> {
    let mut all = report.told.json.clone();
    for fields in all.iter_mut().filter_map(Value::as_object_mut) {
        fields.insert("agreement".to_owned(), json!(report.name));
    }
    all
}

fn agreement(report: &Report) -> Value {
    let instrument = |c: &Coverage| {
        let not_encoded = c.not_encoded.iter().map(|(p, why)| json!({ "provision": p, "why": why }));
        json!({
            "instrument": c.instrument,
            "encoded": c.encoded,
            "not_encoded": not_encoded.collect::<Vec<_>>(),
            "missing": c.missing,
        })
    };
    // The agreement's own articles stand first, and beside the list of instruments.
    let main = report.coverage.first().cloned().unwrap_or_default();
    let not_encoded = main.not_encoded.iter();
    json!({
        "agreement": report.name,
        "title": report.title,
        "path": report.path,
        "text": report.day.map(|day| day.to_string()),
        "amended_by": report.amended.iter().map(|a| json!({ "amendment": a.title, "from": a.from.to_string() })).collect::<Vec<_>>(),
        "complete": report.sound,
        "encoded": main.encoded,
        "not_encoded": not_encoded.map(|(p, why)| json!({ "provision": p, "why": why })).collect::<Vec<_>>(),
        "missing": main.missing,
        "instruments": report.coverage.iter().map(instrument).collect::<Vec<_>>(),
        "recalled": report.recalled,
        "cases": report.cases.0 + report.cases.1,
    })
}

fn unset_parameter(sources: &SourceMap, report: &Report, name: &str, why: &str, span: Span) -> Value {
    let mut value = place(sources, span);
    value.insert("agreement".into(), json!(report.name));
    value.insert("name".into(), json!(name));
    value.insert("why".into(), json!(why));
    Value::Object(value)
}

/// The word of a severity.
pub fn severity(of: Severity) -> &'static str {
    match of {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn diagnostic(sources: &SourceMap, found: &Diagnostic) -> Value {
    let severity = severity(found.severity);
    let mut value = Map::new();
    value.insert("code".into(), json!(found.code.text()));
    value.insert("severity".into(), json!(severity));
    value.insert("message".into(), json!(found.message));
    value.extend(found.span().map(|s| place(sources, s)).unwrap_or_default());
    let label = |l: &accord_source::Label| {
        let mut value = place(sources, l.span);
        value.insert("message".into(), json!(l.message));
        value.insert("primary".into(), json!(l.primary));
        Value::Object(value)
    };
    value.insert("labels".into(), found.labels.iter().map(label).collect());
    value.insert("help".into(), json!(found.help));
    value.insert("notes".into(), json!(found.notes));
    Value::Object(value)
}

/// File, line and column of a place, both ends; lines and columns from 1.
pub fn place(sources: &SourceMap, span: Span) -> Map<String, Value> {
    let mut value = Map::new();
    if let Some(file) = sources.file(span.file) {
        let (line, column) = file.line_column(span.start as usize);
        let (end_line, end_column) = file.line_column(span.end as usize);
        value.insert("file".into(), json!(file.name()));
        value.insert("line".into(), json!(line));
        value.insert("column".into(), json!(column));
        value.insert("end_line".into(), json!(end_line));
        value.insert("end_column".into(), json!(end_column));
    }
    value
}

/// One line of `accord.test/1`: a case under one evaluator.
pub fn verdict(sources: &SourceMap, agreement: &str, verdict: &Verdict) -> Vec<Value> {
    verdict.checked.iter().map(|(evaluator, list)| under(sources, agreement, verdict, *evaluator, list)).collect()
}

fn under(sources: &SourceMap, agreement: &str, verdict: &Verdict, evaluator: Evaluator, checked: &[Checked]) -> Value {
    let differences: Vec<Value> = verdict
        .differences
        .iter()
        .map(|d| {
            let answers = d.answers.iter().map(|(e, text)| (e.word().to_owned(), json!(text)));
            json!({ "decision": d.label, "answers": answers.collect::<Map<String, Value>>() })
        })
        .collect();
    let fine = !checked.is_empty() && differences.is_empty() && checked.iter().all(|c| c.wrong.is_none());
    let each = |text: fn(&Checked) -> Value| checked.iter().map(|c| (c.label.clone(), text(c))).collect::<Map<_, _>>();
    let mut value = Map::new();
    value.insert("agreement".into(), json!(agreement));
    value.insert("name".into(), json!(verdict.name));
    value.insert("evaluator".into(), json!(evaluator.word()));
    value.insert("status".into(), json!(if fine { "passed" } else { "failed" }));
    value.insert("expected".into(), Value::Object(each(|c| json!(c.expected))));
    value.insert("got".into(), Value::Object(each(|c| json!(c.got))));
    value.insert("provisions".into(), Value::Object(each(|c| json!(c.provisions))));
    let wrong = checked.iter().filter_map(|c| Some((c.label.clone(), json!(c.wrong.as_ref()?))));
    value.insert("wrong".into(), Value::Object(wrong.collect()));
    value.insert("differences".into(), Value::Array(differences));
    value.extend(place(sources, verdict.span));
    Value::Object(value)
}

/// `accord.test/1`.
pub fn test(passed: usize, failed: usize, cases: Vec<Value>) -> String {
    pretty(&json!({ "schema": "accord.test/1", "passed": passed, "failed": failed, "cases": cases }))
}

/// JSON as a person can still read it.
pub fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}
