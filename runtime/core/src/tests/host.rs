//! The table of operations: what each does with values, with nothing, and with what is neither.

use super::{SITE, amount, apply, apply_with, article_13, country, currency, dated, day, length, money, number, ratio};
use crate::{
    Conversions, Criterion, DatedIn, Facts, FaultKind, Host, HostFn, Kind, Length, Number, Outcome, Periods, Piece,
    Quality, RuleId, TieStep, Ties, Trimmed, Unit, Value, host::Arity,
};
use std::collections::BTreeSet;
use std::sync::Arc;

fn wrong() -> Outcome {
    Outcome::fault(FaultKind::OutOfRange, SITE)
}

fn value(value: Value) -> Outcome {
    Outcome::Value(value)
}

fn exact(text: &str) -> Value {
    Value::from(amount(text))
}

fn cash(text: &str) -> Value {
    Value::Money(money(text))
}

fn len(text: &str) -> Value {
    Value::Length(length(text))
}

fn countries(codes: &[&str]) -> Value {
    Value::countries(codes.iter().map(|c| country(c)))
}

fn open(function: HostFn, operands: &[Outcome]) -> Outcome {
    apply_with(&article_13(), function, operands)
}

#[test]
fn sums_of_money_and_lengths() {
    assert_eq!(apply(HostFn::Add, [cash("1.10 EUR"), exact("0.005 EUR")]), value(exact("1.105 EUR")));
    assert_eq!(apply(HostFn::Subtract, [cash("1.10 EUR"), cash("2 EUR")]), value(exact("-0.9 EUR")));
    assert_eq!(apply(HostFn::Add, [cash("1 EUR"), cash("1 CVE")]), wrong());
    assert_eq!(apply(HostFn::Add, [cash("1 EUR"), Value::whole(1)]), wrong());
    assert_eq!(apply(HostFn::Add, [len("3 months"), len("1 year")]), value(len("15 months")));
    assert_eq!(apply(HostFn::Add, [len("3 days"), len("1 year")]), Outcome::missing("conversion of years into days"));
    assert_eq!(apply(HostFn::Negate, [cash("1 EUR")]), value(exact("-1 EUR")));
    assert_eq!(apply(HostFn::Negate, [Value::whole(2)]), value(Value::whole(-2)));
    // What is exact and what is counted go side by side.
    let weeks = apply(HostFn::InUnit, [len("17 weeks"), Value::Unit(Unit::Months)]);
    let sum = apply(HostFn::Add, [weeks.value().unwrap().clone(), len("7 months")]);
    let both = Length { unit: Unit::Months, counted: number("11"), exact: number("7") + number("102/26") };
    assert_eq!(sum, value(Value::Length(both)));
}

#[test]
fn products_and_quotients() {
    assert_eq!(apply(HostFn::Multiply, [cash("10 EUR"), Value::Number(Number::new(number("1/3")))]), {
        value(Value::Amount(crate::Amount::new(currency("EUR"), number("10/3"))))
    });
    assert_eq!(apply(HostFn::Multiply, [Value::whole(2), len("3 months")]), value(len("6 months")));
    assert_eq!(apply(HostFn::Multiply, [cash("1 EUR"), cash("1 EUR")]), wrong());
    let share = apply(HostFn::Divide, [len("120 months"), len("264 months")]);
    let Some(Value::Number(share)) = share.value() else { panic!("{share:?}") };
    assert_eq!((share.to_string(), &share.value), ("120/264".to_owned(), &ratio(5, 11)));
    // Of different units, the second is brought into the unit of the first.
    assert_eq!(apply(HostFn::Divide, [len("4 months"), len("17 weeks")]), value(Value::whole(1)));
    let amounts = apply(HostFn::Divide, [cash("10 EUR"), cash("4 EUR")]);
    assert_eq!(amounts, value(Value::Number(Number::new(number("2.5")))));
    assert_eq!(apply(HostFn::Divide, [cash("10 EUR"), Value::whole(4)]), value(exact("2.5 EUR")));
    assert_eq!(apply(HostFn::Divide, [len("10 months"), Value::whole(4)]), value(len("2.5 months")));
    let zero = Outcome::fault(FaultKind::ZeroDivisor, SITE);
    assert_eq!(apply(HostFn::Divide, [cash("10 EUR"), Value::whole(0)]), zero);
    assert_eq!(apply(HostFn::Divide, [cash("10 EUR"), cash("0 EUR")]), zero);
    assert_eq!(apply(HostFn::Divide, [len("1 month"), len("0 months")]), zero);
    assert_eq!(apply(HostFn::Divide, [cash("10 EUR"), cash("1 CVE")]), wrong());
}

