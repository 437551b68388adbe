//! What an expert writes by hand: `payable(CV)` and `payable(NL)` of claims for a Dutch or Cabo Verdean old-age pension,
//! straight from the columns. It knows nothing of Accord but the layout of the columns and the text of the agreement.
//!
//! Rows are taken 64 at a time and everything is read once. What is the same in each row is done without branches, so
//! that nothing can be predicted wrongly: the periods of the block in the order they lie in, from which the unbroken runs
//! of days of each party come out; then the months of these runs; then what the runs come to. As long as no day is two
//! parties', only one run is open at a time: days of the other party can only follow a gap. What is left are the rows
//! that are not usual, a bit each in a word: days of two parties go to `sweep`, what is missing to `open`.

use crate::calendar::{self, Calendar};
use crate::open::{self, Known};
use crate::out::{NOTHING, Part, UNDECIDED, VALUE};
use crate::rows::{Bits, CV, NL, OLD_AGE, Rows, SELF_EMPLOYMENT};
use crate::sweep;
use std::hint::select_unpredictable;

/// What the agreement's rules are called in results: a bit each, and the place of the one division.
#[derive(Clone, Copy, Debug, Default)]
pub struct Law {
    /// Article 16(1): a single party.
    pub single: u64,
    /// Article 17(4): the part.
    pub part: u64,
    /// Article 18: less than one year.
    pub short: u64,
    /// Article 19: conditions met in one State only.
    pub one_state: u64,
    /// Article 23: the Dutch pension directly.
    pub direct: u64,
    /// Where periods are divided by periods.
    pub division: u64,
}

/// The periods of a row: for each party whole months in the upper half, from bit 32 on, and days in the lower.
#[derive(Clone, Copy, Default)]
pub struct Counted {
    /// By party.
    pub of: [u64; 2],
    /// The parties with a period in the record, a bit each; any other bit is a period that is not ours to count.
    pub concerned: u64,
    /// The parties with a day that counts on their own record.
    pub usable: u64,
    /// 0, or the outcome that a tie leads to.
    pub tied: u8,
}

/// Whether this is less than a year, left-over days counted exactly.
#[inline(always)]
fn is_short(counted: u64) -> bool {
    (counted >> 32).wrapping_mul(30).wrapping_add(counted & 0xffff_ffff) < 360
}

/// The months that count: thirty days are one, and so are fewer.
#[inline(always)]
fn months(counted: u64) -> u64 {
    (counted >> 32).wrapping_add(u64::from((counted as u32).wrapping_add(29) / 30))
}

impl Counted {
    /// Whether a party has less than a year.
    pub fn is_short(&self, party: usize) -> bool {
        is_short(self.of[party])
    }

    /// The months of a party that count.
    pub fn months(&self, party: usize) -> u64 {
        months(self.of[party])
    }
}

/// `all * own / total`, rounded half up to a whole escudo; none of these is negative, and the products fit 63 bits.
#[inline(always)]
pub fn part_of(all: i64, own: u64, total: u64) -> i64 {
    let product = (2 * all as u64).wrapping_mul(own).wrapping_add(total.wrapping_mul(100));
    (product / total.wrapping_mul(200)).wrapping_mul(100) as i64
}

/// The most that money may be.
pub const LIMIT: u64 = 10_000_000_000_000;

/// 64 bits from a position on.
#[inline(always)]
fn word(bits: &Bits, at: usize) -> u64 {
    let bytes = &bits.0[at / 8..at / 8 + 8];
    let low = u64::from_le_bytes(bytes.try_into().unwrap_or_default());
    match at % 8 {
        0 => low,
        shift => low >> shift | u64::from(bits.0.get(at / 8 + 8).copied().unwrap_or(0)) << (64 - shift),
    }
}

/// Months from bit 16 on as months from bit 32 on.
#[inline(always)]
fn widened(sum: i32) -> u64 {
    u64::from(sum as u32 >> 16) << 32 | u64::from(sum as u32 & 0xffff)
}

/// All ones or none.
#[inline(always)]
fn mask(word: u64, at: usize) -> u64 {
    (word >> (at & 63) & 1).wrapping_neg()
}

