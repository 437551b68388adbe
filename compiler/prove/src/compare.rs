//! Two versions compared: each decision, for each party and branch, as far as any edit reaches it.

use crate::edits::{Edited, Statement, edits};
use crate::goals;
use crate::guide::Guide;
use crate::path::{Choice, Path};
use crate::person::{Maker, Person};
use crate::regions::{Regions, grouped};
use crate::renames::Renamed;
use crate::report::{About, Changed, Open, Proof, Report, Verdict};
use crate::slice::{Texts, Writer};
use crate::smt::{Question, Solved, Solver, Written};
use crate::split::{Futile, MOST_STEPS, Space};
use crate::state::{Reader, sort_of};
use crate::term::{Arena, Side, Sort, Term};
use crate::witness::Finder;
use crate::world::{Names, World};
use accord_core::{Conversions, Country, HostFn, Outcome, Value};
use accord_interp::Interp;
use accord_ir::{Decision, NodeId, Param, Program, Ty, Verified};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

/// What is asked of a comparison.
#[derive(Clone, Debug)]
pub struct Options {
    /// Only these decisions; all where none is named.
    pub decisions: Vec<String>,
    /// The most groups of a change that are told; the others are counted.
    pub at_most: usize,
    /// How many terms are looked at for one decision of one party and branch.
    pub budget: u64,
    /// Only persons of whom this is yes under either text: a decision of both that no rule settles. It is not compared
    /// itself.
    pub condition: Option<String>,
    /// What the version after has another name for.
    pub renamed: Vec<Renamed>,
    /// Facts that one version alone asks for and that are told by facts of the other, as [`Report::vocabulary`] names
    /// them.
    pub derived: Vec<String>,
}

impl Options {
    fn is_wanted(&self, decision: &String) -> bool {
        self.decisions.is_empty() || self.decisions.contains(decision)
    }
}

/// As many groups of a change as a reader takes in.
pub const AT_MOST: usize = 12;

impl Default for Options {
    fn default() -> Options {
        Options {
            decisions: Vec::new(),
            at_most: AT_MOST,
            budget: 1_000_000,
            condition: None,
            renamed: Vec::new(),
            derived: Vec::new(),
        }
    }
}

/// Persons that one decision leaves to the others.
const MOST_OF_ANOTHER: usize = 4;

/// Groups told apart for one decision, all its parties and branches together.
const STEPS_OF_A_DECISION: u64 = 8000;

/// Groups told apart for one of its parties and branches, however often others took more.
const FEWEST_STEPS: u64 = 200;

/// Groups told apart to see that nobody is in those that are left where everybody seems to be answered alike.
const STEPS_INTO_WORDS: u32 = 100;

/// Persons tried for one decision, all its parties and branches together.
const TRIES_OF_A_DECISION: u64 = 3_000;

/// Both versions, with what they have in common.
pub(crate) struct Pair<'p> {
    pub(crate) old: &'p Verified,
    pub(crate) new: &'p Verified,
    pub(crate) world: &'p World,
    pub(crate) names: &'p [Names; 2],
    pub(crate) edited: &'p [Edited],
    pub(crate) options: &'p Options,
    /// Groups that may still be told apart for the decision being compared.
    steps_left: Cell<u64>,
    /// Groups that may be told apart for one of its parties and branches: fewer, once that was not enough for another.
    steps_each: Cell<u64>,
    /// Persons that may still be tried for it.
    pub(crate) tries_left: Cell<u64>,
    /// Persons that may still be tried for it where the texts put a condition otherwise.
    pub(crate) goals_left: Cell<u64>,
    /// The same, where somebody was found, for others.
    pub(crate) others_left: Cell<u64>,
    /// What is asked of groups in which nobody is found.
    solver: RefCell<Option<&'p mut (dyn Solver + 'p)>>,
    /// Persons found for the decision so far, the last ones last.
    pub(crate) known: RefCell<Vec<Person>>,
    /// Words that it was of no use to look into.
    futile: RefCell<Futile>,
}

/// One question to both: a decision with arguments.
pub(crate) struct Asked {
    pub(crate) decision: String,
    pub(crate) nodes: [NodeId; 2],
    /// The arguments; a day is left open.
    pub(crate) args: Vec<Option<Value>>,
    pub(crate) params: Vec<Param>,
}

