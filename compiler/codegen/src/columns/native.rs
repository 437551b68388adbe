//! Kernels in memory, as object files, and as text.

#![expect(unsafe_code, reason = "entering native code and freeing its memory")]

use super::alone::alone_signature;
use super::row::{Beside, bits_signature, runs_signature, shared_signature, sweep_signature};
use super::sweep::Sweep;
use super::table;
use super::word::Code;
use super::write::{Subject, Wanted, functions};
use crate::jit::{isa, kind_of_isa};
use crate::{CodegenError, parallel};
use accord_core::columns::{Input, Layout, RawColumn, RawOut, Shape};
use accord_ir::{ExprId, Program, Verified};
use cranelift_codegen::ir::{AbiParam, FuncRef, Function, Signature, UserFuncName, Value, types};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{DataDescription, DataId, FuncId, Linkage, Module, default_libcall_names};
use cranelift_object::{ObjectBuilder, ObjectModule};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::mem::ManuallyDrop;

/// What a kernel is to compute, over which columns, and what is known of them.
pub struct Request<'a> {
    /// The program.
    pub program: &'a Verified,
    /// The columns of the question.
    pub layout: &'a Layout,
    /// What is known of a batch.
    pub shape: &'a Shape,
    /// The decisions with their arguments and columns, as [`accord_ir::outputs`] gives them.
    pub wanted: &'a [Wanted],
}

/// A kernel: `(columns, outs, lo, hi)`, see [`accord_core::columns`].
type Enter = unsafe extern "C" fn(*const RawColumn, *const RawOut, i64, i64) -> i64;

/// A kernel in memory.
pub struct Columns {
    module: ManuallyDrop<JITModule>,
    entry: *const u8,
    inputs: Vec<Input>,
    names: Vec<String>,
    /// Of each result whether it has rules.
    outputs: Vec<bool>,
}

// SAFETY: once made, the code and everything else of a kernel is only read.
unsafe impl Send for Columns {}
// SAFETY: as above.
unsafe impl Sync for Columns {}

impl Columns {
    /// Compiles a kernel for this machine.
    pub fn compile(request: &Request<'_>) -> Result<Columns, CodegenError> {
        let module = ManuallyDrop::new(JITModule::new(in_memory()?));
        // From here on dropping frees the code, whatever fails.
        let mut columns =
            Columns { module, entry: std::ptr::null(), inputs: Vec::new(), names: Vec::new(), outputs: Vec::new() };
        let (id, beside) = lower((request, false), &mut *columns.module, ("rows", Linkage::Import), &mut |_, _| {})?;
        columns.module.finalize_definitions()?;
        columns.entry = columns.module.get_finalized_function(id);
        columns.inputs = beside.inputs;
        columns.names = beside.names.list;
        columns.outputs = request.wanted.iter().map(|(_, _, output)| !output.rules.is_empty()).collect();
        Ok(columns)
    }

    /// What the kernel reads, in this order.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// The names that bits of `detail` stand for.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Computes the rows from `lo` to before `hi`. Another number of columns or results than the kernel has is refused.
    ///
    /// # Safety
    ///
    /// Every column holds these rows in the form its input says, every result has room for them, and offsets of
    /// periods do not decrease and stay within the periods.
    pub unsafe fn run(&self, columns: &[RawColumn], outs: &[RawOut], lo: usize, hi: usize) -> Result<(), CodegenError> {
        let (Ok(first), Ok(end)) = (i64::try_from(lo), i64::try_from(hi)) else {
            return Err(CodegenError::Program("so many rows".to_owned()));
        };
        let lacks = |(out, rules): (&RawOut, &bool)| *rules && out.rules.is_null();
        let same = columns.len() == self.inputs.len() && outs.len() == self.outputs.len();
        if !same || outs.iter().zip(&self.outputs).any(lacks) || self.entry.is_null() {
            return Err(CodegenError::Program("a kernel was given other columns than it has".to_owned()));
        }
        // SAFETY: the function was compiled with this signature, and its memory lives as long as `self`.
        let enter = unsafe { std::mem::transmute::<*const u8, Enter>(self.entry) };
        // SAFETY: as many columns and results as the function reads; the rest is the caller's promise.
        let _ = unsafe { enter(columns.as_ptr(), outs.as_ptr(), first, end) };
        Ok(())
    }
}

impl Drop for Columns {
    fn drop(&mut self) {
        // SAFETY: `module` is not used after this.
        let module = unsafe { ManuallyDrop::take(&mut self.module) };
        // SAFETY: nobody is in its code: `run` borrows `self`.
        unsafe { module.free_memory() };
    }
}

