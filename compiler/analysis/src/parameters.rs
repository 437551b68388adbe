//! Parameters: values, tables by key or by day, and what the text does not give.

use crate::scope::{Cx, Env, number};
use accord_core::{Amount, FaultKind, Length, Number, Value};
use accord_ir::{ExprId, ExprKind, FactDef, FactId, Ty};
use accord_source::{Code, Diagnostic, Span};
use accord_syntax::ast;
use std::collections::BTreeSet;

/// A key of a row as the checker sees it: from and to, both included; `None` is open.
type Range = (Option<Value>, Option<Value>);

/// Of fewer rows it cannot be said which step is the odd one.
const LEAST_ROWS: usize = 6;

fn figure(value: &Value) -> String {
    match value {
        Value::Length(length) => length.to_string(),
        Value::Amount(amount) => amount.to_string(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// By how much the second of two figures of one kind is more than the first.
fn difference(first: &Value, second: &Value) -> Option<Value> {
    match (first, second) {
        (Value::Length(a), Value::Length(b)) if a.unit == b.unit => {
            Some(Value::Length(Length::new(a.unit, &b.counted - &a.counted)))
        }
        (Value::Number(a), Value::Number(b)) => Some(Value::Number(Number::new(&b.value - &a.value))),
        (Value::Money(a), Value::Money(b)) if a.currency == b.currency => {
            let (a, b) = (a.exact(), b.exact());
            Some(Value::Amount(Amount::new(a.currency, b.value - a.value)))
        }
        _ => None,
    }
}

impl<'a> Cx<'a, '_> {
    /// The body of a parameter.
    pub fn parameter(
        &mut self,
        env: &Env<'a>,
        name: &'a ast::Name,
        body: &'a ast::ParameterBody,
        bounds: Option<&'a (ast::Expr, ast::Expr)>,
        want: Option<&Ty>,
    ) -> ExprId {
        let id = match body {
            ast::ParameterBody::Value(value) => self.row_value(env, name, value, want),
            ast::ParameterBody::Unset(why) => self.unset_parameter(env, name, &why.text, want),
            ast::ParameterBody::Table(rows) => self.table(env, name, rows, want),
        };
        if let Some((low, high)) = bounds {
            self.bounded(env, id, low, high, name.span);
        }
        id
    }

    /// A parameter the text does not give. A case may suppose a value for it, under its name; without one, results
    /// that need it are undetermined and name it.
    fn unset_parameter(&mut self, env: &Env<'a>, name: &'a ast::Name, why: &str, want: Option<&Ty>) -> ExprId {
        let missing = self.unset(&self.unset_name(env, name), why, name.span);
        let (Some(ty), true) = (want, env.locals.is_empty()) else { return missing };
        let known = self.program.facts.iter().position(|f| f.name == name.text);
        let index = known.unwrap_or_else(|| {
            self.program.facts.push(FactDef {
                name: name.text.clone(),
                ty: ty.clone(),
                optional: false,
                phrase: String::new(),
            });
            self.program.facts.len() - 1
        });
        let fact = FactId(number(index));
        for question in &mut self.program.questions {
            if !question.facts.contains(&fact) {
                question.facts.push(fact);
            }
        }
        self.push(ExprKind::Fact(fact), ty.clone(), name.span)
    }

    /// `posting_months (article 9)`: how an unset parameter is named in an outcome.
    fn unset_name(&self, env: &Env<'a>, name: &ast::Name) -> String {
        match env.place.provision {
            Some(p) => format!("{} ({})", name.text, self.decls.address(p)),
            None => name.text.clone(),
        }
    }

    fn row_value(&mut self, env: &Env<'a>, name: &'a ast::Name, value: &'a ast::Expr, want: Option<&Ty>) -> ExprId {
        if let ast::ExprKind::Unset(why) = &value.kind {
            let shown = self.unset_name(env, name);
            return self.unset(&shown, why, value.span);
        }
        match want {
            Some(want) => self.need(env, value, want),
            None => self.expr(env, value, None),
        }
    }

    fn bounded(&mut self, env: &Env<'a>, id: ExprId, low: &'a ast::Expr, high: &'a ast::Expr, at: Span) {
        let ty = self.ty(id);
        let low = self.need(env, low, &ty);
        let high = self.need(env, high, &ty);
        let (Some(value), Some(l), Some(h)) = (self.const_value(id), self.const_value(low), self.const_value(high))
        else {
            return;
        };
        if value < l || value > h {
            self.report(
                Diagnostic::new(Code::Overwide, at, "the parameter is outside its own bounds")
                    .help("correct the value or the bounds"),
            );
        }
    }

    /// A table becomes a chain of tests; a key without a row is `out_of_table`.
    fn table(&mut self, env: &Env<'a>, name: &'a ast::Name, rows: &'a [ast::Row], want: Option<&Ty>) -> ExprId {
        let Some(key) = env.locals.last().cloned() else {
            self.report(
                Diagnostic::new(
                    Code::WrongArguments,
                    name.span,
                    format!("the table `{}` does not say what its keys are", name.text),
                )
                .help("name the key with its type, for example `parameter cap(branch: Branch): months { ... }`"),
            );
            return self.poison(name.span);
        };
        let mut parts: Vec<(ExprId, ExprId, Span)> = Vec::new();
        let mut otherwise = None;
        let mut ranges: Vec<(Range, Span)> = Vec::new();
        let mut steps: Vec<(Range, ExprId, Span)> = Vec::new();
        let mut ty = want.cloned();
        for row in rows {
            let value = self.row_value(env, name, &row.value, ty.as_ref());
            if ty.is_none() && !matches!(self.ty(value), Ty::Never) {
                ty = Some(self.ty(value));
            }
            if row.keys.is_empty() {
                otherwise = Some(value);
                continue;
            }
            let subject = self.push(ExprKind::Local(key.id), key.ty.clone(), row.span);
            let test = self.any_of(env, subject, &key.ty, &row.keys, row.span);
            for k in &row.keys {
                self.collect_range(env, k, &key.ty, &mut ranges);
            }
            if let ([_], Some((range, _))) = (row.keys.as_slice(), ranges.last()) {
                steps.push((range.clone(), value, row.span));
            }
            parts.push((test, value, row.span));
        }
        self.check_table(name, &key.ty, ranges, otherwise.is_some());
        if steps.len() == parts.len() {
            self.check_steps(name, steps);
        }
        let ty = ty.unwrap_or(Ty::Never);
        let fallback = otherwise.unwrap_or_else(|| self.stop(FaultKind::OutOfTable, name.span));
        parts
            .into_iter()
            .rev()
            .fold(fallback, |rest, (test, value, at)| self.push(ExprKind::If(test, value, rest), ty.clone(), at))
    }

    fn collect_range(&mut self, env: &Env<'a>, key: &'a ast::Expr, ty: &Ty, out: &mut Vec<(Range, Span)>) {
        let (low, high) = match &key.kind {
            ast::ExprKind::Binary(ast::Op::Range, low, high) => (low.as_ref(), high.as_ref()),
            _ => (key, key),
        };
        let mut bound = |e: &'a ast::Expr| -> Option<Option<Value>> {
            if matches!(e.kind, ast::ExprKind::Nothing) {
                return Some(None);
            }
            let id = self.expr(env, e, Some(ty));
            self.const_value(id).cloned().map(Some)
        };
        if let (Some(low), Some(high)) = (bound(low), bound(high)) {
            out.push(((low, high), key.span));
        }
    }

    fn check_table(&mut self, name: &ast::Name, key: &Ty, mut ranges: Vec<(Range, Span)>, closed: bool) {
        ranges.sort_by(|a, b| a.0.cmp(&b.0));
        for pair in ranges.windows(2) {
            let [(first, first_span), (second, second_span)] = pair else { continue };
            let meets = match (&first.1, &second.0) {
                (Some(end), Some(start)) => start <= end,
                (None, _) | (_, None) => true,
            };
            if meets {
                self.report(
                    Diagnostic::new(
                        Code::TableOverlap,
                        *second_span,
                        format!("two rows of `{}` hold for the same key", name.text),
                    )
                    .with(*first_span, "the other row")
                    .help("a key belongs to one row: correct one of them"),
                );
            }
        }
        if closed {
            return;
        }
        match key {
            Ty::Member(id) => {
                let written: BTreeSet<&Value> = ranges.iter().filter_map(|((l, _), _)| l.as_ref()).collect();
                let members = self.program.enumeration(*id).map_or(Vec::new(), |e| e.members.clone());
                let missing: Vec<String> = members
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| !written.contains(&Value::Member(*id, u16::try_from(*i).unwrap_or(u16::MAX))))
                    .map(|(_, m)| m.clone())
                    .collect();
                if !missing.is_empty() {
                    self.report(
                        Diagnostic::new(
                            Code::TableGap,
                            name.span,
                            format!("`{}` has no row for `{}`", name.text, missing.join("`, `")),
                        )
                        .help("add the rows, or `otherwise: ...`"),
                    );
                }
            }
            Ty::Date => self.check_days(name, &ranges),
            _ => {}
        }
    }

    /// A table that goes up, or down, by the same from row to row but for once: a slip of the pen, or of the printer.
    fn check_steps(&mut self, name: &ast::Name, mut rows: Vec<(Range, ExprId, Span)>) {
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        let ordered = rows.iter().all(|((low, high), ..)| {
            let ordered = |v: &Value| matches!(v, Value::Date(_) | Value::Number(_));
            low.iter().chain(high).all(ordered)
        });
        let values: Option<Vec<Value>> = rows.iter().map(|(_, value, _)| self.const_value(*value).cloned()).collect();
        let steps: Option<Vec<Value>> = values
            .filter(|_| ordered && rows.len() >= LEAST_ROWS)
            .and_then(|values| values.windows(2).map(|pair| difference(pair.first()?, pair.last()?)).collect());
        let Some(steps) = steps else { return };
        let often = |step: &Value| steps.iter().filter(|other| *other == step).count();
        let Some(usual) = steps.iter().find(|step| often(step) + 1 == steps.len()) else { return };
        let Some(odd) = steps.iter().position(|step| step != usual) else { return };
        let (Some(step), Some((_, _, before)), Some((_, _, after))) =
            (steps.get(odd), rows.get(odd), rows.get(odd + 1))
        else {
            return;
        };
        let (step, usual) = (figure(step), figure(usual));
        self.report(
            Diagnostic::new(
                Code::UnevenStep,
                *after,
                format!("`{}` changes by {step} here, and by {usual} from row to row elsewhere", name.text),
            )
            .with(*before, "the row before")
            .help("compare both rows with the printed table; if it is printed so, say it in a `note`"),
        );
    }

    fn check_days(&mut self, name: &ast::Name, ranges: &[(Range, Span)]) {
        for pair in ranges.windows(2) {
            let [((_, end), first), ((start, _), second)] = pair else { continue };
            if let (Some(Value::Date(end)), Some(Value::Date(start))) = (end, start)
                && end.add_days(1) < Some(*start)
            {
                self.report(
                    Diagnostic::new(
                        Code::TableGap,
                        *second,
                        format!("`{}` has no row between {end} and {start}", name.text),
                    )
                    .with(*first, "the row before ends here")
                    .help("close the gap, or add `otherwise: ...`"),
                );
            }
        }
        if let Some(((_, Some(Value::Date(last))), span)) = ranges.last() {
            self.report(
                Diagnostic::new(Code::Lapsed, *span, format!("`{}` holds until {last} and no longer", name.text))
                    .help("add a row that begins the day after and has no end, or `otherwise: ...`")
                    .note("after that day a result that needs it is a fault, never the old value"),
            );
        }
    }
}