/// What is known of 64 rows.
struct Block<'a> {
    law: &'a Law,
    calendar: &'a Calendar,
    rows: &'a Rows,
    /// The first row, and how many there are.
    row: usize,
    size: usize,
    /// Rows that lack nothing.
    whole: u64,
    /// Rows in which days are shared.
    shared: u64,
    entitled: [u64; 2],
    alone: [u64; 2],
    /// What each party has, by row and party.
    sums: [i32; 128],
}

/// Room for what is found out of the periods of a block, by period. What holds or does not is all ones or none.
#[derive(Default)]
struct Room {
    /// The row.
    row: Vec<u8>,
    /// The row and the party.
    whose: Vec<u8>,
    /// The event of the row.
    event: Vec<i32>,
    /// The first day of the run, as the calendar has it.
    start: Vec<i32>,
    /// The day after the last that counts; then as the calendar has it; then what the run comes to.
    until: Vec<i32>,
    /// Whether it counts.
    counts: Vec<i32>,
    /// Whether it goes on where the one before ends.
    goes_on: Vec<i32>,
    /// Whether it meets the one before.
    meets: Vec<u8>,
}

/// How many periods are marked as a row's at once.
const AT_ONCE: usize = 16;
/// So many periods of a row are not added up here, so that left-over days stay below 2^16.
const MANY: i32 = 2000;

impl Room {
    /// Makes room for so many periods.
    fn fit(&mut self, count: usize) {
        if self.row.len() < count + AT_ONCE {
            let size = (count + AT_ONCE).next_power_of_two();
            for bytes in [&mut self.row, &mut self.whose, &mut self.meets] {
                bytes.resize(size, 0);
            }
            for words in [&mut self.event, &mut self.start, &mut self.until, &mut self.counts, &mut self.goes_on] {
                words.resize(size, 0);
            }
        }
    }
}