/// A module for this machine, with the table of days.
fn in_memory() -> Result<JITBuilder, CodegenError> {
    let mut builder = JITBuilder::with_isa(isa()?, default_libcall_names());
    let _ = builder.symbol(table::SYMBOL, table::table().as_ptr().cast());
    Ok(builder)
}

/// An object file, what its kernel reads, and the names of bits.
pub type Object = (Vec<u8>, Vec<Input>, Vec<String>);

/// A kernel as an object file for this kind of machine, under a symbol. Gives what it reads and the names of bits. It
/// reads no lists of records: who calls it would have to lay them out.
pub fn columns_object(request: &Request<'_>, symbol: &str) -> Result<Object, CodegenError> {
    let builder = ObjectBuilder::new(kind_of_isa()?, symbol.as_bytes().to_vec(), default_libcall_names())?;
    let mut module = ObjectModule::new(builder);
    let (_, beside) = lower((request, true), &mut module, (symbol, Linkage::Local), &mut |_, _| {})?;
    let object = module.finish().emit().map_err(|e| CodegenError::Backend(e.to_string()))?;
    Ok((object, beside.inputs, beside.names.list))
}

/// A kernel as text, before it is optimised, with the provisions as comments.
pub fn columns_clif(request: &Request<'_>) -> Result<String, CodegenError> {
    let mut module = JITModule::new(in_memory()?);
    let mut text = String::new();
    let places = Places::of(request.program.program());
    let mut sink = |name: &str, function: &Function| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "; {name}");
        places.annotate(&function.display().to_string(), &mut text);
    };
    let (_, beside) = lower((request, false), &mut module, ("rows", Linkage::Import), &mut sink)?;
    let mut heading = String::new();
    for (at, input) in beside.inputs.iter().enumerate() {
        let column = request.layout.columns.get(input.column).map_or("", |c| c.name.as_str());
        let _ = writeln!(heading, "; column {at}: {column} ({:?})", input.part);
    }
    for (at, (_, _, output)) in request.wanted.iter().enumerate() {
        let _ = writeln!(heading, "; result {at}: {}", output.name);
    }
    for (at, name) in beside.names.list.iter().enumerate() {
        let _ = writeln!(heading, "; name {at}: {name}");
    }
    Ok(heading + &text)
}

