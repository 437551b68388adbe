//! From a program to native functions: one lowering, whatever becomes of the functions.
//!
//! Functions of a program (all take the run first and give a handle):
//!
//! * `node.N`: a node, with what is wanted of it and its arguments. The run asks it, and remembers what it gives.
//! * `rule.N.when`, `rule.N.value`: condition and value of a rule, with the arguments of its decision, where several
//!   nodes use them or they are long.
//! * `enter.K`: the way in for nodes with K arguments: the run, the address of the node, what is wanted of it, a pointer
//!   to the arguments.
//!
//! A function costs more than what it does, so what is used in one place stands there (`once`), and functions are made
//! as they are called, from those on that are asked from outside.

mod decision;
mod expr;
mod function;
mod logic;
mod once;
mod quantify;
mod superlative;

use crate::CodegenError;
use crate::abi::{self, Service};
use crate::tables::{TableBuilder, Tables};
use accord_core::{HostFn, RuleId};
use accord_ir::{Body, ExprId, Node, NodeId, Program, Verified};
use cranelift_codegen::Context;
use cranelift_codegen::ir::{AbiParam, InstBuilder, MemFlagsData, Signature, UserFuncName, Value, types};
use cranelift_frontend::FunctionBuilderContext;
use cranelift_module::{FuncId, Linkage, Module};
use function::Function;
use once::Once;
use std::collections::BTreeMap;

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
    /// The function of each node that has one.
    pub nodes: Vec<Option<FuncId>>,
    /// The way in for each number of arguments.
    pub enters: BTreeMap<usize, FuncId>,
    /// What the functions refer to.
    pub tables: Tables,
}

/// What takes each function as it is made.
pub(crate) type Sink<'s> = dyn FnMut(&mut dyn Module, FuncId, Subject, &mut Context) -> Result<(), CodegenError> + 's;

/// Lowers what these nodes need of a program into a module; `sink` gets every function.
pub(crate) fn lower(
    program: &Verified,
    roots: &[NodeId],
    module: &mut dyn Module,
    sink: &mut Sink<'_>,
) -> Result<Lowered, CodegenError> {
    if module.target_config().pointer_type() != types::I64 {
        return Err(CodegenError::Target("pointers must be 64 bits wide".to_owned()));
    }
    let mut lowering = Lowering::declare(program.program(), roots, module)?;
    let mut work = Work { context: lowering.module.make_context(), builder: FunctionBuilderContext::new(), sink };
    for root in roots {
        lowering.need(*root)?;
    }
    while let Some((subject, id)) = lowering.wanted.pop() {
        lowering.define(subject, id, &mut work)?;
    }
    let Lowering { nodes, enters, tables, .. } = lowering;
    Ok(Lowered { nodes, enters, tables: tables.finish() })
}

/// A part of a rule.
#[derive(Clone, Copy)]
enum Part {
    /// Its condition.
    Condition,
    /// Its value.
    Value,
}

/// A program on its way into a module.
struct Lowering<'m, 'p> {
    module: &'m mut dyn Module,
    program: &'p Program,
    tables: TableBuilder,
    once: Once,
    operations: BTreeMap<HostFn, FuncId>,
    services: Vec<FuncId>,
    /// Functions by what they are of the program, as far as anything calls them.
    nodes: Vec<Option<FuncId>>,
    conditions: BTreeMap<RuleId, FuncId>,
    values: BTreeMap<RuleId, FuncId>,
    enters: BTreeMap<usize, FuncId>,
    /// Functions that are called and not made yet.
    wanted: Vec<(Subject, FuncId)>,
}

/// What is used again for each function.
struct Work<'s, 't> {
    context: Context,
    builder: FunctionBuilderContext,
    sink: &'s mut Sink<'t>,
}

impl<'m, 'p> Lowering<'m, 'p> {
    fn declare(
        program: &'p Program,
        roots: &[NodeId],
        module: &'m mut dyn Module,
    ) -> Result<Lowering<'m, 'p>, CodegenError> {
        let mut import = |name: &str, params: usize| {
            let signature = words(&*module, params);
            module.declare_function(name, Linkage::Import, &signature).map_err(CodegenError::from)
        };
        let mut operations = BTreeMap::new();
        for (function, symbol) in HostFn::ALL.iter().zip(abi::operations()) {
            operations.insert(*function, import(symbol.name, symbol.params)?);
        }
        let mut services = Vec::new();
        for service in Service::ALL {
            let symbol = service.symbol();
            services.push(import(symbol.name, symbol.params)?);
        }
        Ok(Lowering {
            module,
            program,
            tables: TableBuilder::new(&program.facts),
            once: Once::of(program, roots),
            operations,
            services,
            nodes: vec![None; program.nodes.len()],
            conditions: BTreeMap::new(),
            values: BTreeMap::new(),
            enters: BTreeMap::new(),
            wanted: Vec::new(),
        })
    }

