//! What a comparison found, in words: one telling, which the terminal and the page only lay out.

use super::Pair;
use super::clause::is_only_reached;
use super::condition::Only;
use super::meaning::{rest_on, worded};
use super::plain::{said, state};
use super::population::Population;
use crate::evaluate::{Question, label, provisions};
use crate::person::{self, FactRow};
use crate::{counted, explain, grouped};
use accord_analysis::case::show;
use accord_core::{Answer, Facts, Outcome, Value};
use accord_ir::{DecisionId, Program, Verified};
use accord_prove::Report;
use accord_prove::report::{
    Became, Changed, Compared, Edit, EditKind, Effect, Literal, Open, Proof, Region, Twin, Verdict, Witness,
};
use std::collections::{BTreeMap, BTreeSet};

/// Combinations of arguments that are named one by one; of more the number is told.
const MOST_NAMED: usize = 4;
/// Branches that are named one by one; of more those that are missing.
const MOST_BRANCHES: usize = 6;

/// A comparison in words.
#[derive(Clone, Debug)]
pub struct Told {
    /// How it came out.
    pub standing: Standing,
    /// Of whom it tells, where that is not everybody.
    pub only: Option<Only>,
    /// A file of claims, counted under both versions.
    pub population: Option<Population>,
    /// Whether nobody is answered otherwise as far as a proof reaches, and some rows of the population are.
    pub beyond_proof: bool,
    /// The whole of it in a few sentences.
    pub lead: Vec<String>,
    /// Decisions that are answered otherwise for somebody.
    pub changes: Vec<Change>,
    /// Decisions of which neither was shown.
    pub open: Vec<Left>,
    /// Decisions proved to be answered alike, by what proved it.
    pub same: Vec<Kept>,
    /// What was edited.
    pub edits: Vec<Edited>,
    /// Facts, words and parties that only one version knows.
    pub vocabulary: Vec<String>,
}

/// How a comparison came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody is answered otherwise: proved.
    Same,
    /// Somebody is.
    Differs,
    /// Nobody was found, and it is not proved that there is nobody.
    Undecided,
}

impl Standing {
    /// The word used everywhere, JSON included.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Same => "same",
            Standing::Differs => "differs",
            Standing::Undecided => "undecided",
        }
    }
}

/// A decision that is answered otherwise for somebody.
#[derive(Clone, Debug)]
pub struct Change {
    /// `payable(NL), old_age`.
    pub label: String,
    /// `“payable” (Netherlands), old age`.
    pub words: String,
    /// What it decides, in a clause: `what the Netherlands pays`; where a text says so.
    pub meaning: Option<String>,
    /// `“payable”, old age`.
    pub called: String,
    /// Whether the change is felt in another decision that rests on this one, and changes the same way.
    pub on_the_way: bool,
    /// `1 group loses, 2 gain`.
    pub counts: String,
    /// The groups, those who lose first.
    pub groups: Vec<Group>,
    /// How many more there are.
    pub more: usize,
    /// Why it is not known whether anybody else is touched; `None`: nobody is, proved.
    pub open: Option<String>,
    /// The solver that proved a part of that.
    pub solver: Option<String>,
}

/// Persons who are answered otherwise.
#[derive(Clone, Debug)]
pub struct Group {
    /// What the change is to them.
    pub effect: Effect,
    /// Who they are, one condition each, in the words of the agreement; empty: everybody.
    pub who: Vec<String>,
    /// The same in plain words.
    pub who_said: Vec<String>,
    /// Whether it happens to each of them, or to some.
    pub each: bool,
    /// What was asked of the example: `payable(NL)`.
    pub asked: String,
    /// An example: the facts its answers rest on.
    pub example: Vec<FactRow>,
    /// What the old version answers.
    pub before: Said,
    /// What the new version answers.
    pub after: Said,
    /// The same person beyond the boundary.
    pub neighbour: Option<Neighbour>,
    /// The edits responsible, by position.
    pub edits: Vec<usize>,
}

/// The example on the other side of a boundary.
#[derive(Clone, Debug)]
pub struct Neighbour {
    /// The condition that differs, in the words of the agreement.
    pub differs: String,
    /// The same in plain words.
    pub differs_said: String,
    /// The facts that are not those of the example.
    pub facts: Vec<FactRow>,
    /// What both versions answer.
    pub answer: Said,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// `412.50 EUR`, as results are printed.
    pub text: String,
    /// In plain words.
    pub words: String,
    /// The provisions that made it.
    pub provisions: Vec<String>,
}

