//! The function: its loops over rows, 64 at a time, an arm for each member of the column that most depends on, and its
//! results.

use super::data::{Data, Val};
use super::number::parts;
use super::order::{self, Order};
use super::periods::Scanned;
use super::row::{Answered, Beside, Given, Row, missing};
use super::stage::{GROUPS, Here, Kept, ROWS, Stage, holders_of, is_staged};
use super::tag::{DETAIL, RANK, Tag};
use super::word::{Bit, Code, Word};
use crate::CodegenError;
use accord_core::columns::{Cell, Fill, Layout, OutCell, Output, Shape};
use accord_core::{HostFn, Outcome, Value as Constant};
use accord_ir::{DecisionId, ExprKind, Program};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, Block, FuncRef, Function, InstBuilder, MemFlagsData, Signature, StackSlotData, StackSlotKind,
    UserFuncName, Value, types,
};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Switch};
use cranelift_module::{DataDescription, DataId, FuncId, Linkage, Module};

/// A decision with its arguments, and the column it becomes.
pub(super) type Wanted = (DecisionId, Vec<Constant>, Output);

/// The size of a [`accord_core::columns::RawOut`], and where its parts are.
const RAW_OUT: i64 = 48;
const OUT_VALUES: i32 = 0;
const OUT_BELOW: i32 = 8;
const OUT_VALID: i32 = 16;
const OUT_OUTCOME: i32 = 24;
const OUT_DETAIL: i32 = 32;
const OUT_RULES: i32 = 40;

/// What a function is made of.
pub(super) struct Subject<'p> {
    pub program: &'p Program,
    pub layout: &'p Layout,
    pub shape: &'p Shape,
    pub wanted: &'p [Wanted],
    /// Whether it is for a library: it reads no lists of records, which its caller would have to lay out, and takes
    /// little of its caller's stack.
    pub library: bool,
}

/// The column of members that the program's conditions read most, unless it is known: each of its members becomes an
/// arm of its own, in which everything about it is computed while code is made.
fn key(subject: &Subject<'_>) -> Option<usize> {
    let program = subject.program;
    let mut reads = vec![0_usize; subject.layout.columns.len()];
    for expr in &program.exprs {
        let ExprKind::Host(HostFn::Field, operands) = &expr.kind else { continue };
        let [record, position] = operands.as_slice() else { continue };
        let (Some(ExprKind::Fact(fact)), Some(ExprKind::Const(Outcome::Value(Constant::Number(at))))) =
            (program.expr(*record).map(|e| &e.kind), program.expr(*position).map(|e| &e.kind))
        else {
            continue;
        };
        let place = subject.layout.facts.get(fact.0 as usize);
        let Some(accord_core::columns::Place::Record { fields, .. }) = place else { continue };
        let field = usize::try_from(at.value.numer()).ok().and_then(|at| fields.get(at));
        if let Some(accord_core::columns::Place::Column(column)) = field
            && let Some(count) = reads.get_mut(*column)
        {
            *count += 1;
        }
    }
    let columns = subject.layout.columns.iter().zip(reads).enumerate();
    let varies = |at: usize| matches!(subject.shape.fills.get(at), Some(Fill::Dense | Fill::Mixed | Fill::Sparse));
    let members =
        columns.filter(|(at, (column, reads))| matches!(column.cell, Cell::Member(..)) && *reads > 0 && varies(*at));
    members.max_by_key(|(at, (_, reads))| (*reads, usize::MAX - at)).map(|(at, _)| at)
}

/// The members an arm is made for.
fn arms(subject: &Subject<'_>, key: usize) -> Vec<u16> {
    if let Some(members) = subject.shape.members.get(&key) {
        return members.iter().copied().collect();
    }
    let count = match subject.layout.columns.get(key).map(|c| &c.cell) {
        Some(Cell::Member(_, members)) => members.len(),
        _ => 0,
    };
    (0..u16::try_from(count).unwrap_or(0)).collect()
}

/// What decides rows of a member.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Arm {
    /// Of any row.
    Any,
    /// Rows that hold this member in the column of the key.
    Member(usize, u16),
    /// Rows that hold nothing there, or a member that does not occur in the batch.
    Rest(usize),
}

