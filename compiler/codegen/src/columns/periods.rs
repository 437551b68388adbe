//! Periods: which days of the record an expression speaks of, folded once for each way of looking at them, and how
//! long they are.

use super::data::{Data, Val};
use super::few::Plain;
use super::fold::{Counted, DOUBLED, KEPT, Limits, MOST, Merging, REFERRED, Record, SHARED, UNSETTLED};
use super::number::Exact;
use super::row::Row;
use super::stage::Bound;
use super::sweep::Sweep;
use super::tag::Tag;
use super::word::{Bit, Word};
use super::{calendar, tag};
use accord_core::{Conversions, Criterion, DatedIn, Ratio, Remainder, Ties, Unit, Way};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use std::rc::Rc;

/// Words that say what was counted of a party.
pub(super) const COUNTED: usize = 5;

/// Every kind.
pub(super) const ALL_KINDS: u8 = 0b11_1111;

/// How records were brought together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Merged {
    /// Whose: a bit each.
    pub of: Word,
    pub precedence: Vec<Criterion>,
    pub ties: Ties,
}

/// What a selection counts of each party, whether a day is two parties', and what else is to be said of it.
pub(super) type Selected = (Rc<Vec<Counted>>, Bit, Tag);

/// The same, of which nothing may be counted yet.
type Together = (Option<Rc<Vec<Counted>>>, Bit, Tag);

/// What a party has in one unit, with the most that can be, and how it becomes another.
type Amount<'a> = ((Word, i64), Unit, Option<&'a Way>);

/// Days of the record, as an expression selects them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Selection {
    pub merged: Option<Merged>,
    /// The last day that counts for precedence.
    pub until: Word,
    pub limits: Limits,
    /// Kinds that are kept of what was brought together; else the limits say which kinds count.
    pub kept: u8,
    /// Whose days are asked for, a bit each; what is said of others may be anything.
    pub asked: i64,
}

/// Everybody's days.
pub(super) const EVERYBODY: i64 = -1;

impl Selection {
    /// Whether what was selected so serves for another selection too.
    fn serves(&self, other: &Selection) -> bool {
        other.asked & !self.asked == 0 && *self == Selection { asked: self.asked, ..other.clone() }
    }
}

/// Periods in native code.
#[derive(Clone, Debug)]
pub(super) struct Career {
    pub selection: Selection,
    /// Whether the periods that each party completed are among them.
    pub origins: Vec<Bit>,
    /// The party whose own they all count as.
    pub owner: Option<usize>,
    /// The parties whose records were brought together, a bit each.
    pub made_of: Word,
    /// What was counted; nothing yet where not several were brought together.
    pub counted: Option<Rc<Vec<Counted>>>,
    /// Whether a day is two parties': then what was displaced is not known here.
    pub shared: Bit,
    /// Whether they are the record as communicated, all of it.
    pub is_record: bool,
}

/// A record folded by each party alone.
#[derive(Clone)]
pub(super) struct Folded {
    counted: Rc<Vec<Counted>>,
    shared: Bit,
    /// Whether a day is in two periods of one party.
    doubled: Bit,
    /// Whether the last day there is is among them.
    edge: Bit,
}

/// What a sweep gave.
pub(super) struct Swept {
    limits: Limits,
    until: Word,
    how: Merging,
    /// Whose days it decided about, and whose are asked for: a bit each.
    of: Word,
    asked: i64,
    counted: Vec<Counted>,
    flags: Word,
}

/// A record that was read.
#[derive(Clone, Copy)]
pub(super) struct Scanned {
    pub record: Record,
    /// The parties that hold a period, a bit each.
    pub parties: Word,
    pub tag: Tag,
    /// Whether it was folded before the row is decided: see [`super::stage`].
    pub staged: bool,
}

