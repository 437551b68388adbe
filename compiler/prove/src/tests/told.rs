//! A group as it is told, read again: whether the words fit a person is decided by them alone, with nothing of what the
//! prover holds behind them.
//!
//! A word that the text defines is asked of both versions; where they do not answer alike, a reader could not know which
//! one is meant, and that is a mistake of the telling.

use super::expression::{Expression, Reader};
use accord_core::{Facts, HostFn, Outcome, Value};
use accord_interp::Interp;
use accord_ir::Verified;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A condition as told.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    /// The expression is yes.
    Is(Expression),
    Given(Expression),
    /// It is neither a value nor nothing.
    CannotBeTold(Expression),
    Compared(Expression, Comparison, Expression),
    /// It is one of these words.
    OneOf(Expression, Vec<String>),
    InAnyParty(Expression),
    Within(Expression, Expression),
    /// There are periods in a party.
    Periods(Expression),
    /// Of some members of a list, or of each, holds what is said of "its" fields.
    Members {
        list: String,
        each: bool,
        its: String,
    },
    /// A list has so many members; 3 for more than two.
    Count(Expression, usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    AtLeast,
    AtMost,
    More,
    Less,
    Same,
}

const COMPARISONS: &[(&str, Comparison, bool)] = &[
    (" is not before ", Comparison::AtLeast, true),
    (" is not after ", Comparison::AtMost, true),
    (" is at least ", Comparison::AtLeast, true),
    (" is at most ", Comparison::AtMost, true),
    (" is more than ", Comparison::More, true),
    (" is less than ", Comparison::Less, true),
];

/// What is said of the members of a list: of each of them, and whether it holds.
const MEMBERS: &[(&str, bool, bool)] = &[
    ("for some of ", false, true),
    ("for none of ", false, false),
    ("for each of ", true, true),
    ("not for each of ", true, false),
];

/// Statements that stand for a yes-or-no fact, with the fact: `the person is a refugee`, `person.refugee`.
pub(crate) type Phrases = BTreeMap<String, String>;

/// Reads a condition; `Err` says what could not be read.
pub(crate) fn condition(phrases: &Phrases, text: &str) -> Result<Condition, String> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("it is not so that ") {
        return Ok(Condition::Not(Box::new(condition(phrases, rest)?)));
    }
    if let Some(fact) = phrases.get(text) {
        return Ok(Condition::Is(expression(fact)?));
    }
    for (word, there) in [("there are periods in ", true), ("there are no periods in ", false)] {
        if let Some(rest) = text.strip_prefix(word) {
            return Ok(turned(Condition::Periods(expression(rest)?), there));
        }
    }
    for (word, each, holds) in MEMBERS {
        if let Some((list, its)) = text.strip_prefix(word).and_then(|rest| rest.split_once(", ")) {
            let members = Condition::Members { list: list.to_owned(), each: *each, its: its.to_owned() };
            return Ok(turned(members, *holds));
        }
    }
    if let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')'))
        && closes_last(text)
    {
        let parts = top(inner, " or ");
        if parts.len() > 1 {
            let each: Result<Vec<Condition>, String> = parts.into_iter().map(|p| condition(phrases, p)).collect();
            return each.map(Condition::Any);
        }
    }
    let parts = top(text, " and ");
    if parts.len() > 1 {
        return all(phrases, &parts);
    }
    simple(text)
}

/// `x is at least a and is less than b`, or conditions of several things.
fn all(phrases: &Phrases, parts: &[&str]) -> Result<Condition, String> {
    let mut each = Vec::new();
    let mut subject = "";
    for part in parts {
        let whole = match part.strip_prefix("is ") {
            Some(_) => format!("{subject} {part}"),
            None => {
                subject = part.split(" is ").next().unwrap_or_default();
                (*part).to_owned()
            }
        };
        each.push(condition(phrases, &whole)?);
    }
    Ok(Condition::All(each))
}

