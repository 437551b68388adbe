//! Who holds periods; and the plain fold of few parties, in registers: as [`super::fold`] has it for many in memory.

use super::calendar::{first_day, last_day};
use super::fold::{Counted, Limits, MOST, NEVER, RUN, RUNS, Record};
use super::word::{Bit, Code, Word};
use accord_core::DatedIn;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};

/// Of so many parties everything is kept in registers.
pub(super) const FEW: usize = 3;

/// What is carried from turn to turn: the position, what was met, and of each party the run that is open and what was
/// counted.
#[derive(Clone)]
struct Carried {
    at: Word,
    met: Word,
    parties: Vec<Party>,
}

/// What is carried from period to period: how many runs were written down, and of what is carried from turn to turn
/// that which a period changes.
struct Open {
    runs: Word,
    carried: Carried,
}

/// Of one party.
#[derive(Clone, Copy)]
struct Party {
    start: Word,
    end: Word,
    months: Word,
    days: Word,
    first: Word,
    touched: Word,
}

impl Carried {
    fn words(&self) -> Vec<Word> {
        let party = |p: &Party| [p.start, p.end, p.months, p.days, p.first, p.touched];
        [self.at, self.met].into_iter().chain(self.parties.iter().flat_map(party)).collect()
    }

    fn from(values: &[Value]) -> Option<Carried> {
        let [at, met, rest @ ..] = values else { return None };
        let run = |v: &Value| Word::Run(*v);
        let parties = rest.chunks_exact(6).filter_map(|chunk| {
            let [start, end, months, days, first, touched] = chunk else { return None };
            let (start, end, months, days) = (run(start), run(end), run(months), run(days));
            Some(Party { start, end, months, days, first: run(first), touched: run(touched) })
        });
        Some(Carried { at: run(at), met: run(met), parties: parties.collect() })
    }
}

impl Open {
    fn words(runs: Word, carried: &Carried) -> Vec<Word> {
        let parties = carried.parties.iter().flat_map(|p| [p.start, p.end]);
        [runs, carried.at, carried.met].into_iter().chain(parties).collect()
    }

    fn from(values: &[Value], before: &Carried) -> Option<Open> {
        let [runs, at, met, rest @ ..] = values else { return None };
        let run = |v: &Value| Word::Run(*v);
        let mut parties = before.parties.clone();
        for (party, ends) in parties.iter_mut().zip(rest.chunks_exact(2)) {
            if let [start, end] = ends {
                (party.start, party.end) = (run(start), run(end));
            }
        }
        Some(Open { runs: run(runs), carried: Carried { at: run(at), met: run(met), parties } })
    }
}

/// What folding gives: what was counted of each party; whether a day is two parties', whether one is in two periods of
/// a party, whether one is the last there is.
pub(super) type Plain = (Vec<Counted>, Bit, Bit, Bit);