/// Two versions about to be compared. The work is in parts that do not see each other, so that threads may share it; what
/// is found does not depend on how many do.
#[derive(Debug)]
pub struct Comparison<'p> {
    old: &'p Verified,
    new: &'p Verified,
    options: &'p Options,
    world: World,
    names: [Names; 2],
    edited: Vec<Edited>,
    decisions: Vec<(String, [NodeId; 2])>,
}

/// What one part found.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// By the place of the decision.
    found: Vec<(usize, Vec<Found>)>,
    /// Persons whom both versions answer otherwise.
    persons: Vec<Person>,
    about: Option<About>,
}

/// Compares two versions: who is answered otherwise, and what is proved the same.
pub fn diff(old: &Verified, new: &Verified, options: &Options) -> Report {
    diff_with(old, new, options, None)
}

/// The same; of groups in which nobody is found a solver is asked.
pub fn diff_with(old: &Verified, new: &Verified, options: &Options, mut solver: Option<&mut dyn Solver>) -> Report {
    let comparison = Comparison::new(old, new, options);
    let part = |n| comparison.part(n, solver.as_mut().map(|s| &mut **s as _));
    let parts: Vec<Part> = (0..comparison.parts()).map(part).collect();
    let parts = (0..comparison.parts()).map(|n| comparison.again(n, &parts)).collect();
    comparison.report(parts)
}

impl<'p> Comparison<'p> {
    /// What two versions have in common, and where they were edited.
    pub fn new(old: &'p Verified, new: &'p Verified, options: &'p Options) -> Comparison<'p> {
        let (mut world, names) = World::of(old.program(), new.program(), &options.renamed);
        world.tell_derived(&options.derived);
        let edited = edits(old.program(), &names[0], new.program(), &names[1]);
        let mut decisions = decisions(old.program(), new.program(), options);
        if world.is_small() {
            // Where all is done in turn, those before tell of persons that are asked about again.
            let last = decisions.iter().rposition(|(name, _)| options.is_wanted(name));
            decisions.truncate(last.map_or(0, |last| last + 1));
        } else {
            decisions.retain(|(name, _)| options.is_wanted(name));
        }
        Comparison { old, new, options, world, names, edited, decisions }
    }

    /// How many parts the work has: one for each decision, and one for whether there is anybody it is about.
    pub fn parts(&self) -> usize {
        self.decisions.len() + 1
    }

    /// Does one part, the first being 0. Of groups in which nobody is found a solver is asked, where there is one.
    pub fn part(&self, n: usize, solver: Option<&mut dyn Solver>) -> Part {
        let mut solver = solver;
        if n == self.decisions.len() {
            return Part { about: self.pair(None).about(), ..Part::default() };
        }
        // Of few parties all is done in turn, and each decision knows whom those before it found.
        let mine = if !self.is_small() {
            n..n + 1
        } else if n == 0 {
            0..self.decisions.len()
        } else {
            0..0
        };
        let mut part = Part::default();
        for n in mine {
            let Some((name, nodes)) = self.decisions.get(n) else { continue };
            let is_wanted = self.options.is_wanted(name);
            let pair = self.pair(solver.as_mut().filter(|_| is_wanted).map(|s| &mut **s as _));
            pair.known.replace(std::mem::take(&mut part.persons));
            let found = pair.compare(name, *nodes);
            part.persons = pair.known.take();
            if is_wanted {
                part.found.push((n, found));
            }
        }
        part
    }

    fn is_small(&self) -> bool {
        self.world.is_small()
    }

    /// One part as all of them leave it: where it was left undecided whether anybody is answered otherwise, those are
    /// asked whom others found.
    pub fn again(&self, n: usize, parts: &[Part]) -> Part {
        let Some(mut part) = parts.get(n).cloned() else { return Part::default() };
        let Some((name, nodes)) = self.decisions.get(n) else { return part };
        let Some((_, found)) = part.found.first_mut().filter(|_| !self.is_small()) else { return part };
        if found.iter().all(|(.., verdict)| !matches!(verdict, Verdict::Undecided(_))) {
            return part;
        }
        let others = parts.iter().enumerate().filter(|(other, _)| *other != n);
        let last = others.flat_map(|(_, other)| other.persons.iter().rev().take(MOST_OF_ANOTHER));
        let pair = self.pair(None);
        last.for_each(|person| pair.remember(person));
        pair.ask_those_known(name, *nodes, found);
        part
    }

    fn pair<'s>(&'s self, solver: Option<&'s mut (dyn Solver + 's)>) -> Pair<'s> {
        Pair {
            old: self.old,
            new: self.new,
            world: &self.world,
            names: &self.names,
            edited: &self.edited,
            options: self.options,
            steps_left: Cell::new(STEPS_OF_A_DECISION),
            steps_each: Cell::new(MOST_STEPS),
            tries_left: Cell::new(TRIES_OF_A_DECISION),
            goals_left: Cell::new(goals::MOST_TRIED),
            others_left: Cell::new(goals::MOST_FOR_OTHERS),
            solver: RefCell::new(solver),
            known: RefCell::default(),
            futile: RefCell::default(),
        }
    }

    /// Brings together what all parts found, in their order.
    pub fn report(self, parts: Vec<Part>) -> Report {
        let edits = self.edited.into_iter().map(|e| e.edit).collect();
        let about = parts.iter().find_map(|part| part.about);
        let mut found: Vec<(usize, Vec<Found>)> = parts.into_iter().flat_map(|part| part.found).collect();
        found.sort_by_key(|(n, _)| *n);
        let named = found.into_iter().filter_map(|(n, found)| Some((&self.decisions.get(n)?.0, found)));
        let decisions = named.flat_map(|(name, found)| grouped(name, found)).collect();
        Report { edits, vocabulary: self.world.changes, about, decisions }
    }
}