impl Row<'_, '_> {
    /// The record of the row.
    pub fn record(&mut self) -> Val {
        let Some(scanned) = self.scanned() else { return Val::open() };
        let everything = Limits {
            kinds: ALL_KINDS,
            first: Word::Known(calendar::first_day()),
            last: Word::Known(calendar::last_day()),
            mode: DatedIn::Runs,
        };
        let selection =
            Selection { merged: None, until: everything.last, limits: everything, kept: ALL_KINDS, asked: EVERYBODY };
        let origins = (0..self.parties()).map(|at| self.code.has(scanned.parties, at)).collect();
        let career = Career {
            selection,
            origins,
            owner: None,
            made_of: scanned.parties,
            counted: None,
            shared: Bit::Known(false),
            is_record: true,
        };
        Val::new(scanned.tag, Data::Periods(Rc::new(career)))
    }

    /// What periods count, and what else is to be said of it.
    fn counted_of(&mut self, career: &Career) -> (Rc<Vec<Counted>>, Tag) {
        if let Some(counted) = &career.counted {
            return (counted.clone(), Tag::value());
        }
        match self.select_days(&career.selection) {
            Some((counted, _, tag)) => (counted, tag),
            None => (Rc::new(Vec::new()), Tag::open()),
        }
    }

    /// Those of these parties that hold a period, as far as that is known.
    fn among(&self, of: Word) -> Word {
        match (of, self.scanned_parties()) {
            (Word::Known(of), Some(Word::Known(all))) => Word::Known(of & all),
            _ => of,
        }
    }

    /// As [`Row::select_days`]; where not several are brought together nothing is counted before somebody asks.
    fn brought_together(&mut self, selection: &Selection) -> Option<Together> {
        let of = selection.merged.as_ref().map(|merged| self.among(merged.of));
        if of.is_none_or(|of| matches!(of, Word::Known(of) if of.count_ones() < 2)) {
            return Some((None, Bit::Known(false), Tag::value()));
        }
        let (counted, shared, tag) = self.select_days(selection)?;
        Some((Some(counted), shared, tag))
    }

    /// Whether a day of periods is two parties', and what else is to be said of it.
    pub fn shared_in(&mut self, career: &Career) -> (Bit, Tag) {
        if career.counted.is_some() || career.is_record {
            return (career.shared, Tag::value());
        }
        self.select_days(&career.selection).map_or((Bit::Known(true), Tag::open()), |(_, shared, tag)| (shared, tag))
    }

    /// The days within limits of each party that is asked about, folded once.
    fn folded(&mut self, scanned: &Scanned, limits: &Limits, asked: i64) -> Folded {
        let serves = |(l, of, _): &&(Limits, i64, Folded)| l == limits && asked & !of == 0;
        if let Some((.., known)) = self.folds.iter().find(serves) {
            return known.clone();
        }
        if scanned.staged
            && let Some((counted, met, tag)) = self.staged(limits, scanned.parties, None)
        {
            let [shared, doubled] = [SHARED, DOUBLED].map(|flag| {
                let met = self.code.band(met, Word::Known(flag));
                self.code.test(IntCC::NotEqual, met, Word::Known(0))
            });
            let edge = self.code.is_open(tag);
            let folded = Folded { counted: Rc::new(counted), shared, doubled, edge };
            self.folds.push((*limits, EVERYBODY, folded.clone()));
            return folded;
        }
        let reused = if scanned.staged { self.reused(scanned, limits, asked) } else { None };
        let (of, (counted, shared, doubled, mut edge)) = match reused {
            Some(reused) => (asked, reused),
            None => (EVERYBODY, self.plain(&scanned.record, limits)),
        };
        if self.code.bail_if(edge) {
            edge = Bit::Known(false);
        }
        let folded = Folded { counted: Rc::new(counted), shared, doubled, edge };
        self.folds.push((*limits, of, folded.clone()));
        folded
    }

    /// What was folded, once it was: as [`Row::plain`] gives it.
    pub fn plain_before(&mut self, scanned: &Scanned, limits: &Limits) -> Plain {
        let Folded { counted, shared, doubled, edge } = self.folded(scanned, limits, EVERYBODY);
        (counted.to_vec(), shared, doubled, edge)
    }

    pub fn place_for_parties(&mut self) -> Value {
        self.code.place(i64::try_from(self.parties() + 1).unwrap_or(1) * KEPT)
    }

