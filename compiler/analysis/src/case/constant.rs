//! Constants: what an expression of a case stands for, by the type that is needed.

use super::findings::{expected, found, one_of, range, short, unknown, wrong};
use super::read::Reader;
use super::tojson;
use accord_core::{Amount, Country, Currency, Date, Length, Number, Ratio, Span, Unit, Value, parse_decimal, ratio};
use accord_ir::{CurrencyOf, Ty, UnitOf};
use accord_source::Code;
use accord_syntax::ast::{Expr, ExprKind, Name, Op};

/// The first and the last year a day of a case may be in.
pub(super) const YEARS: std::ops::RangeInclusive<i32> = 1800..=2200;
/// Digits a number may have, the point and underscores not counted.
pub(super) const DIGITS: usize = 30;
/// Decimals of a number, of an exact amount and of an exchange rate.
const DECIMALS: usize = 12;
/// Decimals of a length.
const LENGTH_DECIMALS: usize = 6;
/// The largest pure number either way, and the most minor units of money.
const LARGEST: i64 = 10_000_000_000_000;

/// The most of a unit that a case may give: 150 years of it.
pub(super) fn most(unit: Unit) -> i64 {
    match unit {
        Unit::Years => 150,
        Unit::Quarters => 600,
        Unit::Months => 1_800,
        Unit::Weeks => 7_850,
        Unit::Days | Unit::Days7 => 54_900,
        Unit::Days5 => 39_300,
        Unit::Days6 => 47_100,
        Unit::Hours => 1_317_600,
    }
}

impl Reader<'_, '_> {
    /// The value an expression stands for. `None` where it is none of the type; the finding was recorded.
    pub fn constant(&mut self, expr: &Expr, ty: &Ty) -> Option<Value> {
        if *ty == Ty::Text {
            return self.text(expr);
        }
        let expr = self.leaf(expr, &expected(self.program, ty))?;
        let expr = bare(&expr);
        match ty {
            Ty::YesNo => self.yes_no(expr),
            Ty::Number => self.number(expr).map(Value::Number),
            Ty::Country => self.country(expr).map(Value::Country),
            Ty::Member(_) => self.member(expr, ty),
            Ty::Set(inner) | Ty::List(inner) => {
                let members = self.members(std::slice::from_ref(expr), inner)?;
                Some(if matches!(ty, Ty::Set(_)) {
                    Value::Set(members.into_iter().collect())
                } else {
                    Value::List(members)
                })
            }
            Ty::Date => self.date(expr).map(Value::Date),
            Ty::Span => self.span_of_days(expr).map(Value::Span),
            Ty::Length(unit) => self.length(expr, unit, ty).map(Value::Length),
            Ty::Money(currency) => self.money(expr, currency, ty),
            Ty::Amount(currency) => self.amount(expr, currency, ty).map(Value::from),
            Ty::Unit => self.unit(expr, ty),
            Ty::Rounding => self.rounding(expr, ty),
            Ty::Periods | Ty::Record(_) | Ty::Order | Ty::Ties | Ty::Text => {
                self.misfit(expr, ty);
                None
            }
            Ty::Never | Ty::Error => {
                self.poisoned();
                None
            }
        }
    }

    /// The members of a list written with commas, in braces, or alone.
    pub fn members(&mut self, exprs: &[Expr], inner: &Ty) -> Option<Vec<Value>> {
        let mut values = Vec::new();
        let mut complete = true;
        for expr in exprs {
            if let ExprKind::Set(members) = &expr.kind {
                match self.members(members, inner) {
                    Some(more) => values.extend(more),
                    None => complete = false,
                }
                continue;
            }
            match self.constant(expr, inner) {
                Some(value) => values.push(value),
                None => complete = false,
            }
        }
        complete.then_some(values)
    }

    fn text(&mut self, expr: &Expr) -> Option<Value> {
        if let ExprKind::Text(text) = &expr.kind {
            return Some(Value::text(text));
        }
        self.misfit(expr, &Ty::Text);
        None
    }

