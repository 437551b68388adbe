//! Kernels over columns against the reference meaning: every shipped case, and very many made-up claims.

use crate::cases::shipped;
use accord_cli::columnar::{Kernel, answer};
use accord_cli::evaluate::Evaluator;
use accord_cli::examine::{examine, in_parallel};
use accord_core::columns::{Cell, Layout, Shape};
use accord_core::{
    Answer, Country, Date, Facts, Kind, Money, Number, Outcome, Periods, Piece, Quality, Span, Unit, Value,
};
use accord_interp::Interp;
use accord_ir::{NodeId, Verified};
use std::collections::{BTreeMap, BTreeSet};

/// What a kernel and the interpreter made of some rows.
#[derive(Default)]
struct Compared {
    /// Of each decision: results, and those the kernel left open.
    counts: BTreeMap<String, (usize, usize)>,
    wrong: Vec<String>,
}

fn compare(verified: &Verified, kernel: &Kernel, rows: &[&Facts], compared: &mut Compared) {
    let program = verified.program();
    let answers = kernel.answers(rows).expect("a kernel runs");
    for (facts, row) in rows.iter().zip(answers) {
        let mut interp = Interp::new(verified, facts);
        for ((decision, args, output), got) in kernel.wanted.iter().zip(row) {
            let decision = &program.decisions[decision.0 as usize];
            let node: NodeId = decision.node;
            let count = compared.counts.entry(decision.name.clone()).or_default();
            count.0 += 1;
            if got.is_none() {
                count.1 += 1;
                continue;
            }
            let wanted: Answer = interp.ask(node, args);
            let full = answer(got, || Some(wanted.clone())).expect("an answer");
            if full != wanted && compared.wrong.len() < 20 {
                let wrong = format!("{}: {full:?} for {wanted:?}\n  {:?}", output.name, facts.row);
                compared.wrong.push(wrong);
            }
        }
    }
}

#[test]
fn kernels_answer_the_shipped_cases() {
    assert!(Evaluator::ALL.contains(&Evaluator::Columns));
    let loaded = shipped();
    let results = in_parallel(loaded.roots.len(), |i| {
        let examined = examine(&loaded, &loaded.roots[i]).expect("examined");
        let Some(verified) = &examined.verified else { return (String::new(), Compared::default()) };
        let mut compared = Compared::default();
        let few = verified.program().parties.len() <= 4;
        for case in examined.cases.iter().filter(|c| c.question == "benefit") {
            let parties: Vec<Country> = if few {
                let mut all: Vec<Country> = verified.program().parties.iter().map(|p| p.country).collect();
                all.sort();
                all
            } else {
                case.concerned.iter().copied().take(4).collect()
            };
            let kernel =
                Kernel::for_rows(verified, &case.question, &parties, &[&case.facts]).expect("a kernel is made");
            compare(verified, &kernel, &[&case.facts], &mut compared);
        }
        (verified.program().agreement.clone(), compared)
    });
    let mut wrong = Vec::new();
    for (agreement, compared) in results.expect("run") {
        println!("{agreement}");
        for (decision, (asked, open)) in &compared.counts {
            println!("  {decision}: {asked} asked, {open} left open");
        }
        wrong.extend(compared.wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A random number that depends on nothing but where it is drawn.
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.roll(n) == 0
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.roll(all.len() as u64)).expect("small")]
    }

    fn day(&mut self, from: i32, days: u64) -> Date {
        let day = Date::from_day_number(from + i32::try_from(self.roll(days)).expect("small")).expect("a day");
        // Most days of records are the first or the last of a month.
        match self.roll(4) {
            0 => day,
            1 => Date::from_ymd(day.year(), day.month(), 1).expect("a day").add_days(-1).expect("a day"),
            _ => Date::from_ymd(day.year(), day.month(), 1).expect("a day"),
        }
    }
}

/// A record of dated periods of some parties, overlaps and gaps included.
fn record(dice: &mut Dice, parties: &[Country]) -> Outcome {
    let mut pieces = Vec::new();
    // Mostly working lives of our time; now and then any days, for the calendar's sake.
    let (begin, within) = if dice.one_in(4) { (-40_000, 60_000) } else { (-3_000, 9_000) };
    for _ in 0..dice.roll(8) {
        let (from, days) = (dice.day(begin, within), i64::try_from(dice.roll(3_000)).expect("small"));
        let span = Span::new(from, from.add_days(days).expect("a day")).expect("days");
        let kind = if dice.one_in(3) { dice.of(Kind::ALL) } else { Kind::Insurance };
        let quality = if dice.one_in(5) { Quality::Voluntary } else { Quality::Compulsory };
        let party = dice.of(parties);
        pieces.extend(Piece::dated(party, kind, quality, span.first, span.last));
    }
    Outcome::Value(Value::Periods(std::sync::Arc::new(Periods::record(pieces))))
}

