//! What holds for everybody: two versions compared person by person, and one version examined, before it is signed.
//!
//! | concern | file |
//! |---|---|
//! | of whom is told | `about` |
//! | both versions as one graph of terms | `term`, `operate`, `settle`, `hashed` |
//! | their words brought together | `world` |
//! | what has another name in the other version | `renames` |
//! | from programs to terms | `state` |
//! | groups of persons, and how they are split | `path`, `split`, `within` |
//! | whether two formulas are the same | `amounts` |
//! | the same for one group, by what is assumed of it | `equal` |
//! | what is left, as a question to a solver | `smt` |
//! | whether sums can be as assumed | `sums` |
//! | a term for one person, and what one fact of theirs can change | `concrete`, `reading` |
//! | persons found, asked the next question | `known` |
//! | what is found, as data | `report` |
//! | what an agreement is held to, statement by statement | `standards` |
//! | one statement, for everybody | `requirement` |
//! | the same, as terms | `standing` |
//! | of two persons the one with more, by search | `lowers` |
//! | the same, by the form of the text | `grows` |
//! | inequalities between formulas | `inequality` |
//! | parties that cannot be told apart | `symmetry` |
//! | one version examined: what is asked of it, and what is told | `examine` |
//! | somebody of whom a condition holds, or nobody | `seek` |
//! | persons without an answer, or with two | `answers` |
//! | clauses that never apply, or never matter | `idle` |
//! | tables without a row, shares beyond the whole | `figures` |

#![deny(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    clippy::float_arithmetic,
    missing_docs
)]

mod about;
mod align;
mod amounts;
mod answers;
mod coincide;
mod compare;
mod concrete;
mod each;
mod edits;
mod effect;
mod equal;
mod examine;
mod figures;
mod goals;
mod grows;
mod guide;
mod hashed;
mod idle;
mod inequality;
mod known;
mod lowers;
mod members;
mod near;
mod operate;
mod path;
mod person;
#[cfg(test)]
mod planted;
mod reading;
mod regions;
mod renames;
pub mod report;
pub mod requirement;
mod say;
mod search;
mod seek;
mod settle;
mod slice;
mod smt;
mod split;
pub mod standards;
mod standing;
mod state;
mod sums;
mod symmetry;
mod term;
#[cfg(test)]
mod tests;
mod within;
mod witness;
mod words;
mod world;

pub use compare::{AT_MOST, Comparison, Options, Part, diff, diff_with};
pub use effect::is_against;
pub use examine::{ExamineOptions, examine};
pub use renames::{Amiss, Named, Renamed};
pub use report::Report;
pub use smt::{Question, Solved, Solver};
