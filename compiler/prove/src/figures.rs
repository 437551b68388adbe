//! Tables without a row, and shares that exceed the whole.

use crate::answers::Somebody;
use crate::edits::reach;
use crate::examine::{Question, Study, answer, told};
use crate::path::{Choice, Path};
use crate::person::{Maker, Person};
use crate::report::{Finding, FindingKind, Open, Place};
use crate::say::show;
use crate::seek::{Found, Seen, Wanted, seek};
use crate::split::Space;
use crate::state::Reader;
use crate::term::{Arena, Shape, Side, Sort, Term};
use accord_core::{Date, FaultKind, HostFn, Outcome, Value};
use accord_interp::Interp;
use accord_ir::{Body, Decision, ExprId, ExprKind, Node, NodeId, NodeKind, Program, Ty};
use std::collections::BTreeMap;

/// The decision on the part that a party bears.
const SHARE: &str = "share";

/// A key for which a table has no row, between rows that it has.
struct Hole {
    /// The first key without a row.
    key: Value,
    /// The last one.
    last: Value,
    /// The row after it, and the row before.
    after: ExprId,
    before: ExprId,
}

/// Where a table has no row for some days or values.
struct Table<'p> {
    node: NodeId,
    name: &'p str,
    holes: Vec<Hole>,
}

/// Tables with holes: found once, then looked for in the decisions that read them.
pub(crate) struct Tables<'p> {
    tables: Vec<Table<'p>>,
    told: BTreeMap<(NodeId, Value), Finding>,
}

