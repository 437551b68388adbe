//! Speed, measured against peers: `cargo bench --workspace --bench speed`.
//!
//! `-- --quick` takes a few minutes, `-- --full` compares ten million rows; `-- --rows N` compares so many;
//! `-- --files` only goes from file to file, `-- --threads` only measures a second thread, `-- --compile` only what comes before
//! claims, `-- --scalar` only the scalar rule. Nothing is asserted about time: the machine is described, works are taken
//! in turns, medians and ratios are printed. Results that differ are shown, and make it fail.
//!
//! | file | what |
//! |---|---|
//! | `rows`, `out` | made-up claims and results, as columns |
//! | `expert`, `sweep`, `open`, `calendar` | hand-written Rust as fast as it gets, independent of Accord |
//! | `naive` | hand-written Rust without a thought of speed |
//! | `engine`, `native`, `law` | what is compared; Accord's kernel, tree walk and general machine code |
//! | `scalar`, `scalar_native`, `peers` | the rule with months given; peers in other languages, in `tests/benches/peers` |
//! | `threads` | what a second thread gains |
//! | `compile` | checking, making code, testing |
//! | `files` | from file to file, with and without evaluation |
//! | `machine` | clock, copying, tables |

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark stops where its footing is missing"
)]

mod calendar;
mod compile;
mod engine;
mod expert;
mod files;
mod law;
mod machine;
mod naive;
mod native;
mod open;
mod out;
mod peers;
mod rows;
mod scalar;
mod scalar_native;
mod sweep;
mod threads;

use engine::{Engine, Expert, Naive, run_all};
use law::Agreement;
use machine::{Copying, Table, description, in_turns, median, piecewise, ratio, seconds};
use native::Native;
use out::{Compared, Out, Part, compare};
use peers::Peer;
use rows::{Mix, Rows, generate, generate_from};
use std::hint::black_box;

/// How much is done.
#[derive(Clone, Copy)]
struct Plan {
    /// Rows of the large batches.
    rows: usize,
    /// How often each work is taken.
    times: usize,
    /// Rows compared bit for bit.
    compared: usize,
    /// Rows compared with the tree walk.
    walked: usize,
    /// The number of rows that was asked for.
    given: Option<usize>,
}

/// Claims of a file, where nothing else is asked for: a nation's, so that making the kernel weighs little.
const FILES: usize = 5_000_000;

/// What is measured.
struct Engines {
    expert: Expert,
    naive: Naive,
    native: Option<Native>,
}

impl Engines {
    /// The fast ones, the expert first.
    fn fast(&self) -> Vec<&dyn Engine> {
        let native = self.native.iter().map(|native| native as &dyn Engine);
        std::iter::once(&self.expert as &dyn Engine).chain(native).collect()
    }
}

fn main() {
    if std::env::args().any(|a| a == "--files") {
        println!("# Speed\n\n{}", description());
        let plan = plan();
        let rows = plan.given.unwrap_or(FILES);
        let measured = || files::files(&Agreement::load(), rows, plan.times.min(7));
        accord_cli::examine::on_deep_stack(measured).expect("it runs to its end");
        return;
    }
    if std::env::args().any(|a| a == "--threads") {
        println!("# Speed\n\n{}", description());
        let measured = || {
            let agreement = Agreement::load();
            let (law, native) = (agreement.law, Native::new(&agreement).ok());
            let engines = Engines { expert: Expert(law), naive: Naive(law), native };
            threads::threads(&engines.fast(), &generate(plan().rows, Mix::USUAL, 1), plan().times);
        };
        accord_cli::examine::on_deep_stack(measured).expect("it runs to its end");
        return;
    }
    if std::env::args().any(|a| a == "--compile") {
        println!("# Speed\n\n{}", description());
        accord_cli::examine::on_deep_stack(|| compile::compile(plan().times)).expect("it runs to its end");
        return;
    }
    let only_scalar = std::env::args().any(|a| a == "--scalar");
    let measured = move || if only_scalar { scalar(plan()) } else { measure() };
    if !accord_cli::examine::on_deep_stack(measured).expect("every part runs to its end") {
        eprintln!("\nresults differ, see above");
        std::process::exit(1);
    }
}

