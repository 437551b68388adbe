//! Expressions: from the syntax tree to the typed program, one function a form.

use crate::scope::{Cx, Env};
use crate::types::ty_of_value;
use crate::words;
use accord_core::{
    Amount, Criterion, Currency, Date, Fault, FaultKind, Grain, HostFn, Length, Mode, MonthEnd, Number, Outcome, Ratio,
    Rounding, SiteId, Unit, Value, parse_decimal,
};
use accord_ir::{CurrencyOf, ExprId, ExprKind, Ty};
use accord_source::{Code, Diagnostic, Span};
use accord_syntax::ast;
use std::collections::BTreeSet;
use std::sync::Arc;

impl<'a> Cx<'a, '_> {
    /// An expression; `want` is the type its place needs, where it needs one. The result may be of another type: the
    /// place checks with [`Cx::need`].
    pub fn expr(&mut self, env: &Env<'a>, e: &'a ast::Expr, want: Option<&Ty>) -> ExprId {
        let span = e.span;
        match &e.kind {
            ast::ExprKind::Number(digits) => self.number(digits, span),
            ast::ExprKind::Quantity(digits, unit) => self.quantity(digits, unit, span),
            ast::ExprKind::Date(text) => self.date(text, span),
            ast::ExprKind::Text(text) => self.constant(Value::text(text), Ty::Text, span),
            ast::ExprKind::Name(text) => self.name(env, text, span, want),
            ast::ExprKind::Field(of, field) => self.field(env, of, field, span, want),
            ast::ExprKind::Call(callee, args) => self.call(env, callee, args, span),
            ast::ExprKind::Negative(inner) => self.negative(env, inner, span),
            ast::ExprKind::Not(inner) => self.not(env, inner, span),
            ast::ExprKind::Binary(op, left, right) => self.binary(env, *op, left, right, span),
            ast::ExprKind::Given(inner, positive) => self.given(env, inner, *positive, span),
            ast::ExprKind::OneOf(value, set, positive) => self.one_of(env, value, set, *positive, span),
            ast::ExprKind::Lasts(of, at_most) => self.lasts(env, of, at_most, span),
            ast::ExprKind::Deadline(day, length, start) => self.deadline(env, day, length, start, span),
            ast::ExprKind::If(c, t, f) => self.if_then(env, [c, t, f], span, want),
            ast::ExprKind::Match(of, arms) => self.match_arms(env, of, arms, span, want),
            ast::ExprKind::Set(members) => self.set(env, members, span, want),
            ast::ExprKind::Quantifier(q) => self.quantifier(env, q, span),
            ast::ExprKind::Rounded(value, rounding) => self.rounded(env, value, rounding, span),
            ast::ExprKind::Rounding(mode, grain) => self.rounding(mode, grain, span),
            ast::ExprKind::Shaped(periods, word, by) => self.shaped(env, periods, word, by, span),
            ast::ExprKind::InUnit(value, unit) => self.in_unit(env, value, unit, span),
            ast::ExprKind::Moved(length, word, day) => self.moved(env, length, word, day, span),
            ast::ExprKind::Apart(call, targets) => self.apart(env, call, targets, span),
            ast::ExprKind::Parties(words) => self.parties_words(env, words, span),
            ast::ExprKind::Over(..) => self.order(std::slice::from_ref(e), span),
            ast::ExprKind::Nothing => self.push(ExprKind::Const(Outcome::Nothing), Ty::Never, span),
            ast::ExprKind::Refer(to) => self.refer(to.as_deref(), span, want),
            ast::ExprKind::Unset(why) => self.unset("a value", why, span),
            ast::ExprKind::Paren(inner) => self.expr(env, inner, want),
            ast::ExprKind::Address(_) => {
                self.report(words::mismatch(span, "a value", "the address of a provision"));
                self.poison(span)
            }
            ast::ExprKind::Junk => self.poison(span),
        }
    }

    /// An expression that must fit a type; a misfit is reported here.
    pub fn need(&mut self, env: &Env<'a>, e: &'a ast::Expr, want: &Ty) -> ExprId {
        let id = self.expr(env, e, Some(want));
        self.must_fit(id, want, e.span)
    }

    /// Reports an expression that does not fit, and poisons it.
    pub fn must_fit(&mut self, id: ExprId, want: &Ty, span: Span) -> ExprId {
        let found = self.ty(id);
        if self.fits(&found, want) {
            return id;
        }
        // A slot's value stands in another file than the definition that needs it: the use is what is wrong.
        let own = self.program.expr(id).map_or(span, |e| e.span);
        let at = if own.file == span.file { span } else { own };
        let mut finding = match (&found, want) {
            (_, Ty::YesNo) => words::not_condition(at, &self.say(&found)),
            (Ty::Amount(a), Ty::Money(w)) if self.currency_fits(a, w) => words::not_rounded(at),
            (Ty::Money(_) | Ty::Amount(_), Ty::Money(_) | Ty::Amount(_)) => {
                words::currencies_mixed(at, &self.say(&found), &self.say(want))
            }
            (Ty::Length(_), Ty::Length(_)) => {
                let (found, wanted) = (&found, want);
                let one = |ty: &Ty| match ty {
                    Ty::Length(of) => self.units_of(of).into_iter().next(),
                    _ => None,
                };
                words::units_mixed(at, &self.say(found), &self.say(wanted), one(found).zip(one(wanted)))
            }
            (Ty::Number, Ty::Length(_) | Ty::Money(_) | Ty::Amount(_)) => words::no_unit(at),
            _ => words::mismatch(at, &self.say(want), &self.say(&found)),
        };
        if at != span {
            finding = finding.with(span, "the clause needs it here");
        }
        self.report(finding);
        self.poison(span)
    }

    /// A condition.
    pub fn condition(&mut self, env: &Env<'a>, e: &'a ast::Expr) -> ExprId {
        self.need(env, e, &Ty::YesNo)
    }

    fn number(&mut self, digits: &str, span: Span) -> ExprId {
        match parse_decimal(digits) {
            Some(value) => self.constant(Value::Number(Number::new(value)), Ty::Number, span),
            None => self.bad_number(span),
        }
    }

    fn bad_number(&mut self, span: Span) -> ExprId {
        self.report(
            Diagnostic::new(Code::BadNumber, span, "a number that cannot be read")
                .help("write digits, `_` between groups and one point: `20_000.00`"),
        );
        self.poison(span)
    }

    fn quantity(&mut self, digits: &str, unit: &ast::Name, span: Span) -> ExprId {
        let Some(value) = parse_decimal(digits) else { return self.bad_number(span) };
        match quantity_value(&value, &unit.text) {
            Some(value) => {
                let ty = ty_of_value(&value);
                self.constant(value, ty, span)
            }
            None => {
                let known: Vec<String> = Unit::ALL.iter().map(|u| u.word().to_owned()).collect();
                let currency = unit.text.len() == 3 && unit.text.bytes().all(|b| b.is_ascii_uppercase());
                self.report(if currency {
                    words::unknown_currency(unit.span, &unit.text)
                } else {
                    words::unknown(unit.span, "unit", &unit.text, &known)
                });
                self.poison(span)
            }
        }
    }

    fn date(&mut self, text: &str, span: Span) -> ExprId {
        match Date::parse(text) {
            Some(date) => self.constant(Value::Date(date), Ty::Date, span),
            None => {
                self.report(Diagnostic::new(Code::BadDate, span, format!("`{text}` is no day of the calendar")));
                self.poison(span)
            }
        }
    }

    fn field(
        &mut self,
        env: &Env<'a>,
        of: &'a ast::Expr,
        field: &'a ast::Name,
        span: Span,
        want: Option<&Ty>,
    ) -> ExprId {
        if let Some(id) = self.law_member(env, of, &field.text, &[], span) {
            return id;
        }
        if let Some(dotted) = dotted_name(of, field)
            && let Some(id) = self.dotted_member(env, &dotted, span, want)
        {
            return id;
        }
        let id = self.expr(env, of, None);
        match self.ty(id) {
            Ty::Record(record) => {
                let def = self.program.record(record);
                let place = def.and_then(|d| d.fields.iter().position(|(n, _)| *n == field.text));
                match place.zip(def).and_then(|(i, d)| Some((i, d.fields.get(i)?.1.clone()))) {
                    Some((index, ty)) => self.field_at(id, index, ty, span),
                    None => self.no_field(id, field, span),
                }
            }
            Ty::Error => self.poison(span),
            ty => match kernel_field(&ty, &field.text) {
                Some((f, result)) => self.host(f, vec![id], result, span),
                None => self.no_field(id, field, span),
            },
        }
    }

    fn no_field(&mut self, of: ExprId, field: &ast::Name, span: Span) -> ExprId {
        let ty = self.ty(of);
        let known: Vec<String> = match &ty {
            Ty::Record(record) => {
                self.program.record(*record).map_or(Vec::new(), |d| d.fields.iter().map(|(n, _)| n.clone()).collect())
            }
            _ => ["first", "last", "year", "month", "first_day", "last_day"].map(str::to_owned).to_vec(),
        };
        let mut finding =
            Diagnostic::new(Code::UnknownField, field.span, format!("{} has no `{}`", self.say(&ty), field.text));
        if let Some(near) = words::nearest(&field.text, &known) {
            finding = finding.help(format!("did you mean `{near}`?"));
        } else if matches!(ty, Ty::Record(_)) {
            finding = finding.help(format!("it has {}", known.join(", ")));
        }
        self.report(finding);
        self.poison(span)
    }

    /// `old_age.pension`: a member of an enumeration whose members have points.
    fn dotted_member(&mut self, env: &Env<'a>, dotted: &str, span: Span, want: Option<&Ty>) -> Option<ExprId> {
        let head = dotted.split('.').next().unwrap_or(dotted);
        if env.local(head).is_some() {
            return None;
        }
        if let Some(Ty::Member(id)) = want.map(element)
            && let Some(found) = self.member(*id, dotted, span)
        {
            return Some(found);
        }
        let id = self.program.enums.iter().position(|e| e.members.iter().any(|m| m == dotted))?;
        self.member(accord_core::EnumId(u16::try_from(id).ok()?), dotted, span)
    }

    fn not(&mut self, env: &Env<'a>, inner: &'a ast::Expr, span: Span) -> ExprId {
        let id = self.condition(env, inner);
        self.push(ExprKind::Not(id), Ty::YesNo, span)
    }

    fn given(&mut self, env: &Env<'a>, inner: &'a ast::Expr, positive: bool, span: Span) -> ExprId {
        let id = self.expr(env, inner, None);
        let yes = self.host(HostFn::IsGiven, vec![id], Ty::YesNo, span);
        if positive { yes } else { self.push(ExprKind::Not(yes), Ty::YesNo, span) }
    }

    fn if_then(&mut self, env: &Env<'a>, [c, t, f]: [&'a ast::Expr; 3], span: Span, want: Option<&Ty>) -> ExprId {
        let condition = self.condition(env, c);
        let then = self.expr(env, t, want);
        let ty = self.ty(then);
        let otherwise = self.expr(env, f, Some(want.unwrap_or(&ty)));
        let ty = self.join(then, otherwise, f.span);
        self.push(ExprKind::If(condition, then, otherwise), ty, span)
    }

    /// The type of either of two branches.
    pub fn join(&mut self, left: ExprId, right: ExprId, at: Span) -> Ty {
        let (l, r) = (self.ty(left), self.ty(right));
        if matches!(l, Ty::Never) {
            return r;
        }
        if self.fits(&r, &l) {
            return l;
        }
        if self.fits(&l, &r) {
            return r;
        }
        self.report(
            words::mismatch(at, &self.say(&l), &self.say(&r)).help("both branches must give the same kind of value"),
        );
        Ty::Error
    }

    fn match_arms(
        &mut self,
        env: &Env<'a>,
        of: &'a ast::Expr,
        arms: &'a [ast::Arm],
        span: Span,
        want: Option<&Ty>,
    ) -> ExprId {
        let subject = self.expr(env, of, None);
        let key = self.ty(subject);
        self.check_arms(&key, arms, span);
        let mut parts: Vec<(ExprId, ExprId, Span)> = Vec::new();
        let mut last = None;
        let mut ty: Option<Ty> = want.cloned();
        for arm in arms {
            let value = self.expr(env, &arm.value, ty.as_ref());
            if let Some(first) = parts.first().map(|p| p.1) {
                ty = Some(self.join(first, value, arm.value.span));
            } else if ty.is_none() {
                ty = Some(self.ty(value));
            }
            if arm.patterns.is_empty() {
                last = Some(value);
                break;
            }
            let test = self.any_of(env, subject, &key, &arm.patterns, arm.span);
            parts.push((test, value, arm.span));
        }
        let fallback = last.unwrap_or_else(|| self.stop(FaultKind::OutOfTable, span));
        let ty = parts.first().map_or_else(|| self.ty(fallback), |p| self.ty(p.1));
        parts.into_iter().rev().fold(fallback, |rest, (test, value, at)| {
            let ty = if matches!(self.ty(value), Ty::Never) { self.ty(rest) } else { ty.clone() };
            self.push(ExprKind::If(test, value, rest), ty, at)
        })
    }

    fn check_arms(&mut self, key: &Ty, arms: &'a [ast::Arm], span: Span) {
        if arms.iter().any(|a| a.patterns.is_empty()) {
            return;
        }
        let Ty::Member(id) = key else {
            if !matches!(key, Ty::Error) {
                self.report(
                    Diagnostic::new(Code::MissingArm, span, "the match does not say what happens otherwise")
                        .help("end it with `otherwise => ...`"),
                );
            }
            return;
        };
        let written: BTreeSet<String> = arms.iter().flat_map(|a| &a.patterns).filter_map(written_name).collect();
        let members = self.program.enumeration(*id).map_or(Vec::new(), |e| e.members.clone());
        let missing: Vec<String> = members.into_iter().filter(|m| !written.contains(m)).collect();
        if !missing.is_empty() {
            let list = missing.join("`, `");
            self.report(
                Diagnostic::new(Code::MissingArm, span, format!("the match does not say what happens for `{list}`"))
                    .help("add an arm for each, or `otherwise => ...`"),
            );
        }
    }

    /// Whether the subject is one of the patterns.
    pub fn any_of(
        &mut self,
        env: &Env<'a>,
        subject: ExprId,
        key: &Ty,
        patterns: &'a [ast::Expr],
        span: Span,
    ) -> ExprId {
        let mut tests = Vec::new();
        for pattern in patterns {
            tests.push(self.matches(env, subject, key, pattern));
        }
        self.any(tests, span)
    }

    /// The disjunction of conditions; no, of none. Balanced, so that a long list of keys does not nest deeply.
    pub fn any(&mut self, mut tests: Vec<ExprId>, span: Span) -> ExprId {
        while tests.len() > 1 {
            let pairs = tests.chunks(2).map(<[ExprId]>::to_vec).collect::<Vec<_>>();
            tests = pairs
                .into_iter()
                .map(|pair| match pair.as_slice() {
                    [a, b] => self.push(ExprKind::Or(*a, *b), Ty::YesNo, span),
                    [a] => *a,
                    _ => self.poison(span),
                })
                .collect();
        }
        match tests.first() {
            Some(only) => *only,
            None => self.constant(Value::YesNo(false), Ty::YesNo, span),
        }
    }

    fn matches(&mut self, env: &Env<'a>, subject: ExprId, key: &Ty, pattern: &'a ast::Expr) -> ExprId {
        let span = pattern.span;
        if let ast::ExprKind::Binary(ast::Op::Range, low, high) = &pattern.kind {
            return self.in_range(env, subject, key, [low, high], span);
        }
        let value = self.need(env, pattern, key);
        self.host(HostFn::Equal, vec![subject, value], Ty::YesNo, span)
    }

    /// Whether the subject is between two bounds, both included; an open side (`1958..`) bounds nothing.
    fn in_range(&mut self, env: &Env<'a>, subject: ExprId, key: &Ty, bounds: [&'a ast::Expr; 2], span: Span) -> ExprId {
        let mut tests = Vec::new();
        for (i, bound) in bounds.into_iter().enumerate() {
            if matches!(bound.kind, ast::ExprKind::Nothing) {
                continue;
            }
            let bound = self.need(env, bound, key);
            let operands = if i == 0 { vec![bound, subject] } else { vec![subject, bound] };
            tests.push(self.host(HostFn::AtMost, operands, Ty::YesNo, span));
        }
        let both = tests.into_iter().reduce(|a, b| self.push(ExprKind::And(a, b), Ty::YesNo, span));
        both.unwrap_or_else(|| self.constant(Value::YesNo(true), Ty::YesNo, span))
    }

    /// A constant fault at its own site.
    pub fn stop(&mut self, kind: FaultKind, span: Span) -> ExprId {
        let site = SiteId(crate::scope::number(self.program.exprs.len()));
        self.push(ExprKind::Const(Outcome::Fault(Fault { kind, site })), Ty::Never, span)
    }

    fn set(&mut self, env: &Env<'a>, members: &'a [ast::Expr], span: Span, want: Option<&Ty>) -> ExprId {
        let inner = match want {
            Some(Ty::Set(inner) | Ty::List(inner)) => Some(inner.as_ref().clone()),
            _ => None,
        };
        self.set_of(env, members, inner.as_ref(), span)
    }

    /// A set of members of one type; constant where they are.
    pub fn set_of(&mut self, env: &Env<'a>, members: &'a [ast::Expr], inner: Option<&Ty>, span: Span) -> ExprId {
        let mut ty = inner.cloned();
        let mut ids = Vec::new();
        for member in members {
            let id = self.expr(env, member, ty.as_ref());
            let id = match &ty {
                Some(want) => self.must_fit(id, want, member.span),
                None => id,
            };
            if ty.is_none() {
                ty = Some(self.ty(id));
            }
            ids.push(id);
        }
        if ids.iter().any(|id| matches!(self.ty(*id), Ty::Error)) {
            return self.poison(span);
        }
        let ty = Ty::Set(Box::new(ty.unwrap_or(Ty::Never)));
        let constants: Option<BTreeSet<Value>> = ids.iter().map(|id| self.const_value(*id).cloned()).collect();
        match constants {
            Some(set) => self.constant(Value::Set(set), ty, span),
            None => self.host(HostFn::SetOf, ids, ty, span),
        }
    }

    fn rounded(&mut self, env: &Env<'a>, value: &'a ast::Expr, rounding: &'a ast::Expr, span: Span) -> ExprId {
        let id = self.expr(env, value, None);
        let how = self.need(env, rounding, &Ty::Rounding);
        let ty = self.rounded_ty(id, how, rounding.span);
        self.host(HostFn::Rounded, vec![id, how], ty, span)
    }

    fn rounded_ty(&mut self, value: ExprId, how: ExprId, at: Span) -> Ty {
        let found = self.ty(value);
        let grain = match self.const_value(how) {
            Some(Value::Rounding(r)) => Some(r.grain.clone()),
            _ => None,
        };
        let result = match (&found, &grain) {
            (Ty::Money(c) | Ty::Amount(c), None) => Some(Ty::Money(c.clone())),
            (Ty::Money(c) | Ty::Amount(c), Some(Grain::Money(currency, _))) => {
                let fixed = CurrencyOf::Fixed(*currency);
                if !self.currency_fits(c, &fixed) {
                    self.grain_of_another_currency(how, &found, *currency, at);
                }
                Some(Ty::Money(if matches!(c, CurrencyOf::Any) { fixed } else { c.clone() }))
            }
            (Ty::Length(u), None | Some(Grain::Length(..))) => Some(Ty::Length(u.clone())),
            (Ty::Number, None | Some(Grain::Number(_))) => Some(Ty::Number),
            (Ty::Never | Ty::Error, _) => Some(found.clone()),
            _ => None,
        };
        result.unwrap_or_else(|| {
            let what = self.say(&found);
            self.report(
                Diagnostic::new(Code::RoundingMeans, at, format!("{what} cannot be rounded to this grain"))
                    .help("an amount is rounded to an amount (`0.01 EUR`), a length to a length (`1 month`), a number to a number (`0.0001`)"),
            );
            Ty::Error
        })
    }

    fn grain_of_another_currency(&mut self, how: ExprId, found: &Ty, currency: Currency, at: Span) {
        let own = self.program.expr(how).map_or(at, |e| e.span);
        let what = self.say(found);
        let mut finding =
            Diagnostic::new(Code::CurrenciesMixed, own, format!("{what} is rounded to a grain in {currency}")).help(
                "each party's money is in its own currency: write `law(P).cents`, or narrow the article to one party",
            );
        if own != at {
            finding = finding.with(at, "the clause rounds here");
        }
        self.report(finding);
    }

    fn rounding(&mut self, mode: &ast::Name, grain: &ast::Expr, span: Span) -> ExprId {
        match rounding_value(mode, grain) {
            Some(rounding) => self.constant(Value::Rounding(rounding), Ty::Rounding, span),
            None => {
                self.report(
                    Diagnostic::new(Code::RoundingMeans, span, "the grain of a rounding must be written out")
                        .help("for example `half up to 0.01 EUR`"),
                );
                self.poison(span)
            }
        }
    }

    /// `compulsory over voluntary, actual over assimilated`.
    pub fn order(&mut self, list: &'a [ast::Expr], span: Span) -> ExprId {
        let mut criteria = Vec::new();
        for e in list {
            let pair = match &e.kind {
                ast::ExprKind::Over(a, b) => (a.text.as_str(), b.text.as_str()),
                _ => ("", ""),
            };
            match pair {
                ("compulsory", "voluntary") => criteria.push(Criterion::CompulsoryOverVoluntary),
                ("actual", "assimilated") => criteria.push(Criterion::ActualOverAssimilated),
                _ => {
                    self.report(Diagnostic::new(Code::WrongSlot, e.span, "this is no criterion of precedence").help(
                        "there are two: `compulsory over voluntary` and `actual over assimilated`, compared in the order written",
                    ));
                    return self.poison(span);
                }
            }
        }
        self.constant(Value::Order(Arc::new(criteria)), Ty::Order, span)
    }

    /// `refer` as a result, or as a word of a list that has it.
    fn refer(&mut self, to: Option<&str>, span: Span, want: Option<&Ty>) -> ExprId {
        if let Some(Ty::Member(id)) = want {
            let members = self.program.enumeration(*id).map_or(&[][..], |e| e.members.as_slice());
            let position = members.iter().position(|m| m == "refer").and_then(|at| u16::try_from(at).ok());
            match (position, to) {
                (Some(position), None) => return self.constant(Value::Member(*id, position), Ty::Member(*id), span),
                (Some(_), Some(_)) => {
                    let finding = words::mismatch(span, &self.say(&Ty::Member(*id)), "`refer` with a text");
                    self.report(finding.help("write `refer` alone: who is asked follows from what is open"));
                    return self.poison(span);
                }
                (None, _) => {}
            }
        }
        self.push(ExprKind::Const(Outcome::refer(to.unwrap_or("the competent authorities"))), Ty::Never, span)
    }

    /// A value the text does not give: results that need it are undetermined and name it.
    pub fn unset(&mut self, name: &str, why: &str, span: Span) -> ExprId {
        if !self.open_slots {
            self.program.unset.push(accord_ir::UnsetDef { name: name.to_owned(), why: why.to_owned(), span });
        }
        self.push(ExprKind::Const(Outcome::missing(name)), Ty::Never, span)
    }

    fn parties_words(&mut self, env: &Env<'a>, text: &str, span: Span) -> ExprId {
        if text != "the other party" {
            return self.all_parties(span);
        }
        let parties = self.parties();
        let local = env.locals.iter().rev().find(|l| l.ty == Ty::Country).cloned();
        let ([first, second], Some(local)) = (parties.as_slice(), local) else {
            self.report(
                Diagnostic::new(Code::Ambiguous, span, "`the other party` needs two parties and one of them in scope")
                    .help("write `for each party P in concerned` after the article's heading, or name the party"),
            );
            return self.poison(span);
        };
        let this = self.push(ExprKind::Local(local.id), Ty::Country, span);
        let one = self.constant(Value::Country(*first), Ty::Country, span);
        let two = self.constant(Value::Country(*second), Ty::Country, span);
        let is_first = self.host(HostFn::Equal, vec![this, one], Ty::YesNo, span);
        self.push(ExprKind::If(is_first, two, one), Ty::Country, span)
    }

    /// The month-end rule of the agreement, as an operand.
    pub fn month_end(&mut self, span: Span) -> ExprId {
        let index = match self.program.month_end {
            MonthEnd::LastDay => 0,
            MonthEnd::NextDay => 1,
            MonthEnd::Error => 2,
        };
        let id = accord_core::EnumId(4);
        self.constant(Value::Member(id, index), Ty::Member(id), span)
    }
}

