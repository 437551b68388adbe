//! The function: its loop over rows, an arm for each member of the column that most depends on, and its results.

use super::data::{Data, Val};
use super::periods::Scanned;
use super::row::{Answered, Beside, Given, Row, missing};
use super::tag::{DETAIL, RANK, Tag};
use super::word::{Bit, Code, Slots, Word};
use crate::CodegenError;
use accord_core::columns::{Cell, Fill, Layout, OutCell, Output, Shape};
use accord_core::{HostFn, Outcome, Value as Constant};
use accord_ir::{DecisionId, ExprKind, Program};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, Value, types};
use cranelift_frontend::{FunctionBuilder, Switch};
use cranelift_module::Module;

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
    let members = columns.filter(|(_, (column, reads))| matches!(column.cell, Cell::Member(..)) && *reads > 0);
    let (column, _) = members.max_by_key(|(at, (_, reads))| (*reads, usize::MAX - at))?;
    matches!(subject.shape.fills.get(column), Some(Fill::Dense | Fill::Mixed | Fill::Sparse)).then_some(column)
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

/// The body of the function: `(columns, outs, lo, hi)` to 0.
pub(super) fn function(
    subject: &Subject<'_>,
    build: FunctionBuilder<'_>,
    module: &mut dyn Module,
    beside: &mut Beside,
) -> Result<(), CodegenError> {
    let config = module.target_config();
    let mut code = Code { build, bail: None, slots: Slots::default() };
    let entry = code.build.create_block();
    code.build.append_block_params_for_function_params(entry);
    code.build.switch_to_block(entry);
    let params = code.build.block_params(entry).to_vec();
    let [cols, outs, lo, hi] = params[..] else { return Err(missing("a parameter")) };
    let (head, at) = code.block_of(1);
    let (body, _) = code.block_of(0);
    let (next, _) = code.block_of(0);
    let (done, _) = code.block_of(0);
    code.jump(head, &[lo]);
    code.build.switch_to_block(head);
    let [at] = at[..] else { return Err(missing("the row")) };
    let more = code.build.ins().icmp(IntCC::SignedLessThan, at, hi);
    code.build.ins().brif(more, body, &[], done, &[]);
    code.build.switch_to_block(body);
    let to = code.build.ins().isub(at, lo);
    let results = Results { outs, to, next };
    let Subject { program, layout, shape, .. } = *subject;
    let mut row = Row::new(code, Given { program, layout, shape, cols, at, beside, module });
    match key(subject) {
        None => results.arm(&mut row, subject, None),
        Some(key) => results.arms(&mut row, subject, key),
    }
    let mut code = row.code;
    code.build.switch_to_block(next);
    let following = code.build.ins().iadd_imm_s(at, 1);
    code.jump(head, &[following]);
    code.build.switch_to_block(done);
    let zero = code.build.ins().iconst(types::I64, 0);
    code.build.ins().return_(&[zero]);
    code.build.seal_all_blocks();
    code.build.finalize(config);
    Ok(())
}

/// Where results go.
struct Results {
    outs: Value,
    /// The position of this row among the results.
    to: Value,
    /// Where the next row begins.
    next: Block,
}

impl Results {
    /// An arm for each member of a column.
    fn arms(&self, row: &mut Row<'_, '_>, subject: &Subject<'_>, key: usize) {
        let there = row.is_column_there(key);
        let (some, _) = row.code.block_of(0);
        let (null, _) = row.code.block_of(0);
        let there = row.code.flag(there);
        row.code.build.ins().brif(there, some, &[], null, &[]);
        row.code.build.switch_to_block(some);
        let member = row.member(key);
        let member = row.code.value(member);
        let mut switch = Switch::new();
        let mut blocks = Vec::new();
        for arm in arms(subject, key) {
            let (block, _) = row.code.block_of(0);
            switch.set_entry(u128::from(arm), block);
            blocks.push((arm, block));
        }
        let (other, _) = row.code.block_of(0);
        switch.emit(&mut row.code.build, member, other);
        for (arm, block) in blocks {
            row.code.build.switch_to_block(block);
            self.arm(row, subject, Some((key, Some(arm))));
        }
        row.code.build.switch_to_block(null);
        self.arm(row, subject, Some((key, None)));
        row.code.build.switch_to_block(other);
        for at in 0..subject.wanted.len() {
            let open = Answered { val: Val::open(), rules: Vec::new() };
            if let Some((_, _, output)) = subject.wanted.get(at) {
                self.write(row, at, output, &open);
            }
        }
        row.code.jump(self.next, &[]);
    }