fn plan() -> Plan {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|a| a == name);
    let mut plan = Plan { rows: 1_000_000, times: 15, compared: 1_000_000, walked: 20_000, given: None };
    if has("--quick") {
        plan = Plan { rows: 300_000, times: 5, compared: 100_000, walked: 2_000, given: None };
    }
    if has("--full") {
        plan.compared = 10_000_000;
    }
    let given = arguments.iter().skip_while(|a| *a != "--rows").nth(1);
    plan.given = given.and_then(|n| n.parse().ok());
    plan.compared = plan.given.unwrap_or(plan.compared);
    plan
}

/// Prints everything; whether all results were the same.
fn measure() -> bool {
    let plan = plan();
    println!("# Speed\n\n{}", description());
    let agreement = Agreement::load();
    let native = Native::new(&agreement);
    match &native {
        Ok(native) => println!("\nkernel made in {:.1} ms", native.made_in.as_secs_f64() * 1e3),
        Err(why) => println!("\nno native kernel: {why}"),
    }
    let law = agreement.law;
    let engines = Engines { expert: Expert(law), naive: Naive(law), native: native.ok() };
    let mut same = agree(&agreement, &engines, plan);
    let rows = generate(plan.rows, Mix::USUAL, 1);
    full(&engines, &rows, plan);
    threads::threads(&engines.fast(), &rows, plan.times);
    growth(&engines, plan);
    walks(&agreement, plan);
    compile::compile(plan.times);
    files::files(&agreement, plan.given.unwrap_or(plan.rows), plan.times.min(7));
    same &= scalar(plan);
    same
}

/// Whether all engines give the same results, bit for bit.
fn agree(agreement: &Agreement, engines: &Engines, plan: Plan) -> bool {
    let names = ["results", "left open by either", "different"];
    let table = Table::begin("Agreement, bit for bit", &[&["compared with the expert"], &names[..]].concat());
    let mut all = [Compared::default(), Compared::default(), Compared::default()];
    // As usual; with many days shared; and in another age, for which nobody has a table.
    let many = Mix { periods: 20, overlaps: 500 };
    let mut old = generate(plan.walked / 10, Mix::USUAL, 9);
    old.shift(-22_000);
    for rows in [generate(plan.walked, Mix::USUAL, 7), generate(plan.walked / 10, many, 8), old] {
        let facts: Vec<_> = (0..rows.count).map(|row| agreement.facts(&rows, row)).collect();
        let mut walked = Out::new(rows.count);
        agreement.walk(&facts, &mut walked, 0);
        all[0].and(compare(&results(&engines.expert, &rows), &walked, rows.count));
    }
    let mut left = plan.compared;
    let mut seed = 100;
    while left > 0 {
        // Every other batch is a slice that begins within a byte.
        let rows = generate_from(left.min(1_000_000), Mix::USUAL, seed, (seed % 2 * 37) as usize);
        let expert = results(&engines.expert, &rows);
        all[1].and(compare(&expert, &results(&engines.naive, &rows), rows.count));
        if let Some(native) = &engines.native {
            let mut out = results(native, &rows);
            native.translate(&mut out);
            let compared = compare(&expert, &out, rows.count);
            if let Some((row, _)) = compared.first.as_ref().filter(|_| all[2].first.is_none()) {
                println!("\n{}", rows.describe(*row));
                let mut walked = Out::new(1);
                agreement.walk(&[agreement.facts(&rows, *row)], &mut walked, 0);
                println!("  tree walk: {:?} and {:?}", walked.of[0].cell(0), walked.of[1].cell(0));
            }
            all[2].and(compared);
        }
        left -= rows.count;
        seed += 1;
    }
    for (name, compared) in ["tree walk", engines.naive.name(), "Accord, native kernel"].iter().zip(&all) {
        let Compared { results, undecided, different, .. } = compared;
        table.line(&[(*name).to_owned(), results.to_string(), undecided.to_string(), different.to_string()]);
    }
    all.iter().filter_map(|c| c.first.as_ref()).for_each(|(_, first)| println!("\nfirst difference: {first}"));
    all.iter().all(|compared| compared.different == 0)
}