    /// The days that a selection has of each party, with what else is to be said of it.
    pub fn select_days(&mut self, selection: &Selection) -> Option<Selected> {
        if let Some((_, known)) = self.selected.iter().find(|(s, _)| s.serves(selection)) {
            return Some(known.clone());
        }
        let selected = self.days_of(selection)?;
        self.selected.push((selection.clone(), selected.clone()));
        Some(selected)
    }

    fn days_of(&mut self, selection: &Selection) -> Option<Selected> {
        let scanned = self.scanned()?;
        let limits = selection.limits;
        if let Some(selected) = self.merged_before(&scanned, selection) {
            return Some(selected);
        }
        if let Some(merged) = selection.merged.as_ref().filter(|_| selection.kept != ALL_KINDS) {
            return self.days_of_kinds(&scanned, selection, merged);
        }
        let within = self.folded(&scanned, &limits, selection.asked);
        let mut tag = self.code.unless(Tag::value(), within.edge, Tag::open());
        let Some(merged) = &selection.merged else { return Some((within.counted, within.shared, tag)) };
        let whole = Limits { first: Word::Known(calendar::first_day()), last: selection.until, ..limits };
        let base = self.folded(&scanned, &whole, selection.asked);
        let of = self.among(merged.of);
        let one = self.is_one_party(of);
        let several = self.code.not(one);
        let sweeps = self.code.and(base.shared, several);
        if sweeps == Bit::Known(false) || self.parties() < 2 {
            return Some((within.counted, base.shared, tag));
        }
        let how = self.merging(selection, merged);
        let (counted, flags) = self.swept(&scanned.record, selection, merged.of, (&within.counted, sweeps), how);
        tag = self.decided(tag, flags);
        Some((Rc::new(counted), base.shared, tag))
    }

    /// The days that are kept of what was brought together. Where each of them is in one period of one party, they are
    /// those of the kinds that are kept; else a sweep says of which kind a day is.
    fn days_of_kinds(&mut self, scanned: &Scanned, selection: &Selection, merged: &Merged) -> Option<Selected> {
        let limits = selection.limits;
        let (_, shared, tag) = self.select_days(&Selection { kept: ALL_KINDS, ..selection.clone() })?;
        let kept = Limits { kinds: limits.kinds & selection.kept, ..limits };
        let within = self.folded(scanned, &kept, selection.asked);
        let all = self.folded(scanned, &limits, selection.asked);
        let edge = self.code.or(within.edge, all.edge);
        let tag = self.code.unless(tag, edge, Tag::open());
        let of = self.among(merged.of);
        let one = self.is_one_party(of);
        let several = self.code.not(one);
        let unclear = self.code.and(shared, several);
        let unclear = self.code.or(unclear, all.doubled);
        if unclear == Bit::Known(false) {
            return Some((within.counted, shared, tag));
        }
        let how = self.merging(selection, merged);
        let (counted, flags) = self.swept(&scanned.record, selection, merged.of, (&within.counted, unclear), how);
        let tag = self.decided(tag, flags);
        Some((Rc::new(counted), shared, tag))
    }

    fn merging(&self, selection: &Selection, merged: &Merged) -> Merging {
        Merging {
            kinds: selection.limits.kinds,
            kept: selection.kept,
            precedence: merged.precedence.clone(),
            ties: merged.ties.clone(),
            mode: selection.limits.mode,
            parties: self.parties(),
        }
    }

    /// The days of a record that were brought together before the row is decided.
    fn merged_before(&mut self, scanned: &Scanned, selection: &Selection) -> Option<Selected> {
        let merged = selection.merged.as_ref().filter(|_| scanned.staged && selection.kept == ALL_KINDS)?;
        let Word::Known(all) = scanned.parties else { return None };
        let of = self.code.band(merged.of, scanned.parties);
        // Of two parties it is both, or a party by itself.
        let both = match of {
            Word::Known(of) => Bit::Known((of == all).then_some(true)?),
            Word::Run(_) if all.count_ones() == 2 => self.code.test(IntCC::Equal, of, scanned.parties),
            Word::Run(_) => return None,
        };
        if all.count_ones() < 2 {
            return None;
        }
        let how = self.merging(selection, merged);
        let merging = Some((how, selection.until, both));
        let (counted, met, tag) = self.staged(&selection.limits, scanned.parties, merging)?;
        let shared = self.code.band(met, Word::Known(SHARED));
        let shared = self.code.test(IntCC::NotEqual, shared, Word::Known(0));
        let tag = self.decided(tag, met);
        Some((Rc::new(counted), shared, tag))
    }

