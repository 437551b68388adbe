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
    pub fn decision(&mut self, id: DecisionId, left_out: &[RuleId], entry: Value) -> Result<(), CodegenError> {
        let plan = Plan::new(self.low.program, id, left_out)?;
        let decision: Option<&Decision> = self.low.program.decisions.get(id.0 as usize);
        let decision = decision.ok_or_else(|| CodegenError::missing(format!("decision {}", id.0)))?;
        if plan.rules.is_empty() {
            let value = self.default_of(decision)?;
            self.remember(entry, value, None);
            return Ok(());
        }
        let only = match plan.rules[..] {
            [only] => Some((only, self.rule(only)?)),
            _ => None,
        };
        let only = match only {
            Some((id, Rule { condition: None, value, .. })) => {
                let value = self.part(id, Part::Value, *value)?;
                self.remember(entry, value, Some(id));
                return Ok(());
            }
            Some((id, Rule { condition: Some(condition), .. })) => Some((id, *condition)),
            None => None,
        };
        let (values, settle, next) = (self.block_of(2), self.block(), self.block_of(1));
        let conditions = match only {
            Some((id, condition)) => self.condition_of_one(id, condition, values, settle)?,
            None => {
                let asked = self.conditions(&plan)?;
                self.shortcut(&plan, &asked, values, settle);
                asked.conditions
            }
        };

        self.enter_block(settle);
        let known_as = self.low.tables.plan(plan.clone());
        let number_of_plan = self.number(known_as);
        let first = self.build.ins().stack_addr(types::I64, conditions, 0);
        let count = self.number(number(plan.rules.len()));
        let wanted = self.serve(Service::Settle, &[number_of_plan, first, count]);
        self.jump(next, &[wanted]);

        let wanted = self.enter_block_of_one(next);
        let settled = self.block();
        let is_more = self.at_least(wanted, 0);
        let settling = self.number(1);
        let more = [BlockArg::Value(wanted), BlockArg::Value(settling)];
        self.build.ins().brif(is_more, values, &more, settled, &[]);
        self.enter_block(settled);
        let number_of_plan = self.number(known_as);
        let given = self.serve(Service::Settled, &[entry, number_of_plan]);
        self.give(given);

        self.values(&plan, decision, entry, values, next)
    }

    /// A rule of the program.
    fn rule(&self, id: RuleId) -> Result<&'p Rule, CodegenError> {
        self.low.program.rule(id).ok_or_else(|| CodegenError::missing(format!("rule {}", id.0)))
    }

    /// Evaluates the condition of the only rule, and goes to its value, to the default or to `settle`. Gives where the
    /// condition is.
    fn condition_of_one(
        &mut self,
        id: RuleId,
        condition: ExprId,
        values: Block,
        settle: Block,
    ) -> Result<StackSlot, CodegenError> {
        let condition = self.part(id, Part::Condition, condition)?;
        let conditions = self.slot(1);
        self.store(conditions, 0, condition);
        let is_open = self.is_unsettled(condition);
        let plain = self.block();
        self.branch(is_open, settle, plain);
        self.enter_block(plain);
        // The rule stands at 0, the default after it.
        let wanted = self.is_not(condition, YES);
        let wanted = self.truth(wanted);
        let settling = self.number(0);
        self.jump(values, &[wanted, settling]);
        Ok(conditions)
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
        let settling = self.number(0);
        self.jump(values, &[wanted, settling]);
    }

    /// The value of the rule at the position wanted, or the default: the result itself, or one value for settling.
    /// `values` takes the position and whether the decision is being settled, `next` the position wanted next.
    fn values(
        &mut self,
        plan: &Plan,
        decision: &Decision,
        entry: Value,
        values: Block,
        next: Block,
    ) -> Result<(), CodegenError> {
        self.enter_block(values);
        let (wanted, settling) = (self.param(values, 0), self.param(values, 1));
        let cases: Vec<Block> = plan.rules.iter().map(|_| self.block()).collect();
        let otherwise = self.block();
        self.choose_case(wanted, &cases, otherwise);

        let got = self.block_of(2);
        for (case, rule) in cases.iter().zip(&plan.rules) {
            let known = self.rule(*rule)?;
            self.enter_block(*case);
            let value = self.part(*rule, Part::Value, known.value)?;
            let rule = self.number(i64::from(rule.0));
            self.jump(got, &[value, rule]);
        }
        self.enter_block(otherwise);
        let value = self.default_of(decision)?;
        let no_rule = self.number(-1);
        self.jump(got, &[value, no_rule]);

        self.enter_block(got);
        let (value, rule) = (self.param(got, 0), self.param(got, 1));
        let (take, end) = (self.block(), self.block());
        self.branch(settling, take, end);
        self.enter_block(end);
        self.remember_by(entry, value, rule);
        self.enter_block(take);
        let wanted = self.serve(Service::Take, &[value]);
        self.build.ins().jump(next, &[BlockArg::Value(wanted)]);
        Ok(())
    }

    /// Goes to the case of a position; to the default for any other.
    fn choose_case(&mut self, wanted: Value, cases: &[Block], otherwise: Block) {
        if let [only] = cases {
            self.branch(wanted, otherwise, *only);
            return;
        }
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
