//! Cases that are made of facts: read again they are the same person, and expect what was answered.

use crate::cases::shipped;
use crate::columns::{Dice, cell};
use accord_analysis::case::{self, Case};
use accord_cli::evaluate::{Evaluator, Ready};
use accord_cli::examine::{examine, in_parallel};
use accord_core::columns::Cell;
use accord_core::{Answer, Facts, GivenKey, Outcome, Value};
use accord_ir::{DecisionId, Program};
use accord_source::{Diagnostics, FileId};
use std::collections::BTreeMap;

/// Reads a case that was written by nobody; anything found in it is a fault of the writer.
fn read(program: &Program, text: &str) -> Case {
    let mut sink = Diagnostics::default();
    let tree = accord_syntax::parse(FileId(0), text, &mut sink);
    assert_eq!(tree.items.len(), 1, "{text}");
    let case = case::from_ast(program, &tree.items[0], &mut sink);
    let said: Vec<&String> = sink.iter().map(|d| &d.message).collect();
    assert!(said.is_empty(), "{said:?}\n{text}");
    case.unwrap_or_else(|| panic!("not read:\n{text}"))
}

/// What is stated, without what is stated to be unknown: unstated it is so too.
fn known(given: &BTreeMap<GivenKey, Outcome>) -> BTreeMap<GivenKey, Outcome> {
    let mut given = given.clone();
    given.retain(|_, outcome| !matches!(outcome, Outcome::Undetermined(_)));
    given
}

fn written_and_read(program: &Program, question: &str, facts: &Facts) {
    let text = case::write(program, question, "somebody \"found\" \\ here", facts, &[]);
    let back = read(program, &text);
    let question = program.questions.iter().find(|q| q.name == question).expect("a question");
    for id in &question.facts {
        let position = id.0 as usize;
        let name = &program.facts[position].name;
        assert_eq!(back.facts.row[position], facts.row[position], "{name} of {text}");
    }
    assert_eq!(known(&back.facts.given), known(&facts.given), "{text}");
    assert_eq!((&back.facts.rates, &back.facts.optional), (&facts.rates, &facts.optional), "{text}");
    assert_eq!((back.question.as_str(), back.name.as_str()), (question.name.as_str(), "somebody \"found\" \\ here"));
}

/// Whether no case can expect it.
fn unspeakable(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Value(Value::Record(_) | Value::Order(_) | Value::Ties(_)) => true,
        Outcome::Value(Value::List(all)) => all.iter().any(|v| unspeakable(&Outcome::Value(v.clone()))),
        Outcome::Value(Value::Amount(amount)) => amount.to_string().contains('/'),
        Outcome::Value(Value::Length(length)) => length.to_string().contains('/'),
        Outcome::Value(Value::Number(number)) => {
            number.to_string().matches('/').count() > usize::from(number.written.is_some())
        }
        _ => false,
    }
}

#[test]
fn every_shipped_case_is_the_same_person_when_written_again() {
    let loaded = shipped();
    let counts = in_parallel(loaded.roots.len(), |i| {
        let examined = examine(&loaded, &loaded.roots[i]).expect("examined");
        let program = examined.program().expect("a program");
        let ready = Ready::new(examined.verified.as_ref().expect("sound"), &[Evaluator::Interp]).expect("ready");
        let mut expected = 0;
        for case in &examined.cases {
            written_and_read(program, &case.question, &case.facts);
            let asked = ready.ask(case);
            let answers: Vec<(DecisionId, Vec<Value>, Answer)> = asked
                .into_iter()
                .filter_map(|a| Some((a.question.decision, a.question.args, a.answers.into_iter().next()?.1)))
                .collect();
            let told: Vec<_> = answers.iter().map(|(d, args, a)| (*d, args.clone(), a.outcome.clone())).collect();
            let text = case::write(program, &case.question, &case.name, &case.facts, &told);
            let back = read(program, &text);
            for (decision, args, answer) in &answers {
                let found = back.expect.iter().find(|e| e.decision == *decision && e.args == *args);
                match found {
                    Some(expectation) => {
                        expected += 1;
                        assert_eq!(case::judge(program, expectation, answer), Ok(()), "{text}");
                    }
                    None => assert!(unspeakable(&answer.outcome), "{decision:?} {answer:?} is not expected in\n{text}"),
                }
            }
        }
        (examined.cases.len(), expected)
    });
    let counts = counts.expect("all agreements");
    assert!(counts.iter().map(|(cases, _)| cases).sum::<usize>() >= 100, "{counts:?}");
    assert!(counts.iter().map(|(_, expected)| expected).sum::<usize>() >= 3_000, "{counts:?}");
}

#[test]
fn made_up_persons_are_the_same_when_written() {
    let loaded = shipped();
    let done = in_parallel(loaded.roots.len(), |i| {
        let examined = examine(&loaded, &loaded.roots[i]).expect("examined");
        let program = examined.program().expect("a program");
        let mut dice = Dice(i as u64 + 41);
        for question in ["benefit", "legislation"] {
            let layout = accord_ir::layout(program, question).expect("a layout");
            let benefits: Vec<u16> = match layout.columns.iter().find(|c| c.name == "claim.benefit").map(|c| &c.cell) {
                Some(Cell::Member(_, members)) => (0..).zip(members).map(|(at, _)| at).collect(),
                _ => Vec::new(),
            };
            for _ in 0..150 {
                let facts = layout.facts(&mut |at| cell(&mut dice, &layout, at, &benefits));
                written_and_read(program, question, &facts);
            }
        }
    });
    let done = done.expect("all agreements").len();
    assert!(done == loaded.roots.len() && done >= 4, "{done} agreements");
}
