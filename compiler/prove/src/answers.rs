//! Persons without an answer, and persons with two.

use crate::concrete::Concrete;
use crate::examine::{Question, answer};
use crate::path::{Choice, Path};
use crate::person::{Maker, Person};
use crate::report::{Finding, FindingKind, Place};
use crate::seek::{Found, Seen, Wanted, person_of, seek};
use crate::split::Space;
use crate::state::FIRST_VARIABLE;
use crate::term::{Shape, Side, Sort, Term, children};
use accord_core::{HostFn, Outcome, RuleId, Value};
use accord_ir::{NodeKind, Ty};
use std::collections::BTreeSet;

/// The decision on which legislation applies: exactly one, for everybody.
const LEGISLATION: &str = "applicable";
/// Rules besides the nearest one that are shown of a gap.
const MOST_OTHERS: usize = 3;
/// Rules that are shown of conflicts that hang together.
const MOST_PLACES: usize = 8;
/// Steps for all pairs of rules of one decision of one party, and for one of them.
const MOST_STEPS: u64 = 100_000;
const MOST_STEPS_OF_A_PAIR: u64 = 6_000;

/// Somebody for whom something is so when asked.
pub(crate) struct Somebody<'a, 'w> {
    pub(crate) maker: &'a Maker<'w>,
    pub(crate) start: &'a Person,
    pub(crate) holds: &'a dyn Fn(&Person) -> bool,
    /// The conditions of all rules: whoever none of them speaks of is not asked about.
    pub(crate) spoken_of: &'a [Term],
    /// Only those who live and work in the parties.
    pub(crate) within: bool,
}

impl Wanted for Somebody<'_, '_> {
    type Told = Person;

    fn is_outside(&mut self, space: &mut Space<'_>, path: &Path) -> bool {
        let Some((atom, choice)) = path.assumed.last().copied() else { return false };
        if self.spoken_of.is_empty() {
            return false;
        }
        if self.within && is_elsewhere(space, path, atom) {
            return true;
        }
        match about(space, atom, choice) {
            About::Person => false,
            About::There => {
                // Rules that do not ask for it say nothing about who lacks it.
                let asking: Vec<Term> = self.spoken_of.iter().copied().filter(|w| reads(space, *w, atom)).collect();
                let alone = Path::default().with(&space.arena, space.world, atom, choice);
                !asking.is_empty() && alone.is_none_or(|alone| none_holds(space, &alone, &asking))
            }
            About::Word(subject) => {
                let same = |(t, _): &&(Term, Choice)| space.arena.membership(*t).is_some_and(|(s, _)| s == subject);
                let alone = among(space, path, same);
                alone.is_none_or(|alone| none_holds(space, &alone, self.spoken_of))
            }
            About::Claim => {
                let counted = |c: Choice| matches!(c, Choice::Count(_));
                let same = |(t, c): &&(Term, Choice)| counted(*c) || matches!(about(space, *t, *c), About::Claim);
                let alone = among(space, path, same);
                let asking = match space.arena.membership(atom) {
                    Some((subject, _)) if space.arena.sort(subject) == Sort::Country => {
                        let facts = facts_of(space, subject);
                        let asks = |when: &Term| !facts_of(space, *when).is_disjoint(&facts);
                        self.spoken_of.iter().copied().filter(asks).collect()
                    }
                    _ => self.spoken_of.to_vec(),
                };
                !asking.is_empty() && alone.is_none_or(|alone| none_holds(space, &alone, &asking))
            }
        }
    }

    fn look(&mut self, space: &mut Space<'_>, path: &Path) -> Seen<Person> {
        let found = person_of(space, self.maker, path, self.start, self.holds);
        found.map_or(Seen::Unsure, Seen::It)
    }
}

/// What a condition is about, as far as it may lie outside of what a text speaks of at all.
enum About {
    /// What is claimed, of whom, and where: the benefit, the party asked, a State of residence or work.
    Claim,
    /// A word of a list.
    Word(Term),
    /// Whether a record is there.
    There,
    /// Anything else.
    Person,
}

