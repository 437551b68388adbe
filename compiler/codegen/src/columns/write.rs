//! The function: its loops over rows, 64 at a time, an arm for each member of the column that most depends on, and its
//! results.

use super::data::{Data, Val};
use super::number::parts;
use super::order::Order;
use super::periods::Scanned;
use super::row::{Answered, Beside, Given, Row, missing};
use super::stage::{GROUPS, ROWS, Stage, holders_of};
use super::tag::{DETAIL, RANK, Tag};
use super::word::{Bit, Code, Word};
use crate::CodegenError;
use accord_core::columns::{Cell, Fill, Layout, OutCell, Output, Shape};
use accord_core::{HostFn, Outcome, Value as Constant};
use accord_ir::{DecisionId, ExprKind, Program};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, Function, GlobalValue, InstBuilder, MemFlagsData, StackSlot, Value, types};
use cranelift_frontend::{FunctionBuilder, Switch};
use cranelift_module::{DataDescription, Linkage, Module};

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
    let parts = table_of_parts(subject.program, module, build.func)?;
    let mut code = Code::new(build);
    code.parts = parts;
    let entry = code.build.create_block();
    code.build.append_block_params_for_function_params(entry);
    code.build.switch_to_block(entry);
    let params = code.build.block_params(entry).to_vec();
    let [cols, outs, lo, hi] = params[..] else { return Err(missing("a parameter")) };
    let (rows, first) = code.block_of(1);
    let [begin, fill, body, next, finish, done] = [(); 6].map(|()| code.block_of(0).0);
    let (head, turn) = code.block_of(1);
    code.jump(rows, &[lo]);
    code.build.switch_to_block(rows);
    let ([first], [turn]) = (&first[..], &turn[..]) else { return Err(missing("the row")) };
    let (first, turn) = (*first, *turn);
    let more = code.build.ins().icmp(IntCC::SignedLessThan, first, hi);
    code.build.ins().brif(more, begin, &[], done, &[]);
    code.build.switch_to_block(begin);
    let key = key(subject);
    let order = Order::of(&mut code, subject, key);
    let taken = if order.is_some() { ROWS * GROUPS } else { ROWS };
    let left = code.build.ins().isub(hi, first);
    let size = code.smaller(Word::Run(left), Word::Known(taken));
    let size = code.value(size);
    code.jump(fill, &[]);
    code.build.switch_to_block(head);
    let more = code.build.ins().icmp(IntCC::SignedLessThan, turn, size);
    code.build.ins().brif(more, body, &[], finish, &[]);
    code.build.switch_to_block(body);
    let (at, within, group) = match &order {
        Some(order) => order.row(&mut code, first, turn),
        None => (code.build.ins().iadd(first, turn), turn, None),
    };
    let to = code.build.ins().isub(at, lo);
    let Subject { program, layout, shape, library, .. } = *subject;
    let lists = !library;
    let stage = Stage::new(first, size, within, group);
    let mut row = Row::new(code, Given { program, layout, shape, cols, at, stage, lists, beside, module });
    let results = Results { outs, to, next, bits: bits_of(&mut row, subject) };
    match key {
        None => results.arm(&mut row, subject, None),
        Some(key) => results.arms(&mut row, subject, key),
    }
    row.code.build.switch_to_block(next);
    let following = row.code.build.ins().iadd_imm_s(turn, 1);
    row.code.jump(head, &[following]);
    row.code.build.switch_to_block(fill);
    match &order {
        Some(order) => order.fill(&mut row, first, size),
        None => row.fill(),
    }
    let zero = row.code.build.ins().iconst(types::I64, 0);
    row.code.jump(head, &[zero]);
    row.code.build.switch_to_block(finish);
    let position = row.code.build.ins().isub(first, lo);
    match &order {
        Some(order) => order.each_stage(&mut row, (position, size), |row, position, size| {
            results.put_words(row, position, size);
        }),
        None => results.put_words(&mut row, position, size),
    }
    let following = row.code.build.ins().iadd_imm_s(first, taken);
    let mut code = row.code;
    code.jump(rows, &[following]);
    code.build.switch_to_block(done);
    let zero = code.build.ins().iconst(types::I64, 0);
    code.build.ins().return_(&[zero]);
    code.build.seal_all_blocks();
    code.build.finalize(config);
    Ok(())
}

/// The table of [`parts`], where something is rounded.
fn table_of_parts(
    program: &Program,
    module: &mut dyn Module,
    function: &mut Function,
) -> Result<Option<GlobalValue>, CodegenError> {
    if !program.exprs.iter().any(|expr| matches!(expr.kind, ExprKind::Host(HostFn::Rounded, _))) {
        return Ok(None);
    }
    let id = module.declare_data("parts", Linkage::Local, false, false)?;
    let mut data = DataDescription::new();
    data.set_align(64);
    data.define(parts().flat_map(u64::to_le_bytes).collect());
    module.define_data(id, &data)?;
    Ok(Some(module.declare_data_in_func(id, function)))
}

/// Places for the results that are bits, a byte for each row.
fn bits_of(row: &mut Row<'_, '_>, subject: &Subject<'_>) -> Vec<((usize, i32), StackSlot)> {
    let mut bits = Vec::new();
    for (at, (_, _, output)) in subject.wanted.iter().enumerate() {
        if output.cell == OutCell::YesNo {
            bits.push(((at, OUT_VALUES), row.kept(ROWS)));
        }
        bits.push(((at, OUT_VALID), row.kept(ROWS)));
    }
    bits
}

/// Where results go.
struct Results {
    outs: Value,
    /// The position of this row among the results.
    to: Value,
    /// Where the next row begins.
    next: Block,
    /// Where the results are that are bits, before they are words.
    bits: Vec<((usize, i32), StackSlot)>,
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
    /// anything unusual, and, of all parties, for others. Those of fewer go on to the code for any row.
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
                row.code.build.switch_to_block(unusual);
                row.arm(key, None, Some(scanned));
                self.results(row, subject);
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
