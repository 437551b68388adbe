//! Kernels over columns against the general machine code, at the edges of what they prove, look for and look up.

#![expect(unsafe_code, reason = "entering a kernel")]

use super::build::Build;
use crate::columns::{Columns, Request};
use crate::{Effort, Jit};
use accord_core::columns::{Fill, Held, Layout, RawColumn, Results, Shape};
use accord_core::{
    Answer, Currency, Facts, Grain, HostFn, Length, Mode, Money, Outcome, Ratio, Rounding, Unit, Value, ratio,
};
use accord_ir::{CurrencyOf, ExprKind, FactId, NodeId, Question, Ty, UnitOf, Verified};

/// `paid = whole * (own / all) rounded to so many euro when right`.
struct Rule {
    program: Verified,
    node: NodeId,
    layout: Layout,
}

fn rule(mode: Mode, grain: Ratio) -> Rule {
    let mut build = Build::new();
    let money = Ty::Money(CurrencyOf::Fixed(Currency::EURO));
    let months = Ty::Length(UnitOf::Fixed(Unit::Months));
    let own = build.fact("own", months.clone());
    let all = build.fact("all", months);
    let whole = build.fact("whole", money.clone());
    let right = build.fact("right", Ty::YesNo);
    let how = Rounding { mode, grain: Grain::Money(Currency::EURO, grain) };
    let how = build.expr(ExprKind::Const(Outcome::Value(Value::Rounding(how))), Ty::Rounding);
    let share = build.host(HostFn::Divide, &[own, all], Ty::Number);
    let exact = build.host(HostFn::Multiply, &[whole, share], Ty::Amount(CurrencyOf::Fixed(Currency::EURO)));
    let rounded = build.host(HostFn::Rounded, &[exact, how], money.clone());
    let nothing = build.of(Outcome::Nothing);
    let paid = build.decision("paid", &[], money, Some(nothing));
    let _ = build.rule(paid, Some(right), rounded, &[]);
    let facts = (0..4).map(FactId).collect();
    build.program.questions.push(Question { name: "scalar".to_owned(), facts, decides: vec![paid] });
    let (node, program) = (build.node_of(paid), build.verified());
    let layout = accord_ir::layout(program.program(), "scalar").unwrap();
    Rule { program, node, layout }
}

fn months(n: i64) -> Option<Value> {
    Some(Value::Length(Length::new(Unit::Months, Ratio::whole(n))))
}

fn cents(n: i64) -> Option<Value> {
    Some(Value::Money(Money::new(Currency::EURO, n).unwrap()))
}

impl Rule {
    fn facts(&self, cells: [Option<Value>; 4]) -> Facts {
        self.layout.facts(&mut |at| cells[at].clone().map(Outcome::Value))
    }

    /// What the kernel answers to the rows behind the first ones, which it finds behind so many others.
    fn kernel(&self, rows: &[&Facts], first: usize, fills: [Fill; 4]) -> Vec<Option<Answer>> {
        let mut shape = Shape::unknown(&self.layout, Vec::new());
        shape.fills = fills.to_vec();
        let wanted = accord_ir::outputs(self.program.program(), &self.layout, &[], &[]).unwrap();
        let request = Request { program: &self.program, layout: &self.layout, shape: &shape, wanted: &wanted };
        let columns = Columns::compile(&request).unwrap();
        let held = Held::new(&self.layout, &shape, columns.inputs(), rows);
        let behind = |raw: RawColumn| RawColumn { first: i64::try_from(first).unwrap(), ..raw };
        let raw: Vec<RawColumn> = held.raw().into_iter().map(behind).collect();
        let count = rows.len() - first;
        let mut all = Vec::new();
        // In two parts, of which the second does not begin with row 0.
        let middle = (count / 2).next_multiple_of(64).min(count);
        for (lo, hi) in [(0, middle), (middle, count)] {
            let mut results = Results::new(1, hi - lo);
            let outs = results.raw();
            // SAFETY: `held` and `results` are as large as the rows.
            unsafe { columns.run(&raw, &outs, lo, hi) }.unwrap();
            let answer = |row| results.answer((0, &wanted[0].2), row, &[], columns.names());
            all.extend((0..hi - lo).map(answer));
        }
        all
    }

