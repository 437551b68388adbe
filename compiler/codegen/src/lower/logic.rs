//! And, or, not, if.

use super::function::Function;
use crate::CodegenError;
use crate::abi::Service;
use crate::tables::{NO, NOTHING, OTHER, YES};
use accord_ir::{ExprId, ExprKind};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, Value};

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    /// No decides, yes is neutral.
    And,
    /// Yes decides, no is neutral.
    Or,
}

impl Joint {
    pub fn decides(self) -> i64 {
        match self {
            Joint::And => NO,
            Joint::Or => YES,
        }
    }

    pub fn neutral(self) -> i64 {
        match self {
            Joint::And => YES,
            Joint::Or => NO,
        }
    }
}

impl Function<'_, '_, '_, '_> {
    /// A chain of `and` or of `or`, taken as one: the operator is associative and commutative.
    pub fn chain(&mut self, id: ExprId) -> Result<Value, CodegenError> {
        let (joint, operands) = self.operands(id)?;
        let done = self.block_of(1);
        let mut so_far = self.number(joint.neutral());
        for (at, operand) in operands.iter().enumerate() {
            let operand = self.expr(*operand)?;
            let decides = self.is(operand, joint.decides());
            self.leave_if(decides, done, operand);
            so_far = if at == 0 { operand } else { self.undecided(joint, so_far, operand) };
        }
        self.jump(done, &[so_far]);
        Ok(self.enter_block_of_one(done))
    }

    /// The operands of a chain, in the order of the text.
    fn operands(&self, id: ExprId) -> Result<(Joint, Vec<ExprId>), CodegenError> {
        let joint = if matches!(self.kind(id)?, ExprKind::And(..)) { Joint::And } else { Joint::Or };
        let (mut operands, mut pending) = (Vec::new(), vec![id]);
        while let Some(next) = pending.pop() {
            match (joint, self.kind(next)?) {
                (Joint::And, ExprKind::And(a, b)) | (Joint::Or, ExprKind::Or(a, b)) => pending.extend([*b, *a]),
                _ => operands.push(next),
            }
        }
        Ok((joint, operands))
    }

    /// Two outcomes joined of which neither decides: the one that is not neutral, the worse if both are not.
    pub fn undecided(&mut self, joint: Joint, a: Value, b: Value) -> Value {
        let neutral = self.number(joint.neutral());
        self.serve(Service::Joined, &[neutral, a, b])
    }

    /// Not: yes and no change places, nothing is yes, the rest stays.
    pub fn not(&mut self, operand: Value) -> Value {
        let turned = self.build.ins().bxor_imm_s(operand, YES);
        let is_truth = self.build.ins().icmp_imm_s(IntCC::SignedLessThan, operand, NOTHING);
        let settled = self.build.ins().select(is_truth, turned, operand);
        let is_nothing = self.is(operand, NOTHING);
        let yes = self.number(YES);
        self.build.ins().select(is_nothing, yes, settled)
    }

    /// If. An `else if` continues in the same loop, so that a table of any length needs no depth.
    pub fn choose(&mut self, id: ExprId) -> Result<Value, CodegenError> {
        let done = self.block_of(1);
        let mut at = id;
        while let ExprKind::If(condition, then, otherwise) = self.kind(at)? {
            self.at(at);
            let condition = self.expr(*condition)?;
            let (yes, no) = (self.block(), self.block());
            self.fork(condition, yes, no, done);
            self.enter_block(yes);
            let value = self.expr(*then)?;
            self.jump(done, &[value]);
            self.enter_block(no);
            at = *otherwise;
        }
        let value = self.expr(at)?;
        self.jump(done, &[value]);
        Ok(self.enter_block_of_one(done))
    }

    /// Goes to `yes`, or to `no` for no and nothing, or to `unsettled` with the condition itself.
    pub fn fork(&mut self, condition: Value, yes: Block, no: Block, unsettled: Block) {
        let not_yes = self.block();
        let is_yes = self.is(condition, YES);
        self.branch(is_yes, yes, not_yes);
        self.enter_block(not_yes);
        let is_no = self.build.ins().icmp_imm_s(IntCC::SignedLessThan, condition, OTHER);
        self.build.ins().brif(is_no, no, &[], unsettled, &[BlockArg::Value(condition)]);
    }
}
