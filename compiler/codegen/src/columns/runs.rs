//! The periods of many rows at once: see [`super::stage`].
//!
//! Where the periods of a row share no day, each unbroken run of a party's days is a stretch of periods that follow one
//! another, so rows need not be told apart while runs are found: every loop here goes over the periods of all rows as
//! they lie, mostly four at a time, and no branch is decided by a period. Rows in which days are shared, a period is
//! nobody's, or a day is beyond the table of days are marked; those are folded one by one (`shared`).

use super::calendar::{first_day, last_day};
use super::stage::{Bound, ROWS};
use super::table;
use super::word::Code;
use accord_core::DatedIn;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    Block, ConstantData, Endianness, InstBuilder, MemFlagsData, StackSlotData, StackSlotKind, Value, types,
};

/// So many periods are taken at once; a row with more is marked.
const MOST: i64 = 1024;
/// How many periods are given their row at once.
const AT_ONCE: i64 = 16;
/// Parties and marks of a row, in lanes.
pub(super) const LANES: i64 = 4;
/// The lane that marks a row.
pub(super) const MARK: i64 = 3;
/// What stands there where two periods of a row share a day, one has none, or a day is beyond the table; 1 as well where
/// a period is nobody's, or the row was not folded.
pub(super) const MEETS: i64 = 2;
/// The most months that are folded, each of 28 days of the table or more, and the most days left over: less than a month for each
/// period.
pub(super) const LONGEST: (i64, i64) = ((1 << table::BITS) / 28, 31 * MOST);
/// Fewer periods than this are left to when rows are decided.
pub(super) const LEAST: i64 = 5;

/// A fold of all rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Plan {
    /// Kinds that count, a bit each.
    pub kinds: u8,
    /// The first day that counts.
    pub first: Bound,
    /// The last day that counts.
    pub last: Bound,
    /// How days become units: runs or days.
    pub mode: DatedIn,
    /// Whether first and last days of parties are wanted.
    pub edges: bool,
}

/// What a fold is given beside the periods, by address.
#[derive(Clone, Copy)]
pub(super) struct Places {
    /// The first day that counts, of the first row, where it is in a column.
    pub first: Option<Value>,
    /// The last day that counts, of the first row, where it is in a column.
    pub last: Option<Value>,
    /// By row and lane, whole months and left-over days, or days.
    pub sums: Value,
    /// By row and lane, the first day there is, where such days are wanted.
    pub firsts: Option<Value>,
    /// The same of last days.
    pub lasts: Option<Value>,
}

/// The periods of the rows, by address, and how many rows there are.
#[derive(Clone, Copy)]
pub(super) struct Given {
    pub offsets: Value,
    pub size: Value,
    pub from: Value,
    pub to: Value,
    pub party: Value,
    pub kind: Value,
    /// By row and lane: whether a party holds a period, and whether the row is marked.
    pub present: Value,
}

/// How many parameters of the function are not those of a fold.
const GENERAL: usize = 7;

impl Plan {
    /// How many parameters a fold has.
    pub fn parameters(&self) -> usize {
        let columns = [self.first, self.last].into_iter().filter(|b| matches!(b, Bound::Column(..))).count();
        columns + 1 + if self.edges { 2 } else { 0 }
    }
}

/// How many parameters the function has.
pub(super) fn parameters(plans: &[Plan]) -> usize {
    GENERAL + plans.iter().map(Plan::parameters).sum::<usize>()
}

impl Given {
    /// The parameters, in order.
    pub fn words(&self, folds: &[Places]) -> Vec<Value> {
        let mut words = vec![self.offsets, self.size, self.from, self.to, self.party, self.kind, self.present];
        for fold in folds {
            words.extend(fold.first);
            words.extend(fold.last);
            words.push(fold.sums);
            words.extend(fold.firsts);
            words.extend(fold.lasts);
        }
        words
    }

