//! One statement put to everybody, as terms: persons are told apart until it is known of each group whether they are
//! asked about and whether what is required of them is so; whoever is left out is found and asked again by the
//! interpreter.
//!
//! A group is settled by what it comes to, never by the person found in it; the person only shows that it is not empty.

use crate::path::{Choice, Path};
use crate::person::{Maker, Person};
use crate::report::{self, Literal, Open, Proof, Standing};
use crate::requirement;
use crate::split::{Space, Split};
use crate::state::Reader;
use crate::term::{Arena, NOTHING, ODD, Shape, Side, Sort, Term, VALUE, children};
use crate::witness::Finder;
use crate::world::{Names, World};
use accord_core::{Answer, Country, Date, Facts, HostFn, Outcome, Value};
use accord_interp::Interp;
use accord_ir::{NodeId, Program, Ty, Verified};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What is assumed, in order.
type Assumed = Vec<(Term, Choice)>;

/// An assumption with what it is about.
type Atom = ((Term, Choice), Rc<BTreeSet<Term>>);

/// How many terms are looked at for one statement and one combination of arguments.
const BUDGET: u64 = 300_000;
/// The same for all combinations of one statement together.
const BUDGET_OF_ALL: u64 = 6_000_000;
/// Groups in which nobody is found, after which the rest is left.
const MOST_EMPTY: u32 = 24;
/// Terms held, after which they are made anew for the next combination.
const MOST_TERMS: usize = 60_000;
/// Reasons told of one statement at most.
const MOST_REASONS: usize = 3;
/// Conditions longer than this are not told among reasons.
const LONGEST: usize = 160;
/// States for which records are made, besides those that are asked about.
const MOST_STATES: usize = 3;

/// One program with its words, for questions about everybody.
#[derive(Debug)]
pub(crate) struct Words<'p> {
    pub(crate) verified: &'p Verified,
    pub(crate) world: World,
    pub(crate) names: Names,
}

impl<'p> Words<'p> {
    pub(crate) fn new(verified: &'p Verified) -> Words<'p> {
        let program = verified.program();
        let (world, [names, _]) = World::of(program, program, &[]);
        Words { verified, world, names }
    }

    pub(crate) fn program(&self) -> &'p Program {
        self.verified.program()
    }

    /// How persons are made for a question about some States: of these, those the text names, and a few more.
    pub(crate) fn maker(&self, args: &[Value]) -> Maker<'_> {
        let asked = args.iter().filter_map(|v| if let Value::Country(c) = v { Some(*c) } else { None });
        let mut some: Vec<Country> = Vec::new();
        for country in asked.filter(|c| self.world.parties.contains(c)) {
            if !some.contains(&country) {
                some.push(country);
            }
        }
        let most = if self.world.is_small() { Arena::FEW } else { MOST_STATES.max(some.len()) };
        let named = self.world.parties.iter().filter(|p| self.world.countries.contains(p));
        for country in named.chain(&self.world.parties) {
            if some.len() < most && !some.contains(country) {
                some.push(*country);
            }
        }
        some.sort();
        Maker::new(&self.world, [self.program(), self.program()], some)
    }

    /// A person as the program holds one.
    pub(crate) fn facts(&self, maker: &Maker<'_>, person: &Person) -> Facts {
        self.names.facts(self.program(), &maker.facts(person))
    }
}

/// The terms of a program, for one question after the other.
pub(crate) struct Engine<'e> {
    pub(crate) words: &'e Words<'e>,
    pub(crate) space: Space<'e>,
    reader: Reader<'e>,
    left: u64,
    known: BTreeMap<(Term, Term, Assumed), Found>,
}

