//! One version examined before it is signed: whether every person gets exactly one answer, and whether every clause
//! does something.
//!
//! Each decision is asked for each party (for any party at once, where they are many), and its rules are told apart
//! only as far as they have to be: whether some rule applies, whether two stand at once, whether one ever does. What is
//! told with a person was answered so by the interpreter; what is told without one holds because every case was
//! looked at.

use crate::compare::askable;
use crate::figures::Tables;
use crate::idle::Idle;
use crate::person::{Maker, Person};
use crate::report::{self, Finding, FindingKind, Place};
use crate::split::Space;
use crate::state::{Reader, sort_of};
use crate::term::{Arena, Side, Term};
use crate::world::{Names, World};
use crate::{answers, figures};
use accord_core::{Answer, Country, Outcome, RuleId, Value};
use accord_interp::Interp;
use accord_ir::{Decision, NodeId, Program, Rule, Ty, Verified};
use std::cell::Cell;

/// What is asked of an examination.
#[derive(Clone, Debug)]
pub struct ExamineOptions {
    /// Only these decisions; all where none is named.
    pub decisions: Vec<String>,
    /// How many terms are looked at for one thing that is asked of a decision.
    pub budget: u64,
    /// How many in all.
    pub total: u64,
}

impl Default for ExamineOptions {
    fn default() -> ExamineOptions {
        ExamineOptions { decisions: Vec::new(), budget: 60_000, total: 2_000_000 }
    }
}

/// Examines a version: what is wrong with it, in the order of the kinds, then of the text.
pub fn examine(verified: &Verified, options: &ExamineOptions) -> Vec<Finding> {
    let program = verified.program();
    let (world, [names, _]) = World::of(program, program, &[]);
    let study = Study { verified, program, world: &world, names: &names, options, left: Cell::new(options.total) };
    let mut found = Vec::new();
    let mut idle = Idle::new(program);
    let mut tables = Tables::new(program);
    for decision in program.decisions.iter().filter(|d| study.is_asked(d)) {
        for args in study.combinations(decision) {
            let Some(mut question) = Question::new(&study, decision, args) else {
                idle.leave_open(decision);
                continue;
            };
            found.extend(answers::gap(&mut question));
            found.extend(answers::conflicts(&mut question));
            tables.look(&mut question);
            idle.look(&mut question);
        }
    }
    found.extend(tables.findings(&study));
    found.extend(idle.findings(&study));
    found.extend(figures::shares(&study));
    merged(found)
}

/// The same found for several parties is told once; of one clause, one finding of each kind.
fn merged(found: Vec<Finding>) -> Vec<Finding> {
    let mut all: Vec<Finding> = Vec::new();
    for finding in found {
        // Who is left without an answer by a decision is told once, whatever rule is nearest.
        let clause = |f: &Finding| match f.kind {
            FindingKind::Gap => (f.kind, f.decision.clone(), None),
            _ => (f.kind, String::new(), f.places.first().map(|p| p.span)),
        };
        match all.iter_mut().find(|f| clause(f) == clause(&finding)) {
            Some(held) => {
                if held.decision == finding.decision {
                    held.parties.extend(
                        finding.parties.iter().filter(|p| !held.parties.contains(p)).copied().collect::<Vec<_>>(),
                    );
                }
            }
            None => all.push(finding),
        }
    }
    all.sort_by_key(|f| (f.kind as u8, f.places.first().map(|p| p.span)));
    all
}

/// A version being examined.
pub(crate) struct Study<'p> {
    pub(crate) verified: &'p Verified,
    pub(crate) program: &'p Program,
    pub(crate) world: &'p World,
    pub(crate) names: &'p Names,
    pub(crate) options: &'p ExamineOptions,
    /// Steps left in all.
    left: Cell<u64>,
}

impl<'p> Study<'p> {
    fn is_asked(&self, decision: &Decision) -> bool {
        let wanted = self.options.decisions.is_empty() || self.options.decisions.contains(&decision.name);
        wanted && !decision.rules.is_empty() && askable(decision)
    }

    /// The parties a decision is asked for: each of a few, else any at once; words and days are left open.
    fn combinations(&self, decision: &Decision) -> Vec<Vec<Option<Value>>> {
        let mut all: Vec<Vec<Option<Value>>> = vec![Vec::new()];
        for param in &decision.params {
            let few = param.ty == Ty::Country && self.world.is_small();
            let values: Vec<Option<Value>> =
                if few { self.world.parties.iter().map(|p| Some(Value::Country(*p))).collect() } else { vec![None] };
            let longer = |held: Vec<Option<Value>>| {
                values
                    .iter()
                    .map(move |v| held.iter().cloned().chain([v.clone()]).collect::<Vec<_>>())
                    .collect::<Vec<_>>()
            };
            all = all.into_iter().flat_map(longer).collect();
        }
        all
    }

    /// Parties for which records are made.
    pub(crate) fn looked_at(&self) -> Vec<Country> {
        let named = self.world.parties.iter().filter(|p| self.world.countries.contains(p));
        let most = if self.world.is_small() { Arena::FEW } else { 3 };
        let mut some: Vec<Country> = Vec::new();
        for party in named.chain(&self.world.parties) {
            if some.len() < most && !some.contains(party) {
                some.push(*party);
            }
        }
        some.sort();
        some
    }

