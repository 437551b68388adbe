//! Sets of countries and members, what ranges over parties, and totalisation.

use super::calendar;
use super::data::{Data, OTHERS, Val};
use super::expr::Locals;
use super::fold::Limits;
use super::number::Exact;
use super::ops::Made;
use super::periods::{ALL_KINDS, EVERYBODY, Merged, Selection};
use super::row::Row;
use super::tag::{NOTHING, Tag};
use super::word::{Bit, Word};
use accord_core::{DatedIn, HostFn, Outcome, Value as Constant};
use accord_ir::{ExprId, Quantified, Quantifier, Tie};
use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::condcodes::IntCC;

/// A member of the set ranged over.
struct Member {
    at: usize,
    /// Whether it is in the set, and passes the filter.
    passes: Bit,
}

impl Row<'_, '_> {
    pub fn is_in(&mut self, wanted: &Data, set: &Data) -> Made {
        let (tag, yes) = match (wanted, set) {
            (_, Data::Known(Constant::Set(set))) if set.is_empty() => (Tag::value(), Bit::Known(false)),
            (Data::Country(Word::Known(at)), Data::Parties(mask)) => {
                (Tag::value(), self.code.has(*mask, usize::try_from(*at).ok()?))
            }
            (Data::Country(code), Data::Parties(mask)) => {
                let ours = self.is_ours(*code);
                let shift = self.code.select(ours, *code, Word::Known(63));
                let shift = self.code.value(shift);
                let value = self.code.value(*mask);
                let bit = self.code.build.ins().ushr(value, shift);
                let bit = self.code.band(Word::Run(bit), Word::Known(1));
                let set = self.code.test(IntCC::NotEqual, bit, Word::Known(0));
                // Another country, and others are in the set: which ones is not known.
                let foreign = self.code.not(ours);
                let unsure = self.code.and(foreign, set);
                (self.open_if(unsure), self.code.and(ours, set))
            }
            (Data::Known(Constant::Country(_)), Data::Parties(mask)) => {
                let others = self.code.has(*mask, 63);
                (self.open_if(others), Bit::Known(false))
            }
            (Data::Member(x, at), Data::Members(y, mask)) if x == y => {
                let far = self.code.test(IntCC::UnsignedGreaterThanOrEqual, *at, Word::Known(63));
                let at = self.code.select(far, Word::Known(63), *at);
                let bit = match (at, *mask) {
                    (Word::Known(at), Word::Known(mask)) => Word::Known(mask >> at & 1),
                    _ => {
                        let (mask, at) = (self.code.value(*mask), self.code.value(at));
                        let bit = self.code.build.ins().ushr(mask, at);
                        self.code.band(Word::Run(bit), Word::Known(1))
                    }
                };
                (Tag::value(), self.code.test(IntCC::NotEqual, bit, Word::Known(0)))
            }
            _ => return None,
        };
        Some((tag, Data::YesNo(yes)))
    }

    pub fn set_of(&mut self, members: &[&Data]) -> Made {
        let mut mask = Word::Known(0);
        let mut kind = None;
        for member in members {
            let bit = match member {
                Data::Country(Word::Known(at)) => Word::Known(1_i64.wrapping_shl(u32::try_from(*at).ok()?)),
                Data::Country(code) => {
                    let ours = self.is_ours(*code);
                    let shift = self.code.select(ours, *code, Word::Known(63));
                    self.code.shl(Word::Known(1), shift)
                }
                Data::Known(Constant::Country(_)) => Word::Known(OTHERS),
                Data::Member(id, at) => {
                    kind = Some(*id);
                    self.code.shl(Word::Known(1), *at)
                }
                _ => return None,
            };
            mask = self.code.bor(mask, bit);
        }
        let data = match (kind, members) {
            (_, []) => return None,
            (None, _) => Data::Parties(mask),
            (Some(id), _) => Data::Members(id, mask),
        };
        Some((Tag::value(), data))
    }

    pub fn sets(&mut self, function: HostFn, a: &Data, b: &Data) -> Made {
        let (x, y, id) = match (a, b) {
            (Data::Parties(x), Data::Parties(y)) => (*x, *y, None),
            (Data::Members(id, x), Data::Members(other, y)) if id == other => (*x, *y, Some(*id)),
            _ => return None,
        };
        let (mask, unsure) = if function == HostFn::Union {
            (self.code.bor(x, y), Bit::Known(false))
        } else {
            let kept = self.code.bxor(y, Word::Known(-1));
            let (others_x, others_y) = (self.code.has(x, 63), self.code.has(y, 63));
            (self.code.band(x, kept), self.code.and(others_x, others_y))
        };
        let data = id.map_or(Data::Parties(mask), |id| Data::Members(id, mask));
        Some((self.open_if(unsure), data))
    }

