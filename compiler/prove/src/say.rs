//! Groups of persons in the agreement's own words.

use crate::path::{Bounds, Choice, Measure, Path, limit};
use crate::report::Literal;
use crate::split::Space;
use crate::term::{Arena, Shape, Side, Sort, Term};
use accord_core::{HostFn, Outcome, Unit, Value, ratio};
use accord_ir::Quantifier;
use std::collections::BTreeSet;

impl Space<'_> {
    /// What is assumed of a group, one sentence part for each thing it is about.
    pub(crate) fn said(&self, path: &Path) -> Vec<Literal> {
        let mut literals = Vec::new();
        let mut told: BTreeSet<Measure> = BTreeSet::new();
        let mut subjects: BTreeSet<Term> = BTreeSet::new();
        for (term, choice) in &path.assumed {
            if let Some(limit) = limit(&self.arena, *term)
                && matches!(choice, Choice::Yes | Choice::No)
            {
                if told.insert(limit.of)
                    && let Some(bounds) = path.bounds.get(&limit.of)
                {
                    literals.push(self.bounded(limit.of, bounds));
                }
                continue;
            }
            if let Some((subject, _)) = self.arena.membership(*term)
                && path.few.contains_key(&subject)
                && matches!(choice, Choice::Yes | Choice::No)
            {
                if subjects.insert(subject) {
                    literals.extend(self.one_of(path, subject));
                }
                continue;
            }
            literals.extend(self.condition(*term, *choice));
        }
        let mut seen = BTreeSet::new();
        literals.retain(|l| seen.insert(l.text.clone()));
        literals
    }

    fn bounded(&self, of: Measure, bounds: &Bounds) -> Literal {
        let subject = match of {
            Measure::Of(term) | Measure::As(term, _) => self.expression(term),
            Measure::Gap(a, b, _) => format!("{} after {}", self.expression(a), self.expression(b)),
        };
        let is_day = matches!(of, Measure::Of(t) if self.arena.sort(t) == Sort::Date);
        let mut parts = Vec::new();
        match (&bounds.low, &bounds.high) {
            (Some((low, false)), Some((high, false))) if low == high => parts.push(format!("is {}", show(low))),
            _ => {
                if let Some((low, strict)) = &bounds.low {
                    parts.push(match (is_day, strict) {
                        (true, _) => format!("is not before {}", show(low)),
                        (false, true) => format!("is more than {}", show(low)),
                        (false, false) => format!("is at least {}", show(low)),
                    });
                }
                if let Some((high, strict)) = &bounds.high {
                    parts.push(match (is_day, strict) {
                        (true, _) => format!("is not after {}", show(high)),
                        (false, true) => format!("is less than {}", show(high)),
                        (false, false) => format!("is at most {}", show(high)),
                    });
                }
            }
        }
        let text = match of {
            Measure::Of(_) => format!("{subject} {}", parts.join(" and ")),
            Measure::As(_, side) => {
                let text = if side == Side::Old { "before" } else { "after" };
                format!("{subject} {}, as converted {text}", parts.join(" and "))
            }
            Measure::Gap(a, b, _) => {
                let parts: Vec<String> = parts.iter().map(|p| p.strip_prefix("is ").unwrap_or(p).to_owned()).collect();
                format!("{} is {} after {}", self.expression(a), parts.join(" and "), self.expression(b))
            }
        };
        Literal { subject, text }
    }

    fn one_of(&self, path: &Path, subject: Term) -> Option<Literal> {
        let few = path.few.get(&subject)?;
        let all = Path::default().few_of(&self.arena, self.world, subject)?;
        let name = self.expression(subject);
        let listed: Vec<String> = few.listed.iter().map(|v| self.value(v)).collect();
        let missing: Vec<String> = all.listed.difference(&few.listed).map(|v| self.value(v)).collect();
        let parties: BTreeSet<Value> = self.world.parties.iter().map(|p| Value::Country(*p)).collect();
        let many = parties.len() > Arena::FEW;
        let text = if many
            && few.elsewhere
            && few.listed.is_disjoint(&parties)
            && few.listed.len() + parties.len() == all.listed.len()
        {
            format!("{name} is not in any party")
        } else if many && !few.elsewhere && few.listed == parties {
            format!("{name} is in any party")
        } else if few.elsewhere || (!all.elsewhere && missing.len() < listed.len() && missing.len() <= 3) {
            match missing.as_slice() {
                [] => return None,
                [only] => format!("{name} is not {only}"),
                many => format!("{name} is none of {}", many.join(", ")),
            }
        } else {
            match listed.as_slice() {
                [only] => format!("{name} is {only}"),
                many => format!("{name} is one of {}", many.join(", ")),
            }
        };
        Some(Literal { subject: name, text })
    }

    fn condition(&self, term: Term, choice: Choice) -> Option<Literal> {
        let text = match choice {
            Choice::Value => return None,
            Choice::Odd => format!("{} cannot be told", self.expression(term)),
            Choice::Nothing => format!("{} is not given", self.expression(term)),
            Choice::Count(n) => {
                let name = self.expression(term);
                match n {
                    0..=2 => format!("size({name}) is {n}"),
                    _ => format!("size({name}) is more than 2"),
                }
            }
            Choice::Yes => self.so(term, true),
            Choice::No => self.so(term, false),
        };
        Some(Literal { subject: self.expression(term), text })
    }

    /// A condition as a statement.
    fn so(&self, term: Term, yes: bool) -> String {
        let shape = self.arena.shape(term);
        if self.arena.names.contains_key(&term) {
            return format!("{}{}", if yes { "" } else { "not " }, self.expression(term));
        }
        if let Some(phrase) = self.phrase(term) {
            return if yes { phrase } else { format!("it is not so that {phrase}") };
        }
        let not = if yes { "" } else { "not " };
        match &*shape {
            Shape::Not(inner) => self.so(*inner, !yes),
            Shape::Host(HostFn::IsGiven, operands, _) => match operands.as_slice() {
                [of] => format!("{} is {not}given", self.expression(*of)),
                _ => self.expression(term),
            },
            Shape::Quantify(quantifier @ (Quantifier::Some | Quantifier::Every), _, domain, filter, body) => {
                let of_each: Vec<String> = filter.iter().chain(body).map(|t| self.so(*t, true)).collect();
                let (some, list) = (*quantifier == Quantifier::Some, self.expression(*domain));
                let word = match (some, yes) {
                    (true, true) => "for some of",
                    (true, false) => "for none of",
                    (false, true) => "for each of",
                    (false, false) => "not for each of",
                };
                match (some, of_each.as_slice()) {
                    (false, [with, then]) => format!("{word} {list} of which {with}, {then}"),
                    _ => format!("{word} {list}, {}", of_each.join(" and ")),
                }
            }
            Shape::Host(HostFn::Equal, operands, _) => match operands.as_slice() {
                // What is equal to what: a figure is not the subject.
                [a, b] if self.arena.is_known(*a) => {
                    format!("{} is {not}{}", self.expression(*b), self.expression(*a))
                }
                [a, b] => format!("{} is {not}{}", self.expression(*a), self.expression(*b)),
                _ => self.expression(term),
            },
            Shape::Host(HostFn::AtMost, operands, _) => match operands.as_slice() {
                [a, b] => {
                    let is = match (self.arena.sort(*a) == Sort::Date, yes) {
                        (true, true) => "is not after",
                        (true, false) => "is after",
                        (false, true) => "is at most",
                        (false, false) => "is more than",
                    };
                    format!("{} {is} {}", self.expression(*a), self.expression(*b))
                }
                _ => self.expression(term),
            },
            Shape::Host(HostFn::In, operands, _) => match operands.as_slice() {
                [a, b] => match &*self.arena.shape(*b) {
                    Shape::Host(HostFn::PartiesIn, ..) => {
                        let there = if yes { "there are periods" } else { "there are no periods" };
                        format!("{there} in {}", self.expression(*a))
                    }
                    Shape::Known(_) => {
                        let among = if yes { "is one of" } else { "is none of" };
                        format!("{} {among} {}", self.expression(*a), self.expression(*b))
                    }
                    _ => format!("{} is {not}in {}", self.expression(*a), self.expression(*b)),
                },
                _ => self.expression(term),
            },
            _ => format!("{not}{}", self.expression(term)),
        }
    }

    /// The statement that a yes-or-no fact is, as its record words it.
    fn phrase(&self, term: Term) -> Option<String> {
        let Shape::Host(HostFn::Field, operands, _) = &*self.arena.shape(term) else { return None };
        if self.arena.sort(term) != Sort::YesNo {
            return None;
        }
        let [record, position] = operands.as_slice() else { return None };
        let def = self.record_of(*record)?;
        let phrase = def.phrases.get(self.position(*position)?)?;
        (!phrase.is_empty()).then(|| phrase.clone())
    }

    fn record_of(&self, record: Term) -> Option<&accord_ir::RecordDef> {
        match self.arena.sort(record) {
            Sort::Record(id) => self.world.records.get(usize::from(id)),
            _ => None,
        }
    }

    fn position(&self, term: Term) -> Option<usize> {
        match self.arena.known_value(term) {
            Some(Value::Number(n)) => n.value.to_integer().try_into().ok(),
            _ => None,
        }
    }

    /// A term as the text calls it, else as an expression.
    pub(crate) fn expression(&self, term: Term) -> String {
        if let Some(name) = self.arena.names.get(&term) {
            return name.clone();
        }
        let list = |terms: &[Term]| terms.iter().map(|t| self.expression(*t)).collect::<Vec<String>>().join(", ");
        match &*self.arena.shape(term) {
            Shape::Known(Outcome::Value(value)) => self.value(value),
            Shape::Known(outcome) => outcome.word().to_owned(),
            Shape::Fact(fact) => self.world.facts.get(*fact as usize).map_or("a fact".to_owned(), |f| f.name.clone()),
            Shape::Given(party, name) => format!("{name} of {}", self.expression(*party)),
            Shape::Bound(n, _) => {
                if *n < 16 {
                    format!("P{}", n + 1)
                } else {
                    "each".to_owned()
                }
            }
            Shape::Element(list, n) => format!("{} {}", self.expression(*list), n + 1),
            Shape::All(parts) => parts.iter().map(|t| self.so(*t, true)).collect::<Vec<String>>().join(" and "),
            Shape::Any(parts) => {
                format!("({})", parts.iter().map(|t| self.so(*t, true)).collect::<Vec<String>>().join(" or "))
            }
            Shape::Not(inner) => self.so(*inner, false),
            Shape::If(c, t, e) => {
                format!("if {} then {} else {}", self.so(*c, true), self.expression(*t), self.expression(*e))
            }
            Shape::Strict(_, then) => self.expression(*then),
            Shape::Quantify(Quantifier::Some | Quantifier::Every, ..) => self.so(term, true),
            Shape::Quantify(quantifier, _, domain, filter, body) => {
                let parts: Vec<String> = filter.iter().chain(body).map(|t| self.expression(*t)).collect();
                let word = quantifier_word(*quantifier);
                let of = self.expression(*domain);
                if parts.is_empty() { format!("{word} {of}") } else { format!("{word} {of} with {}", parts.join(", ")) }
            }
            Shape::Gather(quantifier, shares) => {
                let members: Vec<Term> = shares.iter().map(|s| s.2).collect();
                format!("{} {}", quantifier_word(*quantifier), list(&members))
            }
            Shape::Parties(members) => self.parties_said(members),
            Shape::Decide(_, _, name) => name.to_string(),
            Shape::Host(HostFn::Field, operands, _) => match operands.as_slice() {
                [record, position] => {
                    let def = self.record_of(*record);
                    let field = def.zip(self.position(*position)).and_then(|(d, at)| d.fields.get(at));
                    let field = field.map_or("?", |(n, _)| n.as_str());
                    if self.is_member(*record) {
                        format!("its {field}")
                    } else {
                        format!("{}.{field}", self.expression(*record))
                    }
                }
                _ => "?".to_owned(),
            },
            Shape::Host(function, operands, _) => self.operation(*function, operands),
        }
    }

    /// Whether a term stands for whatever member of a list.
    fn is_member(&self, term: Term) -> bool {
        matches!(&*self.arena.shape(term), Shape::Bound(n, Sort::Record(_)) if *n >= crate::state::FIRST_VARIABLE)
    }

    fn operation(&self, function: HostFn, operands: &[Term]) -> String {
        let each: Vec<String> = operands.iter().map(|t| self.expression(*t)).collect();
        let pair = |word: &str| each.join(&format!(" {word} "));
        match (function, each.as_slice()) {
            (HostFn::Equal, _) => pair("is"),
            (HostFn::AtMost, _) => pair("is at most"),
            (HostFn::In, _) => pair("in"),
            (HostFn::Add, _) => pair("+"),
            (HostFn::Subtract, _) => pair("-"),
            (HostFn::Multiply, _) => pair("*"),
            (HostFn::Divide, _) => pair("/"),
            (HostFn::After, [by, from, _]) => format!("{by} after {from}"),
            (HostFn::Before, [by, from, _]) => format!("{by} before {from}"),
            (HostFn::DayBefore, [day]) => format!("the day before {day}"),
            (HostFn::SpanOf, [first, last]) => format!("{first} to {last}"),
            (HostFn::LengthOf, [of, unit]) => format!("length of {of} in {unit}"),
            (HostFn::Part, [party, of]) => format!("{party}'s part of {of}"),
            (HostFn::Totalise, [_, of, ..]) => format!("the periods of {of}"),
            (HostFn::AsIfOwn, [of, party]) => format!("{of} as {party}'s own"),
            (HostFn::PartiesIn, _) => "concerned".to_owned(),
            (HostFn::Rounded, [of, how]) => format!("{of} rounded {how}"),
            (HostFn::Stored, [of]) => of.clone(),
            (HostFn::IsGiven, [of]) => format!("{of} is given"),
            _ => format!("{}({})", function.word(), each.join(", ")),
        }
    }

    fn parties_said(&self, members: &[Term]) -> String {
        let plain = self.arena.parties.iter().zip(members).all(|(_, m)| match &*self.arena.shape(*m) {
            Shape::Host(HostFn::In, operands, _) => {
                operands.get(1).is_some_and(|s| matches!(&*self.arena.shape(*s), Shape::Host(HostFn::PartiesIn, ..)))
            }
            _ => false,
        });
        if plain {
            return "concerned".to_owned();
        }
        let some = self.arena.parties.iter().zip(members).filter(|(_, m)| self.arena.truth(**m) != Some(false));
        let each = some.map(|(party, m)| match self.arena.truth(*m) {
            Some(_) => party.code().to_owned(),
            None => format!("{} if {}", party.code(), self.so(*m, true)),
        });
        format!("({})", each.collect::<Vec<String>>().join(", "))
    }

    /// A value in the words of the world.
    pub(crate) fn value(&self, value: &Value) -> String {
        match value {
            Value::Member(id, position) => self.world.member_name(*id, *position).to_owned(),
            Value::Set(set) => set.iter().map(|v| self.value(v)).collect::<Vec<String>>().join(", "),
            other => show(other),
        }
    }
}

