//! The suite: every case, every page of the reference, every evaluator, and the ways to break things.

mod cases;
mod commands;
mod differential;
mod format;
mod robust;
mod snapshots;
mod spec;
