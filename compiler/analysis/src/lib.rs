//! Names, types and meaning: from syntax trees to the typed program.
//!
//! Declarations are collected first ([`collect`](self)); then each rule, term and function is elaborated: names are
//! resolved, types and units checked and the typed expression made in one walk. A clause definition is elaborated
//! once with its slots left open, which is where its own mistakes are found, and again for each use with the slots
//! filled. A user's mistake is never an `Err`: it is a finding, and what depends on it is poisoned.

mod apportion;
mod calls;
pub mod case;
mod clauses;
mod collect;
mod compare;
mod condition;
mod derived;
mod elaborate;
mod exact;
mod graph;
mod header;
mod kernel;
mod law;
mod lint;
mod names;
mod parameters;
mod quantify;
mod rules;
mod scope;
mod shape;
mod slots;
mod standards;
mod types;
pub mod versions;
mod words;

use accord_ir as ir;
use accord_source::{Diagnostics, Span};
use accord_syntax::ast;

pub use condition::CONDITION;
pub use derived::{Derivation, Derived, DerivedPlace, place_of};

/// What analysis made of an agreement.
#[derive(Debug)]
pub struct Analysis {
    /// The program; `None` where errors leave it without meaning.
    pub program: Option<ir::Program>,
    /// What each place is, in words, for an editor.
    pub hovers: Vec<(Span, String)>,
    /// Facts that a map tells by others, in the order of the map.
    pub derived: Vec<Derived>,
}

/// What is put beside a text to compare it.
#[derive(Clone, Debug, Default)]
pub struct Beside<'a> {
    /// A condition on persons: the decision [`CONDITION`] of the program.
    pub condition: Option<&'a ast::Expr>,
    /// Facts that are told by others.
    pub derived: Vec<Derivation<'a>>,
}

/// Checks the files of one agreement (stdlib's first) and makes the program of it. Findings go to the sink.
pub fn analyse(files: &[&ast::File], sink: &mut Diagnostics) -> Analysis {
    analyse_beside(files, &Beside::default(), sink)
}

/// The same, with what is put beside the text to compare it.
pub fn analyse_beside<'a>(files: &[&'a ast::File], beside: &Beside<'a>, sink: &mut Diagnostics) -> Analysis {
    let mut found = Diagnostics::default();
    let declarations = collect::collect(files, &mut found);
    let mut cx = scope::Cx::new(&declarations, &mut found);
    header::elaborate(&mut cx);
    types::declare(&mut cx);
    rules::declare(&mut cx);
    law::check(&mut cx);
    clauses::check_definitions(&mut cx);
    rules::elaborate(&mut cx);
    cx.elaborate_everything();
    standards::elaborate(&mut cx);
    if let Some(condition) = beside.condition {
        condition::elaborate(&mut cx, condition);
    }
    let derived = derived::elaborate(&mut cx, &beside.derived);
    graph::order(&mut cx);
    lint::lint(&mut cx);
    let (program, hovers) = cx.finish();
    // Poison without a finding here was reported by the parser.
    let poisoned = program.exprs.iter().any(|e| matches!(e.ty, ir::Ty::Error));
    let program = (!found.has_errors() && !poisoned).then_some(program);
    sink.append(found);
    Analysis { program, hovers, derived }
}
