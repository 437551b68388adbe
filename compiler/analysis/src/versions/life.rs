//! Old and new words side by side: each for its own claims or events.

use accord_core::Date;
use accord_source::{Code, Diagnostic, Diagnostics, Span};
use accord_syntax::ast::{self, Expr, ExprKind, Item, ItemKind, Name, Op};

/// From when new words apply, and until the day before the old ones.
#[derive(Clone, Debug)]
pub(super) struct Life {
    /// `claims`, `events`; absent: the day of the event, or the day asked about.
    to: Option<Name>,
    day: Expr,
    span: Span,
}

impl Life {
    /// `claims: from D` or `events: from D` in the header of an amendment.
    pub fn of_header(header: &[ast::Slot], sink: &mut Diagnostics) -> Option<Life> {
        let mut found: Option<Life> = None;
        for slot in header.iter().filter(|s| matches!(s.name.text.as_str(), "claims" | "events")) {
            let dates = match &slot.value {
                ast::SlotValue::Dates(dates) if dates.until.is_none() => dates.from.as_ref().map(|day| (day, dates)),
                _ => None,
            };
            let name = &slot.name;
            match (dates, &found) {
                (Some((day, dates)), None) => {
                    let span = name.span.to(dates.span);
                    found = Some(Life { to: Some(name.clone()), day: day.clone(), span });
                }
                (Some(_), Some(first)) => sink.push(
                    Diagnostic::new(Code::Header, name.span, "the amendment says twice for whom it is")
                        .with(first.span, "said here first")
                        .help("keep one line; what differs is said at the instruction: `replaces article 5 applies to claims from D`"),
                ),
                (None, _) => sink.push(
                    Diagnostic::new(Code::Header, name.span, format!("`{}` says from which day on", name.text))
                        .help(format!("write `{}: from 2024-07-01`", name.text)),
                ),
            }
        }
        found
    }

    /// What an instruction says itself.
    pub fn of_instruction(instruction: &ast::Instruction) -> Option<Life> {
        let applies = instruction.applies.first()?;
        Some(Life { to: applies.to.clone(), day: applies.day.clone(), span: applies.span })
    }

    /// The old words, ending the day before.
    pub fn end(&self, item: &Item) -> Item {
        self.limited(item, false)
    }

    /// The new words, from the day on.
    pub fn begin(&self, item: &Item) -> Item {
        self.limited(item, true)
    }

    fn limited(&self, item: &Item, from: bool) -> Item {
        let mut item = item.clone();
        let applies = || ast::Applies {
            to: self.to.clone(),
            from,
            day: if from { self.day.clone() } else { day_before(&self.day) },
            span: self.span,
        };
        match &mut item.kind {
            ItemKind::Rule(rule) => rule.applies.push(applies()),
            ItemKind::ClauseUse(used) => used.applies.push(applies()),
            ItemKind::Kept(kept) => kept.applies.push(applies()),
            ItemKind::Disapply { when, .. } => *when = Some(both(when.take(), self.test(from))),
            _ => {}
        }
        item
    }

    /// Whether the claim or event is among those the new words are for, or among the others.
    fn test(&self, from: bool) -> Expr {
        let span = self.span;
        let field = if self.to.as_ref().is_some_and(|t| t.text == "claims") { "made_on" } else { "event" };
        let claim = Expr { span, kind: ExprKind::Name("claim".to_owned()) };
        let field = Name { text: field.to_owned(), span };
        let asked = Expr { span, kind: ExprKind::Field(Box::new(claim), field) };
        let op = if from { Op::NotBefore } else { Op::Before };
        Expr { span, kind: ExprKind::Binary(op, Box::new(asked), Box::new(self.day.clone())) }
    }

    /// A term that old and new words both define means for each what its own words say. `None` where the two cannot
    /// stand for each other.
    pub fn one_term(&self, old: &Item, new: &Item) -> Option<Item> {
        let (
            ItemKind::Term { name: a, params: before, body: was, .. },
            ItemKind::Term { name: b, params: after, ty, body: is },
        ) = (&old.kind, &new.kind)
        else {
            return None;
        };
        let same =
            |x: &[ast::Param], y: &[ast::Param]| x.iter().map(|p| &p.name.text).eq(y.iter().map(|p| &p.name.text));
        if a.text != b.text || !same(before, after) {
            return None;
        }
        let choice = ExprKind::If(Box::new(self.test(true)), Box::new(is.clone()), Box::new(was.clone()));
        let body = Expr { span: is.span, kind: choice };
        let kind = ItemKind::Term { name: b.clone(), params: after.clone(), ty: ty.clone(), body };
        Some(Item { span: new.span, kind })
    }

    /// The words of both, in the order statements of an article need: those of the whole article first.
    pub fn side_by_side(&self, old: Vec<Item>, new: Vec<Item>) -> Vec<Item> {
        let mut new: Vec<Item> = new.iter().map(|i| self.begin(i)).collect();
        let mut kept = Vec::new();
        for item in &old {
            let merged = new.iter().enumerate().find_map(|(i, n)| Some((i, self.one_term(item, n)?)));
            match merged.and_then(|(i, item)| Some((new.get_mut(i)?, item))) {
                Some((place, item)) => *place = item,
                None => kept.push(self.end(item)),
            }
        }
        let label = |i: &Item| matches!(i.kind, ItemKind::Label(_));
        let first_label = |items: &[Item]| items.iter().position(label).unwrap_or(items.len());
        let labelled_old = kept.split_off(first_label(&kept));
        let labelled_new = new.split_off(first_label(&new));
        kept.into_iter().chain(new).chain(labelled_old).chain(labelled_new).collect()
    }
}

/// Both conditions, where there are two.
pub(super) fn both(one: Option<Expr>, other: Expr) -> Expr {
    match one {
        Some(one) => {
            let span = one.span;
            Expr { span, kind: ExprKind::Binary(Op::And, Box::new(one), Box::new(other)) }
        }
        None => other,
    }
}

fn day_before(day: &Expr) -> Expr {
    let span = day.span;
    if let ExprKind::Date(text) = &day.kind
        && let Some(before) = Date::parse(text).and_then(|d| d.add_days(-1))
    {
        return Expr { span, kind: ExprKind::Date(before.to_string()) };
    }
    let one = Expr { span, kind: ExprKind::Quantity("1".to_owned(), Name { text: "day".to_owned(), span }) };
    let before = Name { text: "before".to_owned(), span };
    Expr { span, kind: ExprKind::Moved(Box::new(one), before, Box::new(day.clone())) }
}