/// The arms of a kernel: for each member of the key, and for all others.
fn arms_of(subject: &Subject<'_>, key: Option<usize>) -> Vec<Arm> {
    match key {
        None => vec![Arm::Any],
        Some(key) => {
            let members = arms(subject, key).into_iter().map(|member| Arm::Member(key, member));
            members.chain([Arm::Rest(key)]).collect()
        }
    }
}

/// What the functions of a kernel have in common.
struct Making<'a, 'p> {
    subject: &'a Subject<'p>,
    module: &'a mut dyn Module,
    beside: &'a mut Beside,
    parts: Option<DataId>,
    order: Option<Order>,
    bits: Vec<((usize, i32), Kept)>,
}

/// Functions with their names.
type Made = Vec<(String, FuncId, Function)>;

/// The functions of a kernel: `(columns, outs, lo, hi)` to 0, which this is the name of, and one for each arm. They share
/// the frame of the first.
pub(super) fn functions(
    subject: &Subject<'_>,
    (id, signature): (FuncId, Signature),
    module: &mut dyn Module,
    beside: &mut Beside,
) -> Result<Made, CodegenError> {
    let key = key(subject);
    let members = order::members(subject, key);
    let nowhere = Value::from_u32(0);
    let here = Here { frame: nowhere, first: nowhere, size: nowhere, at: nowhere, group: None };
    let mut stage = Stage::new(members.is_some(), here);
    let order = members.map(|members| Order::new(&mut stage, members));
    let bits = bits_of(&mut stage, subject);
    let parts = table_of_parts(subject.program, module)?;
    let mut making = Making { subject, module, beside, parts, order, bits };
    let mut made = Made::new();
    let mut arms = Vec::new();
    for (at, arm) in arms_of(subject, key).into_iter().enumerate() {
        let id = making.declared(&format!("arm.{at}"))?;
        // Code for rows that are not usual is large and seldom entered: by itself it is compiled sooner.
        let apart = !matches!(arm, Arm::Rest(_));
        let any = if apart { Some(making.declared(&format!("any.{at}"))?) } else { None };
        let others = apart && is_staged(subject.layout, subject.shape);
        let others = if others { Some(making.declared(&format!("others.{at}"))?) } else { None };
        let usual = (format!("arm.{at}"), id, Part::Usual { any, others });
        let others = others.map(|id| (format!("others.{at}"), id, Part::Others));
        let any = any.map(|id| (format!("any.{at}"), id, Part::Any));
        for (name, id, part) in [Some(usual), others, any].into_iter().flatten() {
            let signature = arm_signature(making.module);
            let mut function = Function::with_name_signature(UserFuncName::user(0, id.as_u32()), signature);
            stage = making.arm(arm, part, &mut function, stage)?;
            made.push((name, id, function));
        }
        arms.push((arm, id));
    }
    let mut rows = Function::with_name_signature(UserFuncName::user(0, id.as_u32()), signature);
    making.rows(&arms, &mut rows, stage)?;
    made.push(("rows".to_owned(), id, rows));
    Ok(made)
}

/// What an arm is given: the frame, the columns, where results go, the first row of the stages, the first row that has a
/// result, the first turn and the one after the last.
fn arm_signature(module: &dyn Module) -> Signature {
    let mut signature = module.make_signature();
    signature.params.extend((0..7).map(|_| AbiParam::new(types::I64)));
    signature
}

