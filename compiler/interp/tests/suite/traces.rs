//! What an explanation shows.

use crate::builder::{Build, country};
use accord_core::{
    Facts, Grain, HostFn, Length, Mode, Outcome, Rounding, RuleVerdict, SiteId, Step, Trace, TraceSubject, Unit, Value,
    ratio,
};
use accord_interp::Interp;
use accord_ir::{ExprKind, NodeId, Quantifier, Ty, UnitOf};
use std::sync::Arc;

fn number(n: i64) -> Outcome {
    Outcome::Value(Value::whole(n))
}

fn explain(build: Build, facts: &Facts, node: NodeId) -> Trace {
    let verified = build.verified();
    let mut interp = Interp::new(&verified, facts);
    let trace = interp.explain(node, &[]);
    assert_eq!(trace.outcome, interp.ask(node, &[]).outcome);
    trace
}

fn name(step: &Step) -> Option<&str> {
    if let Step::Fact { name, .. } = step { Some(name) } else { None }
}

fn names(steps: &[Step]) -> Vec<&str> {
    steps.iter().filter_map(name).collect()
}

#[test]
fn a_fact_is_shown_once_with_its_dotted_name() {
    let mut b = Build::new();
    let birth = b.record("Birth", &[("year", Ty::Number)]);
    let person = b.record("Person", &[("name", Ty::Number), ("birth", birth)]);
    let person = b.declare_fact("person", person);
    let read = b.fact(person);
    let birth = b.field(read, 1);
    let year = b.field(birth, 0);
    let term = b.term("year", &[], Ty::Number, year);
    let birth = Value::Record(Arc::new(vec![number(1950)]));
    let person = Value::Record(Arc::new(vec![number(0), Outcome::Value(birth)]));
    let facts = Facts { row: vec![Outcome::Value(person)], ..Facts::default() };
    let trace = explain(b, &facts, term);
    let step = Step::Fact { site: SiteId(year.0), name: "person.birth.year".to_owned(), outcome: number(1950) };
    assert_eq!(trace.steps, [step]);
}

#[test]
fn facts_of_list_elements_legislations_and_the_row() {
    let mut b = Build::new();
    let activity = b.record("Activity", &[("share", Ty::Number)]);
    let list = b.declare_fact("activities", Ty::List(Box::new(activity.clone())));
    let list = b.fact(list);
    let element = b.local(0, activity);
    let share = b.field(element, 0);
    b.declare_given("income", Ty::Number);
    let party = b.constant(Outcome::Value(country("XA")));
    let income = b.expr(ExprKind::Given(party, "income".to_owned()), Ty::Number);
    let enough = b.host(HostFn::Less, &[income, share], Ty::YesNo);
    let some = b.quantify(Quantifier::Some, 0, list, None, Some(enough), Ty::YesNo);
    let term = b.term("enough", &[], Ty::YesNo, some);
    let activities = Value::List(vec![Value::Record(Arc::new(vec![number(3)]))]);
    let facts = Facts { row: vec![Outcome::Value(activities)], ..Facts::default() };
    let trace = explain(b, &facts, term);
    assert_eq!(names(&trace.steps), ["activities", "income of XA", "activity.share"]);
    assert_eq!(trace.outcome, Outcome::missing("income of XA"));
}

#[test]
fn rounding_shows_before_and_after() {
    let mut b = Build::new();
    let rounding = Rounding { mode: Mode::HalfUp, grain: Grain::Number(ratio(1, 1)) };
    let (one, two) = (b.number(1), b.number(2));
    let half = b.host(HostFn::Divide, &[one, two], Ty::Number);
    let how = b.constant(Outcome::Value(Value::Rounding(rounding.clone())));
    let rounded = b.host(HostFn::Rounded, &[half, how], Ty::Number);
    let term = b.term("whole", &[], Ty::Number, rounded);
    let trace = explain(b, &Facts::default(), term);
    let before = Outcome::Value(Value::Number(accord_core::Number::new(ratio(1, 2))));
    let site = SiteId(rounded.0);
    assert_eq!(trace.steps.last(), Some(&Step::Rounded { site, before, rounding, after: number(1) }));
}

