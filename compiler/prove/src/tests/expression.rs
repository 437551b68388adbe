//! Expressions as groups are told by them: `own + other`, `payable(XA)`, `rate of XB`.

use super::told::Asked;
use accord_core::{
    Amount, Country, Currency, Date, HostFn, Length, Number, Outcome, Ratio, Unit, Value, parse_decimal,
};

/// An expression.
#[derive(Clone, Debug)]
pub(crate) enum Expression {
    Known(Outcome),
    Name(String, Vec<Expression>),
    /// A fact of a party's legislation.
    Given(String, Country),
    Applied(HostFn, Vec<Expression>),
    /// What one of the texts calls so: `together (before)`.
    Of(usize, String, Vec<Expression>),
    /// A field of a member of a list: `activities 1.status`.
    Member(Box<Expression>, usize, String),
    /// `length of X in months`.
    LengthOf(Box<Expression>, Unit),
    /// A condition, as text within an expression cannot be told from the rest: it is yes or no.
    Choice(Box<super::told::Condition>, Box<Expression>, Box<Expression>),
}

/// Reads an expression.
pub(crate) struct Reader<'t> {
    words: Vec<&'t str>,
    at: usize,
    text: &'t str,
}

fn split(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut from = None;
    for (at, c) in text.char_indices() {
        let in_word = c.is_alphanumeric() || matches!(c, '_' | '.' | '%');
        let in_day = c == '-' && text.get(at + 1..at + 2).is_some_and(|n| n.chars().all(|n| n.is_ascii_digit()));
        match (in_word || in_day && from.is_some(), from) {
            (true, None) => from = Some(at),
            (false, Some(begin)) => {
                words.push(text.get(begin..at).unwrap_or_default());
                from = None;
            }
            _ => {}
        }
        if !in_word && !c.is_whitespace() && from.is_none() {
            words.push(text.get(at..at + c.len_utf8()).unwrap_or_default());
        }
    }
    if let Some(begin) = from {
        words.push(text.get(begin..).unwrap_or_default());
    }
    words
}

impl<'t> Reader<'t> {
    pub(crate) fn new(text: &'t str) -> Reader<'t> {
        Reader { words: split(text), at: 0, text }
    }

    pub(crate) fn whole(mut self) -> Result<Expression, String> {
        if let Some(choice) = self.choice() {
            return choice;
        }
        let read = self.sum()?;
        if self.at < self.words.len() { self.unclear() } else { Ok(read) }
    }

    fn unclear<T>(&self) -> Result<T, String> {
        Err(format!("cannot be read: `{}`", self.text))
    }

    /// `if c then a else b`.
    fn choice(&self) -> Option<Result<Expression, String>> {
        let rest = self.text.strip_prefix("if ")?;
        let (condition, rest) = rest.split_once(" then ")?;
        let (then, otherwise) = rest.split_once(" else ")?;
        let read = || {
            let condition = super::told::condition(&super::told::Phrases::new(), condition)?;
            let (then, otherwise) = (Reader::new(then).whole()?, Reader::new(otherwise).whole()?);
            Ok(Expression::Choice(Box::new(condition), Box::new(then), Box::new(otherwise)))
        };
        Some(read())
    }

    fn peek(&self) -> &'t str {
        self.words.get(self.at).copied().unwrap_or_default()
    }

    fn takes(&mut self, word: &str) -> bool {
        let is = self.peek() == word;
        self.at += usize::from(is);
        is
    }

    fn sum(&mut self) -> Result<Expression, String> {
        let mut left = self.product()?;
        loop {
            let function = match self.peek() {
                "+" => HostFn::Add,
                "-" => HostFn::Subtract,
                _ => return Ok(left),
            };
            self.at += 1;
            left = Expression::Applied(function, vec![left, self.product()?]);
        }
    }

    fn product(&mut self) -> Result<Expression, String> {
        let mut left = self.factor()?;
        loop {
            let function = match self.peek() {
                "*" => HostFn::Multiply,
                "/" => HostFn::Divide,
                _ => return Ok(left),
            };
            self.at += 1;
            left = Expression::Applied(function, vec![left, self.factor()?]);
        }
    }