fn simple(text: &str) -> Result<Condition, String> {
    for (ending, count) in [(": none", 0), (": one", 1), (": two", 2), (": more than two", 3)] {
        if let Some(list) = text.strip_suffix(ending) {
            return Ok(Condition::Count(expression(list)?, count));
        }
    }
    if let Some(of) = text.strip_suffix(" cannot be told") {
        return Ok(Condition::CannotBeTold(expression(of)?));
    }
    for (ending, given) in [(" is not given", false), (" is given", true)] {
        if let Some(of) = text.strip_suffix(ending) {
            return Ok(turned(Condition::Given(expression(of)?), given));
        }
    }
    for (ending, inside) in [(" is not in any party", false), (" is in any party", true)] {
        if let Some(of) = text.strip_suffix(ending) {
            return Ok(turned(Condition::InAnyParty(expression(of)?), inside));
        }
    }
    for (word, among) in [(" is one of ", true), (" is none of ", false)] {
        if let [of, words] = top(text, word).as_slice() {
            let words = words.split(", ").map(str::to_owned).collect();
            return Ok(turned(Condition::OneOf(expression(of)?, words), among));
        }
    }
    for (word, comparison, holds) in COMPARISONS {
        if let [a, b] = top(text, word).as_slice() {
            return Ok(turned(Condition::Compared(expression(a)?, *comparison, expression(b)?), *holds));
        }
    }
    for (word, holds) in [(" is not in ", false), (" is in ", true)] {
        if let [a, b] = top(text, word).as_slice() {
            return Ok(turned(Condition::Within(expression(a)?, expression(b)?), holds));
        }
    }
    for (word, holds) in [(" is not ", false), (" is ", true)] {
        if let [a, b] = top(text, word).as_slice() {
            return Ok(turned(Condition::Compared(expression(a)?, Comparison::Same, expression(b)?), holds));
        }
    }
    match text.strip_prefix("not ") {
        Some(rest) => Ok(turned(Condition::Is(expression(rest)?), false)),
        None => Ok(Condition::Is(expression(text)?)),
    }
}

fn turned(condition: Condition, holds: bool) -> Condition {
    if holds { condition } else { Condition::Not(Box::new(condition)) }
}

fn expression(text: &str) -> Result<Expression, String> {
    Reader::new(text).whole()
}

/// A text split at a word that stands in no brackets and in no condition of an expression.
fn top<'t>(text: &'t str, word: &str) -> Vec<&'t str> {
    let mut parts = Vec::new();
    let (mut depth, mut from, mut chosen) = (0_i32, 0, 0_i32);
    for (at, c) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if rest.starts_with("if ") && (at == 0 || text.get(at - 1..at) == Some(" ")) {
            chosen += 1;
        }
        if rest.starts_with(" else ") {
            chosen -= 1;
        }
        if depth == 0 && chosen == 0 && at >= from && rest.starts_with(word) {
            parts.push(text.get(from..at).unwrap_or_default());
            from = at + word.len();
        }
    }
    parts.push(text.get(from..).unwrap_or_default());
    parts
}

/// Whether the bracket that a text begins with is the one it ends with.
fn closes_last(text: &str) -> bool {
    let mut depth = 0_i32;
    let mut inside = text.chars().rev().skip(1).collect::<Vec<char>>().into_iter().rev();
    inside.all(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth > 0
    })
}