#[test]
fn a_division_of_lengths_shows_the_quotient_as_written() {
    let mut b = Build::new();
    let months = |b: &mut Build, n: i64| {
        let length = Value::Length(Length::new(Unit::Months, ratio(n, 1)));
        b.expr(ExprKind::Const(Outcome::Value(length)), Ty::Length(UnitOf::Fixed(Unit::Months)))
    };
    let (own, all) = (months(&mut b, 120), months(&mut b, 264));
    let share = b.host(HostFn::Divide, &[own, all], Ty::Number);
    let term = b.term("share", &[], Ty::Number, share);
    let trace = explain(b, &Facts::default(), term);
    let [Step::Computed { operands, outcome, .. }] = trace.steps.as_slice() else { panic!("{trace:?}") };
    assert_eq!(operands.len(), 2);
    let Some(Value::Number(number)) = outcome.value() else { panic!("{outcome:?}") };
    assert_eq!(number.to_string(), "120/264");
}

#[test]
fn a_question_asked_again_is_not_derived_again() {
    let mut b = Build::new();
    let one = b.number(1);
    let below = b.term("below", &[], Ty::Number, one);
    let (x, y) = (b.call(below, &[]), b.call(below, &[]));
    let larger = b.host(HostFn::Larger, &[x, y], Ty::Number);
    let above = b.term("above", &[], Ty::Number, larger);
    let trace = explain(b, &Facts::default(), above);
    assert_eq!(trace.subject, TraceSubject::Node(above.0, Vec::new()));
    let again: Vec<bool> =
        trace.steps.iter().filter_map(|s| if let Step::Call(t) = s { Some(t.again) } else { None }).collect();
    assert_eq!(again, [false, true]);
}

#[test]
fn rules_are_shown_in_the_order_of_the_text_with_verdicts() {
    let mut b = Build::new();
    let urgent = b.declare_fact("urgent", Ty::YesNo);
    let late = b.declare_fact("late", Ty::YesNo);
    let decision = b.decision("share", &[], Ty::Number);
    let (one, two) = (b.number(1), b.number(2));
    let weight = b.term("weight", &[], Ty::Number, two);
    let general = b.rule(decision, None, one);
    let (is_urgent, asked, no) = (b.fact(urgent), b.call(weight, &[]), b.no());
    let special = b.rule(decision, Some(is_urgent), asked);
    let other = b.rule(decision, Some(no), one);
    let is_late = b.fact(late);
    let asked = b.call(weight, &[]);
    let open = b.rule(decision, Some(is_late), asked);
    b.beats(special, general);
    let node = b.node_of(decision);
    let facts = Facts { row: vec![Outcome::yes_no(true), Outcome::missing("late")], ..Facts::default() };
    let trace = explain(b, &facts, node);
    assert_eq!(trace.outcome, number(2));

    let [first, second, third, fourth] = trace.rules.as_slice() else { panic!("{trace:?}") };
    assert_eq!((first.rule, &first.verdict), (general, &RuleVerdict::Beaten(vec![special])));
    assert_eq!((&first.outcome, first.condition.len()), (&None, 0));

    assert_eq!((second.rule, &second.verdict), (special, &RuleVerdict::Won));
    assert_eq!(names(&second.condition), ["urgent"]);
    assert!(matches!(second.value.as_slice(), [Step::Call(_)]));
    assert_eq!(second.outcome, Some(number(2)));

    assert_eq!((third.rule, &third.verdict), (other, &RuleVerdict::DidNotApply));

    assert_eq!((fourth.rule, &fourth.verdict), (open, &RuleVerdict::Unsettled(Outcome::missing("late"))));
    assert_eq!(names(&fourth.condition), ["late"]);
    assert_eq!(fourth.outcome, Some(number(2)), "asked for its value to see whether it matters");
    assert!(matches!(fourth.value.as_slice(), [Step::Call(Trace { again: true, .. })]));
}

#[test]
fn what_a_default_needs_stands_beside_the_rules() {
    let mut b = Build::new();
    let persons = b.declare_fact("persons", Ty::Number);
    let decision = b.decision("share", &[], Ty::Number);
    let read = b.fact(persons);
    b.default(decision, read);
    let node = b.node_of(decision);
    let trace = explain(b, &Facts::default(), node);
    assert_eq!(trace.outcome, Outcome::missing("persons"));
    assert_eq!(names(&trace.steps), ["persons"]);
}
