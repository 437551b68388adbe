//! Building small programs by hand.

use crate::{Effort, Jit};
use accord_core::{Answer, Conversions, Country, Facts, FaultKind, HostFn, MonthEnd, Outcome, RuleId, SiteId, Value};
use accord_ir::{
    Body, Decision, DecisionId, EnumDef, Evidence, Expr, ExprId, ExprKind, FactDef, FactId, GivenDef, LocalId, Node,
    NodeId, NodeKind, Param, Program, Provision, ProvisionId, Quantified, Quantifier, Rule, Ty, Verified, verify,
};
use accord_source::{FileId, Span};

/// A program in the making. Every rule stands in a provision of its own.
pub struct Build {
    pub program: Program,
}

pub fn span() -> Span {
    Span::new(FileId(0), 0, 0)
}

pub fn xa() -> Country {
    Country::parse("XA").unwrap()
}

pub fn number(n: i64) -> Outcome {
    Outcome::Value(Value::whole(n))
}

pub fn missing(name: &str) -> Outcome {
    Outcome::missing(name)
}

/// A fault as a constant of the program; its place is expression 0, which every program has.
pub fn fault(kind: FaultKind) -> Outcome {
    Outcome::fault(kind, SiteId(0))
}

pub fn answer(outcome: Outcome, rules: &[u32]) -> Answer {
    Answer { outcome, rules: rules.iter().copied().map(RuleId).collect() }
}

impl Build {
    pub fn new() -> Build {
        let kernel = accord_core::KERNEL_ENUMS.iter();
        let members = |all: &[&str]| all.iter().map(|m| (*m).to_owned()).collect();
        let mut build = Build {
            program: Program {
                agreement: "XA-XB".to_owned(),
                title: String::new(),
                parties: Vec::new(),
                month_end: MonthEnd::LastDay,
                common_currency: None,
                conversions: Conversions::default(),
                enums: kernel.map(|e| EnumDef { name: e.name.to_owned(), members: members(e.members) }).collect(),
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
            },
        };
        build.of(number(0));
        build
    }

    pub fn expr(&mut self, kind: ExprKind, ty: Ty) -> ExprId {
        self.program.exprs.push(Expr { kind, ty, span: span() });
        ExprId(u32::try_from(self.program.exprs.len() - 1).unwrap())
    }

    pub fn ty(&self, id: ExprId) -> Ty {
        self.program.expr(id).unwrap().ty.clone()
    }

    /// A constant.
    pub fn of(&mut self, outcome: Outcome) -> ExprId {
        let ty = match &outcome {
            Outcome::Value(Value::YesNo(_)) => Ty::YesNo,
            Outcome::Value(Value::Number(_)) => Ty::Number,
            Outcome::Value(Value::Country(_)) => Ty::Country,
            Outcome::Value(Value::Set(_)) => Ty::Set(Box::new(Ty::Number)),
            Outcome::Value(Value::List(_)) => Ty::List(Box::new(Ty::Number)),
            Outcome::Value(Value::Text(_)) => Ty::Text,
            Outcome::Value(other) => panic!("no type for {other:?}"),
            _ => Ty::Never,
        };
        self.expr(ExprKind::Const(outcome), ty)
    }

    pub fn number(&mut self, n: i64) -> ExprId {
        self.of(number(n))
    }

    pub fn yes_no(&mut self, yes: bool) -> ExprId {
        self.of(Outcome::yes_no(yes))
    }

    pub fn missing(&mut self, name: &str) -> ExprId {
        self.of(missing(name))
    }

    pub fn list(&mut self, members: &[i64]) -> ExprId {
        let members = members.iter().map(|n| Value::whole(*n)).collect();
        self.of(Outcome::Value(Value::List(members)))
    }

    pub fn local(&mut self, at: u32, ty: Ty) -> ExprId {
        self.expr(ExprKind::Local(LocalId(at)), ty)
    }

    pub fn fact(&mut self, name: &str, ty: Ty) -> ExprId {
        self.program.facts.push(FactDef {
            name: name.to_owned(),
            ty: ty.clone(),
            optional: false,
            phrase: String::new(),
        });
        let id = FactId(u32::try_from(self.program.facts.len() - 1).unwrap());
        self.expr(ExprKind::Fact(id), ty)
    }

    pub fn given(&mut self, name: &str, ty: Ty) {
        self.program.given.push(GivenDef { party: None, name: name.to_owned(), ty, optional: false });
    }

    pub fn host(&mut self, function: HostFn, operands: &[ExprId], ty: Ty) -> ExprId {
        self.expr(ExprKind::Host(function, operands.to_vec()), ty)
    }

    pub fn call(&mut self, node: NodeId, arguments: &[ExprId]) -> ExprId {
        let ty = self.program.node(node).unwrap().ty.clone();
        self.expr(ExprKind::Call(node, arguments.to_vec()), ty)
    }

    pub fn and(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.expr(ExprKind::And(a, b), Ty::YesNo)
    }

    pub fn or(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.expr(ExprKind::Or(a, b), Ty::YesNo)
    }

    pub fn not(&mut self, a: ExprId) -> ExprId {
        self.expr(ExprKind::Not(a), Ty::YesNo)
    }

