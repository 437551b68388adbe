//! In which order rows are decided.
//!
//! Rows of which different code decides one after the other keep that code from staying near the processor. So the rows
//! of several stages are decided together: first all of one member of the column that arms are made for, and among them
//! all of the same parties, then the next. Where each is read from and written to does not change.

use super::row::Row;
use super::stage::{GROUPS, ROWS};
use super::word::{Code, Word};
use super::write::Subject;
use accord_core::columns::{Cell, Part};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, StackSlot, Value, types};

/// Of columns of more members rows are taken as they come.
const MOST_MEMBERS: usize = 63;

/// By who holds a period, rows of a member are in so many classes.
const HOLDING: i64 = 4;

/// Rows in an order.
pub(super) struct Order {
    key: usize,
    /// How many classes there are, and how many rows are in each; then where the next of it is.
    classes: i64,
    counts: StackSlot,
    /// The position of each row, in order; and its class.
    rows: StackSlot,
    class: StackSlot,
}

impl Order {
    /// The order by the members of a column. A library has none: it runs on whatever stack its caller has.
    pub fn of(code: &mut Code<'_>, subject: &Subject<'_>, key: Option<usize>) -> Option<Order> {
        let key = key.filter(|_| !subject.library)?;
        let Some(Cell::Member(_, members)) = subject.layout.columns.get(key).map(|c| &c.cell) else { return None };
        let members = i64::try_from(members.len()).ok().filter(|_| members.len() <= MOST_MEMBERS)?;
        let classes = (members + 1) * HOLDING;
        let counts = code.kept(classes * 4);
        let [rows, class] = [(); 2].map(|()| code.kept(ROWS * GROUPS * 4));
        Some(Order { key, classes, counts, rows, class })
    }

    /// The row whose turn it is: its position, that in its stage, and its stage.
    pub fn row(&self, code: &mut Code<'_>, first: Value, turn: Value) -> (Value, Value, Option<Value>) {
        let row = code.get_number(self.rows, turn);
        let row = code.build.ins().uextend(types::I64, row);
        let at = code.build.ins().iadd(first, row);
        let within = code.build.ins().band_imm_s(row, ROWS - 1);
        let group = code.build.ins().ushr_imm_u(row, i64::from(ROWS.trailing_zeros()));
        (at, within, Some(group))
    }

    /// For each stage of so many rows, the first of them at this position: whatever is to be done for it.
    pub fn each_stage(
        &self,
        row: &mut Row<'_, '_>,
        (first, size): (Value, Value),
        make: impl FnOnce(&mut Row<'_, '_>, Value, Value),
    ) {
        let shift = i64::from(ROWS.trailing_zeros());
        let end = row.code.build.ins().iadd_imm_s(size, ROWS - 1);
        let end = row.code.build.ins().ushr_imm_u(end, shift);
        let turns = row.code.turns(end);
        let before = row.code.build.ins().ishl_imm_u(turns.at, shift);
        let first = row.code.build.ins().iadd(first, before);
        let left = row.code.build.ins().isub(size, before);
        let here = row.code.smaller(Word::Run(left), Word::Known(ROWS));
        let here = row.code.value(here);
        row.stage.goes_to(first, here, Some(turns.at));
        make(row, first, here);
        row.code.turned(&turns);
    }

