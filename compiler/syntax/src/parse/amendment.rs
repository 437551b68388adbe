//! Amending instruments: `amendment`, its instructions, `keeps ... as read on`.

use accord_source::Code;
use pest::iterators::Pair;

use super::Rule;
use super::build::Builder;
use crate::ast::{Address, Amendment, Applies, Deed, Instruction, ItemKind, Kept};

impl<'t> Builder<'_, 't> {
    /// An `amendment` pair.
    pub(super) fn amendment(&mut self, pair: Pair<'t, Rule>) -> Option<ItemKind> {
        let (mut title, mut to, mut header) = (None, None, Vec::new());
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::text => title = Some(self.text(&p)),
                Rule::iname => to = Some(self.name(&p)),
                Rule::hslot => header.extend(self.slot(p)),
                _ => {}
            }
        }
        Some(ItemKind::Amendment(Amendment { title: title?, to: to?, header }))
    }

    /// An `instruction` pair.
    pub(super) fn instruction(&mut self, pair: Pair<'t, Rule>) -> Option<ItemKind> {
        let pair = pair.into_inner().next()?;
        let deed = match pair.as_rule() {
            Rule::replaces => Deed::Replaces,
            Rule::inserts => Deed::Inserts,
            _ => Deed::Repeals,
        };
        let mut made =
            Instruction { deed, targets: Vec::new(), title: None, after: None, each: Vec::new(), applies: Vec::new() };
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::amended => made.targets.push(self.address(p)),
                Rule::text => made.title = Some(self.text(&p)),
                Rule::behind => made.after = self.behind(p),
                Rule::each => made.each = self.each(p),
                Rule::life => made.applies.extend(self.life(p, made.applies.is_empty())),
                _ => {}
            }
        }
        let paragraph = made.targets.first().is_some_and(|t| !t.labels.is_empty());
        let misplaced = made.title.as_ref().map(|t| t.span).or(made.each.first().map(|b| b.class.span));
        if let Some(at) = misplaced.filter(|_| paragraph) {
            let help = "only a whole article has a heading and `for each`; leave them out here";
            self.complain(Code::BadLabel, at, "a paragraph with the heading of an article", help);
        }
        Some(ItemKind::Instruction(made))
    }

    fn behind(&mut self, pair: Pair<'t, Rule>) -> Option<Address> {
        let inner = pair.into_inner().find(|p| p.as_rule() == Rule::amended)?;
        Some(self.address(inner))
    }

    /// From when the new words apply; one line of it, and no end.
    fn life(&mut self, pair: Pair<'t, Rule>, only: bool) -> Option<Applies> {
        let span = self.span(&pair);
        let applies = self.applies(pair)?;
        if only && applies.from {
            return Some(applies);
        }
        let help = "write one of `applies from D`, `applies to claims from D`, `applies to events from D`; an end of \
                    the new words is an amendment of its own";
        self.complain(Code::Unreadable, span, "an instruction says once from when its words apply", help);
        None
    }

    /// A `kept` pair.
    pub(super) fn kept(&mut self, pair: Pair<'t, Rule>) -> Option<ItemKind> {
        let (mut relations, mut applies) = (Vec::new(), Vec::new());
        let (mut provision, mut on, mut when) = (None, None, None);
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::relation => relations.push(self.relation(p)),
                Rule::amended => provision = Some(self.address(p)),
                Rule::day => on = Some(self.expr(p)),
                Rule::when_s => when = self.inner(p),
                Rule::applies => applies.extend(self.applies(p)),
                _ => {}
            }
        }
        Some(ItemKind::Kept(Kept { relations, provision: provision?, on: on?, when, applies }))
    }
}
