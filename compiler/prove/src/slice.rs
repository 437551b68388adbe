//! What a node comes to, written out so that two versions can be compared word for word: names of terms and places do
//! not count, what they say does. Where both are the same, no edit reaches it.

use crate::term::normal;
use crate::world::Names;
use accord_ir::{Body, ExprId, ExprKind, NodeId, Program, RecordId, Ty};
use std::collections::BTreeMap;

/// Texts of nodes, numbered over both versions: the same number, the same text all the way down.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    known: BTreeMap<String, u32>,
}

/// One version being written out.
pub(crate) struct Writer<'p> {
    program: &'p Program,
    names: &'p Names,
    nodes: BTreeMap<NodeId, u32>,
    /// Whether what is called is written by its name, and not by what it comes to.
    by_name: bool,
}

impl<'p> Writer<'p> {
    pub(crate) fn new(program: &'p Program, names: &'p Names, by_name: bool) -> Writer<'p> {
        Writer { program, names, nodes: BTreeMap::new(), by_name }
    }

    /// The number of what a node comes to.
    pub(crate) fn node(&mut self, texts: &mut Texts, id: NodeId) -> u32 {
        if let Some(known) = self.nodes.get(&id) {
            return *known;
        }
        let text = match self.program.node(id).map(|n| &n.body) {
            Some(Body::Expr(body)) => format!("= {}", self.expr(texts, *body)),
            Some(Body::Decision(decision, left_out)) => self.decision(texts, decision.0 as usize, left_out),
            None => String::new(),
        };
        let next = u32::try_from(texts.known.len()).unwrap_or(u32::MAX);
        let number = *texts.known.entry(text).or_insert(next);
        self.nodes.insert(id, number);
        number
    }

    fn decision(&mut self, texts: &mut Texts, decision: usize, left_out: &[accord_core::RuleId]) -> String {
        let Some(decision) = self.program.decisions.get(decision) else { return String::new() };
        let kept: Vec<_> = decision.rules.iter().filter(|id| !left_out.contains(id)).copied().collect();
        let mut texts_of = BTreeMap::new();
        for id in &kept {
            let text = self.rule(texts, *id);
            texts_of.insert(*id, text);
        }
        let mut lines: Vec<String> = Vec::new();
        for id in &kept {
            let Some(rule) = self.program.rule(*id) else { continue };
            let mut beaten: Vec<&str> =
                rule.beaten_by.iter().filter_map(|b| texts_of.get(b)).map(String::as_str).collect();
            beaten.sort_unstable();
            let own = texts_of.get(id).map_or("", String::as_str);
            lines.push(format!("{own} unless [{}]", beaten.join("; ")));
        }
        lines.sort();
        let default = decision.default.map_or_else(String::new, |d| self.expr(texts, d));
        format!("decide {} [{}] else {default}", decision.name, lines.join(" | "))
    }

    /// A rule, without what beats it.
    pub(crate) fn rule(&mut self, texts: &mut Texts, id: accord_core::RuleId) -> String {
        let Some(rule) = self.program.rule(id) else { return String::new() };
        let when = rule.condition.map_or_else(String::new, |c| self.expr(texts, c));
        format!("when {when} then {}", self.expr(texts, rule.value))
    }

    pub(crate) fn expr(&mut self, texts: &mut Texts, id: ExprId) -> String {
        let Some(expr) = self.program.expr(id) else { return String::new() };
        let children = |writer: &mut Self, texts: &mut Texts, ids: &[ExprId]| {
            ids.iter().map(|c| writer.expr(texts, *c)).collect::<Vec<String>>().join(",")
        };
        match &expr.kind {
            ExprKind::Const(outcome) => format!("{:?}", normal(self.names.outcome(outcome))),
            ExprKind::Fact(fact) => format!("fact{}", self.names.fact(fact.0 as usize)),
            ExprKind::Given(party, name) => format!("given({},{})", self.expr(texts, *party), self.names.given(name)),
            ExprKind::Local(local) => format!("local{}", local.0),
            ExprKind::Call(node, args) => {
                let args = children(self, texts, args);
                if self.by_name {
                    let name = self.program.node(*node).map_or("", |n| n.name.as_str());
                    format!("call {name}({args})")
                } else {
                    format!("call {}({args})", self.node(texts, *node))
                }
            }
            ExprKind::Host(accord_core::HostFn::Field, operands) => self.field(texts, operands),
            ExprKind::Host(function, operands) => format!("{}({})", function.word(), children(self, texts, operands)),
            ExprKind::And(a, b) => format!("and({})", children(self, texts, &[*a, *b])),
            ExprKind::Or(a, b) => format!("or({})", children(self, texts, &[*a, *b])),
            ExprKind::Not(a) => format!("not({})", self.expr(texts, *a)),
            ExprKind::If(a, b, c) => format!("if({})", children(self, texts, &[*a, *b, *c])),
            ExprKind::Quantify(q) => {
                let parts: Vec<ExprId> = [Some(q.domain), q.filter, q.body].into_iter().flatten().collect();
                let shape = (q.filter.is_some(), q.body.is_some());
                format!("{:?} {shape:?} local{} ({})", q.quantifier, q.variable.0, children(self, texts, &parts))
            }
        }
    }

    fn field(&mut self, texts: &mut Texts, operands: &[ExprId]) -> String {
        let [record, position] = operands else { return String::new() };
        let id = match self.program.expr(*record).map(|e| &e.ty) {
            Some(Ty::Record(id)) => *id,
            _ => RecordId(0),
        };
        let name = match self.program.expr(*position).map(|e| &e.kind) {
            Some(ExprKind::Const(accord_core::Outcome::Value(accord_core::Value::Number(n)))) => {
                let at: usize = n.value.to_integer().try_into().unwrap_or(0);
                self.program.record(id).and_then(|r| r.fields.get(at)).map_or("", |(n, _)| n.as_str())
            }
            _ => "",
        };
        format!("{}.{name}", self.expr(texts, *record))
    }
}