fn results(engine: &dyn Engine, rows: &Rows) -> Out {
    let mut out = Out::new(rows.count);
    run_all(engine, rows, &mut out, 1);
    out
}

/// Full totalisation on one thread.
fn full(engines: &Engines, rows: &Rows, plan: Plan) {
    let mut copying = Copying::new();
    let fast = engines.fast();
    let mut outs: Vec<Out> = fast.iter().map(|_| Out::new(rows.count)).collect();
    let mut works: Vec<Box<dyn FnMut(usize) + '_>> = Vec::new();
    for (engine, out) in fast.iter().zip(&mut outs) {
        let mut parts = out.parts(PIECE);
        works.push(Box::new(move |at| piece(*engine, rows, &mut parts, at)));
    }
    works.push(Box::new(|piece| copying.copy(piece)));
    let mut works: Vec<&mut dyn FnMut(usize)> = works.iter_mut().map(|w| &mut **w as &mut dyn FnMut(usize)).collect();
    let pieces = rows.count.div_ceil(PIECE);
    let taken = piecewise(plan.times, pieces, &mut works);
    let naive = seconds(|| drop(black_box(results(&engines.naive, rows))));
    let per_period = rows.periods() as f64 / rows.count as f64;
    let heading = format!(
        "Full totalisation, one thread: {} rows, {per_period:.1} periods each, {:.0} bytes read a row",
        rows.count,
        rows.bytes_read()
    );
    let table = Table::begin(&heading, &["engine", "ns a row", "million rows a second", "of the expert"]);
    let count = rows.count as f64;
    let line = |name: &str, taken: f64, of: f64| {
        let rate = [format!("{:.1}", taken * 1e9 / count), format!("{:.2}", count / taken / 1e6), format!("{of:.3}")];
        table.line(&[&[name.to_owned()], &rate[..]].concat());
    };
    for (engine, seconds) in fast.iter().zip(&taken) {
        line(engine.name(), *seconds, taken[0] / seconds);
    }
    line(engines.naive.name(), naive, taken[0] / naive);
    let copied = (Copying::PIECE * pieces) as f64 / taken[taken.len() - 1];
    let at_copy = copied / rows.bytes_read();
    let fraction = count / taken[0] / at_copy;
    println!(
        "\ncopying: {:.1} GB/s, each byte counted once, or {:.0} million rows a second at the bytes a row reads; \
         the expert reaches {fraction:.3} of it (with less than 0.13 the ratio says little)",
        copied / 1e9,
        at_copy / 1e6
    );
}

/// Rows that are measured at a time.
const PIECE: usize = 16_384;

