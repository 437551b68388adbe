//! The suite: every case, every page of the reference, every evaluator, and the ways to break things.
#![expect(clippy::expect_used, clippy::panic, reason = "a test stops where its footing is missing")]

mod asking;
mod batch;
mod cases;
mod columns;
mod commands;
mod differential;
mod format;
mod generate;
mod mapped;
mod native;
mod pairs;
mod robust;
mod rulesets;
mod snapshots;
mod spec;
mod standards;
mod verify;
mod versions;
mod written;
