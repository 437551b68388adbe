//! Columnar evaluation: a question compiled to one native function over columns, the loop over rows inside.
//!
//! The general way of [`crate::Jit`] asks the runtime for every operation. Here everything is typed and inlined: an
//! outcome is a number (`tag`), numbers are 64-bit words over each other with their ranges (`number`), parties are bits
//! of a word, periods are folded in one pass (`fold`), and what is constant in a batch is computed while code is made
//! (`word`). What native code does not know is an outcome too, worse than any other, so a row is left to the general
//! evaluator exactly where that matters; no answer is ever guessed.
//!
//! | file | what |
//! |---|---|
//! | `word`, `tag`, `number`, `data` | values in the making |
//! | `row` | reading columns |
//! | `expr`, `decide`, `sets`, `lists` | expressions, rules, quantifiers |
//! | `ops`, `amounts`, `days`, `calendar` | operations of the runtime |
//! | `fold`, `alone`, `sweep`, `ties`, `few`, `periods`, `reuse` | the record of periods |
//! | `stage`, `runs`, `shared`, `table` | what is found out of 64 rows at once |
//! | `write`, `order` | the function, its loops and its results |
//! | `native` | in memory, as an object file, as text |
//!
//! Nothing here depends on which agreement it is.

mod alone;
mod amounts;
mod calendar;
mod data;
mod days;
mod decide;
mod expr;
mod few;
mod fold;
mod lists;
mod native;
mod number;
mod ops;
mod order;
mod periods;
mod reuse;
mod row;
mod runs;
mod sets;
mod shared;
mod stage;
mod sweep;
mod table;
mod tag;
mod ties;
mod word;
mod write;

pub use native::{Columns, Request, columns_clif, columns_object};

/// Whom a tie of coinciding periods is referred to; which days it is about is said by the general evaluator.
pub const COINCIDING: &str = "the competent institutions: which of two coinciding periods counts";