fn about(space: &Space<'_>, atom: Term, choice: Choice) -> About {
    if matches!(choice, Choice::Count(0) | Choice::Nothing) {
        return About::There;
    }
    let shape = space.arena.shape(atom);
    let is_argument = |t: &Term| matches!(&*space.arena.shape(*t), Shape::Bound(n, _) if *n < FIRST_VARIABLE);
    let is_claimed =
        |t: &Term| is_argument(t) || matches!(space.expression(*t).as_str(), "claim.benefit" | "claim.competent");
    if let Shape::Host(HostFn::In | HostFn::Equal, operands, _) = &*shape
        && operands
            .iter()
            .any(|t| matches!(&*space.arena.shape(*t), Shape::Host(HostFn::PartiesIn, ..)) || is_claimed(t))
    {
        return About::Claim;
    }
    match space.arena.membership(atom) {
        Some((subject, _)) if matches!(space.arena.sort(subject), Sort::Member(_)) => About::Word(subject),
        Some((subject, _)) if space.arena.sort(subject) == Sort::Country => About::Claim,
        _ => About::Person,
    }
}

/// Whether a State that is a fact is none of the parties.
fn is_elsewhere(space: &Space<'_>, path: &Path, atom: Term) -> bool {
    let Some((subject, _)) = space.arena.membership(atom) else { return false };
    let is_party = |v: &Value| matches!(v, Value::Country(c) if space.world.parties.contains(c));
    let held = path.few.get(&subject);
    space.arena.sort(subject) == Sort::Country && held.is_some_and(|few| !few.listed.iter().any(is_party))
}

/// The persons of whom some of what is assumed holds; `None` where there are none.
fn among(space: &Space<'_>, path: &Path, of: impl Fn(&&(Term, Choice)) -> bool) -> Option<Path> {
    let assumed = path.assumed.iter().filter(of);
    assumed.copied().try_fold(Path::default(), |p, (t, c)| p.with(&space.arena, space.world, t, c))
}

fn none_holds(space: &mut Space<'_>, path: &Path, whens: &[Term]) -> bool {
    whens.iter().all(|when| {
        let when = space.reduce(path, *when);
        space.arena.truth(when) == Some(false) || space.arena.is_nothing(when)
    })
}

fn reads(space: &Space<'_>, term: Term, what: Term) -> bool {
    let mut seen = BTreeSet::new();
    let mut queue = vec![term];
    while let Some(term) = queue.pop() {
        if term == what {
            return true;
        }
        if seen.insert(term) {
            queue.extend(children(&space.arena.shape(term)));
        }
    }
    false
}

/// The facts that a term rests on; of a list, the list.
fn facts_of(space: &Space<'_>, term: Term) -> BTreeSet<Term> {
    let mut facts = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut queue = vec![term];
    while let Some(term) = queue.pop() {
        if !seen.insert(term) {
            continue;
        }
        let shape = space.arena.shape(term);
        let is_fact = |t: &Term| matches!(&*space.arena.shape(*t), Shape::Fact(_));
        let is_field = matches!(&*shape, Shape::Host(HostFn::Field, of, _) if of.first().is_some_and(is_fact));
        let is_list = matches!(space.arena.sort(term), Sort::List(_)) && space.arena.free(term) <= FIRST_VARIABLE;
        if is_list || is_field || matches!(&*shape, Shape::Fact(_) | Shape::Given(..) | Shape::Bound(..)) {
            facts.insert(term);
        } else {
            queue.extend(children(&shape));
        }
    }
    facts
}

