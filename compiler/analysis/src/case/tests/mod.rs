//! Tests of cases against a small program made by hand.

mod accord;
mod hostile;
mod json;
mod judging;
mod showing;
mod writing;

use super::{Case, from_ast, from_json};
use accord_core::{Conversions, Country, Currency, EnumId, KERNEL_ENUMS, MonthEnd, Outcome, RuleId, Unit, Value};
use accord_ir::{
    CurrencyOf, Decision, DecisionId, EnumDef, Evidence, Expr, ExprId, ExprKind, FactDef, FactId, GivenDef, Node,
    NodeId, NodeKind, Param, PartyDef, PartyKey, Program, Provision, ProvisionId, Question, RecordDef, RecordId, Rule,
    Ty, UnitOf,
};
use accord_source::{Diagnostics, FileId, Span};
use accord_syntax::ast::Item;

pub(super) const FILE: FileId = FileId(0);
const BENEFIT: EnumId = EnumId(6);
const BRANCH: EnumId = EnumId(7);
const STATUS: EnumId = EnumId(8);

pub(super) fn nowhere() -> Span {
    Span::new(FILE, 0, 0)
}

pub(super) fn country(code: &str) -> Country {
    Country::parse(code).unwrap()
}

fn set(ty: Ty) -> Ty {
    Ty::Set(Box::new(ty))
}

fn list(ty: Ty) -> Ty {
    Ty::List(Box::new(ty))
}

fn record(name: &str, fields: &[(&str, Ty, bool)]) -> RecordDef {
    RecordDef {
        name: name.to_owned(),
        fields: fields.iter().map(|(n, t, _)| ((*n).to_owned(), t.clone())).collect(),
        optional: fields.iter().map(|(_, _, o)| *o).collect(),
        phrases: vec![String::new(); fields.len()],
    }
}

fn records() -> Vec<RecordDef> {
    vec![
        record("Figure", &[("leaving_out", set(Ty::Country), false), ("figure", Ty::Money(CurrencyOf::Any), false)]),
        record(
            "Person",
            &[
                ("born", Ty::Date, false),
                ("nationalities", set(Ty::Country), false),
                ("residence", Ty::Country, false),
                ("refugee", Ty::YesNo, true),
            ],
        ),
        record(
            "Claim",
            &[
                ("benefit", Ty::Member(BENEFIT), false),
                ("start", Ty::Date, false),
                ("event", Ty::Date, false),
                ("made_on", Ty::Date, true),
            ],
        ),
        record("Employer", &[("seat", Ty::Country, false), ("name", Ty::Text, true)]),
        record(
            "Activity",
            &[
                ("party", Ty::Country, false),
                ("status", Ty::Member(STATUS), false),
                ("share", Ty::Number, false),
                ("employer", Ty::Record(RecordId(3)), false),
                ("days", Ty::Span, true),
            ],
        ),
    ]
}

fn enums() -> Vec<EnumDef> {
    let def = |name: &str, members: &[&str]| EnumDef {
        name: name.to_owned(),
        members: members.iter().map(|m| (*m).to_owned()).collect(),
    };
    let mut all: Vec<EnumDef> = KERNEL_ENUMS.iter().map(|k| def(k.name, k.members)).collect();
    all.truncate(6);
    all.push(def("Benefit", &["old_age.pension", "old_age.lump_sum", "survivors.pension"]));
    all.push(def("Branch", &["old_age", "survivors", "unemployment"]));
    all.push(def("Status", &["employee", "self_employed"]));
    all
}

fn facts() -> Vec<FactDef> {
    let fact =
        |name: &str, ty: Ty, optional: bool| FactDef { name: name.to_owned(), ty, optional, phrase: String::new() };
    vec![
        fact("person", Ty::Record(RecordId(1)), false),
        fact("periods", Ty::Periods, false),
        fact("claim", Ty::Record(RecordId(2)), false),
        fact("day", Ty::Date, false),
        fact("activities", list(Ty::Record(RecordId(4))), false),
        fact("posting", Ty::Record(RecordId(3)), true),
    ]
}

fn decision(name: &str, params: &[(&str, Ty)], ty: Ty) -> Decision {
    let params = params.iter().map(|(n, t)| Param { name: (*n).to_owned(), ty: t.clone() }).collect();
    Decision { name: name.to_owned(), params, ty, default: None, rules: vec![], node: NodeId(0), reads_row: true }
}

fn decisions() -> Vec<Decision> {
    let of_p = || PartyKey::Var("P".to_owned(), 1);
    let p = || ("P", Ty::Country);
    let branch = || ("branch", Ty::Member(BRANCH));
    vec![
        decision("payable", &[p()], Ty::Money(CurrencyOf::Of(of_p()))),
        decision("theoretical_amount", &[p()], Ty::Amount(CurrencyOf::Of(of_p()))),
        decision("share", &[p()], Ty::Number),
        decision("covered", &[p(), branch()], Ty::YesNo),
        decision("considered", &[p()], set(Ty::Country)),
        decision("applicable", &[("day", Ty::Date)], Ty::Country),
        decision("in_personal_scope", &[], Ty::YesNo),
        decision("counted", &[("S", set(Ty::Country))], Ty::Periods),
        decision("needed", &[p()], Ty::Length(UnitOf::Fixed(Unit::Months))),
    ]
}

fn provision(address: &str) -> Provision {
    Provision {
        address: address.to_owned(),
        encoded: true,
        title: String::new(),
        evidence: Evidence::Verified,
        span: nowhere(),
    }
}