#[test]
fn nothing_is_below_every_amount() {
    let five = || value(cash("5 EUR"));
    let nothing = Outcome::Nothing;
    let two = |function, a: &Outcome, b: &Outcome| open(function, &[a.clone(), b.clone()]);
    assert_eq!(two(HostFn::Less, &nothing, &five()), Outcome::yes_no(true));
    assert_eq!(two(HostFn::Less, &five(), &nothing), Outcome::yes_no(false));
    assert_eq!(two(HostFn::Less, &nothing, &nothing), Outcome::yes_no(false));
    assert_eq!(two(HostFn::AtMost, &nothing, &nothing), Outcome::yes_no(true));
    assert_eq!(two(HostFn::AtMost, &nothing, &value(exact("-1 EUR"))), Outcome::yes_no(true));
    assert_eq!(two(HostFn::Equal, &nothing, &nothing), Outcome::yes_no(true));
    assert_eq!(two(HostFn::Equal, &nothing, &five()), Outcome::yes_no(false));
    assert_eq!(two(HostFn::Larger, &nothing, &five()), five());
    assert_eq!(two(HostFn::Smaller, &five(), &nothing), five());
    assert_eq!(two(HostFn::Larger, &nothing, &nothing), nothing);
    assert_eq!(two(HostFn::Excess, &five(), &nothing), value(exact("5 EUR")));
    assert_eq!(two(HostFn::Excess, &nothing, &five()), nothing);
    assert_eq!(two(HostFn::Add, &nothing, &five()), nothing);
    assert_eq!(two(HostFn::In, &nothing, &value(countries(&["FR"]))), Outcome::yes_no(false));
    assert_eq!(two(HostFn::In, &value(Value::whole(1)), &nothing), Outcome::yes_no(false));
}

#[test]
fn the_worst_operand_is_the_result() {
    let a = Outcome::missing("a");
    let fault = Outcome::fault(FaultKind::Overflow, SITE);
    let conflict = Outcome::Conflict(BTreeSet::from([RuleId(1)]));
    let one = value(Value::whole(1));
    let add = |x: &Outcome, y: &Outcome| open(HostFn::Add, &[x.clone(), y.clone()]);
    assert_eq!(add(&a, &one), a);
    assert_eq!(add(&a, &Outcome::Nothing), a);
    assert_eq!(add(&a, &Outcome::missing("b")), a.clone().worst(Outcome::missing("b")));
    assert_eq!(add(&a, &Outcome::refer("b")), Outcome::refer("b"));
    assert_eq!(add(&conflict, &fault), fault);
    assert_eq!(add(&fault, &conflict), fault);
}

#[test]
fn equality_is_by_meaning() {
    let same = |a: Value, b: Value| apply(HostFn::Equal, [a, b]);
    assert_eq!(same(cash("1 EUR"), exact("1.00 EUR")), Outcome::yes_no(true));
    assert_eq!(same(len("12 months"), len("1 year")), Outcome::yes_no(true));
    assert_eq!(same(len("30 days"), len("1 month")), Outcome::yes_no(true));
    assert_eq!(same(len("30 days_5"), len("1 month")), Outcome::missing("conversion of days_5 into months"));
    assert_eq!(same(countries(&["FR", "NL"]), countries(&["NL", "FR"])), Outcome::yes_no(true));
    assert_eq!(same(Value::from(Kind::Credited), Value::from(Kind::Credited)), Outcome::yes_no(true));
    assert_eq!(same(cash("1 EUR"), cash("1 CVE")), wrong());
    assert_eq!(same(Value::text("a"), Value::whole(1)), wrong());
    assert_eq!(apply(HostFn::Less, [Value::Date(day("2012-01-01")), Value::Date(day("2012-01-02"))]), {
        Outcome::yes_no(true)
    });
    assert_eq!(apply(HostFn::Less, [Value::text("a"), Value::text("b")]), wrong());
    // The larger of money and an exact amount is an exact amount, whichever it is.
    assert_eq!(apply(HostFn::Larger, [cash("2 EUR"), exact("1 EUR")]), value(exact("2 EUR")));
    assert_eq!(apply(HostFn::Larger, [cash("2 EUR"), cash("1 EUR")]), value(cash("2 EUR")));
    assert_eq!(apply(HostFn::Smaller, [len("1 year"), len("11 months")]), value(len("11 months")));
}

