//! What an agreement is held to, as plain text and as JSON: made where the program is, printed elsewhere.

use accord_analysis::case::show;
use accord_core::{Outcome, RuleId, Value as Of};
use accord_ir::{Demand, Program, Requirement, Ty, Verified};
use accord_prove::report::{Proof, Standing};
use accord_prove::standards::{Found, Judged, Mark, judge};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Groups told of one statement at most; the rest is counted.
const MOST_GROUPS: usize = 6;

/// Everything an agreement is held to.
#[derive(Debug, Default)]
pub struct Conformance {
    /// The conventions, as they were named.
    pub standards: Vec<Held>,
    /// What one convention permits and another forbids.
    pub clashes: Vec<Statement>,
    /// What it promises of itself.
    pub properties: Vec<Statement>,
}

/// One convention.
#[derive(Debug)]
pub struct Held {
    /// `C118`.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What is taken for granted: of whom, and what.
    pub assumed: Vec<String>,
    /// Its provisions, in order.
    pub statements: Vec<Statement>,
}

/// One statement, or a provision that asks nothing.
#[derive(Debug)]
pub struct Statement {
    /// `article 3(1)`, without the convention; for a property its name.
    pub address: String,
    /// The heading of the article.
    pub title: String,
    /// What can be said; `None` where nothing is asked.
    pub mark: Option<Mark>,
    /// Why nothing is asked.
    pub why: String,
    /// What was found, alike for each group of parties and words.
    pub groups: Vec<Group>,
    /// Groups beyond those.
    pub more: usize,
}

/// Combinations of parties and words for which the same was found.
#[derive(Debug)]
pub struct Group {
    /// Each variable with its values; a variable that may be anything is left out.
    pub where_: Vec<(String, Vec<String>)>,
    /// What can be said of them.
    pub mark: Mark,
    /// Somebody for whom it fails, in the words of the language; empty where it fails for everybody.
    pub person: Vec<String>,
    /// The provisions that made it fail.
    pub provisions: Vec<String>,
    /// What the text is silent about.
    pub silent: Vec<String>,
    /// Why it is undecided.
    pub why: String,
}

/// Judges everything a program is held to.
pub fn conformance(verified: &Verified) -> Conformance {
    let program = verified.program();
    if program.requirements.is_empty() && program.standards.is_empty() {
        return Conformance::default();
    }
    let judged = judge(verified);
    let mut all = Conformance::default();
    for standard in &program.standards {
        let mut held = Held {
            name: standard.name.clone(),
            title: standard.title.clone(),
            assumed: Vec::new(),
            statements: Vec::new(),
        };
        for (provision, why) in &standard.provisions {
            let Some(p) = program.provision(*provision) else { continue };
            let address = p.address.strip_suffix(&format!(" of {}", standard.name)).unwrap_or(&p.address).to_owned();
            let mut asked = false;
            for (index, requirement) in program.requirements.iter().enumerate() {
                if requirement.provision != Some(*provision) {
                    continue;
                }
                let of_it = judged.iter().find(|j| j.requirement == index);
                match (&requirement.demand, of_it) {
                    (Demand::Assumes(what), Some(j)) => held.assumed.extend(assumed(program, requirement, j, what)),
                    (Demand::Requires(_), Some(j)) => {
                        asked = true;
                        held.statements.push(statement(program, requirement, j, address.clone(), p.title.clone()));
                    }
                    (Demand::Permits(_), _) => {
                        asked = true;
                        let why = "it permits something".to_owned();
                        held.statements.push(silent(address.clone(), p.title.clone(), why));
                    }
                    _ => {}
                }
            }
            if let (false, Some(why)) = (asked, why) {
                held.statements.push(silent(address, p.title.clone(), why.clone()));
            }
        }
        all.standards.push(held);
    }
    for j in &judged {
        let Some(requirement) = program.requirements.get(j.requirement) else { continue };
        match &requirement.demand {
            Demand::Clash { permits, requires, .. } => {
                let said = |index: &u32| address(program, *index as usize);
                let address = format!("{} permits what {} forbids", said(permits), said(requires));
                all.clashes.push(statement(program, requirement, j, address, String::new()));
            }
            Demand::Requires(_) | Demand::NeverLowers { .. } if requirement.origin.is_empty() => {
                let place = requirement.provision.and_then(|p| program.provision(p));
                let title = place.map_or(String::new(), |p| p.address.clone());
                all.properties.push(statement(program, requirement, j, requirement.name.clone(), title));
            }
            Demand::Requires(_) | Demand::Permits(_) | Demand::NeverLowers { .. } | Demand::Assumes(_) => {}
        }
    }
    all
}