impl Said {
    /// `412.50 EUR (article 17(2))`.
    pub fn with_provisions(&self) -> String {
        if self.provisions.is_empty() {
            return self.text.clone();
        }
        format!("{} ({})", self.text, self.provisions.join(", "))
    }
}

/// A decision of which neither was shown.
#[derive(Clone, Debug)]
pub struct Left {
    /// `payable(NL), old_age`.
    pub label: String,
    /// In plain words.
    pub words: String,
    /// Why, and how far it was looked at.
    pub why: String,
}

/// Decisions proved to be answered alike by one means.
#[derive(Clone, Debug)]
pub struct Kept {
    /// `untouched by any edit`.
    pub by: String,
    /// The decisions: `exportable`, `payable(CV), sickness`.
    pub labels: Vec<String>,
    /// The same in plain words.
    pub words: Vec<String>,
}

/// An edit.
#[derive(Clone, Debug)]
pub struct Edited {
    /// What was done.
    pub kind: EditKind,
    /// `article 5(1)`.
    pub address: String,
    /// The heading.
    pub title: String,
    /// What stands there.
    pub what: String,
}

impl Told {
    /// A report in words.
    pub fn new(pair: &Pair<'_>, report: &Report, only: Option<Only>, population: Option<Population>) -> Told {
        // What is proved of nobody says nothing.
        let is_of_somebody = only.as_ref().is_none_or(|o| o.is_met);
        let mut told = Told {
            standing: Standing::Undecided,
            only,
            population,
            beyond_proof: false,
            lead: Vec::new(),
            changes: Vec::new(),
            open: Vec::new(),
            same: Vec::new(),
            edits: report.edits.iter().filter(|e| !is_only_reached(pair, e)).map(edited).collect(),
            vocabulary: report.vocabulary.iter().map(|v| format!("{} {}{}", v.what, v.name, became(&v.how))).collect(),
        };
        for compared in &report.decisions {
            told.decision(pair, compared);
        }
        told.order(pair, report);
        let differs = told.changes.iter().any(|c| !c.groups.is_empty() || c.more > 0);
        if let Some(only) = &mut told.only {
            only.is_met |= differs;
        }
        told.standing = match report.decisions.as_slice() {
            _ if differs => Standing::Differs,
            [_, ..] if is_of_somebody && told.open.is_empty() && told.changes.iter().all(|c| c.open.is_none()) => {
                Standing::Same
            }
            _ => Standing::Undecided,
        };
        if told.population.as_ref().is_some_and(|p| p.both.differ > 0) {
            told.beyond_proof = told.standing == Standing::Same;
            told.standing = Standing::Differs;
        }
        told.lead = super::lead::lead(&told);
        told
    }

    /// Those changes last that are felt in others; else those first of which somebody loses. A change is felt in those that
    /// rest on it only where they turn out the same way: a pension that is less is told of though a supplement is more.
    fn order(&mut self, pair: &Pair<'_>, report: &Report) {
        let changed = report.decisions.iter().filter(|c| matches!(c.verdict, Verdict::Changed(_)));
        let names: Vec<String> = changed.map(|c| c.decision.clone()).collect();
        let mut ways: BTreeMap<&str, BTreeSet<Way>> = BTreeMap::new();
        for (change, name) in self.changes.iter().zip(&names) {
            ways.entry(name).or_default().extend(change.groups.iter().map(|g| way(g.effect)));
        }
        let above = rest_on(pair.new.verified.program(), &names);
        let passed_on = |name: &str| {
            let Some(above) = above.get(name) else { return false };
            let felt: BTreeSet<Way> = above.iter().filter_map(|n| ways.get(n.as_str())).flatten().copied().collect();
            ways.get(name).is_some_and(|own| own.is_subset(&felt))
        };
        let passed_on: Vec<bool> = names.iter().map(|name| passed_on(name)).collect();
        self.changes.iter_mut().zip(passed_on).for_each(|(change, on_the_way)| change.on_the_way = on_the_way);
        let worst = |change: &Change| {
            let each = change.groups.iter().filter_map(|g| EFFECTS.iter().position(|e| *e == g.effect));
            each.min().unwrap_or(EFFECTS.len())
        };
        self.changes.sort_by_key(|change| (change.on_the_way, worst(change)));
    }

