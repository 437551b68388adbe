//! Functions compiled on every core at once: each by itself, and put together in the order in which they were made, so that
//! what comes out is the same however many there are.

use crate::CodegenError;
use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::Function;
use cranelift_codegen::isa::TargetIsa;
use cranelift_module::{FuncId, Module, ModuleError, ModuleReloc};
use std::iter::Enumerate;
use std::sync::{Mutex, PoisonError};
use std::vec::IntoIter;

/// More threads gain nothing over what is done one after the other.
const MOST_THREADS: usize = 4;

/// A function as bytes.
struct Compiled {
    id: FuncId,
    alignment: u64,
    bytes: Vec<u8>,
    relocations: Vec<ModuleReloc>,
}

/// Functions that nobody has taken yet.
type Left = Mutex<Enumerate<IntoIter<(FuncId, Function)>>>;

/// Functions that one thread compiled, each with its place.
type Share = Vec<(usize, Result<Compiled, CodegenError>)>;

/// Compiles functions and defines them in a module. Fewer than `few` are compiled sooner than a thread is there.
pub(crate) fn define(
    module: &mut dyn Module,
    functions: Vec<(FuncId, Function)>,
    few: usize,
) -> Result<(), CodegenError> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if functions.len() < few { 1 } else { cores.min(MOST_THREADS) };
    let left: Left = Mutex::new(functions.into_iter().enumerate());
    let isa = module.isa();
    let mut compiled = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(|| share(isa, &left))).collect();
        let mut all = share(isa, &left);
        for other in others {
            all.extend(other.join().map_err(|_| CodegenError::Backend("a thread that compiles fell".to_owned()))?);
        }
        Ok::<Share, CodegenError>(all)
    })?;
    compiled.sort_by_key(|(at, _)| *at);
    for (_, compiled) in compiled {
        let Compiled { id, alignment, bytes, relocations } = compiled?;
        module.define_function_bytes(id, alignment, &bytes, &relocations)?;
    }
    Ok(())
}

/// Compiles functions as long as there are any.
fn share(isa: &dyn TargetIsa, left: &Left) -> Share {
    let mut context = Context::new();
    let mut done = Vec::new();
    loop {
        let next = left.lock().unwrap_or_else(PoisonError::into_inner).next();
        let Some((at, (id, function))) = next else { return done };
        context.func = function;
        done.push((at, compile(isa, &mut context, id)));
        context.clear();
    }
}

fn compile(isa: &dyn TargetIsa, context: &mut Context, id: FuncId) -> Result<Compiled, CodegenError> {
    let compiled = context.compile(isa, &mut ControlPlane::default()).map_err(ModuleError::from)?;
    let (alignment, bytes) = (u64::from(compiled.buffer.alignment), compiled.code_buffer().to_vec());
    let code = context.compiled_code().ok_or_else(|| CodegenError::Backend("nothing was compiled".to_owned()))?;
    let relocations = code.buffer.relocs().iter().map(|r| ModuleReloc::from_mach_reloc(r, &context.func, id)).collect();
    Ok(Compiled { id, alignment, bytes, relocations })
}
