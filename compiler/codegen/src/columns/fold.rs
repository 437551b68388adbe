//! Folding a record: the unbroken runs of each party's days, in one pass over periods sorted by their first day.
//!
//! Two forms. The *plain* one takes each party by itself; it is all that is needed where no day is two parties'. The
//! *sweep* decides by precedence who counts a day (`sweep`). Both take a number of steps that grows with the number of
//! periods only.

use super::calendar::{first_day, last_day};
use super::word::{Bit, Code, Word};
use accord_core::{Criterion, DatedIn, Ties};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, Value, types};

/// The words kept of each party, by position.
const START: i32 = 0;
pub(super) const END: i32 = 8;
pub(super) const MONTHS: i32 = 16;
pub(super) const DAYS: i32 = 24;
pub(super) const FIRST: i32 = 32;
const TOUCHED: i32 = 40;
/// The size of what is kept of a party.
pub(super) const KEPT: i64 = 48;

/// A first day that no period has.
pub(super) const NEVER: i64 = i64::MAX;

/// A sweep met a tie that the authorities settle.
pub(super) const REFERRED: i64 = 1;
/// A sweep met a tie of which it cannot tell how it is settled: left to the general evaluator.
pub(super) const UNSETTLED: i64 = 2;
/// A sweep met a day that is two parties'.
pub(super) const SHARED: i64 = 4;
/// A day is in two periods of a party: no sweep says so.
pub(super) const DOUBLED: i64 = 8;

/// Where the periods of a row are.
#[derive(Clone, Copy)]
pub(super) struct Record {
    pub begin: Value,
    pub end: Value,
    pub from: Value,
    pub to: Value,
    pub party: Value,
    pub kind: Value,
    pub quality: Value,
}

/// What of a record is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Limits {
    /// Kinds that count, a bit each.
    pub kinds: u8,
    /// The first day that counts.
    pub first: Word,
    /// The last day that counts.
    pub last: Word,
    /// How days become units.
    pub mode: DatedIn,
}

/// How a sweep decides; a function of its own for each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Merging {
    pub kinds: u8,
    /// Kinds of which days are kept once it is decided who counts them.
    pub kept: u8,
    pub precedence: Vec<Criterion>,
    pub ties: Ties,
    pub mode: DatedIn,
    pub parties: usize,
}

/// The most months, and the most days, that the runs of one party can have.
pub(super) const MOST: (i64, i64) = (120_000, 3_660_000);

/// What is known of one party after folding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    /// The most months and the most days that there can be.
    pub most: (i64, i64),
    pub months: Word,
    pub days: Word,
    pub first: Word,
    pub last: Word,
    pub some: Bit,
}

/// A period as it is read.
pub(super) struct Piece {
    pub from: Word,
    pub to: Word,
    pub party: Word,
    pub kind: Value,
    pub at: Value,
}

