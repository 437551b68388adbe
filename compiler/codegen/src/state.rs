//! What a run holds while native code works on it. Safe Rust: native code reaches it only through `abi`.

use crate::Jit;
use crate::settle::Settling;
use crate::tables::{self, Handle, NO, NOTHING, OTHER, Plan, RESULT, Tables, UNSETTLED, YES, number, parts, position};
use accord_core::{Answer, Facts, FaultKind, Host, HostFn, Outcome, RuleId, SiteId, Value};
use accord_ir::Program;
use std::collections::BTreeMap;

/// The state of a run.
pub(crate) struct State<'a> {
    tables: &'a Tables,
    host: Host<'a>,
    /// What was made so far; its first handle is the number of constants.
    made: Vec<Outcome>,
    /// The code, to enter nodes by.
    jit: &'a Jit,
    /// What was answered so far.
    entries: Vec<Entry>,
    /// Which entry answers a node that takes no arguments, from 1; 0 while none does.
    plain: Vec<usize>,
    /// Which entry answers a node asked with some values.
    asked: BTreeMap<(i64, Vec<Value>), usize>,
    /// The members of the sets and lists that quantifiers range over, one stretch after another.
    members: Vec<Handle>,
    /// The decision whose code has just left it to be settled.
    settling: Option<(&'a Plan, Settling)>,
    /// Stands for an outcome that does not exist.
    stray: Outcome,
}

/// What is remembered of a node asked with some values.
struct Entry {
    handle: Handle,
    rules: Vec<RuleId>,
}

impl<'a> State<'a> {
    pub(crate) fn new(jit: &'a Jit, program: &'a Program, facts: &'a Facts) -> State<'a> {
        State {
            tables: jit.tables(),
            jit,
            host: Host { conversions: &program.conversions, facts },
            made: Vec::new(),
            entries: Vec::new(),
            plain: vec![0; program.nodes.len()],
            asked: BTreeMap::new(),
            members: Vec::new(),
            settling: None,
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

    /// The entry that answers a node asked with these values.
    fn entry(&self, node: i64, values: &[Value]) -> Option<&Entry> {
        let at = if values.is_empty() {
            self.plain.get(position(node))?.checked_sub(1)?
        } else {
            *self.asked.get(&(node, values.to_vec()))?
        };
        self.entries.get(at)
    }

    /// What a node gives for these arguments: what it gave before, else what its code gives, remembered.
    pub(crate) fn ask(&mut self, node: i64, arguments: &[Handle]) -> Handle {
        let values: Vec<Value> = arguments.iter().filter_map(|h| self.outcome(*h).value().cloned()).collect();
        if let Some(known) = self.entry(node, &values) {
            return known.handle;
        }
        let entry = self.answered(node, arguments);
        let handle = entry.handle;
        self.entries.push(entry);
        if !values.is_empty() {
            self.asked.insert((node, values), self.entries.len() - 1);
        } else if let Some(place) = self.plain.get_mut(position(node)) {
            *place = self.entries.len();
        }
        handle
    }

    fn answered(&mut self, node: i64, arguments: &[Handle]) -> Entry {
        let jit = self.jit;
        let Some(entrance) = jit.entrance(position(node), arguments.len()) else {
            return Entry { handle: self.push(self.stray.clone()), rules: Vec::new() };
        };
        let given = jit.enter(entrance, self, RESULT, arguments);
        let Some((plan, mut settling)) = self.settling.take().filter(|_| given == UNSETTLED) else {
            let (handle, rule) = parts(given);
            return Entry { handle, rules: rule.into_iter().collect() };
        };
        while let Some(wanted) = settling.next() {
            let (value, _) = parts(jit.enter(entrance, self, wanted, arguments));
            settling.take(self.outcome(value).clone());
        }
        let open = settling.open().iter().map(|h| self.outcome(*h).clone()).collect();
        let answer = settling.finish(plan, open);
        Entry { handle: self.push(answer.outcome), rules: answer.rules }
    }

    /// Leaves a decision to be settled whose rules had these conditions, by position.
    pub(crate) fn settle(&mut self, plan: i64, conditions: &[Handle]) -> i64 {
        let plan = self.tables.plans.get(position(plan));
        self.settling = plan.map(|plan| (plan, Settling::new(plan, conditions)));
        UNSETTLED
    }

    /// The answer of a node for these arguments.
    pub(crate) fn answer(&mut self, node: i64, arguments: Vec<Value>) -> Answer {
        let handles: Vec<Handle> = arguments.iter().map(|v| self.push(Outcome::Value(v.clone()))).collect();
        let handle = self.ask(node, &handles);
        let rules = self.entry(node, &arguments).map_or_else(Vec::new, |entry| entry.rules.clone());
        Answer { outcome: self.outcome(handle).clone(), rules }
    }
}
