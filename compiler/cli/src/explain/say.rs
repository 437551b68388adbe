//! Names, values and outcomes in plain words.

use accord_analysis::case::show;
use accord_core::{
    Amount, Certified, Extent, Kind, Mode, Number, Outcome, Periods, Piece, Quality, Ratio, Value, ratio,
};
use accord_ir::{Node, NodeId, NodeKind, Program, Ty};

/// A name as words: `theoretical_amount` is `theoretical amount`, `old_age.pension` is `old age pension`.
pub fn words(name: &str) -> String {
    name.replace(['_', '.'], " ")
}

/// The name of a fact: `claim.start` is how the vocabulary speaks of it, else `the claim's start`;
/// `average_income of FR` is `“average income” of FR`.
pub fn fact(program: &Program, name: &str) -> String {
    if let Some(phrase) = phrase_of(program, name) {
        return phrase;
    }
    match (name.split_once('.'), name.split_once(" of ")) {
        (Some((record, field)), None) => format!("the {}'s {}", words(record), words(field)),
        (_, Some((given, party))) if party.len() == 2 => format!("“{}” of {party}", words(given)),
        _ => format!("the {}", words(name)),
    }
}

/// How the record of a fact speaks of a field that is no yes or no; of the members of a list, the later ones by number.
fn phrase_of(program: &Program, name: &str) -> Option<String> {
    let (fact, field) = name.split_once('.')?;
    let (record, at, number) = match (&program.facts.iter().find(|f| f.name == fact)?.ty, field.split_once('.')) {
        (Ty::Record(id), _) => (program.record(*id)?, field, None),
        (Ty::List(of), Some((number, at))) => match **of {
            Ty::Record(id) => (program.record(id)?, at, Some(number).filter(|n| *n != "1")),
            _ => return None,
        },
        _ => return None,
    };
    let position = record.fields.iter().position(|(name, ty)| name == at && *ty != Ty::YesNo)?;
    let phrase = record.phrases.get(position).filter(|p| !p.is_empty())?;
    Some(number.map_or(phrase.clone(), |number| format!("{phrase} ({number})")))
}

/// `the claim's start is not known`, `the periods are not known`.
pub fn not_known(names: &[String]) -> String {
    // `the periods`, but `the State where the person lives`: the noun decides.
    let plural = |name: &str| {
        let noun = name.trim_start_matches("the ").split(' ').next().unwrap_or_default();
        noun.ends_with('s') && !noun.ends_with("'s") && !noun.ends_with("us") && !noun.ends_with("ss")
    };
    let one = matches!(names, [name] if !plural(name));
    format!("{} {} not known", and(names), if one { "is" } else { "are" })
}

/// The first letter as a capital.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `a, b and c`.
pub fn and(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// Clauses of a sentence: joined by semicolons where one of them has a comma of its own.
pub fn clauses(said: &[String]) -> String {
    let said: Vec<String> = said.iter().map(|s| s.trim_end_matches(',').to_owned()).collect();
    match said.as_slice() {
        [rest @ .., last] if said.len() > 1 && said.iter().any(|s| s.contains(',')) => {
            format!("{}; and {last}", rest.join("; "))
        }
        _ => and(&said),
    }
}

/// What came out, in words.
pub fn outcome(program: &Program, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Value(v) => value(program, v),
        Outcome::Nothing => "nothing".to_owned(),
        Outcome::Undetermined(names) => {
            let missing: Vec<String> = names.iter().map(|n| fact(program, n)).collect();
            format!("cannot be said, because {}", not_known(&missing))
        }
        Outcome::Refer(to) => format!("left to {}", and(&to.iter().map(|t| t.to_string()).collect::<Vec<_>>())),
        Outcome::Gap(names) => {
            let names: Vec<String> = names.iter().map(|n| words(n)).collect();
            format!("open, because no provision decides {}", and(&names))
        }
        Outcome::Conflict(rules) => {
            let rules: Vec<_> = rules.iter().copied().collect();
            format!("contradictory: {} differ", and(&crate::evaluate::provisions(program, &rules)))
        }
        Outcome::Fault(fault) => {
            let why = match fault.kind {
                accord_core::FaultKind::Overflow => "a number is beyond its range",
                accord_core::FaultKind::ZeroDivisor => "it would be divided by zero",
                accord_core::FaultKind::Negative => "an amount would be below zero",
                accord_core::FaultKind::OutOfTable => "the table has no row for it",
                accord_core::FaultKind::OutOfRange => "a day or a span is beyond what can be held",
            };
            format!("cannot be computed, because {why}")
        }
    }
}

