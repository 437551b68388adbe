//! Room for the results of a kernel, and what they say.

use super::{OutCell, Output, RawOut, UNDECIDED};
use crate::{Answer, Country, Date, FaultKind, Money, Number, Outcome, RuleId, SiteId, Value, ratio};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Room for the results of some rows.
#[derive(Debug)]
pub struct Results {
    rows: usize,
    columns: Vec<ResultColumn>,
}

/// The results of one decision.
#[derive(Debug)]
struct ResultColumn {
    values: Vec<u64>,
    below: Vec<i64>,
    valid: Vec<u64>,
    outcome: Vec<u8>,
    detail: Vec<u64>,
    rules: Vec<u64>,
}

impl Results {
    /// Room for the results of so many rows.
    pub fn new(outputs: usize, rows: usize) -> Results {
        let words = rows.div_ceil(64).max(1);
        let column = || ResultColumn {
            values: vec![0; rows.max(1)],
            below: vec![0; rows.max(1)],
            valid: vec![0; words],
            outcome: vec![UNDECIDED; rows],
            detail: vec![0; rows],
            rules: vec![0; rows],
        };
        Results { rows, columns: (0..outputs).map(|_| column()).collect() }
    }

    /// What a kernel takes. Valid as long as this lives and is not moved from.
    pub fn raw(&mut self) -> Vec<RawOut> {
        let raw = |c: &mut ResultColumn| RawOut {
            values: c.values.as_mut_ptr().cast(),
            below: c.below.as_mut_ptr().cast(),
            valid: c.valid.as_mut_ptr(),
            outcome: c.outcome.as_mut_ptr(),
            detail: c.detail.as_mut_ptr(),
            rules: c.rules.as_mut_ptr(),
        };
        self.columns.iter_mut().map(raw).collect()
    }

    /// How many rows there is room for.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The answer of a result in a row; `None` where it is left to the general evaluator.
    pub fn answer(
        &self,
        (at, output): (usize, &Output),
        row: usize,
        parties: &[Country],
        names: &[String],
    ) -> Option<Answer> {
        let column = self.columns.get(at)?;
        let detail = column.detail.get(row).copied()?;
        let named = || -> BTreeSet<Arc<str>> {
            let set = names.iter().enumerate().filter(|(bit, _)| *bit < 64 && detail >> bit & 1 == 1);
            set.map(|(_, name)| Arc::from(name.as_str())).collect()
        };
        let outcome = match column.outcome.get(row)? {
            0 => Outcome::Value(column.value(&output.cell, row, parties)?),
            1 => Outcome::Nothing,
            2 => Outcome::Undetermined(named()),
            3 => Outcome::Refer(named()),
            4 => Outcome::Gap(named()),
            6 => Outcome::fault(fault_kind(detail & 255)?, SiteId(u32::try_from(detail >> 8).ok()?)),
            _ => return None,
        };
        let bits = column.rules.get(row).copied()?;
        let made = output.rules.iter().enumerate().filter(|(bit, _)| *bit < 64 && bits >> bit & 1 == 1);
        let rules: Vec<RuleId> = made.map(|(_, rule)| *rule).collect();
        Some(Answer { outcome, rules })
    }
}

fn fault_kind(code: u64) -> Option<FaultKind> {
    Some(match code {
        0 => FaultKind::Overflow,
        1 => FaultKind::ZeroDivisor,
        2 => FaultKind::Negative,
        3 => FaultKind::OutOfTable,
        4 => FaultKind::OutOfRange,
        _ => return None,
    })
}

impl ResultColumn {
    /// The number of so many bits that stands at a row.
    fn at(&self, row: usize, bits: usize) -> Option<u64> {
        let place = row * bits;
        let word = self.values.get(place / 64)?;
        let mask = if bits == 64 { u64::MAX } else { (1 << bits) - 1 };
        Some(word >> (place % 64) & mask)
    }

    fn value(&self, cell: &OutCell, row: usize, parties: &[Country]) -> Option<Value> {
        let party = |at: u64| usize::try_from(at).ok().and_then(|at| parties.get(at)).copied();
        Some(match cell {
            OutCell::YesNo => Value::YesNo(self.at(row, 1)? == 1),
            OutCell::Money(currency) => {
                Value::Money(Money { currency: *currency, minor: self.at(row, 64)?.cast_signed() })
            }
            OutCell::Fraction => {
                let (above, below) = (self.at(row, 64)?.cast_signed(), *self.below.get(row)?);
                match below {
                    0 => Value::whole(above),
                    _ => Value::Number(Number::quotient(ratio(above, 1), ratio(below, 1))?),
                }
            }
            OutCell::Date => {
                let day = u32::try_from(self.at(row, 32)?).ok()?.cast_signed();
                Value::Date(Date::from_day_number(day)?)
            }
            OutCell::Country => Value::Country(party(self.at(row, 16)?)?),
            OutCell::Member(id, _) => Value::Member(*id, u16::try_from(self.at(row, 8)?).ok()?),
            OutCell::Countries => {
                let mask = self.at(row, 64)?;
                if mask >> 63 == 1 {
                    return None;
                }
                Value::countries((0..63).filter(|bit| mask >> bit & 1 == 1).filter_map(party))
            }
        })
    }
}