/// The unit that a column of units holds, the same in every row as it mostly is in files.
fn unit(at: usize) -> Unit {
    if at.is_multiple_of(4) { Unit::Weeks } else { Unit::Months }
}

/// What is known of the columns of units.
fn units(layout: &Layout) -> BTreeMap<usize, BTreeSet<u16>> {
    let columns = layout.columns.iter().enumerate().filter(|(_, column)| column.cell == Cell::Unit);
    let place = |at: usize| Unit::ALL.iter().position(|known| *known == unit(at)).expect("a unit");
    columns.map(|(at, _)| (at, BTreeSet::from([u16::try_from(place(at)).expect("few")]))).collect()
}

/// A value for a column, by what it holds.
pub fn cell(dice: &mut Dice, layout: &Layout, at: usize, benefits: &[u16]) -> Option<Outcome> {
    let column = &layout.columns[at];
    if dice.one_in(40) || (column.optional && !dice.one_in(3)) {
        return None;
    }
    let strangers: Vec<Country> = layout.parties.iter().copied().chain(Country::parse("US")).collect();
    let value = match &column.cell {
        Cell::YesNo => Value::YesNo(!dice.one_in(3)),
        Cell::Number => Value::Number(Number::whole(1 + i64::try_from(dice.roll(3)).expect("small"))),
        Cell::Country => Value::Country(dice.of(&strangers)),
        Cell::Member(id, _) if column.name == "claim.benefit" => Value::Member(*id, dice.of(benefits)),
        Cell::Member(id, members) => Value::Member(*id, u16::try_from(dice.roll(members.len() as u64)).expect("few")),
        Cell::Date => Value::Date(dice.day(2_000, 9_000)),
        Cell::Money(currency) => {
            let large = dice.one_in(50);
            let most = if large { 10_000_000_000_000 } else { 500_000 };
            Value::Money(Money::new(*currency, i64::try_from(dice.roll(most)).expect("small")).expect("money"))
        }
        Cell::Length(_) => {
            let (unit, count) = dice.of(&[(Unit::Months, 300), (Unit::Years, 20)]);
            let count = i64::try_from(dice.roll(count)).expect("small");
            Value::Length(accord_core::Length::new(unit, accord_core::ratio(count, 1)))
        }
        Cell::Countries => {
            let some = strangers.iter().copied().filter(|_| dice.one_in(2)).collect::<Vec<_>>();
            Value::countries(some)
        }
        Cell::Periods => return Some(record(dice, &layout.parties)),
        Cell::Unit => Value::Unit(unit(at)),
        Cell::Members(..) | Cell::Records(_) | Cell::Figures(_) | Cell::Text | Cell::Rounding => return None,
    };
    Some(Outcome::Value(value))
}

/// Compares made-up claims of an agreement, and prints how many results were left open.
fn many(agreement: &str, parties: &[&str], names: &[&str], rows: u64) -> Compared {
    let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
    let loaded = accord_cli::Loaded::from_paths(&[accord_tests::at(agreement)]).expect("read");
    let parties: Vec<Country> = parties.iter().map(|p| Country::parse(p).expect("a country")).collect();
    const THREADS: usize = 2;
    let results = in_parallel(THREADS, |thread| {
        let examined = examine(&loaded, &loaded.roots[0]).expect("examined");
        let verified = examined.verified.as_ref().expect("sound");
        let kernel = Kernel::new(verified, "benefit", &parties, &names).expect("a kernel is made");
        let shape = Shape { members: units(&kernel.layout), ..kernel.shape };
        let kernel = Kernel::of(verified, kernel.layout, shape, kernel.wanted).expect("a kernel is made");
        let mut layout = kernel.layout.clone();
        layout.parties.clone_from(&parties);
        let benefits: Vec<u16> = match layout.columns.iter().find(|c| c.name == "claim.benefit").map(|c| &c.cell) {
            Some(Cell::Member(_, members)) => {
                (0..).zip(members).filter(|(_, m)| m.ends_with("pension")).map(|(at, _)| at).collect()
            }
            _ => Vec::new(),
        };
        let mut compared = Compared::default();
        let mut dice = Dice(thread as u64 * 1_000_003 + 7);
        for _ in 0..rows / (100 * THREADS as u64) {
            let facts: Vec<Facts> =
                (0..100).map(|_| layout.facts(&mut |at| cell(&mut dice, &layout, at, &benefits))).collect();
            let rows: Vec<&Facts> = facts.iter().collect();
            compare(verified, &kernel, &rows, &mut compared);
        }
        compared
    });
    let mut all = Compared::default();
    for compared in results.expect("run") {
        for (decision, (asked, open)) in compared.counts {
            let count = all.counts.entry(decision).or_default();
            *count = (count.0 + asked, count.1 + open);
        }
        all.wrong.extend(compared.wrong);
    }
    println!("{agreement}");
    for (decision, (asked, open)) in &all.counts {
        println!("  {decision}: {asked} asked, {open} left open");
    }
    all
}

