//! Items, slots, tables, cases, and how far each is indented.

use accord_source::Span;

use super::Writer;
use super::doc::{self, Doc, cat, group, nest, text};
use super::exprs::{addresses, quoted};
use crate::ast::{
    Applies, Block, ClauseUse, Dates, Expr, Field, Item, ItemKind, Name, ParameterBody, Relation, RelationKind, Row,
    Rule, Signature, Slot, SlotValue, Text, Type, WordRow,
};

/// Values are aligned under each other, behind names of up to this length.
const ALIGNED: usize = 24;

/// What the items around are part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Top,
    /// An agreement, a legislation, an article or a clause.
    Headed,
    Label,
}

/// Where an item stands, and what it opens.
struct Place {
    column: usize,
    /// An empty line before it, always.
    apart: bool,
    opens: Option<Scope>,
}

fn place(kind: &ItemKind, scope: Scope, in_clause: bool) -> Place {
    let top = |apart, opens| Place { column: 0, apart, opens };
    let inner = match scope {
        Scope::Top => 0,
        Scope::Headed => 2,
        Scope::Label => 6,
    };
    match kind {
        ItemKind::Agreement { .. }
        | ItemKind::Legislation { .. }
        | ItemKind::Standard { .. }
        | ItemKind::Article { .. }
        | ItemKind::Amendment(_)
        | ItemKind::Instruction(_)
        | ItemKind::Clause { .. } => top(true, Some(Scope::Headed)),
        ItemKind::Case { .. } | ItemKind::Heading { .. } => top(true, None),
        ItemKind::Use(_) | ItemKind::Interface { .. } | ItemKind::Enum { .. } | ItemKind::Record { .. } => {
            top(false, None)
        }
        ItemKind::Question { .. } | ItemKind::Correspondence(_) => top(false, None),
        ItemKind::Label(_) => Place { column: 2, apart: false, opens: Some(Scope::Label) },
        ItemKind::SlotDef { .. }
        | ItemKind::Rule(_)
        | ItemKind::Term { .. }
        | ItemKind::Function { .. }
        | ItemKind::Evidence(_)
        | ItemKind::Remark { .. } => Place { column: inner, apart: false, opens: None },
        // Anything else ends a clause.
        _ if in_clause => top(false, Some(Scope::Top)),
        _ => Place { column: inner, apart: false, opens: None },
    }
}

/// Whether an item may stand on the line of the label before it.
fn follows_label(kind: &ItemKind) -> bool {
    matches!(
        kind,
        ItemKind::Rule(_)
            | ItemKind::ClauseUse(_)
            | ItemKind::Disapply { .. }
            | ItemKind::Term { .. }
            | ItemKind::Function { .. }
            | ItemKind::Parameter { .. }
            | ItemKind::Conversion { .. }
            | ItemKind::Evidence(_)
            | ItemKind::Remark { .. }
            | ItemKind::NotEncoded(_)
            | ItemKind::Kept(_)
            | ItemKind::Facts(_)
            | ItemKind::Demand(_)
            | ItemKind::Assumes { .. }
            | ItemKind::Outside(_)
            | ItemKind::Property(_)
    )
}

fn span(span: Span) -> (u32, u32) {
    (span.start, span.end)
}

