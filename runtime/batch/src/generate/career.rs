//! Made-up careers: a few spells in one party and another, gaps between them, each spell in one certificate or several.

use super::calendar::{month_end, month_start};
use super::stream::Stream;
use super::world::{State, States};

/// Most spells of a career.
const MOST: usize = 8;

/// A certificate below this many days is not split off.
const SHORTEST: i32 = 31;

/// Kinds of periods by their position, with how many spells of a thousand are of each: insurance, employment,
/// self-employment, residence, assimilated, credited.
const KINDS: &[u32] = &[800, 90, 50, 30, 15, 15];

/// The position of insurance.
const INSURANCE: u8 = 0;
/// The position of time treated as insured, and of time credited.
const UNPAID: [u8; 2] = [4, 5];

/// A period of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// First day; also of one that is communicated without days, for the order.
    pub from: i32,
    /// Last day.
    pub to: i32,
    /// Whose record it is in.
    pub party: State,
    /// The position of its kind.
    pub kind: u8,
    /// Whether the insurance was voluntary.
    pub voluntary: bool,
    /// Whether it is communicated as an amount without days.
    pub undated: bool,
}

/// What a career is to be like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// The day it may begin.
    pub first: i32,
    /// The last day of it.
    pub last: i32,
    /// The parties it is made in.
    pub parties: States,
    /// How many periods it has, roughly: a short career has fewer.
    pub periods: usize,
    /// Whether periods of two parties coincide somewhere.
    pub overlap: bool,
    /// Whether the record in one party is shorter than a year.
    pub short: bool,
    /// How many periods of a hundred are communicated without days.
    pub undated: u32,
}

#[derive(Clone, Copy, Debug)]
struct Spell {
    from: i32,
    to: i32,
    party: State,
    kind: u8,
    voluntary: bool,
}

const NOWHERE: Spell = Spell { from: 0, to: 0, party: 0, kind: INSURANCE, voluntary: false };

/// Makes a career, in order of first days.
pub(super) fn make(stream: &mut Stream, home: State, shape: &Shape, record: &mut Vec<Stretch>) {
    record.clear();
    let mut all = [NOWHERE; MOST];
    let parties = usize::try_from(shape.parties.count()).unwrap_or(1);
    let wish = usize::try_from(stream.between(i32::try_from(parties).unwrap_or(1), 8)).unwrap_or(1);
    let count = wish.min(shape.periods).clamp(1, MOST);
    let Some(spells) = all.get_mut(..count) else { return };
    let short = go(stream, home, shape, spells);
    lay(stream, shape, spells);
    if shape.short {
        cut(stream, short, spells);
    }
    if shape.overlap {
        overlap(stream, shape.last, spells);
    }
    certify(stream, shape, spells, record);
    record.sort_unstable_by_key(|p| (p.from, p.to, p.party));
}

/// Where each spell is: home first, every party once, then wherever. The party that came last of them is the one in
/// which little time is spent; gives it.
fn go(stream: &mut Stream, home: State, shape: &Shape, spells: &mut [Spell]) -> Option<State> {
    let mut left = shape.parties.without(home);
    let mut short = None;
    let mut at = home;
    for (index, spell) in spells.iter_mut().enumerate() {
        if index > 0 {
            let among = if left.count() > 0 { left } else { others(shape.parties, at, short, shape.short) };
            at = nth(among, stream.below(among.count())).unwrap_or(at);
            if left.count() == 1 {
                short = Some(at);
            }
            left = left.without(at);
        }
        let kind = stream.weighted(KINDS.iter().copied());
        let kind = u8::try_from(kind).unwrap_or(INSURANCE);
        *spell = Spell { party: at, kind, voluntary: kind == INSURANCE && stream.percent(4), ..NOWHERE };
    }
    short
}

/// Where one goes from here: elsewhere, but not again to where little time was spent; home again where that is all.
fn others(parties: States, at: State, short: Option<State>, avoid: bool) -> States {
    let elsewhere = parties.without(at);
    let long = short.filter(|_| avoid).map_or(elsewhere, |short| elsewhere.without(short));
    if long.count() > 0 { long } else { States::one(at) }
}

fn nth(states: States, position: u32) -> Option<State> {
    states.iter().nth(usize::try_from(position).ok()?)
}

