//! The sweep: where precedence has to decide who counts a day. It goes over the days of a record from one on which
//! something begins or has ended to the next.
//!
//! What stands on a day is kept for each party as the last day of each *place*, four places to a vector: a place is a
//! class of precedence, or, where only days of some kinds are kept of what was brought together, a class with a kind and
//! a quality, in the order in which one period of a party stands for the others (see [`accord_core::totalise`]).

use super::calendar::{first_day, last_day};
use super::fold::{KEPT, Merging, Piece, Record, SHARED};
use super::periods::ALL_KINDS;
use super::ties::{Open, Tied};
use super::word::{Bit, Code, Word};
use accord_core::{Criterion, Kind, Quality};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, Value, types};

/// Lanes of a vector of places.
const LANES: u8 = 4;

/// The parameters of a sweep, in order.
pub(super) struct Sweep {
    pub record: Record,
    /// The last day that counts for precedence.
    pub until: Value,
    /// The first day that is counted.
    pub first: Value,
    /// The last day that is counted.
    pub last: Value,
    /// The parties, a bit each.
    pub of: Value,
    /// Where the result goes.
    pub state: Value,
}

/// How many parameters a sweep has.
pub(super) const SWEEP_PARAMETERS: usize = 12;

impl Sweep {
    pub fn words(&self) -> [Value; SWEEP_PARAMETERS] {
        let r = &self.record;
        [
            r.begin, r.end, r.from, r.to, r.party, r.kind, r.quality, self.until, self.first, self.last, self.of,
            self.state,
        ]
    }

    pub fn from_words(words: &[Value]) -> Option<Sweep> {
        let [begin, end, from, to, party, kind, quality, until, first, last, of, state] = *words else { return None };
        let record = Record { begin, end, from, to, party, kind, quality };
        Some(Sweep { record, until, first, last, of, state })
    }
}

/// What stands on a day, of one party: by place.
struct Places {
    /// Of each kind of a quality its place, where only some kinds are kept.
    of: u64,
    /// Of each place its class, two bits each.
    classes: u64,
    /// The places that are kept, a bit each.
    kept: u64,
    /// How many vectors there are.
    vectors: u8,
}

impl Places {
    /// The places of a way to decide.
    fn new(how: &Merging) -> Places {
        if how.kept == ALL_KINDS {
            return Places { of: 0, classes: 0, kept: u64::MAX, vectors: 1 };
        }
        let class = |quality: Quality, kind: Kind| {
            how.precedence.iter().fold(0u64, |class, criterion| {
                let yields = match criterion {
                    Criterion::CompulsoryOverVoluntary => quality == Quality::Voluntary,
                    Criterion::ActualOverAssimilated => !kind.is_actual(),
                };
                class << 1 | u64::from(yields)
            })
        };
        let each = |quality: Quality| (0u64..).zip(Kind::ALL).map(move |(at, kind)| (quality, *kind, at));
        let mut all: Vec<(u64, Quality, Kind, u64)> = (0u64..)
            .zip(Quality::ALL)
            .flat_map(|(number, quality)| {
                each(*quality)
                    .map(move |(quality, kind, at)| (class(quality, kind), quality, kind, number * KINDS + at))
            })
            .collect();
        all.sort();
        let mut places = Places { of: 0, classes: 0, kept: 0, vectors: 3 };
        for (place, (class, _, _, number)) in (0u64..).zip(all) {
            places.of |= place << (number * PLACE_BITS);
            places.classes |= class << (place * 2);
            places.kept |= u64::from(how.kept >> (number % KINDS) & 1) << place;
        }
        places
    }

    /// The size of what is kept of a party.
    fn bytes(&self) -> i64 {
        i64::from(self.vectors) * 16
    }

    /// Behind every place: a party that has nothing on a day.
    fn nowhere(&self) -> i64 {
        i64::from(self.vectors * LANES)
    }

    fn is_whole(&self) -> bool {
        self.vectors == 1
    }
}

/// How many kinds there are, and the bits that the number of a place takes.
const KINDS: u64 = 6;
const PLACE_BITS: u64 = 4;

/// Behind every class of precedence.
const NO_CLASS: i64 = 8;

/// The blocks of a sweep that lead to each other.
pub(super) struct Steps {
    /// Takes position, day reached, flags, the latest last day of the periods that were added.
    read: Block,
    /// Takes day reached, flags, and the period to add: its position, first day, party, last day; a party of -1 after
    /// the last; and the latest last day of the periods that were added.
    pub advance: Block,
    /// A tie that goes on, where ties are settled by what came before or after.
    pub open: Option<Open>,
    places: Places,
}

