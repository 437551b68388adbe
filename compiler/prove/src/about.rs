//! Of whom a comparison tells: everybody, or those of whom a condition holds under either text.
//!
//! The condition is assumed of every group from the start, so nobody else is told apart, shown, or counted in a proof.

use crate::compare::{Pair, conversions};
use crate::path::{Choice, Path};
use crate::person::Maker;
use crate::report::{About, Somebody};
use crate::split::Space;
use crate::state::Reader;
use crate::term::{Arena, NOTHING, Shape, Side, Term};
use crate::witness::Finder;
use accord_core::Facts;
use accord_interp::Interp;
use accord_ir::{Program, Verified};

impl Pair<'_> {
    /// The condition under each text, as terms; `None` where there is none.
    fn conditions(&self, arena: &mut Arena, readers: [&mut Reader<'_>; 2]) -> Option<[Term; 2]> {
        let name = self.options.condition.as_deref()?;
        Some(readers.map(|reader| {
            let written = reader.program.decision(name).and_then(|(_, d)| {
                let locals = reader.program.node(d.node)?.locals;
                Some((locals, d.default?))
            });
            match written {
                Some((locals, default)) => reader.part(arena, locals, default, &[]),
                None => arena.yes_no(false),
            }
        }))
    }

    /// That the condition holds under either text.
    pub(crate) fn condition(&self, arena: &mut Arena, readers: [&mut Reader<'_>; 2]) -> Option<Term> {
        let both = self.conditions(arena, readers)?;
        Some(arena.any(both))
    }

    /// Whether the interpreter says so of a person too.
    pub(crate) fn is_about(&self, old_facts: &Facts, new_facts: &Facts) -> bool {
        let Some(name) = self.options.condition.as_deref() else { return true };
        let holds = |verified: &Verified, facts: &Facts| {
            let node = verified.program().decision(name).map(|(_, d)| d.node);
            node.is_some_and(|node| Interp::new(verified, facts).ask(node, &[]).outcome.truth() == Some(true))
        };
        holds(self.old, old_facts) || holds(self.new, new_facts)
    }

    /// Whether there is anybody of whom the condition holds.
    pub(crate) fn about(&self) -> Option<About> {
        let parties = self.looked_at();
        let programs: [&Program; 2] = [self.old.program(), self.new.program()];
        let mut arena = Arena::new(parties.clone(), programs.map(conversions));
        let mut first = Reader::new(programs[0], &self.names[0], self.world, Side::Old);
        let mut second = Reader::new(programs[1], &self.names[1], self.world, Side::New);
        let [old, new] = self.conditions(&mut arena, [&mut first, &mut second])?;
        let term = arena.any([old, new]);
        let mut space = Space::new(arena, self.world, self.options.budget);
        let found = |somebody| Some(About { is_one: old == new, somebody });
        let Some(path) = space.assuming(&Path::default(), term) else { return found(Somebody::Nobody) };
        let maker = Maker::new(self.world, programs, parties);
        let person = Finder::new(&space, &maker).find(&path, &maker.ordinary(Vec::new()));
        let is_one = person.is_some_and(|person| {
            let facts = maker.facts(&person);
            self.is_about(&self.names[0].facts(programs[0], &facts), &self.names[1].facts(programs[1], &facts))
        });
        found(if is_one { Somebody::Found } else { Somebody::NotFound })
    }
}

impl Space<'_> {
    /// Those everybody asked about are among, before anything else is assumed; `None` where there is nobody.
    pub(crate) fn start(&mut self) -> Option<Path> {
        match self.about {
            Some(condition) => self.assuming(&Path::default(), condition),
            None => Some(Path::default()),
        }
    }

    /// Those of a group of whom a condition holds: what it joins with `and` is assumed one by one, so that each part
    /// settles what it can.
    fn assuming(&mut self, path: &Path, condition: Term) -> Option<Path> {
        let shape = self.arena.shape(condition);
        match &*shape {
            Shape::Known(outcome) => (outcome.truth() == Some(true)).then(|| path.clone()),
            Shape::All(parts) => parts.iter().try_fold(path.clone(), |path, part| self.assuming(&path, *part)),
            Shape::Not(inner) if self.arena.may(*inner) & NOTHING == 0 => {
                self.looked_into(*inner);
                path.with(&self.arena, self.world, *inner, Choice::No)
            }
            _ => {
                self.looked_into(condition);
                path.with(&self.arena, self.world, condition, Choice::Yes)
            }
        }
    }

    /// What is decided as a whole is looked into where groups contradict it.
    fn looked_into(&mut self, condition: Term) {
        let is_whole = matches!(
            &*self.arena.shape(condition),
            Shape::All(_) | Shape::Any(_) | Shape::If(..) | Shape::Decide(..) | Shape::Gather(..) | Shape::Strict(..)
        );
        if is_whole {
            let _ = self.arena.words.insert(condition);
        }
    }
}
