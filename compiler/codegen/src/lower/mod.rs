//! From a program to native functions: one lowering, whatever becomes of the functions.
//!
//! Functions of a program (all take the run first and give a handle):
//!
//! * `node.N`: a node, with its arguments. Asks the memo, computes, remembers.
//! * `rule.N.when`, `rule.N.value`: condition and value of a rule, with the arguments of its decision. Apart because
//!   several nodes may use them, and because settling evaluates values only as they are needed. One that is a mere
//!   constant, fact or local has none and stands where it is used.
//! * `enter.K`: the way in for nodes with K arguments: the run, the address of the node, a pointer to the arguments.

mod decision;
mod expr;
mod function;
mod logic;
mod quantify;
mod superlative;

use crate::CodegenError;
use crate::abi::{self, Service};
use crate::tables::{TableBuilder, Tables};
use accord_core::{HostFn, RuleId};
use accord_ir::{Body, ExprId, ExprKind, Node, NodeId, Program, Verified};
use cranelift_codegen::Context;
use cranelift_codegen::ir::{AbiParam, InstBuilder, MemFlagsData, Signature, UserFuncName, Value, types};
use cranelift_frontend::FunctionBuilderContext;
use cranelift_module::{FuncId, Linkage, Module};
use function::Function;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// What a function is of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A node.
    Node(NodeId),
    /// The condition of a rule.
    Condition(RuleId),
    /// The value of a rule.
    Value(RuleId),
    /// The way in for nodes with this many arguments.
    Enter(usize),
}

/// A lowered program.
pub(crate) struct Lowered {
    /// The function of each node.
    pub nodes: Vec<FuncId>,
    /// The way in for each number of arguments.
    pub enters: BTreeMap<usize, FuncId>,
    /// What the functions refer to.
    pub tables: Tables,
}

/// What takes each function as it is made.
pub(crate) type Sink<'s> = dyn FnMut(&mut dyn Module, FuncId, Subject, &mut Context) -> Result<(), CodegenError> + 's;

/// Lowers a program into a module; `sink` gets every function.
pub(crate) fn lower(program: &Verified, module: &mut dyn Module, sink: &mut Sink<'_>) -> Result<Lowered, CodegenError> {
    if module.target_config().pointer_type() != types::I64 {
        return Err(CodegenError::Target("pointers must be 64 bits wide".to_owned()));
    }
    let mut lowering = Lowering::declare(program.program(), module)?;
    let mut work = Work { context: lowering.module.make_context(), builder: FunctionBuilderContext::new(), sink };
    for (subject, id) in lowering.subjects() {
        lowering.define(subject, id, &mut work)?;
    }
    let Lowering { nodes, enters, tables, .. } = lowering;
    Ok(Lowered { nodes, enters, tables: tables.finish() })
}

/// Where the code of a part of a rule is.
#[derive(Clone, Copy)]
enum Part {
    /// In a function of its own.
    Function(FuncId),
    /// Wherever it is used.
    Here(ExprId),
}

/// The parts of a rule.
#[derive(Clone, Copy)]
struct RuleParts {
    /// Its condition; none if it always applies.
    condition: Option<Part>,
    /// Its value.
    value: Part,
}

/// A program on its way into a module, every function declared.
struct Lowering<'m, 'p> {
    module: &'m mut dyn Module,
    program: &'p Program,
    tables: TableBuilder,
    operations: BTreeMap<HostFn, FuncId>,
    services: Vec<FuncId>,
    nodes: Vec<FuncId>,
    rules: Vec<RuleParts>,
    enters: BTreeMap<usize, FuncId>,
}

/// What is used again for each function.
struct Work<'s, 't> {
    context: Context,
    builder: FunctionBuilderContext,
    sink: &'s mut Sink<'t>,
}

impl<'m, 'p> Lowering<'m, 'p> {
    fn declare(program: &'p Program, module: &'m mut dyn Module) -> Result<Lowering<'m, 'p>, CodegenError> {
        let mut declare = |name: &str, linkage: Linkage, params: usize| {
            let signature = words(&*module, params);
            module.declare_function(name, linkage, &signature).map_err(CodegenError::from)
        };
        let mut operations = BTreeMap::new();
        for (function, symbol) in HostFn::ALL.iter().zip(abi::operations()) {
            operations.insert(*function, declare(symbol.name, Linkage::Import, symbol.params)?);
        }
        let mut services = Vec::new();
        for service in Service::ALL {
            let symbol = service.symbol();
            services.push(declare(symbol.name, Linkage::Import, symbol.params)?);
        }
        let mut nodes = Vec::with_capacity(program.nodes.len());
        let mut enters = BTreeMap::new();
        for (at, node) in program.nodes.iter().enumerate() {
            let arguments = node.params.len();
            nodes.push(declare(&format!("node.{at}"), Linkage::Local, arguments + 1)?);
            if let Entry::Vacant(enter) = enters.entry(arguments) {
                enter.insert(declare(&format!("enter.{arguments}"), Linkage::Local, 3)?);
            }
        }
        let mut rules = Vec::with_capacity(program.rules.len());
        for (at, rule) in program.rules.iter().enumerate() {
            let decision = program.decisions.get(rule.decision.0 as usize);
            let decision = decision.ok_or_else(|| CodegenError::missing(format!("the decision of rule {at}")))?;
            let mut part = |id: ExprId, of: &str| match program.expr(id).map(|e| &e.kind) {
                Some(ExprKind::Const(_) | ExprKind::Fact(_) | ExprKind::Local(_)) => Ok(Part::Here(id)),
                _ => declare(&format!("rule.{at}.{of}"), Linkage::Local, decision.params.len() + 1).map(Part::Function),
            };
            let condition = rule.condition.map(|c| part(c, "when")).transpose()?;
            rules.push(RuleParts { condition, value: part(rule.value, "value")? });
        }
        Ok(Lowering { module, program, tables: TableBuilder::new(), operations, services, nodes, rules, enters })
    }

