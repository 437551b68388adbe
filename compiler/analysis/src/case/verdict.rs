//! What a case expects of a standard or of a property: `C118: { fails: article 5(1)  holds: article 3 }`.

use super::expect::{covers, normal, spelled};
use super::findings::{found, short, unknown, wrong};
use super::key::Around;
use super::read::Reader;
use super::{Kept, WantedVerdict};
use accord_ir::{Demand, Requirement};
use accord_source::{Code, Diagnostic};
use accord_syntax::ast::{Expr, ExprKind, Slot, SlotValue};

/// The key under which properties are expected.
pub(super) const PROPERTIES: &str = "properties";

impl Reader<'_, '_> {
    /// The braces of a standard or of properties; whether the slot was one.
    pub fn verdicts(&mut self, slot: &Slot, around: Around) -> bool {
        let name = slot.name.text.as_str();
        if name != PROPERTIES && !self.program.standards.iter().any(|s| s.name == name) {
            if accord_stdlib::STANDARDS.iter().any(|(known, ..)| *known == name) {
                self.report(
                    Diagnostic::new(
                        Code::CaseUnknownDecision,
                        slot.name.span,
                        format!("the agreement is not compared with {name}"),
                    )
                    .help(format!("add `keeps: {name}` to its header")),
                );
                return true;
            }
            return false;
        }
        let Some(slots) = self.block(slot, "fails: article 5(1)") else { return true };
        for verdict in slots {
            let Some(kept) = Kept::ALL.into_iter().find(|k| k.word() == verdict.name.text) else {
                let known = Kept::ALL.map(|k| k.word().to_owned());
                let message = format!("`{}` is no verdict", short(&verdict.name.text));
                let finding = unknown(Code::CaseUnknownField, verdict.name.span, message, &verdict.name.text, &known);
                self.report(finding);
                continue;
            };
            self.statements(verdict, name, kept, around);
        }
        true
    }

    /// The provisions, or the names of properties, for which a verdict is expected.
    fn statements(&mut self, slot: &Slot, standard: &str, kept: Kept, around: Around) {
        let SlotValue::List(list) = &slot.value else {
            if self.fine(&slot.value) {
                let found = self.found(&slot.value);
                self.report(wrong(slot.name.span, "provisions such as `article 5(1)`", &found));
            }
            return;
        };
        let mut article = None;
        for expr in list.iter().flat_map(|e| match &e.kind {
            ExprKind::Set(members) => members.as_slice(),
            _ => std::slice::from_ref(e),
        }) {
            if let Some(statement) = self.statement(expr, standard, kept, &mut article) {
                let (party, span) = (around.party, slot.name.span.to(expr.span));
                let standard = if standard == PROPERTIES { String::new() } else { standard.to_owned() };
                self.wanted.push(WantedVerdict { standard, statement, party, kept, span });
            }
        }
    }

    fn statement(&mut self, expr: &Expr, standard: &str, kept: Kept, article: &mut Option<String>) -> Option<String> {
        let written = match &expr.kind {
            ExprKind::Address(address) if standard != PROPERTIES => spelled(address, article),
            ExprKind::Text(text) if standard != PROPERTIES => normal(text),
            ExprKind::Text(text) => text.clone(),
            ExprKind::Junk => {
                self.poisoned();
                return None;
            }
            _ => {
                let wanted = if standard == PROPERTIES {
                    "the name of a property, in quotes"
                } else {
                    "a provision such as `article 5(1)`"
                };
                self.report(wrong(expr.span, wanted, &found(expr)));
                return None;
            }
        };
        let program = self.program;
        let of_it = |r: &&Requirement| r.origin == if standard == PROPERTIES { "" } else { standard };
        let asked = |r: &&Requirement| kept.asks(&r.demand);
        let said = |r: &Requirement| called(program, r);
        let names: Vec<String> = program.requirements.iter().filter(of_it).filter(asked).map(said).collect();
        if names.iter().any(|n| covers(&written, n)) {
            return Some(written);
        }
        let message = if standard == PROPERTIES {
            format!("the agreement has no property \"{}\"", short(&written))
        } else {
            format!("{standard} asks nothing in {}", short(&written))
        };
        self.report(unknown(Code::UnknownProvision, expr.span, message, &written, &names));
        None
    }
}

/// What a statement is called in a case: `article 5(1)`, or the name of a property.
pub(super) fn called(program: &accord_ir::Program, requirement: &Requirement) -> String {
    if requirement.origin.is_empty() {
        return requirement.name.clone();
    }
    let address = requirement.provision.and_then(|p| program.provision(p)).map_or("", |p| p.address.as_str());
    address.strip_suffix(&format!(" of {}", requirement.origin)).unwrap_or(address).to_owned()
}

impl Kept {
    /// Whether this can be said of a statement.
    pub(super) fn asks(self, demand: &Demand) -> bool {
        match demand {
            Demand::Requires(_) | Demand::NeverLowers { .. } => self != Kept::Clashes,
            Demand::Clash { .. } => self == Kept::Clashes,
            Demand::Permits(_) | Demand::Assumes(_) => false,
        }
    }
}

impl WantedVerdict {
    /// The statements it is about, by position in the program.
    pub fn requirements(&self, program: &accord_ir::Program) -> Vec<usize> {
        let all = program.requirements.iter().enumerate();
        let about = all.filter(|(_, r)| r.origin == self.standard && self.kept.asks(&r.demand));
        about.filter(|(_, r)| covers(&self.statement, &called(program, r))).map(|(i, _)| i).collect()
    }

    /// `C118 article 5(1)`, with the party where it is about one.
    pub fn label(&self) -> String {
        let party = self.party.map_or_else(String::new, |p| format!(" of {p}"));
        match self.standard.as_str() {
            "" => format!("property \"{}\"{party}", self.statement),
            standard => format!("{standard} {}{party}", self.statement),
        }
    }
}