    /// A call of a sweep: where its result is, and its flags.
    fn sweep_now(&mut self, record: &Record, selection: &Selection, how: &Merging) -> (Value, Word) {
        let state = self.place_for_parties();
        let sweep = self.sweep_of(how.clone());
        let of = selection.merged.as_ref().map_or(Word::Known(0), |merged| merged.of);
        let words = [selection.until, selection.limits.first, selection.limits.last, of].map(|w| self.code.value(w));
        let [until, first, last, of] = words;
        let words = Sweep { record: *record, until, first, last, of, state }.words();
        let call = self.code.build.ins().call(sweep, &words);
        let flags = self.code.build.inst_results(call).first().copied();
        (state, flags.map_or(Word::Known(UNSETTLED), Word::Run))
    }

    /// The tag of what a sweep gave.
    fn decided(&mut self, mut tag: Tag, flags: Word) -> Tag {
        if self.code.bail.is_some() {
            let met = self.code.band(flags, Word::Known(REFERRED | UNSETTLED));
            let met = self.code.test(IntCC::NotEqual, met, Word::Known(0));
            self.code.bail_if(met);
            return tag;
        }
        let referred = self.code.band(flags, Word::Known(REFERRED));
        let referred = self.code.test(IntCC::NotEqual, referred, Word::Known(0));
        let unsettled = self.code.band(flags, Word::Known(UNSETTLED));
        let unsettled = self.code.test(IntCC::NotEqual, unsettled, Word::Known(0));
        let settled = self.code.not(referred);
        let unsettled = self.code.and(settled, unsettled);
        let refer = self.names.tag(&accord_core::Outcome::refer(super::COINCIDING));
        tag = self.code.unless(tag, referred, refer);
        self.code.unless(tag, unsettled, Tag::open())
    }

    /// Whether a set of parties has at most one member.
    fn is_one_party(&mut self, of: Word) -> Bit {
        let less = self.code.sub(of, Word::Known(1));
        let rest = self.code.band(of, less);
        self.code.test(IntCC::Equal, rest, Word::Known(0))
    }

    /// What counts of each party: as it was folded, or by a sweep if precedence has to decide; with what the sweep met.
    fn swept(
        &mut self,
        record: &Record,
        selection: &Selection,
        of: Word,
        (folded, sweeps): (&[Counted], Bit),
        how: Merging,
    ) -> (Vec<Counted>, Word) {
        let (cold, _) = self.code.block_of(0);
        let (done, given) = self.code.block_of(1 + COUNTED * folded.len());
        let plain = self.words_of(folded, Word::Known(0));
        let sweeps = self.code.flag(sweeps);
        let plain: Vec<_> = plain.into_iter().map(Into::into).collect();
        self.code.build.ins().brif(sweeps, cold, &[], done, &plain);
        self.code.build.set_cold_block(cold);
        self.code.build.switch_to_block(cold);
        let alike = |s: &&Swept| {
            let serves = selection.asked & !s.asked == 0;
            serves && s.limits == selection.limits && s.until == selection.until && s.how == how
        };
        if let Some(before) = self.swept.iter().rev().find(alike) {
            // Of the same parties it gives the same.
            let (counted, flags, theirs) = (before.counted.clone(), before.flags, before.of);
            let same = self.code.test(IntCC::Equal, of, theirs);
            let words = self.words_of(&counted, flags);
            let (other, _) = self.code.block_of(0);
            let same = self.code.flag(same);
            let words: Vec<_> = words.into_iter().map(Into::into).collect();
            self.code.build.ins().brif(same, done, &words, other, &[]);
            self.code.build.switch_to_block(other);
        }
        let whose = of;
        let (own, flags) = self.sweep_now(record, selection, &how);
        let (counted, _) = self.code.counted(own, folded.len());
        let words = self.words_of(&counted, flags);
        self.code.jump(done, &words);
        self.code.build.switch_to_block(done);
        let Some((flags, counted)) = given.split_first() else { return (Vec::new(), Word::Known(UNSETTLED)) };
        let (counted, flags) = (self.counted_from(counted), Word::Run(*flags));
        let Selection { until, limits, asked, .. } = *selection;
        self.swept.push(Swept { limits, until, how, of: whose, asked, counted: counted.clone(), flags });
        (counted, flags)
    }

