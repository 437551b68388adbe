//! Days, lengths and periods: `3 months after D`, `x in quarters`, `X as_if_own P`, deadlines and spans.

use crate::scope::{Cx, Env};
use crate::words;
use accord_core::{HostFn, Unit, Value};
use accord_ir::{ExprId, Ty, UnitOf};
use accord_source::{Code, Diagnostic, Span};
use accord_syntax::ast;

fn any_length() -> Ty {
    Ty::Length(UnitOf::Any)
}

impl<'a> Cx<'a, '_> {
    /// `3 months after D`, `1 year before D`.
    pub fn moved(
        &mut self,
        env: &Env<'a>,
        length: &'a ast::Expr,
        word: &ast::Name,
        day: &'a ast::Expr,
        span: Span,
    ) -> ExprId {
        let l = self.need(env, length, &any_length());
        let d = self.need(env, day, &Ty::Date);
        let end = self.month_end(span);
        let f = if word.text == "before" { HostFn::Before } else { HostFn::After };
        self.host(f, vec![l, d, end], Ty::Date, span)
    }

    /// `day within 3 months after D`: a deadline that includes its last day.
    pub fn deadline(
        &mut self,
        env: &Env<'a>,
        day: &'a ast::Expr,
        length: &'a ast::Expr,
        start: &'a ast::Expr,
        span: Span,
    ) -> ExprId {
        let d = self.need(env, day, &Ty::Date);
        let l = self.need(env, length, &any_length());
        let s = self.need(env, start, &Ty::Date);
        let end = self.month_end(span);
        let last = self.host(HostFn::After, vec![l, s, end], Ty::Date, span);
        self.host(HostFn::AtMost, vec![d, last], Ty::YesNo, span)
    }

    /// `span lasts at most 12 months`.
    pub fn lasts(&mut self, env: &Env<'a>, of: &'a ast::Expr, at_most: &'a ast::Expr, span: Span) -> ExprId {
        let s = self.need(env, of, &Ty::Span);
        let l = self.need(env, at_most, &any_length());
        let end = self.month_end(span);
        self.host(HostFn::LastsAtMost, vec![s, l, end], Ty::YesNo, span)
    }

    /// `x in quarters`.
    pub fn in_unit(&mut self, env: &Env<'a>, value: &'a ast::Expr, unit: &ast::Name, span: Span) -> ExprId {
        let id = self.expr(env, value, None);
        let Some(unit) = Unit::parse(&unit.text) else {
            let known: Vec<String> = Unit::ALL.iter().map(|u| u.word().to_owned()).collect();
            self.report(words::unknown(unit.span, "unit", &unit.text, &known));
            return self.poison(span);
        };
        let into = self.constant(Value::Unit(unit), Ty::Unit, span);
        let ty = Ty::Length(UnitOf::Fixed(unit));
        match self.ty(id) {
            Ty::Periods => self.host(HostFn::LengthOf, vec![id, into], ty, span),
            Ty::Length(from) => {
                self.lengths_meet(&from, &UnitOf::Fixed(unit), span);
                self.host(HostFn::InUnit, vec![id, into], ty, span)
            }
            Ty::Error | Ty::Never => self.poison(span),
            other => {
                self.report(words::mismatch(value.span, "a length or periods", &self.say(&other)));
                self.poison(span)
            }
        }
    }

    /// `X as_if_own P`, `X until D`, `X during S`, `X of_kinds K`.
    pub fn shaped(
        &mut self,
        env: &Env<'a>,
        periods: &'a ast::Expr,
        word: &ast::Name,
        by: &'a ast::Expr,
        span: Span,
    ) -> ExprId {
        let (f, want) = match word.text.as_str() {
            "as_if_own" => (HostFn::AsIfOwn, Ty::Country),
            "until" => (HostFn::Until, Ty::Date),
            "during" => (HostFn::During, Ty::Span),
            "of_kinds" => (HostFn::OfKinds, Ty::Set(Box::new(Ty::Member(accord_core::EnumId(0))))),
            other => {
                self.report(Diagnostic::new(
                    Code::UnknownName,
                    word.span,
                    format!("`{other}` does nothing to periods"),
                ));
                return self.poison(span);
            }
        };
        let x = self.need(env, periods, &Ty::Periods);
        let b = self.need(env, by, &want);
        self.host(f, vec![x, b], Ty::Periods, span)
    }
}
