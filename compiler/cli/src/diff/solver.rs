//! `--solver`: a program that answers questions in SMT-LIB 2, started for each, and stopped once its time is over.
//! `--smt`: the questions as files.

use crate::args::Diff;
use crate::console::Console;
use crate::output::{Readers, replace};
use crate::trouble::Trouble;
use accord_prove::{Question, Solved, Solver};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Where a solver is named for whoever does not want to name it each time.
const VARIABLE: &str = "ACCORD_SOLVER";
/// What is looked for where any solver will do.
const KNOWN: [&str; 2] = ["z3", "cvc5"];
/// The word for any solver there is.
const ANY: &str = "auto";
/// Questions of this process so far, so that no two share a file.
static NUMBER: AtomicUsize = AtomicUsize::new(0);
/// How often it is looked whether a solver is done.
const PACE: Duration = Duration::from_millis(5);
/// How long a solver may take to say what it is.
const GREETING: Duration = Duration::from_secs(20);

/// Whoever answers questions: a program, or nobody where they are only kept.
#[derive(Debug)]
pub struct Asked {
    program: Option<(PathBuf, String)>,
    limit: Duration,
    folder: Option<PathBuf>,
    /// Questions so far.
    pub count: usize,
    /// What went wrong with one of them, the first time.
    pub trouble: Option<String>,
}

impl Asked {
    /// Whom to ask, where anybody is to be asked or questions are to be kept.
    pub fn of(args: &Diff) -> Result<Option<Asked>, Trouble> {
        let named = args.solver.clone().or_else(|| std::env::var(VARIABLE).ok().filter(|path| !path.is_empty()));
        let path = match named.as_deref() {
            None => None,
            Some(ANY) => Some(any()?),
            Some(path) => Some(PathBuf::from(path)),
        };
        if let Some(folder) = &args.smt {
            std::fs::create_dir_all(folder).map_err(|e| Trouble::io("make the folder", folder, &e))?;
        }
        if path.is_none() && args.smt.is_none() {
            return Ok(None);
        }
        let program = path.map(|path| Ok::<_, Trouble>((path.clone(), greeting(&path)?))).transpose()?;
        let limit = Duration::from_secs(args.solver_seconds.into());
        Ok(Some(Asked { program, limit, folder: args.smt.clone(), count: 0, trouble: None }))
    }

    /// What is asked, with its version.
    pub fn name(&self) -> Option<&str> {
        self.program.as_ref().map(|(_, name)| name.as_str())
    }

    /// What became of the questions.
    pub fn tell(&self, console: &mut Console<'_>) {
        if self.count > 0 {
            let questions = crate::counted(self.count, "question");
            let asked = self.name().map_or(String::new(), |name| format!(", {name} was asked"));
            let kept = self.folder.as_ref().map_or(String::new(), |f| format!(", kept in {}", f.display()));
            console.note(&format!("note: {questions} left over{asked}{kept}\n"));
        }
        if let Some(trouble) = &self.trouble {
            console.note(&format!("note: the solver did not answer as it should: {trouble}\n"));
        }
    }

    fn answered(&mut self, question: &Question) -> Result<Solved, Trouble> {
        let stem: String = question.about.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let file = match &self.folder {
            Some(folder) => folder.join(format!("{:02}-{}.smt2", self.count, stem.trim_matches('-'))),
            None => {
                let number = NUMBER.fetch_add(1, Ordering::Relaxed);
                std::env::temp_dir().join(format!("accord-{}-{number}.smt2", std::process::id()))
            }
        };
        let text = format!("; whether both texts can differ: {}\n{}", question.about, question.text);
        replace(&file, text.as_bytes(), Readers::Any)?;
        let Some((path, name)) = &self.program else { return Ok(Solved::Open) };
        let said = run(Command::new(path).arg(&file), self.limit);
        if self.folder.is_none() {
            drop(std::fs::remove_file(&file));
        }
        let Some(said) = said.map_err(|e| Trouble::new(format!("cannot start `{}`: {e}", path.display())))? else {
            return Ok(Solved::Open);
        };
        let (first, rest) = said.trim_start().split_once('\n').unwrap_or((said.trim(), ""));
        Ok(match first.trim() {
            "unsat" => Solved::Nobody(name.clone()),
            "sat" => Solved::Somebody(rest.to_owned()),
            "unknown" | "timeout" => Solved::Open,
            other => {
                let short: String = other.chars().take(100).collect();
                return Err(Trouble::new(format!("`{}` answered `{short}`, which is no answer", path.display())));
            }
        })
    }
}

impl Solver for Asked {
    fn solve(&mut self, question: &Question) -> Solved {
        self.count += 1;
        match self.answered(question) {
            Ok(solved) => solved,
            Err(trouble) => {
                let _ = self.trouble.get_or_insert_with(|| trouble.to_string());
                Solved::Open
            }
        }
    }
}

/// A solver on the path of programs.
fn any() -> Result<PathBuf, Trouble> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let there = |name: &&str| std::env::split_paths(&folders).map(|f| f.join(name)).find(|p| p.is_file());
    KNOWN.iter().find_map(there).ok_or_else(|| {
        Trouble::new("no solver was found: neither `z3` nor `cvc5` is among the programs of this machine")
            .help("install one (`pip install z3-solver` brings `z3`), name one with `--solver PATH`, or do without")
    })
}

/// What a solver says it is.
fn greeting(path: &Path) -> Result<String, Trouble> {
    let help = "`--solver` takes the path of a solver such as z3 or cvc5, or `auto`; without it none is asked";
    let said = run(Command::new(path).arg("--version"), GREETING)
        .map_err(|e| Trouble::new(format!("cannot start the solver `{}`: {e}", path.display())).help(help))?;
    let first = said.as_deref().and_then(|s| s.lines().map(str::trim).find(|l| !l.is_empty()));
    let Some(first) = first else {
        return Err(Trouble::new(format!("`{}` does not say what it is", path.display())).help(help));
    };
    let first = first.strip_prefix("This is ").unwrap_or(first);
    let end = [" - ", " ["].iter().filter_map(|mark| first.find(mark)).min().unwrap_or(first.len());
    Ok(first.chars().take(first.get(..end).map_or(60, |s| s.chars().count()).min(60)).collect())
}

/// What a program prints; `None` where it was stopped because its time was over.
fn run(command: &mut Command, limit: Duration) -> std::io::Result<Option<String>> {
    let begun = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let out = child.stdout.take();
    let reading = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut out) = out {
            drop(out.read_to_end(&mut bytes));
        }
        bytes
    });
    let in_time = loop {
        if child.try_wait()?.is_some() {
            break true;
        }
        if begun.elapsed() > limit {
            // This child and no other.
            drop(child.kill());
            drop(child.wait());
            break false;
        }
        std::thread::sleep(PACE);
    };
    // What it left running may hold its output open: then nothing more is waited for.
    if !in_time {
        return Ok(None);
    }
    let bytes = reading.join().unwrap_or_default();
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}