impl<'e> Engine<'e> {
    pub(crate) fn new(words: &'e Words<'e>) -> Engine<'e> {
        let (space, reader) = fresh(words);
        Engine { words, space, reader, left: BUDGET_OF_ALL, known: BTreeMap::new() }
    }

    /// A node asked with arguments, as a term; `None` where the text is too large.
    pub(crate) fn ask(&mut self, node: NodeId, args: &[Value]) -> Option<Term> {
        let args: Vec<Term> =
            args.iter().map(|v| self.space.arena.constant(Outcome::Value(self.words.names.value(v)))).collect();
        let term = self.reader.ask(&mut self.space.arena, node, &args);
        (!self.reader.too_large).then_some(term)
    }

    /// Whether a requirement holds of everybody it is about, for these arguments.
    pub(crate) fn standing(&mut self, when: NodeId, requires: NodeId, args: &[Value]) -> Found {
        if self.space.arena.size() > MOST_TERMS {
            (self.space, self.reader) = fresh(self.words);
            self.known.clear();
        }
        let (Some(about), Some(wanted)) = (self.ask(when, args), self.ask(requires, args)) else {
            return Found::open("the text is too large to be looked at whole", 0);
        };
        let budget = BUDGET.min(self.left);
        self.space.budget = budget;
        self.space.steps = 0;
        let words = self.words;
        let Some(base) = self.while_bound(args) else {
            return Found { standing: Standing::DoesNotApply, is_final: true };
        };
        // The same terms for other arguments come to the same; who is left out is told of each.
        let asked = (about, wanted, base.assumed.clone());
        if let Some(known) = self.known.get(&asked) {
            return known.clone();
        }
        let maker = words.maker(args);
        let start = maker.ordinary(args.to_vec());
        let mut telling = Telling {
            words,
            space: &mut self.space,
            maker,
            start,
            nodes: [when, requires],
            args,
            given: base.assumed.len(),
            kept: None,
            asked: 0,
            failed: None,
            unsettled: Vec::new(),
            empty: 0,
            tried: 0,
            counts: Counts::default(),
            looked_at: BTreeMap::new(),
            inside: BTreeMap::new(),
        };
        let all = telling.tell(&base, about, wanted, None);
        let found = telling.conclude(all.is_some());
        self.left = self.left.saturating_sub(budget - self.space.budget);
        if found.is_final && !matches!(found.standing, Standing::Fails(_)) {
            let _ = self.known.insert(asked, found.clone());
        }
        found
    }

    /// Those whose claim arises while every State asked about is bound; `None` where they never are at once.
    pub(crate) fn while_bound(&mut self, args: &[Value]) -> Option<Path> {
        let (from, until) = bound(self.words.program(), args);
        let (world, arena) = (&self.words.world, &mut self.space.arena);
        let event = world.facts.iter().position(|f| f.name == CLAIM).and_then(|at| {
            let Ty::Record(id) = &world.facts.get(at)?.ty else { return None };
            let def = world.records.get(usize::from(id.0))?;
            let place = def.fields.iter().position(|(name, _)| name == EVENT)?;
            Some((at, id.0, place, def.optional.get(place).copied().unwrap_or(true)))
        });
        let (Some((at, id, place, optional)), false) = (event, from.is_none() && until.is_none()) else {
            return Some(Path::default());
        };
        let claim = arena.keep(Shape::Fact(u32::try_from(at).ok()?), Sort::Record(id), VALUE);
        let place = arena.constant(Outcome::Value(Value::whole(i64::try_from(place).ok()?)));
        let event = arena.host_of(HostFn::Field, vec![claim, place], Side::Both, Sort::Date, optional);
        let mut path = Path::default();
        for (day, begins) in from.map(|d| (d, true)).into_iter().chain(until.map(|d| (d, false))) {
            let day = arena.constant(Outcome::Value(Value::Date(day)));
            let operands = if begins { vec![day, event] } else { vec![event, day] };
            let is = arena.host(HostFn::AtMost, operands, Side::Both, Sort::YesNo);
            path = path.with(arena, world, is, Choice::Yes)?;
        }
        Some(path)
    }
}

/// The fact whose day says for when a text is asked, and that day.
const CLAIM: &str = "claim";
const EVENT: &str = "event";

/// From when until when all of the States among some values are parties; without limit where nothing is said.
fn bound(program: &Program, args: &[Value]) -> (Option<Date>, Option<Date>) {
    let asked = |c: &Country| args.contains(&Value::Country(*c));
    let parties = || program.parties.iter().filter(|p| asked(&p.country));
    (parties().filter_map(|p| p.from).max(), parties().filter_map(|p| p.until).min())
}

