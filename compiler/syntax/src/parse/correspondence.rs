//! A map of two versions: `renamed`, `derived ... means`.

use pest::iterators::Pair;

use super::Rule;
use super::build::Builder;
use crate::ast::{Correspondence, ItemKind};

impl<'t> Builder<'_, 't> {
    /// A `renamed` pair.
    pub(super) fn renamed(&mut self, pair: Pair<'t, Rule>) -> Option<ItemKind> {
        let mut names = pair.into_inner().filter(|p| p.as_rule() == Rule::dotted).map(|p| self.name(&p));
        let (before, after) = (names.next()?, names.next()?);
        Some(ItemKind::Correspondence(Correspondence::Renamed { before, after }))
    }

    /// A `derived` pair.
    pub(super) fn derived(&mut self, pair: Pair<'t, Rule>) -> Option<ItemKind> {
        let (mut fact, mut means) = (None, None);
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::dotted => fact = Some(self.name(&p)),
                Rule::expr => means = Some(self.expr(p)),
                _ => {}
            }
        }
        Some(ItemKind::Correspondence(Correspondence::Derived { fact: fact?, means: means? }))
    }
}
