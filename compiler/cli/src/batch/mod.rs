//! `accord batch`: a file of claims in, a file of answers out.
//!
//! | concern | file |
//! |---|---|
//! | what is asked, from which file into which | this one |
//! | the general evaluator on each thread, and where native code is joined | `answer` |
//! | progress and the summary | `tell` |

pub mod answer;
pub mod tell;

pub use answer::{Everywhere, native};

use crate::args::Batch;
use crate::console::Console;
use crate::evaluate::{Evaluator, Ready};
use crate::ruleset::{self, PublicKey};
use crate::run::in_short;
use crate::trouble::Trouble;
use crate::{FINE, NO, derivation, generate};
use accord_analysis::case::Case;
use accord_batch::{Asked, Carried, Format, Run, Source, facts_of};
use accord_core::columns::{Layout, Output};
use accord_core::{Country, Facts, Outcome, Value};
use accord_ir::{Program, Verified};
use accord_source::{FileId, Span};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tell::Progress;

/// What is asked of a claim where nothing else is.
pub const USUAL: &[&str] = &["payable", "entitled"];

/// Of an agreement of so many parties all are asked about unasked.
pub const FEW_PARTIES: usize = 4;

/// Runs the command.
pub(crate) fn batch(args: &Batch, console: &mut Console<'_>) -> Result<u8, Trouble> {
    let from = form(args.from.as_deref(), &args.input)?;
    let to = form(args.to.as_deref(), &args.out)?;
    if same_file(&args.input, &args.out) {
        return Err(Trouble::new(format!("`{}` cannot be read and replaced at once", args.input.display()))
            .help("name another file to make: `--out FILE`"));
    }
    if !args.explain_rows.is_empty() && args.input.as_os_str() == "-" {
        return Err(Trouble::new("rows of the standard input cannot be explained: it is read once")
            .help("put the claims into a file"));
    }
    let Some(verified) = program(args, console)? else { return Ok(NO) };
    let program = verified.program();
    let layout = generate::layout_of(program, &args.question)?;
    let parties = parties(args, &layout)?;
    let names = decisions(args, program);
    let mut wanted = accord_ir::outputs(program, &layout, &parties, &names).map_err(Trouble::new)?;
    if !args.provisions {
        wanted.iter_mut().for_each(|(_, _, output)| output.rules.clear());
    }
    if wanted.is_empty() {
        return Err(Trouble::new(format!("nothing that the question `{}` decides has a column", args.question)));
    }
    let needed = accord_ir::reads(program, &layout, wanted.iter().map(|(id, ..)| *id));
    let outputs: Vec<Output> = wanted.into_iter().map(|(_, _, output)| output).collect();
    let asked = Asked { layout, outputs, citations: citations(program), provisions: args.provisions };
    let carried = Carried { keep: args.keep.clone(), ignore: args.ignore.clone(), needed: Some(needed) };
    let source = Source::open(&args.input, from, &asked.layout, &carried)?;

    let everywhere = Everywhere::new(&verified, &asked.layout, &parties, &names)?;
    let everywhere = Arc::new(if args.provisions { everywhere } else { everywhere.without_rules() });
    let threads = args.threads.map_or_else(cores, |n| usize::try_from(n).unwrap_or(1));
    let kernels = (!args.general).then(|| native(&everywhere));
    let run = Run { asked: &asked, generals: &*everywhere, kernels, threads, evaluate: !args.no_evaluate };
    let begun = Instant::now();
    let mut progress = Progress::new(begun);
    let done = run.run(source, &args.out, to, &mut |far| progress.tell(far, console));
    progress.end(console);
    let tally = done?;
    let explained = explain(args, from, &verified, &asked, &carried)?;
    if args.json {
        console.line(&tell::as_json(program, args, &asked, &tally, begun.elapsed(), &explained));
    } else {
        console.answer(&tell::told(program, args, &asked, &tally, begun.elapsed()));
        for (_, derivation) in &explained {
            console.answer(&format!("\n{derivation}"));
        }
    }
    Ok(FINE)
}

/// The form of a file: as asked for, else as its name says.
pub fn form(word: Option<&str>, path: &Path) -> Result<Format, Trouble> {
    let Some(word) = word else { return Ok(Format::of(path)?) };
    Format::parse(word).ok_or_else(|| {
        let known: Vec<&str> = Format::ALL.iter().map(|f| f.word()).collect();
        Trouble::new(format!("there is no form of file `{word}`")).help(format!("use one of {}", known.join(", ")))
    })
}

