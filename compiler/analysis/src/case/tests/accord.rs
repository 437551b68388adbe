//! Cases written in Accord.

use super::{accord, bad, country, field, good, help, said};
use crate::case::Want;
use accord_core::{
    Certified, Currency, Date, Extent, FaultKind, Kind, Money, Outcome, Quality, Span, Unit, Value, ratio,
};

fn day(text: &str) -> Outcome {
    Outcome::Value(Value::Date(Date::parse(text).unwrap()))
}

fn money(code: &str, minor: i64) -> Value {
    Value::Money(Money::new(Currency::parse(code).unwrap(), minor).unwrap())
}

#[test]
fn what_is_left_out_is_missing_by_its_name() {
    let case = good("");
    assert_eq!(case.question, "benefit");
    assert_eq!(case.evidence, "constructed");
    assert_eq!(field(&case, 0, 0), Outcome::missing("person.born"));
    assert_eq!(field(&case, 0, 3), Outcome::Nothing);
    assert_eq!(case.facts.row[1], Outcome::missing("periods"));
    assert_eq!(field(&case, 2, 1), Outcome::missing("claim.start"));
    assert_eq!(case.facts.row[4], Outcome::missing("activities"));
    assert_eq!(case.facts.row[5], Outcome::Nothing);
    assert_eq!(case.facts.given(country("NL"), "alone"), Outcome::missing("alone of NL"));
    assert_eq!(case.facts.given(country("XX"), "without"), Outcome::missing("without of XX"));
    assert_eq!(case.facts.given(country("CV"), "entitled"), Outcome::missing("entitled of CV"));
    assert!(case.concerned.is_empty());
}

#[test]
fn a_person_and_a_claim() {
    let case = good(
        "source: \"a page\"  evidence: published  note: \"n\"  corrected: \"c\"
         person: { born: 1955-06-01  nationality: NL  residence: BR  refugee: nothing }
         claim: { benefit: old_age.pension  start: 2017-10-01  event: start  made_on: event }",
    );
    assert_eq!(case.source, "a page");
    assert_eq!((case.note.as_deref(), case.corrected.as_deref()), (Some("n"), Some("c")));
    assert_eq!(field(&case, 0, 1), Outcome::Value(Value::countries([country("NL")])));
    assert_eq!(field(&case, 0, 2), Outcome::Value(Value::Country(country("BR"))));
    assert_eq!(field(&case, 2, 2), day("2017-10-01"));
    assert_eq!(field(&case, 2, 3), day("2017-10-01"));
    assert_eq!(field(&good("claim: { event: start }"), 2, 2), Outcome::missing("claim.start"));
    assert_eq!(field(&good("claim: { made_on: undetermined }"), 2, 3), Outcome::missing("claim.made_on"));
    assert_eq!(field(&good("person: { nationalities: FR, MD }"), 0, 1), {
        Outcome::Value(Value::countries([country("FR"), country("MD")]))
    });
    assert_eq!(field(&good("person: { nationalities: {} }"), 0, 1), Outcome::Value(Value::countries([])));
}

#[test]
fn fields_that_are_wrong() {
    let (said, help) = bad("person: { bron: 1955-06-01 }");
    assert_eq!(said, ["E0701 Person has no field `bron`"]);
    assert_eq!(help, "did you mean `born`?");
    assert_eq!(bad("person: { nationality: NL  nationalities: CV }").0, ["E0703 `nationalities` is given twice"]);
    assert_eq!(bad("person: { born: 1955-06-01  born: 1955-06-01 }").0, ["E0703 `born` is given twice"]);
    assert_eq!(bad("person: {}  person: {}").0, ["E0703 `person` is given twice"]);
    assert_eq!(bad("clam: {}").1, "did you mean `claim`?");
    let (said, help) = bad("day: 2020-01-01");
    assert_eq!(said, ["E0701 a case has no field `day`"]);
    assert_eq!(help, "this case puts the question `benefit`; write `question: legislation`");
    assert_eq!(bad("start: 2020-01-01").1, "write `claim: { start: ... }`");
    assert_eq!(bad("question: benefits").1, "did you mean `benefit`?");
    assert_eq!(bad("agreement: \"FR-NL\"").0, ["E0704 this case is for `FR-NL`, and is tested with `NL-CV`"]);
    assert_eq!(bad("evidence: publish").0, ["E0704 `publish` is no degree of evidence of a case"]);
    assert_eq!(bad("evidence: published").0, ["E0702 a published case does not say where it was published"]);
    assert_eq!(bad("source: here").0, ["E0704 expected a text in quotes, found `here`"]);
    assert_eq!(bad("person: 5").0, ["E0704 expected fields in braces, found the number 5"]);
    assert_eq!(bad("person: nothing").0, ["E0704 expected the fields of Person in braces, found `nothing`"]);
    let circle = bad("claim: { start: event  event: start }").0;
    assert!(circle[0].ends_with("fields that name each other, back to `start`"), "{circle:?}");
}