/// Two parties and a fictional third, one legislation each, nine decisions, and two rules of `payable`.
pub(super) fn program() -> Program {
    let party = |code: &str| PartyDef { country: country(code), from: None, until: None };
    let given = |party: Option<&str>, name: &str, ty: Ty| GivenDef {
        party: party.map(country),
        name: name.to_owned(),
        ty,
        optional: false,
    };
    let rule = |provision: u32, value: u32| Rule {
        decision: DecisionId(0),
        provision: ProvisionId(provision),
        condition: None,
        value: ExprId(value),
        beaten_by: vec![],
        locals: 1,
        by: None,
        relation: String::new(),
        span: nowhere(),
    };
    let constant = || Expr { kind: ExprKind::Const(Outcome::Nothing), ty: Ty::Never, span: nowhere() };
    Program {
        agreement: "NL-CV".to_owned(),
        title: String::new(),
        parties: ["NL", "CV", "XX"].map(party).to_vec(),
        month_end: MonthEnd::LastDay,
        common_currency: Currency::parse("EUR"),
        conversions: Conversions::default(),
        enums: enums(),
        records: records(),
        facts: facts(),
        given: vec![
            given(None, "alone", Ty::Money(CurrencyOf::Any)),
            given(None, "without", list(Ty::Record(RecordId(0)))),
            given(Some("NL"), "entitled", Ty::YesNo),
            given(Some("CV"), "average_income", Ty::Money(CurrencyOf::Fixed(Currency::parse("CVE").unwrap()))),
        ],
        questions: vec![
            Question {
                name: "benefit".to_owned(),
                facts: vec![FactId(0), FactId(1), FactId(2)],
                decides: (0..5).map(DecisionId).collect(),
            },
            Question {
                name: "legislation".to_owned(),
                facts: vec![FactId(0), FactId(3), FactId(4), FactId(5)],
                decides: vec![DecisionId(5)],
            },
        ],
        provisions: [
            "article 5",
            "article 5(1)",
            "article 5(1)(a)",
            "article 7",
            "NL.old_age article 1(2)",
            "article 15(3) of ETS-78A",
        ]
        .map(provision)
        .to_vec(),
        decisions: decisions(),
        rules: vec![rule(2, 0), rule(3, 1), rule(4, 1)],
        nodes: vec![Node {
            name: "payable".to_owned(),
            kind: NodeKind::Decision,
            params: vec![],
            ty: Ty::Never,
            body: accord_ir::Body::Decision(DecisionId(0), vec![]),
            locals: 1,
            provision: None,
            span: nowhere(),
        }],
        exprs: vec![constant(), constant()],
        unset: vec![],
        coverage: Vec::new(),
        standards: Vec::new(),
        requirements: Vec::new(),
    }
}

/// The findings as `code message`, in order.
pub(super) fn said(sink: &Diagnostics) -> Vec<String> {
    sink.iter().map(|d| format!("{} {}", d.code, d.message)).collect()
}

/// Every remedy of every finding.
pub(super) fn help(sink: &Diagnostics) -> String {
    sink.iter().flat_map(|d| d.help.iter().map(String::as_str)).collect::<Vec<_>>().join("\n")
}

pub(super) fn parse(text: &str) -> (Item, Diagnostics) {
    let mut sink = Diagnostics::default();
    let file = accord_syntax::parse(FILE, text, &mut sink);
    assert!(!file.items.is_empty(), "no item in {text}: {:?}", said(&sink));
    (file.items.into_iter().next().unwrap(), sink)
}

/// Reads a case written in Accord, without its heading and outer braces.
pub(super) fn accord(body: &str) -> (Option<Case>, Diagnostics) {
    let (item, mut sink) = parse(&format!("case \"a case\" {{\n{body}\n}}\n"));
    let case = from_ast(&program(), &item, &mut sink);
    (case, sink)
}

/// A case written in Accord that has no fault.
pub(super) fn good(body: &str) -> Case {
    let (case, sink) = accord(body);
    case.unwrap_or_else(|| panic!("{body}: {:?}", said(&sink)))
}

/// The findings of a case written in Accord that is wrong.
pub(super) fn bad(body: &str) -> (Vec<String>, String) {
    let (case, sink) = accord(body);
    assert!(case.is_none(), "accepted: {body}");
    (said(&sink), help(&sink))
}

pub(super) fn from_text(text: &str) -> (Option<Case>, Diagnostics) {
    let mut sink = Diagnostics::default();
    let case = from_json(&program(), FILE, text, &mut sink);
    assert_eq!(case.is_none(), sink.has_errors(), "{text}: {:?}", said(&sink));
    (case, sink)
}

/// A case in JSON that has no fault.
pub(super) fn good_json(text: &str) -> Case {
    let (case, sink) = from_text(text);
    case.unwrap_or_else(|| panic!("{text}: {:?}", said(&sink)))
}

/// The findings of a case in JSON that is wrong.
pub(super) fn bad_json(text: &str) -> (Vec<String>, String) {
    let (case, sink) = from_text(text);
    assert!(case.is_none(), "accepted: {text}");
    (said(&sink), help(&sink))
}

/// A case without places.
pub(super) fn bare(mut case: Case) -> Case {
    case.span = nowhere();
    for expectation in &mut case.expect {
        expectation.span = nowhere();
    }
    case
}

/// A field of a record among the facts.
pub(super) fn field(case: &Case, fact: usize, index: usize) -> Outcome {
    match &case.facts.row[fact] {
        Outcome::Value(Value::Record(fields)) => fields[index].clone(),
        other => panic!("no record: {other:?}"),
    }
}

pub(super) fn rule(id: u32) -> RuleId {
    RuleId(id)
}
