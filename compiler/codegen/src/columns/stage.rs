//! What is found out of 64 rows at once, before any of them is decided.
//!
//! Of each bitmap that is read the bits of the rows become a word. Where an arm takes columns to hold something, the
//! rows in which all of them do are a word, looked at once for each row. The periods of all rows are folded together
//! (`runs`) for every fold whose limits are known days, or days of a column and so many before or after.
//!
//! Which of it is needed is known once all arms were made. They read it from places in the frame; the code that fills
//! these is made last.

use super::few::FEW;
use super::fold::{Counted, Limits, MOST, Merging};
use super::row::Row;
use super::runs::{Given, LANES, LONGEST, MARK, MEETS, Places, Plan};
use super::shared::{MOST_WORDS, Meeting, Met};
use super::tag::Tag;
use super::word::{Bit, Code, Word, constant_memory};
use accord_core::DatedIn;
use accord_core::columns::{Cell, Fill, Layout, Part, Shape};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Endianness, Function, InstBuilder, MemFlagsData, Value, types};
use cranelift_module::FuncId;
use std::collections::{BTreeMap, BTreeSet};

/// So many rows are taken at once: as many as a word has bits.
pub(super) const ROWS: i64 = 64;
/// How far results of shared days are behind those of parties by themselves, as a shift of [`MEETS`], and in bytes.
const APART_SHIFT: i64 = 10;
const APART: i64 = MEETS << APART_SHIFT;
/// What the results of all rows and one more take.
const RESULTS: i64 = (ROWS + 1) * LANES * 4;
/// What is said of who holds a period, of all rows and one more.
const PRESENT: i64 = (ROWS + 1) * LANES;
/// Stages of which rows are decided together, where they are brought into an order first.
pub(super) const GROUPS: i64 = 8;
/// More folds than this are not made at once.
const MOST_FOLDS: usize = 4;

/// A day that limits a fold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bound {
    /// This day.
    Known(i64),
    /// So many days after what a column holds.
    Column(usize, i64),
}

/// A bitmap of an input.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Map {
    pub column: usize,
    pub part: Part,
    /// Whether it says where there is a value; else it holds the values.
    pub valid: bool,
}

/// How records are brought together, and the last day that counts for precedence.
#[derive(Clone, PartialEq, Eq)]
struct Merge {
    how: Merging,
    until: Bound,
}

/// A place in the frame that the functions of a kernel share, by how far behind its beginning it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Kept(i64);

impl Kept {
    /// Where it is.
    pub fn address(self, code: &mut Code<'_>, frame: Value) -> Value {
        if self.0 == 0 { frame } else { code.build.ins().iadd_imm_s(frame, self.0) }
    }
}

/// A fold of all rows, and where its results are: first as each party has its days by itself, then, for rows in which
/// days are shared, as they were brought together.
struct Staged {
    plan: Plan,
    /// Whether what each party has by itself is asked for where days are shared.
    alone: bool,
    merge: Option<Merge>,
    sums: Kept,
    firsts: Kept,
    lasts: Kept,
    /// First and last days as this arm reads them: not all are used. Whether any arm uses one.
    edges: BTreeSet<Value>,
    used: bool,
}

/// The stage in the making, as all functions of the kernel leave it, and where the one that is being made is.
pub(super) struct Stage {
    /// How much of the frame is taken, and whether there are several stages in it, of which rows are decided together.
    taken: i64,
    several: bool,
    here: Here,
    words: BTreeMap<Map, Kept>,
    /// What arms take for granted, and the word of the rows in which it holds.
    guards: Vec<(Kept, BTreeSet<Map>)>,
    /// Whether this arm has a guard, the last.
    guarded: bool,
    /// Whether this arm left out a first day that the stage does not know: what else it asks of the days after that is
    /// asked of few rows, and not folded for all.
    trimmed: bool,
    present: Option<Kept>,
    /// How far behind the first results of a row those are that count where days are shared: nothing, or [`APART`].
    apart: Option<Value>,
    words_of_shared: Option<Kept>,
    folds: Vec<Staged>,
}

