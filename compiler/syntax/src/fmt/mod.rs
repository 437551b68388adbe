//! Canonical layout: tree to text.
//!
//! The result is read again and compared with what was given, so the formatter either keeps the meaning and the
//! comments or refuses.

mod amendment;
mod doc;
mod exprs;
mod items;
mod standards;

use accord_source::{Diagnostics, FileId};

use crate::ast::{Comment, File, ItemKind};
use doc::{Doc, cat, text};

/// Why a file was not formatted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// The text has errors; they are found by reading it.
    Unreadable,
    /// The formatted text would not mean the same: a fault of the formatter. The text is left as it is.
    Changed,
}

/// The text in canonical layout.
///
/// # Errors
/// [`FormatError::Unreadable`] for a text that has errors, [`FormatError::Changed`] if the result did not read the same.
pub fn format(text: &str) -> Result<String, FormatError> {
    crate::parse::on_stack(|| {
        let before = read(text).ok_or(FormatError::Unreadable)?;
        let formatted = Writer::new(&before, text).file();
        let after = read(&formatted).ok_or(FormatError::Changed)?;
        let same = crate::dump(&before) == crate::dump(&after)
            && comments(&before) == comments(&after)
            && Writer::new(&after, &formatted).file() == formatted;
        if same { Ok(formatted) } else { Err(FormatError::Changed) }
    })
}

fn read(text: &str) -> Option<File> {
    let mut sink = Diagnostics::default();
    let file = crate::parse::read(FileId(0), text, &mut sink);
    let junk = file.items.iter().any(|i| matches!(i.kind, ItemKind::Junk));
    (!junk && !sink.has_errors()).then_some(file)
}

fn comments(file: &File) -> Vec<&str> {
    let mut all: Vec<&str> = file.comments.iter().map(|c| c.text.as_str()).collect();
    all.sort_unstable();
    all
}

/// Writes one file. Comments are taken in order as the places they stand at are passed.
struct Writer<'f> {
    file: &'f File,
    source: &'f str,
    next_comment: usize,
    /// The longest name among the neighbours of a slot of a clause.
    slot_width: usize,
    /// A character the text does not have.
    mark: char,
}

impl<'f> Writer<'f> {
    fn new(file: &'f File, source: &'f str) -> Writer<'f> {
        let mark = ('\u{E000}'..='\u{F8FF}').find(|c| !source.contains(*c)).unwrap_or('\u{E000}');
        Writer { file, source, next_comment: 0, slot_width: 0, mark }
    }

    /// The next comment, if it begins before byte `at`.
    fn comment_before(&mut self, at: u32) -> Option<&'f Comment> {
        let comment = self.file.comments.get(self.next_comment).filter(|c| c.span.start < at)?;
        self.next_comment += 1;
        Some(comment)
    }

    /// The comment on the line that ends an element at byte `end`.
    fn trailing(&mut self, end: u32) -> Option<&'f Comment> {
        let comment = self.file.comments.get(self.next_comment)?;
        let between = self.source.get(end as usize..comment.span.start as usize)?;
        if !between.chars().all(|c| c != '\n' && (crate::parse::is_blank(c) || matches!(c, ',' | ';'))) {
            return None;
        }
        self.next_comment += 1;
        Some(comment)
    }

    /// Whether an empty line stands before byte `at`.
    fn blank_before(&self, at: u32) -> bool {
        let before = self.source.get(..at as usize).unwrap_or("");
        let kept = before.trim_end_matches(|c| crate::parse::is_blank(c) || c == ';').len();
        kept > 0 && before.get(kept..).unwrap_or("").matches('\n').count() >= 2
    }

    /// Whether a new line begins between two places.
    fn broken_between(&self, from: u32, to: u32) -> bool {
        self.source.get(from as usize..to as usize).is_some_and(|t| t.contains('\n'))
    }

    /// Whether the text goes on in a new line after byte `at`, comments aside.
    fn breaks_after(&self, at: u32) -> bool {
        let rest = self.source.get(at as usize..).unwrap_or("");
        rest.chars().find(|&c| c == '\n' || !crate::parse::is_blank(c)).is_none_or(|c| c == '\n' || c == '#')
    }

    /// An element at `start..end` with the comments before it, inside it and after it on its line. `after` is the mark
    /// that follows it; without one the element ends something larger, and the comment after it is left to that.
    fn element(&mut self, start: u32, end: u32, after: Option<&str>, build: impl FnOnce(&mut Self) -> Doc) -> Doc {
        let mut parts = vec![self.own_lines(start)];
        let doc = build(self);
        // A comment in the middle of something that has no lines of its own stands before it from now on.
        parts.extend([self.own_lines(end), doc]);
        if let Some(after) = after {
            parts.push(text(after));
            parts.push(self.comment_after(end));
        }
        cat(parts)
    }

    /// The comments before byte `at`, each on a line of its own.
    fn own_lines(&mut self, at: u32) -> Doc {
        let mut parts = Vec::new();
        while let Some(comment) = self.comment_before(at) {
            parts.extend([text(&comment.text), Doc::Hard]);
        }
        cat(parts)
    }

    /// The comment on the line that ends at `end`.
    fn comment_after(&mut self, end: u32) -> Doc {
        self.trailing(end).map_or(text(""), |comment| Doc::Comment(comment.text.clone()))
    }

    /// Where an element begins for the purpose of empty lines: at its first comment, if it has some before it.
    fn begins(&self, start: u32) -> u32 {
        self.file.comments.get(self.next_comment).map_or(start, |c| c.span.start.min(start))
    }

    /// Elements one under the other, with the empty lines between them kept. `line` stands before each but the first.
    fn stack<T>(
        &mut self,
        elements: &[T],
        line: &'static str,
        after: &'static str,
        span: impl Fn(&T) -> (u32, u32),
        mut build: impl FnMut(&mut Self, &T) -> Doc,
    ) -> Doc {
        let mut parts = Vec::new();
        for (i, element) in elements.iter().enumerate() {
            let (start, end) = span(element);
            if i > 0 {
                if self.blank_before(self.begins(start)) {
                    parts.push(Doc::Hard);
                }
                parts.push(Doc::Line(line));
            }
            let mark = if i + 1 < elements.len() { after } else { "" };
            parts.push(self.element(start, end, Some(mark), |w| build(w, element)));
        }
        cat(parts)
    }

    /// Comments left before byte `end`, each on a line of its own before what closes there.
    fn dangling(&mut self, end: u32) -> Doc {
        let mut parts = Vec::new();
        while let Some(comment) = self.comment_before(end) {
            parts.push(Doc::Hard);
            parts.push(text(&comment.text));
        }
        cat(parts)
    }
}
