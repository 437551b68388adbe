//! A case as text, from facts: the other way round from `read`, for persons that were found and not written by anybody.

use super::facts::left_out;
use super::read::{DEFAULT_QUESTION, Reader};
use accord_core::{
    Amount, Country, Date, Extent, Facts, GivenKey, Kind, Length, Number, Outcome, Periods, Piece, Quality, Unit, Value,
};
use accord_ir::{DecisionId, Program, Question, RecordDef, Ty};
use accord_source::Diagnostics;

/// Decimals a length may be written with.
const LENGTH_DECIMALS: usize = 6;

/// A whole case: the facts, and what each decision gives with these arguments. What is not known is left out, and so is
/// what may be absent and is. Reading it again gives the same facts. An answer that no case can expect, such as an
/// amount without a finite decimal, is left out.
pub fn write(
    program: &Program,
    question: &str,
    name: &str,
    facts: &Facts,
    answers: &[(DecisionId, Vec<Value>, Outcome)],
) -> String {
    let mut unheard = Diagnostics::default();
    let writer = Writer { program, reader: Reader::new(program, false, &mut unheard) };
    let text = writer.case(question, name, facts, answers);
    accord_syntax::format(&text).unwrap_or(text)
}

struct Writer<'p, 's> {
    program: &'p Program,
    /// Knows what is understood where nothing is written.
    reader: Reader<'p, 's>,
}

/// One thing a case expects, by the braces it stands in.
struct Expected {
    party: Option<Country>,
    day: Option<Date>,
    text: String,
}

impl Writer<'_, '_> {
    fn case(&self, question: &str, name: &str, facts: &Facts, answers: &[(DecisionId, Vec<Value>, Outcome)]) -> String {
        let mut slots: Vec<String> = Vec::new();
        if question != DEFAULT_QUESTION {
            slots.push(format!("question: {question}"));
        }
        slots.push("evidence: constructed".to_owned());
        if let Some(question) = self.program.questions.iter().find(|q| q.name == question) {
            slots.extend(self.facts(question, facts));
        }
        slots.extend(self.given(facts));
        slots.extend(rates(facts));
        let expected = self.expected(answers);
        if !expected.is_empty() {
            slots.push(format!("expect: {}", in_braces(&by_party(&expected))));
        }
        format!("case {} {{\n{}\n}}\n", in_quotes(name), slots.join("\n"))
    }

    fn facts(&self, question: &Question, facts: &Facts) -> Vec<String> {
        let asked = question.facts.iter().filter_map(|id| {
            let position = id.0 as usize;
            Some((self.program.facts.get(position)?, facts.fact(position)?))
        });
        asked.filter_map(|(def, outcome)| self.slot(&def.name, &def.ty, def.optional, &def.name, outcome)).collect()
    }

    /// `given: { NL: { entitled: yes } }`.
    fn given(&self, facts: &Facts) -> Option<String> {
        let mut parties: Vec<String> = Vec::new();
        for party in self.program.parties.iter().map(|p| p.country) {
            let of_party = facts.given.iter().filter(|(key, _)| key.party == party);
            let fields: Vec<String> = of_party.filter_map(|(key, outcome)| self.stated(key, outcome)).collect();
            if !fields.is_empty() {
                parties.push(format!("{party}: {}", in_braces(&fields)));
            }
        }
        (!parties.is_empty()).then(|| format!("given: {}", in_braces(&parties)))
    }

    fn stated(&self, key: &GivenKey, outcome: &Outcome) -> Option<String> {
        let of_party = |party: Option<Country>| party.is_none_or(|p| p == key.party);
        let def = self.program.given.iter().find(|d| d.name == *key.name && of_party(d.party))?;
        // A record that nobody states is missing as a whole, and not field by field as in a case that begins it.
        if matches!(outcome, Outcome::Undetermined(_)) && !def.optional {
            return None;
        }
        let text = self.outcome(&def.ty, def.optional, &key.missing_name(), outcome)?;
        Some(format!("{}: {text}", def.name))
    }

    /// A slot; `None` where the same is understood without it.
    fn slot(&self, name: &str, ty: &Ty, optional: bool, path: &str, outcome: &Outcome) -> Option<String> {
        if left_out(&self.reader, ty, optional, path) == *outcome {
            return None;
        }
        Some(format!("{name}: {}", self.outcome(ty, optional, path, outcome)?))
    }

