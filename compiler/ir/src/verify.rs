//! The gate: only a program that passed here can be run.
//!
//! Four steps, each relying on the ones before: every number refers to something (`range`), every tree of
//! expressions ends and every type fits (`bodies`), rules and calls are in order (`rules`), and so is what the
//! agreement is held to (`requirements`).

mod bodies;
mod ranges;
mod requirements;
mod rules;
mod types;

use crate::Program;

/// A defect of a program: always a defect of the compiler, never the user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw(pub String);

/// A program that holds every promise the evaluators rely on.
#[derive(Clone, Debug)]
pub struct Verified(Program);

impl Verified {
    /// The program.
    pub fn program(&self) -> &Program {
        &self.0
    }

    /// How deeply expressions may nest in one body; the `else` of an `if` does not count, so that a table of any
    /// length fits. Bounds the stack of whatever walks a body recursively.
    pub const DEEPEST: usize = 1024;

    /// How many expressions all bodies together may have when each is written out in full. Bodies may share parts,
    /// and sharing upon sharing would grow beyond all measure in whatever walks them.
    pub const LARGEST: usize = 1 << 25;
}

/// Checks the promises: every number in range, every type known and fitting where that is cheap to say, no
/// expression or node that depends on itself, bodies of bearable size, conditions that are yes or no, locals bound before they are read, every
/// rule with its provision, and an order of precedence that is transitive.
pub fn verify(program: Program) -> Result<Verified, Vec<Flaw>> {
    for step in [ranges::check, bodies::check, rules::check, requirements::check] {
        let flaws = step(&program);
        if !flaws.is_empty() {
            return Err(flaws);
        }
    }
    Ok(Verified(program))
}

/// The flaws found so far, each with the place it was found in.
#[derive(Default)]
struct Flaws {
    list: Vec<Flaw>,
}

impl Flaws {
    fn push(&mut self, place: &str, what: impl std::fmt::Display) {
        self.list.push(Flaw(format!("{place}: {what}")));
    }

    /// Records what is wrong unless the promise holds.
    fn need(&mut self, holds: bool, place: &str, what: impl std::fmt::Display) {
        if !holds {
            self.push(place, what);
        }
    }
}