/// A person whom no rule answers, though the text speaks of such persons.
pub(crate) fn gap(question: &mut Question<'_>) -> Option<Finding> {
    if question.decision.default.is_some() {
        return None;
    }
    let whens: Vec<Term> = question.rules.iter().map(|s| s.when).collect();
    let mut parts: Vec<Term> = whens.iter().map(|w| question.space.arena.not(*w)).collect();
    parts.extend(scope(question));
    let goal = question.space.arena.all(parts);
    let (study, decision) = (question.study, question.decision);
    let (maker, start) = (study.maker(), question.start.clone());
    let is_gap = |p: &Person| match answer(study, decision, &maker, p).outcome {
        Outcome::Gap(names) => names.contains(decision.name.as_str()),
        _ => false,
    };
    // Who lives and works in the parties weighs more than who does not.
    let person = [true, false].into_iter().find_map(|within| {
        let mut wanted = Somebody { maker: &maker, start: &start, holds: &is_gap, spoken_of: &whens, within };
        question.space.budget = study.take(study.options.budget);
        let found = seek(&mut question.space, &Path::default(), goal, &mut wanted);
        study.give_back(question.space.budget);
        if let Found::Somebody(person) = found { Some(person) } else { None }
    })?;
    let (places, nearest) = nearest(question, &person);
    let kind = if decision.name == LEGISLATION { FindingKind::Legislation } else { FindingKind::Gap };
    let remedy = format!("say in {nearest} what holds for this person: widen the rule, or add one with another answer");
    Some(question.told(kind, &person, places, remedy))
}

/// That the text is about the person: in the personal scope, and for the branch where a party is asked.
fn scope(question: &mut Question<'_>) -> Vec<Term> {
    let program = question.study.program;
    let mut parts = Vec::new();
    let settled = |name: &str| program.decision(name).map(|(_, d)| d).filter(|d| !d.rules.is_empty());
    if question.decision.name != "in_personal_scope"
        && let Some(scope) = settled("in_personal_scope")
    {
        parts.push(question.ask(scope.node, &[]));
    }
    let branch =
        program.nodes.iter().position(|n| n.kind == NodeKind::Term && n.name == "branch" && n.params.is_empty());
    let branch = branch.and_then(|n| u32::try_from(n).ok()).map(accord_ir::NodeId);
    let party =
        question.decision.params.iter().position(|p| p.ty == Ty::Country).and_then(|n| question.terms.get(n)).copied();
    // A State that joined later is not asked about the time before.
    let joined: BTreeSet<Value> = program
        .parties
        .iter()
        .filter(|p| p.from.is_none() && p.until.is_none())
        .map(|p| Value::Country(p.country))
        .collect();
    if let Some(party) = party
        && !joined.is_empty()
        && joined.len() < program.parties.len()
    {
        let arena = &mut question.space.arena;
        let joined = arena.constant(Outcome::Value(Value::Set(joined)));
        parts.push(arena.host(HostFn::In, vec![party, joined], Side::Both, Sort::YesNo));
    }
    if question.decision.params.len() == 1
        && question.decision.name != "covered"
        && let (Some(covered), Some(branch), Some(party)) = (settled("covered"), branch, party)
    {
        let branch = question.ask(branch, &[]);
        parts.push(question.ask(covered.node, &[party, branch]));
    }
    parts
}

/// The rules of a decision, the one that is nearest to a person first.
fn nearest(question: &Question<'_>, person: &Person) -> (Vec<Place>, String) {
    let facts = question.maker.facts(person);
    let arena = &question.space.arena;
    let mut concrete = Concrete::new(arena, &facts, &person.args);
    let mut near: Vec<(usize, RuleId, Option<Term>)> = Vec::new();
    for stated in &question.rules {
        let parts = match &*arena.shape(stated.when) {
            Shape::All(parts) => parts.clone(),
            _ => vec![stated.when],
        };
        let failing: Vec<Term> = parts.into_iter().filter(|p| concrete.eval(*p).truth() != Some(true)).collect();
        near.push((failing.len(), stated.rule, failing.first().copied()));
    }
    near.sort_by_key(|(failing, ..)| *failing);
    let mut places: Vec<Place> = Vec::new();
    for (n, (_, rule, _)) in near.iter().enumerate() {
        let note = if n == 0 { "the nearest rule, and it does not apply" } else { "does not apply" };
        if let Some(place) = question.study.place(*rule, note)
            && places.len() <= MOST_OTHERS
            && !places.iter().any(|p| p.span == place.span)
        {
            places.push(place);
        }
    }
    let address = places.first().map_or(String::new(), |p| p.address.clone());
    (places, address)
}

