//! Source texts, places in them, and what is said about them.
//!
//! Every pass of the compiler records its findings as [`Diagnostic`] values: plain data with a code, a place and a
//! remedy. Nothing here draws: the command line and the tests do that. This crate knows no syntax and no law.

mod code;
mod diagnostic;
mod map;

pub use code::{Code, REGISTRY};
pub use diagnostic::{Diagnostic, Diagnostics, Label, Severity};
pub use map::{FileId, SourceFile, SourceMap, Span};
