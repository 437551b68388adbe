//! What must come out: values, the other outcomes, and the provisions that must have made them.

use super::constant::bare;
use super::findings::{expected, found, twice, unknown, wrong};
use super::key::Around;
use super::read::{Reader, braces, place};
use super::{Expectation, Want};
use accord_core::{Date, FaultKind};
use accord_ir::{DecisionId, Question, Ty};
use accord_source::{Code, Diagnostic, Span};
use accord_syntax::ast::{Address, Expr, ExprKind, Op, Slot, SlotValue};
use std::collections::BTreeMap;

/// The decision that `because` belongs to where it could be several.
const MAIN: &str = "payable";

/// Words for outcomes that are not values.
const OUTCOMES: &[&str] = &["nothing", "undetermined", "refer", "gap", "conflict", "fault"];

impl Reader<'_, '_> {
    /// Everything a case expects.
    pub fn expectations(&mut self, slot: &Slot, question: &Question) -> Vec<Expectation> {
        let mut out = Vec::new();
        if let Some(slots) = self.block(slot, "NL: { payable: 100.00 EUR }") {
            self.level(slots, question, Around::default(), &mut out);
        }
        out
    }

    /// The braces of a party, of a day, or the outermost ones.
    fn level(&mut self, slots: &[Slot], question: &Question, around: Around, out: &mut Vec<Expectation>) {
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        let mut own: Vec<usize> = Vec::new();
        let mut because = None;
        for slot in slots {
            let key: String = slot.name.text.split_whitespace().collect();
            if let Some(first) = seen.get(&key) {
                self.report(twice(&slot.name.text, slot.name.span, *first));
                continue;
            }
            let _ = seen.insert(key, slot.name.span);
            if slot.name.text == "because" {
                because = Some(slot);
            } else if self.verdicts(slot, around) {
                // What is said of the agreement itself is kept apart.
                continue;
            } else if let Some(inner) = self.inner(slot, around) {
                if let Some((slots, around)) = inner {
                    self.level(slots, question, around, out);
                }
            } else if let Some(expectation) = self.expectation(slot, around) {
                let same = |e: &Expectation| e.decision == expectation.decision && e.args == expectation.args;
                if let Some(first) = out.iter().find(|e| same(e)) {
                    let finding = twice(&slot.name.text, slot.name.span, first.span);
                    self.report(finding);
                    continue;
                }
                own.push(out.len());
                out.push(expectation);
            }
        }
        if let Some(slot) = because {
            let addresses = self.addresses(slot);
            self.attach(slot, addresses, &own, question, around, out);
        }
    }

