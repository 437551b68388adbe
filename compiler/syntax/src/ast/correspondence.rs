//! What corresponds to what in two versions of an agreement whose facts or words differ.

use super::{Expr, Name};

/// A line of a map of two versions.
#[derive(Clone, Debug)]
pub enum Correspondence {
    /// `renamed refugee to protected`: the version after has another name for the same thing.
    Renamed {
        /// What the version before calls it, dotted where it is a field or a word of several parts.
        before: Name,
        /// What the version after calls it.
        after: Name,
    },
    /// `derived person.long_insured means ...`: a fact that one version alone asks for, told by the facts of the other.
    Derived {
        /// The fact, or the field of one: `person.long_insured`.
        fact: Name,
        /// What it is, in the words of the version that asks for it and the facts of both.
        means: Expr,
    },
}