    fn decision(&mut self, pair: &Pair<'_>, compared: &Compared) {
        let program = pair.new.verified.program();
        let (label, words) = (subject(program, compared), subject_said(program, compared));
        match &compared.verdict {
            Verdict::Same(proof) => {
                let by = proved_by(proof);
                match self.same.iter_mut().find(|s| s.by == by) {
                    Some(kept) => {
                        kept.labels.push(label);
                        kept.words.push(words);
                    }
                    None => self.same.push(Kept { by, labels: vec![label], words: vec![words] }),
                }
            }
            Verdict::Changed(changed) => self.changes.push(change(pair, compared, changed, label, words)),
            Verdict::Undecided(open) => self.open.push(Left { label, words, why: left_open(open) }),
        }
    }
}

fn edited(edit: &Edit) -> Edited {
    Edited { kind: edit.kind, address: edit.address.clone(), title: edit.title.clone(), what: edit.what.clone() }
}

fn became(how: &Became) -> String {
    match how {
        Became::Added => " is new".to_owned(),
        Became::Removed => " is gone".to_owned(),
        Became::Renamed(to) => format!(" is called {to} after"),
        Became::Derived => ", which one version alone asks for, is told by the map".to_owned(),
    }
}

fn change(pair: &Pair<'_>, compared: &Compared, changed: &Changed, label: String, words: String) -> Change {
    let program = pair.new.verified.program();
    let branches = branches_said(program, compared).map(|b| format!(", {b}")).unwrap_or_default();
    let groups: Vec<Group> = changed.regions.iter().map(|r| group(pair, &compared.decision, r)).collect();
    Change {
        label,
        words,
        meaning: worded(program, pair.loaded, &compared.decision, &compared.args),
        called: format!("“{}”{}{branches}", explain::words(&compared.decision), besides(program, &compared.args)),
        on_the_way: false,
        counts: counts(&groups, changed.more),
        groups,
        more: changed.more,
        open: changed.open.as_ref().map(left_open),
        solver: changed.solver.clone(),
    }
}

/// `1 group loses, 2 gain`.
fn counts(groups: &[Group], more: usize) -> String {
    let mut parts: Vec<String> = Vec::new();
    for effect in EFFECTS {
        let count = groups.iter().filter(|g| g.effect == effect).count();
        if count > 0 {
            let noun = if parts.is_empty() { if count == 1 { " group" } else { " groups" } } else { "" };
            parts.push(format!("{count}{noun} {}", verb(effect, count == 1)));
        }
    }
    if more > 0 {
        parts.push(format!("{more} more not shown"));
    }
    parts.join(", ")
}

/// What a change can be, losses first.
pub const EFFECTS: [Effect; 7] =
    [Effect::Loss, Effect::Less, Effect::Unsettled, Effect::Other, Effect::Settled, Effect::More, Effect::Gain];

/// Which way a change goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Down,
    Open,
    Aside,
    Settled,
    Up,
}

fn way(effect: Effect) -> Way {
    match effect {
        Effect::Loss | Effect::Less => Way::Down,
        Effect::Unsettled => Way::Open,
        Effect::Other => Way::Aside,
        Effect::Settled => Way::Settled,
        Effect::More | Effect::Gain => Way::Up,
    }
}

/// `loses`, of several `lose`.
pub fn verb(effect: Effect, one: bool) -> &'static str {
    match (effect, one) {
        (Effect::Loss, true) => "loses",
        (Effect::Loss, false) => "lose",
        (Effect::Less, true) => "gets less",
        (Effect::Less, false) => "get less",
        (Effect::Unsettled, true) => "is left without an answer",
        (Effect::Unsettled, false) => "are left without an answer",
        (Effect::Other, true) => "is answered otherwise",
        (Effect::Other, false) => "are answered otherwise",
        (Effect::Settled, true) => "gets an answer",
        (Effect::Settled, false) => "get an answer",
        (Effect::More, true) => "gets more",
        (Effect::More, false) => "get more",
        (Effect::Gain, true) => "gains",
        (Effect::Gain, false) => "gain",
    }
}