/// Whether a claim is known to arise while one of the States asked about is no party.
pub(crate) fn is_out_of_time(program: &Program, args: &[Value], facts: &Facts) -> bool {
    let event = program.facts.iter().position(|f| f.name == CLAIM).and_then(|at| {
        let Ty::Record(id) = &program.facts.get(at)?.ty else { return None };
        let place = program.record(*id)?.fields.iter().position(|(name, _)| name == EVENT)?;
        match facts.fact(at)? {
            Outcome::Value(Value::Record(fields)) => fields.get(place)?.value().cloned(),
            _ => None,
        }
    });
    let Some(Value::Date(day)) = event else { return false };
    let (from, until) = bound(program, args);
    from.is_some_and(|from| day < from) || until.is_some_and(|until| until < day)
}

fn fresh<'e>(words: &'e Words<'e>) -> (Space<'e>, Reader<'e>) {
    let conversions = words.program().conversions.clone();
    let arena = Arena::new(words.world.parties.clone(), [conversions.clone(), conversions]);
    let reader = Reader::new(words.program(), &words.names, &words.world, Side::Old);
    (Space::new(arena, &words.world, BUDGET), reader)
}

/// What was found of a statement.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) standing: Standing,
    /// Whether it is final: undecided then means that there is somebody of whom the text does not decide it.
    pub(crate) is_final: bool,
}

impl Found {
    fn open(why: &str, tried: u64) -> Found {
        Found { standing: Standing::Undecided(Open { why: why.to_owned(), tried }), is_final: false }
    }
}

/// Persons being told apart for one statement.
struct Telling<'t, 'e> {
    words: &'e Words<'e>,
    space: &'t mut Space<'e>,
    maker: Maker<'e>,
    start: Person,
    nodes: [NodeId; 2],
    args: &'t [Value],
    /// As many conditions hold of everybody looked at.
    given: usize,
    /// Somebody it is about, for whom it is so.
    kept: Option<Person>,
    /// Groups it is about in which nobody was found, and for whom it is so.
    asked: u32,
    failed: Option<(Vec<Literal>, report::Person)>,
    /// Why nothing can be said of somebody, and who that is.
    unsettled: Vec<(String, Vec<Literal>)>,
    /// Groups for whom it is not so, or not known, in which nobody was found.
    empty: u32,
    tried: u64,
    counts: Counts,
    /// What persons depended on who were told apart to the end, where none of them was left out; and whether it was so
    /// for some of them.
    looked_at: BTreeMap<Matter, bool>,
    /// What a term is made of, as far as anything can be assumed of it.
    inside: BTreeMap<Term, Rc<BTreeSet<Term>>>,
}

/// Groups told apart, by what they come to; whether somebody was found in them or not.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    so: u32,
    left_out: u32,
}

/// What the rest of the persons of a group depends on: both terms, and what is assumed of anything in them.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Matter {
    terms: [Term; 2],
    assumed: BTreeSet<(Term, Choice)>,
}

/// What the interpreter has to answer for a person to be one of a group.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// Asked about, and so.
    Kept,
    /// Asked about, and not so.
    LeftOut,
    /// Not known whether asked about, or whether so.
    Unsettled,
}

impl Telling<'_, '_> {
    /// Tells the persons of a group apart. `None` where the steps ended, or nothing more needs to be known.
    fn tell(&mut self, path: &Path, about: Term, wanted: Term, asked: Option<usize>) -> Option<()> {
        if self.space.budget == 0 || self.failed.is_some() || self.empty > MOST_EMPTY {
            return None;
        }
        self.space.steps += 1;
        let about = self.space.reduce(path, about);
        let settled = self.space.arena.known(about);
        match settled.as_ref().map(|o| (o.truth(), o)) {
            Some((Some(false), _) | (_, Outcome::Nothing)) => return Some(()),
            Some((None, _)) => {
                self.look(path, Wanted::Unsettled, None);
                return Some(());
            }
            Some((Some(true), _)) | None => {}
        }
        let asked = settled.as_ref().map(|_| asked.unwrap_or(path.assumed.len()));
        let wanted = self.space.reduce(path, wanted);
        let outcome = self.space.arena.known(wanted);
        if settled.is_some()
            && let Some(outcome) = outcome
        {
            match (outcome.truth(), &outcome) {
                (Some(true), _) => self.keeps(path),
                (Some(false), _) | (_, Outcome::Nothing) => self.look(path, Wanted::LeftOut, asked),
                _ => self.look(path, Wanted::Unsettled, asked),
            }
            return Some(());
        }
        // Where it is so for all of them it only matters that there is somebody, which may be known already.
        let so = outcome.is_some_and(|o| o.truth() == Some(true));
        if so && self.kept.is_some() && self.space.arena.may(about) & ODD == 0 {
            self.counts.so += 1;
            return Some(());
        }
        // Persons for whom all that is left is the same come to the same.
        let matter = self.matter(path, [about, wanted]);
        if let Some(some) = self.looked_at.get(&matter)
            && (!some || self.kept.is_some())
        {
            self.counts.so += u32::from(*some);
            return Some(());
        }
        let before = self.counts;
        let on = if settled.is_some() { wanted } else { about };
        let Some((atom, choices)) = self.split(path, on) else {
            self.empty += 1;
            self.counts.left_out += 1;
            return Some(());
        };
        for choice in choices {
            if let Some(next) = path.with(&self.space.arena, self.space.world, atom, choice) {
                self.tell(&next, about, wanted, asked)?;
            }
        }
        if self.counts.left_out == before.left_out {
            let _ = self.looked_at.insert(matter, self.counts.so > before.so);
        }
        Some(())
    }