/// Where code is, in the function that is being made.
#[derive(Clone, Copy)]
pub(super) struct Here {
    /// The beginning of the frame.
    pub frame: Value,
    /// The first row of the stage, and how many there are.
    pub first: Value,
    pub size: Value,
    /// The position of the row that is decided.
    pub at: Value,
    /// Of several stages this one.
    pub group: Option<Value>,
}

/// A set of maps as one word, a bit for each row, and the function that reads one.
struct Reading {
    bits: FuncId,
    known: BTreeMap<Map, Value>,
}

impl Stage {
    /// Nothing yet: of several stages if rows of several are decided together.
    pub fn new(several: bool, here: Here) -> Stage {
        Stage {
            taken: 0,
            several,
            here,
            words: BTreeMap::new(),
            guards: Vec::new(),
            guarded: false,
            trimmed: false,
            present: None,
            apart: None,
            words_of_shared: None,
            folds: Vec::new(),
        }
    }

    /// Another function begins.
    pub fn enter(&mut self, here: Here) {
        self.here = here;
        self.apart = None;
        self.folds.iter_mut().for_each(|fold| fold.edges.clear());
        self.arm();
    }

    /// What the stage folds so far: kinds, limits and how days are counted.
    pub fn folded(&self) -> Vec<(u8, Bound, Bound, DatedIn)> {
        self.folds.iter().map(|f| (f.plan.kinds, f.plan.first, f.plan.last, f.plan.mode)).collect()
    }

    /// How many bytes the frame has.
    pub fn taken(&self) -> i64 {
        self.taken
    }

    /// A place of so many bytes, whichever stage it is about.
    pub fn place(&mut self, bytes: i64) -> Kept {
        let place = Kept(self.taken);
        self.taken += apart(bytes);
        place
    }

    /// A place of so many bytes for each stage.
    pub fn kept(&mut self, bytes: i64) -> Kept {
        self.place(apart(bytes) * if self.several { GROUPS } else { 1 })
    }

    /// Another arm begins.
    pub fn arm(&mut self) {
        self.guarded = false;
        self.trimmed = false;
    }

    /// From here on this arm asks of days after a first day that was left out.
    pub fn trim(&mut self) {
        self.trimmed = true;
    }

    /// The position of the row that is decided.
    pub fn position(&self) -> Value {
        self.here.at
    }

    /// The beginning of the frame.
    pub fn frame(&self) -> Value {
        self.here.frame
    }

    /// From here on code is about the row of this position.
    pub fn at_turn(&mut self, at: Value) {
        self.here.at = at;
    }

    /// From here on code is about the row of this stage and position.
    pub fn at_row_of(&mut self, group: Value, at: Value) {
        (self.here.group, self.here.at) = (Some(group), at);
    }

    /// From here on code is about this stage: its first row, how many there are, and which of several it is.
    pub fn goes_to(&mut self, first: Value, size: Value, group: Option<Value>) {
        (self.here.first, self.here.size, self.here.group) = (first, size, group);
    }
}

