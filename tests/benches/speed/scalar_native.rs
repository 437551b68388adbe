//! The scalar rule as an agreement states it: compiled over the same columns, and row by row.

use crate::out::VALUE;
use crate::scalar::{self, RIGHT, WHOLE};
use accord_codegen::{Columns, Jit, Request};
use accord_core::columns::{Fill, Layout, Part, RawColumn, RawOut, Shape};
use accord_core::{Answer, Currency, Facts, Length, Money, Outcome, Unit, Value, ratio};
use accord_interp::Interp;
use accord_ir::{NodeId, Verified};
use accord_tests::Checked;

/// The rule with months given, as a text of its own.
const TEXT: &str = r#"
agreement SC "The scalar rule"
  parties:   XA, XB
  signed:    2000-01-01
  articles:  1..1
  month_end: last_day

question scalar
  facts   own_time: months   all_time: months   whole: EUR   right: YesNo
  decides paid

decision paid: EUR default nothing

article 1 "Part"
  evidence verified
  rule paid = whole * (own_time / all_time) rounded half up to 0.01 EUR when right
"#;

/// The rule, checked.
pub struct Rule {
    checked: Checked,
    layout: Layout,
    node: NodeId,
}

impl Rule {
    /// Checks it.
    pub fn new() -> Rule {
        let checked = accord_tests::check("scalar.accord", TEXT).expect("it is read");
        let program = checked.examined.verified.as_ref().expect("it has no errors").program();
        let layout = accord_ir::layout(program, "scalar").expect("the question has columns");
        let node = program.decision("paid").expect("`paid` is decided").1.node;
        Rule { layout, node, checked }
    }

    fn verified(&self) -> &Verified {
        self.checked.examined.verified.as_ref().expect("it has no errors")
    }

    /// The first rows as facts.
    pub fn facts(&self, rows: &scalar::Columns, count: usize) -> Vec<Facts> {
        let months = |n: i64| Some(Value::Length(Length::new(Unit::Months, ratio(n, 1))));
        let cell = |row: usize, column: usize| match self.layout.columns[column].name.as_str() {
            "own_time" => months(rows.own[row]),
            "all_time" => months(rows.total[row]),
            "whole" => {
                let whole = rows.all.valid.get(row).then(|| Money::new(Currency::EURO, rows.all.values[row]));
                whole.flatten().map(Value::Money)
            }
            _ => rows.entitled.valid.get(row).then(|| Value::YesNo(rows.entitled.values.get(row))),
        };
        (0..count).map(|row| self.layout.facts(&mut |column| cell(row, column).map(Outcome::Value))).collect()
    }

    /// What the tree walk answers, and whatever else there is to each fact.
    pub fn walk(&self, facts: &[Facts], out: &mut scalar::Results) {
        for (row, facts) in facts.iter().enumerate() {
            put(out, row, &Interp::new(self.verified(), facts).ask(self.node, &[]));
        }
    }

    /// The general machine code of the rule.
    pub fn general(&self) -> Jit {
        Jit::compile(self.verified()).expect("machine code is made")
    }

    /// What it answers.
    pub fn run(&self, jit: &Jit, facts: &[Facts], out: &mut scalar::Results) {
        for (row, facts) in facts.iter().enumerate() {
            put(out, row, &jit.run(self.verified(), facts).ask(self.node, &[]));
        }
    }
}

/// An answer as a row of columns holds it.
fn put(out: &mut scalar::Results, row: usize, answer: &Answer) {
    let bit = |name: &str| if name == "right" { RIGHT } else { WHOLE };
    out.outcome[row] = answer.outcome.rank();
    out.values[row] = match &answer.outcome {
        Outcome::Value(Value::Money(money)) => money.minor,
        _ => 0,
    };
    out.detail[row] = match &answer.outcome {
        Outcome::Undetermined(names) => names.iter().map(|name| bit(name)).fold(0, |all, bit| all | bit),
        _ => 0,
    };
    out.rules[row] = answer.rules.len() as u64;
    let valid = &mut out.valid[row / 64];
    *valid = *valid & !(1 << (row % 64)) | u64::from(out.outcome[row] == VALUE) << (row % 64);
}

/// A kernel for the rule.
pub struct Native {
    columns: Columns,
    inputs: Vec<String>,
}

impl Native {
    /// Makes it.
    pub fn new(rule: &Rule) -> Native {
        let (verified, layout) = (rule.verified(), &rule.layout);
        let wanted = accord_ir::outputs(verified.program(), layout, &[], &[]).expect("`paid` is a column");
        let mut shape = Shape::unknown(layout, layout.parties.clone());
        let fill = |name: &str| match name {
            "own_time" | "all_time" => Fill::Dense,
            "whole" | "right" => Fill::Mixed,
            _ => Fill::Absent,
        };
        shape.fills = layout.columns.iter().map(|column| fill(&column.name)).collect();
        let request = Request { program: verified, layout, shape: &shape, wanted: &wanted };
        let columns = Columns::compile(&request).expect("a kernel is made");
        let inputs = columns.inputs().iter().map(|input| {
            assert_eq!(input.part, Part::Values, "every column is a scalar");
            layout.columns[input.column].name.clone()
        });
        let inputs = inputs.collect();
        Native { columns, inputs }
    }

    /// Gives the bits of names the meaning they have elsewhere here.
    pub fn translate(&self, out: &mut scalar::Results) {
        let bit = |name: &String| if name == "right" { RIGHT } else { WHOLE };
        let names: Vec<u64> = self.columns.names().iter().map(bit).collect();
        for detail in out.detail.iter_mut().filter(|detail| **detail != 0) {
            let said = names.iter().enumerate().filter(|(at, _)| *detail >> at & 1 == 1);
            *detail = said.fold(0, |all, (_, bit)| all | bit);
        }
    }

    /// Computes all rows.
    #[expect(unsafe_code, reason = "entering a kernel")]
    pub fn run(&self, rows: &scalar::Columns, out: &mut scalar::Results) {
        let dense = |values: *const u8| RawColumn { values, valid: std::ptr::null(), first: 0 };
        let column = |name: &String| match name.as_str() {
            "own_time" => dense(rows.own.as_ptr().cast()),
            "all_time" => dense(rows.total.as_ptr().cast()),
            "whole" => RawColumn { valid: rows.all.valid.0.as_ptr(), ..dense(rows.all.values.as_ptr().cast()) },
            _ => RawColumn { valid: rows.entitled.valid.0.as_ptr(), ..dense(rows.entitled.values.0.as_ptr()) },
        };
        let columns: Vec<RawColumn> = self.inputs.iter().map(column).collect();
        let result = RawOut {
            values: out.values.as_mut_ptr().cast(),
            below: std::ptr::null_mut(),
            valid: out.valid.as_mut_ptr(),
            outcome: out.outcome.as_mut_ptr(),
            detail: out.detail.as_mut_ptr(),
            rules: out.rules.as_mut_ptr(),
        };
        // SAFETY: every column holds `rows.count` rows in the form asked for, and the results have room for as many.
        let run = unsafe { self.columns.run(&columns, &[result], 0, rows.count) };
        run.expect("a kernel runs");
    }
}
