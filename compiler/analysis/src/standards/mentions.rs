//! Which names an expression mentions: a standard is asked only for the variables that its statement speaks of.

use accord_syntax::ast::{Expr, ExprKind};
use std::collections::BTreeSet;

/// Adds every name in an expression. One that a quantifier binds counts too, which at worst asks for one variable more.
pub(super) fn mentions<'a>(expr: &'a Expr, names: &mut BTreeSet<&'a str>) {
    let mut todo = vec![expr];
    while let Some(expr) = todo.pop() {
        match &expr.kind {
            ExprKind::Name(name) => {
                let _ = names.insert(name);
            }
            ExprKind::Number(_)
            | ExprKind::Quantity(..)
            | ExprKind::Date(_)
            | ExprKind::Text(_)
            | ExprKind::Address(_)
            | ExprKind::Parties(_)
            | ExprKind::Over(..)
            | ExprKind::Nothing
            | ExprKind::Refer(_)
            | ExprKind::Unset(_)
            | ExprKind::Junk => {}
            ExprKind::Field(of, _)
            | ExprKind::Negative(of)
            | ExprKind::Not(of)
            | ExprKind::Given(of, _)
            | ExprKind::Rounding(_, of)
            | ExprKind::InUnit(of, _)
            | ExprKind::Apart(of, _)
            | ExprKind::Paren(of) => todo.push(of),
            ExprKind::Call(callee, args) => {
                todo.push(callee);
                todo.extend(args.iter().map(|a| &a.value));
            }
            ExprKind::Binary(_, a, b)
            | ExprKind::OneOf(a, b, _)
            | ExprKind::Lasts(a, b)
            | ExprKind::Rounded(a, b)
            | ExprKind::Shaped(a, _, b)
            | ExprKind::Moved(a, _, b) => todo.extend([a.as_ref(), b.as_ref()]),
            ExprKind::Deadline(a, b, c) | ExprKind::If(a, b, c) => todo.extend([a.as_ref(), b.as_ref(), c.as_ref()]),
            ExprKind::Match(of, arms) => {
                todo.push(of);
                todo.extend(arms.iter().flat_map(|a| a.patterns.iter().chain([&a.value])));
            }
            ExprKind::Set(members) => todo.extend(members),
            ExprKind::Quantifier(q) => {
                todo.extend(&q.binder.domain);
                todo.extend(q.binder.filter.as_deref());
                todo.extend(&q.body);
                todo.extend(q.with.as_ref().map(|(_, e)| e));
            }
        }
    }
}