impl Code<'_> {
    /// A day that limits a fold, where the stage can know it.
    pub fn bound(&self, day: Word) -> Option<Bound> {
        match day {
            Word::Known(day) => i32::try_from(day).ok().map(|day| Bound::Known(i64::from(day))),
            Word::Run(value) => {
                let (column, days) = self.origins.get(&value)?;
                Some(Bound::Column(*column, i64::from(i32::try_from(*days).ok()?)))
            }
        }
    }

    /// The function that makes a word of 64 bits or fewer of a bitmap: its address, the first position, how many. There
    /// is nothing but ones where there is no bitmap.
    pub fn bits(&mut self, params: &[Value]) -> Option<()> {
        let [map, at, count] = *params else { return None };
        let (some, _) = self.block_of(0);
        let (whole, _) = self.block_of(0);
        let (part, params) = self.block_of(2);
        let (one, _) = self.block_of(0);
        let (done, given) = self.block_of(1);
        let all = self.build.ins().iconst(types::I64, -1);
        let zero = self.build.ins().iconst(types::I64, 0);
        self.build.ins().brif(map, some, &[], done, &[all.into()]);
        self.build.switch_to_block(some);
        let is_whole = self.build.ins().icmp_imm_s(IntCC::Equal, count, ROWS);
        self.build.ins().brif(is_whole, whole, &[], part, &[zero.into(), zero.into()]);
        self.build.switch_to_block(whole);
        let little = MemFlagsData::new().with_notrap().with_endianness(Endianness::Little);
        let byte = self.build.ins().sshr_imm_u(at, 3);
        let within = self.build.ins().band_imm_s(at, 7);
        let address = self.build.ins().iadd(map, byte);
        let low = self.build.ins().load(types::I64, little, address, 0);
        let low = self.build.ins().ushr(low, within);
        // The bits of a ninth byte, if they reach into one: nothing behind the last position is read.
        let last = self.build.ins().iadd_imm_s(at, ROWS - 1);
        let byte = self.build.ins().sshr_imm_u(last, 3);
        let address = self.build.ins().iadd(map, byte);
        let high = self.build.ins().load(types::I8, little, address, 0);
        let high = self.build.ins().uextend(types::I64, high);
        let high = self.build.ins().ishl_imm_u(high, 1);
        let beyond = self.build.ins().bxor_imm_s(within, 63);
        let high = self.build.ins().ishl(high, beyond);
        let word = self.build.ins().bor(low, high);
        self.jump(done, &[word]);
        // The last rows, bit by bit.
        self.build.switch_to_block(part);
        let [bit, word] = params[..] else { return None };
        let more = self.build.ins().icmp(IntCC::SignedLessThan, bit, count);
        self.build.ins().brif(more, one, &[], done, &[word.into()]);
        self.build.switch_to_block(one);
        let position = self.build.ins().iadd(at, bit);
        let byte = self.build.ins().sshr_imm_u(position, 3);
        let address = self.build.ins().iadd(map, byte);
        let byte = self.build.ins().load(types::I8, little, address, 0);
        let byte = self.build.ins().uextend(types::I64, byte);
        let within = self.build.ins().band_imm_s(position, 7);
        let set = self.build.ins().ushr(byte, within);
        let set = self.build.ins().band_imm_s(set, 1);
        let set = self.build.ins().ishl(set, bit);
        let word = self.build.ins().bor(word, set);
        let next = self.build.ins().iadd_imm_s(bit, 1);
        self.jump(part, &[next, word]);
        self.build.switch_to_block(done);
        self.build.ins().return_(&given);
        Some(())
    }
}

/// How far apart what stages keep in one place is: places in the frame are aligned so.
fn apart(bytes: i64) -> i64 {
    (bytes + 15) & !15
}

/// Whether the stage looks at records: of few parties, where there are any.
pub(super) fn is_staged(layout: &Layout, shape: &Shape) -> bool {
    let column = layout.columns.iter().position(|c| c.cell == Cell::Periods);
    let given = column.is_some_and(|column| shape.fills.get(column) != Some(&Fill::Absent));
    given && (1..=FEW).contains(&shape.parties.len())
}

impl Row<'_, '_> {
    /// Where a place is, of the stage that code is about.
    pub fn kept_place(&mut self, place: Kept, bytes: i64) -> Value {
        let Here { frame, group, .. } = self.stage.here;
        let address = place.address(&mut self.code, frame);
        match group {
            Some(group) => self.code.element(address, Word::Run(group), apart(bytes)),
            None => address,
        }
    }

    fn kept_word(&mut self, place: Kept) -> Value {
        let address = self.kept_place(place, 8);
        self.code.build.ins().load(types::I64, MemFlagsData::trusted(), address, 0)
    }

