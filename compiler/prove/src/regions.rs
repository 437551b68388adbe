//! From groups that came apart to groups that can be read: each with a person in it, widened as far as nothing else
//! comes in, and told once.

use crate::compare::{Asked, Pair};
use crate::edits::{Statement, reach};
use crate::effect::{effect, effect_of, effect_on_all};
use crate::path::{Choice, Path};
use crate::person::{Maker, Person, Slot};
use crate::report::{Changed, Compared, Effect, Literal, Open, Proof, Region, Twin, Verdict, Witness};
use crate::smt::{self, Solved};
use crate::split::{Leaf, Space};
use crate::term::{Term, normal};
use crate::witness::{Finder, Looked};
use accord_core::{FaultKind, Outcome, Step, Trace, TraceSubject, Value};
use accord_interp::Interp;
use std::collections::BTreeSet;

/// Groups that are looked for a person in.
const MOST_LEAVES: usize = 60;
/// Persons tried to see whether amounts of a group go the other way for somebody.
const MOST_CHANCES_THE_OTHER_WAY: u64 = 600;
/// Persons tried for one decision of one party and branch.
const MOST_TRIED: u64 = 2_000;
/// Groups within others that are looked for because they are answered otherwise in another way.
const MOST_WITHIN: usize = 4;
/// Groups without a person that are looked into.
const MOST_FAILURES: usize = 10;
/// Persons tried by chance where nothing else decides.
pub(crate) const MOST_CHANCES: u64 = 100;
/// Questions put to a solver about one decision of one party and branch.
const MOST_QUESTIONS: usize = 10;
/// Groups told apart to see that nobody is in one, before a person is looked for.
const STEPS_BEFORE_A_PERSON: u32 = 30;
/// How many terms are looked at to widen a group by one condition.
const STEPS_OF_WIDENING: u64 = 8_000;
/// Persons tried to find one beyond one boundary of a group: they are not far from the one in it.
const MOST_BEYOND_ONE: u64 = 100;
/// The same, beyond any of them.
const MOST_BEYOND: u64 = 1_000;
/// As how many terms a group counts that is told apart for it, besides those looked at in it.
const STEPS_OF_A_GROUP: u64 = 100;

/// The groups of one question.
pub(crate) struct Regions<'r, 'p> {
    pub(crate) pair: &'r Pair<'p>,
    pub(crate) asked: &'r Asked,
    pub(crate) maker: &'r Maker<'r>,
    pub(crate) base: &'r Path,
    pub(crate) found: Vec<(Path, Region)>,
    /// Some of those found.
    persons: Vec<Person>,
    leaves: usize,
    failed: usize,
    /// Groups within others that were looked for.
    within: usize,
    pub(crate) open: Option<String>,
    /// The solver that proved of some group that nobody in it is answered otherwise.
    solver: Option<String>,
    /// Questions put to it.
    questions: usize,
    pub(crate) tried: u64,
    /// Somebody known from another question whom both versions answer otherwise, in none of the groups.
    pub(crate) spare: Option<Person>,
}

impl<'r, 'p> Regions<'r, 'p> {
    pub(crate) fn new(pair: &'r Pair<'p>, asked: &'r Asked, maker: &'r Maker<'r>, base: &'r Path) -> Regions<'r, 'p> {
        Regions {
            pair,
            asked,
            maker,
            base,
            found: Vec::new(),
            persons: Vec::new(),
            leaves: 0,
            failed: 0,
            within: 0,
            open: None,
            solver: None,
            questions: 0,
            tried: 0,
            spare: None,
        }
    }

    pub(crate) fn may_try(&self) -> u64 {
        self.pair.tries_left.get().min(MOST_TRIED)
    }

    pub(crate) fn leave_open(&mut self, why: &str) {
        if self.open.is_none() {
            self.open = Some(why.to_owned());
        }
    }

    /// Whether a group lies in one that is told of.
    pub(crate) fn is_told(&self, space: &mut Space<'_>, leaf: &Leaf) -> bool {
        self.found.iter().any(|(path, _)| covers(space, path, &leaf.path))
    }

