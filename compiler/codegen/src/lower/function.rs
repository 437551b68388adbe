//! One function in the making, and the few forms of code everything is made of.

use super::{Lowering, words};
use crate::CodegenError;
use crate::abi::Service;
use crate::tables::{Handle, OTHER, made_by};
use accord_core::{HostFn, RuleId};
use accord_ir::LocalId;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    self, Block, BlockArg, InstBuilder, StackSlot, StackSlotData, StackSlotKind, Value, types,
};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_module::FuncId;
use std::collections::BTreeMap;

/// A function in the making.
pub(super) struct Function<'l, 'm, 'p, 'f> {
    pub low: &'l mut Lowering<'m, 'p>,
    pub build: FunctionBuilder<'f>,
    /// The run, passed on to everything that is called.
    pub run: Value,
    /// The other parameters.
    pub arguments: Vec<Value>,
    /// The value of each local in scope.
    pub locals: BTreeMap<LocalId, Value>,
    /// Whether what is said here is run at most once for arguments of this function: it is the function of a node, and
    /// not in a loop of it, nor in the body of another node that stands here.
    pub is_once: bool,
    /// Functions called so far, as this function knows them.
    callees: BTreeMap<FuncId, ir::FuncRef>,
    /// Signatures by how many parameters they have.
    signatures: BTreeMap<usize, ir::SigRef>,
    /// Where operands are stored that travel through memory: one place for all calls, as large as the largest needs.
    scratch: Option<StackSlot>,
}

impl<'l, 'm, 'p, 'f> Function<'l, 'm, 'p, 'f> {
    pub fn new(
        low: &'l mut Lowering<'m, 'p>,
        func: &'f mut ir::Function,
        context: &'f mut FunctionBuilderContext,
    ) -> Function<'l, 'm, 'p, 'f> {
        let mut build = FunctionBuilder::new(func, context);
        let entry = build.create_block();
        build.append_block_params_for_function_params(entry);
        build.switch_to_block(entry);
        let mut params = build.block_params(entry).to_vec();
        let arguments = if params.is_empty() { Vec::new() } else { params.split_off(1) };
        // Every function of the module has at least the run as parameter; see `words`.
        let run = params.pop().unwrap_or_else(|| build.ins().iconst(types::I64, 0));
        let locals = (0..).map(LocalId).zip(arguments.iter().copied()).collect();
        let (callees, signatures) = (BTreeMap::new(), BTreeMap::new());
        Function { low, build, run, arguments, locals, is_once: false, callees, signatures, scratch: None }
    }

    /// Ends the function.
    pub fn finish(mut self) {
        self.build.seal_all_blocks();
        self.build.finalize(self.low.module.target_config());
    }

    /// A number known now.
    pub fn number(&mut self, n: i64) -> Value {
        self.build.ins().iconst(types::I64, n)
    }

    /// A new block without parameters.
    pub fn block(&mut self) -> Block {
        self.build.create_block()
    }

    /// A new block with so many parameters.
    pub fn block_of(&mut self, params: usize) -> Block {
        let block = self.build.create_block();
        for _ in 0..params {
            self.build.append_block_param(block, types::I64);
        }
        block
    }

    /// Goes on in a block.
    pub fn enter_block(&mut self, block: Block) {
        self.build.switch_to_block(block);
    }

    /// Goes on in a block of one parameter and gives it.
    pub fn enter_block_of_one(&mut self, block: Block) -> Value {
        self.enter_block(block);
        self.param(block, 0)
    }

    /// A parameter of a block.
    pub fn param(&mut self, block: Block, at: usize) -> Value {
        match self.build.block_params(block).get(at) {
            Some(param) => *param,
            // Callers ask only for parameters they have made.
            None => self.build.append_block_param(block, types::I64),
        }
    }

    /// Goes to a block.
    pub fn jump(&mut self, block: Block, arguments: &[Value]) {
        let arguments: Vec<BlockArg> = arguments.iter().copied().map(BlockArg::Value).collect();
        self.build.ins().jump(block, &arguments);
    }

    /// Goes to one of two blocks without parameters.
    pub fn branch(&mut self, condition: Value, then: Block, otherwise: Block) {
        self.build.ins().brif(condition, then, &[], otherwise, &[]);
    }

    /// Goes to a block with an argument if the condition holds; else goes on here.
    pub fn leave_if(&mut self, condition: Value, block: Block, argument: Value) {
        let next = self.block();
        self.build.ins().brif(condition, block, &[BlockArg::Value(argument)], next, &[]);
        self.enter_block(next);
    }

    /// Whether an outcome is the one of a reserved handle.
    pub fn is(&mut self, outcome: Value, handle: Handle) -> Value {
        self.build.ins().icmp_imm_s(IntCC::Equal, outcome, handle)
    }

    /// Whether an outcome is another than the one of a reserved handle.
    pub fn is_not(&mut self, outcome: Value, handle: Handle) -> Value {
        self.build.ins().icmp_imm_s(IntCC::NotEqual, outcome, handle)
    }

