//! What the examination of one version found, drawn for people and as JSON: the clauses in one picture, a person for
//! whom it happens, the smallest remedy.

use crate::diff::{answer, asked, case_json, case_of, left_open, open_json, question};
use crate::draw::{Picture, draw_pictures};
use crate::json::place;
use crate::person;
use crate::run::answer_json;
use accord_analysis::case::show;
use accord_core::{Outcome, Value};
use accord_ir::{Program, Verified};
use accord_prove::report::{Finding, FindingKind, Person, Place};
use accord_source::{Label, Severity, SourceMap, Span};
use serde_json::{Value as Json, json};

/// Parties that are named one by one; of more the number is told.
const MOST_PARTIES: usize = 6;

/// What the examination of one agreement comes to, as `accord check` tells it.
#[derive(Debug, Default)]
pub struct Told {
    /// As a person reads it.
    pub drawn: String,
    /// For programs.
    pub json: Vec<Json>,
    /// How many errors and warnings there are among it.
    pub counts: (usize, usize),
}

/// Words the findings. A conflict that is shown is an error, unless the text leaves it open at one of its places.
pub fn told(
    verified: &Verified,
    sources: &SourceMap,
    found: &[Finding],
    is_open: &dyn Fn(Span) -> bool,
    colour: bool,
) -> Told {
    let mut pictures = Vec::new();
    let mut json = Vec::new();
    for finding in found {
        let mut picture = picture(verified, finding);
        let left_open = finding.places.iter().any(|p| is_open(p.span));
        if finding.kind == FindingKind::Conflict && finding.open.is_none() && !left_open {
            picture.severity = Severity::Error;
        }
        let mut of_it = finding_json(verified, sources, finding);
        if let Some(fields) = of_it.as_object_mut() {
            fields.insert("severity".to_owned(), json!(crate::json::severity(picture.severity)));
        }
        json.push(of_it);
        pictures.push(picture);
    }
    let count = |severity| pictures.iter().filter(|p| p.severity == severity).count();
    let counts = (count(Severity::Error), count(Severity::Warning));
    Told { drawn: draw_pictures(sources, &pictures, colour), json, counts }
}

/// The findings as a person reads them, one picture each.
pub fn draw_findings(verified: &Verified, sources: &SourceMap, findings: &[Finding], colour: bool) -> String {
    let pictures: Vec<Picture> = findings.iter().map(|f| picture(verified, f)).collect();
    draw_pictures(sources, &pictures, colour)
}

/// The word of a kind of finding, in brackets and in JSON.
pub fn word(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Gap => "gap",
        FindingKind::Conflict => "conflict",
        FindingKind::Unreachable => "unreachable",
        FindingKind::WithoutEffect => "without_effect",
        FindingKind::TableGap => "table_gap",
        FindingKind::Legislation => "legislation",
        FindingKind::Shares => "shares",
        FindingKind::OutsideScope => "outside_scope",
    }
}

/// The findings for programs.
pub fn findings_json(verified: &Verified, sources: &SourceMap, findings: &[Finding]) -> Vec<Json> {
    findings.iter().map(|f| finding_json(verified, sources, f)).collect()
}

fn picture(verified: &Verified, finding: &Finding) -> Picture {
    let program = verified.program();
    let message = message(program, finding);
    let (severity, message) = match &finding.open {
        None => (Severity::Warning, message),
        Some(_) => (Severity::Note, format!("perhaps {message}")),
    };
    let label = |(at, place): (usize, &Place)| Label {
        span: place.span,
        message: if place.address.is_empty() {
            place.note.clone()
        } else {
            format!("{}: {}", place.address, place.note)
        },
        primary: at == 0,
    };
    let labels = finding.places.iter().enumerate().map(label).collect();
    Picture { severity, mark: word(finding.kind).to_owned(), message, labels, notes: notes(verified, finding) }
}