    fn keep_word(&mut self, word: Value, place: Kept) {
        let address = self.kept_place(place, 8);
        self.code.build.ins().store(MemFlagsData::trusted(), word, address, 0);
    }

    /// A bit of a word, for the row that is decided.
    fn bit_of(&mut self, word: Kept) -> Bit {
        let word = self.kept_word(word);
        let shifted = self.code.build.ins().ushr(word, self.stage.here.at);
        let bit = self.code.build.ins().ireduce(types::I8, shifted);
        Bit::Run(self.code.build.ins().band_imm_s(bit, 1))
    }

    /// The bit of a bitmap.
    pub fn map_bit(&mut self, map: Map) -> Bit {
        let word = match self.stage.words.get(&map) {
            Some(word) => *word,
            None => {
                let word = self.stage.kept(8);
                let _ = self.stage.words.insert(map, word);
                word
            }
        };
        self.bit_of(word)
    }

    /// From here on this arm takes for granted what [`Row::granted`] says.
    pub fn guard(&mut self) {
        let word = self.stage.kept(8);
        self.stage.guards.push((word, BTreeSet::new()));
        let whole = self.bit_of(word);
        let lacks = self.code.not(whole);
        self.stage.guarded = self.code.bail_if(lacks);
    }

    /// Whether a bit is surely set because this arm takes it for granted.
    pub fn granted(&mut self, map: Map) -> bool {
        if !self.stage.guarded {
            return false;
        }
        if let Some((_, maps)) = self.stage.guards.last_mut() {
            let _ = maps.insert(map);
        }
        self.stage.guarded
    }

    /// What the stage found of the record of the row, where it looks at records: for each set of parties that hold a
    /// period one number, if the record is one it folds.
    pub fn present(&mut self) -> Option<Word> {
        if !is_staged(self.layout, self.shape) {
            return None;
        }
        let place = match self.stage.present {
            Some(place) => place,
            None => {
                let place = self.stage.kept(PRESENT);
                self.stage.present = Some(place);
                place
            }
        };
        let found = self.present_at(place);
        Some(Word::Run(found))
    }

    fn present_at(&mut self, place: Kept) -> Value {
        let base = self.kept_place(place, PRESENT);
        let address = self.code.element(base, Word::Run(self.stage.here.at), LANES);
        let little = MemFlagsData::trusted().with_endianness(Endianness::Little);
        let found = self.code.build.ins().load(types::I32, little, address, 0);
        self.code.build.ins().uextend(types::I64, found)
    }

    /// Once all arms were made: a number below 4 by who holds a period in the row that code is about, so that rows of
    /// which the same code decides have the same one.
    pub fn holding(&mut self) -> Option<Value> {
        let place = self.stage.present?;
        let found = self.present_at(place);
        let second = self.code.build.ins().ushr_imm_u(found, 7);
        let second = self.code.build.ins().band_imm_s(second, 2);
        let first = self.code.build.ins().band_imm_s(found, 1);
        Some(self.code.build.ins().bor(first, second))
    }

    /// Of what the stage found of the record the number of the set of parties that hold a period, see [`holders_of`];
    /// any other number where it did not fold the record.
    pub fn holders(&mut self, present: Word) -> Word {
        let meets = self.code.band(present, Word::Known(MEETS << (8 * MARK)));
        let apart = self.code.shr(meets, 8 * MARK - APART_SHIFT);
        self.stage.apart = Some(self.code.value(apart));
        self.code.band(present, Word::Known(!(MEETS << (8 * MARK))))
    }

    /// The fold that is to be made, and its position.
    fn fold_of(&mut self, plan: Plan, merge: Option<Merge>) -> Option<usize> {
        let fits = |f: &Staged| f.plan == plan && (merge.is_none() || f.merge.is_none() || f.merge == merge);
        let fold = match self.stage.folds.iter().position(fits) {
            Some(fold) => fold,
            None if self.stage.folds.len() < MOST_FOLDS && !self.stage.trimmed => {
                let [sums, firsts, lasts] = [(); 3].map(|()| self.stage.kept(APART + RESULTS));
                let (alone, merge, edges, used) = (false, None, BTreeSet::new(), false);
                self.stage.folds.push(Staged { plan, alone, merge, sums, firsts, lasts, edges, used });
                self.stage.folds.len() - 1
            }
            None => return None,
        };
        let found = self.stage.folds.get_mut(fold)?;
        found.merge = merge.or_else(|| found.merge.take());
        Some(fold)
    }

