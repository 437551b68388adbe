//! Facts declared by legislations, and exchange rates.

use super::findings::unknown;
use super::read::{Reader, Slots};
use accord_core::{Country, Currency, Facts, GivenKey, ratio};
use accord_ir::{CurrencyOf, GivenDef, Ty};
use accord_source::Code;
use accord_syntax::ast::{Name, Slot};
use std::sync::Arc;

impl Reader<'_, '_> {
    /// `given: { NL: { alone: 500.00 EUR } }`. Whatever a party may be given and is not, is missing by its name.
    pub fn given(&mut self, slots: &Slots<'_>, facts: &mut Facts) {
        let program = self.program;
        let optional = program.given.iter().filter(|d| d.optional);
        facts.optional = optional.map(|d| (d.party, Arc::from(d.name.as_str()))).collect();
        let Some(slot) = slots.get("given") else { return };
        let Some(blocks) = self.block(slot, "NL: { ... }") else { return };
        for (code, block) in self.slots(blocks) {
            let party = self.party(code, block.name.span);
            let Some(fields) = self.block(block, "...") else { continue };
            let Some(party) = party else { continue };
            self.given_to(party, fields, facts);
        }
    }

    fn given_to(&mut self, party: Country, fields: &[Slot], facts: &mut Facts) {
        let program = self.program;
        let defs: Vec<&GivenDef> = program.given.iter().filter(|d| of(d, party)).collect();
        for (name, slot) in self.slots(fields) {
            let Some(def) = defs.iter().find(|d| d.name == name) else {
                self.not_declared(party, &slot.name, &defs);
                continue;
            };
            let key = GivenKey::new(party, name);
            let outcome = self.value(slot, &def.ty, def.optional, &key.missing_name());
            facts.give(party, name, outcome);
        }
    }

    fn not_declared(&mut self, party: Country, name: &Name, defs: &[&GivenDef]) {
        let known: Vec<String> = defs.iter().map(|d| d.name.clone()).collect();
        let elsewhere = self.program.given.iter().find(|d| d.name == name.text).and_then(|d| d.party);
        let message = format!("no legislation of {party} asks for `{}`", super::findings::short(&name.text));
        let mut finding = unknown(Code::CaseUnknownField, name.span, message, &name.text, &known);
        if let Some(other) = elsewhere {
            finding = finding.note(format!("`{}` is a fact of {other}", name.text));
        }
        self.report(finding);
    }

    /// `rates: { CVE: 0.00907 EUR }`: one of the first currency is this much of the second.
    pub fn rates(&mut self, slots: &Slots<'_>, facts: &mut Facts) {
        let Some(slot) = slots.get("rates") else { return };
        let Some(rows) = self.block(slot, "CVE: 0.00907 EUR") else { return };
        for (_, row) in self.slots(rows) {
            let Some(from) = self.currency(&row.name) else { continue };
            self.rate(from, row, facts);
        }
    }

    fn rate(&mut self, from: Currency, row: &Slot, facts: &mut Facts) {
        const WANTED: &str = "what one of it is worth, such as `0.00907 EUR`";
        let Some(expr) = self.single(row, WANTED) else { return };
        let Some(read) = self.leaf(expr, WANTED) else { return };
        let any = CurrencyOf::Any;
        let Some(worth) = self.amount(&read, &any, &Ty::Amount(any.clone())) else { return };
        let zero = worth.value == ratio(0, 1);
        if worth.currency == from || zero {
            let found = if zero { "nothing" } else { "the same currency" };
            self.report(super::findings::wrong(expr.span, WANTED, found));
            return;
        }
        facts.set_rate(from, worth.currency, worth.value);
    }
}

/// Whether a party may be given the fact.
fn of(def: &GivenDef, party: Country) -> bool {
    def.party.is_none_or(|p| p == party)
}
