//! Reading: text to tree.
//!
//! A pass over the text finds comments, brackets and the places no statement can cross ([`scan`]); then each statement
//! is read on its own by the grammar, so that the memory needed is that of one statement and a broken one costs only
//! itself. What the grammar accepts becomes a tree in `build`, `exprs` and `items`; what it does not becomes
//! [`ItemKind::Junk`] with a finding from `report`.

mod amendment;
mod build;
mod correspondence;
mod exprs;
mod hints;
mod items;
mod lexical;
mod report;
mod scan;
mod standards;

use accord_source::{Diagnostics, FileId, Span};
use pest::Parser as _;
use pest::error::{Error, InputLocation};
use std::cell::Cell;

use crate::ast::{Expr, File, Item, ItemKind};
use build::Builder;
use report::Reporter;
pub(crate) use scan::is_blank;
use scan::{Scan, Tok};

/// Nesting limit.
pub const MAX_NESTING: usize = 128;

/// Deep enough for the nesting limit in any build; the limit and not this stack is what a text runs into.
const STACK: usize = 16 << 20;

// The parser pest writes has no doc comments of its own, so it stays in a module that shows nothing.
mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "parse/grammar.pest"]
    #[grammar = "parse/amendment.pest"]
    pub(super) struct Grammar;
}
use grammar::{Grammar, Rule};

/// Reads a file. Never fails: what cannot be read is junk, with a finding in `sink`.
pub fn parse(id: FileId, text: &str, sink: &mut Diagnostics) -> File {
    on_stack(|| read(id, text, sink))
}

/// Reads one expression that starts at byte `offset` of the file. Nothing, and a finding, if it is not one.
pub fn parse_expression(file: FileId, text: &str, offset: usize, sink: &mut Diagnostics) -> Option<Expr> {
    on_stack(|| expression(file, text, offset, sink))
}