    /// Whether a group that lies in one that is told of is to be told of as well: there some are answered otherwise in one
    /// way, and all of these in another that nobody is told to be.
    fn is_of_another_kind(&self, space: &mut Space<'_>, leaf: &Leaf) -> bool {
        space.arena.look_at(leaf.path.masks.clone());
        let effect = effect_on_all(&space.arena, &self.asked.decision, leaf);
        effect.is_some_and(|effect| self.found.iter().all(|(_, region)| region.effect != effect))
    }

    /// Takes in a group for whom the versions may differ.
    pub(crate) fn take(&mut self, space: &mut Space<'_>, leaf: &Leaf, old: Term, new: Term) {
        let is_told = self.is_told(space, leaf);
        if is_told {
            if self.within >= MOST_WITHIN || self.tried > self.may_try() || !self.is_of_another_kind(space, leaf) {
                return;
            }
            self.within += 1;
        } else if self.tried > self.may_try() {
            self.leave_open("there are more groups than persons were tried for");
            return;
        } else {
            self.leaves += 1;
            if self.leaves > MOST_LEAVES {
                self.leave_open("there are more groups than were looked at");
                return;
            }
        }
        // Nobody is looked for in vain where the words that the group is told by contradict each other.
        let mut steps = STEPS_BEFORE_A_PERSON;
        if space.is_nobody(leaf, &mut steps) {
            return;
        }
        let tried = self.tried;
        let person = self.realise(space, leaf, &[old, new]);
        if is_told {
            // These take nothing from groups that are told of nowhere.
            self.tried = tried;
        }
        match person {
            Some(person) => self.add(space, leaf, old, new, person),
            None if is_told => {}
            None => self.look_into(space, leaf, old, new),
        }
    }

    /// Tells of a group, with somebody in it.
    pub(crate) fn add(&mut self, space: &mut Space<'_>, leaf: &Leaf, old: Term, new: Term, person: Person) {
        if self.persons.len() < 4 {
            self.persons.push(person.clone());
        }
        self.pair.remember(&person);
        let path = self.widened(space, leaf, old, new);
        let witness = self.witness(&person);
        let effect = effect(&self.asked.decision, &witness.before.outcome, &witness.after.outcome);
        let who = space.said(&without_base(&path, self.base));
        let twin = self.twin(space, &path, &person);
        let edits = self.responsible(&witness);
        let other = if leaf.sure { None } else { self.the_other_way(space, leaf, &person, effect) };
        if let Some(witness) = other {
            let effect = effect_of(&self.asked.decision, &witness);
            let (who, twin, edits) = (who.clone(), None, edits.clone());
            self.found.push((path.clone(), Region { effect, who, each: false, witness, twin, edits }));
        }
        self.found.push((path, Region { effect, who, each: leaf.sure, witness, twin, edits }));
    }

    /// Terms are told apart for records that can be counted. Of those that cannot, where the authorities are asked or a
    /// conversion is missing, some are tried.
    pub(crate) fn records_left_open(&mut self, space: &mut Space<'_>, old: Term, new: Term) {
        if self.tried > self.may_try() || !(reads_totalised(space, old) || reads_totalised(space, new)) {
            return;
        }
        let start = self.pair.ordinary(self.asked, self.maker);
        let found = {
            let mut finder = Finder::new(space, self.maker);
            let mut near = self.persons.clone();
            near.extend(finder.find(self.base, &start));
            let mut found = None;
            for n in 0..MOST_CHANCES {
                let Some(first) = usize::try_from(n).ok().and_then(|n| near.get(n % near.len().max(1))) else { break };
                let Some(next) = finder.mixed(first, &[old, new]) else { break };
                if !finder.fits(&self.base.assumed, &next) {
                    continue;
                }
                let witness = self.witness(&next);
                let odd = witness.before.outcome.rank() > 1 || witness.after.outcome.rank() > 1;
                if odd && self.tells(&witness.before.outcome, &witness.after.outcome) {
                    found = Some(witness);
                    break;
                }
            }
            self.tried += finder.tried;
            found
        };
        let Some(witness) = found else { return };
        let effect = effect_of(&self.asked.decision, &witness);
        if self.found.iter().any(|(_, r)| r.effect == effect) {
            return;
        }
        let text = "periods cannot be counted without the authorities".to_owned();
        let who = vec![Literal { subject: "periods".to_owned(), text }];
        let edits = self.responsible(&witness);
        self.found.push((self.base.clone(), Region { effect, who, each: false, witness, twin: None, edits }));
    }

