//! The functions of the kernel that a source calls by name; everything else is stdlib's or the source's own.

use crate::scope::{Cx, Env, number};
use crate::words;
use accord_core::{Date, EnumId, HostFn, Unit, Value};
use accord_ir::{Body, CurrencyOf, ExprId, ExprKind, LocalId, Node, NodeId, NodeKind, Param, Ty, UnitOf};
use accord_source::{Code, Diagnostic, Span};
use accord_syntax::ast;
use std::collections::{BTreeMap, BTreeSet};

/// The name of the function behind `parties_on`.
const BOUND: &str = "parties_bound";

const KIND: EnumId = EnumId(0);
const DATED_IN: EnumId = EnumId(2);
const PART_UNIT: EnumId = EnumId(3);
const TRIMMED: EnumId = EnumId(6);

/// A kernel function: its name, the labels of its arguments (empty for one without), how it is written.
struct Kernel {
    name: &'static str,
    labels: &'static [&'static str],
    written: &'static str,
}

const KERNEL: &[Kernel] = &[
    Kernel { name: "length", labels: &["", ""], written: "length(X, P)" },
    Kernel { name: "part", labels: &["", "of"], written: "part(P, of: X)" },
    Kernel { name: "parties_in", labels: &[""], written: "parties_in(periods)" },
    Kernel { name: "parties_of", labels: &[""], written: "parties_of(X)" },
    Kernel { name: "displaced_part", labels: &["", "of"], written: "displaced_part(P, of: X)" },
    Kernel { name: "parties_on", labels: &[""], written: "parties_on(day)" },
    Kernel { name: "first_day", labels: &[""], written: "first_day(X)" },
    Kernel { name: "last_day", labels: &[""], written: "last_day(X)" },
    Kernel {
        name: "totalised",
        labels: &["", "of", "kinds", "precedence", "tied", "dated_in", "amount_when_trimmed", "until"],
        written: "totalised(periods, of: S, kinds: K, precedence: order, tied: ties, dated_in: runs, amount_when_trimmed: refer, until: day)",
    },
    Kernel { name: "size", labels: &[""], written: "size(S)" },
    Kernel { name: "union", labels: &["", ""], written: "union(A, B)" },
    Kernel { name: "without", labels: &["", ""], written: "without(A, B)" },
    Kernel { name: "larger", labels: &["", ""], written: "larger(a, b)" },
    Kernel { name: "smaller", labels: &["", ""], written: "smaller(a, b)" },
    Kernel { name: "excess", labels: &["of", "over"], written: "excess(of: a, over: b)" },
    Kernel {
        name: "apportioned",
        labels: &["", "to", "among", "by", "grain", "tie"],
        written: "apportioned(total, to: P, among: S, by: weight(P), grain: 0.01 EUR, tie: refer)",
    },
    Kernel { name: "in_common", labels: &[""], written: "in_common(amount)" },
    Kernel { name: "number", labels: &[""], written: "number(length)" },
    Kernel { name: "year", labels: &[""], written: "year(day)" },
    Kernel { name: "month", labels: &[""], written: "month(day)" },
    Kernel { name: "day_before", labels: &[""], written: "day_before(day)" },
    Kernel { name: "day_after", labels: &[""], written: "day_after(day)" },
    Kernel { name: "first_of_month_on_or_after", labels: &[""], written: "first_of_month_on_or_after(day)" },
    Kernel { name: "end_of_quarter_before", labels: &[""], written: "end_of_quarter_before(day)" },
    Kernel { name: "span", labels: &["", ""], written: "span(first, last)" },
    Kernel { name: "first", labels: &["", "of"], written: "first(12 months, of: span)" },
    Kernel { name: "years_from", labels: &["", "", "part_year"], written: "years_from(a, b, part_year: counts)" },
    Kernel {
        name: "quarters_from",
        labels: &["", "", "part_quarter"],
        written: "quarters_from(a, b, part_quarter: counts)",
    },
    Kernel { name: "months_from", labels: &["", "", "part_month"], written: "months_from(a, b, part_month: counts)" },
    Kernel { name: "weeks_from", labels: &["", "", "part_week"], written: "weeks_from(a, b, part_week: counts)" },
    Kernel { name: "days_from", labels: &["", ""], written: "days_from(a, b)" },
    Kernel {
        name: "figure",
        labels: &["", "on", "concerned", "alone", "all", "without"],
        written: "figure(P, on: parties, concerned: parties, alone: a, all: b, without: list)",
    },
];

/// Names of all kernel functions, for "did you mean".
pub(crate) fn names() -> impl Iterator<Item = String> {
    KERNEL.iter().map(|k| k.name.to_owned())
}