thread_local! {
    /// Whether this thread was made by [`on_stack`].
    static AMPLE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` on a stack that is deep enough for reading, since the caller's may be that of a test or a browser. Whoever
/// reads many short texts calls this once round all of them: within `work` none has to be made.
pub fn on_stack<T: Send>(mut work: impl FnMut() -> T + Send) -> T {
    if AMPLE.get() {
        return work();
    }
    let mut apart = || {
        AMPLE.set(true);
        work()
    };
    let done = std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("accord-parse".to_owned()).stack_size(STACK);
        let thread = builder.spawn_scoped(scope, &mut apart).ok()?;
        Some(thread.join().unwrap_or_else(|payload| std::panic::resume_unwind(payload)))
    });
    // Where no thread is to be had the work is done here.
    done.unwrap_or_else(work)
}

/// Where the grammar stopped, as a token, and what it would have taken.
struct Stop {
    at: Option<usize>,
    expected: Vec<Rule>,
}

fn stop(error: Error<Rule>, base: usize) -> (usize, Vec<Rule>) {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => base + at,
    };
    let expected = match error.variant {
        pest::error::ErrorVariant::ParsingError { positives, .. } => positives,
        pest::error::ErrorVariant::CustomError { .. } => Vec::new(),
    };
    (at, expected)
}

/// Reads a file on the stack there is.
pub(crate) fn read(id: FileId, text: &str, sink: &mut Diagnostics) -> File {
    let scan = Scan::new(id, text, 0);
    let mut reader = Reader { id, scan: &scan, items: Vec::new(), next_deep: 0, cut: None };
    for segment in &scan.segments {
        reader.segment(segment, sink);
    }
    let items = reader.items;
    File { id, items, comments: scan.comments }
}

struct Reader<'s, 't> {
    id: FileId,
    scan: &'s Scan<'t>,
    items: Vec<Item>,
    next_deep: usize,
    /// The next place nested too deeply, and the statement it is in.
    cut: Option<(usize, usize)>,
}

impl<'s, 't> Reader<'s, 't> {
    fn span(&self, first: usize, last: usize) -> Span {
        Span::new(self.id, self.scan.start(first), self.scan.end(last.max(first + 1) - 1))
    }

    fn junk(&mut self, first: usize, last: usize) {
        let span = self.span(first, last);
        self.items.push(Item { span, kind: ItemKind::Junk });
    }

    /// The next place of this segment that is nested too deeply: its token, and the first of its statement.
    fn deep_ahead(&mut self, at: usize, last: usize) -> Option<(usize, usize)> {
        while self.scan.too_deep.get(self.next_deep).is_some_and(|&v| v < at) {
            self.next_deep += 1;
            self.cut = None;
        }
        let place = self.scan.too_deep.get(self.next_deep).copied().filter(|&v| v < last)?;
        match self.cut {
            Some((known, cut)) if known == place => Some((place, cut.max(at))),
            _ => {
                let cut = self.scan.previous_start(place, at);
                self.cut = Some((place, cut));
                Some((place, cut))
            }
        }
    }

    fn segment(&mut self, segment: &scan::Segment, sink: &mut Diagnostics) {
        let mut at = segment.first;
        while at < segment.last {
            if self.scan.tok(at) == Some(Tok::Semi) {
                at += 1;
                continue;
            }
            let mut last = segment.last;
            if let Some((place, cut)) = self.deep_ahead(at, segment.last) {
                if cut <= at {
                    let end = self.scan.next_start(place + 1, segment.last);
                    sink.push(report::too_deep(self.span(place, place + 1)));
                    self.junk(at, end);
                    at = end;
                    continue;
                }
                last = cut;
            }
            at = self.statement(at, last, segment, sink);
        }
    }

    /// Reads one statement from token `at`; the token after it, or after the junk it turned out to be.
    fn statement(&mut self, at: usize, last: usize, segment: &scan::Segment, sink: &mut Diagnostics) -> usize {
        let scan = self.scan;
        let base = scan.start(at);
        let end = scan.end(last - 1);
        let slice = scan.text.get(base..end).unwrap_or("");
        let read = Grammar::parse(Rule::entry, slice).ok().and_then(|mut pairs| pairs.next());
        let Some(pair) = read.filter(|p| p.as_rule() == Rule::item) else {
            return self.failed(at, last, segment, sink);
        };
        let mut builder = self.builder(base, sink);
        let mut item = builder.item(pair);
        let deep = builder.too_deep.take();
        let mut next = at + 1;
        while next < last && scan.start(next) < item.span.end as usize {
            next += 1;
        }
        if let Some(place) = deep {
            sink.push(report::too_complex(place));
            item.kind = ItemKind::Junk;
        }
        let reporter = Reporter { id: self.id, scan, segment };
        if let ItemKind::Label(_) = item.kind
            && let Some(found) = reporter.label(at, next)
        {
            sink.push(found);
            // On a line with the statement before it, the label was meant as a part of that.
            if !scan.first_on_line(at) {
                self.poison_last();
            }
            let rest = scan.next_start(next, last);
            self.junk(at, rest);
            return rest;
        }
        let clean = next >= last || scan.tok(next) == Some(Tok::Semi) || scan.begins(next);
        if clean {
            self.items.push(item);
            return next;
        }
        if items::complete(&item.kind) {
            // What follows is a statement of its own, and a broken one.
            self.items.push(item);
            return self.failed(next, last, segment, sink);
        }
        // The grammar took as much as it could. The failure is where it got furthest, which may be beyond that.
        let end = scan.statement_end(at, last).max(next);
        let stop = self.stop_within(Rule::whole_item, at, end);
        let rest = match stop.at.filter(|&place| place > next) {
            Some(place) => {
                reporter.failure(at, place, end, &stop.expected, sink);
                scan.next_start(place, last)
            }
            None => {
                sink.push(reporter.leftover(at, next, &item.kind));
                scan.next_start(next, last)
            }
        };
        item.kind = items::poisoned(item.kind);
        if matches!(item.kind, ItemKind::Junk) {
            item.span = self.span(at, rest);
            self.items.push(item);
        } else {
            self.items.push(item);
            self.junk(next, rest);
        }
        rest
    }

    fn builder<'b>(&self, base: usize, sink: &'b mut Diagnostics) -> Builder<'b, 't>
    where
        's: 'b,
    {
        let scan = self.scan;
        Builder { file: self.id, text: scan.text, base, shift: 0, comments: &scan.comments, sink, too_deep: None }
    }

    /// A statement that turns out to have lost a part.
    fn poison_last(&mut self) {
        if let Some(last) = self.items.pop() {
            self.items.push(Item { span: last.span, kind: items::poisoned(last.kind) });
        }
    }

    /// Reads tokens `first..end` again, for the place where that fails: what pest says about a failure costs as much
    /// as the rest of the line, so the text is kept as short as the statement.
    fn stop_within(&self, rule: Rule, first: usize, end: usize) -> Stop {
        let scan = self.scan;
        let base = scan.start(first);
        let slice = scan.text.get(base..scan.end(end.max(first + 1) - 1)).unwrap_or("");
        let Err(error) = Grammar::parse(rule, slice) else { return Stop { at: None, expected: Vec::new() } };
        let (byte, expected) = stop(error, base);
        let at = (first..end).find(|&i| scan.end(i) > byte).unwrap_or(end);
        Stop { at: Some(at), expected }
    }

    /// Reports the statement at token `at`, which the grammar does not take, and skips to the next one.
    fn failed(&mut self, at: usize, last: usize, segment: &scan::Segment, sink: &mut Diagnostics) -> usize {
        let scan = self.scan;
        let end = scan.statement_end(at, last);
        let stop = self.stop_within(Rule::item, at, end);
        let place = stop.at.unwrap_or(end);
        let reporter = Reporter { id: self.id, scan, segment };
        reporter.failure(at, place, end, &stop.expected, sink);
        let next = scan.next_start(place.max(at + 1), last);
        if let Ok(mut pairs) =
            Grammar::parse(Rule::salvage, scan.text.get(scan.start(at)..scan.end(end - 1)).unwrap_or(""))
            && let Some(pair) = pairs.next()
        {
            // Findings about the head were made when the whole was tried, or come with the failure.
            let head = self.builder(scan.start(at), &mut Diagnostics::default()).salvage(pair);
            self.items.extend(head);
        }
        self.junk(at, next);
        next
    }
}

fn expression(file: FileId, text: &str, offset: usize, sink: &mut Diagnostics) -> Option<Expr> {
    let scan = Scan::new(file, text, offset);
    if let Some(&deep) = scan.too_deep.first() {
        sink.push(report::too_deep(Span::new(file, scan.start(deep) + offset, scan.end(deep) + offset)));
        return None;
    }
    let pairs = match Grammar::parse(Rule::whole_expr, text) {
        Ok(pairs) => pairs,
        Err(error) => {
            let (at, expected) = stop(error, 0);
            sink.push(report::expression(&scan, file, at, offset, &expected));
            return None;
        }
    };
    let pair = pairs.into_iter().find(|p| p.as_rule() == Rule::expr)?;
    let mut builder = Builder { file, text, base: 0, shift: offset, comments: &scan.comments, sink, too_deep: None };
    let expr = builder.expr(pair);
    match builder.too_deep.take() {
        Some(place) => {
            sink.push(report::too_complex(place));
            None
        }
        None => Some(expr),
    }
}