impl<'p> Tables<'p> {
    pub(crate) fn new(program: &'p Program) -> Tables<'p> {
        let mut tables = Vec::new();
        for (n, node) in program.nodes.iter().enumerate() {
            let holes = holes(program, node);
            if !holes.is_empty() {
                tables.push(Table { node: NodeId(u32::try_from(n).unwrap_or(u32::MAX)), name: &node.name, holes });
            }
        }
        Tables { tables, told: BTreeMap::new() }
    }

    /// Looks for persons whose answer needs a row that is not there.
    pub(crate) fn look(&mut self, question: &mut Question<'p>) {
        let reached = reach(question.study.program, question.decision.node).1;
        for table in self.tables.iter().filter(|t| reached.contains(&t.node)) {
            for hole in &table.holes {
                let key = (table.node, hole.key.clone());
                if let std::collections::btree_map::Entry::Vacant(place) = self.told.entry(key)
                    && let Some(finding) = needs(question, table, hole)
                {
                    place.insert(finding);
                }
            }
        }
    }

    /// What is told: with a person, or else that nobody was found whom it concerns.
    pub(crate) fn findings(self, study: &Study<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for table in &self.tables {
            for hole in &table.holes {
                let known = self.told.get(&(table.node, hole.key.clone())).cloned();
                found.push(known.unwrap_or_else(|| Finding {
                    kind: FindingKind::TableGap,
                    decision: String::new(),
                    args: Vec::new(),
                    parties: Vec::new(),
                    places: places(study, table, hole),
                    person: None,
                    remedy: remedy(hole),
                    open: Some(Open { why: "no person was found whose answer needs the row".to_owned(), tried: 0 }),
                }));
            }
        }
        found
    }
}

/// The keys between the rows of a table for which there is none.
fn holes(program: &Program, node: &Node) -> Vec<Hole> {
    let Body::Expr(mut at) = node.body else { return Vec::new() };
    if node.kind != NodeKind::Parameter {
        return Vec::new();
    }
    let mut rows: Vec<(Option<Value>, Option<Value>, ExprId)> = Vec::new();
    loop {
        match program.expr(at).map(|e| &e.kind) {
            Some(ExprKind::If(test, _, rest)) => {
                if !spans(program, *test, at, &mut rows) {
                    return Vec::new();
                }
                at = *rest;
            }
            Some(ExprKind::Const(Outcome::Fault(fault))) if fault.kind == FaultKind::OutOfTable => break,
            _ => return Vec::new(),
        }
    }
    rows.sort();
    let mut found = Vec::new();
    for pair in rows.windows(2) {
        let [(_, Some(end), before), (Some(start), _, after)] = pair else { continue };
        if let Some(first) = beside(end, 1)
            && first < *start
            && let Some(last) = beside(start, -1)
        {
            found.push(Hole { key: first, last, after: *after, before: *before });
        }
    }
    found
}

/// The keys a row is for: a value, from one to another, or some of these.
fn spans(program: &Program, test: ExprId, row: ExprId, rows: &mut Vec<(Option<Value>, Option<Value>, ExprId)>) -> bool {
    let value = |id: ExprId| match program.expr(id).map(|e| &e.kind) {
        Some(ExprKind::Const(Outcome::Value(value))) => Some(value.clone()),
        _ => None,
    };
    match program.expr(test).map(|e| &e.kind) {
        Some(ExprKind::Or(a, b)) => spans(program, *a, row, rows) && spans(program, *b, row, rows),
        Some(ExprKind::And(a, b)) => {
            let (mut low, mut high) = (Vec::new(), Vec::new());
            if !spans(program, *a, row, &mut low) || !spans(program, *b, row, &mut high) {
                return false;
            }
            let ([(from, until, _)], [(since, to, _)]) = (low.as_slice(), high.as_slice()) else { return false };
            rows.push((from.clone().or_else(|| since.clone()), until.clone().or_else(|| to.clone()), row));
            true
        }
        Some(ExprKind::Host(HostFn::Equal, operands)) => {
            let known: Vec<Value> = operands.iter().filter_map(|o| value(*o)).collect();
            let [key] = known.as_slice() else { return false };
            rows.push((Some(key.clone()), Some(key.clone()), row));
            true
        }
        Some(ExprKind::Host(HostFn::AtMost, operands)) => {
            let [a, b] = operands.as_slice() else { return false };
            match (value(*a), value(*b)) {
                (Some(low), None) => rows.push((Some(low), None, row)),
                (None, Some(high)) => rows.push((None, Some(high), row)),
                _ => return false,
            }
            true
        }
        _ => false,
    }
}

/// The key beside another: the next day, the next whole number.
fn beside(key: &Value, by: i64) -> Option<Value> {
    match key {
        Value::Date(day) => day.add_days(by).map(Value::Date),
        Value::Number(n) if n.value.is_integer() => {
            let n: i64 = n.value.to_integer().try_into().ok()?;
            n.checked_add(by).map(Value::whole)
        }
        _ => None,
    }
}

fn places(study: &Study<'_>, table: &Table<'_>, hole: &Hole) -> Vec<Place> {
    let program = study.program;
    let provision = program.node(table.node).and_then(|n| n.provision).and_then(|p| program.provision(p));
    let address = provision.map_or(String::new(), |p| p.address.clone());
    let place =
        |row: ExprId, note: String| program.expr(row).map(|e| Place { span: e.span, address: address.clone(), note });
    let missing = match hole.key == hole.last {
        true => format!("`{}` has no row for {}", table.name, show(&hole.key)),
        false => format!("`{}` has no row from {} to {}", table.name, show(&hole.key), show(&hole.last)),
    };
    [place(hole.after, missing), place(hole.before, "the row before ends here".to_owned())]
        .into_iter()
        .flatten()
        .collect()
}

fn remedy(hole: &Hole) -> String {
    match hole.key == hole.last {
        true => format!("add a row `{}: ...`", show(&hole.key)),
        false => format!("add a row `{}..{}: ...`", show(&hole.key), show(&hole.last)),
    }
}

/// A person whose answer needs a row that is not there.
fn needs(question: &mut Question<'_>, table: &Table<'_>, hole: &Hole) -> Option<Finding> {
    let (study, decision) = (question.study, question.decision);
    let terms = question.terms.clone();
    let whole = question.ask(decision.node, &terms);
    let asked = question.reader.asked(table.node);
    let (maker, start) = (study.maker(), question.start.clone());
    let needs_it = |p: &Person| {
        let outcome = answer(study, decision, &maker, p).outcome;
        matches!(outcome, Outcome::Fault(fault) if fault.kind == FaultKind::OutOfTable)
    };
    for key in asked.iter().filter_map(|args| args.last()) {
        let there = is_in(&mut question.space.arena, *key, &hole.key);
        let mut wanted = Somebody { maker: &maker, start: &start, holds: &needs_it, spoken_of: &[], within: false };
        question.space.budget = study.take(study.options.budget);
        let with = |path: Path, limit: Term| path.with(&question.space.arena, study.world, limit, Choice::Yes);
        let base = there.into_iter().try_fold(Path::default(), with);
        let found = base.map(|base| odd(&mut question.space, &base, whole, &mut wanted));
        study.give_back(question.space.budget);
        if let Some(Some(person)) = found {
            let mut finding = question.told(FindingKind::TableGap, &person, places(study, table, hole), remedy(hole));
            finding.parties.clear();
            return Some(finding);
        }
    }
    None
}

/// That a key is one of those without a row: the days of a year, where the key is the year of a day.
fn is_in(arena: &mut Arena, key: Term, none: &Value) -> Vec<Term> {
    let days = |n: &accord_core::Number| {
        let year = i32::try_from(n.value.to_integer()).ok()?;
        Some([Date::from_ymd(year, 1, 1)?, Date::from_ymd(year, 12, 31)?])
    };
    if let Shape::Host(HostFn::YearOf, of, _) = &*arena.shape(key)
        && let ([day], Value::Number(n)) = (of.as_slice(), none)
        && let Some([first, last]) = days(n)
    {
        let [first, last] = [first, last].map(|d| arena.constant(Outcome::Value(Value::Date(d))));
        let from = arena.host(HostFn::AtMost, vec![first, *day], Side::Both, Sort::YesNo);
        let until = arena.host(HostFn::AtMost, vec![*day, last], Side::Both, Sort::YesNo);
        return vec![from, until];
    }
    let none = arena.constant(Outcome::Value(none.clone()));
    vec![arena.host(HostFn::Equal, vec![key, none], Side::Both, Sort::YesNo)]
}

/// Somebody of a group for whom a term is neither a value nor nothing.
fn odd(space: &mut Space<'_>, path: &Path, term: Term, wanted: &mut Somebody<'_, '_>) -> Option<Person> {
    if space.budget == 0 {
        return None;
    }
    let term = space.reduce(path, term);
    if space.arena.is_settled(term) {
        return None;
    }
    if space.arena.is_odd(term) {
        return match wanted.look(space, path) {
            Seen::It(person) => Some(person),
            Seen::Not | Seen::Unsure => None,
        };
    }
    let (atom, choices) = space.inside(path, term).filter(|(atom, _)| !path.is_assumed(*atom))?;
    choices.into_iter().find_map(|choice| {
        let next = path.with(&space.arena, space.world, atom, choice)?;
        odd(space, &next, term, wanted)
    })
}

/// Persons whose shares together exceed the whole.
pub(crate) fn shares(study: &Study<'_>) -> Option<Finding> {
    let (_, decision) = study.program.decision(SHARE)?;
    let [param] = decision.params.as_slice() else { return None };
    if decision.rules.is_empty() || param.ty != Ty::Country || decision.ty != Ty::Number {
        return None;
    }
    let conversions = study.program.conversions.clone();
    let mut arena = Arena::new(study.world.parties.clone(), [conversions.clone(), conversions]);
    let mut reader = Reader::new(study.program, study.names, study.world, Side::Both);
    let maker = study.maker();
    let start = maker.ordinary(Vec::new());
    let mut each = Vec::new();
    for party in &maker.parties {
        let party = arena.constant(Outcome::Value(Value::Country(*party)));
        each.push(reader.ask(&mut arena, decision.node, &[party]));
    }
    if reader.too_large {
        return None;
    }
    let mut space = Space::new(arena, study.world, 0);
    let exceeds = |p: &Person| too_much(study, decision, &maker, p).is_some();
    for (n, a) in each.iter().enumerate() {
        for b in each.iter().skip(n + 1) {
            let whole = space.arena.constant(Outcome::Value(Value::whole(1)));
            let sum = space.arena.host(HostFn::Add, vec![*a, *b], Side::Both, Sort::Number);
            let fits = space.arena.host(HostFn::AtMost, vec![sum, whole], Side::Both, Sort::YesNo);
            let goal = space.arena.not(fits);
            let mut wanted = Somebody { maker: &maker, start: &start, holds: &exceeds, spoken_of: &[], within: false };
            space.budget = study.take(study.options.budget);
            let found = seek(&mut space, &Path::default(), goal, &mut wanted);
            study.give_back(space.budget);
            if let Found::Somebody(person) = found {
                return exceeding(study, decision, &maker, &person);
            }
        }
    }
    None
}

/// The shares of a person where they exceed the whole, as the interpreter has them.
fn too_much(study: &Study<'_>, decision: &Decision, maker: &Maker<'_>, person: &Person) -> Option<Vec<Value>> {
    let facts = study.names.facts(study.program, &maker.facts(person));
    let mut interp = Interp::new(study.verified, &facts);
    let shares: Vec<Value> = study
        .program
        .parties
        .iter()
        .filter_map(|p| interp.ask(decision.node, &[Value::Country(p.country)]).outcome.value().cloned())
        .collect();
    let numbers = shares.iter().filter_map(|v| match v {
        Value::Number(n) => Some(n.value.clone()),
        _ => None,
    });
    let sum = numbers.reduce(|a, b| a + b)?;
    (sum > accord_core::ratio(1, 1)).then_some(shares)
}

fn exceeding(study: &Study<'_>, decision: &Decision, maker: &Maker<'_>, person: &Person) -> Option<Finding> {
    let mut places: Vec<Place> = Vec::new();
    let mut first = None;
    let mut parties = Vec::new();
    for party in &study.program.parties {
        let asked = Person { args: vec![Value::Country(party.country)], ..person.clone() };
        let told = told(study, decision, maker, &asked);
        let Outcome::Value(Value::Number(share)) = &told.answer.outcome else { continue };
        parties.push(party.country);
        for rule in &told.answer.rules {
            if let Some(place) = study.place(*rule, format!("gives {} the share {share}", party.country))
                && !places.iter().any(|p| p.span == place.span)
            {
                places.push(place);
            }
        }
        first = first.or(Some(told));
    }
    let person = first?;
    Some(Finding {
        kind: FindingKind::Shares,
        decision: decision.name.clone(),
        args: person.args.clone(),
        parties,
        places,
        person: Some(person),
        remedy: "let all shares be parts of one total: each party's own time over the time of all of them".to_owned(),
        open: None,
    })
}
