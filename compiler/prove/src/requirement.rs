//! What can be said of a requirement for everybody.
//!
//! The facts of a person are told apart only as far as the answer asks for them: nothing is known at first, and whatever
//! is missing for an answer and has few values (a State, a word, yes or no) is taken apart into all of them. A row where
//! an answer does not need what is missing stands for everybody who differs in that alone. What needs a day, a length
//! or a record of periods is left open by name.

use crate::lowers::{self, Promise};
use crate::report::{Literal, Open, Person, Proof, Standing};
use crate::standing::{Engine, Words};
use crate::symmetry::Alike;
use accord_core::{Answer, Country, Facts, Outcome, Value};
use accord_interp::Interp;
use accord_ir::{NodeId, Program, Ty, Verified};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Persons tried for a statement at most, shared among the parties it is asked for.
const MOST_PERSONS: u64 = 20_000;
/// States for what no text names, as many as are needed to be told apart: a fact is one that stands in another fact, or
/// one more.
const ELSEWHERE: [&str; 12] = ["US", "JP", "NZ", "AU", "CA", "BR", "IN", "KE", "CL", "MX", "KR", "UY"];
/// A set of States is taken apart into all its subsets up to this many of them; of more, into those of two at most.
const MOST_SUBSETS: usize = 64;

/// Whether a requirement holds of everybody it is about, for these arguments.
pub fn standing(program: &Verified, when: NodeId, requires: NodeId, args: &[Value]) -> Standing {
    let everybody = Everybody::new(program);
    everybody.asker().standing(when, requires, args)
}

/// All persons of a program: what is found out once for many statements and arguments.
#[derive(Debug)]
pub struct Everybody<'p> {
    verified: &'p Verified,
    /// Somebody of whom nothing is known.
    nobody: Facts,
    /// The parties, and the States the text names besides.
    named: Vec<Country>,
    /// States that neither are.
    free: Vec<Country>,
    /// The parties that cannot be told apart.
    pub(crate) alike: Alike,
    words: Words<'p>,
}

/// Statements asked one after the other, so that what one made of the text is there for the next.
pub(crate) struct Asker<'e> {
    everybody: &'e Everybody<'e>,
    engine: Engine<'e>,
}

impl Asker<'_> {
    /// Whether a requirement holds of everybody it is about, for these arguments.
    pub(crate) fn standing(&mut self, when: NodeId, requires: NodeId, args: &[Value]) -> Standing {
        let found = self.engine.standing(when, requires, args);
        if found.is_final || !matches!(found.standing, Standing::Undecided(_)) {
            return found.standing;
        }
        match self.everybody.fact_by_fact(when, requires, args) {
            Standing::Undecided(_) => found.standing,
            decided => decided,
        }
    }

    /// Whether of two persons alike but for what grows the one with more never has less, for these arguments.
    pub(crate) fn never_lowers(&mut self, promise: &Promise<'_>, args: &[Value]) -> Standing {
        lowers::never_lowers(&mut self.engine, promise, args)
    }

    /// The same by terms alone.
    pub(crate) fn by_terms(&mut self, when: NodeId, requires: NodeId, args: &[Value]) -> Standing {
        self.engine.standing(when, requires, args).standing
    }
}

impl<'p> Everybody<'p> {
    /// Everybody a program may be asked about.
    pub fn new(verified: &'p Verified) -> Everybody<'p> {
        let (named, free) = countries(verified.program());
        let program = verified.program();
        Everybody {
            verified,
            nobody: blank(program),
            named,
            free,
            alike: Alike::new(program),
            words: Words::new(verified),
        }
    }

    /// Somebody to ask for statements.
    pub(crate) fn asker(&self) -> Asker<'_> {
        Asker { everybody: self, engine: Engine::new(&self.words) }
    }

    /// The same by taking facts apart that an answer misses, on the interpreter alone.
    pub fn fact_by_fact(&self, when: NodeId, requires: NodeId, args: &[Value]) -> Standing {
        let mut search = Search::new(self, when, requires, args);
        search.person(&self.nobody, &mut Vec::new());
        search.conclude()
    }
}