    /// All results of a row, and on to the next: by code for rows without anything unusual, one for each set of
    /// parties that hold a period where there are few; else by code for any row.
    fn arm(&self, row: &mut Row<'_, '_>, subject: &Subject<'_>, key: Option<(usize, Option<u16>)>) {
        row.arm(key, None, None);
        let (any, _) = row.code.block_of(0);
        let usual = key.is_none_or(|(_, member)| member.is_some());
        if usual {
            self.usual(row, subject, key, any);
        } else {
            row.code.jump(any, &[]);
        }
        row.code.build.switch_to_block(any);
        row.arm(key, None, None);
        self.results(row, subject);
    }

    /// The code for rows without anything unusual.
    fn usual(&self, row: &mut Row<'_, '_>, subject: &Subject<'_>, key: Option<(usize, Option<u16>)>, any: Block) {
        const FEW: usize = 3;
        let Some(scanned) = row.scanned() else {
            row.arm(key, Some(any), None);
            self.results(row, subject);
            return;
        };
        let fine = row.code.is_value(scanned.tag);
        let unusual = row.code.not(fine);
        row.code.bail = Some(any);
        row.code.bail_if(unusual);
        let scanned = Scanned { tag: Tag::value(), ..scanned };
        if row.parties() > FEW {
            row.arm(key, Some(any), Some(scanned));
            self.results(row, subject);
            return;
        }
        let mut switch = Switch::new();
        let mut blocks = Vec::new();
        for mask in 1..1_i64 << row.parties() {
            let (block, _) = row.code.block_of(0);
            switch.set_entry(u128::try_from(mask).unwrap_or(0), block);
            blocks.push((mask, block));
        }
        let parties = row.code.value(scanned.parties);
        switch.emit(&mut row.code.build, parties, any);
        for (mask, block) in blocks {
            // Rows of these parties with something unusual have code of their own.
            let (unusual, _) = row.code.block_of(0);
            let scanned = Scanned { parties: Word::Known(mask), ..scanned };
            row.code.build.switch_to_block(block);
            row.arm(key, Some(unusual), Some(scanned));
            self.results(row, subject);
            row.code.build.switch_to_block(unusual);
            row.arm(key, None, Some(scanned));
            self.results(row, subject);
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

    /// Sets a bit of a bitmap; the first of a word clears the others.
    fn put_bit(&self, row: &mut Row<'_, '_>, place: (usize, i32), bit: Bit) {
        let base = self.pointer(row, place.0, place.1);
        let to = Word::Run(self.to);
        let word = row.code.shr(to, 6);
        let address = row.code.element(base, word, 8);
        let old = Word::Run(row.code.build.ins().load(types::I64, MemFlagsData::trusted(), address, 0));
        let within = row.code.band(to, Word::Known(63));
        let first = row.code.test(IntCC::Equal, within, Word::Known(0));
        let old = row.code.select(first, Word::Known(0), old);
        let bit = row.code.word_of(bit);
        let bit = row.code.shl(bit, within);
        let new = row.code.bor(old, bit);
        let new = row.code.value(new);
        row.code.build.ins().store(MemFlagsData::trusted(), new, address, 0);
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
        let rank = row.code.shr(tag.word, RANK);
        self.put(row, (at, OUT_OUTCOME), rank, 1);
        let detail = detail(row, tag);
        self.put(row, (at, OUT_DETAIL), detail, 8);
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
    let below = row.code.band(tag.word, Word::Known((1 << 56) - 1));
    if !tag.may(6) {
        return below;
    }
    let rank = row.code.shr(tag.word, RANK);
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