    /// The braces of a party or a day: `Some(None)` where they are but cannot be read, `None` where the slot is a
    /// decision.
    fn inner<'a>(&mut self, slot: &'a Slot, around: Around) -> Option<Option<(&'a [Slot], Around)>> {
        let name = slot.name.text.as_str();
        if name.len() == 2 && name.bytes().all(|b| b.is_ascii_uppercase()) {
            if around.party.is_some() {
                self.report(wrong(
                    slot.name.span,
                    "a decision",
                    &format!("the braces of {name} inside those of a party"),
                ));
                return Some(None);
            }
            let party = self.party(name, slot.name.span);
            let slots = self.block(slot, "payable: 100.00 EUR");
            return Some(party.zip(slots).map(|(party, slots)| (slots, Around { party: Some(party), ..around })));
        }
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            let day = Date::parse(name).filter(|_| around.day.is_none());
            if day.is_none() {
                let found = format!("`{}`", super::findings::short(name));
                self.report(wrong(slot.name.span, "a decision, a party or a day such as 2020-06-01", &found));
            }
            let slots = self.block(slot, "applicable: NL");
            return Some(day.zip(slots).map(|(day, slots)| (slots, Around { day: Some(day), ..around })));
        }
        None
    }

    /// One decision with what it must give.
    fn expectation(&mut self, slot: &Slot, around: Around) -> Option<Expectation> {
        let asked = self.asked(&slot.name, around);
        // The value is read only where its type is known; what is in it cannot be checked otherwise.
        let (decision, args) = asked?;
        let ty = self.program.decisions.get(decision.0 as usize)?.ty.clone();
        let span = slot.name.span.to(place(slot));
        let (want, because) = match braces(&slot.value) {
            Some(slots) if !takes_empty(slots, &ty) => self.in_braces(slot, slots, &ty)?,
            _ => (self.want(slot, &ty)?, Vec::new()),
        };
        Some(Expectation { decision, args, want, because, span })
    }

    /// `payable: { value: 1.00 EUR  because: article 5 }`, `{ undetermined: "claim.start" }`, `{ fault: overflow }`.
    fn in_braces(&mut self, at: &Slot, slots: &[Slot], ty: &Ty) -> Option<(Want, Vec<String>)> {
        let by_name = self.slots(slots);
        let mut want = None;
        let mut because = Vec::new();
        for (name, slot) in by_name {
            let read = match name {
                "because" => {
                    because = self.addresses(slot);
                    continue;
                }
                "value" => match braces(&slot.value) {
                    Some(inner) if !takes_empty(inner, ty) => self.in_braces(slot, inner, ty).map(|(want, _)| want),
                    _ => self.want(slot, ty),
                },
                "undetermined" => self.names(slot).map(Want::Undetermined),
                "fault" => self.fault(slot),
                _ => {
                    let known = ["value", "because", "undetermined", "fault"].map(str::to_owned);
                    let message = format!("an expectation has no field `{}`", super::findings::short(name));
                    self.report(unknown(Code::CaseUnknownField, slot.name.span, message, name, &known));
                    continue;
                }
            };
            if want.is_some() {
                self.report(wrong(slot.name.span, "one outcome", "two"));
            }
            want = Some(read?);
        }
        if want.is_none() && because.is_empty() {
            self.report(wrong(place(at), &expected(self.program, ty), "nothing in the braces"));
            return None;
        }
        Some((want.unwrap_or(Want::Any), because))
    }

    /// The outcome a slot asks for.
    fn want(&mut self, slot: &Slot, ty: &Ty) -> Option<Want> {
        if !self.fine(&slot.value) {
            return None;
        }
        let cells: Vec<&Expr> = match &slot.value {
            SlotValue::List(list) => list.iter().collect(),
            SlotValue::Rows(rows, _) if *ty != Ty::Periods => rows.iter().flat_map(|r| r.cells.iter()).collect(),
            SlotValue::Rows(..) | SlotValue::Block(_) | SlotValue::Dates(_) | SlotValue::Dated(_) => Vec::new(),
        };
        if let Some(want) = self.outcome(&cells) {
            return want;
        }
        match (ty, cells.as_slice()) {
            (Ty::Number, [only]) => {
                let read = self.leaf(only, &expected(self.program, ty))?;
                match &bare(&read).kind {
                    ExprKind::Binary(Op::Divide, upper, lower) => {
                        self.fraction(upper, lower).map(|(n, d)| Want::Fraction(n, d))
                    }
                    _ => self.constant(&read, ty).map(Want::Value),
                }
            }
            _ => self.given_value(slot, ty, "").map(Want::Value),
        }
    }

    /// An outcome that is no value, as words.
    fn outcome(&mut self, cells: &[&Expr]) -> Option<Option<Want>> {
        let (first, rest) = cells.split_first()?;
        let (word, args): (&str, Vec<&Expr>) = match &first.kind {
            ExprKind::Nothing => ("nothing", Vec::new()),
            ExprKind::Refer(_) => ("refer", Vec::new()),
            ExprKind::Name(word) => (word, rest.to_vec()),
            ExprKind::Call(callee, args) => match &callee.kind {
                ExprKind::Name(word) => (word, args.iter().map(|a| &a.value).collect()),
                _ => return None,
            },
            ExprKind::Text(text) if self.quoted => return in_words(text).map(Some),
            _ => return None,
        };
        if !OUTCOMES.contains(&word) {
            return None;
        }
        let want = match word {
            "nothing" => Want::Nothing,
            "refer" => Want::Refer,
            "gap" => Want::Gap,
            "conflict" => Want::Conflict,
            "undetermined" => return Some(self.texts(&args).map(Want::Undetermined)),
            _ => return Some(self.fault_kind(&args, first.span)),
        };
        Some(Some(want))
    }

    fn fault(&mut self, slot: &Slot) -> Option<Want> {
        let only = self.single(slot, "a kind of fault such as `overflow`")?;
        self.fault_kind(&[only], only.span)
    }

    fn fault_kind(&mut self, args: &[&Expr], at: Span) -> Option<Want> {
        let [only] = args else {
            if !args.is_empty() {
                self.report(wrong(at, "one kind of fault", "several"));
            }
            return args.is_empty().then_some(Want::Fault(None));
        };
        let name = self.name(only, "a kind of fault such as `overflow`")?;
        let kind = fault_of(&name);
        if kind.is_none() {
            let known: Vec<String> = FAULTS.iter().map(|k| k.word().to_owned()).collect();
            let message = format!("`{}` is no kind of fault", super::findings::short(&name));
            self.report(unknown(Code::CaseWrongValue, only.span, message, &name, &known));
        }
        kind.map(|k| Want::Fault(Some(k)))
    }

    fn names(&mut self, slot: &Slot) -> Option<Vec<String>> {
        if braces(&slot.value).is_some_and(<[Slot]>::is_empty) {
            return Some(Vec::new());
        }
        let SlotValue::List(list) = &slot.value else {
            let found = self.found(&slot.value);
            self.report(wrong(place(slot), "names in quotes", &found));
            return None;
        };
        let all: Vec<&Expr> = list.iter().collect();
        self.texts(&all)
    }

    /// Names of what is missing, in quotes or as dotted names.
    fn texts(&mut self, exprs: &[&Expr]) -> Option<Vec<String>> {
        let mut names = Vec::new();
        for expr in exprs {
            match &expr.kind {
                ExprKind::Text(text) => names.push(text.clone()),
                ExprKind::Set(members) => {
                    let members: Vec<&Expr> = members.iter().collect();
                    names.extend(self.texts(&members)?);
                }
                ExprKind::Name(_) | ExprKind::Field(..) => names.extend(super::tojson::text(expr)),
                _ => {
                    self.report(wrong(expr.span, "the name of what is missing, in quotes", &found(expr)));
                    return None;
                }
            }
        }
        Some(names)
    }

    /// `because` of a level: of its one decision, of `payable` among several, or all there is.
    fn attach(
        &mut self,
        slot: &Slot,
        addresses: Vec<String>,
        own: &[usize],
        question: &Question,
        around: Around,
        out: &mut Vec<Expectation>,
    ) {
        let main = self.main(question);
        let chosen = match own {
            [only] => Some(*only),
            several => several.iter().copied().find(|i| out.get(*i).is_some_and(|e| Some(e.decision) == main)),
        };
        if let Some(expectation) = chosen.and_then(|i| out.get_mut(i)) {
            if expectation.because.is_empty() {
                expectation.because = addresses;
            } else {
                self.report(twice("because", slot.name.span, expectation.span));
            }
            return;
        }
        if let (true, Some(main)) = (own.is_empty(), main) {
            self.only_because(slot, addresses, main, around, out);
            return;
        }
        self.report(
            Diagnostic::new(Code::CaseWrongValue, slot.name.span, "`because` could belong to any of several decisions")
                .help("write it in the braces of the one it belongs to: `considered: { value: ...  because: ... }`"),
        );
    }

    fn only_because(
        &mut self,
        slot: &Slot,
        because: Vec<String>,
        main: DecisionId,
        around: Around,
        out: &mut Vec<Expectation>,
    ) {
        let Some(decision) = self.program.decisions.get(main.0 as usize) else { return };
        let key = accord_syntax::ast::Name { text: decision.name.clone(), span: slot.name.span };
        if let Some((decision, args)) = self.asked(&key, around) {
            let span = slot.name.span.to(place(slot));
            out.push(Expectation { decision, args, want: Want::Any, because, span });
        }
    }

    /// `payable`, or the one thing the question decides.
    fn main(&self, question: &Question) -> Option<DecisionId> {
        let named = |id: &DecisionId| self.program.decisions.get(id.0 as usize).is_some_and(|d| d.name == MAIN);
        question.decides.iter().copied().find(named).or(match question.decides.as_slice() {
            [only] => Some(*only),
            _ => self.program.decision(MAIN).map(|(id, _)| id),
        })
    }

    /// The provisions of a `because`, as the program spells them.
    fn addresses(&mut self, slot: &Slot) -> Vec<String> {
        let SlotValue::List(list) = &slot.value else {
            if self.fine(&slot.value) {
                let found = self.found(&slot.value);
                self.report(wrong(place(slot), "provisions such as `article 5(1)`", &found));
            }
            return Vec::new();
        };
        let mut out: Vec<String> = Vec::new();
        let mut article: Option<String> = None;
        for expr in list.iter().flat_map(|e| match &e.kind {
            ExprKind::Set(members) => members.as_slice(),
            _ => std::slice::from_ref(e),
        }) {
            if let Some(address) = self.address(expr, &mut article)
                && !out.contains(&address)
            {
                out.push(address);
            }
        }
        out
    }

    fn address(&mut self, expr: &Expr, article: &mut Option<String>) -> Option<String> {
        let (written, of) = match &expr.kind {
            ExprKind::Address(address) => (spelled(address, article), address.of.as_ref().map(|o| o.text.clone())),
            ExprKind::Text(text) => (normal(text), None),
            ExprKind::Junk => {
                self.poisoned();
                return None;
            }
            _ => {
                let finding = wrong(expr.span, "a provision such as `article 5(1)`", &found(expr));
                self.report(finding);
                return None;
            }
        };
        let forms = match of {
            Some(of) if of != self.program.agreement => vec![format!("{of} {written}"), format!("{written} of {of}")],
            _ => vec![written.clone()],
        };
        let provisions = &self.program.provisions;
        let known = forms.iter().find(|form| provisions.iter().any(|p| covers(form, &p.address)));
        if let Some(known) = known {
            return Some(known.clone());
        }
        let shown = forms.first().map_or(written.as_str(), String::as_str);
        let known: Vec<String> = provisions.iter().map(|p| p.address.clone()).collect();
        let message = format!("the agreement has no {}", super::findings::short(shown));
        self.report(unknown(Code::UnknownProvision, expr.span, message, shown, &known));
        None
    }
}