    fn words_of(&mut self, counted: &[Counted], flags: Word) -> Vec<Value> {
        let mut words = vec![self.code.value(flags)];
        words.extend(self.counted_words(counted));
        words
    }

    /// What was counted as words, [`COUNTED`] for each party, to be handed on to another block.
    pub fn counted_words(&mut self, counted: &[Counted]) -> Vec<Value> {
        let mut words = Vec::new();
        for one in counted {
            let some = self.code.word_of(one.some);
            words.extend([one.months, one.days, one.first, one.last, some].map(|w| self.code.value(w)));
        }
        words
    }

    /// What such words are in the block that was given them.
    pub fn counted_from(&mut self, words: &[Value]) -> Vec<Counted> {
        let one = |chunk: &[Value]| {
            let [months, days, first, last, some] = *chunk else { return None };
            let some = self.code.test(IntCC::NotEqual, Word::Run(some), Word::Known(0));
            let [months, days, first, last] = [months, days, first, last].map(Word::Run);
            Some(Counted { most: MOST, months, days, first, last, some })
        };
        words.chunks_exact(COUNTED).filter_map(one).collect()
    }

    /// Periods of a selection, as an outcome of this tag.
    pub fn career(&mut self, tag: Tag, selection: Selection, made_of: Word) -> Val {
        if tag.never_value() {
            return Val::new(tag, Data::Void);
        }
        let Some((counted, shared, also)) = self.brought_together(&selection) else { return Val::open() };
        let tag = self.code.worst(tag, also);
        let origins = match &selection.merged {
            Some(merged) => (0..self.parties()).map(|at| self.code.has(merged.of, at)).collect(),
            None => vec![Bit::Known(true); self.parties()],
        };
        let career = Career { selection, origins, owner: None, made_of, counted, shared, is_record: false };
        Val::new(tag, Data::Periods(Rc::new(career)))
    }

    /// The same periods within other limits.
    pub fn within(&mut self, tag: Tag, career: &Career, first: Option<Word>, last: Option<Word>) -> Val {
        let mut selection = career.selection.clone();
        if let Some(first) = first.filter(|first| !self.begins_after(*first)) {
            let later = self.code.test(IntCC::SignedGreaterThan, first, selection.limits.first);
            selection.limits.first = self.code.select(later, first, selection.limits.first);
        }
        if let Some(last) = last.filter(|last| !self.is_no_earlier(*last, selection.limits.last)) {
            let earlier = self.code.test(IntCC::SignedLessThan, last, selection.limits.last);
            selection.limits.last = self.code.select(earlier, last, selection.limits.last);
        }
        let Some((counted, shared, also)) = self.brought_together(&selection) else { return Val::open() };
        let tag = self.code.worst(tag, also);
        let career = Career { selection, counted, shared, is_record: false, ..career.clone() };
        Val::new(tag, Data::Periods(Rc::new(career)))
    }

    /// Whether no period begins before a day that the stage does not know, because this arm is left where one does.
    fn begins_after(&mut self, first: Word) -> bool {
        if self.code.bail.is_none() || self.code.bound(first).is_some() {
            return false;
        }
        let Some(Scanned { record, staged: true, .. }) = self.scanned() else { return false };
        // Periods are sorted by their first day, and who holds none is in no such arm.
        let earliest = self.code.element(record.from, Word::Run(record.begin), 4);
        let earliest = self.code.read(types::I32, true, earliest, 0);
        let before = self.code.test(IntCC::SignedLessThan, earliest, first);
        self.stage.trim();
        self.code.bail_if(before)
    }