impl<'p> Making<'_, 'p> {
    fn code<'f>(&mut self, build: FunctionBuilder<'f>) -> (Code<'f>, Vec<Value>) {
        let parts = self.parts.map(|id| self.module.declare_data_in_func(id, build.func));
        let mut code = Code::new(build);
        code.parts = parts;
        let entry = code.build.create_block();
        code.build.append_block_params_for_function_params(entry);
        code.build.switch_to_block(entry);
        let params = code.build.block_params(entry).to_vec();
        (code, params)
    }

    fn row<'f>(&'f mut self, code: Code<'f>, (cols, at): (Value, Value), stage: Stage) -> Row<'p, 'f> {
        let Subject { program, layout, shape, library, .. } = *self.subject;
        let (beside, module, lists) = (&mut *self.beside, &mut *self.module, !library);
        Row::new(code, Given { program, layout, shape, cols, at, stage, lists, beside, module })
    }

    /// The function of an arm or of a part of it.
    fn declared(&mut self, name: &str) -> Result<FuncId, CodegenError> {
        let signature = arm_signature(self.module);
        Ok(self.module.declare_function(name, Linkage::Local, &signature)?)
    }

    /// An arm, or a part of it: its rows in turn.
    fn arm(&mut self, arm: Arm, part: Part, function: &mut Function, mut stage: Stage) -> Result<Stage, CodegenError> {
        let mut context = FunctionBuilderContext::new();
        let [any, others] = match part {
            Part::Usual { any, others } => [any, others],
            Part::Others | Part::Any => [None, None],
        };
        let [any, others] = [any, others].map(|id| Some(self.module.declare_func_in_func(id?, function)));
        let (mut code, params) = self.code(FunctionBuilder::new(function, &mut context));
        let [frame, cols, outs, first, lo, begin, end] = params[..] else { return Err(missing("a parameter")) };
        let turns = code.turns_from(begin, end);
        let (at, within, group) = match &self.order {
            Some(order) => order.row(&mut code, frame, (first, turns.at)),
            None => (code.build.ins().iadd(first, turns.at), turns.at, None),
        };
        let to = code.build.ins().isub(at, lo);
        let (next, _) = code.block_of(0);
        stage.enter(Here { frame, first, size: end, at: within, group });
        let (config, subject) = (self.module.target_config(), self.subject);
        let elsewhere = Elsewhere { any, others, given: [frame, cols, outs, first, lo], turn: turns.at };
        let results = Results {
            outs,
            to,
            next,
            part,
            elsewhere: Some(elsewhere),
            bits: self.bits.clone(),
            library: subject.library,
        };
        let mut row = self.row(code, (cols, at), stage);
        match arm {
            Arm::Any => results.arm(&mut row, subject, None),
            Arm::Member(key, member) => results.arm(&mut row, subject, Some((key, Some(member)))),
            Arm::Rest(key) => results.rest(&mut row, subject, key),
        }
        row.code.build.switch_to_block(next);
        row.code.turned(&turns);
        let none: [Value; 0] = [];
        row.code.build.ins().return_(&none);
        row.settle_edges();
        let Row { mut code, stage, .. } = row;
        code.build.seal_all_blocks();
        code.build.finalize(config);
        Ok(stage)
    }

    /// The function that is entered: fills a stage or several, and has the arms decide their rows.
    fn rows(&mut self, arms: &[(Arm, FuncId)], function: &mut Function, mut stage: Stage) -> Result<(), CodegenError> {
        let mut context = FunctionBuilderContext::new();
        let arms: Vec<(Arm, FuncRef)> =
            arms.iter().map(|(arm, id)| (*arm, self.module.declare_func_in_func(*id, function))).collect();
        let (mut code, params) = self.code(FunctionBuilder::new(function, &mut context));
        let [cols, outs, lo, hi] = params[..] else { return Err(missing("a parameter")) };
        let slot = code.build.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, 0, 6));
        let frame = code.build.ins().stack_addr(types::I64, slot, 0);
        let (rows, first) = code.block_of(1);
        let [begin, done] = [(); 2].map(|()| code.block_of(0).0);
        code.jump(rows, &[lo]);
        code.build.switch_to_block(rows);
        let [first] = first[..] else { return Err(missing("the row")) };
        let more = code.build.ins().icmp(IntCC::SignedLessThan, first, hi);
        code.build.ins().brif(more, begin, &[], done, &[]);
        code.build.switch_to_block(begin);
        let taken = if self.order.is_some() { ROWS * GROUPS } else { ROWS };
        let left = code.build.ins().isub(hi, first);
        let size = code.smaller(Word::Run(left), Word::Known(taken));
        let size = code.value(size);
        let zero = code.build.ins().iconst(types::I64, 0);
        stage.enter(Here { frame, first, size, at: zero, group: None });
        let (config, order) = (self.module.target_config(), self.order);
        let calls = Calls { arms, given: [frame, cols, outs, first, lo] };
        let library = self.subject.library;
        let (part, bits) = (Part::Any, self.bits.clone());
        let results = Results { outs, to: zero, next: done, part, elsewhere: None, bits, library };
        let mut row = self.row(code, (cols, first), stage);
        match &order {
            Some(order) => {
                order.fill(&mut row, first, size);
                calls.by_member(&mut row, order);
            }
            None => {
                row.fill();
                calls.in_turn(&mut row, size);
            }
        }
        let position = row.code.build.ins().isub(first, lo);
        match &order {
            Some(order) => order.each_stage(&mut row, (first, size), |row, first, size| {
                let position = row.code.build.ins().isub(first, lo);
                results.put_words(row, position, size);
            }),
            None => results.put_words(&mut row, position, size),
        }
        let following = row.code.build.ins().iadd_imm_s(first, taken);
        let Row { mut code, stage, .. } = row;
        code.jump(rows, &[following]);
        code.build.switch_to_block(done);
        let zero = code.build.ins().iconst(types::I64, 0);
        code.build.ins().return_(&[zero]);
        let size = u32::try_from(stage.taken()).map_err(|_| CodegenError::Program("so large a frame".to_owned()))?;
        if let Some(slot) = code.build.func.sized_stack_slots.get_mut(slot) {
            slot.size = size.max(16);
        }
        code.build.seal_all_blocks();
        code.build.finalize(config);
        Ok(())
    }
}