    /// In a group whose amounts are not the same: somebody for whom the change goes the other way.
    fn the_other_way(&mut self, space: &Space<'_>, leaf: &Leaf, person: &Person, effect: Effect) -> Option<Witness> {
        if !matches!(effect, Effect::More | Effect::Less) {
            return None;
        }
        let mut finder = Finder::new(space, self.maker);
        let ends = [leaf.old, leaf.new];
        let is_other = |other| other != effect && matches!(other, Effect::More | Effect::Less);
        let as_terms = |before: &Outcome, after: &Outcome| {
            before != after && is_other(self::effect(&self.asked.decision, before, after))
        };
        let mut held = finder.at(person.clone());
        let small = finder.with_small_figures(person, &ends);
        let mut found = small.into_iter().find_map(|next| {
            let (next, before, after) = finder.outcomes(&leaf.path.assumed, &held, (next, None), ends)?;
            let may = as_terms(&before, &after) || Maker::has_overlap(&next.person);
            if may { self.turned(&mut finder, leaf, &next.person, effect) } else { None }
        });
        for n in 0..MOST_CHANCES_THE_OTHER_WAY {
            if found.is_some() {
                break;
            }
            if n % 20 == 0 {
                held = finder.at(person.clone());
            }
            let Some(next) = finder.another_of(&leaf.path, &held, &ends) else { break };
            let outcomes = finder.outcomes(&leaf.path.assumed, &held, next, ends);
            let Some((next, before, after)) = outcomes else { continue };
            if as_terms(&before, &after) || Maker::has_overlap(&next.person) {
                found = self.turned(&mut finder, leaf, &next.person, effect);
            }
            held = next;
        }
        found
    }

    /// Somebody of a group, if for him or her the change goes the other way.
    fn turned(&self, finder: &mut Finder<'_, '_>, leaf: &Leaf, person: &Person, effect: Effect) -> Option<Witness> {
        if !finder.fits(&leaf.path.assumed, person) || !self.differ(person) {
            return None;
        }
        let witness = self.witness(person);
        let other = effect_of(&self.asked.decision, &witness);
        (other != effect && matches!(other, Effect::More | Effect::Less)).then_some(witness)
    }

    /// Nobody was found: perhaps what was decided as a whole cannot be so.
    fn look_into(&mut self, space: &mut Space<'_>, leaf: &Leaf, old: Term, new: Term) {
        self.failed += 1;
        if self.failed > MOST_FAILURES {
            self.leave_open("there are more groups without a person than were looked into");
            return;
        }
        let Some((atom, choices)) = space.pick_in_words(&leaf.path) else {
            return self.solve(space, leaf, old, new);
        };
        for choice in choices {
            let Some(path) = leaf.path.with(&space.arena, space.world, atom, choice) else { continue };
            let mut leaves = Vec::new();
            let all = space.differences(&path, leaf.old, leaf.new, &mut leaves);
            if all.is_none() {
                self.leave_open("it takes more steps than were allowed");
            }
            for leaf in &leaves {
                self.take(space, leaf, old, new);
            }
        }
    }

    /// Nobody was found, and nothing is left to tell apart: a solver is asked, where there is one.
    fn solve(&mut self, space: &mut Space<'_>, leaf: &Leaf, old: Term, new: Term) {
        let open = "in some group both texts come to different forms, and nobody was found in it";
        if !self.pair.has_solver() {
            return self.leave_open(open);
        }
        self.questions += 1;
        if self.questions > MOST_QUESTIONS {
            return self.leave_open("there are more groups than a solver was asked about");
        }
        let Some(written) = smt::written(space, self.maker, leaf) else {
            return self.leave_open(&format!("{open}, and the question has no form for a solver"));
        };
        match self.pair.solved(self.asked, &written) {
            Solved::Nobody(name) => self.solver = Some(name),
            Solved::Open => self.leave_open(open),
            Solved::Somebody(values) => {
                let start = self.pair.ordinary(self.asked, self.maker);
                let near = Finder::new(space, self.maker).find(&leaf.path, &start).unwrap_or(start);
                let person = written.person(self.maker, &near, &values);
                self.tried += 1;
                let fits = |p: &Person| Finder::new(space, self.maker).fits(&leaf.path.assumed, p) && self.differ(p);
                match person.filter(fits) {
                    Some(person) => self.add(space, leaf, old, new, person),
                    None => self.leave_open(&format!("{open}; whom a solver found is answered alike")),
                }
            }
        }
    }