fn silent(address: String, title: String, why: String) -> Statement {
    Statement { address, title, mark: None, why, groups: Vec::new(), more: 0 }
}

fn address(program: &Program, requirement: usize) -> String {
    let provision = program.requirements.get(requirement).and_then(|r| r.provision);
    provision.and_then(|p| program.provision(p)).map_or(String::new(), |p| p.address.clone())
}

/// What is taken for granted, of those for whom it is.
fn assumed(program: &Program, requirement: &Requirement, judged: &Judged, what: &str) -> Option<String> {
    let of = judged.found.iter().filter(|f| Mark::of(&f.standing) == Mark::Holds).map(|f| f.args.as_slice());
    let boxes = boxes(of);
    let whom: Vec<String> = boxes.iter().map(|b| whom(program, requirement, b)).filter(|w| !w.is_empty()).collect();
    match (boxes.is_empty(), whom.is_empty()) {
        (true, _) => None,
        (false, true) => Some(what.to_owned()),
        (false, false) => Some(format!("{}: {what}", whom.join("; "))),
    }
}

/// The values of one kind of variable among a group, for a list of who is meant.
fn whom(program: &Program, requirement: &Requirement, values: &[BTreeSet<Of>]) -> String {
    let one = |set: &BTreeSet<Of>| set.iter().map(|v| word(program, v)).collect::<Vec<_>>().join(", ");
    requirement.params.iter().zip(values).map(|(_, set)| one(set)).collect::<Vec<_>>().join("; ")
}

fn word(program: &Program, value: &Of) -> String {
    show(program, &Outcome::Value(value.clone()))
}

fn statement(
    program: &Program,
    requirement: &Requirement,
    judged: &Judged,
    address: String,
    title: String,
) -> Statement {
    let mut groups: Vec<Group> = Vec::new();
    // What fails first, then what is open; what holds is told only where it does not hold of all it could be about.
    for mark in [Mark::Fails, Mark::Undecided, Mark::Holds] {
        let of_mark: Vec<&Found> = judged.found.iter().filter(|f| Mark::of(&f.standing) == mark).collect();
        let mut seen: Vec<Group> = Vec::new();
        for found in &of_mark {
            let alike = blank(program, found, mark);
            if !seen.iter().any(|g| same(g, &alike)) {
                seen.push(alike);
            }
        }
        for one in seen {
            let members = of_mark.iter().filter(|f| same(&blank(program, f, mark), &one)).map(|f| f.args.as_slice());
            let members: Vec<&[Of]> = members.collect();
            if let Some(where_) = between(program, requirement, &members) {
                groups.push(Group { where_, ..copy(&one) });
                continue;
            }
            for values in boxes(members.into_iter()) {
                groups.push(Group { where_: where_(program, requirement, &values), ..copy(&one) });
            }
        }
    }
    let more = groups.len().saturating_sub(MOST_GROUPS);
    groups.truncate(MOST_GROUPS);
    Statement { address, title, mark: Some(judged.mark()), why: String::new(), groups, more }
}

/// What was found, without for whom.
fn blank(program: &Program, found: &Found, mark: Mark) -> Group {
    let (mut person, mut why) = (Vec::new(), String::new());
    match &found.standing {
        Standing::Fails(persons) => {
            person = persons.first().map_or(Vec::new(), |(who, _)| who.iter().map(|l| l.text.clone()).collect());
        }
        Standing::Undecided(open) => why.clone_from(&open.why),
        Standing::Holds(Proof::Solver(name)) => why.clone_from(name),
        Standing::Holds(_) | Standing::DoesNotApply => {}
    }
    let cite = |rule: &RuleId| program.cite(*rule).to_owned();
    let provisions: BTreeSet<String> = found.made_by.iter().map(cite).collect();
    let provisions = provisions.into_iter().collect();
    Group { where_: Vec::new(), mark, person, provisions, silent: found.silent.clone(), why }
}

fn same(a: &Group, b: &Group) -> bool {
    (a.mark, &a.person, &a.provisions, &a.silent, &a.why) == (b.mark, &b.person, &b.provisions, &b.silent, &b.why)
}

fn copy(group: &Group) -> Group {
    Group {
        where_: Vec::new(),
        mark: group.mark,
        person: group.person.clone(),
        provisions: group.provisions.clone(),
        silent: group.silent.clone(),
        why: group.why.clone(),
    }
}

