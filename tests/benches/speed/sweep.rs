//! Days that are two parties': who counts them, by precedence. One pass over periods sorted by their first day; kept are,
//! for each party and class of precedence, the last day it reaches.

use crate::expert::Counted;
use crate::out::{REFER, UNDECIDED};
use crate::rows::{ASSIMILATED, NL, Rows, SELF_EMPLOYMENT};

/// Classes of precedence: compulsory before voluntary, then really completed before assimilated.
const CLASSES: usize = 4;

/// Nothing of any class.
const NONE: [i32; 8] = [i32::MIN, i32::MIN, i32::MIN, i32::MIN, i32::MAX, i32::MAX, i32::MAX, i32::MAX];

/// What each party has by class, on the day that was reached.
struct Sweep {
    /// The day after the last of each class; behind them what never ends.
    ends: [[i32; 8]; 2],
    /// The open run of each party: its first day and the day after its last.
    open: [(i32, i32); 2],
    counted: Counted,
}

impl Sweep {
    /// The best class that a party has on a day, and the day after it ends; none is worse than any.
    #[inline(always)]
    fn best(&self, party: usize, day: i32) -> (usize, i32) {
        let ends = &self.ends[party];
        let on = |class: usize| u32::from(ends[class] > day) << class;
        let class = (on(0) | on(1) | on(2) | on(3) | 1 << CLASSES).trailing_zeros() as usize;
        (class, ends[class & 7])
    }

    /// A party counts the days from one to before another.
    #[inline(always)]
    fn give(&mut self, party: usize, from: i32, until: i32, length: &impl Fn(i32, i32) -> u64) {
        let (start, next) = self.open[party];
        if from == next {
            self.open[party] = (start, until);
        } else {
            self.counted.of[party] = self.counted.of[party].wrapping_add(length(start, next));
            self.open[party] = (from, until);
        }
    }

    /// Everything up to before a day.
    #[inline(never)]
    fn advance(&mut self, mut day: i32, until: i32, length: &impl Fn(i32, i32) -> u64) {
        while day < until {
            let ((cv, cv_end), (nl, nl_end)) = (self.best(0, day), self.best(1, day));
            let stop = cv_end.min(nl_end).min(until);
            match cv.cmp(&nl) {
                std::cmp::Ordering::Less => self.give(0, day, stop, length),
                std::cmp::Ordering::Greater => self.give(1, day, stop, length),
                std::cmp::Ordering::Equal if cv == CLASSES => return,
                // A tie of days really completed is referred, whatever else; one of assimilated days is left open.
                std::cmp::Ordering::Equal if cv % 2 == 0 => self.counted.tied = REFER,
                std::cmp::Ordering::Equal if self.counted.tied != REFER => self.counted.tied = UNDECIDED,
                std::cmp::Ordering::Equal => {}
            }
            day = stop;
        }
    }
}

/// A period as it counts.
#[derive(Clone, Copy)]
struct Piece {
    from: i32,
    until: i32,
    party: usize,
    class: usize,
    counts: bool,
}

impl Piece {
    #[inline(always)]
    fn of(rows: &Rows, at: usize, event: i32) -> Piece {
        let (from, until) = (rows.from[at], rows.to[at].wrapping_add(1).min(event));
        let (party, kind) = (rows.party[at], rows.kind[at]);
        let class = usize::from(rows.quality[at].wrapping_mul(2) | u8::from(kind >= ASSIMILATED));
        let counts = (from < until) & (kind != SELF_EMPLOYMENT) & (party <= NL as u8);
        Piece { from, until, party: usize::from(party), class, counts }
    }
}

impl Sweep {
    /// Two periods that share days with each other only.
    #[inline(always)]
    fn pair(&mut self, one: Piece, two: Piece, length: &impl Fn(i32, i32) -> u64) {
        let last = one.until.max(two.until);
        if one.party == two.party {
            return self.give(one.party, one.from, last, length);
        }
        if one.class == two.class {
            // What else the row holds does not matter any more, unless it holds a worse tie.
            let tie = if one.class.is_multiple_of(2) { REFER } else { UNDECIDED };
            self.counted.tied = if self.counted.tied == REFER { REFER } else { tie };
            return;
        }
        if one.class < two.class {
            self.give(one.party, one.from, one.until, length);
            if two.until > one.until {
                self.give(two.party, one.until, two.until, length);
            }
            return;
        }
        if two.from > one.from {
            self.give(one.party, one.from, two.from, length);
        }
        self.give(two.party, two.from, two.until, length);
        if one.until > two.until {
            self.give(one.party, two.until, one.until, length);
        }
    }
}

/// The periods of a row, by the event.
pub fn count(rows: &Rows, row: usize, event: i32, length: &impl Fn(i32, i32) -> u64) -> Counted {
    let (mut at, end) = (rows.offsets[row] as usize, rows.offsets[row + 1] as usize);
    let mut sweep = Sweep { ends: [NONE; 2], open: [(0, 0); 2], counted: Counted::default() };
    for party in &rows.party[at..end] {
        sweep.counted.concerned |= 1 << (party & 63);
    }
    // Up to where everything was given, and up to where something reaches.
    let (mut day, mut reached) = (i32::MIN, i32::MIN);
    while at < end {
        let one = Piece::of(rows, at, event);
        at += 1;
        if !one.counts {
            continue;
        }
        sweep.counted.usable |= 1 << one.party;
        let follows = |at: usize| if at < end { rows.from[at] } else { i32::MAX };
        if one.from >= reached {
            sweep.advance(day, reached, length);
            if follows(at) >= one.until {
                sweep.give(one.party, one.from, one.until, length);
                (day, reached) = (one.until, one.until);
                continue;
            }
            let two = Piece::of(rows, at, event);
            let last = one.until.max(two.until);
            if two.counts && follows(at + 1) >= last {
                sweep.counted.usable |= 1 << two.party;
                sweep.pair(one, two, length);
                (day, reached) = (last, last);
                at += 1;
                continue;
            }
        } else {
            sweep.advance(day, one.from, length);
        }
        (day, reached) = (one.from, reached.max(one.until));
        let known = &mut sweep.ends[one.party][one.class];
        *known = (*known).max(one.until);
    }
    sweep.advance(day, reached, length);
    for party in 0..2 {
        let (start, next) = sweep.open[party];
        sweep.counted.of[party] = sweep.counted.of[party].wrapping_add(length(start, next));
    }
    sweep.counted
}
