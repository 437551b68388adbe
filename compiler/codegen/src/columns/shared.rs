//! Rows in which days are shared: those that the pass over all periods (`runs`) marked. Where precedence decides they are
//! folded one by one, by a sweep (`fold`), before any row is decided; each party's days by itself only once the row that is
//! decided needs them. The results are beside those of other rows, in the same form, with what was met in the last lane.

use super::fold::{Counted, DOUBLED, END, KEPT, Limits, Record, SHARED};
use super::runs::{Given, LANES, LONGEST, MARK, MEETS, Places, Plan};
use super::stage::Bound;
use super::sweep::Sweep;
use super::word::{Bit, Code, Word};
use accord_core::DatedIn;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{FuncRef, InstBuilder, MemFlagsData, Value, types};
use cranelift_module::FuncId;

/// A fold of rows in which days are shared.
pub(super) struct Meeting {
    pub plan: Plan,
    /// Whether each party's days by itself are asked for, while a row is decided.
    pub alone: bool,
    /// The last day that counts for precedence, and the sweep that decides, where they are brought together.
    pub merge: Option<(Bound, FuncId)>,
    /// How far behind the results of parties by themselves those of a sweep are.
    pub apart: i64,
}

/// What a fold is given by address.
#[derive(Clone, Copy)]
pub(super) struct Met {
    pub of: Places,
    /// The last day that counts for precedence, of the first row, where it is in a column.
    pub until: Option<Value>,
}

/// How many words a kernel has room for: more than there ever are.
pub(super) const MOST_WORDS: i64 = 64;

/// The parameters: where the words are, the first row, the one after the last, and whether rows are being decided.
pub(super) const PARAMETERS: usize = 4;

/// What the function finds in the frame of the kernel, in order.
pub(super) fn words(given: &Given, quality: Value, folds: &[Met]) -> Vec<Value> {
    let mut words = vec![quality];
    let places: Vec<Places> = folds.iter().map(|m| m.of).collect();
    words.extend(given.words(&places));
    words.extend(folds.iter().filter_map(|m| m.until));
    words
}

/// How many words there are before the last days for precedence, and in all.
fn counts(meetings: &[Meeting]) -> (usize, usize) {
    let plans: Vec<Plan> = meetings.iter().map(|m| m.plan).collect();
    let given = super::runs::parameters(&plans);
    let until = |m: &&Meeting| matches!(m.merge, Some((Bound::Column(..), _)));
    (given, 1 + given + meetings.iter().filter(until).count())
}

fn from_words(words: &[Value], meetings: &[Meeting]) -> Option<(Value, Given, Vec<Met>)> {
    let (quality, words) = words.split_first()?;
    let plans: Vec<Plan> = meetings.iter().map(|m| m.plan).collect();
    let (count, _) = counts(meetings);
    let (given, places) = Given::from_words(words.get(..count)?, &plans)?;
    let mut rest = words.get(count..)?.iter().copied();
    let mut met = Vec::new();
    for (meeting, of) in meetings.iter().zip(places) {
        let until = match meeting.merge {
            Some((Bound::Column(..), _)) => Some(rest.next()?),
            _ => None,
        };
        met.push(Met { of, until });
    }
    Some((*quality, given, met))
}

/// A row that is folded.
struct Shared {
    record: Record,
    row: Value,
    parties: usize,
}