impl Code<'_> {
    pub fn put(&mut self, word: Word, address: Value, offset: i32) {
        let value = self.value(word);
        self.build.ins().store(MemFlagsData::trusted(), value, address, offset);
    }

    pub fn get(&mut self, address: Value, offset: i32) -> Word {
        Word::Run(self.build.ins().load(types::I64, MemFlagsData::trusted(), address, offset))
    }

    /// Begins with an empty run before every period, for each party.
    pub fn begin(&mut self, state: Value, parties: usize) {
        let zero = Word::Known(0);
        for at in 0..parties {
            let base = i32::try_from(at).unwrap_or(0) * 48;
            self.put(Word::Known(first_day()), state, base + START);
            self.put(Word::Known(first_day() - 1), state, base + END);
            self.put(zero, state, base + MONTHS);
            self.put(zero, state, base + DAYS);
            self.put(Word::Known(NEVER), state, base + FIRST);
            self.put(Word::Known(-1), state, base + TOUCHED);
        }
    }

    /// Counts the run that a party has.
    fn close(&mut self, party: Value, mode: DatedIn) {
        let run = (self.get(party, START), self.get(party, END));
        self.count(party, run, mode);
    }

    /// Counts a run for a party; the last day may be the one before the first.
    fn count(&mut self, party: Value, run: (Word, Word), mode: DatedIn) {
        let touched = self.get(party, TOUCHED);
        let (months, days, touched) = self.length_of_run(run, touched, mode);
        let (old_months, old_days) = (self.get(party, MONTHS), self.get(party, DAYS));
        let (months, days) = (self.add(old_months, months), self.add(old_days, days));
        self.put(months, party, MONTHS);
        self.put(days, party, DAYS);
        self.put(touched, party, TOUCHED);
    }

    /// The months and the days that a run counts, and the last month that was touched after it.
    pub fn length_of_run(&mut self, (start, end): (Word, Word), touched: Word, mode: DatedIn) -> (Word, Word, Word) {
        let zero = Word::Known(0);
        match mode {
            DatedIn::Runs => {
                let (months, days) = self.months_of_run(start, end);
                (months, days, touched)
            }
            DatedIn::Days => {
                let days = self.sub(end, start);
                (zero, self.add(days, Word::Known(1)), touched)
            }
            DatedIn::MonthsTouched => {
                let (from, to) = (self.civil(start), self.civil(end));
                // A month that the run before it touched is not counted again; an empty run touches none.
                let next = self.add(touched, Word::Known(1));
                let from = self.greater(next, from.month);
                let count = self.sub(to.month, from);
                let count = self.add(count, Word::Known(1));
                let empty = self.test(IntCC::SignedLessThan, end, start);
                let none = self.test(IntCC::SignedLessThan, count, zero);
                let none = self.or(empty, none);
                let count = self.select(none, zero, count);
                (count, zero, self.select(none, touched, to.month))
            }
        }
    }

    /// Adds days to a party: they begin not before any that were added, or lie within them.
    pub fn extend(&mut self, party: Value, from: Word, to: Word, mode: DatedIn) {
        let end = self.get(party, END);
        let next = self.add(end, Word::Known(1));
        let gap = self.test(IntCC::SignedGreaterThan, from, next);
        let (fresh, _) = self.block_of(0);
        let (go_on, _) = self.block_of(0);
        let gap = self.flag(gap);
        self.build.ins().brif(gap, fresh, &[], go_on, &[]);
        self.build.switch_to_block(fresh);
        self.close(party, mode);
        self.put(from, party, START);
        self.jump(go_on, &[]);
        self.build.switch_to_block(go_on);
        let later = self.test(IntCC::SignedGreaterThan, to, end);
        let end = self.select(later, to, end);
        self.put(end, party, END);
        let first = self.get(party, FIRST);
        let earlier = self.test(IntCC::SignedLessThan, from, first);
        let first = self.select(earlier, from, first);
        self.put(first, party, FIRST);
    }

    /// What every party has, once all periods were taken. Whether any has the last day there is.
    pub fn finish(&mut self, state: Value, parties: usize, mode: DatedIn) {
        for at in 0..parties {
            let base = self.build.ins().iadd_imm_s(state, i64::try_from(at).unwrap_or(0) * KEPT);
            self.close(base, mode);
        }
    }

    /// What is kept of each party.
    pub fn counted(&mut self, state: Value, parties: usize) -> (Vec<Counted>, Bit) {
        let mut edge = Bit::Known(false);
        let mut all = Vec::new();
        for at in 0..parties {
            let base = i32::try_from(at).unwrap_or(0) * 48;
            let first = self.get(state, base + FIRST);
            let last = self.get(state, base + END);
            let some = self.test(IntCC::NotEqual, first, Word::Known(NEVER));
            let beyond = self.test(IntCC::SignedGreaterThanOrEqual, last, Word::Known(last_day()));
            edge = self.or(edge, beyond);
            let (months, days) = (self.get(state, base + MONTHS), self.get(state, base + DAYS));
            all.push(Counted { most: MOST, months, days, first, last, some });
        }
        (all, edge)
    }

    pub fn piece(&mut self, record: &Record, at: Value) -> Piece {
        let at_word = Word::Run(at);
        let (from, to) = (self.element(record.from, at_word, 4), self.element(record.to, at_word, 4));
        let (party, kind) = (self.element(record.party, at_word, 1), self.element(record.kind, at_word, 1));
        let from = self.read(types::I32, true, from, 0);
        let to = self.read(types::I32, true, to, 0);
        let party = self.read(types::I8, false, party, 0);
        let kind = self.read(types::I8, false, kind, 0);
        let kind = self.value(kind);
        Piece { from, to, party, kind, at }
    }

    /// Whether a kind is among those that count.
    pub fn counts(&mut self, kinds: u8, kind: Value) -> Bit {
        let mask = self.build.ins().iconst(types::I64, i64::from(kinds));
        let bit = self.build.ins().ushr(mask, kind);
        let bit = self.build.ins().band_imm_s(bit, 1);
        self.test(IntCC::NotEqual, Word::Run(bit), Word::Known(0))
    }

    pub fn smaller(&mut self, a: Word, b: Word) -> Word {
        let less = self.test(IntCC::SignedLessThan, a, b);
        self.select(less, a, b)
    }

    pub fn greater(&mut self, a: Word, b: Word) -> Word {
        let more = self.test(IntCC::SignedGreaterThan, a, b);
        self.select(more, a, b)
    }

    /// The plain form, into `state`. Gives whether a day is two parties', and whether one is in two periods of a party.
    ///
    /// Runs are first written down and then counted, both without branches that the record decides: only the number of
    /// periods and of runs can be foretold wrongly. A record with more runs than there is room for is counted in turns.
    pub fn plain(&mut self, record: &Record, limits: &Limits, parties: usize, state: Value) -> (Bit, Bit) {
        let record = &self.held(record);
        // One more than there are, for periods that do not count.
        self.begin(state, parties + 1);
        let bytes = (RUNS + i64::try_from(parties).unwrap_or(0) + 1) * RUN;
        let room = self.place(bytes);
        let turn = Turn::new(self);
        let never = self.build.ins().iconst(types::I64, first_day() - 2);
        let nobody = self.build.ins().iconst(types::I64, -1);
        let zero = self.build.ins().iconst(types::I64, 0);
        self.jump(turn.head, &[record.begin, zero, never, nobody, never, zero]);
        self.write_runs(record, limits, parties, (state, room), &turn);
        self.count_runs(record, limits.mode, parties, (state, room), &turn);
        self.build.switch_to_block(turn.done);
        self.slots.release(bytes);
        let [shared] = turn.found[..] else { return (Bit::Known(true), Bit::Known(true)) };
        (self.has(Word::Run(shared), 0), self.has(Word::Run(shared), 1))
    }

    /// Writes runs down until the periods end or the room is full.
    fn write_runs(
        &mut self,
        record: &Record,
        limits: &Limits,
        parties: usize,
        (state, room): (Value, Value),
        turn: &Turn,
    ) {
        self.build.switch_to_block(turn.head);
        let [at, runs, last, holder, other, shared] = turn.carried[..] else { return };
        let (body, _) = self.block_of(0);
        let more = self.build.ins().icmp(IntCC::SignedLessThan, at, record.end);
        let space = self.build.ins().icmp_imm_s(IntCC::SignedLessThan, runs, RUNS);
        let goes_on = self.build.ins().band(more, space);
        self.build.ins().brif(goes_on, body, &[], turn.full, &[]);
        self.build.switch_to_block(body);
        let piece = self.piece(record, at);
        let to = self.smaller(piece.to, limits.last);
        let from = self.greater(piece.from, limits.first);
        let days = self.test(IntCC::SignedLessThanOrEqual, from, to);
        let kind = self.counts(limits.kinds, piece.kind);
        let usable = self.and(days, kind);
        let known = Word::Known(i64::try_from(parties).unwrap_or(0));
        let ours = self.test(IntCC::SignedLessThan, piece.party, known);
        let usable = self.and(usable, ours);
        let party = self.select(usable, piece.party, known);
        // The latest last day of any party, whose it is, and the latest of the others.
        let (last, holder, other) = (Word::Run(last), Word::Run(holder), Word::Run(other));
        let own = self.test(IntCC::Equal, party, holder);
        let theirs = self.select(own, other, last);
        let meets = self.test(IntCC::SignedLessThanOrEqual, from, theirs);
        let meets = self.and(usable, meets);
        let meets = self.word_of(meets);
        let place = self.element(state, party, KEPT);
        let (start, end) = (self.get(place, START), self.get(place, END));
        let again = self.test(IntCC::SignedLessThanOrEqual, from, end);
        let again = self.and(usable, again);
        let again = self.word_of(again);
        let again = self.add(again, again);
        let shared = self.bor(Word::Run(shared), meets);
        let shared = self.bor(shared, again);
        let beyond = self.test(IntCC::SignedGreaterThan, to, last);
        let beyond = self.and(usable, beyond);
        let keeps = self.or(own, beyond);
        let top = self.select(beyond, to, last);
        let below = self.greater(other, to);
        let below = self.select(usable, below, other);
        let pushed = self.select(beyond, last, below);
        let other = self.select(own, other, pushed);
        let holder = self.select(keeps, party, holder);
        // The run that ends here is written where the next one will be; it stays if there is one.
        let run = self.element(room, Word::Run(runs), RUN);
        self.put(start, run, 0);
        self.put(end, run, 8);
        self.put(Word::Run(place), run, 16);
        let next = self.add(end, Word::Known(1));
        let gap = self.test(IntCC::SignedGreaterThan, from, next);
        let gap = self.and(usable, gap);
        let some = self.test(IntCC::SignedLessThanOrEqual, start, end);
        let ended = self.and(gap, some);
        let ended = self.word_of(ended);
        let runs = self.add(Word::Run(runs), ended);
        let start = self.select(gap, from, start);
        let later = self.test(IntCC::SignedGreaterThan, to, end);
        let later = self.and(usable, later);
        let end = self.select(later, to, end);
        self.put(start, place, START);
        self.put(end, place, END);
        let at = self.build.ins().iadd_imm_s(piece.at, 1);
        let words = [Word::Run(at), runs, top, holder, other, shared].map(|w| self.value(w));
        self.jump(turn.head, &words);
    }

    /// Counts the runs that were written down; after the last period also those that are still open.
    fn count_runs(
        &mut self,
        record: &Record,
        mode: DatedIn,
        parties: usize,
        (state, room): (Value, Value),
        turn: &Turn,
    ) {
        let [at, runs, last, holder, other, shared] = turn.carried[..] else { return };
        self.build.switch_to_block(turn.full);
        let over = self.build.ins().icmp(IntCC::SignedGreaterThanOrEqual, at, record.end);
        let over = Bit::Run(over);
        let mut count = Word::Run(runs);
        for party in 0..parties {
            let place = self.build.ins().iadd_imm_s(state, i64::try_from(party).unwrap_or(0) * KEPT);
            let (start, end) = (self.get(place, START), self.get(place, END));
            let run = self.element(room, count, RUN);
            self.put(start, run, 0);
            self.put(end, run, 8);
            self.put(Word::Run(place), run, 16);
            let some = self.test(IntCC::SignedLessThanOrEqual, start, end);
            let open = self.and(over, some);
            let open = self.word_of(open);
            count = self.add(count, open);
        }
        let count = self.value(count);
        let (next, params) = self.block_of(1);
        let (body, _) = self.block_of(0);
        let (counted, _) = self.block_of(0);
        let zero = self.build.ins().iconst(types::I64, 0);
        self.jump(next, &[zero]);
        self.build.switch_to_block(next);
        let [index] = params[..] else { return };
        let more = self.build.ins().icmp(IntCC::SignedLessThan, index, count);
        self.build.ins().brif(more, body, &[], counted, &[]);
        self.build.switch_to_block(body);
        let run = self.element(room, Word::Run(index), RUN);
        let (start, end) = (self.get(run, 0), self.get(run, 8));
        let place = self.get(run, 16);
        let place = self.value(place);
        self.count(place, (start, end), mode);
        let first = self.get(place, FIRST);
        let first = self.smaller(start, first);
        self.put(first, place, FIRST);
        let index = self.build.ins().iadd_imm_s(index, 1);
        self.jump(next, &[index]);
        self.build.switch_to_block(counted);
        let over = self.flag(over);
        let again = [at, zero, last, holder, other, shared].map(Into::into);
        self.build.ins().brif(over, turn.done, &[shared.into()], turn.head, &again);
    }
}

/// How many runs are written down before they are counted.
pub(super) const RUNS: i64 = 120;
/// The size of a run: first day, last day, where its party is.
pub(super) const RUN: i64 = 24;

/// The blocks of the plain form.
struct Turn {
    /// Takes position, runs written, latest last day, whose it is, latest of the others, what was met.
    head: Block,
    carried: Vec<Value>,
    full: Block,
    done: Block,
    found: Vec<Value>,
}

impl Turn {
    fn new(code: &mut Code<'_>) -> Turn {
        let (head, carried) = code.block_of(6);
        let (full, _) = code.block_of(0);
        let (done, found) = code.block_of(1);
        Turn { head, carried, full, done, found }
    }
}