impl Writer<'_> {
    /// The whole file.
    pub(super) fn file(mut self) -> String {
        let mut out = String::new();
        let mut scope = Scope::Top;
        let mut in_clause = false;
        let mut previous: Option<&ItemKind> = None;
        // The column a statement begins at because a label stands before it on its line.
        let mut after_label = None;
        let mut tail = 0;
        for (i, item) in self.file.items.iter().enumerate() {
            let place = place(&item.kind, scope, in_clause);
            // What stands at the edge after something indented stands apart from it.
            let apart = place.apart || (place.column == 0 && tail > 0);
            let apart = apart && !matches!(previous, None | Some(ItemKind::Heading { .. }));
            if after_label.is_none() {
                self.before(&mut out, item, place.column, tail, apart);
            }
            if matches!(item.kind, ItemKind::SlotDef { .. }) && !matches!(previous, Some(ItemKind::SlotDef { .. })) {
                self.slot_width = widest_slot(self.file.items.get(i..).unwrap_or(&[]));
            }
            let on_label_line = after_label.is_some();
            let mut column = after_label.take().unwrap_or(place.column);
            let doc = self.item(item);
            if on_label_line && doc::first(&doc).starts_with('#') {
                // A comment cannot stand between a label and its statement on one line.
                out.truncate(out.trim_end_matches(' ').len());
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', place.column));
                column = place.column;
            }
            out.push_str(&doc::print(&doc, column, place.column, self.mark));
            if let Some(comment) = self.trailing(item.span.end) {
                out.push(self.mark);
                out.push_str(&comment.text);
            } else if let (ItemKind::Label(labels), Some(next)) = (&item.kind, self.file.items.get(i + 1)) {
                let free = self.begins(next.span.start) == next.span.start && !self.blank_before(next.span.start);
                // A summary may be long: it stays on a line of its own where it has one.
                let own = matches!(next.kind, ItemKind::Remark { .. } | ItemKind::Evidence(_))
                    && self.broken_between(item.span.end, next.span.start);
                if free && !own && follows_label(&next.kind) {
                    let width: usize = labels.iter().map(|l| l.text.chars().count() + 2).sum();
                    after_label = Some(place.column + width + 1);
                }
            }
            out.push(if after_label.is_some() { ' ' } else { '\n' });
            if place.opens.is_some() || place.column == 0 {
                in_clause = matches!(item.kind, ItemKind::Clause { .. });
            }
            scope = place.opens.unwrap_or(if in_clause || place.column > 0 {
                scope
            } else {
                scope_after(&item.kind, scope)
            });
            previous = Some(&item.kind);
            tail = if place.opens == Some(Scope::Label) { 6 } else { place.column };
        }
        self.end(&mut out);
        doc::align_comments(&out, self.mark)
    }

    /// Empty lines and comments before an item. Comments that stand close to the item before, and not to this one,
    /// keep the indentation they have there, up to `tail`.
    fn before(&mut self, out: &mut String, item: &Item, column: usize, tail: usize, apart: bool) {
        let mut apart = apart;
        let mut closing = tail > column && self.closes(item.span.start);
        loop {
            let at = self.begins(item.span.start);
            let blank = self.blank_before(at);
            closing &= at < item.span.start && !blank;
            let column = if closing { self.level(at, tail) } else { column };
            if !out.is_empty() && ((apart && !closing) || blank) {
                out.push('\n');
            }
            apart &= closing;
            out.extend(std::iter::repeat_n(' ', column));
            let Some(comment) = self.comment_before(item.span.start) else { return };
            out.push_str(&comment.text);
            out.push('\n');
        }
    }

    /// Whether an empty line stands between the comments before byte `at`, or between them and what is there.
    fn closes(&self, at: u32) -> bool {
        let comments = self.file.comments.get(self.next_comment..).unwrap_or(&[]);
        let mut later = comments.iter().map(|c| c.span.start).take_while(|&c| c < at).chain([at]).skip(1);
        comments.first().is_some_and(|c| c.span.start < at) && later.any(|at| self.blank_before(at))
    }

    /// The level of indentation that the line of byte `at` comes up to.
    fn level(&self, at: u32, most: usize) -> usize {
        let before = self.source.get(..at as usize).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("");
        [6, 2].into_iter().find(|level| *level <= most && *level <= line.chars().count()).unwrap_or(0)
    }

    fn end(&mut self, out: &mut String) {
        loop {
            let at = self.begins(u32::MAX);
            let blank = at != u32::MAX && self.blank_before(at);
            let Some(comment) = self.comment_before(u32::MAX) else { return };
            if !out.is_empty() && blank {
                out.push('\n');
            }
            out.push_str(&comment.text);
            out.push('\n');
        }
    }

    fn item(&mut self, item: &Item) -> Doc {
        let doc = self.item_doc(item);
        // Comments in places that have no lines of their own go before the item.
        cat([self.own_lines(item.span.end), doc])
    }

    fn item_doc(&mut self, item: &Item) -> Doc {
        let end = item.span.end;
        match &item.kind {
            ItemKind::Use(path) => text(format!("use {}", quoted(&path.text))),
            ItemKind::Agreement { name, title, header } => {
                self.headed(format!("agreement {} {}", name.text, quoted(&title.text)), title.span.end, header)
            }
            ItemKind::Legislation { name, title, header } => {
                let name: Vec<&str> = name.iter().map(|n| n.text.as_str()).collect();
                self.headed(format!("legislation {} {}", name.join("."), quoted(&title.text)), title.span.end, header)
            }
            ItemKind::Interface { name, members } => self.interface(name, members),
            ItemKind::Heading { word, number, title } => {
                let title = title.as_ref().map_or(String::new(), |t| format!(" {}", quoted(&t.text)));
                text(format!("{} {}{title}", word.text, number.text))
            }
            ItemKind::Article { word, number, of, title, each } => {
                let of = of.as_ref().map_or(String::new(), |o| format!(" of {}", o.text));
                let title = title.as_ref().map_or(String::new(), |t| format!(" {}", quoted(&t.text)));
                cat([text(format!("{} {}{of}{title}", word.text, number.text)), self.each(each)])
            }
            ItemKind::Label(labels) => text(labels.iter().map(|l| format!("({})", l.text)).collect::<String>()),
            ItemKind::Evidence(word) => text(format!("evidence {}", word.text)),
            ItemKind::Remark { word, language, text: t } => remark(word, language.as_ref(), t),
            ItemKind::NotEncoded(why) => text(format!("not encoded {}", quoted(&why.text))),
            ItemKind::Rule(rule) => self.rule(rule),
            ItemKind::ClauseUse(clause) => self.clause_use(clause),
            ItemKind::Disapply { targets, when } => {
                let after = targets.last().map_or(end, |t| t.span.end);
                let when = self.when(when.as_ref(), after);
                group(cat([text(format!("disapply {}", addresses(targets))), when]))
            }
            ItemKind::Conversion { exact, slots } => {
                let word = if *exact { "conversion exact " } else { "conversion " };
                let block = self.slots(slots, open_after(self.source, item.span), end);
                cat([text(word), block])
            }
            ItemKind::Facts(fields) => {
                let fields = self.braced_fields(fields, open_after(self.source, item.span), end);
                cat([text("facts "), fields])
            }
            ItemKind::Case { name, body } => {
                let body = self.block(body, true);
                cat([text(format!("case {} ", quoted(&name.text))), body])
            }
            ItemKind::Amendment(amendment) => self.amendment(amendment),
            ItemKind::Instruction(instruction) => self.instruction(instruction),
            ItemKind::Kept(kept) => self.kept(kept),
            ItemKind::Correspondence(line) => self.correspondence(line),
            _ => self.declaration(item),
        }
    }

    fn declaration(&mut self, item: &Item) -> Doc {
        let end = item.span.end;
        match &item.kind {
            ItemKind::Term { name, params, ty, body } => {
                let params = self.params(params);
                let ty = self.opt_ty(ty.as_ref());
                let body = self.body(body);
                group(cat([text(format!("term {}", name.text)), params, ty, text(" means"), body]))
            }
            ItemKind::Function { name, params, ty, body } => {
                let params = self.params(params);
                let ty = self.opt_ty(Some(ty));
                let body = self.body(body);
                group(cat([text(format!("function {}", name.text)), params, ty, text(" ="), body]))
            }
            ItemKind::Parameter { name, params, ty, body, bounds } => {
                let params = self.params(params);
                let ty = self.opt_ty(ty.as_ref());
                let body = match body {
                    ParameterBody::Value(e) => {
                        let e = self.body(e);
                        group(cat([text(" ="), e]))
                    }
                    ParameterBody::Unset(why) => text(format!(" unset {}", quoted(&why.text))),
                    ParameterBody::Table(rows) => {
                        let first = rows.first().map_or(end, |r| r.span.start);
                        let close = bounds.as_ref().map_or(end, |(low, _)| low.span.start);
                        cat([text(" "), self.table(rows, first, close)])
                    }
                };
                let bounds = match bounds {
                    Some((low, high)) => {
                        let (low, high) = (self.expr(low), self.expr(high));
                        cat([text(" bounded "), low, text(" .. "), high])
                    }
                    None => text(""),
                };
                cat([text(format!("parameter {}", name.text)), params, ty, body, bounds])
            }
            ItemKind::Clause { name, doc, each } => {
                cat([text(format!("clause {} {}", name.text, quoted(&doc.text))), self.each(each)])
            }
            ItemKind::SlotDef { name, term, ty, default } => {
                let pad = " ".repeat(self.slot_width.saturating_sub(name.text.len()) + 1);
                let term = if *term { "term of " } else { "" };
                let mut parts = vec![text(format!("slot {}:{pad}{term}", name.text))];
                parts.push(self.ty(ty));
                if let Some(default) = default {
                    parts.push(text("   default "));
                    parts.push(self.expr(default));
                }
                cat(parts)
            }
            ItemKind::Enum { name, members } => self.enumeration(name, members, item.span),
            ItemKind::Record { name, fields } => {
                let fields = self.braced_fields(fields, open_after(self.source, item.span), end);
                cat([text(format!("record {} ", name.text)), fields])
            }
            ItemKind::Question { name, facts, decides } => self.question(name, facts, decides),
            ItemKind::Standard { .. }
            | ItemKind::Demand(_)
            | ItemKind::Assumes { .. }
            | ItemKind::Outside(_)
            | ItemKind::Property(_) => self.standard(item),
            ItemKind::Decision { signature, default, doc } => {
                let mut parts = vec![text("decision "), self.signature(signature)];
                if let Some(default) = default {
                    parts.push(text(" default "));
                    parts.push(self.expr(default));
                }
                if let Some(doc) = doc {
                    parts.push(nest(2, cat([Doc::Line(" "), text(quoted(&doc.text))])));
                }
                group(cat(parts))
            }
            _ => text(""),
        }
    }

    fn opt_ty(&mut self, ty: Option<&Type>) -> Doc {
        match ty {
            Some(ty) => cat([text(": "), self.ty(ty)]),
            None => text(""),
        }
    }

    /// A value after `=` or `means`, on the next line where it does not fit.
    pub(super) fn body(&mut self, e: &Expr) -> Doc {
        let body = self.element(e.span.start, e.span.end, None, |w| w.expr(e));
        nest(2, cat([Doc::Line(" "), body]))
    }

    pub(super) fn headed(&mut self, head: String, end: u32, header: &[Slot]) -> Doc {
        if header.is_empty() {
            return text(head);
        }
        let comment = self.comment_after(end);
        let slots = self.aligned(header);
        cat([text(head), comment, nest(2, cat([Doc::Hard, slots]))])
    }

    /// Slots one under the other, values in one column.
    fn aligned(&mut self, slots: &[Slot]) -> Doc {
        let names: Vec<String> = slots.iter().map(|s| self.key(&s.name)).collect();
        let lengths = names.iter().map(|n| n.chars().count());
        let widest = lengths.filter(|n| *n <= ALIGNED).max().unwrap_or(0);
        let mut names = names.into_iter();
        let place = |s: &Slot| (s.name.span.start, value_end(s));
        self.stack(slots, "   ", "", place, |w, slot| {
            let name = names.next().unwrap_or_default();
            let pad = widest.saturating_sub(name.chars().count());
            let value = w.value(&slot.value);
            cat([text(format!("{name}: ")), Doc::Pad(pad), value])
        })
    }

    /// A key as it was written: in quotation marks or not.
    fn key(&self, name: &Name) -> String {
        let written = self.source.get(name.span.range()).unwrap_or("");
        if written.starts_with('"') { quoted(&name.text) } else { name.text.clone() }
    }

    fn block(&mut self, block: &Block, broken: bool) -> Doc {
        let broken = broken || self.breaks_after(block.span.start + 1);
        self.braces(&block.slots, broken, block.span.end)
    }

    /// A block as a value: its slots one behind the other, or under each other where they hold blocks themselves.
    fn hanging(&mut self, block: &Block) -> Doc {
        let end = block.span.end;
        let commented = self.begins(end) < end;
        if block.slots.is_empty() || commented || self.breaks_after(block.span.start + 1) {
            return self.block(block, false);
        }
        let holds = |s: &Slot| matches!(s.value, SlotValue::Block(_) | SlotValue::Rows(..));
        if block.slots.iter().any(holds) {
            let inside = self.aligned(&block.slots);
            return group(cat([text("{ "), doc::align(inside), text(" }")]));
        }
        let mut parts = Vec::new();
        for (i, slot) in block.slots.iter().enumerate() {
            let name = self.key(&slot.name);
            let value = self.value(&slot.value);
            let one = cat([text(format!("{name}: ")), value]);
            parts.push(if i == 0 { one } else { group(cat([Doc::Line("   "), one])) });
        }
        cat([text("{ "), doc::align(cat(parts)), text(" }")])
    }

    fn slots(&mut self, slots: &[Slot], open: u32, end: u32) -> Doc {
        let broken = self.breaks_after(open + 1);
        self.braces(slots, broken, end)
    }

    fn braces(&mut self, slots: &[Slot], broken: bool, end: u32) -> Doc {
        let inside = self.aligned(slots);
        self.in_braces(slots.is_empty(), inside, broken, end)
    }

    /// What stands in braces, on one line if it fits and was not written in several.
    fn in_braces(&mut self, empty: bool, inside: Doc, broken: bool, end: u32) -> Doc {
        let commented = self.begins(end) < end;
        let rest = self.dangling(end);
        if empty {
            let close = if commented { Doc::Hard } else { text("") };
            return cat([text("{"), nest(2, rest), close, text("}")]);
        }
        let line = || if broken || commented { Doc::Hard } else { Doc::Line(" ") };
        group(cat([text("{"), nest(2, cat([line(), inside, rest])), line(), text("}")]))
    }

    fn value(&mut self, value: &SlotValue) -> Doc {
        match value {
            SlotValue::List(es) => doc::align(self.list(es)),
            SlotValue::Block(block) => self.hanging(block),
            SlotValue::Rows(rows, at) => {
                let broken = self.breaks_after(at.start + 1);
                let hanging = !broken && !rows.is_empty() && self.begins(at.end) == at.end;
                let inside = self.stack(rows, "   ", "", |r: &WordRow| span(r.span), |w, r| w.row(r));
                if hanging {
                    return group(cat([text("{ "), doc::align(inside), text(" }")]));
                }
                self.in_braces(rows.is_empty(), inside, broken, at.end)
            }
            SlotValue::Dates(dates) => self.dates(dates),
            SlotValue::Dated(entries) => {
                let mut parts = Vec::new();
                // As many on a line as fit.
                for (i, (e, dates)) in entries.iter().enumerate() {
                    let mut one = vec![self.expr(e)];
                    if let Some(dates) = dates {
                        one.push(text(" "));
                        one.push(self.dates(dates));
                    }
                    let comma = if i + 1 < entries.len() { "," } else { "" };
                    one.push(text(comma));
                    parts.push(if i == 0 { cat(one) } else { group(cat([Doc::Line(" "), cat(one)])) });
                }
                doc::align(cat(parts))
            }
        }
    }

    fn dates(&mut self, dates: &Dates) -> Doc {
        let mut parts = Vec::new();
        if let Some(from) = &dates.from {
            parts.push(text("from "));
            parts.push(self.expr(from));
        }
        if let Some(until) = &dates.until {
            parts.push(text(if dates.from.is_some() { " until " } else { "until " }));
            parts.push(self.expr(until));
        }
        cat(parts)
    }

    fn row(&mut self, row: &WordRow) -> Doc {
        let mut parts = Vec::new();
        for (i, cell) in row.cells.iter().enumerate() {
            if i > 0 {
                parts.push(text(" "));
            }
            parts.push(self.expr(cell));
        }
        cat(parts)
    }

    fn table(&mut self, rows: &[Row], first: u32, end: u32) -> Doc {
        let before = self.source.get(..first as usize).unwrap_or("");
        let open = before.rfind('{').unwrap_or(0);
        let broken = before.get(open..).unwrap_or("").contains('\n');
        let inside = self.stack(
            rows,
            "   ",
            "",
            |r: &Row| span(r.span),
            |w, r| {
                let keys = if r.keys.is_empty() { text("otherwise") } else { w.keys(&r.keys) };
                let value = w.expr(&r.value);
                cat([keys, text(": "), value])
            },
        );
        // `bounded` may stand between the brace and the end: what is a comment before it stays inside.
        self.in_braces(rows.is_empty(), inside, broken, end)
    }

    fn signature(&mut self, s: &Signature) -> Doc {
        let params = self.params(&s.params);
        let ty = self.ty(&s.ty);
        cat([text(&s.name.text), params, text(": "), ty])
    }

    fn interface(&mut self, name: &Name, members: &[Signature]) -> Doc {
        let head = text(format!("interface {}", name.text));
        if members.is_empty() {
            return head;
        }
        let place = |s: &Signature| (s.name.span.start, s.ty.span.end);
        let inside = self.stack(members, " ", "", place, |w, s| w.signature(s));
        // Always one under the other.
        let inside = Doc::Group(0, Box::new(cat([Doc::Hard, inside])));
        cat([head, nest(2, inside)])
    }

    fn fields(&mut self, fields: &[Field], separator: &'static str) -> Doc {
        let widest = fields.iter().map(|f| f.name.text.len()).filter(|n| *n <= ALIGNED).max().unwrap_or(0);
        let long = |f: &&Field| (f.ty.span.end - f.ty.span.start) as usize;
        let types = fields.iter().filter(|f| f.phrase.is_some()).map(|f| long(&f)).max().unwrap_or(0);
        self.stack(
            fields,
            separator,
            "",
            |f: &Field| (f.name.span.start, f.phrase.as_ref().map_or(f.ty.span.end, |p| p.span.end)),
            |w, f| {
                let pad = widest.saturating_sub(f.name.text.len());
                let ty = w.ty(&f.ty);
                let mut parts = vec![text(format!("{}: ", f.name.text)), Doc::Pad(pad), ty];
                if let Some(phrase) = &f.phrase {
                    parts.push(Doc::Pad(types.saturating_sub(long(&f))));
                    parts.push(text(format!("  {}", quoted(&phrase.text))));
                }
                cat(parts)
            },
        )
    }

    fn braced_fields(&mut self, fields: &[Field], open: u32, end: u32) -> Doc {
        let broken = self.breaks_after(open + 1);
        let inside = self.fields(fields, "   ");
        self.in_braces(fields.is_empty(), inside, broken, end)
    }

    fn question(&mut self, name: &Name, facts: &[Field], decides: &[Name]) -> Doc {
        let facts = group(self.fields(facts, "   "));
        let mut list = Vec::new();
        for (i, d) in decides.iter().enumerate() {
            let mark = (i + 1 < decides.len()).then_some(",");
            let one = self.element(d.span.start, d.span.end, mark, |_| text(&d.text));
            list.push(if i == 0 { one } else { group(cat([Doc::Line(" "), one])) });
        }
        let facts = cat([Doc::Hard, text("facts   "), doc::align(facts)]);
        let decides = cat([Doc::Hard, text("decides "), doc::align(cat(list))]);
        cat([text(format!("question {}", name.text)), nest(2, cat([facts, decides]))])
    }

    fn enumeration(&mut self, name: &Name, members: &[(Name, Option<Text>)], at: Span) -> Doc {
        let broken = self.breaks_after(open_after(self.source, at) + 1);
        let widest = members.iter().map(|(n, _)| n.text.len()).max().unwrap_or(0);
        let place = |m: &(Name, Option<Text>)| (m.0.span.start, m.1.as_ref().map_or(m.0.span.end, |t| t.span.end));
        let inside = self.stack(members, " ", ",", place, |_, (name, doc)| {
            let Some(doc) = doc else { return text(&name.text) };
            let pad = widest.saturating_sub(name.text.len());
            cat([text(&name.text), Doc::Pad(pad), text(format!(" {}", quoted(&doc.text)))])
        });
        let braces = self.in_braces(members.is_empty(), inside, broken, at.end);
        cat([text(format!("enum {} ", name.text)), braces])
    }

    pub(super) fn relations(&mut self, relations: &[Relation]) -> Doc {
        let mut parts = Vec::new();
        for r in relations {
            let word = match r.kind {
                RelationKind::Exception => "exception to",
                RelationKind::Subject => "subject to",
                RelationKind::Notwithstanding => "notwithstanding",
            };
            let line = format!("{word} {}", addresses(&r.targets));
            parts.push(self.element(r.span.start, r.span.end, Some(""), |_| text(line)));
            parts.push(Doc::Hard);
        }
        cat(parts)
    }

    fn rule(&mut self, rule: &Rule) -> Doc {
        let relations = self.relations(&rule.relations);
        let end = rule.value.as_ref().map(|v| v.span.end);
        let end = end.or(rule.args.last().map(|a| a.span.end)).unwrap_or(rule.decision.span.end);
        let head = self.element(rule.decision.span.start, end, Some(""), |w| {
            let not = if rule.negated { "not " } else { "" };
            let mut parts = vec![text(format!("rule {not}{}", rule.decision.text))];
            if !rule.args.is_empty() {
                parts.push(text("("));
                parts.push(doc::align(w.list(&rule.args)));
                parts.push(text(")"));
            }
            if let Some(value) = &rule.value {
                let value = w.body(value);
                parts.push(text(" ="));
                parts.push(value);
            }
            group(cat(parts))
        });
        let mut parts = vec![head, self.when(rule.when.as_ref(), end)];
        for applies in &rule.applies {
            parts.push(self.applies(applies));
        }
        cat([relations, group(cat(parts))])
    }

    /// `when c`: on a line of its own where it has one, or where it does not fit behind what ends at `after`.
    pub(super) fn when(&mut self, when: Option<&Expr>, after: u32) -> Doc {
        let Some(when) = when else { return text("") };
        let line = if self.broken_between(after, when.span.start) { Doc::Hard } else { Doc::Line(" ") };
        let condition = self.element(when.span.start, when.span.end, None, |w| {
            let condition = w.expr(when);
            cat([text("when "), condition])
        });
        nest(2, cat([line, condition]))
    }

    pub(super) fn applies(&mut self, a: &Applies) -> Doc {
        let doc = self.element(a.span.start, a.span.end, None, |w| {
            let to = a.to.as_ref().map_or(String::new(), |t| format!("to {} ", t.text));
            let edge = if a.from { "from" } else { "until" };
            let day = w.expr(&a.day);
            cat([text(format!("applies {to}{edge} ")), day])
        });
        nest(2, cat([Doc::Line(" "), doc]))
    }

    fn clause_use(&mut self, clause: &ClauseUse) -> Doc {
        let relations = self.relations(&clause.relations);
        let broken = self.breaks_after(clause.braces.start + 1);
        let block = self.braces(&clause.slots, broken, clause.braces.end);
        let mut after = vec![self.when(clause.when.as_ref(), clause.braces.end)];
        for applies in &clause.applies {
            after.push(self.applies(applies));
        }
        cat([relations, text(format!("{} ", clause.name.text)), block, group(cat(after))])
    }
}

