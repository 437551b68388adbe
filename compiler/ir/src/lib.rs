//! The typed program: what analysis makes and every evaluator runs.
//!
//! A [`Program`] is plain data in arenas. Only [`verify`] turns it into a [`Verified`], and only a `Verified` can be
//! run, so no evaluator meets a program with an unknown type, a cycle or a rule without its provision.

#![deny(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::wildcard_enum_match_arm,
    clippy::cast_possible_truncation,
    clippy::float_arithmetic,
    missing_docs
)]

mod expr;
mod print;
mod program;
mod ty;
mod verify;

pub use expr::{Expr, ExprId, ExprKind, LocalId, Quantified, Quantifier, Tie};
pub use print::print;
pub use program::{
    Body, Coverage, Decision, DecisionId, EnumDef, Evidence, FactDef, FactId, GivenDef, Node, NodeId, NodeKind, Param,
    PartyDef, Program, Provision, ProvisionId, Question, RecordDef, Rule, UnsetDef,
};
pub use ty::{CurrencyOf, PartyKey, RecordId, Ty, UnitOf};
pub use verify::{Flaw, Verified, verify};
