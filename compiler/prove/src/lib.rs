//! What holds for everybody: two versions compared person by person, and one version examined, before it is signed.
//!
//! | concern | file |
//! |---|---|
//! | what is found, as data | `report` |

#![deny(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::wildcard_enum_match_arm,
    clippy::cast_possible_truncation,
    clippy::float_arithmetic,
    missing_docs
)]

pub mod report;

pub use report::Report;
