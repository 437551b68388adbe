//! The scalar rule, months given: who is entitled gets `all * own / total`, rounded half up to the cent. By hand over
//! columns with nulls; and the same columns as files, for peers in other languages.

use crate::calendar::Calendar;
use crate::out::{NOTHING, UNDETERMINED, VALUE};
use crate::rows::{Amounts, Bits, Chance, Flags};
use std::io::Write;
use std::path::Path;

/// The columns.
pub struct Columns {
    /// How many rows.
    pub count: usize,
    /// Whether there is a right.
    pub entitled: Flags,
    /// The amount on all periods, in cents.
    pub all: Amounts,
    /// Months of one's own, as native code takes a length.
    pub own: Vec<i64>,
    /// All months, at least one.
    pub total: Vec<i64>,
}

/// The results.
pub struct Results {
    /// Cents.
    pub values: Vec<i64>,
    /// A bit for each row.
    pub valid: Vec<u64>,
    /// As elsewhere.
    pub outcome: Vec<u8>,
    /// What is missing: [`RIGHT`], [`WHOLE`].
    pub detail: Vec<u64>,
    /// The rules that made it: there is one.
    pub rules: Vec<u64>,
}

/// It is not known whether there is a right.
pub const RIGHT: u64 = 1;
/// The amount on all periods is missing.
pub const WHOLE: u64 = 2;

impl Results {
    /// Room for so many.
    pub fn new(count: usize) -> Results {
        let (valid, outcome) = (vec![0; count.div_ceil(64)], vec![u8::MAX; count]);
        Results { values: vec![-1; count], valid, outcome, detail: vec![u64::MAX; count], rules: vec![u64::MAX; count] }
    }
}

/// Columns of a seed.
pub fn generate(count: usize, seed: u64) -> Columns {
    let mut chance = Chance(seed);
    let bits = || Bits(vec![0; count.div_ceil(8) + 8]);
    let mut entitled = Flags { values: bits(), valid: bits() };
    let mut all = Amounts { values: Vec::with_capacity(count), valid: bits() };
    let (mut own, mut total) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for row in 0..count {
        entitled.values.set(row, chance.per_mille(900));
        entitled.valid.set(row, !chance.per_mille(5));
        all.values.push(i64::from(chance.between(2_000, 400_000)));
        all.valid.set(row, !chance.per_mille(5));
        own.push(i64::from(chance.between(0, 300)));
        total.push(own[row] + i64::from(chance.between(1, 300)));
    }
    Columns { count, entitled, all, own, total }
}

/// Computes all rows: every result, or, as a rule for itself would have it, without details and rules.
pub fn run<const ALL: bool>(columns: &Columns, out: &mut Results) {
    let calendar = Calendar::get();
    let word = |bits: &Bits, at: usize| u64::from_le_bytes(bits.0[at / 8..at / 8 + 8].try_into().unwrap_or_default());
    for block in (0..columns.count).step_by(64) {
        let end = (block + 64).min(columns.count);
        let known = word(&columns.entitled.valid, block);
        let entitled = word(&columns.entitled.values, block) & known;
        let there = word(&columns.all.valid, block);
        let (pays, denied) = (entitled & there, known & !entitled);
        let inputs =
            columns.all.values[block..end].iter().zip(&columns.own[block..end]).zip(&columns.total[block..end]);
        let outs = out.values[block..end].iter_mut().zip(&mut out.outcome[block..end]);
        let more = out.detail[block..end].iter_mut().zip(&mut out.rules[block..end]);
        for (at, ((((all, own), total), (value, outcome)), (detail, rules))) in inputs.zip(outs).zip(more).enumerate() {
            let (own, total) = (*own as u64, *total as u64);
            let product = (*all as u64).wrapping_mul(own).wrapping_add(total / 2);
            // `total / 2` drops a half, which never makes up a whole.
            let fits = (*all as u64) < 1 << 37 && total < 4096;
            let quotient = if fits { calendar.divided(product, total) } else { product / total.max(1) };
            let (pays, denied) = (pays >> at & 1, denied >> at & 1);
            *value = (quotient & pays.wrapping_neg()) as i64;
            let none = if denied == 1 { NOTHING } else { UNDETERMINED };
            *outcome = if pays == 1 { VALUE } else { none };
            if ALL {
                let missing = if known >> at & 1 == 1 { WHOLE } else { RIGHT };
                *detail = if pays | denied == 1 { 0 } else { missing };
                *rules = entitled >> at & 1;
            }
        }
        let rows = if end - block == 64 { u64::MAX } else { (1 << (end - block)) - 1 };
        out.valid[block / 64] = pays & rows;
    }
}

/// Writes the columns and the results for others to read: little-endian numbers, a byte for each yes or no.
pub fn write(columns: &Columns, out: &Results, folder: &Path) -> std::io::Result<()> {
    let bytes = |bits: &Bits| (0..columns.count).map(|row| u8::from(bits.get(row))).collect::<Vec<u8>>();
    let put = |name: &str, bytes: &[u8]| std::fs::File::create(folder.join(name))?.write_all(bytes);
    put("entitled", &bytes(&columns.entitled.values))?;
    put("entitled_valid", &bytes(&columns.entitled.valid))?;
    put("all_valid", &bytes(&columns.all.valid))?;
    let longs = |numbers: &[i64]| numbers.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
    let words = |numbers: &[i64]| numbers.iter().flat_map(|n| (*n as i32).to_le_bytes()).collect::<Vec<u8>>();
    put("all", &longs(&columns.all.values))?;
    put("own", &words(&columns.own))?;
    put("total", &words(&columns.total))?;
    put("expected", &longs(&out.values))?;
    put("expected_outcome", &out.outcome)
}
