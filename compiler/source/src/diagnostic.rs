//! What a pass has to say about a source text, as plain data.

use crate::{Code, Span};

/// How much a finding weighs. Errors make `accord check` fail; warnings only under `--deny warnings`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The source has no agreed meaning as it stands.
    Error,
    /// It has a meaning, but somebody should look.
    Warning,
    /// Something worth knowing.
    Note,
}

/// A place with what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What, in a few words; may be empty.
    pub message: String,
    /// Whether this is the wrong thing itself, or something it is to be read with.
    pub primary: bool,
}

/// One finding: a code, one clause in lower case, places, the remedy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// The registered code.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// One clause, lower case, no full stop; the user's words in backticks.
    pub message: String,
    /// Places; the first primary one is where the finding is sorted.
    pub labels: Vec<Label>,
    /// What to do about it.
    pub help: Vec<String>,
    /// The law or the background.
    pub notes: Vec<String>,
}

impl Diagnostic {
    /// An error or warning, as the code's registration says, at one place.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.severity(),
            message: message.into(),
            labels: vec![Label { span, message: String::new(), primary: true }],
            help: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Words for the primary place.
    #[must_use]
    pub fn here(mut self, message: impl Into<String>) -> Diagnostic {
        if let Some(label) = self.labels.first_mut() {
            label.message = message.into();
        }
        self
    }

    /// A second place, possibly in another file.
    #[must_use]
    pub fn with(mut self, span: Span, message: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span, message: message.into(), primary: false });
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help.push(help.into());
        self
    }

    /// The law or the background.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Diagnostic {
        self.notes.push(note.into());
        self
    }

    /// The primary place.
    pub fn span(&self) -> Option<Span> {
        self.labels.iter().find(|l| l.primary).map(|l| l.span)
    }
}

/// The findings of a run, in the order they were made.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Records a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// Number of findings of one weight.
    pub fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|d| d.severity == severity).count()
    }

    /// The findings by file, place and code; exact repetitions dropped.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut all: Vec<&Diagnostic> = self.list.iter().collect();
        all.sort_by(|a, b| (a.span(), a.code, &a.message).cmp(&(b.span(), b.code, &b.message)));
        all.dedup();
        all
    }

    /// The findings in the order they were made.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The findings made after the first `count`, to say more about them.
    pub fn since(&mut self, count: usize) -> impl Iterator<Item = &mut Diagnostic> {
        self.list.iter_mut().skip(count)
    }

    /// Takes over the findings of another sink.
    pub fn append(&mut self, other: Diagnostics) {
        self.list.extend(other.list);
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}
