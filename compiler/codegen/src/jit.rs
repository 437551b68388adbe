//! Compiling in memory, and the way into what was compiled.

#![expect(unsafe_code, reason = "entering native code and freeing its memory")]

use crate::lower::{Lowered, lower};
use crate::state::State;
use crate::tables::{Handle, Tables};
use crate::{CodegenError, abi, parallel};
use accord_core::{Answer, Facts, Value};
use accord_ir::{NodeId, Verified};
use cranelift_codegen::ir::Function;
use cranelift_codegen::isa::{self, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_jit::{ArenaMemoryProvider, JITBuilder, JITModule};
use cranelift_module::default_libcall_names;
use std::mem::ManuallyDrop;

/// So few functions of nodes are compiled by one thread.
const FEW: usize = 48;

/// How much work goes into the native code. What it computes is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// As it was lowered. Compiles several times faster and runs about as fast, because most of the time goes into the
    /// runtime's operations.
    Plain,
    /// Optimised: for very many rows.
    Optimised,
}

/// A program compiled in memory.
pub struct Jit {
    /// Owns the code; freed when this is dropped.
    module: ManuallyDrop<JITModule>,
    /// Nodes that have a function.
    nodes: Vec<Option<Entrance>>,
    tables: Tables,
}

/// How a node is entered.
#[derive(Clone, Copy)]
pub(crate) struct Entrance {
    /// The way in for nodes with this many arguments.
    enter: *const u8,
    /// The node itself.
    node: *const u8,
    /// How many arguments.
    arguments: usize,
}

/// The way in: the run, the node, what is wanted of it, its arguments.
type Enter = unsafe extern "C" fn(*mut State<'_>, *const u8, i64, *const Handle) -> i64;

/// What native code can hold at most of a program, in bytes: generous for each part, so that only a defect of the
/// lowering could reach it. Address space is reserved, memory is used as it is needed. All code lies in one
/// reservation because calls between functions reach no further than two gigabytes.
fn reservation(program: &Verified) -> usize {
    let program = program.program();
    let functions = program.nodes.len() + 2 * program.rules.len();
    (1 << 20) + 2048 * (program.exprs.len() + functions)
}

/// This machine, for code in memory, optimised.
pub(crate) fn isa() -> Result<OwnedTargetIsa, CodegenError> {
    let target = cranelift_native::builder().map_err(|why| CodegenError::Target(why.to_owned()))?;
    target_of(target, Effort::Optimised, false)
}

/// Machines of this kind, for code in files: it runs on any that is not older than what is named here, and is the same
/// wherever it is made.
pub(crate) fn kind_of_isa() -> Result<OwnedTargetIsa, CodegenError> {
    let here = cranelift_native::builder().map_err(|why| CodegenError::Target(why.to_owned()))?;
    let mut target = isa::lookup(here.triple().clone()).map_err(|e| CodegenError::Target(e.to_string()))?;
    if cfg!(target_arch = "x86_64") {
        // x86-64-v2: every processor since about 2009.
        for feature in ["has_sse3", "has_ssse3", "has_sse41", "has_sse42", "has_popcnt"] {
            target.enable(feature)?;
        }
    }
    target_of(target, Effort::Optimised, true)
}

fn target_of(target: isa::Builder, effort: Effort, anywhere: bool) -> Result<OwnedTargetIsa, CodegenError> {
    let mut flags = settings::builder();
    flags.set("is_pic", if anywhere { "true" } else { "false" })?;
    flags.set("use_colocated_libcalls", "false")?;
    flags.set("unwind_info", "false")?;
    // A frame larger than a page must not step over the guard page of the stack.
    flags.set("enable_probestack", "true")?;
    flags.set("probestack_strategy", "inline")?;
    flags.set("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" })?;
    flags.set("opt_level", if effort == Effort::Optimised { "speed" } else { "none" })?;
    flags.set("regalloc_algorithm", if effort == Effort::Optimised { "backtracking" } else { "single_pass" })?;
    target.finish(settings::Flags::new(flags)).map_err(|e| CodegenError::Target(e.to_string()))
}

/// Every node of a program.
pub(crate) fn every(program: &Verified) -> Vec<NodeId> {
    (0..).map(NodeId).zip(&program.program().nodes).map(|(id, _)| id).collect()
}