/// Combinations as few products of sets as merging one variable after another gives.
fn boxes<'a>(combinations: impl Iterator<Item = &'a [Of]>) -> Vec<Vec<BTreeSet<Of>>> {
    let single = |args: &[Of]| args.iter().map(|v| BTreeSet::from([v.clone()])).collect::<Vec<_>>();
    let mut all: Vec<Vec<BTreeSet<Of>>> = combinations.map(single).collect();
    let width = all.first().map_or(0, Vec::len);
    for at in (0..width).rev() {
        let mut merged: Vec<Vec<BTreeSet<Of>>> = Vec::new();
        for one in all {
            let alike = |other: &&mut Vec<BTreeSet<Of>>| {
                other.iter().zip(&one).enumerate().all(|(i, (a, b))| i == at || a == b)
            };
            match (merged.iter_mut().find(alike), one.get(at)) {
                (Some(known), Some(values)) => {
                    if let Some(slot) = known.get_mut(at) {
                        slot.extend(values.iter().cloned());
                    }
                }
                _ => merged.push(one),
            }
        }
        all = merged;
    }
    all
}

/// Combinations in which two variables are any two different States of the same few, and the others are what they are:
/// said so, instead of State by State.
fn between(program: &Program, requirement: &Requirement, members: &[&[Of]]) -> Option<Vec<(String, Vec<String>)>> {
    let states = requirement.params.iter().enumerate().filter(|(_, p)| p.ty == Ty::Country);
    let states: Vec<usize> = states.map(|(i, _)| i).collect();
    let [first, second] = states.as_slice() else { return None };
    let at = |args: &[Of], i: usize| args.get(i).cloned();
    let of_first: BTreeSet<Of> = members.iter().filter_map(|m| at(m, *first)).collect();
    let of_second: BTreeSet<Of> = members.iter().filter_map(|m| at(m, *second)).collect();
    let others = |args: &[Of]| {
        let kept = args.iter().enumerate().filter(|(i, _)| i != first && i != second);
        kept.map(|(_, v)| v.clone()).collect::<Vec<Of>>()
    };
    let rest: BTreeSet<Vec<Of>> = members.iter().map(|m| others(m)).collect();
    let whole = of_first.len() * of_first.len().saturating_sub(1) * rest.len();
    let apart = members.iter().all(|m| at(m, *first) != at(m, *second));
    if of_first != of_second || of_first.len() < 3 || members.len() != whole || !apart {
        return None;
    }
    let mut values: Vec<BTreeSet<Of>> = vec![BTreeSet::new(); requirement.params.len()];
    for member in members {
        values.iter_mut().zip(*member).for_each(|(set, value)| {
            let _ = set.insert(value.clone());
        });
    }
    // The others must be a product too, to be said one by one.
    let product: usize =
        values.iter().enumerate().filter(|(i, _)| i != first && i != second).map(|(_, s)| s.len()).product();
    if product != rest.len() {
        return None;
    }
    let name = requirement.params.get(*second).map_or(String::new(), |p| p.name.clone());
    let mut where_ = where_(program, requirement, &values);
    where_.retain(|(n, _)| *n != name);
    let place = where_.iter().position(|(n, _)| requirement.params.get(*first).is_some_and(|p| p.name == *n));
    let another = if place.is_some() { "another of them" } else { "another party" };
    where_.insert(place.map_or(0, |p| p + 1), (name, vec![another.to_owned()]));
    Some(where_)
}

/// Each variable that may not be anything, with its values.
fn where_(program: &Program, requirement: &Requirement, values: &[BTreeSet<Of>]) -> Vec<(String, Vec<String>)> {
    let whole = |ty: &Ty| match ty {
        Ty::Country => program.parties.len(),
        Ty::Member(id) => program.enumeration(*id).map_or(0, |e| e.members.len()),
        _ => 2,
    };
    let narrower = requirement.params.iter().zip(values).filter(|(p, set)| set.len() < whole(&p.ty));
    narrower.map(|(p, set)| (p.name.clone(), set.iter().map(|v| word(program, v)).collect())).collect()
}

impl Conformance {
    /// The word for everything: a statement that fails makes it fail.
    pub fn mark(&self) -> Option<Mark> {
        let statements = self.standards.iter().flat_map(|s| &s.statements).chain(&self.properties);
        statements.filter_map(|s| s.mark).max()
    }

