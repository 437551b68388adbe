//! What the command line understands.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// A language for international social security agreements, and the tools around it.
#[derive(Debug, Parser)]
#[command(name = "accord", version, max_term_width = 100, arg_required_else_help = true)]
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
    /// Run the worked cases of agreements under every evaluator
    Test(Test),
    /// Compute one case: the decisions for each party, then the sum
    Run(Run),
    /// Make a ruleset: an agreement checked and tested, in one file
    Build(Build),
    /// Tell what a ruleset says of itself, and whether it is whole and rightly signed
    Inspect(Inspect),
    /// Make a pair of keys to sign rulesets with
    Keygen(Keygen),
    /// Write source files in the standard form
    Fmt(Fmt),
    /// Print the JSON schema of an agreement's facts and cases
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
    /// Let warnings fail the check
    #[arg(long, value_enum)]
    pub deny: Option<Deny>,
    /// Print an inner form instead: the tree, the typed program, or the code made of it
    #[arg(long, value_enum, conflicts_with = "json")]
    pub emit: Option<Emit>,
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
}

/// `accord test`.
#[derive(Debug, Args)]
pub struct Test {
    /// Files or folders; the current folder where none is given
    pub paths: Vec<PathBuf>,
    /// Evaluators, separated by commas, or `all`
    #[arg(long, default_value = "all", value_name = "NAMES")]
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
    /// Evaluators, separated by commas, or `all`
    #[arg(long, default_value = "all", value_name = "NAMES")]
    pub evaluator: String,
}

/// `accord build`.
#[derive(Debug, Args)]
pub struct Build {
    /// The agreement: a file or a folder with one agreement in it
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// The file to make; one that is there is replaced
    #[arg(short, long, value_name = "FILE")]
    pub out: PathBuf,
    /// Sign it with this private key
    #[arg(long, value_name = "KEY")]
    pub sign: Option<PathBuf>,
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
}
