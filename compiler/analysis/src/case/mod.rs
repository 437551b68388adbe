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
mod verdict;
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
    /// What must be said of the agreement itself.
    pub verdicts: Vec<WantedVerdict>,
    /// Whether it gives no facts, so that a verdict is about everybody.
    pub everybody: bool,
    /// Where it stands.
    pub span: Span,
}

/// What must be said of a statement of a standard, or of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedVerdict {
    /// `C118`; empty for a property.
    pub standard: String,
    /// `article 5(1)`, which stands for what is under it; the name of a property.
    pub statement: String,
    /// The State that owes it; all where none is named.
    pub party: Option<Country>,
    /// The verdict.
    pub kept: Kept,
    /// Where it stands.
    pub span: Span,
}

/// A verdict on a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It holds of everybody it is about.
    Holds,
    /// Somebody is left out.
    Fails,
    /// It is about nobody.
    DoesNotApply,
    /// Neither was shown.
    Undecided,
    /// What it permits, and the text makes use of, another standard forbids.
    Clashes,
}

impl Kept {
    /// All of them.
    pub const ALL: [Kept; 5] = [Kept::Holds, Kept::Fails, Kept::DoesNotApply, Kept::Undecided, Kept::Clashes];

    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Kept::Holds => "holds",
            Kept::Fails => "fails",
            Kept::DoesNotApply => "does_not_apply",
            Kept::Undecided => "undecided",
            Kept::Clashes => "clashes",
        }
    }
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