impl Code<'_> {
    fn go(&mut self, block: Block, words: &[Word]) {
        let values: Vec<Value> = words.iter().map(|w| self.value(*w)).collect();
        self.jump(block, &values);
    }

    /// The same record, with its addresses computed here and not again for each period.
    pub fn held(&mut self, record: &Record) -> Record {
        let (block, params) = self.block_of(7);
        let Record { begin, end, from, to, party, kind, quality } = *record;
        self.jump(block, &[begin, end, from, to, party, kind, quality]);
        self.build.switch_to_block(block);
        match params[..] {
            [begin, end, from, to, party, kind, quality] => Record { begin, end, from, to, party, kind, quality },
            _ => *record,
        }
    }

    /// The parties that hold a period in a record, and whether a period is odd.
    pub fn scan(&mut self, record: &Record) -> (Word, Bit) {
        let record = &self.held(record);
        let (head, at) = self.block_of(2);
        let (body, _) = self.block_of(0);
        let (done, found) = self.block_of(1);
        let zero = self.build.ins().iconst(types::I64, 0);
        self.jump(head, &[record.begin, zero]);
        self.build.switch_to_block(head);
        let [at, mask] = at[..] else { return (Word::Known(0), Bit::Known(true)) };
        let more = self.build.ins().icmp(IntCC::SignedLessThan, at, record.end);
        self.build.ins().brif(more, body, &[], done, &[mask.into()]);
        self.build.switch_to_block(body);
        let party = self.element(record.party, Word::Run(at), 1);
        let party = self.read(types::I8, false, party, 0);
        // An odd one sets the highest bit: shifts count modulo 64.
        let bit = self.shl(Word::Known(1), party);
        let bit = self.value(bit);
        let mask = self.build.ins().bor(mask, bit);
        let next = self.build.ins().iadd_imm_s(at, 1);
        self.jump(head, &[next, mask]);
        self.build.switch_to_block(done);
        let [mask] = found[..] else { return (Word::Known(0), Bit::Known(true)) };
        let odd = self.test(IntCC::SignedLessThan, Word::Run(mask), Word::Known(0));
        (Word::Run(mask), odd)
    }

    /// The plain form for few parties: runs are written down, then counted, without branches that the record decides.
    pub fn plain_of_few(&mut self, record: &Record, limits: &Limits, parties: usize) -> Plain {
        let bytes = (RUNS + i64::try_from(FEW).unwrap_or(3) + 1) * RUN;
        let room = self.place(bytes);
        let size = 2 + 6 * parties;
        let record = &self.held(record);
        let (turn, carried) = self.block_of(size);
        let (head, open) = self.block_of(3 + 2 * parties);
        let (full, _) = self.block_of(0);
        let (done, found) = self.block_of(size);
        let party = Party {
            start: Word::Known(first_day()),
            end: Word::Known(first_day() - 1),
            months: Word::Known(0),
            days: Word::Known(0),
            first: Word::Known(NEVER),
            touched: Word::Known(-1),
        };
        let begin = Carried { at: Word::Run(record.begin), met: Word::Known(0), parties: vec![party; parties] };
        self.go(turn, &begin.words());
        self.build.switch_to_block(turn);
        let all = (Vec::new(), Bit::Known(true), Bit::Known(true), Bit::Known(true));
        let Some(carried) = Carried::from(&carried) else { return all };
        // What was counted does not change while runs are written down, so it is not carried along.
        self.go(head, &Open::words(Word::Known(0), &carried));
        self.build.switch_to_block(head);
        let Some(open) = Open::from(&open, &carried) else { return all };
        self.take_period(record, limits, (room, head, full), &open);
        self.count_few(record, limits.mode, (room, full, turn, done), &open);
        self.build.switch_to_block(done);
        self.slots.release(bytes);
        let Some(carried) = Carried::from(&found) else { return all };
        let mut edge = Bit::Known(false);
        let mut counted = Vec::new();
        for party in &carried.parties {
            let some = self.test(IntCC::NotEqual, party.first, Word::Known(NEVER));
            let beyond = self.test(IntCC::SignedGreaterThanOrEqual, party.end, Word::Known(last_day()));
            edge = self.or(edge, beyond);
            let Party { months, days, first, end, .. } = *party;
            counted.push(Counted { most: MOST, months, days, first, last: end, some });
        }
        (counted, self.has(carried.met, 0), self.has(carried.met, 1), edge)
    }

    /// Takes the next period: adds its days to the open run of its party, or begins another and writes that one down.
    fn take_period(
        &mut self,
        record: &Record,
        limits: &Limits,
        (room, head, full): (Value, Block, Block),
        open: &Open,
    ) {
        let Open { runs, carried } = open;
        let runs = self.value(*runs);
        let (body, _) = self.block_of(0);
        let at = self.value(carried.at);
        let more = self.build.ins().icmp(IntCC::SignedLessThan, at, record.end);
        let space = self.build.ins().icmp_imm_s(IntCC::SignedLessThan, runs, RUNS);
        let goes_on = self.build.ins().band(more, space);
        self.build.ins().brif(goes_on, body, &[], full, &[]);
        self.build.switch_to_block(body);
        let piece = self.piece(record, at);
        let to = self.smaller(piece.to, limits.last);
        let from = match limits.first {
            Word::Known(first) if first == first_day() => piece.from,
            first => self.greater(piece.from, first),
        };
        let days = self.test(IntCC::SignedLessThanOrEqual, from, to);
        let kind = self.counts(limits.kinds, piece.kind);
        let usable = self.and(days, kind);
        let mine: Vec<Bit> = (0..carried.parties.len())
            .map(|party| {
                let party = Word::Known(i64::try_from(party).unwrap_or(0));
                let is = self.test(IntCC::Equal, piece.party, party);
                self.and(usable, is)
            })
            .collect();
        // Of the party whose the period is: its open run. Of the others: their latest last day.
        let (mut start, mut end, mut theirs) = (Word::Known(0), Word::Known(0), Word::Known(first_day() - 2));
        for (at, (party, is)) in carried.parties.iter().zip(&mine).enumerate() {
            start = if at == 0 { party.start } else { self.select(*is, party.start, start) };
            end = if at == 0 { party.end } else { self.select(*is, party.end, end) };
            let other = self.select(*is, Word::Known(first_day() - 2), party.end);
            theirs = if at == 0 { other } else { self.greater(theirs, other) };
        }
        let meets = self.test(IntCC::SignedLessThanOrEqual, from, theirs);
        let again = self.test(IntCC::SignedLessThanOrEqual, from, end);
        let (meets, again) = (self.word_of(meets), self.word_of(again));
        let again = self.add(again, again);
        let met = self.bor(meets, again);
        let used = self.word_of(usable);
        let all = self.sub(Word::Known(0), used);
        let met = self.band(met, all);
        let met = self.bor(carried.met, met);
        let next = self.add(end, Word::Known(1));
        let gap = self.test(IntCC::SignedGreaterThan, from, next);
        // The run that ends here is written where the next one will be; it stays if there is one.
        let run = self.element(room, Word::Run(runs), RUN);
        self.put(start, run, 0);
        self.put(end, run, 8);
        self.put(piece.party, run, 16);
        let some = self.test(IntCC::SignedLessThanOrEqual, start, end);
        let ended = self.and(gap, some);
        let ended = self.word_of(ended);
        let ended = self.band(ended, used);
        let runs = self.add(Word::Run(runs), ended);
        let mut following = carried.clone();
        for (party, is) in following.parties.iter_mut().zip(&mine) {
            let fresh = self.and(*is, gap);
            party.start = self.select(fresh, from, party.start);
            let later = self.greater(to, party.end);
            party.end = self.select(*is, later, party.end);
        }
        following.at = self.add(carried.at, Word::Known(1));
        if limits.last != Word::Known(last_day()) {
            // Whatever follows begins later still.
            let beyond = self.test(IntCC::SignedGreaterThan, piece.from, limits.last);
            following.at = self.select(beyond, Word::Run(record.end), following.at);
        }
        following.met = met;
        self.go(head, &Open::words(runs, &following));
    }

    /// Counts the runs that were written down; after the last period also those that are still open.
    fn count_few(
        &mut self,
        record: &Record,
        mode: DatedIn,
        (room, full, turn, done): (Value, Block, Block, Block),
        open: &Open,
    ) {
        let Open { runs, carried } = open;
        self.build.switch_to_block(full);
        let at = self.value(carried.at);
        let over = Bit::Run(self.build.ins().icmp(IntCC::SignedGreaterThanOrEqual, at, record.end));
        let mut count = *runs;
        for (at, party) in carried.parties.iter().enumerate() {
            let run = self.element(room, count, RUN);
            self.put(party.start, run, 0);
            self.put(party.end, run, 8);
            self.put(Word::Known(i64::try_from(at).unwrap_or(0)), run, 16);
            let some = self.test(IntCC::SignedLessThanOrEqual, party.start, party.end);
            let open = self.and(over, some);
            let open = self.word_of(open);
            count = self.add(count, open);
        }
        // Of each party: months, days, first day, last month touched.
        let (next, params) = self.block_of(1 + 4 * carried.parties.len());
        let (body, _) = self.block_of(0);
        let (counted, _) = self.block_of(0);
        let mut words = vec![Word::Known(0)];
        words.extend(carried.parties.iter().flat_map(|p| [p.months, p.days, p.first, p.touched]));
        self.go(next, &words);
        self.build.switch_to_block(next);
        let Some((index, sums)) = params.split_first() else { return };
        let mut parties = carried.parties.clone();
        for (party, sums) in parties.iter_mut().zip(sums.chunks_exact(4)) {
            if let [months, days, first, touched] = sums {
                *party = Party {
                    months: Word::Run(*months),
                    days: Word::Run(*days),
                    first: Word::Run(*first),
                    touched: Word::Run(*touched),
                    ..*party
                };
            }
        }
        let count = self.value(count);
        let more = self.build.ins().icmp(IntCC::SignedLessThan, *index, count);
        self.build.ins().brif(more, body, &[], counted, &[]);
        self.build.switch_to_block(counted);
        let after = Carried { parties: parties.clone(), ..carried.clone() };
        let words: Vec<_> = after.words().iter().map(|w| self.value(*w).into()).collect();
        let over = self.flag(over);
        self.build.ins().brif(over, done, &words, turn, &words);

        self.build.switch_to_block(body);
        let run = self.element(room, Word::Run(*index), RUN);
        let (start, end, whose) = (self.get(run, 0), self.get(run, 8), self.get(run, 16));
        let touched = parties.iter().enumerate().fold(Word::Known(-1), |touched, (at, party)| {
            let is = self.test(IntCC::Equal, whose, Word::Known(i64::try_from(at).unwrap_or(0)));
            self.select(is, party.touched, touched)
        });
        let (months, days, touched) = self.length_of_run((start, end), touched, mode);
        let index = self.add(Word::Run(*index), Word::Known(1));
        let mut words = vec![index];
        for (at, party) in parties.iter().enumerate() {
            let is = self.test(IntCC::Equal, whose, Word::Known(i64::try_from(at).unwrap_or(0)));
            let (more_months, more_days) =
                (self.select(is, months, Word::Known(0)), self.select(is, days, Word::Known(0)));
            words.push(self.add(party.months, more_months));
            words.push(self.add(party.days, more_days));
            let first = self.smaller(start, party.first);
            words.push(self.select(is, first, party.first));
            words.push(self.select(is, touched, party.touched));
        }
        self.go(next, &words);
    }
}
