//! Text to syntax tree, and back.
//!
//! [`parse`] never fails: what it cannot read becomes [`ast::ItemKind::Junk`], and everything after it is still read.
//! pest is used inside [`parse`] and appears in no signature.

pub mod ast;
mod dump;
mod fmt;
mod parse;

pub use dump::dump;
pub use fmt::{FormatError, format};
pub use parse::{MAX_NESTING, on_stack, parse, parse_expression};
