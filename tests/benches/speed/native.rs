//! The native kernel over the same columns, as `accord` makes it for a batch of which it knows what every file tells:
//! which columns are there.

use crate::engine::Engine;
use crate::law::{Agreement, name_bit};
use crate::out::{FAULT, Out, Part};
use crate::rows::{CV, NL, OLD_AGE, Rows};
use accord_codegen::{Columns, Request};
use accord_core::columns::{Fill, Part as Physical, RawColumn, RawOut, Shape};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// A kernel in memory.
pub struct Native {
    columns: Columns,
    inputs: Vec<(String, Physical)>,
    /// The time it took to make.
    pub made_in: Duration,
}

/// The columns that rows hold.
const HELD: [&str; 11] = [
    "claim.benefit",
    "claim.event",
    "periods",
    "CV.entitled",
    "CV.entitled_alone",
    "CV.alone",
    "CV.all",
    "NL.entitled",
    "NL.entitled_alone",
    "NL.alone",
    "NL.all",
];

impl Native {
    /// Makes the kernel; what is in its way otherwise.
    pub fn new(agreement: &Agreement) -> Result<Native, String> {
        let layout = &agreement.layout;
        let fill = |name: &str| match name {
            "claim.benefit" | "periods" => Fill::Dense,
            name if HELD.contains(&name) => Fill::Mixed,
            _ => Fill::Absent,
        };
        let mut shape = Shape::unknown(layout, agreement.parties.clone());
        shape.fills = layout.columns.iter().map(|column| fill(&column.name)).collect();
        if let Some(benefit) = layout.position("claim.benefit") {
            let _ = shape.members.insert(benefit, BTreeSet::from([u16::from(OLD_AGE)]));
        }
        let request = Request { program: &agreement.verified, layout, shape: &shape, wanted: &agreement.wanted };
        let begun = Instant::now();
        let columns = Columns::compile(&request).map_err(|e| e.to_string())?;
        let made_in = begun.elapsed();
        let inputs: Vec<(String, Physical)> =
            columns.inputs().iter().map(|i| (layout.columns[i.column].name.clone(), i.part)).collect();
        match inputs.iter().find(|(name, _)| !HELD.contains(&name.as_str())) {
            Some((name, _)) => Err(format!("it reads `{name}`, which no row holds")),
            None => Ok(Native { columns, inputs, made_in }),
        }
    }

    /// Gives the bits of names and places in results the meaning they have elsewhere here.
    pub fn translate(&self, out: &mut Out) {
        let names: Vec<u64> = self.columns.names().iter().map(|name| name_bit(name)).collect();
        for column in &mut out.of {
            let named = column.detail.iter_mut().zip(&column.outcome).filter(|(_, outcome)| **outcome != FAULT);
            for (detail, _) in named.filter(|(detail, _)| **detail != 0) {
                let said = names.iter().enumerate().filter(|(bit, _)| *detail >> bit & 1 == 1);
                *detail = said.fold(0, |all, (_, bit)| all | bit);
            }
        }
    }

    fn raw(&self, rows: &Rows) -> Vec<RawColumn> {
        self.inputs.iter().map(|(name, part)| column(rows, name, *part)).collect()
    }
}

/// A column of rows as a kernel takes it.
fn column(rows: &Rows, name: &str, part: Physical) -> RawColumn {
    let first = rows.first as i64;
    let dense = |values: *const u8, first: i64| RawColumn { values, valid: std::ptr::null(), first };
    match part {
        Physical::Offsets => return dense(rows.offsets.as_ptr().cast(), first),
        Physical::From => return dense(rows.from.as_ptr().cast(), 0),
        Physical::To => return dense(rows.to.as_ptr().cast(), 0),
        Physical::Party => return dense(rows.party.as_ptr(), 0),
        Physical::Kind => return dense(rows.kind.as_ptr(), 0),
        Physical::Quality => return dense(rows.quality.as_ptr(), 0),
        Physical::Values | Physical::Unit | Physical::Field(_) => {}
    }
    let declared = &rows.declared[if name.starts_with("NL.") { NL } else { CV }];
    let (values, valid) = match name.split('.').next_back() {
        Some("benefit") => return dense(rows.benefit.as_ptr(), first),
        Some("event") => (rows.event.as_ptr().cast(), &rows.event_valid),
        Some("entitled") => (declared.entitled.values.0.as_ptr(), &declared.entitled.valid),
        Some("entitled_alone") => (declared.entitled_alone.values.0.as_ptr(), &declared.entitled_alone.valid),
        Some("alone") => (declared.alone.values.as_ptr().cast(), &declared.alone.valid),
        Some("all") => (declared.all.values.as_ptr().cast(), &declared.all.valid),
        _ => panic!("{name} is no column of rows"),
    };
    RawColumn { values, valid: valid.0.as_ptr(), first }
}

impl Engine for Native {
    fn name(&self) -> &str {
        "Accord, native kernel"
    }

    #[expect(unsafe_code, reason = "entering a kernel")]
    fn run(&self, rows: &Rows, out: &mut Part<'_>, lo: usize, hi: usize) {
        let columns = self.raw(rows);
        let outs: Vec<RawOut> = out
            .of
            .iter_mut()
            .map(|c| RawOut {
                values: c.values.as_mut_ptr().cast(),
                below: std::ptr::null_mut(),
                valid: c.valid.as_mut_ptr(),
                outcome: c.outcome.as_mut_ptr(),
                detail: c.detail.as_mut_ptr(),
                rules: c.rules.as_mut_ptr(),
            })
            .collect();
        // SAFETY: rows hold every column in the form asked for from `lo` to before `hi`, and the results have room.
        let run = unsafe { self.columns.run(&columns, &outs, lo, hi) };
        run.expect("a kernel runs");
    }
}