fn group(pair: &Pair<'_>, decision: &str, region: &Region) -> Group {
    let program = pair.new.verified.program();
    let example = example(pair, decision, &region.witness);
    Group {
        effect: region.effect,
        who: region.who.iter().map(|l| l.text.clone()).collect(),
        who_said: region.who.iter().map(|l| said(program, l)).collect(),
        each: region.each,
        asked: asked(program, decision, &region.witness.args),
        before: answer(pair.old.verified.program(), &region.witness.before),
        after: answer(program, &region.witness.after),
        neighbour: region.twin.as_ref().map(|twin| neighbour(pair, decision, region, twin, &example)),
        example,
        edits: region.edits.clone(),
    }
}

fn neighbour(pair: &Pair<'_>, decision: &str, region: &Region, twin: &Twin, of: &[FactRow]) -> Neighbour {
    let program = pair.new.verified.program();
    let of_twin = example(pair, decision, &twin.person);
    // The condition begins with what it is about: mostly one of those of the group.
    let about = region.who.iter().map(|l| l.subject.as_str()).filter(|s| twin.differs.starts_with(s));
    let begins = || twin.differs.split_once(" is ").map_or("", |(begins, _)| begins);
    let subject = about.max_by_key(|s| s.len()).unwrap_or_else(begins).to_owned();
    Neighbour {
        differs: twin.differs.clone(),
        differs_said: said(program, &Literal { subject, text: twin.differs.clone() }),
        facts: others(of_twin, of),
        answer: answer(program, &twin.person.after),
    }
}

/// The facts that are not the same for somebody else, each whole: what a record holds is one of them.
fn others(of_twin: Vec<FactRow>, of: &[FactRow]) -> Vec<FactRow> {
    let facts = |rows: &[FactRow]| -> Vec<Vec<FactRow>> {
        let mut facts: Vec<Vec<FactRow>> = Vec::new();
        for row in rows {
            match facts.last_mut() {
                Some(fact) if row.name.is_empty() => fact.push(row.clone()),
                _ => facts.push(vec![row.clone()]),
            }
        }
        facts
    };
    let known = facts(of);
    facts(&of_twin).into_iter().filter(|fact| !known.contains(fact)).flatten().collect()
}

/// The facts that either version looked at; those that only the old one knows last.
fn example(pair: &Pair<'_>, decision: &str, witness: &Witness) -> Vec<FactRow> {
    let rows =
        |verified: &Verified, facts: &Facts, read: &BTreeSet<String>| person::rows(verified.program(), facts, read);
    let mut read = looked_at(pair.old.verified, decision, &witness.old_facts, &witness.args);
    read.append(&mut looked_at(pair.new.verified, decision, &witness.new_facts, &witness.args));
    // An answer that rests on no fact is the same for everybody.
    if read.is_empty() {
        return Vec::new();
    }
    let mut all = rows(pair.new.verified, &witness.new_facts, &read);
    for row in rows(pair.old.verified, &witness.old_facts, &read) {
        if !all.contains(&row) {
            all.push(row);
        }
    }
    all
}

fn looked_at(verified: &Verified, decision: &str, facts: &Facts, args: &[Value]) -> BTreeSet<String> {
    let node = verified.program().decision(decision).map(|(_, d)| d.node);
    node.map_or_else(BTreeSet::new, |node| person::looked_at(verified, facts, node, args))
}

/// `payable(NL)`.
pub fn asked(program: &Program, decision: &str, args: &[Value]) -> String {
    let Some((id, _)) = program.decision(decision) else { return decision.to_owned() };
    label(program, &question(id, args))
}

/// A decision with its arguments.
pub fn question(decision: DecisionId, args: &[Value]) -> Question {
    Question { decision, args: args.to_vec() }
}

/// An answer in words.
pub fn answer(program: &Program, answer: &Answer) -> Said {
    Said {
        text: show(program, &answer.outcome),
        words: match &answer.outcome {
            Outcome::Value(Value::Country(country)) => state(*country),
            Outcome::Gap(_) => "no answer, because no provision gives one".to_owned(),
            other => explain::outcome(program, other),
        },
        // A conflict names its provisions itself.
        provisions: match answer.outcome {
            Outcome::Conflict(_) => Vec::new(),
            _ => provisions(program, &answer.rules),
        },
    }
}