    pub fn from_words(words: &[Value], plans: &[Plan]) -> Option<(Given, Vec<Places>)> {
        let [offsets, size, from, to, party, kind, present, rest @ ..] = words else { return None };
        let given = Given {
            offsets: *offsets,
            size: *size,
            from: *from,
            to: *to,
            party: *party,
            kind: *kind,
            present: *present,
        };
        let mut rest = rest.iter().copied();
        let mut folds = Vec::new();
        for plan in plans {
            let first = if matches!(plan.first, Bound::Column(..)) { Some(rest.next()?) } else { None };
            let last = if matches!(plan.last, Bound::Column(..)) { Some(rest.next()?) } else { None };
            let sums = rest.next()?;
            let (firsts, lasts) = if plan.edges { (Some(rest.next()?), Some(rest.next()?)) } else { (None, None) };
            folds.push(Places { first, last, sums, firsts, lasts });
        }
        Some((given, folds))
    }
}

/// A fold, and room for what is found out of each period; what holds or does not is all ones or none.
struct Fold {
    plan: Plan,
    places: Places,
    /// The first day that counts of the row, where it is in a column.
    first: Room,
    /// The last day that counts of the row, where it is in a column.
    last: Room,
    /// The first day of the period, then of the run, as the table has it.
    start: Room,
    /// The day after the last that counts, then as the table has it.
    until: Room,
    /// Whether it counts.
    counts: Room,
    /// Whether it goes on where the one before ends.
    goes_on: Room,
    /// Its first and its last day that count, where they are wanted; if none does, days beyond all others.
    edges: Option<[Room; 2]>,
}

/// Where room for a number of four bytes of each period begins: behind the place of all rooms.
#[derive(Clone, Copy)]
struct Room(i32);

/// How many rows, and how many periods of them at once.
#[derive(Clone, Copy)]
pub(super) struct Size {
    pub rows: i64,
    pub periods: i64,
}

/// Everything the function works with.
struct Work {
    /// The place of all rooms.
    rooms: Value,
    /// How much there is room for. What is behind the last period goes to one more row.
    size: Size,
    given: Given,
    folds: Vec<Fold>,
    /// Row and lane of each period.
    whose: Room,
}

/// Periods that are taken at once: the first, and how many.
#[derive(Clone, Copy)]
struct Taken {
    begin: Value,
    count: Value,
}

/// Reading and writing where vectors may lie anywhere.
fn anywhere() -> MemFlagsData {
    MemFlagsData::new().with_notrap()
}