    /// What the stage folded of the row, where it can: its record is one that it folds, of these parties. If all that
    /// hold a period are brought together in some way, that where the condition holds. Also what was met, and what else is
    /// to be said of it.
    pub fn staged(
        &mut self,
        limits: &Limits,
        parties: Word,
        merge: Option<(Merging, Word, Bit)>,
    ) -> Option<(Vec<Counted>, Word, Tag)> {
        if limits.mode == DatedIn::MonthsTouched {
            return None;
        }
        let (first, last) = (self.code.bound(limits.first)?, self.code.bound(limits.last)?);
        let plan = Plan { kinds: limits.kinds, first, last, mode: limits.mode, edges: false };
        let apart = Word::Run(self.stage.apart?);
        let (both, merge) = match merge {
            None => (Bit::Known(false), None),
            Some((how, until, both)) => (both, Some(Merge { how, until: self.code.bound(until)? })),
        };
        let fold = self.fold_of(plan, merge)?;
        let (apart, left) = self.where_both(fold, both, apart)?;
        let tag = self.code.unless(Tag::value(), left, Tag::open());
        let Staged { sums, firsts, lasts, .. } = self.stage.folds.get(fold)?;
        let places = [*sums, *firsts, *lasts];
        let places = places.map(|place| self.kept_place(place, APART + RESULTS));
        let places = places.map(|place| {
            let place = self.code.element(place, Word::Run(self.stage.here.at), LANES * 4);
            let place = self.code.add(Word::Run(place), apart);
            self.code.value(place)
        });
        let read = |row: &mut Self, place: Value, lane: usize, signed: bool| {
            let offset = i32::try_from(lane).unwrap_or(0) * 4;
            // Written before any row is decided, and not again before all are.
            let word = row.code.build.ins().load(types::I32, constant_memory(), place, offset);
            row.code.widen(types::I32, signed, word)
        };
        let mut counted = Vec::new();
        for party in 0..self.parties() {
            if self.code.has(parties, party) == Bit::Known(false) {
                let none = Word::Known(0);
                let (most, some) = ((0, 0), Bit::Known(false));
                counted.push(Counted { most, months: none, days: none, first: none, last: none, some });
                continue;
            }
            let [sums, firsts, lasts] = places;
            let sum = read(self, sums, party, false);
            let [first, last] = [firsts, lasts].map(|place| read(self, place, party, true));
            if let Some(fold) = self.stage.folds.get_mut(fold) {
                fold.edges.extend([first, last]);
            }
            let sum = Word::Run(sum);
            let some = self.code.test(IntCC::NotEqual, sum, Word::Known(0));
            let (months, days, most) = if limits.mode == DatedIn::Days {
                (Word::Known(0), sum, (0, MOST.1))
            } else {
                (self.code.shr(sum, 16), self.code.band(sum, Word::Known(0xFFFF)), LONGEST)
            };
            counted.push(Counted { most, months, days, first: Word::Run(first), last: Word::Run(last), some });
        }
        let [sums, ..] = places;
        let met = read(self, sums, usize::try_from(MARK).unwrap_or(3), false);
        Some((counted, Word::Run(met), tag))
    }

