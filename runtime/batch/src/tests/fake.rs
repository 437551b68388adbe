//! A kernel and a general evaluator that decide the same small thing.
#![expect(unsafe_code, reason = "reading what native code would read")]

use crate::{General, Generals, Kernel, Kernels};
use accord_core::columns::{Input, ODD, Part, RawColumn, RawOut, Shape, UNDECIDED};
use accord_core::{Answer, Country, Currency, Extent, Facts, Money, Outcome, RuleId, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// From the first to the last day CV insured or employed, in cents, for an old age pension; nothing for another; undetermined without a day.
pub struct Plain {
    inputs: Vec<Input>,
    names: Vec<String>,
    first: u8,
}

#[derive(Default)]
pub struct Fake {
    pub made: AtomicUsize,
    /// Whether the more exact shapes fail to compile.
    pub fails: bool,
}

impl Kernels for Fake {
    fn kernel(&self, shape: &Shape) -> Result<Arc<dyn Kernel>, String> {
        let _ = self.made.fetch_add(1, Ordering::Relaxed);
        if self.fails && !shape.members.is_empty() {
            return Err("no".to_owned());
        }
        let input = |column, part| Input { column, part };
        let mut inputs = vec![input(0, Part::Values), input(1, Part::Values), input(4, Part::Values)];
        let parts = [Part::Offsets, Part::From, Part::To, Part::Party, Part::Kind, Part::Quality];
        inputs.extend(parts.map(|part| input(5, part)));
        let absent = |i: &Input| shape.fills.get(i.column) == Some(&accord_core::columns::Fill::Absent);
        if inputs.iter().any(absent) {
            return Err("only for what is there".to_owned());
        }
        let cv = Country::parse("CV").ok_or("CV")?;
        let first = shape.parties.iter().position(|p| *p == cv).map_or(99, |at| u8::try_from(at).unwrap_or(99));
        let names = vec![
            "unused".to_owned(),
            "claim.event".to_owned(),
            "claim.benefit".to_owned(),
            "periods".to_owned(),
            "person.resident".to_owned(),
        ];
        Ok(Arc::new(Plain { inputs, names, first }))
    }
}

fn valid(column: &RawColumn, row: usize) -> bool {
    if column.valid.is_null() {
        return true;
    }
    let at = row + usize::try_from(column.first).unwrap_or(0);
    // SAFETY: the row is one of the batch.
    unsafe { *column.valid.add(at / 8) >> (at % 8) & 1 == 1 }
}

fn value<T: Copy>(column: &RawColumn, row: usize) -> T {
    let at = row.wrapping_add(usize::try_from(column.first).unwrap_or(0));
    // SAFETY: the row is one of the batch, or a period of one.
    unsafe { *column.values.cast::<T>().wrapping_add(at) }
}

impl Kernel for Plain {
    fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn run(&self, columns: &[RawColumn], outs: &[RawOut], lo: usize, hi: usize) {
        assert_eq!(lo % 64, 0);
        let [event, benefit, resident, offsets, from, to, party, kind, quality] = columns else { panic!("inputs") };
        for row in lo..hi {
            let (start, end): (i32, i32) = (value(offsets, row), value(offsets, row + 1));
            let mut span: Option<(i32, i32)> = None;
            let mut odd = false;
            let mut last = i32::MIN;
            if valid(offsets, row) {
                for at in usize::try_from(start).unwrap()..usize::try_from(end).unwrap() {
                    let (first, until): (i32, i32) = (value(from, at), value(to, at));
                    let (of, kind, quality): (u8, u8, u8) = (value(party, at), value(kind, at), value(quality, at));
                    assert!(kind < 6 && quality < 2 && (of < 16 || of == ODD));
                    odd |= of == ODD;
                    assert!(odd || last <= first, "sorted");
                    last = first;
                    if of == self.first && kind < 2 && quality == 0 {
                        span = Some(span.map_or((first, until), |(f, u)| (f.min(first), u.max(until))));
                    }
                }
            }
            let days = span.map_or(0, |(first, until)| i64::from(until - first) + 1);
            let missing = (u64::from(!valid(event, row)) << 1)
                | (u64::from(!valid(benefit, row)) << 2)
                | (u64::from(!valid(offsets, row)) << 3);
            let code: u8 = value(benefit, row);
            let day: i32 = value(event, row);
            assert!(code < 3 && accord_core::columns::is_day(day));
            let outcome = match (odd, missing, code) {
                (true, ..) => UNDECIDED,
                (_, 1.., _) => 2,
                (_, _, 0) => 0,
                _ => 1,
            };
            put(&outs[0], row - lo, outcome, missing, |out| {
                // SAFETY: there is room for every row.
                unsafe { *out.values.cast::<i64>().add(row - lo) = days }
            });
            let at = row + usize::try_from(resident.first).unwrap_or(0);
            // SAFETY: the row is one of the batch.
            let yes = unsafe { *resident.values.add(at / 8) >> (at % 8) & 1 };
            let there = valid(resident, row);
            put(&outs[1], row - lo, if there { 0 } else { 2 }, 1 << 4, |out| {
                // SAFETY: as above.
                unsafe { *out.values.add((row - lo) / 8) |= yes << ((row - lo) % 8) }
            });
        }
    }
}

fn put(out: &RawOut, row: usize, outcome: u8, detail: u64, store: impl Fn(&RawOut)) {
    // SAFETY: there is room for every row.
    unsafe {
        *out.outcome.add(row) = outcome;
        *out.detail.add(row) = if outcome == 2 { detail } else { 0 };
        *out.rules.add(row) = 1;
        if outcome == 0 {
            *out.valid.add(row / 64) |= 1 << (row % 64);
        }
    }
    if outcome == 0 {
        store(out);
    }
}

pub struct Slow;

impl Generals for Slow {
    fn general(&self) -> Box<dyn General> {
        Box::new(Slow)
    }
}

impl General for Slow {
    fn answer(&mut self, facts: &Facts, outputs: &[usize]) -> Vec<(Answer, String)> {
        let needed = [&facts.row[0], &facts.row[1], &facts.row[5]];
        let missing = needed.into_iter().filter(|o| o.value().is_none()).cloned().reduce(Outcome::worst);
        let payable = match (missing, facts.row[1].value(), facts.row[5].value()) {
            (Some(missing), ..) => missing,
            (None, Some(Value::Member(_, 0)), Some(Value::Periods(periods))) => {
                let cv = |p: &&accord_core::Piece| p.owner.code() == "CV" && p.certified.is_none();
                let plain = |p: &&accord_core::Piece| {
                    matches!(p.kind, accord_core::Kind::Insurance | accord_core::Kind::Employment)
                        && p.quality == accord_core::Quality::Compulsory
                };
                let span = periods.pieces.iter().filter(cv).filter(plain).filter_map(|p| match p.extent {
                    Extent::Dated { first, last } => Some((first, last)),
                    Extent::Undated { .. } => None,
                });
                let span = span.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
                let minor = span.map_or(0, |(first, last)| last.days_since(first) + 1);
                Outcome::Value(Value::Money(Money { currency: Currency::EURO, minor }))
            }
            _ => Outcome::Nothing,
        };
        let answer = |outcome: Outcome| (Answer { outcome, rules: vec![RuleId(0)] }, String::new());
        let all = [payable, facts.row[4].clone()];
        outputs.iter().map(|at| answer(all[*at].clone())).collect()
    }
}