/// What was found, in a clause.
fn message(program: &Program, finding: &Finding) -> String {
    let about = if finding.decision.is_empty() {
        "it".to_owned()
    } else {
        format!("`{}`", asked(program, &finding.decision, &finding.args))
    };
    match finding.kind {
        FindingKind::Gap => format!("no provision answers {about} for some person"),
        FindingKind::Conflict => format!("provisions answer {about} otherwise for the same person"),
        FindingKind::Unreachable => "this never applies to anybody".to_owned(),
        FindingKind::WithoutEffect => "this applies, and never changes what comes out".to_owned(),
        FindingKind::TableGap => "the table has no row for this".to_owned(),
        FindingKind::Legislation => match finding.person.as_ref().map(|p| &p.answer.outcome) {
            Some(Outcome::Gap(_)) => "no provision says whose legislation applies to some person's work".to_owned(),
            Some(Outcome::Conflict(_)) => "provisions name two legislations for the same person's work".to_owned(),
            _ => "some person is not under exactly one legislation".to_owned(),
        },
        FindingKind::Shares => "the shares of some person exceed the whole".to_owned(),
        FindingKind::OutsideScope => "an exception for what the provision does not cover".to_owned(),
    }
}

fn notes(verified: &Verified, finding: &Finding) -> Vec<String> {
    let program = verified.program();
    let mut notes = Vec::new();
    if let Some(found) = &finding.person {
        let table = person::table(&rows(verified, &finding.decision, found), "  ");
        notes.push(format!("for example\n{}", table.trim_end()));
        let said = answer(program, &found.answer).with_provisions();
        if !finding.decision.is_empty() {
            notes.push(format!("{}: {said}", asked(program, &finding.decision, &found.args)));
        }
    }
    if finding.parties.len() > 1 {
        let named: Vec<String> = finding.parties.iter().take(MOST_PARTIES).map(ToString::to_string).collect();
        let rest = finding.parties.len() - named.len();
        let rest = if rest == 0 { String::new() } else { format!(" and {rest} more") };
        notes.push(format!("the same for {}{rest}", named.join(", ")));
    }
    if let Some(open) = &finding.open {
        notes.push(format!("not proved: {}", left_open(open)));
    }
    if !finding.remedy.is_empty() {
        notes.push(format!("help: {}", finding.remedy));
    }
    notes
}

/// The facts that the answer rests on.
fn rows(verified: &Verified, decision: &str, found: &Person) -> Vec<person::FactRow> {
    let program = verified.program();
    let node = program.decision(decision).map(|(_, d)| d.node);
    let read = node.map(|node| person::looked_at(verified, &found.facts, node, &found.args)).unwrap_or_default();
    person::rows(program, &found.facts, &read)
}