    fn yes_no(&mut self, expr: &Expr) -> Option<Value> {
        match &expr.kind {
            ExprKind::Name(word) if word == "yes" => Some(Value::YesNo(true)),
            ExprKind::Name(word) if word == "no" => Some(Value::YesNo(false)),
            ExprKind::Name(word) if word == "true" || word == "false" => {
                let meant = if word == "true" { "yes" } else { "no" };
                self.report(wrong(expr.span, "yes or no", &found(expr)).help(format!("write `{meant}`")));
                None
            }
            _ => {
                self.misfit(expr, &Ty::YesNo);
                None
            }
        }
    }

    /// A pure number; a fraction keeps the form in which it is written.
    pub fn number(&mut self, expr: &Expr) -> Option<Number> {
        if let ExprKind::Binary(Op::Divide, left, right) = &expr.kind {
            let (n, d) = self.fraction(left, right)?;
            return Number::quotient(n, d);
        }
        self.ratio(expr).map(Number::new)
    }

    /// Both parts of a fraction; the lower one is not zero.
    pub fn fraction(&mut self, upper: &Expr, lower: &Expr) -> Option<(Ratio, Ratio)> {
        let (n, d) = (self.ratio(bare(upper)), self.ratio(bare(lower)));
        let (n, d) = (n?, d?);
        if d == ratio(0, 1) {
            self.report(wrong(lower.span, "a number other than 0 under the line", "0"));
            return None;
        }
        Some((n, d))
    }

    fn ratio(&mut self, expr: &Expr) -> Option<Ratio> {
        let value = match &expr.kind {
            ExprKind::Number(digits) => self.decimal(digits, expr, DECIMALS, "a number")?,
            ExprKind::Quantity(digits, unit) if unit.text == "%" => {
                self.decimal(digits, expr, DECIMALS, "a percentage")? / ratio(100, 1)
            }
            ExprKind::Negative(inner) => -self.ratio(bare(inner))?,
            _ => {
                self.misfit(expr, &Ty::Number);
                return None;
            }
        };
        if value > ratio(LARGEST, 1) || value < ratio(-LARGEST, 1) {
            self.report(range(expr.span, "a number beyond ten million million"));
            return None;
        }
        Some(value)
    }

    /// The digits of a number within bounds.
    pub fn decimal(&mut self, digits: &str, expr: &Expr, decimals: usize, what: &str) -> Option<Ratio> {
        let count = |t: &str| t.bytes().filter(u8::is_ascii_digit).count();
        if count(digits) > DIGITS {
            self.report(range(expr.span, format!("{what} of more than {DIGITS} digits")));
            return None;
        }
        let places = digits.split_once('.').map_or(0, |(_, f)| count(f));
        if places > decimals {
            let message = match decimals {
                0 => format!("{what} has no decimals"),
                1 => format!("{what} has at most 1 decimal"),
                _ => format!("{what} has at most {decimals} decimals"),
            };
            self.report(range(expr.span, message).here(format!("this has {places}")));
            return None;
        }
        let value = parse_decimal(digits);
        if value.is_none() {
            self.report(wrong(expr.span, "digits", &found(expr)));
        }
        value
    }

