//! What stops a command before it can answer: a path that is not there, a file that cannot be read, a defect of ours.
//!
//! These are not findings about Accord source, so miette draws them; findings about source are drawn in
//! [`crate::draw`].

use accord_batch::BatchError;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use std::fmt;
use std::path::Path;

/// Why a command could not run, and what to do about it.
#[derive(Debug)]
pub struct Trouble {
    message: String,
    help: Option<String>,
}

impl Trouble {
    /// What happened, in one clause.
    pub fn new(message: impl Into<String>) -> Trouble {
        Trouble { message: message.into(), help: None }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Trouble {
        self.help = Some(help.into());
        self
    }

    /// A file or folder that could not be read or written, with the remedy for the usual reasons.
    pub fn io(doing: &str, path: &Path, error: &std::io::Error) -> Trouble {
        let shown = path.display();
        let trouble = Trouble::new(format!("cannot {doing} `{shown}`: {}", reason(error)));
        match error.kind() {
            std::io::ErrorKind::NotFound => {
                trouble.help("look at the spelling; paths are read from the current folder")
            }
            std::io::ErrorKind::PermissionDenied => trouble.help("ask whoever owns it for the right to do this"),
            std::io::ErrorKind::IsADirectory => trouble.help("name a file in that folder"),
            _ => trouble,
        }
    }

    /// A defect of the compiler: never the user's mistake.
    pub fn defect(what: impl fmt::Display) -> Trouble {
        Trouble::new(format!("a defect in accord itself: {what}"))
            .help("nothing is wrong with your text; please report this with the files that show it")
    }

    /// Drawn for a person.
    pub fn draw(&self, colour: bool) -> String {
        let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let mut text = String::new();
        let handler = GraphicalReportHandler::new_themed(theme).with_width(100).with_links(false);
        match handler.render_report(&mut text, self) {
            Ok(()) => text,
            Err(_) => format!("{self}\n"),
        }
    }
}

/// What stopped a run over a file of claims.
impl From<BatchError> for Trouble {
    fn from(error: BatchError) -> Trouble {
        let trouble = Trouble::new(error.to_string());
        match error.remedy() {
            Some(remedy) if !remedy.is_empty() => trouble.help(remedy),
            Some(_) | None => trouble,
        }
    }
}

/// The reason without the number of the operating system's error.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is nothing of that name".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Trouble {}

impl Diagnostic for Trouble {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|h| Box::new(h) as Box<dyn fmt::Display>)
    }
}
