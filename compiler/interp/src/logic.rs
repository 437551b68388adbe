//! And, or, not over seven outcomes. `no and x` is no and `yes or x` is yes in either order; otherwise what is
//! neither yes nor no stands, the worst of two. `nothing` is neither.

use accord_core::Outcome;

/// Both.
pub(crate) fn and(a: Outcome, b: Outcome) -> Outcome {
    decided_by(false, a, b)
}

/// Either.
pub(crate) fn or(a: Outcome, b: Outcome) -> Outcome {
    decided_by(true, a, b)
}

/// The contrary; of nothing, which a condition counts as no, yes.
pub(crate) fn not(a: Outcome) -> Outcome {
    match a.truth() {
        Some(yes) => Outcome::yes_no(!yes),
        None if a == Outcome::Nothing => Outcome::yes_no(true),
        None => a,
    }
}

/// One operand of this truth decides; two of the other give the other.
fn decided_by(truth: bool, a: Outcome, b: Outcome) -> Outcome {
    match (a.truth(), b.truth()) {
        (Some(x), _) if x == truth => a,
        (_, Some(y)) if y == truth => b,
        (Some(_), Some(_)) => Outcome::yes_no(!truth),
        (Some(_), None) => b,
        (None, Some(_)) => a,
        (None, None) => a.worst(b),
    }
}