/// `payable(NL), old_age, invalidity`.
fn subject(program: &Program, compared: &Compared) -> String {
    let mut parts: Vec<String> = match compared.args.as_slice() {
        [] => vec![compared.decision.clone()],
        few if few.len() <= MOST_NAMED => few.iter().map(|args| asked(program, &compared.decision, args)).collect(),
        many => vec![format!("{} ({} combinations)", compared.decision, many.len())],
    };
    if let Some(parties) = parties(&compared.args) {
        parts = vec![format!("{} ({parties} parties)", compared.decision)];
    }
    match in_short(program, &compared.branches) {
        Some(short) => parts.push(short),
        None => parts.extend(compared.branches.iter().cloned()),
    }
    parts.join(", ")
}

/// Many branches in a few words: `every branch but invalidity`.
fn in_short(program: &Program, branches: &[String]) -> Option<String> {
    let declared = program.enums.iter().find(|e| branches.first().is_some_and(|b| e.members.contains(b)))?;
    let missing: Vec<String> = declared.members.iter().filter(|m| !branches.contains(m)).cloned().collect();
    if branches.len() <= MOST_BRANCHES || missing.len() > MOST_NAMED {
        return None;
    }
    Some(if missing.is_empty() {
        "every branch".to_owned()
    } else {
        format!("every branch but {}", missing.join(", "))
    })
}

/// How many parties, where more are asked about than are named, and nothing but parties.
fn parties(args: &[Vec<Value>]) -> Option<usize> {
    let only = |args: &Vec<Value>| matches!(args.as_slice(), [Value::Country(_)]);
    (args.len() > MOST_NAMED && args.iter().all(only)).then_some(args.len())
}

/// `“payable” (Netherlands), old age and invalidity`.
fn subject_said(program: &Program, compared: &Compared) -> String {
    let name = format!("“{}”", explain::words(&compared.decision));
    let of = match (parties(&compared.args), compared.args.as_slice()) {
        (Some(count), _) => format!(" ({count} parties)"),
        (None, few) if few.len() <= MOST_NAMED => {
            let each = few.iter().map(|args| args.iter().map(|a| argument(program, a)).collect::<Vec<_>>().join(", "));
            let each: Vec<String> = each.filter(|said| !said.is_empty()).collect();
            if each.is_empty() { String::new() } else { format!(" ({})", each.join("; ")) }
        }
        (None, many) => format!(" ({} combinations)", many.len()),
    };
    format!("{name}{of}{}", branches_said(program, compared).map(|b| format!(", {b}")).unwrap_or_default())
}

/// What is asked about besides parties, where it is always the same: `, family`.
fn besides(program: &Program, args: &[Vec<Value>]) -> String {
    let [only] = args else { return String::new() };
    let others = only.iter().filter(|a| !matches!(a, Value::Country(_)));
    others.map(|a| format!(", {}", argument(program, a))).collect()
}

/// The branches in words, where it is not told of all.
fn branches_said(program: &Program, compared: &Compared) -> Option<String> {
    if let Some(short) = in_short(program, &compared.branches) {
        return Some(explain::words(&short));
    }
    let each: Vec<String> = compared.branches.iter().map(|b| explain::words(b)).collect();
    (!each.is_empty()).then(|| explain::and(&each))
}

/// An argument in words: a party by its name.
fn argument(program: &Program, value: &Value) -> String {
    match value {
        Value::Country(country) => state(*country),
        other => explain::value(program, other),
    }
}

/// `untouched by any edit`.
pub fn proved_by(proof: &Proof) -> String {
    match proof {
        Proof::Untouched => "untouched by any edit".to_owned(),
        Proof::SameForm => "both texts come to the same".to_owned(),
        Proof::Cases(_) => "every case looked at".to_owned(),
        Proof::Arithmetic => "the formulas are equal whatever the figures".to_owned(),
        Proof::Solver(solver) => format!("shown by {solver}"),
    }
}

/// `it reads the days inside a record; 12,000 persons were tried, none is answered otherwise`.
pub fn left_open(open: &Open) -> String {
    match open.tried {
        0 => format!("{}; nobody was tried", open.why),
        1 => format!("{}; 1 person was tried, and is answered alike", open.why),
        tried => format!("{}; {} persons were tried, none of them answered otherwise", open.why, grouped(tried)),
    }
}

/// `3 decisions`, told apart by name.
pub fn decisions(labels: usize) -> String {
    counted(labels, "decision")
}