    /// How far behind the first results those are that count: where all parties are brought together those of all, else
    /// those of parties by themselves, folded now if days are shared. Whether these are too many.
    fn where_both(&mut self, fold: usize, both: Bit, apart: Word) -> Option<(Word, Bit)> {
        if both == Bit::Known(true) {
            return Some((apart, Bit::Known(false)));
        }
        self.stage.folds.get_mut(fold)?.alone = true;
        let (late, _) = self.code.block_of(0);
        let (done, found) = self.code.block_of(2);
        let shared = self.code.test(IntCC::NotEqual, apart, Word::Known(0));
        let alone = self.code.not(both);
        let lacks = self.code.and(shared, alone);
        let lacks = self.code.flag(lacks);
        let (apart, zero) = (self.code.value(apart), self.code.build.ins().iconst(types::I64, 0));
        self.code.build.ins().brif(lacks, late, &[], done, &[apart.into(), zero.into()]);
        self.code.build.set_cold_block(late);
        self.code.build.switch_to_block(late);
        let function = self.shared_function();
        let function = self.declared(function);
        let words = self.words();
        let words = self.kept_place(words, MOST_WORDS * 8);
        let (at, one) = (self.stage.here.at, self.code.build.ins().iconst(types::I64, 1));
        let end = self.code.build.ins().iadd(at, one);
        let call = self.code.build.ins().call(function, &[words, at, end, one]);
        let left = self.code.build.inst_results(call).first().copied().unwrap_or(one);
        self.code.jump(done, &[zero, left]);
        self.code.build.switch_to_block(done);
        let [apart, left] = found[..] else { return None };
        let left = self.code.test(IntCC::NotEqual, Word::Run(left), Word::Known(0));
        Some((Word::Run(apart), left))
    }

    /// Where the words are that the function for shared days reads.
    fn words(&mut self) -> Kept {
        if let Some(words) = self.stage.words_of_shared {
            return words;
        }
        let words = self.stage.kept(MOST_WORDS * 8);
        self.stage.words_of_shared = Some(words);
        words
    }

    /// Fills what the arms read, in the block that is being made.
    pub fn fill(&mut self) {
        self.at_row(self.stage.here.first);
        let (words, guards) = (self.stage.words.clone(), self.stage.guards.clone());
        let maps: BTreeSet<Map> =
            words.keys().copied().chain(guards.iter().flat_map(|(_, maps)| maps.iter().copied())).collect();
        let mut reading = Reading { bits: self.bits_function(), known: BTreeMap::new() };
        for map in maps {
            let word = self.read_map(map, &mut reading);
            if let Some(place) = words.get(&map) {
                self.keep_word(word, *place);
            }
        }
        for (place, maps) in guards {
            let all = self.code.build.ins().iconst(types::I64, -1);
            let known: Vec<Value> = maps.iter().filter_map(|map| reading.known.get(map).copied()).collect();
            let word = known.into_iter().fold(all, |all, word| self.code.build.ins().band(all, word));
            self.keep_word(word, place);
        }
        self.fill_folds();
    }

    fn read_map(&mut self, map: Map, reading: &mut Reading) -> Value {
        let (pointer, at) = self.map_place(map);
        let function = self.declared(reading.bits);
        let call = self.code.build.ins().call(function, &[pointer, at, self.stage.here.size]);
        let word = self.code.build.inst_results(call).first().copied();
        let word = word.unwrap_or(at);
        let _ = reading.known.insert(map, word);
        word
    }

    /// Once a function was made: which folds have first and last days that it uses.
    pub fn settle_edges(&mut self) {
        if self.edges.is_empty() && self.stage.folds.iter().all(|fold| fold.edges.is_empty()) {
            return;
        }
        let used = used_values(self.code.build.func);
        for (at, day) in std::mem::take(&mut self.edges) {
            if let Some(alone) = self.alones.get_mut(at) {
                alone.edges |= used.contains(&day);
            }
        }
        for fold in &mut self.stage.folds {
            fold.used |= !fold.edges.is_disjoint(&used);
        }
    }

