//! In which order rows are decided.
//!
//! Rows of which different code decides one after the other keep that code from staying near the processor. So the rows
//! of several stages are decided together: first all of one member of the column that arms are made for, and among them
//! all of the same parties, then the next. Where each is read from and written to does not change.

use super::row::Row;
use super::stage::{GROUPS, Kept, ROWS, Stage};
use super::word::{Code, Word};
use super::write::Subject;
use accord_core::columns::{Cell, Part};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, Value, types};

/// Of columns of more members rows are taken as they come.
const MOST_MEMBERS: usize = 63;

/// By who holds a period, rows of a member are in so many classes.
const HOLDING: i64 = 4;

/// Rows in an order.
#[derive(Clone, Copy)]
pub(super) struct Order {
    key: usize,
    /// The members of the column; what is none of them, or null, comes after the last.
    members: i64,
    /// How many rows are in each class; then where the next of it is.
    counts: Kept,
    /// The position of each row, in order; and its class.
    rows: Kept,
    class: Kept,
}

/// The members of the column that rows are ordered by. A library has no order: it runs on whatever stack its caller has.
pub(super) fn members(subject: &Subject<'_>, key: Option<usize>) -> Option<(usize, i64)> {
    let key = key.filter(|_| !subject.library)?;
    let Some(Cell::Member(_, members)) = subject.layout.columns.get(key).map(|c| &c.cell) else { return None };
    i64::try_from(members.len()).ok().filter(|_| members.len() <= MOST_MEMBERS).map(|count| (key, count))
}

impl Order {
    /// The order by the members of a column.
    pub fn new(stage: &mut Stage, (key, members): (usize, i64)) -> Order {
        let counts = stage.place((members + 1) * HOLDING * 4);
        let [rows, class] = [(); 2].map(|()| stage.place(ROWS * GROUPS * 4));
        Order { key, members, counts, rows, class }
    }

    /// How many members the column has.
    pub fn members(&self) -> i64 {
        self.members
    }

    fn classes(&self) -> i64 {
        (self.members + 1) * HOLDING
    }

    /// The row whose turn it is: its position, that in its stage, and its stage.
    pub fn row(
        &self,
        code: &mut Code<'_>,
        frame: Value,
        (first, turn): (Value, Value),
    ) -> (Value, Value, Option<Value>) {
        let row = code.get_number((frame, self.rows), turn);
        let row = code.build.ins().uextend(types::I64, row);
        let at = code.build.ins().iadd(first, row);
        let within = code.build.ins().band_imm_s(row, ROWS - 1);
        let group = code.build.ins().ushr_imm_u(row, i64::from(ROWS.trailing_zeros()));
        (at, within, Some(group))
    }

    /// Once every stage was filled: the turns of the rows of some members, the first and the one after the last.
    pub fn turns_of(&self, row: &mut Row<'_, '_>, (from, to): (i64, i64)) -> [Value; 2] {
        let frame = row.stage.frame();
        // Each class has come to where the next one begins.
        [from, to].map(|member| {
            if member == 0 {
                return row.code.build.ins().iconst(types::I64, 0);
            }
            let last = row.code.build.ins().iconst(types::I64, member * HOLDING - 1);
            let end = row.code.get_number((frame, self.counts), last);
            row.code.build.ins().uextend(types::I64, end)
        })
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
        let frame = row.stage.frame();
        let (counts, rows, classes) = ((frame, self.counts), (frame, self.rows), (frame, self.class));
        self.each_stage(row, (first, size), |row, _, _| row.fill());
        let end = row.code.build.ins().iconst(types::I64, self.classes());
        let turns = row.code.turns(end);
        let zero = row.code.build.ins().iconst(types::I32, 0);
        row.code.put_number(counts, turns.at, zero);
        row.code.turned(&turns);
        self.count(row, first, size);
        // Where the rows of each class begin.
        let sum = (frame, row.stage.place(4));
        let nowhere = row.code.build.ins().iconst(types::I64, 0);
        let zero = row.code.build.ins().iconst(types::I32, 0);
        row.code.put_number(sum, nowhere, zero);
        let end = row.code.build.ins().iconst(types::I64, self.classes());
        let turns = row.code.turns(end);
        let count = row.code.get_number(counts, turns.at);
        let nowhere = row.code.build.ins().iconst(types::I64, 0);
        let begin = row.code.get_number(sum, nowhere);
        row.code.put_number(counts, turns.at, begin);
        let after = row.code.build.ins().iadd(begin, count);
        row.code.put_number(sum, nowhere, after);
        row.code.turned(&turns);
        // Each row goes where the next of its class is.
        let turns = row.code.turns(size);
        let class = row.code.get_number(classes, turns.at);
        let class = row.code.build.ins().uextend(types::I64, class);
        let place = row.code.get_number(counts, class);
        let following = row.code.build.ins().iadd_imm_s(place, 1);
        row.code.put_number(counts, class, following);
        let place = row.code.build.ins().uextend(types::I64, place);
        let number = row.code.build.ins().ireduce(types::I32, turns.at);
        row.code.put_number(rows, place, number);
        row.code.turned(&turns);
    }

