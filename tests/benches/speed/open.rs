//! Claims in which something is missing, a single party, ties: the rules of the agreement over outcomes, by hand. What
//! is not known may not matter: a rule that cannot be settled is tried both ways.

use crate::expert::{Counted, LIMIT, Law, Result, part_of};
use crate::out::{FAULT, NOTHING, UNDECIDED, UNDETERMINED, VALUE};
use crate::rows::{CV, NL, Rows};

/// The names of missing facts, by bit. The last is whom a tie is referred to.
pub const NAMES: [&str; 9] = [
    "claim.event",
    "entitled of CV",
    "entitled of NL",
    "entitled_alone of CV",
    "entitled_alone of NL",
    "amount of CV on the periods of CV",
    "amount of NL on the periods of NL",
    "amount of CV on the periods of CV, NL",
    "the competent institutions: which of two coinciding periods counts",
];
const EVENT: u64 = 1;
const ENTITLED: [u64; 2] = [1 << 1, 1 << 2];
const ENTITLED_ALONE: [u64; 2] = [1 << 3, 1 << 4];
const AMOUNT_ALONE: [u64; 2] = [1 << 5, 1 << 6];
const AMOUNT_ON_ALL: u64 = 1 << 7;
/// The bit of a tie that the authorities settle.
pub const COINCIDING: u64 = 1 << 8;
/// Division by zero, among faults.
const ZERO_DIVISOR: u64 = 1;

/// What is declared in a row.
pub struct Known {
    entitled: [Option<bool>; 2],
    flag: [Option<bool>; 2],
    alone: [Option<i64>; 2],
    all: [Option<i64>; 2],
}

impl Known {
    /// `None` where an amount is out of range.
    pub fn of(rows: &Rows, row: usize) -> Option<Known> {
        let each = |get: &dyn Fn(usize) -> Option<bool>| [get(CV), get(NL)];
        let entitled = |p: usize| {
            let flags = &rows.declared[p].entitled;
            flags.valid.get(row).then(|| flags.values.get(row))
        };
        let flag = |p: usize| {
            let flags = &rows.declared[p].entitled_alone;
            flags.valid.get(row).then(|| flags.values.get(row))
        };
        let alone = [CV, NL].map(|p| {
            let amounts = &rows.declared[p].alone;
            amounts.valid.get(row).then(|| amounts.values[row])
        });
        let all = [CV, NL].map(|p| {
            let amounts = &rows.declared[p].all;
            amounts.valid.get(row).then(|| amounts.values[row])
        });
        let fits = alone.iter().chain(&all).flatten().all(|a| (*a as u64) <= LIMIT);
        fits.then(|| Known { entitled: each(&entitled), flag: each(&flag), alone, all })
    }
}

/// An outcome: code, what is missing, value.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Said {
    code: u8,
    detail: u64,
    value: i64,
}

const NO: Said = value(0);
const YES: Said = value(1);
const NONE: Said = Said { code: NOTHING, detail: 0, value: 0 };

const fn value(value: i64) -> Said {
    Said { code: VALUE, detail: 0, value }
}

const fn missing(name: u64) -> Said {
    Said { code: UNDETERMINED, detail: name, value: 0 }
}

fn truth(known: Option<bool>, name: u64) -> Said {
    known.map_or(missing(name), |yes| value(i64::from(yes)))
}

fn money(known: Option<i64>, name: u64) -> Said {
    known.map_or(missing(name), value)
}

impl Said {
    fn is_value(self) -> bool {
        self.code == VALUE
    }

    fn worst(self, other: Said) -> Said {
        match self.code.cmp(&other.code) {
            std::cmp::Ordering::Less => other,
            std::cmp::Ordering::Greater => self,
            std::cmp::Ordering::Equal if self.code == FAULT => self,
            std::cmp::Ordering::Equal => Said { detail: self.detail | other.detail, ..self },
        }
    }

    fn and(self, other: Said) -> Said {
        match (self, other) {
            (NO, _) | (_, NO) => NO,
            (a, b) if a.is_value() => b,
            (a, b) if b.is_value() => a,
            (a, b) => a.worst(b),
        }
    }

    fn not(self) -> Said {
        if self.is_value() { value(1 - self.value) } else { self }
    }
}

/// A rule: its condition, what it gives, its bit in results, and the rules that beat it, by position.
struct Rule {
    when: Said,
    gives: Said,
    bit: u64,
    beaten_by: u8,
}

/// What rules come to, and which of them made it.
fn decide(rules: &[Rule], default: Said) -> (Said, u64) {
    let sure: u8 = (0..rules.len()).filter(|i| rules[*i].when == YES).map(|i| 1 << i).sum();
    let is_open = |i: &usize| !rules[*i].when.is_value() && rules[*i].beaten_by & sure == 0;
    let open: Vec<usize> = (0..rules.len()).filter(is_open).collect();
    let way = |also: u8| {
        let applying = sure | also;
        let stands = |i: &usize| applying >> i & 1 == 1 && rules[*i].beaten_by & applying == 0;
        // No two of these rules stand together.
        (0..rules.len()).find(stands).map_or((default, 0), |i| (rules[i].gives, rules[i].bit))
    };
    let least = way(0);
    for chosen in 1_u8..1 << open.len() {
        let also = open.iter().enumerate().filter(|(bit, _)| chosen >> bit & 1 == 1).map(|(_, i)| 1 << i).sum();
        if way(also).0 != least.0 {
            let worst = open.iter().map(|i| rules[*i].when).reduce(Said::worst);
            return (worst.unwrap_or(NONE), 0);
        }
    }
    least
}