    /// Holds the kernel to the general machine code; how many rows it left to it.
    fn compare(&self, rows: &[[Option<Value>; 4]], fills: &[Fill; 4]) -> usize {
        let facts: Vec<Facts> = rows.iter().map(|cells| self.facts(cells.clone())).collect();
        let general = Jit::compile_with(&self.program, Effort::Plain).unwrap();
        let expected: Vec<Answer> =
            facts.iter().map(|facts| general.run(&self.program, facts).ask(self.node, &[])).collect();
        let mut left = 0;
        for first in [0, 1, 37, 64, rows.len() - 1] {
            let facts: Vec<&Facts> = facts.iter().collect();
            let answers = self.kernel(&facts, first, fills.clone());
            assert_eq!(answers.len(), rows.len() - first);
            for ((answer, expected), cells) in answers.iter().zip(&expected[first..]).zip(&rows[first..]) {
                match answer {
                    Some(answer) => assert_eq!(answer, expected, "{cells:?}, behind {first}"),
                    None => left += 1,
                }
            }
        }
        left
    }
}

/// Amounts and lengths at every edge: of what is usual, of the table, of what can be stored.
fn edges() -> Vec<[Option<Value>; 4]> {
    let usual = [1, 2, 3, 7, 299, 300, 599, 2048, 4093, 4094, 4095, 4096, 4097, 1 << 20, (1 << 40) - 1];
    let amounts = [0, 1, 2, 49, 50, 99, 100, 12_345, 399_999, (1 << 37) - 1, 1 << 37, (1 << 37) + 1, Money::LIMIT];
    let mut rows = Vec::new();
    for all in usual {
        for own in [0, 1, 2, all / 2, all - 1, all] {
            for amount in amounts {
                rows.push([months(own), months(all), cents(amount), Some(Value::YesNo(amount % 7 != 3))]);
            }
            rows.push([months(own), months(all), cents(-50), Some(Value::YesNo(true))]);
        }
    }
    rows.push([months(5), months(0), cents(100), Some(Value::YesNo(true))]);
    rows.push([months(5), months(0), cents(100), Some(Value::YesNo(false))]);
    rows
}

/// Rows with what is missing between those that have everything.
fn with_gaps() -> Vec<[Option<Value>; 4]> {
    let mut rows = edges();
    let mut state = 1_u64;
    for row in &mut rows {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        for (at, cell) in row.iter_mut().enumerate() {
            if state >> (40 + 4 * at) & 15 == 0 {
                *cell = None;
            }
        }
    }
    rows
}

const DENSE: [Fill; 4] = [Fill::Dense, Fill::Dense, Fill::Dense, Fill::Dense];
const MIXED: [Fill; 4] = [Fill::Mixed, Fill::Mixed, Fill::Mixed, Fill::Mixed];
const SPARSE: [Fill; 4] = [Fill::Sparse, Fill::Mixed, Fill::Sparse, Fill::Sparse];

#[test]
fn a_share_of_an_amount_is_rounded_as_everywhere() {
    for mode in [Mode::HalfUp, Mode::HalfDown, Mode::Up, Mode::Down, Mode::TowardZero] {
        for grain in [ratio(1, 100), ratio(1, 1), ratio(1, 20)] {
            let rule = rule(mode, grain);
            let rows = edges();
            let left = rule.compare(&rows, &DENSE);
            assert!(left * 10 < rows.len() * 4, "{left} rows are left");
            let _ = rule.compare(&with_gaps(), &MIXED);
            let _ = rule.compare(&with_gaps(), &SPARSE);
        }
    }
}

#[test]
fn a_block_has_any_number_of_rows() {
    let rule = rule(Mode::HalfUp, ratio(1, 100));
    let rows = with_gaps();
    for count in (1..=130).chain([191, 192, 193]) {
        let facts: Vec<Facts> = rows[..count].iter().map(|cells| rule.facts(cells.clone())).collect();
        let facts: Vec<&Facts> = facts.iter().collect();
        let whole = rule.kernel(&facts, 0, MIXED);
        for first in [1, 7, 8, 63].into_iter().filter(|first| *first < count) {
            assert_eq!(rule.kernel(&facts, first, MIXED), whole[first..], "{count} rows, behind {first}");
        }
    }
}
