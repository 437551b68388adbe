//! What somebody writes who wants the right answer and does not think of speed: every row on its own, days cut wherever
//! a period begins or has ended, maps and lists. For rows in which nothing is missing; the others share `open`.

use crate::expert::{Counted, Law};
use crate::open::{self, Known};
use crate::out::{Part, REFER, UNDECIDED, VALUE};
use crate::rows::{ASSIMILATED, OLD_AGE, Rows, SELF_EMPLOYMENT};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone)]
struct Period {
    from: i32,
    to: i32,
    party: u8,
    class: u8,
}

/// Computes the rows from `lo` to before `hi`.
pub fn run(law: &Law, rows: &Rows, out: &mut Part<'_>, lo: usize, hi: usize) {
    for at in lo..hi {
        let row = rows.first + at;
        let results = match Known::of(rows, row) {
            Some(known) if rows.benefit[row] == OLD_AGE => {
                open::settle(law, &known, &count(rows, row), rows.event_valid.get(row))
            }
            _ => [(0, UNDECIDED, 0, 0); 2],
        };
        for (column, (value, outcome, detail, rules)) in out.of.iter_mut().zip(results) {
            let to = at - lo;
            if to.is_multiple_of(64) {
                column.valid[to / 64] = 0;
            }
            column.values[to] = value;
            column.outcome[to] = outcome;
            column.detail[to] = detail;
            column.rules[to] = rules;
            column.valid[to / 64] |= u64::from(outcome == VALUE) << (to % 64);
        }
    }
}

fn count(rows: &Rows, row: usize) -> Counted {
    let mut counted = Counted::default();
    let mut periods: Vec<Period> = Vec::new();
    for at in rows.offsets[row] as usize..rows.offsets[row + 1] as usize {
        let party = rows.party[at];
        counted.concerned |= 1 << (party & 63);
        let to = rows.to[at].min(rows.event[row] - 1);
        if rows.kind[at] != SELF_EMPLOYMENT && rows.from[at] <= to && party < 2 {
            counted.usable |= 1 << party;
            let class = rows.quality[at] * 2 + u8::from(rows.kind[at] >= ASSIMILATED);
            periods.push(Period { from: rows.from[at], to, party, class });
        }
    }
    let cuts: BTreeSet<i32> = periods.iter().flat_map(|p| [p.from, p.to + 1]).collect();
    let cuts: Vec<i32> = cuts.into_iter().collect();
    let mut days: BTreeMap<u8, Vec<(i32, i32)>> = BTreeMap::new();
    for pair in cuts.windows(2) {
        let mut best: BTreeMap<u8, u8> = BTreeMap::new();
        for p in periods.iter().filter(|p| p.from <= pair[0] && pair[0] <= p.to) {
            let class = best.entry(p.party).or_insert(p.class);
            *class = p.class.min(*class);
        }
        let Some(highest) = best.values().min().copied() else { continue };
        let leaders: Vec<u8> = best.iter().filter(|(_, class)| **class == highest).map(|(party, _)| *party).collect();
        match leaders.as_slice() {
            [party] => days.entry(*party).or_default().push((pair[0], pair[1])),
            _ if highest % 2 == 0 => counted.tied = REFER,
            _ if counted.tied != REFER => counted.tied = UNDECIDED,
            _ => {}
        }
    }
    for (party, stretches) in days {
        let mut runs: Vec<(i32, i32)> = Vec::new();
        for (from, until) in stretches {
            match runs.last_mut() {
                Some(run) if run.1 == from => run.1 = until,
                _ => runs.push((from, until)),
            }
        }
        for (from, until) in runs {
            let (months, left) = months_and_days(from, until);
            counted.of[usize::from(party)] += (months as u64) << 32 | left as u64;
        }
    }
    counted
}

/// A day as people write it: year, month, day.
fn written(day: i32) -> (i64, i64, i64) {
    let z = i64::from(day) + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let year = year + era * 400;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

fn length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Month by month from the first day, as long as the next one is complete.
fn months_and_days(from: i32, until: i32) -> (i64, i64) {
    let (mut year, mut month, day) = written(from);
    let end = written(until);
    let mut months = 0;
    loop {
        let (y, m) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        if (y, m, day.min(length(y, m))) > end {
            break;
        }
        (year, month, months) = (y, m, months + 1);
    }
    // What is left lies in the month that was reached or reaches into the next.
    let reached = day.min(length(year, month));
    let days = if month == end.1 { end.2 - reached } else { length(year, month) - reached + end.2 };
    (months, days)
}
