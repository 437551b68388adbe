//! The text of an edit as a reader wants it: whole lines, moved to the left, with the stretch that differs.

use super::Pair;
use super::narrow::differing;
use accord_prove::report::Edit;
use accord_source::{SourceMap, Span};

/// Lines shown before and after the stretch that differs; a statement of a few lines is shown whole.
const AROUND: usize = 4;
/// A statement of so many lines is shown whole.
const WHOLE: usize = 14;

/// A piece of text, and whether it is what differs.
pub type Piece = (String, bool);

/// A statement in one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// `agreement.accord, line 12`.
    pub place: String,
    /// Its text in pieces.
    pub pieces: Vec<Piece>,
}

/// The statement in both versions.
pub fn clauses(pair: &Pair<'_>, edit: &Edit) -> (Option<Clause>, Option<Clause>) {
    let narrow = match (edit.before, edit.after) {
        (Some(before), Some(after)) => differing(pair.sources, before, after),
        // What is new or gone differs as a whole, which needs no mark.
        _ => (None, None),
    };
    let of = |span: Option<Span>, mark| span.and_then(|span| clause(pair.sources, span, mark));
    (of(edit.before, narrow.0), of(edit.after, narrow.1))
}

fn clause(sources: &SourceMap, span: Span, mark: Option<Span>) -> Option<Clause> {
    let file = sources.file(span.file)?;
    let text = file.text();
    let (start, end) = (span.range().start, span.range().end);
    let first = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let last = text.get(end..)?.find('\n').map_or(text.len(), |at| end + at);
    let mark = mark.map_or(start..start, |m| m.range());
    let mut lines: Vec<(usize, &str)> = Vec::new();
    let mut at = first;
    for line in text.get(first..last)?.split('\n') {
        lines.push((at, line));
        at += line.len() + 1;
    }
    if lines.len() > WHOLE {
        let touched = |(at, line): &(usize, &str)| at + line.len() >= mark.start && *at <= mark.end;
        let from = lines.iter().position(touched).unwrap_or(0).saturating_sub(AROUND);
        let to = lines.iter().rposition(touched).map_or(WHOLE, |at| at + AROUND + 1);
        lines = lines.into_iter().skip(from).take(to.saturating_sub(from)).collect();
    }
    let indent = lines.iter().filter(|(_, l)| !l.trim().is_empty()).map(|(_, l)| l.len() - l.trim_start().len()).min();
    let indent = indent.unwrap_or(0);
    let mut pieces: Vec<Piece> = Vec::new();
    for (index, (at, line)) in lines.iter().enumerate() {
        if index > 0 {
            push(&mut pieces, "\n", false);
        }
        let cut = |from: usize, to: usize| line.get(from.min(line.len())..to.min(line.len())).unwrap_or_default();
        let relative = |byte: usize| byte.saturating_sub(*at).max(indent);
        let (from, to) = (relative(mark.start), relative(mark.end));
        push(&mut pieces, cut(indent, from), false);
        push(&mut pieces, cut(from, to), true);
        push(&mut pieces, cut(to, line.len()), false);
    }
    let (line, _) = file.line_column(start);
    Some(Clause { place: format!("{}, line {line}", file.name()), pieces })
}

/// Adds to the last piece where it is of the same kind.
fn push(pieces: &mut Vec<Piece>, text: &str, differs: bool) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some((last, kind)) if *kind == differs => last.push_str(text),
        _ => pieces.push((text.to_owned(), differs)),
    }
}