/// The decisions that both versions are asked for: what questions decide, in their order, then what is of class kind.
fn decisions(old: &Program, new: &Program, options: &Options) -> Vec<(String, [NodeId; 2])> {
    let mut names: Vec<String> = Vec::new();
    for program in [old, new] {
        for question in &program.questions {
            for id in &question.decides {
                let name = program.decisions.get(id.0 as usize).map(|d| d.name.clone());
                names.extend(name.filter(|n| !names.contains(n)));
            }
        }
        // Of the others, those that the text settles.
        let settled = program.decisions.iter().filter(|d| !d.rules.is_empty());
        for decision in settled.filter(|d| askable(d)) {
            if !names.contains(&decision.name) {
                names.push(decision.name.clone());
            }
        }
    }
    let compared = |name: &String| options.condition.as_ref() != Some(name);
    let node = |program: &Program, name: &str| program.decision(name).filter(|(_, d)| askable(d)).map(|(_, d)| d.node);
    let both = |name: String| {
        let nodes = [node(old, &name)?, node(new, &name)?];
        Some((name, nodes))
    };
    names.into_iter().filter(compared).filter_map(both).collect()
}

impl Pair<'_> {
    fn compare(&self, name: &str, nodes: [NodeId; 2]) -> Vec<Found> {
        let mut texts = Texts::default();
        let before = Writer::new(self.old.program(), &self.names[0], false).node(&mut texts, nodes[0]);
        let after = Writer::new(self.new.program(), &self.names[1], false).node(&mut texts, nodes[1]);
        let same_law = conversions(self.old.program()) == conversions(self.new.program());
        let params = match self.new.program().node(nodes[1]) {
            Some(node) => node.params.clone(),
            None => return Vec::new(),
        };
        let combinations = self.combinations(&params);
        if before == after && same_law {
            let untouched = || Verdict::Same(Proof::Untouched);
            return combinations.into_iter().map(|c| (c.into_iter().flatten().collect(), None, untouched())).collect();
        }
        let mut found = Vec::new();
        for args in combinations {
            let asked = Asked { decision: name.to_owned(), nodes, args, params: params.clone() };
            found.extend(if self.is_small() { self.one(&asked) } else { self.of_many(&asked) });
        }
        found
    }

    /// The arguments a decision is asked with: each party, each branch; a day is left open.
    pub(crate) fn combinations(&self, params: &[Param]) -> Vec<Vec<Option<Value>>> {
        let mut all = vec![Vec::new()];
        for param in params {
            let ty = self.names[1].ty(&param.ty);
            let values: Vec<Option<Value>> = match &ty {
                Ty::Country if self.is_small() => self.world.parties.iter().map(|p| Some(Value::Country(*p))).collect(),
                Ty::Member(id) => {
                    let count = self.world.enums.get(usize::from(id.0)).map_or(0, |e| e.members.len());
                    (0..count).filter_map(|n| u16::try_from(n).ok()).map(|n| Some(Value::Member(*id, n))).collect()
                }
                _ => vec![None],
            };
            all = all
                .into_iter()
                .flat_map(|held: Vec<Option<Value>>| {
                    values.iter().map(move |v| held.iter().cloned().chain([v.clone()]).collect::<Vec<_>>())
                })
                .collect();
        }
        all
    }

    /// Whether parties are told apart one by one.
    pub(crate) fn is_small(&self) -> bool {
        self.world.is_small()
    }

    /// Both versions as terms, the parties of records being these; `None` where that takes too much, or
    /// lengths are summed up that the versions convert differently.
    pub(crate) fn space(&self, asked: &Asked, parties: &[Country]) -> Option<(Space<'_>, Term, Term)> {
        let both = [self.old, self.new].map(|verified| conversions(verified.program()));
        let mut arena = Arena::new(parties.to_vec(), both);
        let args: Vec<Term> = asked
            .args
            .iter()
            .zip(&asked.params)
            .enumerate()
            .map(|(n, (arg, param))| match arg {
                Some(value) => arena.constant(Outcome::Value(value.clone())),
                None => {
                    let bound = arena.bound(u32::try_from(n).unwrap_or(0), sort_of(&self.names[1].ty(&param.ty)));
                    arena.names.insert(bound, param.name.clone());
                    bound
                }
            })
            .collect();
        let mut first = Reader::new(self.old.program(), &self.names[0], self.world, Side::Old);
        let old = first.ask(&mut arena, asked.nodes[0], &args);
        let mut second = Reader::new(self.new.program(), &self.names[1], self.world, Side::New);
        let new = second.ask(&mut arena, asked.nodes[1], &args);
        let about = self.condition(&mut arena, [&mut first, &mut second]);
        let fits = [&first, &second].iter().all(|reader| !reader.too_large && !reader.converts_differently);
        let mut space = Space::new(arena, self.world, self.options.budget);
        space.about = about;
        space.compares = true;
        fits.then_some((space, old, new))
    }

    /// One question where there are few parties: each of them can be in a record.
    fn one(&self, asked: &Asked) -> Vec<Found> {
        let fixed: Vec<Value> = asked.args.iter().flatten().cloned().collect();
        let Some((mut space, old, new)) = self.space(asked, &self.world.parties) else {
            return vec![(fixed, None, too_large())];
        };
        if old == new {
            return vec![(fixed, None, Verdict::Same(Proof::SameForm))];
        }
        let mut results = Vec::new();
        let branches = self.branches(&mut space, old, new);
        // A decision that asks for neither a party nor a branch may take all the steps.
        if asked.params.iter().all(|p| !matches!(p.ty, Ty::Country | Ty::Member(_))) && branches.len() == 1 {
            self.steps_each.set(STEPS_OF_A_DECISION);
        }
        for (branch, path) in branches {
            space.budget = self.options.budget;
            space.steps = 0;
            let verdict = self.verdict(&mut space, asked, &path, old, new);
            results.push((fixed.clone(), branch, verdict));
        }
        results
    }

    /// One question where there are many parties: what is the same for any of them is proved so; what is not is looked
    /// into for records of a few.
    fn of_many(&self, asked: &Asked) -> Vec<Found> {
        let fixed: Vec<Value> = asked.args.iter().flatten().cloned().collect();
        let mut results = Vec::new();
        let mut open: Option<Vec<String>> = None;
        let mut all_parties = self.space(asked, &self.world.parties).map(|(mut space, old, new)| {
            let branches = self.branches(&mut space, old, new);
            Everybody { space, old, new, branches }
        });
        if let Some(Everybody { space, old, new, branches }) = &mut all_parties {
            if old == new {
                return vec![(fixed, None, Verdict::Same(Proof::SameForm))];
            }
            let mut left = Vec::new();
            for (branch, path) in branches.iter() {
                let (old, new) = space.narrowed(path, *old, *new);
                match self.alike(space, path, old, new) {
                    Some(proof) => results.push((fixed.clone(), branch.clone(), Verdict::Same(proof))),
                    None => left.extend(branch.clone()),
                }
            }
            if branches.len() > 1 {
                open = Some(left);
            } else if !results.is_empty() {
                return results;
            }
        }
        let some = self.looked_at();
        let names: Vec<&str> = some.iter().map(Country::code).collect();
        let why = format!("only records of {} were looked at", names.join(", "));
        for asked in self.asked_of(asked, &some) {
            results.extend(self.of_some(&asked, &some, open.as_deref(), (&mut all_parties, &why)));
        }
        results
    }

    /// What proves that everybody of a group is answered alike, where that is so and does not take long.
    fn alike(&self, space: &mut Space<'_>, path: &Path, old: Term, new: Term) -> Option<Proof> {
        space.budget = self.options.budget / 8;
        space.steps = 0;
        let new = space.with_quantifiers_of(path, old, new);
        if old == new {
            return Some(Proof::SameForm);
        }
        space.sets_first(old, new);
        space.proved(path, old, new, STEPS_INTO_WORDS)?;
        Some(if space.steps <= 1 { Proof::SameForm } else { Proof::Cases(space.steps) })
    }

    /// The same question asked of some parties.
    pub(crate) fn asked_of(&self, asked: &Asked, some: &[Country]) -> Vec<Asked> {
        let mut all = vec![Vec::new()];
        for (arg, param) in asked.args.iter().zip(&asked.params) {
            let values: Vec<Option<Value>> = match (arg, self.names[1].ty(&param.ty)) {
                (None, Ty::Country) => some.iter().map(|p| Some(Value::Country(*p))).collect(),
                _ => vec![arg.clone()],
            };
            all = all
                .into_iter()
                .flat_map(|held: Vec<Option<Value>>| {
                    values.iter().map(move |v| held.iter().cloned().chain([v.clone()]).collect::<Vec<_>>())
                })
                .collect();
        }
        let made =
            |args| Asked { decision: asked.decision.clone(), nodes: asked.nodes, args, params: asked.params.clone() };
        all.into_iter().map(made).collect()
    }

    fn of_some(
        &self,
        asked: &Asked,
        some: &[Country],
        only: Option<&[String]>,
        (everybody, why): (&mut Option<Everybody<'_>>, &str),
    ) -> Vec<Found> {
        let fixed: Vec<Value> = asked.args.iter().flatten().cloned().collect();
        let Some((mut space, old, new)) = self.space(asked, some) else { return vec![(fixed, None, too_large())] };
        let mut results = Vec::new();
        let mut one_more = None;
        for (branch, path) in self.branches(&mut space, old, new) {
            if let (Some(only), Some(branch)) = (only, &branch)
                && !only.contains(branch)
            {
                continue;
            }
            space.budget = self.options.budget;
            space.steps = 0;
            let alone = || Open { why: why.to_owned(), tried: 0 };
            let besides = |open: Open| Open { why: format!("{}, and {why}", open.why), ..open };
            let verdict = match self.verdict(&mut space, asked, &path, old, new) {
                Verdict::Same(_) => {
                    let everybody = everybody.as_mut();
                    match everybody.and_then(|e| self.alike_with(e, asked, branch.as_deref())) {
                        Some(proof) => Verdict::Same(proof),
                        None => match self.with_one_more(&mut one_more, asked, some, branch.as_deref()) {
                            Some(mut changed) => {
                                changed.open = Some(changed.open.map_or_else(alone, besides));
                                Verdict::Changed(changed)
                            }
                            None => Verdict::Undecided(alone()),
                        },
                    }
                }
                Verdict::Changed(mut changed) => {
                    changed.open = Some(changed.open.map_or_else(alone, besides));
                    Verdict::Changed(changed)
                }
                Verdict::Undecided(open) => Verdict::Undecided(besides(open)),
            };
            results.push((fixed.clone(), branch, verdict));
        }
        results
    }

    /// Who is answered otherwise where records are of one party more, where somebody is found.
    fn with_one_more<'s>(
        &'s self,
        held: &mut Option<Option<Everybody<'s>>>,
        asked: &Asked,
        some: &[Country],
        branch: Option<&str>,
    ) -> Option<Changed> {
        let made = held.get_or_insert_with(|| {
            let other = self.world.parties.iter().find(|p| !some.contains(p))?;
            let mut parties = some.to_vec();
            parties.push(*other);
            parties.sort();
            let (mut space, old, new) = self.space(asked, &parties)?;
            let branches = self.branches(&mut space, old, new);
            Some(Everybody { space, old, new, branches })
        });
        let Everybody { space, old, new, branches } = made.as_mut()?;
        let (_, path) = branches.iter().find(|(name, _)| name.as_deref() == branch)?;
        space.budget = self.options.budget;
        space.steps = 0;
        match self.verdict(space, asked, path, *old, *new) {
            Verdict::Changed(changed) => Some(changed),
            Verdict::Same(_) | Verdict::Undecided(_) => None,
        }
    }

    /// What proves that everybody who asks with these parties is answered alike, whosesoever periods are in the record:
    /// the terms are those for all parties, and of the argument it is assumed that it is this one.
    fn alike_with(&self, everybody: &mut Everybody<'_>, asked: &Asked, branch: Option<&str>) -> Option<Proof> {
        let Everybody { space, old, new, branches } = everybody;
        let (_, path) = branches.iter().find(|(name, _)| name.as_deref() == branch)?;
        let mut path = path.clone();
        for (n, arg) in asked.args.iter().enumerate() {
            let Some(party @ Value::Country(_)) = arg else { continue };
            let Some(argument) = space.arena.argument(u32::try_from(n).ok()?, Sort::Country) else { continue };
            let party = space.arena.constant(Outcome::Value(party.clone()));
            let is = space.arena.host(HostFn::Equal, vec![argument, party], Side::Both, Sort::YesNo);
            path = path.with(&space.arena, self.world, is, Choice::Yes)?;
        }
        let (old, new) = space.narrowed(&path, *old, *new);
        space.look_into_words(&mut path, &self.futile);
        self.alike(space, &path, old, new)
    }

    /// The benefits of each branch, as groups of persons; everybody where the benefit claimed does not matter.
    pub(crate) fn branches(&self, space: &mut Space<'_>, old: Term, new: Term) -> Vec<(Option<String>, Path)> {
        let Some(start) = space.start() else { return Vec::new() };
        let everybody = || vec![(None, start.clone())];
        let Some((benefit, id)) = self.benefit(space, &[old, new]) else { return everybody() };
        let Some(def) = self.world.enums.get(usize::from(id.0)) else { return everybody() };
        let mut branches: Vec<(String, BTreeSet<Value>)> = Vec::new();
        for (n, member) in def.members.iter().enumerate() {
            let branch = member.split('.').next().unwrap_or(member).to_owned();
            let value = Value::Member(id, u16::try_from(n).unwrap_or(0));
            match branches.iter_mut().find(|(name, _)| *name == branch) {
                Some((_, set)) => {
                    set.insert(value);
                }
                None => branches.push((branch, BTreeSet::from([value]))),
            }
        }
        let mut paths = Vec::new();
        for (name, set) in branches {
            let set = space.arena.constant(Outcome::Value(Value::Set(set)));
            let is = space.arena.host(HostFn::In, vec![benefit, set], Side::Both, Sort::YesNo);
            if let Some(path) = start.with(&space.arena, self.world, is, Choice::Yes) {
                paths.push((Some(name), path));
            }
        }
        paths
    }

    /// The benefit claimed, where terms read it.
    fn benefit(&self, space: &Space<'_>, terms: &[Term]) -> Option<(Term, accord_core::EnumId)> {
        let mut seen = BTreeSet::new();
        let mut queue = terms.to_vec();
        while let Some(term) = queue.pop() {
            if !seen.insert(term) {
                continue;
            }
            if let Sort::Member(id) = space.arena.sort(term)
                && space.expression(term) == "claim.benefit"
            {
                return Some((term, id));
            }
            queue.extend(crate::term::children(&space.arena.shape(term)));
        }
        None
    }

    fn verdict(&self, space: &mut Space<'_>, asked: &Asked, path: &Path, old: Term, new: Term) -> Verdict {
        let (old, new) = space.narrowed(path, old, new);
        let mut path = path.clone();
        space.look_into_words(&mut path, &self.futile);
        let path = &path;
        let (new, steps) = space.aligned(path, old, new);
        if old == new && steps > 0 {
            return Verdict::Same(Proof::Cases(steps));
        }
        let mut leaves = Vec::new();
        space.most_steps = self.steps_left.get().min(self.steps_each.get());
        let maker = Maker::new(self.world, [self.old.program(), self.new.program()], space.arena.parties.clone());
        let ordinary = self.ordinary(asked, &maker);
        space.guide = Some(Guide::first(&maker, &ordinary));
        let all = space.differences(path, old, new, &mut leaves);
        space.guide = None;
        self.steps_left.set(self.steps_left.get().saturating_sub(space.steps));
        if all.is_none() {
            self.steps_each.set((self.steps_each.get() / 2).max(FEWEST_STEPS));
        }
        if all.is_some() && leaves.is_empty() {
            return Verdict::Same(if space.steps <= 1 { Proof::SameForm } else { Proof::Cases(space.steps) });
        }
        let mut regions = Regions::new(self, asked, &maker, path);
        regions.take_known(space, &leaves, old, new);
        for leaf in Finder::new(space, &maker).nearest_first(leaves.iter(), &ordinary) {
            regions.take(space, leaf, old, new);
        }
        regions.records_left_open(space, old, new);
        if all.is_none() {
            regions.leave_open("it takes more steps than were allowed");
        }
        regions.search(space, path, old, new);
        regions.finish(space)
    }

    /// Parties for which records are made: all of a few, else those that stand first.
    pub(crate) fn looked_at(&self) -> Vec<Country> {
        if self.is_small() {
            return self.world.parties.clone();
        }
        let mut some: Vec<Country> = Vec::new();
        for party in self.named_in_edits() {
            if some.len() < 2 && self.world.parties.contains(&party) && !some.contains(&party) {
                some.push(party);
            }
        }
        // Two that do not count in the same currency tell more than two that do.
        let currency = |party: &Country| accord_ir::currency(self.new.program(), *party);
        for other in [true, false] {
            for party in &self.world.parties {
                let differs = some.iter().all(|s| currency(s) != currency(party));
                if some.len() < 2 && !some.contains(party) && (differs || !other) {
                    some.push(*party);
                }
            }
        }
        some.sort();
        some
    }

    /// Parties that edited statements name: first those that one version names more often, then the others that stand
    /// alone in them.
    fn named_in_edits(&self) -> Vec<Country> {
        let (mut moved, mut single) = (Vec::new(), BTreeSet::new());
        for edited in self.edited {
            let old = edited.old.as_ref().map_or_else(Vec::new, |s| countries_of(self.old.program(), s));
            let new = edited.new.as_ref().map_or_else(Vec::new, |s| countries_of(self.new.program(), s));
            for (party, alone) in old.iter().chain(&new) {
                let often = |all: &[(Country, bool)]| all.iter().filter(|(named, _)| named == party).count();
                if often(&old) != often(&new) && !moved.contains(party) {
                    moved.push(*party);
                }
                if *alone {
                    let _ = single.insert(*party);
                }
            }
        }
        moved.extend(single);
        moved
    }

    /// What the solver says of a group, where there is one and the group has a form for it.
    pub(crate) fn solved(&self, asked: &Asked, written: &Written) -> Solved {
        let args: Vec<&str> = asked.args.iter().flatten().filter_map(party_code).collect();
        let about =
            if args.is_empty() { asked.decision.clone() } else { format!("{}({})", asked.decision, args.join(", ")) };
        let question = Question { about, text: written.text.clone() };
        self.solver.borrow_mut().as_mut().map_or(Solved::Open, |solver| solver.solve(&question))
    }

    /// Whether a solver is asked.
    pub(crate) fn has_solver(&self) -> bool {
        self.solver.borrow().is_some()
    }

    /// What the interpreter answers of a person, in both versions.
    pub(crate) fn replay(
        &self,
        asked: &Asked,
        maker: &Maker<'_>,
        person: &Person,
    ) -> (accord_core::Facts, accord_core::Facts, Vec<Value>, accord_core::Answer, accord_core::Answer) {
        let facts = maker.facts(person);
        let (old, new) = (self.old.program(), self.new.program());
        let old_facts = self.names[0].facts(old, &facts);
        let new_facts = self.names[1].facts(new, &facts);
        let back = |names: &Names, program: &Program| -> Vec<Value> {
            let each = person.args.iter().zip(&asked.params);
            each.filter_map(|(v, p)| names.back(program, &p.ty, &p.name, &Outcome::Value(v.clone())).value().cloned())
                .collect()
        };
        let before = Interp::new(self.old, &old_facts).ask(asked.nodes[0], &back(&self.names[0], old));
        let args = back(&self.names[1], new);
        let after = Interp::new(self.new, &new_facts).ask(asked.nodes[1], &args);
        (old_facts, new_facts, args, before, after)
    }

    /// An ordinary person for the arguments of a question.
    pub(crate) fn ordinary(&self, asked: &Asked, maker: &Maker<'_>) -> Person {
        let args = asked.args.iter().zip(&asked.params).map(|(arg, param)| match arg {
            Some(value) => value.clone(),
            None => maker.argument(&self.names[1].ty(&param.ty)),
        });
        maker.ordinary(args.collect())
    }
}

