//! Statements of standards, and properties.

use accord_source::{Code, Span};
use pest::iterators::Pair;

use super::Rule;
use super::build::Builder;
use crate::ast::{Binder, Demand, DemandKind, Expr, ItemKind, Promise, Property, Relation, Text};

/// What these statements are made of.
#[derive(Default)]
struct Parts {
    relations: Vec<Relation>,
    name: Option<Text>,
    permits: bool,
    exprs: Vec<Expr>,
    never_lowers: Option<(Expr, Option<Expr>, Expr)>,
    each: Vec<Binder>,
    when: Option<Expr>,
}

impl<'t> Builder<'_, 't> {
    /// `requires C`, `permits C`, `not required`.
    pub(super) fn demand(&mut self, pair: Pair<'t, Rule>) -> Option<ItemKind> {
        let parts = self.parts(pair);
        let what = parts.exprs.into_iter().next();
        let kind = match (&what, parts.permits) {
            (None, _) => DemandKind::NotRequired,
            (Some(_), true) => DemandKind::Permits,
            (Some(_), false) => DemandKind::Requires,
        };
        Some(ItemKind::Demand(Demand { relations: parts.relations, kind, what, each: parts.each, when: parts.when }))
    }

    /// `assumes "what" when W`.
    pub(super) fn assumes(&mut self, pair: Pair<'t, Rule>) -> Option<ItemKind> {
        let parts = self.parts(pair);
        Some(ItemKind::Assumes { what: parts.name?, each: parts.each, when: parts.when })
    }

    /// `outside { c, d }`.
    pub(super) fn outside(&mut self, pair: Pair<'t, Rule>) -> Option<ItemKind> {
        let set = pair.into_inner().find(|p| p.as_rule() == Rule::set_lit)?;
        let conditions = set.into_inner().filter(|p| p.as_rule() == Rule::expr).map(|p| self.expr(p)).collect();
        Some(ItemKind::Outside(conditions))
    }

    /// `property "name" requires C`, `property "name" never lowers D when L grows`.
    pub(super) fn property(&mut self, pair: Pair<'t, Rule>) -> Option<ItemKind> {
        let parts = self.parts(pair);
        let promise = match parts.never_lowers {
            Some((value, tolerance, measure)) => Promise::NeverLowers { value, tolerance, measure },
            None => Promise::Requires(parts.exprs.into_iter().next()?),
        };
        Some(ItemKind::Property(Property { name: parts.name?, each: parts.each, promise, when: parts.when }))
    }

    fn parts(&mut self, pair: Pair<'t, Rule>) -> Parts {
        let mut parts = Parts::default();
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::relation => parts.relations.push(self.relation(p)),
                Rule::text => parts.name = Some(self.text(&p)),
                Rule::kw_permits => parts.permits = true,
                Rule::expr => parts.exprs.push(self.expr(p)),
                Rule::never_lowers => parts.never_lowers = self.never_lowers(p),
                Rule::each => parts.each = self.each(p),
                Rule::when_s => {
                    let at = self.span(&p);
                    self.one_condition(parts.when.is_some(), at);
                    parts.when = self.inner(p);
                }
                _ => {}
            }
        }
        parts
    }

    fn one_condition(&mut self, second: bool, at: Span) {
        if second {
            let help = "join the conditions with `and` or `or`";
            self.complain(Code::MissingWhen, at, "a statement has one `when`", help);
        }
    }

    fn never_lowers(&mut self, pair: Pair<'t, Rule>) -> Option<(Expr, Option<Expr>, Expr)> {
        let (mut exprs, mut tolerance) = (Vec::new(), None);
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::expr => exprs.push(self.expr(p)),
                Rule::tolerance => tolerance = self.inner(p),
                _ => {}
            }
        }
        let mut exprs = exprs.into_iter();
        Some((exprs.next()?, tolerance, exprs.next()?))
    }
}
