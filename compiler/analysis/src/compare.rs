//! Operators: arithmetic, comparison, membership, logic.

use crate::scope::{Cx, Env};
use crate::words;
use accord_core::{HostFn, Number, Outcome, Value};
use accord_ir::{CurrencyOf, ExprId, ExprKind, Ty, UnitOf};
use accord_source::{Code, Diagnostic, Span};
use accord_syntax::ast::{self, Op};

impl<'a> Cx<'a, '_> {
    pub fn binary(&mut self, env: &Env<'a>, op: Op, left: &'a ast::Expr, right: &'a ast::Expr, span: Span) -> ExprId {
        match op {
            Op::And | Op::Or => self.logic(env, op, left, right, span),
            Op::In | Op::NotIn => self.one_of(env, left, right, op == Op::In, span),
            Op::Within => self.within(env, left, right, span),
            Op::Add | Op::Subtract => self.sum(env, op, left, right, span),
            Op::Multiply => self.product(env, left, right, span),
            Op::Divide => self.quotient(env, left, right, span),
            Op::Range => {
                self.report(
                    words::mismatch(span, "a value", "a range").help("ranges stand in tables and after `bounded`"),
                );
                self.poison(span)
            }
            Op::Is
            | Op::IsNot
            | Op::AtLeast
            | Op::AtMost
            | Op::MoreThan
            | Op::LessThan
            | Op::Before
            | Op::After
            | Op::NotBefore
            | Op::NotAfter => self.comparison(env, op, left, right, span),
        }
    }

    fn logic(&mut self, env: &Env<'a>, op: Op, left: &'a ast::Expr, right: &'a ast::Expr, span: Span) -> ExprId {
        let l = self.condition(env, left);
        let r = self.condition(env, right);
        let kind = if op == Op::And { ExprKind::And(l, r) } else { ExprKind::Or(l, r) };
        self.push(kind, Ty::YesNo, span)
    }

    /// `x in S`, `x is one of { a, b }`.
    pub fn one_of(
        &mut self,
        env: &Env<'a>,
        value: &'a ast::Expr,
        set: &'a ast::Expr,
        positive: bool,
        span: Span,
    ) -> ExprId {
        let id = self.expr(env, value, None);
        let ty = self.ty(id);
        let whole = self.expr(env, set, Some(&Ty::Set(Box::new(ty.clone()))));
        match self.ty(whole) {
            Ty::Set(inner) | Ty::List(inner) => {
                if !self.fits(&ty, &inner) && !self.fits(&inner, &ty) {
                    self.report(words::mismatch(value.span, &self.say(&inner), &self.say(&ty)));
                }
            }
            Ty::Error | Ty::Never => {}
            other => self.report(words::mismatch(set.span, &format!("a set of {}", self.say(&ty)), &self.say(&other))),
        }
        let yes = self.host(HostFn::In, vec![id, whole], Ty::YesNo, span);
        if positive { yes } else { self.push(ExprKind::Not(yes), Ty::YesNo, span) }
    }

    fn within(&mut self, env: &Env<'a>, day: &'a ast::Expr, of: &'a ast::Expr, span: Span) -> ExprId {
        let d = self.need(env, day, &Ty::Date);
        let s = self.need(env, of, &Ty::Span);
        self.host(HostFn::Within, vec![d, s], Ty::YesNo, span)
    }

    fn comparison(&mut self, env: &Env<'a>, op: Op, left: &'a ast::Expr, right: &'a ast::Expr, span: Span) -> ExprId {
        // The side that is a plain name takes its meaning from the other: `status is employee`.
        let (l, r) = if is_plain(left) && !is_plain(right) {
            let r = self.expr(env, right, None);
            let ty = self.ty(r);
            (self.expr(env, left, Some(&ty)), r)
        } else {
            let l = self.expr(env, left, None);
            let ty = self.ty(l);
            (l, self.expr(env, right, Some(&ty)))
        };
        self.comparable(op, l, r, left.span, right.span);
        let (f, swap, negate) = comparison_of(op);
        let operands = if swap { vec![r, l] } else { vec![l, r] };
        let yes = self.host(f, operands, Ty::YesNo, span);
        if negate { self.push(ExprKind::Not(yes), Ty::YesNo, span) } else { yes }
    }

    fn comparable(&mut self, op: Op, l: ExprId, r: ExprId, left: Span, right: Span) {
        let (lt, rt) = (self.ty(l), self.ty(r));
        if matches!(op, Op::Before | Op::After | Op::NotBefore | Op::NotAfter) {
            for (ty, at) in [(&lt, left), (&rt, right)] {
                if !self.fits(ty, &Ty::Date) {
                    self.report(words::mismatch(at, "a day", &self.say(ty)));
                }
            }
            return;
        }
        let equality = matches!(op, Op::Is | Op::IsNot);
        match (&lt, &rt) {
            (Ty::Error | Ty::Never, _) | (_, Ty::Error | Ty::Never) => {}
            (Ty::Length(a), Ty::Length(b)) => self.lengths_meet(a, b, left.to(right)),
            (Ty::Money(a) | Ty::Amount(a), Ty::Money(b) | Ty::Amount(b)) if self.currency_fits(a, b) => {}
            (Ty::Money(_) | Ty::Amount(_), Ty::Money(_) | Ty::Amount(_)) => {
                self.report(words::currencies_mixed(left.to(right), &self.say(&lt), &self.say(&rt)));
            }
            (Ty::Number, Ty::Length(_) | Ty::Money(_) | Ty::Amount(_)) => self.report(words::no_unit(left)),
            (Ty::Length(_) | Ty::Money(_) | Ty::Amount(_), Ty::Number) => self.report(words::no_unit(right)),
            (a, b) if !self.fits(a, b) && !self.fits(b, a) => {
                let finding = words::mismatch(right, &self.say(&lt), &self.say(&rt))
                    .with(left, format!("compared with {}", self.say(&lt)));
                self.report(finding);
            }
            (a, _) if !equality && !matches!(a, Ty::Number | Ty::Date) => {
                let finding = words::mismatch(left, "a number, a length, an amount or a day", &self.say(a));
                self.report(finding.help("only these are more or less than another; use `is` or `in`"));
            }
            (Ty::Date, _) if !equality => self.report(
                Diagnostic::new(Code::Mismatch, left.to(right), "days are not more or less than each other")
                    .help("write `is before`, `is after`, `is not before` or `is not after`"),
            ),
            _ => {}
        }
    }

    /// Two lengths are compared or added: some conversion must connect their units.
    pub fn lengths_meet(&mut self, a: &UnitOf, b: &UnitOf, at: Span) {
        if a == b {
            return;
        }
        let (left, right) = (self.units_of(a), self.units_of(b));
        for l in &left {
            for r in &right {
                if l != r
                    && self.program.conversions.way(*l, *r).is_none()
                    && self.program.conversions.way(*r, *l).is_none()
                {
                    // Which units meet in a clause is for the agreement that uses it to say.
                    if self.open_slots {
                        return;
                    }
                    let (x, y) = (Ty::Length(a.clone()), Ty::Length(b.clone()));
                    let finding =
                        words::units_mixed(self.use_span.unwrap_or(at), &self.say(&x), &self.say(&y), Some((*l, *r)));
                    self.report(match self.use_span {
                        Some(_) => finding.with(at, "in the clause, here"),
                        None => finding,
                    });
                    return;
                }
            }
        }
    }

    fn sum(&mut self, env: &Env<'a>, op: Op, left: &'a ast::Expr, right: &'a ast::Expr, span: Span) -> ExprId {
        let l = self.expr(env, left, None);
        let lt = self.ty(l);
        let r = self.expr(env, right, Some(&lt));
        let rt = self.ty(r);
        let ty = match (&lt, &rt) {
            (Ty::Error | Ty::Never, other) | (other, Ty::Error | Ty::Never) => other.clone(),
            (Ty::Number, Ty::Number) => Ty::Number,
            (Ty::Length(a), Ty::Length(b)) => {
                self.lengths_meet(a, b, span);
                Ty::Length(a.clone())
            }
            (Ty::Money(a) | Ty::Amount(a), Ty::Money(b) | Ty::Amount(b)) => {
                if !self.currency_fits(a, b) {
                    self.report(words::currencies_mixed(span, &self.say(&lt), &self.say(&rt)));
                }
                let currency = if matches!(a, CurrencyOf::Any) { b.clone() } else { a.clone() };
                // Whole cents and whole cents are whole cents; a difference may be below zero, and is no money.
                let whole = matches!((&lt, &rt, op), (Ty::Money(_), Ty::Money(_), Op::Add));
                if whole { Ty::Money(currency) } else { Ty::Amount(currency) }
            }
            (Ty::Date, Ty::Length(_)) => {
                let word = if op == Op::Add { "after" } else { "before" };
                self.report(
                    Diagnostic::new(Code::Mismatch, span, "a length is not added to a day with a sign")
                        .help(format!("write `3 months {word} ...`")),
                );
                Ty::Error
            }
            _ => {
                self.report(words::mismatch(right.span, &self.say(&lt), &self.say(&rt)));
                Ty::Error
            }
        };
        let f = if op == Op::Add { HostFn::Add } else { HostFn::Subtract };
        self.host(f, vec![l, r], ty, span)
    }

    fn product(&mut self, env: &Env<'a>, left: &'a ast::Expr, right: &'a ast::Expr, span: Span) -> ExprId {
        let l = self.expr(env, left, None);
        let r = self.expr(env, right, None);
        let (lt, rt) = (self.ty(l), self.ty(r));
        let ty = match (&lt, &rt) {
            (Ty::Error | Ty::Never, other) | (other, Ty::Error | Ty::Never) => other.clone(),
            (Ty::Number, Ty::Number) => Ty::Number,
            (Ty::Money(c) | Ty::Amount(c), Ty::Number) | (Ty::Number, Ty::Money(c) | Ty::Amount(c)) => {
                Ty::Amount(c.clone())
            }
            (Ty::Length(u), Ty::Number) | (Ty::Number, Ty::Length(u)) => Ty::Length(u.clone()),
            // `amount * own / total` reads from the left: the length is divided away by the next operand.
            (Ty::Money(_) | Ty::Amount(_), Ty::Length(_)) => return self.weighted(l, r, span),
            _ => {
                self.report(words::mismatch(right.span, "a number", &self.say(&rt)));
                Ty::Error
            }
        };
        self.host(HostFn::Multiply, vec![l, r], ty, span)
    }

    /// An amount times a length has a meaning only under a division by a length; [`Cx::quotient`] turns
    /// `amount * own / total` into `amount * (own / total)`, so that the quotient is the one the provision wrote.
    fn weighted(&mut self, _amount: ExprId, _length: ExprId, span: Span) -> ExprId {
        self.report(
            Diagnostic::new(Code::Mismatch, span, "an amount is multiplied by a length")
                .help("divide by the whole in the same expression: `amount * own / total`"),
        );
        self.poison(span)
    }

    fn quotient(&mut self, env: &Env<'a>, left: &'a ast::Expr, right: &'a ast::Expr, span: Span) -> ExprId {
        if let ast::ExprKind::Binary(Op::Multiply, amount, part) = &left.kind
            && let Some(id) = self.share_of(env, amount, part, right, span)
        {
            return id;
        }
        let l = self.expr(env, left, None);
        let r = self.expr(env, right, None);
        self.divided(l, r, [left.span, right.span], span)
    }

    fn share_of(
        &mut self,
        env: &Env<'a>,
        amount: &'a ast::Expr,
        part: &'a ast::Expr,
        whole: &'a ast::Expr,
        span: Span,
    ) -> Option<ExprId> {
        // Elaborated once to learn the types; kept only where the part is a length.
        let a = self.expr(env, amount, None);
        let at = self.ty(a);
        if !matches!(at, Ty::Money(_) | Ty::Amount(_) | Ty::Number) {
            let p = self.expr(env, part, None);
            let product = self.host(HostFn::Multiply, vec![a, p], at.clone(), span);
            let r = self.expr(env, whole, None);
            if !matches!((self.ty(p), &at), (Ty::Number, Ty::Length(_)) | (_, Ty::Error | Ty::Never)) {
                self.report(words::mismatch(part.span, "a number", &self.say(&self.ty(p))));
                return Some(self.poison(span));
            }
            return Some(self.divided(product, r, [amount.span.to(part.span), whole.span], span));
        }
        let p = self.expr(env, part, None);
        let r = self.expr(env, whole, None);
        let (pt, rt) = (self.ty(p), self.ty(r));
        let amount_ty = match &at {
            Ty::Money(c) | Ty::Amount(c) => Ty::Amount(c.clone()),
            other => other.clone(),
        };
        if matches!((&pt, &rt), (Ty::Length(_), Ty::Length(_)) | (Ty::Number, Ty::Number)) {
            let quotient = self.divided(p, r, [part.span, whole.span], part.span.to(whole.span));
            return Some(self.host(HostFn::Multiply, vec![a, quotient], amount_ty, span));
        }
        if matches!(pt, Ty::Number | Ty::Error) {
            let product = self.host(HostFn::Multiply, vec![a, p], amount_ty, span);
            return Some(self.divided(product, r, [amount.span.to(part.span), whole.span], span));
        }
        self.report(words::mismatch(whole.span, &self.say(&pt), &self.say(&rt)));
        Some(self.poison(span))
    }

    fn divided(&mut self, l: ExprId, r: ExprId, [left, right]: [Span; 2], span: Span) -> ExprId {
        let (lt, rt) = (self.ty(l), self.ty(r));
        let ty = match (&lt, &rt) {
            (Ty::Error | Ty::Never, _) | (_, Ty::Error | Ty::Never) => Ty::Error,
            (Ty::Number, Ty::Number) => Ty::Number,
            (Ty::Length(a), Ty::Length(b)) => {
                self.lengths_meet(a, b, span);
                self.one_counting(l, r, left.to(right));
                Ty::Number
            }
            (Ty::Length(u), Ty::Number) => Ty::Length(u.clone()),
            (Ty::Money(c) | Ty::Amount(c), Ty::Number) => Ty::Amount(c.clone()),
            (Ty::Money(a) | Ty::Amount(a), Ty::Money(b) | Ty::Amount(b)) => {
                if !self.currency_fits(a, b) {
                    self.report(words::currencies_mixed(span, &self.say(&lt), &self.say(&rt)));
                }
                Ty::Number
            }
            _ => {
                self.report(words::mismatch(right, &self.say(&lt), &self.say(&rt)));
                Ty::Error
            }
        };
        if let Some(Value::Number(n)) = self.const_value(r)
            && *n == Number::whole(0)
        {
            self.report(Diagnostic::new(Code::Overwide, right, "a division by zero"));
        }
        self.host(HostFn::Divide, vec![l, r], ty, span)
    }

    /// A ratio reads both its lengths from one counting, so that shares add up to one.
    fn one_counting(&mut self, part: ExprId, whole: ExprId, at: Span) {
        let (Some(a), Some(b)) = (self.counting_of(part), self.counting_of(whole)) else { return };
        if a.0 == b.0 && !self.same(a.1, b.1) {
            self.report(
                Diagnostic::new(Code::TwoCountings, at, "the two lengths of this ratio come from different countings")
                    .help("read both from one: `length(part(P, of: counted(S)), P) / length(counted(S), P)`")
                    .note("shares taken from one counting add up to the whole; from two they need not"),
            );
        }
    }

    /// The `counted(S)` a length was read from: its node and its set.
    fn counting_of(&self, id: ExprId) -> Option<(accord_ir::NodeId, ExprId)> {
        match self.kind(id)? {
            ExprKind::Host(HostFn::LengthOf, operands) => self.counting_of(*operands.first()?),
            ExprKind::Host(HostFn::Part, operands) => self.counting_of(*operands.get(1)?),
            ExprKind::Host(HostFn::AsIfOwn, operands) => self.counting_of(*operands.first()?),
            ExprKind::Call(node, args) if self.program.node(*node).is_some_and(|n| n.name == "counted") => {
                Some((*node, *args.first()?))
            }
            _ => None,
        }
    }

    /// Whether two expressions are the same text of meaning.
    pub fn same(&self, a: ExprId, b: ExprId) -> bool {
        let all = |x: &[ExprId], y: &[ExprId]| x.len() == y.len() && x.iter().zip(y).all(|(p, q)| self.same(*p, *q));
        match (self.kind(a), self.kind(b)) {
            (Some(ExprKind::Const(x)), Some(ExprKind::Const(y))) => x == y && !matches!(x, Outcome::Fault(_)),
            (Some(ExprKind::Fact(x)), Some(ExprKind::Fact(y))) => x == y,
            (Some(ExprKind::Local(x)), Some(ExprKind::Local(y))) => x == y,
            (Some(ExprKind::Given(x, m)), Some(ExprKind::Given(y, n))) => m == n && self.same(*x, *y),
            (Some(ExprKind::Call(f, x)), Some(ExprKind::Call(g, y))) => f == g && all(x, y),
            (Some(ExprKind::Host(f, x)), Some(ExprKind::Host(g, y))) => f == g && all(x, y),
            (Some(ExprKind::Not(x)), Some(ExprKind::Not(y))) => self.same(*x, *y),
            (Some(ExprKind::And(x, y)), Some(ExprKind::And(p, q))) => self.same(*x, *p) && self.same(*y, *q),
            (Some(ExprKind::Or(x, y)), Some(ExprKind::Or(p, q))) => self.same(*x, *p) && self.same(*y, *q),
            _ => false,
        }
    }

    pub fn negative(&mut self, env: &Env<'a>, inner: &'a ast::Expr, span: Span) -> ExprId {
        let id = self.expr(env, inner, None);
        let ty = match self.ty(id) {
            Ty::Money(c) => Ty::Amount(c),
            ty @ (Ty::Number | Ty::Length(_) | Ty::Amount(_) | Ty::Error | Ty::Never) => ty,
            other => {
                self.report(words::mismatch(inner.span, "a number", &self.say(&other)));
                Ty::Error
            }
        };
        self.host(HostFn::Negate, vec![id], ty, span)
    }
}

fn is_plain(e: &ast::Expr) -> bool {
    matches!(e.kind, ast::ExprKind::Name(_))
}

/// The operation, whether its operands are swapped, whether it is negated.
fn comparison_of(op: Op) -> (HostFn, bool, bool) {
    match op {
        Op::IsNot => (HostFn::Equal, false, true),
        Op::AtLeast | Op::NotBefore => (HostFn::AtMost, true, false),
        Op::AtMost | Op::NotAfter => (HostFn::AtMost, false, false),
        Op::MoreThan | Op::After => (HostFn::Less, true, false),
        Op::LessThan | Op::Before => (HostFn::Less, false, false),
        _ => (HostFn::Equal, false, false),
    }
}