/// Where arms are called.
struct Calls {
    arms: Vec<(Arm, FuncRef)>,
    /// The frame, the columns, where results go, the first row of the stages, the first row that has a result.
    given: [Value; 5],
}

impl Calls {
    fn call(&self, row: &mut Row<'_, '_>, arm: FuncRef, [begin, end]: [Value; 2]) {
        let given = self.given.into_iter().chain([begin, end]).collect::<Vec<Value>>();
        let _ = row.code.build.ins().call(arm, &given);
    }

    fn of(&self, wanted: impl Fn(Arm) -> bool) -> Option<FuncRef> {
        self.arms.iter().find(|(arm, _)| wanted(*arm)).map(|(_, function)| *function)
    }

    /// The arm of a member.
    fn of_member(&self, member: i64) -> Option<FuncRef> {
        let own = self.of(|arm| matches!(arm, Arm::Member(_, of) if i64::from(of) == member));
        own.or_else(|| self.of(|arm| matches!(arm, Arm::Rest(_))))
    }

    /// Of rows in order: of each member those there are.
    fn by_member(&self, row: &mut Row<'_, '_>, order: &Order) {
        let mut from = 0;
        while from <= order.members() {
            let arm = self.of_member(from);
            let to = (from + 1..=order.members()).find(|to| self.of_member(*to) != arm);
            let to = to.unwrap_or(order.members() + 1);
            let turns = order.turns_of(row, (from, to));
            let [begin, end] = turns;
            let some = row.code.test(IntCC::SignedLessThan, Word::Run(begin), Word::Run(end));
            let some = row.code.flag(some);
            let [here, next] = [(); 2].map(|()| row.code.block_of(0).0);
            row.code.build.ins().brif(some, here, &[], next, &[]);
            row.code.build.switch_to_block(here);
            if let Some(arm) = arm {
                self.call(row, arm, turns);
            }
            row.code.jump(next, &[]);
            row.code.build.switch_to_block(next);
            from = to;
        }
    }

