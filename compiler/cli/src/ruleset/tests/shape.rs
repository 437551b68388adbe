//! The shape of a program in a file. It is kept by position, so a type that gains, loses or moves something would be
//! read as something else: then [`accord_ir::FORMAT`] must be raised, and this test says so.

use super::sha256;
use accord_core::{
    Amount, Conversion, Conversions, Country, Criterion, Currency, Date, EnumId, Exact, FaultKind, Grain, HostFn,
    Length, Mode, Money, MonthEnd, Number, Outcome, Remainder, Rounding, RuleId, SiteId, TieStep, Ties, Unit, Value,
    ratio,
};
use accord_ir::{
    Body, Coverage, CurrencyOf, Decision, DecisionId, Demand, EnumDef, Evidence, Expr, ExprId, ExprKind, FactDef,
    FactId, GivenDef, LocalId, Node, NodeId, NodeKind, Param, PartyDef, PartyKey, Program, Provision, ProvisionId,
    Quantified, Quantifier, Question, RecordDef, RecordId, Requirement, Rule, Standard, Tie, Ty, UnitOf, UnsetDef,
};
use accord_source::{FileId, Span};

fn span() -> Span {
    Span::new(FileId(1), 2, 300)
}

fn country() -> Country {
    Country::parse("XA").unwrap()
}

fn eur() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn day() -> Date {
    Date::parse("2012-10-01").unwrap()
}

fn values() -> Vec<Value> {
    vec![
        Value::YesNo(true),
        Value::Number(Number::quotient(ratio(120, 1), ratio(264, 1)).unwrap()),
        Value::Country(country()),
        Value::Member(EnumId(3), 1),
        Value::countries([country()]),
        Value::List(vec![Value::whole(-7)]),
        Value::Date(day()),
        Value::Span(accord_core::Span::new(day(), day()).unwrap()),
        Value::Length(Length::new(Unit::Days6, ratio(1, 2))),
        Value::Money(Money::new(eur(), 1).unwrap()),
        Value::Amount(Amount::new(eur(), ratio(1, 3))),
        Value::Rounding(Rounding { mode: Mode::TowardZero, grain: Grain::Money(eur(), ratio(1, 100)) }),
        Value::Rounding(Rounding { mode: Mode::HalfUp, grain: Grain::Length(Unit::Years, ratio(1, 1)) }),
        Value::Rounding(Rounding { mode: Mode::HalfEven, grain: Grain::Number(ratio(1, 10)) }),
        Value::Unit(Unit::Hours),
        Value::text("x"),
        Value::Record(vec![Outcome::Nothing, Outcome::missing("a"), Outcome::refer("b")].into()),
        Value::Order([Criterion::CompulsoryOverVoluntary, Criterion::ActualOverAssimilated].to_vec().into()),
        Value::Ties(Ties { assimilated: vec![TieStep::LastCompulsoryBefore], otherwise: vec![TieStep::Refer] }.into()),
    ]
}

fn types() -> Vec<Ty> {
    let keys = [PartyKey::Const(country()), PartyKey::Var("P".to_owned(), 1), PartyKey::Unknown(2)];
    let mut all = vec![Ty::YesNo, Ty::Number, Ty::Country, Ty::Member(EnumId(1)), Ty::Set(Box::new(Ty::Country))];
    all.extend([Ty::List(Box::new(Ty::Date)), Ty::Date, Ty::Span, Ty::Length(UnitOf::Fixed(Unit::Weeks))]);
    all.extend([Ty::Length(UnitOf::Any), Ty::Money(CurrencyOf::Fixed(eur())), Ty::Money(CurrencyOf::Common)]);
    all.extend(keys.clone().map(|key| Ty::Amount(CurrencyOf::Of(key))));
    all.extend(keys.map(|key| Ty::Length(UnitOf::Of(key))));
    all.extend([Ty::Amount(CurrencyOf::Any), Ty::Periods, Ty::Rounding, Ty::Unit, Ty::Text, Ty::Record(RecordId(1))]);
    all.extend([Ty::Order, Ty::Ties, Ty::Never, Ty::Error]);
    all
}

fn kinds() -> Vec<ExprKind> {
    let (a, b, c) = (ExprId(1), ExprId(2), ExprId(3));
    let mut all: Vec<ExprKind> = values().into_iter().map(|v| ExprKind::Const(Outcome::Value(v))).collect();
    let gap = Outcome::Gap(["g".into()].into());
    let conflict = Outcome::Conflict([RuleId(1)].into());
    all.extend([gap, conflict].map(ExprKind::Const));
    let faults = [FaultKind::Overflow, FaultKind::ZeroDivisor, FaultKind::Negative, FaultKind::OutOfTable];
    all.extend(faults.map(|kind| ExprKind::Const(Outcome::fault(kind, SiteId(300)))));
    all.push(ExprKind::Const(Outcome::fault(FaultKind::OutOfRange, SiteId(1))));
    all.extend([ExprKind::Fact(FactId(1)), ExprKind::Given(a, "x".to_owned()), ExprKind::Local(LocalId(1))]);
    all.extend([ExprKind::Call(NodeId(1), vec![a, b]), ExprKind::And(a, b), ExprKind::Or(a, b), ExprKind::Not(a)]);
    all.extend([HostFn::Add, HostFn::Totalise].map(|f| ExprKind::Host(f, vec![a, b, c])));
    all.push(ExprKind::If(a, b, c));
    let quantifiers = [
        Quantifier::Every,
        Quantifier::Some,
        Quantifier::Sum,
        Quantifier::Count,
        Quantifier::Largest,
        Quantifier::Smallest,
        Quantifier::SetOf,
        Quantifier::Gathered,
        Quantifier::TheOnly(Tie::Refer),
        Quantifier::TheWithLargest(Tie::First),
        Quantifier::TheWithSmallest(Tie::Last),
    ];
    all.extend(quantifiers.map(|quantifier| {
        let variable = LocalId(1);
        ExprKind::Quantify(Box::new(Quantified { quantifier, variable, domain: a, filter: Some(b), body: None }))
    }));
    all
}

