//! What happened on the way to a result, for explanations. Made only by a traced re-run.

use crate::{Outcome, Rounding, RuleId, SiteId, Value};

/// What a trace is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraceSubject {
    /// A node of the program (decision, term, function, parameter) by number, with its arguments.
    Node(u32, Vec<Value>),
}

/// What became of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleVerdict {
    /// It applied and nothing beat it.
    Won,
    /// It applied, but these rules took precedence.
    Beaten(Vec<RuleId>),
    /// Its condition did not hold.
    DidNotApply,
    /// Its condition could not be settled; the outcome it had.
    Unsettled(Outcome),
}

/// One rule considered for a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleStep {
    /// Which rule.
    pub rule: RuleId,
    /// What became of it.
    pub verdict: RuleVerdict,
    /// What its condition needed, in order.
    pub condition: Vec<Step>,
    /// What its value needed, in order; empty unless it was asked for it: because it won, or, unsettled, to see whether
    /// it matters.
    pub value: Vec<Step>,
    /// The value it gave, where it was asked for it.
    pub outcome: Option<Outcome>,
}

/// One step of a derivation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Another node was asked.
    Call(Trace),
    /// A fact was read.
    Fact {
        /// Where.
        site: SiteId,
        /// Its name, with fields: `claim.start`.
        name: String,
        /// What it is.
        outcome: Outcome,
    },
    /// A value was rounded.
    Rounded {
        /// Where.
        site: SiteId,
        /// Before.
        before: Outcome,
        /// How.
        rounding: Rounding,
        /// After.
        after: Outcome,
    },
    /// Any other operation worth showing: its operands and its result.
    Computed {
        /// Where.
        site: SiteId,
        /// The operands.
        operands: Vec<Outcome>,
        /// The result.
        outcome: Outcome,
    },
}

/// The derivation of one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// What was asked.
    pub subject: TraceSubject,
    /// What came out.
    pub outcome: Outcome,
    /// The rules considered, for a decision.
    pub rules: Vec<RuleStep>,
    /// What the body needed, for a term, function or parameter.
    pub steps: Vec<Step>,
    /// Whether the same question was answered earlier in this derivation; then nothing is repeated below it.
    pub again: bool,
}