#[test]
fn values_that_are_wrong() {
    let one = |body: &str| {
        let (said, help) = bad(body);
        assert_eq!(said.len(), 1, "{body}: {said:?}");
        (said[0].clone(), help)
    };
    let (said, help) = one("claim: { start: 2017 }");
    assert_eq!(said, "E0704 expected a day, found the year 2017");
    assert_eq!(help, "give the day: `2017-01-01` for its first");
    assert_eq!(one("claim: { start: yes }").0, "E0704 expected a day such as 2017-10-01, found `yes`");
    assert_eq!(one("claim: { start: 1755-01-01 }").0, "E0707 the year 1755 is not between 1800 and 2200");
    let (said, help) = one("claim: { benefit: old_age }");
    assert_eq!(said, "E0704 expected something finer, found `old_age`");
    assert_eq!(help, "say which: `old_age.pension` or `old_age.lump_sum`");
    assert_eq!(one("claim: { benefit: old_age.pensoin }").1, "did you mean `old_age.pension`?");
    assert_eq!(one("person: { residence: ZZ }").0, "E0205 `ZZ` is no country");
    assert!(one("person: { residence: nl }").1.contains("write `NL` in capitals"));
    assert_eq!(one("person: { residence: Brazil }").0, "E0704 expected a country such as NL, found `Brazil`");
    assert_eq!(one("person: { refugee: true }").1, "write `yes`");
    assert_eq!(one("given: { NL: { alone: 12.50 } }").1, "write the currency: `12.50 EUR`");
    assert_eq!(one("given: { NL: { alone: 12.505 EUR } }").0, "E0707 an amount in EUR has at most 2 decimals");
    assert_eq!(one("given: { NL: { alone: 12.5 JPY } }").0, "E0707 an amount in JPY has no decimals");
    assert_eq!(one("given: { NL: { alone: -12.50 EUR } }").0, "E0707 an amount below zero");
    assert_eq!(one("given: { NL: { alone: 100_000_000_000.01 EUR } }").0, "E0707 an amount beyond 100000000000.00 EUR");
    assert_eq!(one("given: { NL: { alone: 1.00 ZZZ } }").0, "E0206 `ZZZ` is no currency");
    assert_eq!(one("given: { NL: { alone: 5 months } }").0.get(..5), Some("E0704"));
    assert!(one("given: { CV: { average_income: 5.00 EUR } }").0.contains("an amount in CVE such as"));
    assert_eq!(one("given: { FR: {} }").0, "E0209 `FR` is not a party to this agreement");
    let (said, help) = one("given: { NL: { entitld: yes } }");
    assert_eq!(
        (said.as_str(), help.as_str()),
        ("E0701 no legislation of NL asks for `entitld`", "did you mean `entitled`?")
    );
    assert_eq!(one("rates: { CVE: 1.00 CVE }").0.get(..5), Some("E0704"));
    assert_eq!(one("rates: { ZZZ: 1.00 EUR }").0, "E0206 `ZZZ` is no currency");
}

#[test]
fn a_day_that_does_not_exist_is_no_case() {
    for body in ["claim: { start: 2023-02-29 }", "periods: { NL 2023-02-29..2023-03-01 }"] {
        let (case, sink) = accord(body);
        assert!(case.is_none(), "{body}");
        assert_eq!(sink.iter().map(|d| d.code.text()).collect::<Vec<_>>(), ["E0103"], "{:?}", said(&sink));
        assert!(help(&sink).contains("28 days"));
    }
}

