//! What is written down for an explanation. The ordinary run is compiled with [`Silent`], which writes nothing and
//! is not asked for names.

use accord_core::{HostFn, Outcome, RuleId, RuleStep, RuleVerdict, SiteId, Step, Trace, TraceSubject, Value};
use accord_ir::{ExprId, ExprKind, FactId, NodeId, Param, Program, Ty};

/// Who listens to an evaluation.
pub(crate) trait Tracer {
    /// What was collected between [`Tracer::begin`] and [`Tracer::end`].
    type Steps: Default;

    /// A node is about to be evaluated.
    fn enter(&mut self);
    /// The node entered last was evaluated.
    fn leave(&mut self, node: NodeId, args: &[Value], outcome: &Outcome);
    /// A node was asked that is known already.
    fn known(&mut self, node: NodeId, args: &[Value], outcome: &Outcome);
    /// A fact was read.
    fn fact(&mut self, site: SiteId, outcome: &Outcome, name: impl FnOnce() -> String);
    /// An operation of the runtime was applied.
    fn operation(&mut self, site: SiteId, function: HostFn, operands: &[Outcome], outcome: &Outcome);
    /// Steps from here on belong together.
    fn begin(&mut self);
    /// The steps since the last [`Tracer::begin`].
    fn end(&mut self) -> Self::Steps;
    /// A rule of the node entered last was considered.
    fn rule(
        &mut self,
        rule: RuleId,
        verdict: impl FnOnce() -> RuleVerdict,
        condition: Self::Steps,
        value: Self::Steps,
        outcome: Option<&Outcome>,
    );
}

/// Nobody listens.
#[derive(Debug)]
pub(crate) struct Silent;

impl Tracer for Silent {
    type Steps = ();

    fn enter(&mut self) {}
    fn leave(&mut self, _: NodeId, _: &[Value], _: &Outcome) {}
    fn known(&mut self, _: NodeId, _: &[Value], _: &Outcome) {}
    fn fact(&mut self, _: SiteId, _: &Outcome, _: impl FnOnce() -> String) {}
    fn operation(&mut self, _: SiteId, _: HostFn, _: &[Outcome], _: &Outcome) {}
    fn begin(&mut self) {}
    fn end(&mut self) {}
    fn rule(&mut self, _: RuleId, _: impl FnOnce() -> RuleVerdict, (): (), (): (), _: Option<&Outcome>) {}
}

/// Everything is written down.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// Steps being collected, innermost last. The first collects what was asked from outside.
    steps: Vec<Vec<Step>>,
    /// Rules of the nodes being evaluated, innermost last.
    rules: Vec<Vec<RuleStep>>,
}

impl Default for Recorder {
    fn default() -> Recorder {
        Recorder { steps: vec![Vec::new()], rules: Vec::new() }
    }
}

impl Recorder {
    fn push(&mut self, step: Step) {
        if let Some(steps) = self.steps.last_mut() {
            steps.push(step);
        }
    }

    /// The derivation of what was asked from outside.
    pub(crate) fn finish(mut self, node: NodeId, args: &[Value], outcome: Outcome) -> Trace {
        match self.end().pop() {
            Some(Step::Call(trace)) => trace,
            Some(Step::Fact { .. } | Step::Rounded { .. } | Step::Computed { .. }) | None => Trace {
                subject: TraceSubject::Node(node.0, args.to_vec()),
                outcome,
                rules: Vec::new(),
                steps: Vec::new(),
                again: false,
            },
        }
    }
}

impl Tracer for Recorder {
    type Steps = Vec<Step>;

    fn enter(&mut self) {
        self.begin();
        self.rules.push(Vec::new());
    }

    fn leave(&mut self, node: NodeId, args: &[Value], outcome: &Outcome) {
        let steps = self.end();
        let rules = self.rules.pop().unwrap_or_default();
        let subject = TraceSubject::Node(node.0, args.to_vec());
        self.push(Step::Call(Trace { subject, outcome: outcome.clone(), rules, steps, again: false }));
    }

    fn known(&mut self, node: NodeId, args: &[Value], outcome: &Outcome) {
        self.push(Step::Call(Trace {
            subject: TraceSubject::Node(node.0, args.to_vec()),
            outcome: outcome.clone(),
            rules: Vec::new(),
            steps: Vec::new(),
            again: true,
        }));
    }