impl Code<'_> {
    fn lanes(&mut self, n: i64) -> Value {
        let n = self.build.ins().iconst(types::I32, n & 0xFFFF_FFFF);
        self.build.ins().splat(types::I32X4, n)
    }

    /// The address of a number of four bytes, less where the room begins.
    fn in_rooms(&mut self, work: &Work, at: Value) -> Value {
        self.in_column(work.rooms, at)
    }

    fn four_of(&mut self, work: &Work, room: Room, at: Value) -> Value {
        let address = self.in_rooms(work, at);
        self.four(address, room.0)
    }

    fn keep_four(&mut self, work: &Work, room: Room, at: Value, four: Value) {
        let address = self.in_rooms(work, at);
        self.put_four(four, address, room.0);
    }

    fn in_column(&mut self, base: Value, at: Value) -> Value {
        let offset = self.build.ins().ishl_imm_u(at, 2);
        self.build.ins().iadd(base, offset)
    }

    fn four(&mut self, address: Value, offset: i32) -> Value {
        self.build.ins().load(types::I32X4, anywhere(), address, offset)
    }

    fn put_four(&mut self, four: Value, address: Value, offset: i32) {
        self.build.ins().store(anywhere(), four, address, offset);
    }

    /// Four bytes as lanes.
    fn four_bytes(&mut self, base: Value, at: Value, signed_by: Option<Value>) -> Value {
        let address = self.build.ins().iadd(base, at);
        let word = self.build.ins().load(types::I32, anywhere(), address, 0);
        let lanes = self.build.ins().scalar_to_vector(types::I32X4, word);
        let little = MemFlagsData::new().with_endianness(Endianness::Little);
        let bytes = self.build.ins().bitcast(types::I8X16, little, lanes);
        match signed_by {
            // What the table says of each, all ones or none.
            Some(table) => {
                let bytes = self.build.ins().swizzle(table, bytes);
                let halves = self.build.ins().swiden_low(bytes);
                self.build.ins().swiden_low(halves)
            }
            None => {
                let halves = self.build.ins().uwiden_low(bytes);
                self.build.ins().uwiden_low(halves)
            }
        }
    }

    /// The body of the function.
    pub fn runs(&mut self, params: &[Value], plans: &[Plan]) -> Option<()> {
        let (given, places) = Given::from_words(params, plans)?;
        self.pass(given, plans.iter().copied().zip(places), Size { rows: ROWS, periods: MOST })?;
        self.build.ins().return_(&[]);
        Some(())
    }

    /// Folds the periods of so many rows or fewer; results have room for one more row.
    pub fn pass(&mut self, given: Given, folds: impl Iterator<Item = (Plan, Places)>, size: Size) -> Option<()> {
        let each = i32::try_from((size.periods + 2 * AT_ONCE) * 4).unwrap_or(0);
        let mut next = 0;
        let mut room = || {
            let room = Room(next);
            next += each;
            room
        };
        let whose = room();
        let mut made = Vec::new();
        for (plan, places) in folds {
            let [first, last, start, until, counts, goes_on] = [(); 6].map(|()| room());
            let edges = if plan.edges { Some([(); 2].map(|()| room())) } else { None };
            made.push(Fold { plan, places, first, last, start, until, counts, goes_on, edges });
        }
        let bytes = u32::try_from(next).unwrap_or(u32::MAX);
        let slot = self.build.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, bytes, 4));
        let rooms = self.build.ins().stack_addr(types::I64, slot, 0);
        let work = Work { rooms, size, given, folds: made, whose };
        let (some, params) = self.block_of(1);
        let (following, next) = self.block_of(1);
        let (finished, _) = self.block_of(0);
        let zero = self.build.ins().iconst(types::I64, 0);
        self.jump(following, &[zero]);
        self.build.switch_to_block(following);
        let [next] = next[..] else { return None };
        let more = self.build.ins().icmp(IntCC::SignedLessThan, next, given.size);
        self.build.ins().brif(more, some, &[next.into()], finished, &[]);
        self.build.switch_to_block(some);
        let [row] = params[..] else { return None };
        let (next, taken) = self.take(&work, row, following)?;
        self.classify(&work, taken)?;
        self.join(&work, taken)?;
        self.look_up(&work, taken)?;
        self.add_up(&work, taken)?;
        self.jump(following, &[next]);
        self.build.switch_to_block(finished);
        Some(())
    }

    /// Where the periods of a row begin.
    fn offset(&mut self, work: &Work, row: Value) -> Value {
        let address = self.in_column(work.given.offsets, row);
        let offset = self.build.ins().load(types::I32, anywhere(), address, 0);
        self.build.ins().sextend(types::I64, offset)
    }

    /// Marks a row whose periods are not looked at.
    fn mark(&mut self, work: &Work, row: Value) {
        let offset = self.build.ins().ishl_imm_u(row, 2);
        let address = self.build.ins().iadd(work.given.present, offset);
        let one = self.build.ins().iconst(types::I8, 1);
        self.build.ins().store(anywhere(), one, address, i32::try_from(MARK).unwrap_or(3));
    }

    /// Takes rows from one on, as many as there is room for, gives each of their periods its row, and what is counted
    /// begins with nothing. Goes to the block where a row has too many periods, or all have too few; gives the row after
    /// them, and their periods.
    fn take(&mut self, work: &Work, row: Value, following: Block) -> Option<(Value, Taken)> {
        let begin = self.offset(work, row);
        let (each, at) = self.block_of(1);
        let (look, _) = self.block_of(0);
        let (fill, _) = self.block_of(0);
        let (full, _) = self.block_of(0);
        let (some, _) = self.block_of(0);
        let (many, _) = self.block_of(0);
        let (count_them, _) = self.block_of(0);
        let (few, few_at) = self.block_of(1);
        let (few_one, _) = self.block_of(0);
        self.jump(each, &[row]);
        self.build.switch_to_block(each);
        let [at] = at[..] else { return None };
        let more = self.build.ins().icmp(IntCC::SignedLessThan, at, work.given.size);
        self.build.ins().brif(more, look, &[], full, &[]);
        self.build.switch_to_block(look);
        let next = self.build.ins().iadd_imm_s(at, 1);
        let (own, end) = (self.offset(work, at), self.offset(work, next));
        let count = self.build.ins().isub(end, begin);
        let fits = self.build.ins().icmp_imm_s(IntCC::SignedLessThanOrEqual, count, work.size.periods);
        self.build.ins().brif(fits, fill, &[], full, &[]);
        self.build.switch_to_block(fill);
        self.begin_row(work, at);
        let first = self.build.ins().isub(own, begin);
        self.fill_row(work, at, (first, count))?;
        self.jump(each, &[next]);

        self.build.switch_to_block(full);
        let none = self.build.ins().icmp(IntCC::Equal, at, row);
        self.build.ins().brif(none, many, &[], count_them, &[]);
        self.build.set_cold_block(many);
        self.build.switch_to_block(many);
        self.begin_row(work, row);
        self.mark(work, row);
        let next = self.build.ins().iadd_imm_s(row, 1);
        self.jump(following, &[next]);
        self.build.switch_to_block(count_them);
        let end = self.offset(work, at);
        let count = self.build.ins().isub(end, begin);
        let enough = self.build.ins().icmp_imm_s(IntCC::SignedGreaterThanOrEqual, count, LEAST);
        self.build.ins().brif(enough, some, &[], few, &[row.into()]);
        self.build.set_cold_block(few);
        self.build.switch_to_block(few);
        let [few_at] = few_at[..] else { return None };
        let more = self.build.ins().icmp(IntCC::SignedLessThan, few_at, at);
        self.build.ins().brif(more, few_one, &[], following, &[at.into()]);
        self.build.switch_to_block(few_one);
        self.mark(work, few_at);
        let next = self.build.ins().iadd_imm_s(few_at, 1);
        self.jump(few, &[next]);
        self.build.switch_to_block(some);
        Some((at, Taken { begin, count }))
    }

    /// Nothing is counted yet of a row.
    fn begin_row(&mut self, work: &Work, row: Value) {
        let offset = self.build.ins().ishl_imm_u(row, 2);
        let address = self.build.ins().iadd(work.given.present, offset);
        let none = self.build.ins().iconst(types::I32, 0);
        self.build.ins().store(anywhere(), none, address, 0);
        let offset = self.build.ins().ishl_imm_u(row, 4);
        for fold in &work.folds {
            let edges = [(fold.places.firsts, i64::from(i32::MAX)), (fold.places.lasts, i64::from(i32::MIN))];
            let edges = edges.into_iter().filter_map(|(place, with)| Some((place?, with)));
            for (place, with) in [(fold.places.sums, 0)].into_iter().chain(edges) {
                let with = self.lanes(with);
                let address = self.build.ins().iadd(place, offset);
                self.put_four(with, address, 0);
            }
        }
    }

    /// Gives each period of a row, from the first to before the end, its row and the days that limit it. What is written
    /// beyond is written over for the rows after it.
    fn fill_row(&mut self, work: &Work, row: Value, (first, end): (Value, Value)) -> Option<()> {
        let lane = self.build.ins().ishl_imm_u(row, 2);
        let lane = self.build.ins().ireduce(types::I32, lane);
        let lane = self.build.ins().splat(types::I32X4, lane);
        let mut fillings = vec![(work.whose, lane)];
        for fold in &work.folds {
            for (bound, place, room) in
                [(fold.plan.first, fold.places.first, fold.first), (fold.plan.last, fold.places.last, fold.last)]
            {
                let (Bound::Column(_, days), Some(place)) = (bound, place) else { continue };
                let address = self.in_column(place, row);
                let day = self.build.ins().load(types::I32, anywhere(), address, 0);
                let day = self.build.ins().iadd_imm_s(day, days);
                fillings.push((room, self.build.ins().splat(types::I32X4, day)));
            }
        }
        let (more, at) = self.block_of(1);
        let (filled, _) = self.block_of(0);
        self.jump(more, &[first]);
        self.build.switch_to_block(more);
        let [at] = at[..] else { return None };
        for (room, filling) in fillings {
            let address = self.in_rooms(work, at);
            for part in 0..i32::try_from(AT_ONCE / 4).unwrap_or(0) {
                self.put_four(filling, address, room.0 + part * 16);
            }
        }
        let next = self.build.ins().iadd_imm_s(at, AT_ONCE);
        let goes_on = self.build.ins().icmp(IntCC::SignedLessThan, next, end);
        self.build.ins().brif(goes_on, more, &[next.into()], filled, &[]);
        self.build.switch_to_block(filled);
        Some(())
    }

    /// Goes over periods from one to before the end, four at a time: the last four may be some that were there before.
    fn fours(&mut self, first: i64, count: Value, body: impl FnOnce(&mut Self, Value)) -> Option<()> {
        let (head, at) = self.block_of(1);
        let (done, _) = self.block_of(0);
        let first = self.build.ins().iconst(types::I64, first);
        let end = self.build.ins().iadd_imm_s(count, -4);
        self.jump(head, &[first]);
        self.build.switch_to_block(head);
        let [at] = at[..] else { return None };
        body(self, at);
        let next = self.build.ins().iadd_imm_s(at, 4);
        let beyond = self.build.ins().icmp(IntCC::SignedGreaterThan, next, end);
        let next = self.build.ins().select(beyond, end, next);
        let more = self.build.ins().icmp(IntCC::SignedLessThan, at, end);
        self.build.ins().brif(more, head, &[next.into()], done, &[]);
        self.build.switch_to_block(done);
        Some(())
    }

    /// Marks the rows of those of four periods of which something holds.
    fn mark_where(&mut self, work: &Work, holds: Value, at: Value) {
        let (marks, _) = self.block_of(0);
        let (done, _) = self.block_of(0);
        let bits = self.build.ins().vhigh_bits(types::I32, holds);
        self.build.ins().brif(bits, marks, &[], done, &[]);
        self.build.set_cold_block(marks);
        self.build.switch_to_block(marks);
        let base = self.in_rooms(work, at);
        for lane in 0..4_i32 {
            let whose = self.build.ins().load(types::I32, anywhere(), base, work.whose.0 + lane * 4);
            let place = self.build.ins().bor_imm_s(whose, MARK);
            let place = self.build.ins().uextend(types::I64, place);
            let address = self.build.ins().iadd(work.given.present, place);
            let old = self.build.ins().load(types::I8, anywhere(), address, 0);
            let bit = self.build.ins().ushr_imm_u(bits, i64::from(lane));
            let bit = self.build.ins().band_imm_s(bit, 1);
            let bit = self.build.ins().ishl_imm_u(bit, MEETS - 1);
            let bit = self.build.ins().ireduce(types::I8, bit);
            let new = self.build.ins().bor(old, bit);
            self.build.ins().store(anywhere(), new, address, 0);
        }
        self.jump(done, &[]);
        self.build.switch_to_block(done);
    }

    /// Finds out whose each period is, whether it counts and until when.
    fn classify(&mut self, work: &Work, taken: Taken) -> Option<()> {
        self.fours(0, taken.count, |code, at| {
            let given = &work.given;
            let place = code.build.ins().iadd(taken.begin, at);
            let party = code.four_bytes(given.party, place, None);
            let (mark, zero) = (code.lanes(MARK), code.lanes(0));
            // Whoever is none of the parties is the mark.
            let party = code.build.ins().smin(party, mark);
            let row = code.four_of(work, work.whose, at);
            let of = code.build.ins().bor(row, party);
            code.keep_four(work, work.whose, at, of);
            let (from, to) = (code.in_column(given.from, place), code.in_column(given.to, place));
            let (from, to) = (code.four(from, 0), code.four(to, 0));
            let mut odd = code.build.ins().icmp(IntCC::SignedGreaterThan, from, to);
            for fold in &work.folds {
                let last = match fold.plan.last {
                    Bound::Known(last) => code.lanes(last),
                    Bound::Column(..) => code.four_of(work, fold.last, at),
                };
                let first = match fold.plan.first {
                    Bound::Known(first) => code.lanes(first),
                    Bound::Column(..) => code.four_of(work, fold.first, at),
                };
                let to = if fold.plan.last == Bound::Known(last_day()) { to } else { code.build.ins().smin(to, last) };
                let begins = fold.plan.first == Bound::Known(first_day());
                let from = if begins { from } else { code.build.ins().smax(from, first) };
                let one = code.lanes(1);
                let until = code.build.ins().iadd(to, one);
                let mut counts = code.build.ins().icmp(IntCC::SignedGreaterThan, until, from);
                if let Some(table) = code.kinds(fold.plan.kinds) {
                    let kind = code.four_bytes(given.kind, place, Some(table));
                    counts = code.build.ins().band(counts, kind);
                }
                if let Some(edges) = fold.edges {
                    let beyond = [i64::from(i32::MAX), i64::from(i32::MIN)];
                    for ((room, day), beyond) in edges.into_iter().zip([from, to]).zip(beyond) {
                        let beyond = code.lanes(beyond);
                        let day = code.build.ins().bitselect(counts, day, beyond);
                        code.keep_four(work, room, at, day);
                    }
                }
                let base = code.lanes(i64::from(table::FIRST));
                let (start, until) = (code.build.ins().isub(from, base), code.build.ins().isub(until, base));
                for (room, four) in [(fold.start, start), (fold.until, until), (fold.counts, counts)] {
                    code.keep_four(work, room, at, four);
                }
                let both = code.build.ins().bor(start, until);
                let above = code.build.ins().ushr_imm_u(both, i64::from(table::BITS));
                let near = code.build.ins().icmp(IntCC::Equal, above, zero);
                let far = code.build.ins().band_not(counts, near);
                odd = code.build.ins().bor(odd, far);
            }
            code.mark_where(work, odd, at);
        })
    }

    /// For each kind of a period whether it counts, where not all do.
    fn kinds(&mut self, kinds: u8) -> Option<Value> {
        const ALL: u8 = 0b11_1111;
        if kinds & ALL == ALL {
            return None;
        }
        let bytes: Vec<u8> = (0..16).map(|kind| if kind < 8 && kinds >> kind & 1 == 1 { u8::MAX } else { 0 }).collect();
        let constant = self.build.func.dfg.constants.insert(ConstantData::from(bytes.as_slice()));
        Some(self.build.ins().vconst(types::I8X16, constant))
    }

    /// Finds out which periods go on where the one before ends, and marks rows in which two share a day.
    fn join(&mut self, work: &Work, taken: Taken) -> Option<()> {
        let zero = self.lanes(0);
        for fold in &work.folds {
            self.put_four(zero, work.rooms, fold.goes_on.0);
            for room in [fold.counts, fold.goes_on] {
                self.keep_four(work, room, taken.count, zero);
            }
        }
        // Behind the last there are periods of no row.
        let nobody = self.lanes(work.size.rows * LANES + MARK);
        self.keep_four(work, work.whose, taken.count, nobody);
        self.fours(1, taken.count, |code, at| {
            let rooms = code.in_rooms(work, at);
            let whose = work.whose.0;
            let (own, before) = (code.four(rooms, whose), code.four(rooms, whose - 4));
            let place = code.build.ins().iadd(taken.begin, at);
            let (from, to) = (code.in_column(work.given.from, place), code.in_column(work.given.to, place));
            let (from, ended) = (code.four(from, 0), code.four(to, -4));
            let (zero, one) = (code.lanes(0), code.lanes(1));
            let apart = code.build.ins().bxor(own, before);
            let rows_apart = code.build.ins().ushr_imm_u(apart, 2);
            let in_row = code.build.ins().icmp(IntCC::Equal, rows_apart, zero);
            let same = code.build.ins().icmp(IntCC::Equal, apart, zero);
            let after = code.build.ins().icmp(IntCC::SignedGreaterThan, from, ended);
            let meets = code.build.ins().band_not(in_row, after);
            let next = code.build.ins().iadd(ended, one);
            let adjoins = code.build.ins().icmp(IntCC::Equal, next, from);
            let adjoins = code.build.ins().band(adjoins, same);
            for fold in &work.folds {
                let (here, there) = (code.four(rooms, fold.counts.0), code.four(rooms, fold.counts.0 - 4));
                let both = code.build.ins().band(here, there);
                let goes_on = code.build.ins().band(both, adjoins);
                code.keep_four(work, fold.goes_on, at, goes_on);
            }
            code.mark_where(work, meets, at);
        })
    }

    /// Looks days up: of each period the first day of its run, and the day after its last.
    fn look_up(&mut self, work: &Work, taken: Taken) -> Option<()> {
        let folds: Vec<&Fold> = work.folds.iter().filter(|f| f.plan.mode == DatedIn::Runs).collect();
        let (Some(table), false) = (self.table, folds.is_empty()) else { return Some(()) };
        let days = self.build.ins().symbol_value(types::I64, table);
        // Behind the last period nothing is looked up that was not written.
        let nowhere = self.lanes(0);
        for room in folds.iter().flat_map(|fold| [fold.start, fold.until]) {
            self.keep_four(work, room, taken.count, nowhere);
        }
        let (head, params) = self.block_of(1);
        let (done, _) = self.block_of(0);
        let mut starts = Vec::new();
        for _ in &folds {
            starts.push(self.build.append_block_param(head, types::I32));
        }
        let zero = self.build.ins().iconst(types::I64, 0);
        let none = self.build.ins().iconst(types::I32, 0);
        let begin: Vec<Value> = std::iter::once(zero).chain(folds.iter().map(|_| none)).collect();
        self.jump(head, &begin);
        self.build.switch_to_block(head);
        let [at] = params[..] else { return None };
        let place = self.in_rooms(work, at);
        // Four at a time, so that there are no more branches than that; behind the last there is room for more.
        for lane in 0..4 {
            for (fold, before) in folds.iter().zip(&mut starts) {
                let (start, until) = (Room(fold.start.0 + lane * 4), Room(fold.until.0 + lane * 4));
                let goes_on = self.build.ins().load(types::I32, anywhere(), place, fold.goes_on.0 + lane * 4);
                let day = self.day(days, (place, start));
                *before = self.build.ins().select(goes_on, *before, day);
                self.build.ins().store(anywhere(), *before, place, start.0);
                let day = self.day(days, (place, until));
                self.build.ins().store(anywhere(), day, place, until.0);
            }
        }
        let next = self.build.ins().iadd_imm_s(at, 4);
        let following: Vec<_> = std::iter::once(next).chain(starts).map(Into::into).collect();
        let more = self.build.ins().icmp(IntCC::SignedLessThan, next, taken.count);
        self.build.ins().brif(more, head, &following, done, &[]);
        self.build.switch_to_block(done);
        Some(())
    }

    /// What the table says of a day; of one beyond it, anything.
    fn day(&mut self, table: Value, (place, room): (Value, Room)) -> Value {
        // As many bits as number the days of the table.
        let little = anywhere().with_endianness(Endianness::Little);
        let day = self.build.ins().load(types::I16, little, place, room.0);
        let day = self.build.ins().uextend(types::I64, day);
        let address = self.in_column(table, day);
        self.build.ins().load(types::I32, anywhere().with_readonly(), address, 0)
    }

    /// Adds up what each party has in each row.
    fn add_up(&mut self, work: &Work, taken: Taken) -> Option<()> {
        let (head, at) = self.block_of(1);
        let (done, _) = self.block_of(0);
        let zero = self.build.ins().iconst(types::I64, 0);
        self.jump(head, &[zero]);
        self.build.switch_to_block(head);
        let [at] = at[..] else { return None };
        let place = self.in_rooms(work, at);
        let mut additions = Vec::new();
        for fold in &work.folds {
            let (start, until) = (self.four(place, fold.start.0), self.four(place, fold.until.0));
            let (counts, next) = (self.four(place, fold.counts.0), self.four(place, fold.goes_on.0 + 4));
            let length = if fold.plan.mode == DatedIn::Runs {
                let length = self.months_between(start, until);
                // A run is counted where it ends.
                self.build.ins().band_not(length, next)
            } else {
                self.build.ins().isub(until, start)
            };
            let length = self.build.ins().band(length, counts);
            additions.push((fold, length));
        }
        for lane in 0..4_u8 {
            let of = self.build.ins().load(types::I32, anywhere(), place, work.whose.0 + i32::from(lane) * 4);
            let of = self.build.ins().uextend(types::I64, of);
            let present = self.build.ins().iadd(work.given.present, of);
            let one = self.build.ins().iconst(types::I8, 1);
            self.build.ins().store(anywhere(), one, present, 0);
            for (fold, length) in &additions {
                let sums = self.in_column(fold.places.sums, of);
                let more = self.build.ins().extractlane(*length, lane);
                let sum = self.build.ins().load(types::I32, anywhere(), sums, 0);
                let sum = self.build.ins().iadd(sum, more);
                self.build.ins().store(anywhere(), sum, sums, 0);
                self.extend_edges(fold, of, (place, lane));
            }
        }
        let next = self.build.ins().iadd_imm_s(at, 4);
        let more = self.build.ins().icmp(IntCC::SignedLessThan, next, taken.count);
        self.build.ins().brif(more, head, &[next.into()], done, &[]);
        self.build.switch_to_block(done);
        Some(())
    }

    /// First and last days of a party, where they are wanted, with those of one more period.
    fn extend_edges(&mut self, fold: &Fold, of: Value, (rooms, lane): (Value, u8)) {
        let (Some([first, last]), Some(firsts), Some(lasts)) = (fold.edges, fold.places.firsts, fold.places.lasts)
        else {
            return;
        };
        for (room, places, how) in [(first, firsts, IntCC::SignedLessThan), (last, lasts, IntCC::SignedGreaterThan)] {
            let day = self.build.ins().load(types::I32, anywhere(), rooms, room.0 + i32::from(lane) * 4);
            let place = self.in_column(places, of);
            let known = self.build.ins().load(types::I32, anywhere(), place, 0);
            let further = self.build.ins().icmp(how, day, known);
            let day = self.build.ins().select(further, day, known);
            self.build.ins().store(anywhere(), day, place, 0);
        }
    }

    /// Whole months between days as the table has them, from bit 16 on, and the days left over. A month that is too
    /// short ends on its last day.
    fn months_between(&mut self, from: Value, until: Value) -> Value {
        let low = self.lanes(31);
        let (first, day) = (self.build.ins().band(from, low), self.build.ins().band(until, low));
        let short = self.build.ins().icmp(IntCC::SignedGreaterThan, first, day);
        let last = self.lanes(table::LAST_OF_MONTH);
        let is_last = self.build.ins().band(until, last);
        let is_last = self.build.ins().icmp(IntCC::Equal, is_last, last);
        let back = self.build.ins().band_not(short, is_last);
        let (from_month, until_month) = (
            self.build.ins().ushr_imm_u(from, i64::from(table::MONTH)),
            self.build.ins().ushr_imm_u(until, i64::from(table::MONTH)),
        );
        let months = self.build.ins().isub(until_month, from_month);
        let months = self.build.ins().iadd(months, back);
        let months = self.build.ins().ishl_imm_u(months, 16);
        // From the day reached in the month before, or its last day, on.
        let before = self.build.ins().ushr_imm_u(until, i64::from(table::BEFORE));
        let before = self.build.ins().band(before, low);
        let left = self.build.ins().isub(before, first);
        let (zero, one) = (self.lanes(0), self.lanes(1));
        let left = self.build.ins().smax(left, zero);
        let across = self.build.ins().iadd(left, day);
        let across = self.build.ins().iadd(across, one);
        let across = self.build.ins().band(across, back);
        let within = self.build.ins().isub(day, first);
        let within = self.build.ins().band_not(within, short);
        let days = self.build.ins().bor(across, within);
        self.build.ins().bor(months, days)
    }
}
