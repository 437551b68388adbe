//! Ties of a sweep: days on which several parties have the best class.
//!
//! A tie is all the adjoining days on which the same parties tie in the same class, so where it is settled by what came
//! before or after it is kept open until something else comes: then it is settled once, by the record as communicated.
//! What goes over the days comes here and then goes over the same days again, with no tie open.

use super::fold::{Merging, REFERRED, Record, UNSETTLED};
use super::sweep::{Steps, Sweep};
use super::word::{Bit, Code, Word};
use accord_core::{Criterion, TieStep};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};

/// What is kept of a tie: its first day, the day after its last, whose it is, a bit each, none where no tie is open, and
/// of these whose days are kept.
const FIRST: i32 = 0;
const NEXT: i32 = 8;
const WHOSE: i32 = 16;
const WHICH: i32 = 24;
const SIZE: i64 = 32;

/// A bit beside those of parties: all that ties is assimilated or credited.
const ASSIMILATED: i64 = 32;

/// A tie that goes on.
#[derive(Clone, Copy)]
pub(super) struct Open {
    /// What is kept of it.
    place: Value,
    /// Settles it. Takes what [`Steps::advance`] takes, and goes there.
    settle: Block,
}

/// Days on which parties tie.
pub(super) struct Tied {
    /// Their class.
    pub best: Word,
    /// Whose they are, and of these whose are kept, a bit each.
    pub whose: Word,
    pub kept: Word,
    /// The first day, and the one after the last.
    pub first: Value,
    pub next: Value,
    /// What was met so far.
    pub flags: Value,
}

/// A tie that is to be settled: the first day, and the one after the last.
struct Over {
    first: Value,
    next: Value,
}

/// Where a tie goes once it is settled.
#[derive(Clone, Copy)]
struct Ways {
    /// Takes the parties that count it.
    count: Block,
    refer: Block,
}

/// Whether a way to settle a tie looks for the nearest period.
fn looks(step: Option<&TieStep>) -> bool {
    matches!(step, Some(TieStep::LastCompulsoryBefore | TieStep::FirstCompulsoryAfter))
}

impl Merging {
    fn steps(&self) -> [&[TieStep]; 2] {
        [&self.ties.assimilated, &self.ties.otherwise]
    }

    /// Whether a tie can be settled by what came before or after.
    fn looks(&self) -> bool {
        self.steps().iter().any(|steps| looks(steps.first()))
    }

    /// Which of the criteria says that a period is assimilated or credited: the bit of a class.
    fn assimilated(&self) -> Option<usize> {
        let at = self.precedence.iter().position(|c| *c == Criterion::ActualOverAssimilated)?;
        Some(self.precedence.len() - 1 - at)
    }

    /// Whether it is not known of a tie how it is settled.
    fn is_undecided(&self) -> bool {
        self.assimilated().is_none() && (self.ties.assimilated != self.ties.otherwise || self.looks())
    }
}