fn finding_json(verified: &Verified, sources: &SourceMap, finding: &Finding) -> Json {
    let program = verified.program();
    let shown = |value: &Value| show(program, &Outcome::Value(value.clone()));
    let at = |found: &Place| {
        let mut value = place(sources, found.span);
        value.insert("address".to_owned(), json!(found.address));
        value.insert("note".to_owned(), json!(found.note));
        Json::Object(value)
    };
    let person = finding.person.as_ref().map(|found| {
        let id = program.decision(&finding.decision).map(|(id, _)| id);
        let answered = id.and_then(|id| answer_json(program, &question(id, &found.args), &found.answer));
        let name = format!("{} of {}", word(finding.kind), asked(program, &finding.decision, &found.args));
        let text = case_of(program, &finding.decision, &name, &found.facts, &found.args, &found.answer.outcome);
        json!({ "answer": answered, "case": case_json(&text) })
    });
    json!({
        "kind": word(finding.kind),
        "message": message(program, finding),
        "decision": (!finding.decision.is_empty()).then_some(&finding.decision),
        "arguments": finding.args.iter().map(shown).collect::<Vec<_>>(),
        "parties": finding.parties.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "places": finding.places.iter().map(at).collect::<Vec<_>>(),
        "person": person,
        "remedy": finding.remedy,
        "proved": finding.open.is_none(),
        "open": finding.open.as_ref().map(open_json),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examine::{examine, on_deep_stack};
    use crate::load::Loaded;
    use accord_core::Country;
    use accord_interp::Interp;
    use accord_prove::report::Open;

    const TEXT: &str = r#"
agreement XA-XB "Small"
  parties: XA, XB   articles: 1..2   month_end: last_day
article 1 "Payment abroad"
  rule exportable(P) when person.residence in { XA, XB }
article 2 "Except for some"
  rule not exportable(P) when person.refugee
case "both" { person: { residence: XB   refugee: yes   stateless: no }   claim: { benefit: old_age.pension } }
"#;

    /// The conflict between both articles, with a person the interpreter agrees about.
    fn drawn_and_json(change: impl FnOnce(&mut Finding) + Send) -> (String, Json) {
        let both = on_deep_stack(|| {
            let loaded = Loaded::from_text("small.accord", TEXT);
            let examined = examine(&loaded, &loaded.roots[0]).unwrap();
            let verified = examined.verified.unwrap();
            let file = loaded.roots[0].file;
            let at = |text: &str| {
                let start = TEXT.find(text).unwrap();
                Span::new(file, start, start + text.len())
            };
            let place = |text: &str, address: &str, note: &str| Place {
                span: at(text),
                address: address.to_owned(),
                note: note.to_owned(),
            };
            let args = vec![Value::Country(Country::parse("XA").unwrap())];
            let facts = examined.cases[0].facts.clone();
            let node = verified.program().decision("exportable").unwrap().1.node;
            let answer = Interp::new(&verified, &facts).ask(node, &args);
            let mut finding = Finding {
                kind: FindingKind::Conflict,
                decision: "exportable".to_owned(),
                args: args.clone(),
                parties: ["XA", "XB"].map(|c| Country::parse(c).unwrap()).to_vec(),
                places: vec![
                    place("rule not exportable(P) when person.refugee", "article 2", "says no"),
                    place("rule exportable(P) when person.residence in { XA, XB }", "article 1", "says yes"),
                ],
                person: Some(Person { facts, args, answer }),
                remedy: "write `exception to article 1` in article 2".to_owned(),
                open: None,
            };
            change(&mut finding);
            let json = findings_json(&verified, &loaded.sources, std::slice::from_ref(&finding));
            (draw_findings(&verified, &loaded.sources, &[finding], false), json.into_iter().next().unwrap())
        });
        both.unwrap()
    }

    #[test]
    fn a_conflict_is_one_picture_with_both_clauses_a_person_and_the_remedy() {
        let (drawn, json) = drawn_and_json(|_| {});
        println!("{drawn}");
        for wanted in [
            "warning[conflict]: provisions answer `exportable(XA)` otherwise for the same person\n",
            "^ article 2: says no\n",
            "- article 1: says yes\n",
            "= for example\n      fact             | value\n      person.residence | XB\n      person.refugee   | yes\n",
            "= exportable(XA): conflict { article 1, article 2 }\n",
            "= the same for XA, XB\n",
            "= help: write `exception to article 1` in article 2\n",
        ] {
            assert!(drawn.contains(wanted), "{wanted}\nis not in\n{drawn}");
        }
        assert!(!drawn.contains("stateless") && !drawn.contains("old_age"), "only what the answer rests on: {drawn}");
        assert_eq!((&json["kind"], &json["proved"]), (&"conflict".into(), &true.into()));
        assert_eq!((&json["places"][0]["line"], &json["places"][0]["address"]), (&7.into(), &"article 2".into()));
        assert_eq!(json["person"]["answer"]["outcome"], "conflict");
        assert_eq!(json["person"]["case"]["person"]["refugee"], true);
        assert_eq!(json["person"]["case"]["expect"]["XA"]["exportable"], "conflict");
    }

    #[test]
    fn what_is_not_sure_is_a_note_that_says_why() {
        let (drawn, json) = drawn_and_json(|f| {
            f.open = Some(Open { why: "it reads the days inside a record".to_owned(), tried: 40 });
            f.person = None;
            f.kind = FindingKind::Unreachable;
        });
        assert!(drawn.starts_with("note[unreachable]: perhaps this never applies to anybody\n"), "{drawn}");
        assert!(drawn.contains("= not proved: it reads the days inside a record; 40 persons were tried"), "{drawn}");
        assert_eq!((&json["proved"], &json["open"]["tried"]), (&false.into(), &40.into()));
        assert_eq!(json["person"], Json::Null);
    }
}