fn conversions() -> Conversions {
    let conversion = |remainder| Conversion {
        from: Unit::Days7,
        into: Unit::Months,
        divide: Some(ratio(30, 1)),
        remainder,
        through: Some(Unit::Quarters),
        year_cap: None,
        provision: 1,
    };
    Conversions {
        exact: vec![Exact { same: vec![(ratio(1, 1), Unit::Years), (ratio(12, 1), Unit::Months)], provision: 2 }],
        rounding: [Remainder::Counts, Remainder::Dropped, Remainder::Kept].map(conversion).to_vec(),
    }
}

fn decided() -> (Decision, Rule, Vec<Node>) {
    let params = vec![Param { name: "P".to_owned(), ty: Ty::Country }];
    let decision = Decision {
        name: "payable".to_owned(),
        params: params.clone(),
        ty: Ty::YesNo,
        default: Some(ExprId(1)),
        rules: vec![RuleId(1)],
        node: NodeId(1),
        reads_row: true,
    };
    let rule = Rule {
        decision: DecisionId(1),
        provision: ProvisionId(2),
        condition: Some(ExprId(3)),
        value: ExprId(4),
        beaten_by: vec![RuleId(5)],
        locals: 6,
        by: Some("export".to_owned()),
        relation: "exception to article 1".to_owned(),
        span: span(),
    };
    let kinds = [NodeKind::Decision, NodeKind::Term, NodeKind::Function, NodeKind::Parameter, NodeKind::Law];
    let node = |kind, body| Node {
        name: "n".to_owned(),
        kind,
        params: params.clone(),
        ty: Ty::Number,
        body,
        locals: 2,
        provision: Some(ProvisionId(1)),
        span: span(),
    };
    let mut nodes: Vec<Node> = kinds.into_iter().map(|kind| node(kind, Body::Expr(ExprId(1)))).collect();
    nodes.push(node(NodeKind::Decision, Body::Decision(DecisionId(1), vec![RuleId(2)])));
    (decision, rule, nodes)
}

fn requirements() -> Vec<Requirement> {
    let (a, b) = (NodeId(1), NodeId(300));
    let tolerance = values().into_iter().find(|v| matches!(v, Value::Money(_)));
    let demands = [
        Demand::Requires(a),
        Demand::Permits(b),
        Demand::Clash { permits: 1, requires: 0, node: a },
        Demand::NeverLowers { value: a, measure: b, tolerance },
        Demand::Assumes("w".to_owned()),
    ];
    let requirement = |demand| Requirement {
        origin: "C118".to_owned(),
        provision: Some(ProvisionId(1)),
        name: "n".to_owned(),
        params: vec![Param { name: "P".to_owned(), ty: Ty::Country }],
        when: a,
        demand,
        evidence: Evidence::Secondary,
        span: span(),
    };
    demands.map(requirement).to_vec()
}

fn program() -> Program {
    let named = |name: &str| name.to_owned();
    let (decision, rule, nodes) = decided();
    let provision =
        |evidence| Provision { address: named("article 1"), encoded: true, title: named("t"), evidence, span: span() };
    let types = types().into_iter().cycle();
    Program {
        agreement: named("XA-XB"),
        title: named("Title"),
        parties: vec![PartyDef { country: country(), from: Some(day()), until: None }],
        month_end: MonthEnd::NextDay,
        common_currency: Some(eur()),
        conversions: conversions(),
        enums: vec![EnumDef { name: named("Kind"), members: vec![named("a")] }],
        records: vec![RecordDef {
            name: named("Claim"),
            fields: vec![(named("f"), Ty::Date)],
            optional: vec![true],
            phrases: vec![named("p")],
        }],
        facts: vec![FactDef { name: named("claim"), ty: Ty::Date, optional: false, phrase: named("p") }],
        given: vec![GivenDef { party: None, name: named("g"), ty: Ty::Text, optional: true }],
        questions: vec![Question { name: named("q"), facts: vec![FactId(1)], decides: vec![DecisionId(1)] }],
        provisions: [Evidence::Verified, Evidence::Secondary, Evidence::Recalled].map(provision).to_vec(),
        decisions: vec![decision],
        rules: vec![rule],
        nodes,
        exprs: kinds().into_iter().zip(types).map(|(kind, ty)| Expr { kind, ty, span: span() }).collect(),
        unset: vec![UnsetDef { name: named("u"), why: named("w"), span: span() }],
        coverage: vec![Coverage {
            instrument: named("XA-XB"),
            provisions: 3,
            encoded: vec![named("article 1")],
            not_encoded: vec![(named("article 2"), named("w"))],
            missing: vec![named("article 3")],
        }],
        standards: vec![Standard {
            name: named("C118"),
            title: named("t"),
            source: named("s"),
            provisions: vec![(ProvisionId(1), Some(named("w")))],
        }],
        requirements: requirements(),
    }
}

#[test]
fn the_shape_of_a_program_has_a_number() {
    let bytes = postcard::to_stdvec(&program()).unwrap();
    assert!(kinds().len() > types().len(), "every type is written");
    assert_eq!(
        (accord_ir::FORMAT, sha256(&bytes).as_str()),
        (2, "769120cc24bd70e3970d8f57de951864e7b65d0cc7318d727bcbfb8e0d51bbc6"),
        "programs are written otherwise than files of this number hold them: raise accord_ir::FORMAT"
    );
    let back: Program = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(format!("{back:?}"), format!("{:?}", program()));
}
