//! A case as a whole: its heading, its question, and what belongs to each.

use super::findings::{expected, found, one_of, short, twice, unknown, wrong};
use super::leaf::{self, Unread};
use super::{Case, WantedVerdict, facts};
use accord_core::{Country, Facts, Value};
use accord_ir::{FactId, Program, Question, Ty};
use accord_source::{Code, Diagnostic, Diagnostics, Severity, Span};
use accord_syntax::ast::{self, Expr, ExprKind, Item, ItemKind, Slot, SlotValue};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What a case may hold besides the facts of its question.
pub(super) const HEADING: &[&str] =
    &["agreement", "text", "question", "source", "evidence", "corrected", "note", "given", "rates", "expect"];

/// What of its heading says something of a person.
const FACTUAL: &[&str] = &["given", "rates"];

/// The question of a case that names none.
pub(super) const DEFAULT_QUESTION: &str = "benefit";

/// Degrees of evidence of a case.
pub(super) const EVIDENCE: &[&str] = &["published", "derived", "constructed"];

/// The slots of a block by name, each name once.
pub(super) type Slots<'a> = BTreeMap<&'a str, &'a Slot>;

/// Reads one case against one program.
pub(super) struct Reader<'p, 's> {
    pub program: &'p Program,
    /// Whether texts stand for what they would be without their quotes, as in JSON.
    pub quoted: bool,
    sink: &'s mut Diagnostics,
    failed: bool,
    /// The verdicts read so far.
    pub wanted: Vec<WantedVerdict>,
}

impl<'p, 's> Reader<'p, 's> {
    pub fn new(program: &'p Program, quoted: bool, sink: &'s mut Diagnostics) -> Reader<'p, 's> {
        Reader { program, quoted, sink, failed: false, wanted: Vec::new() }
    }

    /// Records a finding.
    pub fn report(&mut self, finding: Diagnostic) {
        self.failed |= finding.severity == Severity::Error;
        self.sink.push(finding);
    }

    /// Notes that something is wrong that was reported by whoever read the text.
    pub fn poisoned(&mut self) {
        self.failed = true;
    }