impl Code<'_> {
    /// Where a tie is kept open, if any is.
    pub fn open_tie(&mut self, how: &Merging) -> Option<Open> {
        if !how.looks() || how.is_undecided() {
            return None;
        }
        let place = self.place(SIZE);
        self.put(Word::Known(0), place, WHOSE);
        let (settle, _) = self.block_of(7);
        Some(Open { place, settle })
    }

    /// Settles the tie that is open, if there is one, before days behind it are counted: then goes over these days again.
    pub fn settle_before(&mut self, steps: &Steps, now: &[Value]) {
        let Some(open) = steps.open else { return };
        let (on, _) = self.block_of(0);
        let whose = self.get(open.place, WHOSE);
        let none = self.test(IntCC::Equal, whose, Word::Known(0));
        let none = self.flag(none);
        let now: Vec<_> = now.iter().copied().map(Into::into).collect();
        self.build.ins().brif(none, on, &[], open.settle, &now);
        self.build.switch_to_block(on);
    }

    /// Several parties have the best class.
    pub fn tie(&mut self, given: &Sweep, how: &Merging, steps: &Steps, tied: &Tied, rest: &[Value; 5]) {
        let is_assimilated = match how.assimilated() {
            Some(bit) => self.has(tied.best, bit),
            None => Bit::Known(false),
        };
        if let Some(open) = steps.open {
            return self.keep_open(open, steps, is_assimilated, tied, rest);
        }
        let flag_of = |steps: &[TieStep]| match steps.first() {
            Some(TieStep::Own) => 0,
            _ => REFERRED,
        };
        let [assimilated, otherwise] = how.steps().map(flag_of);
        let mut flag = self.select(is_assimilated, Word::Known(assimilated), Word::Known(otherwise));
        if how.is_undecided() {
            flag = Word::Known(UNSETTLED);
        }
        let flags = self.bor(Word::Run(tied.flags), flag);
        if flag != Word::Known(REFERRED) && flag != Word::Known(UNSETTLED) {
            // Each counts its own; where another flag is set the result is not looked at.
            self.win_each(given, how, tied.kept, (tied.first, tied.next));
        }
        let flags = self.value(flags);
        self.again(steps, tied.next, flags, rest);
    }

    /// Each of some parties counts the days from the one reached to the one before the next.
    fn win_each(&mut self, given: &Sweep, how: &Merging, parties: Word, (reached, next): (Value, Value)) {
        for at in 0..how.parties {
            let mine = self.has(parties, at);
            let party = Word::Known(i64::try_from(at).unwrap_or(0));
            self.win_if(mine, given, how, (party, reached, Word::Run(next)));
        }
    }

    /// Keeps a tie open: it goes on with the one that is, or is a new one, once that is settled. Where days are kept of
    /// others than before, it is left to the general evaluator.
    fn keep_open(&mut self, open: Open, steps: &Steps, is_assimilated: Bit, tied: &Tied, rest: &[Value; 5]) {
        let Tied { whose, kept, first, next, flags, .. } = *tied;
        let bit = self.select(is_assimilated, Word::Known(1 << ASSIMILATED), Word::Known(0));
        let whose = self.bor(whose, bit);
        let [same, other, begins] = [(); 3].map(|()| self.block_of(0).0);
        let (goes_on, going_on) = self.block_of(1);
        let (before, end) = (self.get(open.place, WHOSE), self.get(open.place, NEXT));
        let equal = self.test(IntCC::Equal, before, whose);
        let adjoins = self.test(IntCC::Equal, end, Word::Run(first));
        let is_same = self.and(equal, adjoins);
        let is_same = self.flag(is_same);
        self.build.ins().brif(is_same, same, &[], other, &[]);
        self.build.switch_to_block(same);
        let which = self.get(open.place, WHICH);
        let alike = self.test(IntCC::Equal, which, kept);
        let unclear = self.select(alike, Word::Known(0), Word::Known(UNSETTLED));
        let met = self.bor(Word::Run(flags), unclear);
        let met = self.value(met);
        self.jump(goes_on, &[met]);
        self.build.switch_to_block(other);
        let none = self.test(IntCC::Equal, before, Word::Known(0));
        let none = self.flag(none);
        let [at, from, party, to, latest] = *rest;
        let now = [first, flags, at, from, party, to, latest].map(Into::into);
        self.build.ins().brif(none, begins, &[], open.settle, &now);
        self.build.switch_to_block(begins);
        self.put(Word::Run(first), open.place, FIRST);
        self.put(whose, open.place, WHOSE);
        self.put(kept, open.place, WHICH);
        self.jump(goes_on, &[flags]);
        self.build.switch_to_block(goes_on);
        let [flags] = going_on[..] else { return };
        self.put(Word::Run(next), open.place, NEXT);
        self.again(steps, next, flags, rest);
    }

    /// Settles the tie that is open.
    pub fn settle_open(&mut self, given: &Sweep, how: &Merging, steps: &Steps) {
        let Some(open) = steps.open else { return };
        self.build.set_cold_block(open.settle);
        self.build.switch_to_block(open.settle);
        let now = self.build.block_params(open.settle).to_vec();
        let [reached, flags, rest @ ..] = now.as_slice() else { return };
        let [first, next, whose] = [FIRST, NEXT, WHOSE].map(|part| self.get(open.place, part));
        let [first, next] = [first, next].map(|day| self.value(day));
        self.put(Word::Known(0), open.place, WHOSE);
        let parties = self.band(whose, Word::Known((1 << ASSIMILATED) - 1));
        let is_assimilated = self.has(whose, usize::try_from(ASSIMILATED).unwrap_or(0));
        let [assimilated, otherwise] = [(); 2].map(|()| self.block_of(0).0);
        let (count, counting) = self.block_of(1);
        let (refer, _) = self.block_of(0);
        let is_assimilated = self.flag(is_assimilated);
        self.build.ins().brif(is_assimilated, assimilated, &[], otherwise, &[]);
        let (over, ways) = (Over { first, next }, Ways { count, refer });
        for (block, by) in [assimilated, otherwise].into_iter().zip(how.steps()) {
            self.build.switch_to_block(block);
            self.settle(given, &over, by, parties, ways);
        }
        self.build.switch_to_block(refer);
        let referred = self.bor(Word::Run(*flags), Word::Known(REFERRED));
        let referred = self.value(referred);
        let again: Vec<Value> = [*reached, referred].into_iter().chain(rest.iter().copied()).collect();
        self.jump(steps.advance, &again);
        self.build.switch_to_block(count);
        let [parties] = counting[..] else { return };
        let which = self.get(open.place, WHICH);
        let parties = self.band(Word::Run(parties), which);
        self.win_each(given, how, parties, (first, next));
        self.jump(steps.advance, &now);
    }

    /// The ways to settle a tie, one after the other: see [`accord_core::totalise`].
    fn settle(&mut self, given: &Sweep, over: &Over, by: &[TieStep], parties: Word, ways: Ways) {
        let mut parties = self.value(parties);
        for step in by {
            match step {
                TieStep::Own => return self.jump(ways.count, &[parties]),
                TieStep::Refer => return self.jump(ways.refer, &[]),
                TieStep::LastCompulsoryBefore | TieStep::FirstCompulsoryAfter => {
                    let nearest = self.nearest(&given.record, over, step, parties);
                    let (next, _) = self.block_of(0);
                    // Nobody has such a period: it is as it was.
                    let none = self.build.ins().icmp_imm_s(IntCC::Equal, nearest, 0);
                    parties = self.build.ins().select(none, parties, nearest);
                    let count = self.build.ins().popcnt(parties);
                    let single = self.build.ins().icmp_imm_s(IntCC::Equal, count, 1);
                    self.build.ins().brif(single, ways.count, &[parties.into()], next, &[]);
                    self.build.switch_to_block(next);
                }
            }
        }
        self.jump(ways.refer, &[]);
    }

    /// Those of the tied parties whose compulsory actual period is nearest before or after, a bit each.
    fn nearest(&mut self, record: &Record, over: &Over, step: &TieStep, parties: Value) -> Value {
        let (head, params) = self.block_of(3);
        let [body, done] = [(); 2].map(|()| self.block_of(0).0);
        let far = self.build.ins().iconst(types::I64, i64::MAX);
        let zero = self.build.ins().iconst(types::I64, 0);
        self.jump(head, &[record.begin, far, zero]);
        self.build.switch_to_block(head);
        let [at, least, nearest] = params[..] else { return zero };
        let more = self.build.ins().icmp(IntCC::SignedLessThan, at, record.end);
        self.build.ins().brif(more, body, &[], done, &[]);
        self.build.switch_to_block(body);
        let piece = self.piece(record, at);
        let quality = self.element(record.quality, Word::Run(at), 1);
        let quality = self.read(types::I8, false, quality, 0);
        let compulsory = self.test(IntCC::Equal, quality, Word::Known(0));
        let actual = self.test(IntCC::SignedLessThan, Word::Run(piece.kind), Word::Known(4));
        let party = self.value(piece.party);
        let bit = self.build.ins().ushr(parties, party);
        let bit = self.build.ins().band_imm_s(bit, 1);
        let ties = self.test(IntCC::NotEqual, Word::Run(bit), Word::Known(0));
        // A number that stands for no party has the bit of another.
        let known = self.test(IntCC::SignedLessThan, piece.party, Word::Known(ASSIMILATED));
        let (first, next) = (Word::Run(over.first), Word::Run(over.next));
        let (here, distance) = if *step == TieStep::LastCompulsoryBefore {
            let here = self.test(IntCC::SignedLessThan, piece.from, first);
            let before = self.sub(first, Word::Known(1));
            let last = self.smaller(piece.to, before);
            (here, self.sub(first, last))
        } else {
            let here = self.test(IntCC::SignedGreaterThanOrEqual, piece.to, next);
            let from = self.greater(piece.from, next);
            (here, self.sub(from, next))
        };
        let usable = [actual, ties, known, here].into_iter().fold(compulsory, |all, one| self.and(all, one));
        let nearer = self.test(IntCC::SignedLessThan, distance, Word::Run(least));
        let level = self.test(IntCC::Equal, distance, Word::Run(least));
        let mine = self.shl(Word::Known(1), piece.party);
        let with = self.bor(Word::Run(nearest), mine);
        let joined = self.select(level, with, Word::Run(nearest));
        let taken = self.select(nearer, mine, joined);
        let nearest_now = self.select(usable, taken, Word::Run(nearest));
        let least_here = self.smaller(distance, Word::Run(least));
        let least_now = self.select(usable, least_here, Word::Run(least));
        let following = self.build.ins().iadd_imm_s(at, 1);
        let (least_now, nearest_now) = (self.value(least_now), self.value(nearest_now));
        self.jump(head, &[following, least_now, nearest_now]);
        self.build.switch_to_block(done);
        nearest
    }
}