/// Runs one piece of the rows.
fn piece(engine: &dyn Engine, rows: &Rows, parts: &mut [Part<'_>], at: usize) {
    engine.run(rows, &mut parts[at], at * PIECE, ((at + 1) * PIECE).min(rows.count));
}

/// The times of a batch, short ones often enough for the clock.
fn times_of(engines: &[&dyn Engine], rows: &Rows, times: usize) -> Vec<f64> {
    let again = 100_000_usize.div_ceil(rows.periods().max(1));
    let mut outs: Vec<Out> = engines.iter().map(|_| Out::new(rows.count)).collect();
    let mut works: Vec<Box<dyn FnMut(usize) + '_>> = Vec::new();
    for (engine, out) in engines.iter().zip(&mut outs) {
        let mut parts = out.parts(PIECE);
        works.push(Box::new(move |at| (0..again).for_each(|_| piece(*engine, rows, &mut parts, at))));
    }
    let mut works: Vec<&mut dyn FnMut(usize)> = works.iter_mut().map(|w| &mut **w as &mut dyn FnMut(usize)).collect();
    let taken = piecewise(times, rows.count.div_ceil(PIECE), &mut works);
    taken.into_iter().map(|seconds| seconds / again as f64).collect()
}

/// How the time grows with rows and with periods.
fn growth(engines: &Engines, plan: Plan) {
    let fast = engines.fast();
    let names: Vec<&str> = fast.iter().map(|engine| engine.name()).collect();
    let table = Table::begin("Growth with rows: ns a row", &[&["rows"], &names[..]].concat());
    for count in [1_000, 10_000, 100_000, 1_000_000].into_iter().filter(|n| *n <= plan.rows) {
        let rows = generate(count, Mix::USUAL, 3);
        let taken = times_of(&fast, &rows, plan.times.min(7));
        let ns = taken.iter().map(|seconds| format!("{:.1}", seconds * 1e9 / count as f64));
        table.line(&std::iter::once(count.to_string()).chain(ns).collect::<Vec<_>>());
    }
    let table = Table::begin("Growth with periods: ns a period", &[&["periods a row"], &names[..]].concat());
    for periods in [2, 6, 20, 60, 200] {
        let rows = generate(plan.rows / 4 / periods, Mix { periods: periods as u64, ..Mix::USUAL }, 4);
        let (all, count) = (rows.periods() as f64, rows.count as f64);
        let taken = times_of(&fast, &rows, plan.times.min(7));
        let ns = taken.iter().map(|seconds| format!("{:.2}", seconds * 1e9 / all));
        table.line(&std::iter::once(format!("{:.1}", all / count)).chain(ns).collect::<Vec<_>>());
    }
}

/// The evaluators that are not made for batches, on a sample.
fn walks(agreement: &Agreement, plan: Plan) {
    let rows = generate(plan.walked.min(2_000), Mix::USUAL, 5);
    let facts: Vec<_> = (0..rows.count).map(|row| agreement.facts(&rows, row)).collect();
    let mut out = Out::new(rows.count);
    let table = Table::begin("Row by row, on a sample", &["evaluator", "ns a row"]);
    let ns = |seconds: f64| format!("{:.0}", seconds * 1e9 / rows.count as f64);
    let walked = seconds(|| agreement.walk(&facts, &mut out, 0));
    table.line(&["tree walk".to_owned(), ns(walked)]);
    if let Ok(jit) = accord_codegen::Jit::compile(&agreement.verified) {
        let general = seconds(|| agreement.general(&jit, &facts, &mut out, 0));
        table.line(&["general machine code".to_owned(), ns(general)]);
    }
}

/// The scalar rule and its peers.
fn scalar(plan: Plan) -> bool {
    let columns = scalar::generate(plan.rows, 6);
    let rule = scalar_native::Rule::new();
    let native = scalar_native::Native::new(&rule);
    let [mut out, mut bare, mut of_native] = [(); 3].map(|()| scalar::Results::new(columns.count));
    let taken = in_turns(
        plan.times,
        &mut [
            &mut || scalar::run::<true>(&columns, &mut out),
            &mut || native.run(&columns, &mut of_native),
            &mut || scalar::run::<false>(&columns, &mut bare),
        ],
    );
    native.translate(&mut of_native);
    let mut wrong_of_ours = wrong(&columns, &out, columns.count) + wrong(&columns, &of_native, columns.count);
    let expert = median(taken[0].clone());
    let heading = format!("The scalar rule, months given: {} rows", columns.count);
    let table = Table::begin(&heading, &["peer", "ns a row", "of hand-written Rust", "different"]);
    let line = |name: &str, seconds: f64, different: u64| {
        let ns = format!("{:.2}", seconds * 1e9 / columns.count as f64);
        table.line(&[name.to_owned(), ns, format!("{:.4}", expert / seconds), different.to_string()]);
    };
    line("hand-written Rust", expert, wrong(&columns, &out, columns.count));
    line("Accord, native kernel", expert / ratio(&taken[1], &taken[0]), wrong(&columns, &of_native, columns.count));
    let without = expert / ratio(&taken[2], &taken[0]);
    bare.detail.clone_from(&out.detail);
    bare.rules.clone_from(&out.rules);
    line("hand-written Rust, without details and rules", without, wrong(&columns, &bare, columns.count));
    // Row by row, on a sample.
    let facts = rule.facts(&columns, plan.walked.min(columns.count));
    let jit = rule.general();
    let (mut walked, mut general) = (scalar::Results::new(columns.count), scalar::Results::new(columns.count));
    let taken = in_turns(
        plan.times,
        &mut [&mut || rule.walk(&facts, &mut walked), &mut || rule.run(&jit, &facts, &mut general)],
    );
    for (name, taken, out) in [("tree walk", &taken[0], &walked), ("general machine code", &taken[1], &general)] {
        let seconds = median(taken.clone()) * columns.count as f64 / facts.len() as f64;
        let different = wrong(&columns, out, facts.len());
        wrong_of_ours += different;
        line(&format!("Accord, {name}, row by row"), seconds, different);
    }
    let walked = median(taken[0].clone()) / facts.len() as f64;
    println!(
        "\nthe interpreter of Catala takes 27 to 35 microseconds a person for this rule, as measured elsewhere: {:.0} to {:.0} \
         times the tree walk",
        27e-6 / walked,
        35e-6 / walked
    );
    let folder = accord_tests::scratch("speed").expect("a folder of its own");
    scalar::write(&columns, &out, &folder).expect("columns are written");
    let peers = [
        ("numpy, exact integers", "scalar_numpy.py", "numpy"),
        ("OpenFisca-core, float32", "scalar_openfisca.py", "openfisca_core"),
    ];
    let mut left = Vec::new();
    for (name, script, needs) in peers {
        match peers::run(script, needs, &folder, plan.times) {
            Peer::Ran(seconds, different) => line(name, seconds, different),
            Peer::Left(why) => left.push(format!("left out: {name}: {why}")),
        }
    }
    left.iter().for_each(|why| println!("\n{why}"));
    std::fs::remove_dir_all(&folder).expect("the folder can go");
    wrong_of_ours == 0
}

/// How many of the first results of the scalar rule are not what plain arithmetic gives.
fn wrong(columns: &scalar::Columns, out: &scalar::Results, count: usize) -> u64 {
    let expected = |row: usize| {
        let entitled = columns.entitled.valid.get(row).then(|| columns.entitled.values.get(row));
        let all = columns.all.valid.get(row).then(|| i128::from(columns.all.values[row]));
        let (own, total) = (i128::from(columns.own[row]), i128::from(columns.total[row]));
        match (entitled, all) {
            (Some(false), _) => (0, out::NOTHING, 0, 0),
            (Some(true), Some(all)) => (((2 * all * own + total) / (2 * total)) as i64, out::VALUE, 0, 1),
            (Some(true), None) => (0, out::UNDETERMINED, scalar::WHOLE, 1),
            (None, _) => (0, out::UNDETERMINED, scalar::RIGHT, 0),
        }
    };
    let differs = |row: &usize| {
        let valid = out.valid[row / 64] >> (row % 64) & 1 == 1;
        let found = (out.values[*row], out.outcome[*row], out.detail[*row], out.rules[*row]);
        found != expected(*row) || valid != (out.outcome[*row] == out::VALUE)
    };
    (0..count).filter(differs).count() as u64
}