    fn outcome(&self, ty: &Ty, optional: bool, path: &str, outcome: &Outcome) -> Option<String> {
        match outcome {
            Outcome::Value(value) => self.value(ty, path, value),
            Outcome::Nothing => optional.then(|| "nothing".to_owned()),
            // Left out, it would be nothing.
            Outcome::Undetermined(_) => optional.then(|| "undetermined".to_owned()),
            Outcome::Refer(_) | Outcome::Gap(_) | Outcome::Conflict(_) | Outcome::Fault(_) => None,
        }
    }

    fn value(&self, ty: &Ty, path: &str, value: &Value) -> Option<String> {
        match (ty, value) {
            (Ty::Record(id), Value::Record(fields)) => {
                let def = self.program.record(*id)?;
                Some(in_braces(&self.fields(def, path, fields)))
            }
            (Ty::Set(inner), Value::Set(members)) => self.several(inner, path, &members.iter().collect::<Vec<_>>()),
            (Ty::List(inner), Value::List(members)) => self.several(inner, path, &members.iter().collect::<Vec<_>>()),
            (Ty::Periods, Value::Periods(periods)) => Some(rows(&periods.pieces)),
            _ => self.constant(value),
        }
    }

    fn fields(&self, def: &RecordDef, path: &str, fields: &[Outcome]) -> Vec<String> {
        let known = def.fields.iter().zip(&def.optional).zip(fields);
        known
            .filter_map(|(((name, ty), optional), outcome)| {
                self.slot(name, ty, *optional, &format!("{path}.{name}"), outcome)
            })
            .collect()
    }

    fn several(&self, inner: &Ty, path: &str, members: &[&Value]) -> Option<String> {
        let Ty::Record(id) = inner else {
            let all: Option<Vec<String>> = members.iter().map(|m| self.constant(m)).collect();
            return all.map(|all| set(&all));
        };
        let def = self.program.record(*id)?;
        if let Some(figures) = self.by_parties(def, members) {
            return Some(figures);
        }
        let mut blocks: Vec<(String, Vec<String>)> = Vec::new();
        for (index, member) in members.iter().enumerate() {
            let Value::Record(fields) = member else { return None };
            let key = key_of(path, fields).unwrap_or_else(|| (index + 1).to_string());
            let slots = self.fields(def, &format!("{path}.{key}"), fields);
            blocks.push((key, slots));
        }
        Some(match blocks.as_slice() {
            // The fields of the only one; without any they would be those of none.
            [(key, slots)] if key == "1" && !slots.is_empty() => in_braces(slots),
            several => {
                let several: Vec<String> =
                    several.iter().map(|(key, slots)| format!("{key}: {}", in_braces(slots))).collect();
                in_braces(&several)
            }
        })
    }

    /// `{ CV: 400.00 EUR  "CV, XX": 300.00 EUR }`.
    fn by_parties(&self, def: &RecordDef, members: &[&Value]) -> Option<String> {
        let [(_, Ty::Set(key)), _] = def.fields.as_slice() else { return None };
        if **key != Ty::Country {
            return None;
        }
        let row = |member: &&Value| {
            let Value::Record(fields) = member else { return None };
            let [Outcome::Value(Value::Set(parties)), Outcome::Value(value)] = fields.as_slice() else { return None };
            let codes: Option<Vec<String>> = parties.iter().map(|p| self.constant(p)).collect();
            Some(format!("{}: {}", in_quotes(&codes?.join(", ")), self.constant(value)?))
        };
        let rows: Option<Vec<String>> = members.iter().map(row).collect();
        rows.map(|rows| in_braces(&rows))
    }

