//! The text of an edit as a reader wants it: whole lines, moved to the left, with the stretch that differs.

use super::Pair;
use super::narrow::differing;
use accord_prove::report::Edit;
use accord_source::{SourceMap, Span};
use accord_syntax::ast::{Item, ItemKind};

/// Lines shown before and after the stretch that differs; a statement of a few lines is shown whole.
const AROUND: usize = 4;
/// A statement of so many lines is shown whole.
const WHOLE: usize = 14;
/// Statements of so many lines, and as many in both versions, are marked line by line.
const ROWS: usize = 6;

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
    let (before, after) = (edit.before.map(|s| whole(pair, s)), edit.after.map(|s| whole(pair, s)));
    let (old, new) = match (before, after) {
        (Some(before), Some(after)) => marks(pair.sources, before, after),
        // What is new or gone differs as a whole, which needs no mark.
        _ => (Vec::new(), Vec::new()),
    };
    let of = |span: Option<Span>, marks: &[Span], path| span.and_then(|s| clause(pair.sources, s, marks, path));
    (of(before, &old, pair.old.path), of(after, &new, pair.new.path))
}

/// What differs: of a table the rows, else one stretch.
fn marks(sources: &SourceMap, before: Span, after: Span) -> (Vec<Span>, Vec<Span>) {
    let lines = |span: Span| {
        let mut at = span.range().start;
        let each = sources.slice(span).split('\n').map(move |line| {
            let line = (at, at + line.len());
            at = line.1 + 1;
            Span::new(span.file, line.0, line.1)
        });
        each.collect::<Vec<Span>>()
    };
    let (old, new) = (lines(before), lines(after));
    if old.len() != new.len() || old.len() < ROWS {
        let (old, new) = differing(sources, before, after);
        return (old.into_iter().collect(), new.into_iter().collect());
    }
    let each: Vec<_> = old.into_iter().zip(new).map(|(old, new)| differing(sources, old, new)).collect();
    (each.iter().filter_map(|(old, _)| *old).collect(), each.iter().filter_map(|(_, new)| *new).collect())
}

/// The whole statement that something stands in: of a rule found by its name, with its relations and its condition.
pub fn whole(pair: &Pair<'_>, span: Span) -> Span {
    statement(pair, span).map_or(span, |item| item.span)
}

fn statement<'a>(pair: &Pair<'a>, span: Span) -> Option<&'a Item> {
    let within = |item: &&Item| item.span.start <= span.start && span.end <= item.span.end;
    let around = pair.loaded.tree(span.file)?.items.iter().filter(within);
    around.min_by_key(|item| item.span.end - item.span.start)
}

/// Whether both versions say the same there, so that what it is an exception to was edited, and not the statement. The
/// heading counts, and so does the meaning of a clause that the texts define themselves.
pub fn is_only_reached(pair: &Pair<'_>, edit: &Edit) -> bool {
    let (Some(before), Some(after)) = (edit.before, edit.after) else { return false };
    let alike = |old: Option<Span>, new: Option<Span>| match (old, new) {
        (Some(old), Some(new)) => differing(pair.sources, old, new) == (None, None),
        (None, None) => true,
        _ => false,
    };
    let inherits = match statement(pair, after).map(|item| &item.kind) {
        Some(ItemKind::Rule(_)) => true,
        Some(ItemKind::ClauseUse(used)) => !defines(pair, &used.name.text),
        _ => false,
    };
    inherits
        && alike(heading(pair, before), heading(pair, after))
        && alike(Some(whole(pair, before)), Some(whole(pair, after)))
}

/// The heading of the article that something stands in.
fn heading(pair: &Pair<'_>, span: Span) -> Option<Span> {
    let above = pair.loaded.tree(span.file)?.items.iter().take_while(|item| item.span.start <= span.start);
    above.filter(|item| matches!(item.kind, ItemKind::Article { .. })).last().map(|item| item.span)
}

/// Whether either version defines a clause of this name.
fn defines(pair: &Pair<'_>, clause: &str) -> bool {
    let folders = [pair.old.path, pair.new.path].map(|path| path.split('@').next().unwrap_or(path));
    let is_own = |name: &str| folders.iter().any(|folder| name.starts_with(folder));
    let own = pair.loaded.all_trees().filter(|t| pair.sources.file(t.id).is_some_and(|f| is_own(f.name())));
    let mut items = own.flat_map(|tree| &tree.items);
    items.any(|item| matches!(&item.kind, ItemKind::Clause { name, .. } if name.text == clause))
}

fn clause(sources: &SourceMap, span: Span, marks: &[Span], path: &str) -> Option<Clause> {
    let file = sources.file(span.file)?;
    let text = file.text();
    let (start, end) = (span.range().start, span.range().end);
    let first = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let last = text.get(end..)?.find('\n').map_or(text.len(), |at| end + at);
    let marks: Vec<_> = marks.iter().map(|m| m.range()).collect();
    let mut lines: Vec<(usize, &str)> = Vec::new();
    let mut at = first;
    for line in text.get(first..last)?.split('\n') {
        lines.push((at, line));
        at += line.len() + 1;
    }
    if lines.len() > WHOLE {
        let touched = |(at, line): &(usize, &str)| marks.iter().any(|m| at + line.len() >= m.start && *at <= m.end);
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
        let mark = marks.iter().find(|m| at + line.len() > m.start && *at < m.end);
        let (from, to) = mark.map_or((indent, indent), |m| (relative(m.start), relative(m.end)));
        push(&mut pieces, cut(indent, from), false);
        push(&mut pieces, cut(from, to), true);
        push(&mut pieces, cut(to, line.len()), false);
    }
    let (line, _) = file.line_column(start);
    // Within the folder of its version.
    let name = file.name().strip_prefix(path.split('@').next().unwrap_or(path)).map(|n| n.trim_start_matches('/'));
    let name = name.filter(|n| !n.is_empty()).unwrap_or(file.name());
    Some(Clause { place: format!("{name}, line {line}"), pieces })
}

/// Adds to the last piece where it is of the same kind.
fn push(pieces: &mut Vec<Piece>, text: &str, differs: bool) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some((last, kind)) if *kind == differs => last.push_str(text),
        _ => pieces.push((text.to_owned(), differs)),
    }
}