    /// Whether a number is at least another.
    pub fn at_least(&mut self, n: Value, least: i64) -> Value {
        self.build.ins().icmp_imm_s(IntCC::SignedGreaterThanOrEqual, n, least)
    }

    /// Whether a condition is neither yes nor no nor nothing.
    pub fn is_unsettled(&mut self, condition: Value) -> Value {
        self.at_least(condition, OTHER)
    }

    /// Ends with a result.
    pub fn give(&mut self, result: Value) {
        self.build.ins().return_(&[result]);
    }

    /// Takes what is wanted of a node from before its arguments.
    pub fn wanted(&mut self) -> Value {
        let wanted = if self.arguments.is_empty() { self.run } else { self.arguments.remove(0) };
        self.locals = (0..).map(LocalId).zip(self.arguments.iter().copied()).collect();
        wanted
    }

    /// Ends with what a rule of a decision gives.
    pub fn give_by(&mut self, rule: RuleId, value: Value) -> Result<(), CodegenError> {
        let made_by = made_by(rule).ok_or_else(|| CodegenError::Program(format!("{} rules", rule.0)))?;
        let given = self.build.ins().bor_imm_s(value, made_by);
        self.give(given);
        Ok(())
    }

    /// Calls a function of the module with the run and arguments.
    pub fn call(&mut self, id: FuncId, arguments: &[Value]) -> Value {
        let callee = match self.callees.get(&id) {
            Some(callee) => *callee,
            None => {
                let callee = self.import(id);
                self.callees.insert(id, callee);
                callee
            }
        };
        let passed: Vec<Value> = std::iter::once(self.run).chain(arguments.iter().copied()).collect();
        let call = self.build.ins().call(callee, &passed);
        self.result(call)
    }

    /// A function of the module in this one. Of signatures, which differ in how many words they take, there is one each.
    fn import(&mut self, id: FuncId) -> ir::FuncRef {
        let declared = self.low.module.declarations().get_function_decl(id);
        let (params, colocated) = (declared.signature.params.len(), declared.linkage.is_final());
        let signature = match self.signatures.get(&params) {
            Some(signature) => *signature,
            None => {
                let signature = self.build.import_signature(words(&*self.low.module, params));
                self.signatures.insert(params, signature);
                signature
            }
        };
        let name = ir::UserExternalName { namespace: 0, index: id.as_u32() };
        let name = self.build.func.declare_imported_user_function(name);
        let name = ir::ExternalName::user(name);
        self.build.import_function(ir::ExtFuncData { name, signature, colocated, patchable: false })
    }

    /// The result of a call.
    pub fn result(&mut self, call: ir::Inst) -> Value {
        match self.build.inst_results(call) {
            [result, ..] => *result,
            // Every function of the border gives a word; see `words`.
            [] => self.number(0),
        }
    }

    /// Asks the run for something.
    pub fn serve(&mut self, service: Service, arguments: &[Value]) -> Value {
        match self.low.services.get(service as usize).copied() {
            Some(id) => self.call(id, arguments),
            // The table has every service.
            None => self.number(0),
        }
    }

    /// Calls an operation of the runtime whose operands travel as handles.
    pub fn operate(&mut self, function: HostFn, operands: &[Value], site: Value) -> Result<Value, CodegenError> {
        let id = self.low.operations.get(&function).copied();
        let id = id.ok_or_else(|| CodegenError::missing(format!("the operation `{}`", function.word())))?;
        let passed: Vec<Value> = operands.iter().copied().chain([site]).collect();
        Ok(self.call(id, &passed))
    }

    /// Stores handles where a callee can read them: the address of the first, and how many.
    pub fn spill(&mut self, handles: &[Value]) -> (Value, Value) {
        let count = self.number(crate::tables::number(handles.len()));
        if handles.is_empty() {
            return (self.number(0), count);
        }
        let size = bytes(handles.len());
        let slot = match self.scratch {
            Some(slot) => slot,
            None => self.build.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, size, 3)),
        };
        self.scratch = Some(slot);
        if let Some(data) = self.build.func.sized_stack_slots.get_mut(slot) {
            data.size = data.size.max(size);
        }
        for (at, handle) in handles.iter().enumerate() {
            self.store(slot, at, *handle);
        }
        (self.build.ins().stack_addr(types::I64, slot, 0), count)
    }

    /// A place for so many handles.
    pub fn slot(&mut self, handles: usize) -> StackSlot {
        self.build.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, bytes(handles), 3))
    }

    /// Stores a handle.
    pub fn store(&mut self, slot: StackSlot, at: usize, handle: Value) {
        let offset = i32::try_from(at * 8).unwrap_or(i32::MAX);
        self.build.ins().stack_store(types::I64, handle, slot, offset);
    }
}

/// The size of so many handles.
fn bytes(handles: usize) -> u32 {
    u32::try_from(handles * 8).unwrap_or(u32::MAX)
}