    /// The expression itself; for a text in JSON what it says, where a text is not what is wanted.
    pub fn leaf<'e>(&mut self, expr: &'e Expr, wanted: &str) -> Option<Cow<'e, Expr>> {
        let ExprKind::Text(text) = &expr.kind else { return Some(Cow::Borrowed(expr)) };
        if !self.quoted {
            return Some(Cow::Borrowed(expr));
        }
        match leaf::parse(text, expr.span, self.sink) {
            Ok(parsed) => Some(Cow::Owned(parsed)),
            Err(why) => {
                if why == Unread::Silent {
                    self.report(leaf::unreadable(text, expr.span, wanted));
                }
                self.failed = true;
                None
            }
        }
    }

    /// The slots of a block by name; a name given twice is an error.
    pub fn slots<'a>(&mut self, slots: &'a [Slot]) -> Slots<'a> {
        let mut by_name = Slots::new();
        for slot in slots {
            match by_name.get(slot.name.text.as_str()) {
                Some(first) => self.report(twice(&slot.name.text, slot.name.span, first.name.span)),
                None => {
                    let _ = by_name.insert(&slot.name.text, slot);
                }
            }
        }
        by_name
    }

    /// The slots in braces.
    pub fn block<'a>(&mut self, slot: &'a Slot, example: &str) -> Option<&'a [Slot]> {
        if let Some(slots) = braces(&slot.value) {
            return Some(slots);
        }
        let name = &slot.name.text;
        if self.fine(&slot.value) {
            self.report(
                wrong(place(slot), "fields in braces", &self.found(&slot.value))
                    .help(format!("write `{name}: {{ {example} }}`")),
            );
        }
        None
    }

    /// Whether a slot holds something the parser could read.
    pub fn fine(&mut self, value: &SlotValue) -> bool {
        let junk = match value {
            SlotValue::List(list) => list.iter().any(is_junk),
            SlotValue::Rows(rows, _) => rows.iter().any(|r| r.cells.iter().any(is_junk)),
            SlotValue::Block(_) | SlotValue::Dates(_) | SlotValue::Dated(_) => false,
        };
        self.failed |= junk;
        !junk
    }

    /// What a slot holds, in words.
    pub fn found(&self, value: &SlotValue) -> String {
        match value {
            SlotValue::List(list) => match list.as_slice() {
                [one] => found(one),
                _ => format!("{} values", list.len()),
            },
            SlotValue::Block(_) => "fields in braces".to_owned(),
            SlotValue::Rows(..) => "rows of words".to_owned(),
            SlotValue::Dates(_) | SlotValue::Dated(_) => "days with `from` or `until`".to_owned(),
        }
    }

    /// The one expression of a slot.
    pub fn single<'a>(&mut self, slot: &'a Slot, wanted: &str) -> Option<&'a Expr> {
        if let SlotValue::List(list) = &slot.value
            && let [only] = list.as_slice()
        {
            return Some(only);
        }
        if self.fine(&slot.value) {
            let found = self.found(&slot.value);
            self.report(wrong(place(slot), wanted, &found));
        }
        None
    }

    /// Checks the whole case.
    pub fn case(mut self, item: &Item) -> Option<Case> {
        let ItemKind::Case { name, body } = &item.kind else { return None };
        let slots = self.slots(&body.slots);
        let question = self.question(&slots)?;
        self.fields_known(&slots, question);
        self.agreement(&slots);
        self.text_read(&slots);
        let mut case = Case {
            name: name.text.clone(),
            question: question.name.clone(),
            source: self.words(&slots, "source").unwrap_or_default(),
            evidence: self.evidence(&slots),
            corrected: self.words(&slots, "corrected"),
            note: self.words(&slots, "note"),
            facts: Facts::default(),
            concerned: Vec::new(),
            expect: Vec::new(),
            verdicts: Vec::new(),
            everybody: slots.keys().all(|name| *name == "expect" || !FACTUAL.contains(name) && HEADING.contains(name)),
            span: item.span,
        };
        if case.evidence == "published" && case.source.is_empty() && !self.failed {
            let at = slots.get("evidence").map_or(name.span, |s| place(s));
            self.report(
                Diagnostic::new(Code::CaseMissingField, at, "a published case does not say where it was published")
                    .help("add `source: \"...\"`, or write `evidence: constructed`"),
            );
        }
        case.facts.row = facts::row(&mut self, &slots, question);
        case.concerned = concerned(&case.facts);
        self.given(&slots, &mut case.facts);
        self.rates(&slots, &mut case.facts);
        if let Some(expect) = slots.get("expect") {
            case.expect = self.expectations(expect, question);
            case.verdicts = std::mem::take(&mut self.wanted);
        }
        (!self.failed).then_some(case)
    }

    /// The question the case puts.
    fn question(&mut self, slots: &Slots<'_>) -> Option<&'p Question> {
        let program = self.program;
        let names: Vec<String> = program.questions.iter().map(|q| q.name.clone()).collect();
        let Some(slot) = slots.get("question") else {
            let usual = program.questions.iter().find(|q| q.name == DEFAULT_QUESTION);
            let found = usual.or_else(|| program.questions.first());
            self.failed |= found.is_none();
            return found;
        };
        let word = self.word(slot, &format!("a question such as {}", one_of(&names)))?;
        let found = program.questions.iter().find(|q| q.name == word);
        if found.is_none() {
            let message = format!("no question is called `{}`", short(&word));
            self.report(unknown(Code::CaseWrongValue, place(slot), message, &word, &names));
        }
        found
    }

    /// Every slot is a heading or a fact of the question.
    fn fields_known(&mut self, slots: &Slots<'_>, question: &Question) {
        for (name, slot) in slots {
            if HEADING.contains(name) || (self.quoted && *name == "$schema") {
                continue;
            }
            let is_fact = |id: &FactId| self.program.facts.get(id.0 as usize).is_some_and(|f| f.name == *name);
            if !question.facts.iter().any(is_fact) {
                let finding = self.unknown_slot(name, slot.name.span, question);
                self.report(finding);
            }
        }
    }

    fn unknown_slot(&self, name: &str, span: Span, question: &Question) -> Diagnostic {
        let fact = |id: &FactId| self.program.facts.get(id.0 as usize);
        let message = format!("a case has no field `{}`", short(name));
        let other = self.program.questions.iter().find(|q| q.facts.iter().filter_map(fact).any(|f| f.name == name));
        if let Some(other) = other {
            return Diagnostic::new(Code::CaseUnknownField, span, message)
                .here(format!("a fact of the question `{}`", other.name))
                .help(format!("this case puts the question `{}`; write `question: {}`", question.name, other.name));
        }
        for whole in question.facts.iter().filter_map(fact) {
            if let Ty::Record(id) = &whole.ty
                && self.program.record(*id).is_some_and(|r| r.fields.iter().any(|(f, _)| f == name))
            {
                return Diagnostic::new(Code::CaseUnknownField, span, message)
                    .here(format!("a field of `{}`", whole.name))
                    .help(format!("write `{}: {{ {name}: ... }}`", whole.name));
            }
        }
        let mut known: Vec<String> = question.facts.iter().filter_map(fact).map(|f| f.name.clone()).collect();
        known.extend(HEADING.iter().map(|h| (*h).to_owned()));
        unknown(Code::CaseUnknownField, span, message, name, &known)
    }

    /// The day whose text it is computed in: whoever chose the text looked at it; here it is only a day or none.
    fn text_read(&mut self, slots: &Slots<'_>) {
        let Some(slot) = slots.get("text") else { return };
        let Some(expr) = self.single(slot, "a day") else { return };
        let day = match &expr.kind {
            ExprKind::Date(_) => true,
            ExprKind::Text(text) => self.quoted && accord_core::Date::parse(text).is_some(),
            ExprKind::Junk => return self.poisoned(),
            _ => false,
        };
        if !day {
            let help = "write the day whose text it is computed in: `text: 2014-12-31`";
            self.report(wrong(expr.span, "a day", &found(expr)).help(help));
        }
    }

    /// A case that says which agreement it is for must be for this one.
    fn agreement(&mut self, slots: &Slots<'_>) {
        let Some(slot) = slots.get("agreement") else { return };
        let Some(expr) = self.single(slot, "the short name of an agreement") else { return };
        let name = match &expr.kind {
            ExprKind::Text(text) | ExprKind::Name(text) => text.clone(),
            _ => {
                self.report(wrong(expr.span, "the short name of an agreement", &found(expr)));
                return;
            }
        };
        if name != self.program.agreement {
            let message =
                format!("this case is for `{}`, and is tested with `{}`", short(&name), self.program.agreement);
            self.report(
                Diagnostic::new(Code::CaseWrongValue, expr.span, message)
                    .help("move it to the cases of that agreement, or leave `agreement` out"),
            );
        }
    }

    /// A text of the heading.
    fn words(&mut self, slots: &Slots<'_>, name: &str) -> Option<String> {
        let slot = slots.get(name)?;
        let expr = self.single(slot, "a text in quotes")?;
        match &expr.kind {
            ExprKind::Text(text) => Some(text.clone()),
            ExprKind::Junk => {
                self.poisoned();
                None
            }
            _ => {
                self.report(
                    wrong(expr.span, "a text in quotes", &found(expr)).help(format!("write `{name}: \"...\"`")),
                );
                None
            }
        }
    }

    fn evidence(&mut self, slots: &Slots<'_>) -> String {
        let made_up = "constructed".to_owned();
        let Some(slot) = slots.get("evidence") else { return made_up };
        let known: Vec<String> = EVIDENCE.iter().map(|e| (*e).to_owned()).collect();
        let Some(word) = self.word(slot, &one_of(&known)) else { return made_up };
        if known.contains(&word) {
            return word;
        }
        let message = format!("`{}` is no degree of evidence of a case", short(&word));
        self.report(unknown(Code::CaseWrongValue, place(slot), message, &word, &known).help(
            "`published`: the source gives the result; `derived`: computed from what it says; `constructed`: made up here",
        ));
        made_up
    }

    /// A slot that holds one word.
    fn word(&mut self, slot: &Slot, wanted: &str) -> Option<String> {
        let expr = self.single(slot, wanted)?;
        match &expr.kind {
            // In quotes too: some words open a statement and cannot stand alone (`question: "legislation"`).
            ExprKind::Name(word) | ExprKind::Text(word) => Some(word.clone()),
            ExprKind::Junk => {
                self.poisoned();
                None
            }
            _ => {
                self.report(wrong(expr.span, wanted, &found(expr)));
                None
            }
        }
    }

    /// A country that is a party, from a name.
    pub fn party(&mut self, code: &str, span: Span) -> Option<Country> {
        let Some(country) = Country::parse(code) else {
            self.report(crate::words::unknown_country(span, short(code).as_str()));
            return None;
        };
        if self.program.parties.iter().all(|p| p.country != country) {
            let parties: Vec<&str> = self.program.parties.iter().map(|p| p.country.code()).collect();
            let listed = parties.join(", ");
            self.report(crate::words::not_party(span, code, &listed));
            return None;
        }
        Some(country)
    }

    /// A value that does not fit its type.
    pub fn misfit(&mut self, expr: &Expr, ty: &Ty) {
        if is_junk(expr) {
            self.poisoned();
            return;
        }
        let finding = wrong(expr.span, &expected(self.program, ty), &found(expr));
        self.report(finding);
    }
}