    pub fn size(&mut self, of: &Data) -> Made {
        let mask = match of {
            Data::Parties(mask) | Data::Members(_, mask) => *mask,
            Data::Known(Constant::Set(set)) => Word::Known(if set.is_empty() { 0 } else { return None }),
            _ => return None,
        };
        let count = match mask {
            Word::Known(mask) => Word::Known(i64::from(mask.count_ones())),
            Word::Run(mask) => Word::Run(self.code.build.ins().popcnt(mask)),
        };
        let others = self.code.has(mask, 63);
        Some((self.open_if(others), Data::Number(Exact::whole(count, 0, 64), None)))
    }

    pub fn totalise(&mut self, given: &[Val]) -> Val {
        let [head @ .., last] = given else { return Val::open() };
        let strict = self.code.worst_of(head.iter().map(|v| v.tag));
        let last_tag = self.code.only_unsettled(last.tag);
        let mut worst = self.code.worst(strict, last_tag);
        if worst.never_value() {
            return Val::new(worst, Data::Void);
        }
        let [record, of, kinds, order, ties, dated_in, _] = head else { return Val::open() };
        let (
            Data::Periods(record),
            Data::Members(_, Word::Known(kinds)),
            Data::Known(Constant::Order(order)),
            Data::Known(Constant::Ties(ties)),
            Data::Member(_, Word::Known(mode)),
        ) = (&record.data, &kinds.data, &order.data, &ties.data, &dated_in.data)
        else {
            return Val::open();
        };
        let mode = usize::try_from(*mode).ok().and_then(|at| DatedIn::ALL.get(at)).copied();
        let of = match &of.data {
            Data::Parties(mask) => Some(*mask),
            Data::Known(Constant::Set(set)) if set.is_empty() => Some(Word::Known(0)),
            _ => None,
        };
        let until = match (&last.data, last.tag.may(1)) {
            (Data::Date(day), false) => Some(*day),
            (Data::Date(day), true) => {
                let is_value = self.code.is_value(last.tag);
                Some(self.code.select(is_value, *day, Word::Known(calendar::last_day())))
            }
            (_, _) if last.tag == Tag::known(NOTHING) => Some(Word::Known(calendar::last_day())),
            _ => None,
        };
        // A tie is settled by the record as communicated, so it has to be that, all of it.
        let (Some(mode), Some(of), Some(until), true, true) = (mode, of, until, record.is_record, order.len() <= 2)
        else {
            return Val::open();
        };
        // Parties beyond those native code knows have no period in a record it reads.
        let made_of = of;
        let of = self.code.band(of, Word::Known(!OTHERS));
        let kinds = u8::try_from(*kinds).unwrap_or(u8::MAX) & record.selection.limits.kinds;
        let limits = Limits { kinds, first: Word::Known(calendar::first_day()), last: until, mode };
        let merged = Merged { of, precedence: order.as_ref().clone(), ties: ties.as_ref().clone() };
        let selection = Selection { merged: Some(merged), until, limits, kept: ALL_KINDS, asked: EVERYBODY };
        let val = self.career(Tag::value(), selection, made_of);
        if worst.is_value() {
            return val;
        }
        let fine = self.code.is_value(worst);
        worst = self.code.select_tag(fine, val.tag, worst);
        Val::new(worst, val.data)
    }

    /// A quantifier: over parties.
    pub fn quantify(&mut self, id: ExprId, q: &Quantified, locals: &mut Locals) -> Val {
        let domain = self.expr(q.domain, locals);
        if domain.tag.never_value() {
            return Val::new(domain.tag, Data::Void);
        }
        let mask = match &domain.data {
            Data::Parties(mask) => *mask,
            Data::Known(Constant::Set(set)) if set.is_empty() => Word::Known(0),
            Data::List(column) => {
                let val = self.over_list(q, *column, locals);
                return self.code.behind(domain.tag, &val);
            }
            _ => {
                let is_value = self.code.is_value(domain.tag);
                return Val::new(self.code.select_tag(is_value, Tag::open(), domain.tag), Data::Void);
            }
        };
        let others = self.code.has(mask, 63);
        let open = self.open_if(others);
        let val = match q.quantifier {
            Quantifier::Every | Quantifier::Some => self.every_or_some(q, mask, locals),
            _ => self.over_members(id, q, mask, locals),
        };
        // The domain goes before everything; then others that native code does not know.
        let stop = self.code.worst(domain.tag, open);
        self.code.behind(stop, &val)
    }