fn same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The program of a ruleset, signed as it should be, or of sources.
fn program(args: &Batch, console: &mut Console<'_>) -> Result<Option<Verified>, Trouble> {
    let signer = args.verify.as_deref().map(PublicKey::open).transpose()?;
    if ruleset::looks_like_one(&args.path) {
        return Ok(Some(ruleset::open(&args.path, signer.as_ref())?.verified));
    }
    if signer.is_some() {
        return Err(Trouble::new(format!("`{}` is no ruleset, so it bears no signature", args.path.display()))
            .help("`accord build PATH -o FILE --sign KEY` makes one that does"));
    }
    generate::opened(&args.path, console)
}

/// The parties asked about.
fn parties(args: &Batch, layout: &Layout) -> Result<Vec<Country>, Trouble> {
    let listed = || layout.parties.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if args.party.is_empty() && layout.parties.len() > FEW_PARTIES {
        return Err(Trouble::new(format!("the agreement has {} parties", layout.parties.len()))
            .help(format!("name those whose decisions you want: `--party`, some of {}", listed())));
    }
    let party = |code: &String| {
        let country = Country::parse(&code.to_ascii_uppercase());
        country.filter(|c| layout.parties.contains(c)).ok_or_else(|| {
            Trouble::new(format!("`{code}` is not a party")).help(format!("the parties are {}", listed()))
        })
    };
    match args.party.as_slice() {
        [] => Ok(layout.parties.clone()),
        named => named.iter().map(party).collect(),
    }
}

/// The decisions asked for; none means all that have a column.
fn decisions(args: &Batch, program: &Program) -> Vec<String> {
    if !args.decisions.is_empty() {
        return args.decisions.clone();
    }
    let decides = program.questions.iter().find(|q| q.name == args.question).map(|q| q.decides.as_slice());
    let decides = decides.unwrap_or_default().iter().filter_map(|id| program.decisions.get(id.0 as usize));
    let names: Vec<&str> = decides.map(|d| d.name.as_str()).collect();
    USUAL.iter().filter(|u| names.contains(u)).map(|u| (*u).to_owned()).collect()
}

/// The provision of each rule.
pub fn citations(program: &Program) -> Vec<String> {
    let rules = (0u32..).zip(&program.rules);
    rules.map(|(number, _)| program.cite(accord_core::RuleId(number)).to_owned()).collect()
}

/// The derivations of the rows asked for, by their numbers.
fn explain(
    args: &Batch,
    from: Format,
    verified: &Verified,
    asked: &Asked,
    carried: &Carried,
) -> Result<Vec<(u64, String)>, Trouble> {
    let wanted: BTreeSet<u64> = args.explain_rows.iter().copied().collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    // A derivation may be read for more than what decided.
    let carried = Carried { needed: None, ..carried.clone() };
    let source = Source::open(&args.input, from, &asked.layout, &carried)?;
    let ready = Ready::new(verified, &[Evaluator::Interp])?;
    let mut explained = Vec::new();
    let told = &mut |number: u64, facts: Facts| {
        let case = case(number, &args.question, facts);
        let short = in_short(ready.program(), &case, &ready.ask(&case));
        explained.push((number, derivation(verified, &case, &short)));
    };
    facts_of(source, asked, &wanted, told)?;
    if let Some(beyond) = wanted.iter().find(|w| !explained.iter().any(|(number, _)| number == *w)) {
        return Err(Trouble::new(format!("there is no row {beyond}")).help("rows are counted from 1"));
    }
    Ok(explained)
}

/// A row as a case, to be told like one.
fn case(number: u64, question: &str, facts: Facts) -> Case {
    let owners = facts.row.iter().filter_map(|o| match o {
        Outcome::Value(Value::Periods(periods)) => Some(periods.owners()),
        _ => None,
    });
    let concerned: BTreeSet<Country> = owners.flatten().collect();
    Case {
        name: format!("row {number}"),
        question: question.to_owned(),
        source: String::new(),
        evidence: "constructed".to_owned(),
        corrected: None,
        note: None,
        facts,
        concerned: concerned.into_iter().collect(),
        expect: Vec::new(),
        verdicts: Vec::new(),
        everybody: false,
        span: Span { file: FileId(0), start: 0, end: 0 },
    }
}
