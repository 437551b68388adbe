//! Asking nodes and evaluating expressions.

use crate::trace::Tracer;
use crate::{logic, trace};
use accord_core::{Answer, Facts, FaultKind, Host, HostFn, Outcome, SiteId, Value};
use accord_ir::{Body, ExprId, ExprKind, FactId, LocalId, Node, NodeId, Param, Program};
use std::collections::BTreeMap;

/// One row's evaluation: what was answered so far, and who listens.
#[derive(Debug)]
pub(crate) struct Evaluator<'p, T> {
    pub(crate) program: &'p Program,
    pub(crate) host: Host<'p>,
    pub(crate) tracer: T,
    memo: Memo,
}

/// What was answered so far, by place.
#[derive(Debug)]
struct Memo {
    answers: Vec<Answer>,
    /// One more than the place of the answer of each node asked without arguments; zero while there is none.
    plain: Vec<usize>,
    /// The places of the answers of nodes asked with arguments.
    others: BTreeMap<NodeId, BTreeMap<Vec<Value>, usize>>,
}

impl Memo {
    fn new(nodes: usize) -> Memo {
        Memo { answers: Vec::new(), plain: vec![0; nodes], others: BTreeMap::new() }
    }

    fn find(&self, id: NodeId, args: &[Value]) -> Option<usize> {
        if args.is_empty() {
            return self.plain.get(id.0 as usize)?.checked_sub(1);
        }
        self.others.get(&id)?.get(args).copied()
    }

    fn insert(&mut self, id: NodeId, args: &[Value], answer: Answer) -> usize {
        let place = self.answers.len();
        self.answers.push(answer);
        if !args.is_empty() {
            let _ = self.others.entry(id).or_default().insert(args.to_vec(), place);
        } else if let Some(slot) = self.plain.get_mut(id.0 as usize) {
            *slot = place + 1;
        }
        place
    }
}

/// The locals of one body: parameters first, then the variables of quantifiers while they are bound.
pub(crate) struct Frame<'p> {
    pub(crate) params: &'p [Param],
    locals: Vec<Option<Value>>,
}

impl<'p> Frame<'p> {
    pub(crate) fn new(params: &'p [Param], count: u32, args: &[Value]) -> Frame<'p> {
        let mut locals: Vec<Option<Value>> = args.iter().cloned().map(Some).collect();
        locals.resize(count as usize, None);
        Frame { params, locals }
    }

    /// Binds a quantifier's variable.
    pub(crate) fn bind(&mut self, variable: LocalId, member: &Value) {
        if let Some(slot) = self.locals.get_mut(variable.0 as usize) {
            *slot = Some(member.clone());
        }
    }

    fn get(&self, id: LocalId) -> Option<&Value> {
        self.locals.get(id.0 as usize)?.as_ref()
    }
}

/// The place of faults of an expression.
pub(crate) fn site(id: ExprId) -> SiteId {
    SiteId(id.0)
}

/// What a verified program, asked for its own nodes with arguments that fit, never comes to. Answered rather than
/// panicked over.
pub(crate) fn broken() -> Outcome {
    Outcome::fault(FaultKind::OutOfRange, SiteId(u32::MAX))
}

impl<'p, T: Tracer> Evaluator<'p, T> {
    pub(crate) fn new(program: &'p Program, facts: &'p Facts, tracer: T) -> Evaluator<'p, T> {
        let host = Host { conversions: &program.conversions, facts };
        Evaluator { program, host, tracer, memo: Memo::new(program.nodes.len()) }
    }

    pub(crate) fn into_tracer(self) -> T {
        self.tracer
    }

    /// What a node answers.
    pub(crate) fn ask(&mut self, id: NodeId, args: &[Value]) -> Answer {
        let unknown = || Answer { outcome: broken(), rules: Vec::new() };
        self.answer(id, args).cloned().unwrap_or_else(unknown)
    }

    /// What a node answers; asked twice with equal arguments, it is evaluated once.
    fn answer(&mut self, id: NodeId, args: &[Value]) -> Option<&Answer> {
        if let Some(place) = self.memo.find(id, args) {
            let known = self.memo.answers.get(place)?;
            self.tracer.known(id, args, &known.outcome);
            return Some(known);
        }
        self.tracer.enter();
        let answer = match self.program.node(id) {
            Some(node) if node.params.len() == args.len() => self.node(node, args),
            Some(_) | None => Answer { outcome: broken(), rules: Vec::new() },
        };
        self.tracer.leave(id, args, &answer.outcome);
        let place = self.memo.insert(id, args, answer);
        self.memo.answers.get(place)
    }

    fn node(&mut self, node: &'p Node, args: &[Value]) -> Answer {
        match &node.body {
            Body::Decision(decision, left_out) => self.decide(node, *decision, left_out, args),
            Body::Expr(body) => {
                let mut frame = Frame::new(&node.params, node.locals, args);
                Answer { outcome: self.eval(&mut frame, *body), rules: Vec::new() }
            }
        }
    }