    /// Calls the functions that fold the periods: of all rows, then of those in which days are shared.
    fn fill_folds(&mut self) {
        let Some(present) = self.stage.present else { return };
        let Some(column) = self.layout.columns.iter().position(|c| c.cell == Cell::Periods) else { return };
        let folds = std::mem::take(&mut self.stage.folds);
        let plans: Vec<Plan> = folds.iter().map(|f| Plan { edges: f.used, ..f.plan }).collect();
        let [from, to, party, kind, quality] = self.pieces(column);
        let offsets = self.column_place(column, Part::Offsets, 4);
        let present = self.kept_place(present, PRESENT);
        let given = Given { offsets, size: self.stage.here.size, from, to, party, kind, present };
        let (mut places, mut met, mut meetings) = (Vec::new(), Vec::new(), Vec::new());
        for fold in &folds {
            let [first, last] = [fold.plan.first, fold.plan.last].map(|bound| self.bound_place(bound));
            let [sums, firsts, lasts] =
                [fold.sums, fold.firsts, fold.lasts].map(|place| self.kept_place(place, APART + RESULTS));
            let edges = fold.used;
            let (firsts, lasts) = (edges.then_some(firsts), edges.then_some(lasts));
            let of = Places { first, last, sums, firsts, lasts };
            let until = fold.merge.as_ref().and_then(|merge| self.bound_place(merge.until));
            let merge = fold.merge.as_ref().map(|merge| (merge.until, self.sweep(merge.how.clone())));
            places.push(of);
            met.push(Met { of, until });
            meetings.push(Meeting { plan: Plan { edges, ..fold.plan }, alone: fold.alone, merge, apart: APART });
        }
        let Some(id) = self.runs_function(plans) else { return };
        let function = self.declared(id);
        let words = given.words(&places);
        let _ = self.code.build.ins().call(function, &words);
        if meetings.is_empty() {
            return;
        }
        let id = self.shared_function();
        let function = self.declared(id);
        self.shares(meetings);
        let place = self.words();
        let place = self.kept_place(place, MOST_WORDS * 8);
        for (at, word) in super::shared::words(&given, quality, &met).into_iter().enumerate() {
            let offset = i32::try_from(at * 8).unwrap_or(0);
            self.code.put(Word::Run(word), place, offset);
        }
        let zero = self.code.build.ins().iconst(types::I64, 0);
        let _ = self.code.build.ins().call(function, &[place, zero, self.stage.here.size, zero]);
    }

    /// Where a day of the first row is, if it is in a column.
    fn bound_place(&mut self, bound: Bound) -> Option<Value> {
        match bound {
            Bound::Known(_) => None,
            Bound::Column(column, _) => Some(self.column_place(column, Part::Values, 4)),
        }
    }
}

/// The values that an instruction of a function reads; what is only handed on to another block is read if that block
/// reads it.
fn used_values(function: &Function) -> BTreeSet<Value> {
    let dfg = &function.dfg;
    let mut used = BTreeSet::new();
    let mut handed: Vec<(Value, Value)> = Vec::new();
    for inst in function.layout.blocks().flat_map(|block| function.layout.block_insts(block)) {
        used.extend(dfg.inst_args(inst).iter().copied());
        for call in dfg.insts[inst].branch_destination(&dfg.jump_tables, &dfg.exception_tables) {
            let given = call.args(&dfg.value_lists).filter_map(|given| given.as_value());
            let params = dfg.block_params(call.block(&dfg.value_lists));
            handed.extend(params.iter().copied().zip(given));
        }
    }
    handed.sort_unstable();
    let mut open: Vec<Value> = used.iter().copied().collect();
    while let Some(param) = open.pop() {
        let begin = handed.partition_point(|(to, _)| *to < param);
        for (_, given) in handed.iter().skip(begin).take_while(|(to, _)| *to == param) {
            if used.insert(*given) {
                open.push(*given);
            }
        }
    }
    used
}

/// The number of a set of parties, a bit each: a byte for each party.
pub(super) fn holders_of(mask: i64) -> i64 {
    (0..MARK).filter(|at| mask >> at & 1 == 1).fold(0, |all, at| all | 1 << (8 * at))
}
