//! The scalar rule as an agreement states it, compiled: the same columns, the same results.

use crate::scalar;
use accord_codegen::{Columns, Request};
use accord_core::columns::{Fill, Part, RawColumn, RawOut, Shape};

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

/// A kernel for the rule, with months as it takes them.
pub struct Native {
    columns: Columns,
    inputs: Vec<String>,
    own: Vec<i64>,
    total: Vec<i64>,
    detail: Vec<u64>,
    rules: Vec<u64>,
}

impl Native {
    /// Makes it for these columns.
    pub fn new(rows: &scalar::Columns) -> Native {
        let checked = accord_tests::check("scalar.accord", TEXT).expect("it is read");
        let verified = checked.examined.verified.as_ref().expect("it has no errors");
        let layout = accord_ir::layout(verified.program(), "scalar").expect("the question has columns");
        let wanted = accord_ir::outputs(verified.program(), &layout, &[], &[]).expect("`paid` is a column");
        let mut shape = Shape::unknown(&layout, layout.parties.clone());
        let fill = |name: &str| match name {
            "own_time" | "all_time" => Fill::Dense,
            "whole" | "right" => Fill::Mixed,
            _ => Fill::Absent,
        };
        shape.fills = layout.columns.iter().map(|column| fill(&column.name)).collect();
        let request = Request { program: verified, layout: &layout, shape: &shape, wanted: &wanted };
        let columns = Columns::compile(&request).expect("a kernel is made");
        let inputs = columns.inputs().iter().map(|input| {
            assert_eq!(input.part, Part::Values, "every column is a scalar");
            layout.columns[input.column].name.clone()
        });
        let inputs = inputs.collect();
        let wide = |months: &[i32]| months.iter().copied().map(i64::from).collect();
        let (own, total) = (wide(&rows.own), wide(&rows.total));
        Native { columns, inputs, own, total, detail: vec![0; rows.count], rules: vec![0; rows.count] }
    }

    /// Computes all rows.
    #[expect(unsafe_code, reason = "entering a kernel")]
    pub fn run(&mut self, rows: &scalar::Columns, out: &mut scalar::Results) {
        let dense = |values: *const u8| RawColumn { values, valid: std::ptr::null(), first: 0 };
        let column = |name: &String| match name.as_str() {
            "own_time" => dense(self.own.as_ptr().cast()),
            "all_time" => dense(self.total.as_ptr().cast()),
            "whole" => RawColumn { valid: rows.all.valid.0.as_ptr(), ..dense(rows.all.values.as_ptr().cast()) },
            _ => RawColumn { valid: rows.entitled.valid.0.as_ptr(), ..dense(rows.entitled.values.0.as_ptr()) },
        };
        let columns: Vec<RawColumn> = self.inputs.iter().map(column).collect();
        let result = RawOut {
            values: out.values.as_mut_ptr().cast(),
            below: std::ptr::null_mut(),
            valid: out.valid.as_mut_ptr(),
            outcome: out.outcome.as_mut_ptr(),
            detail: self.detail.as_mut_ptr(),
            rules: self.rules.as_mut_ptr(),
        };
        // SAFETY: every column holds `rows.count` rows in the form asked for, and the results have room for as many.
        let run = unsafe { self.columns.run(&columns, &[result], 0, rows.count) };
        run.expect("a kernel runs");
    }
}