    /// Of rows as they come: where there is one arm all at once, else one by one.
    fn in_turn(&self, row: &mut Row<'_, '_>, size: Value) {
        if let Some(arm) = self.of(|arm| arm == Arm::Any) {
            let zero = row.code.build.ins().iconst(types::I64, 0);
            return self.call(row, arm, [zero, size]);
        }
        let Some((rest, key)) = self.arms.iter().find_map(|(arm, function)| match arm {
            Arm::Rest(key) => Some((*function, *key)),
            Arm::Any | Arm::Member(..) => None,
        }) else {
            return;
        };
        let [.., first, _] = self.given;
        let turns = row.code.turns(size);
        let following = row.code.build.ins().iadd_imm_s(turns.at, 1);
        let turn = [turns.at, following];
        let (next, _) = row.code.block_of(0);
        let [there, other] = [(); 2].map(|()| row.code.block_of(0).0);
        row.stage.at_turn(turns.at);
        let some = row.is_column_there(key);
        let some = row.code.flag(some);
        row.code.build.ins().brif(some, there, &[], other, &[]);
        row.code.build.switch_to_block(there);
        let at = row.code.build.ins().iadd(first, turns.at);
        row.at_row(at);
        let member = row.member(key);
        let member = row.code.value(member);
        let mut switch = Switch::new();
        let mut blocks = Vec::new();
        for (arm, function) in &self.arms {
            if let Arm::Member(_, member) = arm {
                let (block, _) = row.code.block_of(0);
                switch.set_entry(u128::from(*member), block);
                blocks.push((*function, block));
            }
        }
        switch.emit(&mut row.code.build, member, other);
        blocks.push((rest, other));
        for (function, block) in blocks {
            row.code.build.switch_to_block(block);
            self.call(row, function, turn);
            row.code.jump(next, &[]);
        }
        row.code.build.switch_to_block(next);
        row.code.turned(&turns);
    }
}

/// The table of [`parts`], where something is rounded.
fn table_of_parts(program: &Program, module: &mut dyn Module) -> Result<Option<DataId>, CodegenError> {
    if !program.exprs.iter().any(|expr| matches!(expr.kind, ExprKind::Host(HostFn::Rounded, _))) {
        return Ok(None);
    }
    let id = module.declare_data("parts", Linkage::Local, false, false)?;
    let mut data = DataDescription::new();
    data.set_align(64);
    data.define(parts().flat_map(u64::to_le_bytes).collect());
    module.define_data(id, &data)?;
    Ok(Some(id))
}

/// Places for the results that are bits, a byte for each row.
fn bits_of(stage: &mut Stage, subject: &Subject<'_>) -> Vec<((usize, i32), Kept)> {
    let mut bits = Vec::new();
    for (at, (_, _, output)) in subject.wanted.iter().enumerate() {
        if output.cell == OutCell::YesNo {
            bits.push(((at, OUT_VALUES), stage.kept(ROWS)));
        }
        bits.push(((at, OUT_VALID), stage.kept(ROWS)));
    }
    bits
}

/// What a function of an arm decides.
#[derive(Clone, Copy)]
enum Part {
    /// Usual rows; others are handed on: those of which the stage folded the record, and any.
    Usual { any: Option<FuncId>, others: Option<FuncId> },
    /// Rows of which the stage folded the record, of all parties.
    Others,
    /// Any row.
    Any,
}

/// The functions for rows that are not usual, and what they are given here.
struct Elsewhere {
    any: Option<FuncRef>,
    others: Option<FuncRef>,
    given: [Value; 5],
    turn: Value,
}

/// Where results go.
struct Results {
    outs: Value,
    /// The position of this row among the results.
    to: Value,
    /// Where the next row begins.
    next: Block,
    /// What is decided here, and where the rest is.
    part: Part,
    elsewhere: Option<Elsewhere>,
    /// Where the results are that are bits, before they are words.
    bits: Vec<((usize, i32), Kept)>,
    library: bool,
}

impl Results {
    /// Rows that hold nothing in the column of the key; those of a member that does not occur are left to others.
    fn rest(&self, row: &mut Row<'_, '_>, subject: &Subject<'_>, key: usize) {
        let there = row.is_column_there(key);
        if there != Bit::Known(true) {
            let [other, null] = [(); 2].map(|()| row.code.block_of(0).0);
            let there = row.code.flag(there);
            row.code.build.ins().brif(there, other, &[], null, &[]);
            row.code.build.switch_to_block(null);
            self.arm(row, subject, Some((key, None)));
            row.code.build.switch_to_block(other);
        }
        for (at, (_, _, output)) in subject.wanted.iter().enumerate() {
            let open = Answered { val: Val::open(), rules: Vec::new() };
            self.write(row, at, output, &open);
        }
        row.code.jump(self.next, &[]);
    }