#[test]
fn rows_of_periods() {
    let case =
        good("periods: { NL 2001-01-01..2001-12-31  CV voluntary employment 14 months in 2003  XX credited 3 years }");
    let Outcome::Value(Value::Periods(periods)) = &case.facts.row[1] else { panic!("{:?}", case.facts.row[1]) };
    assert_eq!(periods.pieces.len(), 3);
    assert_eq!(case.concerned, ["CV", "NL", "XX"].map(country));
    let of = |code: &str| periods.pieces.iter().find(|p| p.owner == country(code)).unwrap();
    assert_eq!((of("NL").kind, of("NL").quality), (Kind::Insurance, Quality::Compulsory));
    assert_eq!((of("CV").kind, of("CV").quality), (Kind::Employment, Quality::Voluntary));
    let extent = Extent::Undated { amount: ratio(14, 1), unit: Unit::Months, year: Some(2003) };
    assert_eq!(of("CV").extent, extent);
    assert_eq!(of("XX").kind, Kind::Credited);
    let both = good("periods: { NL voluntary 2001-01-01..2001-12-31 1_250.5 days_7 }");
    let Outcome::Value(Value::Periods(periods)) = &both.facts.row[1] else { panic!("{:?}", both.facts.row[1]) };
    let [piece] = periods.pieces.as_slice() else { panic!("{periods:?}") };
    let (first, last) = (Date::parse("2001-01-01").unwrap(), Date::parse("2001-12-31").unwrap());
    let whole = Span::new(first, last).unwrap();
    assert_eq!(piece.span(), Some(whole));
    assert_eq!(piece.certified, Some(Certified { whole, amount: ratio(2501, 2), unit: Unit::Days7 }));
    // The order of the cells says nothing.
    let turned = good("periods: { NL 1_250.5 days_7 voluntary 2001-01-01..2001-12-31 }");
    assert_eq!(turned.facts.row[1], both.facts.row[1]);
    let Outcome::Value(Value::Periods(none)) = &good("periods: {}").facts.row[1] else { panic!("no periods") };
    assert!(none.pieces.is_empty());
}

#[test]
fn rows_that_are_wrong() {
    let one = |row: &str| {
        let (said, help) = bad(&format!("periods: {{ {row} }}"));
        assert_eq!(said.len(), 1, "{row}: {said:?}");
        (said[0].clone(), help)
    };
    assert_eq!(one("FR insurance 104 quarters").0, "E0209 `FR` is not a party to this agreement");
    assert_eq!(one("ZZ insurance 104 quarters").0, "E0205 `ZZ` is no country");
    assert_eq!(one("NL insurence 104 quarters").1, "did you mean `insurance`?");
    assert_eq!(one("NL insurance").0, "E0704 expected days or an amount, found neither");
    for row in ["NL 2001-01-01..2001-12-31 in 2001", "NL 2001-01-01..2001-12-31 12 months in 2001"] {
        assert_eq!(one(row).0, "E0704 expected days without a year, found days and a year");
    }
    assert_eq!(
        one("NL 2001-01-01..2001-12-31 12 months 300 days").0,
        "E0704 expected one row for each amount, found two amounts in one row"
    );
    assert!(one("NL insurance 2001-01-01..2001-12-31 12").1.contains("write the unit"));
    assert!(one("NL 2002-01-01..2001-12-31").1.contains("turn the two days round"));
    assert!(one("NL 2002-01-01").1.contains("`2002-01-01..2002-01-01`"));
    assert_eq!(one("NL insurance 2000 months").0, "E0707 a length of more than 1800 months, which is 150 years");
    assert_eq!(one("NL insurance 12").1, "write the unit: `12 months`");
    assert_eq!(one("NL insurance residence 12 months").0, "E0704 expected one kind of period in a row, found another");
    assert_eq!(one("NL compulsory voluntary 12 months").0, "E0704 expected `compulsory` or `voluntary`, found both");
    assert_eq!(one("NL 12 months in 12").0, "E0704 expected a year such as 2004, found the number 12");
    assert_eq!(one("NL 12 EUR").0, "E0704 expected a length of time, found the amount `12 EUR`");
}