    /// Whether a day is surely not before another.
    fn is_no_earlier(&self, day: Word, other: Word) -> bool {
        match (self.code.bound(day), self.code.bound(other)) {
            (Some(Bound::Known(day)), Some(Bound::Known(other))) => day >= other,
            (Some(Bound::Column(a, day)), Some(Bound::Column(b, other))) => a == b && day >= other,
            _ => false,
        }
    }

    /// The periods that count for a party.
    pub fn part(&mut self, tag: Tag, career: &Career, party: usize) -> Val {
        let mut part = career.clone();
        part.made_of = Word::Known(1 << party);
        part.is_record = false;
        let keeps = |at: usize| career.owner.unwrap_or(at) == party;
        for (at, origin) in part.origins.iter_mut().enumerate() {
            if !keeps(at) {
                *origin = Bit::Known(false);
            }
        }
        let whose = (0_i64..).zip(&part.origins).filter(|(_, origin)| **origin != Bit::Known(false));
        part.selection.asked &= whose.fold(0, |asked, (at, _)| asked | 1 << at);
        Val::new(tag, Data::Periods(Rc::new(part)))
    }

    /// The parties that hold a period.
    pub fn owners(&mut self, career: &Career) -> (Tag, Word) {
        if career.is_record {
            return (Tag::value(), career.made_of);
        }
        let mut owners = Word::Known(0);
        let (counted, tag) = self.counted_of(career);
        let members: Vec<(usize, Bit, Bit)> =
            career.origins.iter().zip(counted.iter()).enumerate().map(|(at, (o, c))| (at, *o, c.some)).collect();
        for (at, origin, some) in members {
            let holds = self.code.and(origin, some);
            let bit = self.code.select(holds, Word::Known(1 << career.owner.unwrap_or(at)), Word::Known(0));
            owners = self.code.bor(owners, bit);
        }
        (tag, owners)
    }

    /// The periods of some kinds.
    pub fn of_kinds(&mut self, tag: Tag, career: &Career, kinds: u8) -> Val {
        let mut selection = career.selection.clone();
        if selection.merged.is_some() {
            selection.kept &= kinds;
        } else {
            selection.limits.kinds &= kinds;
        }
        let Some((counted, shared, also)) = self.brought_together(&selection) else { return Val::open() };
        let tag = self.code.worst(tag, also);
        let career = Career { selection, counted, shared, is_record: false, ..career.clone() };
        Val::new(tag, Data::Periods(Rc::new(career)))
    }

    /// First or last day of periods, and whether there is one.
    pub fn edge(&mut self, career: &Career, last: bool) -> (Tag, Word, Bit) {
        let mut found = (Word::Known(0), Bit::Known(false));
        let (counted, tag) = self.counted_of(career);
        let members: Vec<(Bit, Counted)> = career.origins.iter().copied().zip(counted.iter().copied()).collect();
        for (origin, counted) in members {
            let here = self.code.and(origin, counted.some);
            let day = if last { counted.last } else { counted.first };
            let how = if last { IntCC::SignedGreaterThan } else { IntCC::SignedLessThan };
            let further = self.code.test(how, day, found.0);
            let none = self.code.not(found.1);
            let take = self.code.or(none, further);
            let take = self.code.and(here, take);
            found = (self.code.select(take, day, found.0), self.code.or(found.1, here));
        }
        (tag, found.0, found.1)
    }

