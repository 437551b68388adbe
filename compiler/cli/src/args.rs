//! What the command line understands.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// A language for international social security agreements, and the tools around it.
#[derive(Debug, Parser)]
#[command(name = "accord", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "PATH@2027-01-01 is an agreement in the text of that day, amendments included.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a folder with a small agreement, a case and a README
    New {
        /// The folder to make; its last part names the agreement
        name: PathBuf,
    },
    /// Check agreements: syntax, names, types, parameters not set, coverage of the law
    Check(Check),
    /// Compare two versions of an agreement: who is answered otherwise, and what is proved to stay the same
    Diff(Diff),
    /// Run the worked cases of agreements under every evaluator
    Test(Test),
    /// Compute one case: the decisions for each party, then the sum
    Run(Run),
    /// Make a ruleset: an agreement checked and tested, in one file; or a native library
    Build(Build),
    /// Tell what a ruleset says of itself, and whether it is whole and rightly signed
    Inspect(Inspect),
    /// Make a pair of keys to sign rulesets with
    Keygen(Keygen),
    /// Write source files in the standard form
    Fmt(Fmt),
    /// Run a file of claims: every row's decisions, with outcome and reason, into another file
    Batch(Batch),
    /// Make up claims for an agreement, as many as wanted, to try a batch with
    Generate(Generate),
    /// Print the JSON schema of an agreement's facts and cases, or the columns a file of claims may have
    Schema(Schema),
    /// Explain a code such as E0301
    Explain {
        /// The code
        code: String,
    },
}

/// `accord check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Files or folders; the current folder where none is given
    pub paths: Vec<PathBuf>,
    /// Print findings and coverage as JSON
    #[arg(long)]
    pub json: bool,
    /// Compare with these conventions, article by article, separated by commas: C118, C102
    #[arg(long, value_name = "NAMES", value_delimiter = ',', conflicts_with = "emit")]
    pub standard: Vec<String>,
    /// Let warnings fail the check
    #[arg(long, value_enum)]
    pub deny: Option<Deny>,
    /// Print an inner form instead: the tree, the typed program, or the code made of it
    #[arg(long, value_enum, conflicts_with = "json")]
    pub emit: Option<Emit>,
    /// What code is printed for with `--emit columns`.
    #[command(flatten)]
    pub code: Code,
}

/// What `--deny` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// All warnings.
    Warnings,
}

/// What `--emit` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Emit {
    /// The syntax tree.
    Ast,
    /// The typed program.
    Ir,
    /// The code generated for the machine, before it is assembled.
    Clif,
    /// The code of `accord build --native` and of batches, before it is assembled.
    Columns,
}

/// What native code over columns is made for.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Native code over columns")]
pub struct Code {
    /// The question it answers; `benefit` where none is named
    #[arg(long, value_name = "NAME")]
    pub question: Option<String>,
    /// What it decides, separated by commas; `payable` where the question decides it, else all that has a column
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub decisions: Vec<String>,
    /// The parties it is made for, separated by commas; of an agreement of at most four all
    #[arg(long, value_name = "PARTIES", value_delimiter = ',')]
    pub party: Vec<String>,
    /// The benefits it is made for, such as `old_age.pension`; all where none is named
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub benefit: Vec<String>,
}

impl Code {
    /// Whether anything of it was said.
    pub fn is_said(&self) -> bool {
        self.question.is_some() || [&self.decisions, &self.party, &self.benefit].iter().any(|names| !names.is_empty())
    }
}

