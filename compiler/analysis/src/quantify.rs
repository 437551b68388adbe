//! Quantifiers: `every party Q in S satisfies ...`, `sum of ...`, `the party Q in S with largest ...`.

use crate::scope::{Cx, Env};
use crate::types::mentions;
use crate::words;
use accord_core::HostFn;
use accord_ir::{CurrencyOf, ExprId, ExprKind, LocalId, Quantified, Quantifier, Tie, Ty};
use accord_source::{Code, Diagnostic, Span};
use accord_syntax::ast::{self, QuantifierWord};

/// A quantifier's binding, elaborated.
struct Bound {
    variable: LocalId,
    key: u32,
    ty: Ty,
    domain: ExprId,
    filter: Option<ExprId>,
}

impl<'a> Cx<'a, '_> {
    pub fn quantifier(&mut self, env: &Env<'a>, q: &'a ast::Quantifier, span: Span) -> ExprId {
        let mut inner = env.clone();
        let bound = self.binder(&mut inner, &q.binder, span);
        let (quantifier, body, ty) = match q.word {
            QuantifierWord::Every | QuantifierWord::Some => {
                let body = q.body.as_ref().map(|b| self.condition(&inner, b));
                let which = if q.word == QuantifierWord::Every { Quantifier::Every } else { Quantifier::Some };
                (which, body, Ty::YesNo)
            }
            QuantifierWord::Sum | QuantifierWord::Largest | QuantifierWord::Smallest => {
                let which = match q.word {
                    QuantifierWord::Sum => Quantifier::Sum,
                    QuantifierWord::Largest => Quantifier::Largest,
                    _ => Quantifier::Smallest,
                };
                let body = q.body.as_ref().map(|b| self.expr(&inner, b, None));
                let ty = self.gathered(body, &bound, q.word, span);
                (which, body, ty)
            }
            QuantifierWord::Count => (Quantifier::Count, None, Ty::Number),
            QuantifierWord::Set => match &q.body {
                None => (Quantifier::SetOf, None, Ty::Set(Box::new(bound.ty.clone()))),
                Some(body) => {
                    let member = self.expr(&inner, body, None);
                    let ty = Ty::Set(Box::new(self.ty(member)));
                    let alone = self.host(HostFn::SetOf, vec![member], ty.clone(), body.span);
                    (Quantifier::Gathered, Some(alone), ty)
                }
            },
            QuantifierWord::The => {
                let (which, body) = self.the_one(&inner, q, span);
                (which, body, bound.ty.clone())
            }
        };
        let Bound { variable, domain, filter, .. } = bound;
        let quantified = Quantified { quantifier, variable, domain, filter, body };
        self.push(ExprKind::Quantify(Box::new(quantified)), ty, span)
    }

    fn binder(&mut self, env: &mut Env<'a>, binder: &'a ast::Binder, span: Span) -> Bound {
        let is_party = binder.class.text == "party";
        let domain = match &binder.domain {
            Some(domain) => {
                let want = is_party.then(|| Ty::Set(Box::new(Ty::Country)));
                self.expr(env, domain, want.as_ref())
            }
            None if is_party => self.all_parties(binder.class.span),
            None => {
                let what = format!("`{} {}` does not say what it ranges over", binder.class.text, binder.variable.text);
                self.report(
                    Diagnostic::new(Code::UnknownName, binder.class.span, what).help("add `in` and a list or set"),
                );
                self.poison(span)
            }
        };
        let ty = match self.ty(domain) {
            Ty::Set(inner) | Ty::List(inner) => *inner,
            Ty::Error | Ty::Never => Ty::Error,
            other => {
                let at = binder.domain.as_ref().map_or(span, |d| d.span);
                self.report(words::mismatch(at, "a set or list", &self.say(&other)));
                Ty::Error
            }
        };
        if is_party && !self.fits(&ty, &Ty::Country) {
            let at = binder.domain.as_ref().map_or(span, |d| d.span);
            self.report(words::mismatch(at, "a set of parties", &self.say(&ty)));
        }
        let variable = self.bind(env, &binder.variable.text, ty.clone());
        let key = self.next_key;
        let filter = binder.filter.as_ref().map(|f| self.condition(env, f));
        Bound { variable, key, ty, domain, filter }
    }

    /// The type of a sum or largest: never in the unit or currency of the party it ranges over.
    fn gathered(&mut self, body: Option<ExprId>, bound: &Bound, word: QuantifierWord, span: Span) -> Ty {
        let Some(body) = body else { return Ty::Error };
        let ty = self.ty(body);
        if mentions(&ty, bound.key) {
            let said = self.say(&ty);
            self.report(match &ty {
                Ty::Length(_) => words::units_mixed(span, &said, "that of the other parties", None)
                    .help("give every length in one party's unit: `length(part(Q, of: X), P)`"),
                _ => words::currencies_mixed(span, &said, "those of the other parties"),
            });
            return Ty::Error;
        }
        match (&ty, word) {
            (Ty::Number | Ty::Length(_) | Ty::Error | Ty::Never, _) => ty,
            (
                Ty::Amount(_)
                | Ty::Money(CurrencyOf::Any | CurrencyOf::Fixed(_) | CurrencyOf::Common | CurrencyOf::Of(_)),
                _,
            ) => ty,
            (Ty::Date, QuantifierWord::Largest | QuantifierWord::Smallest) => ty,
            (other, _) => {
                self.report(words::mismatch(span, "a number, a length or an amount", &self.say(other)));
                Ty::Error
            }
        }
    }

    fn the_one(&mut self, env: &Env<'a>, q: &'a ast::Quantifier, span: Span) -> (Quantifier, Option<ExprId>) {
        let tie = match q.tie.as_ref().map(|t| t.text.as_str()) {
            Some("first") => Some(Tie::First),
            Some("last") => Some(Tie::Last),
            Some(_) => Some(Tie::Refer),
            None => None,
        };
        let Some((largest, body)) = &q.with else { return (Quantifier::TheOnly(tie.unwrap_or(Tie::Refer)), None) };
        let body = self.expr(env, body, None);
        let tie = tie.unwrap_or_else(|| {
            self.report(
                Diagnostic::new(Code::Ambiguous, span, "this does not say what happens when two are equally large")
                    .help("end it with `tie refer`, `tie first` or `tie last`"),
            );
            Tie::Refer
        });
        let which = if *largest { Quantifier::TheWithLargest(tie) } else { Quantifier::TheWithSmallest(tie) };
        (which, Some(body))
    }
}