/// Lowers a kernel into a module, for memory or for a library. The table of days is in the module, or comes from
/// elsewhere.
fn lower(
    (request, library): (&Request<'_>, bool),
    module: &mut dyn Module,
    (symbol, days): (&str, Linkage),
    sink: &mut Sink<'_>,
) -> Result<(FuncId, Beside), CodegenError> {
    let mut signature = module.make_signature();
    signature.params.extend((0..4).map(|_| AbiParam::new(types::I64)));
    signature.returns.push(AbiParam::new(types::I64));
    let id = module.declare_function(symbol, Linkage::Export, &signature)?;
    let mut beside = Beside::default();
    let Request { program, layout, shape, wanted } = request;
    let subject = Subject { program: program.program(), layout, shape, wanted, library };
    let mut all = Vec::new();
    for (name, id, function) in functions(&subject, (id, signature), module, &mut beside)? {
        sink(&name, &function);
        all.push((id, function));
    }
    let mut aside = Aside { module, builder: FunctionBuilderContext::new(), functions: all, sink };
    if let Some(id) = beside.bits {
        let signature = bits_signature(aside.module);
        aside.define("bits", (id, signature), (None, &[]), |code, params, _| code.bits(params))?;
    }
    let folds = beside.runs.is_some() || !beside.sweeps.is_empty() || !beside.alones.is_empty();
    let days = if folds { Some(table_in(aside.module, days)?) } else { None };
    if let Some((id, plans)) = &beside.runs {
        let signature = runs_signature(aside.module, plans);
        aside.define("runs", (*id, signature), (days, &[]), |code, params, _| code.runs(params, plans))?;
    }
    if let Some((id, meetings)) = &beside.shared {
        let signature = shared_signature(aside.module);
        let sweeps: Vec<FuncId> = meetings.iter().filter_map(|m| m.merge.as_ref().map(|(_, id)| *id)).collect();
        let parties = shape.parties.len();
        aside.define("shared", (*id, signature), (days, &sweeps), |code, params, sweeps| {
            code.shared_rows(params, parties, meetings, sweeps)
        })?;
    }
    for (at, (how, id)) in beside.sweeps.iter().enumerate() {
        let signature = sweep_signature(aside.module);
        aside.define(&format!("sweep.{at}"), (*id, signature), (days, &[]), |code, params, _| {
            code.sweep(&Sweep::from_words(params)?, how);
            Some(())
        })?;
    }
    for (at, of) in beside.alones.iter().enumerate() {
        let signature = alone_signature(aside.module);
        aside.define(&format!("alone.{at}"), (of.id, signature), (days, &[]), |code, params, _| {
            code.alone(params, of)
        })?;
    }
    // What takes longest comes first.
    let Aside { module, mut functions, .. } = aside;
    functions.sort_by_key(|(id, function)| (Reverse(function.dfg.num_insts()), *id));
    parallel::define(module, functions, FEW)?;
    Ok((id, beside))
}

/// Fewer functions than this are compiled by one thread.
const FEW: usize = 2;

/// Is shown each function before it is compiled.
type Sink<'a> = dyn FnMut(&str, &Function) + 'a;

/// The table of days of a module.
fn table_in(module: &mut dyn Module, linkage: Linkage) -> Result<DataId, CodegenError> {
    let id = module.declare_data(table::SYMBOL, linkage, false, false)?;
    if linkage == Linkage::Local {
        let mut data = DataDescription::new();
        data.define(table::bytes());
        data.set_align(64);
        module.define_data(id, &data)?;
    }
    Ok(id)
}

/// Where the functions that rows call are made.
struct Aside<'a, 's> {
    module: &'a mut dyn Module,
    builder: FunctionBuilderContext,
    /// Those that are made, in order.
    functions: Vec<(FuncId, Function)>,
    sink: &'a mut Sink<'s>,
}

impl Aside<'_, '_> {
    fn define(
        &mut self,
        name: &str,
        (id, signature): (FuncId, Signature),
        (data, callees): (Option<DataId>, &[FuncId]),
        body: impl FnOnce(&mut Code<'_>, &[Value], &[FuncRef]) -> Option<()>,
    ) -> Result<(), CodegenError> {
        let mut made = Function::with_name_signature(UserFuncName::user(0, id.as_u32()), signature);
        let function = &mut made;
        let data = data.map(|id| self.module.declare_data_in_func(id, function));
        let callees: Vec<FuncRef> = callees.iter().map(|id| self.module.declare_func_in_func(*id, function)).collect();
        let mut code = Code::new(FunctionBuilder::new(function, &mut self.builder));
        let entry = code.build.create_block();
        code.build.append_block_params_for_function_params(entry);
        code.build.switch_to_block(entry);
        let params = code.build.block_params(entry).to_vec();
        code.table = data;
        body(&mut code, &params, &callees).ok_or_else(|| CodegenError::missing("a parameter"))?;
        code.build.seal_all_blocks();
        code.build.finalize(self.module.target_config());
        (self.sink)(name, &made);
        self.functions.push((id, made));
        Ok(())
    }
}

/// Where each expression stands.
struct Places {
    of: BTreeMap<u32, String>,
}

impl Places {
    fn of(program: &Program) -> Places {
        let mut of = BTreeMap::new();
        for rule in &program.rules {
            let decision = program.decisions.get(rule.decision.0 as usize).map_or("", |d| d.name.as_str());
            let address = program.provision(rule.provision).map_or("", |p| p.address.as_str());
            for (part, root) in [("condition", rule.condition), ("value", Some(rule.value))] {
                let words = format!("{address}: {part} of a rule for `{decision}`");
                spread(program, root, &words, &mut of);
            }
        }
        for node in &program.nodes {
            if let accord_ir::Body::Expr(body) = &node.body {
                let address = node.provision.and_then(|p| program.provision(p)).map_or("", |p| p.address.as_str());
                spread(program, Some(*body), &format!("`{}` {address}", node.name), &mut of);
            }
        }
        Places { of }
    }

    /// Adds a line wherever the code of another provision begins.
    fn annotate(&self, code: &str, text: &mut String) {
        let mut last = "";
        for row in code.lines() {
            let place = row
                .trim_start()
                .strip_prefix('@')
                .and_then(|r| u32::from_str_radix(r.split_whitespace().next()?, 16).ok());
            let place = place.and_then(|at| self.of.get(&at)).map_or(last, String::as_str);
            if place != last {
                let _ = writeln!(text, "; {place}");
                last = place;
            }
            let _ = writeln!(text, "{row}");
        }
    }
}

fn spread(program: &Program, root: Option<ExprId>, words: &str, of: &mut BTreeMap<u32, String>) {
    let mut open: Vec<ExprId> = root.into_iter().collect();
    while let Some(id) = open.pop() {
        if of.insert(id.0, words.to_owned()).is_none() {
            open.extend(program.expr(id).map(|e| e.kind.children()).unwrap_or_default());
        }
    }
}
