//! Why a run over a file stopped. A row that is wrong never stops one: it comes out with its reason.

use std::fmt;
use std::path::Path;

/// What stopped a run, in one clause, and what to do about it.
#[derive(Debug)]
pub struct BatchError {
    message: String,
    help: Option<String>,
}

impl BatchError {
    /// What happened, in one clause.
    pub fn new(message: impl Into<String>) -> BatchError {
        BatchError { message: message.into(), help: None }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> BatchError {
        self.help = Some(help.into());
        self
    }

    /// What could not be done with a file, and why.
    pub fn file(doing: &str, path: &Path, why: impl fmt::Display) -> BatchError {
        let why = why.to_string();
        let error = BatchError::new(format!("cannot {doing} `{}`: {}", path.display(), short(plain(&why))));
        let full = why.contains("No space left") || why.contains("not enough space");
        if full { error.help("make room, or name a file on another disk; an older file is as it was") } else { error }
    }

    /// What to do about it, where that is known.
    pub fn remedy(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for BatchError {}

/// What a decoder or a system said, without what kind of mistake that is to it.
pub(crate) fn plain(said: &str) -> &str {
    let kinds = ["Invalid argument error: ", "Parser error: ", "Ipc error: ", "Io error: ", "External: ", "Arrow: "];
    kinds.iter().fold(said, |said, kind| said.strip_prefix(kind).unwrap_or(said))
}

/// A text of somebody else as far as it fits into a message, without what would disturb a terminal.
pub(crate) fn short(text: &str) -> String {
    const MOST: usize = 120;
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut cut: String = plain.take(MOST).collect();
    if text.chars().nth(MOST).is_some() {
        cut.push('…');
    }
    cut
}