/// The rounding of `half up to 0.01 EUR`; `None` where the grain is not written out.
pub(crate) fn rounding_value(mode: &ast::Name, grain: &ast::Expr) -> Option<Rounding> {
    let mode = match mode.text.as_str() {
        "half up" => Mode::HalfUp,
        "half down" => Mode::HalfDown,
        "half even" => Mode::HalfEven,
        "up" => Mode::Up,
        "toward_zero" => Mode::TowardZero,
        _ => Mode::Down,
    };
    let grain = match &grain.kind {
        ast::ExprKind::Number(digits) => parse_decimal(digits).map(Grain::Number),
        ast::ExprKind::Quantity(digits, unit) => parse_decimal(digits).and_then(|value| {
            Unit::parse(&unit.text)
                .map(|u| Grain::Length(u, value.clone()))
                .or_else(|| Currency::parse(&unit.text).map(|c| Grain::Money(c, value)))
        }),
        _ => None,
    };
    Some(Rounding { mode, grain: grain? })
}

/// The value of `12 months`, `0.01 EUR`, `25 %`; `None` where the unit is none.
pub(crate) fn quantity_value(value: &Ratio, unit: &str) -> Option<Value> {
    if unit == "%" {
        return Some(Value::Number(Number::new(value / Ratio::whole(100))));
    }
    if let Some(unit) = Unit::parse(unit) {
        return Some(Value::Length(Length::new(unit, value.clone())));
    }
    let amount = Amount::new(Currency::parse(unit)?, value.clone());
    Some(Value::from(amount))
}

