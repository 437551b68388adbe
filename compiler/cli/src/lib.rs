//! The driver: from paths to programs, and the commands a person gives.
//!
//! Only this crate touches files, threads, the clock and the environment. [`Loaded`] reads and parses,
//! [`examine`](examine::examine) checks, [`evaluate::Ready`] runs; the commands on top only choose and print. The
//! suite of tests uses the same three.

mod args;
pub mod batch;
mod build;
mod check;
pub mod columnar;
mod console;
mod diff;
mod draw;
pub mod evaluate;
pub mod examine;
mod explain;
mod findings;
mod fmt;
mod generate;
mod inspect;
mod json;
mod keygen;
mod load;
mod native;
mod new;
mod output;
mod pages;
mod person;
pub mod ruleset;
mod run;
mod schema;
mod standard;
mod test;
mod timeline;
mod trouble;
mod version;
mod walk;

pub use console::Console;
pub use draw::{draw, place};
pub use explain::derivation;
pub use findings::{draw_findings, findings_json};
pub use load::{CaseFile, Loaded, Root};
pub use trouble::Trouble;
pub use version::Because;

use args::{Cli, Command};
use clap::Parser;
use std::ffi::OsString;
use std::path::PathBuf;

/// The answer is yes.
const FINE: u8 = 0;
/// The answer is no: errors found, cases failed, files not in the standard form.
const NO: u8 = 1;
/// There is no answer: the command could not run.
const COULD_NOT: u8 = 2;
/// It ran, and the answer is not known.
const NOT_KNOWN: u8 = 3;

/// Runs a command; the result is the exit code of the process.
pub fn main(arguments: impl IntoIterator<Item = OsString>, mut console: Console<'_>) -> u8 {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let text = error.render().to_string();
            let asked_for = !error.use_stderr();
            if asked_for {
                console.answer(&text)
            } else {
                console.note(&text)
            }
            return console.finish(if asked_for { FINE } else { COULD_NOT });
        }
    };
    let result = match cli.command {
        Command::New { name } => new::new(&name, &mut console),
        Command::Check(check) => check::check(&check, &mut console),
        Command::Diff(diff) => diff::diff(&diff, &mut console),
        Command::Test(test) => test::test(&test, &mut console),
        Command::Run(run) => run::run(&run, &mut console),
        Command::Build(build) => build::build(&build, &mut console),
        Command::Inspect(inspect) => inspect::inspect(&inspect, &mut console),
        Command::Keygen(keygen) => keygen::keygen(&keygen, &mut console),
        Command::Fmt(fmt) => fmt::fmt(&fmt, &mut console),
        Command::Batch(batch) => batch::batch(&batch, &mut console),
        Command::Generate(generate) => generate::generate(&generate, &mut console),
        Command::Schema(schema) => schema::schema(&schema, &mut console),
        Command::Explain { code } => pages::explain(&code, &mut console),
    };
    let code = result.unwrap_or_else(|trouble| {
        let text = trouble.draw(console.err_colour);
        console.note(&text);
        COULD_NOT
    });
    console.finish(code)
}

/// The paths given, or the current folder.
fn or_here(paths: &[PathBuf]) -> Vec<PathBuf> {
    if paths.is_empty() { vec![PathBuf::from(".")] } else { paths.to_vec() }
}

/// `1 error`, `2 errors`.
fn counted(count: usize, one: &str) -> String {
    if count == 1 { format!("{count} {one}") } else { format!("{count} {one}s") }
}

/// `1,000,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