#[allow(
    clippy::needless_range_loop,
    reason = "loops over several columns at once, as the compiler makes vectors of them"
)]
impl<'a> Block<'a> {
    fn new(law: &'a Law, calendar: &'a Calendar, rows: &'a Rows, row: usize, size: usize) -> Block<'a> {
        let [cv, nl] = &rows.declared;
        let mut whole = word(&rows.event_valid, row);
        for declared in [cv, nl] {
            whole &= word(&declared.entitled.valid, row) & word(&declared.entitled_alone.valid, row);
            whole &= word(&declared.alone.valid, row) & word(&declared.all.valid, row);
        }
        let entitled = [word(&cv.entitled.values, row), word(&nl.entitled.values, row)];
        let flags = [word(&cv.entitled_alone.values, row), word(&nl.entitled_alone.values, row)];
        let alone = [entitled[CV] & flags[CV], entitled[NL] & flags[NL]];
        Block { law, calendar, rows, row, size, whole, shared: 0, entitled, alone, sums: [0; 128] }
    }

    /// Marks the periods of each row with the row and its event, before every day where nothing is to be counted. Gives
    /// where the periods begin and end.
    #[inline(always)]
    fn mark(&mut self, room: &mut Room) -> (usize, usize) {
        let (row, size) = (self.row, self.size.min(64));
        let offsets = &self.rows.offsets[row..row + size + 1];
        let (begin, end) = (offsets[0] as usize, offsets[size] as usize);
        room.fit(end - begin);
        let (days, benefits) = (&self.rows.event[row..row + size], &self.rows.benefit[row..row + size]);
        let mut fits = 0;
        for (at, ((ends, day), benefit)) in offsets.windows(2).zip(days).zip(benefits).enumerate() {
            let first = self.rows.from.get(ends[0] as usize).copied().unwrap_or(0);
            let few = ends[1].wrapping_sub(ends[0]) < MANY;
            let fit = (*benefit == OLD_AGE) & calendar::is_near(first, *day) & few;
            fits |= u64::from(fit) << at;
            let counts = mask(self.whole, at) as i32 & -i32::from(fit);
            let day = *day & counts | i32::MIN & !counts;
            // The rows after it write over what is too much.
            let (mut from, until) = (ends[0] as usize - begin, ends[1] as usize - begin);
            loop {
                room.row[from..from + AT_ONCE].fill(at as u8);
                room.event[from..from + AT_ONCE].fill(day);
                from += AT_ONCE;
                if from >= until {
                    break;
                }
            }
        }
        self.whole &= fits;
        (begin, end)
    }

    /// Finds out which periods count and until when, which go on where the one before ends, and which meet it.
    #[inline(always)]
    fn classify(&mut self, room: &mut Room, (begin, end): (usize, usize)) {
        let count = end - begin;
        let (from, to) = (&self.rows.from[begin..end], &self.rows.to[begin..end]);
        let (party, kind) = (&self.rows.party[begin..end], &self.rows.kind[begin..end]);
        let (row, event) = (&room.row[..count], &room.event[..count]);
        let (until, counts, whose) = (&mut room.until[..count], &mut room.counts[..count], &mut room.whose[..count]);
        let mut odd = 0;
        for at in 0..count {
            whose[at] = row[at] << 1 | party[at] & 1;
            odd |= party[at];
        }
        for at in 0..count {
            let last = to[at].wrapping_add(1);
            until[at] = if last < event[at] { last } else { event[at] };
            let counted = (from[at] < until[at]) & (kind[at] != SELF_EMPLOYMENT);
            counts[at] = -i32::from(counted);
        }
        room.goes_on[0] = 0;
        room.goes_on[count] = 0;
        let pairs = count.saturating_sub(1);
        let (to, from) = (&to[..pairs], &from[count - pairs..]);
        let (one, two) = (&whose[..pairs], &whose[count - pairs..]);
        let (counts, next_counts) = (&counts[..pairs], &counts[count - pairs..]);
        let (goes_on, meets) = (&mut room.goes_on[count - pairs..count], &mut room.meets[..pairs]);
        for at in 0..pairs {
            let adjoins = -i32::from(one[at] == two[at]) & -i32::from(to[at].wrapping_add(1) == from[at]);
            goes_on[at] = adjoins & counts[at] & next_counts[at];
        }
        let mut shared = 0;
        let starts = &mut room.start[..pairs];
        for at in 0..pairs {
            starts[at] = -i32::from(to[at] >= from[at]);
        }
        for at in 0..pairs {
            meets[at] = u8::from(one[at] >> 1 == two[at] >> 1) & starts[at] as u8;
            shared |= meets[at];
        }
        if shared != 0 {
            for (meets, row) in room.meets[..pairs].chunks(16).zip(row.chunks(16)) {
                if meets.iter().fold(0, |any, meets| any | meets) != 0 {
                    let meets = meets.iter().zip(row).filter(|(meets, _)| **meets != 0);
                    meets.for_each(|(_, row)| self.shared |= 1 << (row & 63));
                }
            }
        }
        if odd > 1 {
            let odd = row.iter().zip(party).filter(|(_, party)| **party > 1);
            odd.for_each(|(row, _)| self.shared |= 1 << (row & 63));
        }
    }

    /// Adds up months and days, as if no day were shared.
    #[inline(always)]
    fn add_up(&mut self, room: &mut Room, (begin, end): (usize, usize)) {
        let count = end - begin;
        let from = &self.rows.from[begin..end];
        let (until, whose) = (&mut room.until[..count], &room.whose[..count]);
        let (counts, goes_on) = (&room.counts[..count], &room.goes_on[..count + 1]);
        let starts = &mut room.start[..count];
        let mut start = 0;
        for at in 0..count {
            start = select_unpredictable(goes_on[at] != 0, start, self.calendar.day(from[at]));
            starts[at] = start;
            until[at] = self.calendar.day(until[at]);
        }
        for at in 0..count {
            until[at] = calendar::between(starts[at], until[at]) & counts[at] & !goes_on[at + 1];
        }
        for at in 0..count {
            let sum = &mut self.sums[usize::from(whose[at] & 127)];
            *sum = sum.wrapping_add(until[at]);
        }
    }

    /// What is due in usual rows; which rows are not.
    fn settle(&self, out: &mut Part<'_>, to: usize) -> u64 {
        let (law, row, size) = (self.law, self.row, self.size);
        let mut short = [0_u64; 2];
        let mut unusual = !self.whole | self.shared;
        for at in 0..size.min(64) {
            let (cv, nl) = (self.sums[at * 2], self.sums[at * 2 + 1]);
            short[CV] |= u64::from(is_short(widened(cv))) << at;
            short[NL] |= u64::from(is_short(widened(nl))) << at;
            unusual |= u64::from((nl == 0) | (cv == 0)) << at;
        }
        let relieved = [short[CV] & !self.alone[CV], short[NL] & !self.alone[NL]];
        // Article 23 and article 17(4), unless article 18; article 19 before article 17(4).
        let pays = [self.entitled[CV] & !relieved[CV], self.entitled[NL] & !relieved[NL]];
        let freed = [self.entitled[CV] & relieved[CV], self.entitled[NL] & relieved[NL]];
        let one_state = self.alone[CV] & !self.entitled[NL] & !relieved[NL];
        let [cv, nl] = &mut out.of;
        let cv = (&mut cv.values[to..to + size], &mut cv.outcome[to..to + size], &mut cv.rules[to..to + size]);
        let nl = (&mut nl.values[to..to + size], &mut nl.outcome[to..to + size], &mut nl.rules[to..to + size]);
        let [declared_cv, declared_nl] = &self.rows.declared;
        let alone = (&declared_cv.alone.values[row..row + size], &declared_nl.alone.values[row..row + size]);
        let all = &declared_cv.all.values[row..row + size];
        for at in 0..size.min(64) {
            let (own, dutch) = (months(widened(self.sums[at * 2])), months(widened(self.sums[at * 2 + 1])));
            // Who is relieved is not in the ratio.
            let total = own.wrapping_add(dutch & !mask(relieved[NL], at)).max(1);
            let too_large = (alone.0[at] as u64).max(alone.1[at] as u64).max(all[at] as u64) > LIMIT;
            unusual |= u64::from(too_large) << at;
            let part = self.calendar.part_of(all[at], own, total);
            let one_state = mask(one_state, at);
            let value = alone.0[at] & one_state as i64 | part & !one_state as i64;
            let rule = law.one_state & one_state | law.part & !one_state;
            let (pays_cv, pays_nl) = (mask(pays[CV], at), mask(pays[NL], at));
            cv.0[at] = value & pays_cv as i64;
            cv.1[at] = 1 & !pays_cv as u8;
            cv.2[at] = rule & pays_cv | law.short & mask(freed[CV], at);
            nl.0[at] = alone.1[at] & pays_nl as i64;
            nl.1[at] = 1 & !pays_nl as u8;
            nl.2[at] = law.direct & pays_nl | law.short & mask(freed[NL], at);
        }
        let rows = if size == 64 { u64::MAX } else { (1 << size) - 1 };
        for (column, pays) in out.of.iter_mut().zip(pays) {
            column.detail[to..to + size].fill(0);
            column.valid[to / 64] = pays & rows;
        }
        unusual & rows
    }

    /// What is due in a row that is not usual.
    #[inline(never)]
    fn settle_one(&self, at: usize) -> [Result; 2] {
        let (rows, row) = (self.rows, self.row + at);
        let whole = self.whole >> at & 1 == 1;
        let (begin, end) = (rows.offsets[row] as usize, rows.offsets[row + 1] as usize);
        let shared = whole && self.shared >> at & 1 == 1;
        let counted = if shared {
            sweep::count(rows, row, rows.event[row], &|from, until| widened(self.calendar.between(from, until)))
        } else {
            let concerned = rows.party[begin..end].iter().fold(0_u64, |all, party| all | 1 << (party & 63));
            if whole && concerned < 3 && concerned != 0 {
                return self.settle_single(at, concerned as usize - 1);
            }
            let of = [widened(self.sums[at * 2]), widened(self.sums[at * 2 + 1])];
            let usable = u64::from(of[CV] != 0) | u64::from(of[NL] != 0) << 1;
            Counted { of, concerned, usable, tied: 0 }
        };
        let has_event = rows.event_valid.get(row);
        let counted = match rows.from.get(begin) {
            Some(first) if !whole && has_event && counted.concerned == 3 => {
                if calendar::is_near(*first, rows.event[row]) {
                    let between = |from, until| widened(self.calendar.between(from, until));
                    sweep::count(rows, row, rows.event[row], &between)
                } else {
                    sweep::count(rows, row, rows.event[row], &calendar::far)
                }
            }
            _ => counted,
        };
        if whole && counted.tied == 0 && counted.concerned == 3 && counted.of[CV] != 0 {
            return self.settle_swept(at, &counted);
        }
        match Known::of(rows, row) {
            Some(known) if rows.benefit[row] == OLD_AGE => open::settle(self.law, &known, &counted, has_event),
            _ => LEFT,
        }
    }

    /// Article 16(1).
    fn settle_single(&self, at: usize, party: usize) -> [Result; 2] {
        let declared = &self.rows.declared[party];
        let (value, other) = (declared.alone.values[self.row + at], declared.all.values[self.row + at]);
        if (value as u64).max(other as u64) > LIMIT {
            return LEFT;
        }
        let mut results = [(0, NOTHING, 0, 0); 2];
        if self.entitled[party] >> at & 1 == 1 {
            results[party] = (value, VALUE, 0, self.law.single);
        }
        results
    }

    /// Articles 17 to 19 and 23, as for usual rows.
    fn settle_swept(&self, at: usize, counted: &Counted) -> [Result; 2] {
        let (law, [cv, nl], row) = (self.law, &self.rows.declared, self.row + at);
        let (cv_alone, nl_alone, all) = (cv.alone.values[row], nl.alone.values[row], cv.all.values[row]);
        if (cv_alone as u64).max(nl_alone as u64).max(all as u64) > LIMIT {
            return LEFT;
        }
        let bit = |word: u64| word >> at & 1 == 1;
        let relieved = [CV, NL].map(|p| counted.is_short(p) & !bit(self.alone[p]));
        let dutch = match (bit(self.entitled[NL]), relieved[NL]) {
            (false, _) => (0, NOTHING, 0, 0),
            (true, true) => (0, NOTHING, 0, law.short),
            (true, false) => (nl_alone, VALUE, 0, law.direct),
        };
        let one_state = bit(self.alone[CV]) & !bit(self.entitled[NL]) & !relieved[NL];
        let own = counted.months(CV);
        let total = if relieved[NL] { own } else { own.wrapping_add(counted.months(NL)) };
        let verdean = match (bit(self.entitled[CV]), relieved[CV], one_state) {
            (false, ..) => (0, NOTHING, 0, 0),
            (true, true, _) => (0, NOTHING, 0, law.short),
            (true, false, true) => (cv_alone, VALUE, 0, law.one_state),
            (true, false, false) => (part_of(all, own, total), VALUE, 0, law.part),
        };
        [verdean, dutch]
    }
}

/// A result: value, outcome, detail, rules.
pub type Result = (i64, u8, u64, u64);

const LEFT: [Result; 2] = [(0, UNDECIDED, 0, 0); 2];

/// Computes the rows from `lo` (a multiple of 64) to before `hi`.
pub fn run(law: &Law, rows: &Rows, out: &mut Part<'_>, lo: usize, hi: usize) {
    let calendar = Calendar::get();
    let mut room = Room::default();
    for row in (lo..hi).step_by(64) {
        let to = row - lo;
        let mut block = Block::new(law, calendar, rows, rows.first + row, (hi - row).min(64));
        let periods = block.mark(&mut room);
        block.classify(&mut room, periods);
        block.add_up(&mut room, periods);
        let mut left = block.settle(out, to);
        while left != 0 {
            let at = left.trailing_zeros() as usize;
            left &= left - 1;
            for (column, (value, outcome, detail, rules)) in out.of.iter_mut().zip(block.settle_one(at)) {
                column.values[to + at] = value;
                column.outcome[to + at] = outcome;
                column.detail[to + at] = detail;
                column.rules[to + at] = rules;
                let bit = 1 << at;
                let valid = &mut column.valid[to / 64];
                *valid = if outcome == VALUE { *valid | bit } else { *valid & !bit };
            }
        }
    }
}
