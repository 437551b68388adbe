//! What to say about text that cannot be read: what was expected in the reader's words, never the grammar's.

use accord_source::{Code, Diagnostic, Diagnostics, FileId, Span};

use super::Rule;
use super::hints;
use super::scan::{Scan, Segment, Tok};
use crate::ast::ItemKind;

pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(Code::TooDeep, span, "brackets nested too deeply")
        .help(format!("up to {} levels are read; give the inner parts names with `term`", super::MAX_NESTING))
}

pub(super) fn too_complex(span: Span) -> Diagnostic {
    Diagnostic::new(Code::TooDeep, span, "an expression of too many parts")
        .help("give its parts names with `term`, or use a set or a table")
}

/// For an expression that stands alone, `shift` bytes into its file.
pub(super) fn expression(scan: &Scan<'_>, file: FileId, at: usize, shift: usize, expected: &[Rule]) -> Diagnostic {
    let segment = Segment { first: 0, last: scan.tokens.len(), unclosed: None };
    let place = scan.tokens.partition_point(|t| t.end as usize <= at);
    let reporter = Reporter { id: file, scan, segment: &segment };
    let mut found = hints::special(scan, 0, place, expected, |i| reporter.span(i)).unwrap_or_else(|| {
        if reporter.operand_ended(0, place, expected) {
            Diagnostic::new(Code::Unreadable, reporter.span(place), format!("`{}` is left over", scan.slice(place)))
        } else {
            reporter.generic(0, place, scan.tokens.len(), expected)
        }
    });
    let moved = |at: u32| at.saturating_add(u32::try_from(shift).unwrap_or(u32::MAX));
    for label in &mut found.labels {
        label.span = Span { start: moved(label.span.start), end: moved(label.span.end), ..label.span };
    }
    found
}

pub(super) struct Reporter<'s, 't> {
    pub id: FileId,
    pub scan: &'s Scan<'t>,
    pub segment: &'s Segment,
}

impl Reporter<'_, '_> {
    fn span(&self, i: usize) -> Span {
        if i < self.scan.tokens.len() {
            Span::new(self.id, self.scan.start(i), self.scan.end(i))
        } else {
            self.before(i)
        }
    }

    /// An empty place after the token before `i`, for something missing.
    fn before(&self, i: usize) -> Span {
        let end = i.checked_sub(1).map_or(0, |b| self.scan.end(b));
        Span::new(self.id, end, end)
    }

    /// A statement that was read, with text after it that belongs to nothing.
    pub(super) fn leftover(&self, first: usize, at: usize, kind: &ItemKind) -> Diagnostic {
        if let Some(found) = hints::special(self.scan, first, at, &[], |i| self.span(i)) {
            return found;
        }
        if matches!(kind, ItemKind::Instruction(_)) {
            let message = format!("`{}` does not continue the instruction before it", self.scan.slice(at));
            return Diagnostic::new(Code::Unreadable, self.span(at), message).help(
                "`after article 5`, `for each party P in S` and `applies to claims from D` may follow; new words begin in a line of their own",
            );
        }
        let (code, what) = match kind {
            ItemKind::Rule(_) => (Code::MissingWhen, "rule"),
            ItemKind::ClauseUse(_) => (Code::Unreadable, "clause"),
            ItemKind::Term { .. } => (Code::Unreadable, "term"),
            ItemKind::Agreement { .. } | ItemKind::Legislation { .. } | ItemKind::Amendment(_) => {
                (Code::Unreadable, "header")
            }
            ItemKind::Article { .. } | ItemKind::Heading { .. } => (Code::Unreadable, "heading"),
            _ => (Code::Unreadable, "statement"),
        };
        Diagnostic::new(
            code,
            self.span(at),
            format!("`{}` does not continue the {what} before it", self.scan.slice(at)),
        )
        .help("join conditions with `and` or `or`, put a comma between the members of a list, or begin a new statement")
    }

    /// A label that is none, or is written with blanks. `next` is the token after it.
    pub(super) fn label(&self, at: usize, next: usize) -> Option<Diagnostic> {
        let scan = self.scan;
        let place = self.span(at).to(self.span(next.saturating_sub(1)));
        if scan.label_end(next).is_some() && !scan.first_on_line(next) {
            let written = scan.text.get(scan.start(at)..scan.end(next - 1)).unwrap_or("");
            return Some(
                Diagnostic::new(Code::BadLabel, self.span(next), "a label is written in one piece")
                    .help(format!("write `{written}{}` without a blank", self.label_text(next))),
            );
        }
        if !scan.first_on_line(at) && scan.ends_instructed(at) {
            // Read as it stands, the whole article would be replaced.
            return Some(
                Diagnostic::new(Code::BadLabel, place, "no blank between an article and its paragraph")
                    .help("write the two in one piece; new words of the whole article begin in a line of their own"),
            );
        }
        let alone = next >= self.segment.last || scan.first_on_line(next) || !scan.begins(next);
        if scan.first_on_line(at) || at == self.segment.first || !alone || scan.tok(at - 1) != Some(Tok::Word) {
            return None;
        }
        let name = scan.slice(at - 1);
        Some(
            Diagnostic::new(Code::BadLabel, place, format!("`{}` is read as a paragraph here", self.label_text(at)))
                .help(format!("no blank before the bracket of a call: `{name}{}`", self.label_text(at))),
        )
    }