    /// All results of a row, and on to the next: by code for rows without anything unusual, one for each set of
    /// parties that hold a period where there are few; else by code for any row.
    fn arm(&self, row: &mut Row<'_, '_>, subject: &Subject<'_>, key: Option<(usize, Option<u16>)>) {
        row.arm(key, None, None);
        match self.part {
            Part::Usual { any: Some(_), .. } => {
                let (any, _) = row.code.block_of(0);
                self.usual(row, subject, key, any);
                self.hand_on(row, any, |elsewhere| elsewhere.any);
            }
            Part::Others => {
                let (Some(present), Some(scanned)) = (row.present(), row.record_of_row()) else {
                    return row.code.jump(self.next, &[]);
                };
                let _ = row.holders(present);
                let all = Word::Known((1_i64 << row.parties()) - 1);
                let scanned = Scanned { tag: Tag::value(), staged: true, parties: all, ..scanned };
                row.arm(key, None, Some(scanned));
                self.results(row, subject);
            }
            Part::Usual { any: None, .. } | Part::Any => self.results(row, subject),
        }
    }

    /// In this block the row is decided by a function for rows that are not usual.
    fn hand_on(&self, row: &mut Row<'_, '_>, block: Block, to: impl Fn(&Elsewhere) -> Option<FuncRef>) {
        row.code.build.set_cold_block(block);
        row.code.build.switch_to_block(block);
        if let Some((elsewhere, function)) = self.elsewhere.as_ref().and_then(|e| Some((e, to(e)?))) {
            let following = row.code.build.ins().iadd_imm_s(elsewhere.turn, 1);
            let given: Vec<Value> = elsewhere.given.into_iter().chain([elsewhere.turn, following]).collect();
            let _ = row.code.build.ins().call(function, &given);
        }
        row.code.jump(self.next, &[]);
    }

    /// The code for rows without anything unusual.
    fn usual(&self, row: &mut Row<'_, '_>, subject: &Subject<'_>, key: Option<(usize, Option<u16>)>, any: Block) {
        row.code.bail = Some(any);
        if let Some(present) = row.present() {
            return self.staged(row, subject, key, (present, any));
        }
        let Some(scanned) = row.scanned() else {
            row.arm(key, Some(any), None);
            row.guard();
            return self.results(row, subject);
        };
        let fine = row.code.is_value(scanned.tag);
        let unusual = row.code.not(fine);
        row.code.bail_if(unusual);
        let scanned = Scanned { tag: Tag::value(), ..scanned };
        row.arm(key, Some(any), Some(scanned));
        row.guard();
        self.results(row, subject);
    }

    /// The code for rows whose records the stage folded, for each set of parties that hold a period: for rows without
    /// anything unusual, and, of all parties, for others. Those of fewer are few, and go on to the code for any row.
    fn staged(
        &self,
        row: &mut Row<'_, '_>,
        subject: &Subject<'_>,
        key: Option<(usize, Option<u16>)>,
        (present, any): (Word, Block),
    ) {
        let Some(scanned) = row.record_of_row() else {
            row.code.jump(any, &[]);
            return;
        };
        let missing = row.code.is_unsettled(scanned.tag);
        row.code.bail_if(missing);
        let holders = row.holders(present);
        let mut blocks = Vec::new();
        // Most rows are of all parties.
        for mask in (1..1_i64 << row.parties()).rev() {
            let (block, _) = row.code.block_of(0);
            let (next, _) = row.code.block_of(0);
            let here = row.code.test(IntCC::Equal, holders, Word::Known(holders_of(mask)));
            let here = row.code.flag(here);
            row.code.build.ins().brif(here, block, &[], next, &[]);
            row.code.build.switch_to_block(next);
            blocks.push((mask, block));
        }
        row.code.jump(any, &[]);
        let all = (1_i64 << row.parties()) - 1;
        for (mask, block) in blocks {
            let unusual = if mask == all { row.code.block_of(0).0 } else { any };
            let scanned = Scanned { tag: Tag::value(), staged: true, parties: Word::Known(mask), ..scanned };
            row.code.build.switch_to_block(block);
            row.arm(key, Some(unusual), Some(scanned));
            row.guard();
            self.results(row, subject);
            if mask == all {
                self.hand_on(row, unusual, |elsewhere| elsewhere.others);
            }
        }
    }