    /// What the persons of a group can still differ in, and what is assumed of that already. Days hang together with
    /// all other days.
    fn matter(&mut self, path: &Path, terms: [Term; 2]) -> Matter {
        let held: Vec<Rc<BTreeSet<Term>>> = terms.into_iter().map(|t| self.inside(t)).collect();
        let mut assumed = BTreeSet::new();
        let is_day = |space: &Space<'_>, t: &Term| space.arena.sort(*t) == Sort::Date;
        let mut days = held.iter().any(|h| h.iter().any(|t| is_day(self.space, t)));
        let atoms: Vec<Atom> = path.assumed.iter().map(|(t, c)| ((*t, *c), self.inside(*t))).collect();
        for (atom, parts) in &atoms {
            if parts.iter().any(|t| held.iter().any(|h| h.contains(t))) {
                days |= parts.iter().any(|t| is_day(self.space, t));
                let _ = assumed.insert(*atom);
            }
        }
        if days {
            let of_days = atoms.iter().filter(|(_, parts)| parts.iter().any(|t| is_day(self.space, t)));
            assumed.extend(of_days.map(|(atom, _)| *atom));
        }
        Matter { terms, assumed }
    }

    /// What a term is made of: not what is known, nor whole records that are always there.
    fn inside(&mut self, term: Term) -> Rc<BTreeSet<Term>> {
        if let Some(known) = self.inside.get(&term) {
            return Rc::clone(known);
        }
        let arena = &self.space.arena;
        let (mut found, mut queue) = (BTreeSet::new(), vec![term]);
        while let Some(term) = queue.pop() {
            let whole = matches!(arena.sort(term), Sort::Record(_)) && arena.stored(term) == VALUE;
            if !whole && arena.known(term).is_none() && found.insert(term) {
                queue.extend(children(&arena.shape(term)));
            }
        }
        let found = Rc::new(found);
        let _ = self.inside.insert(term, Rc::clone(&found));
        found
    }

    /// A condition to tell persons apart by, inside a term or the term itself.
    fn split(&self, path: &Path, term: Term) -> Option<Split> {
        let fresh = |(atom, _): &Split| !path.is_assumed(*atom);
        self.space.pick(path, term).filter(fresh).or_else(|| {
            let may = self.space.arena.may(term);
            let ways = [(VALUE, Choice::Yes), (VALUE, Choice::No), (NOTHING, Choice::Nothing), (ODD, Choice::Odd)];
            let choices: Vec<Choice> = ways.into_iter().filter(|(bit, _)| may & bit != 0).map(|(_, c)| c).collect();
            Some((term, choices)).filter(fresh)
        })
    }

    fn keeps(&mut self, path: &Path) {
        self.counts.so += 1;
        if self.kept.is_some() || self.asked > MOST_EMPTY {
            return;
        }
        match self.person(path, Wanted::Kept) {
            Some((person, ..)) => self.kept = Some(person),
            None => self.asked += 1,
        }
    }