    fn bind(&mut self, q: &Quantified, at: usize, locals: &mut Locals) {
        let member = Data::Country(Word::Known(i64::try_from(at).unwrap_or(0)));
        locals.insert(q.variable, Val::new(Tag::value(), member));
    }

    /// A filter, nothing counting as no.
    fn filter(&mut self, q: &Quantified, locals: &mut Locals) -> Val {
        let Some(filter) = q.filter else { return Val::yes_no(true) };
        let val = self.expr(filter, locals);
        let tag = self.code.only_unsettled(val.tag);
        Val::new(tag, Data::YesNo(val.yes()))
    }

    fn every_or_some(&mut self, q: &Quantified, mask: Word, locals: &mut Locals) -> Val {
        let every = q.quantifier == Quantifier::Every;
        let mut all = Val::yes_no(every);
        for at in 0..self.parties() {
            let here = self.code.has(mask, at);
            if here == Bit::Known(false) {
                continue;
            }
            self.bind(q, at, locals);
            let one = self.of_member(q, every, locals);
            let one = self.code.select_val(here, &one, &Val::yes_no(every));
            all = if every { self.and(&all, &one) } else { self.or(&all, &one) };
        }
        all
    }

    /// What the bound member contributes to `every` or `some`.
    pub fn of_member(&mut self, q: &Quantified, every: bool, locals: &mut Locals) -> Val {
        let filter = self.filter(q, locals);
        let body = match q.body {
            Some(body) => self.expr(body, locals),
            None => Val::yes_no(true),
        };
        if every {
            let not = self.not(&filter);
            self.or(&not, &body)
        } else {
            self.and(&filter, &body)
        }
    }

    fn over_members(&mut self, id: ExprId, q: &Quantified, mask: Word, locals: &mut Locals) -> Val {
        let mut worst = Tag::value();
        let mut members = Vec::new();
        for at in 0..self.parties() {
            let here = self.code.has(mask, at);
            if here == Bit::Known(false) {
                continue;
            }
            self.bind(q, at, locals);
            let filter = self.filter(q, locals);
            let tag = self.code.select_tag(here, filter.tag, Tag::value());
            worst = self.code.worst(worst, tag);
            let passes = self.code.and(here, filter.yes());
            members.push(Member { at, passes });
        }
        let val = match q.quantifier {
            Quantifier::Count => {
                let count = self.count(&members);
                Val::new(Tag::value(), Data::Number(Exact::whole(count, 0, 64), None))
            }
            Quantifier::SetOf => {
                let mut set = Word::Known(0);
                for member in &members {
                    let bit = self.code.select(member.passes, Word::Known(1 << member.at), Word::Known(0));
                    set = self.code.bor(set, bit);
                }
                Val::new(Tag::value(), Data::Parties(set))
            }
            Quantifier::Sum => self.joined(id, q, &members, HostFn::Add, locals),
            Quantifier::Largest => self.joined(id, q, &members, HostFn::Larger, locals),
            Quantifier::Smallest => self.joined(id, q, &members, HostFn::Smaller, locals),
            Quantifier::TheOnly(tie) => self.the_only(&members, tie),
            Quantifier::TheWithLargest(tie) => self.the_with(id, q, &members, (tie, true), locals),
            Quantifier::TheWithSmallest(tie) => self.the_with(id, q, &members, (tie, false), locals),
            Quantifier::Gathered | Quantifier::Every | Quantifier::Some => Val::open(),
        };
        self.code.behind(worst, &val)
    }

    fn count(&mut self, members: &[Member]) -> Word {
        let mut count = Word::Known(0);
        for member in members {
            let one = self.code.word_of(member.passes);
            count = self.code.add(count, one);
        }
        count
    }