    fn label_text(&self, at: usize) -> &str {
        let end = self.scan.label_end(at).unwrap_or(at + 1);
        self.scan.text.get(self.scan.start(at)..self.scan.end(end - 1)).unwrap_or("")
    }

    /// A statement from token `first` to `end` that the grammar does not take, for a reason at token `at`.
    pub(super) fn failure(&self, first: usize, at: usize, end: usize, expected: &[Rule], sink: &mut Diagnostics) {
        if let Some(found) = self.unclosed(first, at) {
            sink.push(found);
            return;
        }
        let found = hints::special(self.scan, first, at, expected, |i| self.span(i));
        sink.push(found.unwrap_or_else(|| self.generic(first, at, end, expected)));
    }

    /// The text ended, or a new provision began, inside brackets.
    fn unclosed(&self, first: usize, at: usize) -> Option<Diagnostic> {
        let open = self.segment.unclosed.filter(|&open| open >= first && at >= self.segment.last)?;
        let open = self.misaligned(first).unwrap_or(open);
        let brace = self.scan.tok(open) == Some(Tok::Open(b'{'));
        let what = if brace { "this brace is not closed" } else { "this bracket is not closed" };
        let mark = if brace { "}" } else { ")" };
        let found = Diagnostic::new(Code::MissingBrace, self.span(open), what);
        let next = self.segment.last;
        Some(if next < self.scan.tokens.len() {
            let line = self.scan.text.get(self.scan.start(next)..).and_then(|t| t.lines().next()).unwrap_or("");
            let words: Vec<&str> = line.split_whitespace().take(3).collect();
            found
                .with(self.span(next), "but a new statement begins here")
                .help(format!("write `{mark}` before `{}`", words.join(" ")))
        } else {
            found.help(format!("write `{mark}` where it ends; the text ends inside it"))
        })
    }

    /// An opening brace whose partner stands at the beginning of a line under something else: the one that was
    /// closed there was meant to close a brace further out.
    fn misaligned(&self, first: usize) -> Option<usize> {
        let scan = self.scan;
        let mut open: Vec<usize> = Vec::new();
        for i in first..self.segment.last {
            match scan.tok(i) {
                Some(Tok::Open(b'{')) => open.push(i),
                Some(Tok::Close(b'}')) => {
                    let partner = open.pop()?;
                    if scan.first_on_line(i) && self.indent(i) < self.indent(partner) {
                        return Some(partner);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// How far the line of a token is indented.
    fn indent(&self, i: usize) -> usize {
        let before = self.scan.text.get(..self.scan.start(i)).unwrap_or("");
        let line = before.rfind('\n').map_or(0, |n| n + 1);
        let text = self.scan.text.get(line..).unwrap_or("");
        text.len() - text.trim_start_matches([' ', '\t']).len()
    }

    fn operand_ended(&self, first: usize, at: usize, expected: &[Rule]) -> bool {
        at > first && at < self.scan.tokens.len() && !expected.iter().any(|r| hints::is_value(*r))
    }

    /// "expected a value after `+`", "expected `:`, found `}`".
    fn generic(&self, first: usize, at: usize, end: usize, expected: &[Rule]) -> Diagnostic {
        let scan = self.scan;
        let stray = at == first + 1 && expected.iter().all(|r| *r == Rule::lbrace);
        if at == first || (stray && !hints::is_starter(scan.word(first))) {
            return self.unknown(first, end);
        }
        let what = hints::phrase(scan, first, at, expected);
        let found = if at >= end || scan.first_on_line(at) {
            let before = at - 1;
            Diagnostic::new(
                Code::Unreadable,
                self.span(before),
                format!("expected {what} after `{}`", scan.slice(before)),
            )
        } else {
            Diagnostic::new(Code::Unreadable, self.span(at), format!("expected {what}, found `{}`", scan.slice(at)))
        };
        match hints::remedy(scan, first, at, expected) {
            Some(help) => found.help(help),
            None => found,
        }
    }

    fn unknown(&self, first: usize, end: usize) -> Diagnostic {
        let scan = self.scan;
        let mut last = first;
        while last + 1 < end && !scan.first_on_line(last + 1) {
            last += 1;
        }
        let place = self.span(first).to(self.span(last));
        let found = Diagnostic::new(Code::Unreadable, place, "this is not a statement");
        match hints::nearest_starter(scan.word(first)) {
            Some(word) => found.help(format!("did you mean `{word}`?")),
            None => found.help(
                "a statement begins with a label, with a word such as `rule` or `term`, or is a clause `name { ... }`",
            ),
        }
    }
}