    /// A person of a group whom both versions answer otherwise, as ordinary as can be.
    fn realise(&mut self, space: &Space<'_>, leaf: &Leaf, whole: &[Term]) -> Option<Person> {
        let mut finder = Finder::new(space, self.maker);
        let start = self.pair.ordinary(self.asked, self.maker);
        let (path, ends) = (&leaf.path, &[leaf.old, leaf.new]);
        let person = finder.find(path, &start);
        let person =
            person.or_else(|| finder.coinciding(&start, whole).iter().find_map(|start| finder.find(path, start)));
        let result = person.and_then(|person| self.until_they_differ(&mut finder, path, person, ends));
        self.tried += finder.tried;
        if let Some(person) = &result {
            self.pair.remember(person);
        }
        result.map(|person| self.made_ordinary(space, path, person, &start, ends))
    }

    fn until_they_differ(
        &mut self,
        finder: &mut Finder<'_, '_>,
        path: &Path,
        person: Person,
        ends: &[Term],
    ) -> Option<Person> {
        if self.differ(&person) {
            return Some(person);
        }
        let mut held = finder.at(person);
        for _ in 0..MOST_CHANCES {
            let next = finder.another_of(path, &held, ends)?;
            let Some((next, may_differ)) = may_differ(finder, &path.assumed, &held, next, ends) else { continue };
            self.tried += 1;
            if may_differ && self.differ(&next.person) {
                return Some(next.person);
            }
            held = next;
        }
        None
    }

    pub(crate) fn differ(&self, person: &Person) -> bool {
        let (old_facts, new_facts, _, before, after) = self.pair.replay(self.asked, self.maker, person);
        self.tells(&before.outcome, &after.outcome) && self.pair.is_about(&old_facts, &new_facts)
    }

    /// Whether two answers tell of a difference between the texts.
    fn tells(&self, before: &Outcome, after: &Outcome) -> bool {
        // Days out of order are a mistake in the facts, and tell nothing of the texts.
        let mistaken = |outcome: &Outcome| match outcome {
            Outcome::Fault(fault) => fault.kind == FaultKind::OutOfRange,
            _ => false,
        };
        if mistaken(before) || mistaken(after) {
            return false;
        }
        self.in_common(before, 0) != self.in_common(after, 1)
    }

    /// An answer in the words both versions have.
    fn in_common(&self, outcome: &Outcome, side: usize) -> Outcome {
        match self.pair.names.get(side) {
            Some(names) => normal(names.outcome(outcome)),
            None => outcome.clone(),
        }
    }

    /// Facts are put back to what is ordinary, one by one, as long as the person stays in the group.
    pub(crate) fn made_ordinary(
        &mut self,
        space: &Space<'_>,
        path: &Path,
        person: Person,
        start: &Person,
        ends: &[Term],
    ) -> Person {
        let mut finder = Finder::new(space, self.maker);
        let mut held = finder.at(person);
        let slots: Vec<_> = held.person.contents.keys().cloned().collect();
        for slot in slots {
            let mut next = held.person.clone();
            match start.contents.get(&slot) {
                Some(content) if next.contents.get(&slot) == Some(content) => continue,
                Some(content) => {
                    next.contents.insert(slot.clone(), content.clone());
                }
                None => {
                    next.contents.remove(&slot);
                }
            }
            let next = may_differ(&mut finder, &path.assumed, &held, (next, Some(slot)), ends);
            if let Some((next, true)) = next
                && self.differ(&next.person)
            {
                held = next;
            }
        }
        self.tried += finder.tried;
        held.person
    }

    /// The group without the conditions that do not matter: as long as everybody in it is answered otherwise.
    fn widened(&mut self, space: &mut Space<'_>, leaf: &Leaf, old: Term, new: Term) -> Path {
        let fixed = self.base.assumed.len();
        let mut kept: Vec<(Term, Choice)> = leaf.path.assumed.clone();
        let mut at = kept.len();
        while at > fixed {
            at -= 1;
            let mut fewer = kept.clone();
            fewer.remove(at);
            let Some(path) = remade(space, self.base, &fewer) else { continue };
            if everywhere(space, &path, old, new, leaf) {
                kept = fewer;
            }
        }
        remade(space, self.base, &kept).unwrap_or_else(|| leaf.path.clone())
    }