/// One person, as both versions hold them, of whom conditions are asked.
pub(crate) struct Asked<'p> {
    pub(crate) programs: [&'p Verified; 2],
    pub(crate) facts: [&'p Facts; 2],
    interps: [RefCell<Interp<'p>>; 2],
}

impl<'p> Asked<'p> {
    pub(crate) fn new(programs: [&'p Verified; 2], facts: [&'p Facts; 2]) -> Asked<'p> {
        let interp = |side: usize| RefCell::new(Interp::new(programs[side], facts[side]));
        Asked { programs, facts, interps: [interp(0), interp(1)] }
    }

    /// Whether a condition holds of the person.
    pub(crate) fn holds(&self, condition: &Condition) -> Result<bool, String> {
        Ok(match condition {
            Condition::Not(inner) => !self.holds(inner)?,
            Condition::All(parts) => self.each(parts)?.iter().all(|h| *h),
            Condition::Any(parts) => self.each(parts)?.iter().any(|h| *h),
            Condition::Is(of) => self.value(of)?.truth() == Some(true),
            Condition::Given(of) => self.value(of)?.rank() == 0,
            Condition::CannotBeTold(of) => self.value(of)?.rank() > 1,
            Condition::Compared(a, comparison, b) => self.compared(a, *comparison, b)?,
            Condition::OneOf(of, words) => {
                let said = self.said(&self.value(of)?);
                words.contains(&said)
            }
            Condition::InAnyParty(of) => match self.value(of)? {
                Outcome::Value(Value::Country(c)) => {
                    self.programs.iter().any(|p| p.program().parties.iter().any(|party| party.country == c))
                }
                _ => false,
            },
            Condition::Within(a, b) => {
                self.applied(HostFn::In, &[self.value(a)?, self.value(b)?]).truth() == Some(true)
            }
            Condition::Periods(of) => {
                let (party, concerned) = (self.value(of)?, self.named("concerned", &[])?);
                self.applied(HostFn::In, &[party, concerned]).truth() == Some(true)
            }
            Condition::Members { list, each, its } => {
                let Outcome::Value(Value::List(members)) = self.value(&expression(list)?)? else { return Ok(false) };
                let of_member = |n: usize| {
                    let text = its.replace("its ", &format!("{list} {n}."));
                    self.holds(&self::condition(&Phrases::new(), &text)?)
                };
                let held: Result<Vec<bool>, String> = (1..=members.len()).map(of_member).collect();
                if *each { held?.iter().all(|h| *h) } else { held?.iter().any(|h| *h) }
            }
            Condition::Count(of, n) => match self.value(of)? {
                Outcome::Value(Value::List(list)) => list.len() == *n || (*n == 3 && list.len() > 2),
                _ => false,
            },
        })
    }

    fn each(&self, parts: &[Condition]) -> Result<Vec<bool>, String> {
        parts.iter().map(|p| self.holds(p)).collect()
    }

    fn compared(&self, a: &Expression, comparison: Comparison, b: &Expression) -> Result<bool, String> {
        if let (Comparison::Same, Expression::Name(word, args)) = (comparison, b)
            && args.is_empty()
            && !self.is_known(word)
        {
            return Ok(self.said(&self.value(a)?) == *word);
        }
        let (a, b) = (self.value(a)?, self.value(b)?);
        let by = |function, x: &Outcome, y: &Outcome| self.applied(function, &[x.clone(), y.clone()]).truth();
        let found = match comparison {
            Comparison::AtLeast => by(HostFn::AtMost, &b, &a),
            Comparison::AtMost => by(HostFn::AtMost, &a, &b),
            Comparison::More => by(HostFn::Less, &b, &a),
            Comparison::Less => by(HostFn::Less, &a, &b),
            Comparison::Same => by(HostFn::Equal, &a, &b),
        };
        Ok(found == Some(true))
    }

    pub(super) fn applied(&self, function: HostFn, operands: &[Outcome]) -> Outcome {
        let host = accord_core::Host { conversions: &self.programs[1].program().conversions, facts: self.facts[1] };
        function.apply(&host, operands, accord_core::SiteId(0))
    }

    /// Whether a word is a fact or something the text defines.
    fn is_known(&self, word: &str) -> bool {
        let first = word.split('.').next().unwrap_or_default();
        self.programs.iter().any(|p| {
            let program = p.program();
            program.facts.iter().any(|f| f.name == first) || program.nodes.iter().any(|n| n.name == word)
        })
    }

    /// A fact, or what both texts answer by a word.
    pub(super) fn named(&self, name: &str, args: &[Outcome]) -> Result<Outcome, String> {
        self.named_by(&[0, 1], name, args)
    }

    /// The same, by the words of one text or of both.
    pub(super) fn named_by(&self, sides: &[usize], name: &str, args: &[Outcome]) -> Result<Outcome, String> {
        let mut found = Vec::new();
        for (side, verified) in sides.iter().map(|side| (*side, self.programs[*side])) {
            if let Some(fact) = self.fact(side, name) {
                found.push((side, fact));
                continue;
            }
            let program = verified.program();
            let mut fitting =
                program.nodes.iter().enumerate().filter(|(_, n)| n.name == name && n.params.len() == args.len());
            let Some((at, _)) = fitting.next() else { continue };
            let values: Option<Vec<Value>> = args.iter().map(|a| a.value().cloned()).collect();
            let Some(values) = values else { continue };
            let node = accord_ir::NodeId(u32::try_from(at).unwrap_or(u32::MAX));
            found.push((side, self.interps[side].borrow_mut().ask(node, &values).outcome));
        }
        match found.as_slice() {
            [] => Err(format!("what is `{name}`?")),
            [(_, only)] => Ok(only.clone()),
            [(_, a), (_, b), ..] if self.said(a) == self.said(b) => Ok(a.clone()),
            [(_, a), (_, b), ..] => {
                Err(format!("`{name}` is {} in one text, {} in the other", self.said(a), self.said(b)))
            }
        }
    }

    fn fact(&self, side: usize, path: &str) -> Option<Outcome> {
        let program = self.programs[side].program();
        let mut parts = path.split('.');
        let first = parts.next()?;
        let at = program.facts.iter().position(|f| f.name == first)?;
        let mut ty = program.facts[at].ty.clone();
        let mut held = self.facts[side].fact(at)?.clone();
        for part in parts {
            let accord_ir::Ty::Record(id) = ty else { return None };
            let (place, (_, inner)) = program.record(id)?.fields.iter().enumerate().find(|(_, (n, _))| n == part)?;
            ty = inner.clone();
            held = match held {
                Outcome::Value(Value::Record(fields)) => fields.get(place)?.clone(),
                other => other,
            };
        }
        Some(held)
    }

    pub(super) fn given(&self, name: &str, party: accord_core::Country) -> Outcome {
        self.facts[1].given(party, name)
    }

    /// An outcome as it is written.
    pub(crate) fn said(&self, outcome: &Outcome) -> String {
        match outcome {
            Outcome::Value(Value::Member(id, n)) => {
                let names = self.programs[1].program().enumeration(*id);
                names.and_then(|e| e.members.get(usize::from(*n))).cloned().unwrap_or_default()
            }
            Outcome::Value(Value::Number(n)) => n.value.to_string(),
            Outcome::Value(value) => crate::say::show(value),
            other => other.word().to_owned(),
        }
    }
}