    /// How long periods are in a unit: see [`accord_core::length_of`].
    pub fn length(&mut self, tag: Tag, career: &Career, unit: Unit) -> Val {
        let mode = career.selection.limits.mode;
        let in_days = mode == DatedIn::Days || (mode == DatedIn::Runs && unit == Unit::Days);
        let conversions = &self.program.conversions;
        let months = if in_days { None } else { Some(conversions.way(Unit::Months, unit)) };
        let days = if mode == DatedIn::MonthsTouched { None } else { Some(conversions.way(Unit::Days, unit)) };
        let by_year = mode != DatedIn::Runs || in_days;
        let capped =
            |way: &Option<Option<Way>>| way.as_ref().is_some_and(|w| w.as_ref().is_some_and(|w| w.year_cap.is_some()));
        if in_days && mode == DatedIn::Runs {
            // Folded as runs, asked for in days.
            return self.length_in_days(tag, career, unit);
        }
        if by_year && (capped(&months) || capped(&days)) {
            return Val::open();
        }
        let (counted, also) = self.counted_of(career);
        let tag = self.code.worst(tag, also);
        let members: Vec<(Bit, Counted)> = career.origins.iter().copied().zip(counted.iter().copied()).collect();
        let mut all = (tag, Exact::known(0, 1), Exact::known(0, 1));
        for (origin, counted) in members {
            if origin == Bit::Known(false) {
                continue;
            }
            let months = months.as_ref().map(|way| ((counted.months, counted.most.0), Unit::Months, way.as_ref()));
            let days = days.as_ref().map(|way| ((counted.days, counted.most.1), Unit::Days, way.as_ref()));
            let Some((also, length, exact)) = self.of_one(origin, months, days, unit) else { return Val::open() };
            let tag = self.code.worst(all.0, also);
            let (sum, left) = self.code.plus(all.1, length);
            let (exact, more) = self.code.plus(all.2, exact);
            let left = self.code.or(left, more);
            all = (self.code.unless(tag, left, Tag::open()), sum, exact);
        }
        Val::new(all.0, Data::Length(unit, all.1, all.2))
    }

    /// The days of periods that are otherwise counted in runs.
    fn length_in_days(&mut self, tag: Tag, career: &Career, unit: Unit) -> Val {
        let mut selection = career.selection.clone();
        selection.limits.mode = DatedIn::Days;
        let Some((counted, shared, also)) = self.select_days(&selection) else { return Val::open() };
        let tag = self.code.worst(tag, also);
        let career = Career { selection, counted: Some(counted), shared, is_record: false, ..career.clone() };
        self.length(tag, &career, unit)
    }

    /// What one party has in a unit: counted, and exactly.
    fn of_one(
        &mut self,
        origin: Bit,
        months: Option<Amount<'_>>,
        days: Option<Amount<'_>>,
        unit: Unit,
    ) -> Option<(Tag, Exact, Exact)> {
        let mut tag = Tag::value();
        let mut shares: Vec<(Exact, Option<Remainder>, Bit)> = Vec::new();
        for ((amount, most), from, way) in [months, days].into_iter().flatten() {
            let amount = self.code.select(origin, amount, Word::Known(0));
            let some = self.code.test(IntCC::NotEqual, amount, Word::Known(0));
            let Some(way) = way else {
                let missing = self.names.tag(&accord_core::Outcome::missing_conversion(from, unit));
                tag = self.code.unless(tag, some, missing);
                continue;
            };
            let factor = Exact::constant(&way.factor)?;
            let (share, left) = self.code.times(Exact::whole(amount, 0, most), factor);
            tag = self.code.unless(tag, left, Tag::open());
            shares.push((share, way.remainder, some));
        }
        let mut exact = Exact::known(0, 1);
        for (share, ..) in &shares {
            let (sum, left) = self.code.plus(exact, *share);
            exact = sum;
            tag = self.code.unless(tag, left, Tag::open());
        }
        let counted = self.rounded_once(&shares, exact)?;
        Some((tag, counted, exact))
    }

    /// A single rule for the remainder governs the whole, of several each governs its own.
    fn rounded_once(&mut self, shares: &[(Exact, Option<Remainder>, Bit)], exact: Exact) -> Option<Exact> {
        let rules: Vec<(Remainder, Bit)> =
            shares.iter().filter_map(|(_, rule, some)| Some(((*rule)?, *some))).collect();
        match rules.as_slice() {
            [] => Some(exact),
            [(rule, some)] => {
                let applied = self.apply(*rule, exact)?;
                // Where the rule has nothing to govern, the rest is all there is.
                let mut rest = Exact::known(0, 1);
                for (share, ..) in shares.iter().filter(|(_, rule, _)| rule.is_none()) {
                    let (sum, left) = self.code.plus(rest, *share);
                    if left != Bit::Known(false) {
                        return None;
                    }
                    rest = sum;
                }
                Some(self.code.either(*some, applied, rest))
            }
            [(rule, _), (other, _)] if rule == other => self.apply(*rule, exact),
            _ => {
                let mut sum = Exact::known(0, 1);
                for (share, rule, _) in shares {
                    let applied = match rule {
                        Some(rule) => self.apply(*rule, *share)?,
                        None => *share,
                    };
                    let (next, left) = self.code.plus(sum, applied);
                    if left != Bit::Known(false) {
                        return None;
                    }
                    sum = next;
                }
                Some(sum)
            }
        }
    }