/// `accord diff`. It exits with 0 where nobody is answered otherwise, 1 where somebody is, 3 where that is not known.
#[derive(Debug, Args)]
pub struct Diff {
    /// The version before: a file, or a folder with one agreement in it
    pub old: PathBuf,
    /// The version after
    pub new: PathBuf,
    /// Compare only these decisions, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub decision: Vec<String>,
    /// Tell only of persons of whom this holds: a condition in the words of the texts, such as
    /// "claim.benefit is old_age.pension and person.residence is US"
    #[arg(long = "where", value_name = "CONDITION")]
    pub condition: Option<String>,
    /// What corresponds to what where the facts of the versions differ: lines `renamed OLD to NEW` and
    /// `derived FACT means ...`
    #[arg(long, value_name = "FILE", conflicts_with = "population")]
    pub map: Option<PathBuf>,
    /// Count how the claims of this file are answered by both: Parquet, Arrow, CSV or JSON lines
    #[arg(long, value_name = "FILE")]
    pub population: Option<PathBuf>,
    /// The question that the claims of the population put
    #[arg(long, default_value = "benefit", value_name = "NAME", requires = "population")]
    pub question: String,
    /// Of which parties its claims are answered, separated by commas; of an agreement of at most four all
    #[arg(long, value_name = "PARTIES", value_delimiter = ',', requires = "population")]
    pub party: Vec<String>,
    /// A column of the population to leave out of account
    #[arg(long, value_name = "COLUMN", requires = "population")]
    pub ignore: Vec<String>,
    /// Ask a solver (z3, cvc5) where the comparison itself does not decide: its path, or `auto` for one that is
    /// installed. ACCORD_SOLVER may name it too; without either none is asked
    #[arg(long, value_name = "PATH")]
    pub solver: Option<String>,
    /// How long the solver may take for one question, in seconds
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub solver_seconds: u32,
    /// Write the questions that are left into this folder, in SMT-LIB 2
    #[arg(long, value_name = "FOLDER")]
    pub smt: Option<PathBuf>,
    /// Groups shown of each change; the others are counted
    #[arg(long, default_value_t = accord_prove::AT_MOST, value_name = "N")]
    pub at_most: usize,
    /// Write a page about it, for readers who know the treaty and not the encoding
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write every person shown as a case of both versions into this folder
    #[arg(long, value_name = "FOLDER")]
    pub cases: Option<PathBuf>,
    /// Print everything that was found as JSON
    #[arg(long)]
    pub json: bool,
}

/// `accord test`.
#[derive(Debug, Args)]
pub struct Test {
    /// Files or folders; the current folder where none is given
    pub paths: Vec<PathBuf>,
    /// Evaluators, separated by commas: `interp`, `jit`, `columns`, or `all`
    #[arg(long, default_value = "interp,jit", value_name = "NAMES")]
    pub evaluator: String,
    /// Print the results as JSON
    #[arg(long)]
    pub json: bool,
}

/// `accord run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The agreement: a file, a folder with one agreement in it, or a ruleset
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// The case: a file, a file and a name (`cases/a.accord#supplement`), or part of a name
    #[arg(long)]
    pub case: String,
    /// Accept a ruleset only if it is signed with this public key
    #[arg(long, value_name = "PUB")]
    pub verify: Option<PathBuf>,
    /// Print the derivation: each step with its article and value
    #[arg(long)]
    pub explain: bool,
    /// Print the results as JSON
    #[arg(long, conflicts_with = "explain")]
    pub json: bool,
    /// Evaluators, separated by commas: `interp`, `jit`, `columns`, or `all`
    #[arg(long, default_value = "interp,jit", value_name = "NAMES")]
    pub evaluator: String,
}

/// `accord build`.
#[derive(Debug, Args)]
pub struct Build {
    /// The agreement: a file or a folder with one agreement in it; with `--native` a ruleset too
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// The file to make; one that is there is replaced. With `--native` the folder and the NAME of libNAME.a and NAME.h
    #[arg(short, long, value_name = "FILE")]
    pub out: PathBuf,
    /// Sign it with this private key
    #[arg(long, value_name = "KEY", conflicts_with = "native")]
    pub sign: Option<PathBuf>,
    /// Make a native library of one question, with a C header
    #[arg(long)]
    pub native: bool,
    /// What the library is made for.
    #[command(flatten)]
    pub code: Code,
}

/// `accord inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// The ruleset
    pub file: PathBuf,
    /// Accept it only if it is signed with this public key
    #[arg(long, value_name = "PUB")]
    pub verify: Option<PathBuf>,
    /// Print it as JSON
    #[arg(long)]
    pub json: bool,
}

/// `accord keygen`.
#[derive(Debug, Args)]
pub struct Keygen {
    /// What to call the pair: NAME.key is private, NAME.pub is public
    pub name: PathBuf,
    /// Replace a pair of that name
    #[arg(long)]
    pub force: bool,
}

/// `accord fmt`.
#[derive(Debug, Args)]
pub struct Fmt {
    /// Files or folders, or `-` for the standard streams; the current folder where none is given
    pub paths: Vec<PathBuf>,
    /// Write nothing; exit with 1 where a file is not in the standard form
    #[arg(long)]
    pub check: bool,
}

/// `accord schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// The agreement: a file or a folder with one agreement in it
    pub path: Option<PathBuf>,
    /// The schema every case file has, whatever the agreement
    #[arg(long)]
    pub case: bool,
    /// A table of the columns a file of claims may have
    #[arg(long, conflicts_with = "case")]
    pub columns: bool,
    /// The question whose columns they are
    #[arg(long, default_value = "benefit", value_name = "NAME", requires = "columns")]
    pub question: String,
    /// Print the table as JSON
    #[arg(long, requires = "columns")]
    pub json: bool,
}

