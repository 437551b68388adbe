//! What a run holds while native code works on it. Safe Rust: native code reaches it only through `abi`.

use crate::settle::Settling;
use crate::tables::{self, Handle, NO, NOTHING, OTHER, Tables, YES, number, position};
use accord_core::{Answer, Facts, FaultKind, Host, HostFn, Outcome, RuleId, SiteId, Value};
use accord_ir::Program;
use std::collections::BTreeMap;

/// The state of a run.
pub(crate) struct State<'a> {
    tables: &'a Tables,
    host: Host<'a>,
    /// What was made so far; its first handle is the number of constants.
    made: Vec<Outcome>,
    /// Which entry answers a node asked with some values.
    memo: BTreeMap<(i64, Vec<Value>), usize>,
    entries: Vec<Entry>,
    /// The members of the sets and lists that quantifiers range over, one stretch after another.
    members: Vec<Handle>,
    /// Decisions with more than one survivor or an unsettled rule, innermost last.
    settling: Vec<Settling>,
    /// Stands for an outcome that does not exist.
    stray: Outcome,
}

/// What is remembered of a node asked with some values. Without a handle it is being evaluated.
#[derive(Default)]
struct Entry {
    handle: Option<Handle>,
    rules: Vec<RuleId>,
}

impl<'a> State<'a> {
    pub(crate) fn new(tables: &'a Tables, program: &'a Program, facts: &'a Facts) -> State<'a> {
        State {
            tables,
            host: Host { conversions: &program.conversions, facts },
            made: Vec::new(),
            memo: BTreeMap::new(),
            entries: Vec::new(),
            members: Vec::new(),
            settling: Vec::new(),
            stray: Outcome::fault(FaultKind::OutOfRange, SiteId(u32::MAX)),
        }
    }

    /// The outcome of a handle.
    pub(crate) fn outcome(&self, handle: Handle) -> &Outcome {
        let at = position(handle);
        let constants = &self.tables.constants;
        let found = match at.checked_sub(constants.len()) {
            None => self.of_row(handle).or_else(|| constants.get(at)),
            Some(at) => self.made.get(at),
        };
        found.unwrap_or(&self.stray)
    }

    /// The outcome of the handle of a fact that the row has.
    fn of_row(&self, handle: Handle) -> Option<&Outcome> {
        let fact = position(handle.checked_sub(OTHER)?);
        if fact < self.tables.facts { self.host.facts.row.get(fact) } else { None }
    }

    /// The handle of an outcome: a reserved one where there is one, else a new one.
    pub(crate) fn push(&mut self, outcome: Outcome) -> Handle {
        match outcome {
            Outcome::Nothing => NOTHING,
            Outcome::Value(Value::YesNo(true)) => YES,
            Outcome::Value(Value::YesNo(false)) => NO,
            other => {
                self.made.push(other);
                number(self.tables.constants.len() + self.made.len() - 1)
            }
        }
    }

    /// Applies an operation of the runtime.
    pub(crate) fn apply(&mut self, function: HostFn, operands: &[Handle], site: i64) -> Handle {
        let operands: Vec<Outcome> = operands.iter().map(|h| self.outcome(*h).clone()).collect();
        let site = SiteId(u32::try_from(site).unwrap_or(u32::MAX));
        let outcome = function.apply(&self.host, &operands, site);
        self.push(outcome)
    }

    /// A fact of the row: a reserved handle where there is one, else its own.
    pub(crate) fn fact(&self, fact: i64) -> Handle {
        let handle = tables::fact(fact);
        match self.outcome(handle) {
            Outcome::Nothing => NOTHING,
            Outcome::Value(Value::YesNo(true)) => YES,
            Outcome::Value(Value::YesNo(false)) => NO,
            _ => handle,
        }
    }

    /// A fact declared by the legislation of a party. A party that is not a value is the result.
    pub(crate) fn given(&mut self, party: Handle, name: i64) -> Handle {
        let Some(Value::Country(country)) = self.outcome(party).value() else { return party };
        let name = self.tables.names.get(position(name)).map_or("", String::as_str);
        let outcome = self.host.facts.given(*country, name);
        self.push(outcome)
    }

    /// Two conditions joined of which neither decides: the one that is not neutral, the worse if both are not.
    pub(crate) fn joined(&mut self, neutral: Handle, a: Handle, b: Handle) -> Handle {
        if b == neutral {
            a
        } else if a == neutral {
            b
        } else {
            self.worst(a, b)
        }
    }

    /// The worse of two outcomes.
    pub(crate) fn worst(&mut self, a: Handle, b: Handle) -> Handle {
        let (one, other) = (self.outcome(a), self.outcome(b));
        match one.rank().cmp(&other.rank()) {
            std::cmp::Ordering::Greater => a,
            std::cmp::Ordering::Less => b,
            std::cmp::Ordering::Equal => {
                let outcome = one.clone().worst(other.clone());
                self.push(outcome)
            }
        }
    }

    /// The worst of those outcomes that are not values; -1 if all are.
    pub(crate) fn screen(&mut self, outcomes: &[Handle]) -> Handle {
        let refused = outcomes.iter().copied().filter(|h| self.outcome(*h).rank() > 0).collect::<Vec<_>>();
        refused.into_iter().reduce(|a, b| self.worst(a, b)).unwrap_or(-1)
    }

    /// Spreads the members of a set or list: where they start, times 2^32, plus how many there are; -1 for anything
    /// else.
    pub(crate) fn spread(&mut self, domain: Handle) -> i64 {
        let members: Vec<Value> = match self.outcome(domain).value() {
            Some(Value::Set(set)) => set.iter().cloned().collect(),
            Some(Value::List(list)) => list.clone(),
            _ => return -1,
        };
        let start = number(self.members.len());
        let count = number(members.len());
        for member in members {
            let handle = self.push(Outcome::Value(member));
            self.members.push(handle);
        }
        (start << 32) | count
    }

    /// The member at a place.
    pub(crate) fn member(&self, place: i64) -> Handle {
        self.members.get(position(place)).copied().unwrap_or(NOTHING)
    }

    /// Puts a member that passed a filter in the place where the passing ones are gathered: never beyond its own.
    pub(crate) fn keep(&mut self, place: i64, member: Handle) -> Handle {
        if let Some(slot) = self.members.get_mut(position(place)) {
            *slot = member;
        }
        member
    }

    /// The set of the `count` members from a place on.
    pub(crate) fn collect(&mut self, place: i64, count: i64) -> Handle {
        let members = self.members.iter().skip(position(place)).take(position(count));
        let set = members.filter_map(|h| self.outcome(*h).value().cloned()).collect();
        self.push(Outcome::Value(Value::Set(set)))
    }

    /// A whole number.
    pub(crate) fn whole(&mut self, n: i64) -> Handle {
        self.push(Outcome::Value(Value::whole(n)))
    }

    /// What a node gave for these arguments before; else -1 minus the number of a new entry for it.
    pub(crate) fn recall(&mut self, node: i64, arguments: &[Handle]) -> i64 {
        let values = arguments.iter().filter_map(|h| self.outcome(*h).value().cloned()).collect();
        let next = self.entries.len();
        let entry = *self.memo.entry((node, values)).or_insert(next);
        if entry == next {
            self.entries.push(Entry::default());
        }
        self.entries.get(entry).and_then(|e| e.handle).unwrap_or(-1 - number(entry))
    }

    /// Remembers what a node gave, and the rule that won if it is not negative.
    pub(crate) fn remember(&mut self, entry: i64, handle: Handle, rule: i64) -> Handle {
        let rules = u32::try_from(rule).map(RuleId).into_iter().collect();
        self.record(entry, handle, rules);
        handle
    }

    fn record(&mut self, entry: i64, handle: Handle, rules: Vec<RuleId>) {
        if let Some(slot) = self.entries.get_mut(position(entry)) {
            *slot = Entry { handle: Some(handle), rules };
        }
    }

    /// Begins to settle a decision whose rules had these conditions, by position. Gives the position of the first
    /// rule whose value is needed, the number of rules standing for the default; -1 if none is.
    pub(crate) fn settle(&mut self, plan: i64, conditions: &[Handle]) -> i64 {
        let Some(plan) = self.tables.plans.get(position(plan)) else { return -1 };
        let settling = Settling::new(plan, conditions);
        let next = settling.next();
        self.settling.push(settling);
        next
    }

    /// Takes the value that was asked for, and asks for the next.
    pub(crate) fn take(&mut self, value: Handle) -> i64 {
        let outcome = self.outcome(value).clone();
        self.settling.last_mut().map_or(-1, |settling| {
            settling.take(outcome);
            settling.next()
        })
    }

    /// Ends the settling: remembers and gives the result.
    pub(crate) fn settled(&mut self, entry: i64, plan: i64) -> Handle {
        let tables = self.tables;
        let (Some(settling), Some(plan)) = (self.settling.pop(), tables.plans.get(position(plan))) else {
            return self.push(self.stray.clone());
        };
        let open = settling.open().iter().map(|h| self.outcome(*h).clone()).collect();
        let answer = settling.finish(plan, open);
        let handle = self.push(answer.outcome);
        self.record(entry, handle, answer.rules);
        handle
    }

    /// The answer of a node that has just been asked with these arguments.
    pub(crate) fn answer(&self, node: i64, arguments: &[Value], handle: Handle) -> Answer {
        let entry = self.memo.get(&(node, arguments.to_vec())).and_then(|at| self.entries.get(*at));
        Answer { outcome: self.outcome(handle).clone(), rules: entry.map_or_else(Vec::new, |e| e.rules.clone()) }
    }
}
