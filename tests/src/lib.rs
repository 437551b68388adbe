//! What the tests share: where things lie, running a text or a command as a user would.

use accord_cli::evaluate::{Evaluator, Ready, Verdict, judge_case};
use accord_cli::examine::{Examined, examine, on_deep_stack};
use accord_cli::{Console, Loaded, Trouble};
use accord_source::{Diagnostic, Diagnostics, Severity};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// A path in the repository.
pub fn at(path: &str) -> PathBuf {
    root().join(path)
}

/// What a command printed and its exit code.
#[derive(Debug)]
pub struct Ran {
    /// The exit code.
    pub code: u8,
    /// The answer.
    pub out: String,
    /// Findings and troubles.
    pub err: String,
}

/// Runs `accord` with these arguments, as the binary does but in this process.
pub fn accord<A: Into<OsString>>(arguments: impl IntoIterator<Item = A>) -> Ran {
    let arguments: Vec<OsString> =
        std::iter::once("accord".into()).chain(arguments.into_iter().map(Into::into)).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = on_deep_stack(|| accord_cli::main(arguments, Console::new(&mut out, &mut err)));
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    match code {
        Ok(code) => Ran { code, out: text(out), err: text(err) },
        Err(trouble) => Ran { code: 101, out: text(out), err: trouble.draw(false) },
    }
}

/// An empty folder of its own for a test.
pub fn scratch(name: &str) -> std::io::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("accord-tests-{}-{name}", std::process::id()));
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// A text that was checked with stdlib.
#[derive(Debug)]
pub struct Checked {
    /// The text and stdlib.
    pub loaded: Loaded,
    /// What analysis made of it.
    pub examined: Examined,
    /// The same in the texts of other days, for the cases that are computed in them.
    pub other_texts: Vec<Examined>,
    /// Every finding.
    pub found: Diagnostics,
}

impl Checked {
    /// Everything that was examined: the text as it is, and as it was on other days.
    pub fn texts(&self) -> impl Iterator<Item = &Examined> {
        std::iter::once(&self.examined).chain(&self.other_texts)
    }

    /// The findings, sorted.
    pub fn findings(&self) -> Vec<&Diagnostic> {
        self.found.sorted()
    }

    /// The errors among them.
    pub fn errors(&self) -> Vec<&Diagnostic> {
        self.findings().into_iter().filter(|d| d.severity == Severity::Error).collect()
    }

    /// The findings as a user sees them.
    pub fn drawn(&self) -> String {
        accord_cli::draw(&self.loaded.sources, &self.findings(), false)
    }
}

/// Checks one text as a file with stdlib.
pub fn check(name: &str, text: &str) -> Result<Checked, Trouble> {
    let loaded = Loaded::from_text(name, text);
    let root = loaded.roots.first().ok_or_else(|| Trouble::defect("a text without a root"))?;
    let examined = examine(&loaded, root)?;
    let others = loaded.roots.iter().skip(1).map(|root| examine(&loaded, root));
    let other_texts = others.collect::<Result<Vec<Examined>, Trouble>>()?;
    let mut found = loaded.found.clone();
    for examined in std::iter::once(&examined).chain(&other_texts) {
        found.append(examined.found.clone());
    }
    Ok(Checked { loaded, examined, other_texts, found })
}

/// Runs the cases of something checked under every evaluator.
pub fn run_cases(examined: &Examined) -> Result<Vec<Verdict>, Trouble> {
    let Some(verified) = &examined.verified else { return Ok(Vec::new()) };
    if examined.cases.is_empty() {
        return Ok(Vec::new());
    }
    let ready = Ready::new(verified, Evaluator::ALL)?;
    Ok(examined.cases.iter().map(|case| judge_case(&ready, case)).collect())
}

/// Everything wrong about a verdict, for the message of a failed test.
pub fn complaint(verdict: &Verdict) -> String {
    let mut text = format!("case \"{}\"\n", verdict.name);
    for (evaluator, list) in &verdict.checked {
        for checked in list {
            if let Some(why) = &checked.wrong {
                text.push_str(&format!(
                    "  {} under {}: expected {}, got {} by {}: {why}\n",
                    checked.label,
                    evaluator.word(),
                    checked.expected,
                    checked.got,
                    checked.provisions.join(", ")
                ));
            }
        }
    }
    for difference in &verdict.differences {
        text.push_str(&format!("  {}: the evaluators differ: {:?}\n", difference.label, difference.answers));
    }
    text
}

/// A fenced block of a page.
#[derive(Clone, Debug)]
pub struct Block {
    /// `tests/spec/03-rules.md`.
    pub page: String,
    /// The line of the opening fence, from 1.
    pub line: usize,
    /// What stands after the fence: `accord`, `accord-fragment`, `json`.
    pub language: String,
    /// The text, with an empty line for each line of the page before it, so that lines count as on the page.
    pub text: String,
}

/// The fenced blocks of the Markdown pages in a folder of the repository, in order.
pub fn blocks(folder: &str) -> std::io::Result<Vec<Block>> {
    let mut pages: Vec<PathBuf> =
        std::fs::read_dir(at(folder))?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    pages.retain(|p| p.extension().is_some_and(|e| e == "md"));
    pages.sort();
    let mut all = Vec::new();
    for path in pages {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        blocks_of(&format!("{folder}/{name}"), &std::fs::read_to_string(&path)?, &mut all);
    }
    Ok(all)
}

fn blocks_of(page: &str, text: &str, all: &mut Vec<Block>) {
    let mut open: Option<Block> = None;
    for (index, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => {
                open = Some(Block {
                    page: page.to_owned(),
                    line: index + 1,
                    language: language.trim().to_owned(),
                    text: "\n".repeat(index + 1),
                });
            }
            (Some(_), Some(_)) => all.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
}
