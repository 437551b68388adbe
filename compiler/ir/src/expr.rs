//! Expressions: eleven kinds, and what each of them means.
//!
//! What is said here binds every evaluator. Evaluation has no side effects, so an evaluator may skip whatever cannot
//! change the outcome (the right side of `no and x`) and may ask things in any order. Five questions the kinds below
//! share are answered once:
//!
//! * *Which outcome stands when several are not values*: [`Outcome::worst`] of them, `nothing` being the mildest.
//! * *Where a fault of an operation happened*: the number of the expression, also for the additions and comparisons
//!   that a quantifier makes.
//! * *What a fact is that the row does not hold*: undetermined by the name of the fact ([`crate::FactDef::name`]);
//!   one that a legislation declares is as [`accord_core::Facts::given`] says. Fields of records carry their own
//!   outcomes.
//! * *When two values are the same* (arguments remembered, rules that agree): `==`. How a quotient was written is not
//!   part of it.
//! * *Which rules an answer names*: for a decision see [`crate::Decision::rules`]; a term, function or parameter
//!   names none.

use crate::{FactId, NodeId, Ty};
use accord_core::{HostFn, Outcome};
use serde::{Deserialize, Serialize};

/// An expression, by number. The number is also the [`accord_core::SiteId`] of what can go wrong there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ExprId(pub u32);

/// A local variable of a body: parameters first, then the variables of quantifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LocalId(pub u32);

/// An expression with its type and place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// The type of its value.
    pub ty: Ty,
    /// The text it came from.
    pub span: accord_source::Span,
}

/// What an expression computes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum ExprKind {
    /// A constant: any outcome (`nothing`, `refer "..."`, an unset parameter, a table without a row are constants).
    /// A fault constant carries its own site.
    Const(Outcome),
    /// A fact of the row.
    Fact(FactId),
    /// A fact declared by the legislation of a party: the party, and the name. A party that is not a value is the
    /// result; else it is what [`accord_core::Facts::given`] says.
    Given(ExprId, String),
    /// A local variable.
    Local(LocalId),
    /// A node asked with arguments. All arguments are evaluated; if any is not a value the worst of those is the
    /// result (so `nothing` only where no other is worse), without asking.
    Call(NodeId, Vec<ExprId>),
    /// An operation of the runtime. All operands are evaluated; what it does with those that are not values is its
    /// policy. The position of a field is a constant.
    Host(HostFn, Vec<ExprId>),
    /// `no and x` is no, in either order; else yes if both are yes; else the worst of those that are neither.
    /// `nothing` is neither: `yes and nothing` is nothing, `no and nothing` is no.
    And(ExprId, ExprId),
    /// `yes or x` is yes, in either order; else no if both are no; else the worst of those that are neither.
    Or(ExprId, ExprId),
    /// Not; of `nothing`, which a condition counts as no, yes; what else is neither yes nor no stays as it is.
    Not(ExprId),
    /// If the condition is yes the second, if no the third; `nothing` counts as no; any other outcome of the
    /// condition is the result. Only the branch taken is evaluated.
    If(ExprId, ExprId, ExprId),
    /// A quantifier over the members of a set or list.
    Quantify(Box<Quantified>),
}

/// A quantifier with its parts.
///
/// `every` and `some` ask filter and body of each member together. All others work in two steps: first the filter of
/// every member; if any is neither yes, no nor nothing, the whole is the worst of those and no body counts. Then the
/// bodies of the members that pass, in order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Quantified {
    /// Which.
    pub quantifier: Quantifier,
    /// The variable bound: no parameter, and not bound by a quantifier around this one.
    pub variable: LocalId,
    /// The set or list it ranges over, in order; a list may repeat a member. Not a value: it is the result.
    pub domain: ExprId,
    /// Members for which this is no (or nothing) are left out; one for which it is neither yes, no nor nothing makes
    /// the whole the worst of such outcomes, except where the rest already decides `every` or `some`.
    pub filter: Option<ExprId>,
    /// What is asked of each member. Every, Sum, Largest, Smallest, Gathered, TheWithLargest and TheWithSmallest have one,
    /// Some may have one (without one it counts as yes), the others have none.
    pub body: Option<ExprId>,
}

/// The quantifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Quantifier {
    /// Yes if the body is yes for every member; folds like `and`. Each member contributes `not filter or body`, a
    /// filter that is nothing counting as no. Of none: yes.
    Every,
    /// Yes if the body is yes for some member; folds like `or`. Each member contributes `filter and body`, a filter
    /// that is nothing counting as no. Of none: no.
    Some,
    /// The sum of the bodies, `nothing` skipped; of none: nothing. The first body that is not nothing is taken as it
    /// is, each further one joined to it by `HostFn::Add`, which also makes the worst of those that are not values.
    Sum,
    /// How many members pass the filter.
    Count,
    /// The largest body, `nothing` skipped; of none: nothing. As Sum, joined by `HostFn::Larger`.
    Largest,
    /// The smallest body, `nothing` skipped; of none: nothing. As Sum, joined by `HostFn::Smaller`.
    Smallest,
    /// The set of the members that pass the filter.
    SetOf,
    /// The union of the bodies, which are sets, `nothing` skipped; of none: the empty set. As Sum, joined to the
    /// empty set by `HostFn::Union`.
    Gathered,
    /// The member that passes the filter: none is nothing, more than one is as the tie says.
    TheOnly(Tie),
    /// The member that passes the filter and has the largest body, `nothing` being below all. None is nothing; one
    /// candidate is taken without asking its body; a tie is as it says. If any body is neither a value nor nothing,
    /// the worst of those is the result. Bodies are compared by `HostFn::Less(best so far, this)`, then, if that is
    /// no, `HostFn::Less(this, best so far)`; both no is a tie; a comparison that is neither yes nor no is the result.
    TheWithLargest(Tie),
    /// As [`Quantifier::TheWithLargest`], with the smallest: `nothing` is below all here too, and so the smallest.
    TheWithSmallest(Tie),
}

/// What to do when several members qualify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Tie {
    /// The authorities settle it.
    Refer,
    /// The first in order.
    First,
    /// The last in order.
    Last,
}

impl Tie {
    /// Whom a tie is referred to.
    pub const AUTHORITY: &'static str = "the competent authorities: several qualify equally";
}

impl ExprKind {
    /// The expressions it is made of, in the order of the text.
    pub fn children(&self) -> Vec<ExprId> {
        match self {
            ExprKind::Const(_) | ExprKind::Fact(_) | ExprKind::Local(_) => Vec::new(),
            ExprKind::Given(a, _) | ExprKind::Not(a) => vec![*a],
            ExprKind::Call(_, all) | ExprKind::Host(_, all) => all.clone(),
            ExprKind::And(a, b) | ExprKind::Or(a, b) => vec![*a, *b],
            ExprKind::If(a, b, c) => vec![*a, *b, *c],
            ExprKind::Quantify(q) => [Some(q.domain), q.filter, q.body].into_iter().flatten().collect(),
        }
    }
}