#[test]
fn sets_and_lists() {
    let fr = || Value::Country(country("FR"));
    assert_eq!(apply(HostFn::In, [fr(), countries(&["FR", "NL"])]), Outcome::yes_no(true));
    assert_eq!(apply(HostFn::In, [fr(), Value::List(vec![])]), Outcome::yes_no(false));
    assert_eq!(apply(HostFn::In, [len("1 year"), Value::List(vec![len("12 months")])]), Outcome::yes_no(true));
    assert_eq!(apply(HostFn::In, [fr(), Value::whole(1)]), wrong());
    assert_eq!(apply(HostFn::SetOf, [fr(), fr()]), value(countries(&["FR"])));
    assert_eq!(apply(HostFn::SetOf, []), value(Value::Set(BTreeSet::new())));
    assert_eq!(apply(HostFn::ListOf, [fr(), fr()]), value(Value::List(vec![fr(), fr()])));
    assert_eq!(apply(HostFn::Union, [countries(&["FR"]), countries(&["NL"])]), value(countries(&["FR", "NL"])));
    assert_eq!(apply(HostFn::Without, [countries(&["FR", "NL"]), countries(&["NL"])]), value(countries(&["FR"])));
    assert_eq!(apply(HostFn::Size, [countries(&["FR", "NL"])]), value(Value::whole(2)));
    assert_eq!(apply(HostFn::Size, [Value::List(vec![fr(), fr()])]), value(Value::whole(2)));
}

#[test]
fn records_keep_what_is_missing_in_its_field() {
    let record = value(Value::Record(Arc::new(vec![value(Value::whole(1)), Outcome::missing("claim.start")])));
    let field = |record: &Outcome, i: i64| open(HostFn::Field, &[record.clone(), value(Value::whole(i))]);
    assert_eq!(field(&record, 0), value(Value::whole(1)));
    assert_eq!(field(&record, 1), Outcome::missing("claim.start"));
    assert_eq!(field(&record, 2), wrong());
    assert_eq!(field(&record, -1), wrong());
    assert_eq!(field(&Outcome::Nothing, 0), Outcome::Nothing);
    assert_eq!(field(&Outcome::missing("claim"), 0), Outcome::missing("claim"));
    assert_eq!(field(&value(Value::whole(1)), 0), wrong());
    assert_eq!(open(HostFn::IsGiven, &[Outcome::Nothing]), Outcome::yes_no(false));
    assert_eq!(open(HostFn::IsGiven, &[record]), Outcome::yes_no(true));
    assert_eq!(open(HostFn::IsGiven, &[Outcome::missing("x")]), Outcome::missing("x"));
}

#[test]
fn amounts_in_the_common_currency() {
    let conversions = Conversions::default();
    let mut facts = Facts::default();
    facts.set_rate(currency("CVE"), currency("EUR"), number("0.009"));
    let host = Host { conversions: &conversions, facts: &facts };
    let common =
        |text: &str, code: &str| HostFn::InCommon.apply(&host, &[value(cash(text)), value(Value::text(code))], SITE);
    assert_eq!(common("1000 CVE", "EUR"), value(exact("9 EUR")));
    assert_eq!(common("10 EUR", "EUR"), value(exact("10 EUR")));
    assert_eq!(common("10 EUR", "CVE"), Outcome::missing("rate of EUR in CVE"));
    assert_eq!(common("10 EUR", "eur"), wrong());
    facts.give(country("FR"), "average_income", value(cash("20000 EUR")));
    assert_eq!(facts.given(country("FR"), "average_income"), value(cash("20000 EUR")));
    assert_eq!(facts.given(country("NL"), "average_income"), Outcome::missing("average_income of NL"));
}

