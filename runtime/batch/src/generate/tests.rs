//! The same for the same seed, and claims that make sense.

use super::calendar::{date_of, first_of, month_end, years_after};
use super::claim::{Branch, Claim, Habits};
use super::stream::Stream;
use super::world::{Scale, States, World, exchange};
use super::*;
use accord_core::columns::{Column, Given, Place, Rate};
use accord_core::{Currency, Date, EnumId};
use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int64Type};

fn country(code: &str) -> Country {
    Country::parse(code).expect("a country")
}

fn column(name: &str, cell: Cell, optional: bool) -> Column {
    Column { name: name.to_owned(), cell, optional }
}

/// A small agreement: the columns of every form.
fn layout(parties: &[&str]) -> Layout {
    let parties: Vec<Country> = parties.iter().map(|p| country(p)).collect();
    let benefits = ["old_age.pension", "survivors.pension", "unemployment.cash"].map(str::to_owned).to_vec();
    let award = vec![column("party", Cell::Country, false), column("other", Cell::Date, true)];
    let mut columns = vec![
        column("person.born", Cell::Date, false),
        column("person.nationalities", Cell::Countries, false),
        column("person.residence", Cell::Country, false),
        column("person.drawing", Cell::Records(award), true),
        column("periods", Cell::Periods, false),
        column("claim.benefit", Cell::Member(EnumId(9), benefits), false),
        column("claim.start", Cell::Date, false),
        column("claim.event", Cell::Date, false),
        column("claim.admitted_to_work", Cell::YesNo, false),
        column("claim.job_search.left_on", Cell::Date, false),
        column("something.new", Cell::Text, false),
        column("entry_into_force", Cell::Date, false),
    ];
    let mut given = Vec::new();
    for party in &parties {
        let currency = Currency::parse(if party.code() == "CV" { "CVE" } else { "EUR" }).expect("a currency");
        let facts = [
            ("requires", Cell::Length(None), true),
            ("entitled", Cell::YesNo, false),
            ("entitled_alone", Cell::YesNo, false),
            ("alone", Cell::Money(currency), false),
            ("all", Cell::Money(currency), false),
            ("without", Cell::Figures(currency), false),
            ("cents", Cell::Rounding, false),
            ("unit", Cell::Unit, false),
        ];
        for (name, cell, optional) in facts {
            given.push(Given { party: *party, name: name.to_owned(), column: columns.len() });
            columns.push(column(&format!("{party}.{name}"), cell, optional));
        }
    }
    columns.push(column("rate.CVE.EUR", Cell::Number, true));
    let rate =
        Rate { from: Currency::parse("CVE").expect("a currency"), into: Currency::EURO, column: columns.len() - 1 };
    let facts = (0..12).map(Place::Column).collect();
    Layout { question: "benefit".to_owned(), parties, columns, facts, given, optional: Vec::new(), rates: vec![rate] }
}

fn generator(options: Options) -> Generator {
    Generator::new(&layout(&["CV", "NL"]), options).expect("a generator")
}

fn habits(periods: u32, overlaps: u32) -> Habits {
    let benefits = vec![(0, Branch::OldAge, 6), (1, Branch::Survivors, 2), (2, Branch::Invalidity, 2)];
    Habits { benefits, periods, overlaps, undated: 0 }
}

fn claims(parties: &[&str], habits: &Habits, mut look: impl FnMut(&Claim, &World)) {
    let parties: Vec<Country> = parties.iter().map(|p| country(p)).collect();
    let world = World::new(&parties, &[]).expect("a world");
    let mut claim = Claim::empty();
    for row in 0..5_000 {
        claim.make(&world, habits, 7, row);
        look(&claim, &world);
    }
}

#[test]
fn the_little_calendar_is_that_of_the_core() {
    for number in (-40_000..40_000).step_by(7).chain([-719_162, 2_932_896]) {
        let day = Date::from_day_number(number).expect("a day");
        assert_eq!(date_of(number), (day.year(), day.month(), day.day()));
        assert_eq!(first_of(day.year(), day.month()), number - day.day() + 1);
    }
    let day = |text: &str| Date::parse(text).expect("a day").day_number();
    assert_eq!(month_end(day("2012-02-01")), day("2012-02-29"));
    assert_eq!(month_end(day("2012-12-31")), day("2012-12-31"));
    assert_eq!(years_after(day("1948-02-29"), 65), day("2013-03-01"));
}