    /// All results of a row, and on to the next. They are written when all are known, as a row may go on elsewhere
    /// before.
    fn results(&self, row: &mut Row<'_, '_>, subject: &Subject<'_>) {
        let mut all = Vec::new();
        for (decision, args, _) in subject.wanted {
            let node = subject.program.decisions.get(decision.0 as usize).map(|d| d.node);
            let args: Vec<Val> = args
                .iter()
                .map(|value| {
                    let data = row.constant(value);
                    Val::new(Tag::value(), data)
                })
                .collect();
            all.push(match node {
                Some(node) => row.ask(node, &args),
                None => Answered { val: Val::open(), rules: Vec::new() },
            });
        }
        for (at, ((_, _, output), answered)) in subject.wanted.iter().zip(&all).enumerate() {
            self.write(row, at, output, answered);
        }
        row.code.jump(self.next, &[]);
    }

    fn pointer(&self, row: &mut Row<'_, '_>, output: usize, part: i32) -> Value {
        let offset = i32::try_from(output).unwrap_or(0) * i32::try_from(RAW_OUT).unwrap_or(48) + part;
        row.code.build.ins().load(types::I64, super::word::constant_memory(), self.outs, offset)
    }

    fn put(&self, row: &mut Row<'_, '_>, (output, part): (usize, i32), word: Word, size: i64) {
        let base = self.pointer(row, output, part);
        let address = row.code.element(base, Word::Run(self.to), size);
        let value = row.code.value(word);
        let narrow = match size {
            1 => row.code.build.ins().ireduce(types::I8, value),
            2 => row.code.build.ins().ireduce(types::I16, value),
            4 => row.code.build.ins().ireduce(types::I32, value),
            _ => value,
        };
        row.code.build.ins().store(MemFlagsData::trusted(), narrow, address, 0);
    }

    /// Keeps a bit until all of a word are known.
    fn put_bit(&self, row: &mut Row<'_, '_>, place: (usize, i32), bit: Bit) {
        let Some((_, bytes)) = self.bits.iter().find(|(of, _)| *of == place) else { return };
        let base = row.kept_place(*bytes, ROWS);
        let address = row.code.build.ins().iadd(base, row.stage.position());
        let bit = row.code.flag(bit);
        row.code.build.ins().store(MemFlagsData::trusted(), bit, address, 0);
    }

    /// Makes words of the bits of all rows: so many, the first at this position among the results.
    fn put_words(&self, row: &mut Row<'_, '_>, position: Value, size: Value) {
        const EACH: i64 = 16;
        let all = row.code.build.ins().iconst(types::I64, -1);
        let every = row.code.build.ins().iconst(types::I64, ROWS);
        let beyond = row.code.build.ins().isub(every, size);
        let rows = row.code.build.ins().ushr(all, beyond);
        let byte = row.code.build.ins().ushr_imm_u(position, 3);
        let zero = row.code.build.ins().iconst(types::I8, 0);
        let zero = row.code.build.ins().splat(types::I8X16, zero);
        for ((output, part), bytes) in &self.bits {
            let mut word = row.code.build.ins().iconst(types::I64, 0);
            let base = row.kept_place(*bytes, ROWS);
            for at in 0..ROWS / EACH {
                let offset = i32::try_from(at * EACH).unwrap_or(0);
                let some = row.code.build.ins().load(types::I8X16, MemFlagsData::trusted(), base, offset);
                let set = row.code.build.ins().icmp(IntCC::NotEqual, some, zero);
                let bits = row.code.build.ins().vhigh_bits(types::I32, set);
                let bits = row.code.build.ins().uextend(types::I64, bits);
                let bits = row.code.build.ins().ishl_imm_u(bits, at * EACH);
                word = row.code.build.ins().bor(word, bits);
            }
            let word = row.code.build.ins().band(word, rows);
            let base = self.pointer(row, *output, *part);
            let address = row.code.build.ins().iadd(base, byte);
            row.code.build.ins().store(MemFlagsData::trusted(), word, address, 0);
        }
    }

