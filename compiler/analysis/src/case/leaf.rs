//! Text inside JSON that is written as in Accord: `"12.50 EUR"`, `"old_age.pension"`.

use super::findings;
use accord_source::{Code, Diagnostic, Diagnostics, Span};
use accord_syntax::ast::{Arg, Expr, ExprKind, Name};

/// How deep brackets may be nested inside one text.
const DEPTH: usize = 16;

/// Why a text could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// The finding was recorded.
    Reported,
    /// The caller knows best what to say.
    Silent,
}

/// Reads a text as an expression. `span` covers the text and the quotes round it. Findings about how it is written
/// (a day that does not exist, a comma in a number) go to the sink; any other failure is left to the caller.
pub(super) fn parse(text: &str, span: Span, sink: &mut Diagnostics) -> Result<Expr, Unread> {
    let trimmed = text.trim();
    if trimmed.is_empty() || nested_beyond(trimmed, DEPTH) {
        return Err(Unread::Silent);
    }
    // An escape makes the text shorter than what stands in the file, so places inside it cannot be told.
    let plain = span.range().len() == text.len() + 2;
    let skipped = text.len() - text.trim_start().len();
    let offset = span.range().start + 1 + skipped;
    let mut found = Diagnostics::default();
    let parsed = accord_syntax::parse_expression(span.file, trimmed, offset, &mut found);
    let mut why = Unread::Silent;
    for mut finding in found.iter().cloned() {
        if matches!(finding.code, Code::BadDate | Code::BadNumber) {
            anchor(&mut finding, span, plain);
            sink.push(finding);
            why = Unread::Reported;
        }
    }
    let mut expr = parsed.filter(|_| !found.has_errors()).ok_or(why)?;
    if !plain {
        respan(&mut expr, span);
    }
    Ok(expr)
}

/// What to say where a text could not be read as what is needed.
pub(super) fn unreadable(text: &str, span: Span, expected: &str) -> Diagnostic {
    findings::wrong(span, expected, &format!("the text \"{}\"", findings::short(text)))
}

fn nested_beyond(text: &str, limit: usize) -> bool {
    let mut depth = 0usize;
    text.bytes().any(|b| {
        match b {
            b'(' | b'{' | b'[' => depth += 1,
            b')' | b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > limit
    })
}

fn anchor(finding: &mut Diagnostic, span: Span, plain: bool) {
    for label in &mut finding.labels {
        let inside = label.span.start >= span.start && label.span.end <= span.end;
        if !plain || !inside {
            label.span = span;
        }
    }
}

/// Gives an expression and everything in it one place.
pub(super) fn respan(expr: &mut Expr, span: Span) {
    expr.span = span;
    let name = |n: &mut Name| n.span = span;
    match &mut expr.kind {
        ExprKind::Quantity(_, unit) => name(unit),
        ExprKind::Field(base, field) => {
            name(field);
            respan(base, span);
        }
        ExprKind::Call(callee, args) => {
            respan(callee, span);
            for Arg { label, value } in args {
                label.iter_mut().for_each(name);
                respan(value, span);
            }
        }
        ExprKind::Negative(inner) | ExprKind::Not(inner) | ExprKind::Paren(inner) => respan(inner, span),
        ExprKind::Binary(_, left, right) => {
            respan(left, span);
            respan(right, span);
        }
        ExprKind::Rounding(mode, grain) => {
            name(mode);
            respan(grain, span);
        }
        ExprKind::Set(members) => members.iter_mut().for_each(|m| respan(m, span)),
        ExprKind::Address(address) => address.span = span,
        _ => {}
    }
}
