//! A condition in plain words: facts as the vocabulary speaks of them, defined terms in quotation marks, States by name.

use crate::{explain, person};
use accord_core::Country;
use accord_ir::{Program, Ty};
use accord_prove::report::Literal;

/// The condition for a reader who does not know the encoding.
pub fn said(program: &Program, literal: &Literal) -> String {
    let (text, subject) = (literal.text.as_str(), literal.subject.as_str());
    let plain = Plain { program, subject };
    if let Some(statement) = text.strip_prefix("it is not so that ") {
        return denied(statement);
    }
    if let Some(statement) = person::statement(program, subject) {
        match text.strip_prefix(subject) {
            Some("" | " is yes") => return statement,
            Some(" is no") => return denied(&statement),
            _ => {}
        }
    }
    let denied = text.strip_prefix("not ").filter(|name| *name == subject);
    if text == subject || denied.is_some() {
        return plain.stands(denied.is_none());
    }
    for (between, of) in [(" is one of ", " is "), (" is none of ", " is none of ")] {
        if let Some((about, listed)) = text.split_once(between) {
            let each: Vec<String> = listed.split(", ").map(|one| plain.words(one)).collect();
            let joined = if of == " is " { or(&each) } else { explain::and(&each) };
            return format!("{}{of}{joined}", plain.words(about));
        }
    }
    for (end, instead) in [
        (" is in any party", " is one of the parties"),
        (" is not in any party", " is none of the parties"),
        (" is not given", ": none"),
        (" is given", ": given"),
    ] {
        if let Some(about) = text.strip_suffix(end) {
            return format!("{}{instead}", plain.words(about));
        }
    }
    plain.words(text)
}

/// A State as it stands within a sentence: `the Netherlands`.
pub fn state(country: Country) -> String {
    let name = country.name();
    name.strip_prefix("The ").map_or(name.clone(), |rest| format!("the {rest}"))
}

/// `a, b or c`.
fn or(items: &[String]) -> String {
    match items {
        [rest @ .., last] if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => items.concat(),
    }
}

/// That a statement is not so: by its verb where it has one `is`, and that not in a clause within it.
fn denied(statement: &str) -> String {
    let has_clause = [" who ", " whose ", " which ", " that "].iter().any(|word| statement.contains(word));
    if statement.matches(" is ").count() == 1 && !has_clause {
        return statement.replacen(" is ", " is not ", 1);
    }
    format!("it is not so that {statement}")
}

struct Plain<'a> {
    program: &'a Program,
    /// What the condition is about, as the agreement calls it.
    subject: &'a str,
}

impl Plain<'_> {
    /// That what the condition is about is so, or is not.
    fn stands(&self, yes: bool) -> String {
        let name = self.words(self.subject);
        let is_stated = self.subject.split_once(" of ").is_some_and(|(given, _)| self.is_given(given));
        match (is_stated, self.subject.contains(' '), yes) {
            (true, _, true) => format!("{name} is yes"),
            (true, _, false) => format!("{name} is no"),
            (false, true, true) => name,
            (false, true, false) => format!("it is not so that {name}"),
            (false, false, true) => format!("{name} holds"),
            (false, false, false) => format!("{name} does not hold"),
        }
    }

    /// Every word that is a name of the encoding, as a reader would say it.
    fn words(&self, text: &str) -> String {
        let all: Vec<&str> = text.split(' ').collect();
        let mut out: Vec<String> = Vec::new();
        let mut rest = all.iter().copied().enumerate().peekable();
        while let Some((at, word)) = rest.next() {
            let before = at.checked_sub(1).and_then(|b| all.get(b)).copied();
            let next = rest.peek().map(|(_, w)| *w);
            // A member of a list is two words: `activities 1.party`.
            if let Some(said) = next.and_then(|next| self.member(word, next)) {
                let _ = rest.next();
                out.push(said);
                continue;
            }
            let bare = word.trim_end_matches(',');
            let mark = word.get(bare.len()..).unwrap_or_default();
            let said = self.word(bare, before, next).unwrap_or_else(|| bare.to_owned());
            out.push(format!("{said}{mark}"));
        }
        out.join(" ")
    }

    fn word(&self, word: &str, before: Option<&str>, next: Option<&str>) -> Option<String> {
        if let Some(country) = Country::parse(word).filter(|c| c.name() != c.code()) {
            return Some(state(country));
        }
        if word == "day" && !matches!(before, Some("the" | "a")) {
            return Some("the day asked about".to_owned());
        }
        if let Some(of) = word.strip_prefix("size(").and_then(|w| w.strip_suffix(')')) {
            return Some(format!("the number of {}", explain::words(of)));
        }
        if next == Some("of") && self.is_given(word) {
            return Some(format!("“{}”", explain::words(word)));
        }
        if self.is_fact(word) && (word.contains('.') || before.is_none()) {
            return Some(explain::fact(self.program, word));
        }
        if self.program.enums.iter().any(|e| e.members.iter().any(|m| m == word)) {
            return Some(explain::words(word));
        }
        let (name, args) = word.split_at(word.find('(').unwrap_or(word.len()));
        let is_name = word == self.subject || name.contains('_') || !args.is_empty();
        if !is_name || !self.program.nodes.iter().any(|n| n.name == name) {
            return None;
        }
        let of: Vec<String> = args.trim_matches(['(', ')']).split(',').map(|a| self.argument(a.trim())).collect();
        let of = of.join(", ");
        Some(if of.is_empty() {
            format!("“{}”", explain::words(name))
        } else {
            format!("“{}” ({of})", explain::words(name))
        })
    }

    fn argument(&self, name: &str) -> String {
        Country::parse(name).filter(|c| c.name() != c.code()).map_or_else(|| explain::words(name), state)
    }

    /// `activities 1.party` is `the State of work`.
    fn member(&self, list: &str, member: &str) -> Option<String> {
        let (number, _) = member.split_once('.')?;
        let is_list = self.program.facts.iter().any(|f| f.name == list && matches!(f.ty, Ty::List(_)));
        let is_number = number.chars().all(|c| c.is_ascii_digit());
        (is_list && is_number).then(|| explain::fact(self.program, &format!("{list}.{member}")))
    }

    fn is_given(&self, name: &str) -> bool {
        self.program.given.iter().any(|g| g.name == name)
    }

    /// A fact, or a field of one.
    fn is_fact(&self, name: &str) -> bool {
        let (fact, _) = name.split_once('.').unwrap_or((name, ""));
        self.program.facts.iter().any(|f| f.name == fact && (name.contains('.') || !matches!(f.ty, Ty::Record(_))))
    }
}