    /// Fills every stage, and brings the rows into order.
    pub fn fill(&self, row: &mut Row<'_, '_>, first: Value, size: Value) {
        self.each_stage(row, (first, size), |row, _, _| row.fill());
        let end = row.code.build.ins().iconst(types::I64, self.classes);
        let turns = row.code.turns(end);
        let zero = row.code.build.ins().iconst(types::I32, 0);
        row.code.put_number(self.counts, turns.at, zero);
        row.code.turned(&turns);
        self.count(row, first, size);
        // Where the rows of each class begin.
        let sum = row.code.kept(4);
        let nowhere = row.code.build.ins().iconst(types::I64, 0);
        let zero = row.code.build.ins().iconst(types::I32, 0);
        row.code.put_number(sum, nowhere, zero);
        let end = row.code.build.ins().iconst(types::I64, self.classes);
        let turns = row.code.turns(end);
        let count = row.code.get_number(self.counts, turns.at);
        let nowhere = row.code.build.ins().iconst(types::I64, 0);
        let begin = row.code.get_number(sum, nowhere);
        row.code.put_number(self.counts, turns.at, begin);
        let after = row.code.build.ins().iadd(begin, count);
        row.code.put_number(sum, nowhere, after);
        row.code.turned(&turns);
        // Each row goes where the next of its class is.
        let turns = row.code.turns(size);
        let class = row.code.get_number(self.class, turns.at);
        let class = row.code.build.ins().uextend(types::I64, class);
        let place = row.code.get_number(self.counts, class);
        let following = row.code.build.ins().iadd_imm_s(place, 1);
        row.code.put_number(self.counts, class, following);
        let place = row.code.build.ins().uextend(types::I64, place);
        let number = row.code.build.ins().ireduce(types::I32, turns.at);
        row.code.put_number(self.rows, place, number);
        row.code.turned(&turns);
    }

    /// Finds the class of each row, and counts them.
    fn count(&self, row: &mut Row<'_, '_>, first: Value, size: Value) {
        row.at_row(first);
        let members = row.column_place(self.key, Part::Values, 1);
        let turns = row.code.turns(size);
        let at = turns.at;
        let address = row.code.build.ins().iadd(members, at);
        let member = row.code.read(types::I8, false, address, 0);
        let member = row.code.smaller(member, Word::Known(self.classes / HOLDING - 1));
        let class = row.code.mul(member, Word::Known(HOLDING));
        let mut class = row.code.value(class);
        let group = row.code.build.ins().ushr_imm_u(at, i64::from(ROWS.trailing_zeros()));
        let within = row.code.build.ins().band_imm_s(at, ROWS - 1);
        if let Some(holding) = row.holding(group, within) {
            class = row.code.build.ins().iadd(class, holding);
        }
        let narrow = row.code.build.ins().ireduce(types::I32, class);
        row.code.put_number(self.class, at, narrow);
        let count = row.code.get_number(self.counts, class);
        let count = row.code.build.ins().iadd_imm_s(count, 1);
        row.code.put_number(self.counts, class, count);
        row.code.turned(&turns);
    }
}

/// A loop in the making.
struct Turns {
    at: Value,
    head: Block,
    done: Block,
}

impl Code<'_> {
    /// Begins a loop from 0 to before `end`: what follows is made in each turn.
    fn turns(&mut self, end: Value) -> Turns {
        let (head, at) = self.block_of(1);
        let (body, _) = self.block_of(0);
        let (done, _) = self.block_of(0);
        let zero = self.build.ins().iconst(types::I64, 0);
        let at = at.first().copied().unwrap_or(zero);
        self.jump(head, &[zero]);
        self.build.switch_to_block(head);
        let more = self.build.ins().icmp(IntCC::SignedLessThan, at, end);
        self.build.ins().brif(more, body, &[], done, &[]);
        self.build.switch_to_block(body);
        Turns { at, head, done }
    }

    /// Ends it: what follows comes after the last turn.
    fn turned(&mut self, turns: &Turns) {
        let following = self.build.ins().iadd_imm_s(turns.at, 1);
        self.jump(turns.head, &[following]);
        self.build.switch_to_block(turns.done);
    }

    fn number_place(&mut self, place: StackSlot, at: Value) -> Value {
        let base = self.build.ins().stack_addr(types::I64, place, 0);
        self.element(base, Word::Run(at), 4)
    }

    fn get_number(&mut self, place: StackSlot, at: Value) -> Value {
        let address = self.number_place(place, at);
        self.build.ins().load(types::I32, MemFlagsData::trusted(), address, 0)
    }

    fn put_number(&mut self, place: StackSlot, at: Value, number: Value) {
        let address = self.number_place(place, at);
        self.build.ins().store(MemFlagsData::trusted(), number, address, 0);
    }
}
