//! Worked cases: a person, a claim and what the agreement gives them, written in Accord or as JSON.
//!
//! Both forms become one tree ([`json_to_ast`] makes it of JSON) and are checked against the program in one place
//! ([`from_ast`]). What a case leaves out is undetermined by its name, never an error; what it spells wrongly is an
//! error with the remedy. [`judge`] compares an expectation with an answer, [`show`] prints an outcome for
//! people, and [`write()`] makes a case of facts that nobody wrote.

mod constant;
mod expect;
mod facts;
mod findings;
mod given;
mod json;
mod judge;
mod key;
mod leaf;
mod periods;
mod read;
mod schema;
mod show;
#[cfg(test)]
mod tests;
mod tojson;
mod write;

pub use json::json_to_ast;
pub use judge::{judge, show_want};
pub use schema::schema;
pub use show::show;
pub use tojson::ast_to_json;
pub use write::write;

use accord_core::{Country, Facts, FaultKind, Ratio, Value};
use accord_ir::{DecisionId, Program};
use accord_source::{Diagnostics, FileId, Span};
use accord_syntax::ast;

/// A worked case, checked against a program.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// The question it puts: `benefit`, `legislation`.
    pub question: String,
    /// Where it was found; empty where it was made up.
    pub source: String,
    /// `published`, `derived` or `constructed`.
    pub evidence: String,
    /// Why it departs from what was published, with the arithmetic.
    pub corrected: Option<String>,
    /// A remark.
    pub note: Option<String>,
    /// The row of facts.
    pub facts: Facts,
    /// The parties in which the record holds a period, in order.
    pub concerned: Vec<Country>,
    /// What must come out.
    pub expect: Vec<Expectation>,
    /// Where it stands.
    pub span: Span,
}

/// One thing that must come out of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// Which decision.
    pub decision: DecisionId,
    /// Asked with what.
    pub args: Vec<Value>,
    /// What must come out.
    pub want: Want,
    /// The provisions that must have made it, as in the program: `article 5(1)(a)`. Empty: any.
    pub because: Vec<String>,
    /// Where it stands.
    pub span: Span,
}

/// What an expectation wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// This value.
    Value(Value),
    /// This quotient as the provision writes it: `104/154`.
    Fraction(Ratio, Ratio),
    /// The law gives no benefit.
    Nothing,
    /// Something is missing; these names must be among what is. Empty: anything.
    Undetermined(Vec<String>),
    /// The law hands it to somebody.
    Refer,
    /// No provision decides.
    Gap,
    /// Provisions contradict each other.
    Conflict,
    /// The computation has no meaning, for this reason where one is named.
    Fault(Option<FaultKind>),
    /// Anything, as long as the provisions made it.
    Any,
}

/// Checks a case against the program. Findings go to the sink; `None` where any of them is an error, or the item is
/// no case.
pub fn from_ast(program: &Program, item: &ast::Item, sink: &mut Diagnostics) -> Option<Case> {
    read::Reader::new(program, false, sink).case(item)
}

/// Reads a case from JSON and checks it against the program.
pub fn from_json(program: &Program, file: FileId, text: &str, sink: &mut Diagnostics) -> Option<Case> {
    let item = json::raw(file, text, sink)?;
    read::Reader::new(program, true, sink).case(&item)
}