/// The slots of braces; also of empty ones, which the parser cannot tell from an empty list.
pub(super) fn braces(value: &SlotValue) -> Option<&[Slot]> {
    match value {
        SlotValue::Block(block) => Some(&block.slots),
        SlotValue::Rows(rows, _) if rows.is_empty() => Some(&[]),
        SlotValue::List(list) => match list.as_slice() {
            [Expr { kind: ExprKind::Set(members), .. }] if members.is_empty() => Some(&[]),
            _ => None,
        },
        SlotValue::Rows(..) | SlotValue::Dates(_) | SlotValue::Dated(_) => None,
    }
}

/// Where the value of a slot stands; its name where that cannot be told.
pub(super) fn place(slot: &Slot) -> Span {
    let list = |l: &[Expr]| Some(l.first()?.span.to(l.last()?.span));
    let span = match &slot.value {
        SlotValue::List(exprs) => list(exprs),
        SlotValue::Block(block) => Some(block.span),
        SlotValue::Rows(_, span) => Some(*span),
        SlotValue::Dates(dates) => Some(dates.span),
        SlotValue::Dated(dated) => dated.first().map(|(e, _)| e.span),
    };
    span.unwrap_or(slot.name.span)
}

fn is_junk(expr: &Expr) -> bool {
    matches!(expr.kind, ast::ExprKind::Junk)
}

/// The parties that hold a period in the record.
fn concerned(facts: &Facts) -> Vec<Country> {
    let owners = facts.row.iter().filter_map(|o| match o.value() {
        Some(Value::Periods(periods)) => Some(periods.owners()),
        _ => None,
    });
    owners.flatten().collect::<std::collections::BTreeSet<Country>>().into_iter().collect()
}
