//! What asking for a result can give.

use crate::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A place in the program: the number of an expression. Whoever prints it resolves it to a provision and a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SiteId(pub u32);

/// A rule of the program, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RuleId(pub u32);

/// Why a computation has no meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FaultKind {
    /// A stored number beyond its declared range.
    Overflow,
    /// Division by nothing at all.
    ZeroDivisor,
    /// An amount below zero where none can be.
    Negative,
    /// A table without a row for the key.
    OutOfTable,
    /// A date, a span or a number beyond what the language holds.
    OutOfRange,
}

impl FaultKind {
    /// The word used everywhere, JSON included.
    pub fn word(self) -> &'static str {
        match self {
            FaultKind::Overflow => "overflow",
            FaultKind::ZeroDivisor => "zero_divisor",
            FaultKind::Negative => "negative",
            FaultKind::OutOfTable => "out_of_table",
            FaultKind::OutOfRange => "out_of_range",
        }
    }
}

/// A fault and where it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fault {
    /// Why.
    pub kind: FaultKind,
    /// Where.
    pub site: SiteId,
}

/// The seven outcomes, everywhere in the system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Outcome {
    /// A result.
    Value(Value),
    /// The law gives no benefit.
    Nothing,
    /// Facts or parameters are missing; their names.
    Undetermined(BTreeSet<Arc<str>>),
    /// The law hands the question to somebody; to whom.
    Refer(BTreeSet<Arc<str>>),
    /// No provision decides; which decision.
    Gap(BTreeSet<Arc<str>>),
    /// Provisions contradict each other; which rules.
    Conflict(BTreeSet<RuleId>),
    /// The computation has no meaning.
    Fault(Fault),
}

impl Outcome {
    /// A yes or a no.
    pub fn yes_no(yes: bool) -> Outcome {
        Outcome::Value(Value::YesNo(yes))
    }

    /// One missing name.
    pub fn missing(name: &str) -> Outcome {
        Outcome::Undetermined(BTreeSet::from([Arc::from(name)]))
    }

    /// A question handed to somebody.
    pub fn refer(to: &str) -> Outcome {
        Outcome::Refer(BTreeSet::from([Arc::from(to)]))
    }

    /// A fault at a place.
    pub fn fault(kind: FaultKind, site: SiteId) -> Outcome {
        Outcome::Fault(Fault { kind, site })
    }

    /// The word used everywhere, JSON included.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Value(_) => "value",
            Outcome::Nothing => "nothing",
            Outcome::Undetermined(_) => "undetermined",
            Outcome::Refer(_) => "refer",
            Outcome::Gap(_) => "gap",
            Outcome::Conflict(_) => "conflict",
            Outcome::Fault(_) => "fault",
        }
    }

    /// The value, where there is one.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Outcome::Value(v) => Some(v),
            Outcome::Nothing
            | Outcome::Undetermined(_)
            | Outcome::Refer(_)
            | Outcome::Gap(_)
            | Outcome::Conflict(_)
            | Outcome::Fault(_) => None,
        }
    }

    /// `Some(true)` for yes, `Some(false)` for no.
    pub fn truth(&self) -> Option<bool> {
        match self.value() {
            Some(Value::YesNo(b)) => Some(*b),
            _ => None,
        }
    }

    /// How bad it is: value 0, nothing 1, undetermined 2, refer 3, gap 4, conflict 5, fault 6.
    pub fn rank(&self) -> u8 {
        match self {
            Outcome::Value(_) => 0,
            Outcome::Nothing => 1,
            Outcome::Undetermined(_) => 2,
            Outcome::Refer(_) => 3,
            Outcome::Gap(_) => 4,
            Outcome::Conflict(_) => 5,
            Outcome::Fault(_) => 6,
        }
    }

    /// The worse of two outcomes that are not values. Of the same kind, names are united; of two faults the one at
    /// the earlier site stands. The order of the operands never shows.
    #[must_use]
    pub fn worst(self, other: Outcome) -> Outcome {
        match (self, other) {
            (Outcome::Undetermined(a), Outcome::Undetermined(b)) => Outcome::Undetermined(&a | &b),
            (Outcome::Refer(a), Outcome::Refer(b)) => Outcome::Refer(&a | &b),
            (Outcome::Gap(a), Outcome::Gap(b)) => Outcome::Gap(&a | &b),
            (Outcome::Conflict(a), Outcome::Conflict(b)) => Outcome::Conflict(&a | &b),
            (Outcome::Fault(a), Outcome::Fault(b)) => {
                Outcome::Fault(if (a.site, a.kind) <= (b.site, b.kind) { a } else { b })
            }
            (a, b) => {
                if a.rank() >= b.rank() {
                    a
                } else {
                    b
                }
            }
        }
    }
}

/// The result of a decision: the outcome and the rules that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What came out.
    pub outcome: Outcome,
    /// The rules that won, in the order of the text; empty for a default or a gap.
    pub rules: Vec<RuleId>,
}
