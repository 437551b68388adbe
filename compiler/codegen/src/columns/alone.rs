//! One record folded by itself, by a function of its own: where a row is decided and its record is not one of those that
//! were folded for all rows, or not within the limits that are asked for.

use super::calendar::{first_day, last_day};
use super::few::{FEW, Plain};
use super::fold::{Counted, DAYS, END, FIRST, KEPT, Limits, MONTHS, MOST as MOST_COUNTED, NEVER, Record};
use super::row::Row;
use super::runs::{Given, LANES, LEAST, MARK, Places, Plan, Size};
use super::stage::Bound;
use super::word::{Code, Word};
use accord_core::DatedIn;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, Block, InstBuilder, MemFlagsData, Signature, StackSlotData, StackSlotKind, Value, types,
};
use cranelift_module::{FuncId, Linkage, Module};

/// What is folded; a function for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Alone {
    /// Kinds that count, a bit each.
    kinds: u8,
    /// How days become units.
    mode: DatedIn,
    parties: usize,
    /// Whether days count from the first there is, and until the last.
    from_first: bool,
    until_last: bool,
}

/// A function that folds records by themselves.
pub(super) struct Alones {
    pub how: Alone,
    pub id: FuncId,
    /// Whether first and last days of parties are wanted.
    pub edges: bool,
}

/// The parameters: the record less its qualities, the first and the last day that count, and where the result goes, what
/// is kept of each party. It gives what was met, see [`MET`].
const PARAMETERS: usize = 9;

/// What may be met, by bit: a day is two parties'; one is in two periods of a party; one is the last there is.
const MET: [usize; 3] = [0, 1, 2];

/// Records of more periods are gone through one period at a time.
const MOST: i64 = 96;

/// Where the parts of the frame are: offsets of the record, the limits, and of the row and of one more who holds a period
/// and what was counted.
const OFFSETS: i32 = 0;
const FIRST_DAY: i32 = 8;
const LAST_DAY: i32 = 12;
const PRESENT: i32 = 16;
const SUMS: i32 = 32;
const FIRSTS: i32 = SUMS + 2 * ROW;
const LASTS: i32 = FIRSTS + 2 * ROW;
const FRAME: i32 = LASTS + 2 * ROW;
/// How much a row has of what was counted.
const ROW: i32 = 4 * 4;

/// The signature of such a function.
pub(super) fn alone_signature(module: &dyn Module) -> Signature {
    let mut signature = module.make_signature();
    signature.params.extend((0..PARAMETERS).map(|_| AbiParam::new(types::I64)));
    signature.returns.push(AbiParam::new(types::I64));
    signature
}

/// Where a part of what is kept of a party is.
fn place_of(party: usize, part: i32) -> i32 {
    i32::try_from(party).unwrap_or(0) * i32::try_from(KEPT).unwrap_or(0) + part
}

impl Row<'_, '_> {
    /// Each party's days within limits, the record gone through for it.
    pub fn plain(&mut self, record: &Record, limits: &Limits) -> Plain {
        let parties = self.parties();
        let state = self.place_for_parties();
        let how = Alone {
            kinds: limits.kinds,
            mode: limits.mode,
            parties,
            from_first: limits.first == Word::Known(first_day()),
            until_last: limits.last == Word::Known(last_day()),
        };
        let (at, id) = self.alone(how);
        let function = self.declared(id);
        let [first, last] = [limits.first, limits.last].map(|day| self.code.value(day));
        let Record { begin, end, from, to, party, kind, .. } = *record;
        let words = [begin, end, from, to, party, kind, first, last, state];
        let call = self.code.build.ins().call(function, &words);
        let met = self.code.build.inst_results(call).first().map_or(Word::Known(-1), |met| Word::Run(*met));
        let mut counted = Vec::new();
        for party in 0..parties {
            let [months, days, first, last] =
                [MONTHS, DAYS, FIRST, END].map(|part| self.code.get(state, place_of(party, part)));
            for day in [first, last] {
                if let Word::Run(day) = day {
                    self.edges.push((at, day));
                }
            }
            let all = self.code.bor(months, days);
            let some = self.code.test(IntCC::NotEqual, all, Word::Known(0));
            counted.push(Counted { most: MOST_COUNTED, months, days, first, last, some });
        }
        let [shared, doubled, edge] = MET.map(|bit| self.code.has(met, bit));
        (counted, shared, doubled, edge)
    }

    /// The function that folds in this way, and which of them it is.
    fn alone(&mut self, how: Alone) -> (usize, FuncId) {
        if let Some((at, known)) = self.alones.iter().enumerate().find(|(_, known)| known.how == how) {
            return (at, known.id);
        }
        let at = self.alones.len();
        let signature = alone_signature(&*self.module);
        // A name that was not declared before is never refused.
        let id = self.module.declare_function(&format!("alone.{at}"), Linkage::Local, &signature);
        let id = id.unwrap_or(FuncId::from_u32(0));
        self.alones.push(Alones { how, id, edges: false });
        (at, id)
    }
}