    /// A value that stands in one expression.
    fn constant(&self, value: &Value) -> Option<String> {
        Some(match value {
            Value::YesNo(true) => "yes".to_owned(),
            Value::YesNo(false) => "no".to_owned(),
            Value::Number(number) => fraction(number),
            Value::Country(country) => country.to_string(),
            Value::Member(id, position) => self.program.enumeration(*id)?.members.get(usize::from(*position))?.clone(),
            Value::Set(members) => {
                let all: Option<Vec<String>> = members.iter().map(|m| self.constant(m)).collect();
                set(&all?)
            }
            Value::List(members) => {
                let all: Option<Vec<String>> = members.iter().map(|m| self.constant(m)).collect();
                set(&all?)
            }
            Value::Date(day) => day.to_string(),
            Value::Span(span) => format!("{}..{}", span.first, span.last),
            Value::Length(length) => amount_of(length)?,
            Value::Money(money) => exact(&money.exact())?,
            Value::Amount(amount) => exact(amount)?,
            Value::Rounding(rounding) => rounding.to_string(),
            Value::Unit(unit) => unit.word().to_owned(),
            Value::Text(text) => in_quotes(text),
            Value::Periods(_) | Value::Record(_) | Value::Order(_) | Value::Ties(_) => return None,
        })
    }

    fn expected(&self, answers: &[(DecisionId, Vec<Value>, Outcome)]) -> Vec<Expected> {
        let mut all: Vec<Expected> = Vec::new();
        for (decision, args, outcome) in answers {
            let Some(expected) = self.expectation(*decision, args, outcome) else { continue };
            let known = |e: &Expected| (e.party, e.day) == (expected.party, expected.day) && e.text == expected.text;
            if !all.iter().any(known) {
                all.push(expected);
            }
        }
        all
    }

    fn expectation(&self, decision: DecisionId, args: &[Value], outcome: &Outcome) -> Option<Expected> {
        let declared = self.program.decisions.get(decision.0 as usize)?;
        let (mut party, mut day) = (None, None);
        let mut others: Vec<String> = Vec::new();
        for (param, arg) in declared.params.iter().zip(args) {
            match (&param.ty, arg) {
                (Ty::Country, Value::Country(country)) if party.is_none() => party = Some(*country),
                (Ty::Date, Value::Date(date)) if day.is_none() => day = Some(*date),
                _ => others.push(self.constant(arg)?),
            }
        }
        let asked = if others.is_empty() { String::new() } else { format!("({})", others.join(", ")) };
        let text = format!("{}{asked}: {}", declared.name, self.wanted(outcome)?);
        Some(Expected { party, day, text })
    }

    /// What must come out, as a case can say it.
    fn wanted(&self, outcome: &Outcome) -> Option<String> {
        Some(match outcome {
            Outcome::Value(Value::Number(number)) => as_written(number)?,
            Outcome::Value(Value::Periods(periods)) => rows(&Periods::written(periods)),
            Outcome::Value(value) => self.constant(value)?,
            Outcome::Nothing => "nothing".to_owned(),
            Outcome::Undetermined(names) => {
                let names: Vec<String> = names.iter().map(|n| in_quotes(n)).collect();
                if names.is_empty() {
                    "undetermined".to_owned()
                } else {
                    format!("undetermined {{ {} }}", names.join(", "))
                }
            }
            Outcome::Refer(_) => "refer".to_owned(),
            Outcome::Gap(_) => "gap".to_owned(),
            Outcome::Conflict(_) => "conflict".to_owned(),
            Outcome::Fault(fault) => format!("fault {}", fault.kind.word()),
        })
    }
}

/// The word under which an element of a list stands in the case it was read from: what is missing in it says so.
fn key_of(path: &str, fields: &[Outcome]) -> Option<String> {
    let inside = format!("{path}.");
    fields.iter().find_map(|outcome| match outcome {
        Outcome::Undetermined(names) if names.len() == 1 => {
            let name = names.first()?.strip_prefix(&inside)?;
            name.split_once('.').map(|(key, _)| key.to_owned())
        }
        Outcome::Value(Value::Record(inner)) => key_of(path, inner),
        _ => None,
    })
}

/// What is expected, in the braces of the party and the day each is about.
fn by_party(expected: &[Expected]) -> Vec<String> {
    let texts = |all: &[&Expected]| all.iter().map(|e| e.text.clone()).collect();
    let all: Vec<&Expected> = expected.iter().collect();
    grouped(&all, |e| e.party, |of_party| grouped(of_party, |e| e.day, texts))
}

