//! Expressions.

use super::function::Function;
use crate::CodegenError;
use crate::abi::{Service, Shape};
use accord_core::HostFn;
use accord_ir::{Expr, ExprId, ExprKind, LocalId, NodeId};
use cranelift_codegen::ir::{InstBuilder, SourceLoc, Value, types};

impl<'p> Function<'_, '_, 'p, '_> {
    /// The code of an expression: the handle of its outcome.
    pub fn expr(&mut self, id: ExprId) -> Result<Value, CodegenError> {
        self.at(id);
        match self.kind(id)? {
            ExprKind::Const(outcome) => {
                let handle = self.low.tables.constant(outcome);
                Ok(self.number(handle))
            }
            ExprKind::Fact(fact) => {
                let fact = self.number(i64::from(fact.0));
                Ok(self.serve(Service::Fact, &[fact]))
            }
            ExprKind::Given(party, name) => self.given(*party, name),
            ExprKind::Local(local) => self.local(*local),
            ExprKind::Call(node, arguments) => self.ask(*node, arguments),
            ExprKind::Host(function, operands) => self.host(id, *function, operands),
            ExprKind::And(..) | ExprKind::Or(..) => self.chain(id),
            ExprKind::Not(operand) => {
                let operand = self.expr(*operand)?;
                Ok(self.not(operand))
            }
            ExprKind::If(..) => self.choose(id),
            ExprKind::Quantify(quantified) => self.quantify(id, quantified),
        }
    }

    /// The kind of an expression.
    pub fn kind(&self, id: ExprId) -> Result<&'p ExprKind, CodegenError> {
        let expr: Option<&'p Expr> = self.low.program.expr(id);
        expr.map(|e| &e.kind).ok_or_else(|| CodegenError::missing(format!("expression {}", id.0)))
    }

    /// What follows is the code of this expression.
    pub fn at(&mut self, id: ExprId) {
        self.build.set_srcloc(SourceLoc::new(id.0));
    }

    /// The site of an expression, as operations take it.
    pub fn site(&mut self, id: ExprId) -> Value {
        self.number(i64::from(id.0))
    }

    fn local(&mut self, local: LocalId) -> Result<Value, CodegenError> {
        self.locals.get(&local).copied().ok_or_else(|| CodegenError::missing(format!("local {}", local.0)))
    }

    fn given(&mut self, party: ExprId, name: &str) -> Result<Value, CodegenError> {
        let party = self.expr(party)?;
        let name = self.low.tables.name(name);
        let name = self.number(name);
        Ok(self.serve(Service::Given, &[party, name]))
    }

    fn all(&mut self, ids: &[ExprId]) -> Result<Vec<Value>, CodegenError> {
        ids.iter().map(|id| self.expr(*id)).collect()
    }

    /// A node asked with arguments, unless one of them is not a value.
    fn ask(&mut self, node: NodeId, arguments: &[ExprId]) -> Result<Value, CodegenError> {
        let callee = self.low.nodes.get(node.0 as usize).copied();
        let callee = callee.ok_or_else(|| CodegenError::missing(format!("node {}", node.0)))?;
        let takes = self.low.program.node(node).map_or(0, |n| n.params.len());
        if takes != arguments.len() {
            return Err(CodegenError::Program(format!("{} arguments for node {}", arguments.len(), node.0)));
        }
        let passed = self.all(arguments)?;
        let mut doubtful = Vec::new();
        for (id, value) in arguments.iter().zip(&passed) {
            if !self.is_surely_a_value(*id)? {
                doubtful.push(*value);
            }
        }
        if doubtful.is_empty() {
            return Ok(self.call(callee, &passed));
        }
        let (first, count) = self.spill(&doubtful);
        let refused = self.serve(Service::Screen, &[first, count]);
        let done = self.block_of(1);
        let is_refused = self.at_least(refused, 0);
        self.leave_if(is_refused, done, refused);
        let given = self.call(callee, &passed);
        self.jump(done, &[given]);
        Ok(self.enter_block_of_one(done))
    }

    /// Whether an argument needs no test: locals are values, and a constant shows what it is.
    fn is_surely_a_value(&self, id: ExprId) -> Result<bool, CodegenError> {
        Ok(match self.kind(id)? {
            ExprKind::Local(_) => true,
            ExprKind::Const(outcome) => outcome.value().is_some(),
            _ => false,
        })
    }

    fn host(&mut self, id: ExprId, function: HostFn, operands: &[ExprId]) -> Result<Value, CodegenError> {
        let given = self.all(operands)?;
        self.at(id);
        let site = self.site(id);
        match Shape::of(function) {
            Shape::Handles(count) if count == given.len() => self.operate(function, &given, site),
            Shape::Handles(_) => {
                Err(CodegenError::Program(format!("{} operands for `{}`", given.len(), function.word())))
            }
            Shape::Spilled => {
                let (first, count) = self.spill(&given);
                self.operate(function, &[first, count], site)
            }
        }
    }

    /// A truth as a handle.
    pub fn truth(&mut self, condition: Value) -> Value {
        self.build.ins().uextend(types::I64, condition)
    }
}
