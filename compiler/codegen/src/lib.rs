//! Native code for a program: the only crate that links Cranelift.
//!
//! Every node that is asked of a [`accord_ir::Verified`] program becomes a native function that takes *handles* and gives a
//! handle. A handle is the number of an outcome: 0 is no, 1 is yes, 2 is nothing, the facts of the row and the constants
//! of the program follow, and whatever a run makes comes after them. So native code tests truth by comparing integers, and everything it needs a value
//! for is an operation of the runtime, called by its row in [`accord_core::HostFn`].
//!
//! * `lower` turns a program into functions of any [`cranelift_module::Module`]: what is compiled in memory and what
//!   is written to an object file are the same code.
//! * `jit` compiles in memory, `parallel` on every core, and is the way in; `clif` prints.
//! * `abi` is the border that native code calls across; behind it `state` and `settle` are safe Rust.
//!
//! What a program means is said in `accord-ir`. Nothing here is taken from the interpreter: that both give the same
//! answers is evidence only because each was written from that text.

#![deny(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    clippy::float_arithmetic,
    clippy::undocumented_unsafe_blocks,
    missing_docs
)]

mod abi;
mod clif;
mod columns;
mod error;
mod jit;
mod lower;
mod parallel;
mod settle;
mod state;
mod tables;

#[cfg(test)]
mod tests;

pub use clif::clif;
pub use columns::{COINCIDING, Columns, Request, columns_clif, columns_object};
pub use error::CodegenError;
pub use jit::{Effort, Jit, Run};