#[test]
fn numbers_are_spread_and_stay_within_their_bounds() {
    let mut counts = [0; 5];
    let mut stream = Stream::of(1, 2, 3);
    for _ in 0..10_000 {
        counts[usize::try_from(stream.between(3, 7) - 3).expect("within")] += 1;
    }
    assert!(counts.iter().all(|c| (1_800..2_200).contains(c)), "{counts:?}");
    assert_eq!(stream.between(5, 4), 5);
    assert_eq!(stream.below(0), 0);
    let weights = [0, 3, 0, 1];
    let picks: Vec<usize> = (0..100).map(|_| stream.weighted(weights.iter().copied())).collect();
    assert!(picks.iter().all(|p| [1, 3].contains(p)) && picks.contains(&1) && picks.contains(&3));
}

#[test]
fn amounts_and_rates_are_those_of_the_currency() {
    let of = |code: &str| Scale::of(Currency::parse(code).expect("a currency"));
    assert_eq!(of("EUR").minor(123_456), 123_456);
    let escudos = of("CVE").minor(100_000) / 100;
    assert!((20_000..40_000).contains(&escudos), "{escudos}");
    assert_eq!(of("CVE").minor(123_456) % 100, 0, "escudos have no cents in practice");
    assert_eq!(exchange(Currency::parse("CVE").expect("a currency"), Currency::EURO), "0.009069");
}

#[test]
fn a_batch_does_not_depend_on_where_it_is_cut() {
    let options = Options { undated: 10, overlaps: 30, ..Options::default() };
    let whole = generator(options.clone()).batch(0, 500).expect("a batch");
    assert_eq!(whole, generator(options.clone()).batch(0, 500).expect("a batch"));
    let later = generator(options.clone()).batch(300, 200).expect("a batch");
    assert_eq!(whole.slice(300, 200), later);
    let other = generator(Options { seed: 2, ..options }).batch(0, 500).expect("a batch");
    assert_ne!(whole, other);
    assert_eq!(generator(Options::default()).batch(0, 0).expect("a batch").num_rows(), 0);
}

#[test]
fn careers_make_sense() {
    for (periods, overlaps) in [(1, 0), (2, 0), (6, 0), (20, 0), (100, 0), (6, 100)] {
        let (mut total, mut rows, mut coinciding, mut short, mut after) = (0, 0, 0, 0, 0);
        claims(&["CV", "NL"], &habits(periods, overlaps), |claim, world| {
            let record = &claim.record;
            assert!(!record.is_empty() && record.is_sorted_by_key(|p| p.from));
            assert!(record.iter().all(|p| p.from <= p.to && usize::from(p.party) < world.parties));
            assert!(record.iter().all(|p| p.from >= claim.insured_born + 15 * 365), "nobody works as a child");
            let both = record.windows(2).filter(|w| w[0].to >= w[1].from).collect::<Vec<_>>();
            assert!(both.iter().all(|w| w[0].party != w[1].party));
            coinciding += usize::from(!both.is_empty());
            total += record.len();
            rows += 1;
            after += usize::from(record.iter().any(|p| p.to > claim.event + 60));
            let days = |party| -> i32 { record.iter().filter(|p| p.party == party).map(|p| p.to - p.from + 1).sum() };
            short += usize::from(claim.concerned.iter().any(|party| days(party) < 365));
        });
        let average = total * 10 / rows;
        let wanted = usize::try_from(periods).expect("few") * 10;
        assert!((wanted * 85 / 100..=wanted * 115 / 100).contains(&average), "{average} for {wanted}");
        let few = if overlaps == 0 { coinciding == 0 } else { coinciding * 10 > rows * 8 };
        assert!(few, "{coinciding} of {rows} coincide");
        assert!(periods < 2 || (rows / 50..rows / 3).contains(&short), "{short} of {rows} are short");
        assert!(after * 20 < rows, "{after} of {rows} go on long after the event");
    }
}

#[test]
fn people_and_days_make_sense() {
    let many = ["AT", "BE", "BG", "CZ", "DE", "DK", "ES", "FR", "GR", "IT", "NL", "PL", "PT", "RO", "SE", "XA"];
    for parties in [&["CV", "NL"][..], &many] {
        let mut seen = States::default();
        let mut at_home = 0;
        claims(parties, &habits(6, 8), |claim, world| {
            let (born, ..) = date_of(claim.insured_born);
            assert!((1935..=1975).contains(&born));
            let (year, _, day) = date_of(claim.event);
            assert!((2013..=2027).contains(&year), "{year}");
            if claim.branch == Branch::OldAge {
                assert_eq!((claim.born, day), (claim.insured_born, 1));
                let age = (claim.event - claim.born) / 365;
                assert!((60..=68).contains(&age), "{age}");
            }
            assert!(claim.start >= claim.event && claim.born < claim.event);
            assert!((1..=4).contains(&claim.concerned.count()) && claim.nationalities.count() > 0);
            at_home += usize::from(usize::from(claim.residence) < world.parties);
            claim.concerned.iter().for_each(|party| seen = seen.with(party));
            for figures in &claim.figures {
                assert!(claim.concerned.holds(usize::from(figures.party)));
                assert!(figures.alone <= figures.all && figures.alone > 0);
                assert!(figures.entitled || !figures.entitled_alone);
            }
        });
        assert_eq!(seen.count() as usize, parties.len().min(12), "each party appears");
        assert!(at_home > 4_000);
    }
}