struct Search<'p> {
    all: &'p Everybody<'p>,
    when: NodeId,
    requires: NodeId,
    args: &'p [Value],
    /// Persons that may be looked at.
    most: u64,
    /// Persons looked at to the end.
    tried: u64,
    /// Some of them the requirement was about.
    kept: u64,
    /// Whether some were left out of sets too large to take apart.
    narrowed: bool,
    failed: Option<(Vec<Literal>, Person)>,
    stuck: BTreeSet<String>,
}

impl<'p> Search<'p> {
    fn new(all: &'p Everybody<'p>, when: NodeId, requires: NodeId, args: &'p [Value]) -> Search<'p> {
        let parties = u64::try_from(all.verified.program().parties.len()).unwrap_or(u64::MAX);
        let most = MOST_PERSONS / parties.max(1);
        let stuck = BTreeSet::new();
        Search { all, when, requires, args, most, tried: 0, kept: 0, narrowed: false, failed: None, stuck }
    }

    fn conclude(self) -> Standing {
        if let Some(failed) = self.failed {
            return Standing::Fails(vec![failed]);
        }
        if self.narrowed && self.stuck.is_empty() {
            let why = "persons of more than two nationalities were not tried".to_owned();
            return Standing::Undecided(Open { why, tried: self.tried });
        }
        if !self.stuck.is_empty() {
            let why = self.stuck.into_iter().collect::<Vec<_>>().join("; ");
            return Standing::Undecided(Open { why, tried: self.tried });
        }
        if self.kept == 0 { Standing::DoesNotApply } else { Standing::Holds(Proof::Cases(self.tried)) }
    }

    fn person(&mut self, facts: &Facts, path: &mut Vec<Literal>) {
        if self.failed.is_some() {
            return;
        }
        if self.tried >= self.most {
            let _ = self.stuck.insert("there are more persons to tell apart than were tried".to_owned());
            return;
        }
        let mut interp = Interp::new(self.all.verified, facts);
        let about = interp.ask(self.when, self.args);
        match (&about.outcome, about.outcome.truth()) {
            (Outcome::Nothing, _) | (_, Some(false)) => self.tried += 1,
            (_, Some(true)) => {
                let answer = interp.ask(self.requires, self.args);
                self.asked(facts, path, answer);
            }
            _ => self.apart(facts, path, &about.outcome),
        }
    }

    /// Somebody the requirement is about.
    fn asked(&mut self, facts: &Facts, path: &mut Vec<Literal>, answer: Answer) {
        match (&answer.outcome, answer.outcome.truth()) {
            (_, Some(true)) => {
                self.tried += 1;
                self.kept += 1;
            }
            (Outcome::Nothing, _) | (_, Some(false)) => {
                let person = Person { facts: facts.clone(), args: self.args.to_vec(), answer };
                self.failed = Some((path.clone(), person));
            }
            _ => self.apart(facts, path, &answer.outcome.clone()),
        }
    }

    /// The States a fact may be: those that are named, those in other facts, and one more.
    fn states(&self, facts: &Facts) -> Vec<Country> {
        let mut held = BTreeSet::new();
        facts.row.iter().for_each(|fact| states_in(fact, &mut held));
        let used = self.all.free.iter().filter(|c| held.contains(*c)).count();
        self.all.named.iter().chain(self.all.free.iter().take(used + 1)).copied().collect()
    }

    /// Takes apart what is missing for an answer.
    fn apart(&mut self, facts: &Facts, path: &mut Vec<Literal>, outcome: &Outcome) {
        let program = self.all.verified.program();
        let Outcome::Undetermined(missing) = outcome else {
            self.tried += 1;
            let _ = self.stuck.insert(why(program, outcome));
            return;
        };
        let states = self.states(facts);
        let found = missing.iter().find_map(|name| Some((name, place(program, name, &states)?)));
        let Some((name, (place, values))) = found else {
            self.tried += 1;
            let names: Vec<&str> = missing.iter().map(|m| &**m).collect();
            let _ = self.stuck.insert(format!("it depends on {}", names.join(", ")));
            return;
        };
        self.narrowed |= values.narrowed;
        for value in values.list {
            let mut facts = facts.clone();
            let text = format!("{name} is {}", said(program, &value));
            if set(&mut facts, &place, value) {
                path.push(Literal { subject: name.to_string(), text });
                self.person(&facts, path);
                let _ = path.pop();
            }
        }
    }
}

/// Why an outcome that is not missing a fact leaves a requirement open.
pub(crate) fn why(program: &Program, outcome: &Outcome) -> String {
    let list = |names: &BTreeSet<Arc<str>>| names.iter().map(|n| &**n).collect::<Vec<_>>().join(", ");
    match outcome {
        Outcome::Undetermined(names) => format!("it depends on {}", list(names)),
        Outcome::Refer(to) => format!("the text hands it to {}", list(to)),
        Outcome::Gap(names) => format!("no provision decides `{}`", list(names)),
        Outcome::Conflict(rules) => {
            let cited: BTreeSet<&str> = rules.iter().map(|r| program.cite(*r)).collect();
            format!("{} contradict each other", cited.into_iter().collect::<Vec<_>>().join(" and "))
        }
        Outcome::Fault(fault) => format!("it cannot be computed ({})", fault.kind.word()),
        Outcome::Value(_) | Outcome::Nothing => String::new(),
    }
}

/// A row of facts of which nothing is known but the shape: every field of every record is missing by its name.
pub(crate) fn blank(program: &Program) -> Facts {
    Facts::new(program.facts.iter().map(|f| unknown(program, &f.ty, f.optional, &f.name)).collect())
}

fn unknown(program: &Program, ty: &Ty, optional: bool, name: &str) -> Outcome {
    if let Ty::Record(id) = ty
        && !optional
        && program.record(*id).is_some()
    {
        return Outcome::Value(record(program, *id, name));
    }
    Outcome::missing(name)
}

fn record(program: &Program, id: accord_ir::RecordId, name: &str) -> Value {
    let Some(def) = program.record(id) else { return Value::Record(Arc::new(Vec::new())) };
    let fields = def.fields.iter().zip(&def.optional);
    let fields = fields.map(|((field, ty), optional)| unknown(program, ty, *optional, &format!("{name}.{field}")));
    Value::Record(Arc::new(fields.collect()))
}

/// The values a fact may have.
struct Values {
    list: Vec<Outcome>,
    /// Whether they are not all.
    narrowed: bool,
}

/// Where the fact of a name stands in the row, and what it may be; `None` where that is too much to try.
fn place(program: &Program, name: &str, states: &[Country]) -> Option<(Vec<usize>, Values)> {
    let mut parts = name.split('.');
    let first = parts.next()?;
    let index = program.facts.iter().position(|f| f.name == first)?;
    let fact = program.facts.get(index)?;
    let (mut ty, mut optional) = (&fact.ty, fact.optional);
    let mut path = vec![index];
    for part in parts {
        let Ty::Record(id) = ty else { return None };
        let def = program.record(*id)?;
        let at = def.fields.iter().position(|(field, _)| field == part)?;
        ty = &def.fields.get(at)?.1;
        optional = def.optional.get(at).copied().unwrap_or(false);
        path.push(at);
    }
    let (values, narrowed) = values(program, ty, name, states)?;
    let nothing = optional.then_some(Outcome::Nothing).into_iter();
    Some((path, Values { list: nothing.chain(values.into_iter().map(Outcome::Value)).collect(), narrowed }))
}

/// Every value of a type that has few; whether some were left out.
fn values(program: &Program, ty: &Ty, name: &str, states: &[Country]) -> Option<(Vec<Value>, bool)> {
    let all = |values: Vec<Value>| Some((values, false));
    match ty {
        Ty::YesNo => all(vec![Value::YesNo(true), Value::YesNo(false)]),
        Ty::Member(id) => {
            let members = u16::try_from(program.enumeration(*id)?.members.len()).ok()?;
            all((0..members).map(|m| Value::Member(*id, m)).collect())
        }
        Ty::Country => all(states.iter().copied().map(Value::Country).collect()),
        Ty::Set(of) if **of == Ty::Country => Some(sets(states)),
        Ty::Record(id) => all(vec![record(program, *id, name)]),
        Ty::Set(_)
        | Ty::Number
        | Ty::List(_)
        | Ty::Date
        | Ty::Span
        | Ty::Length(_)
        | Ty::Money(_)
        | Ty::Amount(_)
        | Ty::Periods
        | Ty::Rounding
        | Ty::Unit
        | Ty::Text
        | Ty::Order
        | Ty::Ties
        | Ty::Never
        | Ty::Error => None,
    }
}

/// The parties and the States the text names besides, and States that neither are.
fn countries(program: &Program) -> (Vec<Country>, Vec<Country>) {
    let mut named: Vec<Country> = program.parties.iter().map(|p| p.country).collect();
    let mut found = BTreeSet::new();
    for expr in &program.exprs {
        if let accord_ir::ExprKind::Const(outcome) = &expr.kind {
            states_in(outcome, &mut found);
        }
    }
    found.retain(|c| !named.contains(c));
    named.extend(found);
    let free = ELSEWHERE.iter().filter_map(|code| Country::parse(code)).filter(|c| !named.contains(c)).collect();
    (named, free)
}

/// The States in a value, wherever they stand in it.
fn states_in(outcome: &Outcome, all: &mut BTreeSet<Country>) {
    let Some(value) = outcome.value() else { return };
    if let Value::Country(country) = value {
        let _ = all.insert(*country);
    } else if let Value::Set(members) = value {
        members.iter().for_each(|m| states_in(&Outcome::Value(m.clone()), all));
    } else if let Value::Record(fields) = value {
        fields.iter().for_each(|f| states_in(f, all));
    }
}

/// Sets of these, small ones first; whether some were left out.
fn sets(of: &[Country]) -> (Vec<Value>, bool) {
    let whole = 1_usize.checked_shl(u32::try_from(of.len()).unwrap_or(u32::MAX)).filter(|n| *n <= MOST_SUBSETS);
    let largest = if whole.is_some() { of.len() } else { 2 };
    let mut sets: Vec<Vec<Country>> = vec![Vec::new()];
    let mut last = sets.clone();
    for _ in 0..largest {
        let longer = |set: &Vec<Country>| {
            let from = set.last().and_then(|l| of.iter().position(|c| c == l)).map_or(0, |i| i + 1);
            let more = of.iter().skip(from);
            more.map(|c| set.iter().copied().chain([*c]).collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        last = last.iter().flat_map(longer).collect();
        sets.extend(last.iter().cloned());
    }
    // Somebody has a nationality; who has none comes last.
    sets.rotate_left(1);
    (sets.into_iter().map(Value::countries).collect(), whole.is_none())
}

/// Puts a value where it belongs in the row; whether there is such a place.
fn set(facts: &mut Facts, path: &[usize], value: Outcome) -> bool {
    let Some((first, rest)) = path.split_first() else { return false };
    facts.row.get_mut(*first).is_some_and(|slot| put(slot, rest, value))
}

fn put(slot: &mut Outcome, path: &[usize], value: Outcome) -> bool {
    let Some((first, rest)) = path.split_first() else {
        *slot = value;
        return true;
    };
    let Outcome::Value(Value::Record(fields)) = slot else { return false };
    Arc::make_mut(fields).get_mut(*first).is_some_and(|field| put(field, rest, value))
}

/// A value in the words of the language.
pub(crate) fn said(program: &Program, outcome: &Outcome) -> String {
    let Some(value) = outcome.value() else { return outcome.word().to_owned() };
    word(program, value)
}

fn word(program: &Program, value: &Value) -> String {
    if let Value::YesNo(yes) = value {
        return (if *yes { "yes" } else { "no" }).to_owned();
    }
    if let Value::Country(country) = value {
        return country.to_string();
    }
    if let Value::Member(id, at) = value {
        return program.enumeration(*id).and_then(|e| e.members.get(usize::from(*at))).cloned().unwrap_or_default();
    }
    if let Value::Set(members) = value {
        let members: Vec<String> = members.iter().map(|m| word(program, m)).collect();
        return if members.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", members.join(", ")) };
    }
    if matches!(value, Value::Record(_)) { "given".to_owned() } else { value.kind().to_owned() }
}