    pub fn choose(&mut self, condition: ExprId, then: ExprId, otherwise: ExprId) -> ExprId {
        let ty = [then, otherwise].map(|e| self.ty(e)).into_iter().find(|ty| *ty != Ty::Never).unwrap_or(Ty::Never);
        self.expr(ExprKind::If(condition, then, otherwise), ty)
    }

    /// A quantifier whose variable is the local of a number.
    pub fn quantify(
        &mut self,
        quantifier: Quantifier,
        variable: u32,
        domain: ExprId,
        filter: Option<ExprId>,
        body: Option<ExprId>,
    ) -> ExprId {
        let member = match self.ty(domain) {
            Ty::Set(of) | Ty::List(of) => *of,
            other => other,
        };
        let ty = match quantifier {
            Quantifier::Every | Quantifier::Some => Ty::YesNo,
            Quantifier::Count => Ty::Number,
            Quantifier::Sum | Quantifier::Largest | Quantifier::Smallest | Quantifier::Gathered => {
                self.ty(body.unwrap())
            }
            Quantifier::SetOf => Ty::Set(Box::new(member)),
            Quantifier::TheOnly(_) | Quantifier::TheWithLargest(_) | Quantifier::TheWithSmallest(_) => member,
        };
        let variable = LocalId(variable);
        let quantified = Quantified { quantifier, variable, domain, filter, body };
        self.expr(ExprKind::Quantify(Box::new(quantified)), ty)
    }

    fn node(&mut self, name: &str, params: &[Ty], ty: Ty, kind: NodeKind, body: Body) -> NodeId {
        let params: Vec<Param> = params.iter().map(|ty| Param { name: "p".to_owned(), ty: ty.clone() }).collect();
        let node = Node { name: name.to_owned(), kind, params, ty, body, locals: 20, provision: None, span: span() };
        self.program.nodes.push(node);
        NodeId(u32::try_from(self.program.nodes.len() - 1).unwrap())
    }

    pub fn term(&mut self, name: &str, params: &[Ty], body: ExprId) -> NodeId {
        let ty = self.ty(body);
        self.node(name, params, ty, NodeKind::Term, Body::Expr(body))
    }

    pub fn decision(&mut self, name: &str, params: &[Ty], ty: Ty, default: Option<ExprId>) -> DecisionId {
        let id = DecisionId(u32::try_from(self.program.decisions.len()).unwrap());
        let node = self.node(name, params, ty.clone(), NodeKind::Decision, Body::Decision(id, Vec::new()));
        let params = self.program.node(node).unwrap().params.clone();
        let decision =
            Decision { name: name.to_owned(), params, ty, default, rules: Vec::new(), node, reads_row: true };
        self.program.decisions.push(decision);
        id
    }

    pub fn node_of(&self, decision: DecisionId) -> NodeId {
        self.program.decisions[decision.0 as usize].node
    }

    pub fn apart(&mut self, decision: DecisionId, left_out: &[RuleId]) -> NodeId {
        let known = &self.program.decisions[decision.0 as usize];
        let (ty, params) = (known.ty.clone(), known.params.iter().map(|p| p.ty.clone()).collect::<Vec<_>>());
        self.node("apart", &params, ty, NodeKind::Decision, Body::Decision(decision, left_out.to_vec()))
    }

    pub fn rule(
        &mut self,
        decision: DecisionId,
        condition: Option<ExprId>,
        value: ExprId,
        beaten_by: &[RuleId],
    ) -> RuleId {
        let id = RuleId(u32::try_from(self.program.rules.len()).unwrap());
        let address = format!("article {}", id.0 + 1);
        let provision =
            Provision { address, encoded: true, title: String::new(), evidence: Evidence::Verified, span: span() };
        self.program.provisions.push(provision);
        let provision = ProvisionId(u32::try_from(self.program.provisions.len() - 1).unwrap());
        let mut beaten_by = beaten_by.to_vec();
        beaten_by.sort_unstable();
        self.program.rules.push(Rule {
            decision,
            provision,
            condition,
            value,
            beaten_by,
            locals: 20,
            by: None,
            relation: String::new(),
            span: span(),
        });
        self.program.decisions[decision.0 as usize].rules.push(id);
        id
    }

    pub fn verified(&self) -> Verified {
        verify(self.program.clone()).unwrap_or_else(|flaws| panic!("{:?}", flaws.first()))
    }

    /// The answer of a node, the same with and without optimising, and the same where no other can be asked.
    pub fn ask_with(&self, facts: &Facts, node: NodeId, arguments: &[Value]) -> Answer {
        let program = self.verified();
        let ask = |effort| Jit::compile_with(&program, effort).unwrap().run(&program, facts).ask(node, arguments);
        let plain = ask(Effort::Plain);
        assert_eq!(plain, ask(Effort::Optimised));
        if program.program().node(node).is_some() {
            let alone = Jit::compile_for(&program, &[node], Effort::Plain).unwrap();
            assert_eq!(plain, alone.run(&program, facts).ask(node, arguments));
        }
        plain
    }

    pub fn ask(&self, node: NodeId, arguments: &[Value]) -> Answer {
        self.ask_with(&Facts::default(), node, arguments)
    }

    /// The outcome of an expression without locals.
    pub fn outcome(&mut self, expr: ExprId) -> Outcome {
        let node = self.term("asked", &[], expr);
        self.ask(node, &[]).outcome
    }
}
