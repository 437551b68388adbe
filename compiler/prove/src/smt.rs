//! What is left of a question, put to a solver: a group in which nobody was found who is answered otherwise, written in
//! SMT-LIB 2.
//!
//! Whatever has no form there is a quantity of its own, of which nothing is known. If even then nobody can be answered
//! otherwise, nobody is. Whom a solver finds is only a hint where to look: that person is asked of the interpreter like
//! any other, and not told where it answers alike.
//!
//! Figures are quotients of what stands over and what stands under, so that whole numbers stay whole: a rounding of
//! them is a division with a remainder, which solvers know more of than of parts of numbers.

use crate::path::{Choice, Path};
use crate::person::{Content, Maker, Person, Slot};
use crate::split::{Leaf, Space};
use crate::term::{Shape, Sort, Term, VALUE};
use crate::witness::Finder;
use accord_core::{
    Conversions, Country, Currency, Date, Grain, HostFn, Length, Mode, Money, Number, Outcome, Ratio, Remainder,
    Rounding, Unit, Value, ratio,
};
use accord_ir::{Ty, UnitOf};
use std::collections::BTreeMap;

/// Longer parts of a question get a name, so that none is written twice.
const LONGEST: usize = 48;
/// Terms written for one question at most.
const MOST_TERMS: usize = 4_000;

/// What answers questions in SMT-LIB 2: a program, on whoever's machine. Only the driver starts one.
pub trait Solver {
    /// Answers one question.
    fn solve(&mut self, question: &Question) -> Solved;
}

/// A question: whether anybody of a group can be answered otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What it is about: `payable(NL)`.
    pub about: String,
    /// Declarations and what is assumed, then `(check-sat)` and what is asked of whoever is found.
    pub text: String,
}

/// What a solver says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Solved {
    /// There is nobody: what proved it, with its version.
    Nobody(String),
    /// There may be somebody: the values, as the solver prints them.
    Somebody(String),
    /// It does not know.
    Open,
}

/// A figure: over and under, both as they are written; under is above zero.
#[derive(Clone, Debug)]
struct Figure {
    over: String,
    under: String,
    /// Whether both are whole numbers.
    whole: bool,
    /// Whether it is known not to be below zero.
    positive: bool,
}

/// A fact that is asked for, with the coin it is counted in.
struct Asked {
    name: String,
    slot: Slot,
    of: Sort,
    unit: Option<Unit>,
    currency: Option<Currency>,
}

/// A question being written.
struct Script<'s, 'w> {
    space: &'s Space<'w>,
    finder: &'s Finder<'s, 'w>,
    maker: &'s Maker<'w>,
    lines: Vec<String>,
    figures: BTreeMap<Term, Figure>,
    truths: BTreeMap<Term, String>,
    codes: BTreeMap<Term, String>,
    facts: Vec<Asked>,
    next: usize,
}

/// A question with the facts that its answer gives.
pub(crate) struct Written {
    pub(crate) text: String,
    facts: Vec<Asked>,
}

/// The question whether both terms of a group can differ; `None` where that has no form.
pub(crate) fn written(space: &mut Space<'_>, maker: &Maker<'_>, leaf: &Leaf) -> Option<Written> {
    space.arena.look_at(leaf.path.masks.clone());
    let finder = Finder::new(space, maker);
    let mut script = Script {
        space,
        finder: &finder,
        maker,
        lines: vec!["(set-option :produce-models true)".to_owned(), "(set-logic ALL)".to_owned()],
        figures: BTreeMap::new(),
        truths: BTreeMap::new(),
        codes: BTreeMap::new(),
        facts: Vec::new(),
        next: 0,
    };
    script.assume(&leaf.path)?;
    let same = script.same(leaf.old, leaf.new)?;
    script.lines.push(format!("(assert (not {same}))"));
    script.lines.push("(check-sat)".to_owned());
    if !script.facts.is_empty() {
        let names: Vec<&str> = script.facts.iter().map(|f| f.name.as_str()).collect();
        script.lines.push(format!("(get-value ({}))", names.join(" ")));
    }
    Some(Written { text: script.lines.join("\n") + "\n", facts: script.facts })
}

