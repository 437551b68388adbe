//! Small programs made by hand, for the tests of whatever runs or refuses them.

use accord_core::{Conversions, Country, HostFn, KERNEL_ENUMS, MonthEnd, Number, Outcome, RuleId, Value};
use accord_ir::{
    Body, Decision, DecisionId, EnumDef, Expr, ExprId, ExprKind, FactDef, FactId, GivenDef, LocalId, Node, NodeId,
    NodeKind, Param, Program, Provision, ProvisionId, Quantified, Quantifier, RecordDef, RecordId, Rule, Ty, Verified,
    verify,
};
use accord_source::{FileId, Span};

/// A program in the making. Everything is public: tests that need a flaw make it by hand.
pub struct Build {
    pub program: Program,
}

fn nowhere() -> Span {
    Span::new(FileId(0), 0, 0)
}

fn id(len: usize) -> u32 {
    u32::try_from(len).unwrap()
}

/// A country by its code; `XA` to `XZ` are fictional.
pub fn country(code: &str) -> Value {
    Value::Country(Country::parse(code).unwrap())
}

/// Parameters of these names and types.
pub fn params(list: &[(&str, Ty)]) -> Vec<Param> {
    list.iter().map(|(name, ty)| Param { name: (*name).to_owned(), ty: ty.clone() }).collect()
}