impl Code<'_> {
    /// Each party's days by itself, into `state`, with a branch for each period. Gives what was met.
    fn plain_one_by_one(&mut self, record: &Record, limits: &Limits, parties: usize, state: Value) -> Word {
        self.begin(state, parties);
        let (head, params) = self.block_of(2);
        let [body, take, done] = [(); 3].map(|()| self.block_of(0).0);
        let (next, following) = self.block_of(1);
        let zero = self.build.ins().iconst(types::I64, 0);
        self.jump(head, &[record.begin, zero]);
        self.build.switch_to_block(head);
        let ([at, flags], [following]) = (&params[..], &following[..]) else { return Word::Known(0) };
        let more = self.build.ins().icmp(IntCC::SignedLessThan, *at, record.end);
        self.build.ins().brif(more, body, &[], done, &[]);
        self.build.switch_to_block(next);
        let after = self.build.ins().iadd_imm_s(*at, 1);
        self.jump(head, &[after, *following]);
        self.build.switch_to_block(body);
        let piece = self.piece(record, *at);
        let to = self.smaller(piece.to, limits.last);
        let from = self.greater(piece.from, limits.first);
        let days = self.test(IntCC::SignedLessThanOrEqual, from, to);
        let kind = self.counts(limits.kinds, piece.kind);
        let known = Word::Known(i64::try_from(parties).unwrap_or(0));
        let ours = self.test(IntCC::SignedLessThan, piece.party, known);
        let usable = self.and(days, kind);
        let usable = self.and(usable, ours);
        let usable = self.flag(usable);
        self.build.ins().brif(usable, take, &[], next, &[(*flags).into()]);
        self.build.switch_to_block(take);
        let mut met = Word::Run(*flags);
        for party in 0..parties {
            let end = self.get(state, i32::try_from(party).unwrap_or(0) * 48 + END);
            let meets = self.test(IntCC::SignedLessThanOrEqual, from, end);
            let own = self.test(IntCC::Equal, piece.party, Word::Known(i64::try_from(party).unwrap_or(0)));
            let flag = self.select(own, Word::Known(DOUBLED), Word::Known(SHARED));
            let flag = self.select(meets, flag, Word::Known(0));
            met = self.bor(met, flag);
        }
        let place = self.element(state, piece.party, KEPT);
        self.extend(place, from, to, limits.mode);
        let met = self.value(met);
        self.jump(next, &[met]);
        self.build.switch_to_block(done);
        self.finish(state, parties, limits.mode);
        Word::Run(*flags)
    }

    /// The body of the function.
    pub fn shared_rows(
        &mut self,
        params: &[Value],
        parties: usize,
        meetings: &[Meeting],
        sweeps: &[FuncRef],
    ) -> Option<()> {
        let [words, first, end, late] = *params else { return None };
        let (_, count) = counts(meetings);
        let word = |at: usize| i32::try_from(at * 8).ok().map(|offset| self.get(words, offset));
        let words: Option<Vec<Word>> = (0..count).map(word).collect();
        let words: Vec<Value> = words?.into_iter().map(|word| self.value(word)).collect();
        let (quality, given, met) = from_words(&words, meetings)?;
        let (head, row) = self.block_of(1);
        let [look, fold, early, lately, done] = [(); 5].map(|()| self.block_of(0).0);
        self.jump(head, &[first]);
        self.build.switch_to_block(head);
        let [row] = row[..] else { return None };
        let more = self.build.ins().icmp(IntCC::SignedLessThan, row, end);
        self.build.ins().brif(more, look, &[], done, &[]);
        self.build.switch_to_block(done);
        let zero = self.build.ins().iconst(types::I64, 0);
        self.build.ins().return_(&[zero]);
        self.build.switch_to_block(look);
        let next = self.build.ins().iadd_imm_s(row, 1);
        let mark = self.mark_of(&given, row);
        let mark = self.read_mark(mark);
        let meets = self.build.ins().icmp_imm_s(IntCC::Equal, mark, MEETS);
        self.build.ins().brif(meets, fold, &[], head, &[next.into()]);
        self.build.switch_to_block(fold);
        let begin = self.build.ins().ishl_imm_u(row, 2);
        let begin = self.build.ins().iadd(given.offsets, begin);
        let (begin, end) = (self.read(types::I32, true, begin, 0), self.read(types::I32, true, begin, 4));
        let (begin, end) = (self.value(begin), self.value(end));
        let Given { from, to, party, kind, .. } = given;
        let record = Record { begin, end, from, to, party, kind, quality };
        let shared = Shared { record, row, parties };
        self.build.ins().brif(late, lately, &[], early, &[]);
        self.build.switch_to_block(early);
        let mut sweeps = sweeps.iter().copied();
        let mut left = Bit::Known(false);
        for (meeting, met) in meetings.iter().zip(&met) {
            if meeting.merge.is_some() {
                let more = self.brought_together(&shared, meeting, met, sweeps.next()?);
                left = self.or(left, more);
            }
        }
        // A row whose results are too large is left to when it is decided.
        let left = self.word_of(left);
        let left = self.value(left);
        let left = self.build.ins().ireduce(types::I8, left);
        let mark = self.mark_of(&given, row);
        let old = self.read_mark(mark);
        let new = self.build.ins().bor(old, left);
        self.build.ins().store(MemFlagsData::trusted(), new, mark, 0);
        self.jump(head, &[next]);
        self.build.switch_to_block(lately);
        let mut left = Bit::Known(false);
        for (meeting, met) in meetings.iter().zip(&met).filter(|(m, _)| m.alone) {
            let more = self.each_by_itself(&shared, meeting, met);
            left = self.or(left, more);
        }
        let left = self.word_of(left);
        let left = self.value(left);
        self.build.ins().return_(&[left]);
        Some(())
    }

    fn mark_of(&mut self, given: &Given, row: Value) -> Value {
        let offset = self.build.ins().ishl_imm_u(row, 2);
        let offset = self.build.ins().iadd_imm_s(offset, MARK);
        self.build.ins().iadd(given.present, offset)
    }

    fn read_mark(&mut self, mark: Value) -> Value {
        self.build.ins().load(types::I8, MemFlagsData::trusted(), mark, 0)
    }

    /// A day that limits a fold, for the row.
    fn day_of(&mut self, shared: &Shared, bound: Bound, place: Option<Value>) -> Word {
        match (bound, place) {
            (Bound::Known(day), _) => Word::Known(day),
            (Bound::Column(_, days), Some(place)) => {
                let address = self.element(place, Word::Run(shared.row), 4);
                let day = self.read(types::I32, true, address, 0);
                self.add(day, Word::Known(days))
            }
            (Bound::Column(..), None) => Word::Known(0),
        }
    }

    /// The days that limit a fold of a row.
    fn limits_of(&mut self, shared: &Shared, plan: &Plan, met: &Met) -> Limits {
        let first = self.day_of(shared, plan.first, met.of.first);
        let last = self.day_of(shared, plan.last, met.of.last);
        Limits { kinds: plan.kinds, first, last, mode: plan.mode }
    }

    /// Each party's days of a row; whether they are too many.
    fn each_by_itself(&mut self, shared: &Shared, meeting: &Meeting, met: &Met) -> Bit {
        let limits = self.limits_of(shared, &meeting.plan, met);
        let bytes = i64::try_from(shared.parties + 1).unwrap_or(1) * KEPT;
        let state = self.place(bytes);
        let flags = self.plain_one_by_one(&shared.record, &limits, shared.parties, state);
        let (counted, edge) = self.counted(state, shared.parties);
        self.slots.release(bytes);
        self.put_results(shared, (&meeting.plan, met, 0), &counted, (flags, edge))
    }

    /// The days of a row as precedence decides; whether they are too many.
    fn brought_together(&mut self, shared: &Shared, meeting: &Meeting, met: &Met, sweep: FuncRef) -> Bit {
        let Some((until, _)) = meeting.merge else { return Bit::Known(true) };
        let Limits { first, last, .. } = self.limits_of(shared, &meeting.plan, met);
        let until = self.day_of(shared, until, met.until);
        let bytes = i64::try_from(shared.parties + 1).unwrap_or(1) * KEPT;
        let state = self.place(bytes);
        let of = self.build.ins().iconst(types::I64, (1 << shared.parties) - 1);
        let [until, first, last] = [until, first, last].map(|day| self.value(day));
        let words = Sweep { record: shared.record, until, first, last, of, state }.words();
        let call = self.build.ins().call(sweep, &words);
        let Some(flags) = self.build.inst_results(call).first().copied() else { return Bit::Known(true) };
        let (counted, edge) = self.counted(state, shared.parties);
        self.slots.release(bytes);
        self.put_results(shared, (&meeting.plan, met, meeting.apart), &counted, (Word::Run(flags), edge))
    }

    /// Writes what was counted of each party, and what was met. Whether it is too much.
    fn put_results(
        &mut self,
        shared: &Shared,
        (plan, met, apart): (&Plan, &Met, i64),
        counted: &[Counted],
        (flags, edge): (Word, Bit),
    ) -> Bit {
        let apart = i32::try_from(apart).unwrap_or(0);
        let places = [Some(met.of.sums), met.of.firsts, met.of.lasts];
        let places = places.map(|place| place.map(|place| self.element(place, Word::Run(shared.row), LANES * 4)));
        let put = |code: &mut Self, word: Word, (place, lane): (Option<Value>, usize)| {
            let Some(place) = place else { return };
            let word = code.value(word);
            let word = code.build.ins().ireduce(types::I32, word);
            let offset = apart + i32::try_from(lane).unwrap_or(0) * 4;
            code.build.ins().store(MemFlagsData::trusted(), word, place, offset);
        };
        let [sums, firsts, lasts] = places;
        let mut left = edge;
        for (lane, counted) in counted.iter().enumerate() {
            let sum = if plan.mode == DatedIn::Days {
                counted.days
            } else {
                let (most_months, most_days) = LONGEST;
                for (amount, most) in [(counted.months, most_months), (counted.days, most_days)] {
                    let beyond = self.test(IntCC::SignedGreaterThan, amount, Word::Known(most));
                    left = self.or(left, beyond);
                }
                let months = self.shl(counted.months, Word::Known(16));
                self.bor(months, counted.days)
            };
            put(self, sum, (sums, lane));
            put(self, counted.first, (firsts, lane));
            put(self, counted.last, (lasts, lane));
        }
        put(self, flags, (sums, usize::try_from(MARK).unwrap_or(3)));
        left
    }
}