impl Script<'_, '_> {
    fn name(&mut self, of: &str) -> Option<String> {
        self.next += 1;
        (self.next <= MOST_TERMS).then(|| format!("{of}{}", self.next))
    }

    /// What is long gets a name.
    fn named(&mut self, text: String, sort: &str) -> Option<String> {
        if text.len() <= LONGEST {
            return Some(text);
        }
        let name = self.name("t")?;
        self.lines.push(format!("(define-fun {name} () {sort} {text})"));
        Some(name)
    }

    fn declared(&mut self, of: &str, sort: &str) -> Option<String> {
        let name = self.name(of)?;
        self.lines.push(format!("(declare-const {name} {sort})"));
        Some(name)
    }

    fn is_value(&self, term: Term) -> bool {
        self.space.arena.may(term) == VALUE
    }

    /// What is known of everybody of the group, as far as it has a form. The rest is left out, which only makes the
    /// group larger.
    fn assume(&mut self, path: &Path) -> Option<()> {
        for (term, choice) in &path.assumed {
            let said = match choice {
                Choice::Yes => self.truth(*term)?,
                Choice::No => format!("(not {})", self.truth(*term)?),
                Choice::Value | Choice::Nothing | Choice::Odd | Choice::Count(_) => continue,
            };
            self.lines.push(format!("(assert {said})"));
        }
        Some(())
    }

    /// That two terms are the same, where both are values of one kind.
    fn same(&mut self, a: Term, b: Term) -> Option<String> {
        let arena = &self.space.arena;
        if !self.is_value(a) || !self.is_value(b) {
            return None;
        }
        match (arena.sort(a), arena.sort(b)) {
            (Sort::YesNo, Sort::YesNo) => Some(format!("(= {} {})", self.truth(a)?, self.truth(b)?)),
            (Sort::Length, Sort::Length) if self.unit(a).is_none() || self.unit(a) != self.unit(b) => None,
            // A limit is compared with what is exact, an amount is made of what counts: they are one figure only where
            // nothing was left over.
            (Sort::Length, Sort::Length) if !(self.leaves_nothing_over(a) && self.leaves_nothing_over(b)) => None,
            (Sort::Money, Sort::Money) | (Sort::Number, Sort::Number) | (Sort::Length, Sort::Length) => {
                let (x, y) = (self.figure(a)?, self.figure(b)?);
                Some(compared("=", &x, &y))
            }
            (Sort::Country, Sort::Country) | (Sort::Date, Sort::Date) => {
                Some(format!("(= {} {})", self.code(a)?, self.code(b)?))
            }
            (Sort::Member(x), Sort::Member(y)) if x == y => Some(format!("(= {} {})", self.code(a)?, self.code(b)?)),
            _ => None,
        }
    }

    // ---- conditions ----

    fn truth(&mut self, term: Term) -> Option<String> {
        if let Some(known) = self.truths.get(&term) {
            return Some(known.clone());
        }
        let text = match self.told(term)? {
            Some(text) => self.named(text, "Bool")?,
            None => match self.fact(term, "Bool")? {
                Some(name) => name,
                None => self.declared("b", "Bool")?,
            },
        };
        let _ = self.truths.insert(term, text.clone());
        Some(text)
    }