fn party_code(value: &Value) -> Option<&str> {
    if let Value::Country(party) = value { Some(party.code()) } else { None }
}

/// A question asked of records of certain parties, and its branches.
struct Everybody<'p> {
    space: Space<'p>,
    old: Term,
    new: Term,
    branches: Vec<(Option<String>, Path)>,
}

/// What was found for arguments and a branch.
pub(crate) type Found = (Vec<Value>, Option<String>, Verdict);

fn too_large() -> Verdict {
    Verdict::Undecided(Open {
        why:
            "the text is too large to be looked at whole, or sums up lengths that the two versions convert differently"
                .to_owned(),
        tried: 0,
    })
}

/// How a text converts, wherever it says so.
pub(crate) fn conversions(program: &Program) -> Conversions {
    let mut all = program.conversions.clone();
    all.exact.iter_mut().for_each(|c| c.provision = 0);
    all.rounding.iter_mut().for_each(|c| c.provision = 0);
    all
}

/// The countries that a statement names, each as often as it does, and whether it stands alone or in a set.
fn countries_of(program: &Program, statement: &Statement) -> Vec<(Country, bool)> {
    let mut exprs = match statement {
        Statement::Rule(id) => match program.rule(*id) {
            Some(rule) => rule.condition.into_iter().chain([rule.value]).collect(),
            None => Vec::new(),
        },
        Statement::Node(id) => match program.node(*id).map(|n| &n.body) {
            Some(accord_ir::Body::Expr(body)) => vec![*body],
            _ => Vec::new(),
        },
    };
    let mut found = Vec::new();
    while let Some(id) = exprs.pop() {
        let Some(expr) = program.expr(id) else { continue };
        match &expr.kind {
            accord_ir::ExprKind::Const(Outcome::Value(Value::Country(party))) => found.push((*party, true)),
            accord_ir::ExprKind::Const(Outcome::Value(Value::Set(set))) => {
                let parties =
                    set.iter().filter_map(|v| if let Value::Country(party) = v { Some(*party) } else { None });
                found.extend(parties.map(|party| (party, false)));
            }
            _ => {}
        }
        exprs.extend(expr.kind.children());
    }
    found
}

/// Whether a decision can be asked for: of parties, branches, classes and days.
pub(crate) fn askable(decision: &Decision) -> bool {
    decision.params.iter().all(|p| matches!(p.ty, Ty::Country | Ty::Member(_) | Ty::Date)) && decision.ty != Ty::Periods
}