/// The longest name among the slots of a clause that stand together.
fn widest_slot(items: &[Item]) -> usize {
    let name = |item: &Item| match &item.kind {
        ItemKind::SlotDef { name, .. } => Some(name.text.len()),
        _ => None,
    };
    items.iter().map_while(name).filter(|n| *n <= ALIGNED).max().unwrap_or(0)
}

/// What the items after this one are part of, where it opens nothing itself.
fn scope_after(kind: &ItemKind, scope: Scope) -> Scope {
    match kind {
        // A declaration at the edge ends nothing: what follows still stands under the article before it.
        ItemKind::Case { .. } | ItemKind::Interface { .. } => Scope::Top,
        _ => scope,
    }
}

fn value_end(slot: &Slot) -> u32 {
    match &slot.value {
        SlotValue::List(es) => es.last().map_or(slot.name.span.end, |e| e.span.end),
        SlotValue::Block(block) => block.span.end,
        SlotValue::Rows(_, at) => at.end,
        SlotValue::Dates(dates) => dates.span.end,
        SlotValue::Dated(entries) => {
            entries.last().map_or(slot.name.span.end, |(e, d)| d.as_ref().map_or(e.span.end, |d| d.span.end))
        }
    }
}

/// The opening brace of an item.
fn open_after(source: &str, item: Span) -> u32 {
    let text = source.get(item.range()).unwrap_or("");
    item.start + u32::try_from(text.find('{').unwrap_or(0)).unwrap_or(0)
}

/// Lines of one text are written one under the other.
fn remark(word: &Name, language: Option<&Name>, t: &Text) -> Doc {
    let language = language.map_or(String::new(), |l| format!(" {}", l.text));
    let lines: Vec<String> = t.text.split('\n').map(quoted).collect();
    let mut parts = vec![text(format!("{}{language} ", word.text))];
    let mut inside = Vec::new();
    for (i, line) in lines.into_iter().enumerate() {
        if i > 0 {
            inside.push(Doc::Hard);
        }
        inside.push(text(line));
    }
    parts.push(doc::align(cat(inside)));
    cat(parts)
}