    fn fact(&mut self, site: SiteId, outcome: &Outcome, name: impl FnOnce() -> String) {
        self.push(Step::Fact { site, name: name(), outcome: outcome.clone() });
    }

    fn operation(&mut self, site: SiteId, function: HostFn, operands: &[Outcome], outcome: &Outcome) {
        if let (HostFn::Rounded, [before, Outcome::Value(Value::Rounding(rounding))]) = (function, operands) {
            let (before, rounding, after) = (before.clone(), rounding.clone(), outcome.clone());
            self.push(Step::Rounded { site, before, rounding, after });
        } else if is_worth_showing(function) {
            self.push(Step::Computed { site, operands: operands.to_vec(), outcome: outcome.clone() });
        }
    }

    fn begin(&mut self) {
        self.steps.push(Vec::new());
    }

    fn end(&mut self) -> Vec<Step> {
        self.steps.pop().unwrap_or_default()
    }

    fn rule(
        &mut self,
        rule: RuleId,
        verdict: impl FnOnce() -> RuleVerdict,
        condition: Vec<Step>,
        value: Vec<Step>,
        outcome: Option<&Outcome>,
    ) {
        if let Some(rules) = self.rules.last_mut() {
            rules.push(RuleStep { rule, verdict: verdict(), condition, value, outcome: outcome.cloned() });
        }
    }
}

/// Operations whose operands and result a reader wants to see: what changes an amount or a length, and what compares
/// one with another. The rest is seen in what they were made of.
fn is_worth_showing(function: HostFn) -> bool {
    let computes = matches!(
        function,
        HostFn::Add
            | HostFn::Subtract
            | HostFn::Multiply
            | HostFn::Divide
            | HostFn::Excess
            | HostFn::Larger
            | HostFn::Smaller
            | HostFn::Rounded
            | HostFn::InCommon
    );
    let counts = matches!(function, HostFn::LengthOf | HostFn::InUnit | HostFn::UnitsFrom | HostFn::Figure);
    let compares = matches!(function, HostFn::Less | HostFn::AtMost | HostFn::Within | HostFn::LastsAtMost);
    computes || counts || compares
}

/// The name of a top-level fact.
pub(crate) fn fact_name(program: &Program, fact: FactId) -> String {
    program.facts.get(fact.0 as usize).map_or_else(String::new, |f| f.name.clone())
}

/// The name of a field as it is written: `claim.start`, `person.birth.country`. The variable of a quantifier has no
/// name here; its fields are named after the record: `activity.status`.
pub(crate) fn dotted_name(program: &Program, params: &[Param], id: ExprId) -> String {
    match program.expr(id).map(|e| &e.kind) {
        Some(ExprKind::Fact(fact)) => fact_name(program, *fact),
        Some(ExprKind::Local(local)) => {
            params.get(local.0 as usize).map_or_else(|| record_name(program, id), |p| p.name.clone())
        }
        Some(ExprKind::Call(node, _)) => program.node(*node).map_or_else(String::new, |n| n.name.clone()),
        Some(ExprKind::Host(HostFn::Field, operands)) => match operands.as_slice() {
            [record, position] => {
                let field = field_name(program, *record, *position).unwrap_or_default();
                format!("{}.{field}", dotted_name(program, params, *record))
            }
            _ => String::new(),
        },
        _ => "it".to_owned(),
    }
}

fn record_name(program: &Program, id: ExprId) -> String {
    let record = match program.expr(id).map(|e| &e.ty) {
        Some(Ty::Record(ty)) => program.record(*ty),
        _ => None,
    };
    record.map_or_else(|| "it".to_owned(), |r| r.name.to_lowercase())
}

fn field_name(program: &Program, record: ExprId, position: ExprId) -> Option<&str> {
    let Ty::Record(ty) = &program.expr(record)?.ty else { return None };
    let ExprKind::Const(Outcome::Value(Value::Number(position))) = &program.expr(position)?.kind else { return None };
    let position = usize::try_from(position.value.to_integer()).ok()?;
    program.record(*ty)?.fields.get(position).map(|(name, _)| name.as_str())
}