    pub(crate) fn maker(&self) -> Maker<'p> {
        Maker::new(self.world, [self.program, self.program], self.looked_at())
    }

    /// Steps for one thing asked; what is not used goes back.
    pub(crate) fn take(&self, most: u64) -> u64 {
        let taken = most.min(self.left.get());
        self.left.set(self.left.get() - taken);
        taken
    }

    pub(crate) fn left(&self) -> u64 {
        self.left.get()
    }

    pub(crate) fn give_back(&self, steps: u64) {
        self.left.set(self.left.get() + steps);
    }

    /// Where a rule stands.
    pub(crate) fn place(&self, rule: RuleId, note: impl Into<String>) -> Option<Place> {
        let of = self.program.rule(rule)?;
        Some(Place { span: of.span, address: self.program.cite(rule).to_owned(), note: note.into() })
    }
}

/// A rule with the term of its condition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stated {
    pub(crate) rule: RuleId,
    pub(crate) when: Term,
}

/// A decision asked with arguments.
pub(crate) struct Question<'p> {
    pub(crate) study: &'p Study<'p>,
    pub(crate) decision: &'p Decision,
    /// The arguments; what is left open is `None`.
    pub(crate) args: Vec<Option<Value>>,
    pub(crate) terms: Vec<Term>,
    pub(crate) space: Space<'p>,
    pub(crate) reader: Reader<'p>,
    pub(crate) rules: Vec<Stated>,
    pub(crate) maker: Maker<'p>,
    pub(crate) start: Person,
}

impl<'p> Question<'p> {
    /// A decision with arguments read into terms; `None` where the text is too large for that.
    pub(crate) fn new(study: &'p Study<'p>, decision: &'p Decision, args: Vec<Option<Value>>) -> Option<Question<'p>> {
        let conversions = study.program.conversions.clone();
        let mut arena = Arena::new(study.world.parties.clone(), [conversions.clone(), conversions]);
        let mut terms = Vec::new();
        for (n, (arg, param)) in args.iter().zip(&decision.params).enumerate() {
            terms.push(match arg {
                Some(value) => arena.constant(Outcome::Value(value.clone())),
                None => {
                    let bound = arena.bound(u32::try_from(n).unwrap_or(0), sort_of(&study.names.ty(&param.ty)));
                    arena.names.insert(bound, param.name.clone());
                    bound
                }
            });
        }
        let mut reader = Reader::new(study.program, study.names, study.world, Side::Both);
        let mut rules = Vec::new();
        for id in &decision.rules {
            let rule = study.program.rule(*id)?;
            let when = match rule.condition {
                None => arena.yes_no(true),
                Some(condition) => reader.part(&mut arena, rule.locals, condition, &terms),
            };
            rules.push(Stated { rule: *id, when });
        }
        if reader.too_large {
            return None;
        }
        let maker = study.maker();
        let ordinary = args.iter().zip(&decision.params).map(|(arg, param)| match arg {
            Some(value) => value.clone(),
            None => maker.argument(&study.names.ty(&param.ty)),
        });
        let start = maker.ordinary(ordinary.collect());
        let space = Space::new(arena, study.world, 0);
        Some(Question { study, decision, args, terms, space, reader, rules, maker, start })
    }

    pub(crate) fn rule(&self, id: RuleId) -> Option<&'p Rule> {
        self.study.program.rule(id)
    }

    /// What a rule gives.
    pub(crate) fn value(&mut self, id: RuleId) -> Option<Term> {
        let rule = self.study.program.rule(id)?;
        Some(self.reader.part(&mut self.space.arena, rule.locals, rule.value, &self.terms))
    }

    /// What another node comes to.
    pub(crate) fn ask(&mut self, node: NodeId, args: &[Term]) -> Term {
        self.reader.ask(&mut self.space.arena, node, args)
    }

    /// That a rule applies, and none that goes before it does.
    pub(crate) fn stands(&mut self, at: usize) -> Term {
        let Some(stated) = self.rules.get(at).copied() else { return self.space.arena.yes_no(false) };
        let beaten_by = self.rule(stated.rule).map(|r| r.beaten_by.clone()).unwrap_or_default();
        let mut parts = vec![stated.when];
        for other in self.rules.clone().iter().filter(|s| beaten_by.contains(&s.rule)) {
            parts.push(self.space.arena.not(other.when));
        }
        self.space.arena.all(parts)
    }

    /// The parties among the arguments; the first of them is whose answer it is.
    pub(crate) fn parties(&self) -> Vec<Country> {
        let party = self.args.iter().flatten().find_map(|v| match v {
            Value::Country(c) => Some(*c),
            _ => None,
        });
        party.into_iter().collect()
    }

    /// A finding about this decision, with a person.
    pub(crate) fn told(&self, kind: FindingKind, person: &Person, places: Vec<Place>, remedy: String) -> Finding {
        let person = told(self.study, self.decision, &self.maker, person);
        Finding {
            kind,
            decision: self.decision.name.clone(),
            args: person.args.clone(),
            parties: self.parties(),
            places,
            person: Some(person),
            remedy,
            open: None,
        }
    }
}

/// What the interpreter answers of a person.
pub(crate) fn answer(study: &Study<'_>, decision: &Decision, maker: &Maker<'_>, person: &Person) -> Answer {
    told(study, decision, maker, person).answer
}

/// A person in the words of the text, with the answer.
pub(crate) fn told(study: &Study<'_>, decision: &Decision, maker: &Maker<'_>, person: &Person) -> report::Person {
    let facts = study.names.facts(study.program, &maker.facts(person));
    let back = |(value, param): (&Value, &accord_ir::Param)| {
        study.names.back(study.program, &param.ty, &param.name, &Outcome::Value(value.clone())).value().cloned()
    };
    let args: Vec<Value> = person.args.iter().zip(&decision.params).filter_map(back).collect();
    let answer = Interp::new(study.verified, &facts).ask(decision.node, &args);
    report::Person { facts, args, answer }
}