impl<'a> Cx<'a, '_> {
    /// A call of a kernel function; `None` where the name is none.
    pub fn kernel_call(&mut self, env: &Env<'a>, name: &str, args: &'a [ast::Arg], span: Span) -> Option<ExprId> {
        let kernel = KERNEL.iter().find(|k| k.name == name)?;
        let Some(args) = arranged(kernel.labels, args) else {
            self.report(words::wrong_arguments(span, name, kernel.written));
            return Some(self.poison(span));
        };
        Some(match (name, args.as_slice()) {
            ("length", [x, p]) => self.length_call(env, x, p, span),
            ("larger" | "smaller", [a, b]) => self.extreme(env, name, a, b, span),
            ("excess", [a, b]) => self.excess(env, a, b, span),
            ("in_common", [x]) => self.in_common(env, x, span),
            ("totalised", list) => self.totalised(env, list, span),
            ("figure", list) => self.figure(env, list, span),
            ("apportioned", list) => self.apportioned(env, list, span),
            ("parties_on", [day]) => self.parties_on(env, day, span),
            ("union" | "without", [a, b]) => self.two_sets(env, name, a, b, span),
            ("first", [length, of]) => {
                let l = self.need(env, length, &Ty::Length(UnitOf::Any));
                let s = self.need(env, of, &Ty::Span);
                let end = self.month_end(span);
                self.host(HostFn::FirstPart, vec![l, s, end], Ty::Span, span)
            }
            ("size", [s]) => {
                let id = self.expr(env, s, None);
                let found = self.ty(id);
                if !matches!(found, Ty::Set(_) | Ty::List(_) | Ty::Error | Ty::Never) {
                    self.report(words::mismatch(s.span, "a set", &self.say(&found)));
                }
                self.host(HostFn::Size, vec![id], Ty::Number, span)
            }
            (_, [a, b, rest @ ..]) if name.ends_with("_from") => {
                self.units_from(env, name, [a, b], rest.first().copied(), span)
            }
            (_, list) => self.plain(env, name, list, span),
        })
    }

    /// Functions whose operands have fixed types.
    fn plain(&mut self, env: &Env<'a>, name: &str, args: &[&'a ast::Expr], span: Span) -> ExprId {
        let countries = || Ty::Set(Box::new(Ty::Country));
        let (f, wants, result): (HostFn, Vec<Ty>, Ty) = match name {
            "part" => (HostFn::Part, vec![Ty::Country, Ty::Periods], Ty::Periods),
            "displaced_part" => (HostFn::DisplacedPart, vec![Ty::Country, Ty::Periods], Ty::Periods),
            "parties_in" => (HostFn::PartiesIn, vec![Ty::Periods], countries()),
            "parties_of" => (HostFn::PartiesOf, vec![Ty::Periods], countries()),
            "first_day" => (HostFn::FirstDay, vec![Ty::Periods], Ty::Date),
            "last_day" => (HostFn::LastDay, vec![Ty::Periods], Ty::Date),
            "number" => (HostFn::NumberOf, vec![Ty::Length(UnitOf::Any)], Ty::Number),
            "year" => (HostFn::YearOf, vec![Ty::Date], Ty::Number),
            "month" => (HostFn::MonthOf, vec![Ty::Date], Ty::Number),
            "day_before" => (HostFn::DayBefore, vec![Ty::Date], Ty::Date),
            "day_after" => (HostFn::DayAfter, vec![Ty::Date], Ty::Date),
            "first_of_month_on_or_after" => (HostFn::FirstOfMonthOnOrAfter, vec![Ty::Date], Ty::Date),
            "end_of_quarter_before" => (HostFn::EndOfQuarterBefore, vec![Ty::Date], Ty::Date),
            _ => (HostFn::SpanOf, vec![Ty::Date, Ty::Date], Ty::Span),
        };
        let operands = args.iter().zip(&wants).map(|(a, want)| self.need(env, a, want)).collect();
        self.host(f, operands, result, span)
    }

    /// `length(X, P)`: periods in the unit of a party's legislation.
    fn length_call(&mut self, env: &Env<'a>, x: &'a ast::Expr, p: &'a ast::Expr, span: Span) -> ExprId {
        let periods = self.need(env, x, &Ty::Periods);
        let party = self.need(env, p, &Ty::Country);
        let key = self.party_key(env, party);
        let unit = crate::law::member_of(self, "unit", party, &[], span);
        self.host(HostFn::LengthOf, vec![periods, unit], Ty::Length(UnitOf::Of(key)), span)
    }

    fn extreme(&mut self, env: &Env<'a>, name: &str, a: &'a ast::Expr, b: &'a ast::Expr, span: Span) -> ExprId {
        let l = self.expr(env, a, None);
        let lt = self.ty(l);
        let r = self.expr(env, b, Some(&lt));
        let rt = self.ty(r);
        let ty = match (&lt, &rt) {
            (Ty::Money(x) | Ty::Amount(x), Ty::Money(y) | Ty::Amount(y)) => {
                if !self.currency_fits(x, y) {
                    self.report(words::currencies_mixed(span, &self.say(&lt), &self.say(&rt)));
                }
                let currency = if matches!(x, CurrencyOf::Any) { y.clone() } else { x.clone() };
                let both_money = matches!((&lt, &rt), (Ty::Money(_), Ty::Money(_)));
                if both_money { Ty::Money(currency) } else { Ty::Amount(currency) }
            }
            (Ty::Length(x), Ty::Length(y)) => {
                self.lengths_meet(x, y, span);
                Ty::Length(if matches!(x, UnitOf::Any) { y.clone() } else { x.clone() })
            }
            _ => self.join(l, r, b.span),
        };
        let f = if name == "larger" { HostFn::Larger } else { HostFn::Smaller };
        self.host(f, vec![l, r], ty, span)
    }

    fn excess(&mut self, env: &Env<'a>, a: &'a ast::Expr, b: &'a ast::Expr, span: Span) -> ExprId {
        let l = self.expr(env, a, None);
        let r = self.expr(env, b, None);
        let (lt, rt) = (self.ty(l), self.ty(r));
        let ty = match (&lt, &rt) {
            (Ty::Money(x) | Ty::Amount(x), Ty::Money(y) | Ty::Amount(y)) => {
                if !self.currency_fits(x, y) {
                    self.report(words::currencies_mixed(span, &self.say(&lt), &self.say(&rt)));
                }
                Ty::Amount(x.clone())
            }
            (Ty::Money(x) | Ty::Amount(x), Ty::Never | Ty::Error) => Ty::Amount(x.clone()),
            (Ty::Length(x), Ty::Length(y)) => {
                self.lengths_meet(x, y, span);
                lt.clone()
            }
            _ => self.join(l, r, b.span),
        };
        self.host(HostFn::Excess, vec![l, r], ty, span)
    }

    fn in_common(&mut self, env: &Env<'a>, x: &'a ast::Expr, span: Span) -> ExprId {
        let amount = self.need(env, x, &Ty::Amount(CurrencyOf::Any));
        let Some(currency) = self.program.common_currency else {
            // A clause may ask for it; only its use in an agreement needs the currency.
            if self.open_slots {
                let open = accord_core::Outcome::Nothing;
                return self.push(ExprKind::Const(open), Ty::Amount(CurrencyOf::Common), span);
            }
            self.report(
                Diagnostic::new(
                    Code::Header,
                    span,
                    "the agreement does not say in which currency amounts are compared",
                )
                .help("add `common_currency: EUR` to its header"),
            );
            return self.poison(span);
        };
        let into = self.constant(Value::text(currency.code()), Ty::Text, span);
        self.host(HostFn::InCommon, vec![amount, into], Ty::Amount(CurrencyOf::Common), span)
    }

    fn totalised(&mut self, env: &Env<'a>, args: &[&'a ast::Expr], span: Span) -> ExprId {
        let wants = [
            Ty::Periods,
            Ty::Set(Box::new(Ty::Country)),
            Ty::Set(Box::new(Ty::Member(KIND))),
            Ty::Order,
            Ty::Ties,
            Ty::Member(DATED_IN),
            Ty::Member(TRIMMED),
            Ty::Date,
        ];
        let operands: Vec<ExprId> = args.iter().zip(&wants).map(|(a, want)| self.need(env, a, want)).collect();
        self.host(HostFn::Totalise, operands, Ty::Periods, span)
    }

    fn figure(&mut self, env: &Env<'a>, args: &[&'a ast::Expr], span: Span) -> ExprId {
        let countries = Ty::Set(Box::new(Ty::Country));
        let money = Ty::Money(CurrencyOf::Any);
        let figures = Ty::List(Box::new(Ty::Record(accord_ir::RecordId(0))));
        let wants = [Ty::Country, countries.clone(), countries, money.clone(), money, figures];
        let operands: Vec<ExprId> = args.iter().zip(&wants).map(|(a, want)| self.need(env, a, want)).collect();
        let ty = match operands.first() {
            Some(party) => {
                let key = self.party_key(env, *party);
                Ty::Money(CurrencyOf::Of(key))
            }
            None => Ty::Error,
        };
        self.host(HostFn::Figure, operands, ty, span)
    }

    /// `parties_on(day)`: those the header does not date, and the dated ones while they are bound.
    fn parties_on(&mut self, env: &Env<'a>, day: &'a ast::Expr, span: Span) -> ExprId {
        let day = self.need(env, day, &Ty::Date);
        let ty = Ty::Set(Box::new(Ty::Country));
        let node = match self.law_nodes.get(BOUND) {
            Some(node) => *node,
            None => self.parties_bound(span),
        };
        self.push(ExprKind::Call(node, vec![day]), ty, span)
    }

    /// The node that answers it, made once.
    fn parties_bound(&mut self, span: Span) -> NodeId {
        let node = NodeId(number(self.program.nodes.len()));
        let ty = Ty::Set(Box::new(Ty::Country));
        self.program.nodes.push(Node {
            name: BOUND.to_owned(),
            kind: NodeKind::Function,
            locals: 1,
            params: vec![Param { name: "day".to_owned(), ty: Ty::Date }],
            ty: ty.clone(),
            body: Body::Expr(ExprId(0)),
            provision: None,
            span,
        });
        let _ = self.law_nodes.insert(BOUND.to_owned(), node);
        let frame = std::mem::replace(&mut self.frame, 1);
        let day = self.push(ExprKind::Local(LocalId(0)), Ty::Date, span);
        let body = self.bound_on(day, span);
        self.fill(node, body, ty);
        self.frame = frame;
        node
    }

    fn bound_on(&mut self, day: ExprId, span: Span) -> ExprId {
        let ty = Ty::Set(Box::new(Ty::Country));
        let mut groups: BTreeMap<(Option<Date>, Option<Date>), BTreeSet<Value>> = BTreeMap::new();
        for p in &self.program.parties {
            groups.entry((p.from, p.until)).or_default().insert(Value::Country(p.country));
        }
        let always = groups.remove(&(None, None)).unwrap_or_default();
        let mut all = self.constant(Value::Set(always), ty.clone(), span);
        for ((from, until), parties) in groups {
            let from = from.map(|d| self.constant(Value::Date(d), Ty::Date, span));
            let until = until.map(|d| self.constant(Value::Date(d), Ty::Date, span));
            let begun = from.map(|from| self.host(HostFn::AtMost, vec![from, day], Ty::YesNo, span));
            let lasting = until.map(|until| self.host(HostFn::AtMost, vec![day, until], Ty::YesNo, span));
            let bound = match (begun, lasting) {
                (Some(a), Some(b)) => self.push(ExprKind::And(a, b), Ty::YesNo, span),
                (a, b) => match a.or(b) {
                    Some(one) => one,
                    None => continue,
                },
            };
            let parties = self.constant(Value::Set(parties), ty.clone(), span);
            let none = self.constant(Value::Set(BTreeSet::new()), ty.clone(), span);
            let then = self.push(ExprKind::If(bound, parties, none), ty.clone(), span);
            all = self.host(HostFn::Union, vec![all, then], ty.clone(), span);
        }
        all
    }

    fn two_sets(&mut self, env: &Env<'a>, name: &str, a: &'a ast::Expr, b: &'a ast::Expr, span: Span) -> ExprId {
        let l = self.expr(env, a, None);
        let lt = self.ty(l);
        if !matches!(lt, Ty::Set(_) | Ty::Error | Ty::Never) {
            self.report(words::mismatch(a.span, "a set", &self.say(&lt)));
            return self.poison(span);
        }
        let r = self.need(env, b, &lt);
        let f = if name == "union" { HostFn::Union } else { HostFn::Without };
        self.host(f, vec![l, r], lt, span)
    }

    fn units_from(
        &mut self,
        env: &Env<'a>,
        name: &str,
        [a, b]: [&'a ast::Expr; 2],
        part: Option<&'a ast::Expr>,
        span: Span,
    ) -> ExprId {
        let unit = name.strip_suffix("_from").and_then(Unit::parse).unwrap_or(Unit::Days);
        let from = self.need(env, a, &Ty::Date);
        let to = self.need(env, b, &Ty::Date);
        let unit_id = self.constant(Value::Unit(unit), Ty::Unit, span);
        let part = match part {
            Some(part) => self.need(env, part, &Ty::Member(PART_UNIT)),
            None => self.constant(Value::Member(PART_UNIT, 1), Ty::Member(PART_UNIT), span),
        };
        let end = self.month_end(span);
        let ty = Ty::Length(UnitOf::Fixed(unit));
        self.host(HostFn::UnitsFrom, vec![from, to, unit_id, part, end], ty, span)
    }
}

/// The arguments in the order of the labels; `None` where they do not fit.
fn arranged<'a>(labels: &[&str], args: &'a [ast::Arg]) -> Option<Vec<&'a ast::Expr>> {
    if labels.len() != args.len() {
        return None;
    }
    let mut plain = args.iter().filter(|a| a.label.is_none());
    let out: Option<Vec<&ast::Expr>> = labels
        .iter()
        .map(|label| {
            if label.is_empty() {
                plain.next().map(|a| &a.value)
            } else {
                args.iter().find(|a| a.label.as_ref().is_some_and(|l| l.text == *label)).map(|a| &a.value)
            }
        })
        .collect();
    out.filter(|_| plain.next().is_none())
}