    fn apply(&mut self, rule: Remainder, count: Exact) -> Option<Exact> {
        let mode = match rule {
            Remainder::Counts => accord_core::Mode::Up,
            Remainder::Dropped => accord_core::Mode::Down,
            Remainder::Kept => return Some(count),
        };
        let (applied, left) = self.code.round(mode, count, Exact::known(1, 1))?;
        (left == Bit::Known(false)).then_some(applied)
    }

    /// A length in another unit.
    pub fn convert(&mut self, tag: Tag, unit: Unit, counted: Exact, exact: Exact, into: Unit) -> Val {
        if unit == into {
            return Val::new(tag, Data::Length(unit, counted, exact));
        }
        let conversions: &Conversions = &self.program.conversions;
        let Some(way) = conversions.way(unit, into) else {
            let missing = self.names.tag(&accord_core::Outcome::missing_conversion(unit, into));
            let tag = self.code.worst(tag, missing);
            return Val::new(tag, Data::Void);
        };
        let Some(factor) = Exact::constant(&way.factor) else { return Val::open() };
        let (counted, left) = self.code.times(counted, factor);
        let (exact, more) = self.code.times(exact, factor);
        let left = self.code.or(left, more);
        let tag = self.code.unless(tag, left, Tag::open());
        let counted = match way.remainder {
            Some(rule) => match self.apply(rule, counted) {
                Some(counted) => counted,
                None => return Val::open(),
            },
            None => counted,
        };
        Val::new(tag, Data::Length(into, counted, exact))
    }

    /// Compares two lengths by what is exact; what comparing needs and has not is missing.
    pub fn compare_lengths(&mut self, how: IntCC, a: (Unit, Exact), b: (Unit, Exact)) -> Result<(Bit, Bit), Tag> {
        let conversions: &Conversions = &self.program.conversions;
        let scale = |from: Unit, into: Unit| -> Option<Ratio> { conversions.exact_factor(from, into) };
        let (of_a, of_b): (Option<Ratio>, Option<Ratio>) = if a.0 == b.0 {
            (None, None)
        } else if let Some(factor) = scale(a.0, b.0) {
            (Some(factor), None)
        } else {
            let one = |from: Unit, into: Unit| conversions.way(from, into).map(|w| w.factor);
            // From the shorter unit into the longer where both ways are declared.
            let (longer, shorter) = if a.0 < b.0 { (a.0, b.0) } else { (b.0, a.0) };
            let up = one(shorter, longer);
            let down = if up.is_none() { one(longer, shorter) } else { None };
            match (up, down) {
                (Some(factor), _) if a.0 == shorter => (Some(factor), None),
                (Some(factor), _) => (None, Some(factor)),
                (None, Some(factor)) if a.0 == longer => (Some(factor), None),
                (None, Some(factor)) => (None, Some(factor)),
                (None, None) => {
                    return Err(self.names.tag(&accord_core::Outcome::missing_conversion(a.0, b.0)));
                }
            }
        };
        let mut left = Bit::Known(false);
        let mut scaled = |row: &mut Self, exact: Exact, factor: Option<Ratio>| -> Result<Exact, Tag> {
            let Some(factor) = factor else { return Ok(exact) };
            let factor = Exact::constant(&factor).ok_or(Tag::known(tag::OPEN))?;
            let (exact, more) = row.code.times(exact, factor);
            left = row.code.or(left, more);
            Ok(exact)
        };
        let x = scaled(self, a.1, of_a)?;
        let y = scaled(self, b.1, of_b)?;
        let (result, more) = self.code.compare(how, x, y);
        Ok((result, self.code.or(left, more)))
    }
}