impl Code<'_> {
    /// The body of a sweep. Gives its flags.
    pub fn sweep(&mut self, given: &Sweep, how: &Merging) {
        let places = Places::new(how);
        let ends = self.place(i64::try_from(how.parties).unwrap_or(1) * places.bytes());
        self.begin(given.state, how.parties);
        let never = self.build.ins().iconst(types::I32, i64::from(i32::MIN));
        let never = self.build.ins().splat(types::I32X4, never);
        for at in 0..how.parties * usize::from(places.vectors) {
            let offset = i32::try_from(at).unwrap_or(0) * 16;
            self.build.ins().store(MemFlagsData::trusted(), never, ends, offset);
        }
        let (read, reading) = self.block_of(4);
        let (advance, advancing) = self.block_of(7);
        let open = self.open_tie(how);
        let steps = Steps { read, advance, open, places };
        let start = self.build.ins().iconst(types::I64, first_day() - 2);
        let zero = self.build.ins().iconst(types::I64, 0);
        self.jump(read, &[given.record.begin, start, zero, start]);
        self.next_period(given, how, &steps, &reading);
        self.stretches(given, how, &steps, &advancing, ends);
        self.settle_open(given, how, &steps);
    }

    /// Reads the next period that counts.
    fn next_period(&mut self, given: &Sweep, how: &Merging, steps: &Steps, params: &[Value]) {
        self.build.switch_to_block(steps.read);
        let [at, reached, flags, latest] = *params else { return };
        let [body, take, skip, ended] = [(); 4].map(|()| self.block_of(0).0);
        let more = self.build.ins().icmp(IntCC::SignedLessThan, at, given.record.end);
        self.build.ins().brif(more, body, &[], ended, &[]);
        self.build.switch_to_block(ended);
        let far = self.build.ins().iconst(types::I64, last_day() + 2);
        let nobody = self.build.ins().iconst(types::I64, -1);
        self.jump(steps.advance, &[reached, flags, at, far, nobody, far, latest]);
        self.build.switch_to_block(body);
        let piece = self.piece(&given.record, at);
        let to = self.smaller(piece.to, Word::Run(given.until));
        let days = self.test(IntCC::SignedLessThanOrEqual, piece.from, to);
        let kind = self.counts(how.kinds, piece.kind);
        let of = self.value(piece.party);
        let bit = self.build.ins().ushr(given.of, of);
        let bit = self.build.ins().band_imm_s(bit, 1);
        let chosen = self.test(IntCC::NotEqual, Word::Run(bit), Word::Known(0));
        let known = Word::Known(i64::try_from(how.parties).unwrap_or(0));
        let ours = self.test(IntCC::SignedLessThan, piece.party, known);
        let usable = [kind, chosen, ours].into_iter().fold(days, |all, one| self.and(all, one));
        let usable = self.flag(usable);
        self.build.ins().brif(usable, take, &[], skip, &[]);
        self.build.switch_to_block(skip);
        let next = self.build.ins().iadd_imm_s(at, 1);
        self.jump(steps.read, &[next, reached, flags, latest]);
        self.build.switch_to_block(take);
        let [from, party, to] = [piece.from, piece.party, to].map(|w| self.value(w));
        self.jump(steps.advance, &[reached, flags, at, from, party, to, latest]);
    }

    /// The class of a period: the criteria by which it gives way, the first one weighing most.
    fn class(&mut self, record: &Record, piece: &Piece, how: &Merging) -> Word {
        let mut class = Word::Known(0);
        for criterion in &how.precedence {
            let yields = match criterion {
                Criterion::CompulsoryOverVoluntary => {
                    let quality = self.element(record.quality, Word::Run(piece.at), 1);
                    self.read(types::I8, false, quality, 0)
                }
                Criterion::ActualOverAssimilated => {
                    let yields = self.test(IntCC::SignedGreaterThanOrEqual, Word::Run(piece.kind), Word::Known(4));
                    self.word_of(yields)
                }
            };
            let twice = self.add(class, class);
            class = self.add(twice, yields);
        }
        class
    }

    /// Where a period stands among those of its party.
    fn place_of(&mut self, record: &Record, piece: &Piece, how: &Merging, places: &Places) -> Word {
        if places.is_whole() {
            return self.class(record, piece, how);
        }
        let quality = self.element(record.quality, Word::Run(piece.at), 1);
        let quality = self.read(types::I8, false, quality, 0);
        let number = self.mul(quality, Word::Known(KINDS.cast_signed()));
        let number = self.add(number, Word::Run(piece.kind));
        let shift = self.mul(number, Word::Known(PLACE_BITS.cast_signed()));
        let place = self.shifted(places.of, shift);
        self.band(place, Word::Known((1 << PLACE_BITS) - 1))
    }

    /// A constant shifted right by a number from 0 to 63.
    fn shifted(&mut self, bits: u64, by: Word) -> Word {
        let (bits, by) = (self.value(Word::Known(bits.cast_signed())), self.value(by));
        Word::Run(self.build.ins().ushr(bits, by))
    }

    /// Whether days are kept that stand in a place.
    fn is_kept(&mut self, places: &Places, place: Word) -> Bit {
        if places.is_whole() {
            return Bit::Known(true);
        }
        let kept = self.shifted(places.kept, place);
        self.has(kept, 0)
    }

    /// Goes over the days up to the next period, stretch by stretch, then adds that period.
    fn stretches(&mut self, given: &Sweep, how: &Merging, steps: &Steps, params: &[Value], ends: Value) {
        let [reached, flags, at, from, party, to, latest] = *params else { return };
        self.build.switch_to_block(steps.advance);
        let (step, _) = self.block_of(0);
        let (insert, _) = self.block_of(0);
        // Behind every period that was added there is nothing to go over.
        let before = self.build.ins().icmp(IntCC::SignedLessThan, reached, from);
        let within = self.build.ins().icmp(IntCC::SignedLessThanOrEqual, reached, latest);
        let more = self.build.ins().band(before, within);
        self.build.ins().brif(more, step, &[], insert, &[]);
        self.build.switch_to_block(step);
        let rest = [at, from, party, to, latest];
        self.stretch(given, how, steps, (reached, flags, ends), &rest);

        self.build.switch_to_block(insert);
        let (ended, _) = self.block_of(0);
        let (add, _) = self.block_of(0);
        let is_end = self.build.ins().icmp_imm_s(IntCC::SignedLessThan, party, 0);
        self.build.ins().brif(is_end, ended, &[], add, &[]);
        self.build.switch_to_block(add);
        self.add_period(given, how, steps, (reached, flags, ends), rest);
        self.build.switch_to_block(ended);
        self.settle_before(steps, params);
        self.finish(given.state, how.parties, how.mode);
        self.build.ins().return_(&[flags]);
    }

    /// Adds a period, once everything before it was gone over: where no other reaches into it, its days are counted;
    /// else it stands until it ends.
    fn add_period(
        &mut self,
        given: &Sweep,
        how: &Merging,
        steps: &Steps,
        (reached, flags, ends): (Value, Value, Value),
        rest: [Value; 5],
    ) {
        let [at, from, party, to, latest] = rest;
        let next = self.build.ins().iadd_imm_s(at, 1);
        let [look, alone, stands] = [(); 3].map(|()| self.block_of(0).0);
        let free = self.build.ins().icmp(IntCC::SignedGreaterThan, from, latest);
        let last = self.build.ins().icmp(IntCC::SignedGreaterThanOrEqual, next, given.record.end);
        self.build.ins().brif(free, look, &[], stands, &[]);
        self.build.switch_to_block(look);
        // Behind the last period that one is looked at again: then what it begins with does not matter.
        let following = self.build.ins().select(last, at, next);
        let following = self.element(given.record.from, Word::Run(following), 4);
        let following = self.read(types::I32, true, following, 0);
        let apart = self.test(IntCC::SignedGreaterThan, following, Word::Run(to));
        let apart = self.or(Bit::Run(last), apart);
        let apart = self.flag(apart);
        self.build.ins().brif(apart, alone, &[], stands, &[]);
        self.build.switch_to_block(alone);
        self.settle_before(steps, &[reached, flags, at, from, party, to, latest]);
        let reached = self.build.ins().iadd_imm_s(to, 1);
        let piece = self.piece(&given.record, at);
        let kept = if steps.places.is_whole() {
            Bit::Known(true)
        } else {
            let place = self.place_of(&given.record, &piece, how, &steps.places);
            self.is_kept(&steps.places, place)
        };
        self.win_if(kept, given, how, (Word::Run(party), from, Word::Run(reached)));
        self.jump(steps.read, &[next, reached, flags, to]);
        self.build.switch_to_block(stands);
        let piece = self.piece(&given.record, at);
        let place = self.place_of(&given.record, &piece, how, &steps.places);
        let of_party = self.element(ends, Word::Run(party), steps.places.bytes());
        self.raise(of_party, place, to, &steps.places);
        let latest = self.greater(Word::Run(to), Word::Run(latest));
        let latest = self.value(latest);
        self.jump(steps.read, &[next, from, flags, latest]);
    }

    /// Raises the last day of one place of a party.
    fn raise(&mut self, of_party: Value, place: Word, to: Value, places: &Places) {
        let place = self.value(place);
        let to = self.build.ins().ireduce(types::I32, to);
        if !places.is_whole() {
            // Seldom done: one number by itself.
            let address = self.element(of_party, Word::Run(place), 4);
            let old = self.build.ins().load(types::I32, MemFlagsData::trusted(), address, 0);
            let larger = self.build.ins().smax(old, to);
            self.build.ins().store(MemFlagsData::trusted(), larger, address, 0);
            return;
        }
        let old = self.build.ins().load(types::I32X4, MemFlagsData::trusted(), of_party, 0);
        let place = self.build.ins().ireduce(types::I32, place);
        let place = self.build.ins().splat(types::I32X4, place);
        let mut numbers = self.build.ins().iconst(types::I32, 0);
        numbers = self.build.ins().splat(types::I32X4, numbers);
        for lane in 1..LANES {
            let number = self.build.ins().iconst(types::I32, i64::from(lane));
            numbers = self.build.ins().insertlane(numbers, number, lane);
        }
        let here = self.build.ins().icmp(IntCC::Equal, place, numbers);
        let to = self.build.ins().splat(types::I32X4, to);
        let larger = self.build.ins().smax(old, to);
        let raised = self.build.ins().bitselect(here, larger, old);
        self.build.ins().store(MemFlagsData::trusted(), raised, of_party, 0);
    }

    /// The first place of a party in which something stands on a day, and the least last day of all that stands and what
    /// is given.
    fn standing(
        &mut self,
        of_party: (Value, i32),
        day: Value,
        far: Value,
        least: Value,
        places: &Places,
    ) -> (Word, Value) {
        let (ends, offset) = of_party;
        let mut soonest = least;
        // One more bit, so that a party with nothing is behind every place.
        let mut all = self.build.ins().iconst(types::I64, 1 << places.nowhere());
        for vector in 0..places.vectors {
            let last =
                self.build.ins().load(types::I32X4, MemFlagsData::trusted(), ends, offset + i32::from(vector) * 16);
            let stands = self.build.ins().icmp(IntCC::SignedGreaterThanOrEqual, last, day);
            let ending = self.build.ins().bitselect(stands, last, far);
            soonest = self.build.ins().smin(soonest, ending);
            let bits = self.build.ins().vhigh_bits(types::I32, stands);
            let bits = self.build.ins().uextend(types::I64, bits);
            let bits = self.build.ins().ishl_imm_u(bits, i64::from(vector * LANES));
            all = self.build.ins().bor(all, bits);
        }
        (Word::Run(self.build.ins().ctz(all)), soonest)
    }

    /// The class of a place.
    fn class_of(&mut self, place: Word, places: &Places) -> Word {
        let none = self.test(IntCC::Equal, place, Word::Known(places.nowhere()));
        let class = if places.is_whole() {
            place
        } else {
            let twice = self.add(place, place);
            let class = self.shifted(places.classes, twice);
            self.band(class, Word::Known(3))
        };
        self.select(none, Word::Known(NO_CLASS), class)
    }

    /// One stretch of days on which the same classes stand.
    fn stretch(
        &mut self,
        given: &Sweep,
        how: &Merging,
        steps: &Steps,
        (reached, flags, ends): (Value, Value, Value),
        rest: &[Value; 5],
    ) {
        let [_, from, ..] = *rest;
        let mut shared = Bit::Known(false);
        let day = self.build.ins().ireduce(types::I32, reached);
        let day = self.build.ins().splat(types::I32X4, day);
        let far = self.build.ins().iconst(types::I32, i64::from(i32::MAX));
        let far = self.build.ins().splat(types::I32X4, far);
        let places = &steps.places;
        let mut best = Word::Known(NO_CLASS);
        let mut winners = Word::Known(0);
        let mut kept = Word::Known(0);
        let mut soonest = far;
        for at in 0..how.parties {
            let offset = i32::try_from(at).unwrap_or(0) * i32::from(places.vectors) * 16;
            let (place, ending) = self.standing((ends, offset), day, far, soonest, places);
            soonest = ending;
            let class = self.class_of(place, places);
            let some = self.test(IntCC::SignedLessThan, class, Word::Known(NO_CLASS));
            let others = self.test(IntCC::SignedLessThan, best, Word::Known(NO_CLASS));
            let both = self.and(some, others);
            shared = self.or(shared, both);
            let ahead = self.test(IntCC::SignedLessThan, class, best);
            let level = self.test(IntCC::Equal, class, best);
            let mine = Word::Known(1 << at);
            let with = self.bor(winners, mine);
            let winners_if_level = self.select(level, with, winners);
            winners = self.select(ahead, mine, winners_if_level);
            best = self.smaller(class, best);
            let keeps = self.is_kept(places, place);
            let bit = self.select(keeps, mine, Word::Known(0));
            kept = self.bor(kept, bit);
        }
        let soonest = self.least_lane(soonest);
        let next = self.add(Word::Run(soonest), Word::Known(1));
        let next = self.smaller(next, Word::Run(from));
        let next = self.value(next);
        let met = self.select(shared, Word::Known(SHARED), Word::Known(0));
        let flags = self.bor(Word::Run(flags), met);
        let flags = self.value(flags);
        let (some, _) = self.block_of(0);
        let (none, _) = self.block_of(0);
        let any = self.test(IntCC::SignedLessThan, best, Word::Known(NO_CLASS));
        let any = self.flag(any);
        self.build.ins().brif(any, some, &[], none, &[]);
        self.build.switch_to_block(none);
        self.again(steps, from, flags, rest);

        self.build.switch_to_block(some);
        let (alone, _) = self.block_of(0);
        let (tied, _) = self.block_of(0);
        let winners_value = self.value(winners);
        let count = self.build.ins().popcnt(winners_value);
        let single = self.build.ins().icmp_imm_s(IntCC::Equal, count, 1);
        self.build.ins().brif(single, alone, &[], tied, &[]);
        self.build.switch_to_block(alone);
        let [at, from, party, to, latest] = *rest;
        self.settle_before(steps, &[reached, flags, at, from, party, to, latest]);
        let party = self.build.ins().ctz(winners_value);
        let keeps = if places.is_whole() {
            Bit::Known(true)
        } else {
            let mine = self.band(winners, kept);
            self.test(IntCC::NotEqual, mine, Word::Known(0))
        };
        self.win_if(keeps, given, how, (Word::Run(party), reached, Word::Run(next)));
        self.again(steps, next, flags, rest);
        self.build.switch_to_block(tied);
        let kept = if places.is_whole() { winners } else { self.band(winners, kept) };
        self.tie(given, how, steps, &Tied { best, whose: winners, kept, first: reached, next, flags }, rest);
    }

    pub fn again(&mut self, steps: &Steps, reached: Value, flags: Value, rest: &[Value; 5]) {
        let [at, from, party, to, latest] = *rest;
        self.jump(steps.advance, &[reached, flags, at, from, party, to, latest]);
    }

    /// The least of four lanes, as a 64-bit number.
    fn least_lane(&mut self, vector: Value) -> Value {
        let mut least: Option<Value> = None;
        for lane in 0..LANES {
            let one = self.build.ins().extractlane(vector, lane);
            least = Some(match least {
                Some(least) => self.build.ins().smin(least, one),
                None => one,
            });
        }
        let least = least.unwrap_or_else(|| self.build.ins().iconst(types::I32, 0));
        self.build.ins().sextend(types::I64, least)
    }

    /// As [`Code::win`], where a condition holds.
    pub fn win_if(
        &mut self,
        condition: Bit,
        given: &Sweep,
        how: &Merging,
        (party, reached, next): (Word, Value, Word),
    ) {
        if condition == Bit::Known(true) {
            return self.win(given, how, party, reached, next);
        }
        let (work, _) = self.block_of(0);
        let (done, _) = self.block_of(0);
        let condition = self.flag(condition);
        self.build.ins().brif(condition, work, &[], done, &[]);
        self.build.switch_to_block(work);
        self.win(given, how, party, reached, next);
        self.jump(done, &[]);
        self.build.switch_to_block(done);
    }

    /// Counts the days from the one reached to the one before the next for a party.
    fn win(&mut self, given: &Sweep, how: &Merging, party: Word, reached: Value, next: Word) {
        let from = self.greater(Word::Run(reached), Word::Run(given.first));
        let to = self.sub(next, Word::Known(1));
        let to = self.smaller(to, Word::Run(given.last));
        let (work, _) = self.block_of(0);
        let (done, _) = self.block_of(0);
        let some = self.test(IntCC::SignedLessThanOrEqual, from, to);
        let some = self.flag(some);
        self.build.ins().brif(some, work, &[], done, &[]);
        self.build.switch_to_block(work);
        let place = self.element(given.state, party, KEPT);
        self.extend(place, from, to, how.mode);
        self.jump(done, &[]);
        self.build.switch_to_block(done);
    }
}
