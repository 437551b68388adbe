//! The state of elaboration: what is declared, what is being made, what is in scope.

use crate::clauses::Instance;
use crate::collect::{Declarations, Place};
use accord_core::{Country, MonthEnd, Outcome, Value};
use accord_ir::{self as ir, Expr, ExprId, ExprKind, LocalId, NodeId, PartyKey, Ty};
use accord_source::{Diagnostic, Diagnostics, Span};
use accord_syntax::ast;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A variable in scope.
#[derive(Clone, Debug)]
pub(crate) struct Local {
    pub name: String,
    pub id: LocalId,
    pub ty: Ty,
    /// Tells this binding from every other of the same name.
    pub key: u32,
}

/// What is in scope where an expression stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Env<'a> {
    pub place: Place,
    pub locals: Vec<Local>,
    pub instance: Option<Arc<Instance<'a>>>,
    /// The legislation the text belongs to.
    pub legislation: Option<usize>,
}

impl Env<'_> {
    /// The innermost variable of a name.
    pub fn local(&self, name: &str) -> Option<&Local> {
        self.locals.iter().rev().find(|l| l.name == name)
    }
}

/// A term, function or parameter that can be called by name.
#[derive(Clone, Debug)]
pub(crate) struct Callable<'a> {
    pub name: &'a str,
    pub item: &'a ast::Item,
    pub place: Place,
    pub span: Span,
    pub node: Option<NodeId>,
    pub busy: bool,
}

/// Whose names a callable belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    /// stdlib and the agreements.
    Shared,
    /// One legislation, by instrument.
    Legislation(usize),
    /// One standard, by instrument.
    Standard(usize),
}