fn quantifier_word(quantifier: Quantifier) -> &'static str {
    use Quantifier as Q;
    match quantifier {
        Q::Every => "every of",
        Q::Some => "some of",
        Q::Sum => "sum over",
        Q::Count => "number of",
        Q::Largest => "largest of",
        Q::Smallest => "smallest of",
        Q::SetOf => "those of",
        Q::Gathered => "all of",
        Q::TheOnly(_) => "the only of",
        Q::TheWithLargest(_) | Q::TheWithSmallest(_) => "the one of",
    }
}

/// A value as the language writes it.
pub(crate) fn show(value: &Value) -> String {
    match value {
        Value::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(n) => n.to_string(),
        Value::Country(c) => c.code().to_owned(),
        Value::Date(d) => d.to_string(),
        Value::Span(s) => s.to_string(),
        Value::Length(l) => {
            // Months that are whole years read better so.
            let years = &l.counted / ratio(12, 1);
            if l.unit == Unit::Months && l.counted >= ratio(24, 1) && years.is_integer() {
                accord_core::Length::new(Unit::Years, years).to_string()
            } else {
                l.to_string()
            }
        }
        Value::Money(m) => m.to_string(),
        Value::Amount(a) => a.to_string(),
        Value::Unit(u) => u.word().to_owned(),
        Value::Rounding(r) => r.to_string(),
        Value::Text(t) => t.to_string(),
        Value::Member(_, position) => position.to_string(),
        Value::Set(set) => set.iter().map(show).collect::<Vec<String>>().join(", "),
        Value::List(list) => list.iter().map(show).collect::<Vec<String>>().join(", "),
        Value::Periods(_) | Value::Record(_) | Value::Order(_) | Value::Ties(_) => value.kind().to_owned(),
    }
}