    /// Lines for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for held in &self.standards {
            text.push_str(&format!("\n{}  {}\n", held.name, held.title));
            for assumed in &held.assumed {
                text.push_str(&crate::explain::wrap("  assumed: ", "    ", assumed));
            }
            lines(&mut text, &held.statements);
        }
        let clashes: Vec<&Statement> = self.clashes.iter().filter(|c| c.mark == Some(Mark::Fails)).collect();
        let open: Vec<&Statement> = self.clashes.iter().filter(|c| c.mark == Some(Mark::Undecided)).collect();
        if !clashes.is_empty() {
            text.push_str("\nconventions that clash here\n");
            for clash in clashes {
                text.push_str(&crate::explain::wrap("  ", "    ", &clash.address));
                clash.groups.iter().for_each(|g| text.push_str(&g.text()));
            }
        }
        for clash in open {
            text.push_str(&crate::explain::wrap("  open: whether ", "    ", &clash.address));
        }
        if !self.properties.is_empty() {
            text.push_str("\nproperties\n");
            lines(&mut text, &self.properties);
        }
        text
    }

    /// `standards`, `clashes` and `properties` of `accord.check/1`.
    pub fn json(&self, agreement: &str) -> (Vec<Value>, Vec<Value>, Vec<Value>) {
        let standard = |held: &Held| {
            json!({
                "agreement": agreement,
                "standard": held.name,
                "title": held.title,
                "verdict": held.statements.iter().filter_map(|s| s.mark).max().map(Mark::word),
                "assumed": held.assumed,
                "articles": held.statements.iter().map(|s| s.json("provision")).collect::<Vec<_>>(),
            })
        };
        let of = |name: &'static str| {
            move |s: &Statement| {
                let mut value = s.json(name);
                if let Value::Object(map) = &mut value {
                    map.insert("agreement".to_owned(), json!(agreement));
                }
                value
            }
        };
        (
            self.standards.iter().map(standard).collect(),
            self.clashes.iter().map(of("provisions")).collect(),
            self.properties.iter().map(of("property")).collect(),
        )
    }
}

/// Statements one under the other, their verdicts in one column.
fn lines(text: &mut String, statements: &[Statement]) {
    let widest = statements.iter().map(|s| s.address.chars().count()).filter(|n| *n <= 40).max().unwrap_or(0);
    for statement in statements {
        let said = match statement.mark {
            Some(mark) => mark.word().replace('_', " "),
            None => "not asked".to_owned(),
        };
        let title = match (statement.title.is_empty(), statement.why.is_empty()) {
            (true, true) => String::new(),
            (false, true) => statement.title.clone(),
            (_, false) => statement.why.clone(),
        };
        let head = format!("  {:widest$}  {said:<14}  ", statement.address);
        text.push_str(&crate::explain::wrap(&head, &" ".repeat(widest + 20), &title));
        // What holds of all it is about needs no list of whom that is.
        let mixed = statement.groups.iter().any(|g| g.mark != Mark::Holds);
        statement.groups.iter().filter(|_| mixed).for_each(|g| text.push_str(&g.text()));
        if mixed && statement.more > 0 {
            text.push_str(&format!("      and {}\n", crate::counted(statement.more, "group")));
        }
    }
}

impl Group {
    fn text(&self) -> String {
        let one = |(name, values): &(String, Vec<String>)| match values.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{name} is {} or {last}", rest.join(", ")),
            _ => format!("{name} is {}", values.concat()),
        };
        let where_: Vec<String> = self.where_.iter().map(one).collect();
        let mut parts = Vec::new();
        // What somebody does not have says little; it stands in the JSON.
        let has: Vec<&str> = self.person.iter().map(String::as_str).filter(|p| !p.ends_with(" is nothing")).collect();
        if !has.is_empty() {
            parts.push(format!("somebody: {}", has.join(", ")));
        }
        if !self.provisions.is_empty() {
            parts.push(format!("made by {}", self.provisions.join(", ")));
        }
        parts.extend(self.silent.iter().map(|s| format!("the text is silent about `{s}`")));
        if !self.why.is_empty() {
            parts.push(self.why.clone());
        }
        let said = self.mark.word().replace('_', " ");
        let head = if where_.is_empty() { said } else { format!("{said} where {}", where_.join(", ")) };
        let rest = if parts.is_empty() { String::new() } else { format!(": {}", parts.join("; ")) };
        crate::explain::wrap("      ", "        ", &format!("{head}{rest}"))
    }

    fn json(&self) -> Value {
        let where_: Map<String, Value> = self.where_.iter().map(|(n, v)| (n.clone(), json!(v))).collect();
        json!({
            "where": where_,
            "verdict": self.mark.word(),
            "person": self.person,
            "provisions": self.provisions,
            "silent": self.silent,
            "why": self.why,
        })
    }
}

impl Statement {
    fn json(&self, name: &str) -> Value {
        json!({
            name: self.address,
            "title": self.title,
            "verdict": self.mark.map_or("not_asked", Mark::word),
            "why": self.why,
            "found": self.groups.iter().map(Group::json).collect::<Vec<_>>(),
            "more": self.more,
        })
    }
}
