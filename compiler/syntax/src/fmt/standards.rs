//! Standards and properties.

use super::Writer;
use super::doc::{Doc, cat, group, nest, text};
use super::exprs::quoted;
use crate::ast::{Binder, DemandKind, Expr, Item, ItemKind, Promise};

impl Writer<'_> {
    /// A standard, one of its statements, or a property.
    pub(super) fn standard(&mut self, item: &Item) -> Doc {
        match &item.kind {
            ItemKind::Standard { name, title, header } => {
                self.headed(format!("standard {} {}", name.text, quoted(&title.text)), title.span.end, header)
            }
            ItemKind::Demand(demand) => {
                let relations = self.relations(&demand.relations);
                let start = demand.relations.last().map_or(item.span.start, |r| r.span.end);
                // `not required` has no place of its own in the tree: its end is that of its last word.
                let until = demand.when.as_ref().map_or(item.span.end, |w| w.span.start);
                let between = self.source.get(start as usize..until as usize).unwrap_or("");
                let words = between.rfind("required").map_or(0, |at| at + "required".len());
                let start = start + u32::try_from(words).unwrap_or(0);
                let word = match demand.kind {
                    DemandKind::Requires => "requires",
                    DemandKind::Permits => "permits",
                    DemandKind::NotRequired => "not required",
                };
                let head = self.head(word.to_owned(), demand.what.as_ref(), &demand.each);
                let end = end_of(demand.what.as_ref(), &demand.each).unwrap_or(start);
                let when = self.when(demand.when.as_ref(), end);
                cat([relations, group(cat([head, when]))])
            }
            ItemKind::Assumes { what, each, when } => {
                let head = self.head(format!("assumes {}", quoted(&what.text)), None, each);
                let when = self.when(when.as_ref(), end_of(None, each).unwrap_or(what.span.end));
                group(cat([head, when]))
            }
            ItemKind::Outside(conditions) => {
                let inside = self.list(conditions);
                group(cat([text("outside {"), nest(2, cat([Doc::Line(" "), inside])), Doc::Line(" "), text("}")]))
            }
            ItemKind::Property(property) => {
                let name = format!("property {}", quoted(&property.name.text));
                let head = self.head(name, None, &property.each);
                let (promise, end) = match &property.promise {
                    Promise::Requires(what) => {
                        let body = self.body(what);
                        (cat([text("requires"), body]), what.span.end)
                    }
                    Promise::NeverLowers { value, tolerance, measure } => {
                        let value = self.body(value);
                        let tolerance = match tolerance {
                            Some(t) => cat([text(" by more than "), self.expr(t)]),
                            None => text(""),
                        };
                        let grows = self.expr(measure);
                        let parts = [text("never lowers"), value, tolerance, text(" when "), grows, text(" grows")];
                        (cat(parts), measure.span.end)
                    }
                };
                let when = self.when(property.when.as_ref(), end);
                let below = group(cat([promise, when]));
                cat([head, nest(2, cat([Doc::Hard, below]))])
            }
            _ => text(""),
        }
    }

    /// What begins a statement: its word, what it is about, for whom.
    fn head(&mut self, word: String, what: Option<&Expr>, each: &[Binder]) -> Doc {
        let what = match what {
            Some(what) => self.body(what),
            None => text(""),
        };
        let mut parts = vec![text(word), what];
        if !each.is_empty() {
            let mut inside = vec![Doc::Line(" "), text("for each ")];
            for (i, binder) in each.iter().enumerate() {
                inside.push(text(if i == 0 { "" } else { ", " }));
                inside.push(self.binder(binder, false));
            }
            parts.push(nest(2, cat(inside)));
        }
        group(cat(parts))
    }
}

/// Where the head of a statement ends.
fn end_of(what: Option<&Expr>, each: &[Binder]) -> Option<u32> {
    let binder = each.last().map(|b| {
        let domain = b.domain.as_ref().map_or(b.variable.span.end, |d| d.span.end);
        b.filter.as_ref().map_or(domain, |f| f.span.end)
    });
    binder.or(what.map(|w| w.span.end))
}