impl Build {
    pub fn new() -> Build {
        let enums = KERNEL_ENUMS
            .iter()
            .map(|e| EnumDef { name: e.name.to_owned(), members: e.members.iter().map(|m| (*m).to_owned()).collect() })
            .collect();
        Build {
            program: Program {
                agreement: "XA-XB".to_owned(),
                title: "Test".to_owned(),
                parties: Vec::new(),
                month_end: MonthEnd::LastDay,
                common_currency: None,
                conversions: Conversions::default(),
                enums,
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
        }
    }

    pub fn expr(&mut self, kind: ExprKind, ty: Ty) -> ExprId {
        self.program.exprs.push(Expr { kind, ty, span: nowhere() });
        ExprId(id(self.program.exprs.len() - 1))
    }

    /// A constant; what is not a value is of no type, a yes or no and a number of theirs.
    pub fn constant(&mut self, outcome: Outcome) -> ExprId {
        let ty = match outcome.value() {
            Some(Value::YesNo(_)) => Ty::YesNo,
            Some(Value::Number(_)) => Ty::Number,
            Some(Value::Country(_)) => Ty::Country,
            Some(Value::Rounding(_)) => Ty::Rounding,
            Some(other) => panic!("no type for {other:?}"),
            None => Ty::Never,
        };
        self.expr(ExprKind::Const(outcome), ty)
    }

    pub fn yes(&mut self) -> ExprId {
        self.constant(Outcome::yes_no(true))
    }

    pub fn no(&mut self) -> ExprId {
        self.constant(Outcome::yes_no(false))
    }

    pub fn number(&mut self, n: i64) -> ExprId {
        self.constant(Outcome::Value(Value::whole(n)))
    }

    pub fn missing(&mut self, name: &str) -> ExprId {
        self.constant(Outcome::missing(name))
    }

    /// A set of countries.
    pub fn countries(&mut self, codes: &[&str]) -> ExprId {
        let set = codes.iter().map(|c| country(c)).collect();
        self.expr(ExprKind::Const(Outcome::Value(Value::Set(set))), Ty::Set(Box::new(Ty::Country)))
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

    pub fn if_else(&mut self, condition: ExprId, then: ExprId, otherwise: ExprId, ty: Ty) -> ExprId {
        self.expr(ExprKind::If(condition, then, otherwise), ty)
    }

    pub fn local(&mut self, local: u32, ty: Ty) -> ExprId {
        self.expr(ExprKind::Local(LocalId(local)), ty)
    }

    pub fn host(&mut self, function: HostFn, operands: &[ExprId], ty: Ty) -> ExprId {
        self.expr(ExprKind::Host(function, operands.to_vec()), ty)
    }

    pub fn call(&mut self, node: NodeId, arguments: &[ExprId]) -> ExprId {
        let ty = self.program.node(node).unwrap().ty.clone();
        self.expr(ExprKind::Call(node, arguments.to_vec()), ty)
    }

    /// A quantifier that binds a local.
    pub fn quantify(
        &mut self,
        quantifier: Quantifier,
        variable: u32,
        domain: ExprId,
        filter: Option<ExprId>,
        body: Option<ExprId>,
        ty: Ty,
    ) -> ExprId {
        let variable = LocalId(variable);
        let quantified = Quantified { quantifier, variable, domain, filter, body };
        self.expr(ExprKind::Quantify(Box::new(quantified)), ty)
    }

    pub fn declare_fact(&mut self, name: &str, ty: Ty) -> FactId {
        self.program.facts.push(FactDef { name: name.to_owned(), ty, optional: false, phrase: String::new() });
        FactId(id(self.program.facts.len() - 1))
    }

    pub fn fact(&mut self, fact: FactId) -> ExprId {
        let ty = self.program.facts[fact.0 as usize].ty.clone();
        self.expr(ExprKind::Fact(fact), ty)
    }

    /// A fact that every legislation declares.
    pub fn declare_given(&mut self, name: &str, ty: Ty) {
        self.program.given.push(GivenDef { party: None, name: name.to_owned(), ty, optional: false });
    }

    pub fn record(&mut self, name: &str, fields: &[(&str, Ty)]) -> Ty {
        self.program.records.push(RecordDef {
            name: name.to_owned(),
            fields: fields.iter().map(|(n, ty)| ((*n).to_owned(), ty.clone())).collect(),
            optional: vec![false; fields.len()],
            phrases: vec![String::new(); fields.len()],
        });
        Ty::Record(RecordId(u16::try_from(self.program.records.len() - 1).unwrap()))
    }

    /// A field of a record, by position.
    pub fn field(&mut self, record: ExprId, position: i64) -> ExprId {
        let Ty::Record(ty) = self.program.expr(record).unwrap().ty else { panic!("no record") };
        let fields = &self.program.record(ty).unwrap().fields;
        let ty = fields[usize::try_from(position).unwrap()].1.clone();
        let position = self.constant(Outcome::Value(Value::Number(Number::whole(position))));
        self.host(HostFn::Field, &[record, position], ty)
    }

    pub fn provision(&mut self, address: &str) -> ProvisionId {
        let known = self.program.provisions.iter().position(|p| p.address == address);
        let at = known.unwrap_or_else(|| {
            self.program.provisions.push(Provision {
                encoded: true,
                address: address.to_owned(),
                title: String::new(),
                evidence: accord_ir::Evidence::Verified,
                span: nowhere(),
            });
            self.program.provisions.len() - 1
        });
        ProvisionId(id(at))
    }

    /// A decision with the node that asks it; rules are added to it.
    pub fn decision(&mut self, name: &str, list: &[(&str, Ty)], ty: Ty) -> DecisionId {
        let decision = DecisionId(id(self.program.decisions.len()));
        let node = self.asks(name, decision, list, ty.clone(), Vec::new());
        self.program.decisions.push(Decision {
            name: name.to_owned(),
            params: params(list),
            ty,
            default: None,
            rules: Vec::new(),
            node,
            reads_row: true,
        });
        decision
    }

    pub fn default(&mut self, decision: DecisionId, value: ExprId) {
        self.program.decisions[decision.0 as usize].default = Some(value);
    }

    /// A node that asks a decision without some of its rules.
    pub fn apart_from(&mut self, decision: DecisionId, left_out: &[RuleId]) -> NodeId {
        let Decision { name, params, ty, .. } = self.program.decisions[decision.0 as usize].clone();
        let list: Vec<(&str, Ty)> = params.iter().map(|p| (p.name.as_str(), p.ty.clone())).collect();
        self.asks(&format!("{name} apart from something"), decision, &list, ty, left_out.to_vec())
    }

    fn asks(&mut self, name: &str, decision: DecisionId, list: &[(&str, Ty)], ty: Ty, out: Vec<RuleId>) -> NodeId {
        self.node(name, NodeKind::Decision, list, ty, Body::Decision(decision, out))
    }

    pub fn term(&mut self, name: &str, list: &[(&str, Ty)], ty: Ty, body: ExprId) -> NodeId {
        self.node(name, NodeKind::Term, list, ty, Body::Expr(body))
    }

    /// A node with room for eight more locals than parameters.
    pub fn node(&mut self, name: &str, kind: NodeKind, list: &[(&str, Ty)], ty: Ty, body: Body) -> NodeId {
        self.program.nodes.push(Node {
            name: name.to_owned(),
            kind,
            params: params(list),
            ty,
            body,
            locals: id(list.len() + 8),
            provision: None,
            span: nowhere(),
        });
        NodeId(id(self.program.nodes.len() - 1))
    }

    pub fn node_of(&self, decision: DecisionId) -> NodeId {
        self.program.decisions[decision.0 as usize].node
    }

    /// A rule that stands in an article of its own and beats nothing yet.
    pub fn rule(&mut self, decision: DecisionId, condition: Option<ExprId>, value: ExprId) -> RuleId {
        let rule = RuleId(id(self.program.rules.len()));
        let provision = self.provision(&format!("article {}", rule.0 + 1));
        let locals = id(self.program.decisions[decision.0 as usize].params.len() + 8);
        self.program.rules.push(Rule {
            decision,
            provision,
            condition,
            value,
            beaten_by: Vec::new(),
            locals,
            by: None,
            relation: String::new(),
            span: nowhere(),
        });
        self.program.decisions[decision.0 as usize].rules.push(rule);
        rule
    }

    /// The first rule takes precedence over the second, and so over whatever the second beats.
    pub fn beats(&mut self, stronger: RuleId, weaker: RuleId) {
        let mut above = self.program.rules[stronger.0 as usize].beaten_by.clone();
        above.push(stronger);
        for (index, rule) in self.program.rules.iter_mut().enumerate() {
            if index == weaker.0 as usize || rule.beaten_by.contains(&weaker) {
                rule.beaten_by.extend(above.iter().copied());
                rule.beaten_by.sort_unstable();
                rule.beaten_by.dedup();
            }
        }
    }

    pub fn verified(self) -> Verified {
        verify(self.program).unwrap()
    }

    /// What is wrong with the program, one message a line.
    pub fn flaws(self) -> String {
        let flaws = verify(self.program).map_or_else(|flaws| flaws, |_| Vec::new());
        flaws.into_iter().map(|f| f.0).collect::<Vec<_>>().join("\n")
    }
}