    /// Looks for somebody of a group for whom it is not so, or not known.
    fn look(&mut self, path: &Path, wanted: Wanted, asked: Option<usize>) {
        self.counts.left_out += u32::from(wanted == Wanted::LeftOut);
        let Some((_, facts, answer)) = self.person(path, wanted) else {
            self.empty += 1;
            return;
        };
        let since = |from: usize| {
            let mut rest = path.clone();
            rest.assumed = path.assumed.iter().skip(from).copied().collect();
            self.space.said(&rest)
        };
        if wanted == Wanted::LeftOut {
            self.failed = Some((since(self.given), report::Person { facts, args: self.args.to_vec(), answer }));
            return;
        }
        let why = requirement::why(self.words.program(), &answer.outcome);
        if !self.unsettled.iter().any(|(held, _)| *held == why) {
            // Of those it is about, what tells those from the others of whom nothing can be said.
            let apart = since(asked.unwrap_or(self.given));
            let who = if apart.is_empty() { since(self.given) } else { apart };
            self.unsettled.push((why, who));
        }
    }

    /// Somebody of a group, confirmed by the interpreter.
    fn person(&mut self, path: &Path, wanted: Wanted) -> Option<(Person, Facts, Answer)> {
        let starts: Vec<Person> = std::iter::once(self.start.clone()).chain(self.kept.clone()).collect();
        for start in starts {
            let mut finder = Finder::new(self.space, &self.maker);
            let found = finder.find(path, &start);
            self.tried += finder.tried;
            let Some(person) = found else { continue };
            let facts = self.words.facts(&self.maker, &person);
            let mut interp = Interp::new(self.words.verified, &facts);
            let about = interp.ask(self.nodes[0], self.args);
            if about.outcome.truth() != Some(true) {
                let unknown =
                    wanted == Wanted::Unsettled && about.outcome.truth().is_none() && about.outcome.rank() > 1;
                return unknown.then_some((person, facts, about));
            }
            let answer = interp.ask(self.nodes[1], self.args);
            let fits = match wanted {
                Wanted::Kept => answer.outcome.truth() == Some(true),
                Wanted::LeftOut => answer.outcome.truth() == Some(false) || answer.outcome == Outcome::Nothing,
                Wanted::Unsettled => answer.outcome.truth().is_none() && answer.outcome.rank() > 1,
            };
            return fits.then_some((person, facts, answer));
        }
        None
    }

    fn conclude(self, all: bool) -> Found {
        let steps = self.space.steps;
        if let Some(failed) = self.failed {
            return Found { standing: Standing::Fails(vec![failed]), is_final: true };
        }
        if !self.unsettled.is_empty() {
            let why = reasons(&self.unsettled);
            let is_final = all && self.empty == 0;
            return Found { standing: Standing::Undecided(Open { why, tried: self.tried }), is_final };
        }
        if self.empty > 0 {
            return Found::open(
                "nobody was found who is left out, and it could not be shown that there is nobody",
                self.tried,
            );
        }
        if !all {
            return Found::open("there are more persons to tell apart than were looked at", self.tried);
        }
        let standing = match (self.kept, self.asked) {
            (Some(_), _) => Standing::Holds(if steps <= 1 { Proof::SameForm } else { Proof::Cases(steps) }),
            (None, 0) => Standing::DoesNotApply,
            (None, _) => return Found::open("nobody was found whom it is about", self.tried),
        };
        Found { standing, is_final: true }
    }
}

/// Why nothing can be said, and of whom.
fn reasons(unsettled: &[(String, Vec<Literal>)]) -> String {
    let one = |(why, who): &(String, Vec<Literal>)| {
        let told: Vec<&str> = who.iter().map(|l| l.text.as_str()).filter(|t| t.chars().count() <= LONGEST).collect();
        match (told.is_empty(), told.len() < who.len()) {
            (true, _) => why.clone(),
            (false, true) => format!("{why}, among others where {}", told.join(", ")),
            (false, false) => format!("{why} where {}", told.join(", ")),
        }
    };
    let more = unsettled.len().saturating_sub(MOST_REASONS);
    let mut said: Vec<String> = unsettled.iter().take(MOST_REASONS).map(one).collect();
    said.sort();
    if more > 0 {
        said.push(format!("and {more} more"));
    }
    said.join("; ")
}
