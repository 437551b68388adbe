//! The builder: from pest's pairs to the tree. Names, texts, addresses, types, slots; see `exprs` and `items`.

use accord_source::{Code, Diagnostic, Diagnostics, FileId, Span};
use pest::iterators::Pair;

use super::Rule;
use crate::ast::{
    Address, Binder, Block, Comment, Dates, Expr, ExprKind, Field, Name, Param, Slot, SlotValue, Text, Type, TypeKind,
    WordRow,
};

/// How high the tree of one expression may grow. Far above what brackets allow, since a chain of `or` counts too.
pub(super) const MAX_DEPTH: usize = 400;

/// Builds the items of one file. Places in pairs are relative to `base`, places in the tree to the file.
pub(super) struct Builder<'s, 't> {
    pub file: FileId,
    pub text: &'t str,
    pub base: usize,
    /// What is added to every place: for an expression out of a JSON string, where the string stands.
    pub shift: usize,
    pub comments: &'s [Comment],
    pub sink: &'s mut Diagnostics,
    /// Where a tree grew too high, since the last time somebody asked.
    pub too_deep: Option<Span>,
}

impl<'t> Builder<'_, 't> {
    pub(super) fn deep(&mut self, at: Span) {
        self.too_deep.get_or_insert(at);
    }

    /// An empty place at the beginning of the current item.
    pub(super) fn here(&self) -> Span {
        Span::new(self.file, self.base + self.shift, self.base + self.shift)
    }

    /// The place of a pair, without the blanks and comments a rule may have taken in at its end.
    pub(super) fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        let start = self.base + span.start();
        let end = self.trimmed(start, self.base + span.end());
        Span::new(self.file, start + self.shift, end + self.shift)
    }

    fn trimmed(&self, start: usize, mut end: usize) -> usize {
        loop {
            let text = self.text.get(start..end).unwrap_or("");
            end = start + text.trim_end_matches(super::scan::is_blank).len();
            let at = self.comments.partition_point(|c| (c.span.end as usize) < end + self.shift);
            match self.comments.get(at) {
                Some(c) if c.span.end as usize == end + self.shift && c.span.start as usize >= start + self.shift => {
                    end = (c.span.start as usize).saturating_sub(self.shift);
                }
                _ => return end,
            }
        }
    }

    /// The text at a place of this file.
    pub(super) fn slice(&self, span: Span) -> &'t str {
        let range = span.range();
        self.text.get(range.start.saturating_sub(self.shift)..range.end.saturating_sub(self.shift)).unwrap_or("")
    }

    pub(super) fn name(&self, pair: &Pair<'_, Rule>) -> Name {
        Name { text: pair.as_str().trim().to_owned(), span: self.span(pair) }
    }

    pub(super) fn text(&self, pair: &Pair<'_, Rule>) -> Text {
        let raw = pair.as_str();
        let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or("");
        let mut text = String::with_capacity(inner.len());
        let mut chars = inner.chars().peekable();
        while let Some(c) = chars.next() {
            if c == '\\'
                && let Some(escaped) = chars.next_if(|n| matches!(n, '"' | '\\'))
            {
                text.push(escaped);
            } else {
                text.push(c);
            }
        }
        Text { text, span: self.span(pair) }
    }

    pub(super) fn addresses(&mut self, pair: Pair<'t, Rule>) -> Vec<Address> {
        pair.into_inner().filter(|p| p.as_rule() == Rule::address).map(|p| self.address(p)).collect()
    }

    /// `address` or `provision`.
    pub(super) fn address(&mut self, pair: Pair<'t, Rule>) -> Address {
        let mut address = Address { span: self.span(&pair), article: None, labels: Vec::new(), of: None };
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::art_ref => {
                    let (mut word, mut number) = (None, None);
                    for q in p.into_inner() {
                        match q.as_rule() {
                            Rule::art_word => word = Some(self.name(&q)),
                            Rule::art_number => number = Some(self.name(&q)),
                            _ => address.labels = self.labels(q),
                        }
                    }
                    address.article = word.zip(number);
                }
                Rule::labels => address.labels = self.labels(p),
                _ => address.of = p.into_inner().find(|q| q.as_rule() == Rule::iname).map(|q| self.name(&q)),
            }
        }
        address
    }

    pub(super) fn labels(&mut self, pair: Pair<'t, Rule>) -> Vec<Name> {
        pair.into_inner().filter_map(|label| label.into_inner().next()).map(|text| self.name(&text)).collect()
    }

    pub(super) fn ty(&mut self, pair: Pair<'t, Rule>) -> Type {
        let span = self.span(&pair);
        let mut or_nothing = false;
        let mut base = None;
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::kw_or => or_nothing = true,
                Rule::kw_nothing => {}
                _ => base = Some(self.ty_base(p)),
            }
        }
        match base {
            Some(base) => Type { span, kind: base.kind, or_nothing },
            None => Type { span, kind: TypeKind::Name(Name { text: String::new(), span }), or_nothing },
        }
    }

    /// `set of set of ... T`: from the inside out, so that a long text of them costs no stack.
    fn ty_base(&mut self, pair: Pair<'t, Rule>) -> Type {
        let mut wrappers = Vec::new();
        let mut pair = pair;
        loop {
            let span = self.span(&pair);
            match pair.as_rule() {
                rule @ (Rule::ty_set | Rule::ty_list) if wrappers.len() < MAX_DEPTH => {
                    let inner = pair.clone().into_inner().last();
                    wrappers.push((rule, span));
                    match inner {
                        Some(inner) => pair = inner,
                        None => return self.wrap_type(wrappers, TypeKind::Name(self.name(&pair)), span),
                    }
                }
                Rule::ty_of => {
                    let (mut name, mut of) = (None, None);
                    for p in pair.clone().into_inner() {
                        match p.as_rule() {
                            Rule::ty_name => name = Some(self.name(&p)),
                            Rule::chain => of = Some(self.expr(p)),
                            _ => {}
                        }
                    }
                    let kind = match (name, of) {
                        (Some(name), Some(of)) => TypeKind::Of(name, Box::new(of)),
                        _ => TypeKind::Name(self.name(&pair)),
                    };
                    return self.wrap_type(wrappers, kind, span);
                }
                Rule::ty_name => return self.wrap_type(wrappers, TypeKind::Name(self.name(&pair)), span),
                _ => {
                    self.deep(span);
                    return Type { span, kind: TypeKind::Name(Name { text: String::new(), span }), or_nothing: false };
                }
            }
        }
    }

    fn wrap_type(&self, wrappers: Vec<(Rule, Span)>, kind: TypeKind, span: Span) -> Type {
        let mut ty = Type { span, kind, or_nothing: false };
        for (rule, span) in wrappers.into_iter().rev() {
            let inner = Box::new(ty);
            let kind = if rule == Rule::ty_set { TypeKind::Set(inner) } else { TypeKind::List(inner) };
            ty = Type { span, kind, or_nothing: false };
        }
        ty
    }

    pub(super) fn params(&mut self, pair: Pair<'t, Rule>) -> Vec<Param> {
        let mut params = Vec::new();
        for p in pair.into_inner().filter(|p| p.as_rule() == Rule::param) {
            let (mut name, mut ty) = (None, None);
            for q in p.into_inner() {
                match q.as_rule() {
                    Rule::ident => name = Some(self.name(&q)),
                    Rule::ty => ty = Some(self.ty(q)),
                    _ => {}
                }
            }
            params.extend(name.map(|name| Param { name, ty }));
        }
        params
    }

    pub(super) fn fields(&mut self, pair: Pair<'t, Rule>) -> Vec<Field> {
        let mut fields = Vec::new();
        for p in pair.into_inner().filter(|p| p.as_rule() == Rule::fdef) {
            let mut name = None;
            for q in p.into_inner() {
                match q.as_rule() {
                    Rule::word => name = Some(self.name(&q)),
                    Rule::ty => {
                        let ty = self.ty(q);
                        fields.extend(name.take().map(|name| Field { name, ty, phrase: None }));
                    }
                    Rule::text => {
                        let phrase = self.text(&q);
                        if let Some(field) = fields.last_mut() {
                            field.phrase = Some(phrase);
                        }
                    }
                    _ => {}
                }
            }
        }
        fields
    }

    pub(super) fn each(&mut self, pair: Pair<'t, Rule>) -> Vec<Binder> {
        let mut binders = Vec::new();
        for one in pair.into_inner().filter(|p| p.as_rule() == Rule::each_one) {
            for p in one.into_inner() {
                match p.as_rule() {
                    Rule::binder => binders.extend(self.binder(p).0),
                    Rule::where_s => {
                        let filter = p.into_inner().find(|q| q.as_rule() == Rule::expr).map(|q| self.expr(q));
                        if let Some(last) = binders.last_mut() {
                            last.filter = filter.map(Box::new);
                        }
                    }
                    _ => {}
                }
            }
        }
        binders
    }

    pub(super) fn block(&mut self, pair: Pair<'t, Rule>) -> Block {
        let span = self.span(&pair);
        let slots = pair.into_inner().filter(|p| p.as_rule() == Rule::slot).filter_map(|p| self.slot(p)).collect();
        Block { span, slots }
    }

    /// `slot` or `hslot`.
    pub(super) fn slot(&mut self, pair: Pair<'t, Rule>) -> Option<Slot> {
        let mut name = None;
        let mut value = None;
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::word => name = Some(self.name(&p)),
                Rule::key => name = self.key(p),
                Rule::slot_value => value = Some(self.slot_value(p)),
                _ => {}
            }
        }
        Some(Slot { name: name?, value: value? })
    }

    fn key(&mut self, pair: Pair<'t, Rule>) -> Option<Name> {
        let span = self.span(&pair);
        let inner = pair.into_inner().next()?;
        let text = match inner.as_rule() {
            Rule::text => self.text(&inner).text,
            Rule::date | Rule::bad_date => {
                let _ = self.date(&inner);
                inner.as_str().to_owned()
            }
            _ => normal_key(inner.as_str()),
        };
        Some(Name { text, span })
    }

    fn slot_value(&mut self, pair: Pair<'t, Rule>) -> SlotValue {
        let whole = self.span(&pair);
        let mut entries: Vec<(Expr, Option<Dates>)> = Vec::new();
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::block => return SlotValue::Block(self.block(p)),
                Rule::rows => {
                    let rows = p.into_inner().filter(|r| r.as_rule() == Rule::row).map(|r| self.row(r)).collect();
                    return SlotValue::Rows(rows, whole);
                }
                Rule::dates => return SlotValue::Dates(Box::new(self.dates(p))),
                Rule::dated => {
                    let (mut expr, mut dates) = (None, None);
                    for q in p.into_inner() {
                        match q.as_rule() {
                            Rule::expr => expr = Some(self.expr(q)),
                            Rule::dates => dates = Some(self.dates(q)),
                            _ => {}
                        }
                    }
                    entries.extend(expr.map(|e| ends_until(e, dates)));
                }
                _ => {}
            }
        }
        if entries.iter().any(|(_, dates)| dates.is_some()) {
            SlotValue::Dated(entries)
        } else {
            SlotValue::List(entries.into_iter().map(|(e, _)| e).collect())
        }
    }

    fn dates(&mut self, pair: Pair<'t, Rule>) -> Dates {
        let span = self.span(&pair);
        let (mut from, mut until) = (None, None);
        let mut last = false;
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::kw_until => last = true,
                Rule::day if last => until = Some(self.expr(p)),
                Rule::day => from = Some(self.expr(p)),
                _ => {}
            }
        }
        Dates { from, until, span }
    }

    fn row(&mut self, pair: Pair<'t, Rule>) -> WordRow {
        let span = self.span(&pair);
        let cells = pair.into_inner().map(|p| self.cell(p)).collect();
        WordRow { cells, span }
    }

    fn cell(&mut self, pair: Pair<'t, Rule>) -> Expr {
        if pair.as_rule() != Rule::cell_range {
            return self.expr(pair);
        }
        let span = self.span(&pair);
        let days = pair.into_inner().filter(|p| p.as_rule() != Rule::dots);
        let mut days: Vec<Expr> = days.map(|p| self.expr(p)).collect();
        match (days.pop(), days.pop()) {
            (Some(high), Some(low)) => {
                Expr { span, kind: ExprKind::Binary(crate::ast::Op::Range, Box::new(low), Box::new(high)) }
            }
            (Some(day), None) => day,
            _ => Expr { span, kind: ExprKind::Junk },
        }
    }

    /// Says what is wrong with something the grammar lets through.
    pub(super) fn complain(&mut self, code: Code, span: Span, message: &str, help: &str) {
        self.sink.push(Diagnostic::new(code, span, message).help(help));
    }
}

/// `GB until D` reads as the shaped value `GB until D`; of a country it is a life.
fn ends_until(expr: Expr, dates: Option<Dates>) -> (Expr, Option<Dates>) {
    let country =
        |e: &Expr| matches!(&e.kind, ExprKind::Name(n) if n.len() == 2 && n.bytes().all(|b| b.is_ascii_uppercase()));
    match expr.kind {
        ExprKind::Shaped(inner, word, day) if word.text == "until" && dates.is_none() && country(&inner) => {
            let span = word.span.to(day.span);
            (*inner, Some(Dates { from: None, until: Some(*day), span }))
        }
        kind => (Expr { span: expr.span, kind }, dates),
    }
}

/// The text of a key without blanks and comments, one blank after each comma.
fn normal_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    let mut quoted = false;
    let mut comment = false;
    for c in text.chars() {
        match c {
            '\n' => comment = false,
            _ if comment => {}
            '"' => {
                quoted = !quoted;
                key.push(c);
            }
            _ if quoted => key.push(c),
            '#' => comment = true,
            ',' => key.push_str(", "),
            c if super::scan::is_blank(c) => {}
            c => key.push(c),
        }
    }
    key
}