    /// Finds the class of each row, and counts them.
    fn count(&self, row: &mut Row<'_, '_>, first: Value, size: Value) {
        let frame = row.stage.frame();
        row.at_row(first);
        let members = row.column_place(self.key, Part::Values, 1);
        let turns = row.code.turns(size);
        let at = turns.at;
        let address = row.code.build.ins().iadd(members, at);
        let group = row.code.build.ins().ushr_imm_u(at, i64::from(ROWS.trailing_zeros()));
        let within = row.code.build.ins().band_imm_s(at, ROWS - 1);
        row.stage.at_row_of(group, within);
        let there = row.is_column_there(self.key);
        let member = row.code.read(types::I8, false, address, 0);
        let member = row.code.smaller(member, Word::Known(self.members));
        let member = row.code.select(there, member, Word::Known(self.members));
        let class = row.code.mul(member, Word::Known(HOLDING));
        let mut class = row.code.value(class);
        if let Some(holding) = row.holding() {
            class = row.code.build.ins().iadd(class, holding);
        }
        let narrow = row.code.build.ins().ireduce(types::I32, class);
        row.code.put_number((frame, self.class), at, narrow);
        let count = row.code.get_number((frame, self.counts), class);
        let count = row.code.build.ins().iadd_imm_s(count, 1);
        row.code.put_number((frame, self.counts), class, count);
        row.code.turned(&turns);
    }
}

/// A loop in the making.
pub(super) struct Turns {
    pub at: Value,
    head: Block,
    done: Block,
}

impl Code<'_> {
    /// Begins a loop from 0 to before `end`: what follows is made in each turn.
    pub fn turns(&mut self, end: Value) -> Turns {
        let zero = self.build.ins().iconst(types::I64, 0);
        self.turns_from(zero, end)
    }

    /// The same from another number on.
    pub fn turns_from(&mut self, begin: Value, end: Value) -> Turns {
        let (head, at) = self.block_of(1);
        let (body, _) = self.block_of(0);
        let (done, _) = self.block_of(0);
        let at = at.first().copied().unwrap_or(begin);
        self.jump(head, &[begin]);
        self.build.switch_to_block(head);
        let more = self.build.ins().icmp(IntCC::SignedLessThan, at, end);
        self.build.ins().brif(more, body, &[], done, &[]);
        self.build.switch_to_block(body);
        Turns { at, head, done }
    }

    /// Ends it: what follows comes after the last turn.
    pub fn turned(&mut self, turns: &Turns) {
        let following = self.build.ins().iadd_imm_s(turns.at, 1);
        self.jump(turns.head, &[following]);
        self.build.switch_to_block(turns.done);
    }

    fn number_place(&mut self, (frame, place): (Value, Kept), at: Value) -> Value {
        let base = place.address(self, frame);
        self.element(base, Word::Run(at), 4)
    }

    fn get_number(&mut self, place: (Value, Kept), at: Value) -> Value {
        let address = self.number_place(place, at);
        self.build.ins().load(types::I32, MemFlagsData::trusted(), address, 0)
    }

    fn put_number(&mut self, place: (Value, Kept), at: Value, number: Value) {
        let address = self.number_place(place, at);
        self.build.ins().store(MemFlagsData::trusted(), number, address, 0);
    }
}
