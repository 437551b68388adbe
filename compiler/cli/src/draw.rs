//! The one place where findings about Accord source are drawn.

use accord_source::{Diagnostic, FileId, Label, Severity, SourceMap, Span};
use codespan_reporting::diagnostic as drawn;
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term::termcolor::Buffer;
use codespan_reporting::term::{self, Config, DisplayStyle};
use std::ops::Range;

/// More findings than this help nobody; the rest are counted.
const MOST: usize = 100;
/// A line longer than this is not shown, only named: a text without line ends must not fill the screen.
const LONGEST_LINE: usize = 400;

/// What is drawn at once: places, possibly in several files, with what is said of them.
#[derive(Clone, Debug)]
pub struct Picture {
    /// How much it weighs.
    pub severity: Severity,
    /// The word in brackets: a registered code, or what kind of thing it is.
    pub mark: String,
    /// One clause.
    pub message: String,
    /// The places.
    pub labels: Vec<Label>,
    /// What stands below; a note may have several lines.
    pub notes: Vec<String>,
}

/// The findings as a person reads them, most urgent place first, and how many were left out.
pub fn draw(sources: &SourceMap, findings: &[&Diagnostic], colour: bool) -> String {
    let pictures: Vec<Picture> = findings.iter().take(MOST).map(|f| of_finding(f)).collect();
    let mut text = draw_pictures(sources, &pictures, colour);
    if findings.len() > MOST {
        text.push_str(&format!("and {} more findings; mend these first\n", findings.len() - MOST));
    }
    text
}

/// Pictures, one below the other.
pub fn draw_pictures(sources: &SourceMap, pictures: &[Picture], colour: bool) -> String {
    let mut buffer = if colour { Buffer::ansi() } else { Buffer::no_color() };
    for picture in pictures {
        let mut config = Config { tab_width: 2, ..Config::default() };
        if picture.labels.iter().any(|l| on_long_line(sources, l.span)) {
            config.display_style = DisplayStyle::Medium;
        }
        // Drawing into memory fails only for a place outside its file, which is then not drawn.
        drop(term::emit_to_write_style(&mut buffer, &config, &Shown(sources), &translate(sources, picture)));
    }
    String::from_utf8_lossy(buffer.as_slice()).into_owned()
}

/// `path:line:column` of a place.
pub fn place(sources: &SourceMap, span: Span) -> String {
    sources.file(span.file).map_or_else(String::new, |file| {
        let (line, column) = file.line_column(span.start as usize);
        format!("{}:{line}:{column}", file.name())
    })
}

fn on_long_line(sources: &SourceMap, span: Span) -> bool {
    let Some(file) = sources.file(span.file) else { return false };
    let shown = Shown(sources);
    let line = |byte: u32| shown.line_index(span.file, byte as usize).ok();
    let (Some(first), Some(last)) = (line(span.start), line(span.end)) else { return false };
    let starts = file.line_starts();
    (first..=last.min(first + 3)).chain(std::iter::once(last)).any(|index| {
        let start = starts.get(index).copied().unwrap_or(0);
        let end = starts.get(index + 1).copied().unwrap_or(file.text().len());
        end - start > LONGEST_LINE
    })
}

fn of_finding(finding: &Diagnostic) -> Picture {
    let help = finding.help.iter().map(|h| format!("help: {h}"));
    let notes = finding.notes.iter().map(|n| format!("note: {n}"));
    Picture {
        severity: finding.severity,
        mark: finding.code.text().to_owned(),
        message: finding.message.clone(),
        labels: finding.labels.clone(),
        notes: help.chain(notes).collect(),
    }
}

fn translate(sources: &SourceMap, picture: &Picture) -> drawn::Diagnostic<FileId> {
    let severity = match picture.severity {
        Severity::Error => drawn::Severity::Error,
        Severity::Warning => drawn::Severity::Warning,
        Severity::Note => drawn::Severity::Note,
    };
    let labels = picture.labels.iter().filter(|l| sources.file(l.span.file).is_some()).map(|label| {
        let style = if label.primary { drawn::LabelStyle::Primary } else { drawn::LabelStyle::Secondary };
        drawn::Label::new(style, label.span.file, label.span.range()).with_message(&label.message)
    });
    drawn::Diagnostic::new(severity)
        .with_code(&picture.mark)
        .with_message(&picture.message)
        .with_labels(labels.collect())
        .with_notes(picture.notes.clone())
}

/// The sources as the drawing library wants them.
struct Shown<'a>(&'a SourceMap);

impl<'a> Files<'a> for Shown<'_> {
    type FileId = FileId;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<&'a str, Error> {
        self.0.file(id).map(|f| f.name()).ok_or(Error::FileMissing)
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, Error> {
        self.0.file(id).map(|f| f.text()).ok_or(Error::FileMissing)
    }

    fn line_index(&'a self, id: FileId, byte: usize) -> Result<usize, Error> {
        let file = self.0.file(id).ok_or(Error::FileMissing)?;
        Ok(file.line_starts().partition_point(|&s| s <= byte).saturating_sub(1))
    }

    fn line_range(&'a self, id: FileId, line: usize) -> Result<Range<usize>, Error> {
        let file = self.0.file(id).ok_or(Error::FileMissing)?;
        let starts = file.line_starts();
        let start = *starts.get(line).ok_or(Error::LineTooLarge { given: line, max: starts.len() })?;
        Ok(start..starts.get(line + 1).copied().unwrap_or(file.text().len()))
    }
}