#[test]
fn columns_say_what_the_claims_are() {
    let batch = generator(Options { missing: 0, ..Options::default() }).batch(0, 2_000).expect("a batch");
    let column = |name: &str| batch.column_by_name(name).unwrap_or_else(|| panic!("no column {name}"));
    assert_eq!(batch.schema().field(0).name(), ID);
    assert_eq!(column(ID).as_string::<i32>().value(0), "C0000001");
    for full in ["person.born", "person.residence", "periods", "claim.benefit", "claim.start", "rate.CVE.EUR"] {
        assert_eq!(column(full).null_count(), 0, "{full}");
    }
    assert!(batch.column_by_name("claim.admitted_to_work").is_none(), "nobody claims for unemployment");
    assert!(batch.column_by_name("claim.job_search.left_on").is_some(), "a column outside a record");
    let (alone, all) = (column("CV.alone").as_primitive::<Int64Type>(), column("CV.all").as_primitive::<Int64Type>());
    assert!((0..2_000).filter(|at| alone.is_valid(*at)).all(|at| all.is_valid(at) && alone.value(at) <= all.value(at)));
    assert!(alone.null_count() < 1_500);
    let asked = column("NL.requires").as_string::<i32>();
    assert!(asked.iter().flatten().all(|text| text.ends_with(" months")), "{asked:?}");
    assert!((200..700).contains(&(2_000 - asked.null_count())));
    let first = |name: &str| (0..2_000).find_map(|row| crate::texts::at(column(name).as_ref(), row));
    assert_eq!((first("NL.cents"), first("NL.unit")), (Some("half up to 0.01 EUR"), Some("months")));
    let periods = column("periods").as_list::<i32>();
    let fields = periods.values().as_struct();
    assert_eq!(fields.column_names(), ["party", "kind", "quality", "from", "to"]);
    assert_eq!(fields.column(3).null_count(), 0);
    let open = column("entry_into_force").as_primitive::<Date32Type>();
    assert!((0..2_000).all(|at| open.value(at) == first_of(1990, 1)), "a parameter left open is the same for all");
    let drawing = column("person.drawing").as_list::<i32>();
    assert!((10..100).contains(&(2_000 - drawing.null_count())));
}

#[test]
fn what_is_asked_for_is_there() {
    let options = Options { missing: 20, undated: 30, bad: 500, ..Options::default() };
    let batch = generator(options).batch(0, 1_000).expect("a batch");
    let column = |name: &str| batch.column_by_name(name).unwrap_or_else(|| panic!("no column {name}"));
    assert!((120..280).contains(&column("periods").null_count()));
    assert!((120..280).contains(&column("claim.event").null_count()));
    assert_eq!(column("claim.event").data_type(), &DataType::Utf8);
    let wrong = |name: &str| {
        let is_day = |text: &&str| Date::parse(text).is_some();
        column(name).as_string::<i32>().iter().flatten().filter(|text| !is_day(text)).count()
    };
    let days = wrong("claim.event") + wrong("claim.start") + wrong("person.born");
    assert!((100..400).contains(&days), "{days}");
    let fields = column("periods").as_list::<i32>().values().as_struct();
    let amounts = fields.column_by_name("amount").expect("amounts").as_string::<i32>();
    let from = fields.column_by_name("from").expect("days").as_primitive::<Date32Type>();
    assert!((0..fields.len()).all(|at| amounts.is_valid(at) != from.is_valid(at)));
    let share = (fields.len() - amounts.null_count()) * 100 / fields.len();
    assert!((60..80).contains(&(100 - share)), "{share}");
}

#[test]
fn what_cannot_be_had_is_refused() {
    let layout = layout(&["CV", "NL"]);
    let of = |options: Options| Generator::new(&layout, options).map(|_| ());
    let benefit = of(Options { benefit: Some("old_age".to_owned()), ..Options::default() });
    assert!(benefit.expect_err("refused").starts_with("there is no benefit `old_age`; there is old_age.pension"));
    let party = of(Options { parties: vec![country("FR")], ..Options::default() });
    assert_eq!(party.expect_err("refused"), "FR is no party of this agreement");
    let one = Options { benefit: Some("unemployment.cash".to_owned()), ..Options::default() };
    let one = Generator::new(&layout, one);
    let batch = one.expect("a generator").batch(0, 50).expect("a batch");
    assert!(batch.column_by_name("claim.admitted_to_work").is_some());
}