    /// The outcome of an expression. The branches of `if` continue the loop, so that a table written as a chain of
    /// them needs no stack.
    pub(crate) fn eval(&mut self, frame: &mut Frame<'p>, mut id: ExprId) -> Outcome {
        loop {
            let Some(expr) = self.program.expr(id) else { return broken() };
            let ExprKind::If(condition, then, otherwise) = &expr.kind else {
                return self.eval_kind(frame, id, &expr.kind);
            };
            let settled = self.eval(frame, *condition);
            id = match (settled.truth(), &settled) {
                (Some(true), _) => *then,
                (Some(false), _) | (None, Outcome::Nothing) => *otherwise,
                (None, _) => return settled,
            };
        }
    }

    fn eval_kind(&mut self, frame: &mut Frame<'p>, id: ExprId, kind: &'p ExprKind) -> Outcome {
        match kind {
            ExprKind::Const(outcome) => outcome.clone(),
            ExprKind::Fact(fact) => self.fact(id, *fact),
            ExprKind::Given(party, name) => self.given(frame, id, *party, name),
            ExprKind::Local(local) => frame.get(*local).map_or_else(broken, |v| Outcome::Value(v.clone())),
            ExprKind::Call(node, arguments) => self.call(frame, *node, arguments),
            ExprKind::Host(HostFn::Field, _) => self.field(frame, id),
            ExprKind::Host(function, operands) => self.operation(frame, id, *function, operands),
            ExprKind::And(a, b) => match self.eval(frame, *a) {
                a if a.truth() == Some(false) => a,
                a => logic::and(a, self.eval(frame, *b)),
            },
            ExprKind::Or(a, b) => match self.eval(frame, *a) {
                a if a.truth() == Some(true) => a,
                a => logic::or(a, self.eval(frame, *b)),
            },
            ExprKind::Not(a) => logic::not(self.eval(frame, *a)),
            ExprKind::Quantify(quantified) => self.quantify(frame, id, quantified),
            ExprKind::If(..) => self.eval(frame, id),
        }
    }

    fn eval_all(&mut self, frame: &mut Frame<'p>, ids: &[ExprId]) -> Vec<Outcome> {
        ids.iter().map(|id| self.eval(frame, *id)).collect()
    }

    fn fact(&mut self, id: ExprId, fact: FactId) -> Outcome {
        let outcome = self.read_fact(fact);
        let program = self.program;
        self.tracer.fact(site(id), &outcome, || trace::fact_name(program, fact));
        outcome
    }

    /// A fact of the row, unrecorded.
    fn read_fact(&self, fact: FactId) -> Outcome {
        match self.host.facts.fact(fact.0 as usize) {
            Some(outcome) => outcome.clone(),
            None => Outcome::missing(&trace::fact_name(self.program, fact)),
        }
    }

    fn given(&mut self, frame: &mut Frame<'p>, id: ExprId, party: ExprId, name: &str) -> Outcome {
        let party = self.eval(frame, party);
        let Some(value) = party.value() else { return party };
        let Value::Country(party) = value else { return broken() };
        let outcome = self.host.facts.given(*party, name);
        self.tracer.fact(site(id), &outcome, || format!("{name} of {party}"));
        outcome
    }

    fn call(&mut self, frame: &mut Frame<'p>, node: NodeId, arguments: &[ExprId]) -> Outcome {
        let arguments = self.eval_all(frame, arguments);
        let args: Vec<Value> = arguments.iter().filter_map(Outcome::value).cloned().collect();
        match arguments.into_iter().filter(|a| a.rank() > 0).reduce(Outcome::worst) {
            Some(worst) => worst,
            None => self.answer(node, &args).map_or_else(broken, |answer| answer.outcome.clone()),
        }
    }

    /// Operations have one or two operands, nearly all of them.
    fn operation(&mut self, frame: &mut Frame<'p>, id: ExprId, function: HostFn, operands: &[ExprId]) -> Outcome {
        match operands {
            [a] => {
                let a = self.eval(frame, *a);
                self.apply(id, function, &[a])
            }
            [a, b] => {
                let (a, b) = (self.eval(frame, *a), self.eval(frame, *b));
                self.apply(id, function, &[a, b])
            }
            _ => {
                let operands = self.eval_all(frame, operands);
                self.apply(id, function, &operands)
            }
        }
    }

    fn apply(&mut self, id: ExprId, function: HostFn, operands: &[Outcome]) -> Outcome {
        let outcome = function.apply(&self.host, operands, site(id));
        self.tracer.operation(site(id), function, operands, &outcome);
        outcome
    }

    /// A field of a record, recorded as one reading with its dotted name: `claim.start`, not `claim` and then its
    /// second field.
    fn field(&mut self, frame: &mut Frame<'p>, id: ExprId) -> Outcome {
        let outcome = self.read_field(frame, id);
        let program = self.program;
        self.tracer.fact(site(id), &outcome, || trace::dotted_name(program, frame.params, id));
        outcome
    }

    /// A field, or what it is a field of; facts and locals unrecorded.
    fn read_field(&mut self, frame: &mut Frame<'p>, id: ExprId) -> Outcome {
        match self.program.expr(id).map(|e| &e.kind) {
            Some(ExprKind::Fact(fact)) => self.read_fact(*fact),
            Some(ExprKind::Host(HostFn::Field, operands)) => {
                let mut operands_read = Vec::with_capacity(operands.len());
                for operand in operands {
                    operands_read.push(self.read_field(frame, *operand));
                }
                HostFn::Field.apply(&self.host, &operands_read, site(id))
            }
            _ => self.eval(frame, id),
        }
    }
}