    pub(crate) fn witness(&self, person: &Person) -> Witness {
        let (old_facts, new_facts, args, before, after) = self.pair.replay(self.asked, self.maker, person);
        Witness { old_facts, new_facts, args, before, after }
    }

    /// The same person beyond one boundary of the group, whom both versions answer alike.
    fn twin(&mut self, space: &mut Space<'_>, path: &Path, person: &Person) -> Option<Twin> {
        let limits: Vec<usize> = (self.base.assumed.len()..path.assumed.len())
            .filter(|i| path.assumed.get(*i).is_some_and(|(t, _)| crate::path::limit(&space.arena, *t).is_some()))
            .collect();
        let others = (self.base.assumed.len()..path.assumed.len()).filter(|i| !limits.contains(i));
        let order: Vec<usize> = limits.iter().copied().chain(others).collect();
        let mut tried = 0;
        for at in order {
            let mut turned = path.assumed.clone();
            let (term, choice) = *turned.get(at)?;
            let opposite = match choice {
                Choice::Yes => Choice::No,
                Choice::No => Choice::Yes,
                _ => continue,
            };
            turned.remove(at);
            turned.push((term, opposite));
            let Some(beyond) = remade(space, self.base, &turned) else { continue };
            if tried > MOST_BEYOND {
                break;
            }
            let mut finder = Finder::new(space, self.maker);
            finder.most = MOST_BEYOND_ONE;
            let other = finder.find(&beyond, person);
            tried += finder.tried;
            let Some(other) = other else { continue };
            let beyond = self.witness(&other);
            if self.differ(&other) || !self.pair.is_about(&beyond.old_facts, &beyond.new_facts) {
                continue;
            }
            let differs = match space.said(&only(space, term, opposite)).first() {
                Some(literal) => literal.text.clone(),
                None => continue,
            };
            return Some(Twin { differs, person: beyond });
        }
        None
    }

    /// The edits that the person's answers come from.
    pub(crate) fn responsible(&self, witness: &Witness) -> Vec<usize> {
        let pair = self.pair;
        let sides =
            [(pair.old, &witness.old_facts, self.asked.nodes[0]), (pair.new, &witness.new_facts, self.asked.nodes[1])];
        let mut visited = Vec::new();
        let mut reached = Vec::new();
        for (verified, facts, node) in sides {
            let trace = Interp::new(verified, facts).explain(node, &witness.args);
            visited.push(visits(&trace));
            reached.push(reach(verified.program(), node));
        }
        let among = |side: usize, statement: &Option<Statement>, narrow: bool| {
            let (Some((rules, nodes)), Some((seen_rules, seen_nodes))) = (reached.get(side), visited.get(side)) else {
                return false;
            };
            match statement {
                Some(Statement::Rule(id)) => rules.contains(id) && (!narrow || seen_rules.contains(&id.0)),
                Some(Statement::Node(id)) => nodes.contains(id) && (!narrow || seen_nodes.contains(&id.0)),
                None => false,
            }
        };
        let pick = |narrow: bool| -> Vec<usize> {
            let all = pair.edited.iter().enumerate();
            all.filter(|(_, e)| among(0, &e.old, narrow) || among(1, &e.new, narrow)).map(|(i, _)| i).collect()
        };
        let narrow = pick(true);
        if narrow.is_empty() { pick(false) } else { narrow }
    }

    pub(crate) fn finish(self, space: &Space<'_>) -> Verdict {
        let left = &self.pair.tries_left;
        left.set(left.get().saturating_sub(self.tried));
        let open = self.open.map(|why| Open { why, tried: self.tried });
        if self.found.is_empty() {
            return match (open, self.solver) {
                (Some(open), _) => Verdict::Undecided(open),
                (None, Some(solver)) => Verdict::Same(Proof::Solver(solver)),
                // Nobody is in any of the groups that came apart.
                (None, None) => Verdict::Same(Proof::Cases(space.steps)),
            };
        }
        let mut regions: Vec<Region> = Vec::new();
        for (_, region) in self.found {
            if !regions.iter().any(|r| r.who == region.who && r.effect == region.effect) {
                regions.push(region);
            }
        }
        regions.sort_by_key(|r| (r.effect, r.who.len()));
        #[cfg(test)]
        if regions.len() > 1 && crate::planted::is(crate::planted::Mistake::DroppedGroup) {
            regions.pop();
        }
        let more = regions.len().saturating_sub(self.pair.options.at_most);
        regions.truncate(self.pair.options.at_most);
        Verdict::Changed(Changed { regions, more, open, solver: self.solver })
    }
}

