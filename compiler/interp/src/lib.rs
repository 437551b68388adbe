//! The reference meaning of a program: a walk over its expressions, written to be read.
//!
//! | concern | file |
//! |---|---|
//! | asking nodes, remembering answers, expressions | `eval` |
//! | and, or, not over seven outcomes | `logic` |
//! | rules, exceptions, what cannot be settled | `decide` |
//! | every, some, sum, largest, the party with ... | `quantify` |
//! | what is written down for an explanation | `trace` |
//!
//! What operations do with values is the runtime's business ([`accord_core::HostFn`]); what expressions and decisions
//! mean is said where they are declared ([`accord_ir::ExprKind`], [`accord_ir::Decision`]).
//!
//! Programs hold no cycles and bodies are not nested without limit ([`Verified::DEEPEST`]), so recursion ends; a
//! caller with large programs evaluates on a thread with a large stack.

#![deny(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::wildcard_enum_match_arm,
    clippy::cast_possible_truncation,
    clippy::float_arithmetic,
    missing_docs
)]

mod decide;
mod eval;
mod logic;
mod quantify;
mod trace;

use accord_core::{Answer, Facts, Trace, Value};
use accord_ir::{NodeId, Verified};
use eval::Evaluator;
use trace::{Recorder, Silent};

/// A program with one row of facts. Answers are remembered as long as it lives.
#[derive(Debug)]
pub struct Interp<'p> {
    program: &'p Verified,
    facts: &'p Facts,
    evaluator: Evaluator<'p, Silent>,
}

impl<'p> Interp<'p> {
    /// Nothing is evaluated until it is asked for.
    pub fn new(program: &'p Verified, facts: &'p Facts) -> Interp<'p> {
        Interp { program, facts, evaluator: Evaluator::new(program.program(), facts, Silent) }
    }

    /// What a node answers. Nodes and arguments of another program are answered by a fault, never by a panic.
    pub fn ask(&mut self, node: NodeId, args: &[Value]) -> Answer {
        self.evaluator.ask(node, args)
    }

    /// How a node comes to its answer: it is asked again from the facts, with everything written down, and gives the
    /// same outcome as [`Interp::ask`].
    pub fn explain(&mut self, node: NodeId, args: &[Value]) -> Trace {
        let mut evaluator = Evaluator::new(self.program.program(), self.facts, Recorder::default());
        let answer = evaluator.ask(node, args);
        evaluator.into_tracer().finish(node, args, answer.outcome)
    }
}