/// Fails where anything differs, or where a kernel leaves more than one result in so many open.
fn must_agree(compared: &Compared, decision: &str, at_least: usize) {
    assert!(compared.wrong.is_empty(), "{}", compared.wrong.join("\n"));
    let (asked, open) = compared.counts[decision];
    assert!(open * at_least <= asked, "{decision}: {open} of {asked} were left open");
}

#[test]
fn kernels_agree_with_the_interpreter_on_a_hundred_thousand_claims() {
    let compared = many("agreements/nl-cv", &["CV", "NL"], &["payable"], 100_000);
    must_agree(&compared, "payable", 20);
}

/// A list of records, at most six of them; now and then one lacks a field.
fn records(dice: &mut Dice, layout: &Layout, fields: &[accord_core::columns::Column], benefits: &[u16]) -> Outcome {
    let layout = Layout { columns: fields.to_vec(), ..layout.clone() };
    let record = |dice: &mut Dice| {
        let field = |at: usize| match cell(dice, &layout, at, benefits) {
            Some(outcome) => outcome,
            None if fields[at].optional => Outcome::Nothing,
            None => Outcome::missing(&fields[at].name),
        };
        Value::Record(std::sync::Arc::new((0..fields.len()).map(field).collect()))
    };
    let count = dice.roll(7);
    Outcome::Value(Value::List((0..count).map(|_| record(dice)).collect()))
}

#[test]
fn kernels_read_lists_of_records_and_take_rows_in_any_order() {
    let loaded = accord_cli::Loaded::from_paths(&[accord_tests::at("agreements/nl-cv")]).expect("read");
    let compared = in_parallel(1, |_| {
        let examined = examine(&loaded, &loaded.roots[0]).expect("examined");
        let verified = examined.verified.as_ref().expect("sound");
        let parties = ["CV", "NL"].map(|p| Country::parse(p).expect("a country"));
        let kernel = Kernel::new(verified, "benefit", &parties, &[]).expect("a kernel is made");
        let mut layout = kernel.layout.clone();
        layout.parties = parties.to_vec();
        let Some(Cell::Member(_, words)) =
            layout.columns.iter().find(|c| c.name == "claim.benefit").map(|c| c.cell.clone())
        else {
            panic!("there is no benefit");
        };
        let benefits: Vec<u16> = (0..).zip(&words).filter(|(_, w)| w.ends_with("pension")).map(|(at, _)| at).collect();
        let mut dice = Dice(77);
        let mut compared = Compared::default();
        // More than are decided together, and no whole number of them.
        for count in [1_100, 700, 513, 65, 1] {
            let facts: Vec<Facts> = (0..count)
                .map(|_| {
                    layout.facts(&mut |at| match &layout.columns[at].cell {
                        Cell::Records(fields) if !dice.one_in(3) => {
                            Some(records(&mut dice, &layout, fields, &benefits))
                        }
                        _ => cell(&mut dice, &layout, at, &benefits),
                    })
                })
                .collect();
            compare(verified, &kernel, &facts.iter().collect::<Vec<_>>(), &mut compared);
        }
        compared
    });
    for compared in compared.expect("run") {
        println!("{:?}", compared.counts);
        // Lists of five or six, and those with a record that lacks something, are left open.
        must_agree(&compared, "entitled", 6);
        must_agree(&compared, "payable", 6);
    }
}

#[test]
fn kernels_agree_with_the_interpreter_on_everything_about_many_claims() {
    let compared = many("agreements/nl-cv", &["CV", "NL"], &[], 2_000);
    must_agree(&compared, "payable", 5);
    must_agree(&compared, "relieved", 20);
    must_agree(&compared, "entitled", 10);
}

#[test]
fn kernels_agree_with_the_interpreter_on_claims_of_other_agreements() {
    let compared = many("agreements/cz-md", &["CZ", "MD"], &["payable", "relieved", "share"], 1_000);
    must_agree(&compared, "payable", 50);
    let compared = many("agreements/ets-78", &["BE", "NL"], &["payable", "relieved", "entitled"], 1_000);
    must_agree(&compared, "payable", 5);
    let compared = many("agreements/eu-883", &["DE", "FR", "NL"], &["payable", "entitled"], 500);
    must_agree(&compared, "payable", 5);
}