/// Somebody who fits, and whether they may be answered otherwise: of whom terms say alike the interpreter is not asked,
/// but for records that cannot be counted. `None` where they do not fit.
pub(crate) fn may_differ(
    finder: &mut Finder<'_, '_>,
    wanted: &[(Term, Choice)],
    near: &Looked,
    next: (Person, Option<Slot>),
    ends: &[Term],
) -> Option<(Looked, bool)> {
    let (old, new) = (*ends.first()?, *ends.last()?);
    let (next, before, after) = finder.outcomes(wanted, near, next, [old, new])?;
    let differ = before != after || Maker::has_overlap(&next.person);
    Some((next, differ))
}

/// Whether a term reads periods brought together.
fn reads_totalised(space: &Space<'_>, term: Term) -> bool {
    let mut seen = BTreeSet::new();
    let mut queue = vec![term];
    while let Some(term) = queue.pop() {
        if !seen.insert(term) {
            continue;
        }
        let shape = space.arena.shape(term);
        if matches!(&*shape, crate::term::Shape::Host(accord_core::HostFn::Totalise, ..)) {
            return true;
        }
        queue.extend(crate::term::children(&shape));
    }
    false
}

/// Rules and nodes that a trace went through.
fn visits(trace: &Trace) -> (BTreeSet<u32>, BTreeSet<u32>) {
    let (mut rules, mut nodes) = (BTreeSet::new(), BTreeSet::new());
    let mut queue = vec![trace];
    while let Some(trace) = queue.pop() {
        let TraceSubject::Node(id, _) = &trace.subject;
        nodes.insert(*id);
        let mut steps: Vec<&Step> = trace.steps.iter().collect();
        for rule in &trace.rules {
            rules.insert(rule.rule.0);
            steps.extend(rule.condition.iter().chain(&rule.value));
        }
        queue.extend(steps.into_iter().filter_map(|step| match step {
            Step::Call(trace) => Some(trace),
            Step::Fact { .. } | Step::Rounded { .. } | Step::Computed { .. } => None,
        }));
    }
    (rules, nodes)
}

/// The same assumptions, made anew; `None` where nobody is left.
fn remade(space: &Space<'_>, base: &Path, assumed: &[(Term, Choice)]) -> Option<Path> {
    assumed
        .iter()
        .skip(base.assumed.len())
        .try_fold(base.clone(), |path, (term, choice)| path.with(&space.arena, space.world, *term, *choice))
}

fn only(space: &Space<'_>, term: Term, choice: Choice) -> Path {
    Path::default().with(&space.arena, space.world, term, choice).unwrap_or_default()
}

/// The conditions of a group besides those of its branch.
fn without_base(path: &Path, base: &Path) -> Path {
    let mut rest = path.clone();
    rest.assumed = path.assumed.iter().skip(base.assumed.len()).copied().collect();
    rest
}

/// Whether all of one group are in another.
fn covers(space: &mut Space<'_>, wide: &Path, narrow: &Path) -> bool {
    wide.assumed.iter().all(|(term, choice)| {
        if narrow.assumed.contains(&(*term, *choice)) {
            return true;
        }
        let reduced = space.reduce(narrow, *term);
        match choice {
            Choice::Yes => space.arena.truth(reduced) == Some(true),
            Choice::No => space.arena.truth(reduced) == Some(false),
            Choice::Nothing => space.arena.is_nothing(reduced),
            Choice::Value => space.arena.is_sure(reduced),
            Choice::Odd => space.arena.is_odd(reduced),
            Choice::Count(_) => false,
        }
    })
}