/// A value in words.
pub fn value(program: &Program, given: &Value) -> String {
    match given {
        Value::Member(..) => words(&plain(program, given)),
        Value::Amount(amount) => exact_amount(amount),
        Value::Set(members) if members.is_empty() => "none".to_owned(),
        Value::Set(members) => and(&members.iter().map(|m| value(program, m)).collect::<Vec<_>>()),
        Value::List(members) if members.is_empty() => "none".to_owned(),
        Value::List(members) => members.iter().map(|m| value(program, m)).collect::<Vec<_>>().join("; "),
        Value::Span(span) => format!("{} to {}", span.first, span.last),
        Value::Periods(periods) => in_short(periods),
        Value::Text(text) => text.to_string(),
        Value::Record(fields) => {
            // What it begins with tells it from others.
            let known = fields.iter().find(|f| f.rank() == 0);
            known.map_or_else(|| "one not described".to_owned(), |f| outcome(program, f))
        }
        Value::YesNo(_)
        | Value::Number(_)
        | Value::Country(_)
        | Value::Date(_)
        | Value::Length(_)
        | Value::Money(_)
        | Value::Rounding(_)
        | Value::Unit(_)
        | Value::Order(_)
        | Value::Ties(_) => plain(program, given),
    }
}

fn plain(program: &Program, value: &Value) -> String {
    show(program, &Outcome::Value(value.clone()))
}

/// An exact amount; one without an end also rounded, so that a reader sees its size.
fn exact_amount(amount: &Amount) -> String {
    let exact = amount.to_string();
    if !exact.contains('/') {
        return exact;
    }
    let places = i64::from(amount.currency.decimals().min(4)) + 2;
    let grain = (0..places).fold(ratio(1, 1), |grain: Ratio, _| grain / ratio(10, 1));
    let near = Amount::new(amount.currency, Mode::HalfUp.round_to(&amount.value, &grain));
    format!("{exact} (about {near})")
}

/// Periods in one line: all of them where they are few.
fn in_short(periods: &Periods) -> String {
    match periods.pieces.as_slice() {
        [] => "no periods".to_owned(),
        few @ ([_] | [_, _]) => few.iter().map(piece).collect::<Vec<_>>().join("; "),
        many => format!("{} periods", many.len()),
    }
}

/// One period: `NL: insurance, voluntary, 1990-01-01 to 1999-12-31`.
pub fn piece(piece: &Piece) -> String {
    let kind = match piece.kind {
        Kind::Insurance => "insurance",
        Kind::Employment => "employment",
        Kind::SelfEmployment => "self-employment",
        Kind::Residence => "residence",
        Kind::Assimilated => "assimilated",
        Kind::Credited => "credited",
    };
    let quality = match piece.quality {
        Quality::Compulsory => "",
        Quality::Voluntary => " (voluntary)",
    };
    let origin =
        if piece.owner == piece.origin { String::new() } else { format!(", completed under {}", piece.origin) };
    let when = match &piece.extent {
        Extent::Dated { first, last } => {
            let amount = |c: &Certified| format!("{} {}", Number::new(c.amount.clone()), c.unit.word_for(&c.amount));
            let certified = match (&piece.certified, piece.trimmed()) {
                (_, Some(c)) => format!(" (part of {} certified for {} to {})", amount(c), c.whole.first, c.whole.last),
                (Some(c), None) => format!(" (certified: {})", amount(c)),
                (None, None) => String::new(),
            };
            format!("{first} to {last}{certified}")
        }
        Extent::Undated { amount, unit, year } => {
            let year = year.map_or_else(String::new, |y| format!(" in {y}"));
            format!("{} {}{year}", Number::new(amount.clone()), unit.word_for(amount))
        }
    };
    format!("{} {kind}{quality} {when}{origin}", piece.owner)
}

/// What was asked: `own (NL)`, or `own` where it is about what the section is about anyway; a member of a party's
/// legislation is `amount under the law of NL`.
pub fn asked(program: &Program, id: NodeId, args: &[Value], topic: Option<&Value>) -> String {
    let (name, rest) = name_and_rest(program, id, args, topic);
    format!("{name}{rest}")
}

/// The same within a sentence: the name in quotation marks, as a treaty writes a defined term.
pub fn quoted(program: &Program, id: NodeId, args: &[Value], topic: Option<&Value>) -> String {
    let (name, rest) = name_and_rest(program, id, args, topic);
    format!("“{name}”{rest}")
}

fn name_and_rest(program: &Program, id: NodeId, args: &[Value], topic: Option<&Value>) -> (String, String) {
    let Some(node) = program.node(id) else { return (String::new(), String::new()) };
    let law = match (node.kind, args.first()) {
        (NodeKind::Law, Some(party)) => format!(" under the law of {}", plain(program, party)),
        _ => national(program, node).unwrap_or_default(),
    };
    let name = words(node.name.strip_prefix("law.").unwrap_or(&node.name));
    // Periods are too long to be said, and whose law it is was said.
    let said = args.iter().filter(|a| !matches!(a, Value::Periods(_)) && (law.is_empty() && Some(*a) != topic));
    let said: Vec<String> = said.map(|a| value(program, a)).collect();
    let args = if said.is_empty() { String::new() } else { format!(" ({})", said.join("; ")) };
    (name, format!("{args}{law}"))
}

/// For a term or function of a legislation: whose.
fn national(program: &Program, node: &Node) -> Option<String> {
    let address = &program.provision(node.provision?)?.address;
    let (law, _) = address.split_once(" article ")?;
    Some(if law == "Figures" { " by the institution's own figures".to_owned() } else { format!(" under {law}") })
}