    /// A function that is to be made.
    fn want(&mut self, subject: Subject, name: &str, params: usize) -> Result<FuncId, CodegenError> {
        let signature = words(&*self.module, params);
        let id = self.module.declare_function(name, Linkage::Local, &signature)?;
        self.wanted.push((subject, id));
        Ok(id)
    }

    /// Sees to it that a node has a function, and a way in.
    fn need(&mut self, node: NodeId) -> Result<(), CodegenError> {
        let at = node.0 as usize;
        if self.nodes.get(at).is_some_and(Option::is_some) {
            return Ok(());
        }
        let known = self.program.node(node).ok_or_else(|| CodegenError::missing(format!("node {at}")))?;
        let arguments = known.params.len();
        let id = self.want(Subject::Node(node), &format!("node.{at}"), arguments + 2)?;
        if let Some(slot) = self.nodes.get_mut(at) {
            *slot = Some(id);
        }
        if !self.enters.contains_key(&arguments) {
            let enter = self.want(Subject::Enter(arguments), &format!("enter.{arguments}"), 4)?;
            self.enters.insert(arguments, enter);
        }
        Ok(())
    }

    /// The function of a part of a rule, with as many arguments.
    fn function_of_part(&mut self, rule: RuleId, part: Part, arguments: usize) -> Result<FuncId, CodegenError> {
        let (known, subject, of) = match part {
            Part::Condition => (&self.conditions, Subject::Condition(rule), "when"),
            Part::Value => (&self.values, Subject::Value(rule), "value"),
        };
        if let Some(known) = known.get(&rule) {
            return Ok(*known);
        }
        let id = self.want(subject, &format!("rule.{}.{of}", rule.0), arguments + 1)?;
        let all = if matches!(part, Part::Condition) { &mut self.conditions } else { &mut self.values };
        all.insert(rule, id);
        Ok(id)
    }

    fn define(&mut self, subject: Subject, id: FuncId, work: &mut Work<'_, '_>) -> Result<(), CodegenError> {
        let func = &mut work.context.func;
        func.signature = self.module.declarations().get_function_decl(id).signature.clone();
        func.name = UserFuncName::user(0, id.as_u32());
        let mut function = Function::new(self, func, &mut work.builder);
        // What a node does is done once for its arguments; parts of rules are asked by several nodes.
        function.is_once = matches!(subject, Subject::Node(_));
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
    /// A node: what its body comes to.
    fn node(&mut self, id: NodeId) -> Result<(), CodegenError> {
        let program = self.low.program;
        let node: &Node = program.node(id).ok_or_else(|| CodegenError::missing(format!("node {}", id.0)))?;
        let wanted = self.wanted();
        match &node.body {
            Body::Expr(body) => {
                let value = self.expr(*body)?;
                self.give(value);
                Ok(())
            }
            Body::Decision(decision, left_out) => self.decision(*decision, left_out, wanted),
        }
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
    fn part(&mut self, rule: RuleId, part: Part, of: ExprId) -> Result<Value, CodegenError> {
        if self.low.once.is_here(rule, of, self.low.program) {
            return self.expr(of);
        }
        let arguments = self.arguments.clone();
        let id = self.low.function_of_part(rule, part, arguments.len())?;
        Ok(self.call(id, &arguments))
    }

    /// The way in: unpacks the arguments and calls the node.
    fn enter(&mut self, arguments: usize) {
        let signature = self.build.import_signature(words(&*self.low.module, arguments + 2));
        let [node, wanted, first] = self.arguments[..] else { return };
        let mut passed = vec![self.run, wanted];
        for at in 0..arguments {
            let offset = i32::try_from(at * 8).unwrap_or(i32::MAX);
            passed.push(self.build.ins().load(types::I64, MemFlagsData::trusted(), first, offset));
        }
        let call = self.build.ins().call_indirect(signature, node, &passed);
        let given = self.result(call);
        self.give(given);
    }
}