/// Whether everybody in a group is answered otherwise, and in the same way as a group in it.
fn everywhere(space: &mut Space<'_>, path: &Path, old: Term, new: Term, leaf: &Leaf) -> bool {
    #[cfg(test)]
    if crate::planted::is(crate::planted::Mistake::UncheckedWidening) {
        return true;
    }
    let before = (space.budget, space.steps);
    space.budget = STEPS_OF_WIDENING;
    let all = space.apart_from_groups(|space| differ_everywhere(space, path, old, new, leaf));
    (space.budget, space.steps) = before;
    all
}

fn differ_everywhere(space: &mut Space<'_>, path: &Path, old: Term, new: Term, leaf: &Leaf) -> bool {
    if space.budget == 0 {
        return false;
    }
    space.budget = space.budget.saturating_sub(STEPS_OF_A_GROUP);
    let (old, new) = space.enter(path, old, new);
    let all = differ_within(space, path, old, new, leaf);
    space.leave();
    all
}

fn differ_within(space: &mut Space<'_>, path: &Path, old: Term, new: Term, leaf: &Leaf) -> bool {
    if old == new || space.equal_amounts(old, new) {
        return false;
    }
    if (old, new) == (leaf.old, leaf.new) {
        return true;
    }
    if space.arena.known(old).is_some() && space.arena.known(new).is_some() {
        // Another change is another group.
        return false;
    }
    let mut split = space.pick_pair(path, old, new);
    if split.is_none() {
        split = space.pick_larger(path, old).or_else(|| space.pick_larger(path, new));
    }
    if split.is_none() {
        split = space.equality(path, old, new);
    }
    let Some((atom, choices)) = split else { return !leaf.sure && !space.same_when_opened(path, old, new) };
    choices.into_iter().all(|choice| match path.with(&space.arena, space.world, atom, choice) {
        Some(next) => differ_everywhere(space, &next, old, new, leaf),
        None => true,
    })
}

/// What tells one verdict from another, when several are told at once.
fn signature(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Same(Proof::Untouched) => "same, untouched".to_owned(),
        Verdict::Same(_) => "same".to_owned(),
        Verdict::Undecided(open) => format!("undecided, {}", open.why),
        Verdict::Changed(changed) => {
            let one = |r: &Region| format!("{:?} {:?} {:?}", r.effect, r.who, r.edits);
            let all: Vec<String> = changed.regions.iter().map(one).collect();
            format!("changed {} {} {:?}", all.join("; "), changed.more, changed.open.as_ref().map(|o| &o.why))
        }
    }
}

/// The same found for several arguments or branches is told once.
pub(crate) fn grouped(decision: &str, found: Vec<(Vec<Value>, Option<String>, Verdict)>) -> Vec<Compared> {
    // First the branches of the same arguments, then the arguments of the same branches.
    let mut by_args: Vec<(String, Vec<Value>, Vec<String>, Verdict)> = Vec::new();
    for (args, branch, verdict) in found {
        let signature = signature(&verdict);
        match by_args.iter_mut().find(|(s, a, ..)| *s == signature && *a == args) {
            Some((_, _, branches, held)) => {
                branches.extend(branch);
                add_up(held, verdict);
            }
            None => by_args.push((signature, args, branch.into_iter().collect(), verdict)),
        }
    }
    let mut all: Vec<(String, Compared)> = Vec::new();
    for (signature, args, branches, verdict) in by_args {
        let mergeable = !matches!(verdict, Verdict::Changed(_));
        let same = |(s, c): &&mut (String, Compared)| mergeable && *s == signature && c.branches == branches;
        match all.iter_mut().find(same) {
            Some((_, held)) => {
                held.args.push(args);
                add_up(&mut held.verdict, verdict);
            }
            None => {
                let compared = Compared { decision: decision.to_owned(), args: vec![args], branches, verdict };
                all.push((signature, compared));
            }
        }
    }
    all.into_iter().map(|(_, compared)| compared).collect()
}

/// Counts of cases, and of persons tried, add up.
fn add_up(held: &mut Verdict, more: Verdict) {
    match (held, more) {
        (Verdict::Same(Proof::Cases(n)), Verdict::Same(Proof::Cases(m))) => *n += m,
        (Verdict::Same(held @ Proof::SameForm), Verdict::Same(Proof::Cases(m))) => *held = Proof::Cases(m),
        (Verdict::Undecided(held), Verdict::Undecided(more)) => held.tried += more.tried,
        _ => {}
    }
}
