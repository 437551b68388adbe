//! `--where CONDITION`: only persons of whom it holds, written in the language of the texts and read under both.

use super::Pair;
use crate::trouble::Trouble;
use accord_prove::report::{About, Somebody};
use accord_source::{Diagnostic, Diagnostics, FileId, Severity};
use accord_syntax::ast::Expr;
use accord_syntax::parse_expression;
use std::collections::BTreeSet;

/// What the text of a condition is called where its mistakes are shown.
const NAME: &str = "--where";

/// A condition as it was written.
pub struct Written {
    /// Its text.
    pub text: String,
    file: FileId,
    /// What it says; `None` where it cannot be read.
    pub said: Option<Expr>,
}

impl Written {
    /// Reads a condition; its mistakes go to the sink.
    pub fn read(text: &str, sources: &mut accord_source::SourceMap, sink: &mut Diagnostics) -> Written {
        let file = sources.add(NAME, text);
        let said = parse_expression(file, text, 0, sink);
        Written { text: text.trim().to_owned(), file, said }
    }

    /// The mistakes in it, each once: where only one of the texts finds it, that is said.
    pub fn mistakes(&self, found: [&Diagnostics; 2], paths: [&str; 2]) -> Vec<Diagnostic> {
        let of = |found: &Diagnostics| -> Vec<Diagnostic> {
            let here = found.iter().filter(|d| d.severity == Severity::Error);
            here.filter(|d| d.span().is_some_and(|s| s.file == self.file)).cloned().collect()
        };
        let [old, new] = found.map(of);
        let alone = |mine: &[Diagnostic], others: &[Diagnostic], path: &str| {
            let only = mine.iter().filter(|d| !others.contains(d)).cloned();
            only.map(|d| d.note(format!("in the words of `{path}`; the other version can read it"))).collect::<Vec<_>>()
        };
        // Where neither can read it, what is wrong under one of them is enough.
        if !old.is_empty() && !new.is_empty() {
            return old;
        }
        let [before, after] = paths;
        [alone(&old, &new, before), alone(&new, &old, after)].concat()
    }

    /// Whether a finding is about it.
    pub fn is_about(&self, found: &Diagnostic) -> bool {
        found.span().is_some_and(|s| s.file == self.file)
    }
}

/// Of whom a comparison tells, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Only {
    /// The condition, as it was written.
    pub text: String,
    /// Whether it says the same under both texts.
    pub is_one: bool,
    /// Whether somebody was found of whom it holds.
    pub is_met: bool,
}

impl Only {
    /// The condition of a comparison. One that holds of nobody is a mistake.
    pub fn new(text: &str, about: About) -> Result<Only, Trouble> {
        let is_met = match about.somebody {
            Somebody::Found => true,
            Somebody::NotFound => false,
            Somebody::Nobody => {
                return Err(Trouble::new(format!("`{text}` holds of nobody"))
                    .help("its parts contradict each other; `or` between them means either"));
            }
        };
        Ok(Only { text: text.to_owned(), is_one: about.is_one, is_met })
    }

    /// `of whom it holds, under either text, that ...`.
    pub fn of_whom(&self) -> String {
        let under = if self.is_one { "" } else { ", under either text," };
        format!("of whom it holds{under} that {}", self.text)
    }
}

/// Words in both versions that a decision named in a condition may have: those of the texts.
pub fn decisions(pair: &Pair<'_>) -> BTreeSet<String> {
    let programs = [pair.old.verified.program(), pair.new.verified.program()];
    let all = programs.into_iter().flat_map(|p| p.decisions.iter().map(|d| d.name.clone()));
    all.filter(|name| name != accord_analysis::CONDITION).collect()
}