    /// Every function to define.
    fn subjects(&self) -> Vec<(Subject, FuncId)> {
        let rules = (0..).map(RuleId).zip(&self.rules).flat_map(|(rule, parts)| {
            let parts = [(Subject::Condition(rule), parts.condition), (Subject::Value(rule), Some(parts.value))];
            parts.into_iter().filter_map(|(subject, part)| match part {
                Some(Part::Function(id)) => Some((subject, id)),
                Some(Part::Here(_)) | None => None,
            })
        });
        let nodes = (0..).map(|at| Subject::Node(NodeId(at))).zip(self.nodes.iter().copied());
        let enters = self.enters.iter().map(|(arguments, id)| (Subject::Enter(*arguments), *id));
        rules.chain(nodes).chain(enters).collect()
    }

    fn define(&mut self, subject: Subject, id: FuncId, work: &mut Work<'_, '_>) -> Result<(), CodegenError> {
        let func = &mut work.context.func;
        func.signature = self.module.declarations().get_function_decl(id).signature.clone();
        func.name = UserFuncName::user(0, id.as_u32());
        let mut function = Function::new(self, func, &mut work.builder);
        match subject {
            Subject::Node(node) => function.node(node)?,
            Subject::Condition(rule) => function.part_of_rule(rule, true)?,
            Subject::Value(rule) => function.part_of_rule(rule, false)?,
            Subject::Enter(arguments) => function.enter(arguments),
        }
        function.finish();
        (work.sink)(&mut *self.module, id, subject, &mut work.context)?;
        self.module.clear_context(&mut work.context);
        Ok(())
    }
}

/// The signature of a function of the border: so many 64-bit words to one.
pub(crate) fn words(module: &dyn Module, params: usize) -> Signature {
    let mut signature = module.make_signature();
    signature.params.extend((0..params).map(|_| AbiParam::new(types::I64)));
    signature.returns.push(AbiParam::new(types::I64));
    signature
}

impl Function<'_, '_, '_, '_> {
    /// A node: what it gave before, or its body, remembered.
    fn node(&mut self, id: NodeId) -> Result<(), CodegenError> {
        let program = self.low.program;
        let node: &Node = program.node(id).ok_or_else(|| CodegenError::missing(format!("node {}", id.0)))?;
        let number = self.number(i64::from(id.0));
        let (first, count) = self.spill(&self.arguments.clone());
        let known = self.serve(Service::Recall, &[number, first, count]);
        let (found, missing) = (self.block(), self.block());
        let is_known = self.at_least(known, 0);
        self.branch(is_known, found, missing);
        self.enter_block(found);
        self.give(known);
        self.enter_block(missing);
        // A new entry comes as -1 minus its number: all bits turned.
        let entry = self.build.ins().bnot(known);
        match &node.body {
            Body::Expr(body) => {
                let value = self.expr(*body)?;
                self.remember(entry, value, None);
            }
            Body::Decision(decision, left_out) => self.decision(*decision, left_out, entry)?,
        }
        Ok(())
    }

    /// Condition or value of a rule.
    fn part_of_rule(&mut self, id: RuleId, condition: bool) -> Result<(), CodegenError> {
        let rule = self.low.program.rule(id).ok_or_else(|| CodegenError::missing(format!("rule {}", id.0)))?;
        let part: Option<ExprId> = if condition { rule.condition } else { Some(rule.value) };
        let part = part.ok_or_else(|| CodegenError::missing(format!("the condition of rule {}", id.0)))?;
        let value = self.expr(part)?;
        self.give(value);
        Ok(())
    }

    /// What a part of a rule gives for the arguments of this function.
    fn part(&mut self, part: Part) -> Result<Value, CodegenError> {
        match part {
            Part::Function(id) => Ok(self.call(id, &self.arguments.clone())),
            Part::Here(id) => self.expr(id),
        }
    }

    /// The way in: unpacks the arguments and calls the node. The parameters are the run, the address of the node and
    /// a pointer to the arguments.
    fn enter(&mut self, arguments: usize) {
        let signature = self.build.import_signature(words(&*self.low.module, arguments + 1));
        let [node, first] = self.arguments[..] else { return };
        let mut passed = vec![self.run];
        for at in 0..arguments {
            let offset = i32::try_from(at * 8).unwrap_or(i32::MAX);
            passed.push(self.build.ins().load(types::I64, MemFlagsData::trusted(), first, offset));
        }
        let call = self.build.ins().call_indirect(signature, node, &passed);
        let given = self.result(call);
        self.give(given);
    }
}