/// What a decision with one rule comes to.
fn decide_one(when: Said, gives: Said, default: Said) -> Said {
    decide(&[Rule { when, gives, bit: 0, beaten_by: 0 }], default).0
}

fn result((said, rules): (Said, u64)) -> Result {
    (if said.is_value() { said.value } else { 0 }, said.code, said.detail, rules)
}

/// What is due. Without an event nothing was counted but who is concerned.
pub fn settle(law: &Law, known: &Known, counted: &Counted, has_event: bool) -> [Result; 2] {
    let nothing = result((NONE, 0));
    let both = |said: Said| [CV, NL].map(|p| if counted.concerned >> p & 1 == 1 { result((said, 0)) } else { nothing });
    match counted.concerned {
        0 => [nothing; 2],
        4.. => both(Said { code: UNDECIDED, detail: 0, value: 0 }),
        _ if !has_event => both(missing(EVENT)),
        1 => [single(law, known, CV), nothing],
        2 => [nothing, single(law, known, NL)],
        3 if counted.tied == UNDECIDED => both(Said { code: UNDECIDED, detail: 0, value: 0 }),
        3 if counted.tied != 0 => both(Said { code: counted.tied, detail: COINCIDING, value: 0 }),
        3 => coordinated(law, known, counted),
    }
}

/// Article 16(1): its own figure, else that on all periods, which are its own.
fn single(law: &Law, known: &Known, party: usize) -> Result {
    let amount = money(known.alone[party].or(known.all[party]), AMOUNT_ALONE[party]);
    let entitled = truth(known.entitled[party], ENTITLED[party]);
    result(decide(&[Rule { when: entitled, gives: amount, bit: law.single, beaten_by: 0 }], NONE))
}

/// Articles 17 to 19 and 23.
fn coordinated(law: &Law, known: &Known, counted: &Counted) -> [Result; 2] {
    let entitled = [CV, NL].map(|p| truth(known.entitled[p], ENTITLED[p]));
    let alone = [CV, NL].map(|p| entitled[p].and(truth(known.flag[p], ENTITLED_ALONE[p])));
    let relieved = [CV, NL].map(|p| {
        let short = value(i64::from(counted.is_short(p)));
        decide_one(short.and(alone[p].not()), YES, NO)
    });
    let without_a_right = set([CV, NL].map(|p| entitled[p].not().and(relieved[p].not())));
    let some = if without_a_right.is_value() { value(i64::from(without_a_right.value != 0)) } else { without_a_right };
    let in_ratio = set(relieved.map(Said::not));
    [CV, NL].map(|p| {
        let part = if p == CV { part(law, known, counted, (entitled[CV], relieved[CV], in_ratio)) } else { NONE };
        let own = money(known.alone[p], AMOUNT_ALONE[p]);
        let direct = if p == NL { entitled[NL] } else { NO };
        let rules = [
            Rule { when: entitled[p], gives: part, bit: law.part, beaten_by: 0b1110 },
            Rule { when: relieved[p].and(entitled[p]), gives: NONE, bit: law.short, beaten_by: 0 },
            Rule { when: alone[p].and(some).and(entitled[p]), gives: own, bit: law.one_state, beaten_by: 0b1010 },
            Rule { when: direct, gives: own, bit: law.direct, beaten_by: 0b0010 },
        ];
        result(decide(&rules, NONE))
    })
}

/// The parties for which something is so, a bit each.
fn set(of: [Said; 2]) -> Said {
    let open = of.into_iter().filter(|said| !said.is_value()).reduce(Said::worst);
    open.unwrap_or(value(of[CV].value | of[NL].value << 1))
}

/// Article 17(4) for Cabo Verde: the theoretical amount times the share. Dutch old age has neither.
fn part(law: &Law, known: &Known, counted: &Counted, (entitled, relieved, in_ratio): (Said, Said, Said)) -> Said {
    let stands = if in_ratio.is_value() { value(in_ratio.value & 1) } else { in_ratio };
    let (own, total) = if in_ratio == value(1) {
        (counted.usable & 1, counted.usable & 1)
    } else {
        (counted.months(CV), counted.months(CV) + counted.months(NL))
    };
    let fault = Said { code: FAULT, detail: law.division << 8 | ZERO_DIVISOR, value: 0 };
    let share = decide_one(stands, if total == 0 { fault } else { YES }, NONE);
    let theoretical = decide_one(entitled.and(relieved.not()), money(known.all[CV], AMOUNT_ON_ALL), NONE);
    let amount = match theoretical.worst(share) {
        worst if !worst.is_value() => worst,
        _ => value(part_of(theoretical.value, own, total)),
    };
    decide_one(stands.and(entitled), amount, NONE)
}