/// An empty module for this machine.
pub(crate) fn module(effort: Effort, program: &Verified) -> Result<JITModule, CodegenError> {
    let target = cranelift_native::builder().map_err(|why| CodegenError::Target(why.to_owned()))?;
    let mut builder = JITBuilder::with_isa(target_of(target, effort, false)?, default_libcall_names());
    builder.symbols(abi::operations().into_iter().map(|s| (s.name, s.address)));
    builder.symbols(abi::Service::ALL.iter().map(|s| s.symbol()).map(|s| (s.name, s.address)));
    let memory = ArenaMemoryProvider::new_with_size(reservation(program));
    builder.memory_provider(Box::new(memory.map_err(|e| CodegenError::Backend(e.to_string()))?));
    Ok(JITModule::new(builder))
}

impl Jit {
    /// Compiles, plainly, what is asked of a program from outside ([`accord_ir::Program::asked`]). No other node can be
    /// asked.
    pub fn compile(program: &Verified) -> Result<Jit, CodegenError> {
        Jit::compile_for(program, &program.program().asked(), Effort::Plain)
    }

    /// Compiles a program with more or less work, so that every node can be asked.
    pub fn compile_with(program: &Verified, effort: Effort) -> Result<Jit, CodegenError> {
        Jit::compile_for(program, &every(program), effort)
    }

    pub(crate) fn compile_for(program: &Verified, roots: &[NodeId], effort: Effort) -> Result<Jit, CodegenError> {
        // From here on dropping frees the code, whatever fails.
        let module = ManuallyDrop::new(module(effort, program)?);
        let tables = crate::tables::TableBuilder::new(&[]).finish();
        let mut jit = Jit { module, nodes: Vec::new(), tables };
        let module: &mut JITModule = &mut jit.module;
        let mut functions = Vec::new();
        let lowered: Lowered = lower(program, roots, module, &mut |_, id, _, context| {
            functions.push((id, std::mem::replace(&mut context.func, Function::new())));
            Ok(())
        })?;
        parallel::define(module, functions, FEW)?;
        module.finalize_definitions()?;
        for (node, id) in program.program().nodes.iter().zip(&lowered.nodes) {
            let arguments = node.params.len();
            let enter = lowered.enters.get(&arguments).copied();
            let entrance = id.zip(enter).map(|(node, enter)| {
                let (enter, node) = (module.get_finalized_function(enter), module.get_finalized_function(node));
                Entrance { enter, node, arguments }
            });
            jit.nodes.push(entrance);
        }
        jit.tables = lowered.tables;
        Ok(jit)
    }

    /// Begins a run of the compiled program on a row of facts. `program` is the one that was compiled.
    pub fn run<'a>(&'a self, program: &'a Verified, facts: &'a Facts) -> Run<'a> {
        Run { state: State::new(self, program.program(), facts) }
    }

    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }

    /// The way into a node with so many arguments.
    pub(crate) fn entrance(&self, node: usize, arguments: usize) -> Option<Entrance> {
        self.nodes.get(node).copied().flatten().filter(|entrance| entrance.arguments == arguments)
    }

    /// What the code of a node gives, see [`crate::tables::parts`].
    pub(crate) fn enter(&self, entrance: Entrance, state: &mut State<'_>, wanted: i64, arguments: &[Handle]) -> i64 {
        // SAFETY: `enter.K` was compiled with this signature, see `lower`; the module that owns its code lives as
        // long as `self`.
        let enter = unsafe { std::mem::transmute::<*const u8, Enter>(entrance.enter) };
        // SAFETY: `entrance.node` is a node with as many arguments as the caller has counted, and native code reads
        // that many. The run is lent to native code alone until it returns.
        unsafe { enter(state, entrance.node, wanted, arguments.as_ptr()) }
    }
}

impl Drop for Jit {
    fn drop(&mut self) {
        // SAFETY: `module` is not used after this.
        let module = unsafe { ManuallyDrop::take(&mut self.module) };
        // SAFETY: runs borrow `self`, so none is left and none of its functions is being executed.
        unsafe { module.free_memory() };
    }
}

/// A run: what was computed for one row of facts, remembered from question to question.
pub struct Run<'a> {
    state: State<'a>,
}

impl Run<'_> {
    /// The answer of a node for these arguments. A node the program does not have, or that was not compiled to be asked,
    /// or another number of arguments than it takes, is the caller's mistake and gives a fault without a place.
    pub fn ask(&mut self, node: NodeId, arguments: &[Value]) -> Answer {
        self.state.answer(i64::from(node.0), arguments.to_vec())
    }
}