/// Lays the spells on the days of the career, with gaps between some of them.
fn lay(stream: &mut Stream, shape: &Shape, spells: &mut [Spell]) {
    // Each spell takes its weight, and a gap before it another.
    let mut weights = [(0_i64, 0_i64); MOST];
    let mut total = 0;
    for (at, weight) in weights.iter_mut().take(spells.len()).enumerate() {
        let gap = if at > 0 && stream.percent(60) { stream.between(1, 25) } else { 0 };
        *weight = (i64::from(gap), i64::from(stream.between(10, 100)));
        total += weight.0 + weight.1;
    }
    let days = i64::from(shape.last - shape.first + 1).max(0);
    let place = |sum: i64| shape.first + i32::try_from(days * sum / total.max(1)).unwrap_or(0);
    let (mut sum, mut free) = (0, shape.first);
    let last = spells.len() - 1;
    for (at, (spell, (gap, weight))) in spells.iter_mut().zip(weights).enumerate() {
        let apart = gap > 0;
        sum += gap;
        let from = if apart { place(sum) } else { free };
        sum += weight;
        let to = place(sum) - 1;
        spell.from = if apart && stream.percent(60) { month_start(from).max(free) } else { from.max(free) };
        spell.to = if at < last && stream.percent(60) { month_end(to).min(shape.last) } else { to };
        spell.to = spell.to.max(spell.from);
        free = spell.to + 1;
    }
}

/// Cuts the spell in one party down to less than a year.
fn cut(stream: &mut Stream, party: Option<State>, spells: &mut [Spell]) {
    for spell in spells.iter_mut().filter(|s| Some(s.party) == party) {
        spell.to = spell.to.min(spell.from + stream.between(20, 360));
    }
}

/// Lets a spell reach into the next one, in another party.
fn overlap(stream: &mut Stream, last: i32, spells: &mut [Spell]) {
    let pairs = u32::try_from(spells.len().saturating_sub(1)).unwrap_or(0);
    let skip = usize::try_from(stream.below(pairs)).unwrap_or(0);
    let (reach, by_choice, living) = (stream.between(20, 700), stream.percent(40), stream.percent(15));
    let mut done = false;
    for wanted in [skip, 0] {
        let mut rest = &mut *spells;
        let mut at = 0;
        while let [first, others @ ..] = rest {
            let Some(second) = others.first_mut().filter(|_| !done) else { break };
            if at >= wanted && first.party != second.party {
                first.to = (second.from + reach).min(second.to).min(last).max(first.to);
                second.voluntary = by_choice && second.kind == INSURANCE;
                if living && !second.voluntary {
                    second.kind = 3;
                }
                done = true;
            }
            at += 1;
            rest = others;
        }
    }
}

/// Writes each spell down, in as many certificates as its length deserves.
fn certify(stream: &mut Stream, shape: &Shape, spells: &[Spell], record: &mut Vec<Stretch>) {
    let days = |spell: &Spell| i64::from(spell.to - spell.from + 1);
    let total: i64 = spells.iter().map(days).sum();
    let extra = i64::try_from(shape.periods.saturating_sub(spells.len())).unwrap_or(0);
    let mut spent = 0;
    let mut before = 0;
    for spell in spells {
        // Rounding what was reached, not each part, gives all of them away.
        before += days(spell);
        let due = extra * before / total.max(1) - spent;
        let most = (days(spell) / i64::from(SHORTEST)).max(1);
        let pieces = (1 + due).min(most);
        spent += due;
        split(stream, shape, spell, pieces, record);
    }
}

fn split(stream: &mut Stream, shape: &Shape, spell: &Spell, pieces: i64, record: &mut Vec<Stretch>) {
    let days = i64::from(spell.to - spell.from + 1);
    let mut from = spell.from;
    for piece in 1..=pieces {
        let mut to = spell.from + i32::try_from(days * piece / pieces).unwrap_or(0) - 1;
        if piece < pieces && stream.percent(70) {
            to = (month_start(to) - 1).max(from);
        }
        let unpaid = pieces > 2 && stream.percent(7);
        let kind = if unpaid { stream.pick(&UNPAID).unwrap_or(spell.kind) } else { spell.kind };
        let voluntary = spell.voluntary && kind == INSURANCE;
        let undated = shape.undated > 0 && stream.percent(shape.undated);
        record.push(Stretch { from, to, party: spell.party, kind, voluntary, undated });
        from = to + 1;
    }
}
