//! Programs built by hand, and what they must answer.

mod build;
mod chance;
mod columns;
mod decisions;
mod logic;
mod once;
mod quantifiers;
mod scale;
mod table;
mod values;