    fn country(&mut self, expr: &Expr) -> Option<Country> {
        let ExprKind::Name(code) = &expr.kind else {
            self.misfit(expr, &Ty::Country);
            return None;
        };
        if let Some(country) = Country::parse(code) {
            return Some(country);
        }
        if code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic()) {
            let capitals = code.to_ascii_uppercase();
            let mut finding = crate::words::unknown_country(expr.span, code);
            if Country::parse(&capitals).is_some() {
                finding = finding.help(format!("write `{capitals}` in capitals"));
            }
            self.report(finding);
        } else {
            self.misfit(expr, &Ty::Country);
        }
        None
    }

    fn member(&mut self, expr: &Expr, ty: &Ty) -> Option<Value> {
        let Ty::Member(id) = ty else { return None };
        let program = self.program;
        let def = program.enumeration(*id)?;
        let word = match &expr.kind {
            ExprKind::Name(_) | ExprKind::Field(..) => tojson::text(expr),
            _ => None,
        };
        let Some(word) = word else {
            self.misfit(expr, ty);
            return None;
        };
        if let Some(position) = def.members.iter().position(|m| *m == word) {
            return Some(Value::Member(*id, u16::try_from(position).ok()?));
        }
        let finer: Vec<&String> = def.members.iter().filter(|m| within(m, &word)).collect();
        let message = format!("`{}` is no word of {}", short(&word), def.name);
        let finding = if finer.is_empty() {
            unknown(Code::CaseWrongValue, expr.span, message, &word, &def.members)
        } else {
            wrong(expr.span, "something finer", &format!("`{word}`")).help(format!("say which: {}", one_of(finer)))
        };
        self.report(finding);
        None
    }

    /// A day within the years a case may speak of.
    pub fn date(&mut self, expr: &Expr) -> Option<Date> {
        let day = match &expr.kind {
            ExprKind::Date(text) => Date::parse(text),
            ExprKind::Number(digits) if digits.len() == 4 => {
                self.report(
                    wrong(expr.span, "a day", &format!("the year {digits}"))
                        .help(format!("give the day: `{digits}-01-01` for its first")),
                );
                return None;
            }
            _ => {
                self.misfit(expr, &Ty::Date);
                return None;
            }
        };
        let Some(day) = day else {
            self.report(wrong(expr.span, "a day that exists", &found(expr)));
            return None;
        };
        self.in_years(day.year(), expr).then_some(day)
    }

    /// Whether a year is one a case may speak of.
    pub fn in_years(&mut self, year: i32, at: &Expr) -> bool {
        let fits = YEARS.contains(&year);
        if !fits {
            let (first, last) = (YEARS.start(), YEARS.end());
            self.report(range(at.span, format!("the year {year} is not between {first} and {last}")));
        }
        fits
    }

    /// `2001-01-01..2001-12-31`.
    pub fn span_of_days(&mut self, expr: &Expr) -> Option<Span> {
        let ExprKind::Binary(Op::Range, first, last) = &expr.kind else {
            if let ExprKind::Date(_) = &expr.kind {
                let day = self.date(expr)?;
                return Span::new(day, day);
            }
            self.misfit(expr, &Ty::Span);
            return None;
        };
        let (from, to) = (self.constant(first, &Ty::Date), self.constant(last, &Ty::Date));
        let (Value::Date(from), Value::Date(to)) = (from?, to?) else { return None };
        let span = Span::new(from, to);
        if span.is_none() {
            self.report(
                wrong(expr.span, "the first day before the last", "the last before the first")
                    .help("turn the two days round"),
            );
        }
        span
    }

    /// A length with its unit.
    pub fn length(&mut self, expr: &Expr, unit: &UnitOf, ty: &Ty) -> Option<Length> {
        let (digits, word) = match &expr.kind {
            ExprKind::Quantity(digits, word) => (digits, word),
            ExprKind::Number(digits) => {
                self.no_unit(expr, ty, &format!("{digits} {}", self.unit_of(unit)), "unit");
                return None;
            }
            ExprKind::Negative(inner) if matches!(inner.kind, ExprKind::Quantity(..)) => {
                self.report(range(expr.span, "a length below zero"));
                return None;
            }
            _ => {
                self.misfit(expr, ty);
                return None;
            }
        };
        let found_unit = Unit::parse(&word.text);
        let fits = found_unit.filter(|u| !matches!(unit, UnitOf::Fixed(wanted) if wanted != u));
        let Some(unit) = fits else {
            self.misfit(expr, ty);
            return None;
        };
        self.length_of(digits, unit, expr)
    }

    /// That many of a unit, within range.
    pub fn length_of(&mut self, digits: &str, unit: Unit, expr: &Expr) -> Option<Length> {
        let count = self.decimal(digits, expr, LENGTH_DECIMALS, "a length")?;
        if count > ratio(most(unit), 1) {
            let message = format!("a length of more than {} {}, which is 150 years", most(unit), unit.word());
            self.report(range(expr.span, message));
            return None;
        }
        Some(Length::new(unit, count))
    }

    fn unit_of(&self, unit: &UnitOf) -> &'static str {
        match unit {
            UnitOf::Fixed(unit) => unit.word(),
            UnitOf::Of(_) | UnitOf::Any => "months",
        }
    }

    fn no_unit(&mut self, expr: &Expr, ty: &Ty, example: &str, what: &str) {
        let finding = wrong(expr.span, &expected(self.program, ty), &found(expr));
        let quote = if self.quoted { "\"" } else { "`" };
        self.report(finding.help(format!("write the {what}: {quote}{example}{quote}")));
    }

    fn money(&mut self, expr: &Expr, currency: &CurrencyOf, ty: &Ty) -> Option<Value> {
        let amount = self.amount(expr, currency, ty)?;
        let decimals = amount.currency.decimals();
        if !amount.is_whole_minor() {
            let most = match decimals {
                0 => "no decimals".to_owned(),
                1 => "at most 1 decimal".to_owned(),
                n => format!("at most {n} decimals"),
            };
            let message = format!("an amount in {} has {most}", amount.currency);
            self.report(range(expr.span, message).help("write the amount as it was paid or communicated"));
            return None;
        }
        let money = amount.as_money();
        if money.is_none() {
            self.too_much(expr, amount.currency);
        }
        money.map(Value::Money)
    }

    fn too_much(&mut self, expr: &Expr, currency: Currency) {
        let limit = accord_core::Money { currency, minor: LARGEST };
        self.report(range(expr.span, format!("an amount beyond {limit}")));
    }

    /// An exact amount, not below zero and not beyond what money can hold.
    pub fn amount(&mut self, expr: &Expr, currency: &CurrencyOf, ty: &Ty) -> Option<Amount> {
        let fixed = super::findings::fixed(self.program, currency);
        let (digits, word) = match &expr.kind {
            ExprKind::Quantity(digits, word) => (digits, word),
            ExprKind::Number(digits) => {
                let code = fixed.map_or_else(|| "EUR".to_owned(), |c| c.to_string());
                self.no_unit(expr, ty, &format!("{digits} {code}"), "currency");
                return None;
            }
            ExprKind::Negative(inner) if matches!(inner.kind, ExprKind::Quantity(..)) => {
                self.report(range(expr.span, "an amount below zero"));
                return None;
            }
            _ => {
                self.misfit(expr, ty);
                return None;
            }
        };
        let found_currency = self.currency(word)?;
        if fixed.is_some_and(|wanted| wanted != found_currency) {
            self.misfit(expr, ty);
            return None;
        }
        let value = self.decimal(digits, expr, DECIMALS, "an amount")?;
        let limit = accord_core::Money { currency: found_currency, minor: LARGEST }.exact();
        if value > limit.value {
            self.too_much(expr, found_currency);
            return None;
        }
        Some(Amount::new(found_currency, value))
    }

    /// The currency after an amount.
    pub fn currency(&mut self, word: &Name) -> Option<Currency> {
        let currency = Currency::parse(&word.text);
        if currency.is_none() {
            let capitals = word.text.len() == 3 && word.text.bytes().all(|b| b.is_ascii_uppercase());
            let finding = if capitals {
                accord_source::Diagnostic::new(
                    Code::UnknownCurrency,
                    word.span,
                    format!("`{}` is no currency", word.text),
                )
                .help("currencies are three capitals of ISO 4217, current or historic")
            } else {
                wrong(word.span, "a currency such as EUR", &format!("`{}`", short(&word.text)))
            };
            self.report(finding);
        }
        currency
    }

    fn rounding(&mut self, expr: &Expr, ty: &Ty) -> Option<Value> {
        if let ExprKind::Rounding(mode, grain) = &expr.kind
            && let Some(rounding) = crate::elaborate::rounding_value(mode, grain)
        {
            return Some(Value::Rounding(rounding));
        }
        self.misfit(expr, ty);
        None
    }

    fn unit(&mut self, expr: &Expr, ty: &Ty) -> Option<Value> {
        if let ExprKind::Name(word) = &expr.kind
            && let Some(unit) = Unit::parse(word)
        {
            return Some(Value::Unit(unit));
        }
        self.misfit(expr, ty);
        None
    }
}

/// Whether `member` is `word` with something finer after a point.
fn within(member: &str, word: &str) -> bool {
    member.strip_prefix(word).is_some_and(|rest| rest.starts_with('.'))
}

/// An expression without the brackets round it.
pub(super) fn bare(expr: &Expr) -> &Expr {
    let mut at = expr;
    while let ExprKind::Paren(inner) = &at.kind {
        at = inner;
    }
    at
}

/// The name an expression is, where it is no more than one.
pub(super) fn name_of(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        _ => None,
    }
}