    fn factor(&mut self) -> Result<Expression, String> {
        if self.takes("(") {
            let inner = self.sum()?;
            return if self.takes(")") { Ok(inner) } else { self.unclear() };
        }
        let word = self.peek();
        self.at += 1;
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return self.figure(word);
        }
        if let "yes" | "no" = word {
            return Ok(Expression::Known(Outcome::yes_no(word == "yes")));
        }
        if let Some(state) = Country::parse(word).filter(|_| word.len() == 2) {
            return Ok(Expression::Known(Outcome::Value(Value::Country(state))));
        }
        if !word.starts_with(|c: char| c.is_alphabetic()) {
            return self.unclear();
        }
        if word == "length" && self.takes("of") {
            let of = self.sum()?;
            let unit = if self.takes("in") { Unit::parse(self.peek()) } else { None };
            self.at += 1;
            return unit.map_or_else(|| self.unclear(), |unit| Ok(Expression::LengthOf(Box::new(of), unit)));
        }
        if let Some((n, field)) = self.peek().split_once('.')
            && let Ok(n) = n.parse::<usize>()
        {
            self.at += 1;
            let list = Expression::Name(word.to_owned(), Vec::new());
            return Ok(Expression::Member(Box::new(list), n.saturating_sub(1), field.to_owned()));
        }
        let mut args = Vec::new();
        if !self.names_a_text() && self.takes("(") {
            loop {
                args.push(self.sum()?);
                if !self.takes(",") {
                    break;
                }
            }
            if !self.takes(")") {
                return self.unclear();
            }
        }
        if self.names_a_text() {
            let side = usize::from(self.words.get(self.at + 1) == Some(&"after"));
            self.at += 3;
            return Ok(Expression::Of(side, word.to_owned(), args));
        }
        let known = HostFn::ALL.iter().find(|f| f.word() == word && !args.is_empty());
        if let Some(function) = known {
            return Ok(Expression::Applied(*function, args));
        }
        if self.peek() == "of"
            && let Some(party) = self.words.get(self.at + 1).and_then(|w| Country::parse(w))
        {
            self.at += 2;
            return Ok(Expression::Given(word.to_owned(), party));
        }
        Ok(Expression::Name(word.to_owned(), args))
    }

    /// `(before)` or `(after)` follows.
    fn names_a_text(&self) -> bool {
        matches!(self.words.get(self.at..self.at + 3), Some(["(", "before" | "after", ")"]))
    }

    /// A number, a day, a length, an amount.
    fn figure(&mut self, word: &str) -> Result<Expression, String> {
        let known = |value| Ok(Expression::Known(Outcome::Value(value)));
        if let Some(day) = Date::parse(word) {
            return known(Value::Date(day));
        }
        let percent = word.strip_suffix('%');
        let Some(mut number) = decimal(percent.unwrap_or(word)) else { return self.unclear() };
        if percent.is_some() || self.takes("%") {
            return known(Value::Number(Number::new(number / accord_core::ratio(100, 1))));
        }
        if self.peek() == "/"
            && let Some(under) = self.words.get(self.at + 1).and_then(|w| decimal(w))
        {
            number = number / under;
            self.at += 2;
        }
        let next = self.peek();
        let one = accord_core::ratio(1, 1);
        let unit = Unit::ALL.iter().find(|u| u.word() == next || u.word_for(&one) == next);
        if let Some(unit) = unit {
            self.at += 1;
            return known(Value::Length(Length::new(*unit, number)));
        }
        if let Some(currency) = Currency::parse(next) {
            self.at += 1;
            return known(Value::Amount(Amount::new(currency, number)));
        }
        known(Value::Number(Number::new(number)))
    }
}

fn decimal(word: &str) -> Option<Ratio> {
    parse_decimal(&word.replace('_', ""))
}

impl Asked<'_> {
    /// What an expression comes to.
    pub(super) fn value(&self, of: &Expression) -> Result<Outcome, String> {
        match of {
            Expression::Known(Outcome::Value(Value::Amount(amount))) => Ok(self.amount(amount)),
            Expression::Known(outcome) => Ok(outcome.clone()),
            Expression::Given(name, party) => Ok(self.given(name, *party)),
            Expression::Name(name, args) => {
                let args: Result<Vec<Outcome>, String> = args.iter().map(|a| self.value(a)).collect();
                self.named(name, &args?)
            }
            Expression::Of(side, name, args) => {
                let args: Result<Vec<Outcome>, String> = args.iter().map(|a| self.value(a)).collect();
                self.named_by(&[*side], name, &args?)
            }
            Expression::Member(list, n, field) => self.member(self.value(list)?, *n, field),
            Expression::LengthOf(of, unit) => {
                let unit = Outcome::Value(Value::Unit(*unit));
                Ok(self.applied(HostFn::LengthOf, &[self.value(of)?, unit]))
            }
            Expression::Applied(function, operands) => {
                let operands: Result<Vec<Outcome>, String> = operands.iter().map(|o| self.value(o)).collect();
                Ok(self.applied(*function, &operands?))
            }
            Expression::Choice(condition, then, otherwise) => {
                if self.holds(condition)? {
                    self.value(then)
                } else {
                    self.value(otherwise)
                }
            }
        }
    }

    fn member(&self, list: Outcome, n: usize, field: &str) -> Result<Outcome, String> {
        let Outcome::Value(Value::List(list)) = list else { return Ok(Outcome::Nothing) };
        let Some(Value::Record(fields)) = list.get(n) else { return Ok(Outcome::Nothing) };
        let records = &self.programs[1].program().records;
        let at = records.iter().filter(|r| r.fields.len() == fields.len());
        let mut at = at.filter_map(|r| r.fields.iter().position(|(name, _)| name == field));
        at.next().and_then(|at| fields.get(at).cloned()).ok_or_else(|| format!("what is `{field}`?"))
    }

    /// A figure in whole coins is money, as it is stored.
    fn amount(&self, amount: &Amount) -> Outcome {
        self.applied(HostFn::Stored, &[Outcome::Value(Value::Amount(amount.clone()))])
    }
}