/// Persons for whom two rules stand and give different answers.
pub(crate) fn conflicts(question: &mut Question<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    let count = question.rules.len();
    let pairs = (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b)));
    let mut left = MOST_STEPS;
    for (a, b) in pairs {
        if left == 0 {
            break;
        }
        if let Some(finding) = conflict(question, a, b, &mut left) {
            together(&mut found, finding);
        }
    }
    found
}

/// Conflicts of one rule with several are told as one, with the person of the first.
fn together(found: &mut Vec<Finding>, finding: Finding) {
    let shares = |held: &&mut Finding| held.places.iter().any(|p| finding.places.iter().any(|q| q.span == p.span));
    match found.iter_mut().find(shares) {
        Some(held) => {
            for place in finding.places {
                if held.places.len() < MOST_PLACES && !held.places.iter().any(|p| p.span == place.span) {
                    held.places.push(Place { note: "differs for others".to_owned(), ..place });
                }
            }
        }
        None => found.push(finding),
    }
}

fn conflict(question: &mut Question<'_>, a: usize, b: usize, left: &mut u64) -> Option<Finding> {
    let (first, second) = (question.rules.get(a).copied()?, question.rules.get(b).copied()?);
    let (one, other) = (question.rule(first.rule)?, question.rule(second.rule)?);
    if one.beaten_by.contains(&second.rule) || other.beaten_by.contains(&first.rule) {
        return None;
    }
    let (x, y) = (question.value(first.rule)?, question.value(second.rule)?);
    if x == y {
        return None;
    }
    let both = [question.stands(a), question.stands(b)];
    let arena = &mut question.space.arena;
    let equal = arena.host(HostFn::Equal, vec![x, y], Side::Both, Sort::YesNo);
    let differ = arena.not(equal);
    let goal = arena.all(both.into_iter().chain([differ]));
    if arena.truth(goal) == Some(false) {
        return None;
    }
    let (study, decision) = (question.study, question.decision);
    let (maker, start) = (study.maker(), question.start.clone());
    let is_conflict = |p: &Person| match answer(study, decision, &maker, p).outcome {
        Outcome::Conflict(rules) => rules.contains(&first.rule) && rules.contains(&second.rule),
        _ => false,
    };
    let mut wanted = Somebody { maker: &maker, start: &start, holds: &is_conflict, spoken_of: &[], within: false };
    let taken = study.take(MOST_STEPS_OF_A_PAIR.min(*left));
    question.space.budget = taken;
    let found = seek(&mut question.space, &Path::default(), goal, &mut wanted);
    study.give_back(question.space.budget);
    *left -= taken - question.space.budget;
    let Found::Somebody(person) = found else { return None };
    let facts = question.maker.facts(&person);
    let mut concrete = Concrete::new(&question.space.arena, &facts, &person.args);
    let mut says = |term: Term| match concrete.eval(term) {
        Outcome::Value(value) => format!("says {}", question.space.value(&value)),
        outcome => format!("says {}", outcome.word()),
    };
    let (x, y) = (says(x), says(y));
    let places: Vec<Place> = [study.place(second.rule, y), study.place(first.rule, x)].into_iter().flatten().collect();
    let kind = if decision.name == LEGISLATION { FindingKind::Legislation } else { FindingKind::Conflict };
    let (to, at) = (study.program.cite(first.rule), study.program.cite(second.rule));
    let remedy = if to == at {
        format!(
            "let only one of the two rules of {at} hold here, or put them in paragraphs of their own, one an exception to the other"
        )
    } else {
        format!("say which goes first: `subject to {to}` or `notwithstanding {to}` before the rule of {at}")
    };
    Some(question.told(kind, &person, places, remedy))
}