#[test]
fn totalisation_as_an_operation() {
    let voluntary = Piece { quality: Quality::Voluntary, ..dated("XB", "2010-04-01..2010-09-30") };
    let record = Periods::record(vec![dated("XA", "2010-01-01..2010-06-30"), voluntary]);
    let kinds = Value::Set(Kind::ALL.iter().copied().map(Value::from).collect());
    let operands = |last: Outcome| {
        vec![
            value(Value::Periods(Arc::new(record.clone()))),
            value(countries(&["XA", "XB"])),
            value(kinds.clone()),
            value(Value::Order(Arc::new(vec![Criterion::CompulsoryOverVoluntary]))),
            value(Value::Ties(Arc::new(Ties { assimilated: vec![], otherwise: vec![TieStep::Refer] }))),
            value(Value::from(DatedIn::Runs)),
            value(Value::from(Trimmed::InProportion)),
            last,
        ]
    };
    let all = open(HostFn::Totalise, &operands(Outcome::Nothing));
    let months = open(HostFn::LengthOf, &[all.clone(), value(Value::Unit(Unit::Months))]);
    assert_eq!(months, value(len("9 months")));
    let displaced = open(HostFn::DisplacedPart, &[value(Value::Country(country("XB"))), all]);
    let months = open(HostFn::LengthOf, &[displaced, value(Value::Unit(Unit::Months))]);
    assert_eq!(months, value(len("3 months")));
    let clipped = open(HostFn::Totalise, &operands(value(Value::Date(day("2010-07-31")))));
    let months = open(HostFn::LengthOf, &[clipped, value(Value::Unit(Unit::Months))]);
    assert_eq!(open(HostFn::NumberOf, &[months]), value(Value::whole(7)));
    let mut without_record = operands(Outcome::Nothing);
    without_record[0] = Outcome::Nothing;
    assert_eq!(open(HostFn::Totalise, &without_record), Outcome::Nothing);
    let mut of_another_list = operands(Outcome::Nothing);
    of_another_list[6] = value(Value::from(DatedIn::Runs));
    assert_eq!(open(HostFn::Totalise, &of_another_list), wrong());
}

#[test]
fn figures_belong_to_sets_of_parties() {
    let nl = || value(Value::Country(country("NL")));
    let concerned = || value(countries(&["BE", "FR", "NL"]));
    let (own, all, two) = (value(cash("1 EUR")), value(cash("3 EUR")), value(cash("2 EUR")));
    let unknown = Outcome::missing("figure");
    let entry = Value::Record(Arc::new(vec![value(countries(&["BE"])), two.clone()]));
    let ask = |made_of: &[&str], own: &Outcome, all: &Outcome, list: Vec<Value>| {
        let operands =
            [nl(), value(countries(made_of)), concerned(), own.clone(), all.clone(), value(Value::List(list))];
        open(HostFn::Figure, &operands)
    };
    assert_eq!(ask(&["NL"], &own, &all, vec![]), own);
    assert_eq!(ask(&["BE", "FR", "NL"], &own, &all, vec![]), all);
    assert_eq!(ask(&["BE", "FR", "NL", "XA"], &own, &all, vec![]), all);
    assert_eq!(ask(&["FR", "NL"], &own, &all, vec![entry.clone()]), two);
    assert_eq!(ask(&["NL"], &Outcome::Nothing, &all, vec![]), Outcome::Nothing);
    let pair = Value::List(vec![countries(&["BE"]), cash("2 EUR")]);
    assert_eq!(ask(&["FR", "NL"], &unknown, &unknown, vec![pair]), two);
    assert_eq!(ask(&["NL", "FR"], &own, &all, vec![]), Outcome::missing("amount of NL on the periods of FR, NL"));
    assert_eq!(ask(&["NL"], &unknown, &all, vec![entry]), Outcome::missing("amount of NL on the periods of NL"));
    let operands = [nl(), Outcome::refer("x"), concerned(), own, all, Outcome::Nothing];
    assert_eq!(open(HostFn::Figure, &operands), Outcome::refer("x"));
}

#[test]
fn wrong_operands_are_faults_and_never_panics() {
    let samples = [
        Value::YesNo(true),
        Value::whole(1),
        Value::Country(country("FR")),
        Value::from(Kind::Credited),
        countries(&["FR"]),
        Value::List(vec![Value::whole(1)]),
        Value::Date(day("9999-12-31")),
        len("1 month"),
        cash("1 EUR"),
        Value::Unit(Unit::Hours),
        Value::text("EUR"),
        Value::Periods(Arc::new(Periods::record(vec![dated("XA", "9999-01-01..9999-12-31")]))),
    ];
    for function in HostFn::ALL.iter().copied() {
        let count = match function.arity() {
            Arity::Exactly(n) => n,
            Arity::Any => 2,
        };
        for start in 0..samples.len() {
            for step in 0..3 {
                let operands: Vec<Outcome> =
                    (0..count).map(|i| value(samples[(start + i * step) % samples.len()].clone())).collect();
                let _ = open(function, &operands);
                let _ = open(function, operands.split_first().map_or(&[], |(_, rest)| rest));
            }
        }
    }
}
