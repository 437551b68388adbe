//! The forms of files.

use crate::BatchError;
use std::path::Path;

/// A form of file that claims are read from and answers are written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Parquet.
    Parquet,
    /// An Arrow IPC file; read, a stream is told from a file by how it begins.
    Arrow,
    /// An Arrow IPC stream.
    ArrowStream,
    /// Comma-separated values with a heading.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

impl Format {
    /// Every form.
    pub const ALL: &'static [Format] =
        &[Format::Parquet, Format::Arrow, Format::ArrowStream, Format::Csv, Format::JsonLines];

    /// Its name on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Format::Parquet => "parquet",
            Format::Arrow => "arrow",
            Format::ArrowStream => "arrows",
            Format::Csv => "csv",
            Format::JsonLines => "jsonl",
        }
    }

    /// The form of a name.
    pub fn parse(word: &str) -> Option<Format> {
        let word = word.to_ascii_lowercase();
        match word.as_str() {
            "pq" => Some(Format::Parquet),
            "ipc" | "feather" => Some(Format::Arrow),
            "ndjson" => Some(Format::JsonLines),
            _ => Format::ALL.iter().copied().find(|f| f.word() == word),
        }
    }

    /// The form that a file's name says it has.
    pub fn of(path: &Path) -> Result<Format, BatchError> {
        let ending = path.extension().map(|e| e.to_string_lossy().into_owned());
        let found = ending.as_deref().and_then(Format::parse);
        found.ok_or_else(|| {
            let names: Vec<String> = Format::ALL.iter().map(|f| format!("`{}`", f.word())).collect();
            BatchError::new(format!("`{}` does not say by its ending what form it has", path.display()))
                .help(format!("use one of the endings {}, or name the form: `--from`, `--to`", names.join(", ")))
        })
    }

    /// Whether it is text, and so can be read from a standard stream.
    pub fn is_text(self) -> bool {
        matches!(self, Format::Csv | Format::JsonLines)
    }
}