    fn write(&self, row: &mut Row<'_, '_>, at: usize, output: &Output, answered: &Answered) {
        let (tag, values, below) = fitted(row, &output.cell, &answered.val);
        let is_value = row.code.is_value(tag);
        let values = row.code.select(is_value, values, Word::Known(0));
        match output.cell {
            OutCell::YesNo => {
                let yes = row.code.test(IntCC::NotEqual, values, Word::Known(0));
                self.put_bit(row, (at, OUT_VALUES), yes);
            }
            _ => self.put(row, (at, OUT_VALUES), values, size_of(&output.cell)),
        }
        if output.cell == OutCell::Fraction {
            let below = row.code.select(is_value, below, Word::Known(0));
            self.put(row, (at, OUT_BELOW), below, 8);
        }
        self.put_bit(row, (at, OUT_VALID), is_value);
        let rank = match tag.is_nothing() {
            Some(nothing) => row.code.word_of(nothing),
            None => {
                let word = row.code.number_of(tag);
                row.code.shr(word, RANK)
            }
        };
        self.put(row, (at, OUT_OUTCOME), rank, 1);
        let detail = detail(row, tag);
        self.put(row, (at, OUT_DETAIL), detail, 8);
        // Where nobody wants to know the rules, they have no place.
        if output.rules.is_empty() && !self.library {
            return;
        }
        let mut rules = Word::Known(0);
        for (rule, applies) in &answered.rules {
            let Some(bit) = output.rules.iter().position(|r| r == rule) else { continue };
            let one = row.code.select(
                *applies,
                Word::Known(1_i64.wrapping_shl(u32::try_from(bit).unwrap_or(0))),
                Word::Known(0),
            );
            rules = row.code.bor(rules, one);
        }
        self.put(row, (at, OUT_RULES), rules, 8);
    }
}

/// What is said of an outcome beside its rank.
fn detail(row: &mut Row<'_, '_>, tag: Tag) -> Word {
    if tag.is_nothing().is_some() {
        return Word::Known(0);
    }
    let word = row.code.number_of(tag);
    let below = row.code.band(word, Word::Known((1 << 56) - 1));
    if !tag.may(6) {
        return below;
    }
    let rank = row.code.shr(word, RANK);
    let is_fault = row.code.test(IntCC::Equal, rank, Word::Known(6));
    let turned = row.code.bxor(below, Word::Known(DETAIL));
    row.code.select(is_fault, turned, below)
}

fn size_of(cell: &OutCell) -> i64 {
    match cell {
        OutCell::YesNo | OutCell::Member(..) => 1,
        OutCell::Country => 2,
        OutCell::Date => 4,
        OutCell::Money(_) | OutCell::Fraction | OutCell::Countries => 8,
    }
}

/// The words of a value as a column holds it.
fn fitted(row: &mut Row<'_, '_>, cell: &OutCell, val: &Val) -> (Tag, Word, Word) {
    let zero = Word::Known(0);
    if val.tag.never_value() {
        return (val.tag, zero, zero);
    }
    let found = match (cell, &val.data) {
        (OutCell::YesNo, Data::YesNo(yes)) => Some((row.code.word_of(*yes), zero)),
        (OutCell::Money(currency), Data::Amount(of, exact)) if currency == of && exact.is_whole() => {
            Some((exact.above, zero))
        }
        (OutCell::Fraction, Data::Number(_, Some((above, below)))) if above.is_whole() && below.is_whole() => {
            Some((above.above, below.above))
        }
        (OutCell::Fraction, Data::Number(value, None)) if value.is_whole() => Some((value.above, zero)),
        (OutCell::Date, Data::Date(day)) => Some((*day, zero)),
        (OutCell::Country, Data::Country(code)) => Some((*code, zero)),
        (OutCell::Member(id, _), Data::Member(of, at)) if id == of => Some((*at, zero)),
        (OutCell::Countries, Data::Parties(mask)) => Some((*mask, zero)),
        _ => None,
    };
    match found {
        Some((values, below)) => (val.tag, values, below),
        None => {
            let is_value = row.code.is_value(val.tag);
            (row.code.select_tag(is_value, Tag::open(), val.tag), zero, zero)
        }
    }
}