/// Those without a key as they are, the others in braces after it; keys in the order in which they are first met.
fn grouped<K: PartialEq + Copy + ToString>(
    all: &[&Expected],
    key: impl Fn(&Expected) -> Option<K>,
    inside: impl Fn(&[&Expected]) -> Vec<String>,
) -> Vec<String> {
    let mut keys: Vec<Option<K>> = Vec::new();
    for one in all {
        if !keys.contains(&key(one)) {
            keys.push(key(one));
        }
    }
    keys.sort_by_key(Option::is_some);
    let mut out = Vec::new();
    for wanted in keys {
        let members: Vec<&Expected> = all.iter().copied().filter(|e| key(e) == wanted).collect();
        let texts = inside(&members);
        match wanted {
            None => out.extend(texts),
            Some(key) => out.push(format!("{}: {}", key.to_string(), in_braces(&texts))),
        }
    }
    out
}

/// `rates: { CVE: 0.00907 EUR }`.
fn rates(facts: &Facts) -> Option<String> {
    let mut rows: Vec<String> = Vec::new();
    for ((from, into), rate) in &facts.rates {
        if let Some(worth) = exact(&Amount::new(*into, rate.clone())) {
            rows.push(format!("{from}: {worth}"));
        }
    }
    (!rows.is_empty()).then(|| format!("rates: {}", in_braces(&rows)))
}

/// The rows of a record of periods.
fn rows(pieces: &[Piece]) -> String {
    let rows: Vec<String> = pieces.iter().filter_map(row).collect();
    in_braces(&rows)
}

/// `NL voluntary 2001-01-01..2001-12-31`.
fn row(piece: &Piece) -> Option<String> {
    let mut words = vec![piece.owner.to_string()];
    // Some word stands in every row, so that rows are not taken for a set of countries.
    if piece.kind != Kind::Insurance || piece.quality == Quality::Compulsory {
        words.push(piece.kind.word().to_owned());
    }
    if piece.quality != Quality::Compulsory {
        words.push(piece.quality.word().to_owned());
    }
    match &piece.extent {
        Extent::Dated { first, last } => {
            words.push(format!("{first}..{last}"));
            words.extend(piece.certified.as_ref().and_then(|certified| amount_of(&certified.length())));
        }
        Extent::Undated { amount, unit, year } => {
            words.push(amount_of(&Length::new(*unit, amount.clone()))?);
            words.extend(year.map(|y| format!("in {y}")));
        }
    }
    Some(words.join(" "))
}

/// `18 months`; `None` where no case can write it.
fn amount_of(length: &Length) -> Option<String> {
    let count = Number::new(length.counted.clone()).to_string();
    let places = count.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    if count.contains('/') || count.starts_with('-') || places > LENGTH_DECIMALS {
        return None;
    }
    // Days of a week of five, six or seven have no singular.
    let plain = matches!(length.unit, Unit::Days5 | Unit::Days6 | Unit::Days7);
    let word = if plain { length.unit.word() } else { length.unit.word_for(&length.counted) };
    Some(format!("{count} {word}"))
}

/// An amount not below zero that has a finite decimal.
fn exact(amount: &Amount) -> Option<String> {
    let text = amount.to_string();
    (!text.contains('/') && !text.starts_with('-')).then_some(text)
}

/// A number as it must be expected: a fraction as it was written. `None` where it never was, or of parts that are
/// fractions themselves.
fn as_written(number: &Number) -> Option<String> {
    let text = number.to_string();
    let most = usize::from(number.written.is_some());
    (text.matches('/').count() <= most).then_some(text)
}

/// A number as it is written, where its parts can be; else as it is.
fn fraction(number: &Number) -> String {
    let text = number.to_string();
    if text.matches('/').count() > 1 { Number::new(number.value.clone()).to_string() } else { text }
}

/// `{ XA, XB }`; the only one alone.
fn set(members: &[String]) -> String {
    match members {
        [] => "{ }".to_owned(),
        [only] => only.clone(),
        several => format!("{{ {} }}", several.join(", ")),
    }
}

fn in_braces(parts: &[String]) -> String {
    if parts.is_empty() { "{ }".to_owned() } else { format!("{{ {} }}", parts.join("\n")) }
}

/// A text in quotes; it has no way to begin a new line.
fn in_quotes(text: &str) -> String {
    let line = text.replace(['\n', '\r'], " ");
    format!("\"{}\"", line.replace('\\', "\\\\").replace('"', "\\\""))
}