const FAULTS: &[FaultKind] =
    &[FaultKind::Overflow, FaultKind::ZeroDivisor, FaultKind::Negative, FaultKind::OutOfTable, FaultKind::OutOfRange];

fn fault_of(word: &str) -> Option<FaultKind> {
    FAULTS.iter().copied().find(|k| k.word() == word)
}

/// Whether empty braces are a value of the type.
fn takes_empty(slots: &[Slot], ty: &Ty) -> bool {
    slots.is_empty() && matches!(ty, Ty::Set(_) | Ty::List(_) | Ty::Periods)
}

/// An outcome spelled out in a JSON text: `undetermined { "claim.start" }`, `fault overflow`.
fn in_words(text: &str) -> Option<Want> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    let rest = rest.trim();
    match (word, rest.is_empty()) {
        ("nothing", true) => Some(Want::Nothing),
        ("gap", true) => Some(Want::Gap),
        ("conflict", true) => Some(Want::Conflict),
        ("undetermined", true) => Some(Want::Undetermined(Vec::new())),
        ("fault", true) => Some(Want::Fault(None)),
        ("fault", false) => fault_of(rest).map(|kind| Want::Fault(Some(kind))),
        ("refer", _) => (rest.is_empty() || rest.starts_with('"')).then_some(Want::Refer),
        ("undetermined", false) => {
            let names = rest.strip_prefix('{')?.strip_suffix('}')?;
            Some(Want::Undetermined(names.split('"').skip(1).step_by(2).map(str::to_owned).collect()))
        }
        _ => None,
    }
}

/// `article 5(1)(a)`; the article of the address before it where it names none.
pub(super) fn spelled(address: &Address, article: &mut Option<String>) -> String {
    if let Some((word, number)) = &address.article {
        *article = Some(format!("{} {}", word.text, number.text));
    }
    let labels: String = address.labels.iter().map(|l| format!("({})", l.text)).collect();
    format!("{}{labels}", article.as_deref().unwrap_or(""))
}

/// One space between words, none before a bracket.
pub(super) fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace(" (", "(")
}

/// Whether `outer` is the provision `inner`, or one that it stands under.
pub(super) fn covers(outer: &str, inner: &str) -> bool {
    let split = |a: &str| match a.split_once(" of ") {
        Some((head, of)) => (head.to_owned(), of.to_owned()),
        None => (a.to_owned(), String::new()),
    };
    let ((outer, of_outer), (inner, of_inner)) = (split(outer), split(inner));
    let below = inner.strip_prefix(outer.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('('));
    of_outer == of_inner && below
}
