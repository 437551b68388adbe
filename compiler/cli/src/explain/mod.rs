//! `accord run --explain`: a derivation that could be sent to the person it is about.
//!
//! The structure is the evaluator's own record ([`accord_core::Trace`]); the wording of conditions is read from the
//! program. Nothing is computed here that the record or the evaluator does not give.
//!
//! | concern | file |
//! |---|---|
//! | sections: what is known, each party, the claim | this one |
//! | a derivation as a tree of sentences | `tell` |
//! | an operation as a sentence | `operation` |
//! | conditions in words, and which part of one failed | `phrase` |
//! | names, values and outcomes in words | `say` |
//! | lines of at most 100 columns | `layout` |

mod facts;
mod layout;
mod operation;
mod phrase;
mod say;
mod tell;

pub use layout::wrap;
pub use say::{and, capital, clauses, fact, outcome, piece, value, words};

use crate::evaluate::{Question, decision, parties, questions};
use crate::timeline;
use accord_analysis::case::Case;
use accord_core::{Country, Trace, TraceSubject, Value};
use accord_interp::Interp;
use accord_ir::{Program, Ty, Verified};
use layout::Branch;
use tell::{Key, Teller};

/// A derivation and the section it belongs to.
struct Told {
    section: Section,
    trace: Trace,
}

/// Where a derivation stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    /// Under a party.
    Party(Country),
    /// Under a day.
    Day(Value),
    /// Under the claim as a whole.
    Whole,
}

/// The derivation of a case: facts first, then what came out in short, then what each party pays and why, in plain
/// words.
pub fn derivation(verified: &Verified, case: &Case, short: &str) -> String {
    let program = verified.program();
    let mut text = heading(program, case);
    text.push_str(&facts::known(program, case));
    let over_time = timeline::told(program, case, &timeline::timelines(verified, case));
    // Over time it is the same in shorter words.
    text.push_str(if over_time.is_empty() { short } else { &over_time });
    text.push_str("\nHow it was decided\n");
    let told = worth_telling(verified, case);
    let mut sections: Vec<&Section> = told.iter().map(|t| &t.section).collect();
    sections.sort();
    sections.dedup();
    let places = told.iter().map(|t| (key(&t.trace), title(&t.section))).collect();
    let mut teller = Teller::new(verified, &case.facts, places);
    for section in sections {
        let title = title(section);
        teller.section(&title, topic(section));
        let here = told.iter().filter(|t| t.section == *section);
        let branches: Vec<Branch> = here.filter_map(|t| teller.place(&t.trace)).collect();
        text.push_str(&format!("\n{title}\n\n{}", layout::draw(&branches)));
    }
    if told.is_empty() {
        text.push_str("\nNo provision decides anything for these facts.\n");
    }
    text.push_str(&remarks(&teller));
    text
}

fn heading(program: &Program, case: &Case) -> String {
    let mut text = wrap("", "", &format!("{} ({})", program.title, program.agreement));
    text.push_str(&wrap("Case: ", "      ", &case.name));
    if !case.source.is_empty() {
        text.push_str(&wrap("Source: ", "        ", &format!("{} ({})", case.source, case.evidence)));
    }
    for (label, remark) in [("Corrected: ", &case.corrected), ("Note: ", &case.note)] {
        if let Some(remark) = remark {
            text.push_str(&wrap(label, &" ".repeat(label.len()), remark));
        }
    }
    text
}

fn title(section: &Section) -> String {
    match section {
        Section::Party(party) => crate::run::heading(*party),
        Section::Day(Value::Date(day)) => format!("On {day}"),
        Section::Day(_) | Section::Whole => "The claim as a whole".to_owned(),
    }
}

/// What goes without saying under a heading.
fn topic(section: &Section) -> Option<Value> {
    match section {
        Section::Party(party) => Some(Value::Country(*party)),
        Section::Day(day) => Some(day.clone()),
        Section::Whole => None,
    }
}

fn remarks(teller: &Teller<'_>) -> String {
    if !teller.recalled {
        return String::new();
    }
    let remark = "the provision was encoded from memory, or is a choice made where the text is silent; \
                  it must be compared with the official text before anybody relies on it.";
    format!("\n{}", wrap("[recalled] ", "           ", remark))
}

/// The derivations of what was decided, in the order in which the question lists it.
fn worth_telling(verified: &Verified, case: &Case) -> Vec<Told> {
    let program = verified.program();
    let mut interp = Interp::new(verified, &case.facts);
    let mut told = Vec::new();
    for question in questions(program, case) {
        let Some(section) = section(program, case, &question) else { continue };
        let Some(node) = decision(program, question.decision).map(|d| d.node) else { continue };
        let answer = interp.ask(node, &question.args);
        let expected = case.expect.iter().any(|e| e.decision == question.decision && e.args == question.args);
        if expected || crate::run::decided(program, &question, &answer) {
            told.push(Told { trace: interp.explain(node, &question.args), section });
        }
    }
    told
}

/// Where a question is told; `None` for those only a program would ask: of every branch, class and set.
fn section(program: &Program, case: &Case, question: &Question) -> Option<Section> {
    let declared = decision(program, question.decision)?;
    let expected = case.expect.iter().any(|e| e.decision == question.decision && e.args == question.args);
    let one = question.args.len() == 1;
    match (question.args.first(), declared.params.first().map(|p| &p.ty)) {
        (None, _) => Some(Section::Whole),
        (Some(Value::Country(party)), Some(Ty::Country))
            if expected || (one && parties(program, case).contains(party)) =>
        {
            Some(Section::Party(*party))
        }
        (Some(day @ Value::Date(_)), _) if one => Some(Section::Day(day.clone())),
        _ => expected.then_some(Section::Whole),
    }
}

fn key(trace: &Trace) -> Key {
    let TraceSubject::Node(node, args) = &trace.subject;
    (*node, args.clone())
}
