//! `apportioned(total, to: P, among: S, by: weight(P), grain: 0.01 EUR, tie: refer)`: shares that add up exactly.
//!
//! Made of what there is already: each share is cut down to the grain, and what the cuts leave goes to the party with
//! the largest weight. The evaluators know nothing of it.

use crate::scope::{Cx, Env};
use crate::words;
use accord_core::{Grain, HostFn, Mode, Rounding, Value};
use accord_ir::{CurrencyOf, ExprId, ExprKind, Quantified, Quantifier, Tie, Ty};
use accord_source::{Code, Diagnostic, Span};
use accord_syntax::ast;

/// The arguments, in the order of the labels.
struct Apportioned<'a> {
    total: &'a ast::Expr,
    variable: &'a str,
    among: &'a ast::Expr,
    by: &'a ast::Expr,
    down: ExprId,
    currency: CurrencyOf,
    tie: Tie,
    span: Span,
}

impl<'a> Cx<'a, '_> {
    /// The call, from its arguments in order.
    pub fn apportioned(&mut self, env: &Env<'a>, args: &[&'a ast::Expr], span: Span) -> ExprId {
        let [total, to, among, by, grain, tie] = args else { return self.poison(span) };
        let ast::ExprKind::Name(variable) = &to.kind else {
            self.report(Diagnostic::new(Code::WrongArguments, to.span, "`to` is not the name of a party").help(
                "name the party of the article: `for each party P in ...`, then `to: P`, and weigh it: `by: weight(P)`",
            ));
            return self.poison(span);
        };
        let Some(tie) = self.tie_of(tie) else { return self.poison(span) };
        let grain_id = self.expr(env, grain, None);
        let exact = match self.const_value(grain_id) {
            Some(Value::Money(money)) => money.exact(),
            Some(Value::Amount(amount)) => amount.clone(),
            _ => {
                let found = self.say(&self.ty(grain_id));
                self.report(words::mismatch(grain.span, "an amount such as `0.01 EUR`", &found));
                return self.poison(span);
            }
        };
        let rounding = Rounding { mode: Mode::Down, grain: Grain::Money(exact.currency, exact.value) };
        let down = self.constant(Value::Rounding(rounding), Ty::Rounding, grain.span);
        let currency = CurrencyOf::Fixed(exact.currency);
        let of = Apportioned { total, variable, among, by, down, currency, tie, span };
        let me = self.need(env, to, &Ty::Country);
        self.share_and_rest(env, &of, me)
    }

    fn tie_of(&mut self, tie: &ast::Expr) -> Option<Tie> {
        let word = match &tie.kind {
            ast::ExprKind::Name(word) => word.as_str(),
            ast::ExprKind::Refer(None) => "refer",
            _ => "",
        };
        let found = match word {
            "refer" => Tie::Refer,
            "first" => Tie::First,
            "last" => Tie::Last,
            _ => {
                let what = "this does not say who takes what is left over when two shares are equally large";
                self.report(
                    Diagnostic::new(Code::Ambiguous, tie.span, what)
                        .help("write `tie: refer`, `tie: first` or `tie: last`"),
                );
                return None;
            }
        };
        Some(found)
    }

    /// My share cut down; and what the cuts leave, if my weight is the largest.
    fn share_and_rest(&mut self, env: &Env<'a>, of: &Apportioned<'a>, me: ExprId) -> ExprId {
        let (span, money) = (of.span, Ty::Money(of.currency.clone()));
        let mine = self.cut_share(env, of);
        let cuts = self.over_all(env, of, Quantifier::Sum, money.clone(), |cx, env| cx.cut_share(env, of));
        let total = self.total(env, of);
        let amount = Ty::Amount(of.currency.clone());
        let rest = self.host(HostFn::Subtract, vec![total, cuts], amount.clone(), span);
        let weight = |cx: &mut Self, env: &Env<'a>| cx.expr(env, of.by, None);
        let largest = self.over_all(env, of, Quantifier::TheWithLargest(of.tie), Ty::Country, weight);
        let is_me = self.host(HostFn::Equal, vec![me, largest], Ty::YesNo, span);
        let both = self.host(HostFn::Add, vec![mine, rest], amount.clone(), span);
        let both = self.host(HostFn::Rounded, vec![both, of.down], money.clone(), span);
        let taken = self.push(ExprKind::If(is_me, both, mine), money.clone(), span);
        // Where nothing is left over it does not matter whose share is the largest.
        let zero = self.host(HostFn::Subtract, vec![total, total], amount, span);
        let nothing_left = self.host(HostFn::Equal, vec![rest, zero], Ty::YesNo, span);
        self.push(ExprKind::If(nothing_left, mine, taken), money, span)
    }

    fn total(&mut self, env: &Env<'a>, of: &Apportioned<'a>) -> ExprId {
        let id = self.expr(env, of.total, None);
        let ty = self.ty(id);
        match &ty {
            Ty::Money(c) | Ty::Amount(c) if self.currency_fits(c, &of.currency) => {}
            Ty::Error | Ty::Never => {}
            _ => {
                let wanted = self.say(&Ty::Amount(of.currency.clone()));
                self.report(words::mismatch(of.total.span, &wanted, &self.say(&ty)));
            }
        }
        id
    }

    /// `total * weight / sum of weights`, cut down to the grain, for the party that the variable now stands for.
    fn cut_share(&mut self, env: &Env<'a>, of: &Apportioned<'a>) -> ExprId {
        let span = of.span;
        let weight = self.expr(env, of.by, None);
        let ty = self.ty(weight);
        if !matches!(ty, Ty::Money(_) | Ty::Amount(_) | Ty::Number | Ty::Length(_) | Ty::Error | Ty::Never) {
            self.report(words::mismatch(of.by.span, "a number, a length or an amount", &self.say(&ty)));
        }
        let all = self.over_all(env, of, Quantifier::Sum, ty, |cx, env| cx.expr(env, of.by, None));
        let part = self.host(HostFn::Divide, vec![weight, all], Ty::Number, span);
        let total = self.total(env, of);
        let exact = self.host(HostFn::Multiply, vec![total, part], Ty::Amount(of.currency.clone()), span);
        self.host(HostFn::Rounded, vec![exact, of.down], Ty::Money(of.currency.clone()), span)
    }

    /// A quantifier over the parties that share, with the variable bound to each.
    fn over_all(
        &mut self,
        env: &Env<'a>,
        of: &Apportioned<'a>,
        quantifier: Quantifier,
        ty: Ty,
        body: impl Fn(&mut Self, &Env<'a>) -> ExprId,
    ) -> ExprId {
        let domain = self.need(env, of.among, &Ty::Set(Box::new(Ty::Country)));
        let mut inner = env.clone();
        let variable = self.bind(&mut inner, of.variable, Ty::Country);
        let body = Some(body(self, &inner));
        let quantified = Quantified { quantifier, variable, domain, filter: None, body };
        self.push(ExprKind::Quantify(Box::new(quantified)), ty, of.span)
    }
}
