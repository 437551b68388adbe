//! What answers rows: the general evaluator, made anew on each thread because a program stays on the thread that made
//! it, and native code where there is any.

use crate::trouble::Trouble;
use accord_analysis::case::show;
use accord_batch::{General, Generals, Kernel, Kernels};
use accord_codegen::{COINCIDING, Columns, Jit, Request};
use accord_core::columns::{Input, Layout, Output, RawColumn, RawOut, Shape};
use accord_core::{Answer, Country, Facts, Outcome, Value};
use accord_interp::Interp;
use accord_ir::{DecisionId, NodeId, Program, Verified};
use std::sync::Arc;

/// Native code for the shapes of batches.
pub fn native(everywhere: &Arc<Everywhere>) -> Arc<dyn Kernels> {
    everywhere.clone()
}

/// Native code for one shape.
struct Native {
    columns: Columns,
}

impl Kernels for Everywhere {
    fn kernel(&self, shape: &Shape) -> Result<Arc<dyn Kernel>, String> {
        let (verified, wanted) = self.program().ok_or("the program cannot be read again")?;
        let request = Request { program: &verified, layout: &self.layout, shape, wanted: &wanted };
        let columns = Columns::compile(&request).map_err(|e| e.to_string())?;
        Ok(Arc::new(Native { columns }))
    }
}

impl Kernel for Native {
    fn inputs(&self) -> &[Input] {
        self.columns.inputs()
    }

    fn names(&self) -> &[String] {
        self.columns.names()
    }

    #[expect(unsafe_code, reason = "entering native code")]
    fn run(&self, columns: &[RawColumn], outs: &[RawOut], lo: usize, hi: usize) {
        // SAFETY: `accord-batch` promises what `Columns::run` asks for: rows in the form of each input, and room for
        // each result.
        let ran = unsafe { self.columns.run(columns, outs, lo, hi) };
        // It refuses only other columns than it asked for; results are then left as they are, which is undecided.
        drop(ran);
    }
}

/// The program in a form that crosses threads.
pub struct Everywhere {
    bytes: Vec<u8>,
    layout: Layout,
    parties: Vec<Country>,
    names: Vec<String>,
    /// Whether it is to be known which rules made a result.
    rules: bool,
}

/// A decision with its arguments, and the column it becomes.
type Wanted = (DecisionId, Vec<Value>, Output);

/// The program on one thread.
struct Here {
    verified: Verified,
    asks: Vec<(NodeId, Vec<Value>)>,
    made: Made,
}

/// General machine code of a program: making it takes as long as the interpreter takes for many rows.
enum Made {
    /// Not yet; so many rows were answered without.
    After(usize),
    Code(Box<Jit>),
    /// It cannot be made: the interpreter gives the same answers.
    Never,
}

/// So many rows of a thread are answered before machine code is made for others.
const FIRST_ROWS: usize = 1_000;

/// Where the program could not be read again, which it was before: it answers nothing.
struct Nowhere;

impl Everywhere {
    /// A program, asked for these decisions of these parties.
    pub fn new(
        verified: &Verified,
        layout: &Layout,
        parties: &[Country],
        names: &[String],
    ) -> Result<Everywhere, Trouble> {
        let bytes = postcard::to_stdvec(verified.program());
        let bytes = bytes.map_err(|e| Trouble::defect(format!("the program cannot be handed on: {e}")))?;
        let everywhere =
            Everywhere { bytes, layout: layout.clone(), parties: parties.to_vec(), names: names.to_vec(), rules: true };
        match everywhere.here() {
            Some(_) => Ok(everywhere),
            None => Err(Trouble::defect("the program is handed on otherwise than it was")),
        }
    }

    /// The same, of which nobody wants to know which rules made a result.
    #[must_use]
    pub fn without_rules(self) -> Everywhere {
        Everywhere { rules: false, ..self }
    }

    /// The program, and what is asked of it.
    fn program(&self) -> Option<(Verified, Vec<Wanted>)> {
        let program: Program = postcard::from_bytes(&self.bytes).ok()?;
        let verified = accord_ir::verify(program).ok()?;
        let mut wanted = accord_ir::outputs(verified.program(), &self.layout, &self.parties, &self.names).ok()?;
        if !self.rules {
            wanted.iter_mut().for_each(|(_, _, output)| output.rules.clear());
        }
        Some((verified, wanted))
    }

    fn here(&self) -> Option<Here> {
        let (verified, wanted) = self.program()?;
        let program = verified.program();
        let node = |(decision, args, _): Wanted| Some((program.decisions.get(decision.0 as usize)?.node, args));
        let asks = wanted.into_iter().map(node).collect::<Option<Vec<_>>>()?;
        Some(Here { verified, asks, made: Made::After(0) })
    }
}

impl Generals for Everywhere {
    fn general(&self) -> Box<dyn General> {
        match self.here() {
            Some(here) => Box::new(here),
            None => Box::new(Nowhere),
        }
    }
}

impl General for Here {
    fn answer(&mut self, facts: &Facts, outputs: &[usize]) -> Vec<(Answer, String)> {
        self.made = match std::mem::replace(&mut self.made, Made::Never) {
            Made::After(rows) if rows < FIRST_ROWS => Made::After(rows + 1),
            Made::After(_) => Jit::compile(&self.verified).map_or(Made::Never, |jit| Made::Code(Box::new(jit))),
            made => made,
        };
        let program = self.verified.program();
        let worded = |answer: Answer| {
            let words = words(program, &answer.outcome);
            (Answer { outcome: in_general(answer.outcome), ..answer }, words)
        };
        let asks = outputs.iter().filter_map(|at| self.asks.get(*at));
        match &self.made {
            Made::Code(jit) => {
                let mut run = jit.run(&self.verified, facts);
                asks.map(|(node, args)| worded(run.ask(*node, args))).collect()
            }
            Made::After(_) | Made::Never => {
                let mut interp = Interp::new(&self.verified, facts);
                asks.map(|(node, args)| worded(interp.ask(*node, args))).collect()
            }
        }
    }
}

impl General for Nowhere {
    fn answer(&mut self, _: &Facts, _: &[usize]) -> Vec<(Answer, String)> {
        Vec::new()
    }
}

/// A referral as results hold it: which days a tie of coinciding periods is about is for whoever explains the row, so
/// that a row comes out the same whichever evaluator answered it.
pub fn in_general(outcome: Outcome) -> Outcome {
    let Outcome::Refer(names) = &outcome else { return outcome };
    let general = |name: &Arc<str>| if name.starts_with(COINCIDING) { Arc::from(COINCIDING) } else { name.clone() };
    Outcome::Refer(names.iter().map(general).collect())
}

/// An outcome in words, where a row of results needs them: a fault names its provision, a value may have no column.
fn words(program: &Program, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Value(Value::Money(_) | Value::YesNo(_) | Value::Date(_) | Value::Country(_) | Value::Member(..)) => {
            String::new()
        }
        Outcome::Value(_) | Outcome::Fault(_) => show(program, outcome),
        Outcome::Nothing | Outcome::Undetermined(_) | Outcome::Refer(_) | Outcome::Gap(_) | Outcome::Conflict(_) => {
            String::new()
        }
    }
}