    /// A condition by what it is made of; the inner `None` where it has no form.
    fn told(&mut self, term: Term) -> Option<Option<String>> {
        if let Some(yes) = self.space.arena.truth(term) {
            return Some(Some(yes.to_string()));
        }
        if !self.is_value(term) {
            return Some(None);
        }
        let all = |script: &mut Self, parts: &[Term], word: &str| -> Option<String> {
            let each: Option<Vec<String>> = parts.iter().map(|t| script.truth(*t)).collect();
            Some(format!("({word} {})", each?.join(" ")))
        };
        let shape = self.space.arena.shape(term);
        Some(match &*shape {
            Shape::All(parts) => Some(all(self, parts, "and")?),
            Shape::Any(parts) => Some(all(self, parts, "or")?),
            Shape::Not(inner) if self.is_value(*inner) => Some(format!("(not {})", self.truth(*inner)?)),
            Shape::Strict(_, then) => Some(self.truth(*then)?),
            Shape::If(condition, then, otherwise) if self.is_value(*condition) => {
                Some(format!("(ite {} {} {})", self.truth(*condition)?, self.truth(*then)?, self.truth(*otherwise)?))
            }
            Shape::Host(HostFn::AtMost, operands, _) => match operands.as_slice() {
                [a, b] => self.at_most(*a, *b)?,
                _ => None,
            },
            Shape::Host(HostFn::Equal, operands, _) => match operands.as_slice() {
                [a, b] => self.same(*a, *b),
                _ => None,
            },
            Shape::Host(HostFn::In, operands, _) => match operands.as_slice() {
                [a, b] => match self.space.arena.known_value(*b) {
                    Some(Value::Set(set)) if self.is_value(*a) && set.iter().all(|v| code_of(v).is_some()) => {
                        let code = self.code(*a)?;
                        let each = set.iter().filter_map(code_of).map(|n| format!("(= {code} {n})"));
                        Some(format!("(or false {})", each.collect::<Vec<_>>().join(" ")))
                    }
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        })
    }

    fn at_most(&mut self, a: Term, b: Term) -> Option<Option<String>> {
        if !self.is_value(a) || !self.is_value(b) {
            return Some(None);
        }
        let arena = &self.space.arena;
        Some(match (arena.sort(a), arena.sort(b)) {
            (Sort::Length, Sort::Length) if self.unit(a).is_none() || self.unit(a) != self.unit(b) => None,
            // A limit is compared with what is exact, an amount is made of what counts: they are one figure only where
            // nothing was left over.
            (Sort::Length, Sort::Length) if !(self.leaves_nothing_over(a) && self.leaves_nothing_over(b)) => None,
            (Sort::Money, Sort::Money) | (Sort::Number, Sort::Number) | (Sort::Length, Sort::Length) => {
                let (x, y) = (self.figure(a)?, self.figure(b)?);
                Some(compared("<=", &x, &y))
            }
            (Sort::Date, Sort::Date) => Some(format!("(<= {} {})", self.code(a)?, self.code(b)?)),
            _ => None,
        })
    }

    /// Whether a length is as long where it is compared as where it counts: it is stated, or conversions keep remainders.
    fn leaves_nothing_over(&self, length: Term) -> bool {
        let arena = &self.space.arena;
        let kept = |c: &Conversions| c.rounding.iter().all(|c| c.remainder == Remainder::Kept);
        arena.known_value(length).is_some() || self.finder.slot(length).is_some() || arena.conversions.iter().all(kept)
    }

    // ---- what is told by a number: days, words, countries ----

    fn code(&mut self, term: Term) -> Option<String> {
        if let Some(known) = self.codes.get(&term) {
            return Some(known.clone());
        }
        let known = self.space.arena.known_value(term).and_then(|v| code_of(&v));
        let text = match (known, &*self.space.arena.shape(term)) {
            (Some(n), _) => whole(n),
            (None, Shape::If(condition, then, otherwise)) if self.is_value(term) && self.is_value(*condition) => {
                let text =
                    format!("(ite {} {} {})", self.truth(*condition)?, self.code(*then)?, self.code(*otherwise)?);
                self.named(text, "Int")?
            }
            _ => match self.fact(term, "Int")? {
                Some(name) => name,
                None => self.declared("c", "Int")?,
            },
        };
        let _ = self.codes.insert(term, text.clone());
        Some(text)
    }

    // ---- facts ----

    /// A fact by its name, where it is one and is given.
    fn fact(&mut self, term: Term, sort: &str) -> Option<Option<String>> {
        let of = self.space.arena.sort(term);
        let Some(slot) = self.finder.slot(term).filter(|_| self.is_value(term)) else { return Some(None) };
        let Some((ty, party, _)) = self.maker.ty(&slot) else { return Some(None) };
        let unit = match &ty {
            Ty::Length(UnitOf::Fixed(unit)) => Some(*unit),
            _ => None,
        };
        let currency = self.currency_of(&ty, party);
        let name = self.declared("f", sort)?;
        let said = self.space.expression(term).replace('\n', " ");
        self.lines.push(format!("; {name} is {said}"));
        match of {
            Sort::Money | Sort::Length => self.lines.push(format!("(assert (>= {name} {}))", zero(sort == "Int"))),
            Sort::Member(id) => {
                let count = self.space.world.enums.get(usize::from(id.0)).map_or(0, |e| e.members.len());
                self.lines.push(format!("(assert (and (<= 0 {name}) (< {name} {count})))"));
            }
            _ => {}
        }
        self.facts.push(Asked { name: name.clone(), slot, of, unit, currency });
        Some(Some(name))
    }

    fn currency_of(&self, ty: &Ty, party: Option<Country>) -> Option<Currency> {
        let (Ty::Money(of) | Ty::Amount(of)) = ty else { return None };
        match self.maker.money(of, party, 1) {
            Outcome::Value(Value::Money(one)) => Some(one.currency),
            _ => None,
        }
    }

    /// The currency of a fact.
    fn currency(&self, term: Term) -> Option<Currency> {
        let (ty, party, _) = self.maker.ty(&self.finder.slot(term)?)?;
        self.currency_of(&ty, party)
    }

    // ---- figures ----

    fn figure(&mut self, term: Term) -> Option<Figure> {
        if let Some(known) = self.figures.get(&term) {
            return Some(known.clone());
        }
        let figure = match self.computed(term)? {
            Some(figure) => {
                let sort = if figure.whole { "Int" } else { "Real" };
                Figure { over: self.named(figure.over, sort)?, under: self.named(figure.under, sort)?, ..figure }
            }
            None => self.quantity(term)?,
        };
        let _ = self.figures.insert(term, figure.clone());
        Some(figure)
    }

    /// A fact, or whatever has no form.
    fn quantity(&mut self, term: Term) -> Option<Figure> {
        let sort = self.space.arena.sort(term);
        // Money is whole coins, and a length that is stated is whole units; a number may be anything.
        let is_whole = match sort {
            Sort::Money => self.currency(term).is_some(),
            Sort::Length => self.unit(term).is_some(),
            _ => false,
        };
        if let Some(over) = self.fact(term, if is_whole { "Int" } else { "Real" })? {
            let under = match self.currency(term) {
                Some(currency) => whole(coins(currency)),
                None => one(is_whole),
            };
            return Some(Figure { over, under, whole: is_whole, positive: sort != Sort::Number });
        }
        let over = self.declared("q", "Real")?;
        // How long periods are is never below zero.
        let positive = matches!(&*self.space.arena.shape(term), Shape::Host(HostFn::LengthOf | HostFn::Figure, ..));
        if positive {
            self.lines.push(format!("(assert (>= {over} 0.0))"));
        }
        Some(Figure { over, under: one(false), whole: false, positive })
    }

    fn computed(&mut self, term: Term) -> Option<Option<Figure>> {
        if let Some(value) = self.space.arena.known_value(term) {
            return Some(constant(&value));
        }
        if !self.is_value(term) {
            return Some(None);
        }
        let shape = self.space.arena.shape(term);
        let (function, operands) = match &*shape {
            Shape::If(condition, then, otherwise) if self.is_value(*condition) => {
                let condition = self.truth(*condition)?;
                let (x, y) = (self.figure(*then)?, self.figure(*otherwise)?);
                return Some(Some(either(&condition, &x, &y)));
            }
            Shape::Strict(_, then) => return Some(Some(self.figure(*then)?)),
            Shape::Host(function, operands, _) => (*function, operands.clone()),
            _ => return Some(None),
        };
        self.operation(function, &operands)
    }

    fn operation(&mut self, function: HostFn, operands: &[Term]) -> Option<Option<Figure>> {
        // Lengths are brought into one unit where they meet, by rules that have no form here.
        let lengths: Vec<Term> =
            operands.iter().copied().filter(|t| self.space.arena.sort(*t) == Sort::Length).collect();
        let alike = match lengths.as_slice() {
            [a, b] => self.unit(*a).is_some() && self.unit(*a) == self.unit(*b),
            _ => true,
        };
        let numeric = |t: &Term| matches!(self.space.arena.sort(*t), Sort::Money | Sort::Number | Sort::Length);
        Some(match (function, operands) {
            (HostFn::Stored | HostFn::NumberOf, [a]) if numeric(a) => Some(self.figure(*a)?),
            (HostFn::Negate, [a]) if numeric(a) => {
                let a = self.figure(*a)?;
                Some(Figure { over: format!("(- {})", a.over), positive: false, ..a })
            }
            (HostFn::Rounded, [a, how]) if numeric(a) => match self.space.arena.known_value(*how) {
                Some(Value::Rounding(how)) => {
                    let a = self.figure(*a)?;
                    self.rounded(a, &how)?
                }
                _ => None,
            },
            (_, [a, b]) if alike && numeric(a) && numeric(b) => {
                let figures = |script: &mut Self| Some((script.figure(*a)?, script.figure(*b)?));
                match function {
                    HostFn::Add => figures(self).map(|(x, y)| sum(&x, &y, "+")),
                    HostFn::Subtract => figures(self).map(|(x, y)| sum(&x, &y, "-")),
                    HostFn::Multiply => figures(self).map(|(x, y)| product(&x, &y)),
                    HostFn::Divide => {
                        let (x, y) = figures(self)?;
                        if self.space.arena.known_value(*b).is_none() {
                            self.lines.push(format!("(assert (not (= {} {})))", y.over, zero(y.whole)));
                        }
                        Some(product(&x, &turned(&y)))
                    }
                    HostFn::Larger => figures(self).map(|(x, y)| either(&compared("<=", &x, &y), &y, &x)),
                    HostFn::Smaller => figures(self).map(|(x, y)| either(&compared("<=", &x, &y), &x, &y)),
                    HostFn::Excess => {
                        let (x, y) = figures(self)?;
                        let nothing =
                            Figure { over: "0".to_owned(), under: "1".to_owned(), whole: true, positive: true };
                        let rest = Figure { positive: true, ..sum(&x, &y, "-") };
                        Some(either(&compared("<=", &x, &y), &nothing, &rest))
                    }
                    _ => None,
                }
            }
            _ => None,
        })
    }

    /// The unit a length is counted in, where it is plain.
    fn unit(&self, term: Term) -> Option<Unit> {
        let arena = &self.space.arena;
        if let Some(Value::Length(length)) = arena.known_value(term) {
            return Some(length.unit);
        }
        let unit_of = |t: &Term| match arena.known_value(*t) {
            Some(Value::Unit(unit)) => Some(unit),
            _ => None,
        };
        match &*arena.shape(term) {
            Shape::Host(HostFn::LengthOf | HostFn::InUnit, operands, _) => operands.get(1).and_then(unit_of),
            Shape::Host(HostFn::Rounded, operands, _) => match operands.get(1).and_then(|t| arena.known_value(*t)) {
                Some(Value::Rounding(Rounding { grain: Grain::Length(unit, _), .. })) => Some(unit),
                _ => None,
            },
            Shape::Host(
                HostFn::Add | HostFn::Subtract | HostFn::Multiply | HostFn::Larger | HostFn::Smaller,
                parts,
                _,
            ) => {
                let mut lengths = parts.iter().filter(|t| arena.sort(**t) == Sort::Length).map(|t| self.unit(*t));
                let first = lengths.next().flatten()?;
                lengths.all(|unit| unit == Some(first)).then_some(first)
            }
            Shape::Host(HostFn::Divide, parts, _) => parts.first().and_then(|t| self.unit(*t)),
            Shape::If(_, then, otherwise) => self.unit(*then).filter(|unit| self.unit(*otherwise) == Some(*unit)),
            Shape::Strict(_, then) => self.unit(*then),
            _ => match self.maker.ty(&self.finder.slot(term)?)?.0 {
                Ty::Length(UnitOf::Fixed(unit)) => Some(unit),
                _ => None,
            },
        }
    }

    /// A figure rounded: how many coins it is, and that many coins.
    fn rounded(&mut self, of: Figure, how: &Rounding) -> Option<Option<Figure>> {
        let (Grain::Money(_, coin) | Grain::Number(coin) | Grain::Length(_, coin)) = &how.grain;
        if *coin <= ratio(0, 1) {
            return Some(None);
        }
        let (above, below) = (coin.numer().to_string(), coin.denom().to_string());
        let sort = if of.whole { "Int" } else { "Real" };
        let literal = |n: &str| if of.whole { n.to_owned() } else { format!("{n}.0") };
        let zero = zero(of.whole);
        let over = self.named(times(&of.over, &literal(&below)), sort)?;
        let under = self.named(times(&of.under, &literal(&above)), sort)?;
        let floor =
            |n: String, d: &str| if of.whole { format!("(div {n} {d})") } else { format!("(to_int (/ {n} {d}))") };
        let (minus, twice) = (|n: &str| format!("(- {n})"), |n: &str| times(n, &literal("2")));
        let nearest = |n: &str| floor(format!("(+ {} {under})", twice(n)), &twice(&under));
        let short = |n: &str| minus(&floor(format!("(- {under} {})", twice(n)), &twice(&under)));
        let by_sign = |up: String, down: String| {
            if of.positive { up } else { format!("(ite (>= {over} {zero}) {up} {down})") }
        };
        let coins = match how.mode {
            Mode::Down => floor(over.clone(), &under),
            Mode::Up => minus(&floor(minus(&over), &under)),
            Mode::TowardZero => by_sign(floor(over.clone(), &under), minus(&floor(minus(&over), &under))),
            Mode::HalfUp => by_sign(nearest(&over), minus(&nearest(&minus(&over)))),
            Mode::HalfDown => by_sign(short(&over), minus(&short(&minus(&over)))),
            Mode::HalfEven => {
                let down = self.named(floor(over.clone(), &under), "Int")?;
                let counted = if of.whole { down.clone() } else { format!("(to_real {down})") };
                let rest = format!("(- {} {})", twice(&over), times(&twice(&counted), &under));
                let rest = self.named(rest, sort)?;
                let even = format!("(= (mod {down} 2) 0)");
                format!("(ite (or (< {rest} {under}) (and (= {rest} {under}) {even})) {down} (+ {down} 1))")
            }
        };
        let coins = self.named(coins, "Int")?;
        Some(Some(Figure { over: times(&coins, &above), under: below, whole: true, positive: of.positive }))
    }
}

fn times(a: &str, b: &str) -> String {
    match (a, b) {
        ("1" | "1.0", other) | (other, "1" | "1.0") => other.to_owned(),
        _ => format!("(* {a} {b})"),
    }
}

/// `1` among whole numbers, or among others.
fn one(whole: bool) -> String {
    (if whole { "1" } else { "1.0" }).to_owned()
}

fn zero(whole: bool) -> &'static str {
    if whole { "0" } else { "0.0" }
}

/// Two figures of one sort: both whole, or neither.
fn level(x: &Figure, y: &Figure) -> (Figure, Figure) {
    let real = |text: &str| {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        if digits { format!("{text}.0") } else { format!("(to_real {text})") }
    };
    let moved = |f: &Figure| match f.whole {
        true => Figure { over: real(&f.over), under: real(&f.under), whole: false, positive: f.positive },
        false => f.clone(),
    };
    if x.whole == y.whole { (x.clone(), y.clone()) } else { (moved(x), moved(y)) }
}

fn sum(x: &Figure, y: &Figure, word: &str) -> Figure {
    let (x, y) = level(x, y);
    let positive = word == "+" && x.positive && y.positive;
    let whole = x.whole && y.whole;
    if x.under == y.under {
        return Figure { over: format!("({word} {} {})", x.over, y.over), under: x.under, whole, positive };
    }
    let over = format!("({word} {} {})", times(&x.over, &y.under), times(&y.over, &x.under));
    Figure { over, under: times(&x.under, &y.under), whole, positive }
}

fn product(x: &Figure, y: &Figure) -> Figure {
    let (x, y) = level(x, y);
    Figure {
        over: times(&x.over, &y.over),
        under: times(&x.under, &y.under),
        whole: x.whole && y.whole,
        positive: x.positive && y.positive,
    }
}

/// One divided by it; it is not zero.
fn turned(x: &Figure) -> Figure {
    if x.positive {
        return Figure { over: x.under.clone(), under: x.over.clone(), ..x.clone() };
    }
    let sign = |text: &str| format!("(ite (>= {} {}) {text} (- {text}))", x.over, zero(x.whole));
    Figure { over: sign(&x.under), under: sign(&x.over), ..x.clone() }
}

fn compared(word: &str, x: &Figure, y: &Figure) -> String {
    let (x, y) = level(x, y);
    format!("({word} {} {})", times(&x.over, &y.under), times(&y.over, &x.under))
}

fn either(condition: &str, x: &Figure, y: &Figure) -> Figure {
    let (x, y) = level(x, y);
    let (whole, positive) = (x.whole && y.whole, x.positive && y.positive);
    let over = format!("(ite {condition} {} {})", x.over, y.over);
    let under = if x.under == y.under { x.under.clone() } else { format!("(ite {condition} {} {})", x.under, y.under) };
    Figure { over, under, whole, positive }
}

fn whole(n: i64) -> String {
    if n < 0 { format!("(- {})", n.unsigned_abs()) } else { n.to_string() }
}

fn coins(currency: Currency) -> i64 {
    (0..currency.decimals()).fold(1, |coins: i64, _| coins.saturating_mul(10))
}

fn constant(value: &Value) -> Option<Figure> {
    let of = match value {
        Value::Number(n) => n.value.clone(),
        Value::Length(l) => l.counted.clone(),
        Value::Money(m) => m.exact().value,
        Value::Amount(a) => a.value.clone(),
        _ => return None,
    };
    let positive = of >= ratio(0, 1);
    let size = if positive { of.numer().to_string() } else { format!("(- {})", -of.numer()) };
    Some(Figure { over: size, under: of.denom().to_string(), whole: true, positive })
}

/// The number that stands for a day, a word or a country.
fn code_of(value: &Value) -> Option<i64> {
    match value {
        Value::Date(day) => Some(i64::from(day.day_number())),
        Value::Member(_, position) => Some(i64::from(*position)),
        Value::Country(country) => match country.code().as_bytes() {
            [a, b] => Some((i64::from(*a) - 65) * 26 + i64::from(*b) - 65),
            _ => None,
        },
        _ => None,
    }
}

fn country_of(code: i64) -> Option<Country> {
    let letter = |n: i64| u8::try_from(n + 65).ok().map(char::from);
    Country::parse(&format!("{}{}", letter(code / 26)?, letter(code % 26)?))
}

impl Written {
    /// A person with the values that a solver found, the rest as it is of another.
    pub(crate) fn person(&self, maker: &Maker<'_>, start: &Person, values: &str) -> Option<Person> {
        let found = pairs(values)?;
        let mut person = start.clone();
        for fact in &self.facts {
            let Some((_, said)) = found.iter().find(|(name, _)| *name == fact.name) else { continue };
            let Some(value) = fact.value(said) else { continue };
            person = maker.changed(&person, &fact.slot, &Content::Outcome(Outcome::Value(value)));
        }
        Some(person)
    }
}

impl Asked {
    fn value(&self, said: &Said) -> Option<Value> {
        let number = match (self.of, said) {
            (Sort::YesNo, Said::Truth(yes)) => return Some(Value::YesNo(*yes)),
            (_, Said::Number(number)) => number,
            _ => return None,
        };
        let integer = || i64::try_from(number.to_integer()).ok();
        match self.of {
            Sort::Number => Some(Value::Number(Number::new(number.clone()))),
            Sort::Length => Some(Value::Length(Length::new(self.unit?, number.clone()))),
            Sort::Money => Money::new(self.currency?, integer()?).map(Value::Money),
            Sort::Date => Date::from_day_number(i32::try_from(integer()?).ok()?).map(Value::Date),
            Sort::Member(id) => Some(Value::Member(id, u16::try_from(integer()?).ok()?)),
            Sort::Country => country_of(integer()?).map(Value::Country),
            _ => None,
        }
    }
}

// ---- what a solver prints ----

#[derive(Clone, Debug, PartialEq)]
enum Said {
    Truth(bool),
    Number(Ratio),
}

/// `((f1 5) (f2 (- (/ 1 2))))`: the values by name; those of another form are left out.
fn pairs(text: &str) -> Option<Vec<(String, Said)>> {
    let mut tokens = tokens(text).into_iter().peekable();
    let mut found = Vec::new();
    (tokens.next()? == "(").then_some(())?;
    while tokens.peek().is_some_and(|t| t == "(") {
        let _ = tokens.next();
        let name = tokens.next()?;
        let value = said(&mut tokens)?;
        found.extend(value.map(|v| (name, v)));
        (tokens.next()? == ")").then_some(())?;
    }
    Some(found)
}

fn tokens(text: &str) -> Vec<String> {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    spaced.split_whitespace().map(str::to_owned).collect()
}

/// One value; the inner `None` where it has a form that is not read, such as a root.
fn said(tokens: &mut std::iter::Peekable<std::vec::IntoIter<String>>) -> Option<Option<Said>> {
    let first = tokens.next()?;
    if first != "(" {
        return Some(match first.as_str() {
            "true" => Some(Said::Truth(true)),
            "false" => Some(Said::Truth(false)),
            number => decimal(number).map(Said::Number),
        });
    }
    let word = tokens.next()?;
    let mut parts = Vec::new();
    while tokens.peek().is_some_and(|t| t != ")") {
        parts.push(said(tokens)?);
    }
    let _ = tokens.next()?;
    Some(match (word.as_str(), parts.as_slice()) {
        ("-", [Some(Said::Number(a))]) => Some(Said::Number(-a.clone())),
        ("/", [Some(Said::Number(a)), Some(Said::Number(b))]) if *b != ratio(0, 1) => Some(Said::Number(a / b)),
        _ => None,
    })
}

fn decimal(text: &str) -> Option<Ratio> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits: i64 = format!("{whole}{part}").parse().ok()?;
    let scale = part.chars().try_fold(1_i64, |scale, _| scale.checked_mul(10))?;
    Some(ratio(digits, scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_solvers_print_is_read() {
        let text = "((f1 5)\n (f2 (- 3)) (f3 (/ 1.0 2.0)) (f4 (- (/ 7 2))) (f5 true) (f6 (root-obj (+ (^ x 2) (- 2)) 2)) (f7 2.50))";
        let found = pairs(text).expect("read");
        let of = |name: &str| found.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
        assert_eq!(of("f1"), Some(Said::Number(ratio(5, 1))));
        assert_eq!(of("f2"), Some(Said::Number(ratio(-3, 1))));
        assert_eq!(of("f3"), Some(Said::Number(ratio(1, 2))));
        assert_eq!(of("f4"), Some(Said::Number(ratio(-7, 2))));
        assert_eq!(of("f5"), Some(Said::Truth(true)));
        assert_eq!((of("f6"), of("f7")), (None, Some(Said::Number(ratio(5, 2)))));
        assert_eq!(pairs("(error \"model is not available\")").map(|found| found.len()), Some(0));
        assert_eq!(pairs("((f1 5"), None);
    }
}