impl Code<'_> {
    /// The body of the function.
    pub fn alone(&mut self, params: &[Value], of: &Alones) -> Option<()> {
        let Alone { kinds, mode, parties, from_first, until_last } = of.how;
        let [begin, end, from, to, party, kind, first, last, state] = *params else { return None };
        // Nothing here depends on qualities.
        let record = Record { begin, end, from, to, party, kind, quality: kind };
        let (one_by_one, _) = self.block_of(0);
        if parties <= FEW && mode != DatedIn::MonthsTouched {
            self.four_by_four(&record, (first, last, state), of, one_by_one)?;
        } else {
            self.jump(one_by_one, &[]);
        }
        self.build.switch_to_block(one_by_one);
        let first = if from_first { Word::Known(first_day()) } else { Word::Run(first) };
        let last = if until_last { Word::Known(last_day()) } else { Word::Run(last) };
        let limits = Limits { kinds, first, last, mode };
        let (shared, doubled, edge) = if parties <= FEW {
            let (counted, shared, doubled, edge) = self.plain_of_few(&record, &limits, parties);
            for (party, counted) in counted.iter().enumerate() {
                let Counted { months, days, first, last, .. } = *counted;
                for (word, part) in [(months, MONTHS), (days, DAYS), (first, FIRST), (last, END)] {
                    self.put(word, state, place_of(party, part));
                }
            }
            (shared, doubled, edge)
        } else {
            let (shared, doubled) = self.plain(&record, &limits, parties, state);
            let (_, edge) = self.counted(state, parties);
            (shared, doubled, edge)
        };
        let mut met = Word::Known(0);
        for (bit, of) in [shared, doubled, edge].into_iter().zip(0..) {
            let bit = self.word_of(bit);
            let bit = self.shl(bit, Word::Known(of));
            met = self.bor(met, bit);
        }
        let met = self.value(met);
        self.build.ins().return_(&[met]);
        Some(())
    }

    /// Folds the record as those of all rows are folded. Goes to the block where it is not one that can be.
    fn four_by_four(
        &mut self,
        record: &Record,
        (first, last, state): (Value, Value, Value),
        of: &Alones,
        otherwise: Block,
    ) -> Option<()> {
        let Alone { kinds, mode, parties, from_first, until_last } = of.how;
        let count = self.build.ins().isub(record.end, record.begin);
        let count = self.build.ins().iadd_imm_s(count, -LEAST);
        let fits = self.build.ins().icmp_imm_s(IntCC::UnsignedLessThanOrEqual, count, MOST - LEAST);
        let [some, whole] = [(); 2].map(|()| self.block_of(0).0);
        self.build.ins().brif(fits, some, &[], otherwise, &[]);
        self.build.switch_to_block(some);
        let bytes = u32::try_from(FRAME).unwrap_or(0);
        let slot = self.build.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, bytes, 4));
        let frame = self.build.ins().stack_addr(types::I64, slot, 0);
        let words = [(record.begin, OFFSETS), (record.end, OFFSETS + 4), (first, FIRST_DAY), (last, LAST_DAY)];
        for (word, place) in words {
            let word = self.build.ins().ireduce(types::I32, word);
            self.build.ins().store(MemFlagsData::trusted(), word, frame, place);
        }
        let size = self.build.ins().iconst(types::I64, 1);
        let [offsets, first, last, present, sums, firsts, lasts] =
            [OFFSETS, FIRST_DAY, LAST_DAY, PRESENT, SUMS, FIRSTS, LASTS]
                .map(|place| self.build.ins().iadd_imm_s(frame, i64::from(place)));
        let Record { from, to, party, kind, .. } = *record;
        let given = Given { offsets, size, from, to, party, kind, present };
        // A day that is handed over lies there as one of a column does.
        let first_bound = if from_first { Bound::Known(first_day()) } else { Bound::Column(0, 0) };
        let last_bound = if until_last { Bound::Known(last_day()) } else { Bound::Column(0, 0) };
        let plan = Plan { kinds, first: first_bound, last: last_bound, mode, edges: of.edges };
        let (firsts, lasts) = (of.edges.then_some(firsts), of.edges.then_some(lasts));
        let places = Places { first: Some(first), last: Some(last), sums, firsts, lasts };
        self.pass(given, std::iter::once((plan, places)), Size { rows: 1, periods: MOST })?;
        let mark = PRESENT + i32::try_from(MARK).unwrap_or(0);
        let mark = self.build.ins().load(types::I8, MemFlagsData::trusted(), frame, mark);
        self.build.ins().brif(mark, otherwise, &[], whole, &[]);
        self.build.switch_to_block(whole);
        for (party, lane) in (0..parties).zip((0..i32::try_from(LANES).unwrap_or(0)).map(|lane| lane * 4)) {
            let mut read = |place: i32, signed: bool| {
                let word = self.build.ins().load(types::I32, MemFlagsData::trusted(), frame, place + lane);
                Word::Run(self.widen(types::I32, signed, word))
            };
            let sum = read(SUMS, false);
            let days = if of.edges { Some((read(FIRSTS, true), read(LASTS, true))) } else { None };
            if let Some((first, last)) = days {
                let some = self.test(IntCC::NotEqual, sum, Word::Known(0));
                let first = self.select(some, first, Word::Known(NEVER));
                let last = self.select(some, last, Word::Known(first_day() - 1));
                self.put(first, state, place_of(party, FIRST));
                self.put(last, state, place_of(party, END));
            }
            let (months, days) = if mode == DatedIn::Days {
                (Word::Known(0), sum)
            } else {
                (self.shr(sum, 16), self.band(sum, Word::Known(0xFFFF)))
            };
            self.put(months, state, place_of(party, MONTHS));
            self.put(days, state, place_of(party, DAYS));
        }
        let none = self.build.ins().iconst(types::I64, 0);
        self.build.ins().return_(&[none]);
        Some(())
    }
}
