//! Folds that come to what was folded before, or to nothing, in most rows: of kinds, or until a day, that only few
//! records have anything to do with. Whether a row is such is seen from its kinds and its first day; only the record of
//! another is gone through.

use super::calendar::first_day;
use super::few::Plain;
use super::fold::{Limits, Record};
use super::periods::{COUNTED, Scanned};
use super::row::Row;
use super::stage::Bound;
use super::word::{Bit, Word};
use accord_core::columns::Cell;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{BlockArg, InstBuilder, Value, types};

/// What is said of all parties together.
const ALL: usize = 3;

/// A fold of the stage, and in which rows others come to the same, or to nothing.
struct Before {
    limits: Limits,
    same: Bit,
    none: Bit,
}

impl Row<'_, '_> {
    /// The days within limits of each party that is asked about, where the stage does not fold them but others that are
    /// the same in some rows: the record of a row of which they are not is gone through.
    pub fn reused(&mut self, scanned: &Scanned, limits: &Limits, asked: i64) -> Option<Plain> {
        let before = self.before(scanned, limits, asked)?;
        let (counted, shared, doubled, edge) = self.plain_before(scanned, &before.limits);
        let parties = counted.len();
        let (none, _) = self.code.block_of(0);
        let [other, nothing] = [(); 2].map(|()| self.code.block_of(0).0);
        let (done, given) = self.code.block_of(COUNTED * parties + ALL);
        let words = self.plain_words(&(counted, shared, doubled, edge));
        let same = self.code.flag(before.same);
        self.code.build.ins().brif(same, done, &words, none, &[]);
        self.code.build.switch_to_block(none);
        let is_none = self.code.flag(before.none);
        self.code.build.ins().brif(is_none, nothing, &[], other, &[]);
        self.code.build.switch_to_block(nothing);
        let zero = self.code.build.ins().iconst(types::I64, 0);
        self.code.jump(done, &vec![zero; COUNTED * parties + ALL]);
        self.code.build.set_cold_block(other);
        self.code.build.switch_to_block(other);
        let plain = self.plain(&scanned.record, limits);
        let words = self.plain_words(&plain);
        self.code.build.ins().jump(done, &words);
        self.code.build.switch_to_block(done);
        let is = |row: &mut Self, word: &Value| row.code.test(IntCC::NotEqual, Word::Run(*word), Word::Known(0));
        let (all, each) = given.split_at(ALL.min(given.len()));
        let [shared, doubled, edge] = all else { return None };
        let flags = [shared, doubled, edge].map(|word| is(self, word));
        let [shared, doubled, edge] = flags;
        Some((self.counted_from(each), shared, doubled, edge))
    }

    fn plain_words(&mut self, (counted, shared, doubled, edge): &Plain) -> Vec<BlockArg> {
        let mut words = Vec::new();
        for flag in [shared, doubled, edge] {
            let word = self.code.word_of(*flag);
            words.push(self.code.value(word));
        }
        words.extend(self.counted_words(counted));
        words.into_iter().map(BlockArg::Value).collect()
    }

    /// The fold of the stage that is nearest to these limits: of as many kinds or more, from the same day on, or from the
    /// first there is where the stage does not know the day.
    fn before(&mut self, scanned: &Scanned, limits: &Limits, asked: i64) -> Option<Before> {
        let first = self.code.bound(limits.first);
        let from_first = first.unwrap_or(Bound::Known(first_day()));
        let fits = |(kinds, from, _, mode): &(u8, Bound, Bound, _)| {
            *mode == limits.mode && *from == from_first && kinds & limits.kinds == limits.kinds
        };
        let known = self.stage.folded();
        let (kinds, _, last, _) = known.into_iter().filter(fits).min_by_key(|(kinds, ..)| kinds.count_ones())?;
        let until = self.day_of(last)?;
        let (mut same, mut none) = (Bit::Known(true), Bit::Known(false));
        if kinds != limits.kinds {
            let there = self.kinds_of(&scanned.record);
            let others = self.code.band(there, self.each(kinds & !limits.kinds, asked));
            same = self.code.test(IntCC::Equal, others, Word::Known(0));
            let own = self.code.band(there, self.each(limits.kinds, asked));
            none = self.code.test(IntCC::Equal, own, Word::Known(0));
        }
        // Periods are sorted by their first day.
        let begin = self.code.element(scanned.record.from, Word::Run(scanned.record.begin), 4);
        let earliest = self.code.read(types::I32, true, begin, 0);
        if self.code.bound(limits.last) != Some(last) {
            let until_then = self.code.test(IntCC::Equal, limits.last, until);
            same = self.code.and(same, until_then);
            let before = self.code.test(IntCC::SignedLessThan, limits.last, earliest);
            none = self.code.or(none, before);
        }
        let mut limits = Limits { kinds, last: until, ..*limits };
        if first.is_none() {
            let all = self.code.test(IntCC::SignedLessThanOrEqual, limits.first, earliest);
            same = self.code.and(same, all);
            limits.first = Word::Known(first_day());
        }
        Some(Before { limits, same, none })
    }

    /// The day that a limit of a fold is.
    fn day_of(&mut self, bound: Bound) -> Option<Word> {
        match bound {
            Bound::Known(day) => Some(Word::Known(day)),
            Bound::Column(column, more) => {
                let is_day = self.layout.columns.get(column).is_some_and(|c| c.cell == Cell::Date);
                let day = is_day.then(|| self.day(column))?;
                Some(self.code.add(day, Word::Known(more)))
            }
        }
    }

    /// Kinds of each party that is asked about, as [`Row::kinds_of`] gives them.
    fn each(&self, kinds: u8, asked: i64) -> Word {
        let whose = (0..self.parties()).filter(|at| asked >> at & 1 == 1);
        Word::Known(whose.fold(0, |all, at| all | i64::from(kinds) << (8 * at)))
    }

    /// The kinds that the periods of a record have, a byte for each party and a bit for each kind: of records that the
    /// stage folded, so of few parties.
    fn kinds_of(&mut self, record: &Record) -> Word {
        if let Some(known) = self.kinds {
            return known;
        }
        let (head, carried) = self.code.block_of(2);
        let (body, _) = self.code.block_of(0);
        let (done, found) = self.code.block_of(1);
        let zero = self.code.build.ins().iconst(types::I64, 0);
        let one = self.code.build.ins().iconst(types::I64, 1);
        self.code.jump(head, &[record.begin, zero]);
        self.code.build.switch_to_block(head);
        let ([at, kinds], [all]) = (&carried[..], &found[..]) else { return Word::Known(i64::MAX) };
        let more = self.code.build.ins().icmp(IntCC::SignedLessThan, *at, record.end);
        self.code.build.ins().brif(more, body, &[], done, &[(*kinds).into()]);
        self.code.build.switch_to_block(body);
        let address = self.code.build.ins().iadd(record.kind, *at);
        let kind = self.code.read(types::I8, false, address, 0);
        let address = self.code.build.ins().iadd(record.party, *at);
        let party = self.code.read(types::I8, false, address, 0);
        let byte = self.code.shl(party, Word::Known(3));
        let place = self.code.add(byte, kind);
        let place = self.code.value(place);
        let bit = self.code.build.ins().ishl(one, place);
        let kinds = self.code.build.ins().bor(*kinds, bit);
        let next = self.code.build.ins().iadd_imm_s(*at, 1);
        self.code.jump(head, &[next, kinds]);
        self.code.build.switch_to_block(done);
        let all = Word::Run(*all);
        self.kinds = Some(all);
        all
    }
}
