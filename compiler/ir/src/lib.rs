//! The typed program: what analysis makes and every evaluator runs.
//!
//! A [`Program`] is plain data in arenas. Only [`verify`] turns it into a [`Verified`], and only a `Verified` can be
//! run, so no evaluator meets a program with an unknown type, a cycle or a rule without its provision. That holds as
//! well for a program that was kept in a file ([`FORMAT`]).

#![deny(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::wildcard_enum_match_arm,
    clippy::cast_possible_truncation,
    clippy::float_arithmetic,
    missing_docs
)]

mod expr;
mod layout;
mod print;
mod program;
mod reads;
mod requirement;
mod ty;
mod verify;

/// What a program kept in a file is made of, by number. To be raised whenever a type it is made of changes, or what
/// one means: a file of another number is refused, never guessed at.
pub const FORMAT: u32 = 2;

pub use expr::{Expr, ExprId, ExprKind, LocalId, Quantified, Quantifier, Tie};
pub use layout::{currency, layout, outputs};
pub use print::print;
pub use program::{
    Body, Coverage, Decision, DecisionId, EnumDef, Evidence, FactDef, FactId, GivenDef, Node, NodeId, NodeKind, Param,
    PartyDef, Program, Provision, ProvisionId, Question, RecordDef, Rule, UnsetDef,
};
pub use reads::reads;
pub use requirement::{Demand, Requirement, Standard};
pub use ty::{CurrencyOf, PartyKey, RecordId, Ty, UnitOf};
pub use verify::{Flaw, Verified, verify};