#[test]
fn facts_of_legislations_and_rates() {
    let case = good(
        "given: { NL: { alone: 500.00 EUR  entitled: no  without: { CV: 400.00 EUR  CV, XX: 300.00 EUR } } }
         rates: { CVE: 0.00907 EUR }",
    );
    let nl = country("NL");
    assert_eq!(case.facts.given(nl, "alone"), Outcome::Value(money("EUR", 50_000)));
    assert_eq!(case.facts.given(nl, "entitled"), Outcome::yes_no(false));
    let Outcome::Value(Value::List(figures)) = case.facts.given(nl, "without") else { panic!("no figures") };
    let Value::Record(second) = &figures[1] else { panic!("{figures:?}") };
    assert_eq!(second[0], Outcome::Value(Value::countries([country("CV"), country("XX")])));
    assert_eq!(second[1], Outcome::Value(money("EUR", 30_000)));
    let key = (Currency::parse("CVE").unwrap(), Currency::parse("EUR").unwrap());
    assert_eq!(case.facts.rates.get(&key), Some(&ratio(907, 100_000)));
    assert_eq!(bad("given: { NL: { without: { CV: 1.00 EUR  CV: 2.00 EUR } } }").0, ["E0703 `CV` is given twice"]);
}

#[test]
fn activities_are_records_under_any_key() {
    let two = good(
        "question: legislation
         activities: { 1: { party: NL  status: employee  share: 60 %  employer: { seat: CV  name: \"Acme\" } }
                       2: { party: CV  status: self_employed  days: 2020-01-01..2020-12-31 } }
         posting: { seat: NL }",
    );
    let Outcome::Value(Value::List(list)) = &two.facts.row[4] else { panic!("no list") };
    let Value::Record(second) = &list[1] else { panic!("{list:?}") };
    assert_eq!(second[2], Outcome::missing("activities.2.share"));
    let Outcome::Value(Value::Record(employer)) = &second[3] else { panic!("{second:?}") };
    assert_eq!(employer[0], Outcome::missing("activities.2.employer.seat"));
    assert_eq!(field(&two, 5, 0), Outcome::Value(Value::Country(country("NL"))));
    let one = good("question: \"legislation\"  activities: { party: NL  share: 1/3 }");
    let Outcome::Value(Value::List(list)) = &one.facts.row[4] else { panic!("no list") };
    assert_eq!(list.len(), 1);
    assert_eq!(good("question: legislation  activities: {}").facts.row[4], Outcome::Value(Value::List(vec![])));
}

#[test]
fn expectations_of_every_form() {
    let case = good(
        "expect: { NL: { payable: 5_325.29 EUR  share: 104/154  because: article 5(1)(a) }
                   CV: { payable: { value: nothing  because: article 7 }  considered: { NL, CV }  needed: 18 months }
                   covered(CV, unemployment): no
                   in_personal_scope: undetermined { \"person.residence\" }
                   counted({ NL }): { NL 12 months } }",
    );
    let named = |name: &str| {
        let program = super::program();
        let id = program.decision(name).unwrap().0;
        case.expect.iter().filter(|e| e.decision == id).cloned().collect::<Vec<_>>()
    };
    assert_eq!(case.expect.len(), 8);
    let payable = named("payable");
    assert_eq!(payable[0].want, Want::Value(money("EUR", 532_529)));
    assert_eq!(payable[0].args, [Value::Country(country("NL"))]);
    assert_eq!(payable[0].because, ["article 5(1)(a)"]);
    assert_eq!((payable[1].want.clone(), payable[1].because.clone()), (Want::Nothing, vec!["article 7".to_owned()]));
    assert_eq!(named("share")[0].want, Want::Fraction(ratio(104, 1), ratio(154, 1)));
    assert!(named("share")[0].because.is_empty());
    assert_eq!(named("considered")[0].want, Want::Value(Value::countries(["NL", "CV"].map(country))));
    assert_eq!(named("covered")[0].args.len(), 2);
    assert_eq!(named("covered")[0].want, Want::Value(Value::YesNo(false)));
    assert_eq!(named("in_personal_scope")[0].want, Want::Undetermined(vec!["person.residence".to_owned()]));
    assert!(matches!(&named("counted")[0].want, Want::Value(Value::Periods(p)) if p.pieces.len() == 1));
}

#[test]
fn outcomes_that_are_no_values() {
    let want = |text: &str| good(&format!("expect: {{ NL: {{ payable: {text} }} }}")).expect[0].want.clone();
    assert_eq!(want("nothing"), Want::Nothing);
    assert_eq!(want("undetermined"), Want::Undetermined(vec![]));
    assert_eq!(want("undetermined { \"claim.start\", \"amount of NL\" }"), {
        Want::Undetermined(vec!["claim.start".to_owned(), "amount of NL".to_owned()])
    });
    assert_eq!(want("refer"), Want::Refer);
    assert_eq!(want("gap"), Want::Gap);
    assert_eq!(want("conflict"), Want::Conflict);
    assert_eq!(want("fault overflow"), Want::Fault(Some(FaultKind::Overflow)));
    assert_eq!(want("fault"), Want::Fault(None));
    assert_eq!(bad("expect: { NL: { payable: fault overflw } }").1, "did you mean `overflow`?");
    let only = good("expect: { NL: { because: article 5 } }");
    assert_eq!(
        (only.expect[0].want.clone(), only.expect[0].because.clone()),
        (Want::Any, vec!["article 5".to_owned()])
    );
}

#[test]
fn a_timeline_of_the_applicable_law() {
    let case = good(
        "question: legislation
         expect: { 2020-06-01: { applicable: NL  because: article 5(1) }  2021-02-01: { applicable: CV } }",
    );
    assert_eq!(case.expect.len(), 2);
    assert_eq!(case.expect[0].args, [Value::Date(Date::parse("2020-06-01").unwrap())]);
    assert_eq!(case.expect[0].because, ["article 5(1)"]);
    assert_eq!(case.expect[1].want, Want::Value(Value::Country(country("CV"))));
}

#[test]
fn expectations_that_are_wrong() {
    let one = |body: &str| {
        let (said, help) = bad(&format!("expect: {{ {body} }}"));
        assert_eq!(said.len(), 1, "{body}: {said:?}");
        (said[0].clone(), help)
    };
    let (said, help) = one("NL: { payble: 1.00 EUR }");
    assert_eq!(
        (said.as_str(), help.as_str()),
        ("E0705 the agreement decides nothing called `payble`", "did you mean `payable`?")
    );
    assert_eq!(one("FR: { payable: 1.00 EUR }").0, "E0209 `FR` is not a party to this agreement");
    assert_eq!(one("ZZ: { payable: 1.00 EUR }").0, "E0205 `ZZ` is no country");
    assert!(one("payable: 1.00 EUR").1.contains("inside the braces of a party"));
    assert_eq!(one("NL: { covered: yes }").0, "E0704 expected `covered(P, branch)`, found `covered`");
    assert!(one("in_personal_scope(NL): yes").1.contains("without brackets"));
    assert_eq!(one("NL: { payable: 1.00 EUR  payable: 1.00 EUR }").0, "E0703 `payable` is given twice");
    assert_eq!(one("NL: { payable: 1.00 EUR  payable(NL): 1.00 EUR }").0, "E0703 `payable(NL)` is given twice");
    assert_eq!(one("NL: { payable: yes }").0, "E0704 expected an amount such as `250.00 EUR`, found `yes`");
    assert_eq!(one("NL: { payable: 1.001 EUR }").0, "E0707 an amount in EUR has at most 2 decimals");
    assert_eq!(one("NL: { share: 1/0 }").0, "E0704 expected a number other than 0 under the line, found 0");
    let (said, help) = one("NL: { payable: 1.00 EUR  because: article 51 }");
    assert_eq!((said.as_str(), help.as_str()), ("E0204 the agreement has no article 51", "did you mean `article 5`?"));
    assert_eq!(
        one("NL: { share: 1  considered: NL  because: article 7 }").0,
        "E0704 `because` could belong to any of several decisions"
    );
    assert_eq!(one("covered(CV, unemploymnt): no").1, "did you mean `unemployment`?");
    assert_eq!(one("NL: { payable: { vlue: 1.00 EUR  value: 1.00 EUR } }").1, "did you mean `value`?");
    assert_eq!(one("NL: { payable: {} }").0.get(..5), Some("E0704"));
    assert_eq!(
        one("NL: { CV: { payable: 1.00 EUR } }").0,
        "E0704 expected a decision, found the braces of CV inside those of a party"
    );
}

#[test]
fn provisions_in_every_spelling() {
    let because = |text: &str| {
        good(&format!("expect: {{ NL: {{ payable: 1.00 EUR  because: {text} }} }}")).expect[0].because.clone()
    };
    assert_eq!(because("article 5(1)(a), article 7"), ["article 5(1)(a)", "article 7"]);
    assert_eq!(because("article 5"), ["article 5"]);
    assert_eq!(because("\"article 5 (1)\""), ["article 5(1)"]);
    assert_eq!(because("\"NL.old_age article 1(2)\""), ["NL.old_age article 1(2)"]);
    assert_eq!(because("article 15 of ETS-78A"), ["article 15 of ETS-78A"]);
    assert_eq!(because("article 5 of NL-CV"), ["article 5"]);
}
