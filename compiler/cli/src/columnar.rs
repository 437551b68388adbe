//! Cases in columns: a case is a row, and the kernels that run millions of them run it too.

use crate::evaluate::Question;
use crate::trouble::Trouble;
use accord_analysis::case::Case;
use accord_codegen::{COINCIDING, Columns, Request};
use accord_core::columns::{Held, Layout, Output, Results, Shape, shape_of};
use accord_core::{Answer, Country, Facts, Outcome, Value};
use accord_ir::{DecisionId, Program, Verified};

/// Kernels for the cases of a program. Each is made for its case alone: what a case leaves out, and what it says of the
/// benefit, is known before its row is read, as it is of a batch in which all rows say so.
pub struct Columnar<'p> {
    verified: &'p Verified,
}

/// A kernel with what it was made for.
pub struct Kernel {
    /// The columns of the question.
    pub layout: Layout,
    /// The parties it knows.
    pub shape: Shape,
    /// What it computes.
    pub wanted: Vec<(DecisionId, Vec<Value>, Output)>,
    columns: Columns,
}

impl Kernel {
    /// A kernel for these decisions of a question about some parties, or for all where none is named, for batches of which
    /// nothing is known.
    pub fn new(verified: &Verified, question: &str, parties: &[Country], names: &[String]) -> Result<Kernel, Trouble> {
        let program = verified.program();
        let layout = accord_ir::layout(program, question).map_err(Trouble::new)?;
        let wanted = accord_ir::outputs(program, &layout, parties, names).map_err(Trouble::new)?;
        let shape = Shape::unknown(&layout, parties.to_vec());
        Kernel::of(verified, layout, shape, wanted)
    }

    /// A kernel for these rows alone.
    pub fn for_rows(
        verified: &Verified,
        question: &str,
        parties: &[Country],
        rows: &[&Facts],
    ) -> Result<Kernel, Trouble> {
        let program = verified.program();
        let layout = accord_ir::layout(program, question).map_err(Trouble::new)?;
        let wanted = accord_ir::outputs(program, &layout, parties, &[]).map_err(Trouble::new)?;
        let shape = shape_of(&layout, parties, rows);
        Kernel::of(verified, layout, shape, wanted)
    }

    /// A kernel for batches of which so much is known.
    pub fn of(
        verified: &Verified,
        layout: Layout,
        shape: Shape,
        wanted: Vec<(DecisionId, Vec<Value>, Output)>,
    ) -> Result<Kernel, Trouble> {
        let request = Request { program: verified, layout: &layout, shape: &shape, wanted: &wanted };
        let columns =
            Columns::compile(&request).map_err(|e| Trouble::defect(format!("no kernel could be made: {e}")))?;
        Ok(Kernel { layout, shape, wanted, columns })
    }

    /// The answers for some rows of facts, result by result; `None` is left to the general evaluator.
    #[expect(unsafe_code, reason = "entering a kernel")]
    pub fn answers(&self, rows: &[&Facts]) -> Result<Vec<Vec<Option<Answer>>>, Trouble> {
        let held = Held::new(&self.layout, &self.shape, self.columns.inputs(), rows);
        let mut results = Results::new(self.wanted.len(), rows.len());
        let (columns, outs) = (held.raw(), results.raw());
        // SAFETY: columns and results were made for these rows and this kernel, and outlive the call.
        let run = unsafe { self.columns.run(&columns, &outs, 0, rows.len()) };
        run.map_err(|e| Trouble::defect(format!("a kernel could not run: {e}")))?;
        let answer = |at: usize, output: &Output, row: usize| {
            let odd = held.odd.get(row).copied().unwrap_or(true);
            if odd { None } else { results.answer((at, output), row, &self.shape.parties, self.columns.names()) }
        };
        let of_row = |row: usize| {
            self.wanted.iter().enumerate().map(|(at, (_, _, output))| answer(at, output, row)).collect::<Vec<_>>()
        };
        Ok((0..rows.len()).map(of_row).collect())
    }
}

impl<'p> Columnar<'p> {
    /// No kernel is made yet.
    pub fn new(verified: &'p Verified) -> Columnar<'p> {
        Columnar { verified }
    }

    /// The kernel for a case; `None` where the question has no columns.
    fn kernel(&self, case: &Case) -> Option<Kernel> {
        let parties = parties(self.verified.program(), case);
        Kernel::for_rows(self.verified, &case.question, &parties, &[&case.facts]).ok()
    }

    /// What the kernel answers; `None` is left to the general evaluator.
    pub fn answers<'q>(&self, case: &Case, asked: impl Iterator<Item = &'q Question>) -> Vec<Option<Answer>> {
        let kernel = self.kernel(case);
        let row = kernel.as_ref().and_then(|k| k.answers(&[&case.facts]).ok()).and_then(|mut rows| rows.pop());
        let answer = |question: &Question| {
            let wanted = &kernel.as_ref()?.wanted;
            let at = wanted.iter().position(|(d, args, _)| *d == question.decision && *args == question.args)?;
            row.as_ref()?.get(at)?.clone()
        };
        asked.map(answer).collect()
    }
}

/// The parties a kernel is made for: all of a few, of many those that the case's record and facts name.
fn parties(program: &Program, case: &Case) -> Vec<Country> {
    const FEW: usize = 4;
    const MOST: usize = 8;
    let mut parties: Vec<Country> = if program.parties.len() <= FEW {
        program.parties.iter().map(|p| p.country).collect()
    } else {
        case.concerned.iter().copied().chain(case.facts.given.keys().map(|key| key.party)).collect()
    };
    parties.sort_unstable();
    parties.dedup();
    parties.truncate(MOST);
    parties
}

/// The answer of a row: the kernel's, or where it is left open the general one. Which days a tie of coinciding periods
/// is about is not in a kernel's answer; the general one says it, where both refer the matter by the same rules.
pub fn answer(decided: Option<Answer>, general: impl FnOnce() -> Option<Answer>) -> Option<Answer> {
    let Some(decided) = decided else { return general() };
    let Outcome::Refer(names) = &decided.outcome else { return Some(decided) };
    if !names.contains(COINCIDING) {
        return Some(decided);
    }
    match general() {
        Some(full) if full.outcome.rank() == decided.outcome.rank() && full.rules == decided.rules => Some(full),
        _ => Some(decided),
    }
}