/// The elaboration of one agreement.
pub(crate) struct Cx<'a, 's> {
    pub decls: &'s Declarations<'a>,
    pub sink: &'s mut Diagnostics,
    pub program: ir::Program,
    pub hovers: Vec<(Span, String)>,
    pub callables: Vec<Callable<'a>>,
    pub callable_by_name: BTreeMap<(Owner, &'a str), usize>,
    pub record_by_name: BTreeMap<&'a str, ir::RecordId>,
    pub enum_by_name: BTreeMap<String, accord_core::EnumId>,
    /// Rules as written, before relations are resolved.
    pub raw_rules: Vec<crate::rules::RawRule<'a>>,
    /// `D apart from P1`: decision, targets, node.
    pub apart: Vec<crate::rules::ApartNode>,
    pub law_nodes: BTreeMap<String, NodeId>,
    /// Terms of clause instances: instance, name.
    pub instance_terms: BTreeMap<(u32, &'a str), NodeId>,
    pub busy_instance_terms: Vec<(u32, &'a str)>,
    pub next_instance: u32,
    pub next_key: u32,
    /// Locals used by the body being elaborated.
    pub frame: u32,
    /// Names of the terms being elaborated, outermost first.
    pub path: Vec<(String, Span)>,
    /// While a clause definition is checked with open slots.
    pub open_slots: bool,
    /// While the rules of a clause are elaborated for a use: where the use is.
    pub use_span: Option<Span>,
    pub month_end_span: Option<Span>,
    /// Rules by instrument and article, made when first needed.
    pub rules_by_article: BTreeMap<(usize, (String, String)), Vec<usize>>,
    /// Comparisons of provisions made so far.
    pub comparisons: usize,
}

impl<'a, 's> Cx<'a, 's> {
    pub fn new(decls: &'s Declarations<'a>, sink: &'s mut Diagnostics) -> Cx<'a, 's> {
        Cx {
            decls,
            sink,
            program: empty_program(),
            hovers: Vec::new(),
            callables: Vec::new(),
            callable_by_name: BTreeMap::new(),
            record_by_name: BTreeMap::new(),
            enum_by_name: BTreeMap::new(),
            raw_rules: Vec::new(),
            apart: Vec::new(),
            law_nodes: BTreeMap::new(),
            instance_terms: BTreeMap::new(),
            busy_instance_terms: Vec::new(),
            next_instance: 0,
            next_key: 0,
            frame: 0,
            path: Vec::new(),
            open_slots: false,
            use_span: None,
            month_end_span: None,
            rules_by_article: BTreeMap::new(),
            comparisons: 0,
        }
    }

    pub fn finish(self) -> (ir::Program, Vec<(Span, String)>) {
        (self.program, self.hovers)
    }

    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.push(diagnostic);
    }

    /// Adds an expression.
    pub fn push(&mut self, kind: ExprKind, ty: Ty, span: Span) -> ExprId {
        self.program.exprs.push(Expr { kind, ty, span });
        ExprId(number(self.program.exprs.len() - 1))
    }

    /// A constant.
    pub fn constant(&mut self, value: Value, ty: Ty, span: Span) -> ExprId {
        self.push(ExprKind::Const(Outcome::Value(value)), ty, span)
    }

    /// Poison: an error was reported at the place.
    pub fn poison(&mut self, span: Span) -> ExprId {
        self.push(ExprKind::Const(Outcome::Nothing), Ty::Error, span)
    }

    /// An operation of the runtime.
    pub fn host(&mut self, f: accord_core::HostFn, operands: Vec<ExprId>, ty: Ty, span: Span) -> ExprId {
        self.push(ExprKind::Host(f, operands), ty, span)
    }

    /// The type of an expression.
    pub fn ty(&self, id: ExprId) -> Ty {
        self.program.expr(id).map_or(Ty::Error, |e| e.ty.clone())
    }

    /// What an expression computes.
    pub fn kind(&self, id: ExprId) -> Option<&ExprKind> {
        self.program.expr(id).map(|e| &e.kind)
    }

    /// The value of a constant expression.
    pub fn const_value(&self, id: ExprId) -> Option<&Value> {
        match self.kind(id) {
            Some(ExprKind::Const(Outcome::Value(v))) => Some(v),
            _ => None,
        }
    }

    /// A number that tells one binding from another.
    pub fn fresh_key(&mut self) -> u32 {
        self.next_key += 1;
        self.next_key
    }

    /// Binds a variable in the frame of the body being elaborated.
    pub fn bind(&mut self, env: &mut Env<'a>, name: &str, ty: Ty) -> LocalId {
        let id = LocalId(self.frame);
        self.frame += 1;
        let key = self.fresh_key();
        env.locals.push(Local { name: name.to_owned(), id, ty, key });
        id
    }

    /// The key of the party an expression stands for.
    pub fn party_key(&mut self, env: &Env<'a>, id: ExprId) -> PartyKey {
        if let Some(Value::Country(c)) = self.const_value(id) {
            return PartyKey::Const(*c);
        }
        if let Some(ExprKind::Local(local)) = self.kind(id)
            && let Some(l) = env.locals.iter().rev().find(|l| l.id == *local)
        {
            return PartyKey::Var(l.name.clone(), l.key);
        }
        PartyKey::Unknown(self.fresh_key())
    }

    /// The parties of the agreement.
    pub fn parties(&self) -> Vec<Country> {
        self.program.parties.iter().map(|p| p.country).collect()
    }

    /// The set of all parties, as a constant.
    pub fn all_parties(&mut self, span: Span) -> ExprId {
        let set = Value::countries(self.parties());
        self.constant(set, Ty::Set(Box::new(Ty::Country)), span)
    }

    /// Elaborates every shared callable that nothing has asked for yet, so that its mistakes are found too.
    pub fn elaborate_everything(&mut self) {
        for index in 0..self.callables.len() {
            let _ = self.callable_node(index);
        }
        crate::law::elaborate_all(self);
    }

    /// Says what a place is, for an editor.
    pub fn hover(&mut self, span: Span, text: impl Into<String>) {
        if !self.open_slots {
            self.hovers.push((span, text.into()));
        }
    }
}

/// An index as stored in the program.
pub(crate) fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn empty_program() -> ir::Program {
    ir::Program {
        agreement: String::new(),
        title: String::new(),
        parties: Vec::new(),
        month_end: MonthEnd::Error,
        common_currency: None,
        conversions: accord_core::Conversions::default(),
        enums: Vec::new(),
        records: Vec::new(),
        facts: Vec::new(),
        given: Vec::new(),
        questions: Vec::new(),
        provisions: Vec::new(),
        decisions: Vec::new(),
        rules: Vec::new(),
        nodes: Vec::new(),
        exprs: Vec::new(),
        unset: Vec::new(),
        coverage: Vec::new(),
        standards: Vec::new(),
        requirements: Vec::new(),
    }
}
