//! Expressions.

use super::function::Function;
use crate::CodegenError;
use crate::abi::{Service, Shape};
use crate::tables;
use accord_core::HostFn;
use accord_ir::{Expr, ExprId, ExprKind, LocalId, Node, NodeId};
use cranelift_codegen::ir::{InstBuilder, SourceLoc, Value, types};

/// Where the code of a node is.
#[derive(Clone, Copy)]
enum Callee {
    /// In its function, which the run asks.
    Asked(NodeId),
    /// Wherever it is called.
    Here(ExprId),
}

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
        let known = self.low.program.node(node);
        let known = known.ok_or_else(|| CodegenError::missing(format!("node {}", node.0)))?;
        if known.params.len() != arguments.len() {
            return Err(CodegenError::Program(format!("{} arguments for node {}", arguments.len(), node.0)));
        }
        let callee = match self.stands_here(node, known, arguments) {
            Some(body) => Callee::Here(body),
            None => {
                self.low.need(node)?;
                Callee::Asked(node)
            }
        };
        let passed = self.all(arguments)?;
        let mut doubtful = Vec::new();
        for (id, value) in arguments.iter().zip(&passed) {
            if !self.is_surely_a_value(*id)? {
                doubtful.push(*value);
            }
        }
        if doubtful.is_empty() {
            return self.given_by(callee, &passed);
        }
        let (first, count) = self.spill(&doubtful);
        let refused = self.serve(Service::Screen, &[first, count]);
        let done = self.block_of(1);
        let is_refused = self.at_least(refused, 0);
        self.leave_if(is_refused, done, refused);
        let given = self.given_by(callee, &passed)?;
        self.jump(done, &[given]);
        Ok(self.enter_block_of_one(done))
    }

    /// The expression of a node that stands here instead of a call. It is not remembered, so this function has to be one
    /// that is run once for arguments, and these have to tell its runs apart.
    fn stands_here(&self, id: NodeId, node: &Node, arguments: &[ExprId]) -> Option<ExprId> {
        let body = self.low.once.body_of(id, node, self.low.program)?;
        let passes = |param: usize| {
            let is_it = |kind: &ExprKind| matches!(kind, ExprKind::Local(local) if local.0 as usize == param);
            arguments.iter().any(|a| self.low.program.expr(*a).is_some_and(|e| is_it(&e.kind)))
        };
        (self.is_once && (0..self.arguments.len()).all(passes)).then_some(body)
    }

    /// What a node gives for arguments.
    fn given_by(&mut self, callee: Callee, passed: &[Value]) -> Result<Value, CodegenError> {
        match callee {
            Callee::Asked(node) => {
                let node = self.number(i64::from(node.0));
                if passed.is_empty() {
                    return Ok(self.serve(Service::Plain, &[node]));
                }
                let (first, count) = self.spill(passed);
                Ok(self.serve(Service::Ask, &[node, first, count]))
            }
            Callee::Here(body) => {
                let locals = (0..).map(LocalId).zip(passed.iter().copied()).collect();
                let locals = std::mem::replace(&mut self.locals, locals);
                self.is_once = false;
                let given = self.expr(body)?;
                self.is_once = true;
                self.locals = locals;
                Ok(given)
            }
        }
    }

    /// Whether an argument needs no test: locals are values, and a constant shows what it is.
    fn is_surely_a_value(&self, id: ExprId) -> Result<bool, CodegenError> {
        Ok(match self.kind(id)? {
            ExprKind::Local(_) => true,
            ExprKind::Const(outcome) => outcome.value().is_some(),
            _ => false,
        })
    }

    /// An operand: the runtime knows what a fact is by its own handle.
    fn operand(&mut self, id: ExprId) -> Result<Value, CodegenError> {
        match self.kind(id)? {
            ExprKind::Fact(fact) => Ok(self.number(tables::fact(i64::from(fact.0)))),
            _ => self.expr(id),
        }
    }

    fn host(&mut self, id: ExprId, function: HostFn, operands: &[ExprId]) -> Result<Value, CodegenError> {
        let given = operands.iter().map(|id| self.operand(*id)).collect::<Result<Vec<_>, _>>()?;
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
