//! What compiled code refers to by number: constants, names, the rules of decisions.

use crate::CodegenError;
use accord_core::{Outcome, RuleId};
use accord_ir::{DecisionId, FactDef, Program};
use std::collections::BTreeMap;

/// The number of an outcome, as native code holds it. Never negative.
pub(crate) type Handle = i64;

/// No.
pub(crate) const NO: Handle = 0;
/// Yes.
pub(crate) const YES: Handle = 1;
/// Nothing.
pub(crate) const NOTHING: Handle = 2;
/// The first handle that is none of these three. From here on stand the facts of the row, each under a handle of its own
/// whatever it is: as an operand it needs no asking, as a truth it does.
pub(crate) const OTHER: Handle = 3;

/// The handle of a fact, by number.
pub(crate) fn fact(fact: i64) -> Handle {
    OTHER.saturating_add(fact)
}

/// What a node is entered with that is to give its result. Any other number is the position of a rule of the decision
/// that it is: the value of that is wanted; beyond the rules, of the default.
pub(crate) const RESULT: i64 = -1;

/// What the code of a decision gives that the run has to settle.
pub(crate) const UNSETTLED: i64 = -1;

/// Where the rule begins in what code gives, above the handle.
const RULE: u32 = 40;

/// What is added to the handle that the code of a node gives, where a rule made it; none where there are so many rules.
pub(crate) fn made_by(rule: RuleId) -> Option<i64> {
    let above = i64::from(rule.0) + 1;
    (above < 1 << (62 - RULE)).then_some(above << RULE)
}

/// The handle in what the code of a node gives, and the rule that made it.
pub(crate) fn parts(given: i64) -> (Handle, Option<RuleId>) {
    let rule = u32::try_from((given >> RULE) - 1).ok().map(RuleId);
    (given & ((1 << RULE) - 1), rule)
}

/// The tables of a compiled program.
#[derive(Debug)]
pub(crate) struct Tables {
    /// Outcomes with fixed handles: the reserved ones, then what each fact is that a row does not have, then the
    /// constants of the program.
    pub constants: Vec<Outcome>,
    /// How many facts there are.
    pub facts: usize,
    /// Names of facts that legislations declare.
    pub names: Vec<String>,
    /// How the rules of each decision node stand to each other.
    pub plans: Vec<Plan>,
}

/// The rules of one decision node: those of the decision that are not left out, in the order of the text. Rules are
/// known by their position here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The rules.
    pub rules: Vec<RuleId>,
    /// For each rule the positions of those that beat it, ascending.
    pub superiors: Vec<Vec<usize>>,
}

impl Plan {
    /// The plan of a decision without some of its rules.
    pub(crate) fn new(program: &Program, decision: DecisionId, left_out: &[RuleId]) -> Result<Plan, CodegenError> {
        let known = program.decisions.get(decision.0 as usize);
        let decision = known.ok_or_else(|| CodegenError::missing(format!("decision {}", decision.0)))?;
        let rules: Vec<RuleId> = decision.rules.iter().copied().filter(|r| !left_out.contains(r)).collect();
        let positions: BTreeMap<RuleId, usize> = rules.iter().enumerate().map(|(at, r)| (*r, at)).collect();
        let mut superiors = Vec::with_capacity(rules.len());
        for id in &rules {
            let rule = program.rule(*id).ok_or_else(|| CodegenError::missing(format!("rule {}", id.0)))?;
            let mut beaten_by: Vec<usize> = rule.beaten_by.iter().filter_map(|r| positions.get(r).copied()).collect();
            beaten_by.sort_unstable();
            superiors.push(beaten_by);
        }
        Ok(Plan { rules, superiors })
    }

    /// The positions, each after all those that beat it. What beats a rule is beaten by fewer than the rule is,
    /// because the relation is transitive and no rule beats itself.
    pub(crate) fn strongest_first(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.rules.len()).collect();
        order.sort_by_key(|at| self.beaten_by(*at).len());
        order
    }

    /// The positions of the rules that beat the one at a position.
    pub(crate) fn beaten_by(&self, at: usize) -> &[usize] {
        self.superiors.get(at).map_or(&[], Vec::as_slice)
    }
}

/// Tables in the making.
#[derive(Debug)]
pub(crate) struct TableBuilder {
    tables: Tables,
    interned: BTreeMap<String, Handle>,
    named: BTreeMap<String, i64>,
}

impl TableBuilder {
    /// Tables with these facts.
    pub(crate) fn new(facts: &[FactDef]) -> TableBuilder {
        let constants = vec![Outcome::yes_no(false), Outcome::yes_no(true), Outcome::Nothing];
        let tables = Tables { constants, facts: facts.len(), names: Vec::new(), plans: Vec::new() };
        let mut builder = TableBuilder { tables, interned: BTreeMap::new(), named: BTreeMap::new() };
        for (handle, outcome) in (NO..).zip(builder.tables.constants.iter()) {
            builder.interned.insert(key(outcome), handle);
        }
        builder.tables.constants.extend(facts.iter().map(|fact| Outcome::missing(&fact.name)));
        builder
    }

    /// The handle of a constant, the same for the same constant.
    pub(crate) fn constant(&mut self, outcome: &Outcome) -> Handle {
        let next = number(self.tables.constants.len());
        let handle = *self.interned.entry(key(outcome)).or_insert(next);
        if handle == next {
            self.tables.constants.push(outcome.clone());
        }
        handle
    }

    /// The number of a name.
    pub(crate) fn name(&mut self, name: &str) -> i64 {
        let next = number(self.tables.names.len());
        let at = *self.named.entry(name.to_owned()).or_insert(next);
        if at == next {
            self.tables.names.push(name.to_owned());
        }
        at
    }

    /// The number of a plan.
    pub(crate) fn plan(&mut self, plan: Plan) -> i64 {
        self.tables.plans.push(plan);
        number(self.tables.plans.len() - 1)
    }

    pub(crate) fn finish(self) -> Tables {
        self.tables
    }
}

/// What tells constants apart. Equality of outcomes is by meaning and would lose how a fraction was written; their
/// debug form shows everything.
fn key(outcome: &Outcome) -> String {
    format!("{outcome:?}")
}

/// A position as native code holds it.
pub(crate) fn number(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

/// A number from native code as a position; one that is none is beyond every table.
pub(crate) fn position(number: i64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