/// `accord batch`.
#[derive(Debug, Args)]
pub struct Batch {
    /// The agreement: a ruleset, a file, or a folder with one agreement in it
    pub path: PathBuf,
    /// The file of claims: Parquet, Arrow, CSV or JSON lines; `-` is the standard input
    #[arg(long = "in", value_name = "FILE")]
    pub input: PathBuf,
    /// The file to make; one that is there is replaced once the new one is whole
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The form of the file of claims, where its name does not say it: parquet, arrow, arrows, csv, jsonl
    #[arg(long, value_name = "FORM")]
    pub from: Option<String>,
    /// The form of the file to make, where its name does not say it
    #[arg(long, value_name = "FORM")]
    pub to: Option<String>,
    /// What is asked of each claim; `payable` and `entitled` where the question decides them, else all it decides
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub decisions: Vec<String>,
    /// Of which parties, separated by commas; of an agreement of at most four all
    #[arg(long, value_name = "PARTIES", value_delimiter = ',')]
    pub party: Vec<String>,
    /// The question the claims put
    #[arg(long, default_value = "benefit", value_name = "NAME")]
    pub question: String,
    /// Threads that compute; as many as the machine has where no number is given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub threads: Option<u32>,
    /// Print the derivations of these rows, counted from 1
    #[arg(long, value_name = "ROWS", value_delimiter = ',', value_parser = clap::value_parser!(u64).range(1..))]
    pub explain_rows: Vec<u64>,
    /// Write the provisions that made each result
    #[arg(long)]
    pub provisions: bool,
    /// Carry this column into the output; `id` is carried unasked
    #[arg(long, value_name = "COLUMN")]
    pub keep: Vec<String>,
    /// Leave this column out of account
    #[arg(long, value_name = "COLUMN")]
    pub ignore: Vec<String>,
    /// Accept a ruleset only if it is signed with this public key
    #[arg(long, value_name = "PUB")]
    pub verify: Option<PathBuf>,
    /// Print the summary as JSON
    #[arg(long)]
    pub json: bool,
    /// Answer every row by the general evaluator, without native code: slower, for comparison
    #[arg(long, hide = true)]
    pub general: bool,
    /// Do everything but evaluate, to measure it
    #[arg(long, hide = true)]
    pub no_evaluate: bool,
}

/// `accord generate`.
#[derive(Debug, Args)]
pub struct Generate {
    /// The agreement: a file, a folder with one agreement in it, or a ruleset
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// How many claims; `1_000_000` may be written so
    #[arg(long, value_name = "N", value_parser = whole)]
    pub rows: u64,
    /// What they are made up from: the same seed gives the same claims
    #[arg(long, default_value_t = 1, value_name = "S", value_parser = whole)]
    pub seed: u64,
    /// The file to make; one that is there is replaced. Its ending says its form: parquet, arrow, csv, jsonl
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The form of the file, where its name does not say it
    #[arg(long, value_name = "FORM")]
    pub to: Option<String>,
    /// What is asked of each claim
    #[arg(long, default_value = "benefit", value_name = "NAME")]
    pub question: String,
    /// The benefit of every claim, such as `old_age.pension`; pensions of each kind where none is named
    #[arg(long, value_name = "NAME")]
    pub benefit: Option<String>,
    /// The parties that appear, separated by commas; of a large convention the twelve largest where none is named
    #[arg(long, value_name = "PARTIES", value_delimiter = ',')]
    pub parties: Vec<String>,
    /// Periods of a claim, on average
    #[arg(long, default_value_t = 6, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub periods: u32,
    /// Claims of a hundred in which periods of two parties coincide
    #[arg(long, default_value_t = 8, value_name = "%", value_parser = clap::value_parser!(u32).range(..=100))]
    pub overlaps: u32,
    /// Periods of a hundred that are an amount without days
    #[arg(long, default_value_t = 0, value_name = "%", value_parser = clap::value_parser!(u32).range(..=100))]
    pub undated: u32,
    /// Required facts of a hundred that are missing
    #[arg(long, default_value_t = 1, value_name = "%", value_parser = clap::value_parser!(u32).range(..=100))]
    pub missing: u32,
    /// Rows of a thousand that cannot be read, in a file of text
    #[arg(long, default_value_t = 0, value_name = "PER MILLE", value_parser = clap::value_parser!(u32).range(..=1000))]
    pub bad: u32,
}

/// A whole number, with or without `_` between its digits.
fn whole(text: &str) -> Result<u64, String> {
    let digits = text.replace('_', "");
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let number = if plain { digits.parse().ok() } else { None };
    number.ok_or_else(|| "write a whole number, such as 1000 or 1_000_000".to_owned())
}
