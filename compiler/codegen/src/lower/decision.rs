//! Decisions: conditions first, stronger rules before weaker ones, then the value of the rule that stands.
//!
//! One bit a rule says whether it surely applies, in as many words as there are rules for, so whether a rule is
//! beaten is a test of bits. As a rule that a surely applying one beats is not even asked, the bits are the survivors
//! when nothing is unsettled. At most one of them is settled here; anything else goes to `crate::settle`, which asks
//! for the values it needs one by one.

use super::Part;
use super::function::Function;
use crate::CodegenError;
use crate::abi::Service;
use crate::tables::{NO, Plan, YES, number};
use accord_core::{Outcome, RuleId};
use accord_ir::{Decision, DecisionId, ExprId, Rule};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockArg, BlockCall, InstBuilder, JumpTableData, StackSlot, Value, types};

/// Rules in one word.
const WORD: usize = 64;

/// What is known of the rules asked so far.
struct Asked {
    /// Which rules surely apply, a bit each.
    applying: Vec<Value>,
    /// Not zero if any rule is unsettled.
    unsettled: Value,
    /// The outcome of each condition, by position.
    conditions: StackSlot,
}

impl<'p> Function<'_, '_, 'p, '_> {
    /// The body of a decision node.
    pub fn decision(&mut self, id: DecisionId, left_out: &[RuleId], wanted: Value) -> Result<(), CodegenError> {
        let plan = Plan::new(self.low.program, id, left_out)?;
        let decision: Option<&Decision> = self.low.program.decisions.get(id.0 as usize);
        let decision = decision.ok_or_else(|| CodegenError::missing(format!("decision {}", id.0)))?;
        if plan.rules.is_empty() {
            let value = self.default_of(decision)?;
            self.give(value);
            return Ok(());
        }
        if let [only] = plan.rules[..] {
            let rule = self.rule(only)?;
            return match rule.condition {
                Some(condition) => self.one_rule(&plan, decision, (only, condition, rule.value), wanted),
                None => {
                    let value = self.part(only, Part::Value, rule.value)?;
                    self.give_by(only, value)
                }
            };
        }
        let (values, settle, asked) = (self.block_of(1), self.block(), self.block());
        let is_value = self.at_least(wanted, 0);
        self.build.ins().brif(is_value, values, &[BlockArg::Value(wanted)], asked, &[]);
        self.enter_block(asked);
        let asked = self.conditions(&plan)?;
        self.shortcut(&plan, &asked, values, settle);

        self.enter_block(settle);
        let count = self.number(number(plan.rules.len()));
        let known_as = self.low.tables.plan(plan.clone());
        let known_as = self.number(known_as);
        let first = self.build.ins().stack_addr(types::I64, asked.conditions, 0);
        let unsettled = self.serve(Service::Settle, &[known_as, first, count]);
        self.give(unsettled);

        let wanted = self.enter_block_of_one(values);
        self.values(&plan, decision, wanted)
    }

    /// A decision of one rule, of this condition and value: the same with less code.
    fn one_rule(
        &mut self,
        plan: &Plan,
        decision: &Decision,
        (id, condition, value): (RuleId, ExprId, ExprId),
        wanted: Value,
    ) -> Result<(), CodegenError> {
        let (asked, not_asked, plain, settle) = (self.block(), self.block(), self.block(), self.block());
        let (case, otherwise) = (self.block(), self.block());
        let is_value = self.at_least(wanted, 0);
        self.branch(is_value, not_asked, asked);
        self.enter_block(not_asked);
        self.branch(wanted, otherwise, case);

        self.enter_block(asked);
        let condition = self.part(id, Part::Condition, condition)?;
        let is_open = self.is_unsettled(condition);
        self.branch(is_open, settle, plain);
        self.enter_block(plain);
        let applies = self.is(condition, YES);
        self.branch(applies, case, otherwise);
        self.enter_block(settle);
        let known_as = self.low.tables.plan(plan.clone());
        let known_as = self.number(known_as);
        let unsettled = self.serve(Service::SettleOne, &[known_as, condition]);
        self.give(unsettled);

        self.enter_block(case);
        let value = self.part(id, Part::Value, value)?;
        self.give_by(id, value)?;
        self.enter_block(otherwise);
        let value = self.default_of(decision)?;
        self.give(value);
        Ok(())
    }

    /// A rule of the program.
    fn rule(&self, id: RuleId) -> Result<&'p Rule, CodegenError> {
        self.low.program.rule(id).ok_or_else(|| CodegenError::missing(format!("rule {}", id.0)))
    }

    /// Evaluates the conditions, stronger rules first.
    fn conditions(&mut self, plan: &Plan) -> Result<Asked, CodegenError> {
        let words = plan.rules.len().div_ceil(WORD);
        let zero = self.number(0);
        let conditions = self.slot(plan.rules.len());
        let mut asked = Asked { applying: vec![zero; words], unsettled: zero, conditions };
        for at in plan.strongest_first() {
            self.condition(plan, at, &mut asked)?;
        }
        Ok(asked)
    }

    /// Evaluates the condition of the rule at a position, unless the rule is beaten.
    fn condition(&mut self, plan: &Plan, at: usize, asked: &mut Asked) -> Result<(), CodegenError> {
        let id = plan.rules.get(at).copied().ok_or_else(|| CodegenError::missing(format!("the rule at {at}")))?;
        let rule = self.rule(id)?;
        let word = at / WORD;
        let Some(before) = asked.applying.get(word).copied() else { return Ok(()) };
        let done = self.block_of(2);
        if let Some(beaten) = self.beaten(plan.beaten_by(at), &asked.applying) {
            let (out, ask) = (self.block(), self.block());
            self.branch(beaten, out, ask);
            self.enter_block(out);
            let no = self.number(NO);
            self.store(asked.conditions, at, no);
            self.jump(done, &[before, asked.unsettled]);
            self.enter_block(ask);
        }
        let condition = match rule.condition {
            Some(condition) => self.part(id, Part::Condition, condition)?,
            None => self.number(YES),
        };
        self.store(asked.conditions, at, condition);
        let applies = self.is(condition, YES);
        let applies = self.truth(applies);
        let bit = self.build.ins().ishl_imm_u(applies, number(at % WORD));
        let applying = self.build.ins().bor(before, bit);
        let open = self.is_unsettled(condition);
        let open = self.truth(open);
        let unsettled = self.build.ins().bor(asked.unsettled, open);
        self.jump(done, &[applying, unsettled]);
        self.enter_block(done);
        asked.unsettled = self.param(done, 1);
        let applying = self.param(done, 0);
        if let Some(slot) = asked.applying.get_mut(word) {
            *slot = applying;
        }
        Ok(())
    }

    /// Whether any of the superiors surely applies; `None` without superiors.
    fn beaten(&mut self, superiors: &[usize], applying: &[Value]) -> Option<Value> {
        let mut beaten: Option<Value> = None;
        for (word, bits) in applying.iter().enumerate() {
            let mine = superiors.iter().filter(|s| **s / WORD == word);
            let mask = mine.fold(0_u64, |mask, s| mask | 1 << (s % WORD));
            if mask != 0 {
                let here = self.build.ins().band_imm_s(*bits, mask.cast_signed());
                beaten = Some(match beaten {
                    Some(others) => self.build.ins().bor(others, here),
                    None => here,
                });
            }
        }
        beaten
    }

    /// Where nothing is unsettled and at most one rule survives: straight to its value, or to the default. Else, and
    /// where there are more rules than bits in a word, to `settle`.
    fn shortcut(&mut self, plan: &Plan, asked: &Asked, values: Block, settle: Block) {
        let [applying] = asked.applying[..] else {
            self.jump(settle, &[]);
            return;
        };
        let less = self.build.ins().iadd_imm_s(applying, -1);
        let second = self.build.ins().band(applying, less);
        let undecided = self.build.ins().bor(second, asked.unsettled);
        let plain = self.block();
        self.branch(undecided, settle, plain);
        self.enter_block(plain);
        let first = self.build.ins().ctz(applying);
        let default = self.number(number(plan.rules.len()));
        let none = self.build.ins().icmp_imm_s(IntCC::Equal, applying, 0);
        let wanted = self.build.ins().select(none, default, first);
        self.jump(values, &[wanted]);
    }

    /// The value of the rule at the position wanted, or the default.
    fn values(&mut self, plan: &Plan, decision: &Decision, wanted: Value) -> Result<(), CodegenError> {
        let cases: Vec<Block> = plan.rules.iter().map(|_| self.block()).collect();
        let otherwise = self.block();
        self.choose_case(wanted, &cases, otherwise);
        for (case, id) in cases.iter().zip(&plan.rules) {
            let rule = self.rule(*id)?;
            self.enter_block(*case);
            let value = self.part(*id, Part::Value, rule.value)?;
            self.give_by(*id, value)?;
        }
        self.enter_block(otherwise);
        let value = self.default_of(decision)?;
        self.give(value);
        Ok(())
    }

    /// Goes to the case of a position; to the default for any other.
    fn choose_case(&mut self, wanted: Value, cases: &[Block], otherwise: Block) {
        let wanted = self.build.ins().ireduce(types::I32, wanted);
        let pool = &mut self.build.func.dfg.value_lists;
        let calls: Vec<BlockCall> = cases.iter().map(|case| BlockCall::new(*case, [], pool)).collect();
        let table = JumpTableData::new(BlockCall::new(otherwise, [], pool), &calls);
        let table = self.build.create_jump_table(table);
        self.build.ins().br_table(wanted, table);
    }

    /// The default of a decision, or the gap it leaves.
    fn default_of(&mut self, decision: &Decision) -> Result<Value, CodegenError> {
        match decision.default {
            Some(default) => self.expr(default),
            None => {
                let name = std::sync::Arc::from(decision.name.as_str());
                let handle = self.low.tables.constant(&Outcome::Gap(std::collections::BTreeSet::from([name])));
                Ok(self.number(handle))
            }
        }
    }
}