    /// The bodies that are not nothing, joined.
    fn joined(&mut self, id: ExprId, q: &Quantified, members: &[Member], by: HostFn, locals: &mut Locals) -> Val {
        let Some(body) = q.body else { return Val::open() };
        let mut all = Val::new(Tag::known(NOTHING), Data::Void);
        let mut any = Bit::Known(false);
        for member in members {
            self.bind(q, member.at, locals);
            let one = self.expr(body, locals);
            let nothing = self.code.is_nothing(one.tag);
            let something = self.code.not(nothing);
            let takes = self.code.and(member.passes, something);
            if takes == Bit::Known(false) {
                continue;
            }
            let next = if any == Bit::Known(false) {
                one.clone()
            } else {
                let sum = self.operate(id.0, by, &[all.clone(), one.clone()]);
                self.code.select_val(any, &sum, &one)
            };
            all = self.code.select_val(takes, &next, &all);
            any = self.code.or(any, takes);
        }
        all
    }

    /// No member is nothing, several are as the tie says.
    fn tied(&mut self, members: &[Member], tie: Tie, chosen: Word, several: Bit) -> Val {
        let count = self.count(members);
        let none = self.code.test(IntCC::Equal, count, Word::Known(0));
        let refer = match tie {
            Tie::Refer => self.names.tag(&Outcome::refer(Tie::AUTHORITY)),
            Tie::First | Tie::Last => Tag::value(),
        };
        let tag = self.code.select_tag(several, refer, Tag::value());
        let tag = self.code.select_tag(none, Tag::known(NOTHING), tag);
        Val::new(tag, Data::Country(chosen))
    }

    fn the_only(&mut self, members: &[Member], tie: Tie) -> Val {
        let mut chosen = Word::Known(0);
        let mut any = Bit::Known(false);
        for member in members {
            let fresh = self.code.not(any);
            let takes = if tie == Tie::Last { member.passes } else { self.code.and(member.passes, fresh) };
            chosen = self.code.select(takes, Word::Known(i64::try_from(member.at).unwrap_or(0)), chosen);
            any = self.code.or(any, member.passes);
        }
        let count = self.count(members);
        let several = self.code.test(IntCC::SignedGreaterThan, count, Word::Known(1));
        self.tied(members, tie, chosen, several)
    }

    fn the_with(
        &mut self,
        id: ExprId,
        q: &Quantified,
        members: &[Member],
        (tie, largest): (Tie, bool),
        locals: &mut Locals,
    ) -> Val {
        let Some(body) = q.body else { return Val::open() };
        let mut best = Val::new(Tag::known(NOTHING), Data::Void);
        let (mut chosen, mut any, mut level) = (Word::Known(0), Bit::Known(false), Bit::Known(false));
        let mut worst = Tag::value();
        for member in members {
            if member.passes == Bit::Known(false) {
                continue;
            }
            self.bind(q, member.at, locals);
            let one = self.expr(body, locals);
            let unsettled = self.code.only_unsettled(one.tag);
            let mine = self.code.select_tag(member.passes, unsettled, Tag::value());
            worst = self.code.worst(worst, mine);
            let ahead = self.operate(id.0, HostFn::Less, &[best.clone(), one.clone()]);
            let behind = self.operate(id.0, HostFn::Less, &[one.clone(), best.clone()]);
            let (better, other) = if largest { (ahead, behind) } else { (behind, ahead) };
            let compared = self.code.and(any, member.passes);
            for val in [&better, &other] {
                let tag = self.code.only_unsettled(val.tag);
                let tag = self.code.select_tag(compared, tag, Tag::value());
                worst = self.code.worst(worst, tag);
            }
            let apart = self.code.or(better.yes(), other.yes());
            let equal = self.code.not(apart);
            let fresh = self.code.not(any);
            let wins = if tie == Tie::Last { self.code.or(better.yes(), equal) } else { better.yes() };
            let takes = self.code.or(fresh, wins);
            let takes = self.code.and(member.passes, takes);
            let meets = self.code.and(compared, equal);
            let stays = self.code.not(takes);
            let still = self.code.and(level, stays);
            level = self.code.or(still, meets);
            chosen = self.code.select(takes, Word::Known(i64::try_from(member.at).unwrap_or(0)), chosen);
            best = self.code.select_val(takes, &one, &best);
            any = self.code.or(any, member.passes);
        }
        let val = self.tied(members, tie, chosen, level);
        // One candidate is taken without asking its body.
        let count = self.count(members);
        let several = self.code.test(IntCC::SignedGreaterThan, count, Word::Known(1));
        let worst = self.code.select_tag(several, worst, Tag::value());
        self.code.behind(worst, &val)
    }
}