fn element(ty: &Ty) -> &Ty {
    match ty {
        Ty::Set(inner) | Ty::List(inner) => inner,
        other => other,
    }
}

/// `a.b` where `a` is a plain name or dotted itself.
fn dotted_name(of: &ast::Expr, field: &ast::Name) -> Option<String> {
    match &of.kind {
        ast::ExprKind::Name(head) => Some(format!("{head}.{}", field.text)),
        ast::ExprKind::Field(inner, middle) => Some(format!("{}.{}", dotted_name(inner, middle)?, field.text)),
        _ => None,
    }
}

/// A plain or dotted name as written.
pub(crate) fn written_name(e: &ast::Expr) -> Option<String> {
    match &e.kind {
        ast::ExprKind::Name(name) => Some(name.clone()),
        ast::ExprKind::Field(of, field) => dotted_name(of, field),
        ast::ExprKind::Paren(inner) => written_name(inner),
        _ => None,
    }
}

fn kernel_field(ty: &Ty, field: &str) -> Option<(HostFn, Ty)> {
    Some(match (ty, field) {
        (Ty::Span, "first") => (HostFn::SpanFirst, Ty::Date),
        (Ty::Span, "last") => (HostFn::SpanLast, Ty::Date),
        (Ty::Date, "year") => (HostFn::YearOf, Ty::Number),
        (Ty::Date, "month") => (HostFn::MonthOf, Ty::Number),
        (Ty::Periods, "first_day") => (HostFn::FirstDay, Ty::Date),
        (Ty::Periods, "last_day") => (HostFn::LastDay, Ty::Date),
        _ => return None,
    })
}
